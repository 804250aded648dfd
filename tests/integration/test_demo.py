# SPDX-License-Identifier: MulanPSL-2.0
"""ipcasectl demo: accounts for every role, the published cases, live matters in every light, fourteen months in which
everything goes wrong once; twice is once."""
import datetime
import json
import re
import stat

import pytest

import harness
from public_site import Page
from test_audit import audit

ROLES = ["officer", "co_officer", "clerk", "unit_head", "legal_reviewer", "deputy_head", "principal",
         "credit_clerk", "police", "procuratorate", "court", "auditor", "admin"]
CASES = harness.ROOT / "schema/demo/real-cases.jsonl"


@pytest.fixture(scope="module")
def demo(postgres, tmp_path_factory):
    name = "demo"
    accounts = tmp_path_factory.mktemp("demo") / "accounts.txt"
    postgres.copy_database(name, "ipcase_empty")
    done = harness.ctl("demo", "--database", postgres.url(name, "ipcase_owner"), "--accounts", accounts)
    yield name, accounts, done.stdout
    postgres.drop_database(name)


def lines(path):
    return [line.split("\t") for line in path.read_text().splitlines()]


def test_accounts_file(demo):
    name, accounts, _ = demo
    rows = lines(accounts)
    assert [row[0] for row in rows[:len(ROLES)]] == ROLES
    assert all(len(row) == 3 and len(row[2]) >= 16 for row in rows)
    assert len({row[1] for row in rows}) == len(rows) == len({row[2] for row in rows})
    assert stat.S_IMODE(accounts.stat().st_mode) == 0o600
    assert not list(accounts.parent.glob("*.new"))


def test_each_role_has_its_account_and_place(postgres, demo):
    name, accounts, _ = demo
    found = dict(postgres.query(name, "SELECT a.name, (a.roles, u.kind)::text FROM ipcase.account a"
                                " JOIN ipcase.unit u ON u.id = a.unit_id"))
    for role, account, _ in lines(accounts):
        assert found[account].startswith(f"({{{role}}},")
    assert found["auditor"] == "({auditor},government)"
    assert found["officer"] == "({officer},brigade)"
    assert found["court"] == "({court},court)"
    # By role only: no name of a person.
    for (display,) in postgres.query(name, "SELECT display_name FROM ipcase.account"):
        assert re.search("[甲乙丙丁]$", display)


def test_everybody_can_log_in(postgres, demo, tmp_path):
    name, accounts, _ = demo
    with harness.Daemon(postgres.url(name, "ipcase_app"), tmp_path) as daemon:
        for role, account, password in lines(accounts):
            client = daemon.client(account, password)
            assert role in client.get("me").ok()["roles"]
            client.close()


def test_published_cases_are_kept_verbatim(postgres, demo):
    name, *_ = demo
    originals = CASES.read_text().splitlines()
    stored = [row for (row,) in postgres.query(
        name, "SELECT original FROM ipcase.import_original ORDER BY ordinal")]
    assert stored == originals
    keys = [key for (key,) in postgres.query(name, "SELECT key FROM ipcase.import_original ORDER BY ordinal")]
    assert keys == [json.loads(line)["id"] for line in originals]
    assert postgres.query(name, "SELECT count(*), bool_and(incomplete), bool_or(open) FROM ipcase.matter"
                          " WHERE procedure = 'back_entry'") == [(len(originals), True, False)]


def test_live_matters_show_every_light(postgres, demo):
    name, *_ = demo
    today = postgres.query(name, "SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date")[0][0]
    live = postgres.query(name, "SELECT state, next_rule, next_due_on::text FROM ipcase.matter"
                          " WHERE open AND party LIKE '演示%%'")
    states = [state for state, *_ in live]
    assert states.count("verifying") == 5
    assert states.count("investigating") == 3
    for state in ("suspended", "reviewing", "noticed", "unserved", "performing", "closing"):
        assert states.count(state) == 1, state
    due = [row[2] for row in live]
    assert due.count("infinity") == 2  # stopped: an identification, a suspension
    assert any(day < str(today) for day in due)
    assert any(str(today) <= day != "infinity" for day in due)
    rules = {rule for _, rule, _ in live}
    assert {"D01", "D10", "D13", "C1.0", "D20", "D22", "D32", ""} <= rules
    turns = {t for (t,) in postgres.query(name, "SELECT turn FROM ipcase.matter WHERE open")}
    assert {"officer", "legal_reviewer", "unit_head", "deputy_head", "principal"} <= turns  # everybody has work
    closed = postgres.query(name, "SELECT count(*) FROM ipcase.matter WHERE state = 'closed' AND party LIKE '演示%%'")
    assert closed == [(1,)]


def test_every_paper_has_a_number_series(postgres, demo):
    name, *_ = demo
    assert postgres.query(name, "SELECT paper FROM ipcase.document WHERE number !~ '^乐市监.+〔20[0-9]{2}〕[1-9][0-9]*号$'") == []
    papers = {p for (p,) in postgres.query(name, "SELECT paper FROM ipcase.number_series")}
    assert {"市监立", "市监处罚", "市监罚告", "案源", "市监先登", "市监强制"} <= papers
    assert "measure" not in papers
    # No gaps: the highest serial of a series is the number of its documents.
    assert postgres.query(name, "SELECT c.prefix FROM ipcase.number_counter c WHERE c.last <> (SELECT count(*)"
                          " FROM ipcase.document d WHERE d.number LIKE c.prefix || '〔' || c.year || '〕%%')") == []


def test_a_second_run_changes_nothing(postgres, demo):
    name, accounts, _ = demo
    before = accounts.read_text()
    acts = postgres.query(name, "SELECT count(*), max(matter_id) FROM ipcase.act")
    secrets = postgres.query(name, "SELECT md5(string_agg(password_hash, ',' ORDER BY account_id)) FROM ipcase.account_secret")
    done = harness.ctl("demo", "--database", postgres.url(name, "ipcase_owner"), "--accounts", accounts)
    assert "0 new, 79 unchanged, 0 failed" in done.stdout
    assert "0 made in 0 acts" in done.stdout
    assert accounts.read_text() == before
    assert postgres.query(name, "SELECT count(*), max(matter_id) FROM ipcase.act") == acts
    assert postgres.query(name, "SELECT md5(string_agg(password_hash, ',' ORDER BY account_id))"
                          " FROM ipcase.account_secret") == secrets


def test_a_lost_password_is_made_anew(postgres, demo):
    name, accounts, _ = demo
    rows = lines(accounts)
    accounts.write_text("".join("\t".join(row) + "\n" for row in rows if row[1] != "clerk"))
    harness.ctl("demo", "--database", postgres.url(name, "ipcase_owner"), "--accounts", accounts)
    again = lines(accounts)
    assert [row[:2] for row in again] == [row[:2] for row in rows]
    assert [a[1] for a, b in zip(again, rows) if a[2] != b[2]] == ["clerk"]


def test_the_demonstration_is_the_fold_of_its_ledger(postgres, demo):
    name, *_ = demo
    done = harness.ctl("rebuild", "--check", "--database", postgres.url(name, "ipcase_owner"))
    assert "everything is the fold of its ledger" in done.stdout


def test_another_file_of_cases(postgres, new_database, tmp_path):
    name = new_database(seeded=False)
    cases = tmp_path / "cases.jsonl"
    first = CASES.read_text().splitlines()[0]
    cases.write_text(first + "\n\n{\"id\": 5}\n")
    done = harness.ctl("demo", "--database", postgres.url(name, "ipcase_owner"), "--accounts",
                       tmp_path / "accounts.txt", "--cases", cases, check=False)
    assert done.returncode == 1
    assert "1 new, 0 unchanged, 1 failed" in done.stdout
    assert "line 3" in done.stderr


# ---- the last fourteen months -------------------------------------------------------------------------


def months(count):
    """The last so many whole months, oldest first."""
    day = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date().replace(day=1)
    ret = []
    for _ in range(count):
        day = (day - datetime.timedelta(days=1)).replace(day=1)
        ret.insert(0, day.isoformat()[:7])
    return ret


@pytest.fixture(scope="module")
def served(postgres, demo, tmp_path_factory):
    name, accounts, _ = demo
    folder = tmp_path_factory.mktemp("demo-served")
    with harness.Daemon(postgres.url(name, "ipcase_app"), folder) as daemon:
        password = next(row[2] for row in lines(accounts) if row[1] == "principal")
        client = daemon.client("principal", password)
        yield daemon, client, password
        client.close()


@pytest.fixture(scope="module")
def last_month(served):
    return audit(served[1], months(1)[0])


def test_a_small_county_for_twelve_months(postgres, demo):
    name, *_ = demo
    filed = dict(postgres.query(name, "SELECT to_char(filed_on, 'YYYY-MM'), count(*) FROM ipcase.rate_mark"
                                " WHERE procedure = 'ordinary' AND known_until = 'infinity' GROUP BY 1"))
    clues = dict(postgres.query(name, "SELECT to_char(opened_on, 'YYYY-MM'), count(*) FROM ipcase.rate_mark"
                                " WHERE procedure = 'clue' AND known_until = 'infinity' GROUP BY 1"))
    for month in months(12):
        assert 3 <= filed[month] <= 12, month
        assert 5 <= clues[month] <= 16, month
    kinds = {k for (k,) in postgres.query(name, "SELECT DISTINCT ip_type FROM ipcase.rate_mark WHERE procedure = 'clue'")}
    assert {"商标", "专利", "地理标志", "商业秘密", "特殊标志", "著作权", "植物新品种", "集成电路布图设计"} <= kinds
    # each by several officers, each in units of their own
    assert len(postgres.query(name, "SELECT DISTINCT unit_id, officer_id FROM ipcase.rate_mark"
                              " WHERE procedure = 'ordinary'")) >= 4
    # what happened in the past was recorded now, and the ledger says so
    assert postgres.query(name, "SELECT count(*) FROM ipcase.act WHERE happened_at > recorded_at"
                          " OR recorded_at < now() - interval '1 day'") == [(0,)]
    # papers are numbered in the order in which they were made
    assert postgres.query(name, "SELECT number FROM (SELECT number, issued_on, lag(issued_on) OVER"
                          " (PARTITION BY split_part(number_key, '|', 1), split_part(number_key, '|', 2)"
                          "  ORDER BY split_part(number_key, '|', 3)::int) AS before FROM ipcase.document) d"
                          " WHERE issued_on < before") == []


def test_every_metric_misses_at_least_once_and_is_mostly_kept(last_month):
    for metric in last_month["metrics"]:
        trend = metric["trend"] + [metric]
        assert len(metric["trend"]) == 12
        code = metric["code"]
        assert any(p["num"] < p["den"] for p in trend), code
        assert any(p["num"] for p in trend), code
        if code in ("M2", "M6", "M8", "M10"):
            assert sum(p["num"] for p in trend) >= 0.9 * sum(p["den"] for p in trend), code
            assert sum(p["num"] == p["den"] for p in trend) >= 6, code
    assert all(m["why"] for m in last_month["misses"])


def test_the_audit_names_what_a_rate_hides(served, last_month):
    hidden = last_month["hidden"]
    assert [u["unit"] for u in hidden["silent_units"]] == ["512022-market-shifo"]
    assert {j["kind"] for j in hidden["jumps"]} == {"total", "unit", "case"}
    assert all("万元、亿元" in j["why"] for j in hidden["jumps"])
    assert [c["component"] for c in hidden["component_gt_total"]] == ["违法所得"]
    assert hidden["suspended"] and hidden["incomplete"]["total"] == 79
    declined = [audit(served[1], month)["hidden"]["declined_late"] for month in months(12)]
    assert sum(len(d) for d in declined) >= 1
    assert audit(served[1], months(3)[0])["hidden"]["unfiled_late"] or hidden["unfiled_late"]


def test_drives_overlap(last_month, served):
    tags = [tuple(c["campaigns"]) for month in months(12) for c in audit(served[1], month)["cases"] if "campaigns" in c]
    assert any(len(t) > 1 for t in tags)
    codes = {code.partition("-")[0] for t in tags for code in t}
    if months(1)[0] <= "2027-02":  # drives of later years are not in the tables yet
        assert {"CHUNLEI", "TIEQUAN", "WANGJIAN", "LANTIAN"} <= codes


def test_disclosures_in_every_state(postgres, demo):
    name, *_ = demo
    states = dict(postgres.query(name, "SELECT state, count(*) FROM ipcase.disclosure GROUP BY 1"))
    assert states["published"] >= 40
    assert {"exempt", "disclosure_withdrawn", "stopped", "pushed", "not_required"} <= states.keys()
    why = [w for (w,) in postgres.query(name, "SELECT DISTINCT until_why FROM ipcase.public_record WHERE until_at IS NOT NULL")]
    for reason in ("更正", "停止：公示期满", "停止：信用修复", "撤回："):
        assert any(w.startswith(reason) for w in why), reason
    # nothing is public longer than it may be
    assert postgres.query(name, "SELECT id FROM ipcase.public_record WHERE until_at IS NULL AND stop_due < current_date") == []


def test_public_pages(postgres, demo, served):
    name, *_ = demo
    client = served[0].client()
    page = Page(client.get("/public")).check()
    assert len([href for href, _ in page.links() if href.startswith("/public/d/")]) == 20
    rows = postgres.query(name, "SELECT id, until_why, party, body FROM ipcase.public_record ORDER BY id")
    for number, why, party, body in rows:
        reply = client.get(f"/public/d/{number}")
        assert reply.status == (200 if why is None else 302 if why == "更正" else 410), why
        assert (party in reply.text) == (why is None)
        assert "13900000417" not in reply.text
    assert [1 for *_, body in rows if "联系电话×××" in body]
    client.close()


def test_rates_and_lists_of_the_client(served, tmp_path):
    daemon, _, password = served
    cli = daemon.cli(tmp_path, "principal", password)
    month = months(1)[0]
    assert "M9b" in cli.run("rates", "--from", f"{month}-01", "--to", f"{month}-28").stdout
    assert "乐市监处罚" in cli.run("disclosure", "list").stdout
    cli.run("audit", month, "--out", tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["audit.csv", "audit.json", "audit.pdf", "audit.xlsx"]
