/* Any bytes as a router solicitation or advertisement, and what they do to the state of an interface. */
#include <stdlib.h>

#include "watch.h"
#include "wire/frame.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct ra_watch w;
    static uint64_t now;
    unsigned n = 0;
    if (size < 17)
        return 0;
    packets(data, size);
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
