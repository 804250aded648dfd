# SPDX-License-Identifier: MulanPSL-2.0
"""Disclosure: spawned with the decision, prepared, reviewed, published, corrected, withdrawn, stopped; what was public from
when to when; through the API and the client; two at once; a daemon that dies in between."""
import concurrent.futures
import contextlib
import json
import urllib.parse

import psycopg2
import psycopg2.errors
import pytest

import harness
from walk import refused

DAEMON_OPTIONS = {"disclosure": {"sweep": "1s"}}

REPORTER = "举报人金某某"
PHONE = "13900000417"
TEXT = (f"当事人样县甲汽车配件经营部销售侵犯注册商标专用权的机油55桶，由李四看管，联系电话{PHONE}。"
        "依据商标法第六十条第二款，决定罚款20000元。")


@pytest.fixture
def decided(walk):
    """A case with a served decision; its disclosure waits to be prepared."""
    walk.to_investigating()
    walk.to_reviewed()
    walk.to_noticed()
    walk.to_decided()
    walk.serve()
    return walk


@pytest.fixture
def published(decided):
    decided.publish()
    return decided


def rebuilt(postgres, database):
    harness.ctl("rebuild", "--check", "--database", postgres.url(database, "ipcase_owner"))


def periods(postgres, database, matter):
    return postgres.query(database, "SELECT n, until_at IS NULL, until_why, stop_due::text, body FROM ipcase.public_record"
                                    " WHERE matter_id = %s ORDER BY n", matter)


# ---- the beginning -----------------------------------------------------------------------------------


def test_a_decision_opens_its_disclosure_in_the_same_transaction(decided, postgres, database):
    view = decided.disclosed()
    case = decided.view()
    assert case["facts"]["disclosure_matter"] == view["id"] and view["kind"] == "disclosure"
    assert {"rel": "disclosure", "id": view["id"]} in case["links"]
    assert view["number"].startswith("样市监处罚〔2026〕") and view["state"] == "preparing"
    assert view["publication"]["case"]["id"] == decided.case and view["publication"]["class"]["name"] == "一般"
    assert view["publication"]["publish_due"] == "2026-05-15" and not view["publication"]["public"]
    number, recorded = postgres.query(database, "SELECT number, recorded_at FROM ipcase.act WHERE matter_id = %s"
                                                " AND act = 'decide_penalty' AND stage = 'approve'", decided.case)[0]
    assert number == view["number"]
    assert postgres.query(database, "SELECT recorded_at FROM ipcase.act WHERE matter_id = %s AND seq = 1",
                          view["id"]) == [(recorded,)]
    # the number stands in the mark from the first act on, though it was taken in the same transaction
    assert postgres.query(database, "SELECT DISTINCT number FROM ipcase.rate_mark WHERE matter_id = %s",
                          view["id"]) == [(number,)]
    rebuilt(postgres, database)


def test_a_warning_only_is_not_required_and_nobody_asks_twice(walk, postgres, database):
    walk.to_investigating()
    walk.to_reviewed()
    walk.to_noticed(notice_kinds=["警告"], fine=0)
    walk.to_decided(penalty_kinds=["警告"], fine=0)
    view = walk.disclosed()
    assert view["state"] == "not_required" and "警告" in view["facts"]["not_required_reason"]
    assert walk.disclosure() not in [d["id"] for d in walk.as_("credit_clerk").get("disclosures?open=true").ok()["items"]]
    refused(walk.on_disclosure, "officer", "prepare", "2026-04-20", rule="wrong-state")
    rebuilt(postgres, database)


def test_serving_tells_the_disclosure_and_nothing_else_does(decided, postgres, database):
    acts = [a["act"] for a in decided.as_("officer").get(f"disclosures/{decided.disclosure()}/acts").ok()["items"]]
    assert acts == ["opened", "case_event"]
    decided.on_case("clerk", "pay", "2026-04-20", amount_fen=1000, receipt="缴款书")
    assert decided.disclosed()["version"] == 2


def test_publication_waits_for_service(walk):
    walk.to_investigating()
    walk.to_reviewed()
    walk.to_noticed()
    walk.to_decided()
    walk.to_ready("2026-04-15")
    refused(walk.on_disclosure, "credit_clerk", "publish", "2026-04-16", rule="party-not-told")
    walk.serve("2026-04-16")
    walk.on_disclosure("credit_clerk", "publish", "2026-04-16")


# ---- the way ------------------------------------------------------------------------------------------


def test_from_decision_to_the_end_of_the_period(published, postgres, database):
    view = published.disclosed()
    page = view["publication"]
    assert view["state"] == "published" and page["public"] and page["stop_due"] == "2027-04-22"
    assert page["summary"]["organ"] == "样县市场监督管理局" and page["missing"] is None
    assert page["summary"]["decision_no"] == view["number"]
    assert [p["version"] for p in page["periods"]] == [1] and page["periods"][0]["now"]
    refused(published.on_disclosure, "credit_clerk", "expire", "2026-04-23", rule="period-running")
    published.on_disclosure("credit_clerk", "credit_report", "2026-04-24")
    assert published.disclosed()["publication"]["credit_on"] == "2026-04-24"
    # a correction is asked for by one and approved by another, and makes a new version
    published.on_disclosure("officer", "correct_request", "2026-04-27", reason="案由有误", cause="销售侵权商品")
    published.on_disclosure("unit_head", "correct_approve", "2026-04-27")
    page = published.disclosed()["publication"]
    assert [(p["version"], p["why"], p["now"]) for p in page["periods"]] == [(1, "更正", False), (2, None, True)]
    assert page["summary"]["violation"] == "销售侵权商品"
    published.on_disclosure("credit_clerk", "withdraw", "2026-04-28", withdraw_reason="处罚对象有误")
    page = published.disclosed()["publication"]
    assert not page["public"] and page["periods"][-1]["why"] == "撤回：处罚对象有误"
    assert [r[1] for r in periods(postgres, database, published.disclosure())] == [False, False]
    rebuilt(postgres, database)


def test_an_overturned_decision_must_be_withdrawn_in_three_working_days(published, postgres, database):
    published.on_case("officer", "remedy_filed", "2026-05-06", remedy_kind="行政复议")
    published.on_case("officer", "remedy_ended", "2026-05-20", remedy_result="撤销")
    view = published.disclosed()
    assert view["state"] == "to_withdraw" and view["publication"]["withdraw_due"] == "2026-05-25"
    assert view["publication"]["public"], "until it is withdrawn people see it"
    row = next(d for d in published.as_("credit_clerk").get("disclosures?state=to_withdraw").ok()["items"]
               if d["id"] == view["id"])
    assert row["due"] == "2026-05-25" and row["rule"] == "D35" and row["light"] == "red"
    published.on_disclosure("credit_clerk", "withdraw", "2026-05-22", withdraw_reason="行政复议撤销")
    assert not published.disclosed()["publication"]["public"]
    rebuilt(postgres, database)


def test_corrected_parties_reach_the_page(published, postgres, database):
    published.on_case("officer", "correct", "2026-04-27", reason="名称有误",
                      parties=[{"name": "样县甲汽配经营部", "kind": "个体工商户"}])
    page = published.disclosed()["publication"]
    assert [p["version"] for p in page["periods"]] == [1, 2] and "样县甲汽配经营部" in page["summary"]["party"]
    assert postgres.query(database, "SELECT party FROM ipcase.public_record WHERE matter_id = %s ORDER BY n",
                          published.disclosure()) == [("样县甲汽车配件经营部",), ("样县甲汽配经营部",)]
    rebuilt(postgres, database)


def test_a_decision_of_another_province_is_received_and_published_for_them(walk, postgres, database):
    clerk = walk.as_("credit_clerk")
    fields = {"agency": "邻省某市市场监督管理局", "decision_paper_no": "邻市监处罚〔2026〕77号", "decided_on": "2026-04-01",
              "cause": "侵犯注册商标专用权", "parties": [{"name": "样县乙商贸有限公司", "kind": "企业"}],
              "penalty_kinds": ["罚款"], "fine_fen": 500000, "discretion": "一般", "decision_text": "当事人销售侵权商品。"}
    refused(lambda: walk.as_("officer").post("disclosures", {"act": "receive", "fields": fields}).ok(), status=403)
    made = clerk.post("disclosures", {"act": "receive", "fields": fields, "happened_at": "2026-04-10"})
    matter = made.ok()["matter"]["id"]
    assert made.headers["Location"] == f"/api/v1/disclosures/{matter}"
    view = clerk.get(f"disclosures/{matter}").ok()
    assert view["number"] == "邻市监处罚〔2026〕77号" and view["publication"]["case"] is None
    assert view["publication"]["publish_due"] == "2026-04-24"  # D34: ten working days
    for account, act, more in (("credit_clerk", "prepare", {}), ("unit_head", "review_pass", {"secrecy_reviewed": True}),
                               ("credit_clerk", "publish", {})):
        who = "legal_reviewer" if account == "unit_head" else account
        walk.as_(who).act("disclosure", matter, act, fields=more, happened_at="2026-04-20").ok()
    page = clerk.get(f"disclosures/{matter}").ok()["publication"]
    assert page["public"] and page["summary"]["organ"] == "邻省某市市场监督管理局"
    found = clerk.get("disclosures?number=" + urllib.parse.quote("邻市监处罚[2026]77号")).ok()["items"]
    assert [d["id"] for d in found] == [matter]
    rebuilt(postgres, database)


def test_a_changed_decision_is_registered_for_a_case_of_this_organ(published, postgres, database):
    clerk = published.as_("credit_clerk")
    fields = {"case": published.case, "decision_paper_no": "样政复决〔2026〕5号", "decided_on": "2026-06-10", "served_on": "2026-06-11",
              "cause": "侵犯注册商标专用权", "parties": [{"name": "样县甲汽车配件经营部", "kind": "个体工商户"}],
              "penalty_kinds": ["罚款"], "fine_fen": 1000000, "discretion": "从轻", "decision_text": "变更为罚款10000元。"}
    body = {"act": "register", "fields": {**fields, "case": "999999"}, "happened_at": "2026-06-12"}
    problem = refused(lambda: clerk.post("disclosures", body).ok(), status=422, rule="no-such-case")
    assert problem.field == "fields.case"
    body["fields"] = fields
    matter = clerk.post("disclosures", body).ok()["matter"]["id"]
    view = clerk.get(f"disclosures/{matter}").ok()
    assert view["publication"]["case"]["id"] == published.case and view["state"] == "preparing"
    assert view["publication"]["class"]["name"] == "轻微" and view["publication"]["publish_due"] == "2026-07-09"
    both = [d["id"] for d in clerk.get(f"disclosures?case={published.case}").ok()["items"]]
    assert both == [matter, published.disclosure()]
    rebuilt(postgres, database)


def test_a_party_of_another_province_is_published_there(walk, postgres, database):
    walk.to_investigating()
    walk.to_reviewed()
    walk.to_noticed()
    walk.to_decided(other_province=True)
    walk.serve()
    assert walk.disclosed()["publication"]["publish_due"] == "2026-04-29"  # D33: ten working days
    walk.to_ready()
    refused(walk.on_disclosure, "credit_clerk", "publish", "2026-04-22", rule="other-province")
    walk.on_disclosure("credit_clerk", "push", "2026-04-22", organ_to="邻省市场监督管理局")
    view = walk.disclosed()
    assert view["state"] == "pushed" and view["publication"]["pushed_on"] == "2026-04-22"
    assert not view["publication"]["public"] and view["publication"]["periods"] == []
    rebuilt(postgres, database)


def test_an_exemption_needs_its_approver(decided, postgres, database):
    decided.on_disclosure("officer", "exempt_request", "2026-04-20", publish_exemption="未成年人", reason="当事人未满十八周岁")
    decided.on_disclosure("deputy_head", "exempt_approve", "2026-04-21")
    view = decided.disclosed()
    assert view["state"] == "exempt" and view["facts"]["exempt_approver"]
    refused(decided.on_disclosure, "officer", "prepare", "2026-04-22", rule="wrong-state")
    rebuilt(postgres, database)


def test_credit_repair_ends_it_early(published, postgres, database):
    on = published.on_disclosure
    on("credit_clerk", "repair_request", "2026-08-03")
    on("credit_clerk", "repair_accept", "2026-08-04")
    problem = refused(on, "credit_clerk", "repair_grant_request", "2026-08-05", corrected=True, not_penalised_again=True)
    assert problem.rule == "not-performed", problem  # nothing was paid yet
    published.to_performed("2026-08-05")
    on("credit_clerk", "repair_grant_request", "2026-08-05", corrected=True, not_penalised_again=True)
    on("deputy_head", "repair_grant_approve", "2026-08-06")
    assert published.disclosed()["publication"]["public"]
    on("credit_clerk", "repair_carry_out", "2026-08-07")
    page = published.disclosed()["publication"]
    assert not page["public"] and page["periods"][-1]["why"] == "停止：信用修复" and page["stopped_on"] == "2026-08-07"
    rebuilt(postgres, database)


def test_hidden_during_a_reorganisation_and_shown_again(published, postgres, database):
    on = published.on_disclosure
    on("credit_clerk", "shield_request", "2026-06-01", paper_no="样法破1号")
    on("credit_clerk", "shield", "2026-06-02")
    assert not published.disclosed()["publication"]["public"]
    on("credit_clerk", "unshield", "2026-07-01", reason="重整计划未获批准")
    page = published.disclosed()["publication"]
    assert page["public"] and [(p["version"], p["why"]) for p in page["periods"]] == [(1, "屏蔽"), (2, None)]
    assert page["stop_due"] == "2027-04-22"
    rebuilt(postgres, database)


# ---- refusals -----------------------------------------------------------------------------------------


REFUSALS = [
    ("published before it was reviewed", "officer", "publish", {}, 409, "wrong-state"),
    ("prepared by a stranger", "station_officer", "prepare", {}, 404, None),
    ("prepared by a clerk", "clerk", "prepare", {}, 403, "missing-role"),
    ("received by an officer", "officer", "receive", {}, 403, "missing-role"),
    ("spawned by hand", "officer", "opened", {}, 403, "missing-role"),
    ("told by hand", "officer", "case_event", {"disclosure_event": "决定不再有效"}, 403, "missing-role"),
    ("an unknown act", "officer", "publish_now", {}, 422, "unknown-act"),
    ("withdrawn though not public", "credit_clerk", "withdraw", {"withdraw_reason": "x"}, 409, "wrong-state"),
    ("cuts that are no JSON", "officer", "prepare", {"cuts": "abc"}, 409, "cuts-invalid"),
    ("a cut past the end", "officer", "prepare", {"cuts": '[{"at":5000,"len":3,"code":"name"}]'}, 409, "cuts-invalid"),
    ("in the future", "officer", "prepare", {"on": "2031-01-01"}, 422, "in-the-future"),
    ("before the decision", "officer", "prepare", {"on": "2026-04-01"}, 422, "before-previous-step"),
    ("exempt without reason", "officer", "exempt_request", {"publish_exemption": "当事人为未成年人"}, 422, None),
]


@pytest.mark.parametrize("name,account,act,fields,status,rule", REFUSALS, ids=[r[0] for r in REFUSALS])
def test_a_refusal_changes_nothing(decided, name, account, act, fields, status, rule):
    before = decided.disclosed()
    fields = dict(fields)
    on = fields.pop("on", "2026-04-21")
    with pytest.raises(harness.Problem) as problem:
        decided._do("disclosure", before["id"], account, act, fields, on)
    assert problem.value.status == status, problem.value
    assert rule is None or problem.value.rule == rule, problem.value
    assert decided.disclosed()["version"] == before["version"]


def test_the_drafter_does_not_review(decided):
    decided.on_disclosure("credit_clerk", "prepare", "2026-04-21")
    refused(decided.on_disclosure, "credit_clerk", "review_pass", "2026-04-21", secrecy_reviewed=True,
            rule="reviewer-is-drafter")


def test_what_is_lacking_is_named(walk, postgres, database):
    """A decision that took no number cannot be published: the refusal says which item is missing."""
    postgres.query(database, "DELETE FROM ipcase.number_series WHERE paper = '市监处罚'")
    try:
        walk.to_investigating()
        walk.to_reviewed()
        walk.to_noticed()
        walk.to_decided()
        assert walk.disclosed()["publication"]["missing"] == "行政处罚决定书文号"
        problem = refused(walk.on_disclosure, "officer", "prepare", "2026-04-20", rule="summary-incomplete",
                          article="第四条")
        assert "行政处罚决定书文号" in str(problem)
        walk.on_disclosure("officer", "prepare", "2026-04-20", decision_paper_no="样市监处罚〔2026〕900号")
    finally:
        postgres.query(database, "INSERT INTO ipcase.number_series VALUES (10, '市监处罚', '样市监处罚')")
    rebuilt(postgres, database)


# ---- what must not be public ---------------------------------------------------------------------------


@pytest.fixture
def telling(walk):
    """A decision whose text says more than may be public, of a case with a reporter."""
    walk.to_investigating(reporter=REPORTER, reporter_contact=PHONE)
    walk.to_reviewed()
    walk.to_noticed()
    walk.to_decided(decision_text=TEXT)
    walk.serve()
    return walk


def test_the_preview_proposes_what_must_be_cut(telling):
    officer = telling.as_("officer")
    preview = officer.get(f"disclosures/{telling.disclosure()}/preview").ok()
    assert preview["source"] == "proposed" and preview["residue"] is None
    assert PHONE not in preview["text"] and preview["original"] == TEXT
    cut = next(c for c in preview["cuts"] if PHONE in c["text"])
    assert TEXT.encode()[cut["at"]:cut["at"] + cut["len"]].decode() == cut["text"]
    assert cut["article"] and cut["code"] in ("contact", "reporter")
    # without cuts: what is left is named, and nothing is stored by looking
    bare = officer.post(f"disclosures/{telling.disclosure()}/preview", {"cuts": []}, key=False).ok()
    assert bare["source"] == "given" and bare["residue"]["rule"] == "redaction-residue" and bare["proposed"]
    assert PHONE not in bare["residue"]["message"]
    assert telling.disclosed()["state"] == "preparing"
    refused(lambda: officer.post(f"disclosures/{telling.disclosure()}/preview",
                                 {"cuts": [{"at": 1, "len": 1, "code": "name"}]}, key=False).ok(), status=422)


def test_a_text_that_says_too_much_is_never_published(telling, postgres, database):
    refused(telling.to_ready, rule="redaction-residue")
    preview = telling.as_("officer").get(f"disclosures/{telling.disclosure()}/preview").ok()
    cuts = json.dumps([{k: c[k] for k in ("at", "len", "code", "note")} for c in preview["cuts"]])
    telling.publish(cuts=cuts)
    (_, _, _, _, body), = periods(postgres, database, telling.disclosure())
    assert PHONE not in body and "样县甲汽车配件经营部" in body
    whole = str(postgres.query(database, "SELECT p::text FROM ipcase.public_record p WHERE matter_id = %s",
                               telling.disclosure()))
    assert PHONE not in whole and "金某某" not in whole and "承办甲" not in whole
    refused(telling.on_disclosure, "credit_clerk", "withdraw", "2026-04-28", withdraw_reason=f"请致电{PHONE}",
            rule="redaction-residue")
    rebuilt(postgres, database)


def test_the_reporter_of_the_clue_is_known_though_the_disclosure_does_not_know_him(walk, postgres, database):
    """The law sees the disclosure alone; who publishes looks into the clue as well."""
    walk.to_investigating(reporter="欧阳晓月")
    walk.to_reviewed()
    walk.to_noticed()
    walk.to_decided(decision_text="经欧阳晓月举报，当事人样县甲汽车配件经营部销售侵权机油。")
    walk.serve()
    preview = walk.as_("officer").get(f"disclosures/{walk.disclosure()}/preview").ok()
    assert [c["code"] for c in preview["cuts"]] == ["reporter"] and "欧阳" not in preview["text"]
    walk.to_ready(cuts="[]")
    refused(walk.on_disclosure, "credit_clerk", "publish", "2026-04-22", rule="redaction-residue")
    assert periods(postgres, database, walk.disclosure()) == []


SEALED = {"officer": True, "co_officer": True, "unit_head": True, "legal_reviewer": True, "deputy_head": True,
          "principal": True, "credit_clerk": True, "auditor": True, "clerk": False}


@pytest.mark.parametrize("account,opens", SEALED.items())
def test_who_sees_the_sealed_original(telling, account, opens):
    client = telling.as_(account)
    view = client.get(f"disclosures/{telling.disclosure()}").ok()
    assert view["publication"]["sealed"] is not opens
    assert (TEXT in json.dumps(view, ensure_ascii=False)) is opens
    assert (TEXT in client.get(f"disclosures/{telling.disclosure()}/acts").text) is opens
    reply = client.get(f"disclosures/{telling.disclosure()}/preview")
    assert reply.status == (200 if opens else 403)


@pytest.mark.parametrize("account", ["police", "procuratorate", "court", "neighbour", "station_officer", "admin"])
def test_who_sees_nothing(telling, account):
    client = telling.as_(account)
    for path in ("", "/acts", "/next", "/clocks", "/preview"):
        assert client.get(f"disclosures/{telling.disclosure()}{path}").status == 404
    assert client.get("disclosures").ok()["items"] == []


# ---- the database keeps it ------------------------------------------------------------------------------


@contextlib.contextmanager
def caller(postgres, database, units, role="ipcase_app"):
    conn = psycopg2.connect(postgres.url(database, role))
    try:
        with conn.cursor() as cur:
            cur.execute("SELECT set_config('ipcase.account', '1', true), set_config('ipcase.units', %s, true)",
                        ("{" + ",".join(map(str, units)) + "}",))
            yield cur
    finally:
        conn.rollback()
        conn.close()


def test_row_security_hides_disclosures_and_their_pages(published, postgres, database):
    matter = published.disclosure()
    for units, rows in (([11], 1), ([12], 0), ([], 0), ([20, 30, 40], 0)):
        with caller(postgres, database, units) as cur:
            for table in ("disclosure", "public_record"):
                cur.execute(f"SELECT count(*) FROM ipcase.{table} WHERE matter_id = %s", (matter,))
                assert cur.fetchone() == (rows,), (units, table)


@pytest.mark.parametrize("role", ["ipcase_app", "ipcase_owner", "postgres"])
@pytest.mark.parametrize("sql", ["DELETE FROM ipcase.public_record", "TRUNCATE ipcase.public_record",
                                 "UPDATE ipcase.public_record SET body = 'x', digest = sha256('x')",
                                 "UPDATE ipcase.public_record SET from_at = now()",
                                 "UPDATE ipcase.public_record SET until_at = NULL, until_why = NULL"])
def test_what_was_public_cannot_be_rewritten(published, postgres, database, role, sql):
    published.on_disclosure("credit_clerk", "withdraw", "2026-04-28", withdraw_reason="有误")
    with caller(postgres, database, [11], role) as cur:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cur.execute(sql)


def test_rebuild_sees_a_forged_page(published, postgres, database):
    matter = published.disclosure()
    with contextlib.closing(postgres.connect(database)) as conn, conn.cursor() as cur:
        cur.execute("SET session_replication_role = replica")  # as nobody but the superuser can
        cur.execute("UPDATE ipcase.public_record SET party = '别人' WHERE matter_id = %s", (matter,))
    said = harness.ctl("rebuild", "--check", "--database", postgres.url(database, "ipcase_owner"), check=False)
    assert said.returncode != 0 and "public_record" in said.stdout and "别人" in said.stdout
    with contextlib.closing(postgres.connect(database)) as conn, conn.cursor() as cur:
        cur.execute("SET session_replication_role = replica")
        cur.execute("UPDATE ipcase.public_record SET party = '样县甲汽车配件经营部' WHERE matter_id = %s", (matter,))
        cur.execute("UPDATE ipcase.disclosure SET class = '轻微' WHERE matter_id = %s", (matter,))
    harness.ctl("rebuild", "--database", postgres.url(database, "ipcase_owner"))
    assert postgres.query(database, "SELECT class FROM ipcase.disclosure WHERE matter_id = %s", matter) == [("一般",)]
    rebuilt(postgres, database)


# ---- two at once, twice the same, in between --------------------------------------------------------------


def test_of_two_at_once_one_wins(decided, postgres, database):
    """publish and exempt on the same version: one is done, the other has to look again."""
    decided.to_ready()
    matter, version = decided.disclosure(), decided.disclosed()["version"]
    tries = [("credit_clerk", "publish", {}), ("officer", "publish", {}), ("co_officer", "publish", {}),
             ("officer", "prepare", {})]
    for account, *_ in tries:
        decided.as_(account)

    def go(one):
        account, act, fields = one
        client = decided.daemon.client(account)
        with contextlib.closing(client):
            return client.act("disclosure", matter, act, version=version, fields=fields,
                              happened_at="2026-04-22").status

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        got = sorted(pool.map(go, tries))
    assert got.count(201) == 1 and set(got) <= {201, 409, 412}, got
    assert decided.disclosed()["version"] == version + 1
    assert len(periods(postgres, database, matter)) <= 1
    rebuilt(postgres, database)


def test_published_and_overturned_at_the_same_moment(decided, postgres, database):
    """Whatever comes first: nothing overturned stays public unnoticed."""
    decided.to_ready("2026-05-06")
    decided.on_case("officer", "remedy_filed", "2026-05-06", remedy_kind="行政复议")
    matter = decided.disclosure()

    def go(one):
        kind, which, account, act, fields = one
        with contextlib.closing(decided.daemon.client(account)) as client:
            return client.act(kind, which, act, fields=fields, happened_at="2026-05-20").status

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        got = list(pool.map(go, [("disclosure", matter, "credit_clerk", "publish", {}),
                                 ("case", decided.case, "officer", "remedy_ended", {"remedy_result": "撤销"})]))
    view = decided.disclosed()
    if got[1] != 201:  # the case found its disclosure changed: look again, and then it goes
        decided.on_case("officer", "remedy_ended", "2026-05-20", remedy_result="撤销")
        view = decided.disclosed()
    assert view["state"] == ("to_withdraw" if got[0] == 201 else "not_required"), got
    assert view["publication"]["public"] is (got[0] == 201)
    rebuilt(postgres, database)


def test_a_decision_made_anew_has_a_disclosure_of_its_own(published, postgres, database):
    first = published.disclosure()
    published.on_case("officer", "remedy_filed", "2026-05-06", remedy_kind="行政复议")
    published.on_case("officer", "remedy_ended", "2026-05-20", remedy_result="责令重作")
    assert published.disclosed()["state"] == "to_withdraw"
    published.to_reviewed("2026-05-25")
    published.to_noticed("2026-05-26", fine=1000000)
    published.to_decided("2026-06-10", fine=1000000)
    second = published.disclosure()
    assert second != first
    assert published.disclosed()["state"] == "preparing"
    assert published.disclosed()["number"] != published.as_("officer").get(f"disclosures/{first}").ok()["number"]
    published.serve("2026-06-11")  # tells the new one, not the old
    assert published.disclosed()["facts"]["served_on"] == "2026-06-11"
    assert published.as_("officer").get(f"disclosures/{first}").ok()["state"] == "to_withdraw"
    assert published.as_("officer").get(f"disclosures/{first}").ok()["facts"]["served_on"] == "2026-04-16"
    rebuilt(postgres, database)


def test_the_same_key_publishes_once(decided, postgres, database):
    decided.to_ready()
    clerk, matter = decided.as_("credit_clerk"), decided.disclosure()
    body = {"act": "publish", "version": decided.disclosed()["version"], "fields": {}, "happened_at": "2026-04-22"}
    first = clerk.post(f"disclosures/{matter}/acts", body, key="publish-once")
    again = clerk.post(f"disclosures/{matter}/acts", body, key="publish-once")
    assert first.ok() == again.ok() and again.replayed
    assert len(periods(postgres, database, matter)) == 1


# ---- the machine stops -------------------------------------------------------------------------------------


def old_case(walk, decided="2024-03-15"):
    """Decided and published so long ago that its period is over."""
    walk.to_investigating(found="2024-01-08", filed="2024-01-15")
    walk.to_reviewed("2024-02-20")
    walk.to_noticed("2024-02-27", fine=200000)
    walk.to_decided(decided, fine=200000, discretion="从轻")
    walk.serve("2024-03-18")
    walk.publish("2024-03-20")


def test_the_sweep_stops_what_is_over(walk, postgres, database):
    old_case(walk)
    matter = walk.disclosure()
    stopped = harness.wait_until(lambda: walk.disclosed()["state"] == "stopped" and walk.disclosed(), 30, "the sweep")
    page = stopped["publication"]
    assert stopped["facts"]["stop_reason"] == "公示期满" and page["stopped_on"] == stopped["facts"]["stop_due"]
    assert page["periods"][0]["why"] == "停止：公示期满" and not page["public"]
    last = walk.as_("credit_clerk").get(f"disclosures/{matter}/acts").ok()["items"][-1]
    assert last["act"] == "expire" and last["actor"]["account"] == "system.10"
    assert last["actor"]["name"] == "系统（样县市场监督管理局）"
    assert postgres.query(database, "SELECT active, roles FROM ipcase.account WHERE name = 'system.10'") == \
        [(False, ["exchange"])]
    refused(lambda: walk.daemon.client("system.10"), status=401)
    system = postgres.query(database, "SELECT id FROM ipcase.account WHERE name = 'system.10'")[0][0]
    for body in ({"act": "unlock"}, {"act": "roles", "roles": ["principal"]}):
        assert walk.as_("admin").post(f"accounts/{system}/acts", body).status in (400, 409, 422)
    rebuilt(postgres, database)


def test_several_daemons_stop_it_once(walk, postgres, database, scratch):
    others = [harness.Daemon(postgres.url(database, "ipcase_app"), scratch / f"other{i}",
                             {"disclosure": {"sweep": "1s"}}) for i in range(2)]
    with others[0], others[1]:
        for _ in range(3):
            old_case(walk)
        harness.wait_until(lambda: walk.disclosed()["state"] == "stopped", 30, "the sweep")
    assert postgres.query(database, "SELECT count(*) FROM ipcase.act WHERE act = 'expire' GROUP BY matter_id"
                                    " HAVING count(*) <> 1") == []
    rebuilt(postgres, database)


def test_a_killed_daemon_leaves_no_half_act(postgres, scratch, new_database):
    """Killed while one act after the other opens disclosures and publishes: what is there is whole."""
    from walk import Walk
    name = new_database()
    daemon = harness.Daemon(postgres.url(name, "ipcase_app"), scratch / "killed", DAEMON_OPTIONS)
    for round_ in range(3):
        daemon.start()
        walk = Walk(daemon)
        walk.to_investigating()
        walk.to_reviewed()
        walk.to_noticed()
        walk.on_case("officer", "decide_penalty_request", "2026-04-15", penalty_kinds=["罚款"], fine_fen=2000000,
                     discretion="一般", decision_text="销售侵权商品", basis="商标法第六十条第二款")
        clerk, deputy = walk.as_("credit_clerk"), walk.as_("deputy_head")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            going = pool.submit(lambda: deputy.act("case", walk.case, "decide_penalty_approve", happened_at="2026-04-15"))
            if round_:
                with contextlib.suppress(Exception):
                    going.result(timeout=0.002 * round_)
            daemon.kill9()
            with contextlib.suppress(Exception):
                going.result(timeout=10)
        walk.close()
        del clerk
    # a decided case has its disclosure with its number and its row, and nothing else has one
    assert postgres.query(name, """
        SELECT c.id FROM ipcase.matter c JOIN ipcase.act a ON a.matter_id = c.id AND a.act = 'decide_penalty'
           AND a.stage = 'approve' LEFT JOIN ipcase.disclosure d ON d.case_id = c.id
           LEFT JOIN ipcase.matter m ON m.id = d.matter_id
         WHERE d.matter_id IS NULL OR m.number IS DISTINCT FROM a.number""") == []
    assert postgres.query(name, "SELECT count(*) FROM ipcase.disclosure d WHERE NOT EXISTS (SELECT 1 FROM ipcase.act a"
                                " WHERE a.matter_id = d.case_id AND a.act = 'decide_penalty' AND a.stage = 'approve')")[0] == (0,)
    rebuilt(postgres, name)


# ---- the due list -------------------------------------------------------------------------------------------


def test_the_due_list_in_pages(decided, postgres, database):
    clerk = decided.as_("credit_clerk")
    everything = clerk.get("disclosures?limit=200").ok()["items"]
    seen, path = [], "disclosures?limit=3"
    while path:
        page = clerk.get(path).ok()
        assert len(page["items"]) <= 3
        seen += page["items"]
        path = page["next"] and f"disclosures?limit=3&after={page['next']}"
    assert [d["id"] for d in seen] == [d["id"] for d in everything]
    dues = [d["due"] or "9999" for d in everything]
    assert dues == sorted(dues)
    mine = clerk.get("disclosures?state=preparing&unit=11&due=2026-05-31").ok()["items"]
    assert decided.disclosure() in [d["id"] for d in mine]
    assert all(d["state"] == "preparing" and d["due"] <= "2026-05-31" for d in mine)
    assert clerk.get("disclosures?unit=12").ok()["items"] == []
    assert [d["id"] for d in clerk.get(f"disclosures?case={decided.case}").ok()["items"]] == [decided.disclosure()]
    refused(lambda: clerk.get("disclosures?state=nonsense").ok(), status=422)
    refused(lambda: clerk.get("disclosures?after=nonsense").ok(), status=422)


# ---- the client ---------------------------------------------------------------------------------------------


def test_the_client(telling, cli):
    matter, number = telling.disclosure(), telling.disclosed()["number"]
    officer, head, clerk = cli("officer"), cli("unit_head"), cli("credit_clerk")
    text = officer.run("case", "show", telling.case).stdout
    assert f"公示事项: {matter}，待整理公示信息" in text and f"ipcase disclosure next {matter}" in text
    listed = clerk.run("disclosure", "list").stdout
    assert number in listed and "待整理公示信息" in listed
    assert "prepare" in officer.run("disclosure", "next", number).stdout
    preview = officer.run("disclosure", "preview", number).stdout
    assert "程序建议的删节" in preview and "联系方式" in preview or "举报人信息" in preview
    assert officer.run("disclosure", "do", number, "整理公示信息送审", "--propose", "--at", "2026-04-21").returncode == 0
    refused_ = officer.run("disclosure", "do", number, "publish", check=False)
    assert refused_.returncode == 2
    head.run("disclosure", "do", number, "review_pass", "secrecy_reviewed=是", "--at", "2026-04-21")
    done = clerk.json("disclosure", "do", number, "publish", "--at", "2026-04-22")
    assert done["matter"]["state"] == "published"
    shown = clerk.run("disclosure", "show", number).stdout
    assert "现在可见" in shown and "何时对外公开" in shown and "一般（" in shown
    assert PHONE not in clerk.run("disclosure", "preview", matter).stdout.split("删节", 1)[0]
    assert clerk.json("disclosure", "list", "--state", "公示中")["items"]
    assert clerk.run("disclosure", "timeline", matter).stdout.count("\n") > 4
    assert "D37" in clerk.run("disclosure", "clocks", matter).stdout
    assert officer.run("disclosure", "show", "无此文号", check=False).returncode == 5
    assert officer.run("disclosure", "list", "--due", "某日", check=False).returncode == 1
    assert officer.run("disclosure", "do", matter, "prepare", "--propose", "--cuts", "x", check=False).returncode == 1
    assert clerk.run("disclosure", "new", "什么", "x=1", check=False).returncode == 1
