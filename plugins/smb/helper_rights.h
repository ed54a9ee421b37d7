/* What the helper and smbd keep of root. */
#pragma once

#include <stdbool.h>

/* No new privileges, and of the capabilities those that smbd, its accounts and the folders need. False: not possible.
 */
bool smb_rights_keep(void);
