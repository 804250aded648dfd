// Facts and payloads as people read them. Pure: what a value is, by its field's type; FactValue.vue draws it.
import type { MatterKind } from '@/api/client';
import { dateZh, instantZh, wanYuan, yuan, yuanUpper } from '@/format';
import { fieldType, fieldZh, personOf, wordOf } from '@/labels';
import { t as common } from '@/texts/common';
import { t as inputs } from '@/texts/fields';

export type Readable =
	| { as: 'text'; text: string; mono?: boolean }
	| { as: 'money'; text: string; more: string }
	| { as: 'bool'; yes: boolean }
	| { as: 'list'; items: string[] }
	| { as: 'link'; kind: MatterKind; id: string }
	| { as: 'rows'; rows: Record<string, unknown>[] }
	| { as: 'none' };

const MATTER_OF: Record<string, MatterKind> = { clue: 'clue', case: 'case', handoff: 'handoff', disclosure_matter: 'disclosure', reopened_from: 'handoff' };
const DIGESTS = /^(sha256|sha512|sm3|.*digest)$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/, INSTANT = /^\d{4}-\d{2}-\d{2}T/;

const nothing = (v: unknown) => v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0);

/** Nothing to show: empty, or only empty parts (what a case carries over from a clue without measures). */
export function isEmpty(v: unknown): boolean {
	if (nothing(v)) return true;
	return typeof v === 'object' && !Array.isArray(v) && Object.values(v as object).every(isEmpty);
}

function money(v: unknown): Readable {
	const s = String(v);
	if (!/^-?\d+$/.test(s)) return { as: 'text', text: s };
	return { as: 'money', text: `${yuan(s)} ${inputs.money.unit}`, more: `${wanYuan(s)} ${inputs.money.ten_thousand} · ${yuanUpper(s)}` };
}

function plain(name: string, v: string): Readable {
	if (DIGESTS.test(name)) return { as: 'text', text: v, mono: true };
	if (DAY.test(v)) return { as: 'text', text: dateZh(v) };
	if (INSTANT.test(v)) return { as: 'text', text: instantZh(v) };
	if (fieldType(name) === 'account') return { as: 'text', text: personOf(v) };
	return { as: 'text', text: wordOf(name, v) };
}

export function readable(name: string, v: unknown): Readable {
	if (isEmpty(v)) return { as: 'none' };
	const type = name.endsWith('_fen') ? 'money' : fieldType(name);
	if (type === 'money') return money(v);
	if (typeof v === 'boolean') return { as: 'bool', yes: v };
	if (name in MATTER_OF && /^\d+$/.test(String(v))) return { as: 'link', kind: MATTER_OF[name], id: String(v) };
	if (Array.isArray(v)) {
		if (v.some((x) => typeof x === 'object' && x !== null)) return { as: 'rows', rows: v as Record<string, unknown>[] };
		return { as: 'list', items: v.map((x) => wordOf(name, String(x))) };
	}
	if (typeof v === 'object') {
		const o = v as { name?: string };
		return typeof o.name === 'string' ? { as: 'text', text: o.name } : { as: 'rows', rows: [v as Record<string, unknown>] };
	}
	// Lists of objects that came as the text they are stored as (goods of a hand-over, cuts of a publication).
	const s = String(v);
	if (type === 'goods' || type === 'json' || name === 'cuts') {
		try {
			const parsed = JSON.parse(s) as unknown;
			if (typeof parsed === 'object') return readable(name, parsed);
		} catch {
			/* plain text */
		}
	}
	return plain(name, s);
}

/** The same in one line, for tables and comparison. */
export function inLine(name: string, v: unknown): string {
	const r = readable(name, v);
	switch (r.as) {
		case 'text': return r.text;
		case 'money': return r.text;
		case 'bool': return r.yes ? common.yes : common.no;
		case 'list': return r.items.join('、');
		case 'link': return r.id;
		case 'rows': return r.rows.map((row) => String(row.name ?? Object.values(row).filter((x) => typeof x !== 'object').join(' '))).join('、');
		case 'none': return '';
	}
}

/** Fields of a payload in their order, without what says nothing. */
export const shownFields = (payload: Record<string, unknown>): string[] => Object.keys(payload).filter((k) => !isEmpty(payload[k]));

/** Heads of a table of rows: names of the fields that at least one row has. */
export function columnsOf(rows: Record<string, unknown>[], zh: Record<string, unknown>): { name: string; zh: string }[] {
	const names = new Set(rows.flatMap((r) => Object.keys(r).filter((k) => !isEmpty(r[k]))));
	return [...names].map((name) => ({ name, zh: typeof zh[name] === 'string' ? (zh[name] as string) : fieldZh(name) }));
}
