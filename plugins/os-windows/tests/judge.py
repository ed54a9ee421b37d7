#!/usr/bin/env python3
"""What `pxed check` says about Windows hosts. usage: judge.py DRIVER TEMPLATES"""
from common import Told, ask

XP, SEVEN, ELEVEN, SERVER = "Windows XP", "Windows 7 x64", "Windows 11 x64", "Windows Server 2022"
KEY = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"
GOOD = {"name": "win01", "product-key": KEY, "ip": "10.77.0.61/24", "gateway": "10.77.0.1", "dns": "10.77.0.1",
        "timezone": "Europe/Berlin", "admin-password": "S3cret!", "disk": "number:0"}
THREE = {"images": "3", "wim": "install.wim", "image-1": "One (A)", "edition-1": "A", "name-1": "One",
         "image-2": "Two (B)", "edition-2": "B", "name-2": "Two", "image-3": "Three (C)", "edition-3": "C",
         "name-3": "Three"}

# name, row, what differs from GOOD (None: left out), facts, what is said: (severity, part of the sentence), ...
CASES = [
    ("a good host", SEVEN, {}, {}, []),
    ("a good old host", XP, {}, {}, []),
    ("nothing but a name", SERVER, {k: None for k in GOOD if k != "name"}, {}, []),
    ("name of 16", SEVEN, {"name": "a234567890123456"}, {}, [("error", "1 to 15 characters")]),
    ("name of 15", SEVEN, {"name": "a23456789012345"}, {}, []),
    ("name with a dot", SEVEN, {"name": "web.lab"}, {}, [("error", "letters, digits and hyphens")]),
    ("name with an underscore", SEVEN, {"name": "web_1"}, {}, [("error", "letters, digits and hyphens")]),
    ("name of digits", SEVEN, {"name": "12345"}, {}, [("error", "cannot be a number")]),
    ("password with ]]>", SEVEN, {"admin-password": "a]]>b"}, {}, [("error", "admin-password=***")]),
    ("password with ]]> in the old one", XP, {"admin-password": "a]]>b"}, {}, [("error", "admin-password=***")]),
    ("password with a line end", SEVEN, {"admin-password": "a\nb"}, {}, [("error", "control characters")]),
    ("password of 127", SEVEN, {"admin-password": "x" * 127}, {}, []),
    ("password of 128", SEVEN, {"admin-password": "x" * 128}, {}, [("error", "at most 127")]),
    ("quote for sysprep.inf", XP, {"admin-password": 'a"b'}, {}, [("error", "sysprep.inf")]),
    ("quote for unattend.xml", SEVEN, {"admin-password": 'a"b'}, {}, []),
    ("%% for sysprep.inf", XP, {"admin-password": "a%%b"}, {}, [("error", "%%")]),
    ("ü for sysprep.inf", XP, {"admin-password": "ü"}, {}, [("error", "ASCII")]),
    ("* for sysprep.inf", XP, {"admin-password": "*"}, {}, [("error", "empty password")]),
    ("join password with a quote", XP, {"join-domain": "lab", "join-user": "j", "join-password": 'a"'}, {},
     [("error", "join-password=***")]),
    ("a short key", SEVEN, {"product-key": "QQQQQ-RRRRR"}, {}, [("error", "product-key=***")]),
    ("a key with a strange letter", SEVEN, {"product-key": "AAAAA-BBBBB-CCCCC-DDDDD-EEEE_"}, {},
     [("error", "product-key=***")]),
    ("a key in small letters", SEVEN, {"product-key": KEY.lower()}, {}, []),
    ("no key, old", XP, {"product-key": None}, {}, [("error", "product-key= is missing")]),
    ("no key, old, own answer file", XP, {"product-key": None, "answer": "my.inf"}, {}, []),
    ("no key, new", SEVEN, {"product-key": None}, {}, []),
    ("no key, setup", SEVEN, {"product-key": None, "method": "setup"}, {"setup": "yes"},
     [("warning", "retail media")]),
    ("join-user alone", SEVEN, {"join-user": "j"}, {}, [("error", "join-password= is missing")]),
    ("join-password alone", SEVEN, {"join-password": "j"}, {}, [("error", "join-user= is missing")]),
    ("join-domain alone", SEVEN, {"join-domain": "lab"}, {}, [("error", "join-user= and join-password=")]),
    ("join without a domain", SEVEN, {"join-user": "j", "join-password": "x"}, {}, [("warning", "joins no domain")]),
    ("all to join", SEVEN, {"join-domain": "lab", "join-user": "LAB\\j", "join-password": "x"}, {}, []),
    ("join-user of two domains", SEVEN, {"join-domain": "lab", "join-user": "A\\j@b", "join-password": "x"}, {},
     [("error", "user@domain")]),
    ("join without a name server", SEVEN,
     {"join-domain": "lab", "join-user": "j", "join-password": "x", "dns": None}, {}, [("warning", "by DNS")]),
    ("a long workgroup", SEVEN, {"workgroup": "A234567890123456"}, {}, [("error", "workgroup")]),
    ("static without a gateway", SEVEN, {"gateway": None}, {}, [("warning", "without gateway=")]),
    ("dhcp without a gateway", SEVEN, {"gateway": None, "net": "dhcp"}, {}, []),
    ("a mistyped zone", SEVEN, {"timezone": "Europe/Berln"}, {}, [("error", "did you mean 'Europe/Berlin'")]),
    ("a mistyped Windows zone", SEVEN, {"timezone": "Tokio Standard Time"}, {},
     [("error", "did you mean 'Tokyo Standard Time'")]),
    ("no zone at all", SEVEN, {"timezone": "Mars/Olympus_Mons"}, {}, [("error", "time zone")]),
    ("a zone that is younger", XP, {"timezone": "Asia/Dhaka"}, {}, [("warning", "same clock")]),
    ("a zone that is younger, named", "Windows Vista x64", {"timezone": "Asia/Dhaka"}, {},
     [("warning", "Central Asia Standard Time")]),
    ("a mistyped locale", SEVEN, {"locale": "de_D"}, {}, [("error", "did you mean 'de-DE'")]),
    ("a locale of newer Windows", ELEVEN, {"locale": "fil-PH"}, {}, []),
    ("the same in sysprep.inf", XP, {"locale": "fil-PH"}, {}, [("error", "locale=fil-PH")]),
    ("a mistyped keyboard", SEVEN, {"keyboard": "dvorka"}, {}, [("error", "did you mean 'dvorak'")]),
    ("a device name", SEVEN, {"disk": "/dev/sda"}, {}, [("error", "no /dev names")]),
    ("the machine's name as an account", SEVEN, {"admin-user": "WIN01"}, {}, [("error", "machine's name")]),
    ("a built-in account", SEVEN, {"admin-user": "administrator"}, {}, [("error", "already")]),
    ("the same on a server, which needs none", SERVER, {"admin-user": "administrator"}, {}, []),
    ("licences", "Windows Server 2003", {"client-licences": "4"}, {}, [("error", "5 to 9999")]),
    ("setup of the old", XP, {"method": "setup"}, {}, [("error", "only be applied")]),
    ("setup without media", SEVEN, {"method": "setup"}, {}, [("warning", "no setup.exe")]),
    ("setup in the wrong WinPE", SEVEN, {"method": "setup"}, {"setup": "yes", "pe-arch": "x86", "wim-arch": "amd64"},
     [("warning", "its own architecture")]),
    ("a mistyped method", SEVEN, {"method": "aply"}, {}, [("error", "apply or setup")]),
    ("none of three chosen", SEVEN, {}, THREE, [("warning", "1: One (A), 2: Two (B), 3: Three (C)")]),
    ("chosen in [os ID]", SEVEN, {}, dict(THREE, index="2"), []),
    ("chosen by the host", SEVEN, {"edition": "b"}, THREE, []),
    ("chosen by the host, by name", SEVEN, {"edition": "three"}, THREE, []),
    ("chosen by the host, by number", SEVEN, {"edition": "3"}, THREE, []),
    ("chosen wrongly by the host", SEVEN, {"edition": "D"}, THREE, [("error", "1: One (A), 2: Two (B), 3: Three (C)")]),
    ("everything at once", XP, {"name": "a_b", "admin-password": 'a"', "timezone": "X/Y", "product-key": "1"}, {},
     [("error", "name=a_b"), ("error", "admin-password"), ("error", "product-key"), ("error", "timezone")]),
]


def main():
    told = Told()
    hosts = [{k: v for k, v in dict(GOOD, **differs).items() if v is not None} for _, _, differs, _, _ in CASES]
    answers = ask([{"row": row, "vars": host, "facts": facts}
                   for (_, row, _, facts, _), host in zip(CASES, hosts)])
    for (name, _, differs, _, wanted), host, answer in zip(CASES, hosts, answers):
        said = answer["diags"]
        good = len(said) == len(wanted) and all(
            severity == got[0] and part in got[3] for (severity, part), got in zip(wanted, said))
        told.check(good, name, said)
        # never a secret, and the line of the value: variables stand in lines 100, 101, ... of the driver's host
        for secret in ("admin-password", "join-password", "product-key"):
            if len(host.get(secret, "")) > 3:
                told.check(not any(host[secret] in d[3] for d in said), f"{name}: {secret} is not told")
        if len(differs) == 1 and len(said) == 1 and "=" in said[0][3].split(":")[0] and "name" not in differs:
            key = said[0][3].split("=")[0]
            told.check(key not in host or (said[0][1], said[0][2]) == ("host-os.conf", 100 + list(host).index(key)),
                       f"{name}: its line", said)
    told.end()


main()
