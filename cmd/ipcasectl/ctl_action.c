/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "ctl_action.h"

#include <string.h>
#include <unistd.h>

bool ctl_audit(PGconn *conn, const char *action)
{
	const char *values[] = { action };
	PGresult *res = ctl_query(conn, "INSERT INTO audit (place, action, outcome) VALUES ('ipcasectl', $1, 'ok')", 1, values);

	PQclear(res);
	return res != NULL;
}

bool ctl_change(PGconn *conn, const char *sql, int count, const char *const *values, const char *action, const char *absent)
{
	PGresult *res = ctl_query(conn, sql, count, values);
	bool ok = res && strcmp(PQcmdTuples(res), "1") == 0;

	if (res && !ok)
		ctl_error("%s", absent);
	PQclear(res);
	return ok && ctl_audit(conn, action);
}

static bool in_transaction(PGconn *conn, const struct ctl_action *action, const void *options)
{
	if (!ctl_exec(conn, "BEGIN"))
		return false;
	if (action->run(conn, options) && ctl_exec(conn, "COMMIT"))
		return true;
	ctl_rollback(conn);
	return false;
}

int ctl_action_run(const struct ctl_command *command, const struct ctl_action *actions, size_t count, int argc, char **argv,
		   const char *database, const void *options)
{
	for (size_t i = 0; optind == argc - 1 && i < count; i++) {
		if (strcmp(argv[optind], actions[i].name) != 0)
			continue;
		const char *url = ctl_database(database);
		PGconn *conn = url ? ctl_connect_owner(url) : NULL;
		bool ok = conn && in_transaction(conn, &actions[i], options);
		PQfinish(conn);
		return ok ? CTL_OK : CTL_FAILED;
	}
	return ctl_usage(command);
}
