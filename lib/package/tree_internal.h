/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Internal to lib/package: what the folder and the ZIP side of a tree share. */
#ifndef PACKAGE_TREE_INTERNAL_H
#define PACKAGE_TREE_INTERNAL_H

#include "package/tree.h"

enum { TREE_BUFFER = 1 << 18 };

struct tree {
	struct arena arena;
	struct package_limits limits;
	int fd; /* the folder, or the ZIP */
	bool is_zip;
	bool plain;
	struct tree_entry *entries; /* sorted by path */
	size_t count;
	size_t room;
	uint64_t total_bytes;
	struct tree_entry **by_offset; /* of a ZIP */
	char *buffer;                  /* TREE_BUFFER bytes */
};

/* Adds an entry, checking count, bytes and name; `path` is copied. */
enum err_code tree_add(struct tree *t, struct sv path, uint64_t size, bool is_folder,
		       struct tree_entry **ret, struct err *err) MUST_USE;
enum err_code tree_walk_folder(struct tree *t, struct err *err) MUST_USE;
enum err_code tree_stream_folder(struct tree *t, const struct tree_reader *reader,
				 struct err *err) MUST_USE;
enum err_code tree_open_in_folder(struct tree *t, const struct tree_entry *e, int *ret_fd,
				  struct err *err) MUST_USE;
/* The structure of the ZIP, into entries. */
enum err_code tree_audit_zip(struct tree *t, struct err *err) MUST_USE;
enum err_code tree_stream_zip(struct tree *t, const struct tree_reader *reader,
			      struct err *err) MUST_USE;

/* Whole read at a place; false with errno, or 0 in errno at the end of the file. */
bool tree_pread(int fd, void *p, size_t n, uint64_t at);

#endif
