/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Error codes and the error record.
 *
 * A function that can fail returns enum err_code (ERR_OK is 0) and describes the failure
 * in the struct err its caller passed; NULL means "the code is enough". Primary messages
 * follow PostgreSQL's guide in Chinese where users read them: what, then the value. A legal
 * refusal names its article in `article`.
 *
 * The record has fixed buffers and owns nothing: copying and forgetting it is safe.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/defs.h"

enum err_code {
#define ERR(name, slug, status, retry, text) ERR_##name,
#include "base/err.def"
#undef ERR
	ERR_COUNT
};

struct err {
	enum err_code code;
	char field[96]; /* JSON pointer-like name of the offending field, or "" */
	char rule[64];  /* stable name of the broken rule, e.g. "approver-is-officer" */
	char article[192]; /* e.g. "市场监督管理行政处罚程序规定第六十四条", or "" */
	char message[384]; /* one sentence, UTF-8 */
	char detail[384];  /* what to do about it, or "" */
};

#define ERR_INIT \
	{ \
		.code = ERR_OK \
	}

const char *err_slug(enum err_code code);
int err_http_status(enum err_code code);
bool err_retryable(enum err_code code);
const char *err_meaning(enum err_code code);

/* Fill *err (may be NULL) and return `code`, so that `return err_set(...)` reads well.
 * Text that does not fit is cut at a character border. */
enum err_code err_set(struct err *err, enum err_code code, const char *rule, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
void err_field(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
void err_article(struct err *err, const char *article);
void err_detail(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
