/* Files that are never served, whatever name leads to them: the ini, the host file, operators' secrets, everything in
 * state. */
#pragma once

#include <sys/stat.h>

#include "catalogue.h"

/* Tests an opened file by its inode, and by its path. */
bool catalogue_is_private(const struct catalogue *c, int fd, const struct stat *st);
