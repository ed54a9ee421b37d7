/* Facts of an image, read back by their key. */
#include "facts.h"

#include <stdio.h>

#include "versions.h"

const char *win_fact_numbered(const struct pxed_image *image, const char *key, unsigned n) {
    char text[48];
    snprintf(text, sizeof(text), "%s-%u", key, n);
    return image->get(image, text);
}

unsigned win_fact_images(const struct pxed_image *image) {
    uint64_t n;
    return pxed_slice_u64(pxed_slice_of(image->get(image, "images")), UINT32_MAX, &n) ? (unsigned)n : 0;
}

unsigned win_fact_index(const struct pxed_image *image, struct pxed_slice edition) {
    static const char *const keys[] = {"edition", "name"};
    uint64_t number;
    const char *known;
    for (size_t k = 0; k < 2; k++)
        for (unsigned i = 1; win_fact_numbered(image, "image", i); i++)
            if ((known = win_fact_numbered(image, keys[k], i)) && pxed_slice_eq_nocase(pxed_slice_of(known), edition))
                return i;
    return pxed_slice_u64(edition, win_fact_images(image), &number) ? (unsigned)number : 0;
}

const char *win_fact_list(const struct pxed_image *image, struct pxed_arena *arena) {
    const char *list = "", *one;
    unsigned i = 1;
    for (; (one = win_fact_numbered(image, "image", i)); i++)
        list = pxed_arena_printf(arena, "%s%s%u: %s", list, i > 1 ? ", " : "", i, one);
    return i <= win_fact_images(image) ? pxed_arena_printf(arena, "%s, ...", list) : list;
}

bool win_flag(const struct pxed_image *image, const char *word) {
    struct pxed_slice rest = pxed_slice_of(image->claim ? image->claim->flags : NULL), one;
    while ((one = pxed_slice_word(&rest, " ")).len > 0)
        if (pxed_slice_is(one, word))
            return true;
    return false;
}

unsigned win_fact_build(const struct pxed_image *image) {
    const struct windows_version *v = windows_version_find(image->claim);
    uint64_t build;
    if (pxed_slice_u64(pxed_slice_of(image->get(image, "wim-build")), 65535, &build) && build > 0)
        return (unsigned)build;
    if (!v || win_flag(image, "nt5"))
        return 0;
    return win_flag(image, "vista") ? 6000 : (unsigned)(v->pe & 0xffff); /* its own WinPE is as old as a system */
}
