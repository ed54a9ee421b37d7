/* Files on disk. NOT_FOUND lets the search continue in the next place; other refusals end it. */
#pragma once

#include <sys/stat.h>

#include "content_item.h"

enum pxed_reason content_file(const struct lookup *l, int dir_fd, const char *prefix, struct pxed_slice path,
                              struct open_content **ret);
/* A content of an open file that may be served; takes ownership of `fd`. `path` determines its type. */
struct open_content *content_of_file(const struct lookup *l, int fd, const struct stat *st, struct pxed_slice path);
/* Is this name below root a file (S_IFREG) or a folder (S_IFDIR)? */
bool content_is(const struct lookup *l, const char *prefix, struct pxed_slice path, mode_t type);
/* The same in root/boot, where scripts are run, not read. */
enum pxed_reason content_boot_file(struct lookup *l, struct open_content **ret);
/* The same in the folders of images, in any case: os/ID/PATH, and os/NAME. */
enum pxed_reason content_image_file(const struct lookup *l, struct open_content **ret);
/* A file that was made for those who ask this address of the server for that name: the one that was made a moment ago,
 * and a new one, whose `fd` it takes over. */
bool content_made_find(const struct lookup *l, struct pxed_slice name, struct open_content **ret);
enum pxed_reason content_made(const struct lookup *l, struct pxed_slice name, int fd, struct open_content **ret);
/* The reason for a failed open, by errno. */
enum pxed_reason content_open_failed(void);
/* Content-Type by file extension. */
const char *content_type(struct pxed_slice path);
