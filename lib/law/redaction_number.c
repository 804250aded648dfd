/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Numbers that point at a person, by their own form or by the label in front of them.
 *
 * A number is read over what people put between its digits (blanks, hyphens, a line end, zero-width characters), and
 * tried at each place where a group of digits begins: "20000 138 1234 5678" holds one. Which kinds there are, and
 * how sure each is, stands in the tables below. */
#include "base/day.h"
#include "base/text.h"
#include "law/ident.h"
#include "law/redaction_internal.h"

enum { NUMBER_MAX = 32, GAP_MAX = 3, LABEL_GAP_MAX = 8, ADDRESS_LETTERS_MAX = 60, ADDRESS_LETTERS_MIN = 4 };

/* ---- reading digits ---- */

/* Digits from a unit on, with the unit behind each. */
struct digits {
	char c[NUMBER_MAX + 1];      /* NUL-terminated */
	size_t unit[NUMBER_MAX];     /* where each stands */
	size_t n;
};

static bool is_digit(const struct text_unit *u)
{
	return u->c >= '0' && u->c <= '9';
}

static bool is_latin(const struct text_unit *u)
{
	return u->kind == TEXT_LETTER && ((u->c >= 'a' && u->c <= 'z') || is_digit(u));
}

static bool may_stand_between(const struct text_unit *u)
{
	switch (u->kind) {
	case TEXT_BLANK:
	case TEXT_DASH:
	case TEXT_HIDDEN:
	case TEXT_LINE:
		return true;
	case TEXT_POINT:
		return u->c == '.' || u->c == ')' || u->c == 0xB7 || u->c == 0x2022 || u->c == '*';
	default:
		return false;
	}
}

/* The first unit from i on that does not stand between digits; too many of them end the number. */
static size_t skip_gap(const struct text_scan *s, size_t i)
{
	size_t from = i;

	while (i < s->count && may_stand_between(&s->units[i]) && i - from < GAP_MAX)
		i++;
	return i;
}

/* X of a citizen number, and what people type for it: ×, Cyrillic and Greek letters. */
static bool is_x(const struct text_unit *u)
{
	return u->c == 'x' || u->c == 0xD7 || u->c == 0x445 || u->c == 0x3C7;
}

static void read_digits(const struct text_scan *s, size_t i, struct digits *ret)
{
	ret->n = 0;
	while (i < s->count && ret->n < NUMBER_MAX) {
		const struct text_unit *u = &s->units[i];
		if (is_digit(u)) {
			ret->c[ret->n] = (char)u->c;
		} else if (ret->n == 17 && is_x(u) && (i + 1 == s->count || !is_latin(&s->units[i + 1]))) {
			ret->c[ret->n] = 'X';
			ret->unit[ret->n++] = i;
			break;
		} else {
			break;
		}
		ret->unit[ret->n++] = i;
		size_t next = skip_gap(s, i + 1);
		bool more = next < s->count && (is_digit(&s->units[next]) || (ret->n == 17 && is_x(&s->units[next])));
		if (!more)
			break;
		i = next;
	}
	ret->c[ret->n] = '\0';
}

/* May the number end behind its n-th digit? Not in the middle of a group. */
static bool ends_group(const struct text_scan *s, const struct digits *d, size_t n)
{
	size_t behind = d->unit[n - 1] + 1;

	return behind >= s->count || !is_digit(&s->units[behind]);
}

/* Is the number followed by what makes it an amount? */
static bool is_amount(const struct text_scan *s, const struct digits *d, size_t n)
{
	static const char *const units[] = { "元", "万", "亿", "件", "瓶", "箱", "个", "只", "台", "枚", "吨", "米", "套", "%" };
	size_t i = skip_gap(s, d->unit[n - 1] + 1);
	struct sv rest;

	if (i >= s->count)
		return false;
	rest = (struct sv){ s->source.p + s->units[i].at, s->source.n - s->units[i].at };
	for (size_t k = 0; k < ARRAY_LEN(units); k++) {
		if (sv_starts_with(rest, sv_of(units[k])))
			return true;
	}
	return false;
}

/* Does one of the words stand close before unit i? Only letters are compared. */
static bool label_before(const struct text_scan *s, size_t i, const char *const *words, size_t count)
{
	enum { WINDOW = 14 };
	struct sv before;
	size_t from = i;

	for (size_t letters = 0; from > 0 && letters < WINDOW && s->units[from - 1].kind != TEXT_LINE; from--)
		letters += s->units[from - 1].kind == TEXT_LETTER;
	if (from == i)
		return false;
	before = (struct sv){ s->source.p + s->units[from].at, s->units[i - 1].end - s->units[from].at };
	for (size_t k = 0; k < count; k++) {
		struct sv word = sv_of(words[k]);
		for (size_t at = 0; at + word.n <= before.n; at++) {
			if (memcmp(before.p + at, word.p, word.n) == 0)
				return true;
		}
	}
	return false;
}

/* ---- citizen numbers (GB 11643) ---- */

static int two(const char *p)
{
	return (p[0] - '0') * 10 + (p[1] - '0');
}

/* The first two digits of a region, and those of residence permits of foreigners. */
static bool is_province(const char *p)
{
	static const int codes[] = { 11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43,
				     44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83, 91 };

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		if (two(p) == codes[i])
			return true;
	}
	return false;
}

static bool is_birth(int year, const char *month_day)
{
	day_t day;

	/* The 1800s have the months of the 1900s; the standard's own sample was born then. */
	if (year < 1800 || year > 2099)
		return false;
	return day_from_ymd(year < 1900 ? year + 100 : year, two(month_day), two(month_day + 2), &day);
}

static bool check_is_right(const char *s)
{
	static const char check[] = "10X98765432";
	int sum = 0;

	for (int i = 0; i < 17; i++)
		sum += (s[i] - '0') * ((1 << (17 - i)) % 11);
	return check[sum % 11] == s[17];
}

static const char *const id_labels[] = { "身份证", "证件号", "公民身份", "身份号码", "证号" };
static const char *const code_labels[] = { "信用代码", "注册号", "登记号", "许可证", "备案", "组织机构代码" };

static void hit_digits(struct redaction_hits *h, const struct text_scan *s, const struct digits *d, size_t first,
		       size_t n, enum redaction_class why, bool certain, const char *how)
{
	redaction_hit(h, s->units[d->unit[first]].at, s->units[d->unit[n - 1]].end, why, certain, how);
}

static bool find_citizen18(struct redaction_hits *h, const struct text_scan *s, const struct digits *d)
{
	const char *code;

	if (d->n < 18 || !ends_group(s, d, 18) || !is_birth(two(d->c + 6) * 100 + two(d->c + 8), d->c + 10))
		return false;
	bool right = check_is_right(d->c);
	bool labelled = label_before(s, d->unit[0], id_labels, ARRAY_LEN(id_labels));
	if (!labelled && label_before(s, d->unit[0], code_labels, ARRAY_LEN(code_labels)))
		return false;
	if (!right && !labelled && ident_uscc(h->arena, (struct sv){ d->c, 18 }, &code, NULL, NULL) == ERR_OK)
		return false;
	hit_digits(h, s, d, 0, 18, REDACTION_ID_NUMBER, right || labelled || is_province(d->c), "公民身份号码");
	return true;
}

static bool find_citizen15(struct redaction_hits *h, const struct text_scan *s, const struct digits *d)
{
	if (d->n < 15 || !ends_group(s, d, 15))
		return false;
	bool labelled = label_before(s, d->unit[0], id_labels, ARRAY_LEN(id_labels));
	if (!is_birth(1900 + two(d->c + 6), d->c + 8) || (!labelled && !is_province(d->c)))
		return false;
	if (!labelled && (label_before(s, d->unit[0], code_labels, ARRAY_LEN(code_labels)) || is_amount(s, d, 15)))
		return false;
	hit_digits(h, s, d, 0, 15, REDACTION_ID_NUMBER, true, "十五位身份证号码");
	return true;
}

/* ---- phones ---- */

/* Digits of a country code (or a trunk prefix) in front of a mobile number; SIZE_MAX: this is none. */
static size_t mobile_at(const struct digits *d)
{
	static const char *const prefixes[] = { "", "86", "0086", "0" };

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		size_t n = strlen(prefixes[i]);
		if (d->n >= n + 11 && memcmp(d->c, prefixes[i], n) == 0 && d->c[n] == '1' && d->c[n + 1] >= '3')
			return n;
	}
	return SIZE_MAX;
}

static bool find_mobile(struct redaction_hits *h, const struct text_scan *s, const struct digits *d)
{
	size_t prefix = mobile_at(d);
	size_t first = d->unit[0];

	if (prefix == SIZE_MAX || !ends_group(s, d, prefix + 11) || is_amount(s, d, prefix + 11))
		return false;
	/* SN13812345678 is more likely a thing's number. */
	bool part = first > 0 && s->units[first - 1].c >= 'a' && s->units[first - 1].c <= 'z';
	hit_digits(h, s, d, 0, prefix + 11, REDACTION_CONTACT, !part, "手机号码");
	return true;
}

/* 028-12345678, 0832 1234567, (0832)1234567; ten to twelve digits in one group are not sure. */
static bool find_landline(struct redaction_hits *h, const struct text_scan *s, const struct digits *d)
{
	static const char *const phone_labels[] = { "电话", "座机", "传真", "联系方式" };

	if (d->n < 10 || d->c[0] != '0' || d->c[1] == '0')
		return false;
	for (size_t n = 12; n >= 10; n--) {
		if (d->n < n || !ends_group(s, d, n) || is_amount(s, d, n))
			continue;
		size_t area = d->c[1] <= '2' ? 3 : 4;
		bool split = d->unit[area] != d->unit[area - 1] + 1;
		bool sure = split || label_before(s, d->unit[0], phone_labels, ARRAY_LEN(phone_labels));
		hit_digits(h, s, d, 0, n, REDACTION_CONTACT, sure, "固定电话");
		return true;
	}
	return false;
}

static bool find_hotline(struct redaction_hits *h, const struct text_scan *s, const struct digits *d)
{
	if (d->n < 10 || (memcmp(d->c, "400", 3) != 0 && memcmp(d->c, "800", 3) != 0) || !ends_group(s, d, 10) ||
	    is_amount(s, d, 10))
		return false;
	hit_digits(h, s, d, 0, 10, REDACTION_CONTACT, false, "服务电话");
	return true;
}

/* ---- bank cards ---- */

static bool luhn(const char *c, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++) {
		int v = c[n - 1 - i] - '0';
		v = i % 2 ? v * 2 : v;
		sum += v > 9 ? v - 9 : v;
	}
	return sum % 10 == 0;
}

static bool find_card(struct redaction_hits *h, const struct text_scan *s, const struct digits *d)
{
	if (d->n < 16 || d->c[0] < '3' || d->c[0] > '6')
		return false;
	for (size_t n = 19; n >= 16; n--) {
		if (d->n < n || d->c[n - 1] == 'X' || !ends_group(s, d, n) || !luhn(d->c, n) || is_amount(s, d, n))
			continue;
		/* UnionPay cards begin with 62, foreign ones have 16 digits. */
		hit_digits(h, s, d, 0, n, REDACTION_ACCOUNT, memcmp(d->c, "62", 2) == 0 || n == 16, "银行卡号");
		return true;
	}
	return false;
}

/* ---- passports and permits without a label: they look like models of goods ---- */

static void find_passport(struct redaction_hits *h, const struct text_scan *s, size_t i)
{
	static const char firsts[] = "egdsphm";
	size_t k = i + 1, digits = 0;

	if (!s->units[i].c || s->units[i].c >= 0x80 || !strchr(firsts, (char)s->units[i].c) ||
	    (i > 0 && is_latin(&s->units[i - 1])))
		return;
	while (k < s->count && is_digit(&s->units[k])) {
		k++;
		digits++;
	}
	if (digits == 8 && (k == s->count || !is_latin(&s->units[k])))
		redaction_hit(h, s->units[i].at, s->units[k - 1].end, REDACTION_ID_NUMBER, false, "疑似护照或通行证号码");
}

/* ---- e-mail ---- */

static bool is_mail_char(const struct text_unit *u)
{
	return u->c < 0x80 && (is_latin(u) || u->kind == TEXT_DASH || u->c == '.' || u->c == '+' || u->c == '%');
}

static void find_mail(struct redaction_hits *h, const struct text_scan *s, size_t at)
{
	size_t from = at, to = at + 1, point = 0, tail = 0;

	while (from > 0 && s->units[from - 1].kind == TEXT_BLANK)
		from--;
	size_t local = from;
	while (from > 0 && is_mail_char(&s->units[from - 1]))
		from--;
	while (to < s->count && s->units[to].kind == TEXT_BLANK)
		to++;
	size_t domain = to;
	for (; to < s->count && is_mail_char(&s->units[to]); to++) {
		if (s->units[to].c == '.') {
			point = to;
			tail = 0;
		} else {
			tail++;
		}
	}
	/* A full stop behind the address is the sentence's. */
	if (to > domain && s->units[to - 1].c == '.')
		to--;
	if (from == local || to == domain || point == 0 || (tail < 2 && point != to))
		return;
	redaction_hit(h, s->units[from].at, s->units[to - 1].end, REDACTION_CONTACT, true, "电子邮箱");
}

void redaction_find_numbers(struct redaction_hits *h, const struct text_scan *s)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct text_unit *u = &s->units[i];
		if (u->c == '@') {
			find_mail(h, s, i);
		} else if (is_digit(u) && (i == 0 || !is_digit(&s->units[i - 1]))) {
			struct digits d;
			read_digits(s, i, &d);
			if (d.n >= 10 && !find_citizen18(h, s, &d) && !find_citizen15(h, s, &d) &&
			    !find_card(h, s, &d) && !find_mobile(h, s, &d) && !find_hotline(h, s, &d))
				find_landline(h, s, &d);
		} else if (u->kind == TEXT_LETTER) {
			find_passport(h, s, i);
		}
	}
}

/* ---- what stands behind a label ---- */

enum shape { SHAPE_DIGITS, SHAPE_TOKEN, SHAPE_PAPER, SHAPE_ADDRESS };

/* Longest first where one begins another: the first row that fits counts. `natural`: only when the punished is a natural
 * person, because an organisation's 住所 is its business address. */
static const struct label {
	const char *word; /* folded */
	enum shape shape;
	enum redaction_class why;
	size_t min, max; /* digits, or characters of a token */
	bool natural;
	const char *how;
} labels[] = {
	{ "住所住址", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, true, "住所" },
	{ "住所经营场所", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, true, "住所" },
	{ "家庭住址", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "住址" },
	{ "家庭地址", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "住址" },
	{ "身份证住址", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "住址" },
	{ "身份证地址", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "住址" },
	{ "现住址", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "住址" },
	{ "现住", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "住址" },
	{ "家住", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "住址" },
	{ "住址", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "住址" },
	{ "户籍所在地", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "户籍地" },
	{ "户籍地址", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "户籍地" },
	{ "户籍地", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "户籍地" },
	{ "户口所在地", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "户籍地" },
	{ "经常居住地", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "居住地" },
	{ "居住地", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "居住地" },
	{ "居住在", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "居住地" },
	{ "居住于", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "居住地" },
	{ "暂住", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "居住地" },
	{ "租住", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, false, "居住地" },
	{ "住所地", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, true, "住所" },
	{ "住所", SHAPE_ADDRESS, REDACTION_ADDRESS, 0, 0, true, "住所" },

	{ "电话号码", SHAPE_DIGITS, REDACTION_CONTACT, 7, 14, false, "电话" },
	{ "电话", SHAPE_DIGITS, REDACTION_CONTACT, 7, 14, false, "电话" },
	{ "手机号码", SHAPE_DIGITS, REDACTION_CONTACT, 7, 14, false, "电话" },
	{ "手机号", SHAPE_DIGITS, REDACTION_CONTACT, 7, 14, false, "电话" },
	{ "手机", SHAPE_DIGITS, REDACTION_CONTACT, 7, 14, false, "电话" },
	{ "联系方式", SHAPE_DIGITS, REDACTION_CONTACT, 7, 14, false, "电话" },
	{ "座机", SHAPE_DIGITS, REDACTION_CONTACT, 7, 14, false, "电话" },
	{ "传真", SHAPE_DIGITS, REDACTION_CONTACT, 7, 14, false, "电话" },
	{ "微信号", SHAPE_TOKEN, REDACTION_CONTACT, 5, 40, false, "微信号" },
	{ "微信", SHAPE_TOKEN, REDACTION_CONTACT, 5, 40, false, "微信号" },
	{ "wechat", SHAPE_TOKEN, REDACTION_CONTACT, 5, 40, false, "微信号" },
	{ "weixin", SHAPE_TOKEN, REDACTION_CONTACT, 5, 40, false, "微信号" },
	{ "qq号码", SHAPE_DIGITS, REDACTION_CONTACT, 5, 12, false, "QQ号" },
	{ "qq号", SHAPE_DIGITS, REDACTION_CONTACT, 5, 12, false, "QQ号" },
	{ "qq", SHAPE_DIGITS, REDACTION_CONTACT, 5, 12, false, "QQ号" },

	{ "公民身份号码", SHAPE_PAPER, REDACTION_ID_NUMBER, 6, 20, false, "证件号码" },
	{ "身份证号码", SHAPE_PAPER, REDACTION_ID_NUMBER, 6, 20, false, "证件号码" },
	{ "身份证号", SHAPE_PAPER, REDACTION_ID_NUMBER, 6, 20, false, "证件号码" },
	{ "身份证", SHAPE_PAPER, REDACTION_ID_NUMBER, 6, 20, false, "证件号码" },
	{ "证件号码", SHAPE_PAPER, REDACTION_ID_NUMBER, 6, 20, false, "证件号码" },
	{ "证件号", SHAPE_PAPER, REDACTION_ID_NUMBER, 6, 20, false, "证件号码" },
	{ "护照", SHAPE_PAPER, REDACTION_ID_NUMBER, 6, 20, false, "护照号码" },
	{ "通行证", SHAPE_PAPER, REDACTION_ID_NUMBER, 6, 20, false, "通行证号码" },
	{ "回乡证", SHAPE_PAPER, REDACTION_ID_NUMBER, 6, 20, false, "通行证号码" },
	{ "台胞证", SHAPE_PAPER, REDACTION_ID_NUMBER, 6, 20, false, "通行证号码" },
	{ "居留证", SHAPE_PAPER, REDACTION_ID_NUMBER, 6, 20, false, "居留证号码" },
	{ "居住证", SHAPE_PAPER, REDACTION_ID_NUMBER, 6, 20, false, "居住证号码" },
	{ "军官证", SHAPE_PAPER, REDACTION_ID_NUMBER, 5, 20, false, "军官证号码" },
	{ "驾驶证", SHAPE_PAPER, REDACTION_ID_NUMBER, 6, 20, false, "驾驶证号码" },

	{ "银行账号", SHAPE_DIGITS, REDACTION_ACCOUNT, 8, 32, false, "账号" },
	{ "银行帐号", SHAPE_DIGITS, REDACTION_ACCOUNT, 8, 32, false, "账号" },
	{ "银行卡号", SHAPE_DIGITS, REDACTION_ACCOUNT, 8, 32, false, "账号" },
	{ "银行账户", SHAPE_DIGITS, REDACTION_ACCOUNT, 8, 32, false, "账号" },
	{ "银行卡", SHAPE_DIGITS, REDACTION_ACCOUNT, 8, 32, false, "账号" },
	{ "账号", SHAPE_DIGITS, REDACTION_ACCOUNT, 8, 32, false, "账号" },
	{ "帐号", SHAPE_DIGITS, REDACTION_ACCOUNT, 8, 32, false, "账号" },
	{ "账户", SHAPE_DIGITS, REDACTION_ACCOUNT, 8, 32, false, "账号" },
	{ "卡号", SHAPE_DIGITS, REDACTION_ACCOUNT, 8, 32, false, "账号" },
};

/* Units behind a label that lead to its value: ：, 为, 是, a closing bracket. A × stands where the value was cut already. */
static size_t skip_to_value(const struct text_scan *s, size_t i)
{
	static const int32_t words[] = { 0x4E3A /* 为 */, 0x662F /* 是 */, 0x53F7 /* 号 */, 0x7801 /* 码 */, 0x5728 /* 在 */ };
	size_t from = i;

	for (; i < s->count && i - from < LABEL_GAP_MAX; i++) {
		const struct text_unit *u = &s->units[i];
		bool word = false;
		for (size_t k = 0; k < ARRAY_LEN(words); k++)
			word = word || u->c == words[k];
		bool point = u->kind == TEXT_POINT && u->c != 0xD7 && u->c != ',' && u->c != ';' && u->c != 0x3002 && u->c != 0x3001;
		if (!word && !point && u->kind != TEXT_BLANK && u->kind != TEXT_HIDDEN && u->kind != TEXT_DASH)
			break;
	}
	return i;
}

static void take_digits(struct redaction_hits *h, const struct text_scan *s, size_t i, const struct label *l)
{
	struct digits d;

	read_digits(s, i, &d);
	while (d.n > 0 && !ends_group(s, &d, d.n))
		d.n--;
	if (d.n >= l->min && d.n <= l->max && !is_amount(s, &d, d.n))
		hit_digits(h, s, &d, 0, d.n, l->why, true, l->how);
}

static void take_token(struct redaction_hits *h, const struct text_scan *s, size_t i, const struct label *l)
{
	size_t end = i, letters = 0;

	while (end < s->count && (is_latin(&s->units[end]) || (s->units[end].kind == TEXT_DASH && s->units[end].c < 0x80))) {
		letters++;
		end++;
	}
	if (letters >= l->min && letters <= l->max)
		redaction_hit(h, s->units[i].at, s->units[end - 1].end, l->why, true, l->how);
}

/* Letters, digits and what stands between; at least five digits, also when stars hide the others. */
static void take_paper(struct redaction_hits *h, const struct text_scan *s, size_t i, const struct label *l)
{
	size_t end = i, n = 0, digits = 0, k = i;

	if (!is_latin(&s->units[i]))
		return;
	while (k < s->count && n < l->max) {
		const struct text_unit *u = &s->units[k];
		if (!is_latin(u) && !is_x(u)) {
			size_t next = skip_gap(s, k);
			if (next == k || n == 0 || next >= s->count || !is_digit(&s->units[next]))
				break;
			k = next;
			continue;
		}
		n++;
		digits += is_digit(u);
		end = ++k;
	}
	if (n >= l->min && digits >= 5)
		redaction_hit(h, s->units[i].at, s->units[end - 1].end, l->why, true, l->how);
}

/* Does one of the words begin at unit i, whatever stands between its characters? */
static bool word_at(const struct text_scan *s, size_t i, const char *word, size_t *ret_end)
{
	struct sv w = sv_of(word);

	for (size_t k = 0; k < w.n;) {
		const unsigned char *u = (const unsigned char *)w.p + k;
		int32_t c = u[0] < 0x80 ? u[0] : (u[0] & 0x0F) << 12 | (u[1] & 0x3F) << 6 | (u[2] & 0x3F);
		while (k > 0 && i < s->count && s->units[i].kind != TEXT_LETTER && s->units[i].kind != TEXT_LINE)
			i++;
		if (i >= s->count || s->units[i].c != c)
			return false;
		i++;
		k += u[0] < 0x80 ? 1 : 3;
	}
	*ret_end = i;
	return true;
}

static bool is_address_sign(int32_t c)
{
	static const int32_t signs[] = { 0x7701, 0x5E02, 0x53BF, 0x533A, 0x9547, 0x4E61, 0x6751, 0x8857, 0x8DEF, 0x5DF7,
					 0x9053, 0x53F7, 0x680B, 0x5E62, 0x5BA4, 0x7EC4, 0x793E, 0x697C }; /* 省市县区镇乡村街路巷道号栋幢室组社楼 */

	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		if (c == signs[i])
			return true;
	}
	return false;
}

/* Up to the end of the clause, or to where the next item of a person's data begins. */
static void take_address(struct redaction_hits *h, const struct text_scan *s, size_t i, const struct label *l)
{
	static const char *const next_items[] = { "联系", "电话", "身份", "性别", "出生", "邮编", "民族", "手机", "法定代表", "经营者",
						  "负责人", "统一社会", "经营场所", "职业", "年龄" };
	size_t end = i, letters = 0, signs = 0, at;
	int depth = 0;

	for (; end < s->count && letters < ADDRESS_LETTERS_MAX; end++) {
		const struct text_unit *u = &s->units[end];
		bool next = false;
		for (size_t k = 0; k < ARRAY_LEN(next_items) && !next; k++)
			next = end > i && word_at(s, end, next_items[k], &at);
		if (next || u->kind == TEXT_LINE)
			break;
		if (u->kind == TEXT_POINT && u->c != '#' && u->c != '/' && u->c != 0xB7 && u->c != '*') {
			depth += (u->c == '(') - (u->c == ')');
			if ((u->c != '(' && u->c != ')') || depth < 0)
				break;
		}
		letters += u->kind == TEXT_LETTER;
		signs += is_address_sign(u->c);
	}
	while (end > i && s->units[end - 1].kind != TEXT_LETTER)
		end--;
	if (letters >= ADDRESS_LETTERS_MIN && signs > 0 && end > i)
		redaction_hit(h, s->units[i].at, s->units[end - 1].end, l->why, true, l->how);
}

static void take_value(struct redaction_hits *h, const struct text_scan *s, size_t i, const struct label *l)
{
	i = skip_to_value(s, i);
	if (i >= s->count)
		return;
	switch (l->shape) {
	case SHAPE_DIGITS:
		take_digits(h, s, i, l);
		break;
	case SHAPE_TOKEN:
		take_token(h, s, i, l);
		break;
	case SHAPE_PAPER:
		take_paper(h, s, i, l);
		break;
	case SHAPE_ADDRESS:
		take_address(h, s, i, l);
		break;
	}
}

void redaction_find_labelled(struct redaction_hits *h, const struct text_scan *s, bool natural)
{
	for (size_t i = 0; i < s->count; i++) {
		size_t end;
		if (s->units[i].kind != TEXT_LETTER)
			continue;
		for (size_t k = 0; k < ARRAY_LEN(labels); k++) {
			if (!word_at(s, i, labels[k].word, &end))
				continue;
			if (!labels[k].natural || natural)
				take_value(h, s, end, &labels[k]);
			/* 住址 inside 住所（住址） is the same label. */
			i = end - 1;
			break;
		}
	}
}
