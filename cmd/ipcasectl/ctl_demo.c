/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * demo: a county to try the product on. May run again at any time: what is there stays. */
#include "ctl_demo.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/import_map.h"
#include "base/clock.h"
#include "crypto/crypto.h"
#include "gen/schema_files.h"

enum { CASES_FILE_MAX = 64 << 20, IMPORT_ARENA_MAX = 16 << 20 };

/* ---- published cases ---- */

struct import {
	struct engine *e;
	struct import_map map;
	struct actor clerk;
	struct arena arena; /* of one row */
	int read, new, unchanged, failed;
	bool broken; /* the database, not a line */
};

/* Inactive campaigns do not exist in the tables yet: all of them may be meant. */
static bool load_campaigns(struct import *im, struct arena *keep)
{
	PGresult *res = ctl_query(im->e->conn,
				  "SELECT code, name_zh, coalesce(year, 0), coalesce(aliases, '')"
				  " FROM law_campaigns ORDER BY code LIMIT 512",
				  0, NULL);

	if (!res)
		return false;
	im->map.campaign_count = (size_t)PQntuples(res);
	struct import_campaign *list = arena_array(keep, struct import_campaign, im->map.campaign_count + 1);
	for (int i = 0; i < PQntuples(res); i++) {
		int64_t year = 0;
		(void)sv_to_i64(sv_of(PQgetvalue(res, i, 2)), &year);
		import_campaign_init(keep, &list[i], sv_of(arena_strdup(keep, PQgetvalue(res, i, 0))),
				     sv_of(PQgetvalue(res, i, 1)), year, sv_of(PQgetvalue(res, i, 3)));
	}
	im->map.campaigns = list;
	PQclear(res);
	return true;
}

/* 1 new, 0 known with this very text, -1 known with another text or a failure, which is printed. */
static int is_new(struct import *im, const char *key, struct sv line)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char hex[CRYPTO_SHA256_HEX_SIZE], organ[24];
	const char *values[] = { organ, key };

	crypto_sha256(line.p, line.n, digest);
	crypto_hex(digest, sizeof(digest), hex);
	snprintf(organ, sizeof(organ), "%lld", (long long)im->clerk.organ);
	char *found = ctl_query_text(im->e->conn,
				     "SELECT encode(digest, 'hex') FROM import_original WHERE organ_id = $1 AND key = $2",
				     2, values);
	int answer = !found ? -1 : *found == '\0' ? 1 : strcmp(found, hex) == 0 ? 0 : -1;
	if (found && answer < 0)
		ctl_error("%s: was imported with another text before", key);
	free(found);
	return answer;
}

static bool import_line(struct import *im, int number, struct sv line)
{
	struct json_doc *doc;
	struct err err = ERR_INIT;
	struct import_errors errors = { .count = 0 };
	struct facts facts = { 0 };
	const char *key = NULL;

	arena_reset(&im->arena);
	if (json_parse(&im->arena, line, &doc, &err) == ERR_OK)
		key = import_map_key(&im->arena, json_root(doc), &err);
	if (!key) {
		ctl_error("line %d: %s", number, err.message);
		return false;
	}
	int new = is_new(im, key, line);
	im->unchanged += new == 0;
	if (new <= 0)
		return new == 0;
	if (!import_map_facts(&im->arena, &im->map, json_root(doc), &facts, &errors)) {
		for (size_t i = 0; i < errors.count; i++)
			ctl_error("line %d: %s: %s", number, errors.at[i].field, errors.at[i].message);
		return false;
	}
	struct engine_act act = { .actor = &im->clerk, .procedure = PROCEDURE_BACK_ENTRY, .act = "back_entry",
				  .facts = &facts, .happened_at = clock_now(), .back_entry = true,
				  .original = line, .original_key = key };
	if (!engine_do(im->e, &act)) {
		ctl_error("line %d: %s %s", number, act.err.message, act.err.field);
		im->broken = act.err.code == ERR_UNAVAILABLE;
		return false;
	}
	im->new++;
	return true;
}

static bool record_job(struct import *im, const char *name)
{
	char numbers[6][24];
	const int64_t n[] = { im->clerk.organ, im->clerk.unit, im->clerk.account, im->read, im->new, im->failed };
	const char *values[7];

	for (size_t i = 0; i < ARRAY_LEN(n); i++) {
		snprintf(numbers[i], sizeof(numbers[i]), "%lld", (long long)n[i]);
		values[i] = numbers[i];
	}
	values[6] = name;
	PGresult *res = ctl_query(im->e->conn,
				  "INSERT INTO import_job (organ_id, unit_id, account_id, total, read, new, failed, name)"
				  " VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
				  7, values);
	PQclear(res);
	return res != NULL;
}

bool demo_import(struct engine *e, const char *name, struct sv lines)
{
	struct import im = { .e = e, .arena = ARENA_INIT(IMPORT_ARENA_MAX) };
	struct arena keep = ARENA_INIT(0);
	bool ok = engine_actor(e, &keep, "clerk", &im.clerk) && load_campaigns(&im, &keep);

	im.map.words = &e->book.vocabulary;
	im.map.today = instant_to_day(clock_now());
	for (int number = 1; ok && lines.n > 0; number++) {
		const char *end = memchr(lines.p, '\n', lines.n);
		size_t n = end ? (size_t)(end - lines.p) : lines.n;
		struct sv line = sv_trim((struct sv){ lines.p, n });
		lines.p += n + (end != NULL);
		lines.n -= n + (end != NULL);
		if (line.n == 0)
			continue;
		im.read++;
		im.failed += !import_line(&im, number, line);
		ok = !im.broken;
	}
	ok = ok && (im.new == 0 || record_job(&im, name));
	printf("published cases: %d new, %d unchanged, %d failed\n", im.new, im.unchanged, im.failed);
	arena_fini(&im.arena);
	arena_fini(&keep);
	return ok && im.failed == 0;
}

/* ---- command ---- */

static char *read_whole(const char *path, size_t *ret_size)
{
	FILE *f = fopen(path, "rb");
	char *text = NULL;

	if (f && fseek(f, 0, SEEK_END) == 0) {
		long n = ftell(f);
		if (n >= 0 && n <= CASES_FILE_MAX) {
			rewind(f);
			text = xmalloc((size_t)n + 1);
			*ret_size = fread(text, 1, (size_t)n, f);
		}
	}
	if (!text)
		ctl_error("could not read %s: %s", path, f ? "not a file, or too large" : strerror(errno));
	if (f)
		fclose(f);
	return text;
}

static bool import_cases(struct engine *e, const char *path)
{
	if (path) {
		size_t n = 0;
		char *text = read_whole(path, &n);
		bool ok = text && demo_import(e, path, (struct sv){ text, n });
		free(text);
		return ok;
	}
	for (const struct schema_file *f = schema_files; f->dir; f++) {
		if (strcmp(f->dir, "demo") == 0 && !demo_import(e, f->name, (struct sv){ f->text, f->size }))
			return false;
	}
	return true;
}

static bool matters(struct engine *e)
{
	struct plan p;

	plan_init(&p, e);
	demo_year(&p);
	demo_matters(&p);
	bool ok = plan_run(&p);
	size_t made = 0;
	for (size_t i = 0; i < p.story_count; i++)
		made += p.stories[i].begun;
	if (ok)
		printf("matters: %zu made in %zu acts, %zu there already\n", made, p.step_count, p.known);
	plan_fini(&p);
	return ok;
}

static int run_demo(int argc, char **argv)
{
	static const struct option options[] = {
		{ "database", required_argument, NULL, 'd' },
		{ "accounts", required_argument, NULL, 'a' },
		{ "cases", required_argument, NULL, 'c' },
		{ 0 },
	};
	const char *database = NULL, *accounts = NULL, *cases = NULL;
	struct engine engine;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'd')
			database = optarg;
		else if (c == 'a')
			accounts = optarg;
		else if (c == 'c')
			cases = optarg;
		else
			return ctl_usage(&ctl_demo_command);
	}
	if (optind != argc || !accounts)
		return ctl_usage(&ctl_demo_command);
	database = ctl_database(database);
	PGconn *conn = database ? ctl_connect_owner(database) : NULL;
	if (!conn)
		return CTL_FAILED;
	bool ok = demo_organisation(conn, accounts);
	if (ok) {
		ok = engine_init(&engine, conn) && import_cases(&engine, cases) && matters(&engine);
		engine_fini(&engine);
	}
	PQfinish(conn);
	return ok ? CTL_OK : CTL_FAILED;
}

const struct ctl_command ctl_demo_command = {
	.name = "demo",
	.usage = "--database CONNINFO --accounts FILE [--cases FILE]",
	.help = "a county to try: accounts, published cases, fourteen months of matters; may run again",
	.run = run_demo,
};
