/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The verdict on a package, by its bytes alone: no server, no account, no network, no clock.
 *
 * package_verify() takes a bag (folder or ZIP), an export of a hand-over (folder or ZIP), a
 * folder of records, or one record with its signature beside it (FILE.json, FILE.json.p7s). It
 * looks at everything that can be looked at:
 *
 *   bag       complete, nothing extra, nothing altered; our own form; signed by its sender
 *   SM2       there exactly where the signed text names its certificate, and made with that one
 *   record    canonical; signed by the organ of its lane, with a certificate good at made_at
 *   records   chains without gap or double, `seen` refers to records that are there
 *   export    thread.json signed, and it lists exactly the files; records name these bags;
 *             certificates/ holds the certificates of the signatures
 *
 * An export:
 *   thread.json .p7s [.sm2]           records/NNNN-<lane>-<kind>.json .json.p7s [.json.sm2]
 *   bags/<name>/ or bags/<name>.zip   certificates/<organ code>.pem [<organ code>.sm2.pem] [ca.pem]
 *   stub.pdf (for printing; not signed, not looked at)
 *
 * Blocking file I/O, minutes for large bags; flat memory. Any thread.
 */
#ifndef PACKAGE_VERIFY_H
#define PACKAGE_VERIFY_H

#include "crypto/sign.h"
#include "package/tree.h"

enum verdict_mark {
	VERDICT_GOOD,        /* 通过 */
	VERDICT_WRONG,       /* 不符 */
	VERDICT_NOTE,        /* 说明: no check, or one that cannot be made here */
	VERDICT_UNSUPPORTED, /* 不支持: beyond this program; neither good nor wrong */
	VERDICT_MARK_COUNT
};

struct verdict_line {
	enum verdict_mark mark;
	const char *rule; /* of the refusal, "" else */
	const char *file; /* that it is about, "" when it is about the whole */
	const char
		*text; /* Chinese, one line; may hold what the package says: clean before showing */
};

/* Everything lives in the verdict's arena, until verdict_release(). */
struct verdict {
	struct arena arena;
	struct verdict_line *lines;
	size_t count, room;
	size_t wrong, unsupported; /* number of such lines */
	bool trusted;              /* certificates were compared with a trust */
	bool holds;                /* no line is wrong or unsupported */
	const char *conclusion;    /* the last line, without 结论： */
};

struct verify_options {
	const struct crypto_trust *trust;    /* NULL: certificates are not compared with anything */
	bool bagit_only;                     /* a bag of anybody: BagIt, no signature */
	const struct package_limits *limits; /* NULL: default */
};

const char *verdict_mark_zh(enum verdict_mark mark);

/* ERR_OK exactly when it holds; else the code of the first refusal. *ret is filled in any case. */
enum err_code package_verify(const char *path, const struct verify_options *options,
			     struct verdict *ret) MUST_USE;
void verdict_release(struct verdict *v);

#endif
