#!/usr/bin/env python3
"""Ansible's inventory from pxed: every declared host, in groups by system, group, state. See README.md beside it.

usage: pxed_inventory.py --list | --host NAME

Asks the socket PXED_SOCKET (default /run/pxed/pxed.sock), or with PXED_URL (http://127.0.0.1:8080) the console's port, with the
token in PXED_TOKEN or in the file PXED_TOKEN_FILE. PXED_TIMEOUT: seconds, default 10. Python's standard library only.
"""
import argparse
import http.client
import json
import os
import re
import socket
import sys
import urllib.parse

ANSWER_MAX = 256 * 1024 * 1024  # bytes; a hundred thousand machines are less


class Trouble(Exception):
    """Ends the program with a sentence."""


class SocketConnection(http.client.HTTPConnection):
    """HTTP on a unix socket."""

    def __init__(self, path, timeout):
        super().__init__("pxed", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def read_token(environment):
    if environment.get("PXED_TOKEN"):
        return environment["PXED_TOKEN"].strip()
    path = environment.get("PXED_TOKEN_FILE")
    if not path:
        return None
    try:
        with open(path, encoding="ascii") as f:
            return f.read().strip()
    except (OSError, UnicodeError) as error:
        raise Trouble(f"PXED_TOKEN_FILE {path}: {error}") from None


def open_connection(environment):
    """A connection and the place it leads to, for messages."""
    try:
        timeout = float(environment.get("PXED_TIMEOUT", "10"))
    except ValueError:
        raise Trouble("PXED_TIMEOUT must be a number of seconds") from None
    url = environment.get("PXED_URL")
    if not url:
        path = environment.get("PXED_SOCKET", "/run/pxed/pxed.sock")
        return SocketConnection(path, timeout), path
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Trouble(f"PXED_URL {url} is no http://HOST:PORT")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname, parts.port, timeout=timeout), url


def ask(connection, place, token, route):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        connection.request("GET", f"/api/v1/{route}", headers=headers)
        answer = connection.getresponse()
        body = answer.read(ANSWER_MAX + 1)
    except (OSError, http.client.HTTPException) as error:
        raise Trouble(f"pxed does not answer at {place}: {error}") from None
    if len(body) > ANSWER_MAX:
        raise Trouble(f"{route} of {place} is larger than {ANSWER_MAX} bytes")
    try:
        rows = json.loads(body)
    except ValueError:
        raise Trouble(f"what answers at {place} is not pxed: no JSON") from None
    if answer.status != 200 or not isinstance(rows, list):
        said = rows.get("error") if isinstance(rows, dict) else None
        raise Trouble(f"{place} says {answer.status} to {route}: {said or 'no rows'}")
    return rows


def group_name(kind, value):
    """Ansible's group names are letters, digits and underscores."""
    return f"{kind}_{re.sub('[^a-z0-9]+', '_', value.lower())}"


def host_vars(host, machine):
    address = host["ip"] or machine.get("ip", "")
    known = {
        "pxed_name": host["name"],
        "pxed_mac": host["mac"],
        "pxed_os": host["os"],
        "pxed_ip": address,
        "pxed_group": host["group"],
        "pxed_state": machine.get("install") or "none",
        "pxed_stage": machine.get("stage", ""),
        "pxed_reason": machine.get("reason", "OK"),
        "pxed_vars": host["vars"],
    }
    if address:
        known["ansible_host"] = address
    return known


def inventory(hosts, machines):
    by_mac = {m["mac"]: m for m in machines}
    found, groups = {}, {}
    for host in hosts:
        known = host_vars(host, by_mac.get(host["mac"], {}))
        name = host["name"] or host["mac"]
        found[name] = known
        names = ["pxed", group_name("os", host["os"]), group_name("state", known["pxed_state"])]
        if host["family"]:
            names.append(group_name("family", host["family"]))
        if host["group"]:
            names.append(group_name("group", host["group"]))
        for group in names:
            groups.setdefault(group, {"hosts": []})["hosts"].append(name)
    return {"_meta": {"hostvars": found}, "all": {"children": sorted(groups)}, **groups}


def main(arguments, environment):
    parser = argparse.ArgumentParser(description="Ansible's inventory from pxed")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--list", action="store_true", help="groups, and every host's variables")
    what.add_argument("--host", metavar="NAME", help="the variables of one host")
    args = parser.parse_args(arguments)
    try:
        token = read_token(environment)
        connection, place = open_connection(environment)
        hosts = ask(connection, place, token, "hosts")
        machines = ask(connection, place, token, "machines")
        connection.close()
    except Trouble as trouble:
        print(f"pxed_inventory.py: {trouble}", file=sys.stderr)
        return 1
    whole = inventory(hosts, machines)
    if args.host is not None and args.host not in whole["_meta"]["hostvars"]:
        print(f"pxed_inventory.py: pxed has no host {args.host}", file=sys.stderr)
        return 1
    json.dump(whole["_meta"]["hostvars"][args.host] if args.host is not None else whole, sys.stdout, indent=1, sort_keys=True)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
