/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Table layout, see table.h. */
#include "table.h"

#include <string.h>

#include "base/text.h"

enum {
	GAP = 2,       /* blanks between columns */
	CUT_MIN = 8,   /* a flexible column keeps this much */
	WRAP_MIN = 12, /* and one that continues on the next line, this */
	COLUMNS_MAX = 16,
};

#define ELLIPSIS "…"

struct cell {
	struct sv text;
	enum style style;
};

struct row {
	struct row *next;
	struct cell *cells;
};

struct table {
	struct arena *arena;
	const struct column *columns;
	size_t count;
	struct row *first, *last;
	size_t rows;
	size_t filled; /* cells of the last row */
};

struct layout {
	size_t width[COLUMNS_MAX]; /* 0 = left out */
};

struct table *table_new(struct arena *arena, const struct column *columns, size_t count)
{
	CHECK(count > 0 && count <= COLUMNS_MAX);
	struct table *t = arena_new(arena, struct table);
	t->arena = arena;
	t->columns = columns;
	t->count = count;
	t->filled = count; /* the first cell opens a row */
	return t;
}

static void open_row(struct table *t)
{
	struct row *row = arena_new(t->arena, struct row);
	row->cells = arena_array(t->arena, struct cell, t->count);
	if (t->last)
		t->last->next = row;
	else
		t->first = row;
	t->last = row;
	t->rows++;
	t->filled = 0;
}

void table_cell(struct table *t, enum style style, struct sv text)
{
	if (t->filled == t->count)
		open_row(t);
	t->last->cells[t->filled++] = (struct cell){ term_clean(t->arena, text), style };
}

void table_cell_cstr(struct table *t, enum style style, const char *text)
{
	table_cell(t, style, sv_of(text ? text : ""));
}

void table_light(struct table *t, struct sv light)
{
	table_cell_cstr(t, light_style(light), light_word(light));
}

size_t table_rows(const struct table *t)
{
	return t->rows;
}

static void natural_widths(const struct table *t, struct layout *l)
{
	memset(l, 0, sizeof(*l));
	for (const struct row *row = t->first; row; row = row->next) {
		for (size_t i = 0; i < t->count; i++) {
			size_t w = text_width(row->cells[i].text);
			if (w > l->width[i])
				l->width[i] = w;
		}
	}
	for (size_t i = 0; i < t->count; i++) {
		size_t w = text_width(sv_of(t->columns[i].title));
		if (l->width[i] > 0 && w > l->width[i])
			l->width[i] = w;
	}
}

static size_t total_width(const struct table *t, const struct layout *l)
{
	size_t total = 0;
	for (size_t i = 0; i < t->count; i++) {
		if (l->width[i] > 0)
			total += l->width[i] + (total > 0 ? GAP : 0);
	}
	return total;
}

static void shrink(const struct table *t, struct layout *l, size_t limit)
{
	while (limit > 0 && total_width(t, l) > limit) {
		size_t widest = t->count;
		for (size_t i = 0; i < t->count; i++) {
			size_t least = t->columns[i].fit == COLUMN_WRAP ? WRAP_MIN : CUT_MIN;
			if (t->columns[i].fit != COLUMN_FIXED && l->width[i] > least &&
			    (widest == t->count || l->width[i] > l->width[widest]))
				widest = i;
		}
		if (widest == t->count)
			return; /* nothing gives way: let the terminal wrap */
		l->width[widest]--;
	}
}

static void pad(FILE *file, size_t n)
{
	while (n-- > 0)
		fputc(' ', file);
}

/* The part of *text for this line; *text keeps the rest. */
static struct sv take_line(const struct column *column, struct sv *text, size_t width,
			   const char **ret_tail)
{
	*ret_tail = "";
	struct sv part = *text;
	if (text_width(*text) <= width) {
		text->n = 0;
		return part;
	}
	if (column->fit == COLUMN_CUT) {
		*ret_tail = ELLIPSIS;
		part = term_fit(*text, width - text_width(SV(ELLIPSIS)));
		text->n = 0;
		return part;
	}
	part = term_fit(*text, width);
	if (part.n == 0) /* a wide character in a column of one */
		part.n = term_char_bytes(*text);
	text->p += part.n;
	text->n -= part.n;
	return part;
}

/* One line of a row; returns whether text is left for another. */
static bool print_line(const struct table *t, const struct layout *l, const struct term *term,
		       struct cell *rest)
{
	bool more = false;
	size_t owed = 0; /* blanks not yet written, so that no line ends in them */
	for (size_t i = 0; i < t->count; i++) {
		if (l->width[i] == 0)
			continue;
		const char *tail = "";
		struct sv part = take_line(&t->columns[i], &rest[i].text, l->width[i], &tail);
		size_t used = text_width(part) + text_width(sv_of(tail));
		size_t space = l->width[i] > used ? l->width[i] - used : 0;
		if (part.n > 0) {
			pad(term->file, owed + (t->columns[i].right ? space : 0));
			term_print(term, rest[i].style, "%.*s%s", SV_ARG(part), tail);
			owed = t->columns[i].right ? 0 : space;
		} else {
			owed += space;
		}
		owed += GAP;
		more = more || rest[i].text.n > 0;
	}
	fputc('\n', term->file);
	return more;
}

void table_print(const struct table *t, const struct term *term)
{
	struct layout layout;
	struct cell cells[COLUMNS_MAX];
	natural_widths(t, &layout);
	shrink(t, &layout, term->width);
	if (t->rows == 0)
		return;
	for (size_t i = 0; i < t->count; i++)
		cells[i] = (struct cell){ sv_of(t->columns[i].title), STYLE_BOLD };
	while (print_line(t, &layout, term, cells))
		continue;
	for (const struct row *row = t->first; row; row = row->next) {
		memcpy(cells, row->cells, t->count * sizeof(*cells));
		while (print_line(t, &layout, term, cells))
			continue;
	}
}

void print_wrapped(const struct term *term, enum style style, const char *label, struct sv text)
{
	size_t indent = text_width(sv_of(label));
	size_t room = term->width > indent + CUT_MIN ? term->width - indent : 0;
	fputs(label, term->file);
	while (room > 0 && text_width(text) > room) {
		struct sv part = term_fit(text, room);
		term_print(term, style, "%.*s\n", SV_ARG(part));
		pad(term->file, indent);
		text.p += part.n;
		text.n -= part.n;
	}
	term_print(term, style, "%.*s\n", SV_ARG(text));
}
