/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Stages that several walks begin with: a registered clue, a filed, noticed, decided case. */
#ifndef TESTS_LAW_STAGES_H
#define TESTS_LAW_STAGES_H

#include "law_walk.h"

#define PARTY "\"parties\":[{\"name\":\"甲商贸有限公司\",\"kind\":\"企业\"}]"
#define PERSON "\"parties\":[{\"name\":\"张某\",\"kind\":\"自然人\"}]"
#define OFFICERS "\"officer\":\"officer\",\"co_officer\":\"co_officer\""

static inline struct walk *walk_clue_registered(struct arena *arena, const struct law_book *book,
						const char *when, const char *discovered, const char *more)
{
	struct walk *w = walk_new(arena, book, PROCEDURE_CLUE);

	walk_do(w, "clerk", "register", when,
		arena_printf(arena, "{\"source\":\"举报\",\"discovered_on\":\"%s\",\"ip_type\":\"商标\","
			     "\"cause\":\"销售侵犯注册商标专用权的商品\",\"summary\":\"举报称销售假冒白酒\"%s}",
			     discovered, more ? more : "," PARTY));
	return w;
}

static inline struct walk *walk_case_filed(struct arena *arena, const struct law_book *book,
						const char *when, const char *more)
{
	struct walk *clue = walk_clue_registered(arena, book, when, arena_printf(arena, "%.10s", when), more);

	walk_do(clue, "unit_head", "assign", when, "{" OFFICERS "}");
	walk_do(clue, "officer", "file_request", when,
		"{\"cause\":\"销售侵犯注册商标专用权的商品\",\"reason\":\"有证据证明\"}");
	walk_do(clue, "unit_head", "file_endorse", when, "{" OFFICERS "}");
	walk_do(clue, "deputy_head", "file_approve", when, "{}");
	walk_state(clue, STATE_CLUE_FILED);
	walk_replay(clue);
	return walk_spawn(clue);
}

static inline void walk_reviewed(struct walk *w, const char *reported, const char *passed, const char *kind, bool major)
{
	walk_do(w, "officer", "report", reported,
		arena_printf(w->arena, "{\"proposed_outcome\":\"给予行政处罚\",\"review_kind\":\"%s\",\"major\":%s,"
			     "\"note\":\"终结报告\"}", kind, major ? "true" : "false"));
	walk_do(w, "legal_reviewer", "review_pass", passed, "{\"opinion\":\"同意\"}");
}

#define NOTICE_20000 \
	"{\"notice_kinds\":[\"罚款\",\"没收非法财物\"],\"notice_fine_fen\":2000000," \
	"\"hearing_right\":false,\"service_method\":\"直接\"}"
#define DECISION_20000 \
	"{\"penalty_kinds\":[\"罚款\",\"没收非法财物\"],\"fine_fen\":2000000,\"confiscated_goods\":\"白酒12瓶\"," \
	"\"discretion\":\"一般\",\"decision_text\":\"销售侵权商品\",\"basis\":\"商标法第六十条第二款\"}"

static inline struct walk *walk_case_noticed(struct arena *arena, const struct law_book *book,
						const char *filed, const char *noticed)
{
	struct walk *w = walk_case_filed(arena, book, filed, NULL);

	walk_reviewed(w, filed, filed, "案件审核", false);
	walk_state(w, STATE_NOTIFYING);
	walk_do(w, "officer", "notice_serve", noticed, NOTICE_20000);
	return w;
}

static inline struct walk *walk_case_decided(struct arena *arena, const struct law_book *book,
						const char *filed, const char *noticed, const char *decided)
{
	struct walk *w = walk_case_noticed(arena, book, filed, noticed);

	walk_approved(w, "officer", "deputy_head", "decide_penalty", decided, DECISION_20000);
	walk_state(w, STATE_UNSERVED);
	return w;
}

#endif
