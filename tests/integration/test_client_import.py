# SPDX-License-Identifier: MulanPSL-2.0
"""Imports and exports of the client `ipcase`, against a fake server."""
import json
import os

import pytest

from fake_client import client, guest, on_terminal, server  # noqa: F401
from fake_server import Fault


def sent_rows(client):
    return [row for post in client.server.posts("/imports/31/rows") for row in post.body["rows"]]


def test_import_json_lines_in_batches(client):
    lines = ['{"id":"RC-%d", "fine": %d.50,"facts":"“引号”\\u4e2d"}' % (n, n) for n in range(120)]
    (client.home / "cases.jsonl").write_text("\ufeff" + "\r\n".join(lines) + "\r\n\r\n")
    out = client.ok("import", "cases.jsonl")
    assert out == "导入完成: 读取 120 行，新增 120，未变 0，失败 0\n"
    opened = client.server.posts("/imports")[0]
    assert opened.body == {"name": "cases.jsonl", "format": "jsonl", "total": 120}
    posts = client.server.posts("/imports/31/rows")
    assert [len(p.body["rows"]) for p in posts] == [50, 50, 20]
    assert len({p.key for p in posts} | {opened.key}) == 4
    assert [r["original"] for r in sent_rows(client)] == lines
    assert [r["line"] for r in sent_rows(client)] == list(range(1, 121))
    assert sent_rows(client)[7]["row"] == json.loads(lines[7])
    assert b'"fine": 7.50' in posts[0].raw  # numbers are not rewritten
    assert client.ok("import", "cases.jsonl").endswith("新增 0，未变 120，失败 0\n")


def test_import_of_bad_rows_stops_nothing(client):
    (client.home / "cases.jsonl").write_bytes(
        b'{"id":"1"}\n'
        b'{"id":"2",}\n'
        b'\n'
        b'["3"]\n'
        b'{"id":"4","facts":"\xff\xfe"}\n'
        b'{"id":"5","id":"5"}\n'
        b'{"id":"6","ip_type":"\xe4\xb8\x8d\xe5\xad\x98\xe5\x9c\xa8"}\n'
        b'{"id":"7","facts":"\xe4\xb8\xad"}\n'
        b'{"id":"8","facts":"\xe4\xb8\xad"}')
    done = client.run("import", "cases.jsonl")
    assert done.returncode == 8
    assert done.stdout == "导入完成: 读取 8 行，新增 3，未变 0，失败 5\n"
    errors = done.stderr.splitlines()
    assert [e.split(":")[0] for e in errors] == [
        "第2行", "第4行", "第5行", "第6行 id", "第7行 ip_type"]
    assert errors[4] == "第7行 ip_type: 没有这个知识产权类型" and "UTF-8" in errors[2]
    done = client.run("import", "cases.jsonl", "--json")
    assert done.returncode == 8 and done.stdout.count("\n") == 1
    report = json.loads(done.stdout)
    assert {k: report[k] for k in ("read", "new", "unchanged", "failed")} == {
        "read": 8, "new": 0, "unchanged": 3, "failed": 5}
    assert [e["line"] for e in report["errors"]] == [2, 4, 5, 6, 7]
    assert report["errors"][4] == {"line": 7, "field": "ip_type", "rule": "vocabulary",
                                   "message": "没有这个知识产权类型"}


def test_a_batch_refused_as_a_whole_is_halved(client):
    lines = ['{"id":"%d"}' % n for n in range(50)]
    lines[33] = '{"id":"POISON"}'
    (client.home / "x.jsonl").write_text("\n".join(lines))
    done = client.run("import", "x.jsonl")
    assert done.returncode == 8
    assert done.stderr == "第34行 rows: 批中有无法接受的内容\n"
    assert "新增 49，未变 0，失败 1" in done.stdout
    assert len(client.server.state.originals) == 49
    keys = [p.key for p in client.server.posts("/imports/31/rows")]
    assert len(set(keys)) == len(keys)


def test_dry_run(client):
    (client.home / "x.jsonl").write_text('{"id":"1"}\n{bad}\n')
    done = client.run("import", "--dry-run", "x.jsonl")
    assert done.returncode == 8 and "未保存" in done.stdout
    assert client.server.state.originals == []
    assert client.server.posts("/imports/31/rows")[0].body["dry_run"] is True


def test_import_survives_a_broken_connection(client):
    (client.home / "x.jsonl").write_text("".join('{"id":"%d"}\n' % n for n in range(100)))
    client.server.state.faults = [
        Fault("drop_after", method="POST", path="/imports/31"), Fault("status", path="/imports/31")]
    assert "新增 100，未变 0" in client.ok("import", "x.jsonl")
    assert len(client.server.state.originals) == 100


def test_import_that_cannot_go_on_says_how_far_it_came(client):
    (client.home / "x.jsonl").write_text("".join('{"id":"%d"}\n' % n for n in range(80)))
    client.server.state.overrides[("POST", "/imports/31/rows")] = (
        403, {"type": "urn:ipcase:problem:forbidden", "title": "无权导入", "status": 403})
    done = client.run("import", "x.jsonl")
    assert done.returncode == 4
    assert "导入中断" in done.stderr and "无权导入" in done.stderr
    assert len(client.server.posts("/imports/31/rows")) == 1


CSV = (
    '序号,当事人,处罚决定日期,罚款金额（万元）,处罚依据,是否移送公安,案值,备注\r\n'
    '1,"某某商行, 城关店",2026年9月23日,1.5,"商标法第五十七条第(三)项；行政处罚法第三十二条",否,20000.50,"有""引号"""\r\n'
    '2,联通手机店,2026.9,/,,是,2万,\r\n'
    '3,某店,2026-13-01,1,,否,1,\r\n'
    '4,某店,2026-9-1,1\r\n'
    '5,某"店,2026-9-1,1,,否,1,\r\n'
    '6,"两行\n店名",2025,不能计算,/,,,\r\n'
)
MAPPING = "# 说明\n序号=id\n案值 = goods_value : 元\n备注=note\n"
CSV_ALWAYS = ["id", "campaign", "year", "agency", "region", "ip_type", "party_name", "uscc", "decision_no",
              "clue_source", "discovery_date", "filed_date", "decision_date", "facts", "goods",
              "goods_value", "illegal_turnover", "illegal_income", "fine", "confiscation",
              "legal_basis", "outcome", "transferred_to_police"]


@pytest.mark.parametrize("encoding, options", [
    ("gb18030", []), ("gb18030", ["--encoding", "gb18030"]), ("utf-8", []), ("utf-8-sig", []),
])
def test_csv_with_mapping(client, encoding, options):
    (client.home / "台账.csv").write_bytes(CSV.encode(encoding))
    (client.home / "map").write_bytes(MAPPING.encode(encoding))
    done = client.run("import", "台账.csv", "--mapping", "map", *options)
    assert done.returncode == 8, done.stderr
    assert done.stdout == "导入完成: 读取 6 行，新增 3，未变 0，失败 3\n"
    errors = done.stderr.splitlines()
    assert errors[0].startswith("第4行 decision_date: “2026-13-01”不是日期")
    assert errors[1].startswith("第5行: 这一行有4个单元格") and errors[2].startswith("第6行: ")
    assert len(errors) == 3
    assert client.server.posts("/imports")[0].body == {"name": "台账.csv", "format": "csv", "total": 6}
    rows = sent_rows(client)
    assert [r["line"] for r in rows] == [2, 3, 7]
    assert rows[0]["original"] == CSV.split("\r\n")[1]
    assert rows[2]["original"] == '6,"两行\n店名",2025,不能计算,/,,,'
    first = rows[0]["row"]
    assert {k: v for k, v in first.items() if v not in (None, [])} == {
        "id": "1", "party_name": "某某商行, 城关店", "decision_date": "2026-09-23", "fine": 15000,
        "legal_basis": ["商标法第五十七条第(三)项", "行政处罚法第三十二条"], "transferred_to_police": False,
        "goods_value": 20000.5, "note": "有\"引号\""}
    assert set(CSV_ALWAYS) <= set(first)
    second = rows[1]["row"]
    assert (second["decision_date"], second["fine"], second["goods_value"], second["legal_basis"],
            second["note"]) == ("2026-09", None, 20000, [], None)
    assert (rows[2]["row"]["decision_date"], rows[2]["row"]["fine"]) == ("2025", "不能计算")


def test_csv_damaged_line_and_open_quote(client):
    good = "某店,商标"
    data = ("当事人,知识产权类型\n" + good + "\n").encode("gb18030") + b"\x81\xff,x\n" + (
        '"没有结束,商标\n' + "另一店,专利\n" * 3).encode("gb18030")
    (client.home / "x.csv").write_bytes(data)
    done = client.run("import", "x.csv", "--json")
    assert done.returncode == 8
    report = json.loads(done.stdout)
    assert (report["read"], report["new"], report["unchanged"], report["failed"]) == (6, 4, 0, 2)
    assert [e["line"] for e in report["errors"]] == [3, 4]
    assert "GB18030" in report["errors"][0]["message"] and "引号" in report["errors"][1]["message"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_nul_bytes_spoil_their_own_line_only(client, encoding):
    data = "当事人,知识产权类型\n某店,商标\na\0b,c\n某\0店,商标\n另一店,专利\n"
    (client.home / "x.csv").write_bytes(data.encode(encoding))
    done = client.run("import", "x.csv", "--json")
    assert done.returncode == 8
    report = json.loads(done.stdout)
    assert (report["new"], [e["line"] for e in report["errors"]]) == (2, [3, 4])


@pytest.mark.parametrize("data, mapping, word", [
    (b"PK\x03\x04rest", None, "Excel"), (b"\xff\xfea\0", None, "UTF-16"), ("甲,乙\n1,2\n".encode(), None, "没有一列"),
    ("当事人,乙\n1,2\n".encode(), "丙=note", "没有“丙”这一列"), ("当事人,乙\n1,2\n".encode(), "乙=party_name", "两列"),
    ("当事人,乙\n1,2\n".encode(), "乙=note:什么", "没有“什么”这种类型"), ("当事人,乙\n1,2\n".encode(), "乙", "列名=字段"),
    (b"", None, "标题行"),
])
def test_files_that_cannot_be_imported(client, data, mapping, word):
    (client.home / "x").write_bytes(data)
    args = ["import", "x"]
    if mapping:
        (client.home / "map").write_text(mapping)
        args += ["--mapping", "map"]
    done = client.run(*args)
    assert done.returncode == 3 and word in done.stderr
    assert client.server.state.requests == []


def test_import_shows_progress_on_a_terminal_only(client):
    (client.home / "x.jsonl").write_text("".join('{"id":"%d"}\n' % n for n in range(60)))
    code, shown = on_terminal(client, ["import", "x.jsonl"], [])
    assert code == 0 and "60/60" in shown and "导入完成" in shown
    assert client.run("import", "x.jsonl").stderr == ""


def test_export_gives_back_the_original_lines(client):
    lines = ['{"id":"%d", "facts":"中\\t“x”"}' % n for n in range(5)] + [' {"id" : "空格"}  ']
    text = "\n".join(lines) + "\n"
    (client.home / "x.jsonl").write_text(text)
    client.ok("import", "x.jsonl")
    client.ok("export", "--original", "out.jsonl")
    assert (client.home / "out.jsonl").read_text() == text
    assert client.ok("export", "--original") == text
    assert json.loads(client.ok("export", "--original", "out.jsonl", "--json")) == {"written": 6}
    assert client.run("export").returncode == 1
    assert client.run("export", "--original", "no/such/folder").returncode == 9
    assert sorted(os.listdir(client.home)) == ["config", "out.jsonl", "x.jsonl"]


def test_an_export_that_breaks_leaves_no_file(client):
    client.server.state.overrides[("GET", "/imports/originals")] = (
        500, {"type": "urn:ipcase:problem:internal", "title": "内部错误", "status": 500})
    assert client.run("export", "--original", "out").returncode == 9
    assert not (client.home / "out").exists()
    assert os.listdir(client.home) == ["config"]
