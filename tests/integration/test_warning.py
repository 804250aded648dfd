# SPDX-License-Identifier: MulanPSL-2.0
"""Early warning: what is overdue and what falls due, by unit and officer, who sees what; its plan."""
import contextlib
import datetime

import psycopg2
import pytest

import harness
from replies import fits


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture(scope="module")
def clocks(daemon, database, postgres):
    """Two clues of the brigade, one of the station, with clocks around today."""
    ids = {}
    for name, account in (("late", "officer"), ("soon", "co_officer"), ("station", "station_officer")):
        client = daemon.client(account)
        reply = client.post("clues", {"fields": {
            "source": "举报", "discovered_on": "2026-11-02", "ip_type": "商标", "cause": "侵权", "summary": "举报人称",
            "title": name, "parties": [{"name": f"样县{name}店", "kind": "个体工商户"}]}, "happened_at": "2026-11-02"}).ok()
        ids[name] = reply["matter"]["id"]
        client.close()
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    for name, offset in (("late", -30), ("soon", 1), ("station", 2)):
        postgres.query(database, "UPDATE ipcase.clock SET due_on = %s WHERE matter_id = %s AND rule = 'D01'",
                       today + datetime.timedelta(offset), ids[name])
    return ids


def mine(reply, ids):
    return [w for w in reply["items"] if w["matter"] in ids.values()]


def test_a_leader_sees_the_organ_in_the_order_of_due_days(client, clocks):
    reply = client("principal").get("warnings?days=5").ok()
    rows = mine(reply, clocks)
    assert [w["matter"] for w in rows] == [clocks["late"], clocks["soon"], clocks["station"]]
    late = rows[0]
    assert late["rule"] == "D01" and late["zh"] == "线索核查" and "第十八条" in late["article"]
    assert late["owner"] == "officer" and late["owner_zh"] == "承办人" and late["days_left"] < 0 and late["light"] == "red"
    assert late["metrics"] == [{"code": "M10", "why": "未按期核查，不计入线索按期核查率的分子"}]
    assert rows[1]["days_left"] >= 0 and late["officer"] == "承办甲"
    groups = {g["key"]: g for g in reply["groups"]}
    assert groups["BRIGADE"]["overdue"] == 1 and groups["BRIGADE"]["due"] == 1 and groups["STATION"]["due"] == 1
    assert reply["overdue"] == sum(g["overdue"] for g in reply["groups"])
    assert reply["due"] == sum(g["due"] for g in reply["groups"])


def test_by_officer_and_by_unit(client, clocks):
    reply = client("principal").get("warnings?by=officer").ok()
    groups = {g["key"]: g for g in reply["groups"]}
    assert groups["officer"]["overdue"] == 1 and groups["station_officer"]["due"] == 1 and groups["officer"]["zh"] == "承办甲"
    reply = client("principal").get("warnings?unit=12").ok()
    assert [w["matter"] for w in reply["items"]] == [clocks["station"]]
    assert [g["key"] for g in reply["groups"]] == ["STATION"]


def test_days_bound_what_is_ahead_not_what_is_overdue(client, clocks):
    rows = mine(client("principal").get("warnings?days=0").ok(), clocks)
    assert [w["matter"] for w in rows] == [clocks["late"]]


def test_an_officer_sees_his_own_and_a_head_his_unit(client, clocks):
    assert [w["matter"] for w in client("officer").get("warnings").ok()["items"]] == [clocks["late"]]
    assert [w["matter"] for w in client("unit_head").get("warnings").ok()["items"]] == [clocks["late"], clocks["soon"]]
    assert [w["matter"] for w in client("station_head").get("warnings").ok()["items"]] == [clocks["station"]]
    assert client("neighbour").get("warnings").ok()["items"] == []
    assert client("police").get("warnings").ok()["items"] == []
    assert len(mine(client("auditor").get("warnings").ok(), clocks)) == 3


def test_pages_do_not_overlap(client, clocks):
    seen, after = [], ""
    while True:
        reply = client("principal").get(f"warnings?limit=1{after}").ok()
        assert len(reply["items"]) == 1
        seen.append(reply["items"][0]["matter"])
        if not reply["next"]:
            break
        after = f"&after={reply['next']}"
    assert seen == [clocks["late"], clocks["soon"], clocks["station"]]


@pytest.mark.parametrize("query, field", [("after=x", "after"), ("days=1000", "days"), ("by=campaign", "by")])
def test_refusals(client, query, field):
    with pytest.raises(harness.Problem) as refused:
        client("principal").get(f"warnings?{query}").ok()
    assert refused.value.status == 422 or refused.value.status == 400
    assert refused.value.field == field


def test_the_reply_fits_the_document(client, clocks):
    one = client("principal")
    schemas = one.get("/api/v1/openapi.json").ok()["components"]["schemas"]
    fits(schemas, schemas["Warnings"], one.get("warnings").ok())


def test_nobody_without_a_login(client):
    assert client().get("warnings").status == 401


def test_a_clock_that_is_met_is_no_warning(daemon, client, clocks):
    before = {w["matter"] for w in client("principal").get("warnings?days=60").ok()["items"]}
    assert clocks["soon"] in before
    officer = client("co_officer")
    officer.act("clue", clocks["soon"], "file_request", fields={"cause": "侵权", "reason": "有证据"}).ok()
    # asked for is not decided: the clock runs on
    assert clocks["soon"] in {w["matter"] for w in client("principal").get("warnings?days=60").ok()["items"]}


def test_the_client_prints_them(cli, clocks):
    text = cli("principal").run("warning", "--days", "5").stdout
    assert "样县" in text or "late" in text
    assert "D01" in text and "M10" in text and "超期" in text
    reply = cli("principal").json("warning", "--by", "officer")
    assert reply["by"] == "officer"
    assert cli("principal").run("warning", "--days", "x", check=False).returncode == 1


@pytest.fixture(scope="module")
def many(postgres, database, clocks):
    """60,000 clocks that are far ahead, as in a large organ; few are near."""
    postgres.query(database, "INSERT INTO ipcase.clock (matter_id, idx, organ_id, unit_id, rule, state, owner, start_on, due_on)"
                             " SELECT %s, 1000 + i, 10, 11, 'D11', 'running', 'officer', date '2026-01-01',"
                             " date '2030-01-01' + i %% 1000 FROM generate_series(1, 60000) i", clocks["late"])
    postgres.query(database, "VACUUM ANALYZE ipcase.clock")
    yield
    postgres.query(database, "DELETE FROM ipcase.clock WHERE idx > 1000")


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
@pytest.mark.parametrize("name, params", [
    ("warning_list", ("2026-12-31", "1970-01-01", 0, 0, None, 51)), ("warning_list", ("2026-12-31", "1970-01-01", 0, 0, 11, 51)),
    ("warning_groups", ("2026-12-31", "2026-11-24", None, None, "officer")),
    ("warning_groups", ("2026-12-31", "2026-11-24", None, None, "unit"))])
def test_what_is_far_ahead_costs_nothing(postgres, database, many, name, params, mode):
    """By the index of due days; no table of matters or clocks is read from one end to the other."""
    text = (harness.ROOT / "schema/queries/warning.sql").read_text(encoding="utf-8")
    sql = text.split(f"-- name: {name} ")[1].split(";")[0]
    sql = "\n".join(line for line in sql.splitlines()[1:] if not line.startswith("--"))
    with contextlib.closing(psycopg2.connect(postgres.url(database))) as conn, conn.cursor() as cur:
        cur.execute(f"SET plan_cache_mode = {mode}; SET random_page_cost = 1.1")  # as lib/app/boot.c does
        cur.execute("SET SESSION AUTHORIZATION ipcase_app")
        cur.execute("SELECT set_config('ipcase.units', '{10,11,12,13}', true)")
        cur.execute(f"PREPARE it AS {sql}")
        cur.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE it ({', '.join(['%s'] * len(params))})", params)
        plan = cur.fetchone()[0][0]["Plan"]
        conn.rollback()

    def nodes(node):
        yield node
        for child in node.get("Plans", []):
            yield from nodes(child)

    scans = [n for n in nodes(plan) if n.get("Relation Name") == "clock"]
    assert scans and {n.get("Index Name") for n in scans} == {"clock_due_idx"}, scans
    read = sum((n["Actual Rows"] + n.get("Rows Removed by Filter", 0)) * n["Actual Loops"] for n in scans)
    assert read < 200, f"{read} rows read"
