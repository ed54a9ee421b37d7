/* What must always hold, whatever arrives. Each function ends the process if it does not. */
#pragma once

#include "world.h"

void rules_begin(void);
/* The client sends something: a lease that it is given runs from here. */
void rules_says(uint8_t client);
/* The client no longer counts on this address: it has released or declined it, or asks for another. */
void rules_gives_up(uint8_t client, uint32_t ip);
/* A lease that could not be written is known after a restart only by its host's ip=, if that is still the same. */
void rules_restarted(void);
/* A reply leaves: no address twice, none that is reserved for another, none that is not on disk. */
void rules_reply(const struct dhcp_message *m);
/* A content leaves for this transfer: an installer only for who was armed, an answer file only while it is open, and
 * never nothing. */
void rules_content(const struct world_transfer *t);
/* An operator armed this client's host: it may be armed when the order is on disk. */
void rules_ordered(uint8_t client, bool done, bool good);
/* After each step: nobody is armed without an order, and no right is in memory that is not on disk. */
void rules_check(void);
