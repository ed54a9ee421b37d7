/* A FAT volume around files: firmware that boots by HTTP makes a RAM disk of it and starts EFI/BOOT from there. Pure.
 */
#pragma once

#include "pxed/buf.h"

enum { LOADER_DISK_SECTOR = 512, LOADER_DISK_FILES = 8 };

/* A folder and a name of 8.3 capitals: "EFI/BOOT", "BOOTX64.EFI". The folders are those two, and GRUB. */
struct loader_disk_file {
    const char *folder, *name;
    uint64_t size; /* bytes */
    uint64_t at;   /* set: where its bytes begin in the volume */
};

/* Writes all that precedes the bytes of the first file into `head`, whose end is that file's `at`; what no file fills
 * reads as zeros. False: a name or a folder is none of those above, it is larger than such a volume may be (31 MiB), or
 * `head` is full. *ret_size: of the volume, bytes. */
bool loader_disk(struct loader_disk_file *files, size_t n, struct pxed_buf *head, uint64_t *ret_size);
