/* Deadlines of transfers: a binary heap. */
#include "deadlines.h"

#include <stdlib.h>

#include "pxed/grow.h"

static void deadlines_place(struct tftp_deadlines *d, size_t index, struct tftp_due *due) {
    d->heap[index] = due;
    due->index = index;
}

static void sift_up(struct tftp_deadlines *d, struct tftp_due *due) {
    size_t i = due->index;
    while (i > 0 && d->heap[(i - 1) / 2]->at > due->at) {
        deadlines_place(d, i, d->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    deadlines_place(d, i, due);
}

static void sift_down(struct tftp_deadlines *d, struct tftp_due *due) {
    size_t i = due->index;
    for (size_t child; (child = 2 * i + 1) < d->n; i = child) {
        if (child + 1 < d->n && d->heap[child + 1]->at < d->heap[child]->at)
            child++;
        if (d->heap[child]->at >= due->at)
            break;
        deadlines_place(d, i, d->heap[child]);
    }
    deadlines_place(d, i, due);
}

void tftp_deadlines_add(struct tftp_deadlines *d, struct tftp_due *due) {
    PXED_GROW(d->heap, d->n);
    deadlines_place(d, d->n++, due);
    sift_up(d, due);
}

void tftp_deadlines_remove(struct tftp_deadlines *d, struct tftp_due *due) {
    struct tftp_due *last = d->heap[--d->n];
    if (last == due)
        return;
    deadlines_place(d, due->index, last);
    sift_up(d, last);
    sift_down(d, last);
}

void tftp_deadlines_move(struct tftp_deadlines *d, struct tftp_due *due, uint64_t at) {
    due->at = at;
    sift_up(d, due);
    sift_down(d, due);
}

struct tftp_due *tftp_deadlines_first(const struct tftp_deadlines *d) {
    return d->n > 0 ? d->heap[0] : NULL;
}

void tftp_deadlines_clear(struct tftp_deadlines *d) {
    free(d->heap);
    *d = (struct tftp_deadlines){0};
}
