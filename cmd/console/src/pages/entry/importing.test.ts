import { describe, expect, it } from 'vitest';
import { dateOf, idColumn, mapTitle, mapTitles, moneyOf, recordOf } from './importFields';
import { cellText, csvLine, decodeLines, findHeader, parseText, rowsOfSheet, tableOf } from './importTable';

const utf8 = (s: string) => new TextEncoder().encode(s);

describe('decodeLines', () => {
	it('tells GB18030 from UTF-8', () => {
		// 编号,当事人 and 1,甲 in GB18030
		const gb = new Uint8Array([0xb1, 0xe0, 0xba, 0xc5, 0x2c, 0xb5, 0xb1, 0xca, 0xc2, 0xc8, 0xcb, 10, 0x31, 0x2c, 0xbc, 0xd7, 10]);
		expect(decodeLines(gb)).toEqual({ encoding: 'GB18030', lines: ['编号,当事人', '1,甲'] });
		expect(decodeLines(utf8('\ufeff编号,当事人\r\n1,甲'))).toEqual({ encoding: 'UTF-8', lines: ['编号,当事人', '1,甲'] });
	});
	it('reports a damaged line only', () => {
		const bytes = new Uint8Array([...utf8('编号\n甲\n'), 0xff, 0xfe, 10, ...utf8('乙')]);
		expect(decodeLines(bytes).lines).toEqual(['编号', '甲', null, '乙']);
	});
});

describe('parseText', () => {
	it('keeps the original and its line', () =>
		expect(parseText('UTF-8', ['a,b', '', '"x\u3001', 'y",2', '3,"4""5"'])).toEqual([
			{ line: 1, original: 'a,b', cells: ['a', 'b'] },
			{ line: 3, original: '"x、\ny",2', cells: ['x、\ny', '2'] },
			{ line: 5, original: '3,"4""5"', cells: ['3', '4"5'] },
		]));
	it('blames a wrong quote on its own line', () => {
		const rows = parseText('UTF-8', ['a,b', '1,"x', '2,y']);
		expect(rows.map((r) => [r.line, !!r.error])).toEqual([[1, false], [2, true], [3, false]]);
	});
});

describe('tableOf', () => {
	const known = (title: string) => mapTitle(title).field !== '';
	it('finds the titles below a merged one and leaves the total out', () => {
		const rows = rowsOfSheet([['样县台账', null, null], ['编 号', '当事人', '罚款金额（万元）'], [1, '甲店', 1.2], ['合计', null, 1.2], ['填表人：某']]);
		const at = findHeader(rows, known);
		const table = tableOf(rows, at);
		expect(at).toBe(1);
		expect(table.titles).toEqual(['编 号', '当事人', '罚款金额（万元）']);
		expect(table.rows.map((r) => r.original)).toEqual(['1,甲店,1.2']);
		expect(table.skipped.length).toBe(2);
	});
	it('says when a row has more cells than titles', () => expect(tableOf(parseText('UTF-8', ['编号,当事人', '1,a,b']), 0).rows[0].error).toMatch(/3/));
});

describe('cells', () => {
	it('are texts', () => {
		expect(cellText(new Date(Date.UTC(2025, 7, 18)))).toBe('2025-08-18');
		expect(cellText(0.1 + 0.2)).toBe('0.3');
		expect(cellText(20230017)).toBe('20230017');
		expect(csvLine(['a"b', 'c,d', ''])).toBe('"a""b","c,d",');
	});
	it('become amounts and days', () => {
		expect(moneyOf('１,２３４.５', false)).toBe(1234.5);
		expect(moneyOf('1.5', true)).toBe(15000);
		expect(moneyOf('2万元', false)).toBe(20000);
		expect(moneyOf('300元', true)).toBe(300);
		expect(moneyOf('无法计算', false)).toBe('不能计算');
		expect(() => moneyOf('约3万', false)).toThrow();
		expect(() => moneyOf('1.234', false)).toThrow();
		expect(dateOf('2025.8.18')).toBe('2025-08-18');
		expect(dateOf('2025-08-18 00:00')).toBe('2025-08-18');
		expect(dateOf('2025年8月')).toBe('2025-08');
		expect(dateOf('2025')).toBe('2025');
		expect(() => dateOf('2025-13-01')).toThrow();
	});
});

describe('recordOf', () => {
	const mapping = mapTitles(['行政处罚决定书文号', '当事人名称', '罚款（万元）', '处罚依据', '移送公安', '立案日期', '经办']);
	it('maps by title, the decision number stands for a missing 编号', () => {
		expect(idColumn(mapping)).toBe(0);
		const { record, problems } = recordOf(mapping, ['样市监处罚〔2023〕17号', '公坪**纸箱厂', '2', '商标法第六十条；行政处罚法第三十二条、第三十三条', '否', '/', 'x']);
		expect(problems).toEqual([]);
		expect(record).toMatchObject({ id: '样市监处罚〔2023〕17号', party_name: '公坪**纸箱厂', fine: 20000, legal_basis: ['商标法第六十条', '行政处罚法第三十二条、第三十三条'], transferred_to_police: false, filed_date: null, outcome: [], campaign: null });
	});
	it('says what is wrong, by field', () =>
		expect(recordOf(mapping, ['', '甲', '约2', '', '也许', '', '']).problems.map((p) => p.field)).toEqual(['id', 'fine', 'transferred_to_police']));
	it('takes the first of two columns for a field', () => expect(mapTitles(['文号', '处罚决定书文号']).map((m) => m.field)).toEqual(['decision_no', '']));
});
