/* Finds, checks and orders plugins. Each refusal is one sentence. */
#pragma once

#include "inifile.h"
#include "pxed/plugin.h"
#include "settings.h"

struct plugin {
    struct pxed_plugin desc; /* copied: fields that an older plugin lacks are zero */
    const char *from;        /* path of the .so, or "built in" */
    void *config;            /* bound, in `arena` */
    struct pxed_ctx ctx;
    void *owner; /* the daemon that runs it */
    bool inited, started;
};

enum { PLUGINS_MAX = 64 };

struct plugins {
    struct plugin *items[PLUGINS_MAX];
    size_t n; /* after plugins_order: providers before the plugins that need them */
    struct pxed_arena arena;
};

/* The installation prefix, from /proc/self/exe: static storage. */
const char *plugins_prefix(void);

/* Where a plugin's templates lie: share/NAME beside the files of PXED_PLUGIN_DIR, or share/pxed/NAME of the
 * installation. */
const char *plugins_share(const char *name, struct pxed_arena *arena);

/* Checks a plugin's descriptor and copies it. NULL, or the reason for refusing it as a sentence in `arena`. */
const char *plugins_check(const struct pxed_plugin *raw, const char *file_name, const char *path,
                          struct pxed_arena *arena, struct pxed_plugin *ret);

/* Loads the plugins of [pxed] plugins, or the defaults and those that have a section in the ini. Errors go to diags. */
void plugins_load(struct plugins *p, const struct pxed_list *names, const struct ini *ini, struct pxed_diags *diags);
/* Loads every installed plugin, for `pxed options`. */
void plugins_load_all(struct plugins *p, struct pxed_diags *diags);
/* Binds each plugin's section and runs its `check`. */
void plugins_bind(struct plugins *p, struct ini *ini, struct pxed_diags *diags);
/* After plugins_bind. If a section names a certificate, the plugin that speaks TLS is loaded and bound, named or not: a
 * daemon that has none does not map the libraries. */
void plugins_load_tls(struct plugins *p, struct ini *ini, struct pxed_diags *diags);
/* Orders plugins by needs and provides. A missing service or a cycle is an error that names both plugins.
 * `core_provides`: services that the core publishes, NULL-terminated. */
void plugins_order(struct plugins *p, const char *const *core_provides, struct pxed_diags *diags);
struct plugin *plugins_find(struct plugins *p, const char *name);
/* Is there an installed plugin of this name, loaded or not? */
bool plugins_installed(const char *name);
void plugins_free(struct plugins *p);

/* Static builds: a table that CMake writes. */
struct plugins_static {
    const char *name;
    const struct pxed_plugin *(*query)(uint16_t host_major);
};
extern const struct plugins_static plugins_static_table[]; /* ends with a zeroed row; empty in dynamic builds */
