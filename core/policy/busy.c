/* Tells whether a machine needs the daemon for an installation now. */
#include "busy.h"

const char *busy_with(const struct lifecycle_record *r, bool loads, int64_t now) {
    if (r->state == LIFECYCLE_INSTALLING)
        return "installing";
    if (r->state != LIFECYCLE_ARMED)
        return "";
    bool on_its_way = r->stage > PXED_STAGE_NONE && r->stage < PXED_STAGE_LOCAL;
    /* A boot from before the arming was no installation's. */
    bool recent = r->stage_at >= r->armed_at && now - r->stage_at < BUSY_BOOT_MS;
    return loads || (on_its_way && recent) ? "booting" : "";
}
