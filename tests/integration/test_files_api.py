# SPDX-License-Identifier: MulanPSL-2.0
"""Files over HTTP: an audit's and a snapshot's CSV, workbook and bulletin, a report form's workbook, the list of one's own runs, and
whether a snapshot is still what was submitted. The files are those that the client makes of the same document."""
import concurrent.futures
import io
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time

import openpyxl
import pytest

import harness
import replies
from test_rates import insert, random_row

K = "2026-11-05T09:00:00+08:00"
TYPES = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@pytest.fixture(scope="module")
def rows(postgres, database):
    rng = random.Random(7)
    made = [random_row(rng, 100000 + i) for i in range(300)]
    insert(postgres, database, made)
    return made


def run_audit(client, period="2026-Q2", as_of=K):
    made = client.post("audits", {"period": period, "as_of": as_of}).ok()["id"]
    harness.wait_until(lambda: client.get(f"audits/{made}").ok()["state"] != "running", 60, "the audit")
    run = client.get(f"audits/{made}").ok()
    assert run["state"] == "done", run
    return run


@pytest.fixture(scope="module")
def run(daemon, rows):
    one = daemon.client("principal")
    made = run_audit(one)
    made["snapshot"] = one.request("POST", f"audits/{made['id']}/submit").ok()["id"]
    one.close()
    return made


def leftovers(daemon):
    return sorted(os.listdir(daemon.store / "tmp"))


def fits(client, name, value):
    schemas = client.get("openapi.json").ok()["components"]["schemas"]
    replies.fits(schemas, schemas[name], value)


def test_the_files_are_those_of_the_client(daemon, client, run, tmp_path):
    one = client("principal")
    document = one.get(f"audits/{run['id']}/files/json")
    (tmp_path / "audit.json").write_bytes(document.body)
    harness.run(harness.program("ipcase"), "audit", "render", tmp_path / "audit.json", "--out", tmp_path,
                env=harness.clean_env(ASAN_OPTIONS="detect_leaks=0"))  # what Cairo keeps
    for kind, media in TYPES.items():
        for path in (f"audits/{run['id']}", f"snapshots/{run['snapshot']}"):
            reply = one.get(f"{path}/files/{kind}")
            assert reply.status == 200, reply
            assert reply.headers["Content-Type"] == media and reply.headers["Cache-Control"] == "private, no-cache"
            assert reply.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''audit-2026-Q2.{kind}"
            assert reply.body == (tmp_path / f"audit.{kind}").read_bytes(), (kind, path)
    assert one.get(f"snapshots/{run['snapshot']}/files/json").body == document.body
    assert leftovers(daemon) == []
    head = one.request("HEAD", f"audits/{run['id']}/files/csv")
    assert head.status == 200 and head.body == b""
    assert int(head.headers["Content-Length"]) == (tmp_path / "audit.csv").stat().st_size


def test_a_campaign_with_a_chinese_code(client, rows):
    one = client("principal")
    run = run_audit(one, "TIEQUAN-2026")
    assert "audit-TIEQUAN-2026.csv" in one.get(f"audits/{run['id']}/files/csv").headers["Content-Disposition"]


def test_the_workbook_of_a_report_form(daemon, client, rows, tmp_path):
    one = client("principal")
    query = "period=2026-10&as_of=2026-11-05T09%3A00%3A00%2B08%3A00"
    reply = one.get("forms/ip-enforcement/files/xlsx?" + query)
    assert reply.status == 200 and reply.headers["Content-Type"] == TYPES["xlsx"]
    assert reply.headers["Content-Disposition"] == "attachment; filename*=UTF-8''ip-enforcement-2026-10.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(reply.body)).worksheets[0]
    assert any("样县市场监督管理局" in str(c.value) for row in sheet.iter_rows() for c in row if c.value)
    (tmp_path / "form.json").write_bytes(one.get("forms/ip-enforcement?" + query).body)
    harness.run(harness.program("ipcase"), "forms", "render", tmp_path / "form.json", "--out", tmp_path,
                env=harness.clean_env(ASAN_OPTIONS="detect_leaks=0"))  # what Cairo keeps
    assert reply.body == (tmp_path / "form.xlsx").read_bytes()
    for path, status, rule in (("forms/nosuch/files/xlsx?" + query, 404, "no-such-form"),
                               ("forms/ip-enforcement/files/xlsx?period=2096-10", 422, "period-future"),
                               ("forms/ip-enforcement/files/xlsx", 422, "required")):
        problem = harness.Problem(one.get(path))
        assert (problem.status, problem.rule) == (status, rule)
    assert leftovers(daemon) == []


def test_ones_own_runs_newest_first(client, run):
    one, other = client("deputy_head"), client("principal")
    assert one.get("audits").ok() == {"items": []}
    mine = [run_audit(one)["id"], run_audit(one, "2026-03")["id"]]
    listed = one.get("audits").ok()
    fits(one, "AuditList", listed)
    assert [r["id"] for r in listed["items"]] == mine[::-1]
    assert [r["id"] for r in one.get("audits?limit=1").ok()["items"]] == mine[1:]
    assert run["id"] in [r["id"] for r in other.get("audits").ok()["items"]]
    # The same period and instant again: the same bytes as what was submitted.
    assert listed["items"][1]["verifies"] == {"snapshot": run["snapshot"], "equal": True}
    assert listed["items"][0]["verifies"] is None
    assert client().get("audits").status == 401
    assert harness.Problem(one.get("audits?limit=x")).rule == "range"


def test_a_snapshot_is_verified(daemon, client, run):
    one = client("principal")
    good = one.get(f"snapshots/{run['snapshot']}/verify").ok()
    fits(one, "SnapshotCheck", good)
    assert good["equal"] is True and good["recomputed"] == good["sha256"] == run["sha256"] and good["size"] == run["size"]
    content = daemon.store / run["sha256"][:2] / run["sha256"][2:]
    kept = content.read_bytes()
    try:
        content.chmod(0o600)
        content.write_bytes(kept.replace(b'"v":1', b'"v":2', 1))
        bad = one.get(f"snapshots/{run['snapshot']}/verify").ok()
        assert bad["equal"] is False and bad["recomputed"] not in (None, bad["sha256"]) and "不同" in bad["message"]
        problem = harness.Problem(one.get(f"snapshots/{run['snapshot']}/files/pdf"))
        assert (problem.status, problem.rule) == (500, "content-altered")
        content.unlink()
        gone = one.get(f"snapshots/{run['snapshot']}/verify").ok()
        fits(one, "SnapshotCheck", gone)
        assert gone["equal"] is False and gone["recomputed"] is None
        assert harness.Problem(one.get(f"audits/{run['id']}/files/csv")).rule == "content-missing"
    finally:
        content.write_bytes(kept)
    assert one.get(f"snapshots/{run['snapshot']}/verify").ok()["equal"] is True
    assert leftovers(daemon) == []


def test_who_may_not_see(client, run):
    paths = [f"audits/{run['id']}/files/{k}" for k in ("csv", "xlsx", "pdf")]
    paths += [f"snapshots/{run['snapshot']}/files/{k}" for k in ("json", "csv", "xlsx", "pdf")]
    paths.append(f"snapshots/{run['snapshot']}/verify")
    for account in ("neighbour", "police", "admin"):
        one = client(account)
        assert [one.get(p).status for p in paths] == [404] * len(paths), account
    assert [client().get(p).status for p in paths] == [401] * len(paths)
    one = client("principal")
    assert [harness.Problem(one.get(p)).rule for p in ("audits/999999/files/pdf", "snapshots/999999/files/pdf",
                                                       "snapshots/999999/verify")] == ["no-such-audit", "no-such-snapshot",
                                                                                       "no-such-snapshot"]


def test_a_run_under_way_has_no_files(postgres, database, client, run):
    made = postgres.query(database, "INSERT INTO ipcase.audit_run (organ_id, account_id, whole, period, kind, name, from_on,"
                          " to_on, open, as_of) SELECT 10, id, true, '2026-01', 'month', 'x', '2026-01-01', '2026-01-31', false,"
                          " now() FROM ipcase.account WHERE name = 'principal' RETURNING id")[0][0]
    problem = harness.Problem(client("principal").get(f"audits/{made}/files/pdf"))
    assert (problem.status, problem.rule) == (409, "not-finished")


def children(pid):
    return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()] + [
        int(c) for t in os.listdir(f"/proc/{pid}/task") for c in
        pathlib.Path(f"/proc/{pid}/task/{t}/children").read_text().split()]


@pytest.fixture
def slow(postgres, database, scratch, run, tmp_path):
    """A daemon whose renderer does what a test says: a copy of the program, and a script beside it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    shutil.copy(harness.program("ipcased"), folder / "ipcased")
    daemon = harness.Daemon(postgres.url(database, "ipcase_app"), tmp_path / "daemon")
    daemon.program = folder / "ipcased"

    def start(script):
        if script is not None:
            (folder / "ipcase").write_text(script)
            (folder / "ipcase").chmod(0o755)
        original = harness.program
        harness.program = lambda name: str(folder / name) if name == "ipcased" else original(name)
        try:
            daemon.start()
        finally:
            harness.program = original
        source = pathlib.Path(str(scratch / database)) / "store" / run["sha256"][:2]
        shutil.copytree(source, daemon.store / run["sha256"][:2], dirs_exist_ok=True)
        return daemon
    yield start
    daemon.stop()


def test_without_the_renderer_it_says_so(slow, run):
    daemon = slow(None)
    problem = harness.Problem(daemon.client("principal").get(f"audits/{run['id']}/files/pdf"))
    assert (problem.status, problem.rule) == (409, "renderer-missing")


def test_a_renderer_that_fails(slow, run):
    daemon = slow("#!/bin/sh\necho no font >&2\nexit 1\n")
    problem = harness.Problem(daemon.client("principal").get(f"audits/{run['id']}/files/pdf"))
    assert (problem.status, problem.rule) == (500, "render-failed")
    assert daemon.log_contains("render_failed") and daemon.log_contains("no font")
    assert leftovers(daemon) == []


def test_the_child_is_bounded(slow, run, tmp_path):
    """What it sees: no descriptors and no environment of the daemon, limits, its own folder."""
    daemon = slow("#!/bin/sh\n{ env; ls -l /proc/$$/fd; cat /proc/$$/limits; cat /proc/$$/oom_score_adj; pwd; echo \"$@\"; }"
                  " > audit.csv\n")
    said = daemon.client("principal").get(f"audits/{run['id']}/files/csv").text
    assert "PGPASSWORD" not in said and "IPCASE" not in said and "LC_ALL=C.UTF-8" in said
    assert "socket:" not in said and "eventpoll" not in said
    assert "audit render document.json --out . --only csv" in said and "/store/tmp/" in said
    assert harness.BIN.name == "asan" or any(line.split()[:4] == ["Max", "address", "space", "2147483648"] for line in said.splitlines())
    assert leftovers(daemon) == []


def test_one_at_a_time_and_the_rest_is_refused(slow, run):
    daemon = slow("#!/bin/sh\nset -e\ntest $(ls ../ | wc -l) = 1\nsleep 0.2\necho ok > audit.csv\n")
    clients = [daemon.client() for _ in range(14)]
    clients[0].login("principal")
    for one in clients:
        one.token = clients[0].token
    with concurrent.futures.ThreadPoolExecutor(14) as pool:
        got = list(pool.map(lambda one: one.get(f"audits/{run['id']}/files/csv"), clients))
    assert {r.status for r in got} == {200, 503}, [r.status for r in got]
    busy = [r for r in got if r.status == 503]
    assert harness.Problem(busy[0]).rule == "render-busy" and busy[0].headers["Retry-After"]
    assert all(r.text == "ok\n" for r in got if r.status == 200)
    assert leftovers(daemon) == []


def test_the_child_ends_with_the_daemon(slow, run):
    for how in (signal.SIGTERM, signal.SIGKILL):
        daemon = slow("#!/bin/sh\nexec sleep 300\n")
        one = daemon.client("principal", timeout=60)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            asked = pool.submit(lambda: one.get(f"audits/{run['id']}/files/pdf"))
            child = harness.wait_until(lambda: children(daemon.process.pid), 20, "a child")[0]
            if how == signal.SIGTERM:
                daemon.signal(signal.SIGTERM)
                daemon.signal(signal.SIGTERM)  # at once
                daemon.stop()
            else:
                daemon.kill9()
                daemon.process = None
            harness.wait_until(lambda: not pathlib.Path(f"/proc/{child}").exists(), 20, "the child's end")
            with pytest.raises(Exception):
                asked.result(30).ok()
