// The file for the credit platform, byte for byte as the command line makes it (lib/report/shuanggongshi_csv.c): UTF-8 with byte order
// mark, a row of codes, a row of names, a row for each party; RFC 4180, CRLF; what a spreadsheet would take for a formula gets an
// apostrophe in front. Pure.
import { sha256 } from '@noble/hashes/sha256';
import { bytesToHex } from '@noble/hashes/utils';
import type { Schema } from '@/api/client';

export type Decision = Schema<'CreditDecision'>;
export type Field = Schema<'CreditField'>;

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

function cell(text: string): string {
	const formula = FORMULA.test(text);
	if (!formula && !/[,"\r\n]/.test(text)) return text;
	return `"${formula ? "'" : ''}${text.replace(/"/g, '""')}"`;
}

export const isGood = (d: Decision): boolean => d.rows.every((r) => r.problems.length === 0);

export interface CreditFile {
	bytes: Uint8Array;
	sha256: string;
	lines: number;
}

/** Of those decisions, all of which must be good. */
export function creditFile(fields: Field[], decisions: Decision[]): CreditFile {
	const rows = decisions.flatMap((d) => d.rows.map((r) => fields.map((_, i) => r.values[i] ?? '')));
	const lines = [fields.map((f) => f.code), fields.map((f) => f.zh), ...rows].map((r) => `${r.map(cell).join(',')}\r\n`);
	const bytes = new TextEncoder().encode(`\ufeff${lines.join('')}`);
	return { bytes, sha256: bytesToHex(sha256(bytes)), lines: rows.length };
}
