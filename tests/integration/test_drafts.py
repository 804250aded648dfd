# SPDX-License-Identifier: MulanPSL-2.0
"""Drafts: kept on the server, against the version they were read in, for nobody but their account."""
import contextlib
import threading

import psycopg2
import pytest

from replies import refused

BODY = {"fields": {"summary": "举报人称该店销售<b>假冒</b>机油", "amount": 12.50}, "step": 2, "none": None}


def put(client, key, version=0, title="线索：机油", body=BODY):
    return client.request("PUT", f"me/drafts/{key}", {"title": title, "version": version, "body": body})


def keys(client):
    return [row["key"] for row in client.get("me/drafts").ok()["items"]]


@pytest.fixture
def officer(client):
    one = client("officer")
    for key in keys(one):
        assert one.delete(f"me/drafts/{key}").status == 204
    return one


def test_a_draft_is_kept_changed_and_dropped(officer):
    assert officer.get("me/drafts").ok() == {"items": []}
    saved = put(officer, "clue.new").ok()
    assert saved["version"] == 1
    got = officer.get("me/drafts/clue.new").ok()
    assert got == {"key": "clue.new", "title": "线索：机油", "updated_at": saved["updated_at"], "version": 1, "body": BODY}
    again = put(officer, "clue.new", 1, "线索：机油五十五桶", {"fields": {}}).ok()
    assert again["version"] == 2 and again["updated_at"] >= saved["updated_at"]
    put(officer, "settings", body={"filters": []}).ok()
    rows = officer.get("me/drafts").ok()["items"]
    assert [row["key"] for row in rows] == ["settings", "clue.new"]
    assert rows[1] == {"key": "clue.new", "title": "线索：机油五十五桶", "version": 2, "updated_at": again["updated_at"]}
    assert officer.delete("me/drafts/clue.new").status == 204
    assert officer.delete("me/drafts/clue.new").status == 204  # a repeated request
    refused(officer.get("me/drafts/clue.new"), 404, "not-found", rule="no-such-draft")


def test_another_tab_was_first(officer):
    put(officer, "case.1").ok()
    put(officer, "case.1", 1, body={"a": 1}).ok()
    for version in (0, 1, 3, 99):
        problem = refused(put(officer, "case.1", version, body={"b": 2}), 412, "stale-version", field="version",
                          rule="stale-version")
        assert "别处" in problem["title"]
    assert officer.get("me/drafts/case.1").ok()["body"] == {"a": 1}
    # One that is gone was changed too.
    officer.delete("me/drafts/case.1")
    refused(put(officer, "case.1", 2), 412, "stale-version")


def test_a_repeated_save_is_answered_as_before(officer):
    first = put(officer, "case.2").ok()
    assert put(officer, "case.2").ok() == first
    second = put(officer, "case.2", 1, body={"x": 1}).ok()
    assert put(officer, "case.2", 1, body={"x": 1}).ok() == second
    assert officer.get("me/drafts/case.2").ok()["version"] == 2


def test_two_tabs_at_once(daemon, officer):
    put(officer, "race").ok()
    clients = [daemon.client("officer") for _ in range(6)]
    replies = []

    def save(i):
        replies.append(put(clients[i], "race", 1, body={"tab": i}).status)

    threads = [threading.Thread(target=save, args=(i,)) for i in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(replies) == [200] + [412] * 5
    for one in clients:
        one.close()


def test_nobody_else_sees_it(officer, client):
    put(officer, "secret", body={"reporter": "举报人某"}).ok()
    for account in ("co_officer", "unit_head", "principal", "admin", "auditor"):
        other = client(account)
        assert "secret" not in keys(other)
        refused(other.get("me/drafts/secret"), 404, "not-found")
        put(other, "secret", body={"mine": account}).ok()  # a draft of its own under that name
        assert other.delete("me/drafts/secret").status == 204
    assert officer.get("me/drafts/secret").ok()["body"] == {"reporter": "举报人某"}
    refused(client().get("me/drafts"), 401, "unauthenticated")


def test_row_level_security_holds_without_the_program(officer, postgres, database):
    put(officer, "held").ok()
    with contextlib.closing(postgres.connect(database, "ipcase_app")) as conn, conn.cursor() as cur:
        cur.execute("SELECT count(*) FROM ipcase.draft")
        assert cur.fetchone() == (0,)
        cur.execute("SELECT id FROM ipcase.account WHERE name IN ('officer', 'clerk') ORDER BY name DESC")
        (mine,), (other,) = cur.fetchall()
        cur.execute("SELECT set_config('ipcase.account', %s, false)", (str(other),))
        cur.execute("UPDATE ipcase.draft SET title = 'x'")
        assert cur.rowcount == 0
        cur.execute("DELETE FROM ipcase.draft")
        assert cur.rowcount == 0
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cur.execute("INSERT INTO ipcase.draft VALUES (%s, 'forged', 't', 1, '{}')", (mine,))
        cur.execute("SELECT set_config('ipcase.account', %s, false)", (str(mine),))
        cur.execute("SELECT count(*) FROM ipcase.draft WHERE key = 'held'")
        assert cur.fetchone() == (1,)


@pytest.mark.parametrize("key", ["a b", "线索", "x" * 81, "a%2Fb", "a!"])
def test_what_cannot_be_a_key(officer, key):
    from urllib.parse import quote
    path = f"me/drafts/{quote(key, safe='%')}"
    for reply in (officer.get(path), officer.delete(path), officer.request(
            "PUT", path, {"title": "t", "version": 0, "body": {}})):
        assert reply.status in (400, 404), reply


@pytest.mark.parametrize("body, status, slug, field", [
    ({"title": "t", "body": {}}, 428, "version-required", "version"),
    ({"title": "t", "version": -1, "body": {}}, 422, "invalid-input", "version"),
    ({"version": 0, "body": {}}, 422, "invalid-input", "title"),
    ({"title": "x" * 201, "version": 0, "body": {}}, 422, "invalid-input", "title"),
    ({"title": "t", "version": 0}, 422, "invalid-input", "body"),
    ({"title": "t", "version": 0, "body": []}, 422, "invalid-input", "body"),
    ({"title": "t", "version": 0, "body": {}, "more": 1}, 422, "invalid-input", "more"),
    ({"title": "t", "version": 0, "body": {"long": "汉" * 90000}}, 422, "invalid-input", "body"),
])
def test_what_is_refused(officer, body, status, slug, field):
    refused(officer.request("PUT", "me/drafts/bad", body), status, slug, field=field)
    assert keys(officer) == []


def test_the_largest_fits_and_more_does_not(officer):
    put(officer, "large", body={"long": "x" * (256 * 1024 - 20)}).ok()
    assert put(officer, "large", 1, body={"long": "x" * (400 * 1024)}).status == 413


def test_two_hundred_are_enough(officer, postgres, database):
    (account,), = postgres.query(database, "SELECT id FROM ipcase.account WHERE name = 'officer'")
    postgres.query(database, "INSERT INTO ipcase.draft SELECT %s, 'k' || i, 't', 1, '{}' FROM generate_series(1, 200) i",
                   account)
    problem = refused(put(officer, "one-more"), 422, "invalid-input", field="key", rule="draft-limit")
    assert "200" in problem["title"]
    put(officer, "k1", 1, body={"changed": True}).ok()  # those that are there go on
    officer.delete("me/drafts/k2")
    put(officer, "one-more").ok()
