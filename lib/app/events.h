/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Live work: who listens is told which matters of his units were acted on.
 *
 *      worker 1: one question a second, while anybody listens          all workers: listeners
 *      acts since the mark -> new ones -> ring of the last ones -----> those of visible units
 *                                                    \---------------> whoever comes back behind one of them
 *
 * The question is robust against acts that become visible out of order: it begins at an instant before which nothing can
 * come any more (news_mark, migration 0016), and what was told already is left out. Nothing is written, and no act knows of it.
 *
 * A listener lives as long as its session: when something happened to its account, and every half minute, the database is asked
 * what the session is worth and which units it sees.
 *
 * Thread rule: events_new/attach/stop/free belong to main() while the workers do not run. A listener belongs to the loop of
 * the app that it listens through. */
#ifndef APP_EVENTS_H
#define APP_EVENTS_H

#include "app/app.h"

enum { EVENTS_PER_ACCOUNT = 10, EVENTS_WORKERS_MAX = 64 };

enum event_kind {
	EVENT_HELLO,   /* from now on nothing is missed */
	EVENT_MATTER,  /* an act on a matter */
	EVENT_REFRESH, /* something was missed, nobody knows what */
	EVENT_BYE,     /* the session or the server ends; nothing comes after it */
	EVENT_TICK,    /* nothing happened: the connection lives */
};

struct event {
	enum event_kind kind;
	uint64_t epoch, serial;  /* to come back behind it; not of BYE and TICK */
	int64_t matter, version, unit;
	const char *matter_kind; /* "clue", "case", ... */
};

struct events;
struct events_listener;

/* What a listener does. Called on its loop, never from within events_listen() or events_leave(). After `over` the listener is
 * no more. */
struct events_ear {
	void (*hear)(void *ctx, const struct event *event);
	void (*over)(void *ctx);
	void *ctx;
};

/* ---- the process ---- */

struct events *events_new(void);
/* The first app attached asks the questions. */
void events_attach(struct events *events, struct app *app);
/* Worker threads stopped, the first one's loop adopted. NULL is allowed, also below. */
void events_stop(struct events *events);
/* Loops, pools and servers of the workers are gone. */
void events_free(struct events *events);

/* ---- one listener ---- */

/* `after`: "EPOCH-SERIAL" of the last event heard, or "". What came since is told again, or EVENT_REFRESH. ERR_LOCKED_OUT:
 * the account has EVENTS_PER_ACCOUNT listeners. */
enum err_code events_listen(struct app *app, const struct session *who, struct sv after, const struct events_ear *ear,
			    struct events_listener **ret, struct err *err) MUST_USE;
/* The client has left: nothing is called any more. */
void events_leave(struct events_listener *listener);
/* The server ends: says BYE, then over. */
void events_dismiss(struct events_listener *listener);

struct events_stats {
	uint64_t listeners;     /* now */
	uint64_t told;          /* events of matters, over all listeners */
	uint64_t refreshed;
};
void events_stats(const struct events *events, struct events_stats *ret); /* any thread */

#endif
