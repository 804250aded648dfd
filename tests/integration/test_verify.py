# SPDX-License-Identifier: MulanPSL-2.0
"""`ipcase verify`: packages that hold, and everything that was made to deceive. Archives: test_verify_archives.py.

No daemon and no database. Exports come from tests/package/make_export.c (lib/package itself) and
build_export.py (a reading of the format that shares no code with it).
"""
import json
import os
import pathlib
import random
import shutil
import stat
import subprocess
import unicodedata
import zipfile

import pytest

import harness
from verify_support import (IPCASE, MARKET, POLICE, PACKAGE, build_export, verify, holds,
                            checks, refused, made, export, first_bag, built, change)  # noqa: F401


# --- what holds -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["plain", "zipped", "ca"])
def test_export_holds(made, name):
    said = holds(made / name)
    assert said.splitlines()[-1] == "结论：全部相符。签名与包内证书一致；证书本身未与可信名单核对。"
    assert "记录链：6 条记录、2 个机关" in said
    assert said.count("国密签名有效") >= 3 + 1 + 2


def test_exports_of_another_maker_hold(tmp_path):
    for words in ([], ["--zip-bags"], ["--ca"], ["--small", "--seed", "5"]):
        folder = tmp_path / ("x" + "".join(words))
        harness.run("python3", PACKAGE / "build_export.py", folder, *words)
        holds(folder)


def test_trust(made, tmp_path):
    keys = made / "keys"
    market, police = keys / f"{MARKET}.pem", keys / f"{POLICE}.pem"
    sm2 = keys / f"{MARKET}.sm2.pem"
    said = holds(made / "plain", "--trust", market, "--trust", police, "--trust", sm2)
    assert said.splitlines()[-1] == "结论：全部相符。签名有效，证书在可信名单之内。"
    together = tmp_path / "all.pem"
    together.write_bytes(market.read_bytes() + police.read_bytes() + sm2.read_bytes())
    holds(made / "plain", "--trust", together)
    holds(made / "ca", "--trust", made / "keysca/ca.pem")
    # One that is missing, and a list of strangers.
    refused(made / "plain", "certificate-foreign", "--trust", market, "--trust", sm2)
    refused(made / "plain", "certificate-foreign", "--trust", made / "keysca/ca.pem")
    # What the package itself brings along proves nothing.
    refused(made / "ca", "certificate-foreign", "--trust", market)


def test_trust_file_must_be_usable(made, tmp_path):
    (tmp_path / "junk.pem").write_text("not a certificate\n")
    for path in (tmp_path / "junk.pem", tmp_path / "absent.pem"):
        done = verify(made / "plain", "--trust", path)
        assert done.returncode == 1
        assert str(path) in done.stderr
        assert done.stdout == ""
    assert verify(made / "plain", "extra").returncode == 1
    assert subprocess.run([IPCASE, "verify"], env={}, capture_output=True, check=False).returncode == 1


def test_each_kind_of_path(made, tmp_path):
    plain, zipped = made / "plain", made / "zipped"
    bag = first_bag(plain)
    assert "签名有效" in holds(bag)
    done = verify(".", cwd=bag)
    assert done.returncode == 0, done.stdout
    assert "签名有效" in holds(first_bag(zipped))
    holds(plain / "records")
    record = sorted((plain / "records").glob("*.json"))[0]
    holds(record)
    alone = tmp_path / "alone"
    alone.mkdir()
    police = plain / f"records/0002-{POLICE}-delivered.json"
    for suffix in ("", ".p7s"):
        shutil.copy(f"{police}{suffix}", alone / ("回执.json" + suffix))
    holds(alone / "回执.json")
    lone = tmp_path / "lone"
    shutil.copytree(plain / "records", lone)
    said = holds(lone)
    assert "没有 thread.json" in said


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("root", ["", "移送/"])
@pytest.mark.parametrize("name", ["plain", "zipped"])
def test_zipped_export(made, tmp_path, method, root, name):
    target = tmp_path / "x.zip"
    with zipfile.ZipFile(target, "w", method) as z:
        for path in sorted((made / name).rglob("*")):
            if path.is_file():
                z.write(path, root + str(path.relative_to(made / name)))
    holds(target)


def test_json_and_text_agree(made, export):
    said = json.loads(holds_json(made / "plain"))
    assert said["ok"] is True and said["trust"] is False
    assert all(set(c) == {"mark", "rule", "file", "text"} for c in said["checks"])
    (export / "records/extra").write_text("x")
    bad = checks(export)
    assert [r for _, r, _ in bad] == ["export-extra"]
    text = verify(export).stdout
    assert "【不符】" in text and "records/extra" in text
    assert text.splitlines()[-1] == "结论：不符。1 项没有通过，不能采信。"


def holds_json(path):
    done = verify(path, "--json")
    assert done.returncode == 0
    assert done.stdout.count("\n") == 1
    return done.stdout


def test_needs_nothing(made, tmp_path):
    """No home, no configuration, no server: not even when they are there and broken."""
    (tmp_path / "ipcase").mkdir()
    (tmp_path / "ipcase/login").write_text("nonsense")
    env = {"XDG_CONFIG_HOME": str(tmp_path), "IPCASE_SERVER": "http://127.0.0.1:1",
           "IPCASE_CA_FILE": "/nonexistent", "TZ": "America/New_York", "LC_ALL": "C"}
    for e in (env, {}):
        done = verify(made / "plain", env=e)
        assert done.returncode == 0, done.stdout + done.stderr


# --- what strangers' programs say of the same bytes --------------------------------------------


def test_common_tools(made):
    bag = first_bag(made / "plain")
    for program, lists in (("sha256sum", "sha256"), ("sha512sum", "sha512")):
        for name in (f"manifest-{lists}.txt", f"tagmanifest-{lists}.txt"):
            subprocess.run([program, "--strict", "--quiet", "--check", name], cwd=bag, check=True)
    for line in (bag / "sm3sums.txt").read_text().splitlines():
        value, path = line.split("  ", 1)
        said = subprocess.run(["openssl", "dgst", "-sm3", "-r", path], cwd=bag, check=True,
                              capture_output=True, text=True).stdout
        assert said.split()[0] == value
    (made / "all.pem").write_bytes(b"".join(
        (made / f"keys/{code}.pem").read_bytes() for code in (MARKET, POLICE)))
    record = made / f"plain/records/0002-{POLICE}-delivered.json"
    for signature, text in ((bag / "signatures/tagmanifest-sha256.p7s", bag / "tagmanifest-sha256.txt"),
                            (f"{record}.p7s", record)):
        subprocess.run(["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", signature,
                        "-content", text, "-CAfile", made / "all.pem", "-purpose", "any",
                        "-out", os.devnull], check=True, capture_output=True)
        if shutil.which("certtool"):
            subprocess.run(["certtool", "--p7-verify", "--inder", "--infile", signature, "--load-data", text,
                            "--load-ca-certificate", made / "all.pem"], check=True, capture_output=True)
    subprocess.run(["openssl", "pkeyutl", "-verify", "-certin", "-inkey", bag / "signatures/signer-sm2.pem",
                    "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678", "-sigfile",
                    bag / "signatures/tagmanifest-sha256.sm2", "-in", bag / "tagmanifest-sha256.txt"],
                   check=True, capture_output=True)


def test_unrelated_bagit_validator(made, tmp_path):
    """bagit-tools, which `make deps` installs: takes our bags, and refuses them when they are changed."""
    script = harness.ROOT / "build/npm/bagit.js"
    if not (script.parent / ".done").exists():
        pytest.skip("make deps could not fetch bagit-tools")

    def valid(bag):
        done = subprocess.run(["node", script, bag], capture_output=True, text=True, timeout=60)
        assert done.returncode == (1 if done.stdout else 0), done.stderr
        return done.stdout

    def altered(change):
        bag = tmp_path / "bag"
        shutil.rmtree(bag, ignore_errors=True)
        shutil.copytree(first_bag(made / "plain"), bag)
        change(bag)
        return valid(bag)

    def append(path, data=b"x"):
        path.write_bytes(path.read_bytes() + data)

    for bag in (made / "plain/bags").iterdir():
        assert valid(bag) == ""
    for place in (made / "zipped/bags").iterdir():
        with zipfile.ZipFile(place) as z:
            z.extractall(tmp_path / "unzipped")
        assert valid(tmp_path / "unzipped" / place.stem) == ""
    assert "verification errors" in altered(lambda b: append(b / "data/manifest.json"))
    assert "verification errors" in altered(lambda b: append(b / "bag-info.txt"))
    assert "verification errors" in altered(lambda b: next(b.glob("data/20-evidence/*/*.jpg")).unlink())
    assert "file count" in altered(lambda b: (b / "data/extra").write_bytes(b""))
    assert "file count" in altered(lambda b: append(b / "manifest-sha256.txt", b"0" * 64 + b"  data/absent\n"))
    assert "version" in altered(lambda b: (b / "bagit.txt").write_text("BagIt-Version: 0.9\n"))
    assert "no bagit.txt" in altered(lambda b: (b / "bagit.txt").unlink())
    assert "no manifest" in altered(lambda b: [m.unlink() for m in b.glob("*manifest-*.txt")])


def test_python_zipfile_reads_it(made):
    for path in (made / "zipped/bags").iterdir():
        with zipfile.ZipFile(path) as z:
            assert z.testzip() is None
            names = [i.filename for i in z.infolist()]
            assert names[0] == path.stem + "/"
            assert names[1:] == sorted(names[1:], key=str.encode)
            assert all(i.date_time == (1980, 1, 1, 0, 0, 0) for i in z.infolist())
            assert all(i.compress_type == zipfile.ZIP_STORED for i in z.infolist())
            modes = {i.external_attr >> 16 for i in z.infolist()}
            assert modes == {stat.S_IFDIR | 0o755, stat.S_IFREG | 0o644}


def test_canonical_is_what_python_writes():
    rng = random.Random(3)
    letters = ["a", "Z", "中", "é", "\x01", "\x7f", '"', "\\", "/", "\n", "\t", "\b", "\u2028", "😀",
               "\ufffd", "e\u0301", "\x1f"]

    def value(depth):
        kind = rng.randrange(8 if depth < 4 else 5)
        if kind == 0:
            return rng.choice([True, False, None])
        if kind == 1:
            return rng.choice([0, -1, 1, 2**53, -2**53, rng.randrange(-2**53, 2**53)])
        if kind < 5:
            return unicodedata.normalize("NFC", "".join(rng.choices(letters, k=rng.randrange(6))))
        if kind == 5:
            return [value(depth + 1) for _ in range(rng.randrange(4))]
        return {unicodedata.normalize("NFC", "".join(rng.choices(letters, k=rng.randrange(4)))): value(depth + 1)
                for _ in range(rng.randrange(5))}

    values = [value(0) for _ in range(2000)]
    lines = [json.dumps(v, ensure_ascii=rng.random() < 0.5) for v in values]
    done = subprocess.run([harness.program("make_export"), "--canonical"], input="\n".join(lines) + "\n",
                          capture_output=True, text=True, check=True, timeout=60, encoding="utf-8")
    expected = [json.dumps(v, sort_keys=True, separators=(",", ":"), ensure_ascii=False) for v in values]
    assert done.stdout.split("\n")[:-1] == expected


# --- one change anywhere -------------------------------------------------------------------------


def small_files(export):
    return sorted(p for p in export.rglob("*") if p.is_file() and p.name != "stub.pdf")


def test_one_byte_in_each_file(made, export):
    """One place in every file; the sweep over all bytes is in tests/package. With the certificates
    known: one that nobody knows can be exchanged for another anyway."""
    rng = random.Random(2)
    trust = [w for name in (MARKET, POLICE, MARKET + ".sm2") for w in ("--trust", made / f"keys/{name}.pem")]
    holds(export, *trust)
    for path in small_files(export):
        good = path.read_bytes()
        at = rng.randrange(len(good) or 1)
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:] if good else b"x")
        assert checks(export, *trust), f"{path}: byte {at}"
        path.write_bytes(good + b"\n")
        assert checks(export), f"{path}: one byte more"
        path.write_bytes(good)
    holds(export)


def test_each_file_missing(export):
    for path in small_files(export):
        # The side signature of a record is an addition; without it the record is signed all the same.
        if path.name.endswith(".json.sm2"):
            continue
        path.rename(export.parent / "aside")
        assert checks(export), path
        (export.parent / "aside").rename(path)
    holds(export)


def test_something_extra(export):
    bag = first_bag(export)
    for folder in (export, export / "records", export / "bags", export / "certificates", bag, bag / "data",
                   bag / "data/10-docs", bag / "verify", bag / "signatures"):
        (folder / "extra.txt").write_text("x")
        assert checks(export), folder
        (folder / "extra.txt").unlink()
        (folder / "empty").mkdir()
        assert checks(export), f"{folder}: empty folder"
        (folder / "empty").rmdir()
    shutil.copy(export / f"certificates/{POLICE}.pem", export / "certificates/x-organ.pem")
    refused(export, "certificate-unused")


def test_zip_bag_every_header_byte(made, tmp_path):
    """Nothing in a ZIP of ours is free: the last 3000 bytes are its directory."""
    path = first_bag(made / "zipped")
    good = path.read_bytes()
    target = tmp_path / path.name
    rng = random.Random(1)
    places = [*range(40), *(len(good) - 1 - rng.randrange(3000) for _ in range(60)), *range(len(good) - 22, len(good))]
    for at in places:
        target.write_bytes(good[:at] + bytes([good[at] ^ (1 << rng.randrange(8))]) + good[at + 1:])
        assert checks(target), f"byte {at} of {len(good)}"
    for spoiled in (good + b"\0", b"\0" + good, good[:-1], good[:100], good[:len(good) // 2], b"", good[22:]):
        target.write_bytes(spoiled)
        assert checks(target)


# --- records ------------------------------------------------------------------------------------------


def rename_records(folder, order):
    """Numbers the record files anew, in the order of the given old numbers."""
    for new, old in enumerate(order, 1):
        for path in list(folder.glob(f"{old:04d}-*")):
            path.rename(folder / f"new-{new:04d}{path.name[4:]}")
    for path in folder.glob("0*"):
        path.unlink()
    for path in folder.glob("new-*"):
        path.rename(folder / path.name[4:])


@pytest.mark.parametrize("order,rule", [
    ([2, 3, 4, 5, 6], "seen-unknown"), ([1, 2, 4, 5, 6], "seen-unknown"), ([1, 3, 4, 5, 6], "chain-gap"),
    ([1, 3, 2, 4, 5, 6], "chain-gap"), ([1, 2, 3, 4, 6, 5], "seen-unknown"), ([4, 1, 2, 3, 5, 6], "chain-gap"),
])
def test_records_dropped_or_moved(export, order, rule):
    folder = export / "records"
    rename_records(folder, order)
    refused(folder, rule)


def test_record_doubled(export):
    folder = export / "records"
    for path in list(folder.glob("0005-*")):
        shutil.copy(path, folder / ("0007" + path.name[4:]))
    refused(folder, "chain-double")
    refused(export, "export-extra")


def test_last_record_dropped_from_the_export(export):
    for path in list((export / "records").glob("0006-*")):
        path.unlink()
    refused(export, "export-missing")


def test_record_under_another_name(export):
    folder = export / "records"
    for path in list(folder.glob(f"0002-{POLICE}-delivered*")):
        path.rename(folder / path.name.replace("delivered", "accepted"))
    refused(folder, "record-file")
    refused(folder / f"0002-{POLICE}-accepted.json", "record-file")


def test_signature_missing_or_of_another_record(export):
    folder = export / "records"
    one, two = (folder / f"000{n}-{POLICE}-{kind}.json.p7s" for n, kind in ((2, "delivered"), (5, "accepted")))
    shutil.copy(two, one)
    refused(export, "signature-wrong")
    one.unlink()
    refused(export, "signature-missing")


def side_signatures(folder):
    return sorted(p for p in folder.rglob("*sm2*") if p.is_file())


def test_side_signature_taken_away(made, export):
    """What the CMS signs says that there is an SM2 signature: no part of it may go, alone or with the others."""
    bag = first_bag(export)
    record = sorted((export / "records").glob(f"*-{MARKET}-*.json"))[0]
    parts = side_signatures(export)
    assert len(parts) > 8
    for path in parts:
        data = path.read_bytes()
        path.unlink()
        rule = "signature-missing" if path.suffix == ".sm2" or path.parent.name == "signatures" else "signature-certificate"
        refused(export, rule)
        path.write_bytes(data)
    for path in side_signatures(bag):
        path.unlink()
    refused(bag, "signature-missing")
    pathlib.Path(f"{record}.sm2").unlink()
    refused(record, "signature-missing")
    refused(export / "records", "signature-missing")
    for path in side_signatures(export):
        path.unlink()
    refused(export, "signature-missing", "--trust", made / f"keys/{MARKET}.pem", "--trust", made / f"keys/{POLICE}.pem")


def test_side_signature_put_in(made, tmp_path):
    """Nor may one be added where the signed text names none, even a good one of the organ."""
    keys = build_export.demo_keys(tmp_path / "k", sm2=False)
    folder = built(tmp_path, keys=keys)
    keys.make(MARKET, build_export.NAMES[MARKET], sm2=True)
    (folder / f"certificates/{MARKET}.sm2.pem").write_bytes(keys.pem(MARKET + ".sm2"))
    bag = first_bag(folder)
    record = sorted((folder / "records").glob(f"*-{MARKET}-*.json"))[0]
    pathlib.Path(f"{record}.sm2").write_bytes(keys.sm2(MARKET, record.read_bytes()))
    refused(folder, "signature-extra")
    refused(record, "signature-extra")
    signed = (bag / "tagmanifest-sha256.txt").read_bytes()
    (bag / "signatures/tagmanifest-sha256.sm2").write_bytes(keys.sm2(MARKET, signed))
    (bag / "signatures/signer-sm2.pem").write_bytes(keys.pem(MARKET + ".sm2"))
    refused(bag, "signature-extra")


def test_side_signature_by_another_certificate(made, export, tmp_path):
    """The same key in another certificate, the same organ: the signed text names one of them."""
    folder = made / "keys"
    keys = build_export.Keys(tmp_path / "k")
    shutil.copy(folder / f"{MARKET}.sm2.key", keys.folder)
    keys.make(MARKET, build_export.NAMES[MARKET], sm2=True, fresh=False)
    bag = first_bag(export)
    (bag / "signatures/signer-sm2.pem").write_bytes(keys.pem(MARKET + ".sm2"))
    refused(bag, "signature-certificate")
    (export / f"certificates/{MARKET}.sm2.pem").write_bytes(keys.pem(MARKET + ".sm2"))
    refused(export, "signature-certificate")


@pytest.mark.parametrize("rule,hook", [
    ("certificate-organ", lambda w, n, v: POLICE if (w, n) == ("signer", 1) else v),
    ("certificate-organ", lambda w, n, v: POLICE if (w, n) == ("signer", 0) else v),
    ("not-canonical", lambda w, n, v: v.replace(b",", b", ", 1) if (w, n) == ("record-bytes", 2) else v),
    ("not-json", lambda w, n, v: v[:-1] if (w, n) == ("record-bytes", 2) else v),
    ("not-canonical", lambda w, n, v: v + b"\n" if (w, n) == ("thread-bytes", 0) else v),
    ("not-canonical", lambda w, n, v: b" " + v if (w, n) == ("manifest-bytes", 1) else v),
    ("record-member", change("record", 3, extra=1)),
    ("record-version", change("record", 3, v=2)),
    ("record-value", change("record", 3, n="2")),
    ("chain-prev", change("record", 3, prev="sha256:" + "0" * 64)),
    ("seen-other", change("record", 3, seen={MARKET: {"digest": "sha256:" + "0" * 64, "n": 1}})),
    ("seen-unknown", change("record", 3, seen={"512022-court": {"digest": "sha256:" + "0" * 64, "n": 1}})),
    ("chain-gap", change("record", 3, n=4)),
    ("thread-other", change("record", 3, thread="7d1f0f5e-3a44-4c1b-9f57-2f0c5a6b8e01")),
    ("certificate-not-yet-valid", change("record", 2, made_at="2025-01-01T00:00:00.000000+08:00")),
    ("certificate-expired", change("record", 2, made_at="2030-01-01T00:00:00.000000+08:00")),
    ("thread-other", change("thread", 0, channel="c2")),
    ("thread-list", change("thread", 0, records=[])),
    ("package-other", lambda w, n, v: {**v, "package": {**v["package"], "items": 1}} if (w, n) == ("record", 1) else v),
    ("export-missing", lambda w, n, v: {**v, "bags": v["bags"][1:]} if (w, n) == ("thread", 0) else v),
    ("bag-content", change("manifest", 1, sender={"code": "X", "name": "x"})),
    ("certificate-organ", change("manifest", 1, sender={"code": POLICE, "name": "x"})),
    ("bag-content", change("manifest", 1, documents=[])),
    ("bag-content", change("manifest", 1, goods=[])),
    ("bag-content", change("manifest", 1, extra=1)),
    ("not-supported", change("manifest", 1, v=2)),
])
def test_signed_but_wrong(tmp_path, rule, hook):
    refused(built(tmp_path, hook), rule)


def test_certificate_of_another_instant(tmp_path):
    """A certificate that ended before the record was made, and one that began after the export."""
    keys = build_export.Keys(tmp_path / "k")
    keys.make(MARKET, build_export.NAMES[MARKET])
    keys.make(POLICE, build_export.NAMES[POLICE], end="20261122155959Z")
    refused(built(tmp_path, keys=keys), "certificate-expired")


def test_certificate_beside_is_another(export, tmp_path):
    other = build_export.Keys(tmp_path / "other")
    other.make(POLICE, "乐至县公安局")
    shutil.copy(tmp_path / f"other/{POLICE}.pem", export / f"certificates/{POLICE}.pem")
    refused(export, "signature-certificate")
    bag = first_bag(export)
    other.make(MARKET, "乐至县市场监督管理局")
    shutil.copy(tmp_path / f"other/{MARKET}.pem", bag / "signatures/signer.pem")
    refused(bag, "signature-certificate")


def test_bags_of_one_export_in_another(made, export, tmp_path):
    harness.run(harness.program("make_export"), tmp_path / "other", made / "keys")
    bag = first_bag(export)
    shutil.rmtree(bag)
    shutil.copytree(first_bag(tmp_path / "other"), bag)
    # The same hand-over signed again: another signature, the same tag manifest.
    holds(export)
    two = sorted((export / "bags").iterdir())[1]
    shutil.rmtree(bag)
    shutil.copytree(two, bag)
    refused(export, "package-other")


# --- folders that deceive --------------------------------------------------------------------------------


def test_links_and_devices(export, tmp_path):
    bag = first_bag(export)
    target = next((bag / "data/10-docs").iterdir())
    copy = tmp_path / "copy"
    target.rename(copy)
    target.symlink_to(copy)
    for path in (bag, export):
        refused(path, "entry-symlink", names=target.name)
    target.unlink()
    os.link(copy, target)
    refused(bag, "entry-hardlink", names=target.name)
    target.unlink()
    copy.rename(target)
    holds(export)
    os.mkfifo(bag / "data/pipe")
    refused(bag, "entry-special", names="pipe")
    (bag / "data/pipe").unlink()
    (bag / "data/30-goods").rename(tmp_path / "goods")
    (bag / "data/30-goods").symlink_to(tmp_path / "goods")
    refused(bag, "entry-symlink")


def test_names_of_folders(export):
    bag = first_bag(export)
    for name, rule in (("a\nb", "path-control"), ("a\\b", "path-backslash"), (b"\xff", "path-utf8")):
        path = os.path.join(os.fsencode(bag), b"data", name if isinstance(name, bytes) else name.encode())
        with open(path, "w", encoding="utf-8") as f:
            f.write("x")
        refused(bag, rule)
        os.unlink(path)
    for one, two in (("x.txt", "X.TXT"), ("é", "e\u0301")):
        (bag / "data" / one).write_text("x")
        (bag / "data" / two).write_text("x")
        refused(bag, "path-collision")
        (bag / "data" / one).unlink()
        (bag / "data" / two).unlink()
    deep = bag / "data" / "/".join("d" * 20)
    deep.mkdir(parents=True)
    refused(bag, "path-too-deep")


def test_not_a_package(tmp_path):
    assert checks(tmp_path)[0][1] == "not-recognized"
    (tmp_path / "x").write_text("hello")
    refused(tmp_path / "x", "zip-structure")
    assert "无法打开" in checks(tmp_path / "absent")[0][2]
    (tmp_path / "r.json").write_text("{}")
    refused(tmp_path / "r.json", "record-member")
