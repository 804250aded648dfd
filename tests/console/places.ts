// SPDX-License-Identifier: MulanPSL-2.0
//
// Every place of the console and who works there; `:case` and so on are filled with matters of the demonstration.
import { by } from './api';

export interface Place { at: string; as: string; name: string; main?: boolean }

const PLACES: Place[] = [
	{ name: 'work', at: '/work', as: 'officer', main: true },
	{ name: 'work-unit-head', at: '/work', as: 'unit_head' },
	{ name: 'work-police', at: '/work', as: 'police' },
	{ name: 'search', at: '/search', as: 'officer', main: true },
	{ name: 'clue-entry', at: '/clues/new', as: 'officer', main: true },
	{ name: 'summary-entry', at: '/cases/new', as: 'officer' },
	{ name: 'import', at: '/import', as: 'clerk', main: true },
	{ name: 'clue', at: '/clues/:clue', as: 'officer', main: true },
	{ name: 'case', at: '/cases/:case', as: 'officer', main: true },
	{ name: 'case-as-leader', at: '/cases/:case', as: 'principal' },
	{ name: 'approve', at: '/approve', as: 'deputy_head', main: true },
	{ name: 'approve-unit-head', at: '/approve', as: 'unit_head' },
	{ name: 'approve-legal', at: '/approve', as: 'legal_reviewer' },
	{ name: 'handoffs', at: '/handoffs', as: 'officer' },
	{ name: 'handoffs-police', at: '/handoffs', as: 'police' },
	{ name: 'handoff-new', at: '/handoffs/new', as: 'officer' },
	{ name: 'handoff', at: '/handoffs/:handoff', as: 'officer', main: true },
	{ name: 'handoff-police', at: '/handoffs/:police', as: 'police' },
	{ name: 'inbox', at: '/handoffs/inbox', as: 'officer' },
	{ name: 'disclosures', at: '/disclosures', as: 'credit_clerk', main: true },
	{ name: 'disclosure', at: '/disclosures/:disclosure', as: 'credit_clerk', main: true },
	{ name: 'leader', at: '/leader', as: 'principal', main: true },
	{ name: 'audit', at: '/audit', as: 'auditor', main: true },
	{ name: 'forms', at: '/forms', as: 'clerk' },
	{ name: 'credit', at: '/credit', as: 'credit_clerk' },
	{ name: 'admin', at: '/admin', as: 'admin', main: true },
	{ name: 'account', at: '/account', as: 'officer' },
	{ name: 'nowhere', at: '/no/such/place', as: 'officer' },
];

let filled: Promise<Place[]> | undefined;

interface Found { items: { id: string; kind: string; state: string }[] }

async function fill(): Promise<Place[]> {
	const first = async (who: string, path: string, good: (r: Found['items'][0]) => boolean = () => true): Promise<string> => {
		const page = await (await by(who)).get<Found>(path);
		const row = page.items.find(good) ?? page.items[0];
		if (!row) throw new Error(`the demonstration has nothing for ${who} under ${path}`);
		return row.id;
	};
	const ids: Record<string, string> = {
		clue: await first('officer', '/queue?view=unit&limit=100', (r) => r.kind === 'clue'),
		case: await first('officer', '/queue?view=mine&limit=100', (r) => r.kind === 'case' && r.state === 'investigating'),
		handoff: await first('officer', '/handoffs?limit=50'),
		police: await first('police', '/handoffs?limit=50'),
		disclosure: await first('credit_clerk', '/disclosures?limit=50'),
	};
	return PLACES.map((p) => ({ ...p, at: p.at.replace(/:(\w+)/, (_, name: string) => ids[name]) }));
}

export const places = (): Promise<Place[]> => (filled ??= fill());
/** For the names of tests, before any server runs. */
export const NAMES = PLACES.map((p) => ({ name: p.name, as: p.as, main: p.main ?? false }));
export const place = async (name: string): Promise<Place> => (await places()).find((p) => p.name === name) as Place;
