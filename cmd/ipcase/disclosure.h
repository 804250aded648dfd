/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * cmd_disclosure.c: the parts of `show` that are about disclosure. */
#ifndef IPCASE_DISCLOSURE_H
#define IPCASE_DISCLOSURE_H

#include "client.h"

/* Of a disclosure: class and why, the six items, what was public from when to when. */
void disclosure_print(struct client *c, const struct json_value *matter);
/* Of a case: the state of its disclosure and what comes next. One more request; says so when it cannot be read. */
void disclosure_print_linked(struct client *c, const char *id);

#endif
