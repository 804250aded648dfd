/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A parcel: what one delivery carries to an organ elsewhere. The form is that of an export (package/verify.h) without
 * the list that somebody would have to sign, and with only what this addressee lacks:
 *
 *   <thread>/records/NNNN-<lane>-<kind>.json  .json.p7s [.json.sm2]     in the order in which they are to be taken
 *   <thread>/bags/<name>/...                                            packages with their contents
 *   <thread>/lists/<name>/plan.json  texts.json                         for a third: what is in it, without contents
 *
 * As a ZIP, nothing compressed; the same records and packages give the same bytes, so a broken transfer can be gone on
 * with. Records, tag files and contents are the bytes that were signed, as in the export.
 *
 * Blocking file I/O but for parcel_plan(): offload threads only. */
#ifndef APP_PARCEL_H
#define APP_PARCEL_H

#include "app/bag_take.h"

enum { PARCEL_NAME_SIZE = 33 }; /* 32 hex digits and NUL */

/* ---- sending ---- */

struct parcel_input {
	const char *to;                 /* organ code */
	const struct inbox_item *items; /* the last one is what is delivered, the others what went before */
	size_t count;
	const struct inbox_package *packages;
	size_t package_count;
	bool whole_thread;
};

/* Everything in the arena; views of the input. ERR_TOO_LARGE, ERR_INVALID: what is stored does not fit together. */
enum err_code parcel_plan(struct arena *arena, const struct parcel_input *in, struct bag_plan *ret,
			  struct err *err) MUST_USE;
/* The name of these very bytes: two plans with the same name write the same. */
void parcel_name(const struct bag_plan *plan, char ret[PARCEL_NAME_SIZE]);
/* Streams it. Stops with what `write` says, and with "content-altered" or "content-missing". */
enum err_code parcel_write(const struct bag_plan *plan, struct content_store *store, const struct bag_output *output,
			   struct err *err) MUST_USE;

/* ---- receiving ---- */

struct parcel {
	struct arena arena;
	struct inbox_item *items;
	size_t count;
	struct inbox_package *packages; /* those that cannot be used say why (.refused) */
	size_t package_count;
	struct bag_taken taken;
	/* inside */
	struct tree *tree;
	size_t prefix;
};

struct parcel_options {
	struct content_store *store;
	const struct crypto_trust *trust;
	uint64_t max_bytes;
};

/* Reads the ZIP in `fd`, which it takes over, also on failure. Contents go into the store when the record that names
 * them and the bag are signed by organs that are trusted; whether the record is taken is the inbox's to say. Refused
 * as a whole: "parcel-form" and the rules of package/tree.h. Freed with parcel_free(), also on failure. */
enum err_code parcel_read(int fd, const struct parcel_options *options, struct parcel **ret, struct err *err) MUST_USE;
void parcel_free(struct parcel *p); /* NULL allowed */

#endif
