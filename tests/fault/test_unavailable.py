# SPDX-License-Identifier: MulanPSL-2.0
"""No database, a blocked one, a full queue, a stop under load, a broken configuration."""
import contextlib
import os
import pathlib
import signal
import sys
import threading
import time

import pytest

import harness
from walk import REGISTER, Walk

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from writers import Ledger, Writer, proof  # noqa: E402

RECOVER_SECONDS = 15


def make_daemon(postgres, database, scratch, name, options=None):
    return harness.Daemon(postgres.url(database, "ipcase_app"), scratch / f"{database}-{name}", options)


@contextlib.contextmanager
def database_down(postgres):
    postgres.stop()
    try:
        yield
    finally:
        postgres.start()


def is_try_again(reply):
    return (reply.status == 503 and reply.problem is not None and int(reply.headers["Retry-After"]) >= 1
            and reply.problem["type"].startswith("urn:ipcase:problem:") and reply.problem["request_id"])


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def locked(postgres, database, *tables):
    """Nobody reads these tables until the block ends (or release() is called)."""
    with contextlib.closing(postgres.connect(database)) as conn, conn.cursor() as cur:
        conn.autocommit = False
        for table in tables:
            cur.execute(f"LOCK TABLE ipcase.{table} IN ACCESS EXCLUSIVE MODE")
        yield conn.rollback
        conn.rollback()


def in_threads(calls):
    """Results of the calls, all at the same time; an exception is a result too."""
    results = [None] * len(calls)

    def one(i):
        try:
            results[i] = calls[i]()
        except Exception as error:
            results[i] = error

    threads = [threading.Thread(target=one, args=(i,), daemon=True) for i in range(len(calls))]
    for t in threads:
        t.start()
    return threads, results


# ---- the database is away ---------------------------------------------------------------------------


def test_without_the_database_503_and_recovery_without_restart(postgres, daemon, client):
    officer = client("officer")
    clue = officer.post("clues", {"fields": REGISTER}).ok()["matter"]["id"]
    with database_down(postgres):
        harness.wait_until(lambda: client().get("/readyz").status == 503, what="/readyz says so")
        assert client().get("/livez").status == 200
        harness.wait_until(lambda: is_try_again(officer.get(f"clues/{clue}")), what="reads are refused")
        for _ in range(3):
            for reply in (officer.get(f"clues/{clue}"), officer.get("queue?view=unit"),
                          officer.post("clues", {"fields": REGISTER}),
                          client().post("sessions", {"account": "officer", "password": harness.PASSWORD})):
                assert is_try_again(reply), reply
        assert daemon.alive()
    harness.wait_until(lambda: officer.get(f"clues/{clue}").status == 200, RECOVER_SECONDS, "reads work again")
    harness.wait_until(daemon.ready, RECOVER_SECONDS, "/readyz is well again")
    assert officer.post("clues", {"fields": REGISTER}).status == 201


def test_a_key_survives_the_outage(postgres, client):
    officer = client("officer")
    with database_down(postgres):
        harness.wait_until(lambda: officer.post("clues", {"fields": REGISTER}, key="outage-1").status == 503,
                           what="writes are refused")
    first = harness.wait_until(lambda: ok_or_none(officer.post("clues", {"fields": REGISTER}, key="outage-1")),
                               RECOVER_SECONDS, "the same key works again")
    again = officer.post("clues", {"fields": REGISTER}, key="outage-1")
    assert again.replayed and again.ok() == first


def ok_or_none(reply):
    return reply.ok() if reply.status != 503 else None


def test_start_before_the_database_does(postgres, database, scratch, client):
    """Nothing but "try again" until everything is there; a session from before counts at once."""
    daemon = make_daemon(postgres, database, scratch, "early")
    token = client("officer").token
    seen = set()
    stop = threading.Event()

    def ask(path):
        one = daemon.client()
        one.token = token
        while not stop.is_set():
            reply = one.get(path) if path else one.post("clues", {"fields": REGISTER})
            seen.add((path, reply.status))
            if reply.status != 503:
                return
            time.sleep(0.002)

    try:
        with database_down(postgres):
            daemon.start(wait=False)
            harness.wait_until(lambda: answers(daemon, "/livez") == 200, what="/livez")
            assert answers(daemon, "/readyz") == 503
            reply = daemon.client().get("queue", headers={"Authorization": "Bearer x"})
            assert is_try_again(reply), reply
            before = cpu_seconds(daemon.process.pid)
            time.sleep(1.5)
            assert cpu_seconds(daemon.process.pid) - before < 0.3, "a busy loop while waiting"
            paths = ["queue?view=unit", "rates?from=2026-01-01&to=2026-01-31", "matters?text=%E6%9C%BA%E6%B2%B9", None]
            threads, results = in_threads([lambda p=p: ask(p) for p in paths])
        harness.wait_until(daemon.ready, RECOVER_SECONDS, "/readyz after the database came")
        for t in threads:
            t.join(RECOVER_SECONDS)
        stop.set()
        assert results == [None] * 4, (results, daemon.log_tail())
        assert {s for _, s in seen} == {503, 200, 201}, seen
    finally:
        code = daemon.stop()
    assert code == 0


def answers(daemon, path):
    assert daemon.alive(), daemon.log_tail()
    with contextlib.suppress(OSError, harness.http.client.HTTPException):
        return daemon.client(timeout=5).get(path).status


def test_killed_backends_cost_at_most_a_retry(postgres, database, daemon, client):
    officer = client("officer")
    for _ in range(5):
        assert postgres.terminate_backends(database) > 0
        for _ in range(10):
            reply = officer.get("queue?view=unit")
            assert reply.status == 200 or is_try_again(reply), reply
        harness.wait_until(lambda: officer.get("queue").status == 200, RECOVER_SECONDS, "reads work again")
        harness.wait_until(lambda: ok_or_none(officer.post("clues", {"fields": REGISTER})), RECOVER_SECONDS,
                           "writes work again")


# ---- too much, too slow ---------------------------------------------------------------------------------


def test_a_full_queue_is_503_and_the_rest_is_served(postgres, database, scratch):
    small = {"database": {"queue_limit": 4, "read_connections": 1, "write_connections": 1}, "http": {"threads": 1}}
    with make_daemon(postgres, database, scratch, "small", small) as daemon:
        token = daemon.client("officer").token

        def read():
            one = daemon.client()
            one.token = token
            return one.get("queue?view=unit")

        read()  # the session is cached now
        with locked(postgres, database, "matter") as release:
            threads, results = in_threads([read] * 16)
            harness.wait_until(lambda: sum(r is not None for r in results) >= 12, what="refusals while blocked")
            refused = [r for r in results if r is not None]
            assert len(refused) == 12 and all(is_try_again(r) for r in refused), results
            release()
            for t in threads:
                t.join()
        assert sorted(r.status for r in results) == [200] * 4 + [503] * 12
        assert read().status == 200


def test_a_blocked_report_blocks_nobody_else(postgres, database, daemon, client):
    principal, officer = client("principal"), client("officer")
    officer.get("queue")
    with locked(postgres, database, "rate_mark") as release:
        threads, results = in_threads([lambda: principal.get("rates?from=2026-01-01&to=2026-01-31")])
        time.sleep(0.3)
        for _ in range(20):
            start = time.monotonic()
            assert officer.get("queue?view=unit").status == 200
            assert time.monotonic() - start < 1
        assert results == [None]
        release()
        threads[0].join()
    assert results[0].status == 200, results


# ---- stopping ----------------------------------------------------------------------------------------------


def test_sigterm_answers_what_it_has_taken(postgres, database, scratch):
    """Requests in hand when the signal comes are answered, new ones are not taken, the exit code is 0."""
    daemon = make_daemon(postgres, database, scratch, "drain").start()
    token = daemon.client("officer").token

    def write(i):
        def call():
            one = daemon.client()
            one.token = token
            return one.post("clues", {"fields": REGISTER}, key=f"drain-{i}")
        return call

    write("before")()
    with locked(postgres, database, "matter") as release:
        threads, results = in_threads([write(i) for i in range(8)])
        harness.wait_until(lambda: postgres.query("postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
                           " AND wait_event_type = 'Lock'", database)[0][0] >= 1, what="writes wait")
        time.sleep(0.3)  # the others are in the daemon as well
        daemon.signal(signal.SIGTERM)
        harness.wait_until(lambda: refuses(daemon), what="new connections are refused")
        assert daemon.alive() and results == [None] * 8
        release()
        for t in threads:
            t.join()
    assert [getattr(r, "status", r) for r in results] == [201] * 8, (results, daemon.log_tail())
    assert daemon.process.wait(harness.STOP_SECONDS) == 0
    assert daemon.stop() == 0
    assert len(postgres.query(database, "SELECT 1 FROM ipcase.idempotency WHERE key LIKE 'drain-%%'")) == 9


def refuses(daemon):
    try:
        return daemon.client(timeout=2).get("/livez").status == 503
    except OSError:
        return True
    except harness.http.client.HTTPException:
        return True


def test_sigterm_under_load_loses_nothing_acknowledged(postgres, database, scratch, tmp_path):
    daemon = make_daemon(postgres, database, scratch, "load").start()
    walk = Walk(daemon)
    cases = []
    for _ in range(6):
        walk.to_investigating()
        cases.append((walk.case, walk.view()["version"]))
    token = walk.as_("officer").token
    ledger = Ledger(tmp_path / "ledger")
    writers = [Writer(daemon, ledger, token, *case) for case in cases]
    for one in writers:
        one.start()
    harness.wait_until(lambda: ledger.count >= 60, 30, "writers are at work")
    for one in writers:
        one.stop_asked.set()  # each finishes what it has sent
    signalled = time.monotonic()
    daemon.signal(signal.SIGTERM)
    assert daemon.process.wait(harness.STOP_SECONDS) == 0, daemon.log_tail()
    assert time.monotonic() - signalled < 11
    assert daemon.stop() == 0
    for one in writers:
        one.finish()
        assert one.trouble == []
        # what had reached the daemon before the signal was answered
        early = [u for u in one.unanswered if u[0] < signalled - 0.1]
        assert early == [], early
    proof(postgres, database, ledger)
    walk.close()


def test_a_stuck_request_does_not_keep_the_daemon(postgres, database, scratch):
    daemon = make_daemon(postgres, database, scratch, "stuck", {
        "run": {"drain_timeout": "1s"}, "database": {"lock_timeout": "60s", "statement_timeout": "60s"}}).start()
    officer = daemon.client("officer")
    with locked(postgres, database, "matter"):
        threads, results = in_threads([lambda: officer.get("queue?view=unit")])
        time.sleep(0.3)
        start = time.monotonic()
        daemon.signal(signal.SIGTERM)
        daemon.process.wait(harness.STOP_SECONDS)
        assert time.monotonic() - start < 6
        threads[0].join()
    daemon.stop()


# ---- reload ---------------------------------------------------------------------------------------------------


BROKEN = [
    ("unknown key", "[http]\nlisten = 127.0.0.1:{port}\nlisten_to = 1\n\n[database]\nurl = {url}\n"),
    ("bad value", "[http]\nlisten = 127.0.0.1:{port}\nthreads = many\n\n[database]\nurl = {url}\n"),
    ("no ini", "\0\x01 not an ini file ["),
    ("needs a restart", "[http]\nlisten = 127.0.0.1:{other}\n\n[database]\nurl = {url}\n"),
    ("gone", None),
]


@pytest.mark.parametrize("name,text", BROKEN, ids=[b[0] for b in BROKEN])
def test_sighup_with_a_broken_configuration_keeps_the_old_one(daemon, client, name, text):
    officer = client("officer")
    before = daemon.log()
    if text is None:
        daemon.config.unlink()
    else:
        daemon.config.write_text(text.format(port=daemon.port, other=daemon.port + 1, url=daemon.url))
    try:
        daemon.reload()
        harness.wait_until(lambda: len(daemon.log()) > len(before), what="a line in the log")
        time.sleep(0.2)
        assert daemon.alive(), daemon.log_tail()
        assert officer.get("queue").status == 200
        assert client("officer").get("me").status == 200
    finally:
        daemon.write_config()


def test_sighup_with_a_good_configuration_takes_effect(daemon, client):
    daemon.write_config({"login": {"max_failures": 1}})
    try:
        daemon.reload()

        def locked_out():
            one = client()
            wrong = {"account": "station_head", "password": "wrong"}
            return [one.post("sessions", wrong).status for _ in range(2)] == [401, 429]

        harness.wait_until(locked_out, 15, "the new limit", interval=0.2)
    finally:
        daemon.write_config({})
        daemon.reload()
