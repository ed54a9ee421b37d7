/* Which names are ours, and what they stand for. Pure. */
#include "zone.h"

enum {
    TTL = 60,          /* a lease can move, and a name be given to another host, at any time */
    DEPTH_MAX = 4,     /* labels below an owned name that are still recognised as ours */
    REVERSE_LABELS = 4 /* of an IPv4 address */
};

/* Who owns a name: pxed itself, or a host. */
struct owner {
    bool own;
    const struct pxed_host *host;
};

bool dns_name_fits(struct pxed_slice name) {
    size_t label = 0;
    if (name.len == 0 || name.len >= DNS_TEXT_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        label = name.ptr[i] == '.' ? 0 : label + 1;
        if (label > 63 || (label == 0 && (i == 0 || i + 1 == name.len || name.ptr[i - 1] == '.')))
            return false;
    }
    return true;
}

static bool zone_knows_domain(const struct dns_books *b, const struct pxed_host *host, struct pxed_slice domain) {
    if (host && pxed_slice_eq_nocase(pxed_host_value(host, "domain"), domain))
        return true;
    for (size_t i = 0; i < b->n_domains; i++)
        if (pxed_slice_eq_nocase(b->domains[i], domain))
            return true;
    return false;
}

static bool zone_plain(const struct dns_books *b, struct pxed_slice name, struct owner *ret) {
    *ret = (struct owner){.own = b->own_named && b->own.len > 0 && pxed_slice_eq_nocase(b->own, name)};
    if (!ret->own && b->hosts_named)
        ret->host = b->host(b->arg, name);
    return ret->own || ret->host;
}

/* The name itself, or the name before a domain that clients are given. */
static bool zone_owner(const struct dns_books *b, struct pxed_slice name, struct owner *ret) {
    if (zone_plain(b, name, ret))
        return true;
    for (ptrdiff_t dot = pxed_slice_find(name, '.', 0); dot >= 0; dot = pxed_slice_find(name, '.', (size_t)dot + 1)) {
        struct pxed_slice domain = pxed_slice_skip(name, (size_t)dot + 1);
        if (zone_plain(b, pxed_slice_head(name, (size_t)dot), ret) && zone_knows_domain(b, ret->host, domain))
            return true;
        if (pxed_slice_find(b->own, '.', 0) < 0)
            break; /* names of hosts have one label, and so has ours */
    }
    return false;
}

/* ---- forward ---- */

static void zone_add(struct dns_found *ret, const struct pxed_addr *addr) {
    if (ret->n_addrs < DNS_ADDRS_MAX)
        ret->addrs[ret->n_addrs++] = *addr;
}

static void zone_ip6(const struct pxed_host *host, struct dns_found *ret) {
    struct pxed_slice words = pxed_host_value(host, "ip6"), word;
    struct pxed_addr addr;
    uint8_t prefix;
    while ((word = pxed_slice_word(&words, " \t,")).len > 0)
        if (pxed_addr_parse_prefix(word, &addr, &prefix) && addr.family == 6)
            zone_add(ret, &addr);
}

static void zone_forward(const struct dns_books *b, const struct owner *o, uint16_t type, struct dns_found *ret) {
    struct pxed_addr addr;
    if (type == DNS_AAAA && o->host)
        zone_ip6(o->host, ret);
    if (type != DNS_A)
        return;
    if (o->own)
        zone_add(ret, &b->address);
    else if (o->host->ip.family == 4)
        zone_add(ret, &o->host->ip);
    else if (o->host->ip.family == 0 && b->leased(b->arg, o->host, &addr))
        zone_add(ret, &addr);
}

/* ---- reverse ---- */

/* `60.0.77.10.in-addr.arpa` (RFC 1035 3.5) */
static bool zone_reverse(struct pxed_slice name, struct pxed_addr *ret) {
    uint32_t ip = 0;
    if (!pxed_slice_ends(name, PXED_SLICE(".in-addr.arpa")))
        return false;
    struct pxed_slice rest = pxed_slice_head(name, name.len - strlen("in-addr.arpa"));
    for (unsigned i = 0; i < REVERSE_LABELS; i++) {
        ptrdiff_t dot = pxed_slice_find(rest, '.', 0);
        uint64_t byte;
        if (dot < 1 || dot > 3 || (dot > 1 && rest.ptr[0] == '0') ||
            !pxed_slice_u64(pxed_slice_head(rest, (size_t)dot), 255, &byte))
            return false;
        ip |= (uint32_t)byte << (8 * i);
        rest = pxed_slice_skip(rest, (size_t)dot + 1);
    }
    *ret = pxed_addr_v4(ip);
    return rest.len == 0;
}

static bool zone_name_of(const struct dns_books *b, const struct pxed_addr *ip, char *text, struct pxed_slice *ret) {
    struct pxed_buf out = {text, DNS_TEXT_MAX, 0};
    const struct pxed_host *host = NULL;
    struct pxed_slice domain = PXED_NO_SLICE;
    if (b->is_own(b->arg, ip)) {
        if (!b->own_named || b->own.len == 0)
            return false;
        pxed_buf_add(&out, b->own);
    } else {
        host = b->hosts_named ? b->host_by_ip(b->arg, ip) : NULL;
        if (!host && b->hosts_named)
            host = b->leased_by(b->arg, ip);
        if (!host || host->name.len == 0)
            return false;
        pxed_buf_add(&out, host->name);
        domain = pxed_host_value(host, "domain");
    }
    if (domain.len == 0 && b->n_domains > 0 && pxed_slice_find(pxed_buf_slice(&out), '.', 0) < 0)
        domain = b->domains[0];
    if (domain.len > 0) {
        pxed_buf_byte(&out, '.');
        pxed_buf_add(&out, domain);
    }
    *ret = pxed_buf_slice(&out);
    return !pxed_buf_full(&out) && dns_name_fits(*ret);
}

/* ---- both ---- */

/* What every owned name answers: its zone's start; any type at all with the least there is (RFC 8482). */
static void zone_always(uint16_t type, struct dns_found *ret) {
    ret->owned = true;
    ret->ttl = TTL;
    ret->start = type == DNS_SOA;
    ret->none = type == DNS_ANY;
}

/* Bytes that the first `n` labels of a name take in the message. */
static size_t zone_offset(struct pxed_slice name, unsigned n) {
    size_t at = 0;
    for (; n > 0 && at < name.len; n--)
        at += 1 + (size_t)name.ptr[at];
    return at;
}

static void zone_by_name(const struct dns_books *b, const struct dns_query *q, struct pxed_slice name,
                         struct dns_found *ret) {
    struct owner o;
    for (unsigned below = 0; below <= DEPTH_MAX && name.len > 0; below++) {
        if (zone_owner(b, name, &o)) {
            ret->code = below > 0 ? DNS_NXDOMAIN : DNS_NOERROR;
            zone_always(below > 0 ? 0 : q->type, ret);
            ret->apex = zone_offset(q->name, below);
            if (below == 0)
                zone_forward(b, &o, q->type, ret);
            return;
        }
        ptrdiff_t dot = pxed_slice_find(name, '.', 0);
        name = dot < 0 ? PXED_NO_SLICE : pxed_slice_skip(name, (size_t)dot + 1);
    }
}

void dns_zone_find(const struct dns_books *books, const struct dns_query *q, char *text, struct dns_found *ret) {
    char bytes[DNS_NAME_MAX];
    struct pxed_buf name = PXED_BUF(bytes);
    struct pxed_addr ip;
    struct pxed_slice target;
    *ret = (struct dns_found){.code = q->wrong ? q->wrong : DNS_REFUSED};
    if (q->wrong || q->class != DNS_CLASS_IN || (q->type >= DNS_TKEY && q->type <= DNS_MAILA) ||
        !dns_name_text(q->name, &name))
        return;
    if (!zone_reverse(pxed_buf_slice(&name), &ip)) {
        zone_by_name(books, q, pxed_buf_slice(&name), ret);
    } else if (zone_name_of(books, &ip, text, &target)) {
        ret->code = DNS_NOERROR;
        zone_always(q->type, ret);
        ret->target = q->type == DNS_PTR ? target : PXED_NO_SLICE;
    }
}
