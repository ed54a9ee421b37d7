/* A dialect writes a plan in one loader's language. N systems and M loaders, never N x M. */
#pragma once

#include "pxed/model.h"

/* `base` is the URL that names below /boot hang on: "http://pxe-server/boot/". Writes the whole script, lines ending in
 * LF. OK, or NO_DIALECT when this loader cannot say what the plan asks for. */
enum pxed_reason dialect_write(enum pxed_loader loader, enum pxed_firmware firmware, const struct pxed_plan *plan,
                               struct pxed_slice base, struct pxed_buf *out);

/* The loader that a User-Agent names; gPXE for anything unknown (CONTRACT: dialects). */
enum pxed_loader dialect_of_agent(struct pxed_slice user_agent);
