/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The door for organs with a daemon of their own: routes of a server of its own, on an address of its own, that speaks
 * mutual TLS only (crypto/peer.h). No session and no token: the caller is the organ of the certificate that it shows, if
 * that is the one in the directory of organs.
 *
 *	GET  /exchange/v1/ping                          {"organ": who you are, "name", "time"}
 *	GET  /exchange/v1/known?to&thread&lane&n&digest {"known": is this very record here}
 *	POST /exchange/v1/parcels/:name?size            {"there": bytes that are here already}
 *	PUT  /exchange/v1/parcels/:name?at              one part; {"there"}
 *	POST /exchange/v1/inbox?to&history[&parcel&sha256]
 *	                                                the parcel, in the body or by its name; {"results": [...]}
 *
 * Bodies are bounded by EXCHANGE_PART, so memory is; larger parcels come in parts into the store's folder.
 *
 * Refused with 403: peer-unknown, certificate-pin; 404: organ-unknown (`to` is no organ of this hub). A parcel that is
 * none: 422 and its rule, and a row in quarantine. */
#ifndef API_API_EXCHANGE_H
#define API_API_EXCHANGE_H

#include "app/app.h"
#include "http/http.h"

/* http_data() of that server; lives as long as it. */
struct exchange_door {
	struct app *app; /* of the exchange's worker: the server runs on its loop */
};

extern const struct http_route exchange_routes[];
extern const size_t exchange_route_count;

/* What differs from the defaults of http_config_init(). */
void exchange_http_config(struct http_config *config, struct exchange_door *door);

#endif
