/* Which machines wait for an advertisement, and whether there is a real router. Pure. */
#include "watch.h"

void ra_heard_router(struct ra_watch *w, const uint8_t address[16], uint16_t lifetime, uint64_t now) {
    struct ra_router *known = NULL, *place = &w->routers[0];
    for (size_t i = 0; i < RA_ROUTERS; i++) {
        struct ra_router *r = &w->routers[i];
        if (r->until != 0 && memcmp(r->address, address, 16) == 0)
            known = r;
        if (r->until < place->until)
            place = r;
    }
    if (known)
        place = known;
    else if (lifetime == 0)
        return;
    memcpy(place->address, address, 16);
    place->until = lifetime ? now + (uint64_t)lifetime * 1000 : 0;
}

bool ra_has_router(const struct ra_watch *w, uint64_t now) {
    for (size_t i = 0; i < RA_ROUTERS; i++)
        if (w->routers[i].until > now)
            return true;
    return false;
}

void ra_wait(struct ra_watch *w, const uint8_t address[16], const struct pxed_hwaddr *mac, uint64_t now) {
    size_t place = w->n_waiting, oldest = 0;
    for (size_t i = 0; i < w->n_waiting; i++) {
        if (memcmp(w->waiting[i].address, address, 16) == 0)
            place = i;
        if (w->waiting[i].since < w->waiting[oldest].since)
            oldest = i;
    }
    if (place == RA_WAITING)
        place = oldest;
    else if (place == w->n_waiting)
        w->n_waiting++;
    struct ra_waiting *e = &w->waiting[place];
    memcpy(e->address, address, 16);
    e->mac = *mac;
    e->since = now;
}

void ra_look_again(struct ra_watch *w, uint64_t now, bool (*is_loader)(void *arg, const struct pxed_hwaddr *mac),
                   void (*answer)(void *arg, const uint8_t address[16], const struct pxed_hwaddr *mac), void *arg) {
    size_t kept = 0;
    for (size_t i = 0; i < w->n_waiting; i++) {
        const struct ra_waiting *e = &w->waiting[i];
        if (now - e->since > RA_PATIENCE_MS)
            continue;
        if (is_loader(arg, &e->mac))
            answer(arg, e->address, &e->mac);
        else
            w->waiting[kept++] = *e;
    }
    w->n_waiting = kept;
}
