// SPDX-License-Identifier: MulanPSL-2.0
//
// The same matter in two tabs, and at two desks: who comes second sees what differs and loses nothing.
import { field, fillAct, openAct, submit } from './acts';
import { by } from './api';
import { expect, go, settled, test } from './fixtures';
import { walkTo } from './walk';

test('two tabs: the second one sees who did what and where the facts differ, keeps what was typed, and goes on', async ({ as }) => {
	const { clue } = await walkTo('assigned');
	const first = await as('officer', `/clues/${clue}`);
	const second = await first.context().newPage();
	await go(second, `/clues/${clue}`);

	const mine = await openAct(first, 'verify');
	await fillAct(first, mine, 'verify', { note: '第一窗口写的核查情况', right_holder: '权利人甲公司', place: '城关镇一号' });
	const theirs = await openAct(second, 'verify');
	await fillAct(second, theirs, 'verify', { note: '第二窗口写的核查情况', right_holder: '权利人乙公司' });
	await submit(second, theirs);

	// What happens elsewhere does not move anything under one's hands.
	await expect(first.locator('main')).toContainText('权利人乙公司');
	await expect(field(mine, 'verify', 'note').getByRole('textbox')).toHaveValue('第一窗口写的核查情况');

	await mine.locator('button[type=submit]').click();
	const notice = first.getByRole('alert').filter({ hasText: '别人刚刚办理过这一事项' });
	await expect(notice).toBeVisible();
	await expect(notice).toContainText('承办人甲');
	await expect(notice).toContainText('核查记录');
	const row = notice.getByRole('row').filter({ hasText: '权利人甲公司' });
	await expect(row).toContainText('权利人乙公司');
	for (const [name, value] of [['note', '第一窗口写的核查情况'], ['right_holder', '权利人甲公司'], ['place', '城关镇一号']])
		await expect(field(mine, 'verify', name).locator('input, textarea').first(), name).toHaveValue(value);
	expect((await (await by('officer')).acts('clue', clue)).filter((a) => a.code === 'verify')).toHaveLength(1);

	await mine.getByRole('button', { name: '按现在的情况提交' }).click();
	await expect(mine).toBeHidden();
	const acts = (await (await by('officer')).acts('clue', clue)).filter((a) => a.code === 'verify');
	expect(acts.map((a) => a.payload.note)).toEqual(['第二窗口写的核查情况', '第一窗口写的核查情况']);
	expect((await (await by('officer')).matter('clue', clue)).facts.right_holder).toBe('权利人甲公司');
});

test('two desks: an act that is no longer possible says so and keeps the text to be copied', async ({ as }) => {
	const { clue } = await walkTo('requested');
	const head = await as('unit_head', `/clues/${clue}`);
	const form = await openAct(head, 'file_endorse');
	await fillAct(head, form, 'file_endorse', { officer: '承办人甲', co_officer: '协办人甲', opinion: '同意立案，注意期限' });
	// Meanwhile another head of the unit sends it back.
	await (await by('unit_head')).act('clue', clue, 'file_return', { opinion: '补充证据' });
	await form.locator('button[type=submit]').click();
	await expect(head.getByRole('alert').first()).toBeVisible();
	await expect(field(form, 'file_endorse', 'opinion').locator('textarea, input').first()).toHaveValue('同意立案，注意期限');
	expect((await (await by('officer')).acts('clue', clue)).map((a) => a.code)).not.toContain('file_endorse');
});

test('what others do appears by itself: list, case page, with words and without a reload', async ({ as }) => {
	const walk = await walkTo('requested');
	const desk = await as('deputy_head', '/approve');
	const page = await as('officer', `/clues/${walk.clue}`);
	let loads = 0;
	page.on('load', () => loads++);
	await walk.onClue('unit_head', 'file_endorse', 74, { officer: 'officer', co_officer: 'co_officer' });
	await expect(desk.locator(`[data-row="${walk.clue}"]`)).toBeVisible({ timeout: 15_000 });
	await walk.onClue('deputy_head', 'file_approve', 74);
	await expect(page.locator('[data-state]')).toHaveText('已立案', { timeout: 15_000 });
	await expect(desk.locator(`[data-row="${walk.clue}"]`)).toHaveCount(0);
	expect(loads).toBe(0);
});

test('a draft goes with the person to another desk', async ({ as }) => {
	const { clue } = await walkTo('assigned');
	const here = await as('officer', `/clues/${clue}`);
	const form = await openAct(here, 'verify');
	await field(form, 'verify', 'note').getByRole('textbox').fill('写了一半的核查情况');
	await here.close();
	const there = await as('officer', `/clues/${clue}`);
	const again = await openAct(there, 'verify');
	await expect(field(again, 'verify', 'note').getByRole('textbox')).toHaveValue('写了一半的核查情况');
	await submit(there, again);
	await settled(there);
	const drafts = await (await by('officer')).get<{ items: { key: string }[] }>('/me/drafts');
	expect(drafts.items.map((d) => d.key).filter((k) => k.includes(`.${clue}.`))).toEqual([]);
});

test('a clue that is being entered survives a closed tab', async ({ as }) => {
	const text = `关掉窗口前写的${Date.now()}`;
	const page = await as('officer', '/clues/new');
	await page.locator('[data-field=clue-summary] textarea').fill(text);
	await page.close({ runBeforeUnload: false });
	const later = await as('officer', '/clues/new');
	const drafts = later.locator('main').getByRole('button', { name: /继续填写/ });
	await expect(drafts.first()).toBeVisible();
	for (let n = 0; n < (await drafts.count()); n++) {
		await drafts.nth(n).click();
		await settled(later);
		const box = later.locator('[data-field=clue-summary] textarea');
		await expect(box).not.toHaveValue('');
		if ((await box.inputValue()) === text) return;
		await go(later, '/work');
		await go(later, '/clues/new');
	}
	throw new Error('the draft is gone');
});
