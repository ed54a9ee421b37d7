/* Parses durations, sizes and booleans as people write them. */
#include "values.h"

bool options_parse_bool(struct pxed_slice text, bool *ret) {
    static const char *const yes[] = {"yes", "true", "on", "1"}, *const no[] = {"no", "false", "off", "0"};
    for (size_t i = 0; i < 4; i++)
        if (pxed_slice_eq_nocase(text, pxed_slice_of(yes[i]))) {
            *ret = true;
            return true;
        } else if (pxed_slice_eq_nocase(text, pxed_slice_of(no[i]))) {
            *ret = false;
            return true;
        }
    return false;
}

/* A number with an optional suffix letter that multiplies by its factor; `plain` is the factor without a letter. */
static bool parse_scaled(struct pxed_slice text, const char *letters, const uint64_t *factors, uint64_t plain,
                         uint64_t *ret) {
    uint64_t factor = plain, number;
    if (text.len > 1)
        for (size_t i = 0; letters[i]; i++)
            if (text.ptr[text.len - 1] == letters[i]) {
                factor = factors[i];
                text.len--;
                break;
            }
    if (!pxed_slice_u64(text, UINT64_MAX / factor, &number))
        return false;
    *ret = number * factor;
    return true;
}

bool options_parse_duration(struct pxed_slice text, uint64_t *ret_ms) {
    static const uint64_t factors[] = {1000, 60000, 3600000, 86400000};
    struct pxed_slice ms = PXED_SLICE("ms");
    if (pxed_slice_ends(text, ms))
        return pxed_slice_u64(pxed_slice_head(text, text.len - 2), UINT64_MAX, ret_ms);
    return parse_scaled(text, "smhd", factors, 1000, ret_ms);
}

bool options_parse_size(struct pxed_slice text, uint64_t *ret_bytes) {
    static const uint64_t factors[] = {1ull << 10, 1ull << 20, 1ull << 30};
    return parse_scaled(text, "KMG", factors, 1, ret_bytes);
}
