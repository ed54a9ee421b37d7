/* ISOs among the images: found and read while a generation is built, looked up by OS id afterwards. */
#pragma once

#include "catalogue.h"
#include "iso.h"

/* Finds and reads the ISOs below boot/os during a build; the second reports their problems, after the lines that name
 * them have been read. */
void catalogue_isos_read(struct catalogue *c, const struct ini *ini);
void catalogue_isos_warn(const struct catalogue *c, struct pxed_diags *diags);

/* The ISO's name below /boot: `iso` of [os ID], in the id's own folder or in boot/os; else the folder's first *.iso.
 * Unset slice if there is none. */
struct pxed_slice catalogue_iso(const struct catalogue *c, const struct catalogue_os *os, struct pxed_arena *arena);
/* A file inside the ISOs of an image, even if its folder has one of that name, and the ISO that holds it. NULL: in none
 * of them. Both live as long as the generation. */
const struct iso_file *catalogue_iso_file(const struct catalogue *c, struct pxed_slice id, struct pxed_slice file,
                                          const struct catalogue_iso_item **ret_iso);
/* As family_glob, in the ISOs of an image. The name lives as long as the generation. */
const char *catalogue_iso_glob(const struct catalogue *c, struct pxed_slice id, const char *pattern);
/* Opens an image's file for reading: the one in its folder, else the extent inside an ISO. Returns a descriptor that
 * the caller closes, with the file's first byte and its size in bytes, or -1 if it is missing. May wait for a disk. */
int catalogue_image_open(const struct catalogue *c, const struct catalogue_os *os, const char *file,
                         uint64_t *ret_offset, uint64_t *ret_size);
