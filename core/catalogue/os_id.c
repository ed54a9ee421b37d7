/* Spelling is free in its case; a folder or section of exactly the name is preferred. */
#include "os_id.h"

#include "image_base.h"

bool catalogue_id_parse(struct pxed_slice text, struct pxed_arena *arena, struct pxed_os_id *ret) {
    char *lower = (char *)(uintptr_t)pxed_arena_dup(arena, text).ptr;
    struct pxed_slice spared = PXED_SLICE("x86_64");
    for (size_t i = 0; i < text.len; i++)
        lower[i] = pxed_lower(lower[i]);
    for (size_t i = 0; i < text.len; i++) /* `_` parts words as `-` does */
        if (pxed_slice_starts(pxed_slice(lower + i, text.len - i), spared))
            i += spared.len - 1;
        else if (lower[i] == '_')
            lower[i] = '-';
    if (!pxed_os_id_parse(pxed_slice(lower, text.len), ret))
        return false;
    ret->text = pxed_arena_dup(arena, text);
    return true;
}

struct pxed_slice catalogue_folder(const struct catalogue *c, struct pxed_slice id) {
    const char *found = NULL;
    for (size_t i = 0; i < c->n_bases && !found; i++)
        found = image_folder_in(&c->bases[i], id);
    return found ? pxed_slice_of(found) : id;
}

const char *catalogue_section(const struct ini *ini, struct pxed_slice id) {
    const char *found = NULL;
    for (size_t i = 0; i < ini->n_sections; i++) {
        const char *name = ini->sections[i].name;
        struct pxed_slice of = pxed_slice_trim(pxed_slice_of(strncmp(name, "os ", 3) == 0 ? name + 3 : ""));
        if (of.len > 0 && pxed_slice_eq(of, id))
            return name;
        if (!found && of.len > 0 && pxed_slice_eq_nocase(of, id))
            found = name;
    }
    return found;
}
