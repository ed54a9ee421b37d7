#!/usr/bin/env python3
"""What the scripts of Arch, NixOS and Void share: the partitions, mirrors and volumes of layout=, boot loaders on each disk, and the
network of a system with dhcpcd and rc.local; run by real shells with stand-ins that say what they were told.
usage: layouts.py PXED"""
import os

import box
from box import BOND, NETWORK, SIX, Explained, Run, same

PARTS = """LAYOUT='{{host.layout|shell}}' EFI=$PXED_EFI TARGET=$PXED_TARGET
{{> report}}
{{> settings}}
case $LAYOUT in raid1*) PXED_NEED=2 ;; esac
{{> disk-guard}}
{{> partitions}}
{{> grub-disks}}
{{> rc-local}}
in_target() { echo "in: $*" >>"$BOX/told"; case "$*" in "${FAIL:-nothing}"*) return 1 ;; esac }
for act in "$@"; do $act || { echo "$act: failed" >>"$BOX/ended"; break; }; done
echo "$root|$esp|$esps" >"$BOX/names"
"""
STUBS = r"""
stand() { echo "$*" >>"$BOX/told"; case "$*" in "${FAIL:-nothing}"*) return 1 ;; esac; }
sfdisk() { stand "sfdisk $* <$(cat | tr '\n' ';')"; }
mdadm() { stand "mdadm $*"; }
lvm() { stand "lvm $*" && [ "$1" != vgs ] || cat "$BOX/groups" 2>/dev/null; }
mount() { stand "mount $(echo "$*" | sed "s|$BOX/||")"; }
umount() { stand "umount $(echo "$*" | sed "s|$BOX/||")"; }
"""
MKFS = {f"bin/{name}": f'#!/bin/sh\necho "{name} $*" >>"$BOX/told"\ncase "{name} $*" in "${{FAIL:-nothing}}"*) exit 1 ;; esac\n'
        for name in ("mkfs.ext4", "mkfs.vfat")}
ACTS = "pxed_try_disks pxed_make_disks pxed_format pxed_grub@/efi"
MIRROR = "mdadm --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.2 --homehost=any --name=system"


def script(variables):
    return Explained("debian-12", ["linux", "initrd.gz"], variables, own=PARTS).file("preseed.cfg").replace("pxed_grub@/efi", "pxed_grub /efi")


def each(variables):
    text = script(variables)
    box.is_shell(f"with {' '.join(variables) or 'nothing'}", text)
    for shell in box.shells():
        yield os.path.basename(shell[0]), shell, text.replace("$act ||", "$(echo $act | tr @ ' ') ||")


def told(run):
    return run.files.get("told", "").splitlines()


def sfdisk(text, dev, how):
    return f"sfdisk -q {how} --wipe always {dev} <{text}"


def volume(pv):
    return [f"lvm pvcreate -q -ff -y {pv}", f"lvm vgcreate -q -y system {pv}", "lvm lvcreate -q -y -W y -l 100%FREE -n root system"]


def layouts():
    second = box.SECOND
    for layout in ("", "plain", "lvm", "raid1", "raid1-lvm"):
        disks = ["/dev/vda", "/dev/vdb"] if "raid1" in layout else ["/dev/vda"]
        code, kind = ("fd", "raid") if "raid1" in layout else ("8e", "lvm") if "lvm" in layout else ("83", "linux")
        for efi in (False, True):
            parts = f"label: gpt;size=512MiB, type=uefi;type={kind};" if efi else f"label: dos;start=2048, type={code}, bootable;"
            number = 2 if efi else 1
            members = [f"{disk}{number}" for disk in disks]
            root = "/dev/mapper/system-root" if "lvm" in layout else "/dev/md0" if "raid1" in layout else members[0]
            wanted = ["lvm vgs --noheadings -o pv_name -S vg_name=system"] if "lvm" in layout else []
            wanted += [sfdisk(parts, disk, "--no-act") for disk in disks]
            wanted += [sfdisk(parts, disk, "--wipe-partitions always") for disk in disks]
            wanted += [f"{MIRROR} {' '.join(members)}"] if "raid1" in layout else []
            wanted += volume("/dev/md0" if "raid1" in layout else members[0]) if "lvm" in layout else []
            wanted += [f"mkfs.ext4 -q -F {root}"] + ([f"mkfs.vfat -F 32 {disk}1" for disk in disks] if efi else [])
            if efi:
                wanted += ["in: grub-install --target=x86_64-efi --efi-directory=/efi --removable"]
                for disk in disks[1:]:
                    wanted += [f"mount {disk}1 target/mnt", "in: grub-install --target=x86_64-efi --efi-directory=/mnt --removable", "umount target/mnt"]
            else:
                wanted += [f"in: grub-install --target=i386-pc {disk}" for disk in disks]
            files = {**MKFS, **(second if "raid1" in layout else {}), **({"efi/x": ""} if efi else {})}
            for name, shell, text in each({"layout": layout} if layout else {}):
                done = Run(shell, text, ACTS, stubs=STUBS, files=files)
                what = f"layout {layout or 'unset'}, {'UEFI' if efi else 'BIOS'} ({name})"
                same(what, told(done), wanted)
                esps = [f"{disk}1" for disk in disks] if efi else []
                same(f"{what}: names", done.files["names"], f"{root}|{esps[0] if efi else ''}|{' '.join(esps)}\n")


def failures():
    for layout, fail, act in (("raid1-lvm", "sfdisk -q --no-act", "pxed_try_disks"), ("raid1-lvm", "sfdisk -q --wipe-p", "pxed_make_disks"),
                              ("raid1-lvm", "mdadm", "pxed_make_disks"), ("lvm", "lvm pvcreate", "pxed_make_disks"),
                              ("lvm", "lvm vgcreate", "pxed_make_disks"), ("lvm", "lvm lvcreate", "pxed_make_disks"),
                              ("raid1", "mkfs.ext4", "pxed_format"), ("raid1", "mkfs.vfat -F 32 /dev/vdb1", "pxed_format"),
                              ("raid1", "mount /dev/vdb1", "pxed_grub@/efi"), ("raid1", "grub-install --target=x86_64-efi --efi-directory=/mnt", "pxed_grub@/efi")):
        for name, shell, text in each({"layout": layout}):
            done = Run(shell, text, ACTS, fail=fail, stubs=STUBS, files={**MKFS, **(box.SECOND if "raid1" in layout else {}), "efi/x": ""})
            same(f"{layout}, {fail} fails ({name})", done.files.get("ended"), f"{act}: failed\n")
    for name, shell, text in each({"layout": "lvm"}):
        done = Run(shell, text, ACTS, stubs=STUBS, files={**MKFS, "groups": "  /dev/vda1\n  /dev/sdz3\n"})
        same(f"another group of that name ends it before the disk ({name})",
             (done.files.get("ended"), [row for row in told(done) if row.startswith("sfdisk")], "named system: /dev/sdz3" in done.text),
             ("pxed_try_disks: failed\n", [], True))
        done = Run(shell, text, ACTS, stubs=STUBS, files={**MKFS, "groups": "  /dev/vda1\n"})
        same(f"that of the disk itself does not ({name})", done.files.get("ended"), None)
    for name, shell, text in each({"layout": "raid1"}):
        done = Run(shell, text, ACTS, stubs=STUBS)
        same(f"a mirror of one disk ({name})", (done.said, told(done)), ("failed:DISK_NOT_FOUND", []))
        done = Run(shell, text.replace("{raid:+mdadm}", "{raid:+no-such-program}"), ACTS, stubs=STUBS, files=box.SECOND)
        same(f"no program for it ({name})", (done.files.get("ended"), told(done)), ("pxed_try_disks: failed\n", []))


def dhcpcd():
    own = "static ip_address=10.77.0.60/24\nstatic routers=10.77.0.1\nstatic domain_name_servers=10.77.0.1 10.77.0.2 \nstatic domain_name=lab.test\n"
    for variables, wanted in (({}, ""), (NETWORK, "# written by pxed\ninterface eth0\n" + own),
                              ({**NETWORK, "vlan": "12"}, "# written by pxed\nallowinterfaces vlan12\n# written by pxed\ninterface vlan12\n" + own),
                              ({"vlan": "12"}, "# written by pxed\nallowinterfaces vlan12\n"),
                              ({**NETWORK, **BOND}, "# written by pxed\nallowinterfaces bond0\n# written by pxed\ninterface bond0\n" + own)):
        for name, shell, text in each(variables):
            same(f"dhcpcd ({name}): {' '.join(variables)}", Run(shell, text, "pxed_dhcpcd", stubs=STUBS).text.partition("right blank\n")[2], wanted)


IP = "ip() { echo \"$*\" >>\"$BOX/ip\"; case \"$*\" in *no-such*) return 1 ;; esac; }\nmodprobe() { echo \"modprobe $*\" >>\"$BOX/ip\"; }\n"


def rc_local():
    six = ["-6 addr add 2001:db8::60/64 dev {}", "-6 addr add 2001:db8::61/64 dev {}", "-6 route replace default via 2001:db8::1 dev {}"]
    bond = ["modprobe -q bonding max_bonds=0", f"link add bond0 address {box.MAC} type bond mode 802.3ad miimon 100"]
    bond += [f"link set {card} {how}" for card in ("eth0", "eth1") for how in ("down", "master bond0", "up")] + ["link set bond0 up"]
    vlan = ["link add link {} name vlan12 type vlan id 12", "link set vlan12 up"]
    cards = {"sys/class/net/eth0/device": "", "sys/class/net/eth1/address": BOND["mac"], "sys/class/net/eth1/device": "",
             "sys/class/net/br0/address": box.MAC}  # not a card
    for variables, wanted in (({**NETWORK, **SIX}, ["link set eth0 up"] + [row.format("eth0") for row in six]),
                              ({"vlan": "12"}, ["link set eth0 up"] + [row.format("eth0") for row in vlan]),
                              (BOND, bond),
                              ({**BOND, "vlan": "12", **SIX}, bond + [row.format("bond0") for row in vlan] + [row.format("vlan12") for row in six])):
        for name, shell, text in each(variables):
            made = Run(shell, text, "pxed_rc_local", stubs=STUBS, files=cards).text
            made = made[made.index("#!/bin/sh"):]
            box.is_shell(f"rc.local of {' '.join(variables)}", made)
            done = Run(shell, IP + made.replace("/sys/class/net", "$BOX/sys/class/net"), files=cards)
            same(f"rc.local ({name}): {' '.join(variables)}", done.files.get("ip", "").splitlines(), wanted)


layouts()
failures()
dhcpcd()
rc_local()
box.finish("proves: arch scripted", "proves: gentoo scripted", "proves: nixos scripted", "proves: void scripted")
