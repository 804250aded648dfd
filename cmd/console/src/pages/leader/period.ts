// Periods as the daemon names them: 2026-10, 2026-W41, 2026-Q3, 2026, or a campaign's code. Pure; days are ISO texts.
import { t } from '@/texts/leader';

export type PeriodKind = 'month' | 'quarter' | 'year' | 'week' | 'campaign';
export interface PeriodChoice {
	code: string;
	zh: string;
}
export interface CampaignSpan {
	id: string;
	name: string;
	starts_on: string | null;
	ends_on: string | null;
}

const pad = (n: number) => String(n).padStart(2, '0');
const iso = (d: Date) => d.toISOString().slice(0, 10);
const utc = (y: number, m: number, d: number) => new Date(Date.UTC(y, m - 1, d));
const DAY = 86400e3;

/** ISO 8601: week 1 holds the first Thursday. */
export function weekOf(day: string): { year: number; week: number } {
	const at = new Date(`${day}T00:00:00Z`);
	const thursday = new Date(at.getTime() + (3 - ((at.getUTCDay() + 6) % 7)) * DAY);
	const year = thursday.getUTCFullYear();
	return { year, week: Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY / 7) + 1 };
}

function mondayOf(year: number, week: number): Date {
	const fourth = utc(year, 1, 4);
	return new Date(fourth.getTime() + ((week - 1) * 7 - ((fourth.getUTCDay() + 6) % 7)) * DAY);
}

export function kindOf(code: string): PeriodKind {
	if (/^\d{4}-(0[1-9]|1[0-2])$/.test(code)) return 'month';
	if (/^\d{4}-Q[1-4]$/.test(code)) return 'quarter';
	if (/^\d{4}-W\d{2}$/.test(code)) return 'week';
	return /^\d{4}$/.test(code) ? 'year' : 'campaign';
}

export function nameOf(code: string, campaigns: CampaignSpan[] = []): string {
	const [y, rest] = code.split('-');
	switch (kindOf(code)) {
	case 'month': return t.period.month(+y, +rest);
	case 'quarter': return t.period.quarter(+y, +rest[1]);
	case 'week': return t.period.week(+y, +rest.slice(1));
	case 'year': return t.period.year(+y);
	default: return campaigns.find((c) => c.id === code)?.name ?? code;
	}
}

/** First and last day. A campaign without an end has `to` ''. Null: such a campaign is not known. */
export function rangeOf(code: string, campaigns: CampaignSpan[] = []): { from: string; to: string } | null {
	const [y, rest] = code.split('-');
	const year = +y;
	switch (kindOf(code)) {
	case 'month': return { from: `${code}-01`, to: iso(utc(year, +rest + 1, 0)) };
	case 'quarter': return { from: iso(utc(year, +rest[1] * 3 - 2, 1)), to: iso(utc(year, +rest[1] * 3 + 1, 0)) };
	case 'week': {
		const monday = mondayOf(year, +rest.slice(1));
		return { from: iso(monday), to: iso(new Date(monday.getTime() + 6 * DAY)) };
	}
	case 'year': return { from: `${y}-01-01`, to: `${y}-12-31` };
	default: {
		const c = campaigns.find((x) => x.id === code);
		return c ? { from: c.starts_on ?? '', to: c.ends_on ?? '' } : null;
	}
	}
}

/** The period of that kind that `today` lies in. */
export function currentPeriod(kind: Exclude<PeriodKind, 'campaign'>, today: string): string {
	const [y, m] = today.split('-').map(Number);
	if (kind === 'month') return today.slice(0, 7);
	if (kind === 'quarter') return `${y}-Q${Math.ceil(m / 3)}`;
	if (kind === 'year') return String(y);
	const w = weekOf(today);
	return `${w.year}-W${pad(w.week)}`;
}

export function previousPeriod(code: string): string {
	const from = rangeOf(code)?.from;
	const kind = kindOf(code);
	if (!from || kind === 'campaign') return code;
	return currentPeriod(kind, iso(new Date(new Date(`${from}T00:00:00Z`).getTime() - DAY)));
}

const HOW_MANY: Record<Exclude<PeriodKind, 'campaign'>, number> = { month: 36, quarter: 12, year: 8, week: 26 };

/** What can be chosen, newest first; `keep` is among it even when older. Campaigns that have not begun are left out. */
export function choicesOf(kind: PeriodKind, today: string, campaigns: CampaignSpan[] = [], keep = ''): PeriodChoice[] {
	let codes: string[] = [];
	if (kind === 'campaign') {
		codes = campaigns.filter((c) => c.starts_on && c.starts_on <= today).map((c) => c.id);
	} else {
		for (let code = currentPeriod(kind, today); codes.length < HOW_MANY[kind]; code = previousPeriod(code)) codes.push(code);
	}
	if (keep && kindOf(keep) === kind && !codes.includes(keep)) codes.push(keep);
	return codes.map((code) => ({ code, zh: nameOf(code, campaigns) }));
}

/** As-of as the picker holds it (a day means the whole of it) -> the instant to send; '' is now. */
export function asOfInstant(asOf: string, today: string): string {
	if (!/^\d{4}-\d{2}-\d{2}$/.test(asOf)) return asOf;
	return asOf >= today ? '' : `${asOf}T23:59:59.999999+08:00`;
}
