# SPDX-License-Identifier: MulanPSL-2.0
"""make bench (see run.sh): what the daemon does a second, beside what pgbench does with the same SQL.

The statements are not written here: one request of each kind is sent while PostgreSQL logs what the daemon
executes, and pgbench scripts are made from that. "pipelined" sends each segment as the daemon does, in one
round trip; "begin/end" is the usual way, one statement at a time between BEGIN and END.
"""
import os
import pathlib
import re
import statistics
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

import audit  # noqa: E402
import console  # noqa: E402
import database as bench_database  # noqa: E402
import handover  # noqa: E402
import harness  # noqa: E402
import public  # noqa: E402
import static_page  # noqa: E402
from measure import Table, cpu_of_daemon, cpu_of_postgres, load, memory_of  # noqa: E402

SIZES = [int(n) for n in os.environ.get("BENCH_MATTERS", "10000 1000000").split()]
SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
ONLY = os.environ.get("BENCH_ONLY", "")
FOLDER = pathlib.Path(os.environ.get("DIR") or harness.ROOT / "var/bench").resolve()
CONNECTIONS = (1, 8, 32, 128)
PGBENCH_CLIENTS = 8
# Each script is parsed and first planned by each client: with many of them pgbench would do little else.
SCRIPTS = 8


class Scenario:
    """One kind of request: what the load generator sends, and the same requests one by one for the capture.

    `vary` names parameters that must differ in each transaction: {(word of the statement, number): function}.
    """

    def __init__(self, name, kinds, samples, vary=None, setup=()):
        self.name, self.kinds, self.samples, self.vary, self.setup = name, kinds, samples, vary or {}, setup
        self.captured = []  # for each sample the segments, each a list of (sql, parameters)


# ---- the statements of a request, from PostgreSQL's log -------------------------------------------------------

ENTRY = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ UTC \[(\d+)\] \S+ (LOG|DETAIL):  (.*)$", re.S)
PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')", re.S)


def log_entries(text):
    entry = []
    for line in text.splitlines():
        if line.startswith("\t"):
            entry.append(line[1:])
        else:
            if entry:
                yield "\n".join(entry)
            entry = [line]
    if entry:
        yield "\n".join(entry)


def executed(text):
    """[(sql, [parameter or None])] in order."""
    found = []
    for entry in log_entries(text):
        match = ENTRY.match(entry)
        if not match:
            continue
        kind, message = match.group(2), match.group(3)
        if kind == "LOG" and message.startswith("execute "):
            found.append((message.partition(": ")[2], []))
        elif kind == "DETAIL" and message.startswith("parameters: ") and found:
            found[-1][1].extend(None if value == "NULL" else value[1:-1].replace("''", "'")
                                for _, value in PARAMETER.findall(message))
    return found


def segments_of(statements):
    """Every segment of a caller begins by saying who that is."""
    segments = []
    for sql, values in statements:
        if "ipcase.session_find" in sql or "ipcase.audit" in sql:
            continue
        if "set_config" in sql or not segments:
            segments.append([])
        segments[-1].append((sql, values))
    return segments


class Capture:
    """While open, everything that ipcase_app executes is in the server's log."""

    def __init__(self, postgres, name):
        self.postgres, self.name = postgres, name
        self.log = pathlib.Path(postgres.folder) / "cluster/home/log"

    def __enter__(self):
        self.postgres.query("postgres", f"ALTER ROLE ipcase_app IN DATABASE {self.name} SET log_statement = 'all'")
        return self

    def __exit__(self, *_):
        self.postgres.query("postgres", f"ALTER ROLE ipcase_app IN DATABASE {self.name} RESET log_statement")

    def of(self, send):
        start = self.log.stat().st_size
        send()
        time.sleep(0.05)  # until the log is written
        with open(self.log, "rb") as log:
            log.seek(start)
            return segments_of(executed(log.read().decode()))


# ---- pgbench ----------------------------------------------------------------------------------------------------


def script(scenario, segments, pipelined, prefix=""):
    """(text, {variable: value}) of a pgbench script with these segments."""
    lines, variables = list(scenario.setup), {}
    for segment in segments:
        lines.append("\\startpipeline" if pipelined else "BEGIN;")
        for sql, values in segment:
            for number in range(len(values), 0, -1):
                value = values[number - 1]
                special = scenario.vary.get((word_of(sql), number))
                if value is None:
                    put = "NULL"
                else:
                    name = f"{prefix}v{len(variables)}"
                    if special is None or "@" in value:
                        variables[name] = value
                    put = special(f":{name}") if special else f":{name}"
                sql = re.sub(rf"\${number}(?!\d)", lambda _, put=put: put, sql)
            lines.append(sql.rstrip().rstrip(";") + ";")
        lines.append("\\endpipeline" if pipelined else "END;")
    return "\n".join(lines) + "\n", variables


def word_of(sql):
    """What tells the statements apart: the function or table that they are about."""
    for word in ("set_config", "act_record", "ipcase.idempotency", "matter_id_seq", "ipcase.dossier"):
        if word in sql:
            return word
    return sql


def pgbench(postgres, name, parts, pipelined, folder):
    """Transactions a second of the scenarios [(scenario, weight)], every captured request a script."""
    options, number = [], 0
    for scenario, weight in parts:
        # each of n scripts gets the weight, so that requests of the scenario come as often as they should
        share = weight * 100 // len(scenario.captured)
        for segments in scenario.captured:
            number += 1
            text, variables = script(scenario, segments, pipelined, f"s{number}")
            path = folder / f"script-{number}.sql"
            path.write_text(text)
            options += [o for n, v in variables.items() for o in ("-D", f"{n}={v}")] + ["-f", f"{path}@{max(share, 1)}"]
    def written():
        return postgres.query(name, "SELECT count(*) FROM ipcase.idempotency")[0][0]

    before = written()
    done = harness.run("pgbench", "-n", "-M", "prepared", "-c", PGBENCH_CLIENTS, "-j", 2, "-T", SECONDS, "--max-tries", 10,
                       *options, postgres.url(name, "ipcase_app"), timeout=SECONDS + 60, check=False)
    tps = re.search(r"tps = ([0-9.]+)", done.stdout)
    failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
    if done.returncode != 0 or not tps or (failed and int(failed.group(1))):
        raise RuntimeError(f"pgbench, {parts[0][0].name}:\n{done.stdout[:2000]}{done.stderr}\n{path.read_text()[:5000]}")
    if [scenario for scenario, _ in parts if scenario.vary] == [parts[0][0]]:
        count = int(re.search(r"actually processed: (\d+)", done.stdout).group(1))
        if written() - before < 0.99 * count:
            raise RuntimeError(f"pgbench, {parts[0][0].name}: {count} transactions wrote {written() - before} acts")
    return float(tps.group(1))


# ---- scenarios --------------------------------------------------------------------------------------------------


TARGET = "(SELECT id FROM bench.target WHERE n = :n)"
VERSION = f"(SELECT version FROM ipcase.matter WHERE id = {TARGET})"


def clue_doc(doc):
    """The document of act_record with a new id and a new key in each transaction."""
    return f"replace(replace({doc}::text, '@ID@', nextval('ipcase.matter_id_seq')::text), '@KEY@', gen_random_uuid()::text)"


def act_doc(doc):
    """The same for an act on a matter at its present version."""
    return (f"replace(replace(replace(replace({doc}::text, '@ID@', {TARGET}::text), '@KEY@', gen_random_uuid()::text),"
            f" '\"@NEXT@\"', ({VERSION} + 1)::text), '\"@NOW@\"', {VERSION}::text)")


def mark(scenario):
    """Puts the marks into the captured documents of act_record, in the places of that one request."""
    for segment in (s for segments in scenario.captured for s in segments):
        for sql, values in segment:
            if "act_record" not in sql:
                continue
            doc = values[0]
            now = int(re.search(r'"expect": ?(\d+)', doc).group(1))
            own = re.search(r'"matter": ?\{"id": ?"?(\d+)', doc).group(1)
            doc = re.sub(r'("key": ?")[^"]+"', r'\1@KEY@"', doc, count=1)
            doc = re.sub(rf'("id": ?"?){own}(?!\d)', r"\1@ID@", doc)
            if now > 0:
                doc = re.sub(rf'("expect": ?){now}(?!\d)', r'\1"@NOW@"', doc)
                doc = re.sub(rf'("version": ?){now + 1}(?!\d)', r'\1"@NEXT@"', doc, count=1)
            values[0] = doc


def scenarios(data, daemon, folder):
    """(all but the mix, the mix's parts with their weights)"""
    officers = {}

    def as_(token):
        if token not in officers:
            officers[token] = daemon.client()
            officers[token].token = token
        return officers[token]

    def gets(name, asked):
        file = bench_database.write(folder / name, [f"/api/v1/{path} 0 {token}" for path, token in asked])
        return [f"{name}=1:get:{file}"], [lambda p=p, t=t: as_(t).get(p).ok() for p, t in asked]

    def page(view):
        return [(f"queue?view={view}&limit=50", token) for token in data.tokens.values()]

    clue = bench_database.write(folder / "clue", bench_database.CLUE_BODY)
    act = bench_database.write(folder / "act", bench_database.ACT_BODY)
    data.refresh(folder / "acts")
    token = data.tokens[data.busiest]
    last, version, _ = next(t for t in data.targets if t[0].startswith("case") and t[2] == token)
    n = f"\\set n random(0, {data.pgbench_targets // PGBENCH_CLIENTS - 1}) * {PGBENCH_CLIENTS} + :client_id"
    json = {"Content-Type": "application/json"}
    read = Scenario("read one matter", *gets("read", data.reads))
    queue = Scenario("queue page, unit", *gets("queue", page("unit")))
    register = Scenario("register a clue", [f"clue=1:post:/api/v1/clues:{clue}"],
                        [lambda: as_(token).request("POST", "clues", bench_database.CLUE_BODY.encode(), json).ok()],
                        {("act_record", 1): clue_doc})
    return [
        read, queue,
        Scenario("queue page, mine", *gets("mine", page("mine"))),
        Scenario("search by party", *gets("search", [(f"matters?party={urllib.parse.quote(p)}", t) for p, t in data.parties])),
        register,
        Scenario("do an act", [f"act=1:act:{folder / 'acts'}:{act}"],
                 [lambda: as_(token).act("case", last[6:], "tag", version, bench_database.ACT_FIELDS).ok()],
                 {("ipcase.dossier", 1): lambda _: TARGET, ("act_record", 1): act_doc}, [n]),
    ], [(read, 70), (queue, 25), (register, 5)]


# ---- one database ------------------------------------------------------------------------------------------------


class Reports:
    """While open, one leader asks for the rates of the year again and again."""

    def __init__(self, daemon, data):
        self.client = daemon.client(timeout=120)
        self.client.token = data.leader_token
        self.year = f"{data.month[0][:4]}-01-01", data.month[1]
        self.ended, self.made, self.thread = threading.Event(), 0, threading.Thread(target=self.ask)

    def ask(self):
        while not self.ended.is_set():
            self.client.get(f"rates?from={self.year[0]}&to={self.year[1]}").ok()
            self.made += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self.client.close()
        if not self.made:
            raise RuntimeError("no report was made meanwhile")


def run_scenario(name, kinds, parts, daemon, postgres, tokens, table, refresh):
    print(f"  {table.database}: {name} ...", file=sys.stderr, flush=True)
    def baseline():
        return [pgbench(postgres, table.database, parts, pipelined, FOLDER) for pipelined in (True, False)]

    measured, before = [], baseline()
    for connections in CONNECTIONS:
        refresh()
        cpu = cpu_of_daemon(daemon), cpu_of_postgres(postgres)
        rows = load(daemon.port, connections, SECONDS, kinds, tokens)
        measured.append((connections, rows, (cpu_of_daemon(daemon) - cpu[0], cpu_of_postgres(postgres) - cpu[1])))
    # Before and after: a machine that slows down meanwhile would otherwise look like us.
    base = [(one + other) / 2 for one, other in zip(before, baseline())]
    for connections, rows, used in measured:
        table.add(name, connections, SECONDS, rows, used, *base)


def rates_time(daemon, data):
    client = daemon.client(timeout=120)
    client.token = data.leader_token
    path = f"rates?from={data.month[0]}&to={data.month[1]}"
    took = []
    for extra in ("", "&lists=1"):
        times = []
        for _ in range(3):
            start = time.monotonic()
            client.get(path + extra).ok()
            times.append(time.monotonic() - start)
        took.append(statistics.median(times))
    client.close()
    return took


def run_database(postgres, matters, out):
    name, seconds = bench_database.prepare(postgres, matters)
    data = bench_database.Data(postgres, name)
    table = Table(name, matters)
    daemon = harness.Daemon(postgres.url(name, "ipcase_app"), FOLDER / f"daemon-{matters}", {"log": {"level": "warn"}})
    with Capture(postgres, name) as capture, daemon:
        todo, mix = scenarios(data, daemon, FOLDER)
        for one in todo:
            one.captured = [capture.of(sample) for sample in one.samples[:SCRIPTS]]
            mark(one)
    tokens = bench_database.write(FOLDER / "tokens", list(data.tokens.values()))
    with daemon:
        def refresh():
            data.refresh(FOLDER / "acts")

        for one in todo:
            if ONLY in one.name:
                run_scenario(one.name, one.kinds, [(one, 1)], daemon, postgres, tokens, table, refresh)
        if ONLY in "mix 70/25/5":
            kinds = [kind.replace("=1:", f"={weight}:", 1) for one, weight in mix for kind in one.kinds]
            run_scenario("mix 70/25/5", kinds, mix, daemon, postgres, tokens, table, refresh)
            with Reports(daemon, data) as reports:
                run_scenario("mix, report running", kinds, mix, daemon, postgres, tokens, table, refresh)
            out.append(f"Reports of the year made one after the other meanwhile: {reports.made}.\n")
        times = rates_time(daemon, data)
        out.append(table.text())
        out.append(f"Rates of one month ({data.month[0]} to {data.month[1]}): {times[0]:.2f} s, with the lists of cases"
                   f" {times[1]:.2f} s. Memory of the daemon at the end: {memory_of(daemon)}."
                   + (f" The database was generated in {seconds:.0f} s." if seconds else "") + "\n")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.chmod(FOLDER, 0o711)
    postgres = bench_database.Cluster(FOLDER)
    out = [f"# {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores shared by load generator, daemon and PostgreSQL\n",
           "Ratios are requests a second of the daemon over transactions a second of pgbench (8 clients, prepared) with"
           " the same statements on the same database. CPU is microseconds a request.\n"]
    with postgres.running():
        if ONLY in "static page":
            out.append(static_page.compare(FOLDER, SECONDS, postgres))
        if ONLY in "hand-over":
            out.append(handover.compare(FOLDER, postgres))
        if ONLY in "public":
            out.append(public.compare(FOLDER, SECONDS, postgres))
        if ONLY in "audit":
            out += [audit.compare(FOLDER, postgres, matters, SECONDS) for matters in SIZES]
        if ONLY in "console":
            out.append(console.compare(FOLDER, postgres))
        for matters in SIZES if ONLY not in ("public", "audit", "console") else ():
            run_database(postgres, matters, out)
    text = "\n".join(out)
    (harness.ROOT / "build").mkdir(exist_ok=True)
    (harness.ROOT / "build/bench.md").write_text(text)
    print(text)


main()
