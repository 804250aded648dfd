# SPDX-License-Identifier: MulanPSL-2.0
"""act_record() and its helpers, asked directly: the digest's canonical form, gap-free numbers, versions, and
the four eyes that the database keeps by itself."""
import concurrent.futures
import contextlib
import hashlib
import json

import psycopg2
import psycopg2.errors
import pytest

import harness


@pytest.fixture(scope="module")
def filled(postgres):
    name = "act_record"
    postgres.copy_database(name, "ipcase_empty")
    harness.ctl("generate", "--matters", 60, "--seed", 3, "--until", "2026-06-30",
                "--database", postgres.url(name, "ipcase_owner"))
    yield name
    postgres.drop_database(name)


def test_the_digest_is_what_the_documentation_says(postgres, filled):
    """SHA-256 over the lines of docs/security.md, computed by other hands."""
    rows = postgres.query(filled, """
        SELECT matter_id, seq, act, stage, coalesce(request, 0), actor_id, coalesce(on_behalf_of, 0), actor_unit,
               (extract(epoch FROM happened_at) * 1000000)::bigint, (extract(epoch FROM recorded_at) * 1000000)::bigint,
               coalesce(number, ''), back_entry::int, law_version, payload::text, digest
          FROM ipcase.act ORDER BY matter_id, seq""")
    before = {}
    for matter, *rest, digest in rows:
        text = "\n".join(str(part) for part in (before.get(matter, ""), matter, *rest))
        made = hashlib.sha256(text.encode()).hexdigest()
        assert made == bytes(digest).hex()
        before[matter] = made


def prepare_series(postgres, name, prefix):
    unit, = postgres.query(name, "SELECT min(id) FROM ipcase.unit WHERE organ_id = id")[0]
    postgres.query(name, "INSERT INTO ipcase.number_series VALUES (%s, 't', %s)", unit, prefix)
    return unit


def test_numbers_are_gap_free_whatever_is_rolled_back(postgres, filled):
    unit = prepare_series(postgres, filled, "甲")
    made = []

    def take(i):
        with contextlib.closing(psycopg2.connect(postgres.url(filled))) as conn, conn.cursor() as cur:
            cur.execute("SELECT number, number_key FROM ipcase.next_number(%s, %s, 't', 2026)", (unit, unit))
            row = cur.fetchone()
            if i % 3 == 0:
                conn.rollback()
                return None
            conn.commit()
            return row

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        made = [row for row in pool.map(take, range(60)) if row]
    assert sorted(int(key.rpartition("|")[2]) for _, key in made) == list(range(1, 41))
    assert ("甲〔2026〕1号", "甲|2026|1") in made


def test_a_paper_without_series_has_no_number(postgres, filled):
    assert postgres.query(filled, "SELECT number, number_key FROM ipcase.next_number(1, 1, '没有', 2026)") == [(None, None)]


def test_a_number_may_be_issued_once_only(postgres, filled):
    with pytest.raises(psycopg2.errors.UniqueViolation) as refused:
        postgres.query(filled, "INSERT INTO ipcase.document SELECT matter_id, seq + 1000, organ_id, unit_id, paper, number,"
                       " number_key, issued_on FROM ipcase.document LIMIT 1")
    assert refused.value.diag.constraint_name == "document_number_key"


def test_a_stale_version_is_refused(postgres, filled):
    matter, version = postgres.query(filled, "SELECT id, version FROM ipcase.matter ORDER BY id LIMIT 1")[0]
    row = postgres.query(filled, "SELECT to_jsonb(m) FROM ipcase.matter m WHERE id = %s", matter)[0][0]
    doc = {"account": 1, "key": None, "digest": "", "matters": [
        {"expect": version - 1 or 99, "names_matter": False, "state_zh": "", "matter": row, "act": {"act": "tag"},
         "dossier": "{}"}]}
    with pytest.raises(psycopg2.errors.SerializationFailure) as refused:
        postgres.query(filled, "SELECT ipcase.act_record(%s::jsonb)", json.dumps(doc))
    assert refused.value.diag.constraint_name == "matter_version_stale"


def insert_act(postgres, name, request, actor, **changes):
    """A row like the request `request` (matter, number), as the next act of its matter."""
    columns = ["matter_id", "organ_id", "unit_id", "act", "stage", "request", "actor_id", "actor_name", "actor_unit",
               "happened_at", "recorded_at", "law_version", "payload", "digest"]
    values = {"stage": "'approve'", "actor_id": str(actor), **{k: f"'{v}'" for k, v in changes.items()}}
    postgres.query(name, f"INSERT INTO ipcase.act (seq, {', '.join(columns)}) SELECT (SELECT max(seq) + 1 FROM ipcase.act"
                   f" x WHERE x.matter_id = a.matter_id), {', '.join(values.get(c, c) for c in columns)}"
                   " FROM ipcase.act a WHERE matter_id = %s AND request = %s AND stage = 'request'", *request)


@pytest.fixture
def request_row(postgres, filled):
    """(matter, number, requester, the matter's other officer, somebody else)"""
    row = postgres.query(filled, """
        SELECT a.matter_id, a.request, a.actor_id, m.co_officer_id,
               (SELECT min(id) FROM ipcase.account WHERE 'deputy_head' = ANY (roles))
          FROM ipcase.act a JOIN ipcase.matter m ON m.id = a.matter_id
         WHERE a.stage = 'request' AND a.actor_id = m.officer_id ORDER BY 1, 2 LIMIT 1""")[0]
    return row


def test_nobody_approves_what_he_asked_for(postgres, filled, request_row):
    matter, number, requester, _, _ = request_row
    for stage in ("approve", "endorse"):
        with pytest.raises(psycopg2.errors.CheckViolation) as refused:
            insert_act(postgres, filled, (matter, number), requester, stage=stage)
        assert refused.value.diag.constraint_name == "act_approver_not_requester"


def test_no_officer_approves_or_reviews_his_case(postgres, filled, request_row):
    matter, number, _, other, _ = request_row
    for changes in ({}, {"stage": "do", "act": "review_pass"}, {"stage": "do", "act": "review_return"}):
        with pytest.raises(psycopg2.errors.CheckViolation) as refused:
            insert_act(postgres, filled, (matter, number), other, **changes)
        assert refused.value.diag.constraint_name == "act_approver_not_officer"


def test_somebody_else_may_approve(postgres, filled, request_row):
    matter, number, _, _, leader = request_row
    insert_act(postgres, filled, (matter, number), leader)


def test_nothing_happens_in_the_future(postgres, filled, request_row):
    matter, number, _, _, leader = request_row
    with pytest.raises(psycopg2.errors.CheckViolation) as refused:
        insert_act(postgres, filled, (matter, number), leader, happened_at="2099-01-01")
    assert refused.value.diag.constraint_name == "act_not_in_future_check"
