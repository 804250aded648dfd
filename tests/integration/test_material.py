# SPDX-License-Identifier: MulanPSL-2.0
"""Materials: uploads in chunks, what is refused, the ledger, contents read back, goods and their chain of custody."""
import base64
import contextlib
import hashlib
import json
import os
import re
import subprocess
import threading
import time
import uuid

import pytest

import chunked
import harness
from chunked import CHUNK, ITEM, KIND, add, damage, finish, open_upload, put, send_all, sha, stored, uploads, version_of
from replies import fits
from walk import Walk, refused

DAEMON_OPTIONS = chunked.OPTIONS  # the large upload has a daemon of its own


@pytest.fixture
def case(walk):
    """A case under investigation; walk.case is its id."""
    walk.to_investigating()
    return walk


# --- the way through -------------------------------------------------------------------------------


def test_from_chunks_to_the_ledger_and_back(daemon, case, postgres, database):
    officer, target = case.as_("officer"), f"cases/{case.case}"
    data = os.urandom(5 * CHUNK + 77)
    opened = open_upload(officer, target, data, sha256=sha(data)).ok()
    assert opened["chunk_size"] == CHUNK and opened["chunks"] == 6 and opened["size"] == len(data)
    assert uuid.UUID(opened["id"]).version == 4
    for n in (4, 0, 5, 2):
        got = put(officer, opened["id"], n, data[n * CHUNK:(n + 1) * CHUNK]).ok()
        assert got == {"chunk": n, "size": len(data[n * CHUNK:(n + 1) * CHUNK]), "again": False,
                       "sha256": sha(data[n * CHUNK:(n + 1) * CHUNK])}
    status = officer.get(f"uploads/{opened['id']}").ok()
    assert status["there"] == 4 and not status["finished"] and status["number"] is None
    assert status["missing"] == [{"first": 1, "last": 1}, {"first": 3, "last": 3}]
    assert status["matter"] == {"kind": "case", "id": case.case} and status["sha256"] == sha(data)
    # nothing of it is to be seen yet
    assert officer.get(f"{target}/materials").ok()["items"] == [] and sha(data) not in stored(daemon)
    problem = refused(lambda: finish(officer, opened["id"], version_of(officer, target)).ok(), rule="upload-incomplete")
    assert "2 块" in problem.title
    for n in (1, 3):
        put(officer, opened["id"], n, data[n * CHUNK:(n + 1) * CHUNK]).ok()
    before = version_of(officer, target)
    reply = finish(officer, opened["id"], before, sha256=sha(data), fields={"material_title": "2025年进货单",
                                                                         "origin": "现场提取"}).ok()
    assert reply["act"]["act"] == "material_add" and reply["matter"]["version"] == before + 1
    material = reply["material"]
    assert material["number"] == 1 and material["seq"] == before + 1 and material["size"] == len(data)
    assert material["sha256"] == sha(data) and material["sha512"] == hashlib.sha512(data).hexdigest()
    assert material["sm3"] == hashlib.new("sm3", data).hexdigest()
    assert (material["title"], material["origin"], material["media_type"], material["status"]) == (
        "2025年进货单", "现场提取", "application/pdf", "valid")
    assert sha(data) in stored(daemon)
    harness.wait_until(lambda: opened["id"] not in uploads(daemon), what="the upload's files are gone")
    listed = officer.get(f"{target}/materials").ok()
    assert listed["items"] == [material] and listed["bytes"] == len(data) and listed["max_bytes"] == 6 << 20
    body = officer.get(material["href"])
    assert body.status == 200 and body.body == data
    assert body.headers["ETag"] == f'"{sha(data)}"' and body.headers["Content-Type"] == "application/pdf"
    assert "attachment" in body.headers["Content-Disposition"] and "sandbox" in body.headers["Content-Security-Policy"]
    [act] = [a for a in officer.get(f"{target}/acts").ok()["items"] if a["act"] == "material_add"]
    assert act["payload"]["sha256"] == sha(data) and act["payload"]["material_kind"] == KIND
    status = officer.get(f"uploads/{opened['id']}").ok()
    assert status["finished"] and status["number"] == 1 and status["missing"] == []
    assert postgres.query(database, "SELECT size FROM ipcase.content WHERE sha256 = %s",
                          hashlib.sha256(data).digest()) == [(len(data),)]
    harness.ctl("rebuild", "--check", "--database", postgres.url(database, "ipcase_owner"))


def test_a_content_is_stored_once_and_seen_where_it_was_added(daemon, case, client):
    data, officer = os.urandom(3000), case.as_("officer")
    first = add(officer, f"cases/{case.case}", data)
    again = add(officer, f"cases/{case.case}", data, name="另一份.pdf")
    on_clue = case.register()["matter"]["id"]
    third = add(officer, f"clues/{on_clue}", data)
    assert (first["number"], again["number"], third["number"]) == (1, 2, 1)
    assert stored(daemon).count(sha(data)) == 1
    station = client("station_officer")
    for href in (first["href"], third["href"]):
        assert station.get(href).status == 404
    own = station.post("clues", {"fields": {"source": "举报", "discovered_on": "2026-03-02", "ip_type": "商标",
                                            "summary": "另一所的线索"}}).ok()["matter"]["id"]
    assert station.get(f"clues/{own}/materials/1/content").status == 404
    assert station.get(f"clues/{own}/materials").ok()["items"] == []


def test_a_case_shows_the_materials_of_its_clue(walk):
    walk.register()
    officer = walk.as_("officer")
    on_clue = add(officer, f"clues/{walk.clue}", b"report", name="线索.txt", kind="其他")
    walk.file()
    on_case = add(officer, f"cases/{walk.case}", b"case", name="案件.txt")
    items = officer.get(f"cases/{walk.case}/materials").ok()["items"]
    assert items == [on_clue, on_case] and on_clue["matter"] == {"kind": "clue", "id": walk.clue}
    assert officer.get(on_clue["href"]).body == b"report"
    # a filed clue takes no more
    refused(lambda: open_upload(officer, f"clues/{walk.clue}", b"x").ok(), rule="wrong-state")


def test_conditional_and_head_requests(case):
    officer, data = case.as_("officer"), os.urandom(CHUNK * 2)
    material = add(officer, f"cases/{case.case}", data)
    same = officer.get(material["href"], headers={"If-None-Match": f'"{sha(data)}"'})
    assert same.status == 304 and same.body == b"" and same.headers["ETag"] == f'"{sha(data)}"'
    assert officer.get(material["href"], headers={"If-None-Match": '"other"'}).status == 200
    head = officer.request("HEAD", material["href"])
    assert head.status == 200 and head.body == b"" and head.headers["Content-Length"] == str(len(data))


def test_a_void_material_stays_and_says_so(case):
    officer, target = case.as_("officer"), f"cases/{case.case}"
    add(officer, target, b"wrong file")
    case.on_case("officer", "material_void", material=1, reason="传错文件")
    [item] = officer.get(f"{target}/materials").ok()["items"]
    assert item["status"] == "void" and item["void_reason"] == "传错文件"
    assert officer.get(item["href"]).body == b"wrong file"
    for number in (1, 2, 99):
        refused(case.on_case, "officer", "material_void", rule="no-such-material", material=number, reason="再次")


def test_what_tells_who_reported_is_for_few(case, client):
    officer, clerk = case.as_("officer"), client("clerk")
    secret = add(officer, f"cases/{case.case}", b"who reported", name="张三的举报信.pdf", kind="举报投诉材料",
                 material_title="张三的举报信")
    assert officer.get(secret["href"]).body == b"who reported"
    [seen] = clerk.get(f"cases/{case.case}/materials").ok()["items"]
    assert seen["restricted"] and seen["title"] is None and "张三" not in json.dumps(seen, ensure_ascii=False)
    assert clerk.get(secret["href"]).status == 403
    assert "张三" not in clerk.get(f"cases/{case.case}/acts").text
    assert client("principal").get(secret["href"]).status == 200


# --- idempotency, races -----------------------------------------------------------------------------


def test_the_same_request_gives_the_same_reply(case):
    officer, target, data = case.as_("officer"), f"cases/{case.case}", os.urandom(CHUNK + 1)
    key, end = uuid.uuid4().hex, uuid.uuid4().hex
    opened = open_upload(officer, target, data, key=key)
    again = open_upload(officer, target, data, key=key)
    assert again.ok() == opened.ok() and again.replayed and not opened.replayed
    refused(lambda: open_upload(officer, target, data + b"x", key=key).ok(), status=422, rule="idempotency-key-reused")
    upload, version = opened.ok()["id"], version_of(officer, target)
    send_all(officer, opened.ok(), data)
    first = finish(officer, upload, version, key=end)
    second = finish(officer, upload, version, key=end)
    assert first.ok() == second.ok() and second.replayed and not first.replayed
    refused(lambda: finish(officer, upload, version + 1, key=end).ok(), status=422, rule="idempotency-key-reused")
    refused(lambda: finish(officer, upload, version + 1).ok(), rule="upload-finished")
    refused(lambda: put(officer, upload, 0, data[:CHUNK]).ok(), rule="upload-finished")
    refused(lambda: officer.delete(f"uploads/{upload}").ok(), rule="upload-finished")
    assert len(officer.get(f"{target}/materials").ok()["items"]) == 1


def test_two_finish_at_once_and_one_material_comes_of_it(daemon, case):
    officer, target, data = case.as_("officer"), f"cases/{case.case}", os.urandom(20 * CHUNK)
    opened = open_upload(officer, target, data).ok()
    send_all(officer, opened, data)
    version, replies, by_key = version_of(officer, target), [], {}

    def end(key):
        one = daemon.client()
        one.token = officer.token
        replies.append(finish(one, opened["id"], version, key=key))
        by_key.setdefault(key, []).append(replies[-1].status)
        one.close()

    same = uuid.uuid4().hex
    threads = [threading.Thread(target=end, args=(key,)) for key in (same, same, uuid.uuid4().hex, uuid.uuid4().hex)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    good = [r for r in replies if r.status == 201]
    assert 1 <= len(good) <= 2 and len({r.text for r in good}) == 1, replies
    assert {r.status for r in replies} <= {201, 409, 412}, replies
    if 201 in by_key[same]:  # whoever asks again with the same key learns what became of it
        assert by_key[same] == [201, 201], replies
    assert len(officer.get(f"{target}/materials").ok()["items"]) == 1


def test_concurrent_duplicates_of_chunks(daemon, case):
    officer, target = case.as_("officer"), f"cases/{case.case}"
    data, other = os.urandom(12 * CHUNK), os.urandom(12 * CHUNK)
    opened = open_upload(officer, target, data).ok()
    replies = []

    def hammer(source):
        one = daemon.client()
        one.token = officer.token
        for n in range(12):
            replies.append((source, n, put(one, opened["id"], n, source[n * CHUNK:(n + 1) * CHUNK])))
        one.close()

    threads = [threading.Thread(target=hammer, args=(source,)) for source in (data, data, data, other)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    whole = b""
    for n in range(12):
        won = {source for source, m, r in replies if m == n and r.status == 200}
        assert len(won) == 1, "two contents were taken for one chunk"
        lost = [r for source, m, r in replies if m == n and source not in won]
        assert lost and all(r.status == 409 and r.problem["rule"] == "chunk-differs" for r in lost)
        whole += next(iter(won))[n * CHUNK:(n + 1) * CHUNK]
    material = finish(officer, opened["id"], version_of(officer, target)).ok()["material"]
    assert material["sha256"] == sha(whole)


def test_a_stale_version_leaves_the_upload_as_it_was(case):
    officer, target, data = case.as_("officer"), f"cases/{case.case}", os.urandom(1000)
    opened = open_upload(officer, target, data).ok()
    send_all(officer, opened, data)
    version = version_of(officer, target)
    case.on_case("officer", "record", record_kind="其他", note="别人先办了一步")
    refused(lambda: finish(officer, opened["id"], version).ok(), status=412, rule="stale-version")
    assert officer.get(f"{target}/materials").ok()["items"] == []
    assert finish(officer, opened["id"], version + 1).ok()["material"]["number"] == 1


# --- refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("change, status, rule", [
    ({"name": "../../etc/passwd"}, 422, "file-name"), ({"name": "a:b.pdf"}, 422, "file-name"),
    ({"name": ".hidden"}, 422, "file-name"), ({"name": "空格结尾 "}, 422, "file-name"),
    ({"name": "字" * 70}, 422, "file-name"), ({"name": "换\n行"}, 422, "file-name"), ({"name": ""}, 422, "length"),
    ({"kind": "照片集"}, 422, "not-in-list"), ({"size": 0}, 422, "empty-file"), ({"size": -1}, 422, "range"),
    ({"size": (4 << 20) + 1}, 413, "file-too-large"), ({"sha256": "AB" * 32}, 422, "digest"),
    ({"media_type": "text/html; charset=utf-8"}, 422, "media-type"), ({"media_type": "html"}, 422, "media-type"),
    ({"colour": "red"}, 422, "unknown-field"), ({"size": None}, 422, "required"),
])
def test_bad_uploads_are_refused(case, daemon, change, status, rule):
    body, before = {"name": "a.pdf", "kind": KIND, "size": 10, **change}, uploads(daemon)
    reply = case.as_("officer").post(f"cases/{case.case}/uploads", body)
    assert reply.status == status and reply.problem["rule"] == rule, reply
    assert uploads(daemon) == before


def test_bad_chunks_are_refused(case):
    officer, target, data = case.as_("officer"), f"cases/{case.case}", os.urandom(2 * CHUNK + 5)
    upload = open_upload(officer, target, data).ok()["id"]
    first = data[:CHUNK]
    for n, body, status, rule in ((3, first, 422, "chunk-range"), (10 ** 17, first, 422, "chunk-range"),
                                  (0, first[:-1], 422, "chunk-size"), (2, data[-5:] + b"x", 422, "chunk-size"),
                                  (0, b"", 422, "chunk-size"), (3, b"", 422, "chunk-range"),
                                  ("-1", first, 404, "bad-chunk"), ("x", first, 404, "bad-chunk")):
        reply = put(officer, upload, n, body)
        assert reply.status == status and reply.problem["rule"] == rule, (n, reply)
    assert put(officer, upload, 0, first + b"x").status == 413
    digest = base64.b64encode(hashlib.sha256(first).digest()).decode()
    wrong = base64.b64encode(hashlib.sha256(b"").digest()).decode()
    for headers, status in (({"X_Chunk_SHA256": sha(b"")}, 422), ({"X_Chunk_SHA256": "12"}, 400),
                            ({"Content_Digest": f"sha-256=:{wrong}:"}, 422), ({"Content_Digest": "sha-256=:12:"}, 400),
                            ({"Content_Digest": f"sha-512=:AAAA:, sha-256=:{wrong}:"}, 422)):
        assert put(officer, upload, 0, first, **headers).status == status, headers
    assert officer.get(f"uploads/{upload}").ok()["there"] == 0
    for headers in ({"X_Chunk_SHA256": sha(first).upper()}, {"Content_Digest": f"sha-256=:{digest}:"},
                    {"Content_Digest": f"sha-512=:AAAA:, sha-256=:{digest}:"}, {"Content_Digest": "md5=:AAAA:"}, {}):
        assert put(officer, upload, 0, first, **headers).ok()["chunk"] == 0
    assert put(officer, upload, 0, first).ok()["again"] is True
    reply = put(officer, upload, 0, os.urandom(CHUNK))
    assert reply.status == 409 and reply.problem["rule"] == "chunk-differs"


def test_a_wrong_digest_is_not_registered(case, daemon):
    officer, target, data = case.as_("officer"), f"cases/{case.case}", os.urandom(1000)
    opened = open_upload(officer, target, data, sha256=sha(b"other")).ok()
    send_all(officer, opened, data)
    version = version_of(officer, target)
    problem = refused(lambda: finish(officer, opened["id"], version).ok(), status=422, rule="digest-mismatch")
    assert problem.field == "sha256"
    assert officer.delete(f"uploads/{opened['id']}").status == 204
    opened = open_upload(officer, target, data).ok()
    send_all(officer, opened, data)
    refused(lambda: finish(officer, opened["id"], version, sha256=sha(b"")).ok(), status=422, rule="digest-mismatch")
    refused(lambda: finish(officer, opened["id"], version, sha256="12").ok(), status=422, rule="digest")
    assert sha(data) not in stored(daemon) and version_of(officer, target) == version
    assert finish(officer, opened["id"], version, sha256=sha(data)).ok()["material"]["number"] == 1


def test_a_dropped_upload_is_gone(case, daemon):
    officer, target, data = case.as_("officer"), f"cases/{case.case}", os.urandom(CHUNK)
    opened = open_upload(officer, target, data).ok()
    send_all(officer, opened, data)
    assert officer.delete(f"uploads/{opened['id']}").status == 204
    harness.wait_until(lambda: opened["id"] not in uploads(daemon), what="its files are gone")
    for reply in (officer.get(f"uploads/{opened['id']}"), officer.delete(f"uploads/{opened['id']}"),
                  put(officer, opened["id"], 0, data), finish(officer, opened["id"], version_of(officer, target))):
        assert reply.status == 404 and reply.problem["rule"] == "no-such-upload", reply
    for name in ("x", str(uuid.uuid4()), "..", "%2e%2e%2f"):
        assert officer.get(f"uploads/{name}").status in (400, 404), name


def test_limits_of_a_matter(case):
    officer, target, big = case.as_("officer"), f"cases/{case.case}", os.urandom(4 << 20)
    opened = open_upload(officer, target, big).ok()
    # what is under way counts
    refused(lambda: open_upload(officer, target, big).ok(), status=413, rule="matter-full")
    send_all(officer, opened, big)
    finish(officer, opened["id"], version_of(officer, target)).ok()
    problem = refused(lambda: open_upload(officer, target, big).ok(), status=413, rule="matter-full")
    assert problem.field == "size"
    assert open_upload(officer, target, big[:2 << 20]).status == 201


def test_another_unit_sees_no_upload(case, client):
    officer, target, data = case.as_("officer"), f"cases/{case.case}", b"x" * 100
    upload = open_upload(officer, target, data).ok()["id"]
    for account in ("station_officer", "neighbour", "police", "admin", "auditor", "co_officer", "principal"):
        one = client(account)
        assert one.get(f"uploads/{upload}").status == 404, account
        assert put(one, upload, 0, data).status == 404, account
        assert finish(one, upload, 3).status == 404, account
        assert one.delete(f"uploads/{upload}").status == 404, account
    for account in ("station_officer", "neighbour", "police", "admin"):
        one = client(account)
        assert open_upload(one, target, data).status == 404, account
        assert one.get(f"{target}/materials").status == 404, account
        assert one.get(f"{target}/items").status == 404, account
    assert open_upload(client("auditor"), target, data).status == 403
    assert open_upload(officer, f"clues/{case.case}", data).status == 404  # a case is no clue
    assert open_upload(officer, "cases/999999", data).status == 404


def test_nobody_attaches_a_content_by_its_digest(case):
    """Else whoever knows a digest could read the content."""
    officer = case.as_("officer")
    material = add(officer, f"cases/{case.case}", b"somebody's content")
    fields = {name: material[name] for name in ("sha256", "sha512", "sm3", "media_type")}
    fields.update(material_name="x.pdf", material_kind=KIND, material_size=material["size"])
    for sent in (fields, {"material_title": "x"}, {}):
        problem = refused(case.on_case, "officer", "material_add", status=422, **sent)
        assert problem.rule in ("unknown-field", "required"), problem
    assert "material_add" not in [a["act"] for a in officer.get(f"cases/{case.case}/next").ok()["acts"]]
    opened = open_upload(officer, f"cases/{case.case}", b"x").ok()
    send_all(officer, opened, b"x")
    reply = finish(officer, opened["id"], version_of(officer, f"cases/{case.case}"), fields={"sha256": fields["sha256"]})
    assert reply.status == 422 and reply.problem["rule"] == "unknown-field"


def test_without_a_login_nothing(case, client):
    officer = case.as_("officer")
    upload = open_upload(officer, f"cases/{case.case}", b"x").ok()["id"]
    stranger = client()
    for reply in (put(stranger, upload, 0, b"x"), stranger.get(f"uploads/{upload}"),
                  stranger.get(f"cases/{case.case}/materials/1/content")):
        assert reply.status == 401


# --- bad disks ------------------------------------------------------------------------------------------


def test_an_altered_content_is_never_delivered_whole(case, daemon):
    officer, data = case.as_("officer"), os.urandom(20 * CHUNK)
    material = add(officer, f"cases/{case.case}", data)
    path = daemon.store / sha(data)[:2] / sha(data)[2:]
    damage(path, 12345)
    with pytest.raises(harness.http.client.IncompleteRead):
        officer.get(material["href"])
    assert daemon.log_contains("content_altered")
    with open(path, "r+b") as f:
        f.truncate(1000)
    reply = officer.get(material["href"])
    assert reply.status == 500 and reply.problem["rule"] == "content-altered"
    path.unlink()
    reply = officer.get(material["href"])
    assert reply.status == 500 and reply.problem["rule"] == "content-missing"
    # the same content again mends it
    add(officer, f"cases/{case.case}", data, name="again.pdf")
    assert officer.get(material["href"]).body == data


def test_a_chunk_that_went_bad_is_asked_for_again(case, daemon):
    officer, target, data = case.as_("officer"), f"cases/{case.case}", os.urandom(4 * CHUNK)
    opened = open_upload(officer, target, data).ok()
    for n in (0, 1, 3):
        put(officer, opened["id"], n, data[n * CHUNK:(n + 1) * CHUNK]).ok()
    damage(daemon.store / "uploads" / opened["id"] / "data", 3 * CHUNK + 7)
    put(officer, opened["id"], 2, data[2 * CHUNK:3 * CHUNK]).ok()
    version = version_of(officer, target)

    def bad():
        reply = finish(officer, opened["id"], version)
        return reply.status == 409 and reply.problem["rule"] in ("chunk-damaged", "upload-incomplete")

    assert bad()
    status = officer.get(f"uploads/{opened['id']}").ok()
    assert status["missing"] == [{"first": 3, "last": 3}]
    put(officer, opened["id"], 3, data[3 * CHUNK:]).ok()
    assert finish(officer, opened["id"], version).ok()["material"]["sha256"] == sha(data)


def test_a_full_disk_is_said_and_nothing_is_half_there(postgres, new_database, tmp_path):
    """A file system that is too small for the file, then full in the middle of it."""
    mount = tmp_path / "small"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", mount], capture_output=True).returncode:
        pytest.skip("no right to mount a small file system")
    try:
        name = new_database()
        with harness.Daemon(postgres.url(name, "ipcase_app"), tmp_path / "d",
                            {"store": {"dir": mount, "chunk": "1 MiB"}}) as server:
            walk = Walk(server)
            walk.to_investigating()
            officer, target = walk.as_("officer"), f"cases/{walk.case}"
            reply = officer.post(f"{target}/uploads", {"name": "a.bin", "kind": KIND, "size": 60 << 20})
            assert reply.status == 507 and reply.problem["rule"] == "storage-full", reply
            data = os.urandom(8 << 20)
            opened = open_upload(officer, target, data).ok()
            put(officer, opened["id"], 0, data[:1 << 20]).ok()
            with open(mount / "filler", "wb", buffering=0) as f, contextlib.suppress(OSError):
                while True:
                    f.write(b"x" * (1 << 20))
            reply = put(officer, opened["id"], 1, data[1 << 20:2 << 20])
            assert reply.status == 507 and reply.problem["rule"] == "storage-full", reply
            assert officer.get(f"uploads/{opened['id']}").ok()["there"] == 1
            (mount / "filler").unlink()
            send_all(officer, opened, data)
            assert finish(officer, opened["id"], version_of(officer, target)).ok()["material"]["sha256"] == sha(data)
            walk.close()
    finally:
        subprocess.run(["umount", mount], check=False)


# --- the sweep, no store ------------------------------------------------------------------------------------


def test_uploads_left_alone_are_removed(postgres, new_database, tmp_path):
    name = new_database()
    with harness.Daemon(postgres.url(name, "ipcase_app"), tmp_path / "d",
                        {"store": {"chunk": "64 KiB", "upload_idle": "2 s"}}) as server:
        walk = Walk(server)
        walk.to_investigating()
        officer, target, data = walk.as_("officer"), f"cases/{walk.case}", os.urandom(4 * CHUNK)
        idle = open_upload(officer, target, data).ok()["id"]
        busy = open_upload(officer, target, data).ok()
        done = add(officer, target, b"kept")
        (server.store / "uploads" / str(uuid.uuid4())).mkdir()  # of a row that was never made
        (server.store / "tmp" / "left").write_bytes(b"x")
        deadline = time.monotonic() + 20
        n = 0
        while uploads(server) != [busy["id"]]:
            assert time.monotonic() < deadline, uploads(server)
            put(officer, busy["id"], n % 4, data[n % 4 * CHUNK:(n % 4 + 1) * CHUNK]).ok()
            os.utime(server.store / "uploads" / busy["id"] / "journal")
            n += 1
            time.sleep(0.2)
        assert officer.get(f"uploads/{idle}").status == 404
        harness.wait_until(lambda: not list((server.store / "tmp").iterdir()), what="tmp is empty")
        send_all(officer, busy, data)
        assert finish(officer, busy["id"], version_of(officer, target)).ok()["material"]["number"] == 2
        assert officer.get(done["href"]).body == b"kept"
        walk.close()


def test_without_a_store_nothing_is_taken(postgres, new_database, tmp_path):
    name = new_database()
    with harness.Daemon(postgres.url(name, "ipcase_app"), tmp_path / "d", {"store": {"dir": ""}}) as server:
        walk = Walk(server)
        walk.to_investigating()
        reply = open_upload(walk.as_("officer"), f"cases/{walk.case}", b"x")
        assert reply.status == 409 and reply.problem["rule"] == "store-missing"
        assert walk.as_("officer").get(f"cases/{walk.case}/materials").ok()["items"] == []
        walk.close()


def test_a_store_that_is_not_there_stops_the_start(postgres, database, tmp_path):
    server = harness.Daemon(postgres.url(database, "ipcase_app"), tmp_path / "d", {"store": {"dir": "/nonexistent"}})
    with pytest.raises(AssertionError, match="ended with"):
        server.start()
    assert server.log_contains("/nonexistent")


# --- memory and speed ----------------------------------------------------------------------------------------------


def rss_kib(process):
    text = open(f"/proc/{process.pid}/status", encoding="ascii").read()
    return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1])


def test_a_large_file_needs_little_memory(postgres, new_database, tmp_path):
    """200 MiB up and down through chunks of 4 MiB; the daemon grows by less than 30 MiB."""
    size, name = 200 << 20, new_database()
    with harness.Daemon(postgres.url(name, "ipcase_app"), tmp_path / "d") as server:
        walk = Walk(server)
        walk.to_investigating()
        officer, target = walk.as_("officer"), f"cases/{walk.case}"
        piece = os.urandom(4 << 20)
        digest, most = hashlib.sha256(), 0
        add(officer, target, piece[:100])
        before = rss_kib(server.process)
        opened = officer.post(f"{target}/uploads", {"name": "录像.mp4", "kind": "视听资料", "size": size}).ok()
        for n in range(opened["chunks"]):
            chunk = n.to_bytes(8, "big") + piece[8:]
            digest.update(chunk)
            put(officer, opened["id"], n, chunk).ok()
            most = max(most, rss_kib(server.process))
        material = finish(officer, opened["id"], version_of(officer, target)).ok()["material"]
        assert material["sha256"] == digest.hexdigest() and material["size"] == size
        conn = harness.http.client.HTTPConnection(server.host, server.port, timeout=60)
        conn.request("GET", material["href"], headers={"Authorization": f"Bearer {officer.token}"})
        reply, again = conn.getresponse(), hashlib.sha256()
        assert reply.status == 200
        while data := reply.read(1 << 20):
            again.update(data)
            most = max(most, rss_kib(server.process))
        conn.close()
        assert again.hexdigest() == material["sha256"]
        print(f"the daemon grew by {most - before} KiB from {before} KiB")
        if not harness.BIN.name.startswith("asan"):  # which keeps what was freed
            assert most - before < 30 * 1024, f"grew by {most - before} KiB from {before} KiB"
        walk.close()


def test_a_client_that_leaves_or_is_slow_harms_nobody(case, daemon):
    officer, data = case.as_("officer"), os.urandom(4 << 20)
    material = add(officer, f"cases/{case.case}", data)
    request = (f"GET {material['href']} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {officer.token}\r\n\r\n").encode()
    for _ in range(20):
        with harness.socket.create_connection((daemon.host, daemon.port)) as s:
            s.sendall(request)
            s.recv(1000)
    # one connection: a file, then something else, then a file again
    for _ in range(3):
        assert officer.get(material["href"]).body == data
        assert officer.get("me").status == 200
    slow = [harness.socket.create_connection((daemon.host, daemon.port)) for _ in range(8)]
    for s in slow:
        s.sendall(request)
    assert officer.get(material["href"]).body == data
    for s in slow:
        s.close()
    assert daemon.alive() and officer.get("me").status == 200


# --- goods --------------------------------------------------------------------------------------------------------------


def items(walk, account="officer"):
    return walk.as_(account).get(f"cases/{walk.case}/items").ok()["items"]


def test_the_chain_of_custody_of_an_item(case, postgres, database):
    add(case.as_("officer"), f"cases/{case.case}", b"photo", name="照片.jpg", kind="物证")
    case.on_case("officer", "item_add", "2026-03-11T09:00:00+08:00", photo=1, **ITEM)
    case.on_case("officer", "item_seal", "2026-03-11T10:00:00+08:00", item=1, seal_no="封0001")
    case.on_case("clerk", "item_move", "2026-03-12T09:00:00+08:00", item=1, custodian="内勤丙", item_place="罚没仓库5号架")
    case.on_case("officer", "item_test", "2026-03-13T09:00:00+08:00", item=1, test_organ="某检测机构", seal_no="封0002",
                 test_result="不是权利人生产")
    [item] = items(case)
    assert (item["item"], item["name"], item["quantity"], item["status"]) == (1, "机油", "55桶", "held")
    assert (item["custodian"], item["place"], item["seal"]) == ("内勤丙", "罚没仓库5号架", "封0002")
    assert item["since"].startswith("2026-03-13T09:00:00")
    assert [a["act"] for a in item["chain"]] == ["item_add", "item_seal", "item_move", "item_test"]
    assert item["chain"][0]["fields"]["seizure_no"] == "24-1" and item["chain"][2]["by"]["account"] == "clerk"
    case.on_case("officer", "item_return", "2026-03-14", item=1, item_receiver="某店主", reason="与违法行为无关")
    [item] = items(case, "principal")
    assert item["status"] == "returned" and item["custodian"] == "某店主"
    for act, more in (("item_move", {"custodian": "x", "item_place": "y"}), ("item_seal", {"seal_no": "z"}),
                      ("item_return", {"item_receiver": "x", "reason": "y"})):
        refused(case.on_case, "officer", act, "2026-03-15", rule="item-not-held", item=1, **more)
    harness.ctl("rebuild", "--check", "--database", postgres.url(database, "ipcase_owner"))


def test_what_custody_refuses(case):
    case.on_case("officer", "item_add", "2026-03-11T09:00:00+08:00", **ITEM)
    move = {"item": 1, "custodian": "内勤丙", "item_place": "5号架"}
    refused(case.on_case, "officer", "item_move", "2026-03-12", rule="no-such-item", **{**move, "item": 2})
    refused(case.on_case, "officer", "item_move", "2026-03-11T08:59:00+08:00", rule="custody-order", **move)
    refused(case.on_case, "officer", "item_move", "2026-03-12", rule="custody-unchanged", item=1,
            custodian=ITEM["custodian"], item_place=ITEM["item_place"])
    refused(case.on_case, "officer", "item_move", "2026-03-12", rule="no-such-material", photo=1, **move)
    refused(case.on_case, "officer", "item_move", "2026-03-12", status=422, rule="required", item=1, item_place="x")
    refused(case.on_case, "officer", "item_add", "2026-03-12", rule="no-such-measure", measure=1, **ITEM)
    destroy = {"item": 1, "destroy_method": "焚烧", "item_place": "垃圾处理场", "reason": "依法没收后销毁"}
    refused(case.on_case, "officer", "item_destroy", "2026-03-13", rule="two-executors", executors=["承办甲"], **destroy)
    refused(case.on_case, "clerk", "item_destroy", "2026-03-13", status=403, rule="missing-role",
            executors=["承办甲", "协办乙"], **destroy)
    case.on_case("officer", "item_destroy", "2026-03-13", executors=["承办甲", "协办乙"], **destroy)
    assert items(case)[0]["status"] == "destroyed"
    blocked = {a["act"]: a.get("blocked") for a in case.as_("officer").get(f"cases/{case.case}/next").ok()["acts"]}
    assert blocked["item_move"]["rule"] == "item-not-held" and not blocked["item_add"]


def test_goods_of_the_clue_go_on_in_the_case(walk, postgres, database):
    walk.register()
    walk.on_clue("officer", "item_add", "2026-03-03", **ITEM)
    walk.on_clue("officer", "item_add", "2026-03-03", **{**ITEM, "item_name": "账本", "quantity": "1", "quantity_unit": "册"})
    walk.on_clue("officer", "item_return", "2026-03-04", item=1, item_receiver="店主", reason="无关")
    walk.file()
    clue = walk.as_("officer").get(f"clues/{walk.clue}/items").ok()["items"]
    assert [i["status"] for i in clue] == ["returned", "moved"]
    [item] = items(walk)
    assert (item["item"], item["name"], item["status"]) == (1, "账本", "held")
    walk.on_case("officer", "item_add", "2026-03-11", **ITEM)
    walk.on_case("clerk", "item_move", "2026-03-12", item=1, custodian="内勤丙", item_place="档案室")
    walk.on_case("officer", "item_seal", "2026-03-12", item=2, seal_no="封3")
    first, second = items(walk)
    assert [(a["matter"]["kind"], a["act"]) for a in first["chain"]] == [("clue", "item_add"), ("case", "item_move")]
    assert [a["act"] for a in second["chain"]] == ["item_add", "item_seal"] and second["name"] == "机油"
    harness.ctl("rebuild", "--check", "--database", postgres.url(database, "ipcase_owner"))


# --- row-level security -------------------------------------------------------------------------------------------------------------


def test_the_database_shows_uploads_of_visible_units_only(postgres, database, case):
    officer = case.as_("officer")
    open_upload(officer, f"cases/{case.case}", b"x").ok()
    with contextlib.closing(postgres.connect(database, "ipcase_app")) as conn, conn.cursor() as cur:
        conn.autocommit = False
        cur.execute("SELECT count(*) FROM ipcase.upload")
        assert cur.fetchone() == (0,)
        for units, visible in (("{12}", False), ("{11}", True), ("{20,30,40}", False)):
            cur.execute("SELECT set_config('ipcase.units', %s, true)", (units,))
            cur.execute("SELECT count(*) > 0 FROM ipcase.upload")
            assert cur.fetchone() == (visible,), units
        conn.rollback()


def test_replies_fit_the_document(case, client):
    officer = case.as_("officer")
    document = client().get("openapi.json").ok()
    schemas = document["components"]["schemas"]
    opened = open_upload(officer, f"cases/{case.case}", b"x" * 10)
    chunk = put(officer, opened.ok()["id"], 0, b"x" * 10)
    shown = officer.get(f"uploads/{opened.ok()['id']}")
    done = finish(officer, opened.ok()["id"], version_of(officer, f"cases/{case.case}"))
    case.on_case("officer", "item_add", "2026-03-11", **ITEM)
    for reply, path, method in ((opened, "/cases/{id}/uploads", "post"), (chunk, "/uploads/{id}/chunks/{n}", "put"),
                                (shown, "/uploads/{id}", "get"), (done, "/uploads/{id}/finish", "post"),
                                (officer.get(f"cases/{case.case}/materials"), "/cases/{id}/materials", "get"),
                                (officer.get(f"cases/{case.case}/items"), "/cases/{id}/items", "get")):
        operation = document["paths"]["/api/v1" + path][method]
        schema = operation["responses"][str(reply.status)]["content"]["application/json"]["schema"]
        fits(schemas, schema, reply.ok(), path)
