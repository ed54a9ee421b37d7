/* Puts the disk's number where a file has @PXED-DISK@. Pure. */
#pragma once

#include "pxed/slice.h"

/* One to three digits, as PhysicalDrive's and diskpart's numbers are. */
bool fill_is_number(const char *text);

/* Writes `in` with every @PXED-DISK@ replaced by `disk` (at most the mark's 11 bytes, so that the text never grows)
 * into `out` of at least in.len bytes. Returns its length. */
size_t fill_text(char *out, struct pxed_slice in, const char *disk);
