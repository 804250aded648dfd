# SPDX-License-Identifier: MulanPSL-2.0
"""Replies that are streamed: flat memory, whole bytes, and clients that leave, linger or stall."""

import hashlib
import pathlib
import re
import socket
import ssl
import time

import pytest

from catalogue import get
from wire import probe_binary, wait_until

MIB = 1024 * 1024
# The sanitizers keep up to 256 MiB of what was freed.
ROOM = 64 if "san" in probe_binary() else 1


def made(size, begin=0):
    """What the probe's file holds from `begin` (a multiple of 8) on."""
    return b"".join(b"%07x\n" % (at // 8) for at in range(begin, begin + size + 8, 8))[:size]


def peak_kb(probe):
    text = pathlib.Path(f"/proc/{probe.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", text).group(1))


def read_head(wire):
    while b"\r\n\r\n" not in wire.buffer:
        assert wire.fill(5), "no reply"
    head, wire.buffer = wire.buffer.split(b"\r\n\r\n", 1)
    return head.decode("latin-1")


@pytest.mark.parametrize("size", [1, 7, 512 * 1024 - 1, 512 * 1024, 512 * 1024 + 1, 3 * MIB + 5])
def test_whole_bytes_and_the_connection_goes_on(shared_probe, size):
    wire = shared_probe.connect()
    for _ in range(2):
        wire.send(get(b"/file?bytes=%d" % size))
        reply = wire.reply(timeout=10)
        assert reply.status == 200
        assert reply.field("content-length") == str(size)
        assert reply.field("content-type") == "application/octet-stream"
        assert reply.field("etag") == '"made"'
        assert reply.field("x-content-type-options") == "nosniff"
        assert reply.field("transfer-encoding") is None
        assert reply.body == made(size)
    wire.send(get(b"/hello"))
    assert wire.reply().body == b"hello\n"
    wire.close()
    wait_until(lambda: shared_probe.stats()["files"] == 0, what="the files to be closed")


def test_empty_and_head(shared_probe):
    wire = shared_probe.connect()
    wire.send(get(b"/file?bytes=0"))
    assert wire.reply().field("content-length") == "0"
    wire.send(b"HEAD /file?bytes=9000000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert wire.reply(head=True).field("content-length") == "9000000"
    wire.send(get(b"/hello"))
    assert wire.reply().body == b"hello\n"
    wire.close()
    assert shared_probe.stats()["files"] == 0


def test_pipelined(shared_probe):
    """What was sent behind the request is answered behind the file."""
    wire = shared_probe.connect()
    wire.send(get(b"/file?bytes=2000000") + get(b"/hello") + get(b"/file?bytes=800") + get(b"/peer"))
    assert wire.reply(timeout=10).body == made(2000000)
    assert wire.reply().body == b"hello\n"
    assert wire.reply().body == made(800)
    assert wire.reply().body.startswith(b"127.0.0.1 plain ")
    wire.close()


def test_connection_close_and_old_http(shared_probe):
    assert shared_probe.get(b"/file?bytes=1500000").body == made(1500000)
    wire = shared_probe.connect()
    wire.send(b"GET /file?bytes=1500000 HTTP/1.0\r\nHost: localhost\r\n\r\n")
    assert wire.reply(timeout=10).body == made(1500000)
    assert wire.is_closed()


def test_flat_memory(start_probe):
    """512 MiB pass in two pieces of half a MiB."""
    probe = start_probe()
    size = 512 * MIB
    wire = probe.connect()
    wire.send(get(b"/file?bytes=8"))
    assert wire.reply().body == made(8)
    before = probe.rss_kb()
    wire.send(get(b"/file?bytes=%d" % size))
    assert f"Content-Length: {size}" in read_head(wire)
    seen = len(wire.buffer)
    assert wire.buffer == made(seen)
    wire.sock.settimeout(30)
    last = b""
    while seen < size:
        data = wire.sock.recv(MIB)
        assert data
        seen += len(data)
        last = (last + data)[-64:]
    assert seen == size
    assert last == made(64, size - 64)
    wire.buffer = b""
    wire.send(get(b"/hello"))
    assert wire.reply().body == b"hello\n"
    assert peak_kb(probe) - before < ROOM * 8 * 1024
    wire.close()


def test_stalled_readers_hold_little(start_probe):
    """Twenty clients ask for a file and read nothing: memory is bounded, other clients are served."""
    probe = start_probe("--write-ms", "60000")
    before = probe.rss_kb()
    wires = []
    for _ in range(20):
        wire = probe.connect()
        wire.send(get(b"/file?bytes=%d" % (1 << 30)))
        wires.append(wire)
    wait_until(lambda: probe.stats()["files"] == 20, what="the files")
    time.sleep(0.5)
    assert probe.get(b"/hello").body == b"hello\n"
    assert probe.rss_kb() - before < ROOM * 60 * 1024
    spent = probe.cpu_seconds()
    time.sleep(1)
    assert probe.cpu_seconds() - spent < 0.2, "a stalled client keeps the server busy"
    for wire in wires:
        wire.close()
    wait_until(lambda: probe.stats()["files"] == 0, what="the files to be closed")
    wait_until(lambda: probe.stats()["connections"] == 1, what="the connections to be closed")


def test_stalled_reader_is_cut(start_probe):
    probe = start_probe("--write-ms", "500", "--idle-ms", "60000")
    wire = probe.connect()
    wire.send(get(b"/file?bytes=%d" % (1 << 30)))
    wait_until(lambda: probe.stats()["cut_writing"] == 1, what="the cut")
    wait_until(lambda: probe.stats()["files"] == 0, what="the file to be closed")
    wire.close()


def test_slow_but_steady_reader_is_not_cut(start_probe):
    """The write limit is for each piece, not for the whole; the idle limit does not count meanwhile."""
    probe = start_probe("--write-ms", "1500", "--idle-ms", "300", "--read-ms", "300")
    size = 12 * MIB
    expected = hashlib.sha256(made(size)).hexdigest()
    wire = probe.connect()
    wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    wire.send(get(b"/file?bytes=%d&ms=50" % size))
    read_head(wire)
    began, digest, seen = time.monotonic(), hashlib.sha256(), 0
    while True:
        digest.update(wire.buffer)
        seen += len(wire.buffer)
        wire.buffer = b""
        if seen == size:
            break
        assert wire.fill(5), f"cut after {seen} bytes"
        time.sleep(0.015)
    assert time.monotonic() - began > 1.6
    assert digest.hexdigest() == expected
    assert probe.stats()["cut_writing"] == 0
    wire.close()


def test_idle_limit_counts_again_afterwards(start_probe):
    probe = start_probe("--idle-ms", "400")
    wire = probe.connect()
    wire.send(get(b"/file?bytes=1000000&ms=600"))
    assert wire.reply(timeout=10).body == made(1000000)
    began = time.monotonic()
    assert wire.is_closed(5)
    assert 0.2 < time.monotonic() - began < 3


def test_reader_that_fails_cuts_the_connection(start_probe):
    """The length is promised: what cannot be sent is no whole reply."""
    probe = start_probe()
    for fail in (0, MIB, 3 * MIB):
        wire = probe.connect()
        wire.send(get(b"/file?bytes=%d&fail=%d" % (4 * MIB, fail)) + get(b"/hello"))
        read_head(wire)
        while wire.fill(5):
            pass
        assert wire.eof
        assert len(wire.buffer) <= fail
        assert wire.buffer == made(len(wire.buffer))
        wire.close()
    wait_until(lambda: probe.stats()["files"] == 0, what="the files to be closed")
    wait_until(lambda: probe.stats()["connections"] == 1, what="the connections to be closed")
    probe.stop()
    assert probe.errors.count("http_file") == 3


@pytest.mark.parametrize("how", ["close", "reset", "half"])
def test_client_that_leaves(start_probe, how):
    """At any moment: before the first piece, between two, with the reader at work."""
    probe = start_probe("--threads", "2")
    for wait in [0, 0.01, 0.05, 0.12, 0.2] * 3:
        wire = probe.connect()
        wire.send(get(b"/file?bytes=%d&ms=60" % (64 * MIB)))
        time.sleep(wait)
        if how == "reset":
            wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        if how == "half":
            wire.sock.shutdown(socket.SHUT_WR)
            time.sleep(0.05)
        wire.close()
    wait_until(lambda: probe.stats()["files"] == 0, timeout=15, what="the files to be closed")
    wait_until(lambda: probe.stats()["connections"] == 1, what="the connections to be closed")
    assert probe.get(b"/file?bytes=100000").body == made(100000)


def test_junk_behind_a_file_does_not_fill_memory(start_probe):
    probe = start_probe("--write-ms", "60000")
    wire = probe.connect()
    wire.send(get(b"/file?bytes=%d" % (1 << 30)))
    time.sleep(0.2)
    before = probe.rss_kb()
    wire.sock.settimeout(0.5)
    sent = 0
    try:
        while sent < 100 * MIB:
            sent += wire.sock.send(b"x" * 65536)
    except (TimeoutError, socket.timeout, ConnectionError):
        pass
    assert sent < 40 * MIB  # the sender was stopped
    assert probe.rss_kb() - before < ROOM * 30 * 1024
    wire.close()


def test_many_at_once(start_probe):
    """More files than the pool has threads and places: all come whole."""
    probe = start_probe("--threads", "2")
    wires = [probe.connect() for _ in range(80)]
    for wire in wires:
        wire.send(get(b"/file?bytes=1200000&ms=2"))
    expected = made(1200000)
    for wire in wires:
        assert wire.reply(timeout=30).body == expected
        wire.close()
    wait_until(lambda: probe.stats()["files"] == 0, what="the files to be closed")


def test_drain_finishes_the_file(start_probe):
    probe = start_probe()
    wire = probe.connect()
    wire.send(get(b"/file?bytes=%d&ms=60" % (4 * MIB)))
    read_head(wire)
    probe.terminate()
    body = wire.buffer
    wire.buffer = b""
    while wire.fill(5):
        body += wire.buffer
        wire.buffer = b""
    assert body == made(4 * MIB)
    probe.process.wait(5)


def test_stop_in_the_middle(start_probe):
    """The second signal ends at once, with the reader at work; the probe checks that the file was closed."""
    probe = start_probe()
    wire = probe.connect()
    wire.send(get(b"/file?bytes=%d&ms=100" % (64 * MIB)))
    read_head(wire)
    probe.terminate()
    time.sleep(0.1)
    probe.terminate()
    probe.process.wait(5)
    wire.close()


def test_tls(start_probe, certificate):
    cert, key = certificate
    client = ssl.create_default_context(cafile=cert)
    probe = start_probe("--tls", cert, key, tls_client=client)
    wire = probe.connect()
    wire.send(get(b"/file?bytes=%d" % (20 * MIB)) + get(b"/hello"))
    assert wire.reply(timeout=20).body == made(20 * MIB)
    assert wire.reply().body == b"hello\n"
    wire.close()
    for wait in (0, 0.05, 0.15):
        wire = probe.connect()
        wire.send(get(b"/file?bytes=%d&ms=40" % (20 * MIB)))
        time.sleep(wait)
        wire.close()
    wait_until(lambda: probe.stats()["files"] == 0, what="the files to be closed")
    before = probe.rss_kb()
    wire = probe.connect()
    wire.send(get(b"/file?bytes=%d" % (1 << 30)))
    time.sleep(0.5)
    assert probe.rss_kb() - before < ROOM * 10 * 1024
    wire.close()
