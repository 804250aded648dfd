# SPDX-License-Identifier: MulanPSL-2.0
"""Running the load generator, and what it cost."""
import os
import pathlib
import sys

import harness

LOAD = harness.BIN / "tests/bench/load"
TICKS = os.sysconf("SC_CLK_TCK")
WARM_UP_SECONDS = 1


def load(port, connections, seconds, kinds, tokens=None, tls=False):
    """Rows of the load generator, one a kind: dictionaries."""
    args = ["-p", port, "-c", connections, "-t", seconds, "-w", WARM_UP_SECONDS, "-s", connections]
    args += ["-k", tokens] if tokens else []
    args += ["-S"] if tls else []
    for kind in kinds:
        args += ["-r", kind]
    done = harness.run(LOAD, *args, timeout=seconds + 60, check=False)
    if done.stderr:
        print(done.stderr, file=sys.stderr)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"load {' '.join(map(str, args))}: exit {done.returncode}\n{done.stderr}")
    names = ("name", "requests", "per_second", "p50", "p99", "max", "bad", "first_bad")
    return [dict(zip(names, [line.split("\t")[0], *map(int, line.split("\t")[1:])])) for line in done.stdout.splitlines()]


def stat(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def cpu_of_daemon(daemon):
    fields = stat(daemon.process.pid)
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu_of_postgres(postgres):
    """The postmaster, those who work for it, and those who have ended."""
    home = pathlib.Path(postgres.folder) / "cluster/home/data/postmaster.pid"
    postmaster = int(home.read_text().split()[0])
    total = sum(map(int, stat(postmaster)[11:15]))
    for entry in pathlib.Path("/proc").iterdir():
        fields = stat(entry.name) if entry.name.isdigit() else None
        if fields and int(fields[1]) == postmaster:
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def memory_of(daemon):
    lines = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text().splitlines())
    return f"{int(lines['VmRSS'].split()[0]) / 1024:.0f} MiB (most: {int(lines['VmHWM'].split()[0]) / 1024:.0f} MiB)"


def milliseconds(us):
    return f"{us / 1000:.1f}" if us < 100000 else f"{us / 1000:.0f}"


class Table:
    """A Markdown table of one database."""

    def __init__(self, database, matters):
        self.database, self.matters, self.lines = database, matters, []

    def add(self, name, connections, seconds, rows, cpu, pipelined, transaction):
        requests = sum(r["requests"] for r in rows)
        rate = sum(r["per_second"] for r in rows)
        # the CPU time is of warm-up and count, the requests are of the count
        each = max(requests, 1) * (seconds + WARM_UP_SECONDS) / seconds
        ratio = [f"{rate / base:.2f}" if base else "" for base in (pipelined, transaction)]
        base = [f"{b:.0f}" if b else "" for b in (pipelined, transaction)]
        bad = sum(r["bad"] for r in rows)
        first = next((f" ({r['first_bad']})" for r in rows if r["bad"]), "")
        p50, p99 = (max(r[p] for r in rows) for p in ("p50", "p99"))
        self.lines.append(f"| {name} | {connections} | {rate} | {milliseconds(p50)} | {milliseconds(p99)} | {bad}{first} |"
                          f" {cpu[0] * 1e6 / each:.0f} | {cpu[1] * 1e6 / each:.0f} | {base[0]} | {ratio[0]} |"
                          f" {base[1]} | {ratio[1]} |")

    def text(self):
        return "\n".join([
            f"## {self.matters:,} matters\n",
            "| request | connections | a second | p50 ms | p99 ms | not 2xx | CPU daemon | CPU PostgreSQL |"
            " pgbench pipelined | ratio | pgbench begin/end | ratio |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |", *self.lines, ""])
