/* The volume is made when it is asked for, from the files as they are served, and kept as an open file is. */
#define _GNU_SOURCE
#include "content_disk.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "content_cache.h"
#include "content_files.h"
#include "content_partner.h"
#include "content_secure.h"
#include "loader_disk.h"
#include "loaders.h"
#include "os_secure.h"
#include "pxed/path.h"

enum { CONFIG_MAX = 512, HEAD_MAX = 640 * LOADER_DISK_SECTOR, PARTS = 3 };

/* What goes onto the disk. */
struct disk {
    const char *rung;              /* of the ladder */
    struct pxed_slice first, next; /* names as they are asked for; unset: there is no second */
    bool arm64;
};

static struct pxed_slice stem_of(struct pxed_slice name, const char *end) {
    struct pxed_slice ends = pxed_slice_of(end);
    return name.len > ends.len && pxed_slice_ends(name, ends) ? pxed_slice_head(name, name.len - ends.len)
                                                              : PXED_NO_SLICE;
}

static bool of_rung(const struct loaders *all, struct pxed_slice stem, struct disk *ret) {
    for (size_t i = 0; all && i < all->n_rungs; i++) {
        const struct loaders_rung *r = &all->rungs[i];
        if (!r->disk || !pxed_slice_eq(stem_of(pxed_slice_of(r->disk), ".img"), stem))
            continue;
        *ret = (struct disk){.rung = r->name, .first = pxed_slice_of(r->name), .arm64 = r->machine == LOADER_ARM64};
        if (r->then)
            ret->next = pxed_slice_of(r->then_name);
        return true;
    }
    return false;
}

/* The shim of an image, and the GRUB that this asks for. */
static bool of_image(const struct catalogue *c, struct pxed_slice name, struct disk *ret) {
    const struct catalogue_os *os;
    const char *file = os_secure_file(c, name, &os);
    if (!file || file != os->secure->shim)
        return false;
    const struct loaders_rung *rung = loaders_rung(c->loaders, os->secure->machine, LOADERS_SIGNED_GRUB);
    *ret = (struct disk){.rung = rung ? rung->name : NULL,
                         .first = name,
                         .next = pxed_slice_of(os->secure->next),
                         .arm64 = os->secure->machine == LOADER_ARM64};
    return true;
}

/* By TFTP's folder first, as any loader. */
static enum pxed_reason open_part(const struct lookup *l, struct pxed_slice name, struct open_content **ret) {
    struct lookup inner = *l;
    inner.alone = true;
    enum pxed_reason why = content_file(&inner, l->d->root_fd, "tftp/", name, ret);
    if (why == PXED_WHY_NOT_FOUND)
        why = content_partner(&inner, name, ret);
    if (why == PXED_WHY_NOT_FOUND && name_parse(name, PXED_NO_SLICE, &inner.name) == PXED_WHY_OK)
        why = content_secure(&inner, ret);
    for (size_t i = 0; i < l->d->n_loader_fds && why == PXED_WHY_NOT_FOUND; i++)
        if (l->d->loader_fds[i] >= 0)
            why = content_file(&inner, l->d->loader_fds[i], "", name, ret);
    return why;
}

/* GRUB knows no port, and one that has no module for HTTP takes all by TFTP. */
static void write_config(const struct lookup *l, struct pxed_buf *out) {
    char server[PXED_ADDR_TEXT];
    pxed_addr_text(&l->request->local, server);
    pxed_buf_str(out, "net_bootp\nfor way in http tftp; do\n    set root=$way,");
    pxed_buf_str(out, server);
    pxed_buf_str(out, "\n    configfile /boot/grub.cfg\ndone\n");
}

static bool copy_part(const struct open_content *from, int to, uint64_t at) {
    off_t in = (off_t)from->pub.offset;
    uint64_t left = from->pub.size;
    if (from->pub.kind == PXED_CONTENT_BYTES)
        return pwrite(to, from->pub.bytes.ptr, from->pub.bytes.len, (off_t)at) == (ssize_t)from->pub.bytes.len;
    if (lseek(to, (off_t)at, SEEK_SET) < 0)
        return false;
    while (left > 0) {
        ssize_t n = sendfile(to, from->pub.fd, &in, left);
        if (n <= 0)
            return false;
        left -= (uint64_t)n;
    }
    return true;
}

/* A descriptor of the volume; -1: it cannot be made, errno says why not. */
static int make_disk(struct loader_disk_file *files, size_t n, struct open_content *const *parts, size_t n_parts,
                     struct pxed_slice config) {
    uint64_t size = 0;
    struct pxed_buf head = {malloc(HEAD_MAX), HEAD_MAX, 0};
    errno = EFBIG;
    bool ok = head.ptr && loader_disk(files, n, &head, &size);
    int fd = ok ? memfd_create("pxed-disk", MFD_CLOEXEC) : -1;
    ok = fd >= 0 && ftruncate(fd, (off_t)size) == 0 && pwrite(fd, head.ptr, head.len, 0) == (ssize_t)head.len;
    free(head.ptr);
    for (size_t i = 0; ok && i < n; i++)
        ok = i < n_parts ? copy_part(parts[i], fd, files[i].at)
                         : pwrite(fd, config.ptr, config.len, (off_t)files[i].at) == (ssize_t)config.len;
    if (!ok && fd >= 0)
        close(fd);
    return ok ? fd : -1;
}

/* The folder of `first`, and in it that name. */
static struct pxed_slice beside(struct pxed_slice first, struct pxed_slice name, struct pxed_buf *text) {
    ptrdiff_t slash = -1;
    for (ptrdiff_t at = 0; (at = pxed_slice_find(first, '/', (size_t)at)) >= 0; at++)
        slash = at;
    pxed_buf_add(text, pxed_slice_head(first, (size_t)(slash + 1)));
    pxed_buf_add(text, name);
    return pxed_buf_slice(text);
}

static const char *capitals(struct pxed_slice name, char ret[static 16]) {
    struct pxed_buf b = {ret, 16, 0};
    for (size_t i = 0; i < name.len; i++)
        pxed_buf_byte(&b, name.ptr[i] >= 'a' && name.ptr[i] <= 'z' ? (char)(name.ptr[i] - 'a' + 'A') : name.ptr[i]);
    return pxed_buf_cstr(&b);
}

static enum pxed_reason open_parts(const struct lookup *l, const struct disk *d, struct open_content **parts,
                                   size_t *ret_n) {
    char next[PXED_PATH_MAX], helper[PXED_PATH_MAX];
    struct pxed_buf next_text = PXED_BUF(next), helper_text = PXED_BUF(helper);
    enum pxed_reason why = open_part(l, d->first, &parts[(*ret_n)++]);
    if (why != PXED_WHY_OK || d->next.len == 0)
        return why;
    why = open_part(l, beside(d->first, d->next, &next_text), &parts[(*ret_n)++]);
    /* MokManager: shim does without. */
    if (why == PXED_WHY_OK &&
        open_part(l, beside(d->first, pxed_slice_of(d->arm64 ? "mmaa64.efi" : "mmx64.efi"), &helper_text),
                  &parts[*ret_n]) == PXED_WHY_OK)
        (*ret_n)++;
    return why;
}

static enum pxed_reason make(const struct lookup *l, const struct disk *d, int *ret_fd) {
    char next[16], text[CONFIG_MAX];
    struct open_content *parts[PARTS] = {0};
    struct loader_disk_file files[PARTS + 2] = {
        {.folder = "EFI/BOOT", .name = d->arm64 ? "BOOTAA64.EFI" : "BOOTX64.EFI"},
        {.folder = "EFI/BOOT", .name = capitals(d->next, next)},
        {.folder = "EFI/BOOT", .name = d->arm64 ? "MMAA64.EFI" : "MMX64.EFI"},
    };
    struct pxed_buf config = PXED_BUF(text);
    size_t n = 0;
    enum pxed_reason why = open_parts(l, d, parts, &n);
    write_config(l, &config);
    /* Where GRUB looks: Debian's for the net in grub, a medium's beside itself. */
    files[n] = (struct loader_disk_file){.folder = "GRUB", .name = "GRUB.CFG", .size = config.len};
    files[n + 1] = (struct loader_disk_file){.folder = "EFI/BOOT", .name = "GRUB.CFG", .size = config.len};
    for (size_t i = 0; i < n && parts[i]; i++)
        files[i].size = parts[i]->pub.size;
    if (why == PXED_WHY_OK && (*ret_fd = make_disk(files, n + 2, parts, n, pxed_buf_slice(&config))) < 0)
        why = content_open_failed();
    for (size_t i = 0; i < PARTS; i++)
        if (parts[i])
            content_free(parts[i]);
    return why;
}

enum pxed_reason content_disk(const struct lookup *l, struct open_content **ret) {
    char text[PXED_PATH_MAX];
    struct pxed_buf first = PXED_BUF(text);
    struct disk d;
    struct pxed_slice stem = stem_of(l->name.path, ".img");
    pxed_buf_add(&first, stem);
    pxed_buf_str(&first, ".efi");
    if (stem.len == 0 || pxed_buf_full(&first) ||
        (!of_rung(l->d->catalogue->loaders, stem, &d) && !of_image(l->d->catalogue, pxed_buf_slice(&first), &d)))
        return PXED_WHY_NOT_FOUND;
    int fd = -1;
    enum pxed_reason why = content_made_find(l, l->name.path, ret) ? PXED_WHY_OK : make(l, &d, &fd);
    if (fd >= 0)
        why = content_made(l, l->name.path, fd, ret);
    if (why == PXED_WHY_OK)
        (*ret)->rung = d.rung;
    return why;
}
