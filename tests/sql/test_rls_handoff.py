# SPDX-License-Identifier: MulanPSL-2.0
"""What each role reads of hand-overs, asked with psql on a database in which hand-overs were made through the daemon.

Liaisons of police, procuratorate and court see the copies of their own organ and nothing of any case; a hand-over about
an official is seen by the principal, the one officer he named and the organ's exchange. Records and packages only grow.
"""
import json
import pathlib
import sys

import psycopg2
import psycopg2.errors
import pytest

import harness
from hub import C1, Hub
from walk import Walk

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from test_rls import APP, AUDITOR, OWNER, caller, refused  # noqa: E402

TABLES = ("handoff", "record", "package", "outbox", "quarantine")
LIAISONS = {"police": 20, "procuratorate": 30, "court": 40}
SECRET = "举报人钱某住样县东街九号"
OFFICIAL = "样县某局副局长周某"


@pytest.fixture(scope="module")
def hub(postgres, database, scratch):
    return Hub(postgres, database, scratch / f"hub-{database}")


@pytest.fixture(scope="module")
def daemon(postgres, database, scratch, hub):
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database, hub.options(sweep="12h")) as server:
        yield server


@pytest.fixture(scope="module")
def world(daemon, hub):
    """A case whose clue names a reporter, handed to the police with a copy for the procuratorate; another case that is
    nobody else's; a hand-over about an official, linked with the case."""
    made = {}
    c1 = C1(daemon, hub, case=False)
    c1.walk.to_investigating(reporter=SECRET)
    c1.case = c1.walk.case
    made["case"], made["clue"] = int(c1.walk.case), int(c1.walk.clue)
    c1.submit()
    c1.at("police", "accept", police_receipt="公安甲", on="2026-04-02")
    made["c1"] = hub.copies(c1.thread)
    c1.walk.to_investigating()
    made["other"] = int(c1.walk.case)
    reply = c1.as_("principal").post("handoffs", {"channel": "c9", "happened_at": "2026-04-01", "fields": {
        "peer": "procuratorate", "title": "公职人员线索", "official": OFFICIAL, "summary": "收受好处", "officer": "officer",
        "case": c1.case}}).ok()
    made["c9"] = int(reply["matter"]["id"])
    made["c9_unit"], = hub.query("SELECT unit_id FROM ipcase.matter WHERE id = %s", made["c9"])[0]
    made["c9_thread"], = hub.query("SELECT thread::text FROM ipcase.handoff WHERE matter_id = %s", made["c9"])[0]
    yield made
    c1.close()


def psql(postgres, database, sql, units=None, account=0, role=APP):
    """The rows as a person with psql gets them, with the caller's units set as the daemon sets them."""
    text = "BEGIN READ ONLY;\n"
    if units is not None:
        text += (f"SELECT set_config('ipcase.account', '{account}', true),"
                 f" set_config('ipcase.units', '{{{','.join(map(str, units))}}}', true) \\g /dev/null\n")
    done = harness.run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", postgres.url(database, role), input=f"{text}{sql};\nCOMMIT;\n")
    return done.stdout.splitlines()


def units_of(hub, account):
    return hub.query("SELECT ipcase.visible_units(id) FROM ipcase.account WHERE name = %s", account)[0][0]


def tables_of_matters(hub, role=APP):
    return [t for t, in hub.query(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'matter_id'"
        " JOIN pg_attribute u ON u.attrelid = c.oid AND u.attname = 'unit_id'"
        " WHERE c.relnamespace = 'ipcase'::regnamespace AND c.relkind IN ('r', 'p') AND c.relrowsecurity"
        " AND has_table_privilege(%s, c.oid, 'SELECT') ORDER BY 1", role)]


# ---- liaisons ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [APP, AUDITOR])
@pytest.mark.parametrize("account", sorted(LIAISONS))
def test_a_liaison_reads_the_copies_of_its_organ_only(postgres, database, hub, world, account, role):
    units = units_of(hub, account)
    assert units == [LIAISONS[account]]
    own = {str(world["c1"][account])} if account in world["c1"] else set()
    assert set(psql(postgres, database, "SELECT id FROM ipcase.matter", units, role=role)) == own
    tables = tables_of_matters(hub, role)
    seen = {table: set() for table in tables}
    for line in psql(postgres, database, " UNION ".join(f"SELECT '{t}', matter_id FROM ipcase.{t}" for t in tables), units, role=role):
        table, matter = line.split("|")
        seen[table].add(matter)
    for table in tables:
        assert seen[table] - {""} <= own, table
    if own:
        assert seen["record"] == seen["handoff"] == seen["act"] == seen["dossier"] == own


@pytest.mark.parametrize("account", sorted(LIAISONS))
def test_no_row_a_liaison_can_read_names_the_reporter_or_the_case(postgres, database, hub, world, account):
    tables = [t for t, in hub.query("SELECT relname FROM pg_class WHERE relnamespace = 'ipcase'::regnamespace AND relkind IN"
                                    " ('r', 'p') AND has_table_privilege('ipcase_app', oid, 'SELECT')")]
    lines = psql(postgres, database, ";\n".join(f"SELECT to_json(t) FROM ipcase.{t} t" for t in tables), units_of(hub, account))
    text = "\n".join(lines)
    assert SECRET not in text and OFFICIAL not in text
    # in the whole database the words are there: the search is not blind
    whole = hub.query("SELECT string_agg(payload::text, '') FROM ipcase.act")[0][0]
    assert SECRET in whole and OFFICIAL in whole
    for line in lines:
        assert json.loads(line).get("matter_id") not in (world["case"], world["clue"], world["other"])


def test_the_sender_reads_its_own_copy_and_not_the_others(postgres, database, hub, world):
    got = psql(postgres, database, "SELECT matter_id FROM ipcase.handoff", units_of(hub, "officer"))
    assert set(map(int, got)) == {world["c1"]["bureau"], world["c9"]}
    got = psql(postgres, database, "SELECT matter_id FROM ipcase.handoff", units_of(hub, "station_officer"))
    assert got == []
    for account in ("legal_reviewer", "deputy_head", "co_officer", "unit_head"):
        got = psql(postgres, database, "SELECT matter_id FROM ipcase.handoff", units_of(hub, account))
        assert set(map(int, got)) == {world["c1"]["bureau"]}, account


def test_the_api_gives_a_liaison_nothing_else(daemon, hub, world):
    walk = Walk(daemon)
    police = walk.as_("police")
    for kind, matter in (("cases", world["case"]), ("cases", world["other"]), ("clues", world["clue"]),
                         ("handoffs", world["c1"]["bureau"]), ("handoffs", world["c1"]["procuratorate"]),
                         ("handoffs", world["c9"])):
        assert police.get(f"{kind}/{matter}").status == 404
    assert police.get(f"handoffs/{world['c1']['police']}").ok()["id"] == str(world["c1"]["police"])
    listed = [m["id"] for m in police.get("handoffs").ok()["items"]]
    assert listed == [str(world["c1"]["police"])]
    assert SECRET not in police.get(f"handoffs/{world['c1']['police']}").text
    walk.close()


@pytest.mark.parametrize("role", [APP, AUDITOR])
def test_without_settings_nothing_is_read(postgres, database, world, role):
    assert psql(postgres, database, ";\n".join(f"SELECT count(*) FROM ipcase.{t}" for t in TABLES), role=role) == ["0"] * len(TABLES)


# ---- about an official -----------------------------------------------------------------------------------


def test_only_the_principal_the_named_officer_and_the_exchange_see_it(postgres, database, hub, world):
    unit = world["c9_unit"]
    assert hub.query("SELECT kind FROM ipcase.unit WHERE id = %s", unit) == [("restricted",)]
    seen_by = {name for name, in hub.query("SELECT name FROM ipcase.account WHERE %s = ANY (ipcase.visible_units(id))", unit)}
    assert seen_by == {"officer", "principal", "exchange.10"}
    for table in tables_of_matters(hub):
        there = hub.query(f"SELECT count(*) FROM ipcase.{table} WHERE matter_id = %s AND unit_id <> %s", world["c9"], unit)
        assert there == [(0,)], f"{table} has rows of it in another unit"
    # neither by delegation
    principal, deputy = (hub.query("SELECT id FROM ipcase.account WHERE name = %s", n)[0][0] for n in ("principal", "deputy_head"))
    hub.query("INSERT INTO ipcase.delegation (from_account, to_account, roles, starts_on, ends_on, reason)"
              " VALUES (%s, %s, '{principal}', '2026-01-01', '2027-12-31', '出差')", principal, deputy)
    assert unit not in units_of(hub, "deputy_head")
    hub.query("DELETE FROM ipcase.delegation")


def test_the_linked_case_says_nothing_of_it(daemon, hub, world):
    payloads = hub.query("SELECT string_agg(payload::text || act, '') FROM ipcase.act WHERE matter_id = %s", world["case"])[0][0]
    assert OFFICIAL not in payloads and str(world["c9"]) not in payloads and world["c9_thread"] not in payloads
    walk = Walk(daemon)
    assert OFFICIAL not in walk.as_("deputy_head").get(f"cases/{world['case']}").text
    walk.close()


def test_another_officer_is_named_and_it_goes_its_way(daemon, hub, world):
    """Whoever is not in the circle gets 404, whoever was replaced as well (sessions are looked up anew after 15 s)."""
    walk = Walk(daemon)
    here = f"handoffs/{world['c9']}"
    for account in ("deputy_head", "legal_reviewer", "unit_head", "co_officer", "station_officer", "auditor", "police"):
        assert walk.as_(account).get(here).status == 404, account
    assert walk.as_("officer").get(here).status == walk.as_("principal").get(here).status == 200
    assert walk.as_("officer").act("handoff", world["c9"], "approve").status == 403
    walk.as_("principal").act("handoff", world["c9"], "name_officer", fields={"officer": "station_officer"}).ok()
    seen_by = {name for name, in hub.query("SELECT name FROM ipcase.account WHERE %s = ANY (ipcase.visible_units(id))",
                                           world["c9_unit"])}
    assert seen_by == {"station_officer", "principal", "exchange.10"}
    walk.close()
    walk = Walk(daemon)
    harness.wait_until(lambda: walk.as_("officer").get(here).status == 404, 20)
    harness.wait_until(lambda: walk.as_("station_officer").get(here).status == 200, 20)
    walk.as_("principal").act("handoff", world["c9"], "approve", happened_at="2026-04-02").ok()
    walk.as_("station_officer").act("handoff", world["c9"], "submit", happened_at="2026-04-02").ok()
    hub.settle()
    copies = hub.copies(world["c9_thread"])
    assert set(copies) == {"bureau", "procuratorate"}
    walk.as_("procuratorate").act("handoff", copies["procuratorate"], "receive", happened_at="2026-04-03").ok()
    hub.settle()
    assert hub.state(world["c9_thread"], "bureau") == "receipted"
    kinds = [r[2] for r in hub.records(world["c9_thread"], "bureau")]
    assert kinds == ["submitted", "delivered", "accepted"]
    assert walk.as_("deputy_head").get(here).status == 404
    # what the daemon wrote of it since is in its unit too
    for table in tables_of_matters(hub):
        assert hub.query(f"SELECT count(*) FROM ipcase.{table} WHERE matter_id = %s AND unit_id <> %s",
                         world["c9"], world["c9_unit"]) == [(0,)], table
    walk.close()


def test_the_functions_of_the_circle_ask_who_calls(postgres, database, hub, world):
    ids = dict(hub.query("SELECT name, id FROM ipcase.account"))
    with caller(postgres, database, [11], ids["officer"]) as cur:
        # an account of another organ is no reader
        cur.execute("SELECT ipcase.restricted_unit(%s)", (ids["police"],))
        assert cur.fetchone() == (None,)
        # a unit that the caller does not see, and one that is not restricted
        for unit in (world["c9_unit"], 11):
            refused(cur, psycopg2.errors.CheckViolation, "SELECT ipcase.restricted_reader(%s, %s)", unit, ids["officer"])
        cur.execute("SELECT set_config('ipcase.units', %s, true)", (f"{{{world['c9_unit']}}}",))
        refused(cur, psycopg2.errors.CheckViolation, "SELECT ipcase.restricted_reader(%s, %s)", world["c9_unit"], ids["police"])


# ---- writing -------------------------------------------------------------------------------------------


def test_the_tables_have_forced_row_security(hub):
    got = hub.query("SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relnamespace ="
                    " 'ipcase'::regnamespace AND relname = ANY (%s)", list(TABLES))
    assert dict(got) == {t: True for t in TABLES}


@pytest.mark.parametrize("sql", [
    "UPDATE ipcase.record SET body = body", "DELETE FROM ipcase.record", "TRUNCATE ipcase.record CASCADE",
    "UPDATE ipcase.package SET plan = plan", "DELETE FROM ipcase.package", "TRUNCATE ipcase.package",
    "DELETE FROM ipcase.handoff", "DELETE FROM ipcase.outbox", "UPDATE ipcase.outbox SET to_code = 'police'",
    "UPDATE ipcase.outbox SET matter_id = 1", "DELETE FROM ipcase.quarantine", "UPDATE ipcase.quarantine SET rule = 'x'",
    "UPDATE ipcase.organ_peer SET pin = NULL", "INSERT INTO ipcase.organ_peer (code, name, kind, way) VALUES ('x', 'x', 'police', 'paper')",
    "DELETE FROM ipcase.organ_peer"])
def test_the_daemon_has_no_right_to_change_what_was_told(postgres, database, hub, world, sql):
    with caller(postgres, database, [11, 20, 30, 40]) as cur:
        refused(cur, psycopg2.errors.InsufficientPrivilege, sql, match="permission denied")


@pytest.mark.parametrize("role", [OWNER, "postgres"])
@pytest.mark.parametrize("sql", ["UPDATE ipcase.record SET body = body", "DELETE FROM ipcase.record",
                                 "TRUNCATE ipcase.record CASCADE", "UPDATE ipcase.package SET plan = plan",
                                 "DELETE FROM ipcase.package", "TRUNCATE ipcase.package"])
def test_the_trigger_refuses_even_the_owner(postgres, database, world, hub, role, sql):
    if "package" in sql and "TRUNCATE" not in sql:
        matter, lane, n, organ, unit = hub.query("SELECT matter_id, lane, n, organ_id, unit_id FROM ipcase.record LIMIT 1")[0]
        hub.query("INSERT INTO ipcase.package SELECT %s, 1, %s, %s, %s, %s, 'n', '{}', '{}', '', '', 0, 0, true"
                  " ON CONFLICT DO NOTHING", matter, organ, unit, lane, n)
    with caller(postgres, database, [10, 11, 20, 30, 40], role=role) as cur:
        refused(cur, psycopg2.errors.InsufficientPrivilege, sql, match="insert-only")


def test_a_record_cannot_be_put_into_another_organs_copy(postgres, database, world, hub):
    police = world["c1"]["police"]
    with caller(postgres, database, [11]) as cur:
        for unit in (20, 11):
            row = ("INSERT INTO ipcase.record (matter_id, lane, n, organ_id, unit_id, seq, ordinal, kind, body, digest, cms)"
                   " VALUES (%s, 'x', 1, 20, %s, 1, 99, 'filed', 'b', sha256('b'), '')")
            if unit == 20:
                refused(cur, psycopg2.errors.InsufficientPrivilege, row, police, unit, match="row-level security")
        # a body that is not what its digest says
        refused(cur, psycopg2.errors.CheckViolation,
                "INSERT INTO ipcase.record (matter_id, lane, n, organ_id, unit_id, seq, ordinal, kind, body, digest, cms)"
                " VALUES (%s, 'x', 1, 10, 11, 1, 99, 'filed', 'b', sha256('c'), '')", world["c1"]["bureau"])


def test_the_quarantine_is_the_administrators(postgres, database, hub, world):
    hub.query("INSERT INTO ipcase.quarantine (organ_id, unit_id, source, digest, rule, message)"
              " VALUES (20, 20, 's', sha256('q'), 'r', 'm')")
    ids = dict(hub.query("SELECT name, id FROM ipcase.account"))

    def seen(account, role=APP):
        return psql(postgres, database, "SELECT count(*) FROM ipcase.quarantine WHERE source = 's'", units_of(hub, account),
                    ids[account], role)
    assert seen("admin") == ["1"] and seen("admin", AUDITOR) == ["1"]
    assert seen("police") == ["1"] and seen("officer") == seen("court") == ["0"]
    # an administrator sees nothing else
    text = " UNION ALL ".join(f"(SELECT '{t}' FROM ipcase.{t} LIMIT 1)" for t in tables_of_matters(hub))
    assert psql(postgres, database, text, units_of(hub, "admin"), ids["admin"]) == []
