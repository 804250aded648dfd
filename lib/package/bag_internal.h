/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Internal to lib/package: the fixed names of a bag of ours, and an open bag. */
#ifndef PACKAGE_BAG_INTERNAL_H
#define PACKAGE_BAG_INTERNAL_H

#include "crypto/hasher.h"
#include "package/bag.h"

#define BAG_DECLARATION "bagit.txt"
#define BAG_INFO "bag-info.txt"
#define BAG_MANIFEST256 "manifest-sha256.txt"
#define BAG_MANIFEST512 "manifest-sha512.txt"
#define BAG_SM3SUMS "sm3sums.txt"
#define BAG_README "verify/README.txt"
#define BAG_VERIFIER "verify/verify.py"
#define BAG_TAGMANIFEST256 "tagmanifest-sha256.txt"
#define BAG_TAGMANIFEST512 "tagmanifest-sha512.txt"
#define BAG_CMS "signatures/tagmanifest-sha256.p7s"
#define BAG_SM2 "signatures/tagmanifest-sha256.sm2"
#define BAG_SIGNER "signatures/signer.pem"
#define BAG_SIGNER_SM2 "signatures/signer-sm2.pem"
#define BAG_CONTENTS "data/manifest.json"
#define BAG_GOODS "data/30-goods/goods.json"

/* In bag-info.txt: "sha256:<hex>" of the certificate of the side signature. */
#define BAG_SIDE_LABEL "Side-Signature-Certificate"

#define BAG_DECLARATION_TEXT "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

enum {
	BAG_SEQ_MAX = 99,
	BAG_NUMBER_MAX = 9999,
};

/* One file of an open bag and what the manifests say of it. */
struct bag_entry {
	const struct tree_entry *file;
	const char *path;                           /* in the bag */
	const uint8_t *expected[CRYPTO_HASH_COUNT]; /* NULL: not listed by that algorithm */
	const uint8_t *sm3;                         /* from sm3sums.txt */
	bool is_payload;
	bool listed;  /* in a manifest of its kind */
	bool checked; /* a tag file whose bytes were compared when the bag was opened */
};

struct bag {
	struct arena arena;
	struct tree *tree;
	bool owns_tree;
	unsigned flags;
	const char *prefix;
	size_t prefix_len;
	const char *version;
	struct bag_entry *entries; /* sorted by path */
	size_t count;
	uint64_t payload_bytes;
	size_t payload_count;
	unsigned payload_hashes, tag_hashes; /* bit sets of enum crypto_hash */
	/* our own form */
	const struct json_value *manifest;
	const char *own_name;
	size_t items;
	day_t made_on;
};

struct bag_entry *bag_find(const struct bag *b, struct sv path);
/* The named file's text; .p NULL when absent. */
struct sv bag_bytes(const struct bag *b, const char *path);
/* Refusal naming a file of the bag. */
enum err_code bag_refuse(struct err *err, const char *rule, struct sv path,
			 const char *why) MUST_USE;

/* bag_lines.c: bagit.txt, bag-info.txt, fetch.txt and all manifests of the open bag. */
enum err_code bag_read_declaration(struct bag *b, struct err *err) MUST_USE;
enum err_code bag_read_info(struct bag *b, struct err *err) MUST_USE;
enum err_code bag_read_fetch(struct bag *b, struct err *err) MUST_USE;
enum err_code bag_read_manifests(struct bag *b, struct err *err) MUST_USE;
/* The value of a label that stands there exactly once. */
bool bag_info_value(const struct bag *b, const char *label, struct sv *ret);
enum err_code bag_read_sm3sums(struct bag *b, struct err *err) MUST_USE;
/* bag_form.c: our own form on top of a valid bag. */
enum err_code bag_check_form(struct bag *b, struct err *err) MUST_USE;

#endif
