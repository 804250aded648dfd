# SPDX-License-Identifier: MulanPSL-2.0
"""Bytes to send and what must come back.

Each case: name, the bytes, the statuses expected in order, and whether the server must
close. A status of 0 stands for "closed without a reply".

`hidden` marks what evhttp loses before our code can see it (docs: only a strict proxy in
front helps). These cases assert today's behaviour, so that a newer libevent shows up.
"""

from dataclasses import dataclass


@dataclass
class Case:
    name: str
    send: bytes
    statuses: list
    closed: bool
    hidden: bool = False


H = b"Host: localhost\r\n"
SMUGGLED = b"GET /items/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


def post(fields: bytes, body: bytes, version: bytes = b"HTTP/1.1") -> bytes:
    return b"POST /echo " + version + b"\r\n" + H + fields + b"\r\n" + body


def get(target: bytes, fields: bytes = b"", version: bytes = b"HTTP/1.1") -> bytes:
    return b"GET " + target + b" " + version + b"\r\n" + H + fields + b"\r\n"


SMUGGLING = [
    # 3.1.1 of the pitfalls, in their order
    Case("two different Content-Length",
         post(b"Content-Length: 5\r\nContent-Length: 6\r\n", b"hello" + SMUGGLED), [400], True),
    Case("two equal Content-Length",
         post(b"Content-Length: 5\r\nContent-Length: 5\r\n", b"hello"), [400], True),
    Case("Content-Length list",
         post(b"Content-Length: 5, 5\r\n", b"hello"), [400], True),
    Case("Content-Length and Transfer-Encoding",
         post(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
              b"0\r\n\r\n" + SMUGGLED), [400], True),
    Case("unknown Transfer-Encoding",
         post(b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n" + SMUGGLED), [400], True),
    Case("Transfer-Encoding: gzip, chunked",
         post(b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n" + SMUGGLED), [400], True),
    Case("Transfer-Encoding: identity",
         post(b"Transfer-Encoding: identity\r\n", SMUGGLED), [400], True),
    Case("two Transfer-Encoding",
         post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
              b"0\r\n\r\n" + SMUGGLED), [400], True),
    Case("Transfer-Encoding in HTTP/1.0",
         post(b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n" + SMUGGLED, b"HTTP/1.0"),
         [400], True),
    Case("blank before the colon of Content-Length",
         post(b"Content-Length : 5\r\n", b"hello" + SMUGGLED), [400], True),
    Case("blank before the colon of Transfer-Encoding",
         post(b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n" + SMUGGLED), [400], True),
    Case("tab before the colon",
         post(b"Content-Length\t: 5\r\n", b"hello" + SMUGGLED), [400], True),
    Case("Content-Length with a sign",
         post(b"Content-Length: +5\r\n", b"hello"), [400], True),
    Case("negative Content-Length",
         post(b"Content-Length: -5\r\n", b"hello"), [400], True),
    Case("Content-Length in hexadecimal",
         post(b"Content-Length: 0x5\r\n", b"hello"), [400], True),
    Case("empty Content-Length", post(b"Content-Length: \r\n", b""), [400], True),
    Case("enormous Content-Length",
         post(b"Content-Length: 99999999999999999999999\r\n", b"x"), [413], True),
    Case("bare LF line ends", b"GET /hello HTTP/1.1\nHost: localhost\n\n", [200], False, hidden=True),
    Case("folded line", get(b"/hello", b"X-A: one\r\n two\r\n"), [200], False, hidden=True),
    Case("folded Content-Length",
         post(b"Content-Length:\r\n 5\r\n", b"hello"), [400], True),
    Case("NUL in a value", get(b"/hello", b"X-A: a\x00b\r\n"), [200], False, hidden=True),
    Case("chunk size 0x5",
         post(b"Transfer-Encoding: chunked\r\n", b"0x5\r\nhello\r\n0\r\n\r\n"), [200], False,
         hidden=True),
    Case("chunk size +5",
         post(b"Transfer-Encoding: chunked\r\n", b"+5\r\nhello\r\n0\r\n\r\n"), [200], False,
         hidden=True),
    Case("negative chunk size",
         post(b"Transfer-Encoding: chunked\r\n", b"-5\r\nhello\r\n0\r\n\r\n"), [413], True),
    Case("chunk extension",
         post(b"Transfer-Encoding: chunked\r\n", b"5;a=1\r\nhello\r\n0\r\n\r\n"), [413], True),
    Case("no Host", b"GET /hello HTTP/1.1\r\n\r\n", [400], True),
    Case("two Hosts", get(b"/hello", b"Host: other\r\n"), [400], True),
    Case("Host with a path", b"GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n", [400], True),
    Case("Host with userinfo", b"GET /hello HTTP/1.1\r\nHost: u@a\r\n\r\n", [400], True),
    Case("HTTP/1.9", get(b"/hello", b"", b"HTTP/1.9"), [400], True),
    Case("HTTP/2.0", get(b"/hello", b"", b"HTTP/2.0"), [400], True),
    Case("HTTP/0.9", get(b"/hello", b"", b"HTTP/0.9"), [400], True),
    Case("blank in the target", get(b"/hel lo"), [400], True),
    Case("control byte in the target", get(b"/hel\x01lo"), [400], True),
    Case("raw UTF-8 in the target", get("/items/乐市".encode()), [400], True),
    Case("fragment in the target", get(b"/hello#x"), [400], True),
    Case("absolute form", get(b"http://localhost/hello"), [400], True),
    Case("absolute form, other host", get(b"http://evil.example/hello"), [400], True),
    Case("authority form", b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n" + SMUGGLED,
         [405], True),
    Case("TRACE", b"TRACE /hello HTTP/1.1\r\nHost: localhost\r\n\r\n", [405], True),
    Case("asterisk form", b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", [400], True),
    Case("trailer is not a header",
         post(b"Transfer-Encoding: chunked\r\n",
              b"5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n") + get(b"/hello"), [200, 200], False),
    # a body where there is none: would be read as the next request
    Case("GET with a body", get(b"/hello", b"Content-Length: 49\r\n") + SMUGGLED, [400], True),
    Case("GET with chunked body",
         get(b"/hello", b"Transfer-Encoding: chunked\r\n") + b"0\r\n\r\n" + SMUGGLED, [400], True),
    Case("HEAD with a body",
         b"HEAD /hello HTTP/1.1\r\n" + H + b"Content-Length: 49\r\n\r\n" + SMUGGLED, [400], True),
    Case("DELETE with a body",
         b"DELETE /items/1 HTTP/1.1\r\n" + H + b"Content-Length: 49\r\n\r\n" + SMUGGLED, [400], True),
    Case("GET with Content-Length: 0", get(b"/hello", b"Content-Length: 0\r\n"), [200], False),
    # names and values
    Case("field without colon", get(b"/hello", b"garbage\r\n"), [400], True),
    Case("field with empty name", get(b"/hello", b": x\r\n"), [400], True),
    Case("field name with a bracket", get(b"/hello", b"X(a): x\r\n"), [400], True),
    Case("control byte in a value", get(b"/hello", b"X-A: a\x01b\r\n"), [400], True),
    Case("DEL in a value", get(b"/hello", b"X-A: a\x7fb\r\n"), [400], True),
    Case("bare CR in a value", get(b"/hello", b"X-A: a\rb\r\n"), [400], True),
    Case("101 fields",
         get(b"/hello", b"".join(b"X-%d: 1\r\n" % i for i in range(101))), [400], True),
    Case("header block too large", get(b"/hello", b"X-A: " + b"a" * 40000 + b"\r\n"), [400], True),
    Case("unknown method", b"BREW /hello HTTP/1.1\r\n" + H + b"\r\n", [501], True),
    Case("lower-case method", b"get /hello HTTP/1.1\r\n" + H + b"\r\n", [501], True),
    Case("garbage", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 40 + b"\r\n\r\n",
         [400], True),
]

ORDINARY = [
    Case("keep-alive", get(b"/hello") + get(b"/hello"), [200, 200], False),
    Case("pipelined posts",
         post(b"Content-Length: 5\r\n", b"hello") + post(b"Content-Length: 2\r\n", b"hi")
         + get(b"/hello"), [200, 200, 200], False),
    Case("Connection: close", get(b"/hello", b"Connection: close\r\n") + get(b"/hello"), [200], True),
    Case("Connection: keep-alive, close",
         get(b"/hello", b"Connection: keep-alive, close\r\n") + get(b"/hello"), [200], True),
    Case("HTTP/1.0", get(b"/hello", b"", b"HTTP/1.0"), [200], True),
    Case("HTTP/1.0 without Host", b"GET /hello HTTP/1.0\r\n\r\n", [200], True),
    Case("HTTP/1.0 keep-alive",
         get(b"/hello", b"Connection: keep-alive\r\n", b"HTTP/1.0") + get(b"/hello"),
         [200, 200], False),
    Case("HEAD then GET",
         b"HEAD /hello HTTP/1.1\r\n" + H + b"\r\n" + get(b"/hello"), [200, 200], False),
    Case("chunked body",
         post(b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"), [200], False),
    Case("not found", get(b"/nothing") + get(b"/hello"), [404, 200], False),
    Case("wrong method",
         b"PUT /hello HTTP/1.1\r\n" + H + b"Content-Length: 0\r\n\r\n" + get(b"/hello"),
         [405, 200], False),
    Case("PATCH is known, but not here",
         b"PATCH /echo HTTP/1.1\r\n" + H + b"Content-Length: 0\r\n\r\n", [405], False),
    Case("OPTIONS", b"OPTIONS /echo HTTP/1.1\r\n" + H + b"\r\n" + get(b"/hello"), [204, 200], False),
    Case("path with dots", get(b"/items/../hello"), [400], False),
    Case("path with encoded slash", get(b"/items/a%2Fb"), [400], False),
    Case("path with encoded NUL", get(b"/items/a%00b"), [400], False),
    Case("query given twice", get(b"/items/1?a=1&a=2"), [400], False),
    Case("body over the route's limit",
         b"PUT /echo HTTP/1.1\r\n" + H + b"Content-Length: 1025\r\n\r\n" + b"x" * 1025
         + get(b"/hello"), [413, 200], False),
    Case("body on a route without one",
         b"POST /hello HTTP/1.1\r\n" + H + b"Content-Length: 1\r\n\r\nx", [405], False),
    Case("body over the server's limit",
         post(b"Content-Length: 99999999\r\n", b"x"), [413], True),
    Case("chunked body over the server's limit",
         post(b"Transfer-Encoding: chunked\r\n", b"5f5e0ff\r\nx"), [413], True),
    Case("204 has no body",
         b"POST /echo?status=204 HTTP/1.1\r\n" + H + b"Content-Length: 3\r\n\r\nabc"
         + get(b"/hello"), [204, 200], False),
    Case("304 has no body",
         b"POST /echo?status=304 HTTP/1.1\r\n" + H + b"Content-Length: 3\r\n\r\nabc"
         + get(b"/hello"), [304, 200], False),
    Case("empty line before the request", b"\r\n" + get(b"/hello"), [400], True),
]
