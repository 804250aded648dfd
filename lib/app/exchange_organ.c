/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The organs of the hub as who acts. */
#include "app/exchange.h"

#include <stdio.h>

enum { ACCOUNT_ID, ACCOUNT_NAME, DISPLAY_NAME, UNIT_ID, UNIT_NAME, ORGAN_ID, ORGAN_NAME, KIND, REGION, CODE, INBOX_UNIT,
       UNITS };

static void put(char *to, size_t size, struct sv text)
{
	snprintf(to, size, "%.*s", SV_ARG(text));
}

void exchange_organ_read(struct arena *arena, const struct pg_reply *r, size_t index, size_t row,
			 struct exchange_organ *ret)
{
	struct session *s = arena_new(arena, struct session);
	struct sv units = pg_text(r, index, row, UNITS), code = pg_text(r, index, row, CODE);
	struct sv name = pg_text(r, index, row, ORGAN_NAME), kind = pg_text(r, index, row, KIND);

	put(s->account, sizeof(s->account), pg_text(r, index, row, ACCOUNT_NAME));
	put(s->name, sizeof(s->name), pg_text(r, index, row, DISPLAY_NAME));
	put(s->unit_name, sizeof(s->unit_name), pg_text(r, index, row, UNIT_NAME));
	put(s->organ_name, sizeof(s->organ_name), name);
	put(s->roles, sizeof(s->roles), SV("exchange"));
	s->units = arena_strndup(arena, units.p, units.n);
	s->own_roles = ROLE_EXCHANGE;
	*ret = (struct exchange_organ){
		.code = arena_strndup(arena, code.p, code.n), .name = arena_strndup(arena, name.p, name.n),
		.kind = arena_strndup(arena, kind.p, kind.n), .id = pg_i64(r, index, row, ORGAN_ID),
		.inbox_unit = pg_i64(r, index, row, INBOX_UNIT), .session = s,
	};
	s->actor = (struct actor){ .account = pg_i64(r, index, row, ACCOUNT_ID), .name = s->name,
				   .roles = ROLE_EXCHANGE, .unit = ret->inbox_unit, .organ = ret->id,
				   .organ_name = ret->name };
}
