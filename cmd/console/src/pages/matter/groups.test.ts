import { describe, expect, it } from 'vitest';
import type { ActDescription } from '@/api/acts';
import { baseOf, groupActs } from './groups';
import { earlierValue, merge, type Act } from './ledger';
import type { Clock } from './state';

const act = (code: string, stage: ActDescription['stage'] = 'do', more: Partial<ActDescription> = {}): ActDescription => ({ act: code, act_zh: code, stage, article: '', fields: [], ...more });

describe('groupActs', () => {
	it('puts answers first, then urgent ones, then the road', () => {
		const clocks = [{ rule: 'D1', zh: '核查', state: 'running', light: 'red' }] as Clock[];
		const g = groupActs([act('record'), act('tag'), act('report'), act('extend_approve', 'approve'), act('measure_lift', 'do', { effect: ['“核查”的期限办结'] })], clocks);
		expect(g.now.map((a) => a.act)).toEqual(['extend_approve', 'measure_lift', 'record', 'report']);
		expect(g.other).toEqual([{ group: 'register', acts: [act('tag')] }]);
	});
	it('keeps blocked ones apart, with their reason', () => {
		const blocked = { rule: 'r', message: 'm', article: 'a' };
		const g = groupActs([act('report', 'do', { blocked })], []);
		expect(g.now).toEqual([]);
		expect(g.cannot).toHaveLength(1);
	});
	it('knows the act behind its stage', () => {
		expect(baseOf(act('file_approve', 'approve'))).toBe('file');
		expect(baseOf(act('shield_request'))).toBe('shield_request');
	});
});

describe('ledger', () => {
	const at = (seq: number, payload: object = {}) => ({ seq, payload }) as unknown as Act;
	it('merges pages without doubling', () => {
		expect(merge([at(3), at(2)], [at(1), at(2), at(4)]).map((a) => a.seq)).toEqual([4, 3, 2, 1]);
	});
	it('finds what a corrected field said before', () => {
		const acts = [at(5, { title: 'c' }), at(3, { title: 'b' }), at(1, { title: 'a' })];
		expect(earlierValue(acts, 5, 'title')).toBe('b');
		expect(earlierValue(acts, 1, 'title')).toBeUndefined();
	});
});
