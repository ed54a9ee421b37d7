#!/usr/bin/env python3
"""A DHCP client made of raw frames: any MAC, any option, one process. No dependencies.

  dhcp.py IFACE discover|request|inform|decline|release [OPTIONS]   one message; the reply as a JSON object
  dhcp.py IFACE lease [OPTIONS]                                     DISCOVER, REQUEST; the ACK
  dhcp.py IFACE flood --count N --out FILE [--prefix 02:ee]         N machines at once, each until it has its ACK;
                                                                    every ACK is a line "IP MAC", written at once
Exit status: 0 if there was an answer (for lease: an ACK; for flood: N of them).
"""
import argparse
import json
import select
import socket
import struct
import sys
import time

COOKIE = b"\x63\x82\x53\x63"
TYPES = {"discover": 1, "offer": 2, "request": 3, "decline": 4, "ack": 5, "nak": 6, "release": 7, "inform": 8}
NAMES = {v: k for k, v in TYPES.items()}
ARCH = {"bios": (0, "PXEClient"), "efi-ia32": (6, "PXEClient"), "efi-x64": (7, "PXEClient"), "efi-arm64": (11, "PXEClient"), "efi-riscv64": (27, "PXEClient"),
        "http-x64": (16, "HTTPClient"), "http-arm64": (19, "HTTPClient")}


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", "").replace("-", ""))


def mac_text(raw):
    return ":".join("%02x" % b for b in raw)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    s = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while s >> 16:
        s = (s & 0xFFFF) + (s >> 16)
    return ~s & 0xFFFF


def option(number, value):
    out = b""
    while True:
        out += bytes([number, min(len(value), 255)]) + value[:255]
        value = value[255:]
        if not value:
            return out


def dhcp(kind, mac, xid, options, ciaddr="0.0.0.0", giaddr="0.0.0.0", broadcast=False, secs=0):
    head = struct.pack("!BBBBIHH4s4s4s4s16s64s128s", 1, 1, 6, 0, xid, secs, 0x8000 if broadcast else 0,
                       socket.inet_aton(ciaddr), bytes(4), bytes(4), socket.inet_aton(giaddr), mac, b"", b"")
    body = head + COOKIE + option(53, bytes([TYPES[kind]])) + options + b"\xff"
    return body.ljust(300, b"\0")


def frame(src_mac, dst_mac, src, dst, sport, dport, payload):
    udp = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, socket.inet_aton(src), socket.inet_aton(dst))
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return dst_mac + src_mac + b"\x08\x00" + ip + udp


class Wire:
    def __init__(self, iface):
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
        self.sock.bind((iface, 0))
        self.own = {}  # addresses we answer ARP for

    def send(self, data):
        self.sock.send(data)

    def arp(self, data):
        """Answers who-has for our own addresses; returns (ip, mac) of a reply."""
        op, sha, spa, _, tpa = struct.unpack("!H6s4s6s4s", data[20:42])
        if op == 1 and tpa in self.own:
            mac = self.own[tpa]
            self.send(sha + mac + b"\x08\x06" + struct.pack("!HHBBH6s4s6s4s", 1, 0x800, 6, 4, 2, mac, tpa, sha, spa))
        return (spa, sha) if op == 2 else None

    def resolve(self, ip, src_ip, mac, wait=2.0):
        query = struct.pack("!HHBBH6s4s6s4s", 1, 0x800, 6, 4, 1, mac, socket.inet_aton(src_ip), bytes(6), socket.inet_aton(ip))
        self.send(b"\xff" * 6 + mac + b"\x08\x06" + query)
        end = time.time() + wait
        while time.time() < end:
            data = self.read(end - time.time())
            if data and data[12:14] == b"\x08\x06":
                found = self.arp(data)
                if found and found[0] == socket.inet_aton(ip):
                    return found[1]
        raise SystemExit("no ARP answer from " + ip)

    def read(self, wait):
        if wait < 0 or not select.select([self.sock], [], [], wait)[0]:
            return None
        return self.sock.recv(65535)

    def replies(self, wait, ports=(67, 68, 4011)):
        """DHCP replies until `wait` is over: (destination MAC, source IP, destination IP, ports, payload)."""
        end = time.time() + wait
        while time.time() < end:
            data = self.read(end - time.time())
            if not data:
                continue
            if data[12:14] == b"\x08\x06":
                self.arp(data)
                continue
            if data[12:14] != b"\x08\x00" or data[23] != 17:
                continue
            ihl = (data[14] & 15) * 4
            sport, dport, length = struct.unpack("!HHH", data[14 + ihl:20 + ihl])
            payload = data[14 + ihl + 8:14 + ihl + length]
            if dport in ports and len(payload) >= 240 and payload[0] == 2:
                yield data[:6], data[26:30], data[30:34], (sport, dport), payload


def parse(payload):
    """Options with 52 overload and RFC 3396 joins; None if it cannot be read."""
    options, areas = {}, [payload[240:]]
    first = True
    while areas:
        area, at = areas.pop(0), 0
        while at < len(area) and area[at] != 255:
            if area[at] == 0:
                at += 1
                continue
            n = area[at + 1]
            options[area[at]] = options.get(area[at], b"") + area[at + 2:at + 2 + n]
            at += 2 + n
        if first and 52 in options:
            if options[52][0] & 1:
                areas.append(payload[108:236])
            if options[52][0] & 2:
                areas.append(payload[44:108])
        first = False
    return options


def describe(reply):
    dst_mac, src, dst, ports, payload = reply
    o = parse(payload)
    over = o.get(52, b"\0")[0]
    file = b"" if over & 1 else payload[108:236].split(b"\0")[0]
    text = lambda n: o[n].decode("latin1") if n in o else ""
    addrs = lambda n: " ".join(socket.inet_ntoa(o[n][i:i + 4]) for i in range(0, len(o[n]), 4)) if n in o else ""
    return {"type": NAMES.get(o.get(53, b"\0")[0], "?"), "xid": struct.unpack("!I", payload[4:8])[0],
            "yiaddr": socket.inet_ntoa(payload[16:20]), "siaddr": socket.inet_ntoa(payload[20:24]),
            "giaddr": socket.inet_ntoa(payload[24:28]), "mac": mac_text(payload[28:34]),
            "file": (o[67].decode("latin1").rstrip("\0") if 67 in o else file.decode("latin1")), "server": addrs(54),
            "mask": addrs(1), "router": addrs(3), "dns": addrs(6), "domain": text(15), "hostname": text(12), "class": text(60),
            "message": text(56), "lease": struct.unpack("!I", o[51])[0] if 51 in o else None,
            "vendor": o.get(43, b"").hex(), "relay": o.get(82, b"").hex(), "prefix": text(210), "options": sorted(o),
            "raw": {str(code): value.hex() for code, value in o.items()},
            "from": socket.inet_ntoa(src), "to": socket.inet_ntoa(dst), "to_mac": mac_text(dst_mac), "ports": list(ports)}


def common_options(a):
    out = b""
    if a.client_id:
        out += option(61, bytes.fromhex(a.client_id))
    if a.hostname:
        out += option(12, a.hostname.encode())
    if a.firmware:
        arch, vendor = ARCH[a.firmware]
        if a.firmware == "bios" and a.loader == "gpxe":
            vendor = "PXEClient"
        out += option(60, b"%s:Arch:%05d:UNDI:002001" % (vendor.encode(), arch))
        out += option(93, struct.pack("!H", arch)) + option(94, b"\1\2\1") + option(97, b"\0" + a.mac_raw * 2 + b"\1\2\3\4")
    if a.loader == "ipxe":
        out += option(77, b"iPXE") + option(175, bytes.fromhex("b105018086100eeb030100001301011401011101011201011901012101012601ff")[:-1])
    if a.loader == "gpxe":
        out += option(77, b"gPXE") + option(175, bytes.fromhex("b105018086100e130101eb03010000"))
    if not a.no_list:
        out += option(55, bytes([1, 3, 6, 12, 15, 28, 43, 54, 60, 66, 67]))
    for text in a.opt or []:
        number, _, value = text.partition("=")
        out += option(int(number), bytes.fromhex(value))
    return out


def send(a, wire, kind, xid, extra=b"", ciaddr="0.0.0.0"):
    payload = dhcp(kind, a.mac_raw, xid, common_options(a) + extra, ciaddr, a.giaddr or "0.0.0.0", a.broadcast, a.secs)
    source, sport, dst, dst_mac = a.source or "0.0.0.0", 68, "255.255.255.255", b"\xff" * 6
    if a.giaddr:
        source, sport = a.giaddr, 67
        wire.own[socket.inet_aton(a.giaddr)] = a.mac_raw
    elif ciaddr != "0.0.0.0":
        source = a.source or ciaddr
        wire.own[socket.inet_aton(ciaddr)] = a.mac_raw
    if a.unicast:
        dst, dst_mac = a.unicast, wire.resolve(a.unicast, source, a.mac_raw)
    if a.sport:
        sport = a.sport
    wire.send(frame(a.mac_raw, dst_mac, source, dst, sport, a.port, payload))


def wait_reply(a, wire, xid, every=False, leases=False):
    """`leases`: only replies with an address, or a NAK; a proxy's do not count."""
    found, begun = [], time.time()
    for reply in wire.replies(a.wait):
        if reply[4][4:8] == struct.pack("!I", xid) and reply[4][28:34] == a.mac_raw:
            r = describe(reply) | {"ms": round((time.time() - begun) * 1000, 3)}
            if leases and r["yiaddr"] == "0.0.0.0" and r["type"] != "nak":
                continue
            found.append(r)
            if not every:
                break
    return found


def one(a, wire):
    extra = b""
    if a.ip:
        extra += option(50, socket.inet_aton(a.ip))
    if a.server:
        extra += option(54, socket.inet_aton(a.server))
    send(a, wire, a.verb, a.xid, extra, a.ciaddr or "0.0.0.0")
    if a.verb in ("decline", "release"):
        return 0
    found = wait_reply(a, wire, a.xid, a.all)
    for r in found:
        print(json.dumps(r))
    if not found:
        print(json.dumps({"type": "none"}))
    return 0 if found else 1


def lease(a, wire):
    for _ in range(4):
        send(a, wire, "discover", a.xid, option(50, socket.inet_aton(a.ip)) if a.ip else b"")
        offers = [r for r in wait_reply(a, wire, a.xid, leases=True) if r["type"] == "offer"]
        if not offers:
            continue
        o = offers[0]
        send(a, wire, "request", a.xid, option(50, socket.inet_aton(o["yiaddr"])) + option(54, socket.inet_aton(o["server"])))
        acks = wait_reply(a, wire, a.xid, leases=True)
        if acks and acks[0]["type"] == "ack":
            print(json.dumps(acks[0]))
            return 0
    print(json.dumps({"type": "none"}))
    return 1


def flood(a, wire):
    """State per machine: 0 nothing, 1 offered. One retry each second while unanswered. With --giaddr they are behind that relay,
    of which --unicast is the server."""
    prefix = mac_bytes(a.prefix)
    macs = [prefix + struct.pack("!I", i) for i in range(a.first, a.first + a.count)]
    state = {m: [0, 0.0, b"", b""] for m in macs}
    done, end, at = {}, time.time() + a.wait, 0
    out = open(a.out, "a", buffering=1)
    way = (b"\xff" * 6, "0.0.0.0", "255.255.255.255", 68)
    if a.giaddr:
        wire.own[socket.inet_aton(a.giaddr)] = a.mac_raw
        way = (wire.resolve(a.unicast, a.giaddr, a.mac_raw, a.wait), a.giaddr, a.unicast, 67)

    def say(m):
        kind, _, ip, server = state[m]
        extra = option(50, ip) + option(54, server) if kind else b""
        payload = dhcp("request" if kind else "discover", m, struct.unpack("!I", m[2:])[0] + 7, extra + option(61, b"\1" + m),
                       "0.0.0.0", a.giaddr or "0.0.0.0")
        dst_mac, source, to, sport = way
        wire.send(frame(a.mac_raw if a.giaddr else m, dst_mac, source, to, sport, 67, payload))
        state[m][1] = time.time()

    while len(done) < a.count and time.time() < end:
        sent = 0
        for _ in range(len(macs)):  # at most a few at a time, so that nobody's buffer runs over
            if sent == 16:
                break
            m = macs[at % len(macs)]
            at += 1
            if m in done or time.time() - state[m][1] < 1.0:
                continue
            say(m)
            sent += 1
        for reply in wire.replies(0.02):
            m, o = reply[4][28:34], parse(reply[4])
            if m not in state or m in done:
                continue
            kind = o.get(53, b"\0")[0]
            if kind == 2 and state[m][0] == 0:
                state[m] = [1, 0.0, reply[4][16:20], o[54]]
                say(m)
            elif kind == 5:
                done[m] = socket.inet_ntoa(reply[4][16:20])
                out.write("%s %s\n" % (done[m], mac_text(m)))
            elif kind == 6:
                state[m] = [0, 0.0, b"", b""]
    return 0 if len(done) == a.count else 1


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("iface")
    p.add_argument("verb", choices=["discover", "request", "inform", "decline", "release", "lease", "flood"])
    p.add_argument("--mac", default="08:00:27:4d:4d:aa")
    p.add_argument("--client-id", help="option 61, hex")
    p.add_argument("--firmware", choices=sorted(ARCH))
    p.add_argument("--loader", choices=["ipxe", "gpxe"])
    p.add_argument("--hostname")
    p.add_argument("--ip", help="option 50")
    p.add_argument("--server", help="option 54")
    p.add_argument("--ciaddr")
    p.add_argument("--giaddr")
    p.add_argument("--source")
    p.add_argument("--unicast", help="to this server, not to everybody")
    p.add_argument("--port", type=int, default=67)
    p.add_argument("--sport", type=int)
    p.add_argument("--xid", type=lambda s: int(s, 0), default=0x12345678)
    p.add_argument("--secs", type=int, default=0)
    p.add_argument("--opt", action="append", help="NUMBER=HEX")
    p.add_argument("--no-list", action="store_true", help="no option 55")
    p.add_argument("--broadcast", action="store_true")
    p.add_argument("--all", action="store_true", help="every reply within --wait")
    p.add_argument("--wait", type=float, default=3.0)
    p.add_argument("--count", type=int, default=10)
    p.add_argument("--first", type=int, default=0)
    p.add_argument("--prefix", default="02:ee")
    p.add_argument("--out")
    a = p.parse_args()
    a.mac_raw = mac_bytes(a.mac)
    wire = Wire(a.iface)
    sys.exit({"lease": lease, "flood": flood}.get(a.verb, one)(a, wire))


if __name__ == "__main__":
    main()
