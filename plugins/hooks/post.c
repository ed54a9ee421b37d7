/* libcurl's multi interface on libuv: it says which sockets to watch and when to wake it. */
#include "post.h"

#include <errno.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

#include "pxed/arena.h"
#include "pxed/buf.h"

struct hooks_post {
    struct hooks_posts *posts;
    CURL *easy;
    struct curl_slist *headers;
    char *body;
    hooks_post_done_fn *done;
    void *arg;
    char answer[HOOKS_ANSWER_MAX];
    size_t answer_len;
    char error[CURL_ERROR_SIZE];
};

/* A socket of libcurl's that is watched. */
struct watch {
    uv_poll_t poll;
    struct hooks_posts *posts;
    curl_socket_t fd;
};

static void handle_closed(struct hooks_posts *p) {
    if (--p->handles == 0 && p->closed)
        p->closed(p->arg);
}

static void post_free(struct hooks_post *post) {
    curl_multi_remove_handle(post->posts->multi, post->easy);
    curl_easy_cleanup(post->easy);
    curl_slist_free_all(post->headers);
    free(post->body);
    free(post);
}

static void post_end(struct hooks_post *post, CURLcode code) {
    long status = 0;
    char text[HOOKS_ANSWER_MAX + 1];
    struct pxed_buf b = {text, HOOKS_ANSWER_MAX, 0};
    hooks_post_done_fn *done = post->done;
    void *arg = post->arg;
    curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK)
        status = 0;
    pxed_buf_escaped(&b, status > 0     ? pxed_slice(post->answer, post->answer_len)
                         : *post->error ? pxed_slice_of(post->error)
                                        : pxed_slice_of(curl_easy_strerror(code)));
    pxed_buf_cstr(&b);
    post_free(post);
    done(arg, (int)status, text);
}

static void tell_ended(struct hooks_posts *p) {
    CURLMsg *m;
    int left;
    while (p->multi && (m = curl_multi_info_read(p->multi, &left))) {
        struct hooks_post *post = NULL;
        CURLcode code = m->data.result;
        if (m->msg == CURLMSG_DONE && curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &post) == CURLE_OK && post)
            post_end(post, code);
    }
}

static void act(struct hooks_posts *p, curl_socket_t fd, int flags) {
    int running;
    curl_multi_socket_action(p->multi, fd, flags, &running);
    tell_ended(p);
}

static void on_timer(uv_timer_t *timer) {
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static void on_socket_ready(uv_poll_t *poll, int status, int events) {
    struct watch *w = poll->data;
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    flags |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
    flags |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
    act(w->posts, w->fd, flags); /* may close the watch: it is freed in the loop's next turn */
}

static void on_watch_closed(uv_handle_t *handle) {
    struct watch *w = handle->data;
    struct hooks_posts *p = w->posts;
    free(w);
    handle_closed(p);
}

static void unwatch(struct hooks_posts *p, curl_socket_t fd, struct watch *w) {
    uv_poll_stop(&w->poll); /* at once: libcurl closes the socket next */
    uv_close((uv_handle_t *)&w->poll, on_watch_closed);
    curl_multi_assign(p->multi, fd, NULL);
}

static int on_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *arg, void *of_socket) {
    struct hooks_posts *p = arg;
    struct watch *w = of_socket;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (w)
            unwatch(p, fd, w);
        return 0;
    }
    if (!w) {
        w = pxed_xalloc(sizeof(*w));
        w->posts = p;
        w->fd = fd;
        if (uv_poll_init_socket(p->loop, &w->poll, fd) != 0) {
            free(w);
            return -1;
        }
        w->poll.data = w;
        p->handles++;
        curl_multi_assign(p->multi, fd, w);
    }
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&w->poll, events, on_socket_ready) == 0 ? 0 : -1;
}

static int on_timer_wanted(CURLM *multi, long ms, void *arg) {
    struct hooks_posts *p = arg;
    (void)multi;
    if (ms < 0)
        uv_timer_stop(&p->timer);
    else
        uv_timer_start(&p->timer, on_timer, (uint64_t)ms, 0);
    return 0;
}

int hooks_posts_open(struct hooks_posts *p, uv_loop_t *loop) {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return -ENOMEM;
    p->multi = curl_multi_init();
    if (!p->multi)
        return -ENOMEM;
    p->loop = loop;
    uv_timer_init(loop, &p->timer);
    p->timer.data = p;
    p->handles = 1;
    curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
    curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p);
    curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
    curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p);
    return 0;
}

static void on_timer_closed(uv_handle_t *handle) {
    handle_closed(handle->data);
}

void hooks_posts_close(struct hooks_posts *p, void (*closed)(void *arg), void *arg) {
    p->closed = closed;
    p->arg = arg;
    CURLM *multi = p->multi;
    curl_multi_cleanup(multi); /* closes what it kept open, and has its watches ended */
    p->multi = NULL;
    uv_close((uv_handle_t *)&p->timer, on_timer_closed);
    curl_global_cleanup();
}

/* Only the beginning of an answer counts; a server that sends without end is cut off by the time that it has. */
static size_t on_answer(char *bytes, size_t one, size_t n, void *arg) {
    struct hooks_post *post = arg;
    size_t room = sizeof(post->answer) - post->answer_len, len = one * n;
    memcpy(post->answer + post->answer_len, bytes, len < room ? len : room);
    post->answer_len += len < room ? len : room;
    return len;
}

static bool set_up(struct hooks_post *post, const struct hooks_post_order *order) {
    CURL *e = post->easy;
    CURLcode bad = 0;
    for (const char *const *h = order->headers; *h; h++) {
        struct curl_slist *more = curl_slist_append(post->headers, *h);
        if (!more)
            return false;
        post->headers = more;
    }
    bad |= curl_easy_setopt(e, CURLOPT_URL, order->url);
    bad |= curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    bad |= curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L); /* the signature is for this server */
    bad |= curl_easy_setopt(e, CURLOPT_PROXY, "");          /* not what the environment says */
    /* The folder has a file for each name, and one is read; the file with all of them holds the loop for 50 ms. */
    bad |= curl_easy_setopt(e, CURLOPT_CAINFO, NULL);
    bad |= curl_easy_setopt(e, CURLOPT_CAPATH, X509_get_default_cert_dir());
    bad |= curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    bad |= curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L); /* a resolver that does not answer is not waited for */
    bad |= curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)order->timeout_ms);
    bad |= curl_easy_setopt(e, CURLOPT_HTTPHEADER, post->headers);
    bad |= curl_easy_setopt(e, CURLOPT_POST, 1L);
    bad |= curl_easy_setopt(e, CURLOPT_POSTFIELDS, post->body);
    bad |= curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)order->body.len);
    bad |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_answer);
    bad |= curl_easy_setopt(e, CURLOPT_WRITEDATA, post);
    bad |= curl_easy_setopt(e, CURLOPT_ERRORBUFFER, post->error);
    bad |= curl_easy_setopt(e, CURLOPT_PRIVATE, post);
    return bad == CURLE_OK;
}

struct hooks_post *hooks_post_start(struct hooks_posts *p, const struct hooks_post_order *order,
                                    hooks_post_done_fn *done, void *arg) {
    struct hooks_post *post = pxed_xalloc(sizeof(*post));
    *post = (struct hooks_post){.posts = p, .easy = curl_easy_init(), .done = done, .arg = arg};
    post->body = pxed_xalloc(order->body.len + 1);
    memcpy(post->body, order->body.ptr, order->body.len);
    if (post->easy && set_up(post, order) && curl_multi_add_handle(p->multi, post->easy) == CURLM_OK)
        return post;
    post_free(post);
    return NULL;
}

void hooks_post_cancel(struct hooks_post *post) {
    post_free(post);
}

const char *hooks_post_wrong(const char *url) {
    CURLU *u = curl_url();
    char *scheme = NULL;
    CURLUcode code = u ? curl_url_set(u, CURLUPART_URL, url, 0) : CURLUE_OUT_OF_MEMORY;
    const char *wrong = code != CURLUE_OK ? curl_url_strerror(code) : NULL;
    if (!wrong && (curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
                   (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)))
        wrong = "only http:// and https:// are posted to";
    curl_free(scheme);
    curl_url_cleanup(u);
    return wrong;
}
