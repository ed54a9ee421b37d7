#!/usr/bin/env python3
"""Every path that gives, takes or uses a right, with every fault of the store at every commit of that path.

  faults.py BUILD_FOLDER [GROUP...]     groups: orders lines scripts spending events waiting; default: all

Each case: the path's beginning, one ordered fault, the act, what the daemon says of it (if it still lives), kill -9, a start
without faults, and what the disk holds. What was acknowledged is so in memory and on disk; what was refused changed nothing;
what got no answer is one of the two. Nobody else's arming moves."""
import os
import signal
import sys
import threading
import time

sys.dont_write_bytecode = True
from law import World, await_true, installs, main

KINDS = ("enospc", "eio", "conflict", "delay", "kill-before", "kill-after")
YES, NO, CUT = "acknowledged", "refused", "no answer"
MOST_COMMITS = 12


class Path:
    """`m`: the machine it is about. States are those of `pxed machines`."""
    def __init__(self, w, name, m=None):
        self.w, self.name, self.m = w, name, m

    def before(self):
        """How it begins."""

    def act(self):
        """YES, NO or CUT."""

    def look(self):
        """What is observed, in memory or on disk."""
        return self.w.state_of(self.m)

    def memory(self, said):
        """What may be seen while the daemon lives."""

    def disk(self, said):
        """What may be seen after a kill -9."""

    def after(self):
        """Tidies up, and checks what goes beyond the look."""

    def concerned(self):
        """MACs of those whose state may change."""
        return {self.m.mac}


def said_of(w, code):
    """What a command's exit status means."""
    return YES if code == 0 else CUT if w.gone() else NO


def arm(w, *machines):
    w.checks.ok(w.pxed("arm", "--yes", *(m.name for m in machines)) == 0, "arm before the case", w.said)


# --- orders

class Arm(Path):
    def __init__(self, w, name, *machines):
        super().__init__(w, name, machines[0])
        self.all = machines

    def concerned(self):
        return {m.mac for m in self.all}

    def before(self):
        self.w.pxed("disarm", *(m.name for m in self.all))

    def act(self):
        return said_of(self.w, self.w.pxed("arm", "--yes", *(m.name for m in self.all)))

    def look(self):
        states = self.w.states()
        n = sum(states[m.mac] == "armed" for m in self.all)
        return "armed" if n == len(self.all) else "not armed" if n == 0 else "%d of %d armed" % (n, len(self.all))

    def memory(self, said):
        return {YES: {"armed"}, NO: {"not armed"}}[said]

    def disk(self, said):
        return {YES: {"armed"}, NO: {"not armed"}, CUT: {"armed", "not armed"}}[said]


class NewLines:
    """Lines of machines that nobody has ever seen; more than arm-limit at once are held."""
    made = 0

    def __init__(self, w):
        self.w, self.lines = w, []

    def add(self, n):
        fresh = []
        for _ in range(n):
            NewLines.made += 1
            fresh.append("02:00:00:00:%02x:%02x" % divmod(NewLines.made, 256))
            self.lines.append("%s, debian-12, name=new%d\n" % (fresh[-1], NewLines.made))
        return fresh

    def write(self):
        self.w.hosts([m.line for m in self.w.machines] + self.lines)


def reload(w):
    n = w.news().count(" core reloaded ")
    w.child.send_signal(signal.SIGHUP)
    return await_true(10, lambda: w.news().count(" core reloaded ") > n or not w.alive())


class Held(Path):
    """`arm --new` and `adopt --new` of four lines that arm-limit holds."""
    def __init__(self, w, lines, verb):
        super().__init__(w, verb + " --new")
        self.lines, self.verb = lines, verb

    def concerned(self):
        return set(self.macs)

    def before(self):
        self.macs = self.lines.add(4)
        self.lines.write()
        reload(self.w)
        self.w.checks.ok(await_true(10, lambda: all(self.rows().get(mac, {}).get("held_new") for mac in self.macs)),
                         "four lines are held", self.rows())

    def rows(self):
        return {r["mac"]: r for r in self.w.ask("machines") if r["mac"] in self.macs}

    def act(self):
        return said_of(self.w, self.w.pxed(self.verb, "--new", *(["--yes"] if self.verb == "arm" else [])))

    def look(self):
        rows = self.rows()
        armed = sum(r["install"] in ("armed", "not ready") for r in rows.values())
        held = sum(bool(r["held_new"]) for r in rows.values())
        return {(4, 0): "armed", (0, 4): "held", (0, 0): "known"}.get((armed, held), "%d armed, %d held" % (armed, held))

    def memory(self, said):
        if self.verb == "adopt":
            return {"known"}
        return {"armed"} if said == YES else {"held"}

    def disk(self, said):
        done = "armed" if self.verb == "arm" else "known"
        return {YES: {done}, NO: {"held"} if self.verb == "arm" else {"held", "known"}, CUT: {"held", done}}[said]

    def after(self):
        self.w.pxed("adopt", "--new")


class Take(Path):
    """disarm and adopt of one that is armed: in force at once."""
    def __init__(self, w, verb, m, heals=False):
        super().__init__(w, verb + (", and the store heals" if heals else ""), m)
        self.verb, self.heals = verb, heals

    def before(self):
        arm(self.w, self.m)

    def act(self):
        said = said_of(self.w, self.w.pxed(self.verb, self.m.name))
        if self.heals and self.w.alive():
            self.w.checks.ok(await_true(5, self.w.healed), "the store heals by itself")
            time.sleep(0.1) # that commit is answered
        return said

    def look(self):
        return "armed" if self.w.state_of(self.m) == "armed" else "not armed"

    def memory(self, said):
        return {"not armed"}

    def disk(self, said):
        return {"not armed"} if said == YES or (self.heals and said == NO) else {"armed", "not armed"}


class EventByPerson(Path):
    def __init__(self, w, m, stage):
        super().__init__(w, "event %s, by a person" % stage, m)
        self.stage = stage

    def before(self):
        make_installing(self.w, self.m)

    def act(self):
        return said_of(self.w, self.w.pxed("event", self.m.name, self.stage))

    def memory(self, said):
        return {self.stage} if said == YES else {"installing"}

    def disk(self, said):
        return {self.stage, "installing"} if said == CUT else self.memory(said)


# --- lines of the host file

class NewLine(Path):
    """Seen armed is armed: there is no other acknowledgement of a new line."""
    def __init__(self, w, lines, by_start):
        super().__init__(w, "a new line, at " + ("start" if by_start else "reload"))
        self.lines, self.by_start = lines, by_start

    def concerned(self):
        return {self.mac}

    def before(self):
        self.mac = self.lines.add(1)[0]
        if self.by_start:
            self.w.crash()
        self.lines.write()

    def seen(self):
        try:
            return self.w.states().get(self.mac, "")
        except OSError:
            return ""

    def act(self):
        if self.by_start and not self.w.start():
            return CUT
        if not self.by_start:
            reload(self.w)
        await_true(0.6, lambda: not self.w.alive() or self.seen() == "armed")
        return CUT if not self.w.alive() else YES if self.seen() == "armed" else NO

    def look(self):
        return self.seen()

    def memory(self, said):
        return {"armed"} if said == YES else {"", "armed"} # the store may have healed meanwhile

    def disk(self, said):
        return {"armed"} # it is in the host file, and new until it is on disk


class LineTakes(Path):
    """The line goes, or gets protect=yes, or the OS id local: its unused arming ends, and does not come back with it."""
    def __init__(self, w, lines, name, m, line):
        super().__init__(w, name, m)
        self.lines, self.line = lines, line

    def before(self):
        arm(self.w, self.m)
        self.write(self.line)

    def write(self, line):
        self.w.hosts([line if m is self.m else m.line for m in self.w.machines] + self.lines.lines)

    def act(self):
        reload(self.w)
        try:
            return YES if self.look() == "not armed" else NO
        except OSError:
            return CUT

    def look(self):
        return "armed" if self.w.state_of(self.m) == "armed" else "not armed"

    def memory(self, said):
        return {"not armed"}

    def disk(self, said):
        return {"not armed"}

    def after(self):
        self.lines.write()
        reload(self.w)
        time.sleep(0.1)
        self.w.checks.ok(self.look() == "not armed", self.name + ": and as it was before, it is not armed", self.w.states())
        self.w.checks.ok(not installs(self.m.script()), self.name + ": nor installed")


# --- scripts

class Script(Path):
    """The script of an armed host leaves when its step is on disk, and never uses the arming up."""
    def __init__(self, w, m, tftp):
        super().__init__(w, "boot script by " + ("TFTP" if tftp else "HTTP"), m)
        self.tftp = tftp

    def before(self):
        arm(self.w, self.m)
        self.m.power_on()

    def act(self):
        a = self.m.config() if self.tftp else self.m.script()
        if installs(a) and a.whole:
            return YES
        if self.w.gone():
            return CUT
        if self.tftp:
            self.w.checks.ok(a.status not in (0, 200), "TFTP: an ERROR", a)
        else:
            self.w.checks.ok("the store cannot write" in a.text and a.text.endswith("exit\n"), "its disk, and why", (a, a.text))
        return NO

    def look(self):
        row = [r for r in self.w.ask("machines") if r["mac"] == self.m.mac][0]
        return ("armed" if row["install"] in ("armed", "not ready") else row["install"], row["stage"])

    def memory(self, said):
        return {("armed", "script")} if said == YES else {("armed", "script"), ("armed", "local")}

    def disk(self, said):
        return {("armed", "script")} if said == YES else {("armed", s) for s in ("", "none", "discovered", "offered", "script", "local")}

    def after(self):
        self.w.checks.ok(installs(self.m.script()) and installs(self.m.config()), self.name + ": then the installer")


# --- spending

def make_installing(w, m):
    arm(w, m)
    m.script()
    m.event("installing")
    w.checks.ok(w.state_of(m) == "installing", m.name + " is installing", w.states())


class Spend(Path):
    """A whole delivery has used the arming up; one that was refused or cut has not."""
    def __init__(self, w, name, m, fetch):
        super().__init__(w, name, m)
        self.fetch = fetch

    def before(self):
        arm(self.w, self.m)
        self.m.script()

    def act(self):
        a = self.fetch()
        if a.whole and a.status == 200:
            return YES
        return CUT if self.w.gone() else NO

    def memory(self, said):
        return {"installing"} if said == YES else {"armed"}

    def disk(self, said):
        return {"installing", "armed"} if said == CUT else self.memory(said)

    def after(self):
        """On the wire, too; and who lost the connection is served in the same boot."""
        state, w = self.w.state_of(self.m), self.w
        for a in (self.m.script(), self.m.config()):
            w.checks.ok(installs(a) == (state == "armed"), "%s: %s, and the wire says so" % (self.name, state), a.text)
        a = self.fetch()
        w.checks.ok(a.whole and a.status == 200, "%s: %s, and a retry is served" % (self.name, state), a)
        w.checks.ok(w.state_of(self.m) == "installing", self.name + ": which is spent")
        for a in (self.m.script(), self.m.config()):
            w.checks.ok(not installs(a), self.name + ": no installer after it", a.text)


class Fed(Spend):
    """Where the operator's own script installs, its first image is what counts: the next power-on gets the disk."""
    def __init__(self, w, name, m, script, fetch):
        super().__init__(w, name, m, fetch)
        self.script = script

    def before(self):
        arm(self.w, self.m)
        self.m.power_on()
        self.w.checks.ok(installs(self.script()), self.name + ": the operator's script")

    def look(self):
        """In memory nothing is to be seen before the next power-on, which ends the case."""
        return "armed" if self.w.state_of(self.m) == "armed" else "used"

    def memory(self, said):
        return {"armed"}

    def disk(self, said):
        self.said = said
        return {"armed"}

    def after(self):
        a = self.fetch() if self.said == YES else None
        self.w.checks.ok(not a or (a.whole and a.status == 200), self.name + ": it may load again in the same boot", a)
        self.m.power_on()
        text = self.script()
        if self.said != CUT:
            self.w.checks.ok(installs(text) == (self.said == NO), self.name + ": " + self.said + ", the next power-on", text.text)
        self.w.checks.ok(installs(text) == (self.w.state_of(self.m) == "armed"), self.name + ": as the record says")


class Event(Path):
    def __init__(self, w, m, stage, start):
        super().__init__(w, "event " + stage, m)
        self.stage, self.start = stage, start

    def before(self):
        if self.start == "installing":
            make_installing(self.w, self.m)
        else:
            arm(self.w, self.m)
            self.m.script()

    def act(self):
        a = self.m.event(self.stage, "DISK_NOT_BLANK" if self.stage == "failed" else "")
        if a.status == 200 and a.text == "ok\n":
            return YES
        return CUT if self.w.gone() else NO

    def memory(self, said):
        return {self.stage} if said == YES else {self.start}

    def disk(self, said):
        return {self.stage, self.start} if said == CUT else self.memory(said)


# --- the walk

def others(w, path):
    return {mac: s for mac, s in w.states().items() if mac not in path.concerned()}


def one_case(w, path, kind, at):
    """True: the fault was met. False: the path has fewer commits."""
    what = "%s, %s at commit %d" % (path.name, kind, at)
    path.before()
    before = others(w, path) if w.alive() else None
    w.fault(kind, at, 250 if kind == "delay" else 0)
    said = path.act()
    met = await_true(0.06, w.hit)
    if met and kind.startswith("kill"):
        w.checks.ok(w.died(), what + ": it kills")
    if not met:
        w.checks.ok(said == YES, path.name + ": without a fault it is done", (said, w.said if hasattr(w, "said") else ""))
    try:
        seen = path.look() if w.alive() else None
        w.checks.ok(seen is None or seen in path.memory(said), "%s: %s, in memory" % (what, said), seen)
    except (OSError, KeyError): # KeyError: memory() has no word for CUT
        w.checks.ok(w.gone(), what + ": it is there to be asked, or was killed as ordered")
    if not w.restart():
        return False
    seen = path.look()
    w.checks.ok(seen in path.disk(said), "%s: %s, on disk" % (what, said), (seen, path.disk(said)))
    w.checks.ok("STORE_OLD" not in w.news(), what + ": the store is not old")
    now = others(w, path)
    w.checks.ok(before is None or now == before, what + ": nobody else's arming moved", (before, now))
    path.after()
    return met


def walk(w, paths, kinds=KINDS):
    for path in paths:
        began, cases = time.monotonic(), 0
        for kind in kinds:
            at = 1
            while at <= MOST_COMMITS and one_case(w, path, kind, at):
                at += 1
            cases += at
            w.checks.ok(1 < at <= MOST_COMMITS, "%s, %s: the faults were met" % (path.name, kind), at)
        print("# %s: %d cases, %.1f s" % (path.name, cases, time.monotonic() - began), flush=True)


# --- what waits for one commit

def take_and_leave(machine, path):
    """By HTTP all that comes, then the connection is gone."""
    s = machine.connect(path, wait=0.3)
    if isinstance(s, OSError):
        return
    with s:
        try:
            while s.recv(65536):
                pass
        except TimeoutError:
            pass


def leave_while_held(w, machine, path, kind):
    """Takes what comes before the end is held, and goes. Once more if it went before there was an end to hold."""
    for _ in range(3):
        arm(w, machine)
        machine.script()
        time.sleep(0.6) # its steps are written
        w.fault(kind, 0, 1500)
        if path.startswith("/"):
            take_and_leave(machine, path)
        else:
            machine.tftp(path, leave_at_last=True)
        time.sleep(2)
        if w.hit():
            return True
    return False


def waiting(w, m, big, iso):
    """Clients that leave while they are held, many that wait for one commit, orders that cross a commit on its way."""
    ok, ks = w.checks.ok, "/boot/hosts/linux-ks/%s.txt"
    for kind, state in (("delay", "installing"), ("enospc", "armed"), ("conflict", "armed")):
        for machine, path in ((m, ks % m.dashes), (big, ks % big.dashes), (iso, "/boot/os/pe.iso"),
                              (m, "hosts/linux-ks/%s.txt" % m.dashes), (iso, "os/pe.iso")):
            what = "%s, %s: who leaves while it is held" % (path, kind)
            ok(leave_while_held(w, machine, path, kind), what + ": it is held")
            ok(w.state_of(machine) == state, what + ": " + state, w.state_of(machine))
            w.restart()
            ok(w.state_of(machine) == state, what + ": %s on disk" % state, w.state_of(machine))
            a = machine.http(path) if path.startswith("/") else machine.tftp(path)
            ok(a.whole and a.status == 200, what + ": its retry in the same boot is served", a)
            ok(w.state_of(machine) == "installing" and not installs(machine.script()), what + ": and once it was")
    arm(w, m)
    m.script()
    time.sleep(0.6)
    w.fault("delay", 1, 500)
    got = []
    crowd = [threading.Thread(target=lambda: got.append(m.http(ks % m.dashes))) for _ in range(12)]
    for t in crowd:
        t.start()
    for t in crowd:
        t.join()
    ok([a.whole and a.status for a in got] == [200] * 12, "twelve that wait for one commit are served", got)
    with open(w.fault_log) as f:
        law = [l for l in f if l.startswith("f%d " % w.ids) and "meta:store" in l]
    ok(len(law) == 1, "and one commit was enough", law)

    # an arming on its way and a disarm behind it: the last word counts
    w.pxed("disarm", m.name)
    time.sleep(0.6)
    w.fault("delay", 1, 500)
    codes = {}
    order = threading.Thread(target=lambda: codes.update(arm=w.pxed("arm", "--yes", m.name)))
    order.start()
    ok(await_true(3, w.hit), "an arming is on its way")
    codes["disarm"] = w.pxed("disarm", m.name)
    order.join()
    ok(codes["disarm"] == 0 and w.state_of(m) != "armed", "disarm behind it: not armed", (codes, w.state_of(m)))
    w.restart()
    ok(w.state_of(m) != "armed" and not installs(m.script()), "nor on disk", w.state_of(m))

    # a disarm while the end of an answer is held: the answer says what became of it
    arm(w, m)
    m.script()
    time.sleep(0.6)
    w.fault("enospc", 1, 700)
    order = threading.Thread(target=lambda: codes.update(answer=m.http(ks % m.dashes)))
    order.start()
    ok(await_true(3, w.hit), "the use of a right is on its way")
    codes["disarm"] = w.pxed("disarm", m.name)
    order.join()
    ok(codes["answer"].held(), "it cannot be written: it does not come whole", codes)
    ok(w.state_of(m) != "armed", "and disarmed it is", w.state_of(m))
    ok(await_true(5, lambda: w.pxed("disarm", m.name) == 0), "the store heals")
    w.restart()
    ok(w.state_of(m) != "armed", "on disk too", w.state_of(m))

    # what spends nothing holds nothing
    arm(w, m, iso)
    for machine, path in ((m, ks % m.dashes), (iso, "/boot/os/pe.iso")):
        machine.script()
        time.sleep(0.6)
        w.fault("full", 1)
        s = machine.connect(path, method="HEAD")
        s.recv(4000)
        s.close()
        ok(w.state_of(machine) == "armed", path + ": HEAD spends nothing", w.state_of(machine))
        w.restart()
        ok(w.state_of(machine) == "armed", path + ": nor on disk", w.state_of(machine))


# --- the site

def site(build, group):
    w = World(build, "faults-" + group, ini="[os windows-2008r2-x64]\niso = pe.iso\n")
    w.write("pxed.ini", open(w.dir + "/pxed.ini").read().replace("[dhcp]", "arm-limit = 3\n[dhcp]"))
    names = {n: w.add(n, o) for n, o in (("lin", "centos-5.5-i386"), ("deb", "debian-12"), ("big", "centos-5.5-i386"),
                                         ("own", "centos-5.5-i386"), ("iso", "windows-2008r2-x64"))}
    w.write("root/boot/hosts/%s/ks.cfg" % names["big"].dashes, "# a long kickstart of the operator's own\n" * 3000)
    w.write("root/tftp/pxelinux.cfg/01-" + names["own"].dashes, "default own\nlabel own\nkernel OWN-KERNEL\n")
    w.write("root/boot/os/pe.iso", b"\0" * 510 + b"\x55\xaa" + b"\0\1\2\3" * 50000) # what memdisk boots
    w.hosts()
    w.fault()
    w.checks.ok(w.start(), "it starts", w.news()[-1000:])
    w.checks.ok(w.pxed("adopt", "--new") == 0, "its hosts are known, not armed", w.said)
    return w, names


def orders(w, s, lines):
    walk(w, [Arm(w, "arm", s["lin"]), Arm(w, "arm two", s["lin"], s["deb"]), Held(w, lines, "arm"), Held(w, lines, "adopt"),
             Take(w, "disarm", s["lin"]), Take(w, "adopt", s["lin"]), EventByPerson(w, s["lin"], "installed"),
             EventByPerson(w, s["lin"], "failed")])
    walk(w, [Take(w, "disarm", s["lin"], True)], ("enospc", "eio", "conflict"))


def lines_(w, s, lines):
    m = s["lin"]
    walk(w, [NewLine(w, lines, True), NewLine(w, lines, False), LineTakes(w, lines, "the line is removed", m, ""),
             LineTakes(w, lines, "protect=yes", m, m.line.strip() + ", protect=yes\n"),
             LineTakes(w, lines, "the OS id local", m, m.line.replace(m.os, "local"))])


def scripts(w, s, _):
    walk(w, [Script(w, s["lin"], False), Script(w, s["lin"], True), Script(w, s["iso"], False), Script(w, s["own"], True)])


def spending(w, s, _):
    lin, big, iso, own = s["lin"], s["big"], s["iso"], s["own"]
    ks = "hosts/linux-ks/%s.txt"
    walk(w, [Spend(w, "answer file by HTTP", lin, lambda: lin.http("/boot/" + ks % lin.dashes)),
             Spend(w, "answer file by TFTP", lin, lambda: lin.tftp(ks % lin.dashes)),
             Spend(w, "long answer file by HTTP", big, lambda: big.http("/boot/" + ks % big.dashes)),
             Spend(w, "long answer file by TFTP", big, lambda: big.tftp(ks % big.dashes, 512)),
             Spend(w, "answer file of Debian's", s["deb"], lambda: s["deb"].http("/boot/hosts/%s/preseed.cfg" % s["deb"].dashes)),
             Spend(w, "the last image by HTTP", iso, lambda: iso.http("/boot/os/pe.iso")),
             Spend(w, "the last image by TFTP", iso, lambda: iso.tftp("os/pe.iso", 8192)),
             Fed(w, "fed by the operator's loader configuration, HTTP", own, own.config,
                 lambda: own.http("/boot/os/centos-5.5-i386/pxeboot/vmlinuz")),
             Fed(w, "fed by the operator's loader configuration, TFTP", own, own.config,
                 lambda: own.tftp("os/centos-5.5-i386/pxeboot/vmlinuz", 8192))])
    w.write("root/boot/home.php", "#!/bin/sh\nprintf '#!gpxe\\nkernel OWN-KERNEL\\nboot\\n'\n")
    os.chmod(w.dir + "/root/boot/home.php", 0o755)
    walk(w, [Fed(w, "fed by the operator's script", lin, lin.script,
                 lambda: lin.http("/boot/os/centos-5.5-i386/pxeboot/vmlinuz"))])


def events(w, s, _):
    walk(w, [Event(w, s["lin"], "installing", "armed"), Event(w, s["lin"], "installed", "installing"),
             Event(w, s["lin"], "failed", "installing"), Event(w, s["deb"], "installed", "armed")])


def body(build, groups):
    table = {"orders": orders, "lines": lines_, "scripts": scripts, "spending": spending, "events": events,
             "waiting": lambda w, s, _: waiting(w, s["lin"], s["big"], s["iso"])}
    failed = 0
    for group in groups or table:
        w, names = site(build, group)
        try:
            table[group](w, names, NewLines(w))
        finally:
            failed |= w.end()
    return failed


main("faults.py", body)
