# SPDX-License-Identifier: MulanPSL-2.0
"""Hand-overs by disc between two systems: small packages a second, and one large file all the way, beside dd and openssl.

BENCH_FILE_MIB   size of the large file   1024
"""
import os
import shutil
import time

import harness
from measure import memory_of
from worlds import disc_pair

FILE_MIB = int(os.environ.get("BENCH_FILE_MIB", "1024"))
PACKAGES, DOCUMENTS, DOCUMENT_BYTES = 6, 20, 256 * 1024


def timed(do):
    start = time.monotonic()
    do()
    return time.monotonic() - start


def systems(postgres, folder):
    """The bureau's system and the police's, with nothing but a disc between them."""
    databases = {own: f"bench_handover_{own}" for own in ("bureau", "police")}
    for name in databases.values():
        if postgres.query("postgres", "SELECT 1 FROM pg_database WHERE datname = %s", name):
            postgres.drop_database(name)
        postgres.setup(name)
        harness.seed(postgres, name)
    return disc_pair(postgres, folder, databases)


def attach(world, case, paths):
    world.run("officer", "material", "add", f"case:{case}", *paths, "--kind", "鉴定意见")


def small(bureau, police, folder, out):
    """Packages of 20 documents and 5 MiB, each an own hand-over."""
    copies = []
    for i in range(PACKAGES):
        case, paths = bureau.case(), []
        for n in range(DOCUMENTS):
            paths.append(folder / f"文书{i}-{n}.pdf")
            paths[-1].write_bytes(os.urandom(DOCUMENT_BYTES))
        attach(bureau, case, paths)
        copies.append(bureau.to_approved(case=case))
    numbers = ",".join(str(n + 1) for n in range(DOCUMENTS))
    steps = {"made and signed": lambda i, c: bureau.submit(c, "--attach", numbers),
             "exported and verified": lambda i, c: bureau.run("officer", "handoff", "export", c, folder / f"disc{i}"),
             "verified alone": lambda i, c: harness.run(harness.program("ipcase"), "verify", folder / f"disc{i}"),
             "imported": lambda i, c: police.run("police", "handoff", "import", folder / f"disc{i}")}
    for name, step in steps.items():
        took = timed(lambda step=step: [step(i, c) for i, c in enumerate(copies)])
        out.append(f"| package of {DOCUMENTS} documents, 5 MiB: {name} | {PACKAGES / took:.1f} a second | |")


def large(bureau, police, folder, out):
    """One file: up, packaged, out, verified, in; its throughput as a ratio to plain tools on the same file."""
    path, disc = folder / "大文件.mkv", folder / "disc-large"
    with open(path, "wb") as f:
        for _ in range(FILE_MIB):
            f.write(os.urandom(1 << 20))
    plain = {
        "dd with fsync": timed(lambda: harness.run("dd", f"if={path}", f"of={folder / 'dd'}", "bs=1M", "conv=fsync", timeout=600)),
        "openssl dgst -sha256": timed(lambda: harness.run("openssl", "dgst", "-sha256", path, timeout=600)),
    }
    (folder / "dd").unlink()
    case = bureau.case()
    copy = bureau.to_approved(case=case)
    rows = [("up (hashed, synced)", timed(lambda: attach(bureau, case, [path])), "dd with fsync")]
    rows.append(("packaged and signed", timed(lambda: bureau.submit(copy, "--attach", "1")), None))
    rows.append(("read back", timed(lambda: bureau.run("officer", "material", "get", f"case:{case}", "1", folder / "back")),
                 "openssl dgst -sha256"))
    (folder / "back").unlink()
    rows.append(("exported and verified", timed(lambda: bureau.run("officer", "handoff", "export", copy, disc)), "dd with fsync"))
    rows.append(("verified alone", timed(lambda: harness.run(harness.program("ipcase"), "verify", disc, timeout=600)),
                 "openssl dgst -sha256"))
    rows.append(("imported", timed(lambda: police.run("police", "handoff", "import", disc)), "dd with fsync"))
    for name, took in plain.items():
        out.append(f"| {FILE_MIB} MiB: {name} | {FILE_MIB / took:.0f} MiB/s | |")
    for name, took, beside in rows:
        rate = f"{FILE_MIB / took:.0f} MiB/s" if beside else f"{took:.2f} s"
        out.append(f"| {FILE_MIB} MiB: {name} | {rate} | " + (f"{plain[beside] / took:.2f} of {beside}" if beside else "") + " |")


def compare(folder, postgres):
    folder = folder / "handover"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    folder.chmod(0o711)
    out = ["## Hand-overs\n", "| what | measured | ratio |", "| --- | ---: | ---: |"]
    bureau, police = systems(postgres, folder)
    try:
        small(bureau, police, folder, out)
        large(bureau, police, folder, out)
        out.append(f"\nMemory of the sender's daemon: {memory_of(bureau.daemon)}; of the receiver's: {memory_of(police.daemon)}.\n")
    finally:
        for world in (bureau, police):
            world.stop()
            postgres.drop_database(world.hub.database)
        shutil.rmtree(folder, ignore_errors=True)
    return "\n".join(out)
