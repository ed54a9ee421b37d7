/* Accounts of this machine, asked in a process that ends: what answers for them (nsswitch.conf: systemd, LDAP, SSSD)
 * stays in the memory of who asks it, and no process of pxed needs it a second time. */
#pragma once

#include "pxed/slice.h"

struct pxed_account {
    struct pxed_account *next;
    char *name;
    bool exists;
    uint32_t uid, gid, *groups; /* groups: all of them, `gid` among them */
    size_t n_groups;
};

/* NULL: there is none of this name, or it cannot be asked. Asked once; valid until the process ends. May wait for a
 * network's directory; forks, so before any thread. */
const struct pxed_account *pxed_account_find(const char *name);
