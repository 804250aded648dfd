# SPDX-License-Identifier: MulanPSL-2.0
"""The shipped nginx configuration, in front of a back end that records what reaches it.

Only addresses, paths and one deadline are rewritten; every rule is tested as shipped.
"""
import contextlib
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pytest

import harness

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
CONF = pathlib.Path(harness.ROOT / "docs/deploy/nginx.conf")

pytestmark = pytest.mark.skipif(not NGINX or not shutil.which("openssl"), reason="nginx or openssl is missing")


class Backend:
    """Answers each request with 200 and keeps its head and body."""

    def __init__(self, path):
        self.seen = []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        path.chmod(0o666)
        self.socket.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                conn, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn):
        with conn, conn.makefile("rb") as f:
            while head := self._head(f):
                length = int(head["headers"].get("content-length", [0])[0])
                head["body"] = f.read(length)
                self.seen.append(head)
                conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    @staticmethod
    def _head(f):
        line = f.readline().decode().strip()
        if not line:
            return None
        headers = {}
        while field := f.readline().decode("latin-1").strip():
            name, _, value = field.partition(":")
            headers.setdefault(name.lower(), []).append(value.strip())
        return {"line": line, "headers": headers}

    def close(self):
        self.socket.close()


def certificates(folder):
    def openssl(*args):
        subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=folder)

    for name, subject in (("server", "/CN=localhost"), ("authority", "/CN=partner authority")):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", subject, "-keyout", f"{name}.key", "-out", f"{name}.pem")
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/O=police/CN=liaison", "-keyout", "partner.key", "-out", "partner.csr")
    openssl("x509", "-req", "-in", "partner.csr", "-CA", "authority.pem", "-CAkey", "authority.key",
            "-CAcreateserial", "-days", "2", "-out", "partner.pem")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/O=police/CN=forged", "-keyout", "forged.key", "-out", "forged.pem")


class Front:
    def __init__(self, folder):
        self.folder = folder
        certificates(folder)
        self.port, self.partner_port = harness.free_port(), harness.free_port()
        self.backend = Backend(folder / "http.sock")
        text = CONF.read_text()
        text = re.sub(r"(?m)^\s*listen \[::\].*\n", "", text)
        for old, new in (("listen 443 ", f"listen 127.0.0.1:{self.port} "),
                         ("listen 8443 ", f"listen 127.0.0.1:{self.partner_port} "),
                         ("unix:/run/ipcase/http.sock", f"unix:{folder}/http.sock"),
                         ("/etc/ipcase/tls/server", f"{folder}/server"),
                         ("/etc/ipcase/tls/partners.pem", f"{folder}/authority.pem"),
                         ("/var/log/nginx/", f"{folder}/"),
                         ("client_header_timeout 10s", "client_header_timeout 1s")):
            assert old in text, old
            text = text.replace(old, new)
        (folder / "ipcase.conf").write_text(text)
        (folder / "nginx.conf").write_text(
            f"daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
            "events {}\n"
            + "http {\n" + "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in
                                   ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            + f"include {folder}/ipcase.conf;\n}}\n")
        base = [NGINX, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
        subprocess.run(base + ["-t"], check=True, capture_output=True)
        self.process = subprocess.Popen(base, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        harness.wait_until(self._listens, 10, "nginx")

    def _listens(self):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        return False

    def context(self, certificate=None):
        context = ssl.create_default_context(cafile=self.folder / "server.pem")
        if certificate:
            context.load_cert_chain(self.folder / f"{certificate}.pem", self.folder / f"{certificate}.key")
        return context

    def exchange(self, data, port=None, context=None, wait=3.0):
        """Sends raw bytes over TLS; (status or None, the whole answer)."""
        context = context or self.context()
        with socket.create_connection(("127.0.0.1", port or self.port), wait) as plain, \
                context.wrap_socket(plain, server_hostname="localhost") as s:
            s.sendall(data)
            got = b""
            with contextlib.suppress(TimeoutError, OSError):
                while chunk := s.recv(65536):
                    got += chunk
        status = re.match(rb"HTTP/1\.\d (\d{3})", got)
        return int(status[1]) if status else None, got

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        self.backend.close()


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    server = Front(tmp_path_factory.mktemp("nginx"))
    yield server
    server.close()


@pytest.fixture(autouse=True)
def forget(request):
    if "front" in request.fixturenames:
        request.getfixturevalue("front").backend.seen.clear()


def get(extra="", path="/api/v1/me", version="1.1"):
    return f"GET {path} HTTP/{version}\r\nHost: localhost\r\nConnection: close\r\n{extra}\r\n".encode()


def post(headers, body, path="/api/v1/clues"):
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n".encode() + body


def test_a_plain_request_arrives(front):
    status, _ = front.exchange(get("Authorization: Bearer x\r\n"))
    assert status == 200
    headers = front.backend.seen[0]["headers"]
    assert headers["authorization"] == ["Bearer x"]
    assert headers["x-forwarded-for"] == ["127.0.0.1"]


def test_forged_certificate_headers_do_not_arrive(front):
    front.exchange(get("X-Client-Verify: SUCCESS\r\nX-Client-Subject: CN=liaison\r\n"
                       "X-Client-Fingerprint: 00\r\nX-Forwarded-For: 10.0.0.1\r\n"))
    headers = front.backend.seen[0]["headers"]
    assert not any(name.startswith("x-client-") for name in headers)
    assert headers["x-forwarded-for"] == ["127.0.0.1"]


def test_a_chunked_body_arrives_with_its_length(front):
    status, _ = front.exchange(post("Transfer-Encoding: chunked\r\n", b"3;x=1\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
    assert status == 200
    seen = front.backend.seen[0]
    assert seen["body"] == b"abcde"
    assert seen["headers"]["content-length"] == ["5"]
    assert "transfer-encoding" not in seen["headers"]


@pytest.mark.parametrize("data", [
    post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\nX"),
    post("Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
    post("Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n"),
    post("Content-Length: +5\r\n", b"abcde"),
    post("Content-Length : 5\r\n", b"abcde"),
    post("Transfer-Encoding: chunked\r\n", b"0x5\r\nabcde\r\n0\r\n\r\n"),
    post("Transfer-Encoding: chunked\r\n", b"+5\r\nabcde\r\n0\r\n\r\n"),
    post("Content-Length: 5\r\nContent-Length: 6\r\n", b"abcdef"),
    get("X: a\0b\r\n"),
    get(version="2.9"),
    b"GET /api/v1/me HTTP/1.1\r\nConnection: close\r\n\r\n",
    b"GET /api/v1/me HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
    b"GET /a\x01b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    get("X: " + "a" * 40000 + "\r\n"),
], ids=["both-lengths", "xchunked", "gzip-chunked", "plus-length", "blank-before-colon", "hex-chunk", "plus-chunk",
        "two-lengths", "nul", "version", "no-host", "two-hosts", "control-in-target", "long-target", "long-header"])
def test_bad_framing_never_arrives(front, data):
    status, answer = front.exchange(data)
    assert status is None or 400 <= status < 600, answer[:200]
    assert front.backend.seen == []


def test_one_request_stays_one(front):
    """What a lenient parser would take for a second request never reaches the back end as one."""
    smuggled = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
    for headers in ("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
                    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                    f"X: 1\r\n Content-Length: {len(smuggled)}\r\n",
                    f"Content-Length: {len(smuggled)}\r\n"):
        front.exchange(post(headers, smuggled))
    assert not any("/smuggled" in seen["line"] for seen in front.backend.seen)


@pytest.mark.parametrize("path, size, good", [
    ("/api/v1/clues", 1024 * 1024, True), ("/api/v1/clues", 1024 * 1024 + 1, False),
    ("/api/v1/imports/1/rows", 8 * 1024 * 1024, True), ("/api/v1/imports/1/rows", 8 * 1024 * 1024 + 1, False),
    ("/api/v1/uploads/7/chunks/0", 4 * 1024 * 1024, True), ("/api/v1/uploads/7/chunks/0", 4 * 1024 * 1024 + 1, False),
    ("/api/v1/handoffs/inbox/uploads/7", 4 * 1024 * 1024, True), ("/api/v1/handoffs/7/uploads", 1024 * 1024 + 1, False),
])
def test_bodies_have_a_limit(front, path, size, good):
    status, _ = front.exchange(post(f"Content-Length: {size}\r\n", b"x" * size if good else b"", path), wait=20)
    assert status == (200 if good else 413)
    assert bool(front.backend.seen) == good


def test_headers_have_a_deadline(front):
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", front.port), 10) as plain, \
            front.context().wrap_socket(plain, server_hostname="localhost") as s:
        with contextlib.suppress(OSError):
            for byte in get()[:-2]:
                s.sendall(bytes([byte]))
                time.sleep(0.1)
    assert time.monotonic() - started < 5
    assert front.backend.seen == []


def test_tls_1_3_and_http_2(front):
    context = front.context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", front.port), 3) as plain, \
            context.wrap_socket(plain, server_hostname="localhost") as s:
        assert s.version() == "TLSv1.3"
        assert s.selected_alpn_protocol() == "h2"
    old = front.context()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, ConnectionError)):
        front.exchange(get(), context=old)


def test_a_partner_shows_its_certificate(front):
    status, _ = front.exchange(get("X-Client-Subject: CN=other\r\n"), front.partner_port, front.context("partner"))
    assert status == 200
    headers = front.backend.seen[0]["headers"]
    assert headers["x-client-verify"] == ["SUCCESS"]
    assert headers["x-client-subject"] == ["CN=liaison,O=police"]
    assert re.fullmatch(r"[0-9a-f]{40}", headers["x-client-fingerprint"][0])


@pytest.mark.parametrize("certificate", [None, "forged"])
def test_without_a_good_certificate_no_partner(front, certificate):
    status, _ = front.exchange(get(), front.partner_port, front.context(certificate))
    assert status == 400
    assert front.backend.seen == []


def test_partners_see_the_interface_only(front):
    status, _ = front.exchange(get(path="/metrics"), front.partner_port, front.context("partner"))
    assert status == 404


def test_what_shows_that_a_page_of_ours_made_the_request_arrives(front):
    """The daemon compares Origin with Host: the name at least must be the browser's, whatever becomes of the port."""
    status, _ = front.exchange(post("Cookie: a=1; ipcase_session=x\r\nX-IPCase: console\r\nOrigin: https://localhost:8443\r\n"
                                    "Sec-Fetch-Site: same-origin\r\nContent-Length: 2\r\n", b"{}"))
    assert status == 200
    headers = front.backend.seen[0]["headers"]
    assert headers["cookie"] == ["a=1; ipcase_session=x"] and headers["x-ipcase"] == ["console"]
    assert headers["origin"] == ["https://localhost:8443"] and headers["sec-fetch-site"] == ["same-origin"]
    assert headers["host"] == ["localhost"] and headers["x-forwarded-proto"] == ["https"]
