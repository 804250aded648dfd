# SPDX-License-Identifier: MulanPSL-2.0
"""The two verifiers side by side, for test_verify_sweep.py and test_verify_hostile.py.

judge(path, trust) asks `ipcase verify` and tests/package/verify.py and fails when they disagree. The program is
IPCASE_BIN, by default $OUT/ipcase or build/release/ipcase; where it cannot verify, verify.py is asked alone and
PROGRAM is false. make_keys() gives the keys for exports of tests/package/build_export.py, with .trust beside them.
"""
import importlib.util
import itertools
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / os.environ.get("OUT", "build/release")
BIN = os.path.abspath(os.environ.get("IPCASE_BIN") or OUT / "ipcase")
SCRIPT = ROOT / "tests/package/verify.py"


def load(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / f"tests/package/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verify = load("verify")
build = load("build_export")
MARKET, POLICE = build.MARKET, build.POLICE


def remember(function):
    """openssl() is a pure function of its arguments; a sweep asks the same again and again."""
    known = {}

    def remembered(words, files, *results):
        key = (words, tuple(sorted(files.items())), results)
        if key not in known:
            if len(known) > 20000:
                known.clear()
            known[key] = function(words, files, *results)
        return known[key]
    return remembered


verify.openssl = remember(verify.openssl)
sign_anew = build.openssl
signed = {}


def sign_once(*words, data=None, cwd=None):
    """The same text by the same key keeps its signature, so that what a change leaves alone stays the same."""
    key = (words, data, cwd)
    if words[0] not in ("cms", "dgst"):
        return sign_anew(*words, data=data, cwd=cwd)
    if key not in signed:
        signed[key] = sign_anew(*words, data=data, cwd=cwd)
    return signed[key]


build.openssl = sign_once


def can_verify():
    if not os.access(BIN, os.X_OK):
        return False
    done = subprocess.run([BIN, "verify", "--help"], capture_output=True, timeout=20)
    return done.returncode == 0


PROGRAM = can_verify()
def by_python(path, trust=()):
    report, verdict = verify.verify(str(path), [str(t) for t in trust])
    assert verdict.startswith("结论：")
    return report.good, [f"{m} {t}" for m, t in report.rows if m == "不符"]


def run(words, path, trust):
    words = [*words, str(path), *itertools.chain.from_iterable(("--trust", str(t)) for t in trust)]
    env = {k: v for k, v in os.environ.items() if not k.startswith("IPCASE_")}
    done = subprocess.run(words, capture_output=True, timeout=120, env={**env, "LC_ALL": "C.UTF-8"})
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert done.returncode >= 0 and "Traceback" not in said and "Sanitizer" not in said, (words, said[-2000:])
    return done.returncode == 0, said.splitlines()


def by_program(path, trust=()):
    return run([BIN, "verify"], path, trust) if PROGRAM else (None, [])


def judge(path, trust=()):
    """The common verdict; fails when the two disagree."""
    python, why = by_python(path, trust)
    program, said = by_program(path, trust)
    assert program in (None, python), f"the verifiers disagree: verify.py {python} {why[:3]}, ipcase {program} {said[-6:]}"
    return python


def make_keys(folder, **words):
    """Keys of two organs, and in .trust the files that vouch for them."""
    made = build.demo_keys(folder, **words)
    stems = ["ca"] if made.ca else [s for s in (MARKET, MARKET + ".sm2", POLICE) if made.has(s)]
    made.trust = [made.folder / f"{stem}.pem" for stem in stems]
    return made
