# SPDX-License-Identifier: MulanPSL-2.0
"""The client `ipcase` on a fake server. The program is IPCASE_BIN, by default $OUT/ipcase or build/release/ipcase; run from
the repository's root. A test module imports the fixtures that it uses."""
import os
import pty
import subprocess
import time

import pytest

from fake_server import FakeServer

BIN = os.path.abspath(os.environ.get("IPCASE_BIN") or
                      os.environ.get("OUT", "build/release") + "/ipcase")


class Client:
    def __init__(self, server, home):
        self.server = server
        self.home = home
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"),
            "IPCASE_SERVER": server.url, "LC_ALL": "C.UTF-8",
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def run(self, *args, stdin=None, env=None):
        return subprocess.run([BIN, *args], input=stdin, capture_output=True, text=True,
                              env={**self.env, **(env or {})}, cwd=self.home, timeout=60)

    def ok(self, *args, **kw):
        done = self.run(*args, **kw)
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout

    def log_in(self):
        self.ok("login", "--account", "li", env={"IPCASE_PASSWORD": "correct horse"})

    @property
    def login_file(self):
        return self.home / "config" / "ipcase" / "login"


@pytest.fixture
def server():
    with FakeServer() as fake:
        yield fake


@pytest.fixture
def guest(server, tmp_path):
    return Client(server, tmp_path)


@pytest.fixture
def client(guest):
    guest.log_in()
    guest.server.state.requests.clear()
    return guest


def on_terminal(client, args, answers):
    """Run on a terminal of its own; returns (exit code, what the terminal showed)."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(client.home)
        os.execve(BIN, [BIN, *args], {**client.env, "TERM": "xterm"})
    shown = b""
    answers = list(answers)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            data = os.read(fd, 1024)
        except OSError:
            break
        if not data:
            break
        shown += data
        if answers and answers[0][0].encode() in shown:
            time.sleep(0.2)  # the prompt is written after the echo is off; be sure
            os.write(fd, answers.pop(0)[1].encode())
    os.close(fd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode(errors="replace")
