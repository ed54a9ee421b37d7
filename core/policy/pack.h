/* A text of several files as an archive (ustar), for systems that take their configuration packed. */
#pragma once

#include "pxed/buf.h"
#include "pxed/reason.h"

/* `text` is parts, each begun by a line of its own: `=== PATH MODE` (octal; the following lines are the content) or
 * `=== PATH -> TARGET` (a symbolic link). Writes the archive (IEEE 1003.1-1988, owner root) to out, which
 * is empty; out->len tells its size even if it does not fit. OK, or TEMPLATE_BROKEN: no part, a path that leaves the
 * archive or takes more than 99 bytes, a mode that is none. */
enum pxed_reason pack_tar(struct pxed_slice text, struct pxed_buf *out);
