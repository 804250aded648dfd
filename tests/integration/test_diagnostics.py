# SPDX-License-Identifier: MulanPSL-2.0
"""GET /diagnostics: who may look, every part, what goes wrong is said, certificates with the days they have left."""
import datetime
import re

import harness
import replies
from hub import Hub

PARTS = ["database", "schema", "law", "calendar", "clock", "store", "exchange", "quarantine", "stops", "uploads", "digest", "render",
         "backup", "certificates"]


def look(client):
    reply = client.get("diagnostics").ok()
    schemas = client.get("openapi.json").ok()["components"]["schemas"]
    replies.fits(schemas, schemas["Diagnostics"], reply)
    assert [p["part"] for p in reply["parts"]] == PARTS
    return reply, {p["part"]: p for p in reply["parts"]}


def test_a_healthy_system(client):
    for account in ("admin", "principal", "deputy_head"):
        reply, parts = look(client(account))
    assert re.fullmatch(r"\d+\.\d+\.\d+", reply["version"]) and reply["started_at"] and reply["certificates"] == []
    for name in ("database", "schema", "law", "clock", "quarantine", "stops", "uploads", "render"):
        assert parts[name]["state"] == "ok", parts[name]
    assert {parts[n]["state"] for n in ("exchange", "digest", "backup", "certificates")} == {"off"}
    assert parts["stops"]["at"] and parts["stops"]["next_run"] > parts["stops"]["at"]
    assert "GB" in parts["store"]["message"] and "PostgreSQL 15" in parts["database"]["message"]


def test_who_may_not_look(client):
    for account in ("officer", "unit_head", "clerk", "legal_reviewer", "credit_clerk", "auditor", "police"):
        replies.refused(client(account).get("diagnostics"), 403, "forbidden")
    assert client().get("diagnostics").status == 401


def test_what_is_wrong_is_said(postgres, new_database, scratch):
    database = new_database()
    run = lambda sql, *params: postgres.query(database, sql, *params)  # noqa: E731
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database,
                        {"digest": {"dir": scratch}, "store": {"dir": ""}}) as daemon:
        one = daemon.client("admin")
        assert look(one)[1]["digest"]["state"] == "ok"
        # The calendar, and the law that the program has not read yet.
        year = datetime.date.today().year
        run("DELETE FROM ipcase.law_holidays WHERE date >= %s", f"{year}-01-01")
        parts = look(one)[1]
        assert parts["calendar"]["state"] == "bad" and f"只到 {year - 1}-12-31" in parts["calendar"]["message"]
        assert parts["law"]["state"] == "warn" and "重新加载" in parts["law"]["message"]
        daemon.reload()
        harness.wait_until(lambda: look(one)[1]["law"]["state"] == "ok", 20, "the reload")
        run("DELETE FROM ipcase.law_holidays")
        assert "没有放假安排" in look(one)[1]["calendar"]["message"]
        # A migration too few.
        run("UPDATE public.schema_migration SET version = version + 1000 WHERE version = 1")
        run("DELETE FROM public.schema_migration WHERE version = 1001")
        reply, parts = look(one)
        assert parts["schema"]["state"] == "bad" and "ipcasectl migrate" in parts["schema"]["message"]
        assert reply["state"] == "bad"
        # Refused records, a digest that did not arrive.
        run("INSERT INTO ipcase.quarantine (organ_id, unit_id, source, digest, rule, message)"
            " VALUES (10, 10, 'x', decode(repeat('ab', 32), 'hex'), 'r', 'm')")
        run("INSERT INTO ipcase.digest (organ_id, day, asked_at) VALUES (10, now() - interval '2 days', now() - interval '2 days')")
        parts = look(one)[1]
        assert parts["quarantine"]["state"] == "warn" and "1 份" in parts["quarantine"]["message"] and parts["quarantine"]["at"]
        assert parts["digest"]["state"] == "warn" and "1 份没有送达" in parts["digest"]["message"]
        assert parts["store"]["state"] == "off" and parts["uploads"]["state"] == "off"
        # Its functions look everywhere; nobody else sees more for it afterwards.
        assert daemon.client("neighbour").get("matters").ok()["items"] == []
        one.close()


def test_certificates(postgres, new_database, scratch, tmp_path):
    database = new_database()
    hub = Hub(postgres, database, tmp_path, {"bureau": "样县市场监督管理局", "court": "样县人民法院"})
    harness.ctl("key", "sign", "--dir", hub.keys, "--ca", hub.ca, hub.keys / "court.csr", "--days", "12", "--replace")
    harness.ctl("peer", "add", "--code", "elsewhere", "--name", "邻县公安局", "--kind", "police", "--way", "disc",
                "--pin", "ab" * 32, "--database", hub.owner)
    pem = hub.keys / "court.pem"
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database,
                        hub.options() | {"http": {}}) as daemon:
        one = daemon.client("principal")
        reply, parts = look(one)
        found = {(c["whose"], c["subject"]): c for c in reply["certificates"]}
        court = found["本系统的机关", "样县人民法院（court）"]
        assert court["state"] == "bad" and court["days_left"] in (11, 12) and court["until"]
        assert found["本系统的机关", "样县市场监督管理局（bureau）"]["state"] == "ok"
        unseen = found["对方机关（尚未见过其证书）", "邻县公安局（elsewhere）"]
        assert unseen["until"] is None and unseen["days_left"] is None and unseen["state"] == "warn"
        assert any(w == "签发机构" for w, _ in found)
        days = [c["days_left"] for c in reply["certificates"] if c["days_left"] is not None]
        assert days == sorted(days)
        assert parts["certificates"]["state"] == "bad" and parts["exchange"]["state"] == "ok" and pem.exists()
        one.close()
