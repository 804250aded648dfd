/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Internal to lib/package: a bag while it is being planned. */
#ifndef PACKAGE_BAG_PLANNING_H
#define PACKAGE_BAG_PLANNING_H

#include "json/json_writer.h"
#include "package/bag_internal.h"

enum {
	BAG_TEXT_MAX = 24 << 20, /* of one tag file or manifest.json: below the readers' limit */
	BAG_ITEMS_MAX = 9000,    /* in one list */
};

/* A file and all its sums; a bag_file keeps only SHA-256. */
struct planned {
	struct sv path; /* in the bag */
	struct crypto_sums sums;
	struct sv bytes;
	const struct bag_item *item; /* NULL: one of our own files */
};

struct planned_list {
	struct planned *files;
	size_t count;
};

struct planning {
	struct arena *arena;
	const struct bag_input *in;
	struct err *err;
	struct planned_list documents, evidence, media; /* each sorted by path */
	struct planned_list payload, tags;              /* all of them, sorted */
	uint64_t payload_bytes;
	size_t goods_count;
	const char *side; /* value of BAG_SIDE_LABEL, NULL without an SM2 certificate */
};

enum err_code bag_wrong_input(struct err *err, const char *member, const char *why) MUST_USE;
void bag_put_hex(struct json_writer *w, const char *key, const uint8_t *p, size_t n);
struct sv bag_keep(struct arena *a, struct sv bytes);
/* Value of BAG_SIDE_LABEL for the first certificate of `pem`; NULL for an empty text. */
enum err_code bag_side(struct arena *a, struct sv pem, const char **ret, struct err *err) MUST_USE;

/* bag_contents.c: data/manifest.json. */
enum err_code bag_check_header(struct planning *pl) MUST_USE;
/* One JSON value by itself, so that it cannot close the document around it. */
enum err_code bag_check_json(struct planning *pl, const char *member, struct sv text, bool is_array,
			     size_t *ret_count) MUST_USE;
enum err_code bag_make_manifest(struct planning *pl, struct sv *ret) MUST_USE;
/* bag_keep.c: sorts, refuses names that meet, counts, finds the two digests that records name. */
enum err_code bag_settle(struct arena *a, struct bag_plan *plan, struct err *err) MUST_USE;

#endif
