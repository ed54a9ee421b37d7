#!/usr/bin/env python3
"""AutoYaST of os-linux: each layout of an image, the profile's elements against AutoYaST's schema, and the pre-script, which
alone names the disk.   usage: suse.py PXED"""
import os
import xml.etree.ElementTree as tree

import box
from box import BASE, BOND, EVERY, HOST, NASTY, NETWORK, SIX, Explained, Run, check, same

TAIL = f"autoyast={HOST}/autoyast.xml netsetup=dhcp BOOTIF=01-08-00-27-4d-4d-aa self_update=0 textmode=1"
LAYOUTS = [  # OS id, folder of the kernel, what holds packages, flags of the profile
    ("sles-11-sp4", "boot/x86_64/loader", "suse/setup/descr/packages.gz"),
    ("sles-12-sp5", "boot/x86_64/loader", "suse/setup/descr/packages.gz"),
    ("sles-15-sp5", "boot/x86_64/loader", "Module-Basesystem/media.1/media"),
    ("sle-15-sp5-full-x86_64-gm-media1", "boot/x86_64/loader", "Module-Basesystem/media.1/media"),
    ("sles-15.6-aarch64", "boot/aarch64", "Module-Basesystem/media.1/media"),
    ("sles-15-sp4-ppc64le", "boot/ppc64le", "Module-Basesystem/media.1/media"),
    ("sles-sap-15-sp4", "boot/x86_64/loader", "Module-Basesystem/media.1/media"),
    ("sled-15-sp4", "boot/x86_64/loader", "Module-Basesystem/media.1/media"),
    ("opensuse-13.2-i386", "boot/i386/loader", "suse/setup/descr/packages.gz"),
    ("opensuse-42.3", "boot/x86_64/loader", "suse/setup/descr/packages.gz"),
    ("opensuse-leap-15.6", "boot/x86_64/loader", "repodata/repomd.xml"),
    ("leap-15.5-x86_64", "boot/x86_64/loader", "repodata/repomd.xml"),
    ("opensuse-tumbleweed", "boot/x86_64/loader", "repodata/repomd.xml"),
]
# The elements of AutoYaST's schema that the profile uses, each with those that may stand in it; "": text.
SCHEMA = {
    "profile": "general report scripts partitioning bootloader software add-on networking firewall services-manager ntp-client "
               "proxy timezone users",
    "general": "mode storage", "storage": "proposal", "proposal": "lvm", "mode": "confirm forceboot", "report": "errors messages warnings yesno_messages",
    "errors": "log show timeout", "messages": "log show timeout", "warnings": "log show timeout",
    "scripts": "pre-scripts postpartitioning-scripts chroot-scripts post-scripts init-scripts",
    "pre-scripts": "script", "postpartitioning-scripts": "script", "chroot-scripts": "script",
    "script": "filename interpreter source location chrooted feedback",
    "partitioning": "drive", "drive": "device type initialize use disklabel raid_options partitions", "raid_options": "raid_type",
    "partitions": "partition", "partition": "mount filesystem size raid_name lvm_group lv_name",
    "bootloader": "global loader_type", "global": "append timeout",
    "software": "products patterns packages install_recommended",
    "products": "product", "patterns": "pattern", "packages": "package",
    "add-on": "add_on_products", "add_on_products": "listentry",
    "listentry": "media_url product product_dir confirm_license",
    "networking": "keep_install_network dns interfaces net-udev routing",
    "dns": "hostname domain searchlist nameservers dhcp_hostname", "searchlist": "search", "nameservers": "nameserver",
    "interfaces": "interface", "interface": "bootproto device ipaddr netmask startmode aliases bonding_master bonding_module_opts bonding_slave0 bonding_slave1 etherdevice vlan_id",
    "aliases": "alias0 alias1", "alias0": "IPADDR PREFIXLEN", "alias1": "IPADDR PREFIXLEN",
    "net-udev": "rule", "routing": "routes", "routes": "route", "route": "destination device gateway netmask",
    "firewall": "enable_firewall start_firewall default_zone zones FW_DEV_EXT FW_CONFIGURATIONS_EXT",
    "zones": "zone", "zone": "name services", "services": "service enable", "enable": "service",
    "services-manager": "services",
    "ntp-client": "ntp_policy ntp_servers ntp_sync peers start_at_boot", "ntp_servers": "ntp_server",
    "ntp_server": "address iburst offline", "peers": "peer", "peer": "address initial_sync options type",
    "proxy": "enabled http_proxy https_proxy", "users": "user", "user": "username user_password encrypted",
}
LISTS = ("pre-scripts postpartitioning-scripts chroot-scripts partitioning partitions products patterns packages add_on_products interfaces "
         "net-udev routes searchlist nameservers zones enable ntp_servers peers users").split()
YAST = "{http://www.suse.com/1.0/yast2ns}"
TYPE = "{http://www.suse.com/1.0/configns}type"


def image(row):
    return [f"{row[1]}/linux", f"{row[1]}/initrd", row[2]]


def wrong(node, inside=""):
    """Elements that the schema does not know where they stand, and types that do not fit."""
    name = node.tag.replace(YAST, "")
    at, kids, kind = f"{inside}/{name}", list(node), node.get(TYPE)
    bad = []
    # <rule> of net-udev holds a <rule>, <timezone> a <timezone>.
    allowed = {"/profile/networking/net-udev/rule": "name rule value", "/profile/timezone": "hwclock timezone"}.get(at, SCHEMA.get(name, ""))
    bad += [f"{at}: {kid.tag.replace(YAST, '')}" for kid in kids if kid.tag.replace(YAST, "") not in allowed.split()]
    if (kids and (kind == "list") != (name in LISTS or at == "/profile/firewall/zones/zone/services")) or \
            (kind == "boolean" and node.text not in ("true", "false")) or (kind == "integer" and not node.text.isdigit()):
        bad.append(f"{at}: type {kind}")
    for kid in kids:
        bad += wrong(kid, at)
    return bad


def text_of(root, path):
    return [node.text for node in root.findall("/".join(YAST + part for part in path.split("/")))]


def layouts():
    for row in LAYOUTS:
        url = f"{BASE}/os/{row[0]}"
        seen = Explained(row[0], image(row))
        same(f"{row[0]}: its kernel line", seen.line(), f"{url}/{row[1]}/linux install={url}/ {TAIL}")
        same(f"{row[0]}: its initrd", seen.initrds(), [f"{url}/{row[1]}/initrd"])
    seen = Explained("sles-15-sp5", ["linux", "initrd"], {"repo": "http://mirror/sle15/"})
    same("two files copied and repo=", seen.line(), f"{BASE}/os/sles-15-sp5/linux install=http://mirror/sle15/ {TAIL}")
    kernel = ["boot/x86_64/loader/linux", "boot/x86_64/loader/initrd"]
    for files, repo, said in ((["linux", "initrd"], {}, "holds no more than a kernel"), (kernel, {}, "give the host, or [os opensuse-leap-15.6],"),
                              (kernel, {"repo": "http://mirror/"}, "1 hosts")):
        seen = Explained("opensuse-leap-15.6", files, repo, verb="check")
        check(f"{len(files)} files, {len(repo)} repo: check says `{said}`",
              said in seen.out + seen.err and ("repo =" in seen.out + seen.err) == (not repo), seen.out + seen.err)


def profiles():
    for row in LAYOUTS:
        for kind, variables in (("plain", {}), ("every variable", EVERY), ("hostile", {key: NASTY for key in EVERY if key not in (
                "name", "domain", "ip", "gateway", "dns", "ntp", "packages")})):
            text = Explained(row[0], image(row), variables).file("autoyast.xml")
            root = tree.fromstring(text)
            same(f"{row[0]}, {kind}: elements as the schema has them", wrong(root), [])
            if kind == "hostile":
                same(f"{row[0]}: a value stays text", text_of(root, "timezone/timezone") + text_of(root, "bootloader/global/append"), [NASTY] * 2)
            if kind == "every variable":
                net = "networking/interfaces/interface/"
                same(f"{row[0]}: address", [text_of(root, net + part) for part in ("bootproto", "ipaddr", "netmask")],
                     [["static"], ["10.77.0.60"], ["255.255.255.0"]])
                same(f"{row[0]}: the card by its MAC", text_of(root, "networking/net-udev/rule/value"), [box.MAC])
                same(f"{row[0]}: route, names", text_of(root, "networking/routing/routes/route/gateway") +
                     text_of(root, "networking/dns/nameservers/nameserver"), ["10.77.0.1", "10.77.0.1", "10.77.0.2"])
                same(f"{row[0]}: packages", text_of(root, "software/packages/package")[-2:], ["vim", "less"])
                old = row[0] in ("sles-11-sp4", "sles-12-sp5", "opensuse-13.2-i386", "opensuse-42.3")
                same(f"{row[0]}: services in systemd's words", len(root.findall(f"{YAST}services-manager")), int(row[0] != "sles-11-sp4"))
                path = "ntp-client/peers/peer/address" if old else "ntp-client/ntp_servers/ntp_server/address"
                same(f"{row[0]}: time servers in this version's words", text_of(root, path), ["10.77.0.1", "10.77.0.2"])
            if kind == "plain":
                same(f"{row[0]}: without a hash root is locked", text_of(root, "users/user/user_password"), ["!"])
                same(f"{row[0]}: no disk of any machine", text_of(root, "partitioning/drive/device"), ["/dev/pxed-chooses"])
                same(f"{row[0]}: DHCP", text_of(root, "networking/interfaces/interface/bootproto"), ["dhcp"])
                same(f"{row[0]}: modules of the full medium", len(text_of(root, "add-on/add_on_products/listentry/product")),
                     2 if "Module-" in row[2] else 0)
                for script in text_of(root, "scripts/pre-scripts/script/source"):
                    box.is_shell(f"{row[0]}: the profile's pre-script", script)


def networks():
    """Each device, with what it has."""
    def device(root):
        return {text_of(node, "device")[0]: {kid.tag.replace(YAST, ""): kid.text for kid in node if kid.tag != YAST + "device"}
                for node in root.findall("/".join(YAST + part for part in "networking/interfaces/interface".split("/")))}
    address = {"bootproto": "static", "ipaddr": "10.77.0.60", "netmask": "255.255.255.0", "startmode": "auto"}
    port = {"bootproto": "none", "startmode": "auto"}
    bond = {"bonding_master": "yes", "bonding_module_opts": "mode=802.3ad miimon=100", "bonding_slave0": "eth0", "bonding_slave1": "eth1"}
    vlan = {"vlan_id": "12"}
    ports = {"eth0": port, "eth1": port}
    for variables, wanted, top in (
            (NETWORK, {"eth0": address}, "eth0"), ({**NETWORK, **BOND}, {**ports, "bond0": {**address, **bond}}, "bond0"),
            ({**NETWORK, "vlan": "12"}, {"eth0": port, "vlan12": {**address, **vlan, "etherdevice": "eth0"}}, "vlan12"),
            ({**NETWORK, **BOND, "vlan": "12"}, {**ports, "bond0": {**port, **bond}, "vlan12": {**address, **vlan, "etherdevice": "bond0"}}, "vlan12")):
        for six in ({}, SIX):
            text = Explained("sles-15-sp5", image(LAYOUTS[1]), {**variables, **six}).file("autoyast.xml")
            root = tree.fromstring(text)
            name = " ".join({**variables, **six})
            same(f"{name}: elements as the schema has them", wrong(root), [])
            got = device(root)
            aliases = got.get(top, {}).pop("aliases", None)
            same(f"{name}: devices", got, wanted)
            same(f"{name}: aliases", aliases is not None, bool(six))
            same(f"{name}: routes", list(zip(text_of(root, "networking/routing/routes/route/device"), text_of(root, "networking/routing/routes/route/gateway"))),
                 [(top, "10.77.0.1")] + [(top, "2001:db8::1")] * bool(six))
            same(f"{name}: cards by their addresses", text_of(root, "networking/net-udev/rule/value"), [box.MAC] + [BOND["mac"]] * ("bond" in variables))
    root = tree.fromstring(Explained("sles-15-sp5", image(LAYOUTS[1]), {**NETWORK, **SIX}).file("autoyast.xml"))
    path = "networking/interfaces/interface/aliases/alias"
    same("IPv6 addresses", [text_of(root, f"{path}{n}/{part}") for n in (0, 1) for part in ("IPADDR", "PREFIXLEN")], [["2001:db8::60"], ["64"], ["2001:db8::61"], ["64"]])
    line = Explained("sles-15-sp5", image(LAYOUTS[1]), {"vlan": "12", "install-net": "vlan"}).line()
    check("install-net=vlan: linuxrc is told", " BOOTIF=01-08-00-27-4d-4d-aa vlanid=12 self_update=0" in line, line)
    seen = Explained("sles-15-sp5", image(LAYOUTS[1]), {**BOND, "install-net": "bond"}, verb="check")
    check("install-net=bond: check says that it cannot", "the installer of 'sles-15-sp5' knows no bond" in seen.out + seen.err, seen.out + seen.err)


def layouts_of_disks():
    for layout, lvm in (("plain", []), ("lvm", ["true"])):
        root = tree.fromstring(Explained("sles-15-sp5", image(LAYOUTS[1]), {"layout": layout}).file("autoyast.xml"))
        same(f"layout={layout}", (text_of(root, "general/storage/proposal/lvm"), wrong(root)), (lvm, []))
    halves = [("1GiB", "/dev/md/boot"), ("max", "/dev/md/system")]
    for layout, tail in (("raid1", [("/dev/md/system", "CT_MD", "raid1", [("/", "ext4")])]),
                         ("raid1-lvm", [("/dev/md/system", "CT_MD", "raid1", [("system",)]), ("/dev/system", "CT_LVM", None, [("root", "max", "/", "ext4")])])):
        root = tree.fromstring(Explained("sles-15-sp5", image(LAYOUTS[2]), {"layout": layout}).file("autoyast.xml"))
        got = [tuple((text_of(drive, part) or [None])[0] for part in ("device", "type", "raid_options/raid_type")) +
               ([tuple(kid.text for kid in part) for part in drive.findall(f"{YAST}partitions/{YAST}partition")],)
               for drive in root.findall(f"{YAST}partitioning/{YAST}drive")]
        same(f"layout={layout}: drives", got, [("/dev/pxed-chooses", None, None, halves), ("/dev/pxed-chooses-too", None, None, halves),
                                               ("/dev/md/boot", "CT_MD", "raid1", [("/boot", "ext4")])] + tail)
        same(f"layout={layout}: elements as the schema has them", wrong(root), [])
    for os_id, layout, told in (("sles-15-sp5", "lvm", False), ("sles-15-sp5", "raid1", False), ("sles-12-sp5", "raid1", True), ("sles-12-sp5", "lvm", True)):
        row = next(row for row in LAYOUTS if row[0] == os_id)
        seen = Explained(os_id, image(row), {"layout": layout}, verb="check")
        same(f"{os_id}, layout={layout}: check says that it cannot", "pxed knows no such layout" in seen.out + seen.err, told)


def scripts():
    profile = "<drive>\n<device>/dev/pxed-chooses</device>\n</drive>\n"
    for variables in ({}, EVERY, {"ssh-key": NASTY, "locale": NASTY, "keyboard": NASTY}):
        text = Explained("sles-15-sp5", image(LAYOUTS[1]), variables).file("autoyast.sh")
        box.is_shell(f"autoyast.sh ({len(variables)} variables)", text)
        for shell in box.shells():
            name = os.path.basename(shell[0])
            late = Run(shell, text, "late")
            same(f"late ({name}): the key", late.files.get("target/root/.ssh/authorized_keys"), variables.get("ssh-key") and variables["ssh-key"] + "\n")
            same(f"late ({name}): the locale", late.files.get("target/etc/locale.conf"), variables.get("locale") and f"LANG={variables['locale']}\n")
            same(f"late ({name}): the keyboard", late.files.get("target/etc/vconsole.conf"), variables.get("keyboard") and f"KEYMAP={variables['keyboard']}\n")
            same(f"late ({name}): it reports", late.said, "installed")
    text = Explained("sles-15-sp5", image(LAYOUTS[1]), {"users": "alice:::ssh-rsa A b", "run": "exit 7"}).file("autoyast.sh")
    for shell in box.shells():
        late = Run(shell, text, "late", files={"target/usr/sbin/useradd": ""})
        same("late: accounts, the operator's commands", (late.files.get("target/home/alice/.ssh/authorized_keys"), late.said, late.files["bodies"]),
             ("ssh-rsa A b\n", "installed", "run: it ended with 7:\n"))
    for shell in box.shells():
        name = os.path.basename(shell[0])
        for right in ("blank", "any"):
            done = Run(shell, text, "pre", right=right, files={"profile/autoinst.xml": profile})
            same(f"pre, {right} ({name}): it reports", done.said, "installing")
            same(f"pre, {right} ({name}): the profile has the disk", done.files.get("profile/modified.xml"), profile.replace("pxed-chooses", "vda"))
            for fail, reason, files in (("/os/", "REPO_UNREACHABLE", {"profile/autoinst.xml": profile}), ("", "PROFILE_FAILED", {}),
                                        ("", "PROFILE_FAILED", {"profile/autoinst.xml": "<drive/>\n"})):
                done = Run(shell, text, "pre", right=right, fail=fail, files=files)
                same(f"pre, {right} ({name}): {reason}", (done.said, "profile/modified.xml" in done.files), (f"failed:{reason}", False))
        done = Run(shell, text, "pre", blank=False, files={"profile/autoinst.xml": profile})
        same(f"pre ({name}): not blank", (done.said, "profile/modified.xml" in done.files), ("failed:DISK_NOT_BLANK", False))
        done = Run(shell, text, "pre", blank=False, right="any", files={"profile/autoinst.xml": profile})
        same(f"pre ({name}): not blank and `any`", (done.said, "profile/modified.xml" in done.files), ("installing", True))
        same(f"disk ({name}): it reports", Run(shell, text, "disk").said, "disk")
    text = Explained("sles-15-sp5", image(LAYOUTS[2]), {"layout": "raid1"}).file("autoyast.sh")
    both = profile + profile.replace("chooses", "chooses-too")
    for shell in box.shells():
        name = os.path.basename(shell[0])
        done = Run(shell, text, "pre", files={"profile/autoinst.xml": both, **box.SECOND})
        same(f"pre, raid1 ({name}): the profile has both disks", (done.said, done.files.get("profile/modified.xml")),
             ("installing", both.replace("pxed-chooses-too", "vdb").replace("pxed-chooses", "vda")))
        for files, options, reason in (({}, {}, "DISK_NOT_FOUND"), (box.SECOND, {"second_blank": False}, "DISK_NOT_BLANK"),
                                       ({**box.SECOND, "profile/autoinst.xml": profile}, {}, "PROFILE_FAILED")):
            done = Run(shell, text, "pre", files={"profile/autoinst.xml": both, **files}, **options)
            same(f"pre, raid1 ({name}): {reason}", (done.said, "profile/modified.xml" in done.files), (f"failed:{reason}", False))


layouts()
profiles()
networks()
layouts_of_disks()
scripts()
box.finish("proves: suse scripted")
