/* The folders that staging writes into, made as root before privileges are dropped. */
#pragma once

#include "catalogue.h"

/* Does this system put files into the share? */
bool stage_shares(const struct catalogue_os *os);
/* The share's folder, and who may write to it. The folders above it are only made for a host that needs them. 0 or a
 * negative errno. */
int stage_prepare_share(const struct catalogue *c);
/* The copies of PXELINUX's configurations are written as the account, too. An operator's root/tftp stays root's. */
void stage_prepare_pxelinux_cfg(const struct catalogue *c);
