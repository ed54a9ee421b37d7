/* A queue of things that can leave from anywhere, as links inside them. A thing may be in several queues: each has a
 * number, which says which of its links it uses. No allocation; the queue owns nothing. */
#pragma once

#include <stddef.h>

enum { PXED_QUEUE_LINKS = 2 };

/* Embedded in the thing. */
struct pxed_link {
    struct {
        struct pxed_link *older, *newer;
    } in[PXED_QUEUE_LINKS];
};

/* Zeroed it is empty. */
struct pxed_queue {
    struct pxed_link *first, *last; /* oldest and newest */
    size_t n;
};

/* Becomes the newest. */
static inline void pxed_queue_add(struct pxed_queue *q, struct pxed_link *link, int number) {
    link->in[number].older = q->last;
    link->in[number].newer = NULL;
    *(q->last ? &q->last->in[number].newer : &q->first) = link;
    q->last = link;
    q->n++;
}

/* It must be in the queue. */
static inline void pxed_queue_remove(struct pxed_queue *q, struct pxed_link *link, int number) {
    struct pxed_link *older = link->in[number].older, *newer = link->in[number].newer;
    *(older ? &older->in[number].newer : &q->first) = newer;
    *(newer ? &newer->in[number].older : &q->last) = older;
    q->n--;
}
