# SPDX-License-Identifier: MulanPSL-2.0
"""The catalogue of malformed and odd requests, byte for byte."""

import pytest

import catalogue


def run(probe, case):
    wire = probe.connect()
    try:
        wire.send(case.send)
        seen = []
        heads = [part.startswith(b"HEAD ") for part in case.send.split(b"\r\n\r\n")]
        for i in range(len(case.statuses)):
            reply = wire.reply(head=heads[i] if i < len(heads) else False)
            seen.append(reply.status if reply else 0)
            assert reply is None or b"smuggled" not in reply.body, "hidden request was answered"
        assert seen == case.statuses
        if case.closed:
            assert wire.is_closed(), "must be closed"
        else:
            assert wire.reply(timeout=0.1) is None, "one reply too many"
            assert not wire.eof, "must stay open"
            # and the stream is still in step
            wire.send(catalogue.get(b"/items/in-step"))
            assert b"in-step" in wire.reply().body
    finally:
        wire.close()


@pytest.mark.parametrize("case", catalogue.SMUGGLING, ids=lambda c: c.name)
def test_smuggling(shared_probe, case):
    run(shared_probe, case)


@pytest.mark.parametrize("case", catalogue.ORDINARY, ids=lambda c: c.name)
def test_ordinary(shared_probe, case):
    run(shared_probe, case)


@pytest.mark.parametrize("case", [c for c in catalogue.SMUGGLING + catalogue.ORDINARY if len(c.send) <= 600],
                         ids=lambda c: c.name)
def test_byte_by_byte(shared_probe, case):
    """The same answers when every byte comes alone (short ones only)."""
    whole = shared_probe.connect()
    pieces = shared_probe.connect()
    try:
        whole.send(case.send)
        for i in range(len(case.send)):
            pieces.send(case.send[i:i + 1])
        for expected in case.statuses[:1]:
            first = [w.reply(head=case.send.startswith(b"HEAD ")) for w in (whole, pieces)]
            assert [r.status if r else 0 for r in first] == [expected, expected]
    finally:
        whole.close()
        pieces.close()


def test_refusals_are_problem_documents(shared_probe):
    wire = shared_probe.connect()
    wire.send(catalogue.post(b"Content-Length: 5\r\nContent-Length: 6\r\n", b"hello"))
    reply = wire.reply()
    assert reply.field("content-type") == "application/problem+json"
    assert reply.field("connection") == "close"
    problem = reply.json()
    assert problem["type"] == "urn:ipcase:problem:malformed"
    assert problem["status"] == 400
    assert problem["rule"] == "http-content-length"
    assert problem["request_id"] == reply.field("x-request-id")
    wire.close()


def test_host_names(start_probe):
    probe = start_probe("--host", "cases.example")

    def status(host):
        wire = probe.connect()
        wire.send(b"GET /hello HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
        return wire.reply().status

    assert status(b"cases.example") == 200
    assert status(b"CASES.example:8470") == 200
    assert status(b"localhost") == 400
