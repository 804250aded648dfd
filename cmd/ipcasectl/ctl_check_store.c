/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * check, the part about materials: does the store hold what the database names, and nothing else?
 *
 *	missing   the database names it, no file is there
 *	altered   its size differs; with --contents: one of its three digests
 *	foreign   a file that is no content; or a content that no row names, which an upload leaves when it was given up
 *	          in the moment of its end (a warning: it may be removed)
 *
 * Files are listed before rows are read: whatever is finished in between has its file already. A new file without a row
 * may be that of an upload just ending, so it is looked for a second time. */
#include "ctl_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "store/content.h"

enum { FINDINGS_SHOWN = 100, YOUNG_US = 60 * 1000000, SECOND_LOOK_S = 2 };

struct file {
	char sha256[CONTENT_NAME_SIZE];
	uint64_t size;
	bool young, unnamed;
};

struct findings {
	struct report *report;
	struct file *files;
	size_t count, room;
	int64_t problems;
	instant_t now;
};

static void find(struct findings *f, enum verdict verdict, const char *fmt, const char *what, const char *more)
{
	if (++f->problems <= FINDINGS_SHOWN)
		say(f->report, verdict, "contents", "%s %s%s", what, fmt, more);
	else
		f->report->failed += verdict == VERDICT_FAIL;
}

/* ---- files ---- */

static bool on_file(void *arg, const struct content_file *file)
{
	struct findings *f = arg;

	if (!file->sha256[0]) {
		find(f, VERDICT_FAIL, "is foreign: no content has such a name", file->path, "");
		return true;
	}
	if (f->count == f->room) {
		f->room = f->room ? f->room * 2 : 1024;
		f->files = xrealloc(f->files, f->room * sizeof(*f->files));
	}
	struct file *at = &f->files[f->count++];
	*at = (struct file){ .size = file->size, .young = f->now - file->changed_at < YOUNG_US };
	memcpy(at->sha256, file->sha256, sizeof(at->sha256));
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->sha256, ((const struct file *)b)->sha256);
}

/* ---- rows ---- */

static void from_hex(const char *hex, uint8_t *ret, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned byte = 0;
		sscanf(hex + 2 * i, "%2x", &byte);
		ret[i] = (uint8_t)byte;
	}
}

static void check_digests(struct findings *f, struct content_store *store, const PGresult *rows, int i, uint64_t size)
{
	struct crypto_sums want = { .size = size };
	struct err err = ERR_INIT;

	from_hex(PQgetvalue(rows, i, 0), want.sha256, sizeof(want.sha256));
	from_hex(PQgetvalue(rows, i, 1), want.sha512, sizeof(want.sha512));
	from_hex(PQgetvalue(rows, i, 2), want.sm3, sizeof(want.sm3));
	if (content_verify(store, &want, &err) != ERR_OK)
		find(f, VERDICT_FAIL, strcmp(err.rule, "content-altered") == 0 ? "is altered" : "cannot be read",
		     PQgetvalue(rows, i, 0), "");
}

/* Both lists are sorted: walk them side by side. */
static void compare(struct findings *f, struct content_store *store, const PGresult *rows, bool contents,
		    uint64_t *ret_bytes)
{
	size_t at = 0;
	int n = PQntuples(rows);

	for (int i = 0; i < n || at < f->count;) {
		const char *name = i < n ? PQgetvalue(rows, i, 0) : NULL;
		int order = !name ? 1 : at == f->count ? -1 : strcmp(name, f->files[at].sha256);
		int64_t size = 0;

		if (order > 0) {
			f->files[at++].unnamed = true;
			continue;
		}
		CHECK(sv_to_i64(sv_of(PQgetvalue(rows, i, 3)), &size));
		*ret_bytes += (uint64_t)size;
		if (order < 0)
			find(f, VERDICT_FAIL, "is missing", name, "");
		else if (f->files[at].size != (uint64_t)size)
			find(f, VERDICT_FAIL, "is altered: its size differs", name, "");
		else if (contents)
			check_digests(f, store, rows, i, (uint64_t)size);
		at += order == 0;
		i++;
	}
}

static void report_unnamed(struct findings *f, PGconn *conn)
{
	bool young = false;

	for (size_t i = 0; i < f->count; i++)
		young = young || (f->files[i].unnamed && f->files[i].young);
	if (young)
		sleep(SECOND_LOOK_S);
	for (size_t i = 0; i < f->count; i++) {
		const char *values[] = { f->files[i].sha256 };
		char *now = NULL;

		if (!f->files[i].unnamed)
			continue;
		if (f->files[i].young)
			now = ctl_query_text(conn, "SELECT 1 FROM ipcase.content WHERE sha256 = decode($1, 'hex')", 1, values);
		if (!now || !now[0])
			find(f, VERDICT_WARN, "is foreign: no material names it", f->files[i].sha256, "; it may be removed");
		free(now);
	}
}

/* Acts that name a content which table `content` lacks. */
static void check_acts(struct findings *f, PGconn *conn)
{
	PGresult *res;

	if (!ctl_exec(conn, "BEGIN") ||
	    !ctl_exec(conn, "SELECT set_config('ipcase.units', (SELECT coalesce(array_agg(id), '{}')::text"
			    " FROM ipcase.unit), true)"))
		return;
	res = ctl_query(conn,
			"SELECT DISTINCT a.payload ->> 'sha256' FROM ipcase.act a WHERE a.act = 'material_add'"
			" AND a.stage = 'do' AND NOT EXISTS (SELECT 1 FROM ipcase.content c"
			" WHERE c.sha256 = decode(a.payload ->> 'sha256', 'hex')) LIMIT 100", 0, NULL);
	for (int i = 0; res && i < PQntuples(res); i++)
		find(f, VERDICT_FAIL, "is named by an act and not in table content", PQgetvalue(res, i, 0), "");
	if (!res)
		say(f->report, VERDICT_FAIL, "contents", "the ledger could not be read");
	PQclear(res);
	ctl_rollback(conn);
}

void check_store(struct report *r, PGconn *conn, const char *dir, bool contents)
{
	struct findings f = { .report = r, .now = clock_now() };
	struct content_store *store = NULL;
	struct err err = ERR_INIT;
	uint64_t bytes = 0;

	if (dir[0] && (content_store_look(dir, &store, &err) != ERR_OK ||
		       content_walk(store, on_file, &f, &err) != ERR_OK)) {
		say(r, VERDICT_FAIL, "contents", "%s", err.message);
		content_store_close(store);
		free(f.files);
		return;
	}
	if (f.count > 0)
		qsort(f.files, f.count, sizeof(*f.files), by_name);
	PGresult *rows = ctl_query(conn,
				   "SELECT encode(sha256, 'hex'), encode(sha512, 'hex'), encode(sm3, 'hex'), size"
				   " FROM ipcase.content ORDER BY sha256", 0, NULL);
	if (!rows) {
		say(r, VERDICT_FAIL, "contents", "table content could not be read");
	} else if (!dir[0] && PQntuples(rows) > 0) {
		say(r, VERDICT_FAIL, "contents", "%d are stored, and [store] dir is not set", PQntuples(rows));
	} else if (!dir[0]) {
		say(r, VERDICT_WARN, "contents", "[store] dir is not set: materials are not taken");
	} else {
		compare(&f, store, rows, contents, &bytes);
		report_unnamed(&f, conn);
		check_acts(&f, conn);
		if (f.problems > FINDINGS_SHOWN)
			say(r, VERDICT_FAIL, "contents", "%" PRId64 " further findings", f.problems - FINDINGS_SHOWN);
		if (f.problems == 0)
			say(r, VERDICT_OK, "contents", "%d with %" PRIu64 " bytes, %s", PQntuples(rows), bytes,
			    contents ? "every one hashed" : "sizes compared");
	}
	PQclear(rows);
	content_store_close(store);
	free(f.files);
}
