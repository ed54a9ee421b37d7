/* Reads a DNS query. Pure. */
#include "wire/query.h"

enum { LABEL_MAX = 63, FIXED_TAIL = 10 /* type, class, TTL, length */, EXTRAS_MAX = 8 };

static uint16_t query_u16(struct pxed_slice b, size_t at) {
    return (uint16_t)((uint8_t)b.ptr[at] << 8 | (uint8_t)b.ptr[at + 1]);
}

/* Cuts a name off `rest`. The first name of a message has nothing before it that a pointer could mean, and none of our
 * askers compresses a record's name: pointers are refused, so there is no loop to guard against. */
static bool query_name(struct pxed_slice *rest, struct pxed_slice *ret) {
    size_t at = 0;
    while (at < rest->len && at < DNS_NAME_MAX) {
        size_t len = (uint8_t)rest->ptr[at];
        if (len > LABEL_MAX)
            return false;
        at += 1 + len;
        if (len == 0) {
            *ret = pxed_slice_head(*rest, at);
            *rest = pxed_slice_skip(*rest, at);
            return true;
        }
    }
    return false;
}

static bool query_question(struct pxed_slice *rest, struct dns_query *q) {
    struct pxed_slice begin = *rest;
    if (!query_name(rest, &q->name) || rest->len < 4)
        return false;
    q->type = query_u16(*rest, 0);
    q->class = query_u16(*rest, 2);
    *rest = pxed_slice_skip(*rest, 4);
    q->question = pxed_slice_head(begin, begin.len - rest->len);
    return true;
}

/* RFC 6891 6.1: its class is the sender's size, its TTL the upper bits of the code, the version and flags. */
static enum dns_rcode query_opt(struct pxed_slice owner, struct pxed_slice fixed, struct dns_query *q) {
    if (q->edns || owner.len != 1)
        return DNS_FORMERR;
    uint16_t size = query_u16(fixed, 2);
    q->edns = true;
    q->room = size < DNS_UDP_PLAIN ? DNS_UDP_PLAIN : size > DNS_UDP_MOST ? DNS_UDP_MOST : size;
    return fixed.ptr[5] != 0 ? DNS_BADVERS : DNS_NOERROR;
}

/* Signatures (TSIG, SIG(0)) are skipped: what is asked here is no secret and changes nothing. */
static enum dns_rcode query_extras(struct pxed_slice rest, unsigned n, struct dns_query *q) {
    enum dns_rcode wrong = DNS_NOERROR;
    if (n > EXTRAS_MAX)
        return DNS_FORMERR;
    for (; n > 0; n--) {
        struct pxed_slice owner, fixed;
        if (!query_name(&rest, &owner) || rest.len < FIXED_TAIL)
            return DNS_FORMERR;
        fixed = pxed_slice_head(rest, FIXED_TAIL);
        size_t len = query_u16(fixed, 8);
        rest = pxed_slice_skip(rest, FIXED_TAIL);
        if (len > rest.len)
            return DNS_FORMERR;
        rest = pxed_slice_skip(rest, len);
        if (query_u16(fixed, 0) == DNS_OPT) {
            enum dns_rcode r = query_opt(owner, fixed, q);
            wrong = wrong ? wrong : r;
        }
    }
    return wrong;
}

bool dns_query_read(struct pxed_slice bytes, struct dns_query *ret) {
    if (bytes.len < DNS_HEAD || (bytes.ptr[2] & 0x80) != 0)
        return false;
    *ret = (struct dns_query){.id = query_u16(bytes, 0),
                              .opcode = (uint8_t)(bytes.ptr[2] >> 3) & 15,
                              .recursion = bytes.ptr[2] & 1,
                              .unchecked = (bytes.ptr[3] & 0x10) != 0,
                              .room = DNS_UDP_PLAIN};
    struct pxed_slice rest = pxed_slice_skip(bytes, DNS_HEAD);
    if (ret->opcode != 0) {
        ret->wrong = DNS_NOTIMP;
        return true;
    }
    if (query_u16(bytes, 4) != 1 || query_u16(bytes, 6) != 0 || query_u16(bytes, 8) != 0 ||
        !query_question(&rest, ret)) {
        ret->wrong = DNS_FORMERR;
        return true;
    }
    ret->wrong = ret->type == DNS_OPT ? DNS_FORMERR : query_extras(rest, query_u16(bytes, 10), ret);
    return true;
}

bool dns_name_text(struct pxed_slice name, struct pxed_buf *out) {
    for (size_t at = 0; at < name.len && name.ptr[at] != 0; at += 1 + (size_t)name.ptr[at]) {
        if (at > 0)
            pxed_buf_byte(out, '.');
        for (size_t i = 1; i <= (size_t)name.ptr[at]; i++) {
            char c = pxed_lower(name.ptr[at + i]);
            if (!pxed_is_alnum(c) && c != '-' && c != '_')
                return false;
            pxed_buf_byte(out, c);
        }
    }
    return !pxed_buf_full(out);
}
