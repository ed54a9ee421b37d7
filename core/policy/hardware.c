/* Four facts, from two spellings. */
#include "hardware.h"

#include "pxed/path.h"

enum { LINES = 64, MEMORY_KIB_MAX = INT64_MAX / 1024 };

static const char *const keys[] = {"product", "serial", "memory", "cpu"};

/* A text is replaced by a text only: what was told once is not forgotten. */
static bool put_text(char to[static HARDWARE_TEXT], struct pxed_slice value) {
    char text[HARDWARE_TEXT] = "";
    size_t n = value.len < HARDWARE_TEXT - 1 ? value.len : HARDWARE_TEXT - 1;
    for (size_t i = 0; i < n; i++)
        text[i] = (unsigned char)value.ptr[i] < ' ' || value.ptr[i] == 0x7f ? ' ' : value.ptr[i];
    if (n == 0 || strcmp(text, to) == 0)
        return false;
    memcpy(to, text, sizeof(text));
    return true;
}

static bool put_memory(int64_t *to, struct pxed_slice value) {
    uint64_t n = 0;
    struct pxed_slice number = pxed_slice_word(&value, " "), unit = pxed_slice_trim(value);
    bool kib = pxed_slice_eq_nocase(unit, PXED_SLICE("kB"));
    if ((unit.len > 0 && !kib) || !pxed_slice_u64(number, (uint64_t)MEMORY_KIB_MAX / 1024, &n) || n == 0)
        return false;
    int64_t bytes = (int64_t)n * 1024 * (kib ? 1 : 1024);
    bool changed = bytes != *to;
    *to = bytes;
    return changed;
}

static bool put_cpu(int64_t *to, struct pxed_slice value) {
    static const struct pxed_slice name = {"x86-64-v", 8};
    uint64_t level = 0;
    if (!pxed_slice_starts(value, name) || !pxed_slice_u64(pxed_slice_skip(value, name.len), 4, &level) || level == 0)
        return false;
    bool changed = (int64_t)level != *to;
    *to = (int64_t)level;
    return changed;
}

bool hardware_put(struct hardware *hw, struct pxed_slice key, struct pxed_slice value) {
    struct pxed_slice bare = pxed_slice_trim(value);
    return pxed_slice_is(key, keys[0])   ? put_text(hw->product, bare)
           : pxed_slice_is(key, keys[1]) ? put_text(hw->serial, bare)
           : pxed_slice_is(key, keys[2]) ? put_memory(&hw->memory, bare)
           : pxed_slice_is(key, keys[3]) ? put_cpu(&hw->cpu, bare)
                                         : false;
}

bool hardware_read(struct hardware *hw, struct pxed_slice body) {
    bool changed = false;
    for (int i = 0; i < LINES && body.len > 0; i++) {
        struct pxed_slice line = pxed_slice_word(&body, "\n");
        ptrdiff_t colon = pxed_slice_find(line, ':', 0);
        if (colon > 0)
            changed |= hardware_put(hw, pxed_slice_head(line, (size_t)colon), pxed_slice_skip(line, (size_t)colon + 1));
    }
    return changed;
}

bool hardware_query(struct hardware *hw, struct pxed_slice query) {
    bool changed = false;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        char text[3 * HARDWARE_TEXT];
        struct pxed_slice raw;
        struct pxed_buf b = PXED_BUF(text);
        if (pxed_query_get(query, keys[i], &raw) && pxed_percent_decode(raw, true, &b))
            changed |= hardware_put(hw, pxed_slice_of(keys[i]), pxed_buf_slice(&b));
    }
    return changed;
}
