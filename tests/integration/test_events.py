# SPDX-License-Identifier: MulanPSL-2.0
"""GET /events: who listens hears of the matters of his units, misses nothing, and is told when it ends."""
import contextlib
import http.client
import json
import socket
import threading
import time

import pytest

import harness
from replies import refused
from walk import Walk

DAEMON_OPTIONS = {"http": {"threads": 2}, "session": {"cache": "60s"}}


class Stream:
    """One open /events, read by a thread of its own."""

    def __init__(self, daemon, token, last=None, headers=None):
        self.conn = http.client.HTTPConnection(daemon.host, daemon.port, timeout=40)
        sent = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream", **(headers or {})}
        if last:
            sent["Last-Event-ID"] = last
        self.conn.request("GET", "/api/v1/events", headers=sent)
        self.response = self.conn.getresponse()
        self.status = self.response.status
        self.events, self.comments, self.ended = [], 0, False
        if self.status == 200:
            threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        event = {}
        with contextlib.suppress(Exception):
            while line := self.response.readline():
                text = line.decode().rstrip("\n")
                if text.startswith(":"):
                    self.comments += 1
                elif text:
                    key, _, value = text.partition(": ")
                    event[key] = value
                elif event:
                    event["data"] = json.loads(event["data"])
                    self.events.append(event)
                    event = {}
        self.ended = True

    def of(self, name):
        return [e["data"] for e in self.events if e["event"] == name]

    def last(self):
        return [e["id"] for e in self.events if "id" in e][-1]

    def wait(self, name, count=1, timeout=20):
        harness.wait_until(lambda: len(self.of(name)) >= count, timeout, f"{count} {name} in {self.events}")
        return self.of(name)

    def close(self):
        # close() alone leaves the socket to the reading thread.
        with contextlib.suppress(OSError, AttributeError):
            self.conn.sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(Exception):
            self.response.close()
        self.conn.close()


@pytest.fixture
def listen(daemon, client):
    streams = []

    def make(account, last=None, token=None):
        one = Stream(daemon, token or client(account).token, last)
        streams.append(one)
        assert one.status == 200, one.response.read()
        one.wait("hello")
        return one

    yield make
    for one in streams:
        one.close()


def heard(stream, matter, version):
    return any(e["id"] == matter and e["version"] >= version for e in stream.of("matter"))


def test_the_head_of_the_stream(daemon, client):
    stream = Stream(daemon, client("officer").token)
    head = stream.response.headers
    assert stream.status == 200 and head["Content-Type"] == "text/event-stream"
    assert head["Cache-Control"] == "no-store" and head["X-Accel-Buffering"] == "no" and head["Transfer-Encoding"] == "chunked"
    assert head["X-Content-Type-Options"] == "nosniff" and "Content-Length" not in head
    at = stream.wait("hello")[0]["at"]
    assert at.endswith("+08:00") and stream.events[0]["id"]
    stream.close()


def test_an_act_is_heard_by_whoever_sees_the_matter(listen, walk):
    mine, head, leader = listen("officer"), listen("unit_head"), listen("deputy_head")
    station, police, neighbour = listen("station_officer"), listen("police"), listen("neighbour")
    walk.register()
    for one in (mine, head, leader):
        harness.wait_until(lambda one=one: heard(one, walk.clue, 1), 10, "the clue")
    event = [e for e in mine.of("matter") if e["id"] == walk.clue][-1]
    assert event == {"id": walk.clue, "kind": "clue", "unit": "11", "version": 1}
    walk.file()
    for one in (mine, head, leader):
        harness.wait_until(lambda one=one: heard(one, walk.case, 1) and heard(one, walk.clue, 4), 10, "the case")
    assert [e["kind"] for e in mine.of("matter") if e["id"] == walk.case] == ["case"]
    time.sleep(1.5)
    for one in (station, police, neighbour):
        assert one.of("matter") == [] and one.of("refresh") == []
    # Nobody learns more of it than that it happened.
    assert all(set(e) == {"id", "kind", "unit", "version"} for e in mine.of("matter"))


def test_each_act_is_told_once(listen, walk):
    walk.register()
    stream = listen("officer")
    time.sleep(2.5)  # what happened just before may be told
    before = len(stream.of("matter"))
    for i in range(3):
        walk.on_clue("officer", "verify", note=f"核查{i}")
        harness.wait_until(lambda i=i: heard(stream, walk.clue, i + 2), 10, "the act")
    time.sleep(2.5)
    versions = [e["version"] for e in stream.of("matter")[before:] if e["id"] == walk.clue]
    assert versions == sorted(set(versions)) and versions[-1] == 4


def test_who_comes_back_hears_what_he_missed(listen, walk):
    walk.register()
    first = listen("officer")
    time.sleep(2.5)
    last = first.last()
    first.close()
    walk.on_clue("officer", "verify", note="其间")
    time.sleep(2.5)
    second = listen("officer", last=last)
    harness.wait_until(lambda: heard(second, walk.clue, 2), 10, "what was missed")
    assert second.of("refresh") == []
    # hello's own id did not hide it from one who comes back from there.
    assert second.events[0]["event"] == "hello" and second.events[0]["id"] == last
    third = listen("officer", last=second.last())
    time.sleep(1.5)
    assert third.of("matter") == [] and third.of("refresh") == []


@pytest.mark.parametrize("last", ["1-1", "nonsense", "99999999-3", "-", "5-", "x" * 60])
def test_who_comes_back_from_nowhere_reads_again(listen, last):
    stream = listen("officer", last=last)
    if "-" in last:
        stream.wait("refresh")
    assert stream.events[0]["event"] == "hello"


def test_acts_that_commit_out_of_order_are_told(listen, walk, postgres, database):
    """One transaction begins early and commits late; others pass it meanwhile."""
    walk.register()
    slow = walk.clue
    walk.register()
    fast = walk.clue
    stream = listen("officer")
    time.sleep(2.5)
    with contextlib.closing(postgres.connect(database, "ipcase_app")) as conn, conn.cursor() as cur:
        conn.autocommit = False
        cur.execute("SELECT set_config('ipcase.units', '{11}', true)")
        # An act of the ledger as act_record() writes it, by somebody slow.
        cur.execute("INSERT INTO ipcase.act SELECT matter_id, 2, organ_id, unit_id, act, stage, request, actor_id, actor_name,"
                    " on_behalf_of, actor_unit, happened_at, now(), NULL, back_entry, law_version, payload, digest"
                    " FROM ipcase.act WHERE matter_id = %s AND seq = 1", (slow,))
        for i in range(3):
            walk.clue = fast
            walk.on_clue("officer", "verify", note=f"核查{i}")
            harness.wait_until(lambda i=i: heard(stream, fast, i + 2), 10, "the fast one")
            time.sleep(1.2)
        assert not heard(stream, slow, 2)
        conn.commit()
    harness.wait_until(lambda: heard(stream, slow, 2), 10, "the slow one")


def test_a_comment_keeps_the_connection(listen):
    stream = listen("auditor")
    harness.wait_until(lambda: stream.comments > 0 and not stream.ended, 25, "a comment")


def test_eleven_are_too_many(daemon, client):
    token = client("clerk").token
    streams = [Stream(daemon, token) for _ in range(10)]
    assert [s.status for s in streams] == [200] * 10
    one = daemon.client()
    one.token = token
    refused(one.get("events"), 429, "too-many-attempts", rule="too-many-streams")
    assert Stream(daemon, client("credit_clerk").token).status == 200  # another account may
    streams[0].wait("hello")
    streams[0].close()
    harness.wait_until(lambda: Stream(daemon, token).status == 200, 10, "a free place")
    for s in streams:
        s.close()
    one.close()


def test_strangers_hear_nothing(daemon, client):
    refused(client().get("events"), 401, "unauthenticated")
    assert Stream(daemon, "nonsense").status == 401
    assert client("officer").request("HEAD", "events").status == 200  # and no stream is left behind


def test_a_session_that_ends_says_bye(daemon, listen, client):
    officer = client("co_officer")
    stream = listen("co_officer", token=officer.token)
    other = listen("co_officer")
    officer.delete("sessions/current").ok()
    stream.wait("bye", timeout=6)
    harness.wait_until(lambda: stream.ended, 5, "the end of the stream")
    assert other.of("bye") == []


def test_a_locked_account_hears_no_more(listen, client, postgres, database):
    stream = listen("station_head")
    (account,), = postgres.query(database, "SELECT id FROM ipcase.account WHERE name = 'station_head'")
    admin = client("admin")
    admin.post(f"accounts/{account}/acts", {"act": "lock"}).ok()
    stream.wait("bye", timeout=6)
    admin.post(f"accounts/{account}/acts", {"act": "unlock"}).ok()


def test_an_account_that_changes_units_hears_the_new_ones(listen, client, walk, postgres, database):
    """Its session ends with the change; the new one sees the other unit."""
    admin = client("admin")
    (account,), = postgres.query(database, "SELECT id FROM ipcase.account WHERE name = 'station_officer'")
    stream = listen("station_officer")
    walk.register()
    admin.post(f"accounts/{account}/acts", {"act": "unit", "unit": "11"}).ok()
    stream.wait("bye", timeout=6)
    assert not any(e["id"] == walk.clue for e in stream.of("matter"))
    again = listen("station_officer")
    walk.on_clue("officer", "verify", note="其后")
    harness.wait_until(lambda: heard(again, walk.clue, 2), 10, "the act")
    admin.post(f"accounts/{account}/acts", {"act": "unit", "unit": "12"}).ok()


def many_acts(postgres, database, count):
    """`count` new matters with one act each, by the database itself."""
    (matter,), = postgres.query(database, "SELECT min(id) FROM ipcase.matter")
    postgres.query(database, "INSERT INTO ipcase.matter SELECT nextval('ipcase.matter_id_seq'), kind, procedure, organ_id,"
                   " unit_id, state, version, NULL, title, party, ip_type, officer_id, officer_name, co_officer_id,"
                   " campaigns, turn, open, incomplete, opened_on, closed_on, next_due_on, next_rule"
                   " FROM ipcase.matter, generate_series(1, %s) WHERE id = %s", count, matter)
    postgres.query(database, "INSERT INTO ipcase.act SELECT m.id, 1, a.organ_id, a.unit_id, a.act, a.stage, a.request,"
                   " a.actor_id, a.actor_name, a.on_behalf_of, a.actor_unit, a.happened_at, now(), NULL, a.back_entry,"
                   " a.law_version, a.payload, a.digest FROM ipcase.act a, ipcase.matter m WHERE a.matter_id = %s"
                   " AND NOT EXISTS (SELECT FROM ipcase.act x WHERE x.matter_id = m.id)", matter)


def test_a_flood_and_a_reader_that_does_not_read(postgres, new_database, scratch):
    database = new_database()
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database, {"http": {"threads": 1}}) as server:
        walk = Walk(server)
        walk.register()
        token = walk.as_("officer").token
        good = Stream(server, token)
        good.wait("hello")
        # More at once than is worth telling one by one.
        many_acts(postgres, database, 1000)
        good.wait("refresh")
        assert len(good.of("matter")) < 400
        time.sleep(2.5)
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        slow.connect((server.host, server.port))
        slow.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())

        def cut():
            return 'ipcase_http_cut_writing_total 0' not in server.client().get("/metrics").text

        deadline = time.monotonic() + 60
        before = len(good.of("matter"))
        while not cut():
            assert time.monotonic() < deadline, "nobody was cut"
            many_acts(postgres, database, 280)
            time.sleep(1.1)
        assert len(good.of("matter")) > before + 200 and not good.ended
        good.close()
        slow.close()
        walk.close()


def test_a_stop_of_the_daemon_says_bye(postgres, new_database, scratch):
    database = new_database()
    server = harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database, {"http": {"threads": 2}}).start()
    token = server.client("officer").token
    streams = [Stream(server, token) for _ in range(4)]
    for s in streams:
        s.wait("hello")
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 10
    for s in streams:
        s.wait("bye", timeout=5)
        s.close()


def test_the_database_goes_away_and_comes_back(postgres, new_database, scratch):
    database = new_database()
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database, {"http": {"threads": 1}}) as server:
        walk = Walk(server)
        walk.register()
        stream = Stream(server, walk.as_("officer").token)
        stream.wait("hello")
        postgres.terminate_backends(database)
        harness.wait_until(server.ready, 30, "ready again")

        def verified():  # other connections of the pool may still find out
            try:
                return walk.on_clue("officer", "verify", note="其后")
            except harness.Problem as problem:
                assert problem.status == 503
                return None

        harness.wait_until(verified, 20, "the act to be taken")
        harness.wait_until(lambda: heard(stream, walk.clue, 2), 20, "the act")
        assert stream.of("bye") == []
        stream.close()
        walk.close()
