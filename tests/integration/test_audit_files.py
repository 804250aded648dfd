# SPDX-License-Identifier: MulanPSL-2.0
"""The files that are made from an audit.json, opened with other people's programs: Python's csv, openpyxl, unzip and
xmllint, poppler and qpdf. The documents are random (tests/audit/make_audit.py); that the daemon's are of this form and
that its figures follow from the dates is tested where an audit is run (test_audit_run.py)."""
import csv
import datetime
import json
import re
import subprocess
import sys
import time
import zipfile

import openpyxl
import pytest

import harness

sys.path.insert(0, str(harness.ROOT / "tests/audit"))

import make_audit  # noqa: E402
import recompute  # noqa: E402

FILES = ["audit.csv", "audit.xlsx", "audit.pdf"]
METRICS = [m[0] for m in make_audit.METRICS]


def render(folder, text=None, check=True, **env):
    folder.mkdir(exist_ok=True)
    if text is not None:
        (folder / "audit.json").write_text(text, encoding="utf-8")
    return harness.run(harness.program("ipcase"), "audit", "render", folder / "audit.json", "--out", folder, check=check,
                       env=harness.clean_env(HOME=str(folder), **env))


class Made:
    def __init__(self, folder, text):
        self.folder, self.document = folder, json.loads(text)
        render(folder, text)
        self.cases = self.document["cases"]

    def path(self, name):
        return str(self.folder / f"audit.{name}")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return Made(tmp_path_factory.mktemp("audit"), make_audit.make(20261105, 400, hard=True))


@pytest.fixture(scope="module")
def book(made):
    return openpyxl.load_workbook(made.path("xlsx"))


@pytest.fixture(scope="module")
def words(made):
    return harness.run("pdftotext", "-layout", made.path("pdf"), "-").stdout


def recomputed(folder):
    return harness.run(sys.executable, "-I", "-B", harness.ROOT / "tests/audit/recompute.py", folder, check=False)


# ---- the list, and the stranger who counts again


@pytest.mark.parametrize("seed", range(12))
def test_a_stranger_counts_the_same(tmp_path, seed):
    render(tmp_path, make_audit.make(seed, 30 * seed, hard=seed % 2 == 0, trends=seed % 3 != 0))
    done = recomputed(tmp_path)
    assert done.returncode == 0, done.stdout
    assert " 0 differences" in done.stdout


@pytest.mark.parametrize("change", ["figure", "group", "date", "side", "line"])
def test_a_stranger_sees_what_was_changed(tmp_path, made, change):
    document = json.loads((made.folder / "audit.json").read_text())
    lines = (made.folder / "audit.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    if change == "figure":
        document["metrics"][0]["num"] -= 1
    elif change == "group":
        next(f for f in document["by"]["unit"][0]["metrics"].values() if f[1])[1] += 1
    elif change == "date":
        at = next(i for i, line in enumerate(lines) if line.rstrip().endswith(",in"))  # a clue decided in time
        lines[at] = re.sub(r"(,2026-\d\d-\d\d,2026-\d\d-\d\d),2026-\d\d-\d\d,", r"\1,,", lines[at], count=1)
    elif change == "side":
        lines[-1] = re.sub(r",(in|out)(,|\r)", r",\2", lines[-1], count=1)
    else:
        del lines[-1]
    (tmp_path / "audit.json").write_text(json.dumps(document))
    (tmp_path / "audit.csv").write_text("".join(lines), encoding="utf-8", newline="")
    done = recomputed(tmp_path)
    assert done.returncode == 1, done.stdout


def test_csv_is_the_case_list(made):
    raw = open(made.path("csv"), "rb").read()
    assert raw.startswith(b"\xef\xbb\xbfid,number,") and raw.count(b"\r\n") >= len(made.cases) + 1
    with open(made.path("csv"), encoding="utf-8-sig", newline="") as f:
        lines = list(csv.DictReader(f))
    assert len(lines) == len(made.cases)
    for line, case in zip(lines, made.cases):
        for name in ("id", "number", "title", "party", "procedure", "unit", "officer", "ip_type", "excluded"):
            assert recompute.plain(line[name]) == case.get(name, ""), name
        assert [line[d] for d in make_audit.DATES] == [case.get(d, "") for d in make_audit.DATES]
        assert line["campaigns"] == ";".join(case.get("campaigns", []))
        assert {m: line[m] for m in METRICS if line[m]} == case.get("sides", {})
        for text in line.values():
            assert not text.startswith(("=", "+", "-", "@", "\t", "＝")), text


# ---- the workbook


def rows_below(sheet, head):
    rows = [[c.value for c in row] for row in sheet.iter_rows()]
    return [dict(zip(rows[head], row)) for row in rows[head + 1:]]


def test_xlsx_is_sound(made, tmp_path):
    harness.run("unzip", "-tq", made.path("xlsx"))
    with zipfile.ZipFile(made.path("xlsx")) as z:
        assert {i.date_time for i in z.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        z.extractall(tmp_path)
    parts = [p for p in tmp_path.rglob("*") if p.suffix in (".xml", ".rels")]
    harness.run("xmllint", "--noout", "--nonet", *parts)


def test_xlsx_sheets(made, book):
    names = book.sheetnames
    assert names == ["汇总", "走势", "按单位", "按专项行动", "按知识产权类型", "按承办人", "件数金额", "未达标", *METRICS, "另列",
                     "案件清单", "口径与规则"]
    for sheet in book:
        head = 4 if sheet.title.startswith("按") or sheet.title == "走势" else 3
        assert any(str(m).startswith("A1:") for m in sheet.merged_cells.ranges), sheet.title
        assert re.fullmatch(rf"[AB]{head + 1}", sheet.freeze_panes), sheet.title
        assert (sheet.auto_filter.ref or "").startswith(f"A{head}:") or sheet.max_row == head, sheet.title
        assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
    created = datetime.datetime(2026, 11, 5, 1, 0)
    assert (book.properties.created, book.properties.modified) == (created, created)
    assert book.properties.creator == "样县市场监督管理局"


def test_no_cell_is_a_formula_and_texts_are_whole(made, book):
    titles = set()
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
                assert cell.hyperlink is None
                titles.add(cell.value)
    for case in made.cases:
        assert re.sub(r"[\t]", " ", case["title"]) in titles, case["title"]


def test_xlsx_summary(made, book):
    rows = rows_below(book["汇总"], 2)
    assert [r["指标"] for r in rows] == METRICS
    for row, m in zip(rows, made.document["metrics"]):
        assert (row["分子"], row["分母"], row["名称"]) == (m["num"], m["den"], m["zh"])
        if m["den"]:
            assert f"{row['比率'] * 100:.2f}" == m["percent"]
        else:
            assert row["比率"] == m["text"]
    assert made.document["as_of"][:10] in book["汇总"]["A2"].value


def test_xlsx_metric_sheets_hold_both_lists(made, book):
    for m in METRICS:
        rows = rows_below(book[m], 2)
        for side, word in (("in", "计入分子"), ("out", "未计入分子")):
            want = sorted(c["number"].replace("\t", " ") for c in made.cases if c.get("sides", {}).get(m) == side)
            assert sorted(r["文号"] for r in rows if r["结果"] == word) == want, (m, side)
        assert all(r["原因"] for r in rows if r["结果"] == "未计入分子")
        dates = [v for r in rows for k, v in r.items() if k.endswith(("日期", "期限")) and v is not None]
        assert all(isinstance(d, datetime.datetime) for d in dates)
    assert any(r["办案期限"] for r in rows_below(book["M2"], 2))


def test_xlsx_case_list(made, book):
    rows = rows_below(book["案件清单"], 2)
    assert len(rows) == len(made.cases)
    for row, case in zip(rows, made.cases):
        day = row["登记日期"]
        assert (day.date().isoformat() if day else None) == case.get("opened_on")
        assert row["案值（元）"] == (case["value_fen"] / 100 if "value_fen" in case else None)
        assert {m: {"计入": "in", "未计入": "out"}[row[m]] for m in METRICS if row[m]} == case.get("sides", {})


def test_xlsx_groups(made, book):
    sheet = book["按单位"]
    for line, group in zip(list(sheet.iter_rows(min_row=5, values_only=True)), made.document["by"]["unit"]):
        assert line[0] == group["zh"]
        assert [list(line[1 + 3 * i:3 + 3 * i]) for i in range(len(METRICS))] == [group["metrics"][m] for m in METRICS]


# ---- the bulletin


def test_pdf_is_sound(made):
    harness.run("qpdf", "--check", made.path("pdf"))
    info = harness.run("pdfinfo", "-isodates", made.path("pdf")).stdout
    assert "2026年10月" in re.search(r"Title:\s+(.*)", info).group(1)
    assert re.search(r"Author:\s+样县市场监督管理局", info)
    assert re.search(r"CreationDate:\s+2026-11-0[45]T", info)
    assert re.search(r"Tagged:\s+yes", info) and re.search(r"Page size:.*\(A4\)", info)
    fonts = harness.run("pdffonts", made.path("pdf")).stdout.splitlines()[2:]
    assert fonts and all(re.search(r"\s(yes|no) +(yes|no) +(yes|no) +\d+ +\d+$", f).groups() == ("yes", "yes", "yes")
                         for f in fonts), fonts


def test_pdf_says_what_the_document_says(made, words):
    flat = re.sub(r"\s", "", words)
    for m in made.document["metrics"]:
        if m["code"] in ("M1", "M2", "M6", "M10"):
            assert (m["text"] if m["den"] == 0 else m["percent"] + "%") in flat, m
    for m in made.document["rules"]["metrics"]:
        assert m["zh"] in flat and m["formula"].replace(" ", "") in flat, m
    for unit in make_audit.UNITS.values():
        assert unit in flat
    plain = [m for m in made.document["misses"] if m["metric"] not in ("M4", "M5") and m["number"].startswith("乐市监")]
    assert plain and sum(m["number"] in flat for m in plain) >= min(len(plain), 30)
    digest = subprocess.run(["sha256sum", made.path("json")], capture_output=True, text=True).stdout.split()[0]
    assert digest in flat


def test_pdf_pages_are_numbered(made, words):
    pages = int(re.search(r"Pages:\s+(\d+)", harness.run("pdfinfo", made.path("pdf")).stdout).group(1))
    assert re.findall(r"第\s*(\d+)\s*页\s+共\s*(\d+)\s*页", words) == [(str(i + 1), str(pages)) for i in range(pages)]


def test_pdf_reads_in_order(made):
    tree = harness.run("pdfinfo", "-struct-text", made.path("pdf")).stdout
    assert [tag in tree for tag in ("H1 ", "H2 ", "H3 ", "Table ", "TR", "TH", "TD")] == [True] * 7
    heads = [re.sub(r"\s", "", h) for h in re.findall(r"H2 \(block\)\n((?:\s+\".*\"\n)+)", tree)]
    assert [h.strip('"')[:2] for h in heads] == ["一、", "二、", "三、", "四、", "五、", "六、"]
    assert "第1页" not in re.sub(r"\s", "", tree), "a page number is not part of the text"


# ---- the same bytes


def test_same_document_same_bytes(made, tmp_path):
    time.sleep(2.1)  # a zip knows two seconds, a PDF one
    for i, env in enumerate(({"TZ": "Asia/Shanghai"}, {"TZ": "America/New_York", "TMPDIR": "/nonexistent"})):
        folder = tmp_path / str(i)
        render(folder, (made.folder / "audit.json").read_text(), **env)
        for name in FILES:
            assert (folder / name).read_bytes() == (made.folder / name).read_bytes(), (name, env)
            assert (folder / name).stat().st_mode & 0o777 == 0o600
        assert {p.name for p in folder.iterdir()} == {"audit.json", *FILES}, "something was left behind"


def test_without_cases_without_trend(tmp_path):
    render(tmp_path, make_audit.make(5, 0, trends=False))
    flat = re.sub(r"\s", "", harness.run("pdftotext", tmp_path / "audit.pdf", "-").stdout)
    assert "无应结案件" in flat and "无应公示案件" in flat and "100.00%。" not in flat.split("百分数")[0]
    book = openpyxl.load_workbook(tmp_path / "audit.xlsx")
    assert "走势" not in book.sheetnames
    assert rows_below(book["汇总"], 2)[0]["比率"] == "无应结案件"
    assert recomputed(tmp_path).returncode == 0


# ---- what is refused


def broken(change):
    document = json.loads(make_audit.make(3, 20))
    change(document)
    head = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return head


@pytest.mark.parametrize("text", [
    "", "{}", "[]", "not json", '{"v":1,"misses":[],"cases":[]}', make_audit.make(3, 20)[:-10],
    broken(lambda d: d.update(v=2)), broken(lambda d: d["metrics"][0].update(num=10**6)),
    broken(lambda d: d["metrics"].pop()), broken(lambda d: d["cases"][0].update(sides={"M99": "in"})),
    broken(lambda d: d["cases"][0].update(sides={"M1": "yes"})), broken(lambda d: d["cases"][0].update(opened_on="2026-02-30")),
    broken(lambda d: d["cases"][0].update(id="x")), broken(lambda d: d["misses"][0].update(metric="")),
    broken(lambda d: d["by"]["unit"][0]["metrics"].pop("M1")), broken(lambda d: d.update(cut_off="2026-10-30")),
    broken(lambda d: d.update(as_of="soon")), broken(lambda d: d["cases"][0].update(value_fen=-5)),
    broken(lambda d: d["metrics"][0]["trend"].pop()),
])
def test_what_is_no_such_document_is_refused(tmp_path, text):
    done = render(tmp_path, text, check=False)
    assert done.returncode not in (0, 2) and done.stderr.strip()
    assert [p.name for p in tmp_path.iterdir()] == ["audit.json"]


def test_a_file_that_cannot_be_read_or_written(tmp_path):
    done = render(tmp_path, check=False)
    assert done.returncode != 0 and "audit.json" in done.stderr
    (tmp_path / "audit.json").write_text(make_audit.make(3, 20))
    (tmp_path / "audit.xlsx").mkdir()
    done = render(tmp_path, check=False)
    assert done.returncode != 0 and "audit.xlsx" in done.stderr
    assert {p.name for p in tmp_path.iterdir()} == {"audit.json", "audit.csv", "audit.xlsx"}
