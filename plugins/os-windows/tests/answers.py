#!/usr/bin/env python3
"""unattend.xml and sysprep.inf of every Windows: well-formed, only elements that version knows, and what is read back
is what went in. usage: answers.py DRIVER TEMPLATES"""
import configparser
import itertools
import os
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree

from common import Told, ask, rows, template

NS = "{urn:schemas-microsoft-com:unattend}"
WCM = "{http://schemas.microsoft.com/WMIConfig/2002/State}"
SETUP, LATEST = "windowsPE", 10**6
VISTA, SEVEN, EIGHT = 6000, 7600, 9200

# Component settings as the unattended-setup references of Vista to 11 list them: passes, path, first and last build.
KNOWN = [
    (SETUP, "Microsoft-Windows-International-Core-WinPE", """SetupUILanguage SetupUILanguage/UILanguage InputLocale
      SystemLocale UILanguage UserLocale""", VISTA, LATEST),
    (SETUP, "Microsoft-Windows-Setup", """DiskConfiguration DiskConfiguration/Disk DiskConfiguration/Disk/DiskID
      DiskConfiguration/Disk/WillWipeDisk DiskConfiguration/WillShowUI ImageInstall ImageInstall/OSImage
      ImageInstall/OSImage/InstallFrom ImageInstall/OSImage/InstallFrom/MetaData
      ImageInstall/OSImage/InstallFrom/MetaData/Key ImageInstall/OSImage/InstallFrom/MetaData/Value
      ImageInstall/OSImage/InstallTo ImageInstall/OSImage/InstallTo/DiskID ImageInstall/OSImage/InstallTo/PartitionID
      ImageInstall/OSImage/WillShowUI UserData UserData/AcceptEula UserData/FullName UserData/Organization
      UserData/ProductKey UserData/ProductKey/Key UserData/ProductKey/WillShowUI""", VISTA, LATEST),
    ("specialize", "Microsoft-Windows-Shell-Setup", """ComputerName ProductKey RegisteredOwner RegisteredOrganization
      TimeZone""", VISTA, LATEST),
    ("specialize", "Microsoft-Windows-TCPIP", """Interfaces Interfaces/Interface Interfaces/Interface/Identifier
      Interfaces/Interface/Ipv4Settings Interfaces/Interface/Ipv4Settings/DhcpEnabled
      Interfaces/Interface/UnicastIpAddresses Interfaces/Interface/UnicastIpAddresses/IpAddress
      Interfaces/Interface/Routes Interfaces/Interface/Routes/Route Interfaces/Interface/Routes/Route/Identifier
      Interfaces/Interface/Routes/Route/Metric Interfaces/Interface/Routes/Route/NextHopAddress
      Interfaces/Interface/Routes/Route/Prefix""", VISTA, LATEST),
    ("specialize", "Microsoft-Windows-DNS-Client", """DNSDomain DNSSuffixSearchOrder DNSSuffixSearchOrder/DomainName
      Interfaces Interfaces/Interface Interfaces/Interface/Identifier Interfaces/Interface/DNSDomain
      Interfaces/Interface/DNSServerSearchOrder Interfaces/Interface/DNSServerSearchOrder/IpAddress""", VISTA, LATEST),
    ("specialize", "Microsoft-Windows-UnattendedJoin", """Identification Identification/Credentials
      Identification/Credentials/Domain Identification/Credentials/Password Identification/Credentials/Username
      Identification/JoinDomain Identification/JoinWorkgroup Identification/MachineObjectOU""", VISTA, LATEST),
    ("specialize", "Microsoft-Windows-Deployment", """RunSynchronous RunSynchronous/RunSynchronousCommand
      RunSynchronous/RunSynchronousCommand/Order RunSynchronous/RunSynchronousCommand/Path
      RunSynchronous/RunSynchronousCommand/Description""", VISTA, LATEST),
    ("oobeSystem", "Microsoft-Windows-International-Core", "InputLocale SystemLocale UILanguage UserLocale", VISTA, LATEST),
    ("oobeSystem", "Microsoft-Windows-Shell-Setup", """OOBE OOBE/HideEULAPage OOBE/ProtectYourPC UserAccounts
      UserAccounts/AdministratorPassword UserAccounts/AdministratorPassword/PlainText
      UserAccounts/AdministratorPassword/Value UserAccounts/LocalAccounts UserAccounts/LocalAccounts/LocalAccount
      UserAccounts/LocalAccounts/LocalAccount/Group UserAccounts/LocalAccounts/LocalAccount/Name
      UserAccounts/LocalAccounts/LocalAccount/Password UserAccounts/LocalAccounts/LocalAccount/Password/PlainText
      UserAccounts/LocalAccounts/LocalAccount/Password/Value FirstLogonCommands FirstLogonCommands/SynchronousCommand
      FirstLogonCommands/SynchronousCommand/CommandLine FirstLogonCommands/SynchronousCommand/Description
      FirstLogonCommands/SynchronousCommand/Order""", VISTA, LATEST),
    ("oobeSystem", "Microsoft-Windows-Shell-Setup", "OOBE/NetworkLocation", VISTA, EIGHT - 1),
    ("oobeSystem", "Microsoft-Windows-Shell-Setup", "OOBE/HideWirelessSetupInOOBE", SEVEN, LATEST),
    ("oobeSystem", "Microsoft-Windows-Shell-Setup", "OOBE/HideOnlineAccountScreens", EIGHT, LATEST),
]
# Known, and never to be written: they skip what protects the account, or are obsolete.
FORBIDDEN = ["AutoLogon", "SkipMachineOOBE", "SkipUserOOBE", "BypassNRO"]

HOSTILE = "a&b<c>\"'d;e=%f ]] üß{{host.name}}"
HOSTILE_INI = "a&b<c>'d;e=%f ]] [x] # {{host.name}}"
KEY = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"
BASE = {"name": "win01", "ip": "10.77.0.61/24", "gateway": "10.77.0.1", "dns": "10.77.0.1,10.77.0.2 fe80::1 10.77.0.3",
        "domain": "lab.test", "timezone": "Europe/Berlin", "locale": "de_DE.UTF-8", "product-key": KEY,
        "organization": "Smith & <Söhne>"}
JOIN = {"join-domain": "lab.test", "join-user": "LAB\\join", "join-password": HOSTILE, "join-ou": "OU=a&b,DC=lab,DC=test"}

told = Told()


def build_of(flags, build):
    return VISTA if "vista" in flags else build


# --- unattend.xml ---

def options():
    """Every combination of what changes the file's shape."""
    for setup, efi, password, join, dhcp, bare in itertools.product((0, 1), repeat=6):
        host = {"name": "win01"} if bare else dict(BASE)
        if password:
            host["admin-password"] = HOSTILE
        if join:
            host.update(JOIN)
        if dhcp:
            host["net"] = "dhcp"
        if setup:
            host["method"] = "setup"
        yield host, bool(efi)


def flatten(element, path, found):
    for child in element:
        name = child.tag.replace(NS, "")
        below = f"{path}/{name}" if path else name
        found.append((below, (child.text or "").strip() if len(child) == 0 else None, child))
        flatten(child, below, found)


def parse(text):
    """{(pass, component): [(path, text, element)]}"""
    root = ElementTree.fromstring(text.encode())
    assert root.tag == NS + "unattend", root.tag
    found = {}
    for settings in root:
        assert settings.tag == NS + "settings", settings.tag
        for component in settings:
            assert component.tag == NS + "component", component.tag
            key = settings.get("pass"), component.get("name")
            assert key not in found, f"{key} twice"
            assert (component.get("publicKeyToken"), component.get("language"), component.get("versionScope")) == \
                ("31bf3856ad364e35", "neutral", "nonSxS")
            found[key] = []
            flatten(component, "", found[key])
            found[key].append(("@arch", component.get("processorArchitecture"), component))
    return found


def known_paths(build):
    return {(p, c, path) for p, c, paths, first, last in KNOWN if first <= build <= last for path in paths.split()}


def values(found, part, component, path):
    return [text for at, text, _ in found.get((part, component), []) if at == path]


def strangers(found, build, arch):
    """What that version would stop at."""
    known, bad = known_paths(build), []
    for (part, component), elements in found.items():
        for path, text, element in elements:
            if path == "@arch":
                if text != arch:
                    bad.append(f"{component}: {text}")
                continue
            if (part, component, path) not in known:
                bad.append(f"{part} {component} {path}")
            if any(word in path for word in FORBIDDEN):
                bad.append(f"never: {path}")
            # members of a list are added, and only they
            listed = path.split("/")[-1] in ("Disk", "MetaData", "Interface", "IpAddress", "Route", "DomainName",
                                             "RunSynchronousCommand", "LocalAccount", "SynchronousCommand")
            if (element.get(WCM + "action") == "add") != listed:
                bad.append(f"wcm:action of {path}")
    return bad


def check_values(found, host, flags, efi):
    shell, oobe = "Microsoft-Windows-Shell-Setup", "oobeSystem"
    net = "Interfaces/Interface"
    static = "ip" in host and host.get("net") != "dhcp"
    password = host.get("admin-password")
    expected = [
        ("specialize", shell, "ComputerName", ["WIN01"]),
        ("specialize", shell, "ProductKey", [KEY] if "product-key" in host else []),
        ("specialize", shell, "RegisteredOrganization", [host.get("organization", "Organization")]),
        ("specialize", "Microsoft-Windows-TCPIP", net + "/Identifier", ["08-00-27-B2-40-3E"]),
        ("specialize", "Microsoft-Windows-TCPIP", net + "/Ipv4Settings/DhcpEnabled", ["false" if static else "true"]),
        ("specialize", "Microsoft-Windows-TCPIP", net + "/UnicastIpAddresses/IpAddress",
         ["10.77.0.61/24"] if static else []),
        ("specialize", "Microsoft-Windows-TCPIP", net + "/Routes/Route/NextHopAddress", ["10.77.0.1"] if static else []),
        ("specialize", "Microsoft-Windows-DNS-Client", net + "/DNSServerSearchOrder/IpAddress",
         ["10.77.0.1", "10.77.0.2", "10.77.0.3"] if static else []),
        ("specialize", "Microsoft-Windows-DNS-Client", "DNSDomain", ["lab.test"] if "domain" in host else []),
        ("specialize", "Microsoft-Windows-UnattendedJoin", "Identification/JoinDomain",
         ["lab.test"] if "join-domain" in host else []),
        ("specialize", "Microsoft-Windows-UnattendedJoin", "Identification/Credentials/Domain",
         ["LAB"] if "join-domain" in host else []),
        ("specialize", "Microsoft-Windows-UnattendedJoin", "Identification/Credentials/Username",
         ["join"] if "join-domain" in host else []),
        ("specialize", "Microsoft-Windows-UnattendedJoin", "Identification/Credentials/Password",
         [HOSTILE] if "join-domain" in host else []),
        ("specialize", "Microsoft-Windows-UnattendedJoin", "Identification/JoinWorkgroup",
         [] if "join-domain" in host else ["WORKGROUP"]),
        (oobe, shell, "UserAccounts/AdministratorPassword/Value", [password] if password else []),
        (oobe, shell, "UserAccounts/LocalAccounts/LocalAccount/Password/Value",
         [password] if password and "client" in flags else []),
        (oobe, shell, "UserAccounts", [None] if password else []),
        (oobe, "Microsoft-Windows-International-Core", "UILanguage", ["de-DE" if "locale" in host else "en-US"]),
        (SETUP, "Microsoft-Windows-Setup", "ImageInstall/OSImage/InstallTo/DiskID",
         ["@PXED-DISK@"] if "method" in host else []),
        (SETUP, "Microsoft-Windows-Setup", "ImageInstall/OSImage/InstallTo/PartitionID",
         [("3" if efi else "1")] if "method" in host else []),
        (SETUP, "Microsoft-Windows-Setup", "DiskConfiguration/Disk/WillWipeDisk",
         ["false"] if "method" in host else []),
        (SETUP, "Microsoft-Windows-Setup", "ImageInstall/OSImage/InstallFrom/MetaData/Value",
         ["2"] if "method" in host else []),
    ]
    return [f"{p} {c} {path}: {values(found, p, c, path)}, not {wanted}" for p, c, path, wanted in expected
            if values(found, p, c, path) != wanted]


def check_unattend(name, flags, build):
    arch = next(word for word in ("x86", "amd64", "arm64") if word in flags)
    wanted = list(options())
    answers = ask([{"row": name, "vars": host, "efi": efi, "template": template("unattend.xml"),
                    "facts": {"index": "2", "images": "3", "setup": "yes"}} for host, efi in wanted])
    bad = []
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for n, ((host, efi), answer) in enumerate(zip(wanted, answers)):
            files.append(os.path.join(folder, f"{n}.xml"))
            with open(files[-1], "w", encoding="utf-8") as out:
                out.write(answer["text"])
            bad += [f"{d}" for d in answer["diags"] if d[0] == "error"]
            if "{{" in answer["text"].replace("{{host.name}}", ""):
                bad.append("a tag is left over")
            found = parse(answer["text"])
            bad += strangers(found, build_of(flags, build), arch)
            bad += check_values(found, host, flags, efi)
        lint = subprocess.run(["xmllint", "--noout", *files], capture_output=True, text=True, check=False)
        if lint.returncode != 0:
            bad.append(lint.stderr)
    told.check(not bad, f"unattend.xml, {name}: {len(wanted)} variants", "\n".join(sorted(set(bad))))


def check_table_refuses():
    """The table above is no check that cannot fail: a Windows 8 file has a stranger in Vista, and the reverse."""
    for name, build in (("Windows 8 x64", VISTA), ("Windows Vista x64", EIGHT), ("Windows 7 x64", VISTA)):
        text = ask([{"row": name, "vars": dict(BASE), "template": template("unattend.xml")}])[0]["text"]
        told.check(any("OOBE/" in bad for bad in strangers(parse(text), build, "amd64")),
                   f"the element table tells {name} from build {build}")


# --- sysprep.inf ---

def parse_inf(text):
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=(";",), strict=True)
    parser.optionxform = str
    parser.read_string(text)
    return {s: {k: unquote(v) for k, v in parser[s].items()} for s in parser.sections()}


def unquote(value):
    """As the INF parser of Windows: outside of quotes `;` ends the line."""
    if not value.startswith('"'):
        return value.split(";")[0].strip()
    end = value.find('"', 1)
    assert end == len(value) - 1, f"text after the closing quote: {value}"
    return value[1:end]


def check_sysprep(name, flags):
    hosts = []
    for password, join, dhcp in itertools.product((0, 1), repeat=3):
        host = dict(BASE, organization="Smith & Sons; Ltd = #1", owner="J. 'x' Smith")
        if password:
            host["admin-password"] = HOSTILE_INI
        if join:
            host.update(JOIN)
            host["join-password"] = HOSTILE_INI
        if dhcp:
            host["net"] = "dhcp"
        hosts.append(host)
    answers = ask([{"row": name, "vars": host, "template": template("sysprep.inf")} for host in hosts])
    bad = []
    for host, answer in zip(hosts, answers):
        bad += [str(d) for d in answer["diags"] if d[0] == "error"]
        inf = parse_inf(answer["text"])
        card = inf["params.MS_TCPIP.Adapter1"]
        static = host.get("net") != "dhcp"
        expected = {
            "GuiUnattended/TimeZone": "110",
            "GuiUnattended/AdminPassword": host.get("admin-password"),
            "GuiUnattended/AutoLogon": None,
            "UserData/ComputerName": "WIN01",
            "UserData/FullName": "J. 'x' Smith",
            "UserData/OrgName": "Smith & Sons; Ltd = #1",
            "UserData/ProductID": KEY if "w2k" in flags else None,
            "UserData/ProductKey": None if "w2k" in flags else KEY,
            "LicenseFilePrintData/AutoMode": None if "client" in flags else "PerServer",
            "Identification/JoinDomain": host.get("join-domain"),
            "Identification/DomainAdmin": "LAB\\join" if "join-domain" in host else None,
            "Identification/DomainAdminPassword": host.get("join-password"),
            "Identification/JoinWorkgroup": None if "join-domain" in host else "WORKGROUP",
            "RegionalSettings/InputLocale": "0407:00000407",
            "RegionalSettings/LanguageGroup": "1",
            "params.MS_TCPIP.Adapter1/DHCP": "No" if static else "Yes",
            "params.MS_TCPIP.Adapter1/IPAddress": "10.77.0.61" if static else None,
            "params.MS_TCPIP.Adapter1/SubnetMask": "255.255.255.0" if static else None,
            "params.MS_TCPIP.Adapter1/DefaultGateway": "10.77.0.1" if static else None,
            "params.MS_TCPIP.Adapter1/DNSServerSearchOrder": "10.77.0.1,10.77.0.2,10.77.0.3" if static else None,
        }
        for key, wanted in expected.items():
            section, entry = key.rsplit("/", 1)
            got = inf.get(section, {}).get(entry)
            if got != wanted:
                bad.append(f"{key}: {got}, not {wanted}")
        if inf[inf["NetAdapters"]["Adapter1"]] != {"INFID": "*"} or card["SpecificTo"] != "Adapter1":
            bad.append("the adapter is not named")
    told.check(not bad, f"sysprep.inf, {name}: {len(hosts)} variants", "\n".join(sorted(set(bad))))


# --- what values become ---

def one(row, text_of, **host):
    """A path's text in the unattend.xml of a host."""
    facts = host.pop("facts", {})
    host = {k.replace("_", "-"): v for k, v in dict({"name": "win01"}, **host).items()}
    answer = ask([{"row": row, "vars": host, "facts": facts, "template": template("unattend.xml")}])[0]
    part, component, path = text_of.split(" ")
    return (values(parse(answer["text"]), part, "Microsoft-Windows-" + component, path) or [None])[0]


def check_derived():
    zone = "specialize Shell-Setup TimeZone"
    lang = "oobeSystem International-Core "
    realm = "specialize UnattendedJoin Identification/Credentials/"
    join = {"join_domain": "lab.test", "join_password": "x"}
    for row, path, host, wanted in [
            ("Windows 11 x64", zone, {}, "UTC"),
            ("Windows Vista x64", zone, {}, "Greenwich Standard Time"),
            ("Windows 11 x64", zone, {"timezone": "America/Argentina/Buenos_Aires"}, "Argentina Standard Time"),
            ("Windows Vista x64", zone, {"timezone": "America/Argentina/Buenos_Aires"}, "SA Eastern Standard Time"),
            ("Windows 7 x64", zone, {"timezone": "Tokyo Standard Time"}, "Tokyo Standard Time"),
            ("Windows 10 x64", zone, {"timezone": "Europe/Volgograd"}, "Russian Standard Time"),
            ("Windows 10 x64", zone, {"timezone": "Europe/Volgograd", "facts": {"wim-build": "20348"}},
             "Volgograd Standard Time"),
            ("Windows 11 x64", lang + "UILanguage", {"facts": {"language": "fr-FR"}}, "fr-FR"),
            ("Windows 11 x64", lang + "UILanguage", {"facts": {"language": "fr-FR"}, "locale": "de_DE"}, "fr-FR"),
            ("Windows 11 x64", lang + "UserLocale", {"facts": {"language": "fr-FR"}, "locale": "de_DE"}, "de-DE"),
            ("Windows 11 x64", lang + "UILanguage", {"facts": {"language": "fr-FR"}, "ui_language": "it"}, "it-IT"),
            ("Windows 11 x64", lang + "UserLocale", {"locale": "sr-Cyrl-RS"}, "sr-Cyrl-RS"),
            ("Windows 11 x64", lang + "InputLocale", {"locale": "ja_JP.UTF-8"}, "ja-JP"),
            ("Windows 11 x64", lang + "InputLocale", {"locale": "de_DE", "keyboard": "us"}, "0407:00000409"),
            ("Windows 11 x64", lang + "InputLocale", {"keyboard": "de-nodeadkeys"}, "0407:00000407"),
            ("Windows 11 x64", lang + "InputLocale", {"keyboard": "0409:00020409"}, "0409:00020409"),
            ("Windows 11 x64", realm + "Domain", dict(join, join_user="join"), "lab.test"),
            ("Windows 11 x64", realm + "Username", dict(join, join_user="join@corp.test"), "join"),
            ("Windows 11 x64", realm + "Domain", dict(join, join_user="join@corp.test"), "corp.test"),
    ]:
        got = one(row, path, **dict(host))
        told.check(got == wanted, f"{row} {path.split(' ')[-1]} {host}", got)


def main():
    for name, _, flags, build in rows():
        if "nt5" in flags:
            check_sysprep(name, flags)
        else:
            check_unattend(name, flags, build)
    check_table_refuses()
    check_derived()
    told.end()


main()
