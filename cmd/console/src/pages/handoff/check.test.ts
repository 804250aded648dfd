// A record as a demonstration organ signed it; its certificate belongs to nobody.
import { webcrypto } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { allGood, anyWrong, checkThread } from '@/pages/handoff/check';
import type { Thread, ThreadRecord } from '@/pages/handoff/thread';

const BODY = [
	'{"act":"delivered","actor":"交换系统（乐至县公安局）","channel":"c1","fields":{},"happened_at":"2026-11-24T12:07:54.581970+08:00","kind":"delivered","la',
	'ne":"512022-police","made_at":"2026-11-24T12:07:54.581970+08:00","n":1,"number":null,"organ":"乐至县公安局","package":null,"prev":null,"registered',
	'":null,"seen":{"512022-market":{"digest":"sha256:7cea7a44da994ae10b658b49f4414f7abd4d6526e35fae3e1894991e9f6c921c","n":1}},"side":"receiver"',
	',"sm2":null,"state":"c1_sent","thread":"a56ffa13-9e8d-4e5f-8ba4-0d181e2f0d8e","to":["512022-market","512022-procuratorate"],"v":1}',
].join('');
const CMS = [
	'MIIDeQYJKoZIhvcNAQcCoIIDajCCA2YCAQExDTALBglghkgBZQMEAgEwCwYJKoZIhvcNAQcBoIIBujCCAbYwggFcoAMCAQICEElTlWbwLRVl7W0TfUvaFfEwCgYIKoZIzj0EAwIwIzEhMB8GA1UEAw',
	'wY5ryU56S66K+B5Lmm6aKB5Y+R5py65p6EMB4XDTI2MTEyNDAzMDc1MVoXDTI5MTEyMzA0MDc1MVowNTEbMBkGA1UEAwwS5LmQ6Iez5Y6/5YWs5a6J5bGAMRYwFAYDVQQLDA01MTIwMjItcG9saWNl',
	'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEDLxS6IGOXT8l7G/9GqETjhztmZJdqX6q1xNf77tkpQKhA2P/8eQJq9hL3KRfnXp18QZPX09BCklcJ8heVlv9IqNgMF4wDAYDVR0TAQH/BAIwADAOBg',
	'NVHQ8BAf8EBAMCBsAwHQYDVR0OBBYEFE1DCltxgymhfvavub0DZXs/CsUVMB8GA1UdIwQYMBaAFMT5FUiWhKHYPFghq25eeX4ggR4CMAoGCCqGSM49BAMCA0gAMEUCIBkRGzdQ8HKYxO2TmLX4iYBl',
	'jjV4rFkwNbpoK3lgmkZkAiEAw+ww06pVppn4xVZqZypfLChREfr9JO0y+KvEGZafmuoxggGFMIIBgQIBATA3MCMxITAfBgNVBAMMGOa8lOekuuivgeS5pumigeWPkeacuuaehAIQSVOVZvAtFWXtbR',
	'N9S9oV8TALBglghkgBZQMEAgGggd8wGAYJKoZIhvcNAQkDMQsGCSqGSIb3DQEHATAcBgkqhkiG9w0BCQUxDxcNMjYxMTI0MDQwNzU0WjAvBgkqhkiG9w0BCQQxIgQg0hYZADYDT4CssqQXrdTcwXpz',
	'Yt0Q/MYPStqPlICGAtMwdAYLKoZIhvcNAQkQAi8xZTBjMGEwXwQgPzs7uzAN1zljQKYECbnwUeaVXMx7jjm57X1a5tvcgHYwOzAnpCUwIzEhMB8GA1UEAwwY5ryU56S66K+B5Lmm6aKB5Y+R5py65p',
	'6EAhBJU5Vm8C0VZe1tE31L2hXxMAoGCCqGSM49BAMCBEgwRgIhAOTZjAiKB1NC4Tfrsr8yswrqRnl4q0o9x4c3OinrBkVEAiEAph7/aRjxJrEe95K7I6WHn3+3JRy7nhaguoz8Uo2O+60=',
].join('');
const LANE = '512022-police', DIGEST = 'sha256:d216190036034f80acb2a417add4dcc17a7362dd10fcc60f4ada8f94808602d3';

const record = (more: Partial<ThreadRecord> = {}): ThreadRecord =>
	({ ordinal: 1, lane: LANE, n: 1, seq: 1, kind: 'delivered', kind_zh: '送达', digest: DIGEST, body: BODY, cms: CMS, sm2: null, stored_at: '', ...more });
const check = async (r: ThreadRecord) => {
	const thread: Thread = { thread: '', channel: 'c1', channel_zh: '', number: null, own: LANE, records: [r], packages: [], outbox: [] };
	return (await checkThread(thread)).get(r.digest)!;
};

describe('signatures are checked in the browser', () => {
	beforeAll(() => {
		if (!globalThis.crypto) Object.defineProperty(globalThis, 'crypto', { value: webcrypto });
	});
	it('a record as it was signed', async () => {
		const c = await check(record());
		expect(allGood(c)).toBe(true);
		expect(c.signer).toBe('乐至县公安局');
	});
	it('one altered letter', async () => {
		const c = await check(record({ body: BODY.replace('delivered', 'delivereD') }));
		expect([c.digest, c.signature]).toEqual(['wrong', 'wrong']);
		expect(anyWrong(c)).toBe(true);
	});
	it('a signature of another organ', async () => expect((await check(record({ lane: '512022-court' }))).signature).toBe('wrong'));
	it('no signature at all', async () => {
		expect((await check(record({ cms: '' }))).signature).toBe('wrong');
		expect((await check(record({ cms: 'AAAA' }))).signature).toBe('wrong');
	});
	it('a signature that lost a byte', async () => expect((await check(record({ cms: CMS.slice(0, -8) + 'AAAAAAA=' }))).signature).toBe('wrong'));
});
