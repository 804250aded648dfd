# SPDX-License-Identifier: MulanPSL-2.0
"""Materials through the API, chunk by chunk, and their bytes in the store."""
import hashlib

CHUNK = 64 * 1024
KIND = "书证"
# Small chunks make many of them cheap: DAEMON_OPTIONS of a module whose daemon is to have them.
OPTIONS = {"store": {"chunk": "64 KiB", "max_file": "4 MiB", "max_case": "6 MiB"}}
ITEM = {"item_name": "机油", "item_kind": "涉案物品", "brand": "某牌", "spec": "4L", "quantity": "55", "quantity_unit": "桶",
        "unit_price_fen": 8000, "item_value_fen": 440000, "item_place": "罚没仓库3号架", "custodian": "协办乙", "seizure_no": "24-1"}


def sha(data):
    return hashlib.sha256(data).hexdigest()


def open_upload(client, target, data, name="进货单.pdf", kind=KIND, key=None, **more):
    return client.post(f"{target}/uploads", {"name": name, "kind": kind, "size": len(data), **more}, key=key)


def put(client, upload, n, data, **headers):
    return client.request("PUT", f"uploads/{upload}/chunks/{n}", body=data,
                          headers={k.replace("_", "-"): v for k, v in headers.items()})


def send_all(client, opened, data, order=None):
    size = opened["chunk_size"]
    for n in order or range(opened["chunks"]):
        put(client, opened["id"], n, data[n * size:(n + 1) * size]).ok()


def finish(client, upload, version, key=None, **more):
    return client.post(f"uploads/{upload}/finish", {"version": version, **more}, key=key)


def version_of(client, target):
    return client.get(target).ok()["version"]


def add(client, target, data, name="进货单.pdf", kind=KIND, **fields):
    opened = open_upload(client, target, data, name, kind).ok()
    send_all(client, opened, data)
    more = {"fields": fields} if fields else {}
    return finish(client, opened["id"], version_of(client, target), **more).ok()["material"]


def stored(daemon):
    """Names of the contents in the store."""
    return sorted(p.parent.name + p.name for p in daemon.store.glob("[0-9a-f][0-9a-f]/*"))


def uploads(daemon):
    return sorted(p.name for p in (daemon.store / "uploads").iterdir())


def damage(path, at=0):
    path.chmod(0o600)
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)
        f.seek(at)
        f.write(bytes([byte[0] ^ 1]))
