# SPDX-License-Identifier: MulanPSL-2.0
"""What the forms of the next acts are built from: values, suggestions, accounts, columns, rules, effects; the acts with which
matters begin; why a clock falls due."""
import pytest

from replies import refused
from walk import REGISTER


def act_of(client, path, code):
    acts = {a["act"]: a for a in client.get(f"{path}/next").ok()["acts"]}
    assert code in acts, sorted(acts)
    return acts[code]


def fields_of(act):
    return {f["name"]: f for f in act["fields"]}


def checks_of(act):
    return {c["rule"]: c for c in act["checks"]}


# --- how matters begin -------------------------------------------------------------------------------


def test_a_clue_begins_with_a_form(client):
    act = client("officer").get("clues/new").ok()
    fields = fields_of(act)
    assert (act["act"], act["stage"]) == ("register", "do")
    assert fields["source"]["required"] and {"value": "举报", "zh": "举报"} in fields["source"]["choices"]
    assert fields["parties"]["type"] == "parties"
    columns = {c["name"]: c for c in fields["parties"]["columns"]}
    assert columns["name"]["required"] and columns["uscc"]["type"] == "uscc" and columns["id_number"]["type"] == "citizen"
    assert any(c["value"] == "企业" for c in columns["kind"]["choices"])
    causes = fields["cause"]["suggest"]
    assert any(c["value"] == REGISTER["cause"] and "商标" in c["note"] for c in causes)
    assert fields["discovered_on"]["value"] and fields["discovered_on"]["hint"]
    named = {a["account"] for a in fields["officer"]["accounts"]}
    assert {"officer", "co_officer", "station_officer"} <= named
    # Not officers, not of this organ, not machines.
    assert not named & {"deputy_head", "clerk", "police", "neighbour", "admin", "auditor"}
    assert fields["officer"]["accounts"][0]["unit"] == "样县市场监管综合行政执法大队"
    assert act["effect"][0] == "状态变为“线索待核查”" and any("线索核查" in line and "15个工作日" in line for line in act["effect"])
    assert checks_of(act)["primary-campaign"]["ok"] is None


def test_each_kind_of_matter_has_its_beginning(client):
    officer = client("officer")
    assert officer.get("cases/new").ok()["act"] == "summary_decide"
    assert fields_of(officer.get("handoffs/new?channel=c1").ok())["peer"]["required"]
    assert officer.get("handoffs/new?channel=c3&act=arrive").ok()["act"] == "arrive"
    register = client("credit_clerk").get("disclosures/new?act=register").ok()
    assert register["act"] == "register" and "decision_text" in fields_of(register)
    assert client("credit_clerk").get("disclosures/new").ok()["act"] == "receive"


def test_who_may_not_begin_is_told_so(client):
    refused(client("police").get("clues/new"), 403, "forbidden", rule="missing-role")
    refused(client("auditor").get("cases/new"), 403, "forbidden", rule="missing-role")
    refused(client().get("clues/new"), 401, "unauthenticated")
    refused(client("officer").get("handoffs/new"), 422, "invalid-input", field="channel")
    refused(client("officer").get("handoffs/new?channel=c77"), 422, "invalid-input", field="channel")
    refused(client("officer").get("handoffs/new?channel=c1&act=assign_open"), 422, "invalid-input", rule="unknown-act")
    refused(client("officer").get("handoffs/new?channel=c1&from=999999"), 404, "not-found")


def test_a_hand_over_takes_what_the_case_knows(walk):
    walk.to_investigating(parties=[{"name": "样县甲汽车配件经营部", "kind": "个体工商户"}])
    act = walk.as_("officer").get(f"handoffs/new?channel=c1&from={walk.case}").ok()
    fields = fields_of(act)
    assert fields["case"]["value"] == walk.case
    # Not a matter of the neighbour's.
    refused(walk.as_("neighbour").get(f"handoffs/new?channel=c1&from={walk.case}"), 404, "not-found")


# --- next acts ---------------------------------------------------------------------------------------


def test_a_field_holds_what_the_matter_knows(walk):
    walk.register()
    path = f"clues/{walk.clue}"
    verify = fields_of(act_of(walk.as_("officer"), path, "verify"))
    assert verify["cause"]["value"] == REGISTER["cause"] and verify["ip_type"]["value"] == "商标"
    assert verify["parties"]["value"] == REGISTER["parties"]
    assert "value" not in verify["note"]
    # Only causes of the matter's kind of right.
    assert all(c["note"].startswith("商标") for c in verify["cause"]["suggest"])
    ask = act_of(walk.as_("officer"), path, "file_request")
    assert fields_of(ask)["title"]["value"] == "样县甲汽车配件经营部涉嫌侵犯注册商标专用权（销售侵权商品）案"
    assert fields_of(ask)["officer"]["value"] == "officer"
    assert ask["effect"][0] == "提交后先由办案机构负责人审核，再由分管局领导或者局长审批"
    assert "批准后：状态变为“已立案”" in ask["effect"] and "批准后：同时产生案件，开始计算办案期限" in ask["effect"]
    checks = checks_of(ask)
    assert checks["not-an-officer-of-the-case"]["ok"] is True and checks["limitation-passed"]["ok"] is True
    assert checks["request-open"]["zh"] == "同一事项没有等待审批的申请"
    assert all(c["zh"] and c["article"] for c in ask["checks"])


def test_an_act_that_is_barred_says_which_rule(walk):
    walk.register()
    other = act_of(walk.as_("station_officer"), f"clues/{walk.clue}", "file_request") \
        if walk.as_("station_officer").get(f"clues/{walk.clue}").status == 200 else None
    walk.on_clue("officer", "file_request", cause=REGISTER["cause"], reason="有证据初步证明违法")
    act = act_of(walk.as_("officer"), f"clues/{walk.clue}", "file_request")
    check = checks_of(act)["request-open"]
    assert check["ok"] is False and check["message"] == "同一事项的申请尚待审批"
    assert act["blocked"]["rule"] == "request-open" and act["blocked"]["article"] == check["article"]
    assert other is None or checks_of(other)["not-an-officer-of-the-case"]["ok"] is False


def test_an_approval_tells_its_days(walk):
    walk.register("2026-11-02")
    walk.on_clue("officer", "file_request", "2026-11-10", cause=REGISTER["cause"], reason="有证据初步证明违法")
    endorse = act_of(walk.as_("unit_head"), f"clues/{walk.clue}", "file_endorse")
    assert endorse["effect"] == ["转分管局领导或者局长审批"]
    assert fields_of(endorse)["request"]["value"] == endorse["request"] == 1
    assert fields_of(endorse)["request"]["suggest"][0]["zh"] == "立案"
    assert fields_of(endorse)["co_officer"]["accounts"]
    walk.on_clue("unit_head", "file_endorse", "2026-11-10", officer="officer", co_officer="co_officer")
    approve = act_of(walk.as_("deputy_head"), f"clues/{walk.clue}", "file_approve")
    assert "状态由“线索待核查”变为“已立案”" in approve["effect"]
    assert any(line.startswith("“线索核查”的期限办结") for line in approve["effect"])
    assert checks_of(approve)["approver-is-officer"]["ok"] is True
    # What was asked for is known now: nothing is left open.
    assert all(c["ok"] is True for c in approve["checks"]), approve["checks"]
    back = act_of(walk.as_("deputy_head"), f"clues/{walk.clue}", "file_return")
    assert back["effect"][0] == "申请退回给申请人" and fields_of(back)["opinion"]["required"]


def test_a_decision_is_proposed_as_it_was_announced(walk):
    walk.to_investigating()
    walk.to_reviewed()
    walk.to_noticed(fine=2000000)
    act = act_of(walk.as_("officer"), f"cases/{walk.case}", "decide_penalty_request")
    fields = fields_of(act)
    assert fields["fine_fen"]["value"] == "2000000" and fields["penalty_kinds"]["value"] == ["罚款"]
    assert any("产生公示事项" in line for line in act["effect"])
    walk.to_decided()
    walk.serve()
    assert fields_of(act_of(walk.as_("officer"), f"cases/{walk.case}", "pay"))["amount_fen"]["value"] == "2000000"


def test_things_of_the_matter_can_be_named(walk):
    walk.to_investigating()
    walk.on_case("officer", "measure_take", measure_kind="扣押", measure_goods="机油55桶", urgent=True)
    lift = fields_of(act_of(walk.as_("officer"), f"cases/{walk.case}", "measure_lift"))
    assert lift["measure"]["value"] == 1
    assert lift["measure"]["suggest"][0]["value"] == "1" and lift["measure"]["suggest"][0]["zh"] == "扣押：机油55桶"
    registration = act_of(walk.as_("officer"), f"cases/{walk.case}", "measure_dispose")
    check = checks_of(registration)["not-a-registration"]
    assert check["ok"] is False and check["message"] == "这项措施不是先行登记保存"


def test_what_is_protected_is_no_value(walk):
    walk.register(reporter="举报人某", parties=[{"name": "样县丙某", "kind": "自然人", "id_number": "11010519491231002X"}])
    clerk = walk.as_("clerk").get(f"clues/{walk.clue}/next")
    assert "举报人某" not in clerk.text and "11010519491231002X" not in clerk.text
    assert "11010519491231002X" in walk.as_("officer").get(f"clues/{walk.clue}/next").text


# --- why a clock falls due -----------------------------------------------------------------------------


def clock(client, path, rule):
    return next(c for c in client.get(f"{path}/clocks").ok()["items"] if c["rule"] == rule)


def test_a_clock_says_how_it_was_counted(walk):
    walk.register("2026-04-01")
    one = clock(walk.as_("officer"), f"clues/{walk.clue}", "D01")
    assert one["due"] == "2026-04-23"
    assert one["why"] == [
        "起算：2026年4月1日，发现线索或者收到材料；当日不计入",
        "期限：15个工作日；依据：市场监督管理行政处罚程序规定第十八条",
        "不计入：清明节（4月4日至4月6日）、周末4日",
        "届满日：2026年4月23日",
        "由承办人负责",
        "逾期的后果：不履行职责，纳入督查",
    ]


def test_a_clock_tells_spans_extensions_and_make_up_days(walk):
    walk.register("2026-04-20")
    walk.on_clue("officer", "identification_start", "2026-04-22", right_holder="某酒业股份有限公司")
    path = f"clues/{walk.clue}"
    assert "权利人辨认鉴别自2026年4月22日起尚未结束，期限停止计算" in clock(walk.as_("officer"), path, "D01")["why"]
    walk.on_clue("officer", "identification_end", "2026-04-24", note="非权利人产品")
    why = clock(walk.as_("officer"), path, "D01")["why"]
    assert "扣除权利人辨认鉴别：2026年4月22日的次日至4月24日，共2日" in why
    assert any(line.startswith("调休上班，计入：5月9日") for line in why), why
    walk.on_clue("officer", "extend_request", "2026-04-27", reason="案情复杂")
    walk.on_clue("deputy_head", "extend_approve", "2026-04-27")
    assert "已延长15个工作日" in clock(walk.as_("officer"), path, "D01")["why"]


def test_a_clock_that_rolls_says_so(walk):
    walk.to_investigating("2026-07-01", "2026-07-05")
    one = clock(walk.as_("officer"), f"cases/{walk.case}", "D11")
    assert (one["strict_due"], one["due"]) == ("2026-10-03", "2026-10-08")
    assert "2026年10月3日是休息日（国庆节），顺延到下一个工作日" in one["why"]


@pytest.mark.parametrize("account", ["officer", "unit_head", "deputy_head", "clerk", "auditor", "legal_reviewer"])
def test_every_account_reads_its_next_acts(walk, account):
    walk.to_investigating()
    for act in walk.as_(account).get(f"cases/{walk.case}/next").ok()["acts"]:
        assert isinstance(act["effect"], list) and act["effect"], act
        assert all(c["ok"] in (True, False, None) for c in act["checks"])
