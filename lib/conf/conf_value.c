/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Values of options: from text to struct conf, and the rules in words. */
#include <arpa/inet.h>
#include <stdio.h>

#include "conf/conf.h"
#include "conf/conf_table.h"

struct unit {
	const char *name;
	int64_t factor;
};

/* Ascending: the last that divides a value exactly is the best to print it with. */
static const struct unit size_units[] = {
	{ "B", 1 },
	{ "KiB", INT64_C(1) << 10 },
	{ "MiB", INT64_C(1) << 20 },
	{ "GiB", INT64_C(1) << 30 },
	{ NULL, 0 },
};
static const struct unit duration_units[] = {
	{ "ms", 1 },          { "s", 1000 },         { "min", 60 * 1000 },
	{ "h", 3600 * 1000 }, { "d", 86400 * 1000 }, { NULL, 0 },
};

bool conf_is_text(const struct conf_option *o)
{
	return o->type == CONF_STRING || o->type == CONF_PATH || o->type == CONF_ADDRESS;
}

static void *place_of(struct conf *conf, const struct conf_option *o)
{
	return (char *)conf + o->offset;
}

static const void *place_of_const(const struct conf *conf, const struct conf_option *o)
{
	return (const char *)conf + o->offset;
}

/* "15 min", "1MiB". Without a unit only 0 has a clear meaning, and plain bytes. */
static bool parse_with_unit(struct sv text, const struct unit *units, int64_t *ret)
{
	size_t digits = 0;
	while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
		digits++;
	int64_t n;
	if (!sv_to_i64((struct sv){ text.p, digits }, &n))
		return false;
	struct sv name = sv_trim((struct sv){ text.p + digits, text.n - digits });
	if (name.n == 0) {
		*ret = n;
		return n == 0 || units == size_units;
	}
	for (; units->name; units++)
		if (sv_eq_str(name, units->name))
			return !__builtin_mul_overflow(n, units->factor, ret);
	return false;
}

static bool parse_bool(struct sv text, int64_t *ret)
{
	bool yes = sv_eq_str(text, "yes") || sv_eq_str(text, "true") || sv_eq_str(text, "on");
	bool no = sv_eq_str(text, "no") || sv_eq_str(text, "false") || sv_eq_str(text, "off");
	*ret = yes;
	return yes || no;
}

static bool parse_choice(struct sv text, const char *const *choices, int64_t *ret)
{
	for (int64_t i = 0; choices[i]; i++) {
		if (sv_eq_str(text, choices[i])) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static bool in_range(const struct conf_option *o, int64_t v)
{
	return v >= o->min && v <= o->max;
}

static bool parse_number(const struct conf_option *o, struct sv text, int64_t *ret)
{
	switch (o->type) {
	case CONF_INT:
		return sv_to_i64(text, ret) && in_range(o, *ret);
	case CONF_SIZE:
		return parse_with_unit(text, size_units, ret) && in_range(o, *ret);
	case CONF_DURATION:
		return parse_with_unit(text, duration_units, ret) && in_range(o, *ret);
	case CONF_BOOL:
		return parse_bool(text, ret);
	case CONF_ENUM:
		return parse_choice(text, o->choices, ret);
	case CONF_STRING:
	case CONF_PATH:
	case CONF_ADDRESS:
		break;
	}
	BUG("option %s.%s is no number", o->section, o->key);
}

static bool set_text(struct conf *conf, const struct conf_option *o, struct sv value,
		     char reason[CONF_RULE_SIZE])
{
	const char *wrong = NULL;
	if (o->check)
		wrong = o->check(value);
	if (wrong)
		snprintf(reason, CONF_RULE_SIZE, "%s", wrong);
	else if (value.n >= o->size)
		snprintf(reason, CONF_RULE_SIZE, "must be at most %zu bytes long", o->size - 1);
	else
		reason[0] = '\0';
	if (reason[0])
		return false;
	char *place = place_of(conf, o);
	/* Zeros up to the end, so that a shorter value leaves nothing of an older one. */
	memset(place, 0, o->size);
	memcpy(place, value.p, value.n);
	return true;
}

bool conf_set_value(struct conf *conf, const struct conf_option *o, struct sv value,
		    char reason[CONF_RULE_SIZE])
{
	if (conf_is_text(o))
		return set_text(conf, o, value, reason);
	int64_t number;
	if (parse_number(o, value, &number)) {
		memcpy(place_of(conf, o), &number, sizeof(number));
		return true;
	}
	char rule[CONF_RULE_SIZE];
	conf_rule(o, rule);
	snprintf(reason, CONF_RULE_SIZE, "must be %.*s", CONF_RULE_SIZE - 9, rule);
	return false;
}

static void format_with_unit(int64_t v, const struct unit *units, char out[32])
{
	const struct unit *best = units;
	for (; units->name; units++)
		if (v % units->factor == 0)
			best = units;
	if (v)
		snprintf(out, 32, "%lld %s", (long long)(v / best->factor), best->name);
	else
		snprintf(out, 32, "0");
}

void conf_rule(const struct conf_option *o, char rule[CONF_RULE_SIZE])
{
	char min[32], max[32];
	size_t used = 0;
	rule[0] = '\0';
	switch (o->type) {
	case CONF_STRING:
		snprintf(rule, CONF_RULE_SIZE, "text of at most %zu bytes", o->size - 1);
		return;
	case CONF_PATH:
		snprintf(rule, CONF_RULE_SIZE, "a path of at most %zu bytes", o->size - 1);
		return;
	case CONF_ADDRESS:
		snprintf(rule, CONF_RULE_SIZE, "address:port, [IPv6 address]:port or unix:/path");
		return;
	case CONF_INT:
		snprintf(rule, CONF_RULE_SIZE, "a whole number from %lld to %lld",
			 (long long)o->min, (long long)o->max);
		return;
	case CONF_BOOL:
		snprintf(rule, CONF_RULE_SIZE, "yes or no");
		return;
	case CONF_SIZE:
		format_with_unit(o->min, size_units, min);
		format_with_unit(o->max, size_units, max);
		snprintf(rule, CONF_RULE_SIZE, "a size from %s to %s", min, max);
		return;
	case CONF_DURATION:
		format_with_unit(o->min, duration_units, min);
		format_with_unit(o->max, duration_units, max);
		snprintf(rule, CONF_RULE_SIZE, "a duration with unit from %s to %s", min, max);
		return;
	case CONF_ENUM:
		for (size_t i = 0; o->choices[i] && used < CONF_RULE_SIZE; i++)
			used += (size_t)snprintf(rule + used, CONF_RULE_SIZE - used, "%s%s",
						 i ? ", " : "one of ", o->choices[i]);
		return;
	}
}

void conf_env_name(const struct conf_option *o, char name[CONF_ENV_SIZE])
{
	int n = snprintf(name, CONF_ENV_SIZE, "IPCASE_%s_%s", o->section, o->key);
	CHECK(n > 0 && n < CONF_ENV_SIZE);
	for (char *p = name; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
}

bool conf_same_value(const struct conf *a, const struct conf *b, const struct conf_option *o)
{
	const void *x = place_of_const(a, o), *y = place_of_const(b, o);
	return conf_is_text(o) ? strcmp(x, y) == 0 : memcmp(x, y, o->size) == 0;
}

/* --- rules of single options ------------------------------------------------------- */

bool conf_list_next(struct sv *rest, struct sv *ret_item)
{
	while (rest->n) {
		const char *comma = memchr(rest->p, ',', rest->n);
		size_t n = comma ? (size_t)(comma - rest->p) : rest->n;
		struct sv item = sv_trim((struct sv){ rest->p, n });
		size_t used = comma ? n + 1 : n;
		rest->p += used;
		rest->n -= used;
		if (item.n) {
			*ret_item = item;
			return true;
		}
	}
	return false;
}

/* AF_INET, AF_INET6, or 0 when it is no numeric address. */
static int address_family(struct sv text)
{
	char copy[INET6_ADDRSTRLEN];
	struct in6_addr storage;
	if (text.n >= sizeof(copy))
		return 0;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	if (inet_pton(AF_INET, copy, &storage) == 1)
		return AF_INET;
	return inet_pton(AF_INET6, copy, &storage) == 1 ? AF_INET6 : 0;
}

/* Where `c` stands last; text.n when nowhere. */
static size_t last_index(struct sv text, char c)
{
	const char *at = text.n ? memrchr(text.p, c, text.n) : NULL;
	return at ? (size_t)(at - text.p) : text.n;
}

const char *conf_check_listen(struct sv value)
{
	static const char rule[] =
		"must be a numeric address:port, [IPv6 address]:port or unix:/path";
	enum { UNIX_PATH_MAX = 107 }; /* sun_path, with its NUL */
	struct sv unix_prefix = SV("unix:");
	if (sv_starts_with(value, unix_prefix)) {
		size_t path = value.n - unix_prefix.n;
		if (path < 2 || value.p[unix_prefix.n] != '/')
			return "must have an absolute path after unix:";
		return path > UNIX_PATH_MAX ? "must have a path of at most 107 bytes" : NULL;
	}
	size_t colon = last_index(value, ':');
	int64_t port;
	if (colon == value.n ||
	    !sv_to_i64((struct sv){ value.p + colon + 1, value.n - colon - 1 }, &port) ||
	    port < 0 || port > 65535)
		return rule;
	struct sv host = { value.p, colon };
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']') {
		host = (struct sv){ host.p + 1, host.n - 2 };
		return address_family(host) == AF_INET6 ? NULL : rule;
	}
	return address_family(host) == AF_INET ? NULL : rule;
}

const char *conf_check_proxies(struct sv value)
{
	struct sv rest = value, item;
	while (conf_list_next(&rest, &item)) {
		if (!sv_eq_str(item, "unix") && !address_family(item))
			return "must be IP addresses, or unix for the Unix socket";
	}
	return NULL;
}

/* The URL ends in logs and process lists, so a password is refused early. */
const char *conf_check_url(struct sv value)
{
	static const char rule[] = "must not contain the password: use password_file";
	char text[CONF_TEXT_SIZE];
	if (value.n == 0)
		return "must not be empty";
	if (value.n >= sizeof(text))
		return "must be at most 1023 bytes long";
	memcpy(text, value.p, value.n);
	text[value.n] = '\0';
	for (const char *p = text; (p = strstr(p, "password")); p++) {
		const char *after = p + strlen("password");
		bool is_key = p == text || strchr(" ?&", p[-1]);
		while (*after == ' ')
			after++;
		if (is_key && *after == '=')
			return rule;
	}
	/* scheme://user:password@host */
	const char *user = strstr(text, "://");
	if (!user)
		return NULL;
	user += 3;
	size_t length = strcspn(user, "/?");
	const char *at = memrchr(user, '@', length);
	return at && memchr(user, ':', (size_t)(at - user)) ? rule : NULL;
}
