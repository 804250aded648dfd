# SPDX-License-Identifier: MulanPSL-2.0
"""Sessions of browsers: the cookie, what keeps other sites out, the list of one's own sessions, and their end."""
import datetime
import http.client

import pytest

import harness

DAEMON_OPTIONS = {"http": {"threads": 2, "trusted_proxies": "127.0.0.1"}, "session": {"cache": "10min"}}
PAGE = {"X-IPCase": "console"}


class Browser:
    """Keeps the cookie as a browser would, and sends the console's header."""

    def __init__(self, client):
        self.client, self.cookie = client, None

    def request(self, method, path, body=None, headers=None, page=True, **more):
        sent = dict(PAGE) if page else {}
        if self.cookie:
            sent["Cookie"] = self.cookie
        sent.update(headers or {})
        return self.client.request(method, path, body, headers=sent, **more)

    def login(self, account, headers=None, **more):
        reply = self.request("POST", "sessions", {"account": account, "password": harness.PASSWORD, "cookie": True, **more},
                             headers=headers)
        if reply.status == 201:
            self.cookie = reply.headers["Set-Cookie"].partition(";")[0]
        return reply


@pytest.fixture
def browser(client):
    return lambda: Browser(client())


def refused(reply, status, rule):
    assert (reply.status, reply.problem["rule"]) == (status, rule), reply


def test_a_login_with_a_cookie(browser):
    one = browser()
    reply = one.login("officer")
    body = reply.ok()
    assert body["token"] is None and body["account"]["account"] == "officer" and body["account"]["totp"] is False
    name, _, rest = reply.headers["Set-Cookie"].partition("=")
    token, *attributes = rest.split("; ")
    assert name == "ipcase_session" and len(token) == 43 and attributes == ["Path=/", "HttpOnly", "SameSite=Strict"]
    me = one.request("GET", "me", page=False).ok()  # reading needs no header
    assert me["session"] == body["account"]["session"]


def test_secure_when_the_proxy_says_https(browser):
    for header, secure in (({"X-Forwarded-Proto": "https"}, True), ({"X-Forwarded-Proto": "http"}, False), ({}, False)):
        cookie = browser().login("officer", headers=header).headers["Set-Cookie"]
        assert cookie.endswith("; Secure") == secure


def test_the_token_in_the_header_comes_first_and_needs_no_guard(browser, client):
    one, other = browser(), client("unit_head")
    one.login("officer").ok()
    both = {"Authorization": f"Bearer {other.token}"}
    assert one.request("GET", "me", headers=both).ok()["account"] == "unit_head"
    # A wrong token is not made good by the cookie.
    refused(one.request("GET", "me", headers={"Authorization": "Bearer wrong"}), 401, "session")
    refused(one.request("GET", "me", headers={"Authorization": "Basic b2ZmaWNlcjp4"}), 401, "session")
    assert other.delete("me/sessions/999999999", headers={"Origin": "https://elsewhere.example"}).status == 404


@pytest.mark.parametrize("headers", [
    {}, {"X-IPCase": "1"}, {**PAGE, "Origin": "https://elsewhere.example"}, {**PAGE, "Origin": "null"},
    {**PAGE, "Origin": "http://127.0.0.1:1"}, {**PAGE, "Sec-Fetch-Site": "cross-site"},
    {**PAGE, "Sec-Fetch-Site": "same-site"}, {**PAGE, "Origin": "http://localhost"}])
def test_changes_from_elsewhere_are_refused(browser, postgres, database, headers):
    one = browser()
    one.login("officer").ok()
    for method, path, body in (("POST", "clues", {}), ("DELETE", "sessions/current", None), ("DELETE", "me/sessions", None),
                               ("POST", "me/totp", {"password": harness.PASSWORD})):
        refused(one.request(method, path, body, headers=headers, page=False), 403, "cross-site")
    assert one.request("GET", "me").status == 200  # nothing ended
    assert postgres.query(database, "SELECT count(*) FROM ipcase.audit WHERE rule = 'cross-site'")[0][0] > 0


def test_our_own_origin_is_fine_whatever_its_letters(browser, daemon):
    one = browser()
    one.login("officer").ok()
    here = f"127.0.0.1:{daemon.port}"
    for origin, host in ((f"http://{here}", here), (f"https://{here}", here), ("https://ipcase.example", "IPCASE.example"),
                         ("https://ipcase.example:8443", "ipcase.example"), ("https://ipcase.example", "ipcase.example:443"),
                         ("http://ipcase.example", "ipcase.example:80"), ("http://[::1]:81", "[::1]:81")):
        reply = one.request("DELETE", "me/sessions/999999999", headers={"Origin": origin, "Host": host})
        assert reply.status == 404, (origin, host, reply)
    for origin, host in (("https://ipcase.example.evil", "ipcase.example"), ("https://ipcase.example", "ipcase.example:80"),
                         ("ftp://ipcase.example", "ipcase.example"), ("ipcase.example", "ipcase.example"),
                         ("https://", "ipcase.example"), ("https://evil@ipcase.example", "ipcase.example")):
        refused(one.request("DELETE", "me/sessions/999999999", headers={"Origin": origin, "Host": host}), 403, "cross-site")


def test_a_reader_of_another_site_is_refused(browser):
    one = browser()
    one.login("officer").ok()
    refused(one.request("GET", "me", headers={"Sec-Fetch-Site": "cross-site"}, page=False), 403, "cross-site")
    assert one.request("GET", "me", headers={"Sec-Fetch-Site": "same-origin"}, page=False).status == 200


def test_another_site_cannot_log_its_visitor_in(browser):
    one = browser()
    body = {"account": "officer", "password": harness.PASSWORD, "cookie": True}
    reply = one.request("POST", "sessions", body, page=False)
    refused(reply, 403, "cross-site")
    assert "Set-Cookie" not in reply.headers
    refused(one.request("POST", "sessions", body, headers={"Origin": "https://elsewhere.example"}), 403, "cross-site")
    assert one.request("POST", "sessions", {**body, "cookie": False}, page=False).ok()["token"]


@pytest.mark.parametrize("cookie", ["ipcase_session=", "other=1", "ipcase_session=abc", "xipcase_session={t}",
                                    "ipcase_session={t}; ipcase_session=x", "ipcase_session=x; ipcase_session={t}"])
def test_no_cookie_or_two_is_nobody(browser, cookie):
    one = browser()
    one.login("officer").ok()
    one.cookie = cookie.replace("{t}", one.cookie.partition("=")[2])
    refused(one.request("GET", "me"), 401, "session")


def test_among_others(browser):
    one = browser()
    one.login("officer").ok()
    one.cookie = f"a=1;{one.cookie};  b=2"
    assert one.request("GET", "me").status == 200


def test_logout_forgets_the_cookie(browser):
    one = browser()
    one.login("officer").ok()
    reply = one.request("DELETE", "sessions/current")
    assert reply.status == 204
    assert reply.headers["Set-Cookie"] == "ipcase_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
    refused(one.request("GET", "me"), 401, "session")


def everywhere(daemon, token, status):
    """Each worker takes its share of fresh connections."""
    for _ in range(12):
        conn = http.client.HTTPConnection(daemon.host, daemon.port, timeout=10)
        conn.request("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert conn.getresponse().status == status
        conn.close()


def test_one_ends_sessions_of_ones_own(daemon, client):
    first, second, third, other = client("clerk"), client("clerk"), client("clerk"), client("officer")
    items = first.get("me/sessions").ok()["items"]
    assert [i["current"] for i in items].count(True) == 1 and len(items) >= 3
    mine = {i["id"]: i for i in items}
    assert mine[first.me["session"]]["current"] and mine[second.me["session"]]["from"] == "127.0.0.1"
    assert set(items[0]) == {"id", "created_at", "seen_at", "expires_at", "from", "agent", "current"}
    for token in (second.token, third.token):
        everywhere(daemon, token, 200)  # now every worker knows it
    assert first.delete(f"me/sessions/{second.me['session']}").status == 204
    everywhere(daemon, second.token, 401)
    everywhere(daemon, third.token, 200)
    # Gone is gone; somebody else's is not there at all.
    for other_id in (second.me["session"], other.me["session"], "999999999"):
        refused(first.delete(f"me/sessions/{other_id}"), 404, "no-such-session")
    refused(first.delete("me/sessions/x"), 404, "bad-id")
    assert first.delete("me/sessions").status == 204
    for token in (first.token, third.token):
        everywhere(daemon, token, 401)
    everywhere(daemon, other.token, 200)


def test_a_browser_that_ends_itself_forgets_the_cookie(browser):
    one = browser()
    session = one.login("clerk").ok()["account"]["session"]
    reply = one.request("DELETE", f"me/sessions/{session}")
    assert reply.status == 204 and "Max-Age=0" in reply.headers["Set-Cookie"]
    one.login("clerk").ok()
    assert "Max-Age=0" in one.request("DELETE", "me/sessions").headers["Set-Cookie"]


def test_what_a_program_says_about_itself_is_shortened_and_clean(client):
    one = client()
    one.request("POST", "sessions", {"account": "unit_head", "password": harness.PASSWORD},
                headers={"User-Agent": "x" * 500}).ok()
    body = one.request("POST", "sessions", {"account": "unit_head", "password": harness.PASSWORD},
                       headers={"User-Agent": "é<b>"}).ok()
    agents = [i["agent"] for i in one.get("me/sessions", headers={"Authorization": f"Bearer {body['token']}"}).ok()["items"]]
    assert "x" * 200 in agents and any("<b>" in a and a.isascii() for a in agents)


def test_a_lock_a_new_password_and_a_logout_end_sessions_at_once(daemon, client):
    admin, victim = client("admin"), client("auditor")
    everywhere(daemon, victim.token, 200)
    assert admin.post(f"accounts/{victim.me['id']}/acts", {"act": "lock"}).status == 201
    everywhere(daemon, victim.token, 401)
    admin.post(f"accounts/{victim.me['id']}/acts", {"act": "unlock"}).ok()
    one, two = client("auditor"), client("auditor")
    everywhere(daemon, two.token, 200)
    assert one.post("me/password", {"old": harness.PASSWORD, "new": "another-long-one"}, key=False).status == 204
    everywhere(daemon, two.token, 401)
    everywhere(daemon, one.token, 200)
    assert one.delete("sessions/current").status == 204
    everywhere(daemon, one.token, 401)


def test_what_another_program_ended_stops_within_a_second_or_two(daemon, client, postgres, database):
    one, two = client("station_officer"), client("station_officer")
    for token in (one.token, two.token):
        everywhere(daemon, token, 200)
    # As a second daemon on the same database would.
    postgres.query(database, "SELECT set_config('ipcase.account', %s, false), ipcase.session_end(%s)", one.me["id"],
                   one.me["session"])
    harness.wait_until(lambda: one.get("me").status == 401, 5)
    everywhere(daemon, two.token, 200)
    harness.ctl("account", "lock", "station_officer", "--database", postgres.url(database, "ipcase_owner"))
    harness.wait_until(lambda: two.get("me").status == 401, 5)
    harness.ctl("account", "unlock", "station_officer", "--database", postgres.url(database, "ipcase_owner"))


def test_a_delegation_counts_at_once(daemon, client):
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date().isoformat()
    head, deputy = client("principal"), client("deputy_head")
    assert deputy.get("me").ok()["delegated"] == []
    made = head.post("delegations", {"to": "deputy_head", "roles": ["principal"], "starts_on": today, "ends_on": today,
                                     "reason": "出差"}).ok()
    for _ in range(8):
        fresh = daemon.client()
        fresh.token = deputy.token
        assert fresh.get("me").ok()["delegated"] == ["principal"]
        fresh.close()
    head.request("POST", f"delegations/{made['id']}/end").ok()
    assert deputy.get("me").ok()["delegated"] == []
