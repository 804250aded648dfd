/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Commands that change directories ("unit add", "peer set"): one transaction a command, each change with its row in
 * audit. */
#ifndef IPCASECTL_CTL_ACTION_H
#define IPCASECTL_CTL_ACTION_H

#include "ctl.h"

struct ctl_action {
	const char *name;
	bool (*run)(PGconn *conn, const void *options); /* false: it said why, and nothing stays */
};

/* The action that argv[optind], the only argument left, names; as ipcase_owner on `database` (NULL: $IPCASE_DATABASE_URL).
 * Returns the exit code. */
int ctl_action_run(const struct ctl_command *command, const struct ctl_action *actions, size_t count, int argc, char **argv,
		   const char *database, const void *options);
bool ctl_audit(PGconn *conn, const char *action) MUST_USE;
/* One statement that must touch one row, and its audit row. `absent` is said when it touched none. */
bool ctl_change(PGconn *conn, const char *sql, int count, const char *const *values, const char *action,
		const char *absent) MUST_USE;

#endif
