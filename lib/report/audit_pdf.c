/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * audit.pdf: the bulletin (通报). Red head, title, the two headline rates, the summary in words, then the sections:
 * 总体情况, 走势, 各单位情况, 未计入的事项, 单一比率看不出的情形, 口径与依据.
 *
 * A bulletin is for reading: long lists end where the workbook goes on, and say so. Officers are in the workbook, not
 * in a ranking on paper. */
#include "report/audit_pdf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/chart.h"
#include "report/output.h"
#include "report/report.h"

enum {
	CHART_UNITS = 40,
	TREND_POINTS = AUDIT_TREND_MAX + 1,
	TEXT_BYTES = 16384,
};

static const struct paper_style organ_style = { PAPER_SERIF, 29, true, PAPER_CENTER, PAPER_RED, 0, 0, 3 };
static const struct paper_style line_style = { PAPER_SERIF, 10.5, false, PAPER_LEFT_SIDE, PAPER_INK, 0, 0, 0 };
static const struct paper_style line_right_style = { PAPER_SERIF, 10.5, false, PAPER_RIGHT_SIDE, PAPER_INK, 0, 0, 0 };
static const struct paper_style title_style = { PAPER_SERIF, 19, true, PAPER_CENTER, PAPER_INK, 1.15, 0, 0 };
static const struct paper_style heading_style = { PAPER_SANS, 13, true, PAPER_LEFT_SIDE, PAPER_INK, 0, 0, 0 };
static const struct paper_style subheading_style = { PAPER_SANS, 10, true, PAPER_LEFT_SIDE, PAPER_INK, 0, 0, 0 };
static const struct paper_style body_style = { PAPER_SERIF, 11.5, false, PAPER_BOTH_SIDES, PAPER_INK, 1.12, 23, 0 };
static const struct paper_style note_style = { PAPER_SANS, 8.5, false, PAPER_LEFT_SIDE, PAPER_GREY, 0, 0, 0 };
static const struct paper_style card_name_style = { PAPER_SANS, 9.5, true, PAPER_LEFT_SIDE, PAPER_INK, 0, 0, 0 };
static const struct paper_style card_rate_style = { PAPER_SANS, 27, true, PAPER_LEFT_SIDE, PAPER_INK, 0, 0, 0 };
static const struct paper_style card_text_style = { PAPER_SANS, 8.5, false, PAPER_LEFT_SIDE, PAPER_GREY, 0, 0, 0 };

static const struct paper_style card_change_style = { PAPER_SANS, 8.5, false, PAPER_RIGHT_SIDE, PAPER_INK, 0, 0, 0 };

/* What the bulletin leads with. */
static const struct {
	const char *code, *whole, *part;
	enum paper_color color;
} headlines[] = {
	{ "M1", "应结案件", "已结", PAPER_FIRST },
	{ "M6", "应公示决定", "按期公示", PAPER_SECOND },
};

/* ---- words ---- */

void bulletin_day(day_t day, struct str *ret)
{
	struct ymd d = day_to_ymd(day);

	str_printf(ret, "%d年%d月%d日", d.year, d.month, d.day);
}

void bulletin_instant(instant_t at, struct str *ret)
{
	char text[40];

	bulletin_day(instant_to_day(at), ret);
	instant_format(at, text);
	str_printf(ret, "%.5s", text + 11);
}

static const char *rate_text(const struct audit_metric *m, char *buf, size_t size)
{
	audit_percent(&m->figure, m->none, buf, size);
	return buf;
}

static const struct audit_figure *figure_before(const struct audit_metric *m)
{
	return m->trend_count > 0 ? &m->trend[m->trend_count - 1].figure : NULL;
}

/* "+1.25", "-0.50", "持平"; "" when one of the two has no rate. */
static void change_text(const struct audit_metric *m, char *buf, size_t size)
{
	const struct audit_figure *before = figure_before(m);

	buf[0] = '\0';
	if (!before || before->den == 0 || m->figure.den == 0)
		return;
	int64_t change = audit_hundredths(&m->figure) - audit_hundredths(before), most = change < 0 ? -change : change;
	if (change == 0)
		snprintf(buf, size, "持平");
	else
		snprintf(buf, size, "%c%" PRId64 ".%02d", change < 0 ? '-' : '+', most / 100, (int)(most % 100));
}

size_t bulletin_misses(const struct audit_document *doc, size_t metric, size_t *ret_first)
{
	size_t count = 0;

	for (size_t i = 0; i < doc->miss_count; i++) {
		if (doc->misses[i].metric != metric)
			continue;
		if (count++ == 0)
			*ret_first = i;
	}
	return count;
}

/* ---- the first page ---- */

static void print_head(struct paper *p, const struct audit_document *doc)
{
	struct paper_style organ = organ_style;
	struct str left = STR_INIT(256), right = STR_INIT(256);
	struct str title = STR_INIT(512);

	/* A long name gets smaller, not a second line. */
	while (organ.size > 14 && paper_text_width(p, &organ, doc->organ) > PAPER_TEXT_WIDTH)
		organ.size -= 1;
	p->y = PAPER_TOP + 4;
	paper_text(p, &organ, "P", doc->organ);
	p->y += 10;
	bulletin_day(doc->from, &left);
	str_append_cstr(&left, "至");
	bulletin_day(doc->to, &left);
	bulletin_instant(doc->as_of, &right);
	paper_tag(p, "P");
	paper_print(p, &line_style, str_cstr(&left), PAPER_LEFT, p->y, PAPER_TEXT_WIDTH);
	paper_tag_end(p, "P");
	str_reset(&left);
	str_printf(&left, "数据截至%s", str_cstr(&right));
	paper_tag(p, "P");
	p->y += paper_print(p, &line_right_style, str_cstr(&left), PAPER_LEFT, p->y, PAPER_TEXT_WIDTH) + 3;
	paper_tag_end(p, "P");
	paper_line(p, PAPER_RED, 2, PAPER_LEFT, p->y, PAPER_LEFT + PAPER_TEXT_WIDTH, p->y);
	paper_line(p, PAPER_RED, 0.6, PAPER_LEFT, p->y + 3, PAPER_LEFT + PAPER_TEXT_WIDTH, p->y + 3);
	p->y += 24;
	str_printf(&title, "关于%s知识产权执法\n结案率和依法公示率的通报", doc->period_zh);
	paper_text(p, &title_style, "H1", str_cstr(&title));
	p->y += 16;
	str_release(&left);
	str_release(&right);
	str_release(&title);
}

static void print_card(struct paper *p, const struct audit_document *doc, size_t h, double x, double width)
{
	int at = audit_metric_index(doc, headlines[h].code);
	char rate[128], change[32];
	struct str text = STR_INIT(512);

	if (at < 0)
		return;
	const struct audit_metric *m = &doc->metrics[at];
	struct paper_style style = card_rate_style;
	if (m->figure.den == 0)
		style.size = 17; /* words */
	paper_box(p, PAPER_PANEL, x, p->y, width, 84);
	paper_box(p, headlines[h].color, x, p->y, 4, 84);
	paper_tag(p, "P");
	paper_print(p, &card_name_style, m->zh, x + 15, p->y + 7, width - 24);
	paper_tag_end(p, "P");
	double height = paper_print(p, &style, rate_text(m, rate, sizeof(rate)), 0, -1, width - 24);
	paper_tag(p, "P");
	paper_print(p, &style, rate, x + 14, p->y + 42 - height / 2, width - 24);
	paper_tag_end(p, "P");
	str_printf(&text, "%s %" PRId64 " 件，%s %" PRId64 " 件", headlines[h].whole, m->figure.den, headlines[h].part,
		   m->figure.num);
	paper_tag(p, "P");
	paper_print(p, &card_text_style, str_cstr(&text), x + 15, p->y + 64, width - 20);
	paper_tag_end(p, "P");
	change_text(m, change, sizeof(change));
	str_reset(&text);
	if (change[0])
		str_printf(&text, "较上期%s%s%s", change[0] == '+' || change[0] == '-' ? "\n" : "", change,
			   change[0] == '+' || change[0] == '-' ? " 个百分点" : "");
	paper_tag(p, "P");
	if (change[0])
		paper_print(p, &card_change_style, str_cstr(&text), x + width - 110, p->y + 31, 98);
	paper_tag_end(p, "P");
	str_release(&text);
}

static void print_cards(struct paper *p, const struct audit_document *doc)
{
	const double gap = 12, width = (PAPER_TEXT_WIDTH - gap) / 2;

	for (size_t h = 0; h < ARRAY_LEN(headlines); h++)
		print_card(p, doc, h, PAPER_LEFT + (double)h * (width + gap), width);
	p->y += 84 + 16;
}

/* "应结案件12件（…），已结10件，结案率83.33%。" */
static void add_metric(const struct audit_document *doc, const char *code, const char *whole, const char *behind,
		       const char *part, const char *unit, struct str *out)
{
	int at = audit_metric_index(doc, code);
	char rate[128];

	if (at < 0)
		return;
	const struct audit_metric *m = &doc->metrics[at];
	if (m->figure.den == 0) {
		str_printf(out, "%s：%s。", m->zh, m->none);
		return;
	}
	str_printf(out, "%s%" PRId64 "%s%s，%s%" PRId64 "%s，%s%s。", whole, m->figure.den, unit, behind, part,
		   m->figure.num, unit, m->zh, rate_text(m, rate, sizeof(rate)));
}

static void print_summary(struct paper *p, const struct audit_document *doc)
{
	struct str text = STR_INIT(TEXT_BYTES);
	size_t misses = 0, first = 0;

	for (size_t m = 0; m < doc->metric_count; m++)
		misses += audit_is_duty(doc->metrics[m].code) ? bulletin_misses(doc, m, &first) : 0;
	str_printf(&text, "现将%s结案率、依法公示率统计情况通报如下。", doc->period_zh);
	if (doc->open)
		str_append_cstr(&text, "统计期尚未结束，以下为截至统计时点的数字。");
	if (!doc->whole)
		str_append_cstr(&text, "本通报只统计制表人有权查看的单位，不是本机关全部。");
	add_metric(doc, "M1", "统计期内应结案件", "（含期初逾期未结）", "已结", "件", &text);
	add_metric(doc, "M2", "办案期限届满或者已作出决定的案件", "", "按期作出决定", "件", &text);
	add_metric(doc, "M6", "公示期限届满的处罚决定", "", "按期公示", "件", &text);
	add_metric(doc, "M10", "核查期限届满的线索", "", "按期决定是否立案", "条", &text);
	if (misses > 0)
		str_printf(&text, "未计入分子的事项共%zu项，责任单位、天数和原因见第四部分。", misses);
	else
		str_append_cstr(&text, "没有未按期的事项。");
	paper_text(p, &body_style, "P", str_cstr(&text));
	str_release(&text);
}

void bulletin_heading(struct paper *p, const char *text)
{
	p->y += 14;
	paper_need(p, 90);
	paper_text(p, &heading_style, "H2", text);
	p->y += 5;
}

void bulletin_subheading(struct paper *p, const char *text)
{
	p->y += 8;
	paper_need(p, 70);
	paper_text(p, &subheading_style, "H3", text);
	p->y += 3;
}

void bulletin_note(struct paper *p, const char *text)
{
	p->y += 3;
	paper_text(p, &note_style, "P", text);
}

/* ---- tables of figures ---- */

static void print_overall(struct paper *p, const struct audit_document *doc)
{
	static const struct paper_column columns[] = {
		{ "指标", 34, PAPER_CENTER },	  { "名称", 128, PAPER_LEFT_SIDE },  { "分子", 46, PAPER_RIGHT_SIDE },
		{ "分母", 46, PAPER_RIGHT_SIDE }, { "比率", 76, PAPER_RIGHT_SIDE },  { "上期", 76, PAPER_RIGHT_SIDE },
		{ "增减\n（百分点）", 70, PAPER_RIGHT_SIDE },
	};
	struct paper_table table;

	bulletin_heading(p, "一、总体情况");
	paper_table_open(p, &table, columns, ARRAY_LEN(columns), 9);
	for (size_t i = 0; i < doc->metric_count; i++) {
		const struct audit_metric *m = &doc->metrics[i];
		const struct audit_figure *before = figure_before(m);
		char num[24], den[24], rate[128], past[128] = "", change[32];
		bool headline = strcmp(m->code, "M1") == 0 || strcmp(m->code, "M6") == 0;
		snprintf(num, sizeof(num), "%" PRId64, m->figure.num);
		snprintf(den, sizeof(den), "%" PRId64, m->figure.den);
		if (before)
			audit_percent(before, m->none, past, sizeof(past));
		change_text(m, change, sizeof(change));
		const char *const cells[] = { m->code, m->zh, num, den, rate_text(m, rate, sizeof(rate)), past, change };
		paper_table_row(p, cells, headline);
	}
	paper_table_close(p);
	bulletin_note(p, "M4、M5 只反映立案、结案件数之比，刚立案的在办案件也在分母中，不作为是否依法按期办结的依据。");
}

/* Rows of all metrics: "86.95", and "20/23" below it with `counts`. A rate without denominator is a dash. */
struct figure_row {
	const char *name;
	const struct audit_figure *figure; /* one per metric */
};

static void figure_cell(const struct audit_figure *f, bool counts, char *buf, size_t size)
{
	char rate[32];

	if (f->den == 0) {
		snprintf(buf, size, "—");
		return;
	}
	audit_percent(f, "", rate, sizeof(rate));
	rate[strlen(rate) - 1] = '\0';
	if (counts)
		snprintf(buf, size, "%s\n%" PRId64 "/%" PRId64, rate, f->num, f->den);
	else
		snprintf(buf, size, "%s", rate);
}

static void print_figures(struct paper *p, const struct audit_document *doc, const char *first, bool counts,
			  const struct figure_row *rows, size_t count)
{
	struct paper_column columns[PAPER_COLUMNS_MAX] = { { first, 92, PAPER_LEFT_SIDE } };
	char texts[PAPER_COLUMNS_MAX][64];
	const char *cells[PAPER_COLUMNS_MAX];
	struct paper_table table;
	size_t n = doc->metric_count < PAPER_COLUMNS_MAX ? doc->metric_count : PAPER_COLUMNS_MAX - 1;

	for (size_t m = 0; m < n; m++)
		columns[m + 1] = (struct paper_column){ doc->metrics[m].code, 37, PAPER_CENTER };
	paper_table_open(p, &table, columns, n + 1, 7.2);
	for (size_t i = 0; i < count; i++) {
		cells[0] = rows[i].name;
		for (size_t m = 0; m < n; m++) {
			figure_cell(&rows[i].figure[m], counts, texts[m], sizeof(texts[m]));
			cells[m + 1] = texts[m];
		}
		paper_table_row(p, cells, false);
	}
	paper_table_close(p);
}

static void print_grouping(struct paper *p, const struct audit_document *doc, enum audit_by by)
{
	const struct audit_grouping *g = &doc->by[by];
	struct str title = STR_INIT(128);

	if (g->count == 0)
		return;
	str_printf(&title, "按%s（百分数；下为分子/分母）", audit_by_zh(by));
	bulletin_subheading(p, str_cstr(&title));
	str_release(&title);
	struct figure_row *rows = xcalloc(g->count, sizeof(*rows));
	for (size_t i = 0; i < g->count; i++)
		rows[i] = (struct figure_row){ g->groups[i].zh, g->groups[i].figure };
	print_figures(p, doc, audit_by_zh(by), true, rows, g->count);
	free(rows);
}

/* ---- charts ---- */

struct trend {
	const char *labels[TREND_POINTS];
	struct audit_figure points[ARRAY_LEN(headlines)][TREND_POINTS];
	struct chart_series series[ARRAY_LEN(headlines)];
	size_t count;
};

static void read_trend(const struct audit_document *doc, struct trend *t)
{
	*t = (struct trend){ .count = doc->metrics[0].trend_count + 1 };
	for (size_t i = 0; i + 1 < t->count; i++)
		t->labels[i] = doc->metrics[0].trend[i].period;
	t->labels[t->count - 1] = doc->code;
	for (size_t h = 0; h < ARRAY_LEN(headlines); h++) {
		int at = audit_metric_index(doc, headlines[h].code);
		t->series[h] = (struct chart_series){ .name = at < 0 ? "" : doc->metrics[at].zh,
						      .points = t->points[h], .color = headlines[h].color };
		for (size_t i = 0; at >= 0 && i < t->count; i++)
			t->points[h][i] = i + 1 < t->count ? doc->metrics[at].trend[i].figure
							    : doc->metrics[at].figure;
	}
}

/* The numbers of the charts, for those who cannot see them and for those who want them all. */
static void print_trend_table(struct paper *p, const struct audit_document *doc, const struct trend *t)
{
	struct figure_row *rows = xcalloc(t->count, sizeof(*rows));
	struct audit_figure *figures = xcalloc(t->count * doc->metric_count, sizeof(*figures));

	for (size_t i = 0; i < t->count; i++) {
		struct audit_figure *row = figures + i * doc->metric_count;
		for (size_t m = 0; m < doc->metric_count; m++)
			row[m] = i + 1 < t->count ? doc->metrics[m].trend[i].figure : doc->metrics[m].figure;
		rows[i] = (struct figure_row){ t->labels[i], row };
	}
	bulletin_subheading(p, "各期比率（百分数；分子、分母见 audit.xlsx 的“走势”表）");
	print_figures(p, doc, "期间", false, rows, t->count);
	free(figures);
	free(rows);
}

static void print_trend(struct paper *p, const struct audit_document *doc)
{
	struct trend t;

	read_trend(doc, &t);
	bulletin_heading(p, "二、走势");
	if (t.count < 2) {
		bulletin_note(p, "没有以前的同类期间可以比较。");
		return;
	}
	paper_need(p, 175);
	struct chart_box box = { PAPER_LEFT, p->y, PAPER_TEXT_WIDTH, 170 };
	chart_lines(p, &box, t.labels, t.count, t.series, ARRAY_LEN(headlines));
	p->y += 178;
	for (size_t h = 0; h < ARRAY_LEN(headlines); h++) {
		struct str title = STR_INIT(128);
		paper_need(p, 112);
		box = (struct chart_box){ PAPER_LEFT, p->y, PAPER_TEXT_WIDTH, 106 };
		str_printf(&title, "%s %s与%s（件）", headlines[h].code, headlines[h].whole, headlines[h].part);
		chart_columns(p, &box, str_cstr(&title), headlines[h].whole, headlines[h].part, t.labels, t.count,
			      &t.series[h]);
		str_release(&title);
		p->y += 112;
	}
	bulletin_note(p, "各期都按本期同样的截止口径计算：截止日距期末的天数相同，所以旧的月份不会因为多等了几个月而更好看。");
	print_trend_table(p, doc, &t);
}

static void print_units(struct paper *p, const struct audit_document *doc)
{
	const struct audit_grouping *g = &doc->by[AUDIT_BY_UNIT];
	size_t count = g->count < CHART_UNITS ? g->count : CHART_UNITS;
	struct chart_series series[ARRAY_LEN(headlines)];
	const char *none[ARRAY_LEN(headlines)];

	bulletin_heading(p, "三、各单位情况");
	if (count == 0) {
		bulletin_note(p, "期内没有可以统计的事项。");
		return;
	}
	const char **labels = xcalloc(count, sizeof(*labels));
	struct audit_figure *points = xcalloc(count * ARRAY_LEN(headlines), sizeof(*points));
	for (size_t i = 0; i < count; i++)
		labels[i] = g->groups[i].zh;
	for (size_t h = 0; h < ARRAY_LEN(headlines); h++) {
		int at = audit_metric_index(doc, headlines[h].code);
		series[h] = (struct chart_series){ .name = at < 0 ? "" : doc->metrics[at].zh,
						   .points = points + h * count, .color = headlines[h].color };
		none[h] = at < 0 ? "" : doc->metrics[at].none;
		for (size_t i = 0; at >= 0 && i < count; i++)
			points[h * count + i] = g->groups[i].figure[at];
	}
	p->y += 4;
	chart_bars(p, labels, count, series, ARRAY_LEN(headlines), none);
	free(points);
	free(labels);
	bulletin_note(p, "“—”表示没有应结案件、应公示案件或者应核查线索，不是 100%。按承办人的数字见 audit.xlsx。");
	for (enum audit_by by = 0; by < AUDIT_BY_COUNT; by++) {
		if (by != AUDIT_BY_OFFICER)
			print_grouping(p, doc, by);
	}
}

/* ---- the file ---- */

static void print_all(struct paper *p, const struct audit_document *doc)
{
	print_head(p, doc);
	print_cards(p, doc);
	print_summary(p, doc);
	print_overall(p, doc);
	print_trend(p, doc);
	print_units(p, doc);
	bulletin_lists(p, doc);
}

static cairo_status_t take_bytes(void *to, const unsigned char *data, unsigned n)
{
	return fwrite(data, 1, n, to) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static enum err_code draw(const struct audit_document *doc, const struct paper_info *info, int *pages, FILE *to,
			  struct err *err)
{
	struct paper p;

	paper_init(&p, info, *pages, take_bytes, to);
	print_all(&p, doc);
	enum err_code code = paper_finish(&p, pages, err);
	paper_fini(&p);
	return code;
}

enum err_code report_audit_pdf(const struct audit_document *doc, const char *path, struct err *err)
{
	struct str title = STR_INIT(512), running = STR_INIT(1024);
	struct output out;
	enum err_code code = output_begin(&out, path, true, err);
	int pages = 0;

	if (code != ERR_OK)
		return code;
	str_printf(&title, "关于%s知识产权执法结案率和依法公示率的通报", doc->period_zh);
	str_printf(&running, "%s　%s", doc->organ, str_cstr(&title));
	const struct paper_info info = { .title = str_cstr(&title), .subject = doc->code, .author = doc->organ,
					 .running = str_cstr(&running), .created = doc->as_of };
	code = draw(doc, &info, &pages, NULL, err);
	if (code == ERR_OK)
		code = draw(doc, &info, &pages, out.file, err);
	str_release(&title);
	str_release(&running);
	return output_end(&out, code, err);
}
