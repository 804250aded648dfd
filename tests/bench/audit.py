# SPDX-License-Identifier: MulanPSL-2.0
"""The month's audit of one organ that has all matters itself, and what writers feel while one audit follows the other.

The matters are rows of `matter` and `rate_mark` made by one statement: the audit reads nothing else of them. Four in ten are
clues, three cases, three disclosures, over ten years; each has two former rows, so that the past can be asked too.
"""
import contextlib
import datetime
import secrets
import statistics
import threading
import time

import database as bench_database
import harness
from measure import load, memory_of

RUNS, CONNECTIONS = 3, 8
TODAY = "2026-11-05"

MATTERS = """
CREATE TEMP TABLE s AS
SELECT i AS id, CASE WHEN i % 10 < 4 THEN 'clue' WHEN i % 10 < 7 THEN 'case' ELSE 'disclosure' END AS kind,
       CASE WHEN i % 10 < 4 THEN 'clue' WHEN i % 10 < 7 THEN 'ordinary' ELSE 'disclosure' END AS procedure,
       11 + (i / 10) % 2 AS unit, date '2016-12-01' + (i::bigint * 3600 / {n})::int AS opened, ((i::bigint * 7919) % 100)::int AS r
  FROM generate_series(1, {n}) i;
INSERT INTO ipcase.matter (id, organ_id, unit_id, kind, procedure, state, version, number, title, party, turn, open, opened_on,
                           created_at, updated_at)
SELECT id, 10, unit, kind, procedure, 'x', 5, '样市监立字〔2026〕' || id || '号', '样县某某汽车配件经营部销售侵犯注册商标专用权的商品案',
       '样县某某汽车配件经营部', '', false, opened, opened, opened + 60 FROM s;
SELECT setval('ipcase.matter_id_seq', {n} + 1)
"""

MARKS = """
INSERT INTO ipcase.rate_mark (matter_id, seq, known_from, known_until, organ_id, unit_id, kind, procedure, ip_type, officer_id,
    campaigns, opened_on, clue_due_on, clue_decided_on, filed_on, decision_due_on, decided_on, ground_on, ground_due_on,
    closed_on, publish_due_on, published_on, credit_due_on, credit_on, stop_due_on, stopped_on, number, title, party,
    officer_name, value_fen, fine_fen, active_until)
SELECT id, {seq}, opened + {since}, {until}, 10, unit, kind, procedure, '商标', 1 + id % 5,
       CASE WHEN id % 3 = 0 THEN ARRAY['TIEQUAN-2026'] ELSE '{{}}' END, opened,
       CASE WHEN kind = 'clue' THEN opened + 21 END,
       CASE WHEN kind = 'clue' AND {last} AND r < 95 THEN opened + 10 + r % 15 END,
       CASE WHEN kind = 'case' THEN opened END, CASE WHEN kind = 'case' THEN opened + 90 END,
       CASE WHEN kind = 'case' AND {last} AND (r < 90 OR over) THEN opened + 30 + r END,
       CASE WHEN kind = 'case' AND {last} AND (r < 90 OR over) THEN opened + 50 + r END,
       CASE WHEN kind = 'case' AND {last} AND (r < 90 OR over) THEN opened + 71 + r END,
       CASE WHEN kind = 'case' AND {last} AND (r < 88 OR over) THEN opened + 60 + r END,
       CASE WHEN kind = 'disclosure' THEN opened + 28 END,
       CASE WHEN kind = 'disclosure' AND {last} AND r < 98 THEN opened + 10 + r % 20 END,
       CASE WHEN kind = 'disclosure' THEN opened + 9 END,
       CASE WHEN kind = 'disclosure' AND {last} THEN opened + 5 + r % 6 END,
       CASE WHEN kind = 'disclosure' AND {last} AND r < 98 THEN opened + 120 END,
       CASE WHEN kind = 'disclosure' AND {last} AND r < 97 THEN opened + 120 END,
       '样市监立字〔2026〕' || id || '号', '样县某某汽车配件经营部销售侵犯注册商标专用权的商品案', '样县某某汽车配件经营部',
       '承办甲', 1000000 + r, 50000,
       CASE WHEN {last} AND (r < 88 OR (kind = 'case' AND over)) THEN opened + 160 ELSE 'infinity' END
  FROM (SELECT *, opened < '2026-06-01' AS over FROM s) s
"""


def prepare(postgres, matters):
    name, wanted = f"bench_audit_{matters}", bench_database.recipe(matters)
    if postgres.query("postgres", "SELECT 1 FROM pg_database WHERE datname = %s", name):
        if postgres.query(name, "SELECT to_regclass('bench.recipe')")[0][0] and \
                postgres.query(name, "SELECT digest FROM bench.recipe") == [(wanted,)]:
            return name
        postgres.drop_database(name)
    postgres.setup(name)
    harness.seed(postgres, name)
    with contextlib.closing(postgres.connect(name)) as conn, conn.cursor() as cur:
        cur.execute("SET session_replication_role = replica")
        cur.execute(MATTERS.format(n=matters))
        for seq, since, until in ((1, 0, "opened + 20"), (2, 20, "opened + 40"), (3, 40, "'infinity'")):
            cur.execute(MARKS.format(seq=seq, since=since, until=until, last="true" if seq == 3 else "false"))
    postgres.query(name, "VACUUM (ANALYZE) ipcase.matter, ipcase.rate_mark")
    postgres.query(name, "CREATE SCHEMA bench")
    postgres.query(name, "CREATE TABLE bench.recipe AS SELECT %s::text AS digest", wanted)
    postgres.query("postgres", "CHECKPOINT")
    return name


def session(postgres, name, account):
    token = secrets.token_urlsafe(32)
    postgres.query(name, "INSERT INTO ipcase.session (token_digest, account_id, expires_at) SELECT sha256(%s), id,"
                         " now() + interval '12 hours' FROM ipcase.account WHERE name = %s", token.encode(), account)
    return token


def audit(client, period, as_of=None):
    """(seconds, the run)"""
    start = time.monotonic()
    number = client.post("audits", {"period": period, **({"as_of": as_of} if as_of else {})}).ok()["id"]
    while True:
        run = client.get(f"audits/{number}").ok()
        if run["state"] == "done":
            return time.monotonic() - start, run
        if run["state"] == "failed":
            raise RuntimeError(run["problem"])
        time.sleep(0.02)


class Audits:
    """While open, one month is counted after the other."""

    def __init__(self, client, period):
        self.client, self.period, self.made = client, period, 0
        self.ended, self.thread = threading.Event(), threading.Thread(target=self.ask)

    def ask(self):
        while not self.ended.is_set():
            audit(self.client, self.period)
            self.made += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


def writes(daemon, folder, tokens, seconds):
    body = bench_database.write(folder / "clue", bench_database.CLUE_BODY)
    row, = load(daemon.port, CONNECTIONS, seconds, [f"clue=1:post:/api/v1/clues:{body}"], tokens)
    if row["bad"]:
        raise RuntimeError(f"clues refused: {row}")
    return row


def compare(folder, postgres, matters, seconds):
    name = prepare(postgres, matters)
    tokens = bench_database.write(folder / "tokens-audit", [session(postgres, name, "officer")])
    daemon = harness.Daemon(postgres.url(name, "ipcase_app"), folder / f"daemon-audit-{matters}", {"log": {"level": "warn"}})
    month = (datetime.date.fromisoformat(TODAY).replace(day=1) - datetime.timedelta(days=1)).isoformat()[:7]
    with daemon:
        client = daemon.client(timeout=300)
        client.token = session(postgres, name, "principal")
        out = [f"## The audit of {month}, one organ with {matters:,} matters\n",
               "| as of | seconds | rows counted | audit.json MiB |", "| --- | ---: | ---: | ---: |"]
        for as_of in (None, TODAY + "T09:00:00+08:00"):
            took = [audit(client, month, as_of) for _ in range(RUNS)]
            run = took[-1][1]
            out.append(f"| {as_of or 'now'} | {statistics.median(t for t, _ in took):.2f} | {run['rows']:,} |"
                       f" {run['size'] / 2 ** 20:.1f} |")
        out.append(f"\nMemory of the daemon: {memory_of(daemon)}.\n")
        alone = writes(daemon, folder, tokens, seconds)
        with Audits(client, month) as audits:
            beside = writes(daemon, folder, tokens, seconds)
        out += ["| register a clue, 8 connections | a second | p50 ms | p99 ms | longest ms |",
                "| --- | ---: | ---: | ---: | ---: |"]
        out += [f"| {what} | {row['per_second']} | {row['p50'] / 1000:.1f} | {row['p99'] / 1000:.1f} | {row['max'] / 1000:.1f} |"
                for what, row in (("nothing else", alone), (f"audits one after the other ({audits.made})", beside))]
        client.close()
    return "\n".join(out) + "\n"
