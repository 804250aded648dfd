// The redaction that is being worked on: cuts, the preview the daemon makes of them, undo, and a draft, for the desk and for the form.
import { computed, type InjectionKey, ref, shallowRef, watch } from 'vue';
import { request, type Schema } from '@/api/client';
import { type ApiProblem, asProblem } from '@/api/problem';
import { dropDraft, loadDraft, useDraft } from '@/draft';
import { byteOffsets, type Cut, everywhere, ordered, sameCuts, sent, withCut } from '@/pages/disclosure/cuts';
import { t } from '@/texts/disclosure';

type Preview = Schema<'Preview'>;
const REFRESH_MS = 250;

export function useDesk(id: () => string) {
	const preview = shallowRef<Preview | null>(null);
	/** What is registered, or what the program proposes when nothing is yet. */
	const base = shallowRef<Preview | null>(null);
	const cuts = shallowRef<Cut[]>([]);
	const kept = shallowRef(new Set<string>());
	const problem = shallowRef<ApiProblem | null>(null);
	const sealed = ref(false);
	const noText = ref(false);
	const busy = ref(false);
	const past = shallowRef<Cut[][]>([]);
	let turn = 0;
	let timer: ReturnType<typeof setTimeout> | undefined;

	const path = () => `/api/v1/disclosures/${id()}/preview`;
	const draftKey = () => `disclosure.${id()}.cuts`;
	const original = computed(() => base.value?.original ?? '');
	const offsets = computed(() => byteOffsets(original.value));
	const changed = computed(() => !!base.value && !sameCuts(cuts.value, base.value.cuts));
	const proposed = computed(() => preview.value?.proposed ?? []);
	const unsure = computed(() => (preview.value?.unsure ?? []).filter((c) => !kept.value.has(`${c.at}-${c.len}`)));
	const source = computed(() => (changed.value ? 'given' : (base.value?.source ?? 'stored')));

	async function load(): Promise<void> {
		const mine = ++turn;
		busy.value = true;
		try {
			const got = await request<Preview>('GET', path());
			if (mine !== turn) return;
			const untouched = !base.value || !changed.value;
			const other = base.value && base.value.original_digest !== got.original_digest;
			base.value = got;
			problem.value = null;
			if (untouched || other) {
				cuts.value = got.cuts;
				preview.value = got;
				past.value = [];
			} else void refresh();
		} catch (e) {
			if (mine !== turn) return;
			const p = asProblem(e);
			sealed.value = p.rule === 'sealed';
			noText.value = p.rule === 'no-decision-text';
			problem.value = sealed.value || noText.value ? null : p;
		}
		if (mine === turn) busy.value = false;
	}
	async function start(): Promise<void> {
		base.value = preview.value = null;
		sealed.value = noText.value = false;
		cuts.value = [];
		past.value = [];
		await load();
		const of = base.value as Preview | null;
		const draftKept = of ? await loadDraft(draftKey()).catch(() => null) : null;
		if (draftKept && draftKept.body.original === of?.original_digest) {
			draft.status.version = draftKept.version;
			set((draftKept.body.cuts as Cut[]) ?? []);
		}
	}

	async function refresh(): Promise<void> {
		const mine = ++turn;
		busy.value = true;
		try {
			const got = await request<Preview>('POST', path(), { body: { cuts: sent(cuts.value) } });
			if (mine !== turn) return;
			preview.value = got;
			cuts.value = got.cuts;
			problem.value = null;
		} catch (e) {
			if (mine === turn) problem.value = asProblem(e);
		}
		if (mine === turn) busy.value = false;
	}
	function set(next: Cut[]): void {
		past.value = [...past.value, cuts.value];
		cuts.value = ordered(next);
		clearTimeout(timer);
		timer = setTimeout(() => void refresh(), REFRESH_MS);
	}
	function undo(): void {
		const last = past.value.at(-1);
		if (!last) return;
		const rest = past.value.slice(0, -1);
		set(last);
		past.value = rest;
	}

	/** '' when it was added, else why not. */
	function add(cut: Cut | null): string {
		if (!cut) return t.desk.nothingSelected;
		const next = withCut(cuts.value, { ...cut, zh: t.reasons[cut.code] });
		if (!next) return t.desk.overlap;
		set(next);
		return '';
	}
	function addTyped(needle: string, code: string, note: string): number {
		const found = everywhere(original.value, offsets.value, needle, cuts.value, code, note);
		if (found.length) set([...cuts.value, ...found.map((c) => ({ ...c, zh: t.reasons[c.code] }))]);
		return found.length;
	}
	const addMany = (list: Cut[]) => set(list.reduce<Cut[]>((all, c) => withCut(all, c) ?? all, cuts.value));
	const remove = (n: number) => set(cuts.value.filter((_, i) => i !== n));
	const change = (n: number, more: Partial<Cut>) => set(cuts.value.map((c, i) => (i === n ? { ...c, ...more } : c)));
	const keep = (c: Cut) => (kept.value = new Set(kept.value).add(`${c.at}-${c.len}`));
	const reset = () => base.value && set(base.value.cuts);
	async function propose(): Promise<void> {
		// What the program would cut if nothing were: all it is certain of.
		try {
			const bare = await request<Preview>('POST', path(), { body: { cuts: [] } });
			set(bare.proposed);
		} catch (e) {
			problem.value = asProblem(e);
		}
	}

	const draft = useDraft(draftKey, () => t.desk.draft, cuts, () => (changed.value ? { original: base.value?.original_digest, cuts: sent(cuts.value) } : null));
	/** The cuts were handed in: what is registered now is what the daemon says. */
	async function handedIn(): Promise<void> {
		clearTimeout(timer);
		past.value = [];
		base.value = null;
		await dropDraft(draftKey()).catch(() => undefined);
		draft.status.version = 0;
		await load();
	}
	watch(id, () => void start());

	return {
		preview, base, cuts, problem, sealed, noText, busy, past, original, offsets, changed, proposed, unsure, source, draft,
		start, load, refresh, undo, add, addTyped, addMany, remove, change, keep, reset, propose, handedIn,
		json: computed(() => JSON.stringify(sent(cuts.value))),
	};
}
export type Desk = ReturnType<typeof useDesk>;
export const deskKey: InjectionKey<Desk> = Symbol('redaction desk');
