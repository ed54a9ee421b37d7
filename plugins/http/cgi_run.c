/* One run of a script: its order to the helper, and its pipes. */
#include "cgi_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgi_wire.h"
#include "loop.h"
#include "pxed/arena.h"

/* Puts the request's body into a memory file, which the script can read at its own pace, so that no pipe must be
 * fed. */
static int make_body_file(struct pxed_slice body, int *ret) {
    int fd = memfd_create("pxed-cgi-body", MFD_CLOEXEC);
    if (fd < 0)
        return errno;
    if (write(fd, body.ptr, body.len) != (ssize_t)body.len || lseek(fd, 0, SEEK_SET) != 0) {
        int error = errno;
        close(fd);
        return error;
    }
    *ret = fd;
    return 0;
}

int http_cgi_run_prepare(struct http_cgi_run *r, const struct http_cgi_order *o) {
    struct pxed_buf order = {NULL, 0, 0};
    if (o->error != 0)
        return o->error;
    http_order_run(r->id, o->script, o->handler, o->env, o->n_env, &order);
    if (order.len > HTTP_ORDER_MAX)
        return E2BIG;
    r->order = pxed_xalloc(order.len);
    order = (struct pxed_buf){r->order, order.len, 0};
    http_order_run(r->id, o->script, o->handler, o->env, o->n_env, &order);
    r->order_len = order.len;
    return o->body.len > 0 ? make_body_file(o->body, &r->body) : 0;
}

static void on_pipe_closed(uv_handle_t *handle) {
    struct http_cgi_run *r = handle->data;
    struct http *h = r->cgi->http;
    r->handles--;
    http_cgi_run_free(r);
    http_handle_closed(h);
}

void http_cgi_run_forget_order(struct http_cgi_run *r) {
    free(r->order);
    r->order = NULL;
    if (r->body >= 0)
        close(r->body);
    r->body = -1;
}

void http_cgi_run_free(struct http_cgi_run *r) {
    if (r->handles > 0 || r->state != HTTP_CGI_DROPPED)
        return;
    http_cgi_run_forget_order(r);
    free(r->output);
    free(r);
}

static void close_pipe(int *fd, uv_poll_t *poll) {
    if (*fd < 0)
        return;
    uv_close((uv_handle_t *)poll, on_pipe_closed);
    close(*fd);
    *fd = -1;
}

void http_cgi_run_close_pipes(struct http_cgi_run *r) {
    close_pipe(&r->out, &r->out_poll);
    close_pipe(&r->err, &r->err_poll);
}

/* False if there will be no more output, or if there was too much. */
static bool read_output(struct http_cgi_run *r) {
    while (r->output_len <= HTTP_CGI_OUTPUT_MAX) {
        if (r->output_len == r->output_cap) {
            r->output_cap = r->output_cap == 0 ? 8192 : r->output_cap * 2;
            r->output = pxed_xrealloc(r->output, r->output_cap);
        }
        ssize_t n = read(r->out, r->output + r->output_len, r->output_cap - r->output_len);
        if (n == 0)
            return false;
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        r->output_len += (size_t)n;
    }
    return false;
}

static bool read_errors(struct http_cgi_run *r) {
    char waste[4096];
    /* A limited number of reads, so that a script that floods stderr does not block the loop. */
    for (int i = 0; i < 16; i++) {
        size_t room = sizeof(r->errors) - r->errors_len;
        ssize_t n = room > 0 ? read(r->err, r->errors + r->errors_len, room) : read(r->err, waste, sizeof(waste));
        if (n == 0)
            return false;
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        r->errors_len += room > 0 ? (size_t)n : 0;
    }
    return true;
}

void http_cgi_run_drain(struct http_cgi_run *r) {
    if (r->out >= 0)
        read_output(r);
    if (r->err >= 0)
        read_errors(r);
}

static void on_output(uv_poll_t *poll, int status, int events) {
    struct http_cgi_run *r = poll->data;
    (void)events;
    if (status == 0 && read_output(r))
        return;
    if (r->output_len > HTTP_CGI_OUTPUT_MAX)
        r->too_much(r);
    else
        close_pipe(&r->out, &r->out_poll);
}

static void on_errors(uv_poll_t *poll, int status, int events) {
    struct http_cgi_run *r = poll->data;
    (void)events;
    if (status != 0 || !read_errors(r))
        close_pipe(&r->err, &r->err_poll);
}

static void open_poll(struct http_cgi_run *r, uv_poll_t *poll, int fd, uv_poll_cb on_readable) {
    struct http *h = r->cgi->http;
    poll->data = r;
    r->handles++;
    h->handles++;
    uv_poll_init(h->ctx->core->loop(h->ctx), poll, fd);
    uv_poll_start(poll, UV_READABLE, on_readable);
}

static int send_order(struct http_cgi_run *r, int in, int out, int err) {
    const int fds[HTTP_ORDER_FDS] = {in, out, err};
    return -pxed_helper_send(r->cgi->helper.socket, r->order, r->order_len, fds, HTTP_ORDER_FDS, PXED_HELPER_NOW);
}

int http_cgi_run_start(struct http_cgi_run *r) {
    int out[2], err[2], error;
    if (pipe2(out, O_CLOEXEC) != 0)
        return errno;
    if (pipe2(err, O_CLOEXEC) != 0) {
        error = errno;
        close(out[0]);
        close(out[1]);
        return error;
    }
    error = send_order(r, r->body >= 0 ? r->body : r->cgi->devnull, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    if (error != 0) {
        close(out[0]);
        close(err[0]);
        return error;
    }
    r->out = out[0];
    r->err = err[0];
    open_poll(r, &r->out_poll, r->out, on_output); /* uv_poll_init makes only our end non-blocking */
    open_poll(r, &r->err_poll, r->err, on_errors);
    return 0;
}
