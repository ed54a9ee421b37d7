/* What a new generation changes of the hosts. With it, putting the generation into force costs what was changed, not
 * what there is. Both are only read: it may run on a worker. */
#pragma once

#include "catalogue.h"

struct changes {
    struct catalogue *before; /* as it was given */
    uint32_t
        *changed; /* places in `hosts` of the new generation: lines that are new, or differ in what records follow */
    size_t n_changed;
    uint32_t *gone; /* places in `hosts` of the old one: lines whose first MAC is no line's first any more */
    size_t n_gone;
    size_t n_kept; /* hosts of the old one whose first MAC the new one knows */
};

/* How many lines count, and the nth of them: those that are changed; `changes` NULL: all of the generation. */
size_t changes_lines(const struct catalogue *c, const struct changes *changes);
const struct catalogue_host *changes_line(const struct catalogue *c, const struct changes *changes, size_t nth);

void changes_find(struct changes *ret, struct catalogue *before, const struct catalogue *after);
void changes_free(struct changes *changes);
