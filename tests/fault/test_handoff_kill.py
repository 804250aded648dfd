# SPDX-License-Identifier: MulanPSL-2.0
"""kill -9 of the daemon, cut connections to the database and a crash of it, while hand-overs go to and fro on the hub.

Every act is sent with its key until it is answered. In the end each told act has one record, each record is once in
each copy with the same bytes, nothing is stuck, and nothing was refused. FAULT_FACTOR=10 gives ten times as many rounds.
"""
import contextlib
import http.client
import json
import os
import pathlib
import random
import sys
import threading
import time
import uuid

import pytest

import harness
from hub import C1, THREE, Hub, upload

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from writers import whole  # noqa: E402

SEED, SENDERS = 20261002, 6
FACTOR = int(os.environ.get("FAULT_FACTOR", "1"))
ROUNDS = {"kill": 12 * FACTOR, "cut": 6 * FACTOR, "crash": 5 * FACTOR}
PATIENCE = 60
AGAIN = {503, 504}
# Another record came in between, or another submit took the number.
ANEW = {412, 409}


@pytest.fixture(scope="module")
def hub(postgres, database, scratch):
    return Hub(postgres, database, scratch / f"hub-{database}")


@pytest.fixture(scope="module")
def daemon(postgres, database, scratch, hub):
    # A lease that outlives its daemon is over after a second.
    options = hub.options(sweep="12h", lease="1s", retry_min="100ms", retry_max="1s")
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database, options) as server:
        yield server


class Sender(threading.Thread):
    """Takes approved hand-overs through submit, acceptance, a deficiency, its supplement and the filing."""

    def __init__(self, daemon, hub, tokens, made):
        super().__init__(daemon=True)
        self.server, self.hub, self.tokens, self.made = daemon, hub, tokens, made
        self.client = None
        self.trouble, self.acknowledged, self.retries, self.done = [], 0, 0, []

    def run(self):
        try:
            for c1, attach in self.made:
                self.take(c1, attach)
                self.done.append(c1.thread)
        except Exception as wrong:  # reported by the test's thread
            self.trouble.append(repr(wrong))

    def take(self, c1, attach):
        self.act("officer", c1.id, "submit", "2026-04-01", attach=attach)
        copy = self.copy(c1.thread, "police")
        self.act("police", copy, "accept", "2026-04-02", police_receipt="公安甲")
        self.act("police", copy, "deficient", "2026-04-02", deficiencies=["检验报告资质"])
        self.wait_for(c1.id, "deficient")
        self.act("officer", c1.id, "supplement", "2026-04-03", note="已补")
        self.wait_for(copy, "supplement")
        self.act("police", copy, "file", "2026-04-06", filed_no=f"样公立字〔2026〕{copy}号", paper_on="2026-04-06")

    # ---- one request until it is answered

    def once(self, method, path, body, token, key):
        if self.client is None:
            self.client = harness.Client(self.server.host, self.server.port, timeout=20)
        self.client.token = token
        try:
            return self.client.request(method, path, body, key=key)
        except (OSError, http.client.HTTPException):
            with contextlib.suppress(Exception):
                self.client.close()
            self.client = None
            return None

    def ask(self, method, path, body, account, key=None):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            reply = self.once(method, path, body, self.tokens[account], key)
            if reply is not None and reply.status not in AGAIN:
                return reply
            self.retries += 1
            time.sleep(0.02)
        raise AssertionError(f"no answer to {path}")

    def act(self, account, matter, act, on, **fields):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            version = self.ask("GET", f"handoffs/{matter}", None, account).ok()["version"]
            body = {"act": act, "version": version, "fields": {k: v for k, v in fields.items() if v}, "happened_at": on}
            reply = self.ask("POST", f"handoffs/{matter}/acts", body, account, key=uuid.uuid4().hex)
            if reply.status == 409 and reply.problem["rule"] not in ("number-moved", "idempotency-race"):
                reply.ok()
            if reply.status not in ANEW:
                self.acknowledged += 1
                return reply.ok()
        raise AssertionError(f"{act} does not come through")

    def copy(self, thread, organ):
        """The receiver's list, as its liaison looks at it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(Exception):  # the database is down at times
                if organ in (copies := self.hub.copies(thread)):
                    return copies[organ]
            time.sleep(0.02)
        raise AssertionError(f"{thread} did not reach {organ}")

    def wait_for(self, matter, act):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(Exception):
                if self.hub.query("SELECT 1 FROM ipcase.act WHERE matter_id = %s AND act = %s", matter, act):
                    return
            time.sleep(0.02)
        raise AssertionError(f"{act} did not reach {matter}")


@pytest.fixture
def senders(daemon, hub):
    """Each with its hand-overs, approved; every second one with a file."""
    tokens, made = {}, []
    rounds = sum(ROUNDS.values())
    each = max(4, rounds // 3)
    walks = []
    for i in range(SENDERS):
        mine = []
        for j in range(each):
            c1 = C1(daemon, hub, case=j % 4 == 0)
            walks.append(c1)
            c1.open()
            number = upload(c1.as_("officer"), f"handoffs/{c1.id}", os.urandom(70000), "鉴定意见.pdf") if j % 2 else None
            c1.approve()
            mine.append((c1, [f"handoff:{number}"] if number else None))
            for account in ("officer", "police"):
                tokens[account] = c1.as_(account).token
            c1.close()
        made.append(Sender(daemon, hub, tokens, mine))
    yield made


def fault(postgres, database, daemon, what, draw):
    if what == "kill":
        daemon.kill9()
        daemon.start()
    elif what == "cut":
        for _ in range(3):
            postgres.terminate_backends(database)
            time.sleep(draw.uniform(0, 0.05))
    else:
        postgres.crash()
        time.sleep(draw.uniform(0, 0.2))
        postgres.start()


def test_every_record_is_once_in_every_copy(postgres, database, daemon, hub, senders):
    for one in senders:
        one.start()
    rounds = [what for what, times in ROUNDS.items() for _ in range(times)]
    draw = random.Random(SEED)
    draw.shuffle(rounds)
    met = 0
    for number, what in enumerate(rounds):
        before = sum(s.acknowledged for s in senders)
        time.sleep(draw.uniform(0.02, 0.3))
        met += any(s.is_alive() for s in senders)
        fault(postgres, database, daemon, what, draw)
        with contextlib.suppress(AssertionError):
            harness.wait_until(lambda: sum(s.acknowledged for s in senders) > before + SENDERS
                               or not any(s.is_alive() for s in senders), PATIENCE)
        assert [s.trouble for s in senders] == [[] for _ in senders], f"round {number} ({what})\n{daemon.log_tail()}"
        assert daemon.alive(), f"round {number}: the daemon did not survive {what}\n{daemon.log_tail()}"
    for one in senders:
        one.join(PATIENCE * 5)
        assert not one.is_alive() and one.trouble == []
    assert met > len(rounds) * 2 / 3, "most faults met nobody: nothing is proved"
    hub.settle()

    def none(sql):
        assert postgres.query(database, sql) == [], sql

    threads = [t for s in senders for t in s.done]
    for thread in threads:
        assert hub.check(thread) == "c1_filed"
        kinds = sorted((r[0], r[2]) for r in hub.records(thread, "bureau"))
        assert kinds == sorted([("bureau", "submitted"), ("bureau", "supplemented"), ("police", "accepted"),
                                ("police", "returned-for-completion"), ("police", "filed"), ("police", "delivered"),
                                ("procuratorate", "delivered")]), kinds
    none("SELECT * FROM ipcase.quarantine")
    none("SELECT * FROM ipcase.outbox WHERE done_at IS NULL OR failed_at IS NOT NULL")
    # one copy for each organ, one act for each record, one record for each told act
    none("SELECT organ_id, thread FROM ipcase.handoff GROUP BY 1, 2 HAVING count(*) <> 1")
    assert hub.query("SELECT count(*) FROM ipcase.handoff WHERE organ_id IN (20, 30)") == [(2 * len(threads),)]
    none("SELECT matter_id, lane, n FROM ipcase.record GROUP BY 1, 2, 3 HAVING count(*) <> 1")
    none("SELECT matter_id, seq FROM ipcase.record GROUP BY 1, 2 HAVING count(*) > 2")
    # the police hold what was sent, the procuratorate its lists
    held = hub.query("SELECT organ_id, held, count(*) FROM ipcase.package GROUP BY 1, 2 ORDER BY 1")
    packages = sum(attach is not None for s in senders for _, attach in s.made)
    assert held == [(10, True, packages), (20, True, packages), (30, False, packages)]
    # each linked case learned of each step once
    for thread, case in hub.query("SELECT thread::text, case_id FROM ipcase.handoff WHERE case_id IS NOT NULL"):
        events = [json.loads(p)["handoff_event"] for p, in hub.query(
            "SELECT payload::text FROM ipcase.act WHERE matter_id = %s AND act = 'handoff_event' ORDER BY seq", case)]
        assert events == ["opened", "approved", "sent", "filed"], (thread, events)
    assert daemon.stop() == 0
    daemon.start()
    whole(postgres, database)
