/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Materials: evidence and papers of a clue, a case or a hand-over, and its goods and media.
 *
 * An upload belongs to the account that began it and to one matter. Its chunks are files below the content store
 * (store/content.h), acknowledged when they are on the disk. Finishing it hashes the whole, moves it into the store
 * and does ONE act `material_add` on the matter, in the same transaction that ends the upload: before that nobody
 * sees anything of it, afterwards the ledger has its name, size and three digests. Materials count from 1 within
 * their matter, in the order of those acts.
 *
 * What the store does is blocking and runs on app->content_pool. Work that outlives its task (the client left, the
 * deadline passed) goes on and is found done by the next try.
 *
 * All steps stand behind step_authenticate and step_authenticated. Texts live as long as the task. */
#ifndef APP_MATERIAL_H
#define APP_MATERIAL_H

#include "app/act.h"
#include "app/view.h"
#include "store/content.h"

enum { MATERIAL_NAME_MAX_BYTES = 200, MATERIAL_TYPE_MAX = 100, MATERIALS_MAX = 1000 };

/* ---- POST /{clues|cases|handoffs}/:id/uploads ---- */

struct upload_open_call {
	struct call call;          /* first */
	/* in */
	int64_t matter;
	enum matter_kind kind;
	struct sv name;            /* file name */
	struct sv material_kind;   /* word of 材料种类 */
	struct sv media_type;      /* .p NULL: from the name */
	struct sv sha256;          /* hex, .p NULL: not announced */
	int64_t size;
	const char *key;           /* Idempotency-Key */
	char request_digest[65];
	/* out */
	struct sv reply;           /* {"id","size","chunk_size","chunks"} ; status 201 */
	bool replayed;
	/* inside */
	struct content_upload upload;
	const char *clean_name, *clean_type;
	int64_t organ, unit;
	size_t at_idempotency, at_matter, at_used;
};

enum step upload_open_load(struct task *t);
enum step upload_open_place(struct task *t);
enum step upload_open_store(struct task *t);
enum step upload_open_settle(struct task *t);

#define UPLOAD_OPEN_STEPS \
	{ "upload_open_load", upload_open_load }, { "upload_open_place", upload_open_place }, \
	{ "upload_open_store", upload_open_store }, { "upload_open_settle", upload_open_settle }

/* ---- one upload: PUT .../chunks/:n, GET, DELETE /uploads/:id ---- */

struct upload_call {
	struct call call;          /* first */
	/* in */
	char id[CONTENT_UPLOAD_ID_SIZE];
	int64_t n;                 /* chunk */
	struct sv bytes;           /* of the chunk; must live until upload_chunk_write() returned */
	uint8_t want[32];          /* announced digest of the chunk */
	bool announced;
	/* out */
	struct content_upload upload;
	int64_t matter, number;    /* number: of the material, 0 while under way */
	enum matter_kind kind;
	const char *name, *material_kind, *media_type, *sha256; /* sha256 NULL: not announced */
	int64_t finished_seq;      /* 0: under way */
	struct content_missing missing;
	struct content_chunk chunk;
};

enum step upload_find(struct task *t);
enum step upload_found(struct task *t);
enum step upload_chunk_write(struct task *t);
enum step upload_missing(struct task *t);
enum step upload_number(struct task *t);
enum step upload_numbered(struct task *t);
enum step upload_drop(struct task *t);
enum step upload_dropped(struct task *t);

#define UPLOAD_CHUNK_STEPS \
	{ "upload_find", upload_find }, { "upload_found", upload_found }, \
	{ "upload_chunk_write", upload_chunk_write }
#define UPLOAD_SHOW_STEPS \
	{ "upload_find", upload_find }, { "upload_found", upload_found }, { "upload_missing", upload_missing }, \
	{ "upload_number", upload_number }, { "upload_numbered", upload_numbered }
#define UPLOAD_DROP_STEPS \
	{ "upload_find", upload_find }, { "upload_found", upload_found }, { "upload_drop", upload_drop }, \
	{ "upload_dropped", upload_dropped }

/* ---- what a matter has ---- */

struct material {
	int64_t matter, number, seq;   /* seq: act that added it */
	enum matter_kind kind;         /* of the matter */
	const char *name, *title;      /* title NULL: none */
	const char *material_kind, *media_type;
	int64_t size;
	const char *sha256, *sha512, *sm3; /* hex */
	const char *origin;            /* NULL: none */
	const char *account, *person;
	instant_t happened_at, recorded_at;
	int64_t void_seq;              /* act that declared it void, 0: it holds */
	const char *void_reason;
	bool hidden;                   /* who reported: not for this reader; name, title, origin and content are withheld */
};

/* Row `row` of a reply of Q_MATERIAL_LIST; `full`: the reader may see who reported (matter_view.full). */
void material_row(const struct pg_reply *r, size_t at, size_t row, bool full, struct material *ret);

/* GET /{...}/:id/materials: those of the matter and, for a case, of the clue that it came from. */
struct material_list_call {
	struct matter_view view; /* first: .id and .kind in; see app/view.h */
	/* out */
	size_t count;
	int64_t bytes;           /* of the matter's own */
	/* inside */
	size_t at;
};
enum step material_list(struct task *t);
enum step material_listed(struct task *t);
void material_at(const struct material_list_call *c, size_t i, struct material *ret);

#define MATERIAL_LIST_STEPS \
	VIEW_STEPS, { "material_list", material_list }, { "material_listed", material_listed }

/* GET /{...}/:id/materials/:n/content */
struct material_read_call {
	struct matter_view view; /* first: .id and .kind in */
	int64_t number;          /* in */
	/* out */
	struct material material;
	/* A reader of the content that hashes what it reads and gives the last bytes only when the digest is right. Freed
	 * with the task unless taken (take it: set NULL). NULL when `unopened` was asked for. */
	struct material_reader *reader;
	bool unopened;           /* in: the row only */
	size_t at;
};
enum step material_find(struct task *t);
enum step material_found(struct task *t);
enum step material_open(struct task *t);

#define MATERIAL_READ_STEPS \
	VIEW_STEPS, { "material_find", material_find }, { "material_found", material_found }, \
	{ "material_open", material_open }

/* Exactly n bytes; false when the content cannot be read or is not what it should be. Blocking: offload threads. */
bool material_reader_read(void *reader, void *p, size_t n);
void material_reader_close(void *reader); /* NULL is allowed; any thread */

/* ---- POST /uploads/:id/finish ---- */

struct upload_finish_call {
	struct act_call act;      /* first: key, request_digest, version, happened_at and fields in */
	char id[CONTENT_UPLOAD_ID_SIZE];
	struct sv sha256;         /* hex, .p NULL: not given */
	/* out */
	struct material material;
	/* inside */
	struct content_upload upload;
	struct crypto_sums sums;
	const char *name, *material_kind, *media_type, *announced;
	bool replay;              /* the key has a reply already */
	bool gone;                /* the files went away: look again why */
	size_t at_idempotency, at_upload, at;
};
enum step upload_finish_load(struct task *t);
enum step upload_finish_hash(struct task *t);
enum step upload_finish_room(struct task *t);
enum step upload_finish_publish(struct task *t);
enum step upload_finish_act(struct task *t);
enum step upload_finish_fields(struct task *t);
enum step upload_finish_done(struct task *t);
enum step upload_finish_show(struct task *t);

#define UPLOAD_FINISH_STEPS \
	{ "upload_finish_load", upload_finish_load }, { "upload_finish_hash", upload_finish_hash }, \
	{ "upload_finish_room", upload_finish_room }, { "upload_finish_publish", upload_finish_publish }, \
	{ "upload_finish_act", upload_finish_act }, { "upload_finish_fields", upload_finish_fields }, \
	{ "act_decide", act_decide }, { "act_store", act_store }, { "act_settle", act_settle }, \
	{ "act_settled", act_settled }, { "upload_finish_done", upload_finish_done }, \
	{ "upload_finish_show", upload_finish_show }

/* ---- GET /{cases|clues}/:id/items ---- */

struct item_list_call {
	struct matter_view view; /* first: .id and .kind in */
	/* inside */
	size_t at;
	int64_t *numbers;        /* of the item that each act is about */
};
enum step item_list(struct task *t);
enum step item_listed(struct task *t);

#define ITEM_LIST_STEPS VIEW_STEPS, { "item_list", item_list }, { "item_listed", item_listed }

/* One act in the chain of custody of item `seq`, from `*at` on; false: no more. Begin with *at = 0. */
struct item_act {
	int64_t matter, seq;
	enum matter_kind kind;
	struct sv act;
	const char *account, *person;
	instant_t happened_at, recorded_at;
	struct sv payload;
};
bool item_chain(const struct item_list_call *c, const struct item *item, size_t *at, struct item_act *ret);

/* ---- housekeeping ---- */

/* Removes uploads to which nothing was added for `idle_ms`, and what else has no owner below uploads/ and tmp/. Runs
 * by itself; owner loop of `app` only. */
void material_sweep(struct app *app, int64_t idle_ms);

#endif
