/* In which of several ways firmware is told its boot file: the one it took, and another if it took none of ours in two
 * boots. Ways are words of the plugin that tells them. Pure. */
#pragma once

#include "pxed/slice.h"

enum { WAYS_WORD = 8, WAYS_SILENT_BOOTS = 2 };

/* What is kept about one machine. Merely seen: it gives no right. */
struct ways {
    char way[WAYS_WORD]; /* "": it was told none yet */
    unsigned silent;     /* boots in a row in which it was told that and fetched nothing */
    bool good;           /* it fetched its boot file, at some time since it is told so */
    bool told, took;     /* in this boot */
};

/* The index of its way among `names` (best first; n > 0), each shorter than WAYS_WORD. Moves to the next if it must:
 * *ret_moved. `model_good`: what machines of its model took, or "". Asked again in one boot it says the same. */
size_t ways_choose(struct ways *w, const char *const *names, size_t n, const char *model_good, bool *ret_moved);
/* The machine is switched on. True: it was told a boot file in the boot before, and fetched none. */
bool ways_power_on(struct ways *w);
/* It fetches its boot file, or was heard of otherwise. True if something changed. */
bool ways_takes(struct ways *w);
