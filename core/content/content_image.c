/* Fetching kernel, initrd, WIM or ISO shows that a boot proceeds; if pxed delivers no answer file, the last of them
 * uses up the arming. The files themselves are public. */
#include "content_image.h"

#include "answer.h"
#include "boot_plan.h"
#include "content_who.h"
#include "decide.h"
#include "straight.h"

static bool is_last_file(const struct pxed_plan *plan, struct pxed_slice path) {
    struct pxed_slice last = plan->n_initrds > 0 ? plan->initrds[plan->n_initrds - 1].path : plan->kernel;
    return pxed_slice_eq_nocase(last, path); /* names inside an ISO are matched the same way */
}

static bool is_initrd(const struct pxed_plan *plan, struct pxed_slice path) {
    for (size_t i = 0; i < plan->n_initrds; i++)
        if (pxed_slice_eq_nocase(plan->initrds[i].path, path))
            return true;
    return false;
}

/* What this machine is being installed with, also one that got its script before the store failed. */
static void plan_of(struct boot *b, struct pxed_arena *arena) {
    b->as_armed = true;
    boot_make_somehow(b, arena);
    if (b->plan.how == PXED_HOW_PXELINUX) {
        b->loader = PXED_LOADER_PXELINUX;
        boot_make(b, arena);
    }
}

/* If pxed delivers no answer file itself, the last image is the point of no return. */
static bool uses_up(const struct lookup *l, const struct boot *b) {
    bool delivers = b->plan.how != PXED_HOW_MEMDISK && answer_row(l->d->catalogue, b->host, b->os) != NULL;
    return !delivers && is_last_file(&b->plan, l->name.path);
}

/* Firmware fetches a live system itself: no script tells of that boot. */
static bool note_straight(struct lookup *l, struct open_content *c) {
    if (!pxed_slice_ends(l->name.path, PXED_SLICE(".efi")))
        return false;
    content_find_asker(l);
    if (l->wait || !l->asker || lifecycle_open(machine_rec(l->asker)) || !machine_rec(l->asker)->has_firmware ||
        !pxed_slice_eq(straight_name(l->d, &l->asker->mac, machine_rec(l->asker)->firmware), l->name.path))
        return false;
    c->mac = l->asker->mac;
    c->note.kind = CONTENT_NOTE_STEP;
    c->note.stage = PXED_STAGE_KERNEL;
    c->note.detail = c->path;
    return true;
}

void content_note_image(struct lookup *l, struct open_content *c) {
    struct boot b;
    if (note_straight(l, c))
        return;
    if (l->d->machines.n_open == 0) /* nothing is being installed: the client does not matter */
        return;
    content_find_asker(l);
    if (l->wait || !l->asker || !lifecycle_open(machine_rec(l->asker)))
        return;
    boot_begin(&b, l->d, &l->asker->mac, PXED_LOADER_IPXE, false);
    if (!b.host)
        return;
    b.os = decide_os(l->d, b.host, &b.rec, &c->arena);
    if (!pxed_slice_eq_nocase(b.os->id.text, l->name.os) && !(b.os->iso && l->name.kind == NAME_PLAIN))
        return;
    c->mac = b.rec.mac;
    memcpy(c->token, b.rec.token, sizeof(c->token));
    c->note.kind = CONTENT_NOTE_STEP;
    c->note.stage = PXED_STAGE_KERNEL;
    c->note.detail = c->path;
    c->feeds = b.rec.own_script;
    if (b.rec.state != LIFECYCLE_ARMED || !b.os->profile)
        return;
    plan_of(&b, &c->arena);
    if (b.reason != PXED_WHY_OK)
        return;
    c->note.also = is_initrd(&b.plan, l->name.path)                    ? "initrd"
                   : pxed_slice_eq_nocase(b.plan.kernel, l->name.path) ? NULL
                                                                       : "file";
    c->spends = uses_up(l, &b);
}
