"""For tests of os-linux's families: images of stub files, what `pxed explain` makes of them, and rendered scripts run against
a disk and an installer's programs that are files and functions."""
import os
import shutil
import subprocess
import sys
import tempfile

PXED = sys.argv[1]
MAC = "08:00:27:4d:4d:aa"
BASE = "http://pxe-server/boot"
HOST = f"{BASE}/hosts/08-00-27-4d-4d-aa"
NASTY = "a \"b\" 'c' <d> &e; ]]> \\ $f `id` {g}"
EVERY = {
    "name": "web01", "domain": "lab.test", "ip": "10.77.0.60/24", "gateway": "10.77.0.1", "dns": "10.77.0.1 10.77.0.2",
    "timezone": "Europe/Berlin", "locale": "de_DE.UTF-8", "keyboard": "de", "ntp": "10.77.0.1 10.77.0.2",
    "proxy": "http://proxy:3128", "packages": "vim less", "args-installed": "quiet", "ssh-key": "ssh-ed25519 AAAA ops",
}
NETWORK = {key: EVERY[key] for key in ("name", "domain", "ip", "gateway", "dns")}
SIX = {"ip6": "2001:db8::60/64 2001:db8::61/64", "gateway6": "2001:db8::1"}
BOND = {"mac": "08:00:27:4d:4d:bb", "bond": "802.3ad"}
count = failed = 0


def check(what, good, detail=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {what}" + ("" if good else f": {detail}"))


def same(what, got, wanted):
    check(what, got == wanted, f"\n  got    {got}\n  wanted {wanted}")


def finish(*lines):
    """`lines`: `proves: FAMILY COLUMN`, of docs/systems.md; printed if all is well."""
    print(f"1..{count}")
    for line in lines if not failed else ():
        print(line)
    sys.exit(failed != 0)


class Explained:
    """One host of one image: `image` names its files; `own` is the text of the operator's answer file."""

    def __init__(self, os_id, image, variables=None, firmware="bios", loader="ipxe", own=None, verb=None, keys=""):
        variables = dict(variables or {})
        with tempfile.TemporaryDirectory() as top:
            for name in image:
                os.makedirs(os.path.dirname(f"{top}/boot/os/{os_id}/{name}"), exist_ok=True)
                with open(f"{top}/boot/os/{os_id}/{name}", "w") as file:
                    file.write("x")
            if own is not None:
                variables["answer"] = "own"
                with open(f"{top}/own", "w") as file:
                    file.write(own)
            for key, value in variables.items():
                if "\n" in value:
                    with open(f"{top}/{key}", "w") as file:
                        file.write(value)
                    variables[key] = f"@{key}"
            with open(f"{top}/pxed.ini", "w") as ini:
                ini.write(f"[pxed]\nplugins = os-linux http store-sqlite\ninterface = lo\nname = pxe-server\n"
                          f"root = {top}\nstate = {top}/state\n{keys}")
            quoted = "".join(', %s="%s"' % (k, v.replace('"', '""')) for k, v in variables.items())
            with open(f"{top}/host-os.conf", "w") as hosts:
                hosts.write(f"{MAC}, {os_id}{quoted}\n")
            words = ["check"] if verb == "check" else ["explain", MAC, "--firmware", firmware, "--loader", loader]
            said = subprocess.run([PXED, words[0], "-c", f"{top}/pxed.ini", *words[1:]], capture_output=True, text=True, check=False)
        self.out, self.err = said.stdout, said.stderr.replace(top + "/", "")

    def line(self):
        """What stands behind `kernel` in the script, without its ` initrd=`."""
        lines = [text[9:] for text in self.out.splitlines() if text.startswith("  kernel ")]
        return lines[0] if lines else self.out + self.err

    def initrds(self):
        return [text.split()[-1] for text in self.out.splitlines() if text.startswith("  initrd ")]

    def file(self, name):
        lines, inside = [], False
        for text in self.out.splitlines():
            if text.startswith((f"file {name} ", f"file {name},")):
                inside = True
            elif inside and text and not text.startswith("  "):
                break
            elif inside:
                lines.append(text[2:])
        return "\n".join(lines) + "\n"


STUBS = r"""
box_fetch() { # URL OUT
    case $1 in
    *event?mac=*) echo "${1##*stage=}" >>"$BOX/said"; return 0 ;;
    esac
    echo "$1" >>"$BOX/asked"
    case $1 in *"${FAIL:-nothing}"*) return 8 ;; esac
    if [ -e "$BOX/www/${1##*/}" ]; then cat "$BOX/www/${1##*/}" >"$2"; else : >"$2"; fi
}
wget() {
    to=/dev/null address=
    while [ $# -gt 0 ]; do
        case $1 in
        -O) to=$2; shift ;;
        -T | -t) shift ;;
        --post-file=*) cat "${1#*=}" >>"$BOX/bodies" ;;
        -*) ;;
        *) address=$1 ;;
        esac
        shift
    done
    box_fetch "$address" "$to"
}
curl() { return 1; }
python3() { return 1; }
python() { return 1; }
python2() { return 1; }
reboot() { echo reboot >>"$BOX/ended"; }
udevadm() { :; }
sleep() { :; }
sync() { :; }
mount() { :; }
umount() { :; }
# The new system's programs: what they would do to its folder.
chroot() {
    root=$1 program=$2
    shift 2
    echo "$program $*" >>"$BOX/inside"
    case $program in
    useradd | adduser)
        case " ${FAIL:-nothing} " in *" $program "*) return 1 ;; esac
        for name; do :; done
        echo "$name:x:1001:1001::/home/$name:/bin/sh" >>"$root/etc/passwd"
        echo "$name:!:1:0:99999:7:::" >>"$root/etc/shadow" ;;
    /bin/sh) (TARGET=$root PXED_SEEN=yes && export PXED_SEEN && . "$root$1") ;;
    /*) "$root$program" "$@" ;;
    esac
}
"""


# A further disk of the machine, /dev/vdb.
SECOND = {f"sys/block/vdb/{name}": value for name, value in (("size", "16384"), ("removable", "0"), ("ro", "0"), ("holders/.x", ""))}


def shells():
    all_of = [[shutil.which(s)] for s in ("dash", "bash") if shutil.which(s)]
    if shutil.which("busybox"):
        all_of.append([shutil.which("busybox"), "sh"])
    return all_of


def is_shell(what, text):
    for shell in shells():
        said = subprocess.run(shell + ["-n"], input=text, capture_output=True, text=True, check=False)
        check(f"{what} is shell to {os.path.basename(shell[0])}", said.returncode == 0, said.stderr)
    if shutil.which("shellcheck"):  # SC2034: the guard's variables are for whoever includes it
        said = subprocess.run(["shellcheck", "-s", "sh", "-S", "warning", "-e", "SC2034,SC2046,SC2059,SC2154,SC2320", "-"],
                              input=text, capture_output=True, text=True, check=False)
        check(f"{what}: shellcheck", said.returncode == 0, said.stdout)


class Run:
    """The script in this shell, with one disk of 8 MiB. `fail`: a part of the URL that cannot be fetched, or a stub's word."""

    def __init__(self, shell, text, argument="", fail="", blank=True, right="blank", stubs="", files=None, second_blank=True):
        text = "".join(f"PXED_RIGHT={right}\n" if row.startswith("PXED_RIGHT=") else row + "\n" for row in text.splitlines())
        with tempfile.TemporaryDirectory() as box:
            for folder in ("dev", "tmp", "www", "profile", "target/etc", "target/root", "sys/block/vda/holders", "sys/class/net/eth0"):
                os.makedirs(f"{box}/{folder}")
            for name, value in {"sys/block/vda/size": "16384", "sys/block/vda/removable": "0", "sys/block/vda/ro": "0",
                                "sys/class/net/eth0/address": MAC, "said": "", "asked": "", "bodies": "",
                                "target/etc/passwd": "root:x:0:0::/root:/bin/sh\n", "target/etc/shadow": "root:*:1:0:99999:7:::\n", **(files or {})}.items():
                os.makedirs(os.path.dirname(f"{box}/{name}"), exist_ok=True)
                with open(f"{box}/{name}", "w") as file:
                    file.write(value)
                os.chmod(f"{box}/{name}", 0o755)
            with open(f"{box}/dev/vda", "wb") as disk:
                disk.truncate(16384 * 512)
                if not blank:
                    disk.seek(512)
                    disk.write(b"LABELONE")
            for name in os.listdir(f"{box}/sys/block"):
                if not os.path.exists(f"{box}/dev/{name}"):
                    with open(f"{box}/dev/{name}", "wb") as disk:
                        disk.truncate(16384 * 512)
                        if not second_blank:
                            disk.seek(512)
                            disk.write(b"LABELONE")
            with open(f"{box}/run", "w") as file:
                file.write(STUBS + stubs + text)
            env = {"PATH": f"{box}/bin:" + os.environ["PATH"] + ":/usr/sbin:/sbin", "BOX": box, "FAIL": fail, "PXED_TEST": "1", "PXED_PAUSE": "0",
                   "PXED_SYSFS": f"{box}/sys", "PXED_DEV": f"{box}/dev", "PXED_TMP": f"{box}/tmp", "PXED_PROFILE": f"{box}/profile",
                   "PXED_TARGET": f"{box}/target", "PXED_EFI": f"{box}/efi"}
            done = subprocess.run(shell + [f"{box}/run", *argument.split()], env=env, capture_output=True, text=True, check=False)
            self.code, self.text = done.returncode, done.stdout + done.stderr
            self.said = " ".join(self.read(box, "said").replace("&reason=", ":").split())
            with open(f"{box}/dev/vda", "rb") as disk:
                self.written = b"written" in disk.read()
            self.asked = self.read(box, "asked").split()
            self.modes = {os.path.relpath(f"{at}/{name}", box): f"{os.stat(f'{at}/{name}').st_mode & 0o777:o}"
                          for at, _, names in os.walk(f"{box}/target") for name in names}
            self.files = {os.path.relpath(f"{at}/{name}", box): self.read(at, name)
                          for at, _, names in os.walk(box) for name in names if at != f"{box}/dev"}

    @staticmethod
    def read(folder, name):
        with open(f"{folder}/{name}", errors="replace") as file:
            return file.read()
