/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Roles as bits, so that a procedure row can say "any of these". */
#ifndef LAW_ROLE_H
#define LAW_ROLE_H

#include "base/defs.h"
#include "base/str.h"

enum role_index {
#define ROLE(name, code, zh) ROLE_INDEX_##name,
#include "law/role.def"
#undef ROLE
	ROLE_COUNT
};

/* ROLE_NONE: nobody. The others below are nobody's account: ROLE_PARTY is the party to the case; ROLE_SENDER, ROLE_RECEIVER
 * and ROLE_THIRD stand in states of a hand-over and mean the organ with that part, which on a copy is either its own worker or
 * ROLE_PEER, another organ. */
enum {
	ROLE_NONE = 0,
#define ROLE(name, code, zh) ROLE_##name = 1 << ROLE_INDEX_##name,
#include "law/role.def"
#undef ROLE
	ROLE_PARTY = 1 << ROLE_COUNT,
	ROLE_PEER = 1 << (ROLE_COUNT + 1),
	ROLE_SENDER = 1 << (ROLE_COUNT + 2),
	ROLE_RECEIVER = 1 << (ROLE_COUNT + 3),
	ROLE_THIRD = 1 << (ROLE_COUNT + 4),
};

/* 负责人: the head or a deputy head of the bureau. */
#define ROLES_LEADER (ROLE_DEPUTY_HEAD | ROLE_PRINCIPAL)
#define ROLES_OFFICERS (ROLE_OFFICER | ROLE_CO_OFFICER)
/* Liaisons of the other organs. */
#define ROLES_PARTNERS (ROLE_POLICE | ROLE_PROCURATORATE | ROLE_COURT)

bool role_by_code(struct sv code, uint32_t *ret_bit);
const char *role_code(uint32_t bit); /* single bit; "" for ROLE_NONE, "party", "peer", ... */
const char *role_zh(uint32_t bit);
/* Comma-separated codes to a mask; false when one is unknown. */
bool role_parse_list(struct sv list, uint32_t *ret_mask);

#endif
