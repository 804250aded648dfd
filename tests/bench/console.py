# SPDX-License-Identifier: MulanPSL-2.0
"""The browser console with 100,000 matters: first useful paint, interaction, bytes on the wire, the initial bundle.

Debian's Chromium does it (console.mjs); people are of the unit with most matters. Nothing is asserted: the limits stand beside the
figures.
"""
import json
import shutil
import subprocess

import database as bench_database
import harness

MATTERS = 100000
ROUNDS = 5
LIMITS = {"paint": 500, "interaction": 100, "page": 150 * 1000, "bundle": 400 * 1000}


def people(postgres, name, data):
    """{role: {token, account}}: an officer of the busiest unit, and who leads, audits and keeps the books of his organ."""
    def row(sql, *params):
        rows = postgres.query(name, sql, *params)
        return rows[0][0] if rows else None

    organ = row("SELECT organ_id FROM ipcase.unit WHERE id = %s", data.busiest)
    officer = row("SELECT officer_id FROM ipcase.matter WHERE unit_id = %s AND open AND officer_id IS NOT NULL"
                  " GROUP BY 1 ORDER BY count(*) DESC LIMIT 1", data.busiest)
    found = {"officer": officer}
    for role in ("unit_head", "deputy_head", "principal", "clerk", "credit_clerk", "auditor", "admin"):
        found[role] = row("SELECT a.id FROM ipcase.account a JOIN ipcase.unit u ON u.id = a.unit_id WHERE a.roles && ARRAY[%s]"
                          " ORDER BY a.unit_id = %s DESC, u.organ_id = %s DESC, a.id LIMIT 1", role, data.busiest, organ)
    return {role: {"token": data.session(account), "account": str(account)} for role, account in found.items() if account}


def places(postgres, name, data):
    def newest(kind):
        return postgres.query(name, "SELECT id FROM ipcase.matter WHERE unit_id = %s AND kind = %s ORDER BY open DESC, id DESC"
                              " LIMIT 1", data.busiest, kind)[0][0]

    return [
        ("work", "officer", "/work", "main table tbody tr"),
        ("search", "officer", "/search", "main input, main table"),
        ("clue entry", "officer", "/clues/new", "main form input"),
        ("a clue", "officer", f"/clues/{newest('clue')}", "main [data-state]"),
        ("a case", "officer", f"/cases/{newest('case')}", "main [data-state]"),
        ("a case, timeline", "officer", f"/cases/{newest('case')}/timeline", "main .entry"),
        ("approval desk", "deputy_head", "/approve", "main li a[data-row], main .list p"),
        ("hand-overs", "officer", "/handoffs", "main table tbody tr, main section [role=status]"),
        ("disclosures", "credit_clerk", "/disclosures", "main table tbody tr, main section [role=status]"),
        ("leader", "deputy_head", "/leader", "main .card, main table tbody tr, main dl"),
        ("audit", "deputy_head", "/audit", "main form, main table, main button"),
        ("administration", "admin", "/admin", "main table, main nav, main section"),
    ]


INTERACTIONS = [
    {"name": "next row (j)", "role": "officer", "at": "/work", "ready": "main table tbody tr", "keys": ["j"], "times": 15},
    {"name": "another view of the list (Alt+2, Alt+1)", "role": "officer", "at": "/work", "ready": "main table tbody tr",
     "keys": ["Alt+2", "Alt+1"], "times": 5},
    {"name": "a key typed in the jump box", "role": "officer", "at": "/work", "ready": "main table tbody tr", "before": ["/"],
     "keys": ["1"], "times": 10},
    {"name": "a key typed in a new clue", "role": "officer", "at": "/clues/new", "ready": "main form textarea",
     "clicks": ["main form textarea"], "keys": ["a"], "times": 10},
    {"name": "key map (?)", "role": "officer", "at": "/work", "ready": "main table tbody tr", "keys": ["?", "Escape"], "times": 5},
    {"name": "tab of a case (Alt+2, Alt+1)", "role": "officer", "at": None, "ready": "main [data-state]",
     "keys": ["Alt+2", "Alt+1"], "times": 5},
]


def kilobytes(n):
    return f"{n / 1000:.1f}"


def report(got, matters):
    lines = [f"## Browser console, {matters:,} matters\n",
             "Milliseconds until what the page is for can be read and has been painted; median of"
             f" {ROUNDS}. *Cold*: nothing in the browser's cache; *reloaded*: files cached; *opened*: from another page of the"
             " console, the first time and again. kB (1000 bytes) on the wire, compressed; the limit of 150 kB is for a page after"
             " the first load.\n",
             "| page | as | cold ms | reloaded ms | opened ms | again ms | cold kB | reloaded kB | opened kB | again kB | requests |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for r in got["pages"]:
        lines.append(f"| {r['name']} | {r['role']} | {r['cold']:.0f} | {r['warm']:.0f} | {r['moved']:.0f} | {r['again']:.0f} |"
                     f" {kilobytes(r['coldBytes'])} | {kilobytes(r['warmBytes'])} | {kilobytes(r['movedBytes'])} |"
                     f" {kilobytes(r['againBytes'])} | {r['requests']} |")
    lines += ["", "| interaction | median ms | worst ms | times |", "| --- | ---: | ---: | ---: |"]
    lines += [f"| {i['name']} | {i['median']:.0f} | {i['worst']:.0f} | {i['times']} |" for i in got["interactions"]]
    paint = max(r["cold"] for r in got["pages"])
    worst = max(i["worst"] for i in got["interactions"])
    lines += ["", "8 ms stands for what was painted with the next frame: the browser reports nothing below 16 ms.\n",
              f"Initial bundle (scripts and styles of the first page): {kilobytes(got['first']['code'])} kB compressed, limit"
              f" {LIMITS['bundle'] // 1000}. Slowest useful paint {paint:.0f} ms, limit {LIMITS['paint']}. Slowest interaction"
              f" {worst:.0f} ms, limit {LIMITS['interaction']}. Largest page after the first load"
              f" {kilobytes(max(r['againBytes'] for r in got['pages']))} kB, limit {LIMITS['page'] // 1000}."]
    return "\n".join(lines) + "\n"


def compare(folder, postgres, matters=MATTERS):
    chromium, node = shutil.which("chromium"), shutil.which("node")
    if not chromium or not node:
        raise RuntimeError('chromium or node is missing; "make deps" installs them')
    name, _ = bench_database.prepare(postgres, matters)
    data = bench_database.Data(postgres, name)
    with harness.Daemon(postgres.url(name, "ipcase_app"), folder / "daemon-console", {"log": {"level": "warn"}}) as daemon:
        sit = people(postgres, name, data)
        at = [dict(zip(("name", "role", "at", "useful"), p)) for p in places(postgres, name, data) if p[1] in sit]
        case = next(p["at"] for p in at if p["name"] == "a case")
        asked = {"url": f"http://127.0.0.1:{daemon.port}", "chromium": chromium, "rounds": ROUNDS, "people": sit, "places": at,
                 "interactions": [{**i, "at": i["at"] or case} for i in INTERACTIONS]}
        done = subprocess.run([node, str(harness.ROOT / "tests/bench/console.mjs")], input=json.dumps(asked), text=True,
                              capture_output=True, timeout=1800, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"console.mjs: exit {done.returncode}\n{done.stderr[-4000:]}")
    return report(json.loads(done.stdout), matters)
