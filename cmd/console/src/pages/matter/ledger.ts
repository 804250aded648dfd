// The ledger of one matter, read in pages from its end: the newest first, earlier ones on demand, what is added later at the top.
// The numbers of a matter's acts run from 1 to its version.
import { shallowReactive } from 'vue';
import { request, type Schema } from '@/api/client';
import { type ApiProblem, asProblem } from '@/api/problem';

export type Act = Schema<'Act'>;

const PAGE = 50, ALL_PAGE = 200;

export interface Ledger {
	/** Newest first. */
	acts: Act[];
	top: number;
	/** Everything above this number is there. */
	bottom: number;
	loading: boolean;
	problem: ApiProblem | null;
}

/** Two runs of acts as one, newest first, each number once. */
export function merge(have: Act[], more: Act[]): Act[] {
	const bySeq = new Map([...have, ...more].map((a) => [a.seq, a]));
	return [...bySeq.values()].sort((a, b) => b.seq - a.seq);
}

/** What a field of a correction said before, as far as earlier acts are there; undefined when none of them says. */
export function earlierValue(acts: Act[], seq: number, field: string): unknown {
	for (const a of acts) {
		if (a.seq < seq && field in (a.payload as object)) return (a.payload as Record<string, unknown>)[field];
	}
	return undefined;
}

export function useLedger(path: () => string) {
	const ledger = shallowReactive<Ledger>({ acts: [], top: 0, bottom: 0, loading: false, problem: null });
	let chain: Promise<unknown> = Promise.resolve();

	const page = async (after: number, limit: number) => (await request<Schema<'ActPage'>>('GET', `${path()}/acts?after=${after}&limit=${limit}`)).items;
	/** One read after another: two at once would tear a hole. */
	function inTurn(f: () => Promise<void>): Promise<void> {
		const run = chain.then(async () => {
			ledger.loading = true;
			try {
				await f();
				ledger.problem = null;
			} catch (e) {
				ledger.problem = asProblem(e);
			}
			ledger.loading = false;
		});
		chain = run;
		return run;
	}

	/** To the matter's present version; the first time only the last page. */
	const follow = (version: number) => inTurn(async () => {
		if (version <= ledger.top) return;
		let after = ledger.top || Math.max(0, version - PAGE);
		if (ledger.top === 0) ledger.bottom = after;
		while (after < version) {
			const got = await page(after, ALL_PAGE);
			if (got.length === 0) break;
			ledger.acts = merge(ledger.acts, got);
			after = got[got.length - 1].seq;
		}
		ledger.top = Math.max(after, version);
	});
	const older = (count = PAGE) => inTurn(async () => {
		if (ledger.bottom <= 0) return;
		const after = Math.max(0, ledger.bottom - count);
		const got = await page(after, ledger.bottom - after);
		ledger.acts = merge(ledger.acts, got);
		ledger.bottom = after;
	});
	async function all(): Promise<void> {
		while (ledger.bottom > 0 && !ledger.problem) await older(ALL_PAGE);
	}
	return { ledger, follow, older, all };
}
export type LedgerReader = ReturnType<typeof useLedger>;
