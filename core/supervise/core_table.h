/* The core as plugins see it. */
#pragma once

#include "pxed/plugin.h"

extern const struct pxed_core core_table;
