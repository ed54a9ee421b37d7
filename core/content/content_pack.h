/* Texts of several files, delivered as a compressed archive. */
#pragma once

#include "pxed/arena.h"
#include "pxed/slice.h"

/* The parts of `text` (pack.h) as tar, compressed by gzip (RFC 1952), in `arena`. Unset slice: they are none, or memory
 * is short. */
struct pxed_slice content_pack(struct pxed_slice text, struct pxed_arena *arena);
