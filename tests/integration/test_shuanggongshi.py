# SPDX-License-Identifier: MulanPSL-2.0
"""双公示: 30 fields of each decision, what is wrong with them, files, batches, what was reported and what must be again."""
import csv
import datetime
import hashlib
import io
import json

import pytest

import harness
from replies import fits

ORGAN_CODE = "11512022MB1234567Q"  # replaced below by one whose check character is right
USCC = "91110000802100433B"
CITIZEN = "11010519491231002X"
SHOP = {"name": "样县甲汽车配件有限公司", "kind": "企业", "uscc": USCC, "representative": "李某"}
CODES = ("CF_XDR_MC CF_XDR_LB CF_XDR_SHXYM CF_XDR_GSZC CF_XDR_ZZJG CF_XDR_SWDJ CF_XDR_SYDW CF_XDR_SHZZ CF_FRDB CF_FR_ZJLX"
         " CF_FR_ZJHM CF_XDR_ZJLX CF_XDR_ZJHM CF_WSH CF_WFXW CF_SY CF_YJ CF_CFLB CF_NR CF_NR_FK CF_NR_WFFF CF_NR_ZKDX CF_JDRQ"
         " CF_YXQ CF_GSJZQ CF_CFJG CF_CFJGDM CF_SJLY CF_SJLYDM BZ").split()


def uscc(first17):
    """With its check character (GB 32100)."""
    chars = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(chars.index(c) * pow(3, i, 31) for i, c in enumerate(first17))
    return first17 + chars[(31 - total % 31) % 31]


@pytest.fixture(scope="module", autouse=True)
def organ_code(postgres, database):
    code = uscc(ORGAN_CODE[:17])
    harness.ctl("unit", "code", "--code", "BUREAU", "--uscc", code, "--database", postgres.url(database, "ipcase_owner"))
    return code


def decided(walk, on, parties=None, ready=True, kinds=("罚款",), fine=2000000, notice=(), **fields):
    walk.to_investigating(parties=parties or [SHOP])
    walk.to_reviewed()
    walk.to_noticed(fine=fine, notice_kinds=list(kinds), **dict(notice))
    walk.to_decided(on, fine=fine, penalty_kinds=list(kinds), **fields)
    walk.serve(on)
    if ready:
        walk.to_ready(on)
    return walk.disclosed()


def page(walk, on, to=None):
    return walk.as_("credit_clerk").get(f"shuanggongshi?from={on}&to={to or on}").ok()


def row_of(walk, on, n=0):
    got = page(walk, on)
    row = got["items"][0]["rows"][n]
    return dict(zip([f["code"] for f in got["fields"]], row["values"])), row["problems"]


def test_thirty_fields_of_a_decision(walk, organ_code):
    view = decided(walk, "2026-05-06", fine=1234567)
    values, problems = row_of(walk, "2026-05-06")
    assert list(values) == CODES and problems == []
    assert values["CF_XDR_MC"] == SHOP["name"] and values["CF_XDR_LB"] == "法人及非法人组织"
    assert values["CF_XDR_SHXYM"] == USCC and values["CF_FRDB"] == "李某"
    assert values["CF_WSH"] == view["number"] and values["CF_CFLB"] == "罚款"
    assert values["CF_NR_FK"] == "1.234567" and values["CF_NR_WFFF"] == ""
    assert values["CF_JDRQ"] == "2026/05/06" and values["CF_YXQ"] == "2099/12/31"
    assert values["CF_CFJG"] == values["CF_SJLY"] == "样县市场监督管理局"
    assert values["CF_CFJGDM"] == values["CF_SJLYDM"] == organ_code
    assert values["CF_SY"] == "销售侵犯注册商标专用权的商品" and values["CF_YJ"] == "商标法第六十条第二款"
    assert values["CF_GSJZQ"][4] == "/" and values["CF_GSJZQ"] > "2027"


def test_published_the_window_is_the_disclosures(walk):
    decided(walk, "2026-05-07")
    walk.on_disclosure("credit_clerk", "publish", "2026-05-08")
    stop = walk.disclosed()["publication"]["stop_due"]
    values, _ = row_of(walk, "2026-05-07")
    assert values["CF_GSJZQ"] == stop.replace("-", "/")


def test_a_natural_person_is_masked_and_a_household_may_have_no_code(walk):
    decided(walk, "2026-05-11", fine=100000, parties=[
        {"name": "王某", "kind": "自然人", "id_number": CITIZEN}, {"name": "样县乙店", "kind": "个体工商户", "representative": "赵某"}])
    values, problems = row_of(walk, "2026-05-11")
    assert problems == [] and values["CF_XDR_LB"] == "自然人" and values["CF_XDR_ZJLX"] == "身份证"
    assert values["CF_XDR_ZJHM"] == "11010519******002X"
    assert values["CF_XDR_SHXYM"] == values["CF_FRDB"] == "" and "2名" in values["BZ"]
    values, problems = row_of(walk, "2026-05-11", 1)
    assert problems == [] and values["CF_XDR_SHXYM"] == "00000000000000000X" and values["CF_XDR_LB"] == "个体工商户"


def test_what_is_missing_is_named(walk):
    decided(walk, "2026-05-12", parties=[{"name": "样县丙公司", "kind": "企业"}], ready=False)
    _, problems = row_of(walk, "2026-05-12")
    found = {p["field"]: p["what"] for p in problems}
    assert found["CF_XDR_SHXYM"] == "缺少" and found["CF_FRDB"] == "缺少"
    assert "保密审查" in found["CF_SY"]
    assert {p["zh"] for p in problems if p["field"] == "CF_SY"} == {"违法事实"}


def test_what_was_confiscated_is_one_sum(walk):
    decided(walk, "2026-05-13", kinds=("罚款", "没收违法所得", "没收非法财物"), notice={"notice_confiscated_fen": 101},
            confiscated_income_fen=100, confiscated_goods="机油55桶", confiscated_goods_fen=1)
    values, problems = row_of(walk, "2026-05-13")
    assert values["CF_NR_WFFF"] == "0.000101"
    assert values["CF_CFLB"] == "罚款;没收违法所得、没收非法财物" and problems == []


def test_a_code_that_fails_its_check_is_found(walk, postgres, database):
    decided(walk, "2026-05-14")
    postgres.query(database, "UPDATE ipcase.unit SET uscc = '91350211M000100Y43' WHERE id = 10")
    try:
        _, problems = row_of(walk, "2026-05-14")
        assert [p["field"] for p in problems] == ["CF_CFJGDM", "CF_SJLYDM"]
    finally:
        postgres.query(database, "UPDATE ipcase.unit SET uscc = %s WHERE id = 10", uscc(ORGAN_CODE[:17]))


@pytest.fixture(scope="module")
def may(daemon):
    """A good decision with an awkward text, a bad one."""
    from walk import Walk
    walk, other = Walk(daemon), Walk(daemon)
    decided(walk, "2026-06-01", decision_text='=1+1，销售"假冒"机油,\n二行')
    decided(other, "2026-06-02", parties=[{"name": "样县丁公司", "kind": "企业"}])
    yield walk
    walk.close()
    other.close()


def export(cli, *args, account="credit_clerk", check=False):
    return cli(account).run("export", "shuanggongshi", *args, check=check)


def test_csv_reads_back_and_is_safe(may, cli, tmp_path):
    out = tmp_path / "a.csv"
    done = export(cli, "--from", "2026-06-01", "--to", "2026-06-30", "--out", out)
    assert done.returncode == 8 and "合格 1 件，不合格 1 件" in done.stdout and "样县丁公司" in done.stdout
    data = out.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and b"\r\n" in data
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0] == CODES and len(rows) == 3 and rows[1][15] == "违法事实" and len(rows[1]) == 30
    row = dict(zip(CODES, rows[2]))
    assert row["CF_SY"] == '\'=1+1，销售"假冒"机油,\n二行'
    assert row["CF_JDRQ"] == "2026/06/01" and row["CF_NR_FK"] == "2.000000"
    again = tmp_path / "b.csv"
    export(cli, "--from", "2026-06-01", "--to", "2026-06-30", "--out", again)
    assert again.read_bytes() == data


def test_xlsx_reads_back(may, cli, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    out = tmp_path / "a.xlsx"
    done = export(cli, "--from", "2026-06-01", "--to", "2026-06-30", "--out", out)
    assert done.returncode == 8, done.stderr
    sheet = openpyxl.load_workbook(out).active
    rows = list(sheet.iter_rows())
    assert [c.value for c in rows[0]] == CODES and rows[1][22].value == "处罚决定日期" and len(rows) == 3
    row = dict(zip(CODES, rows[2]))
    assert row["CF_JDRQ"].value == datetime.datetime(2026, 6, 1) and row["CF_JDRQ"].number_format == "yyyy/mm/dd"
    assert row["CF_YXQ"].value == datetime.datetime(2099, 12, 31)
    assert row["CF_NR_FK"].value == 2 and row["CF_NR_FK"].number_format == "0.000000"
    assert row["CF_SY"].data_type == "s" and row["CF_SY"].value.startswith("=1+1")
    assert row["CF_XDR_SHXYM"].value == USCC and row["CF_XDR_SHXYM"].data_type == "s"


def test_check_writes_nothing(may, cli, tmp_path, postgres, database):
    before = postgres.query(database, "SELECT count(*) FROM ipcase.credit_batch")
    done = export(cli, "--from", "2026-06-01", "--to", "2026-06-01", "--check", "--out", tmp_path / "no.csv")
    assert done.returncode == 0 and "不合格 0 件" in done.stdout and not (tmp_path / "no.csv").exists()
    assert postgres.query(database, "SELECT count(*) FROM ipcase.credit_batch") == before
    report = cli("credit_clerk").run("--json", "export", "shuanggongshi", "--from", "2026-06-02", "--to", "2026-06-02", check=False)
    assert report.returncode == 8
    found = json.loads(report.stdout)
    assert found["left_out"] == 1 and {p["field"] for p in found["problems"]} == {"CF_XDR_SHXYM", "CF_FRDB"}


def test_a_batch_is_reported_once_and_what_changes_comes_back(walk, cli, tmp_path, client, postgres, database):
    decided(walk, "2026-07-01")
    walk.on_disclosure("credit_clerk", "publish", "2026-07-02")
    out = tmp_path / "july.csv"
    made = json.loads(cli("credit_clerk").run("--json", "export", "shuanggongshi", "--from", "2026-07-01", "--to", "2026-07-31",
                                              "--out", out).stdout)
    assert made["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest() and made["lines"] == 1
    assert walk.disclosed()["publication"]["credit_on"] is None, "a file is no report"
    text = export(cli, "--reported", made["batch"], "--on", "2026-07-03", check=True).stdout
    assert "登记报送 1 件" in text
    assert walk.disclosed()["publication"]["credit_on"] == "2026-07-03"
    assert page(walk, "2026-07-01")["items"][0]["reported_on"] == "2026-07-03"
    assert "应报送的决定 0 件" in export(cli, "--from", "2026-07-01", "--to", "2026-07-31", "--new", check=True).stdout
    facts = walk.disclosed()["facts"]
    assert facts["credit_batch"] == made["batch"] and facts["credit_digest"] == made["sha256"]
    assert "登记报送 0 件，此前已登记 1 件" in export(cli, "--reported", made["batch"]).stdout
    assert postgres.query(database, "SELECT count(*) FROM ipcase.act WHERE matter_id = %s AND act = 'credit_report'",
                          walk.disclosure()) == [(1,)]
    listed = client("credit_clerk").get("shuanggongshi/batches").ok()["items"][0]
    assert listed["no"] == made["batch"] and listed["reported"] == 1 and listed["first_on"] == "2026-07-03"
    assert listed["made_by"]["account"] == "credit_clerk"
    # M8: within seven working days
    rates = walk.as_("principal").get("rates?from=2026-07-01&to=2026-07-31&as_of=2026-07-31").ok()["metrics"]["M8"]
    assert rates["numerator"] >= 1
    # a correction has to be reported again, and is no longer listed once it was
    assert client("credit_clerk").get("shuanggongshi/again").ok()["items"] == []
    walk.on_disclosure("officer", "correct_request", "2026-07-06", reason="案由有误", cause="销售侵权商品")
    walk.on_disclosure("unit_head", "correct_approve", "2026-07-06")
    item, = client("credit_clerk").get("shuanggongshi/again").ok()["items"]
    assert item["id"] == walk.disclosure() and item["act"] == "correct" and item["changed_on"] == "2026-07-06"
    assert "更正公示" in export(cli, "--again").stdout
    second = json.loads(cli("credit_clerk").run("--json", "export", "shuanggongshi", "--from", "2026-07-01", "--to", "2026-07-31",
                                                "--out", out).stdout)
    assert second["batch"] != made["batch"]
    export(cli, "--reported", second["batch"], check=True)
    assert client("credit_clerk").get("shuanggongshi/again").ok()["items"] == []
    assert walk.disclosed()["publication"]["credit_on"] == "2026-07-03", "the first report is what counts"
    walk.on_disclosure("credit_clerk", "withdraw", withdraw_reason="处罚对象有误")
    item, = client("credit_clerk").get("shuanggongshi/again").ok()["items"]
    assert item["act"] == "withdraw"
    assert page(walk, "2026-07-01")["items"] == [], "what was withdrawn is not reported as if it stood"
    harness.ctl("rebuild", "--check", "--database", postgres.url(database, "ipcase_owner"))


def test_the_same_bytes_are_the_same_batch(may, client):
    body = {"from": "2026-06-01", "to": "2026-06-30", "format": "csv", "lines": 1, "size": 3, "sha256": "ab" * 32,
            "items": [{"id": may.disclosure(), "version": 1}]}
    one = client("credit_clerk").post("shuanggongshi/batches", body, key=False).ok()
    assert client("principal").post("shuanggongshi/batches", body, key=False).ok() == one


@pytest.mark.parametrize("path, schema", [
    ("shuanggongshi?from=2026-05-01&to=2026-08-31", "CreditPage"), ("shuanggongshi/batches", "CreditBatchPage"),
    ("shuanggongshi/batches/1", "CreditBatch"), ("shuanggongshi/again", "CreditAgainPage")])
def test_replies_fit_the_document(may, client, path, schema):
    one = client("credit_clerk")
    schemas = one.get("/api/v1/openapi.json").ok()["components"]["schemas"]
    reply = one.get(path).ok()
    assert reply["items"]
    fits(schemas, schemas[schema], reply)


def test_pages_do_not_overlap(may, client):
    seen, after = [], ""
    while after is not None:
        reply = client("credit_clerk").get(f"shuanggongshi?from=2026-01-01&to=2026-12-31&limit=2{after}").ok()
        seen += [i["id"] for i in reply["items"]]
        after = reply["next"] and f"&after={reply['next']}"
    assert len(seen) == len(set(seen)) >= 6
    whole = client("credit_clerk").get("shuanggongshi?from=2026-01-01&to=2026-12-31&limit=100").ok()
    assert [i["id"] for i in whole["items"]] == seen[:20]


@pytest.mark.parametrize("change, field", [
    ({"sha256": "x"}, "sha256"), ({"items": []}, "items"), ({"items": [{"id": "1"}]}, "items"), ({"to": "2020-01-01"}, "to"),
    ({"format": "pdf"}, "format")])
def test_batches_that_are_none(may, client, change, field):
    body = {"from": "2026-06-01", "to": "2026-06-30", "format": "csv", "lines": 1, "size": 3, "sha256": "cd" * 32,
            "items": [{"id": may.disclosure(), "version": 1}], **change}
    with pytest.raises(harness.Problem) as refused:
        client("credit_clerk").post("shuanggongshi/batches", body, key=False).ok()
    assert refused.value.field == field


def test_batches_of_what_is_not_ours_are_refused(client):
    body = {"from": "2026-06-01", "to": "2026-06-30", "format": "csv", "lines": 1, "size": 3, "sha256": "ef" * 32,
            "items": [{"id": "999999", "version": 1}]}
    assert client("credit_clerk").post("shuanggongshi/batches", body, key=False).status == 404


def test_rights(may, client, cli, tmp_path):
    path = "shuanggongshi?from=2026-06-01&to=2026-06-30"
    assert client().get(path).status == 401
    for account in ("officer", "clerk", "police", "admin"):
        assert client(account).get(path).status == 403
    for account in ("principal", "deputy_head", "auditor"):
        assert len(client(account).get(path).ok()["items"]) == 2
    assert client("auditor").post("shuanggongshi/batches", {}, key=False).status == 403
    done = export(cli, "--from", "2026-06-01", "--to", "2026-06-01", "--out", tmp_path / "a.csv", account="auditor")
    assert done.returncode == 0 and "没有登记为批次" in done.stdout and (tmp_path / "a.csv").exists()


@pytest.mark.parametrize("args, code", [
    (("--from", "2026-06-01"), 1), (("--from", "x", "--to", "2026-06-01"), 3),
    (("--from", "2026-06-01", "--to", "2026-06-02", "--out", "a.pdf"), 1),
    (("--from", "2026-06-02", "--to", "2026-06-01"), 3), (("--reported", "20200101-1"), 5), (("--reported", "99"), 5)])
def test_the_clients_refusals(cli, args, code):
    assert export(cli, *args).returncode == code


def test_exempt_and_warning_only_are_not_reported(walk):
    walk.to_investigating()
    walk.to_reviewed()
    walk.to_noticed(notice_kinds=["警告"], fine=0)
    walk.to_decided("2026-08-03", penalty_kinds=["警告"], fine=0)
    assert page(walk, "2026-08-03")["items"] == []


def test_what_another_province_pushed_is_not_ours_to_report(client):
    body = {"act": "receive", "happened_at": "2026-08-10", "fields": {
        "agency": "外省某市场监督管理局", "cause": "销售侵犯注册商标专用权的商品", "parties": [SHOP], "penalty_kinds": ["罚款"],
        "fine_fen": 100000, "decision_text": "销售侵权商品。", "decided_on": "2026-08-07",
        "decision_paper_no": "外市监处罚〔2026〕1号"}}
    client("credit_clerk").post("disclosures", body).ok()
    assert client("credit_clerk").get("shuanggongshi?from=2026-08-07&to=2026-08-07").ok()["items"] == []
