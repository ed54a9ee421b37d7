/* A control service and an http service with a few machines, steps and transfers. */
#define _GNU_SOURCE
#include "fake.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct pxed_hwaddr fake_mac(unsigned char last) {
    return (struct pxed_hwaddr){.type = 1, .len = 6, .bytes = {0x08, 0x00, 0x27, 0x4d, 0x4d, last}};
}

/* ---- core */

static const struct pxed_host *core_host(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac) {
    static struct pxed_host host;
    const struct fake *fake = (const struct fake *)ctx; /* the first member of the first member */
    for (size_t i = 0; i < fake->n_machines; i++)
        if (fake->machines[i].declared && pxed_hwaddr_eq(mac, &fake->machines[i].mac)) {
            host = (struct pxed_host){.macs = &fake->machines[i].mac,
                                      .n_macs = 1,
                                      .name = fake->machines[i].name,
                                      .os.text = fake->machines[i].os};
            return &host;
        }
    return NULL;
}

/* ---- control */

static void machines(void *self, void (*row)(void *arg, const struct pxed_machine_view *m), void *arg) {
    struct fake *f = self;
    for (size_t i = 0; i < f->n_machines; i++)
        row(arg, &f->machines[i]);
}

static void journal(void *self, uint64_t since, const struct pxed_hwaddr *mac,
                    void (*row)(void *arg, const struct pxed_journal_view *j), void *arg) {
    struct fake *f = self;
    for (size_t i = 0; i + f->hidden < f->n_steps; i++)
        if (f->steps[i].seq > since && (!mac || pxed_hwaddr_eq(mac, &f->steps[i].mac)))
            row(arg, &f->steps[i]);
}

static void transfers(void *self, void (*row)(void *arg, const struct pxed_transfer_view *t), void *arg) {
    struct fake *f = self;
    for (size_t i = 0; i < f->n_transfers; i++)
        row(arg, &f->transfers[i]);
}

static void machine(void *self, const struct pxed_hwaddr *mac,
                    void (*row)(void *arg, const struct pxed_machine_view *m), void *arg) {
    struct fake *f = self;
    for (size_t i = 0; i < f->n_machines; i++)
        if (pxed_hwaddr_eq(mac, &f->machines[i].mac))
            row(arg, &f->machines[i]);
}

static size_t some(void *self, size_t from, size_t n, void (*row)(void *arg, const struct pxed_machine_view *m),
                   void *arg) {
    struct fake *f = self;
    for (size_t i = from; i < f->n_machines && i - from < n; i++)
        row(arg, &f->machines[i]);
    return f->n_machines;
}

static void images(void *self, void (*row)(void *arg, const struct pxed_image_view *i), void *arg) {
    (void)self;
    row(arg, &(struct pxed_image_view){.os = PXED_SLICE("debian-12"),
                                       .hosts = 2,
                                       .text = "",
                                       .plugin = "os-linux",
                                       .profile = "debian",
                                       .file = "host-os.conf",
                                       .line = 2});
    row(arg, &(struct pxed_image_view){.os = PXED_SLICE("rocky-9"),
                                       .hosts = 1,
                                       .reason = PXED_WHY_NO_IMAGE,
                                       .text = "images/pxeboot/vmlinuz",
                                       .plugin = "os-linux",
                                       .profile = "rocky"});
}

static uint64_t refused(void *self, enum pxed_reason reason) {
    (void)self;
    return reason == PXED_WHY_BAD_MAC ? 3 : 0;
}

static uint64_t generation(void *self) {
    return ((const struct fake *)self)->generation;
}

static bool resolve(void *self, struct pxed_slice host, struct pxed_hwaddr *ret_mac) {
    struct fake *f = self;
    struct pxed_hwaddr mac;
    struct pxed_addr ip;
    bool is_mac = pxed_mac_parse(host, &mac), is_ip = pxed_addr_parse(host, &ip);
    for (size_t i = 0; i < f->n_machines; i++) {
        const struct pxed_machine_view *m = &f->machines[i];
        if ((is_mac && pxed_hwaddr_eq(&mac, &m->mac)) || (is_ip && pxed_addr_eq(&ip, &m->ip)) ||
            (m->name.len > 0 && pxed_slice_eq(m->name, host))) {
            *ret_mac = m->mac;
            return true;
        }
    }
    return false;
}

static size_t arm_check(void *self, const struct pxed_arm_order *order,
                        void (*refusal)(void *arg, const struct pxed_hwaddr *mac, enum pxed_reason reason), void *arg) {
    struct fake *f = self;
    struct pxed_hwaddr web02 = fake_mac(0x02);
    size_t n = 0;
    for (size_t i = 0; i < order->n; i++)
        if (f->refusal != PXED_WHY_OK && pxed_hwaddr_eq(&order->macs[i], &web02)) {
            refusal(arg, &web02, f->refusal);
            n++;
        }
    return n;
}

static void remember(struct fake *f, size_t n, struct pxed_slice who, void (*done)(void *arg, int result), void *arg) {
    snprintf(f->who, sizeof(f->who), "%.*s", PXED_S(who));
    f->n_macs = n;
    f->done = done;
    f->done_arg = arg;
    if (!f->hold_done)
        fake_done(f);
}

static void arm(void *self, const struct pxed_arm_order *order, void (*done)(void *arg, int result), void *arg) {
    struct fake *f = self;
    f->arms++;
    f->tries = order->tries;
    f->new_lines = order->new_lines;
    snprintf(f->os, sizeof(f->os), "%.*s", PXED_S(order->os));
    remember(f, order->n, order->who, done, arg);
}

static void disarm(void *self, const struct pxed_hwaddr *macs, size_t n, struct pxed_slice who,
                   void (*done)(void *arg, int result), void *arg) {
    struct fake *f = self;
    (void)macs;
    f->disarms++;
    remember(f, n, who, done, arg);
}

static void stop(void *self, struct pxed_slice who) {
    struct fake *f = self;
    f->stops++;
    snprintf(f->who, sizeof(f->who), "%.*s", PXED_S(who));
}

void fake_done(struct fake *f) {
    void (*done)(void *, int) = f->done;
    f->done = NULL;
    if (done)
        done(f->done_arg, f->result);
}

/* ---- leases */

static void each_lease(void *self, void (*row)(void *arg, const struct pxed_lease *lease), void *arg) {
    (void)self;
    row(arg, &(struct pxed_lease){.ip = pxed_addr_v4(0x0a4d0032),
                                  .mac = fake_mac(0x01),
                                  .expires = 1772366400,
                                  .hostname = PXED_SLICE("debian"),
                                  .state = "bound"});
    row(arg, &(struct pxed_lease){.ip = pxed_addr_v4(0x0a4d0033),
                                  .mac = fake_mac(0x77),
                                  .expires = INT64_MAX,
                                  .hostname = PXED_SLICE("bad\xff\x1b[2Jname"),
                                  .state = "offered"});
}

static void pools(void *self, void (*row)(void *arg, const struct pxed_pool *pool), void *arg) {
    (void)self;
    row(arg, &(struct pxed_pool){"10.77.0.0/24", "server", 50, 12, 10, "eth1"});
}

/* 10.77.0.60 may be taken, 10.77.0.61 belongs to another machine; nothing else is known. */
static enum pxed_reason judge(void *self, const struct pxed_lease *lease) {
    (void)self;
    uint32_t ip = pxed_addr_u32(&lease->ip);
    return ip == 0x0a4d003c ? PXED_WHY_OK : ip == 0x0a4d003d ? PXED_WHY_LEASE_TAKEN : PXED_WHY_LEASE_OUTSIDE;
}

static void take(void *self, const struct pxed_lease *leases, size_t n, enum pxed_reason *reasons,
                 void (*done)(void *arg, size_t stored), void *arg) {
    struct fake *f = self;
    size_t good = 0;
    for (size_t i = 0; i < n; i++) {
        reasons[i] = judge(self, &leases[i]);
        good += reasons[i] == PXED_WHY_OK ? 1 : 0;
    }
    f->takes++;
    done(arg, f->result ? 0 : good);
}

/* ---- http */

static int serve(void *self, int listen_fd,
                 void (*handler)(void *arg, const struct pxed_http_call *call, struct pxed_http_reply *reply),
                 void *arg) {
    struct fake *f = self;
    f->listen_fd = listen_fd;
    f->handler = handler;
    f->handler_arg = arg;
    return 0;
}

static void reply(void *self, struct pxed_http_reply *answer, int status, const char *type, struct pxed_slice body) {
    struct fake *f = self;
    (void)answer, (void)type;
    f->status = status;
    f->replies++;
    free(f->body);
    f->body = strndup(body.ptr ? body.ptr : "", body.len);
    if (f->reply_fd < 0)
        return;
    dprintf(f->reply_fd, "HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", status, type, body.len);
    for (size_t sent = 0; sent < body.len;) {
        ssize_t n = send(f->reply_fd, body.ptr + sent, body.len - sent, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        sent += (size_t)n;
    }
    close(f->reply_fd);
    f->reply_fd = -1;
}

static void answer(void *self, struct pxed_http_reply *to, const struct pxed_http_answer *a) {
    struct fake *f = self;
    snprintf(f->headers, sizeof(f->headers), "%s", a->headers ? a->headers : "");
    reply(self, to, a->status, a->type, a->body);
}

static bool stream(void *self, struct pxed_http_reply *to, int status, const char *type, const char *headers,
                   const struct pxed_http_stream *calls) {
    struct fake *f = self;
    reply(self, to, status, type, PXED_NO_SLICE);
    (void)headers;
    f->stream = *calls;
    f->streams++;
    *f->streamed = '\0';
    return true;
}

static bool write_stream(void *self, struct pxed_http_reply *to, struct pxed_slice bytes) {
    struct fake *f = self;
    size_t n = strlen(f->streamed);
    (void)to;
    if (f->stream_full || bytes.len >= sizeof(f->streamed) - n)
        return false;
    memcpy(f->streamed + n, bytes.ptr, bytes.len);
    f->streamed[n + bytes.len] = '\0';
    return true;
}

static void end_stream(void *self, struct pxed_http_reply *to) {
    (void)to;
    ((struct fake *)self)->streams--;
}

json_t *fake_ask_as(struct fake *f, const struct pxed_api_caller *caller, const char *path, const char *query,
                    const char *body) {
    struct pxed_http_call call = {.post = body != NULL,
                                  .path = pxed_slice_of(path),
                                  .query = pxed_slice_of(query),
                                  .body = pxed_slice_of(body),
                                  .fd = -1,
                                  .method = body ? "POST" : "GET",
                                  .peer = pxed_addr_v4(0x7f000001)};
    const struct pxed_api_service *api = fake_core_service(&f->core, "api/1");
    f->status = f->replies = 0;
    api->call(api->self, caller, &call, NULL);
    return f->replies == 1 && f->body ? json_loads(f->body, 0, NULL) : NULL;
}

json_t *fake_ask(struct fake *f, const char *path, const char *query, const char *body) {
    struct pxed_http_call call = {.post = body != NULL,
                                  .path = pxed_slice_of(path),
                                  .query = pxed_slice_of(query),
                                  .body = pxed_slice_of(body),
                                  .fd = -1};
    f->status = f->replies = 0;
    f->handler(f->handler_arg, &call, NULL);
    return f->replies == 1 ? json_loads(f->body, 0, NULL) : NULL;
}

static void answer_one(struct fake *f, int fd, void (*turn)(struct fake *f, const char *target)) {
    char text[65536];
    size_t n = 0, body = 0;
    ssize_t r;
    char *end = NULL;
    while (n + 1 < sizeof(text) && (r = read(fd, text + n, sizeof(text) - n - 1)) > 0) {
        n += (size_t)r;
        text[n] = '\0';
        if (!end && (end = strstr(text, "\r\n\r\n"))) {
            const char *length = strstr(text, "Content-Length: ");
            body = length && length < end ? strtoul(length + 16, NULL, 10) : 0;
        }
        if (end && n >= (size_t)(end + 4 - text) + body)
            break;
    }
    if (!end) {
        close(fd);
        return;
    }
    char method[8] = "", target[1024] = "";
    sscanf(text, "%7s %1023s", method, target);
    if (turn)
        turn(f, target);
    struct pxed_slice path = pxed_slice_of(target), query = PXED_NO_SLICE;
    ptrdiff_t mark = pxed_slice_find(path, '?', 0);
    if (mark >= 0) {
        query = pxed_slice_skip(path, (size_t)mark + 1);
        path = pxed_slice_head(path, (size_t)mark);
    }
    struct pxed_http_call call = {
        .post = strcmp(method, "POST") == 0, .path = path, .query = query, .body = pxed_slice(end + 4, body), .fd = fd};
    f->reply_fd = fd;
    f->handler(f->handler_arg, &call, NULL);
}

void fake_serve_one(struct fake *f, void (*turn)(struct fake *f, const char *target)) {
    struct pollfd p = {.fd = f->listen_fd, .events = POLLIN};
    int fd = poll(&p, 1, 20) > 0 ? accept4(f->listen_fd, NULL, NULL, SOCK_CLOEXEC) : -1;
    if (fd >= 0)
        answer_one(f, fd, turn);
}

int fake_serve_while(struct fake *f, pid_t child, void (*turn)(struct fake *f, const char *target)) {
    int status;
    while (waitpid(child, &status, WNOHANG) == 0)
        fake_serve_one(f, turn);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- begin and end */

static const struct pxed_machine_view some_machines[] = {
    {.declared = true,
     .name = PXED_SLICE("web01"),
     .os = PXED_SLICE("centos-5.5-i386"),
     .arm_os = PXED_SLICE("centos-5.5-i386"),
     .firmware = PXED_FW_BIOS,
     .stage = "local",
     .reason = PXED_WHY_ALREADY_SPENT,
     .install = "installed",
     .right = "blank",
     .armed_by = PXED_SLICE("new line"),
     .disk = PXED_SLICE("/dev/sda"),
     .file = "host-os.conf",
     .line = 1},
    {.declared = true,
     .name = PXED_SLICE("web02"),
     .os = PXED_SLICE("rocky-9"),
     .arm_os = PXED_SLICE("debian-12"),
     .firmware = PXED_FW_EFI_X64,
     .stage = "answer",
     .install = "failed",
     .right = "any",
     .fail = PXED_SLICE("DISK_NOT_BLANK"),
     .file = "host-os.conf",
     .line = 2},
    {.name = PXED_NO_SLICE, .stage = "refused", .reason = PXED_WHY_UNKNOWN_MACHINE},
    {.declared = true,
     .name = PXED_SLICE("web04"),
     .os = PXED_SLICE("debian-12"),
     .install = "",
     .held_new = true,
     .reason = PXED_WHY_ARM_LIMIT,
     .file = "host-os.conf",
     .line = 4},
};

void fake_step(struct fake *f, unsigned char mac, const char *what, enum pxed_reason reason, const char *text) {
    struct pxed_journal_view *j = &f->steps[f->n_steps];
    *j = (struct pxed_journal_view){.seq = 100 + f->n_steps,
                                    .at = 1772366400000 + (int64_t)f->n_steps * 1500,
                                    .mac = fake_mac(mac),
                                    .what = pxed_slice_of(what),
                                    .reason = reason,
                                    .text = pxed_slice_of(text)};
    for (size_t i = 0; i < f->n_machines; i++)
        if (pxed_hwaddr_eq(&j->mac, &f->machines[i].mac))
            j->name = f->machines[i].name;
    f->n_steps++;
}

static void fake_steps(struct fake *f) {
    fake_step(f, 1, "armed", PXED_WHY_OK, "os=centos-5.5-i386");
    fake_step(f, 1, "discovered", PXED_WHY_OK, "firmware=bios");
    fake_step(f, 1, "leased", PXED_WHY_OK, "ip=10.77.0.50");
    fake_step(f, 2, "discovered", PXED_WHY_OK, "firmware=efi-x64");
    fake_step(f, 1, "installing", PXED_WHY_OK, "");
    fake_step(f, 1, "installed", PXED_WHY_OK, "");
    fake_step(f, 2, "failed", PXED_WHY_DISK_NOT_BLANK, "disk=/dev/sda");
    fake_step(f, 1, "discovered", PXED_WHY_OK, "firmware=bios");
    fake_step(f, 1, "local", PXED_WHY_ALREADY_SPENT, "");
}

void fake_begin(struct fake *f) {
    *f = (struct fake){.listen_fd = -1, .reply_fd = -1};
    fake_core_open(&f->core, NULL, NULL);
    f->core.core.host = core_host;
    f->core.state_dir = f->state;
    f->control = (struct pxed_control){.size = sizeof(f->control),
                                       .self = f,
                                       .machines = machines,
                                       .journal = journal,
                                       .transfers = transfers,
                                       .resolve = resolve,
                                       .arm_check = arm_check,
                                       .arm = arm,
                                       .disarm = disarm,
                                       .stop = stop,
                                       .machine = machine,
                                       .some = some,
                                       .images = images,
                                       .refused = refused,
                                       .generation = generation};
    f->http = (struct pxed_http_service){.size = sizeof(f->http),
                                         .self = f,
                                         .serve = serve,
                                         .reply = reply,
                                         .answer = answer,
                                         .stream = stream,
                                         .write = write_stream,
                                         .end = end_stream};
    f->leases = (struct pxed_leases_service){
        .size = sizeof(f->leases), .self = f, .each = each_lease, .judge = judge, .take = take, .pools = pools};
    fake_core_give(&f->core, "control/1", &f->control);
    fake_core_give(&f->core, "http/1", &f->http);
    fake_core_give(&f->core, "leases/1", &f->leases);
    snprintf(f->state, sizeof(f->state), "/tmp/pxed-api-XXXXXX");
    if (!mkdtemp(f->state))
        abort();

    f->n_machines = sizeof(some_machines) / sizeof(*some_machines);
    for (size_t i = 0; i < f->n_machines; i++) {
        f->machines[i] = some_machines[i];
        f->machines[i].mac = fake_mac((unsigned char)(i + 1));
        f->machines[i].ip = pxed_addr_v4(0x0a4d0032 + (uint32_t)i);
        f->machines[i].stage_at = some_machines[i].stage ? 1772366400000 : 0;
        f->machines[i].install_at = some_machines[i].right ? 1772366300000 : 0;
        f->machines[i].armed_at = some_machines[i].right ? 1772366000000 : 0;
    }
    fake_steps(f);
    f->transfers[0] = (struct pxed_transfer_view){.mac = fake_mac(2),
                                                  .name = PXED_SLICE("web02"),
                                                  .ip = pxed_addr_v4(0x0a4d0033),
                                                  .path = PXED_SLICE("/boot/os/rocky-9/images/pxeboot/initrd.img"),
                                                  .via = "http",
                                                  .sent = 50000000,
                                                  .size = 100000000,
                                                  .since = 1772366400000};
    f->n_transfers = 1;
}

void fake_end(struct fake *f) {
    fake_core_close(&f->core);
    if (f->listen_fd >= 0)
        close(f->listen_fd);
    free(f->body);
    rmdir(f->state);
}
