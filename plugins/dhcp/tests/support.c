/* Packets made by hand, and a small network to serve. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

const char *const undionly[1] = {"undionly.kpxe"}, *const snponly[1] = {"snponly.efi"};

struct made make(uint8_t type, uint8_t last) {
    struct made p = {.len = DHCP_OPTIONS};
    static const uint8_t head[] = {1, 1, 6, 0, 1, 2, 3, 4};
    memcpy(p.bytes, head, sizeof(head));
    memcpy(p.bytes + 28, (const uint8_t[]){0x52, 0x54, 0, 0, 0, last}, 6);
    memcpy(p.bytes + DHCP_FIXED, "\x63\x82\x53\x63", 4);
    if (type)
        make_option(&p, DHCP_OPT_TYPE, &type, 1);
    return p;
}

void make_option(struct made *p, uint8_t code, const void *data, size_t len) {
    p->bytes[p->len++] = code;
    p->bytes[p->len++] = (uint8_t)len;
    if (len > 0)
        memcpy(p->bytes + p->len, data, len);
    p->len += len;
}

void make_field(struct made *p, size_t at, uint32_t value) {
    for (int i = 0; i < 4; i++)
        p->bytes[at + (size_t)i] = (uint8_t)(value >> (24 - 8 * i));
}

void make_u32(struct made *p, uint8_t code, uint32_t value) {
    make_option(p, code, "\0\0\0\0", 4);
    make_field(p, p->len - 4, value);
}

struct pxed_slice make_end(struct made *p) {
    p->bytes[p->len++] = DHCP_OPT_END;
    return pxed_slice((const char *)p->bytes, p->len);
}

void make_boot(struct made *p, const char *vendor, uint16_t arch, const char *user_class) {
    make_option(p, DHCP_OPT_CLASS, vendor, strlen(vendor));
    make_option(p, DHCP_OPT_ARCH, (const uint8_t[]){(uint8_t)(arch >> 8), (uint8_t)arch}, 2);
    if (user_class)
        make_option(p, DHCP_OPT_USER_CLASS, user_class, strlen(user_class));
}

struct dhcp_message read_message(struct pxed_slice packet) {
    static uint8_t scratch[2048];
    struct dhcp_message m;
    if (dhcp_parse(packet, scratch, sizeof(scratch), &m) != DHCP_PARSED) {
        fprintf(stderr, "a test's packet cannot be parsed\n");
        abort();
    }
    return m;
}

struct pxed_hwaddr mac_of(uint8_t last) {
    return (struct pxed_hwaddr){.type = 1, .len = 6, .bytes = {0x52, 0x54, 0, 0, 0, last}};
}

static struct dhcp_memory memory_new(struct dhcp_lease *old, uint32_t cap) {
    struct dhcp_memory m = {.cap = cap, .heads = cap};
    m.entries = realloc(old, sizeof(*m.entries) * cap);
    m.mac_heads = malloc(sizeof(uint32_t) * cap);
    m.ip_heads = malloc(sizeof(uint32_t) * cap);
    return m;
}

void net_open(struct net *n, uint32_t first, uint32_t last) {
    *n = (struct net){.now = 1000000};
    n->scope.net = n->scope.server = SERVER;
    n->scope.prefix = 24;
    if (first)
        dhcp_scope_add_pool(&n->scope, first, last);
    n->memory = memory_new(NULL, 4);
    dhcp_leases_init(&n->t, n->memory, &n->scope, 1, 0x1234567);
}

void net_open_kept(struct net *n, struct pxed_host *host, struct pxed_hwaddr *mac) {
    *mac = mac_of(9);
    net_open(n, POOL_FIRST, POOL_LAST);
    *host = (struct pxed_host){.macs = mac, .n_macs = 1, .ip = pxed_addr_v4(HOST_IP)};
    n->kept_ip = HOST_IP;
    n->kept_mac = *mac;
}

void net_close(struct net *n) {
    free(n->t.memory.entries);
    free(n->t.memory.mac_heads);
    free(n->t.memory.ip_heads);
}

void net_room(struct net *n) {
    if (dhcp_leases_room(&n->t, 1))
        return;
    struct dhcp_memory old = n->t.memory;
    dhcp_leases_grow(&n->t, memory_new(old.entries, old.cap * 2));
    free(old.mac_heads);
    free(old.ip_heads);
}

static bool by_other(void *arg, uint32_t ip, const struct pxed_hwaddr *mac) {
    const struct net *n = arg;
    return n->kept_ip != 0 && ip == n->kept_ip && !pxed_hwaddr_eq(mac, &n->kept_mac) &&
           (n->kept_also.len == 0 || !pxed_hwaddr_eq(mac, &n->kept_also));
}

struct dhcp_reserved net_reserved(struct net *n) {
    return (struct dhcp_reserved){by_other, n, 0};
}

struct dhcp_action net_serve(struct net *n, struct pxed_slice packet, const struct pxed_host *host, bool unicast) {
    struct dhcp_message m = read_message(packet);
    struct dhcp_facts facts;
    if (!dhcp_facts(&m, NULL, &facts))
        return (struct dhcp_action){.what = DHCP_SILENT, .reason = PXED_WHY_DHCP_MALFORMED};
    struct dhcp_query q = {.m = &m,
                           .facts = &facts,
                           .server = SERVER,
                           .host = host,
                           .source = n->source ? n->source : m.ciaddr,
                           .unicast = unicast,
                           .reserved = net_reserved(n),
                           .known = n->known,
                           .cannot_write = n->cannot_write,
                           .doubt = n->doubt,
                           .lease_ms = 3600 * 1000,
                           .now = n->now};
    net_room(n);
    return dhcp_serve(&n->t, &q);
}

void net_stored(struct net *n, const struct dhcp_action *a) {
    dhcp_lease_at(&n->t, a->lease)->pending = NULL;
    dhcp_lease_bind(&n->t, a->lease, n->now + a->lease_ms, PXED_NO_SLICE);
    dhcp_lease_settle(&n->t, a->lease, n->now);
}

uint32_t net_lease(struct net *n, uint8_t last, const struct pxed_host *host) {
    struct made d = make(DHCP_DISCOVER, last);
    struct dhcp_action offer = net_serve(n, make_end(&d), host, false);
    if (offer.what != DHCP_SAY || offer.type != DHCP_OFFER)
        return 0;
    struct made r = make(DHCP_REQUEST, last);
    make_u32(&r, DHCP_OPT_SERVER_ID, SERVER);
    make_u32(&r, DHCP_OPT_REQUESTED, offer.yiaddr);
    struct dhcp_action ack = net_serve(n, make_end(&r), host, false);
    if (ack.what != DHCP_STORE || ack.type != DHCP_ACK || ack.yiaddr != offer.yiaddr)
        return 0;
    net_stored(n, &ack);
    return ack.yiaddr;
}

struct pxed_slice reply_option(struct pxed_slice packet, uint8_t code) {
    static struct dhcp_message m;
    m = read_message(packet);
    return m.options[code];
}
