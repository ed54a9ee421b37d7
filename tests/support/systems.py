#!/usr/bin/env python3
"""docs/systems.md: what is shown of each family of systems, from what each test says of itself and what the program prints.

A test that shows something of a family has a line `proves: FAMILY COLUMN`, and prints it when it passed. `(WORDS)` behind it: of that
member of the family alone; `(with PROGRAM)`: where that is installed. A test whose line has %s for the family finds it in its data, and
is run for it. What the last run of ctest in BUILD has of these tests is held to their lines, too.

usage: systems.py BUILD            fails if the page differs, a line names no family or column, or a test that passed did not print it
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

What is known and what is shown, made by `tests/support/systems.py BUILD --write` from the lines `proves: FAMILY COLUMN` that the tests
print when they have passed; a test holds it to that. A blank means that nobody has: the family may work, and no test says so.

- **claimed**: OS ids as people write them are read as this family.
- **scripted**: the kernel's line and the answer files were made, and scripts ran with stand-ins for the installer's programs.
- **validated**: a program of the field's own took the files (cloud-init, ignition-validate, Debian's debconf, Nix's parser, ksvalidator, ifupdown2, wine's cmd).
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


LINE = re.compile(r"proves: ([a-z0-9-]+|%s) ([a-z]+)(?: (\([^()]*\)))?")


def tests(build):
    """NAME -> its program: a script, or what was built."""
    found = {}
    for at, _, names in os.walk(build):
        if "CTestTestfile.cmake" in names:
            text = open(os.path.join(at, "CTestTestfile.cmake")).read()
            found.update(re.findall(r'^add_test\(\[=\[(\S+)\]=\] "(/[^"]+)"', text, re.M))
    return {test: program for test, program in found.items() if os.path.exists(program)}


def declared(program):
    text = open(program, "rb").read().decode("latin-1")
    lines = {match.groups(default="") for match in LINE.finditer(text)}
    return {line for line in lines if line[0] != "%s"} | (printed(output(program)) if any(line[0] == "%s" for line in lines) else set())


def printed(text):
    return {match.groups(default="") for match in map(LINE.fullmatch, text.splitlines()) if match}


def proofs(programs):
    """(FAMILY, COLUMN) -> [(TEST, WORDS)], and TEST -> its lines."""
    table, lines = {}, {}
    for test in sorted(programs):
        lines[test] = declared(programs[test])
        for family, column, words in lines[test]:
            table.setdefault((family, column), []).append((test, words))
    return table, lines


def unsaid(build, programs, lines):
    """What tests of the run that is going on, else of the last one, passed without saying; not those that were changed since."""
    logs = [os.path.join(build, "Testing", "Temporary", name) for name in ("LastTest.log.tmp", "LastTest.log")]
    log = next(filter(os.path.exists, logs), None)
    text = open(log, errors="replace").read() if log else ""
    for test, said in re.findall(r"^\d+/\d+ Test: (\S+)\n(.*?)^<end of output>.*?^Test Passed\.", text, re.M | re.S):
        if test not in programs or os.path.getmtime(programs[test]) > os.path.getmtime(log):
            continue
        said, due = printed(said), {line for line in lines[test] if not line[2].startswith("(with ")}
        for line in sorted(due - said) + sorted(said - lines[test]):
            yield "%s passed, and `proves: %s` is in its %s alone" % (test, " ".join(line).strip(), "source" if line in due else "output")


def page(known, table):
    rows = []
    for name in sorted(known):
        cells = [", ".join("`%s` %s" % shown if shown[1] else "`%s`" % shown[0] for shown in table.get((name, c), [])) for c in COLUMNS]
        rows.append("| %s | %s | %s | %s |\n" % (name, known[name][0], known[name][1], " | ".join(cells)))
    return HEAD + "".join(rows)


def main():
    build = sys.argv[1]
    programs = tests(build)
    known, (table, lines) = families(os.path.join(build, "sbin", "pxed")), proofs(programs)
    wrong = ["no family '%s'" % f for f, _ in table if f not in known]
    wrong += ["no column '%s'" % c for _, c in table if c not in COLUMNS]
    wrong += unsaid(build, programs, lines)
    text = page(known, table)
    if "--write" in sys.argv and not wrong:
        open(PAGE, "w").write(text)
    elif not os.path.exists(PAGE) or open(PAGE).read() != text:
        wrong.append("docs/systems.md differs: tests/support/systems.py %s --write" % build)
    for line in wrong:
        print(line)
    return bool(wrong)


sys.exit(main())
