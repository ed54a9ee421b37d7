#!/usr/bin/env python3
"""docs/systems.md: what is shown of each family of systems, from tests/data/systems.txt and what the program prints.

usage: systems.py BUILD            fails if the page differs, or names a test or family that does not exist
       systems.py BUILD --write    writes it
"""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(TOP, "docs", "systems.md")
COLUMNS = ["claimed", "scripted", "validated", "booted", "installed"]
OTHERS = {  # plugins of tables, not of data
    "windows": ("Windows 2000 to Server 2025 ([windows.md](windows.md))", "WinPE's script, before diskpart"),
    "solaris": ("Solaris 10 and 11, OmniOS, SmartOS ([os-solaris](../plugins/os-solaris/README.md))",
                "begin script; derived manifest; kayak's configuration; none for SmartOS"),
    "generic": ("any other kernel, ISO or EFI program that [os ID] describes ([os-generic](../plugins/os-generic/README.md))", "none"),
}
HEAD = """# Systems

What is known and what is shown, made by `tests/support/systems.py BUILD --write` from `tests/data/systems.txt`; a test holds it to
that. A blank means that nobody has: the family may work, and no test says so.

- **claimed**: OS ids as people write them are read as this family.
- **scripted**: the kernel's line and the answer files were made, and scripts ran with stand-ins for the installer's programs.
- **validated**: a program of the field's own took the files (cloud-init, ignition-validate, Debian's debconf, Nix's parser, ksvalidator, wine's cmd).
- **booted**: the kernel, and the installer where there is one, ran in the emulator.
- **installed**: from a blank disk to the login prompt in the emulator.

A family without a disk guard is never armed by a new line: `pxed arm HOST` with `disk=` is the way.

| family | systems | disk guard | claimed | scripted | validated | booted | installed |
|---|---|---|---|---|---|---|---|
"""


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def families(pxed):
    """NAME -> (title, guard), of os-linux as it describes itself."""
    found, name = {}, None
    for line in output(pxed, "options", "os-linux").splitlines():
        if line.startswith("Families of your own"):
            break
        head = re.match(r"([a-z0-9-]+): (.*)", line)
        if head:
            name = head.group(1)
            found[name] = (head.group(2), "none")
        elif name and line.startswith("  disk guard: "):
            found[name] = (found[name][0], line.split(": ", 1)[1])
        elif name and line.startswith("  writes no disk"):
            found[name] = (found[name][0], "writes no disk")
    found.update(OTHERS)
    return found


def proofs():
    table = {}
    for line in open(os.path.join(TOP, "tests", "data", "systems.txt")):
        words = re.findall(r"[^\s(]+(?:\([^)]*\))?", line.split("#")[0])
        if words:
            table[(words[0], words[1])] = words[2:]
    return table


def shown(test):
    """`test`, and of which member of the family alone, or with what beside it."""
    return "`%s`%s" % (test.group(1), " " + test.group(2) if test.group(2) else "")


def page(known, table):
    rows = []
    for name in sorted(known):
        cells = [", ".join(re.sub(r"^([^(]*)(.*)$", shown, t) for t in table.get((name, c), [])) for c in COLUMNS]
        rows.append("| %s | %s | %s | %s |\n" % (name, known[name][0], known[name][1], " | ".join(cells)))
    return HEAD + "".join(rows)


def main():
    build = sys.argv[1]
    known, table = families(os.path.join(build, "sbin", "pxed")), proofs()
    tests = set(re.findall(r"Test +#\d+: (\S+)", output("ctest", "--test-dir", build, "-N")))
    wrong = ["no family '%s'" % f for f, _ in table if f not in known]
    wrong += ["no column '%s'" % c for _, c in table if c not in COLUMNS]
    wrong += ["no test '%s'" % t for named in table.values() for t in named if t.partition("(")[0] not in tests]
    wrong += ["family '%s' is not in tests/data/systems.txt" % f for f in known if not any(f == g for g, _ in table)]
    text = page(known, table)
    if "--write" in sys.argv and not wrong:
        open(PAGE, "w").write(text)
    elif not os.path.exists(PAGE) or open(PAGE).read() != text:
        wrong.append("docs/systems.md differs: tests/support/systems.py %s --write" % build)
    for line in wrong:
        print(line)
    return bool(wrong)


sys.exit(main())
