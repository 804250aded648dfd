/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the files of the content store share. Nobody else includes this.
 *
 *	content.c          whole contents: storing, reading, walking
 *	content_upload.c   uploads: chunks and their journal
 *	content_follow.c   hashing an upload behind its chunks */
#ifndef STORE_CONTENT_INTERNAL_H
#define STORE_CONTENT_INTERNAL_H

#include <pthread.h>
#include <sys/types.h>

#include "store/content.h"

enum { FOLLOWERS_MAX = 32 };

/* The three digests of an upload as far as they have come. */
struct follower {
	char id[CONTENT_UPLOAD_ID_SIZE]; /* "": free */
	bool busy;                       /* a thread works on it */
	bool done;                       /* `sums` holds */
	uint64_t next;                   /* first chunk not yet hashed */
	struct crypto_summer *summer;
	struct crypto_sums sums;
	uint64_t used;                   /* for forgetting the one not used for longest */
};

struct content_store {
	int root, tmp, uploads; /* directories */
	uint64_t serial;        /* of names in tmp; atomic */
	pthread_mutex_t lock;   /* of the followers */
	pthread_cond_t idle;
	struct follower followers[FOLLOWERS_MAX];
	uint64_t uses;
};

/* ERR_NO_SPACE or ERR_IO from errno, and a line in the log. */
enum err_code content_io_error(struct err *err, const char *what);
/* All n bytes, or errno. */
bool content_write_all(int fd, const void *p, size_t n, off_t at);
/* Up to n bytes, fewer only at the end of the file; -1 and errno. */
ssize_t content_read_all(int fd, void *p, size_t n, off_t at);
/* A name in tmp that nobody else uses: 40 bytes. */
void content_tmp_name(struct content_store *s, char ret[40]);
/* The file `from` in `dir` becomes the content of that name; `from` itself goes when `keep` is false. */
enum err_code content_adopt(struct content_store *s, int dir, const char *from, bool keep,
			    const struct crypto_sums *sums, struct err *err);
/* The files of an upload: data and journal, -1 when not asked for or not there. */
enum err_code content_upload_open(struct content_store *s, const struct content_upload *u, int flags,
				  int *ret_data, int *ret_journal, struct err *err);
/* Digest of chunk n in the journal; false: it is not there. */
bool content_journal_read(int journal, uint64_t n, uint8_t ret_sha256[32]);
/* Forget chunk n. */
bool content_journal_clear(int journal, uint64_t n);

/* Removes a folder of an upload, or of one that was never finished being made. */
void content_remove_folder(int parent, const char *name);
void content_follow_forget(struct content_store *s, const char *id);

#endif
