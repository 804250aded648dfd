/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Records: one act of a hand-over as bytes that can be signed.
 *
 * A hand-over is a thread (a UUID, the same in the copy of every organ). Every act that the
 * other side must know makes one record, in canonical JSON (package/canonical.h). Records of
 * one maker form a lane, named by his organ code: n counts from 1 without gap, `prev` is the
 * digest of the record before it in the lane, `seen` names the last record of each other lane
 * that the maker knew. The digest of a record is the SHA-256 of its bytes; its signature is a
 * detached CMS over the same bytes, by the organ of its lane.
 *
 *   {"act":"file","actor":"公安联络员甲","channel":"c1","fields":{},
 *    "happened_at":"2026-11-23T10:00:00.000000+08:00","kind":"filed","lane":"512022-police",
 *    "made_at":"2026-11-23T10:01:00.000000+08:00","n":3,"number":"乐公(食)立字〔2026〕3号",
 *    "organ":"乐至县公安局","package":null,"prev":"sha256:...","registered":null,
 *    "seen":{"512022-market":{"digest":"sha256:...","n":2}},"side":"receiver","sm2":null,
 *    "state":"filed","thread":"0190...","to":["512022-market"],"v":1}
 *
 * A paper answer of an organ that is not connected is registered by another: the record then
 * stands in the lane of the organ that registered it and `registered` says for whom.
 *
 * `sm2` is the certificate of the side signature that stands beside the CMS (package/side.h), null
 * when there is none.
 *
 * Times are instants in Asia/Shanghai, always with six digits of a second. Pure functions,
 * any thread; what record_parse() gives lives in the arena and in the bytes.
 */
#ifndef PACKAGE_RECORD_H
#define PACKAGE_RECORD_H

#include "base/arena.h"
#include "base/day.h"
#include "base/err.h"
#include "base/str.h"

struct json_value;

enum {
	RECORD_BYTES_MAX = 1 << 20,
	RECORD_TEXT_MAX = 600,   /* bytes of actor, organ and number */
	RECORD_LANES_MAX = 64,   /* other lanes in `seen`, organs in `to` */
	RECORD_DIGEST_SIZE = 72, /* "sha256:", 64 hex digits, NUL */
	RECORD_INSTANT_SIZE = 40,
};

/* identifier, name in records, what people call it */
#define RECORD_KINDS(X) \
	X(submitted, "submitted", "移送") \
	X(delivered, "delivered", "送达") \
	X(retrieved, "retrieved", "取件") \
	X(accepted, "accepted", "接收") \
	X(partly_accepted, "partly-accepted", "部分接收") \
	X(refused, "refused", "退回不予接收") \
	X(returned_for_completion, "returned-for-completion", "要求补正") \
	X(supplemented, "supplemented", "补充材料") \
	X(forwarded, "forwarded", "转送") \
	X(filed, "filed", "立案") \
	X(not_filed, "not-filed", "不予立案") \
	X(reconsideration_requested, "reconsideration-requested", "提请复议") \
	X(reconsidered, "reconsidered", "复议决定") \
	X(supervision, "supervision", "立案监督") \
	X(handed_over, "handed-over", "移交物品") \
	X(custody, "custody", "代为保管") \
	X(withdrawn, "withdrawn", "撤回") \
	X(informed, "informed", "告知") \
	X(answered, "answered", "答复") \
	X(extended, "extended", "延期") \
	X(closed, "closed", "办结") \
	X(not_delivered, "not-delivered", "未送达") \
	X(not_retrieved, "not-retrieved", "未取件") \
	X(not_answered_in_time, "not-answered-in-time", "逾期未答复") \
	X(reminded, "reminded", "催办") \
	X(escalated, "escalated", "报送监督机关")

enum record_kind {
#define X(id, name, zh) RECORD_##id,
	RECORD_KINDS(X)
#undef X
		RECORD_KIND_COUNT
};

/* "partly-accepted", and 部分接收. */
const char *record_kind_name(enum record_kind kind);
const char *record_kind_zh(enum record_kind kind);
bool record_kind_find(struct sv name, enum record_kind *ret);

struct record_digest {
	uint8_t sha256[32];
};

struct record_seen {
	struct sv lane;
	int64_t n;
	struct record_digest digest;
};

struct record {
	struct sv thread;  /* UUID, small letters */
	struct sv channel; /* "c1" ... "c9" */
	struct sv lane;    /* the maker's organ code */
	int64_t n;
	bool has_prev; /* exactly when n > 1 */
	struct record_digest prev;
	const struct record_seen *seen; /* sorted by lane when read; any order to write */
	size_t seen_count;

	enum record_kind kind;
	struct sv act, state, side; /* codes: [A-Za-z0-9_-]{1,64} */
	struct sv organ, actor;     /* names */
	struct sv number;           /* of the paper; empty = null */
	instant_t happened_at, made_at;
	const struct sv *to; /* organ codes */
	size_t to_count;
	struct sv fields; /* one JSON object, in any layout to write, canonical when read */
	const struct json_value *fields_value; /* when read */

	bool has_package; /* the bag that belongs to this record */
	struct sv package_name;
	struct record_digest package_manifest, package_tagmanifest;
	int64_t package_items;

	bool is_registered; /* a paper answer: for which organ, on what, and its scan */
	struct sv registered_for, registered_medium;
	bool has_scan;
	struct record_digest scan;

	/* Of the side signature: PEM, the first of it to write (its chain may follow), alone when read;
	 * empty = null. */
	struct sv sm2_certificate;
};

/* Appends the canonical bytes. Texts are brought to NFC. The same rules as for reading:
 * ERR_INVALID "record-..." names the member in err->field. `a` is for scratch. */
enum err_code record_write(struct arena *a, const struct record *r, struct str *out,
			   struct err *err) MUST_USE;

/* Strict: canonical bytes, all members present, none unknown, each of its type and form.
 * ERR_INVALID with "not-canonical", "not-json", "record-member" (missing or unknown),
 * "record-value" (the member is in err->field), "record-version" (「不支持」). `what` names the
 * record in messages. */
enum err_code record_parse(struct arena *a, struct sv bytes, const char *what, struct record *ret,
			   struct err *err) MUST_USE;

struct record_digest record_digest(struct sv bytes);
bool record_digest_eq(const struct record_digest *a, const struct record_digest *b);
/* "sha256:<hex>" */
void record_digest_format(const struct record_digest *d, char out[RECORD_DIGEST_SIZE]);
bool record_digest_parse(struct sv text, struct record_digest *ret);

/* "2026-11-23T10:00:00.000000+08:00": one way only, unlike instant_format(). */
void record_instant_format(instant_t t, char out[RECORD_INSTANT_SIZE]);
bool record_instant_parse(struct sv text, instant_t *ret);
bool record_thread_is_valid(struct sv text); /* a UUID in small letters */

#endif
