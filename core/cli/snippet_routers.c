/* `pxed snippet mikrotik|opnsense|cisco|juniper`: routers that lease addresses or relay requests. */
#include "snippet.h"

#include <string.h>

static const char *router_file(const struct snippet *s, const char *word) {
    for (size_t i = 0; i < s->n_loaders; i++)
        if (strcmp(s->loaders[i].word, word) == 0)
            return s->loaders[i].file;
    return "";
}

static void router_net(const struct snippet *s, char text[static PXED_ADDR_TEXT]) {
    struct pxed_addr net =
        s->net ? pxed_addr_v4(pxed_addr_u32(s->net) & pxed_prefix_mask(s->prefix)) : (struct pxed_addr){0};
    pxed_addr_text(s->net ? &net : &(struct pxed_addr){4, {10, 0, 0, 0}}, text);
}

/* ---- RouterOS ---- */

static void mikrotik_leases(const struct snippet *s, const char *sets, FILE *out) {
    char mac[PXED_MAC_TEXT], ip[PXED_ADDR_TEXT];
    for (size_t i = 0; i < s->n_hosts; i++) {
        const struct pxed_host *h = s->hosts[i];
        if (h->ip.family == 4)
            fprintf(out, "/ip dhcp-server lease add server=dhcp1 mac-address=%s address=%s comment=\"%.*s\"%s\n",
                    snippet_mac(h, ":", mac), pxed_addr_text(&h->ip, ip), PXED_S(h->name), sets);
    }
}

void snippet_mikrotik(const struct snippet *s, FILE *out) {
    char net[PXED_ADDR_TEXT];
    router_net(s, net);
    fprintf(out,
            "# MikroTik RouterOS 7: boot data of pxed at %s. Never tried on a device.\n"
            "# Put your server's name for dhcp1 and your pool's for pool1; the matchers need RouterOS 7.4 or later.\n"
            "%s",
            s->server,
            s->some
                ? "# The matchers go by firmware: they concern every machine that boots from the network, not only the "
                  "hosts named.\n"
                : "");
    fprintf(out, "/ip dhcp-server network set [find address=\"%s/%u\"] next-server=%s boot-file-name=\"%s\"\n", net,
            s->net ? s->prefix : 24, s->server, router_file(s, "bios"));
    fprintf(out, "/ip dhcp-server option add name=pxed-ipxe code=67 value=\"s'%s\\${net0/mac}'\"\n", s->script);
    fputs("/ip dhcp-server option sets add name=pxed-ipxe options=pxed-ipxe\n"
          "/ip dhcp-server matcher add name=pxed-ipxe server=dhcp1 address-pool=pool1 code=77 value=\"iPXE\" "
          "option-set=pxed-ipxe\n",
          out);
    for (size_t i = 0; i < s->n_loaders; i++) {
        const struct snippet_loader *l = &s->loaders[i];
        if (l->http || l->arches[0] == 0)
            continue; /* HTTP boot needs option 60 in the answer, and the default above is for BIOS */
        fprintf(out, "/ip dhcp-server option add name=pxed-%s code=67 value=\"s'%s'\"\n", l->word, l->file);
        fprintf(out, "/ip dhcp-server option sets add name=pxed-%s options=pxed-%s\n", l->word, l->word);
        for (size_t a = 0; a < l->n_arches; a++)
            fprintf(out,
                    "/ip dhcp-server matcher add name=pxed-%s-%u server=dhcp1 address-pool=pool1 code=60 "
                    "matching-type=substring value=\"PXEClient:Arch:%05u\" option-set=pxed-%s\n",
                    l->word, l->arches[a], l->arches[a], l->word);
    }
    mikrotik_leases(s, "", out);
    fprintf(
        out,
        "# Or, where RouterOS only relays (LOCAL: its address on the machines' network), to pxed beside your server:\n"
        "# /ip dhcp-relay add name=pxed interface=INTERFACE local-address=LOCAL dhcp-server=YOUR-SERVER,%s "
        "disabled=no\n",
        s->server);
}

/* ---- OPNsense ---- */

void snippet_opnsense(const struct snippet *s, FILE *out) {
    char mac[PXED_MAC_TEXT], ip[PXED_ADDR_TEXT];
    fprintf(out,
            "# OPNsense: boot data of pxed at %s. Never tried on a device. The fields of its web pages:\n"
            "Services: ISC DHCPv4: [INTERFACE]: Network booting\n"
            "  Enable network booting       yes\n"
            "  Set next-server IP           %s\n"
            "  Set default bios filename    %s\n"
            "  Set x86 UEFI (32-bit) filename   %s\n"
            "  Set x64 UEFI/EBC (64-bit) filename   %s\n"
            "  Set iPXE boot filename       %s\n",
            s->server, s->server, router_file(s, "bios"), router_file(s, "efi-ia32"), router_file(s, "efi-x64"),
            s->ipxe);
    if (s->some)
        fputs("# These fields concern every machine that boots from the network, not only the hosts named.\n", out);
    for (size_t i = 0; i < s->n_hosts; i++) {
        const struct pxed_host *h = s->hosts[i];
        if (h->ip.family == 4)
            fprintf(out,
                    "Services: ISC DHCPv4: [INTERFACE]: DHCP Static Mappings: add\n"
                    "  MAC address %s   IP address %s   Hostname %.*s\n",
                    snippet_mac(h, ":", mac), pxed_addr_text(&h->ip, ip), PXED_S(h->name));
    }
    fputs("# With Dnsmasq or Kea as its DHCP server: `pxed snippet dnsmasq`, `pxed snippet kea`.\n", out);
    fprintf(out, "# Where it only relays: Services: DHCRelay, a destination with your server and %s.\n", s->server);
}

/* ---- Cisco IOS ---- */

static void cisco_pools(const struct snippet *s, FILE *out) {
    char mac[PXED_MAC_TEXT], ip[PXED_ADDR_TEXT];
    for (size_t i = 0; i < s->n_hosts; i++) {
        const struct pxed_host *h = s->hosts[i];
        const char *hex = snippet_mac(h, "", mac);
        if (h->ip.family == 4)
            fprintf(out, "ip dhcp pool pxed-%.*s\n host %s /%u\n client-identifier 01%.2s.%.4s.%.4s.%.2s\n",
                    PXED_S(h->name), pxed_addr_text(&h->ip, ip), h->prefix ? h->prefix : 24, hex, hex + 2, hex + 6,
                    hex + 10);
    }
}

void snippet_cisco(const struct snippet *s, FILE *out) {
    fprintf(
        out,
        "! Cisco IOS: pxed at %s. Never tried on a device.\n"
        "! The switch or router relays: pxed gets the requests beside your server, and says what to boot by itself.\n"
        "! It must listen to relays of this network; put your interface for Vlan10.\n"
        "interface Vlan10\n ip helper-address %s\n!\n"
        "! Or IOS leases addresses itself (put your pool's name for POOL). It does not tell BIOS from UEFI: this is\n"
        "! BIOS; \"%s\" would be UEFI. With the relay above it is not needed.\n"
        "!ip dhcp pool POOL\n! next-server %s\n! bootfile %s\n",
        s->server, s->server, router_file(s, "efi-x64"), s->server, router_file(s, "bios"));
    cisco_pools(s, out);
}

/* ---- Junos ---- */

void snippet_juniper(const struct snippet *s, FILE *out) {
    char mac[PXED_MAC_TEXT], ip[PXED_ADDR_TEXT], net[PXED_ADDR_TEXT];
    router_net(s, net);
    fprintf(
        out,
        "# Junos: pxed at %s. Never tried on a device.\n"
        "# It relays: pxed gets the requests beside your server (add that, too), and says what to boot by itself.\n"
        "# Put your interface for irb.10.\n"
        "set forwarding-options dhcp-relay server-group pxed %s\n"
        "# set forwarding-options dhcp-relay server-group pxed YOUR-SERVER\n"
        "set forwarding-options dhcp-relay group pxed active-server-group pxed\n"
        "set forwarding-options dhcp-relay group pxed interface irb.10\n"
        "# Or it leases addresses itself (put your pool's name for POOL). It does not tell BIOS from UEFI: this is\n"
        "# BIOS; \"%s\" would be UEFI. With the relay above it is not needed.\n"
        "# set access address-assignment pool POOL family inet network %s/%u\n"
        "# set access address-assignment pool POOL family inet dhcp-attributes boot-server %s\n"
        "# set access address-assignment pool POOL family inet dhcp-attributes boot-file %s\n",
        s->server, s->server, router_file(s, "efi-x64"), net, s->net ? s->prefix : 24, s->server,
        router_file(s, "bios"));
    for (size_t i = 0; i < s->n_hosts; i++) {
        const struct pxed_host *h = s->hosts[i];
        if (h->ip.family == 4)
            fprintf(
                out,
                "# set access address-assignment pool POOL family inet host %.*s hardware-address %s ip-address %s\n",
                PXED_S(h->name), snippet_mac(h, ":", mac), pxed_addr_text(&h->ip, ip));
    }
}
