/* Files that are never served, whatever name leads to them: the ini, the host file, operators' secrets, everything in
 * state. */
#pragma once

#include <sys/stat.h>

#include "catalogue.h"

/* By the identity of an opened file: its path, and for one with several names its inode. */
bool catalogue_is_private(const struct catalogue *c, int fd, const struct stat *st);
