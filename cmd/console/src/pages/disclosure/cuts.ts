// Cuts of an approved text. The daemon counts UTF-8 bytes of the original (lib/law/redaction.h), the browser UTF-16 units: everything
// here keeps both together, never splits a character, and changes nothing but lists. Pure.
export interface Cut {
	at: number;
	len: number;
	code: string;
	note: string;
	zh?: string;
	article?: string;
	text?: string;
}

/** Byte offset of each UTF-16 index, and one more for the end. */
export function byteOffsets(text: string): Uint32Array {
	const out = new Uint32Array(text.length + 1);
	let bytes = 0;
	for (let i = 0; i < text.length; i++) {
		out[i] = bytes;
		const c = text.charCodeAt(i);
		if (c >= 0xd800 && c < 0xdc00 && i + 1 < text.length) {
			out[++i] = bytes; // inside a pair: no place of its own
			bytes += 4;
		} else bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
	}
	out[text.length] = bytes;
	return out;
}

/** The UTF-16 index of a byte offset (of the character that begins there). */
export function indexOfByte(offsets: Uint32Array, byte: number): number {
	let low = 0, high = offsets.length - 1;
	while (low < high) {
		const mid = (low + high) >> 1;
		if (offsets[mid] < byte) low = mid + 1;
		else high = mid;
	}
	return low;
}

const follows = (text: string, i: number) => {
	const c = text.charCodeAt(i);
	return (c >= 0xdc00 && c < 0xe000) || /^\p{M}/u.test(String.fromCodePoint(text.codePointAt(i) ?? 32));
};

/** Grown so that no surrogate pair and no accent is torn from its letter; blanks at the ends do not belong to it. */
export function wholeCharacters(text: string, from: number, to: number): [number, number] {
	let a = Math.max(0, Math.min(from, to)), b = Math.min(text.length, Math.max(from, to));
	while (a < b && /\s/.test(text[a])) a++;
	while (b > a && /\s/.test(text[b - 1])) b--;
	if (a === b) return [a, b];
	while (a > 0 && follows(text, a)) a--;
	while (b < text.length && follows(text, b)) b++;
	return [a, b];
}

export const endOf = (c: Cut) => c.at + c.len;
export const overlaps = (a: Cut, b: Cut) => a.at < endOf(b) && b.at < endOf(a);
export const ordered = (cuts: Cut[]) => [...cuts].sort((a, b) => a.at - b.at || a.len - b.len);

export function cutOf(text: string, offsets: Uint32Array, from: number, to: number, code: string, note: string): Cut | null {
	const [a, b] = wholeCharacters(text, from, to);
	return a === b ? null : { at: offsets[a], len: offsets[b] - offsets[a], code, note, text: text.slice(a, b) };
}

/** With the new one, in the order of places; null when it shares a byte with one that is there. */
export const withCut = (cuts: Cut[], cut: Cut): Cut[] | null => (cuts.some((c) => overlaps(c, cut)) ? null : ordered([...cuts, cut]));

/** Every place of `needle` that no cut touches yet, as cuts. Width and case count: what is cut is what stands there. */
export function everywhere(text: string, offsets: Uint32Array, needle: string, cuts: Cut[], code: string, note: string): Cut[] {
	const out: Cut[] = [];
	const wanted = needle.trim();
	if (!wanted) return out;
	for (let i = text.indexOf(wanted); i >= 0; i = text.indexOf(wanted, i + wanted.length)) {
		const cut = cutOf(text, offsets, i, i + wanted.length, code, note);
		if (cut && !cuts.some((c) => overlaps(c, cut))) out.push(cut);
	}
	return out;
}

/** What a cut is sent as: the field CUTS and the preview take these members only. */
export const sent = (cuts: Cut[]) => ordered(cuts).map(({ at, len, code, note }) => ({ at, len, code, note }));
export const sameCuts = (a: Cut[], b: Cut[]) => JSON.stringify(sent(a)) === JSON.stringify(sent(b));

export type Mark = 'text' | 'cut' | 'proposed' | 'unsure';

export interface Piece {
	mark: Mark;
	from: number;
	to: number;
	text: string;
	/** Index in the list it comes from. */
	n: number;
}

/** The original in pieces: what is cut, what the program proposes, what a person must judge, and the rest. Cuts win. */
export function pieces(text: string, offsets: Uint32Array, cuts: Cut[], proposed: Cut[], unsure: Cut[]): Piece[] {
	const marks: { cut: Cut; mark: Mark; n: number }[] = [];
	const add = (list: Cut[], mark: Mark) => list.forEach((cut, n) => !marks.some((m) => overlaps(m.cut, cut)) && marks.push({ cut, mark, n }));
	add(cuts, 'cut');
	add(proposed, 'proposed');
	add(unsure, 'unsure');
	marks.sort((a, b) => a.cut.at - b.cut.at);
	const out: Piece[] = [];
	let at = 0;
	const push = (mark: Mark, to: number, n: number) => {
		if (to > at) out.push({ mark, from: at, to, text: text.slice(at, to), n });
		at = Math.max(at, to);
	};
	for (const m of marks) {
		push('text', indexOfByte(offsets, m.cut.at), -1);
		push(m.mark, indexOfByte(offsets, endOf(m.cut)), m.n);
	}
	push('text', text.length, -1);
	return out;
}

/** Where in the published text the guard found something: 「第2行第15字起3个字」. */
export function residuePlace(text: string, message: string): [number, number] | null {
	const m = /第(\d+)行第(\d+)字起(\d+)个字/.exec(message);
	if (!m) return null;
	const [line, char, count] = m.slice(1).map(Number);
	const lines = text.split('\n');
	if (line < 1 || line > lines.length) return null;
	const start = lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0);
	const letters = [...lines[line - 1]];
	const from = start + letters.slice(0, char - 1).join('').length;
	return [from, from + letters.slice(char - 1, char - 1 + count).join('').length];
}

export interface PublicPiece { text: string; mark: 'text' | 'gone' | 'residue' }

/** The published text with its marks (×) and what the guard found. */
export function publicPieces(text: string, residue: [number, number] | null): PublicPiece[] {
	const out: PublicPiece[] = [];
	const plain = (part: string) => part.split(/(×{2,})/).forEach((p) => p && out.push({ text: p, mark: /^×{2,}$/.test(p) ? 'gone' : 'text' }));
	if (!residue) plain(text);
	else {
		plain(text.slice(0, residue[0]));
		out.push({ text: text.slice(...residue), mark: 'residue' });
		plain(text.slice(residue[1]));
	}
	return out;
}
