// SPDX-License-Identifier: MulanPSL-2.0
//
// How fast the console is in Debian's Chromium: console.py starts the daemon, says where it is and who has which session (JSON on
// standard input), and writes the table from what comes out (JSON on standard output).
//
// "Useful" is the moment when what the page is for can be read: a row, a form's first input, a figure; the frame after it has been
// painted. Bytes are those on the wire, as the browser's own network log counts them.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const { chromium } = createRequire(new URL('../../cmd/console/', import.meta.url))('playwright-core');
const asked = JSON.parse(readFileSync(0, 'utf8'));
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const browser = await chromium.launch({ executablePath: asked.chromium, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });

async function desk(role) {
	const { token, account } = asked.people[role];
	const url = new URL(asked.url);
	const context = await browser.newContext({
		viewport: { width: 1366, height: 768 }, locale: 'zh-CN', reducedMotion: 'reduce',
		storageState: {
			cookies: [{ name: 'ipcase_session', value: token, domain: url.hostname, path: '/', expires: -1, httpOnly: true, secure: false, sameSite: 'Strict' }],
			origins: [{ origin: url.origin, localStorage: [{ name: 'ipcase.in', value: account }] }],
		},
	});
	const page = await context.newPage();
	const wire = { bytes: 0, code: 0, requests: 0 };
	const cdp = await context.newCDPSession(page);
	await cdp.send('Network.enable');
	const urls = new Map();
	cdp.on('Network.responseReceived', (e) => urls.set(e.requestId, e.response.url));
	cdp.on('Network.loadingFinished', (e) => {
		wire.bytes += e.encodedDataLength;
		wire.requests++;
		if (/\.(js|css)$/.test(urls.get(e.requestId) ?? '')) wire.code += e.encodedDataLength;
	});
	return { context, page, wire };
}

/** From now (or from the page's own start) until `selector` is there and the next frame was painted. */
const WAIT = `(selector, start) => new Promise((done) => {
	const there = () => [...document.querySelectorAll(selector)].some((e) => e.getClientRects().length > 0);
	const painted = () => requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
	if (there()) return painted();
	const watch = new MutationObserver(() => { if (there()) { watch.disconnect(); painted(); } });
	watch.observe(document, { subtree: true, childList: true, attributes: true });
})`;

async function load(page, at, selector) {
	await page.goto(`${asked.url}/#${at}`, { waitUntil: 'commit' });
	return page.evaluate(`(${WAIT})(${JSON.stringify(selector)}, 0)`);
}
async function move(page, at, selector) {
	return page.evaluate(`(async () => { const start = performance.now(); location.hash = ${JSON.stringify(at)}; await new Promise((r) => setTimeout(r)); return (${WAIT})(${JSON.stringify(selector)}, start); })()`);
}
async function quiet(page) {
	await page.waitForTimeout(300);
}

const out = { pages: [], interactions: [], first: {} };

for (const place of asked.places) {
	const row = { name: place.name, role: place.role, cold: [], warm: [], moved: [], coldBytes: 0, warmBytes: 0, movedBytes: [], again: [], againBytes: [], requests: 0 };
	for (let n = 0; n < asked.rounds; n++) {
		const { context, page, wire } = await desk(place.role);
		row.cold.push(await load(page, place.at, place.useful));
		await quiet(page);
		row.coldBytes = wire.bytes;
		row.requests = wire.requests;
		if (place.name === 'work') out.first = { code: wire.code, bytes: wire.bytes };
		await page.goto('about:blank');
		wire.bytes = 0;
		row.warm.push(await load(page, place.at, place.useful));
		await quiet(page);
		row.warmBytes = wire.bytes;
		await context.close();

		// Within the console, as a person goes about: the first time with the page's own code, then again.
		const inside = await desk(place.role);
		await load(inside.page, '/nowhere', 'main h1');
		await quiet(inside.page);
		inside.wire.bytes = 0;
		row.moved.push(await move(inside.page, place.at, place.useful));
		await quiet(inside.page);
		row.movedBytes.push(inside.wire.bytes);
		await move(inside.page, '/nowhere', 'main h1');
		await quiet(inside.page);
		inside.wire.bytes = 0;
		row.again.push(await move(inside.page, place.at, place.useful));
		await quiet(inside.page);
		row.againBytes.push(inside.wire.bytes);
		await inside.context.close();
	}
	for (const name of ['cold', 'warm', 'moved', 'again', 'movedBytes', 'againBytes']) row[name] = median(row[name]);
	out.pages.push(row);
}

/** Keystroke or click until the frame that shows its effect was painted, as the browser's Event Timing measures it. */
for (const one of asked.interactions) {
	const { context, page } = await desk(one.role);
	await load(page, one.at, one.ready);
	await quiet(page);
	if (one.before) for (const key of one.before) await page.keyboard.press(key);
	await page.evaluate(() => {
		window.timings = [];
		new PerformanceObserver((list) => {
			for (const e of list.getEntries()) if (e.interactionId) window.timings.push([e.interactionId, e.duration]);
		}).observe({ type: 'event', durationThreshold: 16, buffered: false });
	});
	for (let n = 0; n < one.times; n++) {
		for (const key of one.keys ?? []) await page.keyboard.press(key);
		for (const selector of one.clicks ?? []) await page.locator(selector).first().click();
		await page.waitForTimeout(150);
	}
	const worst = await page.evaluate(() => {
		const each = new Map();
		for (const [id, ms] of window.timings) each.set(id, Math.max(ms, each.get(id) ?? 0));
		return [...each.values()];
	});
	// What took less than 16 ms is not reported by the browser at all.
	const all = [...worst, ...Array(Math.max(0, one.times - worst.length)).fill(8)];
	out.interactions.push({ name: one.name, median: median(all), worst: Math.max(...all), times: one.times });
	await context.close();
}

await browser.close();
process.stdout.write(JSON.stringify(out));
