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
