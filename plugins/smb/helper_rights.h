/* Which root privileges the helper and smbd keep. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Keeps the capabilities that smbd, its accounts and the folders need, and drops all others. False: not possible. */
bool smb_rights_keep(void);
/* These capabilities, as in pxed_helper_setup.rights. */
uint64_t smb_rights(void);
