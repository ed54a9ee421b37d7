/* Reads files as the daemon's account: what root reads at start and in `pxed check` must be readable for the account at
 * a reload. */
#pragma once

#include "pxed/account.h"
#include "settings.h"

/* The account of [pxed] user, or `pxed` if there is one. NULL: none on this machine. */
const struct pxed_account *eyes_account(const struct settings *settings);

/* Switches root's effective ids to the account until eyes_close. Single-threaded use only. Does nothing if there is no
 * account or the caller is not root. True if the ids were switched. */
bool eyes_open(const struct settings *settings);
void eyes_close(void);

/* For a caller that cannot switch: may the account read the file (R_OK), or run or enter it (X_OK), by the modes of the
 * file and its folders? Ignores access lists. 0 or an errno. */
int eyes_by_mode(const struct pxed_account *account, const char *path, int mode);

/* Disables eyes_open for the rest of the process, because threads start. */
void eyes_keep(void);
