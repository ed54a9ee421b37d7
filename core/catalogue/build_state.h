/* State of a generation being built, shared by the files of the build. */
#pragma once

#include "build.h"
#include "vars_resolve.h"

enum { TEMPLATE_MAX = 1 << 20 };

struct build_answer_file;
struct build_own;

struct build {
    const struct catalogue_input *in;
    struct catalogue *c;
    struct pxed_diags *diags;
    struct hostfile file;
    struct vars_sets vars;             /* made of the sections so far */
    struct build_answer_file *answers; /* build_answer.c: answer files read so far */
    struct build_own *own;             /* build_own.c; NULL: not read yet */
};

/* Marks a file or folder as never served. */
void build_private(struct build *b, const char *path);
/* Adds a template; path and text must live as long as the generation's arena. */
void build_template(struct build *b, const char *path, struct pxed_slice text);
