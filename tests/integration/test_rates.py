# SPDX-License-Identifier: MulanPSL-2.0
"""GET /rates against a second opinion: the rule base's section 7.2 once more, in Python, over random rows.

Rows go straight into matter and rate_mark: what makes a matter have these dates is tested elsewhere."""
import contextlib
import datetime
import random

import pytest

import harness

DAY = datetime.date.fromisoformat
UNITS = {11: "officer", 12: "station_officer"}
DATES = ("clue_due_on", "clue_decided_on", "filed_on", "decision_due_on", "decided_on", "perform_due_on",
         "ground_on", "ground_due_on", "closed_on", "suspended_on", "resumed_on", "publish_due_on", "published_on",
         "credit_due_on", "credit_on", "withdraw_due_on", "withdrawn_on", "stop_due_on", "stopped_on")
METRICS = ("M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8", "M9a", "M9b", "M10")
KINDS = {"clue": ("clue", "clue"), "case": ("case", "ordinary"), "disclosure": ("disclosure", "disclosure")}


def random_row(rng, number):
    """Dates in an order that a case can have, with gaps anywhere."""
    def later(day, low, high):
        return day + datetime.timedelta(days=rng.randint(low, high))

    row = dict.fromkeys(DATES)
    row.update(id=number, kind=rng.choices(list(KINDS), (25, 50, 25))[0], declined=False, unit=rng.choice(list(UNITS)), performing_open=False, excluded=None,
               campaigns=rng.choice([[], ["TIEQUAN-2026"], ["TIEQUAN-2026", "剑网2026"]]),
               ip_type=rng.choice(["商标", "专利"]), officer=rng.choice(["officer", "station_officer", None]),
               opened=later(DAY("2025-06-01"), 0, 400))
    if rng.random() < 0.05:
        row["excluded"] = rng.choice(["已撤销立案", "已并案"])
    if row["kind"] == "clue":
        row["clue_due_on"] = later(row["opened"], 15, 45)
        if rng.random() < 0.8:
            row["clue_decided_on"] = later(row["opened"], 0, 60)
            row["declined"] = rng.random() < 0.4
        return finish(row, row["clue_decided_on"] is None)
    if row["kind"] == "disclosure":
        return random_disclosure(rng, row, later)
    row["filed_on"] = row["opened"]
    row["decision_due_on"] = later(row["filed_on"], 80, 130)
    if rng.random() < 0.15:
        row["suspended_on"] = later(row["filed_on"], 1, 60)
        if rng.random() < 0.6:
            row["resumed_on"] = later(row["suspended_on"], 1, 90)
    if rng.random() < 0.75:
        row["decided_on"] = later(row["filed_on"], 10, 150)
        if rng.random() < 0.7:
            row["ground_on"] = later(row["decided_on"], 0, 120)
            row["ground_due_on"] = later(row["ground_on"], 21, 30)
            if rng.random() < 0.8:
                row["closed_on"] = later(row["ground_on"], 0, 45)
        else:
            row["perform_due_on"] = later(row["decided_on"], 15, 300)
            row["performing_open"] = rng.random() < 0.3
    return finish(row, row["closed_on"] is None)


def random_disclosure(rng, row, later):
    row["publish_due_on"] = later(row["opened"], 26, 40)
    row["credit_due_on"] = later(row["opened"], 9, 12)
    if rng.random() < 0.8:
        row["credit_on"] = later(row["opened"], 0, 25)
    if rng.random() < 0.8:
        row["published_on"] = later(row["opened"], 5, 60)
        row["stop_due_on"] = later(row["published_on"], 90, 92)
        if rng.random() < 0.7:
            row["stopped_on"] = row["stop_due_on"] + datetime.timedelta(days=rng.choice([-30, 0, 1, 2, 9]))
        if rng.random() < 0.2:
            row["withdraw_due_on"] = later(row["published_on"], 10, 60)
            if rng.random() < 0.7:
                row["withdrawn_on"] = row["withdraw_due_on"] + datetime.timedelta(days=rng.randint(-3, 3))
    pairs = (("publish_due_on", "published_on"), ("credit_due_on", "credit_on"), ("withdraw_due_on", "withdrawn_on"),
             ("stop_due_on", "stopped_on"))
    return finish(row, any(row[due] and not row[done] for due, done in pairs))


def finish(row, open_):
    ends = [row[d] for d in DATES if d not in ("perform_due_on", "suspended_on", "resumed_on") and row[d]]
    row["active_until"] = "infinity" if open_ else max(ends + [row["opened"]])
    return row


def insert(postgres, database, rows, known_from="2020-01-01", known_until="infinity", seq=1):
    with contextlib.closing(postgres.connect(database)) as conn, conn.cursor() as cur:
        cur.execute("SELECT name, id FROM ipcase.account")
        accounts = dict(cur.fetchall())
        for r in rows:
            kind, procedure = KINDS[r["kind"]]
            common = (10, r["unit"], kind, procedure, r["ip_type"], accounts.get(r["officer"]), r["campaigns"])
            cur.execute("INSERT INTO ipcase.matter (id, organ_id, unit_id, kind, procedure, ip_type, officer_id, campaigns,"
                        " state, version, number, title, turn, open, opened_on) VALUES (%s, %s, %s, %s, %s, %s, %s, %s,"
                        " 'x', 1, %s, %s, '', false, %s) ON CONFLICT DO NOTHING",
                        (r["id"], *common, f"样〔2026〕{r['id']}号", f"样案{r['id']}", r["opened"]))
            cur.execute("INSERT INTO ipcase.rate_mark (matter_id, seq, known_from, known_until, organ_id, unit_id, kind,"
                        f" procedure, ip_type, officer_id, campaigns, excluded, opened_on, performing_open, active_until,"
                        f" declined, number, title, {', '.join(DATES)}) VALUES ({', '.join(['%s'] * (18 + len(DATES)))})",
                        (r["id"], seq, known_from, known_until, *common, r["excluded"], r["opened"], r["performing_open"],
                         r["active_until"], r["declined"], f"样〔2026〕{r['id']}号", f"样案{r['id']}",
                         *[r[d] for d in DATES]))


# ---- the second opinion ----


def expected(rows, s, e, t):
    """{metric: (ids in the numerator, ids only in the denominator)}"""
    done = {m: (set(), set()) for m in METRICS}

    def by(day, limit):
        return day is not None and day <= limit

    def inside(day):
        return day is not None and s <= day <= e

    def put(metric, row, belongs, good):
        if belongs:
            done[metric][0 if good else 1].add(str(row["id"]))

    for r in rows:
        if r["excluded"]:
            continue
        if r["kind"] == "clue":
            put("M10", r, inside(r["clue_due_on"]), by(r["clue_decided_on"], r["clue_due_on"] or s))
            continue
        if r["kind"] == "disclosure":
            due, stop = r["publish_due_on"], r["stop_due_on"]
            put("M6", r, inside(due), by(r["published_on"], due))
            put("M7", r, by(due, t), by(r["published_on"], t))
            put("M8", r, inside(r["credit_due_on"]), by(r["credit_on"], r["credit_due_on"]))
            put("M9a", r, inside(r["withdraw_due_on"]), by(r["withdrawn_on"], r["withdraw_due_on"]))
            stopped = by(r["stopped_on"], t)
            before = stop and (by(r["withdrawn_on"], stop) or (stopped and r["stopped_on"] < stop))
            put("M9b", r, inside(stop) and by(r["published_on"], stop) and not before and (stopped or stop < t),
                stopped and r["stopped_on"] <= stop + datetime.timedelta(days=1))
            continue
        closed, decided = by(r["closed_on"], t), by(r["decided_on"], t)
        suspended = (by(r["suspended_on"], t) and not by(r["resumed_on"], t) and not closed
                     and not by(r["ground_on"], t))
        if by(r["ground_on"], t):
            due = r["ground_due_on"]
        elif not decided:
            due = r["decision_due_on"]
        else:
            due = None if r["performing_open"] else r["perform_due_on"]
        open_at_start = r["closed_on"] is None or r["closed_on"] >= s
        put("M1", r, not suspended and due is not None and (s <= due <= e or (due < s and open_at_start)), closed)
        put("M2", r, (decided or not suspended) and (inside(r["decision_due_on"]) or (decided and inside(r["decided_on"]))),
            decided and r["decided_on"] <= r["decision_due_on"])
        put("M3", r, by(r["ground_on"], t) and inside(r["ground_due_on"]),
            r["ground_due_on"] and by(r["closed_on"], r["ground_due_on"]))
        put("M4", r, inside(r["filed_on"]), closed)
        put("M5", r, inside(r["filed_on"]) or (r["filed_on"] < s and open_at_start), inside(r["closed_on"]))
    return done


def check(reply, rows, s, e, t):
    want = expected(rows, DAY(s), DAY(e), DAY(t))
    for metric, (good, bad) in want.items():
        got = reply["metrics"][metric]
        assert {i["id"] for i in got["in"]} == good, (metric, s, e, t)
        assert {i["id"] for i in got["out"]} == bad, (metric, s, e, t)
        assert (got["numerator"], got["denominator"]) == (len(good), len(good) + len(bad))
        assert all(i["why"] and i["number"] and i["title"] for i in got["out"])
        if not good and not bad:
            assert got["percent"] is None and got["text"].startswith("无应")
        else:
            hundredths = len(good) * 10000 // (len(good) + len(bad))
            assert got["percent"] == f"{hundredths // 100}.{hundredths % 100:02d}"
            assert got["text"] == got["percent"] + "%"
            assert (got["percent"] == "100.00") == (not bad)


@pytest.fixture(scope="module")
def rows(postgres, database):
    rng = random.Random(20261123)
    made = [random_row(rng, 100000 + i) for i in range(600)]
    insert(postgres, database, made)
    return made


PERIODS = [("2026-03-01", "2026-03-31", "2026-03-31"), ("2026-03-01", "2026-03-31", "2026-06-30"),
           ("2025-06-01", "2025-06-30", "2026-10-31"), ("2026-01-01", "2026-06-30", "2026-07-15"),
           ("2026-05-06", "2026-05-06", "2026-05-06"), ("2030-01-01", "2030-12-31", "2030-12-31")]


@pytest.mark.parametrize("s, e, t", PERIODS)
def test_both_lists_agree_with_the_second_opinion(client, rows, s, e, t):
    reply = client("principal").get(f"rates?from={s}&to={e}&as_of={t}").ok()
    assert (reply["from"], reply["to"], reply["as_of"]) == (s, e, t)
    check(reply, rows, s, e, t)


@pytest.mark.parametrize("unit", UNITS)
def test_everybody_counts_what_he_may_see(client, rows, unit):
    s, e, t = PERIODS[1]
    reply = client(UNITS[unit]).get(f"rates?from={s}&to={e}&as_of={t}").ok()
    check(reply, [r for r in rows if r["unit"] == unit], s, e, t)


def test_a_stranger_sees_nothing(client, rows):
    s, e, t = PERIODS[1]
    for account in ("neighbour", "admin", "police"):
        check(client(account).get(f"rates?from={s}&to={e}&as_of={t}").ok(), [], s, e, t)


@pytest.mark.parametrize("by, keys", [
    ("unit", lambda r: [str(r["unit"])]), ("ip_type", lambda r: [r["ip_type"]]),
    ("campaign", lambda r: r["campaigns"] or [""]), ("officer", lambda r: [r["officer"] or ""])])
def test_groups(client, rows, postgres, database, by, keys):
    s, e, t = PERIODS[3]
    reply = client("principal").get(f"rates?from={s}&to={e}&as_of={t}&by={by}&lists=0").ok()
    names = dict(postgres.query(database, "SELECT id::text, name FROM ipcase.account")) if by == "officer" else {}
    for group in reply["groups"]:
        key = names.get(group["key"], group["key"])
        want = expected([r for r in rows if key in keys(r)], DAY(s), DAY(e), DAY(t))
        for metric, (good, bad) in want.items():
            got = group["metrics"][metric]
            assert (got["numerator"], got["denominator"]) == (len(good), len(good) + len(bad)), (group["zh"], metric)
    assert {names.get(g["key"], g["key"]) for g in reply["groups"]} == {k for r in rows for k in keys(r)}
    zh = {g["key"]: g["zh"] for g in reply["groups"]}
    if by == "campaign":
        assert zh == {"": "未标注专项行动", "TIEQUAN-2026": "“铁拳”行动", "剑网2026": "剑网2026"}
    if by == "unit":
        assert zh["12"] == "城关市场监管所"
    assert reply["metrics"]["M1"]["in"] == [] and reply["metrics"]["M1"]["denominator"] > 0


def test_suspended_and_excluded_stand_beside(client, rows):
    s, e, t = PERIODS[1]
    reply = client("principal").get(f"rates?from={s}&to={e}&as_of={t}").ok()["beside"]
    active = [r for r in rows if r["opened"] <= DAY(e) and
              (r["active_until"] == "infinity" or r["active_until"] >= DAY(s))]
    assert {i["id"] for i in reply["excluded"]} == {str(r["id"]) for r in active if r["excluded"]}
    assert {i["why"] for i in reply["excluded"]} <= {"已撤销立案", "已并案"}
    for item in reply["suspended"]:
        row = next(r for r in rows if str(r["id"]) == item["id"])
        assert item["why"] == f"{row['suspended_on']}起中止"
        assert row["suspended_on"] <= DAY(t) and not (row["resumed_on"] and row["resumed_on"] <= DAY(t))
    assert reply["totals"] == {"incomplete": 0, "suspended": len(reply["suspended"]), "excluded": len(reply["excluded"])}


def test_known_at_goes_back_to_what_the_ledger_knew(client, new_database, postgres, scratch):
    database = new_database()
    rng = random.Random(7)
    before = [random_row(rng, 200000 + i) for i in range(120)]
    after = [dict(random_row(rng, r["id"]), kind=r["kind"], unit=r["unit"]) for r in before]
    insert(postgres, database, before, known_from="2026-04-01T00:00:00+08:00", known_until="2026-05-01T00:00:00+08:00")
    insert(postgres, database, after, known_from="2026-05-01T00:00:00+08:00", seq=2)
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database) as daemon:
        one = daemon.client("principal")
        s, e, t = PERIODS[1]
        path = f"rates?from={s}&to={e}&as_of={t}"
        for known, rows in (("2026-03-31T23:59:59%2B08:00", []), ("2026-04-01T00:00:00%2B08:00", before),
                            ("2026-04-30T23:59:59%2B08:00", before), ("2026-05-01T00:00:00%2B08:00", after)):
            reply = one.get(f"{path}&known_at={known}").ok()
            check(reply, [r for r in rows if consistent(r)], s, e, t)
            assert reply["known_at"].startswith(known[:19])
        assert one.get(path).ok()["metrics"] == reply["metrics"]
        one.close()


def consistent(row):
    """A clue has a clue's dates only: two random rows were mixed above."""
    return {"clue": row["clue_due_on"], "case": row["filed_on"], "disclosure": row["publish_due_on"]}[row["kind"]] is not None


@pytest.mark.parametrize("query, field, rule", [
    ("from=2026-03-01", "to", None), ("to=2026-03-31", "from", None),
    ("from=2026-03-31&to=2026-03-01", "to", "period"),
    ("from=2026-03-01&to=2026-03-31&as_of=2026-03-30", "as_of", "cut-off"),
    ("from=2026-02-30&to=2026-03-31", "from", None), ("from=2026-03-01&to=2026-03-31&by=month", "by", None),
    ("from=2026-03-01&to=2026-03-31&known_at=gestern", "known_at", None)])
def test_wrong_questions(client, query, field, rule):
    reply = client("principal").get("rates?" + query)
    assert reply.status in (400, 422)
    assert reply.problem["field"] == field
    if rule:
        assert reply.problem["rule"] == rule


def test_the_period_may_be_one_day_and_the_cut_off_that_day(client):
    assert client("principal").get("rates?from=2026-03-01&to=2026-03-01&as_of=2026-03-01").status == 200


def test_pages_and_long_lists(new_database, postgres, scratch):
    """More rows than a page and a list hold: every one is counted once, the lists say that they are cut."""
    database = new_database()
    postgres.query(database, """
        WITH n AS (SELECT generate_series(1, 9001) AS i), m AS (
            INSERT INTO ipcase.matter (id, organ_id, unit_id, kind, procedure, state, version, title, turn, open, opened_on)
            SELECT i + 100000 * k, 10, 11, kind, procedure, 'x', 1, 't' || i, '', true, '2026-03-02'
              FROM n, (VALUES (0, 'case', 'ordinary'), (1, 'disclosure', 'disclosure')) v(k, kind, procedure) RETURNING id)
        INSERT INTO ipcase.rate_mark (matter_id, seq, known_from, organ_id, unit_id, kind, procedure, ip_type, campaigns,
            opened_on, filed_on, publish_due_on, published_on, closed_on, active_until, title)
        SELECT i + 100000 * k, 1, '2026-03-02', 10, 11, kind, procedure, '', '{}', '2026-03-02',
            CASE WHEN k = 0 THEN date '2026-03-02' END, CASE WHEN k = 1 THEN date '2026-03-30' END,
            CASE WHEN k = 1 AND i % 3 = 0 THEN date '2026-03-05' END,
            CASE WHEN k = 0 AND i % 3 = 0 THEN date '2026-03-09' END,
            CASE WHEN i % 3 = 0 THEN date '2026-03-30' ELSE 'infinity' END, 't' || i
          FROM n, (VALUES (0, 'case', 'ordinary'), (1, 'disclosure', 'disclosure')) v(k, kind, procedure)""")
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database) as daemon:
        one = daemon.client("officer")
        metrics = one.get("rates?from=2026-03-01&to=2026-03-31&as_of=2026-03-31").ok()["metrics"]
        for metric in ("M4", "M5", "M6", "M7"):
            m = metrics[metric]
            assert (m["numerator"], m["denominator"], m["percent"]) == (3000, 9001, "33.32"), metric
            assert len(m["in"]) == len(m["out"]) == 2000 and m["truncated"]
            assert len({i["id"] for i in m["in"]} | {i["id"] for i in m["out"]}) == 4000
        assert metrics["M1"]["text"] == "无应结案件" and metrics["M10"]["text"] == "无应核查线索"
        one.close()


def test_the_client_prints_what_the_server_counts(cli, client, rows):
    s, e, t = PERIODS[1]
    printed = cli("principal").json("rates", "--from", s, "--to", e, "--as-of", t)
    assert printed == client("principal").get(f"rates?from={s}&to={e}&as_of={t}").ok()
