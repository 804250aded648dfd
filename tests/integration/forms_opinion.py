# SPDX-License-Identifier: MulanPSL-2.0
"""The second opinion on report forms: it reads the same three tables as the program and the rows of form_mark, but shares no code
with it. Also random cases to ask it about."""
import contextlib
import datetime
import decimal
import random
import re

import pytest

DAY = datetime.date.fromisoformat
D = decimal.Decimal
UNITS = {11: "officer", 12: "station_officer"}
DAYS = ("filed", "decided", "closed", "police", "procuratorate")
SUMS = ("value", "penalty", "recovered", "recovered_foreign", "dens")
CAUSES = {"商标": ["侵犯注册商标专用权（销售侵权商品）", "商标代理违法（代理恶意申请）", "将未注册商标冒充注册商标"],
          "专利": ["假冒专利（销售）", "擅自开展专利代理业务", "专利标识标注不规范"],
          "地理标志": ["侵犯地理标志证明商标"], "特殊标志": ["侵犯特殊标志"], "代理": ["擅自开展专利代理业务", "商标代理违法"],
          "著作权": ["销售侵权复制品"], "恶意注册": ["恶意申请商标注册"], "非正常申请": ["非正常专利申请"]}
TAGS = ["电商领域", "重点实体市场", "农村市场", "外商投资企业被侵权", "涉老"]
CAMPAIGNS = ["CHUNLEI-2026", "TIEQUAN-2026", "LANTIAN-2026-HTK", "HUHANG-2021", "本县自定行动"]


# ---- cases ----


def blank(number, unit=11, **more):
    row = {"id": number, "unit": unit, "procedure": "ordinary", "excluded": None, "ip_type": "商标",
           "cause": CAUSES["商标"][0], "outcome": "", "campaigns": [], "primary": None, "tags": [], "supervised": "",
           "person": False, **dict.fromkeys(DAYS), **dict.fromkeys(SUMS)}
    for key, value in more.items():
        assert key in row, key
        row[key] = DAY(value) if key in DAYS and value else value
    return row


def random_case(rng, number):
    ip_type = rng.choice(list(CAUSES))
    row = blank(number, rng.choice(list(UNITS)), ip_type=ip_type, cause=rng.choice(CAUSES[ip_type]),
                campaigns=rng.sample(CAMPAIGNS, rng.choice([0, 0, 1, 1, 2, 3])), tags=rng.sample(TAGS, rng.randint(0, 4)),
                supervised=rng.choice(["", "", "省局督办", "市局督办"]), person=rng.random() < 0.2)
    if row["campaigns"] and rng.random() < 0.3:
        row["primary"] = rng.choice(row["campaigns"])
    if rng.random() < 0.06:
        row["excluded"] = rng.choice(["已撤销立案", "已并案", "补录，资料不全"])

    def later(day, low, high):
        return day + datetime.timedelta(days=rng.randint(low, high))

    row["filed"] = later(DAY("2025-10-01"), 0, 330)
    if rng.random() < 0.8:
        row["decided"] = later(row["filed"], 5, 120)
        row["outcome"] = rng.choice(["给予行政处罚", "不予行政处罚（轻微）"])
        if rng.random() < 0.8:
            row["closed"] = later(row["decided"], 0, 60)
    if rng.random() < 0.15:
        row["police"] = later(row["filed"], 1, 40)
    if rng.random() < 0.1:
        row["procuratorate"] = later(row["filed"], 1, 60)
    for name in ("value", "penalty", "recovered", "recovered_foreign"):
        if rng.random() < 0.8:
            row[name] = rng.choice([0, 1, 49, 4999, 5000, 5001, 999999, 1000000, 4999999, 5000000, 9999999, 49999999,
                                    50000000, 300000000, rng.randint(0, 10**9)])
    if rng.random() < 0.1:
        row["dens"] = rng.randint(1, 3)
    return row


def insert(postgres, database, rows, known_from="2020-01-01", known_until="infinity", seq=1):
    with contextlib.closing(postgres.connect(database)) as conn, conn.cursor() as cur:
        for r in rows:
            days = [r[d] for d in DAYS]
            happened = [d for d in days if d]
            cur.execute("INSERT INTO ipcase.matter (id, organ_id, unit_id, kind, procedure, ip_type, state, version, number,"
                        " title, turn, open, opened_on) VALUES (%s, 10, %s, 'case', %s, %s, 'x', 1, %s, %s, '', false,"
                        " '2025-01-01') ON CONFLICT DO NOTHING",
                        (r["id"], r["unit"], r["procedure"], r["ip_type"], f"样〔2026〕{r['id']}号", f"样案{r['id']}"))
            cur.execute("INSERT INTO ipcase.form_mark (matter_id, seq, known_from, known_until, organ_id, unit_id, procedure,"
                        " excluded, ip_type, cause, outcome, campaigns, primary_campaign, tags, supervised,"
                        " person_penalised, filed_on, decided_on, closed_on, police_on, procuratorate_on, value_fen,"
                        " penalty_fen, recovered_fen, recovered_foreign_fen, dens, number, title, party, officer_name,"
                        " first_on, last_on) VALUES (%s, %s, %s, %s, 10" + ", %s" * 27 + ")",
                        (r["id"], seq, known_from, known_until, r["unit"], r["procedure"], r["excluded"], r["ip_type"],
                         r["cause"], r["outcome"], r["campaigns"], r["primary"], r["tags"], r["supervised"], r["person"],
                         *days, *[r[s] for s in SUMS], f"样〔2026〕{r['id']}号", f"样案{r['id']}", "某店", "张三",
                         min(happened, default=None), max(happened, default=None)))


# ---- the second opinion ----


def valid(rows, day):
    return [r for r in rows if r["valid_from"] <= day and (r["valid_to"] is None or day <= r["valid_to"])]


def tables(postgres, database, code, day):
    def rows(sql):
        with contextlib.closing(postgres.connect(database)) as conn, conn.cursor() as cur:
            cur.execute(sql, (code,))
            names = [d[0] for d in cur.description]
            return valid([dict(zip(names, r)) for r in cur.fetchall()], day)

    return (rows("SELECT * FROM ipcase.law_report_forms WHERE code = %s")[0],
            rows("SELECT * FROM ipcase.law_report_columns WHERE form = %s ORDER BY sort"),
            rows("SELECT * FROM ipcase.law_report_rows WHERE form = %s ORDER BY sort"))


def word(pattern, text):
    return re.fullmatch(".*".join(re.escape(p) for p in pattern.split("*")), text, re.S) is not None


def has(words, texts):
    """One of the words fits one of the texts; the empty word fits no text at all."""
    texts = [t for t in texts if t]
    return any((w == "" and not texts) or any(w != "" and word(w, t) for t in texts) for w in words.split("|"))


class Opinion:
    def __init__(self, postgres, database, code, s, e, parents, within=None):
        self.form, self.columns, self.rows = tables(postgres, database, code, e)
        self.s, self.e, self.parents, self.within = s, e, parents, within
        self.columns = [c for c in self.columns if c["source"] != "figure"]

    def above(self, code):
        chain = []
        while code and len(chain) < 10:
            chain.append(code)
            code = self.parents.get(code)
        return chain

    def campaigns(self, case):
        tags = case["campaigns"]
        if self.form["once"] == "primary" and tags:
            depth = {t: len(self.above(t)) for t in tags}
            best = case["primary"] or (max(tags, key=lambda t: depth[t]) if self.form["primary_rule"] == "deepest" else tags[0])
            return self.above(best)
        return [a for t in tags for a in self.above(t)]

    def passes(self, filter_, case):
        for part in (filter_ or "").split(";"):
            if not part:
                continue
            key, op, value = re.fullmatch(r"(\w+)(!=|>=|=|<)(.*)", part).groups()
            if key == "person_penalised":
                ok = case["person"] == (value == "1")
            elif key in SUMS:
                amount = case[key]
                ok = amount is not None and (amount >= int(value) if op == ">=" else amount < int(value))
            else:
                texts = {"tag": case["tags"], "campaign": self.campaigns(case)}.get(key) if key in ("tag", "campaign") else [case[key]]
                ok = has(value, texts) == (op == "=")
            if not ok:
                return False
        return True

    def takes(self, case):
        if case["excluded"] or not self.passes(self.form["filter"], case):
            return False
        chain = self.campaigns(case)
        if self.within and self.within not in chain:
            return False
        return not self.form["campaigns"] or has(self.form["campaigns"], chain)

    def row(self, case):
        if not self.rows:
            return 0
        for i, r in enumerate(self.rows):
            if r["kind"] != "total" and self.passes(r["filter"], case):
                return i
        return None

    def counts(self, column, case):
        days = [case[d] for d in column["by"].split("|") if case[d]]
        return bool(days) and self.s <= min(days) <= self.e and self.passes(column["filter"], case)

    def shown(self, column, exact):
        scale = {"元": 100, "万元": 10**6, "亿元": 10**10}.get(column["unit"], 1) if column["source"] == "sum" else 1
        step = D(1).scaleb(-column["decimals"])
        how = decimal.ROUND_DOWN if column["rounding"] == "cut" else decimal.ROUND_HALF_UP
        return (D(exact) / scale).quantize(step, rounding=how)

    def cells(self, cases):
        """{(row, column code): (shown, ids)}, with totals."""
        n = max(1, len(self.rows))
        exact = {(i, c["code"]): 0 for i in range(n) for c in self.columns}
        ids = {k: set() for k in exact}
        outside = 0
        for case in cases:
            if not self.takes(case):
                continue
            row, any_ = self.row(case), False
            for c in self.columns:
                if self.counts(c, case):
                    any_ = True
                    if row is not None:
                        exact[row, c["code"]] += 1 if c["source"] == "count" else case[c["measure"]] or 0
                        ids[row, c["code"]].add(str(case["id"]))
            outside += any_ and row is None
        shown = {(i, c["code"]): self.shown(c, exact[i, c["code"]]) for i in range(n) for c in self.columns}
        for i, r in enumerate(self.rows):
            for c in self.columns:
                key = i, c["code"]
                parts = [k for k, x in enumerate(self.rows) if x["kind"] != "total"]
                if r["kind"] == "total":
                    ids[key] = set().union(*(ids[k, c["code"]] for k in parts))
                    shown[key] = (self.shown(c, sum(exact[k, c["code"]] for k in parts)) if c["total"] == "exact"
                                  else sum(shown[k, c["code"]] or 0 for k in parts))
                elif r["code"] in (c["not_rows"] or "").split("|") and exact[key] == 0:
                    shown[key] = None
        return shown, ids, outside


def got_cells(document):
    """The same out of the program's document."""
    cells = {}
    for block in document["blocks"]:
        for i, row in enumerate(block["rows"]):
            for column, text in zip(block["columns"], row["cells"]):
                if not column["figure"]:
                    cells[i, column["code"]] = D(text) if text else None
    return cells


def check(document, opinion, cases):
    shown, ids, outside = opinion.cells(cases)
    assert got_cells(document) == shown
    assert document["beside"]["outside"] == outside
    return shown, ids


@pytest.fixture(scope="module")
def parents(postgres, database):
    return dict(postgres.query(database, "SELECT code, parent FROM ipcase.law_campaigns WHERE parent IS NOT NULL"))


@pytest.fixture(scope="module")
def cases(postgres, database):
    rng = random.Random(20261124)
    made = [random_case(rng, 100000 + i) for i in range(700)]
    insert(postgres, database, made)
    return made
