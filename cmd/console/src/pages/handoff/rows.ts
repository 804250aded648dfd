// Moving in a list by keyboard: j/k and the arrows, o or Enter opens.
import { computed, nextTick, ref, type Ref } from 'vue';
import { useRouter } from 'vue-router';
import { useKeys } from '@/keys';
import { t } from '@/texts/work';

export function useRows<R extends { id: string }>(rows: () => R[], path: (row: R) => string, body: Ref<HTMLElement | undefined>) {
	const router = useRouter();
	const selected = ref('');
	const at = computed(() => rows().findIndex((r) => r.id === selected.value));

	function pick(i: number): void {
		const row = rows()[Math.max(0, Math.min(rows().length - 1, i))];
		if (!row) return;
		selected.value = row.id;
		void nextTick(() => body.value?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }));
	}
	function open(e: KeyboardEvent): void {
		const control = (e.target as HTMLElement | null)?.closest<HTMLElement>('a,button');
		if (control && e.key === 'Enter') control.click();
		else if (rows()[at.value]) void router.push(path(rows()[at.value]));
	}

	const down = () => pick(at.value + 1), up = () => pick(at.value < 0 ? 0 : at.value - 1);
	useKeys([
		{ key: 'j', zh: t.keys.down, group: 'list', run: down },
		{ key: 'k', zh: t.keys.up, group: 'list', run: up },
		{ key: 'ArrowDown', zh: t.keys.down, group: 'list', run: down },
		{ key: 'ArrowUp', zh: t.keys.up, group: 'list', run: up },
		{ key: 'o', zh: t.keys.open, group: 'list', run: open },
		{ key: 'Enter', zh: t.keys.open, group: 'list', run: open },
	]);
	return { selected, pick };
}
