/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Landmarks (header, main, footer, search, nav), one h1 a page, a link to skip to the content, labels on every input, words
 * beside every sign: what a screen reader and a keyboard need. The style sheet is in page_public_style.c. */
#include "report/page_public.h"

#include <inttypes.h>
#include <stdio.h>

enum { URL_MAX = 4096 };

/* ---- the frame of every page ---- */

static void begin(struct page *p, struct str *out, const char *title, const char *canonical, bool index)
{
	char full[512];

	snprintf(full, sizeof(full), "%s%s" PAGE_PUBLIC_TITLE, title ? title : "", title ? " - " : "");
	page_begin(p, out, "zh-CN", full);
	page_meta(p, "robots", index ? "noarchive" : "noindex, noarchive");
	page_link(p, "stylesheet", "/public/style.css");
	if (canonical)
		page_link(p, "canonical", canonical);
	page_body(p);
	page_open(p, "a");
	page_attr(p, "class", "skip");
	page_attr(p, "href", "#main");
	page_text(p, "跳到正文");
	page_close(p);
	page_open(p, "header");
	page_open(p, "p");
	page_attr(p, "class", "site");
	page_anchor(p, "/public", PAGE_PUBLIC_TITLE);
	page_close(p);
	page_close(p);
	str_append_char(out, '\n');
	page_open(p, "main");
	page_attr(p, "id", "main");
	page_attr(p, "tabindex", "-1");
}

static void end(struct page *p)
{
	page_close(p); /* main */
	str_append_char(p->out, '\n');
	page_open(p, "footer");
	page_open(p, "p");
	page_text(p, "依据《市场监督管理行政处罚信息公示规定》公示。当事人有证据证明公示的信息不准确的，可以要求作出决定的机关更正。");
	page_close(p);
	page_open(p, "p");
	page_anchor(p, "/public", "查询");
	page_text(p, " ");
	page_anchor(p, "/public/ledger.csv", "公示台账（CSV）");
	page_close(p);
	page_close(p);
	page_end(p);
}

/* ---- list ---- */

static void option(struct page *p, const char *value, const char *text, const char *chosen)
{
	page_open(p, "option");
	page_attr(p, "value", value);
	if (chosen && strcmp(chosen, value) == 0)
		page_attr(p, "selected", "selected");
	page_text(p, text);
	page_close(p);
}

static void search_form(struct page *p, const struct page_public_list *list)
{
	page_open(p, "form");
	page_attr(p, "role", "search");
	page_attr(p, "action", "/public/search");
	page_attr(p, "method", "get");
	page_open(p, "p");
	page_open(p, "label");
	page_attr(p, "for", "q");
	page_text(p, "当事人名称、统一社会信用代码或者决定书文号");
	page_close(p);
	page_open(p, "input");
	page_attr(p, "id", "q");
	page_attr(p, "name", "q");
	page_attr(p, "type", "search");
	page_attr(p, "maxlength", "100");
	page_attr(p, "required", "required");
	page_attr(p, "autocomplete", "off");
	page_attr(p, "value", list->query ? list->query : "");
	if (list->said) {
		page_attr(p, "aria-describedby", "said");
		page_attr(p, "aria-invalid", "true");
	}
	page_close(p);
	page_close(p);
	page_open(p, "p");
	page_open(p, "label");
	page_attr(p, "for", "by");
	page_text(p, "查找方式");
	page_close(p);
	page_open(p, "select");
	page_attr(p, "id", "by");
	page_attr(p, "name", "by");
	option(p, "auto", "自动判断", list->by);
	option(p, "party", "当事人名称", list->by);
	option(p, "code", "统一社会信用代码", list->by);
	option(p, "number", "决定书文号", list->by);
	page_close(p);
	page_open(p, "button");
	page_attr(p, "type", "submit");
	page_text(p, "查询");
	page_close(p);
	page_close(p);
	page_close(p);
	str_append_char(p->out, '\n');
}

static void item(struct page *p, const struct page_public_item *i)
{
	char href[48];

	snprintf(href, sizeof(href), "/public/d/%" PRId64, i->id);
	page_open(p, "li");
	page_open(p, "h2");
	page_anchor(p, href, i->party);
	page_close(p);
	page_open(p, "p");
	page_text(p, i->decision_no);
	page_close(p);
	page_open(p, "p");
	page_text(p, i->organ);
	page_text(p, "，");
	page_day(p, i->decided_on);
	page_text(p, "作出决定，");
	page_day(p, i->published_on);
	page_text(p, "公示");
	page_close(p);
	page_close(p);
	str_append_char(p->out, '\n');
}

static void pager(struct page *p, const struct page_public_list *list, const char *path)
{
	struct str url = STR_INIT(URL_MAX);
	char before[24];

	if (list->first && !list->before)
		return;
	page_open(p, "nav");
	page_attr(p, "aria-label", "翻页");
	page_open(p, "p");
	if (!list->first) {
		page_url(&url, path, "q", list->query, "by", list->by, NULL);
		page_anchor(p, str_cstr(&url), "回到第一页");
		page_text(p, " ");
		str_reset(&url);
	}
	if (list->before) {
		snprintf(before, sizeof(before), "%" PRId64, list->before);
		page_url(&url, path, "q", list->query, "by", list->by, "before", before, NULL);
		page_open(p, "a");
		page_attr(p, "href", str_cstr(&url));
		page_attr(p, "rel", "next");
		page_text(p, "下一页");
		page_close(p);
	}
	page_close(p);
	page_close(p);
	str_release(&url);
}

void page_public_list(struct str *out, const struct page_public_list *list)
{
	bool searched = list->query && list->query[0];
	struct page p;

	begin(&p, out, searched ? "查询结果" : NULL, searched ? NULL : "/public", !searched && list->first);
	page_leaf(&p, "h1", searched ? "查询结果" : PAGE_PUBLIC_TITLE);
	search_form(&p, list);
	if (list->said) {
		page_open(&p, "p");
		page_attr(&p, "id", "said");
		page_attr(&p, "role", "alert");
		page_text(&p, list->said);
		page_close(&p);
	} else if (list->count == 0) {
		page_leaf(&p, "p", list->first ? "没有符合条件、正在公示的行政处罚决定。" : "没有更多了。");
	} else {
		page_open(&p, "ol");
		page_attr(&p, "class", "decisions");
		for (size_t i = 0; i < list->count; i++)
			item(&p, &list->items[i]);
		page_close(&p);
	}
	pager(&p, list, searched ? "/public/search" : "/public");
	end(&p);
}

/* ---- one decision ---- */

static void row_begin(struct page *p, const char *label)
{
	page_leaf(p, "dt", label);
	page_open(p, "dd");
}

static void row_end(struct page *p)
{
	page_close(p);
	str_append_char(p->out, '\n');
}

static void row(struct page *p, const char *label, const char *text)
{
	row_begin(p, label);
	page_lines(p, "p", text);
	row_end(p);
}

static void section(struct page *p, const char *id, const char *class, const char *title)
{
	page_open(p, "section");
	page_attr(p, "aria-labelledby", id);
	page_attr(p, "class", class);
	page_open(p, "h2");
	page_attr(p, "id", id);
	page_text(p, title);
	page_close(p);
}

static void summary(struct page *p, const struct page_public_decision *d)
{
	section(p, "summary", NULL, "摘要");
	page_open(p, "dl");
	row(p, "决定书文号", d->decision_no);
	row(p, "当事人基本情况", d->party);
	row(p, "违法行为类型", d->violation);
	row(p, "行政处罚内容", d->penalty);
	row(p, "作出决定机关", d->organ);
	row_begin(p, "决定日期");
	page_day(p, d->decided_on);
	row_end(p);
	page_close(p);
	page_close(p);
	str_append_char(p->out, '\n');
}

static void facts(struct page *p, const struct page_public_decision *d)
{
	char number[96];

	snprintf(number, sizeof(number), "/public/d/%" PRId64, d->id);
	section(p, "about", NULL, "公示信息");
	page_open(p, "p");
	page_text(p, "公示日期：");
	page_day(p, d->published_on);
	page_text(p, "；公示至：");
	page_day(p, d->stop_due);
	page_text(p, "。");
	page_close(p);
	page_open(p, "p");
	page_text(p, "本页地址：");
	page_anchor(p, number, number);
	if (d->version > 1) {
		snprintf(number, sizeof(number), "（第%" PRId64 "版，以前的版本已被更正）", d->version);
		page_text(p, number);
	}
	page_close(p);
	page_open(p, "p");
	page_text(p, "公示文本的SHA-256摘要：");
	page_leaf(p, "code", d->digest);
	page_text(p, "（");
	snprintf(number, sizeof(number), "/public/d/%" PRId64 "/text", d->id);
	page_anchor(p, number, "纯文字");
	page_text(p, "）");
	page_close(p);
	page_leaf(p, "p", "文中“×”处是依法不予公开的内容。");
	page_close(p);
}

void page_public_decision(struct str *out, const struct page_public_decision *d)
{
	char canonical[48];
	struct page p;

	snprintf(canonical, sizeof(canonical), "/public/d/%" PRId64, d->id);
	begin(&p, out, d->decision_no, canonical, !d->person);
	page_open(&p, "article");
	page_leaf(&p, "h1", "行政处罚决定");
	summary(&p, d);
	section(&p, "text", "text", "决定书");
	page_lines(&p, "p", d->body);
	page_close(&p);
	facts(&p, d);
	page_close(&p);
	end(&p);
}

/* ---- what is not there ---- */

void page_public_tombstone(struct str *out, const char *what, day_t on, const char *reason)
{
	struct page p;

	begin(&p, out, what, NULL, false);
	page_leaf(&p, "h1", what);
	page_open(&p, "p");
	page_text(&p, "本页公示的行政处罚信息自");
	page_day(&p, on);
	page_text(&p, "起不再公示。");
	page_close(&p);
	if (reason && reason[0]) {
		page_open(&p, "p");
		page_text(&p, "原因：");
		page_text(&p, reason);
		page_close(&p);
	}
	end(&p);
}

void page_public_message(struct str *out, const char *title, const char *text)
{
	struct page p;

	begin(&p, out, title, NULL, false);
	page_leaf(&p, "h1", title);
	page_leaf(&p, "p", text);
	end(&p);
}
