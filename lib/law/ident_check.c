/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Which kind of number, which character, and what it should have been. The checks themselves are ident.c's. */
#include "law/ident_check.h"

#include "base/text.h"
#include "law/ident.h"

enum { CODE_LENGTH = 18, NORMAL_MAX = 64 };

static const char uscc_charset[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/* Half width, capital letters, no blanks; NULL: no text, or too long to be a number. */
static char *normalise(struct arena *arena, struct sv typed)
{
	if (typed.n > NORMAL_MAX * 4 || !text_is_valid_utf8(typed))
		return NULL;
	char *s = text_halfwidth(arena, typed);
	char *out = s;
	for (const char *p = s; p && *p; p++) {
		if (strncmp(p, "\xc2\xa0", 2) == 0) { /* no-break space */
			p++;
			continue;
		}
		if (*p != ' ' && !(*p >= '\t' && *p <= '\r'))
			*out++ = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	}
	if (out)
		*out = '\0';
	return s;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t count_digits(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += is_digit(*s);
	return n;
}

/* ---- 统一社会信用代码 ---- */

static bool uscc_is_right(struct arena *arena, const char *s, bool *ret_org)
{
	const char *normal;

	return ident_uscc(arena, sv_of(s), &normal, ret_org, NULL) == ERR_OK;
}

/* Pairs that people and scanners take for each other. */
static bool look_alike(char a, char b)
{
	static const char *const pairs[] = { "0OQD", "1IL7", "2Z", "5S", "8B3", "6G", "UV", "NM", "4A", "PR" };

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		if (strchr(pairs[i], a) && strchr(pairs[i], b))
			return true;
	}
	return false;
}

static void suggest(struct ident_check *c, struct arena *arena, const char *code, int at)
{
	for (size_t i = 0; i < c->suggestion_count; i++) {
		if (strcmp(c->suggestions[i], code) == 0)
			return;
	}
	if (c->suggestion_count == 0)
		c->at = at;
	if (c->suggestion_count < IDENT_SUGGESTIONS_MAX)
		c->suggestions[c->suggestion_count++] = arena_strdup(arena, code);
}

/* Codes that differ in one character, at `only` (0: anywhere), and are right inside and outside. Look-alikes first. */
static void suggest_uscc(struct ident_check *c, struct arena *arena, const char *s, int only)
{
	int named = c->at;

	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < CODE_LENGTH; i++) {
			char code[CODE_LENGTH + 1];
			bool org = false;
			if (only && i + 1 != only)
				continue;
			memcpy(code, s, sizeof(code));
			for (const char *p = uscc_charset; *p; p++) {
				if (*p == s[i] || look_alike(*p, s[i]) != (pass == 0))
					continue;
				code[i] = *p;
				if (uscc_is_right(arena, code, &org) && org)
					suggest(c, arena, code, i + 1);
			}
		}
	}
	/* Where the mistake is, is only known when one character can explain it. */
	if (named || c->suggestion_count != 1)
		c->at = named;
}

/* The first character that cannot stand where it does; 0: all can. */
static int bad_uscc_character(const char *s)
{
	for (int i = 1; s[i - 1]; i++) {
		char c = s[i - 1];
		if (!strchr(uscc_charset, c) || (i >= 3 && i <= 8 && !is_digit(c)))
			return i;
	}
	return 0;
}

static void check_uscc(struct ident_check *c, struct arena *arena, const char *s)
{
	struct err err = ERR_INIT;
	bool org = true;

	c->kind = "uscc";
	c->ok = ident_uscc(arena, sv_of(s), &c->normal, &org, &err) == ERR_OK;
	if (c->ok && !org)
		c->warning = "第9至17位组织机构代码的校验不符，请与证照核对";
	if (c->ok)
		return;
	c->message = arena_strdup(arena, err.message);
	if (strlen(s) != CODE_LENGTH)
		return;
	c->at = bad_uscc_character(s);
	suggest_uscc(c, arena, s, c->at);
	if (c->at == 0 && c->suggestion_count != 1)
		c->at = CODE_LENGTH; /* it is the check character that does not fit */
	if (c->at < CODE_LENGTH && strcmp(err.rule, "uscc-check") == 0)
		c->message = arena_printf(arena, "统一社会信用代码校验不符，可能是第%d位“%c”有误", c->at, s[c->at - 1]);
}

/* ---- 身份证件号码 ---- */

static void check_citizen(struct ident_check *c, struct arena *arena, const char *s, day_t today)
{
	struct err err = ERR_INIT;

	c->kind = "citizen";
	c->ok = ident_citizen(arena, sv_of(s), today, &c->normal, &err) == ERR_OK;
	if (c->ok)
		return;
	c->message = arena_strdup(arena, err.message);
	if (strlen(s) != CODE_LENGTH)
		return;
	for (int i = 1; i <= CODE_LENGTH && !c->at; i++) {
		if (!is_digit(s[i - 1]) && !(i == CODE_LENGTH && s[i - 1] == 'X'))
			c->at = i;
	}
	if (!c->at)
		c->at = strcmp(err.rule, "citizen-birth") == 0 ? 7 : CODE_LENGTH;
}

/* ---- 专利号 ---- */

static char patent_check_char(const char *digits, size_t n)
{
	static const int weights[] = { 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5 };
	int sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (digits[i] - '0') * weights[i];
	return "0123456789X"[sum % 11];
}

/* "ZL" and digits, with or without the dot before the check character. */
static bool looks_like_patent(const char *s)
{
	return strncmp(s, "ZL", 2) == 0 || (strchr(s, '.') && count_digits(s) >= 8);
}

static void check_patent(struct ident_check *c, struct arena *arena, const char *s)
{
	const char *p = strncmp(s, "ZL", 2) == 0 ? s + 2 : s;
	char digits[16] = "";
	size_t n = 0;

	c->kind = "patent";
	for (; *p && *p != '.' && n < 13; p++) {
		if (!is_digit(*p) && !(*p == 'X' && !p[1])) {
			c->at = (int)(p - s) + 1;
			c->message = arena_printf(arena, "专利号第%d位应为数字", c->at);
			return;
		}
		digits[n++] = *p;
	}
	char check = *p == '.' ? p[1] : (n == 13 || n == 9) ? digits[--n] : '\0';
	if ((n != 12 && n != 8) || check == '\0' || (*p == '.' && p[1] && p[2])) {
		c->message = "专利号应为ZL、8位或者12位数字、圆点和1位校验码";
		return;
	}
	digits[n] = '\0';
	char want = patent_check_char(digits, n);
	const char *right = arena_printf(arena, "ZL%s.%c", digits, want);
	if (check == want) {
		c->ok = true;
		c->normal = right;
		return;
	}
	c->at = (int)strlen(s);
	c->message = arena_printf(arena, "专利号校验码“%c”不符，应为“%c”，请核对各位", check, want);
	c->suggestions[c->suggestion_count++] = right;
}

/* ---- 商标注册号 ---- */

static bool looks_like_trademark(const char *s)
{
	size_t skip = strncmp(s, "第", strlen("第")) == 0 ? strlen("第") : 0;

	skip += s[skip] == 'G';
	size_t n = strspn(s + skip, "0123456789");
	const char *rest = s + skip + n;
	return n >= 4 && n <= 9 && (rest[0] == '\0' || strcmp(rest, "号") == 0 || (rest[1] == '\0' && rest[0] >= 'A' && rest[0] <= 'Z'));
}

static void check_trademark(struct ident_check *c, struct arena *arena, const char *s)
{
	size_t skip = strncmp(s, "第", strlen("第")) == 0 ? strlen("第") : 0;
	size_t n = strlen(s) - skip;

	if (n >= strlen("号") && strcmp(s + strlen(s) - strlen("号"), "号") == 0)
		n -= strlen("号");
	c->kind = "trademark";
	c->ok = true;
	c->normal = arena_strndup(arena, s + skip, n);
}

/* ---- which ---- */

static int number_at(const char *s, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s[i]))
			return -1;
		value = value * 10 + s[i] - '0';
	}
	return value;
}

/* Of eighteen characters that are wrong either way, what were they meant to be? A citizen number has a birth date inside. */
static bool meant_as_uscc(const char *s)
{
	size_t letters = 0;

	for (size_t i = 0; s[i]; i++)
		letters += !is_digit(s[i]) && !(s[i] == 'X' && !s[i + 1]);
	if (letters > 0 || s[0] == '9' || strlen(s) < 14)
		return letters > 0 || s[0] == '9';
	int year = number_at(s + 6, 4), month = number_at(s + 10, 2), day = number_at(s + 12, 2);
	return year < 1880 || year > 2199 || month < 1 || month > 12 || day < 1 || day > 31;
}

static size_t char_bytes(const char *p)
{
	unsigned char c = (unsigned char)*p;

	return c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
}

/* The character that the check names; one that is none of ASCII cannot stand anywhere. */
static void find_character(struct ident_check *c, struct arena *arena, const char *s, size_t n)
{
	const char *p = s;

	for (int i = 1; *p; i++, p += char_bytes(p)) {
		if (c->at == 0 && n == CODE_LENGTH && char_bytes(p) > 1)
			c->at = i;
		if (i == c->at) {
			c->found = arena_strndup(arena, p, char_bytes(p));
			return;
		}
	}
}

void ident_check(struct arena *arena, struct sv typed, day_t today, struct ident_check *ret)
{
	char *s = normalise(arena, typed);
	struct ident_check citizen = { .kind = "citizen" };

	*ret = (struct ident_check){ .kind = "unknown", .message = "不是统一社会信用代码、身份证件号码、专利号或者商标注册号" };
	if (!s || !s[0])
		return;
	size_t n = text_count_chars(sv_of(s));
	struct ident_check found = { .kind = "unknown" };
	if (looks_like_patent(s)) {
		check_patent(&found, arena, s);
	} else if (looks_like_trademark(s)) {
		check_trademark(&found, arena, s);
	} else if (n >= 15 && n <= 20 && (count_digits(s) >= 8 || n == CODE_LENGTH)) {
		check_citizen(&citizen, arena, s, today);
		check_uscc(&found, arena, s);
		if (citizen.ok || (!found.ok && !meant_as_uscc(s)))
			found = citizen;
	} else {
		return;
	}
	if (!found.ok)
		find_character(&found, arena, s, n);
	*ret = found;
}
