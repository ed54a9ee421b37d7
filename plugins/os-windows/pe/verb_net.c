/* event and get: retry until the server answers, for a limited time. */
#include "verb_net.h"

#include "files_win.h"
#include "net_win.h"
#include "pe.h"

#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

enum {
    WAIT_S = 60, /* for a network that comes up late; PXED_WAIT=SECONDS in the environment wins */
    WAIT_MOST_S = 3600,
    CONNECT_MS = 10000,
    IDLE_MS = 30000,
    BROKEN_MOST = 3,      /* connections that ended early */
    BODY_MOST = 60 * 1024 /* the server takes 64 KiB */
};

static unsigned wait_ms(void) {
    const char *text = getenv("PXED_WAIT");
    unsigned long s = text ? strtoul(text, NULL, 10) : 0;
    return (s == 0 ? WAIT_S : s > WAIT_MOST_S ? WAIT_MOST_S : (unsigned)s) * 1000;
}

static unsigned verb_net_least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

/* Would another try help? 5xx: the server runs, but is not ready. */
static bool may_mend(const struct net_reply *reply) {
    return !reply->stopped && (reply->status == 0 || reply->status >= 500 || (reply->status == 200 && reply->error));
}

/* Calls `again` before each further try, so that a partial file is discarded. True if the last answer was 200. */
static bool verb_net_exchange(struct net_request *request, bool (*again)(void *ctx), struct net_reply *ret_reply) {
    unsigned wait = wait_ms(), pause = 1000;
    request->connect_ms = verb_net_least(wait, CONNECT_MS);
    request->idle_ms = verb_net_least(wait, IDLE_MS);
    DWORD start = GetTickCount();
    for (unsigned broken = 0;;) {
        net_exchange(request, ret_reply);
        if (!may_mend(ret_reply))
            return ret_reply->status == 200 && !ret_reply->stopped;
        if (ret_reply->connected) {
            start = GetTickCount();
            broken++;
        }
        if (broken >= BROKEN_MOST || GetTickCount() - start >= wait)
            return false;
        printf("pxed: %s (%s), again in %u s\n", request->url->host, ret_reply->error ? ret_reply->error : "not ready",
               pause / 1000);
        Sleep(verb_net_least(pause, wait));
        pause = verb_net_least(2 * pause, 8000);
        if (!again(request->ctx))
            return false;
    }
}

static bool verb_net_parse(const char *text, struct http_url *ret_url) {
    if (http_parse_url(pxed_slice_of(text), ret_url))
        return true;
    printf("pxed: not a http:// URL: %s\n", text);
    return false;
}

static int verb_net_verdict(const char *verb, const char *url, const struct net_reply *reply) {
    if (reply->status != 0 && reply->status != 200)
        printf("pxed: %s %s: HTTP status %u\n", verb, url, reply->status);
    else
        printf("pxed: %s %s: %s\n", verb, url, reply->error ? reply->error : "no answer");
    return EXIT_NO;
}

/* --- event --- */

/* The status is all that matters. */
static bool verb_net_stop(void *ctx, struct pxed_slice piece) {
    (void)ctx;
    (void)piece;
    return false;
}

static bool verb_net_always(void *ctx) {
    (void)ctx;
    return true;
}

/* URL STAGE [REASON [TEXTFILE]] */
int verb_event(int n, char **args) {
    static char url[4096];
    struct http_url parsed;
    int len = snprintf(url, sizeof(url), "%s", args[0]);
    if (len < 0 || (size_t)len >= sizeof(url) || !http_add_query(url, sizeof(url), "stage", args[1]) ||
        (n > 2 && args[2][0] && !http_add_query(url, sizeof(url), "reason", args[2]))) {
        printf("pxed: the URL is too long\n");
        return EXIT_USAGE;
    }
    if (!verb_net_parse(url, &parsed))
        return EXIT_USAGE;
    struct net_request request = {.url = &parsed, .take = verb_net_stop};
    struct pxed_slice text;
    if (n > 3 && file_tail(args[3], BODY_MOST, &text)) { /* the event is more important than the text */
        request.body = text.ptr;
        request.body_len = text.len;
    }
    struct net_reply reply;
    verb_net_exchange(&request, verb_net_always, &reply);
    return reply.status == 200 ? EXIT_DONE : verb_net_verdict("event", url, &reply);
}

/* --- get --- */

static bool verb_net_save(void *ctx, struct pxed_slice piece) {
    return file_write(ctx, piece);
}

static bool begin_again(void *ctx) {
    struct file_out *out = ctx;
    const char *path = out->path;
    file_done(out, false);
    return file_begin(out, path);
}

/* URL FILE. An answer without a length is refused, because it cannot be distinguished from a broken one. */
int verb_get(int n, char **args) {
    (void)n;
    struct http_url parsed;
    struct file_out out;
    struct net_reply reply;
    if (!verb_net_parse(args[0], &parsed))
        return EXIT_USAGE;
    if (!file_begin(&out, args[1]))
        return EXIT_WRITE;
    struct net_request request = {.url = &parsed, .take = verb_net_save, .ctx = &out};
    bool good = verb_net_exchange(&request, begin_again, &reply);
    if (good && !reply.whole) {
        reply.error = "the answer does not tell its length";
        good = false;
    }
    if (out.handle == INVALID_HANDLE_VALUE)
        return EXIT_WRITE;
    if (!file_done(&out, good))
        return good || reply.stopped ? EXIT_WRITE : verb_net_verdict("get", args[0], &reply);
    return EXIT_DONE;
}
