// Where each act stands on the page. Which acts there are, whether they may be done and what they need is the daemon's; here is only
// which of them are the road of a case, so that the next lawful step is the obvious one.
import type { ActDescription } from '@/api/acts';
import type { Clock } from './state';

/** In the order of the procedure. */
const ROAD = [
	'verify', 'file', 'decline',
	'measure_confirm', 'advisory_settle', 'record', 'resume', 'report', 'review_pass', 'review_return', 'notice_serve', 'announce', 'statement', 'statement_review', 'waive',
	'hearing_host', 'hearing_notify', 'hearing_hold', 'hearing_report', 'discuss', 'decide_penalty', 'decide_no_penalty', 'decide_not_established', 'rework',
	'serve', 'serve_no_penalty', 'papers', 'cash_in', 'cash_bank', 'pay', 'performed', 'dun', 'court_apply', 'court_accepted', 'court_ended', 'close', 'archive',
];
const ANSWERS = ['approve', 'endorse', 'return'];
const URGENT = ['red', 'yellow'];

/** Without the stage: `file_approve` is the act `file`. */
export function baseOf(a: ActDescription): string {
	return a.stage === 'do' ? a.act : a.act.replace(/_(request|endorse|approve|return)$/, '');
}

export const isAnswer = (a: ActDescription) => ANSWERS.includes(a.stage);

/** Its effects end a running period that is (nearly) over: the daemon names the period in quotes. */
function meetsUrgent(a: ActDescription, clocks: Clock[]): boolean {
	const lines = (a.effect ?? []).filter((line) => line.includes('期限办结'));
	return clocks.some((c) => c.state === 'running' && URGENT.includes(c.light) && lines.some((line) => line.includes(`“${c.zh}”`)));
}

export interface Grouped {
	now: ActDescription[];
	other: { group: string; acts: ActDescription[] }[];
	cannot: ActDescription[];
}

const GROUPS: [string, RegExp][] = [
	['measures', /^measure_/],
	['items', /^(item_|material_)/],
	['spans', /^(testing|identification|refund|suspend|resume|extend|review_extend|defer|dispute|hearing)/],
	['register', /^(amounts|tag|statistics|correct|address_confirm|record|reassign|assign|complaint_answer|repeat_report|advisory)/],
	['outcomes', /./],
];
export const groupOf = (a: ActDescription) => GROUPS.find(([, of]) => of.test(baseOf(a)))![0];

export function groupActs(acts: ActDescription[], clocks: Clock[]): Grouped {
	const possible = acts.filter((a) => !a.blocked);
	const urgent = new Set(possible.filter((a) => meetsUrgent(a, clocks)));
	const rank = (a: ActDescription) => (isAnswer(a) ? ANSWERS.indexOf(a.stage) : urgent.has(a) ? 10 : 20 + ROAD.indexOf(baseOf(a)));
	const now = possible.filter((a) => isAnswer(a) || urgent.has(a) || ROAD.includes(baseOf(a))).sort((a, b) => rank(a) - rank(b));
	const rest = possible.filter((a) => !now.includes(a));
	const other = GROUPS.map(([group]) => ({ group, acts: rest.filter((a) => groupOf(a) === group) })).filter((g) => g.acts.length);
	return { now, other, cannot: acts.filter((a) => a.blocked) };
}
