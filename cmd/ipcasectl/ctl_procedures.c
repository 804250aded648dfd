/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * procedures: the law's tables as a document to read, docs/procedures.md. Written from the very rows that the
 * engine runs; --check tells whether the file in the tree is that of this program. */
#include "ctl.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "gen/schema_files.h"
#include "law/procedure.h"

enum { DOCUMENT_MAX = 4 << 20 };

/* Everything is appended to one string. */
struct document {
	struct str out;
	struct arena arena;
	struct law_book book;
};

/* ---- pieces ---- */

static struct sv embedded(const char *name)
{
	for (const struct schema_file *f = schema_files; f->dir; f++) {
		if (strcmp(f->dir, "law") == 0 && strcmp(f->name, name) == 0)
			return (struct sv){ f->text, f->size };
	}
	BUG("schema/law/%s is not embedded", name);
}

static const char *clock_name(const struct document *d, const char *id)
{
	const char *zh = "";

	for (size_t i = 0; i < d->book.clock_count; i++) {
		if (strcmp(d->book.clocks[i].id, id) == 0)
			zh = d->book.clocks[i].zh; /* the latest row wins */
	}
	return zh;
}

static void add_roles(struct document *d, uint32_t mask)
{
	const char *between = "";

	if (!mask)
		str_append_cstr(&d->out, "（系统）");
	for (int i = 0; i < ROLE_COUNT; i++) {
		if (!(mask & (1u << i)))
			continue;
		str_printf(&d->out, "%s%s", between, role_zh(1u << i));
		between = "、";
	}
}

static void add_states(struct document *d, state_set states)
{
	const char *between = "";

	for (enum state s = STATE_NONE + 1; s < STATE_COUNT; s++) {
		if (!(states & STATE_BIT(s)))
			continue;
		str_printf(&d->out, "%s%s", between, state_info(s)->zh);
		between = "、";
	}
}

static state_set states_of(const struct procedure *p)
{
	state_set all = 0;

	for (size_t i = 0; i < p->row_count; i++)
		all |= p->rows[i].from | procedure_targets(&p->rows[i]);
	return all;
}

/* ---- diagram ---- */

/* Acts that lead from one state to another, on one arrow. */
static void add_arrow(struct document *d, const struct procedure *p, enum state from, enum state to)
{
	size_t n = 0;

	for (size_t i = 0; i < p->row_count; i++) {
		const struct act_row *row = &p->rows[i];
		if (!(procedure_leads(row, from) & STATE_BIT(to)))
			continue;
		if (n++ == 0)
			str_printf(&d->out, "    %s --> %s: ", from == STATE_NONE ? "[*]" : state_info(from)->code,
				   state_info(to)->code);
		else
			str_append_cstr(&d->out, "、");
		str_append_cstr(&d->out, row->zh);
	}
	if (n)
		str_append_char(&d->out, '\n');
}

static void add_diagram(struct document *d, const struct procedure *p)
{
	state_set all = states_of(p);

	str_append_cstr(&d->out, "```mermaid\nstateDiagram-v2\n");
	for (enum state s = STATE_NONE + 1; s < STATE_COUNT; s++) {
		if (all & STATE_BIT(s))
			str_printf(&d->out, "    %s: %s\n", state_info(s)->code, state_info(s)->zh);
	}
	for (enum state from = STATE_NONE; from < STATE_COUNT; from++) {
		for (enum state to = STATE_NONE + 1; to < STATE_COUNT; to++) {
			if (from != to)
				add_arrow(d, p, from, to);
		}
	}
	for (enum state s = STATE_NONE + 1; s < STATE_COUNT; s++) {
		if ((all & STATE_BIT(s)) && !state_info(s)->open)
			str_printf(&d->out, "    %s --> [*]\n", state_info(s)->code);
	}
	str_append_cstr(&d->out, "```\n\n");
}

/* ---- one act ---- */

static void add_clock_effect(struct document *d, const char *what, const struct effect *e)
{
	str_printf(&d->out, "%s %s %s", what, e->clock, clock_name(d, e->clock));
	if (e->kind == EFFECT_START && e->base != FIELD_NONE)
		str_printf(&d->out, "（自%s）", field_info(e->base)->zh);
}

static void add_effect(struct document *d, const struct effect *e)
{
	switch (e->kind) {
	case EFFECT_START:
		add_clock_effect(d, "起算", e);
		break;
	case EFFECT_RESTART:
		add_clock_effect(d, "重新起算", e);
		break;
	case EFFECT_MEET:
		add_clock_effect(d, "办结", e);
		break;
	case EFFECT_CANCEL:
		add_clock_effect(d, "撤销", e);
		break;
	case EFFECT_EXTEND:
		add_clock_effect(d, "延长", e);
		break;
	case EFFECT_SPAN_OPEN:
		str_printf(&d->out, "开始扣除%s期间", span_kind_zh(e->span));
		break;
	case EFFECT_SPAN_CLOSE:
		str_printf(&d->out, "结束扣除%s期间", span_kind_zh(e->span));
		break;
	case EFFECT_SET_DAY:
		str_printf(&d->out, "记%s", field_info(e->field)->zh);
		break;
	case EFFECT_SET_TEXT:
		str_printf(&d->out, "%s记为“%s”", field_info(e->field)->zh, e->text);
		break;
	case EFFECT_SET_DUE:
		str_printf(&d->out, "%s取自 %s", field_info(e->field)->zh, e->clock);
		break;
	case EFFECT_CLEAR:
		str_printf(&d->out, "清除%s", field_info(e->field)->zh);
		break;
	case EFFECT_GROUND:
		str_printf(&d->out, "结案情形 %s，起算 D31 %s", e->text, clock_name(d, "D31"));
		break;
	case EFFECT_CALL:
		str_printf(&d->out, "`%s`", e->text);
		break;
	case EFFECT_END:
		break;
	}
	if (e->when != WHEN_ALWAYS)
		str_printf(&d->out, "（仅 `%s`）", condition_name(e->when));
}

static void add_effects(struct document *d, const char *when, const struct effect *e)
{
	const char *between = "";

	if (!e || e->kind == EFFECT_END)
		return;
	str_append_cstr(&d->out, when);
	for (; e->kind != EFFECT_END; e++) {
		str_append_cstr(&d->out, between);
		add_effect(d, e);
		between = "；";
	}
}

static void add_fields(struct document *d, const struct field_use *u)
{
	for (const char *between = ""; u && u->field != FIELD_NONE; u++) {
		str_printf(&d->out, "%s%s%s", between, field_info(u->field)->zh, u->required ? "*" : "");
		between = "、";
	}
}

static void add_chain(struct document *d, const struct act_row *row)
{
	if (!row->approve_by) {
		add_roles(d, row->by);
		return;
	}
	add_roles(d, row->by);
	str_append_cstr(&d->out, " 申请");
	if (row->endorse_by) {
		str_append_cstr(&d->out, " → ");
		add_roles(d, row->endorse_by);
		str_append_cstr(&d->out, " 审核");
	}
	str_append_cstr(&d->out, " → ");
	add_roles(d, row->approve_by);
	str_append_cstr(&d->out, " 批准");
}

/* Hand-overs: whose act it is, and who learns of it. */
static void add_part(struct document *d, const struct act_row *row)
{
	static const struct {
		uint32_t side;
		const char *zh;
	} sides[] = { { SIDE_SENDER, "移送方" }, { SIDE_RECEIVER, "接收方" }, { SIDE_THIRD, "第三方" } };
	const char *between = " |\n| 哪一方 | ";

	for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
		if (!(row->sides & sides[i].side))
			continue;
		str_printf(&d->out, "%s%s", between, sides[i].zh);
		between = "、";
	}
	if (row->receipt)
		str_printf(&d->out, " |\n| 往来记录 | `%s`", row->receipt);
	else if (row->sides)
		str_append_cstr(&d->out, " |\n| 往来记录 | 无，内部事项");
	if (row->crosses) {
		str_append_cstr(&d->out, " |\n| 交错时仍收 | ");
		add_states(d, row->crosses & ~row->from);
	}
	if (row->tells)
		str_printf(&d->out, " |\n| 案件得知 | `%s`", row->tells);
	if (row->tells_on_return)
		str_printf(&d->out, "，退回时 `%s`", row->tells_on_return);
}

static void add_row(struct document *d, const struct act_row *row)
{
	state_set to = procedure_targets(row);

	str_printf(&d->out, "### %s `%s`\n\n| | |\n| --- | --- |\n| 状态 | ", row->zh, row->code);
	add_states(d, row->from);
	str_append_cstr(&d->out, row->from ? "" : "（新建）");
	str_append_cstr(&d->out, " → ");
	add_states(d, to);
	str_append_cstr(&d->out, to ? " |\n| 谁办 | " : "不变 |\n| 谁办 | ");
	add_chain(d, row);
	add_part(d, row);
	if (row->fields) {
		str_append_cstr(&d->out, " |\n| 填写 | ");
		add_fields(d, row->fields);
	}
	if (row->endorse_fields) {
		str_append_cstr(&d->out, " |\n| 审核时填写 | ");
		add_fields(d, row->endorse_fields);
	}
	for (const enum guard *g = row->guards; g && *g != GUARD_END; g++)
		str_printf(&d->out, "%s[%s](#%s)", g == row->guards ? " |\n| 条件 | " : "；", guard_message(*g), guard_rule(*g));
	add_effects(d, " |\n| 效果 | ", row->effects);
	add_effects(d, " |\n| 申请时 | ", row->on_request);
	add_effects(d, " |\n| 退回时 | ", row->on_return);
	if (row->paper)
		str_printf(&d->out, " |\n| 文号 | %s", strcmp(row->paper, "measure") == 0 ? "市监先登（登记保存）、市监强制（查封、扣押）"
										    : row->paper);
	if (row->form)
		str_printf(&d->out, " |\n| 文书式样 | %s", row->form);
	str_printf(&d->out, " |\n| 依据 | %s |\n\n", row->article);
}

/* ---- the whole ---- */

static void add_overview(struct document *d, const struct procedure *p)
{
	str_append_cstr(&d->out, "| 步骤 | 代码 | 从 | 到 | 依据 |\n| --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; i < p->row_count; i++) {
		const struct act_row *row = &p->rows[i];
		state_set to = procedure_targets(row);
		str_printf(&d->out, "| %s | `%s`%s | ", row->zh, row->code, row->approve_by ? "（审批）" : "");
		if (row->from == states_of(p))
			str_append_cstr(&d->out, "任何状态");
		else
			add_states(d, row->from);
		str_append_cstr(&d->out, row->from ? " | " : "（新建） | ");
		add_states(d, to);
		str_printf(&d->out, "%s | %s |\n", to ? "" : "不变", row->article);
	}
	str_append_char(&d->out, '\n');
}

static void add_procedure(struct document *d, const struct procedure *p)
{
	str_printf(&d->out, "## %s `%s`\n\n", p->zh, p->code);
	add_diagram(d, p);
	add_overview(d, p);
	for (size_t i = 0; i < p->row_count; i++)
		add_row(d, &p->rows[i]);
}

static bool rule_seen(enum guard g)
{
	for (enum guard k = GUARD_END + 1; k < g; k++) {
		if (strcmp(guard_rule(k), guard_rule(g)) == 0)
			return true;
	}
	return false;
}

static void add_guards(struct document *d)
{
	str_append_cstr(&d->out, "## 条件\n\n拒绝办理时，`rule` 是下列名称之一，`article` 是依据。\n\n"
				 "| rule | 拒绝时的说明 | 依据 |\n| --- | --- | --- |\n");
	for (enum guard g = GUARD_END + 1; g < GUARD_COUNT; g++) {
		str_append_cstr(&d->out, "| ");
		if (!rule_seen(g)) /* one rule may have several wordings: the first is linked to */
			str_printf(&d->out, "<a id=\"%s\"></a>", guard_rule(g));
		str_printf(&d->out, "`%s` | %s | %s |\n", guard_rule(g), guard_message(g), guard_article(g));
	}
	str_append_char(&d->out, '\n');
}

static void add_names(struct document *d)
{
	str_append_cstr(&d->out, "## 状态\n\n| 代码 | 状态 | 轮到谁 | 在办 |\n| --- | --- | --- | --- |\n");
	for (enum state s = STATE_NONE + 1; s < STATE_COUNT; s++) {
		const struct state_info *i = state_info(s);
		str_printf(&d->out, "| `%s` | %s | %s | %s |\n", i->code, i->zh, role_zh(i->turn), i->open ? "是" : "否");
	}
	str_append_cstr(&d->out, "\n## 角色\n\n| 代码 | 角色 |\n| --- | --- |\n");
	for (int i = 0; i < ROLE_COUNT; i++)
		str_printf(&d->out, "| `%s` | %s |\n", role_code(1u << i), role_zh(1u << i));
}

static bool write_document(struct document *d)
{
	const struct law_texts texts = { embedded("holidays.csv"), embedded("clocks.csv"), embedded("vocabulary.csv"),
					 embedded("thresholds.csv"), embedded("limits.csv"), embedded("regions.csv") };
	struct err err = ERR_INIT;

	if (law_book_init(&d->book, &d->arena, &texts, &err) != ERR_OK) {
		ctl_error("schema/law: %s", err.message);
		return false;
	}
	str_append_cstr(&d->out,
			"# 程序\n\n"
			"<!-- Made by \"ipcasectl procedures\" from lib/law/procedure_*.c. Do not edit. -->\n\n"
			"The procedures as the engine runs them. A change is a change of a row in\n"
			"`lib/law/procedure_*.c`, and `ipcasectl procedures docs/procedures.md` afterwards.\n\n"
			"An act with approval is done in stages, whose codes end in `_request`, `_endorse`, `_approve` and\n"
			"`_return`; its effects happen on approval. Nobody approves what he asked for, nor a case of which he\n"
			"is an officer. Required fields bear a `*`.\n\n");
	for (enum matter_procedure i = 0; i < PROCEDURE_COUNT; i++)
		add_procedure(d, procedure_get(i));
	add_guards(d);
	add_names(d);
	CHECK(!d->out.failed);
	return true;
}

/* ---- command ---- */

static bool write_file(const char *path, const struct str *text)
{
	FILE *f = fopen(path, "w");
	bool ok = f && fwrite(text->p, 1, text->len, f) == text->len;

	if (f && fclose(f) != 0)
		ok = false;
	if (!ok)
		ctl_error("could not write %s: %s", path, strerror(errno));
	return ok;
}

static bool same_file(const char *path, const struct str *text)
{
	FILE *f = fopen(path, "r");
	char *have = xmalloc(text->len + 2);
	size_t n = f ? fread(have, 1, text->len + 1, f) : 0;
	bool same = f && n == text->len && memcmp(have, text->p, n) == 0;

	if (f)
		fclose(f);
	free(have);
	if (!same)
		ctl_error("%s is not what the tables say; run \"ipcasectl procedures %s\"", path, path);
	return same;
}

static int run_procedures(int argc, char **argv)
{
	static const struct option options[] = { { "check", no_argument, NULL, 'c' }, { 0 } };
	struct document *d;
	bool check = false;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'c')
			return ctl_usage(&ctl_procedures_command);
		check = true;
	}
	if (argc - optind > 1 || (check && argc == optind))
		return ctl_usage(&ctl_procedures_command);
	const char *path = optind < argc ? argv[optind] : NULL;
	d = xcalloc(1, sizeof(*d));
	str_init(&d->out, DOCUMENT_MAX);
	arena_init(&d->arena, 0);
	bool ok = write_document(d);
	if (ok && check)
		ok = same_file(path, &d->out);
	else if (ok && path)
		ok = write_file(path, &d->out);
	else if (ok)
		ok = fwrite(d->out.p, 1, d->out.len, stdout) == d->out.len;
	str_release(&d->out);
	arena_fini(&d->arena);
	free(d);
	return ok ? CTL_OK : CTL_FAILED;
}

const struct ctl_command ctl_procedures_command = {
	.name = "procedures",
	.usage = "[[--check] FILE]",
	.help = "write docs/procedures.md from the tables, or compare it with them",
	.run = run_procedures,
};
