# SPDX-License-Identifier: MulanPSL-2.0
"""Two systems that exchange by network: the bureau's (with the procuratorate on it) and the police's (with the court), each
with its own database, daemon, keys and authority. Bureau and police sign with SM2 as well.

    two = Pair(postgres, folder, databases)      # ports on loopback
    two.start(); c1 = two.c1(); c1.submit(); two.settle(); two.check(c1.thread)
"""
import contextlib
import hashlib
import json
import os
import ssl

import harness
import hub as hubs
from hub import C1, canonical, digest

MARKET = {"bureau": "样县市场监督管理局", "procuratorate": "样县人民检察院"}
POLICE = {"police": "样县公安局", "court": "样县人民法院"}


def fingerprint(path):
    """SHA-256 of the first certificate in a PEM file."""
    text = path.read_text()
    first = text[:text.index("-----END CERTIFICATE-----") + 25]
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(first)).hexdigest()


class System:
    def __init__(self, postgres, database, folder, organs, host="127.0.0.1", port=None, options=None,
                 daemon=harness.Daemon):
        folder.mkdir(parents=True, exist_ok=True)
        self.hub = hubs.Hub(postgres, database, folder / "hub", organs, f"签发中心 {folder.name}")
        first, name = next(iter(organs.items()))
        harness.ctl("key", "new", first, "--name", name, "--alg", "sm2", "--dir", self.hub.keys)
        harness.ctl("key", "sign", "--dir", self.hub.keys, "--ca", self.hub.ca, self.hub.keys / f"{first}.sm2.csr")
        self.organs, self.host, self.port = organs, host, port or harness.free_port()
        self.url = f"https://{host}:{self.port}"
        # Days of the tests lie months back: a sweep would find silence everywhere.
        options = {**self.hub.options(sweep="12h", listen=f"{host}:{self.port}", lease="1s", retry_min="100ms",
                                      retry_max="1s"), **(options or {})}
        self.daemon = daemon(postgres.url(database, "ipcase_app"), folder / "daemon", options)

    def knows(self, other):
        """The other system's organs in our directory, its authority among those we trust."""
        (self.hub.keys / "trust" / f"{other.port}.pem").write_bytes((other.hub.ca / "ca.pem").read_bytes())
        for code in other.organs:
            self.hub.query("UPDATE ipcase.organ_peer SET way = 'network', hub_organ = NULL, inbox_unit = NULL, url = %s,"
                           " pin = %s WHERE code = %s", other.url, fingerprint(other.hub.keys / f"{code}.pem"), code)

    def set_peer(self, code, **values):
        for column, value in values.items():
            assert column in ("url", "pin", "active", "way")
            self.hub.query(f"UPDATE ipcase.organ_peer SET {column} = %s WHERE code = %s", value, code)

    def reload(self):
        before = self.daemon.log().count("reloaded ") + self.daemon.log().count("reload_failed")
        self.daemon.reload()
        harness.wait_until(lambda: self.daemon.log().count("reloaded ") + self.daemon.log().count("reload_failed") > before, 10,
                           "the reload")

    def outbox(self):
        return self.hub.query("SELECT lane, n, to_code, tries, failed_at IS NOT NULL, error FROM ipcase.outbox"
                              " WHERE done_at IS NULL AND next_at < 'infinity' ORDER BY id")


class Pair:
    def __init__(self, postgres, databases, folder, **more):
        self.postgres = postgres
        self.market = System(postgres, databases[0], folder / "market", MARKET, **more.pop("market", {}))
        self.police = System(postgres, databases[1], folder / "police", POLICE, **more.pop("police", {}))
        self.systems = (self.market, self.police)
        self.market.knows(self.police)
        self.police.knows(self.market)

    def start(self):
        for system in self.systems:
            system.daemon.start()
        return self

    def stop(self):
        for system in self.systems:
            system.daemon.stop()

    def settled(self):
        return all(system.hub.settled() for system in self.systems)

    def settle(self, timeout=20):
        try:
            harness.wait_until(self.settled, timeout, "two empty outboxes")
        except AssertionError:
            raise AssertionError("still in the outbox: " + repr([s.outbox() for s in self.systems]) + repr(
                [s.hub.quarantined() for s in self.systems]) + "".join(s.daemon.log_tail(15) for s in self.systems)) from None

    def system_of(self, organ):
        return next(s for s in self.systems if organ in s.organs)

    def c1(self, **more):
        return Way(self, **more)

    def check(self, thread):
        """Every copy has the same records and state, every signature holds, every lane is whole; the state."""
        organs = ("bureau", "procuratorate", "police")
        states = {o: self.system_of(o).hub.state(thread, o) for o in organs}
        assert len(set(states.values())) == 1, states
        copies = {o: {(r[0], r[1]): (r[3], r[4]) for r in self.system_of(o).hub.records(thread, o)} for o in organs}
        for organ in organs:
            assert copies[organ] == copies["bureau"], (organ, sorted(copies[organ]), sorted(copies["bureau"]))
        last = {}
        for (lane, n), (body, _) in sorted(copies["bureau"].items()):
            record = json.loads(body)
            assert canonical(record) == body.encode() and (record["lane"], record["n"]) == (lane, n)
            assert (n, record["prev"]) == (last.get(lane, (0, None))[0] + 1, last.get(lane, (0, None))[1])
            last[lane] = (n, digest(body))
        return states["bureau"]


class Way(C1):
    """A hand-over from the bureau to the police of the other system; the procuratorate gets copies."""

    def __init__(self, pair, case=False):
        super().__init__(pair.market.daemon, pair.market.hub, case)
        self.pair = pair
        self.liaison = pair.police.daemon.client("police")

    def close(self):
        self.liaison.close()
        super().close()

    def open(self, on="2026-04-01", **more):
        if not self.case:
            more = {"title": "网络移送", "parties": [{"name": "样县丙店"}], "cause": "假冒注册商标", **more}
        return super().open(on, **more)

    def send(self, on="2026-04-01", **more):
        """As submit(), without waiting for the deliveries."""
        self.open(on)
        self.approve(on)
        return self.act("officer", "submit", on=on, **more)

    def submit(self, on="2026-04-01", **more):
        reply = self.send(on, **more)
        self.pair.settle()
        return reply

    def arrived(self):
        return self.pair.police.hub.copies(self.thread).get("police")

    def police(self, act, on=None, wait=True, **fields):
        copy = harness.wait_until(self.arrived, 60, "the police's copy")
        reply = self.liaison.act("handoff", copy, act, fields=fields, happened_at=on).ok()
        if wait:
            self.pair.settle()
        return reply


def upload(client, target, data, name, kind="书证"):
    opened = client.post(f"{target}/uploads", {"name": name, "kind": kind, "size": len(data)}).ok()
    size = opened["chunk_size"]
    for n in range(opened["chunks"]):
        client.request("PUT", f"uploads/{opened['id']}/chunks/{n}", body=data[n * size:(n + 1) * size]).ok()
    version = client.get(target).ok()["version"]
    return client.post(f"uploads/{opened['id']}/finish", {"version": version}).ok()["material"]["number"]


def evidence(way, size, name="鉴定意见.pdf"):
    """A material of the hand-over: (its number for `attach`, its bytes)."""
    data = os.urandom(size)
    number = upload(way.as_("officer"), f"handoffs/{way.id}", data, name)
    return f"handoff:{number}", data


@contextlib.contextmanager
def closing(way):
    try:
        yield way
    finally:
        way.close()
