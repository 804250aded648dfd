/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The audit's document, from a finished tally. Its form is docs/audit.md: what comes first is small and is made in memory;
 * the lists follow line by line from the spool, in the order of their entries. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/audit_tally_internal.h"

enum { HEAD_MAX_BYTES = 64 << 20, OUT_BYTES = 256 << 10, JUMP = 1000, JUMP_PERIODS = 3, JUMP_CASES = 5, FEN = 100 };

static const char *const by_codes[TALLY_BY_COUNT] = {
	[TALLY_UNIT] = "unit", [TALLY_CAMPAIGN] = "campaign", [TALLY_IP_TYPE] = "ip_type", [TALLY_OFFICER] = "officer",
};
static const char *const by_none[TALLY_BY_COUNT] = {
	[TALLY_UNIT] = "未指定单位", [TALLY_CAMPAIGN] = "未标注专项行动", [TALLY_IP_TYPE] = "未填写类型",
	[TALLY_OFFICER] = "未指定承办人",
};

struct out {
	struct tally *t;
	struct str text;          /* waiting for the sink */
	struct json_writer j;     /* into text: the head */
	tally_sink *sink;
	void *arg;
	struct err *err;
};

/* ---- order ---- */

static int compare_entries(const void *a, const void *b)
{
	const struct tally_entry *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

/* What is not filled in stands last. */
static int compare_groups(const void *a, const void *b)
{
	const struct tally_group *x = *(struct tally_group *const *)a, *y = *(struct tally_group *const *)b;
	int names = strcmp(x->zh, y->zh);

	if ((x->key[0] == '\0') != (y->key[0] == '\0'))
		return x->key[0] == '\0' ? 1 : -1;
	return names ? names : strcmp(x->key, y->key);
}

static const char *name_of(const struct tally *t, enum tally_by by, const char *key)
{
	const struct tally_name *n = NULL;

	if (!key[0])
		return by_none[by];
	if (by == TALLY_UNIT)
		n = tally_find_code(&t->setup.units, sv_of(key));
	else if (by == TALLY_OFFICER)
		n = tally_find_code(&t->setup.officers, sv_of(key));
	else if (by == TALLY_CAMPAIGN)
		n = tally_find_code(&t->setup.campaigns, sv_of(key));
	return n ? n->zh : key;
}

static void sort_groups(struct tally *t, enum tally_by by)
{
	struct tally_groups *groups = &t->by[by];
	size_t n = 0;

	groups->sorted = arena_array(&t->arena, struct tally_group *, groups->count + 1);
	for (size_t i = 0; i < TALLY_BUCKETS; i++) {
		for (struct tally_group *g = groups->bucket[i]; g; g = g->next) {
			g->zh = name_of(t, by, g->key);
			groups->sorted[n++] = g;
		}
	}
	qsort(groups->sorted, n, sizeof(groups->sorted[0]), compare_groups);
}

static void sort_all(struct tally *t)
{
	for (enum tally_by by = 0; by < TALLY_BY_COUNT; by++)
		sort_groups(t, by);
	for (size_t i = 0; i < TALLY_SECTION_COUNT; i++) {
		if (t->entries[i].count > 1)
			qsort(t->entries[i].at, t->entries[i].count, sizeof(struct tally_entry), compare_entries);
	}
}

/* ---- the head ---- */

static void write_identity(struct out *o)
{
	const struct tally_setup *s = &o->t->setup;
	struct json_writer *j = &o->j;

	json_kv_i64(j, "v", 1);
	json_key(j, "organ");
	json_obj_open(j);
	json_kv_str(j, "code", s->organ_code);
	json_kv_str(j, "name", s->organ_name);
	json_obj_close(j);
	json_kv_bool(j, "whole", s->whole);
	json_key(j, "period");
	json_obj_open(j);
	json_kv_str(j, "code", s->span.code);
	json_kv_str(j, "kind", audit_kind_code(s->span.kind));
	json_kv_str(j, "name", s->span.name);
	json_kv_day(j, "from", s->span.from);
	json_kv_day(j, "to", s->span.to);
	json_kv_bool(j, "open", s->span.open);
	json_obj_close(j);
	json_kv_instant(j, "as_of", s->as_of);
	json_kv_day(j, "cut_off", s->cut_off);
}

static void write_rules(struct out *o)
{
	const struct tally_setup *s = &o->t->setup;
	struct json_writer *j = &o->j;

	json_key(j, "rules");
	json_obj_open(j);
	json_key(j, "law");
	if (s->law_version) {
		json_obj_open(j);
		json_kv_i64(j, "version", s->law_version);
		json_kv_instant(j, "known_from", s->law_known_from);
		json_obj_close(j);
	} else {
		json_null(j);
	}
	json_key(j, "metrics");
	json_arr_open(j);
	for (enum rate_metric m = 0; m < RATE_METRIC_COUNT; m++) {
		const struct rate_metric_info *info = rate_metric_info(m);
		json_obj_open(j);
		json_kv_str(j, "code", info->code);
		json_kv_str(j, "zh", info->zh);
		json_kv_str(j, "formula", info->formula);
		json_kv_str(j, "none", info->none);
		json_obj_close(j);
	}
	json_arr_close(j);
	json_obj_close(j);
}

static void write_figure(struct json_writer *j, const struct tally_figure *f)
{
	char percent[24];

	rate_percent(f->num, f->den, percent);
	json_kv_i64(j, "num", f->num);
	json_kv_i64(j, "den", f->den);
	json_kv_str(j, "percent", f->den ? percent : NULL);
}

/* Periods before the first thing that is known are left out. */
static size_t known_periods(const struct tally *t)
{
	size_t n = t->period_count;

	while (n > 1 && t->spans[n - 1].to < t->first_opened)
		n--;
	return n;
}

static void write_metrics(struct out *o)
{
	struct tally *t = o->t;
	struct json_writer *j = &o->j;

	json_key(j, "metrics");
	json_arr_open(j);
	for (enum rate_metric m = 0; m < RATE_METRIC_COUNT; m++) {
		const struct rate_metric_info *info = rate_metric_info(m);
		const struct tally_figure *f = &t->figure[0][m];
		char percent[24], text[32];

		json_obj_open(j);
		json_kv_str(j, "code", info->code);
		json_kv_str(j, "zh", info->zh);
		write_figure(j, f);
		rate_percent(f->num, f->den, percent);
		snprintf(text, sizeof(text), "%s%%", percent);
		json_kv_str(j, "text", f->den ? text : info->none);
		json_key(j, "trend");
		json_arr_open(j);
		for (size_t i = known_periods(t); i-- > 1;) {
			json_obj_open(j);
			json_kv_str(j, "period", t->spans[i].code);
			write_figure(j, &t->figure[i][m]);
			json_obj_close(j);
		}
		json_arr_close(j);
		json_obj_close(j);
	}
	json_arr_close(j);
}

static void write_names(struct out *o)
{
	static const enum tally_by named[] = { TALLY_UNIT, TALLY_OFFICER, TALLY_CAMPAIGN };
	const struct tally *t = o->t;
	struct json_writer *j = &o->j;

	json_key(j, "names");
	json_obj_open(j);
	for (size_t k = 0; k < ARRAY_LEN(named); k++) {
		json_key(j, by_codes[named[k]]);
		json_obj_open(j);
		for (size_t i = 0; i < t->by[named[k]].count; i++) {
			const struct tally_group *g = t->by[named[k]].sorted[i];
			if (g->key[0])
				json_kv_str(j, g->key, g->zh);
		}
		json_obj_close(j);
	}
	json_obj_close(j);
}

static bool is_counted(const struct tally_group *g)
{
	for (enum rate_metric m = 0; m < RATE_METRIC_COUNT; m++) {
		if (g->figure[m].den > 0)
			return true;
	}
	return false;
}

static void write_group(struct json_writer *j, const struct tally_group *g)
{
	json_obj_open(j);
	json_kv_str(j, "key", g->key);
	json_kv_str(j, "zh", g->zh);
	json_key(j, "metrics");
	json_obj_open(j);
	for (enum rate_metric m = 0; m < RATE_METRIC_COUNT; m++) {
		json_key(j, rate_metric_info(m)->code);
		json_arr_open(j);
		json_i64(j, g->figure[m].num);
		json_i64(j, g->figure[m].den);
		json_arr_close(j);
	}
	json_obj_close(j);
	json_obj_close(j);
}

static void write_by(struct out *o)
{
	const struct tally *t = o->t;
	struct json_writer *j = &o->j;

	json_key(j, "by");
	json_obj_open(j);
	for (enum tally_by by = 0; by < TALLY_BY_COUNT; by++) {
		json_key(j, by_codes[by]);
		json_arr_open(j);
		for (size_t i = 0; i < t->by[by].count; i++) {
			if (is_counted(t->by[by].sorted[i]))
				write_group(j, t->by[by].sorted[i]);
		}
		json_arr_close(j);
	}
	json_obj_close(j);
}

static void write_sums(struct out *o)
{
	const struct tally *t = o->t;
	struct json_writer *j = &o->j;

	json_key(j, "sums");
	json_arr_open(j);
	for (size_t i = known_periods(t); i-- > 0;) {
		json_obj_open(j);
		json_kv_str(j, "period", t->spans[i].code);
		json_kv_i64(j, "filed", t->sums[i].filed);
		json_kv_i64(j, "value_fen", t->sums[i].value_fen);
		json_kv_i64(j, "decided", t->sums[i].decided);
		json_kv_i64(j, "fine_fen", t->sums[i].fine_fen);
		json_kv_i64(j, "confiscated_fen", t->sums[i].confiscated_fen);
		json_obj_close(j);
	}
	json_arr_close(j);
}

/* ---- what a rate hides ---- */

/* A line of the spool. */
static bool read_line(struct out *o, const struct tally_entry *e, char *to)
{
	size_t got = 0;

	while (got < e->n) {
		ssize_t n = pread(o->t->spool, to + got, e->n - got, (off_t)(e->at + got));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return true;
}

static enum err_code write_items(struct out *o, const char *key, enum tally_section section)
{
	const struct tally_entries *e = &o->t->entries[section];
	char *line = xrealloc(NULL, TALLY_LINE_MAX);
	bool ok = true;

	json_key(&o->j, key);
	json_arr_open(&o->j);
	for (size_t i = 0; ok && i < e->count && i < TALLY_HIDDEN_MAX; i++) {
		ok = read_line(o, &e->at[i], line);
		if (ok)
			json_rawtext(&o->j, (struct sv){ line, e->at[i].n });
	}
	free(line);
	return ok ? ERR_OK : err_set(o->err, ERR_IO, "storage-failed", "临时文件读不出来");
}

static void write_incomplete(struct out *o)
{
	const struct tally_setup *s = &o->t->setup;
	struct json_writer *j = &o->j;

	json_key(j, "incomplete");
	json_obj_open(j);
	json_kv_i64(j, "total", s->incomplete_total);
	json_key(j, "items");
	json_arr_open(j);
	for (size_t i = 0; i < s->incomplete_count; i++) {
		json_obj_open(j);
		json_kv_id(j, "id", s->incomplete[i].id);
		if (s->incomplete[i].number)
			json_kv_str(j, "number", s->incomplete[i].number);
		json_kv_str(j, "title", s->incomplete[i].title);
		json_kv_str(j, "unit", s->incomplete[i].unit);
		json_kv_str(j, "why", s->incomplete[i].why);
		json_obj_close(j);
	}
	json_arr_close(j);
	json_obj_close(j);
	json_key(j, "silent_units");
	json_arr_open(j);
	for (size_t i = 0; i < s->silent_count; i++) {
		json_obj_open(j);
		json_kv_str(j, "unit", s->silent[i].code);
		json_kv_str(j, "zh", s->silent[i].zh);
		json_obj_close(j);
	}
	json_arr_close(j);
}

static struct tally_group *group_of(struct tally *t, enum tally_by by, const char *key)
{
	for (size_t i = 0; i < t->by[by].count; i++) {
		if (strcmp(t->by[by].sorted[i]->key, key) == 0)
			return t->by[by].sorted[i];
	}
	return NULL;
}

static size_t compare_part(struct out *o, const struct tally_group *part, const struct tally_group *whole,
			   const char *what, int64_t part_value, int64_t whole_value)
{
	struct json_writer *j = &o->j;

	if (part_value <= whole_value)
		return 0;
	json_obj_open(j);
	json_kv_str(j, "kind", "campaign");
	json_kv_str(j, "key", part->key);
	json_kv_str(j, "zh", part->zh);
	json_kv_str(j, "component", arena_printf(&o->t->arena, "%s的%s", part->zh, what));
	json_kv_str(j, "total", arena_printf(&o->t->arena, "%s的%s", whole->zh, what));
	json_kv_i64(j, "component_value", part_value);
	json_kv_i64(j, "total_value", whole_value);
	json_kv_str(j, "why", "子行动大于所属行动，请核对案件是否也标注了所属行动");
	json_obj_close(j);
	return 1;
}

/* A campaign below another one cannot have more than that one. Returns how many do. */
static size_t write_campaign_parts(struct out *o)
{
	struct tally *t = o->t;
	size_t n = 0;

	for (size_t i = 0; i < t->by[TALLY_CAMPAIGN].count; i++) {
		struct tally_group *part = t->by[TALLY_CAMPAIGN].sorted[i];
		const struct tally_name *name = tally_find_code(&t->setup.campaigns, sv_of(part->key));
		struct tally_group *whole = name && name->parent ? group_of(t, TALLY_CAMPAIGN, name->parent) : NULL;

		if (!whole)
			continue;
		n += compare_part(o, part, whole, "立案数", part->figure[RATE_M4].den, whole->figure[RATE_M4].den);
		n += compare_part(o, part, whole, "案值（分）", part->sums[0].value_fen, whole->sums[0].value_fen);
		n += compare_part(o, part, whole, "罚款（分）", part->sums[0].fine_fen, whole->sums[0].fine_fen);
	}
	return n;
}

struct jump {
	const char *kind, *key, *zh, *what;
	int64_t now, before;
};

static void write_jump(struct out *o, const struct jump *p)
{
	bool up = p->now > p->before;
	int64_t low = up ? p->before : p->now, high = up ? p->now : p->before;
	struct json_writer *j = &o->j;

	if (low <= 0 || high / low < JUMP)
		return;
	json_obj_open(j);
	json_kv_str(j, "kind", p->kind);
	json_kv_str(j, "key", p->key);
	json_kv_str(j, "zh", p->zh);
	json_kv_str(j, "what", p->what);
	json_kv_i64(j, "value_fen", p->now);
	json_kv_i64(j, "before_fen", p->before);
	json_kv_i64(j, "ratio", high / low);
	json_kv_str(j, "why",
		    arena_printf(&o->t->arena, "%" PRId64 "元，%s前期平均%" PRId64 "元的%" PRId64 "%s，请核对是否把元、万元、亿元混淆",
				 p->now / FEN, up ? "是" : "不到", p->before / FEN, up ? high / low : JUMP, up ? "倍" : "分之一"));
	json_obj_close(j);
}

/* Against the mean of the earlier periods that had any; with fewer than three there is nothing to compare with. */
static void write_jumps_of(struct out *o, const struct jump *name, const struct tally_sums *sums)
{
	int64_t value = 0, money = 0, filed = 0, decided = 0;
	struct jump p = *name;

	for (size_t i = 1; i < o->t->period_count; i++) {
		filed += sums[i].filed > 0;
		value += sums[i].value_fen;
		decided += sums[i].decided > 0;
		money += sums[i].fine_fen + sums[i].confiscated_fen;
	}
	if (filed >= JUMP_PERIODS && sums[0].filed > 0) {
		p.what = "案值";
		p.now = sums[0].value_fen;
		p.before = value / filed;
		write_jump(o, &p);
	}
	if (decided >= JUMP_PERIODS && sums[0].decided > 0) {
		p.what = "罚没款";
		p.now = sums[0].fine_fen + sums[0].confiscated_fen;
		p.before = money / decided;
		write_jump(o, &p);
	}
}

static void write_jumps(struct out *o)
{
	struct tally *t = o->t;
	int64_t filed = 0, value = 0;

	json_key(&o->j, "jumps");
	json_arr_open(&o->j);
	write_jumps_of(o, &(struct jump){ .kind = "total", .key = "", .zh = t->setup.organ_name }, t->sums);
	for (size_t i = 0; i < t->by[TALLY_UNIT].count; i++) {
		const struct tally_group *g = t->by[TALLY_UNIT].sorted[i];
		write_jumps_of(o, &(struct jump){ .kind = "unit", .key = g->key, .zh = g->zh }, g->sums);
	}
	for (size_t i = 1; i < t->period_count; i++) {
		filed += t->sums[i].filed;
		value += t->sums[i].value_fen;
	}
	for (size_t i = 0; filed >= JUMP_CASES && i < t->top_count; i++) {
		const struct tally_top *top = &t->top[i];
		if (top->value_fen / JUMP < value / filed)
			break;
		write_jump(o, &(struct jump){ .kind = "case", .key = arena_printf(&t->arena, "%" PRId64, top->id),
					      .zh = top->number[0] ? top->number : top->title, .what = "案值",
					      .now = top->value_fen, .before = value / filed });
	}
	json_arr_close(&o->j);
}

static enum err_code write_hidden(struct out *o)
{
	static const struct {
		const char *key;
		enum tally_section section;
	} lists[] = { { "declined_late", TALLY_DECLINED }, { "unfiled_late", TALLY_UNFILED },
		      { "suspended", TALLY_SUSPENDED }, { "excluded", TALLY_EXCLUDED } };
	struct json_writer *j = &o->j;
	enum err_code code = ERR_OK;

	json_key(j, "hidden");
	json_obj_open(j);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		if ((code = write_items(o, lists[i].key, lists[i].section)) != ERR_OK)
			return code;
		json_arr_close(j);
	}
	write_incomplete(o);
	if ((code = write_items(o, "component_gt_total", TALLY_COMPONENT)) != ERR_OK)
		return code;
	size_t parts = write_campaign_parts(o);
	json_arr_close(j);
	write_jumps(o);
	json_key(j, "totals");
	json_obj_open(j);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		json_kv_i64(j, lists[i].key, (int64_t)o->t->entries[lists[i].section].count);
	json_kv_i64(j, "component_gt_total", (int64_t)(o->t->entries[TALLY_COMPONENT].count + parts));
	json_obj_close(j);
	json_obj_close(j);
	return ERR_OK;
}

/* ---- the lists ---- */

static enum err_code send(struct out *o)
{
	if (o->text.failed)
		return err_set(o->err, ERR_TOO_LARGE, "audit-size", "结果过大");
	enum err_code code = o->sink(o->arg, o->text.p, o->text.len, o->err);
	str_reset(&o->text);
	return code;
}

/* The lines of a list that were read from the spool, each on a line of its own. */
static enum err_code send_list(struct out *o, const char *key, enum tally_section section)
{
	const struct tally_entries *e = &o->t->entries[section];
	char *line = xrealloc(NULL, TALLY_LINE_MAX);
	enum err_code code = ERR_OK;

	str_printf(&o->text, ",\"%s\":[", key);
	for (size_t i = 0; code == ERR_OK && i < e->count; i++) {
		if (!read_line(o, &e->at[i], line)) {
			code = err_set(o->err, ERR_IO, "storage-failed", "临时文件读不出来");
			break;
		}
		str_append_cstr(&o->text, i > 0 ? ",\n" : "\n");
		str_append(&o->text, line, e->at[i].n);
		if (o->text.len >= OUT_BYTES)
			code = send(o);
	}
	str_append_cstr(&o->text, e->count > 0 ? "\n]" : "]");
	free(line);
	return code;
}

static enum err_code write_document(struct out *o)
{
	enum err_code code;

	json_writer_init(&o->j, &o->text);
	json_obj_open(&o->j);
	write_identity(o);
	write_rules(o);
	write_metrics(o);
	write_names(o);
	write_by(o);
	write_sums(o);
	if ((code = write_hidden(o)) != ERR_OK)
		return code;
	/* The lists belong to the same object; the writer knows nothing of them. */
	if ((code = send(o)) != ERR_OK || (code = send_list(o, "misses", TALLY_MISSES)) != ERR_OK ||
	    (code = send_list(o, "cases", TALLY_CASES)) != ERR_OK)
		return code;
	str_append_cstr(&o->text, "}\n");
	return send(o);
}

enum err_code tally_write(struct tally *t, tally_sink *sink, void *arg, struct err *err)
{
	struct out o = { .t = t, .text = STR_INIT(HEAD_MAX_BYTES), .sink = sink, .arg = arg, .err = err };
	enum err_code code = tally_flush(t, err);

	for (size_t i = 0; i < t->setup.incomplete_count; i++)
		(void)tally_group(t, TALLY_UNIT, sv_of(t->setup.incomplete[i].unit));
	if (code == ERR_OK) {
		sort_all(t);
		code = write_document(&o);
	}
	str_release(&o.text);
	return code;
}
