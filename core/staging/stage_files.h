/* Makes one host's files on disk match what they should be. No daemon, no loop: runs on a worker thread. Changes or
 * removes only files that pxed wrote, recognised by hash; an operator's own files stay and win. */
#pragma once

#include "staged_known.h"

struct stage_file {
    enum stage_place place;
    const char *name;
    struct pxed_slice text; /* its bytes, unless it is a link */
    const char *link;       /* absolute path of the file it is a hard link to; NULL: none */
    bool gate;              /* written last when it opens, first when it closes */
    struct stage_hash hash; /* of the text; for a link: of the file's identity */
};

struct stage_job {
    struct pxed_arena arena;
    const char *folders[STAGE_PLACES]; /* absolute; NULL: no files there */
    unsigned mode;                     /* of a new folder in the share */
    bool opens;
    bool leaves; /* the host has gone: remove the folder too, if nothing else is in it */
    struct stage_file *files;
    size_t n_files;
    const struct stage_known *known;
    size_t n_known;
    const char *gate;        /* `alias` is wanted if an operator's own file of this name exists; NULL: never */
    struct stage_file alias; /* the system image under the name that such a script expects */
    /* out */
    struct stage_known *now; /* files that pxed has written there */
    size_t n_now;
    size_t kept;       /* operator's files found in place of pxed's */
    size_t written;    /* files that were written */
    const char *error; /* the first error, or NULL */
    int (*hard_link)(void *arg, const char *source, int dir_fd, const char *name); /* 0 or a negative errno */
    void *link_arg;
};

/* The hash of a file's identity, for links. False if there is no such file. */
bool stage_hash_link(const char *source, struct stage_hash *ret);

/* The folders' parents must exist. The first error is in `error`; the rest is done all the same. */
void stage_files_apply(struct stage_job *job);
