/* The plugin on loopback, in front of a core that knows a list of names. */
#define _GNU_SOURCE /* memfd_create */
#include "names.h"

#include <arpa/inet.h>
#include <check.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tftp_state.h"

extern const struct pxed_plugin *pxed_plugin_query(uint16_t host_major);

struct fake_core fake;
struct fake_contents contents;
static struct tftp_config config;
static const struct name *names;
static size_t n_names;

/* The extent lies between other bytes, as a file inside an ISO does. */
static int file_of(struct pxed_slice bytes, size_t lie) {
    int fd = memfd_create("content", MFD_CLOEXEC);
    size_t n = bytes.len - lie;
    if (fd < 0 || write(fd, "before", 6) != 6 || write(fd, bytes.ptr, n) != (ssize_t)n)
        ck_abort_msg("no file");
    if (lie == 0 && write(fd, "after", 5) != 5)
        ck_abort_msg("no file");
    return fd;
}

/* --- held contents --- */

char names_asked;
static void (*answer)(void *arg, bool may_send);
static void *answer_arg;

static int ask(char what, void (*done)(void *arg, bool may_send), void *arg) {
    names_asked = what;
    answer = done;
    answer_arg = arg;
    return PXED_HOLD_WAIT;
}

static int ask_heard(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg) {
    (void)c;
    return ask('h', done, arg);
}

static int ask_settle(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg) {
    (void)c;
    return ask('s', done, arg);
}

void names_answer(bool may_send) {
    names_asked = 0;
    answer(answer_arg, may_send);
}

static struct pxed_content *content_of(struct fake_contents *c, const struct name *name) {
    struct pxed_content *content = name->file
                                       ? fake_content_file(c, file_of(name->bytes, name->lie), 6, name->bytes.len)
                                       : fake_content_bytes(c, name->bytes);
    if (!name->file)
        content->kind = name->kind;
    content->heard = name->heard ? ask_heard : NULL;
    content->settle = name->settle ? ask_settle : NULL;
    if (name->status)
        content->status = name->status;
    return content;
}

static enum pxed_reason find(struct fake_contents *c, const struct pxed_request *request,
                             struct pxed_content **ret_content, unsigned *ret_late_ms) {
    for (size_t i = 0; i < n_names; i++) {
        if (!pxed_slice_is(request->path, names[i].name))
            continue;
        *ret_late_ms = names[i].late ? 20 : 0;
        if (names[i].reason == PXED_WHY_OK)
            *ret_content = content_of(c, &names[i]);
        return names[i].reason;
    }
    return PXED_WHY_NOT_FOUND;
}

bool names_single_port;

uint16_t names_open(const struct name *list, size_t n, unsigned max_transfers, unsigned mtu) {
    names = list;
    n_names = n;
    config = (struct tftp_config){.max_blksize = TFTP_BLKSIZE_MOST,
                                  .max_windowsize = TFTP_WINDOW_MOST,
                                  .max_transfers = max_transfers ? max_transfers : 4096,
                                  .single_port = names_single_port};
    fake_core_open(&fake, pxed_plugin_query(PXED_ABI_MAJOR), &config); /* port 0: any that is free */
    fake_contents_open(&contents, &fake, find);
    fake.iface = (struct pxed_iface){
        .name = "lo", .index = 1, .addr = pxed_addr_v4(0x7f000001), .prefix = 8, .mtu = mtu ? mtu : 65536};
    ck_assert_int_eq(fake_core_start(&fake), 0);

    struct sockaddr_in addr;
    socklen_t len = sizeof(addr);
    struct tftp *tftp = fake.ctx.self;
    ck_assert_int_eq(getsockname(tftp->listeners[0].fd, (struct sockaddr *)&addr, &len), 0);
    return ntohs(addr.sin_port);
}

void names_close(void) {
    fake_core_close(&fake);
    ck_assert_uint_eq(contents.released, contents.opened);
}

struct pxed_slice names_bytes(size_t n) {
    static char bytes[8 << 20];
    uint32_t x = 1;
    if (bytes[1] == 0) {
        for (size_t i = 0; i < sizeof(bytes); i++) {
            x = x * 1664525u + 1013904223u;
            bytes[i] = (char)(x >> 24);
        }
        bytes[1] = 1;
    }
    ck_assert_uint_le(n, sizeof(bytes));
    return pxed_slice(bytes, n);
}
