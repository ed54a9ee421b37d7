/* `pxed snippet kea`: members of Kea's "Dhcp4". */
#include "snippet.h"

static void kea_hosts_test(const struct snippet *s, FILE *out) {
    char mac[PXED_MAC_TEXT];
    fputs("    { \"name\": \"pxed-hosts\",\n      \"test\": \"", out);
    for (size_t i = 0; i < s->n_hosts; i++)
        fprintf(out, "%spkt4.mac == 0x%s", i > 0 ? " or " : "", snippet_mac(s->hosts[i], "", mac));
    fputs("\" },\n", out);
}

static void kea_loader(const struct snippet *s, const struct snippet_loader *l, FILE *out) {
    fprintf(out, ",\n    { \"name\": \"pxed-%s\",\n      \"test\": \"%snot member('pxed-ipxe') and (", l->word,
            s->some ? "member('pxed-hosts') and " : "");
    for (size_t a = 0; a < l->n_arches; a++)
        fprintf(out, "%ssubstring(option[93].hex,0,2) == 0x%04x", a > 0 ? " or " : "", l->arches[a]);
    fprintf(out, ")\",\n      \"next-server\": \"%s\", \"server-hostname\": \"%s\", \"boot-file-name\": \"%s\"",
            s->server, s->server, l->file);
    if (l->http)
        fputs(",\n      \"option-data\": [ { \"name\": \"vendor-class-identifier\", \"data\": \"HTTPClient\", "
              "\"always-send\": true } ]",
              out);
    fputs(" }", out);
}

static void kea_reservations(const struct snippet *s, FILE *out) {
    char mac[PXED_MAC_TEXT], ip[PXED_ADDR_TEXT];
    bool any = false;
    for (size_t i = 0; i < s->n_hosts; i++) {
        const struct pxed_host *h = s->hosts[i];
        if (h->ip.family != 4)
            continue;
        fputs(any ? ",\n"
                  : ",\n  \"reservations-global\": true,\n  \"reservations-in-subnet\": true,\n"
                    "  \"reservations\": [\n",
              out);
        any = true;
        fprintf(out, "    { \"hw-address\": \"%s\", \"ip-address\": \"%s\", \"hostname\": \"%.*s\" }",
                snippet_mac(h, ":", mac), pxed_addr_text(&h->ip, ip), PXED_S(h->name));
    }
    fputs(any ? "\n  ]\n" : "\n", out);
}

void snippet_kea(const struct snippet *s, FILE *out) {
    fprintf(
        out,
        "  // Kea: boot data of pxed at %s, for %s.\n"
        "  // Save it as /etc/kea/pxed.json, put `<?include \"/etc/kea/pxed.json\"?>,` first into \"Dhcp4\": { ... },\n"
        "  // and try `kea-dhcp4 -t FILE`. Where there are client-classes or reservations already, merge them.\n"
        "  \"client-classes\": [\n",
        s->server, s->some ? "the hosts named here" : "every machine that boots from the network");
    if (s->some)
        kea_hosts_test(s, out);
    fprintf(out,
            "    { \"name\": \"pxed-ipxe\",\n      \"test\": \"%soption[77].hex == 'iPXE'\",\n"
            "      \"next-server\": \"%s\", \"server-hostname\": \"%s\", \"boot-file-name\": \"%s\",\n"
            "      // iPXE need not wait for another boot server\n"
            "      \"option-data\": [ { \"code\": 175, \"csv-format\": false, \"data\": \"B00101\", "
            "\"always-send\": true } ] }",
            s->some ? "member('pxed-hosts') and " : "", s->server, s->server, s->ipxe);
    for (size_t i = 0; i < s->n_loaders; i++)
        kea_loader(s, &s->loaders[i], out);
    fputs("\n  ]", out);
    kea_reservations(s, out);
}
