/* Sets who may read a host's folder, by its group and mode. Files are hard links and never changed. */
#pragma once

#include <sys/types.h>

#include "accounts.h"

struct smb_share {
    int fd;      /* -1: not open */
    gid_t group; /* group of folders without a grant */
    bool guest;
    char path[1024]; /* canonical */
};

/* Opens the folder to be published and gives everybody read and search access to it. 0 or a negative errno; -EINVAL:
 * smb.conf cannot contain its path. */
int smb_share_open(const char *path, bool guest, struct smb_share *ret);
/* Writes the nearest parent folder that other accounts cannot enter into `out`; false if there is none. */
bool smb_share_blocked(const struct smb_share *s, struct pxed_buf *out);

/* Makes the folder `mac` directly below readable to its owner and to `gid` (guest: to everybody). 0 or a negative
 * errno. */
int smb_share_grant(const struct smb_share *s, const char *mac, gid_t gid);
/* Makes it readable to its owner only (guest: still to everybody). */
int smb_share_revoke(const struct smb_share *s, const char *mac);
/* Revokes every folder named by a MAC that is not in the table. */
void smb_share_sweep(const struct smb_share *s, struct smb_accounts *table);
