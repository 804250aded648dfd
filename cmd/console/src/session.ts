// Who sits here. The session itself is a cookie that scripts cannot read.
import { computed, reactive } from 'vue';
import { api, onSignedOut, read, request, type Schema } from '@/api/client';
import { ApiProblem } from '@/api/problem';

export type Me = Schema<'Me'>;

export const session = reactive({
	me: null as Me | null,
	/** The session ended while somebody worked: App shows the sign-in over the page. */
	asking: false,
});

/** Says that there may be a session, and whose: who has none need not ask, and gets no error in the log for asking. */
const MARK = 'ipcase.in';

let waiting: { resolve: () => void; reject: (e: unknown) => void }[] = [];

export async function loadMe(): Promise<Me | null> {
	if (!localStorage.getItem(MARK)) return null;
	try {
		const response = await fetch('/api/v1/me', { headers: { Accept: 'application/json' } });
		session.me = response.ok ? ((await response.json()) as Me) : null;
		if (response.status === 401) localStorage.removeItem(MARK);
	} catch {
		session.me = null;
	}
	return session.me;
}

export async function signIn(account: string, password: string, code?: string): Promise<void> {
	const body = { account, password, cookie: true, ...(code ? { code } : {}) };
	const opened = await request<{ account: Me }>('POST', '/api/v1/sessions', { body });
	// Somebody else at this desk: nothing of the page before may stay.
	if (session.asking && session.me && session.me.id !== opened.account.id) {
		location.assign('/');
		return;
	}
	localStorage.setItem(MARK, opened.account.id);
	session.me = opened.account;
	session.asking = false;
	for (const w of waiting.splice(0)) w.resolve();
}

export async function signOut(everywhere = false): Promise<void> {
	try {
		await request('DELETE', everywhere ? '/api/v1/me/sessions' : '/api/v1/sessions/current');
	} catch (e) {
		if (!(e instanceof ApiProblem) || e.network) throw e;
	}
	localStorage.removeItem(MARK);
	location.assign('/');
}

// Tabs share the cookie. Somebody else signed in, or signed out, in another tab: nothing of the page before may stay.
window.addEventListener('storage', (e) => {
	if (e.key === MARK && session.me && e.newValue !== session.me.id) location.assign('/');
});

onSignedOut(() => {
	session.asking = true;
	return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
});

export const roles = computed(() => new Set([...(session.me?.roles ?? []), ...(session.me?.delegated ?? [])] as string[]));
export const may = (...wanted: string[]) => wanted.some((r) => roles.value.has(r));

export const LEADERS = ['deputy_head', 'principal'];
export const OFFICERS = ['officer', 'co_officer'];
export const PARTNERS = ['police', 'procuratorate', 'court'];
export const APPROVERS = ['unit_head', 'legal_reviewer', 'deputy_head', 'principal'];

export const refreshMe = async () => {
	session.me = await read(api.GET('/api/v1/me'));
};
