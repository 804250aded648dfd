/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * sqlgen MODE: see sqlgen.h for what it makes and queries.c for the format it reads. */
#include "sqlgen.h"

#include <stdio.h>
#include <string.h>

static int usage(void)
{
	fputs("usage: sqlgen queries OUT FILE.sql...   write OUT.h and OUT.c, the statement table\n"
	      "       sqlgen files OUT FILE...         write OUT.h and OUT.c, the files' text\n"
	      "       sqlgen check FILE.sql...         only read; print the number of statements\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct statements all = { 0 };

	if (argc >= 2 && strcmp(argv[1], "check") == 0) {
		for (int i = 2; i < argc; i++)
			queries_parse(&all, argv[i]);
		printf("%zu\n", all.count);
		return 0;
	}
	if (argc >= 3 && strcmp(argv[1], "queries") == 0) {
		for (int i = 3; i < argc; i++)
			queries_parse(&all, argv[i]);
		queries_write(&all, argv[2]);
		return 0;
	}
	if (argc >= 3 && strcmp(argv[1], "files") == 0) {
		embed_write(argv[2], argv + 3, argc - 3);
		return 0;
	}
	return usage();
}
