/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/inbox_check.h"

#include "package/thread.h"

#define TRANSIT_US ((instant_t)INBOX_TRANSIT_US_DAYS * 24 * 3600 * 1000000)

/* ---- who made it ---- */

/* A stolen key writes any date that the thief likes: the certificate must be good now as well. Only one that ran out
 * while the record was on its way is let pass. */
static enum err_code check_now(const struct record *r, const struct inbox_signature *s, const struct crypto_trust *trust,
			       instant_t now, struct err *err)
{
	struct crypto_certificate c;
	struct err why = ERR_INIT;
	enum err_code code = crypto_verify_cms(s->body, s->cms, trust, now, &c, &why);

	if (code == ERR_OK || (strcmp(why.rule, "certificate-expired") == 0 && now - r->made_at <= TRANSIT_US))
		return ERR_OK;
	if (err)
		*err = why;
	return code;
}

enum err_code inbox_check_signature(const struct record *r, const struct inbox_signature *s, const struct inbox_peer *peer,
				    const struct crypto_trust *trust, instant_t now, bool old, struct err *err)
{
	struct crypto_certificate c;
	enum err_code code;

	if (!peer || !peer->active)
		return err_set(err, ERR_INVALID, "peer-unknown", "机关 %.*s 不在机关名录中，或已停用", SV_ARG(r->lane));
	if (r->made_at > now + INBOX_AHEAD_US)
		return err_set(err, ERR_INVALID, "record-in-the-future", "记录的时间晚于现在");
	if ((code = crypto_verify_cms(s->body, s->cms, trust, r->made_at, &c, err)) != ERR_OK ||
	    (!old && (code = check_now(r, s, trust, now, err)) != ERR_OK))
		return code;
	if (!sv_eq_str(r->lane, c.code))
		return err_set(err, ERR_INVALID, "certificate-organ", "签名的机关是 %s，记录的机关是 %.*s", c.code,
			       SV_ARG(r->lane));
	if (peer->pin && strcmp(peer->pin, c.fingerprint) != 0)
		return err_set(err, ERR_INVALID, "certificate-pin", "签名的证书不是机关 %s 登记的证书", c.code);
	return side_verify(s->body, s->sm2, r->sm2_certificate, r->lane, NULL, r->made_at, err);
}

bool inbox_addressed_to(const struct record *r, const char *code)
{
	for (size_t i = 0; i < r->to_count; i++) {
		if (sv_eq_str(r->to[i], code))
			return true;
	}
	return false;
}

/* ---- where it stands ---- */

static const struct handoff_head *find(const struct inbox_sight *sight, struct sv lane, int64_t n)
{
	for (size_t i = 0; i < sight->count; i++) {
		if (sight->records[i].n == n && sv_eq_str(lane, sight->records[i].lane))
			return &sight->records[i];
	}
	return NULL;
}

static enum err_code fork_of(struct sv lane, int64_t n, struct err *err)
{
	return err_set(err, ERR_INVALID, "record-fork", "机关 %.*s 的第 %lld 号记录与本机关已有的内容不同", SV_ARG(lane),
		       (long long)n);
}

enum err_code inbox_check_place(const struct inbox_sight *sight, const struct record *r, const struct record_digest *digest,
				bool *ret_known, struct err *err)
{
	const struct handoff_head *same = find(sight, r->lane, r->n), *before = find(sight, r->lane, r->n - 1);

	*ret_known = same && record_digest_eq(&same->digest, digest);
	if (*ret_known)
		return ERR_OK;
	if (same)
		return fork_of(r->lane, r->n, err);
	if (!sight->have_copy && (r->kind != RECORD_submitted || r->n != 1))
		return err_set(err, ERR_INVALID, "record-thread", "本机关没有这一移送");
	if (r->n > 1 && !before)
		return err_set(err, ERR_INVALID, "record-gap", "机关 %.*s 的第 %lld 号记录之前有缺号", SV_ARG(r->lane),
			       (long long)r->n);
	if (r->n > 1 && !record_digest_eq(&before->digest, &r->prev))
		return fork_of(r->lane, r->n - 1, err);
	for (size_t i = 0; i < r->seen_count; i++) {
		const struct handoff_head *seen = find(sight, r->seen[i].lane, r->seen[i].n);
		if (!seen)
			return err_set(err, ERR_INVALID, "record-ahead", "记录依据的 %.*s 第 %lld 号记录尚未到达",
				       SV_ARG(r->seen[i].lane), (long long)r->seen[i].n);
		if (!record_digest_eq(&seen->digest, &r->seen[i].digest))
			return fork_of(r->seen[i].lane, r->seen[i].n, err);
	}
	return ERR_OK;
}

/* ---- a whole thread ---- */

enum err_code inbox_check_thread(const struct inbox_past *all, size_t count, struct err *err)
{
	struct thread_check *check;
	enum err_code code = ERR_OK;

	if (count == 0 || all[0].record.kind != RECORD_submitted || all[0].record.n != 1)
		return err_set(err, ERR_INVALID, "record-thread", "送来的移送没有从移送记录开始");
	check = thread_check_new();
	for (size_t i = 0; i < count && code == ERR_OK; i++)
		code = thread_check_record(check, &all[i].record, &all[i].digest, err);
	thread_check_free(check);
	return code;
}

bool inbox_is_later(const struct err *err)
{
	switch (err->code) {
	case ERR_UNAVAILABLE:
	case ERR_BUSY:
	case ERR_TIMEOUT:
	case ERR_CONFLICT:
	case ERR_STALE:
	case ERR_IO:
	case ERR_NO_SPACE:
	case ERR_INTERNAL:
	case ERR_NOT_COVERED:
		return true;
	default:
		return strcmp(err->rule, "record-ahead") == 0 || strcmp(err->rule, "in-the-future") == 0 ||
		       strcmp(err->rule, "exchange-no-key") == 0;
	}
}
