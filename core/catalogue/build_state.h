/* A generation being built: what the files of the build share. */
#pragma once

#include "build.h"

enum { TEMPLATE_MAX = 1 << 20 };

struct build_answer_file;

struct build {
    const struct catalogue_input *in;
    struct catalogue *c;
    struct pxed_diags *diags;
    struct hostfile file;
    struct build_answer_file *answers; /* build_answer.c: those read already */
};

/* A file or folder that is never served. */
void build_private(struct build *b, const char *path);
/* A template of the generation; both live in its arena. */
void build_template(struct build *b, const char *path, struct pxed_slice text);
