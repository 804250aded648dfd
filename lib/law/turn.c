/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/turn.h"

/* Which organ a hand-over waits for: a channel to the police names its own. */
enum organ_kind { ORGAN_ANY, ORGAN_POLICE, ORGAN_PROCURATORATE, ORGAN_COURT };

static enum organ_kind other_organ(enum state state)
{
	switch ((int)state) {
	case STATE_C1_SUPERV:
	case STATE_C1_PROSECUTION:
		return ORGAN_PROCURATORATE;
	case STATE_C1_TRIAL:
	case STATE_C1_JUDGED:
	case STATE_ALLOWED:
	case STATE_COURT_ENFORCING:
	case STATE_COURT_REVIEW:
	case STATE_HEARD:
		return ORGAN_COURT;
	default:
		return strncmp(state_info(state)->code, "c1_", 3) == 0 ? ORGAN_POLICE : ORGAN_ANY;
	}
}

static const struct {
	uint32_t role;
	const char *text;
} roles[] = {
	{ ROLE_OFFICER, "等待承办人办理" },	     { ROLE_CO_OFFICER, "等待协办人办理" },
	{ ROLE_CLERK, "等待内勤办理" },		     { ROLE_UNIT_HEAD, "等待办案机构负责人审批" },
	{ ROLE_LEGAL_REVIEWER, "等待法制审核员审核" }, { ROLE_DEPUTY_HEAD, "等待分管局领导审批" },
	{ ROLE_PRINCIPAL, "等待局长决定" },	     { ROLE_CREDIT_CLERK, "等待信用监管股办理" },
	{ ROLE_POLICE, "等待公安联络员办理" },	     { ROLE_PROCURATORATE, "等待检察院联络员办理" },
	{ ROLE_COURT, "等待法院办理" },		     { ROLE_AUDITOR, "等待督查办理" },
	{ ROLE_ADMIN, "等待系统管理员办理" },
};

const char *turn_zh(enum state state, const char *turn)
{
	static const char *const organs[] = { "对方机关", "公安", "检察院", "法院" };
	uint32_t bit;

	if (strcmp(turn, "party") == 0)
		return "当事人";
	if (strcmp(turn, "peer") == 0)
		return organs[other_organ(state)];
	return role_by_code(sv_of(turn), &bit) && bit != ROLE_EXCHANGE ? role_zh(bit) : "";
}

static const char *party_text(enum state state)
{
	switch ((int)state) {
	case STATE_NOTICED:
		return "等待当事人陈述申辩";
	case STATE_PERFORMING:
		return "等待当事人履行";
	default:
		return "等待当事人办理";
	}
}

const char *turn_text(enum state state, const char *turn)
{
	static const char *const organs[] = { "等待对方机关答复", "等待公安答复", "等待检察院答复", "等待法院答复" };
	uint32_t bit;

	if (strcmp(turn, "party") == 0)
		return party_text(state);
	if (strcmp(turn, "peer") == 0)
		return organs[other_organ(state)];
	if (role_by_code(sv_of(turn), &bit)) {
		for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
			if (roles[i].role == bit)
				return roles[i].text;
		}
	}
	return state_info(state)->zh;
}
