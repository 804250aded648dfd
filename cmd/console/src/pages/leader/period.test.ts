import { describe, expect, it } from 'vitest';
import { asOfInstant, choicesOf, currentPeriod, kindOf, nameOf, previousPeriod, rangeOf, weekOf } from './period';

const campaigns = [
	{ id: 'TIEQUAN-2026', name: '“铁拳”行动', starts_on: '2026-01-01', ends_on: '2026-12-31' },
	{ id: 'LATER', name: '以后', starts_on: '2027-01-01', ends_on: null },
];

describe('periods', () => {
	it('knows kinds by their codes', () => {
		expect(['2026-10', '2026-Q3', '2026-W41', '2026', 'TIEQUAN-2026', '2026-13'].map(kindOf)).toEqual(['month', 'quarter', 'week', 'year', 'campaign', 'campaign']);
	});
	it('knows first and last days, also of leap years and of weeks over the turn of a year', () => {
		expect(rangeOf('2028-02')).toEqual({ from: '2028-02-01', to: '2028-02-29' });
		expect(rangeOf('2026-12')).toEqual({ from: '2026-12-01', to: '2026-12-31' });
		expect(rangeOf('2026-Q2')).toEqual({ from: '2026-04-01', to: '2026-06-30' });
		expect(rangeOf('2026')).toEqual({ from: '2026-01-01', to: '2026-12-31' });
		expect(rangeOf('2026-W01')).toEqual({ from: '2025-12-29', to: '2026-01-04' });
		expect(rangeOf('2026-W53')).toEqual({ from: '2026-12-28', to: '2027-01-03' });
		expect(rangeOf('TIEQUAN-2026', campaigns)).toEqual({ from: '2026-01-01', to: '2026-12-31' });
		expect(rangeOf('LATER', campaigns)).toEqual({ from: '2027-01-01', to: '' });
		expect(rangeOf('NONE', campaigns)).toBeNull();
	});
	it('numbers weeks as ISO 8601', () => {
		expect(weekOf('2026-11-24')).toEqual({ year: 2026, week: 48 });
		expect(weekOf('2027-01-01')).toEqual({ year: 2026, week: 53 });
		expect(weekOf('2024-12-30')).toEqual({ year: 2025, week: 1 });
	});
	it('steps back', () => {
		expect(previousPeriod('2026-01')).toBe('2025-12');
		expect(previousPeriod('2026-Q1')).toBe('2025-Q4');
		expect(previousPeriod('2026-W01')).toBe('2025-W52');
		expect(previousPeriod('2026')).toBe('2025');
		expect(currentPeriod('week', '2026-11-24')).toBe('2026-W48');
		expect(currentPeriod('quarter', '2026-11-24')).toBe('2026-Q4');
	});
	it('offers what has begun, and keeps what was chosen', () => {
		expect(choicesOf('month', '2026-11-24')[0]).toEqual({ code: '2026-11', zh: '2026年11月' });
		expect(choicesOf('month', '2026-11-24', [], '2019-05').at(-1)?.code).toBe('2019-05');
		expect(choicesOf('campaign', '2026-11-24', campaigns).map((c) => c.code)).toEqual(['TIEQUAN-2026']);
	});
	it('names them as papers do', () => {
		expect(['2026-10', '2026-Q3', '2026-W41', '2026'].map((c) => nameOf(c))).toEqual(['2026年10月', '2026年第三季度', '2026年第41周', '2026年']);
		expect(nameOf('TIEQUAN-2026', campaigns)).toBe('“铁拳”行动');
	});
	it('takes a day as the whole of it', () => {
		expect(asOfInstant('2026-11-05', '2026-11-24')).toBe('2026-11-05T23:59:59.999999+08:00');
		expect(asOfInstant('2026-11-24', '2026-11-24')).toBe('');
		expect(asOfInstant('2026-11-05T09:00:00+08:00', '2026-11-24')).toBe('2026-11-05T09:00:00+08:00');
		expect(asOfInstant('', '2026-11-24')).toBe('');
	});
});
