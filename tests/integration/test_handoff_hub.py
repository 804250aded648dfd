# SPDX-License-Identifier: MulanPSL-2.0
"""Hand-overs inside one hub: signed records from organ to organ, packages, paper answers, sending on, silence, and
everything that is refused at an inbox."""
import base64
import concurrent.futures
import contextlib
import datetime
import hashlib
import io
import json
import re
import os
import subprocess
import time
import urllib.parse
import uuid
import zipfile

import pytest

import harness
import hub as hubs
from hub import C1, THREE, canonical, digest, upload
from walk import refused



@pytest.fixture(scope="module")
def hub(postgres, database, scratch):
    postgres.query(database, "INSERT INTO ipcase.unit (id, parent_id, organ_id, kind, code, name, region)"
                             " VALUES (60, 1, 60, 'police', 'CITY-POLICE', '样市公安局', '512022')")
    postgres.query(database, "INSERT INTO ipcase.account (name, display_name, unit_id, roles) VALUES"
                             " ('city_police', '市公安甲', 60, '{police}')")
    postgres.query(database, "INSERT INTO ipcase.account_secret SELECT a.id, s.password_hash FROM ipcase.account a,"
                             " ipcase.account_secret s JOIN ipcase.account f ON f.id = s.account_id AND f.name = 'officer'"
                             " WHERE a.name = 'city_police'")
    hubs.OFFICERS["city-police"] = "city_police"
    one = hubs.Hub(postgres, database, scratch / f"hub-{database}", {**hubs.ORGANS, "city-police": "样市公安局"})
    harness.ctl("peer", "add", "--code", "paper-police", "--name", "某县公安局", "--kind", "police", "--way", "paper",
                "--region", "512022", "--database", one.owner)
    harness.ctl("peer", "add", "--code", "disc-police", "--name", "另县公安局", "--kind", "police", "--way", "disc",
                "--region", "512022", "--database", one.owner)
    return one


@pytest.fixture(scope="module")
def daemon(postgres, database, scratch, hub):
    # Days of the tests lie months back: a sweep would find silence everywhere. It has a daemon of its own below.
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database, hub.options(sweep="12h")) as server:
        yield server


@pytest.fixture
def c1(daemon, hub):
    one = C1(daemon, hub)
    yield one
    one.close()


# ---- the way through ---------------------------------------------------------------------------------


def test_submit_reaches_everybody_within_a_second(c1, hub):
    c1.open()
    c1.approve()
    began = time.monotonic()
    reply = c1.act("officer", "submit", on="2026-04-01")
    harness.wait_until(lambda: len(hub.copies(c1.thread)) == 3, 5)
    assert time.monotonic() - began < 1.5
    hub.settle()
    assert hub.check(c1.thread) == "c1_sent"
    body = hub.records(c1.thread, "bureau")[0][3]
    record = json.loads(body)
    # the number in the signed bytes is the one that the ledger gave
    number, = hub.query("SELECT number FROM ipcase.matter WHERE id = %s", c1.id)[0]
    assert record["number"] == reply["act"]["number"] == reply["matter"]["number"] == number
    assert record["to"] == ["police", "procuratorate"] and record["side"] == "sender" and record["state"] == "c1_sent"
    assert not {"side", "connected", "own_role", "own_organ", "thread", "case", "officer", "reporter"} & set(record["fields"])
    # receipts: one `delivered` of each, by the exchange account, in the transaction of the arrival
    kinds = [(r[0], r[2]) for r in hub.records(c1.thread, "bureau")]
    assert sorted(kinds) == [("bureau", "submitted"), ("police", "delivered"), ("procuratorate", "delivered")]
    actor, = hub.query("SELECT DISTINCT p.roles FROM ipcase.act a JOIN ipcase.account p ON p.id = a.actor_id"
                       " WHERE a.matter_id = %s", hub.copies(c1.thread)["police"])
    assert actor == (["exchange"],)


def test_the_whole_way_and_what_the_case_learns(c1, hub):
    c1.submit()
    c1.at("police", "accept", police_receipt="公安甲", on="2026-04-02")
    assert hub.check(c1.thread) == "c1_accepted"
    c1.at("police", "deficient", deficiencies=["检验报告资质"], on="2026-04-02")
    c1.act("officer", "supplement", on="2026-04-03", note="已补")
    hub.settle()
    assert hub.check(c1.thread) == "c1_accepted"
    c1.at("police", "file", filed_no="样公(食)立字〔2026〕3号", paper_on="2026-04-06", on="2026-04-06")
    assert hub.check(c1.thread) == "c1_filed"
    events = [json.loads(p)["handoff_event"] for p, in hub.query(
        "SELECT payload::text FROM ipcase.act WHERE matter_id = %s AND act = 'handoff_event' ORDER BY seq", c1.case)]
    assert events == ["opened", "approved", "sent", "filed"]
    harness.ctl("rebuild", "--check", "--database", hub.owner)


def test_an_organ_acts_for_itself_only(c1, hub):
    c1.submit()
    problem = refused(c1.act, "officer", "accept", on="2026-04-02", police_receipt="x", status=403, rule="other-organ")
    assert "对方机关" in problem.title
    police = hub.copies(c1.thread)["police"]
    refused(c1.act, "police", "submit", police, status=403)
    refused(c1.act, "police", "accept", police, happened_at="2026-04-02", status=422)
    # nor does it see the other's copy
    refused(c1.act, "police", "accept", c1.id, police_receipt="x", status=404)


def test_what_the_program_fills_in_nobody_else_does(c1, hub):
    client = c1.as_("officer")
    for field, value in (("thread", str(uuid.uuid4())), ("connected", 7), ("own_role", "police"), ("receiver", "court")):
        problem = refused(lambda f, v: client.post("handoffs", {"channel": "c1", "fields": {"peer": "police", f: v}}).ok(),
                          field, value, status=422)
        assert problem.field == f"fields.{field}"
    for peer, rule in (("bureau", "transfer-to-self"), ("Nowhere!", "organ-code"), ("nowhere", "unknown-organ")):
        refused(lambda p: client.post("handoffs", {"channel": "c1", "fields": {"peer": p}}).ok(), peer, status=422, rule=rule)
    for copies, rule in ((["police"], "copy-to-addressee"), (["court", "court"], "list-double"), (["nowhere"], "unknown-organ")):
        refused(lambda c: client.post("handoffs", {"channel": "c1", "fields": {"peer": "police", "copy_to": c}}).ok(), copies,
                status=422, rule=rule)


def test_two_at_once_get_two_numbers(daemon, hub):
    """The record is signed with the number that was next when it was read; who comes second tries again."""
    ways = [C1(daemon, hub, case=False) for _ in range(4)]
    for way in ways:
        way.open(title="并发移送", parties=[{"name": "样县乙店"}], cause="假冒注册商标")
        way.approve()

    def submit(way):
        client = daemon.client("officer")
        for _ in range(8):
            reply = client.act("handoff", way.id, "submit", happened_at="2026-04-01")
            if reply.status != 409 or reply.problem["rule"] != "number-moved":
                client.close()
                return reply.ok()["act"]["number"]
        raise AssertionError("number-moved eight times")

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(submit, ways))
    hub.settle()
    assert len(set(numbers)) == 4
    serials = sorted(int(n.partition("〕")[2][:-1]) for n, in hub.query(
        "SELECT number FROM ipcase.document WHERE paper = '市监移'"))
    assert serials == list(range(1, len(serials) + 1))
    for way, number in zip(ways, numbers):
        assert json.loads(hub.records(way.thread, "police")[0][3])["number"] == number
        way.close()


# ---- who sees what ---------------------------------------------------------------------------------------


def test_liaisons_see_their_copy_and_nothing_of_the_case(c1, hub):
    c1.submit()
    copies = hub.copies(c1.thread)
    for account, organ in (("police", "police"), ("procuratorate", "procuratorate")):
        client = c1.as_(account)
        listed = client.get("handoffs?limit=200").ok()["items"]
        assert copies[organ] in [int(row["id"]) for row in listed]
        assert all(int(row["id"]) not in (copies["bureau"],) for row in listed)
        assert client.get(f"handoffs/{copies[organ]}").ok()["id"] == str(copies[organ])
        for path in (f"cases/{c1.case}", f"clues/{c1.walk.clue}", f"handoffs/{copies['bureau']}",
                     f"handoffs/{copies['bureau']}/thread", f"handoffs/{copies['bureau']}/export",
                     f"cases/{c1.case}/materials", f"matters/{c1.case}"):
            assert client.get(path).status in (403, 404), path
        found = client.get("search?q=" + urllib.parse.quote("样县甲") + "&by=party").json.get("items", [])
        assert all(row["kind"] == "handoff" for row in found)
    assert c1.as_("court").get("handoffs").ok()["items"] == []


def test_the_list_filters(c1, hub):
    c1.submit()
    client = c1.as_("officer")

    def ids(**query):
        text = urllib.parse.urlencode(query)
        return {int(row["id"]) for row in client.get(f"handoffs?limit=200&{text}").ok()["items"]}

    mine = int(c1.id)
    assert mine in ids(side="out") and mine not in ids(side="in")
    assert mine in ids(channel="c1", peer="police", state="c1_sent") and mine not in ids(channel="c2")
    assert mine not in ids(state="c1_filed") and mine in ids(case=c1.case)
    number = client.get(f"handoffs/{mine}").ok()["handoff"]["number"]
    assert ids(number=number.replace("〔", "[").replace("〕", "]")) == {mine}


# ---- packages --------------------------------------------------------------------------------------------------


@pytest.fixture
def with_package(c1, hub):
    officer = c1.as_("officer")
    data = {"询问笔录.pdf": os.urandom(70000), "现场照片.jpg": os.urandom(300000), "执法录像.mp4": os.urandom(50000),
            "案件移送书.pdf": os.urandom(20000), "举报信.pdf": os.urandom(1000)}
    kinds = {"询问笔录.pdf": "当事人的陈述", "现场照片.jpg": "物证", "执法录像.mp4": "视听资料", "案件移送书.pdf": "执法文书",
             "举报信.pdf": "举报投诉材料"}
    c1.open()
    c1.approve()
    numbers = {}
    for name, bytes_ in data.items():
        target = f"handoffs/{c1.id}" if name == "案件移送书.pdf" else f"cases/{c1.case}"
        numbers[name] = upload(officer, target, bytes_, name, kinds[name])
    return data, numbers


def test_a_package_is_delivered_checked_and_retrieved(c1, hub, with_package, tmp_path):
    data, numbers = with_package
    attach = [str(numbers["询问笔录.pdf"]), f"case:{numbers['现场照片.jpg']}", str(numbers["执法录像.mp4"]),
              f"handoff:{numbers['案件移送书.pdf']}"]
    version = int(c1.as_("officer").get(f"handoffs/{c1.id}").ok()["version"])
    for wrong, rule in (([str(numbers["举报信.pdf"])], "protected-material"), (["99"], "no-such-material"),
                        (["x"], "material-number"), (["1", "case:1"], "material-twice")):
        refused(c1.act, "officer", "submit", on="2026-04-01", attach=wrong, status=422, rule=rule)
    assert int(c1.as_("officer").get(f"handoffs/{c1.id}").ok()["version"]) == version
    c1.act("officer", "submit", on="2026-04-01", attach=attach)
    hub.settle()
    hub.check(c1.thread)
    copies = hub.copies(c1.thread)
    thread = c1.as_("police").get(f"handoffs/{copies['police']}/thread").ok()
    package, = thread["packages"]
    seq = package["seq"]
    record = json.loads(hub.records(c1.thread, "police")[0][3])
    assert record["package"]["items"] == 4 and record["package"]["tagmanifest"] == package["tagmanifest"]
    # a third has the lists only
    refused(lambda: c1.as_("procuratorate").get(f"handoffs/{copies['procuratorate']}/packages/{seq}/content").ok(),
            status=403, rule="package-not-held")
    assert "retrieved" not in [r[2] for r in hub.records(c1.thread, "bureau")]
    got = c1.as_("police").get(f"handoffs/{copies['police']}/packages/{seq}/content")
    assert got.status == 200
    hub.settle()
    assert [r[0] for r in hub.records(c1.thread, "bureau") if r[2] == "retrieved"] == ["police"]
    again = c1.as_("police").get(f"handoffs/{copies['police']}/packages/{seq}/content")
    ours = c1.as_("officer").get(f"handoffs/{c1.id}/packages/{seq}/content")
    assert got.body == again.body == ours.body  # the same bytes for everybody, every time
    hub.settle()
    assert [r[2] for r in hub.records(c1.thread, "bureau")].count("retrieved") == 1
    check_bag(hub, got.body, tmp_path, data, ["举报信.pdf"])
    harness.ctl("rebuild", "--check", "--database", hub.owner)


def check_bag(hub, body, folder, data, absent):
    with zipfile.ZipFile(io.BytesIO(body)) as z:
        assert z.testzip() is None
        z.extractall(folder)
    bag, = folder.iterdir()
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "-c", "--quiet", manifest], cwd=bag, check=True)
    assert hub.verify((bag / "tagmanifest-sha256.txt").read_bytes(),
                      (bag / "signatures/tagmanifest-sha256.p7s").read_bytes()).returncode == 0
    held = {hashlib.sha256(p.read_bytes()).hexdigest() for p in bag.glob("data/**/*") if p.is_file()}
    for name, bytes_ in data.items():
        assert (hashlib.sha256(bytes_).hexdigest() in held) == (name not in absent), name
    text = (bag / "data/manifest.json").read_text()
    manifest = json.loads(text)
    assert "reporter" not in text and manifest["sender"]["code"] == "bureau" and manifest["suspects"]
    subprocess.run([harness.program("ipcase"), "verify", "--trust", str(hub.keys / "trust/ca.pem"), str(bag)], check=True,
                   capture_output=True, env=harness.clean_env(HOME=str(folder)))


def test_the_export_verifies_without_us(c1, hub, with_package, tmp_path):
    data, numbers = with_package
    c1.act("officer", "submit", on="2026-04-01", attach=[str(numbers["询问笔录.pdf"])])
    hub.settle()
    for organ in ("bureau", "police"):
        zip_path = tmp_path / f"{organ}.zip"
        got = c1.as_(hubs.OFFICERS[organ]).get(f"handoffs/{hub.copies(c1.thread)[organ]}/export")
        assert got.status == 200
        zip_path.write_bytes(got.body)
        done = subprocess.run([harness.program("ipcase"), "verify", "--trust", str(hub.keys / "trust/ca.pem"), str(zip_path)],
                              capture_output=True, text=True, env=harness.clean_env(HOME=str(tmp_path)))
        assert done.returncode == 0, done.stdout + done.stderr
        done = subprocess.run(["/usr/bin/python3", harness.ROOT / "tests/package/verify.py", zip_path, "--trust",
                               hub.keys / "trust/ca.pem"], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


# ---- paper -------------------------------------------------------------------------------------------------------------


def test_a_paper_answer_is_registered(c1, hub):
    c1.open(peer="paper-police")
    c1.approve()
    c1.act("officer", "submit", on="2026-04-01")
    hub.settle()
    assert set(hub.copies(c1.thread)) == {"bureau", "procuratorate"}
    refused(c1.act, "officer", "accept", on="2026-04-02", police_receipt="李某", status=422, rule="required")
    scan = upload(c1.as_("officer"), f"handoffs/{c1.id}", b"%PDF scan", "回执.pdf", "送达回证")
    refused(c1.act, "officer", "accept", on="2026-04-02", police_receipt="李某", registered_medium="纸质",
            registered_scan=scan + 5, status=422, rule="no-such-material")
    c1.act("officer", "accept", on="2026-04-02", police_receipt="李某", registered_medium="纸质", registered_scan=scan)
    hub.settle()
    record = json.loads(hub.records(c1.thread, "bureau")[-1][3])
    if record["kind"] != "accepted":
        record = json.loads([r for r in hub.records(c1.thread, "bureau") if r[2] == "accepted"][0][3])
    assert record["lane"] == "bureau" and record["side"] == "receiver"
    assert record["registered"] == {"for": "paper-police", "medium": "纸质",
                                    "scan": "sha256:" + hashlib.sha256(b"%PDF scan").hexdigest()}
    assert hub.check(c1.thread, ("bureau", "procuratorate")) == "c1_accepted"
    happened, recorded = hub.query("SELECT happened_at, recorded_at FROM ipcase.act WHERE matter_id = %s AND act = 'accept'",
                                   c1.id)[0]
    assert happened.date().isoformat() == "2026-04-02" and recorded.date() >= happened.date()


def test_for_a_disc_the_records_wait(c1, hub):
    c1.open(peer="disc-police", copy_to=["court"])
    c1.approve()
    c1.act("officer", "submit", on="2026-04-01")
    hub.settle()
    rows = hub.query("SELECT to_code, next_at = 'infinity', done_at IS NOT NULL FROM ipcase.outbox WHERE matter_id = %s"
                     " AND lane = 'bureau' AND n = 1 ORDER BY 1", c1.id)
    assert rows == [("court", False, True), ("disc-police", True, False)]


# ---- somebody joins late -----------------------------------------------------------------------------------------------


def test_sent_on_to_another_police(c1, hub):
    c1.submit()
    c1.at("police", "accept", police_receipt="甲", on="2026-04-02")
    police = hub.copies(c1.thread)["police"]
    refused(c1.act, "police", "forward", police, on="2026-04-02", peer_next="procuratorate", reason="x", status=422,
            rule="organ-takes-part")
    c1.at("police", "forward", peer_next="city-police", reason="由市局管辖", on="2026-04-02")
    organs = (*THREE, "city-police")
    assert set(hub.copies(c1.thread)) == set(organs)
    assert hub.check(c1.thread, organs) == "c1_forwarded"
    c1.at("city-police", "accept", police_receipt="乙", on="2026-04-03")
    assert hub.check(c1.thread, organs) == "c1_accepted"
    # the former one only follows
    refused(c1.act, "police", "file", police, on="2026-04-03", filed_no="x", paper_on="2026-04-03", status=403)
    c1.at("city-police", "file", filed_no="样市公立字〔2026〕1号", paper_on="2026-04-03", on="2026-04-03")
    assert hub.check(c1.thread, organs) == "c1_filed"
    harness.ctl("rebuild", "--check", "--database", hub.owner)


def test_the_procuratorate_may_come_in_later(c1, hub):
    c1.open(copy_to=["court"])
    c1.approve()
    c1.act("officer", "submit", on="2026-04-01")
    hub.settle()
    c1.at("police", "accept", police_receipt="甲", on="2026-04-02")
    c1.at("police", "not_file", paper_no="样公不立字〔2026〕1号", paper_on="2026-04-03", reason="犯罪情节显著轻微",
          on="2026-04-03")
    c1.act("officer", "supervise", on="2026-04-07", reason="应当立案", copy_to=["court", "procuratorate"])
    hub.settle()
    organs = (*THREE, "court")
    assert set(hub.copies(c1.thread)) == set(organs)
    assert hub.check(c1.thread, organs) == "c1_superv"
    c1.at("procuratorate", "demand_reasons", paper_no="样检要说〔2026〕1号", on="2026-04-08")
    assert hub.check(c1.thread, organs) == "c1_superv_expl"


# ---- silence -------------------------------------------------------------------------------------------------------------


def test_silence_becomes_one_signed_record(c1, hub, postgres, database, scratch):
    """Two daemons look for it, and it is recorded once."""
    c1.submit(on="2026-04-01")
    c1.at("police", "accept", police_receipt="甲", on="2026-04-02")
    url = postgres.url(database, "ipcase_app")
    with harness.Daemon(url, scratch / "sweep1", hub.options()), harness.Daemon(url, scratch / "sweep2", hub.options()):
        silence(c1, hub)


def silence(c1, hub):

    def silences():
        return [json.loads(r[3]) for r in hub.records(c1.thread, "bureau") if r[2] == "not-answered-in-time"]

    harness.wait_until(lambda: len(silences()) >= 4, 30, "silence")
    time.sleep(3)  # several sweeps more
    hub.settle()
    rules = [r["fields"]["clock_rule"] for r in silences()]
    assert sorted(rules) == sorted(set(rules)) and {"C1.6", "C1.6b"} <= set(rules)
    assert all(r["lane"] == "bureau" and r["side"] == "sender" for r in silences())
    assert hub.check(c1.thread) == "c1_overdue"
    hub.settle()
    # the police may still decide: nothing waits for us, nothing of theirs is closed
    c1.at("police", "file", filed_no="样公立字〔2026〕9号", paper_on="2026-06-01")
    hub.settle()
    assert hub.check(c1.thread) == "c1_filed"


# ---- refused at the inbox ----------------------------------------------------------------------------------------------


class Post:
    """Puts records past the program into the sender's outbox, as a broken or hostile peer would send them."""

    def __init__(self, c1, hub):
        self.c1, self.hub = c1, hub

    def last(self, lane):
        rows = [(n, body) for l, n, _, body, _ in self.hub.records(self.c1.thread, "bureau") if l == lane]
        return rows[-1] if rows else (0, None)

    def record(self, lane="bureau", **changes):
        """A right next record of the lane, changed."""
        n, body = self.last(lane)
        base = json.loads(self.hub.records(self.c1.thread, "bureau")[0][3])
        made = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).isoformat(timespec="microseconds")
        record = {**base, "act": "remind", "kind": "reminded", "fields": {"clock_rule": "C1.6"}, "n": n + 1, "lane": lane,
                  "prev": digest(body) if body else None, "number": None, "package": None, "seen": {}, "side": "sender",
                  "state": "c1_sent", "to": ["police", "procuratorate"], "made_at": made, "happened_at": made}
        record.update(changes)
        return canonical(record)

    def send(self, body, cms, to="police"):
        record = json.loads(body)
        matter = self.c1.id
        with contextlib.closing(self.hub.postgres.connect(self.hub.database)) as conn, conn.cursor() as cur:
            cur.execute("SET session_replication_role = replica")
            cur.execute("DELETE FROM ipcase.outbox WHERE matter_id = %s AND lane = %s AND n >= %s", (matter, record["lane"], record["n"]))
            cur.execute("DELETE FROM ipcase.record WHERE matter_id = %s AND lane = %s AND n >= %s", (matter, record["lane"], record["n"]))
            cur.execute("INSERT INTO ipcase.record (matter_id, lane, n, organ_id, unit_id, seq, ordinal, kind, body, digest, cms)"
                        " SELECT id, %s, %s, organ_id, unit_id, 1, 1000 + (SELECT count(*) FROM ipcase.record), %s, %s, sha256(%s), %s"
                        " FROM ipcase.matter WHERE id = %s", (record["lane"], record["n"], record["kind"], body.decode(), body, cms, matter))
            cur.execute("INSERT INTO ipcase.outbox (organ_id, unit_id, matter_id, lane, n, to_code) SELECT organ_id, unit_id, id, %s,"
                        " %s, %s FROM ipcase.matter WHERE id = %s RETURNING outbox.id", (record["lane"], record["n"], to, matter))
            return cur.fetchone()[0]

    def clean(self):
        """What was put there goes again, so that the copies are as before."""
        with contextlib.closing(self.hub.postgres.connect(self.hub.database)) as conn, conn.cursor() as cur:
            cur.execute("SET session_replication_role = replica")
            cur.execute("DELETE FROM ipcase.outbox WHERE matter_id = %s AND failed_at IS NOT NULL", (self.c1.id,))
            cur.execute("DELETE FROM ipcase.record WHERE matter_id = %s AND ordinal >= 1000", (self.c1.id,))


def versions(hub, thread):
    return hub.query("SELECT m.id, m.version, m.state, (SELECT count(*) FROM ipcase.record r WHERE r.matter_id = m.id AND"
                     " r.ordinal < 1000) FROM ipcase.matter m JOIN ipcase.handoff h ON h.matter_id = m.id WHERE h.thread = %s"
                     " ORDER BY 1", thread)


@pytest.fixture(scope="module")
def posted(daemon, hub):
    c1 = C1(daemon, hub)
    c1.submit()
    yield Post(c1, hub)
    c1.close()


def strangers_keys(hub, tmp_path):
    """A certificate of the same organ from somebody else's authority."""
    other = tmp_path / "other"
    harness.ctl("key", "ca", "--dir", tmp_path / "otherca", "--name", "别人的证书")
    harness.ctl("key", "new", "bureau", "--name", "样县市场监督管理局", "--dir", other)
    harness.ctl("key", "sign", "--dir", other, "--ca", tmp_path / "otherca", other / "bureau.csr")
    return other


def bad_records(post, hub, tmp_path):
    good = post.record()
    yield "forged", post.record(), hub.sign(post.record(note="anders") if False else b"{}", "bureau"), "signature-wrong"
    yield "signed by another organ", good, hub.sign(good, "court"), "certificate-organ"
    yield "foreign certificate", good, hub.sign(good, "bureau", strangers_keys(hub, tmp_path)), "certificate-foreign"
    body = post.record(to=["procuratorate"])
    yield "wrong addressee", body, hub.sign(body, "bureau"), "record-addressee"
    body = post.record(n=post.last("bureau")[0] + 2)
    yield "gap", body, hub.sign(body, "bureau"), "record-gap"
    body = post.record(prev="sha256:" + "0" * 64)
    yield "wrong predecessor", body, hub.sign(body, "bureau"), "record-fork"
    body = post.record(act="accept", kind="accepted", fields={"police_receipt": "x"}, side="receiver")
    yield "another organ's act", body, hub.sign(body, "bureau"), "record-sender"
    body = post.record(lane="court", n=1, prev=None, act="judge", kind="informed", side="third",
                       fields={"court_case_no": "1", "note": "x"})
    yield "an organ that takes no part", body, hub.sign(body, "court"), "record-sender"
    body = post.record(kind="filed")
    yield "kind and act differ", body, hub.sign(body, "bureau"), "record-malformed"
    body = post.record(fields={"clock_rule": "C1.6", "connected": 7})
    yield "our own field", body, hub.sign(body, "bureau"), "unknown-field"
    body = post.record(fields={"clock_rule": "C1.6", "reporter": "某人"})
    yield "a protected field", body, hub.sign(body, "bureau"), "unknown-field"
    body = post.record(made_at="2031-01-01T00:00:00.000000+08:00")
    yield "from the future", body, hub.sign(body, "bureau"), "record-in-the-future"
    body = post.record(thread=str(uuid.uuid4()))
    yield "no such hand-over", body, hub.sign(body, "bureau"), "record-thread"
    body = post.record(seen={"police": {"digest": "sha256:" + "1" * 64, "n": 1}})
    yield "has seen another record", body, hub.sign(body, "bureau"), "record-fork"


def test_whatever_is_wrong_is_refused_kept_and_changes_nothing(posted, hub, tmp_path):
    before = versions(hub, posted.c1.thread)
    for what, body, cms, rule in bad_records(posted, hub, tmp_path):
        outbox = posted.send(body, cms)

        def judged():
            return hub.query("SELECT failed_at IS NOT NULL, error FROM ipcase.outbox WHERE id = %s AND failed_at IS NOT NULL", outbox)

        failed = harness.wait_until(judged, 10, f"{what}: a verdict")
        assert failed[0][1].startswith(rule + "："), (what, failed)
        sha = hashlib.sha256(body).hexdigest()

        def kept():
            return [q for q in hub.quarantined() if q[0] == rule and q[2] == sha]

        row, = harness.wait_until(kept, 5, f"{what}: quarantine")
        assert row[1].startswith("hub:") and (hub.quarantine / row[3]).read_bytes() == body
        assert (hub.quarantine / f"{row[3]}.p7s").read_bytes() == cms
        assert hub.query("SELECT count(*) > 0 FROM ipcase.audit WHERE action = 'inbox' AND rule = %s", rule) == [(True,)]
        posted.clean()
        assert versions(hub, posted.c1.thread) == before, what
    rows = posted.c1.as_("admin").get("quarantine?limit=200").ok()["items"]
    assert {"signature-wrong", "record-gap", "record-fork"} <= {row["rule"] for row in rows}


def test_the_same_again_changes_nothing(posted, hub):
    """A lost reply: the record comes a second time."""
    before = versions(hub, posted.c1.thread)
    hub.query("UPDATE ipcase.outbox SET done_at = NULL, next_at = now() WHERE matter_id = %s AND lane = 'bureau' AND n = 1", posted.c1.id)
    hub.settle()
    assert versions(hub, posted.c1.thread) == before
    assert not [q for q in hub.quarantined() if q[0] == "record-pkey"]


def test_replayed_with_other_content(posted, hub):
    before = versions(hub, posted.c1.thread)
    lane, n, kind, body, cms = hub.records(posted.c1.thread, "police")[0]
    changed = canonical({**json.loads(body), "actor": "别人"})
    with contextlib.closing(hub.postgres.connect(hub.database)) as conn, conn.cursor() as cur:
        cur.execute("SET session_replication_role = replica")
        cur.execute("UPDATE ipcase.record SET body = %s, digest = sha256(%s), cms = %s WHERE matter_id = %s AND lane = 'bureau' AND n = 1",
                    (changed.decode(), changed, hub.sign(changed, "bureau"), posted.c1.id))
        cur.execute("UPDATE ipcase.outbox SET done_at = NULL, next_at = now() WHERE matter_id = %s AND lane = 'bureau' AND n = 1"
                    " AND to_code = 'police'", (posted.c1.id,))
    harness.wait_until(lambda: [q for q in hub.quarantined() if q[0] == "record-fork"
                                and q[2] == hashlib.sha256(changed).hexdigest()], 10)
    with contextlib.closing(hub.postgres.connect(hub.database)) as conn, conn.cursor() as cur:
        cur.execute("SET session_replication_role = replica")
        cur.execute("UPDATE ipcase.record SET body = %s, digest = sha256(%s), cms = %s WHERE matter_id = %s AND lane = 'bureau' AND n = 1",
                    (body, body.encode(), cms, posted.c1.id))
        cur.execute("UPDATE ipcase.outbox SET done_at = now(), failed_at = NULL WHERE matter_id = %s", (posted.c1.id,))
    assert versions(hub, posted.c1.thread) == before


# ---- keys ------------------------------------------------------------------------------------------------------------------


def test_without_a_key_nothing_is_told(postgres, database, scratch, hub, daemon):
    """Another daemon on the same database, without keys: what is told is refused, everything else goes on."""
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / "nokeys", {"exchange": {"enabled": "no"}}) as other:
        c1 = C1(other, hub)
        c1.open()
        c1.approve()
        problem = refused(c1.act, "officer", "submit", on="2026-04-01", rule="exchange-no-key")
        assert "bureau" in problem.title
        c1.close()


def test_a_revoked_certificate(postgres, hub, daemon, posted, tmp_path):
    harness.ctl("key", "revoke", "--ca", hub.ca, hub.keys / "court.pem")
    crl = next(p for p in hub.ca.iterdir() if "crl" in p.name)
    (hub.keys / "crl").mkdir(exist_ok=True)
    (hub.keys / "crl" / "ca.pem").write_bytes(crl.read_bytes())
    log = daemon.log().count("reloaded")
    daemon.reload()
    harness.wait_until(lambda: daemon.log().count("reloaded") > log, 10)
    body = posted.record(lane="court", n=1, prev=None, act="judge", kind="informed", side="third",
                         fields={"court_case_no": "1", "note": "x"})
    outbox = posted.send(body, hub.sign(body, "court"))
    failed = harness.wait_until(lambda: hub.query("SELECT error FROM ipcase.outbox WHERE id = %s AND failed_at IS NOT NULL", outbox), 10)
    posted.clean()
    assert failed[0][0].startswith("certificate-revoked"), failed
    (hub.keys / "crl" / "ca.pem").unlink()
    daemon.reload()


def test_the_figures(daemon, posted):
    def read():
        text = daemon.client().get("/metrics").text
        return {line.split()[0]: int(line.split()[1]) for line in text.splitlines()
                if line and line[0] != "#" and "{" not in line and line.split()[1].lstrip("-").isdigit()}

    harness.wait_until(lambda: read()["ipcase_outbox_failed"] == 0, 5)
    figures = read()
    assert figures["ipcase_records_delivered_total"] > 10 and figures["ipcase_records_refused_total"] > 5
    assert figures["ipcase_quarantine"] > 5
    assert figures["ipcase_outbox_failed"] == 0
    left = dict(re.findall(r'^ipcase_certificate_days_left\{kind="(\w+)"\} (-?\d+)$', daemon.client().get("/metrics").text, re.M))
    assert int(left["own"]) > 300 and int(left["ca"]) > 300


def test_check_says_what_is_wrong_with_the_exchange(daemon, hub, posted):
    def check():
        done = harness.ctl("check", "--config", daemon.config, check=False)
        return done.returncode, [line for line in done.stdout.splitlines() if "exchange" in line or "outbox" in line
                                 or "quarantine" in line or ".key" in line]

    code, lines = check()
    assert code == 0 and any("5 organs exchange hand-overs here" in line for line in lines), lines
    assert any("NEIGHBOUR".lower() in line and "no exchange account" in line for line in lines), lines
    body = posted.record(lane="court", n=1, prev=None, act="accept", kind="accepted", side="third", fields={})
    outbox = posted.send(body, hub.sign(body, "police"))
    harness.wait_until(lambda: hub.query("SELECT 1 FROM ipcase.outbox WHERE id = %s AND failed_at IS NOT NULL", outbox), 10)
    key = hub.keys / "court.key"
    key.rename(hub.keys / "court.off")
    try:
        code, lines = check()
        assert code == 1 and any("FAIL exchange: 样县人民法院 (court) has no key" in line for line in lines), lines
        assert any(line.startswith("warn outbox: hand-over") and "was refused" in line for line in lines), lines
    finally:
        (hub.keys / "court.off").rename(key)
        posted.clean()


def test_what_was_refused_is_sent_once_more(daemon, hub, posted):
    """When the reason is gone: here a certificate that the trust folder did not hold."""
    body = posted.record(lane="court", n=1, prev=None, act="judge", kind="informed", side="third",
                         fields={"court_case_no": "1", "note": "x"})
    outbox = posted.send(body, hub.sign(body, "police"))
    harness.wait_until(lambda: hub.query("SELECT 1 FROM ipcase.outbox WHERE id = %s AND failed_at IS NOT NULL", outbox), 10)
    to, tries = hub.query("SELECT to_code, tries FROM ipcase.outbox WHERE id = %s", outbox)[0]
    done = harness.ctl("peer", "retry", "--code", to, "--database", hub.owner)
    assert done.stdout == "1 records are sent once more\n"
    harness.wait_until(lambda: hub.query("SELECT 1 FROM ipcase.outbox WHERE id = %s AND tries > %s", outbox, tries), 10)
    posted.clean()
