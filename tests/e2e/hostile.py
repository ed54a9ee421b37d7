#!/usr/bin/env python3
"""What no honest client sends. hostile.py dhcp|tftp|http|slow|many SERVER [IFACE]; the same bytes on every run.

dhcp  raw frames from IFACE (run in a client's namespace): broken, looping, oversized packets on ports 67 and 4011
tftp  broken requests, odd options, answers out of nowhere, clients that abort
http  requests that can be read in two ways, or not at all; prints one line for each: NAME STATUS
slow  N connections that send a byte now and then (--count), until the server ends them; prints how long that took
many  N connections that say nothing, held while one honest request is made over a further one; prints its status
"""
import argparse
import random
import select
import socket
import struct
import sys
import time

R = random.Random(4711)


def udp(server, port, data, source_port=0):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if source_port:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("", source_port))
    s.sendto(data, (server, port))
    return s


# --- DHCP

def head(op=1, htype=1, hlen=6, xid=1, flags=0, ci="0.0.0.0", gi="0.0.0.0", mac=b"\x02\x66\0\0\0\1", cookie=b"\x63\x82\x53\x63"):
    return struct.pack("!BBBBIHH4s4s4s4s16s64s128s", op, htype, hlen, 0, xid, 0, flags, socket.inet_aton(ci), bytes(4), bytes(4),
                       socket.inet_aton(gi), mac, b"", b"") + cookie


def o(n, v):
    return bytes([n, len(v)]) + v


def dhcp_packets():
    discover = o(53, b"\1")
    boots = o(60, b"PXEClient:Arch:00000:UNDI:002001") + o(93, b"\0\0")
    yield from (b"", b"\1", b"\0" * 43, b"\xff" * 235, head()[:239], head(cookie=b"abcd") + discover, head())
    for op in (0, 2, 3, 255):
        yield head(op=op) + discover
    for hlen in (0, 1, 17, 255):
        yield head(hlen=hlen) + discover
    for kind in range(0, 256, 5):
        yield head(xid=kind) + o(53, bytes([kind])) + b"\xff"
    yield head() + o(53, b"") + b"\xff"
    yield head() + o(53, b"\1\1\1") + b"\xff"
    yield head() + bytes([53, 200, 1])  # longer than the packet
    yield head() + discover + bytes([255] * 2) + bytes([61, 255])
    yield head() + discover + o(61, bytes(255)) * 4 + o(12, b"x" * 255) * 4 + b"\xff"
    yield head() + discover + o(55, bytes(range(255))) + o(82, bytes(255)) + o(175, bytes([255] * 255)) + o(43, bytes([6, 255])) + b"\xff"
    yield head() + discover + o(52, b"\3") + b"\xff"
    yield head()[:44] + bytes([52, 1, 3] * 64)[:192] + b"\x63\x82\x53\x63" + discover + o(52, b"\3") + b"\xff"
    yield head() + discover + o(57, b"\0\0") + boots + b"\xff"
    yield head() + discover + o(57, b"\xff\xff") + boots + o(82, bytes(255)) + b"\xff"
    yield head() + discover + boots + o(97, b"\0" * 17) + o(12, b"\0../../etc;$(reboot)\"\n") + o(93, b"\xff") + o(77, b"\xffiPXE") + b"\xff"
    yield head() + discover + boots + o(12, bytes(range(1, 250))) + o(81, bytes(250)) + b"\xff"
    yield head(mac=b"\0" * 16) + discover + boots
    yield head(mac=b"\xff" * 16, hlen=16) + discover + boots
    yield head(flags=0xFFFF, ci="255.255.255.255", gi="0.0.0.0") + o(53, b"\3") + o(50, b"\0\0\0") + b"\xff"
    yield head(ci="127.0.0.1") + o(53, b"\3") + b"\xff"
    yield head(ci="224.0.0.1") + o(53, b"\x08") + b"\xff"
    yield head(gi="255.255.255.255") + discover + b"\xff"
    yield head(gi="127.0.0.1") + discover + b"\xff"
    yield head(gi="8.8.8.8") + discover + boots + b"\xff"
    yield head(gi="10.77.0.1") + discover + b"\xff"  # the server as its own relay
    yield head(xid=0) + discover + boots + b"\xff"
    yield head(xid=0) + o(53, b"\3") + boots + o(43, b"\x47\4\x80\0\0\0\xff") + b"\xff"
    yield head() + discover + b"\0" * 60000
    for _ in range(300):
        base = bytearray(head(xid=R.getrandbits(32)) + discover + boots + o(61, R.randbytes(R.randrange(40))) + b"\xff" + bytes(60))
        for _ in range(R.randrange(1, 12)):
            base[R.randrange(len(base))] = R.randrange(256)
        yield bytes(base[:R.randrange(200, len(base))])
    for _ in range(100):
        yield R.randbytes(R.randrange(600))


def dhcp(a):
    n = 0
    for data in dhcp_packets():
        for port in (67, 4011):
            for source in (68, 67, 53, 4011):
                s = udp(a.server, port, data, source)
                s.close()
                n += 1
    print("%d packets" % n)


# --- TFTP

def tftp(a):
    n = 0
    rrq = lambda name, *more: b"\0\1" + name + b"\0octet\0" + b"".join(m + b"\0" for m in more)
    packets = [b"", b"\0", b"\0\0", b"\0\1", b"\0\1name", b"\0\1name\0", b"\0\1name\0octet", b"\0\1\0octet\0", b"\0\1\0\0", b"\0\1" + b"x" * 60000,
               rrq(b"a" * 2000), rrq(b"f", b"blksize"), rrq(b"f", b"blksize", b"x"), rrq(b"f", b"", b""), b"\0\1f\0nonsense\0", b"\0\1f\0mail\0",
               b"\0\2w\0octet\0", b"\0\2" + b"../" * 50 + b"etc/passwd\0octet\0", rrq(b"../../../etc/shadow"), rrq(b"\\..\\..\\etc\\shadow"),
               rrq(b"/proc/self/environ"), rrq(b"f\n\x1b[31m"), rrq(b"\xff\xfe"), rrq(b"./././f"), rrq(b"s/" + b"0" * 32 + b"/f")]
    for code in (3, 4, 5, 6, 7, 255, 65535):
        packets.append(struct.pack("!HH", code, 1) + b"x" * 20)
    for option in (b"blksize", b"windowsize", b"timeout", b"tsize"):
        for value in (b"0", b"-1", b"1", b"7", b"65465", b"99999999999999999999", b"1e3", b" 8", b""):
            packets.append(rrq(b"f", option, value))
    packets.append(rrq(b"f", *[b"blksize", b"512"] * 200))
    for _ in range(200):
        packets.append(bytes([0, R.randrange(8)]) + R.randbytes(R.randrange(80)))
    socks = []
    for data in packets:
        socks.append(udp(a.server, 69, data))
        n += 1
    time.sleep(0.2)
    for s in socks:  # whoever answered is told nonsense
        if select.select([s], [], [], 0)[0]:
            data, peer = s.recvfrom(70000)
            for reply in (b"\0\4\xff\xff", b"\0\4", b"\0\3\0\1x", b"\0\6blksize\x008\0", b"\0\x09", b"\0\5\0\x08stop\0"):
                s.sendto(reply, peer)
                n += 1
        s.close()
    # one that opens a real transfer and says: disk full
    s = udp(a.server, 69, rrq(b"f"))
    s.settimeout(3)
    _, peer = s.recvfrom(70000)
    s.sendto(b"\0\5\0\3disk full\0", peer)
    print("%d packets" % n)


# --- HTTP

def http_requests():
    get = b"GET /boot/home.php?mac=08:00:27:4d:4d:aa HTTP/1.1\r\n"
    host = b"Host: x\r\n"
    yield "no-host", get + b"\r\n"
    yield "two-hosts", get + host + host + b"\r\n"
    yield "empty", b"\r\n\r\n"
    yield "nonsense", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 100 + b"\r\n\r\n"
    yield "http-9", b"GET / HTTP/9.9\r\n" + host + b"\r\n"
    yield "http-2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    yield "http-0.9", b"GET /boot/home.php\r\n\r\n"
    yield "no-path", b"GET HTTP/1.1\r\n" + host + b"\r\n"
    yield "relative", b"GET boot/home.php HTTP/1.1\r\n" + host + b"\r\n"
    yield "absolute", b"GET http://x/boot/home.php?mac=08:00:27:4d:4d:aa HTTP/1.1\r\n" + host + b"\r\n"
    yield "other-scheme", b"GET ftp://x/boot/home.php HTTP/1.1\r\n" + host + b"\r\n"
    yield "connect", b"CONNECT x:80 HTTP/1.1\r\n" + host + b"\r\n"
    yield "trace", b"TRACE / HTTP/1.1\r\n" + host + b"\r\n"
    yield "nul-in-path", b"GET /boot/\0home.php HTTP/1.1\r\n" + host + b"\r\n"
    yield "nul-in-header", get + host + b"X: a\0b\r\n\r\n"
    yield "bare-lf", get.replace(b"\r\n", b"\n") + b"Host: x\n\n"
    yield "stray-cr", get + host + b"X: a\rY: b\r\n\r\n"
    yield "folded", get + host + b"X: a\r\n b\r\n\r\n"
    yield "space-before-colon", get + host + b"X : a\r\n\r\n"
    yield "no-colon", get + host + b"nonsense\r\n\r\n"
    yield "length-and-chunked", b"POST /boot/event HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled"
    yield "two-lengths", b"POST /boot/event HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n123456"
    yield "minus-length", b"POST /boot/event HTTP/1.1\r\n" + host + b"Content-Length: -1\r\n\r\n"
    yield "plus-length", b"POST /boot/event HTTP/1.1\r\n" + host + b"Content-Length: +5\r\n\r\n12345"
    yield "huge-length", b"POST /boot/event HTTP/1.1\r\n" + host + b"Content-Length: 99999999999999999999\r\n\r\n"
    yield "large-length", b"POST /boot/event HTTP/1.1\r\n" + host + b"Content-Length: 70000\r\n\r\n"
    yield "bad-chunk", b"POST /boot/event HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
    yield "huge-chunk", b"POST /boot/event HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"
    yield "many-chunks", b"POST /boot/event HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 70000
    yield "gzip-coding", b"POST /boot/event HTTP/1.1\r\n" + host + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"
    yield "hundred-headers", get + host + b"".join(b"X-%d: y\r\n" % i for i in range(100)) + b"\r\n"
    yield "long-header", get + host + b"X: " + b"y" * 20000 + b"\r\n\r\n"
    yield "long-target", b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n" + host + b"\r\n"
    yield "endless-target", b"GET /" + b"a" * 200000
    for i, path in enumerate((b"/boot/../../etc/passwd", b"/boot/%2e%2e/%2e%2e/etc/passwd", b"/boot/..%2f..%2fetc/passwd", b"/boot/%252e%252e/etc/passwd",
                              b"/boot//../etc/passwd", b"/boot/%00", b"/boot/%", b"/boot/%zz", b"/boot/%c0%ae%c0%ae/etc/passwd", b"/boot/os/..;/x",
                              b"/boot/./././.", b"//etc/passwd", b"/BOOT/home.php", b"/boot/home.php/../hosts.conf")):
        yield "path-%d" % i, b"GET " + path + b" HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n"
    for i, value in enumerate((b"bytes=", b"bytes=-", b"bytes=9-1", b"bytes=99999999999999999999-", b"bytes=0-99999999999999999999", b"lines=1-2",
                               b"bytes=" + b"0-0," * 500, b"bytes=-0")):
        yield "range-%d" % i, b"GET /boot/f HTTP/1.1\r\n" + host + b"Connection: close\r\nRange: " + value + b"\r\n\r\n"
    for i in range(100):
        data = bytearray(get + host + b"Range: bytes=0-1\r\nUser-Agent: iPXE\r\nConnection: close\r\n\r\n")
        for _ in range(R.randrange(1, 6)):
            data[R.randrange(len(data))] = R.randrange(256)
        yield "mutated-%d" % i, bytes(data)


def ask(server, data, wait=5.0):
    s = socket.create_connection((server, 80), 5)
    s.settimeout(wait)
    got = b""
    try:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
        while True:
            more = s.recv(65536)
            if not more:
                break
            got += more
    except OSError:
        pass
    s.close()
    return got


def http(a):
    for name, data in http_requests():
        got = ask(a.server, data)
        status = got[9:12].decode("latin1") if got.startswith(b"HTTP/1.") else "closed"
        leak = " LEAK" if b"root:" in got else ""
        print("%s %s%s" % (name, status, leak))


def slow(a):
    """Slowloris: every one sends a header now and then. Ends when the server has closed all."""
    begin = time.time()
    socks = []
    for _ in range(a.count):
        s = socket.create_connection((a.server, 80), 5)
        s.send(b"GET /boot/home.php HTTP/1.1\r\nHost: x\r\n")
        s.setblocking(False)
        socks.append(s)
    statuses = {}
    while socks and time.time() - begin < a.wait:
        time.sleep(0.5)
        for s in list(socks):
            try:
                s.send(b"X: y\r\n")
            except BlockingIOError:
                continue
            except OSError:
                socks.remove(s)
                continue
            try:
                got = s.recv(4096)
                status = got[9:12].decode("latin1") if got else "closed"
                statuses[status] = statuses.get(status, 0) + 1
                socks.remove(s)
            except BlockingIOError:
                pass
            except OSError:
                socks.remove(s)
    print("left=%d after=%d statuses=%s" % (len(socks), time.time() - begin, sorted(statuses.items())))
    return 1 if socks else 0


def many(a):
    socks = [socket.create_connection((a.server, 80), 5) for _ in range(a.count)]
    got = ask(a.server, b"GET /boot/home.php?mac=08:00:27:4d:4d:aa HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    print(got[9:12].decode("latin1"))
    for s in socks:
        s.close()


def strangers(a):
    """More MACs than are remembered, each only spoken of: none gets a record, none pushes another out."""
    import http.client
    c = http.client.HTTPConnection(a.server, 80, timeout=30)

    def get(path):
        c.request("GET", path)
        r = c.getresponse()
        r.read()
        return r.status

    bad = 0
    for i in range(a.count):
        bad += get("/boot/home.php?mac=0e:00:00:00:%02x:%02x" % (i >> 8, i & 255)) != 200
        if i % 100 == 0:
            bad += get("/boot/hosts/0e-11-22-33-%02x-%02x/x.txt" % (i >> 8, i & 255)) != 404
    print(bad)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("verb", choices=["dhcp", "tftp", "http", "slow", "many", "strangers"])
    p.add_argument("server")
    p.add_argument("--count", type=int, default=200)
    p.add_argument("--wait", type=float, default=60)
    a = p.parse_args()
    sys.exit({"dhcp": dhcp, "tftp": tftp, "http": http, "slow": slow, "many": many, "strangers": strangers}[a.verb](a))


main()
