#!/usr/bin/env python3
"""Agama of os-linux: each layout of an image, the profile, and the script that alone names the disk.   usage: agama.py PXED"""
import json
import os

import box
from box import BASE, BOND, EVERY, HOST, NASTY, NETWORK, SIX, Explained, Run, check, same

NET = "rd.live.image rd.neednet=1 ip=dhcp BOOTIF=01-08-00-27-4d-4d-aa"
TAIL = f"inst.script={HOST}/agama.sh inst.auto=file:///run/pxed/agama.json inst.self_update=0"
LAYOUTS = [  # OS id, folder of the kernel, the live system, product
    ("sles-16.0", "boot/x86_64/loader/", "LiveOS/squashfs.img", "SLES"),
    ("sles-16.0-aarch64", "boot/aarch64/loader/", "LiveOS/squashfs.img", "SLES"),
    ("sles-16.1-ppc64le", "boot/ppc64le/loader/", "LiveOS/squashfs.img", "SLES"),
    ("sles-sap-16.0", "boot/x86_64/loader/", "LiveOS/squashfs.img", "SLES_SAP"),
    ("opensuse-leap-16.0", "boot/x86_64/loader/", "LiveOS/squashfs.img", "Leap_16.0"),
    ("leap-16.1-x86_64", "boot/x86_64/loader/", "LiveOS/squashfs.img", "openSUSE_Leap"),
    ("opensuse-16", "", "squashfs.img", "Leap_16.0"),
]
# The sections of Agama's schema that the profile uses, with their words.
SCHEMA = {
    "": "product bootloader hostname localization network root scripts software storage",
    "product": "id registrationCode", "bootloader": "extraKernelParams", "hostname": "static",
    "localization": "language keyboard timezone", "network": "connections",
    "network connections": "id interface macAddress method4 addresses gateway4 nameservers method6 gateway6 autoconnect bond vlan",
    "network connections bond": "mode options ports", "network connections vlan": "id parent",
    "root": "password hashedPassword sshPublicKey", "scripts": "pre postPartitioning post init",
    "scripts postPartitioning": "name content", "scripts post": "name content chroot",
    "software": "packages", "storage": "boot drives mdRaids volumeGroups", "storage boot": "configure device",
    "storage drives": "search alias partitions", "storage drives partitions": "search delete generate alias id size",
    "storage mdRaids": "alias name level devices filesystem", "storage mdRaids filesystem": "path type",
    "storage volumeGroups": "name physicalVolumes logicalVolumes", "storage volumeGroups logicalVolumes": "name size filesystem",
    "storage volumeGroups logicalVolumes filesystem": "path type",
}


def image(row):
    return [f"{row[1]}linux", f"{row[1]}initrd", row[2]]


def wrong(value, at=""):
    if isinstance(value, list):
        return [bad for item in value for bad in wrong(item, at)]
    if not isinstance(value, dict):
        return []
    bad = [f"{at}: {key}" for key in value if key not in SCHEMA.get(at, "").split()]
    return bad + [more for key, kid in value.items() for more in wrong(kid, f"{at} {key}".strip())]


def layouts():
    for row in LAYOUTS:
        url = f"{BASE}/os/{row[0]}"
        seen = Explained(row[0], image(row))
        same(f"{row[0]}: its kernel line", seen.line(), f"{url}/{row[1]}linux root=live:{url}/{row[2]} {NET} {TAIL}")
        same(f"{row[0]}: its initrd", seen.initrds(), [f"{url}/{row[1]}initrd"])
    row, url = LAYOUTS[0], f"{BASE}/os/sles-16.0"
    for name, files, variables, tail in (("full medium", ["install/repodata/repomd.xml"], {}, f" inst.install_url={url}/install"),
                                         ("repo=", ["install/repodata/repomd.xml"], {"repo": "http://mirror/"}, " inst.install_url=http://mirror/")):
        seen = Explained(row[0], image(row) + files, variables)
        same(f"{name}: where the packages are", seen.line(), f"{url}/{row[1]}linux root=live:{url}/{row[2]} {NET} {TAIL}{tail}")
    for files, said in ((image(row)[:2], "holds no LiveOS/squashfs.img, which is the installer of 'sles-16.0'"),
                        (image(row), "holds no packages (install/)"), (image(row) + ["install/repodata/repomd.xml"], "1 hosts")):
        seen = Explained(row[0], files, verb="check")
        check(f"check with {len(files)} files says `{said}`", said in seen.out + seen.err, seen.out + seen.err)


def profiles():
    hostile = {key: NASTY for key in EVERY if key not in ("name", "domain", "ip", "gateway", "dns", "ntp", "packages")}
    for row in LAYOUTS:
        for kind, variables in (("plain", {}), ("every variable", EVERY), ("hostile", hostile)):
            profile = json.loads(Explained(row[0], image(row), variables).file("agama.json"))
            same(f"{row[0]}, {kind}: words as the schema has them", wrong(profile), [])
            same(f"{row[0]}, {kind}: no disk of any machine", [d["search"] for d in profile["storage"]["drives"]], ["/dev/pxed-chooses"])
            net = profile["network"]["connections"][0]
            same(f"{row[0]}, {kind}: the card by its MAC", net["macAddress"], box.MAC)
            if kind == "plain":
                same(f"{row[0]}: its product", profile["product"], {"id": row[3]})
                same(f"{row[0]}: without a hash root is locked", profile["root"], {"password": "!", "hashedPassword": True})
                same(f"{row[0]}: DHCP", (net["method4"], "addresses" in net), ("auto", False))
            if kind == "every variable":
                same(f"{row[0]}: address", (net["method4"], net["addresses"], net["gateway4"]), ("manual", ["10.77.0.60/24"], "10.77.0.1"))
                same(f"{row[0]}: name servers", net["nameservers"], ["10.77.0.1", "10.77.0.2"])
                same(f"{row[0]}: packages", profile["software"]["packages"], ["openssh-server", "chrony", "vim", "less"])
                same(f"{row[0]}: name", profile["hostname"], {"static": "web01.lab.test"})
            if kind == "hostile":
                same(f"{row[0]}: values stay text", [profile["root"]["sshPublicKey"], profile["localization"]["timezone"]], [NASTY] * 2)
    keyed = json.loads(Explained("sles-16.0", image(LAYOUTS[0]), {"agama-product": "SLES_HPC"}).file("agama.json"))
    same("agama-product=", keyed["product"], {"id": "SLES_HPC"})
    seen = Explained("sles-16.0", image(LAYOUTS[0]), {"registration-code": "ABC"})
    same("registration-code= is a secret", (json.loads(seen.file("agama.json"))["product"]["registrationCode"], "ABC" in seen.out), ("***", False))


def layouts_of_disks():
    drives = [{"search": f"/dev/pxed-chooses{word}", "alias": f"disk{n}", "partitions": [
        {"search": "*", "delete": True}, {"alias": f"boot{n}", "id": "raid", "size": "1 GiB"}, {"alias": f"rest{n}", "id": "raid", "size": ["4 GiB"]}]}
        for n, word in enumerate(("", "-too"))]
    boot = {"name": "boot", "level": "raid1", "devices": ["boot0", "boot1"], "filesystem": {"path": "/boot", "type": "ext4"}}
    rest, root = {"name": "system", "level": "raid1", "devices": ["rest0", "rest1"]}, {"filesystem": {"path": "/", "type": "ext4"}}
    common = {"boot": {"configure": True, "device": "disk0"}, "drives": drives}
    group = {"name": "system", "physicalVolumes": ["rest"], "logicalVolumes": [{"name": "root", "size": ["4 GiB"], **root}]}
    for layout, wanted in (("raid1", {**common, "mdRaids": [boot, {**rest, **root}]}),
                           ("raid1-lvm", {**common, "mdRaids": [boot, {"alias": "rest", **rest}], "volumeGroups": [group]})):
        profile = json.loads(Explained("sles-16.0", image(LAYOUTS[0]), {"layout": layout}).file("agama.json"))
        same(f"layout={layout}", (profile["storage"], wrong(profile)), (wanted, []))
    for layout, told in (("raid1", False), ("lvm", True)):
        seen = Explained("sles-16.0", image(LAYOUTS[0]) + ["install/repodata/repomd.xml"], {"layout": layout}, verb="check")
        same(f"layout={layout}: check says that it cannot", "pxed knows no such layout" in seen.out + seen.err, told)


def networks():
    address = {"method4": "manual", "gateway4": "10.77.0.1", "nameservers": ["10.77.0.1", "10.77.0.2"], "addresses": ["10.77.0.60/24"],
               "method6": "auto", "autoconnect": True}
    none = {"method4": "disabled", "method6": "disabled"}
    ports = [{"id": "pxed-port0", "macAddress": box.MAC}, {"id": "pxed-port1", "macAddress": BOND["mac"]}]
    bond = {"id": "bond0", "interface": "bond0", "bond": {"mode": "802.3ad", "options": "miimon=100", "ports": ["pxed-port0", "pxed-port1"]}}
    vlan = {"id": "vlan12", "interface": "vlan12", "vlan": {"id": 12, "parent": "bond0"}}
    one = {"id": "pxed", "macAddress": box.MAC}
    six = {"addresses": ["10.77.0.60/24", "2001:db8::60/64", "2001:db8::61/64"], "method6": "manual", "gateway6": "2001:db8::1"}
    for variables, wanted in (
            (NETWORK, [{**one, **address}]), ({**NETWORK, **SIX}, [{**one, **address, **six}]), ({**NETWORK, **BOND}, ports + [{**bond, **address}]),
            ({**NETWORK, "vlan": "12"}, [{**one, **none}, {**vlan, **address, "vlan": {"id": 12, "parent": "pxed"}}]),
            ({**NETWORK, **BOND, **SIX, "vlan": "12"}, ports + [{**bond, **none}, {**vlan, **address, **six}])):
        profile = json.loads(Explained("sles-16.0", image(LAYOUTS[0]), variables).file("agama.json"))
        same(f"{' '.join(variables)}: connections", profile["network"]["connections"], wanted)
        same(f"{' '.join(variables)}: words as the schema has them", wrong(profile), [])
    line = Explained("sles-16.0", image(LAYOUTS[0]), {**BOND, "vlan": "12", "install-net": "both"}).line()
    check("install-net=both: dracut is told", f" ifname=pxed0:{box.MAC} ifname=pxed1:{BOND['mac']} bond=bond0:pxed0,pxed1:mode=802.3ad,miimon=100 "
          "vlan=vlan12:bond0 ip=vlan12:dhcp inst.script=" in line and "BOOTIF" not in line, line)
    for install, wanted in (("bond", "bond=bond0:pxed0,pxed1:mode=802.3ad,miimon=100 ip=bond0:dhcp inst"),
                            ("vlan", f"rd.neednet=1 ifname=pxed0:{box.MAC} vlan=vlan12:pxed0 ip=vlan12:dhcp inst"), ("port", "rd.neednet=1 ip=dhcp BOOTIF=01-08-00-27-4d-4d-aa inst")):
        line = Explained("sles-16.0", image(LAYOUTS[0]), {**BOND, "vlan": "12", "install-net": install}).line()
        check(f"install-net={install}: dracut is told", wanted in line, line)


def scripts():
    files = image(LAYOUTS[0]) + ["install/repodata/repomd.xml"]
    profile = Explained("sles-16.0", files).file("agama.json")
    for variables in (EVERY, {"ntp": NASTY, "proxy": NASTY}, {}):
        text = Explained("sles-16.0", files, variables).file("agama.sh")
        box.is_shell(f"agama.sh ({len(variables)} variables)", text)
        for shell in box.shells():
            late = Run(shell, text, "late")
            name = os.path.basename(shell[0])
            same(f"late ({name}): it reports", late.said, "installed")
            same(f"late ({name}): time servers", late.files.get("target/etc/chrony.d/pxed.conf", "").count("server "), len(variables.get("ntp", "").split()))
            same(f"late ({name}): the proxy", variables.get("proxy") == EVERY["proxy"],
                 "HTTP_PROXY='http://proxy:3128'\n" in late.files.get("target/etc/sysconfig/proxy", ""))
    for shell in box.shells():
        name = os.path.basename(shell[0])
        for right in ("blank", "any"):
            done = Run(shell, text, right=right, files={"www/agama.json": profile})
            same(f"{right} ({name}): it reports", done.said, "installing")
            same(f"{right} ({name}): the profile has the disk", done.files.get("profile/agama.json"), profile.replace("pxed-chooses", "vda"))
            check(f"{right} ({name}): the profile's scripts find this one", done.files.get("profile/agama.sh"))
            for fail, reason, www in (("repomd.xml", "REPO_UNREACHABLE", profile), ("agama.json", "PROFILE_FAILED", profile), ("", "PROFILE_FAILED", "{}\n")):
                done = Run(shell, text, right=right, fail=fail, files={"www/agama.json": www})
                same(f"{right} ({name}): {fail or 'no disk in it'}", (done.said, "profile/agama.json" in done.files), (f"failed:{reason}", False))
        done = Run(shell, text, blank=False, files={"www/agama.json": profile})
        same(f"({name}): not blank", (done.said, "profile/agama.json" in done.files), ("failed:DISK_NOT_BLANK", False))
        check(f"({name}): not blank, and the profile is not asked for", not any("agama.json" in url for url in done.asked), done.asked)
        same(f"disk ({name}): it reports", Run(shell, text, "disk").said, "disk")
    both = Explained("sles-16.0", files, {"layout": "raid1-lvm"})
    text, pair = both.file("agama.sh"), both.file("agama.json")
    for shell in box.shells():
        name = os.path.basename(shell[0])
        done = Run(shell, text, files={"www/agama.json": pair, **box.SECOND})
        same(f"raid1 ({name}): the profile has both disks", (done.said, done.files.get("profile/agama.json")),
             ("installing", pair.replace("pxed-chooses-too", "vdb").replace("pxed-chooses", "vda")))
        for more, options, reason in (({}, {}, "DISK_NOT_FOUND"), (box.SECOND, {"second_blank": False}, "DISK_NOT_BLANK"),
                                      ({**box.SECOND, "www/agama.json": profile}, {}, "PROFILE_FAILED")):
            done = Run(shell, text, files={"www/agama.json": pair, **more}, **options)
            same(f"raid1 ({name}): {reason}", (done.said, "profile/agama.json" in done.files), (f"failed:{reason}", False))


layouts()
profiles()
layouts_of_disks()
networks()
scripts()
seen = Explained("sles-16.0", ["boot/x86_64/loader/linux", "boot/x86_64/loader/initrd", "LiveOS/squashfs.img"], own="{}\n", verb="check")
check("an operator's own profile: the guard runs ahead of it, so a new line arms", "ANSWER_UNGUARDED" not in seen.out + seen.err, seen.out + seen.err)
box.finish("proves: agama scripted")
