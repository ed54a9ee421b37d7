/* The function table through which plugins call the core. */
#pragma once

#include "pxed/plugin.h"

extern const struct pxed_core core_table;
