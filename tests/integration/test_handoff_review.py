# SPDX-License-Identifier: MulanPSL-2.0
"""What went with a hand-over: the checklist of the papers that the law asks for, and the difference of two submissions; for
each organ that takes part, and for nobody else."""
import pytest

import harness
import replies
from hub import C1, Hub, upload

PAPERS = ["letter", "report", "goods", "measures", "opinion", "qualification", "penalty", "other"]


@pytest.fixture(scope="module")
def hub(postgres, database, tmp_path_factory):
    return Hub(postgres, database, tmp_path_factory.mktemp("hub"))


@pytest.fixture(scope="module")
def server(postgres, database, scratch, hub):
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database, hub.options()) as daemon:
        yield daemon


@pytest.fixture
def c1(server, hub):
    one = C1(server, hub)
    yield one
    one.close()


def fits(client, name, value):
    schemas = client.get("openapi.json").ok()["components"]["schemas"]
    replies.fits(schemas, schemas[name], value)


def checklist(client, handoff):
    reply = client.get(f"handoffs/{handoff}/checklist").ok()
    fits(client, "Checklist", reply)
    assert reply["missing"] == sum(p["required"] and not p["present"] for p in reply["papers"])
    return {p["code"]: p for p in reply["papers"]}


def packages(client, handoff):
    return [p["seq"] for p in client.get(f"handoffs/{handoff}/thread").ok()["packages"]]


def test_the_checklist_and_the_difference(c1, hub):
    officer = c1.as_("officer")
    case = f"cases/{c1.case}"
    c1.open("2026-04-01")
    papers = checklist(officer, c1.id)
    assert list(papers) == PAPERS
    assert [p for p in papers if papers[p]["required"]] == ["letter", "report", "goods"]
    assert not any(p["present"] for p in papers.values())
    assert papers["goods"]["why"] == "案件有涉案物品" and "第六条第三项" in papers["goods"]["article"]
    assert papers["opinion"]["why"] == "案件没有检验报告或者鉴定意见"
    # Before the first package: what could be attached.
    numbers = {name: upload(officer, case, name.encode(), name, kind) for name, kind in (
        ("涉嫌犯罪案件移送书.pdf", "执法文书"), ("案件调查报告.pdf", "执法文书"), ("辨认意见.pdf", "鉴定意见"), ("举报信.pdf", "举报投诉材料"))}
    papers = checklist(officer, c1.id)
    letter = papers["letter"]
    assert letter["present"] and letter["material"] == f"case:{numbers['涉嫌犯罪案件移送书.pdf']}"
    assert letter["material_name"] == "涉嫌犯罪案件移送书.pdf"
    assert papers["opinion"]["required"] and papers["qualification"]["required"] and not papers["qualification"]["present"]
    assert not papers["other"]["present"] and papers["other"]["required"] is False
    # Sent without the list of goods: the police see on their copy what came and what lacks.
    c1.approve()
    attach = [f"case:{numbers[n]}" for n in ("涉嫌犯罪案件移送书.pdf", "案件调查报告.pdf", "辨认意见.pdf")]
    c1.act("officer", "submit", on="2026-04-01", attach=attach)
    hub.settle()
    copies = hub.copies(c1.thread)
    at_police = checklist(c1.as_("police"), copies["police"])
    assert at_police["letter"]["present"] and at_police["letter"]["material"] is None
    assert at_police["letter"]["material_name"] == "涉嫌犯罪案件移送书.pdf"
    assert not at_police["goods"]["present"] and at_police["opinion"]["present"]
    # The procuratorate, which has the lists only, sees the same.
    third = checklist(c1.as_("procuratorate"), copies["procuratorate"])
    assert {k: v["present"] for k, v in third.items()} == {k: v["present"] for k, v in at_police.items()}
    # Returned for completion, and sent again: one file more, one new version.
    c1.at("police", "accept", "2026-04-01", police_receipt="回执1号")
    c1.at("police", "deficient", "2026-04-02", deficiencies=["缺涉案物品清单"])
    goods = upload(officer, f"handoffs/{c1.id}", b"list of goods", "涉案物品清单.xlsx", "书证")
    again = upload(officer, f"handoffs/{c1.id}", b"another report", "案件调查报告.pdf", "执法文书")
    papers = checklist(officer, c1.id)
    assert not papers["goods"]["present"] and papers["goods"]["material"] == f"handoff:{goods}"
    c1.act("officer", "supplement", on="2026-04-03", note="补正",
           attach=[f"handoff:{goods}", f"handoff:{again}", f"case:{numbers['辨认意见.pdf']}"])
    hub.settle()
    assert checklist(officer, c1.id)["goods"]["present"]
    for organ, account in (("bureau", "officer"), ("police", "police"), ("procuratorate", "procuratorate")):
        one, matter = c1.as_(account), hub.copies(c1.thread)[organ]
        first, second = packages(one, matter)
        diff = one.get(f"handoffs/{matter}/packages/{first}/diff/{second}").ok()
        fits(one, "PackageDiff", diff)
        assert (diff["from"], diff["to"]) == (first, second)
        assert [i["name"] for i in diff["added"]] == ["涉案物品清单.xlsx"]
        assert [i["name"] for i in diff["removed"]] == ["涉嫌犯罪案件移送书.pdf"]
        assert [i["name"] for i in diff["same"]] == ["辨认意见.pdf"]
        changed, = diff["changed"]
        assert changed["name"] == "案件调查报告.pdf" and changed["old"]["sha256"] != changed["new"]["sha256"]
        assert changed["new"]["size"] == len(b"another report")
        # Asked the other way round it is the same: the earlier one is the old one.
        assert one.get(f"handoffs/{matter}/packages/{second}/diff/{first}").ok() == diff
        itself = one.get(f"handoffs/{matter}/packages/{first}/diff/{first}").ok()
        assert itself["fields"] == itself["added"] == itself["removed"] == itself["changed"] == [] and len(itself["same"]) == 3


def test_fields_that_changed(c1, hub):
    c1.submit("2026-04-01")
    officer = c1.as_("officer")
    one = upload(officer, f"cases/{c1.case}", b"1", "现场照片.jpg", "物证")
    c1.at("police", "accept", "2026-04-01", police_receipt="回执1号")
    c1.at("police", "deficient", "2026-04-02", deficiencies=["缺清单"])
    goods = [{"item": "1", "name": "机油", "unit": "桶", "quantity": 55}]
    c1.act("officer", "supplement", on="2026-04-03", note="补正", attach=[f"case:{one}"], goods_list=goods)
    hub.settle()
    seqs = packages(officer, c1.id)
    if len(seqs) == 1:
        # A submission without attachments has no package: nothing to compare with.
        problem = harness.Problem(officer.get(f"handoffs/{c1.id}/packages/1/diff/{seqs[0]}"))
        assert (problem.status, problem.rule) == (404, "no-such-package")
        c1.at("police", "deficient", "2026-04-04", deficiencies=["仍缺"])
        more = [{"item": "1", "name": "机油", "unit": "桶", "quantity": 54}]
        c1.act("officer", "supplement", on="2026-04-05", note="再补正", attach=[f"case:{one}"], goods_list=more)
        hub.settle()
        seqs = packages(officer, c1.id)
    fields = {f["name"]: f for f in officer.get(f"handoffs/{c1.id}/packages/{seqs[-2]}/diff/{seqs[-1]}").ok()["fields"]}
    assert fields["goods"]["zh"] == "涉案物品清单"
    assert [g["quantity"] for g in fields["goods"]["old"]] == [55] and [g["quantity"] for g in fields["goods"]["new"]] == [54]


def test_who_may_not_see(c1, hub):
    c1.submit("2026-04-01")
    for account in ("court", "neighbour", "admin", "station_officer"):
        one = c1.as_(account)
        for path in (f"handoffs/{c1.id}/checklist", f"handoffs/{c1.id}/packages/1/diff/1"):
            replies.refused(one.get(path), 404, "not-found", rule="no-such-matter")
    # Another organ's copy is not mine, though it is the same thread.
    replies.refused(c1.as_("police").get(f"handoffs/{c1.id}/checklist"), 404, "not-found")
    assert c1.as_("officer").get(f"handoffs/{c1.case}/checklist").status == 404
    anonymous = c1.daemon.client()
    assert anonymous.get(f"handoffs/{c1.id}/checklist").status == 401
    assert anonymous.get(f"handoffs/{c1.id}/packages/1/diff/1").status == 401
    problem = harness.Problem(c1.as_("officer").get(f"handoffs/{c1.id}/packages/998/diff/999"))
    assert (problem.status, problem.rule) == (404, "no-such-package")


def test_another_channel_has_its_own_papers(c1, hub):
    made = c1.as_("officer").post("handoffs", {"channel": "c2", "happened_at": "2026-04-01",
                                               "fields": {"peer": "neighbour", "title": "机油商标案", "market_organ": True,
                                                          "case": c1.case}})
    assert made.status == 201, made
    papers = checklist(c1.as_("officer"), made.ok()["matter"]["id"])
    assert list(papers) == ["letter", "goods", "other"] and papers["letter"]["zh"] == "案件移送函"
    assert papers["letter"]["required"] and "第十四条" in papers["letter"]["article"]
