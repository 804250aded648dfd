// What people call a field, a state, a value. Fields and states come from the build (labels.ts beside vite.config.ts); words of
// codes (offences, campaigns) are learned from what the daemon describes while one works.
import fields from 'virtual:field-labels';
import built from 'virtual:ipcase-labels';
import { reactive } from 'vue';
import type { ActDescription } from '@/api/acts';
import { api, read } from '@/api/client';
import { words } from '@/texts/words';

export const fieldZh = (name: string): string => fields[name]?.[0] ?? name;
export const fieldType = (name: string): string => fields[name]?.[1] ?? 'text';
export const isField = (name: string): boolean => name in fields;
export const stateZh = (code: string): string => built.states[code] ?? code;
/** A closed list: 材料种类. */
export const wordList = (name: string): string[] => built.words[name] ?? [];

const learned = reactive(new Map<string, string>());
const wordKey = (field: string, value: string) => `${field}\n${value}`;

/** Codes whose words the forms carry: `offence` TM_SALE is 销售假冒注册商标的商品罪. */
export function learnWords(acts: ActDescription[]): void {
	for (const act of acts) {
		for (const f of act.fields) {
			for (const n of f.accounts ?? []) learnPerson(n.account, n.name);
			for (const c of [...(f.choices ?? []), ...(f.suggest ?? [])]) {
				if (c.value !== c.zh) learned.set(wordKey(f.name, c.value), c.zh);
			}
		}
	}
}

/** People that the matter, its acts or a form name. */
export const learnPerson = (account: string | undefined, name: string | undefined) => account && name && learned.set(wordKey('account', account), name);
export const personOf = (account: string): string => learned.get(wordKey('account', account)) ?? account;

/** What a code means as a value of this field, else the code. */
export function wordOf(field: string, value: string): string {
	return words[field]?.[value] ?? learned.get(wordKey(field, value)) ?? built.states[value] ?? value;
}

let campaigns: Promise<void> | undefined;
/** Names of the campaigns, once. */
export function learnCampaigns(): Promise<void> {
	campaigns ??= read(api.GET('/api/v1/campaigns'))
		.then((list) => {
			for (const c of list.items) {
				for (const field of ['campaigns', 'primary_campaign']) learned.set(wordKey(field, c.id), c.name);
			}
		})
		.catch(() => {
			campaigns = undefined;
		});
	return campaigns;
}
