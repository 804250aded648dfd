// SPDX-License-Identifier: MulanPSL-2.0
//
// Attempts to run something in the console: through the content-security policy, and through every text that people can enter.
import type { Page } from '@playwright/test';
import { field, openAct, submit } from './acts';
import { type ActReply, by, day } from './api';
import { expect, go, settled, test } from './fixtures';
import { CAUSE, partyName } from './walk';

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
	+ "manifest-src 'self'; frame-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

test('headers of the console and its files', async ({ request }) => {
	const home = await request.get('/', { headers: { 'Accept-Encoding': 'br' } });
	const head = home.headers();
	expect(head['content-security-policy']).toBe(POLICY);
	expect(head['x-content-type-options']).toBe('nosniff');
	expect(head['referrer-policy']).toBe('same-origin');
	expect(head['cache-control']).toBe('no-cache');
	const page = await home.text();
	expect(page).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|javascript:|https?:\/\//i);
	const files = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((m) => m[1]);
	expect(files.length).toBeGreaterThan(0);
	for (const file of files) {
		const reply = await request.get(file, { headers: { 'Accept-Encoding': 'br, gzip' } });
		expect(reply.headers()['cache-control'], file).toBe('public, max-age=31536000, immutable');
		expect(reply.headers()['content-encoding'], file).toBe('br');
		const same = await request.get(file, { headers: { 'If-None-Match': reply.headers().etag } });
		expect(same.status(), file).toBe(304);
	}
	for (const path of ['/assets/%2e%2e/%2e%2e/etc/passwd', '/assets/..%2findex.html', '/assets/', '/assets/.hidden', '/assets/nothing.js'])
		expect((await request.get(path)).status(), path).toBeGreaterThanOrEqual(400);
});

test('nothing that is injected runs', async ({ as, allowed }) => {
	allowed.push('Content Security Policy', 'Content-Security-Policy');
	const page = await as('officer');
	const ran = await page.evaluate(async () => {
		const w = window as unknown as Record<string, unknown>;
		const out: string[] = [];
		const put = (html: string) => document.body.insertAdjacentHTML('beforeend', html);
		const add = (tag: string, props: Record<string, string>) => document.body.append(Object.assign(document.createElement(tag), props));
		add('script', { textContent: 'window.hit = "inline script"' });
		add('script', { src: 'data:text/javascript,window.hit="data script"' });
		add('script', { src: URL.createObjectURL(new Blob(['window.hit="blob script"'], { type: 'text/javascript' })) });
		add('script', { src: 'https://example.invalid/x.js' });
		put('<img src="data:," onerror="window.hit=\'onerror\'">');
		put('<svg onload="window.hit=\'svg\'"></svg>');
		put('<iframe srcdoc="<script>parent.hit=\'srcdoc\'</script>"></iframe>');
		put('<iframe src="javascript:parent.hit=\'javascript frame\'"></iframe>');
		put('<a id="js" href="javascript:window.hit=\'javascript link\'">x</a>');
		document.getElementById('js')?.click();
		put('<form id="away" action="https://example.invalid/"><input name="a"></form>');
		(document.getElementById('away') as HTMLFormElement).submit();
		put('<base href="https://example.invalid/">');
		if (document.baseURI.includes('example.invalid')) out.push('base');
		put('<p id="styled" style="position:fixed">x</p>');
		if (getComputedStyle(document.getElementById('styled') as Element).position === 'fixed') out.push('inline style');
		// What the debugger itself evaluates may use eval; a later task is the page's own.
		await new Promise((r) => setTimeout(r, 0));
		for (const [name, f] of Object.entries({
			eval: () => (0, eval)('window.hit = "eval"'),
			Function: () => new Function('window.hit = "Function"')(),
			timer: () => setTimeout('window.hit = "timer"' as unknown as () => void, 0),
			import: () => import(String("data:text/javascript,window.hit=1")).catch(() => undefined),
		}))
			try {
				f();
			} catch (e) {
				if (!(e instanceof EvalError)) out.push(`${name}: ${String(e)}`);
			}
		for (const [name, f] of Object.entries({
			fetch: () => fetch('https://example.invalid/'),
			socket: () => new Promise((ok, no) => { const s = new WebSocket('wss://example.invalid/'); s.onopen = ok; s.onerror = no; }),
			worker: () => new Promise((ok, no) => { const x = new Worker(URL.createObjectURL(new Blob(['postMessage(1)']))); x.onmessage = ok; x.onerror = no; }),
		}))
			await f().then(() => out.push(name), () => undefined);
		await new Promise((r) => setTimeout(r, 500));
		if (w.hit) out.push(String(w.hit));
		return out;
	});
	expect(ran).toEqual([]);
	expect(page.url()).toMatch(/#\/work$/);
});

test('nobody can frame the console', async ({ browser }) => {
	const page = await (await browser.newContext()).newPage();
	await page.route('http://elsewhere.invalid/', (r) => r.fulfill({ contentType: 'text/html', body: `<iframe src="${process.env.CONSOLE_URL}/"></iframe>` }));
	await page.goto('http://elsewhere.invalid/');
	await page.waitForTimeout(1000);
	expect(page.frames().slice(1).every((f) => !f.url().startsWith(process.env.CONSOLE_URL as string))).toBe(true);
	await page.context().close();
});

const HOSTILE = '<img src=x onerror=window.hit=1><script>window.hit=2</script>"\'`{{7*7}}${7*7}&amp;';

/** What a hostile text does on this page: nothing, and it is to be read as it was typed. */
async function readsAsText(page: Page, text: string): Promise<void> {
	expect(await page.evaluate(() => (window as unknown as { hit?: unknown }).hit)).toBeUndefined();
	expect(await page.locator('img[src=x]').count()).toBe(0);
	await expect(page.locator('body')).toContainText(text);
	await expect(page.locator('body')).not.toContainText('{{49}}');
}

test('HTML in any text shows as text, wherever it appears', async ({ as }) => {
	const officer = await by('officer');
	const party = `${partyName('')}${HOSTILE}`.slice(0, 100);
	const text = `说明${HOSTILE}`;
	const made = await officer.post<ActReply>('/clues', {
		fields: {
			source: '举报', source_detail: text.slice(0, 60), discovered_on: day(20), ip_type: '商标', cause: CAUSE, summary: text, goods: text, title: text.slice(0, 80),
			reporter: text.slice(0, 60), right_holder: text.slice(0, 60), place: text.slice(0, 80), parties: [{ name: party, kind: '个体工商户', address: text, phone: text.slice(0, 20) }],
		},
		happened_at: day(20),
	});
	const id = made.matter.id;
	await (await by('unit_head')).act('clue', id, 'assign', { officer: 'officer', co_officer: 'co_officer' }, day(19));
	await officer.act('clue', id, 'verify', { note: text }, day(18));
	await officer.act('clue', id, 'file_request', { cause: CAUSE, reason: text }, day(17));
	await officer.send('PUT', '/me/drafts/hostile', { title: text.slice(0, 80), version: 0, body: { values: { note: text } } }).catch(() => undefined);

	const page = await as('officer', `/clues/${id}`);
	await readsAsText(page, party.slice(0, 40));
	for (let n = 0; n < (await page.locator('main [role=tab]').count()); n++) {
		await page.locator('main [role=tab]').nth(n).click();
		await settled(page);
		await readsAsText(page, party.slice(0, 40));
	}
	await page.emulateMedia({ media: 'print' });
	await readsAsText(page, party.slice(0, 40));
	await page.emulateMedia({ media: null });

	await go(page, '/work');
	await readsAsText(page, '我的工作');
	const jump = page.getByRole('combobox', { name: '查找文号、当事人、信用代码' });
	await jump.fill(party.slice(0, 12));
	await expect(page.getByRole('listbox').getByRole('option').first()).toContainText(party.slice(0, 40));
	await readsAsText(page, party.slice(0, 40));
	await page.keyboard.press('Escape');

	const head = await as('unit_head', '/approve');
	await go(head, `/approve/${id}`);
	await readsAsText(head, text.slice(0, 40));

	// Beside a field, in a refusal of the daemon's.
	await go(page, `/clues/${id}`);
	const form = await openAct(page, 'verify');
	await field(form, 'verify', 'note').getByRole('textbox').fill(HOSTILE);
	await submit(page, form);
	await readsAsText(page, party.slice(0, 40));
	await officer.send('DELETE', '/me/drafts/hostile').catch(() => undefined);
});
