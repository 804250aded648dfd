# SPDX-License-Identifier: MulanPSL-2.0
"""The public site: what it shows, what it refuses, what it says about itself, and that it shows nothing else."""
import csv
import datetime
import hashlib
import io
import re
import urllib.parse

import pytest

import harness
from public_site import ORGAN, Page, Records

CHINA = datetime.timezone(datetime.timedelta(hours=8))
# Everybody tests from one address.
DAEMON_OPTIONS = {"public": {"searches": 0}}


@pytest.fixture
def records(postgres, database):
    """A fresh ledger; superusers may empty it, the trigger notwithstanding."""
    conn = postgres.connect(database)
    with conn.cursor() as cur:
        cur.execute("SET session_replication_role = replica")
        cur.execute("TRUNCATE ipcase.public_record")
        cur.execute("SET session_replication_role = DEFAULT")
    yield Records(conn)
    conn.close()


def search(client, q, **more):
    return client.get("/public/search?" + urllib.parse.urlencode({"q": q, **more}))


def ids(reply):
    return [int(href.rpartition("/")[2]) for href, _ in Page(reply).check().links() if href.startswith("/public/d/")]


def ago(**span):
    return (datetime.datetime.now(CHINA) - datetime.timedelta(**span)).isoformat()


def day(**span):
    return ago(**span)[:10]


# ---- lists ----------------------------------------------------------------------------------------------------


def test_newest_first_and_page_by_page(client, records):
    pages = [records.add()[0] for _ in range(45)]
    site, path, seen = client(), "/public", []
    while path:
        reply = site.get(path)
        assert reply.status == 200
        seen.append(ids(reply))
        path = next((href for href, text in Page(reply).links() if text == "下一页"), None)
    assert [len(page) for page in seen] == [20, 20, 5]
    assert sum(seen, []) == sorted(pages, reverse=True)
    # A record that comes meanwhile moves nothing.
    second = next(href for href, text in Page(site.get("/public")).links() if text == "下一页")
    records.add()
    assert ids(site.get(second)) == seen[1]


def test_search_by_party(client, records):
    a, _ = records.add("样县万福副食店")
    b, _ = records.add("邻县ＡＢＣ（中国）有限公司")
    c, _ = records.add(["样县万福超市", "张某"])
    site = client()
    for q, want in [("样县万福副食店", [a]), ("万福", [c, a]), ("福副", [a]), ("ABC中国", [b]), ("abc(中国)有限公司", [b]),
                    ("ａｂｃ", [b]), ("万福超市张", []), ("张某", [c]), ("有限公司", [b]), ("没有这家", []),
                    ("  万福　", [c, a]), ("万%", []), ("万' OR '1'='1", []), ("店 超", []), ("\"万福\"", [c, a])]:
        reply = search(site, q)
        assert reply.status == 200, q
        assert ids(reply) == want, q
    assert ids(search(site, "万福", by="number")) == []


def test_search_looks_beyond_the_newest(client, records, postgres, database):
    """What is common fills a page from the newest two thousand; what is rare is found wherever it stands."""
    old, _ = records.add("样县独一无二商店")
    postgres.query(database, "INSERT INTO ipcase.matter (id, kind, procedure, organ_id, unit_id, state, version, title, turn, open,"
                   " opened_on) SELECT 5000000 + i, 'disclosure', 'disclosure', 10, 10, 'published', 1, '', '', true,"
                   " '2026-01-01' FROM generate_series(1, 2500) i ON CONFLICT DO NOTHING")
    postgres.query(database, "INSERT INTO ipcase.public_record (matter_id, n, from_at, organ_name, decision_no, decision_no_key, party,"
                   " party_key, decided_on, published_on, class, stop_due, summary, body, digest)"
                   " SELECT 5000000 + i, 1, '2026-01-05 10:00+08', %s, 'n', 'n' || i, 'p', '甲乙丙' || i, '2026-01-04',"
                   " '2026-01-05', '一般', '2099-12-31', '{}', 'b', sha256('b') FROM generate_series(1, 2500) i", ORGAN)
    site = client()
    assert ids(search(site, "独一无二")) == [old]
    assert len(ids(search(site, "甲乙"))) == 20
    # Beyond the first window, page by page, each once.
    path, seen = "/public/search?" + urllib.parse.urlencode({"q": "乙丙"}), []
    while path:
        reply = site.get(path)
        seen += ids(reply)
        path = next((href for href, text in Page(reply).links() if text == "下一页"), None)
    assert len(seen) == len(set(seen)) == 2500 and seen == sorted(seen, reverse=True)


def test_search_by_code_and_number(client, records):
    a, _ = records.add("甲商店", uscc="91512022MA00000001", number="样市监处罚〔2026〕12号")
    b, _ = records.add("乙商店", uscc="91512022MA0000000X 91440300192203821X", number="样市监处罚〔2026〕120号")
    c, _ = records.add("丙", uscc=None, number="邻(岳)市监罚字〔2025〕7号")
    site = client()
    for q, want in [("91512022MA00000001", [a]), ("91512022ma00000001", [a]), ("９１５１２０２２ＭＡ００００００01", [a]),
                    ("91440300192203821X", [b]), ("91512022MA99999999", []),
                    ("样市监处罚〔2026〕12号", [a]), ("样市监处罚[2026]012号", [a]), ("样市监处罚（2026）第12号", [a]),
                    ("样市监处罚〔2026〕", [b, a]), ("样市监处罚〔2026〕1号", []), ("邻（岳）市监罚字〔2025〕7号", [c]), ("〔2026〕12号", [])]:
        reply = search(site, q)
        assert reply.status == 200 and ids(reply) == want, q
    assert ids(search(site, "样市监处罚", by="number")) == [b, a]
    assert "18位" in Page(search(site, "123", by="code")).text


def test_a_query_that_is_none(client, records):
    records.add()
    site = client()
    for q, said in [("样", "两个字"), ("…", "两个字"), ("长" * 101, "短一些")]:
        page = Page(search(site, q)).check()
        assert said in page.text and not [h for h, _ in page.links() if h.startswith("/public/d/")]
    # Nothing asked: the newest. Parameters of somebody else's are nobody's business.
    assert len(ids(search(site, " "))) == 1
    assert len(ids(site.get("/public?utm_source=x&before=zzz"))) == 1
    assert site.get("/public?q=%FF").status == 400


# ---- one page -----------------------------------------------------------------------------------------------------

NASTY = "<script>alert('1')</script>\"&amp;<b>"


def test_a_decision(client, records):
    body = "样市监处罚〔2026〕12号\n\n当事人：甲商店\n  销售侵权商品。  \n样县市场监督管理局"
    page_id, _ = records.add("甲商店", number="样市监处罚〔2026〕12号", body=body, stop_due="2099-12-31",
                             summary={"party": "甲商店\n统一社会信用代码：91512022MA00000001"})
    reply = client().get(f"/public/d/{page_id}")
    page = Page(reply).check()
    items = {"".join(dt.itertext()): "".join(dd.itertext()).strip() for dt, dd in zip(page.all("dt"), page.all("dd"))}
    assert items == {"决定书文号": "样市监处罚〔2026〕12号", "当事人基本情况": "甲商店\n统一社会信用代码：91512022MA00000001",
                     "违法行为类型": "销售侵犯注册商标专用权的商品", "行政处罚内容": "罚款20000元", "作出决定机关": ORGAN,
                     "决定日期": "2026年1月4日"}
    assert "2099年12月31日" in page.text
    assert "样市监处罚〔2026〕12号" in page.one("title").text
    text = client().get(f"/public/d/{page_id}/text")
    assert text.body == body.encode() and text.headers["Content-Type"].startswith("text/plain")
    assert hashlib.sha256(text.body).hexdigest() in page.text


def test_html_in_every_field_is_text(client, records):
    page_id, _ = records.add(NASTY, number=NASTY, body=NASTY + "\n" + NASTY, organ=NASTY,
                             summary={k: NASTY for k in ("decision_no", "party", "violation", "penalty", "organ")})
    site = client()
    page = Page(site.get(f"/public/d/{page_id}")).check()
    assert page.text.count(NASTY) >= 7
    for reply in (site.get("/public"), search(site, NASTY, by="number"), search(site, "<b>\"' onfocus=x")):
        assert b"<script" not in reply.body and b"<b>" not in reply.body
        Page(reply).check()
    assert NASTY in Page(site.get("/public")).text
    found = Page(search(site, "\"><b x='"))
    assert found.check().one("input").get("value") == "\"><b x='"
    other, matter = records.add(until_at=ago(days=1), until_why=f"撤回：{NASTY}", from_at=ago(days=9))
    assert NASTY in Page(site.get(f"/public/d/{other}")).check().text


# ---- what is not there ------------------------------------------------------------------------------------------

SECRET = "独特商行"
SECRET_NO = "样市监处罚〔2026〕9988号"
TRACES = [SECRET, "9988", "91512022MA77777777", "罚款", "独特正文", "侵犯"]


def ended(records, **how):
    return records.add(SECRET, number=SECRET_NO, uscc="91512022MA77777777", body="独特正文罚款侵犯", **how)


def assert_traceless(site, page_id):
    """Nowhere is anything of it but on its own page that it is over."""
    for path in ("/public", "/public/ledger.csv", f"/public/d/{page_id}", f"/public/d/{page_id}/text",
                 "/public/search?q=91512022MA77777777", "/public/search?" + urllib.parse.urlencode({"q": "独特"})):
        reply = site.get(path)
        told = reply.text.replace('value="独特"', "").replace('value="91512022MA77777777"', "") + str(reply.headers)
        for trace in TRACES:
            assert trace not in told, (path, trace)
        if path.startswith("/public/search"):
            assert not ids(reply)


@pytest.mark.parametrize("how, title, on, reason", [
    ({"until_at": "2026-03-02T09:00:00+08:00", "until_why": "撤回：行政复议决定撤销"}, "公示已撤回", "2026年3月2日", "行政复议决定撤销"),
    ({"until_at": "2026-03-02T23:59:00+08:00", "until_why": "停止：信用修复"}, "公示已停止", "2026年3月2日", "信用修复"),
    ({"until_at": "2026-03-02T09:00:00+08:00", "until_why": "屏蔽"}, "公示已暂停", "2026年3月2日", None),
    ({"stop_due": "2026-04-05"}, "公示已停止", "2026年4月5日", "公示期满"),
])
def test_tombstones(client, records, how, title, on, reason):
    page_id, _ = ended(records, **how)
    reply = client().get(f"/public/d/{page_id}")
    assert reply.status == 410
    page = Page(reply).check()
    assert "".join(page.one("h1").itertext()) == title and on in page.text
    assert ("原因" in page.text) == bool(reason) and (not reason or reason in page.text)
    assert "noindex" in reply.headers["X-Robots-Tag"]
    assert_traceless(client(), page_id)


def test_the_last_day_is_public_and_the_next_is_not(client, records):
    today, yesterday = day(), day(days=1)
    last, _ = records.add("甲商店", stop_due=today)
    over, _ = records.add("乙商店", stop_due=yesterday)  # no sweep has come
    site = client()
    assert ids(site.get("/public")) == [last]
    assert site.get(f"/public/d/{last}").status == 200 and site.get(f"/public/d/{over}").status == 410
    assert ids(search(site, "乙商店")) == [] and ids(search(site, "商店")) == [last]


def test_not_begun_looks_like_never_was(client, records):
    coming, _ = ended(records, from_at=(datetime.datetime.now(CHINA) + datetime.timedelta(hours=1)).isoformat())
    site = client()
    replies = [site.get(f"/public/d/{n}") for n in (coming, coming + 1000, 0, "x", "-1", "01", "99999999999999999999", "%3Cb%3E")]
    assert {r.status for r in replies} == {404} and len({r.body for r in replies}) == 1
    assert len({tuple(sorted((k, v) for k, v in r.headers.items() if k not in ("X-Request-Id", "Date"))) for r in replies}) == 1
    assert_traceless(site, coming)
    Page(replies[0]).check()


def test_a_corrected_version_leads_to_the_living_one(client, records):
    first, matter = ended(records, from_at=ago(days=30), until_at=ago(days=20), until_why="更正")
    second, _ = records.add("甲商店", matter=matter, n=2, from_at=ago(days=20), until_at=ago(days=10), until_why="更正")
    third, _ = records.add("乙商店", matter=matter, n=3, from_at=ago(days=10))
    site = client()
    for page_id in (first, second):
        reply = site.get(f"/public/d/{page_id}")
        assert reply.status == 302 and reply.headers["Location"] == f"/public/d/{third}"
        assert SECRET not in reply.text and "乙商店" not in reply.text
    assert "第3版" in Page(site.get(f"/public/d/{third}")).text
    records.end(third, ago(days=1), "撤回：决定被确认违法")
    for page_id in (first, second, third):
        reply = site.get(f"/public/d/{page_id}")
        assert reply.status == 410 and "公示已撤回" in reply.text
    # Shown again after a bankruptcy's shielding: also from the old address.
    again, _ = records.add("乙商店", matter=matter, n=4, from_at=ago(hours=1))
    assert site.get(f"/public/d/{first}").headers["Location"] == f"/public/d/{again}"


# ---- what a reply says about itself -----------------------------------------------------------------------------


def test_headers(client, records):
    page_id, _ = records.add(from_at="2026-01-05T10:00:00+08:00")
    gone, _ = records.add(stop_due="2026-02-01")
    person, _ = records.add("张某", uscc=None)
    site = client()
    for path in ("/public", "/public/search?q=%E5%95%86%E8%A1%8C", f"/public/d/{page_id}", f"/public/d/{gone}", "/public/d/0",
                 "/public/ledger.csv", f"/public/d/{page_id}/text"):
        reply = site.get(path)
        assert "Set-Cookie" not in reply.headers and "WWW-Authenticate" not in reply.headers
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        policy = reply.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
    page = site.get(f"/public/d/{page_id}")
    assert page.headers["Last-Modified"] == "Mon, 05 Jan 2026 02:00:00 GMT"
    assert "unavailable_after: 2100-01-01" in page.headers["X-Robots-Tag"] and "noindex" not in page.headers["X-Robots-Tag"]
    assert "noindex" in site.get(f"/public/d/{person}").headers["X-Robots-Tag"]
    assert 'content="noindex, noarchive"' in site.get(f"/public/d/{person}").text
    cache = re.fullmatch(r"public, max-age=(\d+), s-maxage=(\d+), must-revalidate", page.headers["Cache-Control"])
    now = datetime.datetime.now(CHINA)
    left = (now.replace(hour=0, minute=0, second=0) + datetime.timedelta(days=1) - now).seconds
    assert cache[1] == cache[2] and int(cache[1]) <= min(60, left + 2)
    assert site.get("/public/d/0").headers["Cache-Control"] == "no-store"


def test_conditional_requests(client, records):
    page_id, matter = records.add()
    site, path = client(), f"/public/d/{page_id}"
    page = site.get(path)
    etag, modified = page.headers["ETag"], page.headers["Last-Modified"]
    for sent in ({"If-None-Match": etag}, {"If-None-Match": f'W/{etag}, "x"'}, {"If-None-Match": "*"},
                 {"If-Modified-Since": modified}, {"If-None-Match": etag, "If-Modified-Since": "x"}):
        reply = site.get(path, headers=sent)
        assert reply.status == 304 and reply.body == b"" and reply.headers["ETag"] == etag, sent
        assert reply.headers["Cache-Control"] == page.headers["Cache-Control"]
    for sent in ({"If-None-Match": '"x"'}, {"If-Modified-Since": "Mon, 05 Jan 2020 02:00:00 GMT"},
                 {"If-None-Match": '"x"', "If-Modified-Since": modified}):
        assert site.get(path, headers=sent).status == 200, sent
    head = site.request("HEAD", path)
    assert head.status == 200 and head.body == b"" and int(head.headers["Content-Length"]) == len(page.body)
    # Withdrawn: no cache is told that its copy is still good.
    records.end(page_id, ago(seconds=1), "撤回：决定被撤销")
    for sent in ({"If-None-Match": etag}, {"If-None-Match": "*"}, {"If-Modified-Since": modified}):
        assert site.get(path, headers=sent).status == 410


def test_robots_and_style(client):
    site = client()
    assert "Disallow: /\n" in site.get("/robots.txt").text and "Allow: /public" in site.get("/robots.txt").text
    style = site.get("/public/style.css")
    assert style.headers["Content-Type"].startswith("text/css")
    assert "@media print" in style.text and "size:A4" in style.text and "url(" not in style.text


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast(client):
    """Each text colour on each background that it can stand on."""
    css = client().get("/public/style.css").text
    texts = set(re.findall(r"[^-]color:#([0-9a-f]{6})", css))
    assert len(texts) >= 4
    for colour in texts:
        for ground in ("ffffff", "f2f2f2"):
            high, low = sorted((luminance(colour), luminance(ground)), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, (colour, ground)
    high, low = luminance("ffffff"), luminance("0b4a91")  # the button
    assert (high + 0.05) / (low + 0.05) >= 4.5


# ---- the ledger ------------------------------------------------------------------------------------------------


def ledger(site, path="/public/ledger.csv"):
    rows = []
    while path:
        reply = site.get(path)
        assert reply.status == 200 and reply.headers["Content-Type"].startswith("text/csv")
        rows += list(csv.DictReader(io.StringIO(reply.text, newline=""), strict=True))
        path = re.fullmatch(r'<([^>]*)>; rel="next"', reply.headers["Link"])[1] if "Link" in reply.headers else None
    return rows


def test_ledger(client, records):
    living, _ = records.add("=cmd|' /C calc'!A0", body="正文,\"甲\"\n乙", organ='"局",\n甲', from_at="2026-02-01T00:00:00+08:00")
    gone, _ = ended(records, from_at="2026-02-02T23:59:59+08:00", until_at="2026-03-02T09:00:00+08:00", until_why="撤回：错误")
    over, _ = ended(records, from_at="2026-02-03T09:00:00+08:00", stop_due="2026-05-05")
    fixed, _ = ended(records, from_at="2026-02-04T09:00:00+08:00", until_at="2026-03-02T09:00:00+08:00", until_why="更正")
    hidden, _ = ended(records, from_at="2026-02-05T09:00:00+08:00", until_at="2026-03-02T09:00:00+08:00", until_why="屏蔽")
    rows = {int(r["id"]): r for r in ledger(client())}
    assert list(rows) == [living, gone, over, fixed, hidden]
    assert rows[living]["sha256"] == hashlib.sha256("正文,\"甲\"\n乙".encode()).hexdigest()
    assert rows[living]["party"] == "'=cmd|' /C calc'!A0" and rows[living]["organ"] == '"局",\n甲'
    assert rows[living]["from_at"] == "2026-02-01T00:00:00+08:00" and rows[living]["ended_at"] == ""
    assert [rows[i]["state"] for i in (living, gone, over, fixed, hidden)] == \
        ["public", "withdrawn", "stopped", "corrected", "hidden"]
    assert rows[gone]["ended_at"] == "2026-03-02T09:00:00+08:00"
    assert rows[over]["ended_at"] == "2026-05-06T00:00:00+08:00"
    for i in (gone, over, fixed, hidden):
        assert all(v == "" for k, v in rows[i].items() if k not in ("id", "state", "from_at", "ended_at"))
    between = ledger(client(), "/public/ledger.csv?from=2026-02-02&until=2026-02-03")
    assert [int(r["id"]) for r in between] == [gone, over]


# ---- who may ask, how often -----------------------------------------------------------------------------------


def test_the_daemons_role_sees_nothing_but_by_the_functions(postgres, database, records):
    records.add()
    assert postgres.query(database, "SELECT count(*) FROM ipcase.public_record", role="ipcase_app") == [(0,)]
    assert len(postgres.query(database, "SELECT * FROM ipcase.public_list(now(), 9999999, 21)", role="ipcase_app")) == 1


def test_rate_guard(postgres, database, scratch, records):
    page_id, _ = records.add("甲商店")
    options = {"public": {"searches": 3, "max_age": "5s"}, "http": {"threads": 1}}
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / "guard", options) as server:
        site = server.client()
        assert [search(site, "甲商店").status for _ in range(4)] == [200, 200, 200, 429]
        refused = search(site, "甲商店")
        assert 1 <= int(refused.headers["Retry-After"]) <= 60 and refused.headers["Cache-Control"] == "no-store"
        assert "甲商店" not in Page(refused).check().text
        # A tired searcher does not lock out the others' API, nor the style sheet.
        assert site.get("/livez").status == 200 and site.get("/public/style.css").status == 200
        assert "max-age=5," in client_page(postgres, server, page_id)


def client_page(postgres, server, page_id):
    """Another address: 127.0.0.2 is loopback too."""
    import http.client
    conn = http.client.HTTPConnection(server.host, server.port, source_address=("127.0.0.2", 0))
    conn.request("GET", f"/public/d/{page_id}")
    reply = conn.getresponse()
    assert reply.status == 200
    return reply.headers["Cache-Control"]


def test_switched_off(postgres, database, scratch, records):
    page_id, _ = records.add("甲商店")
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / "off", {"public": {"enabled": "no"}}) as server:
        site = server.client()
        for path in ("/public", f"/public/d/{page_id}", "/public/search?q=x", "/public/ledger.csv"):
            reply = site.get(path)
            assert reply.status == 404 and "甲商店" not in reply.text


def test_a_page_costs_little(postgres, database, records):
    """The pages that a list, a search, a page touch do not grow with the ledger: buffers at 20,000 records."""
    with records.conn.cursor() as cur:
        cur.execute("INSERT INTO ipcase.matter (id, kind, procedure, organ_id, unit_id, state, version, title, turn, open, opened_on)"
                    " SELECT 6000000 + i, 'disclosure', 'disclosure', 10, 10, 'published', 1, '', '', true, '2026-01-01'"
                    " FROM generate_series(1, 20000) i")
        cur.execute("INSERT INTO ipcase.public_record (matter_id, n, from_at, organ_name, decision_no, decision_no_key, party, party_key,"
                    " uscc, decided_on, published_on, class, stop_due, summary, body, digest)"
                    " SELECT 6000000 + i, 1, '2026-01-05 10:00+08', %s, 'n', '样市监处罚|2026|' || i, 'p',"
                    " '样县' || chr(20000 + i %% 5000) || chr(21000 + i %% 4999) || '有限公司', 'C' || lpad(i::text, 17, '0'),"
                    " '2026-01-04', '2026-01-05', '一般', '2099-12-31', '{}', 'b', sha256('b')"
                    " FROM generate_series(1, 20000) i", (ORGAN,))
        cur.execute("VACUUM ANALYZE ipcase.public_record")
        # As in the sessions of short reads (lib/app/boot.c).
        cur.execute("SET enable_bitmapscan = off; SET random_page_cost = 1.1; SET jit = off")

        def buffers(call):
            for _ in range(2):
                cur.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT json) SELECT * FROM ipcase.{call}")
                plan = cur.fetchone()[0][0]["Plan"]
            return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], plan["Actual Rows"]

        big, now = 2 ** 62, "'2026-11-23 12:00+08'"
        rare = chr(20000 + 17) + chr(21000 + 17)
        for call, most, rows in [
                (f"public_list({now}, {big}, 21)", 60, 21),
                (f"public_list({now}, 10000, 21)", 60, 21),
                (f"public_search_code('C{7:017d}', {now}, {big}, 21)", 60, 1),
                (f"public_search_number('样市监处罚|2026|77', E'样市监处罚|2026|77\\x01', {now}, {big}, 21)", 60, 1),
                (f"public_search_party('{{有限,限公,公司}}', '有限公司', {now}, {big}, 21)", 250, 21),
                (f"public_search_party('{{{rare}}}', '{rare}', {now}, {big}, 21)", 250, 1)]:
            touched, found = buffers(call)
            assert found == rows and touched <= most, (call, touched, found)
