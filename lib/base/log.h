/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Structured log: one line an event, `ts level event key=value ...`, to stderr.
 *
 * Values with blanks, quotes or control characters are quoted and escaped, so a peer
 * cannot forge a line. No personal data at info level and no secret at any level.
 * Thread rule: any thread; a line is written with one write().
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/defs.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level);
enum log_level log_get_level(void);
bool log_level_parse(const char *name, enum log_level *ret);

/* `fmt` prints the key=value part; use log_quote for text from outside. */
void log_event(enum log_level level, const char *event, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Quoted and escaped copy in a per-thread ring of buffers (valid until 8 further calls). */
const char *log_quote(const char *text);

#define log_error(event, ...) log_event(LOG_ERROR, event, __VA_ARGS__)
#define log_warn(event, ...) log_event(LOG_WARN, event, __VA_ARGS__)
#define log_info(event, ...) log_event(LOG_INFO, event, __VA_ARGS__)
#define log_debug(event, ...) log_event(LOG_DEBUG, event, __VA_ARGS__)

#endif
