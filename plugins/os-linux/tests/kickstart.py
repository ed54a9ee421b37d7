#!/usr/bin/env python3
"""Every kickstart that os-linux writes, for each version and for values with quotes, blanks, `#` and `%`: commands split as
anaconda splits them and hold the values whole, sections begin and end where they should, scripts are shell to every shell.
With ksvalidator (pykickstart) on this machine its verdict counts too; Debian has no package of it.   usage: kickstart.py PXED
"""
import os
import shlex
import shutil
import subprocess
import tempfile

import box
from box import BOND, NETWORK, Explained, Run, check, same

IMAGE = ["images/pxeboot/vmlinuz", "images/pxeboot/initrd.img"]
NASTY = "a \"b\" 'c' # %post \\ $d `id`; --lock %end"
ROWS = [  # OS id, ksvalidator's word, the end of sections, words of the %packages line
    ("centos-5.5-i386", "RHEL5", False, []),
    ("centos-6.9-x86_64", "RHEL6", True, ["--nobase"]),
    ("centos-7", "RHEL7", True, []),
    ("rocky-8", "RHEL8", True, []),
    ("rocky-9", "RHEL9", True, []),
    ("rocky-10", "RHEL10", True, []),
    ("fedora-20", "F20", True, []),
    ("fedora-33", "F33", True, []),
    ("fedora-34", "F34", True, []),
    ("fedora-41", "F41", True, []),
]
PLAIN = {"name": "web01"}
HOSTILE = {
    "name": "web01", "domain": "lab.test", "ip": "10.77.0.60/24", "gateway": "10.77.0.1", "dns": "10.77.0.1 10.77.0.2",
    "timezone": NASTY, "locale": NASTY, "keyboard": NASTY, "ntp": NASTY, "proxy": NASTY, "repo": NASTY,
    "packages": "vim @^server %post #none `id` a;b", "args-installed": NASTY, "ssh-key": NASTY,
}
SIX = {"ip6": "2001:db8::60/64", "gateway6": "2001:db8::1"}
NETS = {"one port": {**NETWORK, **SIX}, "DHCP and IPv6": {"name": "web01", **SIX}, "a bond": {**NETWORK, **BOND}, "a VLAN": {**NETWORK, "vlan": "12"},
        "a VLAN on a bond": {**NETWORK, **BOND, **SIX, "vlan": "12"}, "the installer too": {**NETWORK, **BOND, "vlan": "12", "install-net": "both"}}


def kickstart(os_id, variables):
    return Explained(os_id, IMAGE, variables).file("ks.cfg").splitlines()


def split(lines, has_end):
    """The commands, and [(the section's words, its lines)]."""
    commands, sections = [], []
    for line in lines:
        word = line.split()[0] if line.split() else ""
        if word in ("%packages", "%pre", "%post", "%onerror"):
            sections.append((shlex.split(line), []))
        elif word == "%end" and has_end:
            sections[-1][1].append(line)
        elif sections:
            sections[-1][1].append(line)
        elif word and not word.startswith("#") and word != "%include":
            commands.append(shlex.split(line, comments=True))
    return commands, sections


def check_commands(name, commands, hostile):
    by_name = {c[0]: c[1:] for c in commands}
    once = [c[0] for c in commands if c[0] != "timesource"]
    check(f"{name}: each command once", len(set(once)) == len(once), once)
    legacy = name.startswith("centos-5") or name.startswith("centos-6")
    check(f"{name}: root is locked as this version can", by_name.get("rootpw") == (["--iscrypted", "!!"] if legacy else ["--lock"]),
          by_name.get("rootpw"))
    check(f"{name}: install only where it is known", ("install" in by_name) == legacy, sorted(by_name))
    if not hostile:
        return
    for command, expected in (("lang", NASTY), ("keyboard", NASTY), ("timezone", NASTY), ("url", "--url=" + NASTY)):
        check(f"{name}: {command} takes the value whole", expected in by_name[command], by_name[command])
    if not name.startswith("centos-5"):
        check(f"{name}: the proxy too", "--proxy=" + NASTY in by_name["url"], by_name["url"])


def check_packages(name, words, body, expected, hostile):
    check(f"{name}: words of %packages", words[1:] == expected, words)
    wrong = [line for line in body if line not in ("", "%end") and (line[0] == "%" or set(line) & set("# '\"`$;&|\\"))]
    check(f"{name}: a package a line", not wrong, wrong)
    if hostile:
        check(f"{name}: a package cannot begin a section", "post" in body and "vim" in body and "@^server" in body, body)


def shells_for(os_id):
    """What is the same text in every version is run by every shell once."""
    return box.shells() if os_id in ("centos-5.5-i386", "rocky-9") else box.shells()[:1]


def pre(os_id, variables, shell, files=None):
    """%pre has run."""
    _, sections = split(kickstart(os_id, variables), not os_id.startswith("centos-5"))
    body = next(body for words, body in sections if words == ["%pre"])
    text = "\n".join(line for line in body if line != "%end").replace("/tmp/pxed", "$BOX/tmp/pxed") + "\n"
    return Run(shell, text, files=files)


def pre_network(os_id, variables, shell):
    """The line of the network that it writes, of a machine with two cards."""
    done = pre(os_id, variables, shell, {"sys/class/net/eth1/address": BOND["mac"]})
    return done.files.get("tmp/pxed-net.ks", done.text)


def check_layouts():
    one = "ignoredisk --only-use=vda\nzerombr\nclearpart --all --initlabel --drives=vda\n"
    two = "ignoredisk --only-use=vda,vdb\nzerombr\nclearpart --all --initlabel --drives=vda,vdb\nreqpart\n" + "".join(
        f"part raid.1{n} --size=1024 --ondisk={disk}\npart raid.2{n} --size=4096 --grow --ondisk={disk}\n" for n, disk in ((1, "vda"), (2, "vdb"))) + \
        "raid /boot --level=1 --device=boot --fstype=ext4 raid.11 raid.12\n"
    end = 'bootloader --location=mbr --boot-drive=vda --append=""\n'
    lvm = 'raid pv.01 --level=1 --device=pv00 raid.21 raid.22\nvolgroup system pv.01\nlogvol swap --vgname=system --name=swap --recommended\n' \
          'logvol / --vgname=system --name=root --size=4096 --grow --fstype=ext4\n'
    wanted = {"": one + "autopart --type=plain\n", "plain": one + "autopart --type=plain\n", "lvm": one + "autopart --type=lvm\n",
              "raid1": two + "raid / --level=1 --device=root --fstype=ext4 raid.21 raid.22\n", "raid1-lvm": two + lvm}
    second = box.SECOND
    for os_id, version, _, _ in ROWS:
        for layout, text in wanted.items() if version not in ("RHEL5", "RHEL6") else ():
            given = second if layout.startswith("raid1") else {}
            for shell in shells_for(os_id):
                name = f"{os_id} ({os.path.basename(shell[0])}): layout={layout}"
                done = pre(os_id, {"layout": layout} if layout else {}, shell, given)
                same(name, (done.files.get("tmp/pxed-disk.ks"), done.said), (text + end, "installing"))
                if given:
                    done = pre(os_id, {"layout": layout}, shell)
                    same(f"{name} and one disk", ("tmp/pxed-disk.ks" in done.files, done.said), (False, "failed:DISK_NOT_FOUND"))
            if version != "F20":  # which has no reqpart
                validate(f"{os_id}: layout={layout}", (text + end).splitlines(), version)


def check_networks():
    tail = '--bootproto=static --ip=10.77.0.60 --netmask=255.255.255.0 --gateway="10.77.0.1" --nameserver="10.77.0.1,10.77.0.2" --hostname="web01.lab.test"\n'
    six = "--ipv6=2001:db8::60/64 --ipv6gateway=2001:db8::1 "
    bond = "network --device=bond0 --bondslaves={},{} --bondopts=mode=802.3ad,miimon=100 --onboot=yes "
    vlan = "--vlanid=12 --interfacename=vlan12 "
    wanted = {"one port": "network --device=eth0 --onboot=yes " + six + tail,
              "DHCP and IPv6": "network --device=eth0 --onboot=yes " + six + '--bootproto=dhcp --hostname="web01"\n',
              "a bond": bond.format("eth0", "eth1") + "--no-activate " + tail,
              "a VLAN": "network --device=eth0 --onboot=yes " + vlan + "--no-activate " + tail,
              "a VLAN on a bond": bond.format("eth0", "eth1") + vlan + "--no-activate " + six + tail,
              "the installer too": bond.format("pxed0", "pxed1") + vlan + tail}
    for os_id, version, _, _ in ROWS:
        for kind, variables in NETS.items():
            if version in ("RHEL5", "RHEL6"):  # their ifcfg files: settings.py
                same(f"{os_id}: the network of {kind}", pre_network(os_id, {**NETWORK, **variables}, shells_for(os_id)[0]), ("network --device=eth0 " + tail).replace(
                    "10.77.0.1,10.77.0.2", "10.77.0.1" if version == "RHEL5" else "10.77.0.1,10.77.0.2"))
                continue
            for shell in shells_for(os_id):
                same(f"{os_id} ({os.path.basename(shell[0])}): the network of {kind}", pre_network(os_id, variables, shell), wanted[kind])
            if version != "F20":  # which has no --interfacename
                validate(f"{os_id}: the network of {kind}", wanted[kind].splitlines(), version)


def check_ends():
    """%post inside the new system, and the report outside of it."""
    variables = {**NETWORK, **BOND, "users": "alice:::ssh-rsa A b", "run": "exit 7"}
    for os_id, version, has_end, _ in ROWS:
        _, sections = split(kickstart(os_id, variables), has_end)
        posts = ["\n".join(line for line in body if line != "%end") + "\n" for words, body in sections if words[0] == "%post"]
        inside = posts[0].replace("TARGET=\n", "TARGET=$BOX/target\n").replace("/root/.ssh", "$BOX/target/root/.ssh").replace("passwd -l root", ":")
        outside = posts[1].replace("/mnt/sys", "$BOX/mnt/sys").replace(">/tmp/pxed", ">$BOX/tmp/pxed")
        for shell in shells_for(os_id):
            name = f"{os_id} ({os.path.basename(shell[0])})"
            done = Run(shell, inside, files={"target/root/x": "", "target/usr/sbin/useradd": "", "target/etc/sysconfig/network-scripts/x": ""})
            same(f"{name}: %post makes accounts", done.files.get("target/home/alice/.ssh/authorized_keys"), "ssh-rsa A b\n")
            same(f"{name}: a failed command is told", done.files.get("tmp/pxed-troubles", "").splitlines()[-1:], ["run: it ended with 7:"])
            same(f"{name}: ifcfg where the kickstart has no words", "target/etc/sysconfig/network-scripts/ifcfg-bond0" in done.files, version in ("RHEL5", "RHEL6"))
            for mnt in ("mnt/sysroot/tmp/", "mnt/sysimage/tmp/"):
                done = Run(shell, outside, files={f"{mnt}pxed-troubles": "run: it ended with 7:\n"})
                same(f"{name}: the report has it, {mnt}", (done.said, done.files["bodies"], f"{mnt}pxed-troubles" in done.files), ("installed", "run: it ended with 7:\n", False))


def run(shell, script):
    return subprocess.run(shell + ["-c", script], capture_output=True, text=True, check=False).stdout


def check_scripts(name, sections, shells):
    for words, body in sections:
        if words[0] == "%packages":
            continue
        script = "\n".join(line for line in body if line != "%end") + "\n"
        for shell in shells:
            said = subprocess.run(shell + ["-n"], input=script, capture_output=True, text=True, check=False)
            check(f"{name}: {' '.join(words)} is shell to {os.path.basename(shell[0])}", said.returncode == 0, said.stderr)


def check_values(name, sections, shells):
    """What shells make of the values: printf's line of the key, the words behind --append."""
    key = [line for _, body in sections for line in body if line.endswith(">/root/.ssh/authorized_keys")]
    append = [line for _, body in sections for line in body if line.startswith(("pxed_quoted()", "PXED_APPEND="))]
    check(f"{name}: one line writes the key, two make --append", len(key) == 1 and len(append) == 2, key + append)
    for shell in shells:
        shown = os.path.basename(shell[0])
        got = run(shell, key[0].replace(" >/root/.ssh/authorized_keys", ""))
        check(f"{name}: the key as it is ({shown})", got == NASTY + "\n", got)
        got = shlex.split("bootloader --append=" + run(shell, "\n".join(append) + '\nprintf "%s" "$PXED_APPEND"'))
        check(f"{name}: arguments as they are ({shown})", got == ["bootloader", "--append=" + NASTY], got)


def validate(name, lines, version):
    if not shutil.which("ksvalidator"):
        return
    with tempfile.NamedTemporaryFile("w", suffix=".ks") as file:
        file.write("\n".join(line for line in lines if not line.startswith("%include")) + "\n")
        file.flush()
        said = subprocess.run(["ksvalidator", "-v", version, file.name], capture_output=True, text=True, check=False)
    check(f"{name}: ksvalidator -v {version}", said.returncode == 0, said.stdout + said.stderr)


def main():
    shells = box.shells()
    for os_id, version, has_end, packages in ROWS:
        for kind, variables in (("plain", PLAIN), ("hostile", HOSTILE)):
            name, hostile = f"{os_id}, {kind}", kind == "hostile"
            lines = kickstart(os_id, variables)
            commands, sections = split(lines, has_end)
            heads = [words[0] for words, _ in sections]
            newest = not os_id.startswith("centos")
            check(f"{name}: its sections", heads == ["%packages", "%pre", "%post", "%post"] + ["%onerror"] * newest, heads)
            ends = [[line for line in body if line == "%end"] for _, body in sections]
            check(f"{name}: each ends once", all(len(e) == has_end for e in ends), ends)
            check_commands(name, commands, hostile)
            check_packages(name, sections[0][0], sections[0][1], packages, hostile)
            check_scripts(name, sections, shells)
            if hostile:
                check_values(name, sections, shells)
            validate(name, lines, version)
    if not shutil.which("ksvalidator"):
        print("# skipped: ksvalidator is not installed")
    check_networks()
    check_layouts()
    check_ends()
    judged = ["proves: redhat validated (with ksvalidator)"] if shutil.which("ksvalidator") else []
    box.finish("proves: redhat scripted", *judged)


main()
