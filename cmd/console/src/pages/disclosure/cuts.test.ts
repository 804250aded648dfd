import { describe, expect, it } from 'vitest';
import { byteOffsets, type Cut, cutOf, everywhere, indexOfByte, pieces, publicPieces, residuePlace, sent, wholeCharacters, withCut } from '@/pages/disclosure/cuts';

const bytes = (s: string) => new TextEncoder().encode(s).length;
const cut = (at: number, len: number, code = 'name'): Cut => ({ at, len, code, note: '' });

describe('places are counted in UTF-8 bytes', () => {
	const text = '证人张某𠮷é电话13800000000。';
	const offsets = byteOffsets(text);
	it('as the encoder counts them', () => {
		for (let i = 0; i <= text.length; i++) {
			if (i > 0 && text.charCodeAt(i) >= 0xdc00 && text.charCodeAt(i) < 0xe000) continue;
			expect(offsets[i]).toBe(bytes(text.slice(0, i)));
			expect(indexOfByte(offsets, offsets[i])).toBe(i);
		}
		expect(offsets[text.length]).toBe(bytes(text));
	});
	it('a cut is the bytes of what was selected', () => {
		const from = text.indexOf('张某');
		expect(cutOf(text, offsets, from, from + 2, 'name', '')).toEqual({ at: bytes('证人'), len: 6, code: 'name', note: '', text: '张某' });
	});
	it('no character is torn', () => {
		const pair = text.indexOf('𠮷');
		expect(wholeCharacters(text, pair + 1, pair + 2)).toEqual([pair, pair + 2]);
		const accent = 'ae\u0301b';
		expect(wholeCharacters(accent, 1, 2)).toEqual([1, 3]);
		expect(wholeCharacters(accent, 2, 3)).toEqual([1, 3]);
	});
	it('blanks at the ends stay, nothing is no cut', () => {
		expect(cutOf(' 甲 乙 ', byteOffsets(' 甲 乙 '), 0, 5, 'name', '')?.text).toBe('甲 乙');
		expect(cutOf('   ', byteOffsets('   '), 0, 3, 'name', '')).toBeNull();
	});
	it('selected backwards is the same', () => {
		expect(cutOf(text, offsets, 4, 2, 'name', '')).toEqual(cutOf(text, offsets, 2, 4, 'name', ''));
	});
});

describe('lists of cuts', () => {
	it('refuse what overlaps and keep the order of places', () => {
		expect(withCut([cut(10, 5)], cut(14, 2))).toBeNull();
		expect(withCut([cut(10, 5)], cut(15, 2))?.map((c) => c.at)).toEqual([10, 15]);
		expect(withCut([cut(10, 5)], cut(0, 10))?.map((c) => c.at)).toEqual([0, 10]);
	});
	it('a text is cut wherever it stands, but not where it is cut already', () => {
		const text = '张某和张某，张某';
		const offsets = byteOffsets(text);
		const found = everywhere(text, offsets, ' 张某 ', [cut(0, 6)], 'name', '');
		expect(found.map((c) => c.at)).toEqual([bytes('张某和'), bytes('张某和张某，')]);
		expect(everywhere(text, offsets, '  ', [], 'name', '')).toEqual([]);
	});
	it('are sent with four members only', () => {
		expect(sent([{ ...cut(9, 3), zh: '其他自然人姓名', text: '甲' }])).toEqual([{ at: 9, len: 3, code: 'name', note: '' }]);
	});
});

describe('pieces', () => {
	const text = '甲乙丙丁戊';
	const offsets = byteOffsets(text);
	it('say everything once, in order', () => {
		const got = pieces(text, offsets, [cut(3, 3)], [cut(9, 3)], [cut(3, 6), cut(12, 3)]);
		expect(got.map((p) => [p.text, p.mark])).toEqual([['甲', 'text'], ['乙', 'cut'], ['丙', 'text'], ['丁', 'proposed'], ['戊', 'unsure']]);
		expect(got.map((p) => p.text).join('')).toBe(text);
	});
	it('the whole text without marks', () => expect(pieces(text, offsets, [], [], []).map((p) => p.text)).toEqual([text]));
});

describe('the published text', () => {
	it('shows where something is left', () => {
		const text = '第一行\n证人𠮷某住×××，电话123';
		const place = residuePlace(text, '公示内容中还有1处不得公开的内容，第一处是其他自然人姓名：第2行第3字起2个字');
		expect(text.slice(...place!)).toBe('𠮷某');
		expect(publicPieces(text, place).map((p) => [p.text, p.mark])).toEqual([['第一行\n证人', 'text'], ['𠮷某', 'residue'], ['住', 'text'], ['×××', 'gone'], ['，电话123', 'text']]);
		expect(residuePlace(text, '在公示摘要中')).toBeNull();
		expect(residuePlace(text, '第9行第1字起1个字')).toBeNull();
	});
});
