/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/shuanggongshi.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/csv.h"
#include "base/text.h"
#include "law/ident.h"
#include "law/redaction.h"

enum { PARTIES_MAX = 50, PROBLEMS_MAX = 64, TEXT_MAX_BYTES = 256 * 1024, ID_LENGTH = 18, BIRTH_AT = 8, BIRTH_DIGITS = 6 };

/* Field numbers of the standard, as indexes. */
enum {
	XDR_MC, XDR_LB, XDR_SHXYM, XDR_GSZC, XDR_ZZJG, XDR_SWDJ, XDR_SYDW, XDR_SHZZ, FRDB, FR_ZJLX, FR_ZJHM, XDR_ZJLX, XDR_ZJHM,
	WSH, WFXW, SY, YJ, CFLB, NR, NR_FK, NR_WFFF, NR_ZKDX, JDRQ, YXQ, GSJZQ, CFJG, CFJGDM, SJLY, SJLYDM, BZ
};

static const char *const codes[SGS_FIELDS] = {
	"CF_XDR_MC", "CF_XDR_LB", "CF_XDR_SHXYM", "CF_XDR_GSZC", "CF_XDR_ZZJG", "CF_XDR_SWDJ", "CF_XDR_SYDW", "CF_XDR_SHZZ",
	"CF_FRDB", "CF_FR_ZJLX", "CF_FR_ZJHM", "CF_XDR_ZJLX", "CF_XDR_ZJHM", "CF_WSH", "CF_WFXW", "CF_SY", "CF_YJ", "CF_CFLB",
	"CF_NR", "CF_NR_FK", "CF_NR_WFFF", "CF_NR_ZKDX", "CF_JDRQ", "CF_YXQ", "CF_GSJZQ", "CF_CFJG", "CF_CFJGDM", "CF_SJLY",
	"CF_SJLYDM", "BZ",
};

#define NATURAL "自然人"
#define HOUSEHOLD "个体工商户"
#define NO_CODE "00000000000000000X" /* of a household without one */
#define NO_END "2099/12/31"
#define CITIZEN_CARD "居民身份证"
#define OTHER "其他-"

/* ---- the data ---- */

static const char *const kinds[SGS_KIND_COUNT] = { "text", "date", "amount", "uscc", "id" };
static const char *const needs[SGS_NEED_COUNT] = { "", "always", "organisation", "natural", "fine", "confiscation", "licence",
						   "with" };

const char *sgs_kind_code(enum sgs_kind kind)
{
	return kinds[kind];
}

static bool find_word(const char *const *words, size_t n, struct sv cell, int *ret)
{
	for (size_t i = 0; i < n; i++) {
		if (sv_eq_str(cell, words[i])) {
			*ret = (int)i;
			return true;
		}
	}
	return false;
}

static const char *keep(struct arena *arena, struct sv text)
{
	return arena_strndup(arena, text.p ? text.p : "", text.n);
}

static bool read_field(const struct csv *csv, struct arena *arena, struct sgs_book *book, size_t at)
{
	struct sgs_field *f = &book->fields[at];
	int64_t no = 0, with = 0;
	int kind = 0, need = 0;
	struct sv length = csv_get(csv, "length"), with_no = csv_get(csv, "with_no");

	if (at >= SGS_FIELDS || !sv_to_i64(csv_get(csv, "no"), &no) || no != (int64_t)at + 1 ||
	    !sv_eq_str(csv_get(csv, "code"), codes[at]) || !find_word(kinds, SGS_KIND_COUNT, csv_get(csv, "kind"), &kind) ||
	    !find_word(needs, SGS_NEED_COUNT, csv_get(csv, "need"), &need) ||
	    (length.n > 0 && (!sv_to_i64(length, &f->length) || f->length < 1)) ||
	    ((need == SGS_WITH) != (with_no.n > 0 && sv_to_i64(with_no, &with) && with >= 1 && with <= SGS_FIELDS)))
		return false;
	f->code = codes[at];
	f->zh = keep(arena, csv_get(csv, "name_zh"));
	f->kind = (enum sgs_kind)kind;
	f->need = (enum sgs_need)need;
	f->with = (int)with - 1;
	f->words = keep(arena, csv_get(csv, "words"));
	return true;
}

static enum err_code bad_data(struct err *err, const char *file, size_t line)
{
	return err_set(err, ERR_INTERNAL, "shuanggongshi-data", "%s.csv line %zu does not fit this program", file, line);
}

enum err_code sgs_book_read(struct sgs_book *ret, struct arena *arena, struct sv fields, struct sv words, struct err *err)
{
	struct csv csv;
	size_t n = 0, room = 0;
	bool more = true;
	enum err_code code = csv_open(&csv, arena, fields, err);

	*ret = (struct sgs_book){ .word_count = 0 };
	while (code == ERR_OK && (code = csv_next(&csv, &more, err)) == ERR_OK && more) {
		if (n >= SGS_FIELDS || !read_field(&csv, arena, ret, n))
			return bad_data(err, "shuanggongshi", csv.line);
		n++;
	}
	if (code == ERR_OK && n != SGS_FIELDS)
		return bad_data(err, "shuanggongshi", csv.line);
	if (code == ERR_OK)
		code = csv_open(&csv, arena, words, err);
	for (size_t i = 0; i < words.n; i++)
		room += words.p[i] == '\n';
	struct sgs_word *list = arena_array(arena, struct sgs_word, room + 1);
	while (code == ERR_OK && (code = csv_next(&csv, &more, err)) == ERR_OK && more) {
		CHECK(ret->word_count <= room);
		list[ret->word_count++] = (struct sgs_word){ .list = keep(arena, csv_get(&csv, "list")),
							     .value = keep(arena, csv_get(&csv, "value")),
							     .word = keep(arena, csv_get(&csv, "word")) };
	}
	ret->words = list;
	return code;
}

/* The standard's word for one of ours; NULL: there is none. */
static const char *word_of(const struct sgs_book *book, const char *list, const char *value)
{
	for (size_t i = 0; i < book->word_count; i++) {
		if (strcmp(book->words[i].list, list) == 0 && strcmp(book->words[i].value, value) == 0)
			return book->words[i].word;
	}
	return NULL;
}

static bool is_word(const struct sgs_book *book, const char *list, struct sv word)
{
	if (sv_starts_with(word, SV(OTHER)) && word.n > sizeof(OTHER) - 1)
		return true;
	for (size_t i = 0; i < book->word_count; i++) {
		if (strcmp(book->words[i].list, list) == 0 && sv_eq_str(word, book->words[i].word))
			return true;
	}
	return false;
}

/* ---- values ---- */

struct making {
	const struct sgs_book *book;
	const struct law_book *law;
	const struct sgs_source *from;
	struct arena *arena;
	const struct party *party;
	struct sgs_row *row;
	bool natural, household, fine, confiscation, licence;
};

static void problem(struct making *m, int field, const char *what)
{
	for (size_t i = 0; i < m->row->problem_count; i++) {
		if (m->row->problems[i].field == field)
			return; /* one a field is enough to mend it */
	}
	if (m->row->problem_count < PROBLEMS_MAX)
		m->row->problems[m->row->problem_count++] = (struct sgs_problem){ field, what };
}

void sgs_wan(int64_t fen, char buf[32])
{
	snprintf(buf, 32, "%" PRId64 ".%06" PRId64, fen / 1000000, fen % 1000000);
}

static const char *slashed(struct arena *arena, day_t day)
{
	char buf[11];

	if (day == DAY_NONE || day == DAY_MAX)
		return "";
	day_format(day, buf);
	buf[4] = buf[7] = '/';
	return arena_strdup(arena, buf);
}

static void put_party(struct making *m)
{
	const struct party *p = m->party;
	const char **v = m->row->values;
	const char *kind = p->kind[0] ? word_of(m->book, m->book->fields[XDR_LB].words, p->kind) : NULL;

	v[XDR_MC] = p->name;
	m->natural = p->natural;
	m->household = strcmp(p->kind, HOUSEHOLD) == 0;
	v[XDR_LB] = p->natural ? NATURAL : kind ? kind : "";
	if (p->natural) {
		v[XDR_ZJHM] = p->id_number;
		v[XDR_ZJLX] = p->id_number[0] ? word_of(m->book, m->book->fields[XDR_ZJLX].words, CITIZEN_CARD) : "";
	} else {
		v[XDR_SHXYM] = p->uscc[0] ? p->uscc : m->household ? NO_CODE : "";
		v[FRDB] = p->representative;
	}
}

/* 警告 and 罚款 as 警告;罚款, each of the standard's words once. */
static void put_kinds(struct making *m)
{
	struct str out = STR_INIT(TEXT_MAX_BYTES);
	struct json_doc *doc = NULL;
	const char *text = fact_text(m->from->facts, FIELD_PENALTY_KINDS);

	if (text[0] && json_parse(m->arena, sv_of(text), &doc, NULL) != ERR_OK)
		doc = NULL;
	for (const struct json_value *v = doc ? json_first(json_root(doc)) : NULL; v; v = json_next(v)) {
		struct sv kind = json_string(v);
		const char *word = word_of(m->book, m->book->fields[CFLB].words, keep(m->arena, kind));
		m->fine = m->fine || sv_eq_str(kind, "罚款");
		m->confiscation = m->confiscation || sv_eq_str(kind, "没收违法所得") || sv_eq_str(kind, "没收非法财物");
		m->licence = m->licence || sv_eq_str(kind, "暂扣许可证件") || sv_eq_str(kind, "吊销许可证件");
		if (!word)
			problem(m, CFLB, "有一种处罚在双公示标准中没有对应的类别");
		else if (!strstr(str_cstr(&out), word))
			str_printf(&out, "%s%s", out.len ? ";" : "", word);
	}
	m->row->values[CFLB] = keep(m->arena, (struct sv){ out.p, out.len });
	str_release(&out);
}

static const char *wan(struct making *m, int64_t fen)
{
	char buf[32];

	sgs_wan(fen, buf);
	return arena_strdup(m->arena, buf);
}

static void put_amounts(struct making *m)
{
	const struct facts *f = m->from->facts;
	int64_t fine = fact_money(f, FIELD_FINE);
	int64_t taken = fact_money(f, FIELD_CONFISCATED_INCOME) + fact_money(f, FIELD_CONFISCATED_GOODS_VALUE);

	if (m->fine && fine > 0)
		m->row->values[NR_FK] = wan(m, fine);
	if (m->confiscation && taken > 0)
		m->row->values[NR_WFFF] = wan(m, taken);
	if (m->licence)
		m->row->values[NR_ZKDX] = fact_text(f, FIELD_LICENCE);
}

/* The decision's text as it may be known. */
static void put_facts_text(struct making *m)
{
	const struct facts *f = m->from->facts;
	struct sv original = sv_of(fact_text(f, FIELD_DECISION_TEXT));
	struct redaction_cuts cuts;
	const char *text = NULL;

	if (!m->from->reviewed) {
		problem(m, SY, "保密审查尚未通过，违法事实不能报送");
		return;
	}
	if (redaction_read(m->arena, sv_of(fact_text(f, FIELD_CUTS)), &cuts, NULL) == ERR_OK &&
	    redaction_check(m->arena, original, &cuts, NULL, NULL) == ERR_OK)
		text = redaction_apply(m->arena, original, &cuts);
	if (!text) {
		problem(m, SY, "删节与决定文本不符");
		return;
	}
	m->row->values[SY] = text;
}

/* Free texts leave only when nothing is in them that must not be public. The same for all rows of a decision. */
static void guard_texts(struct making *m)
{
	static const int texts[] = { WFXW, SY, YJ, NR };
	struct redaction_known known = { .natural = false };

	redaction_know_parties(&known, m->arena, m->from->facts);
	redaction_know_facts(&known, m->arena, m->from->facts);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char **v = &m->row->values[texts[i]];
		const char *clean = redaction_clean(m->arena, sv_of(*v));
		if (!clean || ((*v)[0] && redaction_guard(m->arena, sv_of(clean), &known, NULL) != ERR_OK)) {
			problem(m, texts[i], "含有不得公开的内容");
			clean = "";
		}
		*v = clean;
	}
}

static void put_days(struct making *m)
{
	const struct facts *f = m->from->facts;
	struct disclosure_window window;
	day_t published = fact_day(f, FIELD_PUBLISHED_ON), until = fact_day(f, FIELD_STOP_DUE);

	m->row->values[JDRQ] = slashed(m->arena, fact_day(f, FIELD_DECIDED_ON));
	m->row->values[YXQ] = fact_has(f, FIELD_RESTRICTION_UNTIL) ? slashed(m->arena, fact_day(f, FIELD_RESTRICTION_UNTIL)) : NO_END;
	if (until == DAY_NONE && disclosure_window(m->law, f, published == DAY_NONE ? m->from->today : published, &window))
		until = window.stop_due;
	m->row->values[GSJZQ] = slashed(m->arena, until);
}

static void put_decision(struct making *m, size_t parties)
{
	const struct facts *f = m->from->facts;
	struct disclosure_summary s;
	const char **v = m->row->values;

	disclosure_summary(m->arena, f, m->from->organ, m->from->number, &s);
	v[WSH] = s.decision_no;
	v[WFXW] = s.violation;
	v[YJ] = fact_text(f, FIELD_BASIS);
	v[NR] = s.penalty;
	v[CFJG] = v[SJLY] = m->from->organ;
	v[CFJGDM] = v[SJLYDM] = m->from->uscc ? m->from->uscc : "";
	put_kinds(m);
	put_amounts(m);
	put_facts_text(m);
	guard_texts(m);
	put_days(m);
	if (parties > 1)
		v[BZ] = arena_printf(m->arena, "同一决定处罚当事人%zu名，金额为决定的合计", parties);
}

/* ---- checks ---- */

static bool is_needed(const struct making *m, const struct sgs_field *f)
{
	switch (f->need) {
	case SGS_ALWAYS: return true;
	case SGS_ORGANISATION: return !m->natural;
	case SGS_NATURAL: return m->natural;
	case SGS_FINE: return m->fine;
	case SGS_CONFISCATION: return m->confiscation;
	case SGS_LICENCE: return m->licence;
	case SGS_WITH: return m->row->values[f->with][0] != '\0';
	case SGS_OPTIONAL:
	case SGS_NEED_COUNT: break;
	}
	return false;
}

/* Of several words each. */
static bool are_words(const struct sgs_book *book, const struct sgs_field *f, struct sv rest)
{
	while (rest.n > 0) {
		const char *end = memchr(rest.p, ';', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;
		if (!is_word(book, f->words, (struct sv){ rest.p, n }))
			return false;
		rest = end ? (struct sv){ end + 1, rest.n - n - 1 } : (struct sv){ NULL, 0 };
	}
	return true;
}

static const char *wrong(struct making *m, int field)
{
	const struct sgs_field *f = &m->book->fields[field];
	struct sv value = sv_of(m->row->values[field]);
	struct err err = ERR_INIT;
	const char *normal;

	if (value.n == 0)
		return is_needed(m, f) ? "缺少" : NULL;
	if (f->length > 0 && text_count_chars(value) > (size_t)f->length)
		return arena_printf(m->arena, "超过%" PRId64 "个字", f->length);
	if (f->words[0] && !are_words(m->book, f, value))
		return "不是标准中的类别";
	if (f->kind == SGS_USCC && !sv_eq_str(value, NO_CODE) && ident_uscc(m->arena, value, &normal, NULL, &err) != ERR_OK)
		return "统一社会信用代码不对，请核对校验位";
	if (f->kind == SGS_ID && ident_citizen(m->arena, value, m->from->today, &normal, &err) != ERR_OK)
		return "居民身份证号码不对，请核对校验位";
	return NULL;
}

/* Six digits of the birth day; the century stays. */
static const char *masked(struct arena *arena, const char *id)
{
	char *ret = arena_strdup(arena, id);
	size_t n = strlen(id);

	if (n == ID_LENGTH)
		memset(ret + BIRTH_AT, '*', BIRTH_DIGITS);
	else if (n > 4)
		memset(ret + 2, '*', n - 4);
	return ret;
}

static void finish(struct making *m)
{
	for (int i = 0; i < SGS_FIELDS; i++) {
		const char *what = wrong(m, i);
		if (what)
			problem(m, i, what);
	}
	for (int i = 0; i < SGS_FIELDS; i++) {
		if (m->book->fields[i].kind == SGS_ID && !m->from->full_id)
			m->row->values[i] = masked(m->arena, m->row->values[i]);
	}
}

/* What is of the decision is made once: looking for secrets in its text takes milliseconds. */
static void copy_decision(struct making *m, const struct making *first, size_t problems)
{
	m->fine = first->fine;
	m->confiscation = first->confiscation;
	m->licence = first->licence;
	for (size_t i = WSH; i < SGS_FIELDS; i++)
		m->row->values[i] = first->row->values[i];
	for (size_t i = 0; i < problems; i++)
		m->row->problems[m->row->problem_count++] = first->row->problems[i];
}

size_t sgs_rows(const struct sgs_book *book, const struct law_book *law, const struct sgs_source *from, struct arena *arena,
		struct sgs_row **ret)
{
	static const struct party nobody = { "", "", "", "", "", "", "", "", false };
	struct party *all = arena_array(arena, struct party, PARTIES_MAX);
	const struct party *punished[PARTIES_MAX] = { &nobody };
	struct making first = { .row = NULL };
	size_t n = 0, decided = 0, count = parties_list(arena, from->facts, all, PARTIES_MAX);

	for (size_t i = 0; i < count; i++) {
		if (!redaction_third_person(&all[i], NULL))
			punished[n++] = &all[i];
	}
	n = n ? n : 1; /* nobody: the row says so */
	*ret = arena_array(arena, struct sgs_row, n);
	for (size_t i = 0; i < n; i++) {
		struct sgs_row *row = &(*ret)[i];
		struct making m = { .book = book, .law = law, .from = from, .arena = arena, .party = punished[i], .row = row };
		for (size_t k = 0; k < SGS_FIELDS; k++)
			row->values[k] = "";
		row->problems = arena_array(arena, struct sgs_problem, PROBLEMS_MAX);
		row->problem_count = 0;
		put_party(&m);
		if (i > 0) {
			copy_decision(&m, &first, decided);
		} else {
			put_decision(&m, n);
			first = m;
			decided = row->problem_count;
		}
		finish(&m);
	}
	return n;
}
