// SPDX-License-Identifier: MulanPSL-2.0
//
// axe-core over what is on the screen now: serious and critical findings, one line each with the element.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ROOT } from './playwright.config';

const SOURCE = readFileSync(join(ROOT, 'cmd/console/node_modules/axe-core/axe.min.js'), 'utf8');
const RUN = { resultTypes: ['violations'], runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } };

interface Finding { id: string; impact: string | null; help: string; nodes: { html: string; failureSummary?: string }[] }

export async function findings(page: Page): Promise<string[]> {
	if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(SOURCE);
	const { violations } = (await page.evaluate((o) => (window as unknown as { axe: { run: (o: unknown) => Promise<unknown> } }).axe.run(o), RUN)) as { violations: Finding[] };
	return violations
		.filter((v) => v.impact === 'serious' || v.impact === 'critical')
		.flatMap((v) => v.nodes.slice(0, 5).map((n) => `${v.id}: ${n.html.slice(0, 200)} (${(n.failureSummary ?? v.help).replace(/\s+/g, ' ').slice(0, 200)})`));
}

/** What sticks out of a page this wide: empty when nobody has to scroll sideways. */
export async function overflow(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
		if (wide <= 0) return [];
		const out = [...document.querySelectorAll<HTMLElement>('body *')]
			.filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest('.scroll') && getComputedStyle(e).position !== 'fixed')
			.slice(-3).map((e) => e.outerHTML.slice(0, 160));
		return [`${wide} px too wide`, ...out];
	});
}
