/* The question who uses an address: ARP on a wire of ours, ICMP echo behind relays. */
#pragma once

#include "dhcp_state.h"

void dhcp_ask_open(struct dhcp *d);  /* privileged; a failure is logged */
int dhcp_ask_listen(struct dhcp *d); /* 0 or a negative errno */
void dhcp_ask_close(struct dhcp *d);
/* Can it be asked for an address of this net? */
bool dhcp_ask_can(const struct dhcp *d, unsigned scope);
/* Asks. Answers come as d->answered() while dhcp_ask_hear is on; `secret` returns with those to ICMP. */
void dhcp_ask(struct dhcp *d, unsigned scope, uint32_t ip, uint64_t secret);
/* Answers are heard while a user of them wants it. Those from before are dropped. */
void dhcp_ask_hear(struct dhcp *d, enum dhcp_hearer who, bool on);
/* A number that nobody can guess. */
uint64_t dhcp_ask_secret(void);
