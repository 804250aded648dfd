/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Bags: the same input gives the same bytes, everywhere; what was written is read back whole; and
 * contents that changed do not leave. Archives made to deceive are in tests/integration. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "json/json_reader.h"
#include "package/bag.h"

#define THREAD "7d1f0f5e-3a44-4c1b-9f57-2f0c5a6b8e01"

enum { CONTENT = 700000 };

/* What make_input() has always given. A change here means that a hand-over planned again after an
 * upgrade would no longer be the one that was signed. */
#define GOLDEN "sha256:8dbdcf46f2a87cfb41d613c61b2b33136267559d6c921952818541c9ab8ff9f7"

/* ---- a content that lives outside of the plan ---- */

static uint8_t content[CONTENT];

static void fill_content(void)
{
	for (size_t i = 0; i < CONTENT; i++)
		content[i] = (uint8_t)(i * 7 + i / 251);
}

static struct crypto_sums sums_of(const void *p, size_t n)
{
	struct crypto_sums sums;
	struct crypto_summer *s = crypto_summer_new();
	crypto_summer_update(s, p, n);
	crypto_summer_finish(s, &sums);
	return sums;
}

/* arg: how many bytes of the content are given, and whether one is wrong. */
struct giving {
	size_t size;
	bool altered;
	int opened;
};

static enum err_code give(void *arg, const struct bag_file *f, int *ret_fd, struct err *err)
{
	struct giving *g = arg;
	int fd = memfd_create("content", MFD_CLOEXEC);
	(void)f;
	(void)err;
	g->opened++;
	assert_true(fd >= 0 && write(fd, content, g->size) == (ssize_t)g->size);
	if (g->altered)
		assert_true(pwrite(fd, "!", 1, CONTENT / 2) == 1);
	lseek(fd, 0, SEEK_SET);
	*ret_fd = fd;
	return ERR_OK;
}

static enum err_code into_str(void *arg, const void *p, size_t n, struct err *err)
{
	(void)err;
	str_append(arg, p, n);
	return ERR_OK;
}

static enum err_code full_disk(void *arg, const void *p, size_t n, struct err *err)
{
	size_t *left = arg;
	(void)p;
	if (n > *left)
		return err_set(err, ERR_IO, "full", "no room");
	*left -= n;
	return ERR_OK;
}

/* ---- one input, in two orders ---- */

struct input {
	struct bag_item documents[3], evidence[2];
	struct bag_organ copies[2];
	struct bag_input in;
};

static struct bag_item item(const char *path, const char *title, struct sv bytes)
{
	return (struct bag_item){ .path = sv_of(path),
				  .title = sv_of(title),
				  .type = SV("t"),
				  .mime = SV("text/plain"),
				  .bytes = bytes };
}

static void make_input(struct arena *a, struct input *i, bool other_order)
{
	size_t d[3] = { 0, 1, 2 }, e[2] = { 0, 1 };
	if (other_order) {
		d[0] = 2;
		d[2] = 0;
		e[0] = 1;
		e[1] = 0;
	}
	i->documents[d[0]] = item(bag_document_path(a, 1, SV("案件移送书"), SV("x.pdf")).p,
				  "移送书", SV("letter"));
	i->documents[d[1]] =
		item(bag_document_path(a, 2, SV("a/b"), SV("x.TXT")).p, "报告", SV("b"));
	i->documents[d[2]] =
		item(bag_document_path(a, 10, SV("cafe\xcc\x81"), SV("x")).p, "附件", SV(""));
	i->evidence[e[0]] = item(bag_evidence_path(a, 1, SV("现场 照片.jpg")).p, "照片",
				 (struct sv){ NULL, 0 });
	i->evidence[e[0]].sums = sums_of(content, CONTENT);
	i->evidence[e[0]].item = 1;
	i->evidence[e[0]].custody = SV("[ {\"on\":\"2026-11-20\", \"act\":\"sealed\"} ]");
	i->evidence[e[1]] = item("20-evidence/02/e\xcc\x81.txt", "二", SV("二"));
	i->evidence[e[1]].item = 2;
	i->copies[e[0]] = (struct bag_organ){ .code = SV("c-court"), .name = SV("法院") };
	i->copies[e[1]] = (struct bag_organ){ .code = SV("c-procuratorate"), .name = SV("检察院") };
	i->in = (struct bag_input){
		.thread = SV(THREAD),
		.handoff_no = SV("乐市监移〔2026〕3号"),
		.channel = SV("c1"),
		.seq = 1,
		.sender = { .code = SV("m"),
			    .name = SV("市监局"),
			    .uscc = SV("11512022MB1234567X") },
		.addressee = { .code = SV("p"), .name = SV("公安局") },
		.copies = i->copies,
		.copy_count = 2,
		.suspects = SV("[ \"某甲\" ]"),
		.goods = other_order ? SV("[{\"n\":1,\"name\":\"油\"}]")
				     : SV("[ { \"name\" : \"油\", \"n\" : 1 } ]"),
		.law_version = 3,
		.made_on = 20780,
		.documents = i->documents,
		.document_count = 3,
		.evidence = i->evidence,
		.evidence_count = 2,
		.readme = SV("readme\n"),
		.verifier = SV("print()\n"),
	};
}

static struct bag_plan plan_of(struct arena *a, bool other_order)
{
	struct input i;
	struct bag_plan plan;
	struct err err = ERR_INIT;
	make_input(a, &i, other_order);
	if (bag_plan(a, &i.in, &plan, &err))
		fail_msg("%s: %s", err.rule, err.message);
	return plan;
}

static struct sv bytes_of(const struct bag_plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (sv_eq_str(plan->files[i].path, path))
			return plan->files[i].bytes;
	}
	return (struct sv){ NULL, 0 };
}

static void zip_of(const struct bag_plan *plan, struct str *out)
{
	struct giving g = { CONTENT, false, 0 };
	struct bag_source source = { &g, give };
	struct bag_output output = { out, into_str };
	assert_int_equal(bag_write_zip(plan, &source, &output, NULL), ERR_OK);
	assert_false(out->failed);
}

static void test_plan(void **state)
{
	struct arena a = ARENA_INIT(16 << 20);
	struct bag_plan plan = plan_of(&a, false);
	(void)state;
	assert_string_equal(plan.name, "乐市监移〔2026〕3号-01");
	assert_int_equal(plan.items, 6); /* 3 documents, 2 evidence, 1 goods */
	assert_int_equal(plan.count, 5 + 2 + 9);
	for (size_t i = 1; i < plan.count; i++) {
		struct sv x = plan.files[i - 1].path, y = plan.files[i].path;
		int order = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
		assert_true(order < 0 || (order == 0 && x.n < y.n));
	}
	struct sv manifest = bytes_of(&plan, "data/manifest.json");
	struct record_digest d = record_digest(manifest);
	assert_true(record_digest_eq(&d, &plan.manifest));
	d = record_digest(bytes_of(&plan, "tagmanifest-sha256.txt"));
	assert_true(record_digest_eq(&d, &plan.tagmanifest));
	char golden[RECORD_DIGEST_SIZE];
	record_digest_format(&d, golden);
	assert_string_equal(golden, GOLDEN);
	assert_non_null(strstr(manifest.p, "\"path\":\"10-docs/10-caf\xc3\xa9\""));
	assert_non_null(strstr(manifest.p, "\"path\":\"20-evidence/02/\xc3\xa9.txt\""));
	assert_non_null(
		strstr(manifest.p, "\"custody\":[{\"act\":\"sealed\",\"on\":\"2026-11-20\"}]"));
	assert_non_null(strstr(manifest.p, "\"doc_no\":null"));
	assert_null(strstr(manifest.p, "level"));
	struct sv list = bytes_of(&plan, "manifest-sha256.txt");
	assert_non_null(strstr(list.p, "  data/10-docs/02-a_b.TXT\n"));
	struct sv info = bytes_of(&plan, "bag-info.txt");
	char oxum[64];
	snprintf(oxum, sizeof(oxum), "Payload-Oxum: %llu.7\n",
		 (unsigned long long)plan.payload_bytes);
	assert_non_null(strstr(info.p, oxum));
	assert_non_null(strstr(info.p, "External-Identifier: 乐市监移〔2026〕3号\n"));
	assert_non_null(strstr(info.p, "Bagging-Date: 2026-11-23\n"));
	arena_fini(&a);
}

static void test_same_bytes(void **state)
{
	static const char *const zones[] = { "UTC", "Asia/Shanghai", "America/New_York", "XXX+12" };
	const char *before = getenv("TZ");
	char *kept = before ? xstrdup(before) : NULL;
	struct str first = STR_INIT(8 << 20);
	(void)state;
	for (size_t z = 0; z < ARRAY_LEN(zones); z++) {
		for (int order = 0; order < 2; order++) {
			struct arena a = ARENA_INIT(16 << 20);
			struct str out = STR_INIT(8 << 20);
			setenv("TZ", zones[z], 1);
			tzset();
			struct bag_plan plan = plan_of(&a, order == 1);
			zip_of(&plan, &out);
			if (first.len == 0)
				str_append(&first, out.p, out.len);
			assert_int_equal(out.len, first.len);
			assert_memory_equal(out.p, first.p, out.len);
			str_release(&out);
			arena_fini(&a);
		}
	}
	if (kept)
		setenv("TZ", kept, 1);
	else
		unsetenv("TZ");
	tzset();
	free(kept);
	str_release(&first);
}

static void test_list_and_restore(void **state)
{
	struct arena a = ARENA_INIT(16 << 20);
	struct str list = STR_INIT(1 << 20), again = STR_INIT(1 << 20), out = STR_INIT(8 << 20);
	struct bag_plan plan = plan_of(&a, false), restored;
	(void)state;
	assert_int_equal(bag_plan_list(&a, &plan, &list, NULL), ERR_OK);
	struct sv text = { list.p, list.len };
	assert_int_equal(bag_plan_restore(&a, text, &restored, NULL), ERR_OK);
	assert_string_equal(restored.name, plan.name);
	assert_int_equal(restored.count, plan.count);
	assert_int_equal(restored.items, plan.items);
	assert_true(restored.total_bytes == plan.total_bytes);
	assert_true(record_digest_eq(&restored.manifest, &plan.manifest));
	assert_true(record_digest_eq(&restored.tagmanifest, &plan.tagmanifest));
	for (size_t i = 0; i < plan.count; i++) {
		assert_true(sv_eq(restored.files[i].path, plan.files[i].path));
		assert_null(restored.files[i].bytes.p);
		/* The bytes come from wherever the caller keeps them; here from the plan. */
		restored.files[i].bytes = plan.files[i].bytes;
	}
	assert_int_equal(bag_plan_list(&a, &restored, &again, NULL), ERR_OK);
	assert_string_equal(str_cstr(&again), str_cstr(&list));
	zip_of(&restored, &out);
	struct str direct = STR_INIT(8 << 20);
	zip_of(&plan, &direct);
	assert_int_equal(out.len, direct.len);
	assert_memory_equal(out.p, direct.p, out.len);
	static const char *const bad[] = {
		"{}",
		"{\"files\":[],\"items\":1,\"name\":\"x\",\"v\":1}",
		"{\"files\":[],\"items\":1,\"name\":\"../x\",\"v\":1}",
		"{\"files\":[{\"path\":\"../x\",\"sha256\":\"0\",\"size\":1}],\"items\":1,\"name\":\"x\","
		"\"v\":1}",
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(bag_plan_restore(&a, sv_of(bad[i]), &restored, NULL), ERR_INVALID);
	str_release(&list);
	str_release(&again);
	str_release(&out);
	str_release(&direct);
	arena_fini(&a);
}

static void test_plan_refuses(void **state)
{
	struct arena a = ARENA_INIT(16 << 20);
	struct input i;
	struct bag_plan plan;
	struct err err = ERR_INIT;
	(void)state;
#define REFUSED(change, wanted) \
	do { \
		make_input(&a, &i, false); \
		err = (struct err)ERR_INIT; \
		change; \
		assert_int_equal(bag_plan(&a, &i.in, &plan, &err), ERR_INVALID); \
		assert_string_equal(err.rule, wanted); \
	} while (0)
	REFUSED(i.in.thread = SV("x"), "bag-input");
	REFUSED(i.in.channel = SV("c0"), "bag-input");
	REFUSED(i.in.seq = 0, "bag-input");
	REFUSED(i.in.seq = 100, "bag-input");
	REFUSED(i.in.sender.code = SV("M"), "bag-input");
	REFUSED(i.in.addressee.name = SV(""), "bag-input");
	REFUSED(i.in.made_on = DAY_NONE, "bag-input");
	REFUSED(i.in.verifier = SV(""), "bag-input");
	REFUSED(i.in.handoff_no = SV("a\nPayload-Oxum: 1.1"), "bag-input");
	REFUSED(i.in.suspects = SV("{}"), "bag-input");
	REFUSED(i.in.suspects = SV("[1],\"x\":[2]"), "bag-input");
	REFUSED(i.in.goods = SV("[{\"price\":1.5}]"), "not-canonical");
	REFUSED(i.in.suspects = SV("[{\"reporter_name\":\"x\"}]"), "protected-field");
	REFUSED(i.evidence[0].custody = SV("[{\"a\":{\"reporter\":1}}]"), "protected-field");
	REFUSED(i.documents[0].title = SV(""), "bag-input");
	REFUSED(i.documents[0].path = SV("20-evidence/x"), "bag-input");
	REFUSED(i.documents[0].path = SV("10-docs/../x"), "path-climbs");
	REFUSED(i.documents[0].path = SV("10-docs/a:b"), "path-character");
	REFUSED(i.documents[0].path = i.documents[1].path, "path-duplicate");
	REFUSED(i.documents[0].path = SV("10-docs/02-A_B.txt"), "path-collision");
	REFUSED(i.evidence[0].item = 0, "bag-input");
#undef REFUSED
	arena_fini(&a);
}

/* ---- writing ---- */

static void test_altered_content(void **state)
{
	static const struct giving cases[] = { { CONTENT, true, 0 },
					       { CONTENT - 1, false, 0 },
					       { 0, false, 0 } };
	struct arena a = ARENA_INIT(16 << 20);
	struct bag_plan plan = plan_of(&a, false);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct giving g = cases[i];
		struct bag_source source = { &g, give };
		struct str out = STR_INIT(8 << 20);
		struct bag_output output = { &out, into_str };
		struct err err = ERR_INIT;
		assert_int_equal(bag_write_zip(&plan, &source, &output, &err), ERR_IO);
		assert_string_equal(err.rule, "content-altered");
		assert_non_null(strstr(err.field, "照片"));
		assert_int_equal(g.opened, 1);
		str_release(&out);
	}
	arena_fini(&a);
}

static void test_failing_output(void **state)
{
	struct arena a = ARENA_INIT(16 << 20);
	struct bag_plan plan = plan_of(&a, false);
	(void)state;
	for (size_t room = 0; room < 800000; room += 90001) {
		struct giving g = { CONTENT, false, 0 };
		struct bag_source source = { &g, give };
		struct err err = ERR_INIT;
		size_t left = room;
		struct bag_output output = { &left, full_disk };
		enum err_code code = bag_write_zip(&plan, &source, &output, &err);
		assert_true(code == ERR_OK || (code == ERR_IO && strcmp(err.rule, "full") == 0));
		assert_int_equal(code == ERR_OK, room > 720000);
	}
	arena_fini(&a);
}

/* ---- reading back ---- */

struct taking {
	struct str bytes; /* of the file under way */
	size_t files, payload;
	uint64_t total;
	bool stop;
};

static enum err_code take_begin(void *arg, const struct bag_content *c, struct err *err)
{
	struct taking *t = arg;
	(void)c;
	str_reset(&t->bytes);
	return t->stop ? err_set(err, ERR_BUSY, "stop", "stop") : ERR_OK;
}

static enum err_code take_data(void *arg, const void *p, size_t n, struct err *err)
{
	struct taking *t = arg;
	(void)err;
	str_append(&t->bytes, p, n);
	return ERR_OK;
}

static enum err_code take_end(void *arg, const struct bag_content *c,
			      const struct crypto_sums *sums, struct err *err)
{
	struct taking *t = arg;
	struct crypto_sums mine = sums_of(str_cstr(&t->bytes), t->bytes.len);
	(void)err;
	assert_true(sums->size == c->size && t->bytes.len == c->size);
	assert_memory_equal(mine.sha256, sums->sha256, 32);
	assert_memory_equal(mine.sm3, sums->sm3, 32);
	if (strstr(c->path, "照片")) {
		assert_int_equal(t->bytes.len, CONTENT);
		assert_memory_equal(t->bytes.p, content, CONTENT);
	}
	t->files++;
	t->payload += c->is_payload;
	t->total += c->is_payload ? c->size : 0;
	return ERR_OK;
}

static void read_back(const char *path)
{
	struct bag *bag = NULL;
	struct err err = ERR_INIT;
	struct taking t = { .bytes = STR_INIT(1 << 20) };
	struct bag_sink sink = { &t, take_begin, take_data, take_end, NULL };
	if (bag_open(path, 0, NULL, &bag, &err))
		fail_msg("%s: %s", err.rule, err.message);
	assert_string_equal(bag_version(bag), "1.0");
	assert_string_equal(bag_own_name(bag), "乐市监移〔2026〕3号-01");
	assert_int_equal(bag_items(bag), 6);
	assert_int_equal(bag_check(bag, &sink, &err), ERR_OK);
	assert_int_equal(t.payload, 7);
	assert_true(t.total == bag_payload_bytes(bag));
	assert_int_equal(json_count(json_get(bag_manifest(bag), "documents")), 3);
	assert_null(bag_text(bag, "signatures/signer.pem").p);
	struct crypto_certificate c;
	assert_int_equal(bag_verify_signature(bag, NULL, INSTANT_NONE, &c, &err), ERR_INVALID);
	assert_string_equal(err.rule, "signature-missing");
	/* The sink may stop it. */
	t.stop = true;
	assert_int_equal(bag_check(bag, &sink, &err), ERR_BUSY);
	assert_int_equal(bag_check(bag, NULL, &err), ERR_OK);
	bag_close(bag);
	str_release(&t.bytes);
	assert_int_equal(bag_open(path, BAG_GENERAL, NULL, &bag, &err), ERR_OK);
	assert_int_equal(bag_check(bag, NULL, &err), ERR_OK);
	bag_close(bag);
}

static void put_file(const char *path, const void *p, size_t n)
{
	FILE *file = fopen(path, "wbe");
	assert_non_null(file);
	assert_int_equal(fwrite(p, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

/* The plan as files below `top`. */
static void put_folder(struct arena *a, const struct bag_plan *plan, const char *top)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct bag_file *f = &plan->files[i];
		const char *path = arena_printf(a, "%s/%.*s", top, SV_ARG(f->path));
		for (const char *slash = path + strlen(top); slash; slash = strchr(slash + 1, '/'))
			mkdir(arena_printf(a, "%.*s", (int)(slash - path), path), 0755);
		if (f->bytes.p)
			put_file(path, f->bytes.p, f->bytes.n);
		else
			put_file(path, content, f->size);
	}
}

static void test_read_back(void **state)
{
	struct arena a = ARENA_INIT(16 << 20);
	struct bag_plan plan = plan_of(&a, false);
	struct str out = STR_INIT(8 << 20);
	struct err err = ERR_INIT;
	char folder[] = "/tmp/ipcase-test-bag-XXXXXX";
	(void)state;
	assert_non_null(mkdtemp(folder));
	const char *inner = arena_printf(&a, "%s/%s", folder, plan.name);
	const char *zip = arena_printf(&a, "%s/x.zip", folder);
	put_folder(&a, &plan, inner);
	read_back(inner);
	zip_of(&plan, &out);
	put_file(zip, out.p, out.len);
	read_back(zip);

	/* Limits. */
	struct package_limits limits = package_limits_default;
	struct bag *bag;
	limits.total_bytes = CONTENT;
	assert_int_equal(bag_open(zip, 0, &limits, &bag, &err), ERR_TOO_LARGE);
	assert_string_equal(err.rule, "limit-bytes");
	assert_int_equal(bag_open(inner, 0, &limits, &bag, &err), ERR_TOO_LARGE);
	limits = package_limits_default;
	limits.entries = 10;
	assert_int_equal(bag_open(zip, 0, &limits, &bag, &err), ERR_TOO_LARGE);
	assert_string_equal(err.rule, "limit-entries");
	limits = package_limits_default;
	limits.file_bytes = 100;
	assert_int_equal(bag_open(zip, 0, &limits, &bag, &err), ERR_TOO_LARGE);
	assert_string_equal(err.rule, "limit-file");

	/* One bit of the photo. */
	const char *photo = arena_printf(&a, "%s/data/20-evidence/01/现场 照片.jpg", inner);
	int fd = open(photo, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0 && pwrite(fd, "!", 1, 5) == 1);
	close(fd);
	assert_int_equal(bag_open(inner, 0, NULL, &bag, &err), ERR_OK);
	assert_int_equal(bag_check(bag, NULL, &err), ERR_INVALID);
	assert_string_equal(err.rule, "bag-altered");
	assert_non_null(strstr(err.field, "现场 照片.jpg"));
	bag_close(bag);
	for (size_t i = plan.count; i-- > 0;) {
		char *path = arena_printf(&a, "%s/%.*s", inner, SV_ARG(plan.files[i].path));
		unlink(path);
		for (char *slash = strrchr(path, '/'); slash && strlen(path) > strlen(inner);
		     slash = strrchr(path, '/')) {
			*slash = '\0';
			rmdir(path);
		}
	}
	unlink(zip);
	rmdir(inner);
	assert_int_equal(rmdir(folder), 0);
	str_release(&out);
	arena_fini(&a);
}

static void test_not_there(void **state)
{
	struct bag *bag;
	struct err err = ERR_INIT;
	(void)state;
	assert_int_equal(bag_open("/nonexistent/x", 0, NULL, &bag, &err), ERR_NOT_FOUND);
	assert_int_equal(bag_open("/dev/null", 0, NULL, &bag, &err), ERR_INVALID);
	assert_string_equal(err.rule, "entry-special");
	bag_close(NULL);
	tree_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_list_and_restore),
		cmocka_unit_test(test_plan_refuses),
		cmocka_unit_test(test_altered_content),
		cmocka_unit_test(test_failing_output),
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_not_there),
	};
	fill_content();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
