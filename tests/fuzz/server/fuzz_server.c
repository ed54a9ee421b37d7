/* The whole server: datagrams of DHCP, requests, orders of an operator, writes that come late or fail, ARP answers,
 * time, restarts and new generations of the host file, in any order; after each the rules of rules.h must hold. */
#include "fake_loop.h"
#include "ledger.h"
#include "orders.h"
#include "overdue.h"
#include "rules.h"
#include "support.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS_MAX = 400, STALL_MS = 5000 /* no write waits longer */ };

struct input {
    const uint8_t *at, *end;
};

static uint8_t next(struct input *in) {
    return in->at < in->end ? *in->at++ : 0;
}

static uint8_t some_client(struct input *in) {
    return (uint8_t)(1 + next(in) % WORLD_CLIENTS);
}

/* --- DHCP --- */

/* What a client says that it no longer uses. */
static void note_given_up(struct pxed_slice packet) {
    struct dhcp_message m;
    uint8_t scratch[DHCP_RECV_SIZE];
    uint32_t ip = 0;
    if (dhcp_parse(packet, scratch, sizeof(scratch), &m) != DHCP_PARSED)
        return;
    rules_says(m.chaddr[5]);
    if (m.type == DHCP_RELEASE && m.ciaddr != 0)
        rules_gives_up(m.chaddr[5], m.ciaddr);
    if (m.type == DHCP_DECLINE && dhcp_get_u32(&m, DHCP_OPT_REQUESTED, &ip) && ip != 0)
        rules_gives_up(m.chaddr[5], ip);
}

static uint32_t some_address(struct input *in, uint8_t client) {
    uint8_t n = next(in);
    switch (n % 4) {
    case 0:
        return IP4(10, 77, 0, 50 + n / 4 % 8);
    case 1:
        return IP4(10, 77, n / 128, n / 4);
    default:
        return world.offered[client];
    }
}

enum { BOOTS = 8, UNICAST = 16, BROADCAST = 32, IPXE = 64, RELAYED = 128 };
enum { ASKS_FOR = 1, HAS = 2, TO_US = 4, TO_OTHER = 8, TO_PXE = 16, PATCHED = 32, SECONDS = 64, NAMED = 128 };

static void send_message(uint8_t client, uint8_t flags, uint32_t ip, uint8_t more, struct input *in) {
    static const uint8_t types[] = {DHCP_DISCOVER, DHCP_REQUEST, DHCP_REQUEST, DHCP_DECLINE,
                                    DHCP_RELEASE,  DHCP_INFORM,  DHCP_REQUEST, DHCP_ACK};
    struct made p = make(types[flags & 7], client);
    struct dhcp_arrival arrival = {.source_port = 68, .port = more & TO_PXE ? DHCP_PORT_PXE : DHCP_PORT_SERVER};
    if (flags & BOOTS)
        make_boot(&p, "PXEClient:Arch:00000:UNDI:002001", 0, flags & IPXE ? "iPXE" : NULL);
    if (more & ASKS_FOR)
        make_u32(&p, DHCP_OPT_REQUESTED, ip);
    if (more & HAS)
        make_field(&p, 12, ip);
    if (more & (TO_US | TO_OTHER))
        make_u32(&p, DHCP_OPT_SERVER_ID, more & TO_US ? SERVER : IP4(10, 77, 0, 2));
    if (more & NAMED)
        make_option(&p, DHCP_OPT_HOSTNAME, "pc-1", 4);
    if (flags & RELAYED)
        make_field(&p, 24, IP4(10, 77, 0, 254));
    if (flags & BROADCAST)
        p.bytes[10] = 0x80;
    if (more & SECONDS)
        p.bytes[9] = 9;
    make_end(&p);
    for (unsigned i = 0; i < 3 && (more & PATCHED); i++) {
        unsigned place = next(in) | (next(in) & 1u) << 8;
        p.bytes[place % p.len] = next(in);
    }
    arrival.unicast = (flags & UNICAST) != 0;
    arrival.source = (more & HAS) && arrival.unicast ? ip : 0;
    world_trace("message: type %u client %u address .%u flags %02x more %02x", types[flags & 7], client, ip & 255,
                flags, more);
    note_given_up(pxed_slice((const char *)p.bytes, p.len));
    world_packet(&arrival, pxed_slice((const char *)p.bytes, p.len), more & TO_PXE);
}

static void step_message(struct input *in) {
    uint8_t client = some_client(in), flags = next(in), more = next(in);
    send_message(client, flags, some_address(in, client), more, in);
}

/* A client that does everything right, up to the write of its lease. */
static void step_lease(struct input *in) {
    uint8_t client = some_client(in);
    send_message(client, BOOTS, 0, 0, in);
    for (int i = 0; i < 3; i++)
        world_probed(false, false);
    if (world.offered[client])
        send_message(client, 1 | BOOTS, world.offered[client], ASKS_FOR | TO_US, in);
}

/* --- operators --- */

static const uint8_t clients[WORLD_CLIENTS + 1] = {0, 1, 2, 3, 4, 5, 6, 7, 8};

static void order_done(void *arg, int result) {
    rules_ordered(*(const uint8_t *)arg, true, result == 0);
}

static void other_done(void *arg, int result) {
    (void)arg, (void)result;
}

static void step_order(struct input *in) {
    uint8_t client = some_client(in), what = next(in);
    struct pxed_hwaddr mac = world_mac(client);
    struct pxed_arm_order order = {
        .macs = &mac, .n = 1, .tries = 1u + (what >> 3 & 1), .who = PXED_SLICE("uid 0"), .typed = true};
    order.valid_ms = what & 16 ? 600 * 1000 : 0;
    world_trace("order %u for client %u", what & 7, client);
    switch (what & 7) {
    case 0:
    case 1:
    case 2:
        rules_ordered(client, false, false);
        orders_arm(&world.d, &order, order_done, (void *)(uintptr_t)&clients[client]);
        break;
    case 3:
        orders_disarm(&world.d, &mac, 1, order.who, other_done, NULL);
        break;
    case 4:
        orders_adopt(&world.d, &mac, 1, order.who, other_done, NULL);
        break;
    default:
        (void)orders_event(&world.d, &mac, what & 1 ? PXED_SLICE("failed") : PXED_SLICE("installed"), PXED_NO_SLICE,
                           order.who, other_done, NULL);
    }
}

/* --- requests --- */

static const char *const stages[] = {"installing", "installed", "failed", "partitioned", "armed", "x!"};

static void step_ask(struct input *in) {
    char mac[PXED_MAC_TEXT], path[128], query[96], token[33] = "00000000000000000000000000000000";
    struct world_asking a = {.asker = some_client(in), .about = some_client(in)};
    uint8_t what = next(in), how = next(in);
    if (what % 8 >= 6 && !(how & 8)) /* names without a MAC are about who asks */
        a.about = a.asker;
    struct pxed_hwaddr about = world_mac(a.about);
    const struct machine *m = world_machine(a.about);
    struct pxed_buf b = PXED_BUF(path), q = PXED_BUF(query), t = {token, 32, 0};
    pxed_mac_text(&about, "-", mac);
    a.via = how & 1 ? PXED_VIA_TFTP : PXED_VIA_HTTP;
    a.agent = how & 2 ? PXED_SLICE("iPXE/1.21") : how & 4 ? PXED_SLICE("gPXE/1.0") : PXED_NO_SLICE;
    a.token = (how & 8) && m && lifecycle_open(machine_rec(m));
    a.post = (how & 16) && a.via == PXED_VIA_HTTP;
    if (a.token)
        pxed_buf_hex(&t, machine_rec(m)->token, 16, "");
    pxed_buf_str(&b, "/boot/");
    if (how & 8) {
        pxed_buf_str(&b, "s/");
        pxed_buf_add(&b, pxed_slice(token, 32));
        pxed_buf_byte(&b, '/');
    }
    switch (what % 8) {
    case 0:
    case 1:
        pxed_buf_str(&b, "home.php");
        break;
    case 2:
        pxed_buf_str(&b, "event");
        break;
    case 3:
        pxed_buf_str(&b, "pxelinux.cfg/01-");
        pxed_buf_str(&b, mac);
        break;
    case 4:
    case 5:
        pxed_buf_str(&b, what & 8 ? "hosts/test/" : "hosts/");
        pxed_buf_str(&b, mac);
        pxed_buf_str(&b, what & 8 ? ".txt" : "/answer");
        break;
    case 6:
        pxed_buf_str(&b, what & 8 ? "grub/grub.cfg" : "os/testos-1/linux");
        break;
    default:
        for (unsigned i = next(in) % 24; i > 0; i--)
            pxed_buf_byte(&b, (char)next(in));
    }
    pxed_buf_str(&q, "mac=");
    pxed_buf_str(&q, mac);
    pxed_buf_str(&q, "&stage=");
    pxed_buf_str(&q, stages[(what >> 3) % 6]);
    a.path = pxed_buf_slice(&b);
    a.query = a.via == PXED_VIA_HTTP ? pxed_buf_slice(&q) : PXED_NO_SLICE;
    a.body = a.post ? PXED_SLICE("log") : PXED_NO_SLICE;
    world_ask(&a);
}

/* A host is armed and asks for its answer file, which it gets to its end. */
static void step_install(struct input *in) {
    uint8_t client = (uint8_t)(1 + next(in) % 4);
    struct pxed_hwaddr mac = world_mac(client);
    struct pxed_arm_order order = {.macs = &mac, .n = 1, .tries = 1, .who = PXED_SLICE("uid 0"), .typed = true};
    char text[PXED_MAC_TEXT], path[64];
    struct pxed_buf b = PXED_BUF(path);
    rules_ordered(client, false, false);
    orders_arm(&world.d, &order, order_done, (void *)(uintptr_t)&clients[client]);
    world_write();
    pxed_buf_str(&b, "/boot/hosts/");
    pxed_buf_str(&b, pxed_mac_text(&mac, "-", text));
    pxed_buf_str(&b, "/answer");
    struct world_asking a = {.via = PXED_VIA_HTTP, .asker = client, .about = client, .path = pxed_buf_slice(&b)};
    world_ask(&a);
    for (unsigned i = 0; i < 2 * WORLD_TRANSFERS; i++) {
        world_transfer(i, true);
        world_write();
    }
}

/* --- all steps --- */

static void step_time(struct input *in) {
    static const uint64_t ms[] = {10, 300, 600, 5000, 61000, 605000, 1900000, 3601000, 25ull * 3600 * 1000};
    uint64_t pass = ms[next(in) % (sizeof(ms) / sizeof(ms[0]))];
    if (world_unwritten() + pass > STALL_MS)
        world_write();
    fake_loop_pass(pass);
    overdue_end(&world.d);
    ledger_flush(&world.d.machines, NULL, NULL);
}

static void step_server(struct input *in) {
    uint8_t what = next(in);
    switch (what % 8) {
    case 0:
        world_restart((what & 8) != 0);
        rules_restarted();
        break;
    case 1:
    case 2:
        world_generation(what >> 3);
        break;
    case 3:
    case 4:
        world.failing = what & 8;
        world_trace("the disk fails: %d", world.failing);
        break;
    case 5:
        world.unresolved = what & 8;
        break;
    default:
        world_probed(what & 8, what & 16);
    }
}

static void step(struct input *in) {
    uint8_t what = next(in);
    switch (what % 13) {
    case 0:
    case 1:
    case 2:
        step_message(in);
        break;
    case 3:
        step_lease(in);
        break;
    case 4:
        step_time(in);
        break;
    case 5:
    case 6:
        world_write();
        break;
    case 7:
        step_order(in);
        break;
    case 8:
    case 9:
        step_ask(in);
        break;
    case 10:
        world_transfer(what / 13, (what / 13 & 4) == 0);
        break;
    case 11:
        step_install(in);
        break;
    default:
        step_server(in);
    }
    fake_loop_settle();
    rules_check();
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    world_make();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input in = {data, data + size};
    rules_begin();
    world_begin();
    for (unsigned steps = 0; in.at < in.end && steps < STEPS_MAX; steps++)
        step(&in);
    world_end();
    return 0;
}
