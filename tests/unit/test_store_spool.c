/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The spool: parts in order and again, other people's uploads, an upload that is not complete, files without a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/spool.h"

static char folder[] = "/tmp/ipcase-spool-XXXXXX";
static struct content_store *store;

static int set_up(void **state UNUSED)
{
	struct err err = ERR_INIT;

	if (!mkdtemp(folder) || content_store_open(folder, &store, &err) != ERR_OK)
		return 1;
	return 0;
}

static void remove_tree(const char *path)
{
	char command[300];

	/* No library call removes a tree; the paths are ours. */
	for (int i = 0; i < 2; i++) {
		static const char *const names[] = { "tmp", "uploads" };
		snprintf(command, sizeof(command), "%s/%s", path, names[i]);
		(void)rmdir(command);
	}
	(void)rmdir(path);
}

static int tear_down(void **state UNUSED)
{
	content_store_close(store);
	remove_tree(folder);
	return 0;
}

static void append(struct sv id, uint64_t at, const char *bytes, uint64_t want)
{
	struct err err = ERR_INIT;
	uint64_t there = 0;

	if (spool_append(store, 7, id, at, sv_of(bytes), &there, &err) != ERR_OK)
		fail_msg("%s: %s", err.rule, err.message);
	assert_int_equal(there, want);
}

static void refused(int64_t account, struct sv id, uint64_t at, const char *bytes, const char *rule)
{
	struct err err = ERR_INIT;
	uint64_t there = 0;

	assert_int_not_equal(spool_append(store, account, id, at, sv_of(bytes), &there, &err), ERR_OK);
	assert_string_equal(err.rule, rule);
}

static void test_in(void **state UNUSED)
{
	char id[SPOOL_ID_SIZE], path[SPOOL_PATH_SIZE], text[16] = "";
	struct err err = ERR_INIT;
	struct sv name = { id, SPOOL_ID_SIZE - 1 };

	assert_int_equal(spool_make(store, 7, 10, id, &err), ERR_OK);
	append(name, 0, "01234", 5);
	append(name, 0, "01234", 5); /* its answer got lost */
	refused(7, name, 6, "6", "part-order");
	refused(7, name, 5, "567890", "part-range");
	refused(8, name, 5, "5", "no-such-upload"); /* another account's */
	refused(7, SV("0123456789abcdef0123456789abcdef"), 0, "x", "no-such-upload");
	refused(7, SV("../../etc/passwd"), 0, "x", "no-such-upload");
	assert_int_equal(spool_path(store, 7, name, path, &err), ERR_WRONG_STATE);
	assert_string_equal(err.rule, "upload-incomplete");
	append(name, 3, "34567", 8); /* a part of it is there */
	append(name, 8, "89", 10);
	assert_int_equal(spool_path(store, 7, name, path, &err), ERR_OK);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	assert_int_equal(fread(text, 1, sizeof(text), f), 10);
	fclose(f);
	assert_memory_equal(text, "0123456789", 10);
	assert_int_not_equal(spool_path(store, 8, name, path, &err), ERR_OK);
	spool_remove(store, 8, name);
	assert_int_equal(spool_path(store, 7, name, path, &err), ERR_OK);
	spool_remove(store, 7, name);
	assert_int_equal(spool_path(store, 7, name, path, &err), ERR_NOT_FOUND);
}

static void test_too_large(void **state UNUSED)
{
	char id[SPOOL_ID_SIZE];
	struct err err = ERR_INIT;

	assert_int_equal(spool_make(store, 7, UINT64_MAX / 4, id, &err), ERR_NO_SPACE);
	assert_string_equal(err.rule, "storage-full");
}

static void test_out(void **state UNUSED)
{
	struct err err = ERR_INIT;
	struct stat st;
	int fd = -1;

	assert_int_equal(spool_file(store, &fd, &err), ERR_OK);
	assert_int_equal(write(fd, "abc", 3), 3);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_out),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
