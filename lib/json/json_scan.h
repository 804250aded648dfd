/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Internal to lib/json: the check of a text against RFC 8259 before cJSON sees it, and
 * the walk over its number tokens.
 */
#ifndef JSON_JSON_SCAN_H
#define JSON_JSON_SCAN_H

#include "base/err.h"
#include "base/str.h"

/* Checks the whole text; *ret_values is the number of values in it, all levels. */
enum err_code json_scan_check(struct sv text, size_t *ret_values, struct err *err) MUST_USE;

/* The next number token of a checked text; moves *rest behind it. Empty at the end. */
struct sv json_scan_next_number(struct sv *rest);

#endif
