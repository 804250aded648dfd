# SPDX-License-Identifier: MulanPSL-2.0
"""What was known at an instant, proved by PostgreSQL itself: a base backup, acts, then a second cluster restored to past
instants (point-in-time recovery). What the live database says was known then must be what the restored one says is
known now: the rows that the rates count, the ledger, the answers of /rates, and the audit's document byte for byte.

The instants are random, PITR_INSTANTS of them (default 10). One that falls into a transaction is moved behind it: the
ledger's time is the transaction's beginning, recovery goes by its end, and between the two there is no one truth.
"""
import contextlib
import datetime
import json
import os
import pathlib
import pwd
import random
import shutil
import subprocess
import time
import urllib.parse

import psycopg2
import pytest

import harness
from walk import Walk

INSTANTS = int(os.environ.get("PITR_INSTANTS", "10"))
CASES = 6
DATABASE = "pitr"
PERIOD = ("2026-04-01", "2026-04-30", "2026-04")
SEED = 20261124
MICROSECOND = datetime.timedelta(microseconds=1)


class Cluster:
    """The live cluster, archiving, and what is needed to restore copies of it beside it."""

    def __init__(self, folder):
        self.live = harness.Postgres(folder)
        self.live.create()
        self.home = (pathlib.Path(folder) / "cluster/home").resolve()
        self.owner = pwd.getpwuid(self.home.stat().st_uid)
        self.bin = next(p for p in (os.environ.get("PG_BIN", ""), "/usr/lib/postgresql/15/bin",
                                    harness.run("pg_config", "--bindir").stdout.strip()) if os.path.exists(f"{p}/pg_ctl"))
        for name in ("archive", "r"):
            self.as_server("mkdir", "-m", "0700", self.home / name)
        self.append(self.home / "data/postgresql.conf", f"""
            archive_mode = on
            archive_command = 'cp %p {self.home}/archive/%f'
            track_commit_timestamp = on
            fsync = off
            """)
        self.append(self.home / "data/pg_hba.conf", "local replication all trust\n")
        self.live.start()

    def as_server(self, *args):
        own = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
        done = subprocess.run([str(a) for a in args], cwd="/", env=harness.clean_env(), text=True, timeout=120,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **own)
        if done.returncode != 0:
            raise harness.Failed(f"{args}: {done.stdout}")

    @staticmethod
    def append(path, text):
        with open(path, "a") as f:
            f.write(text)

    def base_backup(self):
        self.as_server(f"{self.bin}/pg_basebackup", "-h", self.home / "s", "-U", "postgres", "-D", self.home / "base",
                       "-X", "none", "-c", "fast", "--no-sync")

    def archive(self):
        """Everything written so far is in the archive."""
        self.live.query(DATABASE, "CREATE TABLE IF NOT EXISTS pitr_end ()")  # a commit behind the last instant
        wanted = self.live.query(DATABASE, "SELECT pg_walfile_name(pg_switch_wal())")[0][0]
        harness.wait_until((self.home / "archive" / wanted).exists, 60, f"{wanted} in the archive")

    @contextlib.contextmanager
    def restored(self, instant):
        """A server as of the instant; gives its conninfo as a function of the role."""
        data = self.home / "restored"
        self.as_server("cp", "-a", self.home / "base", data)
        self.append(data / "postgresql.auto.conf", f"""
            archive_mode = off
            restore_command = 'cp {self.home}/archive/%f %p'
            recovery_target_time = '{instant.isoformat()}'
            recovery_target_action = promote
            unix_socket_directories = '{self.home}/r'
            shared_buffers = 32MB
            """)
        self.as_server("touch", data / "recovery.signal")
        try:
            self.as_server(f"{self.bin}/pg_ctl", "-D", data, "-l", data / "log", "-w", "-t", "60", "start")
            url = lambda role: f"host={self.home}/r port=5432 dbname={DATABASE} user={role}"
            harness.wait_until(lambda: self.promoted(url("postgres")), 60, "the end of the recovery")
            yield url
        finally:
            with contextlib.suppress(harness.Failed):
                self.as_server(f"{self.bin}/pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
            shutil.rmtree(data, ignore_errors=True)

    @staticmethod
    def promoted(url):
        return query(url, "SELECT NOT pg_is_in_recovery()")[0][0]


def query(url, sql, *params):
    with contextlib.closing(psycopg2.connect(url)) as conn, conn.cursor() as cur:
        cur.execute(sql, params or None)
        return cur.fetchall()


@pytest.fixture(scope="module")
def cluster(scratch):
    made = Cluster(scratch / "pitr")
    try:
        made.live.setup(DATABASE)
        harness.seed(made.live, DATABASE)
        yield made
    finally:
        made.live.destroy()


@pytest.fixture(scope="module")
def live(cluster, scratch):
    with harness.Daemon(cluster.live.url(DATABASE, "ipcase_app"), scratch / "pitr-live") as daemon:
        yield daemon


def some_life(walk, i):
    """A case, as far as it goes: each ends in another stage, so that every metric has both sides."""
    day = lambda month, number: f"2026-{month:02d}-{number + i % 4:02d}"
    walk.to_investigating(day(1 + i % 3, 5), day(1 + i % 3, 12))
    steps = [lambda: walk.to_reviewed(day(3, 20)), lambda: walk.to_noticed(day(3, 24)), lambda: walk.to_decided(day(4, 6)),
             lambda: walk.serve(day(4, 8)), lambda: walk.to_performed(day(4, 14)), lambda: walk.close_case(day(4, 20))]
    for step in steps[:1 + i % len(steps)] if i < CASES else steps:
        step()
        time.sleep(0.01)
    walk.register(day(4, 2))


def busy(cluster):
    """[first, last instant] of every transaction that wrote what is compared."""
    return cluster.live.query(DATABASE, """
        SELECT known_from, pg_xact_commit_timestamp(xmin) FROM ipcase.rate_mark
        UNION SELECT recorded_at, pg_xact_commit_timestamp(xmin) FROM ipcase.act ORDER BY 1""")


def choose(spans, rng, count):
    first, last = spans[0][0], spans[-1][1]
    chosen = []
    while len(chosen) < count:
        instant = first + (last - first) * rng.random()
        for start, end in spans:
            if start <= instant <= end:
                instant = end + MICROSECOND
        chosen.append(instant)
    return sorted(chosen)


MARKS = """SELECT to_jsonb(k) - 'known_until' FROM ipcase.rate_mark k
            WHERE {} ORDER BY matter_id, seq"""
ACTS = """SELECT matter_id, seq, encode(digest, 'hex') FROM ipcase.act WHERE recorded_at <= %s ORDER BY 1, 2"""


def rates(client, **more):
    s, e, _ = PERIOD
    found = {}
    for by in ("unit", "campaign", "ip_type", "officer"):
        asked = urllib.parse.urlencode({"from": s, "to": e, "as_of": "2026-05-31", "by": by, **more})
        reply = client.get(f"rates?{asked}").ok()
        reply.pop("known_at", None)
        found[by] = reply
    return found


def audit(daemon, client, instant):
    """The bytes of the document as of the instant."""
    run = client.post("audits", {"period": PERIOD[2], "as_of": instant.isoformat()}).ok()
    state = lambda: client.get(f"audits/{run['id']}").ok()
    harness.wait_until(lambda: state()["state"] != "running", 30, "the audit")
    assert state()["state"] == "done", state()
    reply = client.get(f"audits/{run['id']}/files/json")
    assert reply.status == 200, reply
    return reply.body


def test_as_of_is_what_point_in_time_recovery_restores(cluster, live, scratch):
    cluster.base_backup()
    walk = Walk(live)
    for i in range(2 * CASES):
        some_life(walk, i)
    walk.close()
    cluster.archive()
    spans = busy(cluster)
    assert len(spans) > 8 * CASES
    auditor = live.client("principal")
    rows, replies = set(), set()
    for number, instant in enumerate(choose(spans, random.Random(SEED), INSTANTS)):
        known = cluster.live.query(DATABASE, MARKS.format("known_from <= %s AND known_until > %s"), instant, instant)
        acts = cluster.live.query(DATABASE, ACTS, instant)
        answers, document = rates(auditor, known_at=instant.isoformat()), audit(live, auditor, instant)
        with cluster.restored(instant) as url:
            assert query(url("postgres"), MARKS.format("known_until = 'infinity'")) == known, instant
            assert query(url("postgres"), ACTS, instant) == acts, instant
            assert query(url("postgres"), "SELECT count(*) FROM ipcase.act") == [(len(acts),)], instant
            with harness.Daemon(url("ipcase_app"), scratch / f"pitr-{number}") as past:
                client = past.client("principal")
                assert rates(client) == answers, instant
                assert audit(past, client, instant) == document, instant
                client.close()
        rows.add(repr(known))
        replies.add(json.dumps(answers, sort_keys=True))
    assert len(rows) > INSTANTS // 3 and len(replies) > 3, "the instants do not differ: nothing is proved"
    auditor.close()
