# SPDX-License-Identifier: MulanPSL-2.0
"""Malformed, odd, large and slow requests to the real daemon, alone and behind the shipped
nginx configuration.

What each of them does with each request stands in docs/protocol.md. These tests compare;
with RECORD=1 in the environment they write the tables there anew, to be read before they
are kept. What must hold whatever is recorded is asserted here.
"""
import concurrent.futures
import contextlib
import os
import pathlib
import re
import shutil
import ssl
import time

import pytest

import harness
from front import (HIDDEN, HIDDEN_LOG, HOST, NGINX, PROBE, Direct, Front, SocketDaemon, make_certificates, observe,
                   request, trickle)
from front_cases import CATALOGUE, MORE, ORDINARY, SIZES, get, post
from front_h2 import exchange

DOCUMENT = harness.ROOT / "docs/protocol.md"
RECORD = os.environ.get("RECORD") == "1"
DAEMON_OPTIONS = {"http": {"trusted_proxies": "127.0.0.1"}}
SHORT = {"http": {"request_timeout": "1s", "idle_timeout": "1s"}}
SHORT_FRONT = [("client_header_timeout 10s", "client_header_timeout 1s"),
               ("client_body_timeout 15s", "client_body_timeout 1s"),
               (" keepalive_timeout 65s", " keepalive_timeout 1s")]

# Malformed, and refused by neither. nginx writes the request anew, so the daemon behind it
# sees a good one; a further proxy in front of nginx must not be more lenient than nginx.
ACCEPTED_BY_BOTH = {
    "bare LF line ends",
    "bare LF after the field line of Content-Length",
    "bare LF after a chunk size",
    "bare LF after chunk data",
}
# Refused by the daemon alone, but written anew by nginx and then good.
MENDED_BY_NGINX = {
    "field without colon",  # becomes a field with an empty value
    "two blanks before the version",
}

pytestmark = pytest.mark.skipif(not NGINX or not shutil.which("openssl"), reason="nginx or openssl is missing")


# --- the servers ------------------------------------------------------------


@pytest.fixture(scope="module")
def tls(scratch):
    folder = scratch / "front-tls"
    folder.mkdir()
    make_certificates(folder)
    return folder


@pytest.fixture(scope="module")
def servers(postgres, database, scratch):
    """Makes daemons on the module's database and fronts; stops them all."""
    made = contextlib.ExitStack()
    number = iter(range(100))

    def daemon(kind, options=None):
        one = kind(postgres.url(database, "ipcase_app"), scratch / f"front-{next(number)}", options)
        made.callback(lambda: stop_well(one))
        one.start()
        return one

    def front(*args):
        one = Front(scratch / f"front-{next(number)}", *args)
        made.callback(one.close)
        return one

    with made:
        yield daemon, front


def stop_well(daemon):
    code = daemon.stop()
    assert code in (0, None), f"ipcased ended with {code}:\n{daemon.log_tail()}"


@pytest.fixture(scope="module")
def behind(servers):
    return servers[0](SocketDaemon, {"http": {"trusted_proxies": "unix"}})


@pytest.fixture(scope="module")
def front(servers, behind, tls):
    return servers[1](tls, f"unix:{behind.path}")


@pytest.fixture(scope="module")
def direct(daemon):
    return Direct(daemon)


# --- the record -------------------------------------------------------------


def check(section, head, rows):
    """The table between the section's marks in the document; RECORD=1 replaces it."""
    lines = ["| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows]]
    text = DOCUMENT.read_text()
    pattern = rf"(<!-- {section} -->\n).*?(<!-- end -->)"
    assert re.search(pattern, text, re.S), f"{DOCUMENT.name} has no section {section}"
    if RECORD:
        table = "\n".join(lines) + "\n"
        DOCUMENT.write_text(re.sub(pattern, lambda m: m[1] + table + m[2], text, flags=re.S))
        return
    recorded = re.search(pattern, text, re.S)[0].split("\n")[1:-1]
    assert lines == recorded, "not as recorded; RECORD=1 writes the table anew"


def both(direct, front, cases):
    """{name: (what the daemon did, what the two did)}, several at a time."""
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        # Sources differ, so that nginx's limits of one address stay out of it.
        started = {c.name: [pool.submit(observe, target, c.send, c.heads, f"127.0.1.{i + 1}")
                            for target in (direct, front)] for i, c in enumerate(cases)}
        return {name: tuple(f.result() for f in futures) for name, futures in started.items()}


def refusers(alone, through):
    if not alone.refused:
        return "**nginx only**" if through.refused else "nobody"
    if not through.refused:
        return "daemon, when alone"
    return "daemon" if through.by_daemon[0] else "both"


def rows_of(seen):
    for name, (alone, through) in seen.items():
        yield [name, alone.text(), through.text()]


# --- the catalogue ----------------------------------------------------------


@pytest.fixture(scope="module")
def catalogue_seen(direct, front):
    return both(direct, front, CATALOGUE + MORE)


MALFORMED = [c.name for c in CATALOGUE + MORE if c.malformed]


def test_names_are_unique():
    names = [c.name for c in CATALOGUE + MORE + ORDINARY + SIZES]
    assert len(names) == len(set(names))
    assert ACCEPTED_BY_BOTH | MENDED_BY_NGINX <= set(MALFORMED)


def test_catalogue_is_as_recorded(catalogue_seen):
    check("catalogue", ["request", "daemon alone", "through nginx", "refused by"],
          [[name, alone.text(), through.text(),
            refusers(alone, through) if name in MALFORMED else "(lawful) " + refusers(alone, through)]
           for name, (alone, through) in catalogue_seen.items()])


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_is_refused_by_one_of_both(catalogue_seen, name):
    alone, through = catalogue_seen[name]
    assert (alone.refused or through.refused) != (name in ACCEPTED_BY_BOTH)


@pytest.mark.parametrize("name", MALFORMED)
def test_refused_behind_nginx(catalogue_seen, name):
    """What counts on a network: the two together."""
    through = catalogue_seen[name][1]
    assert through.refused != (name in ACCEPTED_BY_BOTH | MENDED_BY_NGINX)


@pytest.mark.parametrize("case", CATALOGUE + MORE, ids=lambda c: c.name)
def test_no_hidden_request_is_answered(catalogue_seen, case):
    alone, through = catalogue_seen[case.name]
    assert not alone.hidden and not through.hidden
    assert len(through.statuses) <= 1 + case.send.count(PROBE[:PROBE.index(b"\r\n\r\n")])


@pytest.mark.parametrize("name", MALFORMED)
def test_the_daemon_closes_what_it_refuses(catalogue_seen, name):
    alone, _ = catalogue_seen[name]
    # A path that cannot be decoded is no matter of framing: the connection stays in step.
    assert not alone.refused or alone.closed or name.endswith("in the target") or name == "path above the root"


# --- ordinary, large ----------------------------------------------------------


def test_ordinary_requests_are_as_recorded(direct, front):
    seen = both(direct, front, ORDINARY)
    assert not any(one.hidden for pair in seen.values() for one in pair)
    check("ordinary", ["request", "daemon alone", "through nginx"], rows_of(seen))


def test_sizes_are_as_recorded(direct, front, daemon, behind):
    seen = both(direct, front, SIZES)
    check("sizes", ["request", "daemon alone", "through nginx"], rows_of(seen))
    for one in (daemon, behind):
        if harness.BIN.name != "asan":
            status = pathlib.Path(f"/proc/{one.process.pid}/status").read_text()
            assert int(re.search(r"VmHWM:\s+(\d+)", status)[1]) < 256 * 1024


# --- slow, idle -----------------------------------------------------------------


SLOW = {
    "connects and says nothing": ("raw", b"", b"", b""),
    "a header, byte by byte": ("connect", b"", b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-A: ", b"a"),
    "a header, byte by byte, after a good request": ("connect", PROBE, b"GET /livez HTTP/1.1\r\nX-A: ", b"a"),
    "a header that stops": ("connect", b"", b"GET /livez HTTP/1.1\r\n", b""),
    "a body that stops": ("connect", b"", post(b"Content-Length: 1000\r\n", b"x"), b""),
    "a body, byte by byte": ("connect", b"", post(b"Content-Length: 1000\r\n", b"x"), b"x"),
    "a chunked body, byte by byte": ("connect", b"", post(b"Transfer-Encoding: chunked\r\n", b""), b"1\r\nx\r\n"),
    "idle after a good request": ("connect", PROBE, b"", b""),
}


def slow(target, how, before, first, piece):
    wire = getattr(target, how)("127.0.2.1")
    try:
        if before:
            wire.send(before)
            assert wire.reply().status == 200
        took = trickle(wire, first, piece)
        if took is None:
            return "goes on"
        reply = wire.reply() if wire.buffer else None
        # The stop is noted a moment after the answer.
        return (f"{reply.status}, " if reply else "no answer, ") + ("closed" if wire.is_closed() else "kept")
    finally:
        wire.close()


def test_slow_clients_are_cut_and_others_served(servers, tls):
    daemon = servers[0](harness.Daemon, SHORT)
    behind = servers[0](SocketDaemon, SHORT)
    targets = [Direct(daemon), servers[1](tls, f"unix:{behind.path}", SHORT_FRONT)]
    idle = [t.raw(f"127.0.3.{i % 8 + 1}") for i in range(100) for t in targets]
    with concurrent.futures.ThreadPoolExecutor(2 * len(SLOW)) as pool:
        running = {name: [pool.submit(slow, t, *how) for t in targets] for name, how in SLOW.items()}
        for _ in range(5):
            for target in targets:
                began = time.monotonic()
                assert request(target, source="127.0.4.1").status == 200
                assert time.monotonic() - began < 2
            time.sleep(0.2)
        rows = [[name, *(f.result() for f in futures)] for name, futures in running.items()]
    for wire in idle:
        assert wire.is_closed(5)
        wire.close()
    check("slow", ["client", "daemon alone", "through nginx"], rows)
    for name, alone, through in rows:
        assert alone.endswith("closed"), name
        # An honest exception: nginx limits each pause of a body, not the whole.
        assert through.endswith("closed") or name.endswith("body, byte by byte"), name
    # Whatever they did, the daemon behind nginx saw the good ones only.
    assert "route=/api/v1/clues" not in behind.log()


# --- HTTP/2 and TLS -----------------------------------------------------------


def h2(path=b"/livez", *more, method=b"GET", authority=b"localhost"):
    return [(b":method", method), (b":scheme", b"https"), (b":path", path), (b":authority", authority), *more]


END = b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
HIDDEN_LINES = b"GET " + HIDDEN + END
CLUES = b"/api/v1/clues"
H2 = {
    "GET": (h2(), None),
    "POST": (h2(CLUES, (b"content-length", b"5"), method=b"POST"), b"hello"),
    "POST without length": (h2(CLUES, method=b"POST"), b"hello"),
    "content-length shorter than the data": (
        h2(CLUES, (b"content-length", b"0"), method=b"POST"), HIDDEN_LINES),
    "content-length longer than the data": (h2(CLUES, (b"content-length", b"99"), method=b"POST"), b"hello"),
    "two content-length": (
        h2(CLUES, (b"content-length", b"0"), (b"content-length", b"%d" % len(HIDDEN_LINES)), method=b"POST"),
        HIDDEN_LINES),
    "content-length: +5": (h2(CLUES, (b"content-length", b"+5"), method=b"POST"), b"hello"),
    "transfer-encoding: chunked": (
        h2(CLUES, (b"transfer-encoding", b"chunked"), method=b"POST"), b"0\r\n\r\n" + HIDDEN_LINES),
    "line end in a value": (h2(b"/livez", (b"x-a", b"b\r\n\r\n" + HIDDEN_LINES)), None),
    "bare LF in a value": (h2(b"/livez", (b"x-a", b"b\nTransfer-Encoding: chunked")), None),
    "NUL in a value": (h2(b"/livez", (b"x-a", b"a\0b")), None),
    "line end in a name": (h2(b"/livez", (b"x: a\r\n\r\n" + HIDDEN_LINES + b"x", b"b")), None),
    "capital in a name": (h2(b"/livez", (b"X-A", b"b")), None),
    "colon in a name": (h2(b"/livez", (b"transfer-encoding: chunked\r\nx", b"b")), None),
    "line end in :path": (h2(b"/livez" + END + HIDDEN_LINES), None),
    "blank in :path": (h2(b"/livez HTTP/1.1"), None),
    "line end in :method": (h2(method=b"GET /livez" + END + b"GET"), None),
    "line end in :authority": (h2(authority=b"localhost\r\n\r\n" + HIDDEN_LINES), None),
    "path in :authority": (h2(authority=b"localhost/a"), None),
    "two :path": ([*h2(), (b":path", HIDDEN)], None),
    ":path after a field": ([*h2()[:2], (b"x-a", b"b"), *h2()[2:]], None),
    "no :path": ([f for f in h2() if f[0] != b":path"], None),
    "host unlike :authority": (h2(b"/livez", (b"host", b"other")), None),
    "CONNECT": ([(b":method", b"CONNECT"), (b":authority", b"localhost:80")], None),
}


def test_http_2_is_as_recorded(front, behind):
    rows = []
    for name, (fields, body) in H2.items():
        wire = front.connect("127.0.5.1", protocols=["h2"])
        try:
            assert wire.sock.version() == "TLSv1.3"
            assert wire.sock.selected_alpn_protocol() == "h2"
            address = wire.sock.getsockname()
            outcome, got = exchange(wire, fields, body)
        finally:
            wire.close()
        assert b"<!DOCTYPE" not in got, name
        if isinstance(outcome, int):
            who = harness.wait_until(lambda: front.who(address), 5, "nginx's log line")
            assert len(who) == 1, name
            outcome = f"{outcome} ({'daemon' if who[0][1] else 'nginx'})"
        rows.append([name, outcome])
    check("http2", ["request", "answer"], rows)
    assert HIDDEN_LOG not in behind.log()


def test_an_ordinary_client_uses_http_2(front, tls):
    curl = shutil.which("curl")
    if not curl or "HTTP2" not in harness.run(curl, "-q", "-V").stdout:
        pytest.skip("no curl with HTTP/2")
    done = harness.run(curl, "-q", "-sS", "--noproxy", "*", "--http2", "--cacert", tls / "front-ca.pem",
                       "--resolve", f"{HOST}:{front.port}:127.0.0.1", "-w", "\n%{http_version} %{http_code}",
                       f"https://{HOST}:{front.port}/livez")
    assert done.stdout == '{"live":true}\n2 200'


@pytest.mark.parametrize("door", ["port", "partner_port"])
def test_tls_1_3_only(front, door):
    port = getattr(front, door)
    wire = front.connect(port=port)
    assert wire.sock.version() == "TLSv1.3"
    wire.close()
    old = front.context()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION|protocol version"):
        front.connect(port=port, context=old)


def test_plain_text_on_the_tls_port(front):
    wire = front.raw()
    wire.send(get())
    assert wire.reply().status == 400
    assert wire.is_closed()


def show_certificate(front, name):
    """The answer to a partner with that certificate, and the reason in nginx's log."""
    logged = len(front.errors())
    reply = request(front, path="/api/v1/me", port=front.partner_port,
                    context=front.context(None if name == "none" else name))
    said = re.search(r"certificate verify error: \(\d+:([^)]*)\)|(client sent no required SSL certificate)",
                     front.errors()[logged:])
    assert bool(said) == (reply.status == 400), name
    return reply.status, next(filter(None, said.groups())) if said else "-"


def test_partner_certificates(servers, front, behind, tls):
    """A handshake of TLS 1.3 ends before the certificate is judged: the refusal is a 400, its
    reason is in nginx's log. 401 is the daemon, which wants a login."""
    listed = servers[1](tls, f"unix:{behind.path}", [(f"#ssl_crl {tls}/", f"ssl_crl {tls}/")])
    before = behind.log().count("route=/api/v1/me")
    rows = []
    for name in ("none", "self-signed", "other-authority", "expired", "future", "wrong-purpose", "revoked", "partner"):
        (status, reason), (status_listed, reason_listed) = show_certificate(front, name), show_certificate(listed, name)
        assert status == (401 if name in ("revoked", "partner") else 400), name
        assert status_listed == (401 if name == "partner" else 400), name
        rows.append([name, str(status), reason, str(status_listed), reason_listed])
    check("certificates", ["certificate", "as shipped", "reason logged", "with `ssl_crl`", "reason logged"], rows)
    assert behind.log().count("route=/api/v1/me") == before + 3


def test_partners_see_the_interface_only(front):
    for path in ("/", "/livez", "/metrics", "/api/v1", "/api/v1/../../metrics", "/api/v1/%2e%2e/%2e%2e/metrics"):
        reply = request(front, path=path, port=front.partner_port, context=front.context("partner"))
        assert reply.status in (301, 400, 404), path
        assert reply.field("location") in (None, "/api/v1/")
        assert b"ipcase_" not in reply.body, path


# --- who asks -------------------------------------------------------------------

FORGED = b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Request-Id: chosen\r\n"


def line_of(daemon, reply):
    """The daemon's log line of the request that was answered so."""
    wanted = f" id={reply.field('x-request-id')} "
    return harness.wait_until(lambda: next((x for x in daemon.log().splitlines() if wanted in x), None),
                              5, "the log line")


def test_a_stranger_cannot_name_another_address(direct, daemon):
    reply = request(direct, fields=FORGED, source="127.0.0.2")
    assert " peer=127.0.0.2 " in line_of(daemon, reply)
    assert reply.field("x-request-id") != "chosen"
    assert reply.field("strict-transport-security") is None
    # From the proxy's address it is believed.
    assert " peer=203.0.113.9 " in line_of(daemon, request(direct, fields=FORGED))


def test_nor_through_nginx_on_loopback(servers, tls, daemon):
    front = servers[1](tls, f"{daemon.host}:{daemon.port}")
    for fields in (FORGED, FORGED.replace(b"X-Forwarded-For", b"X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-For")):
        reply = request(front, fields=fields, source="127.0.0.3")
        assert " peer=127.0.0.3 " in line_of(daemon, reply)
        assert re.fullmatch(r"[0-9a-f]{32}", reply.field("x-request-id"))
        harness.wait_until(lambda: reply.field("x-request-id") in front.log(), 5, "nginx's log line")


def test_nor_through_nginx_on_the_socket(front, behind):
    reply = request(front, fields=FORGED, source="127.0.0.3")
    assert " peer=127.0.0.3 " in line_of(behind, reply)
    assert re.fullmatch(r"[0-9a-f]{32}", reply.field("x-request-id"))


@pytest.mark.parametrize("path", [
    "/metrics", "/metrics?a=1", "/%6detrics", "/m%65trics", "/./metrics", "/x/../metrics", "//metrics", "/metrics/",
    "/metrics//", "/metrics/.", "/metrics%00", "/metrics%2f", "/%2fmetrics", "/metrics;a", "/metrics%20",
    "/x%2f..%2fmetrics", "/\\metrics", f"https://{HOST}/metrics", f"https://{HOST}//metrics", "/METRICS", "/livez#/metrics",
])
def test_metrics_are_for_the_machine_only(front, path):
    reply = request(front, path=path, source="127.0.0.9")
    assert reply.status != 200 or path == "/livez#/metrics"
    assert b"ipcase_" not in reply.body


def test_metrics_answer_the_machine(front):
    assert b"ipcase_" in request(front, path="/metrics").body


def test_logins_are_counted_over_both_doors(front):
    statuses = []
    for i in range(30):
        door = {"port": front.partner_port, "context": front.context("partner")} if i % 2 else {}
        statuses.append(request(front, "POST", "/api/v1/sessions", body=b"x", source="127.0.0.7", **door).status)
    assert set(statuses) == {400, 503}
    assert statuses.count(400) <= 25


def test_connections_of_one_address_are_limited(front):
    """Requests whose body does not come: the 65th at a time is refused, other places are not."""
    wires = [front.connect("127.0.0.8") for _ in range(66)]
    try:
        for wire in wires:
            wire.send(post(b"Content-Length: 10\r\n", b"x"))
        assert harness.wait_until(lambda: [w for w in wires if w.buffer or w.fill(0.01)], 5, "a refusal")
        assert request(front, source="127.0.0.8").status == 503
        assert request(front, source="127.0.0.9").status == 200
    finally:
        for wire in wires:
            wire.close()


# --- the end ----------------------------------------------------------------------


def test_a_restarted_daemon_is_found_again(front, behind):
    assert request(front).status == 200
    behind.restart()
    assert [request(front).status for _ in range(5)] == [200] * 5


def test_no_hidden_request_reached_a_handler(daemon, behind, catalogue_seen):
    """The daemons' own word for it: nobody asked for the page in all of the above."""
    assert HIDDEN_LOG not in daemon.log()
    assert HIDDEN_LOG not in behind.log()
    request(Direct(daemon), path="/")
    harness.wait_until(lambda: HIDDEN_LOG in daemon.log(), 5, "the control")
