# SPDX-License-Identifier: MulanPSL-2.0
"""A stand-in for the daemon, on loopback, for tests of the client alone.

It answers the documented requests from fixed data, remembers every request it received, replays
an answer for a repeated Idempotency-Key, and breaks on demand: see Fault.
"""

import json
import socket
import threading
import unicodedata
import urllib.parse
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Fault:
    """What to do with the next matching request instead of answering it.

    kind: "drop_before" closes the connection without performing the request, "drop_after"
    performs it and closes without a reply, "status" answers with `status`.
    """

    kind: str
    status: int = 503
    retry_after: str = "0"
    method: str = ""
    path: str = ""


@dataclass
class Request:
    method: str
    path: str
    query: dict
    headers: dict
    body: object
    raw: bytes

    @property
    def key(self):
        return self.headers.get("Idempotency-Key")


@dataclass
class State:
    password: str = "correct horse"
    token: str = "token-0123456789"
    token_valid: bool = True
    requests: list = field(default_factory=list)
    faults: list = field(default_factory=list)
    replies: dict = field(default_factory=dict)  # key -> (path, request, status, reply)
    performed: list = field(default_factory=list)  # POSTs that had an effect
    version: int = 3
    moves: int = 0  # how often the matter changes right after its next acts were read
    originals: list = field(default_factory=list)  # (key, original)
    overrides: dict = field(default_factory=dict)  # (method, path) -> (status, body)


ME = {
    "account": "li",
    "name": "李承办",
    "roles": ["officer", "clerk"],
    "unit": {"id": "7", "name": "综合行政执法大队"},
    "organ": {"id": "1", "name": "乐安县市场监督管理局"},
}

CASES = {
    "12": {"number": "乐市监处罚〔2026〕12号", "title": "某某商行销售侵犯注册商标专用权的商品案"},
    "13": {"number": "乐市监处罚〔2026〕121号", "title": "另案"},
}

QUEUE = [
    {"id": "12", "kind": "case", "number": "乐市监处罚〔2026〕12号",
     "title": "某某商行销售侵犯注册商标专用权的商品案", "party": "某某商行", "state": "reviewing",
     "state_zh": "待审核", "turn": "legal_reviewer", "officer": "li", "due": "2026-11-27",
     "rule": "D12", "light": "yellow", "days_left": 3, "version": 3},
    {"id": "5", "kind": "clue", "number": None, "title": "ABC shop 涉嫌假冒专利", "party": "ABC",
     "state": "verifying", "state_zh": "线索待核查", "turn": "officer", "officer": "li",
     "due": "2026-11-20", "rule": "D1", "light": "red", "days_left": -2, "version": 1},
]

NEXT_ACTS = [
    {"act": "decide_request", "act_zh": "行政处罚决定", "stage": "request",
     "article": "行政处罚法第五十七条", "fields": [
         {"name": "outcome", "zh": "处理结果", "type": "choice", "required": True,
          "choices": [{"value": "给予行政处罚", "zh": "给予行政处罚"},
                      {"value": "不予行政处罚(轻微)", "zh": "不予行政处罚(轻微)"}]},
         {"name": "fine_fen", "zh": "罚款金额", "type": "money", "required": False},
         {"name": "decided_on", "zh": "决定日期", "type": "date", "required": True},
         {"name": "penalty_kinds", "zh": "处罚种类", "type": "choices", "required": False,
          "choices": [{"value": "警告", "zh": "警告"}, {"value": "罚款", "zh": "罚款"}]},
         {"name": "hearing_right", "zh": "告知听证权利", "type": "bool", "required": False},
         {"name": "days", "zh": "天数", "type": "int", "required": False},
         {"name": "parties", "zh": "当事人", "type": "parties", "required": False},
         {"name": "note", "zh": "说明", "type": "text", "required": False, "max": 4000},
     ]},
    {"act": "file_approve", "act_zh": "立案", "stage": "approve", "request": 4,
     "article": "程序规定第十九条", "fields": [
         {"name": "request", "zh": "申请序号", "type": "int", "required": False},
         {"name": "opinion", "zh": "审批意见", "type": "text", "required": True}]},
    {"act": "close_request", "act_zh": "结案", "stage": "request", "article": "程序规定第七十七条",
     "fields": [], "blocked": {"rule": "no-ground", "message": "尚无结案情形",
                               "article": "市场监督管理行政处罚程序规定第七十七条"}},
]

CLOCKS = [
    {"rule": "D12", "zh": "法制审核", "owner": "legal_reviewer", "state": "running",
     "light": "yellow", "start": "2026-11-13", "due": "2026-11-27", "strict_due": "2026-11-27",
     "days_left": 3, "provisional": False, "article": "程序规定第五十五条"},
    {"rule": "D9", "zh": "办案期限", "owner": "officer", "state": "stopped", "light": "grey",
     "start": "2026-09-01", "due": "2026-11-30", "strict_due": "2026-11-30", "days_left": None,
     "provisional": True, "article": "程序规定第六十四条"},
]


def act_row(seq):
    return {
        "seq": seq, "act": "note", "stage": "do", "act_zh": "补充\u001b[31m材料",
        "actor": {"account": "li", "name": "李承办"}, "unit": "综合行政执法大队",
        "happened_at": "2026-09-%02dT08:30:00+08:00" % (1 + seq % 28),
        "recorded_at": "2026-09-%02dT01:30:00Z" % (1 + seq % 28), "payload": {}, "digest": "00",
    }


RATES = {
    "from": "2026-01-01", "to": "2026-11-30", "as_of": "2026-11-30",
    "metrics": {
        "M1": {"zh": "按期办结率", "numerator": 197, "denominator": 200, "percent": "98.50",
               "text": "98.50%", "in": [{"id": "12", "number": "乐市监处罚〔2026〕12号"}],
               "out": [{"id": "13", "number": "乐市监处罚〔2026〕121号", "why": "超期 3 个工作日"}]},
        "M2": {"zh": "公示率", "numerator": 0, "denominator": 0, "percent": None,
               "text": "无应结案件", "in": [], "out": []}},
    "beside": {"incomplete": [], "suspended": [], "excluded": []},
}


def fold(text):
    return "".join(ch for ch in unicodedata.normalize("NFKC", text) if ch.isalnum())


def problem(status, slug, title, **more):
    return status, {"type": "urn:ipcase:problem:" + slug, "title": title, "status": status,
                    "request_id": "r-1", **more}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    @property
    def state(self):
        return self.server.state

    def handle_any(self):
        url = urllib.parse.urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, url.path.removeprefix("/api/v1"),
                          dict(urllib.parse.parse_qsl(url.query)), dict(self.headers),
                          json.loads(raw) if raw else None, raw)
        self.state.requests.append(request)
        fault = self.take_fault(request)
        if fault and fault.kind == "drop_before":
            return self.drop()
        if fault and fault.kind == "status":
            return self.send(*problem(fault.status, "unavailable", "暂时不可用"),
                             {"Retry-After": fault.retry_after})
        status, body, headers = self.perform(request)
        if fault and fault.kind == "drop_after":
            return self.drop()
        return self.send(status, body, headers)

    do_GET = do_POST = do_DELETE = handle_any

    def take_fault(self, request):
        for fault in self.state.faults:
            if fault.method in ("", request.method) and request.path.startswith(fault.path):
                self.state.faults.remove(fault)
                return fault
        return None

    def drop(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def perform(self, request):
        if request.method != "POST":
            return (*self.answer(request), {})
        if not request.key:
            return (*problem(400, "idempotency-key-required", "缺少 Idempotency-Key"), {})
        if request.key in self.state.replies:
            path, raw, *reply = self.state.replies[request.key]
            if (path, raw) != (request.path, request.raw):
                return (*problem(422, "idempotency-key-reused", "键已用于另一个请求"), {})
            return (*reply, {"Idempotent-Replay": "true"})
        reply = self.answer(request)
        if reply[0] < 400:
            self.state.replies[request.key] = (request.path, request.raw, *reply)
            self.state.performed.append(request)
        return (*reply, {})

    def send(self, status, body, headers=None):
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(
            body, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status >= 400 and not isinstance(body, bytes):
            self.send_header("Content-Type", "application/problem+json")
        else:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    # --- answers -------------------------------------------------------------------------

    def answer(self, request):
        state = self.state
        override = state.overrides.get((request.method, request.path))
        if override:
            return override
        if (request.method, request.path) == ("POST", "/sessions"):
            return self.log_in(request.body)
        if not state.token_valid or request.headers.get("Authorization") != "Bearer " + state.token:
            return problem(401, "unauthenticated", "登录已失效")
        parts = request.path.strip("/").split("/")
        name = "_".join([request.method.lower(), parts[0]])
        return getattr(self, name, self.nothing)(request, parts[1:])

    def nothing(self, request, rest):
        return problem(404, "not-found", "没有找到")

    def log_in(self, body):
        if body != {"account": "li", "password": self.state.password}:
            return problem(401, "unauthenticated", "账号或密码不对")
        self.state.token_valid = True
        return 201, {"token": self.state.token, "expires_at": "2199-01-01T00:00:00+08:00",
                     "account": ME}

    def delete_sessions(self, request, rest):
        self.state.token_valid = False
        return 204, None

    def get_me(self, request, rest):
        return 200, ME

    def get_queue(self, request, rest):
        return 200, {"items": QUEUE, "next": "c-2"}

    def get_matters(self, request, rest):
        wanted = request.query.get("number")
        rows = [dict(id=id, kind="case", state_zh="待审核", version=3, **case)
                for id, case in CASES.items()]
        if wanted:
            rows = [row for row in rows if fold(wanted) in fold(row["number"])]
        return 200, {"items": rows, "next": None}

    def get_cases(self, request, rest):
        if rest[0] not in CASES:
            return problem(404, "not-found", "没有找到这个案件")
        what = rest[1] if len(rest) > 1 else ""
        if what == "next":
            seen = self.state.version
            if self.state.moves:
                self.state.moves, self.state.version = self.state.moves - 1, seen + 1
            return 200, {"version": seen, "acts": NEXT_ACTS}
        if what == "clocks":
            return 200, {"items": CLOCKS}
        if what == "acts":
            after = int(request.query.get("after", 0))
            limit = int(request.query.get("limit", 100))
            last = min(after + limit, 5)
            return 200, {"items": [act_row(n) for n in range(after + 1, last + 1)],
                         "next": last if last < 5 else None}
        return 200, {"id": rest[0], "kind": "case", "procedure": "ordinary", "state": "reviewing",
                     "state_zh": "待审核", "version": self.state.version, **CASES[rest[0]],
                     "unit": {"id": "7", "name": "综合行政执法大队"}, "officer": "li",
                     "opened_on": "2026-09-01", "closed_on": None, "turn": "legal_reviewer",
                     "facts": {"fine_fen": 2000050, "decided_on": "2026-09-23", "major": True,
                               "tags": ["农资", "电商领域"]},
                     "parties": [{"name": "某某商行", "kind": "个体工商户"}], "measures": [],
                     "requests": [], "clocks": CLOCKS, "disclosure": {}, "links": []}

    get_clues = get_cases

    def act_reply(self, id):
        return {"matter": {"id": id, "version": self.state.version, "state": "performing",
                           "state_zh": "待履行", "number": None},
                "act": {"seq": 9, "number": "乐市监处罚〔2026〕12号",
                        "recorded_at": "2026-11-23T08:00:00Z"},
                "spawned": []}

    def post_cases(self, request, rest):
        if not rest:
            return 201, self.act_reply("99")
        body = request.body
        if body["version"] != self.state.version:
            return problem(412, "stale-version", "案件已被他人更新")
        if body["act"] == "close_request":
            return problem(409, "unlawful", "尚无结案情形", rule="no-ground",
                           article="市场监督管理行政处罚程序规定第七十七条")
        if body["act"] == "forbidden":
            return problem(403, "forbidden", "本账号无权办理")
        if "bad" in body["fields"]:
            return problem(422, "invalid-input", "没有这个字段", field="fields.bad")
        self.state.version += 1
        return 201, self.act_reply(rest[0])

    def post_clues(self, request, rest):
        return 201, self.act_reply("98")

    def get_rates(self, request, rest):
        return 200, RATES

    def get_campaigns(self, request, rest):
        return 200, {"items": [{"id": "1", "name": "春雷行动2026", "year": 2026}]}

    def get_units(self, request, rest):
        return 200, {"items": [{"id": "7", "name": "综合行政执法大队", "kind": "大队"}]}

    def get_imports(self, request, rest):
        after = int(request.query.get("after", 0))
        items = [{"key": key, "original": text} for key, text in self.state.originals]
        page = items[after:after + 2]
        end = after + len(page)
        return 200, {"items": page, "next": str(end) if end < len(items) else None}

    def post_imports(self, request, rest):
        if not rest:
            return 201, {"id": "31"}
        results = []
        rows = request.body["rows"]
        if any("POISON" in row["original"] for row in rows):
            return problem(422, "invalid-input", "批中有无法接受的内容", field="rows")
        known = {text for _, text in self.state.originals}
        for row in rows:
            if row["row"].get("ip_type") == "不存在":
                results.append({"line": row["line"], "outcome": "failed", "errors": [
                    {"field": "ip_type", "rule": "vocabulary", "message": "没有这个知识产权类型"}]})
            elif row["original"] in known:
                results.append({"line": row["line"], "outcome": "unchanged", "id": "1"})
            else:
                if not request.body.get("dry_run"):
                    self.state.originals.append((row["row"].get("id"), row["original"]))
                results.append({"line": row["line"], "outcome": "new", "id": "1"})
        return 200, {"results": results}


class FakeServer:
    """Runs in a thread; use as a context manager."""

    def __init__(self):
        self.state = State()
        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.httpd.state = self.state
        self.thread = threading.Thread(target=self.httpd.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.httpd.server_address[1]

    def posts(self, path):
        return [r for r in self.state.requests if r.method == "POST" and r.path == path]

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.httpd.shutdown()
        self.httpd.server_close()
        self.thread.join(5)
