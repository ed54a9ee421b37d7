/* Names from the network: the first byte chooses the flags, the rest is the name. The normal form must be harmless and
 * its own normal form. */
#include "pxed/path.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok) {
    if (!ok)
        abort();
}

static void check_harmless(struct pxed_slice name) {
    check(name.len < PXED_PATH_MAX);
    check(name.len == 0 || (name.ptr[0] != '/' && name.ptr[name.len - 1] != '/'));
    for (size_t i = 0; i < name.len; i++) {
        check((unsigned char)name.ptr[i] >= ' ' && name.ptr[i] != 0x7f);
        check(i == 0 || name.ptr[i] != '/' || name.ptr[i - 1] != '/');
    }
    while (name.len > 0) {
        struct pxed_slice component = pxed_slice_word(&name, "/");
        check(!pxed_slice_is(component, ".") && !pxed_slice_is(component, ".."));
    }
}

static void check_name(struct pxed_slice raw, unsigned flags) {
    char first[PXED_PATH_MAX], second[PXED_PATH_MAX];
    struct pxed_buf out = PXED_BUF(first), again = PXED_BUF(second);
    if (pxed_path_normalise(raw, flags, &out) != 0) {
        check(out.len == 0);
        return;
    }
    check_harmless(pxed_buf_slice(&out));
    check(pxed_path_normalise(pxed_buf_slice(&out), flags & ~(unsigned)PXED_PATH_PERCENT, &again) == 0);
    check(pxed_slice_eq(pxed_buf_slice(&out), pxed_buf_slice(&again)));
}

static void check_query(struct pxed_slice query) {
    struct pxed_slice value = PXED_NO_SLICE;
    char small[64];
    struct pxed_buf out = PXED_BUF(small);
    if (!pxed_query_get(query, "mac", &value))
        return;
    check(value.ptr >= query.ptr && value.ptr + value.len <= query.ptr + query.len);
    if (pxed_percent_decode(value, true, &out))
        check(out.len <= value.len && pxed_hash(small, pxed_buf_slice(&out).len, 0) != 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    struct pxed_slice text = pxed_slice((const char *)data + 1, size - 1);
    check_name(text, data[0] & 3u);
    check_query(text);
    return 0;
}
