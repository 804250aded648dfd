/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The words of an agreement. A sentence ends with 。；！？ or the line, a clause also with a comma. What is owned stands
 * right before 归, 属于 or 由: "涉案商标归乙方所有" decides ownership, "库存商标标识归甲方所有" and "归还" do not. */
#include "law/agreement.h"

#include "base/text.h"

enum {
	NAME_MAX_BYTES = 36, /* what follows 归 is an owner's name when it is no longer */
	NEAR_BYTES = 600,    /* how far from its verb a clause is read: long texts stay cheap */
};

/* ---- words -------------------------------------------------------------------------------- */

/* Rights; the first that stands at the end of a phrase makes the phrase one about a right. */
static const char *const rights[] = {
	"商标", "商标权", "专用权", "专利", "专利权", "著作权", "版权", "商业秘密", "技术秘密", "品种权", "植物新品种",
	"地理标志", "外观设计", "知识产权", "布图设计", "域名", "申请权", "实用新型", NULL,
};
/* Of a right only when the sentence names one. */
static const char *const vague[] = { "权利", "权益", "权属", "所有权", "软件", "技术", "成果", "作品", "发明", "字号", NULL };
static const char *const confirming[] = { "确认", "认定", "约定", "承认", "认可", "一致认为", "同意", NULL };
static const char *const owners[] = { "甲方",	"乙方",	  "丙方", "丁方",   "双方", "各方",
				      "申请人", "被申请人", "原告", "权利人", "本人", "对方", NULL };
static const char *const owning[] = { "所有", "享有", "共有", "拥有", "持有", NULL };
static const char *const holders[] = { "权利人",     "所有人", "专利权人", "著作权人", "商标权人",
				       "商标注册人", "共有人", "发明人",   "设计人",   "品种权人", NULL };
static const char *const validity[] = { "有效",	  "无效",   "应予撤销", "应予维持", "不应注册",
					"新颖性", "创造性", "显著性",   NULL };
static const char *const paying[] = { "支付", "赔偿", "给付", "付款", "补偿", "付清", "汇入", "转账", NULL };
static const char *const waiving[] = { "不要求赔偿", "不主张赔偿", "放弃赔偿", "免除赔偿", "不再要求赔偿", "无需支付",
				       "不支付赔偿", "不再主张赔偿", NULL };
static const char *const doing[] = { "停止", "销毁", "下架", "道歉", "删除", "不再", "变更", "办理", "交付",
				     "退还", "归还", "更换", "拆除", "返还", "撤回", "公开声明", NULL };
static const char *const payee_words[] = { "收款人", "收款方", "收款账户", "收款单位", "户名", "账户名", NULL };
static const char *const at_once[] = { "当日", "当天", "当场", "即时", "立即", "即日", "签订时", "签字时",
				       "签署时", "同时", "月底", "月末", "年底", NULL };
static const char *const adverbs[] = { "均", "都", "应当", "应", "依法", "全部", "仍", "将", "一律", "统一", "共同",
				       "最终", "永久", "的", "仅", "现", NULL };
/* What may stand before an ownership verb when its subject was named earlier in the sentence. */
static const char *const leading[] = { "双方", "甲方", "乙方", "丙方", "各方", "当事人", "经", "协商", "一致", "共同", "自愿",
				       "同意", "确认", "约定", "承认", "认可", "其", "该", "均", "应", "依法", NULL };
static const char numerals[] = "0123456789.,零〇一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟两";

/* ---- views -------------------------------------------------------------------------------- */

static struct sv from(struct sv s, size_t at)
{
	return (struct sv){ s.p + at, s.n - at };
}

static struct sv until(struct sv s, size_t end)
{
	return (struct sv){ s.p, end };
}

static bool find(struct sv s, const char *word, size_t *ret)
{
	const char *at = s.n ? memmem(s.p, s.n, word, strlen(word)) : NULL;

	if (at)
		*ret = (size_t)(at - s.p);
	return at != NULL;
}

static bool has(struct sv s, const char *word)
{
	size_t at;
	return find(s, word, &at);
}

static bool has_any(struct sv s, const char *const *words)
{
	for (; *words; words++) {
		if (has(s, *words))
			return true;
	}
	return false;
}

static bool ends_with(struct sv s, const char *word)
{
	size_t n = strlen(word);
	return s.n >= n && memcmp(s.p + s.n - n, word, n) == 0;
}

static bool ends_with_any(struct sv s, const char *const *words)
{
	for (; *words; words++) {
		if (ends_with(s, *words))
			return true;
	}
	return false;
}

static bool starts_with_any(struct sv s, const char *const *words)
{
	for (; *words; words++) {
		if (sv_starts_with(s, sv_of(*words)))
			return true;
	}
	return false;
}

/* Bytes of the character that ends at `end`. */
static size_t last_char(struct sv s)
{
	size_t n = s.n ? 1 : 0;

	while (n < s.n && ((unsigned char)s.p[s.n - n] & 0xC0) == 0x80)
		n++;
	return n;
}

static bool is_numeral(struct sv one)
{
	return one.n > 0 && memmem(numerals, sizeof(numerals) - 1, one.p, one.n) != NULL;
}

/* Does a number stand right before `end`? */
static bool number_before(struct sv s, size_t end)
{
	struct sv head = until(s, end);

	return is_numeral(from(head, end - last_char(head)));
}

/* The next piece up to one of the separators; false at the end. */
static bool next_piece(struct sv *rest, const char *const *separators, struct sv *ret)
{
	if (rest->n == 0)
		return false;
	size_t i = 0, width = 0;
	for (; i < rest->n && !width; i += width ? 0 : 1) {
		for (const char *const *s = separators; *s; s++) {
			if (sv_starts_with(from(*rest, i), sv_of(*s)))
				width = strlen(*s);
		}
	}
	*ret = until(*rest, i);
	*rest = from(*rest, i + width);
	return true;
}

static const char *const sentence_ends[] = { "。", ";", "!", "?", "\n", NULL };
static const char *const clause_ends[] = { "。", ";", "!", "?", "\n", ",", NULL };

/* ---- clauses on the right itself ----------------------------------------------------------- */

/* Without what stands in brackets or quotes at the end, and without adverbs; *ret_quoted: the end was a quoted name. */
static struct sv strip_tail(struct sv s, bool *ret_quoted)
{
	static const struct {
		const char *open, *close;
		bool quotes;
	} pairs[] = { { "(", ")", false }, { "“", "”", true }, { "\"", "\"", true }, { "《", "》", true }, { "[", "]", false } };
	bool again = true;

	*ret_quoted = false;
	while (again && s.n) {
		again = false;
		for (size_t i = 0; i < ARRAY_LEN(pairs) && !again; i++) {
			if (!ends_with(s, pairs[i].close))
				continue;
			size_t k = s.n - strlen(pairs[i].close);
			while (k > 0 && !sv_starts_with(from(s, k - 1), sv_of(pairs[i].open)))
				k--;
			if (k == 0)
				continue;
			if (pairs[i].quotes) {
				*ret_quoted = true;
				return until(s, k - 1);
			}
			s = until(s, k - 1);
			again = true;
		}
		for (const char *const *a = adverbs; *a && !again; a++) {
			if (ends_with(s, *a)) {
				s = until(s, s.n - strlen(*a));
				again = true;
			}
		}
	}
	return s;
}

static bool only_leading(struct sv s)
{
	bool again = true;

	while (again && s.n) {
		again = false;
		for (const char *const *w = leading; *w && !again; w++) {
			if (sv_starts_with(s, sv_of(*w))) {
				s = from(s, strlen(*w));
				again = true;
			}
		}
	}
	return s.n == 0;
}

/* What a clause stands in. */
struct scope {
	struct sv sentence;
	bool sentence_names, text_names; /* do they name a right? */
};

static struct sv near_end(struct sv s)
{
	return s.n > NEAR_BYTES ? from(s, s.n - NEAR_BYTES) : s;
}

static struct sv near_start(struct sv s)
{
	return s.n > NEAR_BYTES ? until(s, NEAR_BYTES) : s;
}

/* Is what stands before an ownership verb a right? A name in quotes may be that of one. */
static bool is_right(struct sv before, const struct scope *in)
{
	bool quoted;
	struct sv head = strip_tail(before, &quoted);

	if (quoted)
		return in->text_names;
	if (ends_with_any(head, rights))
		return true;
	if (only_leading(head)) {
		/* Named earlier in the sentence, as the last thing there. */
		struct sv rest = near_end(until(in->sentence, (size_t)(before.p - in->sentence.p)));
		while (rest.n && ends_with(rest, ","))
			rest.n--;
		head = strip_tail(rest, &quoted);
		if (quoted || ends_with_any(head, rights))
			return in->text_names;
	}
	return ends_with_any(head, vague) && in->sentence_names;
}

/* 归X所有, 归属于X, 属于X, 由X享有, behind a right. */
static bool assigns(struct sv clause, const struct scope *in)
{
	static const char *const verbs[] = { "归属于", "归属", "归", "属于", "由" };
	static const char *const stated[] = { "权属为", "所有权人为", NULL };
	static const char *const not_owner[] = { "还", "档", "类", "纳", "集", "零", "责", "案", "队", "期", "位", NULL };
	static const char *const infringing[] = { "侵权", "侵犯", "侵害", "假冒", NULL };

	if (has_any(clause, stated) && in->sentence_names)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		struct sv rest = clause;
		size_t at;
		for (; find(rest, verbs[i], &at); rest = from(rest, at + strlen(verbs[i]))) {
			struct sv before = near_end(until(clause, (size_t)(rest.p - clause.p) + at));
			struct sv after = near_start(from(rest, at + strlen(verbs[i])));
			if (after.n == 0 || starts_with_any(after, not_owner) || has_any(after, infringing))
				continue;
			bool owned = has_any(after, owning) || (i < 4 && starts_with_any(after, owners)) || i < 2 ||
				     (i == 2 && after.n <= NAME_MAX_BYTES);
			if (owned && is_right(before, in))
				return true;
		}
	}
	return false;
}

/* 商标权双方共有 */
static bool shares(struct sv clause, const struct scope *in)
{
	static const char *const both[] = { "双方", "各方", "共同", "甲乙", "甲方和乙方", "甲方与乙方", NULL };
	struct sv rest = clause;
	size_t at;

	for (; find(rest, "共有", &at); rest = from(rest, at + strlen("共有"))) {
		struct sv before = near_end(until(clause, (size_t)(rest.p - clause.p) + at));
		for (const char *const *b = both; *b; b++) {
			if (ends_with(before, *b))
				before.n -= strlen(*b);
		}
		if (is_right(before, in))
			return true;
	}
	return false;
}

/* 确认甲方为专利权人 */
static bool names_holder(struct sv clause)
{
	static const char *const copulas[] = { "为", "是", "系" };
	static const char *const not_copula[] = { "行", "因", "作", "认", "成", "关", "联", "以", NULL };
	static const char *const elsewhere[] = { "侵", "向", "付", "赔", NULL };

	for (size_t i = 0; i < ARRAY_LEN(copulas); i++) {
		struct sv rest = clause;
		size_t at;
		for (; find(rest, copulas[i], &at); rest = from(rest, at + strlen(copulas[i]))) {
			struct sv before = near_end(until(clause, (size_t)(rest.p - clause.p) + at));
			struct sv after = near_start(from(rest, at + strlen(copulas[i])));
			if (!has_any(before, confirming) || ends_with_any(before, not_copula))
				continue;
			if (has_any(after, holders) && !has_any(after, elsewhere))
				return true;
		}
	}
	return false;
}

/* 确认甲方享有商标专用权; but not 侵犯了甲方享有的商标专用权 */
static bool grants(struct sv clause)
{
	size_t at;

	if (!find(clause, "享有", &at) || !has_any(until(clause, at), confirming))
		return false;
	struct sv after = from(clause, at + strlen("享有"));
	return !sv_starts_with(after, SV("的")) && has_any(after, rights);
}

static bool decides_ownership(struct sv clause, const struct scope *in)
{
	static const char *const leaving[] = { "不涉及", "不就", "不对", "不作", "另行", "无权", NULL };

	if (has_any(clause, leaving))
		return false;
	return assigns(clause, in) || shares(clause, in) ||
	       (names_holder(clause) && in->sentence_names) || grants(clause);
}

/* What follows the last right that is named; p NULL: none is. */
static struct sv behind_right(struct sv s)
{
	struct sv ret = { NULL, 0 };
	size_t at;

	for (const char *const *r = rights; *r; r++) {
		for (struct sv rest = s; find(rest, *r, &at);) {
			rest = from(rest, at + strlen(*r));
			if (!ret.p || rest.n < ret.n)
				ret = rest;
		}
	}
	return ret;
}

static bool decides_validity(struct sv clause)
{
	static const char *const papers[] = { "协议", "合同", "条款", "文书", "长期", "继续", NULL };
	static const char *const giving_up[] = { "撤回", "不再", "放弃", "不得", "不会", "停止", NULL };

	if (!has_any(clause, confirming) || has_any(clause, giving_up))
		return false;
	for (const char *const *v = validity; *v; v++) {
		struct sv rest = clause;
		size_t at;
		for (; find(rest, *v, &at); rest = from(rest, at + strlen(*v))) {
			struct sv said = behind_right(near_end(until(clause, (size_t)(rest.p - clause.p) + at)));
			if (said.p && !has_any(said, papers) && !sv_starts_with(from(rest, at + strlen(*v)), SV("期")))
				return true;
		}
	}
	return false;
}

/* ---- what an obligation needs ----------------------------------------------------------------- */

static bool has_amount(struct sv s)
{
	static const char *const units[] = { "元", "圆", "万元" };

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		struct sv rest = s;
		size_t at;
		for (; find(rest, units[i], &at); rest = from(rest, at + strlen(units[i]))) {
			if (number_before(s, (size_t)(rest.p - s.p) + at))
				return true;
		}
	}
	return has(s, "¥") || has(s, "￥");
}

static bool has_deadline(struct sv s)
{
	static const char *const units[] = { "日", "天", "个月", "工作日", "周", "年内" };

	if (has_any(s, at_once))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		struct sv rest = s;
		size_t at;
		for (; find(rest, units[i], &at); rest = from(rest, at + strlen(units[i]))) {
			size_t end = (size_t)(rest.p - s.p) + at;
			if (ends_with(until(s, end), "个"))
				end -= strlen("个");
			if (number_before(s, end))
				return true;
		}
	}
	return false;
}

/* 向甲方支付, 支付给甲方, 赔偿甲方, 某某公司 as the one that is paid, or an account. */
static bool has_payee(struct sv s)
{
	static const char *const firms[] = { "公司", "经营部", "商店", "合作社", "中心", "工作室", NULL };
	size_t at;

	if (has_any(s, payee_words))
		return true;
	if (find(s, "向", &at) && has_any(from(s, at), paying))
		return true;
	for (const char *const *p = paying; *p; p++) {
		struct sv rest = s;
		for (; find(rest, *p, &at); rest = from(rest, at + strlen(*p))) {
			struct sv after = from(rest, at + strlen(*p));
			size_t comma = after.n;
			if (sv_starts_with(after, SV("给")))
				return true;
			find(after, ",", &comma);
			if (starts_with_any(after, owners) || has_any(until(after, comma), firms))
				return true;
		}
	}
	return false;
}

struct obligations {
	bool pays, waives, acts, amount, deadline, payee;
};

static void look(struct sv sentence, struct obligations *o)
{
	bool pays;

	o->waives |= has_any(sentence, waiving);
	o->acts |= has_any(sentence, doing);
	pays = has_any(sentence, paying) && !has_any(sentence, waiving);
	o->pays |= pays;
	/* The account may stand in a sentence of its own, an instalment plan too. */
	o->payee |= has_any(sentence, payee_words) || (pays && has_payee(sentence));
	o->amount |= has_amount(sentence);
	o->deadline |= (pays || has_any(sentence, doing)) && has_deadline(sentence);
}

/* ---- the check ----------------------------------------------------------------------------------- */

/* Half width, no blanks, Chinese commas and semicolons as ASCII. */
static struct sv normalise(struct arena *arena, struct sv text)
{
	char *half = text_halfwidth(arena, text);
	size_t n = 0;

	for (size_t i = 0; half && half[i]; i++) {
		if (half[i] != ' ' && half[i] != '\t' && half[i] != '\r')
			half[n++] = half[i];
	}
	return (struct sv){ half, n };
}

static size_t add(struct agreement_finding *ret, size_t n, size_t max, enum agreement_fault fault, struct sv clause)
{
	if (n < max)
		ret[n++] = (struct agreement_finding){ fault, clause };
	return n;
}

size_t agreement_check(struct arena *arena, struct sv text, struct agreement_finding *ret, size_t max)
{
	struct sv all = normalise(arena, text), rest = all, sentence, clause;
	struct obligations o = { 0 };
	struct sv none = { NULL, 0 };
	bool named = has_any(all, rights);
	size_t n = 0;

	while (next_piece(&rest, sentence_ends, &sentence)) {
		struct sv clauses = sentence;
		const struct scope in = { sentence, has_any(sentence, rights), named };
		look(sentence, &o);
		while (next_piece(&clauses, clause_ends, &clause)) {
			if (decides_ownership(clause, &in))
				n = add(ret, n, max, AGREEMENT_OWNERSHIP, clause);
			else if (decides_validity(clause))
				n = add(ret, n, max, AGREEMENT_VALIDITY, clause);
		}
	}
	bool pays = o.pays || !o.waives; /* silence about money is a gap too */
	if (!o.pays && !o.acts)
		n = add(ret, n, max, AGREEMENT_NO_OBLIGATION, none);
	if (pays && !(o.pays && o.amount))
		n = add(ret, n, max, AGREEMENT_NO_AMOUNT, none);
	if (!o.deadline)
		n = add(ret, n, max, AGREEMENT_NO_DEADLINE, none);
	if (pays && !o.payee)
		n = add(ret, n, max, AGREEMENT_NO_PAYEE, none);
	return n;
}

static const struct {
	const char *code, *zh;
	bool bars;
} faults[AGREEMENT_FAULT_COUNT] = {
	[AGREEMENT_OWNERSHIP] = { "ownership", "确认知识产权权属", true },
	[AGREEMENT_VALIDITY] = { "validity", "确认知识产权效力", true },
	[AGREEMENT_NO_OBLIGATION] = { "no-obligation", "没有具体的给付或者行为", false },
	[AGREEMENT_NO_AMOUNT] = { "no-amount", "没有写明金额（不付款的应写明不要求赔偿）", false },
	[AGREEMENT_NO_DEADLINE] = { "no-deadline", "没有写明履行期限", false },
	[AGREEMENT_NO_PAYEE] = { "no-payee", "没有写明收款人", false },
};

const char *agreement_fault_code(enum agreement_fault fault)
{
	CHECK(fault < AGREEMENT_FAULT_COUNT);
	return faults[fault].code;
}

const char *agreement_fault_zh(enum agreement_fault fault)
{
	CHECK(fault < AGREEMENT_FAULT_COUNT);
	return faults[fault].zh;
}

bool agreement_fault_bars(enum agreement_fault fault)
{
	CHECK(fault < AGREEMENT_FAULT_COUNT);
	return faults[fault].bars;
}
