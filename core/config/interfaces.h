/* The served network interfaces, as the kernel reports them. */
#pragma once

#include "pxed/plugin.h"
#include "settings.h"

enum { INTERFACES_MAX = 16 };

/* The interfaces of [pxed] interface that exist and have an IPv4 address; the others give warnings. Returns their
 * number. */
size_t interfaces_find(const struct settings *settings, struct pxed_iface ret[INTERFACES_MAX],
                       struct pxed_diags *diags);
/* What has become of an interface since it was found: as it was, without its address, away, or another one of that
 * name. */
enum interface_now { INTERFACE_SAME, INTERFACE_NO_ADDRESS, INTERFACE_AWAY, INTERFACE_ANEW };
enum interface_now interfaces_look(const struct pxed_iface *found);
/* How many entries the kernel's neighbour table can hold without losing any; 0: unknown. */
unsigned interfaces_neighbour_room(void);
