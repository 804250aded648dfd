/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The bulletin's lists: what is missing, what a rate hides, definitions, signature. */
#include "report/audit_pdf.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	MISS_ROWS = 40,   /* of one metric */
	HIDDEN_ROWS = 20, /* of one kind */
	TEXT_BYTES = 16384,
};

static const struct paper_style list_style = { PAPER_SANS, 9, false, PAPER_LEFT_SIDE, PAPER_INK, 1.05, 0, 0 };
static const struct paper_style sign_style = { PAPER_SERIF, 11.5, false, PAPER_RIGHT_SIDE, PAPER_INK, 1.2, 0, 0 };

/* ---- misses ---- */

static void print_misses_of(struct paper *p, const struct audit_document *doc, size_t metric)
{
	static const struct paper_column columns[] = {
		{ "序号", 27, PAPER_CENTER },	    { "文号、名称", 162, PAPER_LEFT_SIDE },
		{ "责任单位", 78, PAPER_LEFT_SIDE }, { "承办人", 44, PAPER_CENTER },
		{ "逾期\n天数", 31, PAPER_CENTER },  { "原因", 129, PAPER_LEFT_SIDE },
	};
	struct str text = STR_INIT(TEXT_BYTES);
	struct paper_table table;
	size_t first = 0, count = bulletin_misses(doc, metric, &first);

	if (count == 0)
		return;
	str_printf(&text, "%s %s：%zu 项", doc->metrics[metric].code, doc->metrics[metric].zh, count);
	bulletin_subheading(p, str_cstr(&text));
	paper_table_open(p, &table, columns, ARRAY_LEN(columns), 8);
	for (size_t i = 0; i < count && i < MISS_ROWS; i++) {
		const struct audit_miss *m = &doc->misses[first + i];
		char number[24], days[24] = "";
		snprintf(number, sizeof(number), "%zu", i + 1);
		if (m->days >= 0)
			snprintf(days, sizeof(days), "%" PRId64, m->days);
		str_reset(&text);
		str_printf(&text, "%s%s%s", m->number, m->number[0] && m->title[0] ? "\n" : "", m->title);
		const char *officer = m->officer->zh[0] ? m->officer->zh : "未指定";
		const char *const cells[] = { number, str_cstr(&text), m->unit->zh, officer, days, m->why };
		paper_table_row(p, cells, false);
	}
	paper_table_close(p);
	str_reset(&text);
	str_printf(&text, "只列前 %d 项，其余见 audit.xlsx 的“%s”表。", MISS_ROWS, doc->metrics[metric].code);
	if (count > MISS_ROWS)
		bulletin_note(p, str_cstr(&text));
	str_release(&text);
}

static void print_misses(struct paper *p, const struct audit_document *doc)
{
	size_t first = 0, count = 0;

	bulletin_heading(p, "四、未计入分子的事项");
	for (size_t m = 0; m < doc->metric_count; m++) {
		if (!audit_is_duty(doc->metrics[m].code))
			continue;
		count += bulletin_misses(doc, m, &first);
		print_misses_of(p, doc, m);
	}
	if (count == 0)
		bulletin_note(p, "没有。");
}

/* ---- hidden ---- */

static void print_names_of(struct paper *p, const struct audit_hidden *h)
{
	struct str text = STR_INIT(TEXT_BYTES);

	for (size_t i = 0; i < h->count; i++)
		str_printf(&text, "%s%s", i ? "、" : "", h->rows[i].title);
	str_append_cstr(&text, "。");
	paper_text(p, &list_style, "P", str_cstr(&text));
	str_release(&text);
}

static void print_rows_of(struct paper *p, const struct audit_hidden *h, bool numbers)
{
	static const struct paper_column columns[] = {
		{ "文号", 110, PAPER_LEFT_SIDE },
		{ "名称", 160, PAPER_LEFT_SIDE },
		{ "单位", 84, PAPER_LEFT_SIDE },
		{ "情况", 116, PAPER_LEFT_SIDE },
	}, plain[] = {
		{ "对象", 160, PAPER_LEFT_SIDE },
		{ "情况", 310, PAPER_LEFT_SIDE },
	};
	struct paper_table table;

	if (numbers)
		paper_table_open(p, &table, columns, ARRAY_LEN(columns), 8);
	else
		paper_table_open(p, &table, plain, ARRAY_LEN(plain), 8);
	for (size_t i = 0; i < h->count && i < HIDDEN_ROWS; i++) {
		const struct audit_hidden_row *r = &h->rows[i];
		const char *const cells[] = { r->number, r->title, r->unit, r->text }, *const two[] = { r->title, r->text };
		paper_table_row(p, numbers ? cells : two, false);
	}
	paper_table_close(p);
}

static void print_hidden_of(struct paper *p, const struct audit_hidden *h)
{
	struct str text = STR_INIT(1024);
	size_t shown = h->count < HIDDEN_ROWS ? h->count : HIDDEN_ROWS;
	bool numbers = false, texts = false;

	if (h->count == 0)
		return;
	for (size_t i = 0; i < h->count; i++) {
		numbers = numbers || h->rows[i].number[0];
		texts = texts || h->rows[i].text[0];
	}
	str_printf(&text, "%s：%" PRId64 " 项", h->zh, h->total);
	bulletin_subheading(p, str_cstr(&text));
	if (texts)
		print_rows_of(p, h, numbers);
	else
		print_names_of(p, h);
	str_reset(&text);
	str_printf(&text, "共 %" PRId64 " 项，只列前 %zu 项，其余见 audit.xlsx 的“另列”表。", h->total, shown);
	if (texts && h->total > (int64_t)shown)
		bulletin_note(p, str_cstr(&text));
	str_release(&text);
}

static void print_hidden(struct paper *p, const struct audit_document *doc)
{
	static const struct paper_column columns[] = {
		{ "情形", 170, PAPER_LEFT_SIDE },
		{ "数量", 44, PAPER_RIGHT_SIDE },
		{ "说明", 256, PAPER_LEFT_SIDE },
	};
	struct paper_table table;

	bulletin_heading(p, "五、单一比率看不出的情形");
	paper_table_open(p, &table, columns, ARRAY_LEN(columns), 9);
	for (size_t i = 0; i < doc->hidden_count; i++) {
		const struct audit_hidden *h = &doc->hidden[i];
		char total[24];
		snprintf(total, sizeof(total), "%" PRId64, h->total);
		const char *const cells[] = { h->zh, total, h->hint };
		paper_table_row(p, cells, false);
	}
	paper_table_close(p);
	for (size_t i = 0; i < doc->hidden_count; i++)
		print_hidden_of(p, &doc->hidden[i]);
}

/* ---- definitions, signature ---- */

static void definition(struct paper *p, const char *name, const char *text)
{
	const char *const cells[] = { name, text };

	paper_table_row(p, cells, false);
}

static void print_definitions(struct paper *p, const struct audit_document *doc)
{
	static const struct paper_column columns[] = { { "项目", 120, PAPER_LEFT_SIDE }, { "内容", 350, PAPER_LEFT_SIDE } };
	struct str text = STR_INIT(1024);
	struct paper_table table;
	char when[40];

	bulletin_heading(p, "六、口径与依据");
	paper_table_open(p, &table, columns, ARRAY_LEN(columns), 8.5);
	for (size_t m = 0; m < doc->metric_count; m++) {
		str_reset(&text);
		str_printf(&text, "%s %s", doc->metrics[m].code, doc->metrics[m].zh);
		definition(p, str_cstr(&text), doc->metrics[m].formula);
	}
	definition(p, "百分数", "截去两位小数以后的数字，不四舍五入；只有分子等于分母才是 100.00%；分母为 0 的写文字。");
	str_reset(&text);
	bulletin_instant(doc->as_of, &text);
	str_append_cstr(&text, "系统里已经录入的内容；发生日期在截止日");
	bulletin_day(doc->cut_off, &text);
	str_append_cstr(&text, "以后的，视为还没有发生。");
	definition(p, "统计时点", str_cstr(&text));
	if (doc->law_version != 0) {
		instant_format(doc->law_known_from, when);
		str_reset(&text);
		str_printf(&text, "%" PRId64 "（%.10s %.5s 起）", doc->law_version, when, when + 11);
		definition(p, "法律数据版本", str_cstr(&text));
	}
	definition(p, "复算", "从 audit.csv 的日期即可重新算出每个比率，办法见使用说明“月度督办通报”。");
	definition(p, "audit.json 的 SHA-256", doc->digest);
	paper_table_close(p);
	str_release(&text);
}

static void print_signature(struct paper *p, const struct audit_document *doc)
{
	struct str day = STR_INIT(64);

	paper_need(p, 56);
	p->y += 14;
	paper_text(p, &sign_style, "P", doc->organ);
	bulletin_day(doc->cut_off, &day);
	paper_text(p, &sign_style, "P", str_cstr(&day));
	str_release(&day);
}

void bulletin_lists(struct paper *p, const struct audit_document *doc)
{
	print_misses(p, doc);
	print_hidden(p, doc);
	print_definitions(p, doc);
	print_signature(p, doc);
}
