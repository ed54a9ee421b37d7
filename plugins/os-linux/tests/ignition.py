#!/usr/bin/env python3
"""Fedora CoreOS, RHCOS and Flatcar of os-linux: each layout of an image, the Ignition files (and ignition-validate's verdict on
them), and the script of the live system, which guards the disk.   usage: ignition.py PXED"""
import json
import os
import shutil
import subprocess
import tempfile
from urllib.parse import unquote

import box
from box import BASE, BOND, EVERY, HOST, NASTY, NETWORK, SIX, Explained, Run, check, same

LIVE = f"ignition.firstboot ignition.platform.id=metal ignition.config.url={HOST}/live.ign rd.neednet=1 ip=dhcp BOOTIF=01-08-00-27-4d-4d-aa"
F, R = "fedora-coreos-39.20231101.3.0-", "rhcos-4.15.0-x86_64-"
LAYOUTS = [  # OS id, kernel, initramfs, root file system
    ("fedora-coreos-39", F + "live-kernel-x86_64", F + "live-initramfs.x86_64.img", F + "live-rootfs.x86_64.img"),
    ("fcos-43-x86_64", F + "live-kernel.x86_64", F + "live-initramfs.x86_64.img", F + "live-rootfs.x86_64.img"),
    ("fedora-coreos-39-aarch64", F + "live-kernel-aarch64", F + "live-initramfs.aarch64.img", F + "live-rootfs.aarch64.img"),
    ("rhcos-4.15", R + "live-kernel-x86_64", R + "live-initramfs.x86_64.img", R + "live-rootfs.x86_64.img"),
    ("fedora-coreos-40", "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img", "images/pxeboot/rootfs.img"),
    ("rhcos-4.16-x86_64", "vmlinuz", "initrd.img", "rootfs.img"),
]
FLATCAR = ("flatcar_production_pxe.vmlinuz", "flatcar_production_pxe_image.cpio.gz", "flatcar_production_image.bin.bz2")


def validate(what, text):
    """Spec 3.1.0, sections 'ignition', 'passwd', 'storage', 'systemd'; the validator knows the rest."""
    config = json.loads(text)
    same(f"{what}: sections", set(config) - {"ignition", "passwd", "storage", "systemd"}, set())
    same(f"{what}: its version", config["ignition"], {"version": "3.1.0"})
    for file in config["storage"]["files"]:
        check(f"{what}: {file['path']} has an absolute path, a mode and a source",
              file["path"].startswith("/") and 0 < file["mode"] <= 0o777 and file["contents"]["source"].startswith(("data:,", "http://")), file)
    if shutil.which("ignition-validate"):
        with tempfile.NamedTemporaryFile("w", suffix=".ign") as file:
            file.write(text)
            file.flush()
            said = subprocess.run(["ignition-validate", file.name], capture_output=True, text=True, check=False)
        same(f"{what}: ignition-validate", (said.returncode, said.stdout + said.stderr), (0, ""))
    return config


def contents(config):
    return {file["path"]: unquote(file["contents"]["source"].removeprefix("data:,")) for file in config["storage"]["files"]}


def layouts():
    for row in LAYOUTS:
        url = f"{BASE}/os/{row[0]}"
        seen = Explained(row[0], row[1:])
        same(f"{row[0]}: its kernel line", seen.line(), f"{url}/{row[1]} coreos.live.rootfs_url={url}/{row[3]} {LIVE}")
        same(f"{row[0]}: its initrd", seen.initrds(), [f"{url}/{row[2]}"])
    seen = Explained("rhcos-4.15", LAYOUTS[3][1:3], verb="check")
    check("check says that the root file system is missing", "holds rhcos-4.15.0-x86_64-live-kernel-x86_64 but no live-rootfs image" in seen.out + seen.err,
          seen.out + seen.err)
    for os_id in ("flatcar-3815.2.0", "flatcar-linux-4152-amd64", "flatcar-arm64"):
        seen = Explained(os_id, FLATCAR)
        same(f"{os_id}: its kernel line", seen.line(), f"{BASE}/os/{os_id}/{FLATCAR[0]} flatcar.first_boot=1 ignition.config.url={HOST}/live.ign")
        same(f"{os_id}: its initrd", seen.initrds(), [f"{BASE}/os/{os_id}/{FLATCAR[1]}"])
    seen = Explained("flatcar-3815", FLATCAR[:2], verb="check")
    check("check says that each machine fetches Flatcar's image", "holds no flatcar_production_image.bin.bz2" in seen.out + seen.err, seen.out + seen.err)


def static_net(os_id, found):
    if os_id.startswith("flatcar"):
        same(f"{os_id}: the network", found.get("/etc/systemd/network/00-pxed.network"),
             f"[Match]\nMACAddress={box.MAC}\n[Network]\nAddress=10.77.0.60/24\nGateway=10.77.0.1\nDNS=10.77.0.1\nDNS=10.77.0.2\nDomains=lab.test\n")
        same(f"{os_id}: time servers", found["/etc/systemd/timesyncd.conf.d/pxed.conf"], "[Time]\nNTP=10.77.0.1 10.77.0.2\n")
        return
    same(f"{os_id}: the network", found.get("/etc/NetworkManager/system-connections/pxed.nmconnection"),
         f"[connection]\nid=pxed\ntype=ethernet\n[ethernet]\nmac-address={box.MAC}\n[ipv4]\nmethod=manual\naddress1=10.77.0.60/24,10.77.0.1\n"
         "dns=10.77.0.1;10.77.0.2;\ndns-search=lab.test;\n[ipv6]\nmethod=auto\n")
    same(f"{os_id}: time servers", found["/etc/chrony.conf"].splitlines()[:2], ["server 10.77.0.1 iburst", "server 10.77.0.2 iburst"])


NM, NETWORKD = "/etc/NetworkManager/system-connections/", "/etc/systemd/network/"


def nm(variables):
    """NetworkManager's files, as CoreOS should have them."""
    six = "method=manual\naddress10=2001:db8::60/64\naddress11=2001:db8::61/64\ngateway=2001:db8::1\n" if "ip6" in variables else "method=auto\n"
    address = "[ipv4]\nmethod=manual\naddress1=10.77.0.60/24,10.77.0.1\ndns=10.77.0.1;10.77.0.2;\ndns-search=lab.test;\n[ipv6]\n" + six
    none = "[ipv4]\nmethod=disabled\n[ipv6]\nmethod=disabled\n"
    carried = none if "vlan" in variables else address
    if "bond" in variables:
        found = {f"{NM}pxed-port{n}.nmconnection": f"[connection]\nid=pxed-port{n}\ntype=ethernet\nmaster=bond0\nslave-type=bond\n[ethernet]\nmac-address={mac}\n"
                 for n, mac in enumerate((box.MAC, BOND["mac"]))}
        found[NM + "pxed-bond.nmconnection"] = "[connection]\nid=pxed-bond\ntype=bond\ninterface-name=bond0\n[ethernet]\ncloned-mac-address=" + \
            f"{box.MAC}\n[bond]\nmode=802.3ad\nmiimon=100\n{carried}"
    else:
        found = {NM + "pxed.nmconnection": f"[connection]\nid=pxed\ntype=ethernet\n[ethernet]\nmac-address={box.MAC}\n{carried}"}
    if "vlan" in variables:
        found[NM + "pxed-vlan.nmconnection"] = "[connection]\nid=pxed-vlan\ntype=vlan\ninterface-name=vlan12\n[vlan]\nid=12\nparent=" + \
            ("bond0" if "bond" in variables else box.MAC) + "\n" + address
    return found


def networkd(variables):
    """systemd-networkd's, as Flatcar should have them."""
    six = "Address=2001:db8::60/64\nAddress=2001:db8::61/64\nGateway=2001:db8::1\n" if "ip6" in variables else ""
    address = "[Network]\nAddress=10.77.0.60/24\nGateway=10.77.0.1\nDNS=10.77.0.1\nDNS=10.77.0.2\nDomains=lab.test\n" + six
    trunk = "[Network]\nVLAN=vlan12\nLinkLocalAddressing=no\n"
    found = {}
    if "bond" in variables:
        found = {NETWORKD + "00-pxed-bond.netdev": f"[NetDev]\nName=bond0\nKind=bond\nMACAddress={box.MAC}\n[Bond]\nMode=802.3ad\nMIIMonitorSec=100ms\n",
                 NETWORKD + "00-pxed-port.network": f"[Match]\nMACAddress={box.MAC} {BOND['mac']}\nType=ether\n[Network]\nBond=bond0\n",
                 NETWORKD + "00-pxed-bond.network": "[Match]\nName=bond0\n" + (trunk if "vlan" in variables else address)}
    elif "vlan" in variables:
        found[NETWORKD + "00-pxed-trunk.network"] = f"[Match]\nMACAddress={box.MAC}\nType=ether\n{trunk}"
    else:
        found[NETWORKD + "00-pxed.network"] = f"[Match]\nMACAddress={box.MAC}\n{address}"
    if "vlan" in variables:
        found[NETWORKD + "00-pxed-vlan.netdev"] = "[NetDev]\nName=vlan12\nKind=vlan\n[VLAN]\nId=12\n"
        found[NETWORKD + "00-pxed-vlan.network"] = "[Match]\nName=vlan12\n" + address
    return found


def networks(os_id, image, wanted):
    for variables in (NETWORK, {**NETWORK, **SIX}, {**NETWORK, **BOND}, {**NETWORK, "vlan": "12"}, {**NETWORK, **BOND, **SIX, "vlan": "12"}):
        name = f"{os_id}, {' '.join(variables)}"
        found = contents(validate(name, Explained(os_id, image, variables).file("config.ign")))
        same(f"{name}: the network", {path: text for path, text in found.items() if path.startswith((NM, NETWORKD))}, wanted(variables))
    config = validate(f"{os_id}, accounts and commands", Explained(os_id, image, {
        "users": "alice:$6$a$b:sudo:ssh-rsa A it's \"her\"; bob", "run": "#!/bin/sh\necho 'a b' >/root/x\n"}).file("config.ign"))
    same(f"{os_id}: accounts", config["passwd"]["users"][1:],
         [{"passwordHash": "***", "sshAuthorizedKeys": ["ssh-rsa A it's \"her\""], "groups": ["sudo"], "name": "alice"}, {"name": "bob"}])
    same(f"{os_id}: the operator's commands", contents(config)["/etc/pxed/run"], "#!/bin/sh\necho 'a b' >/root/x\n")
    unit = config["systemd"]["units"][0]["contents"]
    check(f"{os_id}: they run once", "ConditionPathExists=/etc/pxed/run\n" in unit and "ExecStartPre=/usr/bin/mv /etc/pxed/run /etc/pxed/run.done\n" in unit, unit)


def files(os_id, image, script):
    live = validate(f"{os_id}: live.ign", Explained(os_id, image).file("live.ign"))
    same(f"{os_id}: the live system's script", contents(live), {"/etc/pxed/install.sh": f"{HOST}/install.sh"})
    hostile = {key: NASTY for key in EVERY if key not in ("name", "domain", "ip", "gateway", "dns")}
    for kind, variables in (("plain", {}), ("every variable", EVERY), ("hostile", hostile)):
        seen = Explained(os_id, image, variables)
        config = validate(f"{os_id}, {kind}", seen.file("config.ign"))
        user, found = config["passwd"]["users"], contents(config)
        if kind == "plain":
            same(f"{os_id}: no key, no password: the account is locked", user, [{"name": "core"}])
            same(f"{os_id}: only its name", found, {"/etc/hostname": "pxe-4d4daa\n"})
        elif kind == "every variable":
            same(f"{os_id}: the user", user, [{"name": "core", "sshAuthorizedKeys": [EVERY["ssh-key"]]}])
            same(f"{os_id}: name and keyboard", (found["/etc/hostname"], found["/etc/vconsole.conf"]), ("web01.lab.test\n", "KEYMAP=de\n"))
            same(f"{os_id}: time zone", config["storage"]["links"][0]["target"], "../usr/share/zoneinfo/Europe/Berlin")
            static_net(os_id, found)
        else:
            same(f"{os_id}: values stay text", (user[0]["sshAuthorizedKeys"], found["/etc/vconsole.conf"]), ([NASTY], f"KEYMAP={NASTY}\n"))
        box.is_shell(f"{os_id}: install.sh, {kind}", seen.file("install.sh"))
    own = '{"ignition": {"version": "3.4.0"}, "storage": {}}\n'
    seen = Explained(os_id, image, own=own)
    same(f"{os_id}: the operator's own file", seen.file("config.ign"), own)
    # Our script runs the guard before it fetches that file: a new line with it arms.
    for shell in box.shells():
        done = Run(shell, seen.file("install.sh"), blank=False, files={"www/config.ign": own})
        same(f"{os_id}, own file ({os.path.basename(shell[0])}): the guard runs", done.said, "failed:DISK_NOT_BLANK")
        check(f"{os_id}: and before the file is used", not any("config.ign" in url for url in done.asked), done.asked)
    seen = Explained(os_id, image, own=own, verb="check")
    check(f"{os_id}: a new line arms", "ANSWER_UNGUARDED" not in seen.out + seen.err, seen.out + seen.err)
    script(os_id, Explained(os_id, image, {"args-installed": "quiet console=ttyS0"} if script is coreos else {}).file("install.sh"))


def runs(os_id, text, program, words, refused):
    """`words`: what the installer is told; `refused`: parts of URLs without which nothing may be written, with the reason."""
    stub = '#!/bin/sh\necho "$*" >"$BOX/told"\nprintf written | dd of="$BOX/dev/vda" conv=notrunc 2>/dev/null\nexit 0\n'
    given = {f"bin/{program}": stub, "www/config.ign": '{"ignition": {}}\n', "www/" + FLATCAR[2]: "image\n"}
    for shell in box.shells():
        name = f"{os_id} ({os.path.basename(shell[0])})"
        for right in ("blank", "any"):
            done = Run(shell, text, right=right, files=given)
            same(f"{name}, {right}: it installs", (done.said, done.written), ("installing disk installed", True))
            same(f"{name}, {right}: its words", done.files.get("told", "").split(" ", 1)[0], words.split(" ", 1)[0])
            check(f"{name}, {right}: all of them", words.split(" ", 1)[1] in done.files.get("told", ""), done.files.get("told"))
            for fail, reason in refused:
                done = Run(shell, text, right=right, fail=fail, files=given)
                same(f"{name}, {right}: no {fail}", (done.said, done.written), (f"failed:{reason}", False))
            done = Run(shell, text, right=right, files={**given, "www/config.ign": "<html>\n"})
            same(f"{name}, {right}: what is fetched is no Ignition file", (done.said, done.written), ("failed:PROFILE_FAILED", False))
            done = Run(shell, text, right=right, files={**given, f"bin/{program}": stub.replace("exit 0", "exit 1")})
            same(f"{name}, {right}: the installer fails", done.said, "installing disk failed:INSTALLER_ERROR")
        done = Run(shell, text, blank=False, files=given)
        same(f"{name}: not blank", (done.said, done.written), ("failed:DISK_NOT_BLANK", False))


def coreos(os_id, text):
    runs(os_id, text, "coreos-installer", "install /dev/vda --ignition-file", [("config.ign", "PROFILE_FAILED")])
    stub = {"bin/coreos-installer": '#!/bin/sh\necho "$*" >"$BOX/told"\n', "www/config.ign": '{"ignition": {}}\n'}
    told = Run(box.shells()[0], text, files=stub).files["told"]
    check(f"{os_id}: arguments of the installed system", told.endswith("--append-karg quiet --append-karg console=ttyS0\n"), told)


def flatcar(os_id, text):
    runs(os_id, text, "flatcar-install", "-d /dev/vda -i", [("config.ign", "PROFILE_FAILED"), (FLATCAR[2], "REPO_UNREACHABLE")])


layouts()
files("fedora-coreos-39", LAYOUTS[0][1:], coreos)
files("flatcar-3815", FLATCAR, flatcar)
networks("fedora-coreos-39", LAYOUTS[0][1:], nm)
networks("flatcar-3815", FLATCAR, networkd)
judged = ["proves: coreos validated (with ignition-validate)", "proves: flatcar validated (with ignition-validate)"]
box.finish("proves: coreos scripted", "proves: flatcar scripted", *(judged if shutil.which("ignition-validate") else []))
