/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Internal to lib/package: a verification under way. */
#ifndef PACKAGE_VERIFY_INTERNAL_H
#define PACKAGE_VERIFY_INTERNAL_H

#include "package/bag.h"
#include "package/pem.h"
#include "package/side.h"
#include "package/verify.h"

/* One file of certificates/. */
struct verify_pem {
	const char *name; /* "512022-police.pem" */
	struct sv text;
	struct pem_block *blocks; /* NULL: malformed, said already */
	bool *used;
	size_t count;
};

struct verifying {
	struct verdict *verdict;
	struct arena *arena;
	struct verify_options options;
	enum err_code first; /* code of the first refusal */
	struct tree *tree;
	const char *prefix;  /* "" or "folder/" */
	struct tree *beside; /* certificates/ outside of the tree */
	struct verify_pem *pems;
	size_t pem_count;
	bool has_certificates;   /* there is a folder certificates/ */
	struct crypto_trust *ca; /* ca.pem, until a signature was found that it vouches for */
};

void verify_line(struct verifying *v, enum verdict_mark mark, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* A line of its own for a refusal: `what` is what was looked at, e.g. "记录 0001". */
void verify_refuse(struct verifying *v, const char *what, const char *file, const struct err *err);

/* "<prefix><fmt...>" in the arena. */
const char *verify_path(struct verifying *v, const char *fmt, ...) PRINTF_LIKE(2, 3);
const struct tree_entry *verify_find(const struct verifying *v, const char *path);
struct sv verify_text(const struct verifying *v, const char *path); /* .p NULL when absent */

/* verify_bag.c: takes the bag over. Its lines; true when it holds. */
bool verify_bag(struct verifying *v, struct bag *bag, const char *what);

/* verify_signature.c */
void verify_load_certificates(struct verifying *v, const struct tree *t, const char *prefix);
struct verify_signed {
	struct sv bytes, cms, sm2; /* signatures: .p NULL when there is none */
	const char *base;          /* of the files <base>.p7s and <base>.sm2 */
	struct sv organ;
	struct sv sm2_certificate; /* that the bytes name; empty: none */
};
/* Both signatures over the bytes, by the organ, good at `at`, or when `or_later` at some time
 * after. */
enum err_code verify_signatures(struct verifying *v, const struct verify_signed *s, instant_t at,
				bool or_later, struct crypto_certificate *ret,
				struct err *err) MUST_USE;
/* Lines for certificates that nothing was signed with. */
void verify_unused_certificates(struct verifying *v);

/* verify_export.c: the tree below the prefix. */
void verify_export(struct verifying *v);
void verify_records(struct verifying *v);
/* One record that lies alone. */
void verify_record_alone(struct verifying *v, const char *name, struct sv bytes, struct sv cms,
			 struct sv sm2);

#endif
