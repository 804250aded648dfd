# SPDX-License-Identifier: MulanPSL-2.0
"""Looking at replies of the API: problems, pages, and whether they fit the document that describes them."""
import re


def refused(reply, status, slug, field=None, rule=None):
    assert reply.status == status, reply
    assert reply.headers["Content-Type"] == "application/problem+json"
    problem = reply.problem
    assert problem["type"] == f"urn:ipcase:problem:{slug}" and problem["status"] == status, problem
    assert problem["title"] and re.fullmatch(r"[0-9a-f]+", problem["request_id"])
    assert reply.headers["X-Request-Id"] == problem["request_id"]
    if field is not None:
        assert problem.get("field") == field, problem
    if rule is not None:
        assert problem.get("rule") == rule, problem
    return problem


def ids(page):
    return [row["id"] for row in page["items"]]


def refs(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref":
                yield inner
            else:
                yield from refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from refs(inner)


def fits(schemas, schema, value, path=""):
    """The part of JSON Schema that the document uses."""
    if "$ref" in schema:
        return fits(schemas, schemas[schema["$ref"].rpartition("/")[2]], value, path)
    if value is None:
        assert schema.get("nullable"), f"{path}: null"
        return None
    for one in schema.get("allOf", []):
        fits(schemas, one, value, path)
    kinds = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list}
    if "type" in schema:
        assert isinstance(value, kinds[schema["type"]]), f"{path}: {value!r} is no {schema['type']}"
    if "enum" in schema:
        assert value in schema["enum"], f"{path}: {value!r}"
    if "pattern" in schema:
        assert re.search(schema["pattern"], value), f"{path}: {value!r}"
    if schema.get("format") == "date":
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", value), f"{path}: {value!r}"
    for name in schema.get("required", []):
        assert name in value, f"{path}: {name} is missing"
    if "properties" in schema:
        extra = set(value) - set(schema["properties"])
        assert not extra, f"{path}: {extra} not in the document"
        for name, inner in value.items():
            fits(schemas, schema["properties"][name], inner, f"{path}.{name}")
    for i, inner in enumerate(value if "items" in schema else []):
        fits(schemas, schema["items"], inner, f"{path}[{i}]")
    return None
