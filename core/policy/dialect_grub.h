/* Configurations for GRUB. */
#pragma once

#include "pxed/model.h"

/* As dialect_write. */
enum pxed_reason dialect_grub(enum pxed_firmware firmware, const struct pxed_plan *plan, struct pxed_slice base,
                              struct pxed_buf *out);
