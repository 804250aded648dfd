/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What a digest says: canonical JSON (keys in the order of their bytes, no blanks) and a text. Numbers of matters, never their
 * titles: a title names the party. */
#include "app/digest.h"

#include <inttypes.h>

#include "json/json_writer.h"

enum { JSON_MAX = 1 << 20, TEXT_MAX = 1 << 20 };

static const char *zh_of_kind(const char *kind)
{
	static const struct {
		const char *code, *zh;
	} kinds[] = { { "clue", "线索" }, { "case", "案件" }, { "handoff", "移送" }, { "disclosure", "公示" } };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i].code, kind) == 0)
			return kinds[i].zh;
	}
	return kind;
}

/* ---- JSON ---- */

static void groups_json(struct json_writer *w, const char *key, const struct warning_group *groups, size_t n)
{
	json_key(w, key);
	json_arr_open(w);
	for (size_t i = 0; i < n; i++) {
		json_obj_open(w);
		json_kv_i64(w, "due", groups[i].due);
		json_kv_str(w, "name", groups[i].zh);
		json_kv_i64(w, "overdue", groups[i].overdue);
		json_obj_close(w);
	}
	json_arr_close(w);
}

static void item_json(struct json_writer *w, const struct warning_row *row)
{
	json_obj_open(w);
	json_kv_str(w, "article", row->article);
	json_kv_i64(w, "days_left", row->days_left);
	json_kv_day(w, "due", row->due);
	json_kv_str(w, "kind", row->kind);
	json_kv_id(w, "matter", row->matter);
	json_key(w, "metrics");
	json_arr_open(w);
	for (size_t i = 0; i < row->metric_count; i++)
		json_cstr(w, row->metrics[i].code);
	json_arr_close(w);
	json_kv_str(w, "number", row->number);
	json_kv_str(w, "officer", row->officer);
	json_kv_str(w, "owner", row->owner_zh);
	json_kv_str(w, "rule", row->rule);
	json_kv_str(w, "unit", row->unit);
	json_kv_str(w, "what", row->zh);
	json_obj_close(w);
}

static void write_json(const struct digest_content *c, struct str *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_obj_open(&w);
	json_kv_day(&w, "day", c->day);
	json_kv_i64(&w, "days", c->days);
	json_kv_i64(&w, "due", c->list->due);
	json_kv_str(&w, "id", c->id);
	json_key(&w, "items");
	json_arr_open(&w);
	for (size_t i = 0; i < c->list->count; i++)
		item_json(&w, &c->list->rows[i]);
	json_arr_close(&w);
	json_kv_bool(&w, "more", c->list->more);
	groups_json(&w, "officers", c->officers, c->officer_count);
	json_key(&w, "organ");
	json_obj_open(&w);
	json_kv_str(&w, "code", c->organ_code);
	json_kv_str(&w, "name", c->organ_name);
	json_obj_close(&w);
	json_kv_i64(&w, "overdue", c->list->overdue);
	groups_json(&w, "units", c->list->groups, c->list->group_count);
	json_kv_day(&w, "until", c->until);
	json_kv_i64(&w, "v", 1);
	json_obj_close(&w);
}

/* ---- text ---- */

static void groups_text(struct str *out, const char *head, const struct warning_group *groups, size_t n)
{
	str_printf(out, "%s\n", head);
	for (size_t i = 0; i < n; i++)
		str_printf(out, "  %s：超期 %" PRId64 " 项，将到期 %" PRId64 " 项\n", groups[i].zh[0] ? groups[i].zh : "（未指定）",
			   groups[i].overdue, groups[i].due);
}

static void item_text(struct str *out, const struct warning_row *row)
{
	char day[11];

	day_format(row->due, day);
	if (row->days_left < 0 || row->light == LIGHT_RED)
		str_printf(out, "  %s 已超期 %d 个工作日　", day, -row->days_left);
	else
		str_printf(out, "  %s 还有 %d 个工作日　", day, row->days_left);
	str_printf(out, "%s%s", zh_of_kind(row->kind), row->number ? " " : "");
	if (row->number)
		str_append_cstr(out, row->number);
	else
		str_printf(out, "（编号 %" PRId64 "）", row->matter);
	str_printf(out, "　%s %s　应由%s办理　%s %s", row->rule, row->zh, row->owner_zh, row->unit, row->officer);
	for (size_t i = 0; i < row->metric_count; i++)
		str_printf(out, "%s%s", i ? " " : "　影响 ", row->metrics[i].code);
	str_append_char(out, '\n');
}

static void write_text(const struct digest_content *c, struct str *out)
{
	char day[11], until[11];

	day_format(c->day, day);
	day_format(c->until, until);
	str_printf(out, "%s 办案期限每日提示　%s\n\n已超期 %" PRId64 " 项；%" PRId64 "个工作日内（至 %s）到期 %" PRId64 " 项。\n\n",
		   c->organ_name, day, c->list->overdue, c->days, until, c->list->due);
	groups_text(out, "按单位", c->list->groups, c->list->group_count);
	groups_text(out, "按承办人", c->officers, c->officer_count);
	str_append_cstr(out, "逐项\n");
	for (size_t i = 0; i < c->list->count; i++)
		item_text(out, &c->list->rows[i]);
	if (c->list->more)
		str_append_cstr(out, "  （还有更多，用 ipcase warning 查看）\n");
	str_printf(out, "\n编号 %s\n", c->id);
}

void digest_write(const struct digest_content *c, struct arena *arena, struct sv *ret_json, struct sv *ret_text)
{
	struct str json = STR_INIT(JSON_MAX), text = STR_INIT(TEXT_MAX);

	write_json(c, &json);
	write_text(c, &text);
	if (json.failed || text.failed) /* the rows are bounded, and so are their texts */
		BUG("digest too large");
	*ret_json = (struct sv){ arena_strndup(arena, json.p, json.len), json.len };
	*ret_text = (struct sv){ arena_strndup(arena, text.p, text.len), text.len };
	str_release(&json);
	str_release(&text);
}
