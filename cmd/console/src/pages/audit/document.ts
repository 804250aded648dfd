// audit.json (docs/audit.md): read line by line as it arrives, counted again from its own rows, compared with another one. Pure
// but for reading the stream.

export const METRICS = ['M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'M7', 'M8', 'M9a', 'M9b', 'M10'] as const;
export type Side = 'in' | 'out';
export type Grouping = 'unit' | 'campaign' | 'ip_type' | 'officer';
export const GROUPINGS: Grouping[] = ['unit', 'campaign', 'ip_type', 'officer'];

export interface Figure {
	num: number;
	den: number;
	percent: string | null;
}
export interface Metric extends Figure {
	code: string;
	zh: string;
	text: string;
	trend: ({ period: string } & Figure)[];
}
export interface Group {
	key: string;
	zh: string;
	metrics: Record<string, [number, number]>;
}
export interface Item {
	id: string;
	number?: string;
	title: string;
	unit?: string;
	officer?: string;
	days?: number;
	why: string;
}
export interface Miss extends Item {
	metric: string;
}
export interface CaseRow {
	id: string;
	number?: string;
	title: string;
	party?: string;
	procedure: string;
	unit: string;
	officer?: string;
	ip_type?: string;
	campaigns?: string[];
	case?: string;
	excluded?: string;
	sides: Record<string, Side>;
	[more: string]: unknown;
}
export interface Component {
	kind: string;
	key: string;
	zh: string;
	component: string;
	total: string;
	component_value: number;
	total_value: number;
	why: string;
}
export interface Jump {
	kind: string;
	key: string;
	zh: string;
	what: string;
	value_fen: number;
	before_fen: number;
	ratio: number;
	why: string;
}
export interface AuditDocument {
	v: number;
	organ: { code: string; name: string };
	whole: boolean;
	period: { code: string; kind: string; name: string; from: string; to: string; open: boolean };
	as_of: string;
	cut_off: string;
	rules: { law: { version: number; known_from: string } | null; metrics: { code: string; zh: string; formula: string; none: string }[] };
	metrics: Metric[];
	names: Record<'unit' | 'officer' | 'campaign', Record<string, string>>;
	by: Record<Grouping, Group[]>;
	sums: { period: string; filed: number; value_fen: number; decided: number; fine_fen: number; confiscated_fen: number }[];
	hidden: {
		declined_late: Item[];
		unfiled_late: Item[];
		suspended: Item[];
		excluded: Item[];
		incomplete: { total: number; items: Item[] };
		silent_units: { unit: string; zh: string }[];
		component_gt_total: Component[];
		jumps: Jump[];
		totals: Record<string, number>;
	};
	misses: Miss[];
	cases: CaseRow[];
}

/** Takes the text in pieces of any size: the head is the first line up to `"misses":[`, then one row a line. */
export class DocumentReader {
	private rest = '';
	private doc: AuditDocument | null = null;
	private list: 'misses' | 'cases' = 'misses';
	private whole = false;

	push(piece: string): void {
		const lines = (this.rest + piece).split('\n');
		this.rest = lines.pop() ?? '';
		for (const line of lines) this.line(line);
	}

	finish(): AuditDocument {
		if (this.rest) this.line(this.rest);
		this.rest = '';
		if (!this.doc || !this.whole) throw new Error('audit.json');
		return this.doc;
	}

	private line(line: string): void {
		if (!this.doc) {
			this.head(line);
			return;
		}
		if (line.startsWith(']')) {
			this.after(line);
			return;
		}
		const row = JSON.parse(line.endsWith(',') ? line.slice(0, -1) : line) as unknown;
		if (this.list === 'misses') this.doc.misses.push(row as Miss);
		else this.doc.cases.push(row as CaseRow);
	}

	/** `…,"misses":[` with rows below; or all of it in one line when both lists are empty. */
	private head(line: string): void {
		const at = line.lastIndexOf(',"misses":[');
		if (at < 0) throw new Error('audit.json');
		this.doc = { ...(JSON.parse(`${line.slice(0, at)}}`) as AuditDocument), misses: [], cases: [] };
		const rest = line.slice(at + ',"misses":['.length);
		if (rest) this.after(rest);
	}

	/** Behind a list's end: `],"cases":[`, `],"cases":[]}` or `]}`. */
	private after(line: string): void {
		if (line.startsWith('],"cases":[')) this.list = 'cases';
		if (line.endsWith(']}')) this.whole = true;
	}
}

export async function readDocument(response: Response, progress: (bytes: number) => void = () => undefined): Promise<AuditDocument> {
	const reader = new DocumentReader();
	const decoder = new TextDecoder('utf-8', { fatal: true });
	const stream = response.body?.getReader();
	let bytes = 0;
	for (;;) {
		const part = await stream?.read();
		if (!part || part.done) break;
		bytes += part.value.length;
		reader.push(decoder.decode(part.value, { stream: true }));
		progress(bytes);
	}
	reader.push(decoder.decode());
	return reader.finish();
}

/** Every rate again, from the rows alone; '' when all agree, else the codes that do not. */
export function recount(doc: AuditDocument): string[] {
	const figures = new Map<string, [number, number]>(METRICS.map((m) => [m, [0, 0]]));
	for (const row of doc.cases) {
		for (const [m, side] of Object.entries(row.sides ?? {})) {
			const f = figures.get(m);
			if (!f) continue;
			f[1]++;
			if (side === 'in') f[0]++;
		}
	}
	return doc.metrics.filter((m) => {
		const f = figures.get(m.code);
		return !f || f[0] !== m.num || f[1] !== m.den;
	}).map((m) => m.code);
}

/** What a miss or a hidden item is: by its metric, or by its row. */
export function kindOfMetric(metric: string): 'clue' | 'case' | 'disclosure' {
	if (metric === 'M10') return 'clue';
	return /^M[6-9]/.test(metric) ? 'disclosure' : 'case';
}
export function kindOfRow(row: CaseRow): 'clue' | 'case' | 'disclosure' {
	return row.procedure === 'clue' || row.procedure === 'disclosure' ? row.procedure : 'case';
}

export interface Filter {
	metric?: string;
	side?: Side | '';
	by?: Grouping | '';
	key?: string;
}

const belongs = (row: CaseRow, by: Grouping, key: string): boolean =>
	by === 'campaign' ? (key === '' ? !row.campaigns?.length : (row.campaigns ?? []).includes(key)) : ((row[by] as string | undefined) ?? '') === key;

/** The rows behind a number: those with a side in the metric (or that side), of the group. */
export function casesOf(doc: AuditDocument, f: Filter): CaseRow[] {
	return doc.cases.filter((row) => {
		const side = f.metric ? row.sides?.[f.metric] : undefined;
		if (f.metric && (!side || (f.side && side !== f.side))) return false;
		return !f.by || belongs(row, f.by, f.key ?? '');
	});
}

export interface Move {
	metric: string;
	was: Side | null;
	is: Side | null;
}
export interface Change {
	id: string;
	row: CaseRow;
	what: 'entered' | 'left' | 'changed';
	lists: Move[];
	fields: { name: string; was: unknown; is: unknown }[];
}
export interface Comparison {
	metrics: { code: string; zh: string; before: [number, number]; after: [number, number] }[];
	changes: Change[];
	/** Those that changed a number. */
	moved: number;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** What differs between two documents of the same organ and period. */
export function compareDocuments(before: AuditDocument, after: AuditDocument): Comparison {
	const old = new Map(before.cases.map((r) => [r.id, r]));
	const now = new Map(after.cases.map((r) => [r.id, r]));
	const changes: Change[] = [];
	for (const id of new Set([...old.keys(), ...now.keys()])) {
		const a = old.get(id), b = now.get(id);
		const row = (b ?? a) as CaseRow;
		const lists = METRICS.map((m) => ({ metric: m as string, was: a?.sides?.[m] ?? null, is: b?.sides?.[m] ?? null })).filter((x) => x.was !== x.is);
		const names = new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})].filter((n) => n !== 'sides' && n !== 'id'));
		const fields = a && b ? [...names].filter((n) => !same(a[n], b[n])).map((name) => ({ name, was: a[name] ?? null, is: b[name] ?? null })) : [];
		if (lists.length || fields.length || !a || !b) changes.push({ id, row, what: !a ? 'entered' : !b ? 'left' : 'changed', lists, fields });
	}
	changes.sort((x, y) => Number(x.id) - Number(y.id));
	const figures = after.metrics.map((m) => {
		const was = before.metrics.find((x) => x.code === m.code);
		return { code: m.code, zh: m.zh, before: [was?.num ?? 0, was?.den ?? 0] as [number, number], after: [m.num, m.den] as [number, number] };
	});
	return { metrics: figures, changes, moved: changes.filter((c) => c.lists.length > 0).length };
}

/** Cut, not rounded, after two decimals, as the document does it; null without denominator. */
export function percentOf(num: number, den: number): string | null {
	if (den === 0) return null;
	const cut = Math.floor((num * 10000) / den);
	return `${Math.floor(cut / 100)}.${String(cut % 100).padStart(2, '0')}`;
}
