#!/usr/bin/env python3
"""What the scripts of all families share: accounts, the operator's commands, the boot order, and the network of the installed
system in each of its languages, run by real shells against a folder.   usage: settings.py PXED"""
import os

import box
from box import BOND, NASTY, NETWORK, SIX, Explained, Run, check, same

IMAGE = ["linux", "initrd.gz"]
PARTS = "TARGET=$PXED_TARGET\n{{> report}}\n{{> settings}}\n{{> networkd}}\n{{> ifupdown}}\n{{> ifcfg}}\n" + \
        "for act in \"$@\"; do $act; done\npxed_event installed\n"
SECOND = {"sys/class/net/eth1/address": "08:00:27:4d:4d:bb"}
NET = "target/etc/systemd/network/"
IFCFG = "target/etc/sysconfig/network-scripts/ifcfg-"


def script(variables):
    return Explained("debian-12", IMAGE, variables, own=PARTS).file("preseed.cfg")


def each(variables):
    """The script of these variables, in each shell."""
    text = script(variables)
    box.is_shell(f"the shared part with {' '.join(variables) or 'nothing'}", text)
    return [(os.path.basename(shell[0]), shell, text) for shell in box.shells()]


def sections(run, folder):
    return {name.removeprefix(folder): text.removeprefix("# written by pxed\n") for name, text in run.files.items() if name.startswith(folder)}


def accounts():
    users = "alice:$6$a$b:sudo:ssh-ed25519 AAAA a's key; bob; carol:::ssh-rsa BBBB c;"
    sudo = {"target/etc/sudoers.d/README": "", "target/usr/sbin/useradd": ""}
    for name, shell, text in each({"users": users}):
        done = Run(shell, text, "pxed_finish", files=sudo)
        same(f"users ({name}): made, with home and shell", [row for row in done.files["inside"].splitlines() if row.startswith("useradd")],
             [f"useradd -m -s /bin/bash {user}" for user in ("alice", "bob", "carol")])
        same(f"users ({name}): who has no hash has no password, and is not locked", done.files["target/etc/shadow"],
             "root:*:1:0:99999:7:::\nalice:***:1:0:99999:7:::\nbob:*:1:0:99999:7:::\ncarol:*:1:0:99999:7:::\n")
        same(f"users ({name}): keys", (done.files.get("target/home/alice/.ssh/authorized_keys"), "target/home/bob/.ssh/authorized_keys" in done.files,
                                       done.files.get("target/home/carol/.ssh/authorized_keys")),
             ("ssh-ed25519 AAAA a's key\n", False, "ssh-rsa BBBB c\n"))
        same(f"users ({name}): keys are the user's own", "chown -R alice: /home/alice/.ssh" in done.files["inside"], True)
        same(f"users ({name}): sudo, and its mode", (done.files.get("target/etc/sudoers.d/pxed-alice"), done.modes.get("target/etc/sudoers.d/pxed-alice"),
                                                     "target/etc/sudoers.d/pxed-bob" in done.files),
             ("Defaults:alice !targetpw\nalice ALL=(ALL:ALL) ALL\n", "440", False))
        same(f"users ({name}): nothing to tell", (done.said, done.files["bodies"]), ("installed", ""))
        done = Run(shell, text, "pxed_finish", fail="useradd", files=sudo)
        same(f"users ({name}): what fails is told, the installation stands", (done.said, done.files["bodies"].splitlines()),
             ("installed", [f"user {user}: cannot be made" for user in ("alice", "bob", "carol")]))
        done = Run(shell, text, "pxed_finish", files={"target/usr/sbin/useradd": "", "target/etc/passwd": "bob:x:7:7::/home/bob:/bin/sh\n",
                                                      "target/etc/shadow": "bob:his:1:0:99999:7:::\n"})
        same(f"users ({name}): without sudo it is told", "user alice: the system has no sudo: name its package in packages=" in done.files["bodies"], True)
        same(f"users ({name}): one of the image's stays as it is", ("bob:his:" in done.files["target/etc/shadow"], "useradd -m -s /bin/bash bob" in done.files["inside"]),
             (True, False))
        done = Run(shell, text, "pxed_finish", files={"target/etc/doas.d/x.conf": ""})
        same(f"users ({name}): busybox's tool, and doas", ("adduser -D alice\n" in done.files["inside"], done.files.get("target/etc/doas.d/pxed-alice.conf")),
             (True, "permit persist alice\n"))


def commands():
    for name, shell, text in each({"run": "echo \"$PXED_SEEN $HOME\" >\"$TARGET/seen\"; printf '%s\\n' 'a b'\n%end\n\n=== x"}):
        same(f"run ({name}): no line of it is one of the file", [row for row in text.splitlines() if row.startswith(("%end", "==="))], [])
        same(f"run ({name}): it is what it was", Run(shell, text, "pxed_run_text").text,
             "echo \"$PXED_SEEN $HOME\" >\"$TARGET/seen\"; printf '%s\\n' 'a b'\n%end\n\n=== x\n")
    for name, shell, text in each({"run": "echo \"$PXED_SEEN $HOME\" >\"$TARGET/seen\""}):
        done = Run(shell, text, "pxed_finish", files={"target/root/x": ""})
        same(f"run ({name}): it runs in the new system", (done.files.get("target/seen"), done.said, done.files["bodies"]), ("yes /root\n", "installed", ""))
        same(f"run ({name}): nothing of it is left", [file for file in done.files if ".pxed-run" in file], [])
    for name, shell, text in each({"run": "echo no such package; exit 7"}):
        done = Run(shell, text, "pxed_finish", files={"target/root/x": ""})
        same(f"run ({name}): that it fails is told, the installation stands", (done.said, done.files["bodies"]),
             ("installed", "run: it ended with 7:\nno such package\n"))
        held = 'umount() { echo "$*" >>"$BOX/unmounted"; [ "$1" = -l ]; }\n'
        done = Run(shell, text.replace("for act in", f"{held}for act in"), "pxed_unmount")
        same(f"run ({name}): what it started does not unsay the installation",
             ([row.startswith("-l ") for row in done.files["unmounted"].splitlines()], done.said, done.files["bodies"]),
             ([False, True], "installed", "run: something that it started held the disk to the end\n"))
    for name, shell, text in each({}):
        done = Run(shell, text.replace("for act in", "umount() { [ \"$1\" = -l ]; }\npxed_unmount -R || pxed_event failed\nfor act in"))
        same(f"unmount ({name}): without run= nothing excuses it", done.said, "failed installed")
    for name, shell, text in each({"run": "#!/usr/bin/env python3\nprint(\"it's\", end=\"\")\nraise SystemExit(3)"}):
        done = Run(shell, text, "pxed_finish", files={"target/root/x": ""})
        same(f"run ({name}): the program of its first line", done.files["bodies"], "run: it ended with 3:\nit's")
    for name, shell, text in each({"run": NASTY.replace("`id`", "")}):
        wanted = NASTY.replace("`id`", "") + "\n"
        same(f"run ({name}): a value stays what it is", Run(shell, text, "pxed_run_text").text.startswith(wanted), True)


ORDER = r"""
efibootmgr() {
    echo "$*" >>"$BOX/told"
    case "$1:$FAIL" in -v:efi* | -q:efi-write) return 1 ;; esac
    printf 'BootCurrent: 0003\nTimeout: 0 seconds\nBootOrder: 0007,0003,0001\n'
    printf 'Boot0001* UEFI Shell\tFvVol(x)\nBoot0003* PXE\tPciRoot(0x0)/MAC(080027)/IPv4\nBoot0007* debian\tHD(1,GPT,x)/File(y)\n'
}
"""


def boot_order():
    efi = {"efi/efivars/BootOrder-x": ""}
    for words, wanted in (({}, "-v\n-q -o 0003,0007,0001\n"), ({"bootorder": "network"}, "-v\n-q -o 0003,0007,0001\n"), ({"bootorder": "disk"}, "-v\n"),
                          ({"bootorder": "keep"}, None)):
        for name, shell, text in each(words):
            done = Run(shell, text, "pxed_finish", stubs=ORDER, files=efi)
            same(f"bootorder {words} ({name})", (done.files.get("told"), done.said, done.files["bodies"]), (wanted, "installed", ""))
    for name, shell, text in each({"bootorder": "disk"}):
        done = Run(shell, text, "pxed_finish", stubs=ORDER.replace("0007,0003,0001", "0001,0003,0007"), files=efi)
        same(f"bootorder disk ({name}): the disk's entry comes first", done.files.get("told"), "-v\n-q -o 0007,0001,0003\n")
    for name, shell, text in each({}):
        done = Run(shell, text, "pxed_finish", stubs=ORDER)
        same(f"bootorder ({name}): nothing on BIOS", (done.files.get("told"), done.said), (None, "installed"))
        for fail in ("efi-read", "efi-write"):
            done = Run(shell, text, "pxed_finish", stubs=ORDER, files=efi, fail=fail)
            same(f"bootorder ({name}): {fail} fails: told, the installation stands", (done.said, done.files["bodies"].splitlines()[:1]),
                 ("installed", ["the boot order is as the installer left it:"]))


def networkd():
    own, port = "[Match]\nMACAddress=08:00:27:4d:4d:aa\nType=ether\n\n[Network]\n", "DNS=10.77.0.1\nDNS=10.77.0.2\nDomains=lab.test\n"
    four = "Address=10.77.0.60/24\nGateway=10.77.0.1\n"
    six = "Address=2001:db8::60/64\nAddress=2001:db8::61/64\nGateway=2001:db8::1\n"
    dhcp = "\n[DHCPv4]\nClientIdentifier=mac\nUseDomains=yes\n"
    bond = {"10-pxed-bond.netdev": "[NetDev]\nName=bond0\nKind=bond\nMACAddress=08:00:27:4d:4d:aa\n\n[Bond]\nMode=802.3ad\nMIIMonitorSec=100ms\n",
            "10-pxed-port.network": "[Match]\nMACAddress=08:00:27:4d:4d:aa 08:00:27:4d:4d:bb\nType=ether\n\n[Network]\nBond=bond0\n"}
    vlan = {"10-pxed-vlan.netdev": "[NetDev]\nName=vlan12\nKind=vlan\n\n[VLAN]\nId=12\n"}
    trunk = "VLAN=vlan12\nLinkLocalAddressing=no\n"
    for variables, wanted in (
            ({}, {"10-pxed.network": own + "DHCP=yes\n" + dhcp}),
            (NETWORK, {"10-pxed.network": own + four + port}),
            ({**NETWORK, **SIX}, {"10-pxed.network": own + four + six + port}),
            (SIX, {"10-pxed.network": own + six + "DHCP=ipv4\n" + dhcp}),
            ({**NETWORK, **BOND}, {**bond, "10-pxed.network": "[Match]\nName=bond0\n\n[Network]\n" + four + port}),
            ({**NETWORK, "vlan": "12"}, {**vlan, "10-pxed-trunk.network": own + trunk, "10-pxed.network": "[Match]\nName=vlan12\n\n[Network]\n" + four + port}),
            ({**NETWORK, **BOND, "vlan": "12"},
             {**bond, **vlan, "10-pxed-trunk.network": "[Match]\nName=bond0\n\n[Network]\n" + trunk,
              "10-pxed.network": "[Match]\nName=vlan12\n\n[Network]\n" + four + port})):
        for name, shell, text in each(variables):
            same(f"systemd-networkd ({name}): {' '.join(variables)}", sections(Run(shell, text, "pxed_networkd"), NET), wanted)


def ifupdown():
    lo = "# written by pxed\nauto lo\niface lo inet loopback\n"
    four = "    address 10.77.0.60\n    netmask 255.255.255.0\n    gateway 10.77.0.1\n"
    six = "\niface {0} inet6 static\n    address 2001:db8::60\n    netmask 64\n    gateway 2001:db8::1\n\niface {0} inet6 static\n" \
          "    address 2001:db8::61\n    netmask 64\n"
    bond = "    bond-slaves eth0 eth1\n    bond-mode active-backup\n    bond-miimon 100\n"
    slaves = "\nauto eth0\niface eth0 inet manual\n    bond-master bond0\n\nauto eth1\niface eth1 inet manual\n    bond-master bond0\n"
    both = {**BOND, "bond": "active-backup"}
    for variables, wanted in (
            ({}, "\nauto eth0\niface eth0 inet dhcp\n"),
            (NETWORK, "\nauto eth0\niface eth0 inet static\n" + four),
            ({**NETWORK, **SIX}, "\nauto eth0\niface eth0 inet static\n" + four + six.format("eth0")),
            ({**NETWORK, **both}, slaves + "\nauto bond0\niface bond0 inet static\n" + four + bond),
            ({**NETWORK, "vlan": "12"}, "\nauto vlan12\niface vlan12 inet static\n" + four + "    vlan-raw-device eth0\n    vlan-id 12\n"),
            ({**NETWORK, **both, **SIX, "vlan": "12"}, slaves + "\nauto bond0\niface bond0 inet manual\n" + bond + "\nauto vlan12\niface vlan12 inet static\n" +
             four + "    vlan-raw-device bond0\n    vlan-id 12\n" + six.format("vlan12"))):
        for name, shell, text in each(variables):
            done = Run(shell, text, "pxed_ifupdown", files=SECOND)
            same(f"ifupdown ({name}): {' '.join(variables)}", (done.text, done.files["bodies"]), (lo + wanted, ""))
    for name, shell, text in each({**NETWORK, **both}):
        same(f"ifupdown ({name}): a port that is not there is told", Run(shell, text, "pxed_ifupdown").files["bodies"],
             "bond: no card has the address 08:00:27:4d:4d:bb\n")


def ifcfg():
    card = "DEVICE=eth0\nHWADDR=08:00:27:4D:4D:AA\nONBOOT=yes\nTYPE=Ethernet\nBOOTPROTO=none\nIPADDR=10.77.0.60\nNETMASK=255.255.255.0\n"
    given = {**SECOND, IFCFG.removeprefix("") + "eth0": card, "target/etc/sysconfig/network": "NETWORKING=yes\nNETWORKING_IPV6=no\n", "target/etc/modprobe.conf": ""}
    body = "BOOTPROTO=none\nIPADDR=10.77.0.60\nNETMASK=255.255.255.0\n"
    six = 'IPV6INIT=yes\nIPV6ADDR=2001:db8::60/64\nIPV6ADDR_SECONDARIES="2001:db8::61/64"\nIPV6_DEFAULTGW=2001:db8::1\n'
    for name, shell, text in each({**NETWORK, **SIX}):
        done = Run(shell, text, "pxed_ifcfg", files=given)
        same(f"ifcfg ({name}): IPv6", (done.files[IFCFG + "eth0"], done.files["target/etc/sysconfig/network"]), (card + six, "NETWORKING=yes\nNETWORKING_IPV6=yes\n"))
    for name, shell, text in each(NETWORK):
        same(f"ifcfg ({name}): nothing to add", Run(shell, text, "pxed_ifcfg", files=given).files[IFCFG + "eth0"], card)
    slave = "DEVICE={}\nHWADDR={}\nONBOOT=yes\nBOOTPROTO=none\nMASTER=bond0\nSLAVE=yes\nNM_CONTROLLED=no\n"
    bond = 'DEVICE=bond0\nONBOOT=yes\nBONDING_OPTS="mode=802.3ad miimon=100"\nNM_CONTROLLED=no\n'
    for name, shell, text in each({**NETWORK, **BOND, **SIX, "vlan": "12"}):
        done = Run(shell, text, "pxed_ifcfg", files=given)
        same(f"ifcfg ({name}): a VLAN on a bond", sections(done, IFCFG),
             {"eth0": slave.format("eth0", box.MAC), "eth1": slave.format("eth1", BOND["mac"]), "bond0": bond + "BOOTPROTO=none\n",
              "bond0.12": "DEVICE=bond0.12\nVLAN=yes\nONBOOT=yes\nNM_CONTROLLED=no\n" + body + six})
        same(f"ifcfg ({name}): 5 loads bonding by modprobe.conf", done.files["target/etc/modprobe.conf"], "alias bond0 bonding\n")
    for name, shell, text in each({**NETWORK, "vlan": "12"}):
        same(f"ifcfg ({name}): a VLAN", sections(Run(shell, text, "pxed_ifcfg", files=given), IFCFG),
             {"eth0": f"DEVICE=eth0\nHWADDR={box.MAC}\nONBOOT=yes\nNM_CONTROLLED=no\nBOOTPROTO=none\n",
              "eth0.12": "DEVICE=eth0.12\nVLAN=yes\nONBOOT=yes\nNM_CONTROLLED=no\n" + body})


def secrets():
    """The hash of an account is in a part of the script: whoever may fetch the script has a token, whatever else has none."""
    for variables, token in (({"users": "alice:$6$a$b"}, True), ({"root-password-hash": "$6$a$b"}, True), ({"product-key": "x"}, False)):
        seen = Explained("ubuntu-24.04", ["casper/vmlinuz", "casper/initrd", "x.iso"], variables, keys="tokens = secrets\n")
        for place, text in (("user-data", seen.file("user-data")), ("the kernel line", seen.line())):
            check(f"{' '.join(variables)}: {place} names the folder {'with' if token else 'without'} a token", ("/boot/s/***/hosts/" in text) == token, text)


def layouts():
    """Where an installer has LVM of its own."""
    for layout, name in (("lvm", "lvm"), ("plain", "direct")):
        text = Explained("ubuntu-24.04", ["casper/vmlinuz", "casper/initrd", "x.iso"], {"layout": layout}).file("user-data")
        check(f"Ubuntu, {layout}", f'layout: {{name: {name}, match: {{path: "/dev/pxed-no-disk"}}}}' in text, text)
    text = Explained("debian-12", IMAGE, {**BOND, "vlan": "12", "users": "alice::sudo", "packages": "vim"}).file("preseed.cfg")
    check("Debian: packages that the network and sudo need", "pkgsel/include string openssh-server ifenslave vlan sudo vim\n" in text, text)
    image = ["linux", "initrd.gz", "rootfs.tar.gz"]
    for files, layout, told in ((image, "raid1", True), (image, "raid1-lvm", True), (image, "lvm", False), (IMAGE, "raid1", False), (IMAGE, "lvm", False)):
        seen = Explained("debian-12", files, {"layout": layout}, verb="check")
        same(f"Debian, {len(files)} files: that layout={layout} has no effect is told", "has no effect on 'debian-12' in image mode" in seen.out + seen.err, told)
    for os_id, files, variable, said in (
            ("talos-1.8-amd64", ["vmlinuz-amd64", "initramfs-amd64.xz"], {"users": "a"}, "users= has no effect on 'talos-1.8-amd64'"),
            ("archlinux-2024", ["arch/boot/x86_64/vmlinuz-linux"], {"install-net": "bond"}, "knows no bond and no VLAN"),
            ("rocky-9", ["vmlinuz"], {"disk": "/dev/sda /dev/sdb"}, "only layout=raid1 and raid1-lvm make one")):
        seen = Explained(os_id, files, variable, verb="check")
        check(f"{os_id}: check says `{said}`", said in seen.out + seen.err, seen.out + seen.err)


def names():
    for variables, own in ((NETWORK, "10.77.0.60"), ({**NETWORK, "net": "dhcp"}, "127.0.1.1")):
        for name, shell, text in each({**variables, **SIX}):
            done = Run(shell, text, "pxed_hosts")
            same(f"hosts ({name}): own addresses", done.files["target/etc/hosts"].splitlines()[1:4],
                 [f"{own}\tweb01.lab.test web01", "2001:db8::60\tweb01.lab.test web01", "2001:db8::61\tweb01.lab.test web01"])


accounts()
commands()
boot_order()
networkd()
ifupdown()
ifcfg()
names()
secrets()
layouts()
box.finish()
