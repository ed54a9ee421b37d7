/* Makes DNS queries byte by byte, and a small site that is asked. */
#include "ask.h"

static void ask_u16(struct ask *a, unsigned n) {
    a->bytes[a->n++] = (uint8_t)(n >> 8);
    a->bytes[a->n++] = (uint8_t)n;
}

struct ask ask_make(const char *name, uint16_t type) {
    struct ask a = {.bytes = {0x12, 0x34, 0x01, 0, 0, 1}, .n = DNS_HEAD};
    struct pxed_slice rest = pxed_slice_of(name), label;
    while ((label = pxed_slice_word(&rest, ".")).len > 0) {
        a.bytes[a.n++] = (uint8_t)label.len;
        memcpy(a.bytes + a.n, label.ptr, label.len);
        a.n += label.len;
    }
    a.bytes[a.n++] = 0;
    ask_u16(&a, type);
    ask_u16(&a, DNS_CLASS_IN);
    return a;
}

void ask_edns(struct ask *a, uint16_t size, uint8_t version) {
    a->bytes[11]++;
    a->bytes[a->n++] = 0;
    ask_u16(a, DNS_OPT);
    ask_u16(a, size);
    ask_u16(a, version);
    ask_u16(a, 0x8000);
    ask_u16(a, 0);
}

struct pxed_slice ask_slice(const struct ask *a) {
    return pxed_slice((const char *)a->bytes, a->n);
}

/* ---- the site ---- */

static const struct pxed_var web_vars[] = {
    {.key = PXED_SLICE("ip6"), .value = PXED_SLICE("2001:db8::60/64, fd00::60/64 10.0.0.1")}};
static const struct pxed_var db_vars[] = {{.key = PXED_SLICE("domain"), .value = PXED_SLICE("db.example.org")}};
static const struct pxed_host hosts[] = {
    {.name = PXED_SLICE("Web01"), .ip = {4, {10, 77, 0, 60}}, .vars = web_vars, .n_vars = 1},
    {.name = PXED_SLICE("db01"), .vars = db_vars, .n_vars = 1},
    {.name = PXED_SLICE("idle")},
};
static const struct pxed_addr db_address = {4, {10, 77, 0, 51}}, own_address = {4, {10, 77, 0, 1}};
static const struct pxed_slice domains[] = {PXED_SLICE("example.org")};

static const struct pxed_host *site_host(void *arg, struct pxed_slice name) {
    (void)arg;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
        if (pxed_slice_eq_nocase(hosts[i].name, name))
            return &hosts[i];
    return NULL;
}

static const struct pxed_host *site_host_by_ip(void *arg, const struct pxed_addr *ip) {
    (void)arg;
    return pxed_addr_eq(ip, &hosts[0].ip) ? &hosts[0] : NULL;
}

static bool site_leased(void *arg, const struct pxed_host *host, struct pxed_addr *ret) {
    (void)arg;
    *ret = db_address;
    return host == &hosts[1];
}

static const struct pxed_host *site_leased_by(void *arg, const struct pxed_addr *ip) {
    (void)arg;
    return pxed_addr_eq(ip, &db_address) ? &hosts[1] : NULL;
}

static bool site_is_own(void *arg, const struct pxed_addr *ip) {
    (void)arg;
    return pxed_addr_eq(ip, &own_address);
}

struct dns_books ask_site = {.own_named = true,
                             .hosts_named = true,
                             .own = PXED_SLICE("pxe-server"),
                             .address = {4, {10, 77, 0, 1}},
                             .domains = domains,
                             .n_domains = 1,
                             .host = site_host,
                             .host_by_ip = site_host_by_ip,
                             .leased = site_leased,
                             .leased_by = site_leased_by,
                             .is_own = site_is_own};

size_t ask_site_answer(struct pxed_slice query, size_t room, uint8_t *out) {
    char text[DNS_TEXT_MAX];
    struct dns_query q;
    struct dns_found found;
    if (!dns_query_read(query, &q))
        return 0;
    dns_zone_find(&ask_site, &q, text, &found);
    return dns_answer(&q, &found, room ? room : q.room, out);
}
