import { describe, expect, it } from 'vitest';
import { cellProblem, goodsText, numbered, parseTable, readPaste, toCells, toLine, totals, type GoodsColumn, type GoodsLine } from './goodsTable';

const columns: GoodsColumn[] = [
	{ name: 'item', zh: '序号', type: 'text', required: true },
	{ name: 'name', zh: '物品名称', type: 'text', required: true },
	{ name: 'brand', zh: '品牌', type: 'text' },
	{ name: 'unit', zh: '单位', type: 'text' },
	{ name: 'quantity', zh: '数量', type: 'int', required: true },
	{ name: 'value_fen', zh: '价值', type: 'money' },
];
const order = columns.map((c) => c.name).slice(1);

describe('parseTable', () => {
	it('splits rows and cells', () => expect(parseTable('a\tb\r\nc\t\r\n')).toEqual([['a', 'b'], ['c', '']]));
	it('reads quoted cells', () => expect(parseTable('"机油\n""金牌"""\t5')).toEqual([['机油 "金牌"', '5']]));
	it('keeps a quote that is none', () => expect(parseTable('"甲"牌\t5')).toEqual([['"甲"牌', '5']]));
	it('reads one cell', () => expect(parseTable('x')).toEqual([['x']]));
});

describe('readPaste', () => {
	it('recognises a header below a merged title, full width digits and a total row', () => {
		const got = readPaste('样县涉案物品清单\t\t\t\n序号\t品 名\t数量\t价值（万元）\t说明栏\n１\t机油\t５５桶\t1.2\tx\n合计\t\t55\t1.2\t', order, 'name');
		expect(got.rows).toEqual([{ item: '１', name: '机油', quantity: '55', unit: '桶', value_fen: '1.2万' }]);
		expect(got.unknown).toEqual(['说明栏']);
	});
	it('goes by position without one', () =>
		expect(readPaste('甲牌\t桶\t5\n乙牌\t瓶\t6', order, 'brand').rows).toEqual([{ brand: '甲牌', unit: '桶', quantity: '5' }, { brand: '乙牌', unit: '瓶', quantity: '6' }]));
	it('makes the value from a price', () =>
		expect(readPaste('名称\t数量\t单价\n机油\t3\t10.5', order, 'name').rows).toEqual([{ name: '机油', quantity: '3', value_fen: '31.50' }]));
});

describe('lines', () => {
	it('go there and back', () => {
		const line = toLine(columns, { name: '机油', quantity: '１,２００', value_fen: '1.5万' });
		expect(line).toEqual({ name: '机油', quantity: 1200, value_fen: 1500000 });
		expect(toCells(columns, line)).toEqual({ name: '机油', quantity: '1200', value_fen: '15,000' });
	});
	it('keep what cannot be read', () => {
		expect(toLine(columns, { name: '米', quantity: '1.5' }).quantity).toBe('1.5');
		expect(cellProblem(columns[4], { name: '米', quantity: '1.5' })).toBe('int');
		expect(cellProblem(columns[4], { name: '米' })).toBe('missing');
		expect(cellProblem(columns[4], {})).toBe('');
	});
	it('get free numbers', () => expect(numbered([{ name: 'a', item: '2' }, { name: 'b' }, { name: 'c' }]).map((l) => l.item)).toEqual(['2', '1', '3']));
	it('are summed', () => {
		const lines: GoodsLine[] = [{ name: 'a', unit: '桶', quantity: 5, value_fen: 100 }, { name: 'b', unit: '桶', quantity: 6 }];
		expect(totals(lines)).toEqual({ lines: 2, counts: [{ unit: '桶', quantity: 11 }], fen: '100', unvalued: 1 });
		expect(goodsText(lines)).toBe('a5桶，价值1元；b6桶');
	});
});
