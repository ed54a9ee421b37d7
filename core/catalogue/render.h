/* From a host and its plan's rows to text: the names a template may use, and which of them are secret. */
#pragma once

#include "catalogue.h"
#include "lifecycle.h"
#include "pxed/template.h"

struct render {
    const struct catalogue *catalogue;
    const struct catalogue_host *host;
    const struct catalogue_os *os;         /* what is being installed: not always the line's */
    const struct lifecycle_record *record; /* right and token */
    struct pxed_arena *arena;              /* the text lives here */
    bool no_token;                         /* for a stranger: URLs carry a token that opens nothing */
    bool masked;                           /* secrets render as *** (pxed explain) */
    bool secret;                           /* out: the text holds a set secret, or a URL with a token */
    struct render_probe *probe;            /* inner use: NULL */
};

/* The host's file of this row. Unset slice when the template is broken or missing. */
struct pxed_slice render_file(struct render *r, const struct pxed_file *row);
/* Its name below /boot, with the host's token where its text holds a secret. */
struct pxed_slice render_file_path(struct render *r, const struct pxed_file *row);
/* A one-line template of a profile's row. */
struct pxed_slice render_line(struct render *r, const char *text);
/* Absolute path of the template a row is rendered from: the operator's own for an answer file that has one. */
const char *render_template(const struct render *r, const struct pxed_file *row);

/* Every variable with its origin, for `pxed explain`. */
void render_each_var(const struct render *r, void (*row)(void *arg, const struct pxed_var *v), void *arg);
