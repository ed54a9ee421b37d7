/* Opens an image's own shim and what that asks for, in the folder or the ISO where they lie: no copies. */
#include "content_secure.h"

#include "content_files.h"
#include "content_iso.h"
#include "os_id.h"
#include "os_secure.h"
#include "pxed/path.h"

enum pxed_reason content_secure(const struct lookup *l, struct open_content **ret) {
    char text[PXED_PATH_MAX];
    struct pxed_buf b = PXED_BUF(text);
    const struct catalogue *c = l->d->catalogue;
    const struct catalogue_os *os;
    struct lookup inner = *l;
    const char *file = os_secure_file(c, l->name.path, &os);
    if (!file)
        return PXED_WHY_NOT_FOUND;
    pxed_buf_str(&b, "os/");
    pxed_buf_add(&b, catalogue_folder(c, os->id.text));
    pxed_buf_byte(&b, '/');
    pxed_buf_str(&b, file);
    if (pxed_buf_full(&b) || name_parse(pxed_buf_slice(&b), PXED_NO_SLICE, &inner.name) != PXED_WHY_OK)
        return PXED_WHY_NOT_FOUND;
    enum pxed_reason why = content_image_file(&inner, ret);
    if (why == PXED_WHY_NOT_FOUND)
        why = content_iso(&inner, ret);
    if (why == PXED_WHY_OK) { /* of the name that was asked for */
        (*ret)->pub.type = content_type(l->name.path);
        const struct loaders_rung *rung = loaders_rung(c->loaders, os->secure->machine, LOADERS_SIGNED_GRUB);
        (*ret)->rung = file == os->secure->shim && rung ? rung->name : NULL;
    }
    return why;
}
