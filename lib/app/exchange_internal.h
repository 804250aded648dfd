/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The inside of the exchange: the round over the outbox (exchange.c), silence (exchange_sweep.c), the network
 * (exchange_net.c). Everything on the exchange's loop. */
#ifndef APP_EXCHANGE_INTERNAL_H
#define APP_EXCHANGE_INTERNAL_H

#include "app/exchange.h"
#include "app/inbox.h"

struct exchange_config {
	int64_t poll_ms, retry_min_ms, retry_max_ms, lease_ms, batch;
	int64_t not_delivered_s, not_retrieved_s;
	uint64_t max_package;
};

struct exchange_sweep;
struct exchange_watch;
struct exchange_net;

struct exchange {
	struct app *app;
	bool enabled;
	bool stopping, nudged, units_old; /* atomic */
	struct exchange_config config;
	char quarantine[CONF_PATH_SIZE];
	struct loop_timer poll, soon, sweeper;
	/* organs of this hub; replaced only while nothing is in flight */
	struct arena organ_arena;
	struct exchange_organ *organs;
	size_t organ_count;
	char *units;          /* array literal of all their units; NULL: not asked yet */
	int64_t organs_at_us;
	bool asking;
	/* the round */
	bool running, again, moved;
	size_t in_flight;
	struct exchange_sweep *sweep; /* under way, or NULL */
	struct exchange_net *net;
	struct exchange_watch *watch;
	struct exchange_stats stats;  /* atomic members */
};

/* A row of the outbox on its way. */
struct delivery {
	struct exchange *x;
	struct arena arena;
	int64_t id, organ, matter, n, tries, hub_organ;
	const char *lane, *to, *way, *url, *pin; /* way NULL: not in the directory */
	struct inbox_item *items;
	struct inbox_package *packages;
	struct inbox_batch batch; /* items and packages also for the network */
	bool apart;               /* the round does not wait for it */
};

enum delivery_end { DELIVERY_DONE, DELIVERY_LATER, DELIVERY_FAILED };
/* Exactly once for each delivery; `why` is for people. */
void exchange_delivered(struct delivery *d, enum delivery_end end, const char *why);
void delivery_free(struct delivery *d);

const struct exchange_organ *exchange_find_organ(const struct exchange *x, int64_t organ_id);
/* A segment that sees what all organs of the hub see. */
struct pg_segment *exchange_segment(struct exchange *x, enum pg_lane lane);
void exchange_round(struct exchange *x);
void exchange_round_over(struct exchange *x);
void exchange_look(void *arg);

/* Silence of others becomes records of ours. Does nothing while one is under way. */
void exchange_sweep(struct exchange *x);

/* To an organ elsewhere; ends in exchange_delivered(), apart from the round: a slow organ keeps nobody else waiting. */
void exchange_net_deliver(struct delivery *d);
struct exchange_net *exchange_net_new(struct exchange *x, unsigned threads);
/* Breaks off what is under way and joins the threads; what they had still ends in exchange_delivered(). */
void exchange_net_stop(struct exchange_net *net);
void exchange_net_free(struct exchange_net *net); /* after the loop has gone */

#endif
