# SPDX-License-Identifier: MulanPSL-2.0
"""The daemon with a browser console, without one, and with one that cannot be served."""
import shutil
import subprocess

import harness
import pytest


@pytest.fixture
def start(postgres, database, tmp_path):
    daemons = []

    def make(console, **more):
        daemons.append(harness.Daemon(postgres.url(database, "ipcase_app"), tmp_path / f"d{len(daemons)}",
                                      {"http": {"console": console}}, **more))
        return daemons[-1].start()

    yield make
    for one in daemons:
        assert one.stop() in (0, None)


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "console"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>工作台</title>")
    (folder / "assets" / "index-1.js").write_text("//")
    return folder


def test_with_a_console(start, files):
    one = start(files)
    client = one.client()
    page = client.get("/")
    assert page.status == 200 and page.text == "<title>工作台</title>" and "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert client.get("/", headers={"If-None-Match": page.headers["ETag"]}).status == 304
    assert client.get("/assets/index-1.js").headers["Cache-Control"] == "public, max-age=31536000, immutable"
    # What is there beside it stays.
    assert client.get("/api/v1/openapi.json").status == client.get("/public").status == client.get("/livez").status == 200
    for path in ("/assets/none.js", "/assets", "/favicon.ico", "/cases/1"):
        assert client.get(path).status == 404
    assert one.log_contains("console ") and "files=2" in one.log()


def test_without_one(start):
    client = start("none").client()
    assert "ipcase login" in client.get("/").text and client.get("/assets/index-1.js").status == 404


@pytest.mark.parametrize("spoil, says", [(lambda f: shutil.rmtree(f), "could not open"),
                                         (lambda f: (f / "index.html").unlink(), "no index.html"),
                                         (lambda f: (f / "livez").write_text(""), "duplicate route GET /livez")])
def test_a_console_that_cannot_be_served_stops_the_start(postgres, database, tmp_path, files, spoil, says):
    spoil(files)
    one = harness.Daemon(postgres.url(database, "ipcase_app"), tmp_path / "d", {"http": {"console": files}})
    with pytest.raises(AssertionError):
        one.start()
    assert says in one.log()


def test_the_installed_place_needs_no_option(postgres, database, tmp_path, files):
    """PREFIX/bin/ipcased finds PREFIX/share/ipcase/console; without it there is none."""
    program = tmp_path / "prefix" / "bin" / "ipcased"
    program.parent.mkdir(parents=True)
    shutil.copy2(harness.program("ipcased"), program)

    class Installed(harness.Daemon):
        def write_config(self, options=None):
            super().write_config(options)
            self.config.write_text("\n".join(line for line in self.config.read_text().splitlines()
                                             if not line.startswith("console")) + "\n")
    saved, harness.BIN = harness.BIN, program.parent
    try:
        for there in (False, True):
            if there:
                shutil.copytree(files, tmp_path / "prefix" / "share" / "ipcase" / "console")
            with Installed(postgres.url(database, "ipcase_app"), tmp_path / f"i{there}") as one:
                assert ("工作台" in one.client().get("/").text) == there
    finally:
        harness.BIN = saved


def test_make_install_puts_it_there(tmp_path):
    if not (harness.ROOT / "build/console/index.html").exists():
        pytest.skip("the console was not built")
    dry = subprocess.run(["make", "-n", "install", f"DESTDIR={tmp_path}", "PREFIX=/opt/x"], cwd=harness.ROOT, text=True,
                         capture_output=True, check=True, env=harness.clean_env())
    assert f"cp -R build/console {tmp_path}/opt/x/share/ipcase/console" in dry.stdout
