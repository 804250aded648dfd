# SPDX-License-Identifier: MulanPSL-2.0
"""Bad input is answered with 4xx and writes nothing: a table of known kinds of bad, then seeded random ones.

Random requests are bad by construction (a stale version, a missing field), so that everything behind the
mutation is reached and still nothing may be stored.
"""
import copy
import json
import random
import time
import urllib.parse

import pytest

from walk import REGISTER, Walk

SEED = 20260923
RANDOM_BODIES, RANDOM_QUERIES, RANDOM_PATHS = 700, 400, 200
LONG = "长" * 30000


@pytest.fixture(scope="module")
def target(daemon):
    """A client and the addresses to shoot at."""
    walk = Walk(daemon)
    walk.to_investigating()
    yield walk
    walk.close()


@pytest.fixture
def unchanged(postgres, database, daemon):
    """What is stored after the test equals what was before it; the daemon lives and logged no bug."""
    def state():
        return postgres.query(database, """
            SELECT (SELECT count(*) FROM ipcase.act), (SELECT count(*) FROM ipcase.matter),
                   (SELECT sum(version) FROM ipcase.matter), (SELECT count(*) FROM ipcase.idempotency),
                   (SELECT count(*) FROM ipcase.account), (SELECT count(*) FROM ipcase.delegation),
                   (SELECT count(*) FROM ipcase.import_job), (SELECT count(*) FROM ipcase.import_original),
                   (SELECT count(*) FROM ipcase.law_campaigns), (SELECT count(*) FROM ipcase.document),
                   (SELECT sum(last) FROM ipcase.number_counter),
                   (SELECT md5(string_agg(body, '' ORDER BY matter_id)) FROM ipcase.dossier)""")

    before, log = state(), len(daemon.log())
    yield
    assert daemon.alive(), daemon.log_tail()
    assert state() == before
    assert "request_failed" not in daemon.log()[log:], daemon.log_tail()


REFUSED = set(range(400, 500)) - {401, 429}  # a lost login would hide everything behind it


def bad(reply, what, allowed=REFUSED):
    assert reply.status in allowed, (what, reply)
    assert reply.status < 400 or reply.problem is not None, (what, reply)
    assert reply.status < 400 or reply.problem["status"] == reply.status, (what, reply)


# ---- bodies -----------------------------------------------------------------------------------------------


RAW = {
    "empty": b"", "blank": b"  \n", "word": b"hello", "null": b"null", "list": b"[]", "string": b'"x"', "number": b"1",
    "two": b"{}{}", "open": b'{"fields":{', "trailing": b'{"fields":{}}x', "comma": b'{"fields":{},}',
    "single": b"{'fields':{}}", "comment": b'{"fields":{}} // x', "nan": b'{"fields":{"days":NaN}}',
    "infinity": b'{"fields":{"days":1e999}}', "zero": b'{"fields":{"days":01}}', "plus": b'{"fields":{"days":+1}}',
    "dot": b'{"fields":{"days":1.}}', "bom": b"\xef\xbb\xbf{}", "utf16": '{"fields":{}}'.encode("utf-16"),
    "gb18030": '{"fields":{"note":"说明"}}'.encode("gb18030"), "overlong": b'{"fields":{"note":"\xc0\xaf"}}',
    "surrogate": b'{"fields":{"note":"\\ud800"}}', "raw surrogate": b'{"fields":{"note":"\xed\xa0\x80"}}',
    "nul": b'{"fields":{"note":"a\\u0000b"}}', "raw nul": b'{"fields":{"note":"a\0b"}}', "tab": b'{"fields":{"note":"a\tb"}}',
    "escape": b'{"fields":{"note":"\\x41"}}', "twice": b'{"version":1,"version":2}',
    "twice inside": b'{"fields":{"note":"a","note":"b"}}', "deep": b'{"fields":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "deep objects": b'{"fields":' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"}",
    "many": b'{"fields":{' + b",".join(b'"k%d":1' % i for i in range(20000)) + b"}}",
    "null version": b'{"act":"record","version":null,"fields":{}}',
    "float version": b'{"act":"record","version":1.5,"fields":{}}', "exponent": b'{"act":"record","version":1e3,"fields":{}}',
    "big version": b'{"act":"record","version":99999999999999999999,"fields":{}}',
    "negative version": b'{"act":"record","version":-1,"fields":{}}',
    "string version": b'{"act":"record","version":"1","fields":{}}',
}


@pytest.mark.parametrize("path", ["clues", "cases", "cases/{case}/acts", "clues/{clue}/acts", "sessions", "imports",
                                  "accounts", "delegations"])
def test_bodies_that_cannot_be_read(target, unchanged, path):
    path = path.format(case=target.case, clue=target.clue)
    client = target.as_("admin" if path in ("accounts", "delegations") else "officer")
    for name, body in RAW.items():
        bad(client.request("POST", path, body, {"Content-Type": "application/json"}), name)


def act(version, **fields):
    return {"act": "record", "version": version, "fields": {"record_kind": "其他", "note": "x", **fields}}


# on a case at version 1 under investigation: everything else about the request is right
BAD_ACTS = [
    {"act": "record", "version": 1, "fields": []}, {"act": "record", "version": 1, "fields": "x"},
    {"act": "record", "version": 1}, {"act": "", "version": 1, "fields": {}}, {"act": "nothing", "version": 1, "fields": {}},
    {"act": "record_approve", "version": 1, "fields": {}}, {"act": "_request", "version": 1, "fields": {}},
    {"act": "filed", "version": 1, "fields": {}}, {"act": "x" * 200, "version": 1}, {"act": 7, "version": 1},
    {"version": 1}, {"act": "record"}, act(0), act(2), act(2 ** 31), act(2 ** 53), {**act(1), "more": 1},
    {**act(1), "happened_at": "yesterday"}, {**act(1), "happened_at": "2026-02-30"}, {**act(1), "happened_at": "2026-13-01"},
    {**act(1), "happened_at": "2999-01-01"}, {**act(1), "happened_at": "1900-01-01"},
    {**act(1), "happened_at": "999999-01-01"}, {**act(1), "happened_at": "2026-03-11T25:00:00+08:00"},
    {**act(1), "happened_at": "0001-01-01T00:00:00Z"}, {**act(1), "happened_at": 1},
    act(1, unknown=1), act(1, note=1), act(1, note=None), act(1, note=["x"]), act(1, note={}), act(1, note=""),
    act(1, note=LONG), act(1, note="\u0007"), act(1, record_kind="没有这种"), act(1, record_kind=True),
    act(1, doc_no="x" * 500), act(1, request=1), act(1, amount_fen="1"), act(1, officer="officer"),
    {"act": "amounts", "version": 1, "fields": {"goods_value_fen": -1}},
    {"act": "amounts", "version": 1, "fields": {"goods_value_fen": 1.5}},
    {"act": "amounts", "version": 1, "fields": {"goods_value_fen": "1.5"}},
    {"act": "amounts", "version": 1, "fields": {"goods_value_fen": "9" * 40}},
    {"act": "amounts", "version": 1, "fields": {"goods_value_fen": 2 ** 63}},
    {"act": "amounts", "version": 1, "fields": {"goods_value_fen": "不知道"}},
    {"act": "amounts", "version": 1, "fields": {"goods_value_fen": {"fen": 1}}},
    {"act": "amounts", "version": 1, "fields": {"label_count": 10 ** 12}},
    {"act": "amounts", "version": 1, "fields": {"prior_penalty_on": "2026-2-1"}},
    {"act": "amounts", "version": 1, "fields": {"suspicion": "true"}},
    {"act": "measure_take", "version": 1, "fields": {"measure_kind": "扣押", "measure_goods": LONG}},
    {"act": "measure_extend_request", "version": 1, "fields": {"measure": 99, "days": 30, "reason": "x"}},
    {"act": "extend_approve", "version": 1, "fields": {"request": 12345}},
    {"act": "merge_request", "version": 1, "fields": {"target": "999999999", "reason": "x"}},
    {"act": "merge_request", "version": 1, "fields": {"target": "-1", "reason": "x"}},
    {"act": "merge_request", "version": 1, "fields": {"target": "9" * 30, "reason": "x"}},
    {"act": "reassign", "version": 1, "fields": {"officer": "nobody", "co_officer": "officer", "reason": "x"}},
    {"act": "reassign", "version": 1, "fields": {"officer": "a,b}{\"", "co_officer": "officer", "reason": "x"}},
    {"act": "correct", "version": 1, "fields": {"reason": "x", "parties": [{"name": "x", "kind": "没有"}]}},
    {"act": "correct", "version": 1, "fields": {"reason": "x", "parties": [{"name": ""}]}},
    {"act": "correct", "version": 1, "fields": {"reason": "x", "parties": [{"name": "x", "id_number": "11010519491231002X1"}]}},
    {"act": "correct", "version": 1, "fields": {"reason": "x", "parties": [1, 2]}},
    {"act": "correct", "version": 1, "fields": {"reason": "x", "parties": [{"name": "x"}] * 500}},
    {"act": "correct", "version": 1, "fields": {"reason": "x", "parties": {"name": "x"}}},
    {"act": "tag", "version": 1, "fields": {"campaigns": ["x"] * 200}},
    {"act": "tag", "version": 1, "fields": {"campaigns": [1]}}, {"act": "tag", "version": 1, "fields": {"campaigns": []}},
]


def test_acts_that_break_a_rule(target, unchanged):
    version = target.view()["version"]
    for body in BAD_ACTS:
        if body.get("version") == 1:
            body = {**body, "version": version}
        bad(target.as_("officer").post(f"cases/{target.case}/acts", body), body)


@pytest.mark.parametrize("key", ["", " ", "x" * 65, "a b", "中文", "a\tb", "a;b", "'", "a,b"])
def test_keys_that_are_none(target, unchanged, key):
    bad(target.as_("officer").post("clues", {"fields": REGISTER}, headers={"Idempotency-Key": key.encode()}, key=False), key)


def test_no_key_no_version_no_login(target, unchanged, client):
    officer = target.as_("officer")
    assert officer.post("clues", {"fields": REGISTER}, key=False).status == 400
    assert officer.post(f"cases/{target.case}/acts", {"act": "record", "fields": {}}).status == 428
    for token in ("", "x", "x" * 43, "A" * 5000, "é".encode("latin-1").decode("latin-1"), "a b"):
        stranger = client()
        bad(stranger.get("queue", headers={"Authorization": f"Bearer {token}"}), token, [400, 401, 431])


# ---- addresses ---------------------------------------------------------------------------------------------


IDS = ["0", "-1", "+1", "01", "1.0", "1e3", "0x1", "abc", "9223372036854775808", "9" * 100, "%00", "%31%00", "%2e%2e", "..%2f",
       "%ff", "%E4%B8", "1%20", "%", "%zz", "1;2", "1'--", "*", "null", "中".encode().hex(), "4611686018427387904"]


@pytest.mark.parametrize("path", ["cases/{}", "clues/{}", "matters/{}", "cases/{}/acts", "cases/{}/next", "cases/{}/clocks",
                                  "imports/{}"])
def test_ids_that_are_none(target, unchanged, path):
    for one in IDS:
        bad(target.as_("officer").get(path.format(one)), one)


QUERIES = [
    "queue?view=", "queue?view=all", "queue?view=mine&view=unit", "queue?kind=x", "queue?limit=-1", "queue?limit=x",
    "queue?limit=1e3", "queue?limit=99999999999999999999", "queue?limit=100000", "queue?after=x", "queue?after=%00",
    "queue?after=" + "A" * 3000, "queue?foo=1", "queue?%ff=1", "queue?view=%", "queue?view=%zz", "queue?=1", "queue?view",
    "matters?party=", "matters?party=x&text=yy", "matters?text=x", "matters?text=" + "x" * 500, "matters?party=%00",
    "matters?party=%ff%fe", "matters?party=" + "%E9%95%BF" * 300, "matters?number=", "matters?campaign=",
    "matters?party=913700000000000000", "matters?text=%20%20", "matters?text=%22%7B%7D", "matters?text=%E3%80%80%E3%80%80",
    "matters?party=%22%7D%7B", "rates", "rates?from=2026-01-01", "rates?from=2026-02-01&to=2026-01-01",
    "rates?from=x&to=y", "rates?from=2026-02-30&to=2026-03-01", "rates?from=0000-01-01&to=2026-01-01",
    "rates?from=2026-01-01&to=99999-01-01", "rates?from=2026-01-01&to=2026-01-31&by=planet",
    "rates?from=2026-01-01&to=2026-01-31&lists=2", "rates?from=2026-01-01&to=2026-01-31&as_of=never",
    "rates?from=2026-01-01&to=2026-01-31&known_at=never", "cases/{case}/acts?after=x", "cases/{case}/acts?after=-1",
    "cases/{case}/acts?limit=x", "cases/{case}/acts?after=99999999999999999999", "imports/originals?after=x",
]


def test_queries_that_are_none(target, unchanged):
    odd = ("queue?limit=100000", "matters?text=%22%7B%7D", "matters?party=%22%7D%7B", "matters?text=%E3%80%80%E3%80%80",
           "matters?text=%20%20", "matters?party=913700000000000000")  # may be taken as a request for nothing
    for query in QUERIES:
        reply = target.as_("principal").get(query.format(case=target.case))
        bad(reply, query, [200, 400, 422] if query in odd else REFUSED)


def cursor(text):
    import base64
    return base64.urlsafe_b64encode(text if isinstance(text, bytes) else text.encode()).decode().rstrip("=")


def test_forged_cursors(target, unchanged):
    """A cursor is the client's to change: whatever it holds, no 5xx."""
    days = ["0", "-1", "-719162", "-719163", "-2147483648", "2147483647", "2932896", "2932897", "5000000", "x", ""]
    ids = ["0", "-1", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "x", ""]
    for view, tag in (("queue?view=mine", "m"), ("queue?view=unit", "u"), ("queue?view=waiting", "w"), ("queue?view=week", "k"),
                      ("matters?", "A"), ("matters?party=%E6%A0%B7", "P"), ("matters?number=%E6%A0%B7", "N"),
                      ("matters?text=%E6%9C%BA%E6%B2%B9", "T")):
        for day in days:
            for number in ids[:3] if day not in ("0", "x") else ids:
                for key in ("", "\0", "键", "x" * 700)[:4 if day == "0" else 1]:
                    after = cursor(f"{tag}:{day}:{number}:{key}")
                    reply = target.as_("officer").get(f"{view}&after={after}")
                    bad(reply, (view, day, number, key), [200, 400, 422])


# ---- seeded random -----------------------------------------------------------------------------------------------


JUNK = [None, True, False, 0, -1, 1, 2 ** 31, 2 ** 53, -2 ** 63, 1.5, 1e300, "", "x", " ", "\u200b", "😀" * 50, "\r\n", "'", '"',
        "{}", "%s%n", "<script>", "1; DROP TABLE act", "A" * 5000, LONG[:9000], "2026-02-30", "不能计算", [], [[]], [None],
        ["x"] * 60, {}, {"id": 1}, {"name": {}}, [{"name": "x"}] * 3, "\ud7ff", "\uffff", "\u0085", "ﷺ" * 300]

FIELDS = ["source", "discovered_on", "ip_type", "cause", "title", "summary", "parties", "campaigns", "tags", "goods", "officer",
          "co_officer", "note", "doc_no", "record_kind", "fine_fen", "days", "members", "target", "request", "measure", "granted",
          "happened_at", "hearing_on", "penalty_kinds", "amount_fen", "right_no", "urgent", "reporter"]
ACTS = ["record", "tag", "correct", "amounts", "measure_take", "extend_request", "extend_approve", "report", "review_pass",
        "notice_serve", "decide_penalty_request", "close_request", "merge_request", "reassign", "suspend_request", "archive"]


def mutate(draw, value):
    """The value with some part of it made bad."""
    value = copy.deepcopy(value)
    for _ in range(draw.randint(1, 3)):
        holders = [value] + [v for v in value.values() if isinstance(v, dict)]
        holder = draw.choice(holders)
        what = draw.random()
        if holder and what < 0.5:
            holder[draw.choice(list(holder))] = draw.choice(JUNK)
        elif holder and what < 0.65:
            holder.pop(draw.choice(list(holder)))
        else:
            holder[draw.choice(FIELDS)] = draw.choice(JUNK)
    return value


def garble(draw, data):
    data = bytearray(data)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(data) + 1)
        what = draw.random()
        if what < 0.4 and at < len(data):
            data[at] = draw.randrange(256)
        elif what < 0.7:
            data[at:at] = draw.choice([b"\0", b"\xff", b"{", b"}", b'"', b"\\", b",", b"[", b"\xe4\xb8", b"\\u12"])
        else:
            del data[at:at + draw.randint(1, 20)]
    return bytes(data)


def test_random_bodies(target, unchanged):
    draw = random.Random(SEED)
    deadline = time.monotonic() + 60
    rules = set()
    for number in range(RANDOM_BODIES):
        if draw.random() < 0.5:
            path, body = "clues", {"fields": {k: v for k, v in REGISTER.items() if k != "summary"}}  # summary is needed
        else:
            path = f"cases/{target.case}/acts"
            body = {"act": draw.choice(ACTS), "version": 999, "fields": {"note": "x", "record_kind": "其他"}}
        body = mutate(draw, body)
        if path == "clues":
            if isinstance(body.get("fields"), dict):
                body["fields"].pop("summary", None)
        elif body.get("version") not in (None, 999):
            body["version"] = 999
        sent = json.dumps(body, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")
        if draw.random() < 0.2:
            sent = garble(draw, sent)
            if path != "clues" and b"999" not in sent:
                continue
        reply = target.as_("officer").request("POST", path, sent, {"Content-Type": "application/json"})
        bad(reply, (SEED, number, path, sent[:2000]))
        rules.add(reply.problem.get("rule"))
        if time.monotonic() > deadline:
            break
    assert len(rules) > 12, rules  # not all refused at the same door


def test_random_queries(target, unchanged):
    draw = random.Random(SEED + 1)
    page = ["kind", "after", "limit"]
    names = {"queue": ["view", *page], "matters": ["party", "number", "text", "campaign", *page],
             "rates": ["from", "to", "as_of", "known_at", "by", "lists"], f"cases/{target.case}/acts": ["after", "limit"],
             f"cases/{target.case}": ["x"], "units": page}
    values = ["mine", "unit", "week", "waiting", "clue", "case", "0", "1", "50", "-1", "x", "", "2026-01-01", "2026-12-31", "样",
              "样县甲", "机油", "商标", "campaign", "officer", "%", "\0", "\ud83d", "é", "a" * 900, "'\"\\{}", "﷽", "9" * 30]
    for number in range(RANDOM_QUERIES):
        path = draw.choice(list(names))
        own = draw.sample(names[path], min(len(names[path]), draw.randint(1, 4)))
        pairs = [(n if draw.random() < 0.95 else "x", draw.choice(values)) for n in own]
        if path == "rates" and draw.random() < 0.5:
            pairs = [("from", "2026-01-01"), ("to", "2026-12-31")] + [p for p in pairs if p[0] not in ("from", "to")]
        query = "&".join(f"{n}={urllib.parse.quote(v.encode('utf-8', 'surrogatepass'))}" for n, v in pairs)
        if draw.random() < 0.1:
            query = urllib.parse.quote(garble(draw, query.encode()), safe="=&%")
        bad(target.as_("principal").get(f"{path}?{query}"), (SEED + 1, number, path, query), {200} | REFUSED)


def test_random_paths(target, unchanged):
    draw = random.Random(SEED + 2)
    parts = ["api", "v1", "cases", "clues", "acts", "1", "", ".", "..", "%2e%2e", "%2f", "%00", "%ff", "x" * 300, "中", "queue",
             "~", "sessions", "current", "livez", "*", "a;b", "'"]
    for number in range(RANDOM_PATHS):
        path = "/" + "/".join(urllib.parse.quote(draw.choice(parts), safe="%*;'~") for _ in range(draw.randint(1, 7)))
        if path in ("/livez", "/"):
            continue
        method = draw.choice(["GET", "POST", "DELETE", "PUT", "PATCH"])
        reply = target.as_("officer").request(method, path, {} if method in ("POST", "PUT", "PATCH") else None)
        assert 300 <= reply.status < 500 or (method == "GET" and reply.status == 200), (SEED + 2, number, method, path, reply)


# ---- the other side: what is right, however large, is taken or refused with a reason ------------------------------------


def test_the_largest_values_are_no_5xx(client):
    """Longest title, party and lists of rare characters, which no compression shortens: index rows have a limit."""
    draw = random.Random(SEED + 3)

    def rare(n):
        return "".join(chr(draw.randrange(0x20000, 0x2A6D0)) for _ in range(n))

    officer = client("officer")
    sizes = {"title": 300, "summary": 8000, "place": 300, "reporter": 200, "reporter_contact": 200, "right_holder": 300,
             "goods": 2000, "cause": 200, "source_detail": 200, "doc_no": 120}
    taken = 0
    for most in (1.0, 0.5, 0.25):
        for name, parties in ((300, 1), (300, 2), (200, 50), (100, 50)):
            for left_out in ((), ("title",), ("summary",)):
                fields = {**REGISTER, **{k: rare(int(n * most)) for k, n in sizes.items()},
                          "parties": [{"name": rare(int(name * most)), "kind": "企业", "address": rare(int(200 * most))}
                                      for _ in range(parties)],
                          "right_no": [rare(20) for _ in range(int(20 * most))]}
                fields = {k: v for k, v in fields.items() if k not in left_out or k == "summary"}
                if "summary" in left_out:
                    fields["summary"] = "x"
                reply = officer.post("clues", {"fields": fields})
                taken += reply.status == 201
                assert reply.status == 201 or (400 <= reply.status < 500 and reply.problem.get("field")), reply
    assert taken > 10
