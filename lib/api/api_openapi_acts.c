/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The part of the OpenAPI document that comes from the law: a schema a field (field.NAME), and two an act and stage of
 * every procedure (fields.PROCEDURE.ACT and act.PROCEDURE.ACT). */
#include "api/api_openapi.h"

#include <stdio.h>

#include "law/procedure.h"

/* ---- fields of acts ---- */

static void write_list_of_text(struct json_writer *w, int64_t max)
{
	json_kv_str(w, "type", "array");
	json_key(w, "items");
	json_obj_open(w);
	json_kv_str(w, "type", "string");
	json_obj_close(w);
	if (max > 0)
		json_kv_i64(w, "maxItems", max);
}

/* Fen: an integer, decimal digits, or the word for "cannot be computed". */
static void write_money(struct json_writer *w)
{
	json_key(w, "oneOf");
	json_arr_open(w);
	json_obj_open(w);
	openapi_type(w, "integer", "int64");
	json_kv_i64(w, "minimum", 0);
	json_obj_close(w);
	json_obj_open(w);
	openapi_type(w, "string", NULL);
	json_kv_str(w, "pattern", "^([0-9]+|" MONEY_UNCOMPUTABLE_WORD ")$");
	json_obj_close(w);
	json_arr_close(w);
}

static void write_field_type(struct json_writer *w, const struct field_info *info)
{
	switch (info->type) {
	case FIELD_TYPE_TEXT:
	case FIELD_TYPE_DOCNO:
		openapi_type(w, "string", NULL);
		if (info->max > 0)
			json_kv_i64(w, "maxLength", info->max);
		return;
	case FIELD_TYPE_DATE:
		openapi_type(w, "string", "date");
		return;
	case FIELD_TYPE_INSTANT:
		openapi_type(w, "string", "date-time");
		return;
	case FIELD_TYPE_BOOL:
		openapi_type(w, "boolean", NULL);
		return;
	case FIELD_TYPE_INT:
		openapi_type(w, "integer", "int64");
		if (info->max > 0)
			json_kv_i64(w, "maximum", info->max);
		return;
	case FIELD_TYPE_MONEY:
		write_money(w);
		return;
	case FIELD_TYPE_CHOICE:
	case FIELD_TYPE_ACCOUNT:
	case FIELD_TYPE_MATTER:
		openapi_type(w, "string", NULL);
		return;
	case FIELD_TYPE_CHOICES:
	case FIELD_TYPE_LIST:
		write_list_of_text(w, info->max);
		return;
	case FIELD_TYPE_PARTIES:
		json_kv_str(w, "type", "array");
		json_key(w, "items");
		json_obj_open(w);
		openapi_ref(w, "Party");
		json_obj_close(w);
		json_kv_i64(w, "maxItems", info->max);
		return;
	case FIELD_TYPE_GOODS:
		json_kv_str(w, "type", "array");
		json_key(w, "items");
		json_obj_open(w);
		openapi_ref(w, "Goods");
		json_obj_close(w);
		json_kv_i64(w, "maxItems", info->max);
		return;
	case FIELD_TYPE_JSON:
		openapi_type(w, "object", NULL);
		return;
	}
}

void openapi_fields(struct json_writer *w)
{
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		const struct field_info *info = field_info(f);
		char name[OPENAPI_NAME_MAX];

		if (info->type == FIELD_TYPE_JSON)
			continue;
		snprintf(name, sizeof(name), "field.%s", info->name);
		json_key(w, name);
		json_obj_open(w);
		json_kv_str(w, "title", info->zh);
		write_field_type(w, info);
		json_kv_str(w, "x-type", field_type_name(info->type));
		if (info->flags & FIELD_FLAG_ENGINE)
			json_kv_bool(w, "readOnly", true);
		if (info->list[0])
			json_kv_str(w, "x-vocabulary", info->list);
		json_obj_close(w);
	}
}

/* ---- acts ---- */

static bool has_stage(const struct act_row *row, enum stage stage)
{
	switch (stage) {
	case STAGE_DO:
		return row->approve_by == 0;
	case STAGE_ENDORSE:
		return row->endorse_by != 0;
	case STAGE_REQUEST:
	case STAGE_APPROVE:
	case STAGE_RETURN:
		return row->approve_by != 0;
	}
	return false;
}

static void field_property(struct json_writer *w, enum field field)
{
	char name[OPENAPI_NAME_MAX];

	snprintf(name, sizeof(name), "field.%s", field_info(field)->name);
	json_key(w, field_info(field)->name);
	json_obj_open(w);
	openapi_ref(w, name);
	json_obj_close(w);
}

/* An act of a hand-over that another organ may answer on paper: our officer registers it. */
static bool may_be_registered(const struct act_row *row)
{
	return row->from != 0 && row->sides != 0 && row->receipt != NULL;
}

/* The object of an act's fields. */
static void write_act_fields(struct json_writer *w, const struct act_row *row, enum stage stage)
{
	const struct field_use *uses = procedure_fields(row, stage);
	size_t required = 0;

	json_obj_open(w);
	json_kv_str(w, "type", "object");
	json_kv_bool(w, "additionalProperties", false);
	json_key(w, "properties");
	json_obj_open(w);
	if (stage >= STAGE_ENDORSE)
		field_property(w, FIELD_REQUEST);
	for (const struct field_use *u = uses; u->field != FIELD_NONE; u++) {
		required += u->required;
		if (field_info(u->field)->type != FIELD_TYPE_JSON)
			field_property(w, u->field);
	}
	if (may_be_registered(row)) {
		field_property(w, FIELD_REGISTERED_MEDIUM);
		field_property(w, FIELD_REGISTERED_SCAN);
	}
	json_obj_close(w);
	if (required > 0) {
		json_key(w, "required");
		json_arr_open(w);
		for (const struct field_use *u = uses; u->field != FIELD_NONE; u++) {
			if (u->required)
				json_cstr(w, field_info(u->field)->name);
		}
		json_arr_close(w);
	}
	json_obj_close(w);
}

static void act_name(char *buf, size_t size, const char *what, const struct procedure *p, const struct act_row *row,
		     enum stage stage)
{
	snprintf(buf, size, "%s.%s.%s%s", what, p->code, row->code, stage_suffix(stage));
}

static void write_act(struct json_writer *w, const struct procedure *p, const struct act_row *row, enum stage stage)
{
	char name[OPENAPI_NAME_MAX], code[OPENAPI_NAME_MAX];

	act_name(name, sizeof(name), "fields", p, row, stage);
	json_key(w, name);
	write_act_fields(w, row, stage);
	snprintf(code, sizeof(code), "%s%s", row->code, stage_suffix(stage));
	char act[OPENAPI_NAME_MAX];
	act_name(act, sizeof(act), "act", p, row, stage);
	json_key(w, act);
	json_obj_open(w);
	json_kv_str(w, "type", "object");
	json_kv_str(w, "title", row->zh);
	if (row->article)
		json_kv_str(w, "description", row->article);
	json_kv_bool(w, "additionalProperties", false);
	json_key(w, "properties");
	json_obj_open(w);
	json_key(w, "act");
	json_obj_open(w);
	openapi_words(w, sv_of(code));
	json_obj_close(w);
	json_key(w, "version");
	json_obj_open(w);
	openapi_type(w, "integer", "int64");
	json_obj_close(w);
	json_key(w, "happened_at");
	json_obj_open(w);
	openapi_type(w, "string", NULL);
	json_obj_close(w);
	json_key(w, "fields");
	json_obj_open(w);
	openapi_ref(w, name);
	json_obj_close(w);
	json_obj_close(w);
	json_key(w, "required");
	json_arr_open(w);
	json_cstr(w, "act");
	json_cstr(w, "version");
	json_arr_close(w);
	json_obj_close(w);
}

typedef void act_fn(struct json_writer *w, const struct procedure *p, const struct act_row *row, enum stage stage);

/* Every act of these procedures (bits) with each of its stages. */
static void each_act(struct json_writer *w, unsigned procedures, act_fn *fn)
{
	for (unsigned i = 0; i < PROCEDURE_COUNT; i++) {
		const struct procedure *p = procedure_get((enum matter_procedure)i);
		for (size_t j = 0; (procedures & (1u << i)) && j < p->row_count; j++) {
			for (enum stage s = STAGE_DO; s <= STAGE_RETURN; s++) {
				if (has_stage(&p->rows[j], s))
					fn(w, p, &p->rows[j], s);
			}
		}
	}
}

static void write_act_ref(struct json_writer *w, const struct procedure *p, const struct act_row *row,
			  enum stage stage)
{
	char name[OPENAPI_NAME_MAX];

	if (row->from == 0)
		return; /* creates a matter: not an act on one */
	act_name(name, sizeof(name), "act", p, row, stage);
	json_obj_open(w);
	openapi_ref(w, name);
	json_obj_close(w);
}

void openapi_acts(struct json_writer *w)
{
	each_act(w, UINT32_MAX, write_act);
}

void openapi_act_refs(struct json_writer *w, unsigned procedures)
{
	each_act(w, procedures, write_act_ref);
}
