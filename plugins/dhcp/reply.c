/* Turns a decision into a packet, and finds its destination. Pure. */
#include "reply.h"
#include "wire/build.h"

enum {
    HTYPE_ETHERNET = 1,
    PXE_MAX = 96 /* of option 43: a menu, a mark, an item */
};

static struct dhcp_header header_for(const struct dhcp_message *m) {
    struct dhcp_header head = {.htype = m->htype, .hlen = m->hlen, .flags = m->flags, .xid = m->xid};
    head.giaddr = m->giaddr;
    memcpy(head.chaddr, m->chaddr, sizeof(head.chaddr));
    return head;
}

static struct pxed_slice addr_text(uint32_t ip, char text[PXED_ADDR_TEXT]) {
    struct pxed_addr addr = pxed_addr_v4(ip);
    return pxed_slice_of(pxed_addr_text(&addr, text));
}

/* ---- network parameters ---- */

enum { ADDRS_MAX = 8 };

/* Returns whether there were any. */
static bool put_addrs(struct dhcp_builder *b, enum dhcp_option code, const struct pxed_addrs *addrs) {
    uint8_t bytes[4 * ADDRS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < addrs->n && n < sizeof(bytes); i++) {
        if (addrs->items[i].family != 4)
            continue;
        memcpy(bytes + n, addrs->items[i].bytes, 4);
        n += 4;
    }
    if (n > 0)
        dhcp_put(b, code, bytes, n);
    return n > 0;
}

/* The host's own variable wins over the key of [dhcp]. */
static bool put_host_addrs(struct dhcp_builder *b, enum dhcp_option code, const struct pxed_host *host, const char *var,
                           const struct pxed_addrs *fallback) {
    struct pxed_slice words = host ? pxed_host_value(host, var) : PXED_NO_SLICE;
    struct pxed_addr own[ADDRS_MAX];
    struct pxed_addrs addrs = {own, 0};
    for (struct pxed_slice word; addrs.n < ADDRS_MAX && (word = pxed_slice_word(&words, " \t,")).len > 0;)
        if (pxed_addr_parse(word, &own[addrs.n]) && own[addrs.n].family == 4)
            addrs.n++;
    return put_addrs(b, code, addrs.n > 0 ? &addrs : fallback);
}

/* Debian's installer stops at a question if DHCP names no default route, even with priority=critical. If none is
 * configured, only the installer gets our address; the installed system sends another vendor class and gets none. */
static bool stops_without_router(const struct dhcp_site *site, const struct dhcp_message *m,
                                 const struct pxed_host *host) {
    return !site->far && site->config->router.n == 0 && (!host || pxed_host_value(host, "gateway").len == 0) &&
           pxed_slice_is(m->options[DHCP_OPT_CLASS], "d-i");
}

/* Of the configured routers, those that a machine behind a relay can reach; then the relay, which is one. */
static void put_routers(struct dhcp_builder *b, const struct dhcp_site *site, const struct pxed_host *host) {
    struct pxed_addr near[ADDRS_MAX];
    struct pxed_addrs addrs = {near, 0};
    const struct pxed_addrs *all = &site->config->router;
    for (size_t i = 0; i < all->n && addrs.n < ADDRS_MAX; i++)
        if (((pxed_addr_u32(&all->items[i]) ^ site->net) & pxed_prefix_mask(site->prefix)) == 0)
            near[addrs.n++] = all->items[i];
    if (addrs.n == 0 && site->relay != 0)
        near[addrs.n++] = pxed_addr_v4(site->relay);
    put_host_addrs(b, DHCP_OPT_ROUTER, host, "gateway", site->far ? &addrs : all);
}

/* What the line says of a net (gateway=, the prefix of ip=) is said of the net of its address. A machine that is given
 * another one, as where ip= lies in a VLAN and the machine boots outside of it, would get a router that it cannot
 * reach. */
static const struct pxed_host *host_of_net(const struct pxed_host *host, const struct dhcp_message *m,
                                           const struct dhcp_action *action) {
    uint32_t given = action->yiaddr ? action->yiaddr : m->ciaddr;
    return host && host->ip.family == 4 && pxed_addr_u32(&host->ip) != given ? NULL : host;
}

static uint32_t reply_netmask(const struct dhcp_site *site, const struct pxed_host *host) {
    return pxed_prefix_mask(host && host->prefix && host->ip.family == 4 ? host->prefix : site->prefix);
}

/* A reply is useless without these, so they come before anything that a client or relay can make long; EDK2 ignores a
 * lease without a mask (PROTOCOLS.md 0.6). Next is what the relay wants back. */
static void put_mandatory(struct dhcp_builder *b, const struct dhcp_site *site, const struct dhcp_message *m,
                          const struct dhcp_action *action, const struct pxed_host *host) {
    if (action->type != DHCP_BOOTP) {
        dhcp_put_u8(b, DHCP_OPT_TYPE, (uint8_t)action->type);
        dhcp_put_u32(b, DHCP_OPT_SERVER_ID, action->server_id);
    }
    if (action->lease_ms > 0)
        dhcp_put_u32(b, DHCP_OPT_LEASE_TIME, (uint32_t)(action->lease_ms / 1000));
    dhcp_put_u32(b, DHCP_OPT_NETMASK, reply_netmask(site, host_of_net(host, m, action)));
    dhcp_echo_relay(b, m->options[DHCP_OPT_RELAY]);
}

static void put_network(struct dhcp_builder *b, const struct dhcp_site *site, const struct dhcp_message *m,
                        const struct dhcp_action *action, const struct pxed_host *host) {
    const struct pxed_host *near = host_of_net(host, m, action);
    if (action->lease_ms > 0) {
        uint32_t seconds = (uint32_t)(action->lease_ms / 1000);
        dhcp_put_u32(b, DHCP_OPT_T1, seconds / 2);
        dhcp_put_u32(b, DHCP_OPT_T2, seconds - seconds / 8);
    }
    if (stops_without_router(site, m, near))
        dhcp_put_u32(b, DHCP_OPT_ROUTER, site->server);
    else
        put_routers(b, site, near);
    if (!put_host_addrs(b, DHCP_OPT_DNS, host, "dns", &site->config->dns) && site->names)
        dhcp_put_u32(b, DHCP_OPT_DNS, site->server);
    if (dhcp_wants(m, DHCP_OPT_BROADCAST))
        dhcp_put_u32(b, DHCP_OPT_BROADCAST, site->net | ~reply_netmask(site, near));
}

static void put_comfort(struct dhcp_builder *b, const struct dhcp_site *site, const struct dhcp_message *m,
                        const struct pxed_host *host) {
    struct pxed_slice domain = host ? pxed_host_value(host, "domain") : PXED_NO_SLICE;
    if (domain.len == 0)
        domain = pxed_slice_of(site->config->domain);
    if (domain.len > 0)
        dhcp_put(b, DHCP_OPT_DOMAIN, domain.ptr, domain.len);
    if (host && host->name.len > 0 && dhcp_wants(m, DHCP_OPT_HOSTNAME))
        dhcp_put(b, DHCP_OPT_HOSTNAME, host->name.ptr, host->name.len);
    put_host_addrs(b, DHCP_OPT_NTP, host, "ntp", &site->config->ntp);
    if (site->config->mtu > 0)
        dhcp_put_u16(b, DHCP_OPT_MTU, (uint16_t)site->config->mtu);
}

static void put_extra(struct dhcp_builder *b, struct pxed_slice extra) {
    struct dhcp_tlv walk = {.rest = extra, .plain = true};
    uint8_t code;
    struct pxed_slice value;
    while (dhcp_tlv_next(&walk, &code, &value))
        dhcp_put(b, code, value.ptr, value.len);
}

/* ---- boot data ---- */

/* PXELINUX takes everything in its boot file up to the last `/`, `:` or `=` as its folder: with a script's URL that is
 * `...home.php?mac=`, unless option 210 names another. RFC 5071 5: the text alone, without a NUL. */
static void put_folder(struct dhcp_builder *b, struct pxed_slice folder) {
    if (folder.len > 0)
        dhcp_put(b, DHCP_OPT_PATH_PREFIX, folder.ptr, folder.len);
}

/* PXE 2.1, vendor's boot server 0x8000: no broadcast, no multicast, only the servers of this list; one of them, one
 * entry, chosen at once. Firmware then asks port 4011 for it by option 43.71. Returns its length. */
static size_t write_menu(uint8_t pxe[static PXE_MAX], uint32_t server) {
    static const uint8_t control[] = {DHCP_PXE_CONTROL, 1, DHCP_PXE_LISTED, DHCP_PXE_SERVERS, 7, 0x80, 0, 1};
    static const uint8_t entry[] = {DHCP_PXE_MENU,   7, 0x80, 0,   4,   'p', 'x', 'e', 'd',
                                    DHCP_PXE_PROMPT, 5, 0,    'p', 'x', 'e', 'd'};
    struct pxed_addr ip = pxed_addr_v4(server);
    memcpy(pxe, control, sizeof(control));
    memcpy(pxe + sizeof(control), ip.bytes, 4);
    memcpy(pxe + sizeof(control) + 4, entry, sizeof(entry));
    return sizeof(control) + 4 + sizeof(entry);
}

/* The texts that the ROM of a Raspberry Pi 3 looks for; later models ignore them. Returns their length. */
static size_t write_raspberry(uint8_t *pxe) {
    static const uint8_t mark[] = {DHCP_PXE_MENU,
                                   20,
                                   0,
                                   0,
                                   17,
                                   'R',
                                   'a',
                                   's',
                                   'p',
                                   'b',
                                   'e',
                                   'r',
                                   'r',
                                   'y',
                                   ' ',
                                   'P',
                                   'i',
                                   ' ',
                                   'B',
                                   'o',
                                   'o',
                                   't',
                                   DHCP_PXE_PROMPT,
                                   4,
                                   0,
                                   'P',
                                   'X',
                                   'E'};
    memcpy(pxe, mark, sizeof(mark));
    return sizeof(mark);
}

static void put_boot(struct dhcp_builder *b, const struct dhcp_message *m, uint32_t ip, struct pxed_slice server,
                     const struct dhcp_boot *boot) {
    static const uint8_t no_proxy[] = {DHCP_IPXE_NO_PROXY, 1, 1};
    uint8_t pxe[PXE_MAX];
    size_t n = 0;
    struct pxed_slice item;
    if (boot->class.ptr)
        dhcp_put(b, DHCP_OPT_CLASS, boot->class.ptr, boot->class.len);
    if (boot->use_file) {
        memcpy(pxe, (const uint8_t[]){DHCP_PXE_CONTROL, 1, DHCP_PXE_USE_FILE}, 3);
        n = 3;
    } else if (boot->menu) {
        n = write_menu(pxe, ip);
    }
    if (boot->raspberry)
        n += write_raspberry(pxe + n);
    /* A boot server request names the item it wants and waits for the same one (PROTOCOLS.md 5). */
    if (dhcp_tlv_find(m->options[DHCP_OPT_VENDOR], false, DHCP_PXE_ITEM, &item) && item.len == 4) {
        pxe[n++] = DHCP_PXE_ITEM;
        pxe[n++] = 4;
        memcpy(pxe + n, item.ptr, 4);
        n += 4;
    }
    if (n > 0) {
        pxe[n++] = DHCP_OPT_END;
        dhcp_put(b, DHCP_OPT_VENDOR, pxe, n);
    }
    dhcp_put_text(b, DHCP_OPT_BOOT_FILE, boot->file);
    dhcp_put_text(b, DHCP_OPT_TFTP_NAME, server);
    if (boot->no_proxy)
        dhcp_put(b, DHCP_OPT_IPXE, no_proxy, sizeof(no_proxy));
    put_folder(b, boot->folder);
}

/* Options that come back as they were sent: 97 (PXE 2.1), 61 (RFC 6842), 118 (RFC 3011). */
static void put_echo(struct dhcp_builder *b, const struct dhcp_message *m, bool uuid) {
    static const enum dhcp_option echoed[] = {DHCP_OPT_CLIENT_ID, DHCP_OPT_SUBNET};
    struct pxed_slice id = m->options[DHCP_OPT_UUID];
    if (uuid && id.len == 17)
        dhcp_put(b, DHCP_OPT_UUID, id.ptr, id.len);
    for (size_t i = 0; i < sizeof(echoed) / sizeof(echoed[0]); i++) {
        struct pxed_slice value = m->options[echoed[i]];
        if (value.len > 0)
            dhcp_put(b, echoed[i], value.ptr, value.len);
    }
}

/* ---- replies ---- */

static size_t build_nak(const struct dhcp_message *m, const struct dhcp_action *action, uint8_t *packet) {
    struct dhcp_header head = header_for(m);
    struct dhcp_builder b;
    if (m->giaddr != 0) /* RFC 2131 4.3.2: the relay must broadcast it, the client has no address */
        head.flags |= DHCP_FLAG_BROADCAST;
    dhcp_build(&b, packet, dhcp_budget(m), &head);
    dhcp_put_u8(&b, DHCP_OPT_TYPE, DHCP_NAK);
    dhcp_put_u32(&b, DHCP_OPT_SERVER_ID, action->server_id);
    dhcp_echo_relay(&b, m->options[DHCP_OPT_RELAY]);
    put_echo(&b, m, false);
    return dhcp_finish(&b);
}

size_t dhcp_reply(const struct dhcp_site *site, const struct dhcp_message *m, const struct dhcp_facts *facts,
                  const struct dhcp_action *action, const struct pxed_host *host, const struct dhcp_boot *boot,
                  uint8_t *packet) {
    if (action->type == DHCP_NAK)
        return build_nak(m, action, packet);
    char text[PXED_ADDR_TEXT];
    struct pxed_slice server = addr_text(site->server, text);
    struct dhcp_header head = header_for(m);
    struct dhcp_builder b;
    head.ciaddr = action->type == DHCP_ACK ? m->ciaddr : 0;
    head.yiaddr = action->yiaddr;
    head.siaddr = site->server; /* always: iPXE ignores a file without it (PROTOCOLS.md 0.12) */
    if (boot->offered) {
        head.sname = server;
        head.file = boot->file;
    }
    /* RFC 1542 2.1: a BOOTP client takes 300 bytes */
    dhcp_build(&b, packet, action->type == DHCP_BOOTP ? (size_t)DHCP_PADDED : dhcp_budget(m), &head);
    put_mandatory(&b, site, m, action, host);
    dhcp_leave_out(&b, site->extra); /* those win over our own */
    put_network(&b, site, m, action, host);
    if (boot->offered)
        put_boot(&b, m, site->server, server, boot);
    put_echo(&b, m, facts->seen.boots);
    put_comfort(&b, site, m, host);
    if (!boot->offered)
        put_extra(&b, site->extra_without_boot);
    dhcp_leave_out(&b, PXED_NO_SLICE);
    put_extra(&b, site->extra);
    return dhcp_finish(&b);
}

size_t dhcp_proxy_reply(const struct dhcp_site *site, const struct dhcp_message *m, enum dhcp_type type,
                        const struct dhcp_boot *boot, uint8_t *packet) {
    char text[PXED_ADDR_TEXT];
    struct pxed_slice server = addr_text(site->server, text);
    struct dhcp_header head = header_for(m);
    struct dhcp_builder b;
    if (type == DHCP_OFFER)
        head.flags |= DHCP_FLAG_BROADCAST; /* the client has no address, and this reply gives none */
    head.ciaddr = type == DHCP_ACK ? m->ciaddr : 0;
    head.siaddr = site->server;
    head.sname = server;
    head.file = boot->file;
    dhcp_build(&b, packet, dhcp_budget(m), &head);
    dhcp_put_u8(&b, DHCP_OPT_TYPE, (uint8_t)type);
    dhcp_put_u32(&b, DHCP_OPT_SERVER_ID, site->server);
    dhcp_echo_relay(&b, m->options[DHCP_OPT_RELAY]);
    put_boot(&b, m, site->server, server, boot);
    put_echo(&b, m, true);
    return dhcp_finish(&b);
}

/* ---- destination ---- */

static uint32_t field_u32(const uint8_t *packet, size_t at) {
    return (uint32_t)packet[at] << 24 | (uint32_t)packet[at + 1] << 16 | (uint32_t)packet[at + 2] << 8 | packet[at + 3];
}

static uint8_t reply_type(const uint8_t *packet) {
    /* option 53 is always the first one, except in BOOTP */
    return packet[DHCP_OPTIONS] == DHCP_OPT_TYPE ? packet[DHCP_OPTIONS + 2] : (uint8_t)DHCP_BOOTP;
}

/* A relay may want the answer on the port it asked from (RFC 8357). */
static uint16_t relay_port(const struct dhcp_arrival *a, const struct dhcp_message *m) {
    struct pxed_slice value;
    return dhcp_tlv_find(m->options[DHCP_OPT_RELAY], true, DHCP_RELAY_PORT, &value) ? a->source_port : DHCP_PORT_SERVER;
}

struct dhcp_route dhcp_route(const struct dhcp_arrival *a, const struct dhcp_message *m, const uint8_t *packet) {
    uint32_t ciaddr = field_u32(packet, 12), yiaddr = field_u32(packet, 16), giaddr = field_u32(packet, 24);
    bool broadcast = (packet[10] & 0x80) != 0 || packet[1] != HTYPE_ETHERNET || packet[2] != 6;
    struct dhcp_route everybody = {DHCP_TO_EVERYBODY, UINT32_MAX, DHCP_PORT_CLIENT};
    if (a->port == DHCP_PORT_PXE)
        return (struct dhcp_route){DHCP_TO_ADDRESS, ciaddr ? ciaddr : a->source, a->source_port};
    if (giaddr != 0)
        return (struct dhcp_route){DHCP_TO_ADDRESS, giaddr, relay_port(a, m)};
    if (reply_type(packet) == DHCP_NAK)
        return everybody;
    if (ciaddr != 0)
        return (struct dhcp_route){DHCP_TO_ADDRESS, ciaddr,
                                   a->source == ciaddr ? a->source_port : (uint16_t)DHCP_PORT_CLIENT};
    if (m->type == DHCP_INFORM) /* without ciaddr: to where it came from */
        return (struct dhcp_route){DHCP_TO_ADDRESS, a->source, a->source_port};
    if (broadcast || yiaddr == 0)
        return everybody;
    return (struct dhcp_route){DHCP_TO_STATION, yiaddr, DHCP_PORT_CLIENT};
}
