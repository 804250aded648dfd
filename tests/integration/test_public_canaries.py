# SPDX-License-Identifier: MulanPSL-2.0
"""Two hundred canaries, planted wherever a case keeps something that is nobody's business, and in the text of the decision
itself in the ways people write; none of them is in any byte that the public site sends: pages, headers, the ledger, plain texts,
before publication, while it is public, and after.

Names are of rare characters, citizen numbers of a region that does not exist, phones and addresses made up."""
import json
import os
import unicodedata
import urllib.parse

import pytest

import chunked
from public_site import Page

DAEMON_OPTIONS = {**chunked.OPTIONS, "public": {"searches": 0}}

WITNESSES = 24


def citizen_number(i):
    digits = f"000000{1960 + i:04d}0{1 + i % 9}1{i % 9}{i:03d}"
    total = sum(int(c) * (1 << (17 - k)) for k, c in enumerate(digits)) % 11
    return digits + "10X98765432"[total]


def wide(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def spread(text, between):
    return between.join(text)


class Canaries:
    """Everything planted; a canary is compared as search compares, so that no way of writing hides it."""

    def __init__(self):
        self.all = []

    def plant(self, text):
        self.all.append(text)
        return text

    def token(self, where):
        return self.plant(f"金丝雀{where}{len(self.all):04d}")

    def name(self):
        i = len(self.all)
        return self.plant("钱" + chr(0x6B00 + i) + chr(0x7400 + i))

    def found_in(self, data):
        text = key(data.decode("utf-8", "replace"))
        return [c for c in self.all if key(c) in text]


def key(text):
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LMN")


class Witness:
    def __init__(self, canaries, i):
        self.name = canaries.name()
        self.number = canaries.plant(citizen_number(i))
        self.phone = canaries.plant(f"1390000{1000 + i}")
        self.address = f"样省样县石佛镇{chr(0x5300 + i)}街{i + 1}组{i + 20}号"
        canaries.plant(f"{chr(0x5300 + i)}街{i + 1}组{i + 20}号")

    def typed(self, i):
        """As one field of an act holds it."""
        return [f"{self.name}，{self.number}，住址：{self.address}，{self.phone}",
                f"{self.name} {self.phone}（身份证{wide(self.number)}）{self.address}",
                f"姓名：{self.name}；电话：{self.phone[:3]}-{self.phone[3:7]}-{self.phone[7:]}；{self.number.lower()}；{self.address}"][i % 3]

    def told(self, i):
        """As officers write it, each time a little differently."""
        ways = [
            lambda w: f"证人{w.name}（身份证号码{w.number}，住址：{w.address}，电话{w.phone}）称属实。",
            lambda w: f"经询问{spread(w.name, ' ')}，{wide(w.number)}，手机{wide(w.phone)}，家住{w.address}。",
            lambda w: f"{spread(w.name, chr(0x200B))}陈述，证件{w.number[:6]} {w.number[6:14]} {w.number[14:]}，{w.phone[:3]}-{w.phone[3:7]}-{w.phone[7:]}，住{w.address[4:]}。",
            lambda w: f"另有{w.name}、住在{wide(w.address)}的人（{w.phone[:3]} {w.phone[3:7]} {w.phone[7:]}）作证，号{w.number.lower()}。",
        ]
        return ways[i % len(ways)](self)


@pytest.fixture
def planted(walk):
    """A served decision with canaries all over its case: (walk, canaries, text of the decision)."""
    c = Canaries()
    reporter, phone, mail = c.name(), c.plant("13700004321"), c.plant("canary.one@example.com")
    walk.register(reporter=f"举报人：{reporter}先生", reporter_contact=f"电话 {phone}，邮箱 {mail}",
                  summary=f"举报人称该店售假。{c.token('线索')}", place=f"样县{c.token('地点')}")
    walk.file()
    officer, case = walk.as_("officer"), f"cases/{walk.case}"
    files = []
    for _ in range(14):
        name = c.token("文件") + ".pdf"
        content = c.token("内容").encode() + os.urandom(64)
        chunked.add(officer, case, content, name=name, material_title=c.token("标题"), origin=c.token("来源"))
        files.append(name)
    people = [Witness(c, i) for i in range(WITNESSES)]
    for i, w in enumerate(people):
        walk.on_case("officer", "item_add", f"2026-03-13T{8 + i // 4:02d}:{15 * (i % 4):02d}:00+08:00",
                     **{**chunked.ITEM, "custodian": c.name(), "holder": w.typed(i), "item_place": c.token("存放")})
    for _ in range(20):
        walk.on_case("officer", "record", "2026-03-20", record_kind="询问笔录", note=c.token("笔录"))
    walk.on_case("officer", "report", "2026-04-01", proposed_outcome="给予行政处罚", review_kind="案件审核", note=c.token("报告"))
    walk.on_case("legal_reviewer", "review_pass", "2026-04-01", opinion=c.token("审核意见"))
    walk.to_noticed(note=c.token("告知"))
    text = ("样县市场监督管理局行政处罚决定书\n当事人：样县甲汽车配件经营部，经营者甲某，住所样县天池镇南街12号。\n"
            f"本局根据{reporter}（{wide(phone)}，{mail.upper()}）的举报，由承办甲、协办 乙调查。\n"
            + "\n".join(w.told(i) for i, w in enumerate(people)) +
            f"\n证据：{files[0]}、进货单。\n罚款缴至账号6222 0200 0000 0000 000。\n"
            "当事人销售侵犯注册商标专用权的机油55桶，决定罚款20000元。如不服可在60日内申请行政复议。")
    c.plant("6222020000000000000")
    for name in ("承办甲", "协办乙", "大队长丁", "法制庚", "副局长辛", "信用癸"):
        c.plant(name)
    walk.on_case("officer", "correct", "2026-04-10", reason=c.token("变更"), parties=[
        {"name": "样县甲汽车配件经营部", "kind": "个体工商户", "representative": "甲某", "address": "样县天池镇南街12号",
         "phone": c.plant("13911112222")}])
    walk.to_decided(decision_text=text)
    walk.serve()
    return walk, c, text


def public_bytes(site, page, words):
    """Everything that a stranger can get, headers included."""
    paths = ["/public", "/public/ledger.csv", "/robots.txt", "/public/style.css", "/public/d/0", f"/public/d/{page}",
             f"/public/d/{page}/text", f"/public/d/{page + 1}", "/"]
    told = b""
    for path in paths + ["/public/search?" + urllib.parse.urlencode({"q": w, "by": by}) for w in words for by in ("auto", "party")]:
        reply = site.get(path)
        body = reply.body
        for w in words:  # what the stranger typed himself stands in the form
            body = body.replace(f'value="{w}"'.encode(), b"")
        told += body + str(reply.headers).encode() + b"\n"
        assert reply.status < 500
        if reply.headers["Content-Type"].startswith("text/html") and path != "/":
            Page(reply).check()
        if path.startswith("/public/search"):
            assert b"/public/d/" not in body or any(key(w) in key("样县甲汽车配件经营部") for w in words)
    return told


def test_no_canary_reaches_the_public(planted, client, postgres, database):
    walk, canaries, text = planted
    assert len(canaries.all) >= 200 and len(set(canaries.all)) == len(canaries.all)
    site, officer, matter = client(), walk.as_("officer"), walk.disclosure()
    words = canaries.all[::17]
    assert not canaries.found_in(public_bytes(site, 1, words)), "before it was published"

    preview = officer.get(f"disclosures/{matter}/preview").ok()
    assert preview["source"] == "proposed" and preview["residue"] is None
    assert not canaries.found_in(preview["text"].encode())
    cuts = [{k: cut[k] for k in ("at", "len", "code", "note")} for cut in preview["cuts"]]
    # Whichever cut is left out: the guard sees it.
    for i in range(0, len(cuts), 5):
        less = officer.post(f"disclosures/{matter}/preview", {"cuts": cuts[:i] + cuts[i + 1:]}, key=False).ok()
        assert less["residue"] and less["residue"]["rule"] == "redaction-residue", cuts[i]
        assert not canaries.found_in(less["residue"]["message"].encode())
    walk.publish(cuts=json.dumps(cuts))

    (page, body), = postgres.query(database, "SELECT id, body FROM ipcase.public_record WHERE matter_id = %s", matter)
    told = public_bytes(site, page, words + ["样县甲汽车配件经营部"])
    assert not canaries.found_in(told), "while it is public"
    # What has to be there is there.
    for kept in ("样县甲汽车配件经营部", "经营者甲某", "机油55桶", "罚款20000元", "60日内", "样县市场监督管理局行政处罚决定书", "天池镇南街12号"):
        assert kept in body and kept.encode() in site.get(f"/public/d/{page}").body, kept
    assert "\u200b" not in body and "×××" in body
    whole, = postgres.query(database, "SELECT p::text FROM ipcase.public_record p WHERE id = %s", page)
    assert not canaries.found_in(whole[0].encode()), "nor in any column of its row"

    walk.on_disclosure("credit_clerk", "withdraw", "2026-04-28", withdraw_reason="处罚对象有误")
    told = public_bytes(site, page, words)
    assert not canaries.found_in(told), "after it was withdrawn"
    assert site.get(f"/public/d/{page}").status == 410 and "甲汽车" not in told.decode()
