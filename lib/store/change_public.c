/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "store/change_public.h"

#include "base/text.h"
#include "crypto/crypto.h"
#include "law/ident.h"
#include "law/redaction.h"

enum { SUMMARY_MAX_BYTES = 64 * 1024, KEYS_MAX_BYTES = 64 * 1024, PARTIES_MAX = 50 };

/* ---- the row for lists ---- */

void disclosure_columns_of(const struct dossier *d, struct disclosure_columns *ret)
{
	const struct facts *f = &d->facts;
	struct next_due next;

	next_due_of(d, &next);
	*ret = (struct disclosure_columns){
		.case_id = fact_has(f, FIELD_CASE) ? fact_num(f, FIELD_CASE) : 0,
		.class = fact_text(f, FIELD_PUBLISH_CLASS), .state = state_info(d->state)->code,
		.open = state_info(d->state)->open, .next_on = next.on,
		.decided_on = fact_day(f, FIELD_DECIDED_ON), .publish_due_on = fact_day(f, FIELD_PUBLISH_DUE),
		.published_on = fact_day(f, FIELD_PUBLISHED_ON), .pushed_on = fact_day(f, FIELD_PUSHED_ON),
		.credit_due_on = fact_day(f, FIELD_CREDIT_DUE), .credit_on = fact_day(f, FIELD_CREDIT_ON),
		.withdraw_due_on = fact_day(f, FIELD_WITHDRAW_DUE), .withdrawn_on = fact_day(f, FIELD_WITHDRAWN_ON),
		.stop_due_on = fact_day(f, FIELD_STOP_DUE), .stopped_on = fact_day(f, FIELD_STOPPED_ON),
	};
}

/* ---- what everybody may read ---- */

static const char *joined_keys(struct arena *arena, const char *const *names)
{
	struct str out = STR_INIT(KEYS_MAX_BYTES);

	for (size_t i = 0; names && names[i]; i++) {
		const char *key = text_fold(arena, sv_of(names[i]));
		str_printf(&out, "%s%s", i ? "\n" : "", key ? key : "");
	}
	const char *ret = arena_strdup(arena, str_cstr(&out));
	str_release(&out);
	return ret;
}

static const char *joined_names(struct arena *arena, const char *const *names)
{
	struct str out = STR_INIT(KEYS_MAX_BYTES);

	for (size_t i = 0; names && names[i]; i++)
		str_printf(&out, "%s%s", i ? "、" : "", names[i]);
	const char *ret = arena_strdup(arena, str_cstr(&out));
	str_release(&out);
	return ret;
}

static const char *joined_codes(struct arena *arena, const struct facts *f)
{
	struct party parties[PARTIES_MAX];
	size_t n = parties_list(arena, f, parties, PARTIES_MAX);
	const char *ret = NULL;

	for (size_t i = 0; i < n; i++) {
		/* A witness, somebody's agent: not punished, and no matter of the public's. */
		if (redaction_third_person(&parties[i], NULL))
			continue;
		if (parties[i].uscc && parties[i].uscc[0])
			ret = ret ? arena_printf(arena, "%s %s", ret, parties[i].uscc) : parties[i].uscc;
	}
	return ret;
}

static struct sv summary_text(struct arena *arena, const struct disclosure_summary *s)
{
	struct str out = STR_INIT(SUMMARY_MAX_BYTES);
	struct json_writer w;

	json_writer_init(&w, &out);
	disclosure_summary_write(&w, s);
	struct sv ret = { json_writer_ok(&w) ? arena_try_strndup(arena, out.p, out.len) : NULL, out.len };
	str_release(&out);
	return ret;
}

static enum err_code incomplete(const char *what, struct err *err)
{
	enum err_code code = err_set(err, ERR_LAW, "disclosure-incomplete", "公示信息缺少%s，不能公示", what);

	err_article(err, "市场监督管理行政处罚信息公示规定第四条");
	return code;
}

/* As it stands in front of everybody: without what nobody can see. */
static bool clean_summary(struct arena *arena, struct disclosure_summary *s)
{
	const char **items[] = { &s->decision_no, &s->party, &s->violation, &s->penalty, &s->organ };
	const char **names;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(items); i++) {
		if (!(*items[i] = redaction_clean(arena, sv_of(*items[i]))))
			return false;
	}
	while (s->names && s->names[n])
		n++;
	names = arena_array(arena, const char *, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (!(names[i] = redaction_clean(arena, sv_of(s->names[i]))))
			return false;
	}
	s->names = names;
	return true;
}

/* The text rebuilt without what is cut. */
static enum err_code rebuild_body(struct arena *arena, const struct facts *f, const struct disclosure_summary *s,
				  const char **ret, struct err *err)
{
	struct sv original = sv_of(fact_text(f, FIELD_DECISION_TEXT));
	const struct redaction_items items = { .decision_no = s->decision_no, .parties = s->names, .violation = s->violation,
					       .penalty = s->penalty, .organ = s->organ, .decided_on = s->decided_on };
	struct redaction_cuts cuts;
	enum err_code code = redaction_read(arena, sv_of(fact_text(f, FIELD_CUTS)), &cuts, err);

	if (code == ERR_OK)
		code = redaction_check(arena, original, &cuts, &items, err);
	if (code != ERR_OK)
		return code;
	*ret = redaction_apply(arena, original, &cuts);
	return *ret ? ERR_OK : err_set(err, ERR_TOO_LARGE, "disclosure-text", "决定书文本过长");
}

enum err_code public_columns_of(struct arena *arena, const struct dossier *d, const char *organ_name,
				struct public_columns *ret, struct err *err)
{
	const struct facts *f = &d->facts;
	struct disclosure_summary s;
	struct docno no;
	enum err_code code;

	disclosure_summary(arena, f, organ_name, NULL, &s);
	const char *missing = disclosure_summary_missing(&s);
	if (!missing && !fact_has(f, FIELD_STOP_DUE))
		missing = "公示期满日";
	if (!missing && !fact_has(f, FIELD_DECISION_TEXT))
		missing = "决定书文本";
	if (missing)
		return incomplete(missing, err);
	if (!clean_summary(arena, &s))
		return err_set(err, ERR_INVALID, "redaction-text", "公示信息不是有效的文字");
	ident_docno(arena, sv_of(s.decision_no), &no);
	*ret = (struct public_columns){
		.organ_name = s.organ, .decision_no = s.decision_no, .decision_no_key = no.key,
		.party = joined_names(arena, s.names), .party_key = joined_keys(arena, s.names), .uscc = joined_codes(arena, f),
		.class = fact_text(f, FIELD_PUBLISH_CLASS), .decided_on = s.decided_on,
		.published_on = fact_day(f, FIELD_PUBLISHED_FROM), .stop_due = fact_day(f, FIELD_STOP_DUE),
		.summary = summary_text(arena, &s),
	};
	if (!ret->summary.p)
		return err_set(err, ERR_TOO_LARGE, "disclosure-text", "公示信息过长");
	if ((code = rebuild_body(arena, f, &s, &ret->body, err)) != ERR_OK)
		return code;
	crypto_sha256(ret->body, strlen(ret->body), ret->digest);
	return ERR_OK;
}

static bool text_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool public_columns_same(const struct public_columns *a, const struct public_columns *b)
{
	return text_same(a->organ_name, b->organ_name) && text_same(a->decision_no, b->decision_no) &&
	       text_same(a->party, b->party) && text_same(a->uscc, b->uscc) && text_same(a->class, b->class) &&
	       a->decided_on == b->decided_on && a->published_on == b->published_on && a->stop_due == b->stop_due &&
	       sv_eq(a->summary, b->summary) && text_same(a->body, b->body);
}

/* ---- what the act does to it ---- */

static const char *why_ended(struct arena *arena, const struct dossier *after)
{
	const struct facts *f = &after->facts;
	bool withdrawn = after->state == STATE_DISCLOSURE_WITHDRAWN;
	const char *word = withdrawn ? "撤回" : after->state == STATE_SHIELDED ? "屏蔽" : "停止";
	const char *reason = withdrawn                                      ? fact_text(f, FIELD_WITHDRAW_REASON)
			     : after->state == STATE_SHIELDED               ? ""
									    : fact_text(f, FIELD_STOP_REASON);
	const char *clean = reason[0] ? redaction_clean(arena, sv_of(reason)) : NULL;

	return clean && clean[0] ? arena_printf(arena, "%s：%s", word, clean) : word;
}

enum err_code change_public_of(struct arena *arena, const struct dossier *before, const struct dossier *after,
			       const char *organ_name, struct change_public *ret, struct err *err)
{
	bool was = before->version > 0 && disclosure_is_public(before), is = disclosure_is_public(after);
	struct public_columns old;
	enum err_code code;

	*ret = (struct change_public){ .begins = is, .ends = was };
	if (is && (code = public_columns_of(arena, after, organ_name, &ret->columns, err)) != ERR_OK)
		return code;
	if (!was)
		return ERR_OK;
	if (!is) {
		ret->why = why_ended(arena, after);
		return ERR_OK;
	}
	if ((code = public_columns_of(arena, before, organ_name, &old, err)) != ERR_OK)
		return code;
	ret->begins = ret->ends = !public_columns_same(&old, &ret->columns);
	ret->why = "更正";
	return ERR_OK;
}

/* ---- the document ---- */

static void write_row(struct json_writer *w, const struct dossier *d)
{
	struct disclosure_columns k;

	disclosure_columns_of(d, &k);
	json_key(w, "row");
	json_obj_open(w);
	if (k.case_id)
		json_kv_i64(w, "case_id", k.case_id);
	json_kv_str(w, "class", k.class);
	json_kv_str(w, "state", k.state);
	json_kv_bool(w, "open", k.open);
	if (k.next_on == DAY_MAX)
		json_kv_str(w, "next_on", "infinity");
	else
		json_kv_day(w, "next_on", k.next_on);
	json_kv_day(w, "decided_on", k.decided_on);
	json_kv_day(w, "publish_due_on", k.publish_due_on);
	json_kv_day(w, "published_on", k.published_on);
	json_kv_day(w, "pushed_on", k.pushed_on);
	json_kv_day(w, "credit_due_on", k.credit_due_on);
	json_kv_day(w, "credit_on", k.credit_on);
	json_kv_day(w, "withdraw_due_on", k.withdraw_due_on);
	json_kv_day(w, "withdrawn_on", k.withdrawn_on);
	json_kv_day(w, "stop_due_on", k.stop_due_on);
	json_kv_day(w, "stopped_on", k.stopped_on);
	json_obj_close(w);
}

static void write_public(struct json_writer *w, const struct public_columns *p)
{
	char hex[CRYPTO_SHA256_HEX_SIZE];

	crypto_hex(p->digest, sizeof(p->digest), hex);
	json_key(w, "public");
	json_obj_open(w);
	json_kv_str(w, "organ_name", p->organ_name);
	json_kv_str(w, "decision_no", p->decision_no);
	json_kv_str(w, "decision_no_key", p->decision_no_key);
	json_kv_str(w, "party", p->party);
	json_kv_str(w, "party_key", p->party_key);
	json_kv_str(w, "uscc", p->uscc);
	json_kv_day(w, "decided_on", p->decided_on);
	json_kv_day(w, "published_on", p->published_on);
	json_kv_str(w, "class", p->class);
	json_kv_day(w, "stop_due", p->stop_due);
	json_kv_sv(w, "summary", p->summary);
	json_kv_str(w, "body", p->body);
	json_kv_str(w, "digest", hex);
	json_obj_close(w);
}

/* The number that the disclosure goes by: the decision's, typed or taken by the act before in this transaction. */
static void write_number(struct json_writer *w, struct arena *arena, const struct dossier *d)
{
	const char *typed = fact_text(&d->facts, FIELD_DECISION_PAPER);
	struct docno no;

	if (!typed[0]) {
		if (fact_has(&d->facts, FIELD_CASE))
			json_kv_i64(w, "number_of", fact_num(&d->facts, FIELD_CASE));
		return;
	}
	ident_docno(arena, sv_of(typed), &no);
	json_kv_str(w, "number", typed);
	json_kv_str(w, "number_key", no.key);
}

enum err_code change_write_disclosure(struct json_writer *w, struct arena *arena, const struct change *c, struct err *err)
{
	struct change_public p;
	const char *organ = c->organ_name ? c->organ_name : c->actor->organ_name;
	enum err_code code = change_public_of(arena, c->before, c->after, organ ? organ : "", &p, err);

	if (code != ERR_OK)
		return code;
	json_key(w, "disclosure");
	json_obj_open(w);
	write_row(w, c->after);
	if (c->before->version == 0)
		write_number(w, arena, c->after);
	if (p.ends)
		json_kv_str(w, "until", p.why);
	if (p.begins)
		write_public(w, &p.columns);
	json_obj_close(w);
	return ERR_OK;
}
