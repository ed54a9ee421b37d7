/* Writes a DNS answer. Pure. */
#include "wire/answer.h"

enum {
    QR_AA = 0x84,
    TRUNCATED = 0x02,
    NEGATIVE_TTL = 10, /* a host's line or lease may come any moment */
    OPT_SIZE = 11,
};

static void put_u16(struct pxed_buf *out, unsigned n) {
    pxed_buf_byte(out, (char)(n >> 8));
    pxed_buf_byte(out, (char)n);
}

static void put_u32(struct pxed_buf *out, uint32_t n) {
    put_u16(out, n >> 16);
    put_u16(out, n & 0xffff);
}

/* A pointer (RFC 1035 4.1.4) to the question's name, from `from` on. */
static void put_pointer(struct pxed_buf *out, size_t from) {
    put_u16(out, 0xc000u | (unsigned)(DNS_HEAD + from));
}

static void put_name(struct pxed_buf *out, struct pxed_slice text) {
    for (struct pxed_slice label; (label = pxed_slice_word(&text, ".")).len > 0;) {
        pxed_buf_byte(out, (char)label.len);
        pxed_buf_add(out, label);
    }
    pxed_buf_byte(out, 0);
}

static void put_record(struct pxed_buf *out, size_t owner, enum dns_type type, uint32_t ttl, struct pxed_slice data) {
    put_pointer(out, owner);
    put_u16(out, type);
    put_u16(out, DNS_CLASS_IN);
    put_u32(out, ttl);
    put_u16(out, (unsigned)data.len);
    pxed_buf_add(out, data);
}

/* As RFC 6303 3 has it for zones that a server makes up; the last number is the TTL of negative answers (RFC 2308). */
static void put_soa(struct pxed_buf *out, size_t apex) {
    char bytes[48];
    struct pxed_buf data = PXED_BUF(bytes);
    put_pointer(&data, apex);
    put_name(&data, PXED_SLICE("nobody.invalid"));
    const uint32_t numbers[] = {1, 3600, 1200, 604800, NEGATIVE_TTL};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        put_u32(&data, numbers[i]);
    put_record(out, apex, DNS_SOA, NEGATIVE_TTL, pxed_buf_slice(&data));
}

static unsigned put_found(struct pxed_buf *out, const struct dns_found *found) {
    char bytes[DNS_NAME_MAX + 1];
    struct pxed_buf name = PXED_BUF(bytes);
    unsigned n = 0;
    for (size_t i = 0; i < found->n_addrs; i++, n++) {
        const struct pxed_addr *a = &found->addrs[i];
        put_record(out, 0, a->family == 4 ? DNS_A : DNS_AAAA, found->ttl,
                   pxed_slice((const char *)a->bytes, a->family == 4 ? 4 : 16));
    }
    if (found->target.ptr) {
        put_name(&name, found->target);
        put_record(out, 0, DNS_PTR, found->ttl, pxed_buf_slice(&name));
        n++;
    }
    if (found->none) {
        put_record(out, 0, DNS_HINFO, found->ttl, PXED_SLICE("\7RFC8482\0"));
        n++;
    }
    if (found->start) {
        put_soa(out, found->apex);
        n++;
    }
    return n;
}

static void put_opt(struct pxed_buf *out, enum dns_rcode code) {
    pxed_buf_byte(out, 0);
    put_u16(out, DNS_OPT);
    put_u16(out, DNS_UDP_MOST);
    put_u32(out, (uint32_t)(code >> 4) << 24);
    put_u16(out, 0);
}

static void set_u16(uint8_t *at, unsigned n) {
    at[0] = (uint8_t)(n >> 8);
    at[1] = (uint8_t)n;
}

size_t dns_answer(const struct dns_query *q, const struct dns_found *found, size_t room, uint8_t *out) {
    size_t opt = q->edns ? OPT_SIZE : 0, whole = room < DNS_ANSWER_MAX ? room : DNS_ANSWER_MAX;
    struct pxed_buf b = {(char *)out, whole - opt, DNS_HEAD};
    memset(out, 0, DNS_HEAD);
    set_u16(out, q->id);
    out[2] = (uint8_t)((found->owned ? QR_AA : 0x80) | q->opcode << 3 | q->recursion);
    out[3] = (uint8_t)((q->unchecked ? 0x10 : 0) | (found->code & 15));
    pxed_buf_add(&b, q->question);
    size_t question = b.len;
    unsigned answers = put_found(&b, found);
    unsigned soa = found->owned && answers == 0;
    if (soa)
        put_soa(&b, found->apex);
    if (pxed_buf_full(&b)) {
        out[2] |= TRUNCATED;
        b.len = question;
        answers = soa = 0;
    }
    b.cap = whole;
    if (q->edns)
        put_opt(&b, found->code);
    set_u16(out + 4, q->question.len > 0);
    set_u16(out + 6, answers);
    set_u16(out + 8, soa);
    set_u16(out + 10, q->edns);
    return b.len;
}
