/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * check, the part about hand-overs: has every organ that exchanges here its key and a certificate that will work tomorrow,
 * and is anything stuck? */
#include "ctl_check.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/sign.h"
#include "ctl_key.h"
#include "ctl_peer.h"

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

/* ---- organs elsewhere ---- */

/* Until when the certificates are good that others sign with; those of trust/ and crl/ are in check_folders(). */
static void check_peers(struct report *r, PGconn *conn, const char *dir)
{
	struct arena arena = ARENA_INIT(0);
	struct peer_end *peers;
	size_t n;
	instant_t now = clock_now();
	bool good = peer_ends(conn, dir, &arena, &peers, &n);

	for (size_t i = 0; good && i < n; i++) {
		const struct peer_end *p = &peers[i];
		char day[11];
		day_format(instant_to_day(p->end.at), day);
		int warning = p->known ? crypto_end_warning(p->end.at, now) : 0;
		if (!p->known && p->pin[0])
			say(r, VERDICT_WARN, "peer", "%s: the certificate with its pin was not seen yet, nobody knows until when it is"
			    " good; put it into trust/", p->code);
		else if (warning < 0)
			say(r, VERDICT_FAIL, "peer", "%s: its certificate ended on %s; it needs a new one, then \"ipcasectl peer set --pin\"",
			    p->code, day);
		else if (warning > 0)
			say(r, VERDICT_WARN, "peer", "%s: its certificate ends on %s, within %d days", p->code, day, warning);
		else if (p->known)
			say(r, VERDICT_OK, "peer", "%s: certificate good until %s", p->code, day);
	}
	if (!good)
		say(r, VERDICT_FAIL, "peer", "could not be checked");
	arena_fini(&arena);
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

void check_exchange(struct report *r, PGconn *conn, const struct conf *conf)
{
	check_organs(r, conn, conf->exchange.keys);
	check_folders(r, conf);
	if (ctl_exec(conn, "BEGIN READ ONLY") && peer_see_all(conn)) {
		check_peers(r, conn, conf->exchange.keys);
		check_outbox(r, conn, conf->exchange.not_delivered_ms / 1000);
	} else {
		say(r, VERDICT_FAIL, "outbox", "could not be checked");
	}
	if (!ctl_exec(conn, "ROLLBACK"))
		say(r, VERDICT_FAIL, "outbox", "the connection broke");
}
