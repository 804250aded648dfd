# SPDX-License-Identifier: MulanPSL-2.0
"""A random audit document (docs/audit.md), for tests of the files that are made from one.

make(seed, count) gives the text of an audit.json with `count` matters of all kinds around one month. Sides are those of
recompute.py, so a document agrees with itself; what is tested is that the files say the same.
"""
import datetime
import json
import random

import recompute

METRICS = [
    ("M1", "结案率（应结口径）", "截至日前已结案数 ÷ 期内应结案件数与期初逾期未结案件数之和", "无应结案件"),
    ("M2", "按期办结率", "在办案期限内作出处理决定数 ÷ 办案期限在期内届满或者期内作出决定的案件数", "无应结案件"),
    ("M3", "结案手续及时率", "结案情形发生后15个工作日内结案数 ÷ 该15个工作日在期内届满的案件数", "无应结案件"),
    ("M4", "结案率（立案口径）", "期内立案且截至日前已结案数 ÷ 期内立案数", "无应结案件"),
    ("M5", "结案率（含结转）", "期内结案数 ÷ 期初未结案件数与期内立案数之和", "无应结案件"),
    ("M6", "依法公示率（按期）", "按期公示数 ÷ 公示期限在期内届满的应公示处罚决定数", "无应公示案件"),
    ("M7", "公示率（累计）", "截至日前已公示数 ÷ 公示期限在截至日前届满的应公示处罚决定数（不论年度）", "无应公示案件"),
    ("M8", "双公示及时率", "7个工作日内报送数 ÷ 报送期限在期内届满的处罚决定数", "无应报送信息"),
    ("M9a", "撤回及时率", "3个工作日内撤回数 ÷ 撤回期限在期内届满的应撤回公示信息数", "无应撤回信息"),
    ("M9b", "到期停止率", "公示期届满时停止公示数 ÷ 公示期在期内届满的公示信息数", "无到期信息"),
    ("M10", "线索按期核查率", "在核查期限内作出是否立案决定数 ÷ 核查期限在期内届满的线索数", "无应核查线索"),
]
UNITS = {"BRIGADE": "样县市场监管综合行政执法大队", "ST-CG": "城关市场监管所", "ST-DH": "东河市场监管所", "ST-SY": "石佑市场监管所",
         "ST-XX": "西乡市场监管所", "ST-BS": "北山镇和南山乡联合市场监管所"}
OFFICERS = {"officer_a": "承办甲", "officer_b": "承办乙", "officer_c": "承办丙", "officer_d": "承办丁"}
CAMPAIGNS = {"TIEQUAN-2026": "“铁拳”行动", "CHUNLEI-2026": "春雷行动2026", "WANGJIAN-2026": "网剑行动"}
TYPES = ["商标", "专利", "地理标志", "不正当竞争", ""]
FROM, TO, CUT_OFF = "2026-10-01", "2026-10-31", "2026-11-05"
DATES = ("opened_on clue_due_on clue_decided_on filed_on decision_due_on decided_on perform_due_on ground_on"
         " ground_due_on closed_on suspended_on resumed_on publish_due_on published_on credit_due_on credit_on"
         " withdraw_due_on withdrawn_on stop_due_on stopped_on").split()
OF_KIND = {"clue": DATES[0:3], "ordinary": DATES[0:1] + DATES[3:12], "disclosure": DATES[0:1] + DATES[5:6] + DATES[12:]}


def some_day(rng):
    return (datetime.date(2026, 8, 1) + datetime.timedelta(days=rng.randrange(110))).isoformat()


def matter(rng, i, hard):
    kind = rng.choices(["clue", "ordinary", "disclosure"], [3, 5, 4])[0]
    row = {"id": str(1000 + i), "number": f"乐市监{'罚' if kind == 'disclosure' else '立'}〔2026〕{i}号", "party": f"样县第{i}号经营部",
           "title": f"样县第{i}号经营部涉嫌销售侵犯注册商标专用权的商品案", "procedure": kind,
           "unit": rng.choice(list(UNITS)), "ip_type": rng.choice(TYPES)}
    if hard and i < len(HARD):
        row["title"] = row["party"] = row["number"] = HARD[i]
    if rng.random() < 0.9:
        row["officer"] = rng.choice(list(OFFICERS))
    if rng.random() < 0.6:
        row["campaigns"] = sorted(rng.sample(list(CAMPAIGNS), rng.choice([1, 1, 2])))
    days = {name: some_day(rng) for name in OF_KIND[kind] if name == "opened_on" or rng.random() < 0.7}
    # Most is done in time, as in life.
    for due, done in (("clue_due_on", "clue_decided_on"), ("decision_due_on", "decided_on"), ("ground_due_on", "closed_on"),
                      ("publish_due_on", "published_on"), ("credit_due_on", "credit_on"), ("stop_due_on", "stopped_on")):
        if due in days and done in OF_KIND[kind] and rng.random() < 0.75:
            days[done] = days[due]
    row.update((name, days[name]) for name in DATES if name in days)
    if kind == "ordinary" and rng.random() < 0.1:
        row["performing_open"] = True
    if kind == "ordinary":
        row.update(value_fen=rng.randrange(10**8), fine_fen=rng.randrange(10**7))
    if rng.random() < 0.04:
        row["excluded"] = rng.choice(["已撤销立案", "已并案"])
    return row


# What a spreadsheet, a terminal or a page could trip over.
HARD = ["=1+1", "+86", "-5", "@SUM(A1)", "＝cmd|' /C calc'!A0", "a,b\"c\"", "两行\n的名称", "'单引号", "<b>&amp;</b>", "\tTab",
        "很长的名称" * 60, "𠮷野家㐂𡘙", "e\u0301 \u200f\u202e反向", "http://example.invalid/", "0012", "2026-10-01", "1e5", "TRUE"]


def line_of(row):
    """The matter as recompute.py reads it from CSV."""
    text = {name: "" for name in DATES + ["excluded", "performing_open", "unit", "officer", "ip_type"]}
    text.update({k: v for k, v in row.items() if isinstance(v, str)})
    text["performing_open"] = "true" if row.get("performing_open") else ""
    text["campaigns"] = ";".join(row.get("campaigns", []))
    return text


def figures(total):
    return {code: total.get(code, [0, 0]) for code, *_ in METRICS}


def group(names, found, empty):
    rows = [{"key": k, "zh": names.get(k, k) or empty, "metrics": figures(found[k])} for k in sorted(found, key=lambda k: (k == "", k))]
    return rows


def trend(rng, code):
    out = []
    for i in range(12):
        den = 0 if rng.random() < 0.08 else rng.randrange(4, 40)
        num = min(den, den - rng.choice([0, 0, 1, 1, 2, 3, 5]))
        num = max(num, 0)
        month = 2025 * 12 + 9 + i
        out.append({"period": f"{month // 12}-{month % 12 + 1:02d}", "num": num, "den": den,
                    "percent": recompute.percent(num, den)})
    return out


def make(seed=1, count=60, hard=False, trends=True):
    rng = random.Random(seed)
    rows = [matter(rng, i, hard) for i in range(count)]
    lines = [line_of(r) for r in rows]
    kept = []
    for row, line in zip(rows, lines):
        row["sides"] = recompute.sides(line, FROM, TO, CUT_OFF)
        line.update({code: row["sides"].get(code, "") for code, *_ in METRICS})
        if row["sides"] or "excluded" in row:
            kept.append((row, line))
    _, total, groups = recompute.recompute([line for _, line in kept], FROM, TO, CUT_OFF)
    misses = [{"metric": code, "id": r["id"], "number": r["number"], "title": r["title"], "unit": r["unit"],
               **({"officer": r["officer"]} if "officer" in r else {}), "days": rng.randrange(1, 90),
               "why": f"办案期限至2026-10-12，截至{CUT_OFF}未作出处理决定"}
              for code, *_ in METRICS for r, _ in kept if r["sides"].get(code) == "out"]
    item = [{"id": r["id"], "number": r["number"], "title": r["title"], "unit": r["unit"], "why": "2026-09-12起中止"}
            for r, _ in kept[:3]]
    excluded = [{"id": r["id"], "number": r["number"], "title": r["title"], "unit": r["unit"], "why": r["excluded"]}
                for r, _ in kept if "excluded" in r]
    head = {
        "v": 1, "organ": {"code": "512022-market", "name": "样县市场监督管理局"}, "whole": True,
        "period": {"code": "2026-10", "kind": "month", "name": "2026年10月", "from": FROM, "to": TO, "open": False},
        "as_of": f"{CUT_OFF}T09:00:00.123456+08:00", "cut_off": CUT_OFF,
        "rules": {"law": {"version": 123456, "known_from": "2026-01-01T00:00:00+08:00"},
                  "metrics": [{"code": c, "zh": z, "formula": f, "none": n} for c, z, f, n in METRICS]},
        "metrics": [{"code": c, "zh": z, "num": total.get(c, [0, 0])[0], "den": total.get(c, [0, 0])[1],
                     "percent": recompute.percent(*total.get(c, [0, 0])),
                     "text": (recompute.percent(*total.get(c, [0, 0])) or n) + ("%" if total.get(c, [0, 0])[1] else ""),
                     "trend": trend(rng, c) if trends else []} for c, z, f, n in METRICS],
        "names": {"unit": UNITS, "officer": OFFICERS, "campaign": CAMPAIGNS},
        "by": {"unit": group(UNITS, groups["unit"], "?"), "campaign": group(CAMPAIGNS, groups["campaign"], "未标注专项行动"),
               "ip_type": group({}, groups["ip_type"], "未填写类型"),
               "officer": group(OFFICERS, groups["officer"], "未指定承办人")},
        "sums": [{"period": "2026-09", "filed": 9, "value_fen": 1234500, "decided": 7, "fine_fen": 890000, "confiscated_fen": 0},
                 {"period": "2026-10", "filed": 12, "value_fen": 2234567, "decided": 8, "fine_fen": 990000, "confiscated_fen": 5}],
        "hidden": {"declined_late": [], "unfiled_late": [], "suspended": item, "excluded": excluded[:1000],
                   "incomplete": {"total": 72, "items": [dict(i, why="补录，资料不全") for i in item]},
                   "silent_units": [{"unit": "ST-XX", "zh": UNITS["ST-XX"]}],
                   "component_gt_total": [{"kind": "case", "key": "1003", "zh": "样县第3号经营部案", "component": "违法所得", "total": "案值",
                                           "component_value": 2, "total_value": 1, "why": "违法所得0.02元大于案值0.01元"}],
                   "jumps": [], "totals": {"declined_late": 0, "unfiled_late": 0, "suspended": 3, "excluded": len(excluded),
                                           "component_gt_total": 1}},
    }
    dump = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    rows_text = lambda values: "\n" + ",\n".join(map(dump, values)) if values else ""
    return (dump(head)[:-1] + ',"misses":[' + rows_text(misses) + '],"cases":[' + rows_text([r for r, _ in kept]) + "]}\n")
