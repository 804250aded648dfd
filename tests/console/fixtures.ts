// SPDX-License-Identifier: MulanPSL-2.0
//
// What every test starts from: a person at a desk (`as`), and a watch over each page: a script error, a refused inline script or
// style, or a failed request for a file of the console fails the test, whatever it was about.
import { expect, type BrowserContext, type BrowserContextOptions, type Page, test as base } from '@playwright/test';
import { accounts } from './api';

export { expect };

interface Desk {
	/** A signed-in page of this account in a browser of its own (no two share cookies). */
	as: (account: string, at?: string) => Promise<Page>;
	/** A browser of its own, not signed in. */
	visitor: (state?: StorageState) => Promise<Page>;
	/** Complaints that the test expects: parts of their text. */
	allowed: string[];
}

type StorageState = Exclude<NonNullable<BrowserContextOptions['storageState']>, string>;

const states = new Map<string, StorageState>();

/** What a browser of this account has after signing in, made once for each worker. */
async function stateOf(account: string): Promise<StorageState> {
	const have = states.get(account);
	if (have) return have;
	const reply = await fetch(`${process.env.CONSOLE_URL}/api/v1/sessions`, {
		method: 'POST', headers: { 'Content-Type': 'application/json', 'X-IPCase': 'console' },
		body: JSON.stringify({ account, password: accounts().get(account), cookie: true }),
	});
	expect(reply.status, `${account} signs in`).toBe(201);
	const { account: me } = (await reply.json()) as { account: { id: string } };
	const value = (reply.headers.get('set-cookie') ?? '').split(';')[0].slice('ipcase_session='.length);
	const origin = process.env.CONSOLE_URL as string;
	const state: StorageState = {
		cookies: [{ name: 'ipcase_session', value, domain: new URL(origin).hostname, path: '/', expires: -1, httpOnly: true, secure: false, sameSite: 'Strict' }],
		origins: [{ origin, localStorage: [{ name: 'ipcase.in', value: me.id }] }],
	};
	states.set(account, state);
	return state;
}

// The network is cut on purpose, sessions end on purpose: what the browser itself says of a request is no complaint.
const NETWORK = /^Failed to load resource/;

export function watch(page: Page, complaints: string[]): void {
	page.on('pageerror', (e) => complaints.push(`script error: ${e.stack ?? e.message}`));
	page.on('console', (m) => {
		if (m.type() === 'error' && !NETWORK.test(m.text())) complaints.push(`console: ${m.text()}`);
		else if (/Content[- ]Security[- ]Policy|\[Vue warn\]/i.test(m.text())) complaints.push(`console: ${m.text()}`);
	});
	page.on('response', (r) => {
		if (r.status() >= 500 || (r.status() === 404 && new URL(r.url()).pathname.startsWith('/assets/'))) complaints.push(`${r.status()} ${r.request().method()} ${r.url()}`);
	});
}

export const test = base.extend<Desk>({
	allowed: async ({}, use) => use([]),
	visitor: async ({ browser, allowed }, use) => {
		const contexts: BrowserContext[] = [];
		const complaints: string[] = [];
		await use(async (storageState) => {
			const context = await browser.newContext({ storageState });
			contexts.push(context);
			const page = await context.newPage();
			watch(page, complaints);
			return page;
		});
		await Promise.all(contexts.map((c) => c.close()));
		expect(complaints.filter((c) => !allowed.some((a) => c.includes(a)))).toEqual([]);
	},
	as: async ({ visitor }, use) => {
		await use(async (account, at = '/work') => {
			const page = await visitor(await stateOf(account));
			await go(page, at);
			return page;
		});
	},
});

/** Opens a place of the console and waits until it has something to say. */
export async function go(page: Page, at: string): Promise<void> {
	const target = `/#${at}`;
	// A hash alone does not load anything: a page that is there already changes its place as a person's click would.
	if (page.url().startsWith('http')) await page.evaluate((t) => location.assign(t), target);
	else await page.goto(target);
	await settled(page);
}

/** Heading there, nothing being read. */
export async function settled(page: Page): Promise<void> {
	await expect(page.locator('main h1').first()).toBeVisible();
	await expect(page.getByText('正在读取……', { exact: true })).toHaveCount(0);
}

/** Signing in the way a person does. */
export async function signIn(page: Page, account: string, password: string): Promise<void> {
	await page.getByLabel('账号', { exact: true }).fill(account);
	await page.getByLabel('密码', { exact: true }).fill(password);
	await page.getByRole('button', { name: '登录', exact: true }).click();
}
