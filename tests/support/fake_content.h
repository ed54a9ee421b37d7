/* The part of a fake core that opens names: a test's own function finds the content, here it is counted, given later
 * where the test says so, and released. */
#pragma once

#include "fake_core.h"

/* What `request` shall get: OK with *ret_content, or a refusal. *ret_late_ms, 0 beforehand: so long until the answer.
 */
typedef enum pxed_reason fake_find(struct fake_contents *c, const struct pxed_request *request,
                                   struct pxed_content **ret_content, unsigned *ret_late_ms);

struct fake_contents {
    struct fake_core *core;
    fake_find *find;
    struct fake_late *late; /* not yet answered */
    uint64_t tickets;

    unsigned opened, released, whole, cancelled;
    uint64_t sent;            /* of all that were released */
    uint64_t last_sent;       /* of the one released last */
    struct pxed_request last; /* slices are dead */
    char last_path[2048];
};

/* After fake_core_open. */
void fake_contents_open(struct fake_contents *c, struct fake_core *core, fake_find *find);

/* A content for `find` to give; `owned` is freed with it and may be NULL. */
struct pxed_content *fake_content_new(struct fake_contents *c, enum pxed_content_kind kind, void *owned);
/* Of a copy of `bytes`. */
struct pxed_content *fake_content_bytes(struct fake_contents *c, struct pxed_slice bytes);
/* Takes `fd`. */
struct pxed_content *fake_content_file(struct fake_contents *c, int fd, uint64_t offset, uint64_t size);
/* What release() of each is. */
void fake_content_release(struct pxed_content *content, bool whole);
