import { describe, expect, it } from 'vitest';
import { bare, isMasked, type KnownParty, takeOver } from './partyLookup';

const known: KnownParty = {
	name: '样县甲配件店', kind: '个体工商户', id_number: '5110********12', address: '样县一路1号', legal_person: '某甲', phone: '0800000', reason: '名称相近', matters: 1,
	last: { id: '1', kind: 'case', number: null, title: 'x', on: '2026-01-01' },
};

describe('takeOver', () => {
	it('fills what is empty, keeps what was typed, never takes a masked number', () =>
		expect(takeOver({ name: '样县甲', address: '二路2号' }, known)).toEqual({
			value: { name: '样县甲配件店', address: '二路2号', kind: '个体工商户', representative: '某甲', phone: '0800000' },
			taken: ['kind', 'representative', 'phone'],
		}));
	it('knows a mask and blanks', () => {
		expect(isMasked('5110**')).toBe(true);
		expect(isMasked('')).toBe(false);
		expect(bare('９１５１ 0106-ma')).toBe('91510106MA');
	});
});
