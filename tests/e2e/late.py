#!/usr/bin/env python3
"""A machine that answers ARP late: late.py IFACE MS ADDRESS...; it runs until it is killed."""
import socket
import sys
import time

ARP = 0x0806


def main():
    iface, wait, taken = sys.argv[1], float(sys.argv[2]) / 1000, {socket.inet_aton(a) for a in sys.argv[3:]}
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ARP))
    s.bind((iface, ARP))
    own = s.getsockname()[4]
    while True:
        frame = s.recv(2048)
        if len(frame) < 42 or frame[20:22] != b"\0\1" or frame[38:42] not in taken:
            continue
        time.sleep(wait)
        asker = frame[22:32]
        s.send(asker[:6] + own + frame[12:20] + b"\0\2" + own + frame[38:42] + asker)


main()
