/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Signatures of records and of thread.json, and the certificates that lie beside them. */
#include "package/name.h"
#include "package/verify_internal.h"

static void load_one(struct verifying *v, const struct tree_entry *e, const char *name)
{
	struct err err = ERR_INIT;
	struct verify_pem *pem = &v->pems[v->pem_count++];
	const char *what = arena_printf(v->arena, "certificates/%s", name);
	*pem = (struct verify_pem){ .name = name, .text = e->bytes };
	if (pem_split(v->arena, e->bytes, what, &pem->blocks, &pem->count, &err)) {
		verify_refuse(v, "证书", what, &err);
		return;
	}
	pem->used = arena_array(v->arena, bool, pem->count);
	if (strcmp(name, "ca.pem") != 0)
		return;
	v->ca = crypto_trust_new();
	if (crypto_trust_add_pem(v->ca, e->bytes, &err))
		verify_refuse(v, "证书", what, &err);
}

void verify_load_certificates(struct verifying *v, const struct tree *t, const char *prefix)
{
	size_t n = strlen(prefix), first = tree_lower_bound(t, sv_of(prefix));
	v->pems = arena_array(v->arena, struct verify_pem, tree_count(t) - first + 1);
	for (size_t i = first; i < tree_count(t); i++) {
		const struct tree_entry *e = tree_at(t, i);
		if (strncmp(e->path, prefix, n) != 0)
			break;
		v->has_certificates = true;
		const char *name = e->path + n;
		const char *dot = strrchr(name, '.');
		if (e->is_folder || !e->bytes.p || strchr(name, '/') || !dot ||
		    strcmp(dot, ".pem") != 0) {
			struct err err = ERR_INIT;
			err_set(&err, ERR_INVALID, "export-extra", "多余：不是证书文件");
			verify_refuse(v, "证书", e->path, &err);
		} else {
			load_one(v, e, arena_strdup(v->arena, name));
		}
	}
}

static struct verify_pem *find_pem(const struct verifying *v, struct sv organ, const char *suffix)
{
	const char *name = arena_printf(v->arena, "%.*s%s", SV_ARG(organ), suffix);
	for (size_t i = 0; i < v->pem_count; i++) {
		if (strcmp(v->pems[i].name, name) == 0 && v->pems[i].blocks)
			return &v->pems[i];
	}
	return NULL;
}

/* The certificate of a signature must also lie in the file of its organ. */
static enum err_code use_certificate(const struct verifying *v, struct sv organ,
				     const struct crypto_certificate *c, struct err *err)
{
	struct verify_pem *pem = find_pem(v, organ, ".pem");
	if (!v->has_certificates)
		return ERR_OK;
	for (size_t i = 0; pem && i < pem->count; i++) {
		if (strcmp(pem->blocks[i].fingerprint, c->fingerprint) != 0)
			continue;
		pem->used[i] = true;
		return ERR_OK;
	}
	return err_set(err, ERR_INVALID, "signature-certificate",
		       "签名所用的证书不在 certificates/%.*s.pem 中", SV_ARG(organ));
}

static enum err_code check_organ(struct sv organ, const struct crypto_certificate *c,
				 struct err *err)
{
	if (sv_eq_str(organ, c->code))
		return ERR_OK;
	return err_set(err, ERR_INVALID, "certificate-organ", "签名证书属于“%s”，不是“%.*s”",
		       c->code, SV_ARG(organ));
}

/* A later certificate of the organ may have signed: then it is asked for its first instant. */
static enum err_code check_cms(const struct verifying *v, struct sv bytes, struct sv cms,
			       struct sv organ, instant_t at, bool or_later,
			       struct crypto_certificate *ret, struct err *err)
{
	const struct verify_pem *pem = find_pem(v, organ, ".pem");
	struct err first = ERR_INIT;
	enum err_code code = crypto_verify_cms(bytes, cms, v->options.trust, at, ret, &first);
	for (size_t i = 0; code && or_later && pem && i < pem->count; i++) {
		struct crypto_certificate c;
		if (strcmp(first.rule, "certificate-not-yet-valid") != 0 ||
		    crypto_certificate_read(pem->blocks[i].text, &c, NULL) || c.not_before < at)
			continue;
		code = crypto_verify_cms(bytes, cms, v->options.trust, c.not_before, ret, NULL);
	}
	if (code && err)
		*err = first;
	return code;
}

/* The certificate that the text names must also lie in the file of its organ, where its chain may
 * stand behind it. */
static enum err_code check_sm2(const struct verifying *v, struct sv bytes, struct sv sm2,
			       struct sv certificate, struct sv organ, instant_t at, bool or_later,
			       struct err *err)
{
	struct verify_pem *pem = find_pem(v, organ, ".sm2.pem");
	struct crypto_certificate c = { .not_before = at };
	size_t i = 0;
	enum err_code code =
		certificate.n ? crypto_certificate_read(certificate, &c, err) : ERR_OK;
	while (certificate.n && !code && pem && i < pem->count &&
	       strcmp(pem->blocks[i].fingerprint, c.fingerprint) != 0)
		i++;
	if (certificate.n && !code && v->has_certificates) {
		if (!pem || i == pem->count)
			return err_set(err, ERR_INVALID, "signature-certificate",
				       "所写明的国密证书不在 certificates/%.*s.sm2.pem 中",
				       SV_ARG(organ));
		certificate.p = pem->blocks[i].text.p;
		certificate.n = (size_t)(pem->text.p + pem->text.n - certificate.p);
		pem->used[i] = true;
	}
	instant_t when = or_later && c.not_before > at ? c.not_before : at;
	if (!code)
		code = side_verify(bytes, sm2, certificate, organ, v->options.trust, when, err);
	return code;
}

/* ca.pem is there for the reader and proves nothing, but it must belong to something here. */
static void ask_ca(struct verifying *v, struct sv bytes, struct sv cms,
		   const struct crypto_certificate *c, instant_t at)
{
	struct crypto_certificate again;
	instant_t when = c->not_before > at ? c->not_before : at;
	if (crypto_verify_cms(bytes, cms, v->ca, when, &again, NULL))
		return;
	crypto_trust_free(v->ca);
	v->ca = NULL;
}

enum err_code verify_signatures(struct verifying *v, const struct verify_signed *s, instant_t at,
				bool or_later, struct crypto_certificate *ret, struct err *err)
{
	if (!s->cms.p)
		return err_set(err, ERR_INVALID, "signature-missing", "缺少签名 %s.p7s", s->base);
	enum err_code code = check_cms(v, s->bytes, s->cms, s->organ, at, or_later, ret, err);
	if (!code)
		code = check_organ(s->organ, ret, err);
	if (!code)
		code = use_certificate(v, s->organ, ret, err);
	if (!code)
		code = check_sm2(v, s->bytes, s->sm2, s->sm2_certificate, s->organ, at, or_later, err);
	if (!code && v->ca)
		ask_ca(v, s->bytes, s->cms, ret, at);
	return code;
}

void verify_unused_certificates(struct verifying *v)
{
	for (size_t i = 0; i < v->pem_count; i++) {
		const struct verify_pem *pem = &v->pems[i];
		bool is_ca = strcmp(pem->name, "ca.pem") == 0;
		size_t n = strlen(pem->name);
		bool is_sm2 = n > 8 && strcmp(pem->name + n - 8, ".sm2.pem") == 0;
		size_t used = 0;
		struct err err = ERR_INIT;
		for (size_t k = 0; k < pem->count; k++)
			used += pem->used[k];
		/* Behind an SM2 certificate may stand its chain. */
		if (!pem->blocks || used == pem->count || (is_sm2 && used > 0) || (is_ca && !v->ca))
			continue;
		err_set(&err, ERR_INVALID, "certificate-unused",
			is_ca ? "多余：没有它签发的证书" : "多余：没有用它作的签名");
		verify_refuse(v, "证书", arena_printf(v->arena, "certificates/%s", pem->name),
			      &err);
	}
}
