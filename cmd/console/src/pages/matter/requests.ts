// Requests for approval and what became of them, out of the ledger.
import type { Act } from './ledger';

export interface RequestHistory {
	/** Number of the act that asked. */
	request: number;
	asked: Act | null;
	steps: Act[];
}

/** Newest request first; the steps of each in their order. The act that asks carries its own number or none. */
export function requestHistories(acts: Act[]): RequestHistory[] {
	const by = new Map<number, RequestHistory>();
	const of = (request: number) => {
		let h = by.get(request);
		if (!h) by.set(request, (h = { request, asked: null, steps: [] }));
		return h;
	};
	for (const a of [...acts].sort((x, y) => x.seq - y.seq)) {
		if (a.stage === 'do') continue;
		const h = of(a.stage === 'request' ? (a.request ?? a.seq) : (a.request ?? 0));
		if (a.stage === 'request') h.asked = a;
		h.steps.push(a);
	}
	return [...by.values()].sort((x, y) => (y.steps[0]?.seq ?? 0) - (x.steps[0]?.seq ?? 0));
}
