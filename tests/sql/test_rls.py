# SPDX-License-Identifier: MulanPSL-2.0
"""What the database lets each role and each caller see and do, asked of the database itself.

The daemon's role (ipcase_app) with the settings of each account of harness.py sees exactly the rows of the
units written down in VISIBLE, in every table with case data; without settings it sees nothing. The ledger
only grows. Secrets are out of reach. New tables are covered without touching this file.
"""
import contextlib
import json

import psycopg2
import psycopg2.errors
import pytest

import harness

APP, OWNER, AUDITOR = "ipcase_app", "ipcase_owner", "ipcase_auditor"
ALL_UNITS = [1, 10, 11, 12, 13, 20, 30, 40, 50]
ORGAN = [10, 11, 12, 13]

# account -> units whose matters it sees
VISIBLE = {
    "officer": [11], "co_officer": [11], "clerk": [11], "unit_head": [11],
    "station_officer": [12], "station_head": [12],
    "legal_reviewer": ORGAN, "deputy_head": ORGAN, "principal": ORGAN, "credit_clerk": ORGAN,
    "police": [20], "procuratorate": [30], "court": [40], # their own organ's hand-overs
    "auditor": ALL_UNITS, "admin": [], "neighbour": [50],
}

# Tables that name a unit or an organ and hold nothing of any case.
NO_CASE_DATA = {"unit", "account", "number_series"}
# No unit of their own; what protects them is tested below.
OTHER = {"draft", "idempotency", "public_record", "audit_run", "snapshot", "digest", "credit_batch", "credit_batch_item"}
ROWS = 2  # in each table, for each unit


def columns(postgres, database, table):
    return {name: generated for name, generated in postgres.query(
        database, "SELECT attname, attidentity = 'a' FROM pg_attribute WHERE attrelid = ('ipcase.' || %s)::regclass"
        " AND attnum > 0 AND NOT attisdropped", table)}


def policed(postgres, database):
    return [t for (t,) in postgres.query(
        database, "SELECT relname FROM pg_class WHERE relnamespace = 'ipcase'::regnamespace"
        " AND relkind IN ('r', 'p') AND relrowsecurity ORDER BY relname")]


@pytest.fixture(scope="module")
def filled(postgres, database):
    """Rows of each unit in each table with case data, written past the policies by the superuser."""
    matter = 0
    with contextlib.closing(postgres.connect(database)) as conn, conn.cursor() as cur:
        for unit, _, organ, *_ in harness.UNITS:
            for _ in range(ROWS):
                matter += 1
                fill(cur, matter, organ, unit)
        cur.execute("SELECT setval('ipcase.matter_id_seq', 100000)")
    return database


def fill(cur, matter, organ, unit):
    cur.execute("INSERT INTO ipcase.matter (id, kind, procedure, organ_id, unit_id, state, version, title, turn, open,"
                " opened_on, campaigns) VALUES (%s, 'clue', 'clue', %s, %s, 'registered', 1, 't', 'officer', true,"
                " '2026-03-02', '{铁拳}')",
                (matter, organ, unit))
    cur.execute("INSERT INTO ipcase.dossier VALUES (%s, %s, %s, '{}')", (matter, organ, unit))
    cur.execute("INSERT INTO ipcase.act (matter_id, seq, organ_id, unit_id, act, stage, actor_id, actor_name, actor_unit,"
                " happened_at, law_version, payload, digest) SELECT %s, 1, %s, %s, 'register', 'do', id, 'x', unit_id,"
                " now(), 1, '{}', sha256('') FROM ipcase.account WHERE name = 'officer'", (matter, organ, unit))
    cur.execute("INSERT INTO ipcase.clock (matter_id, idx, organ_id, unit_id, rule, state, owner, start_on)"
                " VALUES (%s, 0, %s, %s, 'D01', 'running', 'us', '2026-03-02')", (matter, organ, unit))
    cur.execute("INSERT INTO ipcase.party (matter_id, idx, organ_id, unit_id, name, name_key)"
                " VALUES (%s, 0, %s, %s, 'p', 'p')", (matter, organ, unit))
    cur.execute("INSERT INTO ipcase.matter_text VALUES (%s, %s, %s, 'ab', '{ab}')", (matter, organ, unit))
    cur.execute("INSERT INTO ipcase.rate_mark (matter_id, seq, known_from, organ_id, unit_id, kind, procedure, ip_type,"
                " campaigns, opened_on, active_until) VALUES (%s, 1, now(), %s, %s, 'clue', 'clue', '', '{}',"
                " '2026-03-02', 'infinity')", (matter, organ, unit))
    cur.execute("INSERT INTO ipcase.document (matter_id, seq, organ_id, unit_id, paper, number, number_key, issued_on)"
                " VALUES (%s, 1, %s, %s, '', %s, %s, '2026-03-02')", (matter, organ, unit, matter, matter))
    cur.execute("INSERT INTO ipcase.import_original (organ_id, unit_id, key, digest, original, matter_id)"
                " VALUES (%s, %s, %s, '', 'o', %s)", (organ, unit, str(matter), matter))
    cur.execute("INSERT INTO ipcase.upload (id, matter_id, organ_id, unit_id, account_id, name, kind, media_type, size, chunk)"
                " VALUES (gen_random_uuid(), %s, %s, %s, 1, 'n', 'k', 't/t', 1, 1)", (matter, organ, unit))
    cur.execute("INSERT INTO ipcase.import_job (organ_id, unit_id, account_id, name, total) VALUES (%s, %s, 1, 'j', 1)",
                (organ, unit))
    cur.execute("INSERT INTO ipcase.handoff (matter_id, organ_id, unit_id, thread, channel, side, peer_code, peer_name)"
                " VALUES (%s, %s, %s, gen_random_uuid(), 'c1', 1, 'p', 'p')", (matter, organ, unit))
    cur.execute("INSERT INTO ipcase.record (matter_id, lane, n, organ_id, unit_id, seq, ordinal, kind, body, digest, cms)"
                " VALUES (%s, 'l', 1, %s, %s, 1, 1, 'filed', 'b', sha256('b'), '')", (matter, organ, unit))
    cur.execute("INSERT INTO ipcase.package (matter_id, seq, organ_id, unit_id, lane, n, name, plan, texts, manifest_sha256,"
                " tagmanifest_sha256, items, bytes, held) VALUES (%s, 1, %s, %s, 'l', 1, 'n', '{}', '{}', '', '', 0, 0, true)", (matter, organ, unit))
    cur.execute("INSERT INTO ipcase.outbox (organ_id, unit_id, matter_id, lane, n, to_code) VALUES (%s, %s, %s, 'l', 1, 'p')",
                (organ, unit, matter))
    cur.execute("INSERT INTO ipcase.disclosure (matter_id, organ_id, unit_id, class, state, open, next_on)"
                " VALUES (%s, %s, %s, '', 'preparing', true, 'infinity')", (matter, organ, unit))
    cur.execute("INSERT INTO ipcase.public_record (matter_id, n, from_at, organ_name, decision_no, decision_no_key, party,"
                " party_key, decided_on, published_on, class, stop_due, summary, body, digest) VALUES (%s, 1, now(), 'o', 'n',"
                " 'n', 'p', 'p', '2026-03-02', '2026-03-02', '一般', '2027-03-02', '{}', 'b', sha256('b'))", (matter,))
    cur.execute("INSERT INTO ipcase.form_mark (matter_id, seq, known_from, organ_id, unit_id, procedure, ip_type, cause, outcome,"
                " campaigns, tags, supervised, person_penalised, title, party, officer_name) VALUES (%s, 1, now(), %s, %s,"
                " 'ordinary', '', '', '', '{}', '{}', '', false, 't', 'p', 'o')", (matter, organ, unit))
    cur.execute("INSERT INTO ipcase.form_entry (organ_id, unit_id, form, figure, period, from_on, to_on, value, entered_by,"
                " entered_by_name) VALUES (%s, %s, 'f', %s, '2026', '2026-01-01', '2026-12-31', 1, 1, 'n')",
                (organ, unit, str(matter)))
    cur.execute("INSERT INTO ipcase.quarantine (organ_id, unit_id, source, digest, rule, message)"
                " VALUES (%s, %s, 's', sha256(%s), 'r', 'm')", (organ, unit, str(matter).encode()))


@contextlib.contextmanager
def caller(postgres, database, units=None, account=None, role=APP):
    """A cursor in a transaction with the caller's context as the daemon sets it; rolled back."""
    conn = psycopg2.connect(postgres.url(database, role))
    try:
        with conn.cursor() as cur:
            cur.execute("SET TRANSACTION READ WRITE")  # a role's default must not be what protects
            if units is not None or account is not None:
                cur.execute("SELECT set_config('ipcase.account', %s, true), set_config('ipcase.units', %s, true)",
                            (str(account or 0), "{" + ",".join(map(str, units or [])) + "}"))
            yield cur
    finally:
        conn.rollback()
        conn.close()


def refused(cur, error, sql, *params, match=""):
    cur.execute("SAVEPOINT before")
    with pytest.raises(error, match=match):
        cur.execute(sql, params or None)
    cur.execute("ROLLBACK TO before")


# ---- which tables ----------------------------------------------------------------------------------


def test_every_table_with_case_data_has_forced_row_security(postgres, filled):
    lacking = postgres.query(filled, """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'ipcase'::regnamespace AND c.relkind IN ('r', 'p', 'm', 'v')
           AND a.attname IN ('organ_id', 'unit_id', 'matter_id') AND NOT a.attisdropped
           AND NOT (c.relrowsecurity AND c.relforcerowsecurity)""")
    # audit names a matter by its number only and says nothing about it; a view asks with its caller's rights
    assert {t for (t,) in lacking} - NO_CASE_DATA - {"audit", *invoker_views(postgres, filled)} == set()


def invoker_views(postgres, database):
    return [v for (v,) in postgres.query(database, "SELECT relname FROM pg_class WHERE relnamespace = 'ipcase'::regnamespace"
                                                   " AND relkind = 'v' AND 'security_invoker=true' = ANY (reloptions)")]


def test_a_view_shows_what_its_table_shows(postgres, filled):
    assert invoker_views(postgres, filled) == ["rate_row"]
    for account, units in VISIBLE.items():
        with caller(postgres, filled, units) as cur:
            cur.execute("SELECT unit_id, count(*) FROM ipcase.rate_row GROUP BY 1")
            assert dict(cur.fetchall()) == {unit: ROWS for unit in units}, account


def test_every_policed_table_was_filled(postgres, filled):
    """A new table must get rows in fill(), or the tests below would pass on emptiness."""
    for table in set(policed(postgres, filled)) - OTHER:
        rows = postgres.query(filled, f"SELECT unit_id, count(*) FROM ipcase.{table} GROUP BY 1")
        assert dict(rows) == {unit: ROWS for unit in ALL_UNITS}, table


# What functions read with the owner's rights: the search (migration 0004), which applies the units itself; who must stop what
# (0010); what everybody may read (0011); that something happened, for who listens (0016).
FOR_THE_OWNER = {("matter", "matter_search"), ("matter_text", "matter_text_search"), ("disclosure", "disclosure_owner"),
                 ("public_record", "public_record_owner"), ("act", "act_news")}


def test_no_policy_is_for_one_command_only(postgres, filled):
    """The policies' USING must hold for writing too: FOR ALL, no laxer WITH CHECK, never for everybody 'true'."""
    rows = postgres.query(filled, "SELECT tablename, policyname, cmd, qual, with_check, permissive, roles::text[]"
                                  " FROM pg_policies WHERE schemaname = 'ipcase'")
    assert rows
    for table, policy, cmd, qual, check, permissive, roles in rows:
        if policy == "digest_owner":  # asked for and leased by functions of the owner's (0014)
            assert (cmd, roles) == ("ALL", [OWNER])
            continue
        if policy == "credit_batch_item_batch":  # seen with its batch
            assert "ipcase.credit_batch" in qual and check is None
            continue
        if (table, policy) in FOR_THE_OWNER:
            assert (cmd, roles) == ("SELECT", [OWNER])
            continue
        assert cmd == "ALL" and permissive == "PERMISSIVE" and check is None, (table, policy)
        if policy == "public_record_matter":  # seen with its matter, and so by the matter's policy
            assert "ipcase.matter" in qual
            continue
        if table in ("snapshot", "digest", "credit_batch"):  # an organ's, for those who see the organ itself
            assert "(organ_id + 0)" in qual and "caller_units" in qual
            continue
        own = "ipcase.units" in qual or "ipcase.caller_units()" in qual
        assert "caller_account" in qual or (own and "(unit_id + 0)" in qual), (table, qual)


# ---- what each account sees -----------------------------------------------------------------------


def test_visible_units_of_each_account(postgres, filled):
    got = postgres.query(filled, "SELECT name, ipcase.visible_units(id) FROM ipcase.account ORDER BY name")
    assert dict(got) == VISIBLE


@pytest.mark.parametrize("account", sorted(VISIBLE))
def test_rows_visible_equal_the_visible_units(postgres, filled, account):
    with caller(postgres, filled, VISIBLE[account]) as cur:
        for table in set(policed(postgres, filled)) - OTHER:
            cur.execute(f"SELECT unit_id, count(*) FROM ipcase.{table} GROUP BY 1")
            assert dict(cur.fetchall()) == {unit: ROWS for unit in VISIBLE[account]}, table


def test_without_settings_nothing_is_visible(postgres, filled):
    with caller(postgres, filled) as cur:
        for table in policed(postgres, filled):
            cur.execute(f"SELECT count(*) FROM ipcase.{table}")
            assert cur.fetchone() == (0,), table


def test_the_settings_end_with_their_transaction(postgres, filled):
    """A pooled connection must not carry a caller over to the next request."""
    with contextlib.closing(postgres.connect(filled, APP)) as conn, conn.cursor() as cur:
        conn.autocommit = False
        cur.execute("SELECT set_config('ipcase.account', '1', true), set_config('ipcase.units', '{11}', true)")
        cur.execute("SELECT count(*) FROM ipcase.matter")
        assert cur.fetchone() == (ROWS,)
        conn.commit()
        cur.execute("SELECT count(*) FROM ipcase.matter")
        assert cur.fetchone() == (0,)


def test_the_news_say_no_more_than_that_something_happened(postgres, filled):
    """Of every unit, because the daemon tells each listener his own; but no name, no act, no text."""
    with caller(postgres, filled) as cur:
        cur.execute("SELECT * FROM ipcase.news_since('-infinity', 100000)")
        assert [c.name for c in cur.description] == ["matter_id", "seq", "unit_id", "kind"]
        assert {row[2] for row in cur.fetchall()} == set(ALL_UNITS)
        cur.execute("SELECT count(*) FROM ipcase.act")
        assert cur.fetchone() == (0,)


# What runs with the owner's rights, past the policies, at the daemon's wish. Each of these looks at accounts and
# sessions only, or applies the caller's units itself. Think before adding one.
OWNERS_RIGHTS = {
    "auth_find", "auth_failures", "auth_failed", "auth_attempt", "auth_forget", "session_open", "session_close",
    "session_find", "session_mine", "session_end", "totp_begin", "totp_pending", "totp_confirm", "totp_remove",
    "account_create", "account_set", "account_password", "delegation_create", "delegation_end",
    "campaign_create", "search_text_ids", "search_campaign_ids", "caller_is_admin", "restricted_unit",
    "restricted_reader", "exchange_accounts", "law_edition_now", "disclosure_stoppers",
    "digest_ask", "digest_take",
    "public_list", "public_search_party", "public_search_code", "public_search_number", "public_page", "public_ledger",
    "owner_still_writing", "unit_keep_name", "account_keep_name", "campaign_keep_name",
    "news_since", "owner_news_mark", "sessions_living",
    "law_version_now", "diagnostics", "diagnostics_peers", "unit_create", "unit_set", "number_series_set", "holidays_set",
}


def test_which_functions_run_past_the_policies(postgres, filled):
    got = postgres.query(filled, "SELECT proname FROM pg_proc WHERE pronamespace = 'ipcase'::regnamespace AND prosecdef"
                                 " AND has_function_privilege(%s, oid, 'EXECUTE')", APP)
    assert {name for (name,) in got} <= OWNERS_RIGHTS


def test_the_search_functions_give_nothing_of_other_units(postgres, filled):
    for units in ([11], [], ORGAN):
        with caller(postgres, filled, units) as cur:
            cur.execute("SELECT ipcase.search_text_ids('{ab}', 'ab', 1000000, NULL, 1000)")
            found = [i for (i,) in cur.fetchall()]
            cur.execute("SELECT id FROM ipcase.matter ORDER BY id DESC")
            assert found == [i for (i,) in cur.fetchall()] and len(found) == ROWS * len(units)
            cur.execute("SELECT ipcase.search_campaign_ids('铁拳', 1000000, NULL, 1000)")
            assert len(cur.fetchall()) == ROWS * len(units)


def test_runs_and_snapshots_are_seen_with_the_organ(postgres, filled):
    """A part of the organ is its account's alone; the whole, and what was submitted, is seen by whoever sees the organ."""
    organ, = (u for u in ALL_UNITS if u == 10)
    run = ("INSERT INTO ipcase.audit_run (organ_id, account_id, whole, period, kind, name, from_on, to_on, open, as_of, state,"
           " sha256, size) VALUES (%s, 1, %s, '2026-10', 'month', 'n', '2026-10-01', '2026-10-31', false, now(), 'done',"
           " sha256('x'), 1) RETURNING id")
    with caller(postgres, filled, [11], account=1) as cur:
        cur.execute(run, (organ, False))
        refused(cur, psycopg2.errors.InsufficientPrivilege, run.replace("1, %s", "2, %s"), organ, False)
        cur.execute("SELECT set_config('ipcase.account', '2', true)")
        cur.execute("SELECT count(*) FROM ipcase.audit_run")
        assert cur.fetchone() == (0,)
    with caller(postgres, filled, [10, 11], account=1) as cur:
        cur.execute(run, (organ, True))
        made, = cur.fetchone()
        cur.execute("SELECT ipcase.snapshot_make(%s)", (made,))
        assert cur.fetchone()[0]
        for units, seen in (([10], 1), ([11], 0), ([], 0)):
            cur.execute("SELECT set_config('ipcase.account', '2', true), set_config('ipcase.units', %s, true)",
                        ("{" + ",".join(map(str, units)) + "}",))
            for table in ("audit_run", "snapshot"):
                cur.execute(f"SELECT count(*) FROM ipcase.{table}")
                assert cur.fetchone() == (seen,), (units, table)
            refused(cur, psycopg2.errors.InsufficientPrivilege, "UPDATE ipcase.snapshot SET n = 7")


def test_digests_and_batches_are_seen_with_the_organ(postgres, filled):
    """By whoever sees the organ itself, and nobody who sees only a unit of it."""
    postgres.query(filled, "INSERT INTO ipcase.digest (organ_id, day) VALUES (10, '2026-03-02'), (50, '2026-03-02')")
    postgres.query(filled, "INSERT INTO ipcase.credit_batch (organ_id, no, from_on, to_on, format, lines, size, digest, made_by)"
                           " SELECT o, 'n', now(), now(), 'csv', 1, 1, sha256('x'), 1 FROM unnest(ARRAY[10, 50]) o")
    postgres.query(filled, "INSERT INTO ipcase.credit_batch_item SELECT b.id, (SELECT min(id) FROM ipcase.matter), 1"
                           " FROM ipcase.credit_batch b")
    for units, seen in ((ORGAN, 1), ([11], 0), ([50], 1), ([], 0), (ALL_UNITS, 2)):
        with caller(postgres, filled, units) as cur:
            for table in ("digest", "credit_batch", "credit_batch_item"):
                cur.execute(f"SELECT count(*) FROM ipcase.{table}")
                assert cur.fetchone() == (seen,), (units, table)
            cur.execute("UPDATE ipcase.digest SET attempts = 1")
            assert cur.rowcount == seen
            refused(cur, psycopg2.errors.InsufficientPrivilege, "UPDATE ipcase.credit_batch SET no = 'm'")
            refused(cur, psycopg2.errors.InsufficientPrivilege, "DELETE FROM ipcase.digest")
    with caller(postgres, filled, [11]) as cur:
        refused(cur, psycopg2.errors.InsufficientPrivilege, "INSERT INTO ipcase.credit_batch (organ_id, no, from_on, to_on, format,"
                " lines, size, digest, made_by) VALUES (10, 'x', now(), now(), 'csv', 1, 1, sha256('y'), 1)",
                match="row-level security")


def test_idempotency_rows_are_the_callers_own(postgres, filled):
    with caller(postgres, filled, [], 7) as cur:
        cur.execute("INSERT INTO ipcase.idempotency VALUES (7, 'k', '', 201, 'mine')")
        refused(cur, psycopg2.errors.InsufficientPrivilege,
                "INSERT INTO ipcase.idempotency VALUES (8, 'k', '', 201, 'not mine')", match="row-level security")
        cur.execute("SELECT set_config('ipcase.account', '8', true)")
        cur.execute("SELECT count(*) FROM ipcase.idempotency")
        assert cur.fetchone() == (0,)


def test_public_periods_are_seen_with_their_matter(postgres, filled):
    for units in ([11], [], ORGAN):
        with caller(postgres, filled, units) as cur:
            cur.execute("SELECT count(*) FROM ipcase.public_record")
            assert cur.fetchone() == (ROWS * len(units),)
    with caller(postgres, filled, [11]) as cur:
        refused(cur, psycopg2.errors.InsufficientPrivilege,
                "INSERT INTO ipcase.public_record (matter_id, n, from_at, organ_name, decision_no, decision_no_key, party,"
                " party_key, decided_on, published_on, class, stop_due, summary, body, digest) SELECT max(matter_id), 2, now(),"
                " 'o', 'n', 'n', 'p', 'p', now(), now(), '', now(), '{}', 'b', sha256('b') FROM generate_series(1, 20) matter_id",
                match="row-level security")


# ---- writing elsewhere ------------------------------------------------------------------------------


def test_a_row_of_another_unit_is_refused(postgres, filled):
    """The same row that the policy would let in for a visible unit."""
    for table in sorted(set(policed(postgres, filled)) - OTHER):
        if not postgres.query(filled, "SELECT has_table_privilege(%s, 'ipcase.' || %s, 'INSERT')", APP, table)[0][0]:
            continue
        row = postgres.query(filled, f"SELECT to_json(t) FROM ipcase.{table} t WHERE unit_id = 12 LIMIT 1")[0][0]
        made = [c for c, generated in columns(postgres, filled, table).items() if not generated]
        names = ", ".join(made)
        with caller(postgres, filled, [11]) as cur:
            refused(cur, psycopg2.errors.InsufficientPrivilege,
                    f"INSERT INTO ipcase.{table} ({names}) SELECT {names}"
                    f" FROM json_populate_record(NULL::ipcase.{table}, %s)", json.dumps(row),
                    match="row-level security")


def test_a_row_cannot_be_moved_out_of_sight(postgres, filled):
    for table in ("matter", "dossier", "clock", "matter_text", "rate_mark", "import_job"):
        with caller(postgres, filled, [11]) as cur:
            refused(cur, psycopg2.errors.InsufficientPrivilege, f"UPDATE ipcase.{table} SET unit_id = 12",
                    match="row-level security")


def test_rows_of_another_unit_cannot_be_changed(postgres, filled):
    with caller(postgres, filled, [11]) as cur:
        for table in ("matter", "dossier", "clock", "matter_text", "rate_mark", "import_job"):
            cur.execute(f"UPDATE ipcase.{table} SET organ_id = organ_id WHERE unit_id <> 11")
            assert cur.rowcount == 0, table
        cur.execute("DELETE FROM ipcase.party WHERE unit_id <> 11")
        assert cur.rowcount == 0


# ---- the ledger -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sql", ["UPDATE ipcase.act SET act = act", "DELETE FROM ipcase.act", "TRUNCATE ipcase.act",
                                 "UPDATE ipcase.document SET number = 'x'", "DELETE FROM ipcase.document",
                                 "UPDATE ipcase.audit SET outcome = 'ok'", "DELETE FROM ipcase.audit",
                                 "DELETE FROM ipcase.matter", "DELETE FROM ipcase.dossier",
                                 "UPDATE ipcase.idempotency SET reply = ''",
                                 "UPDATE ipcase.import_original SET original = ''"])
def test_the_daemon_has_no_right_to_change_what_is_written(postgres, filled, sql):
    with caller(postgres, filled, ALL_UNITS, 1) as cur:
        refused(cur, psycopg2.errors.InsufficientPrivilege, sql, match="permission denied")


@pytest.mark.parametrize("role", [OWNER, "postgres"])
@pytest.mark.parametrize("sql", ["UPDATE ipcase.act SET act = act WHERE unit_id = 11",
                                 "DELETE FROM ipcase.act WHERE unit_id = 11", "TRUNCATE ipcase.act CASCADE"])
def test_the_trigger_refuses_even_the_owner(postgres, filled, role, sql):
    with caller(postgres, filled, [11], role=role) as cur:
        refused(cur, psycopg2.errors.InsufficientPrivilege, sql, match="insert-only")


def test_the_trigger_cannot_be_passed_as_a_replica_by_the_daemon(postgres, filled):
    with caller(postgres, filled, [11]) as cur:
        refused(cur, psycopg2.errors.InsufficientPrivilege, "SET session_replication_role = replica")


# ---- secrets, ownership, the auditor --------------------------------------------------------------------------


@pytest.mark.parametrize("role", [APP, AUDITOR])
@pytest.mark.parametrize("table", ["account_secret", "account_totp", "session", "login_failure"])
def test_secrets_are_out_of_reach(postgres, filled, role, table):
    with caller(postgres, filled, ALL_UNITS, role=role) as cur:
        refused(cur, psycopg2.errors.InsufficientPrivilege, f"SELECT * FROM ipcase.{table}", match="permission denied")
        refused(cur, psycopg2.errors.InsufficientPrivilege, f"DELETE FROM ipcase.{table}", match="permission denied")


def test_the_daemon_may_not_make_accounts_or_roles_itself(postgres, filled):
    with caller(postgres, filled, ALL_UNITS, 1) as cur:
        for sql in ("INSERT INTO ipcase.account (name, display_name, unit_id, roles) VALUES ('x', 'x', 11, '{admin}')",
                    "UPDATE ipcase.account SET roles = '{admin}'", "UPDATE ipcase.account SET active = false",
                    "DELETE FROM ipcase.delegation", "UPDATE ipcase.number_series SET prefix = 'x'",
                    "UPDATE ipcase.law_clocks SET length = '1D'", "INSERT INTO ipcase.unit (organ_id, kind, code, name)"
                    " VALUES (1, 'station', 'x', 'x')"):
            refused(cur, psycopg2.errors.InsufficientPrivilege, sql, match="permission denied")
        # through the functions neither: account 1 (officer) is no administrator
        refused(cur, psycopg2.errors.InsufficientPrivilege,
                "SELECT ipcase.account_create('x', 'x', 11, '{admin}', 'x', 'x', 'x')", match="administrators only")


def test_the_auditor_reads_only(postgres, filled):
    tables = postgres.query(filled, """
        SELECT relname FROM pg_class WHERE relnamespace = 'ipcase'::regnamespace AND relkind IN ('r', 'p', 'S')
           AND CASE relkind WHEN 'S' THEN has_sequence_privilege('ipcase_auditor', oid, 'USAGE, UPDATE')
               ELSE has_table_privilege('ipcase_auditor', oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                 OR has_any_column_privilege('ipcase_auditor', oid, 'INSERT, UPDATE') END""")
    assert tables == []
    functions = postgres.query(filled, "SELECT proname FROM pg_proc WHERE pronamespace = 'ipcase'::regnamespace"
                                       " AND provolatile = 'v' AND has_function_privilege(%s, oid, 'EXECUTE')", AUDITOR)
    assert functions == []
    with caller(postgres, filled, [11], role=AUDITOR) as cur:
        cur.execute("SELECT count(*) FROM ipcase.act")
        assert cur.fetchone() == (ROWS,)


@pytest.mark.parametrize("role", [APP, AUDITOR])
def test_the_role_owns_nothing_and_is_nobody_special(postgres, filled, role):
    assert postgres.query(filled, "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
                                  " FROM pg_roles WHERE rolname = %s", role) == [(False,)]
    owned = postgres.query(filled, """
        SELECT 'class', count(*) FROM pg_class WHERE relowner = r.oid
        UNION ALL SELECT 'proc', count(*) FROM pg_proc WHERE proowner = r.oid
        UNION ALL SELECT 'type', count(*) FROM pg_type WHERE typowner = r.oid
        UNION ALL SELECT 'namespace', count(*) FROM pg_namespace WHERE nspowner = r.oid
        UNION ALL SELECT 'database', count(*) FROM pg_database WHERE datdba = r.oid
        """.replace("r.oid", "%s::regrole"), *[role] * 5)
    assert all(n == 0 for _, n in owned), owned
    for schema in ("ipcase", "public"):
        assert postgres.query(filled, "SELECT has_schema_privilege(%s, %s, 'CREATE')", role, schema) == [(False,)]
    for other in (OWNER, "postgres"):
        assert postgres.query(filled, "SELECT pg_has_role(%s, %s, 'MEMBER')", role, other) == [(False,)]


def test_functions_with_the_owners_rights_fix_their_search_path(postgres, filled):
    assert postgres.query(filled, """
        SELECT proname FROM pg_proc WHERE pronamespace = 'ipcase'::regnamespace AND prosecdef
           AND NOT EXISTS (SELECT 1 FROM unnest(proconfig) c WHERE c ~ '^search_path=.*pg_temp"?$')""") == []


def test_nobody_may_call_what_was_not_granted(postgres, filled):
    assert postgres.query(filled, """
        SELECT p.proname FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
         WHERE p.pronamespace = 'ipcase'::regnamespace AND a.grantee = 0""") == []
