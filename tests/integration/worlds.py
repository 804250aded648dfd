# SPDX-License-Identifier: MulanPSL-2.0
"""Whole systems with the client: one hub, or the bureau's and the police's with nothing but a disc between them.

    world = World(postgres, database, folder); copy = world.to_approved(); world.submit(copy)
    bureau, police = disc_pair(postgres, folder, {"bureau": database, "police": other_database})
"""
import shutil

import harness
import hub as hubs
from walk import Walk

EVIDENCE = b"%PDF-1.4 evidence " + bytes(range(256)) * 40
REPORT = ["transfer_basis=达到追诉标准", "evidence_list=询问笔录、辨认意见", "reason=销售金额八万元，达到追诉标准"]


class World:
    """A daemon with its own database, keys and store, and a logged-in client for each account."""

    def __init__(self, postgres, database, folder, organs=hubs.ORGANS):
        self.hub = hubs.Hub(postgres, database, folder / "hub", organs)
        self.folder = folder
        (folder / "store").mkdir()
        self.daemon = harness.Daemon(postgres.url(database, "ipcase_app"), folder / "daemon",
                                     {**self.hub.options(), "store": {"dir": folder / "store"}})
        self.daemon.start()
        self.walk = Walk(self.daemon)
        self.clis = {}

    def stop(self):
        self.walk.close()
        assert self.daemon.stop() == 0

    def as_(self, account):
        if account not in self.clis:
            self.clis[account] = self.daemon.cli(self.folder / f"cli-{account}", account)
            self.clis[account].run("login")
            self.clis[account].env.pop("IPCASE_PASSWORD")
        return self.clis[account]

    def run(self, account, *args, code=0):
        done = self.as_(account).run(*args, check=False)
        assert done.returncode == code, (args, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def json(self, account, *args):
        return self.as_(account).json(*args)

    def case(self):
        self.walk.to_investigating("2026-10-12", "2026-10-20")
        self.walk.on_case("officer", "amounts", "2026-10-22", offence="TM_SALE", criminal_sales_fen=8000000)
        return self.walk.case

    def material(self, case, name="鉴定意见.pdf", content=EVIDENCE):
        path = self.folder / name
        path.write_bytes(content)
        self.run("officer", "material", "add", f"case:{case}", path, "--kind", "鉴定意见", "--title", "鉴定意见")

    def to_approved(self, *words, case=None):
        """Up to the principal's approval; the id of our copy."""
        case = case or self.case()
        out = self.json("officer", "handoff", "new", "c1", "--case", case, "peer=样县公安局",
                        "copy_to=样县人民检察院", "--at", "2026-11-16 10:00", *words)
        copy = out["matter"]["id"]
        self.run("deputy_head", "handoff", "do", copy, "appoint", "officer=officer", "co_officer=co_officer",
                 "--at", "2026-11-16 15:00")
        self.run("officer", "handoff", "do", copy, "report_request", *REPORT, "--at", "2026-11-17 9:00")
        self.run("principal", "handoff", "do", copy, "report_approve", "--at", "2026-11-18 9:00")
        return copy

    def submit(self, copy, *words):
        self.run("officer", "handoff", "do", copy, "submit", "--at", "2026-11-18 15:00", *words)
        self.hub.settle()

    def thread(self, copy, account="officer"):
        return self.json(account, "handoff", "thread", copy)

    def state(self, account, copy):
        return self.json(account, "handoff", "show", copy)["state"]


def disc_only(postgres, database, here, there):
    """`there` is another system's organ: only a disc reaches it."""
    postgres.query(database, "UPDATE ipcase.organ_peer SET way = 'disc', hub_organ = NULL, inbox_unit = NULL"
                   " WHERE code = %s", there)
    assert postgres.query(database, "SELECT way FROM ipcase.organ_peer WHERE code = %s", there) == [("disc",)]
    assert postgres.query(database, "SELECT way FROM ipcase.organ_peer WHERE code = %s", here) == [("hub",)]


def trust(one, other):
    """The other system's authority among those that this one trusts."""
    shutil.copy(other.hub.ca / "ca.pem", one.hub.keys / "trust/other.pem")
    one.daemon.restart()


def disc_pair(postgres, folder, databases):
    """The bureau's system and the police's: two databases, two stores, two sets of keys, no network between."""
    pair = []
    for own, other in (("bureau", "police"), ("police", "bureau")):
        place = folder / databases[own]
        place.mkdir()
        pair.append(World(postgres, databases[own], place, {own: hubs.ORGANS[own]}))
        disc_only(postgres, databases[own], own, other)
    for one, other in (pair, pair[::-1]):
        trust(one, other)
    return pair
