/* [class NAME]: which clients it is for. Pure. */
#pragma once

#include "config.h"
#include "facts.h"

/* Index of the first class that this client belongs to, in the order of the ini; -1: none. A class wants all that it
 * names; of several values of one key, one. */
int dhcp_class_of(const struct dhcp_config *config, const struct dhcp_message *m, const struct dhcp_facts *facts);
/* NULL, or a sentence about a value of `arch` or `mac` that nothing can match. */
const char *dhcp_class_wrong(const struct dhcp_config *class);
