# SPDX-License-Identifier: MulanPSL-2.0
"""What test_front.py sends: the catalogue, aimed at the daemon's own routes, and more.

SMUGGLED is the hidden request: it is a good request if, and only if, one side believes that
the request before it has ended. A POST goes to a route that answers 401 when the request
is understood, so that 400 means refused.
"""
from dataclasses import dataclass

import catalogue
from front import HIDDEN

SMUGGLED = catalogue.SMUGGLED.replace(b"/items/smuggled", HIDDEN)
assert len(SMUGGLED) == len(catalogue.SMUGGLED)  # the catalogue counts its bytes

H = b"Host: localhost\r\n"


@dataclass
class Case:
    name: str
    send: bytes
    malformed: bool
    heads: tuple = ()  # which replies answer a HEAD


def get(fields=b"", target=b"/livez", version=b"HTTP/1.1", method=b"GET"):
    return method + b" " + target + b" " + version + b"\r\n" + H + fields + b"\r\n"


def post(fields, body, version=b"HTTP/1.1"):
    return b"POST /api/v1/clues " + version + b"\r\n" + H + fields + b"\r\n" + body


def aim(send):
    """From the probe server's routes to the daemon's."""
    for old, new in ((b"/items/smuggled", HIDDEN), (b"/echo", b"/api/v1/clues"), (b"/hello", b"/livez"),
                     (b"DELETE /items/1", b"DELETE /api/v1/sessions/current")):
        send = send.replace(old, new)
    return send


# Correct HTTP, or no matter of framing: somebody may accept it.
LAWFUL = {
    "chunk extension", "absolute form", "absolute form, other host", "trailer is not a header",
    "GET with Content-Length: 0", "GET with a body", "GET with chunked body", "HEAD with a body",
    "DELETE with a body", "authority form", "TRACE", "asterisk form", "unknown method", "lower-case method",
    "101 fields", "header block too large", "enormous Content-Length", "Transfer-Encoding: gzip, chunked",
    "raw UTF-8 in the target",
}

CHUNKED = b"Transfer-Encoding: chunked\r\n"

# Behind a complete body the next request is no hidden one, if bodies are allowed here.
INSTEAD = {
    "GET with chunked body": get(CHUNKED) + b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n",
}

CATALOGUE = [Case(c.name, INSTEAD.get(c.name) or aim(c.send), c.name not in LAWFUL, (0,) if c.send.startswith(b"HEAD ") else ())
             for c in catalogue.SMUGGLING]

MORE = [
    # chains: forms that one parser reads as chunked and another does not
    Case("Transfer-Encoding with a vertical tab",
         post(b"Transfer-Encoding: \x0bchunked\r\n", b"0\r\n\r\n" + SMUGGLED), True),
    Case("Transfer-Encoding with a comma", post(b"Transfer-Encoding: chunked,\r\n", b"0\r\n\r\n" + SMUGGLED), True),
    Case("folded Transfer-Encoding", post(b"Transfer-Encoding:\r\n chunked\r\n", b"0\r\n\r\n" + SMUGGLED), True),
    Case("Transfer-Encoding behind a folded line",
         post(b"X-A: a\r\n Transfer-Encoding: chunked\r\n", b"0\r\n\r\n" + SMUGGLED), True),
    Case("Transfer-Encoding behind a bare CR",
         post(b"X-A: a\rTransfer-Encoding: chunked\r\n", b"0\r\n\r\n" + SMUGGLED), True),
    Case("Content-Length behind a NUL",
         post(b"X-A: a\x00b\r\nContent-Length: %d\r\n" % len(SMUGGLED), SMUGGLED), True),
    Case("NUL in a field name", get(b"X\x00A: b\r\n"), True),
    Case("Content-Length in two forms",
         post(b"Content-Length: 0\r\nContent-Length: %d\r\n" % len(SMUGGLED), SMUGGLED), True),
    Case("Content-Length with a comment", post(b"Content-Length: 5 (five)\r\n", b"hello"), True),
    Case("bare LF after the field line of Content-Length",
         post(b"Content-Length: 5\n", b"hello"), True),
    Case("bare LF after a chunk size", post(CHUNKED, b"5\nhello\r\n0\r\n\r\n"), True),
    Case("bare LF in a chunk extension",
         post(CHUNKED, b"2;\nxx\r\n%x\r\n0\r\n\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n"), True),
    Case("bare LF after chunk data", post(CHUNKED, b"5\r\nhello\n0\r\n\r\n"), True),
    Case("chunk data longer than its size", post(CHUNKED, b"5\r\nhelloXX\r\n0\r\n\r\n"), True),
    Case("blank before a chunk size", post(CHUNKED, b" 5\r\nhello\r\n0\r\n\r\n"), True),
    Case("chunk size of 17 digits", post(CHUNKED, b"10000000000000005\r\nhello\r\n0\r\n\r\n"), True),
    Case("empty chunk size", post(CHUNKED, b"\r\nhello\r\n0\r\n\r\n"), True),
    Case("Content-Length in a trailer",
         post(CHUNKED, b"0\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED)) + get(), False),
    Case("Connection: Host, Content-Length",
         post(b"Connection: Host, Content-Length\r\nContent-Length: 5\r\n", b"hello"), False),
    Case("upgrade to h2c",
         get(b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"), False),
    # lines
    Case("request of HTTP/0.9", b"GET /livez\r\n", True),
    Case("blank before the method", b" " + get(), True),
    Case("two blanks before the version", get(version=b" HTTP/1.1"), True),
    Case("tab in the request line", get(target=b"/livez\tHTTP/1.1"), True),
    Case("bare CR in the request line", get(target=b"/livez\r"), True),
    Case("encoded NUL in the target", get(target=b"/livez%00"), True),
    Case("encoded line end in the target", get(target=b"/livez%0d%0aX-A:%20b"), True),
    Case("broken escape in the target", get(target=b"/livez%zz"), True),
    Case("path above the root", get(target=b"/../../livez"), True),
    Case("two Hosts on one line", b"GET /livez HTTP/1.1\r\nHost: localhost, other\r\n\r\n", True),
    Case("empty Host", b"GET /livez HTTP/1.1\r\nHost:\r\n\r\n", True),
]

ORDINARY = [
    Case("keep-alive", get() + get(), False),
    Case("HEAD, then GET", get(method=b"HEAD") + get(), False, (0,)),
    Case("ten pipelined GET", get() * 10, False),
    Case("pipelined POST, POST, GET",
         post(b"Content-Length: 5\r\n", b"hello") + post(b"Content-Length: 2\r\n", b"hi") + get(), False),
    Case("pipelined good, bad, good",
         get() + post(b"Content-Length: +5\r\n", b"hello") + SMUGGLED, False),
    Case("chunked POST", post(CHUNKED, b"5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"), False),
    Case("POST without length", post(b"", b""), False),
    Case("Expect: 100-continue", post(b"Expect: 100-continue\r\nContent-Length: 5\r\n", b"hello"), False),
    Case("OPTIONS", get(method=b"OPTIONS", target=b"/api/v1/clues"), False),
    Case("PUT, PATCH: known, but not here",
         get(method=b"PUT") + get(method=b"PATCH"), False),
    Case("HTTP/1.0", get(version=b"HTTP/1.0"), False),
    Case("HTTP/1.0 without Host", b"GET /livez HTTP/1.0\r\n\r\n", False),
    Case("Connection: close, then another", get(b"Connection: close\r\n") + SMUGGLED, False),
    Case("empty line before the request", b"\r\n" + get(), False),
    Case("nothing there", get(target=b"/nothing"), False),
]

MIB = 1024 * 1024
SIZES = [
    Case("request line of 9,000 bytes", get(target=b"/livez?" + b"a" * 9000), False),
    Case("one field of 9,000 bytes", get(b"X-A: " + b"a" * 9000 + b"\r\n"), False),
    Case("fields of 24 KiB in all", get(b"".join(b"X-%02d: " % i + b"a" * 3000 + b"\r\n" for i in range(8))), False),
    Case("fields of 40 KiB in all", get(b"".join(b"X-%02d: " % i + b"a" * 4000 + b"\r\n" for i in range(10))), False),
    Case("body of 1 MiB", post(b"Content-Length: %d\r\n" % MIB, b"x" * MIB), False),
    Case("body of 1 MiB and a byte", post(b"Content-Length: %d\r\n" % (MIB + 1), b"x" * (MIB + 1)), False),
    Case("body said to be 1 GiB", post(b"Content-Length: %d\r\n" % (1024 * MIB), b"x" * 4096), False),
    Case("chunk said to be 1 GiB", post(CHUNKED, b"40000000\r\n" + b"x" * 4096), False),
    Case("chunks of 16 MiB in all", post(CHUNKED, (b"100000\r\n" + b"x" * MIB + b"\r\n") * 16 + b"0\r\n\r\n"), False),
    Case("body of 1 MiB and a byte on a route without one",
         b"DELETE /api/v1/sessions/current HTTP/1.1\r\n" + H + b"Content-Length: %d\r\n\r\n" % (MIB + 1)
         + b"x" * (MIB + 1), False),
]
