/* Chooses in which way a machine's firmware is told its boot file, and tells its journal why. */
#include "offers.h"

#include <stdio.h>

#include "clock.h"
#include "decide.h"
#include "models.h"
#include "rungs.h"

static void tell_silence(struct daemon *d, struct machine *m, const struct pxed_hwaddr *mac) {
    char text[96];
    machine_edit(m)->offer_silent = false;
    snprintf(text, sizeof(text), "told as `%s` in the boot before, %u in a row", machine_rec(m)->ways.way,
             machine_rec(m)->ways.silent);
    decide_step(d, mac, PXED_STAGE_NONE, PXED_WHY_OFFER_NOT_TAKEN, NULL, text);
}

static void tell_move(struct daemon *d, struct machine *m, const char *from, unsigned silent) {
    char text[128];
    if (*from && silent > 0)
        snprintf(text, sizeof(text), "its boot file is told as `%s` now: told as `%s` it was not fetched in %u boots",
                 machine_rec(m)->ways.way, from, silent);
    else
        snprintf(text, sizeof(text), "its boot file is told as `%s`: machines of its model take that",
                 machine_rec(m)->ways.way);
    journal_step(&d->machines, m, "ladder", PXED_WHY_OK, text, clock_calendar());
}

static bool ways_same(const struct ways *a, const struct ways *b) {
    return strcmp(a->way, b->way) == 0 && a->silent == b->silent && a->good == b->good && a->told == b->told &&
           a->took == b->took;
}

size_t offers_way(struct daemon *d, const struct pxed_facts *facts, const char *const *names, size_t n) {
    struct machine *m = decide_machine(d, &facts->mac, NULL);
    struct ways before = machine_rec(m)->ways;
    const struct model *alike = NULL;
    bool moved;
    if (machine_awake(m)->offer_silent)
        tell_silence(d, m, &facts->mac);
    if (!before.way[0] && rungs_know_model(m, facts))
        alike = models_find(d, machine_rec(m)->ladder.model);
    size_t at = ways_choose(&machine_rec_edit(m)->ways, names, n, alike ? alike->way : "", &moved);
    if (moved)
        tell_move(d, m, before.way, before.silent);
    if (!ways_same(&before, &machine_rec(m)->ways))
        machines_touch(&d->machines, m);
    return at;
}
