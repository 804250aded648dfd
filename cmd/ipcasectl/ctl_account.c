/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * account: accounts without the daemon, above all the first one.
 *
 * Acts as ipcase_owner. Each change is one transaction with its row in audit, whose place is
 * "ipcasectl". Locking, a new password or taking away the second factor (动态口令) ends the account's sessions. A password is read
 * from a file or standard input, never from the command line, which other users can see.
 */
#include "ctl.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "law/role.h"

enum { PASSWORD_SIZE = 512, PASSWORD_MIN_CHARS = 8 };

struct options {
	const char *database, *display_name, *unit, *roles, *password_file;
	const char *account; /* NULL only for list */
};

/* --- pieces ---------------------------------------------------------------------------- */

/* Hash of the password in the file; false after saying what is wrong with it. */
static bool hash_password(const struct options *o, char hash[CRYPTO_PASSWORD_SIZE])
{
	char password[PASSWORD_SIZE];
	bool ok = false;

	if (!o->password_file) {
		ctl_error("--password-file is missing (- reads standard input)");
		return false;
	}
	if (!ctl_read_line(o->password_file, password, sizeof(password)))
		return false;
	struct sv sv = sv_of(password);
	if (!text_is_valid_utf8(sv) || text_count_chars(sv) < PASSWORD_MIN_CHARS)
		ctl_error("a password has at least %d characters, in UTF-8", PASSWORD_MIN_CHARS);
	else if (strcmp(password, o->account) == 0)
		ctl_error("the password is the account's name");
	else if (crypto_password_hash(sv, hash) != ERR_OK)
		ctl_error("could not hash the password");
	else
		ok = true;
	crypto_wipe(password, sizeof(password));
	return ok;
}

/* Runs a statement that must touch exactly one account; `absent` says what it means when
 * it touches none. */
static bool change(PGconn *conn, const char *sql, int count, const char *const *values,
		   const char *absent)
{
	PGresult *res = ctl_query(conn, sql, count, values);
	bool ok = res && strcmp(PQcmdTuples(res), "1") == 0;

	if (res && !ok)
		ctl_error("%s", absent);
	PQclear(res);
	return ok;
}

static bool end_sessions(PGconn *conn, const char *account)
{
	const char *values[] = { account };
	PGresult *res = ctl_query(conn,
				  "UPDATE session SET revoked_at = now() WHERE revoked_at IS NULL"
				  " AND account_id = (SELECT id FROM account WHERE name = $1)",
				  1, values);

	PQclear(res);
	return res != NULL;
}

static bool audit(PGconn *conn, const char *account, const char *action)
{
	const char *values[] = { account, action };

	return change(conn,
		      "INSERT INTO audit (account_id, place, action, outcome)"
		      " SELECT id, 'ipcasectl', $2, 'ok' FROM account WHERE name = $1",
		      2, values, "no such account");
}

static bool set_password(PGconn *conn, const char *account, const char *hash)
{
	const char *values[] = { account, hash };

	return change(conn,
		      "INSERT INTO account_secret AS s (account_id, password_hash)"
		      " SELECT id, $2 FROM account WHERE name = $1"
		      " ON CONFLICT (account_id) DO UPDATE"
		      " SET password_hash = excluded.password_hash, changed_at = now()",
		      2, values, "no such account");
}

/* --- the actions, each inside a transaction ------------------------------------------------ */

static bool account_add(PGconn *conn, const struct options *o)
{
	char hash[CRYPTO_PASSWORD_SIZE];
	const char *values[] = { o->account, o->display_name, o->unit, o->roles };
	uint32_t mask;

	if (!o->display_name || !o->unit || !o->roles) {
		ctl_error("--name, --unit and --roles are needed");
		return false;
	}
	if (!role_parse_list(sv_of(o->roles), &mask) || mask == 0) {
		ctl_error("--roles \"%s\": a comma list of", o->roles);
		for (int i = 0; i < ROLE_COUNT; i++)
			fprintf(stderr, "  %-16s%s\n", role_code(1u << i), role_zh(1u << i));
		return false;
	}
	return hash_password(o, hash) &&
	       change(conn,
		      "INSERT INTO account (name, display_name, unit_id, roles)"
		      " SELECT $1, $2, u.id, string_to_array(replace($4, ' ', ''), ',')"
		      " FROM unit u WHERE u.active AND $3 IN (u.code, u.name)",
		      4, values, "--unit: not the code or name of exactly one active unit") &&
	       set_password(conn, o->account, hash) && audit(conn, o->account, "account_add");
}

static bool account_password(PGconn *conn, const struct options *o)
{
	char hash[CRYPTO_PASSWORD_SIZE];

	return hash_password(o, hash) && set_password(conn, o->account, hash) &&
	       end_sessions(conn, o->account) && audit(conn, o->account, "account_password");
}

static bool account_lock(PGconn *conn, const struct options *o)
{
	const char *values[] = { o->account };

	return change(conn, "UPDATE account SET active = false WHERE name = $1", 1, values,
		      "no such account") &&
	       end_sessions(conn, o->account) && audit(conn, o->account, "account_lock");
}

/* Also forgets failed logins: whoever locked himself out waits for this. */
static bool account_unlock(PGconn *conn, const struct options *o)
{
	const char *values[] = { o->account };
	bool ok = change(conn, "UPDATE account SET active = true WHERE name = $1", 1, values,
			 "no such account");

	if (!ok)
		return false;
	PGresult *res =
		ctl_query(conn, "DELETE FROM login_failure WHERE account_name = $1", 1, values);
	ok = res && audit(conn, o->account, "account_unlock");
	PQclear(res);
	return ok;
}

/* For who has lost the telephone. */
static bool account_reset_totp(PGconn *conn, const struct options *o)
{
	const char *values[] = { o->account };

	return change(conn,
		      "DELETE FROM account_totp WHERE account_id = (SELECT id FROM account WHERE name = $1)", 1,
		      values, "no such account, or it has no second factor") &&
	       end_sessions(conn, o->account) && audit(conn, o->account, "account_reset_totp");
}

static bool account_list(PGconn *conn, const struct options *o UNUSED)
{
	enum { COLUMNS = 5 };
	size_t width[COLUMNS] = { 0 };
	PGresult *res = ctl_query(conn,
				  "SELECT a.name, a.display_name, u.name,"
				  " array_to_string(a.roles, ','),"
				  " concat_ws(' ', CASE WHEN t.enabled_at IS NOT NULL THEN '动态口令' END,"
				  " CASE WHEN NOT a.active THEN 'locked' END)"
				  " FROM account a JOIN unit u ON u.id = a.unit_id"
				  " LEFT JOIN account_totp t ON t.account_id = a.id ORDER BY a.name",
				  0, NULL);

	if (!res)
		return false;
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < PQntuples(res); i++) {
			for (int c = 0; c < COLUMNS; c++) {
				const char *cell = PQgetvalue(res, i, c);
				size_t w = text_width(sv_of(cell));
				if (pass == 0 && w > width[c])
					width[c] = w;
				else if (pass == 1)
					printf("%s%*s", cell,
					       c + 1 < COLUMNS ? (int)(width[c] - w) + 2 : 0, "");
			}
			if (pass == 1)
				putchar('\n');
		}
	}
	PQclear(res);
	return true;
}

/* --- command ---------------------------------------------------------------------------------- */

struct action {
	const char *name;
	bool named; /* takes an account's name */
	bool (*run)(PGconn *conn, const struct options *o);
};

static const struct action actions[] = {
	{ "add", true, account_add },       { "password", true, account_password },
	{ "list", false, account_list },    { "lock", true, account_lock },
	{ "unlock", true, account_unlock }, { "reset-totp", true, account_reset_totp },
};

static const struct action *find_action(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	}
	return NULL;
}

static bool parse(int argc, char **argv, struct options *o, const struct action **action)
{
	static const struct option options[] = {
		{ "database", required_argument, NULL, 'd' },
		{ "name", required_argument, NULL, 'n' },
		{ "unit", required_argument, NULL, 'u' },
		{ "roles", required_argument, NULL, 'r' },
		{ "password-file", required_argument, NULL, 'p' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'd':
			o->database = optarg;
			break;
		case 'n':
			o->display_name = optarg;
			break;
		case 'u':
			o->unit = optarg;
			break;
		case 'r':
			o->roles = optarg;
			break;
		case 'p':
			o->password_file = optarg;
			break;
		default:
			return false;
		}
	}
	*action = optind < argc ? find_action(argv[optind]) : NULL;
	if (!*action || argc - optind != ((*action)->named ? 2 : 1))
		return false;
	o->account = (*action)->named ? argv[optind + 1] : NULL;
	return true;
}

static int run_account(int argc, char **argv)
{
	struct options o = { 0 };
	const struct action *action;

	if (!parse(argc, argv, &o, &action))
		return ctl_usage(&ctl_account_command);
	o.database = ctl_database(o.database);
	PGconn *conn = o.database ? ctl_connect_owner(o.database) : NULL;
	if (!conn)
		return CTL_FAILED;
	bool ok = ctl_exec(conn, "BEGIN") && action->run(conn, &o) && ctl_exec(conn, "COMMIT");
	if (!ok)
		ctl_rollback(conn);
	PQfinish(conn);
	return ok ? CTL_OK : CTL_FAILED;
}

const struct ctl_command ctl_account_command = {
	.name = "account",
	.usage = "add NAME --name DISPLAY --unit CODE --roles A,B --password-file FILE\n"
		 "       ipcasectl account password NAME --password-file FILE\n"
		 "       ipcasectl account lock NAME | unlock NAME | reset-totp NAME | list",
	.help = "add, list, lock and unlock accounts; set passwords; take away a second factor",
	.run = run_account,
};
