/* The rules of boots from disk through a loader. */
#include "exits.h"

bool exits_comes_up(struct exits *e) {
    bool changed = !e->good || e->back > 0 || !e->up;
    e->good = e->up = true;
    e->back = 0;
    return changed;
}

void exits_power_on(struct exits *e, int64_t sent, bool goes_on) {
    bool up = e->up;
    if (sent < 0 || goes_on)
        return;
    if (sent >= EXITS_SOON_MS)
        exits_comes_up(e);
    e->up = false;
    if (up || sent >= EXITS_SOON_MS)
        return;
    if (e->back < 1000)
        e->back++;
    e->good &= e->back < EXITS_BACK;
}

void exits_forget(struct exits *e) {
    e->back = 0;
}

enum pxed_reason exits_judge(const struct exits *e, bool ours, bool tries) {
    if (tries)
        return PXED_WHY_OK;
    if (e->back >= EXITS_BACK)
        return PXED_WHY_IDLE_CAME_BACK;
    return e->good || ours ? PXED_WHY_OK : PXED_WHY_IDLE_UNSEEN;
}
