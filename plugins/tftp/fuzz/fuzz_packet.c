/* Any bytes as a packet: parses, touches every byte found, and builds the answers. */
#include <stdlib.h>

#include "options.h"
#include "wire/netascii.h"
#include "wire/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned sink;

static void touch(struct pxed_slice s) {
    for (size_t i = 0; i < s.len; i++)
        sink += (uint8_t)s.ptr[i];
}

static void fuzz_request(const struct tftp_request *request) {
    static const struct tftp_limits limits = {.blksize = TFTP_BLKSIZE_MOST, .windowsize = TFTP_WINDOW_MOST};
    char oack[TFTP_SMALL_PACKET];
    touch(request->name);
    struct tftp_terms terms = tftp_negotiate(request, &limits, 1500, 12345678901);
    size_t n = tftp_build_oack(oack, sizeof(oack), request, terms.accepted, terms.value);
    touch(pxed_slice(oack, n));
    if (n == sizeof(oack) || terms.blksize < TFTP_BLKSIZE_LEAST || terms.blksize > 1468 || terms.window < 1 ||
        terms.window * (terms.blksize + TFTP_DATA_HEADER) > TFTP_FLIGHT_FRAMES ||
        (terms.accepted & ~request->asked) != 0)
        abort();
}

static void fuzz_text(struct pxed_slice text) {
    char out[64];
    struct tftp_text_at at = {0};
    size_t n;
    do {
        n = tftp_netascii(pxed_slice_head(pxed_slice_skip(text, (size_t)at.offset), 13), &at, out, 13);
        touch(pxed_slice(out, n));
    } while (n == 13);
    if (at.offset != text.len || at.half)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_slice packet = pxed_slice((const char *)data, size);
    struct tftp_request request;
    struct tftp_reply reply;
    char out[64];
    if (tftp_parse_request(packet, &request))
        fuzz_request(&request);
    if (tftp_parse_reply(packet, &reply)) {
        touch(reply.message);
        touch(pxed_slice(out, tftp_build_error(out, size % sizeof(out), TFTP_CODE_ACCESS, reply.message)));
    }
    fuzz_text(packet);
    return 0;
}
