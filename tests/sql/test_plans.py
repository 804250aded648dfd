# SPDX-License-Identifier: MulanPSL-2.0
"""The plans of every list statement, on 20,000 generated matters, as the daemon's role under row-level security.

A page must cost what it shows: from an index in its order (no sort), queue pages from the index alone, and few
rows read for each row returned. Statements come from schema/queries, are prepared as the daemon prepares
them, and run with a generic and with a custom plan, for the first page and for one far behind.

auto_explain shows what runs inside the search functions too.
"""
import contextlib
import json
import re

import psycopg2
import pytest

import harness

MATTERS, SEED, PAGE = 20000, 7, 50
FIRST_DAY, LAST_DAY, LAST_ID = "1900-01-01", "9999-12-31", 2 ** 62
LIST_FILE = harness.ROOT / "schema/queries/queue.sql"
DUE_LISTS = {"disclosure_due", "disclosure_list", "disclosure_find_number"}
BIG = {"matter", "party", "document", "matter_text", "act", "clock", "dossier", "disclosure", "public_record"}


def statements(path):
    """{name: text} of the statements that return many rows."""
    return {name: "\n".join(line for line in text.splitlines() if not line.startswith("--"))
            for name, text in re.findall(r"-- name: (\w+) :many\n(.*?;)\n", path.read_text(), re.S)}


STATEMENTS = {n: s for n, s in statements(LIST_FILE).items() if n != "unit_names"} | {name: text for name, text in statements(LIST_FILE.parent / "disclosure.sql").items()
                                       if name in DUE_LISTS}


@pytest.fixture(scope="module")
def generated(postgres):
    name = "plans"
    postgres.copy_database(name, "ipcase_empty")
    harness.ctl("generate", "--matters", str(MATTERS), "--seed", str(SEED),
                "--database", postgres.url(name, "ipcase_owner"))
    # Made-up matters have no codes and no campaigns; here every third party has a code, and each code some matters.
    postgres.query(name, "UPDATE ipcase.matter SET campaigns = CASE WHEN id % 4 = 0 THEN '{铁拳}' ELSE '{守护}' END::text[]"
                         " WHERE id % 4 = 0 OR id % 500 = 1")
    postgres.query(name, "UPDATE ipcase.party SET uscc = lpad((matter_id % (SELECT count(*) / 10 FROM ipcase.matter))::text,"
                         " 18, '9') WHERE matter_id % 3 = 0")
    postgres.query(name, "VACUUM (ANALYZE)")
    yield name
    postgres.drop_database(name)


class Data:
    """Realistic parameters: what is asked most, and what is rare."""

    def __init__(self, postgres, database):
        def one(sql, *params):
            return postgres.query(database, sql, *params)[0]

        self.today = one("SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date::text")[0]
        self.unit, self.organ = one("SELECT unit_id, organ_id FROM ipcase.matter WHERE open GROUP BY 1, 2"
                                    " ORDER BY count(*) DESC LIMIT 1")
        self.organs, = one("SELECT count(DISTINCT organ_id) FROM ipcase.matter")
        self.units = [u for (u,) in postgres.query(database, "SELECT id FROM ipcase.unit WHERE organ_id = %s ORDER BY 1",
                                                   self.organ)]
        self.officer, self.load = one("SELECT officer_id, count(*) FROM ipcase.matter WHERE open AND officer_id IS NOT NULL"
                                      " AND organ_id = %s GROUP BY 1 ORDER BY 2 DESC LIMIT 1", self.organ)
        # the same for a co-officer
        self.co_officer, self.co_load = one("SELECT co_officer_id, count(*) FROM ipcase.matter WHERE open"
                                            " AND co_officer_id IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 1")
        self.co_officer, self.co_load = one("SELECT co_officer_id, count(*) FROM ipcase.matter WHERE open"
                                            " AND co_officer_id IS NOT NULL AND organ_id = %s GROUP BY 1 ORDER BY 2 DESC"
                                            " LIMIT 1", self.organ)
        self.officer_state = one("SELECT state FROM ipcase.matter WHERE open AND officer_id = %s AND turn IN ('officer',"
                                 " 'co_officer') GROUP BY 1 ORDER BY count(*) DESC LIMIT 1", self.officer)[0]
        self.turn = one("SELECT turn FROM ipcase.matter WHERE open AND organ_id = %s GROUP BY 1 ORDER BY count(*) DESC"
                        " LIMIT 1", self.organ)[0]
        mine = "WHERE p.organ_id = %s"
        self.party = one(f"SELECT left(name_key, 2) FROM ipcase.party p {mine} GROUP BY 1 ORDER BY count(*) DESC LIMIT 1",
                         self.organ)[0]
        self.party_name = one(f"SELECT name_key FROM ipcase.party p {mine} ORDER BY md5(name_key) LIMIT 1", self.organ)[0]
        self.uscc = one(f"SELECT uscc FROM ipcase.party p {mine} AND uscc IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC"
                        " LIMIT 1", self.organ)[0]
        self.number = one(f"SELECT regexp_replace(number_key, '[^|]*$', '') FROM ipcase.document p {mine} GROUP BY 1"
                          " ORDER BY count(*) DESC LIMIT 1", self.organ)[0]
        gram = ("SELECT g FROM ipcase.matter_text t, unnest(grams) g GROUP BY 1 HAVING bool_or(organ_id = %s)"
                " ORDER BY count(*) {}, g LIMIT 1")
        self.common, self.rare = one(gram.format("DESC"), self.organ)[0], one(gram.format(""), self.organ)[0]
        self.campaign, self.old_campaign = "铁拳", "守护"
        # far behind in each order
        self.unit_at = self.place(postgres, database, "unit_id = %s", self.unit)
        self.turn_at = self.place(postgres, database, "organ_id = %s AND turn = %s", self.organ, self.turn)
        self.due_at = postgres.query(database, "SELECT next_on::text, matter_id FROM (SELECT next_on, matter_id, row_number()"
                                     " OVER (ORDER BY next_on, matter_id) n, count(*) OVER () c FROM ipcase.disclosure WHERE"
                                     " organ_id = %s) x WHERE n = (c + 1) / 2", self.organ)[0]
        self.disclosing_unit = one("SELECT unit_id FROM ipcase.disclosure WHERE open AND organ_id = %s GROUP BY 1"
                                   " ORDER BY count(*) DESC LIMIT 1", self.organ)[0]
        self.decision = one("SELECT decision_no_key FROM ipcase.disclosure WHERE organ_id = %s LIMIT 1", self.organ)[0]
        self.own_id = one("SELECT max(id) FROM ipcase.matter WHERE organ_id = %s", self.organ)[0]
        self.middle_id = one("SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY id) FROM ipcase.matter")[0]

    @staticmethod
    def place(postgres, database, where, *params):
        return postgres.query(database, "SELECT next_due_on::text, id FROM (SELECT next_due_on, id, row_number() OVER"
                              f" (ORDER BY next_due_on, id) n, count(*) OVER () c FROM ipcase.matter WHERE open AND {where})"
                              " x WHERE n = (c + 1) / 2", *params)[0]


@pytest.fixture(scope="module")
def data(postgres, generated):
    return Data(postgres, generated)


# name -> {case: (parameters, rows read at most for each row of a page)}
# What is filtered behind the index: the kind, for an officer whose turn it is, and in searches the matters of
# other organs, which lie between those of the caller's.
CASES = {
    "queue_officer": {
        "first": lambda d: ([d.officer, FIRST_DAY, 0, None, d.today, PAGE, None], None),
        "cases": lambda d: ([d.officer, FIRST_DAY, 0, "case", d.today, PAGE, None], None),
        "state": lambda d: ([d.officer, FIRST_DAY, 0, None, d.today, PAGE, d.officer_state], None)},
    "queue_waiting": {
        "first": lambda d: ([d.officer, FIRST_DAY, 0, None, d.today, PAGE, None], None)},
    "queue_co_officer": {
        "first": lambda d: ([d.co_officer, FIRST_DAY, 0, None, d.today, PAGE, None], None)},
    "queue_co_waiting": {
        "first": lambda d: ([d.co_officer, FIRST_DAY, 0, None, d.today, PAGE, None], None)},
    "queue_co_officer": {
        "first": lambda d: ([d.co_officer, FIRST_DAY, 0, None, d.today, PAGE, None], None)},
    "queue_co_waiting": {
        "first": lambda d: ([d.co_officer, FIRST_DAY, 0, None, d.today, PAGE, None], None)},
    "queue_turn": {
        "first": lambda d: ([d.organ, d.turn, FIRST_DAY, 0, None, LAST_DAY, PAGE, None], 1.2),
        "behind": lambda d: ([d.organ, d.turn, *d.turn_at, None, LAST_DAY, PAGE, None], 1.2)},
    "queue_unit": {
        "first": lambda d: ([d.unit, FIRST_DAY, 0, None, LAST_DAY, PAGE, None], 1.2),
        "behind": lambda d: ([d.unit, *d.unit_at, None, LAST_DAY, PAGE, None], 1.2),
        "week": lambda d: ([d.unit, FIRST_DAY, 0, None, d.today, PAGE, None], 1.2),
        "cases": lambda d: ([d.unit, FIRST_DAY, 0, "case", LAST_DAY, PAGE, None], 5)},
    "find_id": {
        "one": lambda d: ([d.own_id], 1.2)},
    "search_unit": {
        "first": lambda d: ([d.unit, "case", LAST_ID, PAGE], 1.2),
        "behind": lambda d: ([d.unit, "case", d.middle_id, PAGE], 1.2)},
    "search_all": {
        "first": lambda d: ([None, LAST_ID, PAGE], 2 * d.organs),
        "behind": lambda d: (["case", d.middle_id, PAGE], 4 * d.organs)},
    "search_party": {
        "prefix": lambda d: ([d.party, d.party + "\U0010ffff", 0, None, PAGE], 2 * d.organs),
        "name": lambda d: ([d.party_name, d.party_name + "\U0010ffff", 0, None, PAGE], 2 * d.organs)},
    "search_number": {
        "year": lambda d: ([d.number, d.number + "\U0010ffff", 0, None, PAGE], 1.2),
        "one": lambda d: ([d.number + "1", d.number + "1\x01", 0, None, PAGE], 1.2)},
    # A code or a text names few matters; these may be sorted, everything else not.
    "search_uscc": {
        "first": lambda d: ([d.uscc, LAST_ID, None, PAGE], 2 * d.organs)},
    "search_text": {
        "common": lambda d: (["{%s}" % d.common, d.common, LAST_ID, None, PAGE], 3 * d.organs),
        "rare": lambda d: (["{%s}" % d.rare, d.rare, LAST_ID, None, PAGE], 2 * d.organs)},
    "search_campaign": {
        "common": lambda d: ([d.campaign, LAST_ID, None, PAGE], 8 * d.organs),  # every fourth has it
        "rare": lambda d: ([d.old_campaign, LAST_ID, None, PAGE], 2 * d.organs)},
    "disclosure_due": {
        "first": lambda d: ([FIRST_DAY, 0, "infinity", None, None, PAGE, d.organ], 1.2),
        "unit": lambda d: ([FIRST_DAY, 0, "infinity", None, d.disclosing_unit, PAGE, d.organ], 5)},
    "disclosure_list": {
        "first": lambda d: ([FIRST_DAY, 0, "infinity", None, None, PAGE, d.organ, None], 1.2),
        "behind": lambda d: ([*d.due_at, "infinity", None, None, PAGE, d.organ, None], 1.2)},
    "disclosure_find_number": {
        "number": lambda d: ([d.decision, PAGE], 1.2)},
}
INDEX_ONLY = {"queue_co_officer": "matter_queue_co_officer_idx", "queue_co_waiting": "matter_queue_co_officer_idx",
              "queue_officer": "matter_queue_officer_idx", "queue_waiting": "matter_queue_officer_idx",
              "queue_co_officer": "matter_queue_co_officer_idx", "queue_co_waiting": "matter_queue_co_officer_idx",
              "queue_turn": "matter_queue_turn_idx", "queue_unit": "matter_queue_unit_idx"}
MAY_SORT = {"disclosure_find_number", "search_uscc", "search_text", "search_campaign"}
# What lib/app/boot.c sets for the lanes that these run on.
READ_LANE = {"enable_bitmapscan": "off", "random_page_cost": "1.1"}
SLOW_LANE = {"random_page_cost": "1.1"}
ON_SLOW_LANE = {"search_text", "search_campaign"}


def test_every_list_statement_has_its_cases():
    assert set(STATEMENTS) == set(CASES)


def nodes(plan):
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def explained(postgres, database, units, name, params, mode):
    """(rows returned, every plan node that ran) of one execution as ipcase_app."""
    with contextlib.closing(psycopg2.connect(postgres.url(database))) as conn, conn.cursor() as cur:
        cur.execute("LOAD 'auto_explain'")
        for option, value in {"auto_explain.log_min_duration": "0", "auto_explain.log_analyze": "on",
                              "auto_explain.log_buffers": "on", "auto_explain.log_format": "json",
                              "auto_explain.log_nested_statements": "on", "plan_cache_mode": mode,
                              **(SLOW_LANE if name in ON_SLOW_LANE else READ_LANE)}.items():
            cur.execute(f"SET {option} = '{value}'")
        cur.execute("SET SESSION AUTHORIZATION ipcase_app")
        cur.execute(f"PREPARE it AS {STATEMENTS[name]}")
        cur.execute("SELECT set_config('ipcase.account', '1', true), set_config('ipcase.units', %s, true)",
                    ("{" + ",".join(map(str, units)) + "}",))
        cur.execute("SET client_min_messages = log")
        conn.notices.clear()
        cur.execute(f"EXECUTE it ({', '.join(['%s'] * len(params))})", params)
        rows = len(cur.fetchall())
        plans = [json.loads(n[n.index("{"):])["Plan"] for n in conn.notices if "plan:" in n]
        conn.rollback()
    assert plans
    return rows, [node for plan in plans for node in nodes(plan)]


def read_by(node):
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return (node["Actual Rows"] + removed) * node["Actual Loops"]


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
@pytest.mark.parametrize("name,case", [(n, c) for n in CASES for c in CASES[n]])
def test_a_page_costs_what_it_shows(postgres, generated, data, name, case, mode):
    params, factor = CASES[name][case](data)
    rows, ran = explained(postgres, generated, data.units, name, params, mode)
    assert rows > 0, "the case shows nothing: it proves nothing"
    scans = [n for n in ran if n.get("Relation Name") in BIG]
    assert scans
    for node in scans:
        assert node["Node Type"] != "Seq Scan", node
    if name not in MAY_SORT:
        assert not [n for n in ran if "Sort" in n["Node Type"]], ran
    if name in INDEX_ONLY:
        assert [(n["Node Type"], n.get("Index Name")) for n in scans] == [("Index Only Scan", INDEX_ONLY[name])]
        assert scans[0]["Heap Fetches"] == 0
    if name in ("queue_officer", "queue_waiting", "queue_co_officer", "queue_co_waiting"):
        assert max(map(read_by, scans)) <= max(data.load, data.co_load)
    elif factor is not None:
        assert max(map(read_by, scans)) <= factor * rows + 10, [(n["Node Type"], read_by(n)) for n in scans]
    pages = ran[0]["Shared Hit Blocks"] + ran[0]["Shared Read Blocks"]
    assert pages <= 60 + 12 * rows, pages


@pytest.mark.parametrize("name", ["queue_unit", "search_unit", "search_party"])
def test_of_another_unit_nothing_comes_whatever_is_asked(postgres, generated, data, name):
    case = next(iter(CASES[name].values()))
    rows, _ = explained(postgres, generated, [], name, case(data)[0], "force_generic_plan")
    assert rows == 0


@pytest.mark.parametrize("name", ["search_text", "search_campaign"])
def test_the_search_functions_apply_the_callers_units_themselves(postgres, generated, data, name):
    params = CASES[name]["common"](data)[0]
    _, ran = explained(postgres, generated, [], name, params, "force_generic_plan")
    inner = [n for n in ran if n.get("Relation Name") in ("matter_text", "matter")]
    assert all(n["Actual Rows"] * n["Actual Loops"] == 0 for n in inner if n["Node Type"] != "Bitmap Index Scan")
