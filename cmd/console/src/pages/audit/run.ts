// Starting an audit, waiting for it, reading what it found.
import { request, type Schema } from '@/api/client';
import { problemOf } from '@/api/problem';
import { type AuditDocument, readDocument } from '@/pages/audit/document';

export type Run = Schema<'Audit'>;
const POLL_MS = 600;

export const getRun = (id: string) => request<Run>('GET', `/api/v1/audits/${id}`);

/** Until it is done or failed; `seen` hears of each state. */
export async function awaitRun(id: string, seen: (run: Run) => void, over: () => boolean): Promise<Run> {
	for (;;) {
		const run = await getRun(id);
		seen(run);
		if (run.state !== 'running' || over()) return run;
		await new Promise((resolve) => setTimeout(resolve, POLL_MS));
	}
}

/** Documents never change: what was read once is kept while the page lives. */
const kept = new Map<string, AuditDocument>();
const KEPT_MAX = 3;

export async function getDocument(run: string, progress?: (bytes: number) => void): Promise<AuditDocument> {
	const had = kept.get(run);
	if (had) return had;
	const response = await fetch(`/api/v1/audits/${run}/files/json`, { headers: { Accept: 'application/json' } });
	if (!response.ok) throw await problemOf(response);
	const doc = await readDocument(response, progress);
	if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value as string);
	kept.set(run, doc);
	return doc;
}
