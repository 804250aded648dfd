/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/boot.h"

#include <pthread.h>
#include <stdlib.h>

#include "app/disclosure.h"
#include "app/unit_names.h"
#include "gen/queries.h"

/* ---- pools ---- */

static struct pg_statement statements[QUERY_COUNT];
static pthread_once_t statements_once = PTHREAD_ONCE_INIT;

static void make_statements(void)
{
	for (size_t i = 0; i < QUERY_COUNT; i++)
		statements[i] = (struct pg_statement){ .name = queries[i].name, .sql = queries[i].sql,
						       .param_count = queries[i].param_count };
}

static void common_config(const struct conf *conf, struct pg_pool_config *ret)
{
	pthread_once(&statements_once, make_statements);
	pg_pool_config_init(ret);
	ret->conninfo = conf->database.url;
	ret->application_name = "ipcased";
	ret->statements = statements;
	ret->statement_count = QUERY_COUNT;
	ret->queue_limit = (unsigned)conf->database.queue_limit;
	ret->connect_timeout_ms = conf->database.connect_timeout_ms;
	ret->map_error = app_map_error;
}

/* Planning. The policies make the planner believe that few rows remain, and then a bitmap scan with a sort looks
 * better to it than walking the index in the order of the page: it would read all that match for each page. No
 * short read needs a bitmap (tests/sql/test_plans.py); searches with GIN indexes run on the slow lane. */
#define PLANNING "-c random_page_cost=1.1 -c jit=off"
#define PLANNING_OF_PAGES PLANNING " -c enable_bitmapscan=off"

void app_pool_config(const struct conf *conf, struct pg_pool_config *ret)
{
	common_config(conf, ret);
	ret->segment_bytes = (size_t)(conf->http.max_body_bytes > conf->http.max_import_body_bytes
					      ? conf->http.max_body_bytes
					      : conf->http.max_import_body_bytes) * 4;
	ret->lane[PG_LANE_READ] = (struct pg_lane_config){
		.connections = (unsigned)conf->database.read_connections,
		.statement_timeout_ms = conf->database.statement_timeout_ms,
		.lock_timeout_ms = conf->database.lock_timeout_ms,
		.options = PLANNING_OF_PAGES,
	};
	ret->lane[PG_LANE_WRITE] = (struct pg_lane_config){
		.connections = (unsigned)conf->database.write_connections,
		.statement_timeout_ms = conf->database.statement_timeout_ms,
		.lock_timeout_ms = conf->database.lock_timeout_ms,
		.options = PLANNING,
		.writable = true,
	};
	ret->lane[PG_LANE_SLOW] = (struct pg_lane_config){
		.connections = (unsigned)conf->database.slow_connections,
		.statement_timeout_ms = conf->database.slow_timeout_ms,
		.lock_timeout_ms = conf->database.lock_timeout_ms,
		.options = PLANNING,
	};
}

void app_pool_config_small(const struct conf *conf, struct pg_pool_config *ret)
{
	common_config(conf, ret);
	for (size_t i = 0; i < PG_LANE_COUNT; i++)
		ret->lane[i] = (struct pg_lane_config){ .connections = 0 };
	ret->lane[PG_LANE_WRITE] = (struct pg_lane_config){
		.connections = 1,
		.statement_timeout_ms = conf->database.statement_timeout_ms,
		.lock_timeout_ms = conf->database.lock_timeout_ms,
		.writable = true, /* a new edition of the law is noted when it is first loaded */
	};
}

/* ---- a worker's application ---- */

static bool totp_roles(const struct conf *conf, uint32_t *ret)
{
	struct sv list = sv_of(conf->login.second_factor);

	*ret = 0;
	if (sv_eq_str(list, "all")) {
		*ret = (1u << ROLE_COUNT) - 1;
		return true;
	}
	return list.n == 0 || role_parse_list(list, ret);
}

enum err_code app_config_check(const struct conf *conf, struct err *err)
{
	uint32_t roles;

	if (totp_roles(conf, &roles))
		return ERR_OK;
	return err_set(err, ERR_INVALID, "login.second_factor", "login.second_factor: \"%s\" is neither all nor a list of roles",
		       conf->login.second_factor);
}

void app_config_of(const struct conf *conf, struct app_config *ret)
{
	*ret = (struct app_config){
		.session_lifetime_s = conf->session.lifetime_ms / 1000,
		.session_idle_s = conf->session.idle_ms / 1000,
		.session_cache_s = conf->session.cache_ms / 1000,
		.login_max_failures = (int)conf->login.max_failures,
		.login_window_s = (int)(conf->login.window_ms / 1000),
		.max_file = conf->store.max_file_bytes,
		.max_case = conf->store.max_case_bytes,
		.chunk = conf->store.chunk_bytes,
		.warning_days = (int)conf->warning.days,
		.sgs_full_ids = conf->shuanggongshi.full_ids != 0,
		.exchange_late_s = conf->exchange.not_delivered_ms / 1000,
		.digest_files = conf->digest.dir[0] != '\0', .digest_posts = conf->digest.url[0] != '\0',
	};
	_Static_assert(sizeof(ret->tls_certificate) == sizeof(conf->http.tls_certificate), "a path");
	memcpy(ret->tls_certificate, conf->http.tls_certificate, sizeof(ret->tls_certificate));
	if (!totp_roles(conf, &ret->totp_roles))
		BUG("login.second_factor");
}

struct app *app_new(struct loop *loop, struct pg_pool *pool, struct offload *offload, struct session_changes *changes,
		    const struct conf *conf)
{
	struct app *app = xcalloc(1, sizeof(*app));

	app->loop = loop;
	app->pool = pool;
	app->offload = offload;
	app->changes = changes;
	app->sessions = session_cache_new(changes);
	app_config_of(conf, &app->config);
	return app;
}

void app_free(struct app *app)
{
	if (!app)
		return;
	disclosure_sweep_drop(app);
	unit_names_free(app);
	session_cache_free(app->sessions);
	free(app);
}

/* ---- the law ---- */

struct law_loading {
	law_loaded_fn *on_done;
	void *arg;
};

void law_shelf_free(struct law_shelf *shelf)
{
	if (!shelf)
		return;
	arena_fini(&shelf->arena);
	free(shelf);
}

static enum err_code make_shelf(const struct pg_reply *r, struct law_shelf *shelf, struct err *err)
{
	struct law_texts texts;
	struct arena scratch;
	enum err_code code;

	if (r->code != ERR_OK)
		return pg_reply_err(r, err);
	arena_init(&scratch, 0);
	code = law_texts_read(&scratch, pg_text(r, 0, 0, 1), &texts, err);
	if (code == ERR_OK)
		code = law_book_init(&shelf->book, &shelf->arena, &texts, err);
	arena_fini(&scratch);
	shelf->book.version = (int)pg_i64(r, 0, 0, 0);
	return code;
}

static void law_came(void *arg, const struct pg_reply *r)
{
	struct law_loading *l = arg;
	struct law_shelf *shelf = xcalloc(1, sizeof(*shelf));
	struct err err = ERR_INIT;

	arena_init(&shelf->arena, 0);
	if (make_shelf(r, shelf, &err) != ERR_OK) {
		law_shelf_free(shelf);
		shelf = NULL;
	}
	l->on_done(l->arg, shelf, &err);
	free(l);
}

void law_load(struct pg_pool *pool, law_loaded_fn *on_done, void *arg)
{
	struct law_loading *l = xcalloc(1, sizeof(*l));
	struct pg_segment *seg = pg_segment_new(pool, PG_LANE_WRITE);

	*l = (struct law_loading){ .on_done = on_done, .arg = arg };
	pg_segment_add0(seg, Q_LAW_NOW);
	pg_segment_submit(seg, law_came, l);
}
