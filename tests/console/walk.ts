// SPDX-License-Identifier: MulanPSL-2.0
//
// A case on its way through the API, on days counted back from today, for tests that begin in its middle.
import { type ActReply, by, day, type Kind } from './api';

export const CAUSE = '侵犯注册商标专用权（销售侵权商品）';
let serial = 0;
/** A party nobody else has: so that lists and searches find one row. */
export const partyName = (what = '汽车配件经营部') => `样县${process.env.TEST_PARALLEL_INDEX ?? '0'}${Date.now().toString(36).slice(-5)}${(++serial).toString(36)}${what}`;

export class Walk {
	clue = '';
	case = '';
	handoff = '';

	constructor(readonly party = partyName()) {}

	private async on(kind: Kind, id: string, account: string, act: string, back: number, fields: Record<string, unknown>): Promise<ActReply> {
		return (await by(account)).act(kind, id, act, fields, day(back));
	}
	onClue = (account: string, act: string, back: number, fields: Record<string, unknown> = {}) => this.on('clue', this.clue, account, act, back, fields);
	onCase = (account: string, act: string, back: number, fields: Record<string, unknown> = {}) => this.on('case', this.case, account, act, back, fields);

	async register(back = 80, more: Record<string, unknown> = {}): Promise<this> {
		const reply = await (await by('officer')).post<ActReply>('/clues', {
			fields: {
				source: '举报', discovered_on: day(back), ip_type: '商标', cause: CAUSE, summary: '举报人称该店销售假冒注册商标的机油。',
				parties: [{ name: this.party, kind: '个体工商户' }], goods: '机油55桶', ...more,
			},
			happened_at: day(back),
		});
		this.clue = reply.matter.id;
		return this;
	}

	async assigned(back = 79): Promise<this> {
		await this.onClue('unit_head', 'assign', back, { officer: 'officer', co_officer: 'co_officer' });
		return this;
	}

	async requested(back = 75): Promise<this> {
		await this.onClue('officer', 'file_request', back, { cause: CAUSE, reason: '有证据初步证明违法' });
		return this;
	}

	async filed(back = 74): Promise<this> {
		await this.requested(back + 1);
		await this.onClue('unit_head', 'file_endorse', back, { officer: 'officer', co_officer: 'co_officer' });
		const reply = await this.onClue('deputy_head', 'file_approve', back);
		this.case = (reply.spawned ?? [])[0].id;
		return this;
	}

	async reviewed(back = 60): Promise<this> {
		await this.onCase('officer', 'record', back + 4, { record_kind: '询问笔录', note: '当事人承认销售' });
		await this.onCase('officer', 'report', back + 3, { proposed_outcome: '给予行政处罚', review_kind: '案件审核', note: '事实清楚，证据充分' });
		await this.onCase('legal_reviewer', 'review_pass', back, { opinion: '同意' });
		return this;
	}

	async noticed(back = 55, fine = 2_000_000): Promise<this> {
		await this.onCase('officer', 'notice_serve', back, { notice_kinds: ['罚款'], notice_fine_fen: fine, hearing_right: false, service_method: '直接' });
		return this;
	}

	async decisionAsked(back = 36, fine = 2_000_000): Promise<this> {
		await this.onCase('officer', 'decide_penalty_request', back, {
			penalty_kinds: ['罚款'], fine_fen: fine, discretion: '一般', decision_text: '销售侵犯注册商标专用权的商品', basis: '商标法第六十条第二款',
		});
		return this;
	}

	async decided(back = 35): Promise<this> {
		await this.decisionAsked(back + 1);
		await this.onCase('deputy_head', 'decide_penalty_approve', back);
		return this;
	}

	async served(back = 33): Promise<this> {
		await this.onCase('officer', 'serve', back, { service_method: '直接' });
		return this;
	}

	/** The case's disclosure. */
	async disclosure(): Promise<string> {
		return String((await (await by('principal')).matter('case', this.case)).facts.disclosure_matter);
	}
}

/** From nothing to the named place. */
export async function walkTo(place: 'clue' | 'assigned' | 'requested' | 'filed' | 'reviewed' | 'noticed' | 'decided' | 'served', party?: string): Promise<Walk> {
	const walk = await new Walk(party).register();
	if (place === 'clue') return walk;
	await walk.assigned();
	if (place === 'assigned') return walk;
	if (place === 'requested') return walk.requested();
	await walk.filed();
	if (place === 'filed') return walk;
	await walk.reviewed();
	if (place === 'reviewed') return walk;
	await walk.noticed();
	if (place === 'noticed') return walk;
	await walk.decided();
	return place === 'served' ? walk.served() : walk;
}

/** A hand-over that has come to the police; the number of their copy. */
export async function sentToPolice(party?: string): Promise<string> {
	const walk = await (await new Walk(party).register()).filed();
	await walk.onCase('officer', 'amounts', 20, { offence: 'TM_SALE', criminal_sales_fen: 8_000_000 });
	const officer = await by('officer');
	const { matter } = await officer.post<ActReply>('/handoffs', { channel: 'c1', fields: { peer: '512022-police', copy_to: ['512022-procuratorate'], case: walk.case } });
	await (await by('deputy_head')).act('handoff', matter.id, 'appoint', { officer: 'officer', co_officer: 'co_officer' });
	await officer.act('handoff', matter.id, 'report_request', { reason: '销售金额八万元，达到追诉标准', transfer_basis: '达到追诉标准', evidence_list: ['询问笔录'] });
	await (await by('principal')).act('handoff', matter.id, 'report_approve', { opinion: '同意移送' });
	await officer.act('handoff', matter.id, 'submit');
	const police = await by('police');
	for (const until = Date.now() + 20_000; ; ) {
		const { items } = await police.get<{ items: { id: string; title: string; party?: string }[] }>('/handoffs?limit=200');
		const copy = items.find((r) => r.party === walk.party || r.title.includes(walk.party));
		if (copy) return copy.id;
		if (Date.now() > until) throw new Error('the hand-over did not reach the police');
		await new Promise((r) => setTimeout(r, 300));
	}
}
