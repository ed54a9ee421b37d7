#!/usr/bin/env python3
"""os-generic: what each key of [os ID] boots, by which loader and firmware, and what check says.   usage: lines.py PXED"""
import os
import subprocess
import sys
import tempfile

PXED = sys.argv[1]
MAC = "08:00:27:4d:4d:aa"
B = "http://pxe-server/boot"
count = failed = 0


def check(what, good, detail=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {what}" + ("" if good else f": {detail}"))


def pxed(section, files=(), host="", verb="explain", firmware="bios", loader="ipxe", os_id="beos-5", own=None, plugins="os-generic os-linux http store-sqlite"):
    with tempfile.TemporaryDirectory() as top:
        for name in files:
            path = f"{top}/boot/os/{name if name.startswith('../') else os_id + '/' + name}"
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(os.path.normpath(path), "w") as file:
                file.write("x")
        if own is not None:
            with open(f"{top}/own", "w") as file:
                file.write(own)
        with open(f"{top}/pxed.ini", "w") as ini:
            ini.write(f"[pxed]\nplugins = {plugins}\ninterface = lo\nname = pxe-server\nroot = {top}\nstate = {top}/state\nhosts = h.conf\n"
                      + (f"[os {os_id}]\n{section}\n" if section else ""))
        with open(f"{top}/h.conf", "w") as hosts:
            hosts.write(f"{MAC}, {os_id}, name=web01{host}\n")
        words = ["check", "-c", f"{top}/pxed.ini"] if verb == "check" else \
            ["explain", "-c", f"{top}/pxed.ini", "web01", "--firmware", firmware, "--loader", loader]
        done = subprocess.run([PXED, *words], capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).replace(top + "/", "")


LINUX = "kernel = k\ninitrd = a.img\ninitrd = b.img\nargs = h={{host.name}} u={{os.url}} s={{server.url}}"
SAID = f"h=web01 u={B}/os/beos-5 s=http://pxe-server"
FILES = ("k", "a.img", "b.img", "e.efi", "d.img", "x.iso", "../memdisk")
# section, firmware, loader, what the script holds; None: it boots the disk
ROWS = [
    (LINUX, "bios", "ipxe", f"kernel {B}/os/beos-5/k {SAID}\n  initrd {B}/os/beos-5/a.img\n  initrd {B}/os/beos-5/b.img\n"),
    (LINUX, "bios", "gpxe", f"kernel {B}/os/beos-5/k {SAID}\n"),
    (LINUX, "efi-x64", "ipxe", f"kernel {B}/os/beos-5/k {SAID} initrd=a.img initrd=b.img\n"),
    (LINUX, "efi-arm64", "grub", f"linux /boot/os/beos-5/k h=web01"),
    (LINUX, "bios", "pxelinux", f"append {SAID} initrd={B}/os/beos-5/a.img,{B}/os/beos-5/b.img\n"),
    ("kernel = k", "bios", "ipxe", f"kernel {B}/os/beos-5/k\n  boot"),
    ("multiboot = k\ninitrd = a.img", "bios", "ipxe", f"kernel {B}/os/beos-5/k\n  module {B}/os/beos-5/a.img\n"),
    ("multiboot = k\ninitrd = a.img", "bios", "pxelinux", f"append {B}/os/beos-5/k --- {B}/os/beos-5/a.img\n"),
    ("multiboot = k\ninitrd = a.img", "efi-x64", "grub", "multiboot /boot/os/beos-5/k /boot/os/beos-5/k\n"),
    ("multiboot = k\ninitrd = a.img", "efi-x64", "ipxe", None),
    ("multiboot = k\nargs = m=1\ninitrd = a.img n={{host.name}} x\ninitrd = b.img", "bios", "ipxe",
     f"kernel {B}/os/beos-5/k m=1\n  module {B}/os/beos-5/a.img n=web01 x\n  module {B}/os/beos-5/b.img\n"),
    ("multiboot = k\nmultiboot2 = k\ninitrd = a.img n={{host.name}} x", "bios", "pxelinux", f"append {B}/os/beos-5/k --- {B}/os/beos-5/a.img n=web01 x\n"),
    ("multiboot = k\nmultiboot2 = k\ninitrd = a.img n={{host.name}} x", "efi-x64", "grub",
     "multiboot2 /boot/os/beos-5/k /boot/os/beos-5/k\n  module2 /boot/os/beos-5/a.img /boot/os/beos-5/a.img n=web01 x\n"),
    ("kernel = k\nmultiboot = k\ninitrd = a.img n=1", "efi-x64", "ipxe", f"kernel {B}/os/beos-5/k initrd=a.img\n  initrd {B}/os/beos-5/a.img\n"),
    ("efi = e.efi\nargs = -v", "efi-x64", "ipxe", f"chain {B}/os/beos-5/e.efi -v\n"),
    ("efi = e.efi", "efi-x64", "grub", "chainloader /boot/os/beos-5/e.efi\n"),
    ("efi = e.efi", "bios", "ipxe", None),
    ("memdisk = d.img\nargs = raw", "bios", "ipxe", f"kernel {B}/os/memdisk raw\n  initrd {B}/os/beos-5/d.img\n"),
    ("memdisk = d.img", "bios", "gpxe", "imgload pxelinux.0\n"),
    ("memdisk = d.img", "efi-x64", "ipxe", None),
    ("iso = x.iso", "bios", "ipxe", f"initrd {B}/os/beos-5/x.iso\n"),
    ("iso = x.iso", "efi-x64", "ipxe", None),
    ("kernel = k\nefi = e.efi", "efi-x64", "ipxe", f"kernel {B}/os/beos-5/k"),
    ("multiboot = k\nefi = e.efi", "bios", "ipxe", f"kernel {B}/os/beos-5/k\n"),
    ("multiboot = k\nefi = e.efi", "efi-x64", "ipxe", f"chain {B}/os/beos-5/e.efi\n"),
]
for section, firmware, loader, wanted in ROWS:
    out = pxed(section, FILES, firmware=firmware, loader=loader)
    good = wanted in out if wanted else "boots its disk" in out and "/beos-5/" not in out.partition("script, in")[2]
    check(f"{section.splitlines()[0]}: {firmware}, {loader}", good, out)

# --- who takes an id
out = pxed("", FILES)
check("without a key nobody claims it", "NO_PROFILE" in out, out)
out = pxed("kernel = k", FILES, os_id="debian-12")
check("a plugin that knows the id wins", "profile: os-linux, debian" in out, out)
out = pxed("kernel = k\nplugin = os-generic", FILES, os_id="debian-12")
check("plugin = wins over all", "profile: os-generic, generic" in out, out)
out = pxed("kernel = k\ninitrd = a.img n=1\ninitrd = b.img", FILES, verb="check")
check("a kernel's initrds have no arguments", "initrd = a.img n=1: a blank" in out, out)
out = pxed("multiboot = k\ninitrd = a%.img n=1\ninitrd = b.img", FILES, verb="check")
check("a module's name is looked at, each", "initrd = a%.img n=1: a blank" in out, out)
out = pxed("plugin = os-generic", FILES, verb="check")
check("plugin = without a key", "(NO_PLAN); os-generic wants one of kernel =, multiboot =, multiboot2 =, efi =, memdisk =, iso = in [os beos-5]" in out, out)
out = pxed("kernal = k", FILES, verb="check")
check("a mistyped key", "pxed.ini:9: unknown variable 'kernal'" in out, out)

# --- what is missing
for section, name in (("kernel = nosuch", "nosuch"), ("kernel = k\ninitrd = none.img", "none.img"), ("multiboot = nosuch", "nosuch"),
                      ("iso = none.iso", "none.iso")):
    out = pxed(section, ("k",), verb="check")
    check(f"{section.splitlines()[-1]}: check names the file", "NO_IMAGE" in out and name in out, out)
out = pxed("memdisk = d.img", ("d.img",))
check("memdisk itself is missing, or found in loader-path", "boots its disk" in out or "os/memdisk" in out, out)
out = pxed("kernel = a name", ("a name",), verb="check")
check("a blank in a name", "loaders split" in out, out)

# --- arming and answers
out = pxed("kernel = k", FILES, verb="check")
check("a live system needs no word on arming", "live" not in out, out)
out = pxed("kernel = k\nlive = maybe", FILES, verb="check")
check("live is yes or no", "pxed.ini:10: warning: live = maybe: expected yes or no; no is used" in out, out)
out = pxed("kernel = k\nargs = a={{file.answer}}\nanswer = own", FILES, own="for {{host.name}} {{event.url}}\n")
check("its answer file", f"a={B}/hosts/08-00-27-4d-4d-aa/answer" in out and "  for web01 http" in out, out)
out = pxed("kernel = k\nanswer = own", FILES, own="for {{hostname}}\n", verb="check")
check("a foreign tag in it", "own:1: {{hostname}} is no name" in out, out)
out = pxed("kernel = k\nanswer = own\nanswer-raw = yes", FILES, own="for {{hostname}}\n")
check("which stays as it is if that is asked for", "  for {{hostname}}" in out, out)
out = pxed("kernel = k\nargs = {{host.name}}", FILES, host=", args=console=ttyS0")
check("the host's args replace the section's", f"{B}/os/beos-5/k console=ttyS0\n" in out, out)
print(f"1..{count}")
if not failed:
    print("proves: generic scripted")
sys.exit(failed != 0)
