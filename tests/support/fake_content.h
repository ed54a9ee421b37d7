/* The part of a fake core that opens names: the test's function finds the content, which is counted, delivered later if
 * the test wants, and released. */
#pragma once

#include "fake_core.h"

/* Answers `request`: OK with *ret_content, or a refusal. *ret_late_ms is 0 before the call; the test may set a delay of
 * the answer in ms. */
typedef enum pxed_reason fake_find(struct fake_contents *c, const struct pxed_request *request,
                                   struct pxed_content **ret_content, unsigned *ret_late_ms);

struct fake_contents {
    struct fake_core *core;
    fake_find *find;
    struct fake_late *late; /* not yet answered */
    uint64_t tickets;

    unsigned opened, released, whole, cancelled;
    uint64_t sent;            /* of all released contents */
    uint64_t last_sent;       /* of the content released last */
    struct pxed_request last; /* its slices are no longer valid */
    char last_path[2048];
};

/* After fake_core_open. */
void fake_contents_open(struct fake_contents *c, struct fake_core *core, fake_find *find);

/* A content for `find` to return; `owned` is freed with it and may be NULL. */
struct pxed_content *fake_content_new(struct fake_contents *c, enum pxed_content_kind kind, void *owned);
/* A content with a copy of `bytes`. */
struct pxed_content *fake_content_bytes(struct fake_contents *c, struct pxed_slice bytes);
/* A content of a file; takes ownership of `fd`. */
struct pxed_content *fake_content_file(struct fake_contents *c, int fd, uint64_t offset, uint64_t size);
/* The release() of these contents. */
void fake_content_release(struct pxed_content *content, bool whole);
