// What an account keeps for itself beside its work (saved filters): the draft with the key `settings`.
import { reactive } from 'vue';
import { request } from '@/api/client';
import { asProblem } from '@/api/problem';
import { loadDraft } from '@/draft';

export interface SavedFilter {
	name: string;
	view: string;
	kind: string;
	light: string;
}

export const settings = reactive({ filters: [] as SavedFilter[], version: 0, loaded: false });

export async function loadSettings(): Promise<void> {
	const kept = await loadDraft('settings');
	settings.filters = (kept?.body.filters as SavedFilter[] | undefined) ?? [];
	settings.version = kept?.version ?? 0;
	settings.loaded = true;
}

async function put(change: (filters: SavedFilter[]) => SavedFilter[]): Promise<void> {
	for (let tries = 0; ; tries++) {
		const filters = change(settings.filters);
		try {
			const kept = await request<{ version: number }>('PUT', '/api/v1/me/drafts/settings', { body: { title: 'settings', version: settings.version, body: { filters } } });
			settings.filters = filters;
			settings.version = kept.version;
			return;
		} catch (e) {
			if (!asProblem(e).stale || tries > 2) throw e;
			await loadSettings(); // another tab saved one: keep both
		}
	}
}

export const saveFilter = (f: SavedFilter) => put((all) => [...all.filter((x) => x.name !== f.name), f]);
export const removeFilter = (name: string) => put((all) => all.filter((x) => x.name !== name));
