/* Any bytes as what the process that reads UDF says: a message that is taken is written again to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "iso_wire.h"
#include "pxed/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char bytes[ISO_WIRE_MAX];
    struct pxed_slice rest = pxed_slice((const char *)data, size);
    struct iso_wire m;
    for (;;) {
        const char *begin = rest.ptr;
        if (iso_wire_read(&rest, &m) != 1)
            return 0;
        struct pxed_buf again = PXED_BUF(bytes);
        iso_wire_write(&m, &again);
        if (again.len != (size_t)(rest.ptr - begin) || memcmp(bytes, begin, again.len) != 0 ||
            m.path.len >= PXED_PATH_MAX)
            abort();
    }
}
