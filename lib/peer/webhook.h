/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * One POST to an address that the administrator configured.
 *
 * HTTPS with the receiver's name checked against the authorities given (or the system's); http:// only when the URL says so.
 * No redirects, no proxy of the environment, no cookies, no compression; the reply's body is read and forgotten.
 *
 * Blocking: offload threads only. Errors: ERR_UNAVAILABLE "webhook-unreachable", "webhook-slow", "webhook-tls",
 * "webhook-broken", "webhook-stopped". An answer of any status is ERR_OK. */
#ifndef PEER_WEBHOOK_H
#define PEER_WEBHOOK_H

#include "base/err.h"
#include "base/str.h"

struct webhook {
	const char *url;
	const char *ca;             /* PEM file, "" or NULL: the system's */
	const char *const *headers; /* "Name: value", ends with NULL */
	struct sv body;
	int64_t timeout_ms;         /* of the whole */
	const bool *stop;           /* atomic; true ends it. May be NULL */
};

enum err_code webhook_post(const struct webhook *hook, int *ret_status, struct err *err) MUST_USE;

#endif
