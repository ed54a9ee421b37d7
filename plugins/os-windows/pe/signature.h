/* Is a disk blank? Searches the bytes of its two ends for signs that it is not. Pure; any bytes are safe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SIGNATURE_HEAD = (4 << 20) + (64 << 10), /* the last copy of a LUKS2 header begins at 4 MiB */
    SIGNATURE_TAIL = 2 << 20,                /* Windows keeps a dynamic disk's database in the last MiB */
};

struct signature_disk {
    uint64_t bytes; /* the whole disk */
    const uint8_t *head;
    size_t head_len; /* the smaller of SIGNATURE_HEAD and bytes */
    const uint8_t *tail;
    size_t tail_len; /* the smaller of SIGNATURE_TAIL and bytes; ends with the disk's last byte */
};

/* Writes the first `cap` names of what was found, constant strings, and returns how many finds there are: 0 is blank.
 * One thing may be found under several names. */
size_t signature_find(const struct signature_disk *disk, const char **ret_names, size_t cap);
