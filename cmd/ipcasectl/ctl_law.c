/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Legal tables: schema/law/<file>.csv into table law_<file>.
 *
 * Only columns named in the header are filled, an empty cell is NULL. A row whose key is
 * already there stays as it is: a change of law is a new row with its own valid_from, and
 * old matters keep the old one. A row of the file that then still differs from the table
 * is reported, so that an edit in place does not pass unseen.
 */
#include "ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "crypto/crypto.h"
#include "gen/schema_files.h"

enum { SQL_MAX = 65536, ARENA_MAX = 1 << 20 };

static bool is_law(const struct schema_file *f)
{
	size_t n = strlen(f->name);

	return strcmp(f->dir, "law") == 0 && n > 4 && strcmp(f->name + n - 4, ".csv") == 0;
}

static void digest_of(const struct schema_file *f, char hex[CRYPTO_SHA256_HEX_SIZE])
{
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_sha256(f->text, f->size, digest);
	crypto_hex(digest, sizeof(digest), hex);
}

/* 1 loaded in this form, 0 not, -1 after a printed failure. */
static int is_current(PGconn *conn, const struct schema_file *f)
{
	char digest[CRYPTO_SHA256_HEX_SIZE];
	const char *values[] = { f->name, digest };

	digest_of(f, digest);
	char *found = ctl_query_text(
		conn, "SELECT 1 FROM public.schema_law WHERE name = $1 AND digest = $2", 2, values);
	int current = found ? *found != '\0' : -1;
	free(found);
	return current;
}

int ctl_law_stale(PGconn *conn)
{
	char *table = ctl_query_text(conn, "SELECT to_regclass('public.schema_law')", 0, NULL);
	int stale = table ? 0 : -1;

	for (const struct schema_file *f = schema_files; f->dir && stale >= 0; f++) {
		if (!is_law(f))
			continue;
		int current = *table ? is_current(conn, f) : 0;
		stale = current < 0 ? -1 : stale + !current;
	}
	free(table);
	return stale;
}

static void table_name(const struct schema_file *f, char *buf, size_t size)
{
	snprintf(buf, size, "law_%.*s", (int)(strlen(f->name) - 4), f->name);
	for (char *c = buf; *c; c++) {
		if (*c == '-')
			*c = '_';
	}
}

/* Appends the header's columns, quoted, separated by commas. */
static void add_columns(PGconn *conn, struct str *sql, const struct csv *csv)
{
	for (size_t i = 0; i < csv->column_count; i++) {
		char *name = xstrndup(csv->columns[i].p, csv->columns[i].n);
		str_append_cstr(sql, i ? ", " : "");
		ctl_add_identifier(conn, sql, name);
		free(name);
	}
}

static bool copy_in(PGconn *conn, const char *sql, const struct schema_file *f)
{
	char what[128];
	PGresult *res = PQexecParams(conn, sql, 0, NULL, NULL, NULL, NULL, 0);

	if (PQresultStatus(res) == PGRES_COPY_IN) {
		PQclear(res);
		if (PQputCopyData(conn, f->text, (int)f->size) == 1)
			(void)PQputCopyEnd(conn, NULL);
		res = PQgetResult(conn);
	}
	bool ok = PQresultStatus(res) == PGRES_COMMAND_OK;
	if (!ok) {
		snprintf(what, sizeof(what), "schema/law/%s", f->name);
		ctl_print_failure(conn, res, what);
		const char *context = PQresultErrorField(res, PG_DIAG_CONTEXT);
		if (context)
			ctl_error("  at %s", context);
	}
	while (res) {
		PQclear(res);
		res = PQgetResult(conn);
	}
	return ok;
}

/* A temporary table of just the file's columns, filled by COPY. */
static bool stage(PGconn *conn, const struct schema_file *f, const struct csv *csv,
		  const char *table)
{
	struct str sql = STR_INIT(SQL_MAX);

	str_append_cstr(&sql, "CREATE TEMPORARY TABLE law_stage ON COMMIT DROP AS SELECT ");
	add_columns(conn, &sql, csv);
	str_append_cstr(&sql, " FROM ");
	ctl_add_identifier(conn, &sql, table);
	str_append_cstr(&sql, " WITH NO DATA");
	bool ok = ctl_exec(conn, str_cstr(&sql));
	str_reset(&sql);
	/* Quoted or not, an empty cell is NULL. */
	str_append_cstr(&sql, "COPY law_stage FROM STDIN WITH (FORMAT csv, HEADER, FORCE_NULL (");
	add_columns(conn, &sql, csv);
	str_append_cstr(&sql, "))");
	ok = ok && copy_in(conn, str_cstr(&sql), f);
	str_release(&sql);
	return ok;
}

/* Inserts what is new; says how much, and how many rows of the file the table contradicts. */
static bool merge(PGconn *conn, const struct schema_file *f, const struct csv *csv,
		  const char *table)
{
	struct str sql = STR_INIT(SQL_MAX);
	bool ok = false;

	str_append_cstr(&sql, "INSERT INTO ");
	ctl_add_identifier(conn, &sql, table);
	str_append_cstr(&sql, " (");
	add_columns(conn, &sql, csv);
	str_append_cstr(&sql, ") SELECT ");
	add_columns(conn, &sql, csv);
	str_append_cstr(&sql, " FROM law_stage ON CONFLICT DO NOTHING");
	PGresult *res = ctl_query(conn, str_cstr(&sql), 0, NULL);
	if (!res)
		goto out;
	/* As text: not every type can be compared. */
	str_reset(&sql);
	str_append_cstr(&sql, "SELECT count(*) FROM (SELECT s::text FROM law_stage s EXCEPT"
			      " SELECT t::text FROM (SELECT ");
	add_columns(conn, &sql, csv);
	str_append_cstr(&sql, " FROM ");
	ctl_add_identifier(conn, &sql, table);
	str_append_cstr(&sql, ") t) d");
	char *differ = ctl_query_text(conn, str_cstr(&sql), 0, NULL);
	if (differ) {
		printf("%s: %s new rows\n", table, PQcmdTuples(res));
		if (strcmp(differ, "0") != 0)
			ctl_error("warning: %s rows of schema/law/%s differ from the rows with the "
				  "same key in %s, which stay",
				  differ, f->name, table);
		ok = true;
	}
	free(differ);
out:
	PQclear(res);
	str_release(&sql);
	return ok;
}

static bool record(PGconn *conn, const struct schema_file *f)
{
	char digest[CRYPTO_SHA256_HEX_SIZE];
	const char *values[] = { f->name, digest };

	digest_of(f, digest);
	PGresult *res = ctl_query(conn,
				  "INSERT INTO public.schema_law (name, digest) VALUES ($1, $2)"
				  " ON CONFLICT (name) DO UPDATE"
				  " SET digest = excluded.digest, loaded_at = now()",
				  2, values);
	PQclear(res);
	return res != NULL;
}

static bool load_file(PGconn *conn, const struct schema_file *f)
{
	struct arena arena = ARENA_INIT(ARENA_MAX);
	struct csv csv;
	struct err err = ERR_INIT;
	char table[64];

	table_name(f, table, sizeof(table));
	bool ok = csv_open(&csv, &arena, (struct sv){ f->text, f->size }, &err) == ERR_OK;
	if (!ok)
		ctl_error("schema/law/%s: %s", f->name, err.message);
	ok = ok && ctl_exec(conn, "BEGIN") && ctl_exec(conn, "SET LOCAL lock_timeout = '5s'");
	ok = ok && stage(conn, f, &csv, table) && merge(conn, f, &csv, table) && record(conn, f);
	ok = ok && ctl_exec(conn, "COMMIT");
	if (!ok)
		ctl_rollback(conn);
	arena_fini(&arena);
	return ok;
}

bool ctl_law_load(PGconn *conn)
{
	for (const struct schema_file *f = schema_files; f->dir; f++) {
		if (!is_law(f))
			continue;
		int current = is_current(conn, f);
		if (current < 0 || (!current && !load_file(conn, f)))
			return false;
	}
	return true;
}
