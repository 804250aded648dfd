/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "ctl_demo_story.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- who, what, where ---- */

static const struct {
	const char *officer, *co_officer, *clerk, *head;
} teams[TEAM_COUNT] = {
	[TEAM_BRIGADE] = { "officer", "co_officer", "clerk", "unit_head" },
	[TEAM_BRIGADE_2] = { "officer4", "co_officer", "clerk", "unit_head" },
	[TEAM_TIANCHI] = { "officer2", "co_officer2", "officer2", "unit_head2" },
	[TEAM_SHIFO] = { "officer3", "co_officer3", "co_officer3", "unit_head3" },
};

static const struct {
	const char *ip_type, *cause, *goods, *unit, *trade, *basis;
	bool company;
} subjects[SUBJECT_COUNT] = {
	[TM_LIQUOR] = { "商标", "侵犯注册商标专用权（销售侵权商品）", "白酒", "瓶", "酒类经营部", "商标法第六十条第二款", false },
	[TM_OIL] = { "商标", "侵犯注册商标专用权（销售侵权商品）", "润滑油", "桶", "汽配店", "商标法第六十条第二款", false },
	[TM_CLOTHES] = { "商标", "侵犯注册商标专用权（使用相同商标）", "运动服", "件", "服饰有限公司", "商标法第六十条第二款", true },
	[TM_LABELS] = { "商标", "侵犯注册商标专用权（伪造、擅自制造或销售商标标识）", "商标标识", "张", "包装有限公司",
			"商标法第六十条第二款", true },
	[TM_FALSE] = { "商标", "将未注册商标冒充注册商标", "挂面", "袋", "食品厂", "商标法第五十二条", false },
	[TM_AGENT] = { "商标", "商标代理违法（以不正当手段扰乱市场秩序）", "代理业务", "件", "知识产权代理有限公司",
		       "商标法第六十八条第一款", true },
	[TM_BAD_FAITH] = { "商标", "恶意申请商标注册", "商标注册申请", "件", "商贸有限公司", "商标法第六十八条第四款", true },
	[PT_EXPIRED] = { "专利", "假冒专利（终止后继续标注）", "保温杯", "个", "日用品店", "专利法第六十八条", false },
	[PT_SOLD] = { "专利", "假冒专利（销售）", "取暖器", "台", "家电有限公司", "专利法第六十八条", true },
	[GI_LOGO] = { "地理标志", "擅自使用地理标志专用标志/伪造地理标志名称", "礼盒", "盒", "特产店",
		      "地理标志产品保护办法第三十条", false },
	[GI_MARK] = { "地理标志", "侵犯地理标志证明商标", "柠檬", "箱", "果业经营部", "商标法第六十条第二款", false },
	[OLYMPIC] = { "特殊标志", "侵犯奥林匹克标志专有权", "文具", "套", "文具店", "奥林匹克标志保护条例第十二条", false },
	[SECRET] = { "商业秘密", "侵犯商业秘密", "工艺资料", "册", "机械有限公司", "反不正当竞争法", true },
	[CONFUSION] = { "商标", "商业混淆", "饮料", "件", "饮品店", "反不正当竞争法", false },
	[COPYRIGHT] = { "著作权", "销售侵权复制品", "图书", "册", "书店", "", false },
	[VARIETY] = { "植物新品种", "侵犯植物新品种权", "种子", "袋", "农资店", "", false },
	[LAYOUT] = { "集成电路布图设计", "侵犯集成电路布图设计专有权", "控制板", "块", "电子厂", "", false },
};

/* One story while it is planned. */
struct telling {
	struct plan *p;
	const struct story *s;
	enum story_twist twist;
	const char *officer, *co_officer, *clerk, *head, *both;
	const char *party, *cause, *goods;
	int64_t value, fine, income; /* fen */
	int rest;                    /* what varies without meaning anything */
	day_t day;                   /* as far as the case has come */
};

/* Some number below n, another for each `salt`. */
static int varies(const struct telling *t, int salt, int n)
{
	uint32_t x = (uint32_t)t->rest * UINT32_C(2654435761) + (uint32_t)salt * UINT32_C(40503);

	x ^= x >> 15;
	x *= UINT32_C(2246822519);
	x ^= x >> 13;
	return (int)(x % (uint32_t)n);
}

static const char *day_text(struct telling *t, day_t day)
{
	char text[11];

	day_format(day, text);
	return arena_strdup(&t->p->keep, text);
}

static day_t later(struct telling *t, int working_days)
{
	return t->day = plan_workday(t->p, t->day, working_days);
}

static void step(struct telling *t, const char *who, const char *act, int hour, const char *fields)
{
	plan_step(t->p, who, act, t->day, hour, fields);
}

/* Asked for by the officer, approved by a leader on the same day. */
static void approved(struct telling *t, const char *code, const char *fields)
{
	step(t, t->officer, arena_printf(&t->p->keep, "%s_request", code), 9, fields);
	step(t, "deputy_head", arena_printf(&t->p->keep, "%s_approve", code), 15, "{\"opinion\":\"同意\"}");
}

static void endorsed(struct telling *t, const char *code, const char *fields, const char *endorsement)
{
	step(t, t->officer, arena_printf(&t->p->keep, "%s_request", code), 9, fields);
	step(t, t->head, arena_printf(&t->p->keep, "%s_endorse", code), 11, endorsement);
	step(t, "deputy_head", arena_printf(&t->p->keep, "%s_approve", code), 15, "{\"opinion\":\"同意\"}");
}

/* A code with right check characters (GB 11714, GB 32100) in a region that does not exist. */
static const char *made_up_code(struct arena *a, int serial)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY", digits[] = "0123456789X";
	static const int weights[] = { 3, 7, 9, 10, 5, 8, 4, 2 };
	char code[32];
	int sum = 0, weight = 1;

	snprintf(code, sizeof(code), "91999900MA%06d", serial);
	for (int i = 0; i < 8; i++) {
		char c = code[8 + i];
		sum += weights[i] * (c <= '9' ? c - '0' : c - 'A' + 10);
	}
	code[16] = digits[(11 - sum % 11) % 11];
	sum = 0;
	for (int i = 0; i < 17; i++, weight = weight * 3 % 31)
		sum += weight * (int)(strchr(alphabet, code[i]) - alphabet);
	code[17] = alphabet[(31 - sum % 31) % 31];
	code[18] = '\0';
	return arena_strdup(a, code);
}

static const char *chinese_number(struct arena *a, int n)
{
	static const char *const digits[] = { "〇", "一", "二", "三", "四", "五", "六", "七", "八", "九" };

	return arena_printf(a, "%s%s%s", digits[n / 100 % 10], digits[n / 10 % 10], digits[n % 10]);
}

/* Codes of the drives that ran on the day: each case may carry several at once; "" without any. A drive whose end is not
 * known is taken to last a hundred days. */
static const char *drives(struct telling *t)
{
	bool online = t->rest % 4 == 1, agent = t->s->subject == TM_AGENT || t->s->subject == TM_BAD_FAITH;
	const char *values[] = { day_text(t, t->day), online ? "WANGJIAN-%" : "", agent ? "LANTIAN-%" : "" };
	char *list = ctl_query_text(t->p->e->conn,
				    "SELECT coalesce(',\"campaigns\":' || json_agg(code ORDER BY code), '') FROM ipcase.law_campaigns"
				    " WHERE starts_on <= $1::date AND $1::date <= coalesce(ends_on, starts_on + 99)"
				    " AND (code LIKE 'CHUNLEI-%' OR code LIKE 'TIEQUAN-%' OR code LIKE $2 OR code LIKE $3)",
				    3, values);
	const char *ret = t->rest % 5 == 4 || !list ? "" : arena_strdup(&t->p->keep, list);

	free(list);
	return ret;
}

/* ---- the clue ---- */

static void registered(struct telling *t)
{
	static const char *const sources[] = { "举报", "监督检查", "举报", "其他部门移送", "上级交办" };
	static const char *const tags[] = { ",\"tags\":[\"农村市场\"]", ",\"tags\":[\"电商领域\"]", ",\"tags\":[\"重点实体市场\"]", "" };
	struct arena *a = &t->p->keep;
	const char *code = subjects[t->s->subject].company
				   ? arena_printf(a, ",\"uscc\":\"%s\"", made_up_code(a, t->rest))
				   : "";

	step(t, t->clerk, "register", 9,
	     arena_printf(a,
			  "{\"source\":\"%s\",\"discovered_on\":\"%s\",\"ip_type\":\"%s\",\"cause\":\"%s\",\"goods\":\"%s\","
			  "\"summary\":\"演示数据：涉嫌%s，涉及%s。\",\"parties\":[{\"name\":\"%s\",\"kind\":\"%s\"%s}]%s%s}",
			  sources[varies(t, 1, (int)ARRAY_LEN(sources))], day_text(t, t->day), subjects[t->s->subject].ip_type,
			  t->cause, t->goods, t->cause, t->goods, t->party,
			  code[0] ? "企业" : "个体工商户", code, drives(t), tags[t->rest % (int)ARRAY_LEN(tags)]));
}

static void ended_without_case(struct telling *t)
{
	struct arena *a = &t->p->keep;

	if (t->twist == TRANSFERRED) {
		static const char *const organs[] = { "乐至县文化广播电视和旅游局", "乐至县农业农村局", "国家知识产权局" };
		int which = t->s->subject == COPYRIGHT ? 0 : t->s->subject == VARIETY ? 1 : 2;
		later(t, 4);
		approved(t, "transfer", arena_printf(a, "{\"organ_to\":\"%s\",\"reason\":\"不属于本机关管辖\"}", organs[which]));
		return;
	}
	later(t, t->twist == DECLINED_LATE ? 17 : 3 + varies(t, 2, 6));
	endorsed(t, "decline",
		 t->rest % 2 ? "{\"decline_ground\":\"违法事实不成立\",\"reason\":\"经核查，商品来自授权经销商\"}"
			     : "{\"decline_ground\":\"轻微并及时改正\",\"reason\":\"数量很少，已下架并消除影响\"}",
		 "{}");
}

static bool seized(const struct telling *t)
{
	return t->rest % 3 == 0 && t->twist != TERMINATED && t->twist != SUSPENDED;
}

static void seize(struct telling *t)
{
	step(t, t->officer, "measure_take", 15,
	     arena_printf(&t->p->keep, "{\"measure_kind\":\"扣押\",\"measure_goods\":\"%s\",\"urgent\":true}", t->goods));
	step(t, "deputy_head", "measure_confirm", 17, "{\"measure\":1,\"granted\":true}");
}

/* True when a case follows. */
static bool clue(struct telling *t)
{
	registered(t);
	if (t->twist == FORGOTTEN)
		return false;
	later(t, 1);
	step(t, t->head, "assign", 9, t->both);
	later(t, 1 + varies(t, 3, 3));
	step(t, t->officer, "verify", 14, "{\"note\":\"现场核查情况见现场笔录\"}");
	if (t->twist == DECLINED || t->twist == DECLINED_LATE || t->twist == TRANSFERRED) {
		ended_without_case(t);
		return false;
	}
	if (seized(t))
		seize(t);
	later(t, t->twist == FILED_LATE ? 14 : 1 + varies(t, 4, 6));
	endorsed(t, "file", arena_printf(&t->p->keep, "{\"cause\":\"%s\",\"reason\":\"有证据初步证明存在违法行为\"}", t->cause),
		 t->both);
	return true;
}

/* ---- the case until its decision ---- */

static void amounts(struct telling *t)
{
	int64_t value = t->value, income = t->income;

	if (t->twist == VALUE_SLIP)
		value *= 10000; /* 1.98亿元 for 1.98万元 */
	if (t->twist == INCOME_SLIP)
		income = value * 3;
	step(t, t->officer, "amounts", 11,
	     arena_printf(&t->p->keep, "{\"goods_value_fen\":\"%lld\",\"illegal_income_fen\":\"%lld\"}", (long long)value,
			  (long long)income));
}

/* Suspended for good, or for a while; false: the case goes no further. */
static bool suspended(struct telling *t)
{
	if (t->twist != SUSPENDED && t->twist != RESUMED)
		return true;
	later(t, 4);
	approved(t, "suspend",
		 t->twist == SUSPENDED ? "{\"suspend_ground\":\"权属争议或权利人同时起诉\",\"reason\":\"商标权属正由法院审理\"}"
				       : "{\"suspend_ground\":\"当事人下落不明\",\"reason\":\"经营场所已关闭，无法联系\"}");
	if (t->twist == SUSPENDED)
		return false;
	later(t, 31);
	step(t, t->officer, "resume", 10, arena_printf(&t->p->keep, "{\"cause_ended_on\":\"%s\"}", day_text(t, t->day)));
	return true;
}

static void close_case(struct telling *t)
{
	later(t, t->twist == CLOSED_LATE ? 21 : t->twist == CLOSED_VERY_LATE ? 55 : 2 + varies(t, 5, 7));
	endorsed(t, "close", "{\"note\":\"案件办理完毕，材料齐全\"}", "{}");
	later(t, 12 + varies(t, 6, 20));
	step(t, t->clerk, "archive", 10,
	     arena_printf(&t->p->keep, "{\"archive_no\":\"%d%04d\",\"keep_period\":\"永久\"}", day_to_ymd(t->day).year,
			  t->rest));
}

static void hearing(struct telling *t)
{
	struct arena *a = &t->p->keep;
	day_t on;

	later(t, 2);
	step(t, t->officer, "hearing_request", 10, "{\"note\":\"当事人书面要求听证\"}");
	later(t, 1);
	step(t, "deputy_head", "hearing_host", 10, "{\"hearing_host\":\"legal_reviewer\"}");
	later(t, 1);
	on = plan_workday(t->p, t->day, 9);
	step(t, "legal_reviewer", "hearing_notify", 10,
	     arena_printf(a, "{\"hearing_on\":\"%s\",\"hearing_public\":true}", day_text(t, on)));
	step(t, "legal_reviewer", "hearing_announce", 11, "{}");
	t->day = on;
	step(t, "legal_reviewer", "hearing_hold", 10, "{\"note\":\"当事人对数量没有异议，请求从轻\"}");
	later(t, 3);
	step(t, "deputy_head", "hearing_report", 10, "{\"note\":\"建议维持拟处罚意见\"}");
	later(t, 3);
	step(t, "legal_reviewer", "review_pass", 11, "{\"opinion\":\"同意\"}");
	later(t, 1);
	step(t, "principal", "discuss", 9, "{\"members\":[\"局长甲\",\"分管局领导甲\",\"法制审核员甲\"],\"opinion\":\"同意处罚意见\"}");
}

/* Report, review, notice; then the day of the decision. False: no penalty comes of it. */
static bool concluded(struct telling *t)
{
	struct arena *a = &t->p->keep;
	const char *outcome = t->twist == NO_PENALTY ? "不予行政处罚(轻微)" : "给予行政处罚";

	step(t, t->officer, "report", 16,
	     arena_printf(a, "{\"proposed_outcome\":\"%s\",\"review_kind\":\"%s\",\"note\":\"事实清楚，证据确凿\"}", outcome,
			  t->twist == HEARD ? "法制审核" : "案件审核"));
	later(t, 1 + varies(t, 7, 4));
	step(t, "legal_reviewer", "review_pass", 11, "{\"opinion\":\"同意承办机构意见\"}");
	if (t->twist == NO_PENALTY) {
		later(t, 2);
		approved(t, "decide_no_penalty", "{\"decision_text\":\"当事人违法行为轻微并及时改正，没有造成危害后果。\","
						 "\"basis\":\"行政处罚法第三十三条第一款\"}");
		later(t, 1);
		step(t, t->officer, "serve_no_penalty", 10, "{\"service_method\":\"直接\"}");
		close_case(t);
		return false;
	}
	later(t, 1);
	step(t, t->officer, "notice_serve", 10,
	     arena_printf(a, "{\"notice_kinds\":%s,\"notice_fine_fen\":\"%lld\",\"hearing_right\":%s,\"service_method\":\"直接\"}",
			  t->twist == WARNED ? "[\"警告\"]" : "[\"罚款\",\"没收非法财物\"]", (long long)t->fine,
			  t->twist == HEARD ? "true" : "false"));
	if (t->twist == HEARD)
		hearing(t);
	else
		later(t, 6 + varies(t, 8, 3));
	return true;
}

/* From filing to the day of the decision. */
static bool investigated(struct telling *t)
{
	day_t filed = t->day;
	bool late = t->twist == DECIDED_LATE, longer = t->twist == EXTENDED;

	later(t, 2 + varies(t, 9, 4));
	step(t, t->officer, "record", 10, "{\"record_kind\":\"询问笔录\",\"note\":\"询问经营者，核对进销票据\"}");
	amounts(t);
	if (t->twist == STALLED || !suspended(t))
		return false;
	if (t->twist == TERMINATED) {
		later(t, 6);
		approved(t, "terminate", "{\"terminate_ground\":\"法人或其他组织终止且无承受人\",\"reason\":\"当事人已注销\"}");
		close_case(t);
		return false;
	}
	if (longer) {
		t->day = plan_workday(t->p, filed, 45);
		approved(t, "extend", "{\"reason\":\"权利人鉴定结论尚未出具，案情复杂\"}");
	}
	if (late || longer)
		t->day = plan_workday(t->p, filed, late ? 58 : 52);
	else
		later(t, 7 + varies(t, 10, 16));
	return concluded(t);
}

/* ---- the decision and after ---- */

static const char *decision_text(struct telling *t)
{
	return arena_printf(&t->p->keep,
			    "%s：经查，当事人%s，涉及%s，货值金额%lld.%02lld元。上述事实有现场笔录、询问笔录、权利人辨认意见等证据证实。"
			    "%s依据%s的规定，决定处罚如下。",
			    t->party, t->cause, t->goods, (long long)(t->value / 100), (long long)(t->value % 100),
			    t->twist == REDACTED ? "涉案商品由仓库看管人联系，联系电话13900000417。" : "",
			    subjects[t->s->subject].basis);
}

/* In bytes of the text, as lib/law/redaction.h has it. */
static const char *cuts(struct telling *t)
{
	static const char phone[] = "13900000417";
	const char *text = decision_text(t), *at = strstr(text, phone);

	if (!at)
		return "{}";
	return arena_printf(&t->p->keep, "{\"cuts\":\"[{\\\"at\\\":%zu,\\\"len\\\":%zu,\\\"code\\\":\\\"contact\\\",\\\"note\\\":\\\"\\\"}]\"}",
			    (size_t)(at - text), sizeof(phone) - 1);
}

static bool minor(const struct telling *t)
{
	return t->twist == MINOR || t->twist == MINOR_LATE;
}

static void decided(struct telling *t)
{
	struct arena *a = &t->p->keep;

	if (seized(t))
		step(t, t->officer, "measure_lift", 8, "{\"measure\":1,\"lift_ground\":\"已作出处理决定不再需要\"}");
	const char *kinds = t->twist == WARNED ? "\"penalty_kinds\":[\"警告\"]"
			    : minor(t)	       ? "\"penalty_kinds\":[\"罚款\"]"
					       : arena_printf(a, "\"penalty_kinds\":[\"罚款\",\"没收非法财物\"],\"confiscated_goods\":\"%s\"",
							      t->goods);
	const char *fine = t->twist == WARNED ? "" : arena_printf(a, ",\"fine_fen\":\"%lld\"", (long long)t->fine);
	approved(t, "decide_penalty",
		 arena_printf(a, "{%s%s,\"discretion\":\"%s\",\"decision_text\":\"%s\",\"basis\":\"%s\"%s}", kinds, fine,
			      minor(t) ? "从轻" : "一般", decision_text(t), subjects[t->s->subject].basis,
			      t->twist == PUSHED ? ",\"other_province\":true" : ""));
}

/* Review of the decision: it is annulled, so it must be withdrawn. */
static void annulled(struct telling *t)
{
	later(t, 14);
	step(t, t->officer, "remedy_filed", 10, "{\"remedy_kind\":\"行政复议\"}");
	later(t, 6);
	step(t, "legal_reviewer", "remedy_answer", 10, "{\"note\":\"已提交答复书和证据\"}");
	later(t, 30);
	step(t, "legal_reviewer", "remedy_ended", 10, "{\"remedy_result\":\"撤销\",\"paper_no\":\"演示复决字1号\"}");
	plan_step(t->p, "credit_clerk", "@withdraw", plan_workday(t->p, t->day, t->twist == OVERTURNED ? 2 : 6), 10,
		  "{\"withdraw_reason\":\"行政复议决定撤销原处罚决定\"}");
	close_case(t);
}

/* Never paid: dunned when the remedies are over, then the court. */
static void enforced(struct telling *t)
{
	t->day = plan_workday(t->p, day_add_months(t->day, 6) + 8, 1);
	step(t, t->officer, "dun", 10, "{\"service_method\":\"直接\"}");
	later(t, 12);
	approved(t, "court_apply", "{\"organ_to\":\"乐至县人民法院\"}");
	later(t, 6);
	step(t, t->officer, "court_accepted", 10, "{\"court_case_no\":\"（演示）行审1号\"}");
}

static void performed(struct telling *t)
{
	struct arena *a = &t->p->keep;

	later(t, 1 + varies(t, 11, 2));
	step(t, t->officer, "serve", 10, "{\"service_method\":\"直接\"}");
	if (t->twist == UNPAID) {
		enforced(t);
		return;
	}
	if (t->twist == OVERTURNED || t->twist == OVERTURNED_LATE) {
		annulled(t);
		return;
	}
	if (t->twist != WARNED) {
		later(t, 1 + varies(t, 12, 8));
		step(t, t->clerk, "pay", 10,
		     arena_printf(a, "{\"amount_fen\":\"%lld\",\"receipt\":\"演示票据%04d\"}", (long long)t->fine, t->rest));
		step(t, t->officer, "performed", 15, "{\"performance\":\"自动履行\"}");
	}
	close_case(t);
}

/* ---- the disclosure ---- */

/* It is still decided on t->day; the case goes on by itself. */
static void shown(struct telling *t)
{
	struct plan *p = t->p;
	day_t decided_on = t->day, day = plan_workday(p, decided_on, 4), reported, published;

	reported = plan_workday(p, decided_on, t->twist == CREDIT_LATE ? 11 : 4 + varies(t, 13, 3));
	plan_step(p, "credit_clerk", "@credit_report", reported, 15, "{}");
	if (t->twist == EXEMPTED) {
		plan_step(p, "credit_clerk", "@exempt_request", plan_workday(p, decided_on, 8), 9,
			  "{\"publish_exemption\":\"商业秘密\",\"reason\":\"决定书通篇涉及权利人的技术信息，删节后不能反映事实\"}");
		plan_step(p, "deputy_head", "@exempt_approve", plan_workday(p, decided_on, 9), 15, "{\"opinion\":\"同意\"}");
		return;
	}
	plan_step(p, t->officer, "@prepare", day, 16, cuts(t));
	plan_step(p, t->head, "@review_pass", plan_workday(p, day, 1), 10, "{\"secrecy_reviewed\":true}");
	if (t->twist == UNPUBLISHED)
		return;
	published = plan_workday(p, decided_on, t->twist == PUBLISHED_LATE ? 27 : 7 + varies(t, 14, 9));
	if (t->twist == PUSHED) {
		day_t pushed = plan_workday(p, decided_on, 8);
		plan_step(p, "credit_clerk", "@push", pushed, 10, "{\"organ_to\":\"重庆市市场监督管理局\"}");
		plan_step(p, "credit_clerk", "@push_answer", plan_workday(p, pushed, 7), 10, "{\"receiver_answer\":\"已公示\"}");
		return;
	}
	plan_step(p, "credit_clerk", "@publish", published, 16, "{\"publish_place\":\"国家企业信用信息公示系统\"}");
	if (minor(t)) {
		day_t last = day_add_months(published, 3);
		plan_step(p, "credit_clerk", "@expire", t->twist == MINOR ? last : plan_workday(p, last, 6), 23, "{}");
	} else if (t->twist == CORRECTED) {
		day_t on = plan_workday(p, published, 12);
		plan_step(p, t->officer, "@correct_request", on, 9,
			  arena_printf(&p->keep, "{\"reason\":\"案由表述不准确\",\"cause\":\"销售侵犯注册商标专用权的商品\"}"));
		plan_step(p, t->head, "@correct_approve", on, 11, "{}");
	} else if (t->twist == REPAIRED) {
		day_t on = plan_workday(p, day_add_months(published, 6), 2);
		plan_step(p, "credit_clerk", "@repair_request", on, 9, "{}");
		plan_step(p, "credit_clerk", "@repair_accept", plan_workday(p, on, 1), 9, "{}");
		on = plan_workday(p, on, 5);
		plan_step(p, "credit_clerk", "@repair_grant_request", on, 9, "{\"corrected\":true,\"not_penalised_again\":true}");
		plan_step(p, "deputy_head", "@repair_grant_approve", on, 15, "{\"opinion\":\"同意\"}");
		plan_step(p, "credit_clerk", "@repair_carry_out", plan_workday(p, on, 2), 10, "{}");
	}
	if (!minor(t) && t->twist != REPAIRED && t->twist != OVERTURNED && t->twist != OVERTURNED_LATE)
		plan_step(p, "credit_clerk", "@expire", day_add_months(published, 12), 23, "{}");
}

/* ---- a whole story ---- */

/* First day of the month so many months ago. */
static day_t month_ago(const struct plan *p, int months)
{
	day_t first = p->today - day_to_ymd(p->today).day + 1;

	return day_add_months(first, -months);
}

static const char *story_key(struct plan *p, day_t month, int nth)
{
	return arena_printf(&p->keep, "demo-%d-%02d-%d", day_to_ymd(month).year, day_to_ymd(month).month, nth);
}

void story_plan(struct plan *p, const struct story *s, int serial)
{
	struct arena *a = &p->keep;
	day_t month = month_ago(p, s->months);
	struct telling t = { .p = p, .s = s, .twist = s->twist, .rest = serial,
			     .officer = teams[s->team].officer, .co_officer = teams[s->team].co_officer,
			     .clerk = teams[s->team].clerk, .head = teams[s->team].head,
			     .cause = subjects[s->subject].cause };

	t.both = arena_printf(a, "{\"officer\":\"%s\",\"co_officer\":\"%s\"}", t.officer, t.co_officer);
	t.party = arena_printf(a, "乐至县演示%s号%s", chinese_number(a, serial), subjects[s->subject].trade);
	t.goods = arena_printf(a, "%s%d%s", subjects[s->subject].goods, 6 + varies(&t, 20, 180), subjects[s->subject].unit);
	t.value = (30 + varies(&t, 21, 400)) * (int64_t)10000 + varies(&t, 22, 100) * 10;
	t.income = t.value / 4;
	t.fine = s->twist == HEARD    ? 12000000
		 : s->twist == WARNED ? 0
		 : minor(&t)	      ? 300000
				      : (4 + varies(&t, 23, 60)) * (int64_t)50000;
	t.day = plan_workday(p, plan_workday(p, month, 0), 1 + 3 * s->nth);
	plan_story(p, story_key(p, month, s->nth), PROCEDURE_CLUE);
	if (!clue(&t) || !investigated(&t))
		return;
	decided(&t);
	if (s->twist != WARNED)
		shown(&t);
	performed(&t);
}

void story_received(struct plan *p, int months)
{
	struct arena *a = &p->keep;
	day_t month = month_ago(p, months), day = plan_workday(p, month, 6);
	char decided[11];

	day_format(plan_workday(p, day, -8), decided);
	plan_story(p, story_key(p, month, 90), PROCEDURE_DISCLOSURE);
	plan_step(p, "credit_clerk", "receive", day, 10,
		  arena_printf(a,
			       "{\"agency\":\"演示省演示县市场监督管理局\",\"cause\":\"侵犯注册商标专用权（销售侵权商品）\",\"ip_type\":\"商标\","
			       "\"parties\":[{\"name\":\"乐至县演示外省推送商贸有限公司\",\"kind\":\"企业\",\"uscc\":\"%s\"}],"
			       "\"penalty_kinds\":[\"罚款\"],\"fine_fen\":\"800000\",\"discretion\":\"一般\",\"basis\":\"商标法第六十条第二款\","
			       "\"decision_text\":\"当事人销售侵犯注册商标专用权的商品，决定罚款8000元。\",\"decided_on\":\"%s\","
			       "\"decision_paper_no\":\"演市监处罚〔%d〕%d号\"}",
			       made_up_code(a, 999000 + months), decided, day_to_ymd(day).year, 20 + months));
	day = plan_workday(p, day, 2);
	plan_step(p, "credit_clerk", "@prepare", day, 10, "{}");
	plan_step(p, "deputy_head", "@review_pass", day, 15, "{\"secrecy_reviewed\":true}");
	plan_step(p, "credit_clerk", "@publish", plan_workday(p, day, 2), 10, "{\"publish_place\":\"国家企业信用信息公示系统\"}");
}
