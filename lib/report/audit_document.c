/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The long arrays, misses and cases, are read one element at a time: lib/json never sees the whole file, and what is
 * kept of an element is a narrow struct. Everything else of the document is parsed at once. */
#include "report/audit_document.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "json/json_reader.h"
#include "report/audit_names.h"

enum {
	HEAD_BYTES_MAX = 64 << 20,
	ELEMENT_BYTES_MAX = 1 << 20,
	ELEMENT_ARENA_MAX = 8 << 20,
	NO_DAYS = -1,
};

static const struct {
	const char *name, *zh;
} dates[AUDIT_DATE_COUNT] = {
#define X(name, zh) [AUDIT_DATE_##name] = { #name, zh },
	AUDIT_DATES(X)
#undef X
}, sums[AUDIT_SUM_COUNT] = {
	[AUDIT_VALUE] = { "value_fen", "案值" },
	[AUDIT_INCOME] = { "income_fen", "违法所得" },
	[AUDIT_FINE] = { "fine_fen", "罚款" },
	[AUDIT_CONFISCATED] = { "confiscated_fen", "没收" },
}, groupings[AUDIT_BY_COUNT] = {
	[AUDIT_BY_UNIT] = { "unit", "单位" },
	[AUDIT_BY_CAMPAIGN] = { "campaign", "专项行动" },
	[AUDIT_BY_IP_TYPE] = { "ip_type", "知识产权类型" },
	[AUDIT_BY_OFFICER] = { "officer", "承办人" },
};

const char *audit_date_name(enum audit_date date)
{
	CHECK(date < AUDIT_DATE_COUNT);
	return dates[date].name;
}

const char *audit_date_zh(enum audit_date date)
{
	CHECK(date < AUDIT_DATE_COUNT);
	return dates[date].zh;
}

const char *audit_sum_name(enum audit_sum sum)
{
	CHECK(sum < AUDIT_SUM_COUNT);
	return sums[sum].name;
}

const char *audit_sum_zh(enum audit_sum sum)
{
	CHECK(sum < AUDIT_SUM_COUNT);
	return sums[sum].zh;
}

const char *audit_by_zh(enum audit_by by)
{
	CHECK(by < AUDIT_BY_COUNT);
	return groupings[by].zh;
}

int audit_metric_index(const struct audit_document *doc, const char *code)
{
	for (size_t i = 0; i < doc->metric_count; i++) {
		if (strcmp(doc->metrics[i].code, code) == 0)
			return (int)i;
	}
	return -1;
}

bool audit_is_duty(const char *code)
{
	return strcmp(code, "M4") != 0 && strcmp(code, "M5") != 0;
}

int64_t audit_hundredths(const struct audit_figure *f)
{
	CHECK(f->den > 0);
	/* In two steps, so that no product overflows: num <= den. */
	int64_t percent = f->num * 100 / f->den, rest = f->num * 100 % f->den;
	return percent * 100 + rest * 100 / f->den;
}

void audit_percent(const struct audit_figure *f, const char *none, char *ret, size_t size)
{
	if (f->den == 0) {
		snprintf(ret, size, "%s", none);
		return;
	}
	int64_t hundredths = audit_hundredths(f);
	snprintf(ret, size, "%" PRId64 ".%02d%%", hundredths / 100, (int)(hundredths % 100));
}

/* ---- reading ---- */

struct reader {
	struct audit_document *doc;
	struct err *err;
	struct names names[AUDIT_BY_COUNT], procedures;
	struct sv misses, cases; /* what stands between the brackets */
};

static enum err_code bad(struct reader *r, const char *where, const char *what)
{
	return err_set(r->err, ERR_MALFORMED, "audit-document", "不是本程序的监督通报数据：%s %s", where, what);
}

static const char *keep(struct reader *r, struct sv text)
{
	return text.n > 0 ? arena_strndup(&r->doc->arena, text.p, text.n) : "";
}

static const char *keep_member(struct reader *r, const struct json_value *v, const char *name)
{
	return keep(r, json_string(json_get(v, name)));
}

/* Absent gives DAY_NONE. */
static bool read_day(const struct json_value *v, day_t *ret)
{
	*ret = DAY_NONE;
	return json_type(v) == JSON_NULL || day_parse_iso(json_string(v), ret);
}

static bool read_figure(const struct json_value *num, const struct json_value *den, struct audit_figure *ret)
{
	return json_to_i64(num, &ret->num) && json_to_i64(den, &ret->den) && ret->num >= 0 && ret->num <= ret->den;
}

/* ---- the frame: where the long arrays lie ---- */

/* Behind the value that begins at `at`; n when it does not end. Strings are skipped, so brackets in them do not count. */
static size_t skip_value(struct sv text, size_t at)
{
	int depth = 0;

	for (; at < text.n; at++) {
		switch (text.p[at]) {
		case '"':
			for (at++; at < text.n && text.p[at] != '"'; at++)
				at += text.p[at] == '\\';
			break;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			if (depth == 0)
				return at;
			depth--;
			break;
		case ',':
			if (depth == 0)
				return at;
			break;
		default:
			break;
		}
	}
	return text.n;
}

/* Finds "NAME":[ among the members of the root, from *at; *ret is between the brackets, *at behind them. */
static bool find_array(struct sv text, const char *name, size_t *at, struct sv *ret)
{
	char key[32];
	int n = snprintf(key, sizeof(key), "\"%s\":[", name);

	for (size_t i = *at; i < text.n;) {
		size_t end = skip_value(text, i);
		while (i < end && (text.p[i] == '\n' || text.p[i] == ' '))
			i++;
		if (end - i > (size_t)n && memcmp(text.p + i, key, (size_t)n) == 0 && text.p[end - 1] == ']') {
			*ret = (struct sv){ text.p + i + n, end - 1 - i - (size_t)n };
			*at = end;
			return true;
		}
		if (end >= text.n || text.p[end] != ',')
			return false;
		i = end + 1;
	}
	return false;
}

/* The document without the elements of the two arrays. */
static enum err_code split(struct reader *r, struct sv text, struct str *head)
{
	size_t at = 1;

	if (text.n < 2 || text.p[0] != '{' || !find_array(text, "misses", &at, &r->misses) ||
	    !find_array(text, "cases", &at, &r->cases))
		return bad(r, "misses, cases", "没有");
	str_append(head, text.p, (size_t)(r->misses.p - text.p));
	const char *between = r->misses.p + r->misses.n, *after = r->cases.p + r->cases.n;
	str_append(head, between, (size_t)(r->cases.p - between));
	str_append(head, after, (size_t)(text.p + text.n - after));
	return head->failed ? err_set(r->err, ERR_TOO_LARGE, "audit-document", "监督通报数据过大") : ERR_OK;
}

typedef enum err_code (*element_fn)(struct reader *r, const struct json_value *v, void *row);

/* Reads each element into a row of `size` bytes. */
static enum err_code read_elements(struct reader *r, struct sv text, const char *where, size_t size, element_fn read,
				   void **ret_rows, size_t *ret_count)
{
	struct arena scratch = ARENA_INIT(ELEMENT_ARENA_MAX);
	enum err_code code = ERR_OK;
	size_t count = 0, done = 0;

	for (size_t at = 0; at < text.n; at = skip_value(text, at) + 1)
		count++;
	if (count == 1 && strspn(text.p, " \n") >= text.n)
		count = 0;
	char *rows = count > AUDIT_ROWS_MAX ? NULL : arena_try_alloc_array(&r->doc->arena, count + 1, size);
	if (!rows)
		return err_set(r->err, ERR_TOO_LARGE, "audit-document", "%s 过多：%zu 行", where, count);
	for (size_t at = 0; code == ERR_OK && done < count; done++) {
		size_t end = skip_value(text, at);
		struct json_doc *json;
		if (end - at > ELEMENT_BYTES_MAX)
			code = bad(r, where, "有过长的行");
		else
			code = json_parse(&scratch, (struct sv){ text.p + at, end - at }, &json, r->err);
		if (code == ERR_OK)
			code = read(r, json_root(json), rows + done * size);
		arena_reset(&scratch);
		at = end + 1;
	}
	arena_fini(&scratch);
	*ret_rows = rows;
	*ret_count = done;
	return code;
}

/* ---- misses and cases ---- */

static const struct audit_name *name_of(struct reader *r, enum audit_by by, struct sv key)
{
	return names_get(&r->names[by], &r->doc->arena, key, (struct sv){ NULL, 0 });
}

static enum err_code read_miss(struct reader *r, const struct json_value *v, void *row)
{
	struct audit_miss *m = row;
	struct sv code = json_string(json_get(v, "metric"));
	int metric = audit_metric_index(r->doc, code.n > 0 ? code.p : "");

	if (metric < 0 || !sv_to_i64(json_string(json_get(v, "id")), &m->id))
		return bad(r, "misses", "metric 或者 id 不对");
	m->metric = (size_t)metric;
	m->number = keep_member(r, v, "number");
	m->title = keep_member(r, v, "title");
	m->why = keep_member(r, v, "why");
	m->unit = name_of(r, AUDIT_BY_UNIT, json_string(json_get(v, "unit")));
	m->officer = name_of(r, AUDIT_BY_OFFICER, json_string(json_get(v, "officer")));
	if (!json_to_i64(json_get(v, "days"), &m->days))
		m->days = NO_DAYS;
	return ERR_OK;
}

static enum err_code read_sides(struct reader *r, const struct json_value *sides, struct audit_case *c)
{
	for (const struct json_value *v = json_first(sides); v; v = json_next(v)) {
		struct sv name = json_name(v), side = json_string(v);
		int metric = audit_metric_index(r->doc, name.p);
		bool in = sv_eq_str(side, "in");
		if (metric < 0 || (!in && !sv_eq_str(side, "out")))
			return bad(r, "cases", "sides 不对");
		c->side[metric] = in ? AUDIT_IN : AUDIT_OUT;
	}
	return ERR_OK;
}

static void read_campaigns(struct reader *r, const struct json_value *list, struct audit_case *c)
{
	const struct audit_name **campaigns;
	size_t n = json_count(list);

	if (n == 0)
		return;
	campaigns = arena_array(&r->doc->arena, const struct audit_name *, n);
	for (const struct json_value *v = json_first(list); v; v = json_next(v))
		campaigns[c->campaign_count++] = name_of(r, AUDIT_BY_CAMPAIGN, json_string(v));
	c->campaigns = campaigns;
}

static enum err_code read_case(struct reader *r, const struct json_value *v, void *row)
{
	struct audit_case *c = row;

	if (!sv_to_i64(json_string(json_get(v, "id")), &c->id))
		return bad(r, "cases", "id 不对");
	c->number = keep_member(r, v, "number");
	c->title = keep_member(r, v, "title");
	c->party = keep_member(r, v, "party");
	c->procedure = names_get(&r->procedures, &r->doc->arena, json_string(json_get(v, "procedure")),
				 (struct sv){ NULL, 0 })->key;
	c->ip_type = name_of(r, AUDIT_BY_IP_TYPE, json_string(json_get(v, "ip_type")))->key;
	c->unit = name_of(r, AUDIT_BY_UNIT, json_string(json_get(v, "unit")));
	c->officer = name_of(r, AUDIT_BY_OFFICER, json_string(json_get(v, "officer")));
	c->excluded = keep_member(r, v, "excluded");
	c->performing_open = json_is_true(json_get(v, "performing_open"));
	c->declined = json_is_true(json_get(v, "declined"));
	read_campaigns(r, json_get(v, "campaigns"), c);
	for (enum audit_date d = 0; d < AUDIT_DATE_COUNT; d++) {
		if (!read_day(json_get(v, audit_date_name(d)), &c->dates[d]))
			return bad(r, "cases", audit_date_name(d));
	}
	for (enum audit_sum s = 0; s < AUDIT_SUM_COUNT; s++) {
		const struct json_value *sum = json_get(v, audit_sum_name(s));
		c->sums[s] = AUDIT_NO_SUM;
		if (json_type(sum) != JSON_NULL && (!json_to_i64(sum, &c->sums[s]) || c->sums[s] < 0))
			return bad(r, "cases", audit_sum_name(s));
	}
	return read_sides(r, json_get(v, "sides"), c);
}

static int compare_misses(const void *a, const void *b)
{
	const struct audit_miss *x = a, *y = b;

	if (x->metric != y->metric)
		return x->metric < y->metric ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

const struct audit_miss *audit_miss_of(const struct audit_document *doc, size_t metric, int64_t id)
{
	const struct audit_miss key = { .metric = metric, .id = id };

	return doc->miss_count ? bsearch(&key, doc->misses, doc->miss_count, sizeof(key), compare_misses) : NULL;
}

/* ---- the head ---- */

static enum err_code read_trend(struct reader *r, const struct json_value *list, struct audit_metric *m)
{
	size_t n = json_count(list);
	struct audit_period_figure *trend;

	if (n > AUDIT_TREND_MAX)
		return bad(r, "metrics", "trend 过长");
	trend = arena_array(&r->doc->arena, struct audit_period_figure, n + 1);
	m->trend = trend;
	for (const struct json_value *v = json_first(list); v; v = json_next(v)) {
		struct audit_period_figure *p = &trend[m->trend_count++];
		p->period = keep_member(r, v, "period");
		if (!read_figure(json_get(v, "num"), json_get(v, "den"), &p->figure))
			return bad(r, "metrics", "trend 的分子分母不对");
	}
	return ERR_OK;
}

static enum err_code read_metrics(struct reader *r, const struct json_value *root)
{
	struct audit_document *doc = r->doc;
	const struct json_value *rule = json_first(json_get(json_get(root, "rules"), "metrics"));
	const struct json_value *v = json_first(json_get(root, "metrics"));
	enum err_code code = ERR_OK;

	for (; v && rule; v = json_next(v), rule = json_next(rule)) {
		if (doc->metric_count == AUDIT_METRICS_MAX)
			return bad(r, "metrics", "过多");
		struct audit_metric *m = &doc->metrics[doc->metric_count++];
		m->code = keep_member(r, v, "code");
		m->zh = keep_member(r, v, "zh");
		m->formula = keep_member(r, rule, "formula");
		m->none = keep_member(r, rule, "none");
		if (!sv_eq_str(json_string(json_get(rule, "code")), m->code) || m->code[0] == '\0')
			return bad(r, "rules", "与 metrics 不一致");
		if (!read_figure(json_get(v, "num"), json_get(v, "den"), &m->figure))
			return bad(r, m->code, "分子分母不对");
		code = read_trend(r, json_get(v, "trend"), m);
		if (code != ERR_OK)
			return code;
		if (m->trend_count != doc->metrics[0].trend_count)
			return bad(r, m->code, "trend 的期间不一致");
	}
	if (v || rule || doc->metric_count == 0)
		return bad(r, "metrics", "与 rules 不一致");
	return ERR_OK;
}

static void read_names(struct reader *r, const struct json_value *root)
{
	for (enum audit_by by = 0; by < AUDIT_BY_COUNT; by++) {
		const struct json_value *list = json_get(json_get(root, "names"), groupings[by].name);
		for (const struct json_value *v = json_first(list); v; v = json_next(v))
			names_get(&r->names[by], &r->doc->arena, json_name(v), json_string(v));
	}
}

static enum err_code read_group(struct reader *r, const struct json_value *v, struct audit_group *g)
{
	const struct json_value *metrics = json_get(v, "metrics");

	g->key = keep_member(r, v, "key");
	g->zh = keep_member(r, v, "zh");
	if (!g->zh[0])
		g->zh = g->key;
	g->figure = arena_array(&r->doc->arena, struct audit_figure, r->doc->metric_count);
	for (size_t m = 0; m < r->doc->metric_count; m++) {
		const struct json_value *num = json_first(json_get(metrics, r->doc->metrics[m].code));
		if (!num || !read_figure(num, json_next(num), &g->figure[m]))
			return bad(r, "by", r->doc->metrics[m].code);
	}
	return ERR_OK;
}

static enum err_code read_groups(struct reader *r, const struct json_value *root)
{
	enum err_code code = ERR_OK;

	for (enum audit_by by = 0; by < AUDIT_BY_COUNT; by++) {
		const struct json_value *list = json_get(json_get(root, "by"), groupings[by].name);
		size_t n = json_count(list), i = 0;
		if (n > AUDIT_GROUPS_MAX)
			return bad(r, "by", "过多");
		struct audit_group *groups = arena_array(&r->doc->arena, struct audit_group, n + 1);
		r->doc->by[by] = (struct audit_grouping){ groups, n };
		for (const struct json_value *v = json_first(list); v; v = json_next(v)) {
			code = read_group(r, v, &groups[i++]);
			if (code != ERR_OK)
				return code;
		}
	}
	return ERR_OK;
}

static const struct {
	const char *code, *zh, *hint;
} hidden_kinds[AUDIT_HIDDEN_MAX] = {
	{ "declined_late", "超过核查期限才决定不予立案", "有案不立的线索：M1 再高也看不到它们。" },
	{ "unfiled_late", "超过核查期限仍未决定是否立案", "M10 的分母里有它们，立案口径的结案率里没有。" },
	{ "suspended", "截止日正在中止", "中止期间不算应结；中止理由消失后应当立即恢复。" },
	{ "excluded", "不计入任何比率", "已撤销立案、已并案、不予公开等。" },
	{ "incomplete", "补录的旧案，日期不全", "没有日期就不能判断是否按期，不当作按期，也不计入。" },
	{ "silent_units", "期内没有任何数据的单位", "没有线索、没有立案，也没有办结。" },
	{ "component_gt_total", "分项大于总数", "可能是录入错误，也可能合法，请核对原件。" },
	{ "jumps", "金额异常跳变（可能是万、亿错位）", "与前期相差悬殊，请核对单位。" },
};

/* An element has the members of its kind only; what is absent reads as "". */
static void read_hidden_row(struct reader *r, const struct json_value *v, struct audit_hidden_row *row)
{
	struct sv unit = json_string(json_get(v, "unit"));

	row->number = keep_member(r, v, "number");
	row->title = keep_member(r, v, "title");
	row->text = keep_member(r, v, "why");
	row->unit = unit.n > 0 ? name_of(r, AUDIT_BY_UNIT, unit)->zh : "";
	if (!row->title[0])
		row->title = keep_member(r, v, "zh");
	if (!row->title[0])
		row->title = keep_member(r, v, "key");
}

/* A list is an array with its total in `totals`, or an object of total and items. */
static void read_hidden(struct reader *r, const struct json_value *root)
{
	const struct json_value *hidden = json_get(root, "hidden");

	for (size_t i = 0; i < AUDIT_HIDDEN_MAX; i++) {
		struct audit_hidden *h = &r->doc->hidden[r->doc->hidden_count++];
		const char *code = hidden_kinds[i].code;
		const struct json_value *list = json_get(hidden, code), *total = json_get(list, "total");
		if (total)
			list = json_get(list, "items");
		else
			total = json_get(json_get(hidden, "totals"), code);
		struct audit_hidden_row *rows = arena_array(&r->doc->arena, struct audit_hidden_row,
							    json_count(list) + 1);
		*h = (struct audit_hidden){ .code = code, .zh = hidden_kinds[i].zh, .hint = hidden_kinds[i].hint,
					    .rows = rows };
		for (const struct json_value *v = json_first(list); v; v = json_next(v))
			read_hidden_row(r, v, &rows[h->count++]);
		if (!json_to_i64(total, &h->total))
			h->total = (int64_t)h->count;
	}
}

static enum err_code read_sums(struct reader *r, const struct json_value *root)
{
	const struct json_value *list = json_get(root, "sums");
	struct audit_sums *rows = arena_array(&r->doc->arena, struct audit_sums, json_count(list) + 1);

	r->doc->sums = rows;
	for (const struct json_value *v = json_first(list); v; v = json_next(v)) {
		struct audit_sums *s = &rows[r->doc->sums_count++];
		s->period = keep_member(r, v, "period");
		if (!json_to_i64(json_get(v, "filed"), &s->filed) ||
		    !json_to_i64(json_get(v, "decided"), &s->decided) ||
		    !json_to_i64(json_get(v, "value_fen"), &s->value_fen) ||
		    !json_to_i64(json_get(v, "fine_fen"), &s->fine_fen) ||
		    !json_to_i64(json_get(v, "confiscated_fen"), &s->confiscated_fen))
			return bad(r, "sums", "不对");
	}
	return ERR_OK;
}

static enum err_code read_top(struct reader *r, const struct json_value *root)
{
	struct audit_document *doc = r->doc;
	const struct json_value *period = json_get(root, "period"), *organ = json_get(root, "organ");
	const struct json_value *law = json_get(json_get(root, "rules"), "law");
	int64_t version = 0;

	if (!json_to_i64(json_get(root, "v"), &version) || version != 1)
		return bad(r, "v", "不是 1");
	doc->organ_code = keep_member(r, organ, "code");
	doc->organ = keep_member(r, organ, "name");
	doc->whole = json_is_true(json_get(root, "whole"));
	doc->code = keep_member(r, period, "code");
	doc->kind = keep_member(r, period, "kind");
	doc->period_zh = keep_member(r, period, "name");
	doc->open = json_is_true(json_get(period, "open"));
	if (!read_day(json_get(period, "from"), &doc->from) || !read_day(json_get(period, "to"), &doc->to) ||
	    !read_day(json_get(root, "cut_off"), &doc->cut_off) || doc->from == DAY_NONE || doc->to < doc->from ||
	    doc->cut_off < doc->to)
		return bad(r, "period", "日期不对");
	if (!instant_parse(json_string(json_get(root, "as_of")), &doc->as_of))
		return bad(r, "as_of", "不对");
	doc->law_known_from = INSTANT_NONE;
	if (json_type(law) == JSON_OBJECT &&
	    (!json_to_i64(json_get(law, "version"), &doc->law_version) ||
	     !instant_parse(json_string(json_get(law, "known_from")), &doc->law_known_from)))
		return bad(r, "rules", "law 不对");
	return ERR_OK;
}

static enum err_code read_head(struct reader *r, struct sv text)
{
	struct arena scratch = ARENA_INIT(AUDIT_ARENA_MAX);
	struct json_doc *json;
	enum err_code code = json_parse(&scratch, text, &json, r->err);

	if (code == ERR_OK)
		code = read_top(r, json_root(json));
	if (code == ERR_OK)
		code = read_metrics(r, json_root(json));
	if (code == ERR_OK) {
		read_names(r, json_root(json));
		code = read_groups(r, json_root(json));
	}
	if (code == ERR_OK) {
		read_hidden(r, json_root(json));
		code = read_sums(r, json_root(json));
	}
	arena_fini(&scratch);
	return code;
}

/* ---- the whole ---- */

enum err_code audit_document_parse(struct audit_document *doc, struct sv text, struct err *err)
{
	struct reader *r = xcalloc(1, sizeof(*r));
	struct str head = STR_INIT(HEAD_BYTES_MAX);
	uint8_t digest[CRYPTO_SHA256_SIZE];
	void *misses = NULL, *cases = NULL;

	*doc = (struct audit_document){ .arena = ARENA_INIT(AUDIT_ARENA_MAX) };
	*r = (struct reader){ .doc = doc, .err = err };
	crypto_sha256(text.p, text.n, digest);
	crypto_hex(digest, sizeof(digest), doc->digest);
	enum err_code code = split(r, text, &head);
	if (code == ERR_OK)
		code = read_head(r, (struct sv){ head.p, head.len });
	if (code == ERR_OK)
		code = read_elements(r, r->misses, "misses", sizeof(struct audit_miss), read_miss, &misses,
				     &doc->miss_count);
	if (code == ERR_OK) {
		qsort(misses, doc->miss_count, sizeof(struct audit_miss), compare_misses);
		doc->misses = misses;
		code = read_elements(r, r->cases, "cases", sizeof(struct audit_case), read_case, &cases,
				     &doc->case_count);
		doc->cases = cases;
	}
	str_release(&head);
	free(r);
	return code;
}

enum err_code audit_document_open(struct audit_document *doc, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p = MAP_FAILED;

	*doc = (struct audit_document){ .arena = ARENA_INIT(AUDIT_ARENA_MAX) };
	if (fd < 0 || fstat(fd, &st) != 0) {
		int number = errno;
		if (fd >= 0)
			close(fd);
		return err_set(err, ERR_INTERNAL, "file-failed", "不能读取 %s：%s", path, strerror(number));
	}
	size_t size = (size_t)st.st_size;
	if (size > 0 && size <= AUDIT_FILE_MAX)
		p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (size > AUDIT_FILE_MAX)
		return err_set(err, ERR_TOO_LARGE, "audit-document", "%s 过大：%zu 字节", path, size);
	if (p == MAP_FAILED)
		return err_set(err, ERR_MALFORMED, "audit-document", "%s 是空的，或者不能读取", path);
	enum err_code code = audit_document_parse(doc, (struct sv){ p, size }, err);
	munmap(p, size);
	return code;
}

void audit_document_close(struct audit_document *doc)
{
	arena_fini(&doc->arena);
	*doc = (struct audit_document){ .arena = ARENA_INIT(AUDIT_ARENA_MAX) };
}
