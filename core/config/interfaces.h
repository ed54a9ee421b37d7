/* The served network interfaces, as the kernel has them. */
#pragma once

#include "pxed/plugin.h"
#include "settings.h"

enum { INTERFACES_MAX = 16 };

/* Those of [pxed] interface that exist and have an IPv4 address; the others are warnings. Returns how many. */
size_t interfaces_find(const struct settings *settings, struct pxed_iface ret[INTERFACES_MAX],
                       struct pxed_diags *diags);
/* How many hosts the kernel's neighbour table can hold without losing entries; 0: unknown. */
unsigned interfaces_neighbour_room(void);
