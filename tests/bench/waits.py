#!/usr/bin/env python3
"""How long one client waited for its server, from the lines of `tcpdump -tt -n`: sum and longest, in ms.

    waits.py SERVER-ADDRESS CLIENT-MAC <LINES

A wait begins with a message of the client that nothing has answered yet, and ends with the server's next message in the same
exchange: DHCP is one, each port of TFTP and TCP another. What the client repeats meanwhile is the same wait: a server that lets a
first DISCOVER pass pays for it here.
"""
import re
import sys

LINE = re.compile(r"^(\d+\.\d+) IP (\S+)\.(\d+) > (\S+)\.(\d+): (.*)")
DHCP = {"67", "68", "4011"}


def waits(lines, server, mac):
    since = {}
    for line in lines:
        m = LINE.match(line)
        if not m or ("Flags" in m[6] and m[6].endswith("length 0")):
            continue
        if "Request from" in m[6] and f"Request from {mac}" not in m[6]:
            continue  # a server that looks for other servers
        time, from_server = float(m[1]), m[2] == server
        port = m[5] if from_server else m[3]
        exchange = "dhcp" if port in DHCP else port
        if not from_server:
            since.setdefault(exchange, time)
        elif exchange in since:
            yield (time - since.pop(exchange)) * 1000


if __name__ == "__main__":
    found = list(waits(sys.stdin, *sys.argv[1:3]))
    print(f"waits_ms={sum(found):.1f} longest_ms={max(found, default=0):.1f}")
