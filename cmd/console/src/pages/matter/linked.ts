// Matters that hang on this one: those its links name, and those that its ledger tells of.
import { request, type MatterKind } from '@/api/client';
import { useLoad } from '@/load';
import type { Act } from './ledger';
import type { Matter } from './state';

const FIELD = { handoff: 'handoff', disclosure: 'disclosure_matter' } as const;

export function linkedIds(m: Matter | null, acts: Act[], rel: 'handoff' | 'disclosure'): string[] {
	const named = (m?.links ?? []).filter((l) => l.rel === rel).map((l) => l.id);
	const told = acts.map((a) => String((a.payload as Record<string, unknown>)[FIELD[rel]] ?? '')).filter((id) => /^\d+$/.test(id));
	return [...new Set([...named, ...told])].sort((a, b) => Number(b) - Number(a));
}

/** Those one may not see are left out: their progress still stands in this matter's own ledger. */
export function useLinked(kind: MatterKind, ids: () => string[]) {
	return useLoad(async () => {
		const found = await Promise.all(ids().map((id) => request<Matter>('GET', `/api/v1/${kind}s/${id}`).catch(() => null)));
		return found.filter((m): m is Matter => m !== null);
	});
}
