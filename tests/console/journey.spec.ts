// SPDX-License-Identifier: MulanPSL-2.0
//
// The whole journey with a mouse, and with the keyboard only. What it cost is kept beside the logs: journey-*.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { by } from './api';
import { expect, test } from './fixtures';
import { type Hand, Keyboard, Mouse, Tally } from './hand';
import { journey } from './journey';
import { LOGS } from './playwright.config';

const LEDGER = {
	clue: ['register', 'verify', 'file_request', 'file_endorse', 'file_approve'],
	case: ['record', 'report', 'review_pass', 'notice_serve', 'decide_penalty_request', 'decide_penalty_approve', 'serve', 'pay', 'performed'],
};

for (const [name, hand] of Object.entries({ mouse: Mouse, keyboard: Keyboard }))
	test(`from clue to publication, ${name}: each value typed once`, async ({ as, request }) => {
		test.setTimeout(240_000);
		const tally = new Tally();
		const desks = new Map<string, Hand>();
		const made = await journey(async (account) => {
			const have = desks.get(account);
			if (have) return have;
			const page: Page = await as(account, '/account');
			const sits = new hand(page, tally);
			desks.set(account, sits);
			return sits;
		}).finally(() => {
			mkdirSync(LOGS, { recursive: true });
			writeFileSync(join(LOGS, `journey-${name}.json`), `${JSON.stringify({
				hand: name, keys: tally.keys, clicks: tally.clicks, characters: tally.characters, choices: tally.chosen, values_typed: tally.typed.size,
				values_given: tally.given, retyped: tally.retyped, for_time_travel: tally.travelled, steps: tally.steps,
			}, null, '\t')}\n`);
		});

		const principal = await by('principal');
		expect((await principal.acts('clue', made.clue)).map((a) => a.code)).toEqual(LEDGER.clue);
		expect((await principal.acts('case', made.case)).map((a) => a.code).filter((c) => LEDGER.case.includes(c))).toEqual(LEDGER.case);
		const shown = await principal.matter('disclosure', made.disclosure);
		expect(shown.state).toBe('published');
		const site = await request.get(`/public/search?q=${encodeURIComponent(made.party)}`);
		expect(await site.text()).toContain(made.party);
		expect(tally.retyped, 'typed a second time').toEqual([]);
	});
