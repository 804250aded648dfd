/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The stored form of the dossier. Writer and reader name the members in the same order; the reader
 * wants each of them and no other, so that a dossier of another version of the program is noticed
 * and rebuilt, not half understood. */
#include "law/dossier.h"

enum { PAYLOAD_MAX = 1 << 20 };

static const char *const clock_states[] = {
	[CLOCK_RUNNING] = "running",
	[CLOCK_MET] = "met",
	[CLOCK_CANCELLED] = "cancelled",
};
static const char *const measure_statuses[] = {
	[MEASURE_TAKEN] = "taken",
	[MEASURE_LIFTED] = "lifted",
	[MEASURE_DISPOSED] = "disposed",
	[MEASURE_MOVED] = "moved",
};
static const char *const request_statuses[] = {
	[REQUEST_OPEN] = "open",
	[REQUEST_ENDORSED] = "endorsed",
	[REQUEST_GRANTED] = "granted",
	[REQUEST_RETURNED] = "returned",
};

static const char *const item_statuses[] = {
	[ITEM_HELD] = "held",
	[ITEM_RETURNED] = "returned",
	[ITEM_DESTROYED] = "destroyed",
	[ITEM_MOVED] = "moved",
};

const char *item_status_code(enum item_status s)
{
	CHECK(s < ARRAY_LEN(item_statuses));
	return item_statuses[s];
}

static const char open_end[] = "open"; /* DAY_MAX */

/* --- writing ------------------------------------------------------------------------------- */

static void write_day(struct json_writer *w, const char *key, day_t day)
{
	if (day == DAY_MAX)
		json_kv_str(w, key, open_end);
	else
		json_kv_day(w, key, day);
}

static void write_clock(struct json_writer *w, const struct clock_entry *c)
{
	CHECK(c->state < ARRAY_LEN(clock_states));
	json_obj_open(w);
	json_kv_str(w, "rule", c->rule);
	json_kv_i64(w, "ref", c->ref);
	json_kv_str(w, "state", clock_states[c->state]);
	write_day(w, "start_on", c->start_on);
	json_kv_instant(w, "start_at", c->start_at);
	json_kv_i64(w, "extra", c->extra);
	write_day(w, "strict", c->due.strict);
	write_day(w, "lawful", c->due.lawful);
	json_kv_instant(w, "at", c->due.at);
	json_kv_bool(w, "stopped", c->due.stopped);
	json_kv_bool(w, "provisional", c->due.provisional);
	write_day(w, "met_on", c->met_on);
	json_kv_bool(w, "late", c->late);
	json_obj_close(w);
}

static void write_span(struct json_writer *w, const struct span_entry *s)
{
	json_obj_open(w);
	json_kv_str(w, "kind", span_kind_code(s->kind));
	write_day(w, "start", s->days.start);
	write_day(w, "end", s->days.end);
	json_obj_close(w);
}

static void write_measure(struct json_writer *w, const struct measure *m)
{
	CHECK(m->status < ARRAY_LEN(measure_statuses));
	json_obj_open(w);
	json_kv_i64(w, "seq", m->seq);
	json_kv_str(w, "kind", m->kind);
	json_kv_str(w, "goods", m->goods);
	json_kv_bool(w, "urgent", m->urgent);
	json_kv_bool(w, "confirmed", m->confirmed);
	json_kv_bool(w, "refused", m->refused);
	json_kv_bool(w, "extended", m->extended);
	json_kv_instant(w, "taken_at", m->taken_at);
	json_kv_str(w, "status", measure_statuses[m->status]);
	write_day(w, "ended_on", m->ended_on);
	json_obj_close(w);
}

static void write_request(struct json_writer *w, const struct request *r)
{
	CHECK(r->status < ARRAY_LEN(request_statuses));
	json_obj_open(w);
	json_kv_i64(w, "seq", r->seq);
	json_kv_str(w, "act", r->act);
	json_kv_id(w, "by_account", r->by_account);
	json_kv_str(w, "by_name", r->by_name);
	write_day(w, "on", r->on);
	json_kv_str(w, "status", request_statuses[r->status]);
	json_kv_rawtext(w, "payload", sv_of(r->payload ? r->payload : "null"));
	json_kv_bool(w, "used", r->used);
	json_obj_close(w);
}

static void write_item(struct json_writer *w, const struct item *i)
{
	json_obj_open(w);
	json_kv_i64(w, "seq", i->seq);
	json_kv_i64(w, "origin", i->origin);
	json_kv_str(w, "name", i->name);
	json_kv_str(w, "quantity", i->quantity);
	json_kv_str(w, "status", item_status_code(i->status));
	json_kv_str(w, "custodian", i->custodian);
	json_kv_str(w, "place", i->place);
	json_kv_str(w, "seal", i->seal);
	json_kv_instant(w, "since", i->since);
	json_obj_close(w);
}

/* Left out when there are none: dossiers without goods have the bytes they always had. */
static void write_items(struct json_writer *w, const struct dossier *d)
{
	if (d->item_count == 0)
		return;
	json_key(w, "items");
	json_arr_open(w);
	for (int i = 0; i < d->item_count; i++)
		write_item(w, &d->items[i]);
	json_arr_close(w);
}

static void write_lists(struct json_writer *w, const struct dossier *d)
{
	json_key(w, "clocks");
	json_arr_open(w);
	for (int i = 0; i < d->clock_count; i++)
		write_clock(w, &d->clocks[i]);
	json_arr_close(w);
	json_key(w, "spans");
	json_arr_open(w);
	for (int i = 0; i < d->span_count; i++)
		write_span(w, &d->spans[i]);
	json_arr_close(w);
	json_key(w, "measures");
	json_arr_open(w);
	for (int i = 0; i < d->measure_count; i++)
		write_measure(w, &d->measures[i]);
	json_arr_close(w);
	json_key(w, "requests");
	json_arr_open(w);
	for (int i = 0; i < d->request_count; i++)
		write_request(w, &d->requests[i]);
	json_arr_close(w);
}

void dossier_write(struct json_writer *w, const struct dossier *d)
{
	json_obj_open(w);
	json_kv_str(w, "kind", matter_kind_code(d->kind));
	json_kv_str(w, "procedure", procedure_code(d->procedure));
	json_kv_str(w, "state", state_info(d->state)->code);
	write_day(w, "state_since", d->state_since);
	json_kv_i64(w, "version", d->version);
	write_day(w, "opened_on", d->opened_on);
	write_day(w, "last_on", d->last_on);
	json_key(w, "facts");
	facts_write(w, &d->facts);
	write_lists(w, d);
	write_items(w, d);
	json_obj_close(w);
}

/* --- reading ------------------------------------------------------------------------------- */

/* One object being read. The first member that is wrong fails the reader and is named; later reads
 * then do nothing, so that the code below needs no checks. */
struct reader {
	struct arena *arena;
	const struct json_value *object;
	const char *where; /* "clocks" ... */
	size_t read;       /* members asked for */
	enum err_code code;
	struct err *err;
};

static void fail(struct reader *r, const char *name)
{
	if (r->code != ERR_OK)
		return;
	r->code = err_set(r->err, ERR_INTERNAL, "stored-dossier",
			  "已存储的案卷摘要无法读出：%s的%s有误", r->where, name);
}

static struct reader reader_of(struct arena *arena, const struct json_value *object,
			       const char *where, struct err *err)
{
	struct reader r = { .arena = arena, .object = object, .where = where, .err = err };
	if (json_type(object) != JSON_OBJECT)
		fail(&r, "类型");
	return r;
}

static const struct json_value *take(struct reader *r, const char *name)
{
	const struct json_value *v = json_get(r->object, name);
	r->read++;
	if (!v)
		fail(r, name);
	return v;
}

/* Every member was asked for: the object holds nothing else. */
static enum err_code finish(struct reader *r)
{
	if (json_count(r->object) != r->read)
		fail(r, "字段数");
	return r->code;
}

static int read_int(struct reader *r, const char *name)
{
	int64_t n = 0;
	if (!json_to_i64(take(r, name), &n) || n < 0 || n > INT32_MAX) {
		fail(r, name);
		return 0;
	}
	return (int)n;
}

static bool read_bool(struct reader *r, const char *name)
{
	const struct json_value *v = take(r, name);
	if (json_type(v) != JSON_BOOL)
		fail(r, name);
	return json_is_true(v);
}

static day_t read_day(struct reader *r, const char *name)
{
	const struct json_value *v = take(r, name);
	day_t day = DAY_NONE;
	if (json_type(v) == JSON_NULL)
		return DAY_NONE;
	if (sv_eq_str(json_string(v), open_end))
		return DAY_MAX;
	if (!day_parse_iso(json_string(v), &day))
		fail(r, name);
	return day;
}

static instant_t read_instant(struct reader *r, const char *name)
{
	const struct json_value *v = take(r, name);
	instant_t at = INSTANT_NONE;
	if (json_type(v) != JSON_NULL && !instant_parse(json_string(v), &at))
		fail(r, name);
	return at;
}

static const char *keep(struct reader *r, const char *name, const char *p, size_t n)
{
	const char *text = arena_try_strndup(r->arena, p, n);
	if (!text && r->code == ERR_OK)
		r->code = err_set(r->err, ERR_TOO_LARGE, "memory", "%s的%s太大", r->where, name);
	return text;
}

static const char *read_text(struct reader *r, const char *name)
{
	const struct json_value *v = take(r, name);
	if (json_type(v) == JSON_STRING)
		return keep(r, name, json_string(v).p, json_string(v).n);
	if (json_type(v) != JSON_NULL)
		fail(r, name);
	return NULL;
}

static const char *read_json(struct reader *r, const char *name)
{
	const struct json_value *v = take(r, name);
	CLEANUP(str_release) struct str out = STR_INIT(PAYLOAD_MAX);
	struct json_writer w;

	if (json_type(v) == JSON_NULL)
		return NULL;
	json_writer_init(&w, &out);
	json_write_value(&w, v);
	if (!json_writer_ok(&w))
		fail(r, name);
	return keep(r, name, out.p, out.len);
}

/* Index of a word in a table of codes. */
static unsigned read_code(struct reader *r, const char *name, const char *const *codes,
			  size_t count)
{
	struct sv text = json_string(take(r, name));
	for (unsigned i = 0; i < count; i++)
		if (sv_eq_str(text, codes[i]))
			return i;
	fail(r, name);
	return 0;
}

static enum err_code read_clock(struct reader *r, void *item)
{
	struct clock_entry *c = item;
	c->rule = read_text(r, "rule");
	if (!c->rule)
		fail(r, "rule");
	c->ref = read_int(r, "ref");
	c->state = (enum clock_state)read_code(r, "state", clock_states, ARRAY_LEN(clock_states));
	c->start_on = read_day(r, "start_on");
	c->start_at = read_instant(r, "start_at");
	c->extra = read_int(r, "extra");
	c->due.strict = read_day(r, "strict");
	c->due.lawful = read_day(r, "lawful");
	c->due.at = read_instant(r, "at");
	c->due.stopped = read_bool(r, "stopped");
	c->due.provisional = read_bool(r, "provisional");
	c->met_on = read_day(r, "met_on");
	c->late = read_bool(r, "late");
	return finish(r);
}

static enum err_code read_span(struct reader *r, void *item)
{
	struct span_entry *s = item;
	if (!span_kind_by_code(json_string(take(r, "kind")), &s->kind))
		fail(r, "kind");
	s->days.start = read_day(r, "start");
	s->days.end = read_day(r, "end");
	return finish(r);
}

static enum err_code read_measure(struct reader *r, void *item)
{
	struct measure *m = item;
	m->seq = read_int(r, "seq");
	m->kind = read_text(r, "kind");
	m->goods = read_text(r, "goods");
	m->urgent = read_bool(r, "urgent");
	m->confirmed = read_bool(r, "confirmed");
	m->refused = read_bool(r, "refused");
	m->extended = read_bool(r, "extended");
	m->taken_at = read_instant(r, "taken_at");
	m->status = (enum measure_status)read_code(r, "status", measure_statuses,
						   ARRAY_LEN(measure_statuses));
	m->ended_on = read_day(r, "ended_on");
	return finish(r);
}

static enum err_code read_request(struct reader *r, void *item)
{
	struct request *q = item;
	q->seq = read_int(r, "seq");
	q->act = read_text(r, "act");
	if (!q->act)
		fail(r, "act");
	if (!sv_to_i64(json_string(take(r, "by_account")), &q->by_account))
		fail(r, "by_account");
	q->by_name = read_text(r, "by_name");
	q->on = read_day(r, "on");
	q->status = (enum request_status)read_code(r, "status", request_statuses,
						   ARRAY_LEN(request_statuses));
	q->payload = read_json(r, "payload");
	q->used = read_bool(r, "used");
	return finish(r);
}

static enum err_code read_goods(struct reader *r, void *item)
{
	struct item *i = item;
	i->seq = read_int(r, "seq");
	i->origin = read_int(r, "origin");
	i->name = read_text(r, "name");
	i->quantity = read_text(r, "quantity");
	i->status = (enum item_status)read_code(r, "status", item_statuses, ARRAY_LEN(item_statuses));
	i->custodian = read_text(r, "custodian");
	i->place = read_text(r, "place");
	i->seal = read_text(r, "seal");
	i->since = read_instant(r, "since");
	return finish(r);
}

/* An array of objects into a fixed array. */
static void read_list(struct reader *r, const char *name, void *items, size_t size, size_t max,
		      enum err_code (*read_item)(struct reader *r, void *item), int *ret_count)
{
	const struct json_value *v = take(r, name);
	size_t n = 0;

	if (json_type(v) != JSON_ARRAY || json_count(v) > max) {
		fail(r, name);
		return;
	}
	for (v = json_first(v); v && r->code == ERR_OK; v = json_next(v)) {
		struct reader item = reader_of(r->arena, v, name, r->err);
		if (item.code == ERR_OK)
			item.code = read_item(&item, (char *)items + n * size);
		r->code = item.code;
		n++;
	}
	*ret_count = (int)n;
}

static void read_head(struct reader *r, struct dossier *d)
{
	static const char *const kinds[] = { [MATTER_CLUE] = "clue", [MATTER_CASE] = "case",
					     [MATTER_HANDOFF] = "handoff", [MATTER_DISCLOSURE] = "disclosure" };

	d->kind = (enum matter_kind)read_code(r, "kind", kinds, ARRAY_LEN(kinds));
	if (!procedure_by_code(json_string(take(r, "procedure")), &d->procedure))
		fail(r, "procedure");
	struct sv state = json_string(take(r, "state"));
	if (!state_by_code(state, &d->state) && !sv_eq_str(state, state_info(STATE_NONE)->code))
		fail(r, "state");
	d->state_since = read_day(r, "state_since");
	d->version = read_int(r, "version");
	d->opened_on = read_day(r, "opened_on");
	d->last_on = read_day(r, "last_on");
}

enum err_code dossier_read(struct arena *arena, struct sv json, struct dossier *ret,
			   struct err *err)
{
	struct json_doc *doc;
	enum err_code code = json_parse(arena, json, &doc, err);
	if (code == ERR_TOO_LARGE)
		return code;
	if (code != ERR_OK)
		return err_set(err, ERR_INTERNAL, "stored-dossier", "已存储的案卷摘要不是JSON");

	struct dossier d;
	memset(&d, 0, sizeof(d));
	struct reader r = reader_of(arena, json_root(doc), "案卷", err);
	read_head(&r, &d);
	const struct json_value *facts = take(&r, "facts");
	if (r.code == ERR_OK)
		r.code = facts_read(arena, facts, &d.facts, err);
	read_list(&r, "clocks", d.clocks, sizeof(d.clocks[0]), ARRAY_LEN(d.clocks), read_clock,
		  &d.clock_count);
	read_list(&r, "spans", d.spans, sizeof(d.spans[0]), ARRAY_LEN(d.spans), read_span,
		  &d.span_count);
	read_list(&r, "measures", d.measures, sizeof(d.measures[0]), ARRAY_LEN(d.measures),
		  read_measure, &d.measure_count);
	read_list(&r, "requests", d.requests, sizeof(d.requests[0]), ARRAY_LEN(d.requests),
		  read_request, &d.request_count);
	if (r.code == ERR_OK && json_get(r.object, "items"))
		read_list(&r, "items", d.items, sizeof(d.items[0]), ARRAY_LEN(d.items), read_goods,
			  &d.item_count);
	code = finish(&r);
	if (code == ERR_OK)
		*ret = d;
	return code;
}
