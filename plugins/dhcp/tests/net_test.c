/* Which net a message comes from, which of one wire it gets, and which class it is of. */
#include "class.h"
#include "named.h"
#include "net.h"
#include "shared.h"
#include "subnet.h"
#include "suite.h"
#include "support.h"

#define A      IP4(10, 20, 0, 0)
#define B      IP4(10, 30, 0, 0)
#define OWN    IP4(10, 77, 0, 1)
#define SHARED IP4(10, 78, 0, 0)

enum { NET_A, NET_B, NET_OWN, NET_SHARED, NETS };

static const struct pxed_addrs none;
static struct pxed_addr listed;
static struct pxed_addrs listed_relays = {&listed, 1};
static struct dhcp_scope scopes[NETS];
static struct dhcp_net items[NETS];
static struct dhcp_listed relays[] = {{IP4(192, 168, 9, 9), NET_B}};
static struct dhcp_nets nets = {items, scopes, NETS, relays, 1};

static void setup(void) {
    const uint32_t at[NETS] = {A, B, OWN & 0xffffff00, SHARED};
    listed = pxed_addr_v4(IP4(192, 168, 9, 9));
    for (unsigned i = 0; i < NETS; i++) {
        scopes[i] = (struct dhcp_scope){.net = at[i], .prefix = 24, .server = i == NET_OWN ? OWN : 0};
        items[i] = (struct dhcp_net){.link = i < NET_OWN ? DHCP_NO_LINK : 0, .beside = i, .relays = &none};
    }
    items[NET_B].relays = &listed_relays;
    items[NET_SHARED].beside = NET_OWN;
    items[NET_OWN].beside = NET_SHARED;
}

struct row {
    const char *name;
    uint32_t giaddr, link, subnet, ciaddr, source;
    bool unicast;
    int scope;
    uint32_t wanted;
};

static const struct row rows[] = {
    {"a broadcast is of the interface's net", 0, 0, 0, 0, 0, false, NET_OWN, 0},
    {"a relay inside its net", A + 1, 0, 0, 0, A + 1, true, NET_A, 0},
    {"a relay that nobody serves", IP4(10, 40, 0, 1), 0, 0, 0, 0, true, DHCP_NO_SCOPE, IP4(10, 40, 0, 1)},
    {"a listed relay, wherever it is", IP4(192, 168, 9, 9), 0, 0, 0, 0, true, NET_B, 0},
    {"only the listed one", B + 1, 0, 0, 0, 0, true, DHCP_NO_SCOPE, B + 1},
    {"the relay's link (RFC 3527) before giaddr", A + 1, SHARED, 0, 0, 0, true, NET_SHARED, 0},
    {"a link that nobody serves", A + 1, IP4(10, 40, 0, 0), 0, 0, 0, true, DHCP_NO_SCOPE, IP4(10, 40, 0, 0)},
    {"a link of another's listed relay", A + 1, B, 0, 0, 0, true, DHCP_NO_SCOPE, A + 1},
    {"a link of its listed relay", IP4(192, 168, 9, 9), B, 0, 0, 0, true, NET_B, 0},
    {"subnet selection (RFC 3011)", 0, 0, A, 0, 0, false, NET_A, 0},
    {"a subnet that nobody serves", 0, 0, IP4(10, 40, 0, 0), 0, 0, false, DHCP_NO_SCOPE, IP4(10, 40, 0, 0)},
    {"the relay's link before the client's subnet", A + 1, SHARED, A, 0, 0, true, NET_SHARED, 0},
    {"a renewal from behind a router", 0, 0, 0, A + 50, A + 50, true, NET_A, 0},
    {"not in another's name", 0, 0, 0, A + 50, A + 51, true, NET_OWN, 0},
    {"nor by broadcast", 0, 0, 0, A + 50, A + 50, false, NET_OWN, 0},
};

static struct made row_message(const struct row *r) {
    struct made p = make(r->ciaddr ? DHCP_REQUEST : DHCP_DISCOVER, 5);
    uint8_t bytes[6] = {5, 4, (uint8_t)(r->link >> 24), (uint8_t)(r->link >> 16), (uint8_t)(r->link >> 8), 0};
    uint8_t subnet[4] = {(uint8_t)(r->subnet >> 24), (uint8_t)(r->subnet >> 16), (uint8_t)(r->subnet >> 8), 0};
    if (r->subnet)
        make_option(&p, DHCP_OPT_SUBNET, subnet, sizeof(subnet));
    if (r->link)
        make_option(&p, DHCP_OPT_RELAY, bytes, sizeof(bytes));
    return p;
}

START_TEST(place_rows) {
    const struct row *r = &rows[_i];
    struct made p = row_message(r);
    struct dhcp_message m = read_message(make_end(&p));
    m.giaddr = r->giaddr;
    m.ciaddr = r->ciaddr;
    struct dhcp_place place = dhcp_place(&nets, &m, NET_OWN, r->source, r->unicast);
    ck_assert_msg(place.scope == r->scope, "%s: %d", r->name, place.scope);
    ck_assert_msg(place.wanted == r->wanted, "%s: wanted %x", r->name, place.wanted);
    ck_assert_msg((place.reason == PXED_WHY_OK) == (r->scope != DHCP_NO_SCOPE), "%s: reason", r->name);
}
END_TEST

START_TEST(a_net_of_each_address) {
    ck_assert_int_eq(dhcp_net_of(&nets, A), NET_A);
    ck_assert_int_eq(dhcp_net_of(&nets, A + 255), NET_A);
    ck_assert_int_eq(dhcp_net_of(&nets, A + 256), DHCP_NO_SCOPE);
    ck_assert_int_eq(dhcp_net_of(&nets, SHARED + 7), NET_SHARED);
    ck_assert_int_eq(dhcp_net_of(&nets, 0), DHCP_NO_SCOPE);
    ck_assert_int_eq(dhcp_net_of(&nets, UINT32_MAX), DHCP_NO_SCOPE);
}
END_TEST

/* ---- one wire ---- */

START_TEST(several_nets_on_one_wire) {
    struct dhcp_lease entries[4];
    uint32_t heads[2][4];
    struct dhcp_leases t;
    struct pxed_hwaddr mac = mac_of(5), other = mac_of(6);
    struct pxed_host host = {.macs = &mac, .n_macs = 1, .ip = pxed_addr_v4(SHARED + 9)};
    dhcp_leases_init(&t, (struct dhcp_memory){entries, 4, heads[0], heads[1], 4}, scopes, NETS, 1);
    struct made p = make(DHCP_DISCOVER, 5);
    struct dhcp_message m = read_message(make_end(&p));
    ck_assert_uint_eq(dhcp_shared_scope(&nets, &t, NET_OWN, &m, &mac, NULL), NET_OWN);
    ck_assert_uint_eq(dhcp_shared_scope(&nets, &t, NET_OWN, &m, &mac, &host), NET_SHARED);
    ck_assert_uint_eq(dhcp_shared_scope(&nets, &t, NET_A, &m, &mac, &host), NET_A); /* never another wire's */
    ck_assert_uint_ne(dhcp_lease_hold(&t, NET_SHARED, SHARED + 3, &other, 1), DHCP_NONE);
    ck_assert_uint_eq(dhcp_shared_scope(&nets, &t, NET_OWN, &m, &other, NULL), NET_SHARED);
    m.type = DHCP_REQUEST;
    m.ciaddr = SHARED + 4;
    ck_assert_uint_eq(dhcp_shared_scope(&nets, &t, NET_OWN, &m, &mac, NULL), NET_SHARED);
}
END_TEST

/* ---- classes ---- */

static const char *const texts[] = {"00:0c:29:*", "52-54-00-00-00-05", "efi-x64", "PXEClient*", "lab", "eth0/1"};
static const struct pxed_list macs = {texts, NULL, 2}, archs = {texts + 2, NULL, 1}, vendors = {texts + 3, NULL, 1},
                              users = {texts + 4, NULL, 1}, circuits = {texts + 5, NULL, 1};

static int class_of(const struct dhcp_config *class, uint8_t mac, const char *vendor, int arch, const char *user) {
    struct pxed_section section = {.name = "c", .config = class};
    struct dhcp_config config = {.classes = {&section, 1}};
    struct made p = make(DHCP_DISCOVER, mac);
    struct dhcp_facts facts;
    if (vendor)
        make_option(&p, 60, vendor, strlen(vendor));
    if (arch >= 0)
        make_option(&p, 93, (const uint8_t[]){0, (uint8_t)arch}, 2);
    if (user)
        make_option(&p, 77, user, strlen(user));
    make_option(&p, 82, "\1\6eth0/1", 8);
    struct dhcp_message m = read_message(make_end(&p));
    ck_assert(dhcp_facts(&m, NULL, &facts));
    return dhcp_class_of(&config, &m, &facts);
}

START_TEST(classes) {
    struct dhcp_config mac = {.mac = macs}, arch = {.arch = archs}, vendor = {.vendor = vendors},
                       user = {.user = users}, circuit = {.circuit = circuits}, both = {.mac = macs, .vendor = vendors};
    ck_assert_int_eq(class_of(&mac, 5, NULL, -1, NULL), 0);
    ck_assert_int_eq(class_of(&mac, 6, NULL, -1, NULL), -1);
    ck_assert_int_eq(class_of(&arch, 5, "PXEClient", 7, NULL), 0);
    ck_assert_int_eq(class_of(&arch, 5, "PXEClient", 0, NULL), -1);
    ck_assert_int_eq(class_of(&arch, 5, NULL, -1, NULL), -1); /* what is no firmware has none */
    ck_assert_int_eq(class_of(&vendor, 5, "PXEClient:Arch", 0, NULL), 0);
    ck_assert_int_eq(class_of(&vendor, 5, NULL, -1, NULL), -1);
    ck_assert_int_eq(class_of(&user, 5, NULL, -1, "lab"), 0);
    ck_assert_int_eq(class_of(&user, 5, NULL, -1, "\3lab"), 0);
    ck_assert_int_eq(class_of(&user, 5, NULL, -1, "labs"), -1);
    ck_assert_int_eq(class_of(&circuit, 5, NULL, -1, NULL), 0);
    ck_assert_int_eq(class_of(&both, 5, "PXEClient", 0, NULL), 0);
    ck_assert_int_eq(class_of(&both, 5, "d-i", 0, NULL), -1);
    ck_assert_int_eq(class_of(&both, 6, "PXEClient", 0, NULL), -1);
    ck_assert_ptr_null(dhcp_class_wrong(&both));
    ck_assert_ptr_nonnull(dhcp_class_wrong(&(struct dhcp_config){.lease_time = 1}));
    ck_assert_ptr_nonnull(dhcp_class_wrong(&(struct dhcp_config){.mac = archs}));
    ck_assert_ptr_nonnull(dhcp_class_wrong(&(struct dhcp_config){.arch = macs}));
}
END_TEST

/* ---- addresses named through a relay ---- */

START_TEST(named_addresses) {
    static struct dhcp_named n;
    struct pxed_hwaddr a = {.len = 6, .bytes = {2, 0, 0, 0, 0, 1}}, b = {.len = 6, .bytes = {2, 0, 0, 0, 0, 2}};
    memset(&n, 0, sizeof(n));
    ck_assert(!dhcp_named_is(&n, &a, IP4(10, 20, 0, 5), 1));
    ck_assert(!dhcp_named_is(&n, &a, 0, 1));
    dhcp_named_put(&n, &a, 0, 1); /* none is known: nothing is kept */
    dhcp_named_put(&n, &a, IP4(10, 20, 0, 5), 1000);
    ck_assert(dhcp_named_is(&n, &a, IP4(10, 20, 0, 5), 1001));
    ck_assert(!dhcp_named_is(&n, &a, IP4(10, 20, 0, 6), 1001));
    ck_assert(!dhcp_named_is(&n, &b, IP4(10, 20, 0, 5), 1001));
    ck_assert(!dhcp_named_is(&n, &a, IP4(10, 20, 0, 5), 1000 + DHCP_NAMED_MS));
    dhcp_named_put(&n, &a, IP4(10, 20, 0, 6), 2000); /* it asks for another */
    ck_assert(dhcp_named_is(&n, &a, IP4(10, 20, 0, 6), 2001) && !dhcp_named_is(&n, &a, IP4(10, 20, 0, 5), 2001));
    dhcp_named_put(&n, &a, 0, 3000); /* the next boot */
    ck_assert(!dhcp_named_is(&n, &a, IP4(10, 20, 0, 6), 3001));
    for (uint32_t i = 0; i < 4 * DHCP_NAMED; i++) { /* any number: the newest stays */
        struct pxed_hwaddr m = {.len = 6, .bytes = {2, 1, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i, 1}};
        dhcp_named_put(&n, &m, IP4(10, 20, 0, 1) + i, 4000 + i);
        ck_assert(dhcp_named_is(&n, &m, IP4(10, 20, 0, 1) + i, 4000 + i));
    }
}
END_TEST

/* ---- [subnet CIDR] ---- */

START_TEST(cidrs) {
    static const char *const wrong[] = {"10.20.0.0", "10.20.0.0/33", "10.20.0.5/24", "nonsense",      "10.20.0.0/",
                                        "fd00::/64", "10.20.0.0/0",  "/24",          "10.20.0.0/24 x"};
    uint32_t net;
    uint8_t prefix;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ck_assert_msg(dhcp_cidr(wrong[i], &net, &prefix) != NULL, "%s", wrong[i]);
    ck_assert_ptr_null(dhcp_cidr("10.20.0.0/22", &net, &prefix));
    static const char *const urls[] = {"http://10.9.9.9", "http://10.9.9.9/",
                                       "http://mirror.example.org:8080/boot/a_b~c-d"},
                             *const no_urls[] = {"",
                                                 "10.9.9.9/boot",
                                                 "https://m/",
                                                 "ftp://m/",
                                                 "http://",
                                                 "http:///x",
                                                 "http://u:p@m/",
                                                 "http://m:0/",
                                                 "http://m:70000/",
                                                 "http://m:/",
                                                 "http://m/a b",
                                                 "http://m/?x=",
                                                 "http://m/$x",
                                                 "http://m/a;b",
                                                 "http://m/'",
                                                 "http://m/#x",
                                                 "http://[::1]/"};
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
        ck_assert_msg(!dhcp_images_wrong(urls[i]), "%s", urls[i]);
    for (size_t i = 0; i < sizeof(no_urls) / sizeof(no_urls[0]); i++)
        ck_assert_msg(dhcp_images_wrong(no_urls[i]) != NULL, "%s", no_urls[i]);
    ck_assert_uint_eq(net, A);
    ck_assert_uint_eq(prefix, 22);
    struct pxed_section all[] = {{.name = "10.20.0.0/22"}, {.name = "10.24.0.0/16"}, {.name = "10.20.3.0/24"}};
    struct pxed_sections list = {all, 3};
    ck_assert_ptr_null(dhcp_subnet_overlap(&list, 1));
    ck_assert_ptr_eq(dhcp_subnet_overlap(&list, 2), &all[0]);
}
END_TEST

int main(void) {
    Suite *s = suite_create("dhcp nets");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_loop_test(t, place_rows, 0, (int)(sizeof(rows) / sizeof(rows[0])));
    tcase_add_test(t, a_net_of_each_address);
    tcase_add_test(t, several_nets_on_one_wire);
    tcase_add_test(t, classes);
    tcase_add_test(t, named_addresses);
    tcase_add_test(t, cidrs);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
