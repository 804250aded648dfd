// Reading for a page: loading, problem, data; a later call wins over an earlier one that is still under way.
import { ref, shallowRef } from 'vue';
import { ApiProblem, asProblem } from '@/api/problem';

export function useLoad<T>(get: () => Promise<T>) {
	const data = shallowRef<T | null>(null);
	const problem = shallowRef<ApiProblem | null>(null);
	const loading = ref(false);
	let turn = 0;

	async function load(): Promise<void> {
		const mine = ++turn;
		loading.value = true;
		try {
			const got = await get();
			if (mine !== turn) return;
			data.value = got;
			problem.value = null;
		} catch (e) {
			if (mine === turn) problem.value = asProblem(e);
		} finally {
			if (mine === turn) loading.value = false;
		}
	}

	return { data, problem, loading, load };
}
