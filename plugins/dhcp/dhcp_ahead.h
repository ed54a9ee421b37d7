/* Probes free addresses before a machine asks for one. */
#pragma once

#include "dhcp_state.h"

int dhcp_ahead_listen(struct dhcp *d); /* 0 or a negative errno */
void dhcp_ahead_stop(struct dhcp *d);  /* asks no more; addresses are given unasked from now on */
void dhcp_ahead_close(struct dhcp *d);
/* Call after choosing addresses: takes care that as many are probed again. */
void dhcp_ahead_wake(struct dhcp *d);
void dhcp_ahead_hear(struct dhcp *d, const struct dhcp_answer *answer);
