/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/next.h"

#include "app/act.h"
#include "base/clock.h"
#include "gen/queries.h"

/* ---- load ---- */

static void ask_words(struct next_call *n, struct pg_segment *seg, enum matter_kind kind)
{
	const struct actor *me = &n->view.call.who->actor;

	n->now = clock_now();
	n->at_accounts = pg_segment_addv(seg, Q_NEXT_ACCOUNTS, PG_I64(me->organ), PG_I64(me->unit));
	n->at_campaigns = pg_segment_addv(seg, Q_NEXT_CAMPAIGNS, PG_DAY(instant_to_day(n->now)));
	n->at_causes = pg_segment_addv(seg, Q_NEXT_CAUSES, PG_DAY(instant_to_day(n->now)));
	if (kind == MATTER_HANDOFF)
		n->at_peers = pg_segment_addv(seg, Q_NEXT_PEERS, PG_I64(me->organ));
}

enum step next_load(struct task *t)
{
	struct next_call *n = task_ctx(t);
	struct pg_segment *seg = app_segment(&n->view.call, PG_LANE_READ);

	view_ask(&n->view, seg);
	ask_words(n, seg, n->view.kind);
	return pg_segment_wait(seg, t);
}

enum step next_new_load(struct task *t)
{
	struct next_call *n = task_ctx(t);
	struct pg_segment *seg = app_segment(&n->view.call, PG_LANE_READ);

	n->view.id = n->from;
	if (n->from)
		view_ask(&n->view, seg);
	ask_words(n, seg, procedure_kind(n->procedure));
	return pg_segment_wait(seg, t);
}

/* ---- existing matters ---- */

/* Acts that have a request of their own, such as the end of an upload. */
static bool by_program(const struct act_row *row)
{
	for (const struct field_use *u = row->fields; u && u->field != FIELD_NONE; u++) {
		if (u->required && (field_info(u->field)->flags & FIELD_FLAG_ENGINE))
			return true;
	}
	return false;
}

/* Records that the exchange makes by itself; a person enters them only for an organ that answers on paper. */
static bool by_exchange(const struct act_row *row)
{
	return row->receipt && (strcmp(row->receipt, "delivered") == 0 || strcmp(row->receipt, "retrieved") == 0);
}

bool next_registers(const struct next_call *n, const struct next_act *next)
{
	return !(n->view.call.who->actor.roles & ROLE_EXCHANGE) && procedure_registers(n->view.dossier, next->row);
}

enum step next_read(struct task *t)
{
	struct next_call *n = task_ctx(t);
	const struct matter_view *v = &n->view;
	struct next_act *all = arena_array(task_arena(t), struct next_act, NEXT_ACTS_MAX);
	size_t count = procedure_next(v->call.book, v->dossier, &v->call.who->actor, n->now, task_arena(t), all, NEXT_ACTS_MAX);

	n->acts = all;
	for (size_t i = 0; i < count; i++) {
		if (!by_program(all[i].row) && (next_registers(n, &all[i]) || !by_exchange(all[i].row)))
			n->acts[n->count++] = all[i];
	}
	return STEP_NEXT;
}

/* ---- a new one ---- */

/* What the matter it comes from knows already. */
static enum step read_from(struct task *t, struct next_call *n, struct dossier *blank)
{
	enum stage stage;

	n->view.any_kind = true;
	if (view_read(t) != STEP_NEXT)
		return STEP_FAIL;
	const struct dossier *from = n->view.dossier;
	const struct act_row *row = procedure_find(procedure_get(n->procedure), n->act, &stage);
	if (from->kind != MATTER_CASE && from->kind != MATTER_CLUE) {
		task_fail(t, ERR_INVALID, "not-a-case", "只能从线索或者案件开始");
		err_field(task_err(t), "from");
		return STEP_FAIL;
	}
	fact_set_num(&blank->facts, from->kind == MATTER_CASE ? FIELD_CASE : FIELD_CLUE, n->from);
	if (row)
		procedure_prefill(row, from, task_arena(t), &blank->facts);
	if (!n->view.full) /* identity numbers */
		fact_clear(&blank->facts, FIELD_PARTIES);
	return STEP_NEXT;
}

enum step next_new_read(struct task *t)
{
	struct next_call *n = task_ctx(t);
	struct dossier *blank = arena_new(task_arena(t), struct dossier);

	blank->procedure = n->procedure;
	blank->kind = procedure_kind(n->procedure);
	if (n->from && read_from(t, n, blank) != STEP_NEXT)
		return STEP_FAIL;
	n->view.dossier = blank;
	n->view.kind = blank->kind;
	n->view.today = instant_to_day(n->now);
	n->view.full = true; /* who begins it works it */
	n->view.sealed = false;
	n->acts = arena_new(task_arena(t), struct next_act);
	n->count = 1;
	return task_check(t, next_create(n->view.call.book, blank, n->act, &n->view.call.who->actor, n->now, task_arena(t),
					 n->acts, task_err(t)));
}

/* ---- fields ---- */

bool next_value_of(const struct next_call *n, const struct next_act *next, enum field field, struct arena *arena,
		   struct fact *ret)
{
	const struct matter_view *v = &n->view;

	if (!v->full && ((field_info(field)->flags & FIELD_FLAG_PROTECTED) || field == FIELD_PARTIES))
		return false;
	if (v->sealed && (field == FIELD_DECISION_TEXT || field == FIELD_CUTS))
		return false;
	return next_value(v->call.book, v->dossier, next, v->today, field, arena, ret);
}

enum { ACCOUNT_ID, ACCOUNT, NAME, ROLES, UNIT };

static bool is_named(enum field field)
{
	return field == FIELD_OFFICER || field == FIELD_CO_OFFICER || field == FIELD_REVIEWER || field == FIELD_HEARING_HOST;
}

bool next_account_at(const struct next_call *n, enum field field, size_t *i, struct next_account *ret)
{
	const struct pg_reply *r = pg_segment_reply(n->view.call.seg);

	for (; is_named(field) && *i < pg_rows(r, n->at_accounts); ++*i) {
		uint32_t roles = 0;
		if (!role_parse_list(pg_text(r, n->at_accounts, *i, ROLES), &roles) || !act_may_hold(field, roles))
			continue;
		*ret = (struct next_account){ .account = pg_cstr(r, n->at_accounts, *i, ACCOUNT),
					      .name = pg_cstr(r, n->at_accounts, *i, NAME),
					      .unit = pg_cstr(r, n->at_accounts, *i, UNIT) };
		++*i;
		return true;
	}
	return false;
}

const char *next_account_name(const struct next_call *n, int64_t id)
{
	const struct pg_reply *r = pg_segment_reply(n->view.call.seg);

	for (size_t i = 0; i < pg_rows(r, n->at_accounts); i++) {
		if (pg_i64(r, n->at_accounts, i, ACCOUNT_ID) == id)
			return pg_cstr(r, n->at_accounts, i, ACCOUNT);
	}
	return NULL;
}

/* ---- suggestions ---- */

static size_t add_causes(const struct next_call *n, struct arena *arena, struct next_choice *ret, size_t max)
{
	enum { CAUSE, IP_TYPE, STATUTE, ARTICLE };
	const struct pg_reply *r = pg_segment_reply(n->view.call.seg);
	const char *ip_type = fact_text(&n->view.dossier->facts, FIELD_IP_TYPE);
	size_t count = 0;

	for (size_t i = 0; i < pg_rows(r, n->at_causes) && count < max; i++) {
		struct sv of = pg_text(r, n->at_causes, i, IP_TYPE), statute = pg_text(r, n->at_causes, i, STATUTE);
		if (ip_type[0] && !sv_eq_str(of, ip_type))
			continue;
		const char *article = pg_is_null(r, n->at_causes, i, ARTICLE) ? "" : pg_cstr(r, n->at_causes, i, ARTICLE);
		const char *name = pg_cstr(r, n->at_causes, i, CAUSE);
		ret[count++] = (struct next_choice){
			.value = name, .zh = name,
			.note = arena_printf(arena, "%.*s：%.*s%s", SV_ARG(of), (int)statute.n, statute.p ? statute.p : "", article),
		};
	}
	return count;
}

enum campaign_column { CAMPAIGN_CODE, CAMPAIGN_NAME, CAMPAIGN_YEAR, CAMPAIGN_ORGANISER };

/* The code is what facts hold and reports count by. */
static size_t add_campaigns(const struct next_call *n, struct arena *arena, struct next_choice *ret, size_t max)
{
	const struct pg_reply *r = pg_segment_reply(n->view.call.seg);
	size_t count = 0;

	for (size_t i = 0; i < pg_rows(r, n->at_campaigns) && count < max; i++) {
		bool named = !pg_is_null(r, n->at_campaigns, i, CAMPAIGN_ORGANISER);
		const char *who = named ? pg_cstr(r, n->at_campaigns, i, CAMPAIGN_ORGANISER) : "";
		int64_t year = pg_i64_or(r, n->at_campaigns, i, CAMPAIGN_YEAR, 0);
		ret[count++] = (struct next_choice){
			.value = pg_cstr(r, n->at_campaigns, i, CAMPAIGN_CODE),
			.zh = pg_cstr(r, n->at_campaigns, i, CAMPAIGN_NAME),
			.note = year ? arena_printf(arena, "%d年 %s", (int)year, who) : who,
		};
	}
	return count;
}

/* A campaign may also be one that the tables do not have: then it is called as it was written. */
static const char *campaign_name(const struct next_call *n, const char *code)
{
	const struct pg_reply *r = pg_segment_reply(n->view.call.seg);

	for (size_t i = 0; i < pg_rows(r, n->at_campaigns); i++) {
		if (strcmp(pg_cstr(r, n->at_campaigns, i, CAMPAIGN_CODE), code) == 0)
			return pg_cstr(r, n->at_campaigns, i, CAMPAIGN_NAME);
	}
	return code;
}

/* Only those that the matter is tagged with can be its primary one; while it has none, all. */
static size_t add_primary(const struct next_call *n, struct arena *arena, struct next_choice *ret, size_t max)
{
	const char *tagged = fact_text(&n->view.dossier->facts, FIELD_CAMPAIGNS);
	struct json_doc *doc;
	size_t count = 0;

	if (!tagged[0] || json_parse(arena, sv_of(tagged), &doc, NULL) != ERR_OK)
		return add_campaigns(n, arena, ret, max);
	for (const struct json_value *v = json_first(json_root(doc)); v && count < max; v = json_next(v))
		ret[count++] = (struct next_choice){ .value = json_string(v).p, .zh = campaign_name(n, json_string(v).p) };
	return count;
}

static size_t add_peers(const struct next_call *n, struct arena *arena, struct next_choice *ret, size_t max)
{
	enum { CODE, PEER_NAME, KIND, WAY };
	static const struct {
		const char *way, *zh;
	} ways[] = { { "hub", "在线" }, { "network", "联网" }, { "disc", "刻盘" }, { "paper", "纸质" } };
	const struct pg_reply *r = pg_segment_reply(n->view.call.seg);
	size_t count = 0;

	(void)arena;
	for (size_t i = 0; n->at_peers && i < pg_rows(r, n->at_peers) && count < max; i++) {
		const char *note = "";
		for (size_t k = 0; k < ARRAY_LEN(ways); k++) {
			if (sv_eq_str(pg_text(r, n->at_peers, i, WAY), ways[k].way))
				note = ways[k].zh;
		}
		ret[count++] = (struct next_choice){ .value = pg_cstr(r, n->at_peers, i, CODE),
						     .zh = pg_cstr(r, n->at_peers, i, PEER_NAME), .note = note };
	}
	return count;
}

static size_t add_list(const struct next_call *n, const char *list, struct next_choice *ret, size_t max)
{
	const char *words[NEXT_CHOICES_MAX];
	size_t count = vocabulary_list(&n->view.call.book->vocabulary, list, words, max < NEXT_CHOICES_MAX ? max : NEXT_CHOICES_MAX);

	for (size_t i = 0; i < count; i++)
		ret[i] = (struct next_choice){ .value = words[i], .zh = words[i] };
	return count;
}

/* The second level of where a case came from; the note says of which first level. */
static size_t add_sources(const struct next_call *n, struct next_choice *ret, size_t max)
{
	static const struct {
		const char *list, *source;
	} lists[] = { { "来源细分-监督检查", "监督检查" }, { "来源细分-投诉举报", "投诉、举报" }, { "来源细分-权利人", "投诉" },
		      { "来源细分-移送", "其他部门移送" }, { "来源细分-上级", "上级交办" }, { "来源细分-其他", "其他" } };
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		size_t more = add_list(n, lists[i].list, ret + count, max - count);
		for (size_t k = 0; k < more; k++)
			ret[count + k].note = lists[i].source;
		count += more;
	}
	return count;
}

size_t next_suggestions(const struct next_call *n, const struct next_act *next, enum field field, struct arena *arena,
			struct next_choice *ret, size_t max)
{
	switch ((int)field) {
	case FIELD_CAUSE:
		return add_causes(n, arena, ret, max);
	case FIELD_CAMPAIGNS:
		return add_campaigns(n, arena, ret, max);
	case FIELD_PRIMARY_CAMPAIGN:
		return add_primary(n, arena, ret, max);
	case FIELD_PEER:
	case FIELD_PEER_NEXT:
	case FIELD_COPY_TO:
		return add_peers(n, arena, ret, max);
	case FIELD_TAGS:
		return add_list(n, "重点领域标签", ret, max);
	case FIELD_QUANTITY_UNIT:
		return add_list(n, "计量单位", ret, max);
	case FIELD_SOURCE_DETAIL:
		return add_sources(n, ret, max);
	default:
		return next_choices(n->view.call.book, n->view.dossier, next, field, arena, ret, max);
	}
}
