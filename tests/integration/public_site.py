# SPDX-License-Identifier: MulanPSL-2.0
"""Records of the public site put straight into the database, and a strict reader of its pages.

Disclosures that come here by acts are test_disclosure's matter; what everybody can read of whatever is in the ledger of
public records is that of the tests that use this.
"""
import hashlib
import json
import re
import unicodedata
import xml.etree.ElementTree as ET

ORGAN = "样县市场监督管理局"
LIVING = "infinity"


def fold(text):
    """As text_fold(): letters, marks and numbers of NFKC, case folded."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LMN")


def number_key(number):
    found = re.fullmatch(r"(.*?)〔(\d{4})〕(\d+)号", number)
    return f"{fold(found[1])}|{found[2]}|{int(found[3])}" if found else fold(number)


class Records:
    """Inserts through a superuser's connection: fast, and past every check but the table's own."""

    def __init__(self, conn):
        self.conn = conn
        self.matter = 0

    def new_matter(self, cur):
        cur.execute("INSERT INTO ipcase.matter (id, kind, procedure, organ_id, unit_id, state, version, title, turn, open,"
                    " opened_on) VALUES (nextval('ipcase.matter_id_seq'), 'disclosure', 'disclosure', 10, 10, 'published', 1,"
                    " '', '', true, '2026-01-01') RETURNING id")
        return cur.fetchone()[0]

    def add(self, party="样县某某商行", uscc="91512022MA00000001", number=None, body="当事人销售侵权商品。", matter=None, n=1,
            from_at="2026-01-05T10:00:00+08:00", until_at=None, until_why=None, stop_due="2099-12-31",
            decided_on="2026-01-04", published_on=None, organ=ORGAN, summary=None):
        """(id of the page, id of the matter)"""
        names = [party] if isinstance(party, str) else party
        number = number or f"样市监处罚〔2026〕{self.next_number()}号"
        told = {"decision_no": number, "party": "\n".join(names), "violation": "销售侵犯注册商标专用权的商品",
                "penalty": "罚款20000元", "organ": organ, "decided_on": decided_on}
        told.update(summary or {})
        with self.conn.cursor() as cur:
            matter = matter or self.new_matter(cur)
            cur.execute(
                "INSERT INTO ipcase.public_record (matter_id, n, from_at, until_at, until_why, organ_name, decision_no,"
                " decision_no_key, party, party_key, uscc, decided_on, published_on, class, stop_due, summary, body, digest)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
                (matter, n, from_at, until_at, until_why, organ, number, number_key(number), "、".join(names),
                 "\n".join(fold(name) for name in names), uscc, decided_on, published_on or from_at[:10], "一般", stop_due,
                 json.dumps(told, ensure_ascii=False), body, hashlib.sha256(body.encode()).digest()))
            return cur.fetchone()[0], matter

    def next_number(self):
        self.matter += 1
        return self.matter

    def end(self, page, at, why):
        with self.conn.cursor() as cur:
            cur.execute("UPDATE ipcase.public_record SET until_at = %s, until_why = %s WHERE id = %s", (at, why, page))


# ---- reading a page as strictly as a machine can ------------------------------------------------------------------

VOID = {"br", "hr", "input", "link", "meta"}
LANDMARKS = {"header", "main", "footer"}


class Page:
    """Well-formed XML, and the rules of HTML and accessibility that a program can check: check() asserts them."""

    def __init__(self, reply):
        self.reply = reply
        text = reply.text
        assert text.startswith("<!DOCTYPE html>\n")
        self.tree = ET.fromstring(text.partition("\n")[2])

    def all(self, tag):
        return list(self.tree.iter(tag))

    def one(self, tag):
        found = self.all(tag)
        assert len(found) == 1, f"{len(found)} {tag}"
        return found[0]

    @property
    def text(self):
        return "".join(self.tree.itertext())

    def links(self):
        return [(a.get("href"), "".join(a.itertext())) for a in self.all("a")]

    def check(self):
        assert self.tree.tag == "html" and self.tree.get("lang") == "zh-CN"
        assert self.one("title").text.strip()
        ids = [e.get("id") for e in self.tree.iter() if e.get("id")]
        assert len(ids) == len(set(ids)), "an id stands twice"
        for tag in LANDMARKS:
            self.one(tag)
        assert "".join(self.one("h1").itertext()).strip()
        first = next(iter(self.one("body")))
        assert first.tag == "a" and first.get("href") == "#main" and self.one("main").get("id") == "main"
        level = 0
        for e in self.tree.iter():
            if re.fullmatch("h[1-6]", e.tag):
                assert int(e.tag[1]) <= level + 1, "a level of headings is left out"
                level = int(e.tag[1])
                assert "".join(e.itertext()).strip(), "an empty heading"
            assert e.tag not in {"script", "style", "img", "iframe", "object", "embed", "svg"}, e.tag
            assert not any(a.startswith("on") or a == "style" for a in e.attrib), e.attrib
            for a in ("href", "action", "src"):
                value = e.get(a)
                assert value is None or re.match(r"[/#](?![/\\])", value), value
            for a in ("aria-labelledby", "aria-describedby", "for"):
                assert e.get(a) is None or e.get(a) in ids, e.get(a)
            if e.tag not in VOID and not len(e) and not (e.text or "").strip():
                raise AssertionError(f"<{e.tag}> is empty")
        labelled = {e.get("for") for e in self.all("label")}
        for tag in ("input", "select", "textarea"):
            assert all(e.get("id") in labelled for e in self.all(tag)), f"{tag} without a label"
        for a in self.all("a"):
            assert "".join(a.itertext()).strip(), "a link without text"
        for nav in self.all("nav"):
            assert nav.get("aria-label")
        for dl in self.all("dl"):
            assert [e.tag for e in dl] == ["dt", "dd"] * (len(dl) // 2)
        viewport = [m.get("content") for m in self.all("meta") if m.get("name") == "viewport"]
        assert viewport and "maximum-scale" not in viewport[0] and "user-scalable" not in viewport[0]
        return self
