/* Scripts for gPXE and its successor iPXE. */
#pragma once

#include "pxed/model.h"

/* As dialect_write. */
enum pxed_reason dialect_gpxe(enum pxed_firmware firmware, const struct pxed_plan *plan, struct pxed_slice base,
                              struct pxed_buf *out);
enum pxed_reason dialect_ipxe(enum pxed_firmware firmware, const struct pxed_plan *plan, struct pxed_slice base,
                              struct pxed_buf *out);
