/* The plugin in a process of its own on loopback, in front of a fake core with a few names. */
#include "served.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fake_content.h"
#include "http_state.h"
#include "pxed/arena.h"

extern const struct pxed_plugin *pxed_plugin_query_http(uint16_t host_major);

static struct served *served;
static struct fake_core core;
static struct fake_contents contents;
static const struct pxed_http_service *service;
static uv_signal_t on_term;
static unsigned cgi_failed, settled;
static char cgi_why[4096];
static struct settling *settlings;

struct script {
    struct pxed_cgi cgi;
    char path[256], name[256];
};

static struct pxed_content *bytes(const char *text) {
    struct pxed_content *c = fake_content_bytes(&contents, pxed_slice_of(text));
    strcpy(c->etag, "\"v1\"");
    c->mtime = 784111777;
    return c;
}

static struct pxed_content *file(const char *name, uint64_t offset, uint64_t size) {
    char path[256];
    struct stat st;
    snprintf(path, sizeof(path), "%s/%s", served->dir, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    fstat(fd, &st);
    struct pxed_content *c = fake_content_file(&contents, fd, offset, size ? size : (uint64_t)st.st_size);
    c->type = "application/octet-stream";
    snprintf(c->etag, sizeof(c->etag), "\"%llx\"", (unsigned long long)st.st_size);
    c->mtime = st.st_mtime;
    return c;
}

static struct pxed_content *script(const char *name, bool fallback) {
    static const char *const env[] = {"PXED_MAC=08:00:27:4d:4d:aa", "PXED_ARMED=yes", NULL};
    struct script *i = pxed_xalloc(sizeof(*i));
    struct pxed_content *c = fake_content_new(&contents, PXED_CONTENT_CGI, i);
    snprintf(i->path, sizeof(i->path), "%s/%s", served->dir, name);
    snprintf(i->name, sizeof(i->name), "/cgi/%s", name);
    const char *dot = strrchr(name, '.');
    i->cgi = (struct pxed_cgi){.script = i->path,
                               .script_name = i->name,
                               .path_info = "",
                               .handler = dot && strcmp(dot, ".php") == 0 ? "/usr/bin/php-cgi" : NULL,
                               .document_root = served->dir,
                               .env = env,
                               .fallback = fallback ? PXED_SLICE("#!ipxe\nexit\n") : PXED_NO_SLICE};
    c->cgi = &i->cgi;
    return c;
}

static struct pxed_content *stats_text(void) {
    char text[8192];
    int n =
        snprintf(text, sizeof(text), "opened=%u released=%u whole=%u sent=%llu cancelled=%u cgi_failed=%u settled=%u",
                 contents.opened, contents.released, contents.whole, (unsigned long long)contents.sent,
                 contents.cancelled, cgi_failed, settled);
    for (int r = 0; r < PXED_REASON_COUNT; r++)
        if (core.refused[r])
            n += snprintf(text + n, sizeof(text) - (size_t)n, " %s=%u", pxed_reason_name((enum pxed_reason)r),
                          core.refused[r]);
    snprintf(text + n, sizeof(text) - (size_t)n, "\nwhy=%s\n", cgi_why);
    return bytes(text);
}

static bool starts(const struct pxed_request *r, const char *text) {
    return pxed_slice_starts(r->path, pxed_slice_of(text));
}

/* --- contents whose end is held back --- */

struct settling {
    uv_timer_t timer;
    const struct pxed_content *of; /* NULL: released meanwhile, and nobody is called */
    void (*done)(void *arg, bool may_send);
    void *arg;
    bool yes;
    struct settling *next;
};

static void on_settling_closed(uv_handle_t *handle) {
    free(handle->data);
}

static void on_settled(uv_timer_t *timer) {
    struct settling *s = timer->data, **at = &settlings;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    uv_close((uv_handle_t *)timer, on_settling_closed);
    if (s->of)
        s->done(s->arg, s->yes);
}

static void release_held(struct pxed_content *c, bool whole) {
    for (struct settling *s = settlings; s; s = s->next)
        if (s->of == c)
            s->of = NULL;
    fake_content_release(c, whole);
}

static int settle_go(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg) {
    (void)c, (void)done, (void)arg;
    settled++;
    return PXED_HOLD_GO;
}

static int settle_refuse(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg) {
    (void)c, (void)done, (void)arg;
    settled++;
    return PXED_HOLD_REFUSE;
}

static int settle_later(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg, bool yes) {
    struct settling *s = calloc(1, sizeof(*s));
    *s = (struct settling){.of = c, .done = done, .arg = arg, .yes = yes, .next = settlings};
    settlings = s;
    settled++;
    uv_timer_init(&core.loop, &s->timer);
    s->timer.data = s;
    uv_timer_start(&s->timer, on_settled, 50, 0);
    return PXED_HOLD_WAIT;
}

static int settle_ok(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg) {
    return settle_later(c, done, arg, true);
}

static int settle_no(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg) {
    return settle_later(c, done, arg, false);
}

static struct pxed_content *held(const char *how) {
    static const struct {
        const char *name;
        int (*settle)(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg);
    } rows[] = {
        {"go/", settle_go},
        {"ok/", settle_ok},
        {"no/", settle_no},
        {"refuse/", settle_refuse},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t n = strlen(rows[i].name);
        struct pxed_content *c = strncmp(how, rows[i].name, n) == 0 ? file(how + n, 0, 0) : NULL;
        if (!c)
            continue;
        c->settle = rows[i].settle;
        c->release = release_held;
        return c;
    }
    return NULL;
}

static struct pxed_content *named(const struct pxed_request *r, const char *path) {
    char text[8192];
    if (starts(r, "/hello"))
        return bytes("hello\n");
    if (starts(r, "/file/"))
        return file(path + 6, 0, 0);
    if (starts(r, "/held/"))
        return held(path + 6);
    if (starts(r, "/extent"))
        return file("big", 1000, 5000);
    if (starts(r, "/cgi/"))
        return script(path + 5, false);
    if (starts(r, "/cgi-or/"))
        return script(path + 8, true);
    if (starts(r, "/stats"))
        return stats_text();
    if (!starts(r, "/echo"))
        return NULL;
    snprintf(text, sizeof(text), "path=%.*s query=%.*s agent=%.*s body=%.*s post=%d", PXED_S(r->path), PXED_S(r->query),
             PXED_S(r->user_agent), PXED_S(r->body), r->post);
    return bytes(text);
}

static enum pxed_reason find(struct fake_contents *c, const struct pxed_request *r, struct pxed_content **ret_content,
                             unsigned *ret_late_ms) {
    (void)c;
    if (starts(r, "/why/"))
        return (enum pxed_reason)atoi(contents.last_path + 5);
    *ret_late_ms = starts(r, "/later") ? 50 : starts(r, "/never") ? 3600000 : 0;
    *ret_content = *ret_late_ms ? bytes("later\n") : named(r, contents.last_path);
    return *ret_content ? PXED_WHY_OK : PXED_WHY_NOT_FOUND;
}

static void core_cgi_failed(struct pxed_ctx *ctx, struct pxed_content *content, const char *why) {
    (void)ctx;
    (void)content;
    cgi_failed++;
    snprintf(cgi_why, sizeof(cgi_why), "%s", why);
}

static size_t core_ifaces(struct pxed_ctx *ctx, const struct pxed_iface **ret) {
    static struct pxed_iface two[2]; /* sharing an address: one socket */
    (void)ctx;
    two[0].addr = two[1].addr = pxed_addr_v4(INADDR_LOOPBACK);
    *ret = two;
    return 2;
}

static uv_timer_t service_timer;
static struct pxed_http_reply *late_reply;

static void on_service_timer(uv_timer_t *timer) {
    (void)timer;
    service->reply(service->self, late_reply, 200, "application/json", PXED_SLICE("{\"late\":true}"));
}

/* ---- streams */

static struct pxed_http_reply *stream; /* the only one */
static uv_timer_t stream_timer;
static unsigned written, gone, was_ready;
static bool floods;

static void stream_flood(void) {
    static const char line[1000] = "a line of a thousand bytes\n";
    while (service->write(service->self, stream, pxed_slice(line, sizeof(line))))
        written++;
}

static void stream_ready(void *arg) {
    (void)arg;
    was_ready++;
    service->write(service->self, stream, PXED_SLICE("ready\n"));
    service->end(service->self, stream);
    stream = NULL;
}

static void stream_gone(void *arg) {
    (void)arg;
    gone++;
    stream = NULL;
    uv_timer_stop(&stream_timer);
}

static void on_stream_timer(uv_timer_t *timer) {
    char line[32];
    int n = snprintf(line, sizeof(line), "tick %u\n", ++written);
    service->write(service->self, stream, pxed_slice(line, (size_t)n));
    if (floods || written < 5)
        return;
    uv_timer_stop(timer);
    service->end(service->self, stream);
    stream = NULL;
}

/* /service/stream: five lines, then the end; /service/forever: lines until the client goes; /service/flood: until a
 * write is refused, then, when all has left, the end. */
static void begin_stream(const struct pxed_http_call *call, struct pxed_http_reply *reply) {
    static const struct pxed_http_stream calls = {stream_ready, stream_gone, NULL};
    if (!service->stream(service->self, reply, 200, "text/event-stream", "X-Stream: yes\r\n", &calls))
        return;
    stream = reply;
    written = 0;
    floods = pxed_slice_is(call->path, "/service/forever");
    if (pxed_slice_is(call->path, "/service/flood"))
        stream_flood();
    else
        uv_timer_start(&stream_timer, on_stream_timer, 5, 5);
}

static void answer_headers(const struct pxed_http_call *call, struct pxed_http_reply *reply) {
    char text[512], peer[PXED_ADDR_TEXT] = "local";
    struct pxed_slice accept = pxed_http_header(call, "ACCEPT"), cookie = pxed_http_cookie(call, "b");
    if (call->peer.family)
        pxed_addr_text(&call->peer, peer);
    int n = snprintf(text, sizeof(text), "%s from %s n=%zu accept=%.*s b=%.*s%s", call->method, peer, call->n_headers,
                     PXED_S(accept), PXED_S(cookie), cookie.ptr ? "" : "(none)");
    const struct pxed_http_answer answer = {.status = 200,
                                            .type = "text/html",
                                            .headers = "Set-Cookie: a=b\r\nX-Frame-Options: DENY\r\n",
                                            .etag = pxed_slice_is(call->query, "tag") ? "\"v7\"" : NULL,
                                            .body = pxed_slice(text, (size_t)n)};
    service->answer(service->self, reply, &answer);
}

static void on_service(void *arg, const struct pxed_http_call *call, struct pxed_http_reply *reply) {
    char text[2048];
    if (pxed_slice_is(call->path, "/service/headers")) {
        answer_headers(call, reply);
        return;
    }
    if (pxed_slice_is(call->path, "/service/stream") || pxed_slice_is(call->path, "/service/forever") ||
        pxed_slice_is(call->path, "/service/flood")) {
        begin_stream(call, reply);
        return;
    }
    if (pxed_slice_is(call->path, "/service/streams")) {
        int k = snprintf(text, sizeof(text), "written=%u ready=%u gone=%u", written, was_ready, gone);
        service->reply(service->self, reply, 200, "text/plain", pxed_slice(text, (size_t)k));
        return;
    }
    int n = snprintf(text, sizeof(text), "%s %.*s?%.*s %.*s fd=%d", call->post ? "POST" : "GET", PXED_S(call->path),
                     PXED_S(call->query), PXED_S(call->body), call->fd >= 0);
    (void)arg;
    if (pxed_slice_is(call->path, "/service/now")) {
        service->reply(service->self, reply, 201, "application/json", pxed_slice(text, (size_t)n));
    } else if (pxed_slice_is(call->path, "/service/later")) {
        late_reply = reply;
        uv_timer_start(&service_timer, on_service_timer, 100, 0);
    } /* /service/never: the client goes first, then later answers it */
    else {
        late_reply = reply;
        uv_timer_start(&service_timer, on_service_timer, 300, 0);
    }
}

static void serve_service(void) {
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strcpy(un.sun_path, served->socket);
    uv_timer_init(&core.loop, &service_timer);
    uv_timer_init(&core.loop, &stream_timer);
    struct pxed_addr loopback = pxed_addr_v4(INADDR_LOOPBACK);
    int tcp = service->listen(service->self, &loopback, served->service_port);
    if (tcp < 0 || service->listen(service->self, &loopback, served->service_port) != -EADDRINUSE ||
        service->serve(service->self, tcp, on_service, NULL) != 0)
        abort();
    if (bind(fd, (struct sockaddr *)&un, sizeof(un)) != 0 || listen(fd, 16) != 0 ||
        service->serve(service->self, fd, on_service, NULL) != 0)
        abort();
}

static void finish(struct pxed_ctx *c) {
    if (stream) { /* as a plugin's fini, which comes before that of its services */
        service->end(service->self, stream);
        stream = NULL;
    }
    core.plugin->fini(c);
    uv_close((uv_handle_t *)&service_timer, NULL);
    uv_close((uv_handle_t *)&stream_timer, NULL);
    uv_close((uv_handle_t *)&on_term, NULL);
    signal(SIGTERM, SIG_IGN); /* a second one must not end us before the leaks are counted */
}

/* The first asks for a drain, the second ends at once. */
static void on_signal(uv_signal_t *handle, int signum) {
    static bool stopping;
    (void)handle;
    (void)signum;
    if (stopping)
        finish(&core.ctx);
    else
        core.plugin->stop(&core.ctx, finish);
    stopping = true;
}

static void serve(const char *cgi_timeout_ms, int ready) {
    static struct http_config config = {.cgi_user = "nobody", .script = "home.php", .per_peer = 512};
    static const char *const handlers[] = {".php /bin/false", ".pl /bin/false",
                                           ".sh /bin/false"}; /* `find` knows the real ones */
    config.cgi = (struct pxed_list){.items = handlers, .n = 3};
    config.port = served->port;
    config.workers = served->workers ? served->workers : "0";
    config.cgi_timeout = strtoull(cgi_timeout_ms, NULL, 10);
    fake_core_open(&core, pxed_plugin_query_http(PXED_ABI_MAJOR), &config);
    fake_contents_open(&contents, &core, find);
    core.core.ifaces = core_ifaces;
    core.core.cgi_failed = core_cgi_failed;
    uv_signal_init(&core.loop, &on_term);
    uv_signal_start(&on_term, on_signal, SIGTERM);
    if (fake_core_start(&core) != 0)
        _exit(9);
    service = fake_core_service(&core, "http/1");
    serve_service();
    (void)!write(ready, "", 1);
    close(ready);
    uv_run(&core.loop, UV_RUN_DEFAULT);
    if (uv_loop_close(&core.loop) != 0)
        exit(8);
    /* Every content that was opened has come back. */
    exit(contents.opened == contents.released ? 0 : 7);
}

void served_prepare(struct served *f) {
    uint16_t *ports[] = {&f->port, &f->service_port};
    int fds[2];
    strcpy(f->dir, "/tmp/px_ht_test_XXXXXX");
    if (!mkdtemp(f->dir) || chmod(f->dir, 0755) != 0)
        abort();
    for (int i = 0; i < 2; i++) { /* both are held until both are known */
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t len = sizeof(in);
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        if (bind(fds[i], (struct sockaddr *)&in, sizeof(in)) != 0 ||
            getsockname(fds[i], (struct sockaddr *)&in, &len) != 0)
            abort();
        *ports[i] = ntohs(in.sin_port);
    }
    close(fds[0]);
    close(fds[1]);
    snprintf(f->socket, sizeof(f->socket), "%s/service.sock", f->dir);
}

void served_start(struct served *f, const char *cgi_timeout_ms) {
    int ready[2];
    char byte;
    served = f;
    if (pipe(ready) != 0)
        abort();
    unlink(f->socket);
    f->pid = fork();
    if (f->pid == 0) {
        close(ready[0]);
        serve(cgi_timeout_ms, ready[1]);
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1)
        abort();
    close(ready[0]);
}

int served_stop(struct served *f) {
    int status = 0;
    kill(f->pid, SIGTERM);
    waitpid(f->pid, &status, 0);
    f->pid = 0;
    return status;
}
