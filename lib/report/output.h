/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A file that appears under its name only when it is complete: written beside it, synced, then renamed. Internal to
 * lib/report. */
#ifndef REPORT_OUTPUT_H
#define REPORT_OUTPUT_H

#include "base/err.h"

#include <stdio.h>

struct output {
	FILE *file;   /* NULL when a library writes to `part` by itself */
	char *path, *part;
};

/* Without `want_file` an empty part is made for a library to write to. After success output_end() must follow. */
enum err_code output_begin(struct output *out, const char *path, bool want_file, struct err *err) MUST_USE;
/* With ERR_OK: publishes the file, or says why it could not. Otherwise: removes what was written, returns `code`. */
enum err_code output_end(struct output *out, enum err_code code, struct err *err) MUST_USE;

#endif
