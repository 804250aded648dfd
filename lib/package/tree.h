/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Trees: a folder or a ZIP as one sorted list of files that can be read, with every trick
 * refused before anybody looks inside.
 *
 *   tree_open()     names, kinds and sizes; nothing is read yet but a ZIP's own tables
 *   tree_stream()   the bytes of chosen files, one pass, flat memory
 *   tree_load()     chosen small files into an arena
 *
 * A folder is walked with openat() and O_NOFOLLOW: symbolic links, files with several names
 * (hard links), devices, pipes and sockets are refused, and a file that changes its size
 * between the walk and the reading too.
 *
 * A ZIP is checked as a structure first: one central directory at the very end and no comment,
 * every local header equal to its directory entry, the entries side by side from the first byte
 * to the directory (so none overlap and nothing hides between), only files and folders, stored
 * or deflated, names in UTF-8. Sums of sizes and the ratio are limited before anything is
 * unpacked. Then libarchive unpacks, and must find the same entries of the same sizes.
 *
 * Refusals are ERR_INVALID and name the file: "path-..." (package/name.h), "entry-symlink",
 * "entry-hardlink", "entry-special", "entry-changed", "zip-..." ; ERR_TOO_LARGE "limit-entries",
 * "limit-bytes", "limit-ratio", "limit-file". What is well-formed but beyond us (encryption,
 * other compressions, several discs) has the rule "not-supported" and says 「不支持」.
 *
 * A tree belongs to one thread at a time. Blocking file I/O: not on a loop's thread.
 */
#ifndef PACKAGE_TREE_H
#define PACKAGE_TREE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct package_limits {
	uint64_t total_bytes; /* of all files, unpacked */
	size_t entries;       /* files and folders */
	unsigned ratio;       /* unpacked bytes for one packed, of the whole ZIP */
	size_t file_bytes;    /* one file that is kept in memory: records, tag files */
};

/* 256 GiB, 20000 entries, 100 : 1, 32 MiB: for reading without storing. */
extern const struct package_limits package_limits_default;

/* Not supported rather than wrong: what err_set() got with this rule says 「不支持」. */
#define RULE_NOT_SUPPORTED "not-supported"

struct tree_entry {
	const char *path; /* without a trailing slash; NUL-terminated */
	size_t path_len;
	uint64_t size;
	bool is_folder;
	uint64_t offset; /* in a ZIP: of the local header */
	struct sv bytes; /* after tree_load(); .p NULL before */
};

struct tree;

/* `limits` may be NULL for the default. Files come sorted by the bytes of their paths. */
enum err_code tree_open(const char *path, const struct package_limits *limits, struct tree **ret,
			struct err *err) MUST_USE;
/* A ZIP in an open file, which the tree takes over (also on failure). */
enum err_code tree_open_zip(int fd, const struct package_limits *limits, struct tree **ret,
			    struct err *err) MUST_USE;
void tree_close(struct tree *t); /* NULL allowed */

bool tree_is_zip(const struct tree *t);
/* Of a ZIP: our writer's order, folders and fields throughout, see bag_write_zip(). */
bool tree_is_plain(const struct tree *t);
size_t tree_count(const struct tree *t);
const struct tree_entry *tree_at(const struct tree *t, size_t i);
const struct tree_entry *tree_find(const struct tree *t, struct sv path);
/* Index of the first entry whose path is not before `path`. */
size_t tree_lower_bound(const struct tree *t, struct sv path);

/* Each callback returns ERR_OK to go on. `begin` and `end` may be NULL. Files come in the order
 * of the folder's list or of the ZIP's bytes. */
struct tree_reader {
	void *arg;
	bool (*want)(void *arg, const struct tree_entry *e);
	enum err_code (*begin)(void *arg, const struct tree_entry *e, struct err *err);
	enum err_code (*data)(void *arg, const void *p, size_t n, struct err *err);
	enum err_code (*end)(void *arg, const struct tree_entry *e, struct err *err);
};
enum err_code tree_stream(struct tree *t, const struct tree_reader *reader,
			  struct err *err) MUST_USE;
/* A file as a descriptor of its own, at its start: a folder's file itself, a ZIP's entry unpacked
 * into a temporary file without a name. */
enum err_code tree_open_file(struct tree *t, const struct tree_entry *e, int *ret_fd,
			     struct err *err) MUST_USE;
/* Reads the wanted files into the tree's own memory: entry->bytes. */
enum err_code tree_load(struct tree *t, void *arg,
			bool (*want)(void *arg, const struct tree_entry *e),
			struct err *err) MUST_USE;

#endif
