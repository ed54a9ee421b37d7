/* What real clients sent (tests/data/captures, INDEX.md there): every request is understood, and what the captured
 * server agreed to is what we would agree to, byte for byte where it followed the same rules. */
#include <stdio.h>
#include <stdlib.h>

#include "options.h"
#include "pcap.h"
#include "suite.h"

static const struct {
    const char *file;
    unsigned requests, replies; /* replies: ACKs and ERRORs from clients */
    unsigned same_oack;         /* OACKs that equal ours */
    const char *server;
} captures[] = {
    {"ipxe-bios-pcnet-tftp", 13, 1, 1, "dnsmasq"},
    {"ipxe-chain-undionly", 1, 1, 1, "dnsmasq"},
    {"lpxelinux", 12, 1, 1, "dnsmasq, which answers blksize before tsize"},
    {"ovmf-tftp-grub", 8, 1, 2, "dnsmasq, which knows no windowsize"},
    {"ovmf-tftp-windowsize", 8, 1, 2, "atftpd"},
    {"pxelinux", 13, 1, 1, "dnsmasq"},
    {"proxy-ovmf", 2, 1, 0, "dnsmasq"},
    {"tftp-dnsmasq-atftp", 2, 1, 0, "dnsmasq"},
    {"tftp-dnsmasq-curl", 3, 1, 0, "dnsmasq"},
    {"tftp-dnsmasq-hpa", 5, 1, 0, "dnsmasq"},
    {"tftp-hpa-atftp", 1, 1, 0, "tftpd-hpa makes IP fragments"},
};

struct seen {
    unsigned requests, replies, same_oack;
    struct tftp_request last; /* request */
    uint16_t client_port;
};

static void on_request(struct seen *seen, const struct pxed_captured_udp *udp) {
    ck_assert(tftp_parse_request(udp->payload, &seen->last));
    ck_assert_uint_gt(seen->last.name.len, 0);
    ck_assert_uint_le(seen->last.name.len, TFTP_NAME_MAX);
    ck_assert(seen->last.mode == TFTP_OCTET || seen->last.mode == TFTP_NETASCII);
    ck_assert_uint_ge(udp->source_port, 1024); /* else we would not answer it */
    seen->client_port = udp->source_port;
    seen->requests++;
}

/* The size a server told stands in its OACK; asked of ours, the answer must be the same text. */
static void on_oack(struct seen *seen, struct pxed_slice packet) {
    static const struct tftp_limits limits = {.blksize = TFTP_BLKSIZE_MOST, .windowsize = TFTP_WINDOW_MOST};
    char oack[TFTP_SMALL_PACKET], fake[600];
    struct tftp_request told;
    size_t head = sizeof("\0\1x\0octet") /* an OACK's body reads as a request's options */;
    memcpy(fake, "\0\1x\0octet", head);
    memcpy(fake + head, packet.ptr + 2, packet.len - 2);
    ck_assert(tftp_parse_request(pxed_slice(fake, head + packet.len - 2), &told));
    struct tftp_terms terms = tftp_negotiate(&seen->last, &limits, 1500, told.value[TFTP_TSIZE]);
    size_t n = tftp_build_oack(oack, sizeof(oack), &seen->last, terms.accepted, terms.value);
    seen->same_oack += pxed_slice_eq(pxed_slice(oack, n), packet);
}

START_TEST(capture) {
    char path[512];
    struct seen seen = {0};
    struct pxed_slice frame;
    uint64_t us;
    snprintf(path, sizeof(path), "%s/captures/%s.pcap", PXED_TEST_DATA, captures[_i].file);
    struct pcap p = pcap_open(path);
    while (pxed_capture_next(&p.capture, &us, &frame)) {
        struct pxed_captured_udp udp;
        struct tftp_reply reply;
        if (!pxed_capture_udp(&p.capture, frame, &udp))
            continue;
        if (udp.destination_port == 69)
            on_request(&seen, &udp);
        else if (seen.requests > 0 && udp.source_port == seen.client_port)
            seen.replies += tftp_parse_reply(udp.payload, &reply);
        else if (seen.requests > 0 && udp.destination_port == seen.client_port &&
                 tftp_opcode_of(udp.payload) == TFTP_OACK)
            on_oack(&seen, udp.payload);
    }
    ck_assert_msg(seen.requests == captures[_i].requests && seen.replies >= captures[_i].replies &&
                      seen.same_oack == captures[_i].same_oack,
                  "%s: %u requests, %u replies, %u same OACKs", captures[_i].file, seen.requests, seen.replies,
                  seen.same_oack);
    pcap_close(&p);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tftp-captures");
    TCase *tests = tcase_create("captures");
    tcase_add_loop_test(tests, capture, 0, (int)(sizeof(captures) / sizeof(captures[0])));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
