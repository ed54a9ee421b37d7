/* Files: new ones appear whole. Paths are the machine's own ANSI text; errors are printed. */
#pragma once

#include "pxed/slice.h"

struct file_out {
    void *handle;
    const char *path;
    char part[512];
    bool failed;
};

/* Starts a new file, which gets its name only in file_done. */
bool file_begin(struct file_out *out, const char *path);
bool file_write(struct file_out *out, struct pxed_slice bytes);
/* `keep` false, or an earlier error: removes it. True if the file exists now, complete. */
bool file_done(struct file_out *out, bool keep);
/* At most the last `most` bytes of a file; the bytes live to the end of the program. */
bool file_tail(const char *path, size_t most, struct pxed_slice *ret_bytes);
uint64_t file_size(const char *path);
