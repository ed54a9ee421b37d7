#!/usr/bin/env python3
"""The power goes: makes a folder what power_cut.so noted of it and of what lies below.

  power_cut.py FOLDER DISK

A file has the bytes of its last sync, none if there was none; a folder the names of its own last sync, where a name that
was removed or now is another file's comes back. Sockets are gone; FOLDER itself stays. Says what was lost."""
import os
import shutil
import stat
import subprocess
import sys
import tempfile


def keys(folder):
    """path -> (key, kind) of all that is below. The key is power_cut.c's: inode and birth."""
    found = {}
    paths = [os.path.join(at, name) for at, folders, files in os.walk(folder) for name in folders + files]
    out = subprocess.run(["stat", "--printf", "%i-%.9W %f %n\\0", folder] + paths, check=True, stdout=subprocess.PIPE).stdout
    for row in out.split(b"\0")[:-1]:
        key, mode, path = row.split(b" ", 2)
        mode = int(mode, 16)
        kind = "d" if stat.S_ISDIR(mode) else "l" if stat.S_ISLNK(mode) else "f" if stat.S_ISREG(mode) else "-"
        found[os.fsdecode(path)] = (key.decode(), kind)
    return found


class Lost:
    def __init__(self):
        self.names = self.bytes = 0


def rebuild(key, to, disk, there, lost):
    """The folder `key` as the disk has it, at `to`, which is empty. `there`: key -> (kind, path) of what lives. A file keeps its
    inode, as on a disk: one that was put back from a copy has another."""
    if not os.path.exists(os.path.join(disk, key)):
        return
    with open(os.path.join(disk, key), encoding="utf-8", errors="surrogateescape") as f:
        rows = [line.rstrip("\n").split(" ", 1) for line in f]
    for child, name in rows:
        path, synced = os.path.join(to, name), os.path.join(disk, child)
        kind, living = there.get(child, ("f", None))
        if kind == "d":
            os.mkdir(path)
            shutil.copystat(living, path)
            rebuild(child, path, disk, there, lost)
        elif kind in "fl" and living:
            os.link(living, path, follow_symlinks=False)
        if kind == "f":
            lost.bytes += write_back(path, synced)


def write_back(path, synced):
    """Whether the file has other bytes now: those of its last sync."""
    after = b""
    if os.path.exists(synced):
        with open(synced, "rb") as f:
            after = f.read()
    with open(path, "a+b") as f:
        f.seek(0)
        if f.read() == after:
            return False
        f.truncate(0)
        f.write(after)
    return True


def cut(folder, disk):
    """What was lost: names, and files whose bytes are others than those that were synced."""
    before = keys(folder)
    if not os.path.exists(os.path.join(disk, before[folder][0])):
        raise ValueError("%s was never synced: is power_cut.so loaded?" % folder)
    there = {key: (kind, path) for path, (key, kind) in before.items()}
    new = tempfile.mkdtemp(prefix=os.path.basename(folder) + ".cut.", dir=os.path.dirname(folder))
    lost = Lost()
    rebuild(before[folder][0], new, disk, there, lost)
    after = keys(new)
    lost.names = sum(kind == "f" and os.path.join(new, os.path.relpath(path, folder)) not in after
                     for path, (_, kind) in before.items())
    for name in os.listdir(folder): # the folder itself stays: it may be somebody's mount
        path = os.path.join(folder, name)
        shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
    for name in os.listdir(new):
        os.rename(os.path.join(new, name), os.path.join(folder, name))
    os.rmdir(new)
    renew(folder, disk)
    return lost


def renew(folder, disk):
    """Power is back: what is there is what the disk holds; files have new inodes, so the notes are made anew."""
    for name in os.listdir(disk):
        os.unlink(os.path.join(disk, name))
    now = keys(folder)
    for path, (key, kind) in now.items():
        if kind == "f":
            shutil.copyfile(path, os.path.join(disk, key))
        elif kind == "d":
            with open(os.path.join(disk, key), "w", encoding="utf-8", errors="surrogateescape") as f:
                for name in os.listdir(path):
                    f.write("%s %s\n" % (now[os.path.join(path, name)][0], name))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    gone = cut(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
    print("%d files gone, %d with older bytes" % (gone.names, gone.bytes))
