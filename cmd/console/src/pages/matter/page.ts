// What the parts of the page share.
import { inject, type InjectionKey, type ShallowRef } from 'vue';
import type { ActDescription, NextActs } from '@/api/acts';
import type { LedgerReader } from './ledger';
import type { Matter } from './state';

export interface Doing {
	act: ActDescription;
	/** What the form was based on when it was opened. */
	version: number;
	preset?: Record<string, unknown>;
	token: number;
}

export interface MatterPageContext {
	kind: 'clue' | 'case';
	id: string;
	/** Of the API. */
	path: string;
	matter: ShallowRef<Matter | null>;
	next: ShallowRef<NextActs | null>;
	reader: LedgerReader;
	doing: ShallowRef<Doing | null>;
	open: (act: ActDescription, preset?: Record<string, unknown>) => void;
	reload: () => Promise<void>;
}

export const pageKey: InjectionKey<MatterPageContext> = Symbol('matter page');
export const usePage = () => inject(pageKey)!;
