/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/places.h"

#include <inttypes.h>

#include "base/clock.h"
#include "gen/queries.h"
#include "json/json_reader.h"

/* ---- number prefixes ---- */

static bool issues(const struct procedure *p, size_t rows, const char *paper)
{
	for (size_t i = 0; i < rows; i++) {
		if (p->rows[i].paper && strcmp(p->rows[i].paper, paper) == 0)
			return true;
	}
	return false;
}

/* Did an act before the i-th one of p issue it? */
static bool issued_before(enum matter_procedure p, size_t i, const char *paper)
{
	for (enum matter_procedure q = 0; q < p; q++) {
		if (issues(procedure_get(q), procedure_get(q)->row_count, paper))
			return true;
	}
	return issues(procedure_get(p), i, paper);
}

bool numbered_paper_at(size_t at, const char **ret_paper, const char **ret_zh)
{
	for (enum matter_procedure p = 0; p < PROCEDURE_COUNT; p++) {
		const struct procedure *of = procedure_get(p);
		for (size_t i = 0; i < of->row_count; i++) {
			const char *paper = of->rows[i].paper;
			if (!paper || issued_before(p, i, paper) || at-- > 0)
				continue;
			*ret_paper = paper;
			*ret_zh = of->rows[i].zh;
			return true;
		}
	}
	return false;
}

const char *numbered_paper_zh(struct sv wanted)
{
	const char *paper, *zh;

	for (size_t i = 0; numbered_paper_at(i, &paper, &zh); i++) {
		if (sv_eq_str(wanted, paper))
			return zh;
	}
	return NULL;
}

enum step number_series_load(struct task *t)
{
	struct number_series_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	pg_segment_addv(seg, Q_NUMBER_SERIES_LIST, c->unit ? PG_I64(c->unit) : PG_NULL);
	return pg_segment_wait(seg, t);
}

enum step number_series_read(struct task *t)
{
	struct number_series_call *c = task_ctx(t);

	c->count = pg_rows(pg_segment_reply(c->call.seg), 1);
	return STEP_NEXT;
}

/* [{"year":2026,"last":12},...], the newest year first: the last number of this year. */
static int64_t last_of_year(struct arena *arena, struct sv years, int year)
{
	struct json_doc *doc;
	int64_t of = 0, last = 0;

	if (json_parse(arena, years, &doc, NULL) != ERR_OK)
		return 0;
	const struct json_value *first = json_first(json_root(doc));
	(void)json_to_i64(json_get(first, "year"), &of);
	(void)json_to_i64(json_get(first, "last"), &last);
	return of == year ? last : 0;
}

void number_series_at(const struct number_series_call *c, struct arena *arena, size_t i, struct number_series_row *ret)
{
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	int year = day_to_ymd(instant_to_day(clock_now())).year;

	*ret = (struct number_series_row){
		.unit = pg_i64(r, 1, i, 0), .unit_name = pg_cstr(r, 1, i, 1), .paper = pg_cstr(r, 1, i, 2),
		.paper_zh = numbered_paper_zh(pg_text(r, 1, i, 2)), .prefix = pg_cstr(r, 1, i, 3), .years = pg_text(r, 1, i, 4),
	};
	ret->example = arena_printf(arena, "%s〔%d〕%" PRId64 "号", ret->prefix, year, last_of_year(arena, ret->years, year) + 1);
}

/* ---- holidays ---- */

enum step holiday_load(struct task *t)
{
	struct holiday_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	if (c->year == 0)
		c->year = day_to_ymd(instant_to_day(clock_now())).year;
	c->at_list = pg_segment_addv(seg, Q_HOLIDAY_LIST, PG_I64(c->year));
	c->at_span = pg_segment_add0(seg, Q_HOLIDAY_SPAN);
	return pg_segment_wait(seg, t);
}

void holiday_at(const struct holiday_call *c, size_t i, struct holiday_row *ret)
{
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	*ret = (struct holiday_row){ pg_day(r, c->at_list, i, 0), pg_cstr(r, c->at_list, i, 1), pg_cstr(r, c->at_list, i, 2) };
}

const char *const holiday_names[HOLIDAY_NAMES] = { "元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节" };

bool holiday_is_named(struct sv name, size_t holiday)
{
	static const char festival[] = "节";
	const char *of = holiday_names[holiday];
	size_t n = strlen(of), m = sizeof(festival) - 1;

	if (memcmp(of + n - m, festival, m) == 0)
		n -= m;
	return name.n >= n && memmem(name.p, name.n, of, n);
}

static bool is_there(const struct holiday_call *c, size_t holiday)
{
	for (size_t i = 0; i < c->count; i++) {
		struct holiday_row row;
		holiday_at(c, i, &row);
		if (row.name && strcmp(row.kind, "holiday") == 0 && holiday_is_named(sv_of(row.name), holiday))
			return true;
	}
	return false;
}

enum step holiday_read(struct task *t)
{
	struct holiday_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	c->count = pg_rows(r, c->at_list);
	c->known_until = pg_day(r, c->at_span, 0, 0);
	c->today = pg_day(r, c->at_span, 0, 1);
	for (size_t i = 0; i < HOLIDAY_NAMES; i++) {
		if (!is_there(c, i))
			c->missing[c->missing_count++] = holiday_names[i];
	}
	return STEP_NEXT;
}

/* ---- the law ---- */

const struct law_table_info law_tables[] = {
	{ "clocks", "期限" },		   { "limits", "数额和长度（听证、延期、公示期等）" },
	{ "holidays", "放假和调休" },	   { "causes", "案由" },
	{ "statutes", "法律法规" },	   { "thresholds", "刑事立案追诉标准" },
	{ "vocabulary", "词汇" },	   { "regions", "行政区划" },
	{ "campaigns", "专项行动" },	   { "forms", "文书格式" },
	{ "report_forms", "报表" },	   { "report_columns", "报表的栏" },
	{ "report_rows", "报表的行" },	   { "clock_metrics", "期限影响的指标" },
	{ "shuanggongshi", "双公示字段" }, { "shuanggongshi_words", "双公示用词" },
};
const size_t law_table_count = ARRAY_LEN(law_tables);

const char *law_column_zh(struct sv column)
{
	static const struct {
		const char *name, *zh;
	} names[] = {
		{ "id", "编号" }, { "code", "代码" }, { "no", "序号" }, { "name_zh", "名称" }, { "name", "名称" }, { "family", "类别" },
		{ "trigger_zh", "起算" }, { "length", "长度" }, { "roll", "顺延" }, { "owner", "责任人" }, { "purpose_zh", "用途" },
		{ "excluded", "不计入" }, { "extension", "延长" }, { "missed", "逾期" }, { "basis", "依据" }, { "article", "条文" },
		{ "confidence", "可靠程度" }, { "valid_from", "自" }, { "valid_to", "至" }, { "note", "说明" }, { "date", "日期" },
		{ "kind", "种类" }, { "rule_id", "规则" }, { "law_art", "法律条文" }, { "interp_art", "司法解释条文" }, { "offence", "罪名" },
		{ "q", "情节" }, { "metric", "指标" }, { "ge", "达到" }, { "agg_mult", "倍数" }, { "value", "值" }, { "unit", "单位" },
		{ "instrument", "文件" }, { "ip_type", "知识产权类型" }, { "statute_code", "法律代码" }, { "parent", "上级" },
		{ "abbrev", "文种代字" }, { "year", "年度" }, { "organiser", "组织单位" }, { "aliases", "别名" }, { "starts_on", "开始日期" },
		{ "ends_on", "结束日期" }, { "list", "词表" }, { "sort", "次序" }, { "basis_zh", "依据" }, { "layout", "版式" },
		{ "periods", "统计期" }, { "filter", "范围" }, { "campaigns", "专项行动" }, { "once", "一案几计" },
		{ "primary_rule", "主要行动" }, { "due_zh", "报送期限" }, { "form", "报表" }, { "block", "块" }, { "block_zh", "块名称" },
		{ "group_zh", "组" }, { "source", "来源" }, { "measure", "计量" }, { "by", "按哪一天" }, { "decimals", "小数" },
		{ "rounding", "舍入" }, { "total", "合计" }, { "over", "跨期" }, { "not_rows", "不适用的行" }, { "rule", "期限" },
		{ "why", "原因" }, { "need", "必填" }, { "with_no", "连同" }, { "words", "词表" }, { "word", "用词" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (sv_eq_str(column, names[i].name))
			return names[i].zh;
	}
	return NULL;
}

enum step law_tables_load(struct task *t)
{
	struct law_tables_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	for (size_t i = 0; i < law_table_count; i++)
		pg_segment_addv(seg, Q_LAW_COUNT, PG_CSTR(law_tables[i].name));
	return pg_segment_wait(seg, t);
}

int64_t law_table_rows(const struct law_tables_call *c, size_t i)
{
	return pg_i64(pg_segment_reply(c->call.seg), i + 1, 0, 0);
}

enum step law_rows_load(struct task *t)
{
	struct law_rows_call *c = task_ctx(t);
	struct pg_segment *seg;

	for (size_t i = 0; i < law_table_count; i++) {
		if (sv_eq_str(c->table, law_tables[i].name))
			c->info = &law_tables[i];
	}
	if (!c->info)
		return task_fail(t, ERR_NOT_FOUND, "no-such-table", "没有这张法律数据表");
	seg = app_segment(&c->call, PG_LANE_READ);
	c->at_count = pg_segment_addv(seg, Q_LAW_COUNT, PG_CSTR(c->info->name));
	c->at_rows = pg_segment_addv(seg, Q_LAW_ROWS, PG_CSTR(c->info->name), PG_I64(c->after), PG_I64(c->limit));
	return pg_segment_wait(seg, t);
}

enum step law_rows_read(struct task *t)
{
	struct law_rows_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	c->total = pg_i64(r, c->at_count, 0, 0);
	c->columns = pg_text(r, c->at_rows, 0, 0);
	c->count = pg_rows(r, c->at_rows) - 1;
	return STEP_NEXT;
}

struct sv law_row_at(const struct law_rows_call *c, size_t i)
{
	return pg_text(pg_segment_reply(c->call.seg), c->at_rows, i + 1, 0);
}
