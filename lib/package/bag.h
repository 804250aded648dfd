/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Bags: what travels with a record, as BagIt 1.0 (RFC 8493) that a stranger can check.
 *
 *   <name>/                                   <safe hand-over number or thread>-<seq, two digits>
 *     bagit.txt  bag-info.txt                          the latter names the SM2 certificate, if any
 *     manifest-sha256.txt  manifest-sha512.txt         the payload: everything under data/
 *     sm3sums.txt                                      its SM3, as sm3sum and sha256sum write it
 *     verify/README.txt  verify/verify.py              how to check without us
 *     tagmanifest-sha256.txt  tagmanifest-sha512.txt   all the files above but themselves
 *     signatures/tagmanifest-sha256.p7s  signer.pem    the sender's CMS over tagmanifest-sha256.txt
 *     signatures/tagmanifest-sha256.sm2  signer-sm2.pem   where it has an SM2 key; listed nowhere
 *     data/manifest.json                               canonical JSON: the hand-over and its lists
 *     data/10-docs/NN-<title>.<ext>
 *     data/20-evidence/NN/<name>
 *     data/30-goods/goods.json                         the list `goods` of manifest.json
 *     data/40-av/NN/<name>
 *
 * As a ZIP: nothing compressed, the folder <name>/ first and then the files by the bytes of their
 * paths, all with mode 0644 and the time 1980-01-01 00:00:00. The same plan gives the same bytes.
 *
 * To make one:   bag_plan() from known sums, without reading a content
 *                bag_sign()
 *                bag_plan_list() to keep; later bag_plan_restore()
 *                bag_write_zip(), which reads the contents and hashes them anew
 * To read one:   bag_open()       names, structure, completeness; no content yet
 *                bag_verify_signature()
 *                bag_check()      every byte, each file handed on while it is verified
 *
 * A record names a bag by its name, the digests of tagmanifest-sha256.txt and of data/manifest.json,
 * and the number of items (documents + evidence + goods + media in manifest.json).
 *
 * bag_plan() and its kin are pure. The others do blocking file I/O: offload pool only. A plan may
 * be shared once made; an open bag belongs to one thread at a time.
 */
#ifndef PACKAGE_BAG_H
#define PACKAGE_BAG_H

#include "base/day.h"
#include "crypto/sign.h"
#include "package/record.h"
#include "package/tree.h"

/* --- planning -------------------------------------------------------------------------------- */

struct bag_organ {
	struct sv code, name;
	struct sv uscc, level, contact; /* of the sender; empty = left out */
};

/* A file of the payload. */
struct bag_item {
	struct sv
		path; /* below data/, from bag_document_path() and so on; so also in manifest.json */
	struct sv title; /* what people call it */
	struct sv type;  /* code of the paper or the kind of evidence */
	struct sv doc_no, mime;
	struct sv copy;    /* 原件, 复印件; empty = left out */
	struct sv custody; /* JSON, of evidence and media; empty = left out */
	int64_t item;      /* number of the item, of evidence (from 1) and media (0 = left out) */
	int64_t pages;     /* 0 = left out */
	struct crypto_sums sums;
	struct sv bytes; /* the content itself, or .p NULL: comes from the bag_source */
};

struct bag_input {
	struct sv thread, handoff_no; /* handoff_no may be empty: then null */
	struct sv channel;            /* "c1" ... "c9" */
	unsigned seq;                 /* 1 to 99: which bag of this sender in this thread */
	struct bag_organ sender, addressee;
	const struct bag_organ *copies;
	size_t copy_count;
	struct sv case_no, case_name, basis; /* empty = null */
	/* JSON arrays in any layout; empty = []. Nothing protected may be in them: a member whose
	 * name begins with "reporter" is refused. */
	struct sv suspects, offences, rule_ids, amounts, measures, prior_penalties, goods;
	int64_t law_version;
	day_t made_on;
	const struct bag_item *documents, *evidence, *media;
	size_t document_count, evidence_count, media_count;
	struct sv readme, verifier; /* verify/README.txt and verify/verify.py */
	/* crypto_signer_sm2_pem() of who will sign: bag-info.txt says that there will be a side
	 * signature (package/side.h). Empty = none. */
	struct sv sm2_certificate;
};

struct bag_file {
	struct sv path; /* in the bag */
	uint64_t size;
	uint8_t sha256[32];
	struct sv bytes; /* .p NULL: comes from the bag_source */
};

struct bag_plan {
	const char *name;
	struct bag_file *files; /* sorted by the bytes of the path */
	size_t count;
	struct record_digest manifest, tagmanifest; /* data/manifest.json, tagmanifest-sha256.txt */
	uint64_t payload_bytes, total_bytes;
	size_t items;
};

/* Safe paths below data/: "10-docs/03-案件移送书.pdf", "20-evidence/12/照片 1.jpg", "40-av/02/…".
 * The extension is taken from `name`; number 1 to 9999, unique in its list. */
struct sv bag_document_path(struct arena *a, unsigned number, struct sv title, struct sv name);
struct sv bag_evidence_path(struct arena *a, unsigned number, struct sv name);
struct sv bag_media_path(struct arena *a, unsigned number, struct sv name);
const char *bag_name(struct arena *a, struct sv handoff_no, struct sv thread, unsigned seq);

/* Everything in the arena. The order of the lists does not matter. ERR_INVALID with the file or
 * member in err->field: "bag-input", "path-...", "protected-field", "not-canonical". */
enum err_code bag_plan(struct arena *a, const struct bag_input *in, struct bag_plan *ret,
		       struct err *err) MUST_USE;
/* Adds the files under signatures/. The signature differs each time (ECDSA is random), so sign
 * once and keep the plan. "bag-input" when the signer's SM2 certificate is not the planned one. */
enum err_code bag_sign(struct arena *a, struct bag_plan *plan, const struct crypto_signer *signer,
		       struct err *err) MUST_USE;
/* Canonical JSON: what must be kept to write the same bag again, together with the bytes of every
 * file whose `bytes` are in the plan (tag files, signatures, manifest.json), by their SHA-256. */
enum err_code bag_plan_list(struct arena *a, const struct bag_plan *plan, struct str *out,
			    struct err *err) MUST_USE;
/* The plan again; all contents then come from the bag_source. */
enum err_code bag_plan_restore(struct arena *a, struct sv list, struct bag_plan *ret,
			       struct err *err) MUST_USE;

/* --- writing ----------------------------------------------------------------------------------- */

struct bag_source {
	void *arg;
	/* A file descriptor at the start of the content with this SHA-256; the writer closes it. */
	enum err_code (*open)(void *arg, const struct bag_file *f, int *ret_fd, struct err *err);
};

struct bag_output {
	void *arg;
	enum err_code (*write)(void *arg, const void *p, size_t n, struct err *err);
};

/* Streams; memory does not grow with the contents. ERR_IO "content-altered" when a content is not
 * what the plan says: what was written until then must be thrown away. */
enum err_code bag_write_zip(const struct bag_plan *plan, const struct bag_source *source,
			    const struct bag_output *output, struct err *err) MUST_USE;

/* --- reading ------------------------------------------------------------------------------------- */

enum bag_flags {
	BAG_GENERAL =
		1u << 0, /* any valid bag of BagIt 0.97 or 1.0; else our own form is demanded */
};

struct bag;

struct bag_content {
	const char *path; /* in the bag, e.g. "data/10-docs/01-….pdf" */
	uint64_t size;
	bool is_payload;
};

/* A folder, or a ZIP with one folder at its top. `limits` may be NULL. Refusals, beside those of
 * package/tree.h, name the file in err->field:
 *   bag-root         a ZIP does not hold exactly one folder
 *   bag-declaration  bagit.txt is missing or malformed
 *   bag-missing, bag-extra            a file is listed but absent, or present but not listed
 *   bag-manifest, bag-duplicate       a manifest is malformed, or lists a file twice
 *   bag-info, bag-oxum                bag-info.txt is malformed, or Payload-Oxum does not fit
 *   bag-altered                       a tag file does not have its checksum
 *   bag-form, bag-content             not our own form; manifest.json and the payload disagree
 *   not-supported                     「不支持」: fetch.txt, other encodings, versions, algorithms */
enum err_code bag_open(const char *path, unsigned flags, const struct package_limits *limits,
		       struct bag **ret, struct err *err) MUST_USE;
/* The same for a tree that is open already; the bag takes it over (also on failure). */
enum err_code bag_open_tree(struct tree *t, unsigned flags, struct bag **ret,
			    struct err *err) MUST_USE;
/* A bag inside a tree that stays the caller's: everything below `prefix` ("" or "a/b/"). */
enum err_code bag_open_in(struct tree *t, const char *prefix, unsigned flags, struct bag **ret,
			  struct err *err) MUST_USE;
void bag_close(struct bag *b); /* NULL allowed */

/* Views live as long as the bag. */
const char *bag_version(const struct bag *b);
size_t bag_count(const struct bag *b);
struct bag_content bag_at(const struct bag *b, size_t i); /* sorted by path */
uint64_t bag_payload_bytes(const struct bag *b);
/* Bytes of a small file: a tag file, a signature or data/manifest.json; .p NULL when absent. */
struct sv bag_text(const struct bag *b, const char *path);
/* Our own form only: */
const char *bag_own_name(const struct bag *b); /* as the number and seq in manifest.json say */
const struct json_value *bag_manifest(const struct bag *b);
struct record_digest bag_manifest_digest(const struct bag *b);
struct record_digest bag_tagmanifest_digest(const struct bag *b);
size_t bag_items(const struct bag *b);

/* The sender's signature over tagmanifest-sha256.txt, and the SM2 signature where there is one;
 * the signer must be the organ that manifest.json names as sender. `at`: when it was signed, or
 * INSTANT_NONE for "on the day made_on". Beside the rules of crypto/sign.h: "signature-missing",
 * "signature-certificate" (signer.pem is not the certificate of the signature). */
enum err_code bag_verify_signature(const struct bag *b, const struct crypto_trust *trust,
				   instant_t at, struct crypto_certificate *ret,
				   struct err *err) MUST_USE;

/* Who wants the bytes while they are checked. All members may be NULL. A file is good only when
 * `end` is called; what `data` gave before may still turn out wrong. */
struct bag_sink {
	void *arg;
	enum err_code (*begin)(void *arg, const struct bag_content *c, struct err *err);
	enum err_code (*data)(void *arg, const void *p, size_t n, struct err *err);
	enum err_code (*end)(void *arg, const struct bag_content *c, const struct crypto_sums *sums,
			     struct err *err);
	/* Called for each file that is wrong; checking then goes on with the next one. Without it
	 * the first one ends the check. */
	void (*wrong)(void *arg, const struct bag_content *c, const struct err *err);
};
/* Reads every file. ERR_INVALID "bag-altered" names the first that is wrong. */
enum err_code bag_check(struct bag *b, const struct bag_sink *sink, struct err *err) MUST_USE;

#endif
