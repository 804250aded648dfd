# SPDX-License-Identifier: MulanPSL-2.0
"""ipcasectl recompute: a new year's holidays move the days that were computed without them, as acts of the ledger."""
import pytest

from harness import ctl

# As the notice of a year reads: the seven holidays with a make-up day. Days of 2027 are examples, not the notice.
YEAR = {
    "holiday": {"元旦": ["01-01", "01-02", "01-03"], "春节": [f"02-{d:02}" for d in range(5, 13)], "清明节": ["04-03", "04-04", "04-05"],
                "劳动节": [f"05-{d:02}" for d in range(1, 6)], "端午节": ["06-09"], "中秋节": ["09-15"],
                "国庆节": [f"10-{d:02}" for d in range(1, 8)]},
    "workday": {"春节": ["02-20"], "国庆节": ["10-09"]},
}


def add_year(postgres, database, year, leave_out=()):
    for kind, names in YEAR.items():
        for name, days in names.items():
            for day in days if name not in leave_out else ():
                postgres.query(database, "INSERT INTO ipcase.law_holidays VALUES (%s, %s, %s)", f"{year}-{day}", kind, name)


@pytest.fixture
def matters(postgres):
    """Generated matters, some with clocks that end beyond the calendar, and an administrator."""
    database = "recompute"
    postgres.copy_database(database, "ipcase_empty")
    ctl("generate", "--matters", 300, "--seed", 7, "--database", postgres.url(database, "ipcase_owner"))
    postgres.query(database, "INSERT INTO ipcase.account (name, display_name, unit_id, roles)"
                             " SELECT 'keeper', '系统管理员', min(id), '{admin}' FROM ipcase.unit")
    yield database
    postgres.drop_database(database)


def recompute(postgres, database, *args, check=True):
    return ctl("recompute", *args, "--database", postgres.url(database, "ipcase_owner"), check=check)


def state(postgres, database):
    return postgres.query(database, "SELECT (SELECT count(*) FROM ipcase.act WHERE act = 'recompute'),"
                                    " (SELECT count(*) FROM ipcase.clock WHERE provisional AND state = 'running')")[0]


def test_a_new_year_moves_provisional_days_by_acts(postgres, matters):
    acts, provisional = state(postgres, matters)
    assert acts == 0 and provisional > 0
    assert "0 would move" in recompute(postgres, matters, "--dry-run").stdout
    add_year(postgres, matters, 2027)
    rebuild = "rebuild", "--check", "--database", postgres.url(matters, "ipcase_owner")
    ctl(*rebuild)  # what was decided by the old calendar stays as it was decided
    told = recompute(postgres, matters, "--dry-run").stdout
    assert "→" in told and "（暂定）" in told
    assert state(postgres, matters) == (0, provisional), "a dry run writes nothing"
    done = recompute(postgres, matters, "--account", "keeper").stdout
    moved = len([line for line in done.splitlines() if "→" in line])
    assert f" {moved} recomputed, 0 failed" in done
    acts, left = state(postgres, matters)
    assert acts == moved and left == 0
    note = postgres.query(matters, "SELECT payload ->> 'note' FROM ipcase.act WHERE act = 'recompute' LIMIT 1")[0][0]
    assert "节假日安排" in note and "→" in note, "the old day is kept"
    ctl(*rebuild)
    assert "0 recomputed, 0 failed" in recompute(postgres, matters, "--account", "keeper").stdout, "twice changes nothing"


def test_only_an_administrator(postgres, matters):
    add_year(postgres, matters, 2027)
    officer = postgres.query(matters, "SELECT name FROM ipcase.account WHERE roles = '{officer}' LIMIT 1")[0][0]
    for args in ([], ["--account", officer], ["--account", "nobody.here"]):
        assert recompute(postgres, matters, *args, check=False).returncode != 0
    assert state(postgres, matters)[0] == 0


def test_check_names_a_year_that_was_loaded_in_part(postgres, matters, tmp_path):
    add_year(postgres, matters, 2027, leave_out=("端午节", "中秋节"))
    config = tmp_path / "config.ini"
    config.write_text(f"[database]\nurl = {postgres.url(matters, 'ipcase_app')}\n")
    said = ctl("check", "--config", config, check=False).stdout
    assert "2027" in said and "端午节" in said and "中秋节" in said and "recompute" in said
    assert "2026 has no" not in said
