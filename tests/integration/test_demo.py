# SPDX-License-Identifier: MulanPSL-2.0
"""ipcasectl demo: accounts for every role, the published cases, live matters in every light; twice is once."""
import json
import re
import stat

import pytest

import harness

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
        assert re.search("[甲乙]$", display)


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
                          " WHERE open AND procedure <> 'back_entry'")
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
    closed = postgres.query(name, "SELECT count(*) FROM ipcase.matter WHERE state = 'closed'")
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
    assert "0 made" in done.stdout
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
