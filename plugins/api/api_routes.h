/* Questions about machines. */
#pragma once

#include "api_state.h"

void api_get_machines(const struct api_ask *ask);
void api_get_machine(const struct api_ask *ask);
void api_get_hosts(const struct api_ask *ask);
void api_get_journal(const struct api_ask *ask);
void api_get_faults(const struct api_ask *ask);
void api_get_why(const struct api_ask *ask);
void api_get_transfers(const struct api_ask *ask);
void api_get_leases(const struct api_ask *ask);

/* host= of the query: 1 and *ret_mac, 0 when absent, -1 after having answered 400 or 404. */
int api_query_host(const struct api_ask *ask, struct pxed_hwaddr *ret_mac);
