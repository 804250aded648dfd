# SPDX-License-Identifier: MulanPSL-2.0
"""`ipcase verify`: archives that deceive, and the questions of the BagIt conformance suite.

BAGIT_SUITE may name a copy of that suite; what it asks for is asked here in bags of our own too.
"""
import hashlib
import os
import pathlib
import struct
import zipfile
import zlib

import pytest

from verify_support import build_export, verify, holds, refused, unsupported, made, first_bag  # noqa: F401


# --- archives that deceive ---------------------------------------------------------------------------------


def entry(name, data=b"", **more):
    return {"name": name if isinstance(name, bytes) else name.encode(), "data": data, **more}


def raw_zip(entries, *, gap=b"", before=b"", between=b"", after=b"", comment=b"", count=None, order=None):
    """An archive byte by byte. Members of an entry that tell lies: local_name, method, flags, mode, made_by,
    size, crc, local_size, local_crc, extra, local_extra, offset, entry_comment, disk, skip_central, time, date."""
    body, central = bytearray(before), []
    for e in entries:
        data, method = e["data"], e.get("method", 0)
        packed = e.get("packed", data)
        if method == 8 and "packed" not in e:
            deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
            packed = deflate.compress(data) + deflate.flush()
        name = e["name"]
        local = e.get("local_name", name)
        flags = e.get("flags", 0 if name.isascii() else 0x800)
        crc, size = e.get("crc", zlib.crc32(data)), e.get("size", len(data))
        psize = e.get("psize", len(packed))
        offset = e.get("offset", len(body))
        extra, local_extra = e.get("extra", b""), e.get("local_extra", e.get("extra", b""))
        time, date = e.get("time", 0), e.get("date", 0x21)
        is_folder = name.endswith(b"/")
        mode = e.get("mode", 0o40755 if is_folder else 0o100644)
        body += struct.pack("<4s5H3L2H", b"PK\3\4", 20, e.get("local_flags", flags), e.get("local_method", method),
                            time, date, e.get("local_crc", crc), e.get("local_psize", psize),
                            e.get("local_size", size), len(local), len(local_extra)) + local + local_extra
        body += packed + e.get("descriptor", b"") + gap
        if not e.get("skip_central"):
            note = e.get("entry_comment", b"")
            central.append(struct.pack("<4s6H3L5H2L", b"PK\1\2", e.get("made_by", 3 << 8 | 20), 20, flags, method, time,
                                       date, crc, psize, size, len(name), len(extra), len(note), e.get("disk", 0), 0,
                                       mode << 16, offset) + name + extra + note)
    if order:
        central = [central[i] for i in order]
    listing = b"".join(central)
    start = len(body) + len(between)
    n = len(central) if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, n, n, len(listing), start, len(comment)) + comment
    return bytes(body) + between + listing + end + after


def bag_files(extra=(), **changes):
    """A small BagIt bag of nobody in particular: {path: bytes}."""
    payload = {"data/hello.txt": b"hello\n", **dict(extra)}
    files = {"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"}
    files["manifest-sha256.txt"] = build_export.sums_text("sha256", payload)
    files.update(payload)
    files.update(changes)
    return files


def bag_entries(**more):
    return [entry("bag/"), *(entry("bag/" + p, d) for p, d in bag_files(**more).items())]


def zip_file(tmp_path, data):
    path = tmp_path / "bag.zip"
    path.write_bytes(data)
    return path


def test_general_zip(tmp_path):
    for method in (0, 8):
        entries = bag_entries()
        for e in entries[1:]:
            e["method"] = method
        holds(zip_file(tmp_path, raw_zip(entries)), "--bagit")
    # Without folders of their own, in another order than the directory's, with descriptors.
    holds(zip_file(tmp_path, raw_zip(bag_entries()[1:], order=[2, 0, 1])), "--bagit")
    entries = bag_entries()
    for e in entries[1:]:
        crc = zlib.crc32(e["data"])
        e.update(flags=8, local_crc=0, local_size=0, local_psize=0,
                 descriptor=b"PK\7\x08" + struct.pack("<3L", crc, len(e["data"]), len(e["data"])))
    holds(zip_file(tmp_path, raw_zip(entries)), "--bagit")
    # ZIP64 though nothing is large.
    entries = bag_entries()
    for e in entries[1:]:
        wide = struct.pack("<2H2Q", 1, 16, len(e["data"]), len(e["data"]))
        e.update(extra=wide, size=0xFFFFFFFF, psize=0xFFFFFFFF)
    holds(zip_file(tmp_path, raw_zip(entries)), "--bagit")


ATTACKS = {
    "absolute": (lambda: [entry("bag/"), entry("/etc/passwd", b"x")], "path-absolute"),
    "climbing": (lambda: [entry("bag/"), entry("bag/../../x", b"x")], "path-climbs"),
    "drive": (lambda: [entry("C:/x", b"x")], "path-drive"),
    "backslash": (lambda: [entry("bag/"), entry("bag\\x", b"x")], "path-backslash"),
    "NUL": (lambda: [entry("bag/"), entry(b"bag/a\0b", b"x")], "path-nul"),
    "control": (lambda: [entry("bag/"), entry("bag/a\nb", b"x")], "path-control"),
    "empty segment": (lambda: [entry("bag//x", b"x")], "path-dot"),
    "dot": (lambda: [entry("bag/./x", b"x")], "path-dot"),
    "empty name": (lambda: [entry("", b"x")], "path-dot"),
    "not UTF-8": (lambda: [entry(b"bag/\xff", b"x", flags=0x800)], "path-utf8"),
    "symbolic link": (lambda: [*bag_entries(), entry("bag/link", b"/etc/passwd", mode=0o120777)], "entry-symlink"),
    "symbolic link, DOS": (lambda: [*bag_entries(), entry("bag/link", b"x", mode=0o120777, made_by=20)], "entry-symlink"),
    "device": (lambda: [*bag_entries(), entry("bag/dev", b"", mode=0o60644)], "entry-special"),
    "pipe": (lambda: [*bag_entries(), entry("bag/pipe", b"", mode=0o10644)], "entry-special"),
    "folder with contents": (lambda: [*bag_entries(), entry("bag/x/", b"x")], "zip-structure"),
    "link in extra": (lambda: [*bag_entries(), entry("bag/x", b"x", extra=struct.pack("<2H", 0xd, 12) + b"\0" * 12)],
                      "entry-hardlink"),
    "second name": (lambda: [*bag_entries(), entry("bag/x", b"x", extra=struct.pack("<2HBL", 0x7075, 9, 1, 0) + b"evil")],
                    "zip-structure"),
    "second name, local": (lambda: [*bag_entries(), entry("bag/x", b"x", local_extra=struct.pack("<2HBL", 0x7075, 9, 1, 0) + b"evil")],
                           "zip-mismatch"),
    "twice": (lambda: [*bag_entries(), entry("bag/data/hello.txt", b"other\n")], "path-duplicate"),
    "case": (lambda: [*bag_entries(), entry("bag/data/HELLO.txt", b"x")], "path-collision"),
    "NFC": (lambda: [*bag_entries(), entry("bag/data/é", b"x"), entry("bag/data/e\u0301", b"x")], "path-collision"),
    "file and folder": (lambda: [*bag_entries(), entry("bag/data/hello.txt/x", b"x")], "path-duplicate"),
    "beside the root": (lambda: [*bag_entries(), entry("readme.txt", b"x")], "bag-root"),
    "second root": (lambda: [*bag_entries(), entry("other/x", b"x")], "bag-root"),
    "local name": (lambda: [*bag_entries(), entry("bag/x", b"x", local_name=b"bag/y")], "zip-mismatch"),
    "local size": (lambda: [*bag_entries(), entry("bag/x", b"x", local_size=2)], "zip-mismatch"),
    "local method": (lambda: [*bag_entries(), entry("bag/x", b"x", local_method=8)], "zip-mismatch"),
    "local flags": (lambda: [*bag_entries(), entry("bag/x", b"x", local_flags=8)], "zip-mismatch"),
    "local CRC": (lambda: [*bag_entries(), entry("bag/x", b"x", local_crc=1)], "zip-mismatch"),
    "CRC": (lambda: bag_entries()[:-1] + [entry("bag/data/hello.txt", b"hello\n", crc=1)], "zip-damaged"),
    "hidden entry": (lambda: [*bag_entries(), entry("bag/hidden", b"x", skip_central=True)], "zip-gap"),
    "descriptor": (lambda: [*bag_entries(), entry("bag/x", b"x", flags=8, descriptor=b"PK\7\x08" + struct.pack("<3L", 1, 1, 1))],
                   "zip-mismatch"),
    "descriptor missing": (lambda: [*bag_entries(), entry("bag/x", b"x", flags=8)], "zip-gap"),
    "overlap": (lambda: [*bag_entries(), entry("bag/x", b"x" * 50), entry("bag/y", b"x", offset=0)], "zip-overlap"),
    "entry comment": (lambda: [*bag_entries(), entry("bag/x", b"x", entry_comment=b"note")], "zip-trailing"),
    "size lies": (lambda: bag_entries()[:-1] + [entry("bag/data/hello.txt", b"hello\n", method=8, size=7)], "zip-damaged"),
    "size lies low": (lambda: bag_entries()[:-1] + [entry("bag/data/hello.txt", b"hello\n", method=8, size=5)], "zip-damaged"),
    "deflate junk": (lambda: bag_entries()[:-1] + [entry("bag/data/hello.txt", b"hello\n", method=8, packed=b"\xff\xff\xff")],
                     "zip-damaged"),
    "ZIP64 extra cut": (lambda: [*bag_entries(), entry("bag/x", b"x", size=0xFFFFFFFF, extra=b"\1\0\4\0aaaa")], "zip-structure"),
    "another disc": (lambda: [*bag_entries(), entry("bag/x", b"x", disk=1)], "zip-structure"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_zip_attack(tmp_path, name):
    entries, rule = ATTACKS[name]
    refused(zip_file(tmp_path, raw_zip(entries())), rule, "--bagit")


@pytest.mark.parametrize("more,rule", [
    ({"after": b"x"}, "zip-trailing"), ({"comment": b"note"}, "zip-trailing"), ({"after": b"\0" * 70000}, "zip-structure"),
    ({"before": b"#!/bin/sh\n"}, "zip-gap"), ({"between": b"hidden"}, "zip-gap"), ({"gap": b"hidden"}, "zip-gap"),
    ({"count": 3}, "zip-structure"), ({"count": 5}, "zip-structure"), ({"count": 60000}, "limit-entries"),
])
def test_zip_structure(tmp_path, more, rule):
    refused(zip_file(tmp_path, raw_zip(bag_entries(), **more)), rule, "--bagit")


@pytest.mark.parametrize("more", [{"flags": 1}, {"flags": 1 << 5}, {"flags": 1 << 13}, {"method": 12}, {"method": 99}])
def test_zip_not_supported(tmp_path, more):
    entries = bag_entries()
    entries[-1].update(more)
    unsupported(zip_file(tmp_path, raw_zip(entries)), "--bagit")


def test_zip_name_without_encoding(tmp_path):
    unsupported(zip_file(tmp_path, raw_zip([entry("bag/é", b"x", flags=0)])), "--bagit")


def test_zip_bombs(tmp_path):
    """Refused from the tables, before anything is unpacked."""
    zeros = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = zeros.compress(b"\0" * (64 << 20)) + zeros.flush()
    bomb = entry("bag/data/zeros", b"", method=8, packed=packed, size=64 << 20, crc=0)
    refused(zip_file(tmp_path, raw_zip([*bag_entries(), bomb])), "limit-ratio", "--bagit")
    huge = entry("bag/data/huge", b"", method=8, packed=b"x", size=0xFFFFFFFE)
    huge_many = [dict(huge, name=b"bag/data/huge%d" % i) for i in range(100)]
    refused(zip_file(tmp_path, raw_zip([*bag_entries(), *huge_many])), "limit-bytes", "--bagit")
    many = [entry(f"bag/data/{i}") for i in range(20001)]
    refused(zip_file(tmp_path, raw_zip(many)), "limit-entries", "--bagit")
    # One entry behind another's header (the overlapping bomb).
    one = bytearray(raw_zip([entry("bag/a", b"x" * 100), entry("bag/b", b"y")]))
    refused(zip_file(tmp_path, bytes(one[:-22]) + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 2, 2, 200, 0, 0)),
            "zip-structure", "--bagit")


def test_zip_of_another_maker(made, tmp_path):
    """A bag of ours packed anew holds as a folder only: its ZIP is not the one that was made."""
    bag = first_bag(made / "plain")
    target = tmp_path / f"{bag.name}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as z:
        for path in sorted(bag.rglob("*")):
            z.write(path, f"{bag.name}/{path.relative_to(bag)}")
    refused(target, "bag-zip")
    holds(target, "--bagit")
    # In the right form, but under another name.
    files = {str(p.relative_to(bag)): p.read_bytes() for p in bag.rglob("*") if p.is_file()}
    target.write_bytes(build_export.zipped(files, bag.name))
    holds(target)
    target.write_bytes(build_export.zipped(files, "other"))
    refused(target, "bag-root")
    target.write_bytes(build_export.zipped(files))
    refused(target, "bag-root")


def test_unsigned_bag_is_no_package(tmp_path):
    build_export.write_files(bag_files(), tmp_path / "bag")
    refused(tmp_path / "bag", "bag-form")
    said = holds(tmp_path / "bag", "--bagit")
    assert said.splitlines()[-1] == "结论：BagIt 包完整。只按 BagIt 核对，没有核对来源。"


# --- the conformance suite's questions ----------------------------------------------------------------------

OLD = b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"


def md5(payload):
    return build_export.sums_text("md5", payload)


def old_bag(payload=None, **changes):
    """{path: bytes} of a bag of version 0.97 with MD5."""
    payload = payload or {"data/bare-filename": b"bare\n", "data/text-file.txt": b"text\n"}
    tags = {"bagit.txt": OLD, "manifest-md5.txt": md5(payload)}
    tags["bag-info.txt"] = f"Bagging-Date: 2016-02-26\nPayload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}\n".encode()
    files = {**tags, "tagmanifest-md5.txt": md5(tags), **payload}
    files.update(changes)
    return {p: d for p, d in files.items() if d is not None}


def relisted(files):
    """The tag manifest made anew."""
    tags = {p: d for p, d in files.items() if not p.startswith(("data/", "tagmanifest"))}
    return {**files, "tagmanifest-md5.txt": md5(tags)}


def conformance():
    hello = {"data/hello.txt": b"hello\n"}
    listing = md5(hello)
    basic = old_bag()
    yield "basic", True, basic
    yield "1.0", True, bag_files()
    yield "CRLF, no end of line", True, relisted({**basic, "bagit.txt": OLD.replace(b"\n", b"\r\n")[:-2]})
    yield "CR", True, relisted({**basic, "manifest-md5.txt": basic["manifest-md5.txt"].replace(b"\n", b"\r")})
    yield "bag in a bag", True, old_bag({"data/bag/" + p: d for p, d in basic.items()})
    yield "encoded names", True, old_bag({"data/%7Edir/a.txt": b"1", "data/%test.txt": b"2", "data/dir/~b.txt": b"3"})
    yield "escapable characters", True, old_bag({"data/test file with spaces.txt": b"1"})
    yield "leading ./", True, relisted(old_bag(hello, **{"manifest-md5.txt": listing.replace(b"data/", b"./data/")}))
    yield "md5sum's asterisk", True, relisted(old_bag(hello, **{"manifest-md5.txt": listing.replace(b"  ", b" *")}))
    yield "tab, capitals", True, relisted(old_bag(hello, **{
        "manifest-md5.txt": hashlib.md5(b"hello\n").hexdigest().upper().encode() + b"\tdata/hello.txt\n"}))
    yield "listed twice alike", True, relisted(old_bag(hello, **{"manifest-md5.txt": listing * 2}))
    yield "metadata doubled, odd separators", True, relisted({**basic, "bag-info.txt": b"Tag: 1\nTag:   2\nTAG : 3\n long\n\tmore\n"})
    yield "sha224, sha1, sha384", True, bag_files(**{
        f"manifest-{a}.txt": build_export.sums_text(a, {"data/hello.txt": b"hello\n"}) for a in ("sha1", "sha224", "sha384")})
    yield "empty fetch", True, relisted({**basic, "fetch.txt": b"\n"})
    yield "escaped %", True, {**bag_files(), "data/100%.txt": b"x", "manifest-sha256.txt": build_export.sums_text(
        "sha256", {"data/100%25.txt": b"x", "data/hello.txt": b"hello\n"})}
    yield "ISO-8859-1", None, relisted({**basic, "bagit.txt": OLD.replace(b"UTF-8", b"ISO-8859-1")})
    yield "UTF-16", None, relisted({**basic, "bagit.txt": OLD.replace(b"UTF-8", b"UTF-16")})
    yield "holey", None, relisted({**basic, "fetch.txt": b"http://example.org/a - data/text-file.txt\n"})
    yield "0.96", None, relisted({**basic, "bagit.txt": OLD.replace(b"0.97", b"0.96")})
    yield "2.0", None, bag_files(**{"bagit.txt": OLD.replace(b"0.97", b"2.0")})
    yield "unknown algorithm", None, bag_files(**{"manifest-blake3.txt": b"00  data/hello.txt\n"})
    yield "no encoding", "bag-declaration", relisted({**basic, "bagit.txt": OLD.split(b"\n")[0] + b"\n"})
    yield "BOM", "bag-declaration", relisted({**basic, "bagit.txt": b"\xef\xbb\xbf" + OLD})
    yield "version .97", "bag-declaration", relisted({**basic, "bagit.txt": OLD.replace(b"0.97", b".97")})
    yield "blank before colon", "bag-declaration", bag_files(**{"bagit.txt": OLD.replace(b":", b" :")})
    yield "third line", "bag-declaration", relisted({**basic, "bagit.txt": OLD + b"More: x\n"})
    yield "no bagit.txt", "bag-declaration", {p: d for p, d in basic.items() if p != "bagit.txt"} | {"manifest-sha256.txt": b""}
    yield "altered payload", "bag-altered", {**basic, "data/text-file.txt": b"tex!\n"}
    yield "longer payload", "bag-oxum", {**basic, "data/text-file.txt": b"text, more\n"}
    yield "altered tag file", "bag-altered", {**basic, "bag-info.txt": basic["bag-info.txt"] + b"X: y\n"}
    yield "extra file", "bag-extra", {**basic, "data/bar": b""}
    yield "missing file", "bag-missing", {p: d for p, d in basic.items() if p != "data/bare-filename"}
    yield "missing bag-info", "bag-missing", {p: d for p, d in basic.items() if p != "bag-info.txt"}
    yield "no manifest", "bag-missing", {p: d for p, d in bag_files().items() if p != "manifest-sha256.txt"}
    yield "no data", "bag-missing", {"bagit.txt": OLD, "manifest-sha256.txt": b"", "x.txt": b""}
    yield "climbing", "path-climbs", relisted({**basic, "manifest-md5.txt": basic["manifest-md5.txt"] + b"0" * 32 + b"  ../../x\n"})
    yield "absolute", "path-absolute", relisted({**basic, "manifest-md5.txt": basic["manifest-md5.txt"] + b"0" * 32 + b"  /tmp/foo\n"})
    yield "shortcut", "path-shortcut", relisted({**basic, "manifest-md5.txt": basic["manifest-md5.txt"] + b"0" * 32 + b"  ~/foo\n"})
    yield "drive", "path-drive", relisted({**basic, "manifest-md5.txt": basic["manifest-md5.txt"] + b"0" * 32 + b"  C:\\x\n"})
    yield "UNC", "path-backslash", relisted({**basic, "manifest-md5.txt": basic["manifest-md5.txt"] + b"0" * 32 + b"  \\\\?\\UNC\\x\n"})
    yield "fetch climbs", "path-climbs", relisted({**basic, "fetch.txt": b"http://example.org/a - ../../x\n"})
    yield "fetch is absolute", "path-absolute", relisted({**basic, "fetch.txt": b"http://example.org/a 12 /tmp/x\n"})
    yield "listed twice, differing", "bag-duplicate", relisted(old_bag(hello, **{
        "manifest-md5.txt": listing + b"0" * 32 + b"  data/hello.txt\n"}))
    yield "listed twice, 1.0", "bag-duplicate", bag_files(**{"manifest-sha256.txt": bag_files()["manifest-sha256.txt"] * 2})
    yield "not in every manifest", "bag-extra", bag_files(**{"manifest-sha512.txt": b""})
    yield "outside of data", "bag-manifest", relisted({**basic, "x.txt": b"x", "manifest-md5.txt": basic["manifest-md5.txt"] + b"0" * 32 + b"  x.txt\n"})
    yield "payload in tag manifest", "bag-manifest", bag_files(**{"tagmanifest-sha256.txt": bag_files()["manifest-sha256.txt"]})
    yield "short sum", "bag-manifest", bag_files(**{"manifest-sha256.txt": b"00  data/hello.txt\n"})
    yield "manifest not UTF-8", "bag-manifest", bag_files(**{"manifest-sha256.txt": b"\xff\n"})
    yield "bag-info without colon", "bag-info", bag_files(**{"bag-info.txt": b"nonsense\n"})
    yield "two Payload-Oxum", "bag-info", bag_files(**{"bag-info.txt": b"Payload-Oxum: 6.1\nPayload-Oxum: 6.1\n"})
    yield "odd Payload-Oxum", "bag-info", bag_files(**{"bag-info.txt": b"Payload-Oxum: six\n"})


CONFORMANCE = {name: (verdict, files) for name, verdict, files in conformance()}


@pytest.mark.parametrize("name", CONFORMANCE)
def test_conformance(tmp_path, name):
    verdict, files = CONFORMANCE[name]
    build_export.write_files(files, tmp_path / "bag")
    zipped = zip_file(tmp_path, build_export.zipped(files, "bag"))
    for path in (tmp_path / "bag", zipped):
        if verdict is True:
            holds(path, "--bagit")
        elif verdict is None:
            unsupported(path, "--bagit")
        else:
            refused(path, verdict, "--bagit")


def suite_bags():
    """Of BAGIT_SUITE, a copy of LibraryOfCongress/bagit-conformance-suite; without it there is nothing to test."""
    found = sorted(pathlib.Path(os.environ.get("BAGIT_SUITE", os.devnull)).glob("v*/*/*"))
    return [b for b in found if b.is_dir() and b.parent.name != "warning"]


if suite_bags():
    @pytest.mark.parametrize("bag", suite_bags(), ids=lambda b: "-".join(b.parts[-3:]))
    def test_conformance_suite_itself(bag):
        done = verify(bag, "--bagit")
        if bag.parent.name != "valid":
            assert done.returncode == 1, bag
        elif done.returncode:
            assert "【不支持】" in done.stdout and "【不符】" not in done.stdout, (bag, done.stdout)
