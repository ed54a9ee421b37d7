/* RFC 2131 4.3 as rows: which message in which situation gets which answer. */

#include "suite.h"
#include "support.h"

#define OTHER IP4(10, 77, 0, 2) /* another server */

static struct net net;
static struct pxed_hwaddr host_mac;
static struct pxed_host host;

static void setup(void) {
    net_open_kept(&net, &host, &host_mac);
}

static void teardown(void) {
    net_close(&net);
}

/* MAC 1 holds .50, MAC 2 had .51 and released it, MAC 9 is the declared host, anything else is a stranger. */
static void populate(void) {
    ck_assert_uint_eq(net_lease(&net, 1, NULL), POOL_FIRST);
    ck_assert_uint_eq(net_lease(&net, 2, NULL), POOL_FIRST + 1);
    dhcp_lease_expire(&net.t, dhcp_lease_by_ip(&net.t, POOL_FIRST + 1), net.now);
}

struct row {
    const char *name;
    uint8_t type, who;
    uint32_t server, asked, ciaddr; /* options 54, 50; 0: absent */
    bool unicast;
    enum dhcp_do what;
    enum dhcp_type reply;
    uint32_t yiaddr; /* 0: none, or any */
    enum pxed_reason reason;
};

#define IN  IP4(10, 77, 0, 57)  /* of the pool, free */
#define OUT IP4(10, 77, 0, 200) /* of the network, not of the pool */
#define FAR IP4(192, 168, 1, 5) /* of another network */

static const struct row rows[] = {
    {"discover, known lease", DHCP_DISCOVER, 1, 0, 0, 0, false, DHCP_SAY, DHCP_OFFER, POOL_FIRST, PXED_WHY_OK},
    {"discover, ended lease", DHCP_DISCOVER, 2, 0, 0, 0, false, DHCP_SAY, DHCP_OFFER, POOL_FIRST + 1, PXED_WHY_OK},
    {"discover, reservation", DHCP_DISCOVER, 9, 0, 0, 0, false, DHCP_SAY, DHCP_OFFER, HOST_IP, PXED_WHY_OK},
    {"discover, reservation wins over the wish", DHCP_DISCOVER, 9, 0, IN, 0, false, DHCP_SAY, DHCP_OFFER, HOST_IP,
     PXED_WHY_OK},
    {"discover, stranger passes the reservation over", DHCP_DISCOVER, 5, 0, 0, 0, false, DHCP_SAY, DHCP_OFFER,
     POOL_FIRST + 3, PXED_WHY_OK},
    {"discover, stranger wishes a free address", DHCP_DISCOVER, 5, 0, IN, 0, false, DHCP_SAY, DHCP_OFFER, IN,
     PXED_WHY_OK},
    {"discover, stranger wishes the reserved one", DHCP_DISCOVER, 5, 0, HOST_IP, 0, false, DHCP_SAY, DHCP_OFFER,
     POOL_FIRST + 3, PXED_WHY_OK},
    {"discover, stranger wishes another's", DHCP_DISCOVER, 5, 0, POOL_FIRST, 0, false, DHCP_SAY, DHCP_OFFER,
     POOL_FIRST + 3, PXED_WHY_OK},
    {"discover, wish outside the pool", DHCP_DISCOVER, 5, 0, OUT, 0, false, DHCP_SAY, DHCP_OFFER, POOL_FIRST + 3,
     PXED_WHY_OK},
    {"discover, wish of another net", DHCP_DISCOVER, 5, 0, FAR, 0, false, DHCP_SAY, DHCP_OFFER, POOL_FIRST + 3,
     PXED_WHY_OK},
    {"discover with ciaddr of a buggy client", DHCP_DISCOVER, 1, 0, 0, FAR, false, DHCP_SAY, DHCP_OFFER, POOL_FIRST,
     PXED_WHY_OK},

    {"selecting, own lease", DHCP_REQUEST, 1, SERVER, POOL_FIRST, 0, false, DHCP_STORE, DHCP_ACK, POOL_FIRST,
     PXED_WHY_OK},
    {"selecting, ended lease", DHCP_REQUEST, 2, SERVER, POOL_FIRST + 1, 0, false, DHCP_STORE, DHCP_ACK, POOL_FIRST + 1,
     PXED_WHY_OK},
    {"selecting, offer forgotten, address free", DHCP_REQUEST, 5, SERVER, IN, 0, false, DHCP_STORE, DHCP_ACK, IN,
     PXED_WHY_OK},
    {"selecting, somebody's address", DHCP_REQUEST, 5, SERVER, POOL_FIRST, 0, false, DHCP_SAY, DHCP_NAK, 0,
     PXED_WHY_DHCP_TAKEN},
    {"selecting, the reserved address", DHCP_REQUEST, 5, SERVER, HOST_IP, 0, false, DHCP_SAY, DHCP_NAK, 0,
     PXED_WHY_DHCP_TAKEN},
    {"selecting, reservation", DHCP_REQUEST, 9, SERVER, HOST_IP, 0, false, DHCP_STORE, DHCP_ACK, HOST_IP, PXED_WHY_OK},
    {"selecting, host wants another than its own", DHCP_REQUEST, 9, SERVER, IN, 0, false, DHCP_SAY, DHCP_NAK, 0,
     PXED_WHY_DHCP_TAKEN},
    {"selecting, outside the pool", DHCP_REQUEST, 5, SERVER, OUT, 0, false, DHCP_SAY, DHCP_NAK, 0, PXED_WHY_DHCP_TAKEN},
    {"selecting, other net", DHCP_REQUEST, 5, SERVER, FAR, 0, false, DHCP_SAY, DHCP_NAK, 0, PXED_WHY_DHCP_WRONG_NET},
    {"selecting, our own address", DHCP_REQUEST, 5, SERVER, SERVER, 0, false, DHCP_SAY, DHCP_NAK, 0,
     PXED_WHY_DHCP_WRONG_NET},
    {"selecting another server", DHCP_REQUEST, 1, OTHER, OUT, 0, false, DHCP_SILENT, 0, 0, PXED_WHY_DHCP_OTHER_SERVER},
    {"selecting another server, our address", DHCP_REQUEST, 1, OTHER, POOL_FIRST, 0, false, DHCP_SILENT, 0, 0,
     PXED_WHY_DHCP_OTHER_SERVER},
    {"selecting with ciaddr instead of 50", DHCP_REQUEST, 1, SERVER, 0, POOL_FIRST, false, DHCP_STORE, DHCP_ACK,
     POOL_FIRST, PXED_WHY_OK},

    {"init-reboot, known", DHCP_REQUEST, 1, 0, POOL_FIRST, 0, false, DHCP_STORE, DHCP_ACK, POOL_FIRST, PXED_WHY_OK},
    {"init-reboot, known, other address", DHCP_REQUEST, 1, 0, POOL_FIRST + 1, 0, false, DHCP_SAY, DHCP_NAK, 0,
     PXED_WHY_DHCP_TAKEN},
    {"selecting, leased, other address", DHCP_REQUEST, 1, SERVER, IN, 0, false, DHCP_SAY, DHCP_NAK, 0,
     PXED_WHY_DHCP_TAKEN},
    {"renewing, leased, other address", DHCP_REQUEST, 1, 0, 0, IN, true, DHCP_SAY, DHCP_NAK, 0, PXED_WHY_DHCP_TAKEN},
    {"init-reboot, ended, other address", DHCP_REQUEST, 2, 0, IN, 0, false, DHCP_STORE, DHCP_ACK, IN, PXED_WHY_OK},
    {"init-reboot, known, address of no pool", DHCP_REQUEST, 1, 0, OUT, 0, false, DHCP_SAY, DHCP_NAK, 0,
     PXED_WHY_DHCP_TAKEN},
    {"init-reboot, unknown, free in pool", DHCP_REQUEST, 5, 0, IN, 0, false, DHCP_SILENT, 0, 0, PXED_WHY_DHCP_NOT_OURS},
    {"init-reboot, unknown, taken", DHCP_REQUEST, 5, 0, POOL_FIRST, 0, false, DHCP_SAY, DHCP_NAK, 0,
     PXED_WHY_DHCP_TAKEN},
    {"init-reboot, unknown, not of the pool", DHCP_REQUEST, 5, 0, OUT, 0, false, DHCP_SILENT, 0, 0,
     PXED_WHY_DHCP_NOT_OURS},
    {"init-reboot, wrong net", DHCP_REQUEST, 5, 0, FAR, 0, false, DHCP_SAY, DHCP_NAK, 0, PXED_WHY_DHCP_WRONG_NET},
    {"init-reboot, host with another address", DHCP_REQUEST, 9, 0, IN, 0, false, DHCP_SAY, DHCP_NAK, 0,
     PXED_WHY_DHCP_TAKEN},

    {"renewing", DHCP_REQUEST, 1, 0, 0, POOL_FIRST, true, DHCP_STORE, DHCP_ACK, POOL_FIRST, PXED_WHY_OK},
    {"renewing, unknown, free in pool", DHCP_REQUEST, 5, 0, 0, IN, true, DHCP_STORE, DHCP_ACK, IN, PXED_WHY_OK},
    {"renewing, somebody's", DHCP_REQUEST, 5, 0, 0, POOL_FIRST, true, DHCP_SAY, DHCP_NAK, 0, PXED_WHY_DHCP_TAKEN},
    {"renewing, not of the pool", DHCP_REQUEST, 5, 0, 0, OUT, true, DHCP_SAY, DHCP_NAK, 0, PXED_WHY_DHCP_TAKEN},
    {"renewing, a host keeps what it has", DHCP_REQUEST, 9, 0, 0, IN, true, DHCP_STORE, DHCP_ACK, IN, PXED_WHY_OK},
    {"rebinding", DHCP_REQUEST, 1, 0, 0, POOL_FIRST, false, DHCP_STORE, DHCP_ACK, POOL_FIRST, PXED_WHY_OK},
    {"rebinding, not of the pool", DHCP_REQUEST, 5, 0, 0, OUT, false, DHCP_SILENT, 0, 0, PXED_WHY_DHCP_NOT_OURS},
    {"rebinding, wrong net", DHCP_REQUEST, 5, 0, 0, FAR, false, DHCP_SAY, DHCP_NAK, 0, PXED_WHY_DHCP_WRONG_NET},
    {"request of nothing", DHCP_REQUEST, 1, 0, 0, 0, false, DHCP_SAY, DHCP_NAK, 0, PXED_WHY_DHCP_MALFORMED},
    {"request of nothing from us: of what it was offered", DHCP_REQUEST, 1, SERVER, 0, 0, false, DHCP_STORE, DHCP_ACK,
     POOL_FIRST, PXED_WHY_OK},
    {"request of nothing from us, and nothing was offered", DHCP_REQUEST, 5, SERVER, 0, 0, false, DHCP_STORE, DHCP_ACK,
     POOL_FIRST + 3, PXED_WHY_OK},
    {"BOOTP of a declared host with ip=", DHCP_BOOTP, 9, 0, 0, 0, false, DHCP_SAY, DHCP_BOOTP, HOST_IP, PXED_WHY_OK},
    {"BOOTP of a stranger", DHCP_BOOTP, 5, 0, 0, 0, false, DHCP_SILENT, 0, 0, PXED_WHY_DHCP_NOT_OURS},

    {"decline", DHCP_DECLINE, 1, SERVER, POOL_FIRST, 0, false, DHCP_PROBE, 0, POOL_FIRST, PXED_WHY_OK},
    {"decline of another's address", DHCP_DECLINE, 5, SERVER, POOL_FIRST, 0, false, DHCP_SILENT, 0, 0,
     PXED_WHY_DHCP_NOT_OURS},
    {"decline of nobody's address", DHCP_DECLINE, 5, SERVER, IN, 0, false, DHCP_SILENT, 0, 0, PXED_WHY_DHCP_NOT_OURS},
    {"decline to another server", DHCP_DECLINE, 1, OTHER, POOL_FIRST, 0, false, DHCP_SILENT, 0, 0,
     PXED_WHY_DHCP_NOT_OURS},
    {"decline without a server", DHCP_DECLINE, 1, 0, POOL_FIRST, 0, false, DHCP_SILENT, 0, 0, PXED_WHY_DHCP_NOT_OURS},
    {"decline without an address", DHCP_DECLINE, 1, SERVER, 0, 0, false, DHCP_SILENT, 0, 0, PXED_WHY_DHCP_MALFORMED},
    {"release", DHCP_RELEASE, 1, SERVER, 0, POOL_FIRST, true, DHCP_NOTE, 0, 0, PXED_WHY_OK},
    {"release of another's lease", DHCP_RELEASE, 5, SERVER, 0, POOL_FIRST, true, DHCP_SILENT, 0, 0,
     PXED_WHY_DHCP_RELEASE_FOREIGN},
    {"release of nobody's address", DHCP_RELEASE, 5, SERVER, 0, IN, true, DHCP_SILENT, 0, 0, PXED_WHY_DHCP_NOT_OURS},
    {"release of nothing", DHCP_RELEASE, 5, SERVER, 0, 0, true, DHCP_SILENT, 0, 0, PXED_WHY_DHCP_NOT_OURS},
    {"inform", DHCP_INFORM, 5, 0, 0, OUT, true, DHCP_SAY, DHCP_ACK, 0, PXED_WHY_OK},
    {"inform from elsewhere", DHCP_INFORM, 5, 0, 0, FAR, true, DHCP_SILENT, 0, 0, PXED_WHY_DHCP_WRONG_NET},
    {"inform without any address", DHCP_INFORM, 5, 0, 0, 0, true, DHCP_SILENT, 0, 0, PXED_WHY_DHCP_WRONG_NET},

    {"an offer of another server", DHCP_OFFER, 5, OTHER, 0, 0, false, DHCP_SILENT, 0, 0, PXED_WHY_DHCP_NOT_OURS},
    {"an unknown type", 42, 5, 0, 0, 0, false, DHCP_SILENT, 0, 0, PXED_WHY_DHCP_NOT_OURS},
};

START_TEST(server_rows) {
    const struct row *row = &rows[_i];
    populate();
    struct made p = make(row->type, row->who);
    if (row->server)
        make_u32(&p, DHCP_OPT_SERVER_ID, row->server);
    if (row->asked)
        make_u32(&p, DHCP_OPT_REQUESTED, row->asked);
    make_field(&p, 12, row->ciaddr);
    struct dhcp_action a = net_serve(&net, make_end(&p), row->who == 9 ? &host : NULL, row->unicast);
    ck_assert_msg(a.what == row->what, "%s: does %d", row->name, a.what);
    ck_assert_msg(a.reason == row->reason, "%s: reason %s", row->name, pxed_reason_name(a.reason));
    if (a.what == DHCP_PROBE)
        ck_assert_msg(a.yiaddr == row->yiaddr, "%s: probes %08x", row->name, a.yiaddr);
    if (a.what == DHCP_SAY || a.what == DHCP_STORE) {
        ck_assert_msg(a.type == row->reply, "%s: replies %d", row->name, a.type);
        ck_assert_msg(a.yiaddr == row->yiaddr, "%s: gives %08x", row->name, a.yiaddr);
        ck_assert_msg(a.server_id == SERVER, "%s: option 54", row->name);
        ck_assert_msg((a.lease_ms > 0) == (a.yiaddr != 0 && a.type != DHCP_BOOTP), "%s: lease time", row->name);
    }
    if (a.reason == PXED_WHY_DHCP_OTHER_SERVER)
        ck_assert_uint_eq(a.other_server, OTHER);
}
END_TEST

START_TEST(without_a_pool_we_are_not_authoritative) {
    net_close(&net);
    net_open(&net, 0, 0);
    net.kept_ip = HOST_IP;
    net.kept_mac = host_mac;
    struct made d = make(DHCP_DISCOVER, 5), far = make(DHCP_REQUEST, 5), own = make(DHCP_REQUEST, 9),
                rebind = make(DHCP_REQUEST, 5);
    ck_assert_int_eq(net_serve(&net, make_end(&d), NULL, false).reason, PXED_WHY_DHCP_NO_ADDRESS);
    make_u32(&far, DHCP_OPT_REQUESTED, FAR);
    ck_assert_int_eq(net_serve(&net, make_end(&far), NULL, false).what, DHCP_SILENT);
    make_field(&rebind, 12, FAR);
    struct pxed_slice packet = make_end(&rebind);
    ck_assert_int_eq(net_serve(&net, packet, NULL, false).what, DHCP_SILENT);
    ck_assert_int_eq(net_serve(&net, packet, NULL, true).type, DHCP_NAK); /* it was sent to us alone */
    make_u32(&own, DHCP_OPT_REQUESTED, FAR);
    ck_assert_int_eq(net_serve(&net, make_end(&own), &host, false).type, DHCP_NAK);
    ck_assert_uint_eq(net_lease(&net, 9, &host), HOST_IP);
}
END_TEST

START_TEST(the_same_discover_gets_the_same_offer) {
    struct made p = make(DHCP_DISCOVER, 5), other = make(DHCP_DISCOVER, 6);
    struct pxed_slice packet = make_end(&p), second = make_end(&other);
    uint32_t ip = net_serve(&net, packet, NULL, false).yiaddr;
    ck_assert_uint_ne(net_serve(&net, second, NULL, false).yiaddr, ip);
    ck_assert_uint_eq(net_serve(&net, packet, NULL, false).yiaddr, ip);
    net.now += 10 * DHCP_HOLD_MS;
    ck_assert_uint_eq(net_serve(&net, packet, NULL, false).yiaddr, ip);
}
END_TEST

START_TEST(choosing_another_server_frees_the_offer) {
    struct made d = make(DHCP_DISCOVER, 5), r = make(DHCP_REQUEST, 5);
    uint32_t ip = net_serve(&net, make_end(&d), NULL, false).yiaddr;
    make_u32(&r, DHCP_OPT_SERVER_ID, OTHER);
    make_u32(&r, DHCP_OPT_REQUESTED, OUT);
    net_serve(&net, make_end(&r), NULL, false);
    ck_assert_int_eq(dhcp_lease_at(&net.t, dhcp_lease_by_ip(&net.t, ip))->state, DHCP_EXPIRED);
}
END_TEST

START_TEST(choosing_another_server_leaves_a_lease_alone) {
    populate();
    struct made r = make(DHCP_REQUEST, 1);
    make_u32(&r, DHCP_OPT_SERVER_ID, OTHER);
    make_u32(&r, DHCP_OPT_REQUESTED, OUT);
    net_serve(&net, make_end(&r), NULL, false);
    ck_assert_int_eq(dhcp_lease_at(&net.t, dhcp_lease_by_ip(&net.t, POOL_FIRST))->state, DHCP_BOUND);
}
END_TEST

START_TEST(a_request_joins_the_commit_under_way) {
    struct made d = make(DHCP_DISCOVER, 5), r = make(DHCP_REQUEST, 5);
    int mark = 0;
    uint32_t ip = net_serve(&net, make_end(&d), NULL, false).yiaddr;
    make_u32(&r, DHCP_OPT_SERVER_ID, SERVER);
    make_u32(&r, DHCP_OPT_REQUESTED, ip);
    struct pxed_slice packet = make_end(&r);
    struct dhcp_action a = net_serve(&net, packet, NULL, false);
    ck_assert_int_eq(a.what, DHCP_STORE);
    dhcp_lease_at(&net.t, a.lease)->pending = &mark;
    struct dhcp_action b = net_serve(&net, packet, NULL, false);
    ck_assert_int_eq(b.what, DHCP_JOIN);
    ck_assert_uint_eq(b.lease, a.lease);
    ck_assert_uint_eq(b.yiaddr, a.yiaddr);
    /* Nobody takes it meanwhile, however late the store is; a RELEASE of what was not acknowledged is nothing. */
    net.now += 10 * DHCP_HOLD_MS;
    struct made thief = make(DHCP_REQUEST, 6), release = make(DHCP_RELEASE, 5);
    make_u32(&thief, DHCP_OPT_SERVER_ID, SERVER);
    make_u32(&thief, DHCP_OPT_REQUESTED, ip);
    ck_assert_int_eq(net_serve(&net, make_end(&thief), NULL, false).type, DHCP_NAK);
    make_u32(&release, DHCP_OPT_SERVER_ID, SERVER);
    make_field(&release, 12, ip);
    ck_assert_int_eq(net_serve(&net, make_end(&release), NULL, true).what, DHCP_SILENT);
    net_stored(&net, &a);
    ck_assert_int_eq(dhcp_lease_at(&net.t, a.lease)->state, DHCP_BOUND);
}
END_TEST

static struct dhcp_action declines(uint8_t who, uint32_t ip, struct dhcp_known known) {
    struct made d = make(DHCP_DECLINE, who);
    make_u32(&d, DHCP_OPT_SERVER_ID, SERVER);
    make_u32(&d, DHCP_OPT_REQUESTED, ip);
    net.known = known;
    struct dhcp_action a = net_serve(&net, make_end(&d), who == 9 ? &host : NULL, false);
    net.known = (struct dhcp_known){0};
    return a;
}

/* A forged DECLINE takes no lease away: what counts is what our own probe of this very address sees. */
START_TEST(a_decline_counts_only_if_we_see_it) {
    populate();
    const struct dhcp_lease *e = dhcp_lease_at(&net.t, dhcp_lease_by_ip(&net.t, POOL_FIRST));
    ck_assert_int_eq(declines(1, POOL_FIRST, (struct dhcp_known){.ip = POOL_FIRST, .taken = false, .probes = 1}).reason,
                     PXED_WHY_DHCP_DECLINE_UNSEEN);
    ck_assert_int_eq(
        declines(1, POOL_FIRST, (struct dhcp_known){.ip = POOL_FIRST + 1, .taken = true, .probes = 1}).what,
        DHCP_PROBE);
    ck_assert_int_eq(declines(5, POOL_FIRST, (struct dhcp_known){.ip = POOL_FIRST, .taken = true, .probes = 1}).reason,
                     PXED_WHY_DHCP_NOT_OURS);
    struct dhcp_known both = {.ip = POOL_FIRST, .taken = true, .own = true, .probes = 1};
    ck_assert_int_eq(declines(1, POOL_FIRST, both).reason, PXED_WHY_DHCP_DECLINE_UNSEEN); /* it uses the address */
    ck_assert_int_eq(e->state, DHCP_BOUND);
    struct pxed_hwaddr owner = mac_of(1);
    ck_assert(pxed_hwaddr_eq(&e->mac, &owner));
    struct dhcp_action a = declines(1, POOL_FIRST, (struct dhcp_known){.ip = POOL_FIRST, .taken = true, .probes = 1});
    ck_assert_int_eq(a.what, DHCP_NOTE);
    ck_assert_int_eq(a.reason, PXED_WHY_DHCP_DECLINED);
    ck_assert_int_eq(e->state, DHCP_DECLINED);
}
END_TEST

START_TEST(a_release_counts_only_from_its_address) {
    populate();
    const struct dhcp_lease *e = dhcp_lease_at(&net.t, dhcp_lease_by_ip(&net.t, POOL_FIRST));
    struct made r = make(DHCP_RELEASE, 1);
    make_u32(&r, DHCP_OPT_SERVER_ID, SERVER);
    make_field(&r, 12, POOL_FIRST);
    struct pxed_slice packet = make_end(&r);
    const uint32_t elsewhere[] = {IN, OUT, FAR, IP4(0, 0, 0, 1)};
    for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
        net.source = elsewhere[i];
        ck_assert_int_eq(net_serve(&net, packet, NULL, true).reason, PXED_WHY_DHCP_RELEASE_FOREIGN);
        ck_assert_int_eq(e->state, DHCP_BOUND);
    }
    net.source = POOL_FIRST;
    ck_assert_int_eq(net_serve(&net, packet, NULL, true).what, DHCP_NOTE);
    ck_assert_int_eq(e->state, DHCP_EXPIRED);
}
END_TEST

/* Seen with dnsmasq: the declined address was offered again at once (PROTOCOLS.md 0.10). */
START_TEST(a_declined_address_is_not_offered_again) {
    uint32_t ip = net_lease(&net, 5, NULL);
    struct made again = make(DHCP_DISCOVER, 5);
    ck_assert_int_eq(declines(5, ip, (struct dhcp_known){.ip = ip, .taken = true, .probes = 1}).reason,
                     PXED_WHY_DHCP_DECLINED);
    struct pxed_slice packet = make_end(&again);
    ck_assert_uint_ne(net_serve(&net, packet, NULL, false).yiaddr, ip);
}
END_TEST

START_TEST(a_declined_reservation_gets_a_pool_address_meanwhile) {
    ck_assert_uint_eq(net_lease(&net, 9, &host), HOST_IP);
    declines(9, HOST_IP, (struct dhcp_known){.ip = HOST_IP, .taken = true, .probes = 1});
    uint32_t ip = net_lease(&net, 9, &host);
    ck_assert(ip != 0 && ip != HOST_IP);
    net.now += DHCP_QUARANTINE_MS;
    ck_assert_uint_eq(net_lease(&net, 9, &host), HOST_IP);
}
END_TEST

START_TEST(a_reservation_waits_for_the_lease_of_another) {
    struct pxed_host late = host;
    late.ip = pxed_addr_v4(POOL_FIRST);
    ck_assert_uint_eq(net_lease(&net, 1, NULL), POOL_FIRST);
    net.kept_ip = POOL_FIRST;
    uint32_t ip = net_lease(&net, 9, &late);
    ck_assert(ip != 0 && ip != POOL_FIRST);
    net.now += 3600 * 1000;
    ck_assert_uint_eq(net_lease(&net, 9, &late), POOL_FIRST);
    ck_assert_uint_ne(net_lease(&net, 1, NULL), POOL_FIRST);
}
END_TEST

START_TEST(one_machine_holds_one_address) {
    uint32_t before = net_lease(&net, 9, NULL);
    ck_assert_uint_eq(net_lease(&net, 9, &host), HOST_IP);
    ck_assert_int_eq(dhcp_lease_at(&net.t, dhcp_lease_by_ip(&net.t, before))->state, DHCP_EXPIRED);
    /* And one that asks for address after address leaves two behind at most. */
    for (uint32_t ip = POOL_FIRST; ip <= POOL_LAST; ip++) {
        struct made r = make(DHCP_REQUEST, 5);
        make_u32(&r, DHCP_OPT_SERVER_ID, SERVER);
        make_u32(&r, DHCP_OPT_REQUESTED, ip);
        struct dhcp_action a = net_serve(&net, make_end(&r), NULL, false);
        if (a.what == DHCP_STORE)
            net_stored(&net, &a);
    }
    struct pxed_hwaddr mac = mac_of(5);
    unsigned n = 0;
    for (uint32_t i = DHCP_NONE; (i = dhcp_lease_next(&net.t, 0, &mac, i, DHCP_NONE)) != DHCP_NONE;)
        n++;
    ck_assert_uint_le(n, 2);
}
END_TEST

START_TEST(an_exhausted_pool_is_silent_and_recovers) {
    net.kept_ip = 0;
    for (uint8_t i = 0; i < 10; i++)
        ck_assert_uint_ne(net_lease(&net, (uint8_t)(20 + i), NULL), 0);
    struct made d = make(DHCP_DISCOVER, 99);
    struct pxed_slice packet = make_end(&d);
    ck_assert_int_eq(net_serve(&net, packet, NULL, false).reason, PXED_WHY_DHCP_NO_ADDRESS);
    net.now += 3600 * 1000;
    ck_assert_int_eq(net_serve(&net, packet, NULL, false).type, DHCP_OFFER);
}
END_TEST

START_TEST(a_declared_host_goes_before_unanswered_offers) {
    struct pxed_host plain = {.macs = &host_mac, .n_macs = 1};
    net.kept_ip = 0;
    for (uint8_t i = 0; i < 200; i++) {
        struct made d = make(DHCP_DISCOVER, (uint8_t)(20 + i));
        net_serve(&net, make_end(&d), NULL, false);
    }
    ck_assert_uint_eq(net.scope.lists[DHCP_OFFERED].n, 10);
    struct made d = make(DHCP_DISCOVER, 9);
    ck_assert_int_eq(net_serve(&net, make_end(&d), &plain, false).type, DHCP_OFFER);
}
END_TEST

START_TEST(lease_time_rows) {
    static const struct {
        uint32_t asked;
        uint64_t given;
    } times[] = {{0, 120}, {60, 120}, {600, 600}, {3600, 3600}, {7200, 3600}, {UINT32_MAX, 3600}};
    struct made d = make(DHCP_DISCOVER, 5);
    make_u32(&d, DHCP_OPT_LEASE_TIME, times[_i].asked);
    ck_assert_uint_eq(net_serve(&net, make_end(&d), NULL, false).lease_ms, times[_i].given * 1000);
}
END_TEST

/* RFC 5107: the relay's address stands in option 54, and comes back in it. */
START_TEST(a_relay_may_be_the_server_id) {
    static const uint8_t relay[] = {11, 4, 10, 77, 0, 250};
    struct made d = make(DHCP_DISCOVER, 5), r = make(DHCP_REQUEST, 5), direct = make(DHCP_REQUEST, 5);
    make_field(&d, 24, IP4(10, 77, 0, 250));
    make_option(&d, 82, relay, sizeof(relay));
    struct dhcp_action a = net_serve(&net, make_end(&d), NULL, false);
    ck_assert_uint_eq(a.server_id, IP4(10, 77, 0, 250));
    make_field(&r, 24, IP4(10, 77, 0, 250));
    make_option(&r, 82, relay, sizeof(relay));
    make_u32(&r, DHCP_OPT_SERVER_ID, IP4(10, 77, 0, 250));
    make_u32(&r, DHCP_OPT_REQUESTED, a.yiaddr);
    ck_assert_int_eq(net_serve(&net, make_end(&r), NULL, false).what, DHCP_STORE);
    make_option(&direct, 82, relay, sizeof(relay)); /* from a switch on the wire, which has no giaddr */
    make_u32(&direct, DHCP_OPT_SERVER_ID, IP4(10, 77, 0, 250));
    make_u32(&direct, DHCP_OPT_REQUESTED, a.yiaddr);
    ck_assert_int_eq(net_serve(&net, make_end(&direct), NULL, false).what, DHCP_STORE);
}
END_TEST

int main(void) {
    Suite *s = suite_create("dhcp server");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, server_rows, 0, sizeof(rows) / sizeof(rows[0]));
    tcase_add_test(t, without_a_pool_we_are_not_authoritative);
    tcase_add_test(t, the_same_discover_gets_the_same_offer);
    tcase_add_test(t, choosing_another_server_frees_the_offer);
    tcase_add_test(t, choosing_another_server_leaves_a_lease_alone);
    tcase_add_test(t, a_request_joins_the_commit_under_way);
    tcase_add_test(t, a_decline_counts_only_if_we_see_it);
    tcase_add_test(t, a_release_counts_only_from_its_address);
    tcase_add_test(t, a_declined_address_is_not_offered_again);
    tcase_add_test(t, a_declined_reservation_gets_a_pool_address_meanwhile);
    tcase_add_test(t, a_reservation_waits_for_the_lease_of_another);
    tcase_add_test(t, one_machine_holds_one_address);
    tcase_add_test(t, an_exhausted_pool_is_silent_and_recovers);
    tcase_add_test(t, a_declared_host_goes_before_unanswered_offers);
    tcase_add_loop_test(t, lease_time_rows, 0, 6);
    tcase_add_test(t, a_relay_may_be_the_server_id);
    suite_add_tcase(s, t);
    return suite_run(s);
}
