/* Helpers that all dialects need. */
#include "dialect_text.h"

struct pxed_slice dialect_basename(struct pxed_slice path) {
    for (size_t i = path.len; i > 0; i--)
        if (path.ptr[i - 1] == '/')
            return pxed_slice_skip(path, i);
    return path;
}

struct pxed_slice dialect_packed(struct pxed_slice as) {
    return as.len > 1 && as.ptr[0] == '/' ? pxed_slice_skip(as, 1) : PXED_NO_SLICE;
}

bool dialect_elsewhere(const struct pxed_plan *plan, int file) {
    return (plan->elsewhere >> (file + 1) & 1) != 0;
}

void dialect_url(const struct pxed_plan *plan, int file, struct pxed_slice base, struct pxed_buf *out) {
    pxed_buf_add(out, dialect_elsewhere(plan, file) ? plan->images : base);
    pxed_buf_add(out, file == DIALECT_KERNEL ? plan->kernel : plan->initrds[file].path);
}

bool dialect_packs(const struct pxed_plan *plan) {
    bool any = false;
    for (size_t i = 0; i < plan->n_initrds && plan->how == PXED_HOW_LINUX; i++)
        any |= dialect_packed(plan->initrds[i].as).len > 0;
    return any;
}

bool dialect_line(struct pxed_slice *rest, struct pxed_slice *ret) {
    if (rest->len == 0)
        return false;
    ptrdiff_t end = pxed_slice_find(*rest, '\n', 0);
    *ret = end < 0 ? *rest : pxed_slice_head(*rest, (size_t)end);
    *rest = end < 0 ? PXED_NO_SLICE : pxed_slice_skip(*rest, (size_t)end + 1);
    return true;
}
