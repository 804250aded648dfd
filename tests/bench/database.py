# SPDX-License-Identifier: MulanPSL-2.0
"""The cluster and the generated databases of the benchmark, and who asks for what in them."""
import contextlib
import datetime
import hashlib
import json
import os
import pathlib
import random
import secrets
import time

import harness

SEED = 20260923
OFFICERS, READS, SEARCHES, TARGETS = 20, 100, 20, 1024
ACT_FIELDS = {"campaigns": ["铁拳"]}
ACT_BODY = json.dumps({"act": "tag", "version": 0, "fields": ACT_FIELDS}, ensure_ascii=False).replace(": 0", ": @VERSION@")
CLUE_BODY = json.dumps({"fields": {
    "source": "举报", "discovered_on": datetime.date.today().isoformat(), "ip_type": "商标",
    "cause": "侵犯注册商标专用权（销售侵权商品）", "summary": "举报人称该店销售假冒注册商标的机油。",
    "parties": [{"name": "样县甲汽车配件经营部", "kind": "个体工商户"}], "goods": "机油55桶"}}, ensure_ascii=False)


def write(path, text):
    """Text, or lines; returns the path as a string."""
    path.write_text(text if isinstance(text, str) else "\n".join(text) + "\n")
    return str(path)


class Cluster(harness.Postgres):
    """Kept between runs; sized like a small server, durable like any."""

    SETTINGS = {"shared_buffers": "2GB", "max_wal_size": "8GB", "checkpoint_timeout": "15min", "random_page_cost": "1.1",
                "effective_cache_size": "8GB", "maintenance_work_mem": "512MB", "jit": "off"}

    @contextlib.contextmanager
    def running(self):
        self.create()
        self.start()
        try:
            memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2 ** 20
            settings = {**self.SETTINGS, "shared_buffers": f"{min(2048, memory // 4)}MB",
                        "effective_cache_size": f"{min(8192, memory // 2)}MB"}
            before = self.query("postgres", "SHOW shared_buffers")
            for name, value in settings.items():
                self.query("postgres", f"ALTER SYSTEM SET {name} = '{value}'")
            self.stop()
            self.start()
            if before != self.query("postgres", "SHOW shared_buffers"):
                self.query("postgres", "SELECT pg_reload_conf()")
            yield self
        finally:
            self.stop()


def recipe(matters):
    """A database made by another recipe is made anew."""
    digest = hashlib.sha256(f"{matters} {SEED}".encode())
    for path in sorted((harness.ROOT / "schema/migrations").glob("*.sql")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def prepare(postgres, matters):
    """(name, seconds it took to generate; 0 when it was there)."""
    name, wanted = f"bench_{matters}", recipe(matters)
    if postgres.query("postgres", "SELECT 1 FROM pg_database WHERE datname = %s", name):
        if postgres.query(name, "SELECT to_regclass('bench.recipe')")[0][0] and \
                postgres.query(name, "SELECT digest FROM bench.recipe") == [(wanted,)]:
            return name, 0
        postgres.drop_database(name)
    start = time.monotonic()
    postgres.setup(name)
    harness.run(harness.program("ipcasectl"), "generate", "--matters", matters, "--seed", SEED, "--database",
                postgres.url(name, "ipcase_owner"), timeout=7200)
    took = time.monotonic() - start
    postgres.query(name, "VACUUM (ANALYZE)")
    postgres.query(name, "CREATE SCHEMA bench")
    postgres.query(name, "CREATE TABLE bench.target (n integer PRIMARY KEY, id bigint NOT NULL)")
    postgres.query(name, "GRANT USAGE ON SCHEMA bench TO ipcase_app")
    postgres.query(name, "GRANT SELECT ON bench.target TO ipcase_app")
    postgres.query(name, "CREATE TABLE bench.recipe AS SELECT %s::text AS digest, max(id) AS most FROM ipcase.matter", wanted)
    postgres.query("postgres", "CHECKPOINT")
    return name, took


class Data:
    """Officers of some units, each with a session; a leader; and what they ask for."""

    def __init__(self, postgres, name):
        self.postgres, self.name = postgres, name
        draw = random.Random(SEED)
        units = self.rows("SELECT unit_id, organ_id, min(officer_id) FROM ipcase.matter WHERE open AND officer_id IS NOT NULL"
                          " GROUP BY 1, 2 HAVING count(*) >= 50 ORDER BY count(*) DESC, 1")
        units = units[:1] + draw.sample(units[1:], min(OFFICERS, len(units)) - 1)
        self.busiest = units[0][0]
        self.tokens = {unit: self.session(officer) for unit, _, officer in units}
        self.leader_token = self.session(self.rows(
            "SELECT id FROM ipcase.account WHERE unit_id = %s AND roles && ARRAY['deputy_head', 'principal']"
            " ORDER BY id LIMIT 1", units[0][1])[0][0])
        matters = self.rows("SELECT id, kind, unit_id, party FROM ipcase.matter WHERE unit_id = ANY (%s) ORDER BY id",
                            list(self.tokens))
        self.reads = [(f"{kind}s/{i}", self.tokens[unit]) for i, kind, unit, _ in draw.sample(matters, READS)]
        self.parties = [(party, self.tokens[unit]) for _, _, unit, party in draw.sample(matters, SEARCHES)]
        last = self.rows("SELECT max(filed_on) FROM ipcase.rate_mark WHERE known_until = 'infinity'")[0][0]
        first = (last.replace(day=1) - datetime.timedelta(days=40)).replace(day=1)
        self.month = (first.isoformat(), ((first + datetime.timedelta(days=31)).replace(day=1)
                                          - datetime.timedelta(days=1)).isoformat())
        self.targets, self.pgbench_targets = [], 0
        self.choose_targets()

    def rows(self, sql, *params):
        return self.postgres.query(self.name, sql, *params)

    def session(self, account):
        token = secrets.token_urlsafe(32)
        self.rows("INSERT INTO ipcase.session (token_digest, account_id, expires_at) VALUES"
                  " (sha256(%s), %s, now() + interval '12 hours')", token.encode(), account)
        return token

    def choose_targets(self):
        """Matters of these units that may be tagged, with their present versions. Half of the cases of one unit are
        pgbench's (bench.target): what it writes makes no sense as a case, so the load generator keeps away from them."""
        found = self.rows(
            "SELECT m.id, m.kind, m.version, m.unit_id, (d.body::json ->> 'version')::int = m.version FROM ipcase.matter m"
            " JOIN ipcase.dossier d ON d.matter_id = m.id WHERE m.unit_id = ANY (%s) AND m.id <= (SELECT most FROM bench.recipe)"
            " AND (m.open OR (m.kind = 'case' AND m.state = 'closed')) ORDER BY m.id LIMIT %s", list(self.tokens), TARGETS)
        ours = [i for i, kind, _, unit, _ in found if kind == "case" and unit == self.busiest][::2]
        self.targets = [(f"{kind}s/{i}", version, self.tokens[unit]) for i, kind, version, unit, whole in found
                        if whole and i not in set(ours)]
        self.pgbench_targets = len(ours)
        self.rows("TRUNCATE bench.target")
        self.rows("INSERT INTO bench.target SELECT row_number() OVER (ORDER BY id) - 1, id FROM unnest(%s::bigint[]) id", ours)

    def refresh(self, path):
        self.choose_targets()
        write(pathlib.Path(path), [f"/api/v1/{matter}/acts {version} {token}" for matter, version, token in self.targets])
