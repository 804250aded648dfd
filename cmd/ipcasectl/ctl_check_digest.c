/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The digest: its folder, its key, whether the last ones arrived. */
#include "ctl_check.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN = 5 };

static void check_key(struct report *r, const char *path)
{
	struct stat st;

	if (!path[0])
		say(r, VERDICT_FAIL, "digest", "digest.url is set, digest.key is not: nothing can be signed");
	else if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		say(r, VERDICT_FAIL, "digest", "there is no key file %s", path);
	else if (st.st_mode & 077)
		say(r, VERDICT_FAIL, "digest", "others may read the key file %s", path);
	else if (st.st_size < 16)
		say(r, VERDICT_FAIL, "digest", "the key in %s is shorter than 16 bytes", path);
}

/* Nothing is expected on a day without work; a digest that exists should have arrived. */
static void check_rows(struct report *r, PGconn *conn, const struct conf *conf)
{
	const char *values[] = { conf->digest.dir[0] ? "t" : "f", conf->digest.url[0] ? "t" : "f" };
	PGresult *res = ctl_query(conn,
				  "SELECT format('of %s for %s was not delivered after %s tries%s', d.day, u.code, d.attempts,"
				  " coalesce(': ' || d.problem, '')) FROM digest d JOIN unit u ON u.id = d.organ_id"
				  " WHERE d.day > now() - interval '14 days' AND d.asked_at < now() - interval '1 hour'"
				  " AND (d.body IS NULL OR ($1::boolean AND d.filed_at IS NULL) OR ($2::boolean AND d.posted_at IS NULL))"
				  " ORDER BY d.day DESC, u.code",
				  ARRAY_LEN(values), values);

	for (int i = 0; res && i < PQntuples(res) && i < SHOWN; i++)
		say(r, VERDICT_WARN, "digest", "%s", PQgetvalue(res, i, 0));
	if (!res)
		say(r, VERDICT_FAIL, "digest", "could not be checked");
	else if (PQntuples(res) > SHOWN)
		say(r, VERDICT_WARN, "digest", "and %d more", PQntuples(res) - SHOWN);
	else if (PQntuples(res) == 0)
		say(r, VERDICT_OK, "digest", "none is late");
	PQclear(res);
}

void check_digest(struct report *r, PGconn *conn, const struct conf *conf)
{
	const char *dir = conf->digest.dir;
	struct stat st;

	if (!dir[0] && !conf->digest.url[0])
		return;
	if (dir[0] && (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode) || access(dir, W_OK | X_OK) != 0))
		say(r, VERDICT_FAIL, "digest", "the folder %s is not there, or not writable", dir);
	if (conf->digest.url[0])
		check_key(r, conf->digest.key);
	/* The daemon's role sees the rows of the units set. */
	bool begun = ctl_exec(conn, "BEGIN READ ONLY") &&
		     ctl_exec(conn, "SELECT set_config('ipcase.units', coalesce((SELECT array_agg(id)::text FROM unit), '{}'), true)");
	if (begun)
		check_rows(r, conn, conf);
	else
		say(r, VERDICT_FAIL, "digest", "could not be checked");
	if (!ctl_exec(conn, "ROLLBACK"))
		say(r, VERDICT_FAIL, "digest", "the connection broke");
}
