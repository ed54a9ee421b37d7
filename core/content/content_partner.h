/* A loader's file under the name by which its partner asks: shim for grubx64.efi, which the package has as
 * grubnetx64.efi.signed. */
#pragma once

#include "content_item.h"

/* NOT_FOUND: nobody's partner has this name. */
enum pxed_reason content_partner(const struct lookup *l, struct pxed_slice name, struct open_content **ret);
