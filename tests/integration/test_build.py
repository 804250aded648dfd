# SPDX-License-Identifier: MulanPSL-2.0
"""What is built and installed: the statements fit the schema, administration works, the
shipped front proxy accepts its configuration."""
import os
import shutil
import subprocess

import pytest

import harness


def test_every_statement_is_what_its_comment_says(postgres, new_database):
    name = new_database(seeded=False)
    done = harness.ctl("check-sql", "--database", postgres.url(name, "ipcase_app"), check=False)
    assert done.returncode == 0, done.stderr


def test_migrating_again_changes_nothing(postgres, new_database):
    url = postgres.url(new_database(), "ipcase_owner")
    assert "applied" not in harness.ctl("migrate", "--database", url).stdout
    assert harness.ctl("migrate", "--check", "--database", url).stdout.endswith(
        " 0 pending, 0 legal tables to load\n")


def test_setup_again_changes_nothing(postgres, new_database):
    name = new_database()
    said = harness.ctl("setup", "--database", postgres.url(), "--name", name).stdout
    assert said.count("already there") == 4


@pytest.mark.parametrize("sql, says", [
    ("UPDATE schema_migration SET digest = 'x' WHERE version = 1", "another text"),
    ("INSERT INTO schema_migration VALUES (9999, '9999_later.sql', 'x')", "newer than this program"),
])
def test_a_database_that_does_not_fit_is_refused(postgres, new_database, sql, says):
    name = new_database()
    postgres.query(name, sql)
    for args in (["migrate"], ["migrate", "--check"]):
        done = harness.ctl(*args, "--database", postgres.url(name, "ipcase_owner"), check=False)
        assert done.returncode == 1
        assert says in done.stdout + done.stderr


def check(postgres, name, tmp_path):
    url = postgres.url(name, "ipcase_app")
    config = tmp_path / "ipcase.ini"
    store = tmp_path / "store"
    store.mkdir(mode=0o700, exist_ok=True)
    config.write_text(f"[database]\nurl = {url}\n[store]\ndir = {store}\n")
    return harness.ctl("check", "--config", config, check=False)


def test_check_is_content_with_a_good_database(postgres, new_database, tmp_path):
    name = new_database()
    # Whatever year it is when this runs.
    postgres.query(name, "INSERT INTO ipcase.law_holidays SELECT make_date(2199, 12, n::integer), 'holiday', name FROM unnest(ARRAY["
                         "'元旦', '春节', '清明节', '劳动节', '端午节', '中秋节', '国庆节']) WITH ORDINALITY AS x (name, n)")
    done = check(postgres, name, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout and "warn" not in done.stdout


@pytest.mark.parametrize("sql, finding", [
    ("GRANT UPDATE ON ipcase.act TO ipcase_app", "ledger: ipcase_app may UPDATE act"),
    ("GRANT UPDATE (payload) ON ipcase.act TO ipcase_app", "ledger: ipcase_app may UPDATE act"),
    ("GRANT TRUNCATE ON ipcase.act TO ipcase_app", "ledger: ipcase_app may TRUNCATE act"),
    ("ALTER TABLE ipcase.act NO FORCE ROW LEVEL SECURITY", "row security: act: row-level security is not forced"),
    ("ALTER TABLE ipcase.matter DISABLE ROW LEVEL SECURITY", "row security: matter: row-level security is off"),
    ("CREATE TABLE ipcase.mine (organ_id bigint)", "row security: mine: row-level security is off"),
    ("CREATE TABLE public.mine (); ALTER TABLE public.mine OWNER TO ipcase_app", "ownership: ipcase_app owns table mine"),
    ("GRANT CREATE ON SCHEMA ipcase TO ipcase_app", "create: ipcase_app may create in schema ipcase"),
    ("DELETE FROM schema_law", "legal tables are not loaded"),
    ("DELETE FROM ipcase.law_holidays WHERE date > '2022-12-31'", "calendar: ended on 2022-12-31"),
    ("DELETE FROM ipcase.law_holidays", "calendar: there is no working-day calendar"),
])
def test_check_finds_a_hole_in_the_walls(postgres, new_database, tmp_path, sql, finding):
    name = new_database()
    postgres.query(name, sql)
    done = check(postgres, name, tmp_path)
    assert done.returncode == 1
    assert finding in done.stdout


@pytest.mark.parametrize("power", ["SUPERUSER", "BYPASSRLS", "CREATEROLE"])
def test_check_finds_a_role_with_power(postgres, new_database, tmp_path, power):
    name = new_database()
    postgres.query("postgres", f"ALTER ROLE ipcase_app {power}")
    try:
        done = check(postgres, name, tmp_path)
    finally:
        postgres.query("postgres", f"ALTER ROLE ipcase_app NO{power}")
    assert done.returncode == 1
    assert f"role: ipcase_app has {power}" in done.stdout


def test_the_calendar_warns_before_it_ends(postgres, new_database, tmp_path):
    name = new_database()
    postgres.query(name, "DELETE FROM ipcase.law_holidays")
    postgres.query(name, "INSERT INTO ipcase.law_holidays SELECT make_date(extract(year FROM"
                   " (now() AT TIME ZONE 'Asia/Shanghai')::date + 90)::int, 1, 1), 'holiday', '元旦'")
    today_is_late = postgres.query(name, "SELECT make_date(extract(year FROM max(date))::int, 12, 31) -"
                                   " (now() AT TIME ZONE 'Asia/Shanghai')::date <= 120 FROM ipcase.law_holidays")[0][0]
    done = check(postgres, name, tmp_path)
    assert ("warn calendar: ends on" in done.stdout) == today_is_late
    assert done.returncode == 0


def test_accounts(postgres, new_database, tmp_path):
    name = new_database()
    url = postgres.url(name, "ipcase_owner")

    def account(*args, password=None, check=True):
        return harness.ctl("account", *args, "--database", url, check=check, input=password)

    account("add", "novel", "--name", "新人", "--unit", "BRIGADE", "--roles", "officer,clerk",
            "--password-file", "-", password="long enough\n")
    account("lock", "novel")
    assert [line for line in account("list").stdout.splitlines() if line.startswith("novel ")][0].endswith("locked")
    account("unlock", "novel")
    account("password", "novel", "--password-file", "-", password="another one\n")
    assert postgres.query(name, "SELECT action FROM ipcase.audit WHERE place = 'ipcasectl' AND account_id ="
                          " (SELECT id FROM ipcase.account WHERE name = 'novel') ORDER BY id") == [
        ("account_add",), ("account_lock",), ("account_unlock",), ("account_password",)]
    assert account("password", "novel", "--password-file", "-", password="short\n", check=False).returncode == 1
    assert account("lock", "nobody", check=False).returncode == 1
    bad = account("add", "other", "--name", "甲", "--unit", "BRIGADE", "--roles", "king",
                  "--password-file", "-", password="long enough\n", check=False)
    assert bad.returncode == 1 and "承办人" in bad.stderr
    assert not postgres.query(name, "SELECT 1 FROM ipcase.account WHERE name = 'other'")


def test_install(tmp_path):
    kind = harness.BIN.name
    harness.run("make", "-C", harness.ROOT, "--no-print-directory", f"B={kind}", "install",
                f"DESTDIR={tmp_path}", "PREFIX=/usr", timeout=600,
                env={k: v for k, v in harness.clean_env().items() if not k.startswith(("MAKE", "MFLAGS"))})
    for name in ("bin/ipcasectl", "lib/systemd/system/ipcased.service", "lib/sysusers.d/ipcase.conf",
                 "share/doc/ipcase/nginx.conf"):
        assert (tmp_path / "usr" / name).is_file(), name
    assert "/usr/local" not in (tmp_path / "usr/lib/systemd/system/ipcased.service").read_text()
    if shutil.which("systemd-analyze"):
        unit = tmp_path / "usr/lib/systemd/system/ipcased.service"
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", f"--root={tmp_path}", "ipcased.service"],
                              text=True, capture_output=True, env={**os.environ, "SYSTEMD_UNIT_PATH": str(unit.parent) + ":"})
        wrong = [line for line in done.stderr.splitlines() if "ipcased.service" in line and "Unknown" in line]
        assert not wrong, done.stderr
