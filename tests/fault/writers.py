# SPDX-License-Identifier: MulanPSL-2.0
"""Clients that write without pause and keep a ledger of their own outside the database.

A writer sends an act until it is answered: after a broken connection, 503 or 504 the same request with the same
Idempotency-Key again. What was acknowledged goes to a file that is synced before the next request. proof()
then compares the file with the database.
"""
import contextlib
import http.client
import json
import os
import pathlib
import threading
import time
import uuid

import harness

# Not answered, or answered "try again": the outcome is open, so the same key must be sent again.
AGAIN = {503, 504}
GIVE_UP_SECONDS = 60


class Ledger:
    def __init__(self, path):
        self.file = open(path, "a")
        self.path = pathlib.Path(path)
        self.lock = threading.Lock()
        self.count = 0

    def add(self, **entry):
        with self.lock:
            self.file.write(json.dumps(entry) + "\n")
            self.file.flush()
            os.fsync(self.file.fileno())
            self.count += 1

    def entries(self):
        return [json.loads(line) for line in self.path.read_text().splitlines()]


class Writer(threading.Thread):
    """Records on a case of its own, sometimes on the case all share, sometimes a new clue.

    Runs against `daemon` as it is at the time of each try, so a restart on another port is fine.
    """

    def __init__(self, daemon, ledger, token, case, version, shared=None, pause=0.0):
        super().__init__(daemon=True)
        self.server, self.ledger, self.token = daemon, ledger, token
        self.case, self.version, self.shared, self.pause = case, version, shared, pause
        self.stop_asked = threading.Event()
        self.trouble = []      # what must not happen
        self.retries = self.replays = 0
        self.unanswered = []   # (time sent, error) of tries on an established connection
        self.client = None

    def run(self):
        turn = 0
        try:
            while not self.stop_asked.is_set():
                turn += 1
                if turn % 11 == 0:
                    self.new_clue()
                elif turn % 5 == 0 and self.shared:
                    self.record_shared()
                else:
                    self.record()
                if self.pause:
                    time.sleep(self.pause)
        except Exception as wrong:  # reported by the test's thread
            self.trouble.append(repr(wrong))

    def finish(self):
        self.stop_asked.set()
        self.join(GIVE_UP_SECONDS + 10)
        assert not self.is_alive(), "a writer hangs"

    # ---- one request until it is answered

    def try_once(self, path, body, key):
        if self.client is None:
            self.client = harness.Client(self.server.host, self.server.port, timeout=20)
            self.client.token = self.token
        sent = time.monotonic()
        try:
            return self.client.post(path, body, key=key)
        except (OSError, http.client.HTTPException) as error:
            self.unanswered.append((sent, repr(error)))
            with contextlib.suppress(Exception):
                self.client.close()
            self.client = None
            return None

    def send(self, path, body, key):
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < deadline:
            reply = self.try_once(path, body, key)
            if reply is not None and reply.status == 409 and reply.problem["rule"] in ("idempotency-race", "import-race"):
                reply = None
            if reply is not None and reply.status not in AGAIN:
                self.replays += reply.replayed
                return reply
            self.retries += 1
            if self.stop_asked.is_set() and not self.server.alive():
                return None
            time.sleep(0.02)
        raise AssertionError(f"no answer within {GIVE_UP_SECONDS} s to {path}")

    def acknowledged(self, reply, key, note):
        reply = reply.ok()
        self.ledger.add(key=key, note=note, matter=reply["matter"]["id"], seq=reply["act"]["seq"],
                        number=reply["act"].get("number"))
        return reply

    def record(self):
        key = uuid.uuid4().hex
        reply = self.send(f"cases/{self.case}/acts", {"act": "record", "version": self.version, "fields": {
            "record_kind": "其他", "note": key}}, key)
        if reply is not None:
            # nobody else works on this case: a stale version would be an act of ours that was not acknowledged
            self.version = self.acknowledged(reply, key, key)["matter"]["version"]

    def record_shared(self):
        while not self.stop_asked.is_set():
            key = uuid.uuid4().hex
            view = self.read(f"cases/{self.shared}")
            if view is None:
                return
            reply = self.send(f"cases/{self.shared}/acts", {"act": "record", "version": view["version"], "fields": {
                "record_kind": "其他", "note": key}}, key)
            if reply is None:
                return
            if reply.status != 412:
                self.acknowledged(reply, key, key)
                return

    def new_clue(self):
        key = uuid.uuid4().hex
        reply = self.send("clues", {"fields": {
            "source": "举报", "discovered_on": "2026-03-02", "ip_type": "商标", "summary": key,
            "parties": [{"name": "样县甲汽车配件经营部", "kind": "个体工商户"}]}}, key)
        if reply is not None:
            self.acknowledged(reply, key, key)

    def read(self, path):
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < deadline and not self.stop_asked.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.client is None:
                    self.client = harness.Client(self.server.host, self.server.port, timeout=20)
                    self.client.token = self.token
                reply = self.client.get(path)
                if reply.status not in AGAIN:
                    return reply.ok()
            with contextlib.suppress(Exception):
                self.client.close()
            self.client = None
            time.sleep(0.02)
        return None


def proof(postgres, database, ledger):
    """Every acknowledged act is there exactly once, and no act is half there."""
    entries = ledger.entries()
    assert entries, "nothing was acknowledged: nothing is proved"
    acts = {}
    for matter, seq, note, number in postgres.query(
            database, "SELECT matter_id::text, seq, coalesce(payload ->> 'note', payload ->> 'summary',"
                      " payload::text), number FROM ipcase.act"):
        acts.setdefault(note, []).append((matter, seq, number))
    keys = dict(postgres.query(database, "SELECT key, count(*) FROM ipcase.idempotency GROUP BY 1"))
    for entry in entries:
        found = [a for note, a in acts.items() if entry["note"] in note]
        assert found == [[(entry["matter"], entry["seq"], entry["number"])]], (entry, found)
        assert keys.get(entry["key"]) == 1, entry
    # one act, one number: what was stored without an acknowledgement was stored once as well
    assert [n for n, a in acts.items() if len(n) == 32 and len(a) > 1] == []
    whole(postgres, database)


def whole(postgres, database):
    """Projections equal the ledger, numbers have no gap, digests and indexes are sound."""
    def none(sql):
        assert postgres.query(database, sql) == [], sql

    none("SELECT m.id FROM ipcase.matter m WHERE m.version <> (SELECT count(*) FROM ipcase.act a WHERE a.matter_id = m.id)"
         " OR m.version <> (SELECT max(seq) FROM ipcase.act a WHERE a.matter_id = m.id)")
    none("SELECT m.id FROM ipcase.matter m LEFT JOIN ipcase.dossier d ON d.matter_id = m.id"
         " WHERE d.body IS NULL OR (d.body::json ->> 'version')::int <> m.version")
    none("SELECT a.matter_id FROM ipcase.act a LEFT JOIN ipcase.matter m ON m.id = a.matter_id WHERE m.id IS NULL")
    none("SELECT a.matter_id, a.seq FROM ipcase.act a LEFT JOIN ipcase.document d USING (matter_id, seq)"
         " WHERE (a.number IS NULL) <> (d.number IS NULL)")
    none("SELECT c.prefix, c.year, c.last, count(d.*) FROM ipcase.number_counter c LEFT JOIN ipcase.document d"
         " ON d.number_key LIKE lower(c.prefix) || '|' || c.year || '|%' GROUP BY 1, 2, 3 HAVING count(d.*) <> c.last")
    none("SELECT a.matter_id, a.seq FROM ipcase.act a LEFT JOIN ipcase.act p ON p.matter_id = a.matter_id"
         " AND p.seq = a.seq - 1 WHERE a.digest <> ipcase.act_digest(p.digest, a)")
    none("SELECT i.key FROM ipcase.idempotency i LEFT JOIN ipcase.act a ON a.matter_id ="
         " (i.reply::json -> 'matter' ->> 'id')::bigint AND a.seq = (i.reply::json -> 'act' ->> 'seq')::int"
         " WHERE i.reply LIKE '%\"matter\"%' AND a.seq IS NULL")
    harness.ctl("rebuild", "--check", "--database", postgres.url(database, "ipcase_owner"))
    postgres.query(database, "CREATE EXTENSION IF NOT EXISTS amcheck")
    postgres.query(database, "SELECT bt_index_check(c.oid, true) FROM pg_class c JOIN pg_am a ON a.oid = c.relam"
                   " WHERE c.relnamespace = 'ipcase'::regnamespace AND c.relkind = 'i' AND a.amname = 'btree'")
