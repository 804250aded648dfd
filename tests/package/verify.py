#!/usr/bin/env python3
# SPDX-License-Identifier: MulanPSL-2.0
"""独立核验程序：核对案件移送的移送包、记录（回执）和整套导出。不联网，不用账号。
路径：移送包或整套导出的文件夹或 .zip、records 文件夹、单个记录（.json，旁有 .p7s）。
退出码：0 全部相符；1 有不符；2 用法错误。只用 Python 标准库和 openssl 命令。
"""
import argparse, base64, collections, contextlib, datetime, hashlib, itertools, json, os, pathlib, re, shutil, stat, struct  # noqa: E401
import subprocess, sys, tempfile, unicodedata, zipfile  # noqa: E401
RECORD_MAX, TEXT_MAX, ENTRIES_MAX, DEPTH_MAX, RATIO_MAX = 1 << 20, 1 << 26, 100_000, 32, 100
KINDS = """submitted|delivered|retrieved|accepted|partly-accepted|refused|returned-for-completion|supplemented|forwarded|filed\
|not-filed|reconsideration-requested|reconsidered|supervision|handed-over|custody|withdrawn|informed|answered|extended|closed\
|not-delivered|not-retrieved|not-answered-in-time|reminded|escalated"""
TEXT, WORD, DAY, CODE = "(?s).{1,600}", "[A-Za-z0-9_-]{1,64}", "[0-9]{4}-[0-9]{2}-[0-9]{2}", "[a-z0-9-]{1,60}"
DIGEST, SIDE, UUID = "sha256:[0-9a-f]{64}", "[A-Za-z0-9+/]{1,16384}={0,2}", "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ZIP_EXTRA = b"(?s)(UT\1\0\0|ux\x0b\0\1\4\0{4}\4\0{4}|\1\0([\x08\x10\x18])\0.{8,24})*"  # no times, no owner; large sizes
TIME = DAY + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+08:00"
RECORD = {
    "act": WORD, "actor": TEXT, "channel": "c[1-9]", "fields": dict, "happened_at": TIME, "kind": KINDS,
    "lane": CODE, "made_at": TIME, "n": int, "number": (None, TEXT), "organ": TEXT, "prev": (None, DIGEST), "seen": dict,
    "package": (None, {"items": int, "manifest": DIGEST, "name": TEXT, "tagmanifest": DIGEST}), "side": WORD, "sm2": (None, SIDE), "state": WORD,
    "registered": (None, {"for": CODE, "medium": TEXT, "scan": (None, DIGEST)}), "thread": UUID, "to": [CODE], "v": 1}
THREAD = {"v": 1, "thread": UUID, "channel": "c[1-9]", "handoff_no": (None, TEXT), "exporter": CODE, "sm2": (None, SIDE),
          "records": [{"file": TEXT, "lane": CODE, "n": int, "digest": DIGEST}], "bags": [{"name": TEXT, "tagmanifest": DIGEST}]}
SIGNATURES = {"signatures/" + n for n in "tagmanifest-sha256.p7s tagmanifest-sha256.sm2 signer.pem signer-sm2.pem".split()}
Cert = collections.namedtuple("Cert", "der ou cn sid begin end")
class Bad(Exception):
    """不符之处；文字就是说给人看的理由。"""
def need(holds, why):
    if not holds:
        raise Bad(why)
def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()
class Report:
    def __init__(self):
        self.rows, self.good = [], True
    @contextlib.contextmanager
    def check(self, text):
        """One line of the verdict. Hostile input ends here, as a reason, never as a traceback."""
        why = ""
        try:
            yield
        except Exception as e:
            why = f"：{e}" if isinstance(e, Bad) else f"：无法读取（{type(e).__name__}）"
        self.good = self.good and not why
        self.rows.append(("不符" if why else "通过", text + why))
def der(buf):
    """The elements that fill buf exactly: [(tag, content)]."""
    found, pos = [], 0
    while pos < len(buf):
        size, at = (buf + b"\0\0")[pos + 1], pos + 2
        if size > 127:
            at += size & 127
            size, short = int.from_bytes(buf[pos + 2:at], "big"), 1 << max(7, (size & 127) * 8 - 8)
            need(short <= size, "DER 长度不合规")
        need(at + size <= len(buf), "DER 残缺，或之后有多余字节")
        found.append((buf[pos], buf[at:at + size]))
        pos = at + size
    return found
def der_time(tag, text):
    text = text if tag == 0x18 else (b"19" if text >= b"50" else b"20") + text
    return datetime.datetime.strptime(text.decode() + "+0000", "%Y%m%d%H%M%SZ%z")
def certificate(buf):
    (_, body), = der(buf)
    fields = [f for f in der(der(body)[0][1]) if f[0] != 0xA0]  # serial, algorithm, issuer, validity, subject...
    subject = [[v for _, v in der(pair)] for _, group in der(fields[4][1]) for _, pair in der(group)]
    ou, cn = ([v.decode("utf-8", "replace") for o, v in subject if o == oid] for oid in (b"\x55\x04\x0b", b"\x55\x04\x03"))
    ou, cn = ou[0] if len(ou) == 1 else None, cn[0] if cn else ""
    return Cert(buf, ou, cn, [fields[2], fields[0]], *(der_time(*t) for t in der(fields[3][1])))
def certificates(text):
    need(b"X509 CRL" not in text, "本程序不核对吊销名单")
    found = re.findall(b"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\\s]*)-----END CERTIFICATE-----", text)
    need(found, "文件里没有证书")
    return [certificate(base64.b64decode(b"".join(b.split()), validate=True)) for b in found]
def to_pem(certs):
    return b"".join(b"-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n" % base64.encodebytes(c.der) for c in certs)
def openssl(words, files, *results):
    """Runs openssl in a new folder holding files: (did it exit 0, the result files joined)."""
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        for name, data in files.items():
            pathlib.Path(folder, name).write_bytes(data)
        done = subprocess.run(["openssl", *words.split()], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        good = done.returncode == 0
        return good, b"".join(pathlib.Path(folder, name).read_bytes() for name in results if good)
def check_trust(trust, cert, others, at):
    """cert was trusted at that instant, or at least signed itself. An organ's certificate vouches for itself only."""
    pinned = not trust or cert.der in [c.der for c in trust]
    issuers = [cert] if pinned else [c for c in trust if c.ou in (None, cert.ou)]
    files = {"ca": to_pem(issuers), "others": to_pem([cert, *others]), "cert": to_pem([cert])}
    if pinned and not others:  # SM2: openssl cannot check that it signed itself
        return
    words = f"verify -partial_chain -check_ss_sig -attime {int(at.timestamp())} -no-CApath -no-CAstore -CAfile ca -untrusted others "
    holds = issuers and any(openssl(words + more, files)[0] for more in ("cert", "-vfyopt distid:1234567812345678 cert"))
    need(holds, "证书被改动" if pinned else "证书不在可信名单之内")
def check_cms(data, sig):
    """sig is a detached CMS signature over data by one signer, with nothing unsigned. Returns its certificate, then all inside."""
    sha, ecdsa, null = (bytes.fromhex(h) for h in ("0609608648016503040201", "06082a8648ce3d040302", "0500"))
    ((_, outer),) = der(sig)
    (_, oid), (_, body) = der(outer)
    body = der(der(body)[0][1])
    digest, signer = der(body[1][1])[0][1], der(der(body[-1][1])[0][1])
    form = [t for t, _ in body + signer] == [0x02, 0x31, 0x30, 0xA0, 0x31, 0x02, 0x30, 0x30, 0xA0, 0x30, 0x04]
    form = form and oid.hex() == "2a864886f70d010702" and body[2][1].hex() == "06092a864886f70d010701"
    form = form and all(len(der(body[i][1])) == 1 for i in (1, -1)) and body[0][1] == signer[0][1] == b"\1"
    form = form and {digest, signer[2][1]} <= {sha, sha + null} and signer[4][1] in (ecdsa, ecdsa + null)
    form = form and openssl("cms -cmsout -inform DER -outform DER -in sig -out again", {"sig": sig}, "again") == (True, sig)
    need(form, "CMS 签名的形式不合规")
    words = "cms -verify -binary -inform DER -in sig -content data -noverify -out out -signer a -certsout b"
    holds, pem = openssl(words, {"data": data, "sig": sig}, "a", "b")
    need(holds and der(signer[1][1]) == certificates(pem)[0].sid, "签名不符（内容或签名被改动）")
    by_digest = bytes.fromhex("2a864886f70d010910022f") in signer[3][1]  # RFC 5035
    need(not by_digest or all(hashlib.sha256(c.der).digest() in signer[3][1] for c in certificates(pem)), "签名所附证书不符")
    return certificates(pem)
def side(text):
    """The certificate that a record or thread.json names for its SM2 signature."""
    need(text is None or base64.b64encode(base64.b64decode(text, validate=True)).decode() == text, "sm2 不是规范的 base64")
    return text and certificate(base64.b64decode(text))
def check_signed(trust, data, tree, base, code, span, own, own_sm2, named):
    """base.p7s and base.sm2 of tree sign data for organ code, with the certificates in own and own_sm2; data names the latter."""
    cert, *inside = check_cms(data, tree.read(base + ".p7s", RECORD_MAX))
    if any(p.startswith(os.path.dirname(own) + "/") for p in tree.files):  # a record alone has none beside it
        need(cert.der in [c.der for c in certificates(tree.read(own))], "签名证书与所附证书不一致")
        need(not named or named.der in [c.der for c in certificates(tree.read(own_sm2))], "国密证书与所附证书不一致")
    found = [(cert, inside)] + [(named, [])] * bool(named)
    need(bool(named) == (base + ".sm2" in tree.files), "国密签名的有无与所签内容写明的不一致")
    if named:
        words = "pkeyutl -verify -certin -inkey cert -rawin -digest sm3 -pkeyopt distid:1234567812345678 -sigfile sig -in data"
        sig = tree.read(base + ".sm2", RECORD_MAX)
        need(openssl(words, {"data": data, "sig": sig, "cert": to_pem([named])})[0], "国密签名不符")
    for c, others in found:
        need(c.ou == code, f"签名证书属于“{c.ou}”，不是“{code}”")
        need(c.begin <= span[1], "证书在签署时尚未生效")
        need(c.end >= span[0], "证书在签署时已过期")
        check_trust(trust, c, others, min(max(span[0], c.begin), c.end))
    return cert
class Tree:
    """Files of a folder or archive, path -> (size, opener); read in place, never extracted."""
    def __init__(self, files, folders=(), root=None, plain=True):
        self.files, self.root, self.plain, implied, folded = files, root, plain, set(), {}
        for path in files:
            need(unicodedata.is_normalized("NFC", path), f"文件名不是 NFC：{path}")
            need(len(path.encode()) <= 1000 and path.count("/") < 16, f"文件名太长或太深：{path}")
            for part in f"{root or 'x'}/{path}".split("/"):
                need(part and part == part.strip(". ") and len(part.encode()) <= 200, f"文件名不合规：{path}")
                need(not any(c in '\\:*?"<>|%' or unicodedata.category(c) == "Cc" for c in part), f"文件名有禁用字符：{path}")
            for part in [path[:i] for i, c in enumerate(path + "/") if c == "/"]:
                need(folded.setdefault(unicodedata.normalize("NFC", part.casefold()), part) == part, f"文件名重复：{path}")
                implied.add(part)
            implied.remove(path)
        need(implied.isdisjoint(files) and implied.issuperset(folders), "多出空文件夹，或文件与文件夹同名")
    def read(self, path, limit=TEXT_MAX):
        need(path in self.files, f"缺少文件：{path}")
        with self.files[path][1]() as f:
            data = f.read(limit + 1)
        need(len(data) <= limit, f"文件太大：{path}")
        return data
def open_folder(top):
    files, folders = {}, {}
    for here, inner, names in os.walk(top, onerror=lambda e: need(False, f"无法打开文件夹：{e.filename}")):
        for full in (os.path.join(here, name) for name in inner + names):
            path, info = os.path.relpath(full, top), os.lstat(full)
            need(not any(0xD800 <= ord(c) <= 0xDFFF for c in path), f"文件名不是 UTF-8：{path}")
            need(stat.S_ISDIR(info.st_mode) or stat.S_ISREG(info.st_mode), f"有符号链接或特殊文件：{path}")
            need(len(files) + len(folders) < ENTRIES_MAX, "文件太多")
            opener = lambda full=full: os.fdopen(os.open(full, os.O_RDONLY | os.O_NOFOLLOW), "rb")  # noqa: E731
            (folders if stat.S_ISDIR(info.st_mode) else files)[path] = info.st_size, opener
    return Tree(files, folders)
def open_zip(f):
    """Local headers and directory must say the same and leave no gap: all readers see one content."""
    f.seek(-22, os.SEEK_END)
    sign, count, total, size, begin, more = struct.unpack("<8sHHIIH", f.read())
    need(sign == b"PK\5\6\0\0\0\0" and count == total and size <= TEXT_MAX and more == 0, "ZIP 结尾不合规")
    length, archive, files, folders, at, table = f.tell(), zipfile.ZipFile(f), {}, {}, 0, b""
    names = [i.orig_filename for i in archive.infolist()]
    need(count in (len(names), 0xFFFF) and len(names) <= ENTRIES_MAX and len(set(names)) == len(names), "ZIP 条目太多或重复")
    plain = names == sorted(names, key=str.encode) and [n[-1:] == "/" for n in names] == [k == 0 for k in range(len(names))]
    for i in sorted(archive.infolist(), key=lambda i: i.header_offset):
        name, kind, is_folder = i.orig_filename, stat.S_IFMT(i.external_attr >> 16), i.orig_filename.endswith("/")
        f.seek(at)
        head = struct.unpack("<4sHHHHHIIIHH", f.read(30))
        same = i.header_offset == at and (head[0], *head[2:4]) == (b"PK\3\4", i.flag_bits, i.compress_type)
        same = same and f.read(head[9]) == name.encode("utf-8" if i.flag_bits & 0x800 else "ascii", "replace")
        for said, true in zip(head[6:9], (i.CRC, i.compress_size, i.file_size)):
            same = same and said in (true, 0xFFFFFFFF, 0 if i.flag_bits & 8 else true)
        need(same and (i.compress_type or i.compress_size == i.file_size), f"ZIP 条目前后不一致：{name}")
        need(i.flag_bits & ~0x80E == 0 and i.compress_type in (0, 8), f"ZIP 条目加密或压缩方法不支持：{name}")
        need(i.file_size <= (not is_folder) * max(1 << 20, i.compress_size * RATIO_MAX), f"压缩比异常（疑似压缩炸弹）：{name}")
        need(kind in (0, stat.S_IFDIR if is_folder else stat.S_IFREG), f"ZIP 里有符号链接或特殊文件：{name}")
        plain = plain and head[1] == i.create_version == i.extract_version in (10, 20, 45) and (i.flag_bits & 6, *head[4:6]) == (0, 0, 33)
        plain = plain and i.external_attr & ~(16 * is_folder) == (0o40755 if is_folder else 0o100644) << 16
        plain = plain and all(re.fullmatch(ZIP_EXTRA, extra) for extra in (i.extra, f.read(head[10])))
        row = (i.CRC, *(min(n, 0xFFFFFFFF) for n in (i.compress_size, i.file_size)), head[9], len(i.extra), 0, 0, 0, i.external_attr)
        table += struct.pack("<4sBBHHHHHIIIHHHHHII", b"PK\1\2", head[1] % 256, 3, head[1], i.flag_bits, 0, 0, 33, *row, min(at, 0xFFFFFFFF))
        table += name.encode() + i.extra
        at += 30 + head[9] + head[10] + i.compress_size
        if i.flag_bits & 8:
            f.seek(at)
            sizes, said = (i.CRC, i.compress_size, i.file_size), f.read(24)
            ends = [b"PK\7\x08" + struct.pack(form, *sizes) for form in ("<III", "<IQQ")[i.file_size >> 32 > 0:]]
            at += max((len(e) for e in ends if said.startswith(e)), default=0)
        (folders if is_folder else files)[name.removesuffix("/")] = i.file_size, lambda i=i: archive.open(i)
    fitting = at == archive.start_dir and begin in (at, 0xFFFFFFFF) and length - 22 - at - size in (0, 76)  # 76: ZIP64
    need(fitting, "ZIP 条目之间有夹带，或结尾不合规")
    plain = plain and (f.seek(at), f.read(size))[1] == table
    top = min(files, default="").split("/")[0]
    if not all(p.startswith(top + "/") for p in files):
        return Tree(files, folders)
    inner = {p.removeprefix(top + "/") for p in folders.keys() - {top}}
    return Tree({p[len(top) + 1:]: v for p, v in files.items()}, inner, top, plain)
def fits(value, shape):
    """shape: a pattern, a type, a literal, {exact members}, [shape of each] or (alternatives)."""
    match shape:
        case str(): return isinstance(value, str) and re.fullmatch(shape, value) is not None
        case dict(): return type(value) is dict and value.keys() == shape.keys() and all(fits(value[k], shape[k]) for k in shape)
        case list(): return type(value) is list and all(fits(v, shape[0]) for v in value)
        case tuple(): return any(fits(value, s) for s in shape)
        case _: return type(value) is shape or (type(value) is type(shape) and value == shape)
def canonical(data):
    def integer(text):  # int() refuses fractions and NaN
        need(len(text) < 20 and abs(int(text)) <= 1 << 53, "JSON 整数过大")
        return int(text)
    def members(pairs):
        need(len(dict(pairs)) == len(pairs), "JSON 成员重复")
        return dict(pairs)
    try:
        text = data.decode("utf-8")
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
        need(max(itertools.accumulate((c in "[{") - (c in "]}") for c in bare), default=0) <= DEPTH_MAX, "JSON 嵌套太深")
        value = json.loads(text, object_pairs_hook=members, parse_float=integer, parse_constant=integer, parse_int=integer)
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Bad("不是 UTF-8 的规范 JSON") from None
    need(again == data and unicodedata.is_normalized("NFC", text), "不是规范 JSON")
    return value
def compare(tree, name, actual):
    text, listed = tree.read(name, TEXT_MAX).decode("utf-8"), {}
    need(text.endswith("\n"), f"{name} 残缺")
    for line in text[:-1].split("\n"):
        need(re.fullmatch("[0-9a-f]{64,128}  .+", line) and line.split("  ", 1)[1] not in listed, f"{name} 有一行不合规或重复")
        listed[line.split("  ", 1)[1]] = line.split("  ", 1)[0]
    for path in sorted(listed.keys() | actual.keys()):
        fault = "缺少文件" if path not in actual else "多出文件" if path not in listed else "内容被改动"
        need(listed.get(path) == actual.get(path), f"{fault}：{path}（{name}）")
def hash_files(tree):
    sums, native = {}, "sm3" in hashlib.algorithms_available
    for path in sorted(tree.files.keys() - SIGNATURES):
        size, makers = 0, [hashlib.new(a) for a in ("sha256", "sha512", "sm3")[:2 + native]]
        with tree.files[path][1]() as f:
            while block := f.read(1 << 20):
                size += len(block)
                collections.deque((m.update(block) for m in makers), 0)
        sm3 = [] if native else [openssl("dgst -sm3 -r -out o f", {"f": tree.read(path, 1 << 40)}, "o")[1][:64].decode()]
        sums[path] = (*(m.hexdigest() for m in makers), *sm3, size)
    return sums
def check_bag(rep, trust, tree):
    """Returns what records say about the bag, {} when it does not hold."""
    info, sums, head, blob = {}, {}, {}, b""
    with rep.check("移送包结构（BagIt 1.0）"):
        need(tree.plain, "ZIP 不是规定的写法（不压缩、按文件名排列、时间为 1980-01-01）；重新打包过的请解开后核对文件夹")
        need("fetch.txt" not in tree.files, "不支持 fetch.txt")
        need(tree.read("bagit.txt") == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "bagit.txt 不符")
        rows = [row.split(": ", 1) for row in tree.read("bag-info.txt").decode("utf-8").rstrip("\n").split("\n")]
        info = dict(rows)
        need(len(info) == len(rows), "bag-info.txt 有重复")
    with rep.check("移送包文件齐全、没有多余、没有改动（SHA-256、SHA-512、SM3）"):
        sums = hash_files(tree)
        payload = {p for p in sums if p.startswith("data/")}
        for i, kind in enumerate(("sha256", "sha512")):
            compare(tree, f"manifest-{kind}.txt", {p: sums[p][i] for p in payload})
            compare(tree, f"tagmanifest-{kind}.txt", {p: sums[p][i] for p in sums.keys() - payload - {"tagmanifest-sha256.txt", "tagmanifest-sha512.txt"}})
        compare(tree, "sm3sums.txt", {p: sums[p][2] for p in payload})
        need(info.get("Payload-Oxum") == f"{sum(sums[p][3] for p in payload)}.{len(payload)}", "Payload-Oxum 不符")
    with rep.check("移送包内容清单 manifest.json"):
        blob = tree.read("data/manifest.json")
        head = canonical(blob)
        shape = {"v": 1, "thread": UUID, "channel": "c[1-9]", "made_on": DAY, "seq": int}
        need(fits({k: head.get(k) for k in shape}, shape), "格式不符")
        rows = head["documents"] + head["evidence"] + head["media"]
        listed = {"data/" + r["path"]: (r["sha256"], r["sm3"], r["size"]) for r in rows}
        actual = {p: (sums[p][0], *sums[p][2:]) for p in payload - {"data/manifest.json", "data/30-goods/goods.json"}}
        need(len(listed) == len(rows) and listed == actual, "与包内文件不符")
        need(info.get("Bagging-Date") == head["made_on"], "Bagging-Date 与 made_on 不一致")
        number = head["handoff_no"] or head["thread"]
        name = re.sub(r'[\\/:*?"<>|%\x00-\x1f\x7f]', "_", number).strip(". ") + f"-{head['seq']:02d}"
        need(info["External-Identifier"] == number and tree.root in (None, name), f"文号或包名不符，应为“{name}”")
    with rep.check("移送包签名"):
        tags, own, sm2 = tree.read("tagmanifest-sha256.txt"), "signatures/signer.pem", "signatures/signer-sm2.pem"
        mark = info.get("Side-Signature-Certificate")
        need((sm2 in tree.files) == bool(mark), "国密证书的有无与 bag-info.txt 写明的不一致")
        named = certificates(tree.read(sm2))[0] if mark else None
        need(not mark or sha256(named.der) == mark, "国密证书不是 bag-info.txt 写明的")
        begin = datetime.datetime.fromisoformat(info["Bagging-Date"] + "T00:00:00+08:00")
        span, code = (begin, begin + datetime.timedelta(days=1, seconds=-1)), head["sender"]["code"]
        cert = check_signed(trust, tags, tree, "signatures/tagmanifest-sha256", code, span, own, sm2, named)
        rep.rows.append(("说明", f"移送包由“{cert.cn}”（{cert.ou}）签名，证书 {sha256(cert.der)}"))
        says = {"items": len(rows) + len(head["goods"]), "manifest": sha256(blob), "name": name, "tagmanifest": sha256(tags)}
        return {"says": says, "thread": head["thread"], "channel": head["channel"], "code": code}
    return {}
def check_chain(chain, rec, mark):
    """chain: the digests of each lane so far, and under "" what all records have in common."""
    lane = chain.setdefault(rec["lane"], [])
    need(chain.setdefault("", rec["thread"] + rec["channel"]) == rec["thread"] + rec["channel"], "不属于同一移送")
    need(rec["n"] == len(lane) + 1, f"编号应为 {len(lane) + 1} 而是 {rec['n']}（缺号、重号或错序）")
    need(rec["prev"] == (lane[-1] if lane else None), "与上一份的摘要不衔接")
    for other, ref in rec["seen"].items():
        holds = fits(other, CODE) and other != rec["lane"] and ref["n"] > 0 and ref["digest"] in chain.get(other, [])[ref["n"] - 1:ref["n"]]
        need(holds, f"所见“{other}”的记录不存在或不同")
        need(ref["n"] >= chain.get((rec["lane"], other), 0), f"所见“{other}”的记录倒退")
        chain[rec["lane"], other] = ref["n"]
    lane.append(mark)

def check_record(rep, trust, tree, path, place=None, chain=None, expect=()):
    """One record and its signatures; place: its number in the order. Returns the record or None."""
    with rep.check(f"记录 {path}"):
        data, base = tree.read(path, RECORD_MAX), os.path.basename(path)
        rec, mark = canonical(data), sha256(data)
        need(fits(rec, RECORD) and all(fits(r, {"digest": DIGEST, "n": int}) for r in rec["seen"].values()), "格式不符")
        number = f"{place:04d}" if place else re.match("[0-9]*", base)[0]
        named = place or re.fullmatch(f"[0-9]{{4,}}-{CODE}[.]json", base)
        need(not named or base == f"{number}-{rec['lane']}-{rec['kind']}.json", "文件名与内容不符")
        made, happened = (datetime.datetime.fromisoformat(rec[k]) for k in ("made_at", "happened_at"))
        own = f"certificates/{rec['lane']}"
        check_signed(trust, data, tree, path, rec["lane"], (made, made), own + ".pem", own + ".sm2.pem", side(rec["sm2"]))
        if chain is not None:
            check_chain(chain, rec, mark)
        need(all({**rec, "digest": mark, "file": path}[k] == expect[k] for k in expect), "与 thread.json 不一致")
        return rec
def check_records(rep, trust, tree):
    chain, paths = {}, sorted((p for p in tree.files if p.endswith(".json")), key=lambda p: (len(re.match("[0-9]*", p)[0]), p))
    with rep.check("记录文件夹（没有 thread.json，最末的记录是否齐全不能证明）"):
        extra = {p for p in tree.files if not p.startswith("certificates/")} - {p + e for p in paths for e in ("", ".p7s", ".sm2")}
        need(paths and not extra, "没有记录，或有多余文件")
    for i, path in enumerate(paths, 1):
        check_record(rep, trust, tree, path, i, chain)

def check_export(rep, trust, tree):
    chain, records, thread = {}, [], {"records": [], "bags": []}
    with rep.check("整套导出：thread.json 所列与文件一一对应"):
        data = tree.read("thread.json")
        claimed = canonical(data)
        need(fits(claimed, THREAD) and claimed["records"], "格式不符")
        thread, names = claimed, [b["name"] for b in claimed["bags"]]
        listed = {p + end for p in ["thread.json", *(r["file"] for r in thread["records"])] for end in ("", ".p7s", ".sm2")}
        need(len(set(names)) == len(names), "移送包重复列出")
        for p in tree.files.keys() - listed - {"stub.pdf"} - {f"bags/{n}.zip" for n in names}:
            need(re.fullmatch(f"certificates/{CODE}([.]sm2)?[.]pem", p) or any(p.startswith(f"bags/{n}/") for n in names), f"多出文件：{p}")
    for i, row in enumerate(thread["records"], 1):
        expect = {**row, "file": "records/" + os.path.basename(row["file"]), "thread": thread["thread"], "channel": thread["channel"]}
        records.append(check_record(rep, trust, tree, row["file"], i, chain, expect))
    with rep.check("thread.json 的签名"):
        code = thread["exporter"]
        span = [datetime.datetime.fromisoformat(t) for t in (max(r["made_at"] for r in records), "9999-12-31T00:00:00+00:00")]
        check_signed(trust, data, tree, "thread.json", code, span, f"certificates/{code}.pem", f"certificates/{code}.sm2.pem", side(thread["sm2"]))
    with rep.check("记录所指的移送包与 thread.json 所列相同"):
        need({r["package"]["name"] for r in records if r["package"]} == {b["name"] for b in thread["bags"]}, "缺少或多出移送包")
    for name, tagmanifest in ((b["name"], b["tagmanifest"]) for b in thread["bags"]):
        with rep.check(f"移送包 {name} 与记录、thread.json 一致"):
            users = [r for r in records if r and r["package"] and r["package"]["name"] == name]
            inner = {p.removeprefix(f"bags/{name}/"): v for p, v in tree.files.items() if p.startswith(f"bags/{name}/")}
            need(not inner or f"bags/{name}.zip" not in tree.files, "同一移送包有两份")
            inner = Tree(inner, (), name)
            if not inner.files:
                copy = tempfile.TemporaryFile(prefix="verify-")
                shutil.copyfileobj(tree.files[f"bags/{name}.zip"][1](), copy)
                inner = open_zip(copy)
            bag = check_bag(rep, trust, inner)
            need(inner.root == name and bag and bag["says"]["tagmanifest"] == tagmanifest, "移送包不符")
            need(all((u["package"], u["thread"], u["channel"]) == (bag["says"], bag["thread"], bag["channel"]) for u in users), "与记录不符")
            need(users[0]["lane"] == bag["code"], "移送包的签名机关不是提出它的机关")

def check_path(rep, trust, path):
    folder, base = os.path.split(os.path.abspath(path))
    single, beside = base.endswith(".json"), os.path.join(folder, ".." if base.endswith(".json") else "", "certificates")
    if single:
        names = [n for n in (base, base + ".p7s", base + ".sm2") if os.path.isfile(os.path.join(folder, n))]
        tree = Tree({n: (0, lambda n=n: open(os.path.join(folder, n), "rb")) for n in names})
    else:
        tree = open_folder(path) if os.path.isdir(path) else open_zip(open(path, "rb"))
    if (single or base == "records") and os.path.isdir(beside):
        tree.files.update(("certificates/" + p, v) for p, v in open_folder(beside).files.items())
    if single:
        return check_record(rep, trust, tree, base)
    if {"bagit.txt", "manifest-sha256.txt"} & tree.files.keys():
        return check_bag(rep, trust, tree)
    exported = any(p.startswith(("thread.json", "records/", "bags/")) for p in tree.files)
    return (check_export if exported else check_records)(rep, trust, tree)

def verify(path, trusted=()):
    rep = Report()
    with rep.check("读取"):
        need(shutil.which("openssl"), "本机没有 openssl 命令")
        check_path(rep, [c for p in trusted for c in certificates(pathlib.Path(p).read_bytes())], path)
    good = "结论：全部相符。" + ("证书在可信名单之内。" if trusted else "签名与包内证书一致；证书本身未与可信名单核对。")
    return rep, good if rep.good else "结论：不符。上面标“不符”的各项没有通过，不能采信。"

def main(argv):
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("--trust", action="append", default=[], metavar="FILE")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    rep, verdict = verify(args.path, args.trust)
    rows = [(m, "".join(c if c.isprintable() else "\ufffd" for c in t)[:300]) for m, t in rep.rows]
    said = {"ok": rep.good, "trust": bool(args.trust), "checks": [{"mark": m, "text": t} for m, t in rows], "verdict": verdict}
    print(json.dumps(said, ensure_ascii=False) if args.json else "\n".join([*(f"【{m}】{t}" for m, t in rows), verdict]))
    return 0 if rep.good else 1
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
