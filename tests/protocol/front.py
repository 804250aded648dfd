# SPDX-License-Identifier: MulanPSL-2.0
"""The daemon behind the shipped nginx configuration, and how to look at both from outside.

Only addresses, paths and, where a test says so, deadlines of docs/deploy/nginx.conf are
rewritten. Certificates are made for each run. Each nginx is one process of ours in a
temporary folder.
"""
import contextlib
import itertools
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import time

import harness
from wire import Wire

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
CONF = pathlib.Path(harness.ROOT / "docs/deploy/nginx.conf")
HOST = "ipcase.example"
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")

# The hidden request asks for the plain page, which nothing else here asks for.
HIDDEN = b"/?hidden-marker"
HIDDEN_BODY = b"<!DOCTYPE html>"
HIDDEN_LOG = "route=/ "


# --- certificates -----------------------------------------------------------


def make_certificates(folder):
    """server; partner authority with a good, an expired, a revoked and a server's
    certificate; one that signed itself."""
    def openssl(*args):
        subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=folder)

    def authority(name):
        openssl("req", "-x509", *EC, "-days", "2", "-subj", f"/CN={name} authority",
                "-keyout", f"{name}-ca.key", "-out", f"{name}-ca.pem")

    def issue(name, ca, extensions="", *more):
        openssl("req", "-new", *EC, "-subj", f"/O=police/CN={name}",
                "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (folder / f"{name}.ext").write_text(extensions)
        openssl("ca", "-batch", "-notext", "-config", "ca.cnf", "-in", f"{name}.csr",
                "-keyfile", f"{ca}-ca.key", "-cert", f"{ca}-ca.pem", "-extfile", f"{name}.ext",
                "-out", f"{name}.pem", *(more or ("-days", "2")))

    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca = d\n[d]\ndatabase = index.txt\nnew_certs_dir = .\nrand_serial = yes\n"
        "default_md = sha256\npolicy = p\nunique_subject = no\ncrlnumber = crlnumber\n"
        "default_crl_days = 2\n[p]\nCN = supplied\nO = optional\n")
    (folder / "index.txt").touch()
    (folder / "crlnumber").write_text("01\n")
    authority("front")
    authority("partners")
    issue("server", "front", f"subjectAltName=DNS:{HOST}\nextendedKeyUsage=serverAuth\n")
    client = "extendedKeyUsage=clientAuth\n"
    issue("partner", "partners", client)
    issue("expired", "partners", client, "-startdate", "20200101000000Z", "-enddate", "20200201000000Z")
    issue("future", "partners", client, "-startdate", "20980101000000Z", "-enddate", "20990101000000Z")
    issue("wrong-purpose", "partners", "extendedKeyUsage=serverAuth\n")
    issue("other-authority", "front", client)
    issue("revoked", "partners", client)
    ca = ("-config", "ca.cnf", "-keyfile", "partners-ca.key", "-cert", "partners-ca.pem")
    openssl("ca", *ca, "-revoke", "revoked.pem")
    openssl("ca", *ca, "-gencrl", "-out", "partners.crl")
    openssl("req", "-x509", *EC, "-days", "2", "-subj", "/O=police/CN=partner",
            "-keyout", "self-signed.key", "-out", "self-signed.pem")


# --- servers ----------------------------------------------------------------


class SocketDaemon(harness.Daemon):
    """The daemon on a Unix socket, as the shipped configurations have it."""

    def __init__(self, url, folder, options=None):
        super().__init__(url, folder, options)
        self.path = self.folder / "http.sock"
        self.options.setdefault("http", {})["listen"] = f"unix:{self.path}"

    def ready(self):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as s:
            s.settimeout(2)
            s.connect(str(self.path))
            s.sendall(b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return s.recv(64).startswith(b"HTTP/1.1 200 ")
        return False


class Direct:
    """Plain connections to a daemon's port."""

    name = "daemon"

    def __init__(self, daemon):
        self.daemon = daemon

    def connect(self, source="127.0.0.1"):
        sock = socket.create_connection((self.daemon.host, self.daemon.port), 5, (source, 0))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Wire(sock)

    raw = connect


class Front:
    """nginx with the shipped configuration; `upstream` is what stands behind "server"."""

    name = "nginx"

    def __init__(self, folder, tls, upstream, replace=()):
        self.folder, self.tls = folder, tls
        folder.mkdir(parents=True)
        self.port, self.partner_port = harness.free_port(), harness.free_port()
        text = re.sub(r"(?m)^ *listen \[::\].*\n", "", CONF.read_text())
        for old, new in (("listen 443 ", f"listen 127.0.0.1:{self.port} "),
                         ("listen 8443 ", f"listen 127.0.0.1:{self.partner_port} "),
                         ("server unix:/run/ipcase/http.sock;", f"server {upstream};"),
                         ("/etc/ipcase/tls/partners.pem", f"{tls}/partners-ca.pem"),
                         ("/etc/ipcase/tls/", f"{tls}/"),
                         # one line a request more: who answered it
                         ("access_log /var/log/nginx/ipcase.log ipcase;",
                          f"access_log {folder}/ipcase.log ipcase; access_log {folder}/who.log who;"),
                         *replace):
            assert old in text, f"{CONF.name} has no {old!r}"
            text = text.replace(old, new)
        (folder / "ipcase.conf").write_text(text)
        (folder / "nginx.conf").write_text(
            f"daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log info;\n"
            "events {}\nhttp {\nlog_format who '$remote_addr:$remote_port $status [$upstream_status]';\n"
            + "".join(f"{kind}_temp_path {folder}/{kind};\n"
                      for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            + f"include {folder}/ipcase.conf;\n}}\n")
        base = [NGINX, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
        harness.run(*base, "-t")
        self.process = subprocess.Popen(base, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        harness.wait_until(self._listens, 10, "nginx")

    def _listens(self):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        return False

    def context(self, certificate=None):
        context = ssl.create_default_context(cafile=self.tls / "front-ca.pem")
        if certificate:
            context.load_cert_chain(self.tls / f"{certificate}.pem", self.tls / f"{certificate}.key")
        return context

    def raw(self, source="127.0.0.1", port=None):
        return Wire(socket.create_connection(("127.0.0.1", port or self.port), 5, (source, 0)))

    def connect(self, source="127.0.0.1", port=None, context=None, protocols=()):
        plain = self.raw(source, port).sock
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        context = context or self.context()
        if protocols:
            context.set_alpn_protocols(protocols)
        return Wire(context.wrap_socket(plain, server_hostname=HOST))

    def who(self, address):
        """[(status, True when the daemon gave it)] of the requests from that (host, port)."""
        found = []
        for line in (self.folder / "who.log").read_text().splitlines():
            client, status, upstream = line.split(" ", 2)
            if client == "%s:%d" % address:
                found.append((int(status), upstream != "[-]"))
        return found

    def errors(self):
        return (self.folder / "error.log").read_text(errors="replace")

    def log(self):
        return (self.folder / "ipcase.log").read_text()

    def close(self):
        self.process.terminate()
        assert self.process.wait(10) == 0


# --- looking ----------------------------------------------------------------

PROBE = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Seen:
    """What came back: statuses, whether the connection was closed, hidden answers."""

    def __init__(self):
        self.statuses = []
        self.closed = False
        self.hidden = False
        self.bare = False  # an HTTP/0.9 answer: a body and nothing else
        self.by_daemon = []  # of each status, behind nginx: did the daemon give it?

    def text(self):
        who = [" (daemon)" if one else " (nginx)" for one in self.by_daemon] or [""] * len(self.statuses)
        runs = [(len(list(same)), *one) for one, same in itertools.groupby(zip(self.statuses, who))]
        got = ", ".join(f"{n} x {status}{by}" if n > 1 else f"{status}{by}" for n, status, by in runs) or "no answer"
        got = f"a bare body of {got}" if self.bare else got
        return f"{got}, {'closed' if self.closed else 'kept'}" + (", HIDDEN ANSWERED" if self.hidden else "")

    @property
    def refused(self):
        """Nothing of it reached a handler as a good request."""
        return all(status in (400, 405, 408, 413, 414, 417, 421, 501, 505)
                                     for status in self.statuses)


def observe(target, send, heads=(), source="127.0.0.1", patience=4.0):
    """Sends bytes on a new connection and notes everything until it is closed or proves to
    be open and in step by answering one more request."""
    wire = target.connect(source)
    seen = Seen()
    try:
        address = wire.sock.getsockname()
        wire.send(send)
        wait = patience
        while True:
            if not wire.buffer and not wire.eof:
                wire.fill(wait)
            if not wire.buffer:
                break
            if not wire.buffer.startswith(b"HTTP/"[:len(wire.buffer)]):
                while not wire.eof:
                    wire.fill(patience)
                seen.bare, seen.hidden = True, HIDDEN_BODY in wire.buffer
                wire.buffer = b""
                break
            reply = wire.reply(head=len(seen.statuses) in heads)
            if reply.status == 100:
                continue
            seen.statuses.append(reply.status)
            seen.hidden |= HIDDEN_BODY in reply.body
            # nginx may read on for some seconds what it has refused.
            wait = 8.0 if reply.field("connection") == "close" else 0.3
        if not wire.eof:
            wire.send(PROBE)
            reply = wire.reply(timeout=2.0)
            assert reply is None or (reply.status == 200 and b"live" in reply.body), \
                f"out of step: {reply.status} {reply.body[:80]!r}"
            assert reply or wire.eof, f"neither closed nor in step after {seen.statuses}"
        seen.closed = wire.eof
    finally:
        wire.close()
    if target.name == "nginx" and (seen.statuses or seen.bare):
        # nginx writes its line when the request is over, which may be after the answer
        wanted = len(seen.statuses) or 1
        who = harness.wait_until(lambda: (w := target.who(address)) and len(w) >= wanted and w,
                                 5, "nginx's log line")[:wanted]
        seen.by_daemon = [by_daemon for _, by_daemon in who]
        if seen.bare:
            seen.statuses = [status for status, _ in who]
    return seen


def request(target, method="GET", path="/livez", fields=b"", body=b"", version=b"1.1", **more):
    """One reply on a connection of its own."""
    wire = target.connect(**more)
    try:
        wire.send(f"{method} {path} HTTP/".encode() + version + b"\r\nHost: localhost\r\nConnection: close\r\n"
                  + (b"Content-Length: %d\r\n" % len(body) if body else b"") + fields + b"\r\n" + body)
        return wire.reply(head=method == "HEAD", timeout=10)
    finally:
        wire.close()


def trickle(wire, first, piece=b"x", pause=0.25, limit=6.0):
    """Sends `first`, then pieces until the peer closes or answers; the seconds it took, None
    when it never did within `limit`."""
    began = time.monotonic()
    wire.send(first)
    while time.monotonic() - began < limit:
        if piece:
            wire.send(piece)
        wire.fill(pause)
        if wire.eof or wire.buffer:
            return time.monotonic() - began
    return None
