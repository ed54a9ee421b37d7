/* Has another process read the UDF of a medium, and checks every message of it. */
#pragma once

#include "iso_index.h"

/* A process that reads one image: iso_child_run. */
struct iso_child {
    int out; /* readable: its messages, then end of file */
    int pid; /* for the reader's own use */
};

/* Where such processes come from. Both may be called by any thread, several at once. */
struct iso_reader {
    int (*start)(int image_fd, struct iso_child *ret); /* 0 or a negative errno */
    /* Ends it if it still runs, and closes `out`. Its status as of waitpid; -1: unknown. */
    int (*end)(struct iso_child *child);
};

/* The default: a fork of this process. It has this process's memory, but no way to tell anyone but us. */
extern const struct iso_reader iso_reader_fork;

/* Before the first thread. NULL: UDF is read in this very process, for tests and fuzzing. */
void iso_use_reader(const struct iso_reader *reader);

/* False: b->why says why, also when the process died or took too long. */
bool iso_reader_udf(struct iso_build *b);
