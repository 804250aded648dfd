// SPDX-License-Identifier: MulanPSL-2.0
//
// The officer's journey from clue to publication, by seven people in their own sessions. Only what a person must know is given;
// what the console can know (cause, parties, sums, officers) it must propose.
import type { Page } from '@playwright/test';
import { by, day, newAccount } from './api';
import { expect, settled } from './fixtures';
import type { Hand } from './hand';
import { CAUSE, partyName } from './walk';

export type Desks = (account: string) => Promise<Hand>;

export interface Journey { clue: string; case: string; disclosure: string; party: string }

const idOf = (page: Page, kind: string) => new RegExp(`#/${kind}s/(\\d+)`).exec(page.url())?.[1] ?? '';

export async function journey(desks: Desks): Promise<Journey> {
	const made: Journey = { clue: '', case: '', disclosure: '', party: partyName() };
	// With nothing else to do, so that his own list is short whatever other tests left behind.
	const own = await newAccount('officer');
	const officer = await desks(own.account);
	const { tally } = officer;

	/** The officer's own matter, from the list of what is his to do. */
	const mine = async (kind: string, id: string) => {
		await officer.place('我的工作', 'g h');
		await officer.page.waitForURL('**/#/work*');
		await settled(officer.page);
		const link = officer.page.locator(`main table a[href="#/${kind}s/${id}"]`);
		const row = officer.page.locator('main tr[aria-selected=true]').filter({ has: officer.page.locator(`a[href="#/${kind}s/${id}"]`) });
		await officer.row(link, row);
		if (!officer.page.url().includes(`/${kind}s/${id}`)) await officer.open();
		await officer.page.waitForURL(new RegExp(`#/${kind}s/${id}`));
		await settled(officer.page);
	};
	const onMine = (what: string, code: string, values: Record<string, string | string[] | boolean>, back: number) =>
		tally.step('officer', what, () => officer.act(code, values, day(back)));
	/** At the desk of one who approves or reviews. */
	const atDesk = (account: string, what: string, id: string, code: string, values: Record<string, string | string[] | boolean>, back: number) =>
		tally.step(account, what, async () => {
			const hand = await desks(account);
			await hand.place('审批', 'g a');
			await hand.page.waitForURL(/#\/approve/);
			await settled(hand.page);
			await hand.row(hand.page.locator(`[data-row="${id}"]`), hand.page.locator(`[data-row="${id}"][aria-current]`));
			await expect(hand.page.locator(`button[data-act=${code}]`)).toBeVisible();
			await hand.act(code, values, day(back));
			await expect(hand.page.getByRole('status').filter({ hasText: '✓' })).toBeVisible();
		});

	await tally.step('officer', '案源登记', async () => {
		await officer.place('案源登记', 'g n');
		await officer.page.waitForURL(/#\/clues\/new/);
		await settled(officer.page);
		const form = officer.page.getByRole('form', { name: '案源登记' });
		const box = (name: string) => form.locator(`[data-field=clue-${name}]`);
		await officer.give(box('source'), '举报');
		await officer.give(box('discovered_on'), day(80), true);
		await officer.give(box('ip_type'), '商标');
		await officer.give(box('cause'), CAUSE);
		await officer.give(box('summary'), '举报人称该店销售假冒注册商标的机油');
		const party = form.locator('.party').first();
		await officer.give(party.locator('[data-field$=name]').first(), made.party);
		await officer.give(party.locator('[data-field$=kind]').first(), '个体工商户');
		await officer.give(box('happened_at'), day(80), true);
		await officer.send(form);
		await expect(officer.page.getByRole('heading', { name: /✓/ })).toBeVisible();
		await officer.press(officer.page.locator('main .done').getByRole('button', { name: /核查记录/ }));
		await officer.page.waitForURL(/#\/clues\/\d+/);
		await settled(officer.page);
		made.clue = idOf(officer.page, 'clue');
		expect(made.clue).not.toBe('');
	});
	await onMine('核查', 'verify', { note: '现场检查发现涉嫌侵权机油55桶' }, 78);
	await onMine('申请立案', 'file_request', { cause: CAUSE, reason: '有证据初步证明存在违法行为' }, 75);
	await atDesk('unit_head', '指定办案人员', made.clue, 'file_endorse', { officer: own.name, co_officer: '协办人甲' }, 74);
	await atDesk('deputy_head', '批准立案', made.clue, 'file_approve', {}, 74);
	made.case = String((await (await by(own.account)).matter('clue', made.clue)).facts.case);

	await mine('case', made.case);
	await onMine('询问', 'record', { record_kind: '询问笔录', note: '当事人承认购进六十桶并已售五桶' }, 70);
	await onMine('调查终结', 'report', { proposed_outcome: '给予行政处罚', review_kind: '案件审核', note: '事实清楚，证据充分，建议罚款' }, 63);
	await atDesk('legal_reviewer', '审核', made.case, 'review_pass', { opinion: '同意承办机构意见' }, 60);
	await mine('case', made.case);
	await onMine('告知', 'notice_serve', { notice_kinds: ['罚款'], notice_fine_fen: '20000', hearing_right: false, service_method: '直接' }, 55);
	await onMine('拟决定', 'decide_penalty_request', {
		penalty_kinds: ['罚款'], fine_fen: '20000', discretion: '一般', decision_text: '销售侵犯注册商标专用权的商品', basis: '商标法第六十条第二款',
	}, 36);
	await atDesk('deputy_head', '批准决定', made.case, 'decide_penalty_approve', {}, 35);
	await mine('case', made.case);
	await onMine('送达', 'serve', { service_method: '直接' }, 33);
	await onMine('缴款', 'pay', { amount_fen: '20000', receipt: '缴款书0001号' }, 25);
	await onMine('执行完毕', 'performed', { performance: '自动履行' }, 25);

	made.disclosure = String((await (await by(own.account)).matter('case', made.case)).facts.disclosure_matter);
	const publishing = (account: string, what: string, code: string, values: Record<string, string | boolean>, back: number) =>
		tally.step(account === own.account ? 'officer' : account, what, async () => {
			const hand = await desks(account);
			await hand.place('公示', 'g d');
			await settled(hand.page);
			const link = hand.page.locator(`main a[href^="#/disclosures/${made.disclosure}"]`).first();
			await link.waitFor();
			await hand.press(link);
			await hand.page.waitForURL(/#\/disclosures\/\d+/);
			await settled(hand.page);
			await hand.act(code, values, day(back));
		});
	await publishing(own.account, '拟公示', 'prepare', {}, 12);
	await publishing('unit_head', '保密审查', 'review_pass', { secrecy_reviewed: true }, 11);
	await publishing('credit_clerk', '公示', 'publish', { publish_place: '国家企业信用信息公示系统' }, 10);
	return made;
}
