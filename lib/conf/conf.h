/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Configuration: an INI file, read once into one plain struct.
 *
 * Every option is one row of the table in conf_table.c; parsing, checks, the example file
 * and the manual page come from that table. Later sources win: table default, file,
 * environment variable IPCASE_<SECTION>_<KEY>. A secret option cannot stand in the file:
 * the file names another file with `<key>_file = /path` (the environment may do either,
 * IPCASE_<SECTION>_<KEY> or IPCASE_<SECTION>_<KEY>_FILE).
 *
 * Loading is all or nothing: on any error *conf is untouched. An unknown section or key,
 * a key given twice and a value outside its rule are errors `file:line: ...`.
 *
 * struct conf holds no pointers: copy and compare it freely. After loading it is
 * read-only and may be shared by all threads. conf_load itself belongs to the main thread
 * (libinih keeps its settings in globals).
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

enum {
	CONF_ADDRESS_SIZE = 256,
	CONF_PATH_SIZE = 512,
	CONF_TEXT_SIZE = 1024,
};

/* Sizes in bytes, durations in milliseconds; "" means "not set". */
struct conf {
	struct {
		char listen[CONF_ADDRESS_SIZE]; /* "127.0.0.1:8470", "[::1]:8470" or "unix:/path" */
		int64_t threads;
		int64_t max_body_bytes;
		int64_t max_import_body_bytes;
		int64_t max_headers_bytes;
		int64_t max_connections;
		int64_t request_timeout_ms;
		int64_t idle_timeout_ms;
		char host_names[CONF_TEXT_SIZE];      /* comma list; "" = any */
		char trusted_proxies[CONF_TEXT_SIZE]; /* comma list of addresses and a.b.c.d/n */
		char tls_certificate[CONF_PATH_SIZE];
		char tls_key[CONF_PATH_SIZE];
		char tls_client_ca[CONF_PATH_SIZE];
		char console[CONF_PATH_SIZE]; /* "" = where make install puts it; "none" = no console */
	} http;
	struct {
		char url[CONF_TEXT_SIZE]; /* libpq conninfo or URI, without a password */
		char password[CONF_PATH_SIZE];
		int64_t read_connections; /* per thread, like the next two */
		int64_t write_connections;
		int64_t slow_connections;
		int64_t queue_limit;
		int64_t statement_timeout_ms;
		int64_t lock_timeout_ms;
		int64_t slow_timeout_ms;
		int64_t connect_timeout_ms;
	} database;
	struct {
		int64_t lifetime_ms;
		int64_t idle_ms;
		int64_t cache_ms;
	} session;
	struct {
		int64_t max_failures;
		int64_t window_ms;
		char second_factor[CONF_TEXT_SIZE]; /* comma list of roles, or "all"; "" = nobody must */
	} login;
	struct {
		int64_t level; /* enum log_level */
	} log;
	struct {
		int64_t drain_timeout_ms;
		int64_t offload_threads;
		int64_t offload_queue;
	} run;
	struct {
		char dir[CONF_PATH_SIZE]; /* "" = no materials */
		int64_t max_file_bytes;
		int64_t max_case_bytes;
		int64_t chunk_bytes;
		int64_t upload_idle_ms;
		int64_t threads;
		int64_t queue;
	} store;
	struct {
		int64_t enabled;
		char keys[CONF_PATH_SIZE];       /* "" = no organ's key */
		char listen[CONF_ADDRESS_SIZE];  /* as http.listen; "" = no organ delivers here by network */
		char quarantine[CONF_PATH_SIZE]; /* "" = refused records are not kept as files */
		int64_t poll_ms;
		int64_t retry_min_ms;
		int64_t retry_max_ms;
		int64_t lease_ms;
		int64_t batch;
		int64_t network_threads;
		int64_t sweep_ms;
		int64_t not_delivered_ms;
		int64_t not_retrieved_ms;
		int64_t max_package_bytes;
	} exchange;
	struct {
		int64_t enabled;
		int64_t max_age_ms;
		int64_t searches;
	} public;
	struct {
		int64_t sweep_ms;
	} disclosure;
	struct {
		int64_t days;
	} warning;
	struct {
		char at[CONF_ADDRESS_SIZE];   /* local time of day, HH:MM */
		char dir[CONF_PATH_SIZE];     /* "" = no files */
		char url[CONF_PATH_SIZE];     /* "" = nobody is told */
		char key[CONF_PATH_SIZE];     /* file with the key that bodies are signed with */
		char ca[CONF_PATH_SIZE];      /* "" = the system's authorities */
		int64_t timeout_ms;
		int64_t retry_min_ms;
		int64_t retry_max_ms;
		int64_t lease_ms;
		int64_t poll_ms;
	} digest;
	struct {
		int64_t full_ids;
	} shuanggongshi;
};

/* Defaults only, no file, no environment. */
void conf_defaults(struct conf *conf);
/* `path` NULL: defaults and environment only. */
enum err_code conf_load(const char *path, struct conf *conf, struct err *err) MUST_USE;
/* ERR_INVALID, naming the options, when `next` changes one that needs a restart. */
enum err_code conf_reload_compatible(const struct conf *old, const struct conf *next,
				     struct err *err) MUST_USE;

/* config.example.ini and the option reference in Markdown. */
void conf_write_example(FILE *f);
void conf_write_markdown(FILE *f);

/* Walks a comma list: next item, trimmed, empty items skipped; false at the end.
 *   struct sv rest = sv_of(conf->http.host_names), item;
 *   while (conf_list_next(&rest, &item)) ... */
bool conf_list_next(struct sv *rest, struct sv *ret_item);

#endif
