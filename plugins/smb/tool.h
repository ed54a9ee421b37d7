/* Starts Samba's programs and waits for them. */
#pragma once

#include <sys/types.h>

#include "pxed/buf.h"

enum { SMB_TOOL_PATIENCE = 20000 /* ms */ };

/* The environment for every Samba program: libnss_wrapper with our accounts, no winbind. Ends with NULL; static
 * storage. False if libnss_wrapper is not installed. Not thread-safe. */
bool smb_tool_env(const char *const **ret);

/* Runs argv[0] (found by PATH) with `input` on stdin; what it prints on stdout and stderr goes to `out`. Returns its
 * exit status, or a negative errno: -ETIMEDOUT after SMB_TOOL_PATIENCE (then it was killed), -ECHILD if a signal ended
 * it. */
int smb_tool_run(const char *const *argv, struct pxed_slice input, struct pxed_buf *out);

/* Starts argv[0] (a path) in its own session, with output to `output`. 0 or a negative errno. */
int smb_tool_spawn(const char *const *argv, int output, pid_t *ret);

int smb_pidfd_open(pid_t pid);
/* Has the process ended within `ms`? */
bool smb_pidfd_wait(int pidfd, int ms);
