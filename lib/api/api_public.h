/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The public site: GET /public and what is under it, /robots.txt. No login, no cookie, no script; pages of lib/report/page_public.h
 * from what lib/app/public.h reads.
 *
 * What a client or a cache between may rely on:
 *	200  a list or a decision that is public now; ETag, Last-Modified, conditional requests
 *	302  an earlier version of what is public now; Location
 *	404  no such page, or not yet: both look the same
 *	410  it was public and is no more: the day and the reason, nothing else. Gone, not 404, because it is the very thing that
 *	     a search engine must know to drop it, and because a link that somebody wrote down deserves an answer.
 *	429  too many from one address; 503 the database cannot be reached
 * Cache-Control: max-age and s-maxage are short ([public] max_age), never past the end of the day (a last day ends there), and
 * must-revalidate forbids to show a stale copy when the daemon cannot be reached.
 */
#ifndef API_API_PUBLIC_H
#define API_API_PUBLIC_H

#include "api/api.h"

extern const struct api_field fields_public_list[], fields_public_search[], fields_public_ledger[];
extern const struct task_step steps_public_list[], steps_public_search[], steps_public_page[], steps_public_text[],
	steps_public_ledger[];
http_handler_fn api_handle_public_style, api_handle_robots;

#endif
