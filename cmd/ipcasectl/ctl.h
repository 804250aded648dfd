/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * ipcasectl: administration from the command line.
 *
 * One struct ctl_command a subcommand, defined in the file that does the work and listed in
 * the table of main.c. A command parses its own options with getopt_long (argv[0] is the
 * command's name), prints what it did to standard output and what went wrong to standard
 * error, and returns an exit code: CTL_OK, CTL_FAILED or CTL_USAGE.
 *
 * Unlike the daemon, these commands are one thread that may block: they use libpq's plain
 * synchronous calls and SQL of their own for catalogs and roles.
 */
#ifndef IPCASECTL_CTL_H
#define IPCASECTL_CTL_H

#include <libpq-fe.h>

#include "base/defs.h"
#include "base/str.h"

enum { CTL_OK = 0, CTL_FAILED = 1, CTL_USAGE = 2 };

#define CTL_OWNER_ROLE "ipcase_owner"
#define CTL_APP_ROLE "ipcase_app"
#define CTL_AUDITOR_ROLE "ipcase_auditor"

struct ctl_command {
	const char *name;
	const char *usage; /* arguments only: "[--check] --database CONNINFO" */
	const char *help;  /* one line, lower case, no period */
	int (*run)(int argc, char **argv);
};

extern const struct ctl_command ctl_setup_command;
extern const struct ctl_command ctl_migrate_command;
extern const struct ctl_command ctl_check_command;
extern const struct ctl_command ctl_check_sql_command;
extern const struct ctl_command ctl_account_command;
extern const struct ctl_command ctl_unit_command;
extern const struct ctl_command ctl_peer_command;
extern const struct ctl_command ctl_key_command;
extern const struct ctl_command ctl_docs_command;
extern const struct ctl_command ctl_rebuild_command;
extern const struct ctl_command ctl_recompute_command;
extern const struct ctl_command ctl_generate_command;
extern const struct ctl_command ctl_procedures_command;
extern const struct ctl_command ctl_demo_command;
extern const struct ctl_command ctl_digest_command;

/* --- messages --------------------------------------------------------------------- */

/* "ipcasectl: ..." and a line end, to standard error. */
void ctl_error(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* The command's usage line to standard error; returns CTL_USAGE. */
int ctl_usage(const struct ctl_command *command);

/* --- database (ctl_db.c) -------------------------------------------------------------- */

/* The --database option, else $IPCASE_DATABASE_URL; NULL after saying what is missing. */
const char *ctl_database(const char *option);
/* NULL after saying why. `password` may be NULL or "". */
PGconn *ctl_connect(const char *conninfo, const char *password) MUST_USE;
/* Like ctl_connect, then acts as ipcase_owner, so that what is made belongs to that role. */
PGconn *ctl_connect_owner(const char *conninfo) MUST_USE;
/* False after printing the server's message. */
bool ctl_exec(PGconn *conn, const char *sql) MUST_USE;
/* One statement with text parameters; NULL after printing the server's message. The caller
 * clears the result. */
PGresult *ctl_query(PGconn *conn, const char *sql, int count, const char *const *values) MUST_USE;
/* Leaves a failed transaction, if there is one. */
void ctl_rollback(PGconn *conn);
/* First column of the first row as a new string, "" when null or no row; NULL on failure. */
char *ctl_query_text(PGconn *conn, const char *sql, int count, const char *const *values) MUST_USE;
/* Appends name as a quoted SQL identifier. */
void ctl_add_identifier(PGconn *conn, struct str *sql, const char *name);
/* Prints what the failed result or connection says, under a heading. */
void ctl_print_failure(const PGconn *conn, const PGresult *res, const char *what);

/* --- files --------------------------------------------------------------------------- */

/* First line of a file into buf without the line end; false after saying why. */
bool ctl_read_line(const char *path, char *buf, size_t size) MUST_USE;

/* --- migrations and legal tables (ctl_migrate.c, ctl_law.c) -------------------------------- */

struct ctl_migrations {
	int applied;
	int pending;
	int stale_law_files; /* embedded legal tables that were not loaded in this form */
	char problem[256];   /* "" or why this program does not fit the database */
};

/* Compares the database with what this program carries; false after a printed failure. */
bool ctl_migrations_read(PGconn *conn, struct ctl_migrations *ret) MUST_USE;
/* Inside no transaction; loads every embedded legal table that is not current. */
bool ctl_law_load(PGconn *conn) MUST_USE;
int ctl_law_stale(PGconn *conn); /* -1 after a printed failure */

#endif
