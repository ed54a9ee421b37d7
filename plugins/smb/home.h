/* The folder state/smb: configuration and state of the private smbd. It lies in a folder of the daemon's account, which
 * can rename it once root is given up; so the helper, smbd and its tools use one open descriptor, as SMB_HOME. */
#pragma once

#include <sys/types.h>

#include "pxed/buf.h"
#include "pxed/helper.h"

enum { SMB_HOME_FD = PXED_HELPER_KEPT };
#define SMB_HOME "/proc/self/fd/4" /* SMB_HOME_FD, in the helper and in every program it starts */

/* Opens state/smb; `make`: and makes it. A negative errno; -EPERM: it belongs to somebody else, or others may write. */
int smb_home_open(const char *state_dir, bool make);
/* The folders below it. 0 or a negative errno. */
int smb_home_tree(int home);

/* Replaces a file in one step. The modification time of the new one is later by a second or more than the old one's:
 * libnss_wrapper compares seconds, and would miss the second change within one. 0 or a negative errno. Nothing is
 * synced: after a power cut no smbd lives, and all is written again. */
int smb_home_write(int home, const char *name, struct pxed_slice text, mode_t mode);
/* The file's beginning, as much as fits; false if there is none. */
bool smb_home_read(int home, const char *name, struct pxed_buf *out);
