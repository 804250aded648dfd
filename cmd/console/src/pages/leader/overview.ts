// The leader's figures: what is asked, and the addresses of the lists behind them. Pure.
import type { Schema } from '@/api/client';
import { asOfInstant, kindOf, rangeOf, type CampaignSpan } from '@/pages/leader/period';

export type Overview = Schema<'Overview'>;
export type Row = Schema<'OverviewRow'>;
export type Grouping = 'month' | 'unit' | 'campaign';
export type Measure = 'filed' | 'closed' | 'penalty' | 'handoffs' | 'published_rate' | 'overdue';
export const GROUPINGS: Grouping[] = ['month', 'unit', 'campaign'];
export const MEASURES: Measure[] = ['filed', 'closed', 'penalty', 'handoffs', 'published_rate', 'overdue'];

export interface Question {
	from?: string;
	to?: string;
	as_of?: string;
	campaign?: string;
	unit?: string;
}

export function questionOf(period: string, asOf: string, unit: string, campaigns: CampaignSpan[], today: string): Question {
	const span = rangeOf(period, campaigns);
	const at = asOfInstant(asOf, today);
	return {
		...(span?.from ? { from: span.from } : {}),
		...(span?.to ? { to: span.to } : {}),
		...(at ? { as_of: at } : {}),
		...(kindOf(period) === 'campaign' ? { campaign: period } : {}),
		...(unit ? { unit } : {}),
	};
}

/** /api/v1/overview/cases?cell=filed&… -> cell=filed&…: what the page's own address carries. */
export const listOf = (href: string, cell?: string): string => {
	const query = href.slice(href.indexOf('?') + 1);
	return cell ? `${query}&cell=${cell}` : query;
};

/** What the chart draws of a row; money in 万元, rates in percent. Null: there is none. */
export function valueOf(row: Row, measure: Measure): number | null {
	switch (measure) {
	case 'penalty': return Math.round(row.penalty_fen / 10000) / 100;
	case 'published_rate': return row.published_rate === null || row.published_rate === undefined ? null : Number(row.published_rate);
	default: return row[measure];
	}
}

/** How many matters the list behind a row's number has. */
export function countOf(row: Row, cell: string): number {
	switch (cell) {
	case 'penalty': return row.penalised;
	case 'unpublished': return row.publishable - row.published;
	default: return (row as unknown as Record<string, number>)[cell] ?? 0;
	}
}

/** First day of the months that the table by month shows: the period's own, and at least the twelve up to its end, so that a single
 * month stands beside those before it. */
export function trendStart(from: string, to: string): string {
	const [year, month] = to.split('-').map(Number);
	const first = new Date(Date.UTC(year, month - 12, 1)).toISOString().slice(0, 10);
	return first < from ? first : `${from.slice(0, 7)}-01`;
}

/** Months that were asked for. A limit that ended earlier and is still open stands in a month of its own, of which nothing else is
 * known here: those are only counted. */
export function monthsOf(rows: Row[], start: string): { rows: Row[]; earlierOverdue: number } {
	const isIn = (r: Row) => r.id >= start.slice(0, 7);
	return { rows: rows.filter(isIn), earlierOverdue: rows.filter((r) => !isIn(r)).reduce((n, r) => n + r.overdue, 0) };
}
