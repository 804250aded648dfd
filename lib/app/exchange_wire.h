/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What two daemons say to each other (docs/protocol.md, "Between organs"). The caller's side is exchange_net.c, the other
 * one api/api_exchange.c. */
#ifndef APP_EXCHANGE_WIRE_H
#define APP_EXCHANGE_WIRE_H

enum {
	EXCHANGE_PART = 2 << 20, /* a parcel up to this size goes in one request, a larger one in parts of it */
};

#define EXCHANGE_PATH "/exchange/v1"

#endif
