/* The root process of the daemon. While the daemon starts as root it registers here what it forks; then it divides: the
 * parent stays root, keeps the helpers alive and passes signals on, and never touches a packet, a file or the loop; the
 * child serves, without privileges. Without root nothing divides, and a helper that ends is not started again.
 *
 * A helper that is started anew gets the same socket: orders that the old one had not read reach the new one, and the
 * serving process does not notice. What the old one had read is lost. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "keeper_words.h"
#include "pxed/helper.h"

enum { KEEPER_HELPERS_MAX = 8 };

struct keeper_helper {
    struct pxed_helper_setup setup; /* `keep` are copies */
    int socket;                     /* the helper's end, for the next one */
    pid_t pid;                      /* 0: it ended in order, or waits for again_at */
    uint64_t begun, again_at;       /* monotonic ms; begun: at the earliest the division; again_at 0: no */
    unsigned failures;              /* in a row */
};

struct keeper {
    struct keeper_helper helpers[KEEPER_HELPERS_MAX];
    size_t n_helpers;
    int channel; /* to the other process; -1: none */
    bool divided;
};

void keeper_init(struct keeper *k);
/* As pxed_helper_start; setup->arg must stay as it is until the process ends. */
int keeper_start_helper(struct keeper *k, const struct pxed_helper_setup *setup, struct pxed_helper *ret);
/* Divides the process if it is root. Before the first thread. Returns in the serving process alone: 0 or a negative
 * errno; the other one ends when the serving process has, with its status or by its signal. The loop must then be told
 * of the fork (uv_loop_fork). */
int keeper_divide(struct keeper *k);
/* The serving process ends with its keeper. After the last change of account, which would undo it. */
void keeper_bind(const struct keeper *k);
/* Tells systemd, through the keeper if there is one. */
void keeper_tell(const struct keeper *k, enum keeper_word word);
void keeper_free(struct keeper *k);
