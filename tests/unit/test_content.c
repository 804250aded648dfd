/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The content store: storing, healing, reading, walking; uploads in any order, again, torn, damaged, from many
 * threads at once. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "store/content.h"

#define ID "01234567-89ab-cdef-0123-456789abcdef"
#define OTHER "11111111-89ab-cdef-0123-456789abcdef"

enum { CHUNK = 64 << 10 };

struct place {
	char dir[64];
	struct content_store *store;
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	snprintf(p->dir, sizeof(p->dir), "/tmp/ipcase-content-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	assert_int_equal(content_store_open(p->dir, &p->store, NULL), ERR_OK);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;
	char command[128];

	content_store_close(p->store);
	snprintf(command, sizeof(command), "rm -rf %s", p->dir);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	assert_int_equal(pclose(f), 0);
	free(p);
	return 0;
}

static char *path_in(const struct place *p, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	return path;
}

static char *content_path(const struct place *p, const struct crypto_sums *sums)
{
	char hex[CONTENT_NAME_SIZE], name[80];

	crypto_hex(sums->sha256, 32, hex);
	snprintf(name, sizeof(name), "%.2s/%s", hex, hex + 2);
	return path_in(p, name);
}

static void put(struct place *p, const char *text, size_t n, struct crypto_sums *ret)
{
	struct content_put *w;

	assert_int_equal(content_put_new(p->store, &w, NULL), ERR_OK);
	for (size_t at = 0; at < n; at += 1000)
		assert_int_equal(content_put_write(w, text + at, n - at < 1000 ? n - at : 1000, NULL), ERR_OK);
	assert_int_equal(content_put_finish(w, ret, NULL), ERR_OK);
}

static char *bytes_of(size_t n, unsigned seed)
{
	char *ret = malloc(n + 1);

	for (size_t i = 0; i < n; i++) {
		seed = seed * 1103515245u + 12345u;
		ret[i] = (char)(seed >> 16);
	}
	return ret;
}

static int count_files(const struct place *p, const char *folder)
{
	char command[160];
	int n = -1;

	snprintf(command, sizeof(command), "find %s/%s -mindepth 1 | wc -l", p->dir, folder);
	FILE *f = popen(command, "r");
	assert_int_equal(fscanf(f, "%d", &n), 1);
	pclose(f);
	return n;
}

/* ---- contents ---- */

static void test_digests_and_name(void **state)
{
	struct place *p = *state;
	struct crypto_sums sums;
	struct stat st;
	char hex[129];

	put(p, "abc", 3, &sums);
	crypto_hex(sums.sha256, 32, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	crypto_hex(sums.sm3, 32, hex);
	assert_string_equal(hex, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
	crypto_hex(sums.sha512, 64, hex);
	assert_memory_equal(hex, "ddaf35a193617abacc417349ae204131", 32);
	assert_int_equal(sums.size, 3);
	assert_int_equal(stat(content_path(p, &sums), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0400);
	assert_int_equal(content_verify(p->store, &sums, NULL), ERR_OK);
	assert_int_equal(count_files(p, "tmp"), 0);
}

static void test_the_same_content_is_one_file(void **state)
{
	struct place *p = *state;
	struct crypto_sums a, b;
	struct stat st;

	put(p, "the same", 8, &a);
	put(p, "the same", 8, &b);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_int_equal(stat(content_path(p, &a), &st), 0);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(count_files(p, "tmp"), 0);
}

static void test_given_up_leaves_nothing(void **state)
{
	struct place *p = *state;
	struct content_put *w;

	assert_int_equal(content_put_new(p->store, &w, NULL), ERR_OK);
	assert_int_equal(content_put_write(w, "x", 1, NULL), ERR_OK);
	assert_int_equal(count_files(p, "tmp"), 1);
	content_put_free(w);
	content_put_free(NULL);
	assert_int_equal(count_files(p, "."), 2); /* tmp and uploads */
}

static void damage(const char *path, off_t at)
{
	assert_int_equal(chmod(path, 0600), 0);
	int fd = open(path, O_RDWR);
	char c;
	assert_int_equal(pread(fd, &c, 1, at), 1);
	c ^= 1;
	assert_int_equal(pwrite(fd, &c, 1, at), 1);
	close(fd);
}

static void test_an_altered_content_is_found_and_mended(void **state)
{
	struct place *p = *state;
	char *bytes = bytes_of(1000000, 7);
	struct crypto_sums sums;
	struct err err = ERR_INIT;

	put(p, bytes, 1000000, &sums);
	damage(content_path(p, &sums), 999999);
	assert_int_equal(content_verify(p->store, &sums, &err), ERR_IO);
	assert_string_equal(err.rule, "content-altered");
	put(p, bytes, 1000000, &sums);
	assert_int_equal(content_verify(p->store, &sums, NULL), ERR_OK);
	assert_int_equal(chmod(content_path(p, &sums), 0600), 0);
	assert_int_equal(truncate(content_path(p, &sums), 999999), 0);
	assert_int_equal(content_verify(p->store, &sums, NULL), ERR_IO);
	free(bytes);
}

static void test_reading(void **state)
{
	struct place *p = *state;
	struct crypto_sums sums;
	struct err err = ERR_INIT;
	char hex[CONTENT_NAME_SIZE], got[10];
	uint64_t size;
	int fd;

	put(p, "read me", 7, &sums);
	crypto_hex(sums.sha256, 32, hex);
	assert_int_equal(content_read(p->store, hex, &fd, &size, NULL), ERR_OK);
	assert_int_equal(size, 7);
	assert_int_equal(read(fd, got, sizeof(got)), 7);
	assert_memory_equal(got, "read me", 7);
	close(fd);
	hex[0] = hex[0] == 'a' ? 'b' : 'a';
	assert_int_equal(content_read(p->store, hex, &fd, &size, &err), ERR_NOT_FOUND);
	assert_string_equal(err.rule, "content-missing");
	assert_int_equal(content_read(p->store, "../../etc/passwd", &fd, &size, NULL), ERR_NOT_FOUND);
	/* A link in its place is not followed. */
	put(p, "victim", 6, &sums);
	assert_int_equal(unlink(content_path(p, &sums)), 0);
	assert_int_equal(symlink("/etc/hostname", content_path(p, &sums)), 0);
	crypto_hex(sums.sha256, 32, hex);
	assert_int_not_equal(content_read(p->store, hex, &fd, &size, NULL), ERR_OK);
}

struct found {
	int contents, foreign;
	uint64_t bytes;
};

static bool on_file(void *arg, const struct content_file *file)
{
	struct found *f = arg;

	f->contents += file->sha256[0] != '\0';
	f->foreign += file->sha256[0] == '\0';
	f->bytes += file->sha256[0] ? file->size : 0;
	return true;
}

static void test_walk(void **state)
{
	struct place *p = *state;
	struct crypto_sums sums;
	struct found f = { 0 };

	put(p, "one", 3, &sums);
	put(p, "three", 5, &sums);
	fclose(fopen(path_in(p, "README"), "w"));
	assert_int_equal(mkdir(path_in(p, "zz"), 0700), 0);
	char *stray = content_path(p, &sums);
	stray[strlen(stray) - 1] = 'X';
	fclose(fopen(stray, "w"));
	assert_int_equal(content_walk(p->store, on_file, &f, NULL), ERR_OK);
	assert_int_equal(f.contents, 2);
	assert_int_equal(f.foreign, 3);
	assert_int_equal(f.bytes, 8);
}

static void test_a_useless_directory_is_refused(void **state)
{
	struct place *p = *state;
	struct content_store *s;
	struct err err = ERR_INIT;

	assert_int_equal(content_store_open(path_in(p, "nowhere"), &s, &err), ERR_IO);
	assert_string_equal(err.rule, "storage-failed");
	fclose(fopen(path_in(p, "file"), "w"));
	assert_int_equal(content_store_open(path_in(p, "file"), &s, NULL), ERR_IO);
	assert_true(content_store_room(p->store) > 0);
}

static void test_old_leftovers_are_swept(void **state)
{
	struct place *p = *state;
	struct content_put *w;

	assert_int_equal(content_put_new(p->store, &w, NULL), ERR_OK);
	assert_int_equal(mkdir(path_in(p, "tmp/12-ab"), 0700), 0);
	fclose(fopen(path_in(p, "tmp/12-ab/data"), "w"));
	content_sweep_tmp(p->store, 0);
	assert_int_equal(count_files(p, "tmp"), 3);
	content_sweep_tmp(p->store, INT64_MAX);
	assert_int_equal(count_files(p, "tmp"), 0);
	content_put_free(w);
}

/* ---- uploads ---- */

static struct content_upload upload(const char *id, uint64_t size)
{
	struct content_upload u = { .size = size, .chunk = CHUNK };

	snprintf(u.id, sizeof(u.id), "%s", id);
	return u;
}

static enum err_code send(struct place *p, const struct content_upload *u, const char *bytes, uint64_t n,
			  struct err *err)
{
	struct content_chunk got;
	struct sv piece = { bytes + n * u->chunk, content_upload_length(u, n) };

	return content_upload_write(p->store, u, n, piece, NULL, &got, err);
}

/* An upload that the store waits for. */
static struct content_upload begun(struct place *p, const char *id, uint64_t size)
{
	struct content_upload u = upload(id, size);

	assert_int_equal(content_upload_make(p->store, &u, NULL), ERR_OK);
	return u;
}

static struct content_missing missing_of(struct place *p, const struct content_upload *u)
{
	struct content_missing missing;

	assert_int_equal(content_upload_missing(p->store, u, &missing, NULL), ERR_OK);
	return missing;
}

/* The same sums as when the bytes are put in one piece. */
static void assert_sums_of(struct place *p, const struct crypto_sums *sums, const char *bytes, size_t n)
{
	struct crypto_sums want;

	put(p, bytes, n, &want);
	assert_memory_equal(sums, &want, sizeof(want));
}

static void test_geometry(void **state)
{
	struct content_upload u = upload(ID, 2 * CHUNK + 1);

	(void)state;
	assert_int_equal(content_upload_count(&u), 3);
	assert_int_equal(content_upload_length(&u, 1), CHUNK);
	assert_int_equal(content_upload_length(&u, 2), 1);
	assert_int_equal(content_upload_length(&u, 3), 0);
	u.size = CHUNK;
	assert_int_equal(content_upload_count(&u), 1);
	assert_true(content_upload_id_is_valid(SV(ID)));
	assert_false(content_upload_id_is_valid(SV("01234567-89ab-cdef-0123-456789abcdeF")));
	assert_false(content_upload_id_is_valid(SV("../../../../../../../../../etc/passwd")));
	assert_false(content_upload_id_is_valid(SV("")));
}

static void test_any_order_then_published(void **state)
{
	static const uint64_t order[] = { 3, 0, 4, 2, 1 };
	struct place *p = *state;
	struct content_upload u = upload(ID, 4 * CHUNK + 77);
	char *bytes = bytes_of(u.size, 1);
	struct content_missing missing;
	struct crypto_sums sums;
	struct err err = ERR_INIT;

	assert_int_equal(content_upload_make(p->store, &u, NULL), ERR_OK);
	assert_int_equal(content_upload_make(p->store, &u, NULL), ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		assert_int_equal(content_upload_sums(p->store, &u, &sums, &err), ERR_WRONG_STATE);
		assert_string_equal(err.rule, "upload-incomplete");
		assert_int_equal(send(p, &u, bytes, order[i], NULL), ERR_OK);
		content_upload_follow(p->store, &u);
		missing = missing_of(p, &u);
		assert_int_equal(missing.there, i + 1);
		if (i == 1) {
			assert_int_equal(missing.count, 2);
			assert_int_equal(missing.ranges[0].first, 1);
			assert_int_equal(missing.ranges[0].last, 2);
			assert_int_equal(missing.ranges[1].first, 4);
		}
	}
	assert_int_equal(content_upload_sums(p->store, &u, &sums, NULL), ERR_OK);
	assert_int_equal(sums.size, u.size);
	assert_int_equal(content_upload_publish(p->store, &u, &sums, NULL), ERR_OK);
	assert_int_equal(content_upload_publish(p->store, &u, &sums, NULL), ERR_OK); /* a retry */
	assert_int_equal(content_verify(p->store, &sums, NULL), ERR_OK);
	assert_sums_of(p, &sums, bytes, u.size);
	content_upload_remove(p->store, ID);
	assert_int_equal(count_files(p, "uploads"), 0);
	assert_int_equal(count_files(p, "tmp"), 0);
	u = upload(OTHER, 5);
	assert_int_equal(content_upload_sums(p->store, &u, &sums, &err), ERR_NOT_FOUND);
	assert_string_equal(err.rule, "no-such-upload");
	free(bytes);
}

static void test_chunks_refused(void **state)
{
	struct place *p = *state;
	struct content_upload u = upload(ID, 2 * CHUNK);
	char *bytes = bytes_of(u.size, 2);
	struct content_chunk got;
	struct err err = ERR_INIT;
	uint8_t wrong[32] = { 1 };

	assert_int_equal(send(p, &u, bytes, 0, &err), ERR_NOT_FOUND);
	assert_int_equal(content_upload_make(p->store, &u, NULL), ERR_OK);
	assert_int_equal(content_upload_write(p->store, &u, 2, SV("x"), NULL, &got, &err), ERR_INVALID);
	assert_string_equal(err.rule, "chunk-range");
	assert_int_equal(content_upload_write(p->store, &u, 0, SV("x"), NULL, &got, &err), ERR_INVALID);
	assert_string_equal(err.rule, "chunk-size");
	struct sv whole = { bytes, CHUNK };
	assert_int_equal(content_upload_write(p->store, &u, 0, whole, wrong, &got, &err), ERR_INVALID);
	assert_string_equal(err.rule, "digest-mismatch");
	struct content_missing missing;
	missing = missing_of(p, &u);
	assert_int_equal(missing.there, 0);
	assert_int_equal(content_upload_write(p->store, &u, 0, whole, NULL, &got, NULL), ERR_OK);
	assert_false(got.again);
	assert_int_equal(content_upload_write(p->store, &u, 0, whole, got.sha256, &got, NULL), ERR_OK);
	assert_true(got.again);
	whole.p = bytes + CHUNK;
	assert_int_equal(content_upload_write(p->store, &u, 0, whole, NULL, &got, &err), ERR_WRONG_STATE);
	assert_string_equal(err.rule, "chunk-differs");
	free(bytes);
}

static void test_a_torn_record_is_none(void **state)
{
	struct place *p = *state;
	struct content_upload u = begun(p, ID, 2 * CHUNK);
	char *bytes = bytes_of(u.size, 3);
	struct content_missing missing;

	assert_int_equal(send(p, &u, bytes, 0, NULL), ERR_OK);
	assert_int_equal(send(p, &u, bytes, 1, NULL), ERR_OK);
	damage(path_in(p, "uploads/" ID "/journal"), 64 + 20);
	missing = missing_of(p, &u);
	assert_int_equal(missing.there, 1);
	assert_int_equal(missing.ranges[0].first, 1);
	/* A record moved to another place is none either. */
	int fd = open(path_in(p, "uploads/" ID "/journal"), O_RDWR);
	char record[64];
	assert_int_equal(pread(fd, record, 64, 0), 64);
	assert_int_equal(pwrite(fd, record, 64, 64), 64);
	close(fd);
	missing = missing_of(p, &u);
	assert_int_equal(missing.there, 1);
	assert_int_equal(send(p, &u, bytes, 1, NULL), ERR_OK);
	free(bytes);
}

/* Bytes that changed on the disk after they were acknowledged: found at the end, only that chunk is asked for. */
static void test_a_damaged_chunk_is_asked_for_again(void **state)
{
	struct place *p = *state;
	struct content_upload u = begun(p, ID, 3 * CHUNK);
	char *bytes = bytes_of(u.size, 4);
	struct content_missing missing;
	struct crypto_sums sums;
	struct err err = ERR_INIT;

	for (uint64_t n = 0; n < 3; n++)
		assert_int_equal(send(p, &u, bytes, n, NULL), ERR_OK);
	damage(path_in(p, "uploads/" ID "/data"), CHUNK + 5);
	assert_int_equal(content_upload_sums(p->store, &u, &sums, &err), ERR_WRONG_STATE);
	assert_string_equal(err.rule, "chunk-damaged");
	missing = missing_of(p, &u);
	assert_int_equal(missing.count, 1);
	assert_int_equal(missing.ranges[0].first, 1);
	assert_int_equal(send(p, &u, bytes, 1, NULL), ERR_OK);
	assert_int_equal(content_upload_sums(p->store, &u, &sums, NULL), ERR_OK);
	assert_sums_of(p, &sums, bytes, u.size);
	free(bytes);
}

static void test_the_store_opened_anew_knows_the_chunks(void **state)
{
	struct place *p = *state;
	struct content_upload u = begun(p, ID, 3 * CHUNK);
	char *bytes = bytes_of(u.size, 5);
	struct content_missing missing;
	struct crypto_sums sums;

	assert_int_equal(send(p, &u, bytes, 0, NULL), ERR_OK);
	assert_int_equal(send(p, &u, bytes, 2, NULL), ERR_OK);
	content_upload_follow(p->store, &u);
	content_store_close(p->store);
	assert_int_equal(content_store_open(p->dir, &p->store, NULL), ERR_OK);
	missing = missing_of(p, &u);
	assert_int_equal(missing.there, 2);
	assert_int_equal(send(p, &u, bytes, 1, NULL), ERR_OK);
	assert_int_equal(content_upload_sums(p->store, &u, &sums, NULL), ERR_OK);
	assert_sums_of(p, &sums, bytes, u.size);
	free(bytes);
}

static void test_more_ranges_than_fit(void **state)
{
	struct place *p = *state;
	struct content_upload u = upload(ID, 600 * 10);
	struct content_missing missing;
	struct content_chunk got;

	u.chunk = 10;
	assert_int_equal(content_upload_make(p->store, &u, NULL), ERR_OK);
	for (uint64_t n = 0; n < 600; n += 2)
		assert_int_equal(content_upload_write(p->store, &u, n, SV("0123456789"), NULL, &got, NULL), ERR_OK);
	missing = missing_of(p, &u);
	assert_true(missing.more);
	assert_int_equal(missing.count, CONTENT_RANGES_MAX);
	assert_int_equal(missing.there, 300);
}

static bool on_upload(void *arg, const char *id, instant_t touched_at)
{
	int *n = arg;

	assert_true(content_upload_id_is_valid(sv_of(id)));
	assert_true(touched_at > 0);
	(*n)++;
	return true;
}

static void test_uploads_are_listed(void **state)
{
	struct place *p = *state;
	int n = 0;

	(void)begun(p, ID, 5);
	(void)begun(p, OTHER, 7);
	assert_int_equal(content_upload_walk(p->store, on_upload, &n, NULL), ERR_OK);
	assert_int_equal(n, 2);
	content_upload_remove(p->store, "../tmp");
	content_upload_remove(p->store, OTHER);
	assert_int_equal(content_upload_walk(p->store, on_upload, &n, NULL), ERR_OK);
	assert_int_equal(n, 3);
}

/* ---- many at once ---- */

struct crowd {
	struct place *place;
	struct content_upload upload;
	const char *one, *two;
	int good[2], differs, other;
	bool hash;
};

static void *hammer(void *arg)
{
	struct crowd *c = arg;

	for (uint64_t n = 0; n < content_upload_count(&c->upload); n++) {
		for (int which = 0; which < 2; which++) {
			struct err err = ERR_INIT;
			enum err_code code = send(c->place, &c->upload, which ? c->two : c->one, n, &err);

			if (code == ERR_OK)
				__atomic_add_fetch(&c->good[which], 1, __ATOMIC_RELAXED);
			else if (strcmp(err.rule, "chunk-differs") == 0)
				__atomic_add_fetch(&c->differs, 1, __ATOMIC_RELAXED);
			else
				__atomic_add_fetch(&c->other, 1, __ATOMIC_RELAXED);
		}
		while (c->hash && content_upload_follow(c->place->store, &c->upload))
			continue;
	}
	return NULL;
}

/* Two contents fight for every chunk: one wins it, the whole of it, and the journal says which. */
static void test_concurrent_duplicates(void **state)
{
	enum { THREADS = 8 };
	struct place *p = *state;
	struct crowd c = { .place = p, .upload = upload(ID, 20 * CHUNK - 3), .hash = true };
	char *one = bytes_of(c.upload.size, 10), *two = bytes_of(c.upload.size, 11);
	pthread_t threads[THREADS];
	struct crypto_sums sums;

	c.one = one;
	c.two = two;
	assert_int_equal(content_upload_make(p->store, &c.upload, NULL), ERR_OK);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hammer, &c), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(c.other, 0);
	assert_int_equal(c.good[0] + c.good[1], 20 * THREADS);
	assert_int_equal(c.differs, 20 * THREADS);
	assert_int_equal(content_upload_sums(p->store, &c.upload, &sums, NULL), ERR_OK);
	assert_int_equal(sums.size, c.upload.size);
	free(one);
	free(two);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_digests_and_name), T(test_the_same_content_is_one_file), T(test_given_up_leaves_nothing),
		T(test_an_altered_content_is_found_and_mended), T(test_reading), T(test_walk),
		T(test_a_useless_directory_is_refused), T(test_old_leftovers_are_swept), T(test_geometry),
		T(test_any_order_then_published), T(test_chunks_refused), T(test_a_torn_record_is_none),
		T(test_a_damaged_chunk_is_asked_for_again), T(test_the_store_opened_anew_knows_the_chunks),
		T(test_more_ranges_than_fit), T(test_uploads_are_listed), T(test_concurrent_duplicates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
