/* Chooses a rung of the machine's ladder, and tells its journal why. */
#include "rungs.h"

#include <stdio.h>

#include "clock.h"
#include "decide.h"
#include "loaders.h"
#include "models.h"
#include "os_secure.h"
#include "signed.h"
#include "straight.h"

/* What machines of one make have in common and firmware says before it has a loader: the vendor of the card, and what
 * the firmware calls itself (option 60: architecture and version of its network driver). */
static void model_of(const struct pxed_facts *facts, char ret[static LADDER_MODEL]) {
    struct pxed_buf b = {ret, LADDER_MODEL, 0};
    pxed_buf_hex(&b, facts->mac.bytes, facts->mac.len < 3 ? facts->mac.len : 3, "-");
    pxed_buf_byte(&b, ' ');
    for (size_t i = 0; i < facts->vendor.len && b.len < LADDER_MODEL - 1; i++)
        pxed_buf_byte(&b, facts->vendor.ptr[i] > ' ' && facts->vendor.ptr[i] <= '~' ? facts->vendor.ptr[i] : '?');
    pxed_buf_cstr(&b);
}

bool rungs_know_model(struct machine *m, const struct pxed_facts *facts) {
    model_of(facts, machine_rec_edit(m)->ladder.model);
    return facts->vendor.len > 0;
}

static void tell_move(struct daemon *d, struct machine *m, enum ladder_move move, const char *from, unsigned silent) {
    char text[3 * LADDER_NAME];
    const char *to = machine_rec(m)->ladder.rung;
    if (move == LADDER_FALLS)
        snprintf(text, sizeof(text), "%s now: %s was taken in %u boots without a word after it", to, from, silent);
    else if (move == LADDER_AGAIN)
        snprintf(text, sizeof(text), "%s again: it had worked before %s", to, from);
    else
        snprintf(text, sizeof(text), "%s first: machines of its model boot with it", to);
    journal_step(&d->machines, m, "ladder", PXED_WHY_OK, text, clock_calendar());
}

bool rungs_is_system(const struct daemon *d, const char *name) {
    const struct loaders_file *f = d->catalogue->loaders ? loaders_find(d->catalogue->loaders, name) : NULL;
    return f && (f->is.program == LOADER_UKI || f->is.program == LOADER_LINUX);
}

/* The target system's own shim in the place of the packaged one, for a host that is to get its installer now. */
static const char *own_shim(struct daemon *d, const struct pxed_facts *facts, const char *name) {
    const struct catalogue_host *host = NULL;
    const struct machine *m = decide_machine(d, &facts->mac, &host);
    enum loader_machine machine = loaders_machine(facts->firmware);
    const struct loaders_rung *rung = loaders_rung(d->catalogue->loaders, machine, LOADERS_SIGNED_GRUB);
    bool http = pxed_firmware_is_http(facts->firmware);
    if (!host || !rung || strcmp(rung->name, name) != 0 || decide_wants(d, host, machine_rec(m)) != PXED_WHY_OK)
        return name;
    struct pxed_arena scratch = {0};
    const struct os_secure *s = decide_os(d, host, machine_rec(m), &scratch)->secure; /* of the generation */
    pxed_arena_clear(&scratch);
    return !s || !s->told || s->machine != machine ? name : http ? s->disk : s->told;
}

static void tell_silence(struct daemon *d, struct machine *m, const struct pxed_hwaddr *mac) {
    struct ladder *l = &machine_rec_edit(m)->ladder;
    char text[2 * LADDER_NAME];
    machine_edit(m)->was_silent = false;
    if (rungs_is_system(d, l->rung)) {
        l->silent = 0;
        return;
    }
    snprintf(text, sizeof(text), "%s in the boot before, %u in a row", l->rung, l->silent);
    decide_step(d, mac, PXED_STAGE_NONE, PXED_WHY_LOADER_SILENT, NULL, text);
}

const char *rungs_choose(struct daemon *d, const struct pxed_facts *facts, const struct pxed_list *wanted) {
    const char *names[LOADERS_NAMES_MAX];
    char model[LADDER_MODEL], before[LADDER_NAME];
    size_t n = loaders_names(d->catalogue->loaders, facts->firmware, wanted, names);
    if (n == 0)
        return NULL;
    struct machine *m = decide_machine(d, &facts->mac, NULL);
    struct ladder *l = &machine_rec_edit(m)->ladder;
    enum ladder_move move;
    if (machine_awake(m)->was_silent)
        tell_silence(d, m, &facts->mac);
    unsigned silent = l->silent;
    bool ran = l->ran;
    memcpy(before, l->rung, sizeof(before));
    model_of(facts, model);
    const struct model *alike = ladder_find(l, names, n) == n ? models_find(d, model) : NULL;
    size_t at = ladder_choose(l, names, n, alike ? alike->rung : "", clock_wall(), &move);
    if (move == LADDER_FALLS || move == LADDER_AGAIN || (move == LADDER_BEGINS && at > 0))
        tell_move(d, m, move, before, silent);
    if (move == LADDER_FALLS && facts->firmware != PXED_FW_BIOS)
        ladder_fell(l, signed_by(d, before), ran, signed_by(d, names[at]));
    if (move != LADDER_STAYS || strcmp(l->model, model) != 0) {
        memcpy(l->model, model, sizeof(l->model));
        machines_touch(&d->machines, m);
    }
    struct pxed_slice straight =
        pxed_firmware_is_http(facts->firmware) ? straight_name(d, &facts->mac, facts->firmware) : PXED_NO_SLICE;
    if (straight.len > 0)
        return straight.ptr;
    const char *name = own_shim(d, facts, names[at]);
    return pxed_firmware_is_http(facts->firmware) ? loaders_by_http(d->catalogue->loaders, name) : name;
}
