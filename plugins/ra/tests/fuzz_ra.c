/* Any bytes as a router solicitation or advertisement, and what they do to the state of an interface. */
#include <stdlib.h>

#include "watch.h"
#include "wire/frame.h"
#include "wire/refuse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool odd(void *arg, const struct pxed_hwaddr *mac) {
    (void)arg;
    return mac->bytes[5] & 1;
}

static void answer(void *arg, const uint8_t address[16], const struct pxed_hwaddr *mac) {
    (void)address, (void)mac;
    ++*(unsigned *)arg;
}

/* Bytes as a whole packet; and what is sent to any address can be read. */
static void packets(const uint8_t *data, size_t size) {
    uint8_t ours[RA_PACKET_SIZE];
    struct ra_packet p;
    if (ra_unwrap(pxed_slice((const char *)data, size), &p))
        (void)ra_parse(p.icmp, p.source, p.hop_limit);
    ra_wrap(ours, data, data + 1);
    if (!ra_unwrap(pxed_slice((const char *)ours, sizeof(ours)), &p) ||
        ra_parse(p.icmp, p.source, p.hop_limit).kind != RA_ADVERTISES)
        abort();
}

/* Bytes as a message of DHCPv6, and as a packet that holds one: what is answered fits and can be read. */
static void boots(const uint8_t *data, size_t size) {
    static const uint8_t own[6] = {2, 0, 0, 0, 0, 1};
    char text[REFUSE_MAX];
    uint8_t packet[RA_IP_HEAD + RA_UDP_HEAD + REFUSE_MAX], source[16];
    struct refuse_ask ask;
    struct pxed_buf answer = PXED_BUF(text);
    (void)ra_unwrap_udp(pxed_slice((const char *)data, size), REFUSE_PORT, source);
    if (!refuse_read(pxed_slice((const char *)data, size), own, &ask))
        return;
    refuse_write(&ask, own, &answer);
    size_t n = ra_wrap_udp(packet, sizeof(packet), own, data, REFUSE_PORT, pxed_buf_slice(&answer));
    if (pxed_buf_full(&answer) || n == 0 ||
        ra_unwrap_udp(pxed_slice((const char *)packet, n), REFUSE_PORT - 1, source).len != answer.len)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct ra_watch w;
    static uint64_t now;
    unsigned n = 0;
    if (size < 17)
        return 0;
    packets(data, size);
    boots(data, size);
    struct ra_message m = ra_parse(pxed_slice((const char *)data + 17, size - 17), data + 1, RA_HOP_LIMIT);
    if (m.kind == RA_SOLICITS && m.mac.len > 0)
        ra_wait(&w, data + 1, &m.mac, now);
    if (m.kind == RA_ADVERTISES)
        ra_heard_router(&w, data + 1, m.lifetime, now);
    now += data[0] * 10;
    (void)ra_has_router(&w, now);
    ra_look_again(&w, now, odd, answer, &n);
    if (w.n_waiting > RA_WAITING)
        abort();
    return 0;
}
