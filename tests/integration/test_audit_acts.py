# SPDX-License-Identifier: MulanPSL-2.0
"""The audit of what officers did: a case from its clue to its publication, through the API, in the months where it counts."""
import pytest

import harness
from test_audit import audit, now


@pytest.fixture
def published(walk):
    walk.to_investigating()
    walk.to_reviewed()
    walk.to_noticed()
    walk.to_decided()
    walk.serve()
    walk.publish()
    return walk


def sides(doc, matter):
    return next((c["sides"] for c in doc["cases"] if c["id"] == matter), {})


def test_a_case_and_its_disclosure_count_where_their_days_lie(published, postgres, database):
    principal, k = published.as_("principal"), now()
    disclosure = published.disclosed()
    days = postgres.query(database, "SELECT publish_due_on::text, published_on::text, credit_due_on::text, credit_on::text,"
                                    " stop_due_on::text, number, case_id::text FROM ipcase.rate_mark"
                                    " WHERE matter_id = %s AND known_until = 'infinity'", disclosure["id"])[0]
    month = days[0][:7]
    doc = audit(principal, month, k)
    row = next(c for c in doc["cases"] if c["id"] == disclosure["id"])
    assert (row["publish_due_on"], row["published_on"], row["stop_due_on"]) == (days[0], days[1], days[4])
    assert (row["procedure"], row["case"], row["number"]) == ("disclosure", published.case, disclosure["number"])
    assert (row["unit"], row["officer"]) == ("BRIGADE", "officer")
    assert row["sides"]["M6"] == row["sides"]["M7"] == "in"
    by_unit = next(g for g in doc["by"]["unit"] if g["key"] == "BRIGADE")
    assert by_unit["metrics"]["M6"] == [1, 1]
    # reported to the credit site or not: the month of its own limit says so
    doc = audit(principal, days[2][:7], k)
    assert sides(doc, disclosure["id"])["M8"] == ("in" if days[3] and days[3] <= days[2] else "out")
    # the case itself: decided in time
    decided, filed = postgres.query(database, "SELECT decided_on::text, filed_on::text FROM ipcase.rate_mark WHERE matter_id = %s"
                                              " AND known_until = 'infinity'", published.case)[0]
    assert sides(audit(principal, decided[:7], k), published.case)["M2"] == "in"
    assert "M4" in sides(audit(principal, filed[:7], k), published.case)
    # the marks are the fold of the ledger
    harness.ctl("rebuild", "--check", "--database", postgres.url(database, "ipcase_owner"))


def test_a_withdrawal_is_due_in_three_working_days(published):
    published.on_case("officer", "remedy_filed", "2026-05-06", remedy_kind="行政复议")
    published.on_case("officer", "remedy_ended", "2026-05-20", remedy_result="撤销")
    disclosure, principal = published.disclosure(), published.as_("principal")
    waiting, due = now(), "2026-05-25"
    doc = audit(principal, "2026-05", waiting)
    miss, = (m for m in doc["misses"] if m["metric"] == "M9a" and m["id"] == disclosure)
    assert miss["why"].startswith(f"应于{due}前撤回") and miss["days"] > 0
    published.on_disclosure("credit_clerk", "withdraw", "2026-05-22", withdraw_reason="行政复议撤销")
    assert sides(audit(principal, "2026-05", now()), disclosure)["M9a"] == "in"
    # what was known before stays what it was
    assert audit(principal, "2026-05", waiting) == doc
