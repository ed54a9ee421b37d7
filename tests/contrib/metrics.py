"""Looks at contrib/prometheus and contrib/grafana beside what a daemon exports.

usage: metrics.py exported METRICS RULES DASHBOARD DOC     names and labels of expressions exist; the table of the page is whole
       metrics.py alerts RULES TESTS                       each alert has a test in which it fires
       metrics.py dashboard DASHBOARD                      the form of the dashboard
       metrics.py rules DASHBOARD                          its expressions as a rules file, for promtool
       metrics.py ask URL RULES DASHBOARD                  a running Prometheus answers each expression
"""
import json
import re
import sys
import urllib.parse
import urllib.request

import yaml

OWN_OF_PROMETHEUS = {"up"}  # made by Prometheus for each target
UNSEEN = {"pxed_other_dhcp"}  # no sample here: another server would have to answer; tests/e2e/foreign.sh has one
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
PANELS = {"stat", "timeseries", "bargauge", "table"}


def fail(text):
    print(text)
    fail.count += 1


fail.count = 0


def read_rules(path):
    with open(path, encoding="utf-8") as f:
        return [rule for group in yaml.safe_load(f)["groups"] for rule in group["rules"]]


def read_dashboard(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def dashboard_expressions(dashboard):
    found = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    return [e.replace("$__rate_interval", "5m").replace('"$instance"', '".*"') for e in found]


def exported(path):
    """Name -> label -> values, and the help of each name."""
    names, helps, types = {}, {}, {}
    for line in open(path, encoding="utf-8"):
        if line.startswith("# HELP "):
            _, _, name, text = line.rstrip("\n").split(" ", 3)
            helps[name] = text
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            types[name] = kind
        else:
            sample = SAMPLE.match(line)
            if not sample:
                fail(f"not a sample: {line!r}")
                continue
            labels = names.setdefault(sample[1], {})
            for key, value in re.findall(r'(\w+)="([^"]*)"', sample[2] or ""):
                labels.setdefault(key, set()).add(value)
    for name in names:
        if name not in helps or name not in types:
            fail(f"{name} has no HELP or no TYPE")
        if (types.get(name) == "counter") != name.endswith("_total"):
            fail(f"{name}: counters, and only they, end in _total")
    return names, helps


def look_at(expression, names):
    """Every selector of an expression names a metric, labels and values that exist."""
    outside = re.sub(r'"[^"]*"', '""', expression)
    selectors = re.findall(r"\b(pxed_\w+|up)\b(?:\{([^}]*)\})?", expression)
    if not selectors:
        fail(f"no metric in {expression!r}")
    for word in re.findall(r"\bpxed\w*", outside):
        if word not in names and word not in UNSEEN:
            fail(f"{word} is not exported: {expression}")
    for name, matchers in selectors:
        if name in OWN_OF_PROMETHEUS or name not in names:
            continue
        for key, _, value in re.findall(r'(\w+)(=~|=|!=|!~)"([^"]*)"', matchers or ""):
            if key in ("instance", "job"):
                continue
            if key not in names[name]:
                fail(f"{name} has no label {key}: {expression}")
                continue
            open_sets = key in ("net", "behind", "version", "mode", "hook", "cert")  # of the configuration
            for word in value.split("|"):
                if not open_sets and word not in names[name][key]:
                    fail(f"{name} has no {key}={word}: {expression}")


def table_of(doc):
    return dict(re.findall(r"^\| `(pxed_\w+)` \| [^|]* \| ([^|]*) \|$", open(doc, encoding="utf-8").read(), re.M))


def check_exported(metrics, rules, dashboard, doc):
    names, helps = exported(metrics)
    for expression in [r["expr"] for r in read_rules(rules)] + dashboard_expressions(read_dashboard(dashboard)):
        look_at(expression, names)
    told = table_of(doc)
    for name in set(helps) ^ set(told):
        fail(f"{name} is not both exported and in {doc}")
    for name in set(helps) & set(told):
        if helps[name].rstrip(".") != told[name].rstrip("."):
            fail(f"{doc} says of {name}: {told[name]!r}; its HELP is {helps[name]!r}")


def check_alerts(rules, tests):
    declared = [rule["alert"] for rule in read_rules(rules)]
    with open(tests, encoding="utf-8") as f:
        rows = [row for test in yaml.safe_load(f)["tests"] for row in test["alert_rule_test"]]
    firing = {row["alertname"] for row in rows if row["exp_alerts"]}
    for name in declared:
        if declared.count(name) > 1:
            fail(f"{name} is there twice")
        if name not in firing:
            fail(f"{name} fires in no test")


def check_dashboard(path):
    dashboard = read_dashboard(path)
    for key, kind in {"title": str, "uid": str, "schemaVersion": int, "panels": list, "templating": dict, "time": dict}.items():
        if not isinstance(dashboard.get(key), kind):
            fail(f"{key} is missing or no {kind.__name__}")
    variables = {v["name"] for v in dashboard["templating"]["list"]}
    taken, ids = {}, set()
    for panel in dashboard["panels"]:
        title, grid = panel["title"], panel["gridPos"]
        if panel["type"] not in PANELS or not title:
            fail(f"{title!r} is a panel of an unknown type")
        if panel["id"] in ids:
            fail(f"{title}: its id is taken")
        ids.add(panel["id"])
        if grid["x"] + grid["w"] > 24:
            fail(f"{title}: wider than the page")
        for spot in ((x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])):
            if spot in taken:
                fail(f"{title} lies over {taken[spot]}")
                break
            taken[spot] = title
        references = [t["refId"] for t in panel["targets"]]
        if not references or len(set(references)) < len(references):
            fail(f"{title}: no query, or two of one name")
        for place in [panel, *panel["targets"]]:
            if place["datasource"] != {"type": "prometheus", "uid": "${datasource}"}:
                fail(f"{title}: its data source is not the variable")
        used = set(re.findall(r"\$\{?(\w+)", json.dumps(panel))) - {"__rate_interval"}
        if not used <= variables:
            fail(f"{title}: unknown variables {used - variables}")


def write_rules(path):
    rules = [{"record": f"panel:{n}", "expr": e} for n, e in enumerate(dashboard_expressions(read_dashboard(path)))]
    yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}, sys.stdout)


def ask(url, rules, dashboard):
    """Prometheus answers each expression, and those of the dashboard that are not of rare events with a value."""
    empty = 0
    for expression in [r["expr"] for r in read_rules(rules)] + dashboard_expressions(read_dashboard(dashboard)):
        query = urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(f"{url}/api/v1/query?{query}", timeout=10) as answer:
            told = json.load(answer)
        if told["status"] != "success":
            fail(f"{expression}: {told}")
        empty += not told["data"]["result"]
    print(f"{empty} answers without a row")


def main(what, *arguments):
    {
        "exported": check_exported,
        "alerts": check_alerts,
        "dashboard": check_dashboard,
        "rules": write_rules,
        "ask": ask,
    }[what](*arguments)
    return 1 if fail.count else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
