/* What a machine has already, whether it may have an address, and for how long. Pure. */
#pragma once

#include "server.h"

struct dhcp_scope *dhcp_scope_of(struct dhcp_leases *t, const struct dhcp_query *q);
/* The entry of `ip`, if it is this machine's; else DHCP_NONE. */
uint32_t dhcp_own_lease(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip);
/* May it have this address in principle: reserved for it, or in the pool and not reserved for another machine? */
bool dhcp_allowed(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip);
/* Does this machine have a lease of `ip` in force, as recorded on disk? */
bool dhcp_alive(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip);
/* Does its entry (dhcp_lease_by_mac) hold an address already, by an OFFER or a lease? */
bool dhcp_holds(const struct dhcp_leases *t, uint32_t own, uint64_t now);
/* May a machine without an address have one? OK, DHCP_RATE or DHCP_KEPT. */
enum pxed_reason dhcp_admits(struct dhcp_leases *t, const struct dhcp_query *q);
/* How long it may have `ip`, in ms. */
uint64_t dhcp_time_for(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip);
/* May this machine have the address as far as the table knows: has nobody else a hold or a lease of it? */
bool dhcp_is_free(const struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip);
/* Is the reserved address leased to the host's former card, which it no longer has (a replaced board)? */
bool dhcp_is_orphaned(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip);
/* Is the reserved address leased to another port of the same host (mac=)? It follows the port that boots: then no
 * system runs that could use the other one. Else a probe shows whether the other port still has it. */
bool dhcp_is_siblings(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip);
bool dhcp_sibling_gave_way(const struct dhcp_query *q, uint32_t ip);
/* Has a whole probe of this address shown who uses it? */
bool dhcp_looked_at(const struct dhcp_query *q, uint32_t ip);
/* While leases are in doubt: must a probe first show that no other machine uses this address? Not for a lease of its
 * own. */
bool dhcp_is_doubtful(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip);
/* The same at any time: also an address of the pools that it has not had, and that was not probed ahead of time. Where
 * many come at once none waits for that. */
bool dhcp_to_look_at(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip);
