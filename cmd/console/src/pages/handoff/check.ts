// Checks a conversation in this browser: every record's digest, its place in its maker's lane, what it says to have seen, and
// the signature with the certificate inside it. Whether that certificate may sign for the organ the daemon decided when the record
// came; `ipcase verify` and openssl do it all without us (docs/keys.md).
import type { RecordBody, Thread, ThreadRecord } from '@/pages/handoff/thread';
import { parseBody } from '@/pages/handoff/thread';

export type CheckResult = 'ok' | 'wrong' | 'unknown';

export interface RecordCheck {
	digest: CheckResult;
	chain: CheckResult;
	signature: CheckResult;
	/** Name in the certificate. */
	signer: string;
}

const ORGAN_UNIT = '2.5.4.11', COMMON_NAME = '2.5.4.3';

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const hex = (buffer: ArrayBuffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, '0')).join('');

/** Places in the lanes and what was seen, without any cryptography: gaps, forks and altered predecessors. */
export function chainOf(records: ThreadRecord[]): Map<string, CheckResult> {
	const digests = new Map(records.map((r) => [`${r.lane}#${r.n}`, r.digest]));
	const out = new Map<string, CheckResult>();
	for (const r of records) {
		const body = parseBody(r);
		out.set(r.digest, body && linked(r, body, digests) ? 'ok' : 'wrong');
	}
	return out;
}

function linked(r: ThreadRecord, body: RecordBody, digests: Map<string, string>): boolean {
	if (body.lane !== r.lane || body.n !== r.n) return false;
	if (r.n === 1 ? body.prev !== null : body.prev !== digests.get(`${r.lane}#${r.n - 1}`)) return false;
	return Object.entries(body.seen).every(([lane, seen]) => {
		const known = digests.get(`${lane}#${seen.n}`);
		return known === undefined || known === seen.digest; // a third organ may not have every lane
	});
}

/** WebCrypto exists on a secure connection only. */
const possible = () => globalThis.crypto?.subtle !== undefined;

async function signatureOf(record: ThreadRecord): Promise<{ signature: CheckResult; signer: string }> {
	const { ContentInfo, SignedData } = await import('pkijs');
	try {
		const info = ContentInfo.fromBER(bytesOf(record.cms));
		const signed = new SignedData({ schema: info.content });
		const data = new TextEncoder().encode(record.body);
		const result = await signed.verify({ signer: 0, data: data.buffer as ArrayBuffer, checkChain: false, extendedMode: true });
		const names = result.signerCertificate?.subject.typesAndValues ?? [];
		const name = (type: string) => names.find((x) => (x.type as unknown as string) === type)?.value.valueBlock.value as string | undefined;
		const good = result.signatureVerified === true && name(ORGAN_UNIT) === record.lane;
		return { signature: good ? 'ok' : 'wrong', signer: name(COMMON_NAME) ?? '' };
	} catch {
		return { signature: 'wrong', signer: '' };
	}
}

export async function checkThread(thread: Thread): Promise<Map<string, RecordCheck>> {
	const chain = chainOf(thread.records);
	const out = new Map<string, RecordCheck>();
	for (const r of thread.records) {
		const place = chain.get(r.digest) ?? 'unknown';
		if (!possible()) {
			out.set(r.digest, { digest: 'unknown', chain: place, signature: 'unknown', signer: '' });
			continue;
		}
		const sum = `sha256:${hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(r.body)))}`;
		out.set(r.digest, { digest: sum === r.digest ? 'ok' : 'wrong', chain: place, ...(await signatureOf(r)) });
	}
	return out;
}

export const allGood = (c: RecordCheck) => c.digest === 'ok' && c.chain === 'ok' && c.signature === 'ok';
export const anyWrong = (c: RecordCheck) => c.digest === 'wrong' || c.chain === 'wrong' || c.signature === 'wrong';
