// SPDX-License-Identifier: MulanPSL-2.0
//
// Debian's Chromium against the real daemon, PostgreSQL and demonstration data (server.ts). Nothing is downloaded; the packages
// are cmd/console's. tests/run.sh runs this beside the other suites; by hand, in the root of the repository:
//
//	cmd/console/node_modules/.bin/playwright test -c tests/console journey
//
//	OUT             folder of the programs                                   build/release
//	CONSOLE_DIR     a system that runs already: its DIR, and its address in
//	CONSOLE_URL     (then nothing is started or stopped)
//	SCREENSHOTS=1   writes docs/zh/images
import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { defineConfig } from '@playwright/test';

export const ROOT = resolve(__dirname, '../..');
export const OUT = resolve(ROOT, process.env.OUT ?? 'build/release');
export const LOGS = join(OUT, 'test-logs');

function chromium(): string {
	for (const folder of (process.env.PATH ?? '').split(delimiter)) {
		try {
			accessSync(join(folder, 'chromium'), constants.X_OK);
			return join(folder, 'chromium');
		} catch {
			// not here
		}
	}
	throw new Error('chromium is missing; "make deps" installs it');
}

export default defineConfig({
	testDir: '.',
	outputDir: join(OUT, 'console-results'),
	globalSetup: './server.ts',
	workers: Number(process.env.CONSOLE_WORKERS ?? 2),
	timeout: 60_000,
	expect: { timeout: 15_000 },
	forbidOnly: true,
	// A flaw that shows only now and then is a flaw.
	retries: 0,
	reporter: [['list'], ['junit', { outputFile: join(LOGS, 'console.xml') }]],
	use: {
		baseURL: process.env.CONSOLE_URL, // server.ts sets it before any worker starts
		browserName: 'chromium',
		viewport: { width: 1366, height: 768 },
		locale: 'zh-CN',
		// Days are Beijing's wherever the browser sits.
		timezoneId: 'America/New_York',
		contextOptions: { reducedMotion: 'reduce' },
		actionTimeout: 15_000,
		navigationTimeout: 30_000,
		screenshot: 'only-on-failure',
		launchOptions: {
			executablePath: chromium(),
			args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
		},
	},
});
