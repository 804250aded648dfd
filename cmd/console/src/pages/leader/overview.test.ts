import { describe, expect, it } from 'vitest';
import { monthsOf, trendStart, type Row } from '@/pages/leader/overview';

describe('the table by month', () => {
	it.each([
		['2026-11-01', '2026-11-24', '2025-12-01'], ['2026-01-01', '2026-01-31', '2025-02-01'], ['2025-03-15', '2026-11-24', '2025-03-01'], ['2026-01-01', '2026-12-31', '2026-01-01'],
	])('%s to %s begins %s', (from, to, start) => expect(trendStart(from, to)).toBe(start));
	it('says nothing of months it did not ask about', () => {
		const row = (id: string, overdue: number) => ({ id, overdue }) as Row;
		expect(monthsOf([row('2025-08', 2), row('2025-12', 1), row('2026-01', 0)], '2025-12-01')).toEqual({ rows: [row('2025-12', 1), row('2026-01', 0)], earlierOverdue: 2 });
	});
});
