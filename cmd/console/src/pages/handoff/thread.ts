// The signed conversation of a hand-over as rows for people: who said what when, what was attached, how far it got.
import type { Schema } from '@/api/client';

export type Thread = Schema<'HandoffThread'>;
export type ThreadRecord = Schema<'HandoffRecord'>;
export type ThreadPackage = Schema<'HandoffPackage'>;
export type Outgoing = Schema<'HandoffOutgoing'>;

/** What a record's signed bytes say (package/record.h). */
export interface RecordBody {
	act: string;
	actor: string;
	organ: string;
	lane: string;
	n: number;
	side: 'sender' | 'receiver' | 'third';
	happened_at: string;
	made_at: string;
	number: string | null;
	fields: Record<string, unknown>;
	prev: string | null;
	seen: Record<string, { n: number; digest: string }>;
	to: string[];
	registered: { organ?: string; name?: string; medium?: string } | null;
	package: { name: string; items: number; manifest: string } | null;
}

/** The words officers asked for: saved here only, sending, delivered, signed for; and what went wrong. */
export type DeliveryState = 'local' | 'sending' | 'delivered' | 'signed' | 'failed';

export interface Delivery {
	to: string;
	name: string;
	way: Outgoing['way'] | null;
	state: DeliveryState;
	/** When it was delivered or signed for. */
	at: string | null;
	tries: number;
	error: string | null;
}

export interface ThreadRow {
	record: ThreadRecord;
	body: RecordBody | null;
	own: boolean;
	deliveries: Delivery[];
	pack: ThreadPackage | null;
}

/** Records that the exchange makes by itself: they say that something arrived, not that a person signed for it. */
const MACHINE = new Set(['delivered', 'not-delivered', 'not-retrieved', 'not-answered-in-time']);
const OFFLINE = new Set(['disc', 'paper']);

export function parseBody(record: ThreadRecord): RecordBody | null {
	try {
		return JSON.parse(record.body) as RecordBody;
	} catch {
		return null;
	}
}

/** The first record of `organ` that says it has seen n of `lane`; of a person when `byPerson`. */
function acknowledged(bodies: { record: ThreadRecord; body: RecordBody | null }[], organ: string, lane: string, n: number, byPerson: boolean): RecordBody | null {
	for (const { record, body } of bodies) {
		if (record.lane !== organ || !body || (byPerson && MACHINE.has(record.kind ?? ''))) continue;
		if ((body.seen[lane]?.n ?? 0) >= n) return body;
	}
	return null;
}

function stateOf(out: Outgoing | undefined, arrived: boolean): DeliveryState {
	if (arrived || out?.done_at) return 'delivered';
	if (!out || OFFLINE.has(out.way)) return 'local';
	return out.error && !out.next_at ? 'failed' : 'sending';
}

function deliveriesOf(thread: Thread, bodies: { record: ThreadRecord; body: RecordBody | null }[], record: ThreadRecord, body: RecordBody | null, names: Map<string, string>): Delivery[] {
	if (record.lane !== thread.own) return [];
	const outs = thread.outbox.filter((o) => o.lane === record.lane && o.n === record.n);
	const organs = new Set([...(body?.to ?? []), ...outs.map((o) => o.to)]);
	return [...organs].map((to) => {
		const out = outs.find((o) => o.to === to);
		const signed = acknowledged(bodies, to, record.lane, record.n, true);
		const arrived = acknowledged(bodies, to, record.lane, record.n, false);
		return {
			to,
			name: out?.to_name ?? names.get(to) ?? to,
			way: out?.way ?? null,
			state: signed ? 'signed' : stateOf(out, arrived !== null),
			at: signed?.happened_at ?? out?.done_at ?? arrived?.happened_at ?? null,
			tries: out?.tries ?? 0,
			error: out?.error ?? null,
		};
	});
}

/** In the order in which they came to this copy. */
export function threadRows(thread: Thread, names: Map<string, string>): ThreadRow[] {
	const bodies = thread.records.map((record) => ({ record, body: parseBody(record) }));
	for (const { record, body } of bodies) if (body?.organ) names.set(record.lane, body.organ);
	return bodies.map(({ record, body }) => ({
		record,
		body,
		own: record.lane === thread.own,
		deliveries: deliveriesOf(thread, bodies, record, body, names),
		pack: (body?.package && thread.packages.find((p) => p.name === body.package?.name)) || null,
	}));
}

const RANK: DeliveryState[] = ['failed', 'local', 'sending', 'delivered', 'signed'];

/** Of several receivers the one that is furthest behind. */
export function worst(deliveries: Delivery[]): DeliveryState | null {
	return RANK.find((s) => deliveries.some((d) => d.state === s)) ?? null;
}

// ---- clocks of both sides ----

export type Clock = Schema<'Clock'>;
const OUTSIDERS = ['police', 'procuratorate', 'court', 'peer', 'sender', 'receiver', 'third', 'party'];

/** Is the clock ours? `ownRole` is the copy's own role: an outsider's role on its copy, else one of the bureau's. */
export function ownClock(clock: Clock, ownRole: string): boolean {
	if (clock.owner === ownRole) return true;
	return !OUTSIDERS.includes(ownRole) && !OUTSIDERS.includes(clock.owner);
}

/** Running ones, the most urgent first, then the stopped, then the rest by day. */
export function byUrgency(clocks: Clock[]): Clock[] {
	const order = (c: Clock) => (c.state === 'running' ? 0 : c.state === 'stopped' ? 1 : 2);
	return [...clocks].sort((a, b) => order(a) - order(b) || (a.due ?? '9').localeCompare(b.due ?? '9'));
}

export const urgent = (clocks: Clock[]): Clock | null => byUrgency(clocks).find((c) => c.state === 'running') ?? null;
