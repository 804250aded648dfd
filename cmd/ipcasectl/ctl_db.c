/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The blocking database calls that the commands share. */
#include "ctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

const char *ctl_database(const char *option)
{
	const char *conninfo = option ? option : getenv("IPCASE_DATABASE_URL");

	if (!conninfo || !*conninfo) {
		ctl_error("which database? Give --database CONNINFO or set IPCASE_DATABASE_URL");
		return NULL;
	}
	return conninfo;
}

/* "table exists, skipping" and its like say nothing to an administrator. */
static void on_notice(void *arg UNUSED, const PGresult *res)
{
	const char *severity = PQresultErrorField(res, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (severity && strcmp(severity, "WARNING") == 0)
		ctl_error("warning: %s", PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY));
}

void ctl_print_failure(const PGconn *conn, const PGresult *res, const char *what)
{
	const char *primary = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *detail = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_DETAIL) : NULL;
	const char *text = primary ? primary : PQerrorMessage(conn);
	int n = (int)strlen(text);

	while (n > 0 && text[n - 1] == '\n')
		n--;
	ctl_error("%s: %.*s%s%s", what, n, text, detail ? "; " : "", detail ? detail : "");
}

PGconn *ctl_connect(const char *conninfo, const char *password)
{
	/* Later entries win over those in dbname's conninfo. */
	const char *keys[] = { "dbname",  "application_name", "client_encoding",
			       "options", "connect_timeout",  "password",
			       NULL };
	const char *values[] = {
		conninfo, "ipcasectl",
		"UTF8",   "-c timezone=UTC -c datestyle=ISO -c search_path=ipcase,public",
		"10",     password && *password ? password : NULL,
		NULL
	};
	PGconn *conn = PQconnectdbParams(keys, values, 1);

	if (PQstatus(conn) != CONNECTION_OK) {
		ctl_print_failure(conn, NULL, "could not connect");
		PQfinish(conn);
		return NULL;
	}
	PQsetNoticeReceiver(conn, on_notice, NULL);
	if (PQserverVersion(conn) < 150000) {
		ctl_error("PostgreSQL 15 or later is needed, the server is %s",
			  PQparameterStatus(conn, "server_version"));
		PQfinish(conn);
		return NULL;
	}
	return conn;
}

PGconn *ctl_connect_owner(const char *conninfo)
{
	PGconn *conn = ctl_connect(conninfo, NULL);

	if (!conn)
		return NULL;
	if (!ctl_exec(conn, "SET ROLE " CTL_OWNER_ROLE)) {
		ctl_error("connect as %s, or as a role that may become it (\"ipcasectl setup\" "
			  "makes it)",
			  CTL_OWNER_ROLE);
		PQfinish(conn);
		return NULL;
	}
	return conn;
}

PGresult *ctl_query(PGconn *conn, const char *sql, int count, const char *const *values)
{
	PGresult *res = PQexecParams(conn, sql, count, NULL, values, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(res);

	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
		return res;
	ctl_print_failure(conn, res, "database");
	PQclear(res);
	return NULL;
}

bool ctl_exec(PGconn *conn, const char *sql)
{
	PGresult *res = ctl_query(conn, sql, 0, NULL);

	PQclear(res);
	return res != NULL;
}

void ctl_rollback(PGconn *conn)
{
	if (PQtransactionStatus(conn) != PQTRANS_IDLE)
		PQclear(PQexec(conn, "ROLLBACK"));
}

char *ctl_query_text(PGconn *conn, const char *sql, int count, const char *const *values)
{
	PGresult *res = ctl_query(conn, sql, count, values);

	if (!res)
		return NULL;
	bool has = PQntuples(res) > 0 && !PQgetisnull(res, 0, 0);
	char *text = xstrdup(has ? PQgetvalue(res, 0, 0) : "");
	PQclear(res);
	return text;
}

void ctl_add_identifier(PGconn *conn, struct str *sql, const char *name)
{
	char *quoted = PQescapeIdentifier(conn, name, strlen(name));

	CHECK(quoted); /* only invalid UTF-8 fails, and names come from our own files */
	str_append_cstr(sql, quoted);
	PQfreemem(quoted);
}

bool ctl_read_line(const char *path, char *buf, size_t size)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");

	if (!f) {
		ctl_error("could not open %s: %s", path, strerror(errno));
		return false;
	}
	bool ok = fgets(buf, (int)size, f) != NULL;
	bool whole = ok && (strchr(buf, '\n') || feof(f));
	if (f != stdin)
		fclose(f);
	if (!whole) {
		ctl_error("%s: %s", path, ok ? "its first line is too long" : "is empty");
		return false;
	}
	buf[strcspn(buf, "\r\n")] = '\0';
	return true;
}
