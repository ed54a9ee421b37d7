#include "rules.h"

#include <stdio.h>
#include <string.h>

#include "catalogue_os.h"
#include "core/policy/record.h"
#include "fake_loop.h"
#include "plugins/dhcp/record.h"
#include "support.h"

enum { ADDRESSES = 256, SLACK_MS = 10000 /* a lease runs from its request; a write may take a while */ };

static uint64_t said[WORLD_CLIENTS + 1]; /* when a client last said something */

static struct {
    uint8_t client; /* 0: nobody */
    bool lost;      /* it was not on disk at a restart: only an ip= in the host file tells of it */
    uint64_t until;
} leased[ADDRESSES];

static struct {
    unsigned asked;    /* orders that are not answered yet */
    bool known;        /* `token` is that of an order */
    uint8_t token[16]; /* of the newest arming */
} orders[WORLD_CLIENTS + 1];

static void broken(const char *rule, uint8_t client, uint32_t ip) {
    fprintf(stderr, "broken: %s (client %u, address .%u)\n", rule, client, ip & 255);
    abort();
}

void rules_begin(void) {
    memset(leased, 0, sizeof(leased));
    memset(said, 0, sizeof(said));
    memset(orders, 0, sizeof(orders));
}

void rules_says(uint8_t client) {
    if (client <= WORLD_CLIENTS)
        said[client] = fake_loop_now();
}

void rules_gives_up(uint8_t client, uint32_t ip) {
    for (unsigned i = 0; i < ADDRESSES; i++)
        if (leased[i].client == client && (ip == 0 || i == (ip & 255)))
            leased[i].client = 0;
}

/* --- leases --- */

static bool same_machine(uint8_t a, uint8_t b) {
    const struct catalogue_host *h = world_host(a);
    return a == b || (h && h == world_host(b));
}

/* `end`: by the wall clock; 0: any. */
static bool is_on_disk(uint8_t client, uint32_t ip, int64_t end) {
    char text[PXED_ADDR_TEXT];
    struct pxed_addr addr = pxed_addr_v4(ip);
    struct pxed_hwaddr mac = world_mac(client);
    struct dhcp_record r;
    pxed_addr_text(&addr, text);
    struct pxed_slice value = fake_store_get(&world.store, DHCP_RECORD_TABLE, text);
    if (!value.ptr || !dhcp_record_read(pxed_slice_of(text), value, &r) || !pxed_hwaddr_eq(&r.mac, &mac))
        return false;
    return end == 0 || (r.state == DHCP_BOUND && r.end * 1000 >= end);
}

static bool is_own(uint8_t client, uint32_t ip) {
    const struct catalogue_host *h = world_host(client);
    return h && h->pub.ip.family == 4 && pxed_addr_u32(&h->pub.ip) == ip;
}

/* STORE_CANNOT_WRITE: leases on disk run on, and hosts with ip= get theirs. */
static bool may_lease(uint8_t client, uint32_t ip, uint64_t lease_ms) {
    bool own = is_own(client, ip);
    return is_on_disk(client, ip, world_wall() + (int64_t)lease_ms - SLACK_MS) ||
           ((world.failing || world.d.guard.failing) && (own || is_on_disk(client, ip, 0)));
}

void rules_restarted(void) {
    for (unsigned i = 0; i < ADDRESSES; i++)
        if (leased[i].client && !is_on_disk(leased[i].client, (SERVER & ~255u) | i, 0))
            leased[i].lost = true;
}

/* The client that may use this address now; 0: nobody. */
static uint8_t holder(uint32_t ip) {
    unsigned i = ip & 255;
    bool holds = leased[i].client && leased[i].until > fake_loop_now();
    return holds && (!leased[i].lost || is_own(leased[i].client, ip)) ? leased[i].client : 0;
}

void rules_reply(const struct dhcp_message *m) {
    uint8_t client = m->chaddr[5];
    uint32_t ip = m->yiaddr;
    struct pxed_hwaddr mac = world_mac(client);
    bool known =
        m->htype == 1 && m->hlen == 6 && memcmp(m->chaddr, mac.bytes, 6) == 0 && client >= 1 && client <= WORLD_CLIENTS;
    if (m->type == DHCP_NAK && known)
        rules_gives_up(client, 0);
    if (ip == 0)
        return;
    struct pxed_addr addr = pxed_addr_v4(ip);
    const struct catalogue_host *reserved = catalogue_find_ip(world.d.catalogue, &addr);
    if (reserved && (!known || world_host(client) != reserved))
        broken("an address of a host for another machine", client, ip);
    if (ip >> 8 != SERVER >> 8 || ip == SERVER || (ip & 255) == 255)
        broken("an address outside of the network, or the server's own", client, ip);
    if (holder(ip) && (!known || !same_machine(holder(ip), client)))
        broken("an address for two machines", client, ip);
    if (m->type != DHCP_ACK)
        return;
    uint32_t seconds = 0;
    must(dhcp_get_u32(m, DHCP_OPT_LEASE_TIME, &seconds) && seconds > 0);
    if (known && !may_lease(client, ip, seconds * 1000ull))
        broken("a lease that is not on disk", client, ip);
    if (known && world_probing(client, ip) && !is_own(client, ip))
        broken("a lease of an address whose probe has not ended", client, ip);
    if (!known) /* its MAC is none of ours: it takes part as a stranger that never renews */
        return;
    rules_gives_up(client, 0);
    leased[ip & 255].client = client;
    leased[ip & 255].lost = false;
    leased[ip & 255].until = said[client] + seconds * 1000ull; /* RFC 2131 4.4.1: from the request */
}

/* --- rights --- */

static bool has_mark(const struct pxed_content *c, const char *mark) {
    return c->kind == PXED_CONTENT_BYTES && memmem(c->bytes.ptr, c->bytes.len, mark, strlen(mark));
}

void rules_content(const struct world_transfer *t) {
    if (t->content->kind == PXED_CONTENT_BYTES && t->content->bytes.len == 0)
        broken("an empty answer", t->asker, 0);
    if (has_mark(t->content, WORLD_INSTALL) && !t->armed)
        broken("an installer for a machine that is not armed, or for another one", t->asker, 0);
    if (has_mark(t->content, WORLD_ANSWER) && !t->open)
        broken("an answer file while nothing is installed, or for another machine", t->asker, 0);
}

void rules_ordered(uint8_t client, bool done, bool good) {
    const struct machine *m = world_machine(client);
    uint8_t host = m ? m->mac.bytes[5] : client;
    if (!done) {
        orders[host].asked++;
        return;
    }
    orders[host].asked--;
    if (!good || !m)
        return;
    orders[host].known = true;
    memcpy(orders[host].token, machine_rec(m)->token, sizeof(machine_rec(m)->token));
}

/* By the token of the newest order. An earlier installation that reports late, after that order ended unused, has none.
 */
static bool is_of_order(const struct lifecycle_record *rec, const uint8_t token[16]) {
    static const uint8_t none[16];
    return memcmp(rec->token, token, sizeof(rec->token)) == 0 ||
           (rec->state == LIFECYCLE_INSTALLING && memcmp(rec->token, none, sizeof(none)) == 0);
}

static void check_record(uint8_t client) {
    struct machine *m = world_machine(client);
    struct lifecycle_record stored;
    char key[PXED_MAC_TEXT];
    if (!m || m->mac.bytes[5] != client || !lifecycle_open(machine_rec(m)))
        return;
    bool ordered = orders[client].known && is_of_order(machine_rec(m), orders[client].token);
    if (!ordered && orders[client].asked == 0)
        broken("armed without an order", client, 0);
    struct pxed_slice value = fake_store_get(&world.store, "machine", pxed_mac_text(&m->mac, "-", key));
    if (!value.ptr || !record_read(value, &stored) ||
        memcmp(stored.token, machine_rec(m)->token, sizeof(stored.token)) != 0 || !lifecycle_open(&stored) ||
        (machine_rec(m)->state == LIFECYCLE_ARMED && stored.state != LIFECYCLE_ARMED))
        broken("a right in memory that is not on disk", client, 0);
    const struct catalogue_host *h = world_host(client);
    if (machine_rec(m)->state == LIFECYCLE_ARMED && h && h->pub.protect)
        broken("a protected host is armed", client, 0);
}

void rules_check(void) {
    for (uint8_t client = 1; client <= WORLD_CLIENTS; client++)
        check_record(client);
}
