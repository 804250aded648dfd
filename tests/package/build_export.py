#!/usr/bin/env python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Makes a valid export of a hand-over from nothing, for tests of the two verifiers.

A third reading of the format, beside lib/package and verify.py, and sharing code with neither:
keys and signatures by the openssl command, everything else from the description of the format.

    build_export.py DIR [--seed N] [--small] [--zip-bags] [--ca]

Classes: Keys (a folder of organs' keys), Export (one export as {path: bytes}, which a test may
change before it writes it). The same seed gives the same bytes, but for the signatures.
"""
import argparse
import base64
import datetime
import hashlib
import io
import json
import pathlib
import random
import stat
import subprocess
import unicodedata
import uuid
import zipfile

HERE = pathlib.Path(__file__).parent
CHINA = datetime.timezone(datetime.timedelta(hours=8))
START = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)
MARKET, POLICE, PROSECUTION = "512022-market", "512022-police", "512022-procuratorate"
NAMES = {MARKET: "乐至县市场监督管理局", POLICE: "乐至县公安局", PROSECUTION: "乐至县人民检察院"}
DISTID = "distid:1234567812345678"
CA_CONF = """[ca]
default_ca = own
[own]
database = index.txt
serial = serial
new_certs_dir = .
unique_subject = no
policy = any
string_mask = utf8only
utf8 = yes
[any]
commonName = supplied
organizationalUnitName = optional
[leaf]
basicConstraints = CA:FALSE
[root]
basicConstraints = critical,CA:TRUE
"""


def openssl(*words, data=None, cwd=None):
    done = subprocess.run(["openssl", *map(str, words)], input=data, capture_output=True, cwd=cwd,
                          check=False, timeout=60)
    assert done.returncode == 0, (words, done.stderr.decode("utf-8", "replace"))
    return done.stdout


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def sm3(data):
    if "sm3" in hashlib.algorithms_available:
        return hashlib.new("sm3", data).hexdigest()
    return openssl("dgst", "-sm3", "-r", data=data).decode()[:64]


def instant(t):
    return t.astimezone(CHINA).isoformat(timespec="microseconds")


class Keys:
    """A folder with <code>.key/.pem and <code>.sm2.key/.sm2.pem; own certificates or, with ca, issued by one.

    named: signatures name their certificate by digest (RFC 5035), as those of lib/crypto do.
    """

    def __init__(self, folder, ca=False, named=False):
        self.named = named
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "ca.conf").write_text(CA_CONF)
        (self.folder / "index.txt").write_text("")
        (self.folder / "serial").write_text("1000\n")
        self.ca = ca
        if ca:
            self.make("ca", "四川省移送根证书", ou=False, section="root")

    def make(self, code, name, sm2=False, begin="20260101000000Z", end="20281231235959Z", ou=True,
             section="leaf", stem=None, fresh=True):
        """One key pair; stem: names of the files, by default the code; not fresh: another certificate for the key that is there."""
        stem = (stem or code) + (".sm2" if sm2 else "")
        subject = f"/CN={name}" + (f"/OU={code}" if ou else "")
        curve, md = ("SM2", "sm3") if sm2 else ("prime256v1", "sha256")
        own = not self.ca or section == "root"
        run = lambda *w: openssl(*w, cwd=self.folder)  # noqa: E731
        if fresh:
            run("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-out", f"{stem}.key")
        distid = ["-sigopt", DISTID] if sm2 else []
        run("req", "-new", "-utf8", "-key", f"{stem}.key", f"-{md}", *distid, "-subj", subject, "-out", f"{stem}.csr")
        sign = ["-selfsign", "-keyfile", f"{stem}.key"] if own else ["-keyfile", "ca.key", "-cert", "ca.pem"]
        run("ca", "-batch", "-notext", "-utf8", "-preserveDN", "-config", "ca.conf", "-in", f"{stem}.csr",
            "-out", f"{stem}.pem", "-startdate", begin, "-enddate", end, "-md", md if own else "sha256",
            "-extensions", section, *sign, *(["-vfyopt", DISTID] if sm2 else []), *(distid if own else []))

    def pem(self, stem):
        return (self.folder / f"{stem}.pem").read_bytes()

    def has(self, stem):
        return (self.folder / f"{stem}.pem").exists()

    def cms(self, code, data):
        return openssl("cms", "-sign", "-binary", *(["-cades"] if self.named else []), "-md", "sha256", "-outform", "DER", "-signer", f"{code}.pem",
                       "-inkey", f"{code}.key", data=data, cwd=self.folder)

    def sm2(self, code, data):
        return openssl("dgst", "-sm3", "-sign", f"{code}.sm2.key", "-sigopt", DISTID, data=data, cwd=self.folder)

    def side(self, code):
        """What is signed says of the SM2 signature: the certificate in base64, or None."""
        if not self.has(code + ".sm2"):
            return None
        lines = self.pem(code + ".sm2").decode().splitlines()
        return "".join(lines[1:lines.index("-----END CERTIFICATE-----")])

    def signatures(self, code, data):
        """{suffix: bytes} of an organ's signatures over data."""
        found = {".p7s": self.cms(code, data)}
        if self.has(code + ".sm2"):
            found[".sm2"] = self.sm2(code, data)
        return found


def zipped(files, root=None):
    """{path: bytes} as a stored archive: root first, paths in bytewise order, no time, modes 0644 and 0755."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as z:
        rows = [(f"{root}/{p}" if root else p, d, stat.S_IFREG | 0o644) for p, d in files.items()]
        rows += [(root + "/", b"", stat.S_IFDIR | 0o755)] if root else []
        for path, data, mode in sorted(rows, key=lambda r: r[0].encode()):
            info = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, mode << 16
            z.writestr(info, data)
    return out.getvalue()


def sums_text(algorithm, files):
    make = sm3 if algorithm == "sm3" else lambda d: hashlib.new(algorithm, d).hexdigest()
    return "".join(f"{make(files[p])}  {p}\n" for p in sorted(files, key=str.encode)).encode()


def same(_what, _number, value):
    return value


def make_bag(keys, code, name, head, documents, evidence, goods, media, hook=same):
    """A bag as {path: bytes}. documents...: [(path inside data/, bytes, members of its row)]."""
    def rows(items):
        return [{"path": p, "size": len(d), "sha256": hashlib.sha256(d).hexdigest(), "sm3": sm3(d), **more}
                for p, d, more in items]
    manifest = hook("manifest", head["seq"], {**head, "documents": rows(documents), "evidence": rows(evidence),
                                              "media": rows(media), "goods": goods})
    payload = {"data/" + p: d for p, d, _ in [*documents, *evidence, *media]}
    payload["data/30-goods/goods.json"] = canonical(goods)
    payload["data/manifest.json"] = hook("manifest-bytes", head["seq"], canonical(manifest))
    payload = hook("payload", head["seq"], payload)
    named = keys.side(code)
    named = f"Side-Signature-Certificate: {digest(base64.b64decode(named))}\n" if named else ""
    oxum = f"{sum(map(len, payload.values()))}.{len(payload)}"
    tags = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": (f"Source-Organization: {NAMES[code]}\nExternal-Identifier: {head['handoff_no']}\n"
                         f"Bagging-Date: {head['made_on']}\nPayload-Oxum: {oxum}\n{named}").encode(),
        "manifest-sha256.txt": sums_text("sha256", payload),
        "manifest-sha512.txt": sums_text("sha512", payload),
        "sm3sums.txt": sums_text("sm3", payload),
        "verify/README.txt": (HERE / "README.txt").read_bytes(),
        "verify/verify.py": (HERE / "verify.py").read_bytes(),
    }
    tags = hook("tags", head["seq"], tags)
    listed = {f"tagmanifest-{a}.txt": sums_text(a, tags) for a in ("sha256", "sha512")}
    signed = listed["tagmanifest-sha256.txt"]
    marks = {"signatures/tagmanifest-sha256" + s: d for s, d in keys.signatures(code, signed).items()}
    marks["signatures/signer.pem"] = keys.pem(code)
    if keys.has(code + ".sm2"):
        marks["signatures/signer-sm2.pem"] = keys.pem(code + ".sm2")
    package = {"items": len(documents) + len(evidence) + len(media) + len(goods), "name": name,
               "manifest": digest(payload["data/manifest.json"]), "tagmanifest": digest(signed)}
    return {**tags, **listed, **marks, **payload}, package


class Export:
    """One export in memory: files = {path: bytes}. keys must hold MARKET and POLICE.

    hook(what, number, value) may change each thing before it is signed: "record" and "record-bytes" (number =
    its place from 1), "manifest", "manifest-bytes", "payload", "tags" (number = seq of the bag), "thread" and
    "thread-bytes" (0); "signer" (place, 0 for thread.json) names the key.
    """

    def __init__(self, keys, seed=0, small=False, zip_bags=False, hook=same):
        self.keys, self.rng, self.small, self.zip_bags = keys, random.Random(seed), small, zip_bags
        self.hook = hook
        self.files, self.rows, self.bags, self.clock = {}, [], [], START
        self.thread = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        self.number = f"乐市监移〔2026〕{seed + 1}号"
        self.last, self.records = {}, []
        self.story()
        self.finish()

    def story(self):
        self.act(MARKET, "submitted", "submit", bag=1)
        self.act(POLICE, "delivered", "deliver", actor="系统")
        if self.small:
            return
        self.act(POLICE, "returned-for-completion", "return", fields={"reasons": ["缺鉴定意见", "笔录\n\t\"未\"签名\u007f"]})
        self.act(MARKET, "supplemented", "supplement", bag=2)
        self.act(POLICE, "accepted", "accept", number="乐公(食)受字〔2026〕3号", fields={"amount_fen": -1, "deep": [[{"a": [1 << 53]}]]})
        self.act(MARKET, "filed", "file", side="receiver", organ=NAMES[POLICE],
                 registered={"for": POLICE, "medium": "纸质", "scan": digest(b"scan")})

    def act(self, lane, kind, act, bag=None, fields=None, number=None, registered=None, actor="办案员甲", side=None, organ=None):
        self.clock += datetime.timedelta(hours=self.rng.randrange(1, 30), microseconds=self.rng.randrange(1000000))
        n, prev = self.last.get(lane, (0, None))
        record = {
            "act": act, "actor": actor, "channel": "c1", "fields": fields or {}, "happened_at": instant(self.clock),
            "kind": kind, "lane": lane, "made_at": instant(self.clock + datetime.timedelta(seconds=3)), "n": n + 1,
            "number": number, "organ": organ or NAMES[lane], "package": self.add_bag(lane, bag) if bag else None,
            "prev": prev, "registered": registered, "seen": {o: {"digest": d, "n": k} for o, (k, d) in self.last.items() if o != lane},
            "side": side or ("sender" if lane == MARKET else "receiver"), "sm2": self.keys.side(lane), "state": kind, "thread": self.thread,
            "to": [POLICE if lane == MARKET else MARKET], "v": 1}
        place = len(self.rows) + 1
        record = self.hook("record", place, record)
        data = self.hook("record-bytes", place, canonical(record))
        path = f"records/{place:04d}-{lane}-{kind}.json"
        self.put_signed(path, self.hook("signer", place, lane), data)
        self.last[lane] = n + 1, digest(data)
        self.records.append(record)
        self.rows.append({"digest": digest(data), "file": path, "lane": lane, "n": n + 1})

    def add_bag(self, code, seq):
        text = lambda k: "".join(self.rng.choice("假冒注册商标侵权商品扣押清单") for _ in range(k)).encode()  # noqa: E731
        name = f"{self.number}-{seq:02d}"
        head = {
            "v": 1, "thread": self.thread, "handoff_no": self.number, "channel": "c1", "seq": seq,
            "sender": {"code": code, "name": NAMES[code], "level": "县"}, "addressee": {"code": POLICE, "name": NAMES[POLICE]},
            "copies": [], "case_no": "乐市监案〔2026〕7号", "case_name": "销售假冒注册商标的商品案", "suspects": ["某甲"],
            "offences": ["214"], "rule_ids": [], "basis": "310-3(1)", "amounts": [{"metric": "sales", "value_fen": 5_000_000, "step": 1}],
            "measures": [], "prior_penalties": [], "law_version": 1, "made_on": self.clock.astimezone(CHINA).date().isoformat()}
        documents = [("10-docs/01-案件移送书.pdf", b"%PDF-1.4\n" + text(40), {"title": "案件移送书", "type": "c1-letter", "doc_no": self.number, "mime": "application/pdf"})]
        evidence = [("20-evidence/01/现场照片（一）.jpg", self.rng.randbytes(300 if self.small else 3000), {"item": 1, "title": "现场照片", "type": "photo", "doc_no": None, "mime": "image/jpeg"})]
        media = [] if self.small else [("40-av/01/询问录像 part 1.mp4", self.rng.randbytes(5000), {"title": "录像", "type": "video", "doc_no": None, "mime": "video/mp4"})]
        if not self.small:
            documents.append(("10-docs/02-情况报告 é.txt", text(200), {"title": "情况报告", "type": "report", "doc_no": None, "mime": "text/plain"}))
            evidence.append(("20-evidence/02/空.txt", b"", {"item": 2, "title": "空", "type": "text", "doc_no": None, "mime": "text/plain"}))
        files, package = make_bag(self.keys, code, name, head, documents, evidence, [{"item": 1, "name": "白酒", "count": 12}], media, self.hook)
        self.bags.append({"name": name, "tagmanifest": package["tagmanifest"]})
        if self.zip_bags:
            self.files[f"bags/{name}.zip"] = zipped(files, name)
        else:
            self.files.update({f"bags/{name}/{p}": d for p, d in files.items()})
        return package

    def put_signed(self, path, code, data):
        self.files[path] = data
        for suffix, signature in self.keys.signatures(code, data).items():
            self.files[path + suffix] = signature

    def finish(self, exporter=MARKET):
        thread = {"v": 1, "thread": self.thread, "channel": "c1", "handoff_no": self.number, "exporter": exporter, "sm2": self.keys.side(exporter),
                  "records": self.rows, "bags": sorted(self.bags, key=lambda b: b["name"].encode())}
        data = self.hook("thread-bytes", 0, canonical(self.hook("thread", 0, thread)))
        self.put_signed("thread.json", self.hook("signer", 0, exporter), data)
        for code in sorted({r["lane"] for r in self.rows} | {exporter}):
            for stem in (code, code + ".sm2"):
                if self.keys.has(stem):
                    self.files[f"certificates/{stem}.pem"] = self.keys.pem(stem)
        if self.keys.ca:
            self.files["certificates/ca.pem"] = self.keys.pem("ca")
        self.files["stub.pdf"] = b"%PDF-1.4\n% " + canonical({"h": self.number, "t": self.thread})
        assert all(unicodedata.is_normalized("NFC", p) for p in self.files)

    def write(self, folder):
        write_files(self.files, folder)


def write_files(files, folder):
    for path, data in files.items():
        target = pathlib.Path(folder, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def demo_keys(folder, ca=False, sm2=True, named=False):
    """Keys of the market organ (with SM2 when asked) and of the police (without)."""
    keys = Keys(folder, ca, named)
    keys.make(MARKET, NAMES[MARKET])
    if sm2:
        keys.make(MARKET, NAMES[MARKET], sm2=True)
    keys.make(POLICE, NAMES[POLICE])
    return keys


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--seed", type=int, default=0)
    for flag in ("--small", "--zip-bags", "--ca"):
        parser.add_argument(flag, action="store_true")
    args = parser.parse_args()
    keys = demo_keys(args.folder + ".keys", args.ca)
    Export(keys, args.seed, args.small, args.zip_bags).write(args.folder)


if __name__ == "__main__":
    main()
