# SPDX-License-Identifier: MulanPSL-2.0
"""The main job: a case goes from clue to closing and publication, and both rates come out right."""
import pytest

import harness
from walk import Walk, refused


@pytest.fixture
def walk(daemon):
    one = Walk(daemon)
    yield one
    one.close()


def test_from_clue_to_archive(walk, postgres, database):
    walk.whole()
    view = walk.view()
    assert view["state"] == "archived" and view["state_zh"] == "已归档"
    assert view["facts"]["ground"] == "C1"
    clocks = walk.clocks()
    # filed 2026-03-10 + 90 days; the decision of 2026-04-15 met it
    assert clocks["D11"]["state"] == "met" and clocks["D11"]["due"] == "2026-06-08"
    # notice served 2026-04-02 (Thu): 3, 7, 8, 9, 10 April are the five working days (Qingming 4-6)
    assert view["facts"]["notice_due"] == "2026-04-10"
    # served 2026-04-16 + 15 days = Friday 1 May, a holiday until 5 May
    assert view["facts"]["pay_due"] == "2026-05-06"
    # decided 2026-04-15 + 20 working days over the May holiday and the make-up Saturday 9 May
    published = walk.as_("credit_clerk").get(f"disclosures/{view['facts']['disclosure_matter']}").ok()
    assert published["state"] == "published" and published["facts"]["publish_due"] == "2026-05-15"
    assert clocks["D31"]["state"] == "met"
    acts = walk.as_("officer").get(f"cases/{walk.case}/acts?limit=100").ok()["items"]
    assert [a["act"] for a in acts][:3] == ["filed", "record", "report"]
    assert acts[-1]["act"] == "archive"
    harness.ctl("rebuild", "--check", "--database", postgres.url(database, "ipcase_owner"))


def test_both_rates(walk):
    walk.whole()
    rates = walk.as_("principal").get("rates?from=2026-04-01&to=2026-05-31&as_of=2026-06-30").ok()
    for metric in ("M1", "M2", "M3", "M4", "M6", "M7"):
        m = rates["metrics"][metric]
        if metric == "M4":
            continue  # filed in March
        assert m["numerator"] == m["denominator"] >= 1, (metric, m)
        assert m["percent"] == "100.00"
        counted = walk.disclosure() if metric in ("M6", "M7") else walk.case
        assert counted in [c["id"] for c in m["in"]], metric


def test_an_unfinished_case_is_named_with_its_reason(walk):
    walk.to_investigating(found="2026-01-05", filed="2026-01-12")  # + 90 days: 2026-04-12 is a Sunday
    rates = walk.as_("principal").get("rates?from=2026-04-01&to=2026-04-30&as_of=2026-04-30").ok()
    m1 = rates["metrics"]["M1"]
    line = next(c for c in m1["out"] if c["id"] == walk.case)
    assert "2026-04-13" in line["why"]
    assert m1["numerator"] < m1["denominator"] and m1["percent"] != "100.00"


def test_nothing_due_is_not_a_hundred_percent(walk):
    rates = walk.as_("principal").get("rates?from=2021-08-01&to=2021-08-31").ok()
    assert rates["metrics"]["M1"]["percent"] is None
    assert rates["metrics"]["M1"]["text"] == "无应结案件"
    assert rates["metrics"]["M6"]["text"] == "无应公示案件"


def test_numbers_are_allocated_without_gaps(walk, postgres, database):
    postgres.query(database, "INSERT INTO ipcase.number_series VALUES (10, '市监立', '样市监立')"
                             " ON CONFLICT DO NOTHING RETURNING 1")
    first = walk.to_investigating()
    refused(walk.on_case, "officer", "close_request", note="x", status=409, rule="wrong-state")
    second = walk.to_investigating()
    n1 = int(first["spawned"][0]["number"].split("〕")[1][:-1])
    n2 = int(second["spawned"][0]["number"].split("〕")[1][:-1])
    assert first["spawned"][0]["number"].startswith("样市监立〔2026〕") and n2 == n1 + 1


def test_a_seizure_before_filing_goes_on_in_the_case(walk):
    walk.register("2026-03-02", officer="officer", co_officer="co_officer")
    walk.on_clue("officer", "measure_take", "2026-03-03", measure_kind="扣押", urgent=True, measure_goods="机油55桶")
    walk.on_clue("deputy_head", "measure_confirm", "2026-03-03", measure=1, granted=True)
    walk.file("2026-03-05")
    seizure = walk.clocks()["D10"]
    assert seizure["start"] == "2026-03-03" and seizure["due"] == "2026-04-02" and seizure["ref"] == 1
    walk.on_case("officer", "measure_extend_request", "2026-03-30", measure=1, days=30, reason="案情复杂")
    walk.on_case("deputy_head", "measure_extend_approve", "2026-03-31")
    assert walk.clocks()["D10"]["due"] == "2026-05-02"  # a holiday: coercive measures never roll
    refused(walk.on_case, "officer", "measure_extend_request", "2026-04-20", measure=1, days=30, reason="再延",
            rule="already-extended")


def test_excluded_spans_move_the_decision_day(walk):
    walk.to_investigating(filed="2026-03-02")
    assert walk.clocks()["D11"]["due"] == "2026-06-01"  # 05-31 is a Sunday
    walk.on_case("officer", "testing_start", "2026-03-20", organ_to="检测机构")
    assert walk.clocks()["D11"]["state"] == "stopped" and walk.clocks()["D11"]["light"] == "grey"
    walk.on_case("officer", "identification_start", "2026-04-10", right_holder="权利人")
    walk.on_case("officer", "testing_end", "2026-04-15", note="结果不合格")
    walk.on_case("officer", "identification_end", "2026-04-24", note="非正品")
    assert walk.clocks()["D11"]["strict_due"] == "2026-07-05" and walk.clocks()["D11"]["due"] == "2026-07-06"
    walk.on_case("officer", "extend_request", "2026-05-20", reason="案情复杂")
    walk.on_case("deputy_head", "extend_approve", "2026-05-21")
    assert walk.clocks()["D11"]["due"] == "2026-08-04"


REFUSALS = [
    # rule, steps before, the refused step
    ("request_by_stranger", lambda w: refused(
        w.on_case, "station_officer", "record", note="x", record_kind="其他", status=404)),
    ("approver_is_requester", lambda w: (
        w.on_case("officer", "extend_request", "2026-03-20", reason="x"),
        refused(w.on_case, "officer", "extend_approve", "2026-03-20", status=403, rule="missing-role"))),
    ("extension_after_due", lambda w: refused(
        w.on_case, "officer", "extend_request", "2026-06-09", reason="x", rule="extension-after-due",
        article="第六十四条")),
    ("decision_before_notice_over", lambda w: (
        w.to_reviewed(), w.to_noticed(on="2026-04-02"),
        refused(w.to_decided, on="2026-04-10", rule="notice-period-running", article="第五十七条"))),
    ("harsher_than_notice", lambda w: (
        w.to_reviewed(), w.to_noticed(fine=100000),
        refused(w.to_decided, fine=100001, rule="harsher-after-statement"))),
    ("hearing_right_missing", lambda w: (
        w.to_reviewed(), refused(w.to_noticed, fine=10000000, rule="hearing-right-missing"))),
    ("fine_with_open_criminal_transfer", lambda w: (
        w.to_reviewed(), w.to_noticed(),
        w.hand_over_to_police("2026-04-03"),
        refused(w.to_decided, rule="criminal-transfer-open", article="第十一条"))),
    ("electronic_service_without_consent", lambda w: (
        w.to_reviewed(), w.to_noticed(), w.to_decided(),
        refused(w.serve, method="电子", rule="no-consent"))),
    ("performed_before_paid", lambda w: (
        w.to_reviewed(), w.to_noticed(), w.to_decided(), w.serve(),
        refused(w.on_case, "officer", "performed", "2026-04-20", performance="自动履行", rule="not-paid-in-full"))),
    ("court_before_dun", lambda w: (
        w.to_reviewed(), w.to_noticed(), w.to_decided(), w.serve(),
        refused(w.on_case, "officer", "court_apply_request", "2026-10-20", organ_to="样县人民法院",
                rule="dun-running"))),
    ("publication_without_secrecy_review", lambda w: (
        w.to_reviewed(), w.to_noticed(), w.to_decided(),
        w.on_disclosure("officer", "prepare", "2026-04-16"),
        refused(w.on_disclosure, "unit_head", "review_pass", "2026-04-16", secrecy_reviewed=False,
                rule="secrecy-review-missing"))),
    ("closing_without_ground", lambda w: (
        w.to_reviewed(), w.to_noticed(), w.to_decided(), w.serve(),
        refused(w.on_case, "officer", "close_request", "2026-04-20", note="x", rule="wrong-state"))),
    ("in_the_future", lambda w: refused(
        w.on_case, "officer", "record", "2031-01-01", record_kind="其他", note="x", status=422, rule="in-the-future")),
    ("before_filing", lambda w: refused(
        w.on_case, "officer", "record", "2026-03-01", record_kind="其他", note="x", status=422,
        rule="before-previous-step")),
]


@pytest.mark.parametrize("name,steps", REFUSALS, ids=[r[0] for r in REFUSALS])
def test_refusal_names_its_article_and_changes_nothing(walk, postgres, database, name, steps):
    walk.to_investigating()
    steps(walk)
    version = walk.view("principal")["version"]
    assert postgres.query(database, "SELECT count(*) FROM ipcase.act WHERE matter_id = %s",
                          walk.case)[0][0] == version


def test_four_eyes_hold_in_the_database_too(walk, postgres, database):
    walk.to_investigating()
    walk.on_case("officer", "extend_request", "2026-03-20", reason="x")
    with pytest.raises(Exception, match="requester and approver"):
        postgres.query(database, """INSERT INTO ipcase.act SELECT matter_id, seq + 1, organ_id, unit_id, act,
            'approve', request, actor_id, actor_name, NULL, actor_unit, happened_at, now(), NULL, false, 1,
            '{}', digest FROM ipcase.act WHERE matter_id = %s AND stage = 'request'""", walk.case)


def test_the_same_key_never_doubles(walk):
    walk.to_investigating()
    officer = walk.as_("officer")
    body = {"act": "record", "version": 1, "happened_at": "2026-03-11",
            "fields": {"record_kind": "其他", "note": "一次"}}
    first = officer.post(f"cases/{walk.case}/acts", body, key="same-key-1")
    again = officer.post(f"cases/{walk.case}/acts", body, key="same-key-1")
    assert first.ok() == again.ok() and again.replayed and not first.replayed
    other = officer.post(f"cases/{walk.case}/acts", {**body, "fields": {"record_kind": "其他", "note": "两次"}},
                         key="same-key-1")
    assert other.status == 422 and other.problem["rule"] == "idempotency-key-reused"
    stale = officer.post(f"cases/{walk.case}/acts", body)
    assert stale.status == 412


def test_summary_procedure(walk):
    officer = walk.as_("officer")
    fields = {"source": "监督检查", "ip_type": "专利", "cause": "专利标识标注不规范",
              "parties": [{"name": "样县乙百货店", "kind": "个体工商户"}], "co_officer": "co_officer",
              "penalty_kinds": ["罚款"], "fine_fen": 300000, "decision_text": "标注不规范", "basis": "专利法"}
    too_much = officer.post("cases", {"procedure": "summary", "happened_at": "2026-03-02",
                                      "fields": {**fields, "fine_fen": 300001}})
    assert too_much.status == 409 and too_much.problem["rule"] == "summary-too-large"
    reply = officer.post("cases", {"procedure": "summary", "happened_at": "2026-03-02", "fields": fields}).ok()
    walk.case = reply["matter"]["id"]
    assert walk.clocks()["D30"]["due"] == "2026-03-11"
    walk.on_case("officer", "papers", "2026-03-03")
    walk.to_performed("2026-03-10", fine=300000)
    walk.on_case("officer", "close_request", "2026-03-11", note="缴清")
    assert walk.on_case("unit_head", "close_approve", "2026-03-12")["matter"]["state"] == "closed"


def test_hearing_path(walk):
    walk.to_investigating()
    walk.to_reviewed()
    walk.to_noticed(fine=20000000, hearing_right=True)
    walk.on_case("officer", "hearing_request", "2026-04-08")
    assert walk.clocks()["D11"]["state"] == "stopped"
    walk.on_case("deputy_head", "hearing_host", "2026-04-09", hearing_host="legal_reviewer")
    refused(walk.on_case, "legal_reviewer", "hearing_notify", "2026-04-10", hearing_on="2026-04-17",
            hearing_public=True, rule="hearing-notice-too-late")
    walk.on_case("legal_reviewer", "hearing_notify", "2026-04-10", hearing_on="2026-04-22", hearing_public=True)
    walk.on_case("legal_reviewer", "hearing_announce", "2026-04-13")
    walk.on_case("legal_reviewer", "hearing_hold", "2026-04-22", note="听证笔录")
    walk.on_case("legal_reviewer", "hearing_report", "2026-04-24", note="建议维持")
    refused(walk.to_decided, on="2026-04-25", fine=20000000, rule="wrong-state")
    walk.on_case("legal_reviewer", "review_pass", "2026-04-27", opinion="同意")
    refused(walk.to_decided, on="2026-04-28", fine=20000000, rule="discussion-missing", article="第六十条")
    walk.on_case("principal", "discuss", "2026-04-28", members=["局长", "副局长", "大队长"], opinion="同意")
    assert walk.to_decided(on="2026-04-29", fine=20000000)["matter"]["state"] == "unserved"


def test_a_period_that_still_runs_is_counted_up_to_today(walk):
    rates = walk.as_("principal").get("rates?from=2026-01-01&to=2199-12-31").ok()
    assert rates["to"] == rates["as_of"]
    refused_reply = walk.as_("principal").get("rates?from=2026-01-01&to=2026-06-30&as_of=2026-06-29")
    assert refused_reply.status == 422 and refused_reply.problem["field"] == "as_of"


def test_a_case_is_in_the_queue_of_both_officers(walk):
    walk.to_investigating()
    for account in ("officer", "co_officer"):
        rows = walk.as_(account).get("queue?view=mine&limit=200").ok()["items"]
        assert [r["id"] for r in rows].count(walk.case) == 1, account
    walk.on_case("officer", "report", "2026-03-20", proposed_outcome="给予行政处罚", review_kind="案件审核", note="终结")
    for account in ("officer", "co_officer"):
        rows = walk.as_(account).get("queue?view=waiting&limit=200").ok()["items"]
        assert [r["id"] for r in rows].count(walk.case) == 1, account
    rows = walk.as_("legal_reviewer").get("queue?view=mine&limit=200").ok()["items"]
    assert walk.case in [r["id"] for r in rows]


def test_a_registration_that_nobody_disposed_of_lapses_by_itself(walk):
    walk.to_investigating()
    walk.on_case("officer", "measure_take", "2026-03-11", measure_kind="先行登记保存", urgent=True, measure_goods="账册")
    clock = walk.clocks()["D09"]  # seven working days: 20 March, long past
    assert clock["due"] == "2026-03-20" and clock["state"] == "lapsed" and clock["light"] == "red"
    refused(walk.on_case, "officer", "measure_lift", "2026-03-18", measure=1, lift_ground="其他", rule="not-a-seizure")
    walk.on_case("officer", "measure_dispose", "2026-03-18", measure=1, disposition="解除登记保存")
    assert walk.clocks()["D09"]["state"] == "met"
