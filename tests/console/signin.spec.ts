// SPDX-License-Identifier: MulanPSL-2.0
//
// Who sits here: password, one-time code, the list of sessions, their end, and a session that ends in the middle of work.
import { field, openAct } from './acts';
import { Api, accounts, by, newAccount, totp } from './api';
import { expect, go, settled, signIn, test } from './fixtures';
import { walkTo } from './walk';

test('a wrong password is said beside the form, keeps the account and names the id of the log', async ({ visitor }) => {
	const page = await visitor();
	const who = await newAccount('officer');
	await page.goto('/');
	await signIn(page, who.account, 'not-the-password');
	const refusal = page.getByRole('alert');
	await expect(refusal).toContainText('问题编号');
	await expect(page.getByLabel('账号', { exact: true })).toHaveValue(who.account);
	await expect(page.getByLabel('密码', { exact: true })).toBeFocused();
	await signIn(page, who.account, who.password);
	await settled(page);
	await expect(page.getByRole('button', { name: who.name })).toBeVisible();
});

test('by keyboard only, and back to the address that was asked for', async ({ visitor }) => {
	const page = await visitor();
	const { clue } = await walkTo('clue');
	await page.goto(`/#/clues/${clue}`);
	await expect(page.getByLabel('账号', { exact: true })).toBeFocused();
	await page.keyboard.type('officer');
	await page.keyboard.press('Tab');
	await page.keyboard.type(accounts().get('officer') as string);
	await page.keyboard.press('Enter');
	await settled(page);
	expect(new URL(page.url()).hash).toBe(`#/clues/${clue}`);
	await page.reload();
	await settled(page);
});

test('scripts cannot read the session; a browser that is closed keeps no secret in its stores', async ({ visitor }) => {
	const page = await visitor();
	await page.goto('/');
	await signIn(page, 'officer', accounts().get('officer') as string);
	await settled(page);
	const seen = await page.evaluate(() => ({ cookie: document.cookie, local: JSON.stringify(localStorage), tab: JSON.stringify(sessionStorage) }));
	expect(seen.cookie).toBe('');
	const [cookie] = await page.context().cookies();
	expect(cookie).toMatchObject({ name: 'ipcase_session', httpOnly: true, sameSite: 'Strict', path: '/' });
	expect(seen.local + seen.tab).not.toContain(cookie.value);
});

test('one-time codes: switched on in the browser, asked for, a wrong one refused, switched off', async ({ visitor }) => {
	const who = await newAccount('officer');
	const page = await visitor();
	await page.goto('/#/account');
	await signIn(page, who.account, who.password);
	await settled(page);
	await page.getByRole('button', { name: /启用动态口令/ }).click();
	await page.getByLabel(/密码/).last().fill(who.password);
	const [answer] = await Promise.all([
		page.waitForResponse((r) => r.url().endsWith('/api/v1/me/totp') && r.request().method() === 'POST'),
		page.keyboard.press('Enter'),
	]);
	const { secret } = (await answer.json()) as { secret: string };
	await expect(page.getByRole('img', { name: /二维码/ })).toBeVisible();
	await page.getByLabel(/动态口令|六位/).last().fill(totp(secret));
	await page.keyboard.press('Enter');
	await expect(page.getByRole('button', { name: /停用动态口令/ })).toBeVisible();

	const other = await visitor();
	await other.goto('/');
	await signIn(other, who.account, who.password);
	const code = other.getByLabel(/^动态口令/);
	await expect(code).toBeFocused();
	await code.fill('000000');
	await code.press('Enter');
	await expect(other.getByRole('alert')).toContainText('动态口令');
	await expect(code).toBeFocused();
	// The step before was used up when it was switched on.
	await code.fill(totp(secret, 1));
	await code.press('Enter');
	await settled(other);
});

test('the list of sessions; one ended elsewhere asks there to sign in; signing out everywhere', async ({ visitor }) => {
	const who = await newAccount('officer');
	const [here, there] = [await visitor(), await visitor()];
	for (const page of [here, there]) {
		await page.goto('/');
		await signIn(page, who.account, who.password);
		await settled(page);
	}
	await go(here, '/account');
	const sessions = here.getByRole('table').filter({ hasText: '127.0.0.1' });
	await expect(sessions.locator('tbody tr')).toHaveCount(2);
	await sessions.getByRole('button', { name: '退出', exact: true }).first().click();
	await expect(sessions.locator('tbody tr')).toHaveCount(1);
	await go(there, '/search').catch(() => undefined);
	await expect(there.getByRole('heading', { name: '登录', exact: true })).toBeVisible();
	await there.getByLabel('密码', { exact: true }).fill(who.password);
	await there.keyboard.press('Enter');
	await expect(there.getByRole('heading', { name: '登录', exact: true })).toBeHidden();
	await here.getByRole('button', { name: '全部退出' }).click();
	await expect(here.getByRole('heading', { name: '登录', exact: true })).toBeVisible();
	// Another worker of the daemon learns of it within a second.
	await expect(async () => {
		await there.reload();
		await expect(there.getByRole('heading', { name: '登录', exact: true })).toBeVisible({ timeout: 1000 });
	}).toPass({ timeout: 8000 });
});

test('a session that ends in the middle of an act: sign in over the page, the act goes on, nothing is typed twice', async ({ visitor }) => {
	const walk = await walkTo('clue');
	const who = await newAccount('officer', ['unit_head']);
	const page = await visitor();
	await page.goto(`/#/clues/${walk.clue}`);
	await signIn(page, who.account, who.password);
	await settled(page);
	const form = await openAct(page, 'assign');
	for (const [name, who] of [['officer', '承办人甲'], ['co_officer', '协办人甲']]) {
		await field(form, 'assign', name).getByRole('combobox').click();
		await page.getByRole('option', { name: who }).click();
	}
	await (await new Api(who.account, who.password).login()).send('DELETE', '/me/sessions');
	await form.locator('button[type=submit]').click();
	const over = page.getByRole('dialog', { name: '登录' });
	await expect(over).toContainText('登录已过期');
	await expect(over.getByLabel('账号', { exact: true })).toHaveValue(who.account);
	await over.getByLabel('密码', { exact: true }).fill(who.password);
	await page.keyboard.press('Enter');
	await expect(over).toBeHidden();
	await expect(form).toBeHidden();
	const acts = await (await by('officer')).acts('clue', walk.clue);
	expect(acts.map((a) => a.code)).toEqual(['register', 'assign']);
});
