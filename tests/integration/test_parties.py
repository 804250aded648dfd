# SPDX-License-Identifier: MulanPSL-2.0
"""While somebody types: parties of earlier matters with the reason, the repeat offender, numbers with the wrong character."""
from urllib.parse import urlencode

import pytest

import harness
from replies import refused
from walk import Walk

USCC, OTHER_USCC, CITIZEN = "91350100M000100Y43", "91110000802100433B", "11010519491231002X"
SHOP = {"name": "样县甲汽车配件经营部", "kind": "个体工商户", "uscc": USCC, "representative": "甲某",
        "address": "样县一号路2号", "phone": "0000-1234567"}


@pytest.fixture(scope="module")
def world(daemon):
    """A shop that was penalised twice, another of nearly that name, a person, and a matter of the neighbour's."""
    walk = Walk(daemon)
    walk.to_investigating(parties=[{**SHOP, "phone": "0000-7654321"}])
    walk.to_reviewed()
    walk.to_noticed()
    walk.to_decided()
    first = walk.case
    walk.register("2026-05-06", parties=[SHOP])
    walk.file("2026-05-08")
    walk.to_reviewed("2026-05-20")
    walk.to_noticed("2026-05-21", fine=3000000)
    walk.to_decided("2026-06-10", fine=3000000)
    second = walk.case
    walk.register("2026-07-01", parties=[{"name": "样县甲汽车配件经营行", "kind": "个体工商户"}])
    similar = walk.clue
    walk.register("2026-07-02", parties=[{"name": "丙某", "kind": "自然人", "id_number": CITIZEN}])
    person = walk.clue
    walk.as_("neighbour").post("clues", {"happened_at": "2026-07-03", "fields": {
        "source": "举报", "discovered_on": "2026-07-03", "ip_type": "商标", "summary": "邻县的线索",
        "parties": [{"name": "邻县丁烟酒店", "uscc": OTHER_USCC}]}}).ok()
    yield {"walk": walk, "first": first, "second": second, "similar": similar, "person": person}
    walk.close()


def parties(client, **query):
    return client.get("parties?" + urlencode(query)).ok()["items"]


def history(client, **query):
    return client.get("parties/history?" + urlencode(query)).ok()


# --- parties ----------------------------------------------------------------------------------------


def test_a_party_is_known_by_its_code(world, client):
    for typed in (USCC, " 9135 0100 m000 100y 43 ", "９１３５０１００Ｍ０００１００Ｙ４３"):
        (one,) = parties(client("officer"), id_number=typed)
        assert one["reason"] == "统一社会信用代码相同"
        assert (one["name"], one["kind"], one["uscc"]) == (SHOP["name"], SHOP["kind"], USCC)
        assert (one["legal_person"], one["address"], one["phone"]) == ("甲某", "样县一号路2号", "0000-1234567")
        # The clue that became the case is not counted beside it.
        assert one["matters"] == 2 and one["last"]["id"] == world["second"]
        assert one["last"]["kind"] == "case" and one["last"]["on"] == "2026-05-08" and one["last"]["title"]


def test_a_party_is_known_by_its_name(world, client):
    rows = parties(client("officer"), name=SHOP["name"])
    assert [(r["name"], r["reason"]) for r in rows] == [
        (SHOP["name"], "名称相同"), ("样县甲汽车配件经营行", "名称相近")]
    rows = parties(client("officer"), name="样县甲汽车")
    assert {r["name"] for r in rows} == {SHOP["name"], "样县甲汽车配件经营行"}
    assert {r["reason"] for r in rows} == {"名称开头相同"}
    # Other widths, brackets and blanks are the same name.
    assert parties(client("officer"), name=" 样县甲汽车配件经营部 ")[0]["reason"] == "名称相同"
    # By name and by code: once, for the better reason.
    rows = parties(client("officer"), name=SHOP["name"], id_number=USCC)
    assert (rows[0]["reason"], rows[0]["matters"]) == ("统一社会信用代码相同", 2)


def test_as_many_as_asked_for(world, client):
    assert len(parties(client("officer"), name="样县甲汽车", limit=1)) == 1


def test_an_identity_number_is_for_who_works_the_matter(world, client):
    (mine,) = parties(client("officer"), name="丙某")
    assert mine["id_number"] == CITIZEN and "uscc" not in mine
    (head,) = parties(client("unit_head"), name="丙某")
    assert head["id_number"] == CITIZEN
    (clerk,) = parties(client("clerk"), name="丙某")
    assert clerk["id_number"] == "1101************2X"
    # Who typed it knows it.
    (typed,) = parties(client("clerk"), id_number=CITIZEN)
    assert typed["id_number"] == CITIZEN and typed["reason"] == "身份证件号码相同"


def test_matters_of_other_units_never_show(world, client):
    for account in ("officer", "clerk", "unit_head", "deputy_head", "principal", "station_officer", "police"):
        assert parties(client(account), name="邻县丁烟酒店") == []
        assert parties(client(account), id_number=OTHER_USCC) == []
        assert history(client(account), id_number=OTHER_USCC)["items"] == []
    assert parties(client("neighbour"), id_number=OTHER_USCC)
    assert parties(client("neighbour"), name=SHOP["name"]) == []
    assert parties(client("neighbour"), id_number=USCC) == []
    assert parties(client("station_officer"), name=SHOP["name"]) == []
    assert history(client("station_officer"), id_number=USCC)["items"] == []


def test_a_party_nobody_knows(world, client):
    assert parties(client("officer"), name="没有听说过的公司") == []
    assert parties(client("officer"), id_number="91110000802100433X") == []


@pytest.mark.parametrize("query, field", [({}, "name"), ({"name": "甲"}, "name"), ({"name": ""}, "name"),
                                          ({"id_number": "   "}, "name"), ({"name": "x" * 301}, "name")])
def test_what_cannot_be_asked(world, client, query, field):
    refused(client("officer").get("parties?" + urlencode(query)), 422, "invalid-input", field=field)


def test_strangers_are_refused(client):
    for path in ("parties?name=abc", "parties/history?name=abc", f"identifiers?value={USCC}"):
        refused(client().get(path), 401, "unauthenticated")


# --- the repeat offender ------------------------------------------------------------------------------


def test_two_decisions_in_five_years(world, client):
    got = history(client("officer"), id_number=USCC, name=SHOP["name"], ip_type="商标", on="2026-11-24")
    rule = got["rule"]
    assert rule["article"] == "商标法第六十条第二款" and rule["binding"] and rule["years"] == 5
    assert "应当从重处罚" in rule["zh"] and (rule["from"], rule["to"]) == ("2021-11-24", "2026-11-24")
    assert got["repeat"] is True
    assert [(d["id"], d["decided_on"], d["outcome"], d["fine_fen"]) for d in got["items"]] == [
        (world["second"], "2026-06-10", "给予行政处罚", 3000000), (world["first"], "2026-04-15", "给予行政处罚", 2000000)]
    assert all(d["cause"] and d["title"] for d in got["items"])


def test_the_day_bounds_what_counts(world, client):
    assert [d["id"] for d in history(client("officer"), id_number=USCC, on="2026-05-01")["items"]] == [world["first"]]
    before = history(client("officer"), id_number=USCC, on="2026-04-14")
    assert before["items"] == [] and before["repeat"] is False
    # The last day of the five years, and the day after.
    assert [d["id"] for d in history(client("officer"), id_number=USCC, on="2031-04-15")["items"]] == [
        world["second"], world["first"]]
    assert [d["id"] for d in history(client("officer"), id_number=USCC, on="2031-04-16")["items"]] == [world["second"]]


def test_other_rights_have_no_years_in_law(world, client):
    got = history(client("officer"), id_number=USCC, ip_type="专利")
    assert got["rule"]["binding"] is False and got["items"] == [] and got["repeat"] is False
    assert history(client("officer"), id_number=USCC)["rule"]["binding"] is False


def test_a_name_that_another_code_speaks_against(world, client):
    assert len(history(client("officer"), name=SHOP["name"])["items"]) == 2
    assert history(client("officer"), name=SHOP["name"], id_number=OTHER_USCC)["items"] == []
    refused(client("officer").get("parties/history"), 422, "invalid-input", field="name", rule="party-needed")
    refused(client("officer").get("parties/history?name=abc&on=2026-13-01"), 422, "invalid-input", field="on")


# --- numbers ------------------------------------------------------------------------------------------


def identifier(client, value):
    return client.get("identifiers?" + urlencode({"value": value})).ok()


def test_a_right_number(client):
    officer = client("officer")
    assert identifier(officer, "９１３５ ０１００ｍ０００１００ｙ４３") == {
        "ok": True, "kind": "uscc", "normal": USCC, "problem": None}
    assert identifier(officer, "11010519491231002x")["normal"] == CITIZEN
    assert identifier(officer, "ZL 2011 20542158.3") == {
        "ok": True, "kind": "patent", "normal": "ZL201120542158.3", "problem": None}


def test_a_wrong_character_is_named(client):
    got = identifier(client("officer"), "9135O100M000100Y43")
    assert got["ok"] is False and got["normal"] is None and got["kind"] == "uscc"
    assert got["problem"]["at"] == 5 and got["problem"]["char"] == "O" and got["problem"]["suggestions"] == [USCC]
    assert "第5位“O”" in got["problem"]["message"]
    got = identifier(client("officer"), "无")
    assert got["kind"] == "unknown" and got["problem"]["at"] is None and got["problem"]["suggestions"] == []
    refused(client("officer").get("identifiers"), 422, "invalid-input", field="value")


def test_numbers_leave_no_trace(client, daemon):
    identifier(client("officer"), CITIZEN)
    parties(client("officer"), id_number=CITIZEN)
    assert CITIZEN not in daemon.log() and harness.PASSWORD not in daemon.log()
