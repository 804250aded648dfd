// The keyboard map. Single keys work only when nothing is being typed and never while an input method composes (pinyin):
// the browser then reports isComposing or key code 229. `?` shows what works here.
import { onMounted, onUnmounted, reactive, shallowReactive } from 'vue';

export interface KeyBinding {
	/** As `event.key` says it, with Alt+ or Ctrl+ before: 'j', '/', 'Alt+1', 'Ctrl+Enter'; 'g h' are two keys after another. */
	key: string;
	zh: string;
	group: 'global' | 'list' | 'matter' | 'form';
	run: (e: KeyboardEvent) => void;
	/** Works also while typing (only sensible with Ctrl or Alt). */
	typing?: boolean;
}

const bindings = shallowReactive(new Set<KeyBinding>());
export const keyHelp = reactive({ open: false });
export const activeKeys = () => [...bindings];

function typingIn(target: EventTarget | null): boolean {
	const e = target as HTMLElement | null;
	if (!e?.tagName) return false;
	if (e.isContentEditable || e.tagName === 'TEXTAREA' || e.tagName === 'SELECT') return true;
	return e.tagName === 'INPUT' && !['checkbox', 'radio', 'button', 'submit'].includes((e as HTMLInputElement).type);
}

function nameOf(e: KeyboardEvent): string {
	const key = e.key.length === 1 && !e.ctrlKey && !e.altKey ? e.key : e.key.length === 1 ? e.key.toLowerCase() : e.key;
	const digit = e.altKey && /^Digit\d$/.test(e.code) ? e.code.slice(5) : key;
	return (e.ctrlKey || e.metaKey ? 'Ctrl+' : '') + (e.altKey ? 'Alt+' : '') + digit;
}

let prefix = '';
let prefixAt = 0;

function onKey(e: KeyboardEvent): void {
	if (e.isComposing || e.keyCode === 229 || e.defaultPrevented || e.repeat) return;
	const name = nameOf(e);
	const typed = prefix && Date.now() - prefixAt < 1500 ? `${prefix} ${name}` : name;
	const typing = typingIn(e.target);
	const inDialog = (e.target as HTMLElement | null)?.closest?.('[role="dialog"]');
	// Two keys after another before the second one alone; then the latest binding wins: a page's own before the frame's.
	const able = [...bindings].reverse().filter((b) => b.typing || (!typing && !inDialog));
	const hit = able.find((b) => b.key === typed) ?? able.find((b) => b.key === name);
	prefix = '';
	if (hit) {
		e.preventDefault();
		if (combined(e)) e.stopPropagation(); // a select would open its list on Ctrl+Enter
		hit.run(e);
		return;
	}
	if (!typing && [...bindings].some((b) => b.key.startsWith(`${name} `))) {
		prefix = name;
		prefixAt = Date.now();
	}
}

// With Ctrl or Alt before the inputs hear of it: a select swallows Enter, and Ctrl+Enter must still submit.
const combined = (e: KeyboardEvent) => e.ctrlKey || e.metaKey || e.altKey;
const early = (e: KeyboardEvent) => combined(e) && onKey(e);
const late = (e: KeyboardEvent) => !combined(e) && onKey(e);

/** While the component lives. */
export function useKeys(list: KeyBinding[]): void {
	onMounted(() => {
		if (bindings.size === 0) {
			window.addEventListener('keydown', early, true);
			window.addEventListener('keydown', late);
		}
		list.forEach((b) => bindings.add(b));
	});
	onUnmounted(() => {
		list.forEach((b) => bindings.delete(b));
		if (bindings.size === 0) {
			window.removeEventListener('keydown', early, true);
			window.removeEventListener('keydown', late);
		}
	});
}
