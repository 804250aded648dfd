// The way to the daemon. Reads are typed from its OpenAPI document:
//
//	const page = await read(api.GET('/api/v1/queue', { params: { query: { view: 'mine' } } }));
//
// Writes carry an idempotency key made once for one thing the user wants (see Attempt): after a lost reply the same key is
// sent again, so a thing is done once or not at all. Every failure is an ApiProblem. A session that ended asks to sign in
// (onSignedOut) and then sends the same request again.
import createClient from 'openapi-fetch';
import type { components, paths } from '@schema';
import { ApiProblem, problemOf } from '@/api/problem';
import { t } from '@/texts/common';

export type Schema<N extends keyof components['schemas']> = components['schemas'][N];

const RETRY_MS = [300, 1200, 3000];

let signInAgain: (() => Promise<void>) | undefined;
/** Called when a request finds no session; resolves when there is one again. */
export function onSignedOut(f: () => Promise<void>): void {
	signInAgain = f;
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function once(request: Request): Promise<Response> {
	try {
		return await fetch(request.clone());
	} catch (e) {
		if (request.signal.aborted) throw e;
		throw new ApiProblem({ title: t.problem.network, detail: t.problem.networkHelp }, true);
	}
}

/** Reads and keyed writes may be sent twice; 503 with Retry-After says so itself. */
async function persistent(request: Request): Promise<Response> {
	const again = request.method === 'GET' || request.method === 'DELETE' || request.method === 'PUT' || request.headers.has('Idempotency-Key');
	for (let tries = 0; ; tries++) {
		const last = !again || tries >= RETRY_MS.length;
		try {
			const response = await once(request);
			if (response.status !== 503 || last) return response;
		} catch (e) {
			if (last) throw e;
		}
		await wait(RETRY_MS[tries]);
	}
}

async function guarded(request: Request): Promise<Response> {
	if (request.method !== 'GET') request.headers.set('X-IPCase', 'console');
	let response = await persistent(request);
	if (response.status === 401 && signInAgain && !request.url.endsWith('/api/v1/sessions')) {
		const problem = await problemOf(response.clone());
		// Wrong passwords and codes of a signed-in person are 401 as well; only a missing session asks to sign in.
		if (problem.field === '') {
			await signInAgain();
			response = await persistent(request);
		}
	}
	if (!response.ok) throw await problemOf(response);
	return response;
}

export const api = createClient<paths>({ baseUrl: '', fetch: guarded });

export async function read<T>(answer: Promise<{ data?: T }>): Promise<T> {
	return (await answer).data as T;
}

interface Options {
	body?: unknown;
	key?: string;
	signal?: AbortSignal;
	/** Sent although the page goes away. */
	keepalive?: boolean;
}

/** Untyped request, for bodies the document describes too broadly (acts) and for bytes. */
export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
	const headers = new Headers();
	const bytes = options.body instanceof Blob;
	if (options.body !== undefined) headers.set('Content-Type', bytes ? 'application/octet-stream' : 'application/json');
	if (options.key) headers.set('Idempotency-Key', options.key);
	const response = await guarded(
		new Request(path, {
			method,
			headers,
			body: options.body === undefined ? undefined : bytes ? (options.body as Blob) : JSON.stringify(options.body),
			signal: options.signal,
			keepalive: options.keepalive,
		}),
	);
	if (response.status === 204 || response.headers.get('Content-Length') === '0') return undefined as T;
	return (await response.json()) as T;
}

/** crypto.randomUUID() needs a secure context; the console may be served over plain HTTP inside an office. */
export function newKey(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
}

/** One thing the user wants: as long as the content is the same, so is the key; a changed content is another thing. */
export class Attempt {
	private key = '';
	private print = '';

	keyFor(content: unknown): string {
		const print = JSON.stringify(content);
		if (print !== this.print) {
			this.print = print;
			this.key = newKey();
		}
		return this.key;
	}

	/** It is done: the same content again is a new wish. */
	done(): void {
		this.print = '';
	}
}

export type MatterKind = 'clue' | 'case' | 'handoff' | 'disclosure';

export interface ActBody {
	act: string;
	version: number;
	fields: Record<string, unknown>;
	happened_at?: string;
}

export function doAct(kind: MatterKind, id: string, body: ActBody, key: string): Promise<Schema<'ActReply'>> {
	return request('POST', `/api/v1/${kind}s/${id}/acts`, { body, key });
}
