// SPDX-License-Identifier: MulanPSL-2.0
//
// Set-up and truth through the API: what a test needs before its first click, and what really happened afterwards.
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Kind = 'clue' | 'case' | 'handoff' | 'disclosure';
export interface Row { id: string; kind: Kind; number?: string; version: number; state: string; state_zh: string; facts: Record<string, unknown> }
export interface ActReply { act: { act: string; seq: number }; matter: { id: string; version: number; state: string; number?: string }; spawned?: { id: string; kind: Kind }[] }
export interface Me { id: string; account: string; name: string; roles: string[]; session: string }

const where = () => process.env.CONSOLE_URL as string;

const made = new Map<string, string>();
/** Passwords of the demonstration's accounts, and of those that tests made. */
export const accounts = (): Map<string, string> => new Map([
	...readFileSync(join(process.env.CONSOLE_DIR as string, 'accounts.txt'), 'utf8').trim().split('\n').map((l) => l.split('\t')).map(([, name, password]) => [name, password] as const),
	...made,
]);

export class Refused extends Error {
	constructor(readonly status: number, readonly problem: Record<string, string>, what: string) {
		super(`${what}: ${status} ${JSON.stringify(problem)}`);
	}
}

export class Api {
	private token = '';
	me!: Me;

	constructor(readonly account: string, private readonly password: string) {}

	async login(code?: string): Promise<this> {
		const opened = await this.send<{ token: string; account: Me }>('POST', '/sessions', { account: this.account, password: this.password, ...(code ? { code } : {}) });
		this.token = opened.token;
		this.me = opened.account;
		return this;
	}

	async send<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
		const bytes = body instanceof Uint8Array;
		const reply = await fetch(`${where()}/api/v1${path}`, {
			method,
			headers: {
				Accept: 'application/json',
				...(this.token ? { Authorization: `Bearer ${this.token}` } : {}),
				...(body !== undefined ? { 'Content-Type': bytes ? 'application/octet-stream' : 'application/json' } : {}),
				...(method === 'POST' ? { 'Idempotency-Key': randomBytes(16).toString('hex') } : {}),
				...headers,
			},
			body: body === undefined ? undefined : bytes ? (body as unknown as BodyInit) : JSON.stringify(body),
		});
		const text = await reply.text();
		if (!reply.ok) throw new Refused(reply.status, safeJson(text), `${this.account} ${method} ${path}`);
		return (text ? JSON.parse(text) : undefined) as T;
	}

	get = <T>(path: string) => this.send<T>('GET', path);
	post = <T>(path: string, body: unknown = {}) => this.send<T>('POST', path, body);
	matter = (kind: Kind, id: string) => this.get<Row>(`/${kind}s/${id}`);

	/** An act at the matter's present version; tried again when the exchange came in between, as a person would. */
	async act(kind: Kind, id: string, act: string, fields: Record<string, unknown> = {}, on?: string): Promise<ActReply> {
		for (let tries = 0; ; tries++) {
			const { version } = await this.matter(kind, id);
			try {
				return await this.post<ActReply>(`/${kind}s/${id}/acts`, { act, version, fields, ...(on ? { happened_at: on } : {}) });
			} catch (e) {
				if (!(e instanceof Refused) || e.status !== 412 || tries > 4) throw e;
			}
		}
	}

	/** A material of a matter, whole; its number. */
	async material(kind: Kind, id: string, name: string, text: string, material = '鉴定意见'): Promise<number> {
		const bytes = new TextEncoder().encode(text);
		const upload = await this.post<{ id: string }>(`/${kind}s/${id}/uploads`, { name, size: bytes.length, media_type: 'text/plain', kind: material });
		await this.send('PUT', `/uploads/${upload.id}/chunks/0`, bytes);
		const { version } = await this.matter(kind, id);
		const reply = await this.post<{ material: { number: number } }>(`/uploads/${upload.id}/finish`, { version });
		return reply.material.number;
	}

	/** The ledger of a matter; codes as the buttons have them (file_request, file_approve). */
	async acts(kind: Kind, id: string): Promise<{ seq: number; code: string; actor?: { name: string }; payload: Record<string, unknown> }[]> {
		const page = await this.get<{ items: { seq: number; act: string; stage: string; actor?: { name: string }; payload: Record<string, unknown> }[] }>(`/${kind}s/${id}/acts?limit=200`);
		return page.items.map((a) => ({ ...a, code: a.stage === 'do' ? a.act : `${a.act}_${a.stage}` }));
	}
}

function safeJson(text: string): Record<string, string> {
	try {
		return JSON.parse(text) as Record<string, string>;
	} catch {
		return { text };
	}
}

const known = new Map<string, Promise<Api>>();
/** One login for each account and worker. */
export function by(account: string): Promise<Api> {
	const found = known.get(account);
	if (found) return found;
	const password = accounts().get(account);
	if (!password) throw new Error(`no account ${account} in the demonstration`);
	const made = new Api(account, password).login();
	known.set(account, made);
	return made;
}

/** A new account in the unit of another: for tests that change passwords or end sessions, or want an empty desk. */
export async function newAccount(like: string, roles: string[] = ['officer']): Promise<{ account: string; password: string; name: string }> {
	const admin = await by('admin');
	const model = (await (await by(like)).get<{ unit: { id: string } }>('/me')).unit.id;
	const account = `t.${randomBytes(5).toString('hex')}`;
	const password = randomBytes(9).toString('base64url');
	await admin.post('/accounts', { account, name: `测试${account.slice(2, 6)}`, unit: model, roles, password });
	made.set(account, password);
	return { account, password, name: `测试${account.slice(2, 6)}` };
}

/** RFC 6238 code of a base-32 secret; `step` away from now. */
export function totp(secret: string, step = 0): string {
	const bits = [...secret.replace(/=+$/, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
	const key = Buffer.from(bits.match(/.{8}/g)?.map((b) => parseInt(b, 2)) ?? []);
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + step));
	const mac = createHmac('sha1', key).update(counter).digest();
	return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Beijing's day, `back` days ago: 2026-03-10. */
export function day(back = 0): string {
	return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date(Date.now() - back * 86_400_000));
}
