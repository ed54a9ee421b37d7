/* Checks of this machine for `pxed check`: account, folders, boot loaders, ports. All are warnings that begin with
 * `here:`, because the same files may be checked on another machine. */
#pragma once

#include "offline.h"

/* Folders, the operator's script and its handlers, boot loaders. */
void here_files(struct offline *o);
/* Boot loaders that the operator names and that are not there; part of here_files. */
void here_loaders(struct offline *o);
/* The certificates and keys that sections name. */
void here_tls(struct offline *o);
/* Ports held by another program; the running daemon of this ini does not count. */
void here_ports(struct offline *o);
