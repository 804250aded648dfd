// States of a disclosure in plain words: who must act, how long there is, until when it is public.
import type { Schema } from '@/api/client';
import { dateZh } from '@/format';
import { t as common } from '@/texts/common';
import { t } from '@/texts/disclosure';

/** Turns that wait for nobody's work: the machine stops what is over. */
const NOBODY = ['', 'exchange'];

function rest(light: string, daysLeft: number | null | undefined): string {
	if (light === 'grey' || daysLeft === null || daysLeft === undefined) return '';
	return daysLeft < 0 ? t.head.late(-daysLeft) : common.days.left(daysLeft);
}

export function rowState(row: Schema<'DisclosureRow'>): string {
	return NOBODY.includes(row.turn) ? row.state_zh : t.head.waits(row.state_zh, common.role[row.turn] ?? row.turn, rest(row.light, row.days_left));
}

export function headState(m: Schema<'Matter'>): string {
	if (NOBODY.includes(m.turn)) return m.publication?.public ? `${m.state_zh}，${t.head.public(dateZh(m.publication.stop_due))}` : m.state_zh;
	const open = m.requests.find((r) => r.waits_for);
	const who = open ? open.waits_for_zh : (common.role[m.turn] ?? m.turn);
	const clock = m.clocks.filter((c) => c.state === 'running' && c.owner === m.turn).sort((a, b) => (a.due ?? '9').localeCompare(b.due ?? '9'))[0];
	const person = !open && m.turn === 'officer' && m.officer ? `${who}（${m.officer.name}）` : who;
	return t.head.waits(open ? `${m.state_zh}（${open.act_zh}）` : m.state_zh, person, clock ? rest(clock.light, clock.days_left) : '');
}
