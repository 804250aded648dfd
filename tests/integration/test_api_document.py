# SPDX-License-Identifier: MulanPSL-2.0
"""The program about itself: page, probes, metrics, the document that describes the API, and replies that fit it."""
import re

from replies import fits, refs

DAEMON_OPTIONS = {"http": {"console": "none"}}  # the page that stands in for it

# Posts that a repetition does not harm: they change nothing, or say by themselves what was done before.
KEYLESS = {"/api/v1/sessions", "/api/v1/me/password", "/api/v1/me/totp", "/api/v1/me/totp/confirm",
           "/api/v1/me/totp/remove", "/api/v1/disclosures/{id}/preview", "/api/v1/shuanggongshi/batches"}


def test_the_page_and_the_probes(daemon, client):
    one = client()
    page = one.get("/")
    assert page.status == 200 and page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "<script" not in page.text and "openapi.json" in page.text
    assert one.get("/livez").ok() == {"live": True}
    assert one.get("/readyz").ok() == {"ready": True}
    head = one.request("HEAD", "/livez")
    assert head.status == 200 and head.body == b"" and int(head.headers["Content-Length"]) > 0


def test_metrics_are_prometheus_text(client):
    one = client("officer")
    one.get("me").ok()
    reply = one.get("/metrics")
    assert reply.headers["Content-Type"].startswith("text/plain")
    values = {}
    for line in reply.text.splitlines():
        if line.startswith("#"):
            assert re.fullmatch(r"# (HELP|TYPE) ipcase_\w+ .+", line), line
            continue
        match = re.fullmatch(r'(ipcase_\w+(?:\{\w+="[^"]*"\})?) (\d+(?:\.\d+)?)', line)
        assert match, line
        assert match[1] not in values
        values[match[1]] = float(match[2])
    assert values["ipcase_ready"] == 1 and values['ipcase_http_replies_total{class="2xx"}'] >= 1
    assert values['ipcase_pg_connections{lane="read"}'] >= 1
    buckets = [v for k, v in values.items() if "duration_seconds_bucket" in k]
    assert buckets == sorted(buckets) and buckets[-1] == values["ipcase_http_request_duration_seconds_count"]
    # Addresses in metrics and logs are patterns: no ids, no names.
    assert "officer" not in reply.text


def test_the_openapi_document_is_whole(client):
    document = client().get("openapi.json").ok()
    assert document["openapi"] == "3.0.3" and document["info"]["title"] == "ipcase"
    schemas = document["components"]["schemas"]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in schemas)
    for ref in refs(document):
        prefix, _, name = ref.rpartition("/")
        assert prefix == "#/components/schemas" and name in schemas, ref
    operations = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            operations.append(operation["operationId"])
            assert operation["summary"] and operation["responses"]
            declared = [p["name"] for p in operation["parameters"] if p["in"] == "path"]
            assert declared == re.findall(r"\{(\w+)\}", path), path
            keys = [p for p in operation["parameters"] if p["name"] == "Idempotency-Key"]
            assert len(keys) == (method == "post" and path not in KEYLESS), path
            assert "default" in operation["responses"]
    assert len(operations) == len(set(operations))
    assert "act.ordinary.decide_penalty_request" in schemas and "act.clue.file_endorse" in schemas
    endorse = schemas["fields.clue.file_endorse"]
    assert endorse["additionalProperties"] is False and "request" in endorse["properties"]


def test_replies_fit_the_document(walk, client):
    walk.whole()
    document = client().get("openapi.json").ok()
    schemas = document["components"]["schemas"]
    case, clue = f"cases/{walk.case}", f"clues/{walk.clue}"
    asked = [("me", "/me", "officer"), (case, "/cases/{id}", "officer"), (clue, "/clues/{id}", "auditor"),
             (f"{case}/next", "/cases/{id}/next", "officer"), (f"{case}/acts", "/cases/{id}/acts", "officer"),
             (f"{clue}/acts", "/clues/{id}/acts", "clerk"), (f"{case}/clocks", "/cases/{id}/clocks", "officer"),
             (f"matters/{walk.case}", "/matters/{id}", "officer"), ("queue?view=unit", "/queue", "legal_reviewer"),
             ("matters?kind=case", "/matters", "principal"), ("units", "/units", "officer"),
             ("campaigns", "/campaigns", "officer"), ("accounts", "/accounts", "admin"),
             ("delegations", "/delegations", "admin"),
             ("rates?from=2026-01-01&to=2026-06-30&by=unit", "/rates", "principal")]
    for path, pattern, account in asked:
        reply = walk.as_(account).get(path)
        operation = document["paths"]["/api/v1" + pattern]["get"]
        fits(schemas, operation["responses"]["200"]["content"]["application/json"]["schema"], reply.ok(), path)
    problem = walk.as_("officer").get("clues/999999").json
    fits(schemas, schemas["Problem"], problem, "problem")
