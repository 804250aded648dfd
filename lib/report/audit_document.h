/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * An audit document (audit.json) as structs, for the renderers. The form of the file is docs/audit.md.
 *
 * Nothing is computed here and nothing is trusted: a document of another version, with a wrong type, an unknown
 * metric in a list, a numerator above its denominator or too many rows is refused, with the place named.
 *
 * Ownership: everything lives in the document's own arena; texts are UTF-8, "" where there is none, never NULL.
 * Release with audit_document_close(). Threads: one at a time may open; afterwards any may read. */
#ifndef REPORT_AUDIT_DOCUMENT_H
#define REPORT_AUDIT_DOCUMENT_H

#include "base/arena.h"
#include "base/day.h"
#include "base/err.h"
#include "base/str.h"

enum {
	AUDIT_METRICS_MAX = 16,
	AUDIT_TREND_MAX = 60,
	AUDIT_GROUPS_MAX = 4096,       /* of one grouping */
	AUDIT_ROWS_MAX = 1000000,      /* cases, misses, rows of one list */
	AUDIT_HIDDEN_MAX = 8,
};
#define AUDIT_FILE_MAX ((size_t)1 << 30)  /* bytes of audit.json */
#define AUDIT_ARENA_MAX ((size_t)3 << 30) /* memory of a document */

struct audit_figure {
	int64_t num, den; /* 0 <= num <= den; den 0: no rate */
};

struct audit_period_figure {
	const char *period; /* "2026-09" */
	struct audit_figure figure;
};

struct audit_metric {
	const char *code, *zh, *formula;
	const char *none; /* stands for the rate when den is 0: 无应结案件 */
	struct audit_figure figure;
	const struct audit_period_figure *trend; /* earlier periods, oldest first; the same ones for every metric */
	size_t trend_count;
};

struct audit_group {
	const char *key, *zh; /* the empty key: those without one */
	struct audit_figure *figure; /* one per metric */
};

enum audit_by { AUDIT_BY_UNIT, AUDIT_BY_CAMPAIGN, AUDIT_BY_IP_TYPE, AUDIT_BY_OFFICER, AUDIT_BY_COUNT };

struct audit_grouping {
	const struct audit_group *groups;
	size_t count;
};

/* A code and its Chinese name as of the document's instant. */
struct audit_name {
	const char *key, *zh;
};

#define AUDIT_DATES(X) \
	X(opened_on, "登记日期") \
	X(clue_due_on, "核查期限") \
	X(clue_decided_on, "核查决定日期") \
	X(filed_on, "立案日期") \
	X(decision_due_on, "办案期限") \
	X(decided_on, "处理决定日期") \
	X(perform_due_on, "履行期限") \
	X(ground_on, "结案情形日期") \
	X(ground_due_on, "结案手续期限") \
	X(closed_on, "结案日期") \
	X(suspended_on, "中止日期") \
	X(resumed_on, "恢复日期") \
	X(publish_due_on, "公示期限") \
	X(published_on, "公示（推送）日期") \
	X(credit_due_on, "双公示期限") \
	X(credit_on, "双公示日期") \
	X(withdraw_due_on, "撤回期限") \
	X(withdrawn_on, "撤回日期") \
	X(stop_due_on, "停止公示期限") \
	X(stopped_on, "停止公示日期")

enum audit_date {
#define X(name, zh) AUDIT_DATE_##name,
	AUDIT_DATES(X)
#undef X
	AUDIT_DATE_COUNT
};
const char *audit_date_name(enum audit_date date); /* "opened_on" */
const char *audit_date_zh(enum audit_date date);

enum audit_side { AUDIT_OUTSIDE, AUDIT_IN, AUDIT_OUT };

enum audit_sum { AUDIT_VALUE, AUDIT_INCOME, AUDIT_FINE, AUDIT_CONFISCATED, AUDIT_SUM_COUNT };
enum { AUDIT_NO_SUM = -1 };
const char *audit_sum_name(enum audit_sum sum); /* "value_fen" */
const char *audit_sum_zh(enum audit_sum sum);

struct audit_case {
	int64_t id;
	const char *number, *title, *party, *procedure, *ip_type;
	const struct audit_name *unit, *officer;         /* key "" when there is none */
	const struct audit_name *const *campaigns;       /* campaign_count of them */
	size_t campaign_count;
	const char *excluded;                            /* why it counts nowhere, "" */
	bool performing_open, declined;
	day_t dates[AUDIT_DATE_COUNT];                   /* DAY_NONE: not (yet) */
	int64_t sums[AUDIT_SUM_COUNT];                   /* fen; AUDIT_NO_SUM */
	uint8_t side[AUDIT_METRICS_MAX];                 /* enum audit_side */
};

struct audit_miss {
	size_t metric; /* index */
	int64_t id;
	const char *number, *title, *why;
	const struct audit_name *unit, *officer;
	int64_t days; /* late; negative: not known */
};

/* What a single rate hides: one list per kind. `rows` may be fewer than `total`. */
struct audit_hidden_row {
	const char *number, *title, *unit, *text;
};
struct audit_hidden {
	const char *code, *zh;
	const char *hint; /* what the list says, for readers */
	const struct audit_hidden_row *rows;
	size_t count;
	int64_t total;
};

/* Numbers and sums of a period, for the sheet of that name. */
struct audit_sums {
	const char *period;
	int64_t filed, decided;
	int64_t value_fen, fine_fen, confiscated_fen;
};

struct audit_document {
	struct arena arena;
	char digest[65]; /* SHA-256 of the file, hexadecimal */
	const char *code, *kind, *period_zh, *organ_code, *organ;
	bool whole, open; /* all units of the organ were counted; the period had not ended */
	day_t from, to, cut_off;
	instant_t as_of;
	int64_t law_version; /* 0: none known */
	instant_t law_known_from;
	struct audit_metric metrics[AUDIT_METRICS_MAX];
	size_t metric_count;
	struct audit_grouping by[AUDIT_BY_COUNT];
	struct audit_hidden hidden[AUDIT_HIDDEN_MAX];
	size_t hidden_count;
	const struct audit_sums *sums;
	size_t sums_count;
	const struct audit_miss *misses; /* by metric, then matter */
	size_t miss_count;
	const struct audit_case *cases;
	size_t case_count;
};

/* Reads the file. *doc must be closed after success and after failure. ERR_INTERNAL "file-failed": cannot be read;
 * ERR_MALFORMED: not such a document; ERR_TOO_LARGE: beyond the limits above. */
enum err_code audit_document_open(struct audit_document *doc, const char *path, struct err *err) MUST_USE;
/* The same of a text in memory. */
enum err_code audit_document_parse(struct audit_document *doc, struct sv text, struct err *err) MUST_USE;
void audit_document_close(struct audit_document *doc);

/* The miss of this matter in this metric; NULL: none. */
const struct audit_miss *audit_miss_of(const struct audit_document *doc, size_t metric, int64_t id);
/* Index of the metric with this code, or -1. */
int audit_metric_index(const struct audit_document *doc, const char *code);
/* Does the metric judge a duty with a limit? M4 and M5 do not: not closed yet is not late. */
bool audit_is_duty(const char *code);
/* "98.50%", cut (not rounded) after two decimals so that 100.00% means all; `none` without denominator. */
void audit_percent(const struct audit_figure *f, const char *none, char *ret, size_t size);
/* The same in hundredths of a percent; den > 0. */
int64_t audit_hundredths(const struct audit_figure *f);
const char *audit_by_zh(enum audit_by by);

#endif
