/* A generation being built: what catalogue_build.c and catalogue_answer.c share. */
#pragma once

#include "catalogue.h"

enum { TEMPLATE_MAX = 1 << 20 };

struct build_answer_file;

struct build {
    const struct catalogue_input *in;
    struct catalogue *c;
    struct pxed_diags *diags;
    struct hostfile file;
    size_t systems_cap, templates_cap, private_cap;
    struct build_answer_file *answers; /* catalogue_answer.c: those read already */
};

/* A file or folder that is never served. */
void build_private(struct build *b, const char *path);
/* A template of the generation; both live in its arena. */
void build_template(struct build *b, const char *path, struct pxed_slice text);
/* This host alone will not be installed, for the first reason that is given. Told as an error of file:line. */
void build_trouble(struct build *b, struct catalogue_host *h, enum pxed_reason why, const char *file, unsigned line,
                   const char *format, ...) __attribute__((format(printf, 6, 7)));
/* The same without telling: somebody told it already. */
void build_note_trouble(struct build *b, struct catalogue_host *h, enum pxed_reason why, const char *file,
                        unsigned line, const char *text);

/* Errors told since `from` are this host's (NULL: of hosts that are found later), whatever line they name. */
void build_own_errors(struct build *b, struct catalogue_host *h, enum pxed_reason why, size_t from);

/* catalogue_os.c. The names in root/boot/os; then the systems that lines and sections name. NULL after an error. */
void build_folders(struct build *b);
const struct catalogue_os *build_system(struct build *b, struct pxed_slice id, const char *file, unsigned line);
/* catalogue_sections.c */
void build_systems_of_sections(struct build *b);
void build_check_sections(struct build *b);
/* catalogue_look.c. Lets each plugin look into the images of its OS ids, and judge its hosts. */
void build_look(struct build *b);
/* catalogue_judge.c. What will not do although each word can be read; and of the images' files. */
void build_judge(struct build *b);
void build_judge_images(struct build *b);
/* catalogue_answer.c: which answer file the host has, and whether the disk guard is in it. */
void build_answer(struct build *b, struct catalogue_host *h);
