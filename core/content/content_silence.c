/* Collects what is known of a quiet machine; the judgement is policy's. */
#include "content_silence.h"

#include <stdio.h>

#include "answer.h"
#include "boot_plan.h"
#include "clock.h"
#include "content_item.h"
#include "decide.h"
#include "nets.h"
#include "rungs.h"
#include "silence.h"
#include "told.h"

enum { LOOK_EVERY_MS = 10 * 1000 };

struct look {
    struct daemon *d;
    int64_t now;
    bool again; /* some machine may still fall silent */
};

static bool is_sent_something(const struct daemon *d, const struct machine *m) {
    for (const struct open_content *c = d->transfers; c; c = c->next)
        if (pxed_hwaddr_eq(&c->mac, &m->mac))
            return true;
    return false;
}

/* What it is to load; the plan's texts are in the arena. */
static void look_at_plan(struct look *l, struct machine *m, struct silence_facts *f, struct pxed_arena *arena,
                         struct pxed_slice *ret_initrd) {
    struct boot b;
    boot_begin(&b, l->d, &m->mac, PXED_LOADER_IPXE, false);
    boot_make_somehow(&b, arena);
    if (b.reason != PXED_WHY_OK)
        return;
    f->initrd = b.plan.how == PXED_HOW_LINUX && b.plan.n_initrds > 0;
    f->answer = b.plan.how != PXED_HOW_MEMDISK && answer_row(l->d->catalogue, b.host, b.os) != NULL;
    if (f->initrd)
        *ret_initrd = b.plan.initrds[0].path;
}

static void tell_silent(struct look *l, struct machine *m, enum pxed_reason why, struct pxed_slice initrd) {
    char text[400];
    const char *after = told_text(m, pxed_stage_names[machine_rec(m)->stage]), *missing = told_text(m, "missing");
    snprintf(text, sizeof(text), "after %s %.150s%s%.*s%s%.150s", pxed_stage_names[machine_rec(m)->stage],
             after ? after : "", why == PXED_WHY_INITRD_NOT_ASKED ? ", before " : "", PXED_S(initrd),
             missing ? "; asked in vain: " : "", missing ? missing : "");
    told_once(l->d, m, "silent", why, text);
    machine_rec_edit(m)->reason = why;
    machines_touch(&l->d->machines, m);
}

static void look_at(void *arg, struct machine *m) {
    struct look *l = arg;
    if (!m->declared || (!m->awake && m->quiet))
        return;
    struct silence_facts f = {.stage = machine_rec(m)->stage, .quiet = l->now - machine_rec(m)->stage_at};
    if (!silence_due(f.stage) || f.quiet > SILENCE_OVER)
        return;
    struct pxed_arena scratch = {0};
    struct pxed_slice initrd = PXED_NO_SLICE;
    const char *loader = told_text(m, pxed_stage_names[PXED_STAGE_LOADER]);
    if (f.stage == PXED_STAGE_LOADER && loader && rungs_is_system(l->d, loader))
        return;
    if (f.stage == PXED_STAGE_LOADER && machine_rec(m)->has_firmware && machine_rec(m)->firmware == PXED_FW_OTHER)
        return; /* a board: nobody here knows what it goes on with */
    l->again = true;
    f.armed = machine_rec(m)->state == LIFECYCLE_ARMED;
    f.own_script = machine_rec(m)->own_script;
    f.loads = is_sent_something(l->d, m);
    f.initrd_asked = told_text(m, "initrd") != NULL;
    f.elsewhere = nets_images(l->d->catalogue, &machine_rec(m)->ip) != NULL;
    if ((f.stage == PXED_STAGE_KERNEL || f.elsewhere) && f.armed)
        look_at_plan(l, m, &f, &scratch, &initrd);
    enum pxed_reason why = silence_of(&f);
    if (why != PXED_WHY_OK && why != machine_rec(m)->reason) /* a step forward takes the reason away */
        tell_silent(l, m, why, why == PXED_WHY_INITRD_NOT_ASKED ? initrd : PXED_NO_SLICE);
    pxed_arena_clear(&scratch);
}

void content_silence_tell(struct daemon *d) {
    struct look l = {.d = d, .now = clock_wall()};
    if (d->silence_at == 0 || l.now < d->silence_at)
        return;
    machines_each(&d->machines, look_at, &l);
    d->silence_at = l.again ? l.now + LOOK_EVERY_MS : 0;
}
