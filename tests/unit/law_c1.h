/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Hand-overs to the police at the stages that the tests of channel C1 begin with. No holidays lie in the weeks used but the
 * weekends: 2026-11-02 is a Monday. */
#ifndef TESTS_LAW_C1_H
#define TESTS_LAW_C1_H

#include "law_thread.h"
#include "law_setup.h"

enum { MARKET, POLICE, PROCURATORATE, POLICE2 };

#define GOODS2 \
	"[{\"item\":\"1\",\"name\":\"白酒\",\"unit\":\"瓶\",\"quantity\":12},{\"item\":\"2\",\"name\":\"包装箱\",\"unit\":\"只\",\"quantity\":3}]"
#define OPEN OPEN_WITH(",\"connected\":7")
#define OPEN_WITH(more) \
	"{\"peer\":\"512022-police\",\"copy_to\":[\"512022-procuratorate\"],\"title\":\"甲商贸有限公司销售假酒案\"," \
	"\"cause\":\"销售侵权商品\",\"offence\":\"TM_SALE\",\"criminal_sales_fen\":8000000,\"goods_list\":" GOODS2 more "}"
#define TEAM "{\"officer\":\"officer\",\"co_officer\":\"co_officer\"}"
#define REPORT "{\"reason\":\"销售金额八万元\",\"transfer_basis\":\"达到追诉标准\",\"evidence_list\":[\"现场笔录\",\"进销货单\"]}"

static UNUSED struct thread *organs(void)
{
	struct thread *t = thread_new(&arena, &book, PROCEDURE_C1);

	thread_add(t, "512022-market", "bureau", "512022", SIDE_SENDER);
	thread_add(t, "512022-police", "police", "512022", SIDE_RECEIVER);
	thread_add(t, "512022-procuratorate", "procuratorate", "512022", SIDE_THIRD);
	thread_walk(t, MARKET)->peer = &t->copies[POLICE].organ;
	return t;
}

/* Reported, approved, sent and accepted on one day. */
static UNUSED struct thread *accepted_on(const char *day)
{
	static const struct {
		size_t copy;
		const char *who, *act, *at, *fields;
	} acts[] = {
		{ MARKET, "officer", "open", "09:00", OPEN },
		{ MARKET, "deputy_head", "appoint", "09:10", TEAM },
		{ MARKET, "officer", "report_request", "09:20", REPORT },
		{ MARKET, "principal", "report_approve", "09:30", "{}" },
		{ MARKET, "officer", "submit", "10:00", "{}" },
		{ POLICE, "police", "accept", "16:00", "{\"police_receipt\":\"回执1\"}" },
	};
	struct thread *t = organs();

	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		thread_do(t, acts[i].copy, acts[i].who, acts[i].act, arena_printf(&arena, "%s %s", day, acts[i].at), acts[i].fields);
		thread_settle(t);
	}
	thread_state(t, STATE_C1_ACCEPTED);
	return t;
}

/* A case at the door of the police on 2026-11-03. */
static UNUSED struct thread *sent(void)
{
	struct thread *t = organs();

	thread_do(t, MARKET, "officer", "open", "2026-11-02 09:00", OPEN);
	thread_do(t, MARKET, "deputy_head", "appoint", "2026-11-02 10:00", TEAM);
	thread_do(t, MARKET, "officer", "report_request", "2026-11-02 11:00", REPORT);
	thread_do(t, MARKET, "principal", "report_approve", "2026-11-02 16:00", "{}");
	thread_step(t, MARKET, "officer", "submit", "2026-11-03 09:00", "{}", STATE_C1_SENT);
	return t;
}

static UNUSED struct thread *accepted(void)
{
	struct thread *t = sent();

	thread_step(t, POLICE, "police", "accept", "2026-11-03 10:00", "{\"police_receipt\":\"回执1\"}", STATE_C1_ACCEPTED);
	return t;
}

static UNUSED struct thread *filed(void)
{
	struct thread *t = accepted();

	thread_step(t, POLICE, "police", "file", "2026-11-05 10:00",
		    "{\"filed_no\":\"乐公(食)立字〔2026〕3号\",\"paper_on\":\"2026-11-05\"}", STATE_C1_FILED);
	return t;
}

#define HANDED_ALL \
	"{\"goods_handed\":[{\"item\":\"1\",\"name\":\"白酒\",\"quantity\":12,\"handed\":12}," \
	"{\"item\":\"2\",\"name\":\"包装箱\",\"quantity\":3,\"handed\":3}],\"note\":\"双方清点\"}"

static UNUSED struct thread *not_filed(void)
{
	struct thread *t = accepted();

	thread_step(t, POLICE, "police", "not_file", "2026-11-06 10:00",
		    "{\"paper_no\":\"乐公(食)不立字〔2026〕1号\",\"paper_on\":\"2026-11-05\",\"reason\":\"情节轻微\"}", STATE_C1_NOT_FILED);
	return t;
}

/* Which of the table's acts the tests have done, by index. */
static bool done[128];

static void note_done(const struct thread *t)
{
	for (size_t c = 0; c < t->count; c++) {
		for (size_t i = 0; i < t->copies[c].w->row_count; i++) {
			for (size_t k = 0; k < procedure_c1.row_count; k++) {
				if (strcmp(procedure_c1.rows[k].code, t->copies[c].w->rows[i].record.act) == 0)
					done[k] = true;
			}
		}
	}
}

static void finish(struct thread *t)
{
	thread_converged(t);
	note_done(t);
}

#endif
