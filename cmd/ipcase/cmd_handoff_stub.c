/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The printed receipt of a hand-over: made here from the record `submitted`, so that the page says what was signed. */
#include "commands.h"
#include "handoff.h"
#include "package/record.h"
#include "report/stub.h"
#include "view.h"

/* The first record `submitted`; NULL: not sent yet. */
static const struct json_value *submitted(const struct json_value *records)
{
	for (const struct json_value *v = json_first(records); v; v = json_next(v)) {
		if (sv_eq_str(json_string(json_get(v, "kind")), record_kind_name(RECORD_submitted)))
			return v;
	}
	return NULL;
}

/* Names of the organs with this part, joined. */
static const char *names_of(struct arena *a, const struct json_value *parties, const char *side)
{
	const char *ret = "";
	for (const struct json_value *v = json_first(parties); v; v = json_next(v)) {
		struct sv name = json_string(json_get(v, "name"));
		if (sv_eq_str(json_string(json_get(v, "side")), side))
			ret = arena_printf(a, "%s%s%.*s", ret, ret[0] ? "、" : "", SV_ARG(name));
	}
	return ret;
}

static const char *text_of(struct arena *a, struct sv text)
{
	return arena_strndup(a, text.p ? text.p : "", text.n);
}

static void fill(struct arena *a, const struct json_value *matter, const struct json_value *thread,
		 const struct record *r, struct stub_input *in)
{
	const struct json_value *parties = json_get(json_get(matter, "handoff"), "parties");
	struct sv number = json_string(json_get(thread, "number"));
	bool to_police = sv_eq_str(r->channel, "c1");
	struct sv subject = json_string(json_get(r->fields_value, "title"));
	char digest[RECORD_DIGEST_SIZE] = "sha256:";

	if (subject.n == 0)
		subject = json_string(json_get(matter, "title"));

	if (r->has_package)
		record_digest_format(&r->package_manifest, digest);
	*in = (struct stub_input){
		.title = to_police ? "涉嫌犯罪案件移送书回执" : "移送材料回执",
		.article = to_police ? "行政执法机关移送涉嫌犯罪案件的规定第七条" : "",
		.kind = text_of(a, json_string(json_get(thread, "channel_zh"))),
		.number = text_of(a, r->number.n > 0 ? r->number : number),
		.thread = text_of(a, r->thread),
		.sender = text_of(a, r->organ),
		.receiver = names_of(a, parties, "receiver"),
		.copies = names_of(a, parties, "third"),
		.subject = text_of(a, subject),
		.sent_on = instant_to_day(r->happened_at),
		.package = text_of(a, r->package_name),
		.items = r->has_package ? r->package_items : 0,
		.manifest = arena_strdup(a, digest + strlen("sha256:")),
	};
}

enum exit_code handoff_stub_pdf(struct client *c, const char *id, struct str *pdf)
{
	CLEANUP(reply_release) struct reply matter = REPLY_INIT;
	CLEANUP(reply_release) struct reply thread = REPLY_INIT;
	struct arena *a = &c->arena;
	struct err err = ERR_INIT;
	struct stub_input in;
	struct record r;
	enum exit_code code = client_get(c, arena_printf(a, "/handoffs/%s", id), &matter);
	if (!code)
		code = client_get(c, arena_printf(a, "/handoffs/%s/thread", id), &thread);
	if (code)
		return code;
	const struct json_value *row = submitted(json_get(thread.root, "records"));
	if (!row)
		return client_problem(c, CLI_REFUSED, "wrong-state", "尚未移送，没有回执可以打印");
	if (record_parse(a, json_string(json_get(row, "body")), "记录", &r, &err))
		return client_fail(c, &err);
	fill(a, matter.root, thread.root, &r, &in);
	return stub_render(&in, pdf, &err) ? client_fail(c, &err) : CLI_OK;
}

enum exit_code cmd_handoff_stub(struct client *c, const struct args *args)
{
	struct str pdf = STR_INIT(STUB_PDF_MAX);
	const char *id = NULL, *path = args->words[1];
	enum exit_code code = client_need_login(c);
	if (!code)
		code = client_resolve(c, "handoff", args->words[0], true, &id);
	if (!code)
		code = handoff_stub_pdf(c, id, &pdf);
	if (!code)
		code = handoff_write_file(c, path, pdf.p, pdf.len);
	str_release(&pdf);
	if (code)
		return code;
	if (c->json) {
		struct str out = STR_INIT(1 << 14);
		struct json_writer w;
		json_writer_init(&w, &out);
		json_obj_open(&w);
		json_kv_str(&w, "written", path);
		json_obj_close(&w);
		puts(str_cstr(&out));
		str_release(&out);
	} else {
		printf("已写出回执: %.*s\n", SV_ARG(term_clean(&c->arena, sv_of(path))));
	}
	return CLI_OK;
}
