/* Any bytes as packets of a network on which other DHCP servers answer. */
#include <stdlib.h>

#include "heard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct heard h;
    struct heard_reply r;
    if (size < 1 || !heard_read(pxed_slice((const char *)data + 1, size - 1), &r))
        return 0;
    if (h.n == HEARD_SERVERS_MAX)
        h.n = 0;
    const struct heard_server *s = heard_note(&h, &r, (enum heard_asked)(data[0] % 3));
    if (!s || memchr(s->file_name, '\0', sizeof(s->file_name)) == NULL)
        abort();
    uint8_t out[HEARD_FRAME_MAX];
    if (heard_ask(out, data, r.xid, HEARD_FIRMWARE) > sizeof(out))
        abort();
    return 0;
}
