/* `pxed snippet dnsmasq`: lines of dnsmasq.conf. */
#include "snippet.h"

void snippet_dnsmasq(const struct snippet *s, FILE *out) {
    char mac[PXED_MAC_TEXT], ip[PXED_ADDR_TEXT];
    const char *whom = s->some ? "tag:pxed," : "";
    fprintf(out,
            "# dnsmasq: boot data of pxed at %s, for %s.\n"
            "# Save it as /etc/dnsmasq.d/pxed.conf, try `dnsmasq --test`, restart dnsmasq. It needs no dhcp-boot and\n"
            "# no pxe-service beside it.\n",
            s->server, s->some ? "the hosts named here" : "every machine that boots from the network");
    fputs("dhcp-userclass=set:pxed-ipxe,iPXE\n", out);
    fprintf(out, "dhcp-boot=%stag:pxed-ipxe,%s,%s,%s\n", whom, s->ipxe, s->server, s->server);
    fprintf(out, "# iPXE need not wait for another boot server\ndhcp-option-force=%stag:pxed-ipxe,encap:175,176,1b\n",
            whom);
    for (size_t i = 0; i < s->n_loaders; i++) {
        const struct snippet_loader *l = &s->loaders[i];
        for (size_t a = 0; a < l->n_arches; a++)
            fprintf(out, "dhcp-match=set:pxed-%s,option:client-arch,%u\n", l->word, l->arches[a]);
        if (l->http)
            fprintf(out, "dhcp-option-force=%stag:!pxed-ipxe,tag:pxed-%s,60,HTTPClient\n", whom, l->word);
        fprintf(out, "dhcp-boot=%stag:!pxed-ipxe,tag:pxed-%s,%s,%s,%s\n", whom, l->word, l->file, s->server, s->server);
    }
    for (size_t i = 0; i < s->n_hosts; i++) {
        const struct pxed_host *h = s->hosts[i];
        if (h->ip.family != 4 && !s->some)
            continue;
        fprintf(out, "dhcp-host=%s%s", snippet_mac(h, ":", mac), s->some ? ",set:pxed" : "");
        if (h->ip.family == 4)
            fprintf(out, ",%s", pxed_addr_text(&h->ip, ip));
        fprintf(out, ",%.*s\n", PXED_S(h->name));
    }
}
