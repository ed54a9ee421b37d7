/* A file inside an ISO: an extent of the ISO. */
#include "content_iso.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalogue_iso.h"
#include "catalogue_private.h"
#include "content_files.h"
#include "image_find.h"
#include "log.h"

/* The ETag identifies the ISO, so that a client cannot combine ranges of two different ISOs. */
static void set_etag(struct open_content *c, const struct iso *iso, const struct iso_file *file) {
    uint64_t words[] = {(uint64_t)iso->st.st_dev,
                        (uint64_t)iso->st.st_ino,
                        (uint64_t)iso->st.st_size,
                        (uint64_t)iso->st.st_mtim.tv_sec,
                        (uint64_t)iso->st.st_mtim.tv_nsec,
                        file->offset,
                        file->size};
    uint64_t hash = pxed_hash(file->path, strlen(file->path), pxed_hash(words, sizeof(words), 0));
    snprintf(c->pub.etag, sizeof(c->pub.etag), "\"%llx-%llx-iso\"", (unsigned long long)hash,
             (unsigned long long)file->size);
    c->pub.mtime = iso->st.st_mtim.tv_sec;
}

/* Opens the ISO if it is still the one that was indexed. */
static enum pxed_reason open_iso(const struct lookup *l, const struct catalogue_iso_item *item, int *ret_fd) {
    struct stat st;
    int fd = catalogue_open_image(l->d->catalogue, pxed_slice_of(item->name), &st);
    if (fd < 0)
        return content_open_failed();
    enum pxed_reason why = !iso_is(item->index, &st)                        ? PXED_WHY_IO_ERROR
                           : catalogue_is_private(l->d->catalogue, fd, &st) ? PXED_WHY_PRIVATE_FILE
                                                                            : PXED_WHY_OK;
    if (why == PXED_WHY_IO_ERROR && !atomic_flag_test_and_set(&item->index->told))
        log_core(PXED_LOG_WARNING, "iso", "%s has changed since it was read: reload", item->name);
    if (why == PXED_WHY_OK)
        *ret_fd = fd;
    else
        close(fd);
    return why;
}

enum pxed_reason content_iso(const struct lookup *l, struct open_content **ret) {
    const struct catalogue_iso_item *item;
    const struct iso_file *file =
        l->name.kind == NAME_IMAGE ? catalogue_iso_file(l->d->catalogue, l->name.os, l->name.file, &item) : NULL;
    int fd = -1;
    if (!file)
        return PXED_WHY_NOT_FOUND;
    enum pxed_reason why = open_iso(l, item, &fd);
    if (why != PXED_WHY_OK)
        return why;
    struct open_content *c = content_new(l);
    c->pub.kind = PXED_CONTENT_FILE;
    c->pub.fd = fd;
    c->pub.offset = file->offset;
    c->pub.size = file->size;
    c->pub.type = content_type(pxed_slice_of(file->path));
    if (file->bytes) { /* the bytes live as long as the generation, which the content references */
        close(fd);
        c->pub.fd = -1;
        content_set_text(c, pxed_slice(file->bytes, (size_t)file->size), c->pub.type);
    }
    set_etag(c, item->index, file);
    *ret = c;
    return PXED_WHY_OK;
}
