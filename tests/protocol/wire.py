# SPDX-License-Identifier: MulanPSL-2.0
"""Speaks bytes to a server and reads its replies strictly; starts the probe server."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def probe_binary() -> str:
    named = os.environ.get("HTTP_PROBE")
    if named:
        return named
    path = ROOT / os.environ.get("OUT", "build/release") / "http_probe"
    if not path.exists():
        pytest.fail(f"{path} is missing; run make build-tests")
    return str(path)


class Reply:
    def __init__(self, status, fields, body):
        self.status = status
        self.fields = fields  # list of (lower-case name, value)
        self.body = body

    def field(self, name):
        values = [v for n, v in self.fields if n == name.lower()]
        assert len(values) <= 1, f"{name} sent twice"
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)


class Wire:
    """A connection that reads replies strictly: what does not parse fails the test."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""
        self.eof = False

    def send(self, data):
        # A server that has refused may close while we still send.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.sock.sendall(data)

    def fill(self, timeout):
        self.sock.settimeout(timeout)
        try:
            data = self.sock.recv(65536)
        except (TimeoutError, socket.timeout):
            return False
        except (ConnectionResetError, ssl.SSLError):
            data = b""
        if not data:
            self.eof = True
            return False
        self.buffer += data
        return True

    def reply(self, head=False, timeout=3.0):
        """The next reply, or None at the end of the stream or after the time-out."""
        end = time.monotonic() + timeout
        while b"\r\n\r\n" not in self.buffer:
            left = end - time.monotonic()
            if self.eof or left <= 0 or not self.fill(left):
                assert not self.buffer, f"half a reply: {self.buffer[:200]!r}"
                return None
        head_bytes, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head_bytes.decode("latin-1").split("\r\n")
        match = re.fullmatch(r"HTTP/1\.[019] (\d{3}) [ -~]*", lines[0])
        assert match, f"not a status line: {lines[0]!r}"
        fields = []
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            assert re.fullmatch(r"[A-Za-z0-9-]+", name), f"bad field {line!r}"
            fields.append((name.lower(), value))
        reply = Reply(int(match.group(1)), fields, b"")
        length = reply.field("content-length")
        if head or reply.status in (100, 204, 304):
            return reply
        need = int(length) if length is not None else None
        while need is None or len(self.buffer) < need:
            left = end - time.monotonic()
            if self.eof or left <= 0 or not self.fill(left):
                break
        if need is None:
            reply.body, self.buffer = self.buffer, b""
        else:
            assert len(self.buffer) >= need, "reply cut short"
            reply.body, self.buffer = self.buffer[:need], self.buffer[need:]
        return reply

    def is_closed(self, timeout=3.0):
        end = time.monotonic() + timeout
        while not self.eof and time.monotonic() < end:
            self.fill(end - time.monotonic())
        assert not self.buffer, f"unexpected bytes: {self.buffer[:200]!r}"
        return self.eof

    def close(self):
        self.sock.close()


class Probe:
    def __init__(self, *options, addresses=("127.0.0.1:0",), tls_client=None):
        self.process = subprocess.Popen(
            [probe_binary(), *options, *addresses],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addresses = []
        self.tls_client = tls_client
        for line in self.process.stdout:
            if line.startswith("listening "):
                self.addresses.append(line.split(" ", 1)[1].strip())
            if line.strip() == "ready":
                break
        else:
            raise RuntimeError(self.process.stderr.read())

    def connect(self, address=None, plain=False):
        address = address or self.addresses[0]
        if address.startswith("unix:"):
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(address[5:])
            return Wire(sock)
        host, _, port = address.rpartition(":")
        sock = socket.create_connection((host.strip("[]"), int(port)), timeout=3)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls_client and not plain:
            sock = self.tls_client.wrap_socket(sock, server_hostname="localhost")
        return Wire(sock)

    def get(self, target, fields=b"", address=None):
        wire = self.connect(address)
        try:
            wire.send(b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\n" + fields
                      + b"Connection: close\r\n\r\n")
            return wire.reply()
        finally:
            wire.close()

    def stats(self, address=None):
        return self.get(b"/stats", address=address).json()

    def rss_kb(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1))

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def stop(self):
        if self.process.poll() is None:
            self.terminate()
            time.sleep(0.05)
            if self.process.poll() is None:
                self.terminate()  # the second one: now
        try:
            _, errors = self.process.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self.errors = errors
        assert self.process.returncode == 0, errors
        assert "ERROR: " not in errors and "runtime error" not in errors, errors


def wait_until(condition, timeout=5.0, what="condition"):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"timed out waiting for {what}")
