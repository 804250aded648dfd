// What a refusal says (RFC 9457), and what the network says. Everything that fails in the console is an ApiProblem.
import { t } from '@/texts/common';

export interface ProblemBody {
	type?: string;
	title?: string;
	status?: number;
	detail?: string;
	field?: string;
	rule?: string;
	article?: string;
	request_id?: string;
}

export class ApiProblem extends Error {
	readonly status: number;
	readonly rule: string;
	/** Name of the input the refusal is about: `fields.source`, `password`, or empty. */
	readonly field: string;
	readonly article: string;
	readonly detail: string;
	/** The id that the daemon's log has. */
	readonly requestId: string;
	/** No answer came: whether a change was made is not known; the same key finds out. */
	readonly network: boolean;

	constructor(body: ProblemBody, network = false) {
		super(body.title ?? t.problem.unknown);
		this.status = body.status ?? 0;
		this.rule = body.rule ?? '';
		this.field = body.field ?? '';
		this.article = body.article ?? '';
		this.detail = body.detail ?? '';
		this.requestId = body.request_id ?? '';
		this.network = network;
	}

	/** Somebody was quicker: what we based our change on is no longer so. */
	get stale(): boolean {
		return this.status === 412 || this.rule === 'stale-version';
	}

	/** The field's own name, without `fields.` and without the member (`parties.uscc` -> `parties`). */
	get fieldName(): string {
		return this.field.replace(/^fields\./, '').split(/[.[]/)[0];
	}
}

export function asProblem(e: unknown): ApiProblem {
	return e instanceof ApiProblem ? e : new ApiProblem({ title: e instanceof Error ? e.message : String(e) });
}

export async function problemOf(response: Response): Promise<ApiProblem> {
	let body: ProblemBody = {};
	try {
		body = (await response.json()) as ProblemBody;
	} catch {
		body = { title: t.problem.status(response.status) };
	}
	return new ApiProblem({ request_id: response.headers.get('X-Request-Id') ?? undefined, ...body, status: response.status });
}
