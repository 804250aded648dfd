/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * key show, key check: what is in a folder of keys, and whether it will work tomorrow.
 *
 * check prints one line a finding, `ok`, `warn` or `FAIL` first, and fails when one failed. It looks at the
 * folder itself and at trust/ and crl/ below it. */
#include "ctl_key.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "crypto/ends.h"
#include "crypto/keys.h"

enum kind { KIND_OTHER, KIND_KEY, KIND_REQUEST, KIND_CERTIFICATE, KIND_LIST };

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n > m && strcmp(name + n - m, suffix) == 0;
}

/* By name for keys, which are not read; by content for the rest. */
static enum kind kind_of(const char *path, const struct str *text)
{
	if (has_suffix(path, ".key"))
		return KIND_KEY;
	if (!text->p)
		return KIND_OTHER;
	if (strstr(text->p, "-----BEGIN X509 CRL-----"))
		return KIND_LIST;
	if (strstr(text->p, "-----BEGIN CERTIFICATE REQUEST-----") || strstr(text->p, "-----BEGIN NEW CERTIFICATE REQUEST-----"))
		return KIND_REQUEST;
	return strstr(text->p, "PRIVATE KEY-----") ? KIND_KEY : KIND_CERTIFICATE;
}

static struct sv view(const struct str *s)
{
	return (struct sv){ s->p, s->len };
}

/* --- show --------------------------------------------------------------------------------------------- */

static enum err_code show_certificate(struct sv pem, struct err *err)
{
	struct crypto_certificate c;
	struct crypto_details d;
	char from[40], until[40];
	enum err_code code = crypto_certificate_read(pem, &c, err);

	if (!code)
		code = crypto_certificate_details(pem, &d, err);
	if (code)
		return code;
	instant_format(c.not_before, from);
	instant_format(c.not_after, until);
	printf("%s\n  名称\t%s\n  代码\t%s\n  签发\t%s%s\n  算法\t%s\n  有效\t%s 至 %s\n  序列号\t%s\n  指纹\tsha256:%s\n",
	       d.ca ? "CA 证书" : "证书", *c.name ? c.name : "（无）", *c.code ? c.code : "（无）", d.issuer,
	       d.self_signed ? "（自签）" : "", d.algorithm, from, until, c.serial, c.fingerprint);
	return ERR_OK;
}

static enum err_code show_request(struct sv pem, struct err *err)
{
	struct crypto_subject subject;
	enum err_code code = crypto_request_read(pem, &subject, err);

	if (!code)
		printf("证书申请（签名正确）\n  名称\t%s\n  代码\t%s\n  算法\t%s\n", subject.name, subject.code,
		       subject.sm2 ? "SM2" : "P-256 等");
	return code;
}

static enum err_code show_list(struct sv pem, struct err *err)
{
	struct crypto_list list;
	char from[40], until[40] = "（不限）";
	enum err_code code = crypto_list_read(pem, &list, err);

	if (code)
		return code;
	instant_format(list.this_update, from);
	if (list.next_update != INSTANT_NONE)
		instant_format(list.next_update, until);
	printf("吊销名单\n  签发\t%s\n  有效\t%s 至 %s\n  吊销\t%d 份\n", list.issuer, from, until, list.count);
	return ERR_OK;
}

int key_show_file(const char *path)
{
	struct str text = STR_INIT(CRYPTO_PEM_MAX);
	struct err err = ERR_INIT;
	enum err_code code = ERR_OK;

	/* A private key is opened for its permissions only. */
	if (!has_suffix(path, ".key") && !key_read(path, &text))
		return CTL_FAILED;
	enum kind kind = kind_of(path, &text);
	printf("%s：", path);
	switch (kind) {
	case KIND_KEY:
		code = crypto_key_check(path, (struct sv){ NULL, 0 }, &err);
		puts(code ? "私钥" : "私钥（0600，内容从不显示）");
		break;
	case KIND_REQUEST: code = show_request(view(&text), &err); break;
	case KIND_LIST: code = show_list(view(&text), &err); break;
	case KIND_OTHER:
	case KIND_CERTIFICATE: code = show_certificate(view(&text), &err); break;
	}
	str_release(&text);
	if (!code)
		return CTL_OK;
	putchar('\n');
	fflush(stdout);
	key_say(&err);
	return CTL_FAILED;
}

static int is_ours(const struct dirent *entry)
{
	return *entry->d_name != '.' && (has_suffix(entry->d_name, ".key") || has_suffix(entry->d_name, ".pem") ||
					 has_suffix(entry->d_name, ".csr"));
}

/* Sorted names; -1 when the folder cannot be read. Each and the list are the caller's to free. */
static int list_folder(const char *dir, struct dirent ***ret)
{
	return scandir(dir, ret, is_ours, alphasort);
}

int key_show_folder(const char *dir)
{
	struct dirent **entries = NULL;
	char path[KEY_PATH_SIZE];
	int n = list_folder(dir, &entries), result = CTL_OK;

	if (n < 0) {
		ctl_error("不能打开文件夹“%s”：%s", dir, strerror(errno));
		return CTL_FAILED;
	}
	for (int i = 0; i < n; i++) {
		if (!key_path(path, dir, entries[i]->d_name) || key_show_file(path) != CTL_OK)
			result = CTL_FAILED;
		free(entries[i]);
	}
	free(entries);
	return result;
}

/* --- check --------------------------------------------------------------------------------------------------- */

struct report {
	instant_t now;
	int failed, keys;
};

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_FAIL };

static void say(struct report *r, enum verdict verdict, const char *name, const char *fmt, ...) PRINTF_LIKE(4, 5);
static void say(struct report *r, enum verdict verdict, const char *name, const char *fmt, ...)
{
	static const char *const words[] = { "ok", "warn", "FAIL" };
	va_list ap;

	printf("%-4s %s: ", words[verdict], name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	r->failed += verdict == VERDICT_FAIL;
}

static void say_err(struct report *r, const char *name, const struct err *err)
{
	say(r, VERDICT_FAIL, name, "%s", err->message);
}

/* "至 2027-01-01" with what is left of it. `ended`: how bad it is when it has. */
static void say_end(struct report *r, const char *name, instant_t end, int warning, enum verdict ended, const char *then)
{
	char day[11];
	int64_t left = (end - r->now) / (INT64_C(86400) * 1000000);

	day_format(instant_to_day(end), day);
	if (warning < 0)
		say(r, ended, name, "已于 %s 到期，%s", day, then);
	else if (warning)
		say(r, VERDICT_WARN, name, "将于 %s 到期，只剩 %d 天（%d 天预警），到期后%s", day, (int)left, warning, then);
	else
		say(r, VERDICT_OK, name, "有效至 %s", day);
}

/* Whatever is believed because of this file, each with its end. */
static void check_trusted(struct report *r, const char *file, struct sv pem)
{
	static const struct {
		enum verdict ended;
		const char *then;
	} kinds[] = {
		[CRYPTO_END_ORGAN] = { VERDICT_WARN, "只能核对此前的签名" },
		[CRYPTO_END_CA] = { VERDICT_WARN, "只能核对此前的签名" },
		[CRYPTO_END_LIST] = { VERDICT_FAIL, "该机构签发的证书一律无法核对；请换发吊销名单" },
	};
	struct crypto_trust *t = crypto_trust_new();
	struct arena arena = ARENA_INIT(0);
	struct err err = ERR_INIT;
	struct crypto_end *ends;

	if (crypto_trust_add_pem(t, pem, &err) != ERR_OK) {
		say_err(r, file, &err);
	} else {
		size_t n = crypto_trust_ends(t, &arena, &ends);
		for (size_t i = 0; i < n; i++) {
			const char *name = n == 1 ? file : arena_printf(&arena, "%s（%s）", file, ends[i].name);
			say_end(r, name, ends[i].at, crypto_end_warning(ends[i].at, r->now), kinds[ends[i].kind].ended,
				kinds[ends[i].kind].then);
		}
		if (n == 0)
			say(r, VERDICT_OK, file, "吊销名单，不限期");
	}
	crypto_trust_free(t);
	arena_fini(&arena);
}

/* Of the folder of keys, named after its organ. */
static void check_certificate(struct report *r, const char *dir, const char *file, struct sv pem)
{
	struct crypto_certificate c;
	struct crypto_details d;
	struct err err = ERR_INIT;
	char key_name[256], path[KEY_PATH_SIZE];
	struct stat st;
	int stem = (int)(strlen(file) - strlen(".pem"));

	if (crypto_certificate_read(pem, &c, &err) != ERR_OK || crypto_certificate_details(pem, &d, &err) != ERR_OK) {
		say_err(r, file, &err);
		return;
	}
	int code = has_suffix(file, ".sm2.pem") ? stem - 4 : stem;
	if (!d.ca && ((int)strlen(c.code) != code || strncmp(c.code, file, (size_t)code) != 0))
		say(r, VERDICT_FAIL, file, "证书是“%s”的，文件名却是另一机关的", c.code);
	else if (r->now < c.not_before)
		say(r, VERDICT_FAIL, file, "证书尚未生效");
	else
		say_end(r, file, c.not_after, crypto_end_warning(c.not_after, r->now), VERDICT_FAIL,
			"不能再用它签名；请换发证书");
	snprintf(key_name, sizeof(key_name), "%.*s.key", stem, file);
	if (key_path(path, dir, key_name) && stat(path, &st) != 0)
		say(r, VERDICT_WARN, file, "没有与它配对的私钥 %s", key_name);
}

static void check_key(struct report *r, const char *dir, const char *file)
{
	char path[KEY_PATH_SIZE], certificate[KEY_PATH_SIZE], name[256];
	struct str pem = STR_INIT(CRYPTO_PEM_MAX);
	struct err err = ERR_INIT;
	int stem = (int)(strlen(file) - strlen(".key"));

	r->keys++;
	snprintf(name, sizeof(name), "%.*s.pem", stem, file);
	if (!key_path(path, dir, file) || !key_path(certificate, dir, name))
		return;
	enum err_code missing = crypto_pem_read(certificate, &pem, NULL);
	if (crypto_key_check(path, view(&pem), &err) != ERR_OK)
		say_err(r, file, &err);
	else if (missing)
		say(r, VERDICT_WARN, file, "还没有证书 %s（等待 CA 签发）", name);
	else
		say(r, VERDICT_OK, file, "私钥权限正确，与证书配对");
	str_release(&pem);
}

static void check_file(struct report *r, const char *dir, const char *file, bool own)
{
	char path[KEY_PATH_SIZE];
	struct str text = STR_INIT(CRYPTO_PEM_MAX);
	struct err err = ERR_INIT;

	if (has_suffix(file, ".key")) {
		if (own)
			check_key(r, dir, file);
		else
			say(r, VERDICT_FAIL, file, "私钥不应放在这里");
		return;
	}
	if (!has_suffix(file, ".pem") || !key_path(path, dir, file))
		return;
	if (crypto_pem_read(path, &text, &err) != ERR_OK)
		say_err(r, file, &err);
	else if (strstr(text.p ? text.p : "", "PRIVATE KEY-----"))
		say(r, VERDICT_FAIL, file, "文件里有私钥；私钥应在以 .key 结尾的文件里");
	else if (own && kind_of(path, &text) != KIND_LIST)
		check_certificate(r, dir, file, view(&text));
	else
		check_trusted(r, file, view(&text));
	str_release(&text);
}

/* False when there is no such folder. */
static bool check_one_folder(struct report *r, const char *dir, bool own)
{
	struct dirent **entries = NULL;
	struct stat st;
	int n = list_folder(dir, &entries);

	if (n < 0)
		return false;
	if (stat(dir, &st) == 0 && st.st_mode & (S_IWGRP | S_IWOTH))
		say(r, VERDICT_FAIL, dir, "其他用户可以改写这个文件夹");
	for (int i = 0; i < n; i++) {
		check_file(r, dir, entries[i]->d_name, own);
		free(entries[i]);
	}
	free(entries);
	return true;
}

int key_check_folder(const char *dir)
{
	static const char *const below[] = { "trust", "crl" };
	struct report r = { .now = clock_now() };
	char path[KEY_PATH_SIZE];

	if (!check_one_folder(&r, dir, true)) {
		ctl_error("不能打开文件夹“%s”：%s", dir, strerror(errno));
		return CTL_FAILED;
	}
	if (!r.keys)
		say(&r, VERDICT_FAIL, dir, "没有私钥");
	for (size_t i = 0; i < ARRAY_LEN(below); i++) {
		if (key_path(path, dir, below[i]) && !check_one_folder(&r, path, false) && errno != ENOENT)
			say(&r, VERDICT_FAIL, path, "不能打开：%s", strerror(errno));
	}
	return r.failed ? CTL_FAILED : CTL_OK;
}
