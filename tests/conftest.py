# SPDX-License-Identifier: MulanPSL-2.0
"""Fixtures of all suites; the classes are in integration/harness.py.

postgres   session   a private cluster with two templates: ipcase_empty (migrated) and
                     ipcase_seeded (migrated, with the units and accounts of harness.py)
database   module    name of a fresh copy of ipcase_seeded
daemon     module    ipcased on that database; a module's DAEMON_OPTIONS = {"section": {...}}
                     goes into its configuration
client     test      client("officer") gives a logged-in client, client() an anonymous one
cli        test      cli("officer") gives the command-line program with its own folder
walk       test      a walk.Walk: clients, and a case that is brought as far as the test wants
"""
import itertools
import os
import pathlib
import re
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "integration"))

import harness  # noqa: E402
from walk import Walk  # noqa: E402

EMPTY = "ipcase_empty"
SEEDED = "ipcase_seeded"
_number = itertools.count(1)


@pytest.fixture(scope="session")
def scratch():
    """A short folder for the session that the database server's user may pass through."""
    folder = tempfile.mkdtemp(prefix="ipcase-test-")
    os.chmod(folder, 0o711)
    yield pathlib.Path(folder)
    harness.remove_folder(folder)


@pytest.fixture(scope="session")
def postgres(scratch):
    server = harness.Postgres(scratch / "pg")
    try:
        server.create()
        server.start()
        server.setup(EMPTY)
        server.copy_database(SEEDED, EMPTY)
        harness.seed(server, SEEDED)
        yield server
    finally:
        server.destroy()


@pytest.fixture
def new_database(postgres):
    """Makes databases for one test: new_database() seeded, new_database(seeded=False) empty."""
    made = []

    def make(seeded=True):
        name = f"t{next(_number)}"
        postgres.copy_database(name, SEEDED if seeded else EMPTY)
        made.append(name)
        return name

    yield make
    for name in made:
        postgres.drop_database(name)


@pytest.fixture(scope="module")
def database(postgres, request):
    stem = re.sub(r"\W", "_", request.module.__name__.rpartition(".")[2])
    name = f"{stem[:40]}_{next(_number)}"
    postgres.copy_database(name, SEEDED)
    yield name
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def daemon(postgres, database, scratch, request):
    server = harness.Daemon(postgres.url(database, "ipcase_app"), scratch / database,
                            getattr(request.module, "DAEMON_OPTIONS", None))
    server.start()
    yield server
    # Dead already is a failure too, unless the test itself killed and forgot it.
    code = server.stop()
    assert code in (0, None), f"ipcased ended with {code}:\n{server.log_tail()}"


@pytest.fixture
def client(daemon):
    clients = []

    def make(account=None, password=harness.PASSWORD):
        clients.append(daemon.client(account, password))
        return clients[-1]

    yield make
    for one in clients:
        one.close()


@pytest.fixture
def cli(daemon, tmp_path):
    return lambda account=None, password=harness.PASSWORD: daemon.cli(
        tmp_path / (account or "anonymous"), account, password)


@pytest.fixture
def walk(daemon):
    one = Walk(daemon)
    yield one
    one.close()
