// What earlier matters know of a party, and whether an identifier is one. All of it only helps: without an answer one types on.
import { inject, type InjectionKey, provide } from 'vue';
import { request, type Schema } from '@/api/client';

export type KnownParty = Schema<'KnownParty'>;
export type PartyHistory = Schema<'PartyHistory'>;
export type Identifier = Schema<'Identifier'>;
export type PartyValue = Record<string, string>;

/** What the form around the parties knows: for the look-back. */
export interface PartyContext {
	ipType: string;
	on: string;
}
const key: InjectionKey<PartyContext> = Symbol('party context');
export const provideParty = (context: PartyContext) => provide(key, context);
export const useParty = (): PartyContext => inject(key, { ipType: '', on: '' });

const query = (values: Record<string, string>) => new URLSearchParams(Object.entries(values).filter(([, v]) => v !== '')).toString();

export const findParties = async (name: string, idNumber: string, signal: AbortSignal) =>
	(await request<{ items: KnownParty[] }>('GET', `/api/v1/parties?${query({ name, id_number: idNumber, limit: '6' })}`, { signal })).items;
export const partyHistory = (name: string, idNumber: string, context: PartyContext, signal: AbortSignal) =>
	request<PartyHistory>('GET', `/api/v1/parties/history?${query({ name, id_number: idNumber, ip_type: context.ipType, on: /^\d{4}-\d{2}-\d{2}$/.test(context.on) ? context.on : '' })}`, { signal });
export const checkIdentifier = (value: string, signal: AbortSignal) => request<Identifier>('GET', `/api/v1/identifiers?${query({ value })}`, { signal });

/** Without width, blanks and hyphens. */
export const bare = (typed: string) => typed.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase();

/** Masked by the daemon: nothing to take over. */
export const isMasked = (value: string | undefined) => !!value && value.includes('*');

/** What can be taken from an earlier matter: empty ones are filled, what was typed stays. The name is the earlier one's. */
export function takeOver(mine: PartyValue, known: KnownParty): { value: PartyValue; taken: string[] } {
	const value: PartyValue = { ...mine, name: known.name };
	const taken: string[] = [];
	const give = (name: string, v: string | undefined) => {
		if (!v || isMasked(v) || value[name]) return;
		value[name] = v;
		taken.push(name);
	};
	give('kind', known.kind);
	give('uscc', known.uscc);
	give('id_number', known.id_number);
	give('representative', known.legal_person);
	give('address', known.address);
	give('phone', known.phone);
	return { value, taken };
}

/** Asks once typing pauses; a newer question ends the older one. */
export function asking<A extends unknown[], T>(ms: number, ask: (signal: AbortSignal, ...args: A) => Promise<T>, answer: (found: T | null) => void) {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let running: AbortController | undefined;
	const stop = () => {
		clearTimeout(timer);
		running?.abort();
		running = undefined;
	};
	return {
		stop,
		ask(...args: A): void {
			stop();
			timer = setTimeout(() => {
				const mine = (running = new AbortController());
				ask(mine.signal, ...args).then(
					(found) => mine === running && answer(found),
					() => mine === running && answer(null),
				);
			}, ms);
		},
	};
}
