/* Helpers of the dialects. */
#pragma once

#include "pxed/model.h"

/* The file's name: the part after the last `/`. Borrows `path`. */
struct pxed_slice dialect_basename(struct pxed_slice path);
/* An initrd named `/NAME` is no archive: it becomes the file NAME of the initramfs. Returns NAME, empty for any other.
 * Borrows `as`. */
struct pxed_slice dialect_packed(struct pxed_slice as);
/* Takes the next line off `rest`, which then is unset after the last one; false: none is left. */
bool dialect_line(struct pxed_slice *rest, struct pxed_slice *ret);
enum { DIALECT_KERNEL = -1 };
/* Does the plan's kernel (DIALECT_KERNEL), or initrd `file`, come from the plan's `images`? */
bool dialect_elsewhere(const struct pxed_plan *plan, int file);
/* The URL of the kernel (DIALECT_KERNEL) or of an initrd. */
void dialect_url(const struct pxed_plan *plan, int file, struct pxed_slice base, struct pxed_buf *out);
/* Does the plan have such an initrd? */
bool dialect_packs(const struct pxed_plan *plan);
