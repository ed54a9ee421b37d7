/* An operator's own file in place of one that pxed would make. All names of one such file are one file: whichever of
 * them is asked for, this finds what is delivered, when a generation is built and when a machine asks. */
#pragma once

#include "catalogue.h"

enum { ANSWER_MAX = 8 << 20 };

struct answer_found {
    bool operators;   /* there is one; ours may not stand in for it, whatever the reason */
    bool rendered;    /* it is answer=, a template: render_file makes its text. Otherwise its bytes are delivered */
    int fd;           /* open for reading if not rendered and the reason is OK; the caller closes it. Else -1 */
    uint64_t size;    /* of that */
    const char *path; /* absolute; NULL: none */
    const char *why;  /* one sentence that names the file, if the reason is not OK; else NULL */
};

/* The row of the system's answer file, if this host is given one: the profile's template, an answer= or an operator's
 * file. NULL: none. May open files. */
const struct pxed_file *answer_row(const struct catalogue *c, const struct catalogue_host *h,
                                   const struct catalogue_os *os);
/* The operator's file of this host and row: root/boot/hosts/<mac>/NAME or the row's own path (linux-ks/<mac>.txt); for
 * an answer file answer=, too. A file in root/boot wins over an answer= of a section, which is for many hosts.
 * `root_fd`: root, as serving opens it; its links that leave root are not followed. Texts live in `arena`.
 * OK; ANSWER_UNREADABLE: it is missing (answer=), not readable, no regular file, a link out of root, or over
 * ANSWER_MAX; ANSWER_BROKEN: two names of it exist and differ, or answer= is no good template; PRIVATE_FILE: it is
 * another name of a file that is never served; BUSY: no descriptors are left. */
enum pxed_reason answer_find(const struct catalogue *c, const struct catalogue_host *h, const struct pxed_file *row,
                             int root_fd, struct pxed_arena *arena, struct answer_found *ret);
/* All its bytes, and its descriptor is closed. Unset slice if it cannot be read. */
struct pxed_slice answer_read(struct answer_found *found, struct pxed_arena *arena);
