/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "report/audit_names.h"

struct name_entry {
	struct audit_name name; /* first */
	struct name_entry *next;
};

static size_t bucket_of(struct sv key)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < key.n; i++)
		hash = (hash ^ (unsigned char)key.p[i]) * 16777619u;
	return hash % NAME_BUCKETS;
}

const struct audit_name *names_get(struct names *n, struct arena *arena, struct sv key, struct sv zh)
{
	struct name_entry **at = &n->bucket[bucket_of(key)];

	for (struct name_entry *e = *at; e; e = e->next) {
		if (sv_eq_str(key, e->name.key))
			return &e->name;
	}
	struct name_entry *made = arena_new(arena, struct name_entry);
	made->name.key = key.n > 0 ? arena_strndup(arena, key.p, key.n) : "";
	made->name.zh = zh.n > 0 ? arena_strndup(arena, zh.p, zh.n) : made->name.key;
	made->next = *at;
	*at = made;
	return &made->name;
}
