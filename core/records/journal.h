/* The journal in memory: what happened to each machine, in order, and what makes room for what. How it reaches the
 * store: ledger.h. */
#pragma once

#include "pxed/reason.h"
#include "pxed/slice.h"

struct machine;
struct machines;

/* JOURNAL_TEXT_MAX, JOURNAL_WHAT_MAX: bytes of one step's text and word; longer ones are cut. The others are the limits
 * of one machine and of all; the oldest step that may go makes room. */
enum {
    JOURNAL_TEXT_MAX = 64 * 1024,
    JOURNAL_WHAT_MAX = 200,
    JOURNAL_MACHINE_STEPS = 128,
    JOURNAL_MACHINE_BYTES = 256 * 1024,
    JOURNAL_STEPS = 50000,
    JOURNAL_BYTES = 64 * 1024 * 1024,
};

struct journal_entry {
    uint64_t seq;
    int64_t at; /* wall ms */
    struct machine *machine;
    struct journal_entry *older, *newer;                 /* of all machines */
    struct journal_entry *machine_older, *machine_newer; /* of this one */
    uint32_t len;                                        /* of `text` */
    uint16_t reason;                                     /* enum pxed_reason */
    bool stays;                                          /* an order, or what became of one */
    uint8_t text_at;                                     /* the text is behind `what` and its NUL */
    char what[];
};

static inline const char *journal_text(const struct journal_entry *e) {
    return e->what + e->text_at;
}

/* Words of a boot and of an installation that are counted, ends with NULL. Other steps are an installer's own words. */
enum { JOURNAL_COUNTED = 18 };
extern const char *const journal_counted[JOURNAL_COUNTED + 1];

struct journal {
    struct journal_entry *first, *last; /* oldest and newest */
    struct journal_entry *passing;      /* the oldest that does not stay; NULL: none */
    size_t n, bytes;
    uint64_t seq;       /* of the newest entry */
    uint64_t saved_seq; /* of the newest entry handed to the store */
    uint64_t *gone;     /* numbers of entries that the store still has and memory has not */
    size_t n_gone;
    uint64_t counts[JOURNAL_COUNTED]; /* steps since the start, by journal_counted */
};

/* One machine's part. */
struct journal_part {
    struct journal_entry *first, *last;
    unsigned n, bytes;
};

/* Adds a step, and a line to the log. `text` may be NULL and is copied. Chatter makes room for chatter: a step that
 * tells of an order, an arming or an end is dropped only when nothing else is left. */
void journal_step(struct machines *ms, struct machine *m, const char *what, enum pxed_reason reason, const char *text,
                  int64_t now);
/* Adds a step with its number, as loaded from the store. */
void journal_append(struct machines *ms, struct machine *m, struct pxed_slice what, enum pxed_reason reason,
                    struct pxed_slice text, uint64_t seq, int64_t at);
/* Moves the history of `from` to `to`. */
void journal_move(struct machines *ms, struct machine *from, struct machine *to);
/* Drops all steps of a machine that is forgotten. */
void journal_forget(struct machines *ms, struct machine *m);
/* The store has removed the first `n` of `gone`. */
void journal_removed(struct journal *j, size_t n);
void journal_free(struct journal *j);
