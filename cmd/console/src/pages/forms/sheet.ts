// How a form stands on paper. Pure.
import type { Schema } from '@/api/client';

type Block = Schema<'FormBlock'>;
type Column = Schema<'FormColumn'>;
type Line = Schema<'FormLine'>;

export interface Head {
	key: string;
	name: string;
	unit: string;
	note: string;
	span: number;
	rows: number;
}

/** One line of heads, or two where neighbouring columns have a head in common. */
export function headsOf(block: Block): Head[][] {
	const grouped = block.columns.some((c) => c.group);
	const single = (c: Column, rows: number): Head => ({ key: c.code, name: c.name, unit: c.unit, note: c.note, span: 1, rows });
	const upper: Head[] = [], lower: Head[] = [];
	block.columns.forEach((c, i) => {
		if (!c.group) upper.push(single(c, grouped ? 2 : 1));
		else {
			const last = upper[upper.length - 1];
			if (i > 0 && block.columns[i - 1].group === c.group) last.span++;
			else upper.push({ key: `group-${c.code}`, name: c.group, unit: '', note: '', span: 1, rows: 1 });
			lower.push(single(c, 1));
		}
	});
	return grouped ? [upper, lower] : [upper];
}

/** The cell's name for the daemon: row.column; a figure, and the only row, by the column alone. */
export const cellName = (block: Block, row: Line, column: Column): string => (column.figure || block.rows.length === 1 ? column.code : `${row.code}.${column.code}`);

/** A form that is a list: items numbered through all blocks, those below another one without a number. */
export function numberedItems(blocks: Block[]): { serial: string; column: Column; value: string }[] {
	let n = 0;
	return blocks.flatMap((b) => b.columns.map((column, i) => ({ serial: column.group ? '' : String(++n), column, value: b.rows[0]?.cells[i] ?? '' })));
}

/** A figure as typed (full width, blanks, thousands) -> plain; '' for none; null when it is no such number. */
export function parseFigure(typed: string, decimals: number): string | null {
	const s = typed.normalize('NFKC').replace(/[,，\s]/g, '');
	if (s === '') return '';
	const m = /^(\d{1,12})(?:\.(\d+))?$/.exec(s);
	if (!m || (m[2] ?? '').length > decimals) return null;
	return m[2] ? `${String(BigInt(m[1]))}.${m[2]}` : String(BigInt(m[1]));
}
