/* Any bytes as a DNS query to a small site: the answer fits, repeats the id, and is no longer than it may be. */
#include <stdlib.h>

#include "ask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_must(bool good) {
    if (!good)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct dns_rate rate = {.seed = 1};
    uint8_t out[DNS_ANSWER_MAX], tight[DNS_ANSWER_MAX];
    struct pxed_slice query = pxed_slice((const char *)data, size);
    struct pxed_addr peer = {.family = 4};
    size_t n = ask_site_answer(query, 0, out);
    memcpy(peer.bytes, data, size < 4 ? size : 4);
    (void)dns_rate_admits(&rate, &peer, size);
    if (size < DNS_HEAD || (data[2] & 0x80)) {
        fuzz_must(n == 0);
        return 0;
    }
    fuzz_must(n >= DNS_HEAD && n <= DNS_UDP_MOST && memcmp(out, data, 2) == 0 && (out[2] & 0x80));
    fuzz_must(n <= size + 128); /* nothing to amplify with */
    size_t t = ask_site_answer(query, DNS_UDP_PLAIN, tight);
    fuzz_must(t <= DNS_UDP_PLAIN && memcmp(out, tight, 2) == 0);
    return 0;
}
