/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Check digits of parties' identifiers, and the reader of document numbers.
 *
 * Messages count characters from 1. They quote a code's characters but never a citizen number or
 * a birth date: messages reach logs and screens of other people.
 */
#include "law/ident.h"

#include <inttypes.h>

#include "base/text.h"

enum { USCC_LENGTH = 18, CITIZEN_LENGTH = 18, ORG_CODE_LENGTH = 9 };

/* Bytes of the UTF-8 character at p; 1 for a stray byte, so that a walk always advances. */
static size_t char_bytes(const char *p, size_t left)
{
	unsigned char c = (unsigned char)*p;
	size_t n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
	return n <= left ? n : 1;
}

/* Half width, upper case, all blanks gone. NULL when `typed` is not valid UTF-8. */
static char *normalise(struct arena *arena, struct sv typed)
{
	static const struct sv no_break_space = SV("\u00A0");

	if (!text_is_valid_utf8(typed))
		return NULL;
	char *s = text_halfwidth(arena, typed);
	if (!s)
		return NULL;
	struct sv in = sv_of(s);
	char *out = s;
	for (size_t i = 0; i < in.n;) {
		struct sv rest = { in.p + i, in.n - i };
		if (sv_starts_with(rest, no_break_space)) {
			i += no_break_space.n;
			continue;
		}
		char c = in.p[i++];
		if (c == ' ' || (c >= '\t' && c <= '\r'))
			continue;
		*out++ = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	*out = '\0';
	return s;
}

static enum err_code not_text(struct err *err)
{
	return err_set(err, ERR_INVALID, "text-encoding", "不是有效的UTF-8文字");
}

static enum err_code check_length(const char *s, size_t want, const char *rule, const char *what,
				  struct err *err)
{
	size_t have = text_count_chars(sv_of(s));
	if (have == want)
		return ERR_OK;
	return err_set(err, ERR_INVALID, rule, "%s应为%zu位，实为%zu位", what, want, have);
}

/* --- GB 32100-2015 and GB 11714 -------------------------------------------------------- */

static const char uscc_charset[] = "0123456789ABCDEFGHJKLMNPQRTUWXY"; /* no I O S V Z */

static int uscc_value(char c)
{
	const char *at = c ? strchr(uscc_charset, c) : NULL;
	return at ? (int)(at - uscc_charset) : -1;
}

static char uscc_check_char(const char *code)
{
	int sum = 0, weight = 1; /* 3^(i-1) mod 31 */
	for (int i = 0; i < USCC_LENGTH - 1; i++) {
		sum += uscc_value(code[i]) * weight;
		weight = weight * 3 % 31;
	}
	return uscc_charset[(31 - sum % 31) % 31];
}

static bool org_code_is_right(const char *code)
{
	static const int weights[ORG_CODE_LENGTH - 1] = { 3, 7, 9, 10, 5, 8, 4, 2 };
	int sum = 0;
	for (int i = 0; i < ORG_CODE_LENGTH - 1; i++) {
		char c = code[i];
		sum += (c <= '9' ? c - '0' : c - 'A' + 10) * weights[i];
	}
	int check = 11 - sum % 11;
	char want = check == 10 ? 'X' : check == 11 ? '0' : (char)('0' + check);
	return code[ORG_CODE_LENGTH - 1] == want;
}

enum err_code ident_uscc(struct arena *arena, struct sv typed, const char **ret,
			 bool *ret_org_code_ok, struct err *err)
{
	char *s = normalise(arena, typed);
	if (!s)
		return not_text(err);
	enum err_code code = check_length(s, USCC_LENGTH, "uscc-length", "统一社会信用代码", err);
	if (code != ERR_OK)
		return code;

	size_t left = strlen(s);
	const char *p = s;
	for (int i = 1; i <= USCC_LENGTH; i++) {
		size_t n = char_bytes(p, left);
		bool digits_only = i >= 3 && i <= 8; /* the registration division */
		if (n > 1 || uscc_value(*p) < 0)
			return err_set(err, ERR_INVALID, "uscc-character",
				       "统一社会信用代码第%d位“%.*s”不是可用字符"
				       "（数字和除I、O、S、V、Z以外的大写字母）",
				       i, (int)n, p);
		if (digits_only && (*p < '0' || *p > '9'))
			return err_set(err, ERR_INVALID, "uscc-character",
				       "统一社会信用代码第%d位“%c”应为数字（第3至8位为登记管理机关"
				       "行政区划码）",
				       i, *p);
		p += n;
		left -= n;
	}
	char want = uscc_check_char(s);
	if (s[USCC_LENGTH - 1] != want)
		return err_set(err, ERR_INVALID, "uscc-check",
			       "统一社会信用代码第18位校验码“%c”不符，应为“%c”，请核对各位",
			       s[USCC_LENGTH - 1], want);
	if (ret_org_code_ok)
		*ret_org_code_ok = org_code_is_right(s + 8);
	*ret = s;
	return ERR_OK;
}

/* --- GB 11643-1999 --------------------------------------------------------------------- */

static int two_digits(const char *p)
{
	return (p[0] - '0') * 10 + (p[1] - '0');
}

static enum err_code check_citizen_chars(const char *s, struct err *err)
{
	size_t left = strlen(s);
	for (int i = 1; i <= CITIZEN_LENGTH; i++) {
		size_t n = char_bytes(s, left);
		bool digit = *s >= '0' && *s <= '9';
		bool last = i == CITIZEN_LENGTH;
		if (!digit && !(last && *s == 'X'))
			return err_set(err, ERR_INVALID, "citizen-character",
				       "身份证件号码第%d位“%.*s”应为数字%s", i, (int)n, s,
				       last ? "或者X" : "");
		s += n;
		left -= n;
	}
	return ERR_OK;
}

static char citizen_check_char(const char *s)
{
	static const char check[] = "10X98765432";
	int sum = 0;
	for (int i = 0; i < CITIZEN_LENGTH - 1; i++) {
		int weight = (1 << (CITIZEN_LENGTH - 1 - i)) % 11;
		sum += (s[i] - '0') * weight;
	}
	return check[sum % 11];
}

enum err_code ident_citizen(struct arena *arena, struct sv typed, day_t today, const char **ret,
			    struct err *err)
{
	char *s = normalise(arena, typed);
	if (!s)
		return not_text(err);
	enum err_code code = check_length(s, CITIZEN_LENGTH, "citizen-length", "身份证件号码", err);
	if (code == ERR_OK)
		code = check_citizen_chars(s, err);
	if (code != ERR_OK)
		return code;

	day_t birth;
	int year = two_digits(s + 6) * 100 + two_digits(s + 8);
	/* The standard's own sample was born in 1880. Days start at 1900, but the 1800s have the
	 * months of the 1900s, leap years included, and all of them are past. */
	bool long_past = year >= 1800 && year < 1900;
	if (!day_from_ymd(long_past ? year + 100 : year, two_digits(s + 10), two_digits(s + 12),
			  &birth))
		return err_set(err, ERR_INVALID, "citizen-birth",
			       "身份证件号码第7至14位不是存在的出生日期");
	if (!long_past && birth > today)
		return err_set(err, ERR_INVALID, "citizen-birth",
			       "身份证件号码第7至14位的出生日期晚于今天");
	char want = citizen_check_char(s);
	if (s[CITIZEN_LENGTH - 1] != want)
		return err_set(err, ERR_INVALID, "citizen-check",
			       "身份证件号码第18位校验码“%c”不符，应为“%c”，请核对各位",
			       s[CITIZEN_LENGTH - 1], want);
	*ret = s;
	return ERR_OK;
}

/* --- document numbers ------------------------------------------------------------------ */

/* A reader over characters that sees full-width forms as half-width ones. */
struct reader {
	const char *p;
	size_t left;
};

static uint32_t peek(const struct reader *r, size_t *ret_bytes)
{
	if (r->left == 0) {
		*ret_bytes = 0;
		return 0;
	}
	const unsigned char *u = (const unsigned char *)r->p;
	size_t n = char_bytes(r->p, r->left);
	uint32_t c = u[0];
	if (n == 2)
		c = (uint32_t)(u[0] & 0x1F) << 6 | (u[1] & 0x3F);
	else if (n == 3)
		c = (uint32_t)(u[0] & 0x0F) << 12 | (uint32_t)(u[1] & 0x3F) << 6 | (u[2] & 0x3F);
	else if (n == 4)
		c = 0xFFFD; /* nothing beyond the first plane matters here */
	if (c >= 0xFF01 && c <= 0xFF5E)
		c -= 0xFEE0;
	if (c == 0x3000 || c == 0xA0)
		c = ' ';
	*ret_bytes = n;
	return c;
}

static void advance(struct reader *r, size_t n)
{
	r->p += n;
	r->left -= n;
}

/* Takes one character when it is among `set` (half-width, NUL-ended). */
static bool take_any(struct reader *r, const uint32_t *set)
{
	size_t n;
	uint32_t c = peek(r, &n);
	for (; n > 0 && *set; set++) {
		if (c == *set) {
			advance(r, n);
			return true;
		}
	}
	return false;
}

static void skip_blanks(struct reader *r)
{
	static const uint32_t blanks[] = { ' ', '\t', '\r', '\n', 0 };
	while (take_any(r, blanks))
		;
}

/* Decimal digits; returns how many, -1 on overflow. */
static int take_number(struct reader *r, int64_t *ret)
{
	int count = 0;
	int64_t value = 0;
	for (;;) {
		size_t n;
		uint32_t c = peek(r, &n);
		if (n == 0 || c < '0' || c > '9')
			break;
		if (__builtin_mul_overflow(value, INT64_C(10), &value) ||
		    __builtin_add_overflow(value, (int64_t)(c - '0'), &value))
			return -1;
		advance(r, n);
		count++;
	}
	*ret = value;
	return count;
}

static const uint32_t open_brackets[] = { 0x3014, '[',    '(',    0x3010, 0xFE5D, 0x3016, '{',
					  '<',    0x3008, 0x300A, 0xFE59, 0x300C, 0 };
static const uint32_t close_brackets[] = { 0x3015, ']',    ')',    0x3011, 0xFE5E, 0x3017, '}',
					   '>',    0x3009, 0x300B, 0xFE5A, 0x300D, 0 };

/* Bracket, year, bracket. The two brackets need not be of one kind: people mix input methods. */
static bool take_year(struct reader *r, int *ret)
{
	static const uint32_t year_sign[] = { 0x5E74, 0 }; /* 年 */
	int64_t year;

	if (!take_any(r, open_brackets))
		return false;
	skip_blanks(r);
	if (take_number(r, &year) != 4 || year < 1900 || year > 2199)
		return false;
	skip_blanks(r);
	if (take_any(r, year_sign))
		skip_blanks(r);
	if (!take_any(r, close_brackets))
		return false;
	*ret = (int)year;
	return true;
}

/* "F-" -> "F": the letters before the digits, upper case, dashes and blanks dropped. */
static bool take_letters(struct reader *r, char *out, size_t room)
{
	static const uint32_t dashes[] = { '-', 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212, 0 };
	size_t len = 0;
	for (;;) {
		size_t n;
		uint32_t c = peek(r, &n);
		if (c >= 'a' && c <= 'z')
			c = c - 'a' + 'A';
		if (n > 0 && c >= 'A' && c <= 'Z') {
			if (len + 1 >= room)
				return false;
			out[len++] = (char)c;
			advance(r, n);
			skip_blanks(r);
		} else if (len > 0 && take_any(r, dashes)) {
			skip_blanks(r);
		} else {
			break;
		}
	}
	out[len] = '\0';
	return true;
}

/* What follows the year: 第? letters? digits 号? and nothing more. */
static bool take_serial(struct reader *r, char *letters, size_t room, int64_t *ret)
{
	static const uint32_t ordinal[] = { 0x7B2C, 0 };             /* 第 */
	static const uint32_t number_sign[] = { 0x53F7, 0x865F, 0 }; /* 号 號 */

	skip_blanks(r);
	if (take_any(r, ordinal))
		skip_blanks(r);
	if (!take_letters(r, letters, room) || take_number(r, ret) <= 0)
		return false;
	skip_blanks(r);
	if (take_any(r, number_sign))
		skip_blanks(r);
	return r->left == 0;
}

static const char *fold(struct arena *arena, struct sv text)
{
	const char *folded = text_fold(arena, text);
	return folded ? folded : "";
}

void ident_docno(struct arena *arena, struct sv typed, struct docno *ret)
{
	struct sv text = sv_trim(typed);
	struct reader at = { text.p, text.n };
	char letters[16];

	*ret = (struct docno){ .prefix = "", .letters = "" };
	/* A region in brackets may come before the year's brackets, so try each character. */
	while (at.left > 0) {
		struct reader r = at;
		size_t n;
		if (take_year(&r, &ret->year) &&
		    take_serial(&r, letters, sizeof(letters), &ret->serial)) {
			struct sv prefix = sv_trim((struct sv){ text.p, text.n - at.left });
			ret->parsed = true;
			ret->prefix = arena_strndup(arena, prefix.p, prefix.n);
			ret->letters = arena_strdup(arena, letters);
			ret->key =
				arena_printf(arena, "%s|%d|%s%" PRId64, fold(arena, prefix),
					     ret->year, fold(arena, sv_of(letters)), ret->serial);
			return;
		}
		peek(&at, &n);
		advance(&at, n);
	}
	ret->year = 0;
	ret->serial = 0;
	ret->key = fold(arena, text);
}

const char *ident_docno_format(struct arena *arena, const char *prefix, int year, int64_t serial)
{
	return arena_printf(arena, "%s〔%d〕%" PRId64 "号", prefix, year, serial);
}
