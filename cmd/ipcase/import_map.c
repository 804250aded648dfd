/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Column mapping and typed cells, see import_map.h. */
#include "import_map.h"

#include "base/text.h"
#include "json/json_writer.h"
#include "values.h"

enum { ROW_JSON_MAX = 8 << 20 };

/* The import record. Titles are those seen on papers and lists; `always`: present in every
 * record, null when not known. Amounts are yuan. */
static const struct {
	const char *name;
	enum map_type type;
	bool always;
	const char *titles[4];
} record_fields[] = {
	{ "id", MAP_TEXT, true, { "编号", "原始编号" } },
	{ "campaign", MAP_TEXT, true, { "专项行动" } },
	{ "year", MAP_INT, true, { "年度", "年份" } },
	{ "agency", MAP_TEXT, true, { "办案机关", "办案单位", "作出行政处罚决定机关名称" } },
	{ "region", MAP_TEXT, true, { "地区", "区划" } },
	{ "ip_type", MAP_TEXT, true, { "知识产权类型" } },
	{ "ip_subtype", MAP_TEXT, false, { "违法行为类型", "案由" } },
	{ "party_name", MAP_TEXT, true, { "当事人", "当事人名称", "被处罚单位名称" } },
	{ "party_kind", MAP_TEXT, false, { "当事人类型", "行政处罚相对人类别" } },
	{ "uscc", MAP_TEXT, true, { "统一社会信用代码" } },
	{ "decision_no",
	  MAP_TEXT,
	  true,
	  { "行政处罚决定书文号", "处罚决定书文号", "决定书文号", "文号" } },
	{ "clue_source", MAP_TEXT, true, { "案件来源" } },
	{ "discovery_date", MAP_DATE, true, { "发现日期", "线索日期" } },
	{ "filed_date", MAP_DATE, true, { "立案日期" } },
	{ "investigation_end_date", MAP_DATE, false, { "调查终结日期" } },
	{ "notice_date", MAP_DATE, false, { "告知日期" } },
	{ "notice_served_date", MAP_DATE, false, { "告知书送达日期" } },
	{ "decision_date", MAP_DATE, true, { "处罚决定日期", "决定日期", "作出行政处罚决定日期" } },
	{ "closed_date", MAP_DATE, false, { "结案日期" } },
	{ "publish_date", MAP_DATE, false, { "公示日期" } },
	{ "facts", MAP_TEXT, true, { "违法事实", "案件事实", "违法的主要事实" } },
	{ "goods", MAP_TEXT, true, { "涉案物品", "物品" } },
	{ "goods_qty", MAP_TEXT, false, { "物品数量", "数量" } },
	{ "goods_value", MAP_MONEY, true, { "货值金额" } },
	{ "illegal_turnover", MAP_MONEY, true, { "违法经营额" } },
	{ "illegal_income", MAP_MONEY, true, { "违法所得" } },
	{ "sales_amount", MAP_MONEY, false, { "销售金额" } },
	{ "purchase_amount", MAP_MONEY, false, { "购进金额" } },
	{ "fine", MAP_MONEY, true, { "罚款金额", "罚款" } },
	{ "confiscated_income", MAP_MONEY, false, { "没收违法所得金额", "没收违法所得" } },
	{ "confiscation", MAP_TEXT, true, { "没收", "没收物品" } },
	{ "total_penalty", MAP_MONEY, false, { "罚没款" } },
	{ "legal_basis", MAP_LIST, true, { "处罚依据", "行政处罚依据" } },
	{ "outcome", MAP_LIST, true, { "处理结果", "行政处罚决定", "行政处罚内容", "处罚内容" } },
	{ "transferred_to_police", MAP_BOOL, true, { "移送公安", "是否移送公安" } },
	{ "parties", MAP_LIST, false, { "其他当事人" } },
	{ "right_no", MAP_LIST, false, { "权利号" } },
	{ "online", MAP_BOOL, false, { "网络案件", "是否网络案件" } },
	{ "source_url", MAP_TEXT, false, { "来源网址" } },
	{ "note", MAP_TEXT, false, { "备注", "说明" } },
};

static const struct {
	const char *word;
	enum map_type type;
} type_words[] = {
	{ "文字", MAP_TEXT },      { "text", MAP_TEXT },     { "整数", MAP_INT },
	{ "int", MAP_INT },        { "元", MAP_MONEY },      { "money", MAP_MONEY },
	{ "万元", MAP_MONEY_WAN }, { "wan", MAP_MONEY_WAN }, { "日期", MAP_DATE },
	{ "date", MAP_DATE },      { "是否", MAP_BOOL },     { "bool", MAP_BOOL },
	{ "多项", MAP_LIST },      { "list", MAP_LIST },
};

/* The same title with other widths, blanks or brackets. */
static bool same_title(struct arena *arena, struct sv a, struct sv b)
{
	if (sv_eq(a, b))
		return true;
	const char *x = text_fold(arena, a);
	const char *y = text_fold(arena, b);
	return x && y && x[0] && strcmp(x, y) == 0;
}

/* Cuts "(万元)" off a title. */
static bool take_unit(struct sv *title)
{
	static const char *const units[] = { "(万元)", "（万元）", "万元" };
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		size_t n = strlen(units[i]);
		if (title->n > n && memcmp(title->p + title->n - n, units[i], n) == 0) {
			*title = sv_trim((struct sv){ title->p, title->n - n });
			return true;
		}
	}
	return false;
}

static void set_field(struct map_column *column, const char *field, enum map_type type, bool wan)
{
	column->field = field;
	column->type = type == MAP_MONEY && wan ? MAP_MONEY_WAN : type;
}

static void map_by_title(struct arena *arena, struct map_column *column)
{
	struct sv title = column->title;
	bool wan = take_unit(&title);
	for (size_t i = 0; i < ARRAY_LEN(record_fields); i++) {
		bool found = sv_eq_str(title, record_fields[i].name);
		for (size_t k = 0; k < 4 && record_fields[i].titles[k]; k++)
			found = found ||
				same_title(arena, title, sv_of(record_fields[i].titles[k]));
		if (found) {
			set_field(column, record_fields[i].name, record_fields[i].type, wan);
			return;
		}
	}
}

static enum err_code set_target(struct arena *arena, struct map_column *column, struct sv target,
				struct err *err)
{
	const char *colon = memchr(target.p, ':', target.n);
	struct sv field =
		sv_trim((struct sv){ target.p, colon ? (size_t)(colon - target.p) : target.n });
	struct sv title = column->title;
	column->field = NULL;
	if (field.n == 0)
		return ERR_OK;
	enum map_type type = MAP_TEXT;
	for (size_t i = 0; i < ARRAY_LEN(record_fields); i++) {
		if (sv_eq_str(field, record_fields[i].name))
			type = record_fields[i].type;
	}
	set_field(column, arena_strndup(arena, field.p, field.n), type, take_unit(&title));
	if (!colon)
		return ERR_OK;
	struct sv word =
		sv_trim((struct sv){ colon + 1, target.n - (size_t)(colon + 1 - target.p) });
	for (size_t i = 0; i < ARRAY_LEN(type_words); i++) {
		if (sv_eq_str(word, type_words[i].word)) {
			column->type = type_words[i].type;
			return ERR_OK;
		}
	}
	return err_set(err, ERR_INVALID, "mapping",
		       "没有“%.*s”这种类型，可用 文字、整数、元、万元、日期、是否、多项",
		       SV_ARG(word));
}

static enum err_code read_mapping_line(struct import_map *map, struct arena *arena, struct sv line,
				       struct err *err)
{
	const char *equals = line.n > 0 ? memrchr(line.p, '=', line.n) : NULL;
	if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';' || line.p[0] == '[')
		return ERR_OK;
	if (!equals)
		return err_set(err, ERR_INVALID, "mapping", "“%.*s”应写成 列名=字段", SV_ARG(line));
	struct sv title = sv_trim((struct sv){ line.p, (size_t)(equals - line.p) });
	struct sv target =
		sv_trim((struct sv){ equals + 1, line.n - (size_t)(equals + 1 - line.p) });
	for (size_t i = 0; i < map->count; i++) {
		if (same_title(arena, map->columns[i].title, title))
			return set_target(arena, &map->columns[i], target, err);
	}
	return err_set(err, ERR_INVALID, "mapping", "文件中没有“%.*s”这一列", SV_ARG(title));
}

static enum err_code check_map(const struct import_map *map, struct err *err)
{
	size_t used = 0;
	for (size_t i = 0; i < map->count; i++) {
		if (!map->columns[i].field)
			continue;
		used++;
		for (size_t k = 0; k < i; k++) {
			if (map->columns[k].field &&
			    strcmp(map->columns[k].field, map->columns[i].field) == 0)
				return err_set(
					err, ERR_INVALID, "mapping",
					"“%.*s”和“%.*s”两列都对应字段 %s，请用 --mapping 去掉一列",
					SV_ARG(map->columns[k].title),
					SV_ARG(map->columns[i].title), map->columns[i].field);
		}
	}
	if (used == 0)
		return err_set(err, ERR_INVALID, "mapping",
			       "没有一列能对应到字段，请检查标题行或用 --mapping 给出对应关系");
	return ERR_OK;
}

enum err_code import_map_open(struct import_map *map, struct arena *arena, struct sv mapping,
			      const struct sv *titles, size_t count, struct err *err)
{
	map->columns = arena_array(arena, struct map_column, count);
	map->count = count;
	for (size_t i = 0; i < count; i++) {
		map->columns[i].title = sv_trim(titles[i]);
		if (map->columns[i].title.n > 0)
			map_by_title(arena, &map->columns[i]);
	}
	while (mapping.n > 0) {
		const char *end = memchr(mapping.p, '\n', mapping.n);
		size_t n = end ? (size_t)(end - mapping.p) : mapping.n;
		enum err_code code =
			read_mapping_line(map, arena, sv_trim((struct sv){ mapping.p, n }), err);
		if (code)
			return code;
		n += end ? 1 : 0;
		mapping.p += n;
		mapping.n -= n;
	}
	return check_map(map, err);
}

/* On paper an empty cell is struck out. */
static bool is_struck_out(struct sv text)
{
	static const char *const marks[] = { "/", "\\", "-", "—", "——", "／" };
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (sv_eq_str(text, marks[i]))
			return true;
	}
	return text.n == 0;
}

/* "2023", "2023-01", "2023年1月": published dates can be this short. */
static bool short_date(struct arena *arena, struct sv text, const char **ret)
{
	const char *half = text_halfwidth(arena, text);
	int year = 0;
	int month = 0;
	int end = 0;
	if (!half)
		return false;
	size_t n = strlen(half);
	if (n < 4 || strspn(half, "0123456789") != 4)
		return false;
	for (int i = 0; i < 4; i++)
		year = year * 10 + (half[i] - '0');
	if (year < 1900 || year > 2199)
		return false;
	*ret = arena_printf(arena, "%04d", year);
	if (n == 4 || strcmp(half + 4, "年") == 0)
		return true;
	const char *rest = half + 4;
	if (strncmp(rest, "年", strlen("年")) == 0)
		rest += strlen("年");
	else if (strchr("-./", *rest))
		rest++;
	for (; rest[end] >= '0' && rest[end] <= '9' && end < 2; end++)
		month = month * 10 + (rest[end] - '0');
	if (end == 0 || month < 1 || month > 12 || (rest[end] && strcmp(rest + end, "月") != 0))
		return false;
	*ret = arena_printf(arena, "%04d-%02d", year, month);
	return true;
}

static enum err_code write_date(struct arena *arena, struct json_writer *w, struct sv text,
				struct err *err)
{
	char buf[11];
	day_t day = DAY_NONE;
	const char *shorter = NULL;
	if (value_day(arena, text, &day, NULL) == ERR_OK) {
		day_format(day, buf);
		json_cstr(w, buf);
		return ERR_OK;
	}
	if (!short_date(arena, text, &shorter))
		return value_day(arena, text, &day, err);
	json_cstr(w, shorter);
	return ERR_OK;
}

static enum err_code write_money(struct arena *arena, struct json_writer *w, struct sv text,
				 int scale, struct err *err)
{
	int64_t fen = 0;
	if (sv_eq_str(text, "不能计算") || sv_eq_str(text, "无法计算")) {
		json_cstr(w, "不能计算");
		return ERR_OK;
	}
	enum err_code code = value_money_scaled(arena, text, scale, &fen, err);
	if (code)
		return code;
	struct str yuan = STR_INIT(64);
	value_format_fen(&yuan, fen, true);
	json_rawtext(w, (struct sv){ yuan.p, yuan.len });
	str_release(&yuan);
	return ERR_OK;
}

/* Bytes of a divider at the start. Articles contain 、 and names contain commas: only semicolons
 * and line feeds divide a list. */
static size_t divider(struct sv text)
{
	if (text.p[0] == ';' || text.p[0] == '\n')
		return 1;
	return sv_starts_with(text, SV("；")) ? strlen("；") : 0;
}

static void write_list(struct json_writer *w, struct sv text)
{
	json_arr_open(w);
	while (text.n > 0 && !is_struck_out(text)) {
		size_t n = 0;
		size_t skip = 0;
		while (n < text.n && skip == 0) {
			skip = divider((struct sv){ text.p + n, text.n - n });
			n += skip == 0 ? 1 : 0;
		}
		struct sv piece = sv_trim((struct sv){ text.p, n });
		if (piece.n > 0)
			json_str(w, piece);
		text.p += n + skip;
		text.n -= n + skip;
	}
	json_arr_close(w);
}

static enum err_code write_cell(struct arena *arena, struct json_writer *w, enum map_type type,
				struct sv cell, struct err *err)
{
	struct sv text = sv_trim(cell);
	int64_t number = 0;
	bool yes = false;
	enum err_code code = ERR_OK;
	/* "/" is an answer in a text, but no amount and no date. */
	if (text.n == 0 || (type != MAP_TEXT && is_struck_out(text))) {
		if (type == MAP_LIST)
			write_list(w, SV(""));
		else
			json_null(w);
		return ERR_OK;
	}
	switch (type) {
	case MAP_TEXT:
		json_str(w, text);
		break;
	case MAP_LIST:
		write_list(w, text);
		break;
	case MAP_INT:
		code = value_integer(arena, text, &number, err);
		if (!code)
			json_i64(w, number);
		break;
	case MAP_MONEY:
		return write_money(arena, w, text, 1, err);
	case MAP_MONEY_WAN:
		return write_money(arena, w, text, 10000, err);
	case MAP_DATE:
		return write_date(arena, w, text, err);
	case MAP_BOOL:
		code = value_bool(arena, text, &yes, err);
		if (!code)
			json_bool(w, yes);
		break;
	}
	return code;
}

static bool is_mapped(const struct import_map *map, const char *field)
{
	for (size_t i = 0; i < map->count; i++) {
		if (map->columns[i].field && strcmp(map->columns[i].field, field) == 0)
			return true;
	}
	return false;
}

enum err_code import_map_row(const struct import_map *map, struct arena *arena,
			     const struct sv *cells, struct sv *ret_json, struct err *err)
{
	struct str out = STR_INIT(ROW_JSON_MAX);
	struct json_writer w;
	enum err_code code = ERR_OK;
	json_writer_init(&w, &out);
	json_obj_open(&w);
	for (size_t i = 0; i < map->count && !code; i++) {
		if (!map->columns[i].field)
			continue;
		json_key(&w, map->columns[i].field);
		code = write_cell(arena, &w, map->columns[i].type, cells[i], err);
		if (code)
			err_field(err, "%s", map->columns[i].field);
	}
	for (size_t i = 0; i < ARRAY_LEN(record_fields) && !code; i++) {
		if (!record_fields[i].always || is_mapped(map, record_fields[i].name))
			continue;
		json_key(&w, record_fields[i].name);
		code = write_cell(arena, &w, record_fields[i].type, SV(""), err);
	}
	if (!code) {
		json_obj_close(&w);
		*ret_json = (struct sv){ arena_strndup(arena, str_cstr(&out), out.len), out.len };
	}
	str_release(&out);
	return code;
}
