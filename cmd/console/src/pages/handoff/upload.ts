// Files to the daemon in chunks: a material of a matter, or an export that somebody brought. A chunk that failed is sent again by the
// client; a whole upload that was interrupted goes on where it stopped when the same file is sent again in this page.
import { Attempt, type MatterKind, newKey, request, type Schema } from '@/api/client';
import { ApiProblem, asProblem } from '@/api/problem';
import { t as common } from '@/texts/common';

export type Progress = (percent: number) => void;

interface Begun {
	upload: Schema<'UploadOpened'>;
	sent: Set<number>;
	finishKey: string;
}

/** Interrupted uploads of this page, by matter and file. */
const begun = new Map<string, Begun>();

export interface MaterialWish {
	kind: string;
	title?: string;
	origin?: string;
}

export async function addMaterial(matter: MatterKind, id: string, file: File, wish: MaterialWish, version: number, progress: Progress): Promise<Schema<'MaterialAdded'>> {
	const print = [matter, id, file.name, file.size, file.lastModified, wish.kind].join('|');
	let at = begun.get(print);
	if (!at) {
		const upload = await request<Schema<'UploadOpened'>>('POST', `/api/v1/${matter}s/${id}/uploads`, { body: { name: file.name, kind: wish.kind, size: file.size }, key: newKey() });
		at = { upload, sent: new Set(), finishKey: newKey() };
		begun.set(print, at);
	}
	const { chunk_size: size, chunks } = at.upload;
	for (let n = 0; n < chunks; n++) {
		if (!at.sent.has(n)) await request('PUT', `/api/v1/uploads/${at.upload.id}/chunks/${n}`, { body: file.slice(n * size, (n + 1) * size) });
		at.sent.add(n);
		progress(Math.floor(((n + 1) / chunks) * 100));
	}
	const added = await finish(at, matter, id, wish, version);
	begun.delete(print);
	return added;
}

/** A material is in nobody's way: when the matter went on meanwhile, it is registered on top. */
async function finish(at: Begun, matter: MatterKind, id: string, wish: MaterialWish, version: number): Promise<Schema<'MaterialAdded'>> {
	const fields = { ...(wish.title ? { material_title: wish.title } : {}), ...(wish.origin ? { origin: wish.origin } : {}) };
	for (let tries = 0; ; tries++) {
		try {
			return await request<Schema<'MaterialAdded'>>('POST', `/api/v1/uploads/${at.upload.id}/finish`, { body: { version, fields }, key: at.finishKey });
		} catch (e) {
			if (!asProblem(e).stale || tries > 3) throw e;
			version = (await request<Schema<'Matter'>>('GET', `/api/v1/${matter}s/${id}`)).version;
			at.finishKey = newKey();
		}
	}
}

export interface InboxSteps {
	sending: Progress;
	judging: () => void;
}

/** Keeps the place of an interrupted upload, so that the same button goes on. */
export class InboxUpload {
	private upload: Schema<'InboxUpload'> | null = null;
	private there = 0;
	private readonly attempt = new Attempt();

	constructor(private readonly bytes: Blob) {}

	async send(steps: InboxSteps): Promise<Schema<'InboxResults'>> {
		this.upload ??= await request<Schema<'InboxUpload'>>('POST', '/api/v1/handoffs/inbox/uploads', { body: { size: this.bytes.size }, key: newKey() });
		const { id, part_size: part } = this.upload;
		while (this.there < this.bytes.size) {
			steps.sending(Math.floor((this.there / this.bytes.size) * 100));
			const got = await request<{ there: number }>('PUT', `/api/v1/handoffs/inbox/uploads/${id}?at=${this.there}`, { body: this.bytes.slice(this.there, this.there + part) });
			this.there = got.there;
		}
		steps.judging();
		const body = { upload: id };
		return request<Schema<'InboxResults'>>('POST', '/api/v1/handoffs/inbox', { body, key: this.attempt.keyFor(body) });
	}
}

/** The files of a folder as the ZIP that the daemon takes; `stub.pdf` is for people and not part of what is signed. */
export async function zipOfFolder(files: File[]): Promise<Blob | null> {
	const paths = files.map((file) => ({ file, path: file.webkitRelativePath.split('/').slice(1).join('/') || file.name }));
	const list = paths.find((p) => /^([^/]+\/)?thread\.json$/.test(p.path));
	if (!list) return null;
	const top = list.path.slice(0, -'thread.json'.length);
	const wanted = paths.filter((p) => p.path.startsWith(top) && p.path !== `${top}stub.pdf`);
	const { downloadZip } = await import('client-zip').catch(() => {
		throw new ApiProblem({ title: common.problem.network, detail: common.problem.networkHelp }, true);
	});
	return downloadZip(wanted.map((p) => ({ name: p.path.slice(top.length), input: p.file, lastModified: new Date(p.file.lastModified) }))).blob();
}
