// One change that the administrator wants: busy, refused (beside its field), or done; the key of a lost reply is sent again.
import { ref, shallowRef } from 'vue';
import { Attempt, request } from '@/api/client';
import { type ApiProblem, asProblem } from '@/api/problem';
import { t } from '@/texts/common';

export function useSend() {
	const busy = ref(false);
	const problem = shallowRef<ApiProblem | null>(null);
	const attempt = new Attempt();

	/** Undefined: refused, and `problem` says why. */
	async function send<T>(path: string, body: Record<string, unknown>): Promise<T | undefined> {
		if (busy.value) return undefined;
		busy.value = true;
		problem.value = null;
		try {
			const got = await request<T>('POST', path, { body, key: attempt.keyFor({ path, body }) });
			attempt.done();
			return got;
		} catch (e) {
			problem.value = asProblem(e);
			return undefined;
		} finally {
			busy.value = false;
		}
	}
	const errorOf = (name: string) => (problem.value?.fieldName === name ? [problem.value.message, problem.value.detail, problem.value.requestId && `${t.problem.id} ${problem.value.requestId}`].filter(Boolean).join('　') : undefined);
	/** What does not stand beside one of these fields. */
	const rest = (...names: string[]) => (problem.value && names.includes(problem.value.fieldName) ? null : problem.value);
	return { busy, problem, send, errorOf, rest, clear: () => (problem.value = null) };
}

/** Leaves out what is empty. */
export const filled = (o: Record<string, unknown>): Record<string, unknown> =>
	Object.fromEntries(Object.entries(o).filter(([, v]) => v !== '' && v !== undefined && v !== null && !(Array.isArray(v) && v.length === 0)));

/** All pages of a list. */
export async function allOf<T>(path: string): Promise<T[]> {
	const got: T[] = [];
	for (let after: string | null = ''; after !== null;) {
		const page: { items: T[]; next: string | null } = await request('GET', `${path}?limit=500${after ? `&after=${encodeURIComponent(after)}` : ''}`);
		got.push(...page.items);
		after = page.next;
	}
	return got;
}
