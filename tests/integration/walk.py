# SPDX-License-Identifier: MulanPSL-2.0
"""A case on its way: every step through the HTTP API as the right account, on given days.

    walk = Walk(daemon)
    case = walk.to_investigating(filed="2026-03-10")
    walk.to_decided(case, ...)

Each method returns the reply of its last act; `walk.case` and `walk.clue` hold the ids.
"""
import harness

PARTIES = [{"name": "样县甲汽车配件经营部", "kind": "个体工商户"}]

REGISTER = {
    "source": "举报", "discovered_on": "2026-03-02", "ip_type": "商标",
    "cause": "侵犯注册商标专用权（销售侵权商品）", "summary": "举报人称该店销售假冒注册商标的机油。",
    "parties": PARTIES, "goods": "机油55桶",
}


class Walk:
    def __init__(self, daemon):
        self.daemon = daemon
        self.clients = {}
        self.clue = self.case = self.handoff = None

    def close(self):
        for one in self.clients.values():
            one.close()

    def as_(self, account):
        if account not in self.clients:
            self.clients[account] = self.daemon.client(account)
        return self.clients[account]

    def _do(self, kind, matter, account, act, fields, on):
        reply = self.as_(account).act(kind, matter, act, fields=fields, happened_at=on)
        return reply.ok()

    def on_clue(self, account, act, on=None, **fields):
        return self._do("clue", self.clue, account, act, fields, on)

    def on_case(self, account, act, on=None, **fields):
        return self._do("case", self.case, account, act, fields, on)

    def view(self, account="officer"):
        return self.as_(account).get(f"cases/{self.case}").ok()

    def clocks(self, account="officer"):
        return {c["rule"]: c for c in self.as_(account).get(f"cases/{self.case}/clocks").ok()["items"]}

    def register(self, on="2026-03-02", account="officer", **changes):
        fields = {**REGISTER, "discovered_on": on, **changes}
        reply = self.as_(account).post("clues", {"fields": fields, "happened_at": on}).ok()
        self.clue = reply["matter"]["id"]
        return reply

    def file(self, on="2026-03-10"):
        self.on_clue("officer", "file_request", on, cause=REGISTER["cause"], reason="有证据初步证明违法")
        self.on_clue("unit_head", "file_endorse", on, officer="officer", co_officer="co_officer")
        reply = self.on_clue("deputy_head", "file_approve", on)
        self.case = reply["spawned"][0]["id"]
        return reply

    def to_investigating(self, found="2026-03-02", filed="2026-03-10", **register):
        self.register(found, **register)
        return self.file(filed)

    def to_reviewed(self, on="2026-04-01", outcome="给予行政处罚", kind="案件审核", **fields):
        self.on_case("officer", "record", on, record_kind="询问笔录", note="当事人承认销售")
        self.on_case("officer", "report", on, proposed_outcome=outcome, review_kind=kind,
                     note="事实清楚，证据充分", **fields)
        return self.on_case("legal_reviewer", "review_pass", on, opinion="同意")

    def to_noticed(self, on="2026-04-02", fine=2000000, **fields):
        sent = {"notice_kinds": ["罚款"], "notice_fine_fen": fine, "hearing_right": False,
                "service_method": "直接", **fields}
        return self.on_case("officer", "notice_serve", on, **sent)

    def to_decided(self, on="2026-04-15", fine=2000000, approver="deputy_head", **fields):
        sent = {"penalty_kinds": ["罚款"], "fine_fen": fine, "discretion": "一般",
                "decision_text": "销售侵犯注册商标专用权的商品", "basis": "商标法第六十条第二款", **fields}
        self.on_case("officer", "decide_penalty_request", on, **sent)
        return self.on_case(approver, "decide_penalty_approve", on)

    def serve(self, on="2026-04-16", method="直接"):
        return self.on_case("officer", "serve", on, service_method=method)

    def to_performed(self, on="2026-04-20", fine=2000000):
        self.on_case("officer", "pay", on, amount_fen=fine, receipt="缴款书1")
        return self.on_case("officer", "performed", on, performance="自动履行")

    def on_disclosure(self, account, act, on=None, **fields):
        matter = self.view()["facts"]["disclosure_matter"]
        return self._do("disclosure", matter, account, act, fields, on)

    def disclosure(self):
        return self.view("principal")["facts"]["disclosure_matter"]

    def disclosed(self, account="credit_clerk"):
        return self.as_(account).get(f"disclosures/{self.disclosure()}").ok()

    def to_ready(self, on="2026-04-21", **fields):
        if self.disclosed()["number"] is None:  # no series for decisions: the officer brings the number
            fields.setdefault("decision_paper_no", f"样市监处罚〔2026〕{self.case}号")
        self.on_disclosure("officer", "prepare", on, **fields)
        return self.on_disclosure("unit_head", "review_pass", on, secrecy_reviewed=True)

    def publish(self, on="2026-04-22", **fields):
        self.to_ready(on, **fields)
        return self.on_disclosure("credit_clerk", "publish", on, publish_place="国家企业信用信息公示系统")

    def hand_over_to_police(self, on="2026-04-03", peer="police", copy_to="procuratorate"):
        """Opens channel C1 from the case; `self.handoff` is the copy of the bureau."""
        reply = self.as_("officer").post("handoffs", {
            "channel": "c1", "happened_at": on,
            "fields": {"peer": peer, "copy_to": [copy_to], "case": self.case}}).ok()
        self.handoff = reply["matter"]["id"]
        return reply

    def close_case(self, on="2026-04-24"):
        self.on_case("officer", "close_request", on, note="罚款缴清")
        self.on_case("unit_head", "close_endorse", on)
        return self.on_case("deputy_head", "close_approve", on)

    def archive(self, on="2026-05-20"):
        return self.on_case("clerk", "archive", on, archive_no="20260001", keep_period="永久")

    def whole(self):
        """From clue to archive, on the default days."""
        self.to_investigating()
        self.to_reviewed()
        self.to_noticed()
        self.to_decided()
        self.serve()
        self.to_performed()
        self.publish()
        self.close_case()
        return self.archive()


def refused(call, *args, status=409, rule=None, article=None, **more):
    """The call must be refused; returns the Problem for further looks."""
    try:
        got = call(*args, **more)
    except harness.Problem as problem:
        assert problem.status == status, problem
        assert rule is None or problem.rule == rule, problem
        assert article is None or article in (problem.article or ""), problem
        return problem
    raise AssertionError(f"not refused: {got}")
