// Files on their way to the daemon: in chunks, one file after another, each chunk repeated until it is there. What has arrived stays
// arrived: after a broken connection or a closed page the same file goes on where it was (the upload's id is kept in this
// browser under what the file is). The queue belongs to the matter, not to a tab of its page.
import { reactive } from 'vue';
import { type MatterKind, newKey, request, type Schema } from '@/api/client';
import { asProblem } from '@/api/problem';

/** Whole digests are only computed for files that fit into memory easily, and only where the browser can (secure contexts). */
const DIGEST_MAX = 64 * 1024 * 1024;
const STALE_TRIES = 5;
const REMEMBER_MS = 6 * 86400e3; // the daemon drops uploads that nobody continues after seven days

export interface Waiting {
	/** Of this page, for :key. */
	token: number;
	file: File;
	kind: string;
	title: string;
	origin: string;
	state: 'ready' | 'opening' | 'sending' | 'finishing' | 'done' | 'failed';
	/** Bytes that the daemon has. */
	sent: number;
	resumed: boolean;
	problem: string;
	problemId: string;
	number: number;
}

export interface UploadQueue {
	files: Waiting[];
	running: boolean;
	/** Grows with each material that was added. */
	added: number;
	/** Of the matter, as far as known here. */
	version: number;
}

const queues = new Map<string, UploadQueue>();
export function uploadQueue(matter: MatterKind, id: string): UploadQueue {
	const key = `${matter}.${id}`;
	let q = queues.get(key);
	if (!q) queues.set(key, (q = reactive<UploadQueue>({ files: [], running: false, added: 0, version: 0 })));
	return q;
}

export const unfinished = (q: UploadQueue) => q.files.some((f) => ['opening', 'sending', 'finishing'].includes(f.state));
export const anyUnfinished = () => [...queues.values()].some(unfinished);

let tokens = 0;
export function enqueue(q: UploadQueue, files: File[], kind: string): void {
	for (const file of files) {
		q.files.push({ token: ++tokens, file, kind, title: '', origin: '', state: 'ready', sent: 0, resumed: false, problem: '', problemId: '', number: 0 });
	}
}

/* ---- where a file was left ---- */

interface Kept {
	id: string;
	key: string;
	at: number;
}
export const printOf = (matter: string, id: string, f: { name: string; size: number; lastModified: number }, kind: string) => `ipcase.upload.${matter}.${id}.${kind}.${f.size}.${f.lastModified}.${f.name}`;

function recall(print: string): Kept | null {
	try {
		const kept = JSON.parse(localStorage.getItem(print) ?? 'null') as Kept | null;
		return kept && Date.now() - kept.at < REMEMBER_MS ? kept : null;
	} catch {
		return null;
	}
}
const remember = (print: string, kept: Kept) => localStorage.setItem(print, JSON.stringify(kept));

/* ---- one file ---- */

/** Numbers of the chunks in the ranges that are missing. */
export function missingChunks(ranges: { first: number; last: number }[]): number[] {
	return ranges.flatMap((r) => Array.from({ length: r.last - r.first + 1 }, (_, i) => r.first + i));
}

async function sha256(file: File): Promise<string | undefined> {
	if (file.size > DIGEST_MAX || !globalThis.crypto?.subtle) return undefined;
	const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
	return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, '0')).join('');
}

async function openUpload(matter: MatterKind, id: string, w: Waiting, print: string): Promise<Schema<'Upload'>> {
	const kept = recall(print);
	if (kept?.id) {
		try {
			const upload = await request<Schema<'Upload'>>('GET', `/api/v1/uploads/${kept.id}`);
			w.resumed = upload.there > 0;
			return upload;
		} catch (e) {
			if (asProblem(e).status !== 404) throw e;
		}
	}
	const key = kept && !kept.id ? kept.key : newKey();
	remember(print, { id: '', key, at: Date.now() });
	const digest = await sha256(w.file);
	const body = { name: w.file.name, kind: w.kind, size: w.file.size, ...(digest ? { sha256: digest } : {}), ...(w.file.type ? { media_type: w.file.type } : {}) };
	const opened = await request<Schema<'UploadOpened'>>('POST', `/api/v1/${matter}s/${id}/uploads`, { body, key });
	remember(print, { id: opened.id, key, at: Date.now() });
	return request<Schema<'Upload'>>('GET', `/api/v1/uploads/${opened.id}`);
}

async function sendMissing(w: Waiting, upload: Schema<'Upload'>): Promise<Schema<'Upload'>> {
	w.state = 'sending';
	while (!upload.finished && upload.missing.length) {
		w.sent = Math.min(w.file.size, upload.there * upload.chunk_size);
		for (const n of missingChunks(upload.missing)) {
			const from = n * upload.chunk_size;
			await request('PUT', `/api/v1/uploads/${upload.id}/chunks/${n}`, { body: w.file.slice(from, Math.min(w.file.size, from + upload.chunk_size)) });
			w.sent = Math.min(w.file.size, w.sent + upload.chunk_size);
		}
		upload = await request<Schema<'Upload'>>('GET', `/api/v1/uploads/${upload.id}`);
	}
	return upload;
}

/** Adding a material rests on nothing that others may have changed: a version that was overtaken is simply read again. */
async function finish(q: UploadQueue, path: string, w: Waiting, upload: Schema<'Upload'>): Promise<number> {
	if (upload.finished && upload.number) return upload.number;
	w.state = 'finishing';
	const fields = { ...(w.title.trim() ? { material_title: w.title.trim() } : {}), ...(w.origin.trim() ? { origin: w.origin.trim() } : {}) };
	for (let tries = 1; ; tries++) {
		try {
			const added = await request<Schema<'MaterialAdded'>>('POST', `/api/v1/uploads/${upload.id}/finish`, { body: { version: q.version, fields }, key: newKey() });
			q.version = Math.max(q.version, added.matter.version);
			return added.material.number;
		} catch (e) {
			const p = asProblem(e);
			const now = p.status === 409 || p.status === 412 || p.network ? await request<Schema<'Upload'>>('GET', `/api/v1/uploads/${upload.id}`).catch(() => null) : null;
			if (now?.finished && now.number) return now.number;
			if (!p.stale || tries >= STALE_TRIES) throw e;
			q.version = (await request<{ version: number }>('GET', path)).version;
		}
	}
}

async function send(q: UploadQueue, matter: MatterKind, id: string, w: Waiting): Promise<void> {
	const print = printOf(matter, id, w.file, w.kind);
	w.problem = w.problemId = '';
	w.state = 'opening';
	try {
		const upload = await sendMissing(w, await openUpload(matter, id, w, print));
		w.number = await finish(q, `/api/v1/${matter}s/${id}`, w, upload);
		w.sent = w.file.size;
		w.state = 'done';
		localStorage.removeItem(print);
		q.added++;
	} catch (e) {
		const p = asProblem(e);
		w.problem = [p.message, p.detail].filter(Boolean).join('：');
		w.problemId = p.requestId;
		w.state = 'failed';
	}
}

/** All that are ready or failed, one after another. */
export async function run(q: UploadQueue, matter: MatterKind, id: string): Promise<void> {
	if (q.running) return;
	q.running = true;
	for (const w of q.files.filter((f) => f.state === 'failed')) w.state = 'ready';
	for (let w = q.files.find((f) => f.state === 'ready'); w; w = q.files.find((f) => f.state === 'ready')) await send(q, matter, id, w);
	q.running = false;
}

/** Not wanted after all: what arrived goes as well. */
export async function discard(q: UploadQueue, matter: MatterKind, id: string, w: Waiting): Promise<void> {
	const print = printOf(matter, id, w.file, w.kind);
	const kept = recall(print);
	q.files = q.files.filter((f) => f.token !== w.token);
	localStorage.removeItem(print);
	if (kept?.id && w.state !== 'done') await request('DELETE', `/api/v1/uploads/${kept.id}`).catch(() => undefined);
}
