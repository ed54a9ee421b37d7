/* Looks at the signatures of the loaders at hand. */
#include "signed.h"

#include "catalogue.h"
#include "loaders.h"

unsigned signed_by(const struct daemon *d, const char *name) {
    const struct loaders_file *f = d->catalogue->loaders ? loaders_find(d->catalogue->loaders, name) : NULL;
    return f ? loaders_keys(f->signers, f->n_signers) : LADDER_KEY_OTHER;
}

void signed_heard(struct daemon *d, struct machine *m) {
    ladder_heard_with(&machine_rec_edit(m)->ladder, signed_by(d, machine_rec(m)->ladder.rung));
}
