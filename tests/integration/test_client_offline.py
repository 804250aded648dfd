# SPDX-License-Identifier: MulanPSL-2.0
"""The client `ipcase` against a fake server: no daemon and no database are needed."""
import json
import os
import pathlib
import stat
import subprocess
import time
import unicodedata

import pytest

from fake_client import BIN, client, guest, on_terminal, server  # noqa: F401
from fake_server import FakeServer, Fault


def width(text):
    return sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)


def fields_of(client, *words):
    """The fields that `case do` sends for these words."""
    client.ok("case", "do", "12", "decide_request", *words)
    return client.server.posts("/cases/12/acts")[-1].body["fields"]


# --- login -------------------------------------------------------------------------------------


def test_login_saves_a_private_token(guest):
    out = guest.ok("login", "--account", "li", env={"IPCASE_PASSWORD": "correct horse"})
    assert "李承办" in out and "综合行政执法大队" in out
    assert stat.S_IMODE(guest.login_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(guest.login_file.parent.stat().st_mode) == 0o700
    text = guest.login_file.read_text()
    assert "token-0123456789" in text and "correct horse" not in text
    assert os.listdir(guest.login_file.parent) == ["login"]
    assert "李承办" in guest.ok("whoami")


def test_login_with_password_file(guest):
    (guest.home / "pw").write_text("correct horse\r\nsecond line\n")
    guest.ok("login", "--account", "li", "--password-file", "pw")
    guest.login_file.unlink()
    guest.ok("login", "--account", "li", "--password-file", "-", stdin="correct horse\n")


def test_wrong_password_is_denied_and_saves_nothing(guest):
    done = guest.run("login", "--account", "li", env={"IPCASE_PASSWORD": "wrong"})
    assert done.returncode == 4 and "错误: 账号或密码不对" in done.stderr
    assert not guest.login_file.exists()


@pytest.mark.parametrize("word", ["--password=secret", "--password"])
def test_a_password_is_never_taken_from_the_command_line(guest, word):
    done = guest.run("login", "--account", "li", word)
    assert done.returncode == 1 and "密码不能写在命令行上" in done.stderr
    assert "secret" not in done.stderr
    assert guest.server.state.requests == []


def test_login_json_does_not_show_the_token(guest):
    out = guest.ok("login", "--json", "--account", "li", env={"IPCASE_PASSWORD": "correct horse"})
    assert json.loads(out)["account"] == "li" and "token" not in out


def test_login_asks_on_the_terminal_without_echo(guest):
    code, shown = on_terminal(guest, ["login"], [("账号: ", "li\n"), ("的密码: ", "correct horse\n")])
    assert code == 0, shown
    assert "li 的密码: " in shown and "correct" not in shown and "已登录" in shown


def test_interrupting_the_prompt_kills_and_stores_nothing(guest):
    code, shown = on_terminal(guest, ["login", "--account", "li"], [("的密码: ", "\x03")])
    assert code == -2, shown
    assert not guest.login_file.exists() and guest.server.state.requests == []


def test_login_without_terminal_or_password_is_usage(guest):
    done = subprocess.run([BIN, "login", "--account", "li"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, env=guest.env, start_new_session=True,
                          timeout=30)
    assert done.returncode == 1 and "未给出密码" in done.stderr


def test_logout_ends_the_session_and_removes_the_file(client):
    client.ok("logout")
    assert [r.method for r in client.server.state.requests] == ["DELETE"]
    assert not client.login_file.exists()
    assert client.run("whoami").returncode == 4
    assert "没有登录" in client.ok("logout")


def test_commands_work_with_account_and_password_alone(guest):
    env = {"IPCASE_ACCOUNT": "li", "IPCASE_PASSWORD": "correct horse"}
    guest.ok("whoami", env=env)
    assert [(r.method, r.path) for r in guest.server.state.requests] == [
        ("POST", "/sessions"), ("GET", "/me"), ("DELETE", "/sessions/current")]
    assert not guest.login_file.exists()


def test_a_stale_login_is_renewed_when_the_password_is_at_hand(client):
    client.server.state.token_valid = False
    done = client.run("whoami")
    assert done.returncode == 4 and "ipcase login" in done.stderr
    client.ok("whoami", env={"IPCASE_PASSWORD": "correct horse"})


def test_a_login_that_others_can_read_is_refused(client):
    client.login_file.chmod(0o644)
    done = client.run("whoami")
    assert done.returncode == 4 and "权限过宽" in done.stderr
    assert client.server.state.requests == []


def test_a_login_that_is_a_link_is_refused(client):
    real = client.login_file.rename(client.home / "elsewhere")
    client.login_file.symlink_to(real)
    assert client.run("whoami").returncode == 4
    assert client.server.state.requests == []


def test_the_token_goes_to_its_own_server_only(client):
    with FakeServer() as other:
        done = client.run("whoami", "--server", other.url)
        assert done.returncode == 4
        assert other.state.requests == []


def test_the_saved_server_is_the_default(client):
    env = dict(client.env)
    del env["IPCASE_SERVER"]
    done = subprocess.run([BIN, "whoami"], capture_output=True, text=True, env=env, timeout=30)
    assert done.returncode == 0 and client.server.url in done.stdout


# --- exit codes and errors -----------------------------------------------------------------------


@pytest.mark.parametrize("args, code, words", [
    (["case", "do", "12", "close_request"], 2, ["错误: 尚无结案情形", "依据: 市场监督管理行政处罚程序规定第七十七条"]),
    (["case", "do", "12", "decide_request", "bad=1"], 3, ["错误: 没有这个字段", "字段: fields.bad"]),
    (["case", "do", "12", "decide_request", "fine=两万"], 3, ["不是金额", "字段: fine"]),
    (["case", "do", "12", "decide_request", "decided_on=2026-2-30"], 3, ["不是日期"]),
    (["case", "do", "12", "没有的事项"], 3, ["没有“没有的事项”"]),
    (["case", "do", "12", "forbidden"], 4, ["本账号无权办理"]),
    (["case", "show", "77"], 5, ["没有找到这个案件"]),
    (["case", "show", "不存在号"], 5, ["不存在号"]),
    (["case", "do", "12", "decide_request", "--version", "1"], 6, ["案件已被他人更新"]),
    (["case", "do", "12"], 1, ["参数不够", "ID 事项"]),
    (["case", "do", "12", "decide_request", "no-equals"], 1, ["字段=值"]),
    (["case", "do", "12", "decide_request", "note=a", "note=b"], 1, ["写了两次"]),
    (["case"], 1, ["子命令"]),
    (["nonsense"], 1, ["没有“nonsense”这个命令"]),
    (["queue", "--nonsense"], 1, ["--nonsense"]),
    (["queue", "--limit", "0"], 1, ["--limit"]),
    (["queue", "nobody"], 1, ["视图"]),
    (["search"], 1, ["--party"]),
    (["--server", "ftp://x", "whoami"], 1, ["ftp://x"]),
    (["import", "no-such-file"], 1, ["no-such-file"]),
    (["case", "do", "12", "decide_request", "--file", "no-such-file"], 1, ["no-such-file"]),
])
def test_exit_codes(client, args, code, words):
    done = client.run(*args)
    assert done.returncode == code, done.stderr
    for word in words:
        assert word in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("status, slug, code", [
    (400, "malformed", 3), (413, "too-large", 3), (422, "invalid-input", 3), (401, "unauthenticated", 4),
    (403, "forbidden", 4), (429, "too-many-attempts", 4), (404, "not-found", 5),
    (409, "wrong-state", 2), (409, "unlawful", 2), (409, "conflict", 6), (412, "stale-version", 6),
    (428, "version-required", 6), (405, "method-not-allowed", 9), (500, "internal", 9),
])
def test_exit_code_of_each_status(client, status, slug, code):
    client.server.state.overrides[("GET", "/me")] = (
        status, {"type": "urn:ipcase:problem:" + slug, "title": "原因", "status": status})
    done = client.run("whoami", "--json")
    assert done.returncode == code
    assert json.loads(done.stdout)["status"] == status
    assert "错误: 原因" in done.stderr


def test_no_server_is_7_after_five_tries(client):
    client.server.state.faults = [Fault("status", status=503)] * 9
    done = client.run("whoami", "--json")
    assert done.returncode == 7
    assert len(client.server.state.requests) == 5
    assert json.loads(done.stdout)["title"] == "暂时不可用"


def test_no_connection_is_7_with_a_problem_document(guest):
    done = guest.run("login", "--json", "--server", "http://127.0.0.1:1", "--account", "li",
                     env={"IPCASE_PASSWORD": "x"})
    assert done.returncode == 7
    document = json.loads(done.stdout)
    assert document["type"] == "urn:ipcase:problem:unavailable" and "127.0.0.1:1" in document["title"]


def test_an_answer_that_is_not_ours_is_9(client):
    client.server.state.overrides[("GET", "/me")] = (200, b"<html>hello</html>")
    done = client.run("whoami")
    assert done.returncode == 9 and "不是 JSON" in done.stderr


def test_usage_errors_are_json_too(guest):
    done = guest.run("queue", "--json", "--nonsense")
    assert done.returncode == 1
    assert json.loads(done.stdout)["type"] == "urn:ipcase:problem:usage"


def test_help_documents_every_command_and_exit_code(guest):
    assert guest.run().returncode == 1
    overview = guest.ok("help")
    for name in ("login", "case do", "clue timeline", "import", "export", "rates", "units"):
        assert "\n  " + name + " " in overview
        assert "用法: ipcase " + name in guest.ok("help", *name.split())
        assert "用法: ipcase " + name in guest.ok(*name.split(), "--help")
    codes = guest.ok("help", "exit-codes")
    assert [line.split()[0] for line in codes.splitlines()[1:]] == [str(n) for n in range(10)]
    assert "case timeline" in guest.ok("help", "case")
    assert guest.ok("--version").startswith("ipcase ")
    assert guest.run("help", "nonsense").returncode == 1


# --- retries -------------------------------------------------------------------------------------


@pytest.mark.parametrize("faults", [
    [Fault("drop_before", method="POST")],
    [Fault("drop_after", method="POST")],
    [Fault("status", status=503, method="POST"), Fault("status", status=502, method="POST"),
     Fault("drop_after", method="POST"), Fault("status", status=504, method="POST")],
])
def test_retries_use_the_same_key_and_act_once(client, faults):
    tries = len(faults) + 1
    client.server.state.faults = list(faults)
    out = client.ok("case", "do", "12", "decide_request", "note=补充")
    posts = client.server.posts("/cases/12/acts")
    assert len(posts) == tries
    assert len({p.key for p in posts}) == 1 and len({p.raw for p in posts}) == 1
    assert len([p for p in client.server.state.performed if p.path == "/cases/12/acts"]) == 1
    assert "已办理: 行政处罚决定（序号 9）" in out


def test_a_refusal_is_not_retried(client):
    client.run("case", "do", "12", "close_request")
    assert len(client.server.posts("/cases/12/acts")) == 1


def test_each_command_has_its_own_key(client):
    client.ok("case", "do", "12", "decide_request")
    client.ok("case", "do", "12", "decide_request")
    first, second = client.server.posts("/cases/12/acts")
    assert first.key != second.key and len(first.key) >= 22


def test_retry_after_is_respected(client):
    client.server.state.faults = [Fault("status", status=503, retry_after="1")]
    start = time.monotonic()
    client.ok("whoami")
    assert time.monotonic() - start >= 1.0


def test_a_key_can_be_carried_to_the_next_run(client):
    client.server.state.faults = [Fault("drop_after", method="POST")] + [
        Fault("drop_before", method="POST")] * 4
    done = client.run("case", "do", "12", "行政处罚决定", "note=x")
    assert done.returncode == 7
    posts = client.server.posts("/cases/12/acts")
    assert len(posts) == 5 and client.server.state.faults == []
    again = "事项写 decide_request，并加上 --version 3 --idempotency-key " + posts[0].key
    assert again in done.stderr
    done = client.run("case", "do", "12", "decide_request", "note=x", *again.split()[2:])
    assert done.returncode == 0 and "此前已办理" in done.stderr
    assert len([p for p in client.server.state.performed if p.path == "/cases/12/acts"]) == 1
    assert client.run("whoami", "--idempotency-key", "不行").returncode == 1


def test_a_carried_key_is_not_used_to_log_in(guest):
    env = {"IPCASE_ACCOUNT": "li", "IPCASE_PASSWORD": "correct horse"}
    for _ in range(2):
        guest.ok("clue", "new", "place=x", "--idempotency-key", "my-key", env=env)
    assert [r.key for r in guest.server.posts("/clues")] == ["my-key", "my-key"]
    assert len({r.key for r in guest.server.posts("/sessions")} - {"my-key"}) == 2


def test_an_import_with_a_carried_key_is_resumed(client):
    (client.home / "x.jsonl").write_text("".join('{"id":"%d"}\n' % n for n in range(80)))
    client.server.state.faults = [Fault("drop_after", path="/imports/31")] + [
        Fault("drop_before", path="/imports/31")] * 4
    done = client.run("import", "x.jsonl", "--idempotency-key", "k1")
    assert done.returncode == 7 and "导入中断" in done.stderr
    assert "新增 80，未变 0" in client.ok("import", "x.jsonl", "--idempotency-key", "k1")
    assert len(client.server.state.originals) == 80


# --- values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("word, fen", [
    ("fine=20000", 2000000), ("fine=20000.50", 2000050), ("fine=20000.5", 2000050),
    ("fine=2万", 2000000), ("fine=1.5万元", 1500000), ("fine=1.5万", 1500000),
    ("fine=１．５万元", 1500000), ("fine=20,000.00元", 2000000), ("fine=¥20000", 2000000),
    ("fine=￥2，000", 200000), ("fine=0.01", 1), ("fine=0", 0), ("fine=0.000001万", 1),
    ("fine=1亿", 10_000_000_000), ("fine=90071992547409.91", 9007199254740991),
    ("fine=3.000", 300), ("fine_fen=2000050", 2000050), ("罚款金额=2万", 2000000),
    ("fine=不能计算", "不能计算"), ("fine_fen=不能计算", "不能计算"),
])
def test_money(client, word, fen):
    assert fields_of(client, word) == {"fine_fen": fen}


@pytest.mark.parametrize("text", [
    "", "两万", "1.5", "-5", "1.234", "20000.", ".5", "1,00", "1,0000", "1e5", "0x10", "2万5千",
    "90071992547409.92", "99999999999999999999", "NaN", "1.5万万",
])
def test_money_that_is_refused(client, text):
    # 1.5 is money, but not fen
    word = "fine_fen=" + text if text == "1.5" else "fine=" + text
    done = client.run("case", "do", "12", "decide_request", word)
    assert done.returncode == 3, (text, done.stdout)
    assert client.server.posts("/cases/12/acts") == []


@pytest.mark.parametrize("text", [
    "20260923", "2026-09-23", "2026-9-23", "2026.9.23", "2026/9/23", "2026年9月23日", "２０２６年９月２３日",
])
def test_dates(client, text):
    assert fields_of(client, "decided_on=" + text) == {"decided_on": "2026-09-23"}


@pytest.mark.parametrize("text, instant", [
    ("2026-9-23", "2026-09-23T00:00:00+08:00"),
    ("2026-9-23 15:30", "2026-09-23T15:30:00+08:00"),
    ("2026年9月23日15时30分", "2026-09-23T15:30:00+08:00"),
    ("2026年9月23日 15时", "2026-09-23T15:00:00+08:00"),
    ("20260923T153045", None),
    ("2026-09-23T15:30:45", "2026-09-23T15:30:45+08:00"),
    ("2026-09-23T07:30:00Z", "2026-09-23T15:30:00+08:00"),
    ("2026-9-23 25:00", None),
    ("2026-9-23 15:30 x", None),
])
def test_at(client, text, instant):
    done = client.run("case", "do", "12", "decide_request", "--at", text)
    if instant is None:
        assert done.returncode == 3 and "不是时间" in done.stderr
    else:
        assert done.returncode == 0, done.stderr
        assert client.server.posts("/cases/12/acts")[-1].body["happened_at"] == instant


def test_typed_fields(client):
    assert fields_of(client, "outcome=给予行政处罚", "hearing_right=是", "days=１２",
                     "penalty_kinds=警告、罚款", "penalty_kinds=没收违法所得", "note=a=b，c") == {
        "outcome": "给予行政处罚", "hearing_right": True, "days": 12,
        "penalty_kinds": ["警告", "罚款", "没收违法所得"], "note": "a=b，c"}


def test_parties(client):
    assert fields_of(client, "party.name=芷江公坪**纸箱厂", "party2.name=“某”\"店\"", "party.kind=企业",
                     "party.uscc=91430181MA4PRHH5XA")["parties"] == [
        {"name": "芷江公坪**纸箱厂", "kind": "企业", "uscc": "91430181MA4PRHH5XA"},
        {"name": "“某”\"店\""}]


def test_raw_json_and_fields_file(client):
    (client.home / "f.json").write_text(
        json.dumps({"note": "文件", "fine_fen": 5, "days": 3}, ensure_ascii=False))
    assert fields_of(client, "--file", "f.json", "fine=1", "x:={\"a\":[1,2.50]}") == {
        "note": "文件", "days": 3, "fine_fen": 100, "x": {"a": [1, 2.5]}}
    assert client.run("case", "do", "12", "decide_request", "x:={bad}").returncode == 3


def test_do_sends_version_and_accepts_number_and_chinese_act(client):
    client.ok("case", "do", "乐市监处罚[2026]１２号", "行政处罚决定", "note=x")
    post = client.server.posts("/cases/12/acts")[-1]
    assert post.body == {"act": "decide_request", "version": 3, "fields": {"note": "x"}}
    client.ok("case", "do", "12", "file_approve", "opinion=同意", "request=4", "--version", "4")
    post = client.server.posts("/cases/12/acts")[-1]
    assert post.body == {"act": "file_approve", "version": 4, "fields": {"opinion": "同意", "request": 4}}


def test_an_act_between_reading_and_acting_is_read_again(client):
    client.server.state.moves = 2
    client.ok("case", "do", "12", "decide_request", "note=x")
    assert [post.body["version"] for post in client.server.posts("/cases/12/acts")] == [3, 4, 5]
    assert [p.path for p in client.server.state.performed].count("/cases/12/acts") == 1
    client.server.state.moves = 9  # it never stands still
    assert client.run("case", "do", "12", "decide_request", "note=x").returncode == 6
    assert len(client.server.posts("/cases/12/acts")) == 7
    client.server.state.moves = 1
    done = client.run("case", "do", "12", "decide_request", "note=x", "--version", "3")  # what the user saw
    assert done.returncode == 6 and len(client.server.posts("/cases/12/acts")) == 8


def test_an_act_needs_the_whole_number(client):
    done = client.run("case", "do", "2026〕12", "decide_request")
    assert done.returncode == 3 and "不是完整文号" in done.stderr
    done = client.run("case", "do", "〕121", "decide_request")
    assert done.returncode == 3
    assert "另案" in client.ok("case", "show", "〕121")


def test_new_clue_and_case(client):
    out = client.ok("clue", "new", "source=举报", "goods_value=1.5万", "发生地=城关镇", "party.name=某店",
                    "discovered_on=2026.9.1", "--at", "2026-9-2")
    assert client.server.posts("/clues")[-1].body == {
        "happened_at": "2026-09-02T00:00:00+08:00",
        "fields": {"source": "举报", "goods_value_fen": 1500000, "place": "城关镇",
                   "parties": [{"name": "某店"}], "discovered_on": "2026-09-01"}}
    assert "编号: 98" in out and "状态: 待履行" in out
    client.ok("case", "new", "fine=100", "cash_on_spot=是")
    assert client.server.posts("/cases")[-1].body == {
        "procedure": "summary", "fields": {"fine_fen": 10000, "cash_on_spot": True}}


# --- output -----------------------------------------------------------------------------------------


def test_json_is_the_servers_reply_on_one_line(client):
    body = '{"account":"li",\r\n  "name":"李\\n承办", "n":1.50}\n'
    client.server.state.overrides[("GET", "/me")] = (200, body.encode())
    out = client.ok("whoami", "--json")
    assert out == body.strip().replace("\r\n", "  ") + "\n"
    assert json.loads(client.ok("case", "clocks", "12", "--json"))["items"][0]["rule"] == "D12"
    assert json.loads(client.ok("case", "do", "12", "decide_request", "--json"))["act"]["seq"] == 9


def columns_of(out):
    """Start columns of the header's words, by display width."""
    header = out.splitlines()[0]
    starts, at, blank = [], 0, True
    for ch in header:
        if ch != " " and blank:
            starts.append(at)
        blank = ch == " "
        at += width(ch)
    return starts


def test_queue_is_aligned_by_display_width(client):
    out = client.ok("queue")
    assert client.server.state.requests[-1].query == {"view": "mine"}
    rows = out.splitlines()[:3]
    for needle, other in (("某某商行销售", "ABC shop"), ("待审核", "线索待核查"), ("2026-11-27", "2026-11-20")):
        assert width(rows[1].split(needle)[0]) == width(rows[2].split(other)[0])
        assert width(rows[1].split(needle)[0]) in columns_of(out)
    assert rows[1].startswith("黄") and rows[2].startswith("红")
    assert "法制审核员" in rows[1] and "-2" in rows[2]
    assert "本页 2 件" in out and "--after c-2" in out
    assert "\x1b" not in out
    assert not any(line.endswith(" ") for line in out.splitlines())


@pytest.mark.parametrize("columns", [60, 80, 100, 120])
def test_tables_keep_to_the_terminal(client, columns):
    out = client.ok("queue", env={"COLUMNS": str(columns)})
    table = out.splitlines()[:-2]
    if columns >= 80:
        assert max(width(line) for line in table) <= columns
    assert "…" in out
    timeline = client.ok("case", "timeline", "12", env={"COLUMNS": str(columns)})
    assert len(timeline.splitlines()) == 7  # header, five acts, the count
    assert max(width(line) for line in timeline.splitlines()) <= max(columns, 80)


def test_colour_only_where_wanted(client):
    assert "\x1b[33m黄\x1b[0m" in client.ok("queue", "--color=always")
    assert "\x1b" not in client.ok("queue", "--color", "never")
    code, shown = on_terminal(client, ["queue"], [])
    assert code == 0 and "\x1b[33m黄" in shown
    client.env["NO_COLOR"] = "1"
    code, shown = on_terminal(client, ["queue"], [])
    assert code == 0 and "\x1b" not in shown and "黄" in shown


def test_control_characters_do_not_reach_the_terminal(client):
    out = client.ok("case", "timeline", "12")
    assert "\x1b" not in out and "补充 [31m材料" in out


def test_timeline_reads_all_pages(client):
    out = client.ok("case", "timeline", "12", "--limit", "2")
    assert "共 5 项" in out
    assert [r.query.get("after") for r in client.server.state.requests[-3:]] == [None, "2", "4"]
    assert "2026-09-02 08:30" in out and "2026-09-02 09:30" in out  # UTC shown in Beijing time


def test_next_lists_acts_fields_and_what_is_blocked(client):
    out = client.ok("case", "next", "12")
    lines = out.splitlines()
    assert lines[0].startswith(" 1. 行政处罚决定（申请）  decide_request")
    assert "outcome  处理结果  必填 选一: 给予行政处罚 / 不予行政处罚(轻微)" in lines[1]
    assert any("fine_fen  罚款金额  金额" in line for line in lines)
    assert any(line.startswith(" 2. 立案（批准）  file_approve  request=4") for line in lines)
    assert "暂不可办: 尚无结案情形（市场监督管理行政处罚程序规定第七十七条）" in lines[-1]
    assert "\x1b[90m" in client.ok("case", "next", "12", "--color=always")


def test_clocks_and_show(client):
    out = client.ok("case", "clocks", "12")
    assert out.splitlines()[1].split() == [
        "黄", "D12", "法制审核", "2026-11-27", "3", "法制审核员", "计时中", "程序规定第五十五条"]
    assert out.splitlines()[2].startswith("灰") and "已停止" in out
    out = client.ok("case", "show", "12")
    for part in ("文号: 乐市监处罚〔2026〕12号", "罚款金额: 20000.50元", "重大复杂（令2第50条情形）: 是",
                 "重点领域标签: 农资、电商领域", "1. 名称 某某商行；类型 个体工商户", "待办人: 法制审核员"):
        assert part in out


def test_rates(client):
    out = client.ok("rates", "--from", "2026.1.1", "--to", "2026年11月30日", "--by", "unit", "--lists")
    assert client.server.state.requests[-1].query == {
        "from": "2026-01-01", "to": "2026-11-30", "by": "unit", "lists": "1"}
    assert ["M1", "按期办结率", "98.50%", "197", "200"] in [l.split() for l in out.splitlines()]
    assert "无应结案件" in out and "超期 3 个工作日" in out and "未计入" in out
    assert client.run("rates", "--from", "x", "--to", "20261130").returncode == 3
    assert client.run("rates").returncode == 1


def test_lists(client):
    assert "春雷行动2026" in client.ok("campaigns")
    assert "综合行政执法大队" in client.ok("units")
    client.ok("case", "list", "--campaign", "春雷行动2026", "--limit", "5")
    assert client.server.state.requests[-1].query == {
        "campaign": "春雷行动2026", "kind": "case", "limit": "5"}
    client.ok("search", "--number", "乐市监[2026]12", "--kind", "case")
    assert client.server.state.requests[-1].query == {"number": "乐市监[2026]12", "kind": "case"}


def test_a_full_disk_is_not_success(client):
    if not pathlib.Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with open("/dev/full", "w") as full:
        done = subprocess.run([BIN, "queue"], stdout=full, stderr=subprocess.PIPE, env=client.env,
                              timeout=30)
    assert done.returncode == 9 and "标准输出" in done.stderr.decode()
