// Where everything is. Addresses live behind the # so that the daemon needs no list of them; each page is loaded on demand.
import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router';
import { t } from '@/texts/common';

const page = (path: string, title: string, component: RouteRecordRaw['component'], more: Partial<RouteRecordRaw> = {}) =>
	({ path, component, meta: { title }, props: true, ...more }) as RouteRecordRaw;

export const routes: RouteRecordRaw[] = [
	page('/', t.product, () => import('@/pages/HomePage.vue')),
	page('/work', t.nav.work, () => import('@/pages/work/WorkPage.vue')),
	page('/search', t.nav.cases, () => import('@/pages/work/SearchPage.vue')),
	page('/clues/new', t.nav.newClue, () => import('@/pages/entry/ClueEntry.vue')),
	page('/cases/new', t.nav.newClue, () => import('@/pages/entry/SummaryEntry.vue')),
	page('/import', t.nav.import, () => import('@/pages/entry/ImportPage.vue')),
	page('/clues/:id(\\d+)/:tab?', t.matter.clue, () => import('@/pages/matter/MatterPage.vue'), { meta: { title: t.matter.clue, kind: 'clue' } }),
	page('/cases/:id(\\d+)/:tab?', t.matter.case, () => import('@/pages/matter/MatterPage.vue'), { meta: { title: t.matter.case, kind: 'case' } }),
	page('/approve/:id(\\d+)?', t.nav.approve, () => import('@/pages/approve/ApprovePage.vue')),
	page('/handoffs', t.nav.handoff, () => import('@/pages/handoff/HandoffList.vue')),
	page('/handoffs/new', t.nav.handoff, () => import('@/pages/handoff/HandoffNew.vue')),
	page('/handoffs/inbox', t.nav.handoff, () => import('@/pages/handoff/InboxPage.vue')),
	page('/handoffs/:id(\\d+)/:tab?', t.nav.handoff, () => import('@/pages/handoff/HandoffPage.vue')),
	page('/disclosures', t.nav.disclosure, () => import('@/pages/disclosure/DisclosureList.vue')),
	page('/disclosures/new', t.nav.disclosure, () => import('@/pages/disclosure/DisclosureNew.vue')),
	page('/disclosures/:id(\\d+)/:tab?', t.nav.disclosure, () => import('@/pages/disclosure/DisclosurePage.vue')),
	page('/leader', t.nav.leader, () => import('@/pages/leader/LeaderPage.vue')),
	page('/audit', t.nav.audit, () => import('@/pages/audit/AuditPage.vue')),
	page('/forms', t.nav.forms, () => import('@/pages/forms/FormsPage.vue')),
	page('/credit', t.nav.credit, () => import('@/pages/credit/CreditPage.vue')),
	page('/admin/:part?', t.nav.admin, () => import('@/pages/admin/AdminPage.vue')),
	page('/account', t.nav.account, () => import('@/pages/account/AccountPage.vue')),
	page('/:rest(.*)*', t.none_found, () => import('@/pages/NotFound.vue')),
];

export const router = createRouter({
	history: createWebHashHistory(),
	routes,
	scrollBehavior: (to, from, saved) => saved ?? (to.path.split('/').slice(0, 3).join('/') === from.path.split('/').slice(0, 3).join('/') ? false : { top: 0 }),
});

router.afterEach((to) => {
	document.title = `${(to.meta.title as string) ?? ''} · ${t.product}`;
});

/** Address of a matter. */
export const matterPath = (kind: string, id: string, tab = '') => `/${kind}s/${id}${tab ? `/${tab}` : ''}`;
