# SPDX-License-Identifier: MulanPSL-2.0
"""Files of the browser console: which there are, in which form they go out, and what comes with them."""

import gzip
import os
import subprocess

import pytest

from wire import Probe, probe_binary

TEXT = b"console.log('a rather long line, so that it gets shorter');\n" * 400
BROTLI = b"(stands for brotli)"
CSP = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
       "connect-src 'self'; manifest-src 'self'; frame-src 'self' blob:; base-uri 'none'; form-action 'none'; "
       "frame-ancestors 'none'")


def fill(folder):
    assets = folder / "assets"
    assets.mkdir()
    (folder / "index.html").write_bytes(b"<!DOCTYPE html><title>index</title>")
    (folder / "index.html.gz").write_bytes(b"x" * 1000)  # larger than the file: never sent
    (folder / "favicon.svg").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "manifest.webmanifest").write_bytes(b"{}")
    (folder / "empty.txt").write_bytes(b"")
    (assets / "index-1a2b.js").write_bytes(TEXT)
    (assets / "index-1a2b.js.gz").write_bytes(gzip.compress(TEXT))
    (assets / "index-1a2b.js.br").write_bytes(BROTLI)
    (assets / "index-3c4d.css").write_bytes(b"a{color:red}" * 1000)
    (assets / "index-3c4d.css.gz").write_bytes(gzip.compress(b"a{color:red}" * 1000))
    (assets / "font.woff2").write_bytes(bytes(range(256)) * 4096)
    # Not for anybody.
    (folder / ".env").write_bytes(b"secret")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_bytes(b"secret")
    (folder / "link.txt").symlink_to("/etc/passwd")
    (folder / "up").symlink_to("/etc")
    (folder / "a b.txt").write_bytes(b"secret")
    os.mkfifo(folder / "pipe")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("console")
    fill(folder)
    probe = Probe("--static", str(folder))
    (folder / "index.html").write_bytes(b"changed later")  # nothing is read again
    yield probe
    probe.stop()


def ask(site, path, *fields, method=b"GET"):
    wire = site.connect()
    try:
        wire.send(method + b" " + path + b" HTTP/1.1\r\nHost: localhost\r\n" + b"".join(f + b"\r\n" for f in fields) + b"\r\n")
        return wire.reply(head=method == b"HEAD", timeout=10)
    finally:
        wire.close()


def test_the_page_and_its_fields(site):
    for path in (b"/console", b"/index.html", b"/index.html?x=1"):
        reply = ask(site, path, b"Accept-Encoding: gzip, br")
        assert reply.status == 200 and reply.body == b"<!DOCTYPE html><title>index</title>"
        assert reply.field("content-type") == "text/html; charset=utf-8"
        assert reply.field("cache-control") == "no-cache" and reply.field("content-encoding") is None
        assert reply.field("content-security-policy") == CSP
        assert reply.field("x-content-type-options") == "nosniff" and reply.field("x-frame-options") == "DENY"
        assert reply.field("referrer-policy") == "same-origin"
        assert reply.field("cross-origin-opener-policy") == reply.field("cross-origin-resource-policy") == "same-origin"
        assert "geolocation=()" in reply.field("permissions-policy")
        assert reply.field("vary") == "Accept-Encoding" and reply.field("set-cookie") is None


@pytest.mark.parametrize("path, type_", [
    (b"/assets/index-1a2b.js", "text/javascript; charset=utf-8"), (b"/assets/index-3c4d.css", "text/css; charset=utf-8"),
    (b"/assets/font.woff2", "font/woff2"), (b"/favicon.svg", "image/svg+xml"),
    (b"/manifest.webmanifest", "application/manifest+json"), (b"/empty.txt", "text/plain; charset=utf-8")])
def test_types_and_how_long_they_may_be_kept(site, path, type_):
    reply = ask(site, path)
    assert reply.status == 200 and reply.field("content-type") == type_
    kept = "public, max-age=31536000, immutable" if path.startswith(b"/assets/") else "no-cache"
    assert reply.field("cache-control") == kept and reply.field("content-security-policy") == CSP
    assert reply.field("content-length") == str(len(reply.body))


@pytest.mark.parametrize("accept, coding", [
    (None, None), (b"", None), (b"identity", None), (b"deflate", None), (b"gzip", "gzip"), (b"br", "br"),
    (b"gzip, deflate, br", "br"), (b"gzip;q=1.0, br;q=0.5", "gzip"), (b"gzip;q=0, br;q=0", None), (b"*", "br"),
    (b"*;q=0.5, br;q=0", "gzip"), (b"GZIP", "gzip"), (b"gzip;q=0.001", "gzip"), (b"gzip;q=0.000", None),
    (b"identity;q=1, gzip;q=0.5", None), (b"br;q=abc", None), (b" , ,br ; q=1", "br"), (b"xgzip, gzipx", None),
    (b"identity;q=0", None)])
def test_the_smallest_form_that_is_wanted(site, accept, coding):
    reply = ask(site, b"/assets/index-1a2b.js", *([b"Accept-Encoding: " + accept] if accept is not None else []))
    assert reply.status == 200 and reply.field("content-encoding") == coding
    assert reply.body == BROTLI if coding == "br" else (gzip.decompress(reply.body) if coding else reply.body) == TEXT


def test_each_form_has_its_own_tag(site):
    tags = {ask(site, b"/assets/index-1a2b.js", b"Accept-Encoding: " + c).field("etag") for c in (b"identity", b"gzip", b"br")}
    assert len(tags) == 3 and all(t.startswith('"') and len(t) == 34 for t in tags)


def test_not_modified(site):
    path = b"/assets/index-1a2b.js"
    tag = ask(site, path, b"Accept-Encoding: br").field("etag").encode()
    for sent in (tag, b"W/" + tag, b'"x", ' + tag, b"*"):
        reply = ask(site, path, b"Accept-Encoding: br", b"If-None-Match: " + sent)
        assert reply.status == 304 and reply.body == b"", sent
        assert reply.field("etag") == tag.decode() and reply.field("vary") == "Accept-Encoding"
        assert reply.field("content-length") is None and reply.field("content-encoding") is None
        assert reply.field("cache-control") == "public, max-age=31536000, immutable"
    for sent in (b'"x"', tag.strip(b'"'), b"", tag[:-2] + b'"'):
        assert ask(site, path, b"Accept-Encoding: br", b"If-None-Match: " + sent).status == 200, sent
    # The tag of one form is none of another.
    assert ask(site, path, b"If-None-Match: " + tag).status == 200


def test_head(site):
    reply = ask(site, b"/assets/font.woff2", method=b"HEAD")
    assert reply.status == 200 and reply.field("content-length") == str(256 * 4096) and reply.field("etag")
    assert ask(site, b"/assets/index-1a2b.js", b"Accept-Encoding: br", method=b"HEAD").field("content-length") == str(len(BROTLI))


def test_a_large_file_comes_whole_and_the_connection_goes_on(site):
    wire = site.connect()
    for _ in range(3):
        wire.send(b"GET /assets/font.woff2 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert wire.reply(timeout=10).body == bytes(range(256)) * 4096
    wire.close()


@pytest.mark.parametrize("path", [
    b"/.env", b"/.git/config", b"/link.txt", b"/up/passwd", b"/a%20b.txt", b"/pipe", b"/assets", b"/assets/",
    b"/assets/nothing.js", b"/assets/index-1a2b.js.gz", b"/assets/index-1a2b.js.br", b"/index.html.gz", b"/index.html/",
    b"/assets/../index.html", b"/assets/..%2findex.html", b"/assets%2findex-1a2b.js", b"/../etc/passwd",
    b"/%2e%2e/etc/passwd", b"/assets/%2e%2e/%2e%2e/etc/passwd", b"//index.html", b"/assets//index-1a2b.js",
    b"/INDEX.HTML", b"/index.html%00.js", b"/assets\\index-1a2b.js"])
def test_nothing_else_is_found(site, path):
    reply = ask(site, path)
    assert reply.status in (400, 404) and b"secret" not in reply.body and b"root:" not in reply.body


def test_only_reading(site):
    for method in (b"POST", b"PUT", b"DELETE", b"PATCH"):
        assert ask(site, b"/assets/index-1a2b.js", b"Content-Length: 0", method=method).status == 405
    assert ask(site, b"/index.html", method=b"OPTIONS").field("allow") == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("spoil, says", [
    (lambda f: (f / "index.html").unlink(), "no index.html"),
    (lambda f: (f / "assets" / "large.js").write_bytes(b"x" * (16 * 1024 * 1024 + 1)), "too large"),
    (lambda f: (f / "a" / "b" / "c" / "d" / "e").mkdir(parents=True), "too deep"),
    (lambda f: [(f / f"{i}.txt").touch() for i in range(2001)], "too many")])
def test_what_cannot_be_served_is_said_at_the_start(tmp_path, spoil, says):
    fill(tmp_path)
    spoil(tmp_path)
    done = subprocess.run([probe_binary(), "--static", str(tmp_path), "127.0.0.1:0"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and says in done.stderr
