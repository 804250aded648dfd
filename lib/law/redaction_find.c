/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Looking through a text: known secrets, patterns, and the guard over what is about to be public. */
#include "law/redaction.h"

#include <stdlib.h>

#include "base/text.h"
#include "law/redaction_internal.h"

/* ---- keys ---- */

bool redaction_key(struct arena *arena, const struct text_scan *scan, struct redaction_key *ret)
{
	int32_t *c = arena_try_array(arena, int32_t, scan->count + 1);
	uint32_t *unit = arena_try_array(arena, uint32_t, scan->count + 1);
	size_t n = 0;

	if (!c || !unit)
		return false;
	for (size_t i = 0; i < scan->count; i++) {
		if (scan->units[i].kind != TEXT_LETTER)
			continue;
		c[n] = scan->units[i].c;
		unit[n++] = (uint32_t)i;
	}
	*ret = (struct redaction_key){ c, unit, n };
	return true;
}

bool redaction_key_of(struct arena *arena, struct sv text, struct redaction_key *ret)
{
	struct text_scan scan;

	return text_scan(arena, text, &scan) && redaction_key(arena, &scan, ret);
}

size_t redaction_key_find(const struct redaction_key *in, size_t from, const struct redaction_key *what)
{
	if (what->n == 0)
		return SIZE_MAX;
	for (size_t i = from; i + what->n <= in->n; i++) {
		if (in->c[i] == what->c[0] && memcmp(in->c + i, what->c, what->n * sizeof(*what->c)) == 0)
			return i;
	}
	return SIZE_MAX;
}

/* ---- hits ---- */

void redaction_hit(struct redaction_hits *h, size_t at, size_t end, enum redaction_class why, bool certain,
		   const char *how)
{
	if (end <= at || h->failed)
		return;
	if (h->count == h->room) {
		size_t room = h->room ? h->room * 2 : 64;
		struct redaction_find *more = arena_try_array(h->arena, struct redaction_find, room);
		if (!more) {
			h->failed = true;
			return;
		}
		if (h->count)
			memcpy(more, h->items, h->count * sizeof(*more));
		h->items = more;
		h->room = room;
	}
	h->items[h->count++] = (struct redaction_find){
		.cut = { .at = at, .len = end - at, .why = why, .note = how },
		.certain = certain,
	};
}

static size_t find_end(const struct redaction_find *f)
{
	return f->cut.at + f->cut.len;
}

/* Certain ones first, so that the others can give way; then by place, the longer first. */
static int by_rank(const void *a, const void *b)
{
	const struct redaction_find *x = a, *y = b;

	if (x->certain != y->certain)
		return x->certain ? -1 : 1;
	if (x->cut.at != y->cut.at)
		return x->cut.at < y->cut.at ? -1 : 1;
	return x->cut.len > y->cut.len ? -1 : x->cut.len < y->cut.len;
}

static int by_place(const void *a, const void *b)
{
	const struct redaction_find *x = a, *y = b;

	return x->cut.at < y->cut.at ? -1 : x->cut.at > y->cut.at;
}

/* Overlapping certain places become one, with the reason of the longest; an uncertain one that touches another
 * place is left out. */
static void merge(struct redaction_hits *h)
{
	size_t n = 0, certain = 0;

	if (h->count == 0)
		return;
	qsort(h->items, h->count, sizeof(*h->items), by_rank);
	for (size_t i = 0; i < h->count; i++) {
		struct redaction_find *f = &h->items[i];
		struct redaction_find *last = n > 0 ? &h->items[n - 1] : NULL;
		if (f->certain) {
			if (last && f->cut.at < find_end(last)) {
				size_t end = find_end(f) > find_end(last) ? find_end(f) : find_end(last);
				if (f->cut.len > last->cut.len)
					last->cut.why = f->cut.why;
				last->cut.len = end - last->cut.at;
				continue;
			}
			h->items[n++] = *f;
			certain = n;
			continue;
		}
		bool clash = false;
		for (size_t k = 0; k < n && !clash; k++)
			clash = f->cut.at < find_end(&h->items[k]) && find_end(f) > h->items[k].cut.at &&
				(k < certain || k == n - 1);
		if (!clash)
			h->items[n++] = *f;
	}
	h->count = n;
	qsort(h->items, n, sizeof(*h->items), by_place);
}

/* ---- known secrets ---- */

struct range {
	size_t from, to; /* of the key */
	bool code;       /* the text that stays is a code or a number: numbers inside stay too */
};

struct ranges {
	struct range *items;
	size_t count, room;
};

static bool is_code(const struct redaction_key *key)
{
	for (size_t i = 0; i < key->n; i++) {
		if (key->c[i] >= 0x80)
			return false;
	}
	return key->n >= 8;
}

static bool add_range(struct arena *arena, struct ranges *r, struct range range)
{
	if (r->count == r->room) {
		size_t room = r->room ? r->room * 2 : 64;
		struct range *more = arena_try_array(arena, struct range, room);
		if (!more)
			return false;
		if (r->count)
			memcpy(more, r->items, r->count * sizeof(*more));
		r->items = more;
		r->room = room;
	}
	r->items[r->count++] = range;
	return true;
}

static bool find_kept(struct arena *arena, const struct redaction_key *text, const struct redaction_known *known,
		      struct ranges *ret)
{
	for (size_t i = 0; i < known->keep_count; i++) {
		struct redaction_key key;
		if (!redaction_key_of(arena, sv_of(known->keep[i]), &key))
			return false;
		for (size_t at = redaction_key_find(text, 0, &key); at != SIZE_MAX;
		     at = redaction_key_find(text, at + 1, &key)) {
			if (!add_range(arena, ret, (struct range){ at, at + key.n, is_code(&key) }))
				return false;
		}
	}
	return true;
}

static bool is_kept(const struct ranges *kept, size_t from, size_t to, bool codes_only)
{
	for (size_t i = 0; i < kept->count; i++) {
		const struct range *r = &kept->items[i];
		if (r->from <= from && to <= r->to && (r->code || !codes_only))
			return true;
	}
	return false;
}

/* A Latin word or a number must not be the middle of a longer one: "ping" in "shopping". */
static bool is_inside_word(const struct redaction_key *text, size_t at, const struct redaction_key *what)
{
	size_t end = at + what->n;
	bool before = at > 0 && text->c[at - 1] < 0x80 && text->c[at] < 0x80 && text->unit[at - 1] + 1 == text->unit[at];
	bool behind = end < text->n && text->c[end] < 0x80 && text->c[end - 1] < 0x80 &&
		      text->unit[end - 1] + 1 == text->unit[end];
	bool digit_before = before && text->c[at - 1] >= '0' && text->c[at - 1] <= '9';
	bool digits = what->c[0] >= '0' && what->c[0] <= '9';

	/* A number inside a longer number is still told: 86 before a phone. */
	if (digits || digit_before)
		return false;
	return before || behind;
}

static bool find_secrets(struct redaction_hits *h, const struct text_scan *scan, const struct redaction_key *text,
			 const struct redaction_known *known, const struct ranges *kept)
{
	for (size_t i = 0; i < known->count; i++) {
		const struct redaction_secret *s = &known->secrets[i];
		struct redaction_key key;
		if (!redaction_key_of(h->arena, sv_of(s->text), &key))
			return false;
		if (key.n < 2)
			continue;
		for (size_t at = redaction_key_find(text, 0, &key); at != SIZE_MAX;
		     at = redaction_key_find(text, at + 1, &key)) {
			/* What stays protects names and addresses; a number inside a name does not stay. */
			bool number = is_code(&key) || s->why == REDACTION_ID_NUMBER || s->why == REDACTION_ACCOUNT;
			if (is_kept(kept, at, at + key.n, number) || is_inside_word(text, at, &key))
				continue;
			redaction_hit(h, scan->units[text->unit[at]].at, scan->units[text->unit[at + key.n - 1]].end,
				      s->why, true, "已知");
		}
	}
	return true;
}

/* Patterns must not take what stays: a code that looks like a number, an organisation's address. */
static void drop_kept(struct redaction_hits *h, size_t first, const struct text_scan *scan,
		      const struct redaction_key *text, const struct ranges *kept)
{
	size_t n = first;

	for (size_t i = first; i < h->count; i++) {
		const struct redaction_find *f = &h->items[i];
		size_t from = 0, to;
		while (from < text->n && scan->units[text->unit[from]].at < f->cut.at)
			from++;
		for (to = from; to < text->n && scan->units[text->unit[to]].at < find_end(f);)
			to++;
		if (!is_kept(kept, from, to, f->cut.why != REDACTION_ADDRESS && f->cut.why != REDACTION_NAME))
			h->items[n++] = *f;
	}
	h->count = n;
}

/* Without what cannot be seen, as the published text will be: it must not part a name, a number or a label here either. */
static bool scan_seen(struct arena *arena, struct sv text, struct text_scan *ret)
{
	struct text_unit *seen;
	size_t n = 0;

	if (!text_scan(arena, text, ret) || !(seen = arena_try_array(arena, struct text_unit, ret->count + 1)))
		return false;
	for (size_t i = 0; i < ret->count; i++) {
		if (ret->units[i].kind != TEXT_HIDDEN)
			seen[n++] = ret->units[i];
	}
	ret->units = seen;
	ret->count = n;
	return true;
}

bool redaction_find(struct arena *arena, struct sv text, const struct redaction_known *known,
		    struct redaction_finds *ret)
{
	static const struct redaction_known nothing = { .natural = false };
	struct redaction_hits hits = { .arena = arena };
	struct ranges kept = { .items = NULL };
	struct text_scan scan;
	struct redaction_key key;

	known = known ? known : &nothing;
	if (text.n > (size_t)REDACTION_TEXT_MAX * 4 || !scan_seen(arena, text, &scan) ||
	    !redaction_key(arena, &scan, &key) || !find_kept(arena, &key, known, &kept) ||
	    !find_secrets(&hits, &scan, &key, known, &kept))
		return false;
	size_t first = hits.count;
	redaction_find_numbers(&hits, &scan);
	redaction_find_labelled(&hits, &scan, known->natural);
	if (hits.failed)
		return false;
	drop_kept(&hits, first, &scan, &key, &kept);
	merge(&hits);
	*ret = (struct redaction_finds){ hits.items, hits.count };
	return true;
}

bool redaction_propose(struct arena *arena, struct sv original, const struct redaction_known *known,
		       struct redaction_cuts *ret, struct redaction_cuts *ret_unsure)
{
	struct redaction_finds finds;

	if (!redaction_find(arena, original, known, &finds))
		return false;
	struct redaction_cut *cuts = arena_try_array(arena, struct redaction_cut, finds.count + 1);
	struct redaction_cut *unsure = arena_try_array(arena, struct redaction_cut, finds.count + 1);
	size_t n = 0, m = 0;
	if (!cuts || !unsure)
		return false;
	for (size_t i = 0; i < finds.count; i++) {
		if (!finds.items[i].certain)
			unsure[m++] = finds.items[i].cut;
		else if (n < REDACTION_CUTS_MAX)
			cuts[n++] = finds.items[i].cut;
	}
	*ret = (struct redaction_cuts){ cuts, n };
	if (ret_unsure)
		*ret_unsure = (struct redaction_cuts){ unsure, m };
	return true;
}

/* ---- the guard ---- */

/* Line and character, both from 1. */
static void place_of(struct sv text, size_t at, size_t *ret_line, size_t *ret_char)
{
	size_t line = 1, start = 0;

	for (size_t i = 0; i < at; i++) {
		if (text.p[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	*ret_line = line;
	*ret_char = text_count_chars((struct sv){ text.p + start, at - start }) + 1;
}

enum err_code redaction_guard(struct arena *arena, struct sv published, const struct redaction_known *known,
			      struct err *err)
{
	const struct redaction_cut *first = NULL;
	struct redaction_finds finds;
	size_t count = 0, line, character;
	const char *clean = redaction_clean(arena, published);

	if (!clean)
		return err_set(err, ERR_INVALID, "redaction-text", "公示内容不是有效的UTF-8文字");
	if (!sv_eq(published, sv_of(clean)))
		return err_set(err, ERR_INVALID, "redaction-text", "公示内容含有看不见的字符或者没有按规范整理");
	if (!redaction_find(arena, published, known, &finds))
		return err_set(err, ERR_TOO_LARGE, "redaction-text", "公示内容过长");
	for (size_t i = 0; i < finds.count; i++) {
		if (!finds.items[i].certain)
			continue;
		first = first ? first : &finds.items[i].cut;
		count++;
	}
	if (count == 0)
		return ERR_OK;
	place_of(published, first->at, &line, &character);
	err_set(err, ERR_LAW, "redaction-residue", "公示内容中还有%zu处不得公开的内容，第一处是%s：第%zu行第%zu字起%zu个字", count,
		redaction_info(first->why)->zh, line, character,
		text_count_chars((struct sv){ published.p + first->at, first->len }));
	err_article(err, redaction_info(first->why)->article);
	err_detail(err, "请补充删节以后再公示；摘要中的内容应在案件中更正。");
	return ERR_LAW;
}
