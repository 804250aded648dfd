# SPDX-License-Identifier: MulanPSL-2.0
"""Accounts, passwords, delegations, units and campaigns through the API."""
import json
import time

import pytest

from replies import ids, refused

# The cache would hide what the database says for some seconds.
DAEMON_OPTIONS = {"session": {"cache": "0"}}


def test_an_account_from_making_to_locking(daemon, client, postgres, database):
    admin = client("admin")
    body = {"account": "new.officer", "name": "新来午", "unit": "11", "roles": ["officer"],
            "password": "first-password"}
    first = admin.post("accounts", body, key="make-1")
    made = first.ok()
    assert first.status == 201 and made["roles"] == ["officer"] and made["unit"]["id"] == "11" and made["active"]
    again = admin.post("accounts", body, key="make-1")
    assert again.ok() == made and again.replayed
    refused(admin.post("accounts", {**body, "name": "别人"}, key="make-1"), 422, "idempotency-key-reused")
    refused(admin.post("accounts", body), 422, "invalid-input", "name")
    one = daemon.client("new.officer", "first-password")
    acts = f"accounts/{made['id']}/acts"
    assert admin.post(acts, {"act": "roles", "roles": ["officer", "unit_head"]}).ok()["roles"] == [
        "officer", "unit_head"]
    refused(one.get("me"), 401, "unauthenticated")
    assert daemon.client("new.officer", "first-password").get("me").ok()["roles"] == ["officer", "unit_head"]
    admin.post(acts, {"act": "password", "password": "second-password"}).ok()
    refused(client().post("sessions", {"account": "new.officer", "password": "first-password"}), 401,
            "unauthenticated")
    daemon.client("new.officer", "second-password").close()
    assert admin.post(acts, {"act": "lock"}).ok()["active"] is False
    refused(client().post("sessions", {"account": "new.officer", "password": "second-password"}), 401,
            "unauthenticated")
    assert admin.post(acts, {"act": "unlock"}).ok()["active"] is True
    daemon.client("new.officer", "second-password").close()
    lines = [row[0] for row in postgres.query(
        database, "SELECT action FROM ipcase.audit WHERE action LIKE '%% new.officer' ORDER BY id")]
    assert lines == ["account_create new.officer", "account_roles new.officer", "account_password new.officer",
                     "account_lock new.officer", "account_unlock new.officer"]
    listed = [a for a in admin.get("accounts").ok()["items"] if a["account"] == "new.officer"]
    assert listed and "password" not in json.dumps(listed)


def test_everybody_changes_his_own_password(daemon, client):
    admin = client("admin")
    admin.post("accounts", {"account": "own.password", "name": "自改", "unit": "11", "roles": ["officer"],
                            "password": "given-by-admin"}).ok()
    here, elsewhere = (daemon.client("own.password", "given-by-admin") for _ in range(2))
    refused(here.post("me/password", {"old": "wrong-old-one", "new": "my-own-secret"}), 422, "invalid-input", "old")
    refused(here.post("me/password", {"old": "given-by-admin", "new": "short"}), 422, "invalid-input", "new")
    assert here.post("me/password", {"old": "given-by-admin", "new": "my-own-secret"}).status == 204
    assert here.get("me").status == 200
    refused(elsewhere.get("me"), 401, "unauthenticated")
    refused(client().post("sessions", {"account": "own.password", "password": "given-by-admin"}), 401,
            "unauthenticated")
    daemon.client("own.password", "my-own-secret").close()
    for _ in range(5):
        refused(here.post("me/password", {"old": "guess-guess", "new": "another-secret"}), 422, "invalid-input", "old")
    refused(here.post("me/password", {"old": "my-own-secret", "new": "another-secret"}), 429, "too-many-attempts")


BAD_ACCOUNTS = [
    ({"account": "Upper"}, "name"), ({"password": "short"}, "password"), ({"password": "bad.account"}, "password"),
    ({"roles": []}, "roles"), ({"roles": ["king"]}, "roles"), ({"unit": "9999"}, "unit"), ({"unit": "x"}, "unit"),
    ({"name": ""}, "name"),
]


@pytest.mark.parametrize("change,field", BAD_ACCOUNTS, ids=[json.dumps(row[0]) for row in BAD_ACCOUNTS])
def test_a_bad_account_is_not_made(client, postgres, database, change, field):
    body = {"account": "bad.account", "name": "某", "unit": "11", "roles": ["officer"], "password": "long-enough",
            **change}
    refused(client("admin").post("accounts", body), 422, "invalid-input", field)
    assert postgres.query(database, "SELECT 1 FROM ipcase.account WHERE name IN ('bad.account', 'Upper')") == []


def test_an_administrator_cannot_lock_himself_out(client):
    admin = client("admin")
    mine = admin.me["id"]
    refused(admin.post(f"accounts/{mine}/acts", {"act": "lock"}), 409, "wrong-state", rule="account-self")
    refused(admin.post(f"accounts/{mine}/acts", {"act": "roles", "roles": ["officer"]}), 409, "wrong-state")
    refused(admin.post("accounts/999999/acts", {"act": "lock"}), 404, "not-found")
    refused(admin.post(f"accounts/{mine}/acts", {"act": "rename"}), 422, "invalid-input", "name")
    refused(admin.post(f"accounts/{mine}/acts", {"act": "rename", "name": "x", "unit": "10"}), 422, "invalid-input",
            "unit")


def test_a_delegated_approval_is_done_on_behalf_of_the_leader(walk):
    walk.to_investigating()
    walk.on_case("officer", "extend_request", "2026-03-20", reason="x")
    leader, stand_in = walk.as_("deputy_head"), walk.as_("legal_reviewer")
    period = {"starts_on": "2020-01-01", "ends_on": "2020-12-31", "reason": "出差"}
    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
    now = {"starts_on": today, "ends_on": today, "reason": "出差"}
    refused(leader.post("delegations", {"to": "legal_reviewer", "roles": ["deputy_head"], **period}), 422,
            "invalid-input", "ends_on")
    refused(leader.post("delegations", {"to": "legal_reviewer", "roles": ["principal"], **now}), 422, "invalid-input",
            "roles")
    refused(leader.post("delegations", {"to": "neighbour", "roles": ["deputy_head"], **now}), 422, "invalid-input",
            "to")
    refused(stand_in.post("delegations", {"from": "deputy_head", "to": "legal_reviewer", "roles": ["deputy_head"],
                                          **now}), 403, "forbidden")
    made = leader.post("delegations", {"to": "legal_reviewer", "roles": ["deputy_head"], **now}).ok()
    assert made["to"]["account"] == "legal_reviewer" and made["ended_at"] is None
    assert stand_in.get("me").ok()["delegated"] == ["deputy_head"]
    assert walk.case in ids(stand_in.get("queue?view=mine&limit=200").ok())
    walk.on_case("legal_reviewer", "extend_approve", "2026-03-21")
    last = walk.as_("officer").get(f"cases/{walk.case}/acts").ok()["items"][-1]
    assert last["actor"]["account"] == "legal_reviewer" and last["on_behalf_of"]["account"] == "deputy_head"
    assert made["id"] in [d["id"] for d in stand_in.get("delegations").ok()["items"]]
    assert made["id"] not in [d["id"] for d in walk.as_("clerk").get("delegations").ok()["items"]]
    refused(stand_in.post(f"delegations/{made['id']}/end", b""), 403, "forbidden")
    refused(walk.as_("clerk").post(f"delegations/{made['id']}/end", b""), 404, "not-found")
    assert leader.post(f"delegations/{made['id']}/end", b"").ok()["ended_at"]
    assert stand_in.get("me").ok()["delegated"] == []


def test_the_database_checks_the_administrator_itself(client, postgres, database):
    officer = client("officer").me["id"]
    with pytest.raises(Exception, match="administrators only"):
        postgres.query(database, "SELECT set_config('ipcase.account', %s, false), ipcase.account_set(1, 'roles', NULL,"
                       " NULL, '{admin}', NULL, 'x', 'x')", officer, role="ipcase_app")
    for sql in ("INSERT INTO ipcase.account (name, display_name, unit_id, roles) VALUES ('x', 'x', 10, '{admin}')",
                "UPDATE ipcase.account SET roles = '{admin}'", "SELECT * FROM ipcase.account_secret",
                "UPDATE ipcase.delegation SET ended_at = now()", "DELETE FROM ipcase.audit"):
        with pytest.raises(Exception, match="permission denied"):
            postgres.query(database, sql, role="ipcase_app")


def test_units_and_campaigns(client):
    officer = client("officer")
    units = officer.get("units").ok()["items"]
    assert [(u["name"], u["parent"]) for u in units if u["id"] == "11"] == [
        ("样县市场监管综合行政执法大队", "样县市场监督管理局")]
    first = officer.get("units?limit=3").ok()
    rest = officer.get(f"units?after={first['next']}").ok()
    assert first["items"] + rest["items"] == units and rest["next"] is None
    admin = client("admin")
    body = {"code": "YX-2026", "name": "样县护航行动2026", "year": 2026, "starts_on": "2026-01-01"}
    assert admin.post("campaigns", body).ok()["id"] == "YX-2026"
    refused(admin.post("campaigns", body), 422, "invalid-input", "code")
    assert "YX-2026" in [c["id"] for c in officer.get("campaigns").ok()["items"]]
