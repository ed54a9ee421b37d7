/* Bytes as names and sizes of a volume's files; and a loader's file, in a file with bytes before and after it:
 * everything that is read of it through the window, which gives the file's own bytes and no others, and the names of
 * its signers. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "loader_disk.h"
#include "loader_signer.h"
#include "loaders_window.h"
#include "touch.h"

enum { BEFORE = 300 };

struct both {
    struct loaders_window window;
    struct pxed_slice all;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool at(void *ctx, uint64_t from, void *to, size_t n) {
    struct both *both = ctx;
    must(from <= both->all.len && n <= both->all.len - from);
    must(loaders_window_read(&both->window, from, to, n));
    must(memcmp(to, both->all.ptr + from, n) == 0);
    return true;
}

static int in_memory(const uint8_t *data, size_t size) {
    static int fd = -1;
    if (fd < 0)
        fd = memfd_create("loader", MFD_CLOEXEC);
    must(fd >= 0 && ftruncate(fd, (off_t)(BEFORE + size)) == 0);
    must(pwrite(fd, data, size, BEFORE) == (ssize_t)size);
    return fd;
}

/* A name's end, and three bytes of size, of each file: none lies over another, or beyond the end. */
static void disks(const uint8_t *data, size_t size) {
    static char head_bytes[640 * LOADER_DISK_SECTOR];
    char names[2][12];
    struct loader_disk_file files[2];
    struct pxed_buf head = {head_bytes, sizeof(head_bytes), 0};
    uint64_t end = 0;
    if (size < 30)
        return;
    for (size_t i = 0; i < 2; i++) {
        const uint8_t *of = data + 15 * i;
        memcpy(names[i], of, 11);
        names[i][11] = '\0';
        files[i] = (struct loader_disk_file){.folder = of[11] & 1 ? "EFI/BOOT" : "GRUB",
                                             .name = names[i],
                                             .size = (uint64_t)of[12] << 16 | (uint64_t)of[13] << 8 | of[14]};
    }
    if (loader_disk(files, 2, &head, &end))
        must(files[0].at == head.len && files[1].at >= files[0].at + files[0].size &&
             files[1].at + files[1].size <= end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    disks(data, size);
    static struct both both;
    char past;
    both.all = pxed_slice((const char *)data, size);
    loaders_window_open(&both.window, in_memory(data, size), BEFORE);
    struct loader_file file = {size, at, &both};
    struct loader_signer signers[LOADER_SIGNATURES_MAX];
    struct loader l;
    const char *by;
    must(!loaders_window_read(&both.window, size, &past, 1) &&
         !loaders_window_read(&both.window, UINT64_MAX, &past, 1));
    loader_key_of(pxed_slice_head(both.all, size / 2), pxed_slice_skip(both.all, size / 2), &by);
    if (!loader_read(&file, &l))
        return 0;
    must(l.machine < LOADER_MACHINE_COUNT && l.program < LOADER_PROGRAM_COUNT && l.n_sbat <= LOADER_SBAT_MAX);
    touch_text(l.version);
    touch_text(l.next);
    for (size_t i = 0; i < l.n_sbat; i++)
        touch_text(l.sbat[i].component);
    unsigned is = 0;
    const struct loader_sbat *least = loader_revoked(&l, &l, &is);
    must(l.n_revokes <= LOADER_SBAT_MAX && (!least || is < least->generation));
    for (size_t i = 0; i < l.n_revokes; i++)
        touch_text(l.revokes[i].component);
    for (size_t i = 0; i < l.n_signatures; i++)
        must(l.signatures[i].at <= size && l.signatures[i].len <= size - l.signatures[i].at);
    size_t n = loader_signers(&file, &l, signers);
    for (size_t i = 0; i < n; i++)
        touch_text(signers[i].name);
    return 0;
}
