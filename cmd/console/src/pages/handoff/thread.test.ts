import { describe, expect, it } from 'vitest';
import { chainOf } from '@/pages/handoff/check';
import { byUrgency, type Clock, ownClock, parseBody, type RecordBody, type Thread, type ThreadRecord, threadRows, urgent, worst } from '@/pages/handoff/thread';

const OWN = 'bureau', POLICE = 'police', PROC = 'proc';
const digest = (lane: string, n: number) => `sha256:${lane}${n}`;

function record(lane: string, n: number, kind: string, more: Partial<RecordBody> = {}): ThreadRecord {
	const body: Partial<RecordBody> = {
		act: kind, actor: '某人', organ: `${lane}机关`, lane, n, happened_at: '2026-11-19T11:00:00+08:00', made_at: '2026-11-19T11:00:00+08:00', fields: {},
		prev: n === 1 ? null : digest(lane, n - 1), seen: {}, to: [], registered: null, package: null, ...more,
	};
	return { ordinal: 0, lane, n, seq: n, kind, kind_zh: kind, digest: digest(lane, n), body: JSON.stringify(body), cms: '', sm2: null, stored_at: '' };
}
const out = (n: number, to: string, more: object = {}) => ({ lane: OWN, n, to, to_name: to, way: 'hub' as const, tries: 0, made_at: '', next_at: null, done_at: null, error: null, ...more });
const thread = (records: ThreadRecord[], outbox: Thread['outbox'] = [], packages: Thread['packages'] = []): Thread =>
	({ thread: 't', channel: 'c1', channel_zh: '', number: null, own: OWN, records, packages, outbox });
const states = (t: Thread) => threadRows(t, new Map())[0].deliveries.map((d) => d.state);

describe('how far a record got', () => {
	const sent = record(OWN, 1, 'submitted', { to: [POLICE, PROC] });
	it('on its way, refused, or only here', () => {
		expect(states(thread([sent], [out(1, POLICE), out(1, PROC, { way: 'disc' })]))).toEqual(['sending', 'local']);
		expect(states(thread([sent], [out(1, POLICE, { error: '不收', tries: 3 }), out(1, PROC, { error: '连不上', tries: 1, next_at: 'x' })]))).toEqual(['failed', 'sending']);
		expect(states(thread([sent]))).toEqual(['local', 'local']);
	});
	it('delivered when the machine says so, signed for when a person answered', () => {
		const seen = { [OWN]: { n: 1, digest: digest(OWN, 1) } };
		const outbox = [out(1, POLICE, { done_at: '2026-11-19T12:00:00+08:00' }), out(1, PROC)];
		const received = record(PROC, 1, 'delivered', { seen });
		expect(states(thread([sent, received], outbox))).toEqual(['delivered', 'delivered']);
		const accepted = record(POLICE, 1, 'accepted', { seen });
		const rows = threadRows(thread([sent, received, accepted], outbox), new Map());
		expect(rows[0].deliveries.map((d) => d.state)).toEqual(['signed', 'delivered']);
		expect(worst(rows[0].deliveries)).toBe('delivered');
		expect(rows[2].deliveries).toEqual([]);
		expect(rows[0].deliveries[0].name).toBe(POLICE);
	});
	it('an answer that had not seen it is no receipt for it', () => {
		const early = record(POLICE, 1, 'accepted', { seen: { [OWN]: { n: 1, digest: digest(OWN, 1) } } });
		const rows = threadRows(thread([sent, early, record(OWN, 2, 'supplemented', { to: [POLICE] })], [out(2, POLICE)]), new Map());
		expect(rows[2].deliveries.map((d) => d.state)).toEqual(['sending']);
	});
});

describe('rows', () => {
	it('find their package and their own side', () => {
		const pack = { seq: 1, name: '样01', lane: OWN, manifest: '', tagmanifest: '', items: 1, bytes: 1, held: true };
		const rows = threadRows(thread([record(OWN, 1, 'submitted', { package: { name: '样01', items: 1, manifest: '' } }), record(POLICE, 1, 'delivered')], [], [pack]), new Map());
		expect(rows.map((r) => [r.own, r.pack?.name ?? null])).toEqual([[true, '样01'], [false, null]]);
	});
	it('survive a body that is no JSON', () => expect(parseBody({ ...record(OWN, 1, 'x'), body: '{' })).toBeNull());
});

describe('order in the lanes', () => {
	const good = [record(OWN, 1, 'a'), record(POLICE, 1, 'b', { seen: { [OWN]: { n: 1, digest: digest(OWN, 1) } } }), record(OWN, 2, 'c')];
	it('holds', () => expect([...chainOf(good).values()]).toEqual(['ok', 'ok', 'ok']));
	it('is broken by a gap, an altered predecessor and a record of another place', () => {
		expect(chainOf([good[0], record(OWN, 3, 'c')]).get(digest(OWN, 3))).toBe('wrong');
		expect(chainOf([good[0], record(OWN, 2, 'c', { prev: 'sha256:other' })]).get(digest(OWN, 2))).toBe('wrong');
		expect(chainOf([record(OWN, 1, 'a', { n: 7 })]).get(digest(OWN, 1))).toBe('wrong');
		expect(chainOf([good[0], record(POLICE, 1, 'b', { seen: { [OWN]: { n: 1, digest: 'sha256:other' } } })]).get(digest(POLICE, 1))).toBe('wrong');
	});
	it('does not ask for lanes that this organ was never told', () => expect(chainOf([record(POLICE, 1, 'b', { seen: { [PROC]: { n: 4, digest: 'x' } } })]).get(digest(POLICE, 1))).toBe('ok'));
});

describe('clocks of both sides', () => {
	const clock = (owner: string, state: Clock['state'], due: string | null): Clock => ({ rule: owner + due, zh: '', owner, state, light: 'green', start: null, due, strict_due: null, days_left: 1, provisional: false, article: '', why: [] });
	it('a bureau has many roles, an outsider one', () => {
		expect(['officer', 'principal', 'police', 'peer'].map((o) => ownClock(clock(o, 'running', '1'), 'officer'))).toEqual([true, true, false, false]);
		expect(['officer', 'police', 'procuratorate'].map((o) => ownClock(clock(o, 'running', '1'), 'police'))).toEqual([false, true, false]);
	});
	it('running ones first, by day', () => {
		const list = [clock('a', 'met', '2026-01-01'), clock('b', 'running', '2026-03-01'), clock('c', 'running', '2026-02-01'), clock('d', 'stopped', null)];
		expect(byUrgency(list).map((c) => c.owner)).toEqual(['c', 'b', 'd', 'a']);
		expect(urgent(list)?.owner).toBe('c');
		expect(urgent([list[0]])).toBeNull();
	});
});
