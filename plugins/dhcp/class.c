/* Which [class] a client belongs to. Pure. */
#include "class.h"

enum { MAC_MAX = sizeof(((struct pxed_hwaddr *)NULL)->bytes) };

/* The whole text, or with a `*` at its end what it begins with. */
static bool class_fits(struct pxed_slice pattern, struct pxed_slice text) {
    if (pattern.len > 0 && pattern.ptr[pattern.len - 1] == '*')
        return pxed_slice_starts(text, pxed_slice_head(pattern, pattern.len - 1));
    return pxed_slice_eq(pattern, text);
}

static bool one_fits(const struct pxed_list *patterns, struct pxed_slice text) {
    bool fits = patterns->n == 0;
    for (size_t i = 0; i < patterns->n; i++)
        fits |= text.ptr && class_fits(pxed_slice_of(patterns->items[i]), text);
    return fits;
}

/* As a number of option 93, or as pxed names the firmware. */
static bool arch_fits(const char *word, const struct pxed_facts *seen) {
    uint64_t number;
    if (pxed_slice_u64(pxed_slice_of(word), UINT16_MAX, &number))
        return seen->has_firmware && seen->arch == number;
    return pxed_slice_is(pxed_slice_of(word), pxed_firmware_names[seen->firmware]);
}

static bool archs_fit(const struct pxed_list *words, const struct pxed_facts *seen) {
    bool fits = words->n == 0;
    for (size_t i = 0; i < words->n; i++)
        fits |= seen->boots && arch_fits(words->items[i], seen);
    return fits;
}

/* "00:0c:29:*": returns the number of bytes before the star, or of all; 0: no such pattern. */
static size_t read_mac(const char *text, uint8_t bytes[static MAC_MAX], bool *ret_whole) {
    struct pxed_slice rest = pxed_slice_of(text);
    size_t n = 0;
    *ret_whole = true;
    while (rest.len > 0) {
        struct pxed_slice byte = pxed_slice_word(&rest, ":-");
        int high = byte.len == 2 ? pxed_hex_digit(byte.ptr[0]) : -1;
        int low = byte.len == 2 ? pxed_hex_digit(byte.ptr[1]) : -1;
        if (pxed_slice_is(byte, "*") && rest.len == 0) {
            *ret_whole = false;
            return n;
        }
        if (high < 0 || low < 0 || n == MAC_MAX)
            return 0;
        bytes[n++] = (uint8_t)(high << 4 | low);
    }
    return n;
}

static bool macs_fit(const struct pxed_list *patterns, const struct pxed_hwaddr *mac) {
    bool fits = patterns->n == 0;
    for (size_t i = 0; i < patterns->n; i++) {
        uint8_t bytes[MAC_MAX];
        bool whole;
        size_t n = read_mac(patterns->items[i], bytes, &whole);
        fits |= n > 0 && n <= mac->len && (!whole || n == mac->len) && memcmp(bytes, mac->bytes, n) == 0;
    }
    return fits;
}

/* Option 77 is raw text, or several with lengths (RFC 3004). */
static bool user_fits(const struct pxed_list *patterns, struct pxed_slice value) {
    struct pxed_slice one;
    bool fits = one_fits(patterns, value);
    while (!fits && dhcp_user_class_next(&value, &one))
        fits = one_fits(patterns, one);
    return fits;
}

bool dhcp_class_fits(const struct dhcp_config *c, const struct dhcp_message *m, const struct dhcp_facts *facts) {
    struct pxed_slice circuit = PXED_NO_SLICE;
    (void)dhcp_tlv_find(m->options[DHCP_OPT_RELAY], true, DHCP_RELAY_CIRCUIT, &circuit);
    return archs_fit(&c->arch, &facts->seen) && one_fits(&c->vendor, facts->seen.vendor) &&
           user_fits(&c->user, m->options[DHCP_OPT_USER_CLASS]) && one_fits(&c->circuit, circuit) &&
           macs_fit(&c->mac, &facts->seen.mac);
}

int dhcp_class_of(const struct dhcp_config *config, const struct dhcp_message *m, const struct dhcp_facts *facts) {
    for (size_t i = 0; i < config->classes.n; i++)
        if (dhcp_class_fits(config->classes.items[i].config, m, facts))
            return (int)i;
    return -1;
}

const char *dhcp_class_wrong(const struct dhcp_config *class) {
    if (class->arch.n + class->vendor.n + class->user.n + class->circuit.n + class->mac.n == 0)
        return "it names nobody: write arch =, vendor =, user =, circuit = or mac =";
    for (size_t i = 0; i < class->mac.n; i++) {
        uint8_t bytes[MAC_MAX];
        bool whole;
        if (read_mac(class->mac.items[i], bytes, &whole) == 0)
            return "mac: expected 00:0c:29:* or a whole address";
    }
    for (size_t i = 0; i < class->arch.n; i++) {
        struct pxed_slice word = pxed_slice_of(class->arch.items[i]);
        uint64_t number;
        bool known = pxed_slice_u64(word, UINT16_MAX, &number);
        for (int f = 0; f < PXED_FW_COUNT && !known; f++)
            known = pxed_slice_is(word, pxed_firmware_names[f]);
        if (!known)
            return "arch: expected a number of option 93, or bios, efi-ia32, efi-x64, efi-arm64, http-x64, http-arm64, "
                   "efi-riscv64, efi-loongarch64";
    }
    return NULL;
}
