/* [class NAME]: which clients it is for. Pure. */
#pragma once

#include "config.h"
#include "facts.h"

/* Does every key that tells machines apart fit? `c`: of a [class] or a [quirk]; of several values of one key, one. */
bool dhcp_class_fits(const struct dhcp_config *c, const struct dhcp_message *m, const struct dhcp_facts *facts);
/* Index of the first class that this client belongs to, in the order of the ini; -1: none. */
int dhcp_class_of(const struct dhcp_config *config, const struct dhcp_message *m, const struct dhcp_facts *facts);
/* NULL, or a sentence about a value of `arch` or `mac` that nothing can match. */
const char *dhcp_class_wrong(const struct dhcp_config *class);
