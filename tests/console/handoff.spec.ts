// SPDX-License-Identifier: MulanPSL-2.0
//
// A hand-over to the police: opened from the case, reported, approved, sent with its papers, answered by the liaison in a second
// session, completed, filed. Both sides' pages follow by themselves.
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { fillAct, openAct, put, submit, type Value } from './acts';
import { by, day } from './api';
import { expect, go, settled, test } from './fixtures';
import { Walk } from './walk';

const SLOW = { timeout: 20_000 };

async function act(page: Page, code: string, values: Record<string, Value> = {}): Promise<void> {
	const form = await openAct(page, code);
	await fillAct(page, form, code, values);
	await submit(page, form);
}

const stage = (page: Page, text: string | RegExp) => expect(page.locator('main')).toContainText(text, SLOW);

test('from the case to the police and back: sent, returned for completion, completed, filed', async ({ as }, info) => {
	test.setTimeout(240_000);
	const walk = await (await new Walk().register()).filed();
	await walk.onCase('officer', 'amounts', 20, { offence: 'TM_SALE', criminal_sales_fen: 8_000_000 });
	await (await by('officer')).material('case', walk.case, '鉴定意见.txt', '送检商品系侵犯注册商标专用权的商品。');
	await (await by('officer')).material('case', walk.case, '询问笔录.txt', '当事人承认销售。', '当事人的陈述');

	const officer = await as('officer', `/cases/${walk.case}/handoffs`);
	await officer.getByRole('link', { name: '新的移送' }).or(officer.getByRole('button', { name: '新的移送' })).first().click();
	await officer.waitForURL(/#\/handoffs\/new/);
	await settled(officer);
	await officer.locator('input[name=channel][value=c1]').check();
	await put(officer, officer.locator('[data-field=handoff-peer]'), '乐至县公安局');
	await officer.locator('button[data-act=open]').click();
	await officer.waitForURL(/#\/handoffs\/\d+/);
	await settled(officer);
	const id = /handoffs\/(\d+)/.exec(officer.url())![1];
	expect((await (await by('officer')).matter('handoff', id)).state).toBe('c1_advised');

	const deputy = await as('deputy_head', `/handoffs/${id}`);
	await act(deputy, 'appoint', { officer: '承办人甲', co_officer: '协办人甲' });
	await stage(officer, /专案组核实/);
	await act(officer, 'report_request', { reason: '销售金额八万元，达到追诉标准', transfer_basis: '达到追诉标准', evidence_list: '询问笔录、鉴定意见' });

	const principal = await as('principal', '/approve');
	await principal.locator(`[data-row="${id}"]`).click();
	const answer = await openAct(principal, 'report_approve');
	await submit(principal, answer);

	await expect(officer.locator('button[data-act=submit]')).toBeVisible(SLOW);
	const sending = await openAct(officer, 'submit');
	await expect(sending.locator('[data-field=submit-evidence_list]').locator('textarea, input').first(), 'typed once: the report had it').toHaveValue('询问笔录、鉴定意见');
	await put(officer, sending.locator('[data-field=submit-copy_to]'), '乐至县人民检察院');
	const attach = sending.locator('[data-field=submit-attach]');
	await attach.getByRole('button', { name: '全选' }).click();
	await submit(officer, sending);

	// The second session: the liaison finds it in the list of what came in.
	const police = await as('police', '/handoffs');
	const link = police.locator('main tr').filter({ hasText: walk.party }).getByRole('link').first();
	await expect(link).toBeVisible(SLOW);
	await link.click();
	await police.waitForURL(/#\/handoffs\/\d+/);
	await settled(police);
	const theirs = /handoffs\/(\d+)/.exec(police.url())![1];
	expect(theirs).not.toBe(id);
	await act(police, 'accept', { police_receipt: '乐公受案字〔测试〕1号' });
	await stage(officer, /公安立案审查/);
	await expect(officer.locator('.mail > li').filter({ hasText: '接受' }).first()).toBeVisible(SLOW);
	await act(police, 'deficient', { deficiencies: '鉴定机构资质证明' });
	await stage(officer, /待补正材料/);
	await stage(officer, '鉴定机构资质证明');
	await expect(police.locator('main'), 'each state names who must act').toContainText(/等待.*(市场监督管理局|移送机关|承办人)/);

	await (await by('officer')).material('handoff', id, '资质证明.txt', '鉴定机构资质证明。');
	await officer.reload();
	await settled(officer);
	const completing = await openAct(officer, 'supplement');
	await fillAct(officer, completing, 'supplement', { note: '补充鉴定机构资质证明' });
	await completing.locator('[data-field=supplement-attach] label').filter({ hasText: '资质证明' }).click();
	await submit(officer, completing);
	await stage(police, /公安立案审查/);

	// What the later submission changed; the package itself.
	await police.reload();
	await settled(police);
	await police.getByRole('button', { name: '与前一次报送比较' }).last().click();
	await expect(police.locator('.diff')).toContainText(/新增|减少/);
	const [download] = await Promise.all([police.waitForEvent('download'), police.getByRole('link', { name: '下载材料包' }).last().click()]);
	const file = info.outputPath('package.zip');
	await download.saveAs(file);
	expect(statSync(file).size).toBeGreaterThan(500);
	expect(execFileSync('unzip', ['-l', file], { encoding: 'utf8' })).toMatch(/bagit\.txt|manifest-/);

	await act(police, 'file', { filed_no: '乐公立字〔测试〕1号', paper_on: day() });
	await stage(officer, /公安已立案/);
	await stage(officer, '乐公立字〔测试〕1号');
	await expect(officer.getByText('签名、摘要和次序核对无误')).toBeVisible(SLOW);

	// Both copies hold the same thread; the case knows.
	const rows = async (who: string, copy: string) => (await (await by(who)).get<{ records: { digest: string }[] }>(`/handoffs/${copy}/thread`)).records?.map((r) => r.digest).sort();
	expect(await rows('police', theirs)).toEqual(await rows('officer', id));
	await go(officer, `/cases/${walk.case}/handoffs`);
	await expect(officer.locator('main')).toContainText('公安');
});

test('the liaison sees his own copies only', async ({ as }) => {
	const walk = await (await new Walk().register()).filed();
	const police = await as('police', '/handoffs');
	await police.evaluate((id) => location.assign(`#/cases/${id}`), walk.case);
	await expect(police.getByRole('alert').first()).toContainText('没有');
	await expect(police.locator('body')).not.toContainText(walk.party);
	const reply = await (await by('police')).matter('case', walk.case).then(() => 200, (e: { status: number }) => e.status);
	expect(reply).toBe(404);
});
