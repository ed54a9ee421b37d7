/* Which boot data a client gets: the file or URL, and the PXE options for it. Pure. */
#pragma once

#include "config.h"
#include "facts.h"
#include "quirk.h"

enum { DHCP_URL_MAX = 512 };

struct dhcp_boot {
    bool offered;            /* there is boot data */
    enum pxed_reason reason; /* why there is none */
    struct pxed_slice file;  /* script URL, loader URL or TFTP name; points into verdict, host, config or url */
    struct pxed_slice class; /* option 60 of the reply; unset: none */
    struct pxed_slice
        folder;     /* option 210 (RFC 5071): where a PXELINUX inside the loader finds its files; unset: none */
    bool use_file;  /* 43.6 = 8: use the file without asking a boot server */
    bool raspberry; /* 43.9, 43.10: the mark without which a Raspberry Pi takes no offer */
    bool menu;      /* 43.6 = 7, 8 to 10: a menu of one entry, that of this server */
    bool no_proxy;  /* 175.176 = 1: iPXE must not wait for a ProxyDHCP offer (PROTOCOLS.md 0.2) */
    char url[DHCP_URL_MAX], with_nonce[DHCP_URL_MAX];
};

/* `verdict` as the core gave it. `proxy`: the reply is a ProxyDHCP's (proxy mode, and port 4011 in both modes), which
 * option 60 marks. */
void dhcp_boot(const struct dhcp_config *config, bool proxy, const struct dhcp_facts *facts,
               const struct pxed_verdict *verdict, struct dhcp_boot *ret);
/* Firmware's boot file is told in this way: an offer on port 67. Others are told in one way only. */
void dhcp_boot_way(struct dhcp_boot *boot, const struct dhcp_facts *facts, enum dhcp_way way);
/* Are there several ways? Firmware that fetches a file by TFTP from here; never iPXE or gPXE, never HTTP boot. */
bool dhcp_boot_has_ways(const struct dhcp_boot *boot, const struct dhcp_facts *facts);
/* Puts `n/NONCE/` before the name of the boot file: into its URL behind /boot/, or before its TFTP name. A URL of
 * another server stays. */
void dhcp_boot_nonce(struct dhcp_boot *boot, const char *nonce, const struct pxed_verdict *verdict);

/* The loader for firmware: the host's loader=, else what the core chose of the key's, else the first of them; unset
 * when there is none. */
struct pxed_slice dhcp_loader(const struct dhcp_config *config, enum pxed_firmware firmware,
                              const struct pxed_verdict *verdict);
/* What the keys list for this firmware; NULL: there is no key. */
const struct pxed_list *dhcp_loaders(const struct dhcp_config *config, enum pxed_firmware firmware);
