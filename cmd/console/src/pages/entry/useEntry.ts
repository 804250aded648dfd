// One first act as it is being filled in: values, draft, sending, what came of it. A draft is one wish, and its key is the wish's
// idempotency key: whatever is lost on the way, here or at another desk, it is done once or not at all.
import { computed, nextTick, reactive, ref, shallowRef } from 'vue';
import { type ActDescription, type FieldDescription, filledFields, initialValue } from '@/api/acts';
import { newKey, request, type Schema } from '@/api/client';
import { type ApiProblem, asProblem } from '@/api/problem';
import { goodsText, type GoodsLine } from '@/components/goodsTable';
import { dropDraft, loadDraft, useDraft } from '@/draft';
import { today } from '@/format';
import { useLoad } from '@/load';
import { leftovers, namesOf } from '@/pages/entry/leftover';
import { type EntryPlan, isCopyable, sectionsOf } from '@/pages/entry/entryPlan';
import { t } from '@/texts/entry';

const SAVE_BEFORE_SENDING_MS = 1500;
const KEY_USED = 'idempotency-key-reused';
type Values = Record<string, unknown>;
type Reply = Schema<'ActReply'>;

export const draftPrefix = (plan: EntryPlan) => `${plan.kind}-new-`;
const empty = (v: unknown) => v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0);

export function useEntry(plan: EntryPlan, startKey: string) {
	const { data: act, problem: cannot, loading, load } = useLoad(() => request<ActDescription>('GET', plan.describe));
	const key = ref(startKey || draftPrefix(plan) + newKey().slice(0, 16));
	const values = reactive<Values>({});
	const goods = ref<GoodsLine[]>([]);
	const goodsAsTable = ref(true);
	const copied = ref<{ from: string; names: string[]; filled: string[]; before: Values } | null>(null);
	/** What was sent and not answered. */
	const sent = ref('');
	const touched = ref(false);
	const busy = ref(false);
	const lost = ref(false);
	const problem = shallowRef<ApiProblem | null>(null);
	const missing = ref<string[]>([]);
	const warned = ref('');
	const done = shallowRef<{ reply: Reply; earlier: boolean } | null>(null);

	const fields = computed<FieldDescription[]>(() => act.value?.fields ?? []);
	const sections = computed(() => (act.value ? sectionsOf(plan, act.value) : []));
	const party = computed(() => ((values.parties as { name?: string }[] | undefined)?.[0]?.name ?? '').trim());
	const title = computed(() => party.value || String(values.title ?? '') || String(values.summary ?? values.decision_text ?? '').slice(0, 24) || t.drafts.unnamed);
	// A text that was there before stays until a line of the table takes its place.
	const goodsLine = computed(() => (goodsAsTable.value && goods.value.length ? goodsText(goods.value) : String(values.goods ?? '')));
	const current = computed<Values>(() => ({ ...values, goods: goodsLine.value }));
	const left = computed(() => (copied.value ? leftovers(copied.value.names, fields.value, current.value) : []));

	const draft = useDraft(() => key.value, () => title.value, () => [{ ...values }, goods.value, goodsAsTable.value, copied.value, sent.value], () =>
		touched.value && !done.value ? { values: { ...values }, goods: goods.value, goodsAsTable: goodsAsTable.value, copied: copied.value, sent: sent.value } : null);

	function applyDefaults(): void {
		for (const f of fields.value) if (values[f.name] === undefined && f.value !== undefined) values[f.name] = initialValue(f);
	}

	async function start(resume: boolean): Promise<void> {
		await load();
		if (resume) {
			try {
				const kept = await loadDraft(key.value);
				if (kept) {
					draft.status.version = kept.version;
					Object.assign(values, (kept.body.values as Values) ?? {});
					goods.value = (kept.body.goods as GoodsLine[]) ?? [];
					goodsAsTable.value = (kept.body.goodsAsTable as boolean) ?? true;
					copied.value = (kept.body.copied as typeof copied.value) ?? null;
					sent.value = (kept.body.sent as string) ?? '';
					touched.value = true;
				} else lost.value = true;
			} catch (e) {
				problem.value = asProblem(e);
			}
		}
		if (act.value) applyDefaults();
	}

	function set(name: string, value: unknown): void {
		touched.value = true;
		values[name] = value;
		missing.value = missing.value.filter((n) => n !== name);
		if (problem.value?.fieldName === name) problem.value = null;
	}
	function setGoods(lines: GoodsLine[]): void {
		touched.value = true;
		goods.value = lines;
		if (problem.value?.fieldName === 'goods') problem.value = null;
	}
	function setGoodsAsTable(table: boolean): void {
		touched.value = true;
		// The table's text goes along; back again, the table is as it was.
		if (!table && goods.value.length) values.goods = goodsText(goods.value);
		goodsAsTable.value = table;
	}

	/** Fills in what is empty from an earlier matter; says how many fields it filled. */
	function copyFrom(matter: Schema<'Matter'>): number {
		const facts = matter.facts as Values;
		const filled: string[] = [];
		const before: Values = {};
		for (const f of fields.value.filter(isCopyable)) {
			const v = facts[f.name];
			if (empty(v) || !empty(values[f.name])) continue;
			before[f.name] = values[f.name];
			values[f.name] = Array.isArray(v) ? [...v] : v;
			filled.push(f.name);
		}
		if (filled.includes('goods')) {
			if (goods.value.length) filled.splice(filled.indexOf('goods'), 1);
			else goodsAsTable.value = false;
		}
		copied.value = { from: matter.number ?? matter.title, names: namesOf(matter), filled, before };
		touched.value = true;
		return filled.length;
	}
	function copyBack(): void {
		for (const name of copied.value?.filled ?? []) values[name] = copied.value?.before[name];
		copied.value = null;
	}

	function body(): Values {
		const filled = filledFields(fields.value, current.value);
		const at = String(values.happened_at ?? '').trim();
		return { ...plan.more, fields: filled, ...(at && at !== today() ? { happened_at: at } : {}) };
	}

	/** Names of fields that still need something. */
	function lacking(): string[] {
		const filled = filledFields(fields.value, current.value);
		const out = fields.value.filter((f) => f.required && !(f.name in filled)).map((f) => f.name);
		const parties = (values.parties as { name?: string }[] | undefined) ?? [];
		return parties.some((p) => !p.name?.trim()) && !out.includes('parties') ? [...out, 'parties'] : out;
	}
	function errorOf(f: FieldDescription): string | undefined {
		if (missing.value.includes(f.name)) return f.name === 'parties' && !empty(values.parties) ? t.submit.party : t.submit.missing(f.zh);
		return problem.value?.fieldName === f.name ? problem.value.message : undefined;
	}
	const besideField = computed(() => !!problem.value && (fields.value.some((f) => f.name === problem.value?.fieldName) || problem.value.fieldName === 'happened_at'));
	/** Which of the parties the refusal is about. */
	const wrongParty = computed(() => {
		const at = /^(?:fields\.)?parties\[(\d+)\]/.exec(problem.value?.field ?? '');
		const unnamed = missing.value.includes('parties') ? ((values.parties as { name?: string }[] | undefined) ?? []).findIndex((p) => !p.name?.trim()) : -1;
		if (unnamed >= 0) return { at: unnamed, message: t.submit.party };
		return at && problem.value ? { at: Number(at[1]), message: problem.value.message } : undefined;
	});

	const post = (print: string) => request<Reply>('POST', plan.post, { body: JSON.parse(print), key: key.value });
	async function finish(reply: Reply, earlier: boolean): Promise<void> {
		done.value = { reply, earlier };
		problem.value = null;
		sent.value = '';
		await draft.finish().catch(() => undefined);
	}

	async function submit(showError: () => void): Promise<void> {
		if (busy.value || done.value || !act.value || act.value.blocked) return;
		problem.value = null;
		missing.value = lacking();
		if (missing.value.length) return void nextTick(showError);
		const names = left.value.map((l) => l.name).join();
		if (names && warned.value !== names) {
			warned.value = names;
			return void nextTick(showError);
		}
		busy.value = true;
		const print = JSON.stringify(body());
		const inDoubt = sent.value;
		try {
			if (!inDoubt) {
				sent.value = print;
				await Promise.race([draft.saveNow(), new Promise((r) => setTimeout(r, SAVE_BEFORE_SENDING_MS))]);
			}
			await finish(await post(print), false);
		} catch (e) {
			const p = asProblem(e);
			if (p.rule === KEY_USED && inDoubt) {
				// What was sent before has arrived after all.
				await post(inDoubt).then((reply) => finish(reply, true), (x) => (problem.value = asProblem(x)));
			} else {
				problem.value = p;
				if (!p.network && p.status > 0 && p.status < 500) sent.value = '';
				void nextTick(showError);
			}
		}
		busy.value = false;
	}

	/** The draft's wish was done long ago with other words; this is another one. */
	function renew(): void {
		const old = key.value;
		key.value = draftPrefix(plan) + newKey().slice(0, 16);
		draft.status.version = 0;
		sent.value = '';
		problem.value = null;
		touched.value = true;
		void draft.saveNow().then(() => dropDraft(old)).catch(() => undefined);
	}
	const used = computed(() => problem.value?.rule === KEY_USED);

	return {
		used, renew, act, cannot, loading, start, key, values, goods, goodsAsTable, goodsLine, copied, sent, touched, busy, lost, problem, missing, warned, done, fields, sections, left, draft, title,
		set, setGoods, setGoodsAsTable, copyFrom, copyBack, errorOf, besideField, wrongParty, submit, party,
	};
}
