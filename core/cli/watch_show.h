/* Output of `pxed watch`: one line per step, and below them the running transfers: on a terminal as bars redrawn in
 * place, otherwise as a plain line from time to time. */
#pragma once

#include "live.h"

enum { WATCH_MAC = 64, WATCH_RATES = 256 };

/* When a machine's current boot began, and its last step. */
struct watch_boot {
    char mac[WATCH_MAC];
    char before[40];
    int64_t began;
};

/* A transfer at the previous poll. */
struct watch_rate {
    char key[160];
    int64_t at, sent;
    double rate; /* < 0: unknown */
    bool seen;
};

struct watch_show {
    bool terminal, color, json;
    int bars;      /* bar lines drawn below the steps now */
    int64_t plain; /* when transfers were last printed if there is no terminal */
    int host_width;
    struct watch_boot *boots;
    size_t n_boots;
    struct watch_rate rates[WATCH_RATES];
    size_t n_rates;
};

void watch_show_begin(struct watch_show *s, bool json);
/* The boot record of the step's machine; *ret_new if it was just made. */
struct watch_boot *watch_show_boot(struct watch_show *s, const json_t *step, bool *ret_new);
/* Updates the machine's boot with this step without printing it. */
void watch_show_note(struct watch_show *s, const json_t *step);
/* Notes and prints one step. */
void watch_show_step(struct watch_show *s, const json_t *step);
/* Shows the transfers; `only`: those of this MAC, NULL: all. */
void watch_show_transfers(struct watch_show *s, const json_t *rows, const char *only, int64_t now);
/* Erases the bars before something else is printed. */
void watch_show_clear(struct watch_show *s);
void watch_show_end(struct watch_show *s);
