/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Hashing an upload behind its chunks, so that the end of a large one need not read it all again.
 *
 * The digests so far are kept in memory only: after a restart, or when they had to make room, hashing begins anew.
 * What is hashed is read back from the file, and each chunk is compared with the digest under which it was
 * acknowledged before it counts. */
#include <inttypes.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/crypto.h"
#include "store/content_internal.h"

/* Bytes of one call of content_upload_follow(): others wait for the thread too. */
enum { FOLLOW_BYTES = 8 << 20 };

/* ---- the table ---- */

static void reset(struct follower *f)
{
	crypto_summer_free(f->summer);
	*f = (struct follower){ .id = "" };
}

static struct follower *find(struct content_store *s, const char *id)
{
	for (size_t i = 0; i < FOLLOWERS_MAX; i++) {
		if (strcmp(s->followers[i].id, id) == 0)
			return &s->followers[i];
	}
	return NULL;
}

/* A free place, else that of the upload not touched for longest; NULL when all are being worked on. */
static struct follower *make_room(struct content_store *s)
{
	struct follower *oldest = NULL;

	for (size_t i = 0; i < FOLLOWERS_MAX; i++) {
		struct follower *f = &s->followers[i];
		if (!f->busy && (!oldest || f->used < oldest->used))
			oldest = f;
	}
	return oldest;
}

/* The upload's follower, marked busy. `wait`: until it is free; else NULL when somebody has it. */
static struct follower *take(struct content_store *s, const char *id, bool wait)
{
	struct follower *f;

	pthread_mutex_lock(&s->lock);
	for (;;) {
		f = find(s, id);
		if (!f) {
			f = make_room(s);
			if (f) {
				reset(f);
				snprintf(f->id, sizeof(f->id), "%s", id);
			}
		} else if (f->busy) {
			f = NULL;
		}
		if (f || !wait)
			break;
		pthread_cond_wait(&s->idle, &s->lock);
	}
	if (f) {
		f->busy = true;
		f->used = ++s->uses;
	}
	pthread_mutex_unlock(&s->lock);
	return f;
}

static void give_back(struct content_store *s, struct follower *f)
{
	pthread_mutex_lock(&s->lock);
	f->busy = false;
	pthread_cond_broadcast(&s->idle);
	pthread_mutex_unlock(&s->lock);
}

void content_follow_forget(struct content_store *s, const char *id)
{
	pthread_mutex_lock(&s->lock);
	struct follower *f = find(s, id);
	if (f && !f->busy)
		reset(f);
	pthread_mutex_unlock(&s->lock);
}

/* ---- one chunk ---- */

static bool chunk_holds(int data, const struct content_upload *u, uint64_t n, const uint8_t want[32], char *piece)
{
	struct crypto_digest *d = crypto_digest_new();
	uint64_t length = content_upload_length(u, n), done = 0;
	uint8_t got[CRYPTO_SHA256_SIZE];

	while (done < length) {
		size_t most = length - done < CONTENT_PIECE ? (size_t)(length - done) : CONTENT_PIECE;
		ssize_t read = content_read_all(data, piece, most, (off_t)(n * u->chunk + done));
		if (read <= 0)
			break;
		crypto_digest_update(d, piece, (size_t)read);
		done += (uint64_t)read;
	}
	crypto_digest_finish(d, got);
	return done == length && memcmp(got, want, sizeof(got)) == 0;
}

/* False: the file changed since it was compared; the digests are useless then. */
static bool add_chunk(int data, const struct content_upload *u, uint64_t n, struct follower *f, char *piece)
{
	uint64_t length = content_upload_length(u, n), done = 0;

	while (done < length) {
		size_t most = length - done < CONTENT_PIECE ? (size_t)(length - done) : CONTENT_PIECE;
		ssize_t read = content_read_all(data, piece, most, (off_t)(n * u->chunk + done));
		if (read <= 0)
			return false;
		crypto_summer_update(f->summer, piece, (size_t)read);
		done += (uint64_t)read;
	}
	return true;
}

enum advance { ADVANCE_HASHED, ADVANCE_ABSENT, ADVANCE_DAMAGED };

static enum advance advance(const struct content_upload *u, int data, int journal, struct follower *f, char *piece)
{
	uint8_t want[32];

	if (!content_journal_read(journal, f->next, want))
		return ADVANCE_ABSENT;
	if (!f->summer)
		f->summer = crypto_summer_new();
	if (!chunk_holds(data, u, f->next, want, piece) || !add_chunk(data, u, f->next, f, piece)) {
		log_error("chunk_damaged", "upload=%s chunk=%" PRIu64, u->id, f->next);
		content_journal_clear(journal, f->next);
		crypto_summer_free(f->summer);
		f->summer = NULL;
		f->next = 0;
		return ADVANCE_DAMAGED;
	}
	if (++f->next == content_upload_count(u)) {
		crypto_summer_finish(f->summer, &f->sums);
		f->summer = NULL;
		f->done = true;
	}
	return ADVANCE_HASHED;
}

/* ---- behind the chunks, and to the end ---- */

bool content_upload_follow(struct content_store *s, const struct content_upload *u)
{
	struct follower *f = take(s, u->id, false);
	int data, journal;
	bool more = false;

	if (!f)
		return false;
	if (!f->done && content_upload_open(s, u, O_RDONLY, &data, &journal, NULL) == ERR_OK) {
		char *piece = xmalloc(CONTENT_PIECE);
		uint64_t hashed = 0;

		more = true;
		while (more && !f->done && hashed < FOLLOW_BYTES) {
			hashed += content_upload_length(u, f->next);
			more = advance(u, data, journal, f, piece) == ADVANCE_HASHED;
		}
		more = more && !f->done;
		free(piece);
		close(data);
		close(journal);
	}
	give_back(s, f);
	return more;
}

static enum err_code incomplete(struct content_store *s, const struct content_upload *u, uint64_t first,
				struct err *err)
{
	struct content_missing missing;
	uint64_t count = content_upload_count(u);

	enum err_code code = content_upload_missing(s, u, &missing, err);
	if (code != ERR_OK)
		return code;
	code = err_set(err, ERR_WRONG_STATE, "upload-incomplete", "共 %" PRIu64 " 块，还缺 %" PRIu64 " 块（第 %" PRIu64 " 块起），不能完成",
		       count, count - missing.there, first);
	return code;
}

enum err_code content_upload_sums(struct content_store *s, const struct content_upload *u, struct crypto_sums *ret,
				  struct err *err)
{
	struct follower *f = take(s, u->id, true);
	enum err_code code = ERR_OK;
	uint64_t at = f->next;
	int data, journal;

	if (!f->done && (code = content_upload_open(s, u, O_RDONLY, &data, &journal, err)) == ERR_OK) {
		enum advance step = ADVANCE_HASHED;
		char *piece = xmalloc(CONTENT_PIECE);

		while (!f->done && step == ADVANCE_HASHED) {
			at = f->next;
			step = advance(u, data, journal, f, piece);
		}
		free(piece);
		close(data);
		close(journal);
		if (step == ADVANCE_DAMAGED)
			code = err_set(err, ERR_WRONG_STATE, "chunk-damaged",
				       "第 %" PRIu64 " 块在磁盘上已损坏，请重新发送这一块", at);
		else if (step == ADVANCE_ABSENT)
			code = incomplete(s, u, at, err);
	}
	if (code == ERR_OK)
		*ret = f->sums;
	give_back(s, f);
	return code;
}
