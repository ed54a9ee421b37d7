/* Any bytes as a capture. */
#include <stdlib.h>

#include "pxed/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_slice file = pxed_slice((const char *)data, size), frame, payload;
    struct pxed_captured_udp udp;
    struct pxed_capture c;
    uint64_t us;
    if (pxed_capture_begin(file, &c))
        return 0;
    while (pxed_capture_next(&c, &us, &frame)) {
        if (frame.ptr < file.ptr || frame.len > (size_t)(file.ptr + file.len - frame.ptr))
            abort();
        if (pxed_capture_payload(&c, frame, 0x86dd, &payload) && payload.len > frame.len)
            abort();
        if (pxed_capture_udp(&c, frame, &udp) &&
            (udp.payload.ptr < frame.ptr || udp.payload.len > (size_t)(frame.ptr + frame.len - udp.payload.ptr)))
            abort();
    }
    return 0;
}
