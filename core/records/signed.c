/* Looks at the signatures of the loaders at hand. */
#include "signed.h"

#include "catalogue.h"
#include "loaders.h"

bool signed_is(const struct daemon *d, const char *name) {
    const struct loaders_file *f = d->catalogue->loaders ? loaders_find(d->catalogue->loaders, name) : NULL;
    return !f || f->n_signers > 0;
}

void signed_heard(struct daemon *d, struct machine *m) {
    ladder_heard_with(&machine_rec_edit(m)->ladder, signed_is(d, machine_rec(m)->ladder.rung));
}
