/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The session in a cookie, for browsers.
 *
 * A browser sends a cookie whoever made it send the request. So a request whose session comes from the cookie must
 * show that a page of ours made it: a change carries the field "X-IPCase: console", which no form can set and which
 * a script of another origin can set only after asking us, and we never allow it; Origin, where it was sent, is our
 * own; Sec-Fetch-Site, where it was sent, says so too. SameSite=Strict keeps the cookie at home besides. */
#ifndef API_API_COOKIE_H
#define API_API_COOKIE_H

#include "api/api.h"

/* The token of the session cookie; "" when there is none, or more than one. */
struct sv api_cookie_token(const struct http_request *req);
/* ERR_FORBIDDEN, rule "cross-site", unless a page of ours may have made this request. */
enum err_code api_cookie_check(const struct http_request *req, bool changes, struct err *err) MUST_USE;
/* `token` NULL: the browser is to forget it. */
void api_cookie_send(struct http_request *req, const char *token);

/* Pure, for tests: "ipcase_session=TOKEN; other=1", and an Origin against a Host. */
struct sv api_cookie_find(struct sv header);
bool api_origin_is(struct sv origin, struct sv host);

#endif
