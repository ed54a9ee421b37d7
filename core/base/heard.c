/* What other DHCP servers of a network say. Pure. */
#include "pxed/heard.h"

enum {
    IP_HEAD = 20,
    UDP_HEAD = 8,
    FIXED = 240, /* with the cookie */
    PADDED = 300,
    CHADDR = 28,
    SNAME = 44,
    FILE_AT = 108,
    OPT_OVERLOAD = 52,
    OPT_TYPE = 53,
    OPT_SERVER = 54,
    OPT_VENDOR = 43,
    OPT_CLASS = 60,
    OPT_FILE = 67,
    OPT_END = 255,
    OFFER = 2,
    ACK = 5,
    PXE_CONTROL = 6,
    PXE_USE_FILE = 8,
};

static uint16_t heard_u16(struct pxed_slice b, size_t at) {
    return (uint16_t)((uint8_t)b.ptr[at] << 8 | (uint8_t)b.ptr[at + 1]);
}

static uint32_t heard_u32(struct pxed_slice b, size_t at) {
    return (uint32_t)heard_u16(b, at) << 16 | heard_u16(b, at + 2);
}

/* ---- asking ---- */

static void heard_put_u16(uint8_t *at, unsigned n) {
    at[0] = (uint8_t)(n >> 8);
    at[1] = (uint8_t)n;
}

static uint16_t heard_checksum(const uint8_t *bytes, size_t n) {
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < n; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static size_t heard_options(uint8_t *out, const uint8_t mac[6], enum pxed_heard_asked as) {
    /* 66 and 67 are asked for by both: who answers a client that does not boot with a file does so to everybody. */
    static const uint8_t plain[] = {OPT_TYPE, 1, 1, 55, 7, 1, 3, 6, 15, 54, 66, 67};
    static const char boots[] =
        "\x5d\2\0\0\x5e\3\1\2\1\x3c\x20PXEClient:Arch:00000:UNDI:002001\x37\7\1\3\6\x2b\x3c\x42\x43";
    size_t n = sizeof(plain);
    memcpy(out, plain, n);
    if (as == PXED_HEARD_FIRMWARE) {
        n = 3;
        memcpy(out + n, boots, sizeof(boots) - 1);
        n += sizeof(boots) - 1;
        memcpy(out + n, (const uint8_t[]){97, 17, 0}, 3);
        memset(out + n + 3, 0, 16);
        memcpy(out + n + 13, mac, 6); /* a UUID that no machine has */
        n += 19;
    }
    out[n++] = OPT_END;
    return n;
}

size_t pxed_heard_ask(uint8_t *out, const uint8_t mac[6], uint32_t xid, enum pxed_heard_asked as) {
    uint8_t *udp = out + IP_HEAD, *dhcp = udp + UDP_HEAD;
    memset(out, 0, PXED_HEARD_FRAME_MAX);
    memcpy(dhcp, (const uint8_t[]){1, 1, 6, 0}, 4);
    heard_put_u16(dhcp + 4, xid >> 16);
    heard_put_u16(dhcp + 6, xid & 0xffff);
    dhcp[10] = 0x80; /* broadcast: we have no address to be reached at */
    memcpy(dhcp + 28, mac, 6);
    memcpy(dhcp + 236, "\x63\x82\x53\x63", 4);
    size_t len = FIXED + heard_options(dhcp + FIXED, mac, as);
    len = len < PADDED ? PADDED : len;
    heard_put_u16(udp, 68);
    heard_put_u16(udp + 2, 67);
    heard_put_u16(udp + 4, (unsigned)(UDP_HEAD + len)); /* no checksum: RFC 768 allows it */
    memcpy(out, (const uint8_t[]){0x45, 0x10}, 2);
    heard_put_u16(out + 2, (unsigned)(IP_HEAD + UDP_HEAD + len));
    memcpy(out + 8, (const uint8_t[]){64, 17}, 2);
    memset(out + 16, 0xff, 4);
    heard_put_u16(out + 10, heard_checksum(out, IP_HEAD));
    return IP_HEAD + UDP_HEAD + len;
}

/* ---- reading ---- */

/* The next option of an area; false at its end. */
static bool heard_next(struct pxed_slice *rest, uint8_t *code, struct pxed_slice *value) {
    while (rest->len > 0 && rest->ptr[0] == 0)
        *rest = pxed_slice_skip(*rest, 1);
    if (rest->len < 2 || (uint8_t)rest->ptr[0] == OPT_END || (uint8_t)rest->ptr[1] > rest->len - 2)
        return false;
    *code = (uint8_t)rest->ptr[0];
    *value = pxed_slice(rest->ptr + 2, (uint8_t)rest->ptr[1]);
    *rest = pxed_slice_skip(*rest, 2 + value->len);
    return true;
}

struct heard_fields {
    uint8_t type, overload;
};

static void heard_area(struct pxed_slice area, struct heard_fields *f, struct pxed_heard_reply *r) {
    uint8_t code;
    struct pxed_slice v;
    while (heard_next(&area, &code, &v)) {
        if (code == OPT_TYPE && v.len == 1)
            f->type = (uint8_t)v.ptr[0];
        else if (code == OPT_OVERLOAD && v.len == 1)
            f->overload = (uint8_t)v.ptr[0];
        else if (code == OPT_SERVER && v.len == 4)
            r->server = heard_u32(v, 0);
        else if (code == OPT_CLASS)
            r->class = v;
        else if (code == OPT_VENDOR)
            r->vendor = v;
        else if (code == OPT_FILE)
            r->file = v;
    }
}

static struct pxed_slice heard_text(struct pxed_slice field) {
    ptrdiff_t nul = pxed_slice_find(field, '\0', 0);
    return nul < 0 ? field : pxed_slice_head(field, (size_t)nul);
}

/* UDP's payload of a whole, unfragmented datagram to port 68. */
static bool heard_datagram(struct pxed_slice ip, struct pxed_slice *ret) {
    if (ip.len < IP_HEAD || ((uint8_t)ip.ptr[0] >> 4) != 4 || ip.ptr[9] != 17 || (heard_u16(ip, 6) & 0x3fff) != 0)
        return false;
    size_t head = (size_t)(ip.ptr[0] & 15) * 4, total = heard_u16(ip, 2);
    if (head < IP_HEAD || total < head + UDP_HEAD || total > ip.len)
        return false;
    struct pxed_slice udp = pxed_slice(ip.ptr + head, total - head);
    size_t len = heard_u16(udp, 4);
    if (heard_u16(udp, 2) != 68 || len < UDP_HEAD || len > udp.len)
        return false;
    *ret = pxed_slice(udp.ptr + UDP_HEAD, len - UDP_HEAD);
    return true;
}

bool pxed_heard_read(struct pxed_slice ip, struct pxed_heard_reply *ret) {
    struct pxed_slice d;
    struct heard_fields f = {0};
    if (!heard_datagram(ip, &d) || d.len < FIXED || d.ptr[0] != 2 || memcmp(d.ptr + 236, "\x63\x82\x53\x63", 4) != 0)
        return false;
    struct pxed_heard_reply r = {
        .xid = heard_u32(d, 4), .address = heard_u32(d, 16), .next = heard_u32(d, 20), .source = heard_u32(ip, 12)};
    if (d.ptr[1] == 1 && d.ptr[2] == 6) {
        r.client = (struct pxed_hwaddr){.type = 1, .len = 6};
        memcpy(r.client.bytes, d.ptr + CHADDR, 6);
    }
    heard_area(pxed_slice_skip(d, FIXED), &f, &r);
    uint8_t overload = f.overload;
    if (overload & 1)
        heard_area(pxed_slice(d.ptr + FILE_AT, 128), &f, &r);
    if (overload & 2)
        heard_area(pxed_slice(d.ptr + SNAME, 64), &f, &r);
    if (r.file.len == 0 && !(overload & 1))
        r.file = pxed_slice(d.ptr + FILE_AT, 128);
    r.file = heard_text(r.file);
    *ret = r;
    return f.type == OFFER || f.type == ACK;
}

/* ---- noting ---- */

/* PXE 2.1: 43.6 with bit 3 says "use the file of this offer"; without it, firmware asks the boot server. */
static bool heard_uses_file(const struct pxed_heard_reply *r) {
    struct pxed_slice rest = r->vendor, v;
    uint8_t code;
    while (heard_next(&rest, &code, &v))
        if (code == PXE_CONTROL && v.len == 1)
            return (v.ptr[0] & PXE_USE_FILE) != 0 && r->file.len > 0;
    return false;
}

struct pxed_heard_server *pxed_heard_note(struct pxed_heard *h, const struct pxed_heard_reply *r,
                                          enum pxed_heard_asked as) {
    uint32_t id = r->server ? r->server : r->source;
    struct pxed_heard_server *s = NULL;
    for (size_t i = 0; i < h->n && !s; i++)
        if (h->servers[i].id == id)
            s = &h->servers[i];
    if (!s && h->n == PXED_HEARD_SERVERS_MAX)
        return NULL;
    if (!s) {
        s = &h->servers[h->n++];
        *s = (struct pxed_heard_server){.id = id};
    }
    if (r->mac.len > 0)
        s->mac = r->mac;
    if (r->address != 0)
        s->address = r->address;
    s->leases |= r->address != 0;
    s->proxy |= r->address == 0 && pxed_slice_starts(r->class, PXED_SLICE("PXEClient"));
    s->calls |= pxed_slice_starts(r->class, PXED_SLICE("PXEClient")) && !heard_uses_file(r);
    if (r->file.len == 0 || as == PXED_HEARD_STRANGER)
        return s;
    s->file = true;
    s->file_for_all |= as == PXED_HEARD_PLAIN;
    s->next = r->next ? r->next : id;
    struct pxed_buf name = PXED_BUF(s->file_name);
    pxed_buf_escaped(&name, r->file);
    pxed_buf_cstr(&name);
    return s;
}
