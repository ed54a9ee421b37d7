/* Three steps of a file in memory. */
#include "loaders_window.h"

#include <string.h>
#include <unistd.h>

void loaders_window_open(struct loaders_window *w, int fd, uint64_t from) {
    w->fd = fd;
    w->from = from;
    w->at = w->len = 0;
}

static bool holds(const struct loaders_window *w, uint64_t from, size_t n) {
    return from >= w->at && from - w->at <= w->len && n <= w->len - (size_t)(from - w->at);
}

bool loaders_window_read(void *ctx, uint64_t from, void *to, size_t n) {
    struct loaders_window *w = ctx;
    if (w->from > INT64_MAX || from > INT64_MAX - w->from)
        return false;
    if (n > LOADERS_WINDOW_STEP)
        return pread(w->fd, to, n, (off_t)(w->from + from)) == (ssize_t)n;
    if (!holds(w, from, n)) {
        w->at = from - from % LOADERS_WINDOW_STEP;
        ssize_t len = pread(w->fd, w->bytes, sizeof(w->bytes), (off_t)(w->from + w->at));
        w->len = len > 0 ? (size_t)len : 0;
    }
    if (!holds(w, from, n))
        return false;
    memcpy(to, w->bytes + (from - w->at), n);
    return true;
}
