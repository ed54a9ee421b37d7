#!/usr/bin/env python3
"""What is found in real WIMs, made by wimlib-imagex: in a folder, split, solid, inside an ISO, damaged.
usage: wim.py DRIVER TEMPLATES"""
import os
import random
import re
import shutil
import subprocess
import tempfile

from common import Told, ask

SEVEN, ELEVEN, R2, XP = "Windows 7 x64", "Windows 11 x64", "Windows Server 2008 R2", "Windows XP"
AMD64, X86, ARM64 = "9", "0", "12"
told = Told()


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def describe(wim, index, arch, version, edition=None, kind=None, language=None):
    """The XML that Windows' own tools write."""
    major, minor, build = version.split(".")
    wanted = {"WINDOWS/ARCH": arch, "WINDOWS/VERSION/MAJOR": major, "WINDOWS/VERSION/MINOR": minor,
              "WINDOWS/VERSION/BUILD": build, "WINDOWS/EDITIONID": edition, "WINDOWS/INSTALLATIONTYPE": kind,
              "WINDOWS/LANGUAGES/DEFAULT": language}
    options = [f"--image-property={key}={value}" for key, value in wanted.items() if value is not None]
    run("wimlib-imagex", "info", wim, str(index), *options)


def make(folder, name, images, *options):
    """A WIM of (name, describe's arguments) images."""
    tree, wim = os.path.join(folder, "tree"), os.path.join(folder, name)
    os.makedirs(os.path.dirname(wim), exist_ok=True)
    os.makedirs(os.path.join(tree, "Windows", "System32"), exist_ok=True)
    for i, (image, *rest) in enumerate(images):
        with open(os.path.join(tree, "Windows", "System32", "data"), "wb") as out:
            out.write(random.Random(i).randbytes(300000))
        run("wimlib-imagex", "append" if i else "capture", tree, wim, image, *([] if i else options))
        if rest:
            describe(wim, i + 1, *rest)
    shutil.rmtree(tree)
    return wim


def extents(folder):
    """Names below a folder, as the core would give them."""
    found = {}
    for at, _, files in os.walk(folder):
        for name in files:
            path = os.path.join(at, name)
            found[os.path.relpath(path, folder)] = [path, 0, os.path.getsize(path)]
    return found


def extents_iso(iso):
    found = {}
    for line in run("xorriso", "-indev", iso, "-find", "/", "-type", "f", "-exec", "report_lba").splitlines():
        part = re.match(r"File data lba:\s*\d+\s*,\s*(\d+)\s*,\s*\d+\s*,\s*(\d+)\s*,\s*'/(.*)'", line)
        if part:
            found[part[3]] = [iso, int(part[1]) * 2048, int(part[2])]
    assert found, "the ISO holds nothing"
    return found


def look(row, folder, names=None, **settings):
    image = dict(settings, folder=folder, names=extents(folder) if names is None else names)
    answer = ask([{"row": row, "image": image}])[0]
    facts = {}
    for key, value in answer["facts"]:
        facts.setdefault(key, []).append(value)
    return facts, [d[3] for d in answer["diags"]], answer["diags"]


def expect(name, got, facts=None, warnings=()):
    """`facts`: what must be there (None: must not); `warnings`: parts of the sentences, all of them in order."""
    found, said, diags = got
    bad = [f"{k}: {found.get(k)}, not {v}" for k, v in (facts or {}).items()
           if found.get(k) != (None if v is None else v if isinstance(v, list) else [v])]
    if len(said) != len(warnings) or not all(part in text for part, text in zip(warnings, said)):
        bad.append(f"said: {said}")
    bad += [str(d) for d in diags if d[0] != "warning" or (d[1], d[2]) != ("pxed.ini", 7)]
    told.check(not bad, name, "\n".join(bad))


# --- what is there ---

def plain(top):
    here = os.path.join(top, "plain")
    make(here, "boot.wim", [("PE", AMD64, "6.1.7601", "WindowsPE", "WindowsPE")])
    make(here, "install.wim", [("Windows 7 PROFESSIONAL", AMD64, "6.1.7601", "Professional", "Client", "de-DE")])
    expect("one image", look(SEVEN, here), {
        "boot": "boot.wim", "pe-arch": "amd64", "pe-build": "7601", "pe-version": "6.1.7601", "pe-smb": "SMB2_10",
        "wim": "install.wim", "file": "install.wim", "wim-arch": "amd64", "wim-build": "7601", "language": "de-DE",
        "images": "1", "image-1": "Windows 7 PROFESSIONAL (Professional)", "index": "1", "edition": "Professional",
        "missing": None, "unpack": None, "need-ram": "1024 MB", "need-firmware": "BIOS or UEFI",
        "need-winpe": "6.1.7600 or later", "need-smb": "SMB2_10", "swm": None})
    expect("the wrong kind", look(R2, here), {"index": "1"}, ["holds a client edition, which is not Windows Server"])
    expect("the wrong version", look(ELEVEN, here), {}, [
        "boot.wim is WinPE 6.1.7601; Windows 11 x64 needs 10.0.22000 or later",
        "holds Windows build 7601, which is not Windows 11"])
    expect("the wrong architecture", look("Windows 7 x86", here), {}, ["a system for amd64, the OS id says x86"])
    expect("for arm64", look("Windows 11 arm64", here, via="memdisk"), {"need-firmware":
           "UEFI; setup.exe itself asks for UEFI, Secure Boot and TPM 2"}, [
               "a WinPE for amd64, the system is for arm64", "boot.wim is WinPE 6.1.7601",
               "a system for amd64, the OS id says arm64", "which is not Windows 11",
               "via = memdisk boots by BIOS"])
    make(here, "boot.wim.x86/boot.wim", [("PE", X86, "6.1.7601")])
    expect("a 32-bit WinPE", look(SEVEN, here, boot="boot.wim.x86/boot.wim"), {"pe-arch": "x86"}, ["boots by BIOS only"])
    expect("a 32-bit WinPE for XP", look(XP, here, boot="boot.wim.x86/boot.wim", wim="boot.wim.x86/boot.wim"),
           {"pe-arch": "x86", "index": "1", "need-firmware": "BIOS"})


def several(top):
    here = os.path.join(top, "several")
    make(here, "sources/boot.wim", [("Microsoft Windows PE (amd64)", AMD64, "10.0.26100"),
                                    ("Microsoft Windows Setup (amd64)", AMD64, "10.0.26100")], "--boot")
    make(here, "sources/install.wim", [
        ("Windows 11 Home", AMD64, "10.0.26100", "Core", "Client", "en-US"),
        ("Windows 11 Pro", AMD64, "10.0.26100", "Professional", "Client", "en-US"),
        ("Wine & <Brot>", AMD64, "10.0.26100", "Enterprise", "Client", "fr-FR")])
    with open(os.path.join(here, "setup.exe"), "wb") as out:
        out.write(b"MZ")
    expect("several, none chosen", look(ELEVEN, here), {
        "index": None, "images": "3", "image-3": "Wine & <Brot> (Enterprise)", "edition-2": "Professional",
        "boot": "sources/boot.wim", "wim": "sources/install.wim", "file": "install.wim", "setup": "yes"})
    expect("by index", look(ELEVEN, here, index="3"), {"index": "3", "edition": "Enterprise", "language": "fr-FR"})
    expect("by edition", look(ELEVEN, here, edition="professional"), {"index": "2"})
    expect("by name", look(ELEVEN, here, edition="windows 11 home"), {"index": "1"})
    expect("both, of one mind", look(ELEVEN, here, edition="Core", index="1"), {"index": "1"})
    expect("both, at odds", look(ELEVEN, here, edition="Core", index="2"), {"index": None},
           ["index = 2, edition = Core: index and edition are two images"])
    expect("index too high", look(ELEVEN, here, index="4"), {"index": None}, ["1: Windows 11 Home (Core), 2: "])
    expect("index 0", look(ELEVEN, here, index="0"), {"index": None}, ["index = 0"])
    expect("index no number", look(ELEVEN, here, index="two"), {"index": None}, ["index = two"])
    expect("no such edition", look(ELEVEN, here, edition="Datacenter"), {"index": None}, ["edition = Datacenter"])
    make(here, "install.wim", [(f"Edition {i}",) for i in range(45)])
    expect("45 images", look(ELEVEN, here, index="45"), {"images": "45", "index": "45", "image-40":
           "Edition 39 (no edition)", "image-41": None})
    return here


def names(top):
    here = os.path.join(top, "names")
    make(here, "boot.wim", [("PE", AMD64, "6.1.7601")])
    expect("no system", look(SEVEN, here), {"wim": None, "index": None}, ["no system image: put install.wim"])
    make(here, "golden.wim", [("Golden", AMD64, "6.1.7601")])
    expect("the only other one", look(SEVEN, here), {"wim": "golden.wim", "index": "1"})
    make(here, "silver.wim", [("Silver", AMD64, "6.1.7601")])
    expect("two others", look(SEVEN, here), {"wim": None}, ["no system image"])
    expect("one named", look(SEVEN, here, wim="silver.wim"), {"wim": "silver.wim", "name-1": "Silver"})
    expect("one named that is not there", look(SEVEN, here, wim="bronze.wim"),
           {"wim": None, "missing": ["the system image bronze.wim is missing"]}, ["bronze.wim is missing"])
    make(here, "install.esd", [("Solid", AMD64, "6.1.7601", "Ultimate")], "--solid")
    expect("solid .esd", look(SEVEN, here), {"wim": "install.esd", "edition": "Ultimate", "index": "1"})
    make(here, "pipe.wim", [("Pipable", AMD64, "6.1.7601", "Ultimate")], "--pipable")
    expect("pipable", look(SEVEN, here, wim="pipe.wim"), {"wim": "pipe.wim", "edition": "Ultimate", "index": "1"})
    make(here, "bare.wim", [("Bare",)])
    expect("without Windows' own XML", look(SEVEN, here, wim="bare.wim"),
           {"wim-arch": None, "wim-build": None, "language": None, "index": "1", "image-1": "Bare (no edition)"})
    make(here, "tab.wim", [("A\tB ü " + "x" * 200,)])
    found, _, _ = look(SEVEN, here, wim="tab.wim")
    told.check(found["name-1"][0].startswith("AB ü xx") and len(found["name-1"][0].encode()) < 128, "a long name", found)


def split(top):
    here = os.path.join(top, "split")
    whole = make(here, "whole/install.wim", [("Split", AMD64, "6.1.7601"), ("Two", AMD64, "6.1.7601")])
    run("wimlib-imagex", "split", whole, os.path.join(here, "install.swm"), "0.25")
    shutil.rmtree(os.path.join(here, "whole"))
    parts = sorted(n for n in os.listdir(here) if n != "install.swm")
    assert parts, "the WIM was not split"
    make(here, "boot.wim", [("PE", AMD64, "6.1.7601")])
    expect("split", look(SEVEN, here, index="2"), {"wim": "install.swm", "swm": "install*.swm", "wim-part": parts,
                                                   "images": "2", "index": "2", "missing": None})
    expect("split, the second named", look(SEVEN, here, wim=parts[0]), {}, ["is part 2 of a split image: name the first, or make one file of all: wimlib-imagex join"])
    os.unlink(os.path.join(here, parts[0]))
    expect("split, a part is missing", look(SEVEN, here, index="1"), {}, ["part 2 of 3 of the split install.swm, is missing: copy it there, too"])


def in_iso(top, media):
    iso = os.path.join(top, "media.iso")
    with open(os.path.join(media, "readme"), "wb") as out:
        out.write(b"x" * 5000)
    os.unlink(os.path.join(media, "install.wim"))
    run("xorriso", "-as", "mkisofs", "-quiet", "-iso-level", "3", "-J", "-o", iso, media)
    folder = os.path.join(top, "os")
    os.makedirs(folder)
    found = extents_iso(iso)
    expect("inside an ISO", look(ELEVEN, folder, found, edition="Enterprise"), {
        "wim": "sources/install.wim", "file": "install.wim", "unpack": "setup.exe", "setup": "yes", "index": "3",
        "images": "3", "pe-build": "26100", "language": "fr-FR", "boot": "sources/boot.wim"})
    pipable = make(os.path.join(top, "pipable"), "install.wim", [("P", AMD64, "10.0.26100")], "--pipable")
    run("xorriso", "-as", "mkisofs", "-quiet", "-o", iso, os.path.dirname(pipable))
    found = {"install.wim": next(iter(extents_iso(iso).values()))}
    expect("pipable inside an ISO", look(ELEVEN, folder, found), {"wim": "install.wim", "index": "1", "unpack": "setup.exe"})


# --- what is damaged ---

def damaged(top):
    here = os.path.join(top, "damaged")
    os.makedirs(here)
    good = make(os.path.join(top, "good"), "install.wim", [("One", AMD64, "6.1.7601", "Core"), ("Two", AMD64,
                "6.1.7601", "Pro")])
    with open(good, "rb") as file:
        data = file.read()
    wim = os.path.join(here, "install.wim")

    def look_at(text):
        with open(wim, "wb") as out:
            out.write(text)
        return look(SEVEN, here)

    def put(at, bytes_):
        return data[:at] + bytes_ + data[at + len(bytes_):]

    for name, text, said in [
            ("empty", b"", "too short"), ("207 bytes", data[:207], "too short"), ("zeros", bytes(5000), "no WIM"),
            ("text", b"MZ" + b"hello" * 100, "no WIM"), ("header only", data[:208], "points outside"),
            ("half", data[:len(data) // 2], "points outside"), ("without its last byte", data[:-1], "points outside"),
            ("XML far away", put(80, b"\xff" * 8), "points outside"),
            ("XML of 5 MB", put(72, b"\0\0\x50\0\0\0\0"), "points outside"),
            ("table far away", put(56, b"\0" * 7 + b"\x7f"), "points outside"),
            ("part 3 of 2", put(40, b"\3\0\2\0"), "damaged"), ("part 0", put(40, bytes(4)), "damaged"),
            ("70000 images", put(44, b"\x70\x11\1\0"), "damaged"),
            ("a pipable header", b"WLPWM\0\0\0" + data[8:], "not written to its end")]:
        expect(f"damaged: {name}", look_at(text), {"wim": None}, [said])
    xml = int.from_bytes(data[80:88], "little")
    expect("damaged: XML of zeros", look_at(data[:xml] + bytes(len(data) - xml)), {"wim": None}, ["damaged"])
    for name, text, said in [
            ("of an encrypted .esd", "<ESD><ENCRYPTED/></ESD>", "dism /Export-Image"), ("of something else", "<A/>", "damaged"),
            ("with a DTD", '<!DOCTYPE WIM [<!ENTITY a "b">]><WIM><IMAGE INDEX="1"><NAME>&a;</NAME></IMAGE></WIM>', "damaged"),
            ("cut off", '<WIM><IMAGE INDEX="1"><NAME>One', "damaged")]:
        coded = b"\xff\xfe" + text.encode("utf-16-le")
        expect(f"damaged: XML {name}", look_at(put(72, len(coded).to_bytes(7, "little"))[:xml] + coded), {"wim": None},
               [said])
    strange = "<WIM><IMAGE INDEX=\"0\"><NAME>Z</NAME></IMAGE><IMAGE><NAME>Y</NAME></IMAGE><IMAGE INDEX=\"99999999999\"/>" \
              "<IMAGE INDEX=\"2\"><NAME>Two</NAME><WINDOWS><ARCH>nine</ARCH></WINDOWS></IMAGE></WIM>"
    coded = b"\xff\xfe" + strange.encode("utf-16-le")
    expect("strange indexes", look_at(put(72, len(coded).to_bytes(7, "little"))[:xml] + coded),
           {"name-1": None, "name-2": "Two", "images": "2", "wim-arch": None})
    expect("no XML at all", look_at(put(72, bytes(7))), {"images": "2", "image-1": "no name (no edition)"})
    # a thousand bent files: whatever they are, an answer comes, and nothing is said but warnings
    dice, cases = random.Random(1), []
    for i in range(1000):
        bent = bytearray(data)
        for _ in range(dice.randint(1, 6)):
            at = dice.choice([dice.randrange(208), dice.randrange(xml, len(data)), dice.randrange(len(data))])
            bent[at] = dice.randrange(256)
        path, offset = os.path.join(here, f"{i}.bent"), dice.choice([0, 2048])
        with open(path, "wb") as out:
            out.write(bytes(offset) + bent)
        cases.append({"row": SEVEN, "image": {"folder": here, "wim": "x.wim",
                                              "names": {"x.wim": [path, offset, len(bent)]}}})
    answers = ask(cases)
    told.check(len(answers) == 1000 and all(d[0] == "warning" for a in answers for d in a["diags"]), "bent files")
    told.check(any(["images", "2"] in a["facts"] for a in answers) and
               any("damaged" in d[3] for a in answers for d in a["diags"]), "some of them readable, some not")


def main():
    with tempfile.TemporaryDirectory() as top:
        plain(top)
        media = several(top)
        names(top)
        split(top)
        in_iso(top, media)
        damaged(top)
    told.end()


main()
