# SPDX-License-Identifier: MulanPSL-2.0
"""Two daemons in two network namespaces, with nothing between them but a line that loses every fifth packet, doubles every
tenth and holds each back 100 ms +- 50 ms: in the end both have the same."""
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

import pytest

import harness
import pair as pairs

HERE = pathlib.Path(__file__).parent
ADDRESSES = ("10.213.77.1", "10.213.77.2")
PORT = 8471


def why_not():
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not shutil.which("ip"):
        return "iproute2 is not installed"
    if not os.path.exists("/dev/net/tun"):
        return "this kernel has no TUN devices (/dev/net/tun)"
    name = f"ipcase-probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return f"ip netns add: {made.stderr.strip()}" if made.returncode else None


pytestmark = pytest.mark.skipif(bool(why_not()), reason=str(why_not()))


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class UnixClient(harness.Client):
    """Comes in by the socket file, which is no part of any network."""

    def open(self):
        return UnixConnection(self.host, self.timeout)


class NamespacedDaemon(harness.Daemon):
    def write_config(self, options=None):
        self.path = str(self.folder / "http.sock")
        self.options.setdefault("http", {})["listen"] = f"unix:{self.path}"
        super().write_config(options)

    def client(self, account=None, password=harness.PASSWORD, timeout=30):
        client = UnixClient(self.path, None, timeout)
        if account:
            client.login(account, password)
        return client


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@pytest.fixture
def line(scratch):
    names = [f"ipcase-{os.getpid()}-{side}" for side in "ab"]
    seed = str(int(time.time()))
    relay = None
    try:
        for name in names:
            ip("netns", "add", name)
        relay = subprocess.Popen([sys.executable, HERE / "lossy.py", *names, "0.20", "0.10", "0.100", "0.050", seed],
                                 stdout=subprocess.PIPE, text=True)
        assert relay.stdout.readline() == "ready\n"
        for name, own, other in zip(names, ADDRESSES, ADDRESSES[::-1]):
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "addr", "add", own, "peer", other, "dev", "line")
            ip("-n", name, "link", "set", "line", "mtu", "4000", "up")
        yield names, relay, seed
    finally:
        if relay:
            relay.kill()
            relay.wait()
        for name in names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True)


def test_a_bad_line(postgres, scratch, line):
    names, relay, seed = line
    databases = ("netns_market", "netns_police")
    for database in databases:
        postgres.copy_database(database, "ipcase_seeded")
    systems = [{"host": host, "port": PORT, "daemon": NamespacedDaemon} for host in ADDRESSES]
    two = pairs.Pair(postgres, databases, scratch / "netns", market=systems[0], police=systems[1])
    for system, name in zip(two.systems, names):
        system.daemon.wrap = ["ip", "netns", "exec", name]
    two.start()
    began = time.monotonic()
    ways = [two.c1() for _ in range(3)]
    for way in ways:
        way.open()
        way.approve()
    attach, data = pairs.evidence(ways[0], 30_000)
    for way in ways:
        way.act("officer", "submit", on="2026-04-01", **({"attach": [attach]} if way is ways[0] else {}))
    for way in ways:
        way.police("accept", police_receipt="公安甲", on="2026-04-02", wait=False)
    two.settle(90)  # about 20 s; what TCP makes of it has a long tail
    took = time.monotonic() - began
    for way in ways:
        assert two.check(way.thread) == "c1_accepted", seed
        kinds = [(r[0], r[2]) for r in two.market.hub.records(way.thread, "bureau")]
        assert len(kinds) == len(set(kinds)) == 4, kinds  # submitted, two delivered, accepted: each once
    package, = ways[0].liaison.get(f"handoffs/{ways[0].arrived()}/thread").ok()["packages"]
    assert package["held"]
    assert [s.hub.quarantined() for s in two.systems] == [[], []]
    relay.terminate()
    count = json.loads(relay.stdout.readline())
    assert count["lost"] > count["sent"] * 0.1 and count["doubled"] > 0, count
    print(f"{took:.1f} s, {count}, seed {seed}")
    for way in ways:
        way.close()
    two.stop()
    for database in databases:
        postgres.drop_database(database)
