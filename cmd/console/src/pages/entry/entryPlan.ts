// Where the inputs of a first act stand on the screen. Which there are, and which are required, is the daemon's to say; what
// this list does not know comes last.
import type { ActDescription, FieldDescription } from '@/api/acts';
import { t } from '@/texts/entry';

export type EntryKind = 'clue' | 'case';
type SectionName = keyof Pick<typeof t.steps, 'source' | 'what' | 'parties' | 'decision' | 'act' | 'campaign' | 'reporter' | 'people' | 'rest'>;

export interface EntryPlan {
	kind: EntryKind;
	describe: string;
	post: string;
	more: Record<string, unknown>;
	text: typeof t.clue;
	happened: string;
	sections: { name: SectionName; fields: string[]; open?: boolean }[];
}

export const plans: Record<EntryKind, EntryPlan> = {
	clue: {
		kind: 'clue', describe: '/api/v1/clues/new', post: '/api/v1/clues', more: {}, text: t.clue, happened: t.happened,
		sections: [
			{ name: 'source', fields: ['source', 'source_detail', 'discovered_on'], open: true },
			{ name: 'what', fields: ['ip_type', 'cause', 'summary'], open: true },
			{ name: 'parties', fields: ['parties'], open: true },
			{ name: 'act', fields: ['place', 'goods', 'goods_list', 'right_holder', 'right_no', 'act_ended_on', 'safety_harm', 'title'] },
			{ name: 'campaign', fields: ['campaigns', 'primary_campaign', 'tags', 'supervised'] },
			{ name: 'reporter', fields: ['reporter', 'reporter_contact'] },
			{ name: 'people', fields: ['officer', 'co_officer', 'doc_no', 'happened_at'] },
		],
	},
	case: {
		kind: 'case', describe: '/api/v1/cases/new', post: '/api/v1/cases', more: { procedure: 'summary' }, text: t.summary, happened: t.happenedSummary,
		sections: [
			{ name: 'source', fields: ['source'], open: true },
			{ name: 'what', fields: ['ip_type', 'cause', 'decision_text'], open: true },
			{ name: 'parties', fields: ['parties'], open: true },
			{ name: 'decision', fields: ['penalty_kinds', 'fine_fen', 'cash_on_spot', 'basis', 'co_officer'], open: true },
			{ name: 'campaign', fields: ['campaigns', 'tags'] },
			{ name: 'act', fields: ['place', 'title'] },
			{ name: 'people', fields: ['doc_no', 'happened_at'] },
		],
	},
};

export interface Section {
	name: SectionName;
	open: boolean;
	fields: FieldDescription[];
}

export function sectionsOf(plan: EntryPlan, act: ActDescription): Section[] {
	const happened: FieldDescription = { name: 'happened_at', zh: plan.happened, type: 'instant', required: false, hint: t.happenedHint };
	const left = new Map([...act.fields, happened].map((f) => [f.name, f]));
	const take = (names: string[]) => names.flatMap((n) => {
		const f = left.get(n);
		left.delete(n);
		return f ? [f] : [];
	});
	const out = plan.sections.map((s): Section => ({ name: s.name, open: !!s.open, fields: take(s.fields) }));
	const rest = [...left.values()];
	// A required input never stands in a folded section.
	out.forEach((s) => (s.open ||= s.fields.some((f) => f.required)));
	if (rest.length) out.push({ name: 'rest', open: rest.some((f) => f.required), fields: rest });
	return out.filter((s) => s.fields.length > 0);
}

/** What another matter's entry can be begun with: nothing that is a day, a number of a paper, a person. */
const NEVER = ['parties', 'doc_no', 'reporter', 'reporter_contact', 'happened_at', 'officer', 'co_officer', 'fine_fen', 'title'];
export const isCopyable = (f: FieldDescription) => !NEVER.includes(f.name) && !['date', 'instant', 'docno', 'account', 'parties', 'matter', 'money'].includes(f.type);

/** `商标：商标法第五十七条` -> the type and the article. */
export function causeNote(note: string | undefined): { ipType: string; article: string } {
	const cut = note?.indexOf('：') ?? -1;
	return cut < 0 ? { ipType: '', article: note ?? '' } : { ipType: note!.slice(0, cut), article: note!.slice(cut + 1) };
}
