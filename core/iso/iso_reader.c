/* Reads the messages of the process that reads UDF, within bounds of time and size. */
#include "iso_reader.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "iso_udf.h"
#include "iso_wire.h"

enum { PATIENCE_MS = 120 * 1000, INDEX_MAX = 128 << 20 /* bytes of messages */, ROOM = 16 * ISO_WIRE_MAX };

static const struct iso_reader *reader = &iso_reader_fork;

void iso_use_reader(const struct iso_reader *r) {
    reader = r;
}

struct asking {
    struct iso_build *b;
    int64_t until; /* monotonic ms */
    size_t received, len;
    bool done, failed;
    char bytes[ROOM];
};

static int64_t reader_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void reader_fail(struct asking *a, const char *why) {
    if (!a->failed)
        snprintf(a->b->why, ISO_WHY_MAX, "%s", why);
    a->failed = true;
}

static void take_note(struct iso *iso, struct pxed_slice text) {
    if (iso->n_notes < ISO_NOTES_MAX)
        iso->notes[iso->n_notes++] = pxed_arena_dup(&iso->arena, text).ptr;
}

static void take_message(struct asking *a, const struct iso_wire *m) {
    struct iso *iso = a->b->iso;
    char path[PXED_PATH_MAX];
    struct pxed_buf name = PXED_BUF(path);
    switch (m->kind) {
    case ISO_WIRE_FILE:
    case ISO_WIRE_BYTED:
        pxed_buf_add(&name, m->path);
        if (iso_count(a->b))
            iso_add(a->b, &(struct iso_file){.path = pxed_buf_cstr(&name),
                                             .bytes = m->kind == ISO_WIRE_BYTED ? m->text.ptr : NULL,
                                             .offset = m->offset,
                                             .size = m->size});
        else
            a->failed = true;
        return;
    case ISO_WIRE_NOTED:
        take_note(iso, m->text);
        return;
    case ISO_WIRE_WHY:
        snprintf(a->b->why, ISO_WHY_MAX, "%.*s", PXED_S(m->text));
        a->failed = true;
        return;
    case ISO_WIRE_DONE: /* what it did not send it only counted */
        if (m->offset > iso->n_notes)
            iso->n_notes = m->offset < ISO_ENTRIES_MAX ? (size_t)m->offset : ISO_ENTRIES_MAX;
        if (m->size > iso->entries)
            iso->entries = m->size < ISO_ENTRIES_MAX ? (size_t)m->size : ISO_ENTRIES_MAX;
        a->done = true;
        return;
    }
}

static void take_messages(struct asking *a) {
    struct pxed_slice rest = pxed_slice(a->bytes, a->len);
    struct iso_wire m;
    int rc = 0;
    while (!a->failed && !a->done && (rc = iso_wire_read(&rest, &m)) > 0)
        take_message(a, &m);
    if (rc < 0)
        reader_fail(a, "the process that reads its UDF says what no such process may say");
    memmove(a->bytes, rest.ptr, rest.len);
    a->len = rest.len;
}

/* False: there will be nothing more. */
static bool reader_receive(struct asking *a, int fd) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int64_t left = a->until - reader_now();
    int n = left > 0 ? poll(&p, 1, (int)left) : 0;
    if (n == 0)
        reader_fail(a, "reading its UDF took longer than two minutes");
    if (n <= 0)
        return n < 0 && errno == EINTR;
    ssize_t got = read(fd, a->bytes + a->len, sizeof(a->bytes) - a->len);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    a->len += (size_t)got;
    a->received += (size_t)got;
    if (a->received > INDEX_MAX)
        reader_fail(a, "the index of its UDF is larger than any true medium's");
    return true;
}

static void tell_end(struct asking *a, int status) {
    if (a->done || a->failed)
        return;
    if (status >= 0 && WIFSIGNALED(status))
        snprintf(a->b->why, ISO_WHY_MAX, "the process that reads its UDF died of it (%s)",
                 WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL ? "it took too long"
                                                                            : strsignal(WTERMSIG(status)));
    else
        snprintf(a->b->why, ISO_WHY_MAX, "the process that reads its UDF ended without an answer");
    a->failed = true;
}

bool iso_reader_udf(struct iso_build *b) {
    struct iso_child child;
    if (!reader)
        return iso_udf_read(b);
    int rc = reader->start(b->fd, &child);
    if (rc < 0) {
        snprintf(b->why, ISO_WHY_MAX, "no process could be started to read its UDF: %s", strerror(-rc));
        return false;
    }
    struct asking *a = pxed_xalloc(sizeof(*a)); /* too large for a thread's stack */
    a->b = b;
    a->until = reader_now() + PATIENCE_MS;
    b->iso->names = "UDF";
    while (!a->done && !a->failed && reader_receive(a, child.out))
        take_messages(a);
    tell_end(a, reader->end(&child));
    bool done = a->done;
    free(a);
    return done;
}
