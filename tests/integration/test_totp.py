# SPDX-License-Identifier: MulanPSL-2.0
"""The second factor (动态口令): made, confirmed, asked for, used once, taken away; and every refusal on the way.

The daemon's clock stands still (fake_clock.c), so a code is the code of a known step."""
import base64
import hashlib
import hmac
import os
import pty
import struct
import subprocess
import time
import urllib.parse

import harness
import pytest

MAX_FAILURES = 5
NOW = int(time.time()) // 30 * 30 + 15


def code_of(secret, step):
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 10 ** 6:06}"


class Clock:
    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.library, self.file = folder / "fake_clock.so", folder / "instant"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", self.library, harness.ROOT / "tests/integration/fake_clock.c"],
                       check=True)
        self.now = NOW
        self.move(0)

    def move(self, seconds):
        self.now += seconds
        with open(self.file, "r+b" if self.file.exists() else "wb") as f:
            f.write(f"{self.now * 1000000:<31}\n".encode())

    def step(self):
        return self.now // 30


@pytest.fixture(scope="module")
def clock(scratch):
    return Clock(scratch / "totp_clock")


@pytest.fixture(scope="module")
def daemon(postgres, database, scratch, clock):
    env = {"LD_PRELOAD": str(clock.library), "IPCASE_TEST_CLOCK": str(clock.file)}
    server = harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database, {"session": {"cache": "10min"}}, env)
    server.start()
    yield server
    assert server.stop() in (0, None)


@pytest.fixture(autouse=True)
def fresh(postgres, database):
    """Nobody has a second factor and nobody has failed."""
    for table in ("account_totp", "login_failure"):
        postgres.query(database, f"DELETE FROM ipcase.{table}")


def refused(reply, status, rule, field=None):
    assert (reply.status, reply.problem["rule"], reply.problem.get("field")) == (status, rule, field), reply


def begin(client):
    return client.post("me/totp", {"password": harness.PASSWORD}, key=False)


def enable(client, clock):
    """Switched on with a code of the step before, so that the one of now is still good."""
    secret = begin(client).ok()["secret"]
    assert client.post("me/totp/confirm", {"code": code_of(secret, clock.step() - 1)}, key=False).status == 204
    return secret


def login(client, account="officer", **more):
    return client.post("sessions", {"account": account, "password": harness.PASSWORD, **more}, key=False)


def failures(postgres, database):
    return postgres.query(database, "SELECT count(*) FROM ipcase.login_failure")[0][0]


def test_from_off_to_on_and_off(client, clock, postgres, database):
    one = client("officer")
    assert one.get("me/totp").ok() == {"enabled": False, "since": None}
    assert one.get("me").ok()["totp"] is False
    made = begin(one).ok()
    uri = urllib.parse.urlparse(made["uri"])
    assert uri.scheme == "otpauth" and uri.netloc == "totp" and uri.path == "/ipcase:officer"
    assert urllib.parse.parse_qs(uri.query) == {"secret": [made["secret"]], "issuer": ["ipcase"], "algorithm": ["SHA1"],
                                                "digits": ["6"], "period": ["30"]}
    assert len(base64.b32decode(made["secret"])) == 20
    assert one.get("me/totp").ok()["enabled"] is False and login(client()).status == 201  # not yet
    assert one.post("me/totp/confirm", {"code": code_of(made["secret"], clock.step())}, key=False).status == 204
    status = one.get("me/totp").ok()
    assert status["enabled"] is True and status["since"]
    assert one.get("me").ok()["totp"] is True
    clock.move(30)
    reply = login(client(), code=code_of(made["secret"], clock.step()))
    assert reply.ok()["account"]["totp"] is True
    clock.move(30)
    body = {"password": harness.PASSWORD, "code": code_of(made["secret"], clock.step())}
    assert one.post("me/totp/remove", body, key=False).status == 204
    assert one.get("me/totp").ok() == {"enabled": False, "since": None} and one.get("me").ok()["totp"] is False
    assert login(client()).status == 201
    actions = [a for (a,) in postgres.query(database, "SELECT action FROM ipcase.audit ORDER BY id")]
    assert "totp_on" in actions and "totp_off" in actions and "POST /api/v1/me/totp" in actions
    assert failures(postgres, database) == 0


def test_the_picture_is_the_address(client, tmp_path):
    Image = pytest.importorskip("PIL.Image")
    made = begin(client("officer")).ok()
    size, rows = made["qr"]["size"], made["qr"]["rows"]
    assert len(rows) == size and all(len(r) == size and set(r) <= {"0", "1"} for r in rows)
    image = Image.new("L", (size + 8, size + 8), 255)
    for y, row in enumerate(rows):
        for x, module in enumerate(row):
            image.putpixel((x + 4, y + 4), 0 if module == "1" else 255)
    image.resize(((size + 8) * 6, (size + 8) * 6)).save(tmp_path / "qr.png")
    read = subprocess.run(["zbarimg", "-q", "--raw", tmp_path / "qr.png"], capture_output=True, text=True)
    assert read.stdout.strip() == made["uri"]


def test_a_login_asks_for_the_code_and_counts_only_wrong_ones(client, clock, postgres, database):
    secret = enable(client("officer"), clock)
    for _ in range(MAX_FAILURES + 2):  # that many would lock it out if they counted
        refused(login(client()), 401, "code-needed")
    assert failures(postgres, database) == 0
    # Whoever does not know the password learns nothing of the second factor, code or not.
    refused(client().post("sessions", {"account": "officer", "password": "wrong"}, key=False), 401, "login")
    refused(client().post("sessions", {"account": "officer", "password": "wrong", "code": code_of(secret, clock.step())},
                          key=False), 401, "login")
    assert failures(postgres, database) == 2
    assert login(client(), code=code_of(secret, clock.step())).status == 201
    assert failures(postgres, database) == 0


def test_a_code_is_good_once_and_none_before_it(client, clock):
    secret = enable(client("officer"), clock)
    assert login(client(), code=code_of(secret, clock.step())).status == 201
    refused(login(client(), code=code_of(secret, clock.step())), 401, "code-wrong", "code")
    refused(login(client(), code=code_of(secret, clock.step() - 1)), 401, "code-wrong", "code")
    assert login(client(), code=code_of(secret, clock.step() + 1)).status == 201  # a clock that is fast
    refused(login(client(), code=code_of(secret, clock.step())), 401, "code-wrong", "code")


def test_the_code_that_switched_it_on_is_used(client, clock):
    one = client("officer")
    secret = begin(one).ok()["secret"]
    code = code_of(secret, clock.step())
    assert one.post("me/totp/confirm", {"code": code}, key=False).status == 204
    refused(login(client(), code=code), 401, "code-wrong", "code")


def test_one_step_either_side(client, clock):
    secret = enable(client("officer"), clock)
    clock.move(300)
    for off in (-2, 2, 3, -20):
        refused(login(client(), code=code_of(secret, clock.step() + off)), 401, "code-wrong", "code")
    assert login(client(), code=code_of(secret, clock.step() - 1)).status == 201


@pytest.mark.parametrize("code", ["000000", "abcdef", "12345", "1234567", "１２３４５６"])
def test_wrong_codes(client, clock, code):
    enable(client("officer"), clock)
    refused(login(client(), code=code), 401, "code-wrong", "code")


def test_codes_as_people_type_them(client, clock):
    secret = enable(client("officer"), clock)
    code = code_of(secret, clock.step())
    assert login(client(), code=f" {code[:3]} {code[3:]} ").status == 201
    wide = "".join(chr(ord(c) - ord("0") + ord("０")) for c in code_of(secret, clock.step() + 1))
    assert login(client(), code=wide).status == 201


def test_wrong_codes_lock_out_like_wrong_passwords(client, clock):
    secret = enable(client("officer"), clock)
    for _ in range(MAX_FAILURES):
        refused(login(client(), code="000000"), 401, "code-wrong", "code")
    reply = login(client(), code=code_of(secret, clock.step()))
    refused(reply, 429, "too-many-attempts")
    # Others are not locked out.
    assert login(client(), "clerk").status == 201


def test_a_code_without_a_second_factor_does_no_harm(client):
    assert login(client(), code="123456").status == 201
    assert login(client(), code="x" * 25).status == 422


def test_at_the_same_time_one_code_opens_one_session(daemon, client, clock):
    import concurrent.futures
    secret = enable(client("officer"), clock)
    code = code_of(secret, clock.step())
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda _: login(daemon.client(), code=code).status, range(4)))
    assert sorted(got) == [201, 401, 401, 401]


def test_beginning_is_refused(client, clock, postgres, database):
    one = client("officer")
    refused(one.post("me/totp", {"password": "wrong"}, key=False), 422, "wrong-password", "password")
    refused(one.post("me/totp", {}, key=False), 422, "required", "password")
    refused(client().post("me/totp", {"password": harness.PASSWORD}, key=False), 401, "session")
    assert failures(postgres, database) == 1
    enable(one, clock)
    refused(begin(one), 409, "totp-on")
    for _ in range(MAX_FAILURES):
        one.post("me/totp", {"password": "wrong"}, key=False)
    refused(begin(one), 429, "too-many-attempts")


def test_confirming_is_refused(client, clock, postgres, database):
    one = client("officer")
    confirm = lambda code: one.post("me/totp/confirm", {"code": code}, key=False)  # noqa: E731
    refused(confirm("123456"), 409, "totp-not-begun")
    first = begin(one).ok()["secret"]
    second = begin(one).ok()["secret"]  # in place of the first
    refused(confirm(code_of(first, clock.step())), 422, "code-wrong", "code")
    refused(confirm(code_of(second, clock.step() - 2)), 422, "code-wrong", "code")
    postgres.query(database, "UPDATE ipcase.account_totp SET created_at = now() - interval '61 minutes'")
    refused(confirm(code_of(second, clock.step())), 409, "totp-not-begun")
    third = begin(one).ok()["secret"]
    assert confirm(code_of(third, clock.step())).status == 204
    refused(confirm(code_of(third, clock.step() + 1)), 409, "totp-not-begun")


def test_removing_is_refused(client, clock, postgres, database):
    one = client("officer")

    def remove(password=harness.PASSWORD, **more):
        return one.post("me/totp/remove", {"password": password, **more}, key=False)
    refused(remove(code="123456"), 409, "totp-off")
    assert failures(postgres, database) == 0
    secret = enable(one, clock)
    good = code_of(secret, clock.step())
    refused(remove(), 422, "required", "code")
    refused(remove("wrong", code=good), 422, "wrong-password", "password")
    refused(remove(code="000000"), 422, "code-wrong", "code")
    assert failures(postgres, database) == 2  # both count
    assert login(client(), code=good).status == 201
    refused(remove(code=good), 422, "code-wrong", "code")  # used
    assert one.get("me/totp").ok()["enabled"] is True
    assert remove(code=code_of(secret, clock.step() + 1)).status == 204


def test_an_administrator_takes_it_away(client, clock, postgres, database):
    one, admin = client("officer"), client("admin")
    enable(one, clock)
    act = {"act": "reset_totp"}
    refused(one.post(f"accounts/{one.me['id']}/acts", act), 403, "role")
    refused(admin.post(f"accounts/{admin.me['id']}/acts", act), 409, "account-self")
    refused(admin.post(f"accounts/{one.me['id']}/acts", {**act, "name": "x"}), 422, "unknown-field", "name")
    assert admin.post(f"accounts/{one.me['id']}/acts", act).status == 201
    refused(one.get("me"), 401, "session")  # whoever has the lost telephone may have a session too
    assert login(client()).status == 201
    assert ("account_reset_totp officer",) in postgres.query(database, "SELECT action FROM ipcase.audit")


def test_ipcasectl_takes_it_away(client, clock, postgres, database):
    enable(client("officer"), clock)
    owner = postgres.url(database, "ipcase_owner")
    assert "动态口令" in harness.ctl("account", "list", "--database", owner).stdout
    harness.ctl("account", "reset-totp", "officer", "--database", owner)
    assert login(client()).status == 201
    again = harness.ctl("account", "reset-totp", "officer", "--database", owner, check=False)
    assert again.returncode != 0 and "no second factor" in again.stderr
    assert harness.ctl("account", "reset-totp", "nobody", "--database", owner, check=False).returncode != 0
    assert ("account_reset_totp",) in postgres.query(database, "SELECT action FROM ipcase.audit")


# ---- the command-line client --------------------------------------------------------------------


def test_the_client_is_told_that_a_code_is_needed(daemon, client, clock, tmp_path):
    secret = enable(client("officer"), clock)
    cli = daemon.cli(tmp_path / "a")
    env = {"IPCASE_ACCOUNT": "officer", "IPCASE_PASSWORD": harness.PASSWORD}
    done = cli.run("login", check=False, env=env)
    assert done.returncode != 0 and "动态口令" in done.stderr
    wrong = cli.run("login", "--code", "000000", check=False, env=env)
    assert wrong.returncode != 0 and "动态口令不正确" in wrong.stderr
    done = cli.run("login", "--code", code_of(secret, clock.step()), env=env)
    assert "已登录" in done.stdout and "承办甲" in cli.run("whoami").stdout


def test_the_client_asks_for_it_on_the_terminal(daemon, client, clock, tmp_path):
    secret = enable(client("officer"), clock)
    pid, master = pty.fork()
    if pid == 0:
        env = harness.clean_env(HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path), IPCASE_ACCOUNT="officer",
                                IPCASE_PASSWORD=harness.PASSWORD, IPCASE_SERVER=f"http://127.0.0.1:{daemon.port}")
        os.execve(harness.program("ipcase"), ["ipcase", "login"], env)
    seen = b""
    while "动态口令: ".encode() not in seen:
        seen += os.read(master, 1024)
    os.write(master, code_of(secret, clock.step()).encode() + b"\n")
    try:
        while more := os.read(master, 1024):
            seen += more
    except OSError:
        pass
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0 and "已登录: 承办甲" in seen.decode(), seen.decode()


# ---- who must have one --------------------------------------------------------------------------


@pytest.fixture
def required(daemon):
    """Switches [login] second_factor on and off while the daemon runs."""
    def switch(value):
        options = {"session": {"cache": "10min"}, "login": {"second_factor": value} if value else {}}
        before = daemon.log().count(" reloaded")
        daemon.write_config(options)
        daemon.reload()
        harness.wait_until(lambda: daemon.log().count(" reloaded") > before, 10, "the reload")
    yield switch
    switch("")


def test_who_must_have_one_does_nothing_else_first(client, clock, required):
    required("officer, principal")
    one, other = client("officer"), client("clerk")
    assert one.get("me").ok()["totp_required"] is True and other.get("me").ok()["totp_required"] is False
    for method, path, body in (("GET", "queue", None), ("GET", "clues/1", None), ("POST", "clues", {}), ("GET", "units", None)):
        refused(one.request(method, path, body), 403, "totp-required")
    assert other.get("queue").status == 200
    assert one.get("me/sessions").status == 200
    secret = begin(one).ok()["secret"]
    assert one.post("me/totp/confirm", {"code": code_of(secret, clock.step() - 1)}, key=False).status == 204
    assert one.get("queue").status == 200
    body = {"password": harness.PASSWORD, "code": code_of(secret, clock.step())}
    assert one.post("me/totp/remove", body, key=False).status == 204
    refused(one.get("queue"), 403, "totp-required")
    assert one.delete("sessions/current").status == 204
    required("all")
    refused(client("clerk").get("queue"), 403, "totp-required")


def test_a_role_that_there_is_none(daemon, tmp_path):
    config = tmp_path / "x.ini"
    config.write_text(daemon.config.read_text() + "[login]\nsecond_factor = officer, boss\n")
    done = harness.run(harness.program("ipcased"), "--check-config", "--config", config, check=False)
    assert done.returncode != 0 and 'second_factor: "officer, boss"' in done.stderr


def test_the_audit_names_the_account_of_a_wrong_code(client, clock, postgres, database):
    one = client("officer")
    enable(one, clock)
    login(client())
    login(client(), code="000000")
    rows = harness.wait_until(lambda: [r for r in postgres.query(
        database, "SELECT rule, account_id::text FROM ipcase.audit WHERE rule LIKE 'code-%' ORDER BY id DESC LIMIT 2")
        if r[0] == "code-wrong"], 5)
    assert rows[0][1] == one.me["id"]
