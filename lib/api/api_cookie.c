/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "api/api_cookie.h"

#include <stdio.h>
#include <strings.h>

#define COOKIE "ipcase_session"
#define ATTRIBUTES "; Path=/; HttpOnly; SameSite=Strict"

struct sv api_cookie_find(struct sv header)
{
	struct sv found = SV("");
	size_t name = strlen(COOKIE "=");

	while (header.n > 0) {
		const char *end = memchr(header.p, ';', header.n);
		size_t n = end ? (size_t)(end - header.p) : header.n;
		struct sv pair = sv_trim((struct sv){ header.p, n });

		header = end ? (struct sv){ end + 1, header.n - n - 1 } : (struct sv){ NULL, 0 };
		if (!sv_starts_with(pair, SV(COOKIE "=")))
			continue;
		if (found.n > 0) /* one of them is not ours */
			return SV("");
		found = (struct sv){ pair.p + name, pair.n - name };
	}
	return found;
}

struct sv api_cookie_token(const struct http_request *req)
{
	return http_header_count(req, "Cookie") == 1 ? api_cookie_find(http_header(req, "Cookie"))
						     : SV("");
}

/* ---- who made the browser send this? ---- */

static bool same(struct sv a, struct sv b)
{
	return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

static struct sv without_port(struct sv host)
{
	struct sv name;

	return http_host_name(host, &name) ? name : (struct sv){ "", 0 };
}

/* A Host without a port tells only the name: proxies pass it on so. */
bool api_origin_is(struct sv origin, struct sv host)
{
	static const struct {
		const char *scheme, *port;
	} schemes[] = { { "https://", ":443" }, { "http://", ":80" } };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		struct sv scheme = sv_of(schemes[i].scheme), port = sv_of(schemes[i].port), place;

		if (!sv_starts_with(origin, scheme))
			continue;
		place = (struct sv){ origin.p + scheme.n, origin.n - scheme.n };
		if (same(without_port(host), host) && host.n > 0)
			return same(without_port(place), host);
		if (same(place, host))
			return true;
		/* Browsers leave out the scheme's own port. */
		return host.n == place.n + port.n && same(place, (struct sv){ host.p, place.n }) &&
		       same((struct sv){ host.p + place.n, port.n }, port);
	}
	return false;
}

static bool is_ours(const struct http_request *req, bool changes)
{
	struct sv site = http_header(req, "Sec-Fetch-Site"), origin = http_header(req, "Origin");

	if (changes && !sv_eq_str(http_header(req, "X-IPCase"), "console"))
		return false;
	if (site.p && !sv_eq_str(site, "same-origin") && !sv_eq_str(site, "none"))
		return false;
	return !origin.p || (http_header_count(req, "Origin") == 1 &&
			     api_origin_is(origin, http_header(req, "Host")));
}

enum err_code api_cookie_check(const struct http_request *req, bool changes, struct err *err)
{
	if (is_ours(req, changes))
		return ERR_OK;
	err_set(err, ERR_FORBIDDEN, "cross-site", "这个请求不是从本系统的页面发出的");
	err_detail(err, "请从本系统的页面重新办理。反向代理须原样传递 Host。");
	return ERR_FORBIDDEN;
}

/* ---- setting ---- */

void api_cookie_send(struct http_request *req, const char *token)
{
	char value[256];
	int n = snprintf(value, sizeof(value), COOKIE "=%s" ATTRIBUTES "%s%s", token ? token : "",
			 token ? "" : "; Max-Age=0", http_is_tls(req) ? "; Secure" : "");

	if (n < 0 || (size_t)n >= sizeof(value) ||
	    http_reply_header(req, "Set-Cookie", value) != ERR_OK)
		BUG("session cookie");
}
