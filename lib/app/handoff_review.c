/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/handoff_review.h"

#include <inttypes.h>

#include "app/handoff_make.h"
#include "app/material.h"
#include "gen/queries.h"

#define PROTECTED_KIND "举报投诉材料"
#define HEADER_PATH "data/manifest.json"

/* ---- what a package lists ---- */

static const char *const lists[] = { "documents", "evidence", "media" };

static void read_items(struct arena *arena, const struct json_value *header, struct package_contents *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		n += json_count(json_get(header, lists[i]));
	ret->items = arena_array(arena, struct package_item, n + 1);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		for (const struct json_value *v = json_first(json_get(header, lists[i])); v; v = json_next(v)) {
			struct package_item *item = &ret->items[ret->count++];
			*item = (struct package_item){ .path = json_string(json_get(v, "path")), .title = json_string(json_get(v, "title")),
						       .kind = json_string(json_get(v, "type")),
						       .sha256 = json_string(json_get(v, "sha256")) };
			(void)json_to_i64(json_get(v, "size"), &item->size);
		}
	}
}

/* Row of package_load. The lists are small files of the package, so they are here even when its contents are not. */
static enum err_code read_contents(struct arena *arena, const struct pg_reply *r, size_t at, size_t row,
				   struct package_contents *ret, struct err *err)
{
	enum { NAME, PLAN, TEXTS };
	struct bag_plan *plan = arena_new(arena, struct bag_plan);
	const struct handoff_texts *texts;
	struct json_doc *doc;
	enum err_code code;

	*ret = (struct package_contents){ .count = 0 };
	if ((code = bag_plan_restore(arena, pg_text(r, at, row, PLAN), plan, err)) != ERR_OK ||
	    (code = handoff_texts_read(arena, pg_text(r, at, row, TEXTS), &texts, err)) != ERR_OK)
		return code;
	for (size_t i = 0; i < plan->count; i++) {
		if (!sv_eq_str(plan->files[i].path, HEADER_PATH))
			continue;
		if ((code = json_parse(arena, handoff_texts_find(texts, plan->files[i].sha256), &doc, err)) != ERR_OK)
			return code;
		ret->header = json_root(doc);
		read_items(arena, ret->header, ret);
	}
	return ERR_OK;
}

static enum step not_there(struct task *t)
{
	return task_fail(t, ERR_NOT_FOUND, "no-such-matter", "没有这一移送，或者您无权查看");
}

/* ---- the difference of two ---- */

enum step package_diff_load(struct task *t)
{
	struct package_diff_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	c->call.matter = c->id;
	if (c->a > c->b) {
		int64_t later = c->a;
		c->a = c->b;
		c->b = later;
	}
	c->at_show = pg_segment_addv(seg, Q_HANDOFF_SHOW, PG_I64(c->id));
	c->at_a = pg_segment_addv(seg, Q_PACKAGE_LOAD, PG_I64(c->id), PG_I64(c->a));
	c->at_b = pg_segment_addv(seg, Q_PACKAGE_LOAD, PG_I64(c->id), PG_I64(c->b));
	return pg_segment_wait(seg, t);
}

/* The first of `all` that is not taken and is equal in this member. */
static struct package_item *find(struct package_contents *all, struct sv wanted, bool by_digest)
{
	for (size_t i = 0; i < all->count; i++) {
		struct package_item *item = &all->items[i];
		if (!item->taken && wanted.n > 0 && sv_eq(by_digest ? item->sha256 : item->title, wanted))
			return item;
	}
	return NULL;
}

static void pair_up(struct package_contents *old, struct package_contents *is, bool by_digest, struct package_pair *ret,
		    size_t *ret_count)
{
	for (size_t i = 0; i < old->count; i++) {
		struct package_item *was = &old->items[i], *now;
		if (was->taken || !(now = find(is, by_digest ? was->sha256 : was->title, by_digest)))
			continue;
		was->taken = now->taken = true;
		ret[(*ret_count)++] = (struct package_pair){ was, now };
	}
}

static bool same_value(const struct json_value *a, const struct json_value *b)
{
	if (json_type(a) != json_type(b))
		return false;
	switch (json_type(a)) {
	case JSON_NULL:
		return true;
	case JSON_BOOL:
		return json_is_true(a) == json_is_true(b);
	case JSON_NUMBER:
		return sv_eq(json_number_text(a), json_number_text(b));
	case JSON_STRING:
		return sv_eq(json_string(a), json_string(b));
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	a = json_first(a);
	b = json_first(b);
	while (a && b && sv_eq(json_name(a), json_name(b)) && same_value(a, b)) {
		a = json_next(a);
		b = json_next(b);
	}
	return !a && !b;
}

static void compare_headers(struct package_diff_call *c, const struct json_value *old, const struct json_value *is)
{
	static const struct {
		const char *name, *zh;
	} fields[] = {
		{ "handoff_no", "移送文号" },	   { "addressee", "接收机关" },	     { "copies", "抄送机关" },
		{ "sender", "移送机关" },	   { "case_no", "案件文号" },	     { "case_name", "案件名称" },
		{ "basis", "移送依据" },	   { "suspects", "当事人" },	     { "offences", "涉嫌罪名" },
		{ "rule_ids", "涉罪提示规则" },	   { "amounts", "涉案金额" },	     { "measures", "行政强制措施" },
		{ "prior_penalties", "以前的处罚" }, { "goods", "涉案物品清单" }, { "law_version", "法律数据版本" },
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const struct json_value *a = json_get(old, fields[i].name), *b = json_get(is, fields[i].name);
		if (!same_value(a, b))
			c->fields[c->field_count++] = (struct package_field){ fields[i].name, fields[i].zh, a, b };
	}
}

enum step package_diff_compare(struct task *t)
{
	struct package_diff_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	struct arena *arena = task_arena(t);
	struct package_contents old, is;

	if (pg_rows(r, c->at_show) == 0)
		return not_there(t);
	if (pg_rows(r, c->at_a) == 0 || pg_rows(r, c->at_b) == 0)
		return task_fail(t, ERR_NOT_FOUND, "no-such-package", "本移送没有序号为 %" PRId64 " 的移送包",
				 pg_rows(r, c->at_a) == 0 ? c->a : c->b);
	if (read_contents(arena, r, c->at_a, 0, &old, task_err(t)) != ERR_OK ||
	    read_contents(arena, r, c->at_b, 0, &is, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	c->same = arena_array(arena, struct package_pair, old.count + 1);
	c->changed = arena_array(arena, struct package_pair, old.count + 1);
	c->removed = arena_array(arena, struct package_pair, old.count + 1);
	c->added = arena_array(arena, struct package_pair, is.count + 1);
	pair_up(&old, &is, true, c->same, &c->same_count);
	pair_up(&old, &is, false, c->changed, &c->changed_count);
	for (size_t i = 0; i < old.count; i++) {
		if (!old.items[i].taken)
			c->removed[c->removed_count++].old = &old.items[i];
	}
	for (size_t i = 0; i < is.count; i++) {
		if (!is.items[i].taken)
			c->added[c->added_count++].is = &is.items[i];
	}
	compare_headers(c, old.header, is.header);
	return STEP_NEXT;
}

/* ---- the checklist ---- */

enum step checklist_ask(struct task *t)
{
	struct checklist_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->view.call, PG_LANE_READ);

	c->at_show = pg_segment_addv(seg, Q_HANDOFF_SHOW, PG_I64(c->view.id));
	c->at_packages = pg_segment_addv(seg, Q_PACKAGE_LOAD_ALL, PG_I64(c->view.id));
	return pg_segment_wait(seg, t);
}

static enum step read_packages(struct task *t, struct checklist_call *c, const struct pg_reply *r)
{
	struct arena *arena = task_arena(t);
	size_t n = pg_rows(r, c->at_packages), total = 0;
	struct package_contents *all = arena_array(arena, struct package_contents, n + 1);

	for (size_t i = 0; i < n; i++) {
		if (read_contents(arena, r, c->at_packages, i, &all[i], task_err(t)) != ERR_OK)
			return STEP_FAIL;
		total += all[i].count;
	}
	c->sent = arena_array(arena, struct package_item, total + 1);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < all[i].count; k++)
			c->sent[c->sent_count++] = all[i].items[k];
	}
	c->any_package = n > 0;
	return STEP_NEXT;
}

/* Beside the lists the case, for what the hand-over itself does not say yet. */
enum step checklist_more(struct task *t)
{
	struct checklist_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->view.call.seg);
	struct pg_segment *seg;
	const char *matters;

	if (pg_rows(r, c->at_show) == 0)
		return not_there(t);
	c->case_id = pg_i64_or(r, c->at_show, 0, 2, 0);
	c->sender = (pg_i64(r, c->at_show, 0, 5) & SIDE_SENDER) != 0;
	if (read_packages(t, c, r) != STEP_NEXT)
		return STEP_FAIL;
	matters = c->case_id ? arena_printf(task_arena(t), "{%" PRId64 ",%" PRId64 "}", c->view.id, c->case_id)
			     : arena_printf(task_arena(t), "{%" PRId64 "}", c->view.id);
	seg = app_segment(&c->view.call, PG_LANE_READ);
	c->at_materials = pg_segment_addv(seg, Q_MATERIAL_LIST, PG_CSTR(matters), PG_NULL, PG_NULL);
	c->at_case = pg_segment_addv(seg, Q_MATTER_VIEW, PG_I64(c->case_id));
	return pg_segment_wait(seg, t);
}

static struct sv title_of(const struct material *m)
{
	return sv_of(m->title && m->title[0] ? m->title : m->name);
}

/* What may be attached: not void, and nothing that tells who reported. */
static bool can_go(const struct material *m)
{
	return m->void_seq == 0 && strcmp(m->material_kind, PROTECTED_KIND) != 0;
}

static bool fits(const struct handoff_paper *p, struct sv title, struct sv name, struct sv kind)
{
	return handoff_paper_fits(p, title, kind) || handoff_paper_fits(p, name, kind);
}

/* The latest material that is this paper. */
static void find_material(struct checklist_call *c, const struct pg_reply *r, struct checklist_paper *ret, struct arena *arena)
{
	struct material m;

	for (size_t i = 0; c->sender && i < pg_rows(r, c->at_materials); i++) {
		material_row(r, c->at_materials, i, c->view.full, &m);
		if (!can_go(&m) || !fits(ret->paper, title_of(&m), sv_of(m.name), sv_of(m.material_kind)))
			continue;
		ret->material = arena_printf(arena, "%s:%" PRId64, m.matter == c->view.id ? "handoff" : "case", m.number);
		ret->material_name = arena_strndup(arena, title_of(&m).p, title_of(&m).n);
	}
}

static bool has_opinion(const struct checklist_call *c, const struct pg_reply *r, const struct handoff_paper *all, size_t n)
{
	struct material m;

	for (size_t k = 0; k < n; k++) {
		if (strcmp(all[k].code, "opinion") != 0)
			continue;
		for (size_t i = 0; i < pg_rows(r, c->at_materials); i++) {
			material_row(r, c->at_materials, i, c->view.full, &m);
			if (can_go(&m) && fits(&all[k], title_of(&m), sv_of(m.name), sv_of(m.material_kind)))
				return true;
		}
		for (size_t i = 0; i < c->sent_count; i++) {
			if (handoff_paper_fits(&all[k], c->sent[i].title, c->sent[i].kind))
				return true;
		}
	}
	return false;
}

static const struct package_item *find_sent(const struct checklist_call *c, const struct handoff_paper *p)
{
	for (size_t i = 0; i < c->sent_count; i++) {
		if (handoff_paper_fits(p, c->sent[i].title, c->sent[i].kind))
			return &c->sent[i];
	}
	return NULL;
}

/* The last paper of a list is "the others": the first file that is none of the papers before it. */
static const struct package_item *find_other(const struct checklist_call *c, const struct handoff_paper *all, size_t n)
{
	for (size_t i = 0; i < c->sent_count; i++) {
		bool known = false;
		for (size_t k = 0; k < n && !known; k++)
			known = all[k].words[0] && handoff_paper_fits(&all[k], c->sent[i].title, c->sent[i].kind);
		if (!known)
			return &c->sent[i];
	}
	return NULL;
}

static const struct dossier *linked_case(struct checklist_call *c, struct task *t, const struct pg_reply *r)
{
	enum { BODY = 9 };
	struct dossier *d;

	if (pg_rows(r, c->at_case) == 0)
		return NULL;
	d = arena_new(task_arena(t), struct dossier);
	return dossier_read(task_arena(t), pg_text(r, c->at_case, 0, BODY), d, task_err(t)) == ERR_OK ? d : NULL;
}

enum step checklist_judge(struct task *t)
{
	struct checklist_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->view.call.seg);
	size_t n;
	const struct handoff_paper *all = handoff_papers(c->view.dossier->procedure, &n);
	struct handoff_papers_known known = { .d = c->view.dossier, .linked = linked_case(c, t, r),
					      .opinion = has_opinion(c, r, all, n) };

	c->papers = arena_array(task_arena(t), struct checklist_paper, n + 1);
	for (c->count = 0; c->count < n; c->count++) {
		struct checklist_paper *p = &c->papers[c->count];
		bool other = all[c->count].words[0] == '\0';
		const struct package_item *sent;

		p->paper = &all[c->count];
		p->required = handoff_paper_is_required(p->paper, &known, &p->why);
		if (!other)
			find_material(c, r, p, task_arena(t));
		sent = other ? find_other(c, all, n) : find_sent(c, p->paper);
		if (sent)
			p->material_name = arena_strndup(task_arena(t), sent->title.p, sent->title.n);
		p->present = sent || (!c->any_package && p->material);
		c->missing += p->required && !p->present;
	}
	return STEP_NEXT;
}
