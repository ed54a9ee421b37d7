/* The name that an order to pxed-link carries, beside two descriptors. Pure. */
#pragma once

#include <stdbool.h>

/* One component of a path: the daemon that sends it may be compromised. */
bool linker_name_valid(const char *name);
