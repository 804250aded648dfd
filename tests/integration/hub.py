# SPDX-License-Identifier: MulanPSL-2.0
"""A hub with keys and exchange accounts, and a hand-over on its way through it.

    hub = Hub(postgres, database, folder)          # keys of CODES, trusted CA, quarantine folder
    daemon = harness.Daemon(..., hub.options())
    c1 = C1(daemon, hub); c1.submit(); c1.at("police", "accept", police_receipt="...")

Organs are those of harness.UNITS; their codes in records are in small letters: bureau, police ...
"""
import base64
import hashlib
import json
import pathlib
import subprocess

import harness
from walk import Walk

ORGANS = {"bureau": "样县市场监督管理局", "police": "样县公安局", "procuratorate": "样县人民检察院", "court": "样县人民法院"}
OFFICERS = {"bureau": "officer", "police": "police", "procuratorate": "procuratorate", "court": "court"}
THREE = ("bureau", "police", "procuratorate")


class Hub:
    """Keys in `folder`; every organ of ORGANS is hosted and numbers its papers."""

    def __init__(self, postgres, database, folder, organs=ORGANS, authority="样县移送证书"):
        self.postgres, self.database = postgres, database
        self.folder = pathlib.Path(folder)
        self.keys = self.folder / "keys"
        self.ca = self.folder / "ca"
        self.quarantine = self.folder / "quarantine"
        self.owner = postgres.url(database, "ipcase_owner")
        for path in (self.keys, self.keys / "trust", self.quarantine):
            path.mkdir(parents=True, exist_ok=True)
        harness.ctl("key", "ca", "--dir", self.ca, "--name", authority)
        (self.keys / "trust/ca.pem").write_bytes((self.ca / "ca.pem").read_bytes())
        for code, name in organs.items():
            self.add_key(code, name)
            harness.ctl("peer", "host", "--code", code, "--database", self.owner)
            harness.ctl("peer", "set", "--code", code, "--region", "512022", "--database", self.owner)
        harness.ctl("unit", "number", "--code", "BUREAU", "--paper", "市监移", "--prefix", "样市监移",
                    "--database", self.owner)

    def add_key(self, code, name, keys=None):
        keys = keys or self.keys
        harness.ctl("key", "new", code, "--name", name, "--dir", keys)
        harness.ctl("key", "sign", "--dir", keys, "--ca", self.ca, keys / f"{code}.csr")

    def options(self, **more):
        return {"exchange": {"keys": self.keys, "quarantine": self.quarantine, "poll": "200ms", "retry_min": "200ms",
                             "sweep": "1s", **more}}

    def query(self, sql, *params):
        return self.postgres.query(self.database, sql, *params)

    def settled(self):
        """Nothing is on its way any more."""
        return self.query("SELECT count(*) FROM ipcase.outbox WHERE done_at IS NULL AND next_at < 'infinity'")[0][0] == 0

    def settle(self):
        try:
            harness.wait_until(self.settled, 20, "an empty outbox")
        except AssertionError:
            waiting = self.query("SELECT lane, n, to_code, tries, error FROM ipcase.outbox WHERE done_at IS NULL")
            raise AssertionError(f"still in the outbox: {waiting}, quarantine: {self.quarantined()}") from None

    def copies(self, thread):
        """{organ code: matter id} of every copy."""
        return dict(self.query("SELECT p.code, h.matter_id FROM ipcase.handoff h JOIN ipcase.organ_peer p"
                               " ON p.hub_organ = h.organ_id WHERE h.thread = %s", thread))

    def records(self, thread, organ):
        """[(lane, n, kind, body, cms)] in the order of that organ's copy."""
        return [(lane, n, kind, body, bytes(cms)) for lane, n, kind, body, cms in self.query(
            "SELECT r.lane, r.n, r.kind, r.body, r.cms FROM ipcase.record r JOIN ipcase.handoff h USING (matter_id)"
            " JOIN ipcase.organ_peer p ON p.hub_organ = h.organ_id WHERE h.thread = %s AND p.code = %s"
            " ORDER BY r.ordinal", thread, organ)]

    def state(self, thread, organ):
        return self.query("SELECT m.state FROM ipcase.matter m JOIN ipcase.handoff h ON h.matter_id = m.id"
                          " JOIN ipcase.organ_peer p ON p.hub_organ = h.organ_id WHERE h.thread = %s AND p.code = %s",
                          thread, organ)[0][0]

    def quarantined(self):
        return self.query("SELECT rule, source, encode(digest, 'hex'), path, times FROM ipcase.quarantine ORDER BY id")

    def verify(self, body, cms):
        """`openssl cms` as a stranger runs it."""
        here = self.folder / "verify"
        here.mkdir(exist_ok=True)
        (here / "body").write_bytes(body if isinstance(body, bytes) else body.encode())
        (here / "cms").write_bytes(cms)
        return subprocess.run(["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", here / "cms", "-content",
                               here / "body", "-CAfile", self.keys / "trust/ca.pem", "-purpose", "any", "-out", "/dev/null"],
                              capture_output=True, text=True)

    def check(self, thread, organs=THREE):
        """The copies are equal, every signature holds, every chain is whole."""
        states = {organ: self.state(thread, organ) for organ in organs}
        assert len(set(states.values())) == 1, states
        copies = {organ: self.records(thread, organ) for organ in organs}
        first = {(r[0], r[1]): (r[3], r[4]) for r in copies[organs[0]]}
        for organ in organs:
            assert {(r[0], r[1]): (r[3], r[4]) for r in copies[organ]} == first, organ
            known = {}
            for lane, n, kind, body, cms in copies[organ]:
                record = json.loads(body)
                assert canonical(record) == body.encode()
                assert (record["lane"], record["n"], record["kind"], record["thread"]) == (lane, n, kind, thread)
                before = known.get(lane, (0, None))
                assert n == before[0] + 1 and record["prev"] == before[1]
                for other, seen in record["seen"].items():
                    assert seen["digest"] == digest(first[other, seen["n"]][0]) and known[other][0] >= seen["n"]
                known[lane] = (n, digest(body))
        for body, cms in first.values():
            assert self.verify(body, cms).returncode == 0
        return states[organs[0]]

    def sign(self, body, code, keys=None):
        """A CMS by the organ's key over any bytes: what a thief or a broken program could make."""
        keys = keys or self.keys
        here = self.folder / "sign"
        here.mkdir(exist_ok=True)
        (here / "body").write_bytes(body)
        subprocess.run(["openssl", "cms", "-sign", "-binary", "-md", "sha256", "-cades", "-in", here / "body", "-signer",
                        keys / f"{code}.pem", "-inkey", keys / f"{code}.key", "-outform", "DER", "-out", here / "cms"],
                       check=True, capture_output=True)
        return (here / "cms").read_bytes()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(body):
    return "sha256:" + hashlib.sha256(body if isinstance(body, bytes) else body.encode()).hexdigest()


def upload(client, target, data, name, kind="书证", **fields):
    opened = client.post(f"{target}/uploads", {"name": name, "kind": kind, "size": len(data)}).ok()
    size = opened["chunk_size"]
    for n in range(opened["chunks"]):
        client.request("PUT", f"uploads/{opened['id']}/chunks/{n}", body=data[n * size:(n + 1) * size]).ok()
    version = client.get(target).ok()["version"]
    more = {"fields": fields} if fields else {}
    return client.post(f"uploads/{opened['id']}/finish", {"version": version, **more}).ok()["material"]["number"]


class C1:
    """A case handed to the police; `copy_to` also gets copies."""

    REPORT = {"reason": "销售金额达到追诉标准", "transfer_basis": "达到追诉标准", "evidence_list": ["询问笔录", "辨认意见"]}

    def __init__(self, daemon, hub, case=True):
        self.daemon, self.hub = daemon, hub
        self.walk = Walk(daemon)
        self.case = None
        if case:
            self.walk.to_investigating()
            self.case = self.walk.case

    def close(self):
        self.walk.close()

    def as_(self, account):
        return self.walk.as_(account)

    def open(self, on="2026-04-01", peer="police", copy_to=("procuratorate",), account="officer", **more):
        fields = {"peer": peer, "copy_to": list(copy_to), **({"case": self.case} if self.case else {}), **more}
        reply = self.as_(account).post("handoffs", {"channel": "c1", "fields": fields, "happened_at": on}).ok()
        self.id = reply["matter"]["id"]
        self.thread = self.hub.query("SELECT thread::text FROM ipcase.handoff WHERE matter_id = %s", self.id)[0][0]
        return reply

    def act(self, account, act, matter=None, on=None, **fields):
        return self.as_(account).act("handoff", matter or self.id, act, fields=fields, happened_at=on).ok()

    def approve(self, on="2026-04-01"):
        self.act("deputy_head", "appoint", on=on, officer="officer", co_officer="co_officer")
        self.act("officer", "report_request", on=on, **self.REPORT)
        return self.act("principal", "report_approve", on=on)

    def submit(self, on="2026-04-01", **more):
        self.open(on)
        self.approve(on)
        reply = self.act("officer", "submit", on=on, **more)
        self.hub.settle()
        return reply

    def at(self, organ, act, on=None, **fields):
        """By that organ's liaison on its own copy, and delivered everywhere."""
        reply = self.act(OFFICERS[organ], act, self.hub.copies(self.thread)[organ], on, **fields)
        self.hub.settle()
        return reply
