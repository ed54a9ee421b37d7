/* Open files by key, the one used last in front. */
#define _GNU_SOURCE
#include "content_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
    SLOTS = 256,
    FILES_MAX = 192,
    LOOK_MS = 1000, /* the name is looked up again after this */
    IDLE_MS = 5000, /* a file that nobody has asked for is closed: it may be on a disk that is to be removed */
    QUIET_S = 2     /* a file is kept in memory if its last change is so long ago that its time would show another */
};

struct content_cache {
    uv_timer_t timer;
    uv_check_t check;
    unsigned handles;
    uint64_t serial; /* of the generation */
    uint64_t turn;   /* of the loop, while a file is open */
    struct cached_file *slots[SLOTS];
    struct cached_file *newest, *oldest;
    size_t n;
};

void content_etag(const struct stat *st, char *ret, size_t size) {
    snprintf(ret, size, "\"%llx-%llx-%lx\"", (unsigned long long)st->st_ino, (unsigned long long)st->st_size,
             (unsigned long)(st->st_mtim.tv_sec * 1000000000L + st->st_mtim.tv_nsec));
}

void cached_file_unref(struct cached_file *f) {
    if (--f->refs > 0)
        return;
    close(f->fd);
    free(f->bytes);
    free(f);
}

/* --- the list --- */

static void cache_unlist(struct content_cache *c, struct cached_file *f) {
    *(f->newer ? &f->newer->older : &c->newest) = f->older;
    *(f->older ? &f->older->newer : &c->oldest) = f->newer;
}

static void cache_to_front(struct content_cache *c, struct cached_file *f) {
    f->newer = NULL;
    f->older = c->newest;
    *(c->newest ? &c->newest->newer : &c->oldest) = f;
    c->newest = f;
}

static void cache_drop(struct content_cache *c, struct cached_file *f) {
    struct cached_file **at = &c->slots[f->hash % SLOTS];
    while (*at != f)
        at = &(*at)->next;
    *at = f->next;
    cache_unlist(c, f);
    f->cache = NULL;
    if (--c->n == 0)
        uv_check_stop(&c->check);
    cached_file_unref(f);
}

static void cache_clear(struct content_cache *c) {
    while (c->oldest)
        cache_drop(c, c->oldest);
}

/* --- idle files --- */

static void cache_on_turn(uv_check_t *check) {
    struct content_cache *c = check->data;
    c->turn++;
}

static void cache_on_idle(uv_timer_t *timer) {
    struct content_cache *c = timer->data;
    uint64_t now = uv_now(timer->loop);
    while (c->oldest && now - c->oldest->used_at >= IDLE_MS)
        cache_drop(c, c->oldest);
    if (c->oldest)
        uv_timer_start(timer, cache_on_idle, c->oldest->used_at + IDLE_MS - now, 0);
}

static struct content_cache *cache_of(struct daemon *d) {
    struct content_cache *c = d->content_cache;
    if (!c && !d->stopping) {
        c = d->content_cache = pxed_xalloc(sizeof(*c));
        uv_timer_init(d->loop, &c->timer);
        uv_check_init(d->loop, &c->check);
        uv_unref((uv_handle_t *)&c->timer);
        uv_unref((uv_handle_t *)&c->check);
        c->timer.data = c->check.data = c;
        c->handles = 2;
    }
    if (c && c->serial != d->catalogue->serial) {
        cache_clear(c);
        c->serial = d->catalogue->serial;
    }
    return c;
}

static void cache_on_closed(uv_handle_t *handle) {
    struct content_cache *c = handle->data;
    if (--c->handles == 0)
        free(c);
}

void content_cache_end(struct daemon *d) {
    struct content_cache *c = d->content_cache;
    if (!c)
        return;
    cache_clear(c);
    d->content_cache = NULL;
    uv_close((uv_handle_t *)&c->timer, cache_on_closed);
    uv_close((uv_handle_t *)&c->check, cache_on_closed);
}

/* --- finding --- */

static bool same_time(const struct timespec *a, const struct timespec *b) {
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* The change time moves with each write, link and rename: such a file is opened by its name again. */
static bool is_as_seen(const struct cached_file *f) {
    struct stat st;
    return fstat(f->fd, &st) == 0 && st.st_size == f->st.st_size && st.st_nlink == f->st.st_nlink &&
           st.st_mode == f->st.st_mode && same_time(&st.st_ctim, &f->st.st_ctim) &&
           same_time(&st.st_mtim, &f->st.st_mtim);
}

struct cached_file *content_cache_find(struct daemon *d, struct pxed_slice key) {
    struct content_cache *c = cache_of(d);
    uint64_t hash = pxed_hash(key.ptr, key.len, 0), now = uv_now(d->loop);
    struct cached_file *f = c ? c->slots[hash % SLOTS] : NULL;
    while (f && (f->hash != hash || !pxed_slice_eq(key, pxed_slice(f->key, f->key_len))))
        f = f->next;
    if (!f)
        return NULL;
    /* Requests that came in one turn of the loop are answered alike. */
    if (now - f->checked_at >= LOOK_MS || (f->turn != c->turn && !is_as_seen(f))) {
        cache_drop(c, f);
        return NULL;
    }
    f->used_at = now;
    f->turn = c->turn;
    if (f != c->newest) {
        cache_unlist(c, f);
        cache_to_front(c, f);
    }
    f->refs++;
    return f;
}

void cached_file_keep(struct cached_file *f, size_t most) {
    struct timespec now;
    size_t size = (size_t)f->st.st_size;
    if (f->bytes || size == 0 || size > most)
        return;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec - f->st.st_ctim.tv_sec < QUIET_S || f->st.st_ctim.tv_sec > now.tv_sec)
        return;
    char *bytes = pxed_xalloc(size);
    struct iovec iov = {bytes, size};
    if (preadv2(f->fd, &iov, 1, 0, RWF_NOWAIT) == (ssize_t)size) /* never waits for a disk */
        f->bytes = bytes;
    else
        free(bytes);
}

struct cached_file *content_cache_put(struct daemon *d, struct pxed_slice key, int fd, const struct stat *st,
                                      const char *type) {
    struct content_cache *c = cache_of(d);
    if (!c)
        return NULL;
    if (c->n == FILES_MAX)
        cache_drop(c, c->oldest);
    struct cached_file *f = pxed_xalloc(sizeof(*f) + key.len);
    *f = (struct cached_file){.refs = 2, .fd = fd, .st = *st, .type = type, .cache = c, .key_len = key.len};
    memcpy(f->key, key.ptr, key.len);
    f->hash = pxed_hash(key.ptr, key.len, 0);
    f->checked_at = f->used_at = uv_now(d->loop);
    if (c->n == 0)
        c->turn++; /* it stood still */
    f->turn = c->turn;
    content_etag(st, f->etag, sizeof(f->etag));
    cached_file_keep(f, CACHED_BYTES);
    f->next = c->slots[f->hash % SLOTS];
    c->slots[f->hash % SLOTS] = f;
    cache_to_front(c, f);
    if (c->n++ == 0) {
        uv_timer_start(&c->timer, cache_on_idle, IDLE_MS, 0);
        uv_check_start(&c->check, cache_on_turn);
    }
    return f;
}
