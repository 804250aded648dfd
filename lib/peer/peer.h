/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A connection to another organ's daemon: HTTPS requests over mutual TLS (crypto/peer.h), one after another, on one
 * kept connection.
 *
 *	struct peer *p = peer_open(&target);
 *	peer_call(p, "POST", "/exchange/v1/inbox?to=...", type, body, &reply, &err);    any number
 *	peer_close(p);
 *
 * Blocking: offload threads only. A struct peer belongs to one thread at a time.
 *
 * No redirects, no proxy of the environment, no cookies, no compression, no other protocol than HTTPS with HTTP/1.1.
 * A reply larger than PEER_REPLY_MAX is an error.
 *
 * Errors: ERR_UNAVAILABLE "peer-unreachable" (name, address, connection), "peer-slow" (a time ran out), "peer-broken"
 * (no HTTP, cut off, too large), "peer-tls" (the other side refused ours, with what it said), "peer-stopped" (we are
 * ending); what is wrong with its certificate has the rules of crypto/sign.h and "certificate-pin". */
#ifndef PEER_PEER_H
#define PEER_PEER_H

#include "crypto/peer.h"

enum {
	PEER_REPLY_MAX = 1 << 20,
	PEER_CONNECT_MS = 10000,
	PEER_STALL_S = 30, /* no byte in either direction for this long ends a request */
};

struct peer_target {
	const char *url;                    /* "https://host[:port]" and nothing behind it */
	const char *code, *pin;             /* as in struct crypto_peer */
	const struct crypto_signer *signer; /* who we are */
	const struct crypto_trust *trust;
	const bool *stop;                   /* atomic; true ends what is under way. May be NULL */
};

struct peer_reply {
	int status;
	struct str body; /* released by the caller; NUL-terminated */
};

struct peer;
/* Copies the target's texts; signer and trust must outlive the peer. ERR_INVALID "peer-url". Connects with the first
 * call. */
enum err_code peer_open(const struct peer_target *target, struct peer **ret, struct err *err) MUST_USE;
/* ERR_OK: an HTTP reply came, whatever its status. `body` .p NULL: none; `timeout_ms` for the whole request. *reply
 * must have been initialised with peer_reply_init() and is used again by the next call. */
enum err_code peer_call(struct peer *p, const char *method, const char *path, struct sv body, int64_t timeout_ms,
			struct peer_reply *reply, struct err *err) MUST_USE;
void peer_close(struct peer *p); /* NULL allowed */

void peer_reply_init(struct peer_reply *reply);
void peer_reply_release(struct peer_reply *reply);

/* Is the text a URL that peer_open() takes? */
bool peer_url_is_valid(const char *url);

#endif
