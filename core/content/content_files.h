/* Real files. NOT_FOUND lets the next place be asked; other refusals end the look-up. */
#pragma once

#include <sys/stat.h>

#include "content_item.h"

enum pxed_reason content_file(const struct lookup *l, int dir_fd, const char *prefix, struct pxed_slice path,
                              struct open_content **ret);
/* A file that was opened, and is one to be served; takes `fd`. `path` tells its type. */
struct open_content *content_of_file(const struct lookup *l, int fd, const struct stat *st, struct pxed_slice path);
/* The same in root/boot, where a script is run instead of read. */
enum pxed_reason content_boot_file(struct lookup *l, struct open_content **ret);
/* The reason for a failed open, by errno. */
enum pxed_reason content_open_failed(void);
/* Content-Type by the name's end. */
const char *content_type(struct pxed_slice path);
