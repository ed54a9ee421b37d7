/* With the eyes of the daemon's account: what root reads at start and in `pxed check`, the account must be able to read
 * at a reload. */
#pragma once

#include "settings.h"

/* The account of [pxed] user, or `pxed` if there is one. NULL: none on this machine. Static storage of getpwnam. */
struct passwd;
const struct passwd *eyes_account(const struct settings *settings);

/* Root reads files as the account until eyes_close. One thread only. Nothing happens where there is no account, and
 * for everybody but root. True if the eyes were changed. */
bool eyes_open(const struct settings *settings);
void eyes_close(void);

/* Where nobody may become the account: may it read the file (R_OK), run or enter it (X_OK), by the modes of the file
 * and its folders? Access lists are not asked. 0 or an errno. */
int eyes_by_mode(const struct passwd *account, const char *path, int mode);

/* From here on the process is what it stays: threads begin. */
void eyes_keep(void);
