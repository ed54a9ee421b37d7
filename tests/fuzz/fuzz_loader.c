/* A loader's file: everything that is read of it, and the names of its signers. */
#include "loader_signer.h"
#include "touch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool at(void *ctx, uint64_t from, void *to, size_t n) {
    const struct pxed_slice *all = ctx;
    must(from <= all->len && n <= all->len - from);
    memcpy(to, all->ptr + from, n);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_slice all = pxed_slice((const char *)data, size);
    struct loader_file file = {size, at, &all};
    struct loader_signer signers[LOADER_SIGNATURES_MAX];
    struct loader l;
    const char *by;
    loader_key_of(pxed_slice_head(all, size / 2), pxed_slice_skip(all, size / 2), &by);
    if (!loader_read(&file, &l))
        return 0;
    must(l.machine < LOADER_MACHINE_COUNT && l.program < LOADER_PROGRAM_COUNT && l.n_sbat <= LOADER_SBAT_MAX);
    touch_text(l.version);
    touch_text(l.next);
    for (size_t i = 0; i < l.n_sbat; i++)
        touch_text(l.sbat[i].component);
    for (size_t i = 0; i < l.n_signatures; i++)
        must(l.signatures[i].at <= size && l.signatures[i].len <= size - l.signatures[i].at);
    size_t n = loader_signers(&file, &l, signers);
    for (size_t i = 0; i < n; i++)
        touch_text(signers[i].name);
    return 0;
}
