/* Helpers that all dialects need. */
#include "dialect_text.h"

struct pxed_slice dialect_basename(struct pxed_slice path) {
    for (size_t i = path.len; i > 0; i--)
        if (path.ptr[i - 1] == '/')
            return pxed_slice_skip(path, i);
    return path;
}
