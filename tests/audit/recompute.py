#!/usr/bin/env python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Counts every rate of an audit again, from audit.csv alone, and compares with audit.json.

    python3 recompute.py DIR          DIR holds audit.csv and audit.json

Needs Python 3.7 and nothing else, and shares no code with the program. From audit.json it takes the question only (first
and last day of the period, cut-off day) and, at the end, the answers to compare with. Each side (in, out) is worked out
from the dates of a line by the rules below, then compared with what the line says; then numerators and denominators are
counted, in total and by unit, campaign, kind of right and officer. Exit code 0: everything agrees; 1: it does not, and
each difference is a line; 2: the files cannot be read.

The rules, with S and E the period's days and T the cut-off (a later date has not happened):

  should close   closing ground by T: its limit of 15 working days; no decision by T: the decision's limit; else the last
                 day of performance, remedies and enforcement (none while that is still open)
  M1   should close in S..E, or before S and open at S; not suspended at T       | closed by T
  M2   decision's limit in S..E, or decided in S..E; not undecided and suspended | decided by the limit
  M3   15-day limit in S..E (ground by T)   | closed by it
  M4   filed in S..E                        | closed by T
  M5   filed before S and open at S, or filed in S..E | closed in S..E
  M6   publication limit in S..E            | published by it
  M7   publication limit by T               | published by T
  M8   credit limit in S..E                 | reported by it
  M9a  withdrawal limit in S..E             | withdrawn by it
  M9b  public until a day in S..E, and not ended before | ended on that day, or with the beginning of the next
  M10  clue's limit in S..E                 | decided by it
"""
import csv
import datetime
import json
import os
import sys

CASE, DISCLOSURE, CLUE = "ordinary", "disclosure", "clue"
OF = {"M10": CLUE, **{m: DISCLOSURE for m in ("M6", "M7", "M8", "M9a", "M9b")},
      **{m: CASE for m in ("M1", "M2", "M3", "M4", "M5")}}


def next_day(day):
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat()


def sides(r, s, e, t):
    """{metric: "in" or "out"} of one line; dates are texts, which compare as days."""
    by = lambda day, limit: bool(day) and bool(limit) and day <= limit
    inside = lambda day: bool(day) and s <= day <= e
    open_at_start = not r["closed_on"] or r["closed_on"] >= s
    ground, decided, closed = by(r["ground_on"], t), by(r["decided_on"], t), by(r["closed_on"], t)
    paused = by(r["suspended_on"], t) and not by(r["resumed_on"], t) and not ground and not closed
    if ground:
        due = r["ground_due_on"]
    elif not decided:
        due = r["decision_due_on"]
    else:
        due = "" if r["performing_open"] else r["perform_due_on"]
    ended_before = (by(r["withdrawn_on"], r["stop_due_on"]) or
                    by(r["stopped_on"], t) and r["stopped_on"] < r["stop_due_on"])
    expires = inside(r["stop_due_on"]) and by(r["published_on"], r["stop_due_on"]) and not ended_before
    counts = {
        "M1": (not paused and (inside(due) or bool(due) and due < s and open_at_start), closed),
        "M2": ((inside(r["decision_due_on"]) or decided and inside(r["decided_on"])) and (decided or not paused),
               decided and by(r["decided_on"], r["decision_due_on"])),
        "M3": (ground and inside(r["ground_due_on"]), by(r["closed_on"], r["ground_due_on"])),
        "M4": (inside(r["filed_on"]), closed),
        "M5": (inside(r["filed_on"]) or bool(r["filed_on"]) and r["filed_on"] < s and open_at_start,
               inside(r["closed_on"])),
        "M6": (inside(r["publish_due_on"]), by(r["published_on"], r["publish_due_on"])),
        "M7": (by(r["publish_due_on"], t), by(r["published_on"], t)),
        "M8": (inside(r["credit_due_on"]), by(r["credit_on"], r["credit_due_on"])),
        "M9a": (inside(r["withdraw_due_on"]), by(r["withdrawn_on"], r["withdraw_due_on"])),
        "M9b": (expires and (by(r["stopped_on"], t) or r["stop_due_on"] < t),
                expires and by(r["stopped_on"], t) and r["stopped_on"] <= next_day(r["stop_due_on"])),
        "M10": (inside(r["clue_due_on"]), by(r["clue_decided_on"], r["clue_due_on"])),
    }
    if r["excluded"]:
        return {}
    return {m: "in" if good else "out" for m, (counted, good) in counts.items() if counted and OF[m] == r["procedure"]}


def plain(text):
    """Without the apostrophe that keeps a spreadsheet from taking a text for a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@\t\r\n＝＋－＠") else text


def percent(num, den):
    """Cut, not rounded: 100.00 only when all are there."""
    return None if den == 0 else "%d.%02d" % divmod(num * 10000 // den, 100)


def add(table, key, metric, good):
    figure = table.setdefault(key, {}).setdefault(metric, [0, 0])
    figure[0] += good
    figure[1] += 1


def recompute(lines, s, e, t):
    """Differences of sides, the totals {metric: [num, den]}, the groups {grouping: {key: {metric: [num, den]}}}."""
    wrong, total, groups = [], {}, {"unit": {}, "campaign": {}, "ip_type": {}, "officer": {}}
    for line in lines:
        mine = sides(line, s, e, t)
        theirs = {m: line[m] for m in OF if line[m]}
        if mine != theirs:
            wrong.append("matter %s: sides %s, from its dates %s" % (line["id"], theirs, mine))
        for metric, side in mine.items():
            add(total, "", metric, side == "in")
            for campaign in line["campaigns"].split(";"):
                add(groups["campaign"], campaign, metric, side == "in")
            for grouping in ("unit", "ip_type", "officer"):
                add(groups[grouping], line[grouping], metric, side == "in")
    return wrong, total.get("", {}), groups


def compare(document, wrong, total, groups):
    for m in document["metrics"]:
        num, den = total.get(m["code"], [0, 0])
        if (m["num"], m["den"], m["percent"]) != (num, den, percent(num, den)):
            wrong.append("%s: %s/%s %s, recomputed %s/%s %s" % (m["code"], m["num"], m["den"], m["percent"], num, den,
                                                                percent(num, den)))
    for grouping, mine in groups.items():
        theirs = {g["key"]: {m: f for m, f in g["metrics"].items() if f[1]} for g in document["by"][grouping]}
        for key in sorted(set(mine) | set(theirs)):
            if mine.get(key, {}) != theirs.get(key, {}):
                wrong.append("%s %s: %s, recomputed %s" % (grouping, key or "(none)", theirs.get(key), mine.get(key)))
    return wrong


def main(folder):
    with open(os.path.join(folder, "audit.json"), encoding="utf-8") as f:
        document = json.load(f)
    with open(os.path.join(folder, "audit.csv"), encoding="utf-8-sig", newline="") as f:
        lines = [{name: plain(text) for name, text in line.items()} for line in csv.DictReader(f)]
    period = document["period"]
    wrong = compare(document, *recompute(lines, period["from"], period["to"], document["cut_off"]))
    for difference in wrong:
        print(difference)
    figures = ", ".join("%s %s/%s" % (m["code"], m["num"], m["den"]) for m in document["metrics"])
    print("%d matters, %d differences: %s" % (len(lines), len(wrong), figures))
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        sys.exit(main(sys.argv[1]))
    except (OSError, ValueError, KeyError) as problem:
        print("cannot be read: %r" % problem)
        sys.exit(2)
