/* Collects lines in memory while a thread writes those before them. */
#include "access.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access_line.h"
#include "loop.h"
#include "pxed/arena.h"

enum { ACCESS_KEPT = 256 * 1024 };

/* `filling` belongs to the loop, `writing` to the thread while `busy`. */
struct http_access_log {
    uv_work_t work;
    struct http *http;
    int fd; /* -1: the daemon's log */
    bool busy;
    int error; /* of the last write */
    uint64_t dropped;
    struct pxed_buf filling, writing;
};

static bool is_journal(const char *path) {
    const char *name = strrchr(path, '/');
    return strcmp(name ? name + 1 : path, "journal") == 0;
}

bool http_access_folder(const char *path) {
    char *folder = pxed_xstrdup(pxed_slice_of(path)), *slash = strrchr(folder, '/');
    struct stat st;
    if (slash)
        *slash = '\0';
    bool is = is_journal(path) || !slash || slash == folder || (stat(folder, &st) == 0 && S_ISDIR(st.st_mode));
    free(folder);
    return is;
}

/* The file may lie in a folder of another account: no link is followed, and nothing but a file is written. */
static int access_open_file(const char *path) {
    struct stat st;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0640);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return fd;
    close(fd);
    return -EINVAL;
}

void http_access_open(struct http *h) {
    const char *path = h->config->access_log;
    if (!path || !*path)
        return;
    int fd = is_journal(path) ? -1 : access_open_file(path);
    if (fd < 0 && !is_journal(path)) {
        pxed_log(h->ctx, PXED_LOG_ERROR, "access-log", NULL, NULL,
                 "access-log = %s cannot be written (%s): requests are answered, not logged", path,
                 fd == -EINVAL ? "it is no file" : strerror(-fd));
        return;
    }
    struct http_access_log *log = h->access = pxed_xalloc(sizeof(*log));
    *log = (struct http_access_log){.http = h, .fd = fd};
    if (fd < 0)
        return;
    log->filling = (struct pxed_buf){pxed_xalloc(ACCESS_KEPT), ACCESS_KEPT, 0};
    log->writing = (struct pxed_buf){pxed_xalloc(ACCESS_KEPT), ACCESS_KEPT, 0};
}

static void access_put(struct http_access_log *log, struct pxed_buf *lines) {
    for (size_t at = 0; at < lines->len;) {
        ssize_t n = write(log->fd, lines->ptr + at, lines->len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            log->error = n < 0 ? errno : EIO;
            break;
        }
        at += (size_t)n;
    }
    lines->len = 0;
}

static void access_on_thread(uv_work_t *work) {
    struct http_access_log *log = work->data;
    access_put(log, &log->writing);
}

static void access_free(struct http_access_log *log) {
    if (log->fd >= 0)
        close(log->fd);
    free(log->filling.ptr);
    free(log->writing.ptr);
    free(log);
}

static void access_start(struct http_access_log *log);

static void access_on_written(uv_work_t *work, int status) {
    struct http_access_log *log = work->data;
    struct http *h = log->http;
    (void)status;
    log->busy = false;
    if (h->ended) {
        access_put(log, &log->filling);
        access_free(log);
        h->access = NULL;
    } else {
        if (log->error || log->dropped)
            pxed_log(h->ctx, PXED_LOG_WARNING, "access-log", NULL, NULL, "lines are missing: dropped=%llu error=\"%s\"",
                     (unsigned long long)log->dropped, log->error ? strerror(log->error) : "");
        log->error = 0;
        log->dropped = 0;
        if (log->filling.len > 0)
            access_start(log);
    }
    http_handle_closed(h);
}

static void access_start(struct http_access_log *log) {
    struct pxed_buf lines = log->filling;
    log->filling = log->writing;
    log->writing = lines;
    log->busy = true;
    log->work.data = log;
    log->http->handles++;
    uv_queue_work(log->http->ctx->core->loop(log->http->ctx), &log->work, access_on_thread, access_on_written);
}

void http_access_note(struct http_conn *c) {
    struct http_access_log *log = c->http->access;
    char text[HTTP_ACCESS_LINE];
    struct pxed_buf line = PXED_BUF(text);
    if (!log || !c->head || c->peer.family == 0)
        return;
    struct http_access a = {.peer = c->peer,
                            .seconds = (int64_t)(c->http->ctx->core->wall(c->http->ctx) / 1000),
                            .request = c->has_request ? &c->request : NULL,
                            .status = c->plan.status,
                            .bytes = c->body_sent + (c->head_sent == c->head_len ? c->tail_len : 0)};
    http_access_write(&a, &line);
    if (log->fd < 0) {
        pxed_log(c->http->ctx, PXED_LOG_INFO, "access", NULL, NULL, "%.*s", (int)line.len - 1, text);
    } else if (line.len > log->filling.cap - log->filling.len) {
        log->dropped++;
    } else {
        pxed_buf_add(&log->filling, pxed_buf_slice(&line));
        if (!log->busy)
            access_start(log);
    }
}

/* A write that is under way ends it. */
void http_access_close(struct http *h) {
    struct http_access_log *log = h->access;
    if (!log || log->busy)
        return;
    if (log->fd >= 0)
        access_put(log, &log->filling);
    access_free(log);
    h->access = NULL;
}
