/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What organs with a daemon of their own may ask for at the door (api/api_exchange.h speaks HTTP for it). The caller is the
 * organ of a certificate that TLS has verified; whether it is the one in the directory of organs is judged here.
 *
 * Each call begins with door_ask and door_admit. Refusals: ERR_FORBIDDEN peer-unknown, certificate-pin; ERR_NOT_FOUND
 * organ-unknown; ERR_MALFORMED to, known, part-range; ERR_CONFLICT parcel-damaged; those of store/spool.h. A parcel that is
 * none or carries records of somebody else is refused as a whole (app/parcel.h, record-sender), with a row in quarantine;
 * what is wrong with a record stands in its result.
 *
 * Texts of a call are views that must live as long as its task. */
#ifndef APP_EXCHANGE_DOOR_H
#define APP_EXCHANGE_DOOR_H

#include "app/exchange.h"
#include "app/inbox.h"

struct door_job;

struct door_call {
	struct call call; /* first; .app, .place set by the caller */
	/* in */
	struct crypto_certificate caller;
	struct sv to;             /* organ of this hub; .p NULL: none */
	struct sv thread, lane, digest;
	int64_t n;                /* of door_known */
	struct sv parcel, sha256; /* 32 and 64 hex digits; .p NULL: the parcel is the body */
	int64_t size, from;       /* of the whole parcel; position of this part */
	struct sv body;
	bool history;             /* the last record with all that went before it */
	/* out */
	bool known;
	uint64_t there;
	struct inbox_result *results;
	size_t count;
	/* inside */
	struct exchange_organ organ;
	struct door_job *job;
	const char *source;
	size_t at;
};

enum step door_ask(struct task *t);
enum step door_admit(struct task *t);

enum step door_known(struct task *t);
enum step door_known_read(struct task *t);

enum step door_begin(struct task *t);
enum step door_append(struct task *t);
enum step door_there(struct task *t);

enum step door_read(struct task *t);
enum step door_judge(struct task *t);
enum step door_rows(struct task *t);
enum step door_take(struct task *t);
enum step door_taken(struct task *t);

#define DOOR_STEPS { "door_ask", door_ask }, { "door_admit", door_admit }
#define DOOR_KNOWN_STEPS { "door_known", door_known }, { "door_known_read", door_known_read }
#define DOOR_BEGIN_STEPS { "door_begin", door_begin }, { "door_there", door_there }
#define DOOR_APPEND_STEPS { "door_append", door_append }, { "door_there", door_there }
#define DOOR_INBOX_STEPS \
	{ "door_read", door_read }, { "door_judge", door_judge }, { "door_rows", door_rows }, { "door_take", door_take }, \
	{ "door_taken", door_taken }

#endif
