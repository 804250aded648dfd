# SPDX-License-Identifier: MulanPSL-2.0
"""What the Python suites are made of: a private PostgreSQL, a daemon, a client, the CLI.

Everything listens on a Unix socket or on loopback and lives in a temporary folder. Nothing
here knows about cases, except seed(), which fills a database with one bureau, its partner
organs and an account for each role.

OUT names the folder of the programs (default build/release).
"""
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import uuid

import psycopg2

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = (ROOT / os.environ.get("OUT", "build/release")).resolve()
CLUSTER = ROOT / "cmd/run/cluster.sh"
PASSWORD = "correct-horse-battery"
# Sanitizers and a busy machine slow everything down; these only bound a hang.
READY_SECONDS = 60
STOP_SECONDS = 30


def wait_until(predicate, timeout=10.0, what="the condition", interval=0.02):
    """The first true value of predicate(), polled; AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {timeout} s")
        time.sleep(interval)


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def program(name):
    path = BIN / name
    if not path.exists():
        raise RuntimeError(f"{path} is missing; run make first")
    return str(path)


def clean_env(**more):
    """The caller's environment without anything that could redirect a program."""
    env = {k: v for k, v in os.environ.items()
           if not k.startswith(("IPCASE_", "PG")) or k == "PG_BIN"}
    env.update(LC_ALL="C.UTF-8", LANG="C.UTF-8", **more)
    return env


class Failed(Exception):
    """A program that should have worked did not; the text is what it said."""


def run(*args, check=True, timeout=120, input=None, env=None):
    """subprocess.run with text, captured; Failed names the command and its output."""
    done = subprocess.run([str(a) for a in args], text=True, input=input, timeout=timeout,
                          capture_output=True, env=env or clean_env(),
                          stdin=subprocess.DEVNULL if input is None else None)
    if check and done.returncode != 0:
        raise Failed(f"{' '.join(map(str, args))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done


# --- PostgreSQL ---------------------------------------------------------------------------


class Postgres:
    """A private cluster in `folder` (cmd/run/cluster.sh); one a test session."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def _cluster(self, command, *args):
        return run(CLUSTER, command, self.folder, *args).stdout.strip()

    def create(self):
        self._cluster("create")

    def start(self):
        self._cluster("start")

    def stop(self):
        self._cluster("stop")

    def crash(self):
        """As a power cut would: no shutdown checkpoint."""
        self._cluster("crash")

    def destroy(self):
        self._cluster("destroy")

    def url(self, database="postgres", role="postgres"):
        return self._cluster("url", database, role)

    def connect(self, database="postgres", role="postgres"):
        """Autocommit connection; a superuser's by default."""
        conn = psycopg2.connect(self.url(database, role))
        conn.autocommit = True
        return conn

    def query(self, database, sql, *params, role="postgres"):
        """All rows of one statement ([] when it returns none)."""
        with contextlib.closing(self.connect(database, role)) as conn, conn.cursor() as cur:
            cur.execute(sql, params or None)
            return cur.fetchall() if cur.description else []

    def setup(self, database):
        """Roles, database, all migrations and legal tables."""
        ctl("setup", "--database", self.url(), "--name", database)
        ctl("migrate", "--database", self.url(database, "ipcase_owner"))

    def copy_database(self, name, template):
        with contextlib.closing(self.connect()) as conn, conn.cursor() as cur:
            cur.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER ipcase_owner')

    def drop_database(self, name):
        with contextlib.closing(self.connect()) as conn, conn.cursor() as cur:
            cur.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def terminate_backends(self, database):
        """Ends every connection to the database; returns how many there were."""
        return self.query("postgres", "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                          " WHERE datname = %s AND pid <> pg_backend_pid()", database)[0][0]


def ctl(*args, check=True, input=None):
    return run(program("ipcasectl"), *args, check=check, input=input)


# --- daemon -----------------------------------------------------------------------------------


class Daemon:
    """ipcased on a free loopback port, with its own ini file and log in `folder`.

    `options` is {"section": {"key": value}} and wins over what the harness writes.
    """

    def __init__(self, url, folder, options=None, env=None):
        self.url = url
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.options = options or {}
        self.env = env or {}
        self.host = "127.0.0.1"
        self.port = None
        self.process = None
        self.wrap = []  # words before the program's name
        self.config = self.folder / "ipcase.ini"
        self.log_path = self.folder / "ipcased.log"

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def write_config(self, options=None):
        """(Re)writes the ini file, for instance before reload()."""
        if options is not None:
            self.options = options
        self.store = self.folder / "store"
        self.store.mkdir(exist_ok=True)
        console = BIN.parent / "console"
        sections = {"http": {"listen": f"{self.host}:{self.port}",
                             "console": console if (console / "index.html").exists() else "none"},
                    "database": {"url": self.url},
                    "store": {"dir": self.store}}
        for section, values in self.options.items():
            sections.setdefault(section, {}).update(values)
        lines = []
        for section, values in sections.items():
            lines.append(f"[{section}]")
            lines += [f"{key} = {value}" for key, value in values.items()]
        self.config.write_text("\n".join(lines) + "\n")

    def start(self, wait=True):
        # Somebody else may take the free port first: then once more with another.
        for attempt in range(3):
            self.port = self.port or free_port()
            self.write_config()
            with open(self.log_path, "ab") as log:
                self.process = subprocess.Popen(
                    [*self.wrap, program("ipcased"), "--config", str(self.config)], stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log, env=clean_env(**self.env), cwd="/")
            if not wait:
                return self
            try:
                wait_until(self._answered_or_died, READY_SECONDS, "/readyz")
            except AssertionError:
                self.kill9()
                raise AssertionError("ipcased is not ready:\n" + self.log_tail()) from None
            if self.process.poll() is None:
                return self
            if attempt == 2 or "in use" not in self.log_tail():
                break
            self.port = None
        raise AssertionError(f"ipcased ended with {self.process.returncode}:\n{self.log_tail()}")

    def _answered_or_died(self):
        # Each worker answers for itself: ask until some in a row, on connections of their own, are ready.
        return self.process.poll() is not None or all(self.ready() for _ in range(6))

    def ready(self):
        try:
            return self.client(timeout=2).get("/readyz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def reload(self):
        self.signal(signal.SIGHUP)

    def stop(self):
        """SIGTERM and wait; the exit code. A daemon that hangs is killed and is a failure."""
        if self.process is None:
            return None
        if self.alive():
            self.signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill9()
                raise AssertionError("ipcased did not stop on SIGTERM:\n" + self.log_tail()) from None
        code, self.process = self.process.returncode, None
        # A sanitizer's report or a failed CHECK must not pass unseen.
        log = self.log()
        for sign in ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:", "check failed"):
            assert sign not in log, f"ipcased's log has \"{sign}\":\n{self.log_tail(100)}"
        return code

    def kill9(self):
        if self.alive():
            self.process.kill()
        if self.process:
            self.process.wait()

    def restart(self):
        self.stop()
        return self.start()

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def log_tail(self, lines=40):
        return "\n".join(self.log().splitlines()[-lines:])

    def log_contains(self, text):
        return text in self.log()

    def client(self, account=None, password=PASSWORD, timeout=30):
        """A client; logged in when an account is named."""
        client = Client(self.host, self.port, timeout)
        if account:
            client.login(account, password)
        return client

    def cli(self, folder, account=None, password=PASSWORD):
        return Cli(f"http://{self.host}:{self.port}", folder, account, password)


# --- HTTP client ---------------------------------------------------------------------------------


class Problem(Exception):
    """An application/problem+json reply."""

    def __init__(self, reply):
        self.reply = reply
        self.status = reply.status
        body = reply.problem or {}
        self.slug = body.get("type", "").rpartition(":")[2]
        self.title = body.get("title", "")
        self.field = body.get("field")
        self.rule = body.get("rule")
        self.article = body.get("article")
        super().__init__(f"{reply.status} {self.slug} {self.title} {body.get('detail', '')}"
                         f" field={self.field} rule={self.rule} article={self.article}")


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # http.client.HTTPMessage: case-insensitive get()
        self.body = body

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body) if self.body else None

    @property
    def problem(self):
        kind = self.headers.get("Content-Type", "")
        return self.json if kind.startswith("application/problem+json") else None

    @property
    def replayed(self):
        return self.headers.get("Idempotent-Replay") == "true"

    def ok(self):
        """The decoded body; Problem unless the status is 2xx."""
        if not 200 <= self.status < 300:
            raise Problem(self)
        return self.json

    def __repr__(self):
        return f"<Reply {self.status} {self.body[:300]!r}>"


class Client:
    """One keep-alive connection. Paths without a leading / are under /api/v1/."""

    def __init__(self, host, port, timeout=30):
        self.host, self.port, self.timeout = host, port, timeout
        self.token = None
        self.me = None
        self._conn = None

    def close(self):
        if self._conn:
            self._conn.close()
            self._conn = None

    def open(self):
        return http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)

    def login(self, account, password=PASSWORD):
        """Tried again while the daemon asks for that: just after the database came back, some connection may still be away."""
        for left in reversed(range(10)):
            reply = self.post("sessions", {"account": account, "password": password})
            if reply.status != 503 or not left:
                break
            time.sleep(1)
        session = reply.ok()
        self.token = session["token"]
        self.me = session["account"]
        return session

    def logout(self):
        self.delete("sessions/current").ok()
        self.token = None

    def request(self, method, path, body=None, headers=None, key=None):
        """`body`: None, bytes, or a value sent as JSON. A POST gets a fresh Idempotency-Key
        unless `key` gives one; key=False sends none."""
        sent = {"Accept": "application/json"}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
            sent["Content-Type"] = "application/json"
        if method == "POST" and key is not False:
            sent["Idempotency-Key"] = key or uuid.uuid4().hex
        sent.update(headers or {})
        if not path.startswith("/"):
            path = "/api/v1/" + path
        fresh = self._conn is None
        if fresh:
            self._conn = self.open()
        try:
            return self._send(method, path, body, sent)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.close()
            # An idle connection may be closed under us; only a read is safe to repeat.
            if fresh or method != "GET":
                raise
            self._conn = self.open()
            return self._send(method, path, body, sent)
        except Exception:
            self.close()
            raise

    def _send(self, method, path, body, headers):
        self._conn.request(method, path, body, headers)
        response = self._conn.getresponse()
        return Reply(response.status, response.headers, response.read())

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.request("POST", path, {} if body is None else body, **more)

    def delete(self, path, **more):
        return self.request("DELETE", path, **more)

    def act(self, kind, matter, act, version=None, fields=None, happened_at=None, **more):
        """POST an act on `matter`. The version is read when not given, and read again when a record of the exchange
        came in between, as a person would."""
        body = {"act": act, "version": version, "fields": fields or {}}
        if happened_at:
            body["happened_at"] = happened_at
        for _ in range(5):
            if version is None:
                body["version"] = self.get(f"{kind}s/{matter}").ok()["version"]
            reply = self.post(f"{kind}s/{matter}/acts", body, **more)
            if version is not None or reply.status != 412:
                break
        return reply


def raw_exchange(port, data, host="127.0.0.1", timeout=5.0):
    """Sends bytes (or a list of bytes, with 50 ms between) and returns all that comes back
    until the peer closes or `timeout` passes without a byte."""
    with socket.create_connection((host, port), timeout=timeout) as s:
        pieces = [data] if isinstance(data, bytes) else data
        for i, piece in enumerate(pieces):
            if i:
                time.sleep(0.05)
            s.sendall(piece)
        got = b""
        with contextlib.suppress(socket.timeout, ConnectionResetError):
            while chunk := s.recv(65536):
                got += chunk
        return got


# --- command line ------------------------------------------------------------------------------------


class Cli:
    """The ipcase program with its own saved login under `folder`."""

    def __init__(self, server, folder, account=None, password=PASSWORD):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.env = clean_env(IPCASE_SERVER=server, XDG_CONFIG_HOME=str(self.folder),
                             HOME=str(self.folder), TERM="dumb", NO_COLOR="1")
        if account:
            self.env.update(IPCASE_ACCOUNT=account, IPCASE_PASSWORD=password)

    def run(self, *args, check=True, input=None, timeout=60, env=None):
        """CompletedProcess; Failed on another exit code than 0 unless check=False."""
        return run(program("ipcase"), *args, check=check, input=input, timeout=timeout,
                   env={**self.env, **(env or {})})

    def json(self, *args, **more):
        return json.loads(self.run("--json", *args, **more).stdout)


# --- seed -------------------------------------------------------------------------------------------------

# id, parent, organ, kind, code, name
UNITS = [
    (1, None, 1, "government", "GOV", "样县人民政府"),
    (10, 1, 10, "bureau", "BUREAU", "样县市场监督管理局"),
    (11, 10, 10, "brigade", "BRIGADE", "样县市场监管综合行政执法大队"),
    (12, 10, 10, "station", "STATION", "城关市场监管所"),
    (13, 10, 10, "section", "LEGAL", "政策法规股"),
    (20, 1, 20, "police", "POLICE", "样县公安局"),
    (30, 1, 30, "procuratorate", "PROCURATORATE", "样县人民检察院"),
    (40, 1, 40, "court", "COURT", "样县人民法院"),
    (50, None, 50, "bureau", "NEIGHBOUR", "邻县市场监督管理局"),
]

# name, display name, unit, roles
ACCOUNTS = [
    ("officer", "承办甲", 11, ["officer"]),
    ("co_officer", "协办乙", 11, ["officer", "co_officer"]),
    ("clerk", "内勤丙", 11, ["clerk"]),
    ("unit_head", "大队长丁", 11, ["unit_head"]),
    ("station_officer", "所员戊", 12, ["officer"]),
    ("station_head", "所长己", 12, ["unit_head"]),
    ("legal_reviewer", "法制庚", 13, ["legal_reviewer"]),
    ("deputy_head", "副局长辛", 10, ["deputy_head"]),
    ("principal", "局长壬", 10, ["principal"]),
    ("credit_clerk", "信用癸", 10, ["credit_clerk"]),
    ("police", "公安子", 20, ["police"]),
    ("procuratorate", "检察丑", 30, ["procuratorate"]),
    ("court", "法院寅", 40, ["court"]),
    ("auditor", "督查卯", 1, ["auditor"]),
    ("admin", "管理员辰", 10, ["admin"]),
    ("neighbour", "邻县巳", 50, ["officer"]),
]


def seed(postgres, database):
    """Units and accounts above, all with PASSWORD (one hash: scrypt is slow on purpose)."""
    with contextlib.closing(postgres.connect(database)) as conn, conn.cursor() as cur:
        cur.executemany("INSERT INTO ipcase.unit (id, parent_id, organ_id, kind, code, name)"
                        " VALUES (%s, %s, %s, %s, %s, %s)", UNITS)
    first = ACCOUNTS[0]
    unit = next(u[4] for u in UNITS if u[0] == first[2])
    ctl("account", "add", first[0], "--name", first[1], "--unit", unit, "--roles", ",".join(first[3]),
        "--password-file", "-", "--database", postgres.url(database, "ipcase_owner"),
        input=PASSWORD + "\n")
    with contextlib.closing(postgres.connect(database)) as conn, conn.cursor() as cur:
        cur.executemany("INSERT INTO ipcase.account (name, display_name, unit_id, roles)"
                        " VALUES (%s, %s, %s, %s)", ACCOUNTS[1:])
        cur.execute("INSERT INTO ipcase.account_secret (account_id, password_hash)"
                    " SELECT a.id, s.password_hash FROM ipcase.account a, ipcase.account_secret s"
                    " WHERE a.id NOT IN (SELECT account_id FROM ipcase.account_secret)")
        cur.execute("SELECT setval(pg_get_serial_sequence('ipcase.unit', 'id'), 1000)")
        # What is published goes by the number of its decision.
        cur.execute("INSERT INTO ipcase.number_series VALUES (10, '市监处罚', '样市监处罚')")


def remove_folder(path):
    shutil.rmtree(path, ignore_errors=True)
