/* ISO 9660 (ECMA-119) and what lies upon it, decoded: volume descriptors, directory records, Rock Ridge (SUSP 1.12,
 * RRIP 1.12), Joliet. Pure text in, structs out; the bytes are hostile. */
#pragma once

#include "pxed/buf.h"

enum { ISO_SECTOR = 2048, ISO_NAME_MAX = 255 };

/* Whose names a tree has. */
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
    ISO_RECORD_MORE = 2,       /* the file goes on in the next record */
    ISO_RECORD_SKIP = 4,       /* `.`, `..`, a fork, a folder moved elsewhere: no file of the tree */
    ISO_RECORD_COMPRESSED = 8, /* zisofs: its bytes are not the file's */
    ISO_RECORD_SPARSE = 16,    /* interleaved, or with holes */
    ISO_RECORD_LINK = 32,      /* a symbolic link: `target` */
    ISO_RECORD_CHILD = 64,     /* the folder lies at `block`, its size is in its own first record */
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

/* What a record's fields add up to while its continuations are read. */
struct iso_reading {
    struct iso_record *record;
    struct pxed_buf name, target;
    bool name_ended, target_ended, part_goes_on;
    struct iso_continuation more;
};

/* One sector of the volume descriptor set; *ret is set for PRIMARY and JOLIET. A block size that cannot be gives OTHER.
 */
enum iso_descriptor iso_descriptor_read(const uint8_t sector[ISO_SECTOR], struct iso_root *ret);

/* The length of the record at `at` in `bytes` of a folder (whose records never cross a sector), 0: no further record in
 * this sector. */
size_t iso_record_length(struct pxed_slice bytes, size_t at);

/* Does the root folder's own record announce Rock Ridge? *ret_skip: bytes that precede the fields of every record. */
bool iso_record_is_rock_ridge(struct pxed_slice record, size_t *ret_skip);

/* Decodes one record of iso_record_length() bytes. Rock Ridge: as long as reading->more.size is not 0, the caller reads
 * that area and hands it to iso_record_continue (a limited number of times), then ends with iso_record_end. */
void iso_record_begin(struct iso_reading *reading, struct pxed_slice record, enum iso_names names, size_t skip,
                      struct iso_record *ret);
void iso_record_continue(struct iso_reading *reading, struct pxed_slice area);
void iso_record_end(struct iso_reading *reading);

/* Can a request ask for this name? Not empty, `.` or `..`, no slash, no control byte. */
bool iso_name_is_good(struct pxed_slice name);
