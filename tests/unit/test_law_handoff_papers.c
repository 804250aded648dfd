/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The checklist of papers: which channel asks for what, when, and by which name a material is taken for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "law/handoff_papers.h"

static const struct handoff_paper *paper(enum matter_procedure channel, const char *code)
{
	size_t n;
	const struct handoff_paper *all = handoff_papers(channel, &n);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(all[i].code, code) == 0)
			return &all[i];
	}
	return NULL;
}

static void test_every_list_is_one_channel_and_ends_with_the_others(void **state)
{
	(void)state;
	for (enum matter_procedure p = 0; p < PROCEDURE_COUNT; p++) {
		size_t n;
		const struct handoff_paper *all = handoff_papers(p, &n);
		assert_int_equal(n == 0, all == NULL);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(all[i].channel, p);
			assert_true(all[i].article[0] && all[i].zh[0]);
			/* Only the last one takes whatever is left, and is never required. */
			assert_int_equal(all[i].words[0] == '\0', i + 1 == n);
			assert_int_equal(all[i].need == PAPER_OPTIONAL, i + 1 == n);
			for (size_t k = 0; k < i; k++)
				assert_string_not_equal(all[i].code, all[k].code);
		}
	}
	assert_non_null(paper(PROCEDURE_C1, "letter"));
	assert_null(paper(PROCEDURE_CLUE, "letter"));
}

static bool required(const char *code, const struct handoff_papers_known *k)
{
	const char *why;

	return handoff_paper_is_required(paper(PROCEDURE_C1, code), k, &why);
}

static void test_what_the_case_has_decides(void **state)
{
	struct arena arena = ARENA_INIT(0);
	struct dossier *d = arena_new(&arena, struct dossier), *linked = arena_new(&arena, struct dossier);
	struct handoff_papers_known k = { .d = d };

	(void)state;
	assert_true(required("letter", &k) && required("report", &k));
	assert_false(required("goods", &k) || required("measures", &k) || required("opinion", &k) || required("penalty", &k) ||
		     required("other", &k));
	k.opinion = true;
	assert_true(required("opinion", &k) && required("qualification", &k));
	fact_set_text(&d->facts, FIELD_GOODS, "机油55桶");
	assert_true(required("goods", &k));
	d->facts = (struct facts){ .at = { { .set = false } } };
	assert_false(required("goods", &k));
	k.linked = linked;
	assert_false(required("goods", &k) || required("measures", &k));
	linked->item_count = linked->measure_count = 1;
	assert_true(required("goods", &k) && required("measures", &k));
	fact_set_text(&linked->facts, FIELD_PENALTY_MADE, "罚款");
	assert_true(required("penalty", &k));
	arena_fini(&arena);
}

static void test_names(void **state)
{
	static const struct {
		const char *code, *title, *kind;
		bool fits;
	} cases[] = {
		{ "letter", "涉嫌犯罪案件移送书.pdf", "执法文书", true },
		{ "letter", "移送清单", "执法文书", false },
		{ "report", "关于某案的调查终结报告", "执法文书", true },
		{ "goods", "涉案物品清单（第二页）", "书证", true },
		{ "goods", "物品", "书证", false },
		{ "opinion", "辨认意见", "鉴定意见", true },
		{ "opinion", "检验报告.pdf", "书证", true },
		{ "opinion", "", "书证", false },
		{ "measures", "扣押决定书", "执法文书", true },
		{ "penalty", "行政处罚决定书", "执法文书", true },
		{ "other", "现场照片", "物证", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(handoff_paper_fits(paper(PROCEDURE_C1, cases[i].code), sv_of(cases[i].title), sv_of(cases[i].kind)),
				 cases[i].fits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_list_is_one_channel_and_ends_with_the_others),
		cmocka_unit_test(test_what_the_case_has_decides),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
