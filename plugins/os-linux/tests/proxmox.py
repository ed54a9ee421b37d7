#!/usr/bin/env python3
"""Proxmox VE of os-linux: kernel lines, the answer file as TOML with the installer's words, the first boot.   usage: proxmox.py PXED"""
import os
import subprocess
import tempfile
import tomllib

import box
from box import BASE, EVERY, NASTY, Explained, check, same

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

script = Explained("proxmox-9", ISO, {**ALL, "packages": ""}).file("first-boot.sh")
with tempfile.TemporaryDirectory() as top:
    for folder in ("etc/apt/apt.conf.d", "bin"):
        os.makedirs(f"{top}/{folder}")
    with open(f"{top}/etc/resolv.conf", "w") as file:
        file.write("search lab.test\nnameserver 10.77.0.1\n")
    with open(f"{top}/bin/wget", "w") as file:
        file.write(f'#!/bin/sh\nfor word; do :; done\ncase $1 in --version) exit 0 ;; esac\necho "$word" >>{top}/said\n')
    os.chmod(f"{top}/bin/wget", 0o755)
    with open(f"{top}/script", "w") as file:
        file.write(script)
    for shell in (["sh"], ["bash", "--posix"], ["busybox", "sh"]):
        run = subprocess.run([*shell, f"{top}/script"], capture_output=True, text=True, check=False, env={
            **os.environ, "PATH": f"{top}/bin:{os.environ['PATH']}", "PXED_TARGET": top, "PXED_TMP": top})
        same(f"first boot in {shell[0]}", run.returncode, 0)
        same("its time servers", open(f"{top}/etc/chrony/sources.d/pxed.sources").read(), "server 10.77.0.1 iburst\nserver 10.77.0.2 iburst\n")
        same("its name servers", open(f"{top}/etc/resolv.conf").read(), "search lab.test\nnameserver 10.77.0.1\nnameserver 10.77.0.2\n")
        check("it reports", open(f"{top}/said").read().splitlines()[-1].endswith("stage=installed"), "")
box.finish("proves: proxmox scripted")
