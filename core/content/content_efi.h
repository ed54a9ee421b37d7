/* boot.efi: whichever loader the asker's firmware gets, under one name for everybody. */
#pragma once

#include "lookup.h"

/* The loader's name, valid as long as the generation; NOT_FOUND: the asker is not declared, or gets none. OK with
 * l->wait set: not known yet. */
enum pxed_reason content_efi_name(struct lookup *l, struct pxed_slice *ret);
