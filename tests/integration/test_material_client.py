# SPDX-License-Identifier: MulanPSL-2.0
"""Materials and goods with the client, and what `ipcasectl check` finds in the store."""
import hashlib
import json
import os
import signal
import subprocess

import pytest

import chunked
import harness
from chunked import CHUNK, ITEM, add, damage, sha, uploads
from walk import Walk

DAEMON_OPTIONS = chunked.OPTIONS


@pytest.fixture
def case(walk):
    """A case under investigation; walk.case is its id."""
    walk.to_investigating()
    return walk


# --- the client ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "进货单 2025.pdf"
    path.write_bytes(os.urandom(10 * CHUNK + 3))
    return path


def test_client_adds_lists_and_gets(case, cli, file, tmp_path):
    officer, target = cli("officer"), f"case:{case.case}"
    said = officer.run("material", "add", target, file, "--kind", "书证", "--title", "进货单").stdout
    assert "已登记" in said and "材料 1" in said and sha(file.read_bytes()) in said
    # the same command again finds it done
    said = officer.run("material", "add", target, file, "--kind", "书证").stdout
    assert "此前已登记" in said and "材料 1" in said
    again = officer.json("material", "add", target, file, "--kind", "书证", "--again")["items"]
    assert again[0]["number"] == 2
    listed = officer.json("material", "list", target)["items"]
    assert [m["number"] for m in listed] == [1, 2] and listed[0]["name"] == file.name
    assert file.name in officer.run("material", "list", target).stdout
    got = tmp_path / "got.pdf"
    officer.run("material", "get", target, "1", got)
    assert got.read_bytes() == file.read_bytes()
    folder = tmp_path / "folder"
    folder.mkdir()
    answer = officer.json("material", "get", target, "2", folder)
    assert answer["file"] == str(folder / file.name) and (folder / file.name).read_bytes() == file.read_bytes()
    assert sorted(p.name for p in folder.iterdir()) == [file.name]
    assert officer.run("material", "get", target, "7", got, check=False).returncode == 5
    assert got.read_bytes() == file.read_bytes()


def test_client_refusals(case, cli, file, tmp_path):
    officer = cli("officer")
    for args, code in ((("material", "add", "case:1x", file), 5), (("material", "add", f"{case.case}", file), 1),
                       (("material", "add", f"case:{case.case}", tmp_path / "nothing"), 1),
                       (("material", "add", f"case:{case.case}", tmp_path), 1),
                       (("material", "add", "case:999999", file), 5),
                       (("material", "add", f"case:{case.case}", file, "--kind", "怪"), 3)):
        done = officer.run(*args, check=False)
        assert done.returncode == code, (args, done.stdout, done.stderr)
    empty = tmp_path / "empty"
    empty.touch()
    assert officer.run("material", "add", f"case:{case.case}", empty, check=False).returncode == 1
    said = officer.run("material", "add", f"case:{case.case}", file, "--kind", "怪", check=False).stderr
    assert "可选：" in said and "视听资料" in said
    assert "材料" in officer.run("help", "material").stdout
    odd = tmp_path / 'a:b"c.pdf'
    odd.write_bytes(b"odd name")
    [added] = officer.json("material", "add", f"case:{case.case}", odd)["items"]
    assert added["name"] == "a_b_c.pdf"


def test_client_shows_goods(case, cli):
    case.on_case("officer", "item_add", "2026-03-11", **ITEM)
    officer = cli("officer")
    said = officer.run("item", "list", f"case:{case.case}").stdout
    assert "机油" in said and "协办乙" in said and "登记物品" in said
    assert officer.json("item", "list", f"case:{case.case}")["items"][0]["item"] == 1
    officer.run("case", "do", case.case, "item_seal", "item=1", "seal_no=封9")
    assert "封9" in officer.run("item", "list", f"case:{case.case}").stdout


def test_client_resumes_after_it_was_killed(postgres, new_database, tmp_path):
    """kill -9 in the middle, then the same command: only what is missing is sent."""
    name, size = new_database(), 48 << 20
    with harness.Daemon(postgres.url(name, "ipcase_app"), tmp_path / "d", {"store": {"chunk": "256 KiB"}}) as server:
        walk = Walk(server)
        walk.to_investigating()
        path = tmp_path / "录像.mp4"
        path.write_bytes(os.urandom(size))
        officer = server.cli(tmp_path / "cli", "officer")
        args = [harness.program("ipcase"), "material", "add", f"case:{walk.case}", str(path), "--kind", "视听资料"]

        def sent():
            return server.log().count("route=/api/v1/uploads/:id/chunks/:n status=200")

        for _ in range(3):
            goal = sent() + 20
            child = subprocess.Popen(args, env=officer.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            harness.wait_until(lambda: sent() >= goal, what="some chunks arrived")
            child.send_signal(signal.SIGKILL)
            child.wait()
        assert uploads(server) and len(uploads(server)) == 1, "each start found the same upload"
        [added] = officer.json(*args[1:])["items"]
        assert added["sha256"] == sha(path.read_bytes()) and added["size"] == size
        chunks = size // (256 << 10)
        assert chunks <= sent() <= chunks + 3, "chunks were sent again"
        walk.close()


def test_client_goes_on_when_the_daemon_was_away(postgres, new_database, tmp_path):
    name, size = new_database(), 32 << 20
    server = harness.Daemon(postgres.url(name, "ipcase_app"), tmp_path / "d", {"store": {"chunk": "256 KiB"}})
    with server:
        walk = Walk(server)
        walk.to_investigating()
        path = tmp_path / "a.bin"
        path.write_bytes(os.urandom(size))
        officer = server.cli(tmp_path / "cli", "officer")
        child = subprocess.Popen([harness.program("ipcase"), "--json", "material", "add", f"case:{walk.case}", str(path)],
                                 env=officer.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        harness.wait_until(lambda: server.log().count("chunks/:n status=200") > 10, what="some chunks arrived")
        server.kill9()
        server.start()
        out, err = child.communicate(timeout=120)
        assert child.returncode == 0, out + err
        assert json.loads(out)["items"][0]["sha256"] == sha(path.read_bytes())
        walk.close()


# --- ipcasectl check -----------------------------------------------------------------------------------------------------------


def check(server, *more):
    return harness.ctl("check", "--config", server.config, *more, check=False)


def test_check_finds_missing_foreign_and_altered_files(postgres, new_database, tmp_path):
    name = new_database()
    with harness.Daemon(postgres.url(name, "ipcase_app"), tmp_path / "d") as server:
        walk = Walk(server)
        walk.to_investigating()
        officer, target = walk.as_("officer"), f"cases/{walk.case}"
        contents = [os.urandom(5000 + i) for i in range(4)]
        for i, data in enumerate(contents):
            add(officer, target, data, name=f"{i}.pdf")
        paths = [server.store / sha(d)[:2] / sha(d)[2:] for d in contents]
        good = check(server, "--contents")
        assert good.returncode == 0 and "contents: 4 with" in good.stdout and "every one hashed" in good.stdout, good
        damage(paths[0], 100)
        assert check(server).returncode == 0  # sizes are as they were
        bad = check(server, "--contents")
        assert bad.returncode == 1 and f"FAIL contents: {sha(contents[0])} is altered" in bad.stdout, bad.stdout
        paths[1].chmod(0o600)
        with open(paths[1], "ab") as f:
            f.write(b"x")
        paths[2].unlink()
        (server.store / "stray.txt").write_text("x")
        orphan = server.store / "ab" / ("c" * 62)
        orphan.parent.mkdir(exist_ok=True)
        orphan.write_bytes(b"x")
        said = check(server).stdout
        assert f"{sha(contents[1])} is altered: its size differs" in said
        assert f"{sha(contents[2])} is missing" in said and "stray.txt is foreign" in said
        assert f"warn contents: ab{'c' * 62} is foreign: no material names it" in said
        postgres.query(name, "INSERT INTO ipcase.content (sha256, sha512, sm3, size) VALUES"
                       " (sha256('x'), sha512('x'), sha256('y'), 1)")
        assert hashlib.sha256(b"x").hexdigest() + " is missing" in check(server).stdout
        postgres.query(name, "DELETE FROM ipcase.content WHERE sha256 = %s", hashlib.sha256(contents[3]).digest())
        said = check(server)
        assert said.returncode == 1 and "is named by an act and not in table content" in said.stdout
        walk.close()
