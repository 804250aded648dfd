/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Reading the law book from its tables. The tables are written by hand, so that every cell is
 * checked and an error says which file and line to look at. */
#include "law/book.h"

#include "json/json_reader.h"

#include <stdlib.h>

#include "base/text.h"

/* --- kinds of excluded spans --------------------------------------------------------------- */

static const struct {
	const char *code;
	const char *zh;
} span_kinds[SPAN_KIND_COUNT] = {
	[SPAN_SUSPENSION] = { "suspension", "中止" },
	[SPAN_HEARING] = { "hearing", "听证" },
	[SPAN_ANNOUNCEMENT] = { "announcement", "公告" },
	[SPAN_TESTING] = { "testing", "检测检验检疫鉴定" },
	[SPAN_IDENTIFICATION] = { "identification", "权利人辨认鉴别" },
	[SPAN_REFUND] = { "refund", "责令退款" },
	[SPAN_DEFERRAL] = { "deferral", "延期分期缴纳" },
	[SPAN_REMEDY] = { "remedy", "复议诉讼" },
};

const char *span_kind_code(enum span_kind kind)
{
	CHECK(kind < SPAN_KIND_COUNT);
	return span_kinds[kind].code;
}

const char *span_kind_zh(enum span_kind kind)
{
	CHECK(kind < SPAN_KIND_COUNT);
	return span_kinds[kind].zh;
}

bool span_kind_by_code(struct sv code, enum span_kind *ret)
{
	for (unsigned i = 0; i < SPAN_KIND_COUNT; i++) {
		if (sv_eq_str(code, span_kinds[i].code)) {
			*ret = (enum span_kind)i;
			return true;
		}
	}
	return false;
}

/* --- vocabulary ---------------------------------------------------------------------------- */

static const struct word core_words[] = {
#define WORD(word_list, word_value) { word_list, word_value },
#include "law/vocab_core.def"
#undef WORD
};

/* Word number i of the core, then of the CSV; NULL past the end. */
static const struct word *word_at(const struct vocabulary *v, size_t i)
{
	if (i < ARRAY_LEN(core_words))
		return &core_words[i];
	i -= ARRAY_LEN(core_words);
	return v && i < v->count ? &v->words[i] : NULL;
}

bool vocabulary_has(const struct vocabulary *v, const char *list, struct sv value)
{
	const struct word *w;
	for (size_t i = 0; (w = word_at(v, i)) != NULL; i++)
		if (sv_eq_str(value, w->value) && strcmp(w->list, list) == 0)
			return true;
	return false;
}

/* Takes one byte off, or the ASCII character that a full-width one (U+FF01..FF5E, U+3000)
 * stands for. */
static unsigned char take_half_width(struct sv *text)
{
	const unsigned char *u = (const unsigned char *)text->p;
	unsigned char c = u[0];
	size_t n = 1;
	if (text->n >= 3 && u[0] == 0xEF && (u[1] == 0xBC || u[1] == 0xBD)) {
		unsigned wide = (unsigned)(u[1] & 0x3F) << 6 | (u[2] & 0x3F);
		if (wide >= 0xF01 && wide <= 0xF5E) {
			c = (unsigned char)(wide - 0xF01 + '!');
			n = 3;
		}
	} else if (text->n >= 3 && u[0] == 0xE3 && u[1] == 0x80 && u[2] == 0x80) {
		c = ' ';
		n = 3;
	}
	text->p += n;
	text->n -= n;
	return c;
}

static bool same_but_for_width(struct sv a, struct sv b)
{
	while (a.n && b.n)
		if (take_half_width(&a) != take_half_width(&b))
			return false;
	return a.n == 0 && b.n == 0;
}

const char *vocabulary_find(const struct vocabulary *v, const char *list, struct sv value)
{
	const struct word *w;
	for (size_t i = 0; (w = word_at(v, i)) != NULL; i++)
		if (strcmp(w->list, list) == 0 && same_but_for_width(value, sv_of(w->value)))
			return w->value;
	return NULL;
}

size_t vocabulary_list(const struct vocabulary *v, const char *list, const char **ret, size_t max)
{
	const struct word *w;
	size_t n = 0;
	for (size_t i = 0; n < max && (w = word_at(v, i)) != NULL; i++) {
		bool seen = strcmp(w->list, list) != 0;
		for (size_t k = 0; k < n && !seen; k++)
			seen = same_but_for_width(sv_of(ret[k]), sv_of(w->value));
		if (!seen)
			ret[n++] = w->value;
	}
	return n;
}

/* --- reading tables ------------------------------------------------------------------------ */

enum { ROWS_MAX = 10000 };

struct table {
	struct csv csv;
	struct arena *arena;
	struct err *err;
};

static enum err_code no_memory(struct err *err)
{
	return err_set(err, ERR_TOO_LARGE, "law-memory", "内存不足");
}

static enum err_code check_text(struct sv text, struct err *err)
{
	if (text_is_valid_utf8(text))
		return ERR_OK;
	return err_set(err, ERR_INVALID, "law-text", "文件不是有效的UTF-8文本");
}

/* Refuses the current row because of one cell. */
static enum err_code bad_cell(struct table *t, const char *column, const char *why)
{
	char shown[64] = "";
	struct sv cell = csv_get(&t->csv, column);
	size_t n = cell.n < sizeof(shown) ? cell.n : sizeof(shown) - 1;
	while (n > 0 && n < cell.n && ((unsigned char)cell.p[n] & 0xC0) == 0x80)
		n--;
	if (n > 0)
		memcpy(shown, cell.p, n);
	return err_set(t->err, ERR_INVALID, "law-table", "第%zu行：%s“%s”%s", t->csv.line, column,
		       shown, why);
}

static enum err_code open_table(struct table *t, struct arena *arena, struct sv text,
				const char *const *columns, struct err *err)
{
	*t = (struct table){ .arena = arena, .err = err };
	enum err_code code = check_text(text, err);
	if (code == ERR_OK)
		code = csv_open(&t->csv, arena, text, err);
	for (; code == ERR_OK && *columns; columns++)
		if (csv_column(&t->csv, *columns) < 0)
			code = err_set(err, ERR_INVALID, "law-table", "缺少列“%s”", *columns);
	return code;
}

/* Rows of the table, not counting the header: reads to the end once. */
static enum err_code count_rows(const struct table *t, size_t *ret)
{
	struct csv csv = t->csv;
	size_t n = 0;
	for (;; n++) {
		bool more;
		enum err_code code = csv_next(&csv, &more, t->err);
		if (code != ERR_OK)
			return code;
		if (!more)
			break;
	}
	if (n == 0 || n > ROWS_MAX)
		return err_set(t->err, ERR_INVALID, "law-table", "表中有%zu行，应有1至%d行", n,
			       ROWS_MAX);
	*ret = n;
	return ERR_OK;
}

/* Reads row number i of `rows`, whose earlier ones are there. */
typedef enum err_code row_fn(struct table *t, void *rows, size_t i);

/* All rows, `size` bytes each; *ret_count 0 where there are none to look at. */
static enum err_code read_rows(struct arena *arena, struct sv text, const char *const *columns, size_t size, row_fn *row,
			       void **ret, size_t *ret_count, struct err *err)
{
	struct table t;
	bool more;
	enum err_code code = open_table(&t, arena, text, columns, err);
	if (code == ERR_OK)
		code = count_rows(&t, ret_count);
	if (code != ERR_OK)
		return code;
	*ret = arena_try_alloc_array(arena, *ret_count, size);
	if (!*ret) {
		*ret_count = 0;
		return no_memory(err);
	}
	for (size_t i = 0; i < *ret_count && code == ERR_OK; i++) {
		code = csv_next(&t.csv, &more, err);
		if (code == ERR_OK)
			code = row(&t, *ret, i);
	}
	return code;
}

static enum err_code copy_cell(struct table *t, const char *column, bool required, const char **ret)
{
	struct sv cell = sv_trim(csv_get(&t->csv, column));
	if (required && cell.n == 0)
		return bad_cell(t, column, "不能为空");
	*ret = arena_try_strndup(t->arena, cell.p ? cell.p : "", cell.n);
	return *ret ? ERR_OK : no_memory(t->err);
}

static enum err_code read_day(struct table *t, const char *column, day_t empty, day_t *ret)
{
	struct sv cell = sv_trim(csv_get(&t->csv, column));
	if (cell.n == 0)
		*ret = empty;
	else if (!day_parse_iso(cell, ret))
		return bad_cell(t, column, "不是日期");
	return ERR_OK;
}

/* --- clocks -------------------------------------------------------------------------------- */

/* The owner column: who must act before a clock runs out. Role codes, the party, the hearing's host; in hand-overs the
 * part of an organ, whoever it is: on its own copy its worker, on the others' another organ. */
static const char *const owners[] = {
	"officer", "clerk",  "unit_head", "legal_reviewer", "deputy_head", "principal",
	"host", "credit_clerk", "party",     "police",   "procuratorate", "court",
	"peer", "sender", "receiver", "third",
};

static enum err_code read_owner(struct table *t, struct clock_rule *rule)
{
	struct sv cell = sv_trim(csv_get(&t->csv, "owner"));
	for (size_t i = 0; i < ARRAY_LEN(owners); i++) {
		if (sv_eq_str(cell, owners[i])) {
			rule->owner = owners[i];
			return ERR_OK;
		}
	}
	return bad_cell(t, "owner", "不是已知的责任人代码");
}

/* `roll`: R rolls off free days, N never does, - does not apply. */
static enum err_code read_length(struct table *t, struct clock_rule *rule)
{
	struct sv length = sv_trim(csv_get(&t->csv, "length"));
	struct sv roll = sv_trim(csv_get(&t->csv, "roll"));

	if (sv_eq_str(length, "jun30") || sv_eq_str(length, "daily")) {
		rule->archive_rule = sv_eq_str(length, "jun30");
		rule->daily = !rule->archive_rule;
		rule->period = (struct period){ .unit = PERIOD_DAY };
	} else if (!period_parse(length, &rule->period)) {
		return bad_cell(t, "length", "不是期限（如15wd、90d、24h、6m、2y、jun30、daily）");
	}
	if (sv_eq_str(roll, "R")) {
		if (rule->archive_rule || rule->daily || rule->period.unit == PERIOD_HOUR ||
		    rule->period.unit == PERIOD_WORKDAY)
			return bad_cell(t, "roll", "只适用于按自然日、月、年计算的期限");
		rule->period.rolls = true;
	} else if (roll.n > 0 && !sv_eq_str(roll, "N") && !sv_eq_str(roll, "-")) {
		return bad_cell(t, "roll", "应为R、N或-");
	}
	return ERR_OK;
}

static enum err_code read_excluded(struct table *t, struct clock_rule *rule)
{
	struct sv rest = sv_trim(csv_get(&t->csv, "excluded"));

	while (rest.n > 0) {
		const char *end = memchr(rest.p, ';', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;
		enum span_kind kind;
		if (!span_kind_by_code(sv_trim((struct sv){ rest.p, n }), &kind))
			return bad_cell(t, "excluded", "含有未知的扣除时间种类");
		rule->excluded |= 1u << kind;
		rest.p += n + (end != NULL);
		rest.n -= n + (end != NULL);
		if (end && rest.n == 0)
			return bad_cell(t, "excluded", "末尾多了分号");
	}
	if (rule->excluded && rule->period.unit != PERIOD_DAY &&
	    rule->period.unit != PERIOD_WORKDAY)
		return bad_cell(t, "excluded", "只有按日计算的期限可以扣除时间");
	return ERR_OK;
}

static enum err_code read_extension(struct table *t, struct clock_rule *rule)
{
	struct sv cell = sv_trim(csv_get(&t->csv, "extension"));

	if (cell.n == 0 || sv_eq_str(cell, "free"))
		return ERR_OK;
	if (!period_parse(cell, &rule->extension) || rule->extension.length <= 0)
		return bad_cell(t, "extension", "不是期限，也不是free");
	/* Units of another kind could not be added to the period. */
	if (rule->extension.unit != rule->period.unit || rule->archive_rule || rule->daily)
		return bad_cell(t, "extension", "与期限的单位不同");
	return ERR_OK;
}

static enum err_code read_validity(struct table *t, struct clock_rule *rule,
				   const struct clock_rule *earlier, size_t count)
{
	enum err_code code = read_day(t, "valid_from", DAY_NONE, &rule->valid_from);
	if (code == ERR_OK)
		code = read_day(t, "valid_to", DAY_MAX, &rule->valid_to);
	if (code != ERR_OK)
		return code;
	if (rule->valid_to < rule->valid_from)
		return bad_cell(t, "valid_to", "早于valid_from");
	for (size_t i = 0; i < count; i++) {
		if (strcmp(earlier[i].id, rule->id) == 0 &&
		    earlier[i].valid_from <= rule->valid_to &&
		    rule->valid_from <= earlier[i].valid_to)
			return bad_cell(t, "id", "的有效期间与前面的行重叠");
	}
	return ERR_OK;
}

static enum err_code read_clock(struct table *t, void *rows, size_t i)
{
	struct clock_rule *rules = rows, *rule = &rules[i];
	enum err_code code = copy_cell(t, "id", true, &rule->id);
	if (code == ERR_OK)
		code = copy_cell(t, "name_zh", true, &rule->zh);
	if (code == ERR_OK)
		code = copy_cell(t, "trigger_zh", true, &rule->trigger);
	if (code == ERR_OK)
		code = copy_cell(t, "article", true, &rule->article);
	if (code == ERR_OK)
		code = copy_cell(t, "missed", false, &rule->missed);
	rule->lapses = code == ERR_OK && sv_eq_str(sv_trim(csv_get(&t->csv, "missed")), "自动解除");
	if (code == ERR_OK)
		code = read_length(t, rule);
	if (code == ERR_OK)
		code = read_owner(t, rule);
	if (code == ERR_OK)
		code = read_excluded(t, rule);
	if (code == ERR_OK)
		code = read_extension(t, rule);
	if (code == ERR_OK)
		code = read_validity(t, rule, rules, i);
	return code;
}

static enum err_code read_clocks(struct law_book *book, struct arena *arena, struct sv text,
				 struct err *err)
{
	static const char *const columns[] = {
		"id",        "name_zh", "trigger_zh", "length",     "roll",     "owner", "excluded",
		"extension", "missed",  "article",    "valid_from", "valid_to", NULL,
	};
	void *rules = NULL;
	size_t count = 0;
	enum err_code code = read_rows(arena, text, columns, sizeof(struct clock_rule), read_clock, &rules, &count, err);

	book->clocks = rules;
	book->clock_count = count;
	return code;
}

const struct clock_rule *law_book_clock(const struct law_book *book, const char *id, day_t on)
{
	for (size_t i = 0; i < book->clock_count; i++) {
		const struct clock_rule *rule = &book->clocks[i];
		if (strcmp(rule->id, id) == 0 && rule->valid_from <= on && on <= rule->valid_to)
			return rule;
	}
	return NULL;
}

/* --- vocabulary.csv ------------------------------------------------------------------------ */

struct word_row {
	struct word word;
	size_t list; /* row where its list first occurs: lists keep the order of the file */
	int64_t sort;
	size_t row;
};

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_words(const void *a, const void *b)
{
	const struct word_row *x = a, *y = b;
	int order = compare_numbers((int64_t)x->list, (int64_t)y->list);
	if (order == 0)
		order = compare_numbers(x->sort, y->sort);
	return order ? order : compare_numbers((int64_t)x->row, (int64_t)y->row);
}

static enum err_code read_word(struct table *t, void *all, size_t i)
{
	struct word_row *rows = all, *row = &rows[i];
	row->row = row->list = i;
	enum err_code code = copy_cell(t, "list", true, &row->word.list);
	if (code == ERR_OK)
		code = copy_cell(t, "value", true, &row->word.value);
	if (code != ERR_OK)
		return code;
	if (!sv_to_i64(sv_trim(csv_get(&t->csv, "sort")), &row->sort))
		return bad_cell(t, "sort", "不是整数");
	for (size_t k = 0; k < i; k++) {
		if (strcmp(rows[k].word.list, row->word.list) != 0)
			continue;
		row->list = rows[k].list;
		if (same_but_for_width(sv_of(rows[k].word.value), sv_of(row->word.value)))
			return bad_cell(t, "value", "在同一列表中重复");
	}
	return ERR_OK;
}

static enum err_code read_vocabulary(struct law_book *book, struct arena *arena, struct sv text,
				     struct err *err)
{
	static const char *const columns[] = { "list", "value", "sort", NULL };
	void *all = NULL;
	size_t count = 0;
	enum err_code code = read_rows(arena, text, columns, sizeof(struct word_row), read_word, &all, &count, err);
	if (code != ERR_OK)
		return code;
	struct word_row *rows = all;
	struct word *words = arena_try_array(arena, struct word, count);
	if (!words)
		return no_memory(err);
	qsort(rows, count, sizeof(*rows), compare_words);
	for (size_t i = 0; i < count; i++)
		words[i] = rows[i].word;
	book->vocabulary = (struct vocabulary){ .words = words, .count = count };
	return ERR_OK;
}

/* --- limits ---------------------------------------------------------------------------------- */

/* What the guards and effects ask for. */
static const char *const needed_limits[] = {
	"HEARING_NATURAL",      "HEARING_ORGANISATION", "SUMMARY_NATURAL",   "SUMMARY_ORGANISATION",
	"PUBLISH_MINOR_NATURAL", "PUBLISH_MINOR_ORGANISATION", "CASE_EXTENSION", "MEASURE_EXTENSION",
	"DISCUSSION_MEMBERS",   "ADDED_FINE_PERCENT",   "AMBER_PERCENT",     "AMBER_UNSOLD_PERCENT",
	"PUBLISH_CLASS_RESTRICTED", "PUBLISH_CLASS_SUSPENDED", "PUBLISH_CLASS_BARRED", "PUBLISH_CLASS_LOWERED",
	"PUBLISH_CLASS_REVOKED", "PUBLISH_CLASS_CLOSED", "PUBLISH_CLASS_FIELD", "PUBLISH_CLASS_LISTED",
	"REPAIR_MONTHS_MINOR",  "REPAIR_MONTHS_GENERAL", "REPAIR_MONTHS_A",  "REPAIR_MONTHS_B",
	"REPAIR_MONTHS_C",      "REPAIR_MONTHS_D",      "PUBLISH_TRANSITION", "PUBLISH_PERIOD_START",
	"PUBLISH_AFTER_SERVICE", "ADULT_YEARS",	"REPEAT_YEARS_TRADEMARK", "REPEAT_YEARS_OTHER", "REPEAT_TIMES",
};

static const struct limit *find_limit(const struct law_book *book, const char *id, day_t on)
{
	for (size_t i = 0; i < book->limit_count; i++) {
		const struct limit *l = &book->limits[i];
		if (l->valid_from <= on && on <= l->valid_to && strcmp(l->id, id) == 0)
			return l;
	}
	return NULL;
}

int64_t law_book_limit(const struct law_book *book, const char *id, day_t on)
{
	const struct limit *l = find_limit(book, id, on);

	if (!l)
		BUG("no limit %s", id);
	return l->value;
}

const char *law_book_limit_article(const struct law_book *book, const char *id, day_t on)
{
	const struct limit *l = find_limit(book, id, on);

	if (!l)
		BUG("no limit %s", id);
	return l->article;
}

static enum err_code read_limit(struct table *t, void *rows, size_t i)
{
	struct limit *limit = &((struct limit *)rows)[i];
	enum err_code code = copy_cell(t, "id", true, &limit->id);

	if (code == ERR_OK)
		code = copy_cell(t, "article", false, &limit->article);
	if (code == ERR_OK && (!sv_to_i64(sv_trim(csv_get(&t->csv, "value")), &limit->value) || limit->value < 0))
		code = bad_cell(t, "value", "不是非负整数");
	if (code == ERR_OK)
		code = read_day(t, "valid_from", DAY_NONE, &limit->valid_from);
	if (code == ERR_OK)
		code = read_day(t, "valid_to", DAY_MAX, &limit->valid_to);
	return code;
}

/* A figure must be in force on every day: rows of one id join without a gap, from the oldest day to the last. */
static enum err_code check_limits(const struct law_book *book, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(needed_limits); i++) {
		day_t on = DAY_NONE;
		for (const struct limit *l; on != DAY_MAX; on = l->valid_to == DAY_MAX ? DAY_MAX : l->valid_to + 1) {
			l = find_limit(book, needed_limits[i], on);
			if (!l)
				return err_set(err, ERR_INVALID, "limit-missing", "缺少数额 %s，或者生效日期不连续",
					       needed_limits[i]);
		}
	}
	return ERR_OK;
}

static enum err_code read_limits(struct law_book *book, struct arena *arena, struct sv text, struct err *err)
{
	static const char *const columns[] = { "id", "value", "valid_from", "valid_to", NULL };
	void *limits = NULL;
	size_t count = 0;
	enum err_code code = read_rows(arena, text, columns, sizeof(struct limit), read_limit, &limits, &count, err);

	book->limits = limits;
	book->limit_count = count;
	return code == ERR_OK ? check_limits(book, err) : code;
}

/* --- regions --------------------------------------------------------------------------------- */

static enum err_code read_region(struct table *t, void *rows, size_t i)
{
	struct region *region = &((struct region *)rows)[i];
	enum err_code code = copy_cell(t, "code", true, &region->code);

	if (code == ERR_OK)
		code = copy_cell(t, "name_zh", true, &region->zh);
	if (code == ERR_OK)
		code = copy_cell(t, "parent", false, &region->parent);
	return code;
}

static enum err_code read_regions(struct law_book *book, struct arena *arena, struct sv text, struct err *err)
{
	static const char *const columns[] = { "code", "name_zh", "parent", NULL };
	void *regions = NULL;
	size_t count = 0;

	if (text.n == 0)
		return ERR_OK;
	enum err_code code = read_rows(arena, text, columns, sizeof(struct region), read_region, &regions, &count, err);
	book->regions = (struct region_tree){ regions, count };
	return code;
}

/* --- the book ------------------------------------------------------------------------------ */

/* Puts the file's name before a message that tells only the line. */
static enum err_code in_file(enum err_code code, const char *file, struct err *err)
{
	if (!err)
		return code;
	struct err inner = *err;
	err_set(err, code, inner.rule, "%s：%s", file, inner.message);
	return code;
}

enum err_code law_texts_read(struct arena *arena, struct sv json, struct law_texts *ret, struct err *err)
{
	const struct {
		const char *name;
		struct sv *text;
	} parts[] = { { "holidays", &ret->holidays }, { "clocks", &ret->clocks }, { "vocabulary", &ret->vocabulary },
		      { "thresholds", &ret->thresholds }, { "limits", &ret->limits }, { "regions", &ret->regions } };
	struct json_doc *doc;
	enum err_code code = json_parse(arena, json, &doc, err);

	*ret = (struct law_texts){ .regions = { NULL, 0 } };
	for (size_t i = 0; code == ERR_OK && i < ARRAY_LEN(parts); i++) {
		const struct json_value *v = json_get(json_root(doc), parts[i].name);
		if (!v || json_type(v) != JSON_STRING)
			return err_set(err, ERR_INTERNAL, "law-edition", "法律数据版本缺少 %s", parts[i].name);
		*parts[i].text = json_string(v);
	}
	return code;
}

enum err_code law_book_init(struct law_book *book, struct arena *arena,
			    const struct law_texts *texts, struct err *err)
{
	struct law_book b = { .version = 1 };
	/* The calendar and the thresholds borrow from their text, which may go away. */
	const char *holidays = arena_try_strndup(arena, texts->holidays.p, texts->holidays.n);
	const char *thresholds = arena_try_strndup(arena, texts->thresholds.p, texts->thresholds.n);
	if (!holidays || !thresholds)
		return no_memory(err);

	enum err_code code = check_text(texts->holidays, err);
	if (code == ERR_OK)
		code = calendar_from_csv(&b.calendar, arena, sv_of(holidays), err);
	if (code != ERR_OK)
		return in_file(code, "holidays.csv", err);
	code = read_clocks(&b, arena, texts->clocks, err);
	if (code != ERR_OK)
		return in_file(code, "clocks.csv", err);
	code = read_vocabulary(&b, arena, texts->vocabulary, err);
	if (code != ERR_OK)
		return in_file(code, "vocabulary.csv", err);
	code = check_text(texts->thresholds, err);
	if (code == ERR_OK)
		code = threshold_from_csv(&b.thresholds, arena, sv_of(thresholds), err);
	if (code != ERR_OK)
		return in_file(code, "thresholds.csv", err);
	code = read_limits(&b, arena, texts->limits, err);
	if (code != ERR_OK)
		return in_file(code, "limits.csv", err);
	code = read_regions(&b, arena, texts->regions, err);
	if (code != ERR_OK)
		return in_file(code, "regions.csv", err);
	*book = b;
	return ERR_OK;
}
