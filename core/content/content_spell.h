/* Names that are not there as they were asked for: below a loader's folder, or in another case. */
#pragma once

#include "lookup.h"

/* How much of a name is a folder below root/tftp, where a loader may lie: loaders ask for everything beside themselves.
 * Its length with the slash; 0: none. */
size_t content_spell_folder(const struct lookup *l, struct pxed_slice path);
/* Opens a file below root/tftp whose name differs in case alone, as Windows' loaders ask. NOT_FOUND also if there are
 * two such names. */
enum pxed_reason content_spell_case(const struct lookup *l, struct pxed_slice path, struct open_content **ret);
