# SPDX-License-Identifier: MulanPSL-2.0
"""Reading through the API: who is let in, what is refused and how, lists, what may be done next."""
from urllib.parse import quote

import pytest

import harness
from replies import ids, refused
from walk import REGISTER

PERSON = {"name": "样县丙某", "kind": "自然人", "id_number": "11010519491231002X"}

# The cache would hide what the database says for some seconds.
DAEMON_OPTIONS = {"session": {"cache": "0"}}


def search(client, **words):
    query = "&".join(f"{name}={quote(str(value))}" for name, value in words.items())
    return client.get(f"matters?{query}").ok()


# --- who is let in ------------------------------------------------------------------------------


def test_login_says_who_i_am(client):
    officer = client("officer")
    me = officer.get("me").ok()
    assert me == officer.me
    assert (me["account"], me["name"], me["roles"], me["delegated"]) == ("officer", "承办甲", ["officer"], [])
    assert me["unit"] == {"id": "11", "name": "样县市场监管综合行政执法大队"} and me["organ"]["id"] == "10"


@pytest.mark.parametrize("header", [
    None, "", "Bearer", "Bearer ", "Basic b2ZmaWNlcjp4", "Bearer nonsense",
    "Bearer " + "A" * 43, "Bearer " + "A" * 4000,
])
def test_without_a_good_token_nothing_is_read(client, header):
    headers = {} if header is None else {"Authorization": header}
    reply = client().get("me", headers=headers)
    refused(reply, 401, "unauthenticated")
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_two_tokens_are_no_token(daemon, client):
    token = client("officer").token
    got = harness.raw_exchange(daemon.port, (
        f"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        f"Authorization: Bearer {token}\r\nConnection: close\r\n\r\n").encode())
    assert b" 401 " in got.splitlines()[0] or b" 400 " in got.splitlines()[0], got


def test_logout_ends_the_session_everywhere(daemon, client):
    officer = client("officer")
    others = [daemon.client() for _ in range(4)]  # on both workers, probably
    for one in others:
        one.token = officer.token
        assert one.get("me").status == 200
    assert officer.delete("sessions/current").status == 204
    for one in [officer, *others]:
        refused(one.get("me"), 401, "unauthenticated")
        one.close()


def test_sessions_are_stored_as_digests(client, postgres, database):
    token = client("officer").token
    rows = postgres.query(database, "SELECT encode(token_digest, 'escape') FROM ipcase.session")
    assert rows and all(token not in row[0] for row in rows)


def test_a_wrong_password_and_an_unknown_account_look_alike(client):
    known = client().post("sessions", {"account": "clerk", "password": "wrong-password"}, key=False)
    unknown = client().post("sessions", {"account": "nobody", "password": "wrong-password"}, key=False)
    a, b = refused(known, 401, "unauthenticated"), refused(unknown, 401, "unauthenticated")
    a.pop("request_id"), b.pop("request_id")
    assert a == b


def test_guessing_is_stopped_for_that_account_only(client, postgres, database):
    stranger = client()
    for _ in range(5):
        refused(stranger.post("sessions", {"account": "court", "password": "guess-guess"}), 401, "unauthenticated")
    reply = stranger.post("sessions", {"account": "court", "password": harness.PASSWORD})
    refused(reply, 429, "too-many-attempts")
    assert int(reply.headers["Retry-After"]) > 0
    client("police")
    # Tries during the ban do not make it longer.
    assert postgres.query(database, "SELECT count(*) FROM ipcase.login_failure WHERE account_name = 'court'") == [(5,)]
    lines = postgres.query(database, "SELECT outcome, count(*) FROM ipcase.audit"
                           " WHERE action = 'POST /api/v1/sessions' AND rule IN ('login', 'too-many-attempts')"
                           " GROUP BY 1 ORDER BY 1")
    assert ("too-many-attempts", 1) in lines


def test_guesses_sent_together_do_not_pass_the_limit_together(daemon, postgres, database):
    import concurrent.futures

    def guess(_):
        one = daemon.client()
        try:
            return one.post("sessions", {"account": "procuratorate", "password": "guess-guess"}, key=False).status
        finally:
            one.close()

    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(guess, range(10)))
    assert sorted(set(answers)) == [401, 429] and answers.count(401) == 5, answers


def test_a_locked_account_is_out_at_once(client, postgres, database):
    one = client("station_head")
    postgres.query(database, "UPDATE ipcase.account SET active = false WHERE name = 'station_head'")
    refused(one.get("me"), 401, "unauthenticated")
    refused(client().post("sessions", {"account": "station_head", "password": harness.PASSWORD}), 401,
            "unauthenticated")


def test_a_session_ends_by_its_lifetime_and_by_idleness(client, postgres, database):
    one = client("clerk")
    postgres.query(database, "UPDATE ipcase.session SET seen_at = now() - interval '3 hours' WHERE account_id ="
                   " (SELECT id FROM ipcase.account WHERE name = 'clerk')")
    refused(one.get("me"), 401, "unauthenticated")
    two = client("clerk")
    postgres.query(database, "UPDATE ipcase.session SET expires_at = now() WHERE account_id ="
                   " (SELECT id FROM ipcase.account WHERE name = 'clerk')")
    refused(two.get("me"), 401, "unauthenticated")


# --- what is refused and how -----------------------------------------------------------------------


BODY = {"fields": REGISTER, "happened_at": "2026-03-02"}

BAD_INPUT = [
    # path, body, status, slug, field
    ("clues", b"", 400, "malformed", None),
    ("clues", b"{", 400, "malformed", None),
    ("clues", b"[]", 400, "malformed", None),
    ("clues", b'{"fields":{}} x', 400, "malformed", None),
    ("clues", b'{"fields":{},"fields":{}}', 400, "malformed", None),
    ("clues", b'{"fields":{"summary":"\xff"}}', 400, "malformed", None),
    ("clues", b'{"fields":{"summary":"a\\u0000b"}}', 400, "malformed", None),
    ("clues", b'{"fields":' + b"[" * 100 + b"]" * 100 + b"}", 400, "malformed", None),
    ("clues", {"fields": REGISTER, "colour": "red"}, 422, "invalid-input", "colour"),
    ("clues", {"fields": []}, 422, "invalid-input", "fields"),
    ("clues", {"fields": "x"}, 422, "invalid-input", "fields"),
    ("clues", {**BODY, "happened_at": 20260302}, 422, "invalid-input", "happened_at"),
    ("clues", {**BODY, "happened_at": "2026-02-30"}, 422, "invalid-input", "happened_at"),
    ("clues", {**BODY, "happened_at": "2026-03-02T10:00:00"}, 422, "invalid-input", "happened_at"),
    ("clues", {**BODY, "happened_at": "2031-01-01"}, 422, "invalid-input", None),
    ("clues", {**BODY, "fields": {**REGISTER, "colour": "red"}}, 422, "invalid-input", "fields.colour"),
    ("clues", {**BODY, "fields": {**REGISTER, "source": "梦见"}}, 422, "invalid-input", "fields.source"),
    ("clues", {**BODY, "fields": {**REGISTER, "summary": "字" * 9000}}, 422, "invalid-input", "fields.summary"),
    ("clues", {**BODY, "fields": {**REGISTER, "discovered_on": "2026/3/2"}}, 422, "invalid-input",
     "fields.discovered_on"),
    ("clues", {**BODY, "fields": {**REGISTER, "parties": [{"name": "甲", "colour": "red"}]}}, 422, "invalid-input",
     None),
    ("clues", {**BODY, "fields": {**REGISTER, "parties": [{"name": "甲", "uscc": "91330000000000000X"}]}}, 422,
     "invalid-input", "fields.parties[0].uscc"),
    ("clues", {**BODY, "fields": {k: v for k, v in REGISTER.items() if k != "source"}}, 422, "invalid-input",
     "fields.source"),
    ("cases", {"procedure": "ordinary", "fields": {}}, 422, "invalid-input", "procedure"),
    ("cases", {"fields": {}}, 422, "invalid-input", "procedure"),
    ("clues/1/acts", {"act": "decline_request", "fields": {}}, 428, "version-required", "version"),
    ("clues/1/acts", {"version": 1}, 422, "invalid-input", "act"),
    ("clues/1/acts", {"act": "", "version": 1}, 422, "invalid-input", "act"),
    ("clues/1/acts", {"act": "x" * 65, "version": 1}, 422, "invalid-input", "act"),
    ("clues/1/acts", {"act": "nonsense", "version": "1"}, 422, "invalid-input", "version"),
    ("clues/1/acts", {"act": "nonsense", "version": -1}, 422, "invalid-input", "version"),
    ("clues/1/acts", {"act": "nonsense", "version": 1.5}, 422, "invalid-input", "version"),
    ("clues/1/acts", {"act": "nonsense", "version": 10**30}, 422, "invalid-input", "version"),
    ("clues/999999/acts", {"act": "decline_request", "version": 1}, 404, "not-found", None),
    ("clues/0/acts", {"act": "decline_request", "version": 1}, 404, "not-found", None),
    ("clues/-1/acts", {"act": "decline_request", "version": 1}, 404, "not-found", None),
    ("clues/1e3/acts", {"act": "decline_request", "version": 1}, 404, "not-found", None),
    ("clues/99999999999999999999/acts", {"act": "decline_request", "version": 1}, 404, "not-found", None),
]


@pytest.mark.parametrize("path,body,status,slug,field", BAD_INPUT,
                         ids=[f"{i}-{row[0]}-{row[3]}" for i, row in enumerate(BAD_INPUT)])
def test_bad_input_is_refused_with_its_field(client, postgres, database, path, body, status, slug, field):
    count = "SELECT (SELECT count(*) FROM ipcase.act), (SELECT count(*) FROM ipcase.idempotency)"
    before = postgres.query(database, count)
    refused(client("officer").post(path, body), status, slug, field)
    assert postgres.query(database, count) == before


BAD_QUERY = [
    ("queue?view=yours", "view"), ("queue?colour=red", "colour"), ("queue?limit=x", "limit"),
    ("queue?limit=-1", "limit"), ("queue?after=!!!", "after"), ("queue?after=AAAA", "after"),
    ("queue?kind=letter", "kind"), ("matters?party=", "party"), ("matters?text=" + quote("油"), "text"),
    ("matters?party=a&number=b", "number"), ("matters?party=91330000000000000X", "party"),
    ("rates", "from"), ("rates?from=2026-01-01&to=2026-13-01", "to"), ("rates?from=2026-02-01&to=2026-01-01", None),
]


@pytest.mark.parametrize("path,field", BAD_QUERY, ids=[row[0] for row in BAD_QUERY])
def test_a_bad_query_is_refused_with_its_parameter(client, path, field):
    refused(client("officer").get(path), 422, "invalid-input", field)


def test_a_cursor_belongs_to_its_list(client, walk):
    for _ in range(2):
        walk.register()
    next_page = client("officer").get("queue?view=mine&limit=1").ok()["next"]
    assert next_page
    assert client("officer").get(f"queue?view=mine&limit=1&after={next_page}").ok()["items"]
    refused(client("officer").get(f"queue?view=unit&after={next_page}"), 422, "invalid-input", "after")


KEYS = [False, "", "with blank", "x" * 65, "semi;colon", "中文"]


@pytest.mark.parametrize("key", KEYS)
def test_a_post_needs_a_proper_key(client, key):
    headers = {} if key is False else {"Idempotency-Key": key.encode().decode("latin-1")}
    refused(client("officer").post("clues", BODY, key=False, headers=headers), 400, "idempotency-key-required")


def test_unknown_places_and_methods(client):
    officer = client("officer")
    refused(officer.get("nowhere"), 404, "not-found")
    reply = officer.request("PUT", "clues/1", {})
    refused(reply, 405, "method-not-allowed")
    assert "GET" in reply.headers["Allow"]
    refused(officer.get("clues/999999"), 404, "not-found")
    refused(officer.get("clues/nonsense"), 404, "not-found")


def test_a_body_larger_than_allowed(client):
    refused(client().post("sessions", {"account": "a", "password": "x" * 20000}, key=False), 413, "too-large")


def test_the_address_must_fit_the_kind(client, walk):
    walk.to_investigating()
    officer = client("officer")
    assert officer.get(f"clues/{walk.case}").status == 404
    assert officer.get(f"cases/{walk.clue}").status == 404
    assert officer.get(f"matters/{walk.case}").ok() == {"id": walk.case, "kind": "case",
                                                        "href": f"/api/v1/cases/{walk.case}"}
    assert officer.get(f"matters/{walk.clue}").ok()["kind"] == "clue"


ADMIN_ONLY = [("GET", "accounts"), ("POST", "accounts"), ("POST", "accounts/1/acts"), ("POST", "campaigns")]


@pytest.mark.parametrize("account", ["officer", "principal", "auditor", "neighbour"])
@pytest.mark.parametrize("method,path", ADMIN_ONLY, ids=[" ".join(row) for row in ADMIN_ONLY])
def test_administration_is_for_administrators(client, account, method, path):
    problem = refused(client(account).request(method, path, {} if method == "POST" else None), 403, "forbidden",
                      rule="role")
    assert "系统管理员" in problem["title"]


def test_refusals_leave_an_audit_line(client, postgres, database):
    officer = client("officer")
    reply = officer.get("accounts")
    wanted = reply.problem["request_id"]

    def line():
        return postgres.query(database, "SELECT a.name, action, outcome, rule FROM ipcase.audit JOIN ipcase.account a"
                              " ON a.id = account_id WHERE request_id = %s", wanted)

    assert harness.wait_until(line) == [("officer", "GET /api/v1/accounts", "forbidden", "role")]
    quiet = officer.get("clues/999999").problem["request_id"]
    loud = officer.post("clues/999999/acts", {"act": "x", "version": 1}).problem["request_id"]
    harness.wait_until(lambda: postgres.query(database, "SELECT 1 FROM ipcase.audit WHERE request_id = %s", loud))
    assert postgres.query(database, "SELECT 1 FROM ipcase.audit WHERE request_id = %s", quiet) == []


# --- one matter ---------------------------------------------------------------------------------


def test_the_view_has_what_the_document_promises(client, walk):
    walk.to_investigating(parties=[PERSON])
    walk.on_case("officer", "extend_request", "2026-03-20", reason="案情复杂")
    view = walk.view()
    assert (view["state"], view["state_zh"], view["version"]) == ("investigating", "调查中", 2)
    assert view["turn"] == "deputy_head" and view["officer"] == {"account": "officer", "name": "承办甲"}
    assert view["links"] == [{"rel": "clue", "id": walk.clue}]
    assert [(r["act"], r["act_zh"], r["waits_for"]) for r in view["requests"]] == [
        ("extend", "延长办案期限", "deputy_head")]
    clock = {c["rule"]: c for c in view["clocks"]}["D11"]
    assert (clock["state"], clock["light"], clock["due"]) == ("running", "red", "2026-06-08")
    assert clock["days_left"] < 0 and "第六十四条" in clock["article"]
    assert walk.as_("officer").get(f"clues/{walk.clue}").ok()["links"] == [{"rel": "case", "id": walk.case}]
    walk.on_case("deputy_head", "extend_return", "2026-03-21", opinion="理由不足")
    assert walk.view()["requests"] == []


def test_who_reported_and_identity_numbers_are_for_those_who_work_the_case(walk):
    walk.to_investigating(parties=[PERSON], reporter="举报人某", reporter_contact="12345678901")
    for account in ("officer", "co_officer", "unit_head", "deputy_head", "principal", "legal_reviewer"):
        clue = walk.as_(account).get(f"clues/{walk.clue}").ok()
        assert clue["full"] and clue["facts"]["reporter"] == "举报人某"
        assert clue["parties"][0]["id_number"] == PERSON["id_number"]
    for account in ("clerk", "credit_clerk", "auditor"):
        for path in (f"clues/{walk.clue}", f"clues/{walk.clue}/acts", f"cases/{walk.case}",
                     f"cases/{walk.case}/acts"):
            reply = walk.as_(account).get(path)
            assert reply.status == 200, (account, path, reply)
            for secret in ("举报人某", "12345678901", PERSON["id_number"], "19491231"):
                assert secret not in reply.text, (account, path)
        assert walk.as_(account).get(f"cases/{walk.case}").ok()["parties"][0]["id_number"] == "1101************2X"
    first = walk.as_("clerk").get(f"clues/{walk.clue}/acts").ok()["items"][0]
    assert first["redacted"] is True
    assert "redacted" not in walk.as_("officer").get(f"clues/{walk.clue}/acts").ok()["items"][0]


def test_other_units_and_other_organs_see_nothing(walk):
    walk.to_investigating()
    for account in ("station_officer", "neighbour", "police", "admin"):
        one = walk.daemon.client(account)
        for path in (f"cases/{walk.case}", f"cases/{walk.case}/next", f"cases/{walk.case}/acts",
                     f"cases/{walk.case}/clocks", f"clues/{walk.clue}", f"matters/{walk.case}"):
            assert one.get(path).status == 404, (account, path)
        assert walk.case not in ids(search(one, text="机油"))
        assert walk.case not in ids(search(one, party="样县甲"))
        for view in ("mine", "unit", "waiting", "week"):
            assert walk.case not in ids(one.get(f"queue?view={view}&limit=200").ok())
        one.close()


def test_the_timeline_comes_in_pages_and_verbatim(walk, postgres, database):
    walk.to_investigating()
    for day in range(11, 16):
        walk.on_case("officer", "record", f"2026-03-{day}", record_kind="其他", note=f"第{day}日")
    officer = walk.as_("officer")
    whole = officer.get(f"cases/{walk.case}/acts").ok()
    assert [a["seq"] for a in whole["items"]] == [1, 2, 3, 4, 5, 6] and whole["next"] is None
    got, after = [], 0
    while after is not None:
        page = officer.get(f"cases/{walk.case}/acts?limit=2&after={after}").ok()
        got += page["items"]
        after = page["next"]
    assert got == whole["items"]
    stored = postgres.query(database, "SELECT payload::text, encode(digest, 'hex') FROM ipcase.act"
                            " WHERE matter_id = %s ORDER BY seq", walk.case)
    text = officer.get(f"cases/{walk.case}/acts").text
    for payload, digest in stored:
        assert payload in text and digest in text
    second = whole["items"][1]
    assert second["actor"] == {"account": "officer", "name": "承办甲"}
    assert second["happened_at"] == "2026-03-11T12:00:00+08:00" and second["act_zh"]


def test_next_acts_are_for_the_one_who_asks(walk):
    walk.to_investigating()
    walk.on_case("officer", "extend_request", "2026-03-20", reason="x")

    def acts(account):
        reply = walk.as_(account).get(f"cases/{walk.case}/next").ok()
        assert reply["version"] == 2
        return {a["act"]: a for a in reply["acts"]}

    officer, leader = acts("officer"), acts("deputy_head")
    assert "record" in officer and "extend_approve" not in officer
    assert "extend_approve" in leader and "record" not in leader
    approve = leader["extend_return"]
    assert (approve["stage"], approve["request"]) == ("return", 1)
    fields = {f["name"]: f for f in approve["fields"]}
    assert fields["request"]["type"] == "int" and not fields["request"]["required"]
    assert fields["opinion"]["required"] and fields["opinion"]["max"] == 2000
    kinds = {f["name"]: f for f in officer["record"]["fields"]}["record_kind"]
    assert kinds["type"] == "choice" and {"value": "询问笔录", "zh": "询问笔录"} in kinds["choices"]
    blocked = officer["testing_end"]["blocked"]
    assert blocked["rule"] == "span-not-open" and blocked["message"]
    assert acts("auditor") == {}


def test_what_next_offers_without_a_block_is_not_refused_for_state_or_role(walk):
    walk.to_investigating()
    for account in ("officer", "unit_head", "deputy_head", "legal_reviewer", "principal"):
        one = walk.as_(account)
        listed = one.get(f"cases/{walk.case}/next").ok()
        for act in listed["acts"]:
            if "blocked" in act:
                continue
            reply = one.post(f"cases/{walk.case}/acts", {"act": act["act"], "version": listed["version"] + 1})
            # stale: the version is looked at before state and role, so nothing is changed
            refused(reply, 412, "stale-version", "version")


# --- lists -----------------------------------------------------------------------------------------


def test_each_queue_shows_whose_turn_it_is(walk):
    walk.to_investigating()
    case = walk.case

    def shown(account, view):
        return case in ids(walk.as_(account).get(f"queue?view={view}&limit=200").ok())

    assert shown("officer", "mine") and not shown("officer", "waiting")
    assert not shown("deputy_head", "mine")
    walk.on_case("officer", "extend_request", "2026-03-20", reason="x")
    assert not shown("officer", "mine") and shown("officer", "waiting")
    assert shown("deputy_head", "mine") and not shown("principal", "mine")
    for account in ("officer", "clerk", "unit_head", "legal_reviewer", "auditor"):
        assert shown(account, "unit") == (account != "auditor" or shown("auditor", "unit"))
    assert shown("unit_head", "week")  # due on 2026-06-08, long past


def test_a_party_that_does_nothing_comes_back_to_the_officer(walk):
    walk.to_investigating()
    walk.to_reviewed()
    walk.to_noticed()  # 陈述申辩 until 2026-04-10: over
    row = next(r for r in walk.as_("officer").get("queue?view=mine&limit=200").ok()["items"] if r["id"] == walk.case)
    assert row["turn"] == "party" and row["light"] == "red"


def test_a_row_tells_the_next_due_day_and_its_light(walk):
    walk.to_investigating()
    row = next(r for r in walk.as_("officer").get("queue?limit=200").ok()["items"] if r["id"] == walk.case)
    assert (row["kind"], row["rule"], row["due"], row["light"]) == ("case", "D11", "2026-06-08", "red")
    assert row["party"] == "样县甲汽车配件经营部" and row["version"] == 1 and row["days_left"] < 0


def test_pages_of_a_merged_queue_join_without_gap_or_double(walk):
    for day in range(2, 9):
        walk.to_investigating(found=f"2026-02-{day:02}", filed=f"2026-02-{day:02}")
    for account, view in (("officer", "mine"), ("legal_reviewer", "unit"), ("auditor", "unit")):
        one = walk.as_(account)
        whole = one.get(f"queue?view={view}&limit=200").ok()["items"]
        got, after = [], ""
        while after is not None:
            page = one.get(f"queue?view={view}&limit=3&after={after}" if after else f"queue?view={view}&limit=3").ok()
            got += page["items"]
            after = page["next"]
            assert len(page["items"]) == 3 or after is None
        assert got == whole
        keys = [(r["due"] or "9999", int(r["id"])) for r in whole]
        assert keys == sorted(keys)


def test_search_by_party(walk):
    walk.register(parties=[{"name": "“四海”（样县）百货店", "kind": "个体工商户"}])
    officer = walk.as_("officer")
    for typed in ("四海", "“四海”（样县）", "四海(样县)百货", "四海样县百货店"):
        assert walk.clue in ids(search(officer, party=typed)), typed
    assert walk.clue not in ids(search(officer, party="百货店"))
    assert walk.clue not in ids(search(officer, party="四海", kind="case"))
    assert walk.clue in ids(search(officer, party="四海", kind="clue"))


def test_search_by_credit_code(walk):
    walk.register(parties=[{"name": "样县丁有限公司", "kind": "企业", "uscc": "91350100M000100Y43"}])
    assert walk.clue in ids(search(walk.as_("officer"), party="91350100m000100y43"))


def test_search_by_number_in_any_writing(walk):
    walk.to_investigating()
    walk.on_case("officer", "order_correction", "2026-03-12", note="责令改正", doc_no="样市监责改〔2026〕7号")
    walk.on_case("officer", "order_correction", "2026-03-12", note="再责令改正", doc_no="样市监责改〔2026〕70号")
    officer = walk.as_("officer")
    for typed in ("样市监责改〔2026〕7号", "样市监责改[2026]7号", "样市监责改【2026】第7号", "样市监责改（２０２６）７号"):
        assert ids(search(officer, number=typed)) == [walk.case], typed
    assert ids(search(officer, number="样市监责改〔2026〕700号")) == []
    assert walk.case in ids(search(officer, number="样市监责改"))
    assert ids(search(officer, number="样市监责改〔2026〕")) == [walk.case]  # once, though two papers fit


def test_search_by_text(walk):
    walk.register(summary="在仓库发现冒牌云南白药牙膏三百支", goods="牙膏300支")
    officer = walk.as_("officer")
    assert walk.clue in ids(search(officer, text="云南白药"))
    assert walk.clue in ids(search(officer, text="冒牌 云南“白药”"))
    # all pairs of characters occur, the text does not
    assert walk.clue not in ids(search(officer, text="白药云南"))


def test_search_by_campaign_and_the_whole_list(walk):
    walk.register(campaigns=["铁拳2026"])
    tagged = walk.clue
    walk.register()
    officer = walk.as_("officer")
    assert ids(search(officer, campaign="铁拳2026")) == [tagged]
    page = search(officer, kind="clue", limit=2)
    assert ids(page) == [walk.clue, tagged] and page["next"]
    rest = search(officer, kind="clue", limit=2, after=page["next"])
    assert set(ids(rest)).isdisjoint(ids(page))
    assert all(r["kind"] == "case" for r in search(officer, kind="case")["items"])
