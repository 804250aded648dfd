/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * setup: the three roles and the database. Needs a superuser; may run again at any time.
 *
 *   ipcase_owner    owns the schema, runs migrations and maintenance, for which row-level security
 *                   does not stand in the way; the daemon never connects as it
 *   ipcase_app      the daemon: owns nothing, obeys row-level security
 *   ipcase_auditor  reads only
 */
#include "ctl.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PASSWORD_SIZE = 256, SQL_MAX = 4096 };

struct role {
	const char *name;
	const char *password_file; /* NULL: no password, the server's pg_hba.conf decides */
	bool sees_all;
};

static bool set_password(PGconn *conn, const struct role *role)
{
	char password[PASSWORD_SIZE];
	struct str sql = STR_INIT(SQL_MAX);

	if (!role->password_file)
		return true;
	if (!ctl_read_line(role->password_file, password, sizeof(password)))
		return false;
	if (!*password) {
		ctl_error("%s: the password is empty", role->password_file);
		return false;
	}
	/* The server and its log see a SCRAM verifier, never the password. */
	char *verifier = PQencryptPasswordConn(conn, password, role->name, "scram-sha-256");
	explicit_bzero(password, sizeof(password));
	if (!verifier) {
		ctl_print_failure(conn, NULL, "could not make the password's verifier");
		return false;
	}
	char *literal = PQescapeLiteral(conn, verifier, strlen(verifier));
	str_printf(&sql, "ALTER ROLE %s PASSWORD %s", role->name, literal ? literal : "NULL");
	bool ok = literal && ctl_exec(conn, str_cstr(&sql));
	PQfreemem(literal);
	PQfreemem(verifier);
	str_release(&sql);
	return ok;
}

static bool make_role(PGconn *conn, const struct role *role)
{
	char sql[256];
	const char *values[] = { role->name };
	char *found = ctl_query_text(conn, "SELECT 1 FROM pg_roles WHERE rolname = $1", 1, values);

	if (!found)
		return false;
	snprintf(sql, sizeof(sql),
		 "%s ROLE %s LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION %s",
		 *found ? "ALTER" : "CREATE", role->name, role->sees_all ? "BYPASSRLS" : "NOBYPASSRLS");
	bool ok = ctl_exec(conn, sql) && set_password(conn, role);
	if (ok)
		printf("role %s: %s\n", role->name, *found ? "already there" : "created");
	free(found);
	return ok;
}

static bool make_database(PGconn *conn, const char *name)
{
	const char *values[] = { name };
	struct str sql = STR_INIT(SQL_MAX);
	char *encoding = ctl_query_text(
		conn, "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = $1", 1,
		values);
	bool ok = encoding != NULL;

	if (ok && *encoding && strcmp(encoding, "UTF8") != 0) {
		ctl_error("database \"%s\" exists with encoding %s; UTF8 is needed", name,
			  encoding);
		ok = false;
	}
	if (ok && !*encoding) {
		str_append_cstr(&sql, "CREATE DATABASE ");
		ctl_add_identifier(conn, &sql, name);
		str_append_cstr(&sql, " OWNER " CTL_OWNER_ROLE
				      " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'");
		ok = ctl_exec(conn, str_cstr(&sql));
	}
	if (ok)
		printf("database %s: %s\n", name, *encoding ? "already there" : "created");
	free(encoding);
	str_release(&sql);
	return ok;
}

/* Only our roles may connect; statement text follows the database's quoted name. */
static bool restrict_database(PGconn *conn, const char *name)
{
	static const char *const templates[][2] = {
		{ "REVOKE ALL ON DATABASE ", " FROM PUBLIC" },
		{ "GRANT CONNECT ON DATABASE ", " TO " CTL_APP_ROLE ", " CTL_AUDITOR_ROLE },
		{ "GRANT ALL ON DATABASE ", " TO " CTL_OWNER_ROLE },
	};
	bool ok = true;

	for (size_t i = 0; ok && i < ARRAY_LEN(templates); i++) {
		struct str sql = STR_INIT(SQL_MAX);
		str_append_cstr(&sql, templates[i][0]);
		ctl_add_identifier(conn, &sql, name);
		str_append_cstr(&sql, templates[i][1]);
		ok = ctl_exec(conn, str_cstr(&sql));
		str_release(&sql);
	}
	return ok;
}

static int run_setup(int argc, char **argv)
{
	static const struct option options[] = {
		{ "database", required_argument, NULL, 'd' },
		{ "name", required_argument, NULL, 'n' },
		{ "owner-password-file", required_argument, NULL, 'o' },
		{ "app-password-file", required_argument, NULL, 'a' },
		{ "auditor-password-file", required_argument, NULL, 'u' },
		{ 0 },
	};
	struct role roles[] = { { CTL_OWNER_ROLE, NULL, true },
				{ CTL_APP_ROLE, NULL, false },
				{ CTL_AUDITOR_ROLE, NULL, false } };
	const char *database = NULL, *name = "ipcase";
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'd':
			database = optarg;
			break;
		case 'n':
			name = optarg;
			break;
		case 'o':
			roles[0].password_file = optarg;
			break;
		case 'a':
			roles[1].password_file = optarg;
			break;
		case 'u':
			roles[2].password_file = optarg;
			break;
		default:
			return ctl_usage(&ctl_setup_command);
		}
	}
	if (optind != argc)
		return ctl_usage(&ctl_setup_command);
	database = ctl_database(database);
	PGconn *conn = database ? ctl_connect(database, NULL) : NULL;
	if (!conn)
		return CTL_FAILED;
	bool ok = true;
	for (size_t i = 0; ok && i < ARRAY_LEN(roles); i++)
		ok = make_role(conn, &roles[i]);
	ok = ok && ctl_exec(conn, "ALTER ROLE " CTL_AUDITOR_ROLE
				  " SET default_transaction_read_only = on");
	ok = ok && make_database(conn, name) && restrict_database(conn, name);
	PQfinish(conn);
	return ok ? CTL_OK : CTL_FAILED;
}

const struct ctl_command ctl_setup_command = {
	.name = "setup",
	.usage = "--database CONNINFO [--name ipcase] [--owner-password-file FILE]\n"
		 "         [--app-password-file FILE] [--auditor-password-file FILE]",
	.help = "create the roles and the database, as a superuser; may run again",
	.run = run_setup,
};
