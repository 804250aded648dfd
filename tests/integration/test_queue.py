# SPDX-License-Identifier: MulanPSL-2.0
"""The queue as the console shows it: what waits for my approval, lights, states, counts, words; the jump box; similar decisions."""
from urllib.parse import quote, urlencode

import pytest

from replies import ids, refused
from walk import Walk

SHOP = {"name": "样县甲汽车配件经营部", "kind": "个体工商户", "uscc": "91350100M000100Y43"}


@pytest.fixture(scope="module")
def world(daemon):
    """Matters in several states, some long overdue, one opened today."""
    walk = Walk(daemon)
    found = {"walk": walk}
    walk.to_investigating(parties=[SHOP])
    found["decided"] = walk.case
    walk.to_reviewed()
    walk.to_noticed()
    walk.to_decided()
    walk.to_investigating("2026-05-06", "2026-05-08", parties=[SHOP])
    walk.to_reviewed("2026-05-20")
    walk.to_noticed("2026-05-21")
    walk.to_decided("2026-06-10", discretion="从重")
    found["decided2"] = walk.case
    walk.register("2026-06-01", cause="假冒专利", ip_type="专利")
    walk.on_clue("officer", "file_request", "2026-06-08", cause="假冒专利", reason="有证据初步证明违法")
    walk.on_clue("unit_head", "file_endorse", "2026-06-08", officer="officer", co_officer="co_officer")
    walk.case = walk.on_clue("deputy_head", "file_approve", "2026-06-08")["spawned"][0]["id"]
    walk.to_reviewed("2026-06-20")
    walk.to_noticed("2026-06-21")
    walk.to_decided("2026-07-10")
    found["patent"] = walk.case
    walk.register("2026-03-02")
    found["overdue"] = walk.clue
    walk.register("2026-07-02")
    walk.on_clue("officer", "file_request", cause="侵犯注册商标专用权", reason="有证据初步证明违法")
    found["for_head"] = walk.clue
    walk.register("2026-07-02")
    walk.on_clue("officer", "file_request", cause="侵犯注册商标专用权", reason="有证据初步证明违法")
    walk.on_clue("unit_head", "file_endorse", officer="officer", co_officer="co_officer")
    found["for_deputy"] = walk.clue
    today = walk.as_("officer").get("clues/new").ok()
    day = next(f["value"] for f in today["fields"] if f["name"] == "discovered_on")
    walk.register(day)
    found["today"] = walk.clue
    yield found
    walk.close()


def queue(client, **query):
    return client.get("queue?" + urlencode(query)).ok()


def find(client, q):
    return client.get("find?q=" + quote(q)).ok()


# --- approve -----------------------------------------------------------------------------------------


def test_what_waits_for_my_approval(world, client):
    assert ids(queue(client("unit_head"), view="approve")) == [world["for_head"]]
    assert ids(queue(client("deputy_head"), view="approve")) == [world["for_deputy"]]
    # A leader is a leader: what one deputy may approve, the head may.
    assert ids(queue(client("principal"), view="approve")) == [world["for_deputy"]]
    for account in ("officer", "clerk", "police", "auditor", "neighbour"):
        assert queue(client(account), view="approve") == {"items": [], "next": None}
    # Of another unit than the head's nothing shows.
    assert ids(queue(client("station_head"), view="approve")) == []


def test_by_delegation_as_well(world, client):
    principal = client("principal")
    reply = client("deputy_head").post("delegations", {
        "to": "unit_head", "roles": ["deputy_head"], "starts_on": "2026-11-01", "ends_on": "2027-06-30", "reason": "出差"})
    made = reply.ok()
    head = client("unit_head")
    assert set(ids(queue(head, view="approve"))) == {world["for_head"], world["for_deputy"]}
    client("deputy_head").request("POST", f"delegations/{made['id']}/end").ok()
    assert principal.get("me").status == 200


# --- lights and states ---------------------------------------------------------------------------------


def test_lights_are_stretches_of_the_queue(world, client):
    officer = client("officer")
    everything = queue(officer, view="unit", limit=200)["items"]
    red = queue(officer, view="unit", light="red", limit=200)["items"]
    amber = queue(officer, view="unit", light="amber", limit=200)["items"]
    assert red and [r["id"] for r in red] == [r["id"] for r in everything if r["light"] == "red"]
    assert [r["id"] for r in amber] == [r["id"] for r in everything if r["light"] == "yellow"]
    assert world["overdue"] in {r["id"] for r in red} and world["today"] not in {r["id"] for r in red + amber}
    mine = queue(officer, light="red", limit=200)["items"]
    assert mine and all(r["light"] == "red" for r in mine)


def test_pages_of_a_light_join(world, client):
    officer = client("officer")
    whole = ids(queue(officer, view="unit", light="red", limit=200))
    page, got = queue(officer, view="unit", light="red", limit=2), []
    while True:
        got += ids(page)
        if not page["next"]:
            break
        page = queue(officer, view="unit", light="red", limit=2, after=page["next"])
    assert got == whole and len(whole) > 2


def test_only_one_state(world, client):
    officer = client("officer")
    rows = queue(officer, view="unit", state="unserved", limit=200)["items"]
    assert {r["id"] for r in rows} == {world["decided"], world["decided2"], world["patent"]}
    assert all(r["state"] == "unserved" for r in rows)
    assert queue(officer, state="hearing")["items"] == []
    refused(officer.get("queue?state=nonsense"), 422, "invalid-input", field="state", rule="unknown-state")
    refused(officer.get("queue?light=green"), 422, "invalid-input", field="light")
    refused(officer.get("queue?view=all"), 422, "invalid-input", field="view")


# --- words --------------------------------------------------------------------------------------------


def test_a_row_says_who_has_to_act(world, client):
    rows = {r["id"]: r for r in queue(client("officer"), view="unit", limit=200)["items"]}
    one = rows[world["for_head"]]
    assert (one["unit"], one["turn_zh"], one["state_text"]) == (
        "样县市场监管综合行政执法大队", "办案机构负责人", "等待办案机构负责人审批")
    assert rows[world["for_deputy"]]["state_text"] == "等待分管局领导审批"
    assert rows[world["overdue"]]["state_text"] == "等待承办人办理"
    world["walk"].case = world["decided"]
    searched = {r["id"]: r for r in client("officer").get("matters?limit=200").ok()["items"]}
    assert searched[world["decided"]]["unit"] == "样县市场监管综合行政执法大队"
    closed = next(r for r in searched.values() if r["state"] == "clue_filed")
    assert closed["turn_zh"] == "" and closed["state_text"] == "已立案"


# --- counts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("account", ["officer", "co_officer", "unit_head", "deputy_head", "principal", "legal_reviewer",
                                     "clerk", "station_officer", "auditor", "police", "neighbour"])
def test_counts_are_those_of_the_pages(world, client, account):
    one = client(account)
    counts = one.get("queue/counts").ok()
    assert set(counts) == {"mine", "unit", "waiting", "week", "approve", "overdue"}
    for view in ("mine", "unit", "waiting", "week", "approve"):
        assert counts[view] == len(ids(queue(one, view=view, limit=200))), (account, view)
    assert counts["overdue"] == len(ids(queue(one, view="unit", light="red", limit=200)))


def test_a_count_goes_to_a_thousand(postgres, new_database, scratch):
    import harness
    database = new_database()
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database) as server:
        walk = Walk(server)
        walk.register("2026-03-02")
        postgres.query(database, "INSERT INTO ipcase.matter SELECT nextval('ipcase.matter_id_seq'), kind, procedure, organ_id,"
                       " unit_id, state, version, NULL, title, party, ip_type, officer_id, officer_name, co_officer_id,"
                       " campaigns, turn, open, incomplete, opened_on, closed_on, next_due_on, next_rule"
                       " FROM ipcase.matter, generate_series(1, 1500)")
        counts = walk.as_("officer").get("queue/counts").ok()
        assert (counts["mine"], counts["unit"], counts["overdue"], counts["waiting"]) == (1000, 1000, 1000, 0)
        walk.close()


# --- the jump box ---------------------------------------------------------------------------------------


def test_jump_by_whatever_is_in_hand(world, client):
    officer = client("officer")
    case = officer.get(f"cases/{world['decided']}").ok()
    assert ids(find(officer, world["decided"]))[0] == world["decided"]
    # With several of these parties, newest first.
    found = ids(find(officer, SHOP["uscc"]))
    assert world["decided"] in found and world["decided2"] in found
    assert {world["decided"], world["decided2"]} <= set(ids(find(officer, "样县甲汽车")))
    assert find(officer, "样县甲汽车")["next"] is None
    assert ids(find(officer, "没有这样的公司")) == []
    assert set(find(officer, "样县甲汽车")["items"][0]) >= {"id", "kind", "state_text", "unit", "light"}
    assert case["title"]


def test_jump_by_number(world, client, walk):
    walk.to_investigating()
    walk.to_reviewed()
    walk.to_noticed()
    walk.to_decided(doc_no="样市监处罚〔2026〕951号")
    officer = walk.as_("officer")
    for typed in ("样市监处罚〔2026〕951号", "样市监处罚[2026]951号", "样市监处罚(2026)第０９５１号", "样市监处罚2026", "样市监处罚"):
        assert walk.case in ids(find(officer, typed)), typed
    assert ids(find(officer, "样市监处罚〔2026〕951号"))[0] == walk.case
    assert walk.case not in ids(find(officer, "样市监处罚〔2026〕952号"))


def test_jump_shows_no_more_than_one_may_see(world, client):
    for account in ("neighbour", "station_officer", "police"):
        assert ids(find(client(account), world["decided"])) == []
        assert ids(find(client(account), SHOP["uscc"])) == []
        assert ids(find(client(account), SHOP["name"])) == []


def test_a_jump_to_nowhere(client):
    refused(client("officer").get("find"), 422, "invalid-input", field="q")
    refused(client("officer").get("find?q="), 422, "invalid-input", field="q")
    refused(client("officer").get("find?q=%20%20"), 422, "invalid-input", field="q")
    refused(client("officer").get("find?q=" + "x" * 201), 422, "invalid-input", field="q")
    refused(client().get("find?q=abc"), 401, "unauthenticated")
    refused(client().get("queue/counts"), 401, "unauthenticated")
    assert ids(find(client("officer"), "99999999999999999999999")) == []


# --- earlier decisions ------------------------------------------------------------------------------------


def similar(client, case):
    return client.get(f"cases/{case}/similar").ok()["items"]


def test_earlier_decisions_on_the_same_cause(world, client):
    rows = similar(client("deputy_head"), world["decided2"])
    one = next(r for r in rows if r["id"] == world["decided"])
    assert (one["decided_on"], one["fine_fen"], one["discretion"], one["outcome"]) == (
        "2026-04-15", 2000000, "一般", "给予行政处罚")
    assert world["decided2"] not in [r["id"] for r in rows] and world["patent"] not in [r["id"] for r in rows]
    assert [r["decided_on"] for r in rows] == sorted((r["decided_on"] for r in rows), reverse=True)
    # Later ones are no precedent of an earlier decision; of an undecided case all are.
    assert world["decided2"] not in [r["id"] for r in similar(client("deputy_head"), world["decided"])]
    walk = world["walk"]
    walk.to_investigating()
    assert {world["decided"], world["decided2"]} <= {r["id"] for r in similar(client("officer"), walk.case)}
    assert similar(client("officer"), world["patent"]) == []


def test_similar_of_what_one_may_not_see(world, client):
    for account in ("neighbour", "station_officer", "police"):
        refused(client(account).get(f"cases/{world['decided']}/similar"), 404, "not-found")
    refused(client("officer").get(f"cases/{world['overdue']}/similar"), 404, "not-found")  # a clue
    refused(client("officer").get("cases/x/similar"), 404, "not-found")
    refused(client().get(f"cases/{world['decided']}/similar"), 401, "unauthenticated")
