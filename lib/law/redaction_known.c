/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What must not be public of one matter, gathered from what was typed.
 *
 * People type lists, labels and honorifics into one field: "联系人：张某先生 138 0000 0000". A piece that names
 * nobody must not become a secret, or every 电话 of a decision would be cut; so pieces are compared with a
 * table of such words first. */
#include "law/redaction.h"

#include "base/text.h"
#include "base/text_scan.h"
#include "law/redaction_internal.h"

enum {
	PARTIES_MAX = 64,
	NAME_MIN = 2,     /* characters of a name; a surname alone would be found everywhere */
	LATIN_MIN = 4,    /* of a name in Latin letters */
	DIGITS_MIN = 5,   /* of a number */
	ADDRESS_MIN = 6,  /* of a part of an address */
};

/* ---- the lists ---- */

static void add_secret(struct redaction_known *k, struct arena *arena, enum redaction_class why, const char *text)
{
	for (size_t i = 0; i < k->count; i++) {
		if (k->secrets[i].why == why && strcmp(k->secrets[i].text, text) == 0)
			return;
	}
	if (k->count == k->room) {
		size_t room = k->room ? k->room * 2 : 32;
		struct redaction_secret *more = arena_array(arena, struct redaction_secret, room);
		if (k->count)
			memcpy(more, k->secrets, k->count * sizeof(*more));
		k->secrets = more;
		k->room = room;
	}
	/* The array is ours, whatever the reader's view of it is. */
	struct redaction_secret *at = (struct redaction_secret *)(uintptr_t)&k->secrets[k->count++];
	*at = (struct redaction_secret){ why, text };
}

void redaction_keep(struct redaction_known *k, struct arena *arena, const char *text)
{
	if (!text || !text[0] || !text_is_valid_utf8(sv_of(text)))
		return;
	if (k->keep_count == k->keep_room) {
		size_t room = k->keep_room ? k->keep_room * 2 : 16;
		const char **more = arena_array(arena, const char *, room);
		for (size_t i = 0; i < k->keep_count; i++)
			more[i] = k->keep[i];
		k->keep = more;
		k->keep_room = room;
	}
	const char **at = (const char **)(uintptr_t)&k->keep[k->keep_count++];
	*at = text;
}

/* ---- words that name nobody ---- */

/* Taken off the beginning of a piece. */
static const char *const labels[] = {
	"联系人", "联系电话", "联系方式", "联系地址", "举报人", "投诉人", "投诉举报人", "代理人", "委托代理人", "证人", "姓名", "电话号码", "手机号码", "电话",
	"手机号", "手机", "座机", "传真", "微信号", "微信", "邮箱", "电子邮箱", "地址", "住址", "身份证号码", "身份证号", "身份证", "实名", "职务",
	"调解员", "律师", "保管人", "经办人", "接收人", "领取人", "qq号", "qq", "tel", "mobile", "email",
};
/* Taken off the end. */
static const char *const honorifics[] = { "先生", "女士", "同志", "经理", "律师", "老师", "主任", "科长", "股长", "队长", "警官", "法官",
					  "检察官", "总经理", "老板", "某", "等人", "等" };
/* Nobody at all. */
static const char *const nobody[] = {
	"匿名", "不详", "未知", "群众", "热心群众", "消费者", "市民", "顾客", "职业打假人", "知情人", "知情人士", "本人", "本局", "本所", "我局", "我所",
	"权利人", "商标权利人", "当事人", "代理公司", "无名", "没有", "保密", "不公开", "不愿透露", "公司", "企业", "个人", "同上", "如上", "网民",
	"网友", "业主", "居民", "举报", "投诉", "电话举报", "来信来访", "网络举报", "仓库",
};
static const char *const organisation_words[] = { "公司", "集团", "事务所", "合作社", "有限", "委员会", "管理局", "人民政府", "分局", "大队", "中队",
						  "支队", "法院", "检察院", "公安局", "派出所" };
static const char *const organisation_ends[] = { "局", "所", "厂", "店", "院", "中心", "部", "行", "会", "站", "仓库", "超市", "酒楼", "酒店", "饭店",
						 "学校", "商场", "市场", "协会", "库", "室", "处", "科", "股", "队", "机构", "平台", "网" };

/* Code points of a piece, folded. */
struct piece {
	const int32_t *c;
	size_t n;
};

static bool word_at(const struct piece *p, size_t at, const char *word, size_t *ret_n)
{
	struct sv w = sv_of(word);
	size_t n = 0;

	for (size_t i = 0; i < w.n; n++) {
		const unsigned char *u = (const unsigned char *)w.p + i;
		int32_t c = u[0] < 0x80 ? u[0] : (u[0] & 0x0F) << 12 | (u[1] & 0x3F) << 6 | (u[2] & 0x3F);
		if (at + n >= p->n || p->c[at + n] != c)
			return false;
		i += u[0] < 0x80 ? 1 : 3; /* all words of the tables are ASCII or common ideographs */
	}
	*ret_n = n;
	return true;
}

static bool is_organisation(const struct piece *p)
{
	size_t n;

	for (size_t w = 0; w < ARRAY_LEN(organisation_words); w++) {
		for (size_t at = 0; at < p->n; at++) {
			if (word_at(p, at, organisation_words[w], &n))
				return true;
		}
	}
	for (size_t w = 0; p->n >= 4 && w < ARRAY_LEN(organisation_ends); w++) {
		size_t length = text_count_chars(sv_of(organisation_ends[w]));
		if (word_at(p, p->n - length, organisation_ends[w], &n))
			return true;
	}
	return false;
}

static void strip_labels(struct piece *p)
{
	bool again = true;
	size_t n;

	while (again) {
		again = false;
		for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
			if (word_at(p, 0, labels[i], &n)) {
				p->c += n;
				p->n -= n;
				again = true;
			}
		}
	}
	for (again = true; again;) {
		again = false;
		for (size_t i = 0; i < ARRAY_LEN(honorifics); i++) {
			size_t length = text_count_chars(sv_of(honorifics[i]));
			if (p->n > length && word_at(p, p->n - length, honorifics[i], &n)) {
				p->n -= n;
				again = true;
			}
		}
	}
}

static bool is_latin(const struct piece *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->c[i] >= 0x250)
			return false;
	}
	return true;
}

static bool names_nobody(const struct piece *p)
{
	size_t n;

	if (p->n < (is_latin(p) ? (size_t)LATIN_MIN : (size_t)NAME_MIN))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(nobody); i++) {
		if (word_at(p, 0, nobody[i], &n) && n == p->n)
			return true;
	}
	return false;
}

static const char *piece_text(struct arena *arena, const struct piece *p)
{
	char *out = arena_try_alloc(arena, p->n * 4 + 1);
	size_t len = 0;

	for (size_t i = 0; out && i < p->n; i++) {
		uint32_t c = (uint32_t)p->c[i];
		if (c < 0x80) {
			out[len++] = (char)c;
		} else if (c < 0x800) {
			out[len++] = (char)(0xC0 | c >> 6);
			out[len++] = (char)(0x80 | (c & 0x3F));
		} else if (c < 0x10000) {
			out[len++] = (char)(0xE0 | c >> 12);
			out[len++] = (char)(0x80 | (c >> 6 & 0x3F));
			out[len++] = (char)(0x80 | (c & 0x3F));
		} else {
			out[len++] = (char)(0xF0 | c >> 18);
			out[len++] = (char)(0x80 | (c >> 12 & 0x3F));
			out[len++] = (char)(0x80 | (c >> 6 & 0x3F));
			out[len++] = (char)(0x80 | (c & 0x3F));
		}
	}
	return out;
}

/* ---- addresses ---- */

static bool is_digit(int32_t c)
{
	return c >= '0' && c <= '9';
}

/* Text that leads to a door; 天池镇 alone is no secret. */
static bool leads_to_a_door(const struct piece *p)
{
	static const char *const signs[] = { "号", "室", "栋", "幢", "单元", "组", "户", "楼", "弄", "巷", "社" };
	size_t n;

	for (size_t i = 0; i < p->n; i++) {
		if (is_digit(p->c[i]))
			return true;
		for (size_t w = 0; w < ARRAY_LEN(signs); w++) {
			if (word_at(p, i, signs[w], &n))
				return true;
		}
	}
	return false;
}

/* The address, and each part of it that begins behind a province, a city, a county, a town: any of them is the home. */
static void know_address(struct redaction_known *k, struct arena *arena, struct piece whole)
{
	static const char *const borders[] = { "省", "市", "县", "区", "镇", "乡", "街道", "州", "盟", "旗" };
	size_t n;

	if (whole.n >= NAME_MIN * 2)
		add_secret(k, arena, REDACTION_ADDRESS, piece_text(arena, &whole));
	for (size_t i = 0; i < whole.n; i++) {
		for (size_t w = 0; w < ARRAY_LEN(borders); w++) {
			if (!word_at(&whole, i, borders[w], &n))
				continue;
			struct piece rest = { whole.c + i + n, whole.n - i - n };
			if (rest.n >= ADDRESS_MIN && leads_to_a_door(&rest))
				add_secret(k, arena, REDACTION_ADDRESS, piece_text(arena, &rest));
		}
	}
}

/* ---- taking apart ---- */

struct gather {
	struct redaction_known *known;
	struct arena *arena;
	enum redaction_class why;
	int32_t *c; /* the piece so far */
	size_t n;
};

static void end_name(struct gather *g)
{
	struct piece p = { g->c, g->n };

	g->n = 0;
	strip_labels(&p);
	if (names_nobody(&p))
		return;
	if (p.n >= ADDRESS_MIN && leads_to_a_door(&p)) {
		know_address(g->known, g->arena, p);
		return;
	}
	/* An organisation may be named, but not as the reporter. */
	if (g->why == REDACTION_NAME && is_organisation(&p))
		return;
	add_secret(g->known, g->arena, g->why, piece_text(g->arena, &p));
}

/* One number from unit i on, whatever stands between its digits; the unit behind it. 0: too short to be one, as in 3组8号. */
static size_t take_number(struct gather *g, const struct text_scan *s, size_t i)
{
	size_t digits = 0, n = 0, end = i;
	int32_t *c = arena_array(g->arena, int32_t, s->count - i + 1);

	for (; i < s->count; i++) {
		const struct text_unit *u = &s->units[i];
		bool inside = u->kind == TEXT_BLANK || u->kind == TEXT_DASH || u->kind == TEXT_HIDDEN;
		bool check = u->c == 'x' && digits == 17;
		if (is_digit(u->c) || check) {
			digits++;
			end = i + 1;
			c[n++] = u->c;
		} else if (!inside) {
			break;
		}
	}
	if (digits < DIGITS_MIN)
		return 0;
	struct piece p = { c, n };
	enum redaction_class why = g->why == REDACTION_NAME ? digits >= 15 ? REDACTION_ID_NUMBER : REDACTION_CONTACT : g->why;
	end_name(g);
	add_secret(g->known, g->arena, why, piece_text(g->arena, &p));
	return end;
}

/* Letters, digits and points around an @; 0: there is none in this word. */
static size_t take_mail(struct gather *g, const struct text_scan *s, size_t i)
{
	size_t n = 0, end = i;
	bool at = false;
	int32_t *c = arena_array(g->arena, int32_t, s->count - i + 1);

	for (; end < s->count; end++) {
		const struct text_unit *u = &s->units[end];
		bool word = u->c < 0x80 && (u->kind == TEXT_LETTER || u->kind == TEXT_DASH || u->c == '.' || u->c == '@');
		if (!word)
			break;
		at = at || u->c == '@';
		if (u->kind == TEXT_LETTER)
			c[n++] = u->c;
	}
	if (!at || n < LATIN_MIN)
		return 0;
	struct piece p = { c, n };
	add_secret(g->known, g->arena, g->why == REDACTION_NAME ? REDACTION_CONTACT : g->why, piece_text(g->arena, &p));
	return end;
}

static bool is_latin_unit(const struct text_unit *u)
{
	return u->kind == TEXT_LETTER && u->c < 0x80;
}

/* 公安局 张某某 are two, 张 三 and Ping Li are one: both sides must be able to stand alone. */
static bool blank_parts(const struct gather *g, const struct text_scan *s, size_t i)
{
	size_t behind = 0;

	while (i < s->count && s->units[i].kind == TEXT_BLANK)
		i++;
	while (i + behind < s->count && s->units[i + behind].kind == TEXT_LETTER && s->units[i + behind].c >= 0x250)
		behind++;
	return g->n >= NAME_MIN && behind >= NAME_MIN && g->c[g->n - 1] >= 0x250;
}

static void take_apart(struct gather *g, const struct text_scan *s)
{
	for (size_t i = 0; i < s->count;) {
		const struct text_unit *u = &s->units[i];
		bool word = is_latin_unit(u) && (i == 0 || !is_latin_unit(u - 1));
		size_t end = word ? take_mail(g, s, i) : 0;
		if (end > i) {
			end_name(g);
			i = end;
			continue;
		}
		size_t behind = is_digit(u->c) ? take_number(g, s, i) : 0;
		if (behind > i) {
			i = behind;
			continue;
		}
		if (u->kind == TEXT_LETTER)
			g->c[g->n++] = u->c;
		else if (u->kind == TEXT_POINT || u->kind == TEXT_LINE || (u->kind == TEXT_BLANK && blank_parts(g, s, i)))
			end_name(g);
		i++;
	}
	end_name(g);
}

static void know_whole(struct redaction_known *k, struct arena *arena, enum redaction_class why,
		       const struct text_scan *s)
{
	struct redaction_key key;

	if (!redaction_key(arena, s, &key) || key.n < NAME_MIN)
		return;
	struct piece p = { key.c, key.n };
	add_secret(k, arena, why, piece_text(arena, &p));
	/* The old form of a citizen number: no century, no check character. */
	if (why == REDACTION_ID_NUMBER && key.n == 18) {
		int32_t *old = arena_array(arena, int32_t, 15);
		memcpy(old, key.c, 6 * sizeof(*old));
		memcpy(old + 6, key.c + 8, 9 * sizeof(*old));
		p = (struct piece){ old, 15 };
		add_secret(k, arena, why, piece_text(arena, &p));
	}
}

void redaction_know(struct redaction_known *k, struct arena *arena, enum redaction_class why, const char *text)
{
	struct text_scan scan;

	if (!text || !text[0] || !text_scan(arena, sv_of(text), &scan) || scan.count == 0)
		return;
	struct redaction_key key;
	if (why == REDACTION_ADDRESS) {
		if (redaction_key(arena, &scan, &key))
			know_address(k, arena, (struct piece){ key.c, key.n });
	} else if (why == REDACTION_NAME || why == REDACTION_REPORTER || why == REDACTION_CONTACT ||
		   why == REDACTION_MINOR) {
		struct gather g = { .known = k, .arena = arena, .why = why,
				    .c = arena_array(arena, int32_t, scan.count + 1) };
		/* Pieces point into the buffer only until their text is made. */
		take_apart(&g, &scan);
	} else {
		know_whole(k, arena, why, &scan);
	}
}

/* ---- facts ---- */

/* Roles of people who are not punished. The rest of the roles, and none, are the punished. */
static const struct {
	const char *word;
	enum redaction_class why;
} third_persons[] = {
	{ "举报", REDACTION_REPORTER }, { "投诉", REDACTION_REPORTER }, { "证人", REDACTION_NAME },
	{ "第三人", REDACTION_NAME },   { "代理", REDACTION_NAME },     { "权利人", REDACTION_NAME },
	{ "被害", REDACTION_NAME },     { "受害", REDACTION_NAME },     { "利害关系", REDACTION_NAME },
	{ "联系人", REDACTION_NAME },
};

bool redaction_third_person(const struct party *p, enum redaction_class *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(third_persons); i++) {
		if (strstr(p->role, third_persons[i].word)) {
			if (ret)
				*ret = third_persons[i].why;
			return true;
		}
	}
	return false;
}

static void know_party(struct redaction_known *k, struct arena *arena, const struct party *p)
{
	enum redaction_class why;
	bool third = redaction_third_person(p, &why);

	redaction_know(k, arena, REDACTION_ID_NUMBER, p->id_number);
	redaction_know(k, arena, REDACTION_CONTACT, p->phone);
	if (third && (p->natural || why == REDACTION_REPORTER))
		redaction_know(k, arena, why, p->name);
	else
		redaction_keep(k, arena, p->name);
	if (p->natural) {
		redaction_know(k, arena, REDACTION_ADDRESS, p->address);
		k->natural = k->natural || !third;
	} else {
		redaction_keep(k, arena, p->address);
		redaction_keep(k, arena, p->uscc);
		redaction_keep(k, arena, p->representative);
	}
}

void redaction_know_parties(struct redaction_known *k, struct arena *arena, const struct facts *facts)
{
	struct party parties[PARTIES_MAX];
	size_t n = parties_list(arena, facts, parties, PARTIES_MAX);

	for (size_t i = 0; i < n; i++)
		know_party(k, arena, &parties[i]);
}

/* Fields that hold persons' data. Names of files are whole: what stands in them is somebody's, and nothing of a
 * decision. */
static const struct {
	enum field field;
	enum redaction_class why;
} private_fields[] = {
	{ FIELD_REPORTER, REDACTION_REPORTER },
	{ FIELD_REPORTER_CONTACT, REDACTION_REPORTER },
	{ FIELD_CONTACT, REDACTION_NAME },
	{ FIELD_HOLDER, REDACTION_NAME },
	{ FIELD_CUSTODIAN, REDACTION_NAME },
	{ FIELD_ITEM_RECEIVER, REDACTION_NAME },
	{ FIELD_EXECUTORS, REDACTION_NAME },
	{ FIELD_MEMBERS, REDACTION_NAME },
	{ FIELD_MEDIATOR, REDACTION_NAME },
	{ FIELD_OFFICIAL, REDACTION_NAME },
	{ FIELD_MATERIAL_NAME, REDACTION_PRIVACY },
};

static void know_list(struct redaction_known *k, struct arena *arena, enum redaction_class why, const char *json)
{
	struct json_doc *doc;

	if (json_parse(arena, sv_of(json), &doc, NULL) != ERR_OK)
		return;
	for (const struct json_value *v = json_first(json_root(doc)); v; v = json_next(v))
		redaction_know(k, arena, why, json_string(v).p);
}

void redaction_know_facts(struct redaction_known *k, struct arena *arena, const struct facts *facts)
{
	for (size_t i = 0; i < ARRAY_LEN(private_fields); i++) {
		enum field f = private_fields[i].field;
		if (!fact_has(facts, f))
			continue;
		if (field_info(f)->type == FIELD_TYPE_LIST)
			know_list(k, arena, private_fields[i].why, fact_text(facts, f));
		else
			redaction_know(k, arena, private_fields[i].why, fact_text(facts, f));
	}
	if (k->natural)
		redaction_know(k, arena, REDACTION_ADDRESS, fact_text(facts, FIELD_SERVICE_ADDRESS));
}
