/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Every option of the daemon, once. To add one: a member in struct conf and a row here;
 * then the two documents that conf_doc.c writes have to be renewed. */
#include "conf/conf_table.h"

#include "conf/conf.h"

/* Rows with a text, and rows with a number between two bounds. */
/* The tool takes #section for a directive. */
/* clang-format off */
#define TEXT(type, section, key, default_text, check, flags, help) \
	{ #section, #key, type, offsetof(struct conf, section.key), \
	  sizeof(((struct conf *)NULL)->section.key), default_text, 0, 0, NULL, check, flags, help }
#define NUMBER(type, section, key, member, default_text, min, max, flags, help) \
	{ #section, #key, type, offsetof(struct conf, section.member), sizeof(int64_t), \
	  default_text, min, max, NULL, NULL, flags, help }
#define CHOICE(section, key, default_text, choices, flags, help) \
	{ #section, #key, CONF_ENUM, offsetof(struct conf, section.key), sizeof(int64_t), \
	  default_text, 0, 0, choices, NULL, flags, help }
/* clang-format on */
#define INT(section, key, default_text, min, max, flags, help) \
	NUMBER(CONF_INT, section, key, key, default_text, min, max, flags, help)
#define SIZE(section, key, default_text, min, max, flags, help) \
	NUMBER(CONF_SIZE, section, key, key##_bytes, default_text, min, max, flags, help)
#define BOOL(section, key, default_text, flags, help) \
	NUMBER(CONF_BOOL, section, key, key, default_text, 0, 1, flags, help)
#define DURATION(section, key, default_text, min, max, flags, help) \
	NUMBER(CONF_DURATION, section, key, key##_ms, default_text, min, max, flags, help)

#define KIB (INT64_C(1) << 10)
#define MIB (INT64_C(1) << 20)
#define GIB (INT64_C(1) << 30)
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* In the order of enum log_level. */
static const char *const log_levels[] = { "error", "warn", "info", "debug", NULL };

const struct conf_section conf_sections[] = {
	{ "http", "Where and how the daemon serves HTTP." },
	{ "database", "The PostgreSQL database and the connections of each thread." },
	{ "session", "Sessions of logged-in accounts." },
	{ "login", "Protection against guessing of passwords." },
	{ "log", "The log, written to standard error." },
	{ "run", "The process itself." },
	{ "store", "Materials of matters: evidence and papers, kept as files." },
	{ "exchange", "Hand-overs between organs: signed records, delivered and received." },
	{ "disclosure", "Published penalty decisions, as the bureau works on them." },
	{ "warning", "Early warning: clocks that will run out." },
	{ "digest", "The daily digest of each organ: what is overdue, what falls due." },
	{ "shuanggongshi", "Export for the credit platform (双公示)." },
	{ "public", "The public site: published penalty decisions, for everybody, without a login." },
};
const size_t conf_section_count = ARRAY_LEN(conf_sections);

/* Empty: this door stays shut. */
static const char *check_door(struct sv value)
{
	return value.n ? conf_check_listen(value) : NULL;
}

/* Parts of an hour and a day, two digits each. */
static const char *check_time_of_day(struct sv v)
{
	bool ok = v.n == 5 && v.p[2] == ':';

	for (size_t i = 0; ok && i < v.n; i++)
		ok = i == 2 || (v.p[i] >= '0' && v.p[i] <= '9');
	ok = ok && (v.p[0] < '2' || (v.p[0] == '2' && v.p[1] < '4')) && v.p[3] < '6';
	return ok ? NULL : "must be a time of day like 08:30";
}

/* Names of officers travel: in the clear only within this machine. */
static const char *check_webhook(struct sv v)
{
	static const char *const good[] = { "https://", "http://127.0.0.1:", "http://127.0.0.1/", "http://[::1]:",
					    "http://[::1]/", "http://localhost:", "http://localhost/" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		if (sv_starts_with(v, sv_of(good[i])) && v.n > strlen(good[i]) && !memchr(v.p, '@', v.n))
			return NULL;
	}
	return v.n ? "must begin with https://, or with http:// and an address of this machine, without a password" : NULL;
}

const struct conf_option conf_options[] = {
	TEXT(CONF_ADDRESS, http, listen, "127.0.0.1:8470", conf_check_listen, 0,
	     "Where to listen: an IP address and a port, an IPv6 address in brackets and a port, "
	     "or unix: and the path of a socket. Port 0 takes any free port."),
	INT(http, threads, "2", 1, 64, 0,
	    "Threads that serve requests. Each has its own event loop and database connections."),
	SIZE(http, max_body, "1 MiB", KIB, 64 * MIB, 0, "Largest body of an ordinary request."),
	SIZE(http, max_import_body, "8 MiB", KIB, 256 * MIB, 0,
	     "Largest body of a request that imports rows."),
	SIZE(http, max_headers, "32 KiB", KIB, MIB, 0,
	     "Largest request line and headers together."),
	INT(http, max_connections, "1024", 1, 100000, 0,
	    "Open client connections of the whole process; more wait to be accepted."),
	DURATION(http, request_timeout, "15s", 100, 10 * MINUTE, 0,
		 "Time a request may take, from its first byte to the reply."),
	DURATION(
		http, idle_timeout, "65s", 100, HOUR, 0,
		"A connection without a request is closed after this time. A proxy in front should "
		"give up earlier."),
	TEXT(CONF_STRING, http, host_names, "", NULL, 0,
	     "Names accepted in the Host header, separated by commas. Empty accepts any."),
	TEXT(CONF_STRING, http, trusted_proxies, "", conf_check_proxies, 0,
	     "Addresses of proxies, separated by commas, or unix for peers on the Unix socket. Only "
	     "from them X-Forwarded-For is believed, and X-Forwarded-Proto, by which a browser's "
	     "session cookie is marked Secure."),
	TEXT(CONF_PATH, http, tls_certificate, "", NULL, 0,
	     "Certificate chain of the server, PEM. Setting it turns TLS on; needs tls_key."),
	TEXT(CONF_PATH, http, tls_key, "", NULL, 0, "Private key of the certificate, PEM."),
	TEXT(CONF_PATH, http, tls_client_ca, "", NULL, 0,
	     "Certificates of the authorities, PEM, one of which must have signed the certificate "
	     "of every client. Empty asks clients for none."),
	TEXT(CONF_PATH, http, console, "", NULL, 0,
	     "Directory with the files of the browser console, read once at the start. Empty: "
	     "../share/ipcase/console as seen from the program's directory, if it is there. none: no console."),

	TEXT(CONF_STRING, database, url, "dbname=ipcase", conf_check_url, 0,
	     "How to reach the database: a libpq connection string or URI, without the password."),
	TEXT(CONF_STRING, database, password, "", NULL, CONF_SECRET,
	     "Password of the database role. Not needed with peer or certificate authentication "
	     "or a pgpass file."),
	INT(database, read_connections, "1", 1, 64, 0, "Connections of each thread for reading."),
	INT(database, write_connections, "4", 1, 64, 0, "Connections of each thread for writing."),
	INT(database, slow_connections, "1", 1, 64, 0,
	    "Connections of each thread for statistics and other long queries."),
	INT(database, queue_limit, "512", 1, 100000, 0,
	    "Work waiting for a connection, for each thread and kind of connection. Beyond it "
	    "requests are refused as busy."),
	DURATION(database, statement_timeout, "10s", 100, 10 * MINUTE, 0,
		 "Longest run of one statement."),
	DURATION(database, lock_timeout, "3s", 10, 10 * MINUTE, 0,
		 "Longest wait of a statement for a lock."),
	DURATION(database, slow_timeout, "60s", 100, HOUR, 0,
		 "Longest run of one statement on the connections for long queries."),
	DURATION(database, connect_timeout, "5s", 100, 5 * MINUTE, 0,
		 "Longest wait for a new connection; afterwards it is tried again later."),

	DURATION(session, lifetime, "12h", SECOND, 30 * DAY, CONF_RELOADABLE,
		 "A session ends this long after the login."),
	DURATION(session, idle, "2h", SECOND, 30 * DAY, CONF_RELOADABLE,
		 "A session ends after this time without a request."),
	DURATION(
		session, cache, "15s", 0, 10 * MINUTE, CONF_RELOADABLE,
		"How long a thread may rely on a session it has looked up. A logout, a locked account or "
		"an ended session takes effect at once in the daemon that did it, in others within a "
		"second. 0 looks up always."),

	INT(login, max_failures, "5", 1, 1000, CONF_RELOADABLE,
	    "Failed logins of one account or from one address before further ones are refused."),
	DURATION(login, window, "15min", SECOND, DAY, CONF_RELOADABLE,
		 "The time in which failed logins are counted, and for which they are refused."),
	TEXT(CONF_STRING, login, second_factor, "", NULL, CONF_RELOADABLE,
	     "Who must have a second factor: roles, separated by commas, or all. An account without one "
	     "can log in and set it up, nothing else. Empty: nobody must."),

	CHOICE(log, level, "info", log_levels, CONF_RELOADABLE,
	       "The least important events to log."),

	DURATION(run, drain_timeout, "10s", 0, 10 * MINUTE, CONF_RELOADABLE,
		 "After a stop signal, time for requests under way to end."),
	INT(run, offload_threads, "1", 1, 16, 0,
	    "Threads that check passwords. Each check takes tens of milliseconds and 32 MiB."),
	INT(run, offload_queue, "16", 1, 1000, 0,
	    "Password checks waiting for such a thread. Beyond it logins are refused as busy."),

	TEXT(CONF_PATH, store, dir, "", NULL, 0,
	     "Directory of the materials' contents, on one file system; the daemon needs to write "
	     "there, nobody else to read. Empty: materials are not taken."),
	SIZE(store, max_file, "2 GiB", KIB, 1024 * GIB, 0, "Largest file of a material."),
	SIZE(store, max_case, "20 GiB", KIB, 64 * 1024 * GIB, 0,
	     "All materials of one clue, case or hand-over together."),
	SIZE(store, chunk, "4 MiB", 64 * KIB, 64 * MIB, 0,
	     "Piece in which a file is uploaded. Each is on the disk before it is acknowledged; a "
	     "proxy in front must let a body of this size through."),
	DURATION(store, upload_idle, "7d", SECOND, 365 * DAY, 0,
		 "An unfinished upload to which nothing was added for this time is removed."),
	INT(store, threads, "2", 1, 32, 0,
	    "Threads that hash, write and read materials."),
	INT(store, queue, "16", 1, 1000, 0,
	    "Work waiting for such a thread. Beyond it uploads are told to come back; each piece "
	    "waiting holds its memory."),

	BOOL(exchange, enabled, "yes", 0,
	     "Deliver and receive records, and record the silence of others. Of several daemons on one "
	     "database all may."),
	TEXT(CONF_PATH, exchange, keys, "", NULL, 0,
	     "Directory with the keys and certificates of the organs that this daemon signs for, and "
	     "in trust/ of those that it believes. Empty: hand-overs can be prepared, not sent."),
	TEXT(CONF_ADDRESS, exchange, listen, "", check_door, 0,
	     "Where organs with a daemon of their own deliver: an IP address and a port, no proxy in "
	     "front. Both sides show the certificates with which they sign, in TLS 1.3. Empty: nowhere."),
	TEXT(CONF_PATH, exchange, quarantine, "", NULL, 0,
	     "Directory for records and packages that were refused; the daemon needs to write there. "
	     "Empty: only their digest is kept."),
	DURATION(exchange, poll, "5s", 100, HOUR, 0,
		 "How often the outbox is looked at when nobody said that there is something in it."),
	DURATION(exchange, retry_min, "1s", 100, HOUR, 0,
		 "First pause after a failed delivery; doubled with every further one."),
	DURATION(exchange, retry_max, "15min", 100, DAY, 0, "Longest such pause."),
	DURATION(exchange, lease, "60s", SECOND, HOUR, 0,
		 "A delivery that has not ended after this time is begun anew, by this daemon or another."),
	INT(exchange, batch, "16", 1, 200, 0, "Deliveries under way at the same time."),
	INT(exchange, network_threads, "4", 1, 64, 0,
	    "Deliveries to organs with a daemon of their own under way at the same time."),
	DURATION(exchange, sweep, "1min", SECOND, DAY, 0,
		 "How often expired periods of other organs are looked for."),
	DURATION(exchange, not_delivered, "24h", SECOND, 30 * DAY, 0,
		 "A record on its way for longer is recorded as not delivered."),
	DURATION(exchange, not_retrieved, "72h", SECOND, 90 * DAY, 0,
		 "A package that the receiver has not fetched for longer is recorded as not retrieved."),
	SIZE(exchange, max_package, "16 GiB", MIB, 1024 * GIB, 0,
	     "Largest package or export that is taken in, all contents together."),

	DURATION(disclosure, sweep, "10min", SECOND, DAY, 0,
		 "How often disclosures past their last day are stopped in the books. Nobody can read them "
		 "after that day in any case."),

	INT(warning, days, "5", 0, 60, CONF_RELOADABLE,
	    "Working days ahead that warnings and the digest look, unless somebody asks for more or less."),

	TEXT(CONF_STRING, digest, at, "08:30", check_time_of_day, 0,
	     "Time of a working day, Beijing time, from which the day's digest is made. A daemon that starts later makes it "
	     "then; digests of earlier days are not made up for."),
	TEXT(CONF_PATH, digest, dir, "", NULL, 0,
	     "Directory for the digests as files, a .json and a .txt for each organ and day. Empty: no files. Without dir "
	     "and url there are no digests."),
	TEXT(CONF_STRING, digest, url, "", check_webhook, 0,
	     "Where each digest is posted, until the receiver has answered 2xx. Needs key. Empty: nowhere."),
	TEXT(CONF_PATH, digest, key, "", NULL, 0,
	     "File, readable by its owner only, with the key of the signatures: HMAC-SHA-256 in the header X-Ipcase-Signature."),
	TEXT(CONF_PATH, digest, ca, "", NULL, 0,
	     "Certificates of the authorities, PEM, that may have signed the receiver's. Empty: the system's."),
	DURATION(digest, timeout, "15s", 100, 5 * MINUTE, 0, "Longest time of one post."),
	DURATION(digest, retry_min, "30s", 100, HOUR, 0,
		 "First pause after a failed post; doubled with every further one, and a part of it by chance."),
	DURATION(digest, retry_max, "30min", 100, DAY, 0, "Longest such pause."),
	DURATION(digest, lease, "2min", SECOND, HOUR, 0,
		 "A delivery that has not ended after this time is begun anew, by this daemon or another. Longer than timeout."),
	DURATION(digest, poll, "30s", 100, HOUR, 0, "How often it is looked whether there is a digest to make or to deliver."),

	BOOL(shuanggongshi, full_ids, "no", CONF_RELOADABLE,
	     "Citizen numbers in full. Otherwise six digits of the birth day are masked."),

	BOOL(public, enabled, "yes", 0, "Serve /public. Otherwise nothing is found there."),
	DURATION(public, max_age, "1min", 0, HOUR, 0,
		 "How long browsers and caches may keep a public page; what is withdrawn can be seen there "
		 "for so long. Never past the end of a day."),
	INT(public, searches, "120", 0, 1000000, 0,
	    "Searches a minute that one address may make of each thread; a page counts as a twentieth. "
	    "0: no limit."),
};
const size_t conf_option_count = ARRAY_LEN(conf_options);
