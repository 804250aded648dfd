# SPDX-License-Identifier: MulanPSL-2.0
"""What the tests of `ipcase verify` share: running it, and exports to run it on."""
import json
import shutil
import subprocess
import sys

import pytest

import harness

PACKAGE = harness.ROOT / "tests/package"
sys.path.insert(0, str(PACKAGE))

import build_export  # noqa: E402

IPCASE = harness.program("ipcase")
MARKET, POLICE = build_export.MARKET, build_export.POLICE


def verify(path, *options, env=None, cwd=None):
    return subprocess.run([IPCASE, "verify", str(path), *map(str, options)], text=True, timeout=120,
                          capture_output=True, env={} if env is None else env, cwd=cwd)


def holds(path, *options):
    done = verify(path, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.startswith("结论："), done.stdout
    assert done.stderr == ""
    return done.stdout


def checks(path, *options):
    """The refusals: [(mark, rule, text)]; the exit code must say that there are some."""
    done = verify(path, "--json", *options)
    said = json.loads(done.stdout)
    bad = [(c["mark"], c["rule"], c["text"]) for c in said["checks"] if c["mark"] in ("不符", "不支持")]
    assert done.returncode == (1 if bad else 0), done.stdout + done.stderr
    assert said["ok"] == (not bad)
    return bad


def refused(path, rule, *options, names=None):
    bad = checks(path, *options)
    assert bad, f"{path} was accepted"
    assert any(rule == r for _, r, _ in bad), bad
    if names:
        assert any(names in text for _, r, text in bad if r == rule), bad


def unsupported(path, *options):
    done = verify(path, *options)
    assert done.returncode == 1, done.stdout
    assert "不支持" in done.stdout, done.stdout
    assert "不符" not in done.stdout, done.stdout
    assert "损坏" not in done.stdout.splitlines()[0]
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """keys/, keysca/, plain/ and zipped/ (exports of make_export), ca/ (with a CA)."""
    top = tmp_path_factory.mktemp("made")
    build_export.demo_keys(top / "keys")
    build_export.demo_keys(top / "keysca", ca=True)
    for key in top.glob("*/*.key"):
        key.chmod(0o600)
    make = harness.program("make_export")
    harness.run(make, top / "plain", top / "keys")
    harness.run(make, top / "zipped", top / "keys", "--zip")
    harness.run(make, top / "ca", top / "keysca")
    return top


@pytest.fixture
def export(made, tmp_path):
    """A copy of the plain export that a test may spoil."""
    shutil.copytree(made / "plain", tmp_path / "x")
    return tmp_path / "x"


def first_bag(export):
    return sorted((export / "bags").iterdir())[0]


def built(tmp_path, hook=None, keys=None, **more):
    keys = keys or build_export.demo_keys(tmp_path / "k")
    export = build_export.Export(keys, hook=hook or build_export.same, **more)
    export.write(tmp_path / "x")
    return tmp_path / "x"


def change(what, number, **members):
    return lambda w, n, v: {**v, **members} if (w, n) == (what, number) else v
