// SPDX-License-Identifier: MulanPSL-2.0
//
// Every place of the console, as the one who works there: what axe-core finds, what sticks out on narrow screens and at 200 %,
// and what comes out of the printer.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { findings, overflow } from './axe';
import { expect, go, settled, test } from './fixtures';
import { NAMES, place } from './places';

// A county office's screen, the same at 200 %, a telephone.
const WIDTHS = [[1366, 768], [683, 384], [360, 740]];
const NAVIGATION = ['主菜单', '跳到正文', '实时更新', '键盘说明'];

const said = (page: Page) => page.locator('main').innerText();

/** The parts of a place: its tabs, and the links to places below it; each is looked at as well. */
async function parts(page: Page): Promise<(() => Promise<void>)[]> {
	const tabs = await page.locator('main [role=tab]').count();
	const at = new URL(page.url()).hash.split('?')[0];
	const links = await page.locator('main nav a[href^="#/"]').evaluateAll((all) => all.map((a) => a.getAttribute('href') as string));
	return [
		...Array.from({ length: tabs }, (_, n) => async () => {
			await page.locator('main [role=tab]').nth(n).click();
			await settled(page);
		}),
		...[...new Set(links)].filter((l) => l.split('?')[0].startsWith(at) && l !== at).map((l) => () => go(page, l.slice(1))),
	];
}

async function look(page: Page, what: string): Promise<void> {
	await page.setViewportSize({ width: 1366, height: 768 });
	expect.soft(await findings(page), `${what}: axe`).toEqual([]);
	for (const [width, height] of WIDTHS) {
		await page.setViewportSize({ width, height });
		expect.soft(await overflow(page), `${what}: ${width} px`).toEqual([]);
	}
	await page.setViewportSize({ width: 1366, height: 768 });
}

for (const { name, as, main } of NAMES)
	test(`${name} (${as}): accessible, narrow, printed`, async ({ as: sit }, info) => {
		test.setTimeout(120_000);
		const { at } = await place(name);
		const page = await sit(as, at);
		expect.soft(await page.locator('h1').count(), 'one heading of the page').toBe(1);
		expect.soft(await page.title(), 'title').toMatch(/.+ · 知识产权案件办理$/);
		await look(page, at);
		const shown = await said(page);
		for (const part of main ? await parts(page) : []) {
			await part();
			await look(page, `${new URL(page.url()).hash} ${(await page.locator('[role=tab][aria-selected=true]').allInnerTexts()).join()}`);
		}
		await go(page, at);
		await page.setViewportSize({ width: 360, height: 740 });
		expect.soft(await findings(page), '360 px: axe').toEqual([]);
		expect(shown.length).toBeGreaterThan(0);

		await page.emulateMedia({ media: 'print' });
		const headings = await page.locator('main h1, main .print-only').evaluateAll((all) => all.filter((e) => e.getClientRects().length > 0).map((e) => (e as HTMLElement).innerText.replace(/\s/g, '').slice(0, 12)));
		await page.emulateMedia({ media: null });
		const file = info.outputPath(`${name}.pdf`);
		writeFileSync(file, await page.pdf({ preferCSSPageSize: true }));
		const facts = execFileSync('pdfinfo', [file], { encoding: 'utf8' });
		expect.soft(facts, 'paper').toMatch(/Page size: +(595|594|841|842)\S* x (841|842|595|594)\S* pts \(A4\)/);
		const text = execFileSync('pdftotext', ['-raw', file, '-'], { encoding: 'utf8' }).replace(/\s/g, '');
		expect.soft(headings.filter(Boolean).length, 'a heading on paper').toBeGreaterThan(0);
		expect.soft(text, 'heading on paper').toContain(headings.filter(Boolean)[0]);
		for (const word of NAVIGATION) expect.soft(text, 'no navigation on paper').not.toContain(word);
		expect.soft(text, 'page numbers').toMatch(/第1页共\d+页/);
	});

test('the sign-in page is accessible and narrow', async ({ visitor }) => {
	const page = await visitor();
	await page.goto('/');
	await expect(page.getByRole('heading', { name: '登录', exact: true })).toBeVisible();
	await look(page, 'sign-in');
});
