import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { creditFile, isGood, type Decision, type Field } from './csv';

const fields: Field[] = [{ code: 'CF_XDR_MC', zh: '行政相对人名称', kind: 'text' }, { code: 'CF_WSH', zh: '行政处罚决定书文号', kind: 'text' }];
const decision = (values: string[][], problems: Decision['rows'][0]['problems'] = []): Decision => ({
	id: '1', version: 1, number: 'x', decided_on: '2026-10-01', reported_on: null, state: 'published', state_zh: '已公示', rows: values.map((v) => ({ values: v, problems })),
});
const text = (d: Decision[]) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(creditFile(fields, d).bytes);

describe('the file of the credit platform', () => {
	it('has a byte order mark, two heads, CRLF', () => {
		expect(text([decision([['甲公司', '样市监处罚〔2026〕1号']])])).toBe('\ufeffCF_XDR_MC,CF_WSH\r\n行政相对人名称,行政处罚决定书文号\r\n甲公司,样市监处罚〔2026〕1号\r\n');
		expect(text([])).toBe('\ufeffCF_XDR_MC,CF_WSH\r\n行政相对人名称,行政处罚决定书文号\r\n');
	});
	it('quotes as RFC 4180 and defuses formulas, also in full width', () => {
		const body = (v: string) => text([decision([[v, '']])]).split('\r\n').slice(2).join('\r\n');
		expect(body('a,b')).toBe('"a,b",\r\n');
		expect(body('说"好"')).toBe('"说""好""",\r\n');
		expect(body('=1+1')).toBe('"\'=1+1",\r\n');
		expect(body('＠甲')).toBe('"\'＠甲",\r\n');
		expect(body('-5')).toBe('"\'-5",\r\n');
		expect(body('a\nb')).toBe('"a\nb",\r\n');
		expect(body('a-b')).toBe('a-b,\r\n');
	});
	it('has a line for each party, and a digest that others find as well', () => {
		const f = creditFile(fields, [decision([['甲', '1'], ['乙', '1']]), decision([['丙', '2']])]);
		expect(f.lines).toBe(3);
		expect(f.sha256).toBe(createHash('sha256').update(f.bytes).digest('hex'));
	});
	it('knows which decisions are good', () => {
		expect(isGood(decision([['甲', '1']]))).toBe(true);
		expect(isGood(decision([['甲', '1']], [{ field: null, zh: null, what: '缺' }]))).toBe(false);
	});
});
