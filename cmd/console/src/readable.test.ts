import { describe, expect, it } from 'vitest';
import { columnsOf, inLine, isEmpty, readable, shownFields } from './readable';

describe('readable', () => {
	it('shows money with 万元 and 大写', () => {
		expect(readable('fine_fen', '3230700')).toEqual({ as: 'money', text: '32,307 元', more: '3.2307 万元 · 人民币叁万贰仟叁佰零柒元整' });
		expect(readable('illegal_income_fen', '不能计算')).toEqual({ as: 'text', text: '不能计算' });
	});
	it('shows days, people, truth, matters', () => {
		expect(inLine('filed_on', '2026-10-15')).toBe('2026年10月15日');
		expect(inLine('officer', { id: '1', name: '承办人甲' })).toBe('承办人甲');
		expect(inLine('hearing_right', false)).toBe('否');
		expect(readable('clue', '373')).toEqual({ as: 'link', kind: 'clue', id: '373' });
	});
	it('keeps numbers of texts as they are: a seal is no day', () => {
		expect(inLine('seal_no', '001')).toBe('001');
		expect(inLine('summary', '<b>x</b>')).toBe('<b>x</b>');
	});
	it('makes tables of lists of objects', () => {
		const parties = [{ name: '甲店', kind: '个体工商户' }, { name: '乙店', uscc: '' }];
		expect(readable('parties', parties).as).toBe('rows');
		expect(columnsOf(parties, { name: '当事人名称', kind: '当事人类型' })).toEqual([{ name: 'name', zh: '当事人名称' }, { name: 'kind', zh: '当事人类型' }]);
		expect(inLine('parties', parties)).toBe('甲店、乙店');
	});
	it('leaves out what says nothing', () => {
		expect(isEmpty({ measures: [], spans: [] })).toBe(true);
		expect(shownFields({ a: '', b: [], c: 0, d: false })).toEqual(['c', 'd']);
	});
	it('says what codes mean', () => {
		expect(inLine('offence', 'TM_SALE')).toBe('销售假冒注册商标的商品罪');
		expect(inLine('handoff_state', 'c1_sent')).toBe('已送公安待接受');
	});
});
