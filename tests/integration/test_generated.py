# SPDX-License-Identifier: MulanPSL-2.0
"""What is generated from the program's tables is current in the tree (`make generated` rewrites it)."""
import json
import re

import pytest

import harness


@pytest.mark.parametrize("document,path", [("config.example.ini", "config.example.ini"),
                                           ("configuration.md", "docs/configuration.md")])
def test_document_is_current(document, path):
    assert harness.ctl("docs", document).stdout == (harness.ROOT / path).read_text(encoding="utf-8")


def test_procedures_are_current():
    harness.ctl("procedures", "--check", harness.ROOT / "docs/procedures.md")


def test_openapi_refers_only_to_what_it_defines():
    text = harness.ctl("docs", "openapi.json").stdout
    document = json.loads(text)
    assert document["openapi"] == "3.0.3"

    def references(value):
        if isinstance(value, dict):
            for key, item in value.items():
                if key == "$ref":
                    yield item
                else:
                    yield from references(item)
        elif isinstance(value, list):
            for item in value:
                yield from references(item)

    for reference in set(references(document)):
        assert reference.startswith("#/components/")
        target = document
        for part in reference[2:].split("/"):
            target = target[part]
    ids = [op["operationId"] for path in document["paths"].values() for m, op in path.items() if m != "parameters"]
    assert len(ids) == len(set(ids))
    for path, item in document["paths"].items():
        named = {p["name"] for op in item.values() if isinstance(op, dict)
                 for p in op.get("parameters", []) if p.get("in") == "path"}
        named |= {p["name"] for p in item.get("parameters", [])}
        wanted = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        assert wanted <= named, path


def test_the_guide_explains_every_refusal():
    """docs/zh/11 has a line for each guard: an officer looks up the words that the screen shows."""
    guards = (harness.ROOT / "lib/law/guard.def").read_text(encoding="utf-8")
    page = next((harness.ROOT / "docs/zh").glob("11-*.md")).read_text(encoding="utf-8")
    messages = re.findall(r'^GUARD\(\w+, \w+, "[^"]*", "[^"]*", "([^"]*)"\)', guards, re.M)
    assert len(messages) > 80
    assert [m for m in messages if m not in page] == []
