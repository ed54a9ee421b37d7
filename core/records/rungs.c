/* Chooses a loader of those at hand. */
#include "rungs.h"

#include "loaders.h"

const char *rungs_choose(struct daemon *d, const struct pxed_facts *facts, const struct pxed_list *wanted) {
    const char *names[LOADERS_NAMES_MAX];
    size_t n = loaders_names(d->catalogue->loaders, facts->firmware, wanted, names);
    return n > 0 ? names[0] : NULL;
}
