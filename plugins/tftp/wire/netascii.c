/* Line ends of mode netascii. Pure. */
#include "wire/netascii.h"

size_t tftp_netascii(struct pxed_slice source, struct tftp_text_at *at, char *out, size_t cap) {
    size_t written = 0, read = 0;
    while (read < source.len && written < cap) {
        char c = source.ptr[read];
        bool pair = c == '\n' || c == '\r';
        if (pair && !at->half) {
            out[written++] = '\r';
            at->half = true;
            continue;
        }
        out[written++] = c == '\r' ? '\0' : c;
        at->half = false;
        read++;
    }
    at->offset += read;
    return written;
}
