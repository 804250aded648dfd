# SPDX-License-Identifier: MulanPSL-2.0
"""Two daemons, two databases: records and packages over mutual TLS, what is refused at either end, what a kill in the
middle leaves behind."""
import hashlib
import http.client
import io
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zipfile

import pytest

import harness
import pair as pairs
from hub import canonical
from walk import refused


@pytest.fixture(scope="module")
def two(postgres, scratch):
    names = ("net_market", "net_police")
    for name in names:
        postgres.copy_database(name, "ipcase_seeded")
    pair = pairs.Pair(postgres, names, scratch / "net")
    pair.start()
    yield pair
    pair.stop()
    for name in names:
        postgres.drop_database(name)


@pytest.fixture
def way(two):
    with pairs.closing(two.c1()) as one:
        yield one


# ---- the way through ---------------------------------------------------------------------------------


def test_there_and_back(two):
    with pairs.closing(two.c1(case=True)) as way:
        way.submit()
        assert two.check(way.thread) == "c1_sent"
        way.police("accept", police_receipt="公安甲", on="2026-04-02")
        assert two.check(way.thread) == "c1_accepted"
        way.police("deficient", deficiencies=["检验报告资质"], on="2026-04-02")
        way.act("officer", "supplement", on="2026-04-03", note="已补")
        two.settle()
        way.police("file", filed_no="样公(食)立字〔2026〕3号", paper_on="2026-04-06", on="2026-04-06")
        assert two.check(way.thread) == "c1_filed"
        events = [json.loads(p)["handoff_event"] for p, in two.market.hub.query(
            "SELECT payload::text FROM ipcase.act WHERE matter_id = %s AND act = 'handoff_event' ORDER BY seq", way.case)]
        assert events == ["opened", "approved", "sent", "filed"]
        # The second signatures travelled too.
        sm2 = [s.hub.query("SELECT DISTINCT r.lane, r.n, r.sm2 FROM ipcase.record r JOIN ipcase.handoff h USING (matter_id)"
                           " WHERE h.thread = %s ORDER BY r.lane, r.n", way.thread) for s in two.systems]
        assert sm2[0] == sm2[1] and {row[0] for row in sm2[0] if row[2]} == {"bureau", "police"}
    for system in two.systems:
        harness.ctl("rebuild", "--check", "--database", system.hub.owner)


def package_of(client, copy):
    package, = client.get(f"handoffs/{copy}/thread").ok()["packages"]
    return package, client.get(f"handoffs/{copy}/packages/{package['seq']}/content")


@pytest.mark.parametrize("size", [70_000, 5_500_000])
def test_a_package_arrives_byte_for_byte(two, way, size, tmp_path):
    """In one request, and in parts; a third in the other system gets the lists only."""
    way.open(copy_to=("procuratorate", "court"))
    way.approve()
    attach, data = pairs.evidence(way, size)
    way.act("officer", "submit", on="2026-04-01", attach=[attach])
    two.settle()
    assert two.check(way.thread) == "c1_sent"
    package, got = package_of(way.liaison, way.arrived())
    assert package["held"] and got.status == 200
    two.settle()
    assert [r[0] for r in two.market.hub.records(way.thread, "bureau") if r[2] == "retrieved"] == ["police"]
    assert package_of(way.as_("officer"), way.id)[1].body == got.body
    with zipfile.ZipFile(io.BytesIO(got.body)) as z:
        assert z.testzip() is None
        assert hashlib.sha256(data).digest() in {hashlib.sha256(z.read(n)).digest() for n in z.namelist()}
    court = two.police.hub.copies(way.thread)["court"]
    client = two.police.daemon.client("court")
    package, refusal = package_of(client, court)
    assert not package["held"] and refusal.status == 403 and refusal.problem["rule"] == "package-not-held"
    client.close()
    # What the other system exports, a stranger can check.
    export = tmp_path / "export.zip"
    export.write_bytes(way.liaison.get(f"handoffs/{way.arrived()}/export").body)
    trust = tmp_path / "trust.pem"
    trust.write_bytes(b"".join((s.hub.ca / "ca.pem").read_bytes() for s in two.systems))
    done = harness.run(harness.program("ipcase"), "verify", "--trust", trust, export, check=False)
    assert done.returncode == 0, done.stdout
    lanes = {n.split("-")[1] for n in zipfile.ZipFile(export).namelist() if "/records/" in n and n.endswith(".sm2")}
    assert lanes == {"bureau", "police"}, "side signatures of both go along"
    # Nothing is left of the journey, and the store knows every content by a row.
    tmp = two.police.daemon.store / "tmp"
    harness.wait_until(lambda: not list(tmp.glob("in-*")), 10, "an empty spool")
    assert two.police.hub.query("SELECT size FROM ipcase.content WHERE sha256 = %s", hashlib.sha256(data).digest()) == [(size,)]


def test_a_lost_answer_changes_nothing(two, way):
    """The record comes once more: small, and with a package that needs parts."""
    way.open()
    way.approve()
    attach, _ = pairs.evidence(way, 3_000_000)
    way.act("officer", "submit", on="2026-04-01", attach=[attach])
    two.settle()
    before = two.police.hub.records(way.thread, "police"), two.market.hub.records(way.thread, "bureau")
    sent = two.police.daemon.log().count("PUT")
    two.market.hub.query("UPDATE ipcase.outbox SET done_at = NULL, next_at = now() WHERE matter_id = %s AND to_code = 'police'", way.id)
    two.police.hub.query("UPDATE ipcase.outbox SET done_at = NULL, next_at = now() WHERE matter_id = %s", way.arrived())
    two.settle()
    assert (two.police.hub.records(way.thread, "police"), two.market.hub.records(way.thread, "bureau")) == before
    assert two.police.daemon.log().count("PUT") == sent  # nobody sent the package again
    assert two.check(way.thread) == "c1_sent"


# ---- at the door ---------------------------------------------------------------------------------------


class Caller:
    """Whoever holds these files, at the door of `system`."""

    def __init__(self, system, certificate=None, key=None, name=None, version=ssl.TLSVersion.TLSv1_3):
        self.system, self.name = system, name
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        self.context.minimum_version = self.context.maximum_version = version
        if certificate:
            self.context.load_cert_chain(certificate, key)

    def request(self, method, path, body=None):
        plain = socket.create_connection((self.system.host, self.system.port), timeout=20)
        conn = http.client.HTTPConnection(self.system.host, self.system.port, timeout=20)
        try:
            conn.sock = self.context.wrap_socket(plain, server_hostname=self.name)
            conn.request(method, f"/exchange/v1/{path}", body)
            response = conn.getresponse()
            return harness.Reply(response.status, response.headers, response.read())
        finally:
            conn.close()
            plain.close()


def organ(system, code, at=None):
    return Caller(at or system, system.hub.keys / f"{code}.pem", system.hub.keys / f"{code}.key")


@pytest.fixture
def door(two):
    """The police's own credentials, at the bureau's door."""
    return organ(two.police, "police", at=two.market)


def rule_of(reply):
    return reply.status, reply.problem["rule"]


def test_ping_says_who_you_are(two, door):
    reply = door.request("GET", "ping")
    assert reply.status == 200 and reply.json["organ"] == "police" and reply.json["name"] == "样县公安局"
    # The server answers as the organ that was asked for.
    for code in two.market.organs:
        with socket.create_connection((two.market.host, two.market.port)) as plain, \
                door.context.wrap_socket(plain, server_hostname=f"{code}.ipcase.internal") as tls:
            assert hashlib.sha256(tls.getpeercert(binary_form=True)).hexdigest() == pairs.fingerprint(
                two.market.hub.keys / f"{code}.pem")
    with pytest.raises(ssl.SSLError, match="(?i)unrecognized.name"):
        Caller(two.market, name="court.ipcase.internal").request("GET", "ping")


def forge(tmp_path, hub, code, name, *options, sign=True, ca=None):
    """A key and certificate for `code`; by the hub's own authority unless another is given."""
    folder = tmp_path / f"keys-{len(list(tmp_path.iterdir()))}"
    folder.mkdir()
    harness.ctl("key", "new", code, "--name", name, "--dir", folder)
    harness.ctl("key", "sign", "--dir", folder, "--ca", ca or hub.ca, folder / f"{code}.csr", *options)
    return folder / f"{code}.pem", folder / f"{code}.key"


def expired(tmp_path, system):
    """A certificate of the right organ by the right authority that ended last year."""
    old = tmp_path / "expired"
    old.mkdir()
    (old / "db").touch()
    (old / "serial").write_text("7A01\n")
    (old / "openssl.cnf").write_text(
        "[ca]\ndefault_ca=d\n[d]\n"
        f"database={old}/db\nserial={old}/serial\nnew_certs_dir={old}\ncertificate={system.hub.ca}/ca.pem\n"
        f"private_key={system.hub.ca}/ca.key\ndefault_md=sha256\npolicy=p\nx509_extensions=x\nunique_subject=no\n"
        "[p]\ncommonName=supplied\norganizationalUnitName=supplied\n[x]\nkeyUsage=critical,digitalSignature,nonRepudiation\n")
    harness.run("openssl", "ca", "-batch", "-notext", "-utf8", "-config", old / "openssl.cnf", "-in", system.hub.keys / "police.csr",
                "-out", old / "police.pem", "-startdate", "20240101000000Z", "-enddate", "20250101000000Z")
    return old / "police.pem", system.hub.keys / "police.key"


def refused_by_alert(caller, alert):
    """With TLS 1.3 the answer to our certificate comes with the first read; what is written before may break the connection."""
    with socket.create_connection((caller.system.host, caller.system.port), timeout=20) as plain:
        with pytest.raises(ssl.SSLError, match="(?i)" + alert):
            caller.context.wrap_socket(plain, server_hostname=caller.name).recv(1)


def test_who_may_not_knock(two, tmp_path):
    """No certificate, somebody's, one of yesterday: the handshake fails, the log says why, nothing is read."""
    hub = two.police.hub
    stranger = tmp_path / "stranger-ca"
    harness.ctl("key", "ca", "--dir", stranger, "--name", "路人")
    cases = [
        ("none", (None, None), "certificate.required", None),
        ("foreign", forge(tmp_path, hub, "police", "样县公安局", ca=stranger), "unknown.ca", "certificate-foreign"),
        ("expired", expired(tmp_path, two.police), "certificate.expired", "certificate-expired"),
    ]
    for what, files, alert, rule in cases:
        before = two.market.daemon.log().count(f"rule={rule}")
        refused_by_alert(Caller(two.market, *files), alert)
        assert not rule or two.market.daemon.log().count(f"rule={rule}") > before, what
    with pytest.raises((ssl.SSLError, ConnectionError)):
        organ_of_12 = Caller(two.market, hub.keys / "police.pem", hub.keys / "police.key", version=ssl.TLSVersion.TLSv1_2)
        organ_of_12.request("GET", "ping")
    with socket.create_connection((two.market.host, two.market.port), timeout=10) as s:
        s.sendall(b"GET /exchange/v1/ping HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"HTTP/1.1 200" not in (s.recv(1000) or b"")


def test_trusted_is_not_enough(two, tmp_path):
    """The right authority, but not the certificate that was registered, or an organ that was not."""
    hub = two.police.hub
    second = forge(tmp_path, hub, "police", "样县公安局")
    assert rule_of(Caller(two.market, *second).request("GET", "ping")) == (403, "certificate-pin")
    unknown = forge(tmp_path, hub, "somebody", "某某局")
    assert rule_of(Caller(two.market, *unknown).request("GET", "ping")) == (403, "peer-unknown")
    # An organ of this very system has no business at the door.
    assert rule_of(organ(two.market, "procuratorate").request("GET", "ping"))[0] == 403
    two.market.set_peer("police", active=False)
    assert rule_of(organ(two.police, "police", at=two.market).request("GET", "ping")) == (403, "peer-unknown")
    two.market.set_peer("police", active=True)


def parcel(records, extra=(), top=None):
    """[(body, cms)] as a caller would pack them."""
    out = io.BytesIO()
    top = top or json.loads(records[0][0])["thread"]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as z:
        for i, (body, cms) in enumerate(records, 1):
            r = json.loads(body) if body[:1] == b"{" else {"lane": "police", "kind": "filed"}
            path = f"{top}/records/{i:04}-{r['lane']}-{r['kind']}.json"
            z.writestr(path, body)
            z.writestr(path + ".p7s", cms)
        for path, data in extra:
            z.writestr(path, data)
    return out.getvalue()


def deliver(door, *records, to="bureau", **more):
    return door.request("POST", f"inbox?to={to}&history=false", parcel(records, **more))


def quarantined(system, rule, body):
    digest = hashlib.sha256(body).hexdigest()
    return [q for q in system.hub.quarantined() if q[0] == rule and q[2] == digest]


@pytest.fixture
def said(two, way):
    """A hand-over that the police have accepted and filed: what they said, as it was signed, and a way to say more."""
    way.submit()
    way.police("accept", police_receipt="公安甲", on="2026-04-02")
    real = [(body.encode(), cms) for lane, n, kind, body, cms in two.police.hub.records(way.thread, "police") if lane == "police"]

    def make(**changes):
        last = json.loads(real[-1][0])
        return canonical({**last, "act": "file", "kind": "filed", "n": last["n"] + 1, "state": "c1_filed", "sm2": None,
                          "prev": "sha256:" + hashlib.sha256(real[-1][0]).hexdigest(),
                          "fields": {"filed_no": "公(食)立字〔2026〕9号", "paper_on": "2026-04-06"}, **changes})

    return real, make, lambda body, code="police", system=two.police: (body, system.hub.sign(body, code))


def test_what_is_wrong_is_refused_with_its_rule(two, said, door, way):
    real, make, sign = said
    hub = two.market.hub
    before = hub.query("SELECT id, version, state FROM ipcase.matter ORDER BY id")
    body = make()
    cases = [
        ("replayed", real[-1], "known", None),
        ("out of order", sign(make(n=json.loads(body)["n"] + 1)), "refused", "record-gap"),
        ("wrong predecessor", sign(make(prev="sha256:" + "0" * 64)), "refused", "record-fork"),
        ("other content", sign(canonical({**json.loads(real[-1][0]), "actor": "别人", "sm2": None})), "refused", "record-fork"),
        ("side signature taken away", sign(make(sm2=json.loads(real[-1][0])["sm2"])), "refused", "signature-missing"),
        ("forged", (body, hub.sign(body, "bureau")), "refused", "certificate-organ"),
        ("altered", (make(actor="别人"), sign(body)[1]), "refused", "signature-wrong"),
        ("not ours", sign(make(to=["procuratorate"])), "refused", "record-addressee"),
        ("no such hand-over", sign(make(thread="11111111-2222-4333-8444-555555555555")), "refused", "record-thread"),
        ("not theirs to do", sign(make(act="submit", kind="submitted", side="sender", fields={})), "refused", None),
    ]
    for what, record, outcome, rule in cases:
        reply = deliver(door, record)
        assert reply.status == 200, (what, reply)
        result, = reply.json["results"]
        assert result["outcome"] == outcome and (not rule or result["rule"] == rule), (what, result)
        if outcome == "refused":
            row, = harness.wait_until(lambda: quarantined(two.market, result["rule"], record[0]), 5, what)
            assert row[1] == "network:police" and (hub.quarantine / row[3]).read_bytes() == record[0]
        assert hub.query("SELECT id, version, state FROM ipcase.matter ORDER BY id") == before, what
    assert two.check(way.thread) == "c1_accepted"


def test_a_parcel_that_is_none(two, said, door, way):
    real, make, sign = said
    hub = two.market.hub
    top = way.thread
    good = parcel([real[-1]])
    others = [(b.encode(), cms) for lane, n, kind, b, cms in hub.records(way.thread, "bureau") if lane == "bureau"]
    cases = [
        ("no ZIP", b"nothing of the kind", None),
        ("cut", good[:-30], None),
        ("a byte", good[:60] + bytes([good[60] ^ 1]) + good[61:], None),
        ("no records", parcel([], [(f"{top}/certificates/x.pem", b"x")], top=top), "parcel-form"),
        ("strange file", parcel([real[-1]], [(f"{top}/evil.sh", b"x")]), "parcel-form"),
        ("climbing", parcel([real[-1]], [(f"{top}/../x", b"x")]), None),
        ("second root", parcel([real[-1]], [("other/x", b"x")]), "parcel-form"),
        ("somebody else's record", parcel([others[0]]), "record-sender"),
        ("bomb", bomb(top), None),
    ]
    for what, data, rule in cases:
        reply = door.request("POST", "inbox?to=bureau&history=false", data)
        assert reply.status in (413, 422) and reply.problem["rule"], (what, reply)
        assert not rule or reply.problem["rule"] == rule, (what, reply)
        harness.wait_until(lambda: quarantined(two.market, reply.problem["rule"], data), 5, what)
    assert rule_of(door.request("POST", "inbox?to=court&history=false", good)) == (404, "organ-unknown")
    assert rule_of(door.request("POST", "inbox?history=false", good)) == (400, "to")
    with pytest.raises(OSError):  # cut off before it is read
        door.request("POST", "inbox?to=bureau&history=false", b"x" * (20 << 20))
    assert rule_of(door.request("POST", f"parcels/{'a' * 32}?size={1 << 50}")) == (413, "limit-bytes")
    assert rule_of(door.request("POST", f"parcels/{'../' * 8}?size=1"))[0] in (400, 404)
    assert rule_of(door.request("POST", f"inbox?to=bureau&parcel={'b' * 32}&sha256={'0' * 64}")) == (404, "no-such-upload")
    assert door.request("GET", "../../api/v1/cases").status in (400, 404)
    assert door.request("GET", "inbox").status == 405
    assert two.check(way.thread) == "c1_accepted"


def bomb(top):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(f"{top}/records/0001-police-filed.json", b"\0" * (20 << 20))
    return out.getvalue()


def test_parts_go_on_where_they_ended(two, said, door, way):
    real, make, sign = said
    data = parcel([real[-1]])
    digest, name = hashlib.sha256(data).hexdigest(), hashlib.md5(data).hexdigest()
    begin = f"parcels/{name}?size={len(data)}"
    assert door.request("POST", begin).json == {"there": 0}
    assert door.request("PUT", f"parcels/{name}?at=0", data[:500]).json == {"there": 500}
    assert door.request("PUT", f"parcels/{name}?at=0", data[:500]).json == {"there": 500}  # once more
    assert door.request("POST", begin).json == {"there": 500}
    assert rule_of(door.request("PUT", f"parcels/{name}?at=900", data[900:])) == (409, "part-order")
    inbox = f"inbox?to=bureau&history=false&parcel={name}&sha256="
    assert rule_of(door.request("POST", inbox + digest)) == (409, "upload-incomplete")
    assert rule_of(door.request("POST", inbox + digest, data)) == (400, "part-range")  # one or the other
    # Nobody else goes on with it.
    other = organ(two.market, "bureau", at=two.police)
    assert other.request("POST", begin).json == {"there": 0}
    assert door.request("PUT", f"parcels/{name}?at=500", data[500:]).json == {"there": len(data)}
    assert rule_of(door.request("POST", inbox + "0" * 64)) == (409, "parcel-damaged")
    assert door.request("POST", begin).json == {"there": 0}
    assert door.request("PUT", f"parcels/{name}?at=0", data).json == {"there": len(data)}
    assert door.request("POST", inbox + digest).json["results"][0]["outcome"] == "known"


# ---- whom we deliver to -----------------------------------------------------------------------------------


class Impostor:
    """A TLS server with any certificate, that answers everything with `reply`."""

    def __init__(self, certificate, key, reply=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.reply, self.got = reply, []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                plain, _ = self.socket.accept()
            except OSError:
                return
            try:
                plain.settimeout(5)
                with self.context.wrap_socket(plain, server_side=True) as tls:
                    self.got.append(tls.recv(65536))
                    tls.sendall(self.reply)
                    time.sleep(0.05)
            except (OSError, ssl.SSLError):
                plain.close()

    def close(self):
        self.socket.close()


def test_only_the_right_organ_gets_it(two, tmp_path):
    """Another certificate at the address, by whomever it was issued: nothing is sent, the row waits and says why."""
    hub = two.police.hub
    stranger = tmp_path / "stranger-ca"
    harness.ctl("key", "ca", "--dir", stranger, "--name", "路人")
    right = {"url": two.police.url, "pin": pairs.fingerprint(hub.keys / "police.pem")}
    second = forge(tmp_path, hub, "police", "样县公安局")
    real = hub.keys / "police.pem", hub.keys / "police.key"
    cases = [
        ("unpinned", Impostor(*second), "certificate-pin"),
        ("foreign", Impostor(*forge(tmp_path, hub, "police", "样县公安局", ca=stranger)), "certificate-foreign"),
        ("another organ", Impostor(*forge(tmp_path, hub, "somebody", "某某局")), "certificate-organ"),
        ("expired", Impostor(*expired(tmp_path, two.police)), "certificate-expired"),
        ("redirect", Impostor(*real, b"HTTP/1.1 307 X\r\nLocation: " + two.police.url.encode() + b"/\r\nContent-Length: 0\r\n\r\n"),
         "peer-broken"),
        ("nonsense", Impostor(*real), "peer-broken"),
        ("cut off", Impostor(*real, b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), "peer-broken"),
        ("endless", Impostor(*real, b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 3000000), "peer-broken"),
    ]
    way = two.c1()
    way.open()
    way.approve()
    two.market.set_peer("police", url="https://127.0.0.1:1")
    way.act("officer", "submit", on="2026-04-01")

    def waits_with(rule):
        rows = two.market.hub.query("SELECT error FROM ipcase.outbox WHERE matter_id = %s AND to_code = 'police' AND done_at IS NULL"
                                    " AND failed_at IS NULL", way.id)
        return rows and all((error or "").startswith(rule + "：") for error, in rows)

    harness.wait_until(lambda: waits_with("peer-unreachable"), 15)
    for what, server, rule in cases:
        two.market.set_peer("police", url=server.url)
        harness.wait_until(lambda: waits_with(rule), 20, f"{what}: {rule}")
        assert rule == "peer-broken" or not server.got, what
        server.close()
    two.market.set_peer("police", **right)
    two.settle()
    assert two.check(way.thread) == "c1_sent"
    way.close()


def test_a_revoked_certificate_is_refused_at_both_ends(two, way, door):
    """The list is taken with a reload, without a restart; and so is its withdrawal."""
    hub = two.police.hub
    harness.ctl("key", "revoke", "--ca", hub.ca, hub.keys / "police.pem")
    crl = two.market.hub.keys / "crl"
    crl.mkdir(exist_ok=True)
    shutil.copy(next(p for p in hub.ca.iterdir() if "crl" in p.name), crl / "police.pem")
    two.market.reload()
    refused_by_alert(door, "certificate.revoked")
    assert "rule=certificate-revoked" in two.market.daemon.log()
    way.send()
    harness.wait_until(lambda: [r for r in two.market.outbox() if (r[5] or "").startswith("certificate-revoked：")], 10)
    assert not way.arrived()
    shutil.rmtree(crl)
    two.market.reload()
    assert door.request("GET", "ping").status == 200
    two.settle()
    assert two.check(way.thread) == "c1_sent"


def test_a_broken_reload_changes_nothing(two, door):
    broken = two.market.hub.keys / "trust/broken.pem"
    broken.write_text("nothing")
    two.market.reload()
    broken.unlink()
    assert "reload_failed" in two.market.daemon.log()
    assert door.request("GET", "ping").status == 200
    two.market.reload()


def test_a_certificate_that_ends_is_said_in_time(postgres, scratch, tmp_path):
    name = "net_ending"
    postgres.copy_database(name, "ipcase_seeded")
    system = pairs.System(postgres, name, scratch / "ending", {"court": "样县人民法院"}, options={"exchange": {}})
    hub = system.hub
    harness.ctl("key", "sign", "--dir", hub.keys, "--ca", hub.ca, hub.keys / "court.csr", "--days", "12", "--replace")
    # The police elsewhere, with a pinned certificate; one more organ that is trusted; the authority's revocation list.
    other = tmp_path / "other"
    for code, days in (("police", "25"), ("bureau", "3")):
        harness.ctl("key", "new", code, "--name", f"别处的{code}", "--dir", other)
        harness.ctl("key", "sign", "--dir", other, "--ca", hub.ca, other / f"{code}.csr", "--days", days)
        shutil.copy(other / f"{code}.pem", hub.keys / "trust")
    harness.ctl("key", "revoke", "--ca", hub.ca, "--days", "9")
    (hub.keys / "crl").mkdir(exist_ok=True)
    shutil.copy(hub.ca / "crl.pem", hub.keys / "crl")
    hub.query("UPDATE ipcase.organ_peer SET way = 'network', hub_organ = NULL, inbox_unit = NULL, url = 'https://127.0.0.1:1',"
              " pin = %s WHERE code = 'police'", pairs.fingerprint(other / "police.pem"))
    hub.query("UPDATE ipcase.organ_peer SET way = 'network', hub_organ = NULL, inbox_unit = NULL, url = 'https://127.0.0.1:1',"
              " pin = %s WHERE code = 'procuratorate'", "0" * 64)
    system.daemon.options = hub.options(sweep="1s", listen=f"127.0.0.1:{system.port}")
    with system.daemon as daemon:
        def said(what):
            return [x for x in daemon.log().splitlines() if re.search(what, x)]

        wanted = [r"certificate_expires kind=own organ=court days=1[12] within=14 ",
                  r"certificate_expires kind=peer organ=police days=2[45] within=30 ",
                  r"certificate_expires kind=trusted organ=bureau days=[23] within=3 ",
                  r"revocation_list_expires issuer=.* days=[89] within=14$"]
        for what in wanted:
            harness.wait_until(lambda: said(what), 10, what)
        time.sleep(1.5)
        daemon.reload()  # the same things anew are no news
        harness.wait_until(lambda: "reloaded " in daemon.log(), 10)
        time.sleep(1.5)
        assert [len(said(what)) for what in wanted] == [1] * 4 and len(said("_expires ")) == 4
        metrics = daemon.client().get("/metrics").text
        left = {k: int(n) for k, n in re.findall(r'^ipcase_certificate_days_left\{kind="(\w+)"\} (-?\d+)$', metrics, re.M)}
        assert left["own"] in (11, 12) and left["peer"] in (24, 25) and left["trusted"] in (2, 3) and left["list"] in (8, 9)
        assert left["ca"] > 3000
        done = harness.ctl("check", "--config", daemon.config, check=False)
        lines = [x for x in done.stdout.splitlines() if x[5:].startswith("peer: ")]
        assert re.fullmatch(r"warn peer: police: its certificate ends on \d{4}-\d\d-\d\d, within 30 days", lines[0]), lines
        assert lines[1].startswith("warn peer: procuratorate: the certificate with its pin was not seen yet"), lines
        assert re.search(r"^warn bureau.pem: .*3 天预警", done.stdout, re.M), done.stdout
        assert re.search(r"^warn crl.pem: .*14 天预警", done.stdout, re.M), done.stdout
        rows = {x.split("\t")[0]: x.split("\t")[-1] for x in harness.ctl(
            "peer", "list", "--keys", hub.keys, "--database", hub.owner).stdout.splitlines()}
        bad = harness.ctl("peer", "set", "--code", "police", "--url", "https://127.0.0.1:1/x", "--database", hub.owner, check=False)
        assert bad.returncode == 1 and "https://HOST" in bad.stderr
        assert re.fullmatch(r"until \d{4}-\d\d-\d\d \(within 30 days\)", rows["police"]) and rows["procuratorate"] == "-", rows
    postgres.drop_database(name)


def test_a_door_without_a_key_does_not_open(postgres, scratch):
    with pytest.raises(AssertionError, match="start_failed"):
        harness.Daemon(postgres.url("ipcase_seeded", "ipcase_app"), scratch / "nokey",
                       {"exchange": {"listen": f"127.0.0.1:{harness.free_port()}"}}).start()


# ---- kills --------------------------------------------------------------------------------------------------------------


def test_kill_9_in_the_middle(two):
    """Either daemon dies at any moment, twelve times; in the end both have the same records, once."""
    ways = [two.c1() for _ in range(5)]
    for i, way in enumerate(ways):
        way.open()
        way.approve()
        way.attach, _ = pairs.evidence(way, 2_600_000 if i % 2 else 50_000)
    two.police.daemon.kill9()
    for way in ways:
        way.act("officer", "submit", on="2026-04-01", attach=[way.attach])
    two.police.daemon.start()
    kills = 0
    for delay in (0.05, 0.4, 0.15, 0.02, 0.3, 0.1):
        for system in two.systems:
            time.sleep(delay)
            system.daemon.kill9()
            kills += 1
            system.daemon.start()
    for way in ways:
        way.liaison.close()
        way.liaison.token = None
        way.liaison.login("police")
        way.police("accept", police_receipt="公安甲", on="2026-04-02", wait=False)
        two.market.daemon.kill9()
        kills += 1
        two.market.daemon.start()
    two.settle(60)
    assert kills >= 15
    for way in ways:
        assert two.check(way.thread) == "c1_accepted"
        kinds = [(r[0], r[2]) for r in two.market.hub.records(way.thread, "bureau")]
        assert kinds.count(("bureau", "submitted")) == kinds.count(("police", "delivered")) == kinds.count(("police", "accepted")) == 1
        copy = way.arrived()
        body = package_of(way.liaison, copy)[1].body
        assert zipfile.ZipFile(io.BytesIO(body)).testzip() is None
    two.settle()
    assert two.market.outbox() == two.police.outbox() == []
    for system in two.systems:
        harness.ctl("rebuild", "--check", "--database", system.hub.owner)
    for way in ways:
        way.walk = type(way.walk)(way.daemon)
        way.close()
