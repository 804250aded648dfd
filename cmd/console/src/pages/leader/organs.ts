// Which organs somebody may count: his own; auditors, who watch several, choose.
import type { Schema } from '@/api/client';
import { may, session } from '@/session';

export interface OrganChoice {
	value: string;
	zh: string;
}

/** `own`: what is chosen at first. Codes; '' when none is known. */
export function organChoices(units: Schema<'Unit'>[]): { list: OrganChoice[]; own: string } {
	const organs = units.filter((u) => u.id === u.organ_id && u.active);
	const mine = organs.find((u) => u.id === session.me?.organ.id);
	const shown = may('auditor') || !mine ? organs : [mine];
	const own = mine?.kind === 'bureau' ? mine : (shown.find((u) => u.kind === 'bureau') ?? shown[0]);
	return { list: shown.map((u) => ({ value: u.code, zh: u.name })), own: own?.code ?? '' };
}
