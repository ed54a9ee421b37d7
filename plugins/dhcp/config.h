/* The keys of [dhcp], bound by the option rows in dhcp.c. */
#pragma once

#include "pxed/option.h"

enum dhcp_mode { DHCP_MODE_SERVER, DHCP_MODE_PROXY, DHCP_MODE_OFF };

enum dhcp_foreign_rule { DHCP_FOREIGN_WARN, DHCP_FOREIGN_STOP };

struct dhcp_config {
    unsigned mode; /* enum dhcp_mode */
    struct pxed_ranges range;
    struct pxed_addrs router, dns, ntp;
    const char *domain;
    uint64_t mtu;
    uint64_t lease_time; /* milliseconds */
    struct pxed_list option;
    struct pxed_list loader_bios, loader_efi_ia32, loader_efi_x64, loader_efi_arm64, loader_efi_riscv64,
        loader_efi_loongarch64;
    bool uefi_skip_4011;
    bool authoritative;
    unsigned foreign; /* enum dhcp_foreign_rule; of [dhcp] and [subnet] */
    struct pxed_sections subnets, classes, quirks;
    /* of a [subnet] only */
    const char *interface, *shared;
    struct pxed_addr address;
    struct pxed_addrs relay;
    const char *images;
    unsigned believe; /* 0: wire, 1: query; of no effect unless the section sets it */
    /* of a [class] and a [quirk] only */
    struct pxed_list arch, vendor, user, circuit, mac;
    /* of a [quirk] only */
    struct pxed_list ways, ways_proxy;
};
