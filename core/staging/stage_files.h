/* One host's files on disk made to match what they should be. No daemon, no loop: runs on a worker thread. Only files
 * that pxed wrote itself are changed or removed, told by their hash; an operator's own stay and win. */
#pragma once

#include "staged_known.h"

struct stage_file {
    enum stage_place place;
    const char *name;
    struct pxed_slice text; /* its bytes, unless it is a link */
    const char *link;       /* absolute path of the file that it is a second name of; NULL: none */
    bool gate;              /* written last when it opens, first when it closes */
    struct stage_hash hash; /* of the text; of a link: which file it names */
};

struct stage_job {
    struct pxed_arena arena;
    const char *folders[STAGE_PLACES]; /* absolute; NULL: nothing lies there */
    unsigned mode;                     /* of a new folder in the share */
    bool opens;
    bool leaves; /* the host has gone: the folder too, if nothing else is in it */
    struct stage_file *files;
    size_t n_files;
    const struct stage_known *known;
    size_t n_known;
    const char *gate;        /* name whose presence, as an operator's own file, asks for `alias`; NULL: none */
    struct stage_file alias; /* the system image under the name that such a script expects */
    /* out */
    struct stage_known *now; /* what is ours now */
    size_t n_now;
    size_t kept;       /* operator's files that stand in place of ours */
    size_t written;    /* files that were made anew */
    const char *error; /* the first that went wrong, or NULL */
    int (*hard_link)(void *arg, const char *source, int dir_fd, const char *name); /* 0 or a negative errno */
    void *link_arg;
};

/* False if there is no such file. */
bool stage_hash_link(const char *source, struct stage_hash *ret);

/* The folders' parents exist. Whatever cannot be done is told in `error`; the rest is done all the same. */
void stage_files_apply(struct stage_job *job);
