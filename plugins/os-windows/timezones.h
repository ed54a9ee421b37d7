/* Time zones: the operator writes IANA names; Windows has its own names, and before Vista numbers. */
#pragma once

#include "pxed/slice.h"

struct win_zone {
    const char *name;     /* of Windows: the key below HKLM, Windows NT, Time Zones */
    unsigned short since; /* first build that has it; 0: all */
    unsigned short index; /* of Windows 2000 to 2003: the zone itself, or the one with the same clock */
    const char *older;    /* the name with the same clock for builds before `since` */
    const char *iana;     /* blank-separated */
};

/* By IANA name ("Europe/Berlin", old names included) or by Windows name, ASCII case ignored; NULL: unknown. */
const struct win_zone *win_zone_find(struct pxed_slice name);
/* Its name in a Windows of this build. */
const char *win_zone_name(const struct win_zone *zone, unsigned build);
/* Does a Windows of this build have this zone itself? */
bool win_zone_exact(const struct win_zone *zone, unsigned build);
/* The known name nearest to a mistyped one, or NULL. `room` holds it. */
enum { WIN_ZONE_TEXT = 64 };
const char *win_zone_nearest(struct pxed_slice name, char room[WIN_ZONE_TEXT]);
