// What the daemon says of an act that may come next, and of its inputs. The forms of the console are built from it.
import { read, request, type MatterKind } from '@/api/client';
import { words } from '@/texts/words';

export interface FieldDescription {
	name: string;
	zh: string;
	type: 'text' | 'date' | 'instant' | 'bool' | 'int' | 'money' | 'choice' | 'choices' | 'list' | 'account' | 'matter' | 'docno' | 'parties' | 'goods' | 'json';
	required: boolean;
	/** The program fills it in by itself: not for people. */
	auto?: boolean;
	max?: number;
	choices?: { value: string; zh: string }[];
	/** The matter's present fact or the engine's proposal. */
	value?: unknown;
	hint?: string;
	/** What it could hold; `note` says why, or on which article it rests. */
	suggest?: { value: string; zh: string; note?: string }[];
	accounts?: { account: string; name: string; unit?: string }[];
	columns?: { name: string; zh: string; type: string; required: boolean; max?: number; choices?: { value: string; zh: string }[] }[];
}

export interface Check {
	rule: string;
	zh: string;
	article?: string;
	ok: boolean | null;
}

export interface ActDescription {
	act: string;
	act_zh: string;
	stage: 'do' | 'request' | 'endorse' | 'approve' | 'return';
	request?: number;
	article: string;
	form?: string;
	fields: FieldDescription[];
	registers?: boolean;
	blocked?: { rule: string; message: string; article: string };
	checks?: Check[];
	effect?: string[];
}

export interface NextActs {
	version: number;
	acts: ActDescription[];
}

/** Choices that are bare codes get their words. */
function named(next: NextActs): NextActs {
	for (const f of next.acts.flatMap((a) => a.fields)) f.choices = f.choices?.map((c) => ({ value: c.value, zh: words[f.name]?.[c.value] ?? c.zh }));
	return next;
}

export const loadNext = async (kind: MatterKind, id: string) => named(await request<NextActs>('GET', `/api/v1/${kind}s/${id}/next`));
export { read };

/** Values as the form holds them -> fields of the request: empty ones are left out. */
export function filledFields(fields: FieldDescription[], values: Record<string, unknown>): Record<string, unknown> {
	const out: Record<string, unknown> = {};
	for (const f of fields) {
		const v = values[f.name];
		if (v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0)) continue;
		out[f.name] = v;
	}
	return out;
}

/** A person's fact comes as {id,name} or {account,name}; the form wants the account. */
export function initialValue(f: FieldDescription): unknown {
	const v = f.value;
	if (f.type === 'account' && v && typeof v === 'object') return (v as { account?: string }).account ?? '';
	return v ?? undefined;
}
