# SPDX-License-Identifier: MulanPSL-2.0
"""Just enough HTTP/2 to send what no library would: one request, as literals without
Huffman coding or index, and the status that comes back."""
import struct
import time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY = 0, 1, 3, 4, 7
END_STREAM, END_HEADERS, PADDED, PRIORITY = 1, 4, 8, 32
# Of the static table, what begins with :status.
STATUS = {8: 200, 9: 204, 10: 206, 11: 304, 12: 400, 13: 404, 14: 500}


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def _text(value):
    prefix = bytes([len(value)]) if len(value) < 127 else None
    if prefix is None:
        rest, prefix = len(value) - 127, b"\x7f"
        while rest >= 128:
            prefix += bytes([rest % 128 + 128])
            rest //= 128
        prefix += bytes([rest])
    return prefix + value


def block(fields):
    return b"".join(b"\x00" + _text(name) + _text(value) for name, value in fields)


def _status(payload):
    """nginx sends the status first: an index of the static table, or three plain digits."""
    while payload and 0x20 <= payload[0] < 0x40:
        payload = payload[1:]  # the table's size
    if payload[0] & 0x80:
        return STATUS[payload[0] & 0x7f]
    assert payload[1] == 3, payload[:8]
    return int(payload[2:5])


def exchange(wire, fields, body=None, timeout=5.0):
    """(what came: a status, "stream error", "connection error" or "closed"; the body)."""
    wire.send(PREFACE + frame(SETTINGS, 0, 0)
              + frame(HEADERS, END_HEADERS | (END_STREAM if body is None else 0), 1, block(fields))
              + (frame(DATA, END_STREAM, 1, body) if body is not None else b""))
    end = time.monotonic() + timeout
    status, got = None, b""
    while time.monotonic() < end:
        while len(wire.buffer) >= 9:
            length = int.from_bytes(wire.buffer[:3], "big")
            if len(wire.buffer) < 9 + length:
                break
            kind, flags, stream = wire.buffer[3], wire.buffer[4], int.from_bytes(wire.buffer[5:9], "big")
            payload, wire.buffer = wire.buffer[9:9 + length], wire.buffer[9 + length:]
            if kind == HEADERS and stream == 1 and status is None:
                status = _status(payload)
            elif kind == DATA and stream == 1:
                got += payload
            elif kind == RST_STREAM and status is None:
                return "stream error", got
            elif kind == GOAWAY and status is None and int.from_bytes(payload[4:8], "big"):
                return "connection error", got
            if kind in (HEADERS, DATA) and flags & END_STREAM:
                return status, got
        if wire.eof:
            break
        wire.fill(end - time.monotonic())
    return status or ("closed" if wire.eof else "no answer"), got
