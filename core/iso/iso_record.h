/* Decodes ISO 9660 (ECMA-119) and its extensions: volume descriptors, directory records, Rock Ridge (SUSP 1.12, RRIP
 * 1.12), Joliet. Pure; the bytes are untrusted. */
#pragma once

#include "pxed/buf.h"

enum { ISO_SECTOR = 2048, ISO_NAME_MAX = 255 };

/* The naming scheme of a tree. */
enum iso_names { ISO_NAMES_PLAIN, ISO_NAMES_ROCK_RIDGE, ISO_NAMES_JOLIET };

enum iso_descriptor {
    ISO_DESCRIPTOR_NONE, /* no descriptor at all */
    ISO_DESCRIPTOR_OTHER,
    ISO_DESCRIPTOR_PRIMARY,
    ISO_DESCRIPTOR_JOLIET,
    ISO_DESCRIPTOR_END,
};

struct iso_root {
    uint32_t block; /* where the root folder begins, in blocks */
    uint32_t size;
    uint32_t block_size; /* 512, 1024 or 2048 */
};

enum iso_record_flags {
    ISO_RECORD_FOLDER = 1,
    ISO_RECORD_MORE = 2,       /* the file continues in the next record */
    ISO_RECORD_SKIP = 4,       /* `.`, `..`, a fork, a relocated folder: not a file of the tree */
    ISO_RECORD_COMPRESSED = 8, /* zisofs: the stored bytes are compressed */
    ISO_RECORD_SPARSE = 16,    /* interleaved, or with holes */
    ISO_RECORD_LINK = 32,      /* a symbolic link: `target` */
    ISO_RECORD_CHILD = 64,     /* the folder is at `block`; its size is in its own first record */
    ISO_RECORD_BAD_NAME = 128,
};

struct iso_record {
    unsigned flags;
    uint32_t block, size;
    char name[ISO_NAME_MAX * 3 + 1]; /* UTF-8 for Joliet, bytes otherwise; NUL-terminated */
    char target[1024];               /* of a link, as symlink(2) would take it */
};

/* A continuation area that Rock Ridge names; size 0: none. */
struct iso_continuation {
    uint32_t block, offset, size;
};

/* Collects a record's fields while its continuations are read. */
struct iso_reading {
    struct iso_record *record;
    struct pxed_buf name, target;
    bool name_ended, target_ended, part_goes_on;
    struct iso_continuation more;
};

/* One sector of the volume descriptor set; *ret is set for PRIMARY and JOLIET. An invalid block size gives OTHER. */
enum iso_descriptor iso_descriptor_read(const uint8_t sector[ISO_SECTOR], struct iso_root *ret);

/* The length of the record at offset `at` in a folder's `bytes` (records never cross a sector); 0: no further record in
 * this sector. */
size_t iso_record_length(struct pxed_slice bytes, size_t at);

/* Does the root folder's own record announce Rock Ridge? *ret_skip: bytes before the fields of every record. */
bool iso_record_is_rock_ridge(struct pxed_slice record, size_t *ret_skip);

/* Decodes one record of iso_record_length() bytes. Rock Ridge: while reading->more.size is not 0, the caller reads that
 * area and passes it to iso_record_continue (a limited number of times), then calls iso_record_end. */
void iso_record_begin(struct iso_reading *reading, struct pxed_slice record, enum iso_names names, size_t skip,
                      struct iso_record *ret);
void iso_record_continue(struct iso_reading *reading, struct pxed_slice area);
void iso_record_end(struct iso_reading *reading);

/* Can a client request this name? Not empty, `.` or `..`, no slash, no control byte. */
bool iso_name_is_good(struct pxed_slice name);
