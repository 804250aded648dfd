// States of a hand-over in plain words: who must act, and how long there is.
import type { Schema } from '@/api/client';
import type { Clock } from '@/pages/handoff/thread';
import { t as common } from '@/texts/common';
import { t } from '@/texts/handoff';

/** `剩 2 个工作日`, `超期 3 个工作日`; '' when no clock runs. */
export function restZh(light: string, daysLeft: number | null | undefined): string {
	if (light === 'grey' || daysLeft === null || daysLeft === undefined) return '';
	return daysLeft < 0 ? t.late(-daysLeft) : common.days.left(daysLeft);
}

export function rowState(row: Schema<'HandoffRow'>): string {
	if (!row.open) return t.over(row.state_zh);
	if (!row.turn) return row.state_zh;
	// On a third organ's copy `peer` is whoever sent it, not who must act now.
	const who = row.turn === 'peer' ? (row.side === 'third' ? common.role.peer : row.peer.name) : (common.role[row.turn] ?? row.turn);
	return t.waitsForAct(row.state_zh, who, restZh(row.light, row.days_left));
}

/** Organs by name instead of code. */
export function withNames(facts: Record<string, unknown>, names: Map<string, string>): Record<string, unknown> {
	const name = (code: unknown) => names.get(String(code)) ?? code;
	const out = { ...facts };
	for (const f of ['copy_to', 'peer', 'peer_next', 'receiver']) if (f in out) out[f] = Array.isArray(out[f]) ? (out[f] as unknown[]).map(name) : name(out[f]);
	return out;
}

const PARTNER_KINDS = ['police', 'procuratorate', 'court'];

/** Who a role is, by name where one organ only can be meant. */
export function ownerName(owner: string, parties: Schema<'HandoffHead'>['parties'], kinds: Map<string, string>, ownRole: string): string {
	if (PARTNER_KINDS.includes(owner)) {
		const organ = parties.find((p) => kinds.get(p.code) === owner);
		if (organ) return organ.name;
	} else if (PARTNER_KINDS.includes(ownRole) && owner !== 'peer') {
		// Seen from outside, an officer is somebody of the bureau.
		const bureau = parties.find((p) => !p.own && !PARTNER_KINDS.includes(kinds.get(p.code) ?? ''));
		if (bureau) return bureau.name;
	}
	if (owner === 'peer') {
		const others = parties.filter((p) => !p.own && p.side !== 'third');
		if (others.length === 1) return others[0].name;
	}
	return common.role[owner] ?? owner;
}

/** The state with the actor of the most urgent clock of his. */
export function headState(matter: Schema<'Matter'>, clocks: Clock[], kinds: Map<string, string>): string {
	if (matter.closed_on) return t.over(matter.state_zh);
	if (!matter.turn) return matter.state_zh;
	const parties = matter.handoff?.parties ?? [];
	const running = clocks.filter((c) => c.state === 'running');
	// `peer` says only that we need not act: then the first clock of somebody else names him.
	const own = String((matter.facts as Record<string, unknown>).own_role ?? 'officer');
	const outside = matter.turn === 'peer' ? running.find((c) => c.owner !== own && (PARTNER_KINDS.includes(own) || PARTNER_KINDS.includes(c.owner) || c.owner === 'peer')) : undefined;
	const clock = outside ?? running.find((c) => c.owner === matter.turn);
	const who = outside ? ownerName(outside.owner, parties, kinds, own) : ownerName(matter.turn, parties, kinds, own);
	const person = matter.turn === 'officer' && matter.officer ? `${who}（${matter.officer.name}）` : who;
	return t.waitsForAct(matter.state_zh, person, clock ? restZh(clock.light, clock.days_left) : '');
}
