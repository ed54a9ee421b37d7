/* Any bytes through the whole pure path: parse, facts, server and proxy, build, route, and the reply parsed again.
 * The lease table is seeded, so that renewals and refusals are reached. */
#include <stdlib.h>

#include "ahead.h"
#include "class.h"
#include "named.h"
#include "proxy.h"
#include "shared.h"
#include "subnet.h"
#include "support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *packet, size_t len) {
    struct dhcp_message back;
    uint8_t scratch[DHCP_REPLY_MAX];
    if (len < DHCP_PADDED || len > DHCP_REPLY_MAX ||
        dhcp_parse(pxed_slice((const char *)packet, len), scratch, sizeof(scratch), &back) != DHCP_PARSED ||
        back.op != DHCP_BOOTREPLY || back.type == DHCP_BOOTP || back.options[DHCP_OPT_SERVER_ID].len != 4)
        abort();
    if (back.yiaddr != 0 && (back.options[DHCP_OPT_LEASE_TIME].len != 4 || back.options[DHCP_OPT_NETMASK].len != 4))
        abort();
}

/* Which net and class it is of: never a net that did not say so, never a relay that its net does not list. */
static void place(struct net *net, const struct dhcp_message *m, const struct dhcp_facts *facts) {
    static const char *const texts[] = {"00:0c:29:*", "PXEClient*", "efi-x64"};
    static const struct pxed_addrs none;
    struct pxed_addr relay = pxed_addr_v4(IP4(10, 77, 1, 1));
    struct pxed_addrs listed = {&relay, 1};
    struct dhcp_listed relays[] = {{IP4(10, 77, 1, 1), 1}};
    struct dhcp_scope scopes[] = {
        net->scope, {.net = IP4(10, 77, 1, 0), .prefix = 24}, {.net = IP4(10, 78, 0, 0), .prefix = 16}};
    struct dhcp_net items[] = {
        {.beside = 2, .relays = &none}, {.beside = 1, .relays = &listed}, {.beside = 0, .relays = &none}};
    struct dhcp_nets nets = {items, scopes, 3, relays, 1};
    struct dhcp_config class = {.mac = {texts, NULL, 1}, .vendor = {texts + 1, NULL, 1}, .arch = {texts + 2, NULL, 1}};
    struct pxed_section section = {.name = "c", .config = &class};
    struct dhcp_config config = {.classes = {&section, 1}};
    struct dhcp_place at = dhcp_place(&nets, m, 0, m->ciaddr, m->hops & 4);
    if ((at.scope == DHCP_NO_SCOPE) == (at.reason == PXED_WHY_OK) || at.scope > 2)
        abort();
    if (at.scope == 1 && m->giaddr != 0 && m->giaddr != IP4(10, 77, 1, 1))
        abort();
    unsigned scope = dhcp_shared_scope(&nets, &net->t, 0, m, &facts->seen.mac, NULL);
    if (scope == 1 || scope > 2)
        abort();
    (void)dhcp_class_of(&config, m, facts);
    (void)dhcp_class_wrong(&class);
    static struct dhcp_named named;
    dhcp_named_put(&named, &facts->seen.mac, m->ciaddr, m->secs);
    if (dhcp_named_is(&named, &facts->seen.mac, m->ciaddr, m->secs) != (m->ciaddr != 0))
        abort();
    struct dhcp_config quirk = class;
    quirk.ways = quirk.ways_proxy = class.mac;
    struct pxed_section row = {.name = "q", .config = &quirk};
    const struct pxed_sections quirks = {&row, 1};
    struct dhcp_ways ways = dhcp_ways_of(&quirks, &config, m->hops & 1, m, facts);
    if (ways.n == 0 || ways.n > DHCP_WAY_COUNT)
        abort();
    (void)dhcp_quirk_wrong(&quirk);
}

/* The bytes as the name of a [subnet]. */
static void subnet(struct pxed_slice text) {
    char name[64];
    struct pxed_buf out = PXED_BUF(name);
    uint32_t address;
    uint8_t prefix;
    pxed_buf_add(&out, text);
    struct pxed_section all[] = {{.name = "10.77.0.0/16"}, {.name = pxed_buf_cstr(&out)}};
    struct pxed_sections list = {all, 2};
    if (!dhcp_cidr(all[1].name, &address, &prefix) && (prefix == 0 || prefix > 32))
        abort();
    (void)dhcp_subnet_overlap(&list, 1);
    const char *url = all[1].name;
    if (!dhcp_images_wrong(url) && strncmp(url, "http://", 7) != 0) /* it stands in scripts as it is */
        abort();
}

/* The address of this machine whose probe has not ended yet, or 0. */
static uint32_t looked_for(const struct net *net, const struct dhcp_facts *facts) {
    uint32_t index = dhcp_lease_by_mac(&net->t, 0, &facts->seen.mac);
    return index != DHCP_NONE && dhcp_lease_at(&net->t, index)->looking ? dhcp_lease_at(&net->t, index)->ip : 0;
}

static void one(struct net *net, struct pxed_slice packet, unsigned mode) {
    struct dhcp_message m;
    struct dhcp_facts facts;
    uint8_t scratch[2048], reply[DHCP_REPLY_MAX];
    if (dhcp_parse(packet, scratch, sizeof(scratch), &m) != DHCP_PARSED || !dhcp_facts(&m, NULL, &facts))
        return;
    struct dhcp_config config = {
        .mode = mode, .domain = "lab", .loader_bios = {undionly, NULL, 1}, .loader_efi_x64 = {snponly, NULL, 1}};
    struct dhcp_site site = {.config = &config, .server = SERVER, .net = SERVER, .prefix = 24};
    struct pxed_verdict verdict = {.offer_boot = true, .script_url = "http://10.77.0.1/boot/home.php?mac=x"};
    struct dhcp_arrival arrival = {.source = m.ciaddr, .source_port = 68, .port = m.hops & 1 ? 4011 : 67};
    struct dhcp_boot boot;
    (void)dhcp_hostname(&m);
    place(net, &m, &facts);
    dhcp_boot(&config, mode == DHCP_MODE_PROXY, &facts, &verdict, &boot);
    if (mode == DHCP_MODE_PROXY) {
        struct dhcp_proxy_action a = dhcp_proxy(&net->scope, &arrival, &m, &facts, &boot);
        if (a.what == DHCP_PROXY_OFFER || a.what == DHCP_PROXY_ACK) {
            check(reply, dhcp_proxy_reply(&site, &m, a.what == DHCP_PROXY_OFFER ? DHCP_OFFER : DHCP_ACK, &boot, reply));
            (void)dhcp_route(&arrival, &m, reply);
        }
        return;
    }
    struct dhcp_query q = {.m = &m,
                           .facts = &facts,
                           .server = SERVER,
                           .reserved = net_reserved(net),
                           .lease_ms = 3600000,
                           .now = net->now,
                           .cannot_write = m.secs & 1,
                           .doubt = m.secs & 2};
    net_room(net);
    uint32_t looked = looked_for(net, &facts);
    struct dhcp_action a = dhcp_serve(&net->t, &q);
    for (; a.what == DHCP_PROBE; a = dhcp_serve(&net->t, &q)) {
        q.known = (struct dhcp_known){.ip = a.yiaddr, .taken = m.hops & 2, .probes = q.known.probes + 1};
        q.known.early = a.hasty && (m.hops & 4);
        q.known.taken &= !q.known.early;
        if (q.known.probes > 100) /* a message that is never done with */
            abort();
    }
    if (looked && (a.what == DHCP_STORE || a.what == DHCP_KEEP) && a.yiaddr == looked && q.known.ip != looked)
        abort(); /* acknowledged before its probe has ended */
    if (a.what == DHCP_STORE)
        net_stored(net, &a);
    if (q.known.early && (m.hops & 8))
        (void)dhcp_lease_looked(&net->t, q.known.ip, &facts.seen.mac, m.hops & 16, net->now);
    if (a.what == DHCP_SAY || a.what == DHCP_STORE) {
        check(reply, dhcp_reply(&site, &m, &facts, &a, NULL, &boot, reply));
        (void)dhcp_route(&arrival, &m, reply);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct dhcp_ahead ahead;
    struct net net;
    struct pxed_slice packet = pxed_slice((const char *)data, size);
    subnet(packet);
    net_open(&net, IP4(10, 77, 0, 50), IP4(10, 77, 0, 59));
    for (uint8_t i = 1; i < 6; i++)
        net_lease(&net, i, NULL);
    dhcp_ahead_init(&ahead, NULL, &net.t); /* nothing is probed ahead of time */
    net.t.ahead = size > 3 && (packet.ptr[3] & 32) ? &ahead : NULL;
    for (int again = 0; again < 2; again++) {
        one(&net, packet, DHCP_MODE_SERVER);
        one(&net, packet, DHCP_MODE_PROXY);
        net.now += 30000;
    }
    net_close(&net);
    return 0;
}
