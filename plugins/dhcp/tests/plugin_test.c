/* The whole plugin on real sockets: a veth pair in a network namespace of its own, a fake core and store, and a client
 * that speaks raw frames. Needs root; without it there is nothing to test here, and it says so. */
#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config.h"
#include "fake_core.h"
#include "fake_store.h"
#include "pcap.h"
#include "pxed/leases.h"
#include "suite.h"
#include "support.h"
#include "wire/frame.h"

extern const struct pxed_plugin *pxed_plugin_query_dhcp(uint16_t host_major);

static struct fake_core fake;
static struct fake_store store;
static struct pxed_store service; /* the store as the plugin sees it */
static bool hold;                 /* commits wait for fake_store_pump */
static bool failing, aged;        /* what the store says of itself */
static uv_idle_t answering;
static struct dhcp_config config;
static const struct pxed_plugin *plugin;
static struct pxed_range range;
static int wire; /* the client's end */
/* Who answers ARP for one address: the last byte of the MAC, 0: nobody. */
static uint32_t squatted;
static uint8_t squatter;
static bool thief; /* MAC 5 answers too */

static void shell(const char *command) {
    if (system(command) != 0) {
        fprintf(stderr, "failed: %s\n", command);
        exit(2);
    }
}

static bool make_network(void) {
    if (unshare(CLONE_NEWNET) < 0)
        return false;
    shell("ip link set lo up && ip link add px_dh_s type veth peer name px_dh_c && "
          "ip link set px_dh_s address 02:00:00:00:00:01 && ip addr add 10.77.0.1/24 dev px_dh_s && "
          "ip link set px_dh_s up && ip link set px_dh_c up && "
          "ip neigh add 10.77.0.60 lladdr 52:54:00:00:00:05 dev px_dh_s");
    return true;
}

static void open_wire(void) {
    struct sockaddr_ll at = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex("px_dh_c")};
    wire = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
    ck_assert_int_eq(bind(wire, (struct sockaddr *)&at, sizeof(at)), 0);
}

/* ---- the store: it answers in the next turn of the loop, or when the test says ---- */

static void on_answering(uv_idle_t *idle) {
    uv_idle_stop(idle);
    fake_store_pump(&store);
}

static int store_commit(void *self, const struct pxed_put *puts, size_t n, void (*done)(void *arg, int result),
                        void *arg) {
    if (!hold)
        uv_idle_start(&answering, on_answering);
    return store.service.commit(self, puts, n, done, arg);
}

static bool store_failing(void *self) {
    (void)self;
    return failing;
}

static bool store_old(void *self) {
    (void)self;
    return aged;
}

static void open_store(void) {
    hold = failing = aged = false;
    fake_store_open(&store);
    service = store.service;
    service.commit = store_commit;
    service.failing = store_failing;
    service.old = store_old;
    uv_idle_init(&fake.loop, &answering);
    fake_core_give(&fake, "store/1", &service);
}

/* ---- */

static void plugin_up(void) {
    ck_assert_int_eq(fake_core_start(&fake), 0);
}

static void setup(void) {
    squatted = squatter = 0;
    thief = false;
    range = (struct pxed_range){pxed_addr_v4(IP4(10, 77, 0, 50)), pxed_addr_v4(IP4(10, 77, 0, 99))};
    config = (struct dhcp_config){.mode = DHCP_MODE_SERVER,
                                  .range = {&range, 1},
                                  .lease_time = 3600000,
                                  .loader_bios = "undionly.kpxe",
                                  .loader_efi_x64 = "snponly.efi"};
    fake_core_open(&fake, plugin, &config);
    fake.iface = (struct pxed_iface){.name = "px_dh_s",
                                     .index = if_nametoindex("px_dh_s"),
                                     .addr = pxed_addr_v4(SERVER),
                                     .prefix = 24,
                                     .mac = {1, 6, {2, 0, 0, 0, 0, 1}},
                                     .mtu = 1500};
    fake.verdict = (struct pxed_verdict){.offer_boot = true, .script_url = "http://10.77.0.1/boot/home.php?mac=x"};
    open_store();
    open_wire();
}

static void teardown(void) {
    close(wire);
    uv_close((uv_handle_t *)&answering, NULL);
    fake_core_close(&fake);
    fake_store_close(&store);
}

/* ---- the client ---- */

static void client_send(struct pxed_slice packet, uint32_t source, uint16_t source_port, uint32_t to, uint16_t port) {
    static const uint8_t everybody[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, server[] = {2, 0, 0, 0, 0, 1};
    uint8_t frame[1600];
    memcpy(frame, to == UINT32_MAX ? everybody : server, 6);
    memcpy(frame + 6, packet.ptr + 28, 6);
    memcpy(frame + 12, "\x08\0", 2);
    dhcp_frame_head(frame + 14, source, source_port, to, port, packet);
    memcpy(frame + 14 + DHCP_FRAME_HEAD, packet.ptr, packet.len);
    size_t len = 14 + DHCP_FRAME_HEAD + packet.len;
    ck_assert_int_eq(send(wire, frame, len, 0), (ssize_t)len);
}

static void broadcast(struct pxed_slice packet) {
    client_send(packet, 0, DHCP_PORT_CLIENT, UINT32_MAX, DHCP_PORT_SERVER);
}

struct got {
    bool any;
    uint8_t to_mac[6];
    struct pcap_udp udp;
    struct dhcp_message m;
};

static void answer_arp(const uint8_t *frame, size_t len) {
    struct pxed_addr addr = pxed_addr_v4(squatted);
    if (squatter == 0 || len < 42 || memcmp(frame + 12, "\x08\6", 2) != 0 || frame[21] != 1 ||
        memcmp(frame + 38, addr.bytes, 4) != 0)
        return;
    uint8_t reply[42], mac[6] = {0x52, 0x54, 0, 0, 0, squatter};
    memcpy(reply, frame + 6, 6);
    memcpy(reply + 6, mac, 6);
    memcpy(reply + 12, frame + 12, 9);
    reply[21] = 2;
    memcpy(reply + 22, mac, 6);
    memcpy(reply + 28, addr.bytes, 4);
    memcpy(reply + 32, frame + 22, 10);
    ck_assert_int_eq(send(wire, reply, sizeof(reply), 0), (ssize_t)sizeof(reply));
    reply[11] = reply[27] = 5;
    if (thief)
        ck_assert_int_eq(send(wire, reply, sizeof(reply), 0), (ssize_t)sizeof(reply));
}

/* The next reply of the server within 300 ms. */
static struct got receive(void) {
    static uint8_t frame[2000];
    struct got g = {0};
    for (int tries = 0; tries < 30; tries++) {
        fake_core_run(&fake, 10);
        ssize_t n;
        while ((n = recv(wire, frame, sizeof(frame), MSG_DONTWAIT)) > 0) {
            answer_arp(frame, (size_t)n);
            if (pcap_udp(pxed_slice((char *)frame, (size_t)n), &g.udp) &&
                (g.udp.source_port == 67 || g.udp.source_port == 4011) && g.udp.payload.ptr[0] == DHCP_BOOTREPLY) {
                g.any = true;
                memcpy(g.to_mac, frame, 6);
                g.m = read_message(g.udp.payload);
                return g;
            }
        }
    }
    return g;
}

/* The same when probes come first. */
static struct got receive_late(void) {
    struct got g = {0};
    for (int i = 0; i < 6 && !g.any; i++)
        g = receive();
    return g;
}

static struct pxed_slice request_for(struct made *p, uint8_t who, uint32_t ip) {
    *p = make(DHCP_REQUEST, who);
    make_boot(p, "PXEClient", 0, NULL);
    make_u32(p, DHCP_OPT_SERVER_ID, SERVER);
    make_u32(p, DHCP_OPT_REQUESTED, ip);
    make_option(p, DHCP_OPT_HOSTNAME, "web01", 5);
    return make_end(p);
}

static uint32_t lease(uint8_t who) {
    struct made p = make(DHCP_DISCOVER, who);
    make_boot(&p, "PXEClient", 0, NULL);
    broadcast(make_end(&p));
    struct got offer = receive();
    ck_assert(offer.any && offer.m.type == DHCP_OFFER);
    broadcast(request_for(&p, who, offer.m.yiaddr));
    struct got ack = receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK && ack.m.yiaddr == offer.m.yiaddr);
    return ack.m.yiaddr;
}

/* ---- what is known of leases ---- */

static const char *state_of(uint32_t ip) {
    struct pxed_addr addr = pxed_addr_v4(ip);
    char text[PXED_ADDR_TEXT];
    pxed_addr_text(&addr, text);
    struct pxed_slice value = fake_store_get(&store, "lease", text);
    if (value.ptr)
        return value.ptr + 2;
    return "none";
}

struct count {
    const char *state;
    unsigned n;
};

static void count_state(void *arg, const struct pxed_lease *row) {
    struct count *c = arg;
    c->n += strcmp(row->state, c->state) == 0;
}

static unsigned rows(const char *state) {
    struct count c = {.state = state};
    const struct pxed_leases_service *leases = fake_core_service(&fake, "leases/1");
    leases->each(leases->self, count_state, &c);
    return c.n;
}

/* ---- tests ---- */

START_TEST(an_ack_leaves_only_after_the_store) {
    struct made p = make(DHCP_DISCOVER, 5);
    plugin_up();
    make_boot(&p, "PXEClient", 0, NULL);
    broadcast(make_end(&p));
    struct got offer = receive();
    ck_assert(offer.any && offer.m.type == DHCP_OFFER && offer.m.yiaddr == IP4(10, 77, 0, 50));
    ck_assert_mem_eq(offer.to_mac, "\x52\x54\0\0\0\5", 6);
    ck_assert_uint_eq(offer.udp.destination, IP4(10, 77, 0, 50));
    ck_assert_uint_eq(offer.udp.source, SERVER);
    ck_assert(pxed_slice_is(offer.m.file, "undionly.kpxe"));
    ck_assert_ptr_nonnull(fake_core_step(&fake, PXED_STAGE_OFFERED));
    hold = true;
    struct pxed_slice request = request_for(&p, 5, offer.m.yiaddr);
    broadcast(request);
    broadcast(request);
    ck_assert(!receive().any);
    ck_assert_uint_eq(store.commits, 1);
    ck_assert_ptr_null(fake_core_step(&fake, PXED_STAGE_LEASED));
    fake_store_pump(&store);
    struct got ack = receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK && ack.m.yiaddr == offer.m.yiaddr);
    ck_assert(!receive().any);
    const struct fake_step *leased = fake_core_step(&fake, PXED_STAGE_LEASED);
    ck_assert(leased && leased->reason == PXED_WHY_OK && pxed_addr_u32(&leased->ip) == offer.m.yiaddr);
    ck_assert_ptr_nonnull(strstr(state_of(IP4(10, 77, 0, 50)), " 1-525400000005 web01"));
}
END_TEST

/* A store of the first ABI, which says nothing of itself: each failed commit is undone by itself. */
START_TEST(no_ack_when_the_store_fails) {
    struct made p = make(DHCP_DISCOVER, 5);
    service.size = offsetof(struct pxed_store, failing);
    plugin_up();
    broadcast(make_end(&p));
    uint32_t ip = receive().m.yiaddr;
    store.fail = -EIO;
    broadcast(request_for(&p, 5, ip));
    ck_assert(!receive().any);
    ck_assert_int_eq(fake_core_step(&fake, PXED_STAGE_NONE)->reason, PXED_WHY_STORE_CANNOT_WRITE);
    ck_assert_uint_eq(rows("bound") + rows("offered"), 0);
    store.fail = 0;
    broadcast(request_for(&p, 5, ip));
    ck_assert_int_eq(receive().m.type, DHCP_ACK);
}
END_TEST

/* The store as the core passes it on: a failed commit makes it `failing` until one succeeds. */
static void store_breaks(bool yes) {
    store.fail = yes ? -ENOSPC : 0;
    failing = yes;
}

START_TEST(leases_while_the_store_cannot_write) {
    struct made p = make(DHCP_DISCOVER, 6), r = make(DHCP_REQUEST, 5), d = make(DHCP_DISCOVER, 9);
    struct pxed_hwaddr mac = mac_of(9);
    struct pxed_host host = {
        .macs = &mac, .n_macs = 1, .name = PXED_SLICE("db01"), .ip = pxed_addr_v4(IP4(10, 77, 0, 77))};
    fake.wall = 1795400000000;
    plugin_up();
    uint32_t old = lease(5);
    broadcast(make_end(&p));
    uint32_t offered = receive().m.yiaddr;
    store_breaks(true);
    failing = false; /* the first one to notice is the commit itself */
    broadcast(request_for(&p, 6, offered));
    ck_assert(!receive().any);
    ck_assert_int_eq(fake_core_step(&fake, PXED_STAGE_NONE)->reason, PXED_WHY_STORE_CANNOT_WRITE);
    store_breaks(true);
    size_t commits = store.commits;
    broadcast(request_for(&p, 6, offered));
    ck_assert(!receive().any);
    squatted = old; /* the client answers for its address */
    squatter = 5;
    make_field(&r, 12, old); /* a lease on disk runs on, and no longer than there */
    client_send(make_end(&r), old, 68, SERVER, 67);
    struct got ack = receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK && ack.m.yiaddr == old);
    uint32_t left;
    ck_assert(dhcp_get_u32(&ack.m, DHCP_OPT_LEASE_TIME, &left) && left > 3590 && left < 3600);
    fake.host = &host;
    fake.verdict.host = &host;
    make_boot(&d, "PXEClient", 0, NULL);
    broadcast(make_end(&d));
    ck_assert_uint_eq(receive().m.yiaddr, IP4(10, 77, 0, 77));
    broadcast(request_for(&p, 9, IP4(10, 77, 0, 77)));
    ack = receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK);
    ck_assert(dhcp_get_u32(&ack.m, DHCP_OPT_LEASE_TIME, &left) && left == 3600);
    ck_assert_uint_eq(pxed_addr_u32(&fake_core_step(&fake, PXED_STAGE_LEASED)->ip), IP4(10, 77, 0, 77));
    ck_assert_uint_eq(store.commits, commits); /* nothing is tried meanwhile */
    ck_assert_uint_eq(rows("bound"), 2);
    ck_assert_str_eq(state_of(IP4(10, 77, 0, 77)), "none");
    store_breaks(false); /* it heals without a restart */
    fake_core_run(&fake, 1500);
    ck_assert_int_eq(strncmp(state_of(IP4(10, 77, 0, 77)), "bound ", 6), 0);
    broadcast(request_for(&p, 6, offered));
    ck_assert_int_eq(receive().m.type, DHCP_ACK);
}
END_TEST

/* A renewal whose own commit fails is answered at once with what the disk holds. */
START_TEST(a_renewal_meets_the_full_disk) {
    struct made r = make(DHCP_REQUEST, 5);
    plugin_up();
    uint32_t ip = lease(5), left;
    store.fail = -ENOSPC;
    fake_core_run(&fake, 1100);
    squatted = ip;
    squatter = 5;
    make_field(&r, 12, ip);
    client_send(make_end(&r), ip, 68, SERVER, 67);
    struct got ack = receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK && ack.m.yiaddr == ip);
    ck_assert(dhcp_get_u32(&ack.m, DHCP_OPT_LEASE_TIME, &left) && left < 3600 && left > 3590);
    ck_assert_uint_eq(rows("bound"), 1);
}
END_TEST

/* ---- leases may have been lost ---- */

static void restart(void) {
    ck_assert_int_eq(fake_core_restart(&fake), 0);
}

START_TEST(an_old_store_makes_it_look) {
    struct made p = make(DHCP_DISCOVER, 5), second = make(DHCP_DISCOVER, 6);
    aged = true;
    fake.wall = 1795400000000;
    squatted = IP4(10, 77, 0, 50);
    squatter = 99;
    plugin_up();
    make_boot(&p, "PXEClient", 0, NULL);
    broadcast(make_end(&p));
    struct got offer = receive_late(); /* .50 answers at once, .51 takes half a second */
    ck_assert(offer.any && offer.m.type == DHCP_OFFER && offer.m.yiaddr == IP4(10, 77, 0, 51));
    broadcast(request_for(&p, 5, offer.m.yiaddr));
    ck_assert_int_eq(receive().m.type, DHCP_ACK);
    aged = false; /* the doubt outlives the run that began it */
    restart();
    broadcast(make_end(&second));
    offer = receive_late();
    ck_assert(offer.any && offer.m.yiaddr == IP4(10, 77, 0, 52));
}
END_TEST

START_TEST(doubt_ends_with_the_longest_lease) {
    aged = true;
    fake.wall = 1795400000000;
    plugin_up();
    fake_core_run(&fake, 20);
    aged = false;
    fake.wall += config.lease_time;
    restart();
    squatted = IP4(10, 77, 0, 50);
    squatter = 99;
    ck_assert_uint_eq(lease(5), IP4(10, 77, 0, 50));
}
END_TEST

START_TEST(leases_survive_a_restart) {
    struct made p = make(DHCP_REQUEST, 5);
    plugin_up();
    ck_assert_uint_eq(lease(6), IP4(10, 77, 0, 50));
    ck_assert_uint_eq(lease(5), IP4(10, 77, 0, 51));
    restart();
    make_u32(&p, DHCP_OPT_REQUESTED, IP4(10, 77, 0, 51));
    broadcast(make_end(&p));
    ck_assert_int_eq(receive().m.type, DHCP_ACK);
    ck_assert_uint_eq(lease(6), IP4(10, 77, 0, 50));
    ck_assert_uint_eq(lease(7), IP4(10, 77, 0, 52));
}
END_TEST

static void count_row(void *arg, const struct pxed_lease *row) {
    unsigned *n = arg;
    *n += strcmp(row->state, "bound") == 0 && pxed_slice_is(row->hostname, "web01");
}

START_TEST(leases_are_published) {
    unsigned n = 0;
    plugin_up();
    lease(5);
    lease(6);
    const struct pxed_leases_service *leases = fake_core_service(&fake, "leases/1");
    leases->each(leases->self, count_row, &n);
    ck_assert_uint_eq(n, 2);
}
END_TEST

START_TEST(stop_waits_for_the_store) {
    struct made p = make(DHCP_DISCOVER, 5);
    plugin_up();
    broadcast(make_end(&p));
    uint32_t ip = receive().m.yiaddr;
    hold = true;
    broadcast(request_for(&p, 5, ip));
    fake_core_run(&fake, 50);
    fake_core_stop(&fake);
    ck_assert(!fake.stopped);
    fake_store_pump(&store);
    ck_assert(fake.stopped);
    ck_assert_int_eq(receive().m.type, DHCP_ACK);
}
END_TEST

/* A second SIGTERM: fini without waiting; the commit's callback comes when the plugin is gone. */
START_TEST(a_commit_may_outlive_the_plugin) {
    struct made p = make(DHCP_DISCOVER, 5);
    plugin_up();
    broadcast(make_end(&p));
    uint32_t ip = receive().m.yiaddr;
    hold = true;
    broadcast(request_for(&p, 5, ip));
    fake_core_run(&fake, 50);
    plugin->fini(&fake.ctx);
    fake_core_run(&fake, 1);
    fake_store_pump(&store);
}
END_TEST

START_TEST(broadcast_and_unicast_as_asked) {
    struct made p = make(DHCP_DISCOVER, 5), renew = make(DHCP_REQUEST, 5), far = make(DHCP_REQUEST, 5);
    plugin_up();
    p.bytes[10] = 0x80;
    broadcast(make_end(&p));
    struct got offer = receive();
    ck_assert_uint_eq(offer.udp.destination, UINT32_MAX);
    ck_assert_uint_eq(offer.udp.source, SERVER);
    make_field(&renew, 12, IP4(10, 77, 0, 60));
    client_send(make_end(&renew), IP4(10, 77, 0, 60), 68, SERVER, 67);
    struct got ack = receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK);
    ck_assert_uint_eq(ack.udp.destination, IP4(10, 77, 0, 60));
    make_u32(&far, DHCP_OPT_REQUESTED, IP4(192, 168, 7, 7));
    broadcast(make_end(&far));
    struct got nak = receive();
    ck_assert(nak.any && nak.m.type == DHCP_NAK);
    ck_assert_uint_eq(nak.udp.destination, UINT32_MAX);
}
END_TEST

START_TEST(proxy_on_67_and_4011) {
    struct made p = make(DHCP_DISCOVER, 5), r = make(DHCP_REQUEST, 5), q = make(DHCP_REQUEST, 5);
    config.mode = DHCP_MODE_PROXY;
    plugin_up();
    make_boot(&p, "PXEClient:Arch:00007:UNDI:003000", 7, NULL);
    broadcast(make_end(&p));
    struct got offer = receive();
    ck_assert(offer.any && offer.m.type == DHCP_OFFER && offer.m.yiaddr == 0);
    ck_assert_uint_eq(offer.udp.destination, UINT32_MAX);
    ck_assert(pxed_slice_is(offer.m.options[60], "PXEClient"));
    make_boot(&r, "PXEClient", 7, NULL);
    make_u32(&r, DHCP_OPT_REQUESTED, IP4(10, 77, 0, 60));
    make_u32(&r, DHCP_OPT_SERVER_ID, IP4(10, 77, 0, 2));
    broadcast(make_end(&r));
    ck_assert(!receive().any);
    /* a hint, not a lease */
    ck_assert_uint_eq(pxed_addr_u32(&fake_core_step(&fake, PXED_STAGE_NONE)->ip), IP4(10, 77, 0, 60));
    make_boot(&q, "PXEClient", 7, NULL);
    make_field(&q, 12, IP4(10, 77, 0, 60));
    client_send(make_end(&q), IP4(10, 77, 0, 60), 4011, SERVER, 4011);
    struct got ack = receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK);
    ck_assert_uint_eq(ack.udp.source_port, 4011);
    ck_assert_uint_eq(ack.udp.destination_port, 4011);
    ck_assert(pxed_slice_is(ack.m.file, "snponly.efi"));
    ck_assert_uint_eq(store.commits, 0);
    ck_assert_ptr_null(fake_core_step(&fake, PXED_STAGE_LEASED));
}
END_TEST

/* In server mode nobody's word on port 4011 moves the address of a lease. */
START_TEST(port_4011_of_a_server_tells_no_address) {
    struct made q = make(DHCP_REQUEST, 5);
    plugin_up();
    uint32_t ip = lease(5);
    make_boot(&q, "PXEClient", 7, NULL);
    make_field(&q, 12, IP4(10, 77, 0, 60));
    client_send(make_end(&q), IP4(10, 77, 0, 60), 4011, SERVER, 4011);
    struct got ack = receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK);
    for (unsigned i = 0; i < fake.n_steps; i++)
        ck_assert(fake.steps[i].ip.family == 0 || pxed_addr_u32(&fake.steps[i].ip) == ip);
}
END_TEST

/* ---- who has an address ---- */

static void decline(uint8_t who, uint32_t ip) {
    struct made p = make(DHCP_DECLINE, who);
    make_u32(&p, DHCP_OPT_SERVER_ID, SERVER);
    make_u32(&p, DHCP_OPT_REQUESTED, ip);
    broadcast(make_end(&p));
}

START_TEST(a_decline_is_looked_at) {
    plugin_up();
    uint32_t ip = lease(5);
    decline(5, ip); /* nobody is there */
    ck_assert(!receive().any);
    fake_core_run(&fake, 500);
    ck_assert_int_eq(fake.last_refused, PXED_WHY_DHCP_DECLINE_UNSEEN);
    ck_assert_int_eq(strncmp(state_of(ip), "bound ", 6), 0);
    squatted = ip;
    squatter = 5; /* the machine itself */
    decline(5, ip);
    ck_assert(!receive().any);
    fake_core_run(&fake, 500);
    ck_assert_int_eq(strncmp(state_of(ip), "bound ", 6), 0);
    squatter = 99;
    thief = true; /* a stolen address, and its owner answers too */
    decline(5, ip);
    ck_assert(!receive().any && !receive().any);
    ck_assert_int_eq(strncmp(state_of(ip), "bound ", 6), 0);
    thief = false;
    decline(5, ip);
    ck_assert(!receive().any && !receive().any);
    ck_assert_int_eq(strncmp(state_of(ip), "declined ", 9), 0);
    ck_assert_int_eq(fake.last_refused, PXED_WHY_DHCP_DECLINED);
}
END_TEST

/* Probes under way when the plugin ends. */
START_TEST(a_probe_does_not_outlive_the_plugin) {
    plugin_up();
    uint32_t ip = lease(5);
    decline(5, ip);
    fake_core_run(&fake, 20);
    fake_core_stop(&fake);
    ck_assert(fake.stopped);
    fake_core_run(&fake, 700);
    ck_assert_int_eq(strncmp(state_of(ip), "bound ", 6), 0);
}
END_TEST

START_TEST(refusals_have_names) {
    struct made relay = make(DHCP_DISCOVER, 5), reply = make(DHCP_ACK, 5), echo = make(DHCP_DISCOVER, 5),
                idle = make(DHCP_DISCOVER, 5), arm = make(DHCP_DISCOVER, 6);
    plugin_up();
    broadcast(PXED_SLICE("\1 short, but long enough to hold a hardware address"));
    ck_assert(!receive().any && fake.last_refused == PXED_WHY_DHCP_MALFORMED);
    make_field(&relay, 24, IP4(10, 99, 0, 1));
    client_send(make_end(&relay), IP4(10, 99, 0, 1), 67, SERVER, 67);
    ck_assert(!receive().any);
    reply.bytes[0] = DHCP_BOOTREPLY;
    broadcast(make_end(&reply));
    ck_assert(!receive().any && fake.last_refused == PXED_WHY_DHCP_NOT_OURS);
    client_send(make_end(&echo), IP4(10, 77, 0, 60), 7, SERVER, 67);
    ck_assert(!receive().any && fake.last_refused == PXED_WHY_DHCP_NOT_OURS);
    fake.verdict = (struct pxed_verdict){.reason = PXED_WHY_UNKNOWN_MACHINE};
    make_boot(&idle, "PXEClient", 0, NULL);
    broadcast(make_end(&idle));
    struct got offer = receive(); /* an address, nothing to boot */
    ck_assert(offer.any && offer.m.yiaddr != 0 && offer.m.file.len == 0 && offer.m.options[67].ptr == NULL);
    ck_assert_ptr_null(fake_core_step(&fake, PXED_STAGE_REFUSED)); /* the core said that */
    fake.verdict = (struct pxed_verdict){.offer_boot = true, .script_url = "http://10.77.0.1/boot/home.php?mac=x"};
    make_boot(&arm, "PXEClient", 11, NULL);
    broadcast(make_end(&arm));
    offer = receive();
    ck_assert(offer.any && offer.m.yiaddr != 0 && offer.m.file.len == 0);
    ck_assert_int_eq(fake_core_step(&fake, PXED_STAGE_REFUSED)->reason, PXED_WHY_LOADER_NONE);
}
END_TEST

START_TEST(a_burst_is_answered_whole) {
    struct made p;
    plugin_up();
    unsigned offers = 0;
    for (uint8_t i = 0; i < 40; i++) {
        p = make(DHCP_DISCOVER, (uint8_t)(100 + i));
        broadcast(make_end(&p));
    }
    while (receive().any)
        offers++;
    ck_assert_uint_eq(offers, 40);
}
END_TEST

int main(void) {
    if (!make_network()) {
        printf("dhcp plugin: skipped, a network namespace needs root\n");
        return 0;
    }
    plugin = pxed_plugin_query_dhcp(PXED_ABI_MAJOR);
    Suite *s = suite_create("dhcp plugin");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 30);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, an_ack_leaves_only_after_the_store);
    tcase_add_test(t, no_ack_when_the_store_fails);
    tcase_add_test(t, leases_while_the_store_cannot_write);
    tcase_add_test(t, a_renewal_meets_the_full_disk);
    tcase_add_test(t, an_old_store_makes_it_look);
    tcase_add_test(t, doubt_ends_with_the_longest_lease);
    tcase_add_test(t, leases_survive_a_restart);
    tcase_add_test(t, leases_are_published);
    tcase_add_test(t, stop_waits_for_the_store);
    tcase_add_test(t, a_commit_may_outlive_the_plugin);
    tcase_add_test(t, broadcast_and_unicast_as_asked);
    tcase_add_test(t, proxy_on_67_and_4011);
    tcase_add_test(t, port_4011_of_a_server_tells_no_address);
    tcase_add_test(t, a_decline_is_looked_at);
    tcase_add_test(t, a_probe_does_not_outlive_the_plugin);
    tcase_add_test(t, refusals_have_names);
    tcase_add_test(t, a_burst_is_answered_whole);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
