#!/usr/bin/env python3
"""A day-old copy of the state is put back, whole or in part: armings that were used since are not given again.

  restore.py BUILD_FOLDER"""
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from law import World, await_true, installs, main

LEASES = 12


def lease(w, machine, n):
    """n machines behind one wire have an address."""
    out = w.dir + "/acks"
    subprocess.run(["ip", "netns", "exec", machine.space.name, sys.executable,
                    os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e/dhcp.py"), "eth0", "flood", "--count", str(n),
                    "--out", out, "--wait", "60"], check=True)
    with open(out) as f:
        return {tuple(l.split()) for l in f}


def copy(w, name):
    """As cp -a does it."""
    subprocess.run(["cp", "-a", w.state, w.dir + "/" + name], check=True)
    return w.dir + "/" + name


def put_back_all(w, old):
    shutil.rmtree(w.state)
    subprocess.run(["cp", "-a", old, w.state], check=True)


def put_over(w, old):
    """Into the folder as it is: files that have the same name stay the same files."""
    subprocess.run(["cp", "-a", old + "/.", w.state], check=True)


def put_over_plainly(w, old):
    subprocess.run(["cp", "-r", old + "/.", w.state], check=True)


def put_back_database(w, old):
    shutil.copy2(old + "/pxed.db", w.state + "/pxed.db")
    for end in ("-wal", "-journal", "-shm"):
        if os.path.exists(w.state + "/pxed.db" + end):
            os.unlink(w.state + "/pxed.db" + end)


def put_back_beside_log(w, old):
    """What stands in the newer log is for SQLite to judge."""
    shutil.copy2(old + "/pxed.db", w.state + "/pxed.db")


def empty(w, _):
    for file in ("pxed.db", "pxed.db-wal"):
        if os.path.exists(w.state + "/" + file):
            open(w.state + "/" + file, "w").close()


def delete(w, _):
    for file in ("pxed.db", "pxed.db-wal"):
        if os.path.exists(w.state + "/" + file):
            os.unlink(w.state + "/" + file)


def truncate(w, old):
    """A copy that the disk had no room for: the present one, cut in the middle."""
    put_back_database(w, old)
    size = os.path.getsize(w.state + "/pxed.db")
    os.truncate(w.state + "/pxed.db", size * 2 // 3)


def damage(w, old):
    put_back_database(w, old)
    with open(w.state + "/pxed.db", "r+b") as f:
        f.seek(4096)
        f.write(os.urandom(3000))


def nothing(w, _):
    """So that the others prove something."""


CASES = (("the whole folder", put_back_all, True, True), ("over the present files", put_over, True, True), ("over them, by cp -r", put_over_plainly, True, True),
         ("only pxed.db", put_back_database, True, True),
         ("only pxed.db, the log stays", put_back_beside_log, None, None), ("an emptied pxed.db", empty, True, False),
         ("a truncated pxed.db", truncate, True, None), ("a damaged pxed.db", damage, True, None),
         ("a deleted pxed.db", delete, True, False), ("nothing put back", nothing, False, True))


def bound(w):
    return {(l["ip"], l["mac"]) for l in w.ask("leases") if l["state"] == "bound"}


def used(w, m, what, closed):
    """It has had its installer, and gets none; `closed`: nor its answer file, as it could while it installs."""
    for a in (m.script(), m.config()):
        w.checks.ok(a.whole and not installs(a), what + ": no installer", a.text)
    for a in () if not closed else (m.http("/boot/hosts/linux-ks/%s.txt" % m.dashes), m.tftp("hosts/linux-ks/%s.txt" % m.dashes)):
        w.checks.ok(a.status not in (0, 200), what + ": no answer file", a)


def one_case(build, name, put_back, old_store, leases_known):
    w = World(build, "restore", plugins="store-sqlite",
              ini="mode = server\nrange = 10.77.0.50 - 10.77.0.90\n")
    w.write("pxed.ini", open(w.dir + "/pxed.ini").read().replace("mode = proxy\n", ""))
    ok = w.checks.ok
    try:
        one, two, never = (w.add(n, "centos-5.5-i386") for n in ("one", "two", "never"))
        w.hosts()
        ok(w.start(), name + ": it starts", w.news()[-1500:])
        acked = lease(w, never, LEASES)
        ok(w.pxed("arm", "--yes", "one") == 0 and w.pxed("disarm", "never") == 0, name + ": one by order, two by its line", w.said)
        ok(w.stop() == 0, name + ": it ends well")
        old = copy(w, "yesterday")

        # the day: both armings are used, one of them to its end; further records
        ok(w.start(), name + ": it starts", w.news()[-1500:])
        for m in (one, two):
            ok(installs(m.script()), "%s: %s is armed" % (name, m.name))
            ok(m.http("/boot/hosts/linux-ks/%s.txt" % m.dashes).whole, "%s: %s has its answer file" % (name, m.name))
        ok(one.event("installed").status == 200, name + ": one is installed")
        if put_back in (put_over, put_over_plainly): # no log of today is left beside the old database
            ok(w.stop() == 0, name + ": it ends well")
        w.crash()
        put_back(w, old)

        ok(w.start(), name + ": it starts on what was put back", w.news()[-3000:])
        said = re.findall(r"STORE_OLD\): (\d+) armings and (\d+) running installations ended, (\d+) hosts", w.news())
        ok(old_store is None or len(said) == old_store, name + ": STORE_OLD is told once, or not at all", w.news()[-3000:])
        if put_back in (put_back_all, put_over, put_over_plainly, put_back_database):
            ok(said == [("2", "0", "0")], name + ": with the count of armings", said)
        if put_back in (empty, delete):
            ok(said == [("0", "0", "3")], name + ": with the count of hosts", said)
        states = w.states()
        ok("armed" not in states.values(), name + ": nobody is armed", states)
        used(w, one, name + ": one", True)
        used(w, two, name + ": two", len(said) > 0)
        if old_store is False:
            ok(states[one.mac] == "installed" and states[two.mac] == "installing", name + ": all is as it was", states)
        ok(not installs(never.script()), name + ": nor who was disarmed")
        if leases_known:
            ok(bound(w) >= acked, name + ": the leases are known", (sorted(bound(w)), sorted(acked)))
        elif leases_known is False:
            ok(not bound(w), name + ": no lease is known", bound(w))
        else:
            ok(bound(w) <= acked, name + ": no lease is known that was not given", bound(w) - acked)

        # it is a store like any other from now on
        ok(w.pxed("arm", "--yes", "two") == 0 and installs(two.script()), name + ": an order arms", w.said)
        w.crash()
        ok(w.start(), name + ": it starts once more", w.news()[-1500:])
        ok("STORE_OLD" not in w.news(), name + ": and trusts its store")
        ok(w.states()[two.mac] == "armed" and installs(two.script()), name + ": the order is not lost", w.states())
        ok(two.tftp("hosts/linux-ks/%s.txt" % two.dashes).whole, name + ": it installs")
        w.crash()
        ok(w.start(), name + ": and again", w.news()[-1500:])
        ok(not installs(two.script()) and not installs(one.script()), name + ": once")
        w.hosts([m.line for m in w.machines] + ["02:00:00:00:00:01, debian-12, name=late\n"])
        ok(await_true(5, lambda: w.states().get("02:00:00:00:00:01") == "armed"), name + ": a line of tomorrow is new", w.states())
    finally:
        failed = w.end()
    return failed


def body(build, _):
    return max([one_case(build, *case) for case in CASES])


main("restore.py", body)
