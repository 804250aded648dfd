// What one reads before deciding: the facts that count, and the latest report and opinions.
import type { Schema } from '@/api/client';

export const KEY_FACTS = [
	'parties', 'source', 'ip_type', 'cause', 'summary', 'goods', 'right_holder', 'right_no', 'goods_value_fen', 'illegal_turnover_fen', 'sales_amount_fen', 'illegal_income_fen', 'offence',
	'advisory', 'advisory_settled', 'proposed_outcome', 'notice_kinds', 'notice_fine_fen', 'notice_confiscated_fen', 'hearing_right', 'rights_waived', 'outcome', 'penalty_kinds', 'fine_fen',
	'confiscated_income_fen', 'confiscated_goods', 'discretion', 'decision_text', 'officer', 'co_officer',
];
const REPORTS = ['report', 'review_pass', 'review_return', 'statement_review', 'hearing_report', 'discuss', 'verify', 'prepare'];
const SHOWN = 3;

/** Of each kind the latest, at most three, newest first. Endorsements of a request count as opinions. */
export function draftReports(acts: Schema<'Act'>[]): Schema<'Act'>[] {
	const latest = new Map<string, Schema<'Act'>>();
	for (const a of acts) {
		if (a.stage === 'request') continue; // stands above as what is asked
		if (REPORTS.includes(a.act) || a.stage === 'endorse' || a.stage === 'return') latest.set(`${a.act}.${a.stage}`, a);
	}
	return [...latest.values()].sort((x, y) => y.seq - x.seq).slice(0, SHOWN);
}
