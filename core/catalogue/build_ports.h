/* Do the variables of a host's network and disks fit together? */
#pragma once

#include "build_state.h"

/* Warns of a bond of one port, of install-net= without what it names, of an IPv6 gateway outside the host's nets,
 * of two disks that are no mirror. */
void build_judge_ports(struct build *b);
