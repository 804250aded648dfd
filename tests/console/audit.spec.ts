// SPDX-License-Identifier: MulanPSL-2.0
//
// The auditor's month: count, read, export, submit, count again after something was entered late, compare, verify.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { by, day } from './api';
import { expect, go, settled, test } from './fixtures';
import { Walk } from './walk';

const SLOW = { timeout: 30_000 };
/** The month that ended last, as its name is written in the list: 2026年10月. */
const lastMonth = () => {
	const [y, m] = day(0).split('-').map(Number);
	return m === 1 ? { code: `${y - 1}-12`, last: `${y - 1}-12-31` } : { code: `${y}-${String(m - 1).padStart(2, '0')}`, last: '' };
};

async function count(page: Page): Promise<void> {
	await page.locator('#audit-code').selectOption(lastMonth().code);
	await page.getByRole('button', { name: '统计', exact: true }).click();
	await expect(page.getByText('已在本机按案件清单重新数过')).toBeVisible(SLOW);
}

async function digest(page: Page): Promise<string> {
	return /[0-9a-f]{64}/.exec(await page.locator('section[aria-labelledby=audit-head]').innerText())![0];
}

test('the month: counted, every number opens its cases, exported, submitted, counted again, compared, verified', async ({ as }, info) => {
	test.setTimeout(240_000);
	const page = await as('auditor', '/audit');
	await count(page);
	const first = await digest(page);

	// Every number opens exactly its cases.
	const numbers = page.locator('.card a[aria-label*="打开这"]');
	for (let n = 0; n < Math.min(4, await numbers.count()); n++) {
		const link = numbers.nth(n);
		const shown = Number((await link.innerText()).trim());
		await link.click();
		await expect(page.getByRole('status').filter({ hasText: `共 ${shown} 件` })).toBeVisible();
		await page.getByRole('link', { name: /返回各项指标/ }).click();
		await expect(numbers.first()).toBeVisible();
	}

	const files = new Map<string, Buffer>();
	for (const name of ['数据 audit.json', '案件清单 audit.csv', '工作簿 audit.xlsx', '通报 audit.pdf']) {
		const [download] = await Promise.all([page.waitForEvent('download', SLOW), page.getByRole('link', { name }).click()]);
		const path = info.outputPath(download.suggestedFilename());
		await download.saveAs(path);
		files.set(name.split('.').pop() as string, readFileSync(path));
		if (path.endsWith('.pdf')) expect(execFileSync('pdftotext', [path, '-'], { encoding: 'utf8' })).toContain('结案率');
	}
	expect(createHash('sha256').update(files.get('json') as Buffer).digest('hex')).toBe(first);
	expect((files.get('xlsx') as Buffer).subarray(0, 2).toString()).toBe('PK');
	expect((files.get('csv') as Buffer).toString('utf8').split('\n').length).toBeGreaterThan(3);

	await page.getByRole('button', { name: '报送', exact: true }).click();
	const sure = page.getByRole('dialog', { name: '报送统计' });
	await expect(sure).toContainText('任何人不能修改、不能删除');
	await expect(sure).toContainText(first);
	await sure.getByRole('button', { name: '确认报送' }).click();
	await expect(page.getByText(/这一次统计已经报送/)).toBeVisible();

	// Something of that month is entered late.
	const back = Number(day(0).slice(8)) + 12;
	const walk = await (await new Walk().register(back + 6)).filed(back);
	await go(page, '/audit');
	await count(page);
	expect(await digest(page)).not.toBe(first);
	await page.getByRole('button', { name: '与上次报送比较' }).click();
	await settled(page);
	const changes = page.locator('section[aria-labelledby=cmp-changes]');
	await expect(changes).toContainText(walk.party, SLOW);
	await expect(changes).toContainText('新列入');

	await go(page, '/audit?tab=snapshots');
	await page.getByRole('button', { name: /^核验/ }).first().click();
	await expect(page.getByRole('status').filter({ hasText: '核验一致' })).toBeVisible(SLOW);
	await expect(page.getByRole('status').filter({ hasText: '核验一致' })).toContainText(first);
});

test('the auditor reads and changes nothing of a case', async ({ as }) => {
	const walk = await (await new Walk().register()).filed();
	const page = await as('auditor', `/cases/${walk.case}`);
	await expect(page.locator('main h1')).toContainText(walk.party);
	await expect(page.locator('main button[data-act]:not([disabled])')).toHaveCount(0);
	expect(await (await by('auditor')).act('case', walk.case, 'record', { record_kind: '询问笔录', note: 'x' }).catch((e: { status: number }) => e.status)).toBe(403);
});

test('the leader: figures of the county, a number opens its list', async ({ as }) => {
	const page = await as('principal', '/leader');
	for (const word of ['立案', '结案', '罚没', '移送', '公示率', '超期']) await expect(page.locator('main')).toContainText(word);
	const link = page.locator('main .card a, main dl a, main table a').filter({ hasText: /^\s*\d+\s*$/ }).first();
	const shown = Number((await link.innerText()).trim());
	await link.click();
	await settled(page);
	await expect(page.locator('main')).toContainText(new RegExp(`共 ?${shown} ?(件|条)`));
});
