# SPDX-License-Identifier: MulanPSL-2.0
"""Hand-overs with the client alone: C1 walked by officers and liaisons, answers on paper, discs between two systems that
share no network, what is refused, the printed receipt."""
import hashlib
import json
import re
import shutil
import subprocess
import unicodedata

import pytest

import harness
import hub as hubs
from worlds import EVIDENCE, REPORT, World, disc_only, disc_pair, trust


def width(text):
    return sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)


# --- systems ------------------------------------------------------------------------------------


def digests(thread):
    return [(r["lane"], r["n"], r["digest"]) for r in thread["records"]]


def by_lane(thread):
    return sorted(digests(thread))


@pytest.fixture(scope="module")
def world(postgres, database, scratch):
    folder = scratch / f"{database}_world"
    folder.mkdir()
    one = World(postgres, database, folder)
    yield one
    one.stop()


@pytest.fixture(scope="module")
def sent(world):
    """A hand-over with a package, as far as the police's inbox: {copy, thread, number, case}."""
    case = world.case()
    world.material(case)
    copy = world.to_approved(case=case)
    world.submit(copy, "--attach", "1")
    head = world.json("officer", "handoff", "show", copy)["handoff"]
    return {"copy": copy, "thread": head["thread"], "number": head["number"], "case": case}


# --- the conversation ------------------------------------------------------------------------------


def test_everybody_sees_his_copy(world, sent):
    assert re.fullmatch(r"样市监移〔2026〕\d+号", sent["number"])
    for account, side in (("officer", "sender"), ("police", "receiver"), ("procuratorate", "third")):
        rows = [r for r in world.json(account, "handoff", "list")["items"] if r["thread"] == sent["thread"]]
        assert [r["side"] for r in rows] == [side]
        assert rows[0]["state"] == "c1_sent" and rows[0]["number"] == sent["number"]
        view = world.json(account, "handoff", "show", sent["thread"])
        assert view["kind"] == "handoff" and view["procedure"] == "c1"
        sides = {p["side"]: p for p in view["handoff"]["parties"]}
        assert {s: p["code"] for s, p in sides.items()} == {
            "sender": "bureau", "receiver": "police", "third": "procuratorate"}
        assert sides["third"]["name"] == "样县人民检察院"
        assert [s for s, p in sides.items() if p["own"]] == [side]
    # An organ that takes no part sees nothing of it, and nobody else's case is open to a liaison.
    assert world.json("court", "handoff", "list", "--all")["items"] == []
    world.run("court", "handoff", "show", sent["thread"], code=5)
    world.run("police", "handoff", "show", sent["copy"], code=5)
    world.run("police", "case", "show", sent["case"], code=5)
    assert world.json("police", "case", "list")["items"] == []


def test_the_number_finds_it_in_any_brackets(world, sent):
    year, serial = re.findall(r"\d+", sent["number"])
    for text in (sent["number"], f"样市监移[{year}]{serial}号", f"样市监移（{year}）{serial}号", sent["thread"]):
        assert world.json("officer", "handoff", "show", text)["id"] == sent["copy"]
    assert "没有文号为" in world.run("officer", "handoff", "show", "样市监移〔2026〕999号", code=5)


def test_lists_filter(world, sent):
    def threads(account, *options):
        return [r["thread"] for r in world.json(account, "handoff", "list", *options)["items"]]
    assert sent["thread"] in threads("officer", "--side", "out")
    assert sent["thread"] not in threads("officer", "--side", "收到")
    assert sent["thread"] in threads("procuratorate", "--side", "in")
    assert sent["thread"] in threads("officer", "--channel", "C1", "--peer", "police")
    assert threads("officer", "--channel", "c2") == []
    assert sent["thread"] in threads("officer", "--state", "已送公安待接受")
    assert "没有“乱写”这种状态" in world.run("officer", "handoff", "list", "--state", "乱写", code=3)
    world.run("officer", "handoff", "list", "--side", "left", code=1)
    world.run("officer", "handoff", "list", "--channel", "c12", code=1)


def test_tables_are_aligned(world, sent):
    lines = world.run("officer", "handoff", "list").splitlines()
    assert lines[0].split()[:1] == ["灯"] and lines[-1].startswith("共 ")
    column = width(lines[0][:lines[0].index("地位")])
    for line in lines[1:-1]:
        at = next(i for i in range(len(line)) if width(line[:i]) == column)
        assert line[at:].startswith("移送方")


def test_queues_show_it(world, sent):
    rows = world.json("police", "queue", "--kind", "handoff")["items"]
    assert sent["number"] in [r["number"] for r in rows] and {r["kind"] for r in rows} == {"handoff"}
    waiting = world.json("officer", "queue", "waiting", "--kind", "handoff")["items"]
    assert sent["copy"] in [r["id"] for r in waiting]
    client = world.daemon.client("officer")
    assert client.get(f"matters/{sent['copy']}").ok() == {
        "id": sent["copy"], "kind": "handoff", "href": f"/api/v1/handoffs/{sent['copy']}"}
    assert "移送" in world.run("officer", "case", "show", sent["case"])
    client.close()


def test_acts_go_to_and_fro(world):
    copy = world.to_approved()
    world.submit(copy)
    thread = world.json("officer", "handoff", "show", copy)["handoff"]["thread"]
    acts = {a["act"] for a in world.json("police", "handoff", "next", thread)["acts"]}
    assert "accept" in acts and not acts & {"delivered", "retrieved"}  # these the program makes
    # Whose act it is is not for the other to do.
    out = world.run("officer", "handoff", "do", copy, "accept", "police_receipt=x", code=4)
    assert "对方机关在线办理" in out
    world.run("police", "handoff", "do", thread, "submit", code=4)
    world.run("police", "handoff", "do", thread, "accept", "police_receipt=样公受案字〔2026〕9号",
              "--at", "2026-11-19 10:00")
    world.hub.settle()
    clocks = {c["rule"]: c for c in world.json("officer", "handoff", "clocks", copy)["items"]}
    assert clocks["C1.6"]["owner"] == "police"
    assert (clocks["C1.6"]["strict_due"], clocks["C1.6"]["due"]) == ("2026-11-22", "2026-11-23")
    out = world.run("officer", "handoff", "clocks", copy)
    assert "不顺延到期" in out and "2026-11-22" in out and "2026-11-23" in out
    world.run("police", "handoff", "do", thread, "deficient", "deficiencies=鉴定机构资质证明", "--at", "2026-11-20 9:00")
    world.hub.settle()
    assert world.state("officer", copy) == "c1_deficient"
    assert copy in [r["id"] for r in world.json("officer", "queue", "--kind", "handoff")["items"]]
    world.run("officer", "handoff", "do", copy, "supplement", "note=补交资质证明", "--at", "2026-11-20 15:00")
    world.hub.settle()
    world.run("police", "handoff", "do", thread, "file", "filed_no=样公立字〔2026〕5号", "paper_on=2026-11-21",
              "--at", "2026-11-21 16:00")
    world.hub.settle()
    for account in ("officer", "police", "procuratorate"):
        assert world.state(account, thread) == "c1_filed"
    mine, theirs = world.thread(copy), world.thread(thread, "police")
    assert by_lane(mine) == by_lane(theirs)
    assert mine["holds"] and all(r["signature_good"] and r["chain_good"] for r in mine["records"])
    kinds = [r["kind"] for r in mine["records"]]
    by_people = [k for k in kinds if k not in ("delivered", "retrieved", "not-answered-in-time")]
    assert by_people == ["submitted", "accepted", "returned-for-completion", "supplemented", "filed"]
    table = world.run("officer", "handoff", "thread", copy)
    assert "要求补正" in table and mine["records"][0]["digest"][7:19] in table and "全部相符" in table
    assert "未与可信名单核对" in table
    assert "未与可信名单核对" not in world.run("officer", "handoff", "thread", copy, "--trust", world.hub.ca / "ca.pem")
    seen = world.run("officer", "handoff", "timeline", copy)
    assert "移送涉嫌犯罪案件报告" in seen and "公安机关立案" in seen
    assert "报告" not in world.run("police", "handoff", "timeline", thread)  # inner acts stay at home


def test_a_foreign_certificate_is_no_proof(world, sent, tmp_path):
    harness.ctl("key", "ca", "--dir", tmp_path / "ca", "--name", "别的CA")
    out = world.run("officer", "handoff", "thread", sent["copy"], "--trust", tmp_path / "ca/ca.pem", code=1)
    assert "不符" in out and "结论：" in out


def test_organs_have_codes(world):
    out = world.run("officer", "handoff", "organs")
    assert re.search(r"police +样县公安局", out)
    assert {p["code"] for p in world.json("officer", "handoff", "organs")["items"]} >= {"bureau", "police"}
    copy = world.to_approved()
    row = world.json("officer", "handoff", "show", copy)["facts"]
    assert row["peer"] == "police" and row["copy_to"] == ["procuratorate"]  # names became codes
    assert "公安机关" in out and not re.search(r"police +样县公安局 +police", out)
    out = world.run("officer", "handoff", "new", "c1", "--case", "1", "peer=某县公安局", code=3)
    assert "没有名称为“某县公安局”的机关" in out and "ipcase handoff organs" in out


def test_what_people_read_has_no_codes(world, sent):
    by_name, by_code = (world.json("officer", "handoff", "list", "--peer", one) for one in ("样县公安局", "police"))
    assert by_name == by_code and by_name["items"]
    assert "没有名称为" in world.run("officer", "handoff", "list", "--peer", "某局", code=3)
    copy = world.json("officer", "handoff", "new", "c1", "--case", world.case(), "peer=样县公安局",
                      "copy_to=样县人民检察院", "--at", "2026-11-16 10:00")["matter"]["id"]
    world.run("deputy_head", "handoff", "do", copy, "appoint", "officer=officer", "co_officer=co_officer",
              "--at", "2026-11-16 15:00")
    world.run("officer", "handoff", "do", copy, "report_request", *REPORT, "--at", "2026-11-17 9:00")
    out = world.run("principal", "handoff", "show", copy)
    request = out[out.index("待审批的申请"):out.index("事实")]
    assert re.search(r"request=\d+  移送涉嫌犯罪案件报告，\S+ 2026-11-17 申请，待局长办理", request), request
    assert "移送依据: 达到追诉标准" in request and "询问笔录、辨认意见" in request
    assert "waits_for" not in out and "{" not in out
    assert "涉罪提示: 红" in out and "TM_SALE 销售假冒注册商标的商品罪" in out
    assert "类型" in world.run("officer", "units") and "brigade" not in world.run("officer", "units")
    assert "案件或线索" in world.run("officer", "item", "list", f"handoff:{copy}", code=1)


def test_help_names_everything(world):
    out = world.run("officer", "help", "channels")
    assert all(f"c{n} " in out for n in range(1, 10))
    for command in ("list", "new", "show", "next", "do", "timeline", "clocks", "thread", "export", "import", "stub",
                    "organs", "quarantine"):
        assert "用法" in world.run("officer", "help", "handoff", command)


# --- the printed receipt --------------------------------------------------------------------------------


def qr_codes(image):
    done = subprocess.run(["zbarimg", "-q", "--raw", image], capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_receipt_can_be_read_back_from_paper(world, sent, tmp_path):
    from PIL import Image, ImageFilter
    pdf = tmp_path / "回执.pdf"
    world.run("officer", "handoff", "stub", sent["number"], pdf)
    again = tmp_path / "again.pdf"
    world.run("officer", "handoff", "stub", sent["copy"], again)
    assert pdf.read_bytes() == again.read_bytes()
    package = world.thread(sent["copy"])["packages"][0]
    want = {"d": package["manifest"][7:39], "h": sent["number"], "n": package["items"], "t": sent["thread"]}
    subprocess.run(["pdftoppm", "-r", "300", "-gray", "-png", pdf, tmp_path / "page"], check=True)
    page = next(tmp_path.glob("page*.png"))
    assert qr_codes(page) == [want]
    # Printed, scanned a little askew, saved badly.
    scan = Image.open(page).convert("L").rotate(2, expand=True, fillcolor=255, resample=Image.BICUBIC)
    scan.filter(ImageFilter.GaussianBlur(2)).save(tmp_path / "scan.jpg", quality=60)
    assert qr_codes(tmp_path / "scan.jpg") == [want]
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    assert sent["number"] in text and "样县市场监督管理局" in text and "样县公安局" in text
    plain = re.sub(r"\s", "", text)
    assert package["manifest"][7:39] in plain and package["manifest"][39:71] in plain
    info = subprocess.run(["pdfinfo", pdf], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Pages: +1\b", info) and "A4" in info and "2026" in info


def test_nothing_sent_is_nothing_to_receive(world, tmp_path):
    copy = world.to_approved()
    out = world.run("officer", "handoff", "stub", copy, tmp_path / "x.pdf", code=2)
    assert "尚未移送" in out and not (tmp_path / "x.pdf").exists()
    out = world.run("officer", "handoff", "export", copy, tmp_path / "disc", code=2)
    assert "没有可以导出的内容" in out and list(tmp_path.iterdir()) == []
    out = world.run("officer", "handoff", "thread", copy)
    assert "还没有往来记录" in out and "相符" not in out
    assert world.thread(copy)["records"] == []


# --- answers on paper ---------------------------------------------------------------------------------------


def test_paper_answers_are_registered(world, postgres):
    postgres.query(world.hub.database, "UPDATE ipcase.account SET active = false WHERE roles = '{exchange}'"
                   " AND unit_id = 20")
    try:
        copy = world.to_approved()
        parties = {p["side"]: p for p in world.json("officer", "handoff", "show", copy)["handoff"]["parties"]}
        assert not parties["receiver"]["connected"] and parties["third"]["connected"]
        world.submit(copy)
        accept = next(a for a in world.json("officer", "handoff", "next", copy)["acts"] if a["act"] == "accept")
        assert accept["registers"] is True
        fields = {f["name"]: f for f in accept["fields"]}
        assert fields["registered_medium"]["required"] and not fields["registered_scan"]["required"]
        assert "纸质" in [c["value"] for c in fields["registered_medium"]["choices"]]
        assert "接受移送（登记对方答复）" in world.run("officer", "handoff", "next", copy)
        out = world.run("officer", "handoff", "do", copy, "accept", "police_receipt=乐公受案字9号",
                        "--at", "2026-11-19 10:00", code=3)
        assert "答复载体" in out
        world.run("officer", "handoff", "do", copy, "accept", "police_receipt=样公受案字9号", "registered_medium=纸质",
                  "--at", "2026-11-19 10:00")
        world.hub.settle()
        last = [r for r in world.thread(copy)["records"] if r["kind"] == "accepted"][0]
        body = json.loads(last["body"])
        assert last["lane"] == "bureau" and body["registered"]["for"] == "police"
        assert body["registered"]["medium"] == "纸质" and body["side"] == "receiver"
        assert body["happened_at"].startswith("2026-11-19T10:00") and body["made_at"] > body["happened_at"]
        assert "接收（纸质登记）" in world.run("officer", "handoff", "thread", copy)
        # The organ that reads along has it too.
        thread = world.json("officer", "handoff", "show", copy)["handoff"]["thread"]
        harness.wait_until(lambda: by_lane(world.thread(thread, "procuratorate")) == by_lane(world.thread(copy)), 20,
                           "equal copies")
    finally:
        postgres.query(world.hub.database, "UPDATE ipcase.account SET active = true WHERE roles = '{exchange}'")


def test_a_letter_that_came_on_paper(world):
    out = world.run("officer", "handoff", "new", "c2", "--received", "peer=邻县市场监督管理局", "title=邻县移送的线索",
                    "market_organ=是", "handoff_no=邻市监移〔2026〕7号", "--at", "2026-11-20")
    assert "来件登记" in out
    row = next(r for r in world.json("officer", "handoff", "list", "--side", "in")["items"] if r["channel"] == "c2")
    assert row["side"] == "receiver" and row["peer"] == {"code": "neighbour", "name": "邻县市场监督管理局"}
    table = world.run("officer", "handoff", "next", row["id"])
    assert "签收" in table
    world.run("officer", "handoff", "new", "c2", "--received", "peer=没有这个机关", "title=x", "market_organ=是", code=3)
    world.run("police", "handoff", "new", "c1", "peer=bureau", code=4)  # the police hand nothing over to the police


# --- discs ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair(postgres, scratch):
    databases = {"bureau": "disc_bureau", "police": "disc_police"}
    for name in databases.values():
        postgres.copy_database(name, "ipcase_seeded")
    worlds = disc_pair(postgres, scratch, databases)
    yield worlds
    for world in worlds:
        world.stop()
        postgres.drop_database(world.hub.database)


@pytest.fixture(scope="module")
def disc(pair, tmp_path_factory):
    """A hand-over with a package on its first disc."""
    bureau, _ = pair
    case = bureau.case()
    bureau.material(case)
    out = bureau.json("officer", "handoff", "new", "c1", "--case", case, "peer=police", "copy_to=procuratorate")
    copy = out["matter"]["id"]
    bureau.run("deputy_head", "handoff", "do", copy, "appoint", "officer=officer", "co_officer=co_officer")
    bureau.run("officer", "handoff", "do", copy, "report_request", *REPORT)
    bureau.run("principal", "handoff", "do", copy, "report_approve")
    bureau.run("officer", "handoff", "do", copy, "submit", "--attach", "1")
    folder = tmp_path_factory.mktemp("disc") / "first"
    said = bureau.run("officer", "handoff", "export", copy, folder)
    return {"copy": copy, "folder": folder, "said": said, "case": case}


def outcomes(done):
    return [r["outcome"] for r in json.loads(done.stdout)["results"]]


def test_the_disc_is_whole(pair, disc):
    bureau, _ = pair
    folder = disc["folder"]
    assert "全部相符" in disc["said"] and f"回执: {folder}/stub.pdf" in disc["said"]
    names = {p.relative_to(folder).parts[0] for p in folder.rglob("*") if p.is_file()}
    assert names == {"thread.json", "thread.json.p7s", "records", "bags", "certificates", "stub.pdf"}
    stored = next(folder.glob("bags/*/data/**/*.pdf"))
    assert stored.read_bytes() == EVIDENCE
    assert oct(folder.stat().st_mode & 0o077) == "0o0"
    trust = ["--trust", bureau.hub.ca / "ca.pem"]
    assert "结论：" in bureau.run("officer", "verify", folder, *trust)
    # The same hand-over, the same bytes: in a ZIP as well.
    bureau.run("officer", "handoff", "export", disc["copy"], folder.parent / "zipped", "--zip", *trust)
    assert len(list((folder.parent / "zipped").glob("*.zip"))) == 1
    assert "结论：" in bureau.run("officer", "verify", next((folder.parent / "zipped").glob("*.zip")), *trust)
    bureau.run("officer", "handoff", "export", disc["copy"], folder.parent / "again")
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        other = folder.parent / "again" / path.relative_to(folder)
        if not path.name.startswith("thread.json"):  # signed anew each time
            assert path.read_bytes() == other.read_bytes(), path
    # Nothing is written over.
    assert "已经存在" in bureau.run("officer", "handoff", "export", disc["copy"], folder, code=1)


def test_there_and_back_by_disc(pair, disc, tmp_path):
    bureau, police = pair
    first = police.as_("police").run("--json", "handoff", "import", disc["folder"])
    assert set(outcomes(first)) == {"new"}
    again = police.as_("police").run("--json", "handoff", "import", disc["folder"])
    assert set(outcomes(again)) == {"known"}
    sent = police.json("police", "handoff", "list")["items"][0]
    assert sent["state"] == "c1_sent" and sent["side"] == "receiver"
    police.run("police", "handoff", "do", sent["id"], "accept", "police_receipt=样公受案字9号")
    police.run("police", "handoff", "do", sent["id"], "file", "filed_no=样公立字〔2026〕5号", "paper_on=今天")
    back = tmp_path / "back"
    police.run("police", "handoff", "export", sent["id"], back, "--zip")
    done = bureau.as_("clerk").run("--json", "handoff", "import", back)
    assert set(outcomes(done)) == {"new", "known"}
    assert set(outcomes(bureau.as_("clerk").run("--json", "handoff", "import", back))) == {"known"}
    # And once more to the police: what the import there made (delivered) is news to them.
    last = tmp_path / "last"
    bureau.run("officer", "handoff", "export", disc["copy"], last)
    police.run("police", "handoff", "import", last)
    assert bureau.state("officer", disc["copy"]) == police.state("police", sent["id"]) == "c1_filed"
    mine, theirs = bureau.thread(disc["copy"]), police.thread(sent["id"], "police")
    assert by_lane(mine) == by_lane(theirs) and mine["holds"] and theirs["holds"]
    assert mine["packages"][0]["manifest"] == theirs["packages"][0]["manifest"]
    # The case at home knows.
    assert "公安" in bureau.json("officer", "case", "show", disc["case"])["facts"]["criminal_transfer"]
    # The bytes of the evidence came along.
    out = tmp_path / "copy"
    police.run("police", "handoff", "export", sent["id"], out)
    assert hashlib.sha256(next(out.glob("bags/*/data/**/*.pdf")).read_bytes()).digest() == hashlib.sha256(EVIDENCE).digest()


def zipped(folder, target):
    """The folder as a ZIP, as any tool would make it."""
    shutil.make_archive(str(target.with_suffix("")), "zip", folder.parent, folder.name)
    return target


def refused(world, account, path, *rules):
    """The import must be refused, by one of these rules, and change nothing."""
    before = world.json(account, "handoff", "list", "--all")
    done = world.as_(account).run("--json", "handoff", "import", path, check=False)
    assert done.returncode in (3, 8), (done.returncode, done.stdout, done.stderr)
    told = json.loads(done.stdout)
    found = [r["rule"] for r in told["results"] if r["outcome"] == "refused"] if "results" in told else [told["rule"]]
    assert found and set(found) <= set(rules), told
    assert world.json(account, "handoff", "list", "--all") == before
    return told


def copy_of(disc, tmp_path, name="disc"):
    folder = tmp_path / name
    shutil.copytree(disc["folder"], folder)
    return folder


@pytest.fixture(scope="module")
def fresh(pair, postgres, scratch):
    """A police system that has nothing yet."""
    bureau, _ = pair
    postgres.copy_database("disc_fresh", "ipcase_seeded")
    folder = scratch / "disc_fresh"
    folder.mkdir()
    world = World(postgres, "disc_fresh", folder, {"police": hubs.ORGANS["police"], "court": hubs.ORGANS["court"]})
    disc_only(postgres, "disc_fresh", "police", "bureau")
    trust(world, bureau)
    yield world
    world.stop()
    postgres.drop_database("disc_fresh")


def change_byte(path, old, new):
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


def test_an_altered_record_is_refused(fresh, disc, tmp_path):
    folder = copy_of(disc, tmp_path)
    change_byte(next(folder.glob("records/0001*.json")), b"8000000", b"9000000")
    refused(fresh, "police", folder, "export-record")


def test_an_altered_file_in_the_package_is_refused(fresh, disc, tmp_path):
    folder = copy_of(disc, tmp_path)
    change_byte(next(folder.glob("bags/*/data/**/*.pdf")), b"evidence", b"Evidence")
    refused(fresh, "police", folder, "bag-altered")


def test_an_altered_disc_is_not_taken_for_known(pair, disc, tmp_path):
    """All its records are there already; what was altered is refused all the same."""
    bureau, _ = pair
    assert "新增 0，已有" in bureau.run("officer", "handoff", "import", disc["folder"])
    folder = copy_of(disc, tmp_path)
    change_byte(next(folder.glob("bags/*/data/**/*.pdf")), b"evidence", b"Evidence")
    refused(bureau, "officer", folder, "bag-altered", "content-altered")
    out = bureau.run("officer", "handoff", "import", folder, code=3)
    assert re.search(r"整套被拒绝（规则 (bag|content)-altered）", out) and "quarantine" in out
    harness.wait_until(lambda: "光盘（officer）" in bureau.run("principal", "handoff", "quarantine"), 5)


def test_a_missing_record_is_refused(fresh, disc, tmp_path):
    folder = copy_of(disc, tmp_path)
    for path in folder.glob("records/0001*"):
        path.unlink()
    refused(fresh, "police", folder, "export-record")


def test_a_missing_package_is_refused(fresh, disc, tmp_path):
    folder = copy_of(disc, tmp_path)
    shutil.rmtree(next(folder.glob("bags/*")))
    refused(fresh, "police", folder, "bag-declaration")


def test_a_disc_for_somebody_else_is_refused(fresh, disc):
    refused(fresh, "court", disc["folder"], "record-addressee")
    row = next(r for r in fresh.json("court", "handoff", "quarantine")["items"] if r["rule"] == "record-addressee")
    assert row["organ"] == "court" and row["source"].startswith("disc") and row["message"]
    assert re.fullmatch("(sha256:)?[0-9a-f]{64}", row["digest"])
    assert "record-addressee" in fresh.run("court", "handoff", "quarantine")


def test_a_zip_that_is_none_is_refused(fresh, tmp_path):
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"PK\x03\x04 nothing of the kind")
    done = fresh.as_("police").run("--json", "handoff", "import", bad, check=False)
    assert done.returncode == 3 and json.loads(done.stdout)["rule"].startswith("zip-")
    (tmp_path / "empty").mkdir()
    assert "没有 thread.json" in fresh.run("police", "handoff", "import", tmp_path / "empty", code=3)
    fresh.run("police", "handoff", "import", tmp_path / "not-there", code=1)


def test_after_all_that_the_true_disc_is_taken(fresh, disc, tmp_path):
    done = fresh.as_("police").run("--json", "handoff", "import", zipped(disc["folder"], tmp_path / "by-python.zip"))
    assert set(outcomes(done)) == {"new"}  # a ZIP of whatever make


def test_who_may_bring_a_disc(fresh, disc):
    fresh.run("credit_clerk", "handoff", "import", disc["folder"], code=4)


def resigned(world, folder, keep):
    """The export with some records only, listed and signed again by the sender: what a thief of its key could make."""
    listed = json.loads((folder / "thread.json").read_bytes())
    for row in listed["records"]:
        if not keep(row):
            for path in folder.glob(row["file"] + "*"):
                path.unlink()
    listed["records"] = [row for row in listed["records"] if keep(row)]
    body = hubs.canonical(listed)
    (folder / "thread.json").write_bytes(body)
    (folder / "thread.json.p7s").write_bytes(world.hub.sign(body, "bureau"))
    return folder


def test_records_out_of_order_are_refused(pair, fresh, disc, tmp_path):
    bureau, _ = pair
    # A reminder behind the first record; its disc comes without what was before.
    bureau.run("officer", "handoff", "do", disc["copy"], "tell_party", "service_method=直接")
    bureau.run("officer", "handoff", "do", disc["copy"], "hand_over", "note=随案移交")
    bureau.run("officer", "handoff", "export", disc["copy"], tmp_path / "second")
    lane = [r for r in bureau.thread(disc["copy"])["records"] if r["lane"] == "bureau"]
    assert lane[-1]["n"] > 1
    last = {"lane": "bureau", "n": lane[-1]["n"]}
    forged = resigned(bureau, tmp_path / "second", lambda row: {k: row[k] for k in last} == last)
    for path in forged.glob("bags/*"):
        shutil.rmtree(path)
    refused(fresh, "police", forged, "chain-gap")


def test_spooled_parts(fresh, disc):
    client = fresh.daemon.client("police")
    made = client.post("handoffs/inbox/uploads", {"size": 10}).ok()
    assert client.request("PUT", f"handoffs/inbox/uploads/{made['id']}?at=0", b"01234").ok() == {"there": 5}
    assert client.request("PUT", f"handoffs/inbox/uploads/{made['id']}?at=0", b"01234").ok() == {"there": 5}
    for at, body, status, rule in ((6, b"6", 409, "part-order"), (5, b"567890", 422, "part-range"),
                                   (5, b"", 422, "part-range")):
        reply = client.request("PUT", f"handoffs/inbox/uploads/{made['id']}?at={at}", body)
        assert reply.status == status and reply.problem["rule"] == rule
    reply = client.post("handoffs/inbox", {"upload": made["id"]})
    assert reply.status == 409 and reply.problem["rule"] == "upload-incomplete"
    other = fresh.daemon.client("court")
    assert other.request("PUT", f"handoffs/inbox/uploads/{made['id']}?at=5", b"5").status == 404
    assert client.post("handoffs/inbox/uploads", {"size": 0}).status == 413
    assert client.post("handoffs/inbox", {"upload": "../../etc/passwd"}).status == 404
    client.close()
    other.close()
