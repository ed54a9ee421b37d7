/* Puts a host's own options before those of its net and class. Pure. */
#include "hostopt.h"

#include <string.h>

#include "wire/message.h"

bool dhcp_extra_is_of_boot(unsigned number) {
    return number == DHCP_OPT_VENDOR || number == DHCP_OPT_CLASS || number == DHCP_OPT_TFTP_NAME ||
           number == DHCP_OPT_BOOT_FILE || number == DHCP_OPT_UUID;
}

/* The next of the lines that says something. */
static bool next_line(struct pxed_slice *rest, struct pxed_slice *ret) {
    while (rest->len > 0) {
        *ret = pxed_slice_trim(pxed_slice_word(rest, ";\n"));
        if (ret->len > 0)
            return true;
    }
    return false;
}

static bool fail(const char *what, char wrong[static DHCP_EXTRA_WRONG]) {
    struct pxed_buf text = {.ptr = wrong, .cap = DHCP_EXTRA_WRONG};
    pxed_buf_str(&text, what);
    pxed_buf_cstr(&text);
    return false;
}

/* All lines of one number: sub-options stand behind each other. */
static bool put_number(struct pxed_slice lines, unsigned number, struct pxed_buf *out,
                       char wrong[static DHCP_EXTRA_WRONG]) {
    char bytes[DHCP_HOST_OPTIONS_MAX];
    struct pxed_buf all = PXED_BUF(bytes);
    struct pxed_slice line;
    bool whole = false;
    while (next_line(&lines, &line)) {
        char value[DHCP_HOST_OPTIONS_MAX];
        struct pxed_buf one = PXED_BUF(value);
        struct dhcp_extra e;
        if (!dhcp_extra_parse(line, &one, &e, wrong))
            return false;
        if (e.number != number)
            continue;
        if (whole || (!e.sub && all.len > 0))
            return fail("this number is set twice", wrong);
        whole = !e.sub;
        pxed_buf_add(&all, pxed_buf_slice(&one));
    }
    if (all.len > 255)
        return fail("with its other sub-options it is longer than 255 bytes", wrong);
    pxed_buf_byte(out, (char)number);
    pxed_buf_byte(out, (char)all.len);
    pxed_buf_add(out, pxed_buf_slice(&all));
    return true;
}

/* What the net and the class say, without the numbers that the host has. */
static void put_others(struct pxed_slice encoded, const bool own[static 256], struct pxed_buf *out) {
    struct dhcp_tlv walk = {.rest = encoded, .plain = true};
    uint8_t code;
    struct pxed_slice value;
    while (dhcp_tlv_next(&walk, &code, &value)) {
        if (own[code])
            continue;
        pxed_buf_byte(out, (char)code);
        pxed_buf_byte(out, (char)value.len);
        pxed_buf_add(out, value);
    }
}

bool dhcp_host_options(struct pxed_slice lines, struct pxed_slice extra, struct pxed_slice without,
                       struct pxed_buf *out, struct pxed_buf *ret_without, char wrong[static DHCP_EXTRA_WRONG]) {
    bool own[256] = {false};
    struct pxed_slice rest = lines, line;
    for (size_t n = 0; next_line(&rest, &line); n++) {
        char value[DHCP_HOST_OPTIONS_MAX];
        struct pxed_buf one = PXED_BUF(value);
        struct dhcp_extra e;
        if (n == DHCP_HOST_OPTIONS) /* they are read again for each message of this host */
            return fail("more than 32 of them", wrong);
        if (!dhcp_extra_parse(line, &one, &e, wrong))
            return false;
        bool boots = dhcp_extra_is_of_boot(e.number);
        if (!own[e.number] && !put_number(lines, e.number, boots ? ret_without : out, wrong))
            return false;
        own[e.number] = true;
    }
    if (out->len > DHCP_HOST_OPTIONS_MAX || ret_without->len > DHCP_HOST_OPTIONS_MAX)
        return fail("all of them together are longer than 512 bytes", wrong);
    put_others(extra, own, out);
    put_others(without, own, ret_without);
    if (pxed_buf_full(out) || pxed_buf_full(ret_without))
        return fail("with those of its net they do not fit into a reply", wrong);
    return true;
}
