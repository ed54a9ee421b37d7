/* A good ISO with some bytes changed: no crash, no endless reading, every file inside the ISO. The input is a medium (0
 * to 3) and then patches: block (2 bytes), place in it (2 bytes), length (1 byte), bytes. A changed block's tag gets
 * its checksum right, or no change would be looked at. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>

#include "iso_reader.h"
#include "isomake.h"

enum { MEDIA = 4, BLOCK = 2048 };

static const char *const tools[MEDIA] = {
    "genisoimage -o i.iso d",
    "genisoimage -J -D -o i.iso d",
    "xorriso -as mkisofs -R -o i.iso d",
    "genisoimage -udf -D -o i.iso d",
};

static struct {
    uint8_t *bytes;
    size_t n;
    int fd;
} media[MEDIA];

static void load(const char *path, unsigned i) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        abort();
    media[i].n = (size_t)st.st_size;
    media[i].bytes = pxed_xalloc(media[i].n);
    if (read(fd, media[i].bytes, media[i].n) != st.st_size)
        abort();
    media[i].fd = isomake_memory(media[i].bytes, media[i].n);
    close(fd);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv) {
    char folder[] = "/tmp/pxed-fuzz-XXXXXX", path[64];
    (void)argc, (void)argv;
    if (!mkdtemp(folder))
        abort();
    isomake_run(folder, "mkdir -p d/sources/1/2/3/4/5/6/7/8/9; echo x >d/sources/1/2/3/4/5/6/7/8/9/deep; "
                        "head -c 9000 /dev/zero >d/sources/boot.wim; echo y >d/a-name-that-is-longer-than-eight; "
                        "ln -s sources d/link; for i in 1 2 3 4 5 6 7 8 9; do : >d/file-$i; done");
    snprintf(path, sizeof(path), "%s/i.iso", folder);
    for (unsigned i = 0; i < MEDIA; i++) {
        isomake_run(folder, tools[i]);
        load(path, i);
    }
    snprintf(path, sizeof(path), "rm -r %s", folder);
    return system(path) == 0 ? 0 : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t changed[16][BLOCK];
    size_t blocks[16], n = 0;
    char why[ISO_WHY_MAX];
    enum iso_error error;
    if (size == 0)
        return 0;
    unsigned which = data[0] % MEDIA;
    for (data++, size--; size > 5 && n < 16;) {
        size_t block = ((size_t)data[0] | (size_t)data[1] << 8) % (media[which].n / BLOCK);
        size_t at = ((size_t)data[2] | (size_t)data[3] << 8) % BLOCK, len = data[4];
        data += 5, size -= 5;
        len = len < size ? len : size;
        len = len < BLOCK - at ? len : BLOCK - at;
        memcpy(changed[n], media[which].bytes + block * BLOCK, BLOCK);
        for (size_t i = 0; i < n; i++)
            if (blocks[i] == block)
                memcpy(changed[n], changed[i], BLOCK);
        memcpy(changed[n] + at, data, len);
        if (which == MEDIA - 1)
            isomake_tag(changed[n]);
        if (pwrite(media[which].fd, changed[n], BLOCK, (off_t)(block * BLOCK)) != BLOCK)
            abort();
        blocks[n++] = block;
        data += len, size -= len;
    }
    iso_use_reader(NULL); /* a process of its own would hide what it dies of */
    struct iso *iso = iso_get(media[which].fd, &error, why);
    if (iso)
        isomake_check(iso);
    iso_unref(iso);
    for (size_t i = 0; i < n; i++)
        if (pwrite(media[which].fd, media[which].bytes + blocks[i] * BLOCK, BLOCK, (off_t)(blocks[i] * BLOCK)) != BLOCK)
            abort();
    return 0;
}
