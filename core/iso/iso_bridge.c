/* Takes the links of the ISO 9660 half into the index of the UDF half. */
#include "iso_bridge.h"

#include <stdlib.h>

#include "iso_9660.h"

/* False: there is nothing of that name. */
static bool take_link(struct iso_build *b, const struct iso_file *link) {
    struct iso_file *there = (struct iso_file *)(uintptr_t)iso_find(b->iso, pxed_slice_of(link->path));
    if (!there || there->size > 0 || strcmp(there->path, link->path) != 0)
        return there != NULL;
    there->target = pxed_arena_dup(&b->iso->arena, pxed_slice_of(link->target)).ptr;
    b->iso->links = true;
    return true;
}

void iso_bridge_links(struct iso_build *b) {
    char why[ISO_WHY_MAX];
    struct iso plain = {.st = b->iso->st};
    struct iso_build other = {.iso = &plain, .fd = b->fd, .why = why};
    bool good = iso_9660_read(&other) && plain.links;
    if (good)
        iso_sort(b->iso);
    size_t n = 0; /* the missing ones move to the front and are added last, because that unsorts the index */
    for (size_t i = 0; good && i < plain.n; i++)
        if (plain.files[i].target && !take_link(b, &plain.files[i]))
            plain.files[n++] = plain.files[i];
    for (size_t i = 0; i < n && iso_count(b); i++)
        iso_add(b, &plain.files[i]);
    pxed_arena_clear(&plain.arena);
    free(plain.files);
}
