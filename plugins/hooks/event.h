/* What a hook is told, as JSON and as an environment, and when it is told again. Pure. */
#pragma once

#include "pxed/addr.h"
#include "pxed/buf.h"
#include "pxed/reason.h"
#include "pxed/veto.h"

enum {
    HOOKS_TEXT_MAX = 1024, /* bytes of a step's text that are told */
    HOOKS_WORDS = 21,
};

/* Steps that `on =` may name; ends with NULL. Bit n of a hook's set is word n. */
extern const char *const hooks_words[HOOKS_WORDS + 1];

/* The place of a word in hooks_words, or -1. */
int hooks_word(struct pxed_slice word);

struct hooks_event {
    uint64_t seq; /* of the journal: the same each time that it is told */
    int64_t at;   /* wall ms */
    struct pxed_hwaddr mac;
    struct pxed_addr ip;              /* family 0: unknown */
    struct pxed_slice what, name, os; /* name and os may be empty */
    enum pxed_reason reason;
    struct pxed_slice text; /* longer ones are cut */
};

/* One object on one line. */
void hooks_event_json(const struct hooks_event *e, const char *hook, struct pxed_buf *out);
/* PXED_EVENT=installed and so on, each text ended by NUL. Returns their number. */
size_t hooks_event_env(const struct hooks_event *e, const char *hook, struct pxed_buf *out);

/* What a hook with `before = arm` is asked. */
void hooks_ask_json(const struct pxed_veto_question *a, const char *hook, struct pxed_buf *out);
/* Names only the number and the first host: the rest is on standard input. */
size_t hooks_ask_env(const struct pxed_veto_question *a, const char *hook, struct pxed_buf *out);

/* Milliseconds until the next try after so many: 1 s, 2 s, 4 s ... 5 minutes. */
uint64_t hooks_retry_ms(unsigned tries);
