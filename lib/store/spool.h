/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Spool: large files on their way in and out, in the tmp folder of the content store, so that neither is held in
 * memory.
 *
 *	out   spool_file()                           a file without a name: gone when it is closed
 *	in    spool_make() -> spool_append()... -> spool_path() -> spool_remove()
 *
 * What comes in belongs to the account that began it and comes from its beginning to its end; a part that was sent
 * twice is written once. Nothing here is kept: after a crash the sender begins anew, and what nobody adds to any
 * more is swept with the rest of tmp (content_sweep_tmp).
 *
 * Blocking I/O: offload threads only. Any thread; two writers of the same file are the sender's mistake and end in
 * "part-order".
 *
 * Refusals: ERR_NOT_FOUND "no-such-upload"; ERR_WRONG_STATE "part-order" (with what is there), "upload-incomplete";
 * ERR_INVALID "part-range"; ERR_NO_SPACE "storage-full"; ERR_IO "storage-failed". */
#ifndef STORE_SPOOL_H
#define STORE_SPOOL_H

#include "store/content.h"

enum { SPOOL_ID_SIZE = 33, SPOOL_PATH_SIZE = 4096 };

/* A new file for reading and writing; the caller closes it. */
enum err_code spool_file(struct content_store *s, int *ret_fd, struct err *err) MUST_USE;

/* An empty folder for a program that makes files: its descriptor, which the caller closes, and its name for removing it with
 * all (plain) files in it. */
enum err_code spool_folder(struct content_store *s, char ret_name[40], int *ret_fd, struct err *err) MUST_USE;
void spool_folder_remove(struct content_store *s, const char *name);

/* A place for `size` bytes (> 0); the id is random. */
enum err_code spool_make(struct content_store *s, int64_t account, uint64_t size, char ret_id[SPOOL_ID_SIZE],
			 struct err *err) MUST_USE;
/* The same under an id of the sender's choice (32 hex digits, small letters): goes on with what is there already,
 * *ret_there bytes. "part-range" when it was begun with another size. */
enum err_code spool_resume(struct content_store *s, int64_t account, struct sv id, uint64_t size, uint64_t *ret_there,
			   struct err *err) MUST_USE;
/* Bytes from position `at` on; nothing may be missing before it. *ret_there is how far the file goes now. */
enum err_code spool_append(struct content_store *s, int64_t account, struct sv id, uint64_t at, struct sv bytes,
			   uint64_t *ret_there, struct err *err) MUST_USE;
/* The path of a file that is complete. */
enum err_code spool_path(struct content_store *s, int64_t account, struct sv id, char ret[SPOOL_PATH_SIZE],
			 struct err *err) MUST_USE;
/* Best effort. */
void spool_remove(struct content_store *s, int64_t account, struct sv id);

#endif
