/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * audit.xlsx with libxlsxwriter: 汇总, 走势, one sheet per grouping, 件数金额, 未达标, one sheet per metric with its
 * numerator and denominator, 另列, 案件清单, 口径与规则.
 *
 * libxlsxwriter keeps one row in memory; its temporary files lie beside the result: a document of an authority does not
 * belong into a folder for everybody. */
#include <stdio.h>
#include <stdlib.h>

#include "report/output.h"
#include "report/report.h"
#include "report/xlsx_sheet.h"

static void period_note(const struct audit_document *doc, struct str *ret)
{
	char from[11], to[11], as_of[40];

	day_format(doc->from, from);
	day_format(doc->to, to);
	instant_format(doc->as_of, as_of);
	str_printf(ret, "%s　统计期间 %s 至 %s　截至 %.10s %.8s", doc->organ, from, to, as_of, as_of + 11);
}

/* ---- summary, trend ---- */

static void summary(struct book *b)
{
	static const char *const heads[] = { "指标", "名称", "分子", "分母", "比率", "上期", "增减（百分点）", "算法" };
	const struct audit_document *doc = b->doc;
	struct str title = STR_INIT(512), note = STR_INIT(1024);
	struct sheet s;

	sheet_open(b, &s, "汇总");
	str_printf(&title, "%s结案率、公示率统计表", doc->period_zh);
	period_note(doc, &note);
	str_printf(&note, "\naudit.json 的 SHA-256：%s", doc->digest);
	sheet_top(&s, str_cstr(&title), str_cstr(&note), heads, ARRAY_LEN(heads));
	for (size_t i = 0; i < doc->metric_count; i++) {
		const struct audit_metric *m = &doc->metrics[i];
		const struct audit_figure *before = m->trend_count ? &m->trend[m->trend_count - 1].figure : NULL;
		put_text(&s, m->code, b->center);
		put_text(&s, m->zh, b->text);
		put_count(&s, m->figure.num);
		put_count(&s, m->figure.den);
		put_percent(&s, &m->figure, m->none);
		if (before)
			put_percent(&s, before, m->none);
		else
			put_text(&s, "", b->center);
		if (before && before->den > 0 && m->figure.den > 0)
			put_change(&s, audit_hundredths(&m->figure) - audit_hundredths(before));
		else
			put_text(&s, "", b->center);
		put_text(&s, m->formula, b->text);
		sheet_end_row(&s);
	}
	sheet_close(&s, 2);
	str_release(&title);
	str_release(&note);
}

static void trend_chart(struct sheet *s, size_t count)
{
	static const struct {
		const char *code;
		lxw_color_t color;
	} lines[] = { { "M1", 0x1C4A7A }, { "M6", 0xD98021 } };
	lxw_chart *chart = workbook_add_chart(s->book->workbook, LXW_CHART_LINE);

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		int m = audit_metric_index(s->book->doc, lines[i].code);
		if (m < 0)
			continue;
		lxw_col_t column = (lxw_col_t)(1 + 3 * m + 2);
		lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
		chart_series_set_categories(series, "走势", 4, 0, (lxw_row_t)(3 + count), 0);
		chart_series_set_values(series, "走势", 4, column, (lxw_row_t)(3 + count), column);
		chart_series_set_name(series, s->book->doc->metrics[m].zh);
		lxw_chart_line line = { .color = lines[i].color, .width = 2.25 };
		if (i > 0)
			line.dash_type = LXW_CHART_LINE_DASH_DASH;
		chart_series_set_line(series, &line);
		chart_series_set_marker_type(series, i ? LXW_CHART_MARKER_SQUARE : LXW_CHART_MARKER_CIRCLE);
	}
	chart_title_set_name(chart, "结案率与公示率走势");
	chart_axis_set_max(chart->y_axis, 1);
	chart_axis_set_num_format(chart->y_axis, "0%");
	chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
	lxw_chart_options place = { .x_scale = 1.6, .y_scale = 1.1 };
	sheet_keep(s, worksheet_insert_chart_opt(s->worksheet, (lxw_row_t)(count + 6), 1, chart, &place));
}

/* Two head rows: the metric over its three columns, then numerator, denominator, rate. */
static void figure_heads(struct sheet *s, const char *title, const char *first)
{
	static const char *const parts[] = { "分子", "分母", "比率" };
	const struct audit_document *doc = s->book->doc;
	size_t columns = 1 + 3 * doc->metric_count;
	struct str note = STR_INIT(1024);

	period_note(doc, &note);
	sheet_merged(s, columns, title, s->book->title, 30);
	sheet_merged(s, columns, str_cstr(&note), s->book->note, 20);
	str_release(&note);
	put_text(s, "", s->book->head);
	for (size_t m = 0; m < doc->metric_count; m++) {
		struct str name = STR_INIT(512);
		lxw_col_t at = (lxw_col_t)(1 + 3 * m);
		str_printf(&name, "%s %s", doc->metrics[m].code, doc->metrics[m].zh);
		sheet_keep(s, worksheet_merge_range(s->worksheet, s->row, at, s->row, (lxw_col_t)(at + 2), str_cstr(&name),
					      s->book->head));
		str_release(&name);
	}
	sheet_keep(s, worksheet_set_row(s->worksheet, s->row, 34, NULL));
	sheet_end_row(s);
	put_head(s, first);
	for (size_t i = 0; i < 3 * doc->metric_count; i++)
		put_head(s, parts[i % 3]);
	sheet_end_row(s);
	sheet_freeze(s, 1);
}

static void trend(struct book *b)
{
	const struct audit_document *doc = b->doc;
	struct sheet s;

	size_t earlier = doc->metrics[0].trend_count;

	if (earlier == 0)
		return;
	sheet_open(b, &s, "走势");
	figure_heads(&s, "走势", "期间");
	for (size_t i = 0; i <= earlier; i++) {
		put_text(&s, i < earlier ? doc->metrics[0].trend[i].period : doc->code, b->center);
		for (size_t m = 0; m < doc->metric_count; m++) {
			const struct audit_metric *metric = &doc->metrics[m];
			put_figure(&s, i < earlier ? &metric->trend[i].figure : &metric->figure, metric->none);
		}
		sheet_end_row(&s);
	}
	trend_chart(&s, earlier + 1);
	sheet_close(&s, 3);
}

static void grouping(struct book *b, enum audit_by by)
{
	const struct audit_grouping *g = &b->doc->by[by];
	struct str name = STR_INIT(64);
	struct sheet s;

	str_printf(&name, "按%s", audit_by_zh(by));
	sheet_open(b, &s, str_cstr(&name));
	figure_heads(&s, str_cstr(&name), audit_by_zh(by));
	for (size_t i = 0; i < g->count; i++) {
		put_text(&s, g->groups[i].zh, b->text);
		for (size_t m = 0; m < b->doc->metric_count; m++)
			put_figure(&s, &g->groups[i].figure[m], b->doc->metrics[m].none);
		sheet_end_row(&s);
	}
	sheet_close(&s, 3);
	str_release(&name);
}

/* ---- metrics ---- */

/* The dates that a metric looks at, to be read beside each other; others are in the case list. */
static const struct {
	const char *metric;
	enum audit_date dates[8];
	size_t count;
} metric_dates[] = {
	{ "M1",
	  { AUDIT_DATE_filed_on, AUDIT_DATE_decision_due_on, AUDIT_DATE_decided_on, AUDIT_DATE_perform_due_on,
	    AUDIT_DATE_ground_on, AUDIT_DATE_ground_due_on, AUDIT_DATE_closed_on },
	  7 },
	{ "M2", { AUDIT_DATE_filed_on, AUDIT_DATE_decision_due_on, AUDIT_DATE_decided_on }, 3 },
	{ "M3", { AUDIT_DATE_ground_on, AUDIT_DATE_ground_due_on, AUDIT_DATE_closed_on }, 3 },
	{ "M4", { AUDIT_DATE_filed_on, AUDIT_DATE_closed_on }, 2 },
	{ "M5", { AUDIT_DATE_filed_on, AUDIT_DATE_closed_on }, 2 },
	{ "M6", { AUDIT_DATE_decided_on, AUDIT_DATE_publish_due_on, AUDIT_DATE_published_on }, 3 },
	{ "M7", { AUDIT_DATE_decided_on, AUDIT_DATE_publish_due_on, AUDIT_DATE_published_on }, 3 },
	{ "M8", { AUDIT_DATE_decided_on, AUDIT_DATE_credit_due_on, AUDIT_DATE_credit_on }, 3 },
	{ "M9a", { AUDIT_DATE_published_on, AUDIT_DATE_withdraw_due_on, AUDIT_DATE_withdrawn_on }, 3 },
	{ "M9b", { AUDIT_DATE_published_on, AUDIT_DATE_stop_due_on, AUDIT_DATE_stopped_on }, 3 },
	{ "M10", { AUDIT_DATE_opened_on, AUDIT_DATE_clue_due_on, AUDIT_DATE_clue_decided_on }, 3 },
};

static void put_campaigns(struct sheet *s, const struct audit_case *c)
{
	struct str text = STR_INIT(1 << 15);

	for (size_t i = 0; i < c->campaign_count; i++)
		str_printf(&text, "%s%s", i ? "、" : "", c->campaigns[i]->zh);
	put_text(s, str_cstr(&text), s->book->text);
	str_release(&text);
}

static void put_case(struct sheet *s, const struct audit_case *c)
{
	put_text(s, c->number, s->book->text);
	put_text(s, c->title, s->book->text);
	put_text(s, c->unit->zh, s->book->text);
	put_text(s, c->officer->zh, s->book->text);
	put_text(s, c->ip_type, s->book->text);
	put_campaigns(s, c);
}

static void put_days(struct sheet *s, const struct audit_miss *miss)
{
	if (miss && miss->days >= 0)
		put_count(s, miss->days);
	else
		put_text(s, "", s->book->center);
}

static void metric_rows(struct sheet *s, size_t m, size_t dates, enum audit_side side, int64_t *number)
{
	const struct audit_document *doc = s->book->doc;

	for (size_t i = 0; i < doc->case_count && !s->book->too_many; i++) {
		const struct audit_case *c = &doc->cases[i];
		if (c->side[m] != side)
			continue;
		const struct audit_miss *miss = side == AUDIT_OUT ? audit_miss_of(doc, m, c->id) : NULL;
		put_count(s, ++*number);
		put_text(s, side == AUDIT_IN ? "计入分子" : "未计入分子", s->book->center);
		put_case(s, c);
		for (size_t d = 0; dates < ARRAY_LEN(metric_dates) && d < metric_dates[dates].count; d++)
			put_day(s, c->dates[metric_dates[dates].dates[d]]);
		put_days(s, miss);
		put_text(s, miss ? miss->why : "", s->book->text);
		sheet_end_row(s);
	}
}

/* Numerator and denominator in one list: what is missing first. */
static void metric(struct book *b, size_t m)
{
	static const char *const first[] = { "序号", "结果", "文号", "名称", "单位", "承办人", "知识产权类型", "专项行动" };
	const struct audit_metric *metric = &b->doc->metrics[m];
	struct str name = STR_INIT(512), note = STR_INIT(2048);
	const char *heads[SHEET_COLUMNS_MAX];
	size_t count = 0, dates = 0;
	int64_t number = 0;
	char percent[128];
	struct sheet s;

	while (dates < ARRAY_LEN(metric_dates) && strcmp(metric_dates[dates].metric, metric->code) != 0)
		dates++;
	for (; count < ARRAY_LEN(first); count++)
		heads[count] = first[count];
	for (size_t d = 0; dates < ARRAY_LEN(metric_dates) && d < metric_dates[dates].count; d++)
		heads[count++] = audit_date_zh(metric_dates[dates].dates[d]);
	heads[count++] = audit_is_duty(metric->code) ? "逾期天数" : "立案后天数";
	heads[count++] = "原因";
	sheet_open(b, &s, metric->code);
	str_printf(&name, "%s %s", metric->code, metric->zh);
	audit_percent(&metric->figure, metric->none, percent, sizeof(percent));
	str_printf(&note, "%s\n分子 %lld，分母 %lld，%s", metric->formula, (long long)metric->figure.num,
		   (long long)metric->figure.den, percent);
	sheet_top(&s, str_cstr(&name), str_cstr(&note), heads, count);
	metric_rows(&s, m, dates, AUDIT_OUT, &number);
	metric_rows(&s, m, dates, AUDIT_IN, &number);
	sheet_close(&s, 2);
	str_release(&name);
	str_release(&note);
}

/* ---- misses, hidden, cases ---- */

static void misses(struct book *b)
{
	static const char *const heads[] = { "序号", "指标", "指标名称", "文号", "名称", "单位", "承办人", "天数", "原因" };
	const struct audit_document *doc = b->doc;
	struct str note = STR_INIT(1024);
	struct sheet s;

	sheet_open(b, &s, "未达标");
	period_note(doc, &note);
	sheet_top(&s, "未计入分子的事项及原因", str_cstr(&note), heads, ARRAY_LEN(heads));
	str_release(&note);
	for (size_t i = 0; i < doc->miss_count && !b->too_many; i++) {
		const struct audit_miss *m = &doc->misses[i];
		put_count(&s, (int64_t)i + 1);
		put_text(&s, doc->metrics[m->metric].code, b->center);
		put_text(&s, doc->metrics[m->metric].zh, b->text);
		put_text(&s, m->number, b->text);
		put_text(&s, m->title, b->text);
		put_text(&s, m->unit->zh, b->text);
		put_text(&s, m->officer->zh, b->text);
		put_days(&s, m);
		put_text(&s, m->why, b->text);
		sheet_end_row(&s);
	}
	sheet_close(&s, 2);
}

static void hidden(struct book *b)
{
	static const char *const heads[] = { "类别", "总数", "文号", "名称", "单位", "情况" };
	const struct audit_document *doc = b->doc;
	struct sheet s;

	sheet_open(b, &s, "另列");
	sheet_top(&s, "单一比率看不出的情形", "每类先列总数，再逐项列出（每类最多列 1000 项）", heads, ARRAY_LEN(heads));
	for (size_t i = 0; i < doc->hidden_count; i++) {
		const struct audit_hidden *h = &doc->hidden[i];
		put_text(&s, h->zh, b->text);
		put_count(&s, h->total);
		for (size_t k = 0; k < 3; k++)
			put_text(&s, "", b->text);
		put_text(&s, h->hint, b->text);
		sheet_end_row(&s);
		for (size_t k = 0; k < h->count && !b->too_many; k++) {
			put_text(&s, h->zh, b->text);
			put_text(&s, "", b->center);
			put_text(&s, h->rows[k].number, b->text);
			put_text(&s, h->rows[k].title, b->text);
			put_text(&s, h->rows[k].unit, b->text);
			put_text(&s, h->rows[k].text, b->text);
			sheet_end_row(&s);
		}
	}
	sheet_close(&s, 2);
}

static const char *procedure_zh(const char *code)
{
	static const struct {
		const char *code, *zh;
	} names[] = { { "clue", "线索" }, { "ordinary", "普通程序" }, { "summary", "简易程序" },
		      { "disclosure", "处罚信息公示" }, { "back_entry", "补录" } };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i].code, code) == 0)
			return names[i].zh;
	}
	return code;
}

static void put_case_row(struct sheet *s, const struct audit_case *c)
{
	const struct book *b = s->book;

	put_text(s, procedure_zh(c->procedure), b->center);
	put_case(s, c);
	put_text(s, c->party, b->text);
	for (enum audit_date d = 0; d < AUDIT_DATE_COUNT; d++)
		put_day(s, c->dates[d]);
	put_text(s, c->performing_open ? "是" : "", b->center);
	for (enum audit_sum sum = 0; sum < AUDIT_SUM_COUNT; sum++)
		put_money(s, c->sums[sum]);
	put_text(s, c->excluded, b->text);
	for (size_t m = 0; m < b->doc->metric_count; m++)
		put_text(s, c->side[m] == AUDIT_IN ? "计入" : c->side[m] == AUDIT_OUT ? "未计入" : "", b->center);
}

static void cases(struct book *b)
{
	static const char *const first[] = { "种类", "文号", "名称", "单位", "承办人", "知识产权类型", "专项行动", "当事人" };
	const struct audit_document *doc = b->doc;
	const char *heads[SHEET_COLUMNS_MAX];
	struct str sums[AUDIT_SUM_COUNT];
	size_t count = 0;
	struct sheet s;

	for (; count < ARRAY_LEN(first); count++)
		heads[count] = first[count];
	for (enum audit_date d = 0; d < AUDIT_DATE_COUNT; d++)
		heads[count++] = audit_date_zh(d);
	heads[count++] = "履行未定";
	for (enum audit_sum sum = 0; sum < AUDIT_SUM_COUNT; sum++) {
		str_init(&sums[sum], 64);
		str_printf(&sums[sum], "%s（元）", audit_sum_zh(sum));
		heads[count++] = str_cstr(&sums[sum]);
	}
	heads[count++] = "不计入的原因";
	for (size_t m = 0; m < doc->metric_count; m++)
		heads[count++] = doc->metrics[m].code;
	sheet_open(b, &s, "案件清单");
	sheet_top(&s, "案件清单", "各比率都可以从本表重新算出：每个指标列中“计入”的件数 ÷（“计入”与“未计入”的件数）", heads, count);
	for (size_t i = 0; i < doc->case_count && !b->too_many; i++) {
		put_case_row(&s, &doc->cases[i]);
		sheet_end_row(&s);
	}
	sheet_close(&s, 2);
	for (enum audit_sum sum = 0; sum < AUDIT_SUM_COUNT; sum++)
		str_release(&sums[sum]);
}

/* ---- sums, definitions ---- */

static void sums_sheet(struct book *b)
{
	static const char *const heads[] = { "期间", "立案（件）", "案值（元）", "处理决定（件）", "罚款（元）", "没收（元）" };
	const struct audit_document *doc = b->doc;
	struct sheet s;

	if (doc->sums_count == 0)
		return;
	sheet_open(b, &s, "件数金额");
	sheet_top(&s, "立案、决定件数与金额", "立案与决定不是同一批案件；金额不用于考核、排名（行政处罚法第七十四条）", heads,
		ARRAY_LEN(heads));
	for (size_t i = 0; i < doc->sums_count; i++) {
		const struct audit_sums *v = &doc->sums[i];
		put_text(&s, v->period, b->center);
		put_count(&s, v->filed);
		put_money(&s, v->value_fen);
		put_count(&s, v->decided);
		put_money(&s, v->fine_fen);
		put_money(&s, v->confiscated_fen);
		sheet_end_row(&s);
	}
	sheet_close(&s, 2);
}

static void definition(struct sheet *s, const char *name, const char *text)
{
	put_text(s, name, s->book->text);
	put_text(s, text, s->book->text);
	sheet_end_row(s);
}

static void definitions(struct book *b)
{
	static const char *const heads[] = { "项目", "内容" };
	const struct audit_document *doc = b->doc;
	struct str text = STR_INIT(4096);
	char when[40], day[11];
	struct sheet s;

	sheet_open(b, &s, "口径与规则");
	sheet_top(&s, "口径、规则版本和出处", "法律、法规没有规定县级结案率、依法公示率的算法；以下为本表所用算法", heads,
		ARRAY_LEN(heads));
	for (size_t m = 0; m < doc->metric_count; m++) {
		str_reset(&text);
		str_printf(&text, "%s %s", doc->metrics[m].code, doc->metrics[m].zh);
		definition(&s, str_cstr(&text), doc->metrics[m].formula);
	}
	definition(&s, "百分数", "截去（不四舍五入）两位小数以后的数字；只有分子等于分母才是 100.00%；分母为 0 的写文字");
	instant_format(doc->as_of, when);
	definition(&s, "统计时点", when);
	day_format(doc->cut_off, day);
	definition(&s, "截止日", day);
	if (doc->law_version != 0) {
		instant_format(doc->law_known_from, when);
		str_reset(&text);
		str_printf(&text, "%lld（%s 起）", (long long)doc->law_version, when);
		definition(&s, "法律数据版本", str_cstr(&text));
	}
	definition(&s, "统计范围", doc->whole ? "本机关全部单位" : "制表人有权查看的单位，不是本机关全部");
	definition(&s, "audit.json 的 SHA-256", doc->digest);
	sheet_close(&s, 2);
	str_release(&text);
}

/* ---- the workbook ---- */

static void describe(struct book *b)
{
	struct str title = STR_INIT(512);
	char organ[512], period[512];

	str_printf(&title, "%s结案率、公示率统计表", b->doc->period_zh);
	snprintf(organ, sizeof(organ), "%s", b->doc->organ);
	snprintf(period, sizeof(period), "%s", str_cstr(&title));
	lxw_doc_properties properties = {
		.title = period, .author = organ, .company = organ,
		.created = (time_t)(b->doc->as_of / 1000000), /* also the time of the last change */
	};
	sheet_keep(&(struct sheet){ .book = b }, workbook_set_properties(b->workbook, &properties));
	str_release(&title);
}

static void fill(struct book *b)
{
	book_formats(b);
	describe(b);
	summary(b);
	trend(b);
	for (enum audit_by by = 0; by < AUDIT_BY_COUNT; by++)
		grouping(b, by);
	sums_sheet(b);
	misses(b);
	for (size_t m = 0; m < b->doc->metric_count; m++)
		metric(b, m);
	hidden(b);
	cases(b);
	definitions(b);
}

enum err_code report_audit_xlsx(const struct audit_document *doc, const char *path, struct err *err)
{
	struct book b = { .doc = doc, .status = LXW_NO_ERROR };
	struct output out;
	enum err_code code = output_begin(&out, path, false, err);

	if (code != ERR_OK)
		return code;
	/* Temporary files beside the result: a document of an authority does not belong in a folder for everybody. */
	char *folder = xstrdup(path), *slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder ? 1 : 0] = '\0';
	lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = slash ? folder : (char[]){ "." } };
	b.workbook = workbook_new_opt(out.part, &options);
	if (!b.workbook) {
		code = err_set(err, ERR_INTERNAL, "xlsx", "不能生成 %s", path);
	} else {
		fill(&b);
		lxw_error closed = workbook_close(b.workbook); /* frees it, too */
		b.status = b.status ? b.status : closed;
	}
	free(folder);
	if (b.too_many)
		code = err_set(err, ERR_TOO_LARGE, "too-many-rows", "超过 Excel 的 1048576 行，请用 audit.csv");
	else if (b.status != LXW_NO_ERROR)
		code = err_set(err, ERR_INTERNAL, "xlsx", "不能生成 %s：%s", path, lxw_strerror(b.status));
	return output_end(&out, code, err);
}
