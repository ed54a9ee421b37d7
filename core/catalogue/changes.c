/* Compares the hosts of two generations. */
#include "changes.h"

#include <stdlib.h>

#include "pxed/grow.h"

/* The host whose line begins with the first MAC of `h`, or NULL. */
static const struct catalogue_host *same_line(const struct catalogue *c, const struct catalogue_host *h) {
    const struct catalogue_host *other = catalogue_find(c, &h->pub.macs[0]);
    return other && pxed_hwaddr_eq(&other->pub.macs[0], &h->pub.macs[0]) ? other : NULL;
}

/* In all that the records of its machines follow (declare.h)? */
static bool says_the_same(const struct catalogue_host *a, const struct catalogue_host *b) {
    bool same = a->pub.n_macs == b->pub.n_macs && pxed_slice_eq(a->pub.name, b->pub.name) &&
                pxed_slice_eq(a->os->id.text, b->os->id.text) && a->os->live == b->os->live &&
                a->pub.protect == b->pub.protect;
    for (size_t i = 1; i < a->pub.n_macs && same; i++)
        same = pxed_hwaddr_eq(&a->pub.macs[i], &b->pub.macs[i]);
    return same;
}

size_t changes_lines(const struct catalogue *c, const struct changes *changes) {
    return changes ? changes->n_changed : c->n_hosts;
}

const struct catalogue_host *changes_line(const struct catalogue *c, const struct changes *changes, size_t nth) {
    return &c->hosts[changes ? changes->changed[nth] : nth];
}

void changes_find(struct changes *ret, struct catalogue *before, const struct catalogue *after) {
    *ret = (struct changes){.before = before};
    for (size_t i = 0; i < before->n_hosts; i++) {
        const struct catalogue_host *h = &before->hosts[i];
        ret->n_kept += catalogue_find(after, &h->pub.macs[0]) != NULL;
        if (same_line(after, h))
            continue;
        PXED_GROW(ret->gone, ret->n_gone);
        ret->gone[ret->n_gone++] = (uint32_t)i;
    }
    for (size_t i = 0; i < after->n_hosts; i++) {
        const struct catalogue_host *was = same_line(before, &after->hosts[i]);
        if (was && says_the_same(was, &after->hosts[i]))
            continue;
        PXED_GROW(ret->changed, ret->n_changed);
        ret->changed[ret->n_changed++] = (uint32_t)i;
    }
}

void changes_free(struct changes *changes) {
    free(changes->changed);
    free(changes->gone);
    *changes = (struct changes){0};
}
