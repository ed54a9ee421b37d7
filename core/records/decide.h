/* Turns facts into verdicts, and records steps and refusals. The rules are in policy; here they are applied to the
 * records. */
#pragma once

#include "context.h"
#include "lifecycle.h"

/* A refusal goes to a machine's journal once a boot; this makes the next one for `reason` go there again. */
void decide_tell_again(struct machine *m, enum pxed_reason reason);
/* `ret->script_url` is valid until the next call. */
void decide_facts(struct daemon *d, const struct pxed_facts *facts, struct pxed_verdict *ret);
void decide_step(struct daemon *d, const struct pxed_hwaddr *mac, enum pxed_stage stage, enum pxed_reason reason,
                 const struct pxed_addr *ip, const char *detail);
void decide_refuse(struct daemon *d, enum pxed_reason reason, const struct pxed_addr *peer, const char *detail);
/* A presumed power-on: opens the boot record and changes no right. `goes_on`: in truth the next entry of the firmware's
 * boot order. */
void decide_power_on(struct daemon *d, struct machine *m, bool goes_on);
/* A word of the machine itself: its loader has started, if it took one. */
void decide_heard(struct daemon *d, struct machine *m);
/* The record of this MAC: a host has one, under its first MAC, whichever port asks. Creates a missing record: use it
 * only for a MAC that was seen on the wire. */
struct machine *decide_machine(struct daemon *d, const struct pxed_hwaddr *mac, const struct catalogue_host **ret_host);
/* The same for a MAC that is only mentioned: NULL if there is no record. */
struct machine *decide_find(struct daemon *d, const struct pxed_hwaddr *mac, const struct catalogue_host **ret_host);
/* Should this host be given its installer now? OK, or why it boots its disk. `rec`: the machine's. */
enum pxed_reason decide_wants(const struct daemon *d, const struct catalogue_host *host,
                              const struct lifecycle_record *rec);
/* What lifecycle needs to know of a host's line, with the line's own system or the one named in an order. */
struct lifecycle_line decide_line(const struct catalogue_host *host, const struct catalogue_os *os);
/* The system a machine is to get: that of its arming or running installation, else the line's. */
const struct catalogue_os *decide_os(struct daemon *d, const struct catalogue_host *host,
                                     const struct lifecycle_record *rec, struct pxed_arena *arena);
