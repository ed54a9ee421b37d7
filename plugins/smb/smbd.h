/* The private smbd: find, start, signal and stop it. It outlives the helper and the daemon, and is recognised by the
 * lock on its pid file. */
#pragma once

#include <sys/types.h>

#include "pxed/slice.h"

/* Zeroed: none. */
struct smb_smbd {
    pid_t pid;  /* 0: none runs */
    int pidfd;  /* becomes readable when it ends */
    bool child; /* ours to wait for; otherwise an earlier helper's */
};

/* The living smbd of this folder into *s; false if there is none. */
bool smb_smbd_find(int home, struct smb_smbd *s);
/* `program` with SMB_HOME/smb.conf. 0 or a negative errno. */
int smb_smbd_start(int home, const char *program, struct smb_smbd *s);
/* It reads its configuration again; sessions stay. */
void smb_smbd_reload(const struct smb_smbd *s);
/* Ends it with all its sessions, and waits until it is gone: 3 seconds, then it is killed. */
void smb_smbd_stop(struct smb_smbd *s);
/* It has ended: what is left of its sessions is killed. Zeroes *s. */
void smb_smbd_ended(struct smb_smbd *s);
/* Ends the sessions of every user for whom `lives` is false; half a second at most. Their number, or a negative errno.
 */
int smb_smbd_end_sessions(const struct smb_smbd *s, bool (*lives)(void *arg, struct pxed_slice user), void *arg);
