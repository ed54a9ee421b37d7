/* Facts in, verdict out; steps and refusals on record. The rules are in policy; here they meet the records. */
#pragma once

#include "context.h"
#include "lifecycle.h"

/* `ret->boot_url` lives until the next call. */
void decide_facts(struct daemon *d, const struct pxed_facts *facts, struct pxed_verdict *ret);
void decide_step(struct daemon *d, const struct pxed_hwaddr *mac, enum pxed_stage stage, enum pxed_reason reason,
                 const struct pxed_addr *ip, const char *detail);
void decide_refuse(struct daemon *d, enum pxed_reason reason, const struct pxed_addr *peer, const char *detail);
/* The next power-on, as far as anybody can tell: opens the boot record and changes no right. */
void decide_power_on(struct daemon *d, struct machine *m);
/* The record that stands for this MAC: a host's first MAC, whichever port asks. Makes one: only for a MAC that was seen
 * on the wire itself. */
struct machine *decide_machine(struct daemon *d, const struct pxed_hwaddr *mac, const struct catalogue_host **ret_host);
/* The same for a MAC that somebody only speaks of: NULL if there is no record. */
struct machine *decide_find(struct daemon *d, const struct pxed_hwaddr *mac, const struct catalogue_host **ret_host);
/* Shall this host be given its installer now? OK, or why it boots its disk. `rec`: the machine's. */
enum pxed_reason decide_wants(const struct daemon *d, const struct catalogue_host *host,
                              const struct lifecycle_record *rec);
/* What the law asks of a host's line, with the line's own system or the one that an order names. */
struct lifecycle_line decide_line(const struct catalogue_host *host, const struct catalogue_os *os);
/* The system a machine is to be given: the armed or running installation's, else the line's. */
const struct catalogue_os *decide_os(struct daemon *d, const struct catalogue_host *host,
                                     const struct lifecycle_record *rec, struct pxed_arena *arena);
