/* ECMA-167: descriptor tags (3/7.2), logical volumes (3/10.6), file entries (4/14.9, 4/14.17), folders' entries
 * (4/14.4). */
#include "iso_udf_guard.h"

enum {
    TAG_LOGICAL_VOLUME = 6,
    TAG_ENTRY_IN_FOLDER = 257,
    TAG_FILE_ENTRY = 261,
    TAG_LARGE_FILE_ENTRY = 266,
    FILE_SET_MAX = 16 * UDF_GUARD_BLOCK,
    FIXED = 38 /* bytes of a folder's entry before its parts of variable length */,
    LENGTH_MASK = 0x3fffffff,
};

static uint32_t guard_u16(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t guard_u32(const uint8_t *p) {
    return guard_u16(p) | guard_u16(p + 2) << 16;
}

/* It gives an extent with file set descriptors, and libudfread reads every block of that: up to half a million, or
 * without end if block numbers wrap. */
static bool volume_is_sane(const uint8_t *block) {
    uint32_t length = guard_u32(block + 248) & LENGTH_MASK, lba = guard_u32(block + 252);
    return length > 0 && length <= FILE_SET_MAX && lba < UINT32_MAX - FILE_SET_MAX;
}

/* Bytes of the entry at `p`, whose fixed part is there. */
static size_t entry_size(const uint8_t *p) {
    return (FIXED + (size_t)p[19] + guard_u16(p + 36) + 3) / 4 * 4;
}

/* libudfread skips the entry of the parent folder (bit 3), but not deleted ones (bit 2). */
static void hide_deleted(uint8_t *p) {
    if (p[18] & 4)
        p[18] |= 8;
}

/* Walks over the entries that are read. libudfread takes the length of a name from each, and looks for the name beyond
 * the folder's end if it is said to lie there. */
static bool walk_entries(struct udf_guard *g) {
    while (g->at < g->len) {
        if (g->len - g->at < FIXED)
            return false;
        if (g->have < g->at || g->have - g->at < FIXED)
            return true; /* the rest comes with the next block */
        uint8_t *p = g->base + g->at;
        if (guard_u16(p) != TAG_ENTRY_IN_FOLDER || entry_size(p) > g->len - g->at)
            return false;
        hide_deleted(p);
        g->at += entry_size(p);
    }
    return true;
}

/* The entry of a file or folder. One that holds its content itself must hold all of it; a folder that does so is walked
 * here, another one when its blocks are read. */
static bool file_entry_is_sane(struct udf_guard *g, uint8_t *block, size_t fixed) {
    enum { FOLDER = 4, INSIDE = 3 };
    size_t attributes = guard_u32(block + fixed - 8), size = guard_u32(block + fixed - 4);
    uint64_t length = guard_u32(block + 56) | (uint64_t)guard_u32(block + 60) << 32;
    unsigned kind = block[16 + 18] & 7;
    if (attributes > UDF_GUARD_BLOCK - fixed || size > UDF_GUARD_BLOCK - fixed - attributes)
        return false;
    uint8_t *at = block + fixed + attributes;
    *g = (struct udf_guard){.base = NULL};
    if (kind == INSIDE) {
        if (length > size)
            return false;
        if (block[16 + 11] != FOLDER)
            return true;
        struct udf_guard inside = {.base = at, .have = (size_t)length, .len = (size_t)length};
        return walk_entries(&inside);
    }
    if (block[16 + 11] == FOLDER && size >= 8)
        g->len = guard_u32(at) & LENGTH_MASK;
    return true;
}

bool udf_guard_block(struct udf_guard *g, uint8_t *block) {
    uint32_t tag = guard_u16(block);
    if (g->base && block == g->base + g->have) {
        g->have += UDF_GUARD_BLOCK;
        return walk_entries(g);
    }
    g->base = NULL;
    switch (tag) {
    case TAG_LOGICAL_VOLUME:
        return volume_is_sane(block);
    case TAG_FILE_ENTRY:
        return file_entry_is_sane(g, block, 176);
    case TAG_LARGE_FILE_ENTRY:
        return file_entry_is_sane(g, block, 216);
    case TAG_ENTRY_IN_FOLDER:
        g->base = block;
        g->have = UDF_GUARD_BLOCK;
        g->at = 0;
        return walk_entries(g);
    default:
        return true;
    }
}
