#!/usr/bin/env python3
"""Proxmox VE of os-linux: kernel lines, the answer file as TOML with the installer's words, the first boot.   usage: proxmox.py PXED"""
import os
import subprocess
import tempfile
import tomllib

import box
from box import BASE, BOND, EVERY, NASTY, NETWORK, Explained, check, same

ISO = ["boot/linux26", "boot/initrd.img", "pve.iso", "auto-installer-mode.toml"]
ARGS = "ramdisk_size=16777216 rw quiet splash=silent proxmox-start-auto-installer"
ALL = {**EVERY, "disk": "/dev/sda"}
# What the installer's reader takes; it refuses anything else.
WORDS = {
    "global": {"keyboard", "country", "fqdn", "mailto", "timezone", "root-password-hashed", "root-ssh-keys", "reboot-on-error"},
    "network": {"source", "cidr", "dns", "gateway", "filter"},
    "disk-setup": {"filesystem", "disk-list", "filter"},
    "first-boot": {"source", "ordering", "url"},
}


def answer(seen):
    text = seen.file("answer.toml")
    check("it says what it is", text.startswith("Content-Type: application/toml\n\n"), text)
    return tomllib.loads(text.partition("\n\n")[2])


for os_id, image in (("proxmox-ve-8.4-1", ISO), ("proxmox-9.0", ["vmlinuz", "initrd.img", "pve.iso", "auto-installer-mode.toml"])):
    seen = Explained(os_id, image, ALL)
    same(f"{os_id}: kernel", seen.line(), f"{BASE}/os/{os_id}/{image[0]} {ARGS}")
    check(f"{os_id}: the ISO is a file of the initramfs", f"  initrd {BASE}/os/{os_id}/pve.iso proxmox.iso\n" in seen.out, seen.out)
    seen = Explained(os_id, image, ALL, firmware="efi-x64")
    same(f"{os_id}: on UEFI", seen.line(), f"{BASE}/os/{os_id}/{image[0]} {ARGS} initrd=initrd.magic")
    seen = Explained(os_id, image, ALL, firmware="efi-x64", loader="grub")
    check(f"{os_id}: GRUB cannot, and boots the disk", "exit 1" in seen.out and "linux26" not in seen.out, seen.out)
    seen = Explained(os_id, image, ALL, loader="pxelinux")
    check(f"{os_id}: PXELINUX cannot, and boots the disk", "localboot" in seen.out and "linux26" not in seen.out, seen.out)

told = answer(Explained("proxmox-ve-8.4-1", ISO, ALL))
for table, words in told.items():
    check(f"[{table}] has no other words", set(words) <= WORDS.get(table, set()), str(set(words)))
same("name", told["global"]["fqdn"], "web01.lab.test")
same("mail", told["global"]["mailto"], "root@web01.lab.test")
same("zone", told["global"]["timezone"], "Europe/Berlin")
same("root is locked", told["global"]["root-password-hashed"], "!")
same("key", told["global"]["root-ssh-keys"], ["ssh-ed25519 AAAA ops"])
same("network", told["network"], {"source": "from-answer", "cidr": "10.77.0.60/24", "gateway": "10.77.0.1", "dns": "10.77.0.1",
                                  "filter": {"ID_NET_NAME_MAC": "*0800274d4daa"}})
same("disk", told["disk-setup"], {"filesystem": "ext4", "disk-list": ["/dev/sda"]})
check("first boot", told["first-boot"]["url"].endswith("/hosts/08-00-27-4d-4d-aa/first-boot.sh"), told["first-boot"]["url"])
for lacking in ("ip", "gateway", "dns"):
    some = {k: v for k, v in ALL.items() if k != lacking}
    same(f"without {lacking}= DHCP's address", answer(Explained("proxmox-ve-8.4-1", ISO, some))["network"], {"source": "from-dhcp"})
for disk, wanted in (("serial:S1", {"ID_SERIAL_SHORT": "S1", "ID_SERIAL": "S1"}),
                     ("wwn:5000c5001", {"ID_WWN": "*5000c5001", "ID_WWN_WITH_EXTENSION": "*5000c5001"})):
    same(disk, answer(Explained("proxmox-ve-8.4-1", ISO, {**ALL, "disk": disk}))["disk-setup"], {"filesystem": "ext4", "filter": wanted})
old = answer(Explained("proxmox-ve-8.3-1", ISO, ALL))
same("8.3 knows the names with `_`", sorted(k for k in old["global"] if "_" in k), ["reboot_on_error", "root_password_hashed", "root_ssh_keys"])
same("its disk", old["disk-setup"], {"filesystem": "ext4", "disk_list": ["/dev/sda"]})
told = answer(Explained("proxmox-9", ISO, {"disk": "/dev/sda", "ssh-key": NASTY, "timezone": NASTY, "proxmox-mail": NASTY}))
same("hostile values stay values", [told["global"]["root-ssh-keys"], told["global"]["timezone"], told["global"]["mailto"]], [[NASTY], NASTY, NASTY])
same("no domain", told["global"]["fqdn"].split(".")[1:], ["internal"])
seen = Explained("proxmox-9", ISO, {**ALL, "root-password-hash": "$6$a$secret"})
same("the hash is not in it", answer(seen)["global"]["root-password-hashed"], "!")

for what, image, host, wanted in (
        ("no ISO", ["boot/linux26", "boot/initrd.img", "auto-installer-mode.toml"], ALL, "the installer of 'proxmox-9' is the ISO itself"),
        ("an ISO as it was downloaded", ISO[:3], ALL, "proxmox-auto-install-assistant prepare-iso FILE.iso --fetch-from http"),
        ("no disk=", ISO, EVERY, "give the host disk="),
        ("disk=smallest", ISO, {**ALL, "disk": "smallest"}, "knows only: name serial wwn"),
        ("no key", ISO, {"disk": "/dev/sda"}, "without ssh-key= nobody can log in"),
        ("a loader that puts no file into an initramfs", ISO, {**ALL, "loader": "lpxelinux.0"},
         "loader=lpxelinux.0: pxelinux cannot start 'proxmox-9'"),
        ("an id of before", ISO, ALL, None)):
    seen = Explained("proxmox-9" if wanted else "proxmox-8.2", image, host, verb="check")
    check(f"check: {what}", (wanted or "8.3") in seen.out + seen.err, seen.out + seen.err)
seen = Explained("proxmox-9", ISO, {**ALL, "loader": "snponly.efi"}, verb="check")
check("check: one that does", "cannot start" not in seen.out + seen.err, seen.out + seen.err)
seen = Explained("proxmox-9", ISO[:3], ALL)
check("and does not start it", "IMAGE_INCOMPLETE" in seen.out and "linux26" not in seen.out, seen.out)

LEFT = """auto lo
iface lo inet loopback

iface eno1 inet manual

auto vmbr0
iface vmbr0 inet static
\taddress 10.77.0.99/24
\tgateway 10.77.0.1
\tbridge-ports eno1
\tbridge-stp off
\tbridge-fd 0

iface eno2 inet manual


source /etc/network/interfaces.d/*
"""  # as the installer writes it
HOSTS = "127.0.0.1 localhost.localdomain localhost\n10.77.0.99 web01.lab.test web01\n::1     ip6-localhost ip6-loopback\n"
BRIDGE = "\tbridge-ports {}\n\tbridge-stp off\n\tbridge-fd 0\n"
STATIC = "iface {} inet static\n\taddress 10.77.0.60/24\n\tgateway 10.77.0.1\n"
SIX = ("\niface {0} inet6 static\n\taddress 2001:db8::60/64\n\tgateway 2001:db8::1\n\niface {0} inet6 static\n\taddress 2001:db8::61/64\n")
BONDED = "\niface eno1 inet manual\n\niface eno2 inet manual\n\nauto bond0\niface bond0 inet manual\n\tbond-slaves eno1 eno2\n\tbond-mode 802.3ad\n\tbond-miimon 100\n"
PORT = "\niface eno1 inet manual\n"
TRUNK = "\nauto vmbr0\niface vmbr0 inet manual\n" + BRIDGE + "\tbridge-vlan-aware yes\n\tbridge-vids 2-4094\n\nauto vmbr0.12\n"


# The program of Proxmox' network: it cannot be installed beside Debian's, so it is only unpacked, and has an /etc and /run of its own.
TREE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(box.PXED))), "ifupdown2")
SYNTAX = """mount -t tmpfs none /mnt && cp -r "$1/etc" /mnt/etc && mkdir -p /mnt/etc/network/interfaces.d && mount --bind /mnt/etc /etc &&
    mount -t tmpfs none /run && mkdir /run/network && ln -s "$1/usr/share/ifupdown2/__main__.py" /mnt/ifup &&
    exec /usr/bin/python3 -B /mnt/ifup --syntax-check -a -i "$2" """


def ifupdown2():
    if os.getuid() == 0 and not os.path.isdir(f"{TREE}/usr"):
        os.makedirs(TREE, exist_ok=True)
        subprocess.run("apt-get -qq -o APT::Sandbox::User=root download ifupdown2 && dpkg-deb -x ifupdown2_*.deb .", shell=True, cwd=TREE,
                       capture_output=True, check=False)
    return os.getuid() == 0 and os.path.isdir(f"{TREE}/usr")


def judge(what, text):
    """ifupdown2's own verdict, if it can be had."""
    if not JUDGED:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".interfaces") as file:
        file.write(text)
        file.flush()
        run = subprocess.run(["unshare", "-n", "-m", "sh", "-c", SYNTAX, "sh", TREE, file.name], capture_output=True, text=True, check=False)
    same(f"{what}: ifupdown2 takes it", (run.returncode, run.stdout + run.stderr), (0, ""))


JUDGED = ifupdown2()
if not JUDGED:
    print("# skipped: apt does not bring ifupdown2")


def first_boot(shell, variables, cards=True):
    """The script run on a system as the installer leaves it -> (exit status, its files, what it called, its standard output)."""
    script = Explained("proxmox-9", ISO, variables).file("first-boot.sh")
    with tempfile.TemporaryDirectory() as top:
        files = {"etc/resolv.conf": "search old.test\nnameserver 10.77.0.9\n", "etc/hosts": HOSTS, "etc/network/interfaces": LEFT, "script": script}
        if cards:  # the bridge has its port's address
            files.update({"sys/class/net/eno1/address": box.MAC, "sys/class/net/eno1/device/x": "", "sys/class/net/eno2/address": BOND["mac"],
                          "sys/class/net/eno2/device/x": "", "sys/class/net/br9/address": box.MAC, "sys/class/net/vmbr0/address": box.MAC})
        for name in ("etc/apt/apt.conf.d/x", "var/log/x", "bin/x"):
            files[name] = ""
        for name, body in (("wget", 'for word; do case $word in --version) exit 0 ;; --post-file=*) cat "${word#*=}" >>"$PXED_TARGET/told" ;; esac; done\n'
                            'echo "$word" >>"$PXED_TARGET/said"'), ("apt-get", 'echo "apt-get $*" >>"$PXED_TARGET/said"; [ -z "$FAIL" ]'),
                           ("shutdown", 'echo "shutdown $1 $2, $(grep -c "written by pxed" "$PXED_TARGET/etc/network/interfaces")" >>"$PXED_TARGET/said"')):
            files[f"bin/{name}"] = f"#!/bin/sh\n{body}\n"
        for name, text in files.items():
            os.makedirs(os.path.dirname(f"{top}/{name}"), exist_ok=True)
            with open(f"{top}/{name}", "w") as file:
                file.write(text)
            os.chmod(f"{top}/{name}", 0o755)
        run = subprocess.run([*shell, f"{top}/script"], capture_output=True, text=True, check=False, env={
            **os.environ, "PATH": f"{top}/bin:{os.environ['PATH']}", "PXED_TARGET": top, "PXED_TMP": top, "PXED_SYSFS": f"{top}/sys", "PXED_TEST": "1",
            "FAIL": "yes" if "packages" in variables else ""})
        seen = {}
        for at, _, names in os.walk(top):
            for name in names:
                seen[os.path.relpath(f"{at}/{name}", top)] = open(f"{at}/{name}").read()
        said = [row.rpartition("stage=")[2] for row in seen.get("said", "").splitlines()]
        return run.returncode, seen, said, run.stdout + run.stderr


for shell in (["dash"], ["bash", "--posix"]):  # what Proxmox VE has
    plain = {key: value for key, value in ALL.items() if key != "packages"}
    code, seen, said, _ = first_boot(shell, plain)
    same(f"first boot in {shell[0]}", (code, said), (0, ["installed"]))
    same("its time servers", seen["etc/chrony/sources.d/pxed.sources"], "server 10.77.0.1 iburst\nserver 10.77.0.2 iburst\n")
    same("its name servers", seen["etc/resolv.conf"], "search lab.test\nnameserver 10.77.0.1\nnameserver 10.77.0.2\n")
    same("its network is the installer's", (seen["etc/network/interfaces"], seen["etc/hosts"]), (LEFT, HOSTS))
    code, seen, said, _ = first_boot(shell, ALL)
    same("a package that fails is its exit status", (code, [word.split()[0] for word in said]), (1, ["installed", "apt-get", "apt-get"]))
    net = {**NETWORK, "disk": "/dev/sda"}
    for what, variables, wanted in (
            ("a bond", {**net, **BOND}, BONDED + "\nauto vmbr0\n" + STATIC.format("vmbr0") + BRIDGE.format("bond0")),
            ("a bond, and what DHCP gave", {"disk": "/dev/sda", **BOND}, BONDED + "\nauto vmbr0\niface vmbr0 inet static\n\taddress 10.77.0.99/24\n\tgateway 10.77.0.1\n" + BRIDGE.format("bond0")),
            ("a VLAN", {**net, "vlan": "12"}, PORT + TRUNK.format("eno1") + STATIC.format("vmbr0.12")),
            ("a VLAN by DHCP", {"disk": "/dev/sda", "vlan": "12"}, PORT + TRUNK.format("eno1") + "iface vmbr0.12 inet dhcp\n"),
            ("both, IPv6", {**net, **BOND, **box.SIX, "vlan": "12"}, BONDED + TRUNK.format("bond0") + STATIC.format("vmbr0.12") + SIX.format("vmbr0.12")),
            ("IPv6 alone", {**net, **box.SIX}, PORT + "\nauto vmbr0\n" + STATIC.format("vmbr0") + BRIDGE.format("eno1") + SIX.format("vmbr0"))):
        code, seen, said, _ = first_boot(shell, variables)
        same(f"{what} in {shell[0]}: its network", seen["etc/network/interfaces"],
             "# written by pxed\nauto lo\niface lo inet loopback\n" + wanted + "\nsource /etc/network/interfaces.d/*\n")
        judge(what, seen["etc/network/interfaces"])
        same(f"{what}: told by the installer's network, then restarted into its own", (code, said), (0, ["installed", "shutdown -r +1, 1"]))
        moved = "vlan" in variables and "ip" in variables
        same(f"{what}: its name's address", seen["etc/hosts"], HOSTS.replace("10.77.0.99", "10.77.0.60") if moved else HOSTS)
    code, seen, said, _ = first_boot(shell, {**net, **BOND, "vlan": "12"}, cards=False)
    same(f"no such card in {shell[0]}: the installer's network stays", (code, seen["etc/network/interfaces"], said), (0, LEFT, ["installed"]))
    check("and that is told", "the network is as the installer left it" in seen["told"], seen["told"])
told = answer(Explained("proxmox-9", ISO, {**ALL, "vlan": "12"}))
same("with vlan= the installer has DHCP's address", told["network"], {"source": "from-dhcp"})
seen = Explained("proxmox-9", ISO, {**ALL, **BOND, **box.SIX, "vlan": "12"}, verb="check")
check("check: bond=, vlan=, ip6= are known", "has no effect" not in seen.out + seen.err, seen.out + seen.err)
seen = Explained("proxmox-9", ISO, {**ALL, **BOND, "install-net": "bond"}, verb="check")
check("check: the installer itself knows none", "knows no bond and no VLAN" in seen.out + seen.err, seen.out + seen.err)
box.finish("proves: proxmox scripted", *(["proves: proxmox validated (with ifupdown2)"] if JUDGED else []))
