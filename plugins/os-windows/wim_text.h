/* What the header and the XML of a WIM say: bytes only, wherever they come from. */
#pragma once

#include "wim_read.h"

#include <stddef.h>

enum { WIN_WIM_HEADER = 208 };

struct win_wim_region {
    uint64_t offset, size; /* as stored */
};

/* Is it a WIM's header? A pipable WIM repeats it, filled in, at its end. */
bool win_wim_begins(const uint8_t header[WIN_WIM_HEADER], bool *ret_pipable);
/* Reads the filled-in header of a WIM of `size` bytes. NULL with *ret_xml (of size 0: none), which lies inside; or what
 * is wrong. */
const char *win_wim_header(const uint8_t header[WIN_WIM_HEADER], uint64_t size, struct win_wim *ret,
                           struct win_wim_region *ret_xml);
/* Adds what the XML says of the images: UTF-16LE, with a byte order mark that wimlib and Windows both write. NULL or
 * what is wrong. */
const char *win_wim_xml(const char *text, size_t size, struct win_wim *ret);
