"""What the tests of the law share: the daemon in a network namespace, machines on its wire that boot and install by HTTP and
TFTP, a store whose faults are ordered, and checks that are counted. No dependencies; root."""
import contextlib
import ctypes
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../power"))
import power_cut # noqa: E402

SERVER = "10.77.0.1"
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000


# --- checks

class Checks:
    def __init__(self):
        self.n = self.failed = 0
        self.lock = threading.Lock()

    def ok(self, good, what, detail=""):
        with self.lock:
            self.n += 1
            if not good:
                self.failed += 1
                print("not ok %d - %s%s" % (self.n, what, ": " + str(detail)[:600] if detail != "" else ""), flush=True)
        return good

    def done(self):
        print("%d passed, %d failed" % (self.n - self.failed, self.failed), flush=True)
        return 1 if self.failed or not self.n else 0


def await_true(seconds, condition, pause=0.01):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def has_ended(pid):
    """Gone, or a zombie whose threads are gone: it holds nothing any more, and who adopted it may take a second to bury it.
    While a thread of it still dies, its sockets are open."""
    try:
        with open("/proc/%s/stat" % pid) as f:
            return f.read().rpartition(") ")[2][0] in "ZX" and len(os.listdir("/proc/%s/task" % pid)) == 1
    except OSError:
        return True


# --- namespaces

def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Space:
    """A network namespace; what a thread opens `with space.inside()` belongs to it."""
    count = 0

    def __init__(self, name):
        Space.count += 1
        self.name = "px_law_%d_%d_%s" % (os.getpid(), Space.count, name)
        run("ip", "netns", "add", self.name)
        self.fd = os.open("/run/netns/" + self.name, os.O_RDONLY | os.O_CLOEXEC)
        self.ip("link", "set", "lo", "up")

    def ip(self, *words):
        run("ip", "-n", self.name, *words)

    def enter(self):
        if LIBC.setns(self.fd, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    @contextlib.contextmanager
    def inside(self):
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self.enter()
        try:
            yield
        finally:
            if LIBC.setns(before, CLONE_NEWNET) != 0:
                os.abort() # nothing this thread does from now on would be where it should
            os.close(before)

    def remove(self):
        os.close(self.fd)
        subprocess.run(["ip", "netns", "del", self.name], check=False)


# --- machines

class Answer:
    """status 0: the connection broke before an answer; whole: every byte has been received. TFTP: 200, or the ERROR's code."""
    def __init__(self, status=0, body=b"", whole=False, error=""):
        self.status, self.body, self.whole, self.error = status, body, whole, error

    @property
    def text(self):
        return self.body.decode("latin1")

    def held(self):
        """It could not be recorded: refused, or of one above 32 KiB the end is missing."""
        return self.status == 503 or not self.whole

    def __repr__(self):
        return "<%d, %d bytes%s%s>" % (self.status, len(self.body), "" if self.whole else ", cut", self.error)


class Machine:
    def __init__(self, world, number, name, os_id, extra=""):
        self.world, self.number, self.name, self.os, self.extra = world, number, name, os_id, extra
        self.reached = False # the server, once: a new wire takes a moment
        self.mac = "08:00:27:4d:00:%02x" % number
        self.dashes = self.mac.replace(":", "-")
        self.address = "10.77.0.%d" % (100 + number)
        self.space = Space("m%d" % number)
        port = "p%d" % number
        world.server.ip("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", self.space.name)
        self.space.ip("link", "set", "eth0", "address", self.mac)
        world.server.ip("link", "set", port, "master", "lan0", "up")
        self.space.ip("link", "set", "eth0", "up")
        self.space.ip("addr", "add", self.address + "/24", "dev", "eth0")

    @property
    def line(self):
        return "%s, %s, name=%s%s\n" % (self.mac, self.os, self.name, self.extra)

    def socket(self, kind):
        with self.space.inside():
            return socket.socket(socket.AF_INET, kind)

    # HTTP

    def connect(self, path, agent="iPXE/1.21.1", wait=20, method="GET"):
        s = self.socket(socket.SOCK_STREAM)
        s.settimeout(wait)
        try:
            s.connect((SERVER, 80))
            s.sendall(("%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nConnection: close\r\n\r\n" %
                       (method, path, SERVER, agent)).encode())
        except OSError as e:
            s.close()
            return e
        return s

    def http(self, path, agent="iPXE/1.21.1", wait=20):
        """All of it: what the last byte proves is that it has been received."""
        s = self.connect(path, agent, wait)
        if isinstance(s, OSError):
            return Answer(error=", not connected: %s" % s)
        data = b""
        with s:
            try:
                while part := s.recv(65536):
                    data += part
            except OSError:
                pass
        head, gap, body = data.partition(b"\r\n\r\n")
        if not gap:
            return Answer()
        length = [int(l.split(b":")[1]) for l in head.split(b"\r\n") if l.lower().startswith(b"content-length:")]
        return Answer(int(head.split()[1]), body, bool(length) and len(body) == length[0])

    # TFTP

    def tftp(self, name, blksize=1024, wait=20, leave_at_last=False):
        """leave_at_last: acknowledges the block before the last, and goes away without a word."""
        s = self.socket(socket.SOCK_DGRAM)
        options = b"blksize\0%d\0tsize\0000\0" % blksize if blksize else b""
        block, size, unit, data, end = 0, 0, 512, b"", time.monotonic() + wait
        packet, to = b"\0\1" + name.encode() + b"\0octet\0" + options, (SERVER, 69)
        with s:
            s.settimeout(0.05)
            s.sendto(packet, to)
            sent = time.monotonic()
            while time.monotonic() < end:
                try:
                    got, peer = s.recvfrom(70000)
                except TimeoutError:
                    if not self.world.alive():
                        return Answer(0, data)
                    if time.monotonic() - sent > 1:
                        s.sendto(packet, to)
                        sent = time.monotonic()
                    continue
                except OSError:
                    return Answer(0, data)
                code, number = struct.unpack("!HH", got[:4])
                if code == 5:
                    return Answer(number or 500, got[4:-1], True)
                to = peer
                if code == 6:
                    fields = got[2:].split(b"\0")
                    terms = dict(zip(fields[::2], fields[1::2]))
                    size, unit = int(terms.get(b"tsize", b"0")), int(terms.get(b"blksize", b"512"))
                    packet = b"\0\4\0\0"
                elif code == 3 and number == (block + 1) & 0xFFFF:
                    block += 1
                    data += got[4:]
                    packet = b"\0\4" + got[2:4]
                    if len(got) - 4 < unit:
                        s.sendto(packet, to)
                        return Answer(200, data, True)
                else:
                    continue
                if leave_at_last and size - len(data) <= unit:
                    s.sendto(packet, to)
                    return Answer(0, data)
                s.sendto(packet, to)
        return Answer(0, data)

    # what a machine asks for

    def script(self, agent="iPXE/1.21.1"):
        return self.http("/boot/home.php?mac=" + self.dashes, agent)

    def config(self):
        return self.tftp("pxelinux.cfg/01-" + self.dashes)

    def event(self, stage, reason=""):
        return self.http("/boot/event?mac=%s&stage=%s%s" % (self.dashes, stage, "&reason=" + reason if reason else ""))

    def power_on(self):
        with self.space.inside():
            subprocess.run([sys.executable, os.path.join(HERE, "../e2e/dhcp.py"), "eth0", "discover", "--mac", self.mac,
                            "--firmware", "bios", "--wait", "3"], stdout=subprocess.DEVNULL, check=False)


INSTALLER = ("/boot/os/", "imgload pxelinux.0", "OWN-KERNEL")  # what no text for a machine's own disk contains


def installs(answer):
    return any(word in answer.text for word in INSTALLER)


# --- the daemon

class World:
    def __init__(self, build, name, plugins="store-fault", ini="", power=False):
        """power: a crash is a power cut, which leaves what the disk was told to keep."""
        if os.geteuid() != 0:
            print("skipped: root is needed to make network namespaces")
            sys.exit(77)
        os.umask(0o022)
        self.checks = Checks()
        self.build, self.bin = build, os.path.join(build, "sbin/pxed")
        self.dir = tempfile.mkdtemp(prefix="pxlaw-%s." % name)
        os.chmod(self.dir, 0o755)
        self.log, self.faults = self.dir + "/pxed.log", self.dir + "/faults"
        os.mkdir(self.faults, 0o777)
        os.chmod(self.faults, 0o777)
        self.fault_file, self.fault_log = self.faults + "/order", self.faults + "/order.log"
        open(self.fault_log, "w").close()
        os.chmod(self.fault_log, 0o666)
        self.ids = 0
        self.child = None
        self.disk = self.dir + "/disk" if power else None
        self.machines = []
        self.server = Space("server")
        self.server.ip("link", "add", "lan0", "type", "bridge")
        self.server.ip("link", "set", "lan0", "address", "02:00:0a:4d:00:01", "up")
        self.server.ip("addr", "add", SERVER + "/24", "dev", "lan0")
        self.state = self.dir + "/state"
        for path in ("root/boot/os", "root/tftp", "state", "disk"):
            os.makedirs(os.path.join(self.dir, path))
        os.chmod(self.dir + "/disk", 0o777)
        for os_id, files in {"centos-5.5-i386": ("pxeboot/vmlinuz", "pxeboot/initrd.img"),
                             "debian-12": ("linux", "initrd.gz")}.items():
            for file in files:
                self.write("root/boot/os/%s/%s" % (os_id, file), ("%s of %s " % (file, os_id)) * 4000)
        self.write("hosts.conf", "")
        self.write("pxed.ini", "[pxed]\ninterface = lan0\nroot = root\nstate = state\nhosts = hosts.conf\narm-any-limit = 0\n"
                   "sandbox = log\n"  # the store that fails writes its own log, beside the state
                   "plugins = %s api dhcp tftp http os-linux os-windows\n[dhcp]\nmode = proxy\n%s" % (plugins, ini))

    def write(self, path, text):
        path = os.path.join(self.dir, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".new", "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        os.rename(path + ".new", path)
        return path

    def use_store(self, name):
        """From the next start on."""
        with open(self.dir + "/pxed.ini") as f:
            lines = [l.replace(l.split()[2], name) if l.startswith("plugins = ") else l for l in f]
        self.write("pxed.ini", "".join(lines))

    def add(self, name, os_id, extra=""):
        self.machines.append(Machine(self, len(self.machines) + 1, name, os_id, extra))
        return self.machines[-1]

    def hosts(self, lines=None):
        self.write("hosts.conf", "".join(lines if lines is not None else [m.line for m in self.machines]))

    # life and death

    def alive(self):
        return self.child is not None and self.child.poll() is None

    def news(self):
        with open(self.log, "rb") as f:
            f.seek(self.started_at)
            return f.read().decode("latin1")

    def start(self, patience=60):
        """True when it is ready; False if it ended before."""
        with open(self.log, "ab") as log:
            self.started_at = log.tell()
            env = dict(os.environ, PXED_PLUGIN_DIR=os.path.join(self.build, "tests/law"), PXED_FAULT=self.fault_file)
            env.setdefault("ASAN_OPTIONS", "abort_on_error=0:exitcode=99")
            if self.disk:
                env.update(LD_PRELOAD=os.path.join(self.build, "tests/power/power-cut.so"), PXED_POWER_OF=self.state,
                           PXED_POWER_DISK=self.disk)
            self.child = subprocess.Popen([self.bin, "run", "-c", self.dir + "/pxed.ini"], stdin=subprocess.DEVNULL,
                                          stdout=log, stderr=log, env=env, preexec_fn=self.server.enter)
        await_true(patience, lambda: " core ready " in self.news() or not self.alive())
        ready = " core ready " in self.news() and self.alive()
        for m in self.machines if ready else ():
            m.reached = m.reached or await_true(20, lambda m=m: m.http("/boot/no-such-name").status == 404)
            self.checks.ok(m.reached, m.name + " reaches the server")
        return ready and self.alive()

    def crash(self):
        """All of it has ended: the serving process dies a moment after its keeper, and a test may take its folder."""
        if self.child:
            self.child.kill()
            self.child.wait()
            for pid in re.findall(r" core ready pid=(\d+)", self.news()):
                await_true(10, lambda: has_ended(pid))
            if self.disk:
                power_cut.cut(self.state, self.disk)

    def gone(self):
        """Whether no answer came because the daemon dies as it was ordered, and not because it said no."""
        return not self.alive() or (self.kind.startswith("kill") and self.hit() and self.died())

    def died(self, patience=10):
        """Whether it ends by itself: a fault that kills."""
        return await_true(patience, lambda: not self.alive())

    def stop(self):
        """SIGTERM; its exit status."""
        self.child.terminate()
        try:
            return self.child.wait(40)
        except subprocess.TimeoutExpired:
            self.crash()
            return -9

    def restart(self):
        """After a crash: no fault is ordered any more. What it finds is what the disk holds."""
        self.crash()
        self.fault()
        return self.checks.ok(self.start(), "it starts again", self.news()[-1500:])

    def end(self):
        self.crash()
        with open(self.log, "rb") as f:
            text = f.read().decode("latin1")
        for word in ("AddressSanitizer", "runtime error", "LeakSanitizer"):
            self.checks.ok(word not in text, "no sanitizer speaks", text[text.find(word):][:2000])
        if self.checks.failed:
            print("--- the end of pxed.log\n" + text[-4000:])
        for space in [m.space for m in self.machines] + [self.server]:
            space.remove()
        if os.environ.get("E2E_KEEP"):
            print("kept: " + self.dir)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)
        return self.checks.done()

    # faults

    def fault(self, kind=None, at=1, ms=0):
        """From now on the `at`th commit goes wrong (0: the first that arms, spends or ends); None: none does."""
        self.ids += 1
        self.kind = kind or ""
        self.write("faults/order", "f%d %d %s %d" % (self.ids, at if kind else 0, kind or "none", ms))

    def hit(self):
        """Whether the ordered fault has happened."""
        with open(self.fault_log) as f:
            return any(l.split()[0] == "f%d" % self.ids and l.split()[2] != "ok" for l in f)

    def healed(self):
        """Whether a commit has gone well since the ordered fault."""
        with open(self.fault_log) as f:
            kinds = [l.split()[2] for l in f if l.split()[0] == "f%d" % self.ids]
        return kinds and kinds[-1] == "ok"

    # people

    def pxed(self, *words, wait=40):
        """A live command: its exit status."""
        r = subprocess.run([self.bin, words[0], "-c", self.dir + "/pxed.ini", *words[1:]], stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=wait, check=False)
        self.said = r.stdout.decode("latin1")
        return r.returncode

    def ask(self, target):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(20)
        with s:
            s.connect(self.state + "/pxed.sock")
            s.sendall(("GET /api/v1/%s HTTP/1.0\r\nHost: pxed\r\nConnection: close\r\n\r\n" % target).encode())
            data = b""
            while part := s.recv(65536):
                data += part
        try:
            return json.loads(data.partition(b"\r\n\r\n")[2])
        except ValueError as e:
            raise ConnectionError("the answer is cut") from e

    def states(self):
        """MAC -> what `machines` says of its installation: armed, if an installer would be given now or could not be only
        for the moment."""
        rows = self.ask("machines")
        return {r["mac"]: "armed" if r["install"] == "not ready" else r["install"] for r in rows}

    def state_of(self, machine):
        return self.states().get(machine.mac, "")


def main(name, body):
    """body(build, arguments) -> exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    if len(sys.argv) < 2:
        print("usage: %s BUILD_FOLDER ..." % name)
        sys.exit(2)
    sys.exit(body(os.path.abspath(sys.argv[1]), sys.argv[2:]))
