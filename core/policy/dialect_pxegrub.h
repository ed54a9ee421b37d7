/* Configurations for GRUB 0.97 booted over the network: Solaris 10's pxegrub. */
#pragma once

#include "pxed/model.h"

/* As dialect_write. */
enum pxed_reason dialect_pxegrub(enum pxed_firmware firmware, const struct pxed_plan *plan, struct pxed_slice base,
                                 struct pxed_buf *out);
