/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Files for desks and paper (CSV, workbook, bulletin) out of a stored document, made by a child process: Pango and Cairo map
 * whole fonts, which the daemon must not keep (docs/audit.md). The child is the client beside this program,
 *
 *	ipcase audit render document.json --out . --only pdf      in a folder of its own below the store's tmp
 *
 * without the daemon's descriptors, environment and signals; one at a time, at most RENDER_QUEUE wait. It is killed when it
 * takes longer than RENDER_TIMEOUT_MS, when the daemon ends or dies, and before the daemon when memory runs out. Its
 * folder is removed whatever happens; what a power cut leaves behind the sweep of tmp finds.
 *
 * Refusals: "store-missing", "renderer-missing" (ERR_WRONG_STATE), "render-busy" (ERR_BUSY), "render-timeout" (ERR_TIMEOUT),
 * "render-failed" (ERR_INTERNAL), "content-altered", "content-missing" (ERR_IO).
 *
 * Thread rule: render_new(), render_free() the main thread; render_start() on the task's loop. */
#ifndef APP_RENDER_H
#define APP_RENDER_H

#include "app/app.h"

enum { RENDER_QUEUE = 8, RENDER_TIMEOUT_MS = 50 * 1000 };

struct render;

/* With the programs beside this one. */
struct render *render_new(void);
/* Is the client there? One look at the disk; any thread. */
bool render_is_ready(const struct render *r);
/* Kills the child, waits for its end. NULL allowed. */
void render_free(struct render *r);

enum render_kind { RENDER_AUDIT_CSV, RENDER_AUDIT_XLSX, RENDER_AUDIT_PDF, RENDER_FORM_XLSX };

/* A file that was made; freed with the task unless taken (set the pointer NULL). */
struct render_file;
uint64_t render_file_size(const struct render_file *f);
/* For struct http_file. */
bool render_file_read(void *file, void *p, size_t n);
void render_file_close(void *file); /* NULL is allowed; any thread */
const char *render_media_type(enum render_kind kind);
const char *render_suffix(enum render_kind kind); /* "pdf" */

/* Makes the file of a stored content (`sha256` in hex), or of `text` when that is NULL; *ret is set when the task goes on. */
struct render_input {
	enum render_kind kind;
	const char *sha256;
	struct sv text;
};
enum step render_start(struct task *t, const struct render_input *in, struct render_file **ret);

#endif
