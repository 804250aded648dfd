// Who takes over an earlier text changes the names in it, and forgets one. What of the old party is still there?
import type { FieldDescription } from '@/api/acts';
import type { Schema } from '@/api/client';

export interface Leftover {
	name: string;
	where: string[];
}

const fold = (s: string) => s.normalize('NFKC').replace(/\s/g, '').toLowerCase();

/** Words by which an earlier matter's parties can be known again. */
export function namesOf(matter: Pick<Schema<'Matter'>, 'parties'>): string[] {
	const out = new Set<string>();
	const add = (s: string | undefined, least: number) => {
		const name = s?.trim() ?? '';
		if (name.length >= least && !name.includes('*')) out.add(name);
	};
	for (const p of matter.parties) {
		add(p.name, 2);
		add(p.name.replace(/[（(][^（()）]*[)）]/g, ''), 4);
		add(p.representative, 2);
		add(p.uscc, 15);
		add(p.id_number, 15);
		add(p.address, 6);
		add(p.phone, 7);
	}
	return [...out].sort((a, b) => b.length - a.length);
}

function texts(v: unknown): string[] {
	if (typeof v === 'string') return [v];
	if (Array.isArray(v)) return v.flatMap(texts);
	return v && typeof v === 'object' ? Object.values(v).flatMap(texts) : [];
}

/** The old names that stand in the fields; not those that the present parties have as well. */
export function leftovers(names: string[], fields: FieldDescription[], values: Record<string, unknown>): Leftover[] {
	const present = fold(texts(values.parties).join('\n'));
	const found: Leftover[] = [];
	for (const name of names) {
		const wanted = fold(name);
		if (present.includes(wanted) || found.some((l) => fold(l.name).includes(wanted))) continue;
		const where = fields.filter((f) => f.name !== 'parties' && texts(values[f.name]).some((s) => fold(s).includes(wanted))).map((f) => f.zh);
		if (where.length) found.push({ name, where });
	}
	return found;
}
