/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Criminal-threshold advisory: the table's reader and its evaluation.
 *
 * A rule is "qualifier holds and metric >= line". The qualifier (column q) is a small expression:
 *   M2            marks or patents of two or more sources
 *   P2:213-215    penalised for conduct of these articles within the two years before the act
 *   UNS           nothing sold
 *   CMB           something sold, but less than a third of the rule's line: the lines for unsold
 *                 goods are all three times those for sold goods (解释 5, 6, 14)
 *   a+b, a|b, ()  and, or (weaker), grouping
 * Metrics are summed here where the law adds two (sold and unsold; goods and services).
 */
#include "law/threshold.h"

enum { FEN_PER_YUAN = 100, PRIOR_MONTHS = 24, MAX_DEPTH = 8 };

/* What a rule compares: one of the case's metrics, or a figure made of several. */
enum figure_kind { FIGURE_SUM, FIGURE_TWO_ITEMS };

struct figure {
	const char *name;
	enum figure_kind kind;
	bool money;
	enum metric parts[2]; /* METRIC_COUNT = none */
	enum metric sold;     /* what UNS and CMB ask about; METRIC_COUNT = nothing */
};

#define NONE METRIC_COUNT
#define MONEY(name, metric) \
	{ \
		name, FIGURE_SUM, true, { metric, NONE }, NONE \
	}
#define COUNT(name, metric) \
	{ \
		name, FIGURE_SUM, false, { metric, NONE }, NONE \
	}

/* The first METRIC_COUNT rows are the metrics themselves, in the order of the enum. */
static const struct figure figures[] = {
	MONEY("gain", METRIC_GAIN),
	MONEY("turnover", METRIC_TURNOVER),
	MONEY("sales", METRIC_SALES),
	{ "unsold_value", FIGURE_SUM, true, { METRIC_UNSOLD_VALUE, NONE }, METRIC_SALES },
	COUNT("label_count", METRIC_LABEL_COUNT),
	COUNT("label_unsold_count", METRIC_LABEL_UNSOLD_COUNT),
	COUNT("label_sold_count", METRIC_LABEL_SOLD_COUNT),
	MONEY("direct_loss", METRIC_DIRECT_LOSS),
	MONEY("loss", METRIC_LOSS),
	COUNT("copies", METRIC_COPIES),
	COUNT("copies_unsold", METRIC_COPIES_UNSOLD),
	COUNT("works_online", METRIC_WORKS_ONLINE),
	COUNT("downloads", METRIC_DOWNLOADS),
	COUNT("clicks", METRIC_CLICKS),
	COUNT("members", METRIC_MEMBERS),
	MONEY("gain_service", METRIC_GAIN_SERVICE),
	COUNT("holder_bankrupt", METRIC_HOLDER_BANKRUPT),
	COUNT("act", METRIC_ACT),
	{ "gain_goods_plus_service", FIGURE_SUM, true, { METRIC_GAIN, METRIC_GAIN_SERVICE }, NONE },
	{ "sales_plus_unsold",
	  FIGURE_SUM,
	  true,
	  { METRIC_SALES, METRIC_UNSOLD_VALUE },
	  METRIC_SALES },
	{ "unsold_or_combined_value",
	  FIGURE_SUM,
	  true,
	  { METRIC_SALES, METRIC_UNSOLD_VALUE },
	  METRIC_SALES },
	{ "label_unsold_or_combined",
	  FIGURE_SUM,
	  false,
	  { METRIC_LABEL_SOLD_COUNT, METRIC_LABEL_UNSOLD_COUNT },
	  METRIC_LABEL_SOLD_COUNT },
	{ "unsold_or_combined_copies",
	  FIGURE_SUM,
	  false,
	  { METRIC_COPIES, METRIC_COPIES_UNSOLD },
	  METRIC_COPIES },
	{ "two_items_half", FIGURE_TWO_ITEMS, false, { NONE, NONE }, NONE },
};

enum qualifier_kind { Q_AND, Q_OR, Q_MARKS, Q_PRIOR, Q_UNSOLD, Q_COMBINED };

struct qualifier {
	enum qualifier_kind kind;
	const struct qualifier *left, *right; /* Q_AND, Q_OR */
	int first, last;                      /* Q_PRIOR: articles times ten, 219.1 = 2191 */
};

enum second_tier { SECOND_NONE, SECOND_TIMES, SECOND_ALWAYS, SECOND_ART17 };

struct threshold_rule {
	const char *id, *law_art, *interp_art, *offence;
	const struct qualifier *qualifier; /* NULL = none */
	const struct figure *figure;
	int64_t line; /* fen, or a count */
	enum second_tier second;
	int64_t times;
	day_t valid_from, valid_to;
};

const char *metric_name(enum metric m)
{
	CHECK((unsigned)m < METRIC_COUNT);
	return figures[m].name;
}

bool metric_by_name(struct sv name, enum metric *ret)
{
	for (size_t i = 0; i < METRIC_COUNT; i++) {
		if (sv_eq_str(name, figures[i].name)) {
			*ret = (enum metric)i;
			return true;
		}
	}
	return false;
}

/* --- reading the table ----------------------------------------------------------------- */

struct parser {
	struct arena *arena;
	struct sv rest;
	int depth;
};

static bool take(struct parser *p, const char *token)
{
	struct sv t = sv_of(token);
	if (!sv_starts_with(p->rest, t))
		return false;
	p->rest.p += t.n;
	p->rest.n -= t.n;
	return true;
}

/* "213" -> 2130, "219.1" or "219-1" -> 2191; `dash` tells whether a dash may introduce the
 * sub-number: in a range it separates two articles. */
static bool take_article(struct sv *text, bool dash, int *ret)
{
	size_t i = 0;
	int value = 0;
	while (i < text->n && i < 4 && text->p[i] >= '0' && text->p[i] <= '9')
		value = value * 10 + (text->p[i++] - '0');
	if (i == 0)
		return false;
	value *= 10;
	if (i + 1 < text->n && (text->p[i] == '.' || (dash && text->p[i] == '-')) &&
	    text->p[i + 1] >= '0' && text->p[i + 1] <= '9') {
		value += text->p[i + 1] - '0';
		i += 2;
	}
	text->p += i;
	text->n -= i;
	*ret = value;
	return true;
}

static struct qualifier *new_qualifier(struct parser *p, enum qualifier_kind kind)
{
	struct qualifier *q = arena_new(p->arena, struct qualifier);
	q->kind = kind;
	return q;
}

static struct qualifier *parse_or(struct parser *p);

static struct qualifier *parse_factor(struct parser *p)
{
	if (take(p, "(")) {
		if (++p->depth > MAX_DEPTH)
			return NULL;
		struct qualifier *q = parse_or(p);
		p->depth--;
		return q && take(p, ")") ? q : NULL;
	}
	if (take(p, "M2"))
		return new_qualifier(p, Q_MARKS);
	if (take(p, "UNS"))
		return new_qualifier(p, Q_UNSOLD);
	if (take(p, "CMB"))
		return new_qualifier(p, Q_COMBINED);
	if (!take(p, "P2:"))
		return NULL;
	struct qualifier *q = new_qualifier(p, Q_PRIOR);
	if (!take_article(&p->rest, false, &q->first))
		return NULL;
	q->last = q->first;
	if (take(p, "-") && !take_article(&p->rest, false, &q->last))
		return NULL;
	return q->first <= q->last ? q : NULL;
}

static struct qualifier *join(struct parser *p, enum qualifier_kind kind,
			      const struct qualifier *left, const struct qualifier *right)
{
	if (!right)
		return NULL;
	struct qualifier *q = new_qualifier(p, kind);
	q->left = left;
	q->right = right;
	return q;
}

static struct qualifier *parse_and(struct parser *p)
{
	struct qualifier *q = parse_factor(p);
	while (q && take(p, "+"))
		q = join(p, Q_AND, q, parse_factor(p));
	return q;
}

static struct qualifier *parse_or(struct parser *p)
{
	struct qualifier *q = parse_and(p);
	while (q && take(p, "|"))
		q = join(p, Q_OR, q, parse_and(p));
	return q;
}

static bool read_qualifier(struct arena *arena, struct sv text, const struct qualifier **ret)
{
	struct parser p = { .arena = arena, .rest = text };
	*ret = NULL;
	if (sv_eq_str(text, "-"))
		return true;
	*ret = parse_or(&p);
	return *ret && p.rest.n == 0;
}

static bool read_figure(struct sv name, const struct figure **ret)
{
	for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
		if (sv_eq_str(name, figures[i].name)) {
			*ret = &figures[i];
			return true;
		}
	}
	return false;
}

static bool read_second(struct sv text, struct threshold_rule *rule)
{
	rule->times = 1;
	if (text.n == 0) {
		rule->second = SECOND_NONE;
		return true;
	}
	if (sv_eq_str(text, "AGG")) {
		rule->second = SECOND_ALWAYS;
		return true;
	}
	if (sv_eq_str(text, "ART17")) {
		rule->second = SECOND_ART17;
		return true;
	}
	rule->second = SECOND_TIMES;
	return sv_to_i64(text, &rule->times) && rule->times > 1 && rule->times <= 1000;
}

/* The line in fen or pieces, such that its second tier still fits. */
static bool read_line(struct sv text, struct threshold_rule *rule)
{
	int64_t unused;
	if (!sv_to_i64(text, &rule->line) || rule->line <= 0)
		return false;
	if (rule->figure->money &&
	    __builtin_mul_overflow(rule->line, (int64_t)FEN_PER_YUAN, &rule->line))
		return false;
	return !__builtin_mul_overflow(rule->line, rule->times, &unused);
}

static bool read_validity(const struct csv *csv, struct threshold_rule *rule)
{
	struct sv to = csv_get(csv, "valid_to");
	if (!day_parse_iso(csv_get(csv, "valid_from"), &rule->valid_from))
		return false;
	rule->valid_to = DAY_MAX;
	return to.n == 0 ||
	       (day_parse_iso(to, &rule->valid_to) && rule->valid_to >= rule->valid_from);
}

static const char *copy_cell(struct arena *arena, const struct csv *csv, const char *column)
{
	struct sv cell = csv_get(csv, column);
	return arena_strndup(arena, cell.p, cell.n);
}

static enum err_code read_rule(const struct csv *csv, struct arena *arena,
			       struct threshold_rule *ret, struct err *err)
{
	struct threshold_rule rule = {
		.id = copy_cell(arena, csv, "rule_id"),
		.law_art = copy_cell(arena, csv, "law_art"),
		.interp_art = copy_cell(arena, csv, "interp_art"),
		.offence = copy_cell(arena, csv, "offence"),
	};
	const char *bad = NULL;

	if (!*rule.id)
		bad = "rule_id";
	else if (!*rule.offence)
		bad = "offence";
	else if (!read_qualifier(arena, csv_get(csv, "q"), &rule.qualifier))
		bad = "q";
	else if (!read_figure(csv_get(csv, "metric"), &rule.figure))
		bad = "metric";
	else if (!read_second(csv_get(csv, "agg_mult"), &rule))
		bad = "agg_mult";
	else if (!read_line(csv_get(csv, "ge"), &rule))
		bad = "ge";
	else if (!read_validity(csv, &rule))
		bad = "valid_from";
	if (bad) {
		struct sv cell = csv_get(csv, bad);
		return err_set(err, ERR_INVALID, "threshold-table",
			       "移送标准表第%zu行 %s 列“%.*s”无法识别", csv->line, bad,
			       SV_ARG(cell));
	}
	*ret = rule;
	return ERR_OK;
}

enum err_code threshold_from_csv(struct threshold_book *book, struct arena *arena, struct sv text,
				 struct err *err)
{
	static const char *const columns[] = { "rule_id",    "law_art", "interp_art", "offence",
					       "q",          "metric",  "ge",         "agg_mult",
					       "valid_from", "valid_to" };
	struct csv csv;
	enum err_code code = csv_open(&csv, arena, text, err);
	if (code != ERR_OK)
		return code;
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		if (csv_column(&csv, columns[i]) < 0)
			return err_set(err, ERR_INVALID, "threshold-table", "移送标准表缺少 %s 列",
				       columns[i]);
	}
	size_t room = 1; /* rows never outnumber lines */
	for (size_t i = 0; i < text.n; i++)
		room += text.p[i] == '\n';
	struct threshold_rule *rules = arena_array(arena, struct threshold_rule, room);
	size_t count = 0;

	for (;;) {
		bool more;
		code = csv_next(&csv, &more, err);
		if (code != ERR_OK)
			return code;
		if (!more)
			break;
		CHECK(count < room);
		code = read_rule(&csv, arena, &rules[count], err);
		if (code != ERR_OK)
			return code;
		count++;
	}
	*book = (struct threshold_book){ .rules = rules, .rule_count = count };
	return ERR_OK;
}

/* --- evaluation ------------------------------------------------------------------------ */

struct question {
	const struct threshold_book *book;
	const struct threshold_case *c;
	day_t on;
};

/* Which table rows speak about an offence besides its own: a mixed case is also a case of goods,
 * a seller of labels is caught by the lines for makers, online infringement by the general ones. */
static bool speaks_of(const struct threshold_rule *rule, const char *offence)
{
	static const char *const wider[][2] = {
		{ "TM_GOODS_SERVICE", "TM_GOODS" },
		{ "TM_LABEL_SALE", "TM_LABEL" },
		{ "COPYRIGHT_NET", "COPYRIGHT" },
	};
	if (strcmp(rule->offence, offence) == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(wider); i++) {
		if (strcmp(offence, wider[i][0]) == 0 && strcmp(rule->offence, wider[i][1]) == 0)
			return true;
	}
	return false;
}

static bool in_force(const struct threshold_rule *rule, day_t on)
{
	return rule->valid_from <= on && on <= rule->valid_to;
}

static bool same_class(const struct prior_penalty *prior, const struct qualifier *q)
{
	struct sv text = sv_of(prior->conduct);
	int article;
	return take_article(&text, true, &article) && text.n == 0 && q->first <= article &&
	       article <= q->last;
}

static bool within_two_years(const struct prior_penalty *prior, day_t act_on)
{
	return act_on >= prior->penalty_on &&
	       act_on <= day_add_months(prior->penalty_on, PRIOR_MONTHS);
}

/* `doubtful`: an unknown date counts as within the two years (for AMBER, never for RED). */
static bool has_prior(const struct threshold_case *c, const struct qualifier *q, bool doubtful)
{
	for (size_t i = 0; i < c->prior_count; i++) {
		const struct prior_penalty *prior = &c->priors[i];
		if (!same_class(prior, q))
			continue;
		if (c->act_on == DAY_NONE || prior->penalty_on == DAY_NONE) {
			if (doubtful)
				return true;
		} else if (within_two_years(prior, c->act_on)) {
			return true;
		}
	}
	return false;
}

static struct metric_value sold_of(const struct threshold_case *c, const struct figure *f)
{
	if (f->sold == NONE)
		return (struct metric_value){ .state = METRIC_NOT_APPLICABLE };
	return c->metrics[f->sold];
}

static bool nothing_sold(const struct threshold_case *c, const struct figure *f)
{
	struct metric_value sold = sold_of(c, f);
	return sold.state == METRIC_NOT_APPLICABLE ||
	       (sold.state == METRIC_KNOWN && sold.value == 0);
}

/* Does the qualifier hold for a line of this height? `assume_stock` takes UNS and CMB as given. */
static bool holds(const struct qualifier *q, const struct threshold_case *c, const struct figure *f,
		  int64_t line, bool assume_stock)
{
	if (!q)
		return true;
	switch (q->kind) {
	case Q_AND:
		return holds(q->left, c, f, line, assume_stock) &&
		       holds(q->right, c, f, line, assume_stock);
	case Q_OR:
		return holds(q->left, c, f, line, assume_stock) ||
		       holds(q->right, c, f, line, assume_stock);
	case Q_MARKS:
		return c->source_groups >= 2;
	case Q_PRIOR:
		return has_prior(c, q, false);
	case Q_UNSOLD:
		return assume_stock || nothing_sold(c, f);
	case Q_COMBINED: {
		struct metric_value sold = sold_of(c, f);
		return assume_stock || (sold.state == METRIC_KNOWN && sold.value > 0 &&
					sold.value < line / 3 + (line % 3 > 0));
	}
	}
	BUG("qualifier kind %d", (int)q->kind);
}

/* Unknown if any part is unknown; parts that do not apply add nothing. */
static struct metric_value sum_of(const struct threshold_case *c, const struct figure *f)
{
	struct metric_value sum = { .state = METRIC_NOT_APPLICABLE };
	for (size_t i = 0; i < ARRAY_LEN(f->parts); i++) {
		if (f->parts[i] == NONE)
			continue;
		struct metric_value part = c->metrics[f->parts[i]];
		if (part.state == METRIC_UNKNOWN)
			return part;
		if (part.state == METRIC_NOT_APPLICABLE)
			continue;
		sum.state = METRIC_KNOWN;
		if (__builtin_add_overflow(sum.value, part.value, &sum.value))
			sum.value = part.value > 0 ? INT64_MAX : INT64_MIN;
	}
	return sum;
}

static bool reaches_percent(struct metric_value v, int64_t line, int percent)
{
	return v.state == METRIC_KNOWN && percent > 0 &&
	       (__int128)v.value * 100 >= (__int128)line * percent;
}

static bool reaches_line(const struct threshold_rule *rule, const struct threshold_case *c,
			 int64_t times, int percent)
{
	int64_t line = rule->line * times; /* read_line saw to it that this fits */
	return rule->figure->kind == FIGURE_SUM &&
	       reaches_percent(sum_of(c, rule->figure), line, percent) &&
	       holds(rule->qualifier, c, rule->figure, line, false);
}

/* Is `rule` one of the items 1..n-1 that item n, "two of the above by half", refers to? */
static bool is_item_of(const struct threshold_rule *rule, const struct threshold_rule *two_items)
{
	size_t stem = strlen(two_items->interp_art) - 1;
	const char *item = rule->interp_art;
	return strcmp(rule->law_art, two_items->law_art) == 0 && strlen(item) == stem + 1 &&
	       strncmp(item, two_items->interp_art, stem) == 0 && item[stem] >= '1' &&
	       item[stem] < two_items->interp_art[stem];
}

/* 解释 13(1)5: two different items, each reached by half. The same metric is not counted twice:
 * otherwise a repeat offender's turnover would meet items 1 and 2 at once and the line that
 * item 2 sets for him would mean nothing. */
static bool two_items_half(const struct question *qn, const struct threshold_rule *rule,
			   int64_t times)
{
	const struct threshold_book *book = qn->book;
	const struct threshold_rule *end = book->rules + book->rule_count;

	for (const struct threshold_rule *a = book->rules; a < end; a++) {
		if (!is_item_of(a, rule) || !in_force(a, qn->on) ||
		    !reaches_line(a, qn->c, times, 50))
			continue;
		for (const struct threshold_rule *b = a + 1; b < end; b++) {
			if (a->figure != b->figure && strcmp(a->interp_art, b->interp_art) != 0 &&
			    is_item_of(b, rule) && in_force(b, qn->on) &&
			    reaches_line(b, qn->c, times, 50))
				return true;
		}
	}
	return false;
}

static bool is_met(const struct question *qn, const struct threshold_rule *rule, int64_t times)
{
	switch (rule->figure->kind) {
	case FIGURE_SUM:
		return reaches_line(rule, qn->c, times, 100);
	case FIGURE_TWO_ITEMS:
		return two_items_half(qn, rule, times);
	}
	BUG("figure kind %d", (int)rule->figure->kind);
}

static bool any_art17_met(const struct question *qn)
{
	for (size_t i = 0; i < qn->book->rule_count; i++) {
		const struct threshold_rule *rule = &qn->book->rules[i];
		if (strncmp(rule->interp_art, "17(1)", 5) == 0 && in_force(rule, qn->on) &&
		    is_met(qn, rule, 1))
			return true;
	}
	return false;
}

static bool second_tier_met(const struct question *qn, const struct threshold_rule *rule)
{
	switch (rule->second) {
	case SECOND_NONE:
		return false;
	case SECOND_TIMES:
		return is_met(qn, rule, rule->times);
	case SECOND_ALWAYS:
		return is_met(qn, rule, 1);
	case SECOND_ART17:
		return is_met(qn, rule, 1) && any_art17_met(qn);
	}
	BUG("second tier %d", (int)rule->second);
}

static bool is_near(const struct threshold_rule *rule, struct threshold_policy policy,
		    const struct threshold_case *c)
{
	const struct figure *f = rule->figure;

	if (f->kind != FIGURE_SUM)
		return false;
	if (f->sold == NONE)
		return reaches_line(rule, c, 1, policy.amber_percent);
	/* Stock whose sales nobody has looked into yet is judged like stock of which nothing was
	 * sold: the books may be what is missing. */
	if (sold_of(c, f).state == METRIC_UNKNOWN) {
		enum metric stock = f->parts[1] == NONE ? f->parts[0] : f->parts[1];
		return reaches_percent(c->metrics[stock], rule->line,
				       policy.amber_unsold_percent) &&
		       holds(rule->qualifier, c, f, rule->line, true);
	}
	return reaches_line(rule, c, 1,
			    nothing_sold(c, f) ? policy.amber_unsold_percent
					       : policy.amber_percent);
}

/* Has the party been penalised for conduct that some qualifier of the offence asks about? */
static bool has_prior_of_class(const struct threshold_case *c, const struct qualifier *q)
{
	if (!q)
		return false;
	if (q->kind == Q_PRIOR)
		return has_prior(c, q, true);
	return has_prior_of_class(c, q->left) || has_prior_of_class(c, q->right);
}

static void note_unknown(const struct threshold_case *c, enum metric m, bool *unknown)
{
	if (m != NONE && c->metrics[m].state == METRIC_UNKNOWN)
		unknown[m] = true;
}

static void add_id(const char **list, size_t *count, const char *id)
{
	if (*count < THRESHOLD_MAX_HITS)
		list[(*count)++] = id;
}

void threshold_advise(const struct threshold_book *book, struct threshold_policy policy,
		      const struct threshold_case *c, day_t on, struct advisory *ret)
{
	struct question qn = { .book = book, .c = c, .on = on };
	bool unknown[METRIC_COUNT] = { false };
	bool prior = false;

	*ret = (struct advisory){ .level = ADVISORY_GREY };
	for (size_t i = 0; i < book->rule_count; i++) {
		const struct threshold_rule *rule = &book->rules[i];
		if (!speaks_of(rule, c->offence) || !in_force(rule, on))
			continue;
		/* "Sold below the line" may fail at the first tier and hold at the second. */
		bool second = second_tier_met(&qn, rule);
		if (second || is_met(&qn, rule, 1))
			add_id(ret->hits, &ret->hit_count, rule->id);
		else if (is_near(rule, policy, c))
			add_id(ret->near, &ret->near_count, rule->id);
		ret->aggravated |= second;
		prior |= has_prior_of_class(c, rule->qualifier);
		note_unknown(c, rule->figure->parts[0], unknown);
		note_unknown(c, rule->figure->parts[1], unknown);
		note_unknown(c, rule->figure->sold, unknown);
	}
	for (size_t m = 0; m < METRIC_COUNT; m++) {
		if (unknown[m])
			ret->missing[ret->missing_count++] = (enum metric)m;
	}
	if (ret->hit_count > 0)
		ret->level = ADVISORY_RED;
	else if (ret->near_count > 0 || c->suspicion || prior)
		ret->level = ADVISORY_AMBER;
}
