/* Looks below root/tftp for what a name means. */
#include "content_spell.h"

#include "content_files.h"
#include "image_names.h"
#include "pxed/path.h"

size_t content_spell_folder(const struct lookup *l, struct pxed_slice path) {
    size_t found = 0;
    for (ptrdiff_t slash = pxed_slice_find(path, '/', 0);
         slash > 0 && content_is(l, "tftp/", pxed_slice_head(path, (size_t)slash), S_IFDIR);
         slash = pxed_slice_find(path, '/', (size_t)slash + 1))
        found = (size_t)slash + 1;
    return found < path.len ? found : 0;
}

enum pxed_reason content_spell_case(const struct lookup *l, struct pxed_slice path, struct open_content **ret) {
    char text[PXED_PATH_MAX];
    struct pxed_buf b = PXED_BUF(text);
    const struct catalogue *c = l->d->catalogue;
    pxed_buf_add(&b, path);
    if (pxed_buf_full(&b) || !image_names_spell(c, c->tftp, (char *)pxed_buf_cstr(&b)))
        return PXED_WHY_NOT_FOUND;
    struct name spelled = {.kind = NAME_PLAIN, .path = pxed_buf_slice(&b)};
    return name_is_private(&spelled) ? PXED_WHY_PRIVATE_FILE
                                     : content_file(l, l->d->root_fd, "tftp/", spelled.path, ret);
}
