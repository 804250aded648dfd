/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Replies: SQLSTATE to error code, and reading cells.
 *
 * Results are in text format, with timezone UTC and DateStyle ISO fixed for the session.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "pg/pg_internal.h"

/* --- errors ---------------------------------------------------------------- */

/* The longest prefix wins, so special states stand before their class. */
static const struct {
	const char *prefix;
	enum err_code code;
} codes[] = {
	{ "23505", ERR_CONFLICT },    /* unique_violation */
	{ "23503", ERR_CONFLICT },    /* foreign_key_violation */
	{ "23P01", ERR_CONFLICT },    /* exclusion_violation */
	{ "23", ERR_INVALID },        /* check, not null */
	{ "22", ERR_INVALID },        /* data exception */
	{ "25006", ERR_UNAVAILABLE }, /* read-only transaction: a standby */
	{ "40", ERR_CONFLICT },       /* serialization, deadlock */
	{ "42501", ERR_FORBIDDEN },   /* insufficient_privilege, row security */
	{ "44", ERR_FORBIDDEN },      /* with check option */
	{ "53", ERR_UNAVAILABLE },    /* out of disk, memory, connections */
	{ "55P03", ERR_CONFLICT },    /* lock_not_available */
	{ "57014", ERR_TIMEOUT },     /* query_canceled: statement_timeout */
	{ "57P", ERR_UNAVAILABLE },   /* shutdown, crash, starting up */
	{ "58", ERR_UNAVAILABLE },    /* system error */
	{ "08", ERR_UNAVAILABLE },    /* connection */
};

static enum err_code code_of_sqlstate(const char *sqlstate)
{
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		if (strncmp(sqlstate, codes[i].prefix, strlen(codes[i].prefix)) == 0)
			return codes[i].code;
	}
	return ERR_INTERNAL;
}

static void copy_field(char *to, size_t size, const PGresult *res, int field)
{
	const char *text = PQresultErrorField(res, field);

	snprintf(to, size, "%s", text ? text : "");
}

/* The prepared statement or the transaction of this session is not what we think; the
 * segment did nothing, and would do well on a fresh connection. */
static bool is_stale_session(const char *sqlstate, const PGresult *res, bool writable)
{
	const char *function = PQresultErrorField(res, PG_DIAG_SOURCE_FUNCTION);

	if (strcmp(sqlstate, "26000") == 0 || strcmp(sqlstate, "25P02") == 0)
		return true;
	if (strcmp(sqlstate, "25006") == 0)
		return writable; /* became a standby: connect anew, perhaps elsewhere */
	return strcmp(sqlstate, "0A000") == 0 && function &&
	       strcmp(function, "RevalidateCachedQuery") == 0;
}

void pg_segment_record_error(struct pg_segment *seg, const PGresult *res)
{
	struct pg_reply *r = &seg->reply;
	bool writable = seg->pool->config.lane[seg->lane].writable;

	if (r->code != ERR_OK)
		return; /* the first one is the cause */
	copy_field(r->sqlstate, sizeof(r->sqlstate), res, PG_DIAG_SQLSTATE);
	copy_field(r->constraint, sizeof(r->constraint), res, PG_DIAG_CONSTRAINT_NAME);
	copy_field(r->column, sizeof(r->column), res, PG_DIAG_COLUMN_NAME);
	copy_field(r->message, sizeof(r->message), res, PG_DIAG_MESSAGE_PRIMARY);
	copy_field(r->detail, sizeof(r->detail), res, PG_DIAG_MESSAGE_DETAIL);
	r->code = r->sqlstate[0] ? code_of_sqlstate(r->sqlstate) : ERR_UNAVAILABLE;
	r->failed_index = seg->at;
	if (strcmp(r->sqlstate, "25006") == 0 && !writable)
		r->code = ERR_INTERNAL; /* a write on a reading lane */
	seg->stale_session = is_stale_session(r->sqlstate, res, writable);
}

static const char *general_message(const struct pg_reply *reply)
{
	switch (reply->code) {
	case ERR_UNAVAILABLE:
		return reply->outcome_unknown ? "数据库连接中断，操作是否完成尚不确定，请稍后查询"
					      : "数据库暂时不可用，请稍后重试";
	case ERR_BUSY:
		return "系统繁忙，请稍后重试";
	case ERR_TIMEOUT:
		return "数据库处理超时";
	case ERR_CONFLICT:
		return "与其他操作或已有记录冲突";
	case ERR_INVALID:
		return "数据不符合约束";
	case ERR_FORBIDDEN:
		return "没有权限";
	case ERR_TOO_LARGE:
		return "数据过大";
	case ERR_MALFORMED:
		return "数据含有非法字符";
	default:
		return "内部错误";
	}
}

enum err_code pg_reply_err(const struct pg_reply *reply, struct err *err)
{
	const struct pg_pool_config *config = &reply->segment->pool->config;

	if (reply->code == ERR_OK)
		return ERR_OK;
	if (config->map_error && err && config->map_error(config->map_error_arg, reply, err))
		return err->code;
	if (reply->code == ERR_INTERNAL)
		log_error("pg_error", "statement=%zu sqlstate=%s message=%s", reply->failed_index,
			  reply->sqlstate, log_quote(reply->message));
	return err_set(err, reply->code, reply->constraint, "%s", general_message(reply));
}

/* --- cells ----------------------------------------------------------------- */

static const PGresult *result_of(const struct pg_reply *reply, size_t index)
{
	const struct pg_segment *seg = reply->segment;

	CHECK(reply->code == ERR_OK);
	CHECK(seg->state == PG_SEGMENT_CALLBACK || seg->state == PG_SEGMENT_KEPT);
	CHECK(index < seg->call_count && seg->results[index]);
	return seg->results[index];
}

size_t pg_rows(const struct pg_reply *reply, size_t index)
{
	return (size_t)PQntuples(result_of(reply, index));
}

size_t pg_columns(const struct pg_reply *reply, size_t index)
{
	return (size_t)PQnfields(result_of(reply, index));
}

int64_t pg_affected(const struct pg_reply *reply, size_t index)
{
	PGresult *res = reply->segment->results[index];
	int64_t n = 0;

	CHECK(result_of(reply, index) == res);
	(void)sv_to_i64(sv_of(PQcmdTuples(res)), &n); /* "" for commands without a count */
	return n;
}

int pg_column(const struct pg_reply *reply, size_t index, const char *name)
{
	return PQfnumber(result_of(reply, index), name);
}

static const PGresult *cell(const struct pg_reply *reply, size_t index, size_t row, int col)
{
	const PGresult *res = result_of(reply, index);

	CHECK(row < (size_t)PQntuples(res) && col >= 0 && col < PQnfields(res));
	return res;
}

bool pg_is_null(const struct pg_reply *reply, size_t index, size_t row, int col)
{
	return PQgetisnull(cell(reply, index, row, col), (int)row, col) != 0;
}

struct sv pg_text(const struct pg_reply *reply, size_t index, size_t row, int col)
{
	const PGresult *res = cell(reply, index, row, col);

	if (PQgetisnull(res, (int)row, col))
		return (struct sv){ NULL, 0 };
	return (struct sv){ PQgetvalue(res, (int)row, col),
			    (size_t)PQgetlength(res, (int)row, col) };
}

const char *pg_cstr(const struct pg_reply *reply, size_t index, size_t row, int col)
{
	return pg_text(reply, index, row, col).p;
}

int64_t pg_i64_or(const struct pg_reply *reply, size_t index, size_t row, int col,
		  int64_t if_null)
{
	struct sv text = pg_text(reply, index, row, col);
	int64_t v = 0;

	if (!text.p)
		return if_null;
	CHECK(sv_to_i64(text, &v));
	return v;
}

int64_t pg_i64(const struct pg_reply *reply, size_t index, size_t row, int col)
{
	CHECK(!pg_is_null(reply, index, row, col));
	return pg_i64_or(reply, index, row, col, 0);
}

bool pg_bool(const struct pg_reply *reply, size_t index, size_t row, int col)
{
	struct sv text = pg_text(reply, index, row, col);

	CHECK(!text.p || sv_eq_str(text, "t") || sv_eq_str(text, "f"));
	return text.p && text.p[0] == 't';
}

day_t pg_day(const struct pg_reply *reply, size_t index, size_t row, int col)
{
	struct sv text = pg_text(reply, index, row, col);
	day_t day;

	if (!text.p)
		return DAY_NONE;
	if (sv_eq_str(text, "infinity"))
		return DAY_MAX;
	if (!day_parse_iso(text, &day)) {
		log_error("pg_day", "value=%s", log_quote(text.p));
		return DAY_NONE;
	}
	return day;
}

/* "2026-11-23 08:00:00.123456+00" is RFC 3339 but for the blank and the short offset. */
instant_t pg_instant(const struct pg_reply *reply, size_t index, size_t row, int col)
{
	struct sv text = pg_text(reply, index, row, col);
	instant_t t;
	char buf[48];

	if (!text.p || sv_eq_str(text, "infinity") || sv_eq_str(text, "-infinity"))
		return INSTANT_NONE;
	if (text.n > 13 && text.n < sizeof(buf) - 1 && text.p[10] == ' ' &&
	    memcmp(text.p + text.n - 3, "+00", 3) == 0) {
		memcpy(buf, text.p, text.n - 3);
		buf[10] = 'T';
		buf[text.n - 3] = 'Z';
		if (instant_parse((struct sv){ buf, text.n - 2 }, &t))
			return t;
	}
	log_error("pg_instant", "value=%s", log_quote(text.p));
	return INSTANT_NONE;
}
