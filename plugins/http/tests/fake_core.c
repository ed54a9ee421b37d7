#include "fake_core.h"

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

#include "http.h"
#include "pxed/arena.h"

extern const struct pxed_plugin *pxed_plugin_query_http(uint16_t host_major);

static struct fake *fake;
static const struct pxed_plugin *plugin;
static const struct pxed_http_service *service;
static uv_loop_t *loop;
static uv_signal_t on_term;
static struct {
    unsigned opened, released, whole, cancelled, cgi_failed, settled, refused[PXED_REASON_COUNT];
    uint64_t sent;
    char why[4096];
} stats;

struct item {
    struct pxed_content content;
    struct pxed_cgi cgi;
    char text[16384], path[256], name[256];
};

struct pending {
    uv_timer_t timer;
    pxed_open_fn *later;
    void *arg;
    uint64_t ticket;
    struct pending *next;
    bool never;
};
static struct pending *pendings;
static struct settling *settlings;
static uint64_t tickets;

static void release(struct pxed_content *c, bool whole) {
    stats.released++;
    stats.whole += whole;
    stats.sent += c->sent;
    if (c->kind == PXED_CONTENT_FILE)
        close(c->fd);
    free(c);
}

static struct item *new_item(enum pxed_content_kind kind) {
    struct item *i = calloc(1, sizeof(*i));
    i->content = (struct pxed_content){.kind = kind, .status = 200, .type = "text/plain", .release = release, .fd = -1};
    stats.opened++;
    return i;
}

static struct pxed_content *bytes(const char *text) {
    struct item *i = new_item(PXED_CONTENT_BYTES);
    snprintf(i->text, sizeof(i->text), "%s", text);
    i->content.bytes = pxed_slice_of(i->text);
    i->content.size = i->content.bytes.len;
    strcpy(i->content.etag, "\"v1\"");
    i->content.mtime = 784111777;
    return &i->content;
}

static struct pxed_content *file(const char *name, uint64_t offset, uint64_t size) {
    char path[256];
    struct stat st;
    snprintf(path, sizeof(path), "%s/%s", fake->dir, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    fstat(fd, &st);
    struct item *i = new_item(PXED_CONTENT_FILE);
    i->content.fd = fd;
    i->content.offset = offset;
    i->content.size = size ? size : (uint64_t)st.st_size;
    i->content.type = "application/octet-stream";
    snprintf(i->content.etag, sizeof(i->content.etag), "\"%llx\"", (unsigned long long)st.st_size);
    i->content.mtime = st.st_mtime;
    return &i->content;
}

static struct pxed_content *script(const char *name, bool fallback) {
    static const char *const env[] = {"PXED_MAC=08:00:27:4d:4d:aa", "PXED_ARMED=yes", NULL};
    struct item *i = new_item(PXED_CONTENT_CGI);
    snprintf(i->path, sizeof(i->path), "%s/%s", fake->dir, name);
    snprintf(i->name, sizeof(i->name), "/cgi/%s", name);
    const char *dot = strrchr(name, '.');
    i->cgi = (struct pxed_cgi){.script = i->path,
                               .script_name = i->name,
                               .path_info = "",
                               .handler = dot && strcmp(dot, ".php") == 0 ? "/usr/bin/php-cgi" : NULL,
                               .document_root = fake->dir,
                               .env = env,
                               .fallback = fallback ? PXED_SLICE("#!ipxe\nexit\n") : PXED_NO_SLICE};
    i->content.cgi = &i->cgi;
    return &i->content;
}

static struct pxed_content *stats_text(void) {
    char text[8192];
    int n =
        snprintf(text, sizeof(text), "opened=%u released=%u whole=%u sent=%llu cancelled=%u cgi_failed=%u settled=%u",
                 stats.opened, stats.released, stats.whole, (unsigned long long)stats.sent, stats.cancelled,
                 stats.cgi_failed, stats.settled);
    for (int r = 0; r < PXED_REASON_COUNT; r++)
        if (stats.refused[r])
            n += snprintf(text + n, sizeof(text) - (size_t)n, " %s=%u", pxed_reason_name((enum pxed_reason)r),
                          stats.refused[r]);
    snprintf(text + n, sizeof(text) - (size_t)n, "\nwhy=%s\n", stats.why);
    return bytes(text);
}

static void on_timer_closed(uv_handle_t *handle) {
    free(handle->data);
}

static void end_pending(struct pending *p) {
    struct pending **at = &pendings;
    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    uv_close((uv_handle_t *)&p->timer, on_timer_closed);
}

static void on_later(uv_timer_t *timer) {
    struct pending *p = timer->data;
    end_pending(p);
    p->later(p->arg, PXED_WHY_OK, bytes("later\n"));
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

static void on_settled(uv_timer_t *timer) {
    struct settling *s = timer->data, **at = &settlings;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    uv_close((uv_handle_t *)timer, on_timer_closed);
    if (s->of)
        s->done(s->arg, s->yes);
}

static void release_held(struct pxed_content *c, bool whole) {
    for (struct settling *s = settlings; s; s = s->next)
        if (s->of == c)
            s->of = NULL;
    release(c, whole);
}

static int settle_go(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg) {
    (void)c, (void)done, (void)arg;
    stats.settled++;
    return PXED_HOLD_GO;
}

static int settle_refuse(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg) {
    (void)c, (void)done, (void)arg;
    stats.settled++;
    return PXED_HOLD_REFUSE;
}

static int settle_later(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg, bool yes) {
    struct settling *s = calloc(1, sizeof(*s));
    *s = (struct settling){.of = c, .done = done, .arg = arg, .yes = yes, .next = settlings};
    settlings = s;
    stats.settled++;
    uv_timer_init(loop, &s->timer);
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

static struct pxed_content *find(const struct pxed_request *r, const char *path) {
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

static bool core_open(struct pxed_ctx *ctx, const struct pxed_request *r, enum pxed_reason *ret_reason,
                      struct pxed_content **ret_content, pxed_open_fn *later, void *arg, uint64_t *ret_ticket) {
    char path[256];
    struct pxed_buf b = PXED_BUF(path);
    (void)ctx;
    pxed_buf_add(&b, r->path);
    pxed_buf_cstr(&b);
    if (starts(r, "/later") || starts(r, "/never")) {
        struct pending *p = calloc(1, sizeof(*p));
        *p = (struct pending){
            .later = later, .arg = arg, .ticket = ++tickets, .next = pendings, .never = starts(r, "/never")};
        pendings = p;
        uv_timer_init(loop, &p->timer);
        p->timer.data = p;
        uv_timer_start(&p->timer, on_later, p->never ? 3600000 : 50, 0);
        *ret_ticket = p->ticket;
        return false;
    }
    *ret_content = starts(r, "/why/") ? NULL : find(r, path);
    *ret_reason = *ret_content         ? PXED_WHY_OK
                  : starts(r, "/why/") ? (enum pxed_reason)atoi(path + 5)
                                       : PXED_WHY_NOT_FOUND;
    return true;
}

static void core_cancel(struct pxed_ctx *ctx, uint64_t ticket) {
    (void)ctx;
    for (struct pending *p = pendings; p; p = p->next)
        if (p->ticket == ticket) {
            stats.cancelled++;
            end_pending(p);
            return;
        }
    abort();
}

static void core_cgi_failed(struct pxed_ctx *ctx, struct pxed_content *content, const char *why) {
    (void)ctx;
    (void)content;
    stats.cgi_failed++;
    snprintf(stats.why, sizeof(stats.why), "%s", why);
}

static void core_refuse(struct pxed_ctx *ctx, enum pxed_reason reason, const struct pxed_addr *peer,
                        const char *detail) {
    (void)ctx;
    (void)peer;
    stats.refused[reason]++;
    if (getenv("FAKE_VERBOSE"))
        fprintf(stderr, "refused: %s %s\n", pxed_reason_name(reason), detail ? detail : "");
}

static void core_log(struct pxed_ctx *ctx, enum pxed_log_level level, const char *event, const struct pxed_hwaddr *mac,
                     const struct pxed_addr *ip, const char *format, va_list args) {
    (void)ctx;
    (void)mac;
    (void)ip;
    if (!getenv("FAKE_VERBOSE"))
        return;
    fprintf(stderr, "%d %s ", (int)level, event);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

static struct uv_loop_s *core_loop(struct pxed_ctx *ctx) {
    (void)ctx;
    return loop;
}
static uint64_t core_now(struct pxed_ctx *ctx) {
    (void)ctx;
    return uv_now(loop);
}
static uint64_t core_wall(struct pxed_ctx *ctx) {
    (void)ctx;
    return (uint64_t)time(NULL) * 1000;
}
static size_t core_ifaces(struct pxed_ctx *ctx, const struct pxed_iface **ret) {
    static struct pxed_iface two[2]; /* sharing an address: one socket */
    (void)ctx;
    two[0].addr = two[1].addr = pxed_addr_v4(INADDR_LOOPBACK);
    *ret = two;
    return 2;
}
static void core_publish(struct pxed_ctx *ctx, const char *name, const void *s) {
    (void)ctx;
    if (strcmp(name, "http/1") == 0)
        service = s;
}

static const struct pxed_core core = {.size = sizeof(core),
                                      .loop = core_loop,
                                      .now = core_now,
                                      .wall = core_wall,
                                      .log = core_log,
                                      .ifaces = core_ifaces,
                                      .refuse = core_refuse,
                                      .open = core_open,
                                      .cancel = core_cancel,
                                      .cgi_failed = core_cgi_failed,
                                      .publish = core_publish};
static struct pxed_ctx ctx = {.core = &core};

static uv_timer_t service_timer;
static struct pxed_http_reply *late_reply;

static void on_service_timer(uv_timer_t *timer) {
    (void)timer;
    service->reply(service->self, late_reply, 200, "application/json", PXED_SLICE("{\"late\":true}"));
}

static void on_service(void *arg, const struct pxed_http_call *call, struct pxed_http_reply *reply) {
    char text[2048];
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
    strcpy(un.sun_path, fake->socket);
    uv_timer_init(loop, &service_timer);
    if (bind(fd, (struct sockaddr *)&un, sizeof(un)) != 0 || listen(fd, 16) != 0 ||
        service->serve(service->self, fd, on_service, NULL) != 0)
        abort();
}

static void finish(struct pxed_ctx *c) {
    plugin->fini(c);
    uv_close((uv_handle_t *)&service_timer, NULL);
    uv_close((uv_handle_t *)&on_term, NULL);
    signal(SIGTERM, SIG_IGN); /* a second one must not end us before the leaks are counted */
}

/* The first asks for a drain, the second ends at once. */
static void on_signal(uv_signal_t *handle, int signum) {
    static bool stopping;
    (void)handle;
    (void)signum;
    if (stopping)
        finish(&ctx);
    else
        plugin->stop(&ctx, finish);
    stopping = true;
}

static void serve(const char *cgi_timeout_ms, int ready) {
    static struct http_config config = {.cgi_user = "nobody", .script = "home.php", .per_peer = 512};
    static uv_loop_t the_loop;
    config.port = fake->port;
    config.cgi_timeout = strtoull(cgi_timeout_ms, NULL, 10);
    ctx.config = &config;
    loop = &the_loop;
    uv_loop_init(loop);
    uv_signal_init(loop, &on_term);
    uv_signal_start(&on_term, on_signal, SIGTERM);
    plugin = pxed_plugin_query_http(PXED_ABI_MAJOR);
    if (plugin->init(&ctx) != 0 || plugin->start(&ctx) != 0)
        _exit(9);
    serve_service();
    (void)!write(ready, "", 1);
    close(ready);
    uv_run(loop, UV_RUN_DEFAULT);
    if (uv_loop_close(loop) != 0)
        exit(8);
    /* Every content that was opened has come back. */
    exit(stats.opened == stats.released ? 0 : 7);
}

void fake_prepare(struct fake *f) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(in);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    strcpy(f->dir, "/tmp/px_ht_test_XXXXXX");
    if (!mkdtemp(f->dir) || chmod(f->dir, 0755) != 0 || bind(fd, (struct sockaddr *)&in, sizeof(in)) != 0 ||
        getsockname(fd, (struct sockaddr *)&in, &len) != 0)
        abort();
    close(fd);
    f->port = ntohs(in.sin_port);
    snprintf(f->socket, sizeof(f->socket), "%s/service.sock", f->dir);
}

void fake_start(struct fake *f, const char *cgi_timeout_ms) {
    int ready[2];
    char byte;
    fake = f;
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

int fake_stop(struct fake *f) {
    int status = 0;
    kill(f->pid, SIGTERM);
    waitpid(f->pid, &status, 0);
    f->pid = 0;
    return status;
}
