/* A small site, and boot clients that ask it. */
#include "site.h"

#include "suite.h"

struct dhcp_config config;
struct dhcp_site site;
struct pxed_verdict armed;

void site_setup(void) {
    static struct pxed_addr router, dns[2];
    router = pxed_addr_v4(SERVER);
    dns[0] = pxed_addr_v4(IP4(10, 77, 0, 3));
    dns[1] = pxed_addr_v4(IP4(10, 77, 0, 4));
    config = (struct dhcp_config){.mode = DHCP_MODE_SERVER,
                                  .router = {&router, 1},
                                  .dns = {dns, 2},
                                  .domain = "lab",
                                  .loader_bios = {undionly, NULL, 1},
                                  .loader_efi_x64 = {snponly, NULL, 1}};
    site = (struct dhcp_site){
        .config = &config, .extra = PXED_SLICE("\x96\4\1\2\3\4"), .server = SERVER, .net = SERVER, .prefix = 24};
    armed = (struct pxed_verdict){.offer_boot = true, .install = true, .script_url = SCRIPT};
}

struct dhcp_message site_client(struct made *p, uint8_t type, const char *vendor, uint16_t arch, const char *user) {
    *p = make(type, 1);
    make_boot(p, vendor, arch, user);
    return read_message(make_end(p));
}

struct dhcp_boot site_boot(const struct dhcp_message *m, bool proxy, const struct pxed_verdict *verdict,
                           struct dhcp_facts *facts) {
    struct dhcp_boot boot;
    ck_assert(dhcp_facts(m, NULL, facts));
    dhcp_boot(&config, proxy, facts, verdict, &boot);
    return boot;
}
