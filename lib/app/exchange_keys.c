/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/exchange.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

enum { KEYS_MAX = 1000, PATH_SIZE = 1024 };

struct exchange_keys {
	struct crypto_signer **signers;
	size_t count;
	struct crypto_trust *trust;
	uint64_t serial;
};

static const char *code_of(const struct crypto_signer *s)
{
	return crypto_signer_certificate(s)->code;
}

/* "512022-police.key" gives the code; the SM2 key beside it and everything else do not. */
static bool is_key_file(const char *name, char ret_code[CRYPTO_CODE_SIZE])
{
	size_t n = strlen(name);

	if (n <= 4 || n - 4 >= CRYPTO_CODE_SIZE || strcmp(name + n - 4, ".key") != 0)
		return false;
	snprintf(ret_code, CRYPTO_CODE_SIZE, "%.*s", (int)(n - 4), name);
	return crypto_code_is_valid(sv_of(ret_code));
}

/* An organ whose certificate has ended cannot sign, and the others must not suffer from that. */
static enum err_code load_one(struct exchange_keys *keys, const char *folder, const char *code, struct err *err)
{
	struct crypto_signer *signer = NULL;
	enum err_code failed = crypto_signer_load(folder, code, &signer, err);

	if (failed == ERR_OK) {
		keys->signers = xrealloc(keys->signers, (keys->count + 1) * sizeof(struct crypto_signer *));
		keys->signers[keys->count++] = signer;
		return crypto_trust_add_pem(keys->trust, crypto_signer_pem(signer), err);
	}
	if (!err || (strcmp(err->rule, "certificate-expired") != 0 && strcmp(err->rule, "certificate-not-yet-valid") != 0 &&
		     strcmp(err->rule, "key-missing") != 0))
		return failed;
	log_error("exchange_key_unusable", "organ=%s rule=%s reason=%s", code, err->rule, log_quote(err->message));
	*err = (struct err)ERR_INIT;
	return ERR_OK;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum err_code load_folder(struct exchange_keys *keys, const char *folder, struct err *err)
{
	char *codes[KEYS_MAX], code[CRYPTO_CODE_SIZE];
	DIR *dir = opendir(folder);
	enum err_code failed = ERR_OK;
	size_t n = 0;

	if (!dir)
		return err_set(err, ERR_IO, "keys-folder", "could not read the keys in %s: %s", folder, strerror(errno));
	for (struct dirent *e = readdir(dir); e && n < KEYS_MAX; e = readdir(dir)) {
		if (is_key_file(e->d_name, code))
			codes[n++] = xstrdup(code);
	}
	closedir(dir);
	qsort(codes, n, sizeof(codes[0]), compare_names);
	for (size_t i = 0; i < n; i++) {
		if (failed == ERR_OK)
			failed = load_one(keys, folder, codes[i], err);
		free(codes[i]);
	}
	return failed;
}

static enum err_code load_trust(struct exchange_keys *keys, const char *folder, const char *below, struct err *err)
{
	char path[PATH_SIZE];
	struct err why = ERR_INIT;
	int n = snprintf(path, sizeof(path), "%s/%s", folder, below);

	if (n < 0 || (size_t)n >= sizeof(path))
		return err_set(err, ERR_INVALID, "keys-folder", "the name %s is too long", folder);
	enum err_code code = crypto_trust_add_folder(keys->trust, path, &why);
	if (code == ERR_OK || code == ERR_NOT_FOUND)
		return ERR_OK;
	if (err)
		*err = why;
	return code;
}

enum err_code exchange_keys_load(const char *folder, struct exchange_keys **ret, struct err *err)
{
	static uint64_t serials;
	struct exchange_keys *keys = xcalloc(1, sizeof(*keys));
	struct err why = ERR_INIT;
	enum err_code code = ERR_OK;

	keys->serial = __atomic_add_fetch(&serials, 1, __ATOMIC_RELAXED);
	keys->trust = crypto_trust_new();
	if (folder[0]) {
		if ((code = load_folder(keys, folder, &why)) == ERR_OK &&
		    (code = load_trust(keys, folder, "trust", &why)) == ERR_OK)
			code = load_trust(keys, folder, "crl", &why);
	}
	if (code == ERR_OK) {
		*ret = keys;
		return ERR_OK;
	}
	exchange_keys_free(keys);
	if (err)
		*err = why;
	return code;
}

void exchange_keys_free(struct exchange_keys *keys)
{
	if (!keys)
		return;
	for (size_t i = 0; i < keys->count; i++)
		crypto_signer_free(keys->signers[i]);
	free(keys->signers);
	crypto_trust_free(keys->trust);
	free(keys);
}

const struct crypto_signer *exchange_signer(const struct exchange_keys *keys, const char *organ_code)
{
	for (size_t i = 0; keys && i < keys->count; i++) {
		if (strcmp(code_of(keys->signers[i]), organ_code) == 0)
			return keys->signers[i];
	}
	return NULL;
}

const struct crypto_trust *exchange_trust(const struct exchange_keys *keys)
{
	return keys->trust;
}

uint64_t exchange_keys_serial(const struct exchange_keys *keys)
{
	return keys->serial;
}

size_t exchange_key_count(const struct exchange_keys *keys)
{
	return keys ? keys->count : 0;
}

const struct crypto_signer *exchange_key_at(const struct exchange_keys *keys, size_t i)
{
	CHECK(i < keys->count);
	return keys->signers[i];
}
