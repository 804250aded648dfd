# SPDX-License-Identifier: MulanPSL-2.0
"""A crawler over simulated days: it must never see a decision outside its window.

The daemon's wall clock is moved by fake_clock.c; what is published, corrected, withdrawn, stopped, shielded and forgotten
by a late sweep is written into the ledger of public records as the days pass. At each instant the crawler reads
every page of the list, the ledger, searches, and pages by number, and compares with an oracle of a few lines.

The days include both sides of 2025-12-25 (new periods), of the Spring Festival and of National Day, ends of months, and the last
second of last days."""
import csv
import datetime
import io
import itertools
import random
import subprocess
import urllib.parse

import pytest

import harness
from public_site import Page, Records

CHINA = datetime.timezone(datetime.timedelta(hours=8))
FIRST, LAST = datetime.date(2025, 11, 20), datetime.date(2027, 3, 10)
DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)


def at(day, hour=0, minute=0, second=0):
    return datetime.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=CHINA)


def months_later(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in range(day.day, 0, -1):
        try:
            return datetime.date(year, month + 1, last)
        except ValueError:
            continue


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clock")
    preload = folder / "fake_clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", preload, harness.ROOT / "tests/integration/fake_clock.c"], check=True)
    return Clock(folder / "now", preload)


class Clock:
    def __init__(self, path, preload):
        self.path, self.preload = path, preload
        self.path.write_bytes(b"0".ljust(32, b" "))
        self.set(at(FIRST))

    def set(self, when):
        self.now = when
        us = int(when.timestamp()) * 1000000 + when.microsecond
        with open(self.path, "r+b") as f:
            f.write(str(us).encode().ljust(32, b" "))

    def env(self):
        return {"LD_PRELOAD": str(self.preload), "IPCASE_TEST_CLOCK": str(self.path)}


class Entry:
    """One row of the ledger, and the oracle of its window."""

    def __init__(self, page, matter, party, from_at, stop_due):
        self.page, self.matter, self.party, self.from_at, self.stop_due = page, matter, party, from_at, stop_due
        self.until_at = self.why = None

    def is_public(self, now):
        return self.from_at <= now and (self.until_at is None or now < self.until_at) and now.astimezone(CHINA).date() <= self.stop_due


class World:
    def __init__(self, records, rng):
        self.records, self.rng = records, rng
        self.entries, self.agenda = [], []  # agenda: (instant, number, what to do)
        self.number = itertools.count()

    def plan(self, when, act):
        self.agenda.append((when, next(self.number), act))

    def publish(self, when, matter=None, n=1):
        day = when.astimezone(CHINA).date()
        stop = months_later(day, self.rng.choice([3, 3, 12, 36])) if self.rng.random() < .8 else day + DAY * self.rng.randrange(0, 40)
        party = f"样县{chr(0x4e00 + len(self.entries) * 7)}{chr(0x5e00 + len(self.entries) * 3)}商行"
        page, matter = self.records.add(party, matter=matter, n=n, from_at=when.isoformat(), stop_due=stop.isoformat(),
                                        decided_on=(day - 5 * DAY).isoformat())
        entry = Entry(page, matter, party, when, stop)
        self.entries.append(entry)
        fate = self.rng.random()
        later = when + datetime.timedelta(seconds=self.rng.randrange(60, 150 * 86400))
        over = at(stop + DAY) + DAY * self.rng.choice([0, 0, 1, 4])  # the sweep, sometimes days late
        if fate < .25 and later < over:
            self.plan(later, lambda: self.end(entry, later, "撤回：决定被撤销"))
        elif fate < .4 and later < over:
            self.plan(later, lambda: (self.end(entry, later, "更正"), self.publish(later, matter, n + 1)))
        elif fate < .5 and later < over:
            back = later + DAY * 20
            self.plan(later, lambda: self.end(entry, later, "屏蔽"))
            self.plan(back, lambda: self.publish(back, matter, n + 1))
        elif fate < .6 and later < over:
            self.plan(later, lambda: self.end(entry, later, "停止：信用修复"))
        elif fate < .95:
            self.plan(over, lambda: self.end(entry, over, "停止：公示期满"))

    def end(self, entry, when, why):
        self.records.end(entry.page, when.isoformat(), why)
        entry.until_at, entry.why = when, why

    def run_until(self, now):
        """Everything that happens up to this instant; a step may plan more."""
        while self.agenda and min(self.agenda)[0] <= now:
            step = min(self.agenda)
            self.agenda.remove(step)
            step[2]()


class Crawler:
    def __init__(self, site, world):
        self.site, self.world, self.seen, self.requests = site, world, 0, 0

    def get(self, path):
        self.requests += 1
        return self.site.get(path)

    def list(self, path):
        found = []
        while path:
            page = Page(self.get(path))
            found += [int(h.rpartition("/")[2]) for h, _ in page.links() if h.startswith("/public/d/")]
            path = next((h for h, text in page.links() if text == "下一页"), None)
        return found

    def look(self, now):
        public = sorted((e.page for e in self.world.entries if e.is_public(now)), reverse=True)
        assert self.list("/public") == public, now
        ledger = csv.DictReader(io.StringIO(self.get("/public/ledger.csv").text))
        assert {int(r["id"]) for r in ledger if r["state"] == "public"} == set(public), now
        for entry in self.world.rng.sample(self.world.entries, min(6, len(self.world.entries))):
            self.look_at(entry, now)
        self.seen += len(public)

    def look_at(self, entry, now):
        reply = self.get(f"/public/d/{entry.page}")
        hits = self.list("/public/search?" + urllib.parse.urlencode({"q": entry.party}))
        if entry.is_public(now):
            assert reply.status == 200 and entry.party in reply.text and hits == [entry.page], (now, entry.__dict__)
            # No cache may keep it into a day on which it is over.
            age = int(reply.headers["Cache-Control"].partition("max-age=")[2].partition(",")[0])
            assert (now + datetime.timedelta(seconds=age)).astimezone(CHINA).date() <= entry.stop_due or age == 0 \
                or now + datetime.timedelta(seconds=age) == at(entry.stop_due + DAY)
            return
        assert entry.party not in reply.text and not hits, (now, entry.__dict__)
        living = [e.page for e in self.world.entries if e.matter == entry.matter and e.is_public(now)]
        if entry.from_at > now:
            assert reply.status == 404
        elif living:
            assert reply.status == 302 and reply.headers["Location"] == f"/public/d/{living[0]}"
        else:
            assert reply.status == 410


def test_the_crawler_never_sees_what_is_not_public(postgres, new_database, scratch, clock):
    if "asan" in str(harness.BIN):
        pytest.skip("the sanitizer must be loaded before everything else")
    rng = random.Random(20251225)
    name = new_database()
    conn = postgres.connect(name)
    world = World(Records(conn), rng)
    for _ in range(110):
        when = at(FIRST + DAY * rng.randrange((LAST - FIRST).days - 30), rng.randrange(8, 18), rng.randrange(60))
        world.plan(when, lambda when=when: world.publish(when))
    # The last second of one day and the first of another, on both sides of the change of the law and of the holidays.
    for day in ("2025-12-24", "2025-12-25", "2026-02-14", "2026-02-24", "2026-09-30", "2026-10-08"):
        when = at(datetime.date.fromisoformat(day), 23, 59, 59)
        world.plan(when, lambda when=when: world.publish(when))
    options = {"public": {"searches": 0}, "log": {"level": "warn"}}
    with harness.Daemon(postgres.url(name, "ipcase_app"), scratch / name, options, env=clock.env()) as server:
        crawler = Crawler(server.client(), world)
        day = FIRST
        while day <= LAST:
            instants = [at(day), at(day, 23, 59, 59)]
            if rng.random() < .3:
                instants.insert(1, at(day, rng.randrange(8, 18), rng.randrange(60)))
            for now in instants:
                world.run_until(now)
                clock.set(now)
                crawler.look(now)
            day += DAY
    conn.close()
    assert crawler.seen > 20000 and crawler.requests > 5000
    states = {e.why and e.why[:2] for e in world.entries}
    assert {"撤回", "更正", "屏蔽", "停止", None} <= states
