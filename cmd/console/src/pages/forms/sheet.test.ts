import { describe, expect, it } from 'vitest';
import { cellName, headsOf, numberedItems, parseFigure } from './sheet';

const col = (code: string, group = '', figure = false) => ({ code, name: code.toUpperCase(), group, unit: '件', decimals: 0, figure, note: '' });
const row = (code: string, cells: string[], total = false) => ({ code, name: code, total, cells });

describe('forms on paper', () => {
	it('has heads over neighbouring columns', () => {
		const block = { code: 'B', name: '案件', columns: [col('a'), col('b', '其中'), col('c', '其中'), col('d', '另'), col('e')], rows: [row('x', [])] };
		const [upper, lower] = headsOf(block);
		expect(upper.map((h) => [h.name, h.span, h.rows])).toEqual([['A', 1, 2], ['其中', 2, 1], ['另', 1, 1], ['E', 1, 2]]);
		expect(lower.map((h) => h.name)).toEqual(['B', 'C', 'D']);
		expect(headsOf({ ...block, columns: [col('a')] })).toHaveLength(1);
	});
	it('names cells as the daemon does', () => {
		const block = { code: 'B', name: '', columns: [col('a')], rows: [row('x', ['1']), row('total', ['1'], true)] };
		expect(cellName(block, block.rows[0], block.columns[0])).toBe('x.a');
		expect(cellName(block, block.rows[0], col('f', '', true))).toBe('f');
		expect(cellName({ ...block, rows: [block.rows[0]] }, block.rows[0], block.columns[0])).toBe('a');
	});
	it('numbers the items of a list, not what is below one', () => {
		const blocks = [{ code: 'A', name: '', columns: [col('a'), col('b', 'g')], rows: [row('t', ['5', ''])] }, { code: 'B', name: '', columns: [col('c')], rows: [row('t', ['7'])] }];
		expect(numberedItems(blocks).map((i) => [i.serial, i.value])).toEqual([['1', '5'], ['', ''], ['2', '7']]);
	});
	it('reads figures as officers type them', () => {
		expect(parseFigure('１，２３４', 0)).toBe('1234');
		expect(parseFigure('007', 0)).toBe('7');
		expect(parseFigure(' ', 0)).toBe('');
		expect(parseFigure('1.5', 0)).toBeNull();
		expect(parseFigure('1.50', 2)).toBe('1.50');
		expect(parseFigure('-1', 0)).toBeNull();
		expect(parseFigure('十二', 0)).toBeNull();
	});
});
