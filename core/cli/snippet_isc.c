/* `pxed snippet isc`: statements of ISC's dhcpd.conf. */
#include "snippet.h"

static void isc_boots(const struct snippet *s, const char *indent, FILE *out) {
    fprintf(out,
            "%snext-server %s;\n%sif option user-class = \"iPXE\" {\n%s    filename \"%s\";\n"
            "%s    option pxed.no-proxy 1;\n%s}",
            indent, s->server, indent, indent, s->ipxe, indent, indent);
    for (size_t i = 0; i < s->n_loaders; i++) {
        const struct snippet_loader *l = &s->loaders[i];
        fputs(" elsif ", out);
        for (size_t a = 0; a < l->n_arches; a++)
            fprintf(out, "%soption pxed-arch = 00:%02x", a > 0 ? " or " : "", l->arches[a]);
        fprintf(out, " {\n%s    filename \"%s\";\n", indent, l->file);
        if (l->http)
            fprintf(out, "%s    option vendor-class-identifier \"HTTPClient\";\n", indent);
        fprintf(out, "%s}", indent);
    }
    fputc('\n', out);
}

static void isc_hosts(const struct snippet *s, const char *indent, FILE *out) {
    char mac[PXED_MAC_TEXT], ip[PXED_ADDR_TEXT];
    for (size_t i = 0; i < s->n_hosts; i++) {
        const struct pxed_host *h = s->hosts[i];
        if (h->ip.family != 4 && !s->some)
            continue;
        fprintf(out, "%shost %.*s {\n%s    hardware ethernet %s;\n", indent, PXED_S(h->name), indent,
                snippet_mac(h, ":", mac));
        if (h->ip.family == 4)
            fprintf(out, "%s    fixed-address %s;\n", indent, pxed_addr_text(&h->ip, ip));
        fprintf(out, "%s    option host-name \"%.*s\";\n%s}\n", indent, PXED_S(h->name), indent);
    }
}

void snippet_isc(const struct snippet *s, FILE *out) {
    fprintf(
        out,
        "# ISC dhcpd: boot data of pxed at %s, for %s.\n"
        "# Save it as /etc/dhcp/pxed.conf, put `include \"/etc/dhcp/pxed.conf\";` into dhcpd.conf before the subnets,\n"
        "# and try `dhcpd -t`. A filename of a subnet or host would win over these.\n"
        "option pxed-arch code 93 = string;\n"
        "# iPXE need not wait for another boot server\n"
        "option space pxed;\noption pxed.no-proxy code 176 = unsigned integer 8;\n"
        "option pxed-ipxe code 175 = encapsulate pxed;\n",
        s->server, s->some ? "the hosts named here" : "every machine that boots from the network");
    if (s->some) {
        fputs("group {\n", out);
        isc_boots(s, "    ", out);
        isc_hosts(s, "    ", out);
        fputs("}\n", out);
        return;
    }
    isc_boots(s, "", out);
    isc_hosts(s, "", out);
}
