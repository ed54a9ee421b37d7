/* What `pxed watch` shows: one line per step, and below them the running transfers: as bars that are redrawn in place
 * on a terminal, as a plain line now and then elsewhere. */
#pragma once

#include "live.h"

enum { WATCH_MAC = 64, WATCH_RATES = 256 };

/* When a machine's present boot began, and its last step. */
struct watch_boot {
    char mac[WATCH_MAC];
    char before[40];
    int64_t began;
};

/* A transfer as it was at the last look. */
struct watch_rate {
    char key[160];
    int64_t at, sent;
    double rate; /* bytes per second, smoothed; < 0: not known yet */
    bool seen;
};

struct watch_show {
    bool terminal, color, json;
    int bars;      /* lines drawn below the steps now */
    int64_t plain; /* when the transfers were last told to something that is no terminal */
    int host_width;
    struct watch_boot *boots;
    size_t n_boots;
    struct watch_rate rates[WATCH_RATES];
    size_t n_rates;
};

void watch_show_begin(struct watch_show *s, bool json);
/* The boot of the step's machine; *ret_new if it has not been met before. */
struct watch_boot *watch_show_boot(struct watch_show *s, const json_t *step, bool *ret_new);
/* Keeps track of the machine's boot with this step; without printing it. */
void watch_show_note(struct watch_show *s, const json_t *step);
/* Notes and prints one step. */
void watch_show_step(struct watch_show *s, const json_t *step);
/* Shows the transfers; `only` (a MAC) leaves out the others, NULL: all. */
void watch_show_transfers(struct watch_show *s, const json_t *rows, const char *only, int64_t now);
/* Takes the bars away, so that something else can be printed. */
void watch_show_clear(struct watch_show *s);
void watch_show_end(struct watch_show *s);
