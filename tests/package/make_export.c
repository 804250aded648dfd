/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Writes a valid export of a hand-over with lib/package, for the tests of the verifiers:
 *
 *   make_export DIR KEYSDIR [--zip]
 *   make_export --canonical <lines of JSON >the same lines, canonical, or "!" and a rule
 *
 * DIR is made. KEYSDIR holds <code>.key and <code>.pem of 512022-market and 512022-police, and
 * where there are <code>.sm2.key and .sm2.pem these sign too; ca.pem is taken along. Six records,
 * two bags (--zip: as ZIP). All but the signatures is the same each time. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/keys.h"
#include "gen/schema_files.h"
#include "package/bag.h"
#include "package/canonical.h"
#include "package/pem.h"
#include "package/thread.h"

#define THREAD "7d1f0f5e-3a44-4c1b-9f57-2f0c5a6b8e01"
#define NUMBER "乐市监移〔2026〕3号"

enum { RECORDS = 6, ORGANS = 2, PHOTO = 300000, TEXT_MAX = 16 << 20 };

struct organ {
	const char *code, *name;
	struct crypto_signer *signer;
	int64_t n;
	struct record_digest last;
};

static struct organ organs[ORGANS] = {
	{ .code = "512022-market", .name = "乐至县市场监督管理局" },
	{ .code = "512022-police", .name = "乐至县公安局" },
};

struct making {
	struct arena arena;
	const char *dir;
	bool zip;
	struct err err;
	struct thread_row rows[RECORDS];
	size_t row_count;
	struct thread_bag bags[2];
	size_t bag_count;
	instant_t now;
};

static void die(const struct making *m, const char *what)
{
	fprintf(stderr, "make_export: %s: %s %s (%s)\n", what, m->err.message, m->err.detail,
		m->err.rule);
	exit(1);
}

static void must(const struct making *m, enum err_code code, const char *what)
{
	if (code)
		die(m, what);
}

static void make_folder(const struct making *m, const char *path)
{
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		die(m, path);
}

static void write_file(struct making *m, const char *name, struct sv bytes)
{
	const char *path = arena_printf(&m->arena, "%s/%s", m->dir, name);
	FILE *file = fopen(path, "wbe");
	if (!file || fwrite(bytes.p, 1, bytes.n, file) != bytes.n || fclose(file) != 0)
		die(m, path);
}

static struct sv view(const struct str *s)
{
	return (struct sv){ str_cstr(s), s->len };
}

static void write_signed(struct making *m, const char *name, struct sv bytes,
			 const struct crypto_signer *signer)
{
	struct str cms = STR_INIT(CRYPTO_CMS_MAX), sm2 = STR_INIT(CRYPTO_CMS_MAX);
	write_file(m, name, bytes);
	must(m, crypto_sign_cms(signer, bytes, &cms, &m->err), "sign");
	write_file(m, arena_printf(&m->arena, "%s.p7s", name), view(&cms));
	if (crypto_signer_has_sm2(signer)) {
		must(m, crypto_sign_sm2(signer, bytes, &sm2, &m->err), "sign with SM2");
		write_file(m, arena_printf(&m->arena, "%s.sm2", name), view(&sm2));
	}
	str_release(&cms);
	str_release(&sm2);
}

/* ---- bags ---- */

/* "Contents" that do not compress and need no file. */
static void photo_bytes(uint8_t *p, size_t n)
{
	uint32_t x = 2463534242u;
	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		p[i] = (uint8_t)x;
	}
}

static enum err_code open_photo(void *arg, const struct bag_file *f, int *ret_fd, struct err *err)
{
	uint8_t *bytes = xmalloc(f->size);
	int fd = memfd_create("photo", MFD_CLOEXEC);
	(void)arg;
	photo_bytes(bytes, f->size);
	bool good = fd >= 0 && write(fd, bytes, f->size) == (ssize_t)f->size &&
		    lseek(fd, 0, SEEK_SET) == 0;
	free(bytes);
	*ret_fd = fd;
	return good ? ERR_OK : err_set(err, ERR_IO, "memfd", "no memory file");
}

static struct crypto_sums photo_sums(void)
{
	struct crypto_sums sums;
	struct crypto_summer *summer = crypto_summer_new();
	uint8_t *bytes = xmalloc(PHOTO);
	photo_bytes(bytes, PHOTO);
	crypto_summer_update(summer, bytes, PHOTO);
	crypto_summer_finish(summer, &sums);
	free(bytes);
	return sums;
}

static enum err_code output(void *arg, const void *p, size_t n, struct err *err)
{
	return fwrite(p, 1, n, arg) == n ? ERR_OK : err_set(err, ERR_IO, "write", "cannot write");
}

static void write_bag_file(struct making *m, const char *name, const struct bag_file *f)
{
	const char *path = arena_printf(&m->arena, "bags/%s/%.*s", name, SV_ARG(f->path));
	uint8_t *photo = xmalloc(f->size + 1);
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/'))
		make_folder(m, arena_printf(&m->arena, "%s/%.*s", m->dir, (int)(slash - path), path));
	photo_bytes(photo, f->bytes.p ? 0 : f->size);
	write_file(m, path, f->bytes.p ? f->bytes : (struct sv){ (const char *)photo, f->size });
	free(photo);
}

static void write_bag(struct making *m, const struct bag_plan *plan)
{
	struct bag_source source = { NULL, open_photo };
	const char *bags = arena_printf(&m->arena, "%s/bags", m->dir);
	make_folder(m, bags);
	for (size_t i = 0; i < plan->count && !m->zip; i++)
		write_bag_file(m, plan->name, &plan->files[i]);
	if (!m->zip)
		return;
	FILE *file = fopen(arena_printf(&m->arena, "%s/%s.zip", bags, plan->name), "wbe");
	struct bag_output to = { file, output };
	if (!file)
		die(m, bags);
	must(m, bag_write_zip(plan, &source, &to, &m->err), "write ZIP");
	fclose(file);
}

static struct sv embedded(const char *name)
{
	for (const struct schema_file *f = schema_files; f->dir; f++) {
		if (strcmp(f->dir, "package") == 0 && strcmp(f->name, name) == 0)
			return (struct sv){ f->text, f->size };
	}
	return SV("missing\n");
}

static struct bag_item item(struct sv path, const char *title, const char *type, const char *mime,
			    struct sv bytes)
{
	return (struct bag_item){ .path = path,
				  .title = sv_of(title),
				  .type = sv_of(type),
				  .mime = sv_of(mime),
				  .bytes = bytes };
}

static struct bag_plan make_bag(struct making *m, const struct organ *from, const struct organ *to,
				unsigned seq)
{
	struct arena *a = &m->arena;
	struct bag_item documents[2], evidence[2], media[1];
	struct bag_plan plan;
	documents[0] =
		item(bag_document_path(a, 1, SV("案件移送书"), SV("letter.pdf")), "案件移送书",
		     "transfer-letter", "application/pdf", SV("%PDF-1.4\n移送\n"));
	documents[0].doc_no = SV(NUMBER);
	documents[0].pages = 2;
	documents[1] = item(bag_document_path(a, 2, SV("情况报告：机油/假冒"), SV("报告.txt")),
			    "情况报告", "report", "text/plain", SV("销售假冒注册商标的机油\n"));
	evidence[0] = item(bag_evidence_path(a, 1, SV("现场照片 1.jpg")), "现场照片", "photo",
			   "image/jpeg", (struct sv){ NULL, 0 });
	evidence[0].sums = photo_sums();
	evidence[0].item = 1;
	evidence[0].custody = SV("[{\"act\":\"collected\",\"on\":\"2026-11-20\"}]");
	evidence[1] = item(bag_evidence_path(a, 2, SV("空文件.txt")), "空文件", "text",
			   "text/plain", SV(""));
	evidence[1].item = 2;
	media[0] = item(bag_media_path(a, 1, SV("询问录像.mp4")), "询问录像", "video", "video/mp4",
			SV("not really a film"));
	struct bag_organ copies[1] = { { .code = SV("512022-procuratorate"),
					 .name = SV("乐至县人民检察院") } };
	struct bag_input in = {
		.thread = SV(THREAD),
		.handoff_no = SV(NUMBER),
		.channel = SV("c1"),
		.seq = seq,
		.sender = { .code = sv_of(from->code),
			    .name = sv_of(from->name),
			    .level = SV("县") },
		.addressee = { .code = sv_of(to->code), .name = sv_of(to->name) },
		.copies = copies,
		.copy_count = seq == 1 ? 1 : 0,
		.case_no = SV("乐市监案〔2026〕7号"),
		.case_name = SV("销售假冒注册商标的机油案"),
		.basis = SV("310-3(1)"),
		.suspects = SV("[\"某甲\"]"),
		.offences = SV("[\"214\"]"),
		.amounts = SV("[{\"metric\":\"sales\",\"value_fen\":5000000,\"step\":1}]"),
		.goods = SV("[{\"item\":1,\"name\":\"机油\",\"count\":12,\"unit\":\"桶\"}]"),
		.law_version = 1,
		.made_on = instant_to_day(m->now),
		.documents = documents,
		.document_count = 2,
		.evidence = evidence,
		.evidence_count = seq == 1 ? 2 : 0,
		.media = media,
		.media_count = seq == 1 ? 1 : 0,
		.readme = embedded("README.txt"),
		.verifier = embedded("verify.py"),
		.sm2_certificate = crypto_signer_sm2_pem(from->signer),
	};
	must(m, bag_plan(a, &in, &plan, &m->err), "plan bag");
	must(m, bag_sign(a, &plan, from->signer, &m->err), "sign bag");
	write_bag(m, &plan);
	m->bags[m->bag_count++] = (struct thread_bag){ sv_of(plan.name), plan.tagmanifest };
	return plan;
}

/* ---- records ---- */

struct step {
	size_t organ; /* who makes it */
	enum record_kind kind;
	const char *act, *state, *actor, *number, *fields;
	unsigned bag; /* 0: none */
	bool registered;
};

static void make_record(struct making *m, const struct step *step)
{
	struct organ *from = &organs[step->organ], *to = &organs[1 - step->organ];
	struct sv addressees[1] = { sv_of(to->code) };
	struct record_seen seen[1] = { { sv_of(to->code), to->n, to->last } };
	struct str text = STR_INIT(RECORD_BYTES_MAX);
	m->now += INT64_C(3600) * 1000000 * 5 + 123456;
	struct record r = {
		.thread = SV(THREAD),
		.channel = SV("c1"),
		.lane = sv_of(from->code),
		.n = from->n + 1,
		.has_prev = from->n > 0,
		.prev = from->last,
		.seen = seen,
		.seen_count = to->n > 0,
		.kind = step->kind,
		.act = sv_of(step->act),
		.state = sv_of(step->state),
		.side = step->organ == 0 ? SV("sender") : SV("receiver"),
		.organ = sv_of(from->name),
		.actor = sv_of(step->actor),
		.number = sv_of(step->number),
		.happened_at = m->now,
		.made_at = m->now + 60 * 1000000,
		.to = addressees,
		.to_count = 1,
		.fields = sv_of(step->fields),
		.is_registered = step->registered,
		.registered_for = SV("512022-procuratorate"),
		.registered_medium = SV("纸质"),
		.has_scan = true,
		.scan = record_digest(SV("scan")),
		.sm2_certificate = crypto_signer_sm2_pem(from->signer),
	};
	if (step->bag) {
		struct bag_plan plan = make_bag(m, from, to, step->bag);
		r.has_package = true;
		r.package_name = sv_of(plan.name);
		r.package_manifest = plan.manifest;
		r.package_tagmanifest = plan.tagmanifest;
		r.package_items = (int64_t)plan.items;
	}
	must(m, record_write(&m->arena, &r, &text, &m->err), "write record");
	const char *file = thread_record_file(&m->arena, m->row_count + 1, &r);
	write_signed(m, file, view(&text), from->signer);
	from->n++;
	from->last = record_digest(view(&text));
	m->rows[m->row_count++] =
		(struct thread_row){ sv_of(file), sv_of(from->code), from->n, from->last };
	str_release(&text);
}

static void make_records(struct making *m)
{
	static const struct step steps[RECORDS] = {
		{ 0, RECORD_submitted, "deliver", "submitted", "办案员甲", NUMBER,
		  "{\"amount_fen\": 5000000, \"note\": \"第一行\\n第二行\\u007f\"}", 1, false },
		{ 1, RECORD_delivered, "delivered", "delivered", "系统", NULL, "{}", 0, false },
		{ 1, RECORD_returned_for_completion, "return_for_completion", "returned",
		  "公安联络员乙", "乐公(食)补字〔2026〕1号", "{\"missing\": [\"鉴定意见\"]}", 0,
		  false },
		{ 0, RECORD_supplemented, "supplement", "submitted", "办案员甲", NULL, "{}", 2,
		  false },
		{ 1, RECORD_accepted, "accept", "accepted", "公安联络员乙",
		  "乐公(食)受字〔2026〕3号", "{}", 0, false },
		{ 0, RECORD_answered, "answer", "accepted", "办案员甲", NULL, "{\"volumes\": 1}", 0,
		  true },
	};
	make_folder(m, arena_printf(&m->arena, "%s/records", m->dir));
	for (size_t i = 0; i < RECORDS; i++)
		make_record(m, &steps[i]);
}

/* ---- the rest ---- */

static void write_certificates(struct making *m, const char *keys)
{
	struct str ca = STR_INIT(CRYPTO_PEM_MAX);
	make_folder(m, arena_printf(&m->arena, "%s/certificates", m->dir));
	for (size_t i = 0; i < ORGANS; i++) {
		const struct organ *o = &organs[i];
		struct pem_block *blocks;
		size_t count;
		must(m,
		     pem_split(&m->arena, crypto_signer_pem(o->signer), o->code, &blocks, &count,
			       &m->err),
		     "certificate");
		write_file(m, arena_printf(&m->arena, "certificates/%s.pem", o->code),
			   blocks[0].text);
		if (crypto_signer_has_sm2(o->signer))
			write_file(m, arena_printf(&m->arena, "certificates/%s.sm2.pem", o->code),
				   crypto_signer_sm2_pem(o->signer));
	}
	const char *path = arena_printf(&m->arena, "%s/ca.pem", keys);
	if (access(path, R_OK) == 0) {
		must(m, crypto_pem_read(path, &ca, &m->err), "read ca.pem");
		write_file(m, "certificates/ca.pem", view(&ca));
	}
	str_release(&ca);
}

static void write_thread(struct making *m)
{
	struct str text = STR_INIT(TEXT_MAX);
	struct thread_list list = {
		.thread = SV(THREAD),
		.channel = SV("c1"),
		.handoff_no = SV(NUMBER),
		.exporter = sv_of(organs[0].code),
		.sm2_certificate = crypto_signer_sm2_pem(organs[0].signer),
		.records = m->rows,
		.record_count = m->row_count,
		.bags = m->bags,
		.bag_count = m->bag_count,
	};
	must(m, thread_list_write(&m->arena, &list, &text, &m->err), "thread.json");
	write_signed(m, "thread.json", view(&text), organs[0].signer);
	str_release(&text);
}

static int canonical_lines(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	while ((n = getline(&line, &room, stdin)) > 0) {
		struct arena a = ARENA_INIT(0);
		struct str out = STR_INIT(TEXT_MAX);
		struct err err = ERR_INIT;
		struct sv text = { line, (size_t)n - (line[n - 1] == '\n') };
		if (canonical_text(&a, text, &out, &err))
			printf("!%s\n", err.rule);
		else
			printf("%s\n", str_cstr(&out));
		str_release(&out);
		arena_fini(&a);
	}
	free(line);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--canonical") == 0)
		return canonical_lines();
	struct making m = { .arena = ARENA_INIT(0), .err = ERR_INIT };
	if (argc < 3 || argc > 4 || (argc == 4 && strcmp(argv[3], "--zip") != 0)) {
		fputs("usage: make_export DIR KEYSDIR [--zip]\n", stderr);
		return 1;
	}
	m.dir = argv[1];
	m.zip = argc == 4;
	CHECK(instant_parse(SV("2026-11-20T09:00:00+08:00"), &m.now));
	if (mkdir(m.dir, 0755) != 0)
		die(&m, m.dir);
	for (size_t i = 0; i < ORGANS; i++)
		must(&m, crypto_signer_load(argv[2], organs[i].code, &organs[i].signer, &m.err),
		     organs[i].code);
	make_records(&m);
	write_certificates(&m, argv[2]);
	write_thread(&m);
	write_file(&m, "stub.pdf", SV("%PDF-1.4\n% printed stub\n"));
	for (size_t i = 0; i < ORGANS; i++)
		crypto_signer_free(organs[i].signer);
	arena_fini(&m.arena);
	return 0;
}
