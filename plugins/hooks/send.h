/* Tells a hook something, once: by its URL or its program. */
#pragma once

#include "hooks.h"

enum hooks_end {
    HOOKS_YES,    /* 2xx, or status 0 */
    HOOKS_NO,     /* another status */
    HOOKS_SILENT, /* no answer: nobody there, too late, not started */
};

/* Borrowed for the call. */
struct hooks_message {
    const char *event;
    uint64_t id;
    struct pxed_slice body, env;
    size_t n_env;
};

/* `text`: the beginning of what it answered, escaped. */
typedef void hooks_sent_fn(void *arg, enum hooks_end end, const char *text);

struct hooks_sending;

/* `done` comes exactly once, later, unless it is cancelled. NULL: it cannot be sent now. */
struct hooks_sending *hooks_send(struct hook *hook, const struct hooks_message *m, hooks_sent_fn *done, void *arg);
void hooks_send_cancel(struct hooks_sending *s);
