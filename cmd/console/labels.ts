// Chinese names of states and the words of closed lists that no act describes, taken when the console is built from the tables the
// daemon is built from, so that no page types them again: `virtual:ipcase-labels`. Names of fields: `virtual:field-labels`
// (vite.config.ts). src/labels.ts wraps both.
//
//	states   lib/law/state.def
//	words    lib/law/vocab_core.def, those lists that a page offers by itself
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

export interface Labels {
	states: Record<string, string>;
	words: Record<string, string[]>;
}

const NAME = 'virtual:ipcase-labels';
const WORD_LISTS = ['材料种类'];
const law = (name: string) => readFileSync(fileURLToPath(new URL(`../../lib/law/${name}`, import.meta.url)), 'utf8');

export function readLabels(): Labels {
	const out: Labels = { states: {}, words: {} };
	for (const m of law('state.def').matchAll(/^STATE\(\w+,\s*"(\w+)",\s*"([^"]+)"/gm)) out.states[m[1]] = m[2];
	for (const m of law('vocab_core.def').matchAll(/^WORD\("([^"]+)",\s*"([^"]+)"\)/gm)) {
		if (WORD_LISTS.includes(m[1])) (out.words[m[1]] ??= []).push(m[2]);
	}
	return out;
}

export function labels(): Plugin {
	return {
		name: 'ipcase-labels',
		resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
		load: (id) => (id === `\0${NAME}` ? `export default ${JSON.stringify(readLabels())}` : undefined),
	};
}
