/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/forms_rule.h"

#include <inttypes.h>
#include <stdio.h>

enum { WORDS_MAX = 64, TERMS_MAX = 16, DECIMALS_MAX = 4, CHAIN_DEPTH_MAX = 16 };
#define FIGURE_MOST INT64_C(10000000000000000) /* 10^12, in ten thousandths */

enum form_key { KEY_IP_TYPE, KEY_CAUSE, KEY_OUTCOME, KEY_SUPERVISED, KEY_PROCEDURE, KEY_TAG, KEY_CAMPAIGN, KEY_PERSON, KEY_SUM };
enum form_op { OP_IS, OP_IS_NOT, OP_AT_LEAST, OP_BELOW };

struct form_term {
	enum form_key key;
	enum form_sum sum; /* of KEY_SUM */
	enum form_op op;
	struct form_words words;
	int64_t number;
};

static const struct {
	const char *name;
	enum form_key key;
} text_keys[] = {
	{ "ip_type", KEY_IP_TYPE }, { "cause", KEY_CAUSE },	    { "outcome", KEY_OUTCOME }, { "supervised", KEY_SUPERVISED },
	{ "procedure", KEY_PROCEDURE }, { "tag", KEY_TAG }, { "campaign", KEY_CAMPAIGN }, { "person_penalised", KEY_PERSON },
};

/* ---- reading ---- */

struct reader {
	struct arena *arena;
	const char *form, *where; /* where: column or row */
	struct err *err;
};

static enum err_code bad(const struct reader *r, const char *what, struct sv text)
{
	return err_set(r->err, ERR_INTERNAL, "report-form-data", "报表 %s 的 %s：%s“%.*s”", r->form, r->where, what,
		       SV_ARG(text));
}

static const char *text_or(const char *text, const char *otherwise)
{
	return text ? text : otherwise;
}

/* "a|b|": three words, the last of them empty. The empty text is one empty word. */
static enum err_code split(const struct reader *r, struct sv text, char between, struct form_words *ret)
{
	struct sv *words = arena_array(r->arena, struct sv, WORDS_MAX);
	size_t n = 0, from = 0;

	for (size_t i = 0; i <= text.n; i++) {
		if (i < text.n && text.p[i] != between)
			continue;
		if (n == WORDS_MAX)
			return bad(r, "词太多", text);
		words[n++] = sv_trim((struct sv){ text.p + from, i - from });
		from = i + 1;
	}
	*ret = (struct form_words){ words, n };
	return ERR_OK;
}

static bool read_key(struct sv name, struct form_term *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(text_keys); i++) {
		if (sv_eq_str(name, text_keys[i].name)) {
			ret->key = text_keys[i].key;
			return true;
		}
	}
	ret->key = KEY_SUM;
	return form_sum_parse(name, &ret->sum);
}

static enum err_code read_term(const struct reader *r, struct sv text, struct form_term *ret)
{
	size_t n = 0;

	while (n < text.n && text.p[n] != '=' && text.p[n] != '!' && text.p[n] != '>' && text.p[n] != '<')
		n++;
	struct sv name = { text.p, n }, rest = { text.p + n, text.n - n };
	if (!read_key(name, ret))
		return bad(r, "没有这样的条件", text);
	static const struct {
		struct sv text;
		enum form_op op;
	} ops[] = { { { "!=", 2 }, OP_IS_NOT }, { { ">=", 2 }, OP_AT_LEAST }, { { "=", 1 }, OP_IS }, { { "<", 1 }, OP_BELOW } };
	size_t i = 0;
	while (i < ARRAY_LEN(ops) && !sv_starts_with(rest, ops[i].text))
		i++;
	if (i == ARRAY_LEN(ops))
		return bad(r, "条件没有 = != >= 或 <", text);
	ret->op = ops[i].op;
	rest.p += ops[i].text.n;
	rest.n -= ops[i].text.n;
	if (ret->key == KEY_PERSON) {
		bool yes = sv_eq_str(rest, "1");
		ret->number = yes;
		return ret->op == OP_IS && (yes || sv_eq_str(rest, "0")) ? ERR_OK : bad(r, "应为 =1 或 =0", text);
	}
	if ((ret->key == KEY_SUM) != (ret->op == OP_AT_LEAST || ret->op == OP_BELOW))
		return bad(r, "金额用 >= 或 <，文字用 = 或 !=", text);
	if (ret->key == KEY_SUM)
		return sv_to_i64(rest, &ret->number) ? ERR_OK : bad(r, "不是整数", text);
	return split(r, rest, '|', &ret->words);
}

static enum err_code read_filter(const struct reader *r, const char *text, struct form_filter *ret)
{
	struct form_words parts;
	struct form_term *terms;
	enum err_code code;

	*ret = (struct form_filter){ NULL, 0 };
	if (!text || !text[0])
		return ERR_OK;
	if ((code = split(r, sv_of(text), ';', &parts)) != ERR_OK)
		return code;
	if (parts.count > TERMS_MAX)
		return bad(r, "条件太多", sv_of(text));
	terms = arena_array(r->arena, struct form_term, parts.count);
	for (size_t i = 0; i < parts.count && code == ERR_OK; i++)
		code = read_term(r, parts.at[i], &terms[i]);
	*ret = (struct form_filter){ terms, parts.count };
	return code;
}

/* One of two words; the first is the default of an empty cell. */
static enum err_code read_choice(const struct reader *r, const char *text, const char *no, const char *yes, bool *ret)
{
	if (!text || !text[0] || strcmp(text, no) == 0) {
		*ret = false;
		return ERR_OK;
	}
	*ret = strcmp(text, yes) == 0;
	return *ret ? ERR_OK : bad(r, "没有这样的词", sv_of(text));
}

static enum err_code read_days(const struct reader *r, const char *text, unsigned *ret)
{
	struct form_words words;
	enum form_day day;
	enum err_code code = split(r, sv_of(text_or(text, "")), '|', &words);

	*ret = 0;
	for (size_t i = 0; i < words.count && code == ERR_OK; i++) {
		if (!form_day_parse(words.at[i], &day))
			code = bad(r, "没有这样的日期", words.at[i]);
		else
			*ret |= 1u << day;
	}
	return code;
}

static int64_t unit_scale(const char *unit)
{
	static const struct {
		const char *unit;
		int64_t fen;
	} units[] = { { "元", 100 }, { "万元", 1000000 }, { "亿元", INT64_C(10000000000) } };

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strcmp(unit, units[i].unit) == 0)
			return units[i].fen;
	}
	return 0;
}

static enum err_code read_source(const struct reader *r, const struct form_column_text *t, struct form_column *ret)
{
	enum err_code code;

	if (strcmp(t->source, "figure") == 0) {
		ret->source = FORM_SOURCE_FIGURE;
		ret->scale = FORM_FIGURE_SCALE;
		return read_choice(r, t->over, "sum", "last", &ret->last);
	}
	if ((code = read_days(r, t->by, &ret->days)) != ERR_OK)
		return code;
	ret->scale = 1;
	if (strcmp(t->source, "count") == 0) {
		ret->source = FORM_SOURCE_COUNT;
		return ERR_OK;
	}
	if (strcmp(t->source, "sum") != 0)
		return bad(r, "没有这样的来源", sv_of(t->source));
	ret->source = FORM_SOURCE_SUM;
	if (!form_sum_parse(sv_of(text_or(t->measure, "")), &ret->sum))
		return bad(r, "没有这样的数额", sv_of(text_or(t->measure, "")));
	if (ret->sum == FORM_SUM_dens)
		return ERR_OK;
	ret->scale = unit_scale(t->unit);
	return ret->scale ? ERR_OK : bad(r, "金额的单位应为元、万元或亿元，不是", sv_of(t->unit));
}

static enum err_code read_column(struct reader *r, const struct form_column_text *t, struct form_column *ret)
{
	enum err_code code;

	r->where = t->code;
	*ret = (struct form_column){ .code = t->code, .block = t->block, .block_zh = text_or(t->block_zh, ""), .zh = t->zh,
				     .group = text_or(t->group, ""), .unit = t->unit, .note = text_or(t->note, ""),
				     .decimals = (int)t->decimals };
	if (t->decimals < 0 || t->decimals > DECIMALS_MAX)
		return bad(r, "小数位数应为 0 至 4", SV(""));
	if ((code = read_source(r, t, ret)) == ERR_OK)
		code = read_filter(r, t->filter, &ret->filter);
	if (code == ERR_OK && ret->scale == 1 && ret->decimals != 0)
		code = bad(r, "件数没有小数", SV(""));
	if (code == ERR_OK)
		code = read_choice(r, t->rounding, "half_up", "cut", &ret->cut);
	if (code == ERR_OK)
		code = read_choice(r, t->total, "shown", "exact", &ret->exact_total);
	if (code == ERR_OK && t->not_rows && t->not_rows[0])
		code = split(r, sv_of(t->not_rows), '|', &ret->not_rows);
	return code;
}

static enum err_code read_row(struct reader *r, const struct form_row_text *t, struct form_row *ret)
{
	enum err_code code;

	r->where = t->code;
	*ret = (struct form_row){ .code = t->code, .zh = t->zh };
	code = read_choice(r, t->kind, "cases", "total", &ret->total);
	return code == ERR_OK ? read_filter(r, t->filter, &ret->filter) : code;
}

static enum err_code read_head(struct reader *r, const struct form_text *t, struct form *ret)
{
	struct form_words kinds;
	enum audit_period_kind kind;
	enum err_code code;

	r->where = "report_forms";
	*ret = (struct form){ .code = t->code, .zh = t->zh, .basis = text_or(t->basis, ""), .due = text_or(t->due, ""),
			      .note = text_or(t->note, "") };
	if ((code = read_choice(r, t->layout, "table", "list", &ret->list)) != ERR_OK ||
	    (code = read_choice(r, t->once, "each", "primary", &ret->once)) != ERR_OK ||
	    (code = read_choice(r, t->primary_rule, "first", "deepest", &ret->deepest)) != ERR_OK ||
	    (code = read_filter(r, t->filter, &ret->filter)) != ERR_OK ||
	    (code = split(r, sv_of(text_or(t->periods, "")), ';', &kinds)) != ERR_OK)
		return code;
	for (size_t i = 0; i < kinds.count; i++) {
		if (!audit_kind_parse(kinds.at[i], &kind))
			return bad(r, "没有这样的统计期", kinds.at[i]);
		ret->kinds |= 1u << kind;
	}
	return t->campaigns && t->campaigns[0] ? split(r, sv_of(t->campaigns), '|', &ret->campaigns) : ERR_OK;
}

enum err_code form_read(struct arena *arena, const struct form_text *text, const struct form_column_text *columns,
			size_t column_count, const struct form_row_text *rows, size_t row_count, struct form *ret,
			struct err *err)
{
	static const struct form_row all = { .code = "total", .zh = "合计" };
	struct reader r = { .arena = arena, .form = text->code, .where = "report_columns", .err = err };
	struct form_column *made = arena_array(arena, struct form_column, column_count + 1);
	struct form_row *lines = arena_array(arena, struct form_row, row_count + 1);
	enum err_code code = read_head(&r, text, ret);

	if (code == ERR_OK && (column_count == 0 || column_count > FORM_COLUMNS_MAX || row_count > FORM_ROWS_MAX))
		code = bad(&r, "行或栏太多，或者没有栏", SV(""));
	for (size_t i = 0; i < column_count && code == ERR_OK; i++)
		code = read_column(&r, &columns[i], &made[i]);
	for (size_t i = 0; i < row_count && code == ERR_OK; i++)
		code = read_row(&r, &rows[i], &lines[i]);
	ret->columns = made;
	ret->column_count = column_count;
	ret->plain = row_count == 0;
	ret->rows = row_count ? lines : &all;
	ret->row_count = row_count ? row_count : 1;
	return code;
}

/* ---- words ---- */

/* "*" stands for any characters. The empty pattern fits the empty text only. */
static bool fits(struct sv pattern, struct sv text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, again = 0;

	while (t < text.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			again = t;
		} else if (p < pattern.n && pattern.p[p] == text.p[t]) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++again;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

/* A condition on a list holds for any item; the empty word for the empty list. "*" alone wants at least one. */
static bool fits_any(const struct form_words *words, struct sv text)
{
	for (size_t i = 0; i < words->count; i++) {
		if ((text.n > 0 || words->at[i].n == 0) && fits(words->at[i], text))
			return true;
	}
	return false;
}

/* Next item of a list that is joined with \x1f; false behind the last. */
static bool next_item(struct sv *rest, struct sv *ret)
{
	size_t n = 0;

	if (rest->n == 0)
		return false;
	while (n < rest->n && rest->p[n] != '\x1f')
		n++;
	*ret = (struct sv){ rest->p, n };
	rest->p += n < rest->n ? n + 1 : n;
	rest->n -= n < rest->n ? n + 1 : n;
	return true;
}

static bool list_fits(const struct form_words *words, struct sv list)
{
	struct sv item;
	bool any = list.n == 0 && fits_any(words, SV(""));

	while (!any && next_item(&list, &item))
		any = fits_any(words, item);
	return any;
}

/* ---- campaigns ---- */

static const struct form_campaign *campaign(const struct form_tree *tree, struct sv code)
{
	for (size_t i = 0; i < tree->count; i++) {
		if (sv_eq_str(code, tree->at[i].code))
			return &tree->at[i];
	}
	return NULL;
}

/* The campaign and what is above it into the chain; returns how many steps. A circle in the table ends at some depth. */
static int climb(const struct form_tree *tree, struct sv code, struct form_view *v)
{
	int depth = 0;

	while (code.n > 0 && depth < CHAIN_DEPTH_MAX) {
		const struct form_campaign *c = campaign(tree, code);
		if (v && v->chain_count < FORM_CHAIN_MAX)
			v->chain[v->chain_count++] = code;
		depth++;
		code = c && c->parent ? sv_of(c->parent) : SV("");
	}
	return depth;
}

static struct sv primary_of(const struct form *f, const struct form_tree *tree, const struct form_case *c)
{
	struct sv rest = c->campaigns, item, best = SV("");
	int deepest = 0;

	if (c->primary.n > 0)
		return c->primary;
	while (next_item(&rest, &item)) {
		int depth = climb(tree, item, NULL);
		if (depth > deepest) {
			deepest = depth;
			best = item;
		}
		if (!f->deepest)
			break;
	}
	return best;
}

void form_view(const struct form *f, const struct form_tree *tree, const struct form_case *c, struct form_view *v)
{
	struct sv rest = c->campaigns, item;

	v->c = c;
	v->chain_count = 0;
	if (f->once) {
		climb(tree, primary_of(f, tree, c), v);
		return;
	}
	while (next_item(&rest, &item))
		climb(tree, item, v);
}

static bool chain_fits(const struct form_words *words, const struct form_view *v)
{
	if (v->chain_count == 0)
		return fits_any(words, SV(""));
	for (size_t i = 0; i < v->chain_count; i++) {
		if (fits_any(words, v->chain[i]))
			return true;
	}
	return false;
}

/* ---- cases ---- */

static bool words_hold(const struct form_term *t, const struct form_view *v)
{
	const struct form_case *c = v->c;

	switch (t->key) {
	case KEY_IP_TYPE:
		return fits_any(&t->words, c->ip_type);
	case KEY_CAUSE:
		return fits_any(&t->words, c->cause);
	case KEY_OUTCOME:
		return fits_any(&t->words, c->outcome);
	case KEY_SUPERVISED:
		return fits_any(&t->words, c->supervised);
	case KEY_PROCEDURE:
		return fits_any(&t->words, c->procedure);
	case KEY_TAG:
		return list_fits(&t->words, c->tags);
	case KEY_CAMPAIGN:
		return chain_fits(&t->words, v);
	case KEY_PERSON:
	case KEY_SUM:
		break;
	}
	return false;
}

static bool holds(const struct form_term *t, const struct form_view *v)
{
	int64_t sum;

	if (t->key == KEY_PERSON)
		return v->c->person_penalised == (t->number != 0);
	if (t->key != KEY_SUM)
		return words_hold(t, v) == (t->op == OP_IS);
	sum = v->c->sums[t->sum];
	return sum != FORM_NO_SUM && (t->op == OP_AT_LEAST ? sum >= t->number : sum < t->number);
}

static bool passes(const struct form_filter *f, const struct form_view *v)
{
	for (size_t i = 0; i < f->count; i++) {
		if (!holds(&f->terms[i], v))
			return false;
	}
	return true;
}

bool form_takes(const struct form *f, const struct form_view *v, const char *within)
{
	bool inside = within == NULL;

	for (size_t i = 0; i < v->chain_count && !inside; i++)
		inside = sv_eq_str(v->chain[i], within);
	return inside && (f->campaigns.count == 0 || chain_fits(&f->campaigns, v)) && passes(&f->filter, v);
}

int form_row_of(const struct form *f, const struct form_view *v)
{
	for (size_t i = 0; i < f->row_count; i++) {
		if (!f->rows[i].total && passes(&f->rows[i].filter, v))
			return (int)i;
	}
	return -1;
}

bool form_counts(const struct form_column *col, const struct form_view *v, day_t from, day_t to)
{
	day_t first = DAY_NONE;

	for (unsigned i = 0; i < FORM_DAY_COUNT; i++) {
		day_t day = v->c->days[i];
		if ((col->days >> i & 1) && day != DAY_NONE && (first == DAY_NONE || day < first))
			first = day;
	}
	return first != DAY_NONE && first >= from && first <= to && passes(&col->filter, v);
}

int64_t form_adds(const struct form_column *col, const struct form_view *v)
{
	int64_t sum;

	if (col->source != FORM_SOURCE_SUM)
		return 1;
	sum = v->c->sums[col->sum];
	return sum == FORM_NO_SUM ? 0 : sum;
}

/* ---- what is shown ---- */

static int64_t power10(int n)
{
	int64_t p = 1;

	while (n-- > 0)
		p *= 10;
	return p;
}

__extension__ typedef __int128 wide; /* fen times ten thousand */

int64_t form_shown(const struct form_column *col, int64_t exact)
{
	wide scaled = (wide)exact * power10(col->decimals);

	if (!col->cut)
		scaled += col->scale / 2;
	return (int64_t)(scaled / col->scale);
}

void form_shown_text(const struct form_column *col, int64_t shown, char ret[32])
{
	int64_t p = power10(col->decimals);

	if (col->decimals == 0)
		snprintf(ret, 32, "%" PRId64, shown);
	else
		snprintf(ret, 32, "%" PRId64 ".%0*" PRId64, shown / p, col->decimals, shown % p);
}

bool form_blank(const struct form_column *col, const struct form_row *row, int64_t exact)
{
	for (size_t i = 0; i < col->not_rows.count && exact == 0; i++) {
		if (sv_eq_str(col->not_rows.at[i], row->code))
			return true;
	}
	return false;
}

bool form_figure_parse(const struct form_column *col, struct sv text, int64_t *ret)
{
	int64_t value = 0;
	int decimals = -1;

	if (text.n == 0 || text.n > 20)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char ch = text.p[i];
		if (ch == '.' && decimals < 0 && i > 0 && i + 1 < text.n) {
			decimals = 0;
			continue;
		}
		if (ch < '0' || ch > '9' || value > FIGURE_MOST / 10)
			return false;
		value = value * 10 + (ch - '0');
		decimals += decimals >= 0;
	}
	if (decimals < 0)
		decimals = 0;
	if (decimals > col->decimals || value > FIGURE_MOST / power10(DECIMALS_MAX - decimals))
		return false;
	*ret = value * power10(DECIMALS_MAX - decimals);
	return true;
}
