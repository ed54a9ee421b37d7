/* What `pxed snippet` tells a DHCP server or relay that stays: one writer for each kind. */
#pragma once

#include <stdio.h>

#include "offline.h"

enum { SNIPPET_LOADERS = 6, SNIPPET_ARCHES = 2 };

/* A kind of firmware and what it is to load. */
struct snippet_loader {
    const char *word;                /* "efi-x64" */
    unsigned arches[SNIPPET_ARCHES]; /* of option 93 (RFC 4578 2.1) */
    size_t n_arches;
    bool http;        /* firmware that boots by HTTP: `file` is a URL, and option 60 must say HTTPClient */
    const char *file; /* a name on TFTP, or a URL */
};

struct snippet {
    struct offline o;
    struct plugins all; /* every plugin's rows, if the dhcp plugin is not loaded */
    struct pxed_arena arena;
    const char *server; /* pxed's address */
    const char *script; /* the boot script's URL, to which a MAC is appended: http://pxe-server/boot/home.php?mac= */
    const char *ipxe;   /* the same with iPXE's word for its own MAC */
    const struct pxed_addr *net; /* of the interface that has this address; NULL: not known */
    uint8_t prefix;
    struct snippet_loader loaders[SNIPPET_LOADERS];
    size_t n_loaders;
    const struct pxed_host **hosts; /* those that were named, or all */
    size_t n_hosts;
    bool some; /* hosts were named: boot data is for them alone */
};

typedef void snippet_writer(const struct snippet *s, FILE *out);
snippet_writer snippet_dnsmasq, snippet_kea, snippet_isc, snippet_windows, snippet_mikrotik, snippet_opnsense,
    snippet_cisco, snippet_juniper;

/* Of a host's first port: "08:00:27:4d:4d:aa" with this separator; static storage of the caller. */
static inline const char *snippet_mac(const struct pxed_host *h, const char *separator,
                                      char text[static PXED_MAC_TEXT]) {
    return pxed_mac_text(&h->macs[0], separator, text);
}
