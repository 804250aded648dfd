/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Stages of a disclosure that its tests begin with: registered, prepared and reviewed, published. */
#ifndef TESTS_LAW_DISCLOSURE_H
#define TESTS_LAW_DISCLOSURE_H

#include "law_stages.h"
#include "law_setup.h"

#define FINE(amount, tier) \
	"{\"penalty_kinds\":[\"罚款\"],\"fine_fen\":" amount ",\"discretion\":\"" tier "\"," \
	"\"decision_text\":\"经查，甲商贸有限公司销售侵权商品。\",\"basis\":\"商标法第六十条第二款\"}"
#define CLEAN "{\"secrecy_reviewed\":true}"
#define NUMBER "{\"decision_paper_no\":\"样市监处罚〔2026〕7号\"}"

/* The case is decided on this day, from the notice on. */
static inline struct walk *decided_as(const char *filed, const char *noticed, const char *decided, const char *decision)
{
	struct walk *w = walk_case_noticed(&arena, &book, filed, noticed);

	walk_approved(w, "officer", "deputy_head", "decide_penalty", decided, decision);
	return w;
}

static inline struct walk *registered(const char *on, const char *decided, const char *more)
{
	struct walk *w = walk_new(&arena, &book, PROCEDURE_DISCLOSURE);

	walk_do(w, "credit_clerk", "register", on,
		arena_printf(&arena, "{\"cause\":\"销售侵犯注册商标专用权的商品\"," PARTY ",\"decided_on\":\"%s\",\"served_on\":\"%s\","
			     "\"decision_text\":\"销售侵权商品。\",\"decision_paper_no\":\"样市监处罚〔2026〕8号\"%s}", decided, decided, more));
	return w;
}

static inline void reviewed(struct walk *w, const char *on)
{
	walk_do(w, "officer", "prepare", on, fact_has(&w->d->facts, FIELD_DECISION_PAPER) ? "{}" : NUMBER);
	walk_do(w, "unit_head", "review_pass", on, CLEAN);
	walk_state(w, STATE_READY);
}

static inline struct walk *published(const char *on, const char *more)
{
	struct walk *w = registered(on, on, more);

	reviewed(w, on);
	walk_do(w, "credit_clerk", "publish", on, "{}");
	walk_state(w, STATE_PUBLISHED);
	return w;
}

static inline void class_is(const struct walk *w, const char *zh)
{
	assert_string_equal(fact_text(&w->d->facts, FIELD_PUBLISH_CLASS), zh);
}

/* A decided case whose disclosure is public. */
static inline struct walk *public_case(struct walk **ret_case)
{
	struct walk *c = walk_case_decided(&arena, &book, "2026-03-02", "2026-03-03", "2026-03-11");
	struct walk *w = walk_disclose(c);

	walk_do(c, "officer", "serve", "2026-03-12", "{\"service_method\":\"直接\"}");
	assert_true(walk_told(c, w));
	reviewed(w, "2026-03-13");
	walk_do(w, "credit_clerk", "publish", "2026-03-16", "{}");
	*ret_case = c;
	return w;
}

#define MINOR_FINE "\"penalty_kinds\":[\"罚款\"],\"fine_fen\":100,\"discretion\":\"从轻\""
#define GENERAL_FINE "\"penalty_kinds\":[\"罚款\"],\"fine_fen\":100"
#define FIELD_A GENERAL_FINE ",\"serious_field\":true"
#define CLOSED_C "\"penalty_kinds\":[\"责令关闭\"]"
#define SUSPENDED_B "\"penalty_kinds\":[\"责令停产停业\"]"
#define LISTED_D GENERAL_FINE ",\"listed_on\":\"2026-01-05\""

#endif
