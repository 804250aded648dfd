/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The organisation of the demonstration: a county government with its organs, the market bureau's units and
 * number series, and one account for each role. Nobody in it is a real person. */
#include "ctl_demo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "store/change.h"

/* Parents before children. An organ acts in its own name; other units in their parent's. */
static const struct demo_unit {
	const char *code, *parent, *kind, *name;
	bool organ;
} units[] = {
	{ "512022", NULL, "government", "乐至县人民政府", true },
	{ "512022-market", "512022", "bureau", "乐至县市场监督管理局", true },
	{ "512022-market-brigade", "512022-market", "brigade", "综合行政执法大队", false },
	{ "512022-market-tianchi", "512022-market", "station", "天池市场监管所", false },
	{ "512022-market-shifo", "512022-market", "station", "石佛市场监管所", false },
	{ "512022-market-legal", "512022-market", "section", "法规股", false },
	{ "512022-market-credit", "512022-market", "section", "信用监管股", false },
	{ "512022-market-ip", "512022-market", "section", "知识产权股", false },
	{ "512022-culture", "512022", "department", "乐至县文化广播电视和旅游局", true },
	{ "512022-agriculture", "512022", "department", "乐至县农业农村局", true },
	{ "512022-police", "512022", "police", "乐至县公安局", true },
	{ "512022-procuratorate", "512022", "procuratorate", "乐至县人民检察院", true },
	{ "512022-court", "512022", "court", "乐至县人民法院", true },
};

/* In the order of the accounts file; the first thirteen are one for each role. */
static const struct demo_account {
	const char *name, *role, *display, *unit;
} accounts[] = {
	{ "officer", "officer", "承办人甲", "512022-market-brigade" },
	{ "co_officer", "co_officer", "协办人甲", "512022-market-brigade" },
	{ "clerk", "clerk", "内勤甲", "512022-market-brigade" },
	{ "unit_head", "unit_head", "办案机构负责人甲", "512022-market-brigade" },
	{ "legal_reviewer", "legal_reviewer", "法制审核员甲", "512022-market-legal" },
	{ "deputy_head", "deputy_head", "分管局领导甲", "512022-market" },
	{ "principal", "principal", "局长甲", "512022-market" },
	{ "credit_clerk", "credit_clerk", "信用监管股甲", "512022-market-credit" },
	{ "police", "police", "公安联络员甲", "512022-police" },
	{ "procuratorate", "procuratorate", "检察院联络员甲", "512022-procuratorate" },
	{ "court", "court", "法院联络员甲", "512022-court" },
	{ "auditor", "auditor", "督查甲", "512022" },
	{ "admin", "admin", "系统管理员甲", "512022-market" },
	{ "officer2", "officer", "承办人乙", "512022-market-tianchi" },
	{ "unit_head2", "unit_head", "办案机构负责人乙", "512022-market-tianchi" },
	{ "co_officer2", "co_officer", "协办人乙", "512022-market-tianchi" },
	{ "officer3", "officer", "承办人丙", "512022-market-shifo" },
	{ "co_officer3", "co_officer", "协办人丙", "512022-market-shifo" },
	{ "unit_head3", "unit_head", "办案机构负责人丙", "512022-market-shifo" },
	{ "officer4", "officer", "承办人丁", "512022-market-brigade" },
};

enum { FILE_MAX_BYTES = 64 * 1024 };

/* ---- units and number series ---- */

static bool run(PGconn *conn, const char *sql, int count, const char *const *values)
{
	PGresult *res = ctl_query(conn, sql, count, values);

	PQclear(res);
	return res != NULL;
}

static bool add_unit(PGconn *conn, const struct demo_unit *u)
{
	const char *values[] = { u->code, u->parent, u->kind, u->name, u->organ ? "t" : "f" };

	return run(conn,
		   "INSERT INTO unit (id, parent_id, organ_id, kind, code, name, region)"
		   " SELECT n.id, p.id, CASE WHEN $5::boolean THEN n.id ELSE p.organ_id END, $3, $1, $4, '512022'"
		   " FROM (SELECT nextval(pg_get_serial_sequence('unit', 'id')) AS id"
		   "   WHERE NOT EXISTS (SELECT 1 FROM unit WHERE code = $1)) n"
		   " LEFT JOIN unit p ON p.code = $2::text",
		   5, values);
}

/* 乐市监处罚〔2026〕1号: 乐 and the paper's own letters. */
static bool add_series(PGconn *conn, const char *paper)
{
	char prefix[128];
	const char *values[] = { paper, prefix };

	snprintf(prefix, sizeof(prefix), "%s%s", strncmp(paper, "市监", strlen("市监")) == 0 ? "乐" : "乐市监", paper);
	return run(conn,
		   "INSERT INTO number_series (unit_id, paper, prefix)"
		   " SELECT id, $1, $2 FROM unit WHERE code = '512022-market' ON CONFLICT DO NOTHING",
		   2, values);
}

static bool add_all_series(PGconn *conn)
{
	for (enum matter_procedure i = 0; i < PROCEDURE_COUNT; i++) {
		const struct procedure *p = procedure_get(i);
		for (size_t k = 0; k < p->row_count; k++) {
			const char *paper = p->rows[k].paper;
			if (!paper)
				continue;
			if (strcmp(paper, CHANGE_PAPER_MEASURE) != 0) {
				if (!add_series(conn, paper))
					return false;
			} else if (!add_series(conn, "市监先登") || !add_series(conn, "市监强制")) {
				return false;
			}
		}
	}
	return true;
}

/* ---- accounts ---- */

/* The whole accounts file, "" when there is none. NULL after saying why not. */
static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");

	if (!f && errno == ENOENT)
		return xstrdup("");
	if (!f) {
		ctl_error("could not open %s: %s", path, strerror(errno));
		return NULL;
	}
	char *text = xcalloc(1, FILE_MAX_BYTES);
	size_t n = fread(text, 1, FILE_MAX_BYTES - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

/* Password of an account in lines role<TAB>account<TAB>password. */
static bool known_password(const char *file, const char *account, char out[CRYPTO_TOKEN_SIZE])
{
	for (const char *line = file; *line;) {
		size_t n = strcspn(line, "\n");
		const char *name = memchr(line, '\t', n);
		const char *password = name ? memchr(name + 1, '\t', n - (size_t)(name + 1 - line)) : NULL;
		if (password && (size_t)(password - name - 1) == strlen(account) &&
		    memcmp(name + 1, account, strlen(account)) == 0) {
			size_t length = n - (size_t)(password + 1 - line);
			if (length == 0 || length >= CRYPTO_TOKEN_SIZE)
				return false;
			memcpy(out, password + 1, length);
			out[length] = '\0';
			return true;
		}
		line += n + (line[n] == '\n');
	}
	return false;
}

/* Adds the account, or gives one whose password nobody knows any more a new one. */
static bool add_account(PGconn *conn, const struct demo_account *a, const char *file, char password[CRYPTO_TOKEN_SIZE])
{
	char hash[CRYPTO_PASSWORD_SIZE];
	const char *find[] = { a->name };
	char *found = ctl_query_text(conn, "SELECT 1 FROM account WHERE name = $1", 1, find);
	bool exists = found && *found;

	if (!found)
		return false;
	free(found);
	if (exists && known_password(file, a->name, password))
		return true;
	if (crypto_token(password) != ERR_OK)
		return false;
	password[20] = '\0'; /* 120 bits, and still typed by hand now and then */
	if (crypto_password_hash(sv_of(password), hash) != ERR_OK)
		return false;
	const char *values[] = { a->name, a->display, a->unit, a->role, hash };
	return run(conn,
		   "WITH made AS (INSERT INTO account (name, display_name, unit_id, roles)"
		   "  SELECT $1, $2, id, ARRAY[$4] FROM unit WHERE code = $3"
		   "  ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id)"
		   " INSERT INTO account_secret AS s (account_id, password_hash) SELECT id, $5 FROM made"
		   " ON CONFLICT (account_id) DO UPDATE SET password_hash = excluded.password_hash,"
		   " changed_at = now()",
		   5, values);
}

/* Beside the old one and then in its place, so that a reader sees one or the other, whole. */
static bool write_file(const char *path, const struct str *text)
{
	char temporary[4096];
	int n = snprintf(temporary, sizeof(temporary), "%s.new", path);

	if (n < 0 || (size_t)n >= sizeof(temporary)) {
		ctl_error("%s: the name is too long", path);
		return false;
	}
	(void)unlink(temporary);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write(fd, text->p, text->len) == (ssize_t)text->len && fsync(fd) == 0;
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	ok = ok && rename(temporary, path) == 0;
	if (!ok)
		ctl_error("could not write %s: %s", path, strerror(errno));
	return ok;
}

static bool add_accounts(PGconn *conn, const char *path)
{
	struct str text = STR_INIT(FILE_MAX_BYTES);
	char *file = read_file(path);
	bool ok = file != NULL;

	for (size_t i = 0; ok && i < ARRAY_LEN(accounts); i++) {
		char password[CRYPTO_TOKEN_SIZE] = "";
		ok = add_account(conn, &accounts[i], file, password);
		str_printf(&text, "%s\t%s\t%s\n", accounts[i].role, accounts[i].name, password);
		crypto_wipe(password, sizeof(password));
	}
	/* The file first: an account that was made while its password got lost would help nobody. */
	ok = ok && write_file(path, &text);
	if (text.p)
		crypto_wipe(text.p, text.len);
	if (file)
		crypto_wipe(file, strlen(file));
	free(file);
	str_release(&text);
	return ok;
}

bool demo_organisation(PGconn *conn, const char *accounts_file)
{
	bool ok = ctl_exec(conn, "BEGIN");

	for (size_t i = 0; ok && i < ARRAY_LEN(units); i++)
		ok = add_unit(conn, &units[i]);
	ok = ok && add_all_series(conn) && add_accounts(conn, accounts_file) && ctl_exec(conn, "COMMIT");
	if (!ok)
		ctl_rollback(conn);
	return ok;
}
