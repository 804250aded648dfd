# SPDX-License-Identifier: MulanPSL-2.0
"""Replies, slow peers, limits, overload, drain, TLS, Unix sockets."""

import os
import socket
import ssl
import subprocess
import time

import pytest

from catalogue import get, post
from wire import Probe, Wire, probe_binary, wait_until

# --- replies -----------------------------------------------------------------


def test_standard_fields(shared_probe):
    reply = shared_probe.get(b"/hello")
    assert reply.body == b"hello\n"
    assert reply.field("content-length") == "6"
    assert reply.field("content-type") == "text/plain; charset=utf-8"
    assert reply.field("x-content-type-options") == "nosniff"
    assert reply.field("cache-control") == "no-store"
    assert reply.field("date").endswith(" GMT")
    assert len(reply.field("x-request-id")) == 16
    assert reply.field("connection") == "close"
    html = shared_probe.get(b"/html")
    assert "default-src" in html.field("content-security-policy")
    assert html.field("x-frame-options") == "DENY"
    assert shared_probe.get(b"/hello").field("x-request-id") != reply.field("x-request-id")


def test_head_tells_the_length(shared_probe):
    wire = shared_probe.connect()
    wire.send(b"HEAD /big?bytes=6400 HTTP/1.1\r\nHost: localhost\r\n\r\n" + get(b"/hello"))
    assert wire.reply(head=True).field("content-length") == "6400"
    assert wire.reply().body == b"hello\n"
    wire.close()


def test_allow(shared_probe):
    wire = shared_probe.connect()
    wire.send(b"DELETE /echo HTTP/1.1\r\nHost: localhost\r\n\r\n")
    reply = wire.reply()
    assert reply.status == 405
    assert reply.field("allow") == "POST, PUT, OPTIONS"
    wire.close()


def test_parameters_are_decoded(shared_probe):
    reply = shared_probe.get("/items/%E4%B9%90%20%3F?name=%E5%90%8D+%2B&x".encode())
    assert reply.body.decode() == "GET 乐 ?\nname=名 +\nx=\n"


def test_reply_fields_cannot_be_injected(shared_probe):
    reply = shared_probe.get(b"/inject")
    assert reply.status == 200
    assert reply.field("x-good") == "yes"
    assert reply.field("set-cookie") is None
    assert reply.field("location") is None


def test_big_reply_and_big_body(shared_probe):
    reply = shared_probe.get(b"/big?bytes=8000000")
    assert len(reply.body) == 8000000
    body = os.urandom(1024 * 1024)
    wire = shared_probe.connect()
    wire.send(post(b"Content-Length: %d\r\n" % len(body), body) + get(b"/hello"))
    assert wire.reply().body == body
    assert wire.reply().status == 200
    wire.close()
    assert shared_probe.get(b"/big?bytes=20000000").status == 500  # over max_reply


def test_expect_100_continue(shared_probe):
    wire = shared_probe.connect()
    wire.send(post(b"Content-Length: 5\r\nExpect: 100-continue\r\n", b""))
    wire.fill(2)
    assert wire.buffer.startswith(b"HTTP/1.1 100 ")
    wire.buffer = wire.buffer.split(b"\r\n\r\n", 1)[1]
    wire.send(b"hello")
    assert wire.reply().body == b"hello"
    wire.close()


# --- waiting -----------------------------------------------------------------


def test_late_reply_and_pipelining_behind_it(shared_probe):
    wire = shared_probe.connect()
    wire.send(get(b"/slow?ms=100") + get(b"/hello"))
    assert wire.reply().body == b"rested\n"
    assert wire.reply().body == b"hello\n"
    wire.close()


def test_task_deadline_answers_504(start_probe):
    probe = start_probe("--task-ms", "200")
    wire = probe.connect()
    wire.send(get(b"/slow") + get(b"/hello"))
    reply = wire.reply()
    assert reply.status == 504
    assert reply.json()["type"].endswith(":timeout")
    assert reply.field("retry-after") == "1"
    assert wire.reply().status == 200  # the connection goes on
    wire.close()


def test_client_leaves_while_waiting(start_probe):
    probe = start_probe("--task-ms", "500")
    for i in range(20):
        wire = probe.connect()
        wire.send(get(b"/slow?ms=200") if i % 2 else get(b"/slow"))
        if i % 3 == 0:  # reset instead of an orderly end
            wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        time.sleep(0.01)
        wire.close()
    wait_until(lambda: probe.stats()["in_flight"] <= 1, what="requests to end")
    wait_until(lambda: probe.stats()["connections"] <= 2, what="connections to end")
    assert probe.get(b"/hello").status == 200


def test_idle_connection_is_closed(start_probe):
    probe = start_probe("--idle-ms", "300", "--read-ms", "60000")
    wire = probe.connect()
    wire.send(get(b"/hello"))
    assert wire.reply().status == 200
    began = time.monotonic()
    assert wire.is_closed(5)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("first", [b"", get(b"/hello")], ids=["new", "kept"])
def test_slow_header_is_cut(start_probe, first):
    """One byte now and then keeps evhttp's own limit from ever passing."""
    probe = start_probe("--read-ms", "800", "--idle-ms", "400")
    wire = probe.connect()
    if first:
        wire.send(first)
        assert wire.reply().status == 200
    began = time.monotonic()
    wire.send(b"GET /hello HTTP/1.1\r\n")
    while time.monotonic() - began < 6 and not wire.eof:
        wire.send(b"X")
        wire.fill(0.1)
    assert wire.eof
    assert time.monotonic() - began < 4
    assert probe.stats()["cut_reading"] == 1


def test_slow_body_is_cut(start_probe):
    probe = start_probe("--read-ms", "800", "--idle-ms", "400")
    wire = probe.connect()
    wire.send(post(b"Content-Length: 1000\r\n", b""))
    began = time.monotonic()
    while time.monotonic() - began < 6 and not wire.eof:
        wire.send(b"x")
        wire.fill(0.1)
    assert wire.eof
    assert probe.stats()["cut_reading"] == 1


def test_slow_reader_is_cut(start_probe):
    probe = start_probe("--write-ms", "500", "--idle-ms", "60000")
    wire = probe.connect()
    wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    wire.send(get(b"/big?bytes=12000000"))
    wait_until(lambda: probe.stats()["cut_writing"] == 1, what="the cut")
    wait_until(lambda: probe.stats()["connections"] == 1, what="the end")
    wire.close()


def test_junk_behind_a_stalled_reply_does_not_fill_memory(start_probe):
    probe = start_probe()
    wire = probe.connect()
    wire.send(get(b"/big?bytes=12000000"))
    time.sleep(0.2)
    before = probe.rss_kb()
    wire.sock.settimeout(0.5)
    sent = 0
    try:
        while sent < 100 * 1024 * 1024:
            sent += wire.sock.send(b"x" * 65536)
    except (TimeoutError, socket.timeout):
        pass
    assert sent < 40 * 1024 * 1024  # the sender was stopped
    assert probe.rss_kb() - before < 30 * 1024
    wire.close()


# --- overload ----------------------------------------------------------------


def test_connection_cap(start_probe):
    probe = start_probe("--max-connections", "10")
    wires = [probe.connect() for _ in range(10)]
    for wire in wires:
        wire.send(get(b"/hello"))
        assert wire.reply().status == 200
    extra = probe.connect()  # the kernel takes it, the server does not
    extra.send(get(b"/hello"))
    assert extra.reply(timeout=0.5) is None
    wires.pop().close()
    assert extra.reply(timeout=3).status == 200
    extra.close()
    for wire in wires:
        wire.close()


def test_cap_counts_connections_that_never_spoke(start_probe):
    probe = start_probe("--max-connections", "10")
    for _ in range(5):
        wires = [probe.connect() for _ in range(10)]
        for wire in wires:
            wire.close()
    assert probe.get(b"/hello").status == 200
    assert probe.stats()["accepted"] >= 51


def test_no_descriptors_left(start_probe):
    probe = start_probe("--fd-limit", "24")
    wires = [probe.connect() for _ in range(30)]
    wait_until(lambda: wires[0].sock and True)
    time.sleep(0.3)
    cpu = probe.cpu_seconds()
    time.sleep(1.0)
    assert probe.cpu_seconds() - cpu < 0.3, "spinning on accept"
    for wire in wires:
        wire.close()
    time.sleep(1.2)  # the pause after a failed accept
    assert probe.get(b"/hello").status == 200
    assert probe.stats()["accept_errors"] >= 1


def test_two_threads_share_one_port(start_probe):
    """Each takes one connection a turn, so a burst does not end up on one thread."""
    probe = start_probe("--threads", "2")
    prefixes = set()
    accepted = 0
    for _ in range(20):
        socks = [socket.socket() for _ in range(40)]
        host, port = probe.addresses[0].split(":")
        for sock in socks:
            sock.setblocking(False)
            sock.connect_ex((host, int(port)))
        wires = [Wire(sock) for sock in socks]
        for wire in wires:
            wire.sock.setblocking(True)
            wire.send(get(b"/hello"))
        prefixes |= {wire.reply().field("x-request-id")[:8] for wire in wires}
        accepted += len(wires)
        for wire in wires:
            wire.close()
        if len(prefixes) == 2:
            break
    assert len(prefixes) == 2, "one thread took every connection"
    assert probe.stats()["accepted"] == accepted + 1


# --- the end -----------------------------------------------------------------


def test_drain(start_probe):
    probe = start_probe("--threads", "2", "--task-ms", "5000")
    idle, kept, busy = (probe.connect() for _ in range(3))
    for wire in (idle, kept):
        wire.send(get(b"/hello"))
        assert wire.reply().status == 200
    busy.send(get(b"/slow?ms=700"))
    time.sleep(0.1)
    probe.terminate()
    time.sleep(0.2)
    with pytest.raises(ConnectionRefusedError):
        probe.connect()
    kept.send(get(b"/hello"))
    last = kept.reply()
    assert last.status == 200  # still served, but the last one
    assert last.field("connection") == "close"
    assert kept.is_closed()
    reply = busy.reply()
    assert reply.body == b"rested\n"
    assert reply.field("connection") == "close"
    assert idle.is_closed(4)
    assert probe.process.wait(5) == 0


def test_second_signal_ends_at_once(start_probe):
    probe = start_probe("--task-ms", "60000")
    wire = probe.connect()
    wire.send(get(b"/slow"))
    time.sleep(0.1)
    probe.terminate()
    time.sleep(0.1)
    probe.terminate()
    assert probe.process.wait(5) == 0
    wire.close()


# --- addresses ---------------------------------------------------------------


def test_unix_socket_and_trusted_proxy(start_probe, tmp_path):
    path = f"unix:{tmp_path}/s"
    probe = start_probe("--trust", "unix", addresses=(path, "127.0.0.1:0"))
    assert probe.get(b"/peer").body.startswith(b"unix plain ")
    forwarded = b"X-Forwarded-For: 203.0.113.9, 198.51.100.7\r\nX-Forwarded-Proto: https\r\n" \
                b"X-Request-Id: abc-123\r\n"
    reply = probe.get(b"/peer", forwarded)
    assert reply.body == b"198.51.100.7 tls abc-123\n"
    assert reply.field("x-request-id") == "abc-123"
    assert reply.field("strict-transport-security")
    bad = probe.get(b"/peer", b"X-Forwarded-For: nonsense\r\nX-Request-Id: a b\r\n")
    assert bad.body.startswith(b"unix plain ")
    # a client that is no proxy is not believed
    direct = probe.get(b"/peer", forwarded, address=probe.addresses[1])
    assert direct.body.startswith(b"127.0.0.1 plain ")
    assert b"abc-123" not in direct.body


def test_refuses_open_address_without_tls():
    done = subprocess.run([probe_binary(), "0.0.0.0:0"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 1
    assert "TLS" in done.stderr


# --- TLS ---------------------------------------------------------------------


@pytest.fixture
def tls_probe(start_probe, certificate):
    cert, key = certificate
    client = ssl.create_default_context(cafile=cert)
    return start_probe("--tls", cert, key, "--read-ms", "800", tls_client=client)


def test_tls(tls_probe):
    reply = tls_probe.get(b"/peer")
    assert reply.body.startswith(b"127.0.0.1 tls ")
    assert reply.field("strict-transport-security")
    wire = tls_probe.connect()
    body = os.urandom(300000)
    wire.send(post(b"Content-Length: %d\r\n" % len(body), body) + get(b"/big?bytes=6400000"))
    assert wire.reply().body == body
    assert len(wire.reply().body) == 6400000
    wire.close()


def test_tls_reply_does_not_wait(tls_probe):
    """Nagle against delayed acknowledgement would cost 40 ms each."""
    wire = tls_probe.connect()
    began = time.monotonic()
    for _ in range(50):
        wire.send(get(b"/hello"))
        assert wire.reply().status == 200
    assert time.monotonic() - began < 1.0
    wire.close()


def test_plain_text_on_a_tls_port(tls_probe):
    wire = tls_probe.connect(plain=True)
    wire.send(get(b"/hello"))
    wire.fill(3)
    assert b"HTTP/" not in wire.buffer
    wire.close()


def test_silent_tls_client_is_cut(tls_probe):
    wire = tls_probe.connect(plain=True)
    began = time.monotonic()
    while time.monotonic() - began < 6 and not wire.eof:
        wire.send(b"\x16")  # one byte of a ClientHello now and then
        wire.fill(0.2)
    assert wire.eof
    assert time.monotonic() - began < 4


def test_tls_and_unix_socket_together(start_probe, certificate, tmp_path):
    cert, key = certificate
    client = ssl.create_default_context(cafile=cert)
    probe = start_probe("--tls", cert, key, addresses=("127.0.0.1:0", f"unix:{tmp_path}/s"),
                        tls_client=client)
    assert b" tls " in probe.get(b"/peer").body
    assert probe.get(b"/peer", address=probe.addresses[1]).body.startswith(b"unix plain ")


def test_probe_reports_its_leaks():
    """The fixture's own check: a run that ends well says nothing on stderr."""
    probe = Probe()
    assert probe.get(b"/hello").status == 200
    probe.stop()
    assert probe.errors == ""
