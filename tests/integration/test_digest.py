# SPDX-License-Identifier: MulanPSL-2.0
"""The daily digest: one for each organ and day whatever the number of daemons, as files and by webhook, signed, retried,
never sent again once it was taken; working days only; nothing in it that does not belong there."""
import contextlib
import datetime
import http.server
import json
import os
import pathlib
import subprocess
import threading
import time

import pytest

import harness

KEY = "a key of more than sixteen bytes"
REPORTER = "举报人金某某"
ZONE = datetime.timezone(datetime.timedelta(hours=8))
FAST = {"poll": "200ms", "retry_min": "100ms", "retry_max": "400ms", "lease": "2s", "timeout": "700ms", "at": "00:00"}


class Receiver:
    """Answers with what `plan` says, one after another; the last one for ever. "hang": no answer."""

    def __init__(self, *plan):
        self.plan, self.seen, self.released = list(plan), [], threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.seen.append((dict(self.headers), body))
                answer = receiver.plan.pop(0) if len(receiver.plan) > 1 else receiver.plan[0]
                if answer == "hang":
                    receiver.released.wait(20)
                    return
                self.send_response(answer)
                if answer == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/digest"

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver():
    made = []

    def make(*plan):
        made.append(Receiver(*plan))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "hmac.key"
    path.write_text(KEY + "\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def base(new_database, postgres, scratch, tmp_path):
    """A database with a clue whose clock is over, and a way to start daemons on it."""
    name = new_database()
    url = postgres.url(name, "ipcase_app")
    stack = contextlib.ExitStack()

    class Base:
        database, folder, number = name, tmp_path, 0

        def daemon(self, env=None, wait=True, **digest):
            self.number += 1
            options = {"digest": {**FAST, **digest}}
            server = harness.Daemon(url, scratch / f"{name}_{self.number}", options, env=env)
            server.start(wait)
            stack.callback(server.stop)
            return server

        def rows(self, columns="day::text, body, filed_at IS NOT NULL, posted_at IS NOT NULL, attempts, problem, id::text"):
            return postgres.query(name, f"SELECT {columns} FROM ipcase.digest WHERE organ_id = 10 ORDER BY day")

        def ctl(self, *args, check=True):
            return harness.ctl("digest", *args, "--database", postgres.url(name, "ipcase_owner"), check=check)

        def sql(self, text, *params):
            return postgres.query(name, text, *params)

        def overdue_clue(self, server):
            client = server.client("officer")
            fields = {"source": "举报", "discovered_on": "2026-11-02", "ip_type": "商标", "cause": "侵权", "summary": "举报人称",
                      "reporter": REPORTER, "parties": [{"name": "样县某店", "kind": "自然人", "id_number": "11010519491231002X"}]}
            made = client.post("clues", {"fields": fields, "happened_at": "2026-11-02"}).ok()
            client.close()
            self.sql("UPDATE ipcase.clock SET due_on = current_date - 10 WHERE matter_id = %s", made["matter"]["id"])
            return made["matter"]["id"]

        def delivered(self, filed=True, posted=False, seconds=20):
            def look():
                rows = self.rows()
                return rows and rows[-1][2] == filed and rows[-1][3] == posted and rows
            return harness.wait_until(look, seconds, "the digest's delivery")

    yield Base()
    stack.close()


@pytest.fixture
def workday(base):
    """Today works, whatever day the test runs on; there is one organ."""
    base.sql("UPDATE ipcase.unit SET active = false WHERE id = 50")
    base.sql("DELETE FROM ipcase.law_holidays WHERE date = (now() AT TIME ZONE 'Asia/Shanghai')::date")
    base.sql("INSERT INTO ipcase.law_holidays (date, kind, name) VALUES ((now() AT TIME ZONE 'Asia/Shanghai')::date,"
             " 'workday', '测试')")
    return datetime.datetime.now(ZONE).date().isoformat()


@pytest.fixture
def with_clue(base, workday):
    """The clue is there before the first digest."""
    with_none = base.daemon(at="23:59", dir=base.folder / "none")
    matter = base.overdue_clue(with_none)
    with_none.stop()
    base.sql("DELETE FROM ipcase.digest")
    return matter


def test_files_json_and_text(base, with_clue, workday):
    out = base.folder / "out"
    out.mkdir()
    daemon = base.daemon(dir=out)
    (row,) = base.delivered()
    path = out / f"digest-BUREAU-{workday}.json"
    data = path.read_text()
    found = json.loads(data)
    assert data == row[1] == json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False), "canonical"
    assert found["day"] == workday and found["id"] == row[6] and found["v"] == 1 and found["overdue"] == 1
    assert found["organ"] == {"code": "BUREAU", "name": "样县市场监督管理局"}
    item, = found["items"]
    assert item["rule"] == "D01" and item["metrics"] == ["M10"] and item["officer"] == "承办甲" and item["days_left"] < 0
    assert item["matter"] == with_clue and item["owner"] == "承办人"
    assert found["officers"] == [{"due": 0, "name": "承办甲", "overdue": 1}]
    text = (out / f"digest-BUREAU-{workday}.txt").read_text()
    assert "已超期 1 项" in text and "D01" in text and "承办甲" in text and "M10" in text
    for secret in (REPORTER, "样县某店", "11010519491231002X", "金某"):
        assert secret not in data + text
    assert not [p for p in out.iterdir() if p.name.startswith(".")]
    assert oct(path.stat().st_mode & 0o777) == "0o640"
    metrics = daemon.client().get("/metrics").text
    assert "ipcase_digest_made_total" in metrics and "ipcase_digest_filed_total" in metrics
    assert "ok   digest: none is late" in harness.run(harness.program("ipcasectl"), "check", "--config", daemon.config,
                                                      check=False).stdout


def openssl_hmac(key, text):
    done = subprocess.run(["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:" + key.encode().hex()], input=text,
                          capture_output=True, check=True)
    return done.stdout.decode().strip().rpartition(" ")[2]


def test_the_post_is_signed_and_openssl_agrees(base, workday, receiver, key):
    hook = receiver(200)
    base.daemon(url=hook.url, key=key)
    (row,) = base.delivered(filed=False, posted=True)
    (headers, body), = hook.seen
    assert body.decode() == row[1] and headers["Content-Type"].startswith("application/json")
    assert headers["Idempotency-Key"] == headers["X-Ipcase-Digest"] == row[6] == json.loads(body)["id"]
    stamp = headers["X-Ipcase-Timestamp"]
    assert abs(int(stamp) - time.time()) < 60
    signed = f"{stamp}.{row[6]}.".encode() + body
    assert headers["X-Ipcase-Signature"] == "v1=" + openssl_hmac(KEY, signed)


def test_a_receiver_that_fails_then_hangs_is_asked_until_it_takes_it_and_then_never_again(base, workday, receiver, key):
    hook = receiver(503, 302, "hang", 404, 201)
    daemon = base.daemon(url=hook.url, key=key)
    (row,) = base.delivered(filed=False, posted=True, seconds=40)
    assert row[4] >= 5 and row[5] is None
    assert len({h["Idempotency-Key"] for h, _ in hook.seen}) == 1, "always the same id"
    assert len({b for _, b in hook.seen}) == 1, "always the same bytes"
    count = len(hook.seen)
    time.sleep(1.5)
    daemon.restart()
    time.sleep(1.5)
    assert len(hook.seen) == count == 5
    assert "answered 503" in daemon.log() and KEY not in daemon.log()


def test_while_it_fails_the_row_and_check_say_why(base, workday, receiver, key):
    hook = receiver(500)
    daemon = base.daemon(url=hook.url, key=key)
    harness.wait_until(lambda: base.rows() and base.rows()[0][5], 20, "a problem")
    assert "webhook-status: the receiver answered 500" in base.ctl("list").stdout
    base.sql("UPDATE ipcase.digest SET asked_at = now() - interval '2 hours'")
    check = harness.run(harness.program("ipcasectl"), "check", "--config", daemon.config, check=False).stdout
    assert "warn digest: of" in check and "answered 500" in check
    harness.wait_until(lambda: "ipcase_digest_failed_total 0" not in daemon.client().get("/metrics").text, 10)


def test_two_daemons_make_one_digest_and_post_it_once(base, workday, receiver, key):
    hook = receiver(200)
    daemons = [base.daemon(url=hook.url, key=key, poll="100ms") for _ in range(2)]
    base.delivered(filed=False, posted=True)
    time.sleep(2)
    assert len(base.rows()) == 1 and len([1 for h, _ in hook.seen]) == len({h["Idempotency-Key"] for h, _ in hook.seen})
    made = sum(d.log().count("digest_made organ=BUREAU") for d in daemons)
    assert made == 1


def test_a_daemon_that_died_with_the_lease_is_followed_by_another(base, workday, receiver, key):
    hook = receiver("hang", 200)
    first = base.daemon(url=hook.url, key=key, timeout="2500ms", lease="3s")
    harness.wait_until(lambda: hook.seen, 20, "the first post")
    first.kill9()
    first.process = None
    base.daemon(url=hook.url, key=key)
    base.delivered(filed=False, posted=True, seconds=30)
    mine = [h["Idempotency-Key"] for h, b in hook.seen if json.loads(b)["organ"]["code"] == "BUREAU"]
    assert len(set(mine)) == 1


def test_a_holiday_and_an_early_hour_make_none_but_now_does(base, workday):
    base.sql("UPDATE ipcase.law_holidays SET kind = 'holiday' WHERE name = '测试'")
    out = base.folder / "out"
    out.mkdir()
    base.daemon(dir=out)
    time.sleep(1.5)
    assert base.rows() == []
    base.ctl("now", "--organ", "BUREAU")
    base.delivered()
    assert base.ctl("now", "--organ", "BUREAU", check=False).returncode == 1
    assert base.ctl("now", "--organ", "NOBODY", check=False).returncode == 1


def test_before_its_hour_there_is_none(base, workday):
    if datetime.datetime.now(ZONE).strftime("%H:%M") >= "23:58":
        pytest.skip("a minute before midnight")
    base.daemon(dir=base.folder, at="23:59")
    time.sleep(1.5)
    assert base.rows() == []


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_the_machines_zone_does_not_matter(base, workday, zone):
    base.daemon(dir=base.folder, env={"TZ": zone})
    (row,) = base.delivered()
    assert row[0] == workday


def test_after_a_downtime_todays_is_made_and_older_ones_are_not_flooded(base, workday, receiver, key):
    base.sql("INSERT INTO ipcase.digest (organ_id, day, body, readable, made_at) SELECT 10, current_date - n, '{\"organ\":{\"code\":\"old\"}}',"
             " 'x', now() FROM generate_series(1, 5) n")
    hook = receiver(200)
    base.daemon(url=hook.url, key=key)
    base.delivered(filed=False, posted=True)
    time.sleep(1)
    assert [r[3] for r in base.rows()] == [False] * 5 + [True]
    # unless somebody asks for one
    day = base.rows()[3][0]
    base.ctl("retry", "--organ", "BUREAU", "--day", day)
    harness.wait_until(lambda: base.rows()[3][3], 10, "the one asked for")
    assert [r[3] for r in base.rows()] == [False, False, False, True, False, True]
    assert base.ctl("retry", "--organ", "BUREAU", "--day", "2020-01-01", check=False).returncode == 1


@pytest.mark.parametrize("mode, text", [(0o644, KEY), (0o600, "short")])
def test_a_key_that_others_read_or_that_is_short_signs_nothing(base, workday, receiver, key, mode, text):
    hook = receiver(200)
    key.write_text(text)
    key.chmod(mode)
    daemon = base.daemon(url=hook.url, key=key)
    harness.wait_until(lambda: base.rows() and base.rows()[0][5], 20, "a problem")
    assert "digest-key" in base.rows()[0][5] and hook.seen == [] and text not in daemon.log().replace("short", "", 0 if mode else 9)
    check = harness.run(harness.program("ipcasectl"), "check", "--config", daemon.config, check=False)
    assert check.returncode == 1 and "FAIL digest: " in check.stdout


@pytest.mark.parametrize("options, word", [
    ({"at": "24:00"}, "at"), ({"at": "8:30"}, "at"), ({"url": "ftp://x/"}, "url"), ({"url": "http://example.org/"}, "url"),
    ({"url": "https://user@example.org/"}, "url"), ({"url": "https://example.org/"}, "key"), ({"lease": "1s", "timeout": "2s"}, "lease")])
def test_configurations_that_are_refused(base, options, word):
    server = base.daemon(wait=False, **options)
    assert server.process.wait(20) != 0
    server.process = None
    assert f"digest.{word}" in server.log() or f"{word}" in server.log()


def test_a_folder_that_is_not_there_is_a_problem_and_heals(base, workday):
    out = base.folder / "later"
    base.daemon(dir=out)
    harness.wait_until(lambda: base.rows() and base.rows()[0][5], 20, "a problem")
    assert "digest-file" in base.rows()[0][5]
    out.mkdir()
    base.delivered()


def test_each_organ_gets_its_own(base, with_clue, workday):
    base.sql("UPDATE ipcase.unit SET active = true WHERE id = 50")
    out = base.folder / "out"
    out.mkdir()
    base.daemon(dir=out)
    base.delivered()
    harness.wait_until(lambda: (out / f"digest-NEIGHBOUR-{workday}.json").exists(), 10, "the neighbour's")
    found = json.loads((out / f"digest-NEIGHBOUR-{workday}.json").read_text())
    assert found["items"] == [] and found["overdue"] == 0
    assert pathlib.Path(out / f"digest-NEIGHBOUR-{workday}.txt").read_text().startswith("邻县市场监督管理局")
    assert os.listdir(out) and not (out / f"digest-POLICE-{workday}.json").exists()
