/* Machines at rest. Of ten thousand machines a few boot: what is known of the others is packed, to an eighth of its
 * size, and unpacked when somebody asks. Nothing is lost by it, in the store or not. */
#pragma once

#include "machine.h"

/* Machines that are awake at a time. A build with sanitizers has few, so that one who keeps a pointer too long is
 * found. */
#ifdef PXED_AWAKE_MAX
enum { AWAKE_MAX = PXED_AWAKE_MAX };
#else
enum { AWAKE_MAX = 64 };
#endif
_Static_assert(AWAKE_MAX <= UINT8_MAX, "machines count their places in a byte");

/* Those that are. The one that nobody asked for the longest rests first. */
struct awake {
    struct {
        struct machine *m; /* NULL: free */
        uint64_t asked;    /* `clock` when it was asked for */
    } places[AWAKE_MAX];
    uint64_t clock; /* rises with each asking */
};

/* Unpacks it; where AWAKE_MAX are awake, one of them is packed. */
const struct machine_awake *awake_wake(struct machine *m);
/* Packs it. */
void awake_rest(struct machine *m);
/* Calls `row`, and leaves it awake or at rest as it was, nobody having asked for it. */
void awake_visit(struct machine *m, void (*row)(void *arg, struct machine *m), void *arg);
/* Frees either form, with the machine. */
void awake_free(struct machine *m);

/* What is known of it. Valid until AWAKE_MAX - 1 others were asked for, or the turn of the loop ends: whoever goes over
 * many machines asks again. A walk by machines_each asks for one more in all. */
static inline const struct machine_awake *machine_awake(const struct machine *m) {
    if (!m->awake)
        return awake_wake((struct machine *)m);
    m->among->places[m->place].asked = ++m->among->clock;
    return m->awake;
}
static inline const struct lifecycle_record *machine_rec(const struct machine *m) {
    return &machine_awake(m)->rec;
}

/* The same for a walk over many that looks at each once: nobody is woken, and nobody rests for it. */
const struct machine_awake *machine_peek(const struct machine *m, struct machine_awake *room);

/* To change it: it is packed anew when it rests. */
struct machine_awake *machine_edit(struct machine *m);
static inline struct lifecycle_record *machine_rec_edit(struct machine *m) {
    return &machine_edit(m)->rec;
}
