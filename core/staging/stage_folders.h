/* Creates the folders that staging writes into, as root before privileges are dropped. */
#pragma once

#include "catalogue.h"

/* Does this system put files in the share? */
bool stage_shares(const struct catalogue_os *os);
/* Creates the share's folder and gives it to the account. The folders above it are created only if a host needs them. 0
 * or a negative errno. */
int stage_prepare_share(const struct catalogue *c);
/* The account writes the copies of PXELINUX configurations too. An operator's root/tftp stays root's. */
void stage_prepare_pxelinux_cfg(const struct catalogue *c);
