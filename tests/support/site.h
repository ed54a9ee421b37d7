/* A whole configuration in a temporary folder, read as the daemon reads it: ini, host file, image folders, plugins. */
#pragma once

#include "build.h"
#include "context.h"
#include "render.h"
#include "tree.h"

struct site {
    struct tree tree;
    struct plugins plugins;
    struct plugin fakes[4];
    struct pxed_os_ops fake_ops[4];
    struct pxed_iface ifaces[1]; /* 10.77.0.1/24 */
    struct pxed_diags diags;
    struct config *config;
    struct catalogue *catalogue; /* NULL after errors */
};

void site_open(struct site *s);
void site_close(struct site *s);
/* An OS plugin that is not on disk, with its profiles. Call before the first build. */
void site_fake_os(struct site *s, const char *name, const struct pxed_profile *const *profiles);
/* Loads a plugin of the build tree. */
void site_load(struct site *s, const char *name);

/* Writes pxed.ini (its [pxed] gets root, state and interface) and host-os.conf, and builds. Returns diags_text. */
const char *site_build(struct site *s, const char *more_pxed, const char *sections, const char *hosts);
/* A partial for templates of a fake plugin: lies in the build tree, like those of real plugins. */
void site_part(struct site *s, const char *plugin, const char *name, const char *text);
/* Creates an image file: root/boot/os/<name>. */
void site_image(struct site *s, const char *name);

/* The first host of the table, or by MAC text. */
const struct catalogue_host *site_host(struct site *s, const char *mac);
/* A host's variable as "value FILE:LINE", or "(unset)". */
const char *site_var(struct site *s, const struct catalogue_host *host, const char *key);
/* Prepared to render for an armed host; the record is static. */
struct render site_render(struct site *s, const struct catalogue_host *host, enum lifecycle_right right);
