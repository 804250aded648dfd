/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "report/page.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- escaping ---- */

static void escape(struct str *out, const char *text, bool in_attribute)
{
	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;
		switch (c) {
		case '&':
			str_append_cstr(out, "&amp;");
			break;
		case '<':
			str_append_cstr(out, "&lt;");
			break;
		case '>':
			str_append_cstr(out, "&gt;");
			break;
		case '"':
			str_append_cstr(out, "&quot;");
			break;
		case '\'':
			str_append_cstr(out, "&#39;");
			break;
		case '\n':
		case '\t':
			/* In an attribute XML would make blanks of them. */
			if (in_attribute)
				str_printf(out, "&#%d;", c);
			else
				str_append_char(out, *p);
			break;
		default:
			if (c >= 0x20 && c != 0x7F)
				str_append_char(out, *p);
		}
	}
}

static bool is_name(const char *name)
{
	if (name[0] < 'a' || name[0] > 'z')
		return false;
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static bool is_void(const char *element)
{
	static const char *const names[] = { "br", "hr", "input", "link", "meta" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(element, names[i]) == 0)
			return true;
	}
	return false;
}

/* Attributes that hold an address, and those that would hold a program. */
static bool is_address(const char *name)
{
	return strcmp(name, "href") == 0 || strcmp(name, "action") == 0 || strcmp(name, "src") == 0;
}

static bool is_program(const char *name)
{
	return strncmp(name, "on", 2) == 0 || strcmp(name, "style") == 0 || strcmp(name, "srcdoc") == 0;
}

/* ---- elements ---- */

static void end_tag(struct page *p)
{
	if (p->in_tag)
		str_append_char(p->out, '>');
	p->in_tag = false;
}

void page_open(struct page *p, const char *element)
{
	CHECK(is_name(element) && strcmp(element, "script") != 0 && strcmp(element, "style") != 0);
	CHECK(p->depth < PAGE_DEPTH_MAX && (p->depth == 0 || !is_void(p->open[p->depth - 1])));
	end_tag(p);
	str_printf(p->out, "<%s", element);
	p->open[p->depth++] = element;
	p->in_tag = true;
}

void page_attr(struct page *p, const char *name, const char *value)
{
	if (!value)
		return;
	CHECK(p->in_tag && is_name(name) && !is_program(name));
	CHECK(!is_address(name) || value[0] == '#' || (value[0] == '/' && value[1] != '/' && value[1] != '\\'));
	str_printf(p->out, " %s=\"", name);
	escape(p->out, value, true);
	str_append_char(p->out, '"');
}

void page_attr_i64(struct page *p, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	page_attr(p, name, text);
}

void page_text(struct page *p, const char *text)
{
	CHECK(p->depth > 0 && !is_void(p->open[p->depth - 1]));
	end_tag(p);
	if (text)
		escape(p->out, text, false);
}

void page_close(struct page *p)
{
	CHECK(p->depth > 0);
	const char *element = p->open[--p->depth];
	if (is_void(element)) {
		CHECK(p->in_tag);
		str_append_cstr(p->out, "/>");
		p->in_tag = false;
		return;
	}
	end_tag(p);
	str_printf(p->out, "</%s>", element);
}

void page_leaf(struct page *p, const char *element, const char *text)
{
	page_open(p, element);
	page_text(p, text);
	page_close(p);
}

void page_anchor(struct page *p, const char *href, const char *text)
{
	page_open(p, "a");
	page_attr(p, "href", href);
	page_text(p, text);
	page_close(p);
}

void page_day(struct page *p, day_t day)
{
	char iso[11], said[40];

	day_format(day, iso);
	if (!iso[0])
		return;
	struct ymd d = day_to_ymd(day);
	snprintf(said, sizeof(said), "%d年%d月%d日", d.year, d.month, d.day);
	page_open(p, "time");
	page_attr(p, "datetime", iso);
	page_text(p, said);
	page_close(p);
}

void page_lines(struct page *p, const char *element, const char *text)
{
	for (const char *at = text; at && *at;) {
		size_t n = strcspn(at, "\n");
		struct sv line = sv_trim((struct sv){ at, n });
		if (line.n > 0) {
			struct str one = STR_INIT(line.n + 1);
			str_append_sv(&one, line);
			page_leaf(p, element, str_cstr(&one));
			str_append_char(p->out, '\n');
			str_release(&one);
		}
		at += n + (at[n] == '\n');
	}
}

/* ---- the whole ---- */

void page_begin(struct page *p, struct str *out, const char *lang, const char *title)
{
	*p = (struct page){ .out = out };
	str_append_cstr(out, "<!DOCTYPE html>\n");
	page_open(p, "html");
	page_attr(p, "lang", lang);
	page_open(p, "head");
	page_open(p, "meta");
	page_attr(p, "charset", "utf-8");
	page_close(p);
	page_meta(p, "viewport", "width=device-width, initial-scale=1");
	page_leaf(p, "title", title);
}

void page_meta(struct page *p, const char *name, const char *content)
{
	page_open(p, "meta");
	page_attr(p, "name", name);
	page_attr(p, "content", content);
	page_close(p);
}

void page_link(struct page *p, const char *rel, const char *href)
{
	page_open(p, "link");
	page_attr(p, "rel", rel);
	page_attr(p, "href", href);
	page_close(p);
}

void page_body(struct page *p)
{
	CHECK(p->depth == 2 && strcmp(p->open[1], "head") == 0);
	page_close(p);
	str_append_char(p->out, '\n');
	page_open(p, "body");
}

void page_end(struct page *p)
{
	CHECK(p->depth == 2 && strcmp(p->open[1], "body") == 0);
	page_close(p);
	page_close(p);
	str_append_char(p->out, '\n');
}

/* ---- addresses ---- */

static void percent_encode(struct str *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
			     c == '_' || c == '.' || c == '~';
		if (plain)
			str_append_char(out, *p);
		else
			str_printf(out, "%%%02X", c);
	}
}

void page_url(struct str *out, const char *path, ...)
{
	const char *name;
	char mark = '?';
	va_list ap;

	str_append_cstr(out, path);
	va_start(ap, path);
	while ((name = va_arg(ap, const char *))) {
		const char *value = va_arg(ap, const char *);
		if (!value)
			continue;
		str_append_char(out, mark);
		str_append_cstr(out, name);
		str_append_char(out, '=');
		percent_encode(out, value);
		mark = '&';
	}
	va_end(ap);
}
