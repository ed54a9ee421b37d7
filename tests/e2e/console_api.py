#!/usr/bin/env python3
"""console_api.py URL TOKEN: asks every route of /api/v1/openapi.json and judges each answer by its schema."""
import json
import sys
import urllib.error
import urllib.request

import jsonschema

URL, TOKEN = sys.argv[1:]
BODIES = {
    "arm": {"hosts": ["web01"], "url": True, "dry_run": True},
    "disarm": {"hosts": ["web01"]},
    "adopt": {"hosts": ["web01"]},
    "event": {"host": "web01", "stage": "failed", "reason": "TRIED"},
    "leases/import": {"dry_run": True, "leases": [{"ip": "10.77.0.150", "mac": "08:00:27:00:00:01", "expires": None}]},
}
wrong = []


def ask(path, body=None):
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    request = urllib.request.Request(URL + path, json.dumps(body).encode() if body is not None else None, headers)
    try:
        answer = urllib.request.urlopen(request, timeout=20)
        return answer.status, answer.headers.get_content_type(), answer
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type(), error


def check(name, good, detail=""):
    if not good:
        wrong.append(f"{name}: {detail}")


def judge(name, schema, value):
    schema = {**schema, "components": document["components"]}
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    for error in list(validator.iter_errors(value))[:3]:
        check(name, False, f"{'/'.join(map(str, error.path))}: {error.message[:200]}")


document = json.load(ask("/api/v1/openapi.json")[2])
check("document", document["openapi"] == "3.1.0")
for name, schema in document["components"]["schemas"].items():
    jsonschema.Draft202012Validator.check_schema(schema)
asked = 0
for path, methods in document["paths"].items():
    route = path.removeprefix("/api/v1/")
    (method, operation), = methods.items()
    body = BODIES.get(route)
    check(path, (body is not None) == (method == "post"), "this test knows no body for it")
    query = "?host=web01" if any(p["name"] == "host" for p in operation.get("parameters", [])) else ""
    if route == "machines":
        query = "?from=0&count=100"
    if body is not None:
        judge(path + " body", operation["requestBody"]["content"]["application/json"]["schema"], body)
    status, kind, answer = ask(path + query, body)
    (promised, content), = operation["responses"]["200"]["content"].items()
    check(path, status == 200 and kind == promised, f"{status} {kind}, not {promised}")
    if route == "events":
        check(path, answer.readline() == b"retry: 2000\n")
        answer.close()
    elif content.get("schema"):
        rows = json.load(answer)
        judge(path, content["schema"], rows)
        check(path, len(rows) > 0 or route in ("transfers", "faults"), "no row to judge")
    asked += 1
    # A refusal is an error object: a method that is not the route's.
    status, kind, answer = ask(path, None if method == "post" else {})
    check(path, status == 405, f"the other method: {status}")
    judge(path + " error", operation["responses"]["default"]["content"]["application/json"]["schema"], json.load(answer))
# Parts of the machines, one after the other, are all of them.
seen, next_part = 0, "/api/v1/machines?from=0&count=100"
while next_part:
    status, kind, answer = ask(next_part)
    seen += len(json.load(answer))
    link = answer.headers.get("Link") or ""
    next_part = link[1:link.index(">")] if link else None
check("machines in parts", seen == len(json.load(ask("/api/v1/machines")[2])), f"{seen}")
print("\n".join(wrong) or f"{asked} routes fit")
sys.exit(1 if wrong or asked < 20 else 0)
