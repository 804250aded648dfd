/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The files of the browser console: where they are, and their routes. */
#ifndef IPCASED_CONSOLE_H
#define IPCASED_CONSOLE_H

#include "http/http_static.h"

/* `dir` is the option [http] console. *ret NULL: there is none, which is an error only where one was named. */
enum err_code console_load(const char *dir, struct http_static **ret, struct err *err) MUST_USE;
/* The rows with those of the console behind them; may move them. `console` may be NULL. */
struct http_route *console_routes(const struct http_static *console, struct http_route *rows, size_t *count);

#endif
