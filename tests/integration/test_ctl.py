# SPDX-License-Identifier: MulanPSL-2.0
"""ipcasectl: units, number series, check."""
import pytest

import harness
from walk import Walk


def ctl(postgres, database, *args, **more):
    return harness.ctl(*args, "--database", postgres.url(database, "ipcase_owner"), **more)


def test_units_and_number_series(postgres, database, daemon):
    ctl(postgres, database, "unit", "add", "--code", "WEST", "--name", "城西市场监管所", "--kind", "station",
        "--parent", "BUREAU")
    listed = ctl(postgres, database, "unit", "list").stdout.splitlines()
    assert any(line.split("\t")[:4] == ["WEST", "station", "BUREAU", "BUREAU"] for line in listed)
    ctl(postgres, database, "unit", "number", "--code", "BRIGADE", "--paper", "市监立", "--prefix", "样队市监立")
    ctl(postgres, database, "unit", "number", "--code", "BUREAU", "--paper", "市监立", "--prefix", "样市监立")
    walk = Walk(daemon)
    # the unit's own series wins over its organ's
    assert walk.to_investigating()["spawned"][0]["number"] == "样队市监立〔2026〕1号"
    ctl(postgres, database, "unit", "number", "--code", "BRIGADE", "--paper", "市监立")
    assert walk.to_investigating()["spawned"][0]["number"] == "样市监立〔2026〕1号"
    walk.close()


@pytest.mark.parametrize("args", [
    ("unit", "add", "--code", "X", "--name", "无", "--kind", "station", "--parent", "NOBODY"),
    ("unit", "add", "--code", "BUREAU", "--name", "重", "--kind", "bureau"),
    ("unit", "add", "--code", "Y", "--name", "怪", "--kind", "palace"),
    ("unit", "number", "--code", "NOBODY", "--paper", "市监立", "--prefix", "x"),
])
def test_refused_changes_leave_nothing(postgres, database, args):
    before = ctl(postgres, database, "unit", "list").stdout
    assert ctl(postgres, database, *args, check=False).returncode == 1
    assert ctl(postgres, database, "unit", "list").stdout == before


def test_check_finds_a_daemon_role_with_too_much_power(postgres, database, daemon):
    good = harness.ctl("check", "--config", daemon.config, check=False)
    assert good.returncode == 0, good.stdout + good.stderr
    postgres.query(database, "GRANT UPDATE ON ipcase.act TO ipcase_app")
    bad = harness.ctl("check", "--config", daemon.config, check=False)
    assert bad.returncode == 1 and "act" in bad.stdout + bad.stderr
    postgres.query(database, "REVOKE UPDATE ON ipcase.act FROM ipcase_app")
