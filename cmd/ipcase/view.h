/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Values of the API's replies as text for people. All take any value and never fail.
 */
#ifndef IPCASE_VIEW_H
#define IPCASE_VIEW_H

#include "json/json_reader.h"

#include "client.h"
#include "table.h"

/* A code of the API and what people call it. */
struct code_word {
	const char *code, *zh;
};
/* The Chinese word; the code itself when it is none of them. */
struct sv view_word(const struct code_word *words, size_t count, struct sv code);

/* Strings as they are, numbers as written, 是/否, lists joined by 、; of an object its zh, name,
 * title, number, account or id, else its JSON. */
struct sv view_text(struct arena *arena, const struct json_value *v);
/* 申请, 审核, 批准, 退回; "" for an act done at once. */
const char *view_stage(struct sv stage);
struct sv view_member(struct arena *arena, const struct json_value *object, const char *name);
/* RFC 3339 as "2026-11-23 16:00", Beijing time; other text unchanged. */
struct sv view_time(struct arena *arena, const struct json_value *v);
/* A code that is typed as it is, with its meaning, when field `name` has such codes; else the text. */
struct sv view_code(struct arena *arena, struct sv name, struct sv text);
/* A member by its name: _fen in yuan, times short, codes with their meaning, everything else view_text. */
struct sv view_named(struct arena *arena, struct sv name, const struct json_value *v);
/* Whole number as text, "" when absent. */
struct sv view_number(struct arena *arena, const struct json_value *v);

/* Chinese word of a role code; the text itself when it is none. */
struct sv view_role(struct arena *arena, const struct json_value *v);
/* Chinese word of a kind of organ or unit. */
struct sv view_unit_kind(struct sv kind);

/* "标签: 值" when the value is not empty. */
void view_line(struct client *c, const char *label, struct sv text);
/* The line below a table: how many, and how to go on when there are more; `what` follows the number. */
void view_end(struct client *c, const struct json_value *root, const struct table *t, const char *what);
/* Rows of the queue and of searches, with that line. */
void view_matters(struct client *c, const struct json_value *root);

typedef void view_print_fn(struct client *c, const struct json_value *root);
/* Logs in, gets `path` and prints the reply: as it is with --json, else with `print`. */
enum exit_code view_get(struct client *c, const char *path, view_print_fn *print);

#endif
