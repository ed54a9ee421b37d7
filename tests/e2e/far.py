#!/usr/bin/env python3
"""A wire that is long and loses packets, where the kernel has no netem: a UDP relay for TFTP.

far.py PORT SERVER DELAY-MS LOSS-PERCENT [SEED]: listens on PORT; each client's packets go on to SERVER port 69 from a port
of its own, and what comes back from any port of the server goes to the client, each packet DELAY-MS late or not at all.
"""
import heapq, random, select, socket, sys, time

port, server, delay, loss = int(sys.argv[1]), sys.argv[2], float(sys.argv[3]) / 1000, float(sys.argv[4]) / 100
dice = random.Random(int(sys.argv[5]) if len(sys.argv) > 5 else 1)
front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
front.bind(("127.0.0.1", port))
flows, clients = {}, {}  # client address: [socket, server's port]; socket: client address
late, count = [], 0


def send_later(sock, data, to):
    global count
    if dice.random() >= loss:
        count += 1
        heapq.heappush(late, (time.monotonic() + delay, count, sock, data, to))


while True:
    wait = max(0, late[0][0] - time.monotonic()) if late else None
    for sock in select.select([front, *clients], [], [], wait)[0]:
        data, sender = sock.recvfrom(70000)
        if sock is front:
            flow = flows.get(sender)
            if not flow:
                flow = flows[sender] = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 69]
                flow[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
                clients[flow[0]] = sender
            request = data[:2] in (b"\0\1", b"\0\2")
            send_later(flow[0], data, (server, 69 if request else flow[1]))
        else:
            flows[clients[sock]][1] = sender[1]
            send_later(front, data, clients[sock])
    while late and late[0][0] <= time.monotonic():
        _, _, sock, data, to = heapq.heappop(late)
        sock.sendto(data, to)
