/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * ipcasectl docs: what is generated from the tables of the program. `make generated` writes the files that
 * are kept in the tree, `make lint` compares them. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "conf/conf.h"
#include "json/json_writer.h"

enum { OPENAPI_MAX_BYTES = 4 * 1024 * 1024 };

static void write_openapi(FILE *f)
{
	struct str out = STR_INIT(OPENAPI_MAX_BYTES);
	struct json_writer w;

	json_writer_init(&w, &out);
	api_openapi_write(&w);
	fputs(str_cstr(&out), f);
	fputc('\n', f);
	str_release(&out);
}

static const struct {
	const char *name;
	void (*write)(FILE *f);
} documents[] = {
	{ "config.example.ini", conf_write_example },
	{ "configuration.md", conf_write_markdown },
	{ "openapi.json", write_openapi },
};

static int run(int argc, char **argv)
{
	if (argc != 2)
		return ctl_usage(&ctl_docs_command);
	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		if (strcmp(argv[1], documents[i].name) != 0)
			continue;
		documents[i].write(stdout);
		return fflush(stdout) == 0 ? CTL_OK : CTL_FAILED;
	}
	return ctl_usage(&ctl_docs_command);
}

const struct ctl_command ctl_docs_command = {
	.name = "docs",
	.usage = "config.example.ini|configuration.md|openapi.json",
	.help = "write a generated document to standard output",
	.run = run,
};
