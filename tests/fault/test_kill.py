# SPDX-License-Identifier: MulanPSL-2.0
"""kill -9 of the daemon and a crash of PostgreSQL, in turn, under writers that retry with their keys.

The moments are drawn with a fixed seed; what happens to be under way is up to the machine. FAULT_FACTOR=10
gives ten times as many rounds.
"""
import contextlib
import os
import pathlib
import random
import sys
import threading
import time
import uuid

import pytest

import harness
from walk import Walk

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from writers import Ledger, Writer, proof, whole  # noqa: E402

SEED, WRITERS = 20260923, 6
FACTOR = int(os.environ.get("FAULT_FACTOR", "1"))
KILLS, CRASHES = 22 * FACTOR, 10 * FACTOR
RESTART_SECONDS, RECOVER_SECONDS = 5, 15  # 2 s and 5 s on a machine of its own


def numbered(postgres, database):
    postgres.query(database, "INSERT INTO ipcase.number_series VALUES (10, '案源', '样市监案源')"
                             " ON CONFLICT DO NOTHING")


@pytest.fixture
def writers(postgres, database, daemon, tmp_path):
    """A ledger and started writers, each with its own case and one case in common."""
    numbered(postgres, database)
    ledger = Ledger(tmp_path / "ledger")
    walk = Walk(daemon)
    token = walk.as_("officer").token
    cases = []
    for _ in range(WRITERS + 1):
        walk.to_investigating()
        cases.append((walk.case, walk.view()["version"]))
    walk.close()
    made = [Writer(daemon, ledger, token, *cases[i], shared=cases[-1][0]) for i in range(WRITERS)]
    for one in made:
        one.start()
    yield ledger, made
    for one in made:
        one.stop_asked.set()


def progress(ledger, more=WRITERS, timeout=RECOVER_SECONDS):
    """Waits until so many more acts were acknowledged; the seconds it took."""
    start, goal = time.monotonic(), ledger.count + more
    harness.wait_until(lambda: ledger.count >= goal, timeout, "acts acknowledged again")
    return time.monotonic() - start


def test_no_acknowledged_act_is_lost_and_none_is_doubled(postgres, database, daemon, writers):
    ledger, made = writers
    rounds = ["kill"] * KILLS + ["crash"] * CRASHES
    draw = random.Random(SEED)
    draw.shuffle(rounds)
    progress(ledger)
    for number, what in enumerate(rounds):
        time.sleep(draw.uniform(0.02, 0.4))
        started = time.monotonic()
        if what == "kill":
            daemon.kill9()
            daemon.start()
            assert time.monotonic() - started < RESTART_SECONDS, f"round {number}: slow restart\n{daemon.log_tail()}"
        else:
            postgres.crash()
            if draw.random() < 0.5:
                time.sleep(draw.uniform(0.1, 0.5))
            postgres.start()
        try:
            progress(ledger)
        except AssertionError:
            raise AssertionError(f"round {number}, seed {SEED}: no recovery after {what};"
                                 f" {[w.trouble for w in made]}\n{daemon.log_tail()}") from None
        assert daemon.alive(), f"round {number}: the daemon did not survive {what}\n{daemon.log_tail()}"
    for one in made:
        one.finish()
        assert one.trouble == []
    assert sum(w.retries for w in made) > len(rounds) / 2, "the faults met nobody: nothing is proved"
    proof(postgres, database, ledger)


def test_a_retry_that_meets_its_own_first_try(postgres, database, daemon):
    """The daemon dies while the database still works on the act; the retry comes before that ends. The answer
    must be the first try's, not "somebody else changed it"."""
    walk = Walk(daemon)
    walk.to_investigating()
    officer, case, version, key = walk.as_("officer"), walk.case, walk.view()["version"], uuid.uuid4().hex
    body = {"act": "record", "version": version, "fields": {"record_kind": "其他", "note": "一次"}}
    replies = []

    def send():
        client = daemon.client()
        client.token = officer.token
        with contextlib.suppress(OSError, harness.http.client.HTTPException):
            replies.append(client.post(f"cases/{case}/acts", body, key=key))

    with contextlib.closing(postgres.connect(database)) as conn, conn.cursor() as cur:
        conn.autocommit = False
        cur.execute("SELECT 1 FROM ipcase.matter WHERE id = %s FOR UPDATE", (case,))
        waits = ("SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'")

        def waiting(n):
            return lambda: postgres.query("postgres", waits, database)[0][0] >= n

        first = threading.Thread(target=send)
        first.start()
        harness.wait_until(waiting(1), what="the first try waits for the lock")
        daemon.kill9()
        first.join()
        assert replies == []
        daemon.start()
        second = threading.Thread(target=send)
        second.start()
        harness.wait_until(waiting(2), what="the retry waits too")
        conn.rollback()
    second.join()
    assert len(replies) == 1 and replies[0].status == 201 and replies[0].replayed, replies
    assert replies[0].json["matter"]["version"] == version + 1
    view = officer.get(f"cases/{case}").ok()
    assert view["version"] == version + 1
    walk.close()
    whole(postgres, database)
