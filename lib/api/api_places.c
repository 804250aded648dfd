/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What administrators keep: POST /units, POST /units/{id}/acts, number prefixes, holidays, the legal tables. */
#include "api/api_steps.h"
#include "app/admin.h"
#include "app/places.h"

#include "base/text.h"

enum { NAME_CHARS_MAX = 40, DAYS_MAX_BYTES = 64 << 10 };

static struct sv given(const struct task *t, const char *name)
{
	const struct api_value *v = api_value(api_request(t), name);

	return v->set ? v->text : (struct sv){ NULL, 0 };
}

static enum step refuse(struct task *t, const char *field, const char *rule, const char *message)
{
	task_fail(t, ERR_INVALID, rule, "%s", message);
	err_field(task_err(t), "%s", field);
	return STEP_FAIL;
}

static void begin(struct task *t, enum admin_change change)
{
	struct admin_call *a = task_ctx(t);

	a->change = change;
	a->key = api_request(t)->key;
	a->request_digest = api_request(t)->digest;
	a->starts_on = a->ends_on = DAY_NONE;
}

static enum step reply_change(struct task *t)
{
	const struct admin_call *a = task_ctx(t);

	return api_reply_text(t, a->reply, a->replayed);
}

/* ---- units ---- */

#define UNIT_KINDS \
	"government|bureau|brigade|station|section|department|police|procuratorate|court|mediation|supervision|township"
static const char *const unit_kinds[] = { "government", "bureau",	"brigade", "station",	"section",     "department", "police",
					  "procuratorate", "court", "mediation", "supervision", "township" };

const struct api_field fields_unit_create[] = {
	{ "code", API_TEXT, .required = true, .max = 60, .doc = "代码：字母、数字、短横；不能再改" },
	{ "name", API_TEXT, .required = true, .max = 120, .doc = "名称" },
	{ "kind", API_CHOICE, .required = true, .words = UNIT_KINDS, .doc = "种类；大队、所、股属于上级单位的机关，其他各是一个机关" },
	{ "parent", API_ID, .doc = "上级单位编号；大队、所、股必填" },
	{ "region", API_TEXT, .max = 6, .doc = "行政区划代码，六位数字" },
	{ .name = NULL },
};

static enum step decode_unit_create(struct task *t)
{
	struct admin_call *a = task_ctx(t);

	begin(t, ADMIN_UNIT_CREATE);
	a->code = given(t, "code");
	a->name = given(t, "name");
	a->act = unit_kinds[api_value(api_request(t), "kind")->num];
	a->unit = api_value(api_request(t), "parent")->num;
	a->region = given(t, "region");
	return STEP_NEXT;
}

const struct api_field fields_unit_act[] = {
	{ "act", API_CHOICE, .required = true, .words = "rename|move|deactivate|activate", .doc = "改名、移到别的上级、停用、启用" },
	{ "name", API_TEXT, .max = 120, .doc = "act 为 rename 时必填" },
	{ "parent", API_ID, .doc = "act 为 move 时必填：新的上级单位编号" },
	{ .name = NULL },
};

/* Each act takes its own field and no other. */
static enum step decode_unit_act(struct task *t)
{
	static const struct {
		const char *act, *field;
	} acts[] = { { "rename", "name" }, { "move", "parent" }, { "deactivate", "" }, { "activate", "" } };
	static const char *const fields[] = { "name", "parent" };
	const struct api_request *r = api_request(t);
	size_t act = (size_t)api_value(r, "act")->num;
	struct admin_call *a = task_ctx(t);

	begin(t, ADMIN_UNIT_SET);
	if (!api_path_id(t, "id", &a->id))
		return STEP_FAIL;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		bool own = strcmp(fields[i], acts[act].field) == 0;
		if (own && !api_value(r, fields[i])->set)
			return refuse(t, fields[i], "required", "缺少这一步骤需要的内容");
		if (!own && api_value(r, fields[i])->set)
			return refuse(t, fields[i], "unexpected", "这一步骤不需要这项内容");
	}
	a->act = acts[act].act;
	a->name = given(t, "name");
	a->unit = api_value(r, "parent")->num;
	return STEP_NEXT;
}

/* ---- number prefixes ---- */

const struct api_field fields_number_list[] = {
	{ "unit", API_ID, .in_query = true, .doc = "只列这个单位的" },
	{ .name = NULL },
};
const struct api_field fields_number_set[] = {
	{ "unit", API_ID, .required = true, .doc = "单位编号；机关的字头用于没有自己字头的单位" },
	{ "paper", API_TEXT, .required = true, .max = 30, .doc = "文种代字，如 市监处罚" },
	{ "prefix", API_TEXT, .required = true, .max = 60, .doc = "字头，如 样市监处罚；改了以后从 1 号编起，已编的文号不变" },
	{ .name = NULL },
};
const struct api_field fields_number_end[] = {
	{ "unit", API_ID, .required = true, .doc = "单位编号" },
	{ "paper", API_TEXT, .required = true, .max = 30, .doc = "文种代字" },
	{ .name = NULL },
};

static enum step decode_numbers(struct task *t)
{
	struct number_series_call *c = task_ctx(t);

	c->unit = api_value(api_request(t), "unit")->num;
	return STEP_NEXT;
}

static void write_papers(struct json_writer *w)
{
	const char *paper, *zh;

	json_key(w, "papers");
	json_arr_open(w);
	for (size_t i = 0; numbered_paper_at(i, &paper, &zh); i++) {
		json_obj_open(w);
		json_kv_str(w, "paper", paper);
		json_kv_str(w, "zh", zh);
		json_obj_close(w);
	}
	json_arr_close(w);
}

static enum step reply_numbers(struct task *t)
{
	const struct number_series_call *c = task_ctx(t);
	struct api_reply reply;
	struct json_writer *w = &reply.w;

	api_reply_begin(&reply);
	json_obj_open(w);
	json_key(w, "items");
	json_arr_open(w);
	for (size_t i = 0; i < c->count; i++) {
		struct number_series_row row;
		number_series_at(c, task_arena(t), i, &row);
		json_obj_open(w);
		json_key(w, "unit");
		json_obj_open(w);
		json_kv_id(w, "id", row.unit);
		json_kv_str(w, "name", row.unit_name);
		json_obj_close(w);
		json_kv_str(w, "paper", row.paper);
		json_kv_str(w, "paper_zh", row.paper_zh);
		json_kv_str(w, "prefix", row.prefix);
		json_kv_str(w, "example", row.example);
		json_kv_rawtext(w, "years", row.years);
		json_obj_close(w);
	}
	json_arr_close(w);
	write_papers(w);
	json_obj_close(w);
	return api_reply_send(t, &reply);
}

static enum step decode_number_set(struct task *t)
{
	struct admin_call *a = task_ctx(t);

	begin(t, ADMIN_NUMBER_SET);
	a->id = api_value(api_request(t), "unit")->num;
	a->paper = given(t, "paper");
	a->prefix = given(t, "prefix");
	if (!numbered_paper_zh(a->paper))
		return refuse(t, "paper", "no-such-paper", "没有哪个步骤编这种文号；可用的见文号字头清单的 papers");
	return STEP_NEXT;
}

static enum step decode_number_end(struct task *t)
{
	struct admin_call *a = task_ctx(t);

	begin(t, ADMIN_NUMBER_SET);
	a->id = api_value(api_request(t), "unit")->num;
	a->paper = given(t, "paper");
	a->prefix = (struct sv){ NULL, 0 };
	return STEP_NEXT;
}

/* ---- holidays ---- */

const struct api_field fields_holidays[] = {
	{ "year", API_INT, .in_query = true, .max = 2199, .doc = "年份；不写指今年" },
	{ .name = NULL },
};
const struct api_field fields_holidays_set[] = {
	{ "year", API_INT, .required = true, .max = 2199, .doc = "年份" },
	{ "days", API_ARRAY, .required = true, .max = 120,
	  .doc = "这一年全部的放假日和调休上班日：date、kind（holiday 放假、workday 上班）、name；今天和以前的照原样列出" },
	{ .name = NULL },
};

static enum step decode_holidays(struct task *t)
{
	struct holiday_call *c = task_ctx(t);

	c->year = api_value(api_request(t), "year")->num;
	return STEP_NEXT;
}

static enum step reply_holidays(struct task *t)
{
	const struct holiday_call *c = task_ctx(t);
	struct api_reply reply;
	struct json_writer *w = &reply.w;

	api_reply_begin(&reply);
	json_obj_open(w);
	json_kv_i64(w, "year", c->year);
	json_key(w, "days");
	json_arr_open(w);
	for (size_t i = 0; i < c->count; i++) {
		struct holiday_row row;
		holiday_at(c, i, &row);
		json_obj_open(w);
		json_kv_day(w, "date", row.date);
		json_kv_str(w, "kind", row.kind);
		json_kv_str(w, "name", row.name);
		json_obj_close(w);
	}
	json_arr_close(w);
	json_kv_day(w, "known_until", c->known_until);
	json_key(w, "missing");
	json_arr_open(w);
	for (size_t i = 0; i < c->missing_count; i++)
		json_cstr(w, c->missing[i]);
	json_arr_close(w);
	json_kv_day(w, "changeable_from", c->today + 1);
	json_obj_close(w);
	return api_reply_send(t, &reply);
}

/* One of the list into `w`; false: not in order, and what about it. */
static bool read_day(const struct json_value *v, struct json_writer *w, const char **ret_member, const char **ret_why)
{
	struct sv date = json_string(json_get(v, "date")), kind = json_string(json_get(v, "kind"));
	const struct json_value *name = json_get(v, "name");
	day_t day;

	*ret_member = "date";
	*ret_why = "须写成 2026-10-01 的形式";
	if (json_type(v) != JSON_OBJECT || !day_parse_iso(date, &day))
		return false;
	*ret_member = "kind";
	*ret_why = "只能是 holiday（放假）或者 workday（调休上班）";
	if (!sv_eq_str(kind, "holiday") && !sv_eq_str(kind, "workday"))
		return false;
	*ret_member = "name";
	*ret_why = "须为 1 到 40 个字";
	if (name && json_type(name) != JSON_NULL &&
	    (json_type(name) != JSON_STRING || json_string(name).n == 0 || text_count_chars(json_string(name)) > NAME_CHARS_MAX))
		return false;
	json_obj_open(w);
	json_kv_day(w, "date", day);
	json_kv_sv(w, "kind", kind);
	if (name && json_type(name) == JSON_STRING)
		json_kv_sv(w, "name", json_string(name));
	json_obj_close(w);
	return true;
}

/* The first row of a year makes the whole year count as known: a part of the notice would count the rest as ordinary days. */
static enum step check_whole(struct task *t, const struct json_value *days)
{
	struct str missing = STR_INIT(256);

	for (size_t i = 0; i < HOLIDAY_NAMES; i++) {
		bool found = false;
		for (const struct json_value *v = json_first(days); v && !found; v = json_next(v))
			found = sv_eq_str(json_string(json_get(v, "kind")), "holiday") &&
				holiday_is_named(json_string(json_get(v, "name")), i);
		if (!found)
			str_printf(&missing, "%s%s", missing.len ? "、" : "", holiday_names[i]);
	}
	if (missing.len > 0 && json_count(days) > 0) {
		refuse(t, "days", "holiday-missing", "请录入整份放假通知：只录一部分，其余的日子会按没有放假计算");
		err_detail(task_err(t), "还缺：%s。", str_cstr(&missing));
	}
	bool whole = missing.len == 0 || json_count(days) == 0;
	str_release(&missing);
	return whole ? STEP_NEXT : STEP_FAIL;
}

static enum step decode_holidays_set(struct task *t)
{
	const struct api_request *r = api_request(t);
	struct admin_call *a = task_ctx(t);
	struct str out = STR_INIT(DAYS_MAX_BYTES);
	const char *member, *why;
	struct json_writer w;
	size_t at = 0;

	begin(t, ADMIN_HOLIDAYS_SET);
	a->year = api_value(r, "year")->num;
	if (a->year < 2000)
		return refuse(t, "year", "range", "年份须在 2000 到 2199 之间");
	json_writer_init(&w, &out);
	json_arr_open(&w);
	for (const struct json_value *v = json_first(api_value(r, "days")->json); v; v = json_next(v), at++) {
		if (read_day(v, &w, &member, &why))
			continue;
		str_release(&out);
		task_fail(t, ERR_INVALID, "holiday-day", "第 %zu 天的 %s %s", at + 1, member, why);
		err_field(task_err(t), "days[%zu].%s", at, member);
		return STEP_FAIL;
	}
	json_arr_close(&w);
	a->days = (struct sv){ arena_strndup(task_arena(t), str_cstr(&out), out.len), out.len };
	str_release(&out);
	return check_whole(t, api_value(r, "days")->json);
}

/* ---- the law ---- */

const struct api_field fields_law_rows[] = {
	{ "after", API_INT, .in_query = true, .max = 1000000, .doc = "上一页的 next" },
	{ "limit", API_INT, .in_query = true, .max = 10000, .doc = "每页行数，默认 100，最多 1000" },
	{ .name = NULL },
};

static enum step reply_law_tables(struct task *t)
{
	const struct law_tables_call *c = task_ctx(t);
	struct api_reply reply;
	struct json_writer *w = &reply.w;

	api_reply_begin(&reply);
	json_obj_open(w);
	json_key(w, "tables");
	json_arr_open(w);
	for (size_t i = 0; i < law_table_count; i++) {
		json_obj_open(w);
		json_kv_str(w, "name", law_tables[i].name);
		json_kv_str(w, "zh", law_tables[i].zh);
		json_kv_i64(w, "rows", law_table_rows(c, i));
		json_obj_close(w);
	}
	json_arr_close(w);
	json_kv_i64(w, "edition", c->call.book->version);
	json_obj_close(w);
	return api_reply_send(t, &reply);
}

static enum step decode_law_rows(struct task *t)
{
	struct law_rows_call *c = task_ctx(t);

	c->table = http_param(api_request(t)->http, "table");
	c->after = api_value(api_request(t), "after")->num;
	c->limit = api_limit(api_request(t), LAW_PAGE_DEFAULT, LAW_PAGE_MAX);
	return STEP_NEXT;
}

static enum err_code write_columns(struct task *t, struct json_writer *w, const struct law_rows_call *c)
{
	struct json_doc *doc;
	enum err_code code = json_parse(task_arena(t), c->columns, &doc, task_err(t));

	json_key(w, "columns");
	json_arr_open(w);
	for (const struct json_value *v = code == ERR_OK ? json_first(json_root(doc)) : NULL; v; v = json_next(v)) {
		const char *zh = law_column_zh(json_string(v));
		json_obj_open(w);
		json_kv_sv(w, "name", json_string(v));
		json_kv_sv(w, "zh", zh ? sv_of(zh) : json_string(v));
		json_obj_close(w);
	}
	json_arr_close(w);
	return code;
}

static enum step reply_law_rows(struct task *t)
{
	const struct law_rows_call *c = task_ctx(t);
	struct api_reply reply;
	struct json_writer *w = &reply.w;
	int64_t end = c->after + (int64_t)c->count;

	api_reply_begin(&reply);
	json_obj_open(w);
	json_kv_str(w, "name", c->info->name);
	json_kv_str(w, "zh", c->info->zh);
	if (write_columns(t, w, c) != ERR_OK) {
		str_release(&reply.out);
		return STEP_FAIL;
	}
	json_key(w, "rows");
	json_arr_open(w);
	for (size_t i = 0; i < c->count; i++)
		json_rawtext(w, law_row_at(c, i));
	json_arr_close(w);
	json_kv_i64(w, "total", c->total);
	json_key(w, "next");
	if (end < c->total && c->count > 0)
		json_i64(w, end);
	else
		json_null(w);
	json_obj_close(w);
	return api_reply_send(t, &reply);
}

#define CHANGE_STEPS(name, decode) \
	const struct task_step name[] = { \
		API_BEGIN, { "decode", decode }, ADMIN_STEPS, { "reply", reply_change }, TASK_STEPS_END \
	}

CHANGE_STEPS(steps_unit_create, decode_unit_create);
CHANGE_STEPS(steps_unit_act, decode_unit_act);
CHANGE_STEPS(steps_number_set, decode_number_set);
CHANGE_STEPS(steps_number_end, decode_number_end);
CHANGE_STEPS(steps_holidays_set, decode_holidays_set);

const struct task_step steps_number_list[] = {
	API_BEGIN, { "decode", decode_numbers }, NUMBER_SERIES_STEPS, { "reply", reply_numbers }, TASK_STEPS_END
};
const struct task_step steps_holidays[] = {
	API_BEGIN, { "decode", decode_holidays }, HOLIDAY_STEPS, { "reply", reply_holidays }, TASK_STEPS_END
};
const struct task_step steps_law_tables[] = {
	API_BEGIN, { "law_tables_load", law_tables_load }, { "reply", reply_law_tables }, TASK_STEPS_END
};
const struct task_step steps_law_rows[] = {
	API_BEGIN, { "decode", decode_law_rows }, LAW_ROWS_STEPS, { "reply", reply_law_rows }, TASK_STEPS_END
};
