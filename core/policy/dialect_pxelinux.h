/* Configurations for PXELINUX. */
#pragma once

#include "pxed/model.h"

/* As dialect_write. */
enum pxed_reason dialect_pxelinux(enum pxed_firmware firmware, const struct pxed_plan *plan, struct pxed_slice base,
                                  struct pxed_buf *out);
