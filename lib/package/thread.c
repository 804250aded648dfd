/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Chains of records. */
#include "package/thread.h"

#include <stdlib.h>

#include "package/name.h"

struct lane {
	char *code;
	struct record_digest *digests; /* digests[n - 1] is of record n */
	size_t count, room;
	struct {
		struct lane *lane;
		int64_t n;
	} * seen; /* the most that a record of this lane has seen of another */
	size_t seen_count;
};

struct thread_check {
	struct lane **lanes; /* pointers stay when the list grows */
	size_t count;
	char thread[40], channel[8]; /* of the first record that was checked */
};

struct thread_check *thread_check_new(void)
{
	return xcalloc(1, sizeof(struct thread_check));
}

void thread_check_free(struct thread_check *tc)
{
	if (!tc)
		return;
	for (size_t i = 0; i < tc->count; i++) {
		free(tc->lanes[i]->code);
		free(tc->lanes[i]->digests);
		free(tc->lanes[i]->seen);
		free(tc->lanes[i]);
	}
	free(tc->lanes);
	free(tc);
}

static struct lane *find_lane(const struct thread_check *tc, struct sv code)
{
	for (size_t i = 0; i < tc->count; i++) {
		if (sv_eq_str(code, tc->lanes[i]->code))
			return tc->lanes[i];
	}
	return NULL;
}

static struct lane *take_lane(struct thread_check *tc, struct sv code)
{
	struct lane *lane = find_lane(tc, code);
	if (lane)
		return lane;
	lane = xcalloc(1, sizeof(*lane));
	lane->code = xstrndup(code.p, code.n);
	tc->lanes = xrealloc(tc->lanes, (tc->count + 1) * sizeof(struct lane *));
	tc->lanes[tc->count++] = lane;
	return lane;
}

static void append(struct lane *lane, const struct record_digest *digest)
{
	if (lane->count == lane->room) {
		lane->room = lane->room ? 2 * lane->room : 16;
		lane->digests = xrealloc(lane->digests, lane->room * sizeof(*lane->digests));
	}
	lane->digests[lane->count++] = *digest;
}

size_t thread_check_lanes(const struct thread_check *tc)
{
	return tc->count;
}

static enum err_code check_place(const struct lane *lane, const struct record *r,
				 const struct record_digest *digest, struct err *err)
{
	int64_t count = lane ? (int64_t)lane->count : 0;
	if (r->n > count + 1)
		return err_set(err, ERR_INVALID, "chain-gap",
			       "%.*s 的记录缺第 %lld 条（此处是第 %lld 条）", SV_ARG(r->lane),
			       (long long)count + 1, (long long)r->n);
	if (r->n <= count && record_digest_eq(&lane->digests[r->n - 1], digest))
		return err_set(err, ERR_INVALID, "chain-double", "%.*s 的第 %lld 条记录重复",
			       SV_ARG(r->lane), (long long)r->n);
	if (r->n <= count)
		return err_set(err, ERR_INVALID, "chain-forked",
			       "%.*s 的第 %lld 条记录另有一份不同的", SV_ARG(r->lane),
			       (long long)r->n);
	if (count > 0 && !record_digest_eq(&lane->digests[count - 1], &r->prev))
		return err_set(err, ERR_INVALID, "chain-prev",
			       "%.*s 的第 %lld 条记录与前一条的摘要不衔接", SV_ARG(r->lane),
			       (long long)r->n);
	return ERR_OK;
}

static int64_t seen_before(const struct lane *lane, const struct lane *other)
{
	for (size_t i = 0; lane && i < lane->seen_count; i++) {
		if (lane->seen[i].lane == other)
			return lane->seen[i].n;
	}
	return 0;
}

static enum err_code check_seen(const struct thread_check *tc, const struct lane *lane,
				const struct record *r, struct err *err)
{
	for (size_t i = 0; i < r->seen_count; i++) {
		const struct record_seen *s = &r->seen[i];
		const struct lane *other = find_lane(tc, s->lane);
		if (!other || s->n > (int64_t)other->count)
			return err_set(
				err, ERR_INVALID, "seen-unknown",
				"%.*s 的第 %lld 条记录提到 %.*s 的第 %lld 条，而那一条不在它之前",
				SV_ARG(r->lane), (long long)r->n, SV_ARG(s->lane), (long long)s->n);
		if (!record_digest_eq(&other->digests[s->n - 1], &s->digest))
			return err_set(err, ERR_INVALID, "seen-other",
				       "%.*s 的第 %lld 条记录所见的 %.*s 第 %lld 条与这里的不同",
				       SV_ARG(r->lane), (long long)r->n, SV_ARG(s->lane),
				       (long long)s->n);
		if (s->n < seen_before(lane, other))
			return err_set(err, ERR_INVALID, "seen-back",
				       "%.*s 的第 %lld 条记录所见的 %.*s 记录比前一条还少",
				       SV_ARG(r->lane), (long long)r->n, SV_ARG(s->lane));
	}
	return ERR_OK;
}

static void remember_seen(struct thread_check *tc, struct lane *lane, const struct record *r)
{
	for (size_t i = 0; i < r->seen_count; i++) {
		struct lane *other = find_lane(tc, r->seen[i].lane);
		size_t at = 0;
		while (at < lane->seen_count && lane->seen[at].lane != other)
			at++;
		if (at == lane->seen_count) {
			lane->seen = xrealloc(lane->seen, (at + 1) * sizeof(*lane->seen));
			lane->seen[lane->seen_count++].lane = other;
		}
		lane->seen[at].n = r->seen[i].n;
	}
}

enum err_code thread_check_record(struct thread_check *tc, const struct record *r,
				  const struct record_digest *digest, struct err *err)
{
	if (tc->thread[0] &&
	    (!sv_eq_str(r->thread, tc->thread) || !sv_eq_str(r->channel, tc->channel)))
		return err_set(err, ERR_INVALID, "thread-other",
			       "%.*s 的第 %lld 条记录属于另一件移送", SV_ARG(r->lane),
			       (long long)r->n);
	const struct lane *lane = find_lane(tc, r->lane);
	enum err_code code = check_place(lane, r, digest, err);
	if (!code)
		code = check_seen(tc, lane, r, err);
	if (code)
		return code;
	struct lane *mine = take_lane(tc, r->lane);
	append(mine, digest);
	remember_seen(tc, mine, r);
	CHECK(r->thread.n < sizeof(tc->thread) && r->channel.n < sizeof(tc->channel));
	memcpy(tc->thread, r->thread.p, r->thread.n);
	memcpy(tc->channel, r->channel.p, r->channel.n);
	return ERR_OK;
}

enum err_code record_verify(struct sv bytes, const struct record *r, struct sv cms, struct sv sm2,
			    const struct crypto_trust *trust, struct crypto_certificate *ret,
			    struct err *err)
{
	struct crypto_certificate c;
	enum err_code code = crypto_verify_cms(bytes, cms, trust, r->made_at, &c, err);
	if (!code && !sv_eq_str(r->lane, c.code))
		code = err_set(err, ERR_INVALID, "certificate-organ",
			       "签名证书属于“%s”，记录却在“%.*s”名下", c.code, SV_ARG(r->lane));
	if (!code)
		code = side_verify(bytes, sm2, r->sm2_certificate, r->lane, NULL, r->made_at, err);
	if (!code)
		*ret = c;
	return code;
}
