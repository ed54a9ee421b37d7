/* Who may read a host's folder, set by its group and mode. Files are hard links and never changed. */
#pragma once

#include <sys/types.h>

#include "accounts.h"

struct smb_share {
    int fd;      /* -1: not open */
    gid_t group; /* of folders that nobody was granted */
    bool guest;
    char path[1024]; /* canonical */
};

/* Opens the folder to be published, and gives everybody read and search on it. 0 or a negative errno; -EINVAL: smb.conf
 * cannot hold its path. */
int smb_share_open(const char *path, bool guest, struct smb_share *ret);
/* The nearest folder above that other accounts cannot pass, into `out`; false if there is none. */
bool smb_share_blocked(const struct smb_share *s, struct pxed_buf *out);

/* The folder `mac` directly below: readable to its owner and to `gid` (guest: to everybody). 0 or a negative errno. */
int smb_share_grant(const struct smb_share *s, const char *mac, gid_t gid);
/* Its owner's alone again (guest: everybody's still). */
int smb_share_revoke(const struct smb_share *s, const char *mac);
/* Revokes every folder named by a MAC that is not in the table. */
void smb_share_sweep(const struct smb_share *s, struct smb_accounts *table);
