/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Goods and media of a matter, and their chain of custody. */
#include "commands.h"

#include <stdio.h>

#include "client.h"
#include "fields.h"
#include "target.h"
#include "view.h"

static void print_chain(struct client *c, const struct json_value *chain)
{
	struct arena *a = &c->arena;

	for (const struct json_value *v = json_first(chain); v; v = json_next(v)) {
		struct str line = STR_INIT(1 << 16);

		str_printf(&line, "%.*s  %.*s", SV_ARG(view_member(a, v, "act_zh")), SV_ARG(view_member(a, v, "by")));
		for (const struct json_value *m = json_first(json_get(v, "fields")); m; m = json_next(m)) {
			if (!sv_eq_str(json_name(m), "item"))
				str_printf(&line, "  %s %.*s", field_label(a, json_name(m)), SV_ARG(view_named(a, json_name(m), m)));
		}
		print_wrapped(&c->out, STYLE_DIM,
			      arena_printf(a, "     %.*s  ", SV_ARG(view_time(a, json_get(v, "happened_at")))),
			      term_clean(a, sv_of(str_cstr(&line))));
		str_release(&line);
	}
}

static void print_item(struct client *c, const struct json_value *v)
{
	static const struct code_word words[] = {
		{ "held", "保管中" }, { "returned", "已返还" }, { "destroyed", "已销毁" }, { "moved", "随案移转" }
	};
	struct arena *a = &c->arena;
	struct sv status = view_word(words, ARRAY_LEN(words), view_member(a, v, "status"));
	struct sv seal = view_member(a, v, "seal");
	term_print(&c->out, STYLE_BOLD, "%.*s  %.*s", SV_ARG(view_number(a, json_get(v, "item"))),
		   SV_ARG(term_clean(a, view_member(a, v, "name"))));
	printf("  %.*s  %.*s  保管人 %.*s  地点 %.*s%s%.*s\n", SV_ARG(term_clean(a, view_member(a, v, "quantity"))), SV_ARG(status),
	       SV_ARG(term_clean(a, view_member(a, v, "custodian"))), SV_ARG(term_clean(a, view_member(a, v, "place"))),
	       seal.n ? "  封条 " : "", SV_ARG(term_clean(a, seal)));
	print_chain(c, json_get(v, "chain"));
}

static void print_items(struct client *c, const struct json_value *root)
{
	const struct json_value *v = json_first(json_get(root, "items"));

	if (!v)
		puts("没有登记物品");
	for (; v; v = json_next(v))
		print_item(c, v);
}

enum exit_code cmd_item_list(struct client *c, const struct args *args)
{
	struct target target;
	enum exit_code code = client_need_login(c);

	if (!code && strncmp(args->words[0], "handoff:", 8) == 0)
		return client_problem(c, CLI_USAGE, "usage", "物品登记在案件或线索中，请写 case:编号 或 clue:编号");
	if (!code)
		code = target_find(c, args->words[0], &target);
	return code ? code : view_get(c, target_path(c, &target, "/items"), print_items);
}
