/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Files that were made for a request (app/render.h) as replies. */
#ifndef API_API_RENDER_H
#define API_API_RENDER_H

#include "api/api_steps.h"
#include "app/render.h"

/* Headers of a file to keep under the name base.suffix; the name may have any characters. */
void api_file_headers(struct task *t, const char *base, const char *suffix);
/* Sends the file, which is taken, and ends the task. */
enum step api_reply_render(struct task *t, struct render_file **made, enum render_kind kind, const char *base);

#endif
