/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "store/change_form.h"

bool change_moves_form(const struct dossier *before, const struct dossier *after)
{
	struct form_mark now, then;

	if (!form_mark_has(after))
		return false;
	if (before->version == 0 || change_names_moved(before, after))
		return true;
	form_mark_of(after, &now);
	form_mark_of(before, &then);
	return !form_mark_same(&now, &then);
}

static void write_sum(struct json_writer *w, const char *key, int64_t sum)
{
	if (sum == FORM_NO_SUM)
		json_kv_null(w, key);
	else
		json_kv_i64(w, key, sum);
}

void change_write_form(struct json_writer *w, const struct change *c)
{
	static const char *const day_keys[FORM_DAY_COUNT] = {
#define X(name) #name "_on",
		FORM_DAYS(X)
#undef X
	};
	struct form_mark m;

	form_mark_of(c->after, &m);
	json_key(w, "form");
	json_obj_open(w);
	json_kv_str(w, "excluded", m.excluded);
	json_kv_str(w, "ip_type", m.ip_type);
	json_kv_str(w, "cause", m.cause);
	json_kv_str(w, "outcome", m.outcome);
	json_key(w, "campaigns");
	json_rawtext(w, sv_of(m.campaigns));
	json_kv_str(w, "primary", m.primary);
	json_key(w, "tags");
	json_rawtext(w, sv_of(m.tags));
	json_kv_str(w, "supervised", m.supervised);
	json_kv_bool(w, "person_penalised", m.person_penalised);
	for (size_t i = 0; i < FORM_DAY_COUNT; i++)
		json_kv_day(w, day_keys[i], m.days[i]);
	for (enum form_sum i = 0; i < FORM_SUM_COUNT; i++)
		write_sum(w, form_sum_name(i), m.sums[i]);
	json_kv_day(w, "first_on", m.first_on);
	json_kv_day(w, "last_on", m.last_on);
	json_obj_close(w);
}
