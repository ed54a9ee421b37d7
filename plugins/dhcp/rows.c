/* The option rows of [dhcp], [subnet] and [class]. */
#include "rows.h"

#define ROW(member, kind, name, ...)                                                                                   \
    PXED_OPTION(struct dhcp_config, member, kind, name, .flags = PXED_OPT_RESTART, __VA_ARGS__)

/* What can be said of a net, and of a class of machines in it. */
#define NET_ROWS                                                                                                       \
    ROW(range, RANGES, "range",                                                                                        \
        .help = "addresses to lease: FIRST - LAST; repeatable. Server mode only, like all below "                      \
                "up to option"),                                                                                       \
        ROW(router, ADDRS, "router", .help = "default gateway for clients (option 3); a host's gateway= wins"),        \
        ROW(dns, ADDRS, "dns", .help = "name servers for clients (option 6); a host's dns= wins"),                     \
        ROW(domain, STR, "domain", .help = "DNS domain for clients (option 15); a host's domain= wins"),               \
        ROW(ntp, ADDRS, "ntp", .help = "time servers for clients (option 42); a host's ntp= wins"),                    \
        ROW(mtu, UINT, "mtu", .help = "interface MTU for clients (option 26); 0: not sent", .min = 0, .max = 65535),   \
        ROW(lease_time, DURATION, "lease-time", .fallback = "1h", .help = "how long a lease lasts", .min = 10 * 1000,  \
            .max = 365ull * 24 * 3600 * 1000),                                                                         \
        ROW(option, LINES, "option",                                                                                   \
            .help = "a further DHCP option, or another value of one: NUMBER or NAME, then VALUE; repeatable"),         \
        ROW(loader_bios, LIST, "loader-bios", .fallback = "undionly.kpxe",                                             \
            .help = "boot file for BIOS firmware, a name on TFTP, or several: a machine that took the first and was "  \
                    "not heard of again, twice, gets the next; auto: those at hand (pxed loaders), best first; a "     \
                    "host's loader= wins over every loader key"),                                                      \
        ROW(loader_efi_ia32, LIST, "loader-efi-ia32", .fallback = "auto",                                              \
            .help = "boot files for 32-bit x86 UEFI firmware, likewise"),                                              \
        ROW(loader_efi_x64, LIST, "loader-efi-x64", .fallback = "auto",                                                \
            .help = "boot files for 64-bit x86 UEFI firmware, also by HTTP boot; auto: what the machine last booted "  \
                    "with, else signed iPXE with its shim, snponly.efi, signed GRUB with its shim, ipxe.efi, GRUB: "   \
                    "the first that is at hand"),                                                                      \
        ROW(loader_efi_arm64, LIST, "loader-efi-arm64", .fallback = "auto",                                            \
            .help = "boot files for 64-bit ARM UEFI firmware, also by HTTP boot"),                                     \
        ROW(loader_efi_riscv64, LIST, "loader-efi-riscv64", .fallback = "auto",                                        \
            .help = "boot files for 64-bit RISC-V UEFI firmware"),                                                     \
        ROW(loader_efi_loongarch64, LIST, "loader-efi-loongarch64", .fallback = "auto",                                \
            .help = "boot files for 64-bit LoongArch UEFI firmware"),                                                  \
        ROW(uefi_skip_4011, BOOL, "uefi-skip-4011", .fallback = "no",                                                  \
            .help = "tell UEFI firmware not to ask port 4011 (option 43.6 = 8): a second faster, but some boards "     \
                    "then ignore the offer"),                                                                          \
        ROW(authoritative, BOOL, "authoritative", .fallback = "yes",                                                   \
            .help = "refuse addresses of other nets and of strangers at once (NAK); no: leave them to another server")

/* What can be said of a wire. */
#define FOREIGN_ROW                                                                                                    \
    ROW(foreign, ENUM, "foreign", .fallback = "warn", .words = "warn stop",                                            \
        .help = "other DHCP servers and proxies on this wire that keep machines from booting from here are looked "    \
                "for at start and every 10 minutes; warn: told; stop: pxed does not start while there is one")

const struct pxed_option dhcp_rows[] = {
    ROW(mode, ENUM, "mode", .fallback = "proxy", .words = "server proxy",
        .help = "proxy: beside an existing DHCP server, leases nothing. server: leases addresses"),
    NET_ROWS,
    FOREIGN_ROW,
    {0},
};

const struct pxed_option dhcp_subnet_rows[] = {
    ROW(mode, ENUM, "mode", .words = "server proxy off", .help = "as in [dhcp]; off: silent in this net"),
    ROW(interface, STR, "interface", .help = "a net on the wire of this interface; without it: behind relays"),
    ROW(relay, ADDRS, "relay",
        .help = "addresses of the relays of this net (giaddr); default: any giaddr inside it; repeatable"),
    ROW(believe, ENUM, "believe", .words = "wire query",
        .help = "as in [pxed], for this net; wire needs relay = there: the address leased to a machine proves it"),
    ROW(shared, STR, "shared", .help = "nets with the same name are on one wire: a machine gets an address of any"),
    ROW(address, ADDR, "address",
        .help = "what URLs and option 54 name there; default: the address of the interface that was asked"),
    ROW(images, STR, "images",
        .help = "kernels, initrds and image content for machines of this net come from below this URL, not from "
                "http://SERVER/boot/: a mirror with the same os/OS-ID/... there. Scripts and answer files stay here"),
    NET_ROWS,
    FOREIGN_ROW,
    {0},
};

/* What tells machines apart. */
#define KIND_ROWS                                                                                                      \
    ROW(arch, LIST, "arch",                                                                                            \
        .help = "firmware by its name (bios, efi-x64, ...) or the number of option 93; repeatable"),                   \
        ROW(vendor, LINES, "vendor", .help = "option 60; a * at the end: what it begins with; repeatable"),            \
        ROW(user, LINES, "user", .help = "option 77; a * at the end: what it begins with; repeatable"),                \
        ROW(circuit, LINES, "circuit", .help = "the relay's circuit id (option 82.1), likewise; repeatable"),          \
        ROW(mac, LIST, "mac", .help = "hardware addresses: 00:0c:29:* or whole ones; repeatable")

const struct pxed_option dhcp_class_rows[] = {
    KIND_ROWS,
    NET_ROWS,
    {0},
};

const struct pxed_option dhcp_quirk_rows[] = {
    KIND_ROWS,
    ROW(ways, LIST, "ways",
        .help =
            "how firmware is told its boot file, best first; the next if it fetched nothing in two boots: plain (no "
            "option 60), file (60 and 43.6 = 8: use this file), 4011 (60 alone: ask port 4011), menu (60 and a PXE "
            "menu of one entry)"),
    ROW(ways_proxy, LIST, "ways-proxy", .help = "the same in proxy mode, where plain is no way"),
    {0},
};
