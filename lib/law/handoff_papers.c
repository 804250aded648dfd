/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/handoff_papers.h"

#define A310 "行政执法机关移送涉嫌犯罪案件的规定第六条"
#define A16 "公安机关受理行政执法机关移送涉嫌犯罪案件规定第二条"
#define XZQZ "行政强制法第五十五条"
#define SFQR "最高人民法院关于人民调解协议司法确认程序的若干规定第三条"
#define OPINION_KIND "鉴定意见"

/* The channels stand together. A word in a title decides, so the more special paper stands first. */
static const struct handoff_paper papers[] = {
	{ PROCEDURE_C1, "letter", "涉嫌犯罪案件移送书", PAPER_ALWAYS, "移送书", NULL, A310 "第一项" },
	{ PROCEDURE_C1, "report", "涉嫌犯罪案件情况的调查报告", PAPER_ALWAYS, "调查报告|调查终结报告", NULL, A310 "第二项" },
	{ PROCEDURE_C1, "goods", "涉案物品清单", PAPER_IF_GOODS, "物品清单|财物清单", NULL, A310 "第三项" },
	{ PROCEDURE_C1, "measures", "行政强制措施文书和现场笔录", PAPER_IF_MEASURES, "查封|扣押|先行登记保存|现场笔录|强制措施", NULL, A16 "第三项" },
	{ PROCEDURE_C1, "opinion", "检验报告或者鉴定意见", PAPER_IF_OPINION, "检验报告|鉴定意见|鉴定结论|鉴定书", OPINION_KIND, A310 "第四项" },
	{ PROCEDURE_C1, "qualification", "鉴定机构和鉴定人资质证明", PAPER_IF_OPINION, "资质", NULL, A16 "第四项" },
	{ PROCEDURE_C1, "penalty", "行政处罚决定书", PAPER_IF_PENALTY, "处罚决定书", NULL, A16 },
	{ PROCEDURE_C1, "other", "其他有关涉嫌犯罪的材料", PAPER_OPTIONAL, "", NULL, A310 "第五项" },
	{ PROCEDURE_C2, "letter", "案件移送函", PAPER_ALWAYS, "移送函|移送书", NULL, "市场监督管理行政处罚程序规定第十四条" },
	{ PROCEDURE_C2, "goods", "涉案物品清单", PAPER_IF_GOODS, "物品清单|财物清单", NULL, "市场监督管理行政处罚程序规定第十四条" },
	{ PROCEDURE_C2, "other", "案件材料", PAPER_OPTIONAL, "", NULL, "市场监督管理行政处罚程序规定第十四条" },
	{ PROCEDURE_C6, "application", "强制执行申请书", PAPER_ALWAYS, "强制执行申请书|执行申请书", NULL, XZQZ "第一项" },
	{ PROCEDURE_C6, "decision", "行政决定书及作出决定的事实、理由和依据", PAPER_ALWAYS, "决定书", NULL, XZQZ "第二项" },
	{ PROCEDURE_C6, "dunning", "当事人的意见及行政机关催告情况", PAPER_ALWAYS, "催告|当事人的意见|陈述申辩", NULL, XZQZ "第三项" },
	{ PROCEDURE_C6, "object", "申请强制执行标的情况", PAPER_ALWAYS, "标的|财产", NULL, XZQZ "第四项" },
	{ PROCEDURE_C6, "other", "法律、行政法规规定的其他材料", PAPER_OPTIONAL, "", NULL, XZQZ "第五项" },
	{ PROCEDURE_C7, "application", "司法确认申请书", PAPER_ALWAYS, "申请书", NULL, SFQR },
	{ PROCEDURE_C7, "agreement", "调解协议", PAPER_ALWAYS, "调解协议", NULL, SFQR },
	{ PROCEDURE_C7, "identity", "身份证明、资格证明", PAPER_ALWAYS, "身份证|营业执照|资格证明|主体资格", NULL, SFQR },
	{ PROCEDURE_C7, "other", "与调解协议相关的财产权利证明等材料", PAPER_OPTIONAL, "", NULL, SFQR },
	{ PROCEDURE_C8, "letter", "协助调查函", PAPER_ALWAYS, "协助|协查|函", NULL, "市场监督管理行政处罚程序规定第四十五条" },
	{ PROCEDURE_C8, "other", "需要协助的有关材料", PAPER_OPTIONAL, "", NULL, "市场监督管理行政处罚程序规定第四十五条" },
};

const struct handoff_paper *handoff_papers(enum matter_procedure channel, size_t *ret_count)
{
	const struct handoff_paper *first = NULL;

	*ret_count = 0;
	for (size_t i = 0; i < ARRAY_LEN(papers); i++) {
		if (papers[i].channel != channel)
			continue;
		if (!first)
			first = &papers[i];
		++*ret_count;
	}
	return first;
}

static bool has(const struct handoff_papers_known *k, enum field f)
{
	return fact_has(&k->d->facts, f) || (k->linked && fact_has(&k->linked->facts, f));
}

bool handoff_paper_is_required(const struct handoff_paper *p, const struct handoff_papers_known *k, const char **ret_why)
{
	const struct {
		bool so;
		const char *because, *otherwise;
	} needs[] = {
		[PAPER_ALWAYS] = { true, NULL, NULL },
		[PAPER_IF_GOODS] = { has(k, FIELD_GOODS) || has(k, FIELD_GOODS_LIST) || (k->linked && k->linked->item_count > 0),
				     "案件有涉案物品", "案件没有登记涉案物品" },
		[PAPER_IF_OPINION] = { k->opinion, "案件有检验报告或者鉴定意见", "案件没有检验报告或者鉴定意见" },
		[PAPER_IF_MEASURES] = { fact_has(&k->d->facts, FIELD_COERCIVE) || (k->linked && k->linked->measure_count > 0),
					"案件采取过行政强制措施", "案件没有采取行政强制措施" },
		[PAPER_IF_PENALTY] = { has(k, FIELD_PENALTY_MADE), "移送前已经作出行政处罚", "移送前没有作出行政处罚" },
		[PAPER_OPTIONAL] = { false, NULL, "有的应当附上" },
	};

	*ret_why = needs[p->need].so ? needs[p->need].because : needs[p->need].otherwise;
	return needs[p->need].so;
}

bool handoff_paper_fits(const struct handoff_paper *p, struct sv title, struct sv kind)
{
	struct sv words = sv_of(p->words);

	if (p->kind && sv_eq_str(kind, p->kind))
		return true;
	while (words.n > 0) {
		const char *bar = memchr(words.p, '|', words.n);
		size_t n = bar ? (size_t)(bar - words.p) : words.n;
		if (title.n >= n && memmem(title.p, title.n, words.p, n))
			return true;
		words = bar ? (struct sv){ bar + 1, words.n - n - 1 } : (struct sv){ NULL, 0 };
	}
	return false;
}
