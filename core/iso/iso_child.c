/* Confines itself, reads UDF by libudfread, and writes the index to a pipe. */
#define _GNU_SOURCE
#include "iso_child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "iso_child_calls.h"
#include "iso_udf.h"
#include "iso_wire.h"

enum { IMAGE = 3, OUT = 4, ABOVE = 10, BATCH = 16 * ISO_WIRE_MAX };

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1 /* its shadow needs memory, its reports need system calls */
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

/* --- confinement --- */

static bool keep_two(int image_fd, int out_fd) {
    int image = fcntl(image_fd, F_DUPFD, ABOVE), out = fcntl(out_fd, F_DUPFD, ABOVE);
    return image >= 0 && out >= 0 && dup2(image, IMAGE) >= 0 && dup2(out, OUT) >= 0 &&
           close_range(0, IMAGE - 1, 0) == 0 && close_range(OUT + 1, ~0u, 0) == 0;
}

static bool child_limit(__rlimit_resource_t what, rlim_t most) {
    struct rlimit limit = {most, most};
    return setrlimit(what, &limit) == 0;
}

#ifndef SANITIZED
/* Address space in use, in bytes; 0: unknown. Asked before the descriptors are closed. */
static rlim_t memory_now(void) {
    char text[64];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return (rlim_t)strtoull(text, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE);
}
#endif

static bool confine(int image_fd, int out_fd) {
    prctl(PR_SET_NAME, "pxed-udf", 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0);
    bool ok = child_limit(RLIMIT_CORE, 0) && child_limit(RLIMIT_CPU, ISO_CHILD_CPU) && child_limit(RLIMIT_FSIZE, 0);
#ifndef SANITIZED
    rlim_t now = memory_now();
    ok = ok && now > 0 && child_limit(RLIMIT_AS, now + ISO_CHILD_MEMORY);
#endif
    ok = ok && keep_two(image_fd, out_fd);
#ifndef SANITIZED
    ok = ok && iso_child_calls(IMAGE, OUT);
#endif
    return ok;
}

/* --- the index as messages --- */

struct sender {
    char bytes[BATCH];
    struct pxed_buf buf;
    bool failed;
};

static void sender_flush(struct sender *s) {
    struct pxed_slice rest = pxed_buf_slice(&s->buf);
    while (rest.len > 0 && !s->failed) {
        ssize_t n = write(OUT, rest.ptr, rest.len);
        if (n > 0)
            rest = pxed_slice_skip(rest, (size_t)n);
        else
            s->failed = n == 0 || errno != EINTR;
    }
    s->buf.len = 0;
}

static void send_message(struct sender *s, const struct iso_wire *m) {
    if (BATCH - s->buf.len < ISO_WIRE_MAX)
        sender_flush(s);
    iso_wire_write(m, &s->buf);
}

static void send_index(struct sender *s, const struct iso *iso) {
    for (size_t i = 0; i < iso->n; i++) {
        const struct iso_file *f = &iso->files[i];
        send_message(s, &(struct iso_wire){.kind = f->bytes ? ISO_WIRE_BYTED : ISO_WIRE_FILE,
                                           .offset = f->offset,
                                           .size = f->size,
                                           .path = pxed_slice_of(f->path),
                                           .text = f->bytes ? pxed_slice(f->bytes, (size_t)f->size) : PXED_NO_SLICE});
    }
    for (size_t i = 0; i < iso->n_notes && i < ISO_NOTES_MAX; i++) {
        struct pxed_slice note = pxed_slice_of(iso->notes[i]);
        note.len = note.len < ISO_WIRE_NOTE ? note.len : ISO_WIRE_NOTE;
        send_message(s, &(struct iso_wire){.kind = ISO_WIRE_NOTED, .text = note});
    }
    send_message(s, &(struct iso_wire){.kind = ISO_WIRE_DONE, .offset = iso->n_notes, .size = iso->entries});
}

int iso_child_run(int image_fd, int out_fd) {
    static struct sender s;
    char why[ISO_WHY_MAX] = "";
    struct iso iso = {.n = 0};
    struct iso_build b = {.iso = &iso, .fd = IMAGE, .why = why};
    s.buf = PXED_BUF(s.bytes);
    if (fstat(image_fd, &iso.st) < 0 || !confine(image_fd, out_fd))
        return 1;
    if (iso_udf_read(&b))
        send_index(&s, &iso);
    else
        send_message(&s, &(struct iso_wire){.kind = ISO_WIRE_WHY, .text = pxed_slice_of(why)});
    sender_flush(&s);
    return s.failed;
}
