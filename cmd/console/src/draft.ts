// A draft is kept on the server while one types, so that a closed tab, another desk or a power cut loses nothing. Without
// network it waits in this browser, under the account's id, and goes up as soon as it can.
import { onScopeDispose, reactive, watch, type WatchSource } from 'vue';
import { request } from '@/api/client';
import { asProblem } from '@/api/problem';
import { instantZh } from '@/format';
import { session } from '@/session';

export interface DraftRow {
	key: string;
	title: string;
	updated_at: string;
	version: number;
}
export interface StoredDraft extends DraftRow {
	body: Record<string, unknown>;
}

const SAVE_AFTER_MS = 1200;
const path = (key: string) => `/api/v1/me/drafts/${encodeURIComponent(key)}`;
const local = (key: string) => `ipcase.draft.${session.me?.id}.${key}`;

export async function loadDraft(key: string): Promise<StoredDraft | null> {
	const kept = localStorage.getItem(local(key));
	let stored: StoredDraft | null = null;
	try {
		// Most acts have no draft; asking for one that is not there would be an error in the browser's log.
		if ((await listDrafts()).some((d) => d.key === key)) stored = await request<StoredDraft>('GET', path(key));
	} catch (e) {
		if (asProblem(e).status !== 404 && !kept) throw e;
	}
	if (!kept) return stored;
	const waiting = JSON.parse(kept) as StoredDraft;
	return !stored || waiting.updated_at > stored.updated_at ? { ...waiting, version: stored?.version ?? 0 } : stored;
}

export async function dropDraft(key: string): Promise<void> {
	localStorage.removeItem(local(key));
	try {
		await request('DELETE', path(key));
	} catch (e) {
		if (asProblem(e).status !== 404) throw e;
	}
}

export const listDrafts = async () => (await request<{ items: DraftRow[] }>('GET', '/api/v1/me/drafts')).items;

/** Saves `body()` under `key` whenever `source` changes and `body()` is not null. `status.text` is for the screen. */
export function useDraft(key: () => string, title: () => string, source: WatchSource | object, body: () => Record<string, unknown> | null) {
	const status = reactive({ state: 'none' as 'none' | 'dirty' | 'saving' | 'saved' | 'local', at: '', version: 0 });
	let timer: ReturnType<typeof setTimeout> | undefined;
	let running = false, again = false, over = false;

	async function save(keepalive = false): Promise<void> {
		clearTimeout(timer);
		timer = undefined;
		const content = body();
		if (over || !content) return;
		if (running) {
			again = true;
			return;
		}
		running = true;
		status.state = 'saving';
		const now = new Date().toISOString();
		try {
			const put = () => request<{ version: number; updated_at: string }>('PUT', path(key()), { body: { title: title(), version: status.version, body: content }, keepalive });
			let kept;
			try {
				kept = await put();
			} catch (e) {
				// Another tab saved: what is typed last counts, nothing typed here is lost.
				if (!asProblem(e).stale) throw e;
				status.version = (await request<StoredDraft>('GET', path(key()))).version;
				kept = await put();
			}
			status.version = kept.version;
			status.at = instantZh(kept.updated_at).slice(11);
			status.state = 'saved';
			localStorage.removeItem(local(key()));
		} catch {
			const waiting: StoredDraft = { key: key(), title: title(), updated_at: now, version: status.version, body: content };
			localStorage.setItem(local(key()), JSON.stringify(waiting));
			status.state = 'local';
		}
		running = false;
		if (over) await dropDraft(key());
		else if (again || status.state === 'local') {
			again = false;
			timer = setTimeout(() => void save(), status.state === 'local' ? 5000 : 0);
		}
	}

	watch(source as WatchSource, () => {
		if (over || !body()) return;
		if (status.state !== 'saving') status.state = 'dirty';
		clearTimeout(timer);
		timer = setTimeout(() => void save(), SAVE_AFTER_MS);
	}, { deep: true });

	const leaving = () => {
		if (timer) void save(true);
	};
	window.addEventListener('pagehide', leaving);
	onScopeDispose(() => {
		window.removeEventListener('pagehide', leaving);
		leaving();
	});

	return {
		status,
		saveNow: () => save(),
		/** The thing is done: the draft goes. */
		async finish(): Promise<void> {
			over = true;
			clearTimeout(timer);
			if (!running) await dropDraft(key());
		},
	};
}
