import { describe, expect, it } from 'vitest';
import { type AuditDocument, casesOf, compareDocuments, DocumentReader, kindOfMetric, percentOf, recount } from './document';

const head = {
	v: 1, organ: { code: 'x', name: '某局' }, whole: true, period: { code: '2026-10', kind: 'month', name: '2026年10月', from: '2026-10-01', to: '2026-10-31', open: false },
	as_of: '2026-11-05T09:00:00+08:00', cut_off: '2026-11-05', rules: { law: null, metrics: [] },
	metrics: [{ code: 'M1', zh: '结案率', num: 1, den: 2, percent: '50.00', text: '50.00%', trend: [] }, { code: 'M10', zh: '线索', num: 0, den: 0, percent: null, text: '无', trend: [] }],
	names: { unit: { a: '甲所' }, officer: {}, campaign: {} }, by: { unit: [], campaign: [], ip_type: [], officer: [] }, sums: [], hidden: {},
};
const rows = [
	{ id: '15', title: '甲“],"cases":[案', procedure: 'ordinary', unit: 'a', campaigns: ['T'], sides: { M1: 'in' } },
	{ id: '16', title: '乙案', procedure: 'ordinary', unit: 'b', sides: { M1: 'out' } },
];
const text = (misses: object[], cases: object[]) => {
	const list = (l: object[]) => (l.length ? `\n${l.map((x) => JSON.stringify(x)).join(',\n')}\n]` : ']');
	return `${JSON.stringify(head).slice(0, -1)},"misses":[${list(misses)},"cases":[${list(cases)}}\n`;
};
const parse = (s: string, size = 7): AuditDocument => {
	const r = new DocumentReader();
	for (let i = 0; i < s.length; i += size) r.push(s.slice(i, i + size));
	return r.finish();
};

describe('audit.json', () => {
	it('is read line by line, whatever the pieces', () => {
		const s = text([{ metric: 'M1', id: '16', title: '乙案', why: '逾期' }], rows);
		for (const size of [1, 7, 100, 1e6]) {
			const doc = parse(s, size);
			expect(doc).toEqual(JSON.parse(s));
			expect(doc.misses).toHaveLength(1);
		}
	});
	it('is read with empty lists', () => {
		expect(parse(text([], []))).toEqual(JSON.parse(text([], [])));
		expect(parse(text([], rows)).cases).toHaveLength(2);
		expect(parse(text([rows[0]], [])).misses).toHaveLength(1);
	});
	it('is refused when it breaks off', () => {
		const s = text([], rows);
		expect(() => parse(s.slice(0, -4))).toThrow();
		expect(() => parse('')).toThrow();
		expect(() => parse('{"title":"x"}')).toThrow();
	});
	it('is counted again from its rows', () => {
		const doc = parse(text([], rows));
		expect(recount(doc)).toEqual([]);
		doc.cases.pop();
		expect(recount(doc)).toEqual(['M1']);
	});
	it('gives the rows behind a number', () => {
		const doc = parse(text([], rows));
		expect(casesOf(doc, { metric: 'M1' }).map((r) => r.id)).toEqual(['15', '16']);
		expect(casesOf(doc, { metric: 'M1', side: 'in' }).map((r) => r.id)).toEqual(['15']);
		expect(casesOf(doc, { metric: 'M1', by: 'unit', key: 'b' }).map((r) => r.id)).toEqual(['16']);
		expect(casesOf(doc, { metric: 'M1', by: 'campaign', key: '' }).map((r) => r.id)).toEqual(['16']);
		expect(casesOf(doc, { metric: 'M2' })).toEqual([]);
	});
	it('is compared with another one', () => {
		const a = parse(text([], rows));
		const b = parse(text([], [{ ...rows[1], decided_on: '2026-11-01', sides: { M1: 'in' } }, { id: '17', title: '丙案', procedure: 'clue', unit: 'a', sides: { M10: 'out' } }]));
		const diff = compareDocuments(a, b);
		expect(diff.changes.map((c) => [c.id, c.what])).toEqual([['15', 'left'], ['16', 'changed'], ['17', 'entered']]);
		expect(diff.changes[1].lists).toEqual([{ metric: 'M1', was: 'out', is: 'in' }]);
		expect(diff.changes[1].fields).toEqual([{ name: 'decided_on', was: null, is: '2026-11-01' }]);
		expect(diff.moved).toBe(3);
		expect(compareDocuments(a, a).changes).toEqual([]);
	});
	it('cuts percentages', () => {
		expect(percentOf(2, 3)).toBe('66.66');
		expect(percentOf(10, 11)).toBe('90.90');
		expect(percentOf(1, 1)).toBe('100.00');
		expect(percentOf(0, 0)).toBeNull();
		expect(percentOf(1, 1000)).toBe('0.10');
	});
	it('knows what a metric counts', () => {
		expect(['M1', 'M5', 'M6', 'M9b', 'M10'].map(kindOfMetric)).toEqual(['case', 'case', 'disclosure', 'disclosure', 'clue']);
	});
});
