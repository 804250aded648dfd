// How a matter stands in plain words: state, who must act, how long is left.
import type { Schema } from '@/api/client';
import type { Me } from '@/session';
import { t as common } from '@/texts/common';
import { t } from '@/texts/matter';

export type Matter = Schema<'Matter'>;
export type Clock = Schema<'Clock'>;

/** They answer; we do not see them work. */
const ANSWERING = ['police', 'procuratorate', 'court', 'peer', 'receiver', 'third'];

/** The running clock that falls due first. What only the party may still do (apply for review) is no deadline of ours, and a matter
 * that waits for nobody has none. */
export function nextClock(m: Pick<Matter, 'turn' | 'clocks'>): Clock | null {
	if (!m.turn) return null;
	const clocks = m.clocks.filter((c) => m.turn === 'party' || c.owner !== 'party');
	const running = clocks.filter((c) => c.state === 'running' && c.due);
	running.sort((a, b) => (a.due! < b.due! ? -1 : a.due! > b.due! ? 1 : 0));
	return running[0] ?? clocks.find((c) => c.state === 'stopped') ?? null;
}

export function daysText(c: Clock): string {
	if (c.state === 'stopped') return common.days.stopped;
	if (c.days_left === null || c.days_left === undefined) return '';
	return c.days_left < 0 ? t.head.late(-c.days_left) : common.days.left(c.days_left);
}

const mine = (m: Matter, role: string, me: Me | null) => {
	if (!me) return false;
	if (role === 'officer' || role === 'co_officer') return m.officer?.account === me.account || m.co_officer?.account === me.account;
	return [...me.roles, ...me.delegated].includes(role);
};

/** "等待分管局领导审批“立案”", "等待公安机关答复", "等待承办人（承办人甲）办理". */
export function waitText(m: Matter, me: Me | null): string {
	const open = m.requests.find((r) => r.waits_for);
	if (open) return t.head.wait.approve(mine(m, open.waits_for, me) ? t.head.you : open.waits_for_zh, open.act_zh);
	if (!m.turn) return t.head.over;
	const who = common.role[m.turn] ?? m.turn;
	if (m.turn === 'party') return t.head.wait.act(who, t.head.wait.party[m.state]);
	if (m.turn === 'exchange') return t.head.wait.system;
	if (ANSWERING.includes(m.turn)) return t.head.wait.answer(m.handoff?.parties.find((p) => !p.own)?.name ?? who);
	if (mine(m, m.turn, me)) return t.head.wait.act(t.head.you, t.head.wait.verb[m.turn]);
	return t.head.wait.act(m.turn === 'officer' && m.officer ? `${who}（${m.officer.name}）` : who, t.head.wait.verb[m.turn]);
}

/** The whole sentence of the header. */
export function stateText(m: Matter, me: Me | null): string {
	const clock = nextClock(m);
	const left = clock ? daysText(clock) : '';
	return [waitText(m, me), left].filter(Boolean).join('，');
}

export const firstParty = (m: Matter) => (m.parties[0] as { name?: string } | undefined)?.name || t.noParty;
