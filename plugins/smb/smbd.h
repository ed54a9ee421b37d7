/* The private smbd: find, start, signal and stop it. It keeps running when helper and daemon end, and is recognised by
 * the lock on its pid file. */
#pragma once

#include <sys/types.h>

#include "pxed/slice.h"

/* Zeroed: none. */
struct smb_smbd {
    pid_t pid;  /* 0: none runs */
    int pidfd;  /* becomes readable when it ends */
    bool child; /* our child, to be waited for; false: started by an earlier helper */
};

/* Finds the running smbd of this folder; false if there is none. */
bool smb_smbd_find(int home, struct smb_smbd *s);
/* Starts `program` with SMB_HOME/smb.conf. 0 or a negative errno. */
int smb_smbd_start(int home, const char *program, struct smb_smbd *s);
/* Makes it read its configuration again; sessions continue. */
void smb_smbd_reload(const struct smb_smbd *s);
/* Ends it with all its sessions and waits for it; after 3 seconds it is killed. */
void smb_smbd_stop(struct smb_smbd *s);
/* Call when it has ended: kills remaining sessions. Zeroes *s. */
void smb_smbd_ended(struct smb_smbd *s);
/* Ends the sessions of every user for whom `lives` is false; takes half a second at most. Their number, or a negative
 * errno. */
int smb_smbd_end_sessions(const struct smb_smbd *s, bool (*lives)(void *arg, struct pxed_slice user), void *arg);
