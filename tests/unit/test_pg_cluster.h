/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A private PostgreSQL cluster for one test program: own data directory below $TMPDIR,
 * Unix socket only, no durability. Run as root it is made by the user "postgres".
 */
#ifndef TEST_PG_CLUSTER_H
#define TEST_PG_CLUSTER_H

#include <fcntl.h>
#include <glob.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/defs.h"

struct cluster {
	char dir[256];    /* sockets */
	char data[300];
	char bin[256];
	char conninfo[400];
	bool running;
};

static inline int cluster_run(const char *const *argv)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* Runs bin/tool with these arguments, as postgres when we are root. */
static inline int cluster_tool(const struct cluster *c, const char *tool, const char *const *args)
{
	const char *argv[32];
	char path[320];
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/%s", c->bin, tool);
	if (geteuid() == 0) {
		argv[n++] = "runuser";
		argv[n++] = "-u";
		argv[n++] = "postgres";
		argv[n++] = "--";
	}
	argv[n++] = path;
	for (; *args; args++) {
		CHECK(n < ARRAY_LEN(argv) - 1);
		argv[n++] = *args;
	}
	argv[n] = NULL;
	return cluster_run(argv);
}

static inline bool cluster_start(struct cluster *c)
{
	char options[700];
	char log[320];

	snprintf(options, sizeof(options),
		 "-c listen_addresses= -c unix_socket_directories=%s -c fsync=off "
		 "-c full_page_writes=off -c shared_buffers=16MB -c max_connections=40 "
		 "-c log_min_messages=fatal",
		 c->dir);
	snprintf(log, sizeof(log), "%s/log", c->dir);
	c->running = cluster_tool(c, "pg_ctl", (const char *const[]){ "-D", c->data, "-l", log,
			"-w", "-t", "30", "-o", options, "start", NULL }) == 0;
	return c->running;
}

static inline void cluster_stop(struct cluster *c, const char *mode)
{
	cluster_tool(c, "pg_ctl", (const char *const[]){ "-D", c->data, "-w", "-t", "30", "-m",
			mode, "stop", NULL });
	c->running = false;
}

static inline bool cluster_new(struct cluster *c)
{
	const char *tmp = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	const char *bin = getenv("PG_BINDIR");
	glob_t found;

	memset(c, 0, sizeof(*c));
	if (bin) {
		snprintf(c->bin, sizeof(c->bin), "%s", bin);
	} else if (glob("/usr/lib/postgresql/*/bin", 0, NULL, &found) == 0) {
		snprintf(c->bin, sizeof(c->bin), "%s", found.gl_pathv[found.gl_pathc - 1]);
		globfree(&found);
	} else {
		fprintf(stderr, "no PostgreSQL found; set PG_BINDIR\n");
		return false;
	}
	snprintf(c->dir, sizeof(c->dir), "%s/pg-test-XXXXXX", tmp);
	if (!mkdtemp(c->dir))
		return false;
	if (geteuid() == 0) {
		struct passwd *pw = getpwnam("postgres");

		if (!pw || chown(c->dir, pw->pw_uid, pw->pw_gid) != 0)
			return false;
	}
	snprintf(c->data, sizeof(c->data), "%s/data", c->dir);
	snprintf(c->conninfo, sizeof(c->conninfo), "host=%s user=postgres dbname=postgres", c->dir);
	if (cluster_tool(c, "initdb", (const char *const[]){ "-D", c->data, "-U", "postgres", "-A",
			"trust", "-E", "UTF8", "--locale=C", "--no-sync", NULL }) != 0) {
		fprintf(stderr, "initdb failed in %s\n", c->dir);
		return false;
	}
	return cluster_start(c);
}

static inline void cluster_free(struct cluster *c)
{
	if (c->running)
		cluster_stop(c, "immediate");
	if (strstr(c->dir, "/pg-test-"))
		cluster_run((const char *const[]){ "rm", "-rf", c->dir, NULL });
}

#endif
