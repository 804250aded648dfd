/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Contents: the bytes of materials as files under one directory, named by their SHA-256.
 *
 *	DIR/ab/cdef...      a content: 62 hex digits in the folder of the first two; read-only, never changes
 *	DIR/tmp/            being written; nothing here counts
 *	DIR/uploads/UUID/   an upload under way: `data` (the file, with holes) and `journal` (what is on the disk)
 *
 * A content's name appears by rename after its bytes are on the disk, and its folder is on the disk before anybody is
 * told. The same content is one file however often it is stored; storing it again replaces the file by a fresh
 * copy of the same bytes, so it also mends a damaged one. Nothing here removes a content: what no row of table
 * `content` names is reported by `ipcasectl check`, and an administrator decides.
 *
 * An upload has a fixed size and a chunk size; chunk n (from 0) is the bytes n * chunk ..., the last one may be
 * shorter. A chunk counts from the moment content_upload_write() returns: its bytes and its digest in the journal
 * are then on the disk. Chunks come in any order and from any process; the same one again is fine, another
 * content under its number is refused. The file is hashed while it arrives, behind the chunks.
 *
 * Blocking I/O: offload threads and command-line programs only, never a loop. Every function may be called from any
 * thread; a struct content_put belongs to one thread at a time. The directory must be one file system with hard
 * links and fsync().
 *
 * Refusals fill err->rule: "storage-full" (ERR_NO_SPACE), "storage-failed" (ERR_IO), "content-missing"
 * (ERR_NOT_FOUND), "content-altered" (ERR_IO), "digest-mismatch", "chunk-size", "chunk-range" (ERR_INVALID),
 * "chunk-differs", "chunk-damaged", "upload-incomplete" (ERR_WRONG_STATE), "no-such-upload" (ERR_NOT_FOUND).
 */
#ifndef STORE_CONTENT_H
#define STORE_CONTENT_H

#include "base/day.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/sign.h"

struct content_store;

enum {
	CONTENT_NAME_SIZE = 65,  /* SHA-256 in hex, with NUL */
	CONTENT_UPLOAD_ID_SIZE = 37, /* a UUID in lower case, with NUL */
	CONTENT_PIECE = 256 << 10,   /* read and hashed at once */
};

/* Makes what is missing below DIR (which must exist); refuses one in which files cannot be made. */
enum err_code content_store_open(const char *dir, struct content_store **ret, struct err *err) MUST_USE;
/* To read, verify and walk only: makes nothing. */
enum err_code content_store_look(const char *dir, struct content_store **ret, struct err *err) MUST_USE;
void content_store_close(struct content_store *s); /* NULL allowed; nothing may be using it */
/* Bytes that can still be written. */
uint64_t content_store_room(struct content_store *s);

/* "0123...": 64 lower-case hex digits. */
bool content_name_is_valid(struct sv name);

/* --- storing a whole content -------------------------------------------------------------- */

struct content_put;
enum err_code content_put_new(struct content_store *s, struct content_put **ret, struct err *err) MUST_USE;
enum err_code content_put_write(struct content_put *p, const void *bytes, size_t n, struct err *err) MUST_USE;
/* The content is on the disk under its name. Frees, also on failure. */
enum err_code content_put_finish(struct content_put *p, struct crypto_sums *ret, struct err *err) MUST_USE;
/* The same for a caller who hashes all that he writes anyway: content_put_finish_summed() takes his sums. */
enum err_code content_put_new_summed(struct content_store *s, struct content_put **ret, struct err *err) MUST_USE;
enum err_code content_put_finish_summed(struct content_put *p, const struct crypto_sums *sums, struct err *err) MUST_USE;
/* Leaves nothing behind. NULL allowed. */
void content_put_free(struct content_put *p);

/* --- reading --------------------------------------------------------------------------------- */

/* A descriptor to read the content from (the caller closes it) and its size in the file system. `sha256` is the
 * name in hex. */
enum err_code content_read(struct content_store *s, const char *sha256, int *ret_fd, uint64_t *ret_size,
			   struct err *err) MUST_USE;
/* The whole content is read and its three digests and size compared. */
enum err_code content_verify(struct content_store *s, const struct crypto_sums *want, struct err *err) MUST_USE;

/* Every file below the content folders; `sha256` is "" when the name is none. False from the function ends the
 * walk. A folder that cannot be read is ERR_IO. */
struct content_file {
	const char *path;                /* below DIR */
	char sha256[CONTENT_NAME_SIZE];
	uint64_t size;
	instant_t changed_at;
};
typedef bool content_walk_fn(void *arg, const struct content_file *file);
enum err_code content_walk(struct content_store *s, content_walk_fn *fn, void *arg, struct err *err) MUST_USE;

/* --- uploads ------------------------------------------------------------------------------------- */

struct content_upload {
	char id[CONTENT_UPLOAD_ID_SIZE];
	uint64_t size;  /* > 0 */
	uint64_t chunk; /* > 0 */
};

bool content_upload_id_is_valid(struct sv id);
uint64_t content_upload_count(const struct content_upload *u);
/* Bytes of chunk n; 0 when there is no such chunk. */
uint64_t content_upload_length(const struct content_upload *u, uint64_t n);

/* A place for the upload, on the disk when this returns. An upload that has one keeps it. */
enum err_code content_upload_make(struct content_store *s, const struct content_upload *u, struct err *err) MUST_USE;

struct content_chunk {
	uint8_t sha256[32];
	bool again; /* was there already */
};
/* `want` (32 bytes, or NULL) is the digest that the sender announced. */
enum err_code content_upload_write(struct content_store *s, const struct content_upload *u, uint64_t n,
				   struct sv bytes, const uint8_t *want, struct content_chunk *ret,
				   struct err *err) MUST_USE;

/* Chunks that are not there, as ranges in ascending order. `more`: there are further ranges than fit. */
enum { CONTENT_RANGES_MAX = 256 };
struct content_missing {
	struct {
		uint64_t first, last;
	} ranges[CONTENT_RANGES_MAX];
	size_t count;
	bool more;
	uint64_t there; /* chunks on the disk */
};
enum err_code content_upload_missing(struct content_store *s, const struct content_upload *u,
				     struct content_missing *ret, struct err *err) MUST_USE;

/* Hashes a little further behind the chunks that arrived; true: there is more to hash. Two calls for the same
 * upload at the same time are fine, one of them does nothing. */
bool content_upload_follow(struct content_store *s, const struct content_upload *u);
/* Hashes the rest, compares each chunk on the disk with what was acknowledged, and gives the digests. A chunk that
 * differs is forgotten ("chunk-damaged"): it must be sent again. */
enum err_code content_upload_sums(struct content_store *s, const struct content_upload *u, struct crypto_sums *ret,
				  struct err *err) MUST_USE;
/* The data becomes a content under its name (and stays with the upload until it is removed). */
enum err_code content_upload_publish(struct content_store *s, const struct content_upload *u,
				     const struct crypto_sums *sums, struct err *err) MUST_USE;
/* Forget the upload and its bytes. Best effort: what is left the sweep finds. */
void content_upload_remove(struct content_store *s, const char *id);

/* Uploads in the directory with the time something was last added. */
typedef bool content_upload_walk_fn(void *arg, const char *id, instant_t touched_at);
enum err_code content_upload_walk(struct content_store *s, content_upload_walk_fn *fn, void *arg,
				  struct err *err) MUST_USE;
/* Removes what was left in tmp/ before that time. */
void content_sweep_tmp(struct content_store *s, instant_t before);

#endif
