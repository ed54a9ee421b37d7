/* Notes for the ladder of loaders: records/rungs.c goes by them. */
#include "content_ladder.h"

#include "content_who.h"
#include "decide.h"
#include "models.h"

void content_ladder_took(struct open_content *c, bool whole) {
    struct daemon *d = c->daemon;
    struct machine *m = c->loader ? machines_find(&d->machines, &c->mac) : NULL;
    if (m && ways_takes(&machine_rec_edit(m)->ways)) { /* it fetches it, whatever becomes of that */
        models_learn(d, m);
        machines_touch(&d->machines, m);
    }
    if (!m || !whole || !ladder_takes(&machine_rec_edit(m)->ladder, pxed_slice_of(c->rung ? c->rung : c->path)))
        return;
    if (!pxed_addr_eq(&machine_rec(m)->ip, &c->peer)) /* the next word is expected from there */
        machines_set_ip(&d->machines, m, &c->peer, false);
    machines_touch(&d->machines, m);
}

/* The kernel is asked only about an address from which such a word is expected. */
void content_ladder_hears(struct lookup *l) {
    struct machine *m = machines_find_ip(&l->d->machines, &l->request->peer);
    struct pxed_slice name = l->name.path.ptr ? l->name.path : l->path;
    bool wait = l->wait;
    if (!m || !machine_rec(m)->ladder.taken || machine_rec(m)->ladder.heard)
        return;
    bool kin = ladder_is_kin(&machine_rec(m)->ladder, name);
    if (kin && (machine_rec(m)->ladder.ran || pxed_slice_eq_nocase(name, pxed_slice_of(machine_rec(m)->ladder.rung))))
        return;
    content_find_asker(l);
    l->wait = wait;
    if (l->asker == m && !kin)
        decide_heard(l->d, m);
    else if (l->asker == m && ladder_runs(&machine_rec_edit(m)->ladder))
        machines_touch(&l->d->machines, m);
}
