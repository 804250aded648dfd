import { describe, expect, it } from 'vitest';
import type { Schema } from '@/api/client';
import { monthWeeks, unitTree } from './tree';

const unit = (id: string, parent_id?: string) => ({ id, parent_id, name: id }) as Schema<'Unit'>;

describe('administration', () => {
	it('puts units below their parents, also those whose parent is not visible', () => {
		expect(unitTree([unit('3', '2'), unit('1'), unit('2', '1'), unit('9', '77')]).map((n) => [n.unit.id, n.depth])).toEqual([['1', 0], ['2', 1], ['3', 2], ['9', 0]]);
		expect(unitTree([])).toEqual([]);
	});
	it('has weeks from Monday', () => {
		const weeks = monthWeeks(2026, 11);
		expect(weeks[0].map((d) => d?.day ?? null)).toEqual([null, null, null, null, null, null, 1]);
		expect(weeks[0][6]?.weekend).toBe(true);
		expect(weeks.flat().filter(Boolean)).toHaveLength(30);
		expect(monthWeeks(2028, 2).flat().filter(Boolean)).toHaveLength(29);
		expect(monthWeeks(2026, 2)[0][6]?.date).toBe('2026-02-01');
	});
});
