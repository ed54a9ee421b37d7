#!/usr/bin/env python3
"""The disk of `state` fills up while hosts are armed and install, and has room again.

  full.py BUILD_FOLDER"""
import os
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
from law import World, await_true, installs, main

HEALED = 6 # seconds: a probe every two, and the machine is busy


class Disk:
    """`state` on a file system of its own."""
    def __init__(self, w):
        self.w, self.filler = w, w.state + "/filler"
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", w.state], check=False).returncode:
            w.end()
            print("skipped: no tmpfs can be mounted")
            sys.exit(77)

    def fill(self):
        try:
            with open(self.filler, "ab", buffering=0) as f:
                for size in (65536, 4096, 1): # to the last byte
                    while f.write(b"x" * size) == size:
                        pass
        except OSError:
            pass

    def make_room(self):
        os.unlink(self.filler)

    def gone(self):
        subprocess.run(["umount", "-l", self.w.state], check=False)


def failing(w):
    """Somebody must have tried to write."""
    return w.pxed("arm", "--yes", "other") != 0 and "store-cannot-write" in w.news()


def while_full(w, armed, iso, none, disarmed, running):
    ok = w.checks.ok
    ks = "hosts/linux-ks/%s.txt" % armed.dashes
    ok(w.pxed("arm", "--yes", "none") == 1, "an order fails", w.said)
    ok(w.state_of(none) != "armed" and not installs(none.script()) and not installs(none.config()), "and arms nothing", w.states())
    a = armed.script()
    ok(a.status == 200 and not installs(a) and "the store cannot write" in a.text, "a boot script is the disk, and says why", a.text)
    a = armed.config()
    ok(not installs(a), "by TFTP too", a.text)
    rows = {r["mac"]: r for r in w.ask("machines")}
    ok((rows[armed.mac]["install"], rows[armed.mac]["not_ready"]) == ("not ready", "STORE_CANNOT_WRITE"), "machines says so", rows)
    ok(armed.http("/boot/" + ks).status == 503, "an answer file is 503", armed.http("/boot/" + ks))
    a = armed.tftp(ks)
    ok(a.status not in (0, 200), "by TFTP an ERROR", a)
    for a in (iso.http("/boot/os/pe.iso"), iso.tftp("os/pe.iso")):
        ok(not a.whole or a.status != 200, "the last image, which would use the arming up, does not come whole", a)
    ok(running.event("installed").status >= 500, "an event is not taken", running.event("installed"))
    ok(w.state_of(running) == "installing", "nor believed", w.states())
    ok(w.state_of(armed) == "armed" and w.state_of(iso) == "armed", "the armings stay", w.states())
    w.pxed("disarm", "disarmed")
    ok(w.state_of(disarmed) != "armed" and not installs(disarmed.script()), "disarm is in force at once", w.states())


def body(build, _):
    w = World(build, "full", plugins="store-sqlite", ini="[os windows-2008r2-x64]\niso = pe.iso\n")
    disk = Disk(w)
    ok = w.checks.ok
    try:
        os.chmod(w.state, 0o755)
        w.write("root/boot/os/pe.iso", b"\0" * 510 + b"\x55\xaa" + b"\0\1\2\3" * 50000)
        armed, iso, none, disarmed, running, other = (
            w.add(n, "windows-2008r2-x64" if n == "iso" else "centos-5.5-i386")
            for n in ("armed", "iso", "none", "disarmed", "running", "other"))
        w.hosts()
        ok(w.start(), "it starts", w.news()[-1500:])
        ok(w.pxed("disarm", "none", "other") == 0 and w.pxed("arm", "--yes", "iso") == 0, "the beginning", w.said)
        ok(running.script() and running.event("installing").text == "ok\n", "one is installing")
        for round_ in ("first", "second"):
            what = "the %s time: " % round_
            ok(w.pxed("arm", "--yes", "disarmed") == 0, what + "one is armed", w.said)
            disk.fill()
            ok(await_true(10, lambda: failing(w)), what + "the store cannot write", w.said)
            while_full(w, armed, iso, none, disarmed, running)
            disk.make_room()
            ok(await_true(HEALED, lambda: installs(armed.script()) and installs(armed.config())), what + "with room the installer is given")
            ok(w.state_of(disarmed) != "armed", what + "disarmed stays disarmed", w.states())
            w.pxed("disarm", "other")
        w.crash()
        ok(w.start(), "after a crash it starts", w.news()[-1500:])
        states = w.states()
        ok(states[disarmed.mac] != "armed" and not installs(disarmed.script()), "a disarm while it was full has survived", states)
        ok(states[none.mac] != "armed" and states[other.mac] != "armed", "orders that failed have armed nothing", states)
        ok(states[armed.mac] == "armed" and states[iso.mac] == "armed", "armings that were not used are there", states)
        ok(states[running.mac] == "installing" and running.event("installed").text == "ok\n", "it may say installed now", states)
        ok("STORE_OLD" not in w.news(), "and the store is trusted")

        # full in the middle of installations, many of them at once
        ok(w.pxed("arm", "--yes", "armed", "none", "other") == 0, "three are armed", w.said)
        got = {}
        disk.fill()
        crowd = [threading.Thread(target=lambda m=m, k=k: got.setdefault((m.name, k), m.http("/boot/hosts/linux-ks/%s.txt" % m.dashes)))
                 for m in (armed, none, other) for k in range(4)]
        for t in crowd:
            t.start()
        for t in crowd:
            t.join()
        ok(all(a.held() for a in got.values()), "full: nobody gets a whole answer file", got)
        w.crash()
        disk.make_room()
        ok(w.start(), "it starts", w.news()[-1500:])
        for m in (armed, none, other):
            ok(w.state_of(m) == "armed" and installs(m.script()), m.name + " is armed still", w.states())
            ok(m.tftp("hosts/linux-ks/%s.txt" % m.dashes).whole and not installs(m.script()), m.name + " installs, once")

        # it starts on a full disk: nothing new is armed, whatever was is
        w.stop()
        disk.fill()
        w.hosts([m.line for m in w.machines] + ["02:00:00:00:00:01, debian-12, name=late\n"])
        ok(w.start(), "it starts on a full disk", w.news()[-1500:])
        ok(w.states().get("02:00:00:00:00:01") != "armed", "a new line arms nothing", w.states())
        disk.make_room()
        ok(await_true(HEALED, lambda: w.states().get("02:00:00:00:00:01") == "armed"), "with room it does, without a restart", w.states())
        w.crash()
        ok(w.start() and w.states().get("02:00:00:00:00:01") == "armed", "and that is on disk", w.states())
        ok(w.states()[iso.mac] == "armed", "so is what was", w.states())
        ok(w.stop() == 0, "it ends well")
    finally:
        failed = w.end()
        disk.gone()
        subprocess.run(["rm", "-rf", w.dir], check=False)
    return failed


main("full.py", body)
