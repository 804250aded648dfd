// SPDX-License-Identifier: MulanPSL-2.0
//
// SCREENSHOTS=1: the main pages at a county office's size, into docs/zh/images. The demonstration counts its days back from today, so the
// pictures of one day are alike but for the days in them.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { go, settled, test } from './fixtures';
import { places } from './places';
import { ROOT } from './playwright.config';
import { sentToPolice, walkTo } from './walk';

const IMAGES = join(ROOT, 'docs/zh/images');

test.skip(process.env.SCREENSHOTS !== '1', 'only on request: SCREENSHOTS=1');

test('pictures of the main pages', async ({ as, visitor }) => {
	test.setTimeout(300_000);
	mkdirSync(IMAGES, { recursive: true });
	const take = async (page: import('@playwright/test').Page, name: string) => {
		await page.mouse.move(0, 0);
		await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
		await page.waitForTimeout(600);
		await page.screenshot({ path: join(IMAGES, `${name}.png`), animations: 'disabled' });
	};
	const door = await visitor();
	await door.goto('/');
	await door.getByRole('button', { name: '登录' }).waitFor();
	await take(door, 'sign-in');
	for (const { name, at, as: who, main } of await places()) {
		if (!main) continue;
		const page = await as(who, at);
		if (name === 'work') {
			await page.keyboard.press('j');
			await page.waitForTimeout(500);
		}
		await take(page, name);
		await page.close();
	}
	const walk = await walkTo('noticed', '样县甲汽车配件经营部');
	await walk.decisionAsked();
	const desk = await as('deputy_head', `/approve?at=${walk.case}`);
	await take(desk, 'approve');
	const officer = await as('officer', `/cases/${walk.case}`);
	await take(officer, 'case');
	await go(officer, `/cases/${walk.case}/timeline`);
	await take(officer, 'timeline');
	await officer.setViewportSize({ width: 360, height: 740 });
	await go(officer, '/work');
	await take(officer, 'work-360');
	const police = await as('police', `/handoffs/${await sentToPolice('样县乙白酒商行')}`);
	await settled(police);
	await take(police, 'handoff-police');
});
