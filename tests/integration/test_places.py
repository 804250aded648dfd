# SPDX-License-Identifier: MulanPSL-2.0
"""Units, number prefixes, holidays, legal tables and the list of accounts, as an administrator keeps them in the browser: each
change once, every refusal, who may not, a row in audit."""
import datetime
import re

import pytest

import harness
import replies
from replies import refused

YEAR = datetime.date.today().year


def fits(client, name, value):
    schemas = client.get("openapi.json").ok()["components"]["schemas"]
    replies.fits(schemas, schemas[name], value)


def audited(postgres, database, like):
    return [row[0] for row in postgres.query(database, "SELECT action FROM ipcase.audit WHERE outcome = 'ok' AND action LIKE %s"
                                             " ORDER BY id", like)]


# ---- units ----


def test_a_unit_from_its_beginning_to_its_end(postgres, database, client):
    one = client("admin")
    made = one.post("units", {"code": "EAST", "name": "城东市场监管所", "kind": "station", "parent": "10", "region": "512022"}).ok()
    fits(one, "Unit", made)
    assert made["organ_id"] == "10" and made["parent"] == "样县市场监督管理局" and made["active"] is True
    act = lambda **body: one.post(f"units/{made['id']}/acts", body)  # noqa: E731
    assert act(act="rename", name="城东市场监督管理所").ok()["name"] == "城东市场监督管理所"
    assert act(act="move", parent="11").ok()["parent_id"] == "11"
    assert act(act="deactivate").ok()["active"] is False
    assert act(act="activate").ok()["active"] is True
    listed = {u["code"]: u for u in one.get("units").ok()["items"]}
    assert listed["EAST"]["name"] == "城东市场监督管理所" and listed["EAST"]["parent_id"] == "11"
    assert audited(postgres, database, "unit_%EAST") == ["unit_create EAST", "unit_rename EAST", "unit_move EAST",
                                                       "unit_deactivate EAST", "unit_activate EAST"]
    # What it was called is known for the audits as of an instant.
    assert postgres.query(database, "SELECT was ->> 'name' FROM ipcase.name_was WHERE kind = 'unit' AND key = %s ORDER BY id",
                          made["id"])[0][0] == "城东市场监管所"


def test_a_new_unit_is_worked_in_at_once(client, daemon):
    """Its head sees it, and moving it changes who sees its matters, without a new login."""
    one = client("admin")
    unit = one.post("units", {"code": "WEST", "name": "城西所", "kind": "station", "parent": "10"}).ok()["id"]
    one.post("accounts", {"account": "west", "name": "所员甲", "unit": unit, "roles": ["officer", "clerk"],
                          "password": harness.PASSWORD}).ok()
    west, head = client("west"), client("unit_head")
    clue = west.post("clues", {"fields": {"source": "举报", "discovered_on": "2026-03-02", "ip_type": "商标",
                                          "cause": "侵犯注册商标专用权（销售侵权商品）", "summary": "举报",
                                          "parties": [{"name": "样县乙店", "kind": "个体工商户"}]}}).ok()["matter"]["id"]
    assert head.get(f"clues/{clue}").status == 404
    one.post(f"units/{unit}/acts", {"act": "move", "parent": "11"}).ok()
    harness.wait_until(lambda: head.get(f"clues/{clue}").status == 200, 10, "the head of the brigade sees it")
    refused(one.post(f"units/{unit}/acts", {"act": "deactivate"}), 409, "wrong-state", rule="unit-has-accounts")
    account = [a["id"] for a in one.get("accounts").ok()["items"] if a["account"] == "west"][0]
    one.post(f"accounts/{account}/acts", {"act": "lock"}).ok()
    refused(one.post(f"units/{unit}/acts", {"act": "deactivate"}), 409, "wrong-state", rule="unit-has-matters")


@pytest.mark.parametrize("body, status, field, rule", [
    ({"code": "STATION", "name": "x", "kind": "station", "parent": "10"}, 422, "code", "unit-exists"),
    ({"code": "a b", "name": "x", "kind": "station", "parent": "10"}, 422, "code", "unit-code"),
    ({"code": "N1", "name": "城关市场监管所", "kind": "station", "parent": "10"}, 422, "name", "unit-name-used"),
    ({"code": "N1", "name": "样县公安局", "kind": "police"}, 422, "name", "unit-name-used"),
    ({"code": "N1", "name": "x", "kind": "station"}, 422, "parent", "no-such-unit"),
    ({"code": "N1", "name": "x", "kind": "station", "parent": "99999"}, 422, "parent", "no-such-unit"),
    ({"code": "N1", "name": "x", "kind": "restricted", "parent": "10"}, 422, "kind", "choice"),
    ({"code": "N1", "name": "x", "kind": "bureau", "region": "5120"}, 422, "region", "unit-region"),
    ({"code": "N1", "kind": "bureau"}, 422, "name", "required"),
])
def test_refusals_of_a_new_unit(client, body, status, field, rule):
    refused(client("admin").post("units", body), status, "invalid-input", field=field, rule=rule)


@pytest.mark.parametrize("unit, body, status, slug, field, rule", [
    (12, {"act": "rename"}, 422, "invalid-input", "name", "required"),
    (12, {"act": "rename", "name": "x", "parent": "10"}, 422, "invalid-input", "parent", "unexpected"),
    (12, {"act": "rename", "name": "政策法规股"}, 422, "invalid-input", "name", "unit-name-used"),
    (12, {"act": "move", "parent": "12"}, 422, "invalid-input", "parent", "unit-move-below"),
    (10, {"act": "move", "parent": "11"}, 422, "invalid-input", "parent", "unit-move-below"),
    (12, {"act": "move", "parent": "20"}, 422, "invalid-input", "parent", "unit-move-organ"),
    (12, {"act": "move", "parent": "4711"}, 422, "invalid-input", "parent", "no-such-unit"),
    (12, {"act": "deactivate"}, 409, "wrong-state", None, "unit-has-accounts"),
    (1, {"act": "deactivate"}, 409, "wrong-state", None, "unit-has-accounts"),
    (12, {"act": "remove"}, 422, "invalid-input", "act", "choice"),
    (4711, {"act": "activate"}, 404, "not-found", None, "no-such-unit"),
])
def test_refusals_of_a_change(client, unit, body, status, slug, field, rule):
    refused(client("admin").post(f"units/{unit}/acts", body), status, slug, field=field, rule=rule)


def test_a_parent_in_use_stays(client):
    one = client("admin")
    upper = one.post("units", {"code": "UP", "name": "上级队", "kind": "brigade", "parent": "10"}).ok()["id"]
    lower = one.post("units", {"code": "LOW", "name": "下级所", "kind": "station", "parent": upper}).ok()["id"]
    refused(one.post(f"units/{upper}/acts", {"act": "deactivate"}), 409, "wrong-state", rule="unit-has-units")
    for unit in (lower, upper):
        one.post(f"units/{unit}/acts", {"act": "deactivate"}).ok()
    refused(one.post(f"units/{lower}/acts", {"act": "activate"}), 409, "wrong-state", rule="unit-parent-inactive")
    refused(one.post("units", {"code": "LOW2", "name": "又一所", "kind": "station", "parent": upper}), 422, "invalid-input",
            field="parent", rule="no-such-unit")


def test_a_new_organ_is_in_the_directory(client):
    one = client("admin")
    made = one.post("units", {"code": "AGRI", "name": "样县农业农村局", "kind": "department", "parent": "1", "region": "512022"}).ok()
    assert made["organ_id"] == made["id"] and made["parent_id"] == "1"
    peers = {p["code"]: p for p in client("officer").get("peers").ok()["items"]}
    assert peers["agri"]["name"] == "样县农业农村局" and peers["agri"]["way"] == "hub"
    one.post(f"units/{made['id']}/acts", {"act": "rename", "name": "样县农业局"}).ok()
    peers = {p["code"]: p for p in client("officer").get("peers").ok()["items"]}
    assert peers["agri"]["name"] == "样县农业局"


def test_the_same_request_twice_makes_one_unit(client):
    one = client("admin")
    body = {"code": "ONCE", "name": "只一次", "kind": "section", "parent": "10"}
    first, second = (one.post("units", body, key="once-unit") for _ in range(2))
    assert first.ok() == second.ok() and second.replayed
    refused(one.post("units", {**body, "code": "TWICE"}, key="once-unit"), 422, "idempotency-key-reused")


# ---- number prefixes ----


def numbers(client, **query):
    reply = client.get("number-series" + ("?unit=" + query["unit"] if query else "")).ok()
    fits(client, "NumberSeriesList", reply)
    return reply


def test_prefixes(postgres, database, client):
    one = client("admin")
    papers = {p["paper"]: p["zh"] for p in numbers(one)["papers"]}
    assert papers["市监处罚"] and papers["市监移"] == "向公安机关移送"
    made = one.post("number-series", {"unit": "12", "paper": "市监处罚", "prefix": "样城关市监处罚"}).ok()
    fits(one, "NumberSeriesSet", made)
    row, = numbers(one, unit="12")["items"]
    assert row["unit"]["name"] == "城关市场监管所" and row["years"] == []
    assert row["example"] == f"样城关市监处罚〔{YEAR}〕1号"
    postgres.query(database, "INSERT INTO ipcase.number_counter VALUES ('样城关市监处罚', %s, 41)", YEAR)
    row, = numbers(one, unit="12")["items"]
    assert row["example"] == f"样城关市监处罚〔{YEAR}〕42号" and row["years"] == [{"year": YEAR, "last": 41}]
    # Another prefix begins its own counter.
    one.post("number-series", {"unit": "12", "paper": "市监处罚", "prefix": "样关市监处罚"}).ok()
    assert numbers(one, unit="12")["items"][0]["example"].endswith("〕1号")
    assert one.post("number-series/end", {"unit": "12", "paper": "市监处罚"}).ok()["prefix"] is None
    assert numbers(one, unit="12")["items"] == []
    assert audited(postgres, database, "number_%STATION%") == [
        "number_set STATION 市监处罚 样城关市监处罚", "number_set STATION 市监处罚 样关市监处罚", "number_end STATION 市监处罚"]
    assert numbers(client("officer"))["items"], "everybody sees which numbers there are"


@pytest.mark.parametrize("body, status, field, rule", [
    ({"unit": "12", "paper": "市监请客", "prefix": "样"}, 422, "paper", "no-such-paper"),
    ({"unit": "12", "paper": "市监处罚", "prefix": "样〔2026〕"}, 422, "prefix", "number-prefix"),
    ({"unit": "12", "paper": "市监处罚", "prefix": "样 市监"}, 422, "prefix", "number-prefix"),
    ({"unit": "12", "paper": "市监处罚", "prefix": "样市监2026"}, 422, "prefix", "number-prefix"),
    ({"unit": "50", "paper": "市监处罚", "prefix": "样市监处罚"}, 422, "prefix", "number-prefix-organ"),
    ({"unit": "4711", "paper": "市监处罚", "prefix": "样"}, 422, "unit", "no-such-unit"),
    ({"unit": "12", "paper": "市监处罚"}, 422, "prefix", "required"),
])
def test_refusals_of_a_prefix(client, body, status, field, rule):
    refused(client("admin").post("number-series", body), status, "invalid-input", field=field, rule=rule)


def test_a_series_that_is_not_there(client):
    refused(client("admin").post("number-series/end", {"unit": "13", "paper": "市监处罚"}), 404, "not-found", rule="no-such-series")


# ---- holidays ----


def year_of(client, year):
    reply = client.get(f"holidays?year={year}").ok()
    fits(client, "HolidayYear", reply)
    return reply


NEXT = [{"date": f"{YEAR + 1}-01-01", "kind": "holiday", "name": "元旦"},
        {"date": f"{YEAR + 1}-02-05", "kind": "holiday", "name": "春节"},
        {"date": f"{YEAR + 1}-02-14", "kind": "workday", "name": "春节调休"},
        {"date": f"{YEAR + 1}-04-05", "kind": "holiday", "name": "清明节"},
        {"date": f"{YEAR + 1}-05-01", "kind": "holiday", "name": "劳动节"},
        {"date": f"{YEAR + 1}-06-09", "kind": "holiday", "name": "端午节"},
        {"date": f"{YEAR + 1}-10-01", "kind": "holiday", "name": "国庆节、中秋节"}]


def test_holidays_of_a_year(postgres, database, client, daemon):
    one = client("admin")
    assert "元旦" not in year_of(one, YEAR)["missing"]
    postgres.query(database, "DELETE FROM ipcase.law_holidays WHERE date >= %s", f"{YEAR + 1}-01-01")
    assert year_of(one, YEAR + 1)["days"] == []
    done = one.post("holidays", {"year": YEAR + 1, "days": NEXT}).ok()
    fits(one, "HolidaysSet", done)
    assert (done["added"], done["removed"], done["changed"], done["days"]) == (7, 0, 0, 7)
    assert done["command"].startswith("ipcasectl recompute --account admin ")
    there = year_of(one, YEAR + 1)
    assert there["days"] == NEXT and there["known_until"] == f"{YEAR + 1}-12-31"
    assert there["missing"] == []
    # The daemon counts with them without being told.
    harness.wait_until(lambda: daemon.log_contains("law_reloaded"), 10, "the new law")
    law = {p["part"]: p for p in one.get("diagnostics").ok()["parts"]}["law"]
    assert law["state"] == "ok", law
    # Corrected: one more, one less, one named otherwise.
    days = [{**NEXT[0], "name": "元旦节"}, *NEXT[1:2], *NEXT[3:], {"date": f"{YEAR + 1}-02-06", "kind": "holiday", "name": None}]
    done = one.post("holidays", {"year": YEAR + 1, "days": days}).ok()
    assert (done["added"], done["removed"], done["changed"]) == (1, 1, 1)
    done = one.post("holidays", {"year": YEAR + 1, "days": days}).ok()
    assert (done["added"], done["removed"], done["changed"], done["message"]) == (0, 0, 0, "没有变化")
    assert audited(postgres, database, "holidays_set%") == [f"holidays_set {YEAR + 1} +7 -0 ~0",
                                                            f"holidays_set {YEAR + 1} +1 -1 ~1"]


def test_running_clocks_are_counted_and_the_command_moves_them(postgres, database, client, walk, daemon):
    walk.register(on=datetime.date.today().isoformat())
    one = client("admin")
    due = datetime.date.fromisoformat(walk.as_("officer").get(f"clues/{walk.clue}/clocks").ok()["items"][0]["due"])
    year, kept = due.year, year_of(one, due.year)["days"]
    free = [{"date": (due - datetime.timedelta(days=k)).isoformat(), "kind": "holiday", "name": "临时放假"} for k in range(3)]
    days = [d for d in kept if d["date"] not in [f["date"] for f in free]] + [f for f in free if f["date"][:4] == str(year)]
    done = one.post("holidays", {"year": year, "days": days}).ok()
    assert done["pending"] >= 1 and "重新计算" in done["message"]
    said = harness.ctl("recompute", "--account", "admin", "--database", postgres.url(database, "ipcase_owner")).stdout
    assert re.search(rf"^{walk.clue}\tD01 ", said, re.M), said
    moved = walk.as_("officer").get(f"clues/{walk.clue}/clocks").ok()["items"][0]["due"]
    assert moved > due.isoformat()
    one.post("holidays", {"year": year, "days": kept}).ok()


def test_a_year_that_was_not_announced_yet_can_be_taken_back(client):
    one = client("admin")
    assert one.post("holidays", {"year": YEAR + 4, "days": [{**d, "date": str(YEAR + 4) + d["date"][4:]} for d in NEXT]}).ok()["added"] == 7
    assert one.post("holidays", {"year": YEAR + 4, "days": []}).ok()["removed"] == 7
    part = refused(one.post("holidays", {"year": YEAR + 1, "days": NEXT[:3]}), 422, "invalid-input", rule="holiday-missing")
    assert part["detail"] == "还缺：清明节、劳动节、端午节、中秋节、国庆节。"


@pytest.mark.parametrize("days, field, rule", [
    ([{"date": f"{YEAR + 2}-13-01", "kind": "holiday"}], "days[0].date", "holiday-day"),
    ([NEXT[0], {"date": f"{YEAR + 1}-03-01", "kind": "feast"}], "days[1].kind", "holiday-day"),
    ([{**NEXT[0], "name": ""}], "days[0].name", "holiday-day"),
    ([{**NEXT[0], "name": "长" * 41}], "days[0].name", "holiday-day"),
    (["x"], "days[0].date", "holiday-day"),
    ([*NEXT, NEXT[0]], "days", "holiday-twice"),
    ([*NEXT, {"date": f"{YEAR + 3}-01-01", "kind": "holiday"}], "days", "holiday-year"),
    (NEXT[:-1], "days", "holiday-missing"),
    ([{"date": f"{YEAR + 1}-01-01", "kind": "holiday"}] * 121, "days", "count"),
    ("x", "days", "type"),
])
def test_refusals_of_holidays(client, days, field, rule):
    refused(client("admin").post("holidays", {"year": YEAR + 1, "days": days}), 422, "invalid-input", field=field, rule=rule)


def test_the_past_stays(client):
    one = client("admin")
    now = year_of(one, YEAR)
    assert now["changeable_from"] == (datetime.date.today() + datetime.timedelta(days=1)).isoformat()
    today = datetime.date.today().isoformat()
    others = [d for d in now["days"] if d["date"] != today]
    past = [d for d in others if d["date"] < today]
    for year, days in ((YEAR, [d for d in now["days"] if d not in past[:1]] if past else now["days"][:-1]), (YEAR - 1, []),
                       (YEAR, [*others, {"date": today, "kind": "holiday", "name": "临时"}])):
        problem = refused(one.post("holidays", {"year": year, "days": days}), 422, "invalid-input", field="days", rule="holiday-past")
        assert "今天和以前" in problem["title"]
    assert year_of(one, YEAR) == now
    # As it was, it may be sent again.
    assert one.post("holidays", {"year": YEAR, "days": now["days"]}).ok()["message"] == "没有变化"


# ---- the law ----


def test_legal_tables(client):
    one = client("officer")
    tables = one.get("law").ok()
    fits(one, "LawTables", tables)
    rows = {t["name"]: t["rows"] for t in tables["tables"]}
    assert rows["clocks"] > 50 and rows["regions"] > 5 and tables["edition"] > 0
    for name, count in rows.items():
        got, after = [], 0
        while after is not None:
            page = one.get(f"law/{name}?limit=1000&after={after}").ok()
            fits(one, "LawRows", page)
            assert page["total"] == count and all(len(r) == len(page["columns"]) for r in page["rows"])
            got += map(tuple, page["rows"])
            after = page["next"]
        assert len(got) == count == len(set(got)), name
    page = one.get("law/clocks?limit=2").ok()
    assert page["next"] == 2 and len(page["rows"]) == 2
    assert {"name": "name_zh", "zh": "名称"} in page["columns"]
    refused(one.get("law/account"), 404, "not-found", rule="no-such-table")
    refused(one.get("law/clocks;drop"), 404, "not-found", rule="no-such-table")
    assert client().get("law").status == 401 and client().get("law/clocks").status == 401


# ---- accounts ----


def test_accounts_say_what_an_administrator_asks(client):
    one = client("admin")
    page = one.get("accounts").ok()
    fits(one, "AccountPage", page)
    rows = {a["account"]: a for a in page["items"]}
    assert rows["co_officer"]["roles_zh"] == ["承办人", "协办人"] and rows["admin"]["last_login"]
    assert rows["court"]["last_login"] is None and rows["court"]["totp"] is False
    one.post(f"accounts/{rows['court']['id']}/acts", {"act": "lock"}).ok()
    again = {a["account"]: a for a in one.get("accounts").ok()["items"]}
    assert again["court"]["locked"] is True and rows["court"]["locked"] is False
    one.post(f"accounts/{rows['court']['id']}/acts", {"act": "unlock"}).ok()


# ---- who may not ----


def test_only_administrators_change(client):
    asked = [("units", {"code": "N9", "name": "x", "kind": "bureau"}), ("units/12/acts", {"act": "activate"}),
             ("number-series", {"unit": "12", "paper": "市监处罚", "prefix": "x"}),
             ("number-series/end", {"unit": "12", "paper": "市监处罚"}), ("holidays", {"year": YEAR + 1, "days": []})]
    for account in ("officer", "principal", "auditor", "police"):
        one = client(account)
        for path, body in asked:
            refused(one.post(path, body), 403, "forbidden")
        refused(one.get("accounts"), 403, "forbidden")
    for path, body in asked:
        assert client().post(path, body).status == 401
    for path in ("number-series", "holidays", "units"):
        assert client().get(path).status == 401
        assert client("officer").get(path).status == 200


def test_the_database_says_so_too(postgres, database):
    """Whatever a program believes: the functions ask who calls."""
    import psycopg2
    for call in ("unit_create('N8', 'x', 'bureau', NULL, NULL, '', '')", "unit_set(12, 'activate', NULL, NULL, '', '')",
                 "number_series_set(12, '市监处罚', 'x', '', '')", "holidays_set(2090, '[]', '', '')"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            postgres.query(database, f"SELECT ipcase.{call}", role="ipcase_app")
