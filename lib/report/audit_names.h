/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Codes and their Chinese names, found by code: so that a million rows share the texts. Internal to lib/report. */
#ifndef REPORT_AUDIT_NAMES_H
#define REPORT_AUDIT_NAMES_H

#include "report/audit_document.h"

enum { NAME_BUCKETS = 1024 };

struct name_entry;

struct names {
	struct name_entry *bucket[NAME_BUCKETS];
};

/* The name with this code; one that was not known yet is added, with its code (or `zh`) as name. Never NULL. */
const struct audit_name *names_get(struct names *n, struct arena *arena, struct sv key, struct sv zh);

#endif
