/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Names of the roles. */
#include "law/role.h"

struct role_name {
	const char *code;
	const char *zh;
};

/* Those without an account come last. */
enum { NAMES = ROLE_COUNT + 5 };

static const struct role_name names[NAMES] = {
#define ROLE(name, role_code, role_zh) [ROLE_INDEX_##name] = { role_code, role_zh },
#include "law/role.def"
#undef ROLE
	[ROLE_COUNT] = { "party", "当事人" },
	[ROLE_COUNT + 1] = { "peer", "对方机关" },
	[ROLE_COUNT + 2] = { "sender", "移送方" },
	[ROLE_COUNT + 3] = { "receiver", "接收方" },
	[ROLE_COUNT + 4] = { "third", "监督或审判机关" },
};

bool role_by_code(struct sv code, uint32_t *ret_bit)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++) {
		if (sv_eq_str(code, names[i].code)) {
			*ret_bit = UINT32_C(1) << i;
			return true;
		}
	}
	return false;
}

static const struct role_name *name_of(uint32_t bit)
{
	for (unsigned i = 0; i < NAMES; i++)
		if (bit == UINT32_C(1) << i)
			return &names[i];
	BUG("%#x is not one role", (unsigned)bit);
}

const char *role_code(uint32_t bit)
{
	return bit == ROLE_NONE ? "" : name_of(bit)->code;
}

const char *role_zh(uint32_t bit)
{
	return bit == ROLE_NONE ? "" : name_of(bit)->zh;
}

bool role_parse_list(struct sv list, uint32_t *ret_mask)
{
	uint32_t mask = 0;

	if (sv_trim(list).n == 0) {
		*ret_mask = 0;
		return true;
	}
	for (;;) {
		const char *comma = memchr(list.p, ',', list.n);
		size_t n = comma ? (size_t)(comma - list.p) : list.n;
		uint32_t bit;
		if (!role_by_code(sv_trim((struct sv){ list.p, n }), &bit))
			return false;
		mask |= bit;
		if (!comma)
			break;
		list.p += n + 1;
		list.n -= n + 1;
	}
	*ret_mask = mask;
	return true;
}
