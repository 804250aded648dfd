/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * ipcasectl recompute: due days by the law's tables of today.
 *
 * A day computed beyond the published calendar is provisional. When the year's notice has been loaded (or a wrong row
 * corrected), each matter whose running clocks move gets one act `recompute` with the old and the new days in
 * words, so that the ledger tells why a day changed. Matters whose days stay are not touched. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "ctl_engine.h"

enum { PAGE = 500, NOTE_MAX_BYTES = 3900, PAGE_ARENA_MAX = 256 << 20 };

struct recompute {
	struct engine engine;
	struct arena page;
	struct actor actor;
	struct arena names;
	bool dry_run;
	int64_t matters, moved, failed;
};

static const char *day_text(day_t day, bool provisional, char buf[32])
{
	char text[11];

	if (day == DAY_NONE)
		return "未定";
	day_format(day, text);
	snprintf(buf, 32, "%s%s", text, provisional ? "（暂定）" : "");
	return buf;
}

/* "D32 2027-02-18（暂定）→2027-02-24；...", empty when nothing moves. */
static void describe(const struct dossier *was, const struct dossier *is, struct str *ret)
{
	for (int i = 0; i < was->clock_count; i++) {
		const struct clock_entry *a = &was->clocks[i], *b = &is->clocks[i];
		char before[32], after[32];

		if (a->state != CLOCK_RUNNING || a->due.stopped ||
		    (a->due.strict == b->due.strict && a->due.lawful == b->due.lawful && a->due.at == b->due.at &&
		     a->due.provisional == b->due.provisional))
			continue;
		if (ret->len + 100 > NOTE_MAX_BYTES) {
			str_append_cstr(ret, "；等");
			return;
		}
		str_printf(ret, "%s%s %s→%s", ret->len ? "；" : "", a->rule,
			   day_text(a->due.lawful, a->due.provisional, before),
			   day_text(b->due.lawful, b->due.provisional, after));
	}
}

static bool one(struct recompute *r, int64_t id, const char *body)
{
	struct dossier *was = arena_new(&r->page, struct dossier), *is = arena_new(&r->page, struct dossier);
	struct facts fields = { .at = { { .set = false } } };
	struct str note = STR_INIT(NOTE_MAX_BYTES + 64);
	struct err err = ERR_INIT;
	bool ok;

	r->matters++;
	ok = dossier_read(&r->page, sv_of(body), was, &err) == ERR_OK;
	if (ok) {
		*is = *was;
		ok = procedure_recompute(&r->engine.book, is, &err) == ERR_OK;
	}
	if (ok)
		describe(was, is, &note);
	if (ok && note.len > 0) {
		r->moved++;
		printf("%" PRId64 "\t%s\n", id, str_cstr(&note));
		fact_set_text(&fields, FIELD_NOTE, arena_printf(&r->page, "节假日安排或者期限规则更新：%s", str_cstr(&note)));
		struct engine_act act = { .actor = &r->actor, .matter = id, .act = "recompute", .facts = &fields,
					  .happened_at = clock_now() };
		ok = r->dry_run || engine_do(&r->engine, &act);
		err = act.err;
	}
	if (!ok) {
		r->failed++;
		ctl_error("matter %" PRId64 ": %s", id, err.message);
	}
	str_release(&note);
	return err.code != ERR_UNAVAILABLE;
}

static bool all(struct recompute *r)
{
	int64_t after = 0;

	for (;;) {
		char from[24];
		const char *values[] = { from };
		bool ok = true;

		snprintf(from, sizeof(from), "%" PRId64, after);
		PGresult *res = ctl_query(r->engine.conn,
					  "SELECT d.matter_id, d.body FROM dossier d WHERE d.matter_id > $1::bigint AND EXISTS"
					  " (SELECT 1 FROM clock c WHERE c.matter_id = d.matter_id AND c.state IN ('running', 'stopped'))"
					  " ORDER BY d.matter_id LIMIT 500",
					  1, values);
		int n = res ? PQntuples(res) : 0;
		for (int i = 0; ok && i < n; i++) {
			CHECK(sv_to_i64(sv_of(PQgetvalue(res, i, 0)), &after));
			arena_reset(&r->page);
			ok = one(r, after, PQgetvalue(res, i, 1));
		}
		ok = ok && res;
		PQclear(res);
		if (!ok || n < PAGE)
			return ok;
	}
}

static int run_recompute(int argc, char **argv)
{
	static const struct option options[] = {
		{ "account", required_argument, NULL, 'a' },
		{ "database", required_argument, NULL, 'd' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ 0 },
	};
	const char *database = NULL, *account = NULL;
	bool dry_run = false;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'a')
			account = optarg;
		else if (c == 'd')
			database = optarg;
		else if (c == 'n')
			dry_run = true;
		else
			return ctl_usage(&ctl_recompute_command);
	}
	if (optind != argc || (!account && !dry_run))
		return ctl_usage(&ctl_recompute_command);
	if (!(database = ctl_database(database)))
		return CTL_FAILED;
	PGconn *conn = ctl_connect_owner(database);
	if (!conn)
		return CTL_FAILED;
	struct recompute *r = xcalloc(1, sizeof(*r));
	r->dry_run = dry_run;
	arena_init(&r->page, PAGE_ARENA_MAX);
	arena_init(&r->names, 0);
	bool ok = engine_init(&r->engine, conn) &&
		  (!account || engine_actor(&r->engine, &r->names, account, &r->actor));
	if (ok && account && !(r->actor.roles & ROLE_ADMIN)) {
		ctl_error("\"%s\" is no administrator", account);
		ok = false;
	}
	ok = ok && all(r);
	if (ok)
		printf("%" PRId64 " matters with running clocks, %" PRId64 " %s, %" PRId64 " failed\n", r->matters, r->moved,
		       dry_run ? "would move" : "recomputed", r->failed);
	ok = ok && r->failed == 0;
	engine_fini(&r->engine);
	arena_fini(&r->page);
	arena_fini(&r->names);
	free(r);
	PQfinish(conn);
	return ok ? CTL_OK : CTL_FAILED;
}

const struct ctl_command ctl_recompute_command = {
	.name = "recompute",
	.usage = "(--account ADMINISTRATOR | --dry-run) --database CONNINFO",
	.help = "after a new calendar year: due days anew, one act for each matter whose days move",
	.run = run_recompute,
};
