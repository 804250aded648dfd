/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * check, the part about hand-overs: has every organ that exchanges here its key and a certificate that will work tomorrow,
 * and is anything stuck? */
#include "ctl_check.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/sign.h"
#include "ctl_key.h"

enum { STUCK_SHOWN = 20 };

/* ---- organs and their keys ---- */

static void check_organ_key(struct report *r, const char *dir, const char *code, const char *name)
{
	char file[CRYPTO_CODE_SIZE + 8], path[KEY_PATH_SIZE];

	snprintf(file, sizeof(file), "%s.key", code);
	if (!dir[0])
		say(r, VERDICT_FAIL, "exchange", "%s (%s) exchanges hand-overs here, but [exchange] keys is not set", name, code);
	else if (key_path(path, dir, file) && access(path, F_OK) != 0)
		say(r, VERDICT_FAIL, "exchange", "%s (%s) has no key %s: it can tell nothing", name, code, path);
}

static void check_organs(struct report *r, PGconn *conn, const char *dir)
{
	PGresult *res = ctl_query(conn,
				  "SELECT p.code, p.name, x.code IS NOT NULL FROM ipcase.organ_peer p"
				  " LEFT JOIN ipcase.exchange_accounts() x ON x.organ_id = p.hub_organ"
				  " WHERE p.way = 'hub' AND p.active ORDER BY p.code", 0, NULL);
	int hosted = 0;

	for (int i = 0; res && i < PQntuples(res); i++)
		hosted += PQgetvalue(res, i, 2)[0] == 't';
	for (int i = 0; res && hosted > 0 && i < PQntuples(res); i++) {
		const char *code = PQgetvalue(res, i, 0), *name = PQgetvalue(res, i, 1);
		if (PQgetvalue(res, i, 2)[0] == 't')
			check_organ_key(r, dir, code, name);
		else
			say(r, VERDICT_WARN, "exchange",
			    "%s (%s) has no exchange account: hand-overs go on paper; see \"ipcasectl peer host\"", name, code);
	}
	if (!res)
		say(r, VERDICT_FAIL, "exchange", "could not be checked");
	else
		say(r, VERDICT_OK, "exchange", "%d organs exchange hand-overs here", hosted);
	PQclear(res);
}

static void check_folders(struct report *r, const struct conf *conf)
{
	const char *quarantine = conf->exchange.quarantine;
	struct stat st;

	if (conf->exchange.keys[0] && key_check_folder(conf->exchange.keys) != CTL_OK)
		r->failed++;
	if (quarantine[0] && (stat(quarantine, &st) != 0 || !S_ISDIR(st.st_mode)))
		say(r, VERDICT_FAIL, "quarantine", "there is no folder %s", quarantine);
	else if (quarantine[0] && (st.st_mode & (S_IWGRP | S_IWOTH)))
		say(r, VERDICT_FAIL, "quarantine", "others may write to the folder %s", quarantine);
}

/* ---- what is on its way ---- */

static void check_outbox(struct report *r, PGconn *conn, int64_t late_s)
{
	char late[32];
	const char *params[] = { late };

	snprintf(late, sizeof(late), "%lld", (long long)late_s);
	PGresult *res = ctl_query(conn,
				  "SELECT format('hand-over %s: record %s (%s) to %s %s', o.matter_id, o.n, r.kind, o.to_code,"
				  " CASE WHEN o.failed_at IS NOT NULL THEN 'was refused: ' || coalesce(o.error, '')"
				  " ELSE 'is on its way since ' || to_char(o.made_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI')"
				  " || ' after ' || o.tries || ' tries' || coalesce(': ' || o.error, '') END)"
				  " FROM ipcase.outbox o JOIN ipcase.record r USING (matter_id, lane, n)"
				  " WHERE o.done_at IS NULL AND (o.failed_at IS NOT NULL OR (o.next_at < 'infinity'"
				  " AND o.made_at < now() - make_interval(secs => $1::integer))) ORDER BY o.id",
				  ARRAY_LEN(params), params);

	for (int i = 0; res && i < PQntuples(res) && i < STUCK_SHOWN; i++)
		say(r, VERDICT_WARN, "outbox", "%s", PQgetvalue(res, i, 0));
	if (!res)
		say(r, VERDICT_FAIL, "outbox", "could not be checked");
	else if (PQntuples(res) > STUCK_SHOWN)
		say(r, VERDICT_WARN, "outbox", "and %d more", PQntuples(res) - STUCK_SHOWN);
	else if (PQntuples(res) == 0)
		say(r, VERDICT_OK, "outbox", "nothing is stuck or was refused");
	PQclear(res);
}

/* Rows of hand-overs are behind row security: we look with the eyes of all exchange accounts, for this transaction. */
static bool see_all(PGconn *conn)
{
	return ctl_exec(conn, "BEGIN READ ONLY") &&
	       ctl_exec(conn, "SELECT set_config('ipcase.account', '0', true), set_config('ipcase.units', (SELECT coalesce("
			      "array_agg(u), '{}')::text FROM ipcase.exchange_accounts() x, unnest(x.units) u), true)");
}

void check_exchange(struct report *r, PGconn *conn, const struct conf *conf)
{
	check_organs(r, conn, conf->exchange.keys);
	check_folders(r, conf);
	if (see_all(conn))
		check_outbox(r, conn, conf->exchange.not_delivered_ms / 1000);
	else
		say(r, VERDICT_FAIL, "outbox", "could not be checked");
	if (!ctl_exec(conn, "ROLLBACK"))
		say(r, VERDICT_FAIL, "outbox", "the connection broke");
}
