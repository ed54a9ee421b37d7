/* The archive is made in one go: it holds a machine's configuration, some kilobytes. */
#include "content_pack.h"

#include <zlib.h>

#include "pack.h"

enum { GZIP = 15 + 16 /* the largest window, and gzip's head: zlib.h, deflateInit2 */, MEMORY = 8 };

static struct pxed_slice pack_gzip(struct pxed_slice tar, struct pxed_arena *arena) {
    z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)tar.ptr, .avail_in = (uInt)tar.len};
    struct pxed_slice packed = PXED_NO_SLICE;
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return packed;
    uLong room = deflateBound(&z, (uLong)tar.len);
    char *out = pxed_arena_alloc(arena, room);
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    if (deflate(&z, Z_FINISH) == Z_STREAM_END)
        packed = pxed_slice(out, z.total_out);
    deflateEnd(&z);
    return packed;
}

struct pxed_slice content_pack(struct pxed_slice text, struct pxed_arena *arena) {
    struct pxed_buf tar = {0};
    if (pack_tar(text, &tar) != PXED_WHY_OK)
        return PXED_NO_SLICE;
    tar = (struct pxed_buf){.ptr = pxed_arena_alloc(arena, tar.len), .cap = tar.len};
    pack_tar(text, &tar);
    return pack_gzip(pxed_buf_slice(&tar), arena);
}
