/* Packs and unpacks what is known of a machine. */
#include "awake.h"

#include <stdlib.h>

#include "packed.h"
#include "pxed/arena.h"
#include "silence.h"

enum { WORDS = sizeof(struct machine_awake) / sizeof(uint64_t) };
_Static_assert(sizeof(struct machine_awake) % sizeof(uint64_t) == 0, "it is packed in words");

static void leave_place(struct machine *m) {
    m->among->places[m->place].m = NULL;
    m->among->places[m->place].asked = 0;
}

/* A free one, or that of the machine that nobody asked for the longest. */
static unsigned find_place(const struct awake *a) {
    unsigned found = 0;
    for (unsigned i = 1; i < AWAKE_MAX; i++)
        if (a->places[i].asked < a->places[found].asked)
            found = i;
    return found;
}

/* The MAC stands in the machine, too. */
static uint64_t *awake_pack(struct machine_awake *awake) {
    uint64_t packed[PACKED_MAX(WORDS)];
    memset(&awake->rec.mac, 0, sizeof(awake->rec.mac));
    size_t n = packed_write(awake, WORDS, packed);
    return memcpy(pxed_xalloc(n * sizeof(*packed)), packed, n * sizeof(*packed));
}

void awake_rest(struct machine *m) {
    if (!m->awake)
        return;
    if (!m->packed) {
        m->quiet = lifecycle_due(&m->awake->rec, 0) == INT64_MAX && !silence_due(m->awake->rec.stage);
        m->packed = awake_pack(m->awake);
    }
    free(m->awake);
    m->awake = NULL;
    leave_place(m);
}

static void unpack(const struct machine *m, struct machine_awake *ret) {
    if (m->packed)
        packed_read(m->packed, WORDS, ret);
    else
        memset(ret, 0, sizeof(*ret));
    ret->rec.mac = m->mac;
}

const struct machine_awake *machine_peek(const struct machine *m, struct machine_awake *room) {
    if (m->awake)
        return m->awake;
    unpack(m, room);
    return room;
}

const struct machine_awake *awake_wake(struct machine *m) {
    struct awake *a = m->among;
    unsigned place = find_place(a);
    if (a->places[place].m)
        awake_rest(a->places[place].m);
    a->places[place].m = m;
    a->places[place].asked = ++a->clock;
    m->place = (uint8_t)place;
    m->awake = pxed_xrealloc(NULL, sizeof(*m->awake));
    unpack(m, m->awake);
    return m->awake;
}

struct machine_awake *machine_edit(struct machine *m) {
    machine_awake(m);
    free(m->packed);
    m->packed = NULL;
    return m->awake;
}

void awake_visit(struct machine *m, void (*row)(void *arg, struct machine *m), void *arg) {
    bool rests = !m->awake;
    uint64_t asked = rests ? 0 : m->among->places[m->place].asked;
    row(arg, m);
    if (rests)
        awake_rest(m);
    else if (m->awake)
        m->among->places[m->place].asked = asked;
}

void awake_free(struct machine *m) {
    if (m->awake)
        leave_place(m);
    free(m->awake);
    free(m->packed);
    m->awake = NULL;
    m->packed = NULL;
}
