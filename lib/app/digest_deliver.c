/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The blocking part: files and the post. On an offload thread; touches nothing but the job. */
#include "app/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "peer/webhook.h"

enum { KEY_MIN = 16, KEY_MAX = 4096, PATH_BYTES = 1024, HEADER_SIZE = 160, MAX_SHIFT = 20, OK_FIRST = 200, OK_LAST = 299 };

/* ---- files ---- */

static enum err_code file_failed(struct err *err, const char *path)
{
	return err_set(err, ERR_IO, "digest-file", "%s: %s", path, strerror(errno));
}

static bool write_all(int fd, struct sv text)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			text = (struct sv){ text.p + n, text.n - (size_t)n };
	}
	return true;
}

/* Complete under its name or not there; another daemon's name beside it differs. */
static enum err_code write_file(const char *dir, const char *name, const char *id, struct sv text, struct err *err)
{
	char path[PATH_BYTES], part[PATH_BYTES];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path) ||
	    (size_t)snprintf(part, sizeof(part), "%s/.%s.%s.%ld", dir, name, id, (long)getpid()) >= sizeof(part))
		return err_set(err, ERR_IO, "digest-file", "%s: name too long", dir);
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return file_failed(err, part);
	bool ok = write_all(fd, text) && fsync(fd) == 0;
	int why = errno;
	ok = close(fd) == 0 && ok;
	if (ok && rename(part, path) == 0) {
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0) {
			(void)fsync(fd);
			close(fd);
		}
		return ERR_OK;
	}
	errno = ok ? errno : why;
	enum err_code code = file_failed(err, path);
	(void)unlink(part);
	return code;
}

static enum err_code write_files(struct digest_job *job)
{
	char day[11], code[PATH_BYTES / 4];

	day_format(job->day, day);
	snprintf(code, sizeof(code), "%s", job->organ_code);
	for (char *c = code; *c; c++) {
		if (*c == '/' || *c == '.' || (unsigned char)*c < 0x20)
			*c = '_';
	}
	const char *json = arena_printf(&job->arena, "digest-%s-%s.json", code, day);
	const char *text = arena_printf(&job->arena, "digest-%s-%s.txt", code, day);
	enum err_code ret = write_file(job->conf->digest.dir, text, job->id, sv_of(job->readable), &job->err);
	return ret ? ret : write_file(job->conf->digest.dir, json, job->id, sv_of(job->body), &job->err);
}

/* ---- the post ---- */

/* Without the line end. Whoever may read the file may speak in our name. */
static enum err_code read_key(const char *path, char key[KEY_MAX], size_t *ret_n, struct err *err)
{
	struct stat st;
	int fd = path[0] ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t n = -1;

	if (!path[0])
		return err_set(err, ERR_IO, "digest-key", "digest.key is not set");
	if (fd < 0 || fstat(fd, &st) != 0) {
		if (fd >= 0)
			close(fd);
		return err_set(err, ERR_IO, "digest-key", "%s: %s", path, strerror(errno));
	}
	bool safe = S_ISREG(st.st_mode) && (st.st_mode & 077) == 0;
	if (safe)
		n = read(fd, key, KEY_MAX);
	close(fd);
	if (!safe)
		return err_set(err, ERR_IO, "digest-key", "%s: must be a file that only its owner may read (mode 0600)", path);
	while (n > 0 && (key[n - 1] == '\n' || key[n - 1] == '\r'))
		n--;
	if (n < KEY_MIN || n >= KEY_MAX)
		return err_set(err, ERR_IO, "digest-key", "%s: must hold 16 to 4095 bytes", path);
	*ret_n = (size_t)n;
	return ERR_OK;
}

static enum err_code sign(struct digest_job *job, int64_t at, char header[HEADER_SIZE])
{
	uint8_t mac[CRYPTO_SHA256_SIZE];
	char key[KEY_MAX], hex[CRYPTO_SHA256_HEX_SIZE];
	size_t n = 0;
	enum err_code code = read_key(job->conf->digest.key, key, &n, &job->err);

	if (code == ERR_OK) {
		const char *text = arena_printf(&job->arena, "%" PRId64 ".%s.%s", at, job->id, job->body);
		crypto_hmac_sha256((struct sv){ key, n }, sv_of(text), mac);
		crypto_hex(mac, sizeof(mac), hex);
		snprintf(header, HEADER_SIZE, "X-Ipcase-Signature: v1=%s", hex);
	}
	crypto_wipe(key, sizeof(key));
	return code;
}

static enum err_code post(struct digest_job *job)
{
	char signature[HEADER_SIZE], stamp[HEADER_SIZE], id[HEADER_SIZE], key[HEADER_SIZE];
	const char *headers[] = { "Content-Type: application/json; charset=utf-8", "User-Agent: ipcase", id, key, stamp, signature, NULL };
	int64_t at = clock_now() / 1000000;
	int status = 0;
	enum err_code code = sign(job, at, signature);

	if (code != ERR_OK)
		return code;
	snprintf(stamp, sizeof(stamp), "X-Ipcase-Timestamp: %" PRId64, at);
	snprintf(id, sizeof(id), "X-Ipcase-Digest: %s", job->id);
	snprintf(key, sizeof(key), "Idempotency-Key: %s", job->id);
	const struct webhook hook = { .url = job->conf->digest.url, .ca = job->conf->digest.ca, .headers = headers,
				      .body = sv_of(job->body), .timeout_ms = job->conf->digest.timeout_ms, .stop = job->stop };
	code = webhook_post(&hook, &status, &job->err);
	if (code == ERR_OK && (status < OK_FIRST || status > OK_LAST))
		code = err_set(&job->err, ERR_UNAVAILABLE, "webhook-status", "the receiver answered %d", status);
	return code;
}

void digest_deliver(struct digest_job *job)
{
	struct err first = ERR_INIT;

	if (job->to_file) {
		job->filed = write_files(job) == ERR_OK;
		if (!job->filed)
			first = job->err;
	}
	if (job->to_post)
		job->posted = post(job) == ERR_OK;
	if (first.code != ERR_OK)
		job->err = first;
}

/* Doubled with each try, up to the longest; up to a quarter less or more by chance. */
int64_t digest_pause_s(const struct conf *conf, int64_t attempts, uint32_t chance)
{
	int64_t shift = attempts < 1 ? 0 : attempts > MAX_SHIFT ? MAX_SHIFT : attempts - 1;
	int64_t ms = conf->digest.retry_min_ms << shift;

	if (ms > conf->digest.retry_max_ms)
		ms = conf->digest.retry_max_ms;
	ms += ms / 4 - (int64_t)(chance % (uint64_t)(ms / 2 + 1));
	return (ms + 999) / 1000;
}
