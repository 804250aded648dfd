/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Which matter, see target.h. */
#include "target.h"

#include <string.h>

enum { PATH_BYTES = 8192 };

enum exit_code target_find(struct client *c, const char *word, struct target *ret)
{
	static const char *const kinds[] = { "clue", "case", "handoff" };
	const char *colon = strchr(word, ':');

	for (size_t i = 0; colon && i < ARRAY_LEN(kinds); i++) {
		if (strlen(kinds[i]) != (size_t)(colon - word) || strncmp(word, kinds[i], strlen(kinds[i])) != 0)
			continue;
		ret->kind = kinds[i];
		return client_resolve(c, kinds[i], colon + 1, true, &ret->id);
	}
	return client_problem(c, CLI_USAGE, "usage", "请写明是哪一件，如 case:15、clue:12、handoff:7，不是“%s”", word);
}

const char *target_path(struct client *c, const struct target *t, const char *rest)
{
	struct str path = STR_INIT(PATH_BYTES);

	str_printf(&path, "/%ss/", t->kind);
	remote_segment(&path, t->id);
	str_append_cstr(&path, rest);
	const char *ret = arena_strdup(&c->arena, str_cstr(&path));
	str_release(&path);
	return ret;
}
