/* Renders a host's templates: which names a template may use, and which of them are secret. */
#pragma once

#include "catalogue.h"
#include "lifecycle.h"
#include "pxed/template.h"

struct render {
    const struct catalogue *catalogue;
    const struct catalogue_host *host;
    const struct catalogue_os *os;         /* what is being installed; may differ from the line's */
    const struct lifecycle_record *record; /* has the right and the token */
    const struct site_url *at;             /* where the machine asks; NULL: not known */
    const char *images;                    /* nets_images() of the machine; NULL: this server has them */
    struct pxed_arena *arena;              /* owns the rendered text */
    bool far;                              /* it asks from behind a relay */
    bool no_token;              /* for an asker other than the machine: URLs carry a token that opens nothing */
    bool masked;                /* secrets render as *** (pxed explain) */
    bool secret;                /* out: the text holds a set secret, or a URL with a token */
    bool by_tls;                /* out: it holds a URL that is asked by TLS */
    struct render_probe *probe; /* for render.c; set to NULL */
};

/* The host's file of this row. Unset slice when the template is broken or missing. */
struct pxed_slice render_file(struct render *r, const struct pxed_file *row);
/* The file's name below /boot, with the host's token if its text holds a secret. */
struct pxed_slice render_file_path(struct render *r, const struct pxed_file *row);
/* Renders a one-line template of a profile's row. */
struct pxed_slice render_line(struct render *r, const char *text);
/* Absolute path of the row's template: the operator's own for an answer file that has one. */
const char *render_template(const struct render *r, const struct pxed_file *row);

/* Where the installer of this system looks for CAs in its initramfs; NULL: it fetches nothing by TLS. */
const char *render_tls(const struct catalogue_os *os);
/* Does one of the profile's files for this host hold a secret? */
bool render_has_secret_file(struct render *r);

/* Every variable with its origin, for `pxed explain`. */
void render_each_var(const struct render *r, void (*row)(void *arg, const struct pxed_var *v), void *arg);
