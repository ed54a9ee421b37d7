/* A generation being built: what catalogue_build.c and catalogue_answer.c share. */
#pragma once

#include "catalogue.h"

enum { TEMPLATE_MAX = 1 << 20 };

struct build {
    const struct catalogue_input *in;
    struct catalogue *c;
    struct pxed_diags *diags;
    struct hostfile file;
    size_t systems_cap, templates_cap, private_cap;
};

/* A file or folder that is never served. */
void build_private(struct build *b, const char *path);
/* A template of the generation; both live in its arena. */
void build_template(struct build *b, const char *path, struct pxed_slice text);
/* catalogue_answer.c: which answer file the host has, and whether the disk guard is in it. */
void build_answer(struct build *b, struct catalogue_host *h);
