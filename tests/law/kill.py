#!/usr/bin/env python3
"""kill -9 at random moments of installations, with the real store, and with the same on a slow disk.

  kill.py BUILD_FOLDER [power] [ROUNDS [SEED]]

Machines install by HTTP and TFTP, over and over, people arm and disarm, lines come and go. In each round the daemon is killed
at some moment, or in the moment of an acknowledgement, and started on the same state. What each machine's record may be then
is known from what was acknowledged: no arming installs twice, none that was acknowledged is lost, nothing is armed that was
not ordered. `power`: each kill is a power cut, and what no sync covered is gone with it. The seed decides what is tried and when; how far each got until then is the machine's own."""
import random
import sys
import threading
import time

sys.dont_write_bytecode = True
from law import World, installs, main

USED = {"installing", "unconfirmed"} # `unconfirmed`: half a minute went by without an event


class Actor(threading.Thread):
    """One machine and its operator, until the daemon dies. `may`: the states its record may have on disk."""
    def __init__(self, w, m, may, seed, tally, deadly):
        super().__init__()
        self.w, self.m, self.may, self.random, self.tally = w, m, set(may), random.Random(seed), tally
        self.deadly = deadly # set: the next acknowledgement is the daemon's last word
        self.over = False

    def run(self):
        try:
            while not self.over and self.w.alive():
                self.one_step()
        except Exception as e: # of the test itself, which would prove nothing then
            self.w.checks.ok(False, self.m.name + ": the test goes on", repr(e))

    def attempt(self, goal, act):
        """act() -> True: acknowledged. Until then, and if no answer comes, it may or may not be so."""
        before = set(self.may)
        self.may |= {goal}
        said = act()
        if said:
            if self.deadly.is_set():
                self.w.child.kill()
            self.may = {goal}
            self.tally[goal] += 1
        elif said is False:
            self.may = before
        else:
            self.over = True
            self.tally["in doubt"] += 1

    def refused(self, good, what, got):
        """An answer that came whole is the daemon's word, whatever becomes of it afterwards."""
        self.w.checks.ok(good, "%s, may be %s: %s" % (self.m.name, sorted(self.may), what), got)

    def fetch(self, name):
        """By either protocol."""
        if self.random.random() < 0.5:
            return self.m.http("/boot/" + name, wait=5)
        return self.m.tftp(name, self.random.choice((0, 1024, 1400)), wait=5)

    def boot(self):
        a = self.m.config() if self.random.random() < 0.4 else self.m.script()
        if not a.whole or a.status != 200:
            self.over = not self.w.alive() or not a.whole
            return False
        armed = self.may == {"armed"}
        self.refused(installs(a) == armed, "the boot script " + ("installs" if armed else "boots the disk"), a.text)
        return installs(a)

    def command(self, *words):
        code = self.w.pxed(*words, self.m.name)
        return True if code == 0 else None

    def deliver(self):
        a = self.fetch(self.m.answer)
        return True if a.whole and a.status == 200 else None

    def event(self, stage):
        a = self.m.event(stage)
        return True if a.status == 200 and a.text == "ok\n" else None

    def one_step(self):
        dice = self.random.random()
        if self.may == {"armed"}:
            if dice < 0.08:
                self.attempt("disarmed", lambda: self.command("disarm"))
            elif self.boot():
                for image in self.m.images[: 0 if dice < 0.3 else 2]:
                    self.over |= not self.fetch(image).whole
                if not self.over:
                    self.attempt("installing", self.deliver)
        elif self.may == {"installing"}:
            if dice < 0.2:
                self.boot()
            elif dice < 0.4: # its installer asks once more
                a = self.fetch(self.m.answer)
                self.over = not a.whole
                self.refused(not a.whole or a.status == 200, "a retry is served", a)
            elif dice < 0.7:
                self.attempt("installing", lambda: self.event("installing"))
            else:
                stage = self.random.choice(("installed", "failed"))
                self.attempt(stage, lambda: self.event(stage))
        else:
            if dice < 0.5:
                self.boot()
            else:
                self.attempt("armed", lambda: self.command("arm", "--yes"))


def observe(state):
    """The states of the model: `disarmed` is whatever stands in the record when nothing may happen."""
    return "installing" if state in USED else state if state in ("armed", "installed", "failed") else "disarmed"


def allowed(may):
    """A disarmed host shows what its last installation became."""
    return may | ({"disarmed", "installed", "failed", "installing"} if "disarmed" in may else set())


class Lines:
    """New lines arm once; lines that went arm nothing when they come back."""
    def __init__(self, w, seed):
        self.w, self.random, self.made = w, random.Random(seed), 0
        self.lines, self.gone = {}, {}

    def change(self):
        dice = self.random.random()
        if dice < 0.3:
            self.made += 1
            mac = "02:00:00:00:%02x:%02x" % divmod(self.made, 256)
            self.lines[mac] = ["%s, debian-12, name=new%d\n" % (mac, self.made), "armed"]
        elif dice < 0.4 and self.lines:
            mac = self.random.choice(sorted(self.lines))
            self.gone[mac] = self.lines.pop(mac)
        elif dice < 0.5 and self.gone:
            mac = self.random.choice(sorted(self.gone))
            self.lines[mac] = [self.gone.pop(mac)[0], "gone"]
        else:
            return
        self.w.hosts([m.line for m in self.w.machines] + [text for text, _ in self.lines.values()])

    def check(self, states):
        for mac, (text, state) in self.lines.items():
            seen = states.get(mac, "")
            if state == "armed":
                self.w.checks.ok(seen == "armed", "a new line is armed", (text, seen))
            elif state == "gone":
                self.w.checks.ok(seen != "armed", "a line that came back is not", (text, seen))
        for mac in self.gone:
            self.w.checks.ok(states.get(mac) != "armed", "a line that is gone is not armed", mac)


def one_round(w, may, lines, dice, tally):
    deadly = threading.Event()
    actors = [Actor(w, m, may[m], dice.random(), tally, deadly) for m in w.machines]
    for a in actors:
        a.start()
    moment = dice.random() ** 2 * 0.5
    if dice.random() < 0.5:
        time.sleep(moment / 2)
        lines.change()
        time.sleep(moment / 2)
    else:
        time.sleep(moment)
    if dice.random() < 0.5:
        deadly.set()
        w.died(0.5)
    w.crash()
    for a in actors:
        a.join()
    slow = dice.random() < 0.4
    w.use_store("store-fault" if slow else "store-sqlite")
    w.fault("slow" if slow else None, 1, dice.choice((5, 30)))
    for _ in range(dice.choice((0, 0, 0, 0, 1, 2))): # and while it starts
        w.start(patience=dice.random() * 0.1)
        w.crash()
    if not w.checks.ok(w.start(), "it starts again", w.news()[-1500:]):
        return False
    w.checks.ok("STORE_OLD" not in w.news(), "nothing was lost: the store is not old")
    states = w.states()
    for a in actors:
        seen = observe(states[a.m.mac])
        w.checks.ok(seen in allowed(a.may), "%s is what was acknowledged" % a.m.name, (states[a.m.mac], sorted(a.may)))
        may[a.m] = {seen}
        offer = a.m.script(), a.m.config()
        w.checks.ok([installs(o) for o in offer] == [seen == "armed"] * 2, "%s: %s, and the wire says so" % (a.m.name, seen),
                    [o.text for o in offer])
        tally["in doubt, done" if len(a.may) > 1 and seen in a.may else "settled"] += 1
    lines.check(states)
    return True


def body(build, words):
    power = words[:1] == ["power"]
    words = words[power:]
    rounds = int(words[0]) if words else 60
    seed = int(words[1]) if len(words) > 1 else random.SystemRandom().randrange(1 << 32)
    print("# %d rounds, seed %d" % (rounds, seed), flush=True)
    dice = random.Random(seed)
    w = World(build, "kill", plugins="store-sqlite", power=power)
    tally = dict.fromkeys(("armed", "installing", "installed", "failed", "disarmed", "in doubt", "in doubt, done", "settled"), 0)
    try:
        for name, os_id, answer in (("lin", "centos-5.5-i386", "hosts/linux-ks/%s.txt"), ("deb", "debian-12", "hosts/%s/preseed.cfg"),
                                    ("big", "centos-5.5-i386", "hosts/linux-ks/%s.txt")):
            m = w.add(name, os_id)
            m.answer = answer % m.dashes
            m.images = ["os/debian-12/linux", "os/debian-12/initrd.gz"] if os_id == "debian-12" else \
                ["os/centos-5.5-i386/pxeboot/vmlinuz", "os/centos-5.5-i386/pxeboot/initrd.img"]
        w.write("root/boot/hosts/%s/ks.cfg" % m.dashes, "# a long kickstart of the operator's own\n" * 3000)
        w.hosts()
        w.checks.ok(w.start(), "it starts", w.news()[-1500:])
        w.checks.ok(w.pxed("arm", "--yes", "lin", "deb", "big") == 0, "armed", w.said)
        may = {m: {"armed"} for m in w.machines}
        lines = Lines(w, dice.random())
        for n in range(rounds):
            failed = w.checks.failed
            if not one_round(w, may, lines, dice, tally):
                break
            if w.checks.failed > failed:
                print("# in round %d" % n, flush=True)
            if w.checks.failed > 20:
                break
        print("# " + ", ".join("%s: %d" % t for t in tally.items()), flush=True)
        for word in ("armed", "installing", "installed", "in doubt"):
            w.checks.ok(tally[word] >= rounds // 10, "often enough: " + word, tally)
    finally:
        failed = w.end()
    return failed


main("kill.py", body)
