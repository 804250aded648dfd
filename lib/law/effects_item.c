/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Effects and guards of materials, goods and media.
 *
 * The dossier keeps of an item what guards and packages ask: who has it, where, under which seal, since when. At any
 * instant it has one custodian: whoever was named last, in the order of the acts, whose times may not go back. How it
 * came there is in the ledger. */
#include <stdio.h>

#include "law/guards.h"
#include "law/row.h"

#include "json/json_reader.h"
#include "json/json_writer.h"

enum { CARRIED_ITEMS_MAX_BYTES = 160 * 1024, VOID_MAX_BYTES = 16 * 1024 };

/* ---- materials ---- */

enum err_code effect_add_material(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	if (fact_num(f, FIELD_MATERIALS) >= field_info(FIELD_MATERIALS)->max)
		return err_set(err, ERR_TOO_LARGE, "dossier-full", "本案的材料数量已达上限");
	fact_set_num(f, FIELD_MATERIALS, fact_num(f, FIELD_MATERIALS) + 1);
	return ERR_OK;
}

enum err_code effect_void_material(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;
	const char *old = fact_text(f, FIELD_MATERIALS_VOID);
	struct str out = STR_INIT(VOID_MAX_BYTES);
	size_t n = strlen(old);

	str_append(&out, n ? old : "[", n ? n - 1 : 1);
	str_printf(&out, "%s\"%lld\"]", n ? "," : "", (long long)fact_num(&app->fields, FIELD_MATERIAL));
	bool ok = !out.failed;
	if (ok)
		fact_set_text(f, FIELD_MATERIALS_VOID, arena_strdup(app->arena, out.p));
	str_release(&out);
	return ok ? ERR_OK : err_set(err, ERR_TOO_LARGE, "dossier-full", "本案作废的材料数量已达上限");
}

static bool material_holds(const struct dossier *d, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	return number >= 1 && number <= fact_num(&d->facts, FIELD_MATERIALS) &&
	       !fact_list_has(&d->facts, FIELD_MATERIALS_VOID, text);
}

bool guard_check_MATERIAL_EXISTS(const struct guard_ctx *g)
{
	static const enum field named[] = { FIELD_MATERIAL, FIELD_PHOTO };

	for (size_t i = 0; i < ARRAY_LEN(named); i++) {
		if (fact_has(g->payload, named[i]) && !material_holds(g->d, fact_num(g->payload, named[i])))
			return false;
	}
	return true;
}

/* ---- items ---- */

static struct item *item_of(struct application *app)
{
	int64_t seq = fact_num(&app->fields, FIELD_ITEM);

	return seq >= 1 && seq <= app->d->item_count ? &app->d->items[seq - 1] : NULL;
}

/* Only a ledger that no check let in names an item that is not there. */
static enum err_code no_item(struct application *app, struct err *err)
{
	return err_set(err, ERR_INVALID, "no-such-item", "没有序号为 %lld 的物品",
		       (long long)fact_num(&app->fields, FIELD_ITEM));
}

static enum err_code add_item(struct application *app, const struct item *item, struct err *err)
{
	struct dossier *d = app->d;

	if (d->item_count == DOSSIER_MAX_ITEMS)
		return err_set(err, ERR_TOO_LARGE, "dossier-full", "本案的物品数量已达上限");
	struct item *added = &d->items[d->item_count++];
	*added = *item;
	added->seq = d->item_count;
	return ERR_OK;
}

/* "55桶" */
static const char *quantity_of(struct application *app)
{
	return arena_printf(app->arena, "%s%s", fact_text(&app->fields, FIELD_QUANTITY),
			    fact_text(&app->fields, FIELD_QUANTITY_UNIT));
}

enum err_code effect_add_item(struct application *app, struct err *err)
{
	const struct facts *f = &app->fields;
	struct item item = {
		.name = fact_text(f, FIELD_ITEM_NAME), .quantity = quantity_of(app), .status = ITEM_HELD,
		.custodian = fact_text(f, FIELD_CUSTODIAN), .place = fact_text(f, FIELD_ITEM_PLACE),
		.seal = fact_has(f, FIELD_SEAL_NO) ? fact_text(f, FIELD_SEAL_NO) : NULL,
		.since = app->act->happened_at,
	};

	return add_item(app, &item, err);
}

/* Any act on an item: what it names anew replaces what was. */
static enum err_code touch(struct application *app, enum item_status status, struct err *err)
{
	const struct facts *f = &app->fields;
	struct item *item = item_of(app);

	if (!item)
		return no_item(app, err);
	item->status = status;
	if (fact_has(f, FIELD_CUSTODIAN))
		item->custodian = fact_text(f, FIELD_CUSTODIAN);
	if (fact_has(f, FIELD_ITEM_RECEIVER))
		item->custodian = fact_text(f, FIELD_ITEM_RECEIVER);
	if (fact_has(f, FIELD_ITEM_PLACE))
		item->place = fact_text(f, FIELD_ITEM_PLACE);
	if (fact_has(f, FIELD_SEAL_NO))
		item->seal = fact_text(f, FIELD_SEAL_NO);
	item->since = app->act->happened_at;
	return ERR_OK;
}

enum err_code effect_touch_item(struct application *app, struct err *err)
{
	return touch(app, ITEM_HELD, err);
}

enum err_code effect_return_item(struct application *app, struct err *err)
{
	return touch(app, ITEM_RETURNED, err);
}

enum err_code effect_destroy_item(struct application *app, struct err *err)
{
	return touch(app, ITEM_DESTROYED, err);
}

/* ---- from the clue to the case ---- */

enum err_code effect_items_moved(struct application *app, struct err *err)
{
	struct dossier *d = app->d;

	(void)err;
	for (int i = 0; i < d->item_count; i++) {
		if (d->items[i].status == ITEM_HELD)
			d->items[i].status = ITEM_MOVED;
	}
	return ERR_OK;
}

enum err_code items_carried(const struct dossier *clue, struct arena *arena, struct facts *ret, struct err *err)
{
	struct str out = STR_INIT(CARRIED_ITEMS_MAX_BYTES);
	struct json_writer w;
	size_t n = 0;

	json_writer_init(&w, &out);
	json_arr_open(&w);
	for (int i = 0; i < clue->item_count; i++) {
		const struct item *item = &clue->items[i];

		if (item->status != ITEM_HELD)
			continue;
		json_obj_open(&w);
		json_kv_i64(&w, "item", item->seq);
		json_kv_str(&w, "name", item->name);
		json_kv_str(&w, "quantity", item->quantity);
		json_kv_str(&w, "custodian", item->custodian);
		json_kv_str(&w, "place", item->place);
		json_kv_str(&w, "seal", item->seal);
		json_kv_instant(&w, "since", item->since);
		json_obj_close(&w);
		n++;
	}
	json_arr_close(&w);
	bool ok = json_writer_ok(&w);
	if (ok && n > 0) /* a filing without goods stays as it always was */
		fact_set_text(ret, FIELD_CARRIED_ITEMS, arena_strndup(arena, out.p, out.len));
	str_release(&out);
	return ok ? ERR_OK : err_set(err, ERR_TOO_LARGE, "dossier-full", "随案移转的物品过多");
}

/* Texts of the document live as long as the arena. */
static const char *text_of(const struct json_value *v, const char *name)
{
	return json_string(json_get(v, name)).p;
}

enum err_code effect_carry_items(struct application *app, struct err *err)
{
	struct json_doc *doc;

	if (!fact_has(&app->fields, FIELD_CARRIED_ITEMS))
		return ERR_OK;
	if (json_parse(app->arena, sv_of(fact_text(&app->fields, FIELD_CARRIED_ITEMS)), &doc, NULL) != ERR_OK)
		return err_set(err, ERR_INTERNAL, "carried", "随案移转的物品无法读取");
	for (const struct json_value *v = json_first(json_root(doc)); v; v = json_next(v)) {
		struct item item = { .name = text_of(v, "name"), .quantity = text_of(v, "quantity"),
				     .custodian = text_of(v, "custodian"), .place = text_of(v, "place"),
				     .seal = text_of(v, "seal"), .status = ITEM_HELD };
		int64_t origin = 0;

		if (!json_to_i64(json_get(v, "item"), &origin) || origin < 1 || origin > DOSSIER_MAX_ITEMS ||
		    !item.name || !instant_parse(json_string(json_get(v, "since")), &item.since))
			return err_set(err, ERR_INTERNAL, "carried", "随案移转的物品无法读取");
		item.origin = (int)origin;
		enum err_code code = add_item(app, &item, err);
		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

/* ---- guards ---- */

static const struct item *payload_item(const struct guard_ctx *g)
{
	int64_t seq = fact_num(g->payload, FIELD_ITEM);

	return seq >= 1 && seq <= g->d->item_count ? &g->d->items[seq - 1] : NULL;
}

bool guard_check_ITEM_EXISTS(const struct guard_ctx *g)
{
	return payload_item(g) != NULL;
}

bool guard_check_ITEM_HELD(const struct guard_ctx *g)
{
	const struct item *item = payload_item(g);

	return item && item->status == ITEM_HELD;
}

bool guard_check_ITEM_IN_ORDER(const struct guard_ctx *g)
{
	const struct item *item = payload_item(g);

	return item && g->in->happened_at >= item->since;
}

/* Named again is not changed. */
static bool differs(const struct facts *f, enum field field, const char *now)
{
	return fact_has(f, field) && (!now || strcmp(fact_text(f, field), now) != 0);
}

bool guard_check_ITEM_MOVES(const struct guard_ctx *g)
{
	const struct item *item = payload_item(g);

	return item && (differs(g->payload, FIELD_CUSTODIAN, item->custodian) ||
			differs(g->payload, FIELD_ITEM_PLACE, item->place));
}

bool guard_check_ITEM_TWO_EXECUTORS(const struct guard_ctx *g)
{
	return fact_list_count(g->payload, FIELD_EXECUTORS) >= 2;
}

bool guard_check_ITEM_MEASURE(const struct guard_ctx *g)
{
	int64_t seq = fact_num(g->payload, FIELD_MEASURE);

	return !fact_has(g->payload, FIELD_MEASURE) || (seq >= 1 && seq <= g->d->measure_count);
}
