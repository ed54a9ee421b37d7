/* Any bytes as packets of a network on which other DHCP servers answer. */
#include <stdlib.h>

#include "pxed/heard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct pxed_heard h;
    struct pxed_heard_reply r;
    if (size < 1 || !pxed_heard_read(pxed_slice((const char *)data + 1, size - 1), &r))
        return 0;
    if (h.n == PXED_HEARD_SERVERS_MAX)
        h.n = 0;
    const struct pxed_heard_server *s = pxed_heard_note(&h, &r, (enum pxed_heard_asked)(data[0] % 3));
    if (!s || memchr(s->file_name, '\0', sizeof(s->file_name)) == NULL)
        abort();
    uint8_t out[PXED_HEARD_FRAME_MAX];
    if (pxed_heard_ask(out, data, r.xid, PXED_HEARD_FIRMWARE) > sizeof(out))
        abort();
    return 0;
}
