// SPDX-License-Identifier: MulanPSL-2.0
//
// The connection is dropped before and after each write of each action, for a moment and for good, with the tab closed and with
// the same button pressed again. Whatever the person saw: what is in the ledger is done once and whole, or not at all.
import type { Page } from '@playwright/test';
import { fillAct, openAct, put, type Value } from './acts';
import { by, day, type Kind } from './api';
import { expect, go, settled, test } from './fixtures';
import { CAUSE, partyName, sentToPolice, walkTo } from './walk';

interface Task { kind: Kind; id: string }
interface Action {
	name: string;
	as: string;
	act: string;
	prepare: () => Promise<Task>;
	values: Record<string, Value>;
	/** What the act makes besides itself: counted, must be one when the act is there and none when not. */
	also?: (task: Task) => Promise<number>;
	/** Not every way of cutting: the same code as the others. */
	few?: boolean;
}

const spawned = async ({ kind, id }: Task, name: string) => Number(Boolean((await (await by('principal')).matter(kind, id)).facts[name]));

const ACTIONS: Action[] = [
	{
		name: 'a note', as: 'officer', act: 'verify', values: { note: '现场核查，拍照取证' },
		prepare: async () => ({ kind: 'clue', id: (await walkTo('assigned')).clue }),
	},
	{
		name: 'asking for a filing', as: 'officer', act: 'file_request', values: { cause: CAUSE, reason: '有证据初步证明违法' },
		prepare: async () => ({ kind: 'clue', id: (await walkTo('assigned')).clue }),
		also: async ({ kind, id }) => ((await (await by('officer')).matter(kind, id)) as unknown as { requests: unknown[] }).requests.length,
	},
	{
		name: 'approving a filing, which opens a case', as: 'deputy_head', act: 'file_approve', values: {},
		prepare: async () => {
			const { clue, onClue } = await walkTo('requested');
			await onClue('unit_head', 'file_endorse', 74, { officer: 'officer', co_officer: 'co_officer' });
			return { kind: 'clue', id: clue };
		},
		also: (t) => spawned(t, 'case'),
	},
	{
		name: 'approving a penalty, which opens its disclosure', as: 'deputy_head', act: 'decide_penalty_approve', values: {},
		prepare: async () => ({ kind: 'case', id: (await (await walkTo('noticed')).decisionAsked()).case }),
		also: (t) => spawned(t, 'disclosure_matter'),
	},
	{
		name: 'publishing', as: 'credit_clerk', act: 'publish', values: { publish_place: '国家企业信用信息公示系统' }, few: true,
		prepare: async () => {
			const id = await (await walkTo('served')).disclosure();
			await (await by('officer')).act('disclosure', id, 'prepare', {}, day(12));
			await (await by('unit_head')).act('disclosure', id, 'review_pass', { secrecy_reviewed: true }, day(11));
			return { kind: 'disclosure', id };
		},
	},
	{
		name: 'the police accepting a hand-over', as: 'police', act: 'accept', values: { police_receipt: '乐公受案字〔测试〕9号' }, few: true,
		prepare: async () => ({ kind: 'handoff', id: await sentToPolice() }),
		// Their lane of the thread: one record for one act.
		also: async ({ id }) => (await (await by('police')).get<{ records: { lane: string; kind: string }[] }>(`/handoffs/${id}/thread`)).records.filter((r) => r.kind === 'accepted').length,
	},
];

/** Cuts the line at writes. `fate` is asked for each: pass, or drop before or after the daemon has it. */
async function wire(page: Page, fate: (write: boolean) => 'pass' | 'before' | 'after'): Promise<void> {
	await page.route(/\/api\/v1\/(?!events)/, async (route) => {
		const request = route.request();
		const chosen = fate(request.method() !== 'GET' && !request.url().includes('/drafts'));
		if (chosen === 'pass') return route.continue();
		if (chosen === 'after') await route.fetch().catch(() => undefined);
		await route.abort('connectionreset');
	});
}

async function open(page: Page, action: Action, task: Task): Promise<void> {
	await go(page, `/${task.kind}s/${task.id}`);
	await fillAct(page, await openAct(page, action.act), action.act, action.values);
}

const press = (page: Page) => page.locator('form.act-form button[type=submit]').click();

/** How often the act stands in the ledger; what it makes besides must agree. */
async function times(action: Action, task: Task): Promise<number> {
	const acts = (await (await by(task.kind === 'handoff' ? action.as : 'principal')).acts(task.kind, task.id)).filter((a) => a.code === action.act);
	expect(acts.length).toBeLessThanOrEqual(1);
	if (action.also) expect(await action.also(task), 'what the act makes').toBe(acts.length);
	if (action.act.endsWith('_approve')) {
		const queue = await (await by(action.as)).get<{ items: { id: string }[] }>('/queue?view=approve&limit=200');
		expect(queue.items.filter((r) => r.id === task.id).length, 'still waiting for approval').toBe(1 - acts.length);
	}
	return acts.length;
}

for (const action of ACTIONS)
	test.describe(action.name, () => {
		for (const when of action.few ? (['after'] as const) : (['before', 'after'] as const))
			test(`dropped for a moment ${when} the daemon has it: sent again by itself, done once`, async ({ as }) => {
				const task = await action.prepare();
				const page = await as(action.as, '/account');
				await open(page, action, task);
				let left = 1;
				await wire(page, (write) => (write && left-- > 0 ? when : 'pass'));
				await press(page);
				await expect(page.locator('form.act-form')).toBeHidden();
				expect(await times(action, task)).toBe(1);
			});

		for (const when of action.few ? (['after'] as const) : (['before', 'after'] as const))
			test(`cut ${when} the daemon has it: says so, keeps everything, the same button finishes it once`, async ({ as }) => {
				const task = await action.prepare();
				const page = await as(action.as, '/account');
				await open(page, action, task);
				let cut = true, first = true;
				await wire(page, (write) => (!cut ? 'pass' : write && first ? ((first = false), when) : 'before'));
				await press(page);
				await expect(page.getByRole('alert').filter({ hasText: '网络中断' })).toBeVisible({ timeout: 15_000 });
				for (const [name, value] of Object.entries(action.values))
					if (typeof value === 'string') await expect(page.locator(`[data-field=${action.act}-${name}]`).locator('input, textarea').first(), name).toHaveValue(value);
				expect(await times(action, task), 'in the ledger while the line is cut').toBe(when === 'after' ? 1 : 0);
				cut = false;
				await press(page);
				await expect(page.locator('form.act-form')).toBeHidden();
				expect(await times(action, task)).toBe(1);
			});

		test('cut after the daemon has it and the tab closed: done once, not offered again', async ({ as }) => {
			const task = await action.prepare();
			const page = await as(action.as, '/account');
			await open(page, action, task);
			let first = true;
			await wire(page, (write) => (write && first ? ((first = false), 'after') : first ? 'pass' : 'before'));
			const sent = page.waitForEvent('requestfailed', (r) => r.method() === 'POST' && r.url().includes('/acts'));
			await press(page);
			await sent;
			await page.close();
			expect(await times(action, task)).toBe(1);
			const again = await as(action.as, `/${task.kind}s/${task.id}`);
			await settled(again);
			if (action.act !== 'verify') await expect(again.locator(`button[data-act=${action.act}]:not([disabled])`)).toHaveCount(0);
		});

		if (!action.few) test('every answer of a read is lost once: the page comes back by itself', async ({ as }) => {
			const task = await action.prepare();
			const page = await as(action.as, '/account');
			const seen = new Set<string>();
			let lose = true;
			await page.route(/\/api\/v1\/(?!events)/, (route) => {
				const what = route.request().method() + route.request().url();
				if (!lose || route.request().method() !== 'GET' || seen.has(what)) return route.continue();
				seen.add(what);
				return route.abort('connectionreset');
			});
			await open(page, action, task);
			seen.clear();
			await press(page);
			await expect(page.locator('form.act-form')).toBeHidden();
			await settled(page);
			await expect(page.getByRole('alert')).toHaveCount(0);
			lose = false;
			expect(await times(action, task)).toBe(1);
		});
	});

for (const when of ['before', 'after'] as const)
	test(`a new clue, cut ${when} the daemon has it: registered once, with the same button`, async ({ as }) => {
		const party = partyName();
		const page = await as('officer', '/clues/new');
		const form = page.getByRole('form', { name: '案源登记' });
		await put(page, form.locator('[data-field=clue-source]'), '举报');
		await put(page, form.locator('[data-field=clue-ip_type]'), '商标');
		await put(page, form.locator('[data-field=clue-cause]'), CAUSE);
		await put(page, form.locator('[data-field=clue-summary]'), '断网时登记的线索');
		await put(page, form.locator('.party [data-field$=name]').first(), party);
		await put(page, form.locator('.party [data-field$=kind]').first(), '个体工商户');
		let cut = true, first = true;
		await wire(page, (write) => (!cut ? 'pass' : write && first ? ((first = false), when) : 'before'));
		const there = async () => (await (await by('officer')).get<{ items: unknown[] }>(`/matters?party=${encodeURIComponent(party)}`)).items.length;
		await page.keyboard.press('Control+Enter');
		await expect(page.getByRole('alert').filter({ hasText: '网络中断' })).toBeVisible({ timeout: 15_000 });
		expect(await there()).toBe(when === 'after' ? 1 : 0);
		cut = false;
		await page.keyboard.press('Control+Enter');
		await expect(page.getByRole('heading', { name: /✓/ })).toBeVisible();
		expect(await there()).toBe(1);
		const drafts = await (await by('officer')).get<{ items: { title: string }[] }>('/me/drafts');
		expect(drafts.items.filter((d) => d.title.includes(party))).toEqual([]);
	});

test('a file of several pieces, the line cut in its middle: goes on where it was, registered once and whole', async ({ as }) => {
	test.setTimeout(120_000);
	const { case: id } = await walkTo('filed');
	const page = await as('officer', `/cases/${id}/evidence`);
	const bytes = Buffer.alloc(9 * 1024 * 1024, 'ipcase');
	let cut = false, pieces = 0;
	await page.route('**/api/v1/uploads/**', async (route) => {
		if (cut) return route.abort('connectionreset');
		if (route.request().method() === 'PUT' && ++pieces === 2) {
			await route.fetch().catch(() => undefined);
			cut = true;
			return route.abort('connectionreset');
		}
		return route.continue();
	});
	await page.locator('main input[type=file]').first().setInputFiles({ name: '现场录像.bin', mimeType: 'application/octet-stream', buffer: bytes });
	await put(page, page.locator('main [data-field*=kind]').first(), '视听资料').catch(() => undefined);
	const start = page.getByRole('button', { name: '开始上传' });
	if (await start.count()) await start.click();
	const again = page.getByRole('button', { name: '继续上传' });
	await expect(again).toBeVisible({ timeout: 30_000 });
	const list = async () => (await (await by('officer')).get<{ items: { name: string; size: number }[] }>(`/cases/${id}/materials`)).items;
	expect(await list()).toEqual([]);
	cut = false;
	await again.click();
	await expect(page.getByText(/登记为材料 1/).first()).toBeVisible({ timeout: 30_000 });
	expect((await list()).map((m) => [m.name, m.size])).toEqual([['现场录像.bin', bytes.length]]);
});

test('what is typed while the line is cut waits in this browser and goes up afterwards', async ({ as }) => {
	const { clue } = await walkTo('assigned');
	const page = await as('officer', `/clues/${clue}`);
	const form = await openAct(page, 'verify');
	await page.context().setOffline(true);
	const note = `断网时写的${day()}`;
	await form.locator('[data-field=verify-note] textarea').fill(note);
	await expect(form.getByRole('status').filter({ hasText: '草稿暂存在本机' })).toBeVisible({ timeout: 20_000 });
	await page.context().setOffline(false);
	await expect(form.getByRole('status').filter({ hasText: '草稿已保存' })).toBeVisible({ timeout: 20_000 });
	const other = await as('officer', `/clues/${clue}`);
	const there = await openAct(other, 'verify');
	await expect(there.locator('[data-field=verify-note] textarea')).toHaveValue(note);
});
