/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Internal to lib/conf: the option table and what is derived from one row.
 */
#ifndef CONF_CONF_TABLE_H
#define CONF_CONF_TABLE_H

#include "base/str.h"

struct conf;

enum conf_type {
	CONF_STRING,
	CONF_PATH,
	CONF_ADDRESS,
	CONF_INT,
	CONF_BOOL,     /* 0 or 1 */
	CONF_SIZE,     /* bytes */
	CONF_DURATION, /* milliseconds */
	CONF_ENUM,     /* index of the choice */
};

enum {
	CONF_RELOADABLE = 1u << 0, /* takes effect without a restart */
	CONF_SECRET = 1u << 1,     /* never in the file itself, never printed */
};

/* A further rule for the text of an option: NULL, or what is wrong ("must ..."). */
typedef const char *(*conf_check_fn)(struct sv value);

struct conf_option {
	const char *section, *key;
	enum conf_type type;
	size_t offset; /* in struct conf */
	size_t size;   /* texts: of the array; otherwise sizeof(int64_t) */
	const char *default_text;
	int64_t min, max;
	const char *const *choices; /* CONF_ENUM: NULL-terminated */
	conf_check_fn check;
	unsigned flags;
	const char *help;
};

struct conf_section {
	const char *name, *help;
};

extern const struct conf_option conf_options[];
extern const size_t conf_option_count;
/* In the order of the option table. */
extern const struct conf_section conf_sections[];
extern const size_t conf_section_count;

enum { CONF_RULE_SIZE = 200, CONF_ENV_SIZE = 80 };

bool conf_is_text(const struct conf_option *o);
/* Stores the value; false when it breaks the rule, with the reason ("must be ...") in
 * `reason`. Then *conf is untouched. */
bool conf_set_value(struct conf *conf, const struct conf_option *o, struct sv value,
		    char reason[CONF_RULE_SIZE]);
/* The rule in words: "a whole number from 1 to 64". */
void conf_rule(const struct conf_option *o, char rule[CONF_RULE_SIZE]);
/* "IPCASE_HTTP_LISTEN" */
void conf_env_name(const struct conf_option *o, char name[CONF_ENV_SIZE]);
bool conf_same_value(const struct conf *a, const struct conf *b, const struct conf_option *o);

const char *conf_check_listen(struct sv value);
const char *conf_check_proxies(struct sv value);
const char *conf_check_url(struct sv value);

#endif
