# SPDX-License-Identifier: MulanPSL-2.0
"""GET /overview and /overview/cases: every number opens exactly its matters; the figures agree with the rates and the report form;
as of an instant they stay what they were."""
import datetime
import random
import urllib.parse

import pytest

import harness
import replies
from test_rates import insert, random_row

CELLS = {"filed": "filed", "closed": "closed", "penalty": "penalised", "handoffs": "handoffs", "published": "published",
         "publishable": "publishable", "overdue": "overdue"}
MONTH = {"from": "2026-04-01", "to": "2026-04-30"}


def ask(client, path="overview", **more):
    return client.get(path + "?" + urllib.parse.urlencode({k: v for k, v in more.items() if v is not None}))


def every_page(client, href, limit=200):
    """All rows of a list, page by page."""
    rows, after = [], None
    while True:
        page = client.get(href + f"&limit={limit}" + (f"&after={after}" if after else "")).ok()
        rows += page["items"]
        after = page["next"]
        if after is None:
            assert len({r["id"] for r in rows}) == len(rows)
            return rows


@pytest.fixture(scope="module")
def world(daemon):
    """One case from clue to publication, one that went no further, and one of the station."""
    from walk import Walk
    walk = Walk(daemon)
    walk.to_investigating(campaigns=["TIEQUAN-2026"])
    walk.to_reviewed()
    walk.to_noticed()
    walk.to_decided()
    walk.serve()
    walk.to_performed()
    first = walk.case
    walk.publish("2026-04-22")
    walk.to_investigating(found="2026-04-02", filed="2026-04-08")
    yield {"first": first, "second": walk.case, "walk": walk}
    walk.close()


def fits(client, name, value):
    schemas = client.get("openapi.json").ok()["components"]["schemas"]
    replies.fits(schemas, schemas[name], value)


def cards(reply):
    return {c["code"]: c for c in reply["cards"]}


def test_the_page_fits_the_document_and_counts_what_happened(world, client):
    one = client("principal")
    reply = ask(one, **MONTH).ok()
    fits(one, "Overview", reply)
    got = cards(reply)
    assert [c["zh"] for c in reply["cards"]] == ["立案", "结案", "罚没", "移送", "公示率", "超期"]
    assert got["filed"]["value"] == 1 and got["filed"]["text"] == "1件"          # the second; the first was in March
    assert got["penalty"]["value"] == 2000000 and got["penalty"]["text"] == "2.00万元" and got["penalty"]["cases"] == 1
    assert got["published"]["value"] is None or got["published"]["numerator"] <= got["published"]["denominator"]
    units = {u["id"]: u for u in reply["by"]["unit"]}
    assert units["11"]["filed"] == 1 and units["12"]["filed"] == 0, "a unit without cases stands there with zeros"
    assert [m["id"] for m in reply["by"]["month"] if m["id"] >= "2026-04"] [:1] == ["2026-04"]
    campaigns = {c["id"]: c for c in reply["by"]["campaign"]}
    assert campaigns["TIEQUAN-2026"]["penalty_fen"] == 2000000 and campaigns[""]["name"] == "未标注专项行动"


def test_every_number_opens_exactly_its_matters(world, client):
    one = client("principal")
    reply = ask(one, **{"from": "2026-03-01", "to": "2026-05-31"}).ok()
    assert reply["cards"][0]["cases"] == 2
    for card in reply["cards"]:
        assert len(every_page(one, card["href"], limit=1)) == card["cases"], card
    for grouping, rows in reply["by"].items():
        for row in rows:
            for cell, name in CELLS.items():
                assert len(every_page(one, row["href"] + "&cell=" + cell)) == row[name], (grouping, row["id"], cell)
    listed = every_page(one, reply["cards"][0]["href"])
    assert {r["id"] for r in listed} == {world["first"], world["second"]}
    fits(one, "MatterPage", one.get(reply["cards"][0]["href"]).ok())
    sums = {u["id"]: u for u in reply["by"]["unit"]}
    assert sum(u["filed"] for u in sums.values()) == reply["cards"][0]["value"]


def test_filters_by_unit_and_campaign(world, client):
    one = client("principal")
    period = {"from": "2026-03-01", "to": "2026-05-31"}
    assert cards(ask(one, **period, unit="STATION").ok())["filed"]["value"] == 0
    whole = ask(one, **period, unit="BUREAU").ok()
    assert cards(whole)["filed"]["value"] == 2 and whole["unit"] == {"id": "10", "name": "样县市场监督管理局"}
    assert cards(ask(one, **period, unit=11).ok())["filed"]["value"] == 2
    tagged = ask(one, **period, campaign="TIEQUAN-2026").ok()
    assert cards(tagged)["filed"]["value"] == 1 and tagged["campaign"] == "TIEQUAN-2026"
    assert [r["id"] for r in every_page(one, cards(tagged)["filed"]["href"])] == [world["first"]]


def test_the_same_numbers_as_the_rates_and_the_report_form(world, client):
    one = client("principal")
    for first, last in (("2026-04-01", "2026-04-30"), ("2026-05-01", "2026-05-31")):
        got = cards(ask(one, **{"from": first, "to": last}).ok())
        m6 = one.get(f"rates?from={first}&to={last}").ok()["metrics"]["M6"]
        assert (got["published"]["numerator"], got["published"]["denominator"]) == (m6["numerator"], m6["denominator"])
        form = one.get(f"forms/ip-enforcement?period={first[:7]}").ok()
        block = [b for b in form["blocks"] if any(c["code"] == "filed" for c in b["columns"])][0]
        total = dict(zip((c["code"] for c in block["columns"]), block["rows"][-1]["cells"]))
        assert int(total["filed"] or 0) == got["filed"]["value"] and int(total["closed"] or 0) == got["closed"]["value"]
        assert float(total["penalty"] or 0) * 1000000 == got["penalty"]["value"]
        assert int(total["judicial"] or 0) == got["handoffs"]["value"]


def test_as_of_an_instant_the_page_stays_what_it_was(world, client):
    one = client("principal")
    walk = world["walk"]
    before = ask(one, **MONTH).ok()
    walk.to_investigating(found="2026-04-02", filed="2026-04-09")
    after = ask(one, **MONTH).ok()
    assert cards(after)["filed"]["value"] == cards(before)["filed"]["value"] + 1
    again = ask(one, **MONTH, as_of=before["as_of"]).ok()
    assert again == before
    # A list that was opened before still has as many rows as its number said.
    assert len(every_page(one, cards(before)["filed"]["href"])) == cards(before)["filed"]["value"]
    # A plain day is the whole of it; nothing was known then.
    old = ask(one, as_of="2020-01-31").ok()
    assert old["from"] == "2020-01-01" and old["to"] == old["cut_off"] == "2020-01-31"
    assert old["as_of"].startswith("2020-01-31T23:59:59.999999")
    assert all(c["cases"] == 0 for c in old["cards"])
    assert cards(old)["published"]["text"] == "无应公示案件"


def test_without_a_period_it_is_this_month(client):
    reply = ask(client("principal")).ok()
    assert reply["from"] == reply["cut_off"][:8] + "01" and reply["to"] == reply["cut_off"]


def test_who_may_not_see(world, client):
    period = {"from": "2026-03-01", "to": "2026-05-31"}
    assert cards(ask(client("station_officer"), **period).ok())["filed"]["value"] == 0
    assert cards(ask(client("neighbour"), **period).ok())["filed"]["value"] == 0
    assert cards(ask(client("admin"), **period).ok())["filed"]["value"] == 0, "an administrator sees no cases"
    assert cards(ask(client("auditor"), **period).ok())["filed"]["value"] >= 2
    stolen = cards(ask(client("principal"), **period).ok())["filed"]["href"]
    assert client("station_officer").get(stolen).ok()["items"] == []
    assert client().get("overview").status == 401 and client().get("overview/cases?cell=filed").status == 401
    # A unit of others is no unit.
    assert harness.Problem(ask(client("station_officer"), unit="BRIGADE")).rule == "no-such-unit"


@pytest.mark.parametrize("query, rule, field", [
    ({"from": "2026-04-30", "to": "2026-04-01"}, "period", "to"),
    ({"from": "2096-04-30"}, "period-future", "from"),
    ({"from": "2010-01-01"}, "period-long", "from"),
    ({"as_of": "2096-01-01"}, "as-of-future", "as_of"),
    ({"as_of": "2096-01-01T00:00:00+08:00"}, "as-of-future", "as_of"),
    ({"unit": "NOSUCH"}, "no-such-unit", "unit"),
    ({"campaign": "NOSUCH"}, "no-such-campaign", "campaign"),
    ({"from": "2026-13-01"}, "date", "from"),
])
def test_refusals(client, query, rule, field):
    one = client("principal")
    for path, more in (("overview", {}), ("overview/cases", {"cell": "filed"})):
        problem = harness.Problem(ask(one, path, **query, **more))
        assert (problem.status, problem.rule, problem.field) == (422, rule, field), path


@pytest.mark.parametrize("query, rule", [({}, "required"), ({"cell": "all"}, "choice"), ({"cell": "filed", "key": "11"}, "key"),
                                         ({"cell": "filed", "after": "x"}, "cursor"), ({"cell": "filed", "after": "-1"}, "cursor"),
                                         ({"cell": "filed", "by": "officer"}, "choice")])
def test_refusals_of_the_list(client, query, rule):
    assert harness.Problem(ask(client("principal"), "overview/cases", **query)).rule == rule


def test_random_rows(postgres, new_database, scratch):
    """Overdue and published against a second opinion, and drill-down everywhere."""
    database = new_database()
    rng = random.Random(5)
    rows = [random_row(rng, i) for i in range(1, 400)]
    insert(postgres, database, rows)
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database) as daemon:
        one = daemon.client("principal")
        for cut_off in ("2026-03-31", "2026-08-15"):
            reply = ask(one, **{"from": "2026-03-01", "to": "2026-08-31", "as_of": cut_off}).ok()
            want = sorted(str(r["id"]) for r in rows if overdue(r, datetime.date.fromisoformat(cut_off)))
            got = sorted(r["id"] for r in every_page(one, cards(reply)["overdue"]["href"]))
            assert got == want and cards(reply)["overdue"]["value"] == len(want) > 20
            for row in reply["by"]["month"] + reply["by"]["unit"] + reply["by"]["campaign"]:
                assert len(every_page(one, row["href"] + "&cell=overdue")) == row["overdue"]
            assert sum(m["overdue"] for m in reply["by"]["month"]) == len(want)
        one.close()


def overdue(r, t):
    """Is a duty behind its last day on day t?"""
    def done(name):
        return r[name] is not None and r[name] <= t

    if r["excluded"] or r["opened"] > t or (r["active_until"] != "infinity" and r["active_until"] <= t):
        return False
    dues = []
    if r["kind"] == "clue" and not done("clue_decided_on"):
        dues.append(r["clue_due_on"])
    if r["kind"] == "case" and not done("closed_on"):
        if done("ground_on"):
            dues.append(r["ground_due_on"])
        elif not done("decided_on") and not (done("suspended_on") and not done("resumed_on")):
            dues.append(r["decision_due_on"])
    if r["kind"] == "disclosure":
        dues += [r[due] for due, end in (("publish_due_on", "published_on"), ("credit_due_on", "credit_on"),
                                         ("withdraw_due_on", "withdrawn_on")) if not done(end)]
        if done("published_on") and not done("withdrawn_on") and not done("stopped_on"):
            dues.append(r["stop_due_on"])
    return any(d and d < t for d in dues)
