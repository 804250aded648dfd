/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The files that the client makes from an audit.json, without the server: lib/report.
 */
#ifndef IPCASE_AUDIT_FILES_H
#define IPCASE_AUDIT_FILES_H

#include "client.h"

/* Makes audit.csv, audit.xlsx and audit.pdf in the folder, from the audit.json at `path`; with `only` ("csv", NULL: all) the
 * one that ends so. Each appears whole or not at
 * all. What is printed about them is the caller's business: their names are audit_file_names, NULL at the end. */
enum exit_code audit_files(struct client *c, const char *path, const char *folder, const char *only);
bool audit_file_is(const char *name, const char *only);

extern const char *const audit_file_names[];

#endif
