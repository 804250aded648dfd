/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What is asked of a record of another organ before it may become an act. Pure; the rules are listed in app/inbox.h. */
#ifndef APP_INBOX_CHECK_H
#define APP_INBOX_CHECK_H

#include "app/handoff_make.h"

enum {
	INBOX_AHEAD_US = 10 * 60 * 1000000,          /* clocks of two organs may differ by this */
	INBOX_TRANSIT_US_DAYS = 30,                  /* a disc may be on its way while a certificate ends */
};

/* The lane's organ as the directory has it. */
struct inbox_peer {
	const char *code, *pin; /* pin NULL: any certificate that is trusted */
	bool active;
};

struct inbox_signature {
	struct sv body, cms, sm2; /* sm2 .p NULL: none */
};

/* Signature, certificate and instant of a record that was parsed already. `old`: part of a thread that is sent on; who
 * made it is judged by its own time only. */
enum err_code inbox_check_signature(const struct record *r, const struct inbox_signature *s, const struct inbox_peer *peer,
				    const struct crypto_trust *trust, instant_t now, bool old, struct err *err) MUST_USE;

/* What our copy has of the records that this one names. */
struct inbox_sight {
	const struct handoff_head *records;
	size_t count;
	bool have_copy;
};
/* May it follow now? *ret_known: it is here already, with this very content. */
enum err_code inbox_check_place(const struct inbox_sight *sight, const struct record *r, const struct record_digest *digest,
				bool *ret_known, struct err *err) MUST_USE;

/* A whole thread in order, from its first record on: lanes without gap, `seen` behind what it has seen, one hand-over. */
struct inbox_past {
	struct record record;
	struct record_digest digest;
};
enum err_code inbox_check_thread(const struct inbox_past *all, size_t count, struct err *err) MUST_USE;

bool inbox_addressed_to(const struct record *r, const char *code);

/* Will time cure this refusal? */
bool inbox_is_later(const struct err *err);

#endif
