# SPDX-License-Identifier: MulanPSL-2.0
"""kill -9 of the daemon and a crash of PostgreSQL while files are uploaded: no acknowledged chunk is lost, and nothing
of a file is seen before all of it is there.

The moments are drawn with a fixed seed; what is under way then is up to the machine. FAULT_FACTOR=10 gives ten times as
many rounds.
"""
import contextlib
import hashlib
import http.client
import os
import pathlib
import random
import sys
import threading
import time
import uuid

import harness
from walk import Walk

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from writers import AGAIN, whole  # noqa: E402

SEED, SENDERS, CHUNK, CHUNKS = 20261123, 3, 256 * 1024, 40
FACTOR = int(os.environ.get("FAULT_FACTOR", "1"))
KILLS, CRASHES = 10 * FACTOR, 4 * FACTOR
PATIENCE_SECONDS = 60
DAEMON_OPTIONS = {"store": {"chunk": "256 KiB"}}


class Sender(threading.Thread):
    """Uploads one file after another to a case of its own and looks after each what is to be seen of it."""

    def __init__(self, daemon, token, case, seed):
        super().__init__(daemon=True)
        self.server, self.token, self.case = daemon, token, case
        self.draw = random.Random(seed)
        self.stop_asked = threading.Event()
        self.trouble, self.files = [], []   # what must not happen; digests in the order they were finished
        self.acknowledged = self.retries = self.replays = 0
        self.client = None

    def run(self):
        try:
            while not self.stop_asked.is_set():
                self.upload()
        except Exception as wrong:  # reported by the test's thread
            self.trouble.append(repr(wrong))

    def ask(self, method, path, body=None, key=None):
        """Until it is answered: after a broken connection or "try again" the same request once more."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                if self.client is None:
                    self.client = harness.Client(self.server.host, self.server.port, timeout=20)
                    self.client.token = self.token
                reply = self.client.request(method, path, body=body, key=key)
                if reply.status not in AGAIN and not (
                        reply.status == 409 and reply.problem["rule"] == "idempotency-race"):
                    self.replays += reply.replayed
                    return reply
            except (OSError, http.client.HTTPException):
                with contextlib.suppress(Exception):
                    self.client.close()
                self.client = None
            self.retries += 1
            time.sleep(0.02)
        raise AssertionError(f"no answer to {method} {path}")

    def seen(self):
        return [m["sha256"] for m in self.ask("GET", f"cases/{self.case}/materials").ok()["items"]]

    def upload(self):
        data = self.draw.randbytes(CHUNK * CHUNKS - self.draw.randrange(CHUNK))
        digest = hashlib.sha256(data).hexdigest()
        opened = self.ask("POST", f"cases/{self.case}/uploads", {"name": f"{digest[:8]}.bin", "kind": "电子数据",
                                                               "size": len(data)}, key=uuid.uuid4().hex).ok()
        order = list(range(CHUNKS))
        self.draw.shuffle(order)
        sent = set()
        for n in order:
            self.ask("PUT", f"uploads/{opened['id']}/chunks/{n}", data[n * CHUNK:(n + 1) * CHUNK]).ok()
            sent.add(n)
            self.acknowledged += 1
            if self.draw.random() < 0.15:
                self.compare(opened["id"], sent, digest)
        self.compare(opened["id"], sent, digest)
        self.finish(opened["id"], digest)

    def compare(self, upload, sent, digest):
        status = self.ask("GET", f"uploads/{upload}").ok()
        missing = {n for r in status["missing"] for n in range(r["first"], r["last"] + 1)}
        assert missing == set(range(CHUNKS)) - sent, f"acknowledged and lost: {missing & sent}"
        assert digest not in self.seen(), "seen before it was finished"

    def finish(self, upload, digest):
        key = uuid.uuid4().hex
        version = self.ask("GET", f"cases/{self.case}").ok()["version"]
        reply = self.ask("POST", f"uploads/{upload}/finish", {"version": version, "sha256": digest}, key=key).ok()
        assert reply["material"]["sha256"] == digest and reply["matter"]["version"] == version + 1, reply
        self.files.append(digest)
        assert self.seen() == self.files, "materials are not what was finished"
        number = len(self.files)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            reply = self.ask("GET", f"cases/{self.case}/materials/{number}/content")
            if reply.status == 200:
                assert hashlib.sha256(reply.body).hexdigest() == digest
                return
            reply.ok()
        raise AssertionError("the content could not be read")


def progress(senders, more, timeout=PATIENCE_SECONDS):
    goal = sum(s.acknowledged for s in senders) + more
    harness.wait_until(lambda: sum(s.acknowledged for s in senders) >= goal or any(s.trouble for s in senders),
                       timeout, "chunks acknowledged again")
    assert [s.trouble for s in senders] == [[] for _ in senders]


def test_no_acknowledged_chunk_is_lost_and_nothing_is_half_there(postgres, database, daemon):
    walk = Walk(daemon)
    token = walk.as_("officer").token
    senders = []
    for i in range(SENDERS):
        walk.to_investigating()
        senders.append(Sender(daemon, token, walk.case, SEED + i))
    walk.close()
    for s in senders:
        s.start()
    rounds = ["kill"] * KILLS + ["crash"] * CRASHES
    draw = random.Random(SEED)
    draw.shuffle(rounds)
    progress(senders, 10)
    for number, what in enumerate(rounds):
        time.sleep(draw.uniform(0.05, 0.6))
        if what == "kill":
            daemon.kill9()
            daemon.start()
        else:
            postgres.crash()
            time.sleep(draw.uniform(0, 0.3))
            postgres.start()
        try:
            progress(senders, SENDERS * 3)
        except AssertionError:
            raise AssertionError(f"round {number} ({what}), seed {SEED}: {[s.trouble for s in senders]}\n"
                                 f"{daemon.log_tail()}") from None
        assert daemon.alive(), f"round {number}: the daemon did not survive {what}\n{daemon.log_tail()}"
    harness.wait_until(lambda: all(s.files for s in senders) or any(s.trouble for s in senders), PATIENCE_SECONDS,
                       "each finished a file")
    for s in senders:
        s.stop_asked.set()
    for s in senders:
        s.join(PATIENCE_SECONDS + 10)
        assert not s.is_alive() and s.trouble == []
    assert sum(s.retries for s in senders) > len(rounds) / 2, "the faults met nobody: nothing is proved"
    assert daemon.stop() == 0
    daemon.start()
    whole(postgres, database)
    finished = sorted(d for s in senders for d in s.files)
    assert sorted(h for (h,) in postgres.query(database, "SELECT payload ->> 'sha256' FROM ipcase.act"
                                               " WHERE act = 'material_add'")) == finished
    checked = harness.ctl("check", "--config", daemon.config, "--contents", check=False)
    assert checked.returncode == 0 and f"contents: {len(finished)} with" in checked.stdout, checked.stdout
