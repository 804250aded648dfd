import { describe, expect, it } from 'vitest';
import { linkedIds } from './linked';
import { requestHistories } from './requests';
import { missingChunks, printOf } from './upload';
import type { Act } from './ledger';

describe('upload', () => {
	it('lists the chunks that are missing', () => {
		expect(missingChunks([{ first: 0, last: 1 }, { first: 5, last: 5 }])).toEqual([0, 1, 5]);
	});
	it('knows a file again, but not as another kind or for another matter', () => {
		const f = { name: 'a.jpg', size: 3, lastModified: 9 };
		expect(printOf('case', '1', f, '书证')).toBe(printOf('case', '1', { ...f }, '书证'));
		expect(new Set([printOf('case', '1', f, '书证'), printOf('case', '2', f, '书证'), printOf('case', '1', f, '物证')]).size).toBe(3);
	});
});

describe('requests', () => {
	const act = (seq: number, stage: string, request?: number) => ({ seq, stage, request, act: 'file', payload: {} }) as unknown as Act;
	it('puts each answer with what it answers', () => {
		const h = requestHistories([act(5, 'approve', 2), act(4, 'endorse', 2), act(3, 'do'), act(2, 'request'), act(7, 'request')]);
		expect(h.map((x) => [x.request, x.steps.map((s) => s.seq)])).toEqual([[7, [7]], [2, [2, 4, 5]]]);
	});
});

describe('linked matters', () => {
	it('are those of the links and those that the ledger tells of', () => {
		const m = { links: [{ rel: 'handoff', id: '9' }] } as never;
		const acts = [{ payload: { handoff: '7' } }, { payload: { handoff: '9' } }, { payload: {} }] as unknown as Act[];
		expect(linkedIds(m, acts, 'handoff')).toEqual(['9', '7']);
	});
});
