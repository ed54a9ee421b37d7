/* Each thread has an epoll of its own with the sockets that it was lent, and sends one piece to each that takes more,
 * in turn. The lock is held for a few instructions: never while a piece is sent. */
#include "workers.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "io.h"
#include "loop.h"
#include "pxed/arena.h"

enum {
    WORKERS_MAX = 64,
    WORKERS_AUTO_MAX = 8,
    WORKERS_NICE = 5,        /* DHCP and decisions come first where CPUs are few */
    LEND_MIN = 256 * 1024,   /* for less the way there and back costs too much */
    PIECE = 2 * 1024 * 1024, /* then the next client has its turn */
    PIECE_TLS = 256 * 1024,  /* encrypting takes ten times as long */
    EVENTS = 32,
};

struct http_loan {
    struct http_loan *next; /* in `done` or `dead` */
    struct http_worker *worker;
    struct http_conn *conn; /* NULL: recalled */
    int file;
    uint64_t at, left; /* of the file: the thread's */
    _Atomic uint64_t sent;
    uint64_t counted; /* of `sent`: the loop's */
    int error;        /* 0: all was sent */
    bool done;
};

struct http_worker {
    struct http *http;
    uv_thread_t thread;
    int epoll, wake; /* -1: not open */
    bool runs;
    char record[PXED_TLS_RECORD];
    /* under the lock */
    uv_mutex_t lock;
    uv_cond_t let_go;
    struct http_loan *busy; /* the thread sends a piece of it */
    struct http_loan *done; /* for the loop */
    struct http_loan *dead; /* the thread frees them when its epoll can name them no more */
    unsigned n;             /* lent */
    bool end;
};

struct http_workers {
    uv_async_t done;
    unsigned n;
    struct http_worker each[];
};

/* --- on the thread --- */

/* 0, or an errno. */
static int send_piece(struct http_worker *w, struct http_loan *l, struct http_conn *c) {
    size_t most = c->tls ? PIECE_TLS : PIECE, len = l->left < most ? (size_t)l->left : most;
    ssize_t n = http_io_file(c, w->record, l->file, (off_t)l->at, len);
    if (n <= 0)
        return n == 0 ? ENODATA : errno;
    l->at += (uint64_t)n;
    l->left -= (uint64_t)n;
    atomic_fetch_add(&l->sent, (uint64_t)n);
    return 0;
}

static void serve(struct http_worker *w, struct http_loan *l) {
    uv_mutex_lock(&w->lock);
    struct http_conn *c = l->done ? NULL : l->conn;
    w->busy = c ? l : NULL;
    uv_mutex_unlock(&w->lock);
    if (!c)
        return;
    int error = send_piece(w, l, c);
    bool again = error == EAGAIN || error == EINTR || (error == 0 && l->left > 0);
    uv_mutex_lock(&w->lock);
    w->busy = NULL;
    bool tell = !again && l->conn; /* who recalls it sees to the rest */
    if (tell) {
        epoll_ctl(w->epoll, EPOLL_CTL_DEL, c->fd, NULL);
        l->error = error;
        l->done = true;
        l->next = w->done;
        w->done = l;
    }
    uv_cond_signal(&w->let_go);
    uv_mutex_unlock(&w->lock);
    if (tell)
        uv_async_send(&w->http->workers->done);
}

static void free_dead(struct http_worker *w) {
    while (w->dead) {
        struct http_loan *l = w->dead;
        w->dead = l->next;
        free(l);
    }
}

static void work(void *arg) {
    struct http_worker *w = arg;
    struct epoll_event events[EVENTS];
    uint64_t count;
    (void)!setpriority(PRIO_PROCESS, 0, WORKERS_NICE); /* of this thread alone: sched(7) */
    for (bool end = false; !end;) {
        int n = epoll_wait(w->epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++)
            if (events[i].data.ptr)
                serve(w, events[i].data.ptr);
            else
                (void)!read(w->wake, &count, sizeof(count));
        uv_mutex_lock(&w->lock);
        free_dead(w);
        end = w->end;
        uv_mutex_unlock(&w->lock);
    }
}

/* --- on the loop --- */

void http_workers_look(struct http_conn *c) {
    uint64_t sent = atomic_load(&c->loan->sent), more = sent - c->loan->counted;
    c->loan->counted = sent;
    if (more > 0)
        http_io_sent(c, (size_t)more);
}

/* The lock is held, and the thread does not use it now. */
static void bury(struct http_worker *w, struct http_loan *l) {
    l->conn = NULL;
    l->next = w->dead;
    w->dead = l;
    w->n--;
}

static struct http_conn *take_done(struct http_worker *w) {
    uv_mutex_lock(&w->lock);
    struct http_loan *l = w->done;
    struct http_conn *c = l ? l->conn : NULL;
    if (l) {
        w->done = l->next;
        http_workers_look(c);
        c->lent_error = l->error;
        c->loan = NULL;
        bury(w, l);
    }
    uv_mutex_unlock(&w->lock);
    return c;
}

/* One at a time: what is run may recall others. */
static void on_done(uv_async_t *async) {
    struct http *h = async->data;
    struct http_conn *c;
    for (unsigned i = 0; i < h->workers->n; i++)
        while ((c = take_done(&h->workers->each[i])))
            h->run(c);
}

static struct http_worker *least_busy(struct http_workers *all) {
    struct http_worker *best = &all->each[0];
    for (unsigned i = 1; i < all->n; i++)
        if (all->each[i].n < best->n)
            best = &all->each[i];
    return best;
}

bool http_workers_lend(struct http_conn *c, uint64_t length) {
    if (!c->http->workers || length < LEND_MIN)
        return false;
    struct http_worker *w = least_busy(c->http->workers);
    struct http_loan *l = pxed_xalloc(sizeof(*l));
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = l};
    *l = (struct http_loan){.worker = w, .conn = c, .file = c->content->fd, .left = length};
    l->at = c->content->offset + c->pos;
    uv_mutex_lock(&w->lock);
    bool lent = epoll_ctl(w->epoll, EPOLL_CTL_ADD, c->fd, &event) == 0;
    w->n += lent;
    uv_mutex_unlock(&w->lock);
    if (lent)
        c->loan = l;
    else
        free(l);
    return lent;
}

void http_workers_recall(struct http_conn *c) {
    struct http_loan *l = c->loan;
    struct http_worker *w = l->worker;
    uv_mutex_lock(&w->lock);
    l->conn = NULL; /* the thread begins no further piece */
    while (w->busy == l)
        uv_cond_wait(&w->let_go, &w->lock);
    if (l->done) {
        struct http_loan **at = &w->done;
        while (*at != l)
            at = &(*at)->next;
        *at = l->next;
    } else {
        epoll_ctl(w->epoll, EPOLL_CTL_DEL, c->fd, NULL);
    }
    http_workers_look(c);
    bury(w, l);
    uv_mutex_unlock(&w->lock);
    c->loan = NULL;
}

bool http_workers_count(const char *text, unsigned *ret_n) {
    uint64_t n;
    cpu_set_t cpus;
    if (pxed_slice_eq_nocase(pxed_slice_of(text), PXED_SLICE("auto"))) {
        n = sched_getaffinity(0, sizeof(cpus), &cpus) == 0 ? (uint64_t)CPU_COUNT(&cpus) : 1;
        n = n == 1 ? 0 : n < WORKERS_AUTO_MAX ? n : WORKERS_AUTO_MAX; /* of one CPU threads make no more */
    } else if (!pxed_slice_u64(pxed_slice_of(text), WORKERS_MAX, &n)) {
        return false;
    }
    *ret_n = (unsigned)n;
    return true;
}

static int start_worker(struct http *h, struct http_worker *w) {
    struct epoll_event event = {.events = EPOLLIN};
    w->http = h;
    uv_mutex_init(&w->lock);
    uv_cond_init(&w->let_go);
    w->epoll = epoll_create1(EPOLL_CLOEXEC);
    w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->epoll < 0 || w->wake < 0 || epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->wake, &event) < 0)
        return -errno;
    int r = uv_thread_create(&w->thread, work, w);
    w->runs = r == 0;
    return r;
}

int http_workers_start(struct http *h) {
    unsigned n;
    if (!http_workers_count(h->config->workers, &n) || n == 0)
        return 0;
    h->workers = pxed_xalloc(sizeof(*h->workers) + n * sizeof(h->workers->each[0]));
    int r = uv_async_init(h->ctx->core->loop(h->ctx), &h->workers->done, on_done);
    h->workers->done.data = h;
    h->handles++;
    for (; r == 0 && h->workers->n < n; h->workers->n++)
        r = start_worker(h, &h->workers->each[h->workers->n]);
    return r;
}

static void end_worker(struct http_worker *w) {
    uv_mutex_lock(&w->lock);
    w->end = true;
    uv_mutex_unlock(&w->lock);
    if (w->runs) {
        (void)!write(w->wake, &(uint64_t){1}, sizeof(uint64_t));
        uv_thread_join(&w->thread);
    }
    free_dead(w);
    if (w->epoll >= 0)
        close(w->epoll);
    if (w->wake >= 0)
        close(w->wake);
    uv_cond_destroy(&w->let_go);
    uv_mutex_destroy(&w->lock);
}

static void on_async_closed(uv_handle_t *handle) {
    struct http *h = handle->data;
    free(h->workers);
    http_handle_closed(h);
}

void http_workers_end(struct http *h) {
    if (!h->workers)
        return;
    for (unsigned i = 0; i < h->workers->n; i++)
        end_worker(&h->workers->each[i]);
    uv_close((uv_handle_t *)&h->workers->done, on_async_closed);
}
