/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Command line: global options, a command of one or two words, its options and words.
 *
 * Options may stand anywhere; `--name=value` and `--name value` are the same; `--` ends
 * them. Everything is table driven, so that help and parsing cannot disagree.
 */
#ifndef IPCASE_ARGS_H
#define IPCASE_ARGS_H

#include "base/arena.h"
#include "base/err.h"

#include "exit_code.h"

struct client;
struct args;

struct option_spec {
	const char *name;
	const char *value; /* what the value is called in help; NULL = a switch */
	const char *help;
};

struct command {
	const char *name;  /* "queue", "case next" */
	const char *usage; /* what follows the name, may be "" */
	const char *summary;
	const char *help;                  /* longer text, may be NULL */
	const struct option_spec *options; /* ends with a NULL name; may be NULL */
	size_t min_words, max_words;
	enum exit_code (*run)(struct client *client, const struct args *args);
};

struct given_option {
	const struct option_spec *spec;
	const char *value;
};

struct args {
	const struct command *command; /* NULL: none given */
	const char *group;             /* "case" given without its second word */
	const char **words;
	size_t word_count;
	struct given_option *options;
	size_t option_count;
};

extern const struct option_spec global_options[];

/* The commands end with a row whose name is NULL. */
enum err_code args_parse(struct arena *arena, int argc, char *const *argv,
			 const struct command *commands, struct args *ret,
			 struct err *err) MUST_USE;
/* The value of the last such option, "" for a switch, NULL when not given. */
const char *args_option(const struct args *args, const char *name);
bool args_has(const struct args *args, const char *name);
/* Given, and without a value. */
bool args_switch(const struct args *args, const char *name);
/* A whole number within [min,max]; `fallback` when the option is not given. */
enum err_code args_number(const struct args *args, const char *name, int64_t min, int64_t max,
			  int64_t fallback, int64_t *ret, struct err *err) MUST_USE;

#endif
