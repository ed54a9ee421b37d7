/* Judges values of host variables. Pure. */
#include "var_checks.h"

#include <string.h>

#include "options.h"
#include "pxed/addr.h"
#include "pxed/model.h"
#include "pxed/template.h"

const char *var_check_name(struct pxed_slice v) {
    if (v.len == 0 || v.len > 63 || v.ptr[0] == '-' || v.ptr[v.len - 1] == '-')
        return "a host name has 1 to 63 letters, digits and inner hyphens";
    for (size_t i = 0; i < v.len; i++)
        if (!pxed_is_alnum(v.ptr[i]) && v.ptr[i] != '-')
            return "a host name has 1 to 63 letters, digits and inner hyphens (the domain goes into domain=)";
    return NULL;
}

const char *var_check_domain(struct pxed_slice v) {
    for (size_t i = 0; i < v.len; i++)
        if (!pxed_is_alnum(v.ptr[i]) && v.ptr[i] != '-' && v.ptr[i] != '.')
            return "a domain has letters, digits, hyphens and dots";
    return v.len > 253 ? "the domain is too long" : NULL;
}

const char *var_check_ip(struct pxed_slice v) {
    struct pxed_addr a;
    uint8_t prefix;
    return pxed_addr_parse_prefix(v, &a, &prefix) ? NULL : "expected an address such as 10.77.0.60 or 10.77.0.60/24";
}

const char *var_check_addrs(struct pxed_slice v) {
    struct pxed_addr a;
    struct pxed_slice rest = v, one;
    while ((one = pxed_slice_word(&rest, " ,")).len > 0)
        if (!pxed_addr_parse(one, &a))
            return "expected addresses";
    return NULL;
}

const char *var_check_bool(struct pxed_slice v) {
    bool b;
    return options_parse_bool(v, &b) ? NULL : "expected yes or no";
}

const char *var_check_net(struct pxed_slice v) {
    return pxed_slice_is(v, "static") || pxed_slice_is(v, "dhcp") ? NULL : "expected static or dhcp";
}

const char *var_check_vlan(struct pxed_slice v) {
    uint64_t n;
    return pxed_slice_u64(v, 4094, &n) && n > 0 ? NULL : "expected a VLAN number, 1 to 4094";
}

const char *var_check_macs(struct pxed_slice v) {
    struct pxed_hwaddr mac;
    struct pxed_slice rest = v, one;
    while ((one = pxed_slice_word(&rest, " ,")).len > 0)
        if (!pxed_mac_parse(one, &mac))
            return "expected MAC addresses";
    return NULL;
}

static bool var_is_size(struct pxed_slice text) {
    uint64_t n;
    if (text.len > 1 && text.ptr[text.len - 1] == 'T')
        text.len--;
    return options_parse_size(text, &n);
}

static const char *var_check_one_disk(struct pxed_slice v) {
    static const char wrong[] = "expected /dev/NAME, serial:S, wwn:W, size:400G-500G, smallest or number:N";
    for (size_t i = 0; i < v.len; i++) /* answer files of all kinds put it between quotes */
        if (v.ptr[i] <= ' ' || v.ptr[i] > '~' || strchr("'\"\\$`", v.ptr[i]))
            return wrong;
    uint64_t number;
    if (pxed_slice_is(v, "smallest"))
        return NULL;
    if (pxed_slice_starts(v, PXED_SLICE("number:")))
        return pxed_slice_u64(pxed_slice_skip(v, 7), 255, &number) ? NULL : wrong;
    if (pxed_slice_starts(v, PXED_SLICE("serial:")) || pxed_slice_starts(v, PXED_SLICE("wwn:")))
        return v.ptr[v.len - 1] == ':' ? wrong : NULL;
    if (pxed_slice_starts(v, PXED_SLICE("size:"))) {
        struct pxed_slice range = pxed_slice_skip(v, 5);
        ptrdiff_t dash = pxed_slice_find(range, '-', 0);
        return dash > 0 && var_is_size(pxed_slice_head(range, (size_t)dash)) &&
                       var_is_size(pxed_slice_skip(range, (size_t)dash + 1))
                   ? NULL
                   : wrong;
    }
    return pxed_slice_starts(v, PXED_SLICE("/dev/")) && v.len > 5 ? NULL : wrong;
}

/* A mirror has two, each named by a word of its own. */
const char *var_check_disk(struct pxed_slice v) {
    struct pxed_slice rest = v, first = pxed_slice_word(&rest, " "), second = pxed_slice_word(&rest, " ");
    if (second.len == 0)
        return var_check_one_disk(v);
    const char *wrong = var_check_one_disk(first);
    if (!wrong)
        wrong = var_check_one_disk(second);
    if (!wrong && (pxed_slice_word(&rest, " ").len > 0 || pxed_slice_starts(first, PXED_SLICE("number:")) ||
                   pxed_slice_starts(second, PXED_SLICE("number:"))))
        wrong = "a mirror has two disks, and they have no numbers";
    return wrong;
}

const char *var_check_line(struct pxed_slice v) {
    for (size_t i = 0; i < v.len; i++)
        if ((unsigned char)v.ptr[i] < ' ')
            return "the value must be one line of text";
    return NULL;
}

const char *var_check_path(struct pxed_slice v) {
    return v.len > 0 && v.len < 1024 ? var_check_line(v) : "expected the path of a file";
}

static void var_ignore_name(void *ctx, char sigil, struct pxed_slice name, unsigned line) {
    (void)ctx, (void)sigil, (void)name, (void)line;
}

const char *var_check_args(struct pxed_slice v) {
    unsigned line;
    int rc = pxed_template_names(v, var_ignore_name, NULL, &line);
    return rc == PXED_TEMPLATE_OK ? var_check_line(v) : pxed_template_strerror(rc);
}

static bool var_is_one_of(struct pxed_slice v, const char *const *words) {
    for (; *words; words++)
        if (pxed_slice_is(v, *words))
            return true;
    return false;
}

/* bonding.rst of the kernel */
const char *var_check_bond(struct pxed_slice v) {
    static const char *const modes[] = {"802.3ad",     "active-backup", "balance-rr", "balance-xor",
                                        "balance-tlb", "balance-alb",   "broadcast",  NULL};
    return var_is_one_of(v, modes) ? NULL
                                   : "expected 802.3ad, active-backup, balance-rr, balance-xor, balance-tlb, "
                                     "balance-alb or broadcast";
}

const char *var_check_install_net(struct pxed_slice v) {
    static const char *const words[] = {"port", "bond", "vlan", "both", NULL};
    return var_is_one_of(v, words) ? NULL : "expected port, bond, vlan or both";
}

const char *var_check_bootorder(struct pxed_slice v) {
    static const char *const words[] = {"network", "keep", "disk", NULL};
    return var_is_one_of(v, words) ? NULL : "expected network, keep or disk";
}

const char *var_check_ip6(struct pxed_slice v) {
    struct pxed_slice rest = v, one;
    while ((one = pxed_slice_word(&rest, " ,")).len > 0) {
        ptrdiff_t slash = pxed_slice_find(one, '/', 0);
        struct pxed_addr a;
        uint64_t prefix;
        if (slash < 0 || !pxed_addr_parse(pxed_slice_head(one, (size_t)slash), &a) || a.family != 6 ||
            !pxed_slice_u64(pxed_slice_skip(one, (size_t)slash + 1), 128, &prefix) || prefix == 0)
            return "expected IPv6 addresses with their prefix, such as 2001:db8::60/64";
    }
    return NULL;
}

const char *var_check_addr6(struct pxed_slice v) {
    struct pxed_addr a;
    return pxed_addr_parse(v, &a) && a.family == 6 ? NULL : "expected an IPv6 address";
}

/* A script may have every byte but NUL, which no shell holds. */
const char *var_check_run(struct pxed_slice v) {
    return v.len > 0 && memchr(v.ptr, 0, v.len) ? "a NUL byte is in it: this is no script" : NULL;
}

const char *var_check_layout(struct pxed_slice v) {
    static const char *const words[] = {"plain", "lvm", "raid1", "raid1-lvm", NULL};
    return var_is_one_of(v, words) ? NULL : "expected plain, lvm, raid1 or raid1-lvm";
}
