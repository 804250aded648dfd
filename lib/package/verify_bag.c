/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The lines about one bag. */
#include "package/verify_internal.h"

enum { WRONG_LINES_MAX = 20 };

struct counting {
	struct verifying *v;
	const char *what;
	size_t wrong;
};

static void on_wrong(void *arg, const struct bag_content *c, const struct err *err)
{
	struct counting *counting = arg;
	if (counting->wrong++ < WRONG_LINES_MAX)
		verify_refuse(counting->v, counting->what, c->path, err);
}

static void check_contents(struct verifying *v, struct bag *bag, const char *what)
{
	const char *title = arena_printf(v->arena, "%s内容", what);
	struct counting counting = { v, title, 0 };
	struct bag_sink sink = { .arg = &counting, .wrong = on_wrong };
	struct err err = ERR_INIT;
	enum err_code code = bag_check(bag, &sink, &err);
	if (counting.wrong > WRONG_LINES_MAX)
		verify_line(v, VERDICT_NOTE, "%s：共有 %zu 个文件不符", title, counting.wrong);
	if (code && (counting.wrong == 0 || strcmp(err.rule, "bag-altered") != 0))
		verify_refuse(v, title, "", &err);
	if (!code)
		verify_line(v, VERDICT_GOOD, "%s：%zu 个文件（材料共 %llu 字节）与校验值一致%s",
			    title, bag_count(bag), (unsigned long long)bag_payload_bytes(bag),
			    v->options.bagit_only ? "" : "（SHA-256、SHA-512、SM3）");
}

static void check_signature(struct verifying *v, struct bag *bag, const char *what)
{
	const char *title = arena_printf(v->arena, "%s签名", what);
	struct crypto_certificate c;
	struct err err = ERR_INIT;
	if (bag_verify_signature(bag, v->options.trust, INSTANT_NONE, &c, &err))
		verify_refuse(v, title, "", &err);
	else
		verify_line(v, VERDICT_GOOD, "%s：%s（%s）签名有效%s，证书 SHA-256 指纹 %s", title,
			    c.name, c.code,
			    bag_text(bag, "signatures/tagmanifest-sha256.sm2").p ? "，国密签名有效"
										 : "",
			    c.fingerprint);
}

bool verify_bag(struct verifying *v, struct bag *bag, const char *what)
{
	size_t before = v->verdict->wrong + v->verdict->unsupported;
	verify_line(v, VERDICT_GOOD, "%s结构：版本 BagIt %s，清单齐全，没有缺少或多余的文件", what,
		    bag_version(bag));
	check_contents(v, bag, what);
	if (!v->options.bagit_only)
		check_signature(v, bag, what);
	bag_close(bag);
	return v->verdict->wrong + v->verdict->unsupported == before;
}
