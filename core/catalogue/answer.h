/* Finds an operator's own file that replaces one pxed would make. A file may have several names: building a generation
 * and serving a request both find the same file here, whichever name is used. */
#pragma once

#include "catalogue.h"

enum { ANSWER_MAX = 8 << 20 };

struct answer_found {
    bool operators; /* there is one; pxed's own file must not replace it, whatever the reason */
    bool rendered;  /* it is answer=, a template that render_file renders; otherwise its bytes are delivered as they are
                     */
    int fd;         /* open for reading if not rendered and the reason is OK; the caller closes it. Else -1 */
    uint64_t size;  /* size of that file in bytes */
    const char *path; /* absolute; NULL: none */
    const char *why;  /* one sentence that names the file, if the reason is not OK; else NULL */
};

/* The row of the system's answer file, if this host is given one: the profile's template, an answer= or an operator's
 * file. NULL: none. May open files. */
const struct pxed_file *answer_row(const struct catalogue *c, const struct catalogue_host *h,
                                   const struct catalogue_os *os);
/* The operator's file of this host and row: root/boot/hosts/<mac>/NAME or the row's own path (linux-ks/<mac>.txt); for
 * an answer file also answer=. A file in root/boot wins over an answer= of a section, which is for many hosts.
 * `root_fd`: root, as serving opens it; links that leave root are not followed. Texts live in `arena`. OK;
 * ANSWER_UNREADABLE: it is missing (answer=), not readable, not a regular file, a link out of root, or larger than
 * ANSWER_MAX; ANSWER_BROKEN: two names of it exist with different content, or answer= is not a valid template;
 * PRIVATE_FILE: it is another name of a file that is never served; BUSY: no descriptors are left. */
enum pxed_reason answer_find(const struct catalogue *c, const struct catalogue_host *h, const struct pxed_file *row,
                             int root_fd, struct pxed_arena *arena, struct answer_found *ret);
/* All its bytes, in `arena`; closes its descriptor. Unset slice if it cannot be read. */
struct pxed_slice answer_read(struct answer_found *found, struct pxed_arena *arena);
