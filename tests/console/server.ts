// SPDX-License-Identifier: MulanPSL-2.0
//
// Once for all tests: cmd/run/run.sh with a private folder and a free port; the workers learn where from the environment.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LOGS, OUT, ROOT } from './playwright.config';

const READY_MS = 240_000, STOP_MS = 60_000;

function freePort(): Promise<number> {
	return new Promise((done, failed) => {
		const probe = createServer();
		probe.on('error', failed);
		probe.listen(0, '127.0.0.1', () => {
			const { port } = probe.address() as { port: number };
			probe.close(() => done(port));
		});
	});
}

export default async function start(): Promise<() => Promise<void>> {
	if (process.env.CONSOLE_URL) return async () => undefined;
	const console = join(dirname(OUT), 'console/index.html');
	if (!existsSync(console)) throw new Error(`${console} is missing; "make" builds the console`);
	mkdirSync(LOGS, { recursive: true });
	const dir = mkdtempSync(join(tmpdir(), 'ipcase-console-'));
	const port = await freePort();
	const log = join(LOGS, 'console-server.log');
	const out = openSync(log, 'w');
	const server = spawn(join(ROOT, 'cmd/run/run.sh'), [dir, String(port)], { env: { ...process.env, BIN: OUT }, stdio: ['ignore', out, out] });
	const ended = new Promise<void>((done) => server.once('exit', () => done()));
	const stop = async () => {
		server.kill('SIGTERM');
		const late = setTimeout(() => server.kill('SIGKILL'), STOP_MS);
		await ended;
		clearTimeout(late);
		rmSync(dir, { recursive: true, force: true });
	};
	const url = `http://127.0.0.1:${port}`;
	for (const until = Date.now() + READY_MS; ; ) {
		if (readFileSync(log, 'utf8').includes('Ctrl-C stops it')) break;
		if (server.exitCode !== null || Date.now() > until) {
			await stop();
			throw new Error(`run.sh did not come up:\n${readFileSync(log, 'utf8')}`);
		}
		await new Promise((r) => setTimeout(r, 200));
	}
	process.env.CONSOLE_URL = url;
	process.env.CONSOLE_DIR = dir;
	return async () => {
		const daemon = readFileSync(join(dir, 'ipcased.log'), 'utf8');
		await stop();
		// A sanitizer's report or a failed CHECK must not pass unseen.
		for (const sign of ['ERROR: AddressSanitizer', 'ERROR: LeakSanitizer', 'runtime error:', 'check failed'])
			if (daemon.includes(sign)) throw new Error(`ipcased's log has "${sign}":\n${daemon.slice(-20_000)}`);
	};
}
