/* A dialect writes a plan in one loader's language, so that N systems and M loaders need N + M pieces of code. */
#pragma once

#include "pxed/model.h"

/* `base` is the URL of /boot: "http://pxe-server/boot/". Writes the whole script, lines ending in LF. OK, or NO_DIALECT
 * if this loader cannot express the plan. */
enum pxed_reason dialect_write(enum pxed_loader loader, enum pxed_firmware firmware, const struct pxed_plan *plan,
                               struct pxed_slice base, struct pxed_buf *out);

/* The loader that a User-Agent names; gPXE if unknown (CONTRACT: dialects). */
enum pxed_loader dialect_of_agent(struct pxed_slice user_agent);
