import { describe, expect, it } from 'vitest';
import type { FieldDescription } from '@/api/acts';
import { leftovers, namesOf } from './leftover';

const fields: FieldDescription[] = [
	{ name: 'summary', zh: '主要内容', type: 'text', required: true },
	{ name: 'right_no', zh: '权利号', type: 'list', required: false },
	{ name: 'parties', zh: '当事人', type: 'parties', required: false },
];
const names = namesOf({ parties: [{ name: '样县甲配件店（普通合伙）', representative: '某甲', uscc: '9151**********01', phone: '无' }] });

describe('leftovers', () => {
	it('knows the names', () => expect(names).toEqual(['样县甲配件店（普通合伙）', '样县甲配件店', '某甲']));
	it('finds the old name, also in another width, once', () =>
		expect(leftovers(names, fields, { summary: '样县甲配件店(普通合伙) 销售机油', right_no: ['某甲1号'] })).toEqual([
			{ name: '样县甲配件店（普通合伙）', where: ['主要内容'] },
			{ name: '某甲', where: ['权利号'] },
		]));
	it('is silent when the party is the same again', () =>
		expect(leftovers(names, fields, { summary: '某甲在样县甲配件店', parties: [{ name: '样县甲配件店（普通合伙）', representative: '某甲' }] })).toEqual([]));
});
