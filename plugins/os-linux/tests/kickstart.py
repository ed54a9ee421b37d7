#!/usr/bin/env python3
"""Every kickstart that os-linux writes, for each version and for values with quotes, blanks, `#` and `%`: commands split as
anaconda splits them and hold the values whole, sections begin and end where they should, scripts are shell to every shell.
With ksvalidator (pykickstart) on this machine its verdict counts too; Debian has no package of it.   usage: kickstart.py PXED
"""
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

PXED = sys.argv[1]
MAC = "08:00:27:4d:4d:aa"
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
count = failed = 0


def check(what, good, detail=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {what}" + ("" if good else f": {detail}"))


def kickstart(os_id, variables):
    with tempfile.TemporaryDirectory() as top:
        folder = f"{top}/boot/os/{os_id}/images/pxeboot"
        os.makedirs(folder)
        for name in ("vmlinuz", "initrd.img"):
            open(f"{folder}/{name}", "w").close()
        with open(f"{top}/pxed.ini", "w") as ini:
            ini.write(f"[pxed]\nplugins = os-linux http store-sqlite\ninterface = lo\nname = pxe-server\n"
                      f"root = {top}\nstate = {top}/state\n")
        quoted = "".join(', %s="%s"' % (k, v.replace('"', '""')) for k, v in variables.items())
        with open(f"{top}/host-os.conf", "w") as hosts:
            hosts.write(f"{MAC}, {os_id}{quoted}\n")
        said = subprocess.run([PXED, "explain", "-c", f"{top}/pxed.ini", MAC], capture_output=True, text=True, check=False)
    lines, inside = [], False
    for line in said.stdout.splitlines():
        if line.startswith("file "):
            inside = line.startswith("file ks.cfg ")
        elif inside and not line.startswith("  "):
            inside = False
        elif inside:
            lines.append(line[2:])
    if not lines:
        sys.exit(f"{os_id}: no kickstart\n{said.stdout}{said.stderr}")
    return lines


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
    shells = [[shutil.which(s)] for s in ("dash", "bash") if shutil.which(s)]
    if shutil.which("busybox"):
        shells.append([shutil.which("busybox"), "sh"])
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
    print(f"1..{count}")
    sys.exit(failed != 0)


main()
