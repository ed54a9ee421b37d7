/* Which names there are in root/boot/hosts, read once for a generation: to ask the kernel for each host's own files,
 * one by one, is a third of the time that a table of ten thousand lines takes. */
#pragma once

#include "build_state.h"

/* May there be something of this name directly in root/boot/hosts? False: there is not. True also if the folder could
 * not be read: then only opening the file tells. */
bool build_own_has(struct build *b, const char *name);
/* It is empty or missing, as most are: no name needs to be made to be asked for. */
bool build_own_none(struct build *b);
