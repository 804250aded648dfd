# SPDX-License-Identifier: MulanPSL-2.0
"""Each channel walked end to end through the API on one hub, over National Day 2026: every organ with its own account on its
own copy. In the end all copies hold the same records and agree on the state, and the linked clue or case has learned
what it must. The law itself is tested in tests/unit/test_law_*.c."""
import json
import time

import pytest

import harness
from hub import ORGANS, Hub
from walk import Walk, refused

ACCOUNTS = {"bureau": "officer", "police": "police", "procuratorate": "procuratorate", "court": "court",
            "neighbour": "neighbour", "city-bureau": "city_officer", "city-court": "city_court"}
# A case decided in April is enforced from the end of the six months for a suit.
SUBMITTED = "2026-09-24"


@pytest.fixture(scope="module")
def hub(postgres, database, scratch):
    postgres.query(database, "INSERT INTO ipcase.unit (id, parent_id, organ_id, kind, code, name, region) VALUES"
                             " (70, NULL, 70, 'bureau', 'CITY-BUREAU', '样市市场监督管理局', '512000'),"
                             " (71, NULL, 71, 'court', 'CITY-COURT', '样市中级人民法院', '512000')")
    postgres.query(database, "INSERT INTO ipcase.account (name, display_name, unit_id, roles) VALUES"
                             " ('city_officer', '市局甲', 70, '{officer,deputy_head}'), ('city_court', '中院乙', 71, '{court}')")
    postgres.query(database, "UPDATE ipcase.account SET roles = '{officer,unit_head,clerk,deputy_head}' WHERE name = 'neighbour'")
    postgres.query(database, "INSERT INTO ipcase.account_secret SELECT a.id, s.password_hash FROM ipcase.account a,"
                             " ipcase.account_secret s JOIN ipcase.account f ON f.id = s.account_id AND f.name = 'officer'"
                             " WHERE a.name LIKE 'city%%'")
    one = Hub(postgres, database, scratch / f"hub-{database}", {**ORGANS, "neighbour": "邻县市场监督管理局", "city-bureau": "样市市场监督管理局",
                                                    "city-court": "样市中级人民法院"})
    for code, region in (("neighbour", "512021"), ("city-bureau", "512000"), ("city-court", "512000")):
        harness.ctl("peer", "set", "--code", code, "--region", region, "--database", one.owner)
    # what comes in goes to the brigade, whose officers and clerk take it up
    harness.ctl("peer", "set", "--code", "bureau", "--inbox", "BRIGADE", "--database", one.owner)
    for paper in ("市监案移", "市监协查", "市监罚催", "市监执申"):
        harness.ctl("unit", "number", "--code", "BUREAU", "--paper", paper, "--prefix", "样" + paper, "--database", one.owner)
    return one


@pytest.fixture(scope="module")
def daemon(postgres, database, scratch, hub):
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database, hub.options(sweep="12h")) as server:
        yield server


class Way:
    """One hand-over between the organs of the hub."""

    def __init__(self, daemon, hub):
        self.hub, self.walk = hub, Walk(daemon)

    def close(self):
        self.walk.close()

    def open(self, organ, channel, on, account=None, **fields):
        reply = self.walk.as_(account or ACCOUNTS[organ]).post(
            "handoffs", {"channel": channel, "fields": fields, "happened_at": on}).ok()
        self.id = reply["matter"]["id"]
        self.thread, = self.hub.query("SELECT thread::text FROM ipcase.handoff WHERE matter_id = %s", self.id)[0]
        return reply

    def do(self, organ, act, on, account=None, **fields):
        """On that organ's copy, then everywhere."""
        copy = self.hub.copies(self.thread)[organ]
        reply = self.walk.as_(account or ACCOUNTS[organ]).act("handoff", copy, act, fields=fields, happened_at=on).ok()
        self.hub.settle()
        return reply

    def ends(self, state, *organs):
        """All copies there and alike."""
        assert set(self.hub.copies(self.thread)) == set(organs)
        assert self.hub.check(self.thread, organs) == state

    def kinds(self, organ):
        return [r[2] for r in self.hub.records(self.thread, organ)]

    def events(self, matter):
        return [json.loads(p)["handoff_event"] for p, in self.hub.query(
            "SELECT payload::text FROM ipcase.act WHERE matter_id = %s AND act = 'handoff_event' ORDER BY seq", matter)]

    def state(self, kind, matter, account="officer"):
        return self.walk.as_(account).get(f"{kind}s/{matter}").ok()["state"]


@pytest.fixture
def way(daemon, hub):
    one = Way(daemon, hub)
    yield one
    one.close()


# ---- C2 -----------------------------------------------------------------------------------------------


def test_c2_a_clue_goes_to_the_neighbour(way, hub):
    way.walk.register("2026-09-21")
    clue = way.walk.clue
    refused(way.open, "bureau", "c2", "2026-09-22", peer="neighbour", title="机油商标案", market_organ=True, clue="99999",
            status=422, rule="no-such-matter")
    way.open("bureau", "c2", "2026-09-22", peer="neighbour", title="机油商标案", market_organ=True, clue=clue)
    assert way.events(clue) == ["opened"]
    way.do("bureau", "approve_request", "2026-09-22", reason="违法行为地在邻县")
    way.do("bureau", "approve_approve", "2026-09-23", account="deputy_head")
    reply = way.do("bureau", "submit", SUBMITTED)
    assert reply["act"]["number"].startswith("样市监案移〔2026〕")
    assert way.events(clue) == ["opened", "sent"] and way.state("clue", clue) == "clue_transferred"
    # the clue's facts went along
    copy = hub.copies(way.thread)["neighbour"]
    view = way.walk.as_("neighbour").get(f"handoffs/{copy}").ok()
    assert view["parties"] and view["facts"]["discovered_on"] == "2026-09-21"
    way.do("neighbour", "receive", "2026-09-25")
    theirs = way.walk.as_("neighbour").post("clues", {"happened_at": "2026-09-25", "fields": {
        "source": "其他部门移送", "discovered_on": "2026-09-25", "ip_type": "商标", "summary": "移送来的", "parties": view["parties"]}}).ok()
    refused(way.do, "neighbour", "verify", "2026-09-25", clue=clue, status=422, rule="no-such-matter")
    way.do("neighbour", "verify", "2026-09-25", clue=theirs["matter"]["id"])
    assert way.events(theirs["matter"]["id"]) == ["linked"]
    refused(way.do, "neighbour", "not_file", "2026-10-09", reason="x", status=409, rule="clue-not-declined")
    # fifteen working days over Mid-Autumn and National Day
    for organ in ("bureau", "neighbour"):
        clocks = way.walk.as_(ACCOUNTS[organ]).get(f"handoffs/{hub.copies(way.thread)[organ]}/clocks").ok()["items"]
        assert [c["due"] for c in clocks if c["rule"] == "C2.1"] == ["2026-10-22"], organ
    states = {o: hub.state(way.thread, o) for o in ("bureau", "neighbour")}
    assert states == {"bureau": "handoff_accepted", "neighbour": "inbound_verifying"}


def test_c2_a_dispute_before_the_common_superior(way, hub):
    way.walk.to_investigating("2026-09-14", "2026-09-18")
    case = way.walk.case
    way.open("bureau", "c2", "2026-09-22", peer="neighbour", title="机油商标案", market_organ=True, case=case)
    way.do("bureau", "approve_request", "2026-09-22", reason="违法行为地在邻县")
    way.do("bureau", "approve_approve", "2026-09-23", account="deputy_head")
    way.do("bureau", "submit", SUBMITTED)
    assert way.state("case", case) == "closing"
    way.do("neighbour", "receive", "2026-09-25")
    way.do("neighbour", "dispute", "2026-09-27", reason="违法行为地在样县")
    problem = refused(way.do, "neighbour", "refer", "2026-10-12", copy_to=["court"], reason="协商不成", status=409)
    assert problem.rule == "not-common-superior"
    way.do("neighbour", "refer", "2026-10-12", copy_to=["city-bureau"], reason="协商不成")
    way.ends("referred", "bureau", "neighbour", "city-bureau")
    way.do("city-bureau", "designate", "2026-10-14", designated="移送机关", paper_no="样市监指定〔2026〕1号")
    way.ends("handoff_returned", "bureau", "neighbour", "city-bureau")
    assert way.events(case) == ["opened", "sent", "designated"] and way.state("case", case) == "investigating"


# ---- what comes to us ---------------------------------------------------------------------------------------


def verified(way, hub, on):
    """A clue for what came, filed: the case."""
    way.walk.register(on)
    way.do("bureau", "verify", on, clue=way.walk.clue)
    way.walk.file(on)
    way.do("bureau", "link", on, case=way.walk.case)
    return way.walk.case


def decided(way, case, on="2026-10-20"):
    way.walk.case = case
    way.walk.to_reviewed(on)
    way.walk.to_noticed(on)
    way.walk.to_decided("2026-10-30")
    return "2026-11-02"


def test_c3_the_police_send_a_case(way, hub):
    way.open("police", "c3", "2026-09-21", peer="bureau", title="机油商标案", return_kind="移送行政处理", copy_to=["procuratorate"])
    way.do("police", "submit", SUBMITTED)
    assert way.kinds("police") == ["submitted", "delivered", "delivered"]
    way.do("bureau", "receive", SUBMITTED, account="clerk")
    way.do("bureau", "assign", SUBMITTED, account="unit_head", officer="officer", co_officer="co_officer")
    case = verified(way, hub, "2026-09-25")
    way.do("bureau", "file", "2026-09-27")
    way.ends("handoff_filed", "police", "bureau", "procuratorate")
    refused(way.do, "bureau", "decided", "2026-09-28", outcome="给予行政处罚", status=409, rule="case-not-decided")
    on = decided(way, case)
    way.do("bureau", "decided", on, outcome="给予行政处罚")
    way.do("bureau", "answer", on, result="罚款二万元", outcome="给予行政处罚")
    way.ends("handoff_closed", "police", "bureau", "procuratorate")


def test_c3_a_case_comes_back_and_is_reopened(way, hub):
    """Ours was handed to the police and closed; they withdraw theirs and send it back."""
    way.walk.to_investigating("2026-08-03", "2026-08-05")
    way.walk.on_case("officer", "record", "2026-08-06", record_kind="询问笔录", note="x")
    way.walk.to_reviewed("2026-08-07")
    way.walk.to_noticed("2026-08-10")
    way.walk.to_decided("2026-08-20")
    way.walk.serve("2026-08-21")
    way.walk.to_performed("2026-08-25")
    way.walk.publish("2026-08-26")
    way.walk.close_case("2026-08-28")
    case = way.walk.case
    way.open("police", "c3", "2026-09-21", peer="bureau", title="机油商标案", return_kind="撤销案件")
    way.do("police", "submit", SUBMITTED)
    way.do("bureau", "receive", SUBMITTED, account="clerk")
    way.do("bureau", "reopen_request", "2026-09-27", case=case, reason="公安撤案，继续行政处理")
    reply = way.do("bureau", "reopen_approve", "2026-09-28", account="deputy_head")
    assert reply["matter"]["state"] == "inbound_reopened" and way.events(case) == ["reopened"]
    assert way.state("case", case) == "investigating"
    # and the page of its decision has to go: two steps in one transaction
    assert way.walk.disclosed()["state"] == "to_withdraw"
    way.do("bureau", "file", "2026-09-28")
    way.ends("handoff_filed", "police", "bureau")


def test_c4_an_opinion_of_the_procuratorate(way, hub):
    way.open("procuratorate", "c4", "2026-09-21", peer="bureau", title="不起诉后行政处罚", opinion_kind="检察意见（给予处罚）",
             nonprosecuted_on="2026-09-18", term_on="2026-11-20")
    way.do("procuratorate", "submit", SUBMITTED, paper_no="样检意〔2026〕3号")
    way.do("bureau", "receive", "2026-09-25", account="clerk")
    case = verified(way, hub, "2026-09-27")
    way.do("bureau", "file", "2026-09-28")
    way.do("bureau", "interim", "2026-09-30", result="已立案，正在调查")
    way.ends("interim_replied", "procuratorate", "bureau")
    way.do("procuratorate", "hold", "2026-10-09", reason="申诉复查")
    way.ends("on_hold", "procuratorate", "bureau")
    way.do("procuratorate", "resume", "2026-10-14", term_on="2026-12-01")
    on = decided(way, case)
    way.do("bureau", "decided", on, outcome="给予行政处罚")
    way.do("bureau", "answer", on, result="罚款二万元", outcome="给予行政处罚")
    way.ends("handoff_closed", "procuratorate", "bureau")


def test_c5_a_suggestion_of_the_court(way, hub):
    way.open("court", "c5", "2026-09-21", peer="bureau", title="加强商标管理", court_kind="司法建议")
    way.do("court", "submit", SUBMITTED, paper_no="（2026）样法建2号")
    way.do("bureau", "receive", "2026-09-25", account="clerk")
    way.do("bureau", "answer", "2026-10-12", result="已整改")
    way.ends("handoff_closed", "court", "bureau")


# ---- C6 -----------------------------------------------------------------------------------------------------


def test_c6_a_court_enforces(way, hub):
    way.walk.to_investigating("2026-01-05", "2026-01-12")
    way.walk.to_reviewed("2026-02-02")
    way.walk.to_noticed("2026-02-03")
    way.walk.to_decided("2026-02-12")  # three days before the Spring Festival
    way.walk.serve("2026-02-13")
    case = way.walk.case
    fields = {"peer": "court", "copy_to": ["city-court"], "title": "申请强制执行", "case": case, "unpaid_fen": 2000000}
    refused(way.open, "bureau", "c6", "2026-08-10", served_on="2026-02-13", **fields, status=409)
    way.open("bureau", "c6", "2026-08-31", served_on="2026-02-13", **fields)
    reply = way.do("bureau", "dun", "2026-09-01", service_method="直接")
    assert reply["act"]["number"].startswith("样市监罚催")
    way.do("bureau", "approve_request", "2026-09-17", reason="经催告仍不履行")
    way.do("bureau", "approve_approve", "2026-09-17", account="deputy_head")
    reply = way.do("bureau", "submit", "2026-09-17")
    assert reply["act"]["number"].startswith("样市监执申")
    assert way.state("case", case) == "enforcing"
    way.do("court", "defective", "2026-09-18", reason="缺送达回证", term_on="2026-09-30")
    way.do("bureau", "supplement", "2026-09-18", note="已补送达回证")
    way.do("court", "accept", "2026-09-21", court_case_no="（2026）样0122行审5号")
    way.do("court", "deny", "2026-09-28", reason="程序违法", paper_no="（2026）样0122行审5号")
    way.do("bureau", "review_request", "2026-10-09", reason="裁定有误")
    way.do("city-court", "review_allow", "2026-10-20", paper_no="（2026）样01行审复1号")
    way.ends("allowed", "bureau", "court", "city-court")
    way.do("court", "enforce", "2026-10-21", court_case_no="（2026）样0122执88号")
    way.do("court", "enforced", "2026-11-10", enforced_fen=2000000)
    way.ends("done", "bureau", "court", "city-court")
    assert way.state("case", case) == "closing"


# ---- C7 -----------------------------------------------------------------------------------------------------

AGREEMENT = "乙方于2026年10月1日前停止销售并向甲方支付赔偿款三万元，汇入甲方账户。"
PARTIES = [{"name": "甲公司", "kind": "企业"}, {"name": "乙商店", "kind": "个体工商户"}]


def test_c7_confirmation(way, hub):
    way.open("bureau", "c7", "2026-09-14", peer="court", title="商标纠纷调解", parties=PARTIES, agreement=AGREEMENT,
             agreed_on="2026-09-14", mediator="样县知识产权纠纷人民调解委员会")
    if way.walk.as_("officer").get(f"handoffs/{way.id}").ok()["state"] == "agreement_faulty":
        way.do("bureau", "clarify", "2026-09-15", clear_reason="金额、期限、账户明确")
    way.do("bureau", "prepare", "2026-09-16", both_agree=True)
    way.do("bureau", "submit", "2026-09-17")
    way.do("court", "accept", "2026-09-21", court_case_no="（2026）样0122诉前调确1号")
    way.do("court", "hear", "2026-09-25")
    way.do("court", "confirm", "2026-10-12", paper_no="（2026）样0122诉前调确1号")
    way.do("bureau", "performed", "2026-10-20")
    way.ends("done", "bureau", "court")


def test_c7_a_court_assigns(way, hub):
    # a court's account begins the court's kind of it
    way.open("court", "c7", "2026-09-21", peer="bureau", title="委派调解", parties=PARTIES, summary="商标侵权纠纷")
    way.do("court", "assign_submit", SUBMITTED)
    way.do("bureau", "take_on", "2026-09-25", mediator="调解员某")
    way.do("bureau", "mediated", "2026-10-12", mediation_result="达成协议", result="双方和解")
    way.do("court", "assign_close", "2026-10-14")
    way.ends("handoff_closed", "court", "bureau")


# ---- C8 -----------------------------------------------------------------------------------------------------


def test_c8_an_assistance_letter(way, hub):
    way.walk.to_investigating("2026-09-14", "2026-09-18")
    way.open("bureau", "c8", "2026-09-22", peer="neighbour", title="协查经营场所", assist_kind="协助调查", question="请核实乙商店住所",
             market_organ=True, case=way.walk.case)
    way.do("bureau", "approve_request", "2026-09-22", reason="案情需要")
    way.do("bureau", "approve_approve", "2026-09-23", account="deputy_head")
    reply = way.do("bureau", "submit", SUBMITTED)
    assert reply["act"]["number"].startswith("样市监协查")
    way.do("neighbour", "receive", "2026-09-25")
    way.do("neighbour", "extend", "2026-10-12", days=10, reason="当事人外出")
    way.do("neighbour", "answer", "2026-10-16", answer="住所属实")
    way.do("bureau", "evidence_in", "2026-10-19")
    way.do("bureau", "close", "2026-10-20")
    way.ends("handoff_closed", "bureau", "neighbour")


def test_c8_the_procuratorate_is_consulted(way, hub):
    way.open("procuratorate", "c8", "2026-09-22", peer="bureau", title="咨询", assist_kind="案件咨询", question="是否侵权",
             market_organ=True)
    way.do("procuratorate", "submit", SUBMITTED)
    way.do("bureau", "receive", "2026-09-25")
    way.do("bureau", "answer", "2026-09-28", answer="属侵权")
    way.do("procuratorate", "close", "2026-09-29")
    way.ends("handoff_closed", "procuratorate", "bureau")


# ---- our own terms ----------------------------------------------------------------------------------------


def test_terms_of_our_own_that_passed(way, postgres, database, daemon, hub, scratch):
    """The sweep says so once; the principal notes why; nothing is barred and nothing is told."""
    def acts(matter, act):
        return hub.query("SELECT count(*) FROM ipcase.act WHERE matter_id = %s AND act = %s", matter, act)[0][0]

    way.open("procuratorate", "c4", "2026-09-21", peer="bureau", title="检察建议", opinion_kind="检察建议", term_on="2026-10-20")
    way.do("procuratorate", "submit", SUBMITTED)
    way.do("bureau", "receive", "2026-09-25", account="clerk")
    advice, thread = hub.copies(way.thread)["bureau"], way.thread
    way.walk.to_investigating("2026-01-05", "2026-01-12")
    way.walk.to_reviewed("2026-02-02")
    way.walk.to_noticed("2026-02-03")
    way.walk.to_decided("2026-02-12")
    way.walk.serve("2026-02-13")
    way.open("bureau", "c6", "2026-08-31", peer="court", title="申请强制执行", case=way.walk.case, unpaid_fen=2000000,
             served_on="2026-02-13")
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / f"sweeper-{database}", hub.options(sweep="1s")):
        harness.wait_until(lambda: acts(advice, "term_passed") and acts(way.id, "time_barred"), 20)
        records = hub.records(thread, "procuratorate")
        way.walk.as_("principal").act("handoff", advice, "term_note", fields={"reason": "案情复杂"}).ok()
        way.walk.as_("principal").act("handoff", way.id, "bar_note", fields={"reason": "未及时催告"}).ok()
        time.sleep(2.5)
    assert acts(advice, "term_passed") == acts(way.id, "time_barred") == 1
    assert [r for r in hub.records(thread, "procuratorate") if r[2] != "not-answered-in-time"] == \
        [r for r in records if r[2] != "not-answered-in-time"]
    assert way.events(way.walk.case)[-1] == "court-time-barred"


def test_the_tables_are_sound(hub):
    harness.ctl("rebuild", "--check", "--database", hub.owner)
