# SPDX-License-Identifier: MulanPSL-2.0
"""The audit: figures against the second opinion of test_rates, the same bytes again after any correction, snapshots,
refusals, rights, and what a rate hides."""
import contextlib
import datetime
import json
import random
import time

import pytest

import harness
from test_rates import DAY, DATES, METRICS, expected, insert, random_row

K = "2026-11-05T09:00:00+08:00"


def run(client, period, as_of=None, **more):
    """The finished run and its document."""
    body = {"period": period, **more}
    if as_of:
        body["as_of"] = as_of
    reply = client.post("audits", body)
    if reply.status != 202:
        return reply, None
    number = reply.ok()["id"]

    def over():
        got = client.get(f"audits/{number}").ok()
        return got if got["state"] != "running" else None
    got = harness.wait_until(over, 60, "the audit")
    assert got["state"] == "done", got
    raw = client.get(f"audits/{number}/files/json")
    assert raw.status == 200 and raw.headers["Content-Type"] == "application/json"
    assert len(raw.body) == got["size"]
    return got, raw.body


def audit(client, period, as_of=None, **more):
    got, body = run(client, period, as_of, **more)
    assert body, got
    return json.loads(body)


def refused(client, period, as_of=None, **more):
    reply, body = run(client, period, as_of, **more)
    assert body is None and 400 <= reply.status < 500, reply
    return reply


@pytest.fixture(scope="module")
def rows(postgres, database):
    rng = random.Random(20260301)
    made = [random_row(rng, 100000 + i) for i in range(600)]
    insert(postgres, database, made)
    return made


def sides(doc):
    done = {m: (set(), set()) for m in METRICS}
    for case in doc["cases"]:
        for metric, side in case.get("sides", {}).items():
            done[metric][side == "out"].add(case["id"])
    return done


@pytest.mark.parametrize("period, start, end", [
    ("2026-03", "2026-03-01", "2026-03-31"), ("2026-W10", "2026-03-02", "2026-03-08"), ("2026-Q1", "2026-01-01", "2026-03-31"),
    ("2025", "2025-01-01", "2025-12-31"), ("2026-07", "2026-07-01", "2026-07-31")])
def test_figures_agree_with_the_second_opinion(client, rows, period, start, end):
    doc = audit(client("principal"), period, K)
    assert (doc["period"]["from"], doc["period"]["to"], doc["cut_off"]) == (start, end, "2026-11-05")
    want = expected(rows, DAY(start), DAY(end), DAY("2026-11-05"))
    assert sides(doc) == want
    for metric in doc["metrics"]:
        good, bad = want[metric["code"]]
        assert (metric["num"], metric["den"]) == (len(good), len(good) + len(bad))
        assert {m["id"] for m in doc["misses"] if m["metric"] == metric["code"]} == bad
    assert [m["code"] for m in doc["metrics"]] == list(METRICS)
    assert all(m["why"] and m["days"] >= 0 for m in doc["misses"])
    assert [(METRICS.index(m["metric"]), int(m["id"])) for m in doc["misses"]] == sorted(
        (METRICS.index(m["metric"]), int(m["id"])) for m in doc["misses"])
    assert [int(c["id"]) for c in doc["cases"]] == sorted(int(c["id"]) for c in doc["cases"])


def test_the_trend_is_the_earlier_periods_with_the_same_distance(client, rows):
    doc = audit(client("principal"), "2026-03", K)
    behind = DAY("2026-11-05") - DAY("2026-03-31")
    for n, period in enumerate(doc["metrics"][0]["trend"]):
        first = DAY(period["period"] + "-01")
        last = (first + datetime.timedelta(days=32)).replace(day=1) - datetime.timedelta(days=1)
        want = expected(rows, first, last, last + behind)
        for metric in doc["metrics"]:
            good, bad = want[metric["code"]]
            assert metric["trend"][n] == {"period": period["period"], "num": len(good), "den": len(good) + len(bad),
                                          "percent": metric["trend"][n]["percent"]}, metric["code"]
    assert [p["period"] for p in doc["metrics"][0]["trend"]] == [f"2025-{m:02}" for m in range(6, 13)] + ["2026-01", "2026-02"]


def test_groups_are_the_second_opinion_of_each(client, rows):
    doc = audit(client("principal"), "2026-Q1", K)
    period = DAY("2026-01-01"), DAY("2026-03-31"), DAY("2026-11-05")
    keys = {"unit": lambda r: [{11: "BRIGADE", 12: "STATION"}[r["unit"]]], "ip_type": lambda r: [r["ip_type"]],
            "officer": lambda r: [r["officer"] or ""], "campaign": lambda r: r["campaigns"] or [""]}
    for by, of in keys.items():
        seen = {g["key"]: g for g in doc["by"][by]}
        for key in {k for r in rows for k in of(r)}:
            want = expected([r for r in rows if key in of(r)], *period)
            assert seen[key]["metrics"] == {m: [len(g), len(g) + len(b)] for m, (g, b) in want.items()}, (by, key)
    assert doc["names"]["unit"]["STATION"] == "城关市场监管所"
    assert doc["names"]["officer"] == {"officer": "承办甲", "station_officer": "所员戊"}
    assert doc["by"]["officer"][-1]["zh"] == "未指定承办人"


def test_rows_carry_their_dates(client, rows):
    doc = audit(client("principal"), "2026-Q1", K)
    by_id = {str(r["id"]): r for r in rows}
    for case in doc["cases"]:
        row = by_id[case["id"]]
        assert {d: case[d] for d in DATES if d in case} == {d: str(row[d]) for d in DATES if row[d]}
        assert case.get("campaigns", []) == row["campaigns"] and case["opened_on"] == str(row["opened"])
        assert (case["number"], case["title"]) == (f"样〔2026〕{row['id']}号", f"样案{row['id']}")
        assert case.get("excluded") == row["excluded"]


def test_a_campaign_to_date(client, rows):
    doc = audit(client("principal"), "TIEQUAN-2026", "2026-05-10T12:00:00+08:00")
    assert doc["period"] == {"code": "TIEQUAN-2026", "kind": "campaign", "name": "“铁拳”行动", "from": "2026-01-01",
                             "to": "2026-05-10", "open": True}
    tagged = [r for r in rows if "TIEQUAN-2026" in r["campaigns"]]
    assert sides(doc) == expected(tagged, DAY("2026-01-01"), DAY("2026-05-10"), DAY("2026-05-10"))
    assert all(m["trend"] == [] for m in doc["metrics"])


def test_what_a_rate_hides(client, rows):
    doc = audit(client("principal"), "2025", K)
    t = DAY("2026-11-05")
    late = {str(r["id"]): r for r in rows if str(r["id"]) in {m["id"] for m in doc["misses"] if m["metric"] == "M10"}}
    declined = {i for i, r in late.items() if r["declined"] and r["clue_decided_on"] and r["clue_decided_on"] <= t}
    unfiled = {i for i, r in late.items() if not r["clue_decided_on"] or r["clue_decided_on"] > t}
    hidden = doc["hidden"]
    assert {i["id"] for i in hidden["declined_late"]} == declined and declined
    assert {i["id"] for i in hidden["unfiled_late"]} == unfiled and unfiled
    assert all("起中止" in i["why"] for i in hidden["suspended"]) and hidden["suspended"]
    assert hidden["totals"]["declined_late"] == len(declined)
    assert {i["why"] for i in hidden["excluded"]} <= {"已撤销立案", "已并案"}
    # as of then the units of this database did not exist; now they do, and no act is behind the random rows
    assert hidden["silent_units"] == []
    assert [u["unit"] for u in audit(client("principal"), "2026-03")["hidden"]["silent_units"]] == ["BRIGADE", "STATION"]


def test_an_officer_sees_his_unit_only(client, rows):
    got, body = run(client("officer"), "2026-03", K)
    doc = json.loads(body)
    assert doc["whole"] is False and got["whole"] is False
    assert {c["unit"] for c in doc["cases"]} == {"BRIGADE"}
    want = expected([r for r in rows if r["unit"] == 11], DAY("2026-03-01"), DAY("2026-03-31"), DAY("2026-11-05"))
    assert sides(doc) == want
    assert client("officer").post(f"audits/{got['id']}/submit", b"").status == 403
    # a run over part of the organ is his own
    assert client("principal").get(f"audits/{got['id']}").status == 404


def test_the_auditor_sees_the_organ(client, rows):
    problem = refused(client("auditor"), "2026-03", K).problem
    assert problem["rule"] == "organ" and "BUREAU、NEIGHBOUR" in problem["detail"]
    doc = audit(client("auditor"), "2026-03", K, organ="BUREAU")
    assert doc["whole"] and doc["organ"]["code"] == "BUREAU"
    assert doc == audit(client("principal"), "2026-03", K)


@pytest.mark.parametrize("period, as_of, rule, field, status", [
    ("2026-13", None, "period-form", "period", 422), ("2030-01", None, "period-future", "period", 422),
    ("2026-10", "2026-09-30T12:00:00+08:00", "period-future", "period", 422),
    ("2026-10", "2099-01-01T00:00:00+08:00", "as-of-future", "as_of", 422),
    ("2019-05", "2019-06-01T00:00:00+08:00", "before-first-act", "as_of", 422),
    ("CHUNLEI-2023", None, "campaign-no-dates", "period", 422), ("NO-SUCH", None, "no-such-campaign", "period", 404)])
def test_refusals_name_what_is_wrong(client, rows, period, as_of, rule, field, status):
    problem = refused(client("principal"), period, as_of).problem
    assert (problem["rule"], problem["field"], problem["status"]) == (rule, field, status), problem


def test_a_month_that_still_runs(client, rows):
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    month = today.isoformat()[:7]
    last = (today.replace(day=1) + datetime.timedelta(days=32)).replace(day=1) - datetime.timedelta(days=1)
    if today == last:
        pytest.skip("the month ends today")
    problem = refused(client("principal"), month).problem
    assert problem["rule"] == "period-open" and f"还缺{(last - today).days}日" in problem["detail"] and "as_of" in problem["detail"]
    now = datetime.datetime.now().astimezone().isoformat()
    got, body = run(client("principal"), month, now)
    doc = json.loads(body)
    assert doc["period"]["open"] and doc["period"]["to"] == str(today)
    reply = client("principal").post(f"audits/{got['id']}/submit", b"")
    assert (reply.status, reply.problem["rule"]) == (409, "period-open")


def test_other_organs_and_unknown_runs(client, rows):
    assert refused(client("principal"), "2026-03", K, organ="NEIGHBOUR").problem["rule"] == "organ"
    assert refused(client("police"), "2026-03", K).problem["rule"] == "organ"
    assert client("principal").get("audits/999999").problem["rule"] == "no-such-audit"
    assert client("principal").get("snapshots/999999").problem["rule"] == "no-such-snapshot"
    assert client("principal").get("audits/999999/files/json").status == 404


def test_a_retry_starts_no_second_run(client, rows):
    one = client("principal")
    first = one.post("audits", {"period": "2026-03", "as_of": K}, key="audit-once").ok()
    again = one.post("audits", {"period": "2026-03", "as_of": K}, key="audit-once")
    assert again.ok() == first and again.replayed
    assert one.post("audits", {"period": "2026-04", "as_of": K}, key="audit-once").status == 422
    harness.wait_until(lambda: one.get(f"audits/{first['id']}").ok()["state"] == "done", 30, "the run")


# ---- corrections --------------------------------------------------------------------------------------


@pytest.fixture
def world(new_database, postgres, scratch):
    database = new_database()
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database) as daemon:
        opened = []

        def client(account):
            opened.append(daemon.client(account))
            return opened[-1]
        yield database, client, daemon
        for one in opened:
            one.close()


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


def clue(client, **more):
    fields = {"source": "举报", "discovered_on": str(datetime.date.today() - datetime.timedelta(days=40)), "ip_type": "商标",
              "cause": "销售侵犯注册商标专用权的商品", "summary": "x", "parties": [{"name": "甲店"}], **more}
    reply = client.post("clues", {"fields": fields})
    return reply.ok()["matter"]["id"]


def test_the_same_instant_gives_the_same_bytes_whatever_is_corrected_later(world, postgres):
    database, client, _ = world
    officer, principal = client("officer"), client("principal")
    first = clue(officer)
    time.sleep(0.05)
    k = now()
    month = k[:7]
    got, before = run(principal, month, k)
    doc = json.loads(before)
    assert [c["id"] for c in doc["cases"]] == [] or doc["cases"][0]["id"] == first
    # titles, parties, units, people and campaigns get other names; a matter is entered back; more is registered
    acts = [a["act"] for a in officer.get(f"clues/{first}/next").ok()["acts"]]
    assert "correct" in acts or acts
    if "correct" in acts:
        officer.act("clue", first, "correct", fields={"title": "另一个名称", "parties": [{"name": "乙店"}], "reason": "笔误"})
    clue(officer)
    clue(client("station_officer"))
    client("clerk").post("imports", {"name": "x", "format": "jsonl", "total": 1})
    postgres.query(database, "UPDATE ipcase.unit SET name = '改名大队' WHERE id = 11", role="ipcase_owner")
    postgres.query(database, "UPDATE ipcase.unit SET active = false WHERE id = 12", role="ipcase_owner")
    postgres.query(database, "UPDATE ipcase.account SET display_name = '改名甲' WHERE name = 'officer'", role="ipcase_owner")
    postgres.query(database, "UPDATE ipcase.law_campaigns SET name_zh = '改名', starts_on = '2026-02-02' WHERE code = 'TIEQUAN-2026'",
                   role="ipcase_owner")
    postgres.query(database, "INSERT INTO ipcase.unit (parent_id, organ_id, kind, code, name) VALUES (10, 10, 'station', 'NEW', '新所')",
                   role="ipcase_owner")
    again, after = run(principal, month, k)
    assert after == before and again["sha256"] == got["sha256"]
    _, present = run(principal, month, now())
    assert present != before and json.loads(present)["names"]["unit"]["BRIGADE"] == "改名大队"


def corrected_row(rng, row):
    other = random_row(rng, row["id"])
    while other["kind"] != row["kind"]:
        other = random_row(rng, row["id"])
    return dict(other, unit=row["unit"])


def test_past_rows_count_as_they_were_known(world, postgres):
    """Half of the rows are superseded later, some are known only later: the audit of before does not move."""
    database, client, _ = world
    rng = random.Random(5)
    rows = [random_row(rng, 100000 + i) for i in range(300)]
    insert(postgres, database, rows, known_from="2026-08-01T00:00:00+08:00")
    principal = client("principal")
    k = "2026-09-15T00:00:00+08:00"
    _, before = run(principal, "2026-08", k)
    assert sides(json.loads(before)) == expected(rows, DAY("2026-08-01"), DAY("2026-08-31"), DAY("2026-09-15"))
    with contextlib.closing(postgres.connect(database)) as conn, conn.cursor() as cur:
        cur.execute("UPDATE ipcase.rate_mark SET known_until = '2026-10-01' WHERE matter_id % 2 = 0")
    later = [corrected_row(rng, r) for r in rows if r["id"] % 2 == 0]
    insert(postgres, database, later, known_from="2026-10-01", seq=2)
    insert(postgres, database, [random_row(rng, 200000 + i) for i in range(50)], known_from="2026-10-01")
    _, after = run(principal, "2026-08", k)
    assert after == before
    merged = [r for r in rows if r["id"] % 2] + later
    doc = audit(principal, "2026-08", "2026-10-02T00:00:00+08:00")
    assert {c for m in sides(doc).values() for s in m for c in s} >= {str(r["id"]) for r in merged if r["kind"] == "clue"
                                                                        and r["clue_due_on"].isoformat()[:7] == "2026-08"
                                                                        and not r["excluded"]}


def test_snapshots_and_what_changed_between_them(world, postgres, tmp_path):
    database, client, daemon = world
    officer, principal = client("officer"), client("principal")
    first = clue(officer)
    period = str(datetime.date.today().year)
    # the year still runs: a week that is over is submitted
    last_week = (datetime.date.today() - datetime.timedelta(days=7)).isocalendar()
    week = f"{last_week[0]}-W{last_week[1]:02}"
    got, _ = run(principal, week)
    made = principal.post(f"audits/{got['id']}/submit", b"").ok()["id"]
    shown = principal.get(f"snapshots/{made}").ok()
    assert (shown["period"], shown["n"], shown["sha256"], shown["audit"]) == (week, 1, got["sha256"], got["id"])
    assert shown["made_by"] == {"account": "principal", "name": "局长壬"}
    assert principal.post(f"audits/{got['id']}/submit", b"").ok()["id"] == made
    # nothing can change it
    for table in ("snapshot", "audit_run"):
        with pytest.raises(Exception, match="insert-only|does not change|never"):
            postgres.query(database, f"UPDATE ipcase.{table} SET period = 'x'")
    insert(postgres, database, [dict(random_row(random.Random(1), 100000), kind="case", excluded=None, filed_on=DAY("2026-01-05"),
                                     opened=DAY("2026-01-05"), clue_due_on=None, active_until="infinity", closed_on=None)],
           known_from=now())
    officer.act("clue", first, "extend_request", fields={"reason": "x", "days": 15})
    got2, _ = run(principal, week)
    made2 = client("auditor").post(f"audits/{got2['id']}/submit", b"").ok()["id"]
    diff = principal.get(f"snapshots/{made}/diff/{made2}").ok()
    assert (diff["before"]["n"], diff["after"]["n"]) == (1, 2)
    entered = next(c for c in diff["changes"] if c["id"] == "100000")
    assert entered["what"] == "entered" and {"metric": "M5", "was": None, "is": "out"} in entered["lists"]
    assert {c["id"] for c in diff["changes"] if c["lists"]} == {"100000"}
    m5 = next(m for m in diff["metrics"] if m["code"] == "M5")
    assert m5["after"][1] == m5["before"][1] + 1
    listed = principal.get("snapshots?period=" + week).ok()["items"]
    assert [s["n"] for s in listed] == [2, 1]
    assert officer.get("snapshots").ok()["items"] == []
    # another period cannot be compared; an officer sees neither
    got3, _ = run(principal, str(int(period) - 1), now())
    other = principal.post(f"audits/{got3['id']}/submit", b"").ok()["id"]
    assert principal.get(f"snapshots/{made}/diff/{other}").problem["rule"] == "other-period"
    assert officer.get(f"snapshots/{made}/diff/{made2}").status == 404


def test_the_acts_between_two_snapshots_are_the_reason(world):
    _, client, _ = world
    officer, head, principal = client("officer"), client("unit_head"), client("deputy_head")
    first = clue(officer, discovered_on=str(datetime.date.today() - datetime.timedelta(days=75)))
    due = officer.get(f"clues/{first}/clocks").ok()["items"]
    day = DAY(next(c for c in due if c["rule"] == "D01")["due"])
    week = f"{day.isocalendar()[0]}-W{day.isocalendar()[1]:02}"
    got, body = run(principal, week)
    assert [m for m in json.loads(body)["misses"] if m["metric"] == "M10" and m["id"] == first]
    made = principal.post(f"audits/{got['id']}/submit", b"").ok()["id"]
    reply = officer.act("clue", first, "decline_request", fields={"reason": "x", "decline_ground": "轻微并及时改正"})
    if reply.status >= 300:
        pytest.fail(reply.text)
    for who, act in ((head, "decline_endorse"), (principal, "decline_approve")):
        reply = who.act("clue", first, act, fields={"opinion": "同意"})
        assert reply.status in (200, 201, 403, 404, 409, 422), reply
    got2, body2 = run(principal, week)
    made2 = principal.post(f"audits/{got2['id']}/submit", b"").ok()["id"]
    change = next(c for c in principal.get(f"snapshots/{made}/diff/{made2}").ok()["changes"] if c["id"] == first)
    assert (change["why"][0]["act"], change["why"][0]["stage"]) == ("decline", "request") and all(w["zh"] and w["by"] for w in change["why"])
    assert {"name", "was", "is"} == set(change["fields"][0])


def test_a_run_waits_for_what_is_being_written(world, postgres):
    """An act's time is the beginning of its transaction: one that began before the instant and is not over yet belongs to it."""
    database, client, _ = world
    clue(client("officer"))
    principal, week = client("principal"), "2026-W01"
    with contextlib.closing(postgres.connect(database, "ipcase_app")) as conn, conn.cursor() as cur:
        conn.autocommit = False
        cur.execute("SELECT txid_current()")
        number = principal.post("audits", {"period": week, "as_of": now()}).ok()["id"]
        time.sleep(0.5)
        assert principal.get(f"audits/{number}").ok()["state"] == "running"
        conn.rollback()
    harness.wait_until(lambda: principal.get(f"audits/{number}").ok()["state"] == "done", 10, "the run")


def test_units_without_acts_and_imports_without_dates(world):
    _, client, _ = world
    clue(client("officer"))
    clerk = client("clerk")
    reply = clerk.post("cases", {"act": "back_entry", "fields": {
        "original_key": "RC-1", "year": 2023, "agency": "某局", "decided_on": "2023-05-01", "outcomes": ["责令改正"]}})
    principal = client("principal")
    doc = audit(principal, str(datetime.date.today().year), now())
    assert [u["unit"] for u in doc["hidden"]["silent_units"]] == ["STATION"]
    if reply.status == 201:
        item, = doc["hidden"]["incomplete"]["items"]
        assert item["why"].startswith("补录，缺立案日期") and doc["hidden"]["incomplete"]["total"] == 1


def test_pages_follow_their_index(postgres, database, rows):
    """A page costs what it holds: no statement of the audit sorts all rows (ORDER BY may mean the output's column)."""
    path = harness.ROOT / "schema/queries/audit.sql"
    values = {"audit_rows": "10, '2025-01-01', '-infinity', 0, '2026-11-05', now(), 100",
              "audit_rows_published": "10, '-infinity', 0, '2026-11-05', '2025-01-01', now(), 100",
              "audit_rows_past": "10, '2026-01-01', 0, '2026-11-05', '2025-01-01', now(), 100"}
    with contextlib.closing(postgres.connect(database, "ipcase_app")) as conn, conn.cursor() as cur:
        cur.execute("SELECT set_config('ipcase.units', '{10,11,12,13}', false), set_config('enable_seqscan', 'off', false),"
                    " set_config('enable_bitmapscan', 'off', false), set_config('enable_sort', 'off', false)")
        for name, parameters in values.items():
            text = path.read_text().split(f"-- name: {name} :many")[1].split(";")[0]
            sql = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
            cur.execute(f"PREPARE {name} AS {sql}")
            cur.execute(f"EXPLAIN EXECUTE {name} ({parameters})")
            plan = "\n".join(line for line, in cur.fetchall())
            sorts = [line for line in plan.splitlines() if "Sort" in line and "Incremental" not in line and "Key" not in line]
            assert not sorts and "Index" in plan, plan


# ---- the client ------------------------------------------------------------------------------------------


def test_the_client_counts_submits_lists_and_compares(cli, client, rows, tmp_path):
    principal = cli("principal")
    folder = tmp_path / "out"
    printed = principal.json("audit", "2026-03", "--as-of", K, "--out", folder)
    assert printed == audit(client("principal"), "2026-03", K)
    assert json.loads((folder / "audit.json").read_bytes()) == printed
    assert {"audit.csv", "audit.xlsx", "audit.pdf"} <= {p.name for p in folder.iterdir()}
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    principal.run("audit", "2026-03", "--as-of", K, "--out", folder)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    text = principal.run("audit", "2026-03", "--as-of", K).stdout
    assert "依法公示率" in text and "中止的案件" in text
    one = principal.json("audit", "submit", "2026-02", "--as-of", K)
    two = principal.json("audit", "submit", "2026-02")
    assert (one["n"], two["n"]) == (1, 2)
    assert [s["id"] for s in principal.json("audit", "list", "2026-02")["items"]] == [two["id"], one["id"]]
    assert principal.json("audit", "diff", one["id"], two["id"])["period"] == "2026-02"
    assert "共" in principal.run("audit", "diff", one["id"], two["id"]).stdout
    assert principal.json("audit", "show", one["id"]) == audit(client("principal"), "2026-02", K)


def test_the_client_says_why_not(cli, rows):
    principal = cli("principal")
    done = principal.run("audit", "2031-01", check=False)
    assert done.returncode == 3 and "还没有开始" in done.stderr
    assert principal.run("audit", check=False).returncode == 1
    assert cli("officer").run("audit", "submit", "2026-03", "--as-of", K, check=False).returncode == 4
