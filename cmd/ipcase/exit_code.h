/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Exit codes of the client: a contract with scripts, see `ipcase help exit-codes`.
 */
#ifndef IPCASE_EXIT_CODE_H
#define IPCASE_EXIT_CODE_H

enum exit_code {
	CLI_OK = 0,
	CLI_USAGE = 1,       /* wrong command line */
	CLI_UNPROVEN = 1,    /* verify: not everything holds */
	CLI_REFUSED = 2,     /* a rule of law or the matter's state forbids it (409) */
	CLI_INVALID = 3,     /* a value is not acceptable (400, 413, 422) */
	CLI_DENIED = 4,      /* not logged in, or not allowed (401, 403, 429) */
	CLI_NOT_FOUND = 5,   /* no such thing, or not visible (404) */
	CLI_STALE = 6,       /* the matter changed meanwhile (412, 428) */
	CLI_UNAVAILABLE = 7, /* server or network out of reach (502, 503, 504) */
	CLI_PARTIAL = 8,     /* an import with failed rows */
	CLI_OTHER = 9,       /* everything else */
};

#endif
