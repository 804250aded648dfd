/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "report/chart.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { SERIES_MAX = 2 };

#define MARK 2.4
#define BAR 8.5

static const struct paper_style axis_style = { PAPER_SANS, 7.5, false, PAPER_RIGHT_SIDE, PAPER_GREY, 0, 0, 0 };
static const struct paper_style tick_style = { PAPER_SANS, 7.5, false, PAPER_CENTER, PAPER_GREY, 0, 0, 0 };
static const struct paper_style value_style = { PAPER_SANS, 7.2, false, PAPER_CENTER, PAPER_INK, 0, 0, 0 };
static const struct paper_style legend_style = { PAPER_SANS, 8, false, PAPER_LEFT_SIDE, PAPER_INK, 0, 0, 0 };
static const struct paper_style title_style = { PAPER_SANS, 8.5, true, PAPER_LEFT_SIDE, PAPER_INK, 0, 0, 0 };
static const struct paper_style name_style = { PAPER_SANS, 8.5, false, PAPER_RIGHT_SIDE, PAPER_INK, 0, 0, 0 };

static double share(const struct audit_figure *f)
{
	return f->den > 0 ? 100.0 * (double)f->num / (double)f->den : 0;
}

/* ---- periods under an axis ---- */

static bool is_month(const char *label)
{
	return strlen(label) == 7 && label[4] == '-' && label[5] >= '0' && label[5] <= '1';
}

/* "2026-10" as 10月, its year below where it is new; others as they are. */
static void print_period(struct paper *p, const char *const *labels, size_t i, double center, double y, double width)
{
	char text[16];

	if (!is_month(labels[i])) {
		const char *short_name = strlen(labels[i]) > 5 && labels[i][4] == '-' ? labels[i] + 5 : labels[i];
		paper_print(p, &tick_style, short_name, center - width / 2, y, width);
	} else {
		snprintf(text, sizeof(text), "%d月", (labels[i][5] - '0') * 10 + labels[i][6] - '0');
		paper_print(p, &tick_style, text, center - width / 2, y, width);
	}
	if (strlen(labels[i]) > 4 && (i == 0 || strncmp(labels[i], labels[i - 1], 4) != 0)) {
		snprintf(text, sizeof(text), "%.4s", labels[i]);
		paper_print(p, &tick_style, text, center - 20, y + 9.5, 40);
	}
}

/* ---- marks ---- */

static void mark(struct paper *p, size_t series, enum paper_color color, double x, double y)
{
	if (!p->cr)
		return;
	cairo_new_path(p->cr);
	if (series == 0)
		cairo_arc(p->cr, x, y, MARK, 0, 2 * G_PI);
	else
		cairo_rectangle(p->cr, x - MARK, y - MARK, 2 * MARK, 2 * MARK);
	paper_color(p, series == 0 ? color : PAPER_WHITE);
	cairo_fill_preserve(p->cr);
	paper_color(p, color);
	cairo_set_line_width(p->cr, 1.2);
	cairo_stroke(p->cr);
}

static void stroke_of(struct paper *p, size_t series, enum paper_color color)
{
	static const double dashes[] = { 4.5, 2 };

	paper_color(p, color);
	cairo_set_line_width(p->cr, 1.5);
	cairo_set_line_join(p->cr, CAIRO_LINE_JOIN_ROUND);
	cairo_set_dash(p->cr, dashes, series == 0 ? 0 : 2, 0);
}

static void legend(struct paper *p, const struct chart_series *series, size_t count, double x, double y)
{
	for (size_t s = 0; s < count; s++) {
		if (p->cr) {
			stroke_of(p, s, series[s].color);
			cairo_move_to(p->cr, x, y + 6);
			cairo_line_to(p->cr, x + 22, y + 6);
			cairo_stroke(p->cr);
			cairo_set_dash(p->cr, NULL, 0, 0);
			mark(p, s, series[s].color, x + 11, y + 6);
		}
		paper_print(p, &legend_style, series[s].name, x + 27, y, 200);
		x += 27 + paper_text_width(p, &legend_style, series[s].name) + 20;
	}
}

/* ---- lines ---- */

struct frame {
	double left, right, top, bottom, step; /* of the plot; distance of two periods */
	double least;                          /* percent at the bottom */
};

static double frame_x(const struct frame *f, size_t i)
{
	return f->left + f->step * ((double)i + 0.5);
}

static double frame_y(const struct frame *f, double percent)
{
	return f->bottom - (percent - f->least) / (100 - f->least) * (f->bottom - f->top);
}

/* A multiple of 20 below every value with some air, so that the lines use the room. */
static double least_of(const struct chart_series *series, size_t series_count, size_t count)
{
	double least = 100;

	for (size_t s = 0; s < series_count; s++) {
		for (size_t i = 0; i < count; i++) {
			if (series[s].points[i].den > 0 && share(&series[s].points[i]) < least)
				least = share(&series[s].points[i]);
		}
	}
	least = floor((least - 8) / 20) * 20;
	return least < 0 ? 0 : least > 80 ? 80 : least;
}

static void print_axis(struct paper *p, const struct frame *f)
{
	double step = f->least >= 60 ? 10 : 20;
	char text[16];

	for (double percent = f->least; percent <= 100; percent += step) {
		double y = frame_y(f, percent);
		snprintf(text, sizeof(text), "%.0f%%", percent);
		paper_line(p, percent > f->least ? PAPER_REST : PAPER_GREY, 0.5, f->left, y, f->right, y);
		paper_print(p, &axis_style, text, f->left - 34, y - 5.4, 30);
	}
}

static void draw_line(struct paper *p, const struct frame *f, const struct chart_series *series, size_t at, size_t count)
{
	bool open = false;

	if (!p->cr)
		return;
	stroke_of(p, at, series->color);
	for (size_t i = 0; i < count; i++) {
		const struct audit_figure *v = &series->points[i];
		if (v->den > 0 && open)
			cairo_line_to(p->cr, frame_x(f, i), frame_y(f, share(v)));
		else if (v->den > 0)
			cairo_move_to(p->cr, frame_x(f, i), frame_y(f, share(v)));
		open = v->den > 0;
	}
	cairo_stroke(p->cr);
	cairo_set_dash(p->cr, NULL, 0, 0);
}

/* Above its mark, unless the other series stands there. */
static void print_value(struct paper *p, const struct frame *f, const struct chart_series *series, size_t series_count,
			size_t at, size_t i)
{
	const struct audit_figure *v = &series[at].points[i];
	bool above = at == 0;
	char text[32];

	if (series_count > 1) {
		const struct audit_figure *other = &series[1 - at].points[i];
		if (other->den == 0)
			above = true;
		else if (share(other) != share(v))
			above = share(v) > share(other);
		else if (at == 1)
			return; /* one number for both */
	}
	double y = frame_y(f, share(v));
	if (y + 14 > f->bottom)
		above = true;
	audit_percent(v, "", text, sizeof(text));
	text[strlen(text) - 1] = '\0';
	paper_print(p, &value_style, text, frame_x(f, i) - 20, above ? y - 14 : y + 3.5, 40);
}

void chart_lines(struct paper *p, const struct chart_box *box, const char *const *labels, size_t count,
		 const struct chart_series *series, size_t series_count)
{
	struct frame f = { .left = box->x + 34, .right = box->x + box->width, .top = box->y + 34,
			   .bottom = box->y + box->height - 24 };

	CHECK(count > 0 && series_count > 0 && series_count <= SERIES_MAX);
	f.step = (f.right - f.left) / (double)count;
	f.least = least_of(series, series_count, count);
	legend(p, series, series_count, f.left, box->y);
	print_axis(p, &f);
	for (size_t i = 0; i < count; i++)
		print_period(p, labels, i, frame_x(&f, i), f.bottom + 3, f.step);
	for (size_t s = 0; s < series_count; s++)
		draw_line(p, &f, &series[s], s, count);
	for (size_t s = 0; s < series_count; s++) {
		for (size_t i = 0; i < count; i++) {
			if (series[s].points[i].den == 0)
				continue;
			mark(p, s, series[s].color, frame_x(&f, i), frame_y(&f, share(&series[s].points[i])));
			if (count <= 16)
				print_value(p, &f, series, series_count, s, i);
		}
	}
}

/* ---- columns ---- */

static void legend_box(struct paper *p, enum paper_color color, const char *name, double *x, double y)
{
	paper_box(p, color, *x, y + 2.5, 7, 7);
	paper_print(p, &legend_style, name, *x + 10, y, 120);
	*x += 10 + paper_text_width(p, &legend_style, name) + 10;
}

void chart_columns(struct paper *p, const struct chart_box *box, const char *title, const char *whole,
		   const char *part, const char *const *labels, size_t count, const struct chart_series *series)
{
	double bottom = box->y + box->height - 24, top = box->y + 28, step = box->width / (double)count;
	double width = step * 0.56 > 22 ? 22 : step * 0.56;
	double x = box->x + paper_text_width(p, &title_style, title) + 18;
	int64_t most = 1;
	char text[32];

	paper_print(p, &title_style, title, box->x, box->y, box->width);
	legend_box(p, PAPER_REST, whole, &x, box->y);
	legend_box(p, series->color, part, &x, box->y);
	for (size_t i = 0; i < count; i++)
		most = series->points[i].den > most ? series->points[i].den : most;
	for (size_t i = 0; i < count; i++) {
		const struct audit_figure *v = &series->points[i];
		double center = box->x + step * ((double)i + 0.5), scale = (bottom - top) / (double)most;
		double height = (double)v->den * scale, inner = (double)v->num * scale;
		paper_box(p, PAPER_REST, center - width / 2, bottom - height, width, height);
		paper_box(p, series->color, center - width / 2, bottom - inner, width, inner);
		if (v->num == v->den)
			snprintf(text, sizeof(text), "%" PRId64, v->den);
		else
			snprintf(text, sizeof(text), "%" PRId64 "/%" PRId64, v->num, v->den);
		if (count <= 16)
			paper_print(p, &value_style, text, center - 25, bottom - height - 10.5, 50);
		print_period(p, labels, i, center, bottom + 3, step);
	}
	paper_line(p, PAPER_GREY, 0.5, box->x, bottom, box->x + box->width, bottom);
}

/* ---- bars ---- */

static void bar(struct paper *p, const struct audit_figure *v, const char *none, enum paper_color color, double x,
		double y, double width)
{
	struct paper_style style = value_style;
	char text[128], percent[64];

	style.align = PAPER_LEFT_SIDE;
	if (v->den == 0) {
		style.color = PAPER_GREY;
		paper_print(p, &style, none, x + 3, y - 1, 120);
		return;
	}
	paper_box(p, PAPER_REST, x, y, width, BAR);
	paper_box(p, color, x, y, width * share(v) / 100, BAR);
	audit_percent(v, "", percent, sizeof(percent));
	snprintf(text, sizeof(text), "%s（%" PRId64 "/%" PRId64 "）", percent, v->num, v->den);
	paper_print(p, &style, text, x + width + 5, y - 1, 130);
}

void chart_bars(struct paper *p, const char *const *labels, size_t count, const struct chart_series *series,
		size_t series_count, const char *const *none)
{
	const double left = PAPER_LEFT + 132, width = PAPER_TEXT_WIDTH - 132 - 96;
	const double group = (double)series_count * (BAR + 2.5) + 8;

	CHECK(series_count > 0 && series_count <= SERIES_MAX);
	paper_need(p, 20 + 2 * group);
	double x = left;
	for (size_t s = 0; s < series_count; s++)
		legend_box(p, series[s].color, series[s].name, &x, p->y);
	p->y += 18;
	for (size_t i = 0; i < count; i++) {
		paper_need(p, group);
		double height = paper_print(p, &name_style, labels[i], 0, -1, 124);
		if (height > group - 4)
			height = group - 4;
		paper_print(p, &name_style, labels[i], PAPER_LEFT, p->y + (group - 8 - height) / 2 - 0.5, 124);
		for (size_t s = 0; s < series_count; s++)
			bar(p, &series[s].points[i], none[s], series[s].color, left,
			    p->y + (double)s * (BAR + 2.5), width);
		p->y += group;
	}
}
