/* Which root privileges the helper and smbd keep. */
#pragma once

#include <stdbool.h>

/* Keeps the capabilities that smbd, its accounts and the folders need, and drops all others. False: not possible. */
bool smb_rights_keep(void);
