/* The strict pass over an operator's template: rendering is lenient, so names that would render as nothing are reported
 * at load. */
#pragma once

#include "catalogue.h"

struct template_check {
    const struct catalogue *c;
    const struct catalogue_os *os; /* partials, files and variables of this system are known names */
    const char *path;              /* of the template, for diagnostics */
    struct pxed_diags *diags;
    struct pxed_arena *arena;
    const char *broken; /* out: why the template cannot be used, with its place; in the arena */
    bool guarded;       /* out: the template has the disk guard */
    bool in_section;    /* internal: inside a section, so {{.}} and its members are allowed */
    bool in_image;      /* internal: inside {{#image}} */
};

/* False if it cannot be used: a syntax error, a partial that the profile does not have, or a name of another system.
 * An unknown variable of the host is a warning. */
bool template_check(struct template_check *check, struct pxed_slice text);
