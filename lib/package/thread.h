/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Threads: do records fit together, and the signed list of them (thread.json).
 *
 * A thread_check takes the records of one thread in the order of somebody's ledger. Each must come
 * next in its lane, name the digest of the one before it, and have seen only records that came
 * before, never fewer of a lane than the maker's record before. So a record that is dropped,
 * doubled, altered or moved is found.
 *
 *   struct thread_check *tc = thread_check_new();
 *   for every record:   record_parse(), signature, thread_check_record()
 *
 * Signatures are not looked at here: record_verify() does that. Pure; a thread_check belongs to
 * one thread at a time.
 */
#ifndef PACKAGE_THREAD_H
#define PACKAGE_THREAD_H

#include "crypto/sign.h"
#include "package/record.h"
#include "package/side.h"

enum {
	THREAD_RECORDS_MAX = 100000,
	THREAD_BAGS_MAX = 2000,
	THREAD_BYTES_MAX = 16 << 20, /* of thread.json */
};

struct thread_check;
struct thread_check *thread_check_new(void);
void thread_check_free(struct thread_check *tc); /* NULL allowed */

/* The next record. ERR_INVALID, and nothing is taken up:
 *   thread-other     of another thread or channel
 *   chain-gap        a record of the lane before it is missing
 *   chain-double     this very record has been there
 *   chain-forked     another record has this place in the lane
 *   chain-prev       `prev` is not the digest of the record before
 *   seen-unknown     it has seen a record that is not here (or not yet)
 *   seen-other       it has seen another record in that place
 *   seen-back        it has seen less than the record before it in its lane */
enum err_code thread_check_record(struct thread_check *tc, const struct record *r,
				  const struct record_digest *digest, struct err *err) MUST_USE;
/* Lanes with a record so far. */
size_t thread_check_lanes(const struct thread_check *tc);

/* The signatures of a record by the organ of its lane, good at made_at: the rules of crypto/sign.h
 * and package/side.h, "certificate-organ" when another organ signed it. sm2 .p NULL: none came. */
enum err_code record_verify(struct sv bytes, const struct record *r, struct sv cms, struct sv sm2,
			    const struct crypto_trust *trust, struct crypto_certificate *ret,
			    struct err *err) MUST_USE;

/* --- thread.json ------------------------------------------------------------------------------------ */

struct thread_row {
	struct sv file; /* "records/0001-512022-market-submitted.json" */
	struct sv lane;
	int64_t n;
	struct record_digest digest;
};

struct thread_bag {
	struct sv name; /* bags/<name>/ or bags/<name>.zip */
	struct record_digest tagmanifest;
};

struct thread_list {
	struct sv thread, channel;
	struct sv handoff_no; /* empty = null */
	struct sv exporter;   /* organ code: whose ledger's order, and who signs */
	/* Of the side signature of this list, as in a record; empty = null. */
	struct sv sm2_certificate;
	const struct thread_row *records;
	size_t record_count;
	const struct thread_bag *bags;
	size_t bag_count;
};

/* "records/0001-512022-market-submitted.json"; place counts from 1. */
const char *thread_record_file(struct arena *a, size_t place, const struct record *r);
/* Appends the canonical bytes; the same rules as for reading. */
enum err_code thread_list_write(struct arena *a, const struct thread_list *list, struct str *out,
				struct err *err) MUST_USE;
/* Strict, like record_parse(): "not-canonical", "not-json", "thread-list" with the member in
 * err->field, "not-supported" for another version. */
enum err_code thread_list_parse(struct arena *a, struct sv bytes, struct thread_list *ret,
				struct err *err) MUST_USE;

#endif
