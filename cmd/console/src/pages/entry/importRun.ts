// An import under way. It lives beside the pages, so that one may look elsewhere meanwhile. Rows go up in batches, each under a key
// of its own: after a lost reply the same batch is sent again and changes nothing twice. What the server refuses as a whole is
// halved until the row at fault stands alone.
import { computed, reactive, ref, shallowRef } from 'vue';
import { newKey, request, type Schema } from '@/api/client';
import { type ApiProblem, asProblem } from '@/api/problem';
import { dropDraft, loadDraft } from '@/draft';
import { findHeader, fingerprint, ImportFileError, readSource, type Source, type SourceRow, type Table, tableOf, csvLine } from '@/pages/entry/importTable';
import { idColumn, type Mapped, mapTitle, mapTitles, recordOf, type RowProblem } from '@/pages/entry/importFields';
import { t } from '@/texts/import';

const BATCH_ROWS = 50, BATCH_CHARS = 500_000, FILE_MAX = 64 << 20, SAVE_EVERY = 4;

export interface ImportRow {
	source: SourceRow;
	record: Record<string, unknown> | null;
	state: 'pending' | 'new' | 'unchanged' | 'failed';
	/** The file itself is wrong here: never sent. */
	local: boolean;
	id: string;
	problems: RowProblem[];
}

export type Phase = 'file' | 'map' | 'preview' | 'run';

const phase = ref<Phase>('file');
const file = shallowRef<{ name: string; buffer: ArrayBuffer } | null>(null);
const source = shallowRef<Source | null>(null);
const table = shallowRef<Table | null>(null);
const mapping = ref<Mapped[]>([]);
const restored = ref(false);
const rows = shallowRef<ImportRow[]>([]);
const state = reactive({ busy: '' as '' | 'read' | 'check' | 'import', done: 0, total: 0, paused: false, finished: false, fileError: '' });
const problem = shallowRef<ApiProblem | null>(null);
let job = '', keys = '', at = 0, draftVersion = 0, turn = 0, stopAsked = false;

const draftKey = () => `import-${fingerprint(`${file.value?.name}\n${table.value?.titles.join('\t')}`)}`;
const memory = () => `ipcase.import.${fingerprint(table.value?.titles.join('\t') ?? '')}`;
const touchRows = () => (rows.value = [...rows.value]);

// ---- file ----

export function reset(): void {
	turn++;
	phase.value = 'file';
	file.value = source.value = table.value = null;
	rows.value = [];
	problem.value = null;
	Object.assign(state, { busy: '', done: 0, total: 0, paused: false, finished: false, fileError: '' });
}

async function useSource(found: Source): Promise<void> {
	source.value = found;
	await useHeader(findHeader(found.rows, (title) => mapTitle(title).field !== ''));
}

export async function useHeader(header: number): Promise<void> {
	table.value = tableOf(source.value?.rows ?? [], header);
	mapping.value = mapTitles(table.value.titles);
	restored.value = false;
	const kept = localStorage.getItem(memory());
	const before = await loadDraft(draftKey()).catch(() => null);
	draftVersion = before?.version ?? 0;
	const known = (before?.body.mapping as Mapped[] | undefined) ?? (kept ? (JSON.parse(kept) as Mapped[]) : undefined);
	if (known?.length === mapping.value.length && table.value.titles.length) {
		restored.value = JSON.stringify(known) !== JSON.stringify(mapping.value);
		mapping.value = known;
	}
}

export async function useFile(chosen: File): Promise<void> {
	reset();
	const mine = turn;
	state.busy = 'read';
	try {
		if (chosen.size > FILE_MAX) throw new ImportFileError(t.file.tooLarge);
		const buffer = await chosen.arrayBuffer();
		const found = await readSource(buffer);
		if (mine !== turn) return;
		if (found.rows.length === 0) throw new ImportFileError(t.file.empty);
		file.value = { name: chosen.name, buffer };
		await useSource(found);
		phase.value = 'map';
	} catch (e) {
		if (mine === turn) state.fileError = e instanceof Error ? e.message : String(e);
	}
	if (mine === turn) state.busy = '';
}

export async function useSheet(sheet: number): Promise<void> {
	if (!file.value) return;
	await useSource(await readSource(file.value.buffer, sheet));
}

/** Why the mapping cannot be used; '' when it can. */
export const mappingError = computed(() => {
	const titles = table.value?.titles ?? [];
	if (!table.value || table.value.header < 0) return t.file.noHeader;
	if (!mapping.value.some((m) => m.field)) return t.map.noneMapped;
	for (const m of mapping.value) {
		const same = mapping.value.map((x, i) => (m.field && x.field === m.field ? titles[i] : '')).filter(Boolean);
		if (same.length > 1) return t.map.double(m.field, same.join('、'));
	}
	return idColumn(mapping.value) < 0 ? t.map.noId : '';
});

// ---- rows up ----

function makeRows(): void {
	const seen = new Map<string, ImportRow>();
	rows.value = (table.value?.rows ?? []).map((r) => {
		const row: ImportRow = { source: r, record: null, state: 'pending', local: false, id: '', problems: r.error ? [{ field: '', message: r.error }] : [] };
		if (!r.error) {
			const { record, problems } = recordOf(mapping.value, r.cells);
			row.record = record;
			row.problems = problems;
			const key = String(record.id ?? ''), first = seen.get(key);
			if (key && first && first.source.original !== r.original) row.problems.push({ field: 'id', message: t.error.same(first.source.line) });
			else if (key && !first) seen.set(key, row);
		}
		row.local = row.problems.length > 0;
		if (row.local) row.state = 'failed';
		return row;
	});
}

function batches(): ImportRow[][] {
	const out: ImportRow[][] = [];
	let chars = 0;
	for (const row of rows.value.filter((r) => !r.local)) {
		const n = row.source.original.length;
		if (!out.length || out[out.length - 1].length === BATCH_ROWS || chars + n > BATCH_CHARS) {
			out.push([]);
			chars = 0;
		}
		out[out.length - 1].push(row);
		chars += n;
	}
	return out;
}

async function send(batch: ImportRow[], dry: boolean, key: string): Promise<void> {
	const body = { rows: batch.map((r) => ({ line: r.source.line, original: r.source.original, row: r.record })), ...(dry ? { dry_run: true } : {}) };
	let results: Schema<'ImportResult'>[];
	try {
		results = (await request<Schema<'ImportResults'>>('POST', `/api/v1/imports/${job}/rows`, { body, key })).results;
	} catch (e) {
		const p = asProblem(e);
		const ofRows = !p.network && [400, 409, 413, 422, 500].includes(p.status);
		if (!ofRows) throw e;
		if (batch.length > 1) {
			const middle = Math.floor(batch.length / 2);
			await send(batch.slice(0, middle), dry, `${key}a`);
			await send(batch.slice(middle), dry, `${key}b`);
		} else {
			batch[0].state = 'failed';
			batch[0].problems = [{ field: p.fieldName, message: p.message }];
		}
		return;
	}
	const byLine = new Map(results.map((r) => [Number(r.line), r]));
	for (const row of batch) {
		const r = byLine.get(row.source.line);
		row.state = r?.outcome ?? 'failed';
		row.id = r?.id ?? row.id;
		row.problems = r ? (r.errors ?? []).map((e) => ({ field: e.field, message: e.message || t.error.failed })) : [{ field: '', message: t.error.noAnswer }];
	}
}

/** Sends what is left; ends early when nobody can go on, and goes on from there when called again. */
async function sendAll(dry: boolean): Promise<boolean> {
	const list = batches(), mine = turn;
	state.total = list.reduce((n, b) => n + b.length, 0);
	for (; at < list.length; at++) {
		if (stopAsked || mine !== turn) return false;
		await send(list[at], dry, `${keys}-${dry ? 'd' : 'i'}${at}`);
		if (mine !== turn) return false;
		state.done = list.slice(0, at + 1).reduce((n, b) => n + b.length, 0);
		touchRows();
		if (!dry && at % SAVE_EVERY === SAVE_EVERY - 1) await saveProgress();
	}
	return true;
}

async function saveProgress(): Promise<void> {
	const body = { name: file.value?.name, mapping: mapping.value, done: state.done, total: state.total };
	await request<{ version: number }>('PUT', `/api/v1/me/drafts/${draftKey()}`, { body: { title: file.value?.name ?? t.title, version: draftVersion, body } })
		.then((kept) => (draftVersion = kept.version), () => undefined);
}

export async function check(): Promise<void> {
	if (mappingError.value || state.busy) return;
	localStorage.setItem(memory(), JSON.stringify(mapping.value));
	turn++;
	makeRows();
	phase.value = 'preview';
	job = '';
	at = 0;
	Object.assign(state, { done: 0, finished: false, paused: false });
	await recheck();
}

/** Also goes on with a check that was interrupted. */
export async function recheck(): Promise<void> {
	const mine = turn;
	state.busy = 'check';
	stopAsked = false;
	problem.value = null;
	try {
		if (!job) {
			if (at === 0) keys = newKey().slice(0, 24);
			job = (await request<Schema<'ImportId'>>('POST', '/api/v1/imports', { body: { name: file.value?.name.slice(0, 200) ?? t.title, format: 'csv', total: rows.value.length }, key: `${keys}-open` })).id;
		}
		if ((await sendAll(true)) && mine === turn) state.finished = true;
	} catch (e) {
		if (mine === turn) problem.value = asProblem(e);
	}
	if (mine === turn) state.busy = '';
}

export async function run(): Promise<void> {
	if (state.busy) return;
	if (phase.value === 'preview') {
		at = 0;
		state.done = 0;
		for (const r of rows.value) if (!r.local) Object.assign(r, { state: 'pending', problems: [] });
		touchRows();
	}
	phase.value = 'run';
	const mine = turn;
	Object.assign(state, { busy: 'import', paused: false, finished: false });
	stopAsked = false;
	problem.value = null;
	await saveProgress();
	try {
		if (await sendAll(false)) {
			state.finished = true;
			await dropDraft(draftKey()).catch(() => undefined);
			draftVersion = 0;
		} else if (mine === turn) state.paused = true;
	} catch (e) {
		if (mine === turn) problem.value = asProblem(e);
		void saveProgress();
	}
	if (mine === turn) state.busy = '';
}

export function pause(): void {
	stopAsked = true;
}
export function toMapping(): void {
	turn++;
	stopAsked = true;
	state.busy = '';
	problem.value = null;
	phase.value = 'map';
}

export const counts = computed(() => {
	const of = (s: ImportRow['state']) => rows.value.filter((r) => r.state === s).length;
	return { all: rows.value.length, new: of('new'), unchanged: of('unchanged'), failed: of('failed'), pending: of('pending') };
});

/** The failed rows as a CSV that can be mended and imported again. */
export function failedCsv(): string {
	const titles = table.value?.titles ?? [];
	const lines = rows.value.filter((r) => r.state === 'failed').map((r) => {
		const cells = titles.map((_, i) => r.source.cells[i] ?? '');
		return csvLine([...cells, r.problems.map((p) => p.message).join('；')]);
	});
	return `\ufeff${[csvLine([...titles, t.run.reason]), ...lines].join('\r\n')}\r\n`;
}

export const importing = { phase, file, source, table, mapping, restored, rows, state, problem };
