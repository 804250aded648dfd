/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * GET /public: the steps, what a reply says about itself, the ledger. */
#include "api/api_public.h"

#include <inttypes.h>
#include <stdio.h>

#include "app/public.h"
#include "base/clock.h"
#include "crypto/crypto.h"
#include "report/page_public.h"

enum { ETAG_SIZE = 40, DATE_SIZE = 40, STYLE_AGE_S = 3600 };

#define HTML "text/html; charset=utf-8"
/* One style sheet and one form, both of this site. */
#define CSP "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const struct api_field fields_public_list[] = {
	{ "before", API_INT, .in_query = true, .max = INT64_MAX, .doc = "从这一编号以前开始" },
	{ .name = NULL },
};
const struct api_field fields_public_search[] = {
	{ "q", API_TEXT, .in_query = true, .max = PUBLIC_QUERY_MAX, .doc = "当事人名称、统一社会信用代码或者决定书文号" },
	{ "by", API_CHOICE, .in_query = true, .words = "auto|party|code|number", .doc = "查找方式" },
	{ "before", API_INT, .in_query = true, .max = INT64_MAX, .doc = "从这一编号以前开始" },
	{ .name = NULL },
};
const struct api_field fields_public_ledger[] = {
	{ "from", API_DAY, .in_query = true, .doc = "这一天起公示的" },
	{ "until", API_DAY, .in_query = true, .doc = "这一天为止公示的（含）" },
	{ "after", API_INT, .in_query = true, .max = INT64_MAX, .doc = "从这一编号以后开始" },
	{ .name = NULL },
};

/* ---- what a reply says about itself ---- */

static void add_header(struct http_request *req, const char *name, const char *value)
{
	if (http_reply_header(req, name, value) != ERR_OK)
		BUG("header %s", name);
}

/* Sun, 06 Nov 1994 08:49:37 GMT */
static void http_date(instant_t at, char ret[DATE_SIZE])
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int64_t s = at / 1000000;
	day_t day = (day_t)(s / 86400);
	struct ymd d = day_to_ymd(day);
	int rest = (int)(s % 86400);

	snprintf(ret, DATE_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[day_weekday(day) - 1], d.day,
		 months[d.month - 1], d.year, rest / 3600, rest / 60 % 60, rest % 60);
}

/* Never past midnight: what has its last day today must not come out of a cache tomorrow. */
static int64_t fresh_seconds(const struct api_public *site, instant_t at)
{
	int64_t left = (day_start(instant_to_day(at) + 1) - at) / 1000000;

	return site->max_age_s < left ? site->max_age_s : left;
}

static void add_common(struct api_request *r, instant_t at, const char *robots)
{
	char cache[96];
	int64_t age = fresh_seconds(&r->api->public, at);

	snprintf(cache, sizeof(cache), "public, max-age=%" PRId64 ", s-maxage=%" PRId64 ", must-revalidate", age, age);
	add_header(r->http, "Cache-Control", cache);
	add_header(r->http, "Content-Security-Policy", CSP);
	if (robots)
		add_header(r->http, "X-Robots-Tag", robots);
}

static void etag_of(const struct str *body, char ret[ETAG_SIZE])
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char hex[CRYPTO_SHA256_HEX_SIZE];

	crypto_sha256(str_cstr(body), body->len, digest);
	crypto_hex(digest, sizeof(digest), hex);
	snprintf(ret, ETAG_SIZE, "\"%.32s\"", hex);
}

/* Is the tag among those of If-None-Match? Weak ones count: a proxy that compresses makes ours weak. */
static bool tag_is_listed(struct sv list, const char *etag)
{
	size_t n = strlen(etag);

	if (sv_eq_str(sv_trim(list), "*"))
		return true;
	for (size_t i = 0; i + n <= list.n; i++) {
		if (memcmp(list.p + i, etag, n) == 0)
			return true;
	}
	return false;
}

static bool is_unchanged(const struct http_request *req, const char *etag, const char *modified)
{
	struct sv tags = http_header(req, "If-None-Match"), since = http_header(req, "If-Modified-Since");

	if (tags.p)
		return tag_is_listed(tags, etag);
	return since.p && modified[0] && sv_eq_str(since, modified);
}

/* 200 with all that a cache wants to know, or 304. */
static enum step send_fresh(struct task *t, const char *type, struct str *body, instant_t modified_at)
{
	struct http_request *req = api_request(t)->http;
	char etag[ETAG_SIZE], modified[DATE_SIZE] = "";

	etag_of(body, etag);
	if (modified_at != INSTANT_NONE)
		http_date(modified_at, modified);
	add_header(req, "ETag", etag);
	if (modified[0])
		add_header(req, "Last-Modified", modified);
	if (!body->failed && is_unchanged(req, etag, modified)) {
		str_release(body);
		http_reply_empty(req, 304);
		return STEP_DONE;
	}
	http_reply_str(req, 200, type, body);
	return STEP_DONE;
}

/* Not to be kept anywhere. */
static enum step send_message(struct task *t, int status, const char *title, const char *text)
{
	struct http_request *req = api_request(t)->http;
	struct str out = STR_INIT(PAGE_PUBLIC_MAX);

	page_public_message(&out, title, text);
	add_header(req, "Content-Security-Policy", CSP);
	add_header(req, "X-Robots-Tag", "noindex");
	http_reply_str(req, status, HTML, &out);
	return STEP_DONE;
}

static enum step send_missing(struct task *t)
{
	return send_message(t, 404, "没有这一页", "没有这一页，或者它还没有公示。请从首页查询。");
}

static enum step send_unavailable(struct task *t)
{
	add_header(api_request(t)->http, "Retry-After", "5");
	return send_message(t, 503, "暂时不能查询", "系统暂时不能查询，请过一会儿再来。");
}

/* ---- before asking ---- */

static enum step begin(struct task *t, int64_t cost)
{
	struct api_request *r = api_request(t);
	struct api_public *site = &r->api->public;
	int64_t wait_s = 1;
	char wait[24];

	if (!site->enabled)
		return send_missing(t);
	if (public_guard_allows(&site->guard, http_peer(r->http), clock_mono_us() / 1000, site->searches_per_minute, cost,
				&wait_s))
		return STEP_NEXT;
	snprintf(wait, sizeof(wait), "%" PRId64, wait_s);
	add_header(r->http, "Retry-After", wait);
	return send_message(t, 429, "查询过于频繁", "来自您的网络地址的查询过于频繁，请过一会儿再来。");
}

/* A whole number above zero; anything else is 0. Unknown names are nobody's business: links get things added to them. */
static int64_t query_number(const struct http_request *req, const char *name)
{
	int64_t n;

	return sv_to_i64(http_query(req, name), &n) && n > 0 ? n : 0;
}

static day_t query_day(const struct http_request *req, const char *name)
{
	day_t day;

	return day_parse_iso(http_query(req, name), &day) ? day : DAY_NONE;
}

static enum step begin_list(struct task *t)
{
	struct public_call *c = task_ctx(t);

	c->before = query_number(api_request(t)->http, "before");
	return begin(t, PUBLIC_COST_PAGE);
}

static enum step begin_search(struct task *t)
{
	static const char *const words[] = { "auto", "party", "code", "number" };
	const struct http_request *req = api_request(t)->http;
	struct public_call *c = task_ctx(t);
	struct sv by = http_query(req, "by");

	c->before = query_number(req, "before");
	c->query = sv_trim(http_query(req, "q"));
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (sv_eq_str(by, words[i]))
			c->by = (enum public_by)i;
	}
	return begin(t, c->query.n > 0 ? PUBLIC_COST_SEARCH : PUBLIC_COST_PAGE);
}

static enum step begin_page(struct task *t)
{
	struct public_call *c = task_ctx(t);
	struct sv id = http_param(api_request(t)->http, "id");

	if (id.n == 0 || id.p[0] < '1' || id.p[0] > '9' || !sv_to_i64(id, &c->page))
		return send_missing(t);
	return begin(t, PUBLIC_COST_PAGE);
}

static enum step begin_ledger(struct task *t)
{
	const struct http_request *req = api_request(t)->http;
	struct public_call *c = task_ctx(t);

	c->from = query_day(req, "from");
	c->until = query_day(req, "until");
	c->after = query_number(req, "after");
	return begin(t, PUBLIC_COST_LEDGER);
}

/* ---- lists ---- */

static enum step reply_list(struct task *t)
{
	static const char *const words[] = { "auto", "party", "code", "number" };
	struct public_call *c = task_ctx(t);
	struct arena *arena = task_arena(t);
	struct str out = STR_INIT(PAGE_PUBLIC_MAX);
	struct page_public_item *items = arena_array(arena, struct page_public_item, c->count + 1);

	if (c->code != ERR_OK)
		return send_unavailable(t);
	for (size_t i = 0; i < c->count; i++) {
		const struct public_row *row = &c->rows[i];
		items[i] = (struct page_public_item){ .id = row->id, .organ = row->organ, .decision_no = row->decision_no,
						      .party = row->party, .decided_on = row->decided_on,
						      .published_on = row->published_on };
	}
	page_public_list(&out, &(struct page_public_list){
		.query = c->query.n ? arena_strndup(arena, c->query.p, c->query.n) : NULL,
		.by = c->query.n ? words[c->by] : NULL, .said = c->said, .items = items, .count = c->count,
		.before = c->next, .first = c->before == 0,
	});
	add_common(api_request(t), c->at, c->query.n ? "noindex, noarchive" : "noarchive");
	return send_fresh(t, HTML, &out, INSTANT_NONE);
}

/* ---- one page ---- */

/* An item of the summary; "" when it is not there. */
static const char *summary_item(const struct json_value *summary, const char *name)
{
	struct sv text = json_string(json_get(summary, name));

	return text.n ? text.p : "";
}

static enum step reply_page(struct task *t);

static enum step reply_decision(struct task *t)
{
	struct public_call *c = task_ctx(t);
	const struct pg_reply *r = c->reply;
	struct str out = STR_INIT(PAGE_PUBLIC_MAX);
	struct json_doc *doc;
	day_t decided_on = DAY_NONE, stop_due = pg_day(r, 0, 0, PUBLIC_STOP_DUE);
	bool person = pg_bool(r, 0, 0, PUBLIC_PERSON);
	char last[11], robots[64];

	if (json_parse(task_arena(t), pg_text(r, 0, 0, PUBLIC_SUMMARY), &doc, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	const struct json_value *s = json_root(doc);
	day_parse_iso(json_string(json_get(s, "decided_on")), &decided_on);
	page_public_decision(&out, &(struct page_public_decision){
		.id = c->page, .decision_no = summary_item(s, "decision_no"), .party = summary_item(s, "party"),
		.violation = summary_item(s, "violation"), .penalty = summary_item(s, "penalty"),
		.organ = summary_item(s, "organ"), .decided_on = decided_on, .body = pg_cstr(r, 0, 0, PUBLIC_BODY),
		.published_on = pg_day(r, 0, 0, PUBLIC_PUBLISHED_ON), .stop_due = stop_due,
		.version = pg_i64_or(r, 0, 0, PUBLIC_VERSION, 1), .digest = pg_cstr(r, 0, 0, PUBLIC_DIGEST),
		.person = person,
	});
	day_format(stop_due + 1, last);
	snprintf(robots, sizeof(robots), "%snoarchive, unavailable_after: %s", person ? "noindex, " : "", last);
	add_common(api_request(t), c->at, robots);
	return send_fresh(t, HTML, &out, pg_instant(r, 0, 0, PUBLIC_FROM_AT));
}

/* The published text alone, the very bytes of which the page names the digest. */
static enum step reply_text(struct task *t)
{
	struct public_call *c = task_ctx(t);
	struct str out = STR_INIT(PAGE_PUBLIC_MAX);

	if (c->code != ERR_OK || c->state != PUBLIC_NOW)
		return reply_page(t);
	str_append_sv(&out, pg_text(c->reply, 0, 0, PUBLIC_BODY));
	add_common(api_request(t), c->at, "noindex, noarchive");
	return send_fresh(t, "text/plain; charset=utf-8", &out, pg_instant(c->reply, 0, 0, PUBLIC_FROM_AT));
}

static enum step reply_moved(struct task *t)
{
	struct public_call *c = task_ctx(t);
	struct http_request *req = api_request(t)->http;
	struct str out = STR_INIT(PAGE_PUBLIC_MAX);
	char location[48];

	snprintf(location, sizeof(location), "/public/d/%" PRId64, pg_i64(c->reply, 0, 0, PUBLIC_SUCCESSOR));
	page_public_message(&out, "公示信息已更正", "公示信息已更正，请看更正以后的版本。");
	add_common(api_request(t), c->at, "noindex");
	add_header(req, "Location", location);
	http_reply_str(req, 302, HTML, &out);
	return STEP_DONE;
}

/* "撤回：reason" and the like, as table public_record keeps it. */
static enum step reply_tombstone(struct task *t)
{
	static const struct {
		const char *word, *said;
	} words[] = { { "撤回", "公示已撤回" }, { "停止", "公示已停止" }, { "屏蔽", "公示已暂停" } };
	struct public_call *c = task_ctx(t);
	struct sv why = pg_text(c->reply, 0, 0, PUBLIC_WHY), colon = SV("：");
	const char *what = "公示已结束", *reason = "";
	struct str out = STR_INIT(PAGE_PUBLIC_MAX);

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t n = strlen(words[i].word);
		if (!sv_starts_with(why, sv_of(words[i].word)))
			continue;
		what = words[i].said;
		if (sv_starts_with((struct sv){ why.p + n, why.n - n }, colon))
			reason = why.p + n + colon.n;
	}
	page_public_tombstone(&out, what, pg_day(c->reply, 0, 0, PUBLIC_ENDED_ON), reason);
	add_common(api_request(t), c->at, "noindex, noarchive");
	http_reply_str(api_request(t)->http, 410, HTML, &out);
	return STEP_DONE;
}

static enum step reply_page(struct task *t)
{
	struct public_call *c = task_ctx(t);

	if (c->code != ERR_OK)
		return send_unavailable(t);
	switch (c->state) {
	case PUBLIC_NOW:
		return reply_decision(t);
	case PUBLIC_MOVED:
		return reply_moved(t);
	case PUBLIC_ENDED:
		return reply_tombstone(t);
	case PUBLIC_NEVER:
		break;
	}
	return send_missing(t);
}

/* ---- the ledger ---- */

/* RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe in front. */
static void put_cell(struct str *out, bool first, struct sv text)
{
	if (!first)
		str_append_char(out, ',');
	str_append_char(out, '"');
	if (text.n > 0 && strchr("=+-@\t\r", text.p[0]))
		str_append_char(out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			str_append_char(out, '"');
		str_append_char(out, text.p[i]);
	}
	str_append_char(out, '"');
}

static void put_row(struct str *out, const struct pg_reply *r, size_t i)
{
	char at[40];

	for (int k = 0; k < LEDGER_COLUMNS; k++) {
		struct sv text = pg_text(r, 0, i, k);
		if (k == LEDGER_FROM_AT || k == LEDGER_ENDED_AT) {
			instant_format(pg_instant(r, 0, i, k), at);
			text = sv_of(at);
		}
		put_cell(out, k == 0, text);
	}
	str_append_cstr(out, "\r\n");
}

static void add_next(struct http_request *req, const struct public_call *c)
{
	struct str url = STR_INIT(512);
	char from[11], until[11], after[24];

	day_format(c->from, from);
	day_format(c->until, until);
	snprintf(after, sizeof(after), "%" PRId64, c->next);
	str_append_char(&url, '<');
	page_url(&url, "/public/ledger.csv", "from", from[0] ? from : NULL, "until", until[0] ? until : NULL, "after", after,
		 NULL);
	str_append_cstr(&url, ">; rel=\"next\"");
	add_header(req, "Link", str_cstr(&url));
	str_release(&url);
}

static enum step reply_ledger(struct task *t)
{
	struct public_call *c = task_ctx(t);
	struct str out = STR_INIT(API_REPLY_MAX);

	if (c->code != ERR_OK)
		return send_unavailable(t);
	str_append_cstr(&out, "id,state,organ,decision_no,party,uscc,decided_on,published_on,stop_due,from_at,ended_at,"
			      "sha256\r\n");
	for (size_t i = 0; i < c->count; i++)
		put_row(&out, c->reply, i);
	add_common(api_request(t), c->at, "noindex, noarchive");
	if (c->next)
		add_next(api_request(t)->http, c);
	return send_fresh(t, "text/csv; charset=utf-8; header=present", &out, INSTANT_NONE);
}

/* ---- constant ---- */

void api_handle_public_style(struct http_request *req, const struct http_route *route UNUSED)
{
	char cache[64];

	snprintf(cache, sizeof(cache), "public, max-age=%d", STYLE_AGE_S);
	add_header(req, "Cache-Control", cache);
	http_reply(req, 200, "text/css; charset=utf-8", page_public_style());
}

/* Searches are endless, and nothing but the public site is for robots. */
void api_handle_robots(struct http_request *req, const struct http_route *route UNUSED)
{
	add_header(req, "Cache-Control", "public, max-age=3600");
	http_reply(req, 200, "text/plain; charset=utf-8",
		   SV("User-agent: *\nAllow: /public\nDisallow: /public/search\nDisallow: /\n"));
}

const struct task_step steps_public_list[] = {
	{ "begin", begin_list }, { "load", public_list_load }, { "read", public_list_read }, { "reply", reply_list },
	TASK_STEPS_END
};
const struct task_step steps_public_search[] = {
	{ "begin", begin_search }, { "load", public_list_load }, { "read", public_list_read }, { "reply", reply_list },
	TASK_STEPS_END
};
const struct task_step steps_public_page[] = {
	{ "begin", begin_page }, { "load", public_page_load }, { "read", public_page_read }, { "reply", reply_page },
	TASK_STEPS_END
};
const struct task_step steps_public_text[] = {
	{ "begin", begin_page }, { "load", public_page_load }, { "read", public_page_read }, { "reply", reply_text },
	TASK_STEPS_END
};
const struct task_step steps_public_ledger[] = {
	{ "begin", begin_ledger }, { "load", public_ledger_load }, { "read", public_ledger_read }, { "reply", reply_ledger },
	TASK_STEPS_END
};
