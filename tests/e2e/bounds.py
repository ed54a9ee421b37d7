#!/usr/bin/env python3
"""One machine that asks for more than its share. Each command ends with one line of what came of it.

  bounds.py IFACE SERVER SERVER-MAC tftp COUNT           forged read requests of five addresses, never answered
  bounds.py IFACE SERVER SERVER-MAC halfopen COUNT SECONDS ADDRESS...   connections that begin a request and do not end it
  bounds.py IFACE SERVER SERVER-MAC bodies COUNT SECONDS ADDRESS...     connections that begin a large body
  bounds.py IFACE SERVER SERVER-MAC events MAC COUNT     reports with bodies of 60,000 bytes
"""
import socket
import sys
import time

from dhcp import frame, mac_bytes

IFACE, SERVER, SERVER_MAC, WHAT = sys.argv[1:5]
REST = sys.argv[5:]


def tftp(count):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x800))
    wire.bind((IFACE, 0x800))
    me, them, request = wire.getsockname()[4], mac_bytes(SERVER_MAC), b"\0\1f\0octet\0"
    for n in range(count):
        wire.send(frame(me, them, "10.77.0.%d" % (220 + n // 1100 % 5), SERVER, 2000 + n % 1100, 69, request))
        if n % 50 == 0:
            time.sleep(0.002)
    print("sent %d" % count)


def connections(count, addresses, text, payload):
    socks = []
    for n in range(count):
        s = socket.socket()
        s.settimeout(5)
        try:
            s.bind((addresses[n % len(addresses)], 0))
            s.connect((SERVER, 80))
            s.sendall(text)
            s.settimeout(0)
            s.send(payload)
        except OSError:
            pass  # turned away: that is the point
        socks.append(s)
    return socks


def hold(socks, seconds):
    print("open %d" % len(socks), flush=True)
    time.sleep(seconds)


def events(mac, count):
    codes = {}
    body = b"\1" * 60000  # each byte of it is four in the journal
    for n in range(count):
        s = socket.create_connection((SERVER, 80), timeout=10)
        head = "POST /boot/event?mac=%s&stage=%s HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % (mac, ["installing", "disk"][n % 2], len(body))
        s.sendall(head.encode() + body)
        code = s.recv(100).split(b" ")[1].decode()
        codes[code] = codes.get(code, 0) + 1
        s.close()
    print(" ".join("%s=%d" % row for row in sorted(codes.items())))


if WHAT == "tftp":
    tftp(int(REST[0]))
elif WHAT == "halfopen":
    hold(connections(int(REST[0]), REST[2:], b"GET /boot/f HTTP/1.1\r\n", b"X-A: b\r\n"), float(REST[1]))
elif WHAT == "bodies":
    hold(connections(int(REST[0]), REST[2:], b"POST /boot/event?mac=x HTTP/1.1\r\nHost: x\r\nContent-Length: 65536\r\n\r\n", b"x" * 60000), float(REST[1]))
else:
    events(REST[0], int(REST[1]))
