/* Compares the variables of a host that only make sense together: its network, its disks. */
#include "build_ports.h"

static bool ports_wants(struct pxed_slice install, const char *word) {
    return pxed_slice_is(install, word) || pxed_slice_is(install, "both");
}

static void judge_install_net(struct build *b, const struct catalogue_host *h) {
    struct pxed_slice install = pxed_host_value(&h->pub, "install-net");
    static const char *const keys[] = {"bond", "vlan"};
    for (size_t i = 0; i < 2; i++)
        if (ports_wants(install, keys[i]) && pxed_host_value(&h->pub, keys[i]).len == 0)
            pxed_diag_add(b->diags, PXED_WARNING, h->pub.file, h->pub.line,
                          "install-net=%.*s: %.*s has no %s=, so its installer uses the plain port: set %s=, or remove "
                          "install-net=",
                          PXED_S(install), PXED_S(h->pub.name), keys[i], keys[i]);
}

static bool ports_same_net(const struct pxed_addr *a, const struct pxed_addr *b, unsigned prefix) {
    for (unsigned bit = 0; bit < prefix; bit++)
        if ((a->bytes[bit / 8] ^ b->bytes[bit / 8]) & (0x80u >> bit % 8))
            return false;
    return true;
}

/* A router's link-local address is in every net. */
static bool ports_reaches(const struct pxed_host *h, const struct pxed_addr *gateway) {
    struct pxed_slice rest = pxed_host_value(h, "ip6"), one;
    bool reached = gateway->bytes[0] == 0xfe && (gateway->bytes[1] & 0xc0) == 0x80;
    while (!reached && (one = pxed_slice_word(&rest, " ,")).len > 0) {
        ptrdiff_t slash = pxed_slice_find(one, '/', 0);
        struct pxed_addr own;
        uint64_t prefix;
        reached = slash > 0 && pxed_addr_parse(pxed_slice_head(one, (size_t)slash), &own) &&
                  pxed_slice_u64(pxed_slice_skip(one, (size_t)slash + 1), 128, &prefix) &&
                  ports_same_net(gateway, &own, (unsigned)prefix);
    }
    return reached;
}

static void judge_gateway6(struct build *b, const struct catalogue_host *h) {
    const struct pxed_var *v = pxed_host_var(&h->pub, "gateway6");
    struct pxed_addr gateway;
    if (!v || !pxed_addr_parse(v->value, &gateway) || gateway.family != 6 || ports_reaches(&h->pub, &gateway))
        return;
    bool none = pxed_host_value(&h->pub, "ip6").len == 0;
    /* Hosts without ip6= take the rest of a section that has gateway6= for others. */
    if (none && v->line != h->pub.line)
        return;
    pxed_diag_add(b->diags, PXED_WARNING, h->pub.file, h->pub.line,
                  "gateway6=%.*s: %s: correct gateway6= or ip6=", PXED_S(v->value),
                  none ? "there is no ip6=" : "in no net of ip6=, so it cannot be reached");
}

/* Nobody would look at the second disk, and the guard would stop at it. */
static void judge_disks(struct build *b, const struct catalogue_host *h) {
    struct pxed_slice disk = pxed_host_value(&h->pub, "disk"), rest = disk;
    pxed_slice_word(&rest, " ");
    if (pxed_slice_word(&rest, " ").len > 0 &&
        !pxed_slice_starts(pxed_host_value(&h->pub, "layout"), PXED_SLICE("raid1")))
        pxed_diag_add(b->diags, PXED_WARNING, h->pub.file, h->pub.line,
                      "disk=%.*s: two disks, of which only layout=raid1 and raid1-lvm make one: the installation would "
                      "stop with DISK_AMBIGUOUS; name one, or set layout=",
                      PXED_S(disk));
}

void build_judge_ports(struct build *b) {
    for (size_t i = 0; i < b->c->n_hosts; i++) {
        const struct catalogue_host *h = &b->c->hosts[i];
        if (pxed_host_value(&h->pub, "bond").len > 0 && h->pub.n_macs < 2)
            pxed_diag_add(b->diags, PXED_WARNING, h->pub.file, h->pub.line,
                          "bond=%.*s: a bond of the one port that this line names: give the others with mac=",
                          PXED_S(pxed_host_value(&h->pub, "bond")));
        judge_install_net(b, h);
        judge_gateway6(b, h);
        judge_disks(b, h);
    }
}
