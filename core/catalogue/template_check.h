/* The strict pass over an operator's template: rendering is lenient, so what would silently vanish is told at load. */
#pragma once

#include "catalogue.h"

struct template_check {
    const struct catalogue *c;
    const struct catalogue_os *os; /* whose partials, files and variables may be named */
    const char *path;              /* of the template, for complaints */
    struct pxed_diags *diags;
    struct pxed_arena *arena;
    const char *broken; /* out: why it cannot be used, with its place; in the arena */
    bool guarded;       /* out: the disk guard is in it */
    bool in_section;    /* inner use: a section was opened, so {{.}} and its members may be meant */
};

/* False if it cannot be used: it cannot be parsed, or asks for a partial that the profile has not. Unknown names are
 * warnings. */
bool template_check(struct template_check *check, struct pxed_slice text);
