# SPDX-License-Identifier: MulanPSL-2.0
"""An audit as a person runs it: `ipcase audit PERIOD --out DIR` against the daemon, then a stranger counts again from
audit.csv (tests/audit/recompute.py). Random rows in all kinds of periods, and the demonstration's last twelve months."""
import datetime
import json
import random
import sys

import openpyxl
import pytest

import harness
from test_rates import insert, random_row

K = "2026-11-05T09:00:00+08:00"
PERIODS = ["2026-10", "2026-03", "2025-06", "2026-W14", "2026-Q2", "2026-Q3", "2025", "TIEQUAN-2026", "2016-01"]


def recomputed(folder):
    done = harness.run(sys.executable, "-I", "-B", harness.ROOT / "tests/audit/recompute.py", folder, check=False)
    assert done.returncode == 0 and " 0 differences" in done.stdout, done.stdout
    return json.loads((folder / "audit.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows(postgres, database):
    rng = random.Random(20261106)
    made = [random_row(rng, 100000 + i) for i in range(800)]
    insert(postgres, database, made)
    return made


@pytest.mark.parametrize("period", PERIODS)
def test_a_stranger_counts_the_same(cli, rows, tmp_path, period):
    cli("principal").run("audit", period, "--as-of", K, "--out", tmp_path / "out")
    document = recomputed(tmp_path / "out")
    assert document["period"]["code"] == period
    assert any(m["den"] for m in document["metrics"]) or period == "2016-01"


def test_the_same_bytes_in_every_file(cli, rows, tmp_path):
    for name, zone in (("a", "UTC"), ("b", "Asia/Shanghai")):
        cli("principal").run("audit", "2026-Q2", "--as-of", K, "--out", tmp_path / name, env={"TZ": zone})
    cli("principal").run("audit", "render", tmp_path / "a/audit.json", "--out", tmp_path / "c")
    for file in ("audit.json", "audit.csv", "audit.xlsx", "audit.pdf"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file
        if file != "audit.json":
            assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "c" / file).read_bytes(), file


def test_a_part_of_the_organ_says_that_it_is_a_part(cli, rows, tmp_path):
    cli("officer").run("audit", "2026-Q2", "--as-of", K, "--out", tmp_path / "out")
    document = recomputed(tmp_path / "out")
    assert document["whole"] is False
    words = harness.run("pdftotext", tmp_path / "out/audit.pdf", "-").stdout
    assert "不是本机关全部" in "".join(words.split())


def months(count):
    day = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date().replace(day=1)
    for _ in range(count):
        day = (day - datetime.timedelta(days=1)).replace(day=1)
        yield day.isoformat()[:7]


@pytest.fixture(scope="module")
def county(postgres, tmp_path_factory):
    """The demonstration, and the client of its principal."""
    name, folder = "demo_audit", tmp_path_factory.mktemp("county")
    postgres.copy_database(name, "ipcase_empty")
    harness.ctl("demo", "--database", postgres.url(name, "ipcase_owner"), "--accounts", folder / "accounts.txt")
    words = [line.split("\t") for line in (folder / "accounts.txt").read_text().splitlines()]
    with harness.Daemon(postgres.url(name, "ipcase_app"), folder / "daemon") as daemon:
        yield daemon.cli(folder, "principal", next(w[2] for w in words if w[1] == "principal"))
    postgres.drop_database(name)


def test_twelve_months_of_the_demonstration(county, tmp_path):
    missed = 0
    for month in months(12):
        county.run("audit", month, "--out", tmp_path / month)
        document = recomputed(tmp_path / month)
        missed += len(document["misses"])
        names = {u["zh"] for u in document["by"]["unit"]}
        sheet = openpyxl.load_workbook(tmp_path / month / "audit.xlsx")["按单位"]
        cells = {row[0].value for row in sheet.iter_rows()}
        assert names <= cells
    assert missed > 0, "the demonstration shows no miss"
