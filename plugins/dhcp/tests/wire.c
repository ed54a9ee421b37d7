/* The network, the store and the client of the tests of the whole plugin. */
#include "wire.h"

#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dhcp_ahead.h"
#include "dhcp_state.h"
#include "pxed/leases.h"
#include "suite.h"
#include "wire/frame.h"

extern const struct pxed_plugin *pxed_plugin_query_dhcp(uint16_t host_major);

struct fake_core fake;
struct fake_store store;
struct pxed_store service; /* the store as the plugin sees it */
bool hold;                 /* commits wait for fake_store_pump */
bool failing, aged;        /* what the store says of itself */
static uv_idle_t answering;
struct dhcp_config config;
const struct pxed_plugin *plugin;
static struct pxed_range range;
static int wire; /* the client's end */
/* Who answers ARP for one address: the last byte of the MAC, 0: nobody. */
uint32_t squatted;
uint8_t squatter;
bool thief; /* MAC 5 answers too */

static void shell(const char *command) {
    if (system(command) != 0) {
        fprintf(stderr, "failed: %s\n", command);
        exit(2);
    }
}

bool wire_network(void) {
    if (unshare(CLONE_NEWNET) < 0)
        return false;
    shell("ip link set lo up && ip link add px_dh_s type veth peer name px_dh_c && "
          "ip link set px_dh_s address 02:00:00:00:00:01 && ip addr add 10.77.0.1/24 dev px_dh_s && "
          "ip link set px_dh_s up && ip link set px_dh_c up && "
          "ip neigh add 10.77.0.60 lladdr 52:54:00:00:00:05 dev px_dh_s");
    return true;
}

static void wire_open(void) {
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

void wire_start_asking(void) {
    ck_assert_int_eq(fake_core_start(&fake), 0);
}

static void ask_nothing_ahead(void) {
    struct dhcp *d = fake.ctx.self;
    dhcp_ahead_stop(d);
    d->table.ahead = NULL;
}

void wire_start(void) {
    wire_start_asking();
    ask_nothing_ahead();
}

void wire_restart_asking(void) {
    ck_assert_int_eq(fake_core_restart(&fake), 0);
}

void wire_restart(void) {
    wire_restart_asking();
    ask_nothing_ahead();
}

void wire_lease_time(uint64_t ms) {
    struct dhcp *d = fake.ctx.self;
    for (unsigned i = 0; i < d->n_nets; i++)
        ((struct dhcp_terms *)(uintptr_t)d->nets[i].terms)->config.lease_time = ms;
}

void wire_setup(void) {
    squatted = squatter = 0;
    thief = false;
    range = (struct pxed_range){pxed_addr_v4(IP4(10, 77, 0, 50)), pxed_addr_v4(IP4(10, 77, 0, 99))};
    plugin = pxed_plugin_query_dhcp(PXED_ABI_MAJOR);
    config = (struct dhcp_config){.mode = DHCP_MODE_SERVER,
                                  .range = {&range, 1},
                                  .lease_time = 3600000,
                                  .authoritative = true,
                                  .loader_bios = {undionly, NULL, 1},
                                  .loader_efi_x64 = {snponly, NULL, 1}};
    fake_core_open(&fake, plugin, &config);
    fake.iface = (struct pxed_iface){.name = "px_dh_s",
                                     .index = if_nametoindex("px_dh_s"),
                                     .addr = pxed_addr_v4(SERVER),
                                     .prefix = 24,
                                     .mac = {1, 6, {2, 0, 0, 0, 0, 1}},
                                     .mtu = 1500};
    fake.verdict = (struct pxed_verdict){.offer_boot = true, .script_url = "http://10.77.0.1/boot/home.php?mac=x"};
    open_store();
    wire_open();
}

void wire_teardown(void) {
    close(wire);
    uv_close((uv_handle_t *)&answering, NULL);
    fake_core_close(&fake);
    fake_store_close(&store);
}

/* ---- the client ---- */

void wire_send(struct pxed_slice packet, uint32_t source, uint16_t source_port, uint32_t to, uint16_t port) {
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

void wire_broadcast(struct pxed_slice packet) {
    wire_send(packet, 0, DHCP_PORT_CLIENT, UINT32_MAX, DHCP_PORT_SERVER);
}

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
struct got wire_receive(void) {
    static const struct pxed_capture ethernet = {.link = 1};
    static uint8_t frame[2000];
    struct got g = {0};
    for (int tries = 0; tries < 30; tries++) {
        fake_core_run(&fake, 10);
        ssize_t n;
        while ((n = recv(wire, frame, sizeof(frame), MSG_DONTWAIT)) > 0) {
            answer_arp(frame, (size_t)n);
            if (pxed_capture_udp(&ethernet, pxed_slice((char *)frame, (size_t)n), &g.udp) &&
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
struct got wire_receive_late(void) {
    struct got g = {0};
    for (int i = 0; i < 6 && !g.any; i++)
        g = wire_receive();
    return g;
}

struct pxed_slice wire_request(struct made *p, uint8_t who, uint32_t ip) {
    *p = make(DHCP_REQUEST, who);
    make_boot(p, "PXEClient", 0, NULL);
    make_u32(p, DHCP_OPT_SERVER_ID, SERVER);
    make_u32(p, DHCP_OPT_REQUESTED, ip);
    make_option(p, DHCP_OPT_HOSTNAME, "web01", 5);
    return make_end(p);
}

uint32_t wire_lease(uint8_t who) {
    struct made p = make(DHCP_DISCOVER, who);
    make_boot(&p, "PXEClient", 0, NULL);
    wire_broadcast(make_end(&p));
    struct got offer = wire_receive();
    ck_assert(offer.any && offer.m.type == DHCP_OFFER);
    wire_broadcast(wire_request(&p, who, offer.m.yiaddr));
    struct got ack = wire_receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK && ack.m.yiaddr == offer.m.yiaddr);
    return ack.m.yiaddr;
}

/* ---- what is known of leases ---- */

const char *wire_state(uint32_t ip) {
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

unsigned wire_rows(const char *state) {
    struct count c = {.state = state};
    const struct pxed_leases_service *leases = fake_core_service(&fake, "leases/1");
    leases->each(leases->self, count_state, &c);
    return c.n;
}
