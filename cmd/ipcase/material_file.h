/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A file on this machine that becomes a material, or that a material becomes: its name, its bytes, their digest. */
#ifndef IPCASE_MATERIAL_FILE_H
#define IPCASE_MATERIAL_FILE_H

#include <sys/types.h>

#include "client.h"
#include "crypto/crypto.h"

struct material_file {
	const char *path, *name; /* name: what the server is told */
	int fd;
	uint64_t size;
	char sha256[CRYPTO_SHA256_HEX_SIZE]; /* by material_hash() */
};

/* CLI_USAGE: cannot be read, empty, no file; CLI_INVALID: a name that no material may have. ret->fd is to be closed unless
 * it is negative, on failure too. */
enum exit_code material_open(struct client *c, const char *path, struct material_file *ret);
/* CLI_USAGE with the reason in errno. */
enum exit_code material_read_failed(struct client *c, const char *path);

/* The last part of the path, with _ for what no package may carry. */
const char *material_clean_name(struct client *c, const char *path);

/* Up to n bytes from there; fewer at the end of the file. -1 and errno. */
ssize_t material_read_at(int fd, char *p, size_t n, uint64_t at);

typedef void material_seen_fn(void *arg, uint64_t bytes);
/* SHA-256 of the whole file; `seen`, unless NULL, hears of every piece. */
enum exit_code material_hash(struct client *c, int fd, const char *path, material_seen_fn *seen, void *arg,
			     char ret[CRYPTO_SHA256_HEX_SIZE]);

#endif
