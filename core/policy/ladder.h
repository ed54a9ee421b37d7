/* Which loader a machine gets of several: the one it booted with, and another if it took one and was not heard of
 * again. */
#pragma once

#include "pxed/slice.h"

enum { LADDER_NAME = 64, LADDER_MODEL = 96 };

/* After so many boots in a row without a word the next rung; the one left is tried again after LADDER_AGAIN_MS, if it
 * had worked here before. */
enum { LADDER_SILENT_BOOTS = 2 };
#define LADDER_AGAIN_MS ((int64_t)7 * 24 * 3600 * 1000)

/* Is Secure Boot on there, as far as its loaders show? */
enum ladder_secure {
    LADDER_SECURE_UNKNOWN,
    LADDER_SECURE_MAYBE, /* it left a loader that nobody has signed for one that firmware believes */
    LADDER_SECURE_ON,    /* and was heard of with that */
};

/* By whom a loader is signed, as bits; 0: by nobody. Firmware has one of Microsoft's two CAs, or both. */
enum ladder_key { LADDER_KEY_2011 = 1, LADDER_KEY_2023 = 2, LADDER_KEY_OTHER = 4 };

/* What is kept about one machine. Merely seen: it gives no right. Times are wall ms. */
struct ladder {
    char rung[LADDER_NAME];   /* the loader it is told now; "": it was told none yet */
    unsigned silent;          /* boots in a row in which it took that and was not heard of again */
    bool good;                /* it was heard of again with that, at some time since it is told it */
    int64_t good_at;          /* when it was last */
    char was[LADDER_NAME];    /* another that was good before; "": none */
    int64_t was_at;           /* when that was left */
    bool taken, heard;        /* in this boot: it fetched the whole rung; it was heard of after that */
    bool ran;                 /* what only its rung asks for was asked for, since it is told that */
    unsigned secure;          /* enum ladder_secure */
    unsigned lacks;           /* bit of the CA that alone had signed a loader which did not start here; 0: none */
    char model[LADDER_MODEL]; /* what machines of its kind have in common; "": not known */
};

enum ladder_move {
    LADDER_STAYS,
    LADDER_BEGINS, /* with the first, or with what its model boots with */
    LADDER_FALLS,  /* to the next */
    LADDER_AGAIN,  /* tries one that was good before */
};

/* Which of `names` (best first; n > 0) the machine is told: its index. Moves to another rung if it must. `model_good`:
 * what machines of its model last booted with, or "". Asked again in one boot it says the same. */
size_t ladder_choose(struct ladder *l, const char *const *names, size_t n, const char *model_good, int64_t now,
                     enum ladder_move *ret_move);
/* The index of its rung among `names`; n: it is not there. */
size_t ladder_find(const struct ladder *l, const char *const *names, size_t n);
/* The machine is switched on. True: it took its rung in the boot before, and was not heard of again. */
bool ladder_power_on(struct ladder *l);
/* The machine itself has fetched the whole of this file. True if that is its rung, for the first time in this boot. */
bool ladder_takes(struct ladder *l, struct pxed_slice name);
/* It was heard of: a script, a configuration or any file was asked for, or its loader asked DHCP. True if something
 * changed. Counts only after it took its rung. */
bool ladder_hears(struct ladder *l, int64_t now);
/* It fell from one UEFI loader, which ran or did not, to another; it was heard of with one. Bits of ladder_key. */
void ladder_fell(struct ladder *l, unsigned from, bool from_ran, unsigned to);
void ladder_heard_with(struct ladder *l, unsigned keys);
/* What only its rung asks for was asked for: so firmware did start it. True if something changed. */
bool ladder_runs(struct ladder *l);
/* Is Secure Boot on there, and was a loader refused that had the same CA's signature alone? */
bool ladder_refuses(const struct ladder *l, unsigned keys);
/* Is this a name that a loader's own kin ask for, before any of them can have started: the loader again, or what a shim
 * looks for beside it? Such a request is not a word of the machine's. */
bool ladder_is_kin(const struct ladder *l, struct pxed_slice name);
