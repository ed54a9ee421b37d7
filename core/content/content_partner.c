/* Opens the file that is meant by a partner's name, where it lies. */
#include "content_partner.h"

#include "content_files.h"
#include "loaders.h"

/* The folders of loader-path were opened at start; a generation whose key says otherwise waits for a restart. */
static int folder_fd(const struct daemon *d, const struct loaders_file *f) {
    const struct pxed_list none = {NULL, NULL, 0},
                           *paths = d->start_config ? &d->start_config->settings.loader_path : &none;
    for (size_t i = 0; i < paths->n && i < d->n_loader_fds; i++)
        if (strcmp(paths->items[i], f->folder) == 0)
            return d->loader_fds[i];
    return -1;
}

enum pxed_reason content_partner(const struct lookup *l, struct pxed_slice name, struct open_content **ret) {
    const struct loaders *all = l->d->catalogue->loaders;
    const struct loaders_file *f = all ? loaders_alias(all, name) : NULL;
    int fd = f && f->place != LOADERS_TFTP ? folder_fd(l->d, f) : -1;
    enum pxed_reason why = PXED_WHY_NOT_FOUND;
    if (f && f->place == LOADERS_TFTP)
        why = content_file(l, l->d->root_fd, "tftp/", pxed_slice_of(f->name), ret);
    else if (fd >= 0)
        why = content_file(l, fd, "", pxed_slice_of(f->name), ret);
    if (why == PXED_WHY_OK) /* of the name that was asked for: EDK2 refuses a .signed by HTTP */
        (*ret)->pub.type = content_type(name);
    return why;
}
