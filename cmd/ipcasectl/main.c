/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * ipcasectl COMMAND: the table of commands, help, dispatch. */
#include "ctl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct ctl_command *const commands[] = {
	&ctl_setup_command,      /* once, as a superuser */
	&ctl_migrate_command,    /* at each upgrade */
	&ctl_check_command,      /* before the daemon starts */
	&ctl_unit_command,       /* daily */
	&ctl_peer_command,       /* organs of hand-overs */
	&ctl_account_command,    /* daily */
	&ctl_key_command,        /* once an organ, and when one expires */
	&ctl_digest_command,     /* daily digests */
	&ctl_rebuild_command,    /* proof */
	&ctl_recompute_command,  /* each year */
	&ctl_procedures_command, /* the law's tables, to read */
	&ctl_demo_command,       /* trial data */
	&ctl_generate_command,   /* developers */
	&ctl_docs_command,       /* developers: generated documents */
	&ctl_check_sql_command,  /* developers */
};

void ctl_error(const char *fmt, ...)
{
	va_list ap;

	fputs("ipcasectl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int ctl_usage(const struct ctl_command *command)
{
	fprintf(stderr, "usage: ipcasectl %s %s\n", command->name, command->usage);
	return CTL_USAGE;
}

static void print_help(FILE *f)
{
	fputs("usage: ipcasectl COMMAND [ARGUMENTS]\n\n", f);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(f, "  %-12s %s\n", commands[i]->name, commands[i]->help);
	fputs("\n\"ipcasectl help COMMAND\" shows a command's arguments.\n"
	      "A command that needs the database takes --database CONNINFO, or reads\n"
	      "IPCASE_DATABASE_URL; passwords come from libpq's password file.\n",
	      f);
}

static const struct ctl_command *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static int help(const char *name)
{
	const struct ctl_command *command = name ? find(name) : NULL;

	if (name && !command) {
		ctl_error("no command \"%s\"", name);
		return CTL_USAGE;
	}
	if (command)
		printf("usage: ipcasectl %s %s\n\n%s\n", command->name, command->usage,
		       command->help);
	else
		print_help(stdout);
	return CTL_OK;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr);
		return CTL_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return help(argc > 2 ? argv[2] : NULL);
	if (strcmp(argv[1], "--version") == 0) {
		puts("ipcasectl " IPCASE_VERSION);
		return CTL_OK;
	}
	const struct ctl_command *command = find(argv[1]);
	if (!command) {
		ctl_error("no command \"%s\"; \"ipcasectl help\" lists them", argv[1]);
		return CTL_USAGE;
	}
	int code = command->run(argc - 1, argv + 1);
	/* A full disk or a closed pipe must not look like success. */
	if (fflush(stdout) != 0 && code == CTL_OK) {
		ctl_error("could not write standard output");
		code = CTL_FAILED;
	}
	return code;
}
