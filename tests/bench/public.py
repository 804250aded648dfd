# SPDX-License-Identifier: MulanPSL-2.0
"""The public site at 200,000 decisions: searches, lists, pages; a page beside nginx serving the same bytes."""
import random
import urllib.parse

import harness
from measure import cpu_of_daemon, cpu_of_postgres, load, milliseconds
from static_page import certificate, nginx

DECISIONS = 200000
NAME = "bench_public"
CONNECTIONS = (8, 32)
TARGETS = 2000

# Names as they are: a county, two or three characters of a brand, a kind of shop; some brands are common, most are not.
BRAND = "substr('万福祥瑞兴隆永丰和顺吉庆康泰宏图昌盛鑫源恒达华美佳乐天成国泰民安春夏秋冬东南西北金玉满堂龙凤呈祥红绿蓝白山川江河海洋星辰日月', 1 + ({} % 60)::int, 1)"
FILL = f"""
INSERT INTO ipcase.matter (id, kind, procedure, organ_id, unit_id, state, version, title, turn, open, opened_on)
SELECT 1000000 + i, 'disclosure', 'disclosure', 1, 1, 'published', 1, '', '', true, '2026-01-01'
  FROM generate_series(1, {DECISIONS}) i;
WITH names AS (
    SELECT i, (ARRAY['甲县', '乙县', '丙区', '丁县', '戊县', '己市', '庚区', '辛县', '壬市', '癸市'])[1 + (i % 10)::int]
           || {BRAND.format('i * 7919')} || {BRAND.format('i * 104729 / 7')} || {BRAND.format('i * 1299709 / 11')}
           || (ARRAY['副食店', '超市', '商贸有限公司', '科技有限公司', '经营部', '大药房', '汽配店', '服装店',
                     '有限责任公司', '白酒经营部'])[1 + (i / 13 % 10)::int] AS party
      FROM generate_series(1::bigint, {DECISIONS}) i)
INSERT INTO ipcase.public_record (matter_id, n, from_at, organ_name, decision_no, decision_no_key, party, party_key, uscc, decided_on,
    published_on, class, stop_due, summary, body, digest)
SELECT 1000000 + i, 1, '2026-01-05 10:00+08'::timestamptz + i * interval '1 minute', '甲县市场监督管理局',
       '甲市监处罚〔' || 2020 + i % 7 || '〕' || i || '号', '甲市监处罚|' || 2020 + i % 7 || '|' || i, party, party,
       '91512022MA' || lpad(i::text, 8, '0'), '2026-01-04', '2026-01-05', '一般', '2099-12-31',
       jsonb_build_object('decision_no', '甲市监处罚〔' || 2020 + i % 7 || '〕' || i || '号', 'party', party,
           'violation', '销售侵犯注册商标专用权的商品', 'penalty', '罚款20000元', 'organ', '甲县市场监督管理局', 'decided_on', '2026-01-04'),
       b.body, sha256(convert_to(b.body, 'UTF8'))
  FROM names CROSS JOIN LATERAL (
       SELECT string_agg('第' || i * k % 997 || '段：当事人' || party || '在经营场所内销售标有涉案商标的商品' || i * k * 31 % 8999
                         || '件，经权利人辨认为侵犯注册商标专用权的商品。', E'\\n') AS body FROM generate_series(1, 20) k) b
"""


def prepare(postgres):
    found = postgres.query("postgres", "SELECT 1 FROM pg_database WHERE datname = %s", NAME)
    if found and postgres.query(NAME, "SELECT count(*) FROM ipcase.public_record")[0][0] == DECISIONS:
        return
    postgres.drop_database(NAME)
    postgres.setup(NAME)
    postgres.query(NAME, "INSERT INTO ipcase.unit (id, organ_id, kind, code, name) VALUES (1, 1, 'bureau', 'A', '甲县市场监督管理局')")
    postgres.query(NAME, FILL)
    postgres.query(NAME, "VACUUM ANALYZE ipcase.public_record")


def searches(postgres, folder):
    """{name: file of targets}: what people type, from a whole name to one word that half of all have."""
    rng = random.Random(1)
    rows = postgres.query(NAME, "SELECT party, uscc, decision_no FROM ipcase.public_record WHERE id %% 97 = 3 LIMIT %s", TARGETS)

    def write(name, queries):
        path = folder / name
        path.write_text("".join(f"/public/search?{urllib.parse.urlencode({'q': q})}\n" for q in queries))
        return path

    parties = [p for p, _, _ in rows]
    parts = parties[::4] + [p[2:5] for p in parties[1::4]] + [p[2:4] for p in parties[2::4]] + [p[:3] for p in parties[3::4]]
    return {
        "search by party: names and parts of names": write("party", parts),
        "search by party: common words": write("common", ["有限公司", "公司", "超市", "副食店", "甲县", "有限责任公司", "经营部"]),
        "search by party: nothing there": write("none", [f"无{chr(0x4e00 + rng.randrange(9000))}{chr(0x4e00 + rng.randrange(9000))}"
                                                        for _ in range(TARGETS)]),
        "search by code": write("code", [c for _, c, _ in rows]),
        "search by number": write("number", [n for _, _, n in rows]),
    }


def pages(folder):
    rng = random.Random(2)
    for name, targets in (("newest", ["/public"]),
                          ("deep", [f"/public?before={rng.randrange(100, DECISIONS)}" for _ in range(TARGETS)]),
                          ("page", [f"/public/d/{rng.randrange(1, DECISIONS)}" for _ in range(TARGETS)]),
                          ("same", ["/public/d/4711"])):
        (folder / name).write_text("".join(f"{t}\n" for t in targets))
    return {"newest list": folder / "newest", "list, any page": folder / "deep", "any decision": folder / "page"}


def compare(folder, seconds, postgres):
    folder = folder / "public"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    prepare(postgres)
    certificate(folder)
    lines = [f"## Public site, {DECISIONS:,} decisions\n",
             "| request | connections | a second | p50 ms | p99 ms | not 2xx | CPU daemon | CPU PostgreSQL |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    daemon = harness.Daemon(postgres.url(NAME, "ipcase_app"), folder / "daemon",
                            {"log": {"level": "warn"}, "public": {"searches": 0}})
    with daemon:
        for name, targets in {**searches(postgres, folder), **pages(folder)}.items():
            for connections in CONNECTIONS:
                cpu = cpu_of_daemon(daemon), cpu_of_postgres(postgres)
                row = load(daemon.port, connections, seconds, [f"x=1:get:{targets}"])[0]
                used = [(now - before) * 1e6 / max(row["requests"], 1) * seconds / (seconds + 1)
                        for now, before in zip((cpu_of_daemon(daemon), cpu_of_postgres(postgres)), cpu)]
                lines.append(f"| {name} | {connections} | {row['per_second']} | {milliseconds(row['p50'])} |"
                             f" {milliseconds(row['p99'])} | {row['bad']} | {used[0]:.0f} | {used[1]:.0f} |")
        page = daemon.client().get("/public/d/4711").body
        lines += ["", f"One decision, {len(page)} bytes, and nginx serving the same bytes from a file:\n",
                  "| connections | ipcased a second | p99 ms | nginx a second | p99 ms | ratio |",
                  "| ---: | ---: | ---: | ---: | ---: | ---: |"]
        (folder / "targets").write_text("/\n")
        with nginx(folder, page) as ports:
            for connections in CONNECTIONS:
                ours = load(daemon.port, connections, seconds, [f"x=1:get:{folder}/same"])[0]
                theirs = load(ports[False], connections, seconds, [f"x=1:get:{folder}/targets"])[0]
                lines.append(f"| {connections} | {ours['per_second']} | {milliseconds(ours['p99'])} | {theirs['per_second']} |"
                             f" {milliseconds(theirs['p99'])} | {ours['per_second'] / max(theirs['per_second'], 1):.2f} |")
    return "\n".join(lines) + "\n"
