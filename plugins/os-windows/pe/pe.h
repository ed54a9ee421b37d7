/* What the parts of pxed.exe that speak to Windows share. Functions of Windows 2000 (x86) or 2003 (x64) only; later
 * ones by GetProcAddress. One thread; buffers are static where that is simplest. */
#pragma once

#include "guard.h"
#include "http.h"
#include "signature.h"

enum { EXIT_DONE = 0, EXIT_NO = 1, EXIT_USAGE = 2, EXIT_WRITE = 3 };

/* --- disks_win.c: reads only */

/* What can be told of PhysicalDrive0 to 63. Drives without a medium are left out. */
size_t disks_list(struct guard_disk *disks, size_t cap);
/* Reads both ends of a disk whose size is known. The bytes live to the end of the program. */
bool disks_read_ends(const struct guard_disk *disk, struct signature_disk *ret_ends);

/* --- net_win.c */

struct net_request {
    const struct http_url *url;
    const char *body; /* NULL: GET */
    size_t body_len;
    unsigned connect_ms, idle_ms; /* to connect; without a byte moving */
    /* Takes a piece of the body of an answer with status 200; false stops. */
    bool (*take)(void *ctx, struct pxed_slice piece);
    void *ctx;
};

struct net_reply {
    unsigned status; /* 0: none came */
    bool connected;
    bool whole;        /* by the length that the server told */
    bool stopped;      /* `take` said so */
    const char *error; /* words for people where something broke, else NULL */
};

bool net_start(void);
void net_exchange(const struct net_request *request, struct net_reply *ret_reply);

/* --- files_win.c: paths are the machine's own ANSI text; errors are printed */

struct file_out {
    void *handle;
    const char *path;
    char part[512];
    bool failed;
};

/* A new file that appears under its name only by file_done. */
bool file_begin(struct file_out *out, const char *path);
bool file_write(struct file_out *out, struct pxed_slice bytes);
/* `keep` false, or an earlier error: nothing is left. True if the file is there now, whole. */
bool file_done(struct file_out *out, bool keep);
/* At most the last `most` bytes of a file; the bytes live to the end of the program. */
bool file_tail(const char *path, size_t most, struct pxed_slice *ret_bytes);
uint64_t file_size(const char *path);

/* --- the verbs: arguments behind the verb; the exit code */

int verb_event(int n, char **args);
int verb_get(int n, char **args);
int verb_guard(int n, char **args);
