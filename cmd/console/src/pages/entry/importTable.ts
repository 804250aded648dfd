// A file as a table: bytes to text, text to rows, where the titles stand. The original of a row is its text as it stands in the file
// (or, from a workbook, the line of CSV it would be), so that the same row is known again.
import { instantZh } from '@/format';
import { t } from '@/texts/import';

export type Encoding = 'UTF-8' | 'GB18030' | 'UTF-16' | 'Excel';

export interface SourceRow {
	/** Line in the file, 1 is the first. */
	line: number;
	original: string;
	cells: string[];
	/** Why the row cannot be read at all. */
	error?: string;
}

export interface Source {
	encoding: Encoding;
	rows: SourceRow[];
	sheets: string[];
	sheet: number;
}

export class ImportFileError extends Error {}

const ROW_MAX_BYTES = 256 * 1024;
const QUOTED_LINES_MAX = 2000;

// ---- text ----

function splitLines(bytes: Uint8Array): Uint8Array[] {
	const lines: Uint8Array[] = [];
	let from = 0;
	while (from < bytes.length) {
		let end = bytes.indexOf(10, from);
		if (end < 0) end = bytes.length;
		lines.push(bytes.subarray(from, end > from && bytes[end - 1] === 13 ? end - 1 : end));
		from = end + 1;
	}
	return lines;
}

/** Lines of text; null for one that is damaged. Neither encoding uses the byte of a line feed inside a character, and the
 * majority of the lines says which it is, as a single short line can be both. */
export function decodeLines(bytes: Uint8Array): { encoding: Encoding; lines: (string | null)[] } {
	if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
		const text = new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
		return { encoding: 'UTF-16', lines: text.replace(/\r?\n$/, '').split(/\r?\n/) };
	}
	const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
	const raw = splitLines(marked ? bytes.subarray(3) : bytes);
	const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }), gb = new TextDecoder('gb18030', { fatal: true });
	const read = (decoder: TextDecoder, line: Uint8Array) => {
		try {
			return decoder.decode(line);
		} catch {
			return null;
		}
	};
	let good = 0, bad = 0;
	const asUtf8 = raw.map((line) => {
		const text = read(utf8, line);
		if (line.some((b) => b >= 0x80)) text === null ? bad++ : good++;
		return text;
	});
	if (marked || bad <= good) return { encoding: 'UTF-8', lines: asUtf8 };
	return { encoding: 'GB18030', lines: raw.map((line) => read(gb, line)) };
}

/** Cells of one record; null when its quotes are not right. */
function cellsOf(text: string, divider: string): string[] | null {
	const cells: string[] = [];
	let i = 0;
	for (;;) {
		let cell = '';
		if (text[i] === '"') {
			for (i++; ; i++) {
				if (i >= text.length) return null;
				if (text[i] !== '"') cell += text[i];
				else if (text[i + 1] === '"') {
					cell += '"';
					i++;
				} else break;
			}
			i++;
			if (i < text.length && text[i] !== divider) return null;
		} else {
			const end = text.indexOf(divider, i);
			cell = text.slice(i, end < 0 ? text.length : end);
			if (cell.includes('"')) return null;
			i = end < 0 ? text.length : end;
		}
		cells.push(cell);
		if (i >= text.length) return cells;
		i++;
	}
}

const oddQuotes = (s: string) => (s.split('"').length - 1) % 2 === 1;

export function parseText(encoding: Encoding, lines: (string | null)[]): SourceRow[] {
	const first = lines.find((l) => l !== null && l.trim() !== '') ?? '';
	const divider = (first.match(/\t/g)?.length ?? 0) > (first.match(/,/g)?.length ?? 0) ? '\t' : ',';
	const rows: SourceRow[] = [];
	for (let i = 0; i < lines.length; i++) {
		const text = lines[i], line = i + 1;
		if (text === null) {
			rows.push({ line, original: '', cells: [], error: t.file.damaged(encoding) });
			continue;
		}
		if (text.trim() === '') continue;
		let end = i, open = oddQuotes(text);
		while (open && end + 1 < lines.length && lines[end + 1] !== null && end - i < QUOTED_LINES_MAX) open = open !== oddQuotes(lines[++end] as string);
		// A quote that stays open is this line's fault only.
		const original = open ? text : (lines.slice(i, end + 1) as string[]).join('\n');
		const cells = open ? null : cellsOf(original, divider);
		if (cells) i = end;
		rows.push(cells ? { line, original, cells } : { line, original: text, cells: [text], error: t.file.quote });
	}
	return rows;
}

// ---- workbooks ----

const csvCell = (s: string) => (/[",\n\r]/.test(s) ? `"${s.replace(/"/g, '""')}"` : s);
export const csvLine = (cells: string[]) => cells.map(csvCell).join(',');

/** A cell as people see it: days without a time, numbers without the noise of floating point. */
export function cellText(v: unknown): string {
	if (v === null || v === undefined) return '';
	if (v instanceof Date) {
		if (Number.isNaN(v.getTime())) return '';
		return v.getTime() % 86400000 === 0 ? v.toISOString().slice(0, 10) : instantZh(new Date(v.getTime() - 8 * 3600000).toISOString());
	}
	if (typeof v === 'boolean') return v ? '是' : '否';
	if (typeof v === 'number') {
		const n = Number(v.toPrecision(15));
		return Math.abs(n) < 1e21 && !String(n).includes('e') ? String(n) : BigInt(Math.round(n)).toString();
	}
	return String(v).replace(/\r\n?/g, '\n');
}

export function rowsOfSheet(sheet: unknown[][]): SourceRow[] {
	return sheet
		.map((row, i): SourceRow => {
			const cells = row.map(cellText);
			while (cells.length > 1 && cells[cells.length - 1] === '') cells.pop();
			return { line: i + 1, original: csvLine(cells), cells };
		})
		.filter((r) => r.cells.some((c) => c.trim() !== ''));
}

const starts = (bytes: Uint8Array, ...with_: number[]) => with_.every((b, i) => bytes[i] === b);

export async function readSource(buffer: ArrayBuffer, sheet = 0): Promise<Source> {
	const bytes = new Uint8Array(buffer);
	if (bytes.length === 0) throw new ImportFileError(t.file.empty);
	if (starts(bytes, 0xd0, 0xcf, 0x11, 0xe0)) throw new ImportFileError(t.file.xls);
	if (starts(bytes, 0x50, 0x4b, 3, 4)) {
		try {
			const { default: readXlsx, readSheetNames } = await import('read-excel-file');
			const sheets = await readSheetNames(buffer);
			const rows = rowsOfSheet((await readXlsx(buffer, { sheet: sheet + 1, trim: false })) as unknown[][]);
			return { encoding: 'Excel', rows, sheets, sheet };
		} catch (e) {
			throw new ImportFileError(`${t.file.notTable}（${e instanceof Error ? e.message : String(e)}）`);
		}
	}
	if (bytes.subarray(0, 4096).includes(0) && !starts(bytes, 0xff, 0xfe) && !starts(bytes, 0xfe, 0xff)) throw new ImportFileError(t.file.notTable);
	const { encoding, lines } = decodeLines(bytes);
	return { encoding, rows: parseText(encoding, lines), sheets: [], sheet: 0 };
}

// ---- titles and rows ----

const SIDE_ROW = /^(合计|总计|小计|共计|填报人|填表人|制表人?|审核人|审批人|备注|说明|注)\s*[:：]?/;

export interface Table {
	titles: string[];
	/** Index of the row of titles; -1: none found. */
	header: number;
	rows: SourceRow[];
	/** Totals and remarks below the table. */
	skipped: SourceRow[];
}

/** The row of the first ten in which most cells are known titles. */
export function findHeader(rows: SourceRow[], known: (title: string) => boolean): number {
	let best = -1, most = 0;
	rows.slice(0, 10).forEach((r, i) => {
		const hits = r.cells.filter((c) => c.trim() !== '' && known(c)).length;
		if (hits > most) {
			best = i;
			most = hits;
		}
	});
	return best;
}

export function tableOf(rows: SourceRow[], header: number): Table {
	if (header < 0) return { titles: [], header, rows: [], skipped: [] };
	const titles = rows[header].cells.map((c) => c.replace(/\s*\n\s*/g, '').trim());
	while (titles.length && titles[titles.length - 1] === '') titles.pop();
	const kept: SourceRow[] = [], skipped: SourceRow[] = [];
	for (const r of rows.slice(header + 1)) {
		const filled = r.cells.filter((c) => c.trim() !== '');
		// A total, or a remark that stands alone: one filled cell, or 合计 in front.
		const first = filled[0]?.trim() ?? '';
		const aside = /^(合计|总计|小计|共计)\s*[:：]?$/.test(first) || (filled.length <= 2 && SIDE_ROW.test(first));
		if (!r.error && aside) skipped.push(r);
		else if (!r.error && r.cells.slice(titles.length).some((c) => c.trim() !== '')) kept.push({ ...r, error: t.file.cells(r.cells.length, titles.length) });
		else if (new TextEncoder().encode(r.original).length > ROW_MAX_BYTES) kept.push({ ...r, error: t.file.rowSize });
		else kept.push(r);
	}
	return { titles, header, rows: kept, skipped };
}

/** Tells tables apart (not for safety): the same titles, the same mapping. */
export function fingerprint(text: string): string {
	let a = 0xdeadbeef, b = 0x41c6ce57;
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		a = Math.imul(a ^ c, 2654435761);
		b = Math.imul(b ^ c, 1597334677);
	}
	return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}
