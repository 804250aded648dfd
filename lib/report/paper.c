/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "report/paper.h"

#include <cairo-pdf.h>

enum { CELL_LINES_MAX = 6 };

#define SERIF_FAMILY "Noto Serif CJK SC,Source Han Serif SC,SimSun,AR PL UMing CN,serif"
#define SANS_FAMILY "Noto Sans CJK SC,Source Han Sans SC,SimHei,sans-serif"
#define CELL_PAD_X 3.6
#define CELL_PAD_Y 2.6

/* Red, green, blue. Lightness in grey: 0.13, 0.42, 0.78, 0.95, 0.30 | 0.27, 0.58, 0.88. */
static const double colors[PAPER_COLOR_COUNT][3] = {
	[PAPER_INK] = { 0.13, 0.13, 0.14 },    [PAPER_GREY] = { 0.40, 0.42, 0.45 },
	[PAPER_RULE] = { 0.76, 0.78, 0.81 },   [PAPER_PANEL] = { 0.945, 0.950, 0.960 },
	[PAPER_RED] = { 0.80, 0.07, 0.09 },    [PAPER_FIRST] = { 0.11, 0.29, 0.48 },
	[PAPER_SECOND] = { 0.85, 0.50, 0.13 }, [PAPER_REST] = { 0.855, 0.880, 0.910 },
	[PAPER_WHITE] = { 1, 1, 1 },
};

static const struct paper_style running_style = { PAPER_SANS, 8, false, PAPER_LEFT_SIDE, PAPER_GREY, 0, 0, 0 };
static const struct paper_style number_style = { PAPER_SANS, 8.5, false, PAPER_CENTER, PAPER_GREY, 0, 0, 0 };

/* ---- the file ---- */

/* No hinting: a page for paper must not depend on a screen. */
static PangoContext *paper_context(PangoFontMap *fonts)
{
	PangoContext *context = pango_font_map_create_context(fonts);
	cairo_font_options_t *options = cairo_font_options_create();

	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(context, options);
	cairo_font_options_destroy(options);
	pango_cairo_context_set_resolution(context, 72);
	pango_context_set_language(context, pango_language_from_string("zh-cn"));
	pango_context_set_round_glyph_positions(context, FALSE);
	return context;
}

static void describe(cairo_surface_t *surface, const struct paper_info *info)
{
	char date[40];

	instant_format(info->created - info->created % 1000000, date); /* Cairo knows no fractions */
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, date);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, info->title);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, info->subject);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, info->author);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "ipcase");
}

void paper_init(struct paper *p, const struct paper_info *info, int pages, cairo_write_func_t take, void *to)
{
	*p = (struct paper){ .running = info->running, .pages = pages, .page = 1, .y = PAPER_TOP };
	/* A font map of its own: the shared one of a thread would live as long as the thread. */
	p->fonts = pango_cairo_font_map_new();
	p->context = paper_context(p->fonts);
	if (pages == 0)
		return;
	p->surface = cairo_pdf_surface_create_for_stream(take, to, PAPER_WIDTH, PAPER_HEIGHT);
	p->cr = cairo_create(p->surface);
	describe(p->surface, info);
	paper_tag(p, "Document");
}

/* Head line and number of the page that ends. */
static void end_page(struct paper *p)
{
	char text[64];

	if (!p->cr)
		return;
	if (p->page > 1) {
		paper_print(p, &running_style, p->running, PAPER_LEFT, PAPER_TOP - 26, PAPER_TEXT_WIDTH);
		paper_line(p, PAPER_RULE, 0.5, PAPER_LEFT, PAPER_TOP - 11, PAPER_LEFT + PAPER_TEXT_WIDTH,
			   PAPER_TOP - 11);
	}
	g_snprintf(text, sizeof(text), "第 %d 页　共 %d 页", p->page, p->pages);
	paper_print(p, &number_style, text, PAPER_LEFT, PAPER_HEIGHT - PAPER_BOTTOM + 24, PAPER_TEXT_WIDTH);
	cairo_show_page(p->cr);
}

enum err_code paper_finish(struct paper *p, int *ret_pages, struct err *err)
{
	cairo_status_t status = CAIRO_STATUS_SUCCESS;

	end_page(p);
	*ret_pages = p->page;
	if (p->missing_glyphs)
		return err_set(err, ERR_INTERNAL, "font-missing", "没有中文字体，不能打印；请安装 fonts-noto-cjk");
	if (!p->cr)
		return ERR_OK;
	paper_tag_end(p, "Document");
	status = cairo_status(p->cr);
	cairo_destroy(p->cr);
	p->cr = NULL;
	cairo_surface_finish(p->surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(p->surface);
	if (status != CAIRO_STATUS_SUCCESS)
		return err_set(err, ERR_INTERNAL, "pdf", "不能生成 PDF：%s", cairo_status_to_string(status));
	return ERR_OK;
}

void paper_fini(struct paper *p)
{
	if (p->cr)
		cairo_destroy(p->cr);
	if (p->surface)
		cairo_surface_destroy(p->surface);
	g_object_unref(p->context);
	g_object_unref(p->fonts);
	*p = (struct paper){ .page = 0 };
}

/* ---- places ---- */

void paper_tag(struct paper *p, const char *tag)
{
	if (p->cr)
		cairo_tag_begin(p->cr, tag, NULL);
}

void paper_tag_end(struct paper *p, const char *tag)
{
	if (p->cr)
		cairo_tag_end(p->cr, tag);
}

static PangoLayout *layout_of(struct paper *p, const struct paper_style *style, const char *text, double width)
{
	PangoLayout *layout = pango_layout_new(p->context);
	PangoFontDescription *font = pango_font_description_new();

	pango_font_description_set_family(font, style->font == PAPER_SERIF ? SERIF_FAMILY : SANS_FAMILY);
	pango_font_description_set_absolute_size(font, style->size * PANGO_SCALE);
	pango_font_description_set_weight(font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	pango_layout_set_width(layout, width < 0 ? -1 : (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_indent(layout, (int)(style->indent * PANGO_SCALE));
	pango_layout_set_alignment(layout, style->align == PAPER_CENTER	      ? PANGO_ALIGN_CENTER
					   : style->align == PAPER_RIGHT_SIDE ? PANGO_ALIGN_RIGHT
									      : PANGO_ALIGN_LEFT);
	pango_layout_set_justify(layout, style->align == PAPER_BOTH_SIDES);
	if (style->line > 0)
		pango_layout_set_line_spacing(layout, (float)style->line);
	if (style->letter_space > 0) {
		PangoAttrList *attributes = pango_attr_list_new();
		pango_attr_list_insert(attributes,
				       pango_attr_letter_spacing_new((int)(style->letter_space * PANGO_SCALE)));
		pango_layout_set_attributes(layout, attributes);
		pango_attr_list_unref(attributes);
	}
	pango_layout_set_text(layout, text, -1);
	return layout;
}

static double layout_height(PangoLayout *layout)
{
	int height = 0;

	pango_layout_get_size(layout, NULL, &height);
	return (double)height / PANGO_SCALE;
}

static void show(struct paper *p, const struct paper_style *style, PangoLayout *layout, double x, double y)
{
	if (!p->cr)
		return;
	paper_color(p, style->color);
	cairo_move_to(p->cr, x, y);
	pango_cairo_show_layout(p->cr, layout);
}

double paper_print(struct paper *p, const struct paper_style *style, const char *text, double x, double y,
		   double width)
{
	PangoLayout *layout = layout_of(p, style, text, width);
	double height = layout_height(layout);

	if (y >= 0)
		show(p, style, layout, x, y);
	g_object_unref(layout);
	return height;
}

double paper_text_width(struct paper *p, const struct paper_style *style, const char *text)
{
	PangoLayout *layout = layout_of(p, style, text, -1);
	int width = 0;

	pango_layout_get_size(layout, &width, NULL);
	g_object_unref(layout);
	return (double)width / PANGO_SCALE;
}

void paper_color(struct paper *p, enum paper_color color)
{
	if (p->cr)
		cairo_set_source_rgb(p->cr, colors[color][0], colors[color][1], colors[color][2]);
}

void paper_box(struct paper *p, enum paper_color color, double x, double y, double width, double height)
{
	if (!p->cr)
		return;
	paper_color(p, color);
	cairo_rectangle(p->cr, x, y, width, height);
	cairo_fill(p->cr);
}

void paper_line(struct paper *p, enum paper_color color, double width, double x1, double y1, double x2, double y2)
{
	if (!p->cr)
		return;
	paper_color(p, color);
	cairo_set_line_width(p->cr, width);
	cairo_move_to(p->cr, x1, y1);
	cairo_line_to(p->cr, x2, y2);
	cairo_stroke(p->cr);
}

/* ---- flow ---- */

static void table_head(struct paper *p);

void paper_new_page(struct paper *p)
{
	end_page(p);
	p->page++;
	p->y = PAPER_TOP;
	if (p->table && p->table->repeat)
		table_head(p);
}

double paper_room(const struct paper *p)
{
	return PAPER_HEIGHT - PAPER_BOTTOM - p->y;
}

void paper_need(struct paper *p, double height)
{
	if (height > paper_room(p) && p->y > PAPER_TOP)
		paper_new_page(p);
}

/* Line by line, so that a long paragraph goes on overleaf. One tag a page: a tag may not span pages. */
void paper_text(struct paper *p, const struct paper_style *style, const char *tag, const char *text)
{
	PangoLayout *layout = layout_of(p, style, text, PAPER_TEXT_WIDTH);
	PangoLayoutIter *at;
	double begin = 0; /* where the layout's part of this page begins */

	p->missing_glyphs = p->missing_glyphs || pango_layout_get_unknown_glyphs_count(layout) > 0;
	paper_need(p, layout_height(layout) < 4 * style->size ? layout_height(layout) : 2.5 * style->size);
	at = pango_layout_get_iter(layout);
	paper_tag(p, tag);
	do {
		int top = 0, bottom = 0;
		PangoRectangle line;
		pango_layout_iter_get_line_yrange(at, &top, &bottom);
		if ((double)bottom / PANGO_SCALE - begin > paper_room(p)) {
			paper_tag_end(p, tag);
			paper_new_page(p);
			paper_tag(p, tag);
			begin = (double)top / PANGO_SCALE;
		}
		pango_layout_iter_get_line_extents(at, NULL, &line);
		if (p->cr) {
			paper_color(p, style->color);
			cairo_move_to(p->cr, PAPER_LEFT + (double)line.x / PANGO_SCALE,
				      p->y - begin + (double)pango_layout_iter_get_baseline(at) / PANGO_SCALE);
			pango_cairo_show_layout_line(p->cr, pango_layout_iter_get_line_readonly(at));
		}
	} while (pango_layout_iter_next_line(at));
	paper_tag_end(p, tag);
	p->y += layout_height(layout) - begin;
	pango_layout_iter_free(at);
	g_object_unref(layout);
}

/* ---- tables ---- */

static struct paper_style cell_style(const struct paper_table *t, size_t column, bool head, bool bold)
{
	return (struct paper_style){ .font = PAPER_SANS, .size = t->size, .bold = head || bold,
				     .align = head ? PAPER_CENTER : t->columns[column].align, .color = PAPER_INK };
}

/* Draws one row at y; the head when `cells` is NULL. Returns its height. */
static double table_line(struct paper *p, const char *const *cells, bool bold)
{
	const struct paper_table *t = p->table;
	PangoLayout *layouts[PAPER_COLUMNS_MAX];
	double height = 0;

	for (size_t i = 0; i < t->count; i++) {
		struct paper_style style = cell_style(t, i, !cells, bold);
		layouts[i] = layout_of(p, &style, cells ? cells[i] : t->columns[i].title,
				       t->x[i + 1] - t->x[i] - 2 * CELL_PAD_X);
		pango_layout_set_height(layouts[i], -CELL_LINES_MAX);
		pango_layout_set_ellipsize(layouts[i], PANGO_ELLIPSIZE_END);
		if (layout_height(layouts[i]) > height)
			height = layout_height(layouts[i]);
	}
	height += 2 * CELL_PAD_Y;
	if (cells && height > paper_room(p))
		paper_new_page(p);
	if (!cells)
		paper_box(p, PAPER_PANEL, t->x[0], p->y, t->x[t->count] - t->x[0], height);
	paper_tag(p, "TR");
	for (size_t i = 0; i < t->count; i++) {
		struct paper_style style = cell_style(t, i, !cells, bold);
		paper_tag(p, cells ? "TD" : "TH");
		show(p, &style, layouts[i], t->x[i] + CELL_PAD_X,
		     p->y + (height - layout_height(layouts[i])) / 2);
		paper_tag_end(p, cells ? "TD" : "TH");
		g_object_unref(layouts[i]);
	}
	paper_tag_end(p, "TR");
	return height;
}

static void table_head(struct paper *p)
{
	const struct paper_table *t = p->table;
	double left = t->x[0], right = t->x[t->count];

	paper_line(p, PAPER_INK, 1, left, p->y, right, p->y);
	p->y += table_line(p, NULL, true);
	paper_line(p, PAPER_INK, 0.5, left, p->y, right, p->y);
}

void paper_table_open(struct paper *p, struct paper_table *t, const struct paper_column *columns, size_t count,
		      double size)
{
	double whole = 0;

	CHECK(!p->table && count > 0 && count <= PAPER_COLUMNS_MAX);
	*t = (struct paper_table){ .columns = columns, .count = count, .size = size };
	for (size_t i = 0; i < count; i++)
		whole += columns[i].share;
	t->x[0] = PAPER_LEFT;
	for (size_t i = 0; i < count; i++)
		t->x[i + 1] = t->x[i] + columns[i].share / whole * PAPER_TEXT_WIDTH;
	paper_need(p, 6 * size + 4 * CELL_PAD_Y); /* the head is not left alone */
	p->table = t;
	paper_tag(p, "Table");
	table_head(p);
	t->repeat = true;
}

void paper_table_row(struct paper *p, const char *const *cells, bool bold)
{
	struct paper_table *t = p->table;
	double height = table_line(p, cells, bold);

	p->y += height;
	paper_line(p, PAPER_RULE, 0.4, t->x[0], p->y, t->x[t->count], p->y);
	t->rows++;
}

void paper_table_close(struct paper *p)
{
	const struct paper_table *t = p->table;

	paper_line(p, PAPER_INK, 1, t->x[0], p->y, t->x[t->count], p->y);
	paper_tag_end(p, "Table");
	p->table = NULL;
}
