/* The folder state/smb: configuration and state of the private smbd. The daemon's account owns the parent folder and
 * could rename it after root is dropped; so the helper, smbd and its tools use one open descriptor, as SMB_HOME. */
#pragma once

#include <sys/types.h>

#include "pxed/buf.h"
#include "pxed/helper.h"

enum { SMB_HOME_FD = PXED_HELPER_KEPT };
#define SMB_HOME "/proc/self/fd/4" /* SMB_HOME_FD, in the helper and in every program it starts */

/* Opens state/smb, after creating it if `make`. A descriptor that the caller closes, or a negative errno; -EPERM: it
 * has another owner, or others may write to it. */
int smb_home_open(const char *state_dir, bool make);
/* Creates the folders below it. 0 or a negative errno. */
int smb_home_tree(int home);

/* Replaces a file atomically. Its modification time is at least a second later than the old one's, because
 * libnss_wrapper compares whole seconds and would miss a second change within one. 0 or a negative errno. Nothing is
 * synced: after a power cut no smbd is running, and everything is written again. */
int smb_home_write(int home, const char *name, struct pxed_slice text, mode_t mode);
/* Reads the beginning of the file, as much as fits; false if there is no file. */
bool smb_home_read(int home, const char *name, struct pxed_buf *out);
