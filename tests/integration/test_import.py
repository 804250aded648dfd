# SPDX-License-Identifier: MulanPSL-2.0
"""Importing published cases: row by row, twice without effect, originals byte for byte."""
import json
import threading

import pytest

import harness

DEMO = harness.ROOT / "schema/demo/real-cases.jsonl"


def demo_rows():
    return DEMO.read_text(encoding="utf-8").splitlines()


def open_job(client, total=0, name="样例.jsonl"):
    return client.post("imports", {"name": name, "format": "jsonl", "total": total}).ok()["id"]


def send(client, job, originals, **more):
    rows = [{"line": i + 1, "original": o} for i, o in enumerate(originals)]
    return client.post(f"imports/{job}/rows", {"rows": rows, **more}).ok()["results"]


def outcomes(results):
    return [r["outcome"] for r in results]


@pytest.fixture(scope="module")
def imported(daemon):
    one = daemon.client("officer")
    job = open_job(one, 79)
    results = send(one, job, demo_rows())
    yield {"client": one, "job": job, "results": results}
    one.close()


def test_all_rows_arrive(imported):
    assert outcomes(imported["results"]) == ["new"] * 79
    assert [r["line"] for r in imported["results"]] == list(range(1, 80))
    job = imported["client"].get(f"imports/{imported['job']}").ok()
    assert (job["total"], job["read"], job["new"], job["unchanged"], job["failed"]) == (79, 79, 79, 0, 0)
    assert job["state"] == "done"


def test_what_was_published_and_nothing_else(imported):
    """Every fact of every row: amounts to the fen, whole dates only, kept campaign words."""
    amounts = {"goods_value": "goods_value_fen", "illegal_turnover": "illegal_turnover_fen",
               "illegal_income": "illegal_income_fen", "fine": "fine_fen", "sales_amount": "sales_amount_fen",
               "purchase_amount": "purchase_amount_fen", "confiscated_income": "confiscated_income_fen"}
    dates = {"discovery_date": "discovered_on", "filed_date": "filed_on", "decision_date": "decided_on",
             "closed_date": "closed_on", "publish_date": "published_on"}
    for line, result in zip(demo_rows(), imported["results"]):
        row = json.loads(line, parse_float=str)
        view = imported["client"].get(f"cases/{result['id']}").ok()
        facts = view["facts"]
        assert view["procedure"] == "back_entry" and view["state"] == "back_entered"
        assert facts["original_key"] == row["id"]
        for member, field in amounts.items():
            value = row.get(member)
            if value is None:
                assert field not in facts, (row["id"], field)
            else:
                yuan, _, rest = str(value).partition(".")
                assert int(facts[field]) == int(yuan) * 100 + int((rest + "00")[:2]), (row["id"], field)
        for member, field in dates.items():
            value = row.get(member)
            assert facts.get(field) == (value if value and len(value) == 10 else None), (row["id"], field)
            if value and len(value) < 10:
                assert f"：{value}" in facts["summary"]
        assert facts["ip_type"] == row["ip_type"]
        assert facts.get("decision_no") == row["decision_no"]
        assert facts.get("agency") == row["agency"]
        assert facts["summary"].startswith(row["facts"])
        assert facts.get("year") == row["year"]
        assert ("campaigns" in facts) == (row["campaign"] is not None)
        names = row.get("parties") or ([row["party_name"]] if row["party_name"] else [])
        assert [p["name"] for p in view["parties"]] == names
        codes = [p["uscc"] for p in view["parties"] if p.get("uscc")]
        assert codes == ([row["uscc"]] if row.get("uscc_valid") else [])
        if row.get("uscc") and not row["uscc_valid"]:
            assert row["uscc"] in facts["summary"]


def test_the_second_run_changes_nothing(imported, postgres, database):
    tables = ("matter", "act", "dossier", "party", "matter_text", "rate_mark", "import_original")

    def picture():
        return [postgres.query(database, f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM ipcase.{t} t")
                for t in tables]

    before = picture()
    job = open_job(imported["client"], 79)
    again = send(imported["client"], job, demo_rows())
    assert outcomes(again) == ["unchanged"] * 79
    assert [r["id"] for r in again] == [r["id"] for r in imported["results"]]
    assert picture() == before
    assert imported["client"].get(f"imports/{job}").ok()["unchanged"] == 79


def test_originals_come_back_byte_for_byte(imported, cli, tmp_path):
    got, after = [], None
    while True:
        page = imported["client"].get("imports/originals?limit=30" + (f"&after={after}" if after else "")).ok()
        got += [i["original"] for i in page["items"]]
        after = page["next"]
        if not after:
            break
    assert got[:79] == demo_rows()
    out = tmp_path / "out.jsonl"
    cli("officer").run("export", "--original", str(out))
    assert out.read_bytes().startswith(DEMO.read_bytes())


def test_they_stand_beside_the_rates(imported):
    reply = imported["client"].get("rates?from=2020-01-01&to=2026-06-30").ok()
    beside = {i["id"]: i["why"] for i in reply["beside"]["incomplete"]}
    for result in imported["results"]:
        assert beside[result["id"]] == "补录，资料不全"
    assert reply["beside"]["totals"]["incomplete"] == len(beside)
    assert all(m["denominator"] == 0 for m in reply["metrics"].values())


def test_a_changed_row_is_refused_and_nothing_overwritten(imported):
    row = demo_rows()[0]
    results = send(imported["client"], imported["job"], [row + " ", row.replace("2023", "2024")])
    assert outcomes(results) == ["failed", "failed"]
    assert all(r["errors"][0]["rule"] == "changed-original" and r["errors"][0]["field"] == "id" for r in results)
    first = imported["client"].get("imports/originals?limit=1").ok()["items"][0]
    assert first == {"key": json.loads(row)["id"], "original": row}


def test_no_row_stops_another(client):
    one = client("officer")
    job = open_job(one, 8)
    results = send(one, job, [
        '{"id":"X-1","fine":12.34}', "{oops", '{"id":"X-2","fine":"12","ip_type":"版权","decision_date":"2023-02-30"}',
        '{"fine":1}', '{"id":"X-1","fine":12.34}', '{"id":"X-1","fine":12.35}', '{"id":"X-3","id":"X-4"}', '{"id":"X-5"}'])
    assert outcomes(results) == ["new", "failed", "failed", "failed", "unchanged", "failed", "failed", "new"]
    assert results[4]["id"] == results[0]["id"]
    assert [(e["field"], e["rule"]) for e in results[2]["errors"]] == [
        ("ip_type", "not-in-list"), ("decision_date", "date-impossible"), ("fine", "field-type")]
    assert "商标、地理标志、专利" in results[2]["errors"][0]["message"]
    assert results[3]["errors"][0]["rule"] == "required"
    assert results[5]["errors"][0]["rule"] == "changed-original"
    assert all(e["message"] for r in results for e in r.get("errors", []))
    job = one.get(f"imports/{job}").ok()
    assert (job["read"], job["new"], job["unchanged"], job["failed"]) == (8, 2, 1, 5)
    assert one.get(f"cases/{results[0]['id']}").ok()["facts"]["fine_fen"] == "1234"


def test_a_dry_run_decides_and_stores_nothing(client, postgres, database):
    one = client("officer")
    job = open_job(one, 3)
    count = "SELECT (SELECT count(*) FROM ipcase.matter), (SELECT last_value FROM ipcase.matter_id_seq)"
    before = postgres.query(database, count)
    rows = ['{"id":"DRY-1"}', '{"id":"DRY-1"}', '{"id":"DRY-2","year":"x"}', '{"id":"DRY-1","year":2020}']
    assert outcomes(send(one, job, rows, dry_run=True)) == ["new", "unchanged", "failed", "failed"]
    assert postgres.query(database, count) == before
    assert one.get(f"imports/{job}").ok()["read"] == 0
    assert outcomes(send(one, job, rows)) == ["new", "unchanged", "failed", "failed"]


def test_a_mapped_row_keeps_its_own_original(client):
    one = client("officer")
    job = open_job(one, 1)
    original = "序号,当事人\t\"甲\"店 — 原样 "
    row = {"line": 7, "original": original, "row": {"id": "CSV-1", "party_name": "甲店", "fine": 500}}
    result = one.post(f"imports/{job}/rows", {"rows": [row]}).ok()["results"][0]
    assert (result["line"], result["outcome"]) == (7, "new")
    assert one.get(f"cases/{result['id']}").ok()["facts"]["fine_fen"] == "50000"
    assert postgres_original(one, "CSV-1") == original


def postgres_original(one, key):
    after = None
    while True:
        page = one.get("imports/originals?limit=500" + (f"&after={after}" if after else "")).ok()
        for item in page["items"]:
            if item["key"] == key:
                return item["original"]
        after = page["next"]
        assert after, f"{key} is not there"


def test_the_same_key_gives_the_same_reply(client):
    one = client("officer")
    body = {"name": "r", "format": "jsonl", "total": 1}
    first = one.post("imports", body, key="import-open-1")
    again = one.post("imports", body, key="import-open-1")
    assert again.ok() == first.ok() and again.replayed and not first.replayed
    rows = {"rows": [{"line": 1, "original": '{"id":"KEY-1"}'}]}
    path = f"imports/{first.ok()['id']}/rows"
    first, again = (one.post(path, rows, key="import-rows-1") for _ in range(2))
    assert again.ok() == first.ok() and again.replayed
    assert outcomes(again.json["results"]) == ["new"]
    other = one.post(path, {"rows": [{"line": 1, "original": '{"id":"KEY-2"}'}]}, key="import-rows-1")
    assert other.status == 422 and other.problem["rule"] == "idempotency-key-reused"


def test_two_imports_of_the_same_rows_at_once(daemon):
    rows = [json.dumps({"id": f"RACE-{i}", "facts": "同一行"}, ensure_ascii=False) for i in range(30)]
    results, errors = [], []

    def work(account):
        try:
            one = daemon.client(account)
            results.append(send(one, open_job(one, 30), rows))
            one.close()
        except Exception as e:  # noqa: BLE001
            errors.append(e)

    threads = [threading.Thread(target=work, args=(a,)) for a in ("officer", "clerk", "unit_head", "co_officer")]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not errors
    for row in zip(*results):
        assert sorted(outcomes(row)) == ["new", "unchanged", "unchanged", "unchanged"]
        assert len({r["id"] for r in row}) == 1


def test_another_unit_cannot_import_or_read_it_again(client, imported):
    one = client("station_officer")
    job = open_job(one, 1)
    result = send(one, job, demo_rows()[:1])[0]
    assert result["outcome"] == "failed" and result["errors"][0]["rule"] == "imported-elsewhere"
    assert one.get("imports/originals").ok()["items"] == []
    assert one.get(f"imports/{imported['job']}").status == 404
    assert one.post(f"imports/{imported['job']}/rows", {"rows": [{"line": 1, "original": "{}"}]}).status == 404


@pytest.mark.parametrize("account", ["admin", "police", "auditor"])
def test_who_may_not(client, account):
    reply = client(account).post("imports", {"name": "x", "format": "jsonl", "total": 1})
    assert reply.status == 403


@pytest.mark.parametrize("body, field", [
    ({}, "rows"), ({"rows": []}, "rows"), ({"rows": [{}] * 101}, "rows"),
    ({"rows": [{"line": "1", "original": "x"}]}, "rows[0].line"),
    ({"rows": [{"line": 1, "original": "{}"}, {"line": 2}]}, "rows[1].original"),
    ({"rows": [7]}, "rows[0]"), ({"rows": [{"line": 1, "original": "{}"}], "dry_run": "yes"}, "dry_run")])
def test_wrong_requests(client, imported, body, field):
    reply = imported["client"].post(f"imports/{imported['job']}/rows", body)
    assert reply.status in (400, 422)
    assert reply.problem["field"] == field


@pytest.mark.parametrize("body, field", [
    ({"format": "jsonl", "total": 1}, "name"), ({"name": "", "format": "jsonl", "total": 1}, "name"),
    ({"name": "x", "format": "xls", "total": 1}, "format"), ({"name": "x", "format": "csv", "total": -1}, "total"),
    ({"name": "x", "format": "csv"}, "total")])
def test_wrong_jobs(client, body, field):
    reply = client("officer").post("imports", body)
    assert reply.status in (400, 422)
    assert reply.problem["field"] == field


def test_the_ledger_holds(imported, postgres, database):
    """The imported matters fold again to the same dossiers."""
    harness.ctl("rebuild", "--check", "--database", postgres.url(database, "ipcase_owner"))


def test_the_client_imports_the_file(new_database, postgres, scratch, tmp_path):
    database = new_database()
    with harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database) as daemon:
        cli = daemon.cli(tmp_path / "cli", "officer")
        dry = cli.json("import", DEMO, "--dry-run")
        assert (dry["new"], dry["failed"]) == (79, 0)
        first = cli.json("import", DEMO)
        assert (first["new"], first["unchanged"], first["failed"]) == (79, 0, 0)
        again = cli.json("import", DEMO)
        assert (again["new"], again["unchanged"], again["failed"]) == (0, 79, 0)
        out = tmp_path / "again.jsonl"
        cli.run("export", "--original", out)
        assert out.read_bytes() == DEMO.read_bytes()
