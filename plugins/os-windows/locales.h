/* Languages and keyboards: the operator writes en_US.UTF-8 and us, Windows has names and numbers (LCID, layout). */
#pragma once

#include "pxed/slice.h"

struct win_locale {
    const char *name;    /* "en-US"; "en_US" and "en_US.UTF-8" are the same */
    unsigned short lcid; /* 0x0409 */
    unsigned char group; /* LanguageGroup of Windows 2000 to 2003 */
    unsigned keyboard;   /* the layout people there have: 0x00000409 */
};

/* By "de_DE.UTF-8", "de_DE", "de-DE" or "de"; C and POSIX are en-US. NULL: not in the table. */
const struct win_locale *win_locale_find(struct pxed_slice name);
/* Looks like a name that Windows Vista or later may know although the table does not: sr-Cyrl-RS, fil-PH. */
bool win_locale_plausible(struct pxed_slice name);

/* A keyboard: "us", "de-nodeadkeys", "gb"; "00000407" or "0407:00000407" as Windows writes it. False: unknown. `lcid`
 * is 0 where the text does not name one. */
bool win_keyboard_find(struct pxed_slice name, unsigned *ret_layout, unsigned *ret_lcid);

/* Nearest known names, or NULL. */
const char *win_locale_nearest(struct pxed_slice name);
const char *win_keyboard_nearest(struct pxed_slice name);
