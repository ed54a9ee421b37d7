/* The privileged half: a process forked in init while the daemon is still root. It owns state/smb, starts smbd, creates
 * and removes accounts, and sets who may read which folder. It reads nothing from the network, only the orders of
 * order.h. */
#pragma once

#include "names.h"

enum { SMB_ADDRS_MAX = 32 };
#define SMB_BEGAN "began" /* the event of a helper's first report */
#define SMB_ENDED "ended" /* of its last, when it was told to end */

enum smb_mode { SMB_OFF, SMB_MANAGED, SMB_EXTERNAL };

/* Everything that is known before the fork; it lives as long as the process, for the next helper. */
struct smb_setup {
    enum smb_mode mode;
    bool guest;
    uint16_t port;
    uint32_t first_id, nobody_uid, nobody_gid;
    const char *program; /* smbd */
    const char *name;    /* share name; empty: the last part of its path */
    const char *user;    /* external: an account of that Samba, or empty */
    const char *shown;   /* the path of state/smb, for messages */
    int home;            /* smb_home_open */
    struct pxed_addr addrs[SMB_ADDRS_MAX];
    size_t n_addrs;
};

/* Runs in the helper, as pxed_helper_setup.run; `setup` is a struct smb_setup, and its `home` is kept as SMB_HOME_FD.
 * Exits when the daemon closes its end of the socket, and leaves smbd running; returns only if it cannot start. */
void smb_helper(const void *setup);
