/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/diagnostics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/exchange_watch.h"
#include "app/handoff_make.h"
#include "app/render.h"
#include "base/clock.h"
#include "gen/queries.h"
#include "gen/schema_files.h"
#include "store/content.h"

enum {
	CALENDAR_WARN_DAYS = 120,
	CLOCK_WARN_MS = 2000, CLOCK_BAD_MS = 60000,
	SLOW_MS = 500, VERY_SLOW_MS = 5000,
	CERTIFICATE_BAD_DAYS = 14, CERTIFICATE_WARN_DAYS = 30,
	LATE_PULSES = 3,
};
#define ROOM_WARN_BYTES (INT64_C(10) << 30)
#define ROOM_BAD_BYTES (INT64_C(1) << 30)
#define DAY_US (INT64_C(24) * 3600 * 1000000)

void health_pulse(struct health *h, enum pulse p)
{
	__atomic_store_n(&h->pulse_at[p], clock_now(), __ATOMIC_RELAXED);
}

const char *health_state_code(enum health_state s)
{
	static const char *const codes[] = { "ok", "warn", "bad", "off" };

	return codes[s];
}

/* ---- ask: the database, the disk ---- */

enum step diagnostics_ask(struct task *t)
{
	struct diagnostics_call *c = task_ctx(t);
	const struct app_config *conf = &c->call.app->config;
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_WRITE); /* its functions change settings of their own */

	c->asked_us = clock_mono_us();
	c->at_main = pg_segment_addv(seg, Q_DIAGNOSTICS, PG_I64(conf->exchange_late_s), PG_BOOL(conf->digest_files),
				     PG_BOOL(conf->digest_posts));
	c->at_peers = pg_segment_add0(seg, Q_DIAGNOSTICS_PEERS);
	return pg_segment_wait(seg, t);
}

struct look_job {
	struct task_ref task;
	struct content_store *store;
	char path[512];
	int64_t room;
	char pem[16384];
};

static void look_work(void *arg)
{
	struct look_job *j = arg;
	FILE *file = j->path[0] ? fopen(j->path, "re") : NULL;

	j->room = j->store ? (int64_t)content_store_room(j->store) : -1;
	if (file) {
		size_t n = fread(j->pem, 1, sizeof(j->pem) - 1, file);
		j->pem[n] = '\0';
		fclose(file);
	}
}

static void look_done(void *arg)
{
	struct look_job *j = arg;
	struct task *t = task_ref_get(j->task);

	if (t) {
		struct diagnostics_call *c = task_ctx(t);
		c->room = j->room;
		memcpy(c->tls_pem, j->pem, sizeof(c->tls_pem));
		task_resume(t);
	}
	free(j);
}

enum step diagnostics_look(struct task *t)
{
	struct diagnostics_call *c = task_ctx(t);
	struct app *app = c->call.app;
	struct look_job *j = xcalloc(1, sizeof(*j));

	c->took_us = clock_mono_us() - c->asked_us;
	c->now = clock_now();
	j->task = task_ref(t);
	j->store = app->content;
	snprintf(j->path, sizeof(j->path), "%s", app->config.tls_certificate);
	if (offload_submit(app->offload, look_work, look_done, j, app->loop))
		return STEP_WAIT;
	free(j);
	return task_fail(t, ERR_BUSY, "offload-busy", "系统繁忙，请稍后再试");
}

/* ---- parts ---- */

static struct diagnostic_part *add(struct diagnostics_call *c, const char *part, const char *zh, enum health_state state,
				   const char *message)
{
	struct diagnostic_part *p = &c->parts[c->part_count++];

	CHECK(c->part_count <= DIAGNOSTIC_PARTS_MAX);
	*p = (struct diagnostic_part){ .part = part, .zh = zh, .state = state, .message = message, .at = INSTANT_NONE,
				       .next_run = INSTANT_NONE };
	return p;
}

enum { NOW, SERVER, BYTES, MIGRATIONS, LAW, WAITING, FAILED, LATE, OLDEST, DELIVERED, REFUSED, REFUSED_AT, DIGESTS_LATE, DIGEST_AT,
       CALENDAR, PROVISIONAL, ARCHIVING, ARCHIVED_AT, ARCHIVE_FAILED_AT, EXCHANGING };

static void judge_database(struct diagnostics_call *c, struct arena *a, const struct pg_reply *r)
{
	int64_t ms = c->took_us / 1000, have = pg_i64(r, c->at_main, 0, MIGRATIONS), want = 0;
	enum health_state state = ms > VERY_SLOW_MS ? HEALTH_BAD : ms > SLOW_MS ? HEALTH_WARN : HEALTH_OK;

	add(c, "database", "数据库", state,
	    arena_printf(a, "PostgreSQL %s，%" PRId64 " MB，%s（%" PRId64 " 毫秒）", pg_cstr(r, c->at_main, 0, SERVER),
			 pg_i64(r, c->at_main, 0, BYTES) >> 20, state == HEALTH_OK ? "响应正常" : "响应缓慢", ms));
	for (const struct schema_file *f = schema_files; f->dir; f++)
		want += strcmp(f->dir, "migrations") == 0;
	if (have == want)
		add(c, "schema", "数据库结构", HEALTH_OK, arena_printf(a, "第 %" PRId64 " 版，与程序一致", have));
	else
		add(c, "schema", "数据库结构", HEALTH_BAD,
		    arena_printf(a, "第 %" PRId64 " 版，程序是第 %" PRId64 " 版：%s", have, want,
				 have < want ? "请运行 ipcasectl migrate" : "请更新程序"));
	if (pg_i64(r, c->at_main, 0, LAW) == c->call.book->version)
		add(c, "law", "法律数据", HEALTH_OK, arena_printf(a, "版本 %d，与数据库一致", c->call.book->version));
	else
		add(c, "law", "法律数据", HEALTH_WARN, "数据库中的法律数据已经更新，程序还在用原来的：请重新加载（systemctl reload ipcased）");
}

static const char *day_text(struct arena *a, day_t day)
{
	char text[11];

	day_format(day, text);
	return arena_strdup(a, text);
}

static void judge_calendar(struct diagnostics_call *c, struct arena *a, const struct pg_reply *r)
{
	day_t end = pg_day(r, c->at_main, 0, CALENDAR), today = instant_to_day(c->now);
	int64_t provisional = pg_i64(r, c->at_main, 0, PROVISIONAL);

	if (end == DAY_NONE)
		add(c, "calendar", "放假安排", HEALTH_BAD, "没有放假安排，期限无法计算工作日");
	else if (end < today)
		add(c, "calendar", "放假安排", HEALTH_BAD, arena_printf(a, "只到 %s，此后的期限按周末推算", day_text(a, end)));
	else if (provisional > 0)
		add(c, "calendar", "放假安排", HEALTH_WARN,
		    arena_printf(a, "到 %s；%" PRId64 " 件的期限还是暂定的：请运行 ipcasectl recompute", day_text(a, end), provisional));
	else if (end - today <= CALENDAR_WARN_DAYS)
		add(c, "calendar", "放假安排", HEALTH_WARN,
		    arena_printf(a, "到 %s，还有 %d 天：请录入下一年的放假通知", day_text(a, end), (int)(end - today)));
	else
		add(c, "calendar", "放假安排", HEALTH_OK, arena_printf(a, "到 %s", day_text(a, end)));
}

static void judge_clock(struct diagnostics_call *c, struct arena *a, const struct pg_reply *r)
{
	/* The database's clock was read somewhere within the round trip. */
	int64_t behind = (c->now - pg_instant(r, c->at_main, 0, NOW)) / 1000, ms = behind < 0 ? -behind : behind;
	int64_t slack = c->took_us / 1000;
	enum health_state state = ms > CLOCK_BAD_MS + slack ? HEALTH_BAD : ms > CLOCK_WARN_MS + slack ? HEALTH_WARN : HEALTH_OK;

	add(c, "clock", "时钟", state,
	    state == HEALTH_OK ? "程序与数据库的时钟一致"
			       : arena_printf(a, "程序的时钟比数据库%s %" PRId64 " 秒：请检查时间同步", behind > 0 ? "快" : "慢", ms / 1000));
}

static void judge_store(struct diagnostics_call *c, struct arena *a)
{
	enum health_state state = c->room < ROOM_BAD_BYTES ? HEALTH_BAD : c->room < ROOM_WARN_BYTES ? HEALTH_WARN : HEALTH_OK;

	if (c->room < 0)
		add(c, "store", "材料库", HEALTH_OFF, "没有配置材料存储目录：不收材料，不能生成统计文件");
	else
		add(c, "store", "材料库", state,
		    arena_printf(a, "剩余空间 %" PRId64 ".%d GB", c->room >> 30, (int)((c->room >> 20 & 1023) * 10 / 1024)));
}

static void judge_exchange(struct diagnostics_call *c, struct arena *a, const struct pg_reply *r)
{
	int64_t waiting = pg_i64(r, c->at_main, 0, WAITING), failed = pg_i64(r, c->at_main, 0, FAILED);
	int64_t late = pg_i64(r, c->at_main, 0, LATE), refused = pg_i64(r, c->at_main, 0, REFUSED);
	struct diagnostic_part *p;

	if (pg_i64(r, c->at_main, 0, EXCHANGING) == 0)
		p = add(c, "exchange", "移送交换", HEALTH_OFF, "没有机关在本系统在线交换移送");
	else if (failed > 0)
		p = add(c, "exchange", "移送交换", HEALTH_BAD,
			arena_printf(a, "%" PRId64 " 份被对方拒绝，%" PRId64 " 份待送达", failed, waiting));
	else if (late > 0)
		p = add(c, "exchange", "移送交换", HEALTH_WARN,
			arena_printf(a, "%" PRId64 " 份久未送达（最早的自 %s），共 %" PRId64 " 份待送达", late,
				     day_text(a, instant_to_day(pg_instant(r, c->at_main, 0, OLDEST))), waiting));
	else
		p = add(c, "exchange", "移送交换", HEALTH_OK,
			waiting ? arena_printf(a, "%" PRId64 " 份待送达", waiting) : "没有待送达的");
	p->at = pg_instant(r, c->at_main, 0, DELIVERED);
	p = add(c, "quarantine", "拒收的来件", refused > 0 ? HEALTH_WARN : HEALTH_OK,
		refused > 0 ? arena_printf(a, "近 30 天拒收 %" PRId64 " 份，见隔离清单", refused) : "近 30 天没有拒收的来件");
	p->at = pg_instant(r, c->at_main, 0, REFUSED_AT);
}

static void judge_pulse(struct diagnostics_call *c, enum pulse pulse, const char *part, const char *zh, const char *off)
{
	const struct health *h = c->call.app->health;
	int64_t at = __atomic_load_n(&h->pulse_at[pulse], __ATOMIC_RELAXED), every = h->pulse_every_ms[pulse] * 1000;
	struct diagnostic_part *p;

	if (every == 0) {
		add(c, part, zh, HEALTH_OFF, off);
		return;
	}
	bool late = c->now - (at ? at : h->started_at) > LATE_PULSES * every;
	p = add(c, part, zh, late ? HEALTH_BAD : HEALTH_OK, late ? "没有按时运行" : "按时运行");
	if (at) {
		p->at = at;
		p->next_run = at + every;
	}
}

static void judge_jobs(struct diagnostics_call *c, struct arena *a, const struct pg_reply *r)
{
	int64_t late = pg_i64(r, c->at_main, 0, DIGESTS_LATE);
	instant_t delivered = pg_instant(r, c->at_main, 0, DIGEST_AT);

	judge_pulse(c, PULSE_STOPS, "stops", "公示到期停止", "");
	judge_pulse(c, PULSE_UPLOADS, "uploads", "清理未完成的上传", "没有配置材料存储目录");
	judge_pulse(c, PULSE_DIGEST, "digest", "每日提示", "没有配置每日提示的送达");
	struct diagnostic_part *p = &c->parts[c->part_count - 1];
	if (p->state != HEALTH_OFF && late > 0) {
		p->state = HEALTH_WARN;
		p->message = arena_printf(a, "近两周有 %" PRId64 " 份没有送达", late);
	}
	if (delivered != INSTANT_NONE)
		p->at = delivered;
	if (render_is_ready(c->call.app->render))
		add(c, "render", "生成表格和通报", HEALTH_OK, "可以生成");
	else
		add(c, "render", "生成表格和通报", HEALTH_WARN, "程序 ipcase 不在 ipcased 旁边，不能在网页上下载表格和通报");
}

/* A backup leaves no trace in the database but for archived logs; that files are copied elsewhere nobody here can see. */
static void judge_backup(struct diagnostics_call *c, const struct pg_reply *r)
{
	bool on = !sv_eq_str(pg_text(r, c->at_main, 0, ARCHIVING), "off");
	instant_t at = pg_instant(r, c->at_main, 0, ARCHIVED_AT), failed = pg_instant(r, c->at_main, 0, ARCHIVE_FAILED_AT);
	bool bad = on && failed != INSTANT_NONE && (at == INSTANT_NONE || failed > at);
	struct diagnostic_part *p =
		add(c, "backup", "备份", !on ? HEALTH_OFF : bad ? HEALTH_BAD : HEALTH_OK,
		    !on  ? "数据库没有开启归档；请每天备份数据库和材料库（见运维手册第 4 节），系统看不到备份是否完成"
		    : bad ? "数据库归档失败，请查看数据库日志"
			  : "数据库归档正常；材料库须另行备份");
	p->at = at;
}

/* ---- certificates ---- */

static int by_end(const void *x, const void *y)
{
	const struct diagnostic_certificate *a = x, *b = y;

	if ((a->until == INSTANT_NONE) != (b->until == INSTANT_NONE))
		return a->until == INSTANT_NONE ? 1 : -1;
	return a->until < b->until ? -1 : a->until > b->until;
}

static void add_certificate(struct diagnostics_call *c, struct arena *a, const char *whose, const char *code, const char *name,
			    instant_t until)
{
	struct diagnostic_certificate *d = &c->certificates[c->certificate_count++];
	int64_t left = until == INSTANT_NONE ? 0 : until - c->now, days = left / DAY_US - (left % DAY_US < 0);

	*d = (struct diagnostic_certificate){
		.whose = whose, .until = until, .days_left = days,
		.subject = code[0] && strcmp(code, name) != 0 ? arena_printf(a, "%s（%s）", name, code) : arena_strdup(a, name),
		.state = until == INSTANT_NONE ? HEALTH_WARN : days < CERTIFICATE_BAD_DAYS ? HEALTH_BAD
			 : days < CERTIFICATE_WARN_DAYS ? HEALTH_WARN : HEALTH_OK,
	};
}

/* Those that are known by pin or signature; the others are told as not known. */
static struct crypto_end *read_peers(struct diagnostics_call *c, struct arena *a, const struct pg_reply *r, size_t *ret_count)
{
	enum { CODE, NAME, PIN, CMS };
	const struct exchange_keys *keys = c->call.app->keys;
	size_t n = pg_rows(r, c->at_peers);
	struct crypto_end *peers = arena_array(a, struct crypto_end, n + 1);

	*ret_count = 0;
	for (size_t i = 0; i < n; i++) {
		struct sv cms = { NULL, 0 };
		const char *code = pg_cstr(r, c->at_peers, i, CODE), *pin = pg_cstr(r, c->at_peers, i, PIN);
		if (!pg_is_null(r, c->at_peers, i, CMS) && !handoff_from_hex(a, pg_text(r, c->at_peers, i, CMS), &cms))
			BUG("hex from the database");
		if (crypto_end_of_peer(keys ? exchange_trust(keys) : NULL, code, pin, cms, &peers[*ret_count]))
			++*ret_count;
		else if (pin)
			add_certificate(c, a, "对方机关（尚未见过其证书）", code, pg_cstr(r, c->at_peers, i, NAME), INSTANT_NONE);
	}
	return peers;
}

static void judge_certificates(struct diagnostics_call *c, struct arena *a, const struct pg_reply *r)
{
	static const char *const whose[EXCHANGE_END_KINDS] = {
		[EXCHANGE_END_OWN] = "本系统的机关",	     [EXCHANGE_END_PEER] = "对方机关",
		[EXCHANGE_END_TRUSTED] = "信任的机关证书", [EXCHANGE_END_CA] = "签发机构",
		[EXCHANGE_END_LIST] = "吊销名单",
	};
	const struct app *app = c->call.app;
	struct exchange_end *ends = NULL;
	struct crypto_end tls;
	struct crypto_end *peers;
	size_t n = 0, peer_count;

	/* Room for what the keys can give is known only after asking. */
	c->certificates = arena_array(a, struct diagnostic_certificate, pg_rows(r, c->at_peers) + 1);
	peers = read_peers(c, a, r, &peer_count);
	if (app->keys)
		n = exchange_ends(app->keys, peers, peer_count, a, &ends);
	struct diagnostic_certificate *all =
		arena_array(a, struct diagnostic_certificate, c->certificate_count + n + 1);
	if (c->certificate_count > 0)
		memcpy(all, c->certificates, c->certificate_count * sizeof(*all));
	c->certificates = all;
	for (size_t i = 0; i < n; i++)
		add_certificate(c, a, whose[ends[i].kind], ends[i].end.code, ends[i].end.name, ends[i].end.at);
	if (app->config.tls_certificate[0]) {
		bool read = c->tls_pem[0] && crypto_end_read(sv_of(c->tls_pem), &tls, NULL) == ERR_OK;
		add_certificate(c, a, "网站（TLS）", "", read && tls.name[0] ? tls.name : "http.tls_certificate",
				read ? tls.at : INSTANT_NONE);
	}
	if (c->certificate_count > 1)
		qsort(c->certificates, c->certificate_count, sizeof(*all), by_end);
}

static void judge_ends(struct diagnostics_call *c, struct arena *a)
{
	enum health_state worst = HEALTH_OK;
	size_t soon = 0;

	for (size_t i = 0; i < c->certificate_count; i++) {
		soon += c->certificates[i].state != HEALTH_OK;
		if (c->certificates[i].state > worst)
			worst = c->certificates[i].state;
	}
	add(c, "certificates", "证书", c->certificate_count ? worst : HEALTH_OFF,
	    !c->certificate_count ? "没有使用证书"
	    : soon		    ? arena_printf(a, "%zu 份证书即将到期、已经到期或者读不出来", soon)
			    : "都在有效期内");
}

enum step diagnostics_judge(struct task *t)
{
	struct diagnostics_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	struct arena *a = task_arena(t);

	judge_database(c, a, r);
	judge_calendar(c, a, r);
	judge_clock(c, a, r);
	judge_store(c, a);
	judge_exchange(c, a, r);
	judge_jobs(c, a, r);
	judge_backup(c, r);
	judge_certificates(c, a, r);
	judge_ends(c, a);
	for (size_t i = 0; i < c->part_count; i++) {
		if (c->parts[i].state != HEALTH_OFF && c->parts[i].state > c->worst)
			c->worst = c->parts[i].state;
	}
	return STEP_NEXT;
}
