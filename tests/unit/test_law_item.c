/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Materials, goods and media of a matter: each guard both ways, one custodian at any instant, and how goods that were taken
 * while the clue was verified come into the case. */
#include "law_asked.h"
#include "law_stages.h"
#include "law_setup.h"

#define D16 "0123456789abcdef"
#define D64 D16 D16 D16 D16
#define MATERIAL_OF(name) \
	"{\"material_name\":\"" name "\",\"material_kind\":\"书证\",\"media_type\":\"image/jpeg\",\"material_size\":12," \
	"\"sha256\":\"" D64 "\",\"sha512\":\"" D64 D64 "\",\"sm3\":\"" D64 "\"}"
#define WHERE(who, place) "\"custodian\":\"" who "\",\"item_place\":\"" place "\""
#define GOODS(name) "\"item_name\":\"" name "\",\"item_kind\":\"涉案物品\",\"quantity\":\"12\",\"quantity_unit\":\"瓶\""

static struct walk *clue_verified(const char *when)
{
	struct walk *w = walk_clue_registered(&arena, &book, when, arena_printf(&arena, "%.10s", when), NULL);

	walk_do(w, "unit_head", "assign", when, "{" OFFICERS "}");
	return w;
}

static void item_is(const struct walk *w, int seq, enum item_status status, const char *custodian, const char *place,
		    const char *seal)
{
	const struct item *item = &w->d->items[seq - 1];

	assert_true(seq <= w->d->item_count);
	assert_int_equal(item->seq, seq);
	assert_string_equal(item_status_code(item->status), item_status_code(status));
	assert_string_equal(item->custodian, custodian);
	assert_string_equal(item->place, place);
	if (seal)
		assert_string_equal(item->seal, seal);
	else
		assert_null(item->seal);
}

static void test_materials(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	(void)state;

	walk_refuse(w, "officer", "material_void", "2026-03-03", "{\"material\":1,\"reason\":\"x\"}", "no-such-material");
	walk_do(w, "officer", "material_add", "2026-03-03", MATERIAL_OF("现场照片.jpg"));
	walk_do(w, "clerk", "material_add", "2026-03-03", MATERIAL_OF("笔录.jpg"));
	assert_int_equal(fact_num(&w->d->facts, FIELD_MATERIALS), 2);
	walk_refuse(w, "officer", "material_void", "2026-03-03", "{\"material\":3,\"reason\":\"x\"}", "no-such-material");
	walk_do(w, "officer", "material_void", "2026-03-04", "{\"material\":2,\"reason\":\"传错文件\"}");
	walk_refuse(w, "officer", "material_void", "2026-03-04", "{\"material\":2,\"reason\":\"x\"}", "no-such-material");
	/* what is void proves nothing: no photo of an item either */
	walk_refuse(w, "officer", "item_add", "2026-03-04", "{" GOODS("白酒") "," WHERE("张三", "仓库") ",\"photo\":2}",
		    "no-such-material");
	walk_do(w, "officer", "item_add", "2026-03-04", "{" GOODS("白酒") "," WHERE("张三", "仓库") ",\"photo\":1}");
	/* numbers go on, they are never given again */
	walk_do(w, "officer", "material_add", "2026-03-05", MATERIAL_OF("补传.jpg"));
	walk_do(w, "officer", "material_void", "2026-03-05", "{\"material\":3,\"reason\":\"x\"}");
	assert_int_equal(fact_num(&w->d->facts, FIELD_MATERIALS), 3);
	walk_replay(w);
}

static void test_custody(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	(void)state;

	walk_refuse(w, "officer", "item_move", "2026-03-03", "{\"item\":1," WHERE("李四", "仓库") "}", "no-such-item");
	walk_refuse(w, "officer", "item_add", "2026-03-03", "{" GOODS("白酒") "," WHERE("张三", "仓库") ",\"measure\":1}",
		    "no-such-measure");
	walk_do(w, "officer", "measure_take", "2026-03-03",
		"{\"measure_kind\":\"扣押\",\"measure_goods\":\"白酒12瓶\",\"urgent\":true}");
	walk_do(w, "officer", "item_add", "2026-03-03 15:00",
		"{" GOODS("白酒") "," WHERE("张三", "仓库甲") ",\"measure\":1,\"seizure_no\":\"清单1-1\",\"sample\":false}");
	item_is(w, 1, ITEM_HELD, "张三", "仓库甲", NULL);
	assert_string_equal(w->d->items[0].quantity, "12瓶");
	walk_do(w, "clerk", "item_seal", "2026-03-03 15:30", "{\"item\":1,\"seal_no\":\"封0017\"}");
	item_is(w, 1, ITEM_HELD, "张三", "仓库甲", "封0017");
	/* one custodian at any instant: the chain does not go back in time */
	walk_refuse(w, "officer", "item_move", "2026-03-03 15:29", "{\"item\":1," WHERE("李四", "仓库乙") "}", "custody-order");
	walk_refuse(w, "officer", "item_move", "2026-03-04", "{\"item\":1," WHERE("张三", "仓库甲") "}", "custody-unchanged");
	walk_do(w, "officer", "item_move", "2026-03-04", "{\"item\":1," WHERE("张三", "仓库乙") "}");
	walk_do(w, "clerk", "item_move", "2026-03-04", "{\"item\":1," WHERE("李四", "仓库乙") "}");
	item_is(w, 1, ITEM_HELD, "李四", "仓库乙", "封0017");
	walk_do(w, "officer", "item_test", "2026-03-05",
		"{\"item\":1,\"test_organ\":\"某检测中心\",\"test_result\":\"不合格\",\"seal_no\":\"封0018\"}");
	item_is(w, 1, ITEM_HELD, "李四", "仓库乙", "封0018");
	walk_do(w, "officer", "item_return", "2026-03-06",
		"{\"item\":1,\"item_receiver\":\"甲商贸有限公司\",\"reason\":\"解除扣押\"}");
	item_is(w, 1, ITEM_RETURNED, "甲商贸有限公司", "仓库乙", "封0018");
	walk_refuse(w, "officer", "item_seal", "2026-03-07", "{\"item\":1,\"seal_no\":\"x\"}", "item-not-held");
	walk_refuse(w, "officer", "item_destroy", "2026-03-07",
		    "{\"item\":1,\"destroy_method\":\"x\",\"executors\":[\"a\",\"b\"],\"item_place\":\"x\",\"reason\":\"x\"}",
		    "item-not-held");
	walk_replay(w);
}

static void test_destruction(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	(void)state;

	walk_do(w, "officer", "item_add", "2026-03-03", "{" GOODS("白酒") "," WHERE("张三", "仓库") ",\"perishable\":true}");
	walk_do(w, "officer", "item_add", "2026-03-03",
		"{\"item_name\":\"硬盘\",\"item_kind\":\"存储介质\",\"quantity\":\"1\"," WHERE("王五", "证物室") "}");
	walk_refuse(w, "officer", "item_destroy", "2026-03-04",
		    "{\"item\":1,\"destroy_method\":\"粉碎\",\"executors\":[\"张三\"],\"item_place\":\"处置场\",\"reason\":\"腐烂\"}",
		    "two-executors");
	walk_refuse(w, "clerk", "item_destroy", "2026-03-04",
		    "{\"item\":1,\"destroy_method\":\"粉碎\",\"executors\":[\"张三\",\"李四\"],\"item_place\":\"x\",\"reason\":\"x\"}",
		    "missing-role");
	walk_do(w, "officer", "item_destroy", "2026-03-04",
		"{\"item\":1,\"destroy_method\":\"粉碎\",\"executors\":[\"张三\",\"李四\"],\"item_place\":\"处置场\",\"reason\":\"腐烂\"}");
	item_is(w, 1, ITEM_DESTROYED, "张三", "处置场", NULL);
	item_is(w, 2, ITEM_HELD, "王五", "证物室", NULL);
	walk_refuse(w, "officer", "item_return", "2026-03-05", "{\"item\":1,\"item_receiver\":\"x\",\"reason\":\"x\"}",
		    "item-not-held");
	walk_replay(w);
}

/* What was taken while verifying is moved into the case; from then on only the case acts on it. */
static void test_goods_of_the_clue(void **state)
{
	struct walk *clue = clue_verified("2026-03-02");
	(void)state;

	walk_do(clue, "officer", "material_add", "2026-03-02", MATERIAL_OF("照片.jpg"));
	walk_do(clue, "officer", "item_add", "2026-03-02", "{" GOODS("白酒") "," WHERE("张三", "仓库") ",\"seal_no\":\"封1\"}");
	walk_do(clue, "officer", "item_add", "2026-03-02", "{" GOODS("纸箱") "," WHERE("张三", "仓库") "}");
	walk_do(clue, "officer", "item_return", "2026-03-02 11:00",
		"{\"item\":2,\"item_receiver\":\"店主\",\"reason\":\"无关\"}");
	walk_do(clue, "officer", "item_add", "2026-03-03 09:30", "{" GOODS("瓶盖") "," WHERE("李四", "证物室") "}");
	walk_do(clue, "officer", "file_request", "2026-03-03",
		"{\"cause\":\"销售侵犯注册商标专用权的商品\",\"reason\":\"有证据证明\"}");
	walk_do(clue, "unit_head", "file_endorse", "2026-03-03", "{" OFFICERS "}");
	walk_do(clue, "deputy_head", "file_approve", "2026-03-03", "{}");
	struct walk *w = walk_spawn(clue);

	item_is(clue, 1, ITEM_MOVED, "张三", "仓库", "封1");
	item_is(clue, 2, ITEM_RETURNED, "店主", "仓库", NULL);
	item_is(clue, 3, ITEM_MOVED, "李四", "证物室", NULL);
	assert_int_equal(w->d->item_count, 2);
	item_is(w, 1, ITEM_HELD, "张三", "仓库", "封1");
	item_is(w, 2, ITEM_HELD, "李四", "证物室", NULL);
	assert_int_equal(w->d->items[0].origin, 1);
	assert_int_equal(w->d->items[1].origin, 3);
	assert_int_equal(fact_num(&w->d->facts, FIELD_MATERIALS), 0); /* papers stay where they were added */
	/* the chain goes on where it was */
	walk_refuse(w, "officer", "item_seal", "2026-03-03 09:29", "{\"item\":2,\"seal_no\":\"封2\"}", "custody-order");
	walk_do(w, "officer", "item_seal", "2026-03-03 12:00", "{\"item\":2,\"seal_no\":\"封2\"}");
	walk_replay(clue);
	walk_replay(w);
}

/* Dossiers that were stored before there were goods have no such member; one without goods is written as they are. */
static void test_old_dossier(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	const char *text = walk_dossier_text(&arena, w->d);
	(void)state;

	assert_null(strstr(text, "\"items\""));
	walk_do(w, "officer", "item_add", "2026-03-04", "{" GOODS("白酒") "," WHERE("张三", "仓库") "}");
	assert_non_null(strstr(walk_dossier_text(&arena, w->d), "\"items\":[{"));
}

static void test_bounds(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	(void)state;

	for (int i = 0; i < DOSSIER_MAX_ITEMS; i++)
		walk_do(w, "officer", "item_add", "2026-03-03", "{" GOODS("白酒") "," WHERE("张三", "仓库") "}");
	walk_refuse(w, "officer", "item_add", "2026-03-03", "{" GOODS("白酒") "," WHERE("张三", "仓库") "}", "dossier-full");
	assert_int_equal(w->d->item_count, DOSSIER_MAX_ITEMS);
}

static const struct act_row *row_named(const struct procedure *p, const char *code)
{
	for (size_t i = 0; i < p->row_count; i++) {
		if (strcmp(p->rows[i].code, code) == 0)
			return &p->rows[i];
	}
	return NULL;
}

/* What goes with a hand-over is uploaded before it is sent; answers bring papers too. */
static void test_hand_overs_take_materials(void **state)
{
	static const char *const while_open[] = { "submit", "receive", "delivered" };
	(void)state;

	for (enum matter_procedure id = 0; id < PROCEDURE_COUNT; id++) {
		const struct procedure *p = procedure_get(id);
		const struct act_row *add = row_named(p, "material_add"), *drop = row_named(p, "material_void");
		if (procedure_kind(id) == MATTER_DISCLOSURE)
			continue; /* the papers are the case's */
		if (!add || !drop)
			fail_msg("%s takes no materials", p->code);
		for (size_t i = 0; i < ARRAY_LEN(while_open); i++) {
			const struct act_row *row = row_named(p, while_open[i]);
			if (procedure_kind(id) == MATTER_HANDOFF && row && (row->from & ~add->from) != 0)
				fail_msg("%s takes no materials in some state of %s", p->code, row->code);
		}
		assert_true(add->from == drop->from);
		assert_null(add->receipt); /* papers go in a package, not one by one */
	}
	assert_int_equal(row_named(procedure_get(PROCEDURE_C9), "material_add")->guards[0], GUARD_RESTRICTED);
}

/* Runs last. */
static void test_guards_both_ways(void **state)
{
	static const enum guard asked[] = { ASKED_ITEM };
	(void)state;

	walk_asked_both_ways(asked, ARRAY_LEN(asked));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_materials),
		cmocka_unit_test(test_custody),
		cmocka_unit_test(test_destruction),
		cmocka_unit_test(test_goods_of_the_clue),
		cmocka_unit_test(test_old_dossier),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_hand_overs_take_materials),
		cmocka_unit_test(test_guards_both_ways),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
