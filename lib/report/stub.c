/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The printed receipt with Pango, Cairo and libqrencode. Lengths are points (1/72 inch), y grows downwards. */
#include "report/stub.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <qrencode.h>

#include "json/json_writer.h"

enum { QR_TEXT_MAX = 1024, DIGEST_IN_QR = 32 };

#define PAGE_WIDTH 595.28
#define PAGE_HEIGHT 841.89
#define MARGIN 56.7 /* 20 mm */
#define QR_SIZE 122.0 /* 43 mm: a version 10 code keeps modules of 0.7 mm */
#define QUIET 4     /* modules around the code, as the standard wants */
#define LABEL_WIDTH 74.0
#define PAD 5.0
#define LINE 0.6

#define SERIF "Noto Serif CJK SC,Source Han Serif SC,SimSun,AR PL UMing CN,serif"
#define SANS "Noto Sans CJK SC,Source Han Sans SC,SimHei,sans-serif"
#define MONO "Noto Sans Mono CJK SC,DejaVu Sans Mono,monospace"

struct page {
	cairo_t *cr;
	PangoContext *context;
	double y;
	bool missing_glyphs;
};

/* ---- the QR code ---- */

void stub_qr_text(const struct stub_input *in, struct str *ret)
{
	size_t n = strlen(in->manifest);
	struct json_writer w;

	json_writer_init(&w, ret);
	json_obj_open(&w);
	json_kv_sv(&w, "d", (struct sv){ in->manifest, n < DIGEST_IN_QR ? n : DIGEST_IN_QR });
	json_kv_str(&w, "h", in->number);
	json_kv_i64(&w, "n", in->items);
	json_kv_str(&w, "t", in->thread);
	json_obj_close(&w);
}

static enum err_code draw_qr(cairo_t *cr, const struct stub_input *in, double x, double y, struct err *err)
{
	struct str text = STR_INIT(QR_TEXT_MAX);

	stub_qr_text(in, &text);
	QRcode *qr = text.failed ? NULL
				 : QRcode_encodeData((int)text.len, (const unsigned char *)str_cstr(&text), 0,
						     QR_ECLEVEL_Q);
	str_release(&text);
	if (!qr)
		return err_set(err, ERR_INTERNAL, "too-long", "移送文号过长，放不进二维码");
	double module = QR_SIZE / (qr->width + 2 * QUIET);
	cairo_save(cr);
	cairo_set_antialias(cr, CAIRO_ANTIALIAS_NONE);
	for (int row = 0; row < qr->width; row++) {
		for (int column = 0; column < qr->width; column++) {
			int from = column;
			while (column < qr->width && (qr->data[row * qr->width + column] & 1))
				column++;
			if (column > from) /* neighbours in one piece: no hair lines between them */
				cairo_rectangle(cr, x + (from + QUIET) * module, y + (row + QUIET) * module,
						(column - from) * module, module);
		}
	}
	cairo_fill(cr);
	cairo_restore(cr);
	QRcode_free(qr);
	return ERR_OK;
}

/* ---- text ---- */

enum align { ALIGN_LEFT, ALIGN_CENTER };

struct style {
	const char *font;
	double size;
	bool bold;
	enum align align;
};

static const struct style title_style = { SANS, 19, true, ALIGN_CENTER };
static const struct style number_style = { SERIF, 12, false, ALIGN_CENTER };
static const struct style label_style = { SERIF, 10.5, true, ALIGN_CENTER };
static const struct style text_style = { SERIF, 10.5, false, ALIGN_LEFT };
static const struct style digest_style = { MONO, 9.5, false, ALIGN_LEFT };
static const struct style heading_style = { SANS, 11, true, ALIGN_LEFT };
static const struct style small_style = { SERIF, 8.5, false, ALIGN_LEFT };
static const struct style caption_style = { SERIF, 8.5, false, ALIGN_CENTER };

static PangoLayout *layout_of(struct page *p, const struct style *style, const char *text, double width)
{
	PangoLayout *layout = pango_layout_new(p->context);
	PangoFontDescription *font = pango_font_description_new();

	pango_font_description_set_family(font, style->font);
	pango_font_description_set_absolute_size(font, style->size * PANGO_SCALE);
	pango_font_description_set_weight(font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_spacing(layout, (int)(1.5 * PANGO_SCALE));
	pango_layout_set_alignment(layout, style->align == ALIGN_CENTER ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
	pango_layout_set_text(layout, text, -1);
	return layout;
}

static double layout_height(PangoLayout *layout)
{
	int height = 0;

	pango_layout_get_size(layout, NULL, &height);
	return (double)height / PANGO_SCALE;
}

/* Draws at the place and forgets the layout; returns its height. */
static double show(struct page *p, PangoLayout *layout, double x, double y)
{
	double height = layout_height(layout);

	cairo_move_to(p->cr, x, y);
	pango_cairo_show_layout(p->cr, layout);
	g_object_unref(layout);
	return height;
}

static double print(struct page *p, const struct style *style, const char *text, double x, double y, double width)
{
	return show(p, layout_of(p, style, text, width), x, y);
}

/* ---- tables ---- */

struct row {
	const char *label, *text;
	const struct style *style; /* NULL: text_style */
	double least;              /* height; 0: what the text needs */
};

static void frame(struct page *p, double x, double y, double width, double height)
{
	cairo_set_line_width(p->cr, LINE);
	cairo_rectangle(p->cr, x, y, width, height);
	cairo_stroke(p->cr);
}

/* A label and its text side by side, both centred in height. */
static void print_row(struct page *p, const struct row *row, double width)
{
	double room = width - LABEL_WIDTH - 2 * PAD;
	PangoLayout *label = layout_of(p, &label_style, row->label, LABEL_WIDTH - 2 * PAD);
	PangoLayout *text = layout_of(p, row->style ? row->style : &text_style, row->text, room);
	double height = layout_height(text) > layout_height(label) ? layout_height(text) : layout_height(label);

	height += 2 * PAD;
	if (height < row->least)
		height = row->least;
	frame(p, MARGIN, p->y, LABEL_WIDTH, height);
	frame(p, MARGIN + LABEL_WIDTH, p->y, width - LABEL_WIDTH, height);
	show(p, label, MARGIN + PAD, p->y + (height - layout_height(label)) / 2);
	show(p, text, MARGIN + LABEL_WIDTH + PAD, p->y + (height - layout_height(text)) / 2);
	p->y += height;
}

static void print_rows(struct page *p, const struct row *rows, size_t count, double width)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].text[0] || rows[i].least > 0)
			print_row(p, &rows[i], width);
	}
}

/* ---- the parts of the page ---- */

/* "3f2a 91bc ...": eight groups a line, to be compared by eye. */
static void group_digest(const char *hex, struct str *ret)
{
	for (size_t i = 0; hex[i]; i++) {
		if (i > 0 && i % 4 == 0)
			str_append_char(ret, i % 32 == 0 ? '\n' : ' ');
		str_append_char(ret, hex[i]);
	}
}

static void chinese_day(day_t day, struct str *ret)
{
	if (day == DAY_NONE) {
		str_append_cstr(ret, "　　　　年　　月　　日");
		return;
	}
	struct ymd d = day_to_ymd(day);
	str_printf(ret, "%d年%d月%d日", d.year, d.month, d.day);
}

static void print_head(struct page *p, const struct stub_input *in)
{
	double width = PAGE_WIDTH - 2 * MARGIN;
	PangoLayout *title = layout_of(p, &title_style, in->title, width);

	p->missing_glyphs = pango_layout_get_unknown_glyphs_count(title) > 0;
	p->y = MARGIN - 4;
	p->y += show(p, title, MARGIN, p->y) + 4;
	p->y += print(p, &number_style, in->number[0] ? in->number : "（尚未编号）", MARGIN, p->y, width) + 12;
}

static enum err_code print_sent(struct page *p, const struct stub_input *in, struct err *err)
{
	double width = PAGE_WIDTH - 2 * MARGIN, beside = width - QR_SIZE - 4, top = p->y;
	struct str items = STR_INIT(64), digest = STR_INIT(256), day = STR_INIT(64);
	enum err_code code = draw_qr(p->cr, in, MARGIN + beside + 4, top, err);

	str_printf(&items, "共 %lld 项", (long long)in->items);
	group_digest(in->manifest, &digest);
	chinese_day(in->sent_on, &day);
	const struct row first[] = {
		{ "移送种类", in->kind, NULL, 0 },
		{ "移送机关", in->sender, NULL, 0 },
		{ "接收机关", in->receiver, NULL, 0 },
		{ "抄送", in->copies, NULL, 0 },
		{ "移送日期", str_cstr(&day), NULL, 0 },
		{ "材料", in->package[0] ? str_cstr(&items) : "未随附电子材料", NULL, 0 },
	};
	const struct row rest[] = {
		{ "案件名称", in->subject, NULL, 0 },
		{ "材料包", in->package, &digest_style, 0 },
		{ "清单摘要\nSHA-256", str_cstr(&digest), &digest_style, 0 },
		{ "移送标识", in->thread, &digest_style, 0 },
		{ "送件人", "签名：　　　　　　　　　签名：　　　　　　　　　　年　　月　　日", NULL, 30 },
	};
	print_rows(p, first, ARRAY_LEN(first), beside);
	print(p, &caption_style, "二维码：文号、摘要、项数", MARGIN + beside + 4, top + QR_SIZE - 4, QR_SIZE);
	if (p->y < top + QR_SIZE + 14)
		p->y = top + QR_SIZE + 14;
	print_rows(p, rest, ARRAY_LEN(rest), width);
	str_release(&items);
	str_release(&digest);
	str_release(&day);
	return code;
}

static void print_received(struct page *p)
{
	static const struct row rows[] = {
		{ "收到时间", "　　　　年　　　月　　　日　　　时　　　分", NULL, 28 },
		{ "收件单位", "　　　　　　　　　　　　　　　　　　　　　　　　　　　（印章）", NULL, 52 },
		{ "收件人", "签名：　　　　　　　　　　　　　　警号（工号）：", NULL, 30 },
		{ "收到材料", "案卷　　　册　　　　页　　　光盘（介质）　　　张　　　物品清单　　　份", NULL, 28 },
		{ "清单摘要", "□ 与上列摘要一致　　　□ 不一致　　　□ 未核对", NULL, 28 },
		{ "材料情况", "□ 齐全　　　□ 缺少（另行书面告知）：", NULL, 40 },
		{ "备注", "", NULL, 40 },
	};

	p->y += 14;
	p->y += print(p, &heading_style, "以下由接收机关填写", MARGIN, p->y, PAGE_WIDTH - 2 * MARGIN) + 4;
	print_rows(p, rows, ARRAY_LEN(rows), PAGE_WIDTH - 2 * MARGIN);
}

static void print_foot(struct page *p, const struct stub_input *in)
{
	double width = PAGE_WIDTH - 2 * MARGIN;
	struct str text = STR_INIT(2048);

	str_printf(&text, "本回执由接收机关签收后交回移送机关%s%s%s。", in->article[0] ? "（" : "", in->article,
		   in->article[0] ? "）" : "");
	if (in->package[0])
		str_append_cstr(&text, "\n核对：对材料包中 data/manifest.json 计算 SHA-256（sha256sum data/manifest.json），"
				       "应与上列摘要相同；该清单再逐项列出每个文件的摘要。包内 verify/README.txt 写明全部核对办法。");
	p->y += 8;
	p->y += print(p, &small_style, str_cstr(&text), MARGIN, p->y, width);
	str_release(&text);
	print(p, &caption_style, "第 1 页　共 1 页", MARGIN, PAGE_HEIGHT - 40, width);
}

/* ---- the document ---- */

static cairo_status_t take_bytes(void *out, const unsigned char *data, unsigned n)
{
	str_append(out, (const char *)data, n);
	return CAIRO_STATUS_SUCCESS;
}

static void describe(cairo_surface_t *surface, const struct stub_input *in)
{
	char date[40] = "";

	instant_format(in->sent_on == DAY_NONE ? 0 : day_start(in->sent_on), date);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, in->title);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, in->number);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, in->sender);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "ipcase");
}

/* No hinting: a page for paper must not depend on a screen. */
static PangoContext *paper_context(PangoFontMap *fonts)
{
	PangoContext *context = pango_font_map_create_context(fonts);
	cairo_font_options_t *options = cairo_font_options_create();

	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(context, options);
	cairo_font_options_destroy(options);
	pango_context_set_language(context, pango_language_from_string("zh-cn"));
	return context;
}

enum err_code stub_render(const struct stub_input *in, struct str *ret_pdf, struct err *err)
{
	struct str pdf = STR_INIT(STUB_PDF_MAX);
	/* A font map of its own: the shared one of a thread would live as long as the thread. */
	PangoFontMap *fonts = pango_cairo_font_map_new();
	PangoContext *context = paper_context(fonts);
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(take_bytes, &pdf, PAGE_WIDTH, PAGE_HEIGHT);
	struct page p = { .cr = cairo_create(surface), .context = context };

	pango_cairo_context_set_resolution(context, 72);
	describe(surface, in);
	print_head(&p, in);
	enum err_code code = print_sent(&p, in, err);
	print_received(&p);
	print_foot(&p, in);
	if (code == ERR_OK && p.missing_glyphs)
		code = err_set(err, ERR_INTERNAL, "font-missing", "服务器没有中文字体，不能打印；请安装 fonts-noto-cjk");
	if (code == ERR_OK && p.y > PAGE_HEIGHT - 44)
		code = err_set(err, ERR_INTERNAL, "too-long", "回执的文字过多，一页放不下");
	cairo_destroy(p.cr);
	cairo_surface_finish(surface);
	if (code == ERR_OK && (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS || pdf.failed))
		code = err_set(err, ERR_INTERNAL, "pdf", "不能生成 PDF：%s",
			       cairo_status_to_string(cairo_surface_status(surface)));
	cairo_surface_destroy(surface);
	g_object_unref(context);
	g_object_unref(fonts);
	if (code == ERR_OK)
		str_append(ret_pdf, pdf.p, pdf.len);
	str_release(&pdf);
	return code;
}
