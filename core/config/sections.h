/* The further sections of plugins: [subnet 10.20.0.0/24], [class NAME]. */
#pragma once

#include "plugins.h"

/* Binds them into the plugin's config, after its own section. */
void sections_bind(struct plugin *plugin, struct ini *ini, struct pxed_arena *arena, struct pxed_diags *diags);
/* The kind of a section of this name, or NULL. */
const struct pxed_section_kind *sections_kind(const struct pxed_plugin *desc, const char *name);
/* The plugin that has a section of this name, or NULL. */
const struct plugin *sections_owner(const struct plugins *p, const char *name);
/* A sentence about a kind that this pxed cannot bind, or NULL. */
const char *sections_check(const struct pxed_plugin *desc, const char *path, struct pxed_arena *arena);
