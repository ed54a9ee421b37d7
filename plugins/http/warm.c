/* For a file outside the page cache sendfile would wait for the disk, and with it DHCP and TFTP. So the piece is first
 * read on a thread of libuv's pool, with its own descriptor, so that neither the connection nor the content must wait
 * for the thread. */
#include "warm.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "loop.h"
#include "pxed/arena.h"

enum { AHEAD_BYTES = 4 * 1024 * 1024 }; /* read ahead beyond the piece, so that the disk stays busy */

struct http_warm {
    uv_work_t work;
    struct http *http;
    struct http_conn *conn; /* NULL: the connection has ended */
    int fd;
    uint64_t offset, length;
    char buffer[64 * 1024];
};

static void on_thread(uv_work_t *work) {
    struct http_warm *w = work->data;
    posix_fadvise(w->fd, (off_t)w->offset, (off_t)(w->length + AHEAD_BYTES), POSIX_FADV_WILLNEED);
    for (uint64_t done = 0; done < w->length;) {
        uint64_t left = w->length - done;
        ssize_t n = pread(w->fd, w->buffer, left < sizeof(w->buffer) ? (size_t)left : sizeof(w->buffer),
                          (off_t)(w->offset + done));
        if (n <= 0)
            break; /* sendfile will get the same error and report it */
        done += (uint64_t)n;
    }
}

static void on_done(uv_work_t *work, int status) {
    struct http_warm *w = work->data;
    struct http *h = w->http;
    struct http_conn *c = w->conn;
    (void)status;
    close(w->fd);
    free(w);
    if (c) {
        c->warm = NULL;
        h->run(c);
    }
    http_handle_closed(h);
}

void http_warm_start(struct http_conn *c, int fd, uint64_t offset, uint64_t length) {
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (own < 0)
        return; /* then sendfile waits for the disk: slow, not wrong */
    struct http_warm *w = pxed_xalloc(sizeof(*w));
    w->http = c->http;
    w->conn = c;
    w->fd = own;
    w->offset = offset;
    w->length = length;
    w->work.data = w;
    c->warm = w;
    c->http->handles++;
    uv_queue_work(c->http->ctx->core->loop(c->http->ctx), &w->work, on_thread, on_done);
}

void http_warm_forget(struct http_conn *c) {
    c->warm->conn = NULL;
    uv_cancel((uv_req_t *)&c->warm->work);
    c->warm = NULL;
}
