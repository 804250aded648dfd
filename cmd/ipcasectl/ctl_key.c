/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * key: organs' keys, requests and certificates, and a small CA for a county that has none.
 *
 * No database. A private key is written once, 0600, where no file was, and never shown; a certificate or a
 * revocation list appears whole or not at all (temporary file and rename). */
#include "ctl_key.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "crypto/keys.h"

enum {
	CERTIFICATE_DAYS = 3 * 365,
	CA_DAYS = 10 * 365,
	LIST_DAYS = 365, /* a list that has run out refuses everybody: warned like a certificate */
	DAYS_MAX = 36500,
	DEMO_PAST_DAYS = 400,
};

#define DAY_US (INT64_C(86400) * 1000000)
#define SKEW_US (INT64_C(3600) * 1000000) /* another organ's clock may be slow */

struct options {
	const char *name, *algorithm, *dir, *ca, *since, *operand;
	int64_t days; /* 0: the command's own */
	bool replace;
};

/* --- messages and files ------------------------------------------------------------------------ */

bool key_say(const struct err *err)
{
	ctl_error("%s%s%s", err->message, *err->detail ? "。" : "", err->detail);
	return false;
}

bool key_path(char path[KEY_PATH_SIZE], const char *dir, const char *name)
{
	if ((size_t)snprintf(path, KEY_PATH_SIZE, "%s/%s", dir, name) < KEY_PATH_SIZE)
		return true;
	ctl_error("路径太长：%s", dir);
	return false;
}

bool key_read(const char *path, struct str *ret)
{
	struct err err = ERR_INIT;

	return crypto_pem_read(path, ret, &err) == ERR_OK || key_say(&err);
}

static struct sv view(const struct str *s)
{
	return (struct sv){ s->p, s->len };
}

static bool file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static bool make_folder(const char *dir, mode_t mode)
{
	if (mkdir(dir, mode) == 0 || errno == EEXIST)
		return true;
	ctl_error("不能建立文件夹“%s”：%s", dir, strerror(errno));
	return false;
}

/* Writes, syncs and closes; false with errno set. */
static bool fill(int fd, mode_t mode, struct sv text)
{
	bool ok = fchmod(fd, mode) == 0;

	while (ok && text.n) {
		ssize_t n = write(fd, text.p, text.n);
		if (n < 0 && errno == EINTR)
			continue;
		ok = n > 0;
		if (ok) {
			text.p += n;
			text.n -= (size_t)n;
		}
	}
	ok = ok && fsync(fd) == 0;
	int reason = errno;
	ok = close(fd) == 0 && ok;
	errno = reason;
	return ok;
}

static void sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

/* Never replaces anything. */
static bool write_new(const char *dir, const char *name, mode_t mode, struct sv text)
{
	char path[KEY_PATH_SIZE];

	if (!key_path(path, dir, name))
		return false;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0600);
	if (fd < 0 && errno == EEXIST) {
		ctl_error("“%s”已经存在，不覆盖", path);
		return false;
	}
	if (fd < 0 || !fill(fd, mode, text)) {
		ctl_error("不能写“%s”：%s", path, strerror(errno));
		if (fd >= 0)
			unlink(path);
		return false;
	}
	sync_folder(dir);
	return true;
}

static bool write_over(const char *dir, const char *name, mode_t mode, struct sv text)
{
	char path[KEY_PATH_SIZE], temporary[KEY_PATH_SIZE];

	if (!key_path(path, dir, name) || !key_path(temporary, dir, ".new-XXXXXX"))
		return false;
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0 || !fill(fd, mode, text) || rename(temporary, path) != 0) {
		ctl_error("不能写“%s”：%s", path, strerror(errno));
		if (fd >= 0)
			unlink(temporary);
		return false;
	}
	sync_folder(dir);
	return true;
}

/* --- new, ca -------------------------------------------------------------------------------------- */

static bool new_key(const char *dir, const char *code, const char *name, enum crypto_algorithm algorithm)
{
	char key[CRYPTO_KEY_PEM_SIZE] = "", file[96], path[KEY_PATH_SIZE];
	const char *infix = algorithm == CRYPTO_ALGORITHM_SM2 ? ".sm2" : "";
	struct crypto_subject subject = { .sm2 = algorithm == CRYPTO_ALGORITHM_SM2 };
	struct str request = STR_INIT(CRYPTO_PEM_MAX);
	struct err err = ERR_INIT;

	if (!crypto_code_is_valid(sv_of(code)) || strlen(name) >= sizeof(subject.name)) {
		ctl_error("机关代码只能用小写字母、数字和连字符，至多 60 个；名称至多 64 个字");
		return false;
	}
	snprintf(subject.code, sizeof(subject.code), "%s", code);
	snprintf(subject.name, sizeof(subject.name), "%s", name);
	bool ok = crypto_key_new(algorithm, &subject, key, &request, &err) == ERR_OK || key_say(&err);
	ok = ok && make_folder(dir, 0700);
	snprintf(file, sizeof(file), "%s%s.key", code, infix);
	ok = ok && write_new(dir, file, 0600, sv_of(key));
	crypto_wipe(key, sizeof(key));
	bool written = ok;
	snprintf(file, sizeof(file), "%s%s.csr", code, infix);
	ok = ok && write_over(dir, file, 0644, view(&request));
	/* A key that nobody knows of would only stand in the way of the next try. */
	snprintf(file, sizeof(file), "%s%s.key", code, infix);
	if (written && !ok && key_path(path, dir, file))
		unlink(path);
	str_release(&request);
	return ok;
}

static bool run_new(const struct options *o)
{
	enum crypto_algorithm algorithm;
	const char *infix;

	if (!crypto_algorithm_parse(o->algorithm ? o->algorithm : "p256", &algorithm)) {
		ctl_error("--alg 只能是 p256、sm2 或 ed25519");
		return false;
	}
	if (!new_key(o->dir, o->operand, o->name, algorithm))
		return false;
	infix = algorithm == CRYPTO_ALGORITHM_SM2 ? ".sm2" : "";
	printf("私钥：%s/%s%s.key（0600，请勿复制、外传）\n", o->dir, o->operand, infix);
	printf("证书申请：%s/%s%s.csr（交 CA 签发）\n", o->dir, o->operand, infix);
	return true;
}

static bool new_ca(const char *dir, const char *name, const struct crypto_validity *validity)
{
	char key[CRYPTO_KEY_PEM_SIZE] = "", path[KEY_PATH_SIZE];
	struct str pem = STR_INIT(CRYPTO_PEM_MAX);
	struct err err = ERR_INIT;

	if (!key_path(path, dir, "ca.pem"))
		return false;
	if (file_exists(path)) {
		ctl_error("“%s”已经存在，不覆盖", path);
		return false;
	}
	bool ok = crypto_ca_new(name, validity, key, &pem, &err) == ERR_OK || key_say(&err);
	ok = ok && make_folder(dir, 0700) && write_new(dir, "ca.key", 0600, sv_of(key));
	crypto_wipe(key, sizeof(key));
	bool written = ok;
	ok = ok && write_new(dir, "ca.pem", 0644, view(&pem));
	if (written && !ok && key_path(path, dir, "ca.key"))
		unlink(path);
	str_release(&pem);
	return ok;
}

static struct crypto_validity validity_for(int64_t days)
{
	instant_t now = clock_now();

	return (struct crypto_validity){ now - SKEW_US, now + days * DAY_US };
}

static bool run_ca(const struct options *o)
{
	struct crypto_validity validity = validity_for(o->days ? o->days : CA_DAYS);

	if (!new_ca(o->dir, o->name, &validity))
		return false;
	printf("CA 私钥：%s/ca.key（0600；最好离线保管）\nCA 证书：%s/ca.pem（分发给各机关，放入 trust 文件夹）\n", o->dir,
	       o->dir);
	return true;
}

/* --- sign -------------------------------------------------------------------------------------------- */

static struct crypto_ca *load_ca(const char *dir)
{
	char path[KEY_PATH_SIZE];
	struct str pem = STR_INIT(CRYPTO_PEM_MAX);
	struct err err = ERR_INIT;
	struct crypto_ca *ca = NULL;

	if (key_path(path, dir, "ca.pem") && key_read(path, &pem) && key_path(path, dir, "ca.key") &&
	    crypto_ca_load(path, view(&pem), clock_now(), &ca, &err) != ERR_OK)
		key_say(&err);
	str_release(&pem);
	return ca;
}

/* A copy under its serial number, so that a certificate can be revoked when its organ has lost it. */
static bool keep_copy(const char *ca_dir, struct sv pem)
{
	char dir[KEY_PATH_SIZE], name[80];
	struct crypto_certificate c;
	struct err err = ERR_INIT;

	if (crypto_certificate_read(pem, &c, &err) != ERR_OK)
		return key_say(&err);
	snprintf(name, sizeof(name), "%s.pem", c.serial);
	return key_path(dir, ca_dir, "issued") && make_folder(dir, 0700) && write_new(dir, name, 0644, pem);
}

struct issue {
	const struct crypto_ca *ca;
	const char *ca_dir, *dir;
	struct crypto_validity validity;
	bool replace;
};

/* Signs the request and writes CODE.pem or CODE.sm2.pem, whose name it leaves in `file`. */
static bool issue(const struct issue *i, const char *request_path, char file[96])
{
	struct crypto_subject subject;
	struct str request = STR_INIT(CRYPTO_PEM_MAX), pem = STR_INIT(CRYPTO_PEM_MAX);
	struct err err = ERR_INIT;
	char path[KEY_PATH_SIZE];

	bool ok = key_read(request_path, &request) &&
		  (crypto_request_read(view(&request), &subject, &err) == ERR_OK || key_say(&err));
	if (ok) {
		snprintf(file, 96, "%s%s.pem", subject.code, subject.sm2 ? ".sm2" : "");
		ok = key_path(path, i->dir, file);
	}
	if (ok && !i->replace && file_exists(path)) {
		ctl_error("“%s”已经存在；换发请加 --replace", path);
		ok = false;
	}
	ok = ok && (crypto_ca_sign(i->ca, view(&request), &i->validity, &pem, &err) == ERR_OK || key_say(&err)) &&
	     keep_copy(i->ca_dir, view(&pem)) && make_folder(i->dir, 0700) &&
	     write_over(i->dir, file, 0644, view(&pem));
	str_release(&request);
	str_release(&pem);
	return ok;
}

static bool run_sign(const struct options *o)
{
	char file[96], path[KEY_PATH_SIZE];
	struct crypto_ca *ca = load_ca(o->ca);
	struct issue i = { ca, o->ca, o->dir, validity_for(o->days ? o->days : CERTIFICATE_DAYS), o->replace };
	bool ok = ca && issue(&i, o->operand, file) && key_path(path, o->dir, file);

	crypto_ca_free(ca);
	return ok && key_show_file(path) == CTL_OK;
}

/* --- revoke ------------------------------------------------------------------------------------------- */

static bool write_list(const struct crypto_ca *ca, const struct options *o, instant_t since)
{
	char path[KEY_PATH_SIZE];
	struct str old = STR_INIT(CRYPTO_PEM_MAX), pem = STR_INIT(CRYPTO_PEM_MAX), list = STR_INIT(CRYPTO_PEM_MAX);
	struct err err = ERR_INIT;
	instant_t now = clock_now();

	bool ok = key_path(path, o->ca, "crl.pem") && (!file_exists(path) || key_read(path, &old)) &&
		  (!o->operand || key_read(o->operand, &pem));
	const struct crypto_revocation r = { view(&old), view(&pem), since, now,
					     now + (o->days ? o->days : LIST_DAYS) * DAY_US };
	ok = ok && (crypto_ca_revoke(ca, &r, &list, &err) == ERR_OK || key_say(&err)) &&
	     write_over(o->ca, "crl.pem", 0644, view(&list));
	str_release(&old);
	str_release(&pem);
	str_release(&list);
	return ok;
}

static bool run_revoke(const struct options *o)
{
	char path[KEY_PATH_SIZE];
	instant_t since = clock_now();
	day_t day;

	if (o->since && (!day_parse_iso(sv_of(o->since), &day) || day_start(day) > since)) {
		ctl_error("--since 应为不晚于今天的日期，例如 2026-11-23");
		return false;
	}
	if (o->since)
		since = day_start(day);
	struct crypto_ca *ca = load_ca(o->ca);
	bool ok = ca && write_list(ca, o, since);
	crypto_ca_free(ca);
	return ok && key_path(path, o->ca, "crl.pem") && key_show_file(path) == CTL_OK;
}

/* --- install ------------------------------------------------------------------------------------------- */

/* CODE or CODE.sm2, whichever key in the folder the certificate belongs to. */
static bool find_stem(const char *dir, const char *code, struct sv pem, char stem[96])
{
	static const char *const infixes[] = { "", ".sm2" };
	struct err err = ERR_INIT;
	char path[KEY_PATH_SIZE], name[104];

	for (size_t i = 0; i < ARRAY_LEN(infixes); i++) {
		snprintf(stem, 96, "%s%s", code, infixes[i]);
		snprintf(name, sizeof(name), "%s.key", stem);
		struct err each = ERR_INIT;
		if (!key_path(path, dir, name))
			return false;
		if (crypto_key_check(path, pem, &each) == ERR_OK)
			return true;
		if (i == 0 || each.code != ERR_NOT_FOUND)
			err = each;
	}
	return key_say(&err);
}

static bool install(const char *dir, struct sv pem)
{
	char stem[96], file[104];
	struct crypto_certificate c;
	struct err err = ERR_INIT;
	instant_t now = clock_now();

	if (crypto_certificate_read(pem, &c, &err) != ERR_OK)
		return key_say(&err);
	if (!*c.code || !*c.name) {
		ctl_error("证书的主体没有写明机关名称（CN）和机关代码（OU）");
		return false;
	}
	if (now < c.not_before || now >= c.not_after) {
		ctl_error("证书已到期或尚未生效");
		return false;
	}
	if (!find_stem(dir, c.code, pem, stem))
		return false;
	snprintf(file, sizeof(file), "%s.pem", stem);
	return write_over(dir, file, 0644, pem);
}

static bool run_install(const struct options *o)
{
	struct str pem = STR_INIT(CRYPTO_PEM_MAX);
	bool ok = key_read(o->operand, &pem) && install(o->dir, view(&pem));

	str_release(&pem);
	if (ok)
		printf("证书已装入 %s\n", o->dir);
	return ok;
}

/* --- demonstration ---------------------------------------------------------------------------------------- */

static bool demo_ca(const char *dir, const struct crypto_validity *validity)
{
	char path[KEY_PATH_SIZE], trust[KEY_PATH_SIZE], ca[KEY_PATH_SIZE];
	struct str pem = STR_INIT(CRYPTO_PEM_MAX);

	if (!key_path(ca, dir, "ca") || !key_path(path, ca, "ca.pem") || !key_path(trust, dir, "trust"))
		return false;
	bool ok = (file_exists(path) || new_ca(ca, "演示用签发机构（非正式）", validity)) && key_read(path, &pem) &&
		  make_folder(trust, 0755) && write_over(trust, "ca.pem", 0644, view(&pem));
	str_release(&pem);
	return ok;
}

static bool demo_organ(const struct issue *i, const struct ctl_key_organ *organ)
{
	char path[KEY_PATH_SIZE], name[96], file[96];
	struct crypto_signer *signer = NULL;

	if (crypto_signer_load(i->dir, organ->code, &signer, NULL) == ERR_OK) {
		crypto_signer_free(signer);
		return true;
	}
	snprintf(name, sizeof(name), "%.60s.key", organ->code);
	if (!key_path(path, i->dir, name) ||
	    (!file_exists(path) && !new_key(i->dir, organ->code, organ->name, CRYPTO_ALGORITHM_P256)))
		return false;
	snprintf(name, sizeof(name), "%.60s.csr", organ->code);
	return key_path(path, i->dir, name) && issue(i, path, file);
}

bool ctl_key_demo(const char *dir, const struct ctl_key_organ *organs, size_t n)
{
	char ca_dir[KEY_PATH_SIZE];
	instant_t now = clock_now();
	struct crypto_validity validity = { now - DEMO_PAST_DAYS * DAY_US, now + CA_DAYS * DAY_US };

	if (!make_folder(dir, 0700) || !demo_ca(dir, &validity) || !key_path(ca_dir, dir, "ca"))
		return false;
	struct crypto_ca *ca = load_ca(ca_dir);
	struct issue i = { ca, ca_dir, dir, validity, true };
	bool ok = ca != NULL;
	for (size_t k = 0; ok && k < n; k++)
		ok = demo_organ(&i, &organs[k]);
	crypto_ca_free(ca);
	return ok;
}

/* --- arguments ----------------------------------------------------------------------------------------------- */

static bool run_show(const struct options *o)
{
	if (!o->operand == !o->dir) {
		ctl_error("请给出一个文件，或 --dir 文件夹");
		return false;
	}
	return (o->operand ? key_show_file(o->operand) : key_show_folder(o->dir)) == CTL_OK;
}

static bool run_check(const struct options *o)
{
	return key_check_folder(o->dir) == CTL_OK;
}

enum { NEED_NAME = 1, NEED_DIR = 2, NEED_CA = 4, NEED_OPERAND = 8, MAY_OPERAND = 16 };

static const struct {
	const char *name;
	int needs;
	bool (*run)(const struct options *o);
} actions[] = {
	{ "new", NEED_NAME | NEED_DIR | NEED_OPERAND, run_new },
	{ "ca", NEED_NAME | NEED_DIR, run_ca },
	{ "sign", NEED_DIR | NEED_CA | NEED_OPERAND, run_sign },
	{ "revoke", NEED_CA | MAY_OPERAND, run_revoke },
	{ "show", MAY_OPERAND, run_show },
	{ "check", NEED_DIR, run_check },
	{ "install", NEED_DIR | NEED_OPERAND, run_install },
};

static bool fits(const struct options *o, int needs)
{
	return (o->name || !(needs & NEED_NAME)) && (o->dir || !(needs & NEED_DIR)) && (o->ca || !(needs & NEED_CA)) &&
	       (o->operand ? needs & (NEED_OPERAND | MAY_OPERAND) : !(needs & NEED_OPERAND));
}

static int run(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "name", required_argument, NULL, 'n' },  { "alg", required_argument, NULL, 'a' },
		{ "dir", required_argument, NULL, 'd' },   { "ca", required_argument, NULL, 'c' },
		{ "days", required_argument, NULL, 't' },  { "since", required_argument, NULL, 's' },
		{ "replace", no_argument, NULL, 'r' },     { NULL, 0, NULL, 0 },
	};
	struct options o = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (option) {
		case 'n': o.name = optarg; break;
		case 'a': o.algorithm = optarg; break;
		case 'd': o.dir = optarg; break;
		case 'c': o.ca = optarg; break;
		case 's': o.since = optarg; break;
		case 'r': o.replace = true; break;
		case 't':
			if (sv_to_i64(sv_of(optarg), &o.days) && o.days >= 1 && o.days <= DAYS_MAX)
				break;
			ctl_error("--days 应为 1 至 %d", DAYS_MAX);
			return CTL_USAGE;
		default: return ctl_usage(&ctl_key_command);
		}
	}
	if (optind >= argc || argc - optind > 2)
		return ctl_usage(&ctl_key_command);
	o.operand = argv[optind + 1]; /* NULL after the last */
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		if (strcmp(argv[optind], actions[i].name) == 0 && fits(&o, actions[i].needs))
			return actions[i].run(&o) ? CTL_OK : CTL_FAILED;
	}
	return ctl_usage(&ctl_key_command);
}

const struct ctl_command ctl_key_command = {
	.name = "key",
	.usage = "new CODE --name NAME [--alg p256|sm2] --dir DIR     新私钥与证书申请\n"
		 "         | ca --dir DIR --name NAME [--days N]                 小型 CA\n"
		 "         | sign --dir DIR --ca DIR CODE.csr [--days N] [--replace]   签发证书\n"
		 "         | revoke --ca DIR [CODE.pem] [--since DATE] [--days N]      吊销；不给证书则只换发名单\n"
		 "         | install CODE.pem --dir DIR                          装入签发的证书\n"
		 "         | show FILE | show --dir DIR                          查看（从不显示私钥）\n"
		 "         | check --dir DIR                                     权限、配对、到期（30、14、3 天预警）",
	.help = "机关的签名密钥、证书与吊销名单",
	.run = run,
};
