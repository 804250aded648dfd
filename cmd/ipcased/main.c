/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * ipcased: the daemon. Arguments only; the rest is in daemon.c. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/boot.h"
#include "daemon.h"

static int usage(FILE *f, int code)
{
	fputs("usage: ipcased [--config FILE] [--check-config]\n"
	      "       ipcased --version | --help\n"
	      "\n"
	      "  --config FILE   read options from FILE (see config.example.ini); without it only\n"
	      "                  defaults and the environment (IPCASE_<SECTION>_<KEY>) count\n"
	      "  --check-config  read the options, say what is wrong, and exit\n"
	      "\n"
	      "SIGHUP reads options and law again, SIGTERM ends in order, a second one at once.\n",
	      f);
	return code;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' }, { "check-config", no_argument, NULL, 'k' },
		{ "version", no_argument, NULL, 'v' },	    { "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	static struct conf conf;
	struct err err = ERR_INIT;
	const char *path = NULL;
	bool check = false;
	int c;

	while ((c = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			path = optarg;
			break;
		case 'k':
			check = true;
			break;
		case 'v':
			puts("ipcased " IPCASE_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			return usage(stdout, EXIT_SUCCESS);
		default:
			return usage(stderr, 2);
		}
	}
	if (optind != argc)
		return usage(stderr, 2);
	if (conf_load(path, &conf, &err) != ERR_OK || app_config_check(&conf, &err) != ERR_OK) {
		fprintf(stderr, "ipcased: %s\n", err.message);
		if (err.detail[0])
			fprintf(stderr, "ipcased: %s\n", err.detail);
		return EXIT_FAILURE;
	}
	if (check) {
		puts("ok");
		return EXIT_SUCCESS;
	}
	return daemon_run(path, &conf);
}
