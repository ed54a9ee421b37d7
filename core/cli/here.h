/* What belongs to this machine alone: its account, folders, boot loaders, ports. For `pxed check`; each is told as a
 * warning that begins with `here:`, for the same files may be checked elsewhere. */
#pragma once

#include "offline.h"

/* Folders, the operator's script and its handlers, boot loaders. */
void here_files(struct offline *o);
/* Ports that another program holds; a port of this very daemon is its own. */
void here_ports(struct offline *o);
