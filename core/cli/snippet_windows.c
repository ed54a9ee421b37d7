/* `pxed snippet windows`: PowerShell for the DHCP server of Windows Server 2012 and later. */
#include "snippet.h"

enum { MACS_OF_A_POLICY = 50 };

static void windows_macs(const struct snippet *s, FILE *out) {
    char mac[PXED_MAC_TEXT];
    if (!s->some)
        return;
    fputs(" -MacAddress EQ", out);
    for (size_t i = 0; i < s->n_hosts; i++)
        fprintf(out, ",'%s'", snippet_mac(s->hosts[i], "", mac));
}

/* A policy with its two options; the class it goes by has the same name. */
static void windows_policy(const struct snippet *s, const char *name, bool vendor, const char *file, FILE *out) {
    fprintf(out, "Add-DhcpServerv4Policy -Name '%s' -Condition AND %s EQ,'%s%s'", name,
            vendor ? "-VendorClass" : "-UserClass", name, vendor ? "*" : "");
    windows_macs(s, out);
    fputs(" @scope -WhatIf:$try\n", out);
    fprintf(out, "Set-DhcpServerv4OptionValue -PolicyName '%s' -OptionId 66 -Value '%s' @scope -WhatIf:$try\n", name,
            s->server);
    fprintf(out, "Set-DhcpServerv4OptionValue -PolicyName '%s' -OptionId 67 -Value '%s' @scope -WhatIf:$try\n", name,
            file);
}

static void windows_loader(const struct snippet *s, const struct snippet_loader *l, FILE *out) {
    for (size_t a = 0; a < l->n_arches; a++) {
        const char *client = l->http ? "HTTPClient" : "PXEClient";
        char name[64];
        snprintf(name, sizeof(name), "pxed %s %u", l->word, l->arches[a]);
        fprintf(out, "Add-DhcpServerv4Class -Name '%s' -Type Vendor -Data '%s:Arch:%05u' -WhatIf:$try\n", name, client,
                l->arches[a]);
        windows_policy(s, name, true, l->file, out);
        if (l->http)
            fprintf(out,
                    "Set-DhcpServerv4OptionValue -PolicyName '%s' -OptionId 60 -Value 'HTTPClient' @scope "
                    "-WhatIf:$try\n",
                    name);
    }
}

static void windows_reservations(const struct snippet *s, bool undo, FILE *out) {
    char mac[PXED_MAC_TEXT], ip[PXED_ADDR_TEXT];
    for (size_t i = 0; i < s->n_hosts; i++) {
        const struct pxed_host *h = s->hosts[i];
        if (h->ip.family != 4)
            continue;
        if (undo)
            fprintf(out, "# Remove-DhcpServerv4Reservation -IPAddress %s -WhatIf:$try\n", pxed_addr_text(&h->ip, ip));
        else
            fprintf(out, "Add-DhcpServerv4Reservation @scope -IPAddress %s -ClientId '%s' -Name '%.*s' -WhatIf:$try\n",
                    pxed_addr_text(&h->ip, ip), snippet_mac(h, "-", mac), PXED_S(h->name));
    }
}

static bool windows_http(const struct snippet *s) {
    for (size_t i = 0; i < s->n_loaders; i++)
        if (s->loaders[i].http)
            return true;
    return false;
}

static void windows_undo(const struct snippet *s, FILE *out) {
    fputs("\n# To undo all of it:\n# Remove-DhcpServerv4Policy -Name 'pxed ipxe' @scope -WhatIf:$try\n", out);
    for (size_t i = 0; i < s->n_loaders; i++)
        for (size_t a = 0; a < s->loaders[i].n_arches; a++)
            fprintf(out, "# Remove-DhcpServerv4Policy -Name 'pxed %s %u' @scope -WhatIf:$try\n", s->loaders[i].word,
                    s->loaders[i].arches[a]);
    fputs("# Remove-DhcpServerv4Class -Name 'pxed ipxe' -Type User -WhatIf:$try\n", out);
    for (size_t i = 0; i < s->n_loaders; i++)
        for (size_t a = 0; a < s->loaders[i].n_arches; a++)
            fprintf(out, "# Remove-DhcpServerv4Class -Name 'pxed %s %u' -Type Vendor -WhatIf:$try\n",
                    s->loaders[i].word, s->loaders[i].arches[a]);
    windows_reservations(s, true, out);
    if (windows_http(s))
        fputs("# Only if nothing else uses it:\n# Remove-DhcpServerv4OptionDefinition -OptionId 60 -WhatIf:$try\n",
              out);
}

void snippet_windows(const struct snippet *s, FILE *out) {
    char text[PXED_ADDR_TEXT];
    struct pxed_addr net =
        s->net ? pxed_addr_v4(pxed_addr_u32(s->net) & pxed_prefix_mask(s->prefix)) : (struct pxed_addr){0};
    fprintf(out,
            "# Windows DHCP (PowerShell, module DhcpServer): boot data of pxed at %s, for %s.\n"
            "# Never tried on a Windows server. First run it as it is: nothing is changed. Then with $try = $false.\n"
            "$try = $true\n$scope = @{ ScopeId = '%s' } # the scope of the machines' network\n",
            s->server, s->some ? "the hosts named here" : "every machine that boots from the network",
            s->net ? pxed_addr_text(&net, text) : "10.0.0.0");
    if (s->some && s->n_hosts > MACS_OF_A_POLICY)
        fprintf(out, "# %zu MACs in one policy: the server may refuse so many; name fewer hosts then.\n", s->n_hosts);
    if (windows_http(s))
        fputs("# Option 60 must be defined for HTTP boot; without it leave out the lines with HTTPClient.\n"
              "Add-DhcpServerv4OptionDefinition -OptionId 60 -Name 'ClassIdentifier' -Type String -WhatIf:$try\n",
              out);
    fputs("Add-DhcpServerv4Class -Name 'pxed ipxe' -Type User -Data 'iPXE' -WhatIf:$try\n", out);
    windows_policy(s, "pxed ipxe", false, s->ipxe, out);
    for (size_t i = 0; i < s->n_loaders; i++)
        windows_loader(s, &s->loaders[i], out);
    windows_reservations(s, false, out);
    windows_undo(s, out);
}
