# SPDX-License-Identifier: MulanPSL-2.0
"""Two verifiers against what is signed but wrong, against certificates that do not fit, and hostile input.

Both must refuse, agree, and end with a verdict: no crash, no traceback, no long work.
"""
import concurrent.futures
import io
import json
import os
import random
import re
import shutil
import stat
import sys
import warnings
import zipfile

import pytest

from verifiers import MARKET, POLICE, SCRIPT, build, judge, make_keys, run


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return make_keys(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def ca_keys(tmp_path_factory):
    return make_keys(tmp_path_factory.mktemp("issued"), ca=True)


@pytest.fixture(scope="module")
def plain_keys(tmp_path_factory):
    """No SM2; signatures that name their certificate."""
    return make_keys(tmp_path_factory.mktemp("plain"), sm2=False, named=True)


# ---- what a key holder signs although it is wrong ----

def with_(**members):
    return lambda value: {**value, **members}


def without(name):
    return lambda value: {k: v for k, v in value.items() if k != name}


def inside(_of, **members):
    return lambda value: {**value, _of: {**value[_of], **members}}


def other_layout(data):
    return json.dumps(json.loads(data), ensure_ascii=False).encode()


def row(_n, **members):
    return lambda value: {**value, "records": [{**r, **members} if i == _n - 1 else r for i, r in enumerate(value["records"])]}


OTHER = "sha256:" + "0" * 64
digest_of_first = [""]  # of the police, filled in by the test
# name: (what, number, change) for build_export.Export's hook
SIGNED = {
    "gap in a lane": ("record", 4, with_(n=3)),
    "number twice": ("record", 4, with_(n=1)),
    "number 0": ("record", 1, with_(n=0)),
    "wrong prev": ("record", 4, with_(prev=OTHER)),
    "prev missing": ("record", 4, with_(prev=None)),
    "prev on the first": ("record", 1, with_(prev=OTHER)),
    "seen unknown": ("record", 2, with_(seen={MARKET: {"digest": OTHER, "n": 1}})),
    "seen too far": ("record", 2, lambda v: {**v, "seen": {MARKET: {**v["seen"][MARKET], "n": 9}}}),
    "seen of nobody": ("record", 2, with_(seen={"512022-court": {"digest": OTHER, "n": 1}})),
    "seen of itself": ("record", 4, lambda v: {**v, "seen": {MARKET: {"digest": v["prev"], "n": 1}}}),
    "seen going back": ("record", 6, lambda v: {**v, "seen": {POLICE: {"digest": digest_of_first[0], "n": 1}}}),
    "seen malformed": ("record", 2, with_(seen={MARKET: {"digest": OTHER, "n": 1, "x": 1}})),
    "other thread": ("record", 2, with_(thread="01234567-89ab-4cde-8f01-23456789abcd")),
    "thread in capitals": ("record", 2, lambda v: {**v, "thread": v["thread"].upper()}),
    "unknown kind": ("record", 2, with_(kind="applauded")),
    "unknown version": ("record", 2, with_(v=2)),
    "unknown member": ("record", 2, with_(zeal=1)),
    "member missing": ("record", 2, without("registered")),
    "bool for a number": ("record", 2, with_(n=True)),
    "text for a number": ("record", 2, with_(n="1")),
    "time without fraction": ("record", 2, with_(made_at="2026-11-24T10:00:00+08:00")),
    "time in UTC": ("record", 2, with_(made_at="2026-11-24T10:00:00.000000Z")),
    "30 February": ("record", 2, with_(happened_at="2026-02-30T10:00:00.000000+08:00")),
    "made before the certificate": ("record", 1, with_(made_at="2025-12-31T10:00:00.000000+08:00")),
    "made after the certificate": ("record", 6, with_(made_at="2029-01-02T10:00:00.000000+08:00")),
    "lane of another": ("record", 2, with_(lane="512022-court")),
    "signed by another": ("signer", 2, lambda code: MARKET),
    "thread signed by another": ("signer", 0, lambda code: POLICE),
    "package of other content": ("record", 1, inside("package", tagmanifest=OTHER)),
    "package with other manifest": ("record", 1, inside("package", manifest=OTHER)),
    "package with other count": ("record", 1, inside("package", items=99)),
    "package of other name": ("record", 1, inside("package", name="甲-01")),
    "package missing": ("record", 1, with_(package=None)),
    "package claimed": ("record", 2, with_(package={"items": 1, "manifest": OTHER, "name": "甲-01", "tagmanifest": OTHER})),
    "record with blanks": ("record-bytes", 2, other_layout),
    "record with line end": ("record-bytes", 2, lambda d: d + b"\n"),
    "record with escape": ("record-bytes", 2, lambda d: d.replace("乐".encode(), b"\\u4e50", 1)),
    "record with BOM": ("record-bytes", 2, lambda d: b"\xef\xbb\xbf" + d),
    "record not NFC": ("record-bytes", 2, lambda d: d.replace("系".encode(), "e\u0301".encode(), 1)),
    "record not UTF-8": ("record-bytes", 2, lambda d: d.replace("系".encode(), b"\xff\xfe\xfd", 1)),
    "record with surrogate": ("record-bytes", 2, lambda d: d.replace("系".encode(), b"\\ud800", 1)),
    "record with double member": ("record-bytes", 2, lambda d: d.replace(b'"v":1}', b'"v":1,"v":1}')),
    "record with fraction": ("record-bytes", 2, lambda d: d.replace(b'"fields":{', b'"fields":{"a":1.5,')),
    "record with exponent": ("record-bytes", 2, lambda d: d.replace(b'"fields":{', b'"fields":{"a":1e3,')),
    "record with minus zero": ("record-bytes", 2, lambda d: d.replace(b'"fields":{', b'"fields":{"a":-0,')),
    "record with NaN": ("record-bytes", 2, lambda d: d.replace(b'"fields":{', b'"fields":{"a":NaN,')),
    "record with 2^53+1": ("record-bytes", 2, lambda d: d.replace(b'"fields":{', b'"fields":{"a":9007199254740993,')),
    "record with huge number": ("record-bytes", 2, lambda d: d.replace(b'"fields":{', b'"fields":{"a":' + b"9" * 100000 + b",")),
    "record too deep": ("record-bytes", 2, lambda d: d.replace(b'"fields":{', b'"fields":{"a":' + b"[" * 33 + b"]" * 33 + b",")),
    "record far too deep": ("record-bytes", 2, lambda d: d.replace(b'"fields":{', b'"fields":{"a":' + b"[" * 200000 + b"]" * 200000 + b",")),
    "record empty": ("record-bytes", 2, lambda d: b""),
    "record an array": ("record-bytes", 2, lambda d: b"[]"),
    "record too large": ("record-bytes", 2, lambda d: d.replace(b'"fields":{', b'"fields":{"a":"' + b"x" * (1 << 20) + b'",')),
    "thread with blanks": ("thread-bytes", 0, other_layout),
    "thread with unknown member": ("thread", 0, with_(zeal=1)),
    "thread of another version": ("thread", 0, with_(v=2)),
    "thread of another number": ("thread", 0, with_(thread="01234567-89ab-4cde-8f01-23456789abcd")),
    "thread of another channel": ("thread", 0, with_(channel="c2")),
    "thread lists other digest": ("thread", 0, row(2, digest=OTHER)),
    "thread lists other lane": ("thread", 0, row(2, lane=MARKET)),
    "thread lists other n": ("thread", 0, row(2, n=2)),
    "thread lists other file": ("thread", 0, row(2, file="records/0002-512022-police-accepted.json")),
    "thread lists climbing file": ("thread", 0, row(2, file="../0002-512022-police-delivered.json")),
    "thread lists no bag": ("thread", 0, with_(bags=[])),
    "thread lists a bag more": ("thread", 0, lambda v: {**v, "bags": [*v["bags"], {"name": "甲-01", "tagmanifest": OTHER}]}),
    "thread lists a bag twice": ("thread", 0, lambda v: {**v, "bags": [*v["bags"], v["bags"][0]]}),
    "thread lists other bag": ("thread", 0, lambda v: {**v, "bags": [{**b, "tagmanifest": OTHER} for b in v["bags"]]}),
    "thread in other order": ("thread", 0, lambda v: {**v, "records": v["records"][::-1]}),
    "manifest with blanks": ("manifest-bytes", 1, other_layout),
    "manifest without a file": ("manifest", 1, with_(documents=[])),
    "manifest with a file twice": ("manifest", 1, lambda v: {**v, "documents": v["documents"] * 2}),
    "manifest with other size": ("manifest", 1, lambda v: {**v, "evidence": [{**e, "size": e["size"] + 1} for e in v["evidence"]]}),
    "manifest with other SM3": ("manifest", 1, lambda v: {**v, "evidence": [{**e, "sm3": "0" * 64} for e in v["evidence"]]}),
    "manifest of other sender": ("manifest", 1, inside("sender", code=POLICE)),
    "manifest of other thread": ("manifest", 1, with_(thread="01234567-89ab-4cde-8f01-23456789abcd")),
    "manifest of other seq": ("manifest", 1, with_(seq=7)),
    "payload more than listed in manifest.json": ("payload", 1, lambda v: {**v, "data/10-docs/99-x.pdf": b"x"}),
    "other BagIt": ("tags", 1, with_(**{"bagit.txt": b"BagIt-Version: 0.93\nTag-File-Character-Encoding: UTF-8\n"})),
    "other encoding": ("tags", 1, with_(**{"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: GBK\n"})),
    "fetch.txt": ("tags", 1, with_(**{"fetch.txt": b"x 1 data/x\n"})),
    "no manifest": ("tags", 1, without("manifest-sha256.txt")),
    "no second manifest": ("tags", 1, without("manifest-sha512.txt")),
    "no SM3": ("tags", 1, without("sm3sums.txt")),
    "no bag-info": ("tags", 1, without("bag-info.txt")),
    "manifest without a line": ("tags", 1, lambda v: {**v, "manifest-sha256.txt": v["manifest-sha256.txt"].split(b"\n", 1)[1]}),
    "manifest with a line twice": ("tags", 1, lambda v: {**v, "manifest-sha256.txt": v["manifest-sha256.txt"].split(b"\n", 1)[0] + b"\n" + v["manifest-sha256.txt"]}),
    "manifest with a missing file": ("tags", 1, lambda v: {**v, "manifest-sha512.txt": v["manifest-sha512.txt"] + b"0" * 128 + b"  data/x\n"}),
    "manifest with climbing path": ("tags", 1, lambda v: {**v, "manifest-sha512.txt": v["manifest-sha512.txt"] + b"0" * 128 + b"  data/../../x\n"}),
    "SM3 of something else": ("tags", 1, lambda v: {**v, "sm3sums.txt": b"0" * 64 + v["sm3sums.txt"][64:]}),
    "Payload-Oxum": ("tags", 1, lambda v: {**v, "bag-info.txt": re.sub(rb"Oxum: \d", b"Oxum: 9", v["bag-info.txt"])}),
}


def test_signed_but_wrong(plain_keys, tmp_path):
    good = build.Export(plain_keys, 20)
    digest_of_first[0] = good.rows[1]["digest"]
    good.write(tmp_path / "good")
    assert judge(tmp_path / "good", plain_keys.trust)

    def check(step):
        number, (name, (what, place, change)) = step
        changed = []

        def hook(w, p, value):
            if (w, p) != (what, place):
                return value
            changed.append(repr(change(value)) != repr(value))
            return change(value)

        export = build.Export(plain_keys, 20, small=place < 3, hook=hook)
        assert changed == [True], name
        export.write(tmp_path / str(number))
        try:
            accepted = judge(tmp_path / str(number), plain_keys.trust if number % 2 else ())
        except AssertionError as e:
            return f"{name}: {e}"
        shutil.rmtree(tmp_path / str(number))
        return f"{name}: accepted by both" if accepted else None

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = [f for f in pool.map(check, enumerate(SIGNED.items())) if f]
    assert not found, "\n".join(found)


# ---- certificates ----

def test_trust(keys, ca_keys, plain_keys, tmp_path):
    """A foreign key with the same names is unseen without a trust, and refused with one."""
    export = build.Export(plain_keys, 30, small=True)
    export.write(tmp_path / "x")
    assert judge(tmp_path / "x") and judge(tmp_path / "x", plain_keys.trust)
    for trust in (keys.trust, ca_keys.trust, plain_keys.trust[:1], plain_keys.trust[1:]):
        assert not judge(tmp_path / "x", trust)
    empty = tmp_path / "empty.pem"
    empty.write_bytes(b"")
    assert not judge(tmp_path / "x", [empty])
    assert not judge(tmp_path / "x", [tmp_path / "absent.pem"])


def test_an_organ_cannot_issue(tmp_path):
    """A trusted organ's certificate does not vouch for another organ's, even where it says CA."""
    keys = build.Keys(tmp_path / "keys", ca=True)
    keys.make(MARKET, build.NAMES[MARKET])
    keys.make(POLICE, build.NAMES[POLICE], section="root")  # its own, and a CA by its form
    keys.make("ca", build.NAMES[POLICE], section="root", stem="unused")
    for end in ("key", "pem"):
        shutil.copy(keys.folder / f"{POLICE}.{end}", keys.folder / f"ca.{end}")
    keys.make(MARKET, build.NAMES[MARKET])  # issued by the police
    build.Export(keys, 31, small=True).write(tmp_path / "x")
    assert judge(tmp_path / "x")
    assert not judge(tmp_path / "x", [keys.folder / f"{POLICE}.pem"])


@pytest.mark.parametrize("subject", ["no OU", "OU of another", "two OU", "expired", "not yet"])
def test_certificates_that_do_not_fit(subject, tmp_path):
    keys = make_keys(tmp_path / "keys", sm2=False)
    times = {"expired": {"end": "20261101000000Z"}, "not yet": {"begin": "20280101000000Z"}}.get(subject, {})
    if subject == "two OU":
        keys.make(POLICE, f"{build.NAMES[POLICE]}/OU={MARKET}")
    elif subject == "OU of another":
        keys.make(MARKET, build.NAMES[POLICE], stem=POLICE)
    else:
        keys.make(POLICE, build.NAMES[POLICE], ou=subject != "no OU", **times)
    build.Export(keys, 32, small=True).write(tmp_path / "x")
    assert not judge(tmp_path / "x")
    assert not judge(tmp_path / "x", [keys.folder / f"{c}.pem" for c in (MARKET, POLICE)])


# ---- hostile input ----

def archive(entries, compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(out, "w", compression) as z:
        for name, data, mode in entries:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr, info.compress_type = 3, mode << 16, compression
            z.writestr(info, data)
    return out.getvalue()


FILE = stat.S_IFREG | 0o644


def hostile_archives(good):
    """{name: bytes}; good: entries [(name, bytes, mode)] of a bag that holds."""
    top = good[0][0].split("/")[0]

    def more(name, data=b"x", mode=FILE):
        return archive([*good, (name, data, mode)])
    yield "climbing", more(f"{top}/../../x")
    yield "absolute", more("/etc/x")
    yield "dot", more(f"{top}/./x")
    yield "backslash", more(f"{top}\\x")
    yield "drive", more("C:/x")
    yield "second root", more("other/x")
    yield "double entry", more(good[-1][0], good[-1][1])
    yield "case double", more(good[-1][0].replace("data/", "DATA/"), good[-1][1])
    yield "symlink", more(f"{top}/data/link", b"/etc/passwd", stat.S_IFLNK | 0o777)
    yield "device", more(f"{top}/data/dev", b"", stat.S_IFCHR | 0o600)
    yield "control character", more(f"{top}/data/a\nb")
    yield "not NFC", more(f"{top}/data/e\u0301")
    yield "long name", more(f"{top}/data/" + "x" * 300)
    yield "deep name", more(f"{top}/data" + "/x" * 500)
    yield "bomb", archive([*good, (f"{top}/data/bomb", b"\0" * (64 << 20), FILE)], zipfile.ZIP_DEFLATED)
    yield "many entries", archive([(f"{top}/data/{i}", b"", FILE) for i in range(120000)])
    data = archive(good)
    yield "prefix", b"MZ" * 100 + data
    yield "suffix", data + b"x"
    yield "comment", data[:-2] + b"\x04\0abcd"
    yield "nul in a name", data.replace(b"bag-info.txt", b"bag-info\0txt")
    yield "local name differs", data.replace(b"bag-info.txt", b"bag-info.tXt", 1)
    yield "encrypted", data.replace(b"PK\3\4\x14\0\0\x08", b"PK\3\4\x14\0\1\x08").replace(b"PK\1\2\x14\3\x14\0\0\x08", b"PK\1\2\x14\3\x14\0\1\x08")
    yield "only an end", data[-22:]
    yield "end with large directory", data[:-22] + data[-22:-10] + b"\xff\xff\xff\x7f" + data[-6:]
    yield "nothing", b""
    yield "noise", random.Random(1).randbytes(5000)
    yield "text", b"PK\3\4" + b"x" * 100


def test_hostile_archives(plain_keys, tmp_path):
    export = build.Export(plain_keys, 40, small=True)
    name = export.bags[0]["name"]
    good = [(p.removeprefix("bags/"), d, FILE) for p, d in export.files.items() if p.startswith(f"bags/{name}/")]
    found = []
    for what, data in hostile_archives(good):
        path = tmp_path / "hostile.zip"
        path.write_bytes(data)
        try:
            if judge(path):
                found.append(f"{what}: accepted")
            if what in ("bomb", "nothing", "nul in a name", "long name"):
                assert not run([sys.executable, str(SCRIPT)], path, ())[0]
        except AssertionError as e:
            found.append(f"{what}: {e}")
    assert not found, "\n".join(found)


def test_hostile_folders(plain_keys, tmp_path):
    export = build.Export(plain_keys, 41, small=True)
    bag = tmp_path / "x/bags" / export.bags[0]["name"]

    def link(place):
        place.unlink(missing_ok=True)
        place.symlink_to("/etc/passwd")

    def same_elsewhere(place):
        (tmp_path / "elsewhere").write_bytes(place.read_bytes())
        place.unlink()
        place.symlink_to(tmp_path / "elsewhere")

    acts = {
        "link to a file of the system": lambda: link(bag / "data/link"),
        "link in place of a file": lambda: same_elsewhere(bag / "bagit.txt"),
        "link in place of a record": lambda: same_elsewhere(tmp_path / "x" / export.rows[0]["file"]),
        "link to a folder": lambda: (bag / "data/up").symlink_to("../.."),
        "link beside": lambda: (tmp_path / "x/more").symlink_to("."),
        "pipe": lambda: os.mkfifo(bag / "data/pipe"),
        "pipe for a record": lambda: (os.unlink(tmp_path / "x" / export.rows[0]["file"]), os.mkfifo(tmp_path / "x" / export.rows[0]["file"])),
        "name that is no UTF-8": lambda: open(os.fsencode(bag / "data") + b"/\xff\xfe", "wb").close(),
        "name with a line end": lambda: (bag / "data/a\nb").write_bytes(b""),
        "empty folder": lambda: (bag / "data/empty").mkdir(),
        "empty folder at the top": lambda: (tmp_path / "x/empty").mkdir(),
        "folder in place of a file": lambda: ((bag / "bagit.txt").unlink(), (bag / "bagit.txt").mkdir()),
        "folder in place of thread.json": lambda: ((tmp_path / "x/thread.json").unlink(), (tmp_path / "x/thread.json").mkdir()),
    }
    found = []
    for what, act in acts.items():
        export.write(tmp_path / "x")
        act()
        try:
            if judge(tmp_path / "x"):
                found.append(f"{what}: accepted")
        except AssertionError as e:
            found.append(f"{what}: {e}")
        shutil.rmtree(tmp_path / "x")
    for what in ("absent", "empty", "x.json", "x.zip"):
        if what == "empty":
            (tmp_path / what).mkdir()
        if judge(tmp_path / what):
            found.append(f"{what}: accepted")
    assert not found, "\n".join(found)
