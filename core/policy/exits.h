/* Does a machine get to its disk through a loader of ours? Seen, not asked: it is sent there, and comes up or comes
 * back. Pure. */
#pragma once

#include "pxed/reason.h"

/* Back within this time it did not boot its disk; so many times in a row, and it is not sent there any more. A
 * firmware's whole round through its boot order takes two minutes (EDK2: 60 s for each kind of DHCP). */
enum { EXITS_SOON_MS = 3 * 60 * 1000, EXITS_BACK = 3 };

/* What is kept about one machine. Merely seen: it gives no right. */
struct exits {
    bool good;     /* it came up after it was sent to its disk, at some time, and did not come back at once since */
    unsigned back; /* times in a row that it did */
    bool up;       /* in this boot: a system runs */
};

/* The machine is switched on: it came back, unless a system ran on it. `sent`: ms since it was sent to its disk, in the
 * boot that ends here; negative: it was not. `goes_on`: its firmware tries the next entry of its boot order, as HTTP
 * after PXE: that is no return. */
void exits_power_on(struct exits *e, int64_t sent, bool goes_on);
/* A system runs on it, which asks for its address. True if something changed. */
bool exits_comes_up(struct exits *e);
/* A new system is given to it: what was on its disk counts no more. */
void exits_forget(struct exits *e);
/* May a machine that is not armed be told a loader that sends it to its disk? OK, or why not. `ours`: an installation
 * through our loader was begun on it, so that loader works there, and its way out may be tried. `tries`: an attempt to
 * install it is left, which begins when it asks. */
enum pxed_reason exits_judge(const struct exits *e, bool ours, bool tries);
