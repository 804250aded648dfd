/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * peer: the directory of organs that hand-overs go to and come from, and which of them this hub runs the exchange for.
 *
 * Organs of this hub (rows of unit) are in it from the start, on the way `hub`; "host" gives such an organ its exchange
 * account, with which its side is done. Others are added: on the way `network` with address and the SHA-256 of their
 * certificate, `disc` or `paper`. Acts as ipcase_owner; each change is one transaction with its row in audit. */
#include "ctl_action.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ctl_peer.h"
#include "peer/peer.h"

struct options {
	const char *database, *code, *name, *kind, *region, *way, *url, *pin, *inbox, *active, *keys;
};

/* "until 2027-01-01", with a warning where it is time; "-" where there is none or nobody knows. */
static void print_end(const struct peer_end *peers, size_t n, const char *code)
{
	char day[11];

	for (size_t i = 0; i < n; i++) {
		if (!peers[i].known || strcmp(peers[i].code, code) != 0)
			continue;
		int warning = crypto_end_warning(peers[i].end.at, clock_now());
		day_format(instant_to_day(peers[i].end.at), day);
		if (warning > 0)
			printf("until %s (within %d days)", day, warning);
		else
			printf("%s %s", warning < 0 ? "ENDED" : "until", day);
		return;
	}
	putchar('-');
}

static bool list(PGconn *conn, const void *options)
{
	const struct options *o = options;
	struct arena arena = ARENA_INIT(0);
	struct peer_end *peers;
	size_t n;

	if (!peer_see_all(conn) || !peer_ends(conn, o->keys ? o->keys : "", &arena, &peers, &n)) {
		arena_fini(&arena);
		return false;
	}
	PGresult *res = ctl_query(conn,
				  "SELECT p.code, p.kind, p.way, coalesce(p.region, '-'), CASE WHEN p.active THEN 'active' ELSE 'off' END,"
				  " CASE WHEN p.way <> 'hub' THEN coalesce(p.url, '-') WHEN a.name IS NULL THEN 'not hosted'"
				  " ELSE 'inbox ' || i.code END, coalesce(p.pin, '-'), p.name"
				  " FROM organ_peer p LEFT JOIN unit i ON i.id = p.inbox_unit"
				  " LEFT JOIN LATERAL (SELECT x.name FROM account x JOIN unit u ON u.id = x.unit_id"
				  "  WHERE u.organ_id = p.hub_organ AND x.active AND x.roles = '{exchange}' LIMIT 1) a ON true"
				  " ORDER BY p.code",
				  0, NULL);

	for (int row = 0; res && row < PQntuples(res); row++) {
		for (int col = 0; col < PQnfields(res); col++)
			printf("%s%s", col ? "\t" : "", PQgetvalue(res, row, col));
		putchar('\t');
		print_end(peers, n, PQgetvalue(res, row, 0));
		putchar('\n');
	}
	PQclear(res);
	arena_fini(&arena);
	return res != NULL;
}

static bool good_code(const struct options *o)
{
	if (o->code && crypto_code_is_valid(sv_of(o->code)))
		return true;
	ctl_error("--code is needed: 1 to 60 of a-z, 0-9 and -");
	return false;
}

static bool good_url(const struct options *o)
{
	if (!o->url || peer_url_is_valid(o->url))
		return true;
	ctl_error("--url is https://HOST or https://HOST:PORT and nothing behind it");
	return false;
}

static bool add(PGconn *conn, const void *options)
{
	const struct options *o = options;
	const char *values[] = { o->code, o->name, o->kind, o->region, o->way, o->url, o->pin };

	if (!good_code(o) || !good_url(o))
		return false;
	if (!o->name || !o->kind || !o->way) {
		ctl_error("--name, --kind and --way are needed");
		return false;
	}
	if (strcmp(o->way, "hub") == 0) {
		ctl_error("an organ of this hub is made with \"ipcasectl unit add\" and then hosted with \"ipcasectl peer host\"");
		return false;
	}
	return ctl_change(conn,
		      "INSERT INTO organ_peer (code, name, kind, region, way, url, pin) VALUES ($1, $2, $3, $4, $5, $6, lower($7))",
		      7, values, "peer.add", "the organ was not added");
}

/* What is not given stays. */
static bool set(PGconn *conn, const void *options)
{
	const struct options *o = options;
	const char *values[] = { o->code, o->name, o->kind, o->region, o->way, o->url, o->pin, o->active, o->inbox };

	if (!good_code(o) || !good_url(o))
		return false;
	if (o->active && strcmp(o->active, "yes") != 0 && strcmp(o->active, "no") != 0) {
		ctl_error("--active is yes or no");
		return false;
	}
	return ctl_change(conn,
		      "UPDATE organ_peer p SET name = coalesce($2, p.name), kind = coalesce($3, p.kind),"
		      " region = coalesce($4, p.region), way = coalesce($5, p.way),"
		      " url = CASE WHEN coalesce($5, p.way) IN ('hub', 'disc', 'paper') AND $6::text IS NULL THEN NULL"
		      "  ELSE coalesce($6, p.url) END,"
		      " pin = CASE WHEN $7 = 'none' THEN NULL ELSE coalesce(lower($7), p.pin) END,"
		      " active = CASE $8::text WHEN 'yes' THEN true WHEN 'no' THEN false ELSE p.active END,"
		      " inbox_unit = CASE WHEN $9::text IS NULL THEN p.inbox_unit ELSE (SELECT u.id FROM unit u"
		      "  WHERE u.code = $9 AND u.organ_id = p.hub_organ AND u.active AND u.kind <> 'restricted') END"
		      " WHERE p.code = $1 AND ($9::text IS NULL OR EXISTS (SELECT 1 FROM unit u WHERE u.code = $9"
		      "  AND u.organ_id = p.hub_organ AND u.active AND u.kind <> 'restricted'))",
		      9, values, "peer.set", "there is no organ with that --code, or no such unit of it for --inbox");
}

/* The account has no password: nobody logs in with it. */
static bool host(PGconn *conn, const void *options)
{
	const struct options *o = options;
	const char *values[] = { o->code };

	if (!good_code(o))
		return false;
	return ctl_change(conn,
		      "INSERT INTO account (name, display_name, unit_id, roles)"
		      " SELECT 'exchange.' || p.hub_organ, '交换系统（' || p.name || '）', p.hub_organ, '{exchange}'"
		      " FROM organ_peer p WHERE p.code = $1 AND p.way = 'hub'"
		      " ON CONFLICT (name) DO UPDATE SET active = true",
		      1, values, "peer.host", "there is no organ of this hub with that --code") &&
	       (!o->inbox || set(conn, &(struct options){ .code = o->code, .inbox = o->inbox }));
}

/* What the organ refused is sent once more. Rows of hand-overs are behind row security: we look at all units. */
static bool retry(PGconn *conn, const void *options)
{
	const struct options *o = options;
	const char *values[] = { o->code };

	if (!good_code(o) ||
	    !ctl_exec(conn, "SELECT set_config('ipcase.units', (SELECT array_agg(id) FROM unit)::text, true)"))
		return false;
	PGresult *res = ctl_query(conn,
				  "UPDATE outbox SET failed_at = NULL, error = NULL, next_at = now()"
				  " WHERE to_code = $1 AND done_at IS NULL AND failed_at IS NOT NULL",
				  1, values);
	bool ok = res != NULL;
	if (ok)
		printf("%s records are sent once more\n", PQcmdTuples(res));
	PQclear(res);
	return ok && ctl_audit(conn, "peer.retry");
}

static const struct ctl_action actions[] = {
	{ "list", list }, { "add", add }, { "set", set }, { "host", host }, { "retry", retry },
};

static int run(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "database", required_argument, NULL, 'd' }, { "code", required_argument, NULL, 'c' },
		{ "name", required_argument, NULL, 'n' },     { "kind", required_argument, NULL, 'k' },
		{ "region", required_argument, NULL, 'r' },   { "way", required_argument, NULL, 'w' },
		{ "url", required_argument, NULL, 'u' },      { "pin", required_argument, NULL, 'p' },
		{ "inbox", required_argument, NULL, 'i' },    { "active", required_argument, NULL, 'a' },
		{ "keys", required_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 },
	};
	struct options o = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (option) {
		case 'd': o.database = optarg; break;
		case 'c': o.code = optarg; break;
		case 'n': o.name = optarg; break;
		case 'k': o.kind = optarg; break;
		case 'r': o.region = optarg; break;
		case 'w': o.way = optarg; break;
		case 'u': o.url = optarg; break;
		case 'p': o.pin = optarg; break;
		case 'i': o.inbox = optarg; break;
		case 'a': o.active = optarg; break;
		case 'f': o.keys = optarg; break;
		default: return ctl_usage(&ctl_peer_command);
		}
	}
	return ctl_action_run(&ctl_peer_command, actions, ARRAY_LEN(actions), argc, argv, o.database, &o);
}

const struct ctl_command ctl_peer_command = {
	.name = "peer",
	.usage = "list [--keys DIR] | host --code CODE [--inbox UNIT] | retry --code CODE\n"
		 "         | add --code CODE --name NAME --kind KIND --way network|disc|paper [--region CODE]\n"
		 "               [--url URL --pin SHA256]\n"
		 "         | set --code CODE [--name NAME] [--kind KIND] [--region CODE] [--way WAY] [--url URL]\n"
		 "               [--pin SHA256|none] [--inbox UNIT] [--active yes|no]   --database CONNINFO",
	.help = "the directory of organs that hand-overs go to and come from",
	.run = run,
};
