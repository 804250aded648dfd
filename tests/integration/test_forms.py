# SPDX-License-Identifier: MulanPSL-2.0
"""Report forms: each counting rule of the forms' instructions, and a second opinion over random cases (forms_opinion.py).

What makes a case have these dates and sums is tested elsewhere; most rows here go straight into form_mark."""
import contextlib
import json
import random

import openpyxl
import pytest

import harness
from forms_opinion import blank, random_case, insert, Opinion, got_cells, check, parents, cases, DAY, D, CAUSES  # noqa: F401
from walk import refused

FORMS = ["ip-enforcement", "chunlei", "wangjian", "jianwang", "lantian", "major-cases", "campaign-cases"]


@pytest.mark.parametrize("code", FORMS)
@pytest.mark.parametrize("period, s, e", [("2026-Q1", "2026-01-01", "2026-03-31"), ("2026-Q2", "2026-04-01", "2026-06-30"),
                                          ("2025", "2025-01-01", "2025-12-31")])
def test_every_cell_agrees_with_the_second_opinion(client, postgres, database, cases, parents, code, period, s, e):
    document = client("principal").get(f"forms/{code}?period={period}").ok()
    check(document, Opinion(postgres, database, code, DAY(s), DAY(e), parents), cases)
    assert document["period"]["from"] == s and document["period"]["to"] == e and document["whole"] is True


@pytest.mark.parametrize("code", FORMS)
def test_everybody_counts_what_he_may_see(client, postgres, database, cases, parents, code):
    mine = [c for c in cases if c["unit"] == 12]
    opinion = Opinion(postgres, database, code, DAY("2026-01-01"), DAY("2026-03-31"), parents)
    document = client("station_officer").get(f"forms/{code}?period=2026-Q1").ok()
    check(document, opinion, mine)
    assert document["whole"] is False
    # The same for those who see more and ask for one unit, by code or number.
    for unit in ("STATION", "12"):
        document = client("principal").get(f"forms/{code}?period=2026-Q1&unit={unit}").ok()
        check(document, opinion, mine)
        assert document["unit"] == {"code": "STATION", "name": "城关市场监管所"} and document["whole"] is False


def test_strangers_see_nothing(client, cases):
    for account in ("admin", "neighbour"):
        reply = client(account).get("forms/chunlei?period=2026-Q1")
        if reply.status == 200:
            assert set(got_cells(reply.json).values()) <= {D(0), D("0.00")}
            assert reply.json.get("silent", []) == []
        else:
            assert reply.problem["rule"] == "organ"


@pytest.mark.parametrize("code, campaign", [("ip-enforcement", "TIEQUAN-2026"), ("chunlei", "CHUNLEI-2026"),
                                            ("lantian", "LANTIAN-2026-HTK"), ("major-cases", "CHUNLEI-2026")])
def test_campaign_to_date_counts_the_campaign_and_what_is_below_it(client, postgres, database, cases, parents, code, campaign):
    assert parents["LANTIAN-2026-HTK"] == "CHUNLEI-2026"
    s = postgres.query(database, "SELECT starts_on FROM ipcase.law_campaigns WHERE code = %s", campaign)[0][0]
    document = client("principal").get(f"forms/{code}?period={campaign}&as_of=2026-11-20").ok()
    assert document["period"]["from"] == str(s)
    e = DAY(document["period"]["to"])
    opinion = Opinion(postgres, database, code, s, e, parents, within=campaign)
    shown, _ = check(document, opinion, cases)
    assert any(shown.values())


@pytest.mark.parametrize("code", ["ip-enforcement", "campaign-cases", "chunlei"])
def test_a_cell_leads_to_its_cases(client, postgres, database, cases, parents, code):
    opinion = Opinion(postgres, database, code, DAY("2026-01-01"), DAY("2026-03-31"), parents)
    shown, ids, outside = opinion.cells(cases)
    one = client("principal")
    by_code = {str(c["id"]): c for c in cases}
    for n, (row, column) in enumerate(sorted(shown)):
        place = next(i for i, c in enumerate(opinion.columns) if c["code"] == column)
        if code == "chunlei":  # its figures stand in the same block
            at = column
        else:
            at = f"R{row + 1}C{place + 1}" if n % 2 else f"{opinion.rows[row]['code']}.{column}"
        reply = one.get(f"forms/{code}/cells/{at}?period=2026-Q1").ok()
        assert {c["id"] for c in reply["cases"]} == ids[row, column], at
        assert reply["total"] == len(ids[row, column]) and not reply["truncated"]
        want = shown[row, column]
        assert reply["cell"]["text"] == ("" if want is None else str(want))
        spec = opinion.columns[place]
        if spec["source"] == "sum" and spec["measure"] != "dens":
            assert all(c["amount_fen"] == by_code[c["id"]][spec["measure"]] for c in reply["cases"])
    reply = one.get(f"forms/{code}/cells/outside?period=2026-Q1").ok()
    assert reply["total"] == outside == len(reply["cases"])


# ---- the rules of the forms' instructions, one by one ----


@pytest.fixture
def world(new_database, postgres, scratch):
    """A database of its own: world(rows...) -> client of the principal."""
    started = []

    def make(*rows, account="principal"):
        if not started:
            name = new_database()
            daemon = harness.Daemon(postgres.url(name, "ipcase_app"), scratch / name)
            daemon.start()
            started.append((name, daemon))
        name, daemon = started[0]
        insert(postgres, name, rows)
        return daemon.client(account)

    make.database = lambda: started[0][0]
    make.daemon = lambda: started[0][1]
    yield make
    for _, daemon in started:
        daemon.stop()


def cells(client, code="ip-enforcement", period="2026-Q2", more=""):
    """{(row code, column code): text}"""
    document = client.get(f"forms/{code}?period={period}{more}").ok()
    return {(row["code"], column["code"]): text for block in document["blocks"] for row in block["rows"]
            for column, text in zip(block["columns"], row["cells"])}


def test_filed_and_closed_of_a_quarter_are_different_cases(world):
    one = world(blank(1, filed="2026-02-01", decided="2026-03-20", closed="2026-04-02"), blank(2, filed="2026-05-01"),
                blank(3, filed="2026-04-01", decided="2026-06-01", closed="2026-06-30"),
                blank(4, filed="2026-03-31", decided="2026-04-01", closed="2026-07-01"))
    got = cells(one)
    assert got["tm-infringement", "filed"] == "2" and got["tm-infringement", "closed"] == "2"
    filed = one.get("forms/ip-enforcement/cells/R1C1?period=2026-Q2").ok()["cases"]
    closed = one.get("forms/ip-enforcement/cells/R1C2?period=2026-Q2").ok()["cases"]
    assert {c["id"] for c in filed} == {"2", "3"} and {c["id"] for c in closed} == {"1", "3"}
    # A second quarter is 1 April to 30 June.
    assert cells(one, period="2026-Q1")["total", "filed"] == "2" and cells(one, period="2026-Q3")["total", "closed"] == "1"


def test_cross_cut_columns_do_not_add_up_and_count_by_filing(world):
    tags = ["电商领域", "农村市场", "外商投资企业被侵权"]
    got = cells(world(blank(1, filed="2026-04-01", tags=tags),
                      blank(2, filed="2026-03-01", decided="2026-04-01", closed="2026-05-01", tags=tags)))
    assert got["total", "filed"] == "1"
    assert [got["total", c] for c in ("online", "markets", "rural", "foreign")] == ["1", "0", "1", "1"]
    assert got["total", "closed"] == "1"


def test_rows_add_up_to_the_total_even_where_rounding_would_not(world):
    got = cells(world(*[blank(i, filed="2026-04-01", ip_type=t, cause=CAUSES[t][0], value=4999)
                        for i, t in ((1, "商标"), (2, "专利"), (3, "地理标志"))],
                      blank(4, filed="2026-04-01", ip_type="特殊标志", cause="侵犯特殊标志", value=5000)))
    rows = ("tm-infringement", "gi", "special-signs", "tm-agency", "tm-other", "patent-passing-off", "patent-agency",
            "patent-other")
    # 49.99 yuan are 0.004999 万元: 0.00 three times, 0.01 for the fourth; the exact sum would show 0.02.
    assert [got[r, "value"] for r in rows] == ["0.00", "0.00", "0.01", "0.00", "0.00", "0.00", "0.00", "0.00"]
    assert D(got["total", "value"]) == sum(D(got[r, "value"]) for r in rows) == D("0.01")


def test_amounts_are_ten_thousands_with_the_forms_decimals(world):
    one = world(blank(1, filed="2026-04-01", decided="2026-05-01", closed="2026-06-01", value=123456789, penalty=1000000,
                      recovered=999999, recovered_foreign=1))
    got = cells(one)
    assert [got["total", c] for c in ("value", "penalty", "recovered", "recovered-foreign")] == ["123.46", "1.00", "1.00", "0.00"]
    assert cells(one, "jianwang")["total", "value"] == "0.00"  # 元, and not about copyright


def test_every_kind_of_case_has_its_row(world):
    wanted = {"侵犯注册商标专用权（销售侵权商品）": ("商标", "tm-infringement"), "销售侵犯注册商标专用权的商品": ("商标", "tm-infringement"),
              "侵犯地理标志证明商标": ("地理标志", "gi"), "侵犯奥林匹克标志专有权": ("特殊标志", "special-signs"),
              "商标代理违法（伪造变造法律文件）": ("商标", "tm-agency"), "恶意申请商标注册": ("恶意注册", "tm-other"),
              "将未注册商标冒充注册商标": ("商标", "tm-other"), "商业混淆": ("商标", "tm-other"),
              "假冒专利（销售）": ("专利", "patent-passing-off"), "擅自开展专利代理业务": ("代理", "patent-agency"),
              "专利标识标注不规范": ("专利", "patent-other"), "非正常专利申请": ("非正常申请", "patent-other")}
    one = world(*[blank(i, filed="2026-04-01", ip_type=t, cause=cause) for i, (cause, (t, _)) in enumerate(wanted.items(), 1)],
                blank(90, filed="2026-04-01", ip_type="著作权", cause="销售侵权复制品"))
    got = cells(one)
    for row in {r for _, r in wanted.values()}:
        assert got[row, "filed"] == str(sum(r == row for _, r in wanted.values())), row
    assert got["total", "filed"] == str(len(wanted))
    document = one.get("forms/ip-enforcement?period=2026-Q2").ok()
    assert document["beside"]["outside"] == 1
    assert [c["id"] for c in one.get("forms/ip-enforcement/cells/outside?period=2026-Q2").ok()["cases"]] == ["90"]


def test_cells_that_do_not_apply_are_empty_but_hide_nothing(world):
    agency = {"filed": "2026-04-01", "ip_type": "代理", "cause": "擅自开展专利代理业务"}
    one = world(blank(1, **agency))
    got = cells(one)
    assert got["patent-agency", "rural"] == "" and got["patent-other", "rural"] == "0" and got["patent-agency", "filed"] == "1"
    world(blank(2, tags=["农村市场"], **agency))
    assert cells(one)["patent-agency", "rural"] == "1"


def test_the_first_transfer_counts_and_once(world):
    got = cells(world(blank(1, filed="2026-01-01", police="2026-03-31", procuratorate="2026-04-10"),
                      blank(2, filed="2026-01-01", procuratorate="2026-04-10"), blank(3, filed="2026-01-01", police="2026-06-30")))
    assert got["total", "judicial"] == "2"


def test_withdrawn_merged_and_back_entered_cases_do_not_count(world):
    one = world(blank(1, filed="2026-04-01", excluded="已撤销立案"), blank(2, filed="2026-04-01", excluded="补录，资料不全"),
                blank(3, filed="2026-04-01"))
    assert cells(one)["total", "filed"] == "1"
    assert one.get("forms/ip-enforcement?period=2026-Q2").ok()["beside"]["excluded"] == 2


def test_bands_of_major_cases(world):
    one = world(*[blank(i, filed="2026-04-01", decided="2026-05-01", penalty=p, campaigns=["CHUNLEI-2026"])
                  for i, p in enumerate([999999, 1000000, 4999999, 5000000, 9999999, 10000000, 50000000, 99999999, 100000000,
                                         299999999, 300000000, None], 1)])
    got = cells(one, "major-cases")
    rows = ("1-5", "5-10", "10-50", "50-100", "100-300", "300", "total")
    assert [got[r, "decided"] for r in rows] == ["2", "2", "1", "2", "2", "1", "10"]
    got = cells(one, "chunlei")
    assert [got["total", c] for c in ("major", "major-1-5", "major-50-100", "major-300")] == ["10", "2", "2", "1"]


def test_a_case_of_several_campaigns_counts_once_where_the_form_says_so(world):
    tags = ["TIEQUAN-2026", "CHUNLEI-2026"]
    one = world(blank(1, filed="2026-04-01", campaigns=tags),                       # both are roots: the first
                blank(2, filed="2026-04-01", campaigns=tags, primary="CHUNLEI-2026"),  # the officer's choice
                blank(3, filed="2026-04-01", campaigns=["TIEQUAN-2026", "LANTIAN-2026-HTK"]),  # a child of CHUNLEI-2026
                blank(4, filed="2026-04-01"), blank(5, filed="2026-04-01", campaigns=["本县自定行动"]))
    got = cells(one, "campaign-cases")
    rows = ("chunlei", "tiequan", "wangjian", "jianwang", "lantian", "shouhu", "other", "none", "total")
    assert [got[r, "filed"] for r in rows] == ["2", "1", "0", "0", "0", "0", "1", "1", "5"]
    # A form that does not forbid it counts the case in each of its campaigns.
    assert cells(one, "chunlei")["total", "filed"] == "3" and cells(one, "lantian")["total", "filed"] == "1"


def test_amounts_that_nobody_entered_are_told(world):
    document = world(blank(1, filed="2026-04-01"), blank(2, filed="2026-04-01", value=0)).get("forms/ip-enforcement?period=2026-Q2").ok()
    assert {u["column"]: u["cases"] for u in document["beside"]["unknown"]} == {"value": 1}


# ---- activity figures ----


def enter(client, unit, figures, code="chunlei", period="2026-03", **more):
    return client.post(f"forms/{code}/entries", {"period": period, "unit": unit, "figures": figures, **more})


def figures(client, code="chunlei", period="2026-Q1", more=""):
    return {k[1]: v for k, v in cells(client, code, period, more).items()}


def test_figures_of_units_are_added_up_and_silence_is_named(world):
    one = world()
    assert [u["unit"] for u in one.get("forms/chunlei?period=2026-03").ok()["silent"]] == ["BRIGADE", "STATION"]
    made = enter(world(account="clerk"), "BRIGADE", {"staff": "120", "vehicles": 7, "seized": "1.5"}).ok()
    assert [i["replaces"] for i in made["items"]] == [None, None, None]
    document = one.get("forms/chunlei?period=2026-03").ok()
    assert [u["unit"] for u in document["silent"]] == ["STATION"]
    assert [(u["unit"], u["complete"], u["by"]) for u in document["reported"]] == [("BRIGADE", False, "内勤丙")]
    enter(world(account="station_head"), "12", {"staff": "30"}).ok()
    got = figures(one, period="2026-03")
    assert (got["staff"], got["vehicles"], got["seized"], got["sites"]) == ("150", "7", "1.500", "")
    assert one.get("forms/chunlei?period=2026-03").ok()["silent"] == []
    entries = one.get("forms/chunlei/cells/staff?period=2026-03").ok()["entries"]
    assert [(e["unit"], e["value"], e["revision"]) for e in entries] == [("BRIGADE", "120", 1), ("STATION", "30", 1)]
    assert figures(one, period="2026-03", more="&unit=STATION")["staff"] == "30"


def test_a_correction_replaces_and_keeps_what_was(world):
    clerk, one = world(account="clerk"), world()
    enter(clerk, "BRIGADE", {"staff": "10", "vehicles": "1"}).ok()
    before = one.get("forms/chunlei?period=2026-03").ok()["as_of"]
    made = enter(clerk, "BRIGADE", {"staff": "12", "vehicles": "1"}, note="漏报两人次").ok()["items"]
    assert [i["figure"] for i in made] == ["staff"]  # what is the same makes no row
    assert figures(one, period="2026-03")["staff"] == "12"
    assert figures(one, period="2026-03", more="&as_of=" + before.replace("+", "%2B"))["staff"] == "10"
    items = one.get("forms/chunlei/entries?period=2026-03&unit=BRIGADE").ok()["items"]
    assert [(i["figure"], i["value"], i["note"], i["by"]) for i in items] == [
        ("staff", "12", "漏报两人次", "内勤丙"), ("vehicles", "1", None, "内勤丙"), ("staff", "10", None, "内勤丙")]
    assert items[0]["replaces"] == items[2]["id"]
    assert one.get("forms/chunlei/cells/staff?period=2026-03").ok()["entries"][0]["revision"] == 2


def test_longer_periods_are_made_of_shorter_ones(world):
    clerk, one = world(account="clerk"), world()
    for period, staff in (("2026-01", "1"), ("2026-03", "4"), ("2026-W06", "16"), ("2026-W10", "64"), ("2026-W01", "256"),
                          ("2026-Q2", "1024")):
        enter(clerk, "BRIGADE", {"staff": staff}, period=period).ok()
    # January, March, and week 6 of February; week 10 lies in March, week 1 begins in December.
    assert figures(one)["staff"] == "21"
    assert [e["period"] for e in one.get("forms/chunlei/cells/staff?period=2026-Q1").ok()["entries"]] == ["2026-01", "2026-03", "2026-W06"]
    reported = one.get("forms/chunlei?period=2026-Q1").ok()["reported"]
    assert reported[0]["complete"] is False
    assert figures(one, period="2026")["staff"] == str(1024 + 21)
    enter(clerk, "BRIGADE", {"staff": "5"}, period="2026-Q1").ok()
    assert figures(one)["staff"] == "5"  # what was entered for just this period goes before
    assert figures(one, period="2026-03")["staff"] == "4"


def test_a_stock_is_the_latest_not_the_sum(world):
    clerk, one = world(account="clerk"), world()
    for period, markets in (("2026-01", "9"), ("2026-03", "8"), ("2026-02", "7")):
        enter(clerk, "BRIGADE", {"key-markets": markets, "drives": "1"}, "ip-enforcement", period).ok()
    enter(world(account="station_head"), "STATION", {"key-markets": "2"}, "ip-enforcement", "2026-01").ok()
    got = figures(one, "ip-enforcement")
    assert got["key-markets"] == "10" and got["drives"] == "3"


def test_figures_of_a_campaign_to_date(world):
    clerk, one = world(account="clerk"), world()
    enter(clerk, "BRIGADE", {"staff": "40"}, period="2026-W05").ok()
    assert figures(one, period="CHUNLEI-2026")["staff"] == "40"
    enter(clerk, "BRIGADE", {"staff": "100"}, period="CHUNLEI-2026").ok()
    assert figures(one, period="CHUNLEI-2026")["staff"] == "100"


@pytest.mark.parametrize("account, unit, sent, field, rule", [
    ("clerk", "BRIGADE", {"nobody": "1"}, "figures.nobody", "no-such-figure"),
    ("clerk", "BRIGADE", {"filed": "1"}, "figures.filed", "no-such-figure"),
    ("clerk", "BRIGADE", {"staff": "-1"}, "figures.staff", "figure-value"),
    ("clerk", "BRIGADE", {"staff": "1.5"}, "figures.staff", "figure-value"),
    ("clerk", "BRIGADE", {"seized": "1.5555"}, "figures.seized", "figure-value"),
    ("clerk", "BRIGADE", {"staff": "10000000000000"}, "figures.staff", "figure-value"),
    ("clerk", "BRIGADE", {"staff": ""}, "figures.staff", "figure-value"),
    ("clerk", "BRIGADE", {"staff": None}, "figures.staff", "figure-value"),
    ("clerk", "BRIGADE", {}, "figures", "figures-missing"),
    ("station_officer", "BRIGADE", {"staff": "1"}, "unit", "no-such-unit"),
    ("neighbour", "STATION", {"staff": "1"}, "unit", "no-such-unit"),
])
def test_wrong_figures(client, account, unit, sent, field, rule):
    reply = enter(client(account), unit, sent)
    assert reply.status == 422 or reply.status == 400, reply
    assert (reply.problem["field"], reply.problem["rule"]) == (field, rule)


def test_who_may_enter(client):
    for account in ("principal", "police", "admin", "credit_clerk"):
        assert enter(client(account), "BRIGADE", {"staff": "1"}).status == 403


def test_entering_twice_with_one_key_enters_once(client, postgres, database):
    one = client("clerk")
    body = {"period": "2026-05", "unit": "BRIGADE", "figures": {"staff": "77"}}
    first = one.post("forms/chunlei/entries", body, key="enter-1")
    second = one.post("forms/chunlei/entries", body, key="enter-1")
    assert first.ok() == second.ok() and second.replayed and not first.replayed
    assert postgres.query(database, "SELECT count(*) FROM ipcase.form_entry WHERE period = '2026-05'") == [(1,)]
    assert one.post("forms/chunlei/entries", {**body, "figures": {"staff": "1"}}, key="enter-1").problem["rule"] == "idempotency-key-reused"


def test_entries_are_never_changed_and_stay_within_the_unit(postgres, database, client):
    enter(client("clerk"), "BRIGADE", {"staff": "3"}, period="2026-06").ok()
    with contextlib.closing(postgres.connect(database, "ipcase_app")) as conn, conn.cursor() as cur:
        cur.execute("SELECT count(*) FROM ipcase.form_entry")
        assert cur.fetchone() == (0,)
        cur.execute("SELECT count(*) FROM ipcase.form_mark")
        assert cur.fetchone() == (0,)
        cur.execute("SET ipcase.units = '{12}'; SET ipcase.account = '1'")
        cur.execute("SELECT count(*) FROM ipcase.form_entry WHERE unit_id = 11")
        assert cur.fetchone() == (0,)
        for sql in ("UPDATE ipcase.form_entry SET value = 1", "DELETE FROM ipcase.form_entry",
                    "INSERT INTO ipcase.form_entry (organ_id, unit_id, form, figure, period, from_on, to_on, value, entered_by,"
                    " entered_by_name) VALUES (10, 11, 'chunlei', 'staff', '2026-07', '2026-07-01', '2026-07-31', 1, 1, 'x')"):
            with pytest.raises(Exception, match="permission denied|row-level security"):
                cur.execute(sql)
    with contextlib.closing(postgres.connect(database)) as conn, conn.cursor() as cur:
        for sql in ("UPDATE ipcase.form_entry SET value = 1", "DELETE FROM ipcase.form_entry", "TRUNCATE ipcase.form_entry"):
            with pytest.raises(Exception):
                cur.execute(sql)


# ---- refusals ----


@pytest.mark.parametrize("path, status, rule", [
    ("forms/nothing?period=2026-Q1", 404, "no-such-form"), ("forms/nothing/cells/R1C1?period=2026-Q1", 404, "no-such-form"),
    ("forms/nothing/entries", 404, "no-such-form"),
    ("forms/ip-enforcement?period=2019-Q4", None, "form-not-valid"), ("forms/ip-enforcement?period=2026-W05", None, "form-period"),
    ("forms/chunlei?period=2030", None, "period-future"), ("forms/chunlei?period=CHUNLEI-2023", None, "campaign-no-dates"),
    ("forms/chunlei?period=GIBTSNICHT", 404, "no-such-campaign"), ("forms/chunlei?period=2026-13", None, "period-form"),
    ("forms/chunlei?period=2026-Q1&unit=999", None, "no-such-unit"), ("forms/chunlei?period=2026-Q1&organ=NEIGHBOUR", None, "organ"),
    ("forms/chunlei?period=2026-Q1&as_of=2030-01-01T00:00:00Z", None, "as-of-future"),
    ("forms/chunlei", None, None), ("forms/chunlei?period=2026-Q1&as_of=gestern", None, None),
    ("forms/ip-enforcement/cells/R10C1?period=2026-Q1", 404, "no-such-cell"),
    ("forms/ip-enforcement/cells/R1C12?period=2026-Q1", 404, "no-such-cell"),
    ("forms/ip-enforcement/cells/R0C1?period=2026-Q1", 404, "no-such-cell"),
    ("forms/ip-enforcement/cells/nichts?period=2026-Q1", 404, "no-such-cell"),
    ("forms/ip-enforcement/cells/gi.nichts?period=2026-Q1", 404, "no-such-cell"),
])
def test_wrong_questions(client, path, status, rule):
    reply = client("principal").get(path)
    assert reply.status in ((status,) if status else (400, 422)), reply
    if rule:
        assert reply.problem["rule"] == rule


def test_a_period_that_still_runs_is_marked_open(client):
    document = client("principal").get("forms/chunlei?period=2026&as_of=2026-03-10").ok()
    assert document["period"]["open"] is True and document["period"]["to"] == "2026-03-10"


# ---- as of ----


def test_the_same_as_of_gives_the_same_bytes(world, postgres):
    before, after = blank(1, filed="2026-04-01", value=100000000), blank(1, filed="2026-04-01", value=900000000, tags=["电商领域"])
    one = world()
    insert(postgres, world.database(), [before], "2026-05-01T00:00:00+08:00", "2026-06-01T00:00:00+08:00")
    insert(postgres, world.database(), [after], "2026-06-01T00:00:00+08:00", seq=2)
    path = "forms/ip-enforcement?period=2026-Q2&as_of="
    then, now = one.get(path + "2026-05-31T23:59:59%2B08:00"), one.get(path + "2026-07-01T00:00:00%2B08:00")
    value = lambda reply: next(r["cells"][2] for b in reply.json["blocks"] if b["code"] == "B" for r in b["rows"] if r["total"])
    assert value(then) == "100.00" and value(now) == "900.00"
    assert value(one.get(path + "2026-04-30T00:00:00%2B08:00")) == "0.00"  # nothing was known
    world(blank(2, filed="2026-05-01"))
    postgres.query(world.database(), "UPDATE ipcase.unit SET name = '改了名的所' WHERE id = 12")
    postgres.query(world.database(), "UPDATE ipcase.form_mark SET known_from = now() WHERE matter_id = 2")
    assert one.get(path + "2026-05-31T23:59:59%2B08:00").body == then.body
    assert one.get(path + "2026-07-01T00:00:00%2B08:00").body == now.body


# ---- next year's form is rows, not code ----

NEXT_YEAR = """
INSERT INTO ipcase.law_report_forms (code, name_zh, layout, periods, campaigns, once, primary_rule, valid_from)
VALUES ('made-up', '某年某行动统计表', 'table', 'month;year', 'TIEQUAN-*', 'each', 'deepest', '2026-01-01');
INSERT INTO ipcase.law_report_rows (form, code, sort, name_zh, kind, filter, valid_from)
VALUES ('made-up', 'elderly', 1, '涉老案件', 'cases', 'tag=涉老', '2026-01-01'),
       ('made-up', 'supervised', 2, '督办案件', 'cases', 'supervised=*', '2026-01-01'),
       ('made-up', 'rest', 3, '其他', 'cases', NULL, '2026-01-01'), ('made-up', 'sum', 4, '小计', 'total', NULL, '2026-01-01');
INSERT INTO ipcase.law_report_columns (form, code, sort, block, name_zh, unit, source, measure, by, filter, decimals, rounding,
                                       total, over, valid_from)
VALUES ('made-up', 'talks', 1, 'A', '座谈', '次', 'figure', NULL, NULL, NULL, 1, 'half_up', 'shown', 'sum', '2026-01-01'),
       ('made-up', 'n', 2, 'B', '办结', '件', 'count', NULL, 'closed', 'outcome=给予行政处罚;person_penalised=0', 0, 'half_up',
        'shown', NULL, '2026-01-01'),
       ('made-up', 'money', 3, 'B', '罚没', '亿元', 'sum', 'penalty', 'decided', NULL, 4, 'cut', 'exact', NULL, '2026-01-01'),
       ('made-up', 'yuan', 4, 'B', '案值', '元', 'sum', 'value', 'filed|decided', 'value>=1;tag!=农村市场', 1, 'half_up', 'exact',
        NULL, '2026-01-01');
"""


def test_a_made_up_form_needs_no_code(new_database, postgres, scratch, parents):
    name = new_database()
    with contextlib.closing(postgres.connect(name)) as conn, conn.cursor() as cur:
        cur.execute(NEXT_YEAR)
    rng = random.Random(5)
    made = [random_case(rng, 300 + i) for i in range(250)]
    insert(postgres, name, made)
    with harness.Daemon(postgres.url(name, "ipcase_app"), scratch / name) as daemon:
        one = daemon.client("principal")
        assert "made-up" in {f["code"] for f in one.get("forms").ok()["items"]}
        for period, s, e in (("2026", "2026-01-01", "2026-11-24"), ("2026-03", "2026-03-01", "2026-03-31")):
            document = one.get(f"forms/made-up?period={period}").ok()
            shown, _ = check(document, Opinion(postgres, name, "made-up", DAY(s), DAY(e), parents), made)
            assert any(shown.values())
        clerk = daemon.client("clerk")
        enter(clerk, "11", {"talks": "2.5"}, "made-up").ok()
        assert figures(one, "made-up", "2026-03")["talks"] == "2.5"
        assert one.get("forms/made-up?period=2025-12").problem["rule"] == "form-not-valid"
        assert one.get("forms/made-up?period=2026-Q1").problem["rule"] == "form-period"
        # The year after: a column ends, another begins; last year's table stays as it was.
        with contextlib.closing(postgres.connect(name)) as conn, conn.cursor() as cur:
            cur.execute("UPDATE ipcase.law_report_columns SET valid_to = '2026-06-30' WHERE form = 'made-up' AND code = 'yuan'")
            cur.execute("INSERT INTO ipcase.law_report_columns (form, code, sort, block, name_zh, unit, source, by, valid_from)"
                        " VALUES ('made-up', 'new', 5, 'B', '新栏', '件', 'count', 'filed', '2026-07-01')")
        columns = lambda period: [c["code"] for b in one.get(f"forms/made-up?period={period}").ok()["blocks"] for c in b["columns"]]
        assert columns("2026-06") == ["talks", "n", "money", "yuan"] and columns("2026-07") == ["talks", "n", "money", "new"]
        clerk.close()
        one.close()


@pytest.mark.parametrize("sql", ["UPDATE ipcase.law_report_columns SET filter = 'colour=red' WHERE code = 'online'",
                                 "UPDATE ipcase.law_report_columns SET by = 'yesterday' WHERE code = 'filed'",
                                 "UPDATE ipcase.law_report_rows SET filter = 'penalty>=much' WHERE code = 'gi'"])
def test_a_mistake_in_the_tables_is_told(world, postgres, sql):
    one = world()
    postgres.query(world.database(), sql)
    reply = one.get("forms/ip-enforcement?period=2026-Q1")
    assert reply.status == 500 and reply.problem["rule"] == "report-form-data"


# ---- a case through its procedure ----


def test_a_real_case_fills_the_forms(daemon, walk, postgres, database, client):
    one = client("principal")
    before = cells(one, period="2026-Q2"), cells(one, "chunlei", "2026-Q2")
    walk.register(campaigns=["TIEQUAN-2026", "CHUNLEI-2026"], primary_campaign="CHUNLEI-2026", supervised="省局督办",
                  tags=["电商领域"])
    walk.file("2026-04-03")
    case = walk.view()["facts"]
    assert case["primary_campaign"] == "CHUNLEI-2026" and case["supervised"] == "省局督办"
    walk.on_case("officer", "amounts", "2026-04-05", illegal_turnover_fen=2500000)
    walk.to_reviewed("2026-05-01")
    walk.to_noticed("2026-05-02")
    walk.to_decided("2026-05-15")
    walk.on_case("clerk", "statistics", "2026-05-16", recovered_fen=3000000, recovered_foreign_fen=1000000, dens=2,
                 person_penalised=True, procuratorate_on="2026-05-10")
    walk.serve("2026-05-16")
    walk.to_performed("2026-05-20")
    walk.close_case("2026-05-24")

    def grown(form, number):
        now = cells(one, form, "2026-Q2")
        return {k[1]: D(now[k] or 0) - D(number[k] or 0) for k in now if k[0] == "total" and D(now[k] or 0) != D(number[k] or 0)}

    assert grown("ip-enforcement", before[0]) == {
        "filed": 1, "closed": 1, "value": D("2.50"), "penalty": D("2.00"), "recovered": D("3.00"), "judicial": 1, "online": 1,
        "recovered-foreign": D("1.00")}
    assert grown("chunlei", before[1]) == {
        "dens": 2, "recovered": D("3.00"), "filed": 1, "closed": 1, "value": D("2.50"), "penalty": D("2.00"), "major": 1,
        "major-1-5": 1, "province": 1, "procuratorate": 1, "persons": 1}
    cell = one.get("forms/chunlei/cells/province?period=2026-Q2").ok()["cases"]
    assert walk.case in {c["id"] for c in cell}
    # Late news of a closed case is a revision: what was known before is still there.
    known = one.get("forms/chunlei?period=2026-Q2")
    walk.on_case("clerk", "statistics", "2026-06-20", recovered_fen=9000000)
    again = one.get("forms/chunlei?period=2026-Q2&as_of=" + known.json["as_of"].replace("+", "%2B"))
    assert again.body == known.body
    assert D(cells(one, "chunlei", "2026-Q2")["total", "recovered"]) - D(before[1]["total", "recovered"]) == D("9.00")
    done = harness.ctl("rebuild", "--check", "--matter", walk.case, "--database", postgres.url(database, "ipcase_owner"), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with contextlib.closing(postgres.connect(database)) as conn, conn.cursor() as cur:
        cur.execute("SET session_replication_role = replica")
        cur.execute("UPDATE ipcase.form_mark SET penalty_fen = 1 WHERE matter_id = %s AND known_until = 'infinity'", (walk.case,))
    done = harness.ctl("rebuild", "--check", "--matter", walk.case, "--database", postgres.url(database, "ipcase_owner"), check=False)
    assert done.returncode != 0 and "form_mark" in done.stdout
    harness.ctl("rebuild", "--matter", walk.case, "--database", postgres.url(database, "ipcase_owner"))
    assert postgres.query(database, "SELECT penalty_fen FROM ipcase.form_mark WHERE matter_id = %s AND known_until = 'infinity'",
                          walk.case) == [(2000000,)]


def test_what_is_entered_for_forms_is_checked(daemon, walk):
    walk.to_investigating(campaigns=["TIEQUAN-2026"])
    refused(walk.on_case, "officer", "tag", campaigns=["TIEQUAN-2026"], primary_campaign="CHUNLEI-2026", status=409, rule="primary-campaign")
    refused(walk.on_case, "officer", "statistics", recovered_fen=100, recovered_foreign_fen=101, status=409,
            rule="component-exceeds-total")
    refused(walk.on_case, "officer", "statistics", procuratorate_on="2026-01-01", status=409, rule="sent-day")
    walk.on_case("clerk", "tag", campaigns=["TIEQUAN-2026", "CHUNLEI-2026"], primary_campaign="CHUNLEI-2026")


# ---- the client and its files ----


def test_the_client_lists_fills_and_looks_into(cli, client, cases):
    one = cli("principal")
    listed = one.run("forms", "list").stdout
    assert "ip-enforcement" in listed and "出动执法人员" in listed and "月、季、年、专项行动" in listed and "至 现在" in listed
    text = one.run("forms", "fill", "ip-enforcement", "2026-Q1").stdout
    assert "2026年第1季度知识产权执法数据统计表" in text and "报送单位：样县市场监督管理局" in text and "假冒专利案件" in text
    assert "未填报的单位：" in text
    document = one.json("forms", "fill", "ip-enforcement", "2026-Q1", "--as-of", "2026-11-20")
    assert document["form"]["code"] == "ip-enforcement"
    text = one.run("forms", "fill", "ip-enforcement", "2026-Q1", "--cell", "R1C1").stdout
    assert text.startswith("商标侵权案件 立案") and "共 " in text
    one.run("forms", "fill", "chunlei", "2026-Q1", "--unit", "STATION")


def test_the_client_enters_figures(cli):
    one = cli("station_head")
    assert "已记录 2 项" in one.run("forms", "enter", "chunlei", "2026-W20", "12", "staff=6", "seized=0.25").stdout
    assert "staff" in one.run("forms", "entries", "chunlei", "2026-W20").stdout
    assert one.run("forms", "enter", "chunlei", "2026-W20", "12", "staff", check=False).returncode == 1
    assert one.run("forms", "enter", "chunlei", "2026-W20", "12", "staff=x", check=False).returncode == 3
    assert one.run("forms", "fill", "nothing", "2026", check=False).returncode == 5
    assert one.run("forms", "fill", "chunlei", "2026", "--cell", "R1C1", "--out", "x", check=False).returncode == 1


@pytest.mark.parametrize("code", ["ip-enforcement", "chunlei", "campaign-cases"])
def test_the_workbook_says_what_the_document_says(cli, cases, tmp_path, code):
    one = cli("principal")
    for folder in ("a", "b"):
        one.run("forms", "fill", code, "2026-Q1", "--as-of", "2026-11-20T08:00:00+08:00", "--out", tmp_path / folder,
                env={"TZ": "America/New_York" if folder == "b" else "Asia/Shanghai"})
    names = [f"{code}-2026-Q1.json", f"{code}-2026-Q1.xlsx"]
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == names
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    document = json.loads((tmp_path / "a" / names[0]).read_text())
    sheet = openpyxl.load_workbook(tmp_path / "a" / names[1]).active
    merged = {str(r) for r in sheet.merged_cells.ranges}
    width = sheet.max_column
    assert sheet["A1"].value == "2026年第1季度" + document["form"]["name"]
    assert f"A1:{openpyxl.utils.get_column_letter(width)}1" in merged
    assert sheet["A2"].value.startswith("报送单位：样县市场监督管理局") and "统计时间：2026年1月1日至2026年3月31日" in sheet["A2"].value
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
    rows = [[c.value for c in row] for row in sheet.iter_rows()]
    for block in document["blocks"]:
        for line in block["rows"]:
            want = [float(t) if t else None for t in line["cells"]]
            if document["form"]["layout"] == "list":
                got = {r[1].strip(): r[3] for r in rows if isinstance(r[0], (int, float))}
                assert [got[c["name"]] for c in block["columns"]] == want
            elif line["name"]:
                got = next(r for r in rows if r[0] == line["name"])
                assert got[1:1 + len(want)] == want
            else:
                assert any(r[:len(want)] == want for r in rows)
    if code == "ip-enforcement":
        head = next(r for r in range(1, 20) if sheet.cell(r, 1).value == "案件类别")
        assert f"A{head}:A{head + 1}" in merged and f"B{head}:B{head + 1}" in merged
        assert f"H{head}:K{head}" in merged and sheet.cell(head, 8).value.startswith("其中")
        assert "电商领域案件" in sheet.cell(head + 1, 8).value


def test_more_cases_than_a_page_and_a_list_hold(world, postgres):
    """Every case is counted once, and a list says that it is cut."""
    one = world()
    with contextlib.closing(postgres.connect(world.database())) as conn, conn.cursor() as cur:
        cur.execute("INSERT INTO ipcase.matter (id, organ_id, unit_id, kind, procedure, state, version, title, turn, open,"
                    " opened_on) SELECT i, 10, 11, 'case', 'ordinary', 'x', 1, '', '', false, '2026-01-01'"
                    " FROM generate_series(200001, 209000) i")
        cur.execute("INSERT INTO ipcase.form_mark (matter_id, seq, known_from, organ_id, unit_id, procedure, ip_type, cause,"
                    " outcome, campaigns, tags, supervised, person_penalised, filed_on, value_fen, title, party, officer_name,"
                    " first_on, last_on) SELECT i, 1, '2026-02-01', 10, 11, 'ordinary', '专利', '假冒专利（销售）', '', '{}', '{}', '',"
                    " false, '2026-01-02', i, '案' || i, '', '', '2026-01-02', '2026-01-02' FROM generate_series(200001, 209000) i")
    got = cells(one, period="2026-Q1")
    assert got["patent-passing-off", "filed"] == got["total", "filed"] == "9000"
    assert D(got["total", "value"]) == (D(sum(range(200001, 209001))) / 10**6).quantize(D("0.01"))
    cell = one.get("forms/ip-enforcement/cells/R6C1?period=2026-Q1").ok()
    assert cell["total"] == 9000 and cell["truncated"] and len(cell["cases"]) == 5000
    assert len({c["id"] for c in cell["cases"]}) == 5000
