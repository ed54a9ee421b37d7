/* Names of DHCP options. Pure. */
#include "optname.h"

#include "pxed/diag.h"

static const struct dhcp_optname names[] = {
    {"time-offset", 2, DHCP_VALUE_I32},
    {"routers", 3, DHCP_VALUE_ADDRS},
    {"time-servers", 4, DHCP_VALUE_ADDRS},
    {"name-servers", 5, DHCP_VALUE_ADDRS},
    {"domain-name-servers", 6, DHCP_VALUE_ADDRS},
    {"log-servers", 7, DHCP_VALUE_ADDRS},
    {"cookie-servers", 8, DHCP_VALUE_ADDRS},
    {"lpr-servers", 9, DHCP_VALUE_ADDRS},
    {"impress-servers", 10, DHCP_VALUE_ADDRS},
    {"resource-location-servers", 11, DHCP_VALUE_ADDRS},
    {"host-name", 12, DHCP_VALUE_TEXT},
    {"boot-size", 13, DHCP_VALUE_U16},
    {"merit-dump", 14, DHCP_VALUE_TEXT},
    {"domain-name", 15, DHCP_VALUE_TEXT},
    {"swap-server", 16, DHCP_VALUE_ADDRS},
    {"root-path", 17, DHCP_VALUE_TEXT},
    {"extensions-path", 18, DHCP_VALUE_TEXT},
    {"ip-forwarding", 19, DHCP_VALUE_BOOL},
    {"non-local-source-routing", 20, DHCP_VALUE_BOOL},
    {"policy-filter", 21, DHCP_VALUE_PAIRS},
    {"max-dgram-reassembly", 22, DHCP_VALUE_U16},
    {"default-ip-ttl", 23, DHCP_VALUE_U8},
    {"path-mtu-aging-timeout", 24, DHCP_VALUE_U32},
    {"path-mtu-plateau-table", 25, DHCP_VALUE_U16S},
    {"interface-mtu", 26, DHCP_VALUE_U16},
    {"all-subnets-local", 27, DHCP_VALUE_BOOL},
    {"broadcast-address", 28, DHCP_VALUE_ADDRS},
    {"perform-mask-discovery", 29, DHCP_VALUE_BOOL},
    {"mask-supplier", 30, DHCP_VALUE_BOOL},
    {"router-discovery", 31, DHCP_VALUE_BOOL},
    {"router-solicitation-address", 32, DHCP_VALUE_ADDRS},
    {"static-routes", 33, DHCP_VALUE_PAIRS},
    {"trailer-encapsulation", 34, DHCP_VALUE_BOOL},
    {"arp-cache-timeout", 35, DHCP_VALUE_U32},
    {"ieee802-3-encapsulation", 36, DHCP_VALUE_BOOL},
    {"default-tcp-ttl", 37, DHCP_VALUE_U8},
    {"tcp-keepalive-interval", 38, DHCP_VALUE_U32},
    {"tcp-keepalive-garbage", 39, DHCP_VALUE_BOOL},
    {"nis-domain", 40, DHCP_VALUE_TEXT},
    {"nis-servers", 41, DHCP_VALUE_ADDRS},
    {"ntp-servers", 42, DHCP_VALUE_ADDRS},
    {"vendor-encapsulated-options", 43, DHCP_VALUE_ANY},
    {"netbios-name-servers", 44, DHCP_VALUE_ADDRS},
    {"netbios-dd-server", 45, DHCP_VALUE_ADDRS},
    {"netbios-node-type", 46, DHCP_VALUE_U8},
    {"netbios-scope", 47, DHCP_VALUE_TEXT},
    {"font-servers", 48, DHCP_VALUE_ADDRS},
    {"x-display-manager", 49, DHCP_VALUE_ADDRS},
    {"dhcp-message", 56, DHCP_VALUE_TEXT},
    {"dhcp-max-message-size", 57, DHCP_VALUE_U16},
    {"dhcp-renewal-time", 58, DHCP_VALUE_U32},
    {"dhcp-rebinding-time", 59, DHCP_VALUE_U32},
    {"vendor-class-identifier", 60, DHCP_VALUE_TEXT},
    {"nwip-domain", 62, DHCP_VALUE_TEXT},
    {"nisplus-domain", 64, DHCP_VALUE_TEXT},
    {"nisplus-servers", 65, DHCP_VALUE_ADDRS},
    {"tftp-server-name", 66, DHCP_VALUE_TEXT},
    {"bootfile-name", 67, DHCP_VALUE_TEXT},
    {"mobile-ip-home-agent", 68, DHCP_VALUE_ADDRS},
    {"smtp-server", 69, DHCP_VALUE_ADDRS},
    {"pop-server", 70, DHCP_VALUE_ADDRS},
    {"nntp-server", 71, DHCP_VALUE_ADDRS},
    {"www-server", 72, DHCP_VALUE_ADDRS},
    {"finger-server", 73, DHCP_VALUE_ADDRS},
    {"irc-server", 74, DHCP_VALUE_ADDRS},
    {"streettalk-server", 75, DHCP_VALUE_ADDRS},
    {"streettalk-directory-assistance-server", 76, DHCP_VALUE_ADDRS},
    {"nds-servers", 85, DHCP_VALUE_ADDRS},
    {"nds-tree-name", 86, DHCP_VALUE_TEXT},
    {"nds-context", 87, DHCP_VALUE_TEXT},
    {"uap-servers", 98, DHCP_VALUE_TEXT},
    {"pcode", 100, DHCP_VALUE_TEXT},
    {"tcode", 101, DHCP_VALUE_TEXT},
    {"ipv6-only-preferred", 108, DHCP_VALUE_U32},
    {"v4-captive-portal", 114, DHCP_VALUE_TEXT},
    {"auto-config", 116, DHCP_VALUE_U8},
    {"domain-search", 119, DHCP_VALUE_NAMES},
    {"classless-static-route", 121, DHCP_VALUE_ROUTES},
    {"tftp-server-address", 150, DHCP_VALUE_ADDRS},
    {"pxelinux-magic", 208, DHCP_VALUE_ANY},
    {"pxelinux-config-file", 209, DHCP_VALUE_TEXT},
    {"pxelinux-path-prefix", 210, DHCP_VALUE_TEXT},
    {"pxelinux-reboot-time", 211, DHCP_VALUE_U32},
    {"ms-classless-static-route", 249, DHCP_VALUE_ROUTES},
};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

const struct dhcp_optname *dhcp_optname_find(struct pxed_slice name) {
    for (size_t i = 0; i < NAMES; i++)
        if (pxed_slice_is(name, names[i].name))
            return &names[i];
    return NULL;
}

const struct dhcp_optname *dhcp_optname_of(unsigned number) {
    for (size_t i = 0; i < NAMES; i++)
        if (names[i].number == number)
            return &names[i];
    return NULL;
}

const char *dhcp_optname_near(struct pxed_slice name) {
    const char *words[NAMES + 1];
    for (size_t i = 0; i < NAMES; i++)
        words[i] = names[i].name;
    words[NAMES] = NULL;
    return pxed_nearest(name, words);
}
