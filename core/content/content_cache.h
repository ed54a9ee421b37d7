/* Files that are open for several transfers at once, over HTTP and TFTP, with what a request has to know of them. Each
 * request asks the kernel whether the file is still as it was seen; whether its name still leads to it is asked once a
 * second. Of one generation: another one's files are opened anew. Loop thread only. */
#pragma once

#include <sys/stat.h>

#include "context.h"

/* A file up to this size is kept in memory. Larger ones go by sendfile over HTTP; TFTP would read them block by block
 * for each client. */
enum { CACHED_BYTES = 16 * 1024, CACHED_BYTES_TFTP = 128 * 1024 };

/* Shared; held by each content that sends it. */
struct cached_file {
    unsigned refs;
    int fd;
    struct stat st;
    char etag[48];
    const char *type;
    char *bytes; /* all of it; NULL: too large, or changed so lately that it may be changing still */
    /* the cache's own */
    struct content_cache *cache; /* NULL: no longer in it */
    struct cached_file *next, *newer, *older;
    uint64_t hash, turn, checked_at, used_at; /* ms of the loop */
    size_t key_len;
    char key[];
};

struct content_cache;

/* The file of this key if it is the one that its name led to a moment ago, unchanged since, with a reference for the
 * caller. NULL: it must be opened. */
struct cached_file *content_cache_find(struct daemon *d, struct pxed_slice key);
/* Takes over `fd`, which the key's name has just led to and which may be served; with a reference for the caller. NULL:
 * there is no cache, and `fd` stays the caller's. */
struct cached_file *content_cache_put(struct daemon *d, struct pxed_slice key, int fd, const struct stat *st,
                                      const char *type);
/* Keeps all of it in memory, if it is no larger than this, unchanged for a while and nothing waits for a disk. */
void cached_file_keep(struct cached_file *f, size_t most);
void cached_file_unref(struct cached_file *f);
/* At the end of the daemon: closes what nobody sends, and keeps nothing any more. */
void content_cache_end(struct daemon *d);

/* The ETag of an open file. */
void content_etag(const struct stat *st, char *ret, size_t size);
