/* POST requests by libcurl on the loop: nothing waits in a call, names are resolved by libcurl's own threads. Loop
 * thread only. */
#pragma once

#include <curl/curl.h>
#include <uv.h>

#include "pxed/slice.h"

struct hooks_posts {
    CURLM *multi;
    uv_loop_t *loop;
    uv_timer_t timer;
    void (*closed)(void *arg); /* see hooks_posts_close */
    void *arg;
    unsigned handles; /* of libuv, that point here */
};

struct hooks_post;

enum { HOOKS_ANSWER_MAX = 256 }; /* bytes of an answer that are kept */

/* Borrowed for the call. */
struct hooks_post_order {
    const char *url;
    const char *const *headers; /* "Name: value", ends with NULL */
    struct pxed_slice body;
    uint64_t timeout_ms; /* from the start to the last byte of the answer */
};

/* `status`: of HTTP; 0: there was none. `text`: the beginning of the answer's body, or why there is none. */
typedef void hooks_post_done_fn(void *arg, int status, const char *text);

/* 0 or a negative errno. */
int hooks_posts_open(struct hooks_posts *p, uv_loop_t *loop);
/* `closed` comes when the last handle is closed. Call after the last post has ended or was cancelled. */
void hooks_posts_close(struct hooks_posts *p, void (*closed)(void *arg), void *arg);

/* `done` comes exactly once, later, unless it is cancelled. NULL: libcurl refuses. */
struct hooks_post *hooks_post_start(struct hooks_posts *p, const struct hooks_post_order *order,
                                    hooks_post_done_fn *done, void *arg);
void hooks_post_cancel(struct hooks_post *post);
/* Is this a URL that may be posted to? NULL, or what is wrong. */
const char *hooks_post_wrong(const char *url);
