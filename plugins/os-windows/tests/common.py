"""Asks os-windows-answers: argv is DRIVER TEMPLATES."""
import json
import os
import subprocess
import sys

DRIVER, TEMPLATES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])


def template(name):
    return os.path.join(TEMPLATES, name)


def ask(cases):
    """Answers to a list of cases, in order."""
    text = json.dumps(cases)
    done = subprocess.run([DRIVER], input=text, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def rows():
    """(name, architecture of the claim, flags, build) of each row of versions.def."""
    done = subprocess.run([DRIVER, "rows"], capture_output=True, text=True, timeout=60, check=True)
    found = [(name, arch, set(flags.split()), build) for name, arch, flags, build in json.loads(done.stdout)]
    assert len(found) >= 20, "versions.def is not read"
    return found


class Told:
    """Counts checks and failures, in TAP."""

    def __init__(self):
        self.n = self.failed = 0

    def check(self, good, what, more=""):
        self.n += 1
        if not good:
            self.failed += 1
        print(f"{'ok' if good else 'not ok'} {self.n} - {what}")
        if not good and more:
            print("  " + str(more).replace("\n", "\n  "))
        return good

    def end(self):
        print(f"1..{self.n}")
        sys.exit(1 if self.failed or self.n == 0 else 0)
